//! Small changes of ALK within a molecule: how they are written, and how they are made.
//!
//! ```text
//! molecule = spec "[" change (";" change)* "]"       all changes on the same molecule, in cis
//! change   = "c." N REF ">" ALT                      c.3604G>A
//!          | "c." N ["_" M] ("del" | "dup" | "delins" BASES)
//!          | "c." N "_" N+1 "ins" BASES
//!          | ["p."] RES N (RES | "del" | "dup")       G1202R, G1202del, T1151dup
//! ```
//!
//! A residue is exchanged by the codon with the fewest other bases, the first of them in the alphabet. Positions are those of
//! ALK's canonical coding sequence.

use std::fmt;
use std::ops::Range;

use alkaid_genome::{Bundle, CdsPosition, ExonNumber, Strand, Transcript, translate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chimera::Chimera;
use crate::error::SpecProblem;
use crate::reference;
use crate::spec::{FusionSpec, Side};

/// Most bases that one change puts in.
const LONGEST: usize = 200;
const CHANGE: &str = "a change of ALK such as c.3604G>A, c.3605_3607del, c.3451_3453dup, c.3466_3467delinsAC, G1202R, G1202del or T1151dup";

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// Of the coding sequence: these bases (1-based, both included) are replaced.
    Coding {
        /// First base.
        first: u32,
        /// Last base.
        last: u32,
        /// What happens.
        kind: CodingKind,
    },
    /// Of the protein.
    Residue {
        /// The residue of the reference, one letter.
        reference: u8,
        /// Its number, from 1.
        number: u32,
        /// What happens.
        kind: ResidueKind,
    },
}

/// What happens to bases.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CodingKind {
    /// One base by another.
    Substitution(u8, u8),
    /// They are lost.
    Deletion,
    /// They stand there twice.
    Duplication,
    /// Others stand there.
    Replacement(Vec<u8>),
    /// Others stand between the two.
    Insertion(Vec<u8>),
}

/// What happens to a residue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResidueKind {
    /// Another one, or a stop (`*`).
    Exchange(u8),
    /// It is lost.
    Deletion,
    /// It stands there twice.
    Duplication,
}

/// The truth about one change of a molecule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MutationTruth {
    /// The change as it was asked for.
    pub change: String,
    /// First coding base replaced, 1-based.
    pub cds: u32,
    /// Bases that are replaced.
    pub reference: String,
    /// What stands there.
    pub alternative: String,
    /// Fragments with a read over it and ten bases on either side.
    pub fragments: u64,
    /// Of these, distinct ones.
    pub unique_fragments: u64,
}

/// A change made in a molecule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What was asked for.
    pub change: Change,
    /// First coding base replaced, 1-based.
    pub cds: u32,
    /// Bases replaced.
    pub reference: Vec<u8>,
    /// Where what replaces them stands in the molecule.
    pub range: Range<usize>,
}

/// Reads the changes between the brackets.
pub(crate) fn parse_changes(text: &str) -> Result<Vec<Change>, SpecProblem> {
    text.split(';').map(|part| parse(part.trim())).collect()
}

fn problem(text: &str) -> SpecProblem {
    SpecProblem::Syntax {
        part: text.chars().take(80).collect(),
        expected: CHANGE,
    }
}

fn parse(text: &str) -> Result<Change, SpecProblem> {
    let parsed = match text.strip_prefix("c.") {
        Some(rest) => parse_coding(rest),
        None => parse_residue(text.strip_prefix("p.").unwrap_or(text)),
    };
    parsed.ok_or_else(|| problem(text))
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number > 0)
}

fn bases(text: &str) -> Option<Vec<u8>> {
    let bases = text.to_ascii_uppercase().into_bytes();
    let fine = (1..=LONGEST).contains(&bases.len()) && bases.iter().all(|b| b"ACGT".contains(b));
    fine.then_some(bases)
}

fn parse_coding(text: &str) -> Option<Change> {
    if let Some((place, new)) = text.split_once('>') {
        let (new, old) = (
            bases(new)?,
            bases(place.get(place.len().checked_sub(1)?..)?)?,
        );
        let at = number(&place[..place.len() - 1])?;
        let (&[old], &[new]) = (&old[..], &new[..]) else {
            return None;
        };
        return (old != new).then_some(Change::Coding {
            first: at,
            last: at,
            kind: CodingKind::Substitution(old, new),
        });
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '_')?;
    let (place, what) = text.split_at(end);
    let (first, last) = match place.split_once('_') {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(place)?, number(place)?),
    };
    let kind = if what == "del" {
        CodingKind::Deletion
    } else if what == "dup" {
        CodingKind::Duplication
    } else if let Some(new) = what.strip_prefix("delins") {
        CodingKind::Replacement(bases(new)?)
    } else {
        CodingKind::Insertion(bases(what.strip_prefix("ins")?)?)
    };
    let fine = match kind {
        CodingKind::Insertion(_) => first + 1 == last,
        _ => first <= last && (last - first) as usize <= LONGEST,
    };
    fine.then_some(Change::Coding { first, last, kind })
}

fn parse_residue(text: &str) -> Option<Change> {
    let residue = |letter: u8| b"ACDEFGHIKLMNPQRSTVWY*".contains(&letter).then_some(letter);
    let reference = residue(*text.as_bytes().first()?).filter(|letter| *letter != b'*')?;
    let rest = text.get(1..)?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    let (digits, what) = rest.split_at(end);
    let kind = match what {
        "del" => ResidueKind::Deletion,
        "dup" => ResidueKind::Duplication,
        _ => match what.as_bytes() {
            [letter] => ResidueKind::Exchange(residue(*letter)?),
            _ => return None,
        },
    };
    Some(Change::Residue {
        reference,
        number: number(digits)?,
        kind,
    })
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |bases: &[u8]| String::from_utf8_lossy(bases).into_owned();
        match self {
            Self::Coding { first, last, kind } => {
                write!(f, "c.{first}")?;
                if last != first {
                    write!(f, "_{last}")?;
                }
                match kind {
                    CodingKind::Substitution(old, new) => {
                        write!(f, "{}>{}", char::from(*old), char::from(*new))
                    }
                    CodingKind::Deletion => f.write_str("del"),
                    CodingKind::Duplication => f.write_str("dup"),
                    CodingKind::Replacement(new) => write!(f, "delins{}", text(new)),
                    CodingKind::Insertion(new) => write!(f, "ins{}", text(new)),
                }
            }
            Self::Residue {
                reference,
                number,
                kind,
            } => {
                write!(f, "{}{number}", char::from(*reference))?;
                match kind {
                    ResidueKind::Exchange(new) => write!(f, "{}", char::from(*new)),
                    ResidueKind::Deletion => f.write_str("del"),
                    ResidueKind::Duplication => f.write_str("dup"),
                }
            }
        }
    }
}

/// A change as bases: the first coding base replaced (1-based), how many, and by what.
struct Bases {
    first: u32,
    replaced: u32,
    new: Vec<u8>,
}

fn resolve(change: &Change, coding: &[u8]) -> Result<Bases, SpecProblem> {
    let refuse = |why: String| SpecProblem::Mutation {
        change: change.to_string(),
        why,
    };
    let slice = |first: u32, last: u32| {
        coding
            .get(first as usize - 1..last as usize)
            .ok_or_else(|| refuse(format!("ALK's coding sequence ends at c.{}", coding.len())))
    };
    match change {
        Change::Coding { first, last, kind } => {
            let (first, last) = (*first, *last);
            let own = slice(first, last)?;
            let replaced = last - first + 1;
            Ok(match kind {
                CodingKind::Substitution(old, new) => {
                    if own != [*old] {
                        return Err(refuse(format!(
                            "the reference has {} there",
                            String::from_utf8_lossy(own)
                        )));
                    }
                    Bases {
                        first,
                        replaced,
                        new: vec![*new],
                    }
                }
                CodingKind::Deletion => Bases {
                    first,
                    replaced,
                    new: Vec::new(),
                },
                CodingKind::Duplication => Bases {
                    first: last + 1,
                    replaced: 0,
                    new: own.to_vec(),
                },
                CodingKind::Replacement(new) => Bases {
                    first,
                    replaced,
                    new: new.clone(),
                },
                CodingKind::Insertion(new) => Bases {
                    first: last,
                    replaced: 0,
                    new: new.clone(),
                },
            })
        }
        Change::Residue {
            reference,
            number,
            kind,
        } => {
            let first = 3 * (number - 1) + 1;
            let codon = slice(first, first + 2)?;
            let own = translate(codon)[0];
            if own != *reference {
                return Err(refuse(format!(
                    "residue {number} of ALK is {}",
                    char::from(own)
                )));
            }
            Ok(match kind {
                ResidueKind::Exchange(new) => Bases {
                    first,
                    replaced: 3,
                    new: nearest(codon, *new),
                },
                ResidueKind::Deletion => Bases {
                    first,
                    replaced: 3,
                    new: Vec::new(),
                },
                ResidueKind::Duplication => Bases {
                    first: first + 3,
                    replaced: 0,
                    new: codon.to_vec(),
                },
            })
        }
    }
}

/// The codon of a residue with the fewest differences.
fn nearest(codon: &[u8], residue: u8) -> Vec<u8> {
    let letters = b"ACGT";
    let mut best: Option<(usize, Vec<u8>)> = None;
    for index in 0..64usize {
        let other = vec![
            letters[index >> 4 & 3],
            letters[index >> 2 & 3],
            letters[index & 3],
        ];
        let differing = other.iter().zip(codon).filter(|(a, b)| a != b).count();
        if differing > 0
            && translate(&other) == [residue]
            && best.as_ref().is_none_or(|(least, _)| differing < *least)
        {
            best = Some((differing, other));
        }
    }
    best.map_or_else(|| codon.to_vec(), |(_, codon)| codon)
}

/// Makes the changes in a molecule.
pub(crate) fn mutate(
    bundle: &Bundle,
    spec: &FusionSpec,
    mut chimera: Chimera,
    changes: &[Change],
) -> Result<Chimera, SpecProblem> {
    let alk = reference::sequenced(bundle, "ALK")?;
    let transcript = alk.transcript;
    let cds = transcript.cds.clone().unwrap_or_default();
    let coding = alk
        .bases
        .get(cds.start as usize..cds.end as usize)
        .unwrap_or_default();
    let places = places(transcript, spec, &chimera);
    let mut resolved = Vec::new();
    for change in changes {
        let bases = resolve(change, coding)?;
        let end = bases.first + bases.replaced.max(1) - 1;
        let refuse = |why: &str| SpecProblem::Mutation {
            change: change.to_string(),
            why: why.to_owned(),
        };
        let (Some(at), Some(last)) = (locate(&places, bases.first), locate(&places, end)) else {
            return Err(refuse("the molecule does not hold that part of ALK"));
        };
        if bases.replaced > 0 && last - at != bases.replaced as usize - 1 {
            return Err(refuse("an intron of the molecule lies within it"));
        }
        resolved.push((at, bases, change));
    }
    resolved.sort_by_key(|(at, _, _)| *at);
    let overlap = resolved
        .windows(2)
        .find(|pair| pair[0].0 + pair[0].1.replaced as usize > pair[1].0);
    if let Some(pair) = overlap {
        return Err(SpecProblem::Mutation {
            change: pair[1].2.to_string(),
            why: format!("it overlaps {}", pair[0].2),
        });
    }
    let mut shift = 0i64;
    for (at, bases, change) in resolved {
        let start = (at as i64 + shift) as usize;
        let old = start..start + bases.replaced as usize;
        let reference: Vec<u8> = chimera
            .sequence
            .splice(old, bases.new.iter().copied())
            .collect();
        let grown = bases.new.len() as i64 - i64::from(bases.replaced);
        if let Some(junction) = chimera.junction.as_mut()
            && start < junction.left_end
        {
            junction.left_end = (junction.left_end as i64 + grown) as usize;
            junction.right_start = (junction.right_start as i64 + grown) as usize;
        }
        shift += grown;
        chimera.mutations.push(Made {
            change: change.clone(),
            cds: bases.first,
            reference,
            range: start..start + bases.new.len(),
        });
    }
    Ok(chimera)
}

/// A run of coding bases in a molecule: index of its first base, its coding position (1-based), length.
type Run = (usize, u32, u32);

fn locate(runs: &[Run], position: u32) -> Option<usize> {
    runs.iter()
        .find(|(_, first, length)| (*first..first + length).contains(&position))
        .map(|(at, first, _)| at + (position - first) as usize)
}

/// Where a molecule holds ALK's coding sequence.
fn places(transcript: &Transcript, spec: &FusionSpec, chimera: &Chimera) -> Vec<Run> {
    let cds = transcript.cds.clone().unwrap_or_default();
    let length = cds.end - cds.start;
    let own = |gene: &str| gene == transcript.gene || gene == transcript.id;
    match spec {
        FusionSpec::WildType { gene } if own(gene) => vec![(cds.start as usize, 1, length)],
        FusionSpec::Retained { gene, intron } if own(gene) => {
            let split = transcript
                .exon(ExonNumber(*intron))
                .map_or(0, |exon| exon.transcript.end);
            let before = split.saturating_sub(cds.start).min(length);
            let retained = chimera.sequence.len() - transcript.length() as usize;
            vec![
                (cds.start as usize, 1, before),
                (
                    cds.start.max(split) as usize + retained,
                    before + 1,
                    length - before,
                ),
            ]
        }
        FusionSpec::AlternativeStart { upstream } => {
            let first = transcript
                .exon(ExonNumber(20))
                .and_then(|exon| transcript.first_cds_of(exon))
                .map_or(1, |CdsPosition(first)| first);
            vec![(*upstream as usize, first, length + 1 - first)]
        }
        FusionSpec::Unspliced { gene } if own(gene) => {
            let first = transcript.span().map_or(0, |span| span.end - 1);
            on_genome(transcript, first, 0, chimera.sequence.len())
        }
        FusionSpec::ExonDna { gene, exon } if own(gene) => {
            match reference::exon_with_flanks(transcript, *exon) {
                Ok(range) => on_genome(transcript, range.end - 1, 0, chimera.sequence.len()),
                Err(_) => Vec::new(),
            }
        }
        FusionSpec::Joined { left, right, .. } => joined(transcript, left, right, chimera),
        _ => Vec::new(),
    }
}

fn joined(transcript: &Transcript, left: &Side, right: &Side, chimera: &Chimera) -> Vec<Run> {
    let Some(junction) = &chimera.junction else {
        return Vec::new();
    };
    let length = transcript.cds.as_ref().map_or(0, |cds| cds.end - cds.start);
    let is_alk = |truth: &crate::SideTruth| truth.gene.as_deref() == Some(&transcript.gene);
    let exon = |number: Option<u16>| number.and_then(|number| transcript.exon(ExonNumber(number)));
    let mut runs = Vec::new();
    if is_alk(&junction.right) {
        let truth = &junction.right;
        match (right, truth.position) {
            (Side::Gene { .. }, _) => {
                let first = truth
                    .cds
                    .filter(|_| truth.intron.is_none())
                    .or_else(|| Some(transcript.first_cds_of(exon(truth.exon)?)?.0));
                if let Some(first) = first {
                    let at = junction.right_start + truth.retained as usize;
                    runs.push((at, first, length + 1 - first));
                }
            }
            (Side::Genome { .. }, Some(position)) if truth.strand == Some(transcript.strand) => {
                let bases = chimera.sequence.len() - junction.right_start;
                runs.extend(on_genome(
                    transcript,
                    position - 1,
                    junction.right_start,
                    bases,
                ));
            }
            _ => {}
        }
    }
    if is_alk(&junction.left) {
        let truth = &junction.left;
        match (left, truth.position) {
            (Side::Gene { .. }, _) => {
                let last = truth
                    .cds
                    .filter(|_| truth.intron.is_none())
                    .or_else(|| Some(transcript.last_cds_of(exon(truth.exon)?)?.0));
                if let Some(last) = last {
                    let end = junction.left_end - truth.retained as usize;
                    runs.push((end.saturating_sub(last as usize), 1, last));
                }
            }
            (Side::Genome { .. }, Some(position)) if truth.strand == Some(transcript.strand) => {
                // Index 0 lies so many bases before the last one kept.
                let first = match transcript.strand {
                    Strand::Forward => (position - 1).saturating_sub(junction.left_end as u64 - 1),
                    Strand::Reverse => position - 1 + junction.left_end as u64 - 1,
                };
                runs.extend(on_genome(transcript, first, 0, junction.left_end));
            }
            _ => {}
        }
    }
    runs
}

/// Coding runs of a stretch of genome that is read in the gene's sense from `first` (0-based) on, `bases` long, and
/// stands at `at` in the molecule.
fn on_genome(transcript: &Transcript, first: u64, at: usize, bases: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    for exon in &transcript.exons {
        let (Some(CdsPosition(from)), Some(CdsPosition(to))) =
            (transcript.first_cds_of(exon), transcript.last_cds_of(exon))
        else {
            continue;
        };
        let mut run: Option<Run> = None;
        for position in from..=to {
            let genome = transcript
                .position_of_cds(CdsPosition(position))
                .and_then(|own| transcript.genome_position(own));
            let index = genome.and_then(|genome| match transcript.strand {
                Strand::Forward => genome.checked_sub(first),
                Strand::Reverse => first.checked_sub(genome),
            });
            match (
                index.filter(|index| (*index as usize) < bases),
                run.as_mut(),
            ) {
                (Some(_), Some(run)) => run.2 += 1,
                (Some(index), None) => run = Some((at + index as usize, position, 1)),
                (None, _) => {}
            }
        }
        runs.extend(run);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chimera;

    fn made(text: &str) -> Chimera {
        let spec: FusionSpec = text.parse().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(spec.to_string(), text);
        chimera(&spec, Bundle::embedded()).unwrap_or_else(|e| panic!("{e}"))
    }

    /// The codon of residue 1202 and its neighbours, changed, in every kind of molecule.
    #[test]
    fn a_change_is_made_at_its_place_in_every_molecule() {
        for molecule in [
            "ALK:wt",
            "ALK:ati",
            "ALK:retained:19",
            "ALK:retained:25",
            "ALK:unspliced",
            "ALK:exon:23",
            "EML4:e13::ALK:e20",
            "EML4:e14::TT::ALK:e20-56",
            "EML4:e15-60::ALK:e20+71",
            "ALK:e25::EML4:e14",
        ] {
            let before = made(molecule);
            let after = made(&format!("{molecule}[c.3604G>A]"));
            assert_eq!(before.sequence.len(), after.sequence.len());
            let differing: Vec<usize> = (0..after.sequence.len())
                .filter(|&i| before.sequence[i] != after.sequence[i])
                .collect();
            assert_eq!(differing.len(), 1, "{molecule}");
            let at = differing[0];
            // L1198 A1199 G1201 G1202 D1203
            assert_eq!(&before.sequence[at - 3..at + 6], b"GGGGGAGAC", "{molecule}");
            assert_eq!(after.mutations[0].range, at..at + 1);
        }
    }

    #[test]
    fn dna_breakpoints_hold_the_exons_beside_them() {
        let after = made("chr2:42299750+::chr2:29223740-[T1087I]");
        let made = &after.mutations[0];
        assert_eq!(translate(&after.sequence[made.range.clone()]), b"I");
    }

    #[test]
    fn changes_in_cis_and_of_length_keep_their_order() {
        let before = made("EML4:e13::ALK:e20");
        let after = made("EML4:e13::ALK:e20[T1151dup;G1202del;L1196M]");
        assert_eq!(after.sequence.len(), before.sequence.len());
        let names: Vec<String> = after
            .mutations
            .iter()
            .map(|made| made.change.to_string())
            .collect();
        assert_eq!(names, ["T1151dup", "L1196M", "G1202del"]);
        assert_eq!(&after.sequence[after.mutations[1].range.clone()], b"ATG");
        assert_eq!(after.mutations[2].reference, b"GGA");
    }

    #[test]
    fn mistakes_are_named() {
        for (text, why) in [
            ("ALK:wt[c.3604T>A]", "the reference has G"),
            ("ALK:wt[A1202R]", "residue 1202 of ALK is G"),
            ("EML4:e13::ALK:e20[F856S]", "does not hold that part"),
            ("NPM1:wt[G1202R]", "does not hold that part"),
            ("ALK:wt[c.9999del]", "ends at c.4863"),
            ("ALK:wt[G1202R;c.3605del]", "overlaps"),
            ("ALK:wt[c.3604G>]", "such as c.3604G>A"),
            ("ALK:wt[]", "such as c.3604G>A"),
        ] {
            let error = text
                .parse::<FusionSpec>()
                .and_then(|spec| chimera(&spec, Bundle::embedded()))
                .unwrap_err()
                .to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
