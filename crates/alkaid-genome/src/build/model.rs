//! The structure of a transcript as an annotation file gives it.

use std::ops::Range;

use crate::coords::{Strand, canonical_chrom};
use crate::gene::{Exon, Rank};

/// A transcript with exons, before it meets its sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) id: String,
    pub(super) gene: String,
    pub(super) gene_id: String,
    pub(super) refseq: Option<String>,
    pub(super) aliases: Vec<String>,
    /// In the `chr2` form.
    pub(super) chrom: String,
    pub(super) strand: Strand,
    pub(super) exons: Vec<Exon>,
    /// Coding sequence in transcript bases, stop codon included.
    pub(super) cds: Option<Range<u32>>,
    pub(super) rank: Rank,
}

impl Model {
    pub(super) fn length(&self) -> u32 {
        self.exons.last().map_or(0, |exon| exon.transcript.end)
    }

    /// Introns on the genome, in transcript order: what splicing has to say,
    /// without the ends, which annotations move between versions.
    pub(super) fn introns(&self) -> impl Iterator<Item = (u64, u64)> {
        self.exons.windows(2).map(|pair| {
            let (a, b) = (&pair[0].genome, &pair[1].genome);
            (a.end.min(b.end), a.start.max(b.start))
        })
    }

    /// First and last coding base on the genome, in transcript order.
    pub(super) fn coding_ends(&self) -> Option<(u64, u64)> {
        let cds = self.cds.as_ref()?;
        let place = |pos: u32| {
            let exon = self
                .exons
                .iter()
                .find(|exon| exon.transcript.contains(&pos))?;
            let offset = u64::from(pos - exon.transcript.start);
            Some(match self.strand {
                Strand::Forward => exon.genome.start + offset,
                Strand::Reverse => exon.genome.end - 1 - offset,
            })
        };
        Some((place(cds.start)?, place(cds.end - 1)?))
    }

    /// Whether two models are spliced and translated alike; their ends may differ.
    pub(super) fn same_splicing(&self, other: &Self) -> bool {
        self.chrom == other.chrom
            && self.strand == other.strand
            && self.exons.len() == other.exons.len()
            && self.coding_ends() == other.coding_ends()
            && self.introns().eq(other.introns())
    }
}

/// The coding sequence in transcript bases from its outermost bases on the
/// genome (0-based half-open); nothing when these do not lie in exons.
pub(super) fn coding_range(
    strand: Strand,
    exons: &[Exon],
    coding: &Range<u64>,
) -> Option<Range<u32>> {
    let place = |pos: u64| {
        let exon = exons.iter().find(|exon| exon.genome.contains(&pos))?;
        let offset = match strand {
            Strand::Forward => pos - exon.genome.start,
            Strand::Reverse => exon.genome.end - 1 - pos,
        };
        Some(exon.transcript.start + u32::try_from(offset).ok()?)
    };
    let (low, high) = (place(coding.start)?, place(coding.end.checked_sub(1)?)?);
    Some(low.min(high)..low.max(high) + 1)
}

/// Whether a chromosome, in the `chr2` form, is one of the assembled ones.
pub(super) fn is_chromosome(chrom: &str) -> bool {
    let bare = chrom.strip_prefix("chr").unwrap_or_default();
    matches!(bare, "X" | "Y" | "M") || bare.parse::<u8>().is_ok_and(|n| (1..=22).contains(&n))
}

/// The `chr2` form of a name, if it is an assembled chromosome.
pub(super) fn chromosome(name: &str) -> Option<String> {
    Some(canonical_chrom(name)).filter(|chrom| is_chromosome(chrom))
}
