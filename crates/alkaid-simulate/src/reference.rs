//! Looking things up in the reference bundle: sequenced transcripts, exon tables, genomic bases.

use std::ops::Range;

use alkaid_genome::{
    Bundle, ExonNumber, GenomicInterval, Locus, Strand, Transcript, reverse_complement, translate,
};

use crate::error::SpecProblem;

/// Bases of genome on either side of an exon in a stretch of DNA.
const EXON_FLANK: u64 = 400;

/// A transcript with its bases.
pub(crate) struct Sequenced<'b> {
    pub(crate) transcript: &'b Transcript,
    pub(crate) bases: Vec<u8>,
}

/// The transcript that a gene symbol or accession stands for: of those with a sequence, one with a
/// complete coding sequence and known exons before any other, then the best rank.
pub(crate) fn sequenced<'b>(bundle: &'b Bundle, gene: &str) -> Result<Sequenced<'b>, SpecProblem> {
    let candidates = candidates(bundle, gene)?;
    candidates
        .into_iter()
        .filter_map(|transcript| {
            Some(Sequenced {
                transcript,
                bases: bundle.sequence(transcript)?,
            })
        })
        .min_by_key(|s| {
            let t = s.transcript;
            (
                !s.is_complete(),
                t.exons.is_empty(),
                t.rank,
                t.protein.is_none(),
            )
        })
        .ok_or_else(|| SpecProblem::NoSequence {
            gene: gene.to_owned(),
        })
}

/// All transcripts of a gene, or the one with that accession.
fn candidates<'b>(bundle: &'b Bundle, gene: &str) -> Result<Vec<&'b Transcript>, SpecProblem> {
    if gene == "ALK" {
        return Ok(vec![bundle.alk()]);
    }
    let mut found: Vec<_> = bundle.by_gene(gene).collect();
    if found.is_empty() {
        found.extend(bundle.transcript(gene));
    }
    if found.is_empty() {
        return Err(SpecProblem::UnknownGene {
            gene: gene.to_owned(),
        });
    }
    Ok(found)
}

impl Sequenced<'_> {
    /// Whether the coding sequence runs from ATG to a stop codon with none between, and the exons are known.
    pub(crate) fn is_complete(&self) -> bool {
        let Some(cds) = &self.transcript.cds else {
            return false;
        };
        let Some(coding) = self.bases.get(cds.start as usize..cds.end as usize) else {
            return false;
        };
        let protein = translate(coding);
        !self.transcript.exons.is_empty()
            && self.transcript.length() as usize == self.bases.len()
            && coding.len().is_multiple_of(3)
            && coding.starts_with(b"ATG")
            && protein.iter().position(|&aa| aa == b'*') == Some(protein.len() - 1)
    }
}

/// A protein with the exon table that it is cut by.
pub(crate) struct ProteinModel<'b> {
    pub(crate) transcript: &'b Transcript,
    pub(crate) protein: &'b [u8],
    /// Whether the table's coding sequence has exactly the protein's length.
    pub(crate) agrees: bool,
}

/// The protein of a gene and, of its transcripts, the best one of the same length (else the best one).
pub(crate) fn protein_model<'b>(
    bundle: &'b Bundle,
    gene: &str,
) -> Result<ProteinModel<'b>, SpecProblem> {
    let candidates = candidates(bundle, gene)?;
    let symbol = candidates.first().map_or(gene, |t| t.gene.as_str());
    let proteins = bundle.proteome().of_gene(symbol);
    if proteins.iter().all(|protein| protein.sequence.is_empty()) {
        return Err(SpecProblem::NoProtein {
            gene: gene.to_owned(),
        });
    }
    let coding = candidates
        .iter()
        .filter(|t| !t.exons.is_empty() && t.cds.is_some());
    coding
        .flat_map(|transcript| {
            proteins.iter().map(|protein| {
                let stated = transcript.cds.as_ref().map_or(0, |cds| cds.end - cds.start);
                ProteinModel {
                    transcript,
                    protein: &protein.sequence,
                    agrees: stated as usize == 3 * (protein.sequence.len() + 1),
                }
            })
        })
        .min_by_key(|model| (!model.agrees, model.transcript.rank))
        .ok_or_else(|| SpecProblem::NotCoding {
            gene: gene.to_owned(),
            transcript: "its transcript".to_owned(),
        })
}

/// Bases `within` (0-based, from the intron's 5' end) of the intron behind an exon, in gene sense.
pub(crate) fn intron_bases(
    bundle: &Bundle,
    transcript: &Transcript,
    intron: u16,
    within: Range<u64>,
) -> Result<Vec<u8>, SpecProblem> {
    let genome = intron_range(transcript, intron)?;
    let range = match transcript.strand {
        Strand::Forward => genome.start + within.start..genome.start + within.end,
        Strand::Reverse => genome.end - within.end..genome.end - within.start,
    };
    genome_bases(bundle, &transcript.chrom, range, transcript.strand)
}

/// An exon with [`EXON_FLANK`] bases on either side, on the genome.
pub(crate) fn exon_with_flanks(
    transcript: &Transcript,
    exon: u16,
) -> Result<Range<u64>, SpecProblem> {
    let found = transcript
        .exon(ExonNumber(exon))
        .ok_or_else(|| SpecProblem::OutOfRange {
            gene: transcript.gene.clone(),
            transcript: transcript.id.clone(),
            what: "exon",
            number: exon.into(),
            count: transcript.exons.len(),
        })?;
    Ok(found.genome.start.saturating_sub(EXON_FLANK)..found.genome.end + EXON_FLANK)
}

/// The intron behind an exon on the genome.
pub(crate) fn intron_range(
    transcript: &Transcript,
    intron: u16,
) -> Result<Range<u64>, SpecProblem> {
    transcript.intron_after(ExonNumber(intron)).ok_or_else(|| {
        if transcript.exons.is_empty() {
            return SpecProblem::NoExons {
                gene: transcript.gene.clone(),
                transcript: transcript.id.clone(),
            };
        }
        SpecProblem::OutOfRange {
            gene: transcript.gene.clone(),
            transcript: transcript.id.clone(),
            what: "intron",
            number: intron.into(),
            count: transcript.exons.len().saturating_sub(1),
        }
    })
}

/// Genomic bases (0-based range, GRCh38) of one strand.
pub(crate) fn genome_bases(
    bundle: &Bundle,
    chrom: &str,
    range: Range<u64>,
    strand: Strand,
) -> Result<Vec<u8>, SpecProblem> {
    if range.is_empty() {
        return Ok(Vec::new());
    }
    loci(bundle)
        .filter(|locus| locus.interval.chrom == chrom)
        .find_map(|locus| oriented(locus, range.clone(), strand))
        .ok_or_else(|| {
            let Range { start, end } = range;
            no_genome(
                bundle,
                &GenomicInterval {
                    chrom: chrom.to_owned(),
                    start,
                    end,
                },
            )
        })
}

/// Bases of a range of the locus as one strand reads them; nothing when it does not lie inside.
pub(crate) fn oriented(locus: &Locus, range: Range<u64>, strand: Strand) -> Option<Vec<u8>> {
    let bases = locus.bases(range)?;
    Some(if strand == locus.strand {
        bases
    } else {
        reverse_complement(&bases)
    })
}

/// All loci, ALK's first.
pub(crate) fn loci(bundle: &Bundle) -> impl Iterator<Item = &Locus> {
    std::iter::once(bundle.alk_locus()).chain(bundle.loci())
}

/// The locus around a base (0-based).
pub(crate) fn locus_at<'b>(
    bundle: &'b Bundle,
    chrom: &str,
    position: u64,
) -> Result<&'b Locus, SpecProblem> {
    bundle.locus_at(chrom, position).ok_or_else(|| {
        let end = position.saturating_add(1);
        no_genome(
            bundle,
            &GenomicInterval {
                chrom: chrom.to_owned(),
                start: position,
                end,
            },
        )
    })
}

fn no_genome(bundle: &Bundle, wanted: &GenomicInterval) -> SpecProblem {
    let nearest = loci(bundle)
        .map(|locus| &locus.interval)
        .filter(|interval| interval.chrom == wanted.chrom)
        .min_by_key(|interval| {
            wanted.start.saturating_sub(interval.end) + interval.start.saturating_sub(wanted.end)
        });
    SpecProblem::NoGenome {
        region: wanted.to_string(),
        held: nearest.map_or_else(
            || format!("none of {}", wanted.chrom),
            |interval| format!("the nearest stretch that it holds is {interval}"),
        ),
    }
}
