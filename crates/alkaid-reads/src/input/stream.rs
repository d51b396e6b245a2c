//! The bytes of a file, decompressed straight into the buffers in which records are then found.
//!
//! gzip members and BGZF blocks are walked here; `sirocco` inflates each. A buffer that is full is handed on, and the
//! next one starts with what the decoder and the unfinished record still need, so nothing else is ever copied.

use std::io::{self, Read};

use sirocco::Format;
use sirocco::inflate::{Decoder, Error as InflateError, MIN_BUFFER_LEN};

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
/// Bytes of a gzip header up to the length of its extra field.
const GZIP_FIXED: usize = 12;

/// First bytes of a gzip member.
pub(super) const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

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

/// Length of the extra field of a gzip header of at least [`GZIP_FIXED`] bytes; 0 without one.
fn gzip_extra_len(header: &[u8]) -> usize {
    const FLAG_EXTRA: u8 = 4;
    match header {
        [_, _, _, flags, _, _, _, _, _, _, low, high, ..] if flags & FLAG_EXTRA != 0 => {
            usize::from(u16::from_le_bytes([*low, *high]))
        }
        _ => 0,
    }
}

/// Total length of the BGZF block that begins here; `None` if it is ordinary gzip or its header is not whole.
pub(super) fn bgzf_block_size(member: &[u8]) -> Option<usize> {
    if !member.starts_with(&GZIP_MAGIC) || member.len() < GZIP_FIXED {
        return None;
    }
    let mut extra = member.get(GZIP_FIXED..GZIP_FIXED + gzip_extra_len(member))?;
    while let [id1, id2, low, high, rest @ ..] = extra {
        let len = usize::from(u16::from_le_bytes([*low, *high]));
        let field = rest.get(..len)?;
        if let (b'B', b'C', [low, high]) = (id1, id2, field) {
            return Some(usize::from(u16::from_le_bytes([*low, *high])) + 1);
        }
        extra = &rest[len..];
    }
    None
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
mod tests {
    use std::io::{Cursor, Write};

    use flate2::read::MultiGzDecoder;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    /// Delivers at most so many bytes at a time, as pipes do.
    struct Dribble(Cursor<Vec<u8>>, usize);

    impl Read for Dribble {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let len = into.len().min(self.1);
            self.0.read(&mut into[..len])
        }
    }

    /// Decompresses with buffers handed over as for records of `record` bytes.
    fn inflate(
        bytes: &[u8],
        compression: Compression,
        dribble: usize,
        record: usize,
    ) -> Result<(Vec<u8>, usize), String> {
        let source = Dribble(Cursor::new(bytes.to_vec()), dribble.max(1));
        let mut stream = Stream::new(Box::new(source), compression, MissingEnd::Refuse);
        let (mut buffer, mut spare) = (Buffer::new(), Buffer::new());
        let (mut text, mut start) = (Vec::new(), 0);
        loop {
            let filled = stream
                .fill(&mut buffer)
                .map_err(|error| format!("{error:?}"))?;
            if filled == Filled::End {
                text.extend_from_slice(&buffer.text()[start..]);
                assert_eq!(stream.taken(), bytes.len() as u64);
                return Ok((text, stream.notes.len()));
            }
            let whole = (buffer.filled - start) / record * record;
            if whole == 0 {
                buffer.grow();
                continue;
            }
            text.extend_from_slice(&buffer.text()[start..start + whole]);
            start = stream.hand_over(&buffer, start + whole, &mut spare);
            std::mem::swap(&mut buffer, &mut spare);
        }
    }

    fn gzip(text: &[u8], level: u32) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::new(level));
        encoder.write_all(text).expect("in memory");
        encoder.finish().expect("in memory")
    }

    fn bgzf(text: &[u8]) -> Vec<u8> {
        let mut writer = noodles_bgzf::io::Writer::new(Vec::new());
        writer.write_all(text).expect("in memory");
        writer.finish().expect("in memory")
    }

    /// Text that compresses about as FASTQ does, with references far back.
    fn text(len: usize, seed: u64) -> Vec<u8> {
        let mut state = seed | 1;
        let mut text: Vec<u8> = Vec::with_capacity(len);
        while text.len() < len {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            if state.is_multiple_of(5) && text.len() > 40_000 {
                let back = 1 + (state >> 8) as usize % 40_000;
                let copied = text[text.len() - back..][..back.min(100)].to_vec();
                text.extend(copied);
            } else {
                text.extend((0..8).map(|i| b"ACGTF:,#"[(state >> (8 * i)) as usize & 7]));
            }
        }
        text.truncate(len);
        text
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn members_of_any_size_agree_with_flate2(
            len in 0_usize..2_000_000, seed: u64, cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
            level in 0_u32..10, dribble in prop::sample::select(&[1000_usize, 65_536, 1 << 20][..]),
            record in prop::sample::select(&[1_usize, 377, 40_000, 700_000][..]),
        ) {
            let text = text(len, seed);
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(len + 1)).collect();
            cuts.extend([0, len]);
            cuts.sort_unstable();
            let bytes: Vec<u8> = cuts.windows(2).flat_map(|cut| gzip(&text[cut[0]..cut[1]], level)).collect();
            let mut expected = Vec::new();
            MultiGzDecoder::new(&bytes[..]).read_to_end(&mut expected).expect("valid");
            prop_assert_eq!(&expected, &text);
            let (actual, notes) = inflate(&bytes, Compression::Gzip, dribble, record).expect("valid");
            prop_assert!(actual == text);
            prop_assert_eq!(notes, 0);
        }

        #[test]
        fn bgzf_agrees_too(len in 0_usize..1_000_000, seed: u64, dribble in 1_usize..100_000) {
            let text = text(len, seed);
            let bytes = bgzf(&text);
            prop_assert!(inflate(&bytes, Compression::Bgzf, dribble, 377).expect("valid").0 == text);
            prop_assert!(inflate(&bytes, Compression::Gzip, dribble, 377).expect("valid").0 == text);
            let cut = bytes.len() - 28;
            prop_assert_eq!(inflate(&bytes[..cut], Compression::Bgzf, dribble, 377), Err("MissingEnd".to_owned()));
        }

        #[test]
        fn a_cut_is_always_noticed(len in 1_usize..300_000, seed: u64, at in any::<prop::sample::Index>(), blocks: bool) {
            let text = text(len, seed);
            let (bytes, compression) = if blocks { (bgzf(&text), Compression::Bgzf) } else { (gzip(&text, 6), Compression::Gzip) };
            let cut = 2 + at.index(bytes.len() - 2);
            let result = inflate(&bytes[..cut], compression, 65_536, 377);
            // Of two bytes or more, so that there is a member.
            prop_assert!(result.as_ref().is_err_and(|error| error.contains("Truncated") || error.contains("MissingEnd")), "{:?}", result.map(|r| r.0.len()));
        }

        #[test]
        fn a_changed_byte_never_passes_unnoticed(len in 1_usize..200_000, seed: u64, at in any::<prop::sample::Index>(), flip in 1_u8.., blocks: bool) {
            let text = text(len, seed);
            let (mut bytes, compression) = if blocks { (bgzf(&text), Compression::Bgzf) } else { (gzip(&text, 6), Compression::Gzip) };
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            // A changed header field may be harmless, but then the text is whole.
            if let Ok((actual, notes)) = inflate(&bytes, compression, 65_536, 377) {
                prop_assert!(actual == text || notes > 0);
            }
        }

        #[test]
        fn byte_soup_never_panics(soup in prop::collection::vec(any::<u8>(), 0..2000), blocks: bool) {
            let compression = if blocks { Compression::Bgzf } else { Compression::Gzip };
            let mut stream = Stream::new(Box::new(Cursor::new(soup)), compression, MissingEnd::Refuse);
            let _ = stream.fill(&mut Buffer::new());
        }
    }

    #[test]
    fn what_follows_the_last_member_is_noted_unless_it_is_padding() {
        let text = text(1000, 7);
        for (tail, notes) in [
            (&b""[..], 0),
            (b"\0\0\0", 0),
            (b"garbage", 1),
            (b"\0\0x", 1),
            (b"\x1f", 1),
        ] {
            let mut bytes = gzip(&text, 6);
            bytes.extend_from_slice(tail);
            let mut stream = Stream::new(
                Box::new(Cursor::new(bytes)),
                Compression::Gzip,
                MissingEnd::Refuse,
            );
            let mut buffer = Buffer::new();
            assert_eq!(stream.fill(&mut buffer).expect("valid"), Filled::End);
            assert_eq!(buffer.text(), text);
            assert_eq!(stream.notes.len(), notes, "{tail:?}");
        }
    }

    #[test]
    fn a_missing_end_block_may_be_tolerated() {
        let bytes = bgzf(b"@r\nA\n+\nI\n");
        let source = Box::new(Cursor::new(bytes[..bytes.len() - 28].to_vec()));
        let mut stream = Stream::new(source, Compression::Bgzf, MissingEnd::Warn);
        assert_eq!(
            stream.fill(&mut Buffer::new()).expect("tolerated"),
            Filled::End
        );
        assert_eq!(stream.notes.len(), 1);
    }

    #[test]
    fn gzip_after_bgzf_is_read_on() {
        let mut bytes = bgzf(b"first\n");
        bytes.extend(gzip(b"second\n", 6));
        assert_eq!(
            inflate(&bytes, Compression::Bgzf, 100, 1),
            Ok((b"first\nsecond\n".to_vec(), 0))
        );
    }
}
