//! Several assays of a kind: which one counts, and whether the others agree with it.
//!
//! Two libraries of one sample share what makes them fail, so that only one of them counts. That is the one that tells
//! most: a positive is not hidden by a negative beside it, whatever their order. Where they come to different results
//! the report says so.

use std::cmp::Reverse;

use crate::assay::Found;
use crate::finding::{AssayKind, ReadsEvidence};
use crate::joint::Observation;
use crate::numbers::{grouped, percent};

/// Outcomes of sequencing, those that tell most first.
const ORDER: [(&str, &[&str]); 3] = [
    ("rna", &["fusion", "ati", "excess", "none"]),
    ("rna_kind", &["known", "new", "other"]),
    ("dna", &["gene", "other", "none"]),
];
/// Below this expected number a negative beside a positive is explained by its size, in words.
const FEW: f64 = 3.0;

/// Places of the outcomes along the path, then how little a negative would have missed.
fn telling(observation: &Observation) -> (Vec<usize>, Reverse<u64>) {
    let places = observation
        .path
        .iter()
        .map(|(node, outcome)| {
            ORDER
                .iter()
                .find(|(of, _)| of == node)
                .and_then(|(_, outcomes)| outcomes.iter().position(|one| one == outcome))
                .unwrap_or(usize::MAX)
        })
        .collect();
    // To six decimals, as probabilities are given.
    let detection = (observation.detection * 1e6).round() as u64;
    (places, Reverse(detection))
}

/// Lets one assay of each kind count, and notes on the others which one does and whether they agree.
pub(crate) fn count_once(found: &mut [Found], reads: &[ReadsEvidence]) {
    let mut kinds: Vec<AssayKind> = found.iter().map(|one| one.finding.kind).collect();
    kinds.dedup();
    for kind in kinds {
        let counting = |one: &Found| one.finding.kind == kind && one.observation.is_some();
        let best = found
            .iter()
            .enumerate()
            .filter(|(_, one)| counting(one))
            .min_by_key(|(index, one)| (one.observation.as_ref().map(telling), *index))
            .map(|(index, _)| index);
        let Some(best) = best else {
            continue;
        };
        let id = found[best].finding.id.clone();
        let outcome = first_outcome(&found[best]);
        for (index, one) in found.iter_mut().enumerate() {
            if index == best || !counting(one) {
                continue;
            }
            let disagrees = first_outcome(one) != outcome;
            one.observation = None;
            one.finding.outcome = None;
            one.finding.why_not_counted = Some(format!(
                "{id}, of the same kind, counts: it tells at least as much, and both share what makes them fail"
            ));
            if disagrees {
                one.against = Some(id.clone());
                one.finding
                    .notes
                    .push(match expected(&id, &one.finding.id, reads) {
                        Some(words) => format!("it disagrees with {id}: {words}"),
                        None => format!("it disagrees with {id}"),
                    });
            }
        }
    }
}

fn first_outcome(found: &Found) -> Option<&'static str> {
    let (_, outcome) = found.observation.as_ref()?.path.first()?;
    Some(outcome)
}

/// How many fragments across the junction of `of` were to be expected in `in_other`, which has none.
fn expected(of: &str, in_other: &str, reads: &[ReadsEvidence]) -> Option<String> {
    let report = |id: &str| {
        reads
            .iter()
            .find(|one| one.assay == id)
            .map(|one| &one.report)
    };
    let (with, without) = (report(of)?, report(in_other)?);
    let call = with.calls.first()?;
    if !without.calls.is_empty() || with.qc.fragments == 0 {
        return None;
    }
    let share = without.qc.fragments as f64 / with.qc.fragments as f64;
    let expected = f64::from(call.unique_fragments) * share;
    let chance = match expected < FEW {
        true => format!(
            ", of which none would be seen with {} probability",
            percent((-expected).exp())
        ),
        false => ", too many to be missed by chance".to_owned(),
    };
    Some(format!(
        "with its share of fragments across the junction ({} of {}) about {expected:.1} were to be expected among these {}{chance}",
        call.unique_fragments,
        grouped(with.qc.fragments),
        grouped(without.qc.fragments),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assay::title;
    use crate::example::example;
    use crate::finding::AssayState;

    fn found(id: &str, path: &[(&'static str, &'static str)]) -> Found {
        let kind = match path.first() {
            Some(("dna", _)) => AssayKind::DnaReads,
            _ => AssayKind::RnaReads,
        };
        let mut found = Found::new(id, kind, title(kind).to_owned(), AssayState::Negative);
        found.observation = (!path.is_empty()).then(|| Observation::new(id, path));
        found
    }

    const FUSION: &[(&str, &str)] = &[("rna", "fusion"), ("rna_kind", "known")];
    const NONE: &[(&str, &str)] = &[("rna", "none")];

    fn counts(found: &[Found]) -> Vec<&str> {
        found
            .iter()
            .filter(|one| one.observation.is_some())
            .map(|one| one.finding.id.as_str())
            .collect()
    }

    #[test]
    fn a_positive_is_not_hidden_by_a_negative_or_a_failed_one_before_it() {
        let mut all = vec![
            found("rna", &[]),
            found("rna2", NONE),
            found("rna3", &[("rna", "fusion"), ("rna_kind", "other")]),
            found("rna4", FUSION),
            found("rna5", FUSION),
            found("dna", &[("dna", "other")]),
            found("dna2", &[("dna", "gene")]),
        ];
        count_once(&mut all, &[]);
        assert_eq!(counts(&all), ["rna4", "dna2"]);
        let against: Vec<Option<&str>> = all.iter().map(|one| one.against.as_deref()).collect();
        assert_eq!(
            against,
            [None, Some("rna4"), None, None, None, Some("dna2"), None]
        );
    }

    #[test]
    fn of_two_negatives_the_one_that_would_have_seen_more_counts() {
        let mut all = vec![
            found("dna", &[("dna", "none")]),
            found("dna2", &[("dna", "none")]),
        ];
        all[0].observation.as_mut().unwrap().detection = 0.4;
        count_once(&mut all, &[]);
        assert_eq!(counts(&all), ["dna2"]);
        assert!(all[0].against.is_none());
    }

    #[test]
    fn a_disagreement_says_what_was_to_be_expected() {
        let mut with = example().reads[0].clone();
        with.report.qc.fragments = 1_000_000;
        with.report.calls[0].unique_fragments = 20;
        let mut without = with.clone();
        without.assay = "rna2".to_owned();
        without.report.calls.clear();
        without.report.qc.fragments = 50_000;
        let words = expected("rna", "rna2", &[with.clone(), without.clone()]).unwrap();
        assert!(
            words.contains("about 1.0 were to be expected among these 50,000, of which none would be seen with 37 % probability"),
            "{words}"
        );
        without.report.qc.fragments = 2_000_000;
        let words = expected("rna", "rna2", &[with, without]).unwrap();
        assert!(
            words.ends_with("too many to be missed by chance"),
            "{words}"
        );
    }
}
