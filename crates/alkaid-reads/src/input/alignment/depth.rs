//! How deeply targets are covered, by the index: sums only, no read is kept.

use std::ops::{ControlFlow, Range};

use alkaid_genome::{Assembly, GenomicInterval};
use noodles_sam::alignment::record::Flags;
use noodles_sam::alignment::record::cigar::Op;

use super::header::Facts;
use super::record::{AlignedRecord, Place};
use super::{AlignmentFiles, AlignmentReader, assembly_of, open};
use crate::input::error::InputError;
use crate::input::options::{InputOptions, Progress};
use crate::input::pairs::Meter;
use crate::input::summary::{InputFile, InputFormat, InputSummary};

/// Targets this close together are read in one go: about the span of a BGZF block at the depth of a panel.
const NEAR: u64 = 1_000;
/// Records between two looks at whether to stop.
const TICK: u64 = 4_096;
/// Records that hold no read of their own, or one that is not to be trusted.
const LEFT_OUT: Flags = Flags::UNMAPPED
    .union(Flags::SECONDARY)
    .union(Flags::SUPPLEMENTARY)
    .union(Flags::QC_FAIL);

/// Bases aligned to targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlignedBases {
    /// Assembly of the alignments, from the header.
    pub assembly: Assembly,
    /// Per target, as given: bases of primary alignments that are not flagged as duplicates. `None`: the header does not
    /// name its chromosome.
    pub bases: Vec<Option<u64>>,
    /// Bases of duplicates on all targets.
    pub duplicate_bases: u64,
}

/// A target on one file's reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    reference: usize,
    start: u64,
    end: u64,
    /// Its number among those given.
    index: usize,
}

impl AlignmentFiles {
    /// Adds up the bases over each target (sorted or not, but disjoint), over all files.
    pub(in crate::input) fn aligned_bases(
        &mut self,
        options: &InputOptions,
        targets: &[GenomicInterval],
        progress: &dyn Progress,
    ) -> Result<AlignedBases, InputError> {
        let refused = |path: &std::path::Path, problem| InputError::Depth {
            path: path.to_path_buf(),
            problem,
        };
        let files: Vec<InputFile> = Vec::new();
        let mut summary = InputSummary::new(InputFormat::Bam, files);
        let mut sums = Sums::new(targets.len());
        let mut meter = Meter {
            progress,
            finished: 0,
            total: self.sources.iter().map(|(source, _)| source.bytes).sum(),
        };
        for (source, spooled) in &mut self.sources {
            if !source.is_file() {
                return Err(refused(&source.path, "cannot have an index beside it"));
            }
            let mut reader = open(source, spooled, options, &meter)?;
            if assembly_of(source, reader.as_ref(), &mut summary)?.is_none() {
                return Err(refused(&source.path, "holds reads without alignments"));
            }
            if !reader.has_index() {
                return Err(refused(&source.path, "has no index beside it"));
            }
            let placed = placed(targets, reader.facts());
            let size = source.bytes.unwrap_or(0);
            sums.read(reader.as_mut(), &placed, size, &meter)
                .map_err(|error| error.at(&source.path))?;
            meter.finished += size;
        }
        // Every file has said its assembly, and there is one at least.
        let assembly = summary.assembly.ok_or(InputError::NoInput)?;
        Ok(AlignedBases {
            assembly,
            bases: sums.bases,
            duplicate_bases: sums.duplicate_bases,
        })
    }
}

/// The targets on a file's reference, sorted; those on other chromosomes are left out.
fn placed(targets: &[GenomicInterval], facts: &Facts) -> Vec<Target> {
    let mut placed: Vec<Target> = targets
        .iter()
        .enumerate()
        .filter_map(|(index, target)| {
            Some(Target {
                reference: facts.reference(&target.chrom)?,
                start: target.start,
                end: target.end,
                index,
            })
        })
        .collect();
    placed.sort_unstable();
    placed
}

/// Neighbouring targets that are read in one go, as ranges of the sorted targets.
fn windows(placed: &[Target]) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = Vec::new();
    for (i, target) in placed.iter().enumerate() {
        match windows.last_mut() {
            Some(window)
                if placed[window.end - 1].reference == target.reference
                    && target.start <= placed[window.end - 1].end + NEAR =>
            {
                window.end = i + 1;
            }
            _ => windows.push(i..i + 1),
        }
    }
    windows
}

/// What goes wrong: the input's own errors, or a record that makes no sense.
enum Failure {
    Input(InputError),
    Record(std::io::Error),
}

impl Failure {
    fn at(self, path: &std::path::Path) -> InputError {
        match self {
            Failure::Input(error) => error,
            Failure::Record(error) => InputError::Alignment {
                path: path.to_path_buf(),
                record: 0,
                problem: format!("a record is malformed ({error}); write the file again"),
            },
        }
    }
}

/// Sums so far.
struct Sums {
    bases: Vec<Option<u64>>,
    duplicate_bases: u64,
    records: u64,
    ops: Vec<Op>,
}

impl Sums {
    fn new(targets: usize) -> Self {
        Sums {
            bases: vec![None; targets],
            duplicate_bases: 0,
            records: 0,
            ops: Vec::new(),
        }
    }

    /// Reads one file: by its index, or whole if the targets are all over it.
    fn read(
        &mut self,
        reader: &mut dyn AlignmentReader,
        placed: &[Target],
        size: u64,
        meter: &Meter<'_>,
    ) -> Result<(), Failure> {
        for target in placed {
            self.bases[target.index].get_or_insert(0);
        }
        let windows = windows(placed);
        let mut malformed = None;
        if windows.len() > reader.fetch_limit() {
            let scanned = reader.scan(&mut |record, taken| {
                self.visit(record, placed, taken, meter, &mut malformed)
            });
            return ended(scanned, malformed);
        }
        for (done, window) in windows.iter().enumerate() {
            let targets = &placed[window.clone()];
            let range = targets[0].start..targets[targets.len() - 1].end;
            // How much of the file its index spares is not known; the share of the targets is.
            let taken = (u128::from(size) * done as u128 / windows.len() as u128) as u64;
            let read = reader.query(targets[0].reference, &range, &mut |record, _| {
                self.visit(record, targets, taken, meter, &mut malformed)
            });
            ended(read, malformed.take())?;
        }
        Ok(())
    }

    /// Takes a record; one that is malformed ends the reading.
    fn visit(
        &mut self,
        record: &dyn AlignedRecord,
        targets: &[Target],
        taken: u64,
        meter: &Meter<'_>,
        malformed: &mut Option<std::io::Error>,
    ) -> Result<ControlFlow<()>, InputError> {
        self.records += 1;
        if self.records.is_multiple_of(TICK) {
            meter.tick(taken, self.records)?;
        }
        if let Err(error) = self.add(record, targets) {
            *malformed = Some(error);
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Adds the bases of a record over each of the targets (sorted).
    fn add(&mut self, record: &dyn AlignedRecord, targets: &[Target]) -> std::io::Result<()> {
        let flags = record.flags();
        if flags.intersects(LEFT_OUT) {
            return Ok(());
        }
        let Some(Place { reference, start }) = record.place()? else {
            return Ok(());
        };
        record.cigar(&mut self.ops)?;
        let mut at = start;
        for op in &self.ops {
            let (kind, from) = (op.kind(), at);
            if !kind.consumes_reference() {
                continue;
            }
            at += op.len() as u64;
            if !kind.consumes_read() {
                continue;
            }
            let first = targets
                .partition_point(|target| (target.reference, target.end) <= (reference, from));
            for target in targets[first..]
                .iter()
                .take_while(|target| target.reference == reference && target.start < at)
            {
                let shared = at.min(target.end) - from.max(target.start);
                if flags.is_duplicate() {
                    self.duplicate_bases += shared;
                } else {
                    *self.bases[target.index].get_or_insert(0) += shared;
                }
            }
        }
        Ok(())
    }
}

fn ended(read: Result<(), InputError>, malformed: Option<std::io::Error>) -> Result<(), Failure> {
    read.map_err(Failure::Input)?;
    malformed.map_or(Ok(()), |error| Err(Failure::Record(error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use noodles_core::Position;
    use noodles_sam::alignment::RecordBuf;
    use noodles_sam::alignment::record::cigar::op::Kind;
    use proptest::prelude::*;

    fn target(start: u64, end: u64, index: usize) -> Target {
        Target {
            reference: 1,
            start,
            end,
            index,
        }
    }

    fn record(start: usize, flags: Flags, ops: &[(Kind, usize)]) -> RecordBuf {
        let cigar = ops.iter().map(|&(kind, length)| Op::new(kind, length));
        RecordBuf::builder()
            .set_flags(flags)
            .set_reference_sequence_id(1)
            .set_alignment_start(Position::new(start + 1).expect("not zero"))
            .set_cigar(cigar.collect())
            .build()
    }

    #[test]
    fn only_aligned_bases_of_primary_alignments_count() {
        let targets = [target(100, 110, 0), target(120, 130, 1)];
        let mut sums = Sums::new(2);
        let read = [
            (Kind::SoftClip, 5),
            (Kind::Match, 10),
            (Kind::Deletion, 12),
            (Kind::Insertion, 3),
            (Kind::Match, 20),
        ];
        // 95–105, then 117–137.
        for flags in [
            Flags::empty(),
            Flags::DUPLICATE,
            Flags::SECONDARY,
            Flags::SUPPLEMENTARY,
            Flags::QC_FAIL,
        ] {
            sums.add(&record(95, flags, &read), &targets)
                .expect("added");
        }
        assert_eq!(sums.bases, [Some(5), Some(10)]);
        assert_eq!(sums.duplicate_bases, 15);
    }

    #[test]
    fn neighbours_are_read_together() {
        let placed = [
            target(0, 10, 0),
            target(1_010, 1_020, 1),
            target(2_021, 2_030, 2),
        ];
        assert_eq!(windows(&placed), [0..2, 2..3]);
        assert!(windows(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn sums_agree_with_a_count_base_by_base(
            gaps in prop::collection::vec((1_u64..20, 1_u64..20), 1..8),
            reads in prop::collection::vec((0_usize..200, 1_usize..60), 0..20),
        ) {
            let mut targets = Vec::new();
            let mut at = 0;
            for (index, (gap, length)) in gaps.into_iter().enumerate() {
                targets.push(target(at + gap, at + gap + length, index));
                at += gap + length;
            }
            let mut sums = Sums::new(targets.len());
            for &(start, length) in &reads {
                sums.add(&record(start, Flags::empty(), &[(Kind::Match, length)]), &targets).expect("added");
            }
            for target in &targets {
                let expected: usize = (target.start..target.end)
                    .map(|base| reads.iter().filter(|(start, length)| {
                        (*start as u64..(start + length) as u64).contains(&base)
                    }).count())
                    .sum();
                prop_assert_eq!(sums.bases[target.index].unwrap_or(0), expected as u64);
            }
        }
    }
}
