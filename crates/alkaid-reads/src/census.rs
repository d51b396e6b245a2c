//! Counting what covers ALK: depth, normal read-through, expression of its two halves.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use crate::anatomy::{Anatomy, CANONICAL_EXON};
use crate::fragment::Fragment;
use crate::place::{BuildKmerHasher, KmerHasher, Placed};

/// Bases a read must have on both sides of a point to be counted as reading through it.
const THROUGH_ANCHOR: usize = 5;
/// Score of a read from which it speaks of ALK's expression: pieces that other genes share with ALK are shorter.
const EXPRESSED: i32 = 24;
/// Fragment ends remembered for the duplicate rate; beyond this the rate is not updated, so that memory is bounded.
const MAX_KEYS: usize = 2_000_000;

/// Running totals over all fragments that touch ALK.
pub struct Census {
    depth: Vec<i32>,
    through: Vec<i32>,
    touched: Vec<u64>,
    introns: Vec<u64>,
    keys: HashSet<u64, BuildKmerHasher>,
    keyed: u64,
    exon_bounds: Vec<Range<usize>>,
    canonical_start: usize,
    /// Fragments with a read on ALK.
    pub fragments: u64,
    /// Fragments of which all placed bases lie in exons before exon 20.
    pub five_prime: u64,
    /// Fragments of which all placed bases lie in exon 20 or later.
    pub three_prime: u64,
    /// Reads across a normal splice junction of ALK.
    pub spliced: u64,
    /// Reads across an exon–intron boundary of ALK.
    pub unspliced: u64,
}

impl Census {
    /// An empty census of `anatomy`.
    pub fn new(anatomy: &Anatomy) -> Self {
        let length = anatomy.sequence.len() + 1;
        Census {
            depth: vec![0; length],
            through: vec![0; length],
            touched: vec![0; anatomy.exons.len()],
            introns: vec![0; anatomy.exons.len()],
            keys: HashSet::default(),
            keyed: 0,
            exon_bounds: anatomy.exons.iter().map(|exon| exon.span.clone()).collect(),
            canonical_start: anatomy
                .exon(CANONICAL_EXON)
                .map_or(0, |exon| exon.span.start),
            fragments: 0,
            five_prime: 0,
            three_prime: 0,
            spliced: 0,
            unspliced: 0,
        }
    }

    /// Counts one fragment; `placed` holds the placements of its reads.
    pub fn observe(&mut self, fragment: &Fragment, placed: [Option<&Placed>; 2]) {
        if placed.iter().all(Option::is_none) {
            return;
        }
        self.fragments += 1;
        let mut through: Vec<Range<usize>> = Vec::new();
        for read in placed.iter().flatten() {
            for &(start, length) in &read.blocks {
                self.depth[start] += 1;
                self.depth[start + length] -= 1;
            }
            self.touch(read);
            through.extend(through_ranges(read));
        }
        // Both mates across one point are one molecule.
        through.sort_by_key(|range| range.start);
        let mut reached = 0;
        for range in through {
            let start = range.start.max(reached);
            if start < range.end {
                self.through[start] += 1;
                self.through[range.end] -= 1;
                reached = range.end;
            }
        }
        self.side(&placed);
        if self.keys.len() < MAX_KEYS {
            self.keyed += 1;
            self.keys.insert(duplicate_key(fragment, placed));
        }
    }

    fn touch(&mut self, read: &Placed) {
        self.spliced += (read.blocks.len() - 1) as u64;
        for &(start, length) in &read.blocks {
            let end = start + length;
            let first = self.exon_bounds.partition_point(|exon| exon.end <= start);
            for (index, exon) in self
                .exon_bounds
                .iter()
                .enumerate()
                .skip(first.saturating_sub(1))
            {
                if exon.start >= end {
                    break;
                }
                if exon.start.max(start) < exon.end.min(end) {
                    self.touched[index] += 1;
                    let across = |boundary: usize| {
                        start + THROUGH_ANCHOR <= boundary && boundary + THROUGH_ANCHOR <= end
                    };
                    self.unspliced += u64::from(across(exon.start)) + u64::from(across(exon.end));
                }
                let intron_end = self
                    .exon_bounds
                    .get(index + 1)
                    .map_or(exon.end, |next| next.start);
                if exon.end.max(start) < intron_end.min(end) {
                    self.introns[index] += 1;
                }
            }
        }
    }

    fn side(&mut self, placed: &[Option<&Placed>; 2]) {
        let long = |read: &&Placed| read.score >= EXPRESSED;
        if !placed.iter().flatten().any(long) {
            return;
        }
        let blocks = || placed.iter().flatten().flat_map(|read| &read.blocks);
        let in_exon = |&(start, length): &(usize, usize)| {
            let index = self.exon_bounds.partition_point(|exon| exon.end <= start);
            self.exon_bounds
                .get(index)
                .is_some_and(|exon| exon.start <= start && start + length <= exon.end)
        };
        if !blocks().all(in_exon) {
            return;
        }
        if blocks().all(|block| block.0 + block.1 <= self.canonical_start) {
            self.five_prime += 1;
        } else if blocks().all(|block| block.0 >= self.canonical_start) {
            self.three_prime += 1;
        }
    }

    /// Share of ALK fragments that repeat another's ends (and UMI).
    pub fn duplicate_fraction(&self) -> Option<f64> {
        (self.keyed > 0).then(|| 1.0 - self.keys.len() as f64 / self.keyed as f64)
    }

    /// Reads that touch exon number `index + 1`.
    pub fn exon_reads(&self, index: usize) -> u64 {
        self.touched[index]
    }

    /// Reads that touch the intron after exon number `index + 1`.
    pub fn intron_reads(&self, index: usize) -> u64 {
        self.introns[index]
    }

    /// The final per-base figures.
    pub fn finish(&self) -> Coverage {
        Coverage {
            depth: running(&self.depth),
            through: running(&self.through),
        }
    }
}

/// Per-base figures over the locus.
pub struct Coverage {
    depth: Vec<u32>,
    through: Vec<u32>,
}

impl Coverage {
    /// Mean read depth over a stretch.
    pub fn mean_depth(&self, span: Range<usize>) -> f64 {
        let length = span.len().max(1) as f64;
        self.depth[span]
            .iter()
            .map(|&depth| f64::from(depth))
            .sum::<f64>()
            / length
    }

    /// Depth at each base of a stretch.
    pub fn depth(&self, span: Range<usize>) -> &[u32] {
        &self.depth[span]
    }

    /// Fragments that read normally through the point before `offset`.
    pub fn through(&self, offset: usize) -> u32 {
        self.through.get(offset).copied().unwrap_or(0)
    }
}

fn running(changes: &[i32]) -> Vec<u32> {
    let mut level = 0i32;
    changes
        .iter()
        .map(|change| {
            level += change;
            level.max(0) as u32
        })
        .collect()
}

/// Locus offsets that the read goes through with an anchor on both sides.
fn through_ranges(read: &Placed) -> impl Iterator<Item = Range<usize>> {
    let total: usize = read.blocks.iter().map(|block| block.1).sum();
    let allowed = THROUGH_ANCHOR..(total + 1).saturating_sub(THROUGH_ANCHOR);
    let mut before = 0;
    read.blocks.iter().filter_map(move |&(start, length)| {
        let from = allowed.start.max(before);
        let to = allowed.end.min(before + length);
        let range = (from < to).then(|| start + from - before..start + to - before);
        before += length;
        range
    })
}

/// What makes two fragments copies of one molecule: the UMI and where both reads begin.
///
/// A read that is not on ALK is represented by its first bases.
pub fn duplicate_key(fragment: &Fragment, placed: [Option<&Placed>; 2]) -> u64 {
    let mut hasher = KmerHasher::default();
    fragment.umi.hash(&mut hasher);
    for (mate, read) in fragment.reads() {
        match placed[usize::from(mate)] {
            Some(placed) => {
                let begin = if placed.reverse {
                    placed.last() + (read.bases.len().saturating_sub(placed.end))
                } else {
                    placed.first().wrapping_sub(placed.start)
                };
                (1u8, placed.reverse, begin).hash(&mut hasher);
            }
            None => (0u8, &read.bases[..read.bases.len().min(16)]).hash(&mut hasher),
        }
        // A single read's length stands in for its mate.
        if fragment.second.is_none() {
            read.bases.len().hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(blocks: &[(usize, usize)]) -> Placed {
        let total = blocks.iter().map(|block| block.1).sum();
        Placed {
            reverse: false,
            start: 0,
            end: total,
            blocks: blocks.to_vec(),
            score: total as i32,
            mismatches: 0,
        }
    }

    #[test]
    fn reads_through_need_both_anchors() {
        let ranges: Vec<_> = through_ranges(&placed(&[(100, 20), (500, 10)])).collect();
        assert_eq!(ranges, [105..120, 500..506]);
        assert_eq!(through_ranges(&placed(&[(100, 9)])).count(), 0);
    }

    #[test]
    fn a_copy_has_the_same_key_and_another_umi_another() {
        let mut fragment = Fragment {
            umi: Some(b"ACGT".to_vec()),
            ..Fragment::default()
        };
        fragment.first.bases = vec![b'A'; 30];
        let place = placed(&[(100, 30)]);
        let key = duplicate_key(&fragment, [Some(&place), None]);
        assert_eq!(key, duplicate_key(&fragment.clone(), [Some(&place), None]));
        fragment.umi = Some(b"ACGA".to_vec());
        assert_ne!(key, duplicate_key(&fragment, [Some(&place), None]));
    }
}
