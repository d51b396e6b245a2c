//! From a specification to the molecule: its bases, where the junction lies, and the truth about both sides.

use alkaid_genome::{Bundle, CdsPosition, ExonNumber, Strand, in_frame, translate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{SimulateError, SpecProblem};
use crate::mutation::{Made, mutate};
use crate::pieces::{self, End, Piece, SideTruth};
use crate::reference;
use crate::spec::{FusionSpec, InsertPiece, Place, Side};

/// A molecule with truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chimera {
    /// What was asked for.
    pub spec: FusionSpec,
    /// Gene names, such as `EML4::ALK`; a side without a gene is called `?`.
    pub name: String,
    /// RNA or DNA.
    pub molecule: Molecule,
    /// All bases, 5' to 3' as the fusion is read.
    pub sequence: Vec<u8>,
    /// Where the two sides meet; `None` for molecules that are no fusion.
    pub junction: Option<Junction>,
    /// Small changes of ALK, in the order of the sequence.
    pub mutations: Vec<Made>,
}

/// What kind of molecule is sequenced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Molecule {
    /// A transcript.
    Rna,
    /// A stretch of the genome.
    Dna,
}

/// The place where two sides meet, and what each of them is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Junction {
    /// Bases of the left side: `sequence[..left_end]`.
    pub left_end: usize,
    /// Where the right side starts: `sequence[right_start..]`; the inserted bases lie between.
    pub right_start: usize,
    /// The left side.
    pub left: SideTruth,
    /// The right side.
    pub right: SideTruth,
    /// Whether the reading frame of the left gene goes on in that of the right one without a stop
    /// codon before it (DNA: after splicing of the neighbouring exons). `None` where a side is not coding.
    pub in_frame: Option<bool>,
    /// By how many bases the junction could be moved to the left, and to the right, without a change
    /// of the sequence (micro-homology); (0, 0) where bases are inserted.
    pub homology: (u32, u32),
}

impl Junction {
    /// Inserted bases, neither left nor right.
    #[must_use]
    pub fn inserted(&self) -> usize {
        self.right_start - self.left_end
    }
}

/// The molecule that a specification describes.
///
/// ```
/// use alkaid_genome::Bundle;
/// use alkaid_simulate::chimera;
///
/// let v1 = chimera(&"EML4:e13::ALK:e20".parse()?, Bundle::embedded())?;
/// let junction = v1.junction.as_ref().unwrap();
/// assert!(v1.sequence[..junction.left_end].ends_with(b"GGAAAGGACCTAAAG"));
/// assert!(v1.sequence[junction.right_start..].starts_with(b"TGTACCGCCGGAAGC"));
/// assert_eq!(junction.right.position, Some(29_223_528));
/// # Ok::<(), alkaid_simulate::SimulateError>(())
/// ```
///
/// # Errors
/// [`SimulateError::Spec`] when the bundle cannot make it.
pub fn chimera(spec: &FusionSpec, bundle: &Bundle) -> Result<Chimera, SimulateError> {
    chimera_seeded(spec, bundle, 0)
}

/// As [`chimera`]; the seed chooses the codons of partners known by protein only.
///
/// # Errors
/// [`SimulateError::Spec`] when the bundle cannot make it.
pub fn chimera_seeded(
    spec: &FusionSpec,
    bundle: &Bundle,
    seed: u64,
) -> Result<Chimera, SimulateError> {
    build(spec, bundle, seed).map_err(|problem| problem.of(spec))
}

fn build(spec: &FusionSpec, bundle: &Bundle, seed: u64) -> Result<Chimera, SpecProblem> {
    let plain = |name: &str, sequence| Chimera {
        spec: spec.clone(),
        name: name.to_owned(),
        molecule: Molecule::Rna,
        sequence,
        junction: None,
        mutations: Vec::new(),
    };
    match spec {
        FusionSpec::Joined {
            left,
            insert,
            right,
        } => {
            let (left, insert, right) = fold(bundle, left, insert, right);
            let joined = (left.clone(), right.clone());
            let left = piece(bundle, &left, End::Left, seed)?;
            let right = piece(bundle, &right, End::Right, seed)?;
            let mut bases = Vec::new();
            for piece in insert {
                bases.extend(insert_bases(bundle, piece)?);
            }
            Ok(join(spec, molecule(&joined)?, left, &bases, right))
        }
        FusionSpec::AlternativeStart { upstream } => {
            let place = Place::Exon {
                exon: 20,
                offset: -i32::try_from(*upstream).unwrap_or(i32::MAX),
            };
            let piece = pieces::from_transcript(bundle, "ALK", place, End::Right)?;
            Ok(plain("ALK-ATI", piece.bases))
        }
        FusionSpec::WildType { gene } => Ok(plain(gene, reference::sequenced(bundle, gene)?.bases)),
        FusionSpec::Retained { gene, intron } => {
            let sequenced = reference::sequenced(bundle, gene)?;
            let range = reference::intron_range(sequenced.transcript, *intron)?;
            let length = range.end - range.start;
            let retained =
                reference::intron_bases(bundle, sequenced.transcript, *intron, 0..length)?;
            let mut bases = sequenced.bases;
            let at = sequenced
                .transcript
                .exon(ExonNumber(*intron))
                .map_or(0, |exon| exon.transcript.end as usize);
            bases.splice(at.min(bases.len())..at.min(bases.len()), retained);
            Ok(plain(gene, bases))
        }
        FusionSpec::ExonDna { gene, exon } => {
            let transcript = reference::sequenced(bundle, gene)?.transcript;
            let range = reference::exon_with_flanks(transcript, *exon)?;
            let (chrom, strand) = (&transcript.chrom, transcript.strand);
            let mut molecule = plain(gene, reference::genome_bases(bundle, chrom, range, strand)?);
            molecule.molecule = Molecule::Dna;
            Ok(molecule)
        }
        FusionSpec::Mutated { molecule, changes } => {
            let mut changed = mutate(bundle, molecule, build(molecule, bundle, seed)?, changes)?;
            changed.spec = spec.clone();
            Ok(changed)
        }
        FusionSpec::Unspliced { gene } => {
            let transcript = reference::sequenced(bundle, gene)?.transcript;
            let span = transcript.span().ok_or_else(|| SpecProblem::NoExons {
                gene: gene.clone(),
                transcript: transcript.id.clone(),
            })?;
            let (range, strand) = (span.start..span.end, transcript.strand);
            Ok(plain(
                gene,
                reference::genome_bases(bundle, &span.chrom, range, strand)?,
            ))
        }
    }
}

/// Inserted intron that continues a side belongs to that side: `EML4:e14::TT+i19:56::ALK:e20` is
/// `EML4:e14::TT::ALK:e20-56`.
fn fold<'s>(
    bundle: &Bundle,
    left: &Side,
    insert: &'s [InsertPiece],
    right: &Side,
) -> (Side, &'s [InsertPiece], Side) {
    let (mut left, mut insert, mut right) = (left.clone(), insert, right.clone());
    let same = |named: &Option<String>, gene: &str| {
        let named = named.as_deref().unwrap_or("ALK");
        named == gene || named == "ALK" && bundle.alk().id == gene
    };
    if let (
        Side::Gene {
            gene,
            place:
                Place::Exon {
                    exon,
                    offset: offset @ 0,
                },
        },
        Some((
            InsertPiece::IntronTail {
                gene: named,
                intron,
                length,
            },
            rest,
        )),
    ) = (&mut right, insert.split_last())
        && u32::from(*intron) + 1 == u32::from(*exon)
        && same(named, gene)
        && let Ok(length) = i32::try_from(*length)
    {
        *offset = -length;
        insert = rest;
    }
    if let (
        Side::Gene {
            gene,
            place:
                Place::Exon {
                    exon,
                    offset: offset @ 0,
                },
        },
        Some((
            InsertPiece::IntronRange {
                gene: named,
                intron,
                first: 1,
                last,
            },
            rest,
        )),
    ) = (&mut left, insert.split_first())
        && intron == exon
        && same(named, gene)
        && let Ok(last) = i32::try_from(*last)
    {
        *offset = last;
        insert = rest;
    }
    (left, insert, right)
}

fn piece(bundle: &Bundle, side: &Side, end: End, seed: u64) -> Result<Piece, SpecProblem> {
    match side {
        Side::Gene { gene, place } => pieces::from_transcript(bundle, gene, *place, end),
        Side::Genome {
            chrom,
            position,
            strand,
        } => pieces::from_genome(bundle, chrom, *position, *strand, end),
        Side::Protein { gene, exon } => pieces::from_protein(bundle, gene, *exon, end, seed),
        Side::Sequence(bases) => Ok(pieces::from_literal(bases)),
    }
}

fn molecule(sides: &(Side, Side)) -> Result<Molecule, SpecProblem> {
    let genomic = |side: &Side| matches!(side, Side::Genome { .. });
    let literal = |side: &Side| matches!(side, Side::Sequence(_));
    match (genomic(&sides.0), genomic(&sides.1)) {
        (true, true) => Ok(Molecule::Dna),
        (true, false) if literal(&sides.1) => Ok(Molecule::Dna),
        (false, true) if literal(&sides.0) => Ok(Molecule::Dna),
        (false, false) => Ok(Molecule::Rna),
        _ => Err(SpecProblem::MixedMolecules),
    }
}

fn insert_bases(bundle: &Bundle, piece: &InsertPiece) -> Result<Vec<u8>, SpecProblem> {
    let (gene, intron, extent) = match piece {
        InsertPiece::Bases(bases) => return Ok(bases.clone()),
        InsertPiece::IntronTail {
            gene,
            intron,
            length,
        } => (gene, *intron, Err(*length)),
        InsertPiece::IntronRange {
            gene,
            intron,
            first,
            last,
        } => (gene, *intron, Ok((*first, *last))),
    };
    let gene = gene.as_deref().unwrap_or("ALK");
    let transcript = reference::sequenced(bundle, gene)?.transcript;
    let range = reference::intron_range(transcript, intron)?;
    let of = range.end - range.start;
    let within = match extent {
        Err(length) => of.checked_sub(length.into()).map(|start| start..of),
        Ok((first, last)) => first
            .checked_sub(1)
            .filter(|_| first <= last && u64::from(last) <= of)
            .map(|start| u64::from(start)..last.into()),
    };
    let within = within.ok_or_else(|| SpecProblem::Offset {
        gene: gene.to_owned(),
        place: piece.to_string(),
        why: format!("intron {intron} has {of} bases"),
    })?;
    reference::intron_bases(bundle, transcript, intron, within)
}

fn join(
    spec: &FusionSpec,
    molecule: Molecule,
    left: Piece,
    inserted: &[u8],
    right: Piece,
) -> Chimera {
    let name = |side: &Piece| side.truth.gene.clone().unwrap_or_else(|| "?".to_owned());
    let name = format!("{}::{}", name(&left), name(&right));
    let homology = if inserted.is_empty() {
        homology(&left, &right)
    } else {
        (0, 0)
    };
    let left_end = left.bases.len();
    let right_start = left_end + inserted.len();
    let sequence = [left.bases.as_slice(), inserted, right.bases.as_slice()].concat();
    let frame = left.coding.zip(right.coding).map(|(before, resumes)| {
        let between = left.truth.retained + inserted.len() as u32 + right.truth.retained;
        let open = left.start_codon.is_none_or(|start| {
            let resumed = right_start + right.truth.retained as usize;
            sequence
                .get(start..resumed)
                .is_some_and(|bases| !translate(bases).contains(&b'*'))
        });
        in_frame(before, between, CdsPosition(resumes + 1)) && open
    });
    Chimera {
        spec: spec.clone(),
        name,
        molecule,
        sequence,
        mutations: Vec::new(),
        junction: Some(Junction {
            left_end,
            right_start,
            left: left.truth,
            right: right.truth,
            in_frame: frame,
            homology,
        }),
    }
}

/// How far the junction can move left (the right side's reference also explains the end of the left)
/// and right.
fn homology(left: &Piece, right: &Piece) -> (u32, u32) {
    let back = left.bases.iter().rev().zip(right.beyond.iter().rev());
    let on = right.bases.iter().zip(&left.beyond);
    let same = |pair: &(&u8, &u8)| pair.0 == pair.1;
    (
        back.take_while(same).count() as u32,
        on.take_while(same).count() as u32,
    )
}

/// The text of a strand, `.` for none.
pub(crate) fn strand_text(strand: Option<Strand>) -> String {
    strand.map_or_else(|| ".".to_owned(), |strand| strand.to_string())
}

#[cfg(test)]
mod tests;
