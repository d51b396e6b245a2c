//! Counting molecules per column and allele, with what the tests for artefacts need.

use super::consensus::{Columns, MIN_QUALITY, Observed};
use super::indel::Holds;
use super::path::base;
use crate::anatomy::Anatomy;

/// Classes of quality, five wide from [`MIN_QUALITY`] up.
pub const CLASSES: usize = 8;
/// Classes of the distance to a read's end, five bases wide; the last is open.
pub const DISTANCES: usize = 8;

/// One allele of one column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allele {
    /// Molecules by quality class.
    pub classes: [u32; CLASSES],
    /// Molecules sequenced along, and against, ALK's sense.
    pub strands: [u32; 2],
    /// Molecules by distance to the end of the read.
    pub distances: [u32; DISTANCES],
    /// Mismatches of these molecules' reads, summed.
    pub mismatches: u64,
    /// Fragments.
    pub fragments: u64,
}

impl Allele {
    /// Molecules that show it.
    pub fn molecules(&self) -> u32 {
        self.strands[0] + self.strands[1]
    }
}

/// One column.
#[derive(Clone, Copy, Debug, Default)]
pub struct Column {
    /// The locus base, as a code; 4 if unknown.
    pub reference: u8,
    /// By base code.
    pub alleles: [Allele; 4],
}

impl Column {
    /// Molecules in all.
    pub fn depth(&self) -> u32 {
        self.alleles.iter().map(Allele::molecules).sum()
    }

    /// Molecules of one quality class.
    pub fn depth_of(&self, class: usize) -> u32 {
        self.alleles
            .iter()
            .map(|allele| allele.classes[class])
            .sum()
    }
}

/// Molecules at one candidate insertion or deletion, first those with the reference.
#[derive(Clone, Copy, Debug, Default)]
pub struct Site {
    /// Molecules by what they hold and strand.
    pub strands: [[u32; 2]; 2],
    /// Fragments of the molecules that hold the edit.
    pub fragments: u64,
}

impl Site {
    /// Molecules with the reference, and with the edit.
    pub fn molecules(&self) -> [u32; 2] {
        self.strands.map(|strands| strands[0] + strands[1])
    }
}

/// All counts of one sample.
pub struct Pileup {
    /// Columns as [`Columns`] numbers them.
    pub columns: Vec<Column>,
    /// Candidates in their order.
    pub sites: Vec<Site>,
    /// Per quality class: sum of the stated error probabilities, and bases.
    pub stated: [(f64, u64); CLASSES],
    /// Molecules counted.
    pub molecules: u64,
}

impl Pileup {
    /// Nothing counted yet.
    pub fn new(anatomy: &Anatomy, columns: &Columns, candidates: usize) -> Self {
        Pileup {
            columns: (0..columns.count)
                .map(|column| Column {
                    reference: base(anatomy, columns.offset(column)),
                    ..Column::default()
                })
                .collect(),
            sites: vec![Site::default(); candidates],
            stated: [(0.0, 0); CLASSES],
            molecules: 0,
        }
    }

    /// Counts one molecule.
    pub fn add(&mut self, observed: &Observed) {
        self.molecules += 1;
        for base in &observed.bases {
            let class = class(base.quality);
            let stated = &mut self.stated[class];
            stated.0 += 10f64.powf(-f64::from(base.quality) / 10.0);
            stated.1 += 1;
            let allele = &mut self.columns[base.column].alleles[usize::from(base.code)];
            allele.classes[class] += 1;
            allele.strands[usize::from(base.reverse)] += 1;
            allele.distances[(base.distance as usize / 5).min(DISTANCES - 1)] += 1;
            allele.mismatches += u64::from(observed.mismatches);
            allele.fragments += u64::from(base.fragments);
        }
        for verdict in &observed.verdicts {
            let site = &mut self.sites[verdict.candidate];
            let edited = verdict.holds == Holds::Edit;
            site.strands[usize::from(edited)][usize::from(verdict.reverse)] += 1;
            if edited {
                site.fragments += u64::from(verdict.fragments);
            }
        }
    }
}

fn class(quality: u32) -> usize {
    (quality.saturating_sub(MIN_QUALITY) as usize / 5).min(CLASSES - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variant::consensus::{Base, Verdict};
    use alkaid_genome::Bundle;

    #[test]
    fn molecules_are_counted_by_allele_class_and_strand() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let columns = Columns::new(&anatomy);
        let mut pileup = Pileup::new(&anatomy, &columns, 1);
        let base = Base {
            column: 100,
            code: 2,
            quality: 37,
            reverse: true,
            distance: 90,
            fragments: 3,
        };
        let observed = Observed {
            bases: vec![base],
            verdicts: vec![Verdict {
                candidate: 0,
                holds: Holds::Edit,
                fragments: 3,
                reverse: true,
            }],
            mismatches: 2,
        };
        pileup.add(&observed);
        pileup.add(&observed);
        let allele = &pileup.columns[100].alleles[2];
        assert_eq!((allele.molecules(), allele.classes[4]), (2, 2));
        assert_eq!((allele.strands, allele.distances[7]), ([0, 2], 2));
        assert_eq!((allele.mismatches, allele.fragments), (4, 6));
        assert_eq!(pileup.sites[0].molecules(), [0, 2]);
        assert_eq!(pileup.sites[0].strands[1], [0, 2]);
        assert_eq!(pileup.columns[100].depth(), 2);
    }
}
