//! Decompression against flate2, whatever the members, the buffers and the damage.

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
