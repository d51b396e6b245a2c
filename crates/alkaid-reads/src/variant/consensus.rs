//! One observation per molecule and base, from all reads of all its copies.

use std::ops::Range;

use super::Edit;
use super::indel::{Holds, mismatches, reading, settled};
use super::shelf::{Shelved, ShelvedRead, coding_spans};
use crate::anatomy::Anatomy;
use crate::finding::Molecule;

/// Bases at either end of a read's placed part that are not counted. The placement gives up an end rather than pay for a
/// mismatch there, so that a change so near to it would be seen less often than its absence.
pub const END_MARGIN: usize = 3;
/// Lowest quality of a read's base, and of a molecule's, that is counted.
pub const MIN_QUALITY: u32 = 15;
/// Highest quality that a molecule's base can have when one fragment shows it, and when several do. What the sequencer
/// states is multiplied up by agreement; what arises before it is not.
const MAX_QUALITY: [u32; 2] = [45, 50];

/// Positions that are counted, numbered without gaps.
pub struct Columns {
    spans: Vec<(Range<usize>, usize)>,
    /// How many there are.
    pub count: usize,
}

impl Columns {
    /// The coding exons with their splice sites.
    pub fn new(anatomy: &Anatomy) -> Self {
        let mut count = 0;
        let spans = coding_spans(anatomy)
            .into_iter()
            .map(|span| {
                let first = count;
                count += span.len();
                (span, first)
            })
            .collect();
        Columns { spans, count }
    }

    /// Column of a locus offset.
    pub fn of(&self, offset: usize) -> Option<usize> {
        let after = self.spans.partition_point(|(span, _)| span.end <= offset);
        let (span, first) = self.spans.get(after)?;
        span.contains(&offset).then(|| first + offset - span.start)
    }

    /// Locus offset of a column.
    pub fn offset(&self, column: usize) -> usize {
        let after = self.spans.partition_point(|(_, first)| *first <= column);
        self.spans
            .get(after.wrapping_sub(1))
            .map_or(0, |(span, first)| span.start + column - first)
    }

    /// Calls `visit` with every column of a stretch and its distance from the stretch's start.
    fn each(&self, offset: usize, length: usize, mut visit: impl FnMut(usize, usize)) {
        let from = self.spans.partition_point(|(span, _)| span.end <= offset);
        for (span, first) in &self.spans[from..] {
            if span.start >= offset + length {
                break;
            }
            for at in span.start.max(offset)..span.end.min(offset + length) {
                visit(first + at - span.start, at - offset);
            }
        }
    }
}

/// One base of one molecule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// Where.
    pub column: usize,
    /// Base code.
    pub code: u8,
    /// Phred quality.
    pub quality: u32,
    /// Whether most of what was read of it was sequenced against ALK's sense.
    pub reverse: bool,
    /// Distance to the nearer end of the read that shows it best.
    pub distance: u32,
    /// Fragments that show it.
    pub fragments: u32,
}

/// What a molecule holds at a candidate insertion or deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The candidate, by index.
    pub candidate: usize,
    /// What it holds.
    pub holds: Holds,
    /// Fragments that say so.
    pub fragments: u32,
    /// Whether the first read that says so was sequenced against ALK's sense.
    pub reverse: bool,
}

/// All that one molecule says.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Its bases, by column.
    pub bases: Vec<Base>,
    /// What it holds at candidates, by their index.
    pub verdicts: Vec<Verdict>,
    /// Mismatches in its most deviant read.
    pub mismatches: u32,
}

/// Sums of one column over the reads of one molecule.
#[derive(Clone, Copy, Default)]
struct Sum {
    weight: [u32; 4],
    fragments: [u32; 4],
    reverse: [u32; 4],
    distance: [u32; 4],
    last: [u32; 4],
}

/// Makes observations; holds scratch memory.
pub struct Consensus<'a, 'b> {
    anatomy: &'a Anatomy<'b>,
    molecule: Molecule,
    columns: &'a Columns,
    candidates: &'a [Edit],
    sums: Vec<Sum>,
    touched: Vec<usize>,
    observed: Observed,
}

impl<'a, 'b> Consensus<'a, 'b> {
    /// For these columns and candidates.
    pub fn new(
        anatomy: &'a Anatomy<'b>,
        molecule: Molecule,
        columns: &'a Columns,
        candidates: &'a [Edit],
    ) -> Self {
        Consensus {
            anatomy,
            molecule,
            columns,
            candidates,
            sums: vec![Sum::default(); columns.count],
            touched: Vec::new(),
            observed: Observed::default(),
        }
    }

    /// What a molecule says. `limit` gives the part of a read that is ALK where a junction is known.
    pub fn of(
        &mut self,
        copies: &[Shelved],
        limit: impl Fn(&Shelved, &ShelvedRead) -> Range<usize>,
    ) -> &Observed {
        let mut votes: Vec<Verdict> = Vec::new();
        self.observed.mismatches = 0;
        for (number, copy) in copies.iter().enumerate() {
            let mut spoken: Vec<(usize, Holds, bool)> = Vec::new();
            for read in &copy.reads {
                let limit = limit(copy, read);
                let read = &*settled(self.anatomy, self.molecule, read);
                let reading = reading(self.anatomy, self.molecule, read, limit, self.candidates);
                let wrong = mismatches(self.anatomy, read) as u32;
                self.observed.mismatches = self.observed.mismatches.max(wrong);
                self.add(read, &reading.stretches, number as u32 + 1);
                for (candidate, holds) in reading.verdicts {
                    // Both mates over one place are one fragment.
                    if !spoken
                        .iter()
                        .any(|own| (own.0, own.1) == (candidate, holds))
                    {
                        spoken.push((candidate, holds, read.reverse));
                    }
                }
            }
            for (candidate, holds, reverse) in spoken {
                match votes
                    .iter_mut()
                    .find(|vote| (vote.candidate, vote.holds) == (candidate, holds))
                {
                    Some(vote) => vote.fragments += 1,
                    None => votes.push(Verdict {
                        candidate,
                        holds,
                        fragments: 1,
                        reverse,
                    }),
                }
            }
        }
        self.close();
        self.decide(votes);
        &self.observed
    }

    fn add(&mut self, read: &ShelvedRead, stretches: &[(usize, usize, usize)], copy: u32) {
        let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else {
            return;
        };
        let counted = first.0 + END_MARGIN..(last.0 + last.2).saturating_sub(END_MARGIN);
        let length = read.bases.len();
        let (sums, touched) = (&mut self.sums, &mut self.touched);
        for &(index, offset, bases) in stretches {
            self.columns.each(offset, bases, |column, step| {
                let at = index + step;
                let (base, quality) = (read.bases[at], u32::from(read.quals[at]));
                if base > 3 || quality < MIN_QUALITY || !counted.contains(&at) {
                    return;
                }
                let sum = &mut sums[column];
                if sum.weight == [0; 4] {
                    touched.push(column);
                }
                let base = usize::from(base);
                sum.weight[base] += quality;
                if read.reverse {
                    sum.reverse[base] += quality;
                }
                if sum.last[base] != copy {
                    sum.last[base] = copy;
                    sum.fragments[base] += 1;
                }
                let distance = at.min(length - 1 - at) as u32;
                sum.distance[base] = sum.distance[base].max(distance);
            });
        }
    }

    /// Turns the sums into bases and clears them.
    fn close(&mut self) {
        self.touched.sort_unstable();
        self.observed.bases.clear();
        for column in self.touched.drain(..) {
            let sum = std::mem::take(&mut self.sums[column]);
            let best = (0..4)
                .max_by_key(|&base| (sum.weight[base], std::cmp::Reverse(base)))
                .unwrap_or(0);
            let others: u32 = sum.weight.iter().sum::<u32>() - sum.weight[best];
            let cap = MAX_QUALITY[usize::from(sum.fragments[best] > 1)];
            let quality = sum.weight[best].saturating_sub(others).min(cap);
            if quality < MIN_QUALITY {
                continue;
            }
            self.observed.bases.push(Base {
                column,
                code: best as u8,
                quality,
                reverse: 2 * sum.reverse[best] > sum.weight[best],
                distance: sum.distance[best],
                fragments: sum.fragments[best],
            });
        }
    }

    /// Keeps the verdicts that most copies agree on.
    fn decide(&mut self, mut votes: Vec<Verdict>) {
        votes.sort_by_key(|vote| (vote.candidate, std::cmp::Reverse(vote.fragments)));
        self.observed.verdicts.clear();
        for group in votes.chunk_by(|a, b| a.candidate == b.candidate) {
            if group.len() == 1 || group[0].fragments > group[1].fragments {
                self.observed.verdicts.push(group[0]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::Bundle;

    fn copy(anatomy: &Anatomy, change: Option<u8>, quality: u8) -> Shelved {
        let start = anatomy.exon(23).unwrap().span.start;
        let mut bases: Vec<u8> = (start..start + 50)
            .map(|offset| super::super::path::base(anatomy, offset))
            .collect();
        if let Some(code) = change {
            bases[20] = code;
        }
        Shelved {
            key: 1,
            stored: None,
            reads: vec![ShelvedRead {
                mate: 0,
                reverse: false,
                start: 0,
                blocks: vec![(start, 50)],
                quals: vec![quality; bases.len()],
                bases,
            }],
        }
    }

    fn base_at_20(copies: &[Shelved]) -> Option<Base> {
        let anatomy = Anatomy::new(Bundle::embedded());
        let columns = Columns::new(&anatomy);
        let mut consensus = Consensus::new(&anatomy, Molecule::Dna, &columns, &[]);
        let column = columns
            .of(anatomy.exon(23).unwrap().span.start + 20)
            .unwrap();
        let observed = consensus.of(copies, |_, read| 0..read.bases.len());
        assert_eq!(observed.bases.first().map(|base| base.distance), Some(3));
        observed
            .bases
            .iter()
            .find(|base| base.column == column)
            .copied()
    }

    #[test]
    fn copies_make_one_better_base_and_outvote_an_error() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let truth = copy(&anatomy, None, 30);
        let code = truth.reads[0].bases[20];
        let wrong = copy(&anatomy, Some(code ^ 1), 30);
        let alone = base_at_20(std::slice::from_ref(&truth)).unwrap();
        assert_eq!((alone.code, alone.quality, alone.fragments), (code, 30, 1));
        let both = base_at_20(&[truth.clone(), truth.clone()]).unwrap();
        assert_eq!((both.code, both.quality, both.fragments), (code, 50, 2));
        let outvoted = base_at_20(&[truth.clone(), wrong.clone(), truth.clone()]).unwrap();
        assert_eq!((outvoted.code, outvoted.quality), (code, 30));
        assert_eq!(base_at_20(&[truth, wrong]), None);
    }

    #[test]
    fn columns_number_the_coding_bases() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let columns = Columns::new(&anatomy);
        assert_eq!(columns.count, 4_863 + 29 * 16);
        for column in 0..columns.count {
            assert_eq!(columns.of(columns.offset(column)), Some(column));
        }
        assert_eq!(columns.of(anatomy.exon(20).unwrap().span.start - 100), None);
    }
}
