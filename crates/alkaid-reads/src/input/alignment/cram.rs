//! CRAM files. Decoded by noodles, one container at a time.

use std::any::Any;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use noodles_cram::io::reader::Container;
use noodles_cram::{self as cram, crai};
use noodles_fasta as fasta;
use noodles_sam as sam;
use noodles_sam::alignment::RecordBuf;

use super::header::Facts;
use super::index::IndexFile;
use super::record::AlignedRecord;
use super::reference::{Reference, Unsuitable};
use super::{AlignmentReader, Visit};
use crate::input::error::InputError;

/// What is kept of a file's end to tell whether it is whole: the end containers of CRAM 3 and of CRAM 2.1.
const ENDS: [&[u8]; 2] = [
    b"\x0f\0\0\0\xff\xff\xff\xff\x0f\xe0\x45\x4f\x46\0\0\0\0\x01\0\x05\xbd\xd9\x4f\0\x01\0\x06\x06\x01\0\x01\0\x01\0\xee\x63\x01\x4b",
    b"\x0b\0\0\0\xff\xff\xff\xff\x0f\xe0\x45\x4f\x46\0\0\0\0\x01\0\0\x01\0\x06\x06\x01\0\x01\0\x01\0",
];

/// A CRAM file.
pub(super) struct CramFile {
    path: PathBuf,
    reader: cram::io::Reader<File>,
    header: sam::Header,
    facts: Facts,
    repository: fasta::Repository,
    /// Where the first container of records begins.
    first: u64,
    index: Option<crai::Index>,
    index_path: PathBuf,
    /// The container decoded last: neighbouring queries often need the same.
    decoded: Option<(u64, Vec<RecordBuf>)>,
    visited: u64,
}

impl CramFile {
    /// Reads the header. `path` is for messages; `file` may be a temporary copy.
    pub(super) fn open(
        path: &Path,
        mut file: File,
        reference: Option<&Path>,
    ) -> Result<Self, InputError> {
        let io_error = |source| InputError::Read {
            path: path.to_path_buf(),
            record: 0,
            source,
        };
        if !is_whole(&mut file).map_err(io_error)? {
            return Err(InputError::Truncated {
                path: path.to_path_buf(),
                record: 0,
                what: "its end container is missing",
            });
        }
        let mut reader = cram::io::Reader::new(file);
        let parsed = guarded(|| {
            let text = read_header_text(&mut reader)?;
            let header = text.parse::<sam::Header>().map_err(io::Error::other)?;
            Ok((header, text, reader.position()?))
        });
        let (header, text, first) = parsed.map_err(|error| InputError::Alignment {
            path: path.to_path_buf(),
            record: 0,
            problem: format!(
                "the header cannot be read ({error}); convert the file with \"samtools view -b\""
            ),
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            reader,
            header,
            facts: Facts::new(&text, None),
            repository: fasta::Repository::new(Reference::open(path, reference, &text)?),
            first,
            index: None,
            index_path: PathBuf::new(),
            decoded: None,
            visited: 0,
        })
    }

    /// Reads the index.
    pub(super) fn load_index(&mut self, index: &IndexFile) -> Result<(), InputError> {
        let loaded = guarded(|| crai::fs::read(&index.path))
            .map_err(|error| index.error(&self.path, format!("it cannot be read ({error})")))?;
        let length = self
            .reader
            .get_ref()
            .metadata()
            .map(|metadata| metadata.len())
            .unwrap_or(u64::MAX);
        if loaded.iter().any(|record| record.offset() >= length) {
            return Err(index.error(
                &self.path,
                "it points behind the end of the file".to_owned(),
            ));
        }
        let sequences = self.facts.chroms.len();
        if loaded.iter().any(|record| {
            record
                .reference_sequence_id()
                .is_some_and(|id| id >= sequences)
        }) {
            return Err(index.error(
                &self.path,
                "it names more reference sequences than the file has".to_owned(),
            ));
        }
        self.index = Some(loaded);
        self.index_path = index.path.clone();
        Ok(())
    }

    /// Reads and decodes the container at the reader's position. `None` at the end.
    fn next_container(&mut self) -> Result<Option<Vec<RecordBuf>>, InputError> {
        let Self {
            reader,
            repository,
            header,
            ..
        } = self;
        let decoded = guarded(|| {
            let mut container = Container::default();
            if reader.read_container(&mut container)? == 0 {
                return Ok(None);
            }
            // A chromosome takes a quarter of a gigabyte: keep no more than one.
            if repository.len() > 1 {
                repository.clear();
            }
            decode(&container, repository, header).map(Some)
        });
        decoded.map_err(|error| self.error(error))
    }

    /// Visits the records of the containers at some places.
    fn visit_containers(
        &mut self,
        offsets: impl IntoIterator<Item = u64>,
        visit: &mut Visit<'_>,
    ) -> Result<(), InputError> {
        for offset in offsets {
            if self.decoded.as_ref().is_none_or(|(at, _)| *at != offset) {
                self.decoded = None;
                self.reader
                    .seek(SeekFrom::Start(offset))
                    .map_err(|error| self.error(error))?;
                let records = self.next_container()?.unwrap_or_default();
                self.decoded = Some((offset, records));
            }
            let Some((_, records)) = &self.decoded else {
                continue;
            };
            for record in records {
                if visit(record, offset)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn error(&self, error: io::Error) -> InputError {
        let unsuitable = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Unsuitable>());
        if let Some(unsuitable) = unsuitable {
            return InputError::CramReference {
                path: self.path.clone(),
                problem: unsuitable.to_string(),
            };
        }
        let message = error.to_string();
        if message.contains("checksum mismatch") && message.contains("reference") {
            // Of a CRAM whose header has no checksums.
            return InputError::CramReference {
                path: self.path.clone(),
                problem: "the one given has other bases; give another with --reference".to_owned(),
            };
        }
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return InputError::Truncated {
                path: self.path.clone(),
                record: self.visited,
                what: "its last container is not whole",
            };
        }
        InputError::Alignment {
            path: self.path.clone(),
            record: self.visited,
            problem: format!(
                "it cannot be decoded ({error}); convert it with \"samtools view -b\""
            ),
        }
    }

    /// Containers that may hold records which overlap a range.
    fn offsets(&self, reference: usize, range: &Range<u64>) -> Vec<u64> {
        let overlaps = |record: &&crai::Record| {
            let start = record
                .alignment_start()
                .map_or(0, |start| usize::from(start) as u64 - 1);
            let end = start.saturating_add(record.alignment_span() as u64);
            record.reference_sequence_id() == Some(reference)
                && start < range.end
                && range.start < end
        };
        let index = self.index.iter().flatten();
        let mut offsets: Vec<u64> = index.filter(overlaps).map(crai::Record::offset).collect();
        offsets.sort_unstable();
        offsets.dedup();
        offsets
    }
}

impl AlignmentReader for CramFile {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn has_index(&self) -> bool {
        self.index.is_some()
    }

    fn scan(&mut self, visit: &mut Visit<'_>) -> Result<(), InputError> {
        self.visited = 0;
        self.reader
            .seek(SeekFrom::Start(self.first))
            .map_err(|error| self.error(error))?;
        while let Some(records) = self.next_container()? {
            let taken = self.reader.position().unwrap_or(0);
            self.visited += records.len() as u64;
            for record in &records {
                if visit(record, taken)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn query(
        &mut self,
        reference: usize,
        range: &Range<u64>,
        visit: &mut Visit<'_>,
    ) -> Result<(), InputError> {
        let offsets = self.offsets(reference, range);
        let mut ops = Vec::new();
        let mut visit = |record: &dyn AlignedRecord, taken| match record.covered(&mut ops) {
            Ok(Some((other, covered)))
                if other == reference && covered.start < range.end && range.start < covered.end =>
            {
                visit(record, taken)
            }
            _ => Ok(ControlFlow::Continue(())),
        };
        self.visit_containers(offsets, &mut visit)
    }

    fn unplaced(&mut self, visit: &mut Visit<'_>) -> Result<(), InputError> {
        let index = self.index.iter().flatten();
        let mut offsets: Vec<u64> = index
            .filter(|record| record.reference_sequence_id().is_none())
            .map(crai::Record::offset)
            .collect();
        offsets.sort_unstable();
        offsets.dedup();
        let mut visit = |record: &dyn AlignedRecord, taken| match record.place() {
            Ok(None) => visit(record, taken),
            _ => Ok(ControlFlow::Continue(())),
        };
        self.visit_containers(offsets, &mut visit)
    }

    fn record_count(&mut self) -> Option<u64> {
        let last = self
            .index
            .iter()
            .flatten()
            .map(crai::Record::offset)
            .max()?;
        let reader = &mut self.reader;
        let header = guarded(|| {
            reader.seek(SeekFrom::Start(last))?;
            let mut container = Container::default();
            reader.read_container(&mut container)?;
            Ok(container.header().record_counter() + container.header().record_count() as u64)
        });
        header.ok()
    }

    fn fetch_limit(&self) -> usize {
        1_000
    }
}

/// Decodes all records of a container.
fn decode(
    container: &Container,
    repository: &fasta::Repository,
    header: &sam::Header,
) -> io::Result<Vec<RecordBuf>> {
    let compression = container.compression_header()?;
    let mut decoded = Vec::new();
    for slice in container.slices() {
        let slice = slice?;
        let (core, external) = slice.decode_blocks()?;
        for record in slice.records(repository.clone(), header, &compression, &core, &external)? {
            decoded.push(RecordBuf::try_from_alignment_record(header, &record)?);
        }
    }
    Ok(decoded)
}

/// Runs noodles' CRAM code and makes an error of a panic.
///
/// noodles-cram indexes and unwraps what it has read: damaged files make it panic, and so do whole ones whose reference
/// has IUPAC codes at a mismatch (zaeleus/noodles issue 357). Nothing it leaves half-done is used afterwards.
fn guarded<T>(run: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|panic| Err(io::Error::other(panic_message(panic.as_ref()))))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("the decoder failed").to_owned()
}

/// The header's text. The parser of noodles is given the same.
fn read_header_text(reader: &mut cram::io::Reader<File>) -> io::Result<String> {
    let mut header = reader.header_reader();
    header.read_magic_number()?;
    header.read_format_version()?;
    header.read_file_id()?;
    let mut container = header.container_reader()?;
    let text = {
        let mut raw = container.raw_sam_header_reader()?;
        let mut text = String::new();
        raw.read_to_string(&mut text)?;
        raw.discard_to_end()?;
        text
    };
    container.discard_to_end()?;
    Ok(text)
}

/// Whether the end container is there.
fn is_whole(file: &mut File) -> io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    let ends_with = |file: &mut File, end: &[u8]| {
        if length < end.len() as u64 {
            return Ok(false);
        }
        file.seek(SeekFrom::Start(length - end.len() as u64))?;
        let mut tail = vec![0; end.len()];
        file.read_exact(&mut tail)?;
        Ok::<_, io::Error>(tail == end)
    };
    let mut whole = false;
    for end in ENDS {
        whole |= ends_with(file, end)?;
    }
    file.rewind()?;
    Ok(whole)
}
