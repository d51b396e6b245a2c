//! What the writers ask of the reference: single bases, exon ends, gene identifiers, GRCh38 positions.

use alkaid_genome::{Assembly, Bundle, GenomicPosition, Strand, reverse_complement};

use crate::chromosomes::assembly_of;

/// Reference data on the assembly of a report. Positions are 1-based.
///
/// A trait, so that the writers can be tested without a bundle.
pub trait Reference {
    /// The base of the forward strand, upper-case `ACGT`; `None` where the reference does not reach.
    fn base(&self, chrom: &str, pos: u64) -> Option<u8>;

    /// First and last genome position of an exon, inclusive.
    fn exon(&self, transcript: &str, number: u16) -> Option<(u64, u64)>;

    /// Ensembl gene of a transcript.
    fn gene_id(&self, transcript: &str) -> Option<String>;

    /// The same position on GRCh38.
    fn on_grch38(&self, chrom: &str, pos: u64) -> Option<u64>;
}

/// A reference bundle seen from the assembly of a report.
#[derive(Clone, Copy)]
pub struct BundleReference<'b> {
    bundle: &'b Bundle,
    assembly: Assembly,
}

impl<'b> BundleReference<'b> {
    /// `assembly` is the one that the report names, `GRCh38` or `GRCh37`.
    pub fn new(bundle: &'b Bundle, assembly: &str) -> Self {
        Self {
            bundle,
            assembly: assembly_of(assembly),
        }
    }

    /// 0-based GRCh38 position of a 1-based position of the report.
    fn inside(&self, chrom: &str, pos: u64) -> Option<u64> {
        let pos = pos.checked_sub(1)?;
        match self.assembly {
            Assembly::Grch38 => Some(pos),
            Assembly::Grch37 => {
                let here = GenomicPosition {
                    chrom: chrom.to_owned(),
                    pos,
                    strand: Strand::Forward,
                };
                self.bundle.from_grch37(&here).map(|there| there.pos)
            }
        }
    }

    /// 1-based position of the report of a 0-based GRCh38 position.
    fn outside(&self, chrom: &str, pos: u64) -> Option<u64> {
        match self.assembly {
            Assembly::Grch38 => Some(pos + 1),
            Assembly::Grch37 => {
                let there = GenomicPosition {
                    chrom: chrom.to_owned(),
                    pos,
                    strand: Strand::Forward,
                };
                self.bundle.to_grch37(&there).map(|here| here.pos + 1)
            }
        }
    }

    fn base_of_locus(&self, chrom: &str, pos: u64) -> Option<u8> {
        let locus = self.bundle.locus_at(chrom, pos)?;
        sense_to_forward(locus.bases(pos..pos + 1)?, locus.strand)
    }

    /// From any transcript of a gene there: the best one need not be the one whose sequence is known.
    fn base_of_transcript(&self, chrom: &str, pos: u64) -> Option<u8> {
        let genes = self.bundle.genes_at(chrom, pos);
        genes
            .into_iter()
            .flat_map(|best| self.bundle.by_gene(&best.gene))
            .find_map(|transcript| {
                let offset = usize::try_from(transcript.transcript_position(pos)?).ok()?;
                let sequence = self.bundle.packed_sequence(transcript)?;
                let base = (offset < sequence.len()).then(|| sequence.slice(offset..offset + 1))?;
                sense_to_forward(base, transcript.strand)
            })
    }
}

impl Reference for BundleReference<'_> {
    fn base(&self, chrom: &str, pos: u64) -> Option<u8> {
        let pos = self.inside(chrom, pos)?;
        self.base_of_locus(chrom, pos)
            .or_else(|| self.base_of_transcript(chrom, pos))
    }

    fn exon(&self, transcript: &str, number: u16) -> Option<(u64, u64)> {
        let transcript = self.bundle.transcript(transcript)?;
        let exon = transcript
            .exons
            .iter()
            .find(|exon| exon.number.0 == number)?;
        let last = exon.genome.end.checked_sub(1)?;
        Some((
            self.outside(&transcript.chrom, exon.genome.start)?,
            self.outside(&transcript.chrom, last)?,
        ))
    }

    fn gene_id(&self, transcript: &str) -> Option<String> {
        self.bundle
            .transcript(transcript)
            .map(|transcript| transcript.gene_id.clone())
            .filter(|id| !id.is_empty())
    }

    fn on_grch38(&self, chrom: &str, pos: u64) -> Option<u64> {
        self.inside(chrom, pos).map(|pos| pos + 1)
    }
}

/// One base in sense of its gene, on the forward strand; nothing for `N`.
fn sense_to_forward(base: Vec<u8>, strand: Strand) -> Option<u8> {
    let forward = match strand {
        Strand::Forward => base,
        Strand::Reverse => reverse_complement(&base),
    };
    forward
        .first()
        .copied()
        .filter(|base| b"ACGT".contains(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_around_the_start_of_alk_exon_20() {
        let reference = BundleReference::new(Bundle::embedded(), "GRCh38");
        // ALK sense TGTACC… starts at 29223528 on the minus strand, after the AG of intron 19.
        assert_eq!(reference.base("chr2", 29_223_528), Some(b'A'));
        assert_eq!(reference.base("chr2", 29_223_529), Some(b'C'));
        assert_eq!(reference.base("chr2", 29_223_530), Some(b'T'));
        assert_eq!(reference.base("chr2", 0), None);
        assert_eq!(reference.base("chrUn", 5), None);
    }

    #[test]
    fn bases_of_an_exon_that_only_a_transcript_covers() {
        let reference = BundleReference::new(Bundle::embedded(), "GRCh38");
        // EML4 exon 13 ends …CTAAAG at chr2:42295516.
        assert_eq!(reference.base("chr2", 42_295_516), Some(b'G'));
    }

    #[test]
    fn grch37_positions_reach_the_same_bases() {
        let reference = BundleReference::new(Bundle::embedded(), "GRCh37");
        // Exon 20 of ALK starts at 29446394 of GRCh37.
        assert_eq!(reference.base("chr2", 29_446_394), Some(b'A'));
        assert_eq!(reference.on_grch38("chr2", 29_446_394), Some(29_223_528));
        assert_eq!(
            reference.exon("ENST00000389048", 20),
            Some((29_446_208, 29_446_394))
        );
    }

    #[test]
    fn exons_and_genes() {
        let reference = BundleReference::new(Bundle::embedded(), "GRCh38");
        assert_eq!(
            reference.exon("ENST00000389048", 20),
            Some((29_223_342, 29_223_528))
        );
        assert_eq!(reference.exon("ENST00000389048", 99), None);
        assert!(
            reference
                .gene_id("ENST00000389048")
                .is_some_and(|id| id.starts_with("ENSG00000171094"))
        );
    }
}
