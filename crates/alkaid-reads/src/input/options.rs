//! What the caller asks of the input layer, and what it hands in.

use std::path::PathBuf;
use std::str::FromStr;

use alkaid_genome::GenomicInterval;

/// How reads are to be taken in.
#[derive(Clone, Debug, Default)]
pub struct InputOptions {
    /// Threads to use. One: everything happens on the calling thread. More: each file has a decoding thread.
    pub threads: usize,
    /// Which records of a FASTQ file belong together.
    pub pairing: Pairing,
    /// Where unique molecular identifiers stand.
    pub umi: UmiPlacement,
    /// FASTA that a CRAM was made with (plain, or BGZF with `.gzi`).
    pub reference: Option<PathBuf>,
    /// Regions to fetch from an indexed BAM or CRAM, 0-based half-open on GRCh38. Empty: read the whole file.
    ///
    /// Without an index, fragments that overlap them are kept in a pass over the whole file. FASTQ: not used.
    pub regions: Vec<GenomicInterval>,
    /// The same regions on GRCh37, used when the file's header says GRCh37.
    pub regions_grch37: Vec<GenomicInterval>,
    /// What to make of a BGZF file without its end block.
    pub missing_bgzf_end: MissingEnd,
}

/// Which records of a FASTQ file belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pairing {
    /// Mates are told by file names (`_R1`/`_R2`); a single file is interleaved if its first records say so.
    #[default]
    Auto,
    /// Records 2n−1 and 2n of each file are mates.
    Interleaved,
    /// Every record is a fragment of its own.
    Single,
}

/// Where unique molecular identifiers (UMIs) stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UmiPlacement {
    /// There are none.
    None,
    /// `RX` tag, else the last `:`- or `_`-separated field of the read name if it is of `[ACGTN+-]{4,}` and differs
    /// between fragments (a constant field is a sample index). The comment of a FASTQ header is never used: it holds
    /// the sample index.
    #[default]
    Auto,
    /// The last `:`- or `_`-separated field of the read name, if it is of `[ACGTN+-]{4,}`.
    Name,
    /// A text tag of BAM or CRAM.
    Tag([u8; 2]),
    /// Bases of a read, cut off it together with what stands between them and the nearer end of the read.
    Segment {
        /// 0: first read; 1: second.
        mate: u8,
        /// Offset of the first base.
        start: usize,
        /// Number of bases.
        len: usize,
    },
}

/// Text that names no place of a UMI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UmiError {
    /// It has none of the forms.
    #[error("expected auto, none, name, tag:XX, read1:START:LENGTH or read2:START:LENGTH")]
    Form,
    /// The tag is none.
    #[error("a tag has two characters, such as RX")]
    Tag,
    /// The bases cannot be there.
    #[error("a UMI has 1 to 64 bases and starts within the first 300")]
    Place,
}

/// `auto`, `none`, `name`, `tag:RX`, or `read1:START:LENGTH` with a start from 0.
impl FromStr for UmiPlacement {
    type Err = UmiError;

    fn from_str(text: &str) -> Result<Self, UmiError> {
        match text {
            "auto" => return Ok(Self::Auto),
            "none" => return Ok(Self::None),
            "name" => return Ok(Self::Name),
            _ => {}
        }
        let parts: Vec<&str> = text.split(':').collect();
        match parts.as_slice() {
            ["tag", tag] => match tag.as_bytes() {
                &[a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphanumeric() => {
                    Ok(Self::Tag([a, b]))
                }
                _ => Err(UmiError::Tag),
            },
            [read @ ("read1" | "read2"), start, length] => {
                let number = |text: &str| text.parse::<usize>().map_err(|_| UmiError::Form);
                let (start, len) = (number(start)?, number(length)?);
                if len == 0 || len > 64 || start > 300 {
                    return Err(UmiError::Place);
                }
                Ok(Self::Segment {
                    mate: u8::from(*read == "read2"),
                    start,
                    len,
                })
            }
            _ => Err(UmiError::Form),
        }
    }
}

/// What to make of a BGZF file without its end block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingEnd {
    /// It is truncated: an error.
    #[default]
    Refuse,
    /// It was written so (bcl2fastq does): a warning, if its last record is whole. BAM is refused all the same.
    Warn,
}

/// Chooses the fragments worth keeping, before anything is allocated for them.
///
/// It sees the raw bases of the file: any case, `N` or `.`, `U` for RNA. Orientation is that of the sequencer. UMI
/// segments are already cut off. It is called on the calling thread only, for every fragment in file order.
pub trait Keep: Sync {
    /// Whether to keep the fragment. `second` is absent for single reads, and while a mate is not at hand.
    fn keep(&self, first: &[u8], second: Option<&[u8]>) -> bool;
}

/// Learns how far reading has come, and can stop it.
pub trait Progress: Sync {
    /// Called about every megabyte with totals so far: bytes of the files taken in, bytes of all files if known, and
    /// fragments seen.
    fn advance(&self, bytes_done: u64, bytes_total: Option<u64>, fragments: u64);

    /// Whether to stop; reading then ends with [`InputError::Interrupted`](super::InputError::Interrupted).
    fn interrupted(&self) -> bool;
}

/// No progress shown, never interrupted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _: u64, _: Option<u64>, _: u64) {}

    fn interrupted(&self) -> bool {
        false
    }
}

/// Keeps every fragment.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeepAll;

impl Keep for KeepAll {
    fn keep(&self, _: &[u8], _: Option<&[u8]>) -> bool {
        true
    }
}
