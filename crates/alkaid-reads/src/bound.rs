//! What would have been seen: turning depth into the smallest fusion that a negative excludes.

use statrs::distribution::{DiscreteCDF, Poisson};

use crate::anatomy::Anatomy;
use crate::census::Coverage;
use crate::finding::{Bound, Molecule, Verdict};
use crate::input::InputSummary;

/// Molecules across a junction that the bound asks for: one more than a call needs, to be on the safe side.
const NEEDED: u64 = 3;
/// Probability of seeing them.
const PROBABILITY: f64 = 0.95;
/// Shortest anchor on either side of a junction with which a read counts.
const COUNTED_ANCHOR: f64 = 7.0;
/// Shortest anchor on ALK's side that always brings a fragment through the sieve.
const SIEVE_ANCHOR: f64 = 12.0;
/// A negative says little if a fusion at this many fragments per million could hide (RNA).
const RNA_LIMIT: f64 = 100.0;
/// The same as an allele fraction (DNA): a heterozygous change in a sample that is half tumour.
const DNA_LIMIT: f64 = 0.25;

/// The bound, and the verdict of a sample in which nothing was found.
pub fn bound(
    molecule: Molecule,
    anatomy: &Anatomy,
    coverage: &Coverage,
    input: &InputSummary,
) -> (Bound, Verdict) {
    let mean = mean_needed(NEEDED, PROBABILITY);
    match molecule {
        Molecule::Rna => rna(mean, input),
        Molecule::Dna => dna(mean, anatomy, coverage),
    }
}

fn rna(mean: f64, input: &InputSummary) -> (Bound, Verdict) {
    let length = f64::from(input.read_length.median);
    // Of the places where a junction can lie within a read, those in which the read is found and counted.
    let seen = (length - COUNTED_ANCHOR - SIEVE_ANCHOR).max(0.0) / (length - 1.0).max(1.0);
    let millions = input.fragments as f64 / 1e6 * seen;
    let limit = (millions > 0.0).then(|| mean / millions);
    let verdict = if limit.is_some_and(|limit| limit <= RNA_LIMIT) {
        Verdict::NotDetected
    } else {
        Verdict::Insufficient
    };
    let statement = match limit {
        Some(limit) => format!(
            "A fusion with at least {} fragments per million across its junction would have been seen with 95 % probability \
             (here: {} of {} fragments).",
            significant(limit),
            significant(limit * input.fragments as f64 / 1e6),
            input.fragments
        ),
        None => "There are no reads long enough to show a fusion.".to_owned(),
    };
    let model = format!(
        "Poisson number of fragments across the junction; {NEEDED} needed; a read of {length} nt shows the junction with \
         probability {seen:.2} (anchors of {SIEVE_ANCHOR} nt in ALK and {COUNTED_ANCHOR} nt in the partner). Fragments per \
         million of this file, so selection or depletion of ALK is included. More than {RNA_LIMIT} per million: insufficient."
    );
    let bound = Bound {
        statement,
        fragments_needed: NEEDED as u32,
        rna_fragments_per_million: limit.map(rounded),
        dna_allele_fraction: None,
        model,
    };
    (bound, verdict)
}

fn dna(mean: f64, anatomy: &Anatomy, coverage: &Coverage) -> (Bound, Verdict) {
    let mut through: Vec<u32> = anatomy
        .break_region()
        .map(|offset| coverage.through(offset))
        .collect();
    // A panel may cover a part only: the bound is that of the covered part, and how much that is is said.
    let all = through.len().max(1) as f64;
    through.retain(|&depth| f64::from(depth) >= mean);
    through.sort_unstable();
    let covered = through.len() as f64 / all;
    let depth = through
        .get(through.len() / 2)
        .map_or(0.0, |&depth| f64::from(depth));
    let limit = (depth >= mean).then(|| mean / depth);
    let verdict = if limit.is_some_and(|limit| limit <= DNA_LIMIT) {
        Verdict::NotDetected
    } else {
        Verdict::Insufficient
    };
    let statement = match limit {
        Some(limit) => format!(
            "A rearrangement in at least {} % of the fragments would have been seen with 95 % probability, for breakpoints in \
             the {:.0} % of ALK introns 15–20 and exons 16–21 that are covered (median {depth:.0} fragments there).",
            significant(100.0 * limit),
            100.0 * covered
        ),
        None => "ALK introns 15–20 and exons 16–21 are not covered deeply enough to show a rearrangement.".to_owned(),
    };
    let model = format!(
        "Poisson number of fragments across the breakpoint at the median depth of reads that run through a base with 5 nt on \
         either side; {NEEDED} needed. Above an allele fraction of {DNA_LIMIT}: insufficient."
    );
    let bound = Bound {
        statement,
        fragments_needed: NEEDED as u32,
        rna_fragments_per_million: None,
        dna_allele_fraction: limit.map(rounded),
        model,
    };
    (bound, verdict)
}

/// The Poisson mean at which at least `needed` events have this probability.
fn mean_needed(needed: u64, probability: f64) -> f64 {
    let (mut low, mut high) = (1e-6, 1e3);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        // The mean is positive and finite, so the distribution exists.
        let seen = Poisson::new(middle).map_or(0.0, |poisson| poisson.sf(needed - 1));
        if seen < probability {
            low = middle
        } else {
            high = middle
        }
    }
    high
}

/// Three significant digits.
fn rounded(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let scale = 10f64.powi(2 - value.log10().floor() as i32);
    (value * scale).round() / scale
}

fn significant(value: f64) -> String {
    let value = rounded(value);
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_gives_the_probability() {
        assert!((mean_needed(1, 0.95) - 2.9957).abs() < 1e-3);
        assert!((mean_needed(3, 0.95) - 6.2958).abs() < 1e-3);
    }

    #[test]
    fn figures_are_printed_with_three_digits() {
        assert_eq!(significant(1_234.5), "1230");
        assert_eq!(significant(0.012_345), "0.0123");
    }
}
