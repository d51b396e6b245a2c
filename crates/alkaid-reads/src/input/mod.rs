//! Reads from FASTQ, BAM or CRAM, one fragment after the other.
//!
//! FASTQ is where speed matters: a run should cost little more than decompressing its files. A block of text is inflated
//! (`stream`), its records are found in place (`fastq`, `reader`), the caller looks at their bases where they lie
//! (`pairs`), and only what it keeps is copied (`sift`). With more than one thread each file is decoded ahead (`feed`);
//! fragments come in file order all the same.
//!
//! Alignment files go through `alignment`: by their index where there is one.

mod alignment;
mod error;
mod fastq;
mod fastq_files;
mod feed;
#[doc(hidden)]
pub mod fuzzing;
mod gzip;
mod lanes;
mod names;
mod options;
mod pairs;
mod reader;
mod sift;
mod source;
mod stream;
mod summary;
mod umi;

use std::path::PathBuf;

use alkaid_genome::GenomicInterval;

pub use alignment::AlignedBases;
pub use error::InputError;
pub use options::{
    InputOptions, Keep, KeepAll, MissingEnd, Pairing, Progress, Silent, UmiError, UmiPlacement,
};
pub use summary::{
    DecodeSummary, HEAD_FRAGMENTS, InputFile, InputFormat, InputSummary, LONG_READ,
    LONG_READ_SEQUENCER, ReadLength, SHORT_READ,
};

use crate::fragment::Fragment;
use alignment::AlignmentFiles;
use fastq_files::FastqFiles;
use source::{Content, Source};

/// Input files, opened and recognised.
pub struct Sources(Kind);

enum Kind {
    Fastq(FastqFiles),
    Alignments(AlignmentFiles),
}

impl Sources {
    /// Opens the files (`-` is standard input), tells their formats by their content, and pairs FASTQ files.
    ///
    /// # Errors
    ///
    /// If a file cannot be opened, is none of the formats, is given twice, or has no clear mate.
    pub fn open(paths: &[PathBuf], options: &InputOptions) -> Result<Self, InputError> {
        if paths.is_empty() {
            return Err(InputError::NoInput);
        }
        source::refuse_duplicates(paths)?;
        let sources: Vec<Source> = paths
            .iter()
            .map(|path| Source::open(path))
            .collect::<Result<_, _>>()?;
        let first = &sources[0];
        if let Some(other) = sources.iter().find(|other| other.content != first.content) {
            return Err(InputError::MixedFormats {
                first: first.path.clone(),
                first_format: first.content.name(),
                second: other.path.clone(),
                second_format: other.content.name(),
            });
        }
        match first.content {
            Content::Fastq => FastqFiles::new(sources, options).map(Kind::Fastq).map(Self),
            Content::Bam | Content::Cram => {
                Ok(Self(Kind::Alignments(AlignmentFiles::new(sources))))
            }
        }
    }

    /// Reads the files, hands what is kept to `sink` in file order, and tells what was learnt on the way.
    ///
    /// It can be called again, with other regions or another `keep`; only FASTQ from a pipe can be read but once.
    ///
    /// # Errors
    ///
    /// If anything is wrong with a file, or the caller interrupts. What went to `sink` before is then incomplete.
    pub fn read(
        &mut self,
        options: &InputOptions,
        keep: &dyn Keep,
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Fragment),
    ) -> Result<InputSummary, InputError> {
        match &mut self.0 {
            Kind::Fastq(files) => files.read(options, keep, progress, sink),
            Kind::Alignments(files) => files.read(options, keep, progress, sink),
        }
    }

    /// Adds up how many bases are aligned to each target (disjoint, 0-based half-open on the files' own assembly).
    ///
    /// No read is kept: memory goes with the number of targets.
    ///
    /// # Errors
    ///
    /// If a file is no BAM or CRAM with alignments and an index, if anything is wrong with it, or the caller interrupts.
    pub fn aligned_bases(
        &mut self,
        options: &InputOptions,
        targets: &[GenomicInterval],
        progress: &dyn Progress,
    ) -> Result<AlignedBases, InputError> {
        match &mut self.0 {
            Kind::Fastq(files) => Err(InputError::Depth {
                path: files.first_path(),
                problem: "holds reads without alignments",
            }),
            Kind::Alignments(files) => files.aligned_bases(options, targets, progress),
        }
    }
}

/// Opens files and reads them once: [`Sources::open`] and [`Sources::read`].
///
/// # Errors
///
/// As those.
pub fn read_fragments(
    paths: &[PathBuf],
    options: &InputOptions,
    keep: &dyn Keep,
    progress: &dyn Progress,
    sink: &mut dyn FnMut(Fragment),
) -> Result<InputSummary, InputError> {
    Sources::open(paths, options)?.read(options, keep, progress, sink)
}

/// Decompresses FASTQ files and finds their records, as [`read_fragments`] does, and does nothing else.
///
/// The baseline against which the speed of a run is measured.
///
/// # Errors
///
/// As [`read_fragments`], but files are not compared with each other.
pub fn decode_only(paths: &[PathBuf], threads: usize) -> Result<DecodeSummary, InputError> {
    let sources: Vec<Source> = paths
        .iter()
        .map(|path| Source::open(path))
        .collect::<Result<_, _>>()?;
    fastq_files::decode_only(sources, threads)
}
