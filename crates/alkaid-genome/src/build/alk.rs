//! What is asked of ALK: the right transcript, the right place, the words of its
//! locus that occur nowhere else.

use std::path::Path;

use super::fasta::{self, Alphabet, Piece};
use super::repeats::{Repeats, Words};
use super::source::{Progress, Source};
use super::{ALK, BuildError, BuildInputs, Record};
use crate::bundle::{Bundle, Contents, GeneOffset, Locus, RepeatMask, SourceFile};
use crate::gene::Transcript;
use crate::sequence::PackedSequence;

/// UniProt's ALK, 1,620 residues.
const ALK_PROTEIN: &str = "Q9UM73";

/// ALK's one stretch is drawn out to the ends of its locus: that is one stretch
/// of either assembly (NG_009445.1 lies on both in one span).
pub(super) fn over_the_locus(mut offsets: Vec<GeneOffset>, locus: &Locus) -> Vec<GeneOffset> {
    let mut of_alk = offsets.iter_mut().filter(|stretch| stretch.gene == ALK);
    if let (Some(stretch), None) = (of_alk.next(), of_alk.next())
        && stretch.chrom == locus.interval.chrom
    {
        let before = stretch.start.saturating_sub(locus.interval.start);
        let before = before.min(stretch.grch37_start);
        stretch.start -= before;
        stretch.grch37_start -= before;
        stretch.end = stretch.end.max(locus.interval.end);
    }
    offsets
}

/// The best ALK transcript with exons and sequence that makes Q9UM73.
pub(super) fn find_alk(transcripts: &[Transcript]) -> Result<usize, BuildError> {
    let of_alk = || {
        let all = transcripts.iter().enumerate();
        all.filter(|(_, transcript)| transcript.gene == ALK)
    };
    let found = of_alk().find(|(_, transcript)| {
        transcript.sequence.is_some()
            && !transcript.exons.is_empty()
            && transcript.protein.as_deref() == Some(ALK_PROTEIN)
    });
    if let Some((index, _)) = found {
        return Ok(index);
    }
    Err(if of_alk().next().is_none() {
        BuildError::Inputs {
            what: "there is no transcript of ALK among the files".to_owned(),
            remedy: "give a transcript FASTA and a GTF that have ALK (ENST00000389048, NM_004304)",
        }
    } else {
        BuildError::Inputs {
            what: "no ALK transcript with sequence and exons translates to UniProt Q9UM73"
                .to_owned(),
            remedy: "give ENST00000389048 or NM_004304 as FASTA and in the GTF, both of GRCh38, \
                     and the proteome of UniProt or none",
        }
    })
}

/// The ALK transcript lies in the ALK locus, and has its bases there.
pub(super) fn check_alk(
    alk: &Transcript,
    sequences: &[PackedSequence],
    locus: &Locus,
    record: &mut Record,
) -> Result<(), BuildError> {
    let outside = || BuildError::Inputs {
        what: format!(
            "the exons of {} are not all inside {}",
            alk.id, locus.interval
        ),
        remedy: "give locus and annotation of the same assembly, GRCh38",
    };
    if alk.strand != locus.strand || alk.chrom != locus.interval.chrom {
        return Err(outside());
    }
    let mut spliced = Vec::new();
    for exon in &alk.exons {
        spliced.extend(locus.bases(exon.genome.clone()).ok_or_else(outside)?);
    }
    let sequence = alk.sequence.and_then(|at| sequences.get(at as usize));
    let sequence = sequence.map(PackedSequence::unpack).unwrap_or_default();
    let differ = spliced
        .iter()
        .zip(&sequence)
        .filter(|(a, b)| a != b)
        .count();
    // Two assemblies of one gene differ in a few bases; a shift, in most.
    if differ * 100 > spliced.len() {
        return Err(BuildError::Inputs {
            what: format!(
                "{} and the ALK locus differ in {differ} of {} bases",
                alk.id,
                spliced.len()
            ),
            remedy: "give locus, annotation and transcripts of the same assembly, GRCh38",
        });
    }
    record.notes.push(format!(
        "{} is the ALK transcript; {differ} of its {} bases differ from the ALK locus",
        alk.id,
        spliced.len()
    ));
    Ok(())
}

/// Compares the ALK locus with all other sequence.
pub(super) fn mask_repeats(
    inputs: &BuildInputs,
    contents: &Contents,
    record: &mut Record,
    progress: Progress<'_>,
) -> Result<RepeatMask, BuildError> {
    progress("repeats", 0, None);
    let locus = &contents.alk_locus;
    let mut repeats = Repeats::new(locus);
    for other in &contents.loci {
        // A locus that reaches into this one holds its words at their own place.
        if !other.interval.overlaps(&locus.interval) {
            repeats.mark(&mut Words::default(), &other.sequence.unpack());
        }
    }
    for transcript in &contents.transcripts {
        let sequence = transcript
            .sequence
            .map(|at| &contents.sequences[at as usize]);
        let inside = transcript
            .span()
            .is_some_and(|span| span.overlaps(&locus.interval));
        if let (Some(sequence), false) = (sequence, inside || transcript.gene == ALK) {
            repeats.mark(&mut Words::default(), &sequence.unpack());
        }
    }
    for path in &inputs.background {
        let file = mark_file(path, &mut repeats, progress)?;
        record.sources.push(file);
    }
    let mut mask = repeats.into_mask();
    if inputs.background.is_empty()
        && let Ok(embedded) = Bundle::embedded_if_sound()
        && embedded.alk_locus() == locus
    {
        mask.merge(embedded.repeat_mask());
        record.notes.push(format!(
            "no background was given: the repeats of ALK that the embedded bundle {} knows are \
             kept",
            embedded.meta().checksum
        ));
    }
    Ok(mask)
}

fn mark_file(
    path: &Path,
    repeats: &mut Repeats,
    progress: Progress<'_>,
) -> Result<SourceFile, BuildError> {
    let mut source = Source::open(path)?;
    let mut words = Words::default();
    let mut records = 0;
    let sink = &mut |_: &Source, piece: Piece<'_>| {
        match piece {
            Piece::Header(..) => {
                words = Words::default();
                records += 1;
            }
            Piece::Letters(letters) => repeats.mark(&mut words, letters),
        }
        Ok(())
    };
    fasta::read_pieces(
        &mut source,
        Alphabet::Nucleotides,
        "background",
        progress,
        sink,
    )?;
    source.finish(
        records,
        "background; compared with the ALK locus, not stored",
    )
}
