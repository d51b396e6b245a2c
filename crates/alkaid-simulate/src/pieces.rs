//! The two sides of a junction, cut out of transcripts, genomic sequence, proteins or thin air.

use alkaid_genome::{Bundle, CdsPosition, ExonNumber, Region, Strand, Transcript, canonical_chrom};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::backtranslate;
use crate::error::SpecProblem;
use crate::reference::{self, Sequenced};
use crate::spec::Place;

/// Bases of genomic sequence that a DNA molecule holds on either side, where the bundle has them.
const FLANK: u64 = 1_000;
/// How far the search for micro-homology looks.
const CONTEXT: usize = 50;
/// Most bases of made-up leader before a back-translated coding sequence.
const LEADER: usize = 150;

/// Which side of the junction a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It comes first; its last base touches the junction.
    Left,
    /// It comes second; its first base touches the junction.
    Right,
}

/// Where one side of the junction really is. Positions are those of the base that touches the junction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SideTruth {
    /// Gene symbol; `None` for literal bases and places without a gene.
    pub gene: Option<String>,
    /// The transcript that exon and c. position count along.
    pub transcript: Option<String>,
    /// The exon next to the junction: the last one before it (left), the first one after it (right).
    pub exon: Option<u16>,
    /// The intron that the base lies in, numbered by the exon before it; `None` in an exon.
    pub intron: Option<u16>,
    /// The c. position of the base, 1-based; `None` outside the coding exons.
    pub cds: Option<u32>,
    /// Chromosome.
    pub chrom: Option<String>,
    /// Position of the base, 1-based on GRCh38.
    pub position: Option<u64>,
    /// The strand along which the fusion is read here.
    pub strand: Option<Strand>,
    /// Bases of intron between the exon and the junction.
    pub retained: u32,
}

/// One side, ready to be joined.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    /// What is kept.
    pub(crate) bases: Vec<u8>,
    /// What the reference has on the other side of the cut, as far as it was looked at.
    pub(crate) beyond: Vec<u8>,
    pub(crate) truth: SideTruth,
    /// Coding bases before the cut in the side's own transcript; `None` outside the coding sequence.
    pub(crate) coding: Option<u32>,
    /// Left: where in `bases` the start codon is.
    pub(crate) start_codon: Option<usize>,
}

/// A base of a transcript's gene, in transcript terms (all 0-based).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    /// This base of the transcript.
    Exonic(u32),
    /// Base `at` (from its 5' end) of the intron, `of` bases long, behind an exon.
    Intronic { intron: u16, at: u64, of: u64 },
}

/// A side made of a sequenced transcript.
pub(crate) fn from_transcript(
    bundle: &Bundle,
    gene: &str,
    place: Place,
    end: End,
) -> Result<Piece, SpecProblem> {
    let sequenced = reference::sequenced(bundle, gene)?;
    let Sequenced { transcript, bases } = &sequenced;
    match (base_at(transcript, bases.len() as u32, place, end)?, end) {
        (Base::Exonic(at), _) => Ok(exonic(transcript, bases, at, end)),
        (Base::Intronic { intron, at, of }, End::Left) => {
            let exon = exon_end(transcript, intron);
            let mut piece = exonic(transcript, bases, exon - 1, End::Left);
            let kept = reference::intron_bases(bundle, transcript, intron, 0..at + 1)?;
            piece.beyond = context(bundle, transcript, intron, at + 1, of, end);
            piece.bases.extend_from_slice(&kept);
            piece.place_in_intron(transcript, intron, at, kept.len());
            Ok(piece)
        }
        (Base::Intronic { intron, at, of }, End::Right) => {
            let exon = exon_end(transcript, intron);
            let mut piece = exonic(transcript, bases, exon, End::Right);
            let mut kept = reference::intron_bases(bundle, transcript, intron, at..of)?;
            piece.beyond = context(bundle, transcript, intron, at, of, end);
            let retained = kept.len();
            kept.append(&mut piece.bases);
            piece.bases = kept;
            piece.place_in_intron(transcript, intron, at, retained);
            Ok(piece)
        }
    }
}

impl Piece {
    fn place_in_intron(&mut self, transcript: &Transcript, intron: u16, at: u64, retained: usize) {
        let range = transcript.intron_after(ExonNumber(intron));
        self.truth.position = range.map(|range| match transcript.strand {
            Strand::Forward => range.start + at + 1,
            Strand::Reverse => range.end - at,
        });
        self.truth.intron = Some(intron);
        self.truth.cds = None;
        self.truth.retained = retained as u32;
    }
}

/// The transcript position behind an exon.
fn exon_end(transcript: &Transcript, exon: u16) -> u32 {
    transcript
        .exon(ExonNumber(exon))
        .map_or(0, |exon| exon.transcript.end)
}

/// A cut next to a base of the transcript, which is kept.
fn exonic(transcript: &Transcript, bases: &[u8], at: u32, end: End) -> Piece {
    let cut = match end {
        End::Left => at as usize + 1,
        End::Right => at as usize,
    };
    let (before, after) = bases.split_at(cut.min(bases.len()));
    let coding = transcript.cds.as_ref().and_then(|cds| {
        let inside = match end {
            End::Left => cds.start < cut as u32 && (cut as u32) < cds.end,
            End::Right => cds.contains(&(cut as u32)),
        };
        inside.then(|| cut as u32 - cds.start)
    });
    let (kept, beyond) = match end {
        End::Left => (before, &after[..after.len().min(CONTEXT)]),
        End::Right => (after, &before[before.len().saturating_sub(CONTEXT)..]),
    };
    Piece {
        bases: kept.to_vec(),
        beyond: beyond.to_vec(),
        truth: SideTruth {
            exon: transcript.exon_at(at).map(|exon| exon.number.0),
            cds: transcript.cds_position(at).map(|CdsPosition(cds)| cds),
            position: transcript.genome_position(at).map(|position| position + 1),
            ..gene_truth(transcript)
        },
        coding,
        start_codon: transcript.cds.as_ref().map(|cds| cds.start as usize),
    }
}

fn gene_truth(transcript: &Transcript) -> SideTruth {
    SideTruth {
        gene: Some(transcript.gene.clone()),
        transcript: Some(transcript.id.clone()),
        chrom: Some(transcript.chrom.clone()),
        strand: Some(transcript.strand),
        ..SideTruth::default()
    }
}

/// Intron bases beyond a cut; empty when the bundle does not hold them.
fn context(
    bundle: &Bundle,
    transcript: &Transcript,
    intron: u16,
    cut: u64,
    of: u64,
    end: End,
) -> Vec<u8> {
    let within = match end {
        End::Left => cut..(cut + CONTEXT as u64).min(of),
        End::Right => cut.saturating_sub(CONTEXT as u64)..cut,
    };
    reference::intron_bases(bundle, transcript, intron, within).unwrap_or_default()
}

/// The base that is kept next to the junction.
fn base_at(
    transcript: &Transcript,
    length: u32,
    place: Place,
    end: End,
) -> Result<Base, SpecProblem> {
    let (base, offset, exon) = match place {
        Place::Exon { exon, offset } => {
            let found = exon_of(transcript, exon)?;
            let base = match end {
                End::Left => found.transcript.end - 1,
                End::Right => found.transcript.start,
            };
            (base, offset, Some(found))
        }
        Place::Cds { position, offset } => {
            let base = cds_base(transcript, position)?;
            (base, offset, transcript.exon_at(base))
        }
    };
    if offset == 0 {
        return Ok(Base::Exonic(base.min(length.saturating_sub(1))));
    }
    let refuse = |why: String| SpecProblem::Offset {
        gene: transcript.gene.clone(),
        place: place.to_string(),
        why,
    };
    let exon = exon.ok_or_else(|| no_exons(transcript))?;
    let outwards = match place {
        Place::Exon { .. } => (offset > 0) == (end == End::Left),
        Place::Cds { .. } if offset > 0 => base + 1 == exon.transcript.end,
        Place::Cds { .. } => base == exon.transcript.start,
    };
    if outwards {
        let intron = if offset > 0 {
            exon.number.0
        } else {
            exon.number.0 - 1
        };
        let range = reference::intron_range(transcript, intron)
            .map_err(|_| refuse("there is no intron on that side".to_owned()))?;
        let of = range.end - range.start;
        let distance = u64::from(offset.unsigned_abs());
        if distance > of {
            return Err(refuse(format!("intron {intron} has only {of} bases")));
        }
        let at = if offset > 0 {
            distance - 1
        } else {
            of - distance
        };
        return Ok(Base::Intronic { intron, at, of });
    }
    if matches!(place, Place::Cds { .. }) {
        return Err(refuse(
            "that base does not border an intron; leave the offset out".to_owned(),
        ));
    }
    let inside = i64::from(base) + i64::from(offset);
    let allowed = i64::from(exon.transcript.start)..i64::from(exon.transcript.end);
    if !allowed.contains(&inside) {
        return Err(refuse(format!(
            "exon {} has only {} bases",
            exon.number,
            exon.len()
        )));
    }
    Ok(Base::Exonic(inside as u32))
}

fn no_exons(transcript: &Transcript) -> SpecProblem {
    SpecProblem::NoExons {
        gene: transcript.gene.clone(),
        transcript: transcript.id.clone(),
    }
}

fn exon_of(transcript: &Transcript, exon: u16) -> Result<&alkaid_genome::Exon, SpecProblem> {
    if transcript.exons.is_empty() {
        return Err(no_exons(transcript));
    }
    transcript
        .exon(ExonNumber(exon))
        .ok_or_else(|| SpecProblem::OutOfRange {
            gene: transcript.gene.clone(),
            transcript: transcript.id.clone(),
            what: "exon",
            number: exon.into(),
            count: transcript.exons.len(),
        })
}

fn cds_base(transcript: &Transcript, position: u32) -> Result<u32, SpecProblem> {
    let cds = transcript
        .cds
        .as_ref()
        .ok_or_else(|| SpecProblem::NotCoding {
            gene: transcript.gene.clone(),
            transcript: transcript.id.clone(),
        })?;
    transcript
        .position_of_cds(CdsPosition(position))
        .ok_or_else(|| SpecProblem::CdsOutOfRange {
            gene: transcript.gene.clone(),
            transcript: transcript.id.clone(),
            position,
            last: cds.end - cds.start,
        })
}

/// A side made of genomic sequence; `position` is 1-based.
pub(crate) fn from_genome(
    bundle: &Bundle,
    chrom: &str,
    position: u64,
    strand: Option<Strand>,
    end: End,
) -> Result<Piece, SpecProblem> {
    let place = format!("{chrom}:{position}");
    let chrom = canonical_chrom(chrom);
    let at = position.checked_sub(1).ok_or_else(|| SpecProblem::Syntax {
        part: place.clone(),
        expected: "a position from 1",
    })?;
    let genes = bundle.genes_at(&chrom, at);
    let strand = match strand {
        Some(strand) => strand,
        None => sense(&genes, &place)?,
    };
    let gene = genes
        .iter()
        .find(|t| t.strand == strand)
        .or(genes.first())
        .copied();
    let locus = reference::locus_at(bundle, &chrom, at)?;
    let held = &locus.interval;
    // Everything at and below the base, or at and above it, in genome terms.
    let below = |reach: u64| (at + 1).saturating_sub(reach).max(held.start)..at + 1;
    let above = |reach: u64| at..(at + reach).min(held.end);
    let further = CONTEXT as u64 + 1;
    let (kept, mut beyond) = match (end, strand) {
        (End::Left, Strand::Forward) | (End::Right, Strand::Reverse) => {
            (below(FLANK), above(further))
        }
        (End::Left, Strand::Reverse) | (End::Right, Strand::Forward) => {
            (above(FLANK), below(further))
        }
    };
    // The base itself is kept, so it is not beyond the cut.
    if beyond.start == at {
        beyond.start += 1
    } else {
        beyond.end -= 1
    }
    let (exon, intron, cds, coding) = gene.map_or((None, None, None, None), |t| around(t, at, end));
    Ok(Piece {
        bases: reference::genome_bases(bundle, &chrom, kept, strand)?,
        beyond: reference::genome_bases(bundle, &chrom, beyond, strand)?,
        truth: SideTruth {
            gene: gene.map(|t| t.gene.clone()),
            transcript: gene.map(|t| t.id.clone()),
            exon,
            intron,
            cds,
            chrom: Some(chrom),
            position: Some(position),
            strand: Some(strand),
            retained: 0,
        },
        // Frame is predicted only where both sides are read as their genes are.
        coding: coding.filter(|_| gene.is_some_and(|t| t.strand == strand)),
        start_codon: None,
    })
}

/// The direction in which the genes at a place are read.
fn sense(genes: &[&Transcript], place: &str) -> Result<Strand, SpecProblem> {
    let strands: Vec<Strand> = genes.iter().map(|t| t.strand).collect();
    match strands.split_first() {
        Some((first, rest)) if rest.iter().all(|strand| strand == first) => Ok(*first),
        _ => Err(SpecProblem::Sense {
            place: place.to_owned(),
            genes: if genes.is_empty() {
                "no gene".to_owned()
            } else {
                genes
                    .iter()
                    .map(|t| t.gene.as_str())
                    .collect::<Vec<_>>()
                    .join(" and ")
            },
        }),
    }
}

type Surroundings = (Option<u16>, Option<u16>, Option<u32>, Option<u32>);

/// Exon, intron and c. position at a genomic base, and the coding bases of the spliced transcript
/// before the cut (known only where the cut lies in an intron).
fn around(transcript: &Transcript, at: u64, end: End) -> Surroundings {
    match transcript.locate(at) {
        None => (None, None, None, None),
        Some(Region::Exon(exon)) => {
            let position = transcript.transcript_position(at);
            let cds = position
                .and_then(|p| transcript.cds_position(p))
                .map(|CdsPosition(cds)| cds);
            (Some(exon.0), None, cds, None)
        }
        Some(Region::Intron(before)) => {
            let exon = match end {
                End::Left => before.0,
                End::Right => before.0 + 1,
            };
            let cut = exon_end(transcript, before.0);
            let inside = transcript
                .cds
                .as_ref()
                .filter(|cds| cds.start < cut && cut < cds.end);
            (
                Some(exon),
                Some(before.0),
                None,
                inside.map(|cds| cut - cds.start),
            )
        }
    }
}

/// A side known by its protein: the left one ends with the exon, the right one starts with it.
pub(crate) fn from_protein(
    bundle: &Bundle,
    gene: &str,
    exon: u16,
    end: End,
    seed: u64,
) -> Result<Piece, SpecProblem> {
    let model = reference::protein_model(bundle, gene)?;
    let transcript = model.transcript;
    let found = exon_of(transcript, exon)?;
    let (cut, base) = match end {
        End::Left => (found.transcript.end, found.transcript.end - 1),
        End::Right => (found.transcript.start, found.transcript.start),
    };
    let coding = transcript
        .cds
        .as_ref()
        .filter(|cds| cds.start < cut && cut < cds.end)
        .map(|cds| cut - cds.start)
        .filter(|&coding| (coding as usize) < 3 * model.protein.len())
        .ok_or_else(|| SpecProblem::Offset {
            gene: gene.to_owned(),
            place: format!("exon {exon}"),
            why: format!(
                "its cut does not lie inside the {} residues of the protein",
                model.protein.len()
            ),
        })?;
    let sequence = backtranslate::coding_sequence(model.protein, &transcript.gene, seed);
    let (before, after) = sequence.split_at(coding as usize);
    let truth = SideTruth {
        exon: Some(exon),
        cds: transcript.cds_position(base).map(|CdsPosition(cds)| cds),
        position: transcript
            .genome_position(base)
            .map(|position| position + 1),
        ..gene_truth(transcript)
    };
    let untranslated = transcript
        .cds
        .as_ref()
        .map_or(0, |cds| cds.start as usize)
        .min(LEADER);
    let bases = match end {
        End::Left => [&backtranslate::leader(untranslated, gene, seed), before].concat(),
        End::Right => after.to_vec(),
    };
    Ok(Piece {
        bases,
        beyond: Vec::new(),
        truth,
        coding: Some(coding),
        start_codon: Some(untranslated),
    })
}

/// A side of literal bases.
pub(crate) fn from_literal(bases: &[u8]) -> Piece {
    Piece {
        bases: bases.to_vec(),
        ..Piece::default()
    }
}
