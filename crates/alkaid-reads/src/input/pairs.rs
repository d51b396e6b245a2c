//! Walking through FASTQ files: one alone, or two side by side.

use std::path::{Path, PathBuf};

use super::error::{InputError, excerpt};
use super::fastq::Record;
use super::feed::Feed;
use super::names::{fragment_name, pair_name, same_name};
use super::options::Progress;
use super::reader::{Block, FileTotals};
use super::sift::{Sift, cut_segment, normal_bases, phred};
use super::umi::Segment;
use crate::fragment::{Fragment, Read};

/// How far reading has come, over all files.
pub(super) struct Meter<'a> {
    pub(super) progress: &'a dyn Progress,
    /// Bytes of the files already finished.
    pub(super) finished: u64,
    /// Bytes of all files, if known.
    pub(super) total: Option<u64>,
}

impl Meter<'_> {
    /// As [`tick`](Self::tick), when nobody knows how much is to come.
    pub(super) fn tick_open(&self, fragments: u64) -> Result<(), InputError> {
        self.progress.advance(self.finished, None, fragments);
        if self.progress.interrupted() {
            Err(InputError::Interrupted)
        } else {
            Ok(())
        }
    }

    /// Says how far reading has come; fails if it is to stop.
    pub(super) fn tick(&self, taken: u64, fragments: u64) -> Result<(), InputError> {
        self.progress
            .advance(self.finished + taken, self.total, fragments);
        if self.progress.interrupted() {
            Err(InputError::Interrupted)
        } else {
            Ok(())
        }
    }
}

/// A block and the records of it that are still to be looked at.
struct Cursor {
    block: Block,
    next: usize,
}

impl Cursor {
    fn rest(&self) -> &[Record] {
        &self.block.records()[self.next..]
    }

    /// Number in the file, from 1, of the `i`-th record still to be looked at.
    fn number(&self, i: usize) -> u64 {
        self.block.before + (self.next + i) as u64 + 1
    }
}

/// Reads one file: single reads, or interleaved mates. Returns whether it was interleaved.
pub(super) fn walk_single(
    path: &PathBuf,
    mut feed: Feed,
    sift: &mut Sift<'_>,
    meter: &Meter<'_>,
) -> Result<(bool, FileTotals), InputError> {
    let segment = sift.segment();
    let mut interleaved = false;
    while let Some(block) = feed.next()? {
        meter.tick(block.taken, sift.seen)?;
        interleaved |= block.interleaved;
        let text = block.text();
        if block.interleaved {
            for (i, pair) in block.records().chunks_exact(2).enumerate() {
                let (a, b) = (&pair[0], &pair[1]);
                if !same_name(a.header(text), b.header(text)) {
                    return Err(InputError::Interleaving {
                        path: path.clone(),
                        record: block.before + 2 * i as u64 + 1,
                        first_name: excerpt(a.header(text)),
                        second_name: excerpt(b.header(text)),
                    });
                }
                look_at_pair(sift, segment, (text, a), (text, b))
                    .map_err(|bad| bad.locate(path, path, block.before + 2 * i as u64 + 1, 1))?;
            }
        } else {
            for (i, record) in block.records().iter().enumerate() {
                look_at_single(sift, segment, text, record)
                    .map_err(|bad| bad.locate(path, path, block.before + i as u64 + 1, 0))?;
            }
        }
        feed.recycle(block);
    }
    Ok((interleaved, feed.into_totals()))
}

/// Reads two files side by side, record by record.
pub(super) fn walk_pair(
    paths: (&PathBuf, &PathBuf),
    feeds: (Feed, Feed),
    sift: &mut Sift<'_>,
    meter: &Meter<'_>,
) -> Result<(FileTotals, FileTotals), InputError> {
    let segment = sift.segment();
    let (mut feed_a, mut feed_b) = feeds;
    let (mut a, mut b) = (None, None);
    loop {
        advance(&mut feed_a, &mut a)?;
        advance(&mut feed_b, &mut b)?;
        let (x, y) = match (&mut a, &mut b) {
            (Some(x), Some(y)) => (x, y),
            (None, None) => return Ok((feed_a.into_totals(), feed_b.into_totals())),
            (Some(longer), None) => return Err(unequal(paths.1, paths.0, longer)),
            (None, Some(longer)) => return Err(unequal(paths.0, paths.1, longer)),
        };
        meter.tick(x.block.taken + y.block.taken, sift.seen)?;
        let (text_a, text_b) = (x.block.text(), y.block.text());
        let pairs = x.rest().len().min(y.rest().len());
        for (i, (record_a, record_b)) in x.rest().iter().zip(y.rest()).enumerate() {
            if !same_name(record_a.header(text_a), record_b.header(text_b)) {
                return Err(InputError::MateNames {
                    first: paths.0.clone(),
                    second: paths.1.clone(),
                    record: x.number(i),
                    first_name: excerpt(fragment_name(record_a.header(text_a))),
                    second_name: excerpt(fragment_name(record_b.header(text_b))),
                });
            }
            look_at_pair(sift, segment, (text_a, record_a), (text_b, record_b))
                .map_err(|bad| bad.locate(paths.0, paths.1, x.number(i), 0))?;
        }
        x.next += pairs;
        y.next += pairs;
    }
}

/// Replaces a used-up block by the next one; `None` at the end of the file.
fn advance(feed: &mut Feed, cursor: &mut Option<Cursor>) -> Result<(), InputError> {
    if cursor
        .as_ref()
        .is_some_and(|cursor| !cursor.rest().is_empty())
    {
        return Ok(());
    }
    if let Some(used) = cursor.take() {
        feed.recycle(used.block);
    }
    *cursor = feed.next()?.map(|block| Cursor { block, next: 0 });
    Ok(())
}

fn unequal(shorter: &Path, longer: &Path, cursor: &Cursor) -> InputError {
    InputError::MateCounts {
        shorter: shorter.to_path_buf(),
        longer: longer.to_path_buf(),
        records: cursor.number(0) - 1,
    }
}

/// A kept record that holds something that is no base or no quality.
struct BadByte {
    mate: u8,
    line: u64,
    what: &'static str,
    byte: u8,
}

impl BadByte {
    /// Names the place. `step` is how many records the mate is further on in its file.
    fn locate(self, first: &PathBuf, second: &PathBuf, record: u64, step: u64) -> InputError {
        let (path, record) = if self.mate == 0 {
            (first, record)
        } else {
            (second, record + step)
        };
        InputError::Fastq {
            path: path.clone(),
            record,
            line: 4 * (record - 1) + self.line + 1,
            problem: format!(
                "{:?} is not {}: the record is damaged; make the file again",
                char::from(self.byte),
                self.what
            ),
        }
    }
}

#[inline]
fn look_at_pair(
    sift: &mut Sift<'_>,
    segment: Option<Segment>,
    (text_a, a): (&[u8], &Record),
    (text_b, b): (&[u8], &Record),
) -> Result<(), BadByte> {
    let (first, second) = (a.bases(text_a), b.bases(text_b));
    sift.seen += 1;
    let keeps = match segment {
        None => sift.keeps(first, Some(second)),
        Some(segment) => sift.keeps(shown(first, 0, segment), Some(shown(second, 1, segment))),
    };
    if keeps || sift.wants_head() {
        take(sift, segment, (text_a, a), Some((text_b, b)), keeps)?;
    }
    Ok(())
}

#[inline]
fn look_at_single(
    sift: &mut Sift<'_>,
    segment: Option<Segment>,
    text: &[u8],
    record: &Record,
) -> Result<(), BadByte> {
    let bases = record.bases(text);
    sift.seen += 1;
    let keeps = match segment {
        None => sift.keeps(bases, None),
        Some(segment) => sift.keeps(shown(bases, 0, segment), None),
    };
    if keeps || sift.wants_head() {
        take(sift, segment, (text, record), None, keeps)?;
    }
    Ok(())
}

/// The bases that [`Keep`](super::Keep) sees of a read with a UMI segment.
fn shown(bases: &[u8], mate: u8, segment: Segment) -> &[u8] {
    &bases[segment.split(mate, bases.len()).0]
}

/// Makes a fragment of its records: for the head, and for the sink if it is kept.
#[cold]
fn take(
    sift: &mut Sift<'_>,
    segment: Option<Segment>,
    (text, record): (&[u8], &Record),
    mate: Option<(&[u8], &Record)>,
    kept: bool,
) -> Result<(), BadByte> {
    let header = record.header(text);
    let mut fragment = Fragment {
        name: match mate {
            Some((text, mate)) => pair_name(header, mate.header(text)).to_vec(),
            None => fragment_name(header).to_vec(),
        },
        first: read(text, record, 0)?,
        second: mate.map(|(text, mate)| read(text, mate, 1)).transpose()?,
        ..Fragment::default()
    };
    if let Some(segment) = segment {
        let in_first = cut_segment(&mut fragment.first, 0, segment);
        let in_second = fragment
            .second
            .as_mut()
            .and_then(|read| cut_segment(read, 1, segment));
        fragment.umi = in_first.or(in_second);
    }
    if sift.wants_head() {
        sift.add_to_head(fragment.clone());
    }
    if kept {
        sift.push(fragment);
    }
    Ok(())
}

fn read(text: &[u8], record: &Record, mate: u8) -> Result<Read, BadByte> {
    let bad = |line, what| {
        move |byte| BadByte {
            mate,
            line,
            what,
            byte,
        }
    };
    Ok(Read {
        bases: normal_bases(record.bases(text)).map_err(bad(1, "a base"))?,
        quals: phred(record.quals(text)).map_err(bad(3, "a quality"))?,
    })
}
