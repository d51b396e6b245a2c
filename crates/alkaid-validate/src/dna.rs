//! Genomic breakpoints in introns.

use alkaid_genome::{Bundle, RearrangementClass, Strand};
use alkaid_reads::finding::Molecule;
use alkaid_simulate::{
    Amount, BackgroundPlan, ErrorPlan, FusionPlan, FusionSpec, JunctionTruth, Layout,
    QualityProfile, ReadPlan, SimulationPlan, Source, intron_junctions,
};

use crate::case::run;
use crate::cases::CaseFile;
use crate::compare::{Comparison, compare};
use crate::pool::{Effort, map};
use crate::tally::{Goals, Tally};

/// Breakpoints drawn in each partner gene.
const PER_GENE: usize = 12;
const LENGTHS: [u16; 2] = [100, 150];
const SUPPORTS: [u32; 2] = [10, 5];
/// Mean depth of the unrearranged background.
const DEPTH: u64 = 60;
/// ALK introns 17 to 19 and what is around them; 1-based inclusive.
const ALK_REGION: (u64, u64) = (29_220_000, 29_231_000);
/// Bases beside the partner's breakpoint that the background covers.
const BESIDE: u64 = 2_000;

/// Runs the cases and returns the tables.
///
/// # Errors
/// When a sample cannot be made or read.
pub fn dna(bundle: &Bundle, effort: Effort, cases: &mut CaseFile) -> anyhow::Result<String> {
    let specs = intron_junctions(bundle, PER_GENE, effort.seed);
    let conditions: Vec<(u16, u32)> = LENGTHS
        .into_iter()
        .flat_map(|length| SUPPORTS.map(|support| (length, support)))
        .collect();
    let chosen: Vec<(usize, usize)> = (0..specs.len())
        .flat_map(|spec| (0..conditions.len()).map(move |condition| (spec, condition)))
        .filter(|&(spec, condition)| effort.takes(spec, condition))
        .collect();
    let results: Vec<(Comparison, bool, bool)> =
        map("dna", chosen.len(), effort.threads, |index| {
            let (spec, condition) = chosen[index];
            let (length, support) = conditions[condition];
            let plan = plan(
                bundle,
                &specs[spec],
                length,
                support,
                effort.seed_of(spec, condition),
            )?;
            let sample = run(&plan, bundle)?;
            let truth = &sample.truth.fusions[0];
            let mut compared = compare(bundle, truth, &sample.report);
            // The junction in RNA is a prediction, named after exons; what is measured here is the genome.
            compared.variant = true;
            compared.variant_expected = None;
            let call = sample.report.calls.first();
            let expected = truth.junction.as_ref().and_then(class);
            let class = expected.is_some() && call.and_then(|call| call.rearrangement) == expected;
            Ok((compared, class, sample.report.qc.molecule == Molecule::Dna))
        })?;
    let mut goals = Goals::default();
    let mut all = Tally::default();
    let mut rows = std::collections::BTreeMap::<(u16, u32), Tally>::new();
    let (mut classes, mut molecules) = (0, 0);
    for (&(spec, condition), (compared, class, molecule)) in chosen.iter().zip(&results) {
        all.add(compared);
        classes += usize::from(*class);
        molecules += usize::from(*molecule);
        let (length, support) = conditions[condition];
        rows.entry((length, support)).or_default().add(compared);
        let mut conditions = format!("{length} nt paired {support} fragments");
        if !class {
            conditions.push_str(", CLASS WRONG");
        }
        if !molecule {
            conditions.push_str(", TAKEN FOR RNA");
        }
        cases.comparison(&specs[spec].to_string(), &conditions, compared)?;
    }
    goals.at_least("recall", all.recall(), 0.99);
    goals.all(
        "breakpoints inside the interval reported",
        all.breakpoint,
        all.called,
    );
    goals.all("partner gene", all.gene, all.called);
    goals.all(
        "exon and frame predicted for RNA",
        all.exon.min(all.frame),
        all.called,
    );
    goals.all("class of the rearrangement", classes, all.called);
    goals.all("taken for DNA, unasked", molecules, results.len());
    goals.at_least("counted fragments / ceiling", all.counted_share(), 0.95);
    goals.row(
        "calls beside the true one",
        &all.further.to_string(),
        "0",
        all.further == 0,
    );
    let mut text = format!(
        "{} breakpoints drawn at random, {} samples{}: pairs of 300 ± 60 bases, Q30, over {DEPTH}× of unrearranged DNA.\n\n{}\n",
        specs.len(),
        chosen.len(),
        if effort.every > 1 {
            format!(" (one case in {})", effort.every)
        } else {
            String::new()
        },
        goals.table()
    );
    text.push_str(&Tally::head("reads, fragments"));
    for ((length, support), tally) in &rows {
        text.push_str(&tally.row(&format!("{length} nt, {support}")));
    }
    Ok(text)
}

fn plan(
    bundle: &Bundle,
    spec: &FusionSpec,
    length: u16,
    support: u32,
    seed: u64,
) -> anyhow::Result<SimulationPlan> {
    let mut regions = vec![format!("chr2:{}-{}", ALK_REGION.0, ALK_REGION.1)];
    let mut bases = ALK_REGION.1 - ALK_REGION.0;
    let chimera = alkaid_simulate::chimera(spec, bundle)?;
    if let Some(junction) = &chimera.junction
        && let (Some(chrom), Some(position)) = (&junction.left.chrom, junction.left.position)
        && let Some(locus) = bundle.locus_at(chrom, position - 1)
    {
        let start = (position - BESIDE).max(locus.interval.start + 1);
        let end = (position + BESIDE).min(locus.interval.end);
        regions.push(format!("{chrom}:{start}-{end}"));
        bases += end - start;
    }
    Ok(SimulationPlan {
        seed,
        fusions: vec![FusionPlan {
            spec: spec.clone(),
            amount: Amount::Supporting(support),
        }],
        reads: ReadPlan {
            length,
            layout: Layout::Paired,
            fragment_mean: 300,
            fragment_sd: 60,
            ..ReadPlan::default()
        },
        errors: ErrorPlan {
            profile: QualityProfile::Constant(30),
            ..ErrorPlan::default()
        },
        background: BackgroundPlan {
            fragments: DEPTH * bases / (2 * u64::from(length)),
            source: Source::Loci,
            regions,
            ..BackgroundPlan::default()
        },
        ..SimulationPlan::default()
    })
}

/// The class by definition, from positions and strands. ALK is read from the reverse strand.
fn class(truth: &JunctionTruth) -> Option<RearrangementClass> {
    let (left, right) = (&truth.left, &truth.right);
    if left.chrom != right.chrom {
        return Some(RearrangementClass::Translocation);
    }
    if left.strand != right.strand {
        return Some(RearrangementClass::Inversion);
    }
    let onwards = match left.strand? {
        Strand::Forward => left.position? < right.position?,
        Strand::Reverse => left.position? > right.position?,
    };
    Some(if onwards {
        RearrangementClass::Deletion
    } else {
        RearrangementClass::Duplication
    })
}
