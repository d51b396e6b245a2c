//! Naming what ALK is joined to. No list of partners: the clip is looked up in every transcript and locus of the
//! bundle, then, translated in ALK's frame, in the whole proteome; an aligned file's own coordinates count as well.

mod choose;
mod ends;
mod hints;
mod protein;
mod scan;
mod starts;

use alkaid_genome::{Bundle, Locus, Strand, Transcript, complement};

use crate::anatomy::Anatomy;

pub use choose::{Evidence, choose};
pub use ends::ExonEnds;
pub use hints::{Hint, clip_hint, mate_hint};
pub use protein::{ExonEnd, PeptideHit, Peptides};
pub use scan::{Hit, Query, Scanner, Target};
pub use starts::ProteinStarts;

/// A base of the partner, in the reference that named it.
#[derive(Clone, Copy, Debug)]
pub enum Place<'b> {
    /// Transcript position, 0-based, and whether the transcript is read backwards.
    Transcript(&'b Transcript, usize, bool),
    /// Offset in a genomic piece, and whether the piece is read backwards.
    Locus(&'b Locus, usize, bool),
    /// Base of a coding sequence known only through its protein: transcript model and coding bases up to and including it.
    Coding(&'b Transcript, u32),
    /// ALK itself: locus offset, and whether it is read backwards.
    Alk(usize, bool),
}

/// A direction in ALK's sense.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Towards {
    FivePrime,
    ThreePrime,
}

/// Where a cluster's sequence beyond ALK comes from.
#[derive(Clone, Debug)]
pub struct Origin<'b> {
    /// HGNC symbol; empty for a place between genes.
    pub gene: String,
    /// How it was found.
    pub named_by: NamedBy,
    /// The partner base nearest to the junction, if the reference sequence is known.
    pub place: Option<Place<'b>>,
    /// Its genome position (0-based) and the strand on which the partner reads in ALK's sense.
    pub genome: Option<(String, u64, Strand)>,
    /// Bases between that base and ALK that the partner does not explain.
    pub gap: usize,
    /// Bases of ALK beyond the junction that the partner's reference also has (0 unless its sequence is known).
    pub homology: usize,
    /// Score of the match, in bases (or three times residues).
    pub score: f64,
    /// Other genes that match as well or nearly.
    pub alternatives: Vec<String>,
    /// Mates of the cluster that lie in the same gene.
    pub mate_votes: usize,
}

/// How a partner got its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NamedBy {
    /// By a transcript's sequence.
    Transcript,
    /// By a genomic sequence of the bundle.
    Locus,
    /// By a protein.
    Protein,
    /// By the alignment in the file.
    Alignment,
    /// Only by where the mates lie.
    Mates,
}

impl NamedBy {
    /// As printed.
    pub fn as_str(self) -> &'static str {
        match self {
            NamedBy::Transcript => "transcript",
            NamedBy::Locus => "locus",
            NamedBy::Protein => "protein",
            NamedBy::Alignment => "alignment",
            NamedBy::Mates => "mates",
        }
    }
}

impl<'b> Place<'b> {
    /// The base `by` further along ALK's sense (backwards when negative).
    pub fn shifted(self, by: i64) -> Option<Place<'b>> {
        let shift = |at: usize, by: i64| usize::try_from(at as i64 + by).ok();
        Some(match self {
            Place::Transcript(transcript, at, backwards) => Place::Transcript(
                transcript,
                shift(at, if backwards { -by } else { by })?,
                backwards,
            ),
            Place::Locus(locus, at, backwards) => Place::Locus(
                locus,
                shift(at, if backwards { -by } else { by })?,
                backwards,
            ),
            Place::Coding(transcript, at) => {
                Place::Coding(transcript, u32::try_from(i64::from(at) + by).ok()?)
            }
            Place::Alk(at, backwards) => {
                Place::Alk(shift(at, if backwards { -by } else { by })?, backwards)
            }
        })
    }

    /// What the reference has after this base in ALK's sense, nearest base first; nothing where it ends or is not known.
    pub fn onwards(self, bundle: &Bundle, anatomy: &Anatomy, bases: usize) -> Vec<u8> {
        self.beside(bundle, anatomy, bases, Towards::ThreePrime)
    }

    /// What it has before this base in ALK's sense, nearest base first.
    pub fn back_from(self, bundle: &Bundle, anatomy: &Anatomy, bases: usize) -> Vec<u8> {
        self.beside(bundle, anatomy, bases, Towards::FivePrime)
    }

    fn beside(self, bundle: &Bundle, anatomy: &Anatomy, bases: usize, towards: Towards) -> Vec<u8> {
        let (at, backwards) = match self {
            Place::Transcript(_, at, backwards)
            | Place::Locus(_, at, backwards)
            | Place::Alk(at, backwards) => (at, backwards),
            Place::Coding(..) => return Vec::new(),
        };
        // In the reference's own direction.
        let ahead = (towards == Towards::ThreePrime) != backwards;
        let range = if ahead {
            at + 1..at + 1 + bases
        } else {
            at.saturating_sub(bases)..at
        };
        let mut found = match self {
            Place::Transcript(transcript, ..) => bundle
                .packed_sequence(transcript)
                .map_or_else(Vec::new, |sequence| sequence.slice(range)),
            Place::Locus(locus, ..) => locus.sequence.slice(range),
            _ => {
                let end = range.end.min(anatomy.sequence.len());
                anatomy
                    .sequence
                    .get(range.start..end)
                    .unwrap_or(&[])
                    .to_vec()
            }
        };
        if !ahead {
            found.reverse();
        }
        if backwards {
            found.iter_mut().for_each(|base| *base = complement(*base));
        }
        found
    }

    /// Genome position (0-based) and the strand that reads in ALK's sense. `None` for ALK itself.
    pub fn genome(self) -> Option<(String, u64, Strand)> {
        match self {
            Place::Transcript(transcript, at, backwards) => {
                let position = transcript.genome_position(at as u32)?;
                let strand = if backwards {
                    transcript.strand.flip()
                } else {
                    transcript.strand
                };
                Some((transcript.chrom.clone(), position, strand))
            }
            Place::Locus(locus, at, backwards) => {
                let strand = if backwards {
                    locus.strand.flip()
                } else {
                    locus.strand
                };
                Some((
                    locus.interval.chrom.clone(),
                    locus.genome_position(at),
                    strand,
                ))
            }
            Place::Coding(transcript, coding) => {
                let start = transcript.cds.as_ref()?.start;
                let position = transcript.genome_position((start + coding).checked_sub(1)?)?;
                Some((transcript.chrom.clone(), position, transcript.strand))
            }
            Place::Alk(..) => None,
        }
    }
}
