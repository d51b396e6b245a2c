//! The distance index: do the distances between red and green betray rearranged nuclei that the rule counts as fused?
//!
//! After inv(2) the two halves of ALK stay on the same arm: in most nuclei they lie closer than two signal diameters,
//! and yet further apart than those of a whole locus. One nucleus does not show it; a sample does.
//!
//! The model of a sample. The way from red to green of a whole locus is normally distributed in the plane, so its length
//! is Rayleigh distributed, with a usual spread (the probes' distance and the error of the places together) and, for
//! some loci, a looser one. Now and then a red and a green of different loci are paired because their partners lie
//! outside the section; these are as far apart as any two places of the nucleus, and how often that happens follows from
//! how often a green signal is alone and from the number of copies. In a rearranged nucleus *one* locus is wide, by an
//! unknown spread, or torn to any two places; the others are whole. The likelihood with the best share of rearranged
//! nuclei is compared with that without any.
//!
//! Lost 5' halves are looked for beside it: lone reds are weighed against what is expected. Sectioning and poor
//! hybridisation leave reds and greens alone alike, so the lone greens of the sample tell how many, together with the
//! published background; more loci in a nucleus leave more. The smaller of both probabilities counts, corrected for having
//! looked twice.
//!
//! The index stands beside the rule and never changes its call.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::distribution::exact_interval;
use crate::profile::Stated;

/// Fewer pairs than this do not carry the model.
const LEAST_PAIRS: usize = 30;
/// Rounds of expectation and maximisation.
const ROUNDS: usize = 80;
/// Widths that are tried for the wide component.
const WIDTHS: usize = 10;
/// Spread of two places anywhere in a nucleus, in its radii: that of two independent places is 1/sqrt 2, and a little less
/// because of several the nearer ones are paired.
const ANYWHERE: f64 = 0.6;
/// Half of the 95 % quantile of chi-square with one degree of freedom.
const INTERVAL_DROP: f64 = 1.920_729;

/// What the index assumes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assumptions {
    /// Largest spread of a whole, loose locus over the usual one.
    pub most_loose_ratio: Stated<f64>,
    /// Smallest spread of an inverted locus over the usual one.
    pub least_wide_ratio: Stated<f64>,
    /// Largest one.
    pub most_wide_ratio: Stated<f64>,
    /// Expected share of loose ones among whole loci, before the sample is seen.
    pub loose_share: Stated<f64>,
    /// Expected lone signals of one colour per locus, before the sample is seen.
    pub lone_per_locus: Stated<f64>,
    /// How much that expectation weighs: so many loci seen before.
    pub lone_weight_loci: Stated<f64>,
    /// The sample is flagged below this p-value.
    pub suspicious_p: Stated<f64>,
    /// And with at least this estimated share of rearranged nuclei.
    pub least_fraction: Stated<f64>,
}

/// What the index goes by: one scored nucleus.
#[derive(Clone, Debug, PartialEq)]
pub struct NucleusDistances {
    /// Red to green of every pair, micrometres.
    pub distances_um: Vec<f64>,
    /// Red signals without a partner.
    pub lone_red: u32,
    /// Green signals without a partner.
    pub lone_green: u32,
    /// Radius of a disc of the nucleus' area, micrometres.
    pub radius_um: f64,
}

/// What the distances say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DistanceIndex {
    /// Scored nuclei.
    pub nuclei: u32,
    /// Pairs in them.
    pub pairs: u32,
    /// `None`: too few pairs for the model.
    pub model: Option<DistanceModel>,
    /// Nuclei with a lone red signal and nuclei with a lone green one.
    pub lone: [u32; 2],
    /// Probability of so many lone red signals, or more, without deletions.
    pub lone_p: f64,
    /// Distances and lone signals together: probability of as much without rearranged nuclei, corrected for two looks.
    pub p: f64,
    /// Estimated share of rearranged nuclei: wide pairs and the excess of lone reds.
    pub fraction: f64,
    /// The 95 % intervals of both added up, which is on the safe side: of wide pairs by their likelihood, of nuclei with a
    /// lone red less what is expected (Clopper-Pearson).
    #[serde(default = "nothing_known")]
    pub fraction_interval: [f64; 2],
    /// Whether the sample should be looked at by another method, whatever the rule says.
    pub suspicious: bool,
}

/// Of reports that were written before the interval was.
fn nothing_known() -> [f64; 2] {
    [0.0, 1.0]
}

/// The fitted model of the distances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DistanceModel {
    /// Usual spread of whole loci along one axis, micrometres.
    pub normal_um: f64,
    /// Spread of the wide locus of rearranged nuclei.
    pub wide_um: f64,
    /// Share of nuclei with a wide locus.
    pub fraction: f64,
    /// Its 95 % interval, the shapes held.
    pub fraction_interval: [f64; 2],
    /// Log-likelihood with rearranged nuclei less that without.
    pub log_likelihood_ratio: f64,
    /// Probability of such a ratio without rearranged nuclei (chi-square, 4 degrees of freedom).
    pub p: f64,
}

/// The assumptions that come with the program.
pub fn assumptions() -> &'static Assumptions {
    static ASSUMPTIONS: LazyLock<Assumptions> = LazyLock::new(|| {
        match toml::from_str(include_str!("../data/distances.toml")) {
            Ok(assumptions) => assumptions,
            // The file is compiled in and read by a test.
            Err(error) => unreachable!("data/distances.toml: {error}"),
        }
    });
    &ASSUMPTIONS
}

/// The index of a sample's scored nuclei.
#[must_use]
pub fn index(nuclei: &[NucleusDistances], assumptions: &Assumptions) -> DistanceIndex {
    let pairs: usize = nuclei.iter().map(|n| n.distances_um.len()).sum();
    let lone = [
        nuclei.iter().filter(|n| n.lone_red > 0).count() as u32,
        nuclei.iter().filter(|n| n.lone_green > 0).count() as u32,
    ];
    let missing = Missing::of(nuclei, assumptions);
    let lone_p = missing.probability();
    let all = nuclei.len().max(1) as f64;
    let lost = (missing.lone_red - missing.expected()).max(0.0) / all;
    let lost_interval = exact_interval(lone[0], nuclei.len() as u32, 0.95)
        .map(|share| (share - missing.expected() / all).max(0.0));
    let model = (pairs >= LEAST_PAIRS).then(|| distances(nuclei, missing.high_rate(), assumptions));
    let p = model
        .as_ref()
        .map_or(lone_p, |m| 1.0 - (1.0 - m.p.min(lone_p)).powi(2));
    let fraction = (model.as_ref().map_or(0.0, |m| m.fraction) + lost).min(1.0);
    let wide_interval = model.as_ref().map_or([0.0; 2], |m| m.fraction_interval);
    // Several lone reds in one nucleus count in the share and not among nuclei.
    let fraction_interval = [
        (wide_interval[0] + lost_interval[0]).min(fraction),
        (wide_interval[1] + lost_interval[1]).clamp(fraction, 1.0),
    ];
    DistanceIndex {
        nuclei: nuclei.len() as u32,
        pairs: pairs as u32,
        model,
        lone,
        lone_p,
        p,
        fraction,
        fraction_interval,
        suspicious: p < assumptions.suspicious_p.value
            && fraction >= assumptions.least_fraction.value,
    }
}

/// How often one of the two signals of a locus is missing by chance: a gamma distribution over the rate, its shape and
/// weight first from what is published and then from the sample's lone greens.
struct Missing {
    shape: f64,
    weight: f64,
    loci: f64,
    lone_red: f64,
}

impl Missing {
    fn of(nuclei: &[NucleusDistances], assumptions: &Assumptions) -> Self {
        let sum = |of: fn(&NucleusDistances) -> usize| nuclei.iter().map(of).sum::<usize>() as f64;
        let pairs = sum(|n| n.distances_um.len());
        let (reds, greens) = (sum(|n| n.lone_red as usize), sum(|n| n.lone_green as usize));
        let before = assumptions.lone_weight_loci.value;
        // Lone reds are loci too, but must not raise the number of reds to expect: each counts as much as a green does.
        let loci = pairs + 2.0 * greens.min(reds) + (greens - reds).max(0.0);
        Self {
            shape: before * assumptions.lone_per_locus.value + greens,
            weight: before + loci,
            loci,
            lone_red: reds,
        }
    }

    /// Expected rate per locus.
    fn rate(&self) -> f64 {
        self.shape / self.weight
    }

    /// One standard deviation above it: what is blamed on chance should not be blamed on too little of it.
    fn high_rate(&self) -> f64 {
        (self.shape + self.shape.sqrt()) / self.weight
    }

    /// Expected lone reds.
    fn expected(&self) -> f64 {
        self.rate() * self.loci
    }

    /// Probability of as many lone reds or more: negative binomial.
    fn probability(&self) -> f64 {
        let success = self.weight / (self.weight + self.loci);
        let mut term = success.powf(self.shape);
        let mut below = 0.0;
        let mut count = 0.0;
        while count < self.lone_red {
            below += term;
            term *= (self.shape + count) / (count + 1.0) * (1.0 - success);
            count += 1.0;
        }
        (1.0 - below).clamp(1e-12, 1.0)
    }
}

/// Shapes and shares of the model.
#[derive(Clone, Copy, Debug)]
struct Parameters {
    /// Usual spread of a whole locus.
    normal: f64,
    /// Share of loose ones among whole loci.
    loose_share: f64,
    loose: f64,
    /// Share of rearranged nuclei.
    fraction: f64,
    wide: f64,
    /// Share of them whose locus is torn to any two places.
    torn: f64,
}

/// One nucleus with what does not change while fitting.
struct Data<'a> {
    distances: &'a [f64],
    /// Spread of two places anywhere in the nucleus.
    anywhere: f64,
    /// Probability that a pair is of two loci.
    chance: f64,
}

fn distances(
    nuclei: &[NucleusDistances],
    missing: f64,
    assumptions: &Assumptions,
) -> DistanceModel {
    let data: Vec<Data> = nuclei
        .iter()
        .filter(|n| !n.distances_um.is_empty())
        .map(|n| {
            let pairs = n.distances_um.len() as f64;
            let loci = pairs + f64::from(n.lone_red.max(n.lone_green));
            Data {
                distances: &n.distances_um,
                // Of the free places least cost takes a near one.
                anywhere: ANYWHERE * n.radius_um,
                // As many reds as greens are left over, on average, as both are missing: loci times rate each.
                chance: ((loci * missing).powi(2) / pairs).min(0.2),
            }
        })
        .collect();
    let mut all: Vec<f64> = data
        .iter()
        .flat_map(|d| d.distances.iter().copied())
        .collect();
    all.sort_unstable_by(f64::total_cmp);
    // A quarter of the pairs of a sample may be wide; the lower part tells the usual spread.
    let start = Parameters {
        normal: (all[all.len() * 3 / 10] / (2.0 * (1.0f64 / 0.7).ln()).sqrt()).max(0.01),
        loose_share: 0.1,
        loose: 0.0,
        fraction: 0.0,
        wide: 0.0,
        torn: 0.0,
    };
    let loose = Loose {
        ratio: assumptions.most_loose_ratio.value,
        expected: assumptions.loose_share.value,
    };
    let (without, low) = fitted(&data, start, loose, None);
    let [least, most] = [
        assumptions.least_wide_ratio.value,
        assumptions.most_wide_ratio.value,
    ];
    let (with, high) = (0..WIDTHS)
        .map(|step| {
            let wide = least * (most / least).powf(step as f64 / (WIDTHS - 1) as f64);
            let begin = Parameters {
                fraction: 0.3,
                torn: 0.2,
                ..start
            };
            fitted(&data, begin, loose, Some(wide))
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((without, low));
    let gain = (high - low).max(0.0);
    let (fraction, wide) = if high > low {
        (with.fraction, with.wide)
    } else {
        (0.0, with.wide)
    };
    DistanceModel {
        normal_um: if high > low {
            with.normal
        } else {
            without.normal
        },
        wide_um: wide,
        fraction,
        fraction_interval: interval(&data, with, fraction),
        log_likelihood_ratio: gain,
        p: (-gain).exp() * (1.0 + gain),
    }
}

/// Expectation and maximisation from `start`; `wide` is the ratio of the wide spread to the usual one, `None` without
/// rearranged nuclei. Returns the parameters with their log-likelihood.
fn fitted(data: &[Data], start: Parameters, loose: Loose, wide: Option<f64>) -> (Parameters, f64) {
    let value_of = |p: &Parameters| likelihood(data, p) - p.loose_share / loose.expected;
    let mut now = tied(start, loose.ratio, wide);
    let mut best = value_of(&now);
    for _ in 0..ROUNDS {
        let next = tied(step(data, &now, loose, wide.is_some()), loose.ratio, wide);
        let value = value_of(&next);
        let gained = value - best;
        (now, best) = (next, value);
        if gained.abs() < 1e-7 * (1.0 + best.abs()) {
            break;
        }
    }
    (now, best)
}

/// What is known of loose loci beforehand.
#[derive(Clone, Copy, Debug)]
struct Loose {
    /// Spread over the usual one.
    ratio: f64,
    /// Expected share; shares are exponentially distributed.
    expected: f64,
}

impl Loose {
    /// The most probable share after so many usual and loose loci: where the derivative of
    /// `loose ln s + usual ln(1 - s) - s / expected` is 0.
    fn share(&self, usual: f64, loose: f64) -> f64 {
        let pull = 1.0 / self.expected;
        let sum = usual + loose + pull;
        2.0 * loose / (sum + (sum * sum - 4.0 * pull * loose).max(0.0).sqrt())
    }
}

/// Spreads that hang on the usual one.
fn tied(parameters: Parameters, most_loose: f64, wide: Option<f64>) -> Parameters {
    Parameters {
        loose: parameters.normal * most_loose,
        wide: wide.map_or(0.0, |ratio| ratio * parameters.normal),
        fraction: if wide.is_some() {
            parameters.fraction
        } else {
            0.0
        },
        ..parameters
    }
}

/// Densities of one distance: whole (usual, loose, by chance) and rearranged (wide, torn).
fn densities(d: f64, nucleus: &Data, p: &Parameters) -> [f64; 5] {
    let whole = 1.0 - nucleus.chance;
    let anywhere = rayleigh(d, nucleus.anywhere);
    let wide = if p.wide > 0.0 {
        rayleigh(d, p.wide)
    } else {
        0.0
    };
    [
        whole * (1.0 - p.loose_share) * rayleigh(d, p.normal),
        whole * p.loose_share * rayleigh(d, p.loose),
        nucleus.chance * anywhere,
        (1.0 - p.torn) * wide,
        p.torn * anywhere,
    ]
}

/// One round. The sums weigh every distance by how likely it is of each kind.
fn step(data: &[Data], p: &Parameters, looseness: Loose, rearranged: bool) -> Parameters {
    let (mut in_nuclei, mut torn, mut one) = (0.0, 0.0, 0.0);
    let (mut usual, mut loose) = (1e-12, 1e-12);
    // Squares in units of the usual spread, whatever the kind: all spreads hang on one.
    let (mut squares, mut weights) = (0.0, 1e-12);
    for nucleus in data {
        let each: Vec<[f64; 5]> = nucleus
            .distances
            .iter()
            .map(|&d| densities(d, nucleus, p))
            .collect();
        let ratios: Vec<f64> = each
            .iter()
            .map(|k| (k[3] + k[4]) / (k[0] + k[1] + k[2]).max(1e-300))
            .collect();
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        let belongs = if rearranged {
            p.fraction * mean / (1.0 - p.fraction + p.fraction * mean).max(1e-300)
        } else {
            0.0
        };
        in_nuclei += belongs;
        for ((&d, k), ratio) in nucleus.distances.iter().zip(&each).zip(&ratios) {
            let is_one = belongs * ratio / (mean * ratios.len() as f64).max(1e-300);
            let whole = (1.0 - is_one) / (k[0] + k[1] + k[2]).max(1e-300);
            let (a, b) = (whole * k[0], whole * k[1]);
            usual += a;
            loose += b;
            squares += d * d / 2.0 * (a + b * (p.normal / p.loose).powi(2));
            weights += a + b;
            if is_one > 0.0 {
                let share = is_one / (k[3] + k[4]).max(1e-300);
                let wide = share * k[3];
                one += is_one;
                torn += share * k[4];
                squares += d * d / 2.0 * wide * (p.normal / p.wide).powi(2);
                weights += wide;
            }
        }
    }
    Parameters {
        normal: (squares / weights).sqrt().max(0.005),
        loose_share: looseness.share(usual, loose).clamp(0.0, 0.5),
        fraction: (in_nuclei / data.len().max(1) as f64).clamp(0.0, 1.0),
        torn: if one > 0.0 { torn / one } else { p.torn },
        ..*p
    }
}

fn likelihood(data: &[Data], p: &Parameters) -> f64 {
    data.iter()
        .map(|nucleus| {
            let (mut log_whole, mut ratios) = (0.0, 0.0);
            for &d in nucleus.distances {
                let k = densities(d, nucleus, p);
                let whole = (k[0] + k[1] + k[2]).max(1e-300);
                log_whole += whole.ln();
                ratios += (k[3] + k[4]) / whole;
            }
            let mean = ratios / nucleus.distances.len() as f64;
            log_whole + (1.0 - p.fraction + p.fraction * mean).max(1e-300).ln()
        })
        .sum()
}

/// Where the likelihood of the share falls by 1.92 on both sides of its best.
fn interval(data: &[Data], best: Parameters, fraction: f64) -> [f64; 2] {
    let at = |fraction: f64| likelihood(data, &Parameters { fraction, ..best });
    let floor = at(fraction) - INTERVAL_DROP;
    let edge = |mut outside: f64, mut inside: f64| {
        if at(outside) >= floor {
            return outside;
        }
        for _ in 0..40 {
            let middle = f64::midpoint(outside, inside);
            if at(middle) >= floor {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        inside
    };
    [edge(0.0, fraction), edge(1.0, fraction)]
}

fn rayleigh(d: f64, spread: f64) -> f64 {
    let square = spread * spread;
    (d / square * (-d * d / (2.0 * square)).exp()).max(1e-12)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random numbers for tests: a linear congruential generator.
    struct Draws(u64);

    impl Draws {
        fn unit(&mut self) -> f64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        }

        fn rayleigh(&mut self, spread: f64) -> f64 {
            spread * (-2.0 * self.unit().ln()).sqrt()
        }
    }

    /// Nuclei with `copies` loci, a share with one wide locus, and loose loci.
    fn sample(
        seed: u64,
        nuclei: usize,
        copies: usize,
        wide: f64,
        loose: f64,
    ) -> Vec<NucleusDistances> {
        let mut draws = Draws(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..nuclei)
            .map(|_| {
                let rearranged = draws.unit() < wide;
                let mut found = NucleusDistances {
                    distances_um: Vec::new(),
                    lone_red: 0,
                    lone_green: 0,
                    radius_um: 5.0,
                };
                for copy in 0..copies {
                    let spread = match (rearranged && copy == 0, draws.unit() < loose) {
                        (true, _) => 0.775,
                        (false, true) => 0.45,
                        (false, false) => 0.24,
                    };
                    let lost = draws.unit();
                    if lost < 0.03 {
                        found.lone_red += 1;
                    } else if lost < 0.06 {
                        found.lone_green += 1;
                    } else {
                        found.distances_um.push(draws.rayleigh(spread));
                    }
                }
                found
            })
            .collect()
    }

    fn flagged(samples: impl Iterator<Item = Vec<NucleusDistances>>) -> usize {
        samples
            .filter(|nuclei| index(nuclei, assumptions()).suspicious)
            .count()
    }

    #[test]
    fn inversions_in_half_of_the_nuclei_are_seen() {
        let found = flagged((0..40).map(|seed| sample(seed, 100, 2, 0.5, 0.0)));
        assert!(found >= 39, "{found} of 40");
    }

    #[test]
    fn whole_loci_are_left_alone_in_diploid_polyploid_and_loose_nuclei() {
        for (copies, loose, most) in [(2, 0.0, 1), (5, 0.0, 2), (2, 0.15, 3)] {
            let found = flagged((0..40).map(|seed| sample(1000 + seed, 100, copies, 0.0, loose)));
            assert!(
                found <= most,
                "{found} of 40 with {copies} copies, {loose} loose"
            );
        }
    }

    #[test]
    fn the_share_is_estimated() {
        let nuclei = sample(7, 400, 2, 0.4, 0.0);
        let model = index(&nuclei, assumptions()).model.expect("enough pairs");
        assert!((model.normal_um - 0.24).abs() < 0.03, "{model:?}");
        assert!((model.fraction - 0.4).abs() < 0.12, "{model:?}");
        let [low, high] = model.fraction_interval;
        assert!(low < model.fraction && model.fraction < high && high - low < 0.3);
    }

    #[test]
    fn lost_halves_are_seen_by_lone_reds() {
        let mut nuclei = sample(3, 100, 2, 0.0, 0.0);
        assert!(!index(&nuclei, assumptions()).suspicious);
        for nucleus in nuclei.iter_mut().step_by(4) {
            nucleus.distances_um.pop();
            nucleus.lone_red += 1;
        }
        let found = index(&nuclei, assumptions());
        assert!(found.suspicious);
        let [low, high] = found.fraction_interval;
        assert!((0.1..found.fraction).contains(&low), "{found:?}");
        assert!((found.fraction..0.5).contains(&high), "{found:?}");
    }

    #[test]
    fn too_few_pairs_say_nothing() {
        let index = index(&sample(1, 5, 2, 1.0, 0.0), assumptions());
        assert!(index.model.is_none() && !index.suspicious);
        assert!(super::index(&[], assumptions()).p >= 0.99);
    }

    #[test]
    fn lone_reds_are_weighed_against_what_is_expected() {
        let missing = |lone_red| Missing {
            shape: 16.0,
            weight: 400.0,
            loci: 170.0,
            lone_red,
        };
        assert!((missing(0.0).expected() - 6.8).abs() < 1e-9);
        assert!((missing(0.0).probability() - 1.0).abs() < 1e-12);
        // Mean 6.8, standard deviation 3.1.
        assert!((0.3..0.6).contains(&missing(7.0).probability()));
        assert!(missing(20.0).probability() < 1e-3);
    }
}
