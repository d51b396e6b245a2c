//! Nuclei that look positive without a rearrangement: how many to expect, and whether they explain what is seen.
//!
//! Every locus has a chance `c` to look broken on its 3' side: its green signal is lost to the section or to the
//! hybridisation, or red and green lie apart by chance. A nucleus with `m` loci then looks positive with probability
//! `1 - (1 - c)^m`, so that copies raise the background. Two sources speak of `c`: the published background of diploid
//! tissue, and this sample's isolated green signals. Loss of green mirrors loss of red, and loss of red makes isolated
//! green signals, which a rearrangement that keeps the kinase does not. What share of `c` is such loss is not known and
//! taken as uniform between none and all.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::distribution::{beta_cdf, beta_quantile, binomial_at_least, ln_binomial};
use crate::pattern::{Counts, Pattern};
use crate::profile::Stated;

/// What is taken for granted, with sources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assumptions {
    /// Positive nuclei in diploid tissue without rearrangement, percent, from and to.
    pub diploid_percent: Stated<[f64; 2]>,
    /// How firmly that is believed: as if so many loci had been looked at.
    pub diploid_weight: Stated<f64>,
    /// Share of nuclei with more than two loci from which on a sample has extra copies.
    pub extra_copies_share: Stated<f64>,
    /// Below this probability background alone is ruled out.
    pub beyond_doubt: Stated<f64>,
    /// A posterior probability of at least this settles the question.
    pub settled: Stated<f64>,
}

/// The background of one sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Background {
    /// Mean number of ALK loci in a nucleus. 2 is assumed where the table has patterns without counts.
    pub loci_per_nucleus: f64,
    /// Share of nuclei with more than two loci.
    pub more_than_two: f64,
    /// Percentage of positive nuclei to expect from this copy number and the published background.
    pub from_copies: Expected,
    /// Percentage of positive nuclei to expect from the isolated green signals of this sample; `None` without counts.
    pub from_isolated_green: Option<Expected>,
    /// Both together: the background that the posterior uses.
    pub combined: Expected,
    /// Isolated green signals among nuclei that are not positive, and the loci of these nuclei.
    pub isolated_green: [u32; 2],
    /// Probability that background alone, at its upper limit, gives as many positive nuclei or more.
    pub chance: f64,
    /// Extra copies, and positive nuclei that background may explain: the call may owe itself to the copies.
    pub polyploid: bool,
    /// The same in words.
    pub says: String,
}

/// A percentage with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expected {
    /// Mean.
    pub percent: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The chance per locus on a grid, with weights that add up to one; and the loci of the nuclei.
pub(crate) struct Rate {
    pub(crate) chance: Vec<f64>,
    pub(crate) weight: Vec<f64>,
    loci: Vec<u32>,
}

/// Points of the grid of chances per locus, 0 to 0.3: no sample with more could be scored at all.
const GRID: usize = 150;
const LARGEST_CHANCE: f64 = 0.3;
/// Points over the unknown share of loss.
const SHARES: usize = 20;

/// The assumptions, compiled in.
pub fn assumptions() -> &'static Assumptions {
    static READ: LazyLock<Assumptions> =
        LazyLock::new(
            || match toml::from_str(include_str!("../data/background.toml")) {
                Ok(read) => read,
                // The file is compiled in and read by a test.
                Err(error) => unreachable!("data/background.toml: {error}"),
            },
        );
    &READ
}

/// The background of nuclei with these patterns and, where known, counts; `positive` tells which patterns count.
pub(crate) fn background(
    nuclei: &[(Pattern, Option<Counts>)],
    positive: impl Fn(Pattern) -> bool,
) -> (Background, Rate) {
    let assumed = assumptions();
    let counted = nuclei.iter().any(|(_, counts)| counts.is_some());
    let loci: Vec<u32> = nuclei
        .iter()
        .map(|(_, counts)| counts.map_or(2, |counts| counts.loci().max(1)))
        .collect();
    let all = nuclei.len().max(1) as f64;
    let loci_per_nucleus = loci.iter().map(|&loci| f64::from(loci)).sum::<f64>() / all;
    let more_than_two = loci.iter().filter(|&&loci| loci > 2).count() as f64 / all;
    let (mut green, mut of) = (0u32, 0u32);
    for (pattern, counts) in nuclei {
        if let Some(counts) = counts
            && !positive(*pattern)
        {
            green += u32::from(counts.green);
            of += counts.five_prime();
        }
    }

    let [a, b] = diploid_prior(assumed);
    let mut rate = Rate::new(loci, |chance| prior_density(a, b, chance));
    let from_copies = rate.expected();
    let from_isolated_green = counted.then(|| {
        // Jeffreys' prior on the rate of loss alone.
        let (a, b) = (f64::from(green) + 0.5, f64::from(of - green) + 0.5);
        let at = |chance: f64| 100.0 * rate.background(chance);
        Expected {
            percent: at(a / (a + b)),
            low: at(beta_quantile(a, b, 0.025)),
            high: at(beta_quantile(a, b, 0.975)),
        }
    });
    if counted && of > 0 {
        rate.learn(|chance| {
            (0..SHARES)
                .map(|index| {
                    let share = (index as f64 + 0.5) / SHARES as f64;
                    ln_binomial(green, of, share * chance).exp()
                })
                .sum()
        });
    }
    let combined = rate.expected();
    let seen = nuclei
        .iter()
        .filter(|(pattern, _)| positive(*pattern))
        .count() as u32;
    let upper = [Some(from_copies), from_isolated_green, Some(combined)]
        .into_iter()
        .flatten()
        .map(|expected| expected.high)
        .fold(0.0, f64::max);
    let chance = binomial_at_least(seen, nuclei.len() as u32, (upper / 100.0).min(1.0));
    let extra = more_than_two >= assumed.extra_copies_share.value;
    let polyploid = extra && chance >= assumed.beyond_doubt.value;
    let background = Background {
        loci_per_nucleus,
        more_than_two,
        from_copies,
        from_isolated_green,
        combined,
        isolated_green: [green, of],
        chance,
        polyploid,
        says: says(extra, polyploid, &combined, loci_per_nucleus, counted),
    };
    (background, rate)
}

fn says(extra: bool, polyploid: bool, combined: &Expected, loci: f64, counted: bool) -> String {
    let expected = format!(
        "{:.1} % of nuclei ({:.1} to {:.1}) would look positive without a rearrangement",
        combined.percent, combined.low, combined.high
    );
    match (counted, extra, polyploid) {
        (false, ..) => format!("{expected}, if nuclei have two loci: the table has no counts"),
        (_, _, true) => format!(
            "polyploid background: with {loci:.1} loci a nucleus {expected}, which may explain what is seen"
        ),
        (_, true, false) => {
            format!("extra copies ({loci:.1} loci a nucleus): {expected}, and far more do")
        }
        _ => expected,
    }
}

/// The beta distribution of the chance per locus that the published background stands for.
fn diploid_prior(assumed: &Assumptions) -> [f64; 2] {
    let [from, to] = assumed.diploid_percent.value;
    let mean = 1.0 - (1.0 - (from + to) / 200.0).sqrt();
    let weight = assumed.diploid_weight.value;
    [mean * weight, (1.0 - mean) * weight]
}

fn prior_density(a: f64, b: f64, chance: f64) -> f64 {
    let half = LARGEST_CHANCE / GRID as f64 / 2.0;
    beta_cdf(a, b, chance + half) - beta_cdf(a, b, chance - half)
}

impl Rate {
    fn new(loci: Vec<u32>, density: impl Fn(f64) -> f64) -> Self {
        let chance: Vec<f64> = (0..GRID)
            .map(|index| (index as f64 + 0.5) * LARGEST_CHANCE / GRID as f64)
            .collect();
        let weight = chance.iter().map(|&chance| density(chance)).collect();
        let mut rate = Self {
            chance,
            weight,
            loci,
        };
        rate.normalise();
        rate
    }

    fn learn(&mut self, likelihood: impl Fn(f64) -> f64) {
        let before = self.weight.clone();
        for (weight, &chance) in self.weight.iter_mut().zip(&self.chance) {
            *weight *= likelihood(chance);
        }
        // A likelihood that is zero everywhere says nothing.
        if !self.normalise() {
            self.weight = before;
        }
    }

    fn normalise(&mut self) -> bool {
        let sum: f64 = self.weight.iter().sum();
        if !(sum > 0.0 && sum.is_finite()) {
            return false;
        }
        self.weight.iter_mut().for_each(|weight| *weight /= sum);
        true
    }

    /// Share of nuclei that look positive at this chance per locus.
    pub(crate) fn background(&self, chance: f64) -> f64 {
        let all = self.loci.len().max(1) as f64;
        let intact: f64 = self
            .loci
            .iter()
            .map(|&loci| (1.0 - chance).powi(loci.min(1000) as i32))
            .sum();
        1.0 - (intact + all - self.loci.len() as f64) / all
    }

    fn expected(&self) -> Expected {
        let values: Vec<f64> = self
            .chance
            .iter()
            .map(|&chance| 100.0 * self.background(chance))
            .collect();
        let percent = values
            .iter()
            .zip(&self.weight)
            .map(|(value, weight)| value * weight)
            .sum();
        // The background grows with the chance, so that quantiles carry over.
        let quantile = |probability: f64| {
            let mut sum = 0.0;
            for (value, weight) in values.iter().zip(&self.weight) {
                sum += weight;
                if sum >= probability {
                    return *value;
                }
            }
            values.last().copied().unwrap_or(0.0)
        };
        Expected {
            percent,
            low: quantile(0.025),
            high: quantile(0.975),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// A nucleus of `copies` whole loci, each seen with probability `seen`, whose signals are lost or come apart.
    fn nucleus(rng: &mut ChaCha8Rng, copies: u16, seen: f64, lost: f64, apart: f64) -> Counts {
        let mut counts = Counts::default();
        for _ in 0..copies {
            if !rng.random_bool(seen) {
                continue;
            }
            match rng.random::<f64>() {
                x if x < lost => counts.red += 1,
                x if x < 2.0 * lost => counts.green += 1,
                x if x < 2.0 * lost + apart => {
                    counts.red += 1;
                    counts.green += 1;
                }
                _ => counts.fused += 1,
            }
        }
        counts
    }

    fn sample(
        rng: &mut ChaCha8Rng,
        copies: u16,
        broken: f64,
        n: usize,
    ) -> Vec<(Pattern, Option<Counts>)> {
        let mut nuclei = Vec::new();
        while nuclei.len() < n {
            let mut counts = nucleus(rng, copies, 0.75, 0.02, 0.012);
            if counts.fused > 0 && rng.random_bool(broken) {
                counts.fused -= 1;
                counts.red += 1;
                counts.green += 1;
            }
            if let Some(pattern) = counts.pattern() {
                nuclei.push((pattern, Some(counts)));
            }
        }
        nuclei
    }

    fn positive(pattern: Pattern) -> bool {
        matches!(pattern, Pattern::Split | Pattern::IsolatedRed)
    }

    #[test]
    fn diploid_tissue_has_the_published_background() {
        let nuclei = vec![(Pattern::Fused, None); 100];
        let (background, _) = background(&nuclei, positive);
        assert!((background.from_copies.percent - 6.0).abs() < 0.1);
        assert!(background.from_isolated_green.is_none());
        assert!(!background.polyploid);
    }

    #[test]
    fn copies_raise_the_background() {
        let at = |fused: u16| {
            let counts = Counts {
                fused,
                ..Counts::default()
            };
            background(&vec![(Pattern::Fused, Some(counts)); 50], positive)
                .0
                .from_copies
                .percent
        };
        assert!(at(2) < at(4) && at(4) < at(6));
        assert!((at(4) - 11.5).abs() < 0.5, "{}", at(4));
    }

    #[test]
    fn negatives_with_extra_copies_are_flagged_and_rearranged_ones_are_not() {
        // Development seed 11.
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        for copies in 4..=6 {
            let flagged = (0..100)
                .filter(|_| {
                    background(&sample(&mut rng, copies, 0.0, 100), positive)
                        .0
                        .polyploid
                })
                .count();
            assert!(flagged >= 95, "{copies} copies: {flagged}");
            let rearranged = (0..50)
                .filter(|_| {
                    background(&sample(&mut rng, copies, 0.6, 100), positive)
                        .0
                        .polyploid
                })
                .count();
            assert!(rearranged <= 2, "{copies} copies: {rearranged}");
        }
        let diploid = (0..100)
            .filter(|_| {
                background(&sample(&mut rng, 2, 0.0, 100), positive)
                    .0
                    .polyploid
            })
            .count();
        assert_eq!(diploid, 0);
    }

    #[test]
    fn isolated_greens_raise_the_rate() {
        let nucleus = |green: u16| {
            let counts = Counts {
                fused: 2 - green,
                red: 0,
                green,
            };
            (counts.pattern().unwrap(), Some(counts))
        };
        let clean: Vec<_> = (0..100).map(|_| nucleus(0)).collect();
        let lossy: Vec<_> = (0..100).map(|i| nucleus(u16::from(i % 4 == 0))).collect();
        let combined = |nuclei: &[_]| background(nuclei, positive).0.combined.percent;
        assert!(combined(&lossy) > 1.5 * combined(&clean));
    }
}
