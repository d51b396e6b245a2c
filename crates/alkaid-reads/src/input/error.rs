//! What can be wrong with the input, and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why reads could not be read. Each message names the file, the place and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// No path was given.
    #[error(
        "no input file given: give one or two FASTQ files, a BAM or a CRAM, or - for standard input"
    )]
    NoInput,
    /// The file is missing or may not be read.
    #[error(
        "cannot open {}: {source}; check the path and its permissions",
        Shown(path)
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A directory was given in place of a file.
    #[error("{} is a directory: give the read files in it", Shown(path))]
    Directory {
        /// The directory.
        path: PathBuf,
    },
    /// There is nothing in the file.
    #[error("{} is empty: it holds no reads", Shown(path))]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// One file was given more than once.
    #[error(
        "{} and {} are the same file: give each file once",
        Shown(first),
        Shown(second)
    )]
    SameFile {
        /// As given first.
        first: PathBuf,
        /// As given again.
        second: PathBuf,
    },
    /// Which files are mates cannot be told.
    #[error(
        "cannot tell which files are mates: {problem}; mark them with _R1/_R2 (or _1./_2.) in otherwise equal names"
    )]
    AmbiguousPairing {
        /// Which files, and why.
        problem: String,
    },
    /// The pairing asked for contradicts the files.
    #[error("{problem}")]
    Pairing {
        /// What contradicts what, and the remedy.
        problem: String,
    },
    /// FASTQ, BAM and CRAM were mixed.
    #[error(
        "{} is {first_format} but {} is {second_format}: run them separately",
        Shown(first),
        Shown(second)
    )]
    MixedFormats {
        /// One file.
        first: PathBuf,
        /// Its format.
        first_format: &'static str,
        /// The other file.
        second: PathBuf,
        /// Its format.
        second_format: &'static str,
    },
    /// A format that is not read.
    #[error(
        "{} is {found}, not reads in FASTQ, BAM or CRAM: {remedy}",
        Shown(path)
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        found: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The system failed to deliver bytes.
    #[error("cannot read {} after record {record}: {source}", Shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// Whole records read before.
        record: u64,
        /// What the system said.
        source: io::Error,
    },
    /// The file ends too early.
    #[error(
        "{} is truncated: {what}, after record {record}; copy or make the file again",
        Shown(path)
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Whole records read before.
        record: u64,
        /// What is cut off.
        what: &'static str,
    },
    /// A BGZF file without its last block.
    #[error(
        "{} is truncated: its BGZF end block is missing, after record {record}; copy or make the file again, \
         or if it is known to be whole (bcl2fastq writes no end block) recompress it with \"bgzip\" or \"gzip\"",
        Shown(path)
    )]
    MissingBgzfEnd {
        /// The file.
        path: PathBuf,
        /// Whole records read before.
        record: u64,
    },
    /// Compressed data that do not decompress, or whose checksum is wrong.
    #[error(
        "{} is damaged: {problem} near byte {offset}, after record {record}; copy or make the file again",
        Shown(path)
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Whole records read before.
        record: u64,
        /// Bytes of the file taken in so far.
        offset: u64,
        /// What is wrong.
        problem: String,
    },
    /// Text that is not FASTQ.
    #[error("{}, record {record} (line {line}): {problem}", Shown(path))]
    Fastq {
        /// The file.
        path: PathBuf,
        /// Number of the record, from 1.
        record: u64,
        /// Number of the line, from 1.
        line: u64,
        /// What is wrong, and the remedy.
        problem: String,
    },
    /// One record is longer than this reader allows.
    #[error(
        "{}, record {record}: longer than {limit} bytes; is this FASTQ?",
        Shown(path)
    )]
    RecordTooLong {
        /// The file.
        path: PathBuf,
        /// Number of the record, from 1.
        record: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// Mates have different names.
    #[error(
        "record {record} is {first_name:?} in {} but {second_name:?} in {}: the files are not mates, or not in the same \
         order; use the files as they left the sequencer, or sort both by name",
        Shown(first),
        Shown(second)
    )]
    MateNames {
        /// File of the first reads.
        first: PathBuf,
        /// File of the second reads.
        second: PathBuf,
        /// Number of the record in both, from 1.
        record: u64,
        /// Name in the first file.
        first_name: String,
        /// Name in the second file.
        second_name: String,
    },
    /// Mates are not equally many.
    #[error(
        "{} ends after record {records} but {} goes on: one of them is cut off or they are not mates; make them again",
        Shown(shorter),
        Shown(longer)
    )]
    MateCounts {
        /// The file with fewer records.
        shorter: PathBuf,
        /// The file with more.
        longer: PathBuf,
        /// Records in the shorter one.
        records: u64,
    },
    /// Neighbouring records of an interleaved file have different names.
    #[error(
        "{}: records {record} and {} should be mates but are {first_name:?} and {second_name:?}; \
         the file is not interleaved throughout: repair it, or read it as single reads",
        Shown(path),
        record + 1
    )]
    Interleaving {
        /// The file.
        path: PathBuf,
        /// Number of the first of the two records, from 1.
        record: u64,
        /// Its name.
        first_name: String,
        /// The name of the next.
        second_name: String,
    },
    /// An interleaved file with an odd number of records.
    #[error(
        "{} is interleaved but its last record, {record}, has no mate: the file is cut off; copy or make it again",
        Shown(path)
    )]
    OddInterleaved {
        /// The file.
        path: PathBuf,
        /// Number of the last record, from 1.
        record: u64,
    },
    /// Standard input or a pipe was to be read a second time.
    #[error("{} can be read only once: give a file", Shown(path))]
    Consumed {
        /// The path as given.
        path: PathBuf,
    },
    /// The alignments' reference is not one of the two human assemblies.
    #[error(
        "{} is aligned to a reference that is neither GRCh38 nor GRCh37 ({found}): give its reads as FASTQ \
         (\"samtools fastq\"), or align them to GRCh38",
        Shown(path)
    )]
    UnknownReference {
        /// The file.
        path: PathBuf,
        /// What the header says instead.
        found: String,
    },
    /// The header mixes chromosomes of both assemblies.
    #[error(
        "{} has chromosome 1 of {first} but chromosome 2 of {second} in its header: the header is wrong",
        Shown(path)
    )]
    MixedReference {
        /// The file.
        path: PathBuf,
        /// Assembly of chromosome 1.
        first: alkaid_genome::Assembly,
        /// Assembly of chromosome 2.
        second: alkaid_genome::Assembly,
    },
    /// Depth over targets was asked of a file that it cannot be taken from.
    #[error(
        "{} {problem}: depth against control regions needs a BAM or CRAM with its index (align the reads, sort, \
         \"samtools index\"), or leave out --control-regions and give another caller's table with --copy-number",
        Shown(path)
    )]
    Depth {
        /// The file.
        path: PathBuf,
        /// What it lacks.
        problem: &'static str,
    },
    /// The index does not fit the file.
    #[error(
        "the index {} does not fit {}: {problem}; make it again with \"samtools index\", or remove it to read the whole file",
        Shown(index),
        Shown(path)
    )]
    Index {
        /// The alignment file.
        path: PathBuf,
        /// The index.
        index: PathBuf,
        /// What does not fit.
        problem: String,
    },
    /// A BAM or CRAM that cannot be decoded.
    #[error("{}, after record {record}: {problem}", Shown(path))]
    Alignment {
        /// The file.
        path: PathBuf,
        /// Records read before.
        record: u64,
        /// What is wrong, and the remedy.
        problem: String,
    },
    /// A CRAM without the reference that it was made with, or with another one.
    #[error(
        "{} needs the FASTA file that it was made with: {problem}",
        Shown(path)
    )]
    CramReference {
        /// The CRAM file.
        path: PathBuf,
        /// What is missing or different, and the remedy.
        problem: String,
    },
    /// Standard input could not be kept in a temporary file.
    #[error("cannot keep {} in a temporary file in {}: {source}; free some space, set TMPDIR, or give a file", Shown(path), directory.display())]
    Spool {
        /// The path as given.
        path: PathBuf,
        /// Directory of temporary files.
        directory: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system gave no thread.
    #[error(
        "cannot start a thread to read {}: {source}; try --threads 1",
        Shown(path)
    )]
    Thread {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A reading thread died: a fault of this program.
    #[error(
        "the thread that reads {} died: this is a fault of the program, please report it",
        Shown(path)
    )]
    Died {
        /// The file.
        path: PathBuf,
    },
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// A path for messages: `-` is standard input.
pub(super) struct Shown<'a>(pub(super) &'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Path::new("-") {
            f.write_str("standard input")
        } else {
            write!(f, "{}", self.0.display())
        }
    }
}

/// Bytes of a file for messages: at most 80, as text.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(80)];
    String::from_utf8_lossy(shown).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dash_is_shown_as_standard_input() {
        let error = InputError::Empty { path: "-".into() };
        assert_eq!(
            error.to_string(),
            "standard input is empty: it holds no reads"
        );
    }

    #[test]
    fn excerpts_are_short_and_survive_any_bytes() {
        assert_eq!(excerpt(&[b'A'; 200]).len(), 80);
        assert_eq!(excerpt(b"\xff"), "\u{fffd}");
    }
}
