//! An input file: plain or gzip, read by lines or by chunks, with its checksum.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::error::BuildError;
use crate::bundle::{SourceFile, hex};

/// Called with a stage, the bytes done and, where known, the bytes in all.
pub(super) type Progress<'p> = &'p mut dyn FnMut(&str, u64, Option<u64>);

const BUFFER: usize = 1 << 17;
/// Annotation lines have some hundred bytes; only a file of another kind has this.
const LONGEST_LINE: u64 = 1 << 20;
/// Bytes between two reports of progress.
const REPORT_EVERY: u64 = 1 << 18;

/// A file that is being read.
pub(super) struct Source {
    path: PathBuf,
    text: Box<dyn BufRead>,
    /// What went through, as stored in the file.
    stored: Rc<Stored>,
    compressed: bool,
    total: Option<u64>,
    reported: u64,
    line: Vec<u8>,
    line_number: u64,
}

#[derive(Default)]
struct Stored {
    bytes: Cell<u64>,
    digest: RefCell<Sha256>,
}

/// Counts and hashes what is read through it.
struct Watched<R> {
    inner: R,
    stored: Rc<Stored>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.stored.bytes.set(self.stored.bytes.get() + read as u64);
        self.stored.digest.borrow_mut().update(&buffer[..read]);
        Ok(read)
    }
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, BuildError> {
        let read = |source| BuildError::Read {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(read)?;
        let meta = file.metadata().map_err(read)?;
        if meta.is_dir() {
            return Err(read(io::ErrorKind::IsADirectory.into()));
        }
        let total = meta.is_file().then_some(meta.len());
        Self::from_reader(path, file, total)
    }

    /// From anything that can be read; `path` is for messages, `total` its size.
    pub(super) fn from_reader(
        path: &Path,
        reader: impl Read + 'static,
        total: Option<u64>,
    ) -> Result<Self, BuildError> {
        let stored = Rc::new(Stored::default());
        let watched = Watched {
            inner: reader,
            stored: Rc::clone(&stored),
        };
        let mut plain = BufReader::with_capacity(BUFFER, watched);
        let head = plain.fill_buf().map_err(|source| BuildError::Read {
            path: path.to_owned(),
            source,
        })?;
        let compressed = head.starts_with(&[0x1f, 0x8b]);
        let text: Box<dyn BufRead> = if compressed {
            Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(plain)))
        } else {
            Box::new(plain)
        };
        Ok(Self {
            path: path.to_owned(),
            text,
            stored,
            compressed,
            total,
            reported: 0,
            line: Vec::new(),
            line_number: 0,
        })
    }

    /// The next line without its end; nothing behind the last.
    pub(super) fn next_line(&mut self) -> Result<Option<&str>, BuildError> {
        self.line.clear();
        let read = (&mut self.text)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut self.line);
        match read {
            Ok(0) => return Ok(None),
            Ok(_) => self.line_number += 1,
            Err(error) => return Err(self.cannot_read(error)),
        }
        if self.line.ends_with(b"\n") {
            self.line.pop();
        } else if self.line.len() as u64 == LONGEST_LINE {
            return Err(self.bad_line(
                "the line has more than a million bytes",
                "check that the file is of the right kind",
            ));
        }
        if self.line.ends_with(b"\r") {
            self.line.pop();
        }
        // Not valid text is reported with the line, not with a byte offset.
        if std::str::from_utf8(&self.line).is_err() {
            return Err(self.bad_line(
                "the line is not text (UTF-8)",
                "check that the file is of the right kind (plain or gzip text)",
            ));
        }
        Ok(std::str::from_utf8(&self.line).ok())
    }

    /// The next bytes, as many as are at hand; empty at the end.
    pub(super) fn chunk(&mut self) -> Result<&[u8], BuildError> {
        // Asked twice: the borrow of an early return would outlive the error.
        if let Err(error) = self.text.fill_buf() {
            return Err(self.cannot_read(error));
        }
        Ok(self.text.fill_buf().unwrap_or_default())
    }

    /// Marks bytes of the chunk as read, which ended so many lines.
    pub(super) fn consume(&mut self, bytes: usize, lines: u64) {
        self.text.consume(bytes);
        self.line_number += lines;
    }

    /// 1-based number of the line that was read last.
    pub(super) fn line_number(&self) -> u64 {
        self.line_number
    }

    /// Tells the progress, when enough was read since the last time.
    pub(super) fn report(&mut self, stage: &str, progress: Progress<'_>) {
        let done = self.stored.bytes.get();
        if done - self.reported >= REPORT_EVERY {
            self.reported = done;
            progress(stage, done, self.total);
        }
    }

    /// An error about the line that was read last.
    pub(super) fn bad_line(&self, what: impl Into<String>, remedy: &'static str) -> BuildError {
        self.bad_line_at(self.line_number, what, remedy)
    }

    /// An error about a line.
    pub(super) fn bad_line_at(
        &self,
        line: u64,
        what: impl Into<String>,
        remedy: &'static str,
    ) -> BuildError {
        BuildError::Line {
            path: self.path.clone(),
            line,
            what: what.into(),
            remedy,
        }
    }

    /// An error about the whole file.
    pub(super) fn bad_file(&self, what: impl Into<String>, remedy: &'static str) -> BuildError {
        BuildError::File {
            path: self.path.clone(),
            what: what.into(),
            remedy,
        }
    }

    /// Reads what is left and describes the file.
    pub(super) fn finish(mut self, records: u64, note: &str) -> Result<SourceFile, BuildError> {
        loop {
            let len = self.chunk()?.len();
            if len == 0 {
                break;
            }
            self.text.consume(len);
        }
        let digest = self.stored.digest.borrow().clone().finalize();
        let name = self.path.file_name().unwrap_or_default();
        Ok(SourceFile {
            name: name.to_string_lossy().into_owned(),
            sha256: hex(&digest),
            records,
            note: note.to_owned(),
        })
    }

    fn cannot_read(&self, source: io::Error) -> BuildError {
        let path = self.path.clone();
        if self.compressed {
            BuildError::Gzip {
                path,
                line: self.line_number,
                source,
            }
        } else {
            BuildError::Read { path, source }
        }
    }
}
