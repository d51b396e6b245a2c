//! What was learnt of the input on the way.

use std::fmt;
use std::path::PathBuf;

use alkaid_genome::Assembly;

use crate::fragment::Fragment;

/// Reads shorter than this (in bases) are warned about.
pub const SHORT_READ: u32 = 36;
/// Reads longer than this (in bases) are warned about.
pub const LONG_READ: u32 = 300;
/// A median read length above this (in bases) means a long-read sequencer.
pub const LONG_READ_SEQUENCER: u32 = 1_000;
/// Fragments in [`InputSummary::head`] at most.
pub const HEAD_FRAGMENTS: usize = 2_000;

/// Container and compression of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputFormat {
    /// FASTQ text.
    Fastq,
    /// FASTQ in gzip.
    FastqGzip,
    /// FASTQ in BGZF.
    FastqBgzf,
    /// BAM without alignments.
    UnalignedBam,
    /// BAM with alignments.
    Bam,
    /// CRAM.
    Cram,
}

impl fmt::Display for InputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fastq => "FASTQ",
            Self::FastqGzip => "FASTQ (gzip)",
            Self::FastqBgzf => "FASTQ (BGZF)",
            Self::UnalignedBam => "unaligned BAM",
            Self::Bam => "BAM",
            Self::Cram => "CRAM",
        })
    }
}

/// One file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Path as given.
    pub path: PathBuf,
    /// Size in bytes, if it is a file.
    pub bytes: Option<u64>,
}

/// Shortest, longest and median read, in bases; zeros when there were no reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadLength {
    /// Shortest.
    pub min: u32,
    /// Longest.
    pub max: u32,
    /// Median (the lower of two).
    pub median: u32,
}

/// What was learnt of the input on the way.
#[derive(Clone, Debug)]
pub struct InputSummary {
    /// Container and compression (of the first file).
    pub format: InputFormat,
    /// The files, in the order read.
    pub files: Vec<InputFile>,
    /// Fragments in the files; an estimate from the index if [`used_index`](Self::used_index).
    pub fragments: u64,
    /// Fragments handed to the sink.
    pub kept: u64,
    /// Bases read. With an index: bases of the records looked at.
    pub bases: u64,
    /// Read lengths. With an index or without, of all records looked at.
    pub read_length: ReadLength,
    /// Whether fragments have two reads.
    pub paired: bool,
    /// Where UMIs were found, in words.
    pub umi: Option<String>,
    /// Assembly of the alignments, from the header.
    pub assembly: Option<Assembly>,
    /// Alignments looked at.
    pub alignments: u64,
    /// Of these, spliced ones (CIGAR `N`).
    pub spliced_alignments: u64,
    /// Aligner named by the header.
    pub aligner: Option<String>,
    /// The first fragments, whatever [`Keep`](super::Keep) says, as a sample of the file.
    pub head: Vec<Fragment>,
    /// Whether an index was used, so that only a part of the file was read.
    pub used_index: bool,
    /// Records left out because the file flags them as having failed quality control.
    pub failed_qc: u64,
    /// Kept fragments whose mate is missing from the file.
    pub missing_mates: u64,
    /// What a user should know.
    pub warnings: Vec<String>,
}

impl InputSummary {
    /// An empty summary.
    pub(super) fn new(format: InputFormat, files: Vec<InputFile>) -> Self {
        Self {
            format,
            files,
            fragments: 0,
            kept: 0,
            bases: 0,
            read_length: ReadLength::default(),
            paired: false,
            umi: None,
            assembly: None,
            alignments: 0,
            spliced_alignments: 0,
            aligner: None,
            head: Vec::new(),
            used_index: false,
            failed_qc: 0,
            missing_mates: 0,
            warnings: Vec::new(),
        }
    }

    /// Takes in the read lengths and warns of unusual ones.
    pub(super) fn set_lengths(&mut self, lengths: &LengthCounts) {
        self.bases = lengths.bases;
        self.read_length = lengths.summary();
        let ReadLength { max, median, .. } = self.read_length;
        let reads = lengths.reads;
        if reads == 0 {
            return;
        }
        if median > LONG_READ_SEQUENCER {
            self.warnings.push(format!(
                "half of the reads are longer than {LONG_READ_SEQUENCER} bases (median {median}): long reads are not yet supported"
            ));
            return;
        }
        let short = lengths.below(SHORT_READ);
        if short > 0 {
            self.warnings.push(format!(
                "{short} of {reads} reads are shorter than {SHORT_READ} bases"
            ));
        }
        let long = lengths.above(LONG_READ);
        if long > 0 {
            self.warnings.push(format!(
                "{long} of {reads} reads are longer than {LONG_READ} bases (up to {max})"
            ));
        }
    }
}

/// What decoding alone does: the baseline for the speed of a whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecodeSummary {
    /// Records in all files.
    pub records: u64,
    /// Bases in all files.
    pub bases: u64,
    /// Bytes after decompression.
    pub bytes: u64,
}

/// Longest read with a count of its own; longer ones share the last count.
const LENGTH_BINS: usize = 1 << 16;

/// How many reads have which length.
#[derive(Clone, Debug, Default)]
pub(super) struct LengthCounts {
    counts: Vec<u64>,
    /// Reads of length `last` seen in a row and not yet in `counts`: most files have one length only.
    last: u32,
    run: u64,
    pub(super) reads: u64,
    pub(super) bases: u64,
    min: Option<u32>,
    max: u32,
}

impl LengthCounts {
    /// Counts one read.
    #[inline]
    pub(super) fn add(&mut self, length: u32) {
        if length != self.last {
            self.flush();
            self.last = length;
        }
        self.run += 1;
    }

    /// Moves the current run into the counts.
    pub(super) fn flush(&mut self) {
        let (length, run) = (self.last, self.run);
        self.run = 0;
        self.add_many(length, run);
    }

    fn add_many(&mut self, length: u32, number: u64) {
        if number == 0 {
            return;
        }
        let bin = (length as usize).min(LENGTH_BINS - 1);
        if bin >= self.counts.len() {
            self.counts.resize(bin + 1, 0);
        }
        self.counts[bin] += number;
        self.reads += number;
        self.bases += u64::from(length) * number;
        self.min = Some(self.min.map_or(length, |min| min.min(length)));
        self.max = self.max.max(length);
    }

    /// Adds the counts of another file.
    pub(super) fn merge(&mut self, other: &mut Self) {
        self.flush();
        other.flush();
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.reads += other.reads;
        self.bases += other.bases;
        self.min = match (self.min, other.min) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.max = self.max.max(other.max);
    }

    fn summary(&self) -> ReadLength {
        let mut seen = 0;
        let middle = self.reads.div_ceil(2);
        let median = self.counts.iter().position(|&count| {
            seen += count;
            seen >= middle && middle > 0
        });
        ReadLength {
            min: self.min.unwrap_or(0),
            max: self.max,
            median: median.map_or(0, |bin| bin as u32),
        }
    }

    fn below(&self, length: u32) -> u64 {
        self.counts.iter().take(length as usize).sum()
    }

    fn above(&self, length: u32) -> u64 {
        self.counts.iter().skip(length as usize + 1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lengths_agree_with_sorting(lengths in prop::collection::vec(0_u32..70_000, 1..200), cut in 0_usize..200) {
            let cut = cut.min(lengths.len());
            let (mut first, mut second) = (LengthCounts::default(), LengthCounts::default());
            lengths[..cut].iter().for_each(|&length| first.add(length));
            lengths[cut..].iter().for_each(|&length| second.add(length));
            first.merge(&mut second);

            let mut sorted = lengths.clone();
            sorted.sort_unstable();
            let summary = first.summary();
            prop_assert_eq!(summary.min, sorted[0]);
            prop_assert_eq!(summary.max, sorted[sorted.len() - 1]);
            prop_assert_eq!(summary.median, sorted[(sorted.len() - 1) / 2].min(LENGTH_BINS as u32 - 1));
            prop_assert_eq!(first.bases, lengths.iter().map(|&length| u64::from(length)).sum::<u64>());
            prop_assert_eq!(first.below(36), lengths.iter().filter(|&&length| length < 36).count() as u64);
            prop_assert_eq!(first.above(300), lengths.iter().filter(|&&length| length > 300).count() as u64);
        }
    }

    #[test]
    fn no_reads_have_no_length() {
        assert_eq!(LengthCounts::default().summary(), ReadLength::default());
    }
}
