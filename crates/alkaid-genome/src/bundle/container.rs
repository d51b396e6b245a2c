//! The file around the sections.
//!
//! ```text
//! 8 bytes   magic  89 41 4C 4B 41 49 44 0A   ("\x89ALKAID\n")
//! u16 LE    format version
//! u16 LE    number of sections
//! per section, 52 bytes:
//!   4 bytes   tag, ASCII
//!   u64 LE    stored bytes (one zstd frame)
//!   u64 LE    raw bytes, once decompressed
//!   32 bytes  SHA-256 of the stored bytes
//! 32 bytes  SHA-256 of everything before: the identity of the bundle
//! sections  one after the other, in the order of the table, nothing after them
//! ```

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

use sha2::{Digest, Sha256};
use zstd::zstd_safe::CParameter;

use super::error::BundleError;

/// Version of the format that this program writes and reads.
pub const FORMAT_VERSION: u16 = 1;

/// First bytes of a bundle. The high bit and the line feed show a transfer
/// that took it for text.
pub(crate) const MAGIC: [u8; 8] = *b"\x89ALKAID\n";

const HEADER: usize = 12;
const ENTRY: usize = 52;
const DIGEST: usize = 32;

/// zstd level. Measured with zstd 1.5.7: the proteome takes 5.34 MB at level 16
/// and 5.67 MB at 19, which looks for shorter matches; the other sections differ
/// by 1 %. Decompression is as fast at any level.
const LEVEL: i32 = 16;
/// Window of the compressor and the most that the decompressor grants: 16 MiB
/// spans the whole proteome.
const WINDOW_LOG: u32 = 24;
/// A section may be this many times larger than stored, plus `FREE_RAW` (a mask
/// of zeros shrinks without bound). Sequences reach 1, exon tables 5.
const MOST_EXPANSION: u64 = 64;
const FREE_RAW: u64 = 1 << 20;
/// No section is larger; the transcripts of all of RefSeq take 0.2 GiB.
const MOST_RAW: u64 = 1 << 30;

/// What a section is, four letters.
pub(crate) type Tag = [u8; 4];

/// A section as the table of a bundle describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionInfo {
    /// Four letters, as in the description of the format.
    pub tag: String,
    /// Bytes in the file.
    pub stored: u64,
    /// Bytes once decompressed.
    pub raw: u64,
    /// SHA-256 of the stored bytes, in hex.
    pub sha256: String,
}

struct Entry {
    tag: Tag,
    place: Range<usize>,
    raw: u64,
    digest: [u8; DIGEST],
}

/// The bytes of a bundle and the table of its sections.
pub(crate) struct Container {
    bytes: Cow<'static, [u8]>,
    entries: Vec<Entry>,
    identity: [u8; DIGEST],
}

impl Container {
    /// Compresses sections and puts them into one file.
    pub(crate) fn pack(sections: &[(Tag, Vec<u8>)]) -> std::io::Result<Vec<u8>> {
        let mut table = Vec::new();
        let mut body = Vec::new();
        table.extend_from_slice(&MAGIC);
        table.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        // A dozen sections.
        table.extend_from_slice(&(sections.len() as u16).to_le_bytes());
        for (tag, raw) in sections {
            let stored = compress(raw)?;
            table.extend_from_slice(tag);
            table.extend_from_slice(&(stored.len() as u64).to_le_bytes());
            table.extend_from_slice(&(raw.len() as u64).to_le_bytes());
            table.extend_from_slice(&sha256(&stored));
            body.extend_from_slice(&stored);
        }
        let identity = sha256(&table);
        table.extend_from_slice(&identity);
        table.extend_from_slice(&body);
        Ok(table)
    }

    /// Reads the table; the sections stay compressed.
    pub(crate) fn parse(bytes: Cow<'static, [u8]>) -> Result<Self, BundleError> {
        let (entries, identity) = parse_table(&bytes)?;
        Ok(Self {
            bytes,
            entries,
            identity,
        })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 over the table, which holds the SHA-256 of every section.
    pub(crate) fn identity(&self) -> String {
        hex(&self.identity)
    }

    pub(crate) fn sections(&self) -> Vec<SectionInfo> {
        self.entries
            .iter()
            .map(|entry| SectionInfo {
                tag: name(entry.tag),
                stored: entry.place.len() as u64,
                raw: entry.raw,
                sha256: hex(&entry.digest),
            })
            .collect()
    }

    /// Compares every section with its checksum.
    pub(crate) fn verify(&self) -> Result<(), BundleError> {
        for entry in &self.entries {
            if sha256(&self.bytes[entry.place.clone()]) != entry.digest {
                return Err(BundleError::Checksum {
                    place: format!("section {}", name(entry.tag)),
                });
            }
        }
        Ok(())
    }

    /// Decompresses a section.
    pub(crate) fn section(&self, tag: Tag) -> Result<Vec<u8>, BundleError> {
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.tag == tag)
            .ok_or_else(|| BundleError::Missing { section: name(tag) })?;
        let malformed = |what: String| BundleError::Malformed {
            section: name(tag),
            what,
        };
        let mut decoder = zstd::Decoder::with_buffer(&self.bytes[entry.place.clone()])
            .map_err(|error| malformed(error.to_string()))?;
        decoder
            .window_log_max(WINDOW_LOG)
            .map_err(|error| malformed(error.to_string()))?;
        let mut raw = Vec::new();
        // One byte more than declared shows that there is more.
        decoder
            .take(entry.raw + 1)
            .read_to_end(&mut raw)
            .map_err(|error| malformed(error.to_string()))?;
        if raw.len() as u64 == entry.raw {
            Ok(raw)
        } else {
            Err(malformed("its size is not the declared one".to_owned()))
        }
    }
}

fn parse_table(bytes: &[u8]) -> Result<(Vec<Entry>, [u8; DIGEST]), BundleError> {
    if !bytes.starts_with(&MAGIC) {
        return Err(BundleError::NotABundle);
    }
    let in_table = || BundleError::Truncated {
        place: "its table of sections".to_owned(),
    };
    let header = bytes.get(..HEADER).ok_or_else(in_table)?;
    let found = u16::from_le_bytes([header[8], header[9]]);
    if found != FORMAT_VERSION {
        return Err(BundleError::Version {
            found,
            supported: FORMAT_VERSION,
        });
    }
    let count = usize::from(u16::from_le_bytes([header[10], header[11]]));
    let table_end = HEADER + count * ENTRY;
    let table = bytes.get(..table_end).ok_or_else(in_table)?;
    let identity = bytes
        .get(table_end..table_end + DIGEST)
        .ok_or_else(in_table)?;
    if sha256(table) != *identity {
        return Err(BundleError::Checksum {
            place: "its table of sections".to_owned(),
        });
    }
    let mut at = table_end + DIGEST;
    let mut entries: Vec<Entry> = Vec::with_capacity(count);
    for fields in table[HEADER..].chunks_exact(ENTRY) {
        let entry = parse_entry(fields, at, bytes.len())?;
        at = entry.place.end;
        if entries.iter().any(|other| other.tag == entry.tag) {
            return Err(BundleError::Inconsistent {
                what: format!("section {} comes twice", name(entry.tag)),
            });
        }
        entries.push(entry);
    }
    if at != bytes.len() {
        return Err(BundleError::Inconsistent {
            what: format!("{} bytes follow the last section", bytes.len() - at),
        });
    }
    let mut digest = [0; DIGEST];
    digest.copy_from_slice(identity);
    Ok((entries, digest))
}

/// One line of the table, for the section that starts at `at` in a file of
/// `file_len` bytes.
fn parse_entry(fields: &[u8], at: usize, file_len: usize) -> Result<Entry, BundleError> {
    let mut tag = [0; 4];
    let mut stored = [0; 8];
    let mut raw = [0; 8];
    let mut digest = [0; DIGEST];
    tag.copy_from_slice(&fields[..4]);
    stored.copy_from_slice(&fields[4..12]);
    raw.copy_from_slice(&fields[12..20]);
    digest.copy_from_slice(&fields[20..]);
    let (stored, raw) = (u64::from_le_bytes(stored), u64::from_le_bytes(raw));
    let end = usize::try_from(stored)
        .ok()
        .and_then(|stored| at.checked_add(stored))
        .filter(|&end| end <= file_len)
        .ok_or_else(|| BundleError::Truncated {
            place: format!("section {}", name(tag)),
        })?;
    if raw > MOST_RAW
        || raw
            > stored
                .saturating_mul(MOST_EXPANSION)
                .saturating_add(FREE_RAW)
    {
        return Err(BundleError::TooLarge {
            section: name(tag),
            declared: raw,
            stored,
        });
    }
    Ok(Entry {
        tag,
        place: at..end,
        raw,
        digest,
    })
}

fn compress(raw: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.set_parameter(CParameter::WindowLog(WINDOW_LOG))?;
    // The table has a better checksum and the size.
    compressor.set_parameter(CParameter::ChecksumFlag(false))?;
    compressor.set_parameter(CParameter::ContentSizeFlag(false))?;
    compressor.compress(raw)
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; DIGEST] {
    Sha256::digest(bytes).into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn name(tag: Tag) -> String {
    String::from_utf8_lossy(&tag).into_owned()
}
