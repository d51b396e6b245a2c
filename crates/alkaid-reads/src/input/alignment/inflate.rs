//! BGZF as a [`Read`], with the same decoder and the same checks as FASTQ has.

use std::fmt;
use std::io::{self, Read};

use crate::input::stream::{Buffer, Filled, Stream, StreamError};

/// Longest record of a BAM, in bytes: far more than a read of any sequencer needs.
const RECORD_LIMIT: u32 = 64 << 20;

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Truncated(what) => f.write_str(what),
            Self::MissingEnd => f.write_str("its BGZF end block is missing"),
            Self::Corrupt(problem) => f.write_str(problem),
        }
    }
}

impl std::error::Error for StreamError {}

/// The decompressed bytes of a stream. A [`StreamError`] travels inside the [`io::Error`].
pub(super) struct InflateRead {
    stream: Stream,
    buffer: Buffer,
    spare: Buffer,
    next: usize,
    ended: bool,
}

impl InflateRead {
    /// Reads from the beginning of the stream.
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream,
            buffer: Buffer::new(),
            spare: Buffer::new(),
            next: 0,
            ended: false,
        }
    }

    /// Bytes of the file used so far.
    pub(super) fn taken(&self) -> u64 {
        self.stream.taken()
    }

    /// Whether nothing odd was met so far.
    pub(super) fn is_clean(&self) -> bool {
        self.stream.notes.is_empty()
    }
}

impl Read for InflateRead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.next == self.buffer.filled {
            if self.ended {
                return Ok(0);
            }
            self.next = self
                .stream
                .hand_over(&self.buffer, self.buffer.filled, &mut self.spare);
            std::mem::swap(&mut self.buffer, &mut self.spare);
            let filled = self
                .stream
                .fill(&mut self.buffer)
                .map_err(|error| match error {
                    StreamError::Io(error) => error,
                    error => io::Error::new(io::ErrorKind::InvalidData, error),
                })?;
            self.ended = filled == Filled::End;
        }
        let rest = &self.buffer.text()[self.next..];
        let len = rest.len().min(into.len());
        into[..len].copy_from_slice(&rest[..len]);
        self.next += len;
        Ok(len)
    }
}

/// Watches the lengths that precede BAM records, so that a damaged one cannot ask for gigabytes of memory.
pub(super) struct RecordGuard<R> {
    /// What is read from.
    pub(super) inner: R,
    length: [u8; 4],
    have: usize,
    body: u32,
}

impl<R> RecordGuard<R> {
    /// Guards a reader that stands at the beginning of a record.
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            length: [0; 4],
            have: 0,
            body: 0,
        }
    }
}

impl<R: Read> Read for RecordGuard<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.body > 0 {
            let len = into.len().min(self.body as usize);
            let read = self.inner.read(&mut into[..len])?;
            // At most `body`, which fits.
            self.body -= read as u32;
            return Ok(read);
        }
        let len = into.len().min(self.length.len() - self.have);
        let read = self.inner.read(&mut into[..len])?;
        self.length[self.have..self.have + read].copy_from_slice(&into[..read]);
        self.have += read;
        if self.have == self.length.len() {
            self.have = 0;
            self.body = u32::from_le_bytes(self.length);
            if self.body > RECORD_LIMIT {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!(
                        "a record says that it is {} bytes long: the file is damaged",
                        self.body
                    ),
                ));
            }
        }
        Ok(read)
    }
}
