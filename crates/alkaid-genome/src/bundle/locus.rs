//! Genomic sequence of genes.

use crate::coords::{GenomicInterval, Strand};
use crate::sequence::PackedSequence;

/// A piece of genomic sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locus {
    /// Symbol of the gene that it covers.
    pub name: String,
    /// Where it lies on GRCh38; as long as the sequence.
    pub interval: GenomicInterval,
    /// The strand in which the sequence is written: the gene's own.
    pub strand: Strand,
    /// Its bases, from the 5' end of that strand.
    pub sequence: PackedSequence,
    /// Whether the gene is covered by pieces with gaps between, of which this is one.
    pub partial: bool,
}

impl Locus {
    /// The genomic base (0-based) at an offset of the sequence (0-based).
    ///
    /// An offset past the end gives the last base, on an empty locus its start.
    pub fn genome_position(&self, offset: usize) -> u64 {
        let last = self.interval.len().saturating_sub(1);
        let offset = (offset as u64).min(last);
        match self.strand {
            Strand::Forward => self.interval.start + offset,
            Strand::Reverse => self.interval.start + (last - offset),
        }
    }

    /// The offset of a genomic base (0-based) in the sequence; nothing when it
    /// lies outside. The chromosome is not looked at.
    pub fn offset_of(&self, genome_pos: u64) -> Option<usize> {
        let GenomicInterval { start, end, .. } = self.interval;
        if !(start..end).contains(&genome_pos) {
            return None;
        }
        let offset = match self.strand {
            Strand::Forward => genome_pos - start,
            Strand::Reverse => end - 1 - genome_pos,
        };
        usize::try_from(offset).ok()
    }

    /// The bases of a genomic interval (0-based half-open), in the strand of
    /// the locus; nothing unless all of it lies inside.
    pub fn bases(&self, genome: std::ops::Range<u64>) -> Option<Vec<u8>> {
        if genome.is_empty() {
            return None;
        }
        let (a, b) = (
            self.offset_of(genome.start)?,
            self.offset_of(genome.end - 1)?,
        );
        Some(self.sequence.slice(a.min(b)..a.max(b) + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn offsets_round_trip(reverse in any::<bool>(), start in 0u64..1000, len in 1usize..50) {
            let locus = Locus {
                name: "G".into(),
                interval: GenomicInterval { chrom: "chr1".into(), start, end: start + len as u64 },
                strand: if reverse { Strand::Reverse } else { Strand::Forward },
                sequence: PackedSequence::from_ascii(&vec![b'A'; len]),
                partial: false,
            };
            for offset in 0..len {
                prop_assert_eq!(locus.offset_of(locus.genome_position(offset)), Some(offset));
            }
            prop_assert_eq!(locus.offset_of(start + len as u64), None);
            prop_assert_eq!(locus.bases(start..start + 1).unwrap().len(), 1);
            prop_assert_eq!(locus.bases(start..start + len as u64 + 1), None);
        }
    }
}
