//! Genomic sequence of genes: read from FASTA, or cut out of the genome.

use std::path::Path;

use super::error::BuildError;
use super::fasta::{self, Alphabet, Piece, first_word};
use super::model::chromosome;
use super::source::{Progress, Source};
use crate::bundle::{Locus, SourceFile};
use crate::coords::{GenomicInterval, Strand};
use crate::sequence::{PackedSequence, reverse_complement};

/// Bases that are cut out before and behind a gene, in its direction: those of
/// the Locus Reference Genomic records.
pub(super) const UPSTREAM: u64 = 5000;
pub(super) const DOWNSTREAM: u64 = 2000;

/// Length of chromosome 2 on GRCh37 (GRC).
const CHR2_GRCH37: u64 = 243_199_373;

const GIVE_PLACE: &str = "give headers as `ALK GRCh38:chr2:29190774-29926566:-`";
const GIVE_GENOME_38: &str = "give the genome sequence of GRCh38 (primary assembly)";

/// Loci of a file, and names of those that were left out because the sequence
/// has not the length of its interval: it has bases more or less than GRCh38.
pub(super) type Loci = (Vec<Locus>, Vec<String>);

/// Reads loci: `>NAME … GRCh38:chr2:29190774-29926566:- [PARTIAL]`, the
/// sequence in the strand that is named.
pub(super) fn read(path: &Path, progress: Progress<'_>) -> Result<(Loci, SourceFile), BuildError> {
    let mut loci = Vec::new();
    let mut other_length = Vec::new();
    let file = fasta::read_records(
        path,
        Alphabet::Nucleotides,
        "loci",
        progress,
        &mut |source, record| {
            let sequence = PackedSequence::from_ascii(&record.letters);
            match place(&record.header) {
                Ok((interval, _)) if interval.len() != sequence.len() as u64 => {
                    other_length.push(first_word(&record.header).to_owned());
                    Ok(())
                }
                Ok((interval, strand)) => {
                    let (name, piece) = gene_of(first_word(&record.header));
                    loci.push(Locus {
                        name: name.to_owned(),
                        interval,
                        strand,
                        sequence,
                        partial: piece || record.header.contains(" PARTIAL"),
                    });
                    Ok(())
                }
                Err(what) => Err(source.bad_line_at(record.line, what, GIVE_PLACE)),
            }
        },
    )?;
    Ok(((loci, other_length), file))
}

/// The interval and strand that a header names.
fn place(header: &str) -> Result<(GenomicInterval, Strand), String> {
    let words = || header.split_ascii_whitespace();
    if words().any(|word| word.starts_with("GRCh37:")) {
        return Err("the locus is on GRCh37".to_owned());
    }
    let place = words()
        .find_map(|word| word.strip_prefix("GRCh38:"))
        .ok_or("the header names no place on GRCh38")?;
    let parsed = || {
        let (chrom, rest) = place.split_once(':')?;
        let (range, strand) = rest.split_once(':')?;
        let (first, last) = range.split_once('-')?;
        let start = first.parse::<u64>().ok()?.checked_sub(1)?;
        let end = last.parse::<u64>().ok()?;
        let chrom = chromosome(chrom)?;
        Some((
            GenomicInterval { chrom, start, end },
            Strand::from_symbol(strand)?,
        ))
    };
    parsed().ok_or(format!("{place:?} is no place"))
}

/// `EML4_piece_001` is a piece of EML4.
fn gene_of(name: &str) -> (&str, bool) {
    match name.split_once("_piece_") {
        Some((gene, _)) => (gene, true),
        None => (name, false),
    }
}

/// A stretch to cut out of the genome, in the direction of its gene.
pub(super) struct Cut {
    pub(super) gene: String,
    pub(super) interval: GenomicInterval,
    pub(super) strand: Strand,
}

impl Cut {
    /// A gene's span with what lies around it.
    pub(super) fn around(gene: &str, span: &GenomicInterval, strand: Strand) -> Self {
        let (before, behind) = match strand {
            Strand::Forward => (UPSTREAM, DOWNSTREAM),
            Strand::Reverse => (DOWNSTREAM, UPSTREAM),
        };
        Self {
            gene: gene.to_owned(),
            interval: GenomicInterval {
                chrom: span.chrom.clone(),
                start: span.start.saturating_sub(before),
                end: span.end + behind,
            },
            strand,
        }
    }
}

/// Cuts stretches out of a genome FASTA, which streams by.
pub(super) fn cut(
    path: &Path,
    cuts: Vec<Cut>,
    progress: Progress<'_>,
) -> Result<(Vec<Locus>, SourceFile), BuildError> {
    let mut source = Source::open(path)?;
    let mut bases: Vec<Vec<u8>> = vec![Vec::new(); cuts.len()];
    let mut chrom = None;
    let mut at = 0u64;
    let mut sink = |source: &Source, piece: Piece<'_>| match piece {
        Piece::Header(header, line) => {
            check_length(source, chrom.as_deref(), at)?;
            if header.contains(":GRCh37:") {
                let what = "the genome is GRCh37";
                return Err(source.bad_line_at(line, what, GIVE_GENOME_38));
            }
            chrom = chromosome(first_word(header));
            at = 0;
            Ok(())
        }
        Piece::Letters(letters) => {
            let piece = at..at + letters.len() as u64;
            at = piece.end;
            for (cut, bases) in cuts.iter().zip(&mut bases) {
                let GenomicInterval { start, end, .. } = cut.interval;
                if chrom.as_ref() != Some(&cut.interval.chrom)
                    || piece.end <= start
                    || end <= piece.start
                {
                    continue;
                }
                // Within the piece, whose length is a usize.
                let from = start.saturating_sub(piece.start) as usize;
                let to = (end.min(piece.end) - piece.start) as usize;
                bases.extend_from_slice(&letters[from..to]);
            }
            Ok(())
        }
    };
    fasta::read_pieces(
        &mut source,
        Alphabet::Nucleotides,
        "genome",
        progress,
        &mut sink,
    )?;
    check_length(&source, chrom.as_deref(), at)?;
    let mut loci = Vec::new();
    for (
        Cut {
            gene,
            mut interval,
            strand,
        },
        bases,
    ) in cuts.into_iter().zip(bases)
    {
        // What follows the gene may lie beyond the end of the chromosome.
        let missing = interval.len() - bases.len() as u64;
        if missing > UPSTREAM {
            let what = format!("{interval} of {gene} is not in the genome");
            return Err(source.bad_file(what, GIVE_GENOME_38));
        }
        interval.end -= missing;
        let bases = match strand {
            Strand::Forward => bases,
            Strand::Reverse => reverse_complement(&bases),
        };
        loci.push(Locus {
            name: gene,
            interval,
            strand,
            sequence: PackedSequence::from_ascii(&bases),
            partial: false,
        });
    }
    let file = source.finish(loci.len() as u64, "genome; loci were cut out")?;
    Ok((loci, file))
}

/// Chromosome 2 tells the assemblies apart.
fn check_length(source: &Source, chrom: Option<&str>, len: u64) -> Result<(), BuildError> {
    if chrom == Some("chr2") && len == CHR2_GRCH37 {
        return Err(source.bad_file(
            "chromosome 2 has the length that it has on GRCh37",
            GIVE_GENOME_38,
        ));
    }
    Ok(())
}
