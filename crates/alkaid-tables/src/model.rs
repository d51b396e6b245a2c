//! The genes of interest on the genome: their transcripts, their bases where the bundle has any, and both assemblies.

use std::ops::Range;

use alkaid_genome::{
    Assembly, Bundle, CdsPosition, GenomicInterval, GenomicPosition, Strand, Transcript, complement,
};
use alkaid_knowledge::{BypassGene, bypass_genes};

/// Chromosomes whose transcripts in the embedded bundle may carry bases of GRCh37 (docs/reference.md): a difference
/// there says nothing about the file.
const OLD_BASES: [&str; 2] = ["chr20", "chrX"];

/// Bases beside a gene that still belong to it, so that a variant at its very end is seen.
const MARGIN: u64 = 10;

/// A gene of interest with the transcript that names refer to.
pub(crate) struct GeneModel<'b> {
    pub(crate) gene: &'static BypassGene,
    pub(crate) transcript: &'b Transcript,
    /// First and last exon on GRCh38, 0-based half-open.
    pub(crate) span: Range<u64>,
    /// The same on GRCh37; none where the bundle cannot convert it.
    pub(crate) span_37: Option<Range<u64>>,
    /// The coding sequence in the gene's sense; none unless the bundle has every base of it.
    pub(crate) cds: Option<Vec<u8>>,
}

/// All genes of interest.
pub(crate) struct Models<'b> {
    bundle: &'b Bundle,
    pub(crate) genes: Vec<GeneModel<'b>>,
}

impl<'b> Models<'b> {
    pub(crate) fn new(bundle: &'b Bundle) -> Self {
        let genes = bypass_genes()
            .iter()
            .filter_map(|gene| {
                let transcript = match gene.symbol {
                    "ALK" => bundle.alk(),
                    symbol => bundle.best(symbol)?,
                };
                let span = transcript.span()?;
                Some(GeneModel {
                    gene,
                    transcript,
                    span: span.start..span.end,
                    span_37: span_37(bundle, &transcript.gene),
                    cds: coding_sequence(bundle, transcript),
                })
            })
            .collect();
        Self { bundle, genes }
    }

    /// Whether a stretch (0-based half-open) touches a gene of interest or its margin.
    pub(crate) fn holds(&self, assembly: Assembly, chrom: &str, stretch: &Range<u64>) -> bool {
        self.genes.iter().any(|model| {
            let near = |span: &Range<u64>| {
                stretch.start < span.end + MARGIN && span.start < stretch.end + MARGIN
            };
            model.transcript.chrom == chrom && model.span_on(assembly).is_some_and(near)
        })
    }

    /// A place (0-based) on GRCh38.
    pub(crate) fn on_grch38(&self, assembly: Assembly, chrom: &str, pos: u64) -> Option<u64> {
        match assembly {
            Assembly::Grch38 => Some(pos),
            Assembly::Grch37 => {
                let place = GenomicPosition {
                    chrom: chrom.to_owned(),
                    pos,
                    strand: Strand::Forward,
                };
                self.bundle
                    .from_grch37(&place)
                    .filter(|place| place.chrom == chrom)
                    .map(|place| place.pos)
            }
        }
    }

    /// The genes whose span a GRCh38 stretch (0-based half-open) touches.
    pub(crate) fn at<'s>(
        &'s self,
        chrom: &'s str,
        stretch: Range<u64>,
    ) -> impl Iterator<Item = &'s GeneModel<'b>> {
        self.genes.iter().filter(move |model| {
            model.transcript.chrom == chrom
                && stretch.start < model.span.end + MARGIN
                && model.span.start < stretch.end + MARGIN
        })
    }

    /// Where ALK's own genomic sequence lies, which is that of GRCh38 base for base.
    pub(crate) fn alk_locus(&self) -> &GenomicInterval {
        &self.bundle.alk_locus().interval
    }

    /// The base of the forward strand at a GRCh38 place (0-based), where the bundle knows it for sure.
    pub(crate) fn base(&self, chrom: &str, pos: u64) -> Option<u8> {
        base(self.bundle, chrom, pos)
    }

    /// The end of a chromosome and of its arms, from the bands: start and end of the arm that holds a place.
    pub(crate) fn arm(&self, chrom: &str, pos: u64) -> Option<Range<u64>> {
        let arm = self.bundle.band(chrom, pos)?.chars().next()?;
        let bands = || {
            self.bundle
                .bands()
                .iter()
                .filter(|band| band.chrom == chrom && band.name.starts_with(arm))
        };
        Some(bands().map(|band| band.start).min()?..bands().map(|band| band.end).max()?)
    }

    /// The length of a chromosome on GRCh38.
    pub(crate) fn length(&self, chrom: &str) -> Option<u64> {
        self.bundle
            .bands()
            .iter()
            .filter(|band| band.chrom == chrom)
            .map(|band| band.end)
            .max()
    }
}

impl GeneModel<'_> {
    pub(crate) fn span_on(&self, assembly: Assembly) -> Option<&Range<u64>> {
        match assembly {
            Assembly::Grch38 => Some(&self.span),
            Assembly::Grch37 => self.span_37.as_ref(),
        }
    }
}

/// The base of the forward strand at a GRCh38 place (0-based): from a genomic piece, or a transcript of GRCh38.
fn base(bundle: &Bundle, chrom: &str, pos: u64) -> Option<u8> {
    let forward = |strand: Strand, base: u8| match strand {
        Strand::Forward => base,
        Strand::Reverse => complement(base),
    };
    let known = |base: &u8| *base != b'N';
    let locus = bundle.locus_at(chrom, pos).and_then(|locus| {
        let base = locus.sequence.get(locus.offset_of(pos)?)?;
        Some(forward(locus.strand, base))
    });
    if let Some(base) = locus.filter(known) {
        return Some(base);
    }
    if OLD_BASES.contains(&chrom) {
        return None;
    }
    bundle
        .genes_at(chrom, pos)
        .into_iter()
        .flat_map(|best| bundle.by_gene(&best.gene))
        .find_map(|transcript| {
            let at = transcript.transcript_position(pos)?;
            let base = bundle.packed_sequence(transcript)?.get(at as usize)?;
            Some(forward(transcript.strand, base)).filter(known)
        })
}

/// The bases of a transcript's coding sequence, put together from whatever the bundle has at each place.
fn coding_sequence(bundle: &Bundle, transcript: &Transcript) -> Option<Vec<u8>> {
    let cds = transcript.cds.as_ref()?;
    if cds.len() % 3 != 0 {
        return None;
    }
    if let Some(sequence) = bundle.sequence(transcript) {
        return sequence
            .get(cds.start as usize..cds.end as usize)
            .map(<[u8]>::to_vec);
    }
    (1..=cds.end - cds.start)
        .map(|at| {
            let place = transcript.genome_position(transcript.position_of_cds(CdsPosition(at))?)?;
            let base = base(bundle, &transcript.chrom, place)?;
            Some(match transcript.strand {
                Strand::Forward => base,
                Strand::Reverse => complement(base),
            })
        })
        .collect()
}

fn span_37(bundle: &Bundle, gene: &str) -> Option<Range<u64>> {
    let stretches = || {
        bundle
            .grch37_offsets()
            .iter()
            .filter(|stretch| stretch.gene == gene)
    };
    let start = stretches().map(|stretch| stretch.grch37_start).min()?;
    let end = stretches()
        .map(|stretch| stretch.grch37_start + (stretch.end - stretch.start))
        .max()?;
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use alkaid_genome::translate;

    use super::*;

    #[test]
    fn coding_sequences_are_the_proteins() {
        let models = Models::new(Bundle::embedded());
        let with_bases: Vec<&str> = models
            .genes
            .iter()
            .filter(|model| model.cds.is_some())
            .map(|model| model.gene.symbol)
            .collect();
        for symbol in [
            "ALK", "EGFR", "MET", "ERBB2", "BRAF", "PIK3CA", "TP53", "RB1",
        ] {
            assert!(with_bases.contains(&symbol), "{symbol}: {with_bases:?}");
        }
        for model in &models.genes {
            assert!(model.span_37.is_some(), "{}", model.gene.symbol);
            if let Some(cds) = &model.cds {
                let protein = translate(cds);
                assert_eq!(protein.first(), Some(&b'M'), "{}", model.gene.symbol);
                let stop = protein.iter().position(|&aa| aa == b'*');
                assert_eq!(stop, Some(protein.len() - 1), "{}", model.gene.symbol);
            }
        }
    }

    #[test]
    fn arms_and_lengths_come_from_the_bands() {
        let models = Models::new(Bundle::embedded());
        assert_eq!(models.length("chr7"), Some(159_345_973));
        let arm = models.arm("chr7", 116_700_000).unwrap();
        assert!(arm.end == 159_345_973 && arm.start > 50_000_000);
    }
}
