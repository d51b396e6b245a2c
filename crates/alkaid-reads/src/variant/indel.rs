//! Insertions and deletions: found in reads that their placement breaks, then asked of every read at the place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Edit;
use super::align::{Aligned, Piece, align, ungapped};
use super::path::{INSERTED, Path};
use super::shelf::{Shelved, ShelvedRead};
use crate::anatomy::Anatomy;
use crate::finding::Molecule;

/// Longest insertion or deletion that is looked for, in bases.
pub const LONGEST: usize = 30;
/// Unplaced bases at an end of a read, or mismatches in it, that make it worth aligning anew.
const BROKEN_CLIP: usize = 8;
const BROKEN_MISMATCHES: usize = 3;
/// By how much a gapped alignment must beat the ungapped one: eight bases' worth.
const MARGIN: i32 = 16;
/// Aligned bases on either side of a gap.
const FLANK: usize = 8;
/// Candidates that are followed, the best supported first.
const MAX_CANDIDATES: usize = 200;
/// Molecules that a candidate needs to be followed at all.
const MIN_MOLECULES: u32 = 2;
/// Bases of intron that a read of RNA matches by chance.
const CHANCE: usize = 8;
/// An edit so near (bases) to one that so many times more molecules show is the same one, with a sequencing error in or
/// beside it.
const SATELLITE: (usize, u64) = (12, 20);
/// Net number of bases by which a read must prefer one of the two sequences.
const MIN_GAIN: usize = 2;
/// Share of mismatches above which a read is neither.
const MAX_MISMATCH_RATE: f64 = 0.1;

/// Which of two sequences a read holds at a candidate's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// The locus as it is.
    Reference,
    /// The insertion or deletion.
    Edit,
}

/// Edits seen by alignment, with the molecules that show them.
#[derive(Debug, Default)]
pub struct Sightings(BTreeMap<Edit, u32>);

impl Sightings {
    /// Aligns the reads of one molecule that their placement breaks, but for those known to cross a junction.
    pub fn look(
        &mut self,
        anatomy: &Anatomy,
        molecule: Molecule,
        copies: &[Shelved],
        crosses: impl Fn(usize) -> bool,
    ) {
        let mut seen: Vec<Edit> = Vec::new();
        for copy in copies {
            if copy.stored.is_some_and(&crosses) {
                continue;
            }
            for read in copy.reads.iter().filter(|read| broken(anatomy, read)) {
                let read = settled(anatomy, molecule, read);
                for edit in edits(anatomy, molecule, &read) {
                    if !seen.contains(&edit) {
                        seen.push(edit);
                    }
                }
            }
        }
        for edit in seen {
            *self.0.entry(edit).or_default() += 1;
        }
    }

    /// The candidates to follow, by place.
    pub fn candidates(self) -> Vec<Edit> {
        let mut all: Vec<(Edit, u32)> = self
            .0
            .into_iter()
            .filter(|(_, molecules)| *molecules >= MIN_MOLECULES)
            .collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut kept: Vec<(Edit, u32)> = Vec::new();
        for (edit, molecules) in all {
            let satellite = kept.iter().any(|(known, more)| {
                known.at.abs_diff(edit.at) <= SATELLITE.0
                    && u64::from(*more) >= SATELLITE.1 * u64::from(molecules)
            });
            if !satellite && kept.len() < MAX_CANDIDATES {
                kept.push((edit, molecules));
            }
        }
        let mut edits: Vec<Edit> = kept.into_iter().map(|(edit, _)| edit).collect();
        edits.sort();
        edits
    }
}

/// Mismatching bases of a read's placed part.
pub fn mismatches(anatomy: &Anatomy, read: &ShelvedRead) -> usize {
    let mut at = read.start;
    let mut count = 0;
    for &(offset, length) in &read.blocks {
        count += (0..length)
            .filter(|step| {
                let base = read.bases[at + step];
                base < 4 && b"ACGT"[usize::from(base)] != anatomy.sequence[offset + step]
            })
            .count();
        at += length;
    }
    count
}

/// A clipped read of RNA without the few bases of intron that it matches by chance beyond an exon's end.
pub fn settled<'r>(
    anatomy: &Anatomy,
    molecule: Molecule,
    read: &'r ShelvedRead,
) -> Cow<'r, ShelvedRead> {
    if molecule == Molecule::Dna {
        return Cow::Borrowed(read);
    }
    let mut cut = [0; 2];
    if let Some(&(offset, length)) = read.blocks.first()
        && read.start > 0
        && anatomy.exon_at(offset).is_none()
        && let Some(exon) = anatomy.exon_from(offset)
    {
        let chance = exon.span.start - offset;
        cut[0] = if chance <= CHANCE && chance < length {
            chance
        } else {
            0
        };
    }
    if let Some(&(offset, length)) = read.blocks.last()
        && read.end() < read.bases.len()
        && anatomy.exon_at(offset + length - 1).is_none()
        && let Some(exon) = anatomy.exon_at(offset + cut[0].min(length - 1))
    {
        let chance = (offset + length).saturating_sub(exon.span.end);
        cut[1] = if chance <= CHANCE { chance } else { 0 };
    }
    if cut == [0; 2] {
        return Cow::Borrowed(read);
    }
    let mut read = read.clone();
    read.start += cut[0];
    if let Some(first) = read.blocks.first_mut() {
        first.0 += cut[0];
        first.1 -= cut[0];
    }
    if let Some(last) = read.blocks.last_mut() {
        last.1 -= cut[1];
    }
    Cow::Owned(read)
}

fn broken(anatomy: &Anatomy, read: &ShelvedRead) -> bool {
    read.start >= BROKEN_CLIP
        || read.bases.len() - read.end() >= BROKEN_CLIP
        || mismatches(anatomy, read) >= BROKEN_MISMATCHES
}

/// Insertions and deletions of the read's best alignment, if it is clearly better than one without.
fn edits(anatomy: &Anatomy, molecule: Molecule, read: &ShelvedRead) -> Vec<Edit> {
    let (left, right) = (read.start, read.bases.len() - read.end());
    let reach = LONGEST + FLANK;
    let path = Path::over(anatomy, &read.blocks, left + reach, right + reach, molecule);
    // The first placed base lies so many bases into the path, fewer than asked for at the locus' start.
    let Some(anchor) = read
        .blocks
        .first()
        .and_then(|block| path.offsets.binary_search(&block.0).ok())
    else {
        return Vec::new();
    };
    let shift = anchor as i64 - read.start as i64;
    let Some(aligned) = align(&read.bases, &path.bases, shift) else {
        return Vec::new();
    };
    if aligned.score < ungapped(&read.bases, &path.bases, shift) + MARGIN {
        return Vec::new();
    }
    of_alignment(anatomy, molecule, read, &path, &aligned)
}

fn of_alignment(
    anatomy: &Anatomy,
    molecule: Molecule,
    read: &ShelvedRead,
    path: &Path,
    aligned: &Aligned,
) -> Vec<Edit> {
    let mut found = Vec::new();
    let (mut index, mut at) = (aligned.read_start, aligned.reference_start);
    for (number, piece) in aligned.pieces.iter().enumerate() {
        let flanked =
            |piece: Option<&Piece>| matches!(piece, Some(Piece::Aligned(n)) if *n >= FLANK);
        let flanks = flanked(
            number
                .checked_sub(1)
                .and_then(|before| aligned.pieces.get(before)),
        ) && flanked(aligned.pieces.get(number + 1));
        match *piece {
            Piece::Aligned(n) => {
                index += n;
                at += n;
            }
            Piece::Inserted(n) => {
                let bases = &read.bases[index..index + n];
                if flanks && n <= LONGEST && bases.iter().all(|&base| base < 4) {
                    let edit = Edit {
                        at: path.offsets[at],
                        deleted: 0,
                        inserted: bases.iter().map(|&b| b"ACGT"[usize::from(b)]).collect(),
                    };
                    found.push(normalised(anatomy, molecule, edit));
                }
                index += n;
            }
            Piece::Deleted(n) => {
                let (first, last) = (path.offsets[at], path.offsets[at + n - 1]);
                // A gap over an intron is splicing, not a deletion.
                if flanks && n <= LONGEST && last + 1 == first + n {
                    let edit = Edit {
                        at: first,
                        deleted: n,
                        inserted: Vec::new(),
                    };
                    found.push(normalised(anatomy, molecule, edit));
                }
                at += n;
            }
        }
    }
    found
}

/// The one form of an insertion or deletion: as far to the 3' side as it can be. In RNA an insertion between two exons
/// is given to the later one, since RNA cannot say to which it belongs.
fn normalised(anatomy: &Anatomy, molecule: Molecule, edit: Edit) -> Edit {
    let mut edit = shifted_right(anatomy, molecule, edit);
    if molecule == Molecule::Rna && edit.deleted == 0 {
        let ended = edit
            .at
            .checked_sub(1)
            .and_then(|last| anatomy.exon_at(last))
            .filter(|exon| exon.span.end == edit.at);
        if let Some(next) = ended.and_then(|exon| anatomy.next(exon)) {
            edit.at = next.span.start;
            edit = shifted_right(anatomy, molecule, edit);
        }
    }
    edit
}

/// Moves a pure insertion or deletion as far to the 3' side as the sequence allows. In RNA it stays within its exon.
pub fn shifted_right(anatomy: &Anatomy, molecule: Molecule, mut edit: Edit) -> Edit {
    let exon = anatomy
        .exon_at(edit.at)
        .or_else(|| anatomy.exon_at(edit.at.checked_sub(1)?))
        .map(|exon| exon.span.end);
    let limit = match molecule {
        Molecule::Rna => exon.unwrap_or(anatomy.sequence.len()),
        Molecule::Dna => anatomy.sequence.len(),
    };
    let sequence = &anatomy.sequence;
    loop {
        let end = edit.end();
        if end >= limit {
            return edit;
        }
        if edit.inserted.is_empty() && edit.deleted > 0 {
            if sequence[edit.at] != sequence[end] {
                return edit;
            }
        } else if edit.deleted == 0 && edit.inserted.first() == Some(&sequence[end]) {
            edit.inserted.rotate_left(1);
        } else {
            return edit;
        }
        edit.at += 1;
    }
}

/// A read as it is to be counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Stretches to count: (first base of the read, locus offset, length).
    pub stretches: Vec<(usize, usize, usize)>,
    /// Candidates that the read speaks of, by index.
    pub verdicts: Vec<(usize, Holds)>,
}

/// Reads a read: which candidates it holds, and which of its bases stand where.
///
/// `limit` is the range of the read's bases that belongs to ALK, when a junction is known.
pub fn reading(
    anatomy: &Anatomy,
    molecule: Molecule,
    read: &ShelvedRead,
    limit: std::ops::Range<usize>,
    candidates: &[Edit],
) -> Reading {
    let mut plain = Reading::default();
    let mut at = read.start;
    for &(offset, length) in &read.blocks {
        plain.stretches.push((at, offset, length));
        at += length;
    }
    let (Some(first), Some(last)) = (read.blocks.first(), read.blocks.last()) else {
        return plain;
    };
    // What the clips may hold lies within so many bases of the placed part; in RNA beyond an intron.
    let clip_left = read.start.saturating_sub(limit.start);
    let clip_right = limit.end.saturating_sub(read.end());
    let near = |edit: &Edit| {
        edit.end() + clip_left + LONGEST >= first.0 && edit.at <= last.0 + last.1 + clip_right
            || molecule == Molecule::Rna && (clip_left > 0 || clip_right > 0)
    };
    let from = candidates.partition_point(|edit| {
        molecule == Molecule::Dna && edit.at + clip_left + 2 * LONGEST < first.0
    });
    let mut near = candidates
        .iter()
        .enumerate()
        .skip(from)
        .take_while(|(_, edit)| {
            molecule == Molecule::Rna || edit.at <= last.0 + last.1 + clip_right
        })
        .filter(|(_, edit)| near(edit))
        .peekable();
    if near.peek().is_none() {
        return plain;
    }
    let path = Path::over(
        anatomy,
        &read.blocks,
        clip_left + LONGEST,
        clip_right + LONGEST,
        molecule,
    );
    let Ok(anchor) = path.offsets.binary_search(&first.0) else {
        return plain;
    };
    let shift = anchor as i64 - read.start as i64;
    let mut best: Option<(usize, Fit)> = None;
    let mut unsure: Vec<&Edit> = Vec::new();
    for (index, edit) in near {
        match fit(read, limit.clone(), &path, shift, edit) {
            None => {}
            Some(fit) if !fit.tells => unsure.push(edit),
            Some(fit) if fit.holds == Holds::Reference => {
                plain.verdicts.push((index, Holds::Reference));
            }
            Some(fit) if best.as_ref().is_none_or(|(_, known)| fit.gain > known.gain) => {
                best = Some((index, fit));
            }
            Some(_) => {}
        }
    }
    if let Some((index, fit)) = best {
        // One read holds one of them; what it said of its neighbours was said of another sequence.
        plain.verdicts.retain(|&(other, _)| {
            candidates[other].end() + LONGEST < candidates[index].at
                || candidates[other].at > candidates[index].end() + LONGEST
        });
        plain.verdicts.push((index, Holds::Edit));
        plain.verdicts.sort_unstable();
        plain.stretches = stretches(&fit);
        return plain;
    }
    for edit in unsure {
        cut_beyond(&mut plain.stretches, edit);
    }
    plain
}

/// How a read goes with a candidate.
struct Fit {
    holds: Holds,
    gain: usize,
    /// Whether the difference is large enough to tell.
    tells: bool,
    /// Read index and locus offset ([`INSERTED`] for none) of every base, by the better of the two sequences.
    bases: Vec<(usize, usize)>,
}

/// Lays the read along both sequences from the side of the edit on which more of it is placed.
///
/// Nothing when the read does not reach the edit.
fn fit(
    read: &ShelvedRead,
    limit: std::ops::Range<usize>,
    path: &Path,
    shift: i64,
    edit: &Edit,
) -> Option<Fit> {
    let edited = path.with(edit)?;
    let grown = edited.offsets.len() as i64 - path.offsets.len() as i64;
    let at = path.offsets.partition_point(|&offset| offset < edit.at);
    // Index of the read's base opposite the edit's first base, had it none.
    let split = at as i64 - shift;
    let before = (split - read.start as i64).clamp(0, (read.end() - read.start) as i64);
    let behind = (read.end() as i64 - split - edit.deleted as i64).max(0);
    let left_anchored = before >= behind;
    if before.max(behind) < 8 {
        return None;
    }
    let (range, edited_shift) = if left_anchored {
        (split.max(limit.start as i64)..limit.end as i64, shift)
    } else {
        let end = split + edit.deleted as i64;
        (limit.start as i64..end.min(limit.end as i64), shift + grown)
    };
    if range.start >= range.end {
        return None;
    }
    let compare = |path: &Path, shift: i64| {
        range
            .clone()
            .filter(|&i| {
                let base = read.bases[i as usize];
                let other = usize::try_from(i + shift)
                    .ok()
                    .and_then(|j| path.bases.get(j));
                read.quals[i as usize] >= 10 && base < 4 && other != Some(&base)
            })
            .count()
    };
    let (plain, changed) = (compare(path, shift), compare(&edited, edited_shift));
    let length = (range.end - range.start) as f64;
    let believable = plain.min(changed) as f64 <= MAX_MISMATCH_RATE * length + 1.0;
    let holds = if changed < plain {
        Holds::Edit
    } else {
        Holds::Reference
    };
    let gain = plain.abs_diff(changed);
    let (own, own_shift) = match holds {
        Holds::Reference => (path, shift),
        Holds::Edit => (&edited, edited_shift),
    };
    // On the anchored side the placement stands; beyond it, all bases to the limit.
    let whole = if left_anchored {
        read.start as i64..limit.end as i64
    } else {
        limit.start as i64..read.end() as i64
    };
    let bases = whole
        .filter_map(|i| {
            let j = usize::try_from(i + own_shift).ok()?;
            Some((i as usize, *own.offsets.get(j)?))
        })
        .collect();
    Some(Fit {
        holds,
        gain,
        tells: gain >= MIN_GAIN && believable,
        bases,
    })
}

/// Runs of bases that follow each other in the read and on the locus.
fn stretches(fit: &Fit) -> Vec<(usize, usize, usize)> {
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    for &(index, offset) in fit.bases.iter().filter(|(_, offset)| *offset != INSERTED) {
        match runs.last_mut() {
            Some(run) if run.0 + run.2 == index && run.1 + run.2 == offset => run.2 += 1,
            _ => runs.push((index, offset, 1)),
        }
    }
    runs
}

/// Leaves out what lies on the shorter side of an edit that the read cannot tell: it may be shifted.
fn cut_beyond(stretches: &mut Vec<(usize, usize, usize)>, edit: &Edit) {
    let before: usize = stretches
        .iter()
        .map(|&(_, offset, length)| edit.at.saturating_sub(offset).min(length))
        .sum();
    let total: usize = stretches.iter().map(|run| run.2).sum();
    let keep_left = 2 * before >= total;
    for run in stretches.iter_mut() {
        if keep_left {
            run.2 = run.2.min(edit.at.saturating_sub(run.1));
        } else {
            let cut = edit.end().saturating_sub(run.1).min(run.2);
            *run = (run.0 + cut, run.1 + cut, run.2 - cut);
        }
    }
    stretches.retain(|run| run.2 > 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Placer, code};
    use alkaid_genome::{Bundle, reverse_complement};

    fn shelved(placer: &Placer, sense: &[u8]) -> ShelvedRead {
        let placed = placer.place(sense, &reverse_complement(sense)).unwrap();
        ShelvedRead {
            mate: 0,
            reverse: placed.reverse,
            start: placed.start,
            blocks: placed.blocks,
            bases: sense.iter().map(|&b| code(b).unwrap() as u8).collect(),
            quals: vec![37; sense.len()],
        }
    }

    /// Reads of 100 bases over an edit of exon 23, DNA, one for every `step` bases.
    fn over(anatomy: &Anatomy, edit: &Edit, step: usize) -> Vec<Vec<u8>> {
        let mut changed = anatomy.sequence[edit.at - 200..edit.end() + 200].to_vec();
        changed.splice(200..200 + edit.deleted, edit.inserted.iter().copied());
        (105..195)
            .step_by(step)
            .map(|start| changed[start..start + 100].to_vec())
            .collect()
    }

    fn edits_of_interest(anatomy: &Anatomy) -> Vec<Edit> {
        let e23 = anatomy.exon(23).unwrap().span.start;
        let raw = [
            (90, 3, ""),
            (60, 12, ""),
            (40, 30, ""),
            (80, 1, ""),
            (70, 0, "ACG"),
            (50, 0, "GATTACAGATTACAGATTACAGATTACAGA"),
        ];
        raw.iter()
            .map(|&(at, deleted, inserted)| {
                let edit = Edit {
                    at: e23 + at,
                    deleted,
                    inserted: inserted.as_bytes().to_vec(),
                };
                shifted_right(anatomy, Molecule::Dna, edit)
            })
            .collect()
    }

    #[test]
    fn alignment_finds_what_was_put_in() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let placer = Placer::new(&anatomy);
        for edit in edits_of_interest(&anatomy) {
            let found = over(&anatomy, &edit, 6)
                .iter()
                .map(|read| shelved(&placer, read))
                .filter(|read| edits(&anatomy, Molecule::Dna, read) == [edit.clone()])
                .count();
            // A long insertion leaves few reads with enough on either side of it; the others are asked later.
            let enough = if edit.inserted.len() > 12 { 3 } else { 8 };
            assert!(found >= enough, "{edit:?}: {found} of 15");
        }
    }

    #[test]
    fn every_read_is_asked_and_few_are_wrong() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let placer = Placer::new(&anatomy);
        for edit in edits_of_interest(&anatomy) {
            let candidates = [edit.clone()];
            let holds = |sense: &[u8]| {
                let read = shelved(&placer, sense);
                let all = 0..read.bases.len();
                let reading = reading(&anatomy, Molecule::Dna, &read, all, &candidates);
                reading.verdicts.first().map(|verdict| verdict.1)
            };
            let changed: Vec<_> = over(&anatomy, &edit, 3).iter().map(|r| holds(r)).collect();
            assert!(
                changed.iter().filter(|h| **h == Some(Holds::Edit)).count() >= 20,
                "{edit:?}: {changed:?}"
            );
            assert!(
                !changed.contains(&Some(Holds::Reference)),
                "{edit:?}: {changed:?}"
            );
            let nothing = Edit {
                at: edit.at,
                deleted: 0,
                inserted: vec![],
            };
            let plain: Vec<_> = over(&anatomy, &nothing, 3)
                .iter()
                .map(|r| holds(r))
                .collect();
            assert!(!plain.contains(&Some(Holds::Edit)), "{edit:?}: {plain:?}");
            assert!(
                plain
                    .iter()
                    .filter(|h| **h == Some(Holds::Reference))
                    .count()
                    >= 20
            );
        }
    }

    #[test]
    fn a_duplication_at_an_exon_s_start_is_found_in_rna() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let placer = Placer::new(&anatomy);
        let (e21, e22) = (&anatomy.exons[20].span, &anatomy.exons[21].span);
        let transcript = [
            &anatomy.sequence[e21.clone()],
            b"ACG",
            &anatomy.sequence[e22.clone()],
        ]
        .concat();
        let edit = Edit {
            at: e22.start + 3,
            deleted: 0,
            inserted: b"ACG".to_vec(),
        };
        for start in (25..60).step_by(5) {
            let read = shelved(&placer, &transcript[start..start + 90]);
            let read = settled(&anatomy, Molecule::Rna, &read);
            let found = edits(&anatomy, Molecule::Rna, &read);
            assert_eq!(found, std::slice::from_ref(&edit), "{read:?}");
            let reading = reading(
                &anatomy,
                Molecule::Rna,
                &read,
                0..90,
                std::slice::from_ref(&edit),
            );
            assert_eq!(reading.verdicts, [(0, Holds::Edit)]);
        }
    }

    #[test]
    fn bases_behind_a_deletion_stand_where_they_belong() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let placer = Placer::new(&anatomy);
        let edit = edits_of_interest(&anatomy).swap_remove(1);
        for sense in over(&anatomy, &edit, 10) {
            let read = shelved(&placer, &sense);
            let reading = reading(
                &anatomy,
                Molecule::Dna,
                &read,
                0..100,
                std::slice::from_ref(&edit),
            );
            for (index, offset, length) in reading.stretches {
                assert_eq!(
                    sense[index..index + length],
                    anatomy.sequence[offset..offset + length]
                );
            }
        }
    }
}
