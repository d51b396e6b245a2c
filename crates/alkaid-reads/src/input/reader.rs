//! One FASTQ file as a sequence of blocks, each a buffer of text and the whole records in it.

use std::path::PathBuf;

use super::error::InputError;
use super::fastq::{Malformed, Problem, Record, find_records};
use super::names::{fragment_name, same_name};
use super::options::Pairing;
use super::stream::{Buffer, Filled, Stream, StreamError};
use super::summary::LengthCounts;

/// Longest record, in bytes of text.
const RECORD_LIMIT: usize = 16 << 20;
/// Pairs of neighbouring records looked at to tell whether a file is interleaved.
const INTERLEAVED_PAIRS: usize = 50;

/// Text and the whole records in it.
#[derive(Debug, Default)]
pub(super) struct Block {
    buffer: Buffer,
    records: Vec<Record>,
    /// Records of the file before this block.
    pub(super) before: u64,
    /// Bytes of the file used when the block was full.
    pub(super) taken: u64,
    /// Whether records 2n and 2n+1 (from 0) are mates; then their number is even.
    pub(super) interleaved: bool,
}

impl Block {
    /// A block ready to be filled.
    pub(super) fn new() -> Self {
        Self {
            buffer: Buffer::new(),
            ..Self::default()
        }
    }

    /// The text that the records refer to.
    #[inline]
    pub(super) fn text(&self) -> &[u8] {
        self.buffer.text()
    }

    /// The whole records.
    #[inline]
    pub(super) fn records(&self) -> &[Record] {
        &self.records
    }
}

/// What is known of a file once it has been read to its end.
#[derive(Debug, Default)]
pub(super) struct FileTotals {
    /// Records in it.
    pub(super) records: u64,
    /// Their lengths.
    pub(super) lengths: LengthCounts,
    /// Bytes of text.
    pub(super) text: u64,
    /// Bytes of the file used.
    pub(super) taken: u64,
    /// Oddities that are no errors.
    pub(super) notes: Vec<&'static str>,
}

/// A FASTQ file being read.
pub(super) struct FastqReader {
    path: PathBuf,
    stream: Stream,
    pairing: Pairing,
    /// The block being filled, whose first `parsed` bytes are whole records or what precedes them.
    current: Block,
    parsed: usize,
    ended: bool,
    totals: FileTotals,
}

impl FastqReader {
    /// Reads `stream`, the content of `path`.
    pub(super) fn new(path: PathBuf, stream: Stream, pairing: Pairing) -> Self {
        Self {
            path,
            stream,
            pairing,
            current: Block::new(),
            parsed: 0,
            ended: false,
            totals: FileTotals::default(),
        }
    }

    /// Path as given.
    pub(super) fn path(&self) -> &PathBuf {
        &self.path
    }

    /// The next block, of one record or more; `None` at the end. `spare` is a block no longer needed.
    pub(super) fn next_block(&mut self, spare: Block) -> Result<Option<Block>, InputError> {
        if self.ended {
            return Ok(None);
        }
        loop {
            let filled = self.stream.fill(&mut self.current.buffer);
            // What arrived before an error is parsed first, so that the error can name the record.
            let last = matches!(filled, Ok(Filled::End));
            let found_before = self.current.records.len();
            let (next, parsed) = find_records(
                self.current.buffer.text(),
                self.parsed,
                last,
                &mut self.current.records,
            );
            self.totals.text += (next - self.parsed) as u64;
            self.parsed = next;
            for record in &self.current.records[found_before..] {
                self.totals.lengths.add(record.len);
            }
            let found = self.current.records.len() as u64;
            self.totals.records += found - found_before as u64;
            parsed.map_err(|malformed| self.malformed(&malformed))?;
            let filled = filled.map_err(|error| self.stream_error(error))?;

            self.ended = filled == Filled::End;
            if let Some(from) = self.cut(last)? {
                return Ok(Some(self.emit(from, spare)));
            }
            if self.ended {
                return if self.totals.records == 0 {
                    Err(InputError::Empty {
                        path: self.path.clone(),
                    })
                } else {
                    Ok(None)
                };
            }
            // One record (or one pair) does not fit.
            if self.current.buffer.bytes.len() - self.parsed > RECORD_LIMIT {
                return Err(InputError::RecordTooLong {
                    path: self.path.clone(),
                    record: self.totals.records + 1,
                    limit: RECORD_LIMIT,
                });
            }
            self.current.buffer.grow();
        }
    }

    /// What is known once [`next_block`](Self::next_block) has come to the end.
    pub(super) fn into_totals(mut self) -> FileTotals {
        self.totals.lengths.flush();
        self.totals.taken = self.stream.taken();
        self.totals.notes = self.stream.notes;
        self.totals
    }

    /// Decides how many records the block has; the rest is left for the next. Returns where that rest begins.
    fn cut(&mut self, last: bool) -> Result<Option<usize>, InputError> {
        let Block {
            buffer, records, ..
        } = &self.current;
        if self.pairing == Pairing::Auto && (records.len() >= 2 || last) {
            self.pairing = if looks_interleaved(buffer.text(), records) {
                Pairing::Interleaved
            } else {
                Pairing::Single
            };
        }
        let odd = self.pairing != Pairing::Single && !records.len().is_multiple_of(2);
        if odd && last {
            return Err(InputError::OddInterleaved {
                path: self.path.clone(),
                record: self.totals.records,
            });
        }
        match records.as_slice() {
            [] => Ok(None),
            // Wait for the mate.
            [_] if odd => Ok(None),
            [.., single] if odd => Ok(Some(single.header as usize - 1)),
            _ => Ok(Some(self.parsed)),
        }
    }

    /// Hands out the current block and goes on with `next`, which takes the text from `from` on.
    fn emit(&mut self, from: usize, mut next: Block) -> Block {
        next.records.clear();
        let carried = self
            .stream
            .hand_over(&self.current.buffer, from, &mut next.buffer);
        let mut done = std::mem::replace(&mut self.current, next);
        done.interleaved = self.pairing == Pairing::Interleaved;
        done.taken = self.stream.taken();
        done.before = self.totals.records - done.records.len() as u64;
        self.parsed = carried + (self.parsed - from);
        if let Some(single) = done.records.pop_if(|record| record.header as usize > from) {
            // Already counted; it goes to the next block.
            let shift = |offset: u32| (offset as usize - from + carried) as u32;
            self.current.records.push(Record {
                header: shift(single.header),
                bases: shift(single.bases),
                quals: shift(single.quals),
                len: single.len,
            });
        }
        done
    }

    fn malformed(&self, malformed: &Malformed) -> InputError {
        let record = self.totals.records + 1;
        if malformed.problem == Problem::CutOff {
            return InputError::Truncated {
                path: self.path.clone(),
                record: record - 1,
                what: "its last record is not whole",
            };
        }
        InputError::Fastq {
            path: self.path.clone(),
            record,
            line: 4 * (record - 1) + malformed.line + 1,
            problem: malformed.problem.describe(record),
        }
    }

    fn stream_error(&self, error: StreamError) -> InputError {
        error.locate(&self.path, self.totals.records, self.stream.taken())
    }
}

impl StreamError {
    /// Names the place: after so many records, near so many bytes.
    pub(super) fn locate(self, path: &std::path::Path, record: u64, offset: u64) -> InputError {
        let path = path.to_path_buf();
        match self {
            Self::Io(source) => InputError::Read {
                path,
                record,
                source,
            },
            Self::Truncated(what) => InputError::Truncated { path, record, what },
            Self::MissingEnd => InputError::MissingBgzfEnd { path, record },
            Self::Corrupt(problem) => InputError::Corrupt {
                path,
                record,
                offset,
                problem,
            },
        }
    }
}

/// Whether neighbouring records have the same name, and pairs different ones.
fn looks_interleaved(text: &[u8], records: &[Record]) -> bool {
    let pairs = records.chunks_exact(2).take(INTERLEAVED_PAIRS);
    let mates = pairs
        .clone()
        .all(|pair| same_name(pair[0].header(text), pair[1].header(text)));
    // A file in which every read has the same name tells nothing.
    let distinct =
        records.len() < 3 || !same_name(records[0].header(text), records[2].header(text));
    // Two reads "x.1" and "x.2" alone are rather numbered than mates.
    let alone = records.len() < 4
        && records
            .first_chunk::<2>()
            .is_some_and(|[a, b]| fragment_name(a.header(text)) != fragment_name(b.header(text)));
    pairs.len() > 0 && mates && distinct && !alone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interleaved(names: &[&str]) -> bool {
        let text: String = names
            .iter()
            .map(|name| format!("@{name}\nA\n+\nI\n"))
            .collect();
        let mut records = Vec::new();
        let (_, result) = find_records(text.as_bytes(), 0, true, &mut records);
        assert_eq!(result, Ok(()));
        looks_interleaved(text.as_bytes(), &records)
    }

    #[test]
    fn interleaving_is_told_by_names() {
        assert!(interleaved(&["a/1", "a/2", "b/1", "b/2"]));
        assert!(interleaved(&["a 1:N", "a 2:N"]));
        assert!(interleaved(&["s.1.1", "s.1.2", "s.2.1", "s.2.2"]));
        assert!(!interleaved(&["a", "b", "c", "d"]));
        assert!(
            !interleaved(&["s.1", "s.2", "s.3", "s.4"]),
            "numbered reads"
        );
        assert!(!interleaved(&["s.1", "s.2"]), "numbered reads");
        assert!(!interleaved(&["same", "same", "same", "same"]));
        assert!(!interleaved(&["a"]));
    }
}
