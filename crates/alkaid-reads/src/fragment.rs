//! What the sequencer saw of one molecule.

use std::ops::Range;

/// One read, as sequenced (5'→3').
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Bases, upper-case `ACGTN`.
    pub bases: Vec<u8>,
    /// Phred qualities (not offset by 33), one per base; empty when the file holds none.
    pub quals: Vec<u8>,
}

/// Where an aligner put (a part of) a read. Known only when the input was aligned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// 0 for the first read of the fragment, 1 for the second.
    pub mate: u8,
    /// Chromosome, `chr2` form.
    pub chrom: String,
    /// First aligned base, 0-based.
    pub start: u64,
    /// One past the last aligned base.
    pub end: u64,
    /// Whether the read aligns to the reverse strand.
    pub reverse: bool,
    /// Mapping quality.
    pub mapq: u8,
    /// The aligned part, in bases of the read as sequenced.
    pub query: Range<u32>,
    /// Whether this is not the primary alignment of its read.
    pub supplementary: bool,
}

/// One sequenced molecule: one or two reads, and what else the file says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// Read name without mate suffix or comment.
    pub name: Vec<u8>,
    /// The first (or only) read.
    pub first: Read,
    /// Its mate.
    pub second: Option<Read>,
    /// Unique molecular identifier, if the file has one.
    pub umi: Option<Vec<u8>>,
    /// Alignments found in the file, in file order; empty for FASTQ.
    pub alignments: Vec<Alignment>,
}

impl Fragment {
    /// The reads with their mate index.
    pub fn reads(&self) -> impl Iterator<Item = (u8, &Read)> {
        std::iter::once((0, &self.first)).chain(self.second.iter().map(|read| (1, read)))
    }
}
