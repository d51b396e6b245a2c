//! Per codon of a catalogued mutation: the share of molecules that would have been seen.

use alkaid_knowledge::mutations;

use super::call::Limits;
use super::consensus::Columns;
use super::model::ErrorModel;
use super::names::offset_of_coding;
use super::pileup::Pileup;
use super::statistics::share_seen;
use crate::anatomy::Anatomy;
use crate::finding::VariantBound;

/// Probability of seeing it.
const PROBABILITY: f64 = 0.95;

/// The bounds, by residue. Each is that of the least favourable base and substitution of the codon.
pub fn bounds(
    anatomy: &Anatomy,
    columns: &Columns,
    pileup: &Pileup,
    model: &ErrorModel,
    limits: &Limits,
) -> Vec<VariantBound> {
    let mut bounds: Vec<VariantBound> = Vec::new();
    for row in mutations() {
        if bounds.last().is_some_and(|last| last.codon == row.residue) {
            continue;
        }
        let positions = 3 * row.residue - 2..=3 * row.residue;
        let own: Vec<usize> = positions
            .filter_map(|position| columns.of(offset_of_coding(anatomy, position)?))
            .collect();
        let (mut depth, mut needed, mut worst) = (u32::MAX, 0, Some(0.0f64));
        for &number in &own {
            let column = &pileup.columns[number];
            let of = column.depth();
            depth = depth.min(of);
            for other in (0..4u8).filter(|other| *other != column.reference) {
                let expected = model.expected(column, other);
                let spread = model.spread(column.reference, other);
                let least = limits.needed(number, expected, spread);
                needed = needed.max(least);
                worst = match (worst, share_seen(least, of, PROBABILITY)) {
                    (Some(worst), Some(share)) => Some(worst.max(share)),
                    _ => None,
                };
            }
        }
        bounds.push(VariantBound {
            codon: row.residue,
            residue: format!("{}{}", row.reference, row.residue),
            exon: own
                .first()
                .and_then(|&column| anatomy.exon_at(columns.offset(column)))
                .map(|exon| exon.number),
            depth: if own.is_empty() { 0 } else { depth },
            molecules_needed: needed,
            allele_fraction: worst.filter(|_| !own.is_empty()),
        });
    }
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::Bundle;

    #[test]
    fn deeper_is_lower_and_uncovered_is_said() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let columns = Columns::new(&anatomy);
        let at_depth = |depth: u32| {
            let mut pileup = Pileup::new(&anatomy, &columns, 0);
            for column in &mut pileup.columns {
                let own = &mut column.alleles[usize::from(column.reference)];
                own.classes[4] = depth;
                own.strands = [depth / 2, depth - depth / 2];
            }
            pileup.stated[4] = (2e-4, 1);
            let model = ErrorModel::measure(&pileup);
            let limits = Limits::new(&anatomy, &columns, &pileup);
            bounds(&anatomy, &columns, &pileup, &model, &limits)
        };
        let g1202 = |bounds: &[VariantBound]| {
            bounds
                .iter()
                .find(|bound| bound.residue == "G1202")
                .unwrap()
                .allele_fraction
        };
        let (shallow, deep) = (g1202(&at_depth(100)), g1202(&at_depth(5_000)));
        assert!(
            shallow.unwrap() > 0.05 && deep.unwrap() < 0.005,
            "{shallow:?} {deep:?}"
        );
        let none = at_depth(0);
        assert!(none.iter().all(|bound| bound.allele_fraction.is_none()));
        assert!(none.windows(2).all(|pair| pair[0].codon < pair[1].codon));
    }
}
