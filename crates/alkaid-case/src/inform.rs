//! Which further test would settle most: expected information about the status, by the model.

use crate::citations::Citations;
use crate::finding::{JointStatus, LatentClass, MaterialLeft, NextTest, TestOutcome};
use crate::joint::status_of;
use crate::model::{TestRow, model};
use crate::numbers::probability;

/// Tests whose information is below this many bits are not worth naming.
const WORTH_NAMING: f64 = 0.001;

/// A test with what it would tell.
pub(crate) struct Prospect {
    /// For the report.
    pub test: NextTest,
    /// Expected information about the class, bits: which of the explanations holds.
    pub class_bits: f64,
}

/// The tests that are not among `done`, most informative about the status first; those that the material left does not
/// allow come last. `classes` are the probabilities now.
pub(crate) fn prospects(
    classes: &[f64; 5],
    done: &[&str],
    left: Option<MaterialLeft>,
    citations: &mut Citations,
) -> Vec<Prospect> {
    let mut prospects: Vec<Prospect> = model()
        .tests
        .iter()
        .filter(|test| !done.contains(&test.key))
        .map(|test| prospect(test, classes, left, citations))
        .collect();
    prospects.sort_by(|a, b| {
        let key = |one: &Prospect| one.test.feasible == Some(false);
        key(a)
            .cmp(&key(b))
            .then(b.test.bits.total_cmp(&a.test.bits))
            .then_with(|| a.test.test.cmp(&b.test.test))
    });
    prospects
}

/// Those worth naming in a report.
pub(crate) fn worth_naming(prospects: &[Prospect]) -> Vec<NextTest> {
    prospects
        .iter()
        .filter(|one| one.test.bits >= WORTH_NAMING)
        .map(|one| one.test.clone())
        .collect()
}

/// The test that tells most about which class holds, of those that can be done; a key.
pub(crate) fn settles_class(prospects: &[Prospect]) -> Option<String> {
    prospects
        .iter()
        .filter(|one| one.test.feasible != Some(false) && one.class_bits >= WORTH_NAMING)
        .max_by(|a, b| a.class_bits.total_cmp(&b.class_bits))
        .map(|one| one.test.test.clone())
}

fn prospect(
    test: &TestRow,
    classes: &[f64; 5],
    left: Option<MaterialLeft>,
    citations: &mut Citations,
) -> Prospect {
    let mut outcomes = Vec::new();
    let (mut status_after, mut class_after, mut settles) = (0.0, 0.0, 0.0);
    for outcome in model().outcomes_of(test.key) {
        let mut after = *classes;
        for (class, weight) in LatentClass::ALL.into_iter().zip(&mut after) {
            *weight *= model()
                .row(test.key, class)
                .map_or(1.0, |row| row.mean(outcome));
        }
        let chance: f64 = after.iter().sum();
        let after = after.map(|weight| weight / chance);
        let rearranged = rearranged(&after);
        status_after += chance * entropy(&[rearranged, 1.0 - rearranged]);
        class_after += chance * entropy(&after);
        if status_of(rearranged) != JointStatus::Indeterminate {
            settles += chance;
        }
        outcomes.push(TestOutcome {
            outcome: model().says(test.key, outcome).to_owned(),
            probability: probability(chance),
            rearranged: probability(rearranged),
        });
    }
    let now = rearranged(classes);
    let (feasible, material) = material(test, left);
    Prospect {
        class_bits: (entropy(classes) - class_after).max(0.0),
        test: NextTest {
            test: test.key.to_owned(),
            title: test.title.to_owned(),
            bits: probability((entropy(&[now, 1.0 - now]) - status_after).max(0.0)),
            settles: probability(settles),
            outcomes,
            feasible,
            material,
            cites: vec![citations.number(&test.origin)],
        },
    }
}

fn rearranged(classes: &[f64; 5]) -> f64 {
    LatentClass::ALL
        .into_iter()
        .zip(classes)
        .filter(|(class, _)| class.is_rearranged())
        .map(|(_, weight)| weight)
        .sum()
}

/// In bits.
fn entropy(shares: &[f64]) -> f64 {
    shares
        .iter()
        .filter(|share| **share > 0.0)
        .map(|share| -share * share.log2())
        .sum()
}

/// Whether the material left suffices, and in words.
fn material(test: &TestRow, left: Option<MaterialLeft>) -> (Option<bool>, String) {
    let left = left.unwrap_or_default();
    let needs = [
        (test.sections, left.sections.map(f64::from), "section(s)"),
        (test.rna_ng, left.rna_ng, "ng of RNA"),
        (test.dna_ng, left.dna_ng, "ng of DNA"),
    ];
    let mut feasible = Some(true);
    let mut words = Vec::new();
    for (needed, there, unit) in needs {
        let Some(needed) = needed else {
            continue;
        };
        match there {
            Some(there) => {
                if there < needed {
                    feasible = Some(false);
                }
                words.push(format!("needs {needed} {unit}, {there} left"));
            }
            None => {
                feasible = feasible.filter(|one| !one);
                words.push(format!(
                    "needs {needed} {unit}; how much is left is not said"
                ));
            }
        }
    }
    (feasible, words.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(sections: Option<u32>, rna_ng: Option<f64>) -> Option<MaterialLeft> {
        Some(MaterialLeft {
            sections,
            rna_ng,
            dna_ng: None,
        })
    }

    #[test]
    fn what_is_settled_needs_no_test() {
        let sure = [1.0, 0.0, 0.0, 0.0, 0.0];
        let all = prospects(&sure, &[], None, &mut Citations::default());
        assert_eq!(all.len(), 4);
        assert!(worth_naming(&all).is_empty());
    }

    #[test]
    fn outcomes_average_to_what_is_known_now() {
        let classes = [0.3, 0.1, 0.1, 0.2, 0.3];
        for one in prospects(&classes, &["ihc"], None, &mut Citations::default()) {
            let test = one.test;
            let chance: f64 = test.outcomes.iter().map(|one| one.probability).sum();
            let mean: f64 = test
                .outcomes
                .iter()
                .map(|one| one.probability * one.rearranged)
                .sum();
            assert!(
                (chance - 1.0).abs() < 1e-4 && (mean - 0.5).abs() < 1e-4,
                "{}",
                test.test
            );
            assert!(test.bits > 0.0 && test.bits <= 1.0);
            assert_ne!(test.test, "ihc");
            assert_eq!(test.feasible, None);
        }
    }

    #[test]
    fn material_left_decides_what_can_be_done() {
        let classes = [0.3, 0.1, 0.1, 0.2, 0.3];
        let all = prospects(
            &classes,
            &[],
            left(Some(2), Some(40.0)),
            &mut Citations::default(),
        );
        let of = |key: &str| &all.iter().find(|one| one.test.test == key).unwrap().test;
        assert_eq!(of("rna").feasible, Some(false));
        assert_eq!(of("fish").feasible, Some(true));
        assert_eq!(of("dna").feasible, None);
        assert_eq!(all.last().unwrap().test.test, "rna");
        assert!(of("rna").material.contains("needs 100 ng of RNA, 40 left"));
        assert_ne!(settles_class(&all).as_deref(), Some("rna"));
    }
}
