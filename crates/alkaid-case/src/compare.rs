//! Two cases of one patient: what appeared, what went, what rose or fell.

mod open;

use std::io;
use std::path::PathBuf;

use alkaid_reads::finding::{Molecule, ReadsReport};
use statrs::distribution::{Beta, Continuous, ContinuousCDF};

use crate::assay::counts_as_mutation;
use crate::finding::{
    AssayKind, AssayState, CASE_VERSION, CaseReport, Change, ChangeKind, ClonalFraction,
    CompareReport, Estimate, NOTICE, ReadsEvidence, Sentence, TimePoint, Treatment,
};
use crate::numbers::{exact, listed, percent, probability};
use open::MOST_BYTES;
pub use open::open;

/// Version of the layout of a comparison.
pub const COMPARE_VERSION: &str = "1.0";
/// From this probability on a fraction is said to have risen, and from its complement on to have fallen.
const SURE: f64 = 0.975;
/// Points of the integral over the earlier fraction.
const GRID: u32 = 2_000;

/// Why two cases cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A report cannot be read.
    #[error("cannot read {}: {source}; give the folder that alkaid case wrote, or its case.json", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no report of a case.
    #[error("{}, line {line}: {message}; is it the case.json of this version?", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// Another layout.
    #[error(
        "{}: a report of layout {found}, and this program reads {}; run alkaid case again", path.display(), CASE_VERSION
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// What it says.
        found: String,
    },
    /// Larger than any report.
    #[error("{}: more than {MOST_BYTES} bytes; give the folder that alkaid case wrote, or its case.json", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The two are of different patients.
    #[error(
        "the cases are of patients {before:?} and {after:?}; a comparison needs two samples of one patient"
    )]
    Patients {
        /// Of the first.
        before: String,
        /// Of the second.
        after: String,
    },
    /// The later one comes first.
    #[error(
        "sample {before:?} was taken on {before_day}, after {after:?} on {after_day}; give the earlier one first"
    )]
    Order {
        /// Sample given first.
        before: String,
        /// Its day.
        before_day: String,
        /// Sample given second.
        after: String,
        /// Its day.
        after_day: String,
    },
}

/// Compares an earlier with a later case.
///
/// # Errors
///
/// When they name different patients, or the first was taken after the second.
pub fn compare(before: &CaseReport, after: &CaseReport) -> Result<CompareReport, CompareError> {
    if let (Some(one), Some(two)) = (&before.sample.patient, &after.sample.patient)
        && one != two
    {
        return Err(CompareError::Patients {
            before: one.clone(),
            after: two.clone(),
        });
    }
    let days = before
        .sample
        .collected
        .as_ref()
        .zip(after.sample.collected.as_ref());
    // ISO dates of equal length sort as text; of different length the shorter is the start of its span.
    if let Some((one, two)) = days
        && one > two
        && !one.starts_with(two.as_str())
    {
        return Err(CompareError::Order {
            before: before.sample.id.clone(),
            before_day: one.clone(),
            after: after.sample.id.clone(),
            after_day: two.clone(),
        });
    }
    let mut changes = fusions(before, after);
    changes.extend(mutations(before, after));
    changes.extend(bypass(before, after));
    changes.sort_by_key(|one| (rank(&one.what), one.kind));
    let treatments_between = between(before, after);
    Ok(CompareReport {
        compare_version: COMPARE_VERSION.to_owned(),
        tool: format!("alkaid {}", env!("CARGO_PKG_VERSION")),
        notice: NOTICE.to_owned(),
        before: time_point(before),
        after: time_point(after),
        answer: answer(before, after, &changes, &treatments_between),
        warnings: warnings(before, after),
        changes,
        treatments_between,
    })
}

fn rank(what: &str) -> usize {
    ["fusion", "mutation", "bypass"]
        .iter()
        .position(|known| *known == what)
        .unwrap_or(usize::MAX)
}

fn time_point(report: &CaseReport) -> TimePoint {
    TimePoint {
        sample: report.sample.id.clone(),
        collected: report.sample.collected.clone(),
        status: report.status,
        rearranged: report.joint.rearranged,
        tumour_content: report.sample.tumour_content,
        version: report.provenance.version.clone(),
    }
}

/// A finding that may be in both.
struct Pair<'p> {
    what: &'p str,
    name: String,
    before: Option<ClonalFraction>,
    after: Option<ClonalFraction>,
    /// Whether each would have been seen, where it was not; none where nobody looked.
    looked: [Option<bool>; 2],
}

impl Pair<'_> {
    fn change(self) -> Change {
        let rose = match (&self.before, &self.after) {
            (Some(one), Some(two)) => comparable(one, two).then(|| probability(rose(one, two))),
            _ => None,
        };
        let kind = match (&self.before, &self.after) {
            (Some(_), Some(_)) => match rose {
                Some(p) if p >= SURE => ChangeKind::Rose,
                Some(p) if p <= 1.0 - SURE => ChangeKind::Fell,
                Some(_) => ChangeKind::Stayed,
                None => ChangeKind::CannotBeTold,
            },
            (None, Some(_)) if self.looked[0] == Some(true) => ChangeKind::Appeared,
            (Some(_), None) if self.looked[1] == Some(true) => ChangeKind::Gone,
            _ => ChangeKind::CannotBeTold,
        };
        let text = self.statement(kind);
        Change {
            what: self.what.to_owned(),
            name: self.name,
            kind,
            statement: Sentence {
                text,
                cites: Vec::new(),
            },
            before: self.before,
            after: self.after,
            rose,
        }
    }

    fn statement(&self, kind: ChangeKind) -> String {
        let said = |fraction: &ClonalFraction| {
            let cells = fraction.tumour_cells.map_or_else(String::new, |cells| {
                format!(
                    ", {} of tumour cells ({} to {})",
                    percent(cells.value),
                    percent(cells.low).replace(" %", ""),
                    percent(cells.high)
                )
            });
            format!(
                "{} of {} molecules ({}, {} to {}{cells})",
                fraction.with,
                fraction.of,
                percent(fraction.share.value),
                percent(fraction.share.low).replace(" %", ""),
                percent(fraction.share.high)
            )
        };
        let name = &self.name;
        match (&self.before, &self.after, kind) {
            (Some(one), Some(two), ChangeKind::CannotBeTold) => format!(
                "{name}: seen at both, by assays whose shares do not compare: {} before, {} after.",
                said(one),
                said(two)
            ),
            (Some(one), Some(two), kind) => {
                format!(
                    "{name} {}: {} before, {} after.",
                    kind.as_str(),
                    said(one),
                    said(two)
                )
            }
            (None, Some(two), ChangeKind::Appeared) => {
                format!(
                    "{name} appeared: not seen before, where it would have been; {} after.",
                    said(two)
                )
            }
            (Some(one), None, ChangeKind::Gone) => {
                format!(
                    "{name} is gone: {} before; not seen after, where it would have been.",
                    said(one)
                )
            }
            (None, Some(two), _) => format!(
                "{name}: {} after; whether it was there before cannot be told, {}.",
                said(two),
                why(self.looked[0])
            ),
            (Some(one), None, _) => format!(
                "{name}: {} before; whether it is there after cannot be told, {}.",
                said(one),
                why(self.looked[1])
            ),
            (None, None, ChangeKind::Appeared) => {
                format!("{name} appeared: not among the findings before.")
            }
            (None, None, ChangeKind::Gone) => {
                format!("{name} is gone: not among the findings after.")
            }
            (None, None, ChangeKind::Stayed) => format!("{name}: found at both."),
            (None, None, _) => format!("{name}: found at one; the other was not looked at for it."),
        }
    }
}

const fn why(looked: Option<bool>) -> &'static str {
    match looked {
        None => "for nobody looked",
        Some(_) => "for the depth would not have shown it",
    }
}

/// Whether two shares are of the same kind of molecule.
fn comparable(one: &ClonalFraction, two: &ClonalFraction) -> bool {
    let family = |assay: &str| {
        assay
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    family(&one.assay) == family(&two.assay)
}

/// Probability that the later share is the larger one: independent Beta posteriors under uniform priors.
fn rose(before: &ClonalFraction, after: &ClonalFraction) -> f64 {
    let beta = |one: &ClonalFraction| {
        Beta::new(
            one.with as f64 + 1.0,
            one.of.saturating_sub(one.with) as f64 + 1.0,
        )
    };
    let (Ok(before), Ok(after)) = (beta(before), beta(after)) else {
        return 0.5;
    };
    // Midpoint rule over the earlier share; the mass is normalised, for narrow peaks lose some of it.
    let (mut sum, mut mass) = (0.0, 0.0);
    for step in 0..GRID {
        let share = (f64::from(step) + 0.5) / f64::from(GRID);
        let weight = before.pdf(share);
        mass += weight;
        sum += weight * (1.0 - after.cdf(share));
    }
    if mass > 0.0 { sum / mass } else { 0.5 }
}

fn fraction(
    report: &CaseReport,
    assay: &str,
    molecule: Molecule,
    with: u64,
    of: u64,
) -> Option<ClonalFraction> {
    if of == 0 || with > of {
        return None;
    }
    let share = exact(with, of);
    let cells = report
        .sample
        .tumour_content
        .filter(|_| molecule == Molecule::Dna)
        .map(|content| {
            let of_cells = |share: f64| probability(2.0 * share / content);
            Estimate {
                value: of_cells(share.value),
                low: of_cells(share.low),
                high: of_cells(share.high),
            }
        });
    Some(ClonalFraction {
        assay: assay.to_owned(),
        with,
        of,
        share,
        tumour_cells: cells,
    })
}

fn fusions(before: &CaseReport, after: &CaseReport) -> Vec<Change> {
    let names = |report: &CaseReport| -> Vec<String> {
        report
            .reads
            .iter()
            .flat_map(|one| &one.report.calls)
            .map(|call| format!("{} {}", call.name, call.junction_exons))
            .collect()
    };
    let seen = |report: &CaseReport, name: &str| {
        report.reads.iter().find_map(|one| {
            let call = one
                .report
                .calls
                .iter()
                .find(|call| format!("{} {}", call.name, call.junction_exons) == name)?;
            let with = u64::from(call.supporting_fragments);
            let of = with + u64::from(call.wild_type_fragments);
            fraction(report, &one.assay, call.molecule, with, of.max(1))
        })
    };
    union(names(before), names(after))
        .into_iter()
        .map(|name| {
            let looked = |report: &CaseReport| {
                let mut states = report
                    .assays
                    .iter()
                    .filter(|one| matches!(one.kind, AssayKind::RnaReads | AssayKind::DnaReads))
                    .map(|one| {
                        matches!(
                            one.state,
                            AssayState::Positive | AssayState::Negative | AssayState::Equivocal
                        )
                    });
                let first = states.next()?;
                Some(states.fold(first, |any, one| any || one))
            };
            Pair {
                what: "fusion",
                before: seen(before, &name),
                after: seen(after, &name),
                looked: [looked(before), looked(after)],
                name,
            }
            .change()
        })
        .collect()
}

fn mutations(before: &CaseReport, after: &CaseReport) -> Vec<Change> {
    let names = |report: &CaseReport| -> Vec<String> {
        report
            .follows
            .mutations
            .iter()
            .filter(|one| !one.likely_germline)
            .map(|one| one.name.clone())
            .collect()
    };
    union(names(before), names(after))
        .into_iter()
        .map(|name| {
            let other = |report: &CaseReport| {
                report
                    .follows
                    .mutations
                    .iter()
                    .find(|one| one.name == name)
                    .and_then(|one| one.allele_fraction)
                    .map_or(0.0, |share| share.value)
            };
            Pair {
                what: "mutation",
                before: mutation_in(before, &name),
                after: mutation_in(after, &name),
                looked: [
                    would_show(before, &name, other(after)),
                    would_show(after, &name, other(before)),
                ],
                name,
            }
            .change()
        })
        .collect()
}

fn mutation_in(report: &CaseReport, name: &str) -> Option<ClonalFraction> {
    let of_reads = report.reads.iter().find_map(|one: &ReadsEvidence| {
        let variant = one
            .report
            .small_variants
            .variants
            .iter()
            .find(|variant| variant.name == name && counts_as_mutation(variant))?;
        fraction(
            report,
            &one.assay,
            one.report.qc.molecule,
            u64::from(variant.molecules),
            u64::from(variant.depth),
        )
    });
    of_reads.or_else(|| {
        let summary = report
            .follows
            .mutations
            .iter()
            .find(|one| one.name == name)?;
        let [with, of] = summary.molecules?;
        fraction(report, summary.assays.first()?, Molecule::Dna, with, of)
    })
}

/// Whether a mutation at this share would have been seen in the reads of a case; none without reads.
fn would_show(report: &CaseReport, name: &str, share: f64) -> Option<bool> {
    let codon: u32 = name
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .ok()?;
    let bounds = |one: &ReadsReport| {
        one.small_variants
            .variant_bounds
            .iter()
            .find(|bound| bound.codon == codon)
            .map(|bound| bound.allele_fraction.is_some_and(|least| least <= share))
    };
    report
        .reads
        .iter()
        .filter_map(|one| bounds(&one.report))
        .reduce(|any, one| any || one)
        .or_else(|| report.tables.as_ref()?.variants.as_ref().map(|_| true))
}

fn bypass(before: &CaseReport, after: &CaseReport) -> Vec<Change> {
    let names = |report: &CaseReport| -> Vec<(String, String)> {
        report
            .follows
            .bypass
            .iter()
            .map(|one| (format!("{} {}", one.gene, one.event), one.assay.clone()))
            .collect()
    };
    let (one, two) = (names(before), names(after));
    let all = union(
        one.iter().map(|(name, _)| name.clone()).collect(),
        two.iter().map(|(name, _)| name.clone()).collect(),
    );
    all.into_iter()
        .map(|name| {
            let of =
                |list: &[(String, String)]| list.iter().find(|(other, _)| *other == name).cloned();
            let read = |report: &CaseReport, assay: &str| {
                report
                    .assay(assay)
                    .is_some_and(|one| one.state != AssayState::Failed)
            };
            let kind = match (of(&one), of(&two)) {
                (Some(_), Some(_)) => ChangeKind::Stayed,
                (None, Some((_, assay))) if read(before, &assay) => ChangeKind::Appeared,
                (Some((_, assay)), None) if read(after, &assay) => ChangeKind::Gone,
                _ => ChangeKind::CannotBeTold,
            };
            let pair = Pair {
                what: "bypass",
                name,
                before: None,
                after: None,
                looked: [None, None],
            };
            let text = pair.statement(kind);
            Change {
                what: "bypass".to_owned(),
                name: pair.name,
                kind,
                statement: Sentence {
                    text,
                    cites: Vec::new(),
                },
                before: None,
                after: None,
                rose: None,
            }
        })
        .collect()
}

fn union(one: Vec<String>, two: Vec<String>) -> Vec<String> {
    let mut all = one;
    for name in two {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// Inhibitors of the later case that were going on or started after the earlier sample.
fn between(before: &CaseReport, after: &CaseReport) -> Vec<Treatment> {
    let from = before.sample.collected.as_deref().unwrap_or_default();
    let to = after.sample.collected.as_deref().unwrap_or("9999");
    after
        .treatments
        .iter()
        .filter(|one| one.end.as_deref().is_none_or(|end| end >= from))
        .filter(|one| one.start.as_deref().is_none_or(|start| start <= to))
        .cloned()
        .collect()
}

fn answer(
    before: &CaseReport,
    after: &CaseReport,
    changes: &[Change],
    treatments: &[Treatment],
) -> Vec<Sentence> {
    let says = |text: String| Sentence {
        text,
        cites: Vec::new(),
    };
    let of = |kinds: &[ChangeKind]| -> Vec<String> {
        changes
            .iter()
            .filter(|one| kinds.contains(&one.kind))
            .map(|one| one.name.clone())
            .collect()
    };
    let status = match before.status == after.status {
        true => format!("ALK is {} at both times.", before.status.as_str()),
        false => format!(
            "ALK was {} before and is {} after.",
            before.status.as_str(),
            after.status.as_str()
        ),
    };
    let parts: Vec<String> = [
        ("appeared", of(&[ChangeKind::Appeared])),
        ("gone", of(&[ChangeKind::Gone])),
        ("more", of(&[ChangeKind::Rose])),
        ("less", of(&[ChangeKind::Fell])),
        ("unchanged", of(&[ChangeKind::Stayed])),
        ("cannot be told", of(&[ChangeKind::CannotBeTold])),
    ]
    .into_iter()
    .filter(|(_, names)| !names.is_empty())
    .map(|(word, names)| format!("{word}: {}", listed(&names)))
    .collect();
    let what = match parts.is_empty() {
        true => "There is no finding to compare.".to_owned(),
        false => format!("{}.", parts.join("; ")),
    };
    let mut answer = vec![says(status), says(what)];
    if !treatments.is_empty() {
        let drugs: Vec<&str> = treatments.iter().map(|one| one.drug.as_str()).collect();
        answer.push(says(format!("Given in between: {}.", listed(&drugs))));
    }
    answer
}

fn warnings(before: &CaseReport, after: &CaseReport) -> Vec<String> {
    let mut warnings = Vec::new();
    if before.sample.patient.is_none() || after.sample.patient.is_none() {
        warnings.push(
            "not both cases name a patient; that they are of one is taken for granted".to_owned(),
        );
    }
    if before.provenance.version != after.provenance.version {
        warnings.push(
            "the cases were made by different versions; run both again to be sure".to_owned(),
        );
    }
    if before.sample.simulated || after.sample.simulated {
        warnings.push("data of these cases are simulated".to_owned());
    }
    warnings.push(
        "shares of tumour cells take one changed copy among two in every tumour cell; gains, losses and expression change them"
            .to_owned(),
    );
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::example;

    fn kinds(report: &CompareReport) -> Vec<(String, ChangeKind)> {
        report
            .changes
            .iter()
            .map(|one| (one.name.clone(), one.kind))
            .collect()
    }

    /// The example without its mutation, but with depth there.
    fn earlier() -> CaseReport {
        let mut report = example();
        report.sample.collected = Some("2024-02-01".to_owned());
        let variants = &mut report.reads[0].report.small_variants;
        variants.variants.clear();
        variants.variant_bounds[0].codon = 1202;
        report.follows.mutations.clear();
        report.follows.bypass.clear();
        report
    }

    #[test]
    fn what_appeared_is_told_from_what_could_not_be_seen() {
        let after = example();
        let report = compare(&earlier(), &after).unwrap();
        assert_eq!(
            kinds(&report),
            [
                ("EML4::ALK E13;A20".to_owned(), ChangeKind::Stayed),
                ("G1202R".to_owned(), ChangeKind::Appeared),
                ("MET amplification".to_owned(), ChangeKind::Appeared),
            ]
        );
        let mut shallow = earlier();
        shallow.reads[0].report.small_variants.variant_bounds[0].allele_fraction = None;
        let report = compare(&shallow, &after).unwrap();
        assert_eq!(kinds(&report)[1].1, ChangeKind::CannotBeTold);
        assert!(
            report.changes[1]
                .statement
                .text
                .contains("depth would not have shown it")
        );
        let back = compare(&example(), &{
            let mut later = earlier();
            later.sample.collected = Some("2026-05".to_owned());
            later
        })
        .unwrap();
        assert_eq!(kinds(&back)[1].1, ChangeKind::Gone);
    }

    #[test]
    fn another_patient_or_the_wrong_order_is_refused() {
        let mut other = example();
        other.sample.patient = Some("P9".to_owned());
        assert!(matches!(
            compare(&other, &example()),
            Err(CompareError::Patients { .. })
        ));
        assert!(matches!(
            compare(&example(), &earlier()),
            Err(CompareError::Order { .. })
        ));
    }

    #[test]
    fn shares_rise_only_beyond_chance() {
        let of = |with, of| ClonalFraction {
            assay: "dna".to_owned(),
            with,
            of,
            share: exact(with, of),
            tumour_cells: None,
        };
        assert!((rose(&of(5, 50), &of(5, 50)) - 0.5).abs() < 1e-3);
        assert!(rose(&of(1, 500), &of(100, 500)) > 0.999);
        assert!(rose(&of(400, 500), &of(1, 500)) < 0.001);
        assert!((0.5..0.9).contains(&rose(&of(5, 50), &of(7, 50))));
    }

    #[test]
    fn tumour_cells_are_told_for_dna_alone() {
        let report = example();
        let dna = fraction(&report, "dna", Molecule::Dna, 20, 100).unwrap();
        assert_eq!(dna.tumour_cells.unwrap().value, 1.0);
        assert_eq!(
            fraction(&report, "rna", Molecule::Rna, 20, 100)
                .unwrap()
                .tumour_cells,
            None
        );
        assert!(fraction(&report, "dna", Molecule::Dna, 0, 0).is_none());
    }
}
