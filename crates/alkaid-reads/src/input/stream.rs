//! The bytes of a file, decompressed straight into the buffers in which records are then found.
//!
//! gzip members and BGZF blocks are walked here; `sirocco` inflates each. A buffer that is full is handed on, and the
//! next one starts with what the decoder and the unfinished record still need, so nothing else is ever copied.

use std::io::{self, Read};

use sirocco::Format;
use sirocco::inflate::{Decoder, Error as InflateError, MIN_BUFFER_LEN};

use super::gzip::{GZIP_FIXED, GZIP_MAGIC, bgzf_block_size, gzip_extra_len};
use super::options::MissingEnd;

/// Bytes of a fresh buffer: two of them and the tables of the decoder fit in the L2 cache of most processors.
pub(super) const BUFFER_BYTES: usize = 384 * 1024;
/// Free bytes that a buffer has at least after [`Stream::hand_over`]; more than a BGZF block inflates to.
const ROOM: usize = 128 * 1024;
/// Compressed bytes read at a time.
const INPUT_BYTES: usize = 128 * 1024;
/// How far back DEFLATE data can refer.
const WINDOW: usize = MIN_BUFFER_LEN - 1;
/// Most bytes that a BGZF block may inflate to.
const BGZF_BLOCK: usize = 1 << 16;

/// A buffer that a [`Stream`] fills.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    /// Storage; valid up to `filled`.
    pub(super) bytes: Vec<u8>,
    /// Bytes of text, from the start of `bytes`.
    pub(super) filled: usize,
    /// Where the decoder's view of the buffer begins: the start of the current gzip member or of its history.
    member: usize,
}

impl Buffer {
    /// A buffer of the usual size.
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; BUFFER_BYTES],
            filled: 0,
            member: 0,
        }
    }

    /// The text in the buffer.
    pub(super) fn text(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Doubles the buffer, for a record that does not fit.
    pub(super) fn grow(&mut self) {
        self.bytes.resize(self.bytes.len() * 2, 0);
    }
}

/// Why a file's bytes came to a bad end.
#[derive(Debug)]
pub(super) enum StreamError {
    /// The system's error.
    Io(io::Error),
    /// The file stops where more must follow.
    Truncated(&'static str),
    /// A BGZF file without an end block.
    MissingEnd,
    /// The data contradict themselves.
    Corrupt(String),
}

/// Why [`Stream::fill`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// The buffer has no room for more.
    Full,
    /// The file is at its end.
    End,
}

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    /// Not at all.
    Plain,
    /// gzip, of any number of members.
    Gzip,
    /// gzip in blocks that say how long they are.
    Bgzf,
}

enum Codec {
    Plain,
    Gzip { inside: bool },
    Bgzf { ended: bool },
    Finished,
}

/// A file being decompressed.
pub(super) struct Stream {
    source: Box<dyn Read + Send>,
    input: Vec<u8>,
    start: usize,
    end: usize,
    source_ended: bool,
    read: u64,
    codec: Codec,
    decoder: Box<Decoder>,
    missing_end: MissingEnd,
    /// Oddities that are no errors.
    pub(super) notes: Vec<&'static str>,
}

/// What a member's header says of BGZF.
enum Bgzf {
    /// A block of this many bytes in all.
    Block(usize),
    /// An ordinary gzip member.
    Not,
}

impl Stream {
    /// Decompresses what `source` delivers.
    pub(super) fn new(
        source: Box<dyn Read + Send>,
        compression: Compression,
        missing_end: MissingEnd,
    ) -> Self {
        Self {
            source,
            input: vec![
                0;
                if compression == Compression::Plain {
                    0
                } else {
                    INPUT_BYTES
                }
            ],
            start: 0,
            end: 0,
            source_ended: false,
            read: 0,
            codec: match compression {
                Compression::Plain => Codec::Plain,
                Compression::Gzip => Codec::Gzip { inside: false },
                Compression::Bgzf => Codec::Bgzf { ended: false },
            },
            decoder: Box::new(Decoder::new(Format::Gzip)),
            missing_end,
            notes: Vec::new(),
        }
    }

    /// Bytes of the file used so far.
    pub(super) fn taken(&self) -> u64 {
        self.read - (self.end - self.start) as u64
    }

    /// Adds text to the buffer until it is full or the file ends.
    pub(super) fn fill(&mut self, buffer: &mut Buffer) -> Result<Filled, StreamError> {
        loop {
            match self.codec {
                Codec::Plain => return self.fill_plain(buffer),
                Codec::Finished => return Ok(Filled::End),
                Codec::Gzip { inside: true } => {
                    if self.inflate(buffer)? {
                        return Ok(Filled::Full);
                    }
                }
                Codec::Gzip { inside: false } => {
                    if !self.member_follows()? {
                        self.codec = Codec::Finished;
                    } else if buffer.bytes.len() - buffer.filled < WINDOW {
                        return Ok(Filled::Full);
                    } else {
                        buffer.member = buffer.filled;
                        self.codec = Codec::Gzip { inside: true };
                    }
                }
                Codec::Bgzf { ended } => {
                    if !self.member_follows()? {
                        self.codec = Codec::Finished;
                        match self.missing_end {
                            _ if ended => {}
                            MissingEnd::Refuse => return Err(StreamError::MissingEnd),
                            MissingEnd::Warn => self
                                .notes
                                .push("its BGZF end block is missing: it may be cut off"),
                        }
                    } else if let Bgzf::Block(size) = self.bgzf_header()? {
                        if buffer.bytes.len() - buffer.filled < BGZF_BLOCK {
                            return Ok(Filled::Full);
                        }
                        let ended = self.inflate_block(buffer, size)?;
                        self.codec = Codec::Bgzf { ended };
                    } else {
                        // Somebody appended ordinary gzip to BGZF; the rest needs no end block.
                        self.codec = Codec::Gzip { inside: false };
                    }
                }
            }
        }
    }

    /// Starts `new` with what must follow on from `old`: its text from `from` on, and the decoder's history.
    ///
    /// Returns where the text from `from` on begins in `new`.
    pub(super) fn hand_over(&mut self, old: &Buffer, from: usize, new: &mut Buffer) -> usize {
        let inside = matches!(self.codec, Codec::Gzip { inside: true });
        let history = old.filled - old.member;
        let start = match (inside, history > WINDOW) {
            (false, _) => from,
            (true, false) => from.min(old.member),
            (true, true) => from.min(old.filled - WINDOW),
        };
        let kept = old.filled - start;
        let moves_history = inside && history > WINDOW;
        // The decoder moves its history itself, within a buffer that must reach as far as the old one did.
        let reach = if moves_history {
            kept - WINDOW + history
        } else {
            0
        };
        let needed = (kept + ROOM).max(reach).max(BUFFER_BYTES);
        if new.bytes.len() < needed {
            new.bytes.resize(needed, 0);
        }
        if moves_history {
            let member = kept - WINDOW;
            let tail = member + history - WINDOW;
            new.bytes[tail..tail + WINDOW]
                .copy_from_slice(&old.bytes[old.filled - WINDOW..old.filled]);
            self.decoder.make_room(&mut new.bytes[member..]);
            new.bytes[..member].copy_from_slice(&old.bytes[start..old.filled - WINDOW]);
            new.member = member;
        } else {
            new.bytes[..kept].copy_from_slice(&old.bytes[start..old.filled]);
            new.member = if inside { old.member - start } else { kept };
        }
        new.filled = kept;
        from - start
    }

    fn fill_plain(&mut self, buffer: &mut Buffer) -> Result<Filled, StreamError> {
        while buffer.filled < buffer.bytes.len() {
            match self.source.read(&mut buffer.bytes[buffer.filled..]) {
                Ok(0) => {
                    self.codec = Codec::Finished;
                    return Ok(Filled::End);
                }
                Ok(n) => {
                    buffer.filled += n;
                    self.read += n as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(StreamError::Io(error)),
            }
        }
        Ok(Filled::Full)
    }

    /// Inflates within a member. Returns whether the buffer is full.
    fn inflate(&mut self, buffer: &mut Buffer) -> Result<bool, StreamError> {
        if self.start == self.end && !self.source_ended {
            self.refill()?;
        }
        let progress = self
            .decoder
            .decompress(
                &self.input[self.start..self.end],
                &mut buffer.bytes[buffer.member..],
                self.source_ended,
            )
            .map_err(inflate_error)?;
        self.start += progress.consumed;
        buffer.filled += progress.output.len();
        if progress.done {
            self.codec = Codec::Gzip { inside: false };
        }
        Ok(progress.full)
    }

    /// Inflates one whole BGZF block. Returns whether it was empty, as the end block is.
    fn inflate_block(&mut self, buffer: &mut Buffer, size: usize) -> Result<bool, StreamError> {
        if !self.need(size)? {
            return Err(StreamError::Truncated("its last BGZF block is cut off"));
        }
        let block = &self.input[self.start..self.start + size];
        let out = &mut buffer.bytes[buffer.filled..];
        let room = out.len().min(BGZF_BLOCK);
        let progress = self
            .decoder
            .decompress(block, &mut out[..room], true)
            .map_err(|error| match error {
                // The block is whole by its own account, so its end is not the file's.
                InflateError::Truncated => {
                    StreamError::Corrupt("a BGZF block is shorter than its data".to_owned())
                }
                error => inflate_error(error),
            })?;
        if !progress.done || progress.consumed != size {
            return Err(StreamError::Corrupt(
                "a BGZF block is not as long as it says".to_owned(),
            ));
        }
        let len = progress.output.len();
        self.start += size;
        buffer.filled += len;
        Ok(len == 0)
    }

    /// Whether a gzip member begins here. Anything else behind the last member is noted and left.
    fn member_follows(&mut self) -> Result<bool, StreamError> {
        if self.need(GZIP_MAGIC.len())? && self.input[self.start..self.end].starts_with(&GZIP_MAGIC)
        {
            return Ok(true);
        }
        // Tapes and some object stores pad with zeros; gzip ignores them silently, too.
        loop {
            if self.input[self.start..self.end]
                .iter()
                .any(|&byte| byte != 0)
            {
                self.notes
                    .push("bytes that are not gzip follow its compressed data and were ignored");
                return Ok(false);
            }
            self.start = self.end;
            if self.source_ended {
                return Ok(false);
            }
            self.refill()?;
        }
    }

    /// Reads the extra field of the member that begins here.
    fn bgzf_header(&mut self) -> Result<Bgzf, StreamError> {
        if !self.need(GZIP_FIXED)? {
            return Err(StreamError::Truncated("its last gzip header is cut off"));
        }
        let extra = gzip_extra_len(&self.input[self.start..self.end]);
        if !self.need(GZIP_FIXED + extra)? {
            return Err(StreamError::Truncated("its last gzip header is cut off"));
        }
        match bgzf_block_size(&self.input[self.start..self.end]) {
            None => Ok(Bgzf::Not),
            Some(size) if size > GZIP_FIXED + extra + 8 => Ok(Bgzf::Block(size)),
            Some(_) => Err(StreamError::Corrupt(
                "a BGZF block says that it is shorter than its header".to_owned(),
            )),
        }
    }

    /// Reads until `n` bytes (at most [`INPUT_BYTES`]) are at hand; `false` if the file ends before.
    fn need(&mut self, n: usize) -> Result<bool, StreamError> {
        while self.end - self.start < n {
            if self.source_ended {
                return Ok(false);
            }
            self.refill()?;
        }
        Ok(true)
    }

    /// Reads once more from the source.
    fn refill(&mut self) -> Result<(), StreamError> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.input.len() {
            self.input.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        loop {
            match self.source.read(&mut self.input[self.end..]) {
                Ok(n) => {
                    self.end += n;
                    self.read += n as u64;
                    self.source_ended = n == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(StreamError::Io(error)),
            }
        }
    }
}

fn inflate_error(error: InflateError) -> StreamError {
    match error {
        InflateError::Truncated => StreamError::Truncated("its compressed data are cut off"),
        InflateError::ChecksumMismatch => {
            StreamError::Corrupt("the checksum of its compressed data is wrong".to_owned())
        }
        error => StreamError::Corrupt(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
