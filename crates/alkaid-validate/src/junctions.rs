//! Every in-frame junction of the partners with a sequence, under many conditions.

use std::collections::BTreeMap;

use alkaid_genome::Bundle;
use alkaid_simulate::{
    Amount, ErrorPlan, FusionPlan, FusionSpec, Layout, QualityProfile, ReadPlan, SimulationPlan,
    in_frame_junctions,
};

use crate::case::{run, small_background};
use crate::cases::CaseFile;
use crate::compare::{Comparison, compare};
use crate::pool::{Effort, map};
use crate::tally::{Goals, Tally};

const LENGTHS: [u16; 4] = [50, 75, 100, 150];
const LAYOUTS: [Layout; 2] = [Layout::Paired, Layout::Single];
const QUALITIES: [u8; 3] = [20, 30, 37];
const SUPPORTS: [u32; 2] = [5, 3];

/// How a library is sequenced.
#[derive(Clone, Copy, Debug)]
struct Conditions {
    length: u16,
    layout: Layout,
    quality: u8,
    support: u32,
    anchor: u16,
}

impl Conditions {
    fn all(anchor: u16) -> Vec<Self> {
        let mut all = Vec::new();
        for length in LENGTHS {
            for layout in LAYOUTS {
                for quality in QUALITIES {
                    all.extend(SUPPORTS.map(|support| Self {
                        length,
                        layout,
                        quality,
                        support,
                        anchor,
                    }));
                }
            }
        }
        all
    }

    fn plan(self, spec: &FusionSpec, seed: u64) -> SimulationPlan {
        SimulationPlan {
            seed,
            fusions: vec![FusionPlan {
                spec: spec.clone(),
                amount: Amount::Supporting(self.support),
            }],
            reads: ReadPlan {
                length: self.length,
                layout: self.layout,
                min_anchor: self.anchor,
                ..ReadPlan::default()
            },
            errors: ErrorPlan {
                profile: QualityProfile::Constant(self.quality),
                ..ErrorPlan::default()
            },
            background: small_background(),
            ..SimulationPlan::default()
        }
    }

    /// The rows of the table that a case belongs to; the first field sorts them.
    fn groups(self) -> [(u8, String); 4] {
        let layout = if self.layout == Layout::Paired {
            "paired"
        } else {
            "single"
        };
        [
            (0, "all".to_owned()),
            (1, format!("{:>3} nt", self.length)),
            (2, layout.to_owned()),
            (3, format!("Q{}", self.quality)),
        ]
    }

    fn describe(self) -> String {
        let [_, (_, length), (_, layout), (_, quality)] = self.groups();
        format!(
            "{} {layout} {quality} {} fragments anchor {}",
            length.trim(),
            self.support,
            self.anchor
        )
    }
}

/// Runs the cases at a smallest anchor and returns the tables.
///
/// # Errors
/// When a sample cannot be made or read.
pub fn junctions(
    bundle: &Bundle,
    effort: Effort,
    anchor: u16,
    cases: &mut CaseFile,
) -> anyhow::Result<String> {
    let specs = in_frame_junctions(bundle);
    let conditions = Conditions::all(anchor);
    let chosen: Vec<(usize, usize)> = (0..specs.len())
        .flat_map(|molecule| (0..conditions.len()).map(move |condition| (molecule, condition)))
        .filter(|&(molecule, condition)| effort.takes(molecule, condition))
        .collect();
    let results: Vec<Comparison> = map("junctions", chosen.len(), effort.threads, |index| {
        let (molecule, condition) = chosen[index];
        let plan =
            conditions[condition].plan(&specs[molecule], effort.seed_of(molecule, condition));
        let sample = run(&plan, bundle)?;
        Ok(compare(bundle, &sample.truth.fusions[0], &sample.report))
    })?;
    let mut tallies: BTreeMap<(u32, u8, String), Tally> = BTreeMap::new();
    for (&(molecule, condition), result) in chosen.iter().zip(&results) {
        let conditions = conditions[condition];
        for (order, group) in conditions.groups() {
            tallies
                .entry((u32::MAX - conditions.support, order, group))
                .or_default()
                .add(result);
        }
        cases.comparison(&specs[molecule].to_string(), &conditions.describe(), result)?;
    }
    let mut text = format!(
        "{} junctions, {} samples{}; each supporting read holds at least {anchor} bases on either side.\n\n",
        specs.len(),
        chosen.len(),
        if effort.every > 1 {
            format!(" (one case in {})", effort.every)
        } else {
            String::new()
        }
    );
    let mut goals = Goals::default();
    let mut all = Tally::default();
    for result in &results {
        all.add(result);
    }
    for (support, least) in SUPPORTS.into_iter().zip([0.99, 0.95]) {
        if let Some(tally) = tallies.get(&(u32::MAX - support, 0, "all".to_owned())) {
            goals.at_least(
                &format!("recall at {support} fragments"),
                tally.recall(),
                least,
            );
        }
    }
    goals.all(
        "breakpoints inside the interval reported",
        all.breakpoint,
        all.called,
    );
    goals.all("partner gene", all.gene, all.called);
    goals.all("partner and ALK exon", all.exon, all.called);
    goals.all(
        "named variant, where the table has one",
        all.named_right,
        all.named,
    );
    goals.row(
        "variant named where the table has none",
        &all.misnamed.to_string(),
        "0",
        all.misnamed == 0,
    );
    goals.at_least("counted fragments / ceiling", all.counted_share(), 0.95);
    goals.row(
        "calls beside the true one",
        &all.further.to_string(),
        "0",
        all.further == 0,
    );
    goals.row(
        "samples with more counted than put in",
        &all.overcounted.to_string(),
        "0",
        all.overcounted == 0,
    );
    text.push_str(&goals.table());
    text.push('\n');
    text.push_str(&Tally::head("fragments, group"));
    for ((support, _, group), tally) in &tallies {
        text.push_str(&tally.row(&format!("{}, {}", u32::MAX - support, group.trim())));
    }
    Ok(text)
}
