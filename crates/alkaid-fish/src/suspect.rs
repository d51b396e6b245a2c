//! What is wrong with a slide as a whole, which no single nucleus shows: probes that did not bind, channels that do not lie
//! on each other, colours that were taken for each other.

use crate::finding::{Colour, Exclusion, FieldFinding, Nucleus, Signal};
use crate::pattern::Pattern;
use crate::profile::Profile;
use crate::quality::Limits;

/// Fewer signals than this do not tell how channels lie on each other.
const LEAST_SIGNALS: usize = 20;
/// Fewer nuclei than this do not tell that colours are exchanged.
const LEAST_NUCLEI: usize = 20;

/// Why there can be no call on this slide.
pub(crate) fn refusals(
    fields: &[FieldFinding],
    nuclei: &[Nucleus],
    limits: &Limits,
) -> Vec<String> {
    let mut refusals = Vec::new();
    refusals.extend(unlabelled(nuclei, limits.most_unlabelled.value));
    refusals.extend(displaced(fields, nuclei, limits.most_displaced_um.value));
    refusals
}

/// Most nuclei that are good to look at show no signal, or one colour.
fn unlabelled(nuclei: &[Nucleus], most: f64) -> Option<String> {
    let without = |reason: &Exclusion| matches!(reason, Exclusion::NoSignal | Exclusion::OneColour);
    let good = nuclei
        .iter()
        .filter(|nucleus| nucleus.excluded.iter().all(without));
    let (mut all, mut dark) = (0usize, 0usize);
    for nucleus in good {
        all += 1;
        dark += usize::from(!nucleus.excluded.is_empty());
    }
    (dark as f64 > most * all as f64).then(|| {
        format!(
            "{dark} of {all} nuclei that are good to look at show no signal or one colour only: the probes did not bind, or \
             signals drown in the background; those that are left speak for no one: no call"
        )
    })
}

/// In a field where most red signals have their nearest green one in the same direction and at the same distance, the
/// channels do not lie on each other. Broken loci point anywhere.
fn displaced(fields: &[FieldFinding], nuclei: &[Nucleus], most_um: f64) -> Option<String> {
    let fields: Vec<(&FieldFinding, [f64; 2])> = fields
        .iter()
        .enumerate()
        .filter_map(|(index, field)| {
            let ways = nuclei
                .iter()
                .filter(|nucleus| nucleus.field as usize == index)
                .flat_map(|nucleus| ways(field, nucleus))
                .collect();
            Some((field, common(ways, most_um)?))
        })
        .collect();
    let (field, [x, y]) = fields.first()?;
    Some(format!(
        "{}: red and green lie {x:+.1} and {y:+.1} µm (x and y) apart in nearly all nuclei{}: the channels are not registered; \
         align them and export the image again: no call",
        field.name,
        match fields.len() {
            1 => String::new(),
            more => format!(", and so in {} fields more", more - 1),
        }
    ))
}

/// From every red signal of a nucleus to the nearest green one, micrometres, the measured shift taken out.
fn ways(field: &FieldFinding, nucleus: &Nucleus) -> Vec<[f64; 2]> {
    let of = |colour| {
        nucleus
            .signals
            .iter()
            .filter(move |signal| signal.colour == colour)
    };
    let way = |red: &Signal, green: &Signal| {
        [
            (green.x_px - red.x_px) * field.pixel.x_um - field.shift_um[0],
            (green.y_px - red.y_px) * field.pixel.y_um - field.shift_um[1],
        ]
    };
    of(Colour::Red)
        .filter_map(|red| {
            of(Colour::Green)
                .map(|green| way(red, green))
                .min_by(|a, b| a[0].hypot(a[1]).total_cmp(&b[0].hypot(b[1])))
        })
        .collect()
}

/// The way that most have in common, if it is longer than `most_um` and they keep close to it.
fn common(ways: Vec<[f64; 2]>, most_um: f64) -> Option<[f64; 2]> {
    if ways.len() < LEAST_SIGNALS {
        return None;
    }
    let middle = [0, 1].map(|axis| median(ways.iter().map(|way| way[axis]).collect()));
    let length = middle[0].hypot(middle[1]);
    let off = median(
        ways.iter()
            .map(|way| (way[0] - middle[0]).hypot(way[1] - middle[1]))
            .collect(),
    );
    (length > most_um && off < length / 3.0).then_some(middle)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Spots outside nuclei, so many that some of those counted in nuclei must be such.
pub(crate) fn cluttered(false_signals: [f64; 2], most: f64) -> Option<String> {
    let [red, green] = false_signals;
    (red.max(green) > most).then(|| {
        format!(
            "outside nuclei lie {red:.2} 3' and {green:.2} 5' spots per area of a nucleus (granules, dirt, or nuclei that were \
             not found): as many of those counted in a nucleus may be no signals"
        )
    })
}

/// Lone 5' signals in most nuclei: a rare finding, and a common slip of colours.
pub(crate) fn exchanged(patterns: &[Pattern], profile: &Profile) -> Option<String> {
    let count = |which| patterns.iter().filter(|pattern| **pattern == which).count();
    let (green, red) = (
        count(Pattern::IsolatedGreen),
        count(Pattern::IsolatedRed) + count(Pattern::Split),
    );
    (patterns.len() >= LEAST_NUCLEI && 2 * green > patterns.len() && green > 4 * red).then(|| {
        format!(
            "{green} of {} nuclei have lone 5' signals, which is rare, and looks like lone 3' signals with the colours \
             exchanged; in this kit the 3' side is {}: check which channel or column is which",
            patterns.len(),
            profile.seen_as(Colour::Red).as_str()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::profile;

    #[test]
    fn a_common_way_is_told_from_ways_in_all_directions() {
        let around = |length: f64| -> Vec<[f64; 2]> {
            (0..40)
                .map(|turn| f64::from(turn) / 40.0 * std::f64::consts::TAU)
                .map(|turn| [length * turn.cos(), length * turn.sin()])
                .collect()
        };
        assert_eq!(common(around(2.0), 0.6), None);
        let moved = |by: f64| around(0.2).into_iter().map(|[x, y]| [x + by, y]).collect();
        let found: [f64; 2] = common(moved(1.6), 0.6).expect("all are moved");
        assert!((found[0] - 1.6).abs() < 0.1 && found[1].abs() < 0.1);
        assert_eq!(common(moved(0.3), 0.6), None);
        assert_eq!(common(vec![[2.0, 0.0]; 5], 0.6), None);
    }

    #[test]
    fn clutter_is_told_by_the_worse_colour() {
        assert_eq!(cluttered([0.04, 0.1], 0.1), None);
        let says = cluttered([0.02, 0.31], 0.1).expect("a doubt");
        assert!(
            says.contains("0.02 3'") && says.contains("0.31 5'"),
            "{says}"
        );
    }

    #[test]
    fn lone_5_prime_signals_in_most_nuclei_raise_a_doubt() {
        let vysis = profile("vysis").expect("it is known");
        let mut patterns = vec![Pattern::IsolatedGreen; 30];
        patterns.extend([Pattern::Fused; 10]);
        let says = exchanged(&patterns, vysis).expect("a doubt");
        assert!(says.contains("30 of 40") && says.contains("red"), "{says}");
        patterns.extend([Pattern::Fused; 30]);
        assert_eq!(exchanged(&patterns, vysis), None);
        assert_eq!(exchanged(&[Pattern::IsolatedGreen; 5], vysis), None);
    }
}
