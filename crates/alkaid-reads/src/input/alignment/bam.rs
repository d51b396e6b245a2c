//! BAM files: whole, by index, or the unplaced reads at their end.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

use noodles_bam as bam;
use noodles_bgzf as bgzf;
use noodles_core::Position;
use noodles_csi::{self as csi, BinningIndex};

use super::header::Facts;
use super::index::IndexFile;
use super::inflate::{InflateRead, RecordGuard};
use super::record::{AlignedRecord, Slot};
use super::{AlignmentReader, Visit};
use crate::input::error::InputError;
use crate::input::options::MissingEnd;
use crate::input::stream::{Compression, Stream, StreamError};

/// Longest header text and longest reference name, in bytes: far more than any file has.
const HEADER_LIMIT: u64 = 1 << 30;
/// The empty block that ends a BGZF file.
const END_BLOCK: [u8; 28] =
    *b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0";

/// A BAM file.
pub(super) struct BamFile {
    path: PathBuf,
    file: File,
    facts: Facts,
    index: Option<(PathBuf, bam::Index)>,
    blocks: bgzf::io::Reader<File>,
    /// Records visited, for messages.
    visited: u64,
}

impl BamFile {
    /// Reads the header. `path` is for messages; `file` may be a temporary copy.
    pub(super) fn open(path: &Path, file: File) -> Result<Self, InputError> {
        let io_error = |source| InputError::Read {
            path: path.to_path_buf(),
            record: 0,
            source,
        };
        let blocks = bgzf::io::Reader::new(file.try_clone().map_err(io_error)?);
        let mut opened = Self {
            path: path.to_path_buf(),
            file,
            facts: Facts::default(),
            index: None,
            blocks,
            visited: 0,
        };
        opened.refuse_cut().map_err(io_error).and_then(|whole| {
            whole.then_some(()).ok_or(InputError::Truncated {
                path: path.to_path_buf(),
                record: 0,
                what: "its BGZF end block is missing",
            })
        })?;
        let mut stream = opened.stream(0)?;
        opened.facts = read_header(&mut stream).map_err(|error| opened.header_error(error))?;
        Ok(opened)
    }

    /// Reads the index, and checks that it can be this file's.
    pub(super) fn load_index(&mut self, index: &IndexFile) -> Result<(), InputError> {
        let loaded = index
            .read_bam_index()
            .map_err(|error| index.error(&self.path, format!("it cannot be read ({error})")))?;
        let (indexed, in_file) = (
            loaded.reference_sequences().count(),
            self.facts.chroms.len(),
        );
        // Tools may leave out sequences at the end, never add some.
        if indexed > in_file {
            let problem = format!("it has {indexed} reference sequences, the file {in_file}");
            return Err(index.error(&self.path, problem));
        }
        let length = self
            .file
            .metadata()
            .map(|metadata| metadata.len())
            .unwrap_or(u64::MAX);
        let last = loaded
            .reference_sequences()
            .filter_map(|sequence| sequence.metadata())
            .map(|m| m.end_position())
            .max();
        if last.is_some_and(|position| position.compressed() > length) {
            return Err(index.error(
                &self.path,
                "it points behind the end of the file".to_owned(),
            ));
        }
        self.index = Some((index.path.clone(), loaded));
        Ok(())
    }

    /// Whether the end block is there; a file too short for one says so when it is read.
    fn refuse_cut(&mut self) -> io::Result<bool> {
        let length = self.file.seek(SeekFrom::End(0))?;
        if length < END_BLOCK.len() as u64 {
            return Ok(true);
        }
        self.file.seek(SeekFrom::End(-(END_BLOCK.len() as i64)))?;
        let mut tail = [0; END_BLOCK.len()];
        self.file.read_exact(&mut tail)?;
        Ok(tail == END_BLOCK)
    }

    /// Decompresses from a byte of the file on.
    fn stream(&mut self, offset: u64) -> Result<InflateRead, InputError> {
        let from = |file: &mut File| {
            file.seek(SeekFrom::Start(offset))?;
            file.try_clone()
        };
        let file = from(&mut self.file).map_err(|source| InputError::Read {
            path: self.path.clone(),
            record: self.visited,
            source,
        })?;
        Ok(InflateRead::new(Stream::new(
            Box::new(file),
            Compression::Bgzf,
            MissingEnd::Refuse,
        )))
    }

    /// Visits the records that follow in a stream.
    fn visit_stream(
        &mut self,
        stream: InflateRead,
        visit: &mut Visit<'_>,
    ) -> Result<(), InputError> {
        let mut reader = bam::io::Reader::from(RecordGuard::new(stream));
        let mut record = bam::Record::default();
        loop {
            match reader.read_record(&mut record) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(self.record_error(error, reader.get_ref().inner.taken())),
            }
            self.visited += 1;
            if visit(&record, reader.get_ref().inner.taken())?.is_break() {
                return Ok(());
            }
        }
    }

    fn header_error(&self, error: io::Error) -> InputError {
        match error.downcast::<StreamError>() {
            Ok(error) => error.locate(&self.path, 0, 0),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => InputError::Truncated {
                path: self.path.clone(),
                record: 0,
                what: "its header is not whole",
            },
            Err(error) => self.problem(format!(
                "the header cannot be read ({error}); write the file again"
            )),
        }
    }

    fn record_error(&self, error: io::Error, taken: u64) -> InputError {
        match error.downcast::<StreamError>() {
            Ok(error) => error.locate(&self.path, self.visited, taken),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => InputError::Truncated {
                path: self.path.clone(),
                record: self.visited,
                what: "its last record is not whole",
            },
            Err(error) => self.problem(format!("{error}; write the file again")),
        }
    }

    fn problem(&self, problem: String) -> InputError {
        InputError::Alignment {
            path: self.path.clone(),
            record: self.visited,
            problem,
        }
    }

    /// What goes wrong while an index is followed is the index's fault: the file's own faults show elsewhere, too.
    fn index_error(&self, error: &io::Error) -> InputError {
        InputError::Index {
            path: self.path.clone(),
            index: self
                .index
                .as_ref()
                .map(|(path, _)| path.clone())
                .unwrap_or_default(),
            problem: format!("following it leads nowhere ({error})"),
        }
    }
}

impl AlignmentReader for BamFile {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn has_index(&self) -> bool {
        self.index.is_some()
    }

    fn scan(&mut self, visit: &mut Visit<'_>) -> Result<(), InputError> {
        self.visited = 0;
        let mut stream = self.stream(0)?;
        read_header(&mut stream).map_err(|error| self.header_error(error))?;
        self.visit_stream(stream, visit)
    }

    fn query(
        &mut self,
        reference: usize,
        range: &Range<u64>,
        visit: &mut Visit<'_>,
    ) -> Result<(), InputError> {
        let Some((_, index)) = &self.index else {
            return Ok(());
        };
        // Positions of the index are 1-based and inclusive.
        let bound = |position: u64| {
            Position::new(usize::try_from(position).unwrap_or(usize::MAX)).unwrap_or(Position::MIN)
        };
        let interval = bound(range.start.saturating_add(1))..=bound(range.end);
        if reference >= index.reference_sequences().count() {
            return Ok(());
        }
        let chunks = index
            .query(reference, interval.into())
            .map_err(|error| self.index_error(&error))?;
        let mut ops = Vec::new();
        for chunk in chunks {
            let mut reader = bam::io::Reader::from(RecordGuard::new(csi::io::Query::new(
                &mut self.blocks,
                vec![chunk],
            )));
            let mut record = bam::Record::default();
            loop {
                match reader.read_record(&mut record) {
                    Ok(0) => break,
                    Ok(_) => {}
                    Err(error) => {
                        drop(reader);
                        return Err(self.index_error(&error));
                    }
                }
                let covered = match record.covered(&mut ops) {
                    Ok(covered) => covered,
                    Err(error) => {
                        drop(reader);
                        return Err(self.index_error(&error));
                    }
                };
                match covered {
                    // The file is sorted: nothing more can overlap.
                    Some((other, covered))
                        if other > reference
                            || (other == reference && covered.start >= range.end) =>
                    {
                        break;
                    }
                    Some((other, covered)) if other == reference && covered.end > range.start => {
                        self.visited += 1;
                        if visit(&record, 0)?.is_break() {
                            return Ok(());
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn unplaced(&mut self, visit: &mut Visit<'_>) -> Result<(), InputError> {
        let Some((_, index)) = &self.index else {
            return Ok(());
        };
        if index.unplaced_unmapped_record_count() == Some(0) {
            return Ok(());
        }
        let mut visit = |record: &dyn AlignedRecord, taken| match record.place() {
            Ok(None) => visit(record, taken),
            _ => Ok(ControlFlow::Continue(())),
        };
        let Some(start) = index.last_first_record_start_position() else {
            return self.scan(&mut visit);
        };
        let mut stream = self.stream(start.compressed())?;
        let skipped = io::copy(
            &mut stream.by_ref().take(u64::from(start.uncompressed())),
            &mut io::sink(),
        );
        match skipped {
            Ok(n) if n == u64::from(start.uncompressed()) => self.visit_stream(stream, &mut visit),
            Ok(_) => Err(self.index_error(&io::ErrorKind::UnexpectedEof.into())),
            Err(error) => Err(self.index_error(&error)),
        }
    }

    fn record_count(&mut self) -> Option<u64> {
        let (_, index) = self.index.as_ref()?;
        let counted = index
            .reference_sequences()
            .filter_map(|sequence| sequence.metadata());
        let placed = counted
            .map(|metadata| metadata.mapped_record_count() + metadata.unmapped_record_count());
        // Indexes of some tools count nothing.
        let placed = placed.reduce(|a, b| a + b)?;
        Some(placed + index.unplaced_unmapped_record_count().unwrap_or(0))
    }

    fn fetch_limit(&self) -> usize {
        20_000
    }
}

/// Reads magic number, text and reference sequences.
///
/// Not by noodles' parser: that one refuses headers that are a little out of order, and only a few facts are needed.
fn read_header(reader: &mut impl Read) -> io::Result<Facts> {
    let mut magic = [0; 4];
    reader.read_exact(&mut magic)?;
    if &magic != b"BAM\x01" {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a BAM"));
    }
    let text = read_bytes(reader)?;
    let text = String::from_utf8_lossy(&text);
    let number = read_u32(reader)?;
    let mut references = Vec::new();
    for _ in 0..number {
        let name = read_bytes(reader)?;
        let name = name.strip_suffix(b"\0").unwrap_or(&name);
        references.push((
            String::from_utf8_lossy(name).into_owned(),
            u64::from(read_u32(reader)?),
        ));
    }
    Ok(Facts::new(&text, Some(references)))
}

fn read_u32(reader: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    reader.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Bytes preceded by their number. Memory grows with what is there, not with what the number says.
fn read_bytes(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = u64::from(read_u32(reader)?);
    if length > HEADER_LIMIT {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it says that it is longer than any header",
        ));
    }
    let mut bytes = Vec::new();
    if reader.take(length).read_to_end(&mut bytes)? as u64 == length {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Door for fuzzing: header and records of a BAM, after decompression.
pub(super) fn fuzz(mut bytes: &[u8]) {
    let Ok(facts) = read_header(&mut bytes) else {
        return;
    };
    let _ = facts.assembly(Path::new("fuzz"));
    let mut reader = bam::io::Reader::from(RecordGuard::new(bytes));
    let (mut record, mut slot, mut ops) = (bam::Record::default(), Slot::default(), Vec::new());
    while reader.read_record(&mut record).is_ok_and(|read| read > 0) {
        let _ = record.covered(&mut ops);
        if slot.load(&record, Some(*b"RX")).is_ok() {
            let _ = (slot.read(), slot.alignments(&facts), slot.covered());
        }
    }
}
