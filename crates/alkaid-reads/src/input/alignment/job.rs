//! What all ways of reading an alignment file share.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use noodles_sam::alignment::record::cigar::Op;

use super::AlignmentReader;
use super::cigar::is_spliced;
use super::collect::Collector;
use super::header::Facts;
use super::record::{AlignedRecord, Slot};
use super::regions::Regions;
use crate::fragment::{Alignment, Fragment};
use crate::input::error::InputError;
use crate::input::pairs::Meter;
use crate::input::sift::{Sift, cut_segment};
use crate::input::summary::{HEAD_FRAGMENTS, LengthCounts};
use crate::input::umi::Segment;

/// Records looked at for the head of a file.
const HEAD_RECORDS: u64 = 100_000;
/// Records between two looks at whether to stop.
const TICK: u64 = 4096;

/// What a record is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It holds a read.
    Primary,
    /// A further part of a split alignment.
    Part,
    /// Failed quality control: as if it were not there.
    Failed,
    /// One more place where the read could go.
    Other,
}

/// Numbers about the records looked at.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) lengths: LengthCounts,
    pub(super) alignments: u64,
    pub(super) spliced: u64,
    pub(super) failed_qc: u64,
    pub(super) missing_mates: u64,
    /// Reads of fragments of one, and first and second reads of fragments of two.
    pub(super) reads: [u64; 3],
}

impl Tally {
    /// Fragments that the reads belong to, if all of them were looked at.
    pub(super) fn fragments(&self) -> u64 {
        let [single, first, second] = self.reads;
        single + first.max(second)
    }

    /// Whether fragments have two reads.
    pub(super) fn paired(&self) -> bool {
        self.reads[1] + self.reads[2] > 0
    }

    /// Adds what was learnt elsewhere.
    pub(super) fn merge(&mut self, other: &mut Self) {
        self.lengths.merge(&mut other.lengths);
        self.alignments += other.alignments;
        self.spliced += other.spliced;
        self.failed_qc += other.failed_qc;
        self.missing_mates += other.missing_mates;
        for (mine, theirs) in self.reads.iter_mut().zip(other.reads) {
            *mine += theirs;
        }
    }

    /// Counts a record.
    pub(super) fn count(
        &mut self,
        record: &dyn AlignedRecord,
        role: Role,
        ops: &mut Vec<Op>,
    ) -> io::Result<()> {
        match role {
            Role::Failed => self.failed_qc += 1,
            Role::Other => {}
            Role::Part | Role::Primary => {
                let flags = record.flags();
                if !flags.is_unmapped() {
                    record.cigar(ops)?;
                    self.alignments += 1;
                    self.spliced += u64::from(is_spliced(ops));
                }
                if role == Role::Primary {
                    // Bases are at most 2^31 in BAM.
                    self.lengths.add(record.base_count() as u32);
                    let kind = if flags.is_segmented() {
                        1 + super::record::mate_of(flags)
                    } else {
                        0
                    };
                    self.reads[kind] += 1;
                }
            }
        }
        Ok(())
    }
}

/// One file, and what is to be done with it.
pub(super) struct Job<'a, 's> {
    pub(super) path: &'a Path,
    pub(super) facts: Facts,
    pub(super) regions: Regions,
    /// The tag that UMIs are taken from.
    pub(super) umi_tag: Option<[u8; 2]>,
    pub(super) sift: &'a mut Sift<'s>,
    pub(super) tally: Tally,
    pub(super) meter: &'a Meter<'a>,
    /// Where in the file's share of the progress this pass begins, and by how much it is scaled down.
    pub(super) pass: Pass,
    /// Records visited.
    pub(super) visits: u64,
    pub(super) warnings: Vec<String>,
}

/// How the bytes of a pass over a file count as progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// The only pass.
    Only,
    /// The first or second of two; the number is the size of the file.
    OfTwo(u64, u64),
    /// Following an index: how much is to come is not known.
    Open,
}

impl Job<'_, '_> {
    /// Says every now and then how far reading has come; fails if it is to stop.
    pub(super) fn tick(&mut self, taken: u64) -> Result<(), InputError> {
        self.visits += 1;
        if !self.visits.is_multiple_of(TICK) {
            return Ok(());
        }
        let fragments = self.sift.seen.max(self.tally.fragments());
        match self.pass {
            Pass::Only => self.meter.tick(taken, fragments),
            Pass::OfTwo(pass, size) => self.meter.tick((pass * size + taken) / 2, fragments),
            Pass::Open => self.meter.tick_open(fragments),
        }
    }

    /// What a record is to us.
    pub(super) fn role(
        &self,
        record: &dyn AlignedRecord,
        text: &mut Vec<u8>,
    ) -> Result<Role, InputError> {
        let flags = record.flags();
        if flags.is_qc_fail() {
            return Ok(Role::Failed);
        }
        if !flags.is_secondary() && !flags.is_supplementary() {
            return Ok(Role::Primary);
        }
        // "bwa mem -M" marks the parts of split alignments as secondary; they list each other all the same.
        self.check(record.text_tag(*b"SA", text))?;
        Ok(if text.is_empty() {
            Role::Other
        } else {
            Role::Part
        })
    }

    /// Names the file in an error of a record's field.
    pub(super) fn check<T>(&self, result: io::Result<T>) -> Result<T, InputError> {
        result.map_err(|error| InputError::Alignment {
            path: self.path.to_path_buf(),
            record: self.tally.reads.iter().sum(),
            problem: format!("a record is malformed ({error}); write the file again"),
        })
    }

    /// What the caller thinks of reads, less their UMI segment.
    pub(super) fn keeps(&self, first: &[u8], second: Option<&[u8]>) -> bool {
        match self.sift.segment() {
            None => self.sift.keeps(first, second),
            Some(segment) => {
                let shown = |bases: &[u8], mate| segment.split(mate, bases.len()).0;
                self.sift.keeps(
                    &first[shown(first, 0)],
                    second.map(|bases| &bases[shown(bases, 1)]),
                )
            }
        }
    }

    /// What the caller thinks of a read of which the mate is not at hand.
    pub(super) fn keeps_single(&self, bases: &[u8], mate: usize) -> bool {
        match self.sift.segment() {
            None => self.sift.keeps(bases, None),
            Some(segment) => self
                .sift
                .keeps(&bases[segment.split(mate as u8, bases.len()).0], None),
        }
    }

    /// Hands a fragment on.
    pub(super) fn emit(&mut self, mut fragment: Fragment, lacks_mate: bool) {
        self.cut(&mut fragment);
        self.tally.missing_mates += u64::from(lacks_mate);
        self.sift.push(fragment);
    }

    /// Sets a fragment aside as a part of the sample of the file.
    pub(super) fn add_to_head(&mut self, mut fragment: Fragment) {
        self.cut(&mut fragment);
        self.sift.add_to_head(fragment);
    }

    /// Hands on what stays incomplete.
    pub(super) fn finish(&mut self, collector: &mut Collector) {
        for (fragment, lacks_mate) in collector.finish() {
            self.emit(fragment, lacks_mate);
        }
    }

    fn cut(&self, fragment: &mut Fragment) {
        if let Some(segment) = self.sift.segment() {
            cut_fragment(fragment, segment);
        }
    }

    /// Looks at the first records of the file, and sets the first fragments aside.
    pub(super) fn sample_head(
        &mut self,
        reader: &mut dyn AlignmentReader,
    ) -> Result<Tally, InputError> {
        let mut tally = Tally::default();
        let mut collector = Collector::default();
        let (mut slot, mut text, mut ops) = (Slot::default(), Vec::new(), Vec::new());
        let mut looked_at = 0;
        reader.scan(&mut |record, _| {
            let role = self.role(record, &mut text)?;
            self.check(tally.count(record, role, &mut ops))?;
            if role == Role::Primary && self.sift.wants_head() {
                self.check(slot.load(record, self.umi_tag))?;
                if let Some(fragment) = collector.add(&slot, &self.facts) {
                    self.add_to_head(fragment);
                }
            }
            looked_at += 1;
            Ok(if looked_at < HEAD_RECORDS {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        })?;
        for (fragment, _) in collector.finish().into_iter().take(HEAD_FRAGMENTS) {
            self.add_to_head(fragment);
        }
        self.sift.decide();
        Ok(tally)
    }
}

/// Takes the UMI segment off the reads; alignments keep their places and lose the bases cut.
fn cut_fragment(fragment: &mut Fragment, segment: Segment) {
    let mut rests = BTreeMap::new();
    let mut cut = |read: &mut crate::fragment::Read, mate: u8| {
        rests.insert(mate, segment.split(mate, read.bases.len()).0);
        cut_segment(read, mate, segment)
    };
    let in_first = cut(&mut fragment.first, 0);
    let in_second = fragment.second.as_mut().and_then(|read| cut(read, 1));
    fragment.umi = in_first.or(in_second);
    fragment.alignments.retain_mut(|alignment: &mut Alignment| {
        let Some(rest) = rests.get(&alignment.mate) else {
            return true;
        };
        let inside = |position: u32| (position as usize).clamp(rest.start, rest.end) - rest.start;
        // Both ends were within the read, of 32 bits.
        alignment.query = inside(alignment.query.start) as u32..inside(alignment.query.end) as u32;
        !alignment.query.is_empty()
    });
}
