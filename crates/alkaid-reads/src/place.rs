//! Placing a read on ALK: ungapped extension from exact seeds, through normal splice junctions and through introns.
//!
//! Reads are held in ALK's sense here. A read that holds a junction ends its ALK part in the middle: the rest is its
//! clip.

use std::collections::HashMap;

use crate::anatomy::Anatomy;

/// Seed length. ALK's watched stretches hold some 14,000 of them.
pub(crate) const SEED: usize = 12;
/// A matching base's score.
const MATCH: i32 = 1;
/// A mismatching base's score: one is outweighed by two matches beyond it plus one.
const MISMATCH: i32 = -2;
/// An extension is given up when it has lost this much.
const DROP: i32 = 8;
/// Bases outside repeats that a placement needs: a piece of Alu says nothing of ALK.
const MIN_UNIQUE: usize = 20;
/// Score that a stretch beyond a splice junction must earn when it takes the read to its end.
const SHORT_OVERHANG: i32 = 6;
/// The same when the read goes on beyond it with something else.
const LONG_OVERHANG: i32 = 18;
/// log2 of the bits of the filter before the table of seeds: 32 KiB.
const FILTER_BITS: u32 = 18;
/// Diagonals tried per read and strand.
const DIAGONALS: usize = 4;
/// An ALK part with a larger share of mismatches is a look-alike, not ALK.
const MAX_MISMATCH_RATE: f64 = 0.08;

/// A read's part on ALK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Whether the read had to be reverse-complemented to read in ALK's sense.
    pub reverse: bool,
    /// First base of the read (in ALK's sense) on ALK.
    pub start: usize,
    /// One past the last base of the read on ALK.
    pub end: usize,
    /// Stretches on the locus, in order: (offset, length). More than one: spliced normally.
    pub blocks: Vec<(usize, usize)>,
    /// Matches less twice the mismatches.
    pub score: i32,
    /// Mismatching bases within the blocks.
    pub mismatches: usize,
}

impl Placed {
    /// Locus offset of the first placed base.
    pub fn first(&self) -> usize {
        self.blocks.first().map_or(0, |block| block.0)
    }

    /// Locus offset just past the last placed base.
    pub fn last(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.0 + block.1)
    }

    /// Locus offset of the read's base `index` (ALK sense), if it is placed.
    pub fn offset_of(&self, index: usize) -> Option<usize> {
        let mut at = self.start;
        for &(offset, length) in &self.blocks {
            if (at..at + length).contains(&index) {
                return Some(offset + index - at);
            }
            at += length;
        }
        None
    }
}

/// Places reads on one gene.
pub struct Placer<'a, 'b> {
    anatomy: &'a Anatomy<'b>,
    seeds: HashMap<u32, Vec<u32>, BuildKmerHasher>,
    /// One bit for the hash of each seed: most 12-mers of other genes need no look-up.
    filter: Vec<u64>,
}

/// One direction of an extension: what was gained, how far it went, and over which stretches.
#[derive(Clone, Default)]
struct Extension {
    score: i32,
    bases: usize,
    mismatches: usize,
    /// Stretches in the order walked: (lowest offset, length).
    blocks: Vec<(usize, usize)>,
}

impl<'a, 'b> Placer<'a, 'b> {
    /// Indexes the watched stretches.
    pub fn new(anatomy: &'a Anatomy<'b>) -> Self {
        let mut seeds: HashMap<u32, Vec<u32>, BuildKmerHasher> = HashMap::default();
        for span in anatomy.watched() {
            for offset in span.start..(span.end + 1).saturating_sub(SEED) {
                if let Some(key) = kmer(&anatomy.sequence[offset..offset + SEED]) {
                    seeds.entry(key).or_default().push(offset as u32);
                }
            }
        }
        let mut filter = vec![0; 1 << (FILTER_BITS - 6)];
        for &key in seeds.keys() {
            let slot = slot(key);
            filter[slot >> 6] |= 1 << (slot & 63);
        }
        Placer {
            anatomy,
            seeds,
            filter,
        }
    }

    /// The best placement of `sense`, the read or its reverse complement.
    pub fn place(&self, bases: &[u8], reverse_complement: &[u8]) -> Option<Placed> {
        let forward = self.place_sense(bases, false);
        let reverse = self.place_sense(reverse_complement, true);
        let best = match (forward, reverse) {
            (Some(forward), Some(reverse)) if reverse.score > forward.score => reverse,
            (Some(forward), _) => forward,
            (None, reverse) => reverse?,
        };
        Some(best)
    }

    /// Whether a placement speaks of ALK: enough of it outside repeats, and few mismatches.
    fn speaks(&self, placed: &Placed) -> bool {
        let length = placed.end - placed.start;
        let unique: usize = placed
            .blocks
            .iter()
            .map(|&(offset, bases)| self.anatomy.unique_bases(offset, bases))
            .sum();
        unique >= MIN_UNIQUE.min(length)
            && placed.mismatches as f64 <= MAX_MISMATCH_RATE * length as f64 + 0.5
    }

    fn place_sense(&self, read: &[u8], reverse: bool) -> Option<Placed> {
        let diagonals = self.diagonals(read);
        let mut best: Option<Placed> = None;
        for (index, offset) in diagonals {
            if best
                .as_ref()
                .is_some_and(|placed| placed.offset_of(index) == Some(offset))
            {
                continue;
            }
            let placed = self.extend(read, index, offset, reverse);
            // The partner's Alu may fit one of ALK's better than the rest of the read fits its place.
            if self.speaks(&placed) && best.as_ref().is_none_or(|best| placed.score > best.score) {
                best = Some(placed);
            }
        }
        best
    }

    /// Up to [`DIAGONALS`] seeds on different diagonals, those with most seeds first.
    fn diagonals(&self, read: &[u8]) -> Vec<(usize, usize)> {
        // (diagonal shifted to be positive, first and last index, count)
        let mut found: Vec<(usize, [usize; 2], usize)> = Vec::new();
        for (index, key) in kmers(read) {
            let slot = slot(key);
            if self.filter[slot >> 6] >> (slot & 63) & 1 == 0 {
                continue;
            }
            let Some(offsets) = self.seeds.get(&key) else {
                continue;
            };
            // Low-complexity seeds say nothing.
            if offsets.len() > 8 {
                continue;
            }
            for &offset in offsets {
                let diagonal = offset as usize + read.len() - index;
                match found.iter_mut().find(|(known, _, _)| *known == diagonal) {
                    Some((_, indices, count)) => {
                        indices[1] = index;
                        *count += 1;
                    }
                    None => found.push((diagonal, [index; 2], 1)),
                }
            }
        }
        found.sort_by_key(|&(diagonal, _, count)| (std::cmp::Reverse(count), diagonal));
        found.truncate(DIAGONALS);
        // From the middle: the outermost seeds may hold a chance match beyond a splice site.
        let middle = |[first, last]: [usize; 2]| (first + last + SEED) / 2;
        found
            .into_iter()
            .map(|(diagonal, indices, _)| {
                (middle(indices), diagonal + middle(indices) - read.len())
            })
            .collect()
    }

    /// Extends the seed at read `index`, locus `offset`, both ways.
    fn extend(&self, read: &[u8], index: usize, offset: usize, reverse: bool) -> Placed {
        let left = self.walk_left(&read[..index], offset, 3);
        let right = self.walk_right(&read[index..], offset, 3);
        let mut blocks: Vec<(usize, usize)> = left.blocks.iter().rev().copied().collect();
        for &(start, length) in &right.blocks {
            match blocks.last_mut() {
                Some(last) if last.0 + last.1 == start => last.1 += length,
                _ => blocks.push((start, length)),
            }
        }
        Placed {
            reverse,
            start: index - left.bases,
            end: index + right.bases,
            blocks,
            score: left.score + right.score,
            mismatches: left.mismatches + right.mismatches,
        }
    }

    /// Walks `read` backwards from its end, over the locus backwards from `offset` (exclusive). `jumps` bounds how many
    /// splice junctions are crossed.
    fn walk_left(&self, read: &[u8], offset: usize, jumps: u8) -> Extension {
        let anatomy = self.anatomy;
        let boundary = if jumps == 0 {
            None
        } else {
            // An exon start at or before `offset` that the read reaches.
            let exon = offset
                .checked_sub(1)
                .and_then(|last| anatomy.exon_at(last))
                .or_else(|| {
                    anatomy
                        .exon_at(offset)
                        .filter(|exon| exon.span.start == offset)
                });
            exon.filter(|exon| offset - exon.span.start.min(offset) < read.len() && exon.number > 1)
        };
        let Some(exon) = boundary else {
            return self.straight_left(read, offset, read.len().min(offset));
        };
        let to_boundary = offset - exon.span.start;
        let inside = self.straight_left(read, offset, to_boundary);
        let through = self.straight_left(read, offset, read.len().min(offset));
        // What an unbroken run to the boundary earns, before jumping.
        let (run_score, run_mismatches) = self.score_left(read, offset, to_boundary);
        if run_score <= inside.score - DROP {
            return through;
        }
        let Some(previous) = anatomy.previous(exon) else {
            return through;
        };
        let beyond = self.walk_left(
            &read[..read.len() - to_boundary],
            previous.span.end,
            jumps - 1,
        );
        let spliced_score = run_score + beyond.score;
        if believable(&beyond, read.len() - to_boundary) && spliced_score > through.score {
            let mut blocks = Vec::with_capacity(1 + beyond.blocks.len());
            if to_boundary > 0 {
                blocks.push((exon.span.start, to_boundary));
            }
            blocks.extend(beyond.blocks);
            return Extension {
                score: spliced_score,
                bases: to_boundary + beyond.bases,
                mismatches: run_mismatches + beyond.mismatches,
                blocks,
            };
        }
        through
    }

    fn walk_right(&self, read: &[u8], offset: usize, jumps: u8) -> Extension {
        let anatomy = self.anatomy;
        let boundary = if jumps == 0 {
            None
        } else {
            let exon = anatomy.exon_at(offset).or_else(|| {
                offset
                    .checked_sub(1)
                    .and_then(|last| anatomy.exon_at(last))
                    .filter(|exon| exon.span.end == offset)
            });
            exon.filter(|exon| exon.span.end - offset < read.len())
        };
        let limit = read.len().min(anatomy.sequence.len() - offset);
        let Some(exon) = boundary else {
            return self.straight_right(read, offset, limit);
        };
        let to_boundary = exon.span.end - offset;
        let inside = self.straight_right(read, offset, to_boundary);
        let through = self.straight_right(read, offset, limit);
        let (run_score, run_mismatches) = self.score_right(read, offset, to_boundary);
        if run_score <= inside.score - DROP {
            return through;
        }
        let Some(next) = anatomy.next(exon) else {
            return through;
        };
        let beyond = self.walk_right(&read[to_boundary..], next.span.start, jumps - 1);
        let spliced_score = run_score + beyond.score;
        if believable(&beyond, read.len() - to_boundary) && spliced_score > through.score {
            let mut blocks = Vec::with_capacity(1 + beyond.blocks.len());
            if to_boundary > 0 {
                blocks.push((offset, to_boundary));
            }
            blocks.extend(beyond.blocks);
            return Extension {
                score: spliced_score,
                bases: to_boundary + beyond.bases,
                mismatches: run_mismatches + beyond.mismatches,
                blocks,
            };
        }
        through
    }

    fn straight_left(&self, read: &[u8], offset: usize, limit: usize) -> Extension {
        let locus = &self.anatomy.sequence;
        let pairs = (0..limit).map(|step| read[read.len() - 1 - step] == locus[offset - 1 - step]);
        let (score, bases, mismatches) = best_prefix(pairs);
        let blocks = if bases > 0 {
            vec![(offset - bases, bases)]
        } else {
            Vec::new()
        };
        Extension {
            score,
            bases,
            mismatches,
            blocks,
        }
    }

    fn straight_right(&self, read: &[u8], offset: usize, limit: usize) -> Extension {
        let locus = &self.anatomy.sequence;
        let pairs = (0..limit).map(|step| read[step] == locus[offset + step]);
        let (score, bases, mismatches) = best_prefix(pairs);
        let blocks = if bases > 0 {
            vec![(offset, bases)]
        } else {
            Vec::new()
        };
        Extension {
            score,
            bases,
            mismatches,
            blocks,
        }
    }

    fn score_left(&self, read: &[u8], offset: usize, bases: usize) -> (i32, usize) {
        let locus = &self.anatomy.sequence[offset - bases..offset];
        score_all(&read[read.len() - bases..], locus)
    }

    fn score_right(&self, read: &[u8], offset: usize, bases: usize) -> (i32, usize) {
        score_all(
            &read[..bases],
            &self.anatomy.sequence[offset..offset + bases],
        )
    }
}

/// Whether an extension beyond a splice junction is more than chance: a partner's last bases may equal an ALK exon's.
fn believable(beyond: &Extension, remaining: usize) -> bool {
    let needed = if beyond.bases == remaining {
        SHORT_OVERHANG
    } else {
        LONG_OVERHANG
    };
    beyond.score >= needed
}

/// Score, length and mismatches of the best-scoring prefix of a run of matches and mismatches.
pub(crate) fn best_prefix(pairs: impl Iterator<Item = bool>) -> (i32, usize, usize) {
    let (mut score, mut mismatches) = (0, 0);
    let mut best = (0, 0, 0);
    for (step, equal) in pairs.enumerate() {
        if equal {
            score += MATCH;
        } else {
            score += MISMATCH;
            mismatches += 1;
        }
        if score > best.0 {
            best = (score, step + 1, mismatches);
        } else if score <= best.0 - DROP {
            break;
        }
    }
    best
}

fn score_all(read: &[u8], reference: &[u8]) -> (i32, usize) {
    let mismatches = read.iter().zip(reference).filter(|(a, b)| a != b).count();
    let matches = read.len() - mismatches;
    (
        matches as i32 * MATCH + mismatches as i32 * MISMATCH,
        mismatches,
    )
}

/// A k-mer of up to 16 bases as a number; `None` when it holds anything but `ACGT`.
pub(crate) fn kmer(bases: &[u8]) -> Option<u32> {
    bases
        .iter()
        .try_fold(0u32, |key, base| Some(key << 2 | code(*base)?))
}

pub(crate) fn code(base: u8) -> Option<u32> {
    match base {
        b'A' => Some(0),
        b'C' => Some(1),
        b'G' => Some(2),
        b'T' => Some(3),
        _ => None,
    }
}

/// The filter's bit of a seed.
fn slot(key: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B1) >> (32 - FILTER_BITS)) as usize
}

/// Every seed of a read with its index.
pub(crate) fn kmers(read: &[u8]) -> impl Iterator<Item = (usize, u32)> {
    const MASK: u32 = (1 << (2 * SEED)) - 1;
    let (mut key, mut run) = (0u32, 0usize);
    read.iter().enumerate().filter_map(move |(index, &base)| {
        match code(base) {
            Some(code) => {
                key = (key << 2 | code) & MASK;
                run += 1;
            }
            None => run = 0,
        }
        (run >= SEED).then(|| (index + 1 - SEED, key))
    })
}

/// Multiplicative hashing for k-mer keys: the standard hasher costs more than the look-up.
#[derive(Clone, Copy, Default)]
pub(crate) struct KmerHasher(u64);

pub(crate) type BuildKmerHasher = std::hash::BuildHasherDefault<KmerHasher>;

impl std::hash::Hasher for KmerHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u32(&mut self, key: u32) {
        self.write_u64(u64::from(key));
    }

    fn write_u64(&mut self, key: u64) {
        let mixed = (self.0.rotate_left(5) ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ mixed >> 32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::{Bundle, reverse_complement};

    fn with_placer(check: impl FnOnce(&Anatomy, &Placer)) {
        let anatomy = Anatomy::new(Bundle::embedded());
        let placer = Placer::new(&anatomy);
        check(&anatomy, &placer);
    }

    fn place(placer: &Placer, read: &[u8]) -> Option<Placed> {
        placer.place(read, &reverse_complement(read))
    }

    #[test]
    fn places_a_spliced_read_on_both_exons() {
        with_placer(|anatomy, placer| {
            let (e19, e20) = (anatomy.exon(19).unwrap(), anatomy.exon(20).unwrap());
            for left in [6, 8, 30, 60] {
                let mut read = anatomy.sequence[e19.span.end - left..e19.span.end].to_vec();
                read.extend(&anatomy.sequence[e20.span.start..e20.span.start + 40]);
                let placed = place(placer, &read).unwrap();
                assert_eq!((placed.start, placed.end), (0, read.len()));
                assert_eq!(
                    placed.blocks,
                    [(e19.span.end - left, left), (e20.span.start, 40)]
                );
                let back = place(placer, &reverse_complement(&read)).unwrap();
                assert!(back.reverse);
                assert_eq!(back.blocks, placed.blocks);
            }
        });
    }

    #[test]
    fn a_partner_is_left_as_a_clip() {
        with_placer(|anatomy, placer| {
            let e20 = anatomy.exon(20).unwrap();
            let mut read = b"ATAGAGTTCTGAAACAAGCAGGAAAGGACCTAAAG".to_vec();
            let clip = read.len();
            read.extend(&anatomy.sequence[e20.span.start..e20.span.start + 45]);
            read[clip + 20] = if read[clip + 20] == b'A' { b'C' } else { b'A' };
            let placed = place(placer, &read).unwrap();
            assert!(
                placed.start.abs_diff(clip) <= 2,
                "clip ends at {}",
                placed.start
            );
            assert_eq!((placed.end, placed.mismatches), (read.len(), 1));
        });
    }

    #[test]
    fn an_unspliced_read_runs_into_the_intron() {
        with_placer(|anatomy, placer| {
            let e20 = anatomy.exon(20).unwrap().span.start;
            let read = &anatomy.sequence[e20 - 50..e20 + 50];
            let placed = place(placer, read).unwrap();
            assert_eq!(placed.blocks, [(e20 - 50, 100)]);
        });
    }

    #[test]
    fn best_prefix_stops_before_a_bad_tail() {
        let run = [true; 10]
            .into_iter()
            .chain([false, true, false, false, true, false, false]);
        assert_eq!(best_prefix(run), (10, 10, 0));
    }
}
