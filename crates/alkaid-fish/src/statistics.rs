//! What stands beside the rule, never in its place: how sure the share of positive nuclei is, and what it owes to
//! background. All scorable nuclei count here, not only those drawn.
//!
//! Two questions are answered, each with a uniform prior:
//! - what share of all nuclei would be scored positive (beta posterior, nuclei exchangeable);
//! - what share is rearranged, when a nucleus that is not looks positive at the background's rate
//!   ([`crate::background`]) and one that is is always seen. The last is too kind to the data: a section that hides a
//!   broken locus makes the share too low.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::background::{Background, Rate, background};
use crate::distribution::{
    beta_cdf, binomial_at_least, exact_interval, hypergeometric, ln_binomial,
};
use crate::pattern::{Counts, Pattern};
use crate::plan::{Plan, plan};
use crate::profile::Profile;
use crate::rule::{StepOutcome, first_step, second_step};

/// The statistics of one sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Statistics {
    /// Nuclei that can be scored.
    pub of: u32,
    /// Positive ones.
    pub positive: u32,
    /// Percentage of positive nuclei; `None` without nuclei.
    pub percent: Option<f64>,
    /// Exact (Clopper–Pearson) 95 % interval of that percentage.
    pub interval: [f64; 2],
    /// Probability that the share of positive nuclei is at least the cut-off.
    pub at_least_cut_off: f64,
    /// Probability that the share of rearranged nuclei, background taken out, is at least the cut-off.
    pub rearranged_at_least_cut_off: f64,
    /// Median percentage of rearranged nuclei, background taken out, with its 95 % credible interval.
    pub rearranged_percent: [f64; 3],
    /// What is expected without a rearrangement.
    pub background: Background,
    /// What other draws from the same nuclei would say: the draw of the steps is one of many.
    pub draws: Draws,
    /// Percentage of positive nuclei from which on the rule calls 95 of 100 samples positive.
    pub visible_from_percent: f64,
    /// How many more nuclei would settle it.
    pub plan: Plan,
    /// Model and prior in words.
    pub model: String,
}

/// The share of all possible draws that lead to each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Draws {
    /// Positive.
    pub positive: f64,
    /// Negative.
    pub negative: f64,
    /// Equivocal, with too few others for the second step.
    pub equivocal: f64,
    /// Too few nuclei for the first step: 0 or 1.
    pub not_suitable: f64,
}

const MODEL: &str = "nuclei are taken as exchangeable draws from the tumour; uniform prior on the share; a nucleus that is not \
rearranged looks positive at the rate of the background, whose prior is the published one and which isolated green signals \
of this sample inform; a rearranged nucleus is taken to be always seen as such";

/// Points over the share of rearranged nuclei.
const GRID: usize = 400;

/// The statistics of nuclei with their patterns and, where known, counts.
#[must_use]
pub fn statistics(nuclei: &[(Pattern, Option<Counts>)], profile: &Profile) -> Statistics {
    let of = nuclei.len() as u32;
    let positive = nuclei
        .iter()
        .filter(|(pattern, _)| profile.is_positive(*pattern))
        .count() as u32;
    let cut_off = profile.cut_off();
    let (background, rate) = background(nuclei, |pattern| profile.is_positive(pattern));
    let rearranged = rearranged(positive, of, &rate);
    let upper: f64 = rearranged
        .iter()
        .enumerate()
        .filter(|(index, _)| share(*index) >= cut_off)
        .map(|(_, weight)| weight)
        .sum();
    let quantile = |probability: f64| {
        let mut sum = 0.0;
        let found = rearranged.iter().position(|weight| {
            sum += weight;
            sum >= probability
        });
        100.0 * found.map_or(1.0, share)
    };
    Statistics {
        of,
        positive,
        percent: (of > 0).then(|| 100.0 * f64::from(positive) / f64::from(of)),
        interval: exact_interval(positive, of, 0.95).map(|share| share * 100.0),
        at_least_cut_off: 1.0
            - beta_cdf(
                f64::from(positive) + 1.0,
                f64::from(of - positive) + 1.0,
                cut_off,
            ),
        rearranged_at_least_cut_off: upper,
        rearranged_percent: [quantile(0.5), quantile(0.025), quantile(0.975)],
        background,
        draws: draws(positive, of, profile),
        visible_from_percent: 100.0 * visible_from(profile),
        plan: plan(positive, of, cut_off),
        model: MODEL.to_owned(),
    }
}

/// The middle of a cell of the grid.
fn share(index: usize) -> f64 {
    (index as f64 + 0.5) / GRID as f64
}

/// Posterior weights of the share of rearranged nuclei, the background's rate summed out.
fn rearranged(positive: u32, of: u32, rate: &Rate) -> Vec<f64> {
    let backgrounds: Vec<(f64, f64)> = rate
        .chance
        .iter()
        .zip(&rate.weight)
        .filter(|(_, weight)| **weight > 1e-9)
        .map(|(chance, weight)| (rate.background(*chance), *weight))
        .collect();
    let logs: Vec<Vec<f64>> = (0..GRID)
        .map(|index| {
            let share = share(index);
            backgrounds
                .iter()
                .map(|(background, weight)| {
                    let seen = share + (1.0 - share) * background;
                    weight.ln() + ln_binomial(positive, of, seen)
                })
                .collect()
        })
        .collect();
    let largest = logs
        .iter()
        .flatten()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs
        .iter()
        .map(|row| row.iter().map(|log| (log - largest).exp()).sum())
        .collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// All draws of the rule's steps from `of` nuclei of which `positive` are, exactly (hypergeometric).
fn draws(positive: u32, of: u32, profile: &Profile) -> Draws {
    let (first, second) = (profile.first_nuclei.value, profile.second_nuclei.value);
    let mut draws = Draws::default();
    if of < first {
        draws.not_suitable = 1.0;
        return draws;
    }
    for k in 0..=first.min(positive) {
        let chance = hypergeometric(k, first, positive, of);
        match first_step(k, profile) {
            StepOutcome::Positive => draws.positive += chance,
            StepOutcome::Negative => draws.negative += chance,
            StepOutcome::Equivocal if of < first + second => draws.equivocal += chance,
            StepOutcome::Equivocal => {
                for more in 0..=second.min(positive - k) {
                    let both = chance * hypergeometric(more, second, positive - k, of - first);
                    match second_step(k, more, profile) {
                        StepOutcome::Positive => draws.positive += both,
                        _ => draws.negative += both,
                    }
                }
            }
        }
    }
    draws
}

/// Probability that the rule calls a sample positive in which this share of nuclei is.
fn called_positive(share: f64, profile: &Profile) -> f64 {
    let (first, second) = (profile.first_nuclei.value, profile.second_nuclei.value);
    (0..=first)
        .map(|k| {
            let chance = ln_binomial(k, first, share).exp();
            match first_step(k, profile) {
                StepOutcome::Positive => chance,
                StepOutcome::Negative => 0.0,
                StepOutcome::Equivocal => {
                    let needed = (0..=second)
                        .find(|&more| second_step(k, more, profile) == StepOutcome::Positive);
                    needed.map_or(0.0, |more| chance * binomial_at_least(more, second, share))
                }
            }
        })
        .sum()
}

/// The share of positive nuclei from which on the rule calls 95 % of samples positive.
fn visible_from(profile: &Profile) -> f64 {
    let (mut low, mut high) = (0.0f64, 1.0f64);
    for _ in 0..30 {
        let middle = f64::midpoint(low, high);
        if called_positive(middle, profile) < 0.95 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::profile;

    fn sample(positive: u32, of: u32) -> Statistics {
        let nuclei: Vec<(Pattern, Option<Counts>)> = (0..of)
            .map(|index| {
                let counts = if index < positive {
                    Counts {
                        fused: 1,
                        red: 1,
                        green: 1,
                    }
                } else {
                    Counts {
                        fused: 2,
                        red: 0,
                        green: 0,
                    }
                };
                (counts.pattern().unwrap(), Some(counts))
            })
            .collect();
        statistics(&nuclei, profile("vysis").unwrap())
    }

    #[test]
    fn clear_samples_are_clear() {
        let none = sample(2, 100);
        assert!(none.at_least_cut_off < 1e-4 && none.rearranged_at_least_cut_off < 1e-4);
        let many = sample(54, 100);
        assert!(many.at_least_cut_off > 0.9999 && many.rearranged_at_least_cut_off > 0.9999);
        assert!((many.rearranged_percent[0] - 51.5).abs() < 2.0);
    }

    #[test]
    fn background_lowers_what_is_rearranged() {
        let near = sample(16, 100);
        assert!(near.at_least_cut_off > 0.5);
        assert!(near.rearranged_at_least_cut_off < near.at_least_cut_off);
        assert!(near.rearranged_percent[1] <= near.rearranged_percent[0]);
    }

    #[test]
    fn draws_add_up_and_agree_with_the_rule_where_there_is_no_choice() {
        for (positive, of) in [(4, 50), (26, 50), (10, 50), (15, 100), (14, 100), (20, 140)] {
            let draws = sample(positive, of).draws;
            let sum = draws.positive + draws.negative + draws.equivocal + draws.not_suitable;
            assert!((sum - 1.0).abs() < 1e-9, "{positive} of {of}: {draws:?}");
        }
        assert!((sample(4, 50).draws.negative - 1.0).abs() < 1e-9);
        assert!((sample(10, 50).draws.equivocal - 1.0).abs() < 1e-9);
        assert_eq!(sample(10, 49).draws.not_suitable, 1.0);
    }

    #[test]
    fn the_rule_sees_from_about_a_fifth_on() {
        let visible = visible_from(profile("vysis").unwrap());
        assert!((0.18..0.24).contains(&visible), "{visible}");
        assert!(called_positive(0.06, profile("vysis").unwrap()) < 0.001);
        assert!(called_positive(0.54, profile("vysis").unwrap()) > 0.9999);
    }

    #[test]
    fn no_nuclei_say_nothing() {
        let nothing = statistics(&[], profile("vysis").unwrap());
        assert_eq!(nothing.percent, None);
        assert_eq!(nothing.interval, [0.0, 100.0]);
        assert!((nothing.at_least_cut_off - 0.85).abs() < 1e-9);
        assert!(nothing.rearranged_percent.iter().all(|x| x.is_finite()));
    }

    #[test]
    fn the_exact_interval_covers_at_least_95_percent() {
        for share in [0.05, 0.15, 0.3] {
            let covered: f64 = (0..=100)
                .filter(|&k| {
                    let [low, high] = exact_interval(k, 100, 0.95);
                    low <= share && share <= high
                })
                .map(|k| ln_binomial(k, 100, share).exp())
                .sum();
            assert!(covered >= 0.95, "{share}: {covered}");
        }
    }
}
