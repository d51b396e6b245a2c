//! The error model: what sequencing and PCR alone would put at a column, measured on the sample itself.
//!
//! Every molecule's base has an error probability, by the kind of substitution and the class of its quality. It starts
//! from the stated quality and moves to the rate at which this sample's own reference positions show that substitution,
//! as soon as there are a few errors to count. The number of erroneous molecules at a column is a sum of independent
//! rare events of these probabilities, nearly Poisson; positions differ in how error-prone they are, so the rate has a
//! gamma distribution whose spread is measured too, per substitution. Columns that stand out (true variants) are left
//! out of the measurement.

use super::pileup::{CLASSES, Column, Pileup};
use super::statistics::at_least;

/// Errors' worth of trust in the stated quality. An assumption.
const PRIOR_ERRORS: f64 = 3.0;
/// Lowest error probability per base and substitution: polymerase errors before any copy is made. An assumption, of the
/// order of 1e-6 for high-fidelity enzymes over the cycles of a library.
const FLOOR: f64 = 1e-6;
/// Spread of the rate between positions before it is measured (variance over squared mean), and how many units of
/// squared mean that assumption weighs. Assumptions.
const PRIOR_SPREAD: f64 = 0.3;
const PRIOR_WEIGHT: f64 = 10.0;
/// A column is left out of the measurement when chance explains its allele with less than this.
const OUTLIER: f64 = 1e-6;
/// Outliers of one substitution above this share of the columns are no variants but the sample's nature.
const MAX_OUTLIERS: f64 = 0.02;
/// Rounds of measuring.
const ROUNDS: usize = 3;
/// Error probability of an insertion or deletion of one base outside repeats, and the factor for each further copy of a
/// repeated unit. Assumptions, of the order seen on Illumina instruments.
const INDEL_ERROR: f64 = 5e-6;
const INDEL_GROWTH: f64 = 2.5;

/// What errors are expected.
pub struct ErrorModel {
    /// By reference base, other base, quality class.
    rates: [[[f64; CLASSES]; 4]; 4],
    /// By reference base and other base.
    spreads: [[f64; 4]; 4],
}

impl ErrorModel {
    /// Measures the sample.
    pub fn measure(pileup: &Pileup) -> Self {
        let mut model = ErrorModel {
            rates: [[[0.0; CLASSES]; 4]; 4],
            spreads: [[PRIOR_SPREAD; 4]; 4],
        };
        let prior = prior(pileup);
        for of in &mut model.rates {
            of.fill(prior);
        }
        for _ in 0..ROUNDS {
            for reference in 0..4u8 {
                for other in (0..4u8).filter(|other| *other != reference) {
                    let kept = model.kept(pileup, reference, other);
                    model.measure_one(&kept, reference, other, &prior);
                }
            }
        }
        model
    }

    /// Molecules that errors alone would put on an allele of a column, on average.
    pub fn expected(&self, column: &Column, other: u8) -> f64 {
        if column.reference > 3 {
            return f64::INFINITY;
        }
        let rates = &self.rates[usize::from(column.reference)][usize::from(other)];
        rates
            .iter()
            .enumerate()
            .map(|(class, rate)| rate * f64::from(column.depth_of(class)))
            .sum()
    }

    /// Spread of the rate for a substitution.
    pub fn spread(&self, reference: u8, other: u8) -> f64 {
        self.spreads
            .get(usize::from(reference))
            .map_or(PRIOR_SPREAD, |of| of[usize::from(other & 3)])
    }

    /// Probability that errors put at least `seen` molecules on an allele.
    pub fn chance(&self, column: &Column, other: u8, seen: u32) -> f64 {
        at_least(
            seen,
            self.expected(column, other),
            self.spread(column.reference, other),
        )
    }

    /// The columns to measure a substitution on.
    fn kept<'p>(&self, pileup: &'p Pileup, reference: u8, other: u8) -> Vec<&'p Column> {
        let all: Vec<&Column> = pileup
            .columns
            .iter()
            .filter(|column| column.reference == reference && column.depth() > 0)
            .collect();
        let stands_out = |column: &&Column| {
            let seen = column.alleles[usize::from(other)].molecules();
            seen > 1 && self.chance(column, other, seen) < OUTLIER
        };
        let outliers = all.iter().filter(|column| stands_out(column)).count();
        // Variants of all kinds at one place are few whatever the sample.
        if outliers as f64 > (MAX_OUTLIERS * all.len() as f64).max(3.0) {
            return all;
        }
        all.into_iter()
            .filter(|column| !stands_out(column))
            .collect()
    }

    fn measure_one(
        &mut self,
        columns: &[&Column],
        reference: u8,
        other: u8,
        prior: &[f64; CLASSES],
    ) {
        let (row, cell) = (usize::from(reference), usize::from(other));
        for (class, &prior) in prior.iter().enumerate() {
            let mut errors = 0.0;
            let mut bases = 0.0;
            for column in columns {
                errors += f64::from(column.alleles[cell].classes[class]);
                bases += f64::from(column.depth_of(class));
            }
            let rate = (errors + PRIOR_ERRORS) / (bases + PRIOR_ERRORS / prior);
            self.rates[row][cell][class] = rate.max(FLOOR);
        }
        // Moments: the variance of a gamma–Poisson count is mean + spread × mean².
        let (mut excess, mut squares) = (PRIOR_SPREAD * PRIOR_WEIGHT, PRIOR_WEIGHT);
        for column in columns {
            let mean = self.expected(column, other);
            let seen = f64::from(column.alleles[cell].molecules());
            excess += (seen - mean).powi(2) - mean;
            squares += mean * mean;
        }
        self.spreads[row][cell] = (excess / squares).clamp(0.01, 3.0);
    }
}

/// Error probability to one given other base, as the qualities state it.
fn prior(pileup: &Pileup) -> [f64; CLASSES] {
    let mut prior = [0.0; CLASSES];
    for (class, (sum, bases)) in pileup.stated.iter().enumerate() {
        let middle = 10f64.powf(-(17.0 + 5.0 * class as f64) / 10.0);
        let stated = if *bases > 0 {
            sum / *bases as f64
        } else {
            middle
        };
        prior[class] = (stated / 3.0).max(FLOOR);
    }
    prior
}

/// Error probability per molecule of an insertion or deletion in a repeat of so many copies of its unit.
pub fn indel_error(copies: usize) -> f64 {
    (INDEL_ERROR * INDEL_GROWTH.powi(copies.saturating_sub(1).min(16) as i32)).min(0.2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anatomy::Anatomy;
    use crate::variant::consensus::Columns;
    use alkaid_genome::Bundle;

    /// Depth 1,000 of quality 30 everywhere, `errors` molecules with another base at each `every`-th column.
    fn pileup(errors: u32, every: usize) -> Pileup {
        let anatomy = Anatomy::new(Bundle::embedded());
        let columns = Columns::new(&anatomy);
        let mut pileup = Pileup::new(&anatomy, &columns, 0);
        for (number, column) in pileup.columns.iter_mut().enumerate() {
            let reference = usize::from(column.reference);
            let other = (reference + 1) % 4;
            let wrong = if number % every == 0 { errors } else { 0 };
            for (base, count) in [(reference, 1_000 - wrong), (other, wrong)] {
                column.alleles[base].classes[3] = count;
                column.alleles[base].strands = [count, 0];
            }
            pileup.stated[3].0 += 1.0;
            pileup.stated[3].1 += 1_000;
        }
        pileup
    }

    #[test]
    fn the_measured_rate_takes_over_from_the_stated_one() {
        for (errors, low, high) in [(0, 0.0, 0.02), (1, 0.9, 1.1)] {
            let pileup = pileup(errors, 1);
            let model = ErrorModel::measure(&pileup);
            let column = &pileup.columns[500];
            let expected = model.expected(column, (column.reference + 1) % 4);
            assert!((low..high).contains(&expected), "{errors}: {expected}");
        }
    }

    #[test]
    fn a_variant_does_not_teach_the_model() {
        let mut pileup = pileup(0, 1);
        let column = &mut pileup.columns[500];
        let (reference, other) = (column.reference, (column.reference + 2) % 4);
        column.alleles[usize::from(other)].classes[3] = 50;
        column.alleles[usize::from(other)].strands = [50, 0];
        let model = ErrorModel::measure(&pileup);
        assert!(model.chance(&pileup.columns[500], other, 50) < 1e-30);
        assert!(model.spread(reference, other) < 0.5);
    }

    #[test]
    fn uneven_errors_are_believed_less() {
        let even = ErrorModel::measure(&pileup(2, 1));
        let uneven = ErrorModel::measure(&pileup(20, 10));
        let column = pileup(0, 1).columns[500];
        let other = (column.reference + 1) % 4;
        assert!(uneven.spread(column.reference, other) > 2.0);
        assert!(uneven.chance(&column, other, 12) > 100.0 * even.chance(&column, other, 12));
    }
}
