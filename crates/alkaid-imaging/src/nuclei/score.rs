//! How well labels agree with the truth: pairs of nuclei by their overlap, F1 and average precision.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::Array2;

/// Least intersection over union at which two nuclei are the same, in steps of 0.05.
pub const THRESHOLDS: [f64; 10] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];

/// Sums over fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Pairs at each of [`THRESHOLDS`].
    pub matched: [usize; THRESHOLDS.len()],
    /// Nuclei in truth.
    pub truth: usize,
    /// Nuclei found.
    pub found: usize,
}

impl Score {
    /// Adds one field; 0 is background in both maps.
    ///
    /// At a threshold of one half or more a nucleus overlaps at most one other that much, except when both sides are
    /// exactly one half, so that taking the greatest overlaps first is the best assignment.
    ///
    /// # Panics
    ///
    /// If the maps differ in size.
    pub fn add(&mut self, truth: &Array2<u32>, found: &Array2<u32>) {
        assert_eq!(
            truth.dim(),
            found.dim(),
            "truth and result must have one size"
        );
        let (of_truth, of_found) = (areas(truth), areas(found));
        let mut shared: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        for (a, b) in truth
            .iter()
            .zip(found)
            .filter(|(a, b)| **a != 0 && **b != 0)
        {
            *shared.entry((*a, *b)).or_default() += 1;
        }
        let mut pairs: Vec<(f64, u32, u32)> = shared
            .into_iter()
            .map(|((a, b), joint)| {
                (
                    joint as f64 / (of_truth[&a] + of_found[&b] - joint) as f64,
                    a,
                    b,
                )
            })
            .filter(|pair| pair.0 >= THRESHOLDS[0])
            .collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut used_truth, mut used_found) = (BTreeSet::new(), BTreeSet::new());
        for (overlap, a, b) in pairs {
            if used_truth.contains(&a) || used_found.contains(&b) {
                continue;
            }
            used_truth.insert(a);
            used_found.insert(b);
            for (count, threshold) in self.matched.iter_mut().zip(THRESHOLDS) {
                *count += usize::from(overlap >= threshold);
            }
        }
        self.truth += of_truth.len();
        self.found += of_found.len();
    }

    /// F1 at each of [`THRESHOLDS`]; 1 if there was nothing to find and nothing was found.
    #[must_use]
    pub fn f1(&self) -> [f64; THRESHOLDS.len()] {
        self.matched.map(|matched| match self.truth + self.found {
            0 => 1.0,
            all => 2.0 * matched as f64 / all as f64,
        })
    }

    /// Mean over [`THRESHOLDS`] of matched / (matched + missed + invented).
    #[must_use]
    pub fn average_precision(&self) -> f64 {
        let precision = self
            .matched
            .map(|matched| match self.truth + self.found - matched {
                0 => 1.0,
                all => matched as f64 / all as f64,
            });
        precision.iter().sum::<f64>() / THRESHOLDS.len() as f64
    }
}

fn areas(labels: &Array2<u32>) -> BTreeMap<u32, usize> {
    let mut areas = BTreeMap::new();
    for label in labels.iter().filter(|label| **label != 0) {
        *areas.entry(*label).or_default() += 1;
    }
    areas
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn equal_maps_score_one_whatever_the_numbers() {
        let truth = array![[1, 1, 0], [0, 2, 2]];
        let mut score = Score::default();
        score.add(&truth, &truth.mapv(|label| label * 7));
        assert_eq!(score.f1(), [1.0; 10]);
        assert_eq!(score.average_precision(), 1.0);
    }

    #[test]
    fn a_shifted_nucleus_counts_up_to_its_overlap() {
        // 8 of 12 pixels in common: two thirds.
        let truth = Array2::from_shape_fn((1, 20), |(_, x)| u32::from(x < 10));
        let found = Array2::from_shape_fn((1, 20), |(_, x)| u32::from((2..12).contains(&x)));
        let mut score = Score::default();
        score.add(&truth, &found);
        assert_eq!(score.matched, [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!((score.truth, score.found), (1, 1));
        assert!((score.average_precision() - 0.4).abs() < 1e-12);
    }

    #[test]
    fn merging_and_inventing_cost() {
        let truth = array![[1, 1, 2, 2, 0, 0]];
        let mut score = Score::default();
        score.add(&truth, &array![[1, 1, 1, 1, 0, 3]]);
        assert_eq!(score.matched[0], 1);
        assert_eq!(score.f1()[0], 0.5);
        let mut empty = Score::default();
        empty.add(&Array2::zeros((2, 2)), &Array2::zeros((2, 2)));
        assert_eq!(empty.f1()[0], 1.0);
    }
}
