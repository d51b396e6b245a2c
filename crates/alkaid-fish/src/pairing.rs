//! Red and green signals of one nucleus: which belong together, which pairs are split, and how doubtful that is.
//!
//! Every red signal gets a green one of its own, or every green one a red, whichever are fewer, at the least total cost.
//! A pair costs its distance up to the distance from which the rule calls it split, and hardly more beyond: a close pair
//! is never given up so that a far one becomes a little less far.
//!
//! Two loci can lie so close that one colour shows two signals and the other only one. A signal that is left over next to
//! a fused pair whose other colour has the light of two is fused with it, as an eye would see it.
//!
//! The *doubt* of a nucleus is the probability that its pattern is another one than stated, if each distance is off by
//! its error, each signal is true with its confidence, and one in so many targets gives no signal that is found. The
//! items are independent, so the probability of each pattern follows exactly.

use crate::finding::{Colour, Pair, Signal};
use crate::pattern::Counts;

/// When a pair is split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitRule {
    /// Signal diameter on this slide, micrometres.
    pub diameter_um: f64,
    /// Split from this distance between centres on, signal diameters.
    pub split_diameters: f64,
    /// Standard error of the chromatic shift along one axis, micrometres: it moves all distances of a field.
    pub shift_error_um: f64,
    /// Probability that a true signal is not found, for the doubt of lone signals.
    pub missed: f64,
}

/// What pairing finds in a nucleus.
#[derive(Clone, Debug, PartialEq)]
pub struct Paired {
    /// In the order of the red signals.
    pub pairs: Vec<Pair>,
    /// Signals by kind.
    pub counts: Counts,
    /// Probability that the pattern is another one.
    pub doubt: f64,
}

/// A signal's place with the shift taken out, micrometres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Along x.
    pub x_um: f64,
    /// Along y.
    pub y_um: f64,
}

/// Beyond the split distance a micrometre costs so much of one below it.
const FAR_COST: f64 = 0.02;

impl SplitRule {
    /// The distance from which a pair is split, micrometres.
    #[must_use]
    pub fn distance_um(&self) -> f64 {
        self.split_diameters * self.diameter_um
    }
}

/// Pairs the signals of one nucleus; `places` are those of `signals`, in the same order.
#[must_use]
pub fn pair(signals: &[Signal], places: &[Place], rule: &SplitRule) -> Paired {
    let of = |colour: Colour| -> Vec<usize> {
        (0..signals.len())
            .filter(|&i| signals[i].colour == colour)
            .collect()
    };
    let (reds, greens) = (of(Colour::Red), of(Colour::Green));
    let split_from = rule.distance_um();
    let distance = |a: usize, b: usize| {
        (places[a].x_um - places[b].x_um).hypot(places[a].y_um - places[b].y_um)
    };
    let cost = |a: usize, b: usize| {
        let d = distance(a, b);
        d.min(split_from) + FAR_COST * d
    };
    let mut matched: Vec<(usize, usize)> = if reds.len() <= greens.len() {
        let given =
            crate::assignment::cheapest(reds.len(), greens.len(), |r, g| cost(reds[r], greens[g]));
        given
            .iter()
            .enumerate()
            .map(|(r, &g)| (reds[r], greens[g]))
            .collect()
    } else {
        let given =
            crate::assignment::cheapest(greens.len(), reds.len(), |g, r| cost(reds[r], greens[g]));
        given
            .iter()
            .enumerate()
            .map(|(g, &r)| (reds[r], greens[g]))
            .collect()
    };
    matched.extend(shared(signals, &matched, distance, rule));
    matched.sort_unstable();
    let pairs: Vec<Pair> = matched
        .iter()
        .map(|&(red, green)| {
            let distance_um = distance(red, green);
            let error_um = (signals[red].error_um.powi(2)
                + signals[green].error_um.powi(2)
                + rule.shift_error_um.powi(2))
            .sqrt();
            Pair {
                red: red as u32,
                green: green as u32,
                distance_um,
                error_um,
                diameters: distance_um / rule.diameter_um,
                split: distance_um >= split_from,
            }
        })
        .collect();
    let split = pairs.iter().filter(|pair| pair.split).count();
    let lone = |colour: Colour| {
        (0..signals.len())
            .filter(|&i| {
                signals[i].colour == colour && !matched.iter().any(|m| m.0 == i || m.1 == i)
            })
            .count()
    };
    let counts = Counts {
        fused: (pairs.len() - split) as u16,
        red: (lone(Colour::Red) + split) as u16,
        green: (lone(Colour::Green) + split) as u16,
    };
    let doubt = doubt(signals, &pairs, counts, rule);
    Paired {
        pairs,
        counts,
        doubt,
    }
}

/// Further pairs of signals that are left over with a signal that stands for two and is in a fused pair close by.
fn shared(
    signals: &[Signal],
    matched: &[(usize, usize)],
    distance: impl Fn(usize, usize) -> f64,
    rule: &SplitRule,
) -> Vec<(usize, usize)> {
    let free = |i: usize| !matched.iter().any(|m| m.0 == i || m.1 == i);
    let mut given = vec![false; matched.len()];
    let mut further = Vec::new();
    for left in (0..signals.len()).filter(|&i| free(i)) {
        let nearest = matched
            .iter()
            .enumerate()
            .filter_map(|(index, &(red, green))| {
                let (twin, double) = match signals[left].colour {
                    Colour::Red => (red, green),
                    Colour::Green => (green, red),
                };
                let fused = distance(red, green) < rule.distance_um();
                let close = distance(left, double) < rule.distance_um()
                    && distance(left, twin) < rule.distance_um();
                let open = fused && close && signals[double].merged > 1 && !given[index];
                open.then(|| (distance(left, double), index, double))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, index, double)) = nearest {
            given[index] = true;
            further.push(match signals[left].colour {
                Colour::Red => (left, double),
                Colour::Green => (double, left),
            });
        }
    }
    further
}

/// Probabilities of what lone signals there are: `[red present][green present]`.
#[derive(Clone, Copy)]
struct Lone([[f64; 2]; 2]);

impl Lone {
    /// Adds an item that leaves a lone red with probability `red`, a lone green with `green`, both with `both`.
    fn add(&mut self, red: f64, green: f64, both: f64) {
        let none = (1.0 - red - green - both).max(0.0);
        let mut next = [[0.0; 2]; 2];
        for (r, row) in self.0.iter().enumerate() {
            for (g, &p) in row.iter().enumerate() {
                next[r][g] += p * none;
                next[1][g] += p * red;
                next[r][1] += p * green;
                next[1][1] += p * both;
            }
        }
        self.0 = next;
    }
}

fn doubt(signals: &[Signal], pairs: &[Pair], counts: Counts, rule: &SplitRule) -> f64 {
    let mut lone = Lone([[1.0, 0.0], [0.0, 0.0]]);
    let mut in_pair = vec![false; signals.len()];
    for pair in pairs {
        let (red, green) = (pair.red as usize, pair.green as usize);
        (in_pair[red], in_pair[green]) = (true, true);
        let (r, g) = (signals[red].confidence, signals[green].confidence);
        let over = (pair.distance_um - rule.distance_um()) / pair.error_um.max(1e-6);
        let split = normal_below(over);
        lone.add(r * (1.0 - g), g * (1.0 - r), r * g * split);
    }
    for (signal, _) in signals.iter().zip(&in_pair).filter(|(_, paired)| !**paired) {
        // Its partner may be there and not be found.
        let alone = signal.confidence * (1.0 - rule.missed);
        match signal.colour {
            Colour::Red => lone.add(alone, 0.0, 0.0),
            Colour::Green => lone.add(0.0, alone, 0.0),
        }
    }
    let stated = lone.0[usize::from(counts.red > 0)][usize::from(counts.green > 0)];
    (1.0 - stated).clamp(0.0, 1.0)
}

/// Probability that a standard normal number is below `x` (Abramowitz and Stegun 7.1.26, error below 1e-7).
fn normal_below(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = t
        * (0.254_829_592
            + t * (-0.284_496_736
                + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let tail = 0.5 * series * (-z * z).exp();
    if x >= 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Colour::{Green, Red};

    const RULE: SplitRule = SplitRule {
        diameter_um: 0.5,
        split_diameters: 2.0,
        shift_error_um: 0.0,
        missed: 0.02,
    };

    fn nucleus(at: &[(Colour, f64, f64)]) -> (Vec<Signal>, Vec<Place>) {
        at.iter()
            .map(|&(colour, x_um, y_um)| {
                let signal = Signal {
                    colour,
                    x_px: x_um * 10.0,
                    y_px: y_um * 10.0,
                    z: 0.0,
                    error_um: 0.02,
                    amplitude: 500.0,
                    snr: 10.0,
                    merged: 1,
                    confidence: 0.999,
                };
                (signal, Place { x_um, y_um })
            })
            .unzip()
    }

    fn counts(at: &[(Colour, f64, f64)]) -> (u16, u16, u16) {
        let (signals, places) = nucleus(at);
        let Counts { fused, red, green } = pair(&signals, &places, &RULE).counts;
        (fused, red, green)
    }

    #[test]
    fn patterns_of_the_atlas() {
        let fused = [
            (Red, 1.0, 1.0),
            (Green, 1.3, 1.0),
            (Red, 5.0, 5.0),
            (Green, 5.0, 5.2),
        ];
        assert_eq!(counts(&fused), (2, 0, 0));
        let split = [
            (Red, 1.0, 1.0),
            (Green, 1.3, 1.0),
            (Red, 5.0, 5.0),
            (Green, 8.0, 5.2),
        ];
        assert_eq!(counts(&split), (1, 1, 1));
        let lost = [(Red, 1.0, 1.0), (Green, 1.3, 1.0), (Red, 5.0, 5.0)];
        assert_eq!(counts(&lost), (1, 1, 0));
        let green = [(Green, 1.0, 1.0), (Red, 1.3, 1.0), (Green, 5.0, 5.0)];
        assert_eq!(counts(&green), (1, 0, 1));
        let none = [(Red, 1.0, 1.0), (Red, 4.0, 1.0), (Green, 8.0, 1.0)];
        assert_eq!(counts(&none), (0, 2, 1));
        assert_eq!(counts(&[]), (0, 0, 0));
    }

    #[test]
    fn a_close_pair_is_not_given_up_for_far_ones() {
        // Greens at 0.4 and 9.4 from one red; the other red is 4 from the first green.
        let at = [
            (Red, 5.0, 5.0),
            (Green, 5.4, 5.0),
            (Red, 9.4, 5.0),
            (Green, 5.0, 14.4),
        ];
        assert_eq!(counts(&at), (1, 1, 1));
    }

    #[test]
    fn a_distance_at_the_border_is_doubtful_and_a_clear_one_is_not() {
        let doubt = |gap: f64| {
            let (signals, places) = nucleus(&[(Red, 1.0, 1.0), (Green, 1.0 + gap, 1.0)]);
            pair(&signals, &places, &RULE).doubt
        };
        assert!((doubt(1.0) - 0.5).abs() < 0.01);
        assert!(doubt(0.3) < 0.01);
        assert!(doubt(3.0) < 0.01);
        assert!(doubt(0.97) > 0.1 && doubt(0.97) < 0.2);
    }

    #[test]
    fn a_signal_with_the_light_of_two_has_two_partners() {
        let at = [(Red, 1.0, 1.0), (Green, 1.2, 1.0), (Green, 0.6, 1.0)];
        assert_eq!(counts(&at), (1, 0, 1));
        let (mut signals, places) = nucleus(&at);
        signals[0].merged = 2;
        let found = pair(&signals, &places, &RULE);
        assert_eq!((found.counts.fused, found.counts.green), (2, 0));
        assert_eq!(found.pairs.len(), 2);
        let far = [(Red, 1.0, 1.0), (Green, 1.2, 1.0), (Green, 6.0, 1.0)];
        let (mut signals, places) = nucleus(&far);
        signals[0].merged = 2;
        assert_eq!(pair(&signals, &places, &RULE).counts.green, 1);
    }

    proptest! {
        #[test]
        fn every_signal_is_counted_once(places in prop::collection::vec((any::<bool>(), 0.0..10.0f64, 0.0..10.0f64), 0..14)) {
            let at: Vec<_> = places.iter().map(|&(red, x, y)| (if red { Red } else { Green }, x, y)).collect();
            let (signals, spots) = nucleus(&at);
            let found = pair(&signals, &spots, &RULE);
            let reds = at.iter().filter(|s| s.0 == Red).count();
            prop_assert_eq!(usize::from(found.counts.fused + found.counts.red), reds);
            prop_assert_eq!(usize::from(found.counts.fused + found.counts.green), at.len() - reds);
            prop_assert!((0.0..=1.0).contains(&found.doubt));
        }

        #[test]
        fn the_normal_distribution_is_symmetric(x in -6.0..6.0f64) {
            prop_assert!((normal_below(x) + normal_below(-x) - 1.0).abs() < 1e-9);
        }
    }
}
