//! Doors for the fuzz targets, which live outside of this crate.

use std::io::Cursor;
use std::path::PathBuf;

use super::alignment;
use super::fastq::find_records;
use super::options::{MissingEnd, Pairing};
use super::reader::{Block, FastqReader};
use super::sift::{normal_bases, phred};
use super::stream::{Compression, Stream};

fn stream(bytes: &[u8], compression: Compression) -> Stream {
    Stream::new(
        Box::new(Cursor::new(bytes.to_vec())),
        compression,
        MissingEnd::Warn,
    )
}

fn reader(stream: Stream, pairing: Pairing) -> FastqReader {
    FastqReader::new(PathBuf::from("fuzz"), stream, pairing)
}

/// Reads bytes as FASTQ text. The first byte says where the text is cut for a second reading, which must agree.
pub fn fastq(bytes: &[u8]) {
    let Some((&cut, text)) = bytes.split_first() else {
        return;
    };
    for pairing in [Pairing::Auto, Pairing::Interleaved, Pairing::Single] {
        let mut reader = reader(stream(text, Compression::Plain), pairing);
        while let Ok(Some(block)) = reader.next_block(Block::default()) {
            for record in block.records() {
                let _ = record.header(block.text());
                let _ = normal_bases(record.bases(block.text()));
                let _ = phred(record.quals(block.text()));
            }
        }
    }
    let mut whole = Vec::new();
    let (_, result) = find_records(text, 0, true, &mut whole);
    let mut parts = Vec::new();
    let cut = text.len() * usize::from(cut) / 255;
    let (next, first) = find_records(&text[..cut], 0, false, &mut parts);
    if result.is_ok() {
        assert!(first.is_ok());
        let (_, second) = find_records(text, next, true, &mut parts);
        assert!(second.is_ok());
        assert_eq!(whole, parts);
    }
}

/// Decompresses bytes as gzip; `None` if they are damaged or followed by something else.
pub fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    inflate(bytes, Compression::Gzip)
}

/// Decompresses bytes as BGZF; `None` if they are damaged or followed by something else.
pub fn bgzf(bytes: &[u8]) -> Option<Vec<u8>> {
    inflate(bytes, Compression::Bgzf)
}

fn inflate(bytes: &[u8], compression: Compression) -> Option<Vec<u8>> {
    let (inflated, clean) = alignment::fuzz_inflate(stream(bytes, compression))?;
    clean.then_some(inflated)
}

/// Reads bytes as the content of a BAM, after decompression.
pub fn bam(bytes: &[u8]) {
    alignment::fuzz_bam(bytes);
}

/// Reads bytes as an `SA` tag.
pub fn listed(bytes: &[u8]) {
    alignment::fuzz_listed(bytes);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        #[test]
        fn any_bytes_are_safe(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            text in prop::collection::vec(prop::sample::select(&b"@+\n\rACGTI12/ "[..]), 0..200),
        ) {
            super::fastq(&bytes);
            super::fastq(&text);
            super::bam(&bytes);
            super::listed(&bytes);
            let _ = super::gzip(&bytes);
            let _ = super::bgzf(&bytes);
        }

        #[test]
        fn bytes_that_begin_well_are_safe(bytes in prop::collection::vec(prop_oneof![4 => 0_u8..8, 1 => any::<u8>()], 0..300)) {
            super::bam(&[&b"BAM\x01\0\0\0\0\0\0\0\0"[..], &bytes].concat());
            let _ = super::gzip(&[&b"\x1f\x8b\x08\0\0\0\0\0\0\xff"[..], &bytes].concat());
            let _ = super::bgzf(&[&b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0"[..], &bytes].concat());
        }
    }
}
