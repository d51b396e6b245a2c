//! Small variants: every catalogued mutation at many shares and depths, with and without UMIs; and which molecules they
//! stand on.

use std::collections::BTreeMap;

use alkaid_genome::{Bundle, CdsPosition};
use alkaid_knowledge::{Mutation, mutations};
use alkaid_reads::finding::{PairVerdict, PhaseVerdict, ReadsReport};
use alkaid_simulate::{
    Amount, BackgroundPlan, ErrorPlan, FusionPlan, LibraryPlan, QualityProfile, ReadPlan,
    SimulationPlan, Source, UmiPlan,
};
use anyhow::Context;

use crate::case::run;
use crate::cases::CaseFile;
use crate::pool::{Effort, map};
use crate::tally::{Goals, ratio, share};

const SHARES: [f64; 7] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
const DEPTHS: [u32; 4] = [100, 500, 1_000, 5_000];
/// Share of fragments that are copies where there are UMIs.
const COPIES: f64 = 0.5;
const LENGTH: u16 = 100;
/// Pairs of catalogued mutations in exons 20 to 23, near and far, for phase.
const PAIRS: [[&str; 2]; 9] = [
    ["T1087I", "D1091N"],
    ["D1091N", "G1123S"],
    ["T1087I", "G1128A"],
    ["G1128A", "T1151dup"],
    ["C1156Y", "I1171N"],
    ["I1171T", "L1196M"],
    ["L1196M", "G1202R"],
    ["F1174C", "G1202del"],
    ["T1087I", "R1275Q"],
];
const PHASE_LENGTHS: [u16; 3] = [75, 100, 150];
const PHASE_FRAGMENTS: u64 = 3_000;

/// What came of one simulated mutation.
struct Detection {
    called: bool,
    name_right: bool,
    /// Other variants called.
    others: usize,
    /// Probability of a call by the depth and the number of molecules needed that the report states.
    power: f64,
    /// Whether the share is at least the 95 % bound that the report states.
    above_bound: bool,
    seen: String,
}

/// Runs the cases and returns the tables.
///
/// # Errors
/// When a sample cannot be made or read.
pub fn variants(bundle: &Bundle, effort: Effort, cases: &mut CaseFile) -> anyhow::Result<String> {
    let mut goals = Goals::default();
    let (mut text, conditions) = detection(bundle, effort, cases, &mut goals)?;
    let phases = phases(bundle, effort, cases, &mut goals)?;
    text = format!("{text}\n{}\n{conditions}\n{phases}", goals.table());
    Ok(text)
}

fn detection(
    bundle: &Bundle,
    effort: Effort,
    cases: &mut CaseFile,
    goals: &mut Goals,
) -> anyhow::Result<(String, String)> {
    let mutations = mutations();
    let conditions: Vec<(f64, u32, bool)> = SHARES
        .into_iter()
        .flat_map(|share| DEPTHS.map(|depth| (share, depth)))
        .flat_map(|(share, depth)| [false, true].map(|umi| (share, depth, umi)))
        .collect();
    let chosen: Vec<(usize, usize)> = (0..mutations.len())
        .flat_map(|mutation| (0..conditions.len()).map(move |condition| (mutation, condition)))
        .filter(|&(mutation, condition)| effort.takes(mutation, condition))
        .collect();
    let results = map("variants", chosen.len(), effort.threads, |index| {
        let (mutation, condition) = chosen[index];
        let seed = effort.seed_of(mutation, condition);
        let (share, depth, umi) = conditions[condition];
        let mutation = &mutations[mutation];
        let plan = plan(bundle, mutation, share, depth, umi, seed)?;
        Ok(detected(mutation, share, &run(&plan, bundle)?.report))
    })?;

    let mut rows: BTreeMap<(bool, u32), Vec<[f64; 4]>> = BTreeMap::new();
    let (mut expected, mut variance, mut called, mut right, mut others) = (0.0, 0.0, 0, 0, 0);
    let (mut above, mut above_called) = (0, 0);
    for (&(mutation, condition), found) in chosen.iter().zip(&results) {
        let (share, depth, umi) = conditions[condition];
        expected += found.power;
        variance += found.power * (1.0 - found.power);
        called += usize::from(found.called);
        right += usize::from(found.name_right);
        others += found.others;
        above += usize::from(found.above_bound);
        above_called += usize::from(found.above_bound && found.called);
        let row = rows
            .entry((umi, depth))
            .or_insert_with(|| vec![[0.0; 4]; SHARES.len()]);
        let cell = &mut row[condition / (2 * DEPTHS.len())];
        cell[0] += 1.0;
        cell[1] += f64::from(u8::from(found.called));
        cell[2] += found.power;
        cell[3] += found.power * (1.0 - found.power);
        cases.line(&[
            if found.called && found.name_right && found.others == 0 {
                "ok"
            } else if found.power < 0.95 && found.others == 0 && !found.called {
                "below"
            } else {
                "WRONG"
            },
            mutations[mutation].name,
            &format!(
                "share {share}, depth {depth}{}",
                if umi { ", UMI" } else { "" }
            ),
            "",
            "",
            "",
            &format!("power {:.3}", found.power),
            &found.seen,
        ])?;
    }
    goals.at_least(
        "sensitivity at shares at or above the stated 95 % bound",
        share(above_called, above),
        0.95,
    );
    let least = expected - 2.33 * variance.sqrt();
    goals.row(
        "mutations called, all shares and depths",
        &format!("{called} of {}", results.len()),
        &format!("≥ {least:.0}: the stated binomial probabilities add up to {expected:.1}, less 2.33 standard deviations"),
        called as f64 >= least,
    );
    goals.at_least("precision", share(called, called + others), 0.99);
    goals.all("names", right, called);
    let intro = format!(
        "{} catalogued mutations, {} samples{}: DNA of one exon with 400 bases around it, pairs of {LENGTH} nt, typical qualities \
         (Q37 falling to Q28); with UMI, half of the fragments are copies.\n",
        mutations.len(),
        chosen.len(),
        thinned(effort),
    );
    let mut table = String::from("| depth of molecules | ");
    table.push_str(
        &SHARES
            .map(|share| format!("{} %", 100.0 * share))
            .join(" | "),
    );
    table.push_str(" |\n|---|");
    table.push_str(&"--:|".repeat(SHARES.len()));
    table.push('\n');
    for ((umi, depth), cells) in &rows {
        table.push_str(&format!("| {depth}{}", if *umi { ", UMI" } else { "" }));
        for cell in cells {
            table.push_str(&format!(
                " | {}/{} ({})",
                cell[1],
                cell[0],
                ratio(cell[2] / cell[0].max(1.0))
            ));
        }
        table.push_str(" |\n");
    }
    Ok((
        intro,
        format!(
            "Called / cases, by share (in brackets the mean probability of a call that the reports state):\n\n{table}"
        ),
    ))
}

fn thinned(effort: Effort) -> String {
    if effort.every > 1 {
        format!(" (one case in {})", effort.every)
    } else {
        String::new()
    }
}

/// The exon of a mutation as DNA, a share of it mutated.
fn plan(
    bundle: &Bundle,
    mutation: &Mutation,
    share: f64,
    depth: u32,
    umi: bool,
    seed: u64,
) -> anyhow::Result<SimulationPlan> {
    let alk = bundle.alk();
    let exon = alk
        .position_of_cds(CdsPosition(3 * mutation.residue - 2))
        .and_then(|position| alk.exon_at(position))
        .context("a mutation outside ALK's exons")?
        .number;
    let molecule = |changes: &str, share: f64| -> anyhow::Result<FusionPlan> {
        Ok(FusionPlan {
            spec: format!("ALK:exon:{exon}{changes}").parse()?,
            amount: Amount::Coverage(f64::from(depth) * share),
        })
    };
    Ok(SimulationPlan {
        seed,
        fusions: vec![
            molecule(&format!("[{}]", mutation.name), share)?,
            molecule("", 1.0 - share)?,
        ],
        reads: ReadPlan {
            length: LENGTH,
            ..ReadPlan::default()
        },
        errors: ErrorPlan {
            profile: QualityProfile::Typical,
            indel_rate: 1e-6,
        },
        library: LibraryPlan {
            umi: umi.then(UmiPlan::default),
            duplicates: if umi { COPIES } else { 0.0 },
            ..LibraryPlan::default()
        },
        background: BackgroundPlan {
            fragments: 0,
            source: Source::Loci,
            ..BackgroundPlan::default()
        },
        ..SimulationPlan::default()
    })
}

fn detected(mutation: &Mutation, share: f64, report: &ReadsReport) -> Detection {
    let variants = &report.small_variants.variants;
    let own = variants
        .iter()
        .find(|variant| variant.codon == Some(mutation.residue));
    let bound = report
        .small_variants
        .variant_bounds
        .iter()
        .find(|bound| bound.codon == mutation.residue);
    Detection {
        called: own.is_some(),
        name_right: own.is_some_and(|variant| variant.name == mutation.name),
        others: variants.len() - usize::from(own.is_some()),
        power: bound.map_or(0.0, |bound| {
            at_least(bound.molecules_needed, bound.depth, share)
        }),
        above_bound: bound
            .and_then(|bound| bound.allele_fraction)
            .is_some_and(|limit| share >= limit),
        seen: variants
            .iter()
            .map(|variant| {
                format!(
                    "{} {} {}/{}",
                    variant.name, variant.hgvs_c, variant.molecules, variant.depth
                )
            })
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// Probability of at least `needed` of `of` at this share.
fn at_least(needed: u32, of: u32, share: f64) -> f64 {
    if needed > of {
        return 0.0;
    }
    let odds = (share / (1.0 - share)).ln();
    let mut term = f64::from(of) * (-share).ln_1p();
    let mut below = 0.0;
    for k in 0..needed {
        below += term.exp();
        term += odds + (f64::from(of - k) / f64::from(k + 1)).ln();
    }
    (1.0 - below).max(0.0)
}

/// How two mutations are put onto the molecules.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrangement {
    BothOnFusion,
    BothOnWildType,
    /// The first on the fusion, the second on the wild type.
    Apart,
}

/// Right, wrong and untold.
#[derive(Default)]
struct Told([usize; 3]);

impl Told {
    fn add(&mut self, told: bool, right: bool) {
        let cell = match (told, right) {
            (true, true) => 0,
            (true, false) => 1,
            (false, _) => 2,
        };
        self.0[cell] += 1;
    }
}

fn phases(
    bundle: &Bundle,
    effort: Effort,
    cases: &mut CaseFile,
    goals: &mut Goals,
) -> anyhow::Result<String> {
    let conditions: Vec<(u16, Arrangement)> = PHASE_LENGTHS
        .into_iter()
        .flat_map(|length| {
            [
                Arrangement::BothOnFusion,
                Arrangement::BothOnWildType,
                Arrangement::Apart,
            ]
            .map(|arrangement| (length, arrangement))
        })
        .collect();
    let chosen: Vec<(usize, usize)> = (0..PAIRS.len())
        .flat_map(|pair| (0..conditions.len()).map(move |condition| (pair, condition)))
        .collect();
    let reports = map("phase", chosen.len(), effort.threads, |index| {
        let (pair, condition) = chosen[index];
        // Seeds apart from those of the other table.
        let seed = effort.seed_of(1_000 + pair, condition);
        let (length, arrangement) = conditions[condition];
        Ok(run(&phase_plan(PAIRS[pair], length, arrangement, seed)?, bundle)?.report)
    })?;
    let (mut pairs, mut alleles) = (Told::default(), Told::default());
    let mut rows: BTreeMap<u16, [Told; 2]> = BTreeMap::new();
    let mut spanned_untold = 0;
    for (&(pair, condition), report) in chosen.iter().zip(&reports) {
        let (length, arrangement) = conditions[condition];
        let names = PAIRS[pair];
        let row = rows.entry(length).or_default();
        let small = &report.small_variants;
        let find = |name: &str| small.variants.iter().find(|variant| variant.name == name);
        let mut seen = String::new();
        for (number, name) in names.iter().enumerate() {
            let on_fusion = match arrangement {
                Arrangement::BothOnFusion => true,
                Arrangement::BothOnWildType => false,
                Arrangement::Apart => number == 0,
            };
            let verdict = find(name).map(|variant| variant.phase.verdict);
            let told = matches!(
                verdict,
                Some(PhaseVerdict::OnFusion | PhaseVerdict::OnWildType | PhaseVerdict::OnBoth)
            );
            let right = verdict
                == Some(if on_fusion {
                    PhaseVerdict::OnFusion
                } else {
                    PhaseVerdict::OnWildType
                });
            alleles.add(told, right);
            row[1].add(told, right);
            seen.push_str(&format!("{name} {verdict:?}; "));
        }
        let found = find(names[0]).zip(find(names[1])).and_then(|(a, b)| {
            small
                .variant_pairs
                .iter()
                .find(|pair| pair.first == a.id && pair.second == b.id)
        });
        let told = found.is_some_and(|pair| pair.verdict != PairVerdict::CannotBeTold);
        let right = found.is_some_and(|pair| {
            pair.verdict
                == if arrangement == Arrangement::Apart {
                    PairVerdict::InTrans
                } else {
                    PairVerdict::InCis
                }
        });
        let spans =
            found.is_some_and(|pair| pair.both >= 2 || pair.first_only.min(pair.second_only) >= 2);
        spanned_untold += usize::from(spans && !told);
        pairs.add(told, right);
        row[0].add(told, right);
        seen.push_str(&found.map_or_else(
            || "no pair".to_owned(),
            |pair| {
                format!(
                    "{:?} {}/{}/{}",
                    pair.verdict, pair.both, pair.first_only, pair.second_only
                )
            },
        ));
        let expected = match arrangement {
            Arrangement::BothOnFusion => "both on the fusion",
            Arrangement::BothOnWildType => "both on the wild type",
            Arrangement::Apart => "first on the fusion, second on the wild type",
        };
        cases.line(&[
            if told && !right { "WRONG" } else { "ok" },
            &names.join("+"),
            &format!("{length} nt, RNA"),
            "",
            "",
            "",
            expected,
            &seen,
        ])?;
    }
    goals.row(
        "cis or trans, where told",
        &format!(
            "{} right, {} wrong, {} not told",
            pairs.0[0], pairs.0[1], pairs.0[2]
        ),
        "0 wrong, some told; told wherever two molecules span both",
        pairs.0[1] == 0 && pairs.0[0] > 0 && spanned_untold == 0,
    );
    goals.row(
        "fusion or wild type, where told",
        &format!(
            "{} right, {} wrong, {} not told",
            alleles.0[0], alleles.0[1], alleles.0[2]
        ),
        "0 wrong, some told",
        alleles.0[1] == 0 && alleles.0[0] > 0,
    );
    let mut table = format!(
        "Phase: {} pairs of mutations on EML4::ALK (E13;A20) and wild-type RNA, {} samples of {PHASE_FRAGMENTS} fragments of each molecule, fragments of 220 ± 50 nt.\n\n\
         | reads | cis/trans right | wrong | not told | allele right | wrong | not told |\n|---|--:|--:|--:|--:|--:|--:|\n",
        PAIRS.len(),
        chosen.len()
    );
    for (length, [pairs, alleles]) in &rows {
        table.push_str(&format!(
            "| {length} nt | {} | {} | {} | {} | {} | {} |\n",
            pairs.0[0], pairs.0[1], pairs.0[2], alleles.0[0], alleles.0[1], alleles.0[2]
        ));
    }
    Ok(table)
}

fn phase_plan(
    names: [&str; 2],
    length: u16,
    arrangement: Arrangement,
    seed: u64,
) -> anyhow::Result<SimulationPlan> {
    let [first, second] = names;
    let (fusion, wild) = match arrangement {
        Arrangement::BothOnFusion => (format!("[{first};{second}]"), String::new()),
        Arrangement::BothOnWildType => (String::new(), format!("[{first};{second}]")),
        Arrangement::Apart => (format!("[{first}]"), format!("[{second}]")),
    };
    Ok(SimulationPlan {
        seed,
        fusions: vec![
            format!("EML4:e13::ALK:e20{fusion}={PHASE_FRAGMENTS}f").parse()?,
            format!("ALK:wt{wild}={PHASE_FRAGMENTS}f").parse()?,
        ],
        reads: ReadPlan {
            length,
            ..ReadPlan::default()
        },
        ..SimulationPlan::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binomial_tail_is_right() {
        assert!((at_least(1, 10, 0.1) - (1.0 - 0.9f64.powi(10))).abs() < 1e-12);
        assert!((at_least(3, 100, 0.05) - 0.881_737).abs() < 1e-5);
        assert_eq!(at_least(4, 3, 0.5), 0.0);
    }

    #[test]
    fn every_pair_is_catalogued() {
        for name in PAIRS.iter().flatten() {
            assert!(mutations().iter().any(|row| row.name == *name), "{name}");
        }
    }
}
