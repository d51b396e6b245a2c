//! BAM and CRAM, aligned or not, by index where there is one.

mod bam;
mod cigar;
mod collect;
mod cram;
mod depth;
mod header;
mod index;
mod indexed;
mod inflate;
mod job;
mod record;
mod reference;
mod regions;
mod scan;

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;

use alkaid_genome::Assembly;

use super::error::{InputError, Shown};
use super::options::{InputOptions, Keep, Progress, UmiPlacement};
use super::pairs::Meter;
use super::sift::Sift;
use super::source::{Content, Source};
use super::summary::{InputFile, InputFormat, InputSummary};
use super::umi::RX;
use crate::fragment::Fragment;
use bam::BamFile;
use cram::CramFile;
pub use depth::AlignedBases;
use header::Facts;
use index::IndexFile;
use job::{Job, Pass, Tally};
use record::AlignedRecord;
use regions::Regions;

/// Bytes copied at a time to a temporary file.
const SPOOL_BYTES: usize = 1 << 20;

/// Is shown a record, and how many bytes of the file were used up to it; says whether to go on.
type Visit<'a> = dyn FnMut(&dyn AlignedRecord, u64) -> Result<ControlFlow<()>, InputError> + 'a;

/// What is asked of a BAM or CRAM file.
trait AlignmentReader {
    /// What the header says.
    fn facts(&self) -> &Facts;
    /// Whether an index was loaded.
    fn has_index(&self) -> bool;
    /// Visits all records from the first on.
    fn scan(&mut self, visit: &mut Visit<'_>) -> Result<(), InputError>;
    /// Visits the records that overlap a range (0-based half-open), by the index.
    fn query(
        &mut self,
        reference: usize,
        range: &Range<u64>,
        visit: &mut Visit<'_>,
    ) -> Result<(), InputError>;
    /// Visits the records that have no place, by the index.
    fn unplaced(&mut self, visit: &mut Visit<'_>) -> Result<(), InputError>;
    /// Records in the file, if the index tells.
    fn record_count(&mut self) -> Option<u64>;
    /// Queries that cost about as much as reading the whole file.
    fn fetch_limit(&self) -> usize;
}

/// BAM or CRAM files of one sample.
pub(super) struct AlignmentFiles {
    sources: Vec<(Source, Option<File>)>,
}

impl AlignmentFiles {
    /// Files already recognised.
    pub(super) fn new(sources: Vec<Source>) -> Self {
        Self {
            sources: sources.into_iter().map(|source| (source, None)).collect(),
        }
    }

    /// Reads one file after the other.
    pub(super) fn read(
        &mut self,
        options: &InputOptions,
        keep: &dyn Keep,
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Fragment),
    ) -> Result<InputSummary, InputError> {
        let files: Vec<InputFile> = self
            .sources
            .iter()
            .map(|(source, _)| InputFile {
                path: source.path.clone(),
                bytes: source.bytes,
            })
            .collect();
        let mut meter = Meter {
            progress,
            finished: 0,
            total: files.iter().map(|file| file.bytes).sum(),
        };
        let mut summary = InputSummary::new(InputFormat::Bam, files);
        let mut sift = Sift::new(options, keep, sink);
        let mut tally = Tally::default();
        let mut aligned = false;
        for (source, spooled) in &mut self.sources {
            let mut reader = open(source, spooled, options, &meter)?;
            let assembly = assembly_of(source, reader.as_ref(), &mut summary)?;
            aligned |= assembly.is_some();
            let size = source.bytes.unwrap_or(0);
            let mut job = Job {
                path: &source.path,
                facts: reader.facts().clone(),
                regions: Regions::default(),
                umi_tag: umi_tag(options.umi),
                sift: &mut sift,
                tally: Tally::default(),
                meter: &meter,
                pass: Pass::Only,
                visits: 0,
                warnings: Vec::new(),
            };
            if let Some(assembly) = assembly {
                set_regions(&mut job, options, assembly);
            }
            if assembly.is_none() || job.facts.grouped {
                scan::read_grouped(&mut job, reader.as_mut())?;
            } else if reader.has_index() && !job.regions.is_empty() {
                summary.used_index = true;
                indexed::read_indexed(&mut job, reader.as_mut())?;
            } else {
                if !reader.has_index() {
                    job.warnings.push(
                        "it has no index beside it: the whole file is read, twice".to_owned(),
                    );
                } else if !options.regions.is_empty() {
                    job.warnings.push("no region of interest lies on its reference: the whole file is read, twice".to_owned());
                }
                scan::read_twice(&mut job, reader.as_mut(), size)?;
            }
            if job.tally.reads == [0; 3] {
                return Err(InputError::Empty {
                    path: source.path.clone(),
                });
            }
            let shown = Shown(&source.path);
            summary.warnings.extend(
                job.warnings
                    .iter()
                    .map(|warning| format!("{shown}: {warning}")),
            );
            tally.merge(&mut job.tally);
            meter.finished += size;
        }
        meter.tick(0, sift.seen)?;
        sift.finish(&mut summary);
        summary.format = match self.sources.first().map(|(source, _)| source.content) {
            Some(Content::Cram) => InputFormat::Cram,
            _ if aligned => InputFormat::Bam,
            _ => InputFormat::UnalignedBam,
        };
        finish(&mut summary, &mut tally);
        Ok(summary)
    }
}

/// Writes the tally into the summary.
fn finish(summary: &mut InputSummary, tally: &mut Tally) {
    tally.lengths.flush();
    summary.set_lengths(&tally.lengths);
    summary.paired = tally.paired();
    summary.alignments = tally.alignments;
    summary.spliced_alignments = tally.spliced;
    summary.failed_qc = tally.failed_qc;
    summary.missing_mates = tally.missing_mates;
    if tally.failed_qc > 0 {
        let problem = format!(
            "{} records are flagged as failing quality control and were left out",
            tally.failed_qc
        );
        summary.warnings.push(problem);
    }
    if tally.missing_mates > 0 {
        let problem = format!(
            "{} of {} kept fragments lack a mate in the file",
            tally.missing_mates, summary.kept
        );
        summary.warnings.push(problem);
    }
}

/// Opens a file and its index. What cannot be read twice is first kept in a temporary file.
fn open(
    source: &mut Source,
    spooled: &mut Option<File>,
    options: &InputOptions,
    meter: &Meter<'_>,
) -> Result<Box<dyn AlignmentReader>, InputError> {
    let cannot = |path: &PathBuf, error| InputError::Open {
        path: path.clone(),
        source: error,
    };
    let path = source.path.clone();
    let on_disk = source.is_file();
    let file = if on_disk {
        File::open(&path).map_err(|error| cannot(&path, error))?
    } else {
        let kept = match spooled.take() {
            Some(kept) => kept,
            None => spool(source, meter)?,
        };
        spooled
            .insert(kept)
            .try_clone()
            .map_err(|error| cannot(&path, error))?
    };
    let index = |extensions| {
        if on_disk {
            IndexFile::find(&path, extensions)
        } else {
            Ok(None)
        }
    };
    match source.content {
        Content::Cram => {
            let mut opened = CramFile::open(&path, file, options.reference.as_deref())?;
            if let Some(index) = index(&["crai"])? {
                opened.load_index(&index)?;
            }
            Ok(Box::new(opened))
        }
        Content::Bam | Content::Fastq => {
            let mut opened = BamFile::open(&path, file)?;
            if let Some(index) = index(&["bai", "csi"])? {
                opened.load_index(&index)?;
            }
            Ok(Box::new(opened))
        }
    }
}

/// Copies a pipe to an anonymous temporary file.
fn spool(source: &mut Source, meter: &Meter<'_>) -> Result<File, InputError> {
    let failed = |path: &PathBuf, error| InputError::Spool {
        path: path.clone(),
        directory: std::env::temp_dir(),
        source: error,
    };
    let mut reader = source.reader()?;
    let mut file = tempfile::tempfile().map_err(|error| failed(&source.path, error))?;
    let mut bytes = vec![0; SPOOL_BYTES];
    let mut copied = 0;
    loop {
        meter.tick_open(0)?;
        match reader.read(&mut bytes) {
            Ok(0) => break,
            Ok(read) => {
                copied += read as u64;
                file.write_all(&bytes[..read])
                    .map_err(|error| failed(&source.path, error))?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Err(InputError::Read {
                    path: source.path.clone(),
                    record: 0,
                    source: error,
                });
            }
        }
    }
    file.rewind().map_err(|error| failed(&source.path, error))?;
    source.bytes = Some(copied);
    Ok(file)
}

/// The assembly of an aligned file; `None` for unaligned reads. Files of one sample must agree.
fn assembly_of(
    source: &Source,
    reader: &dyn AlignmentReader,
    summary: &mut InputSummary,
) -> Result<Option<Assembly>, InputError> {
    let facts = reader.facts();
    if summary.aligner.is_none() {
        summary.aligner.clone_from(&facts.aligner);
    }
    if !facts.is_aligned() {
        return Ok(None);
    }
    let assembly = facts.assembly(&source.path)?;
    match summary.assembly.replace(assembly) {
        Some(other) if other != assembly => Err(InputError::Pairing {
            problem: format!(
                "{} is aligned to {assembly}, the files before it to {other}: run them separately",
                Shown(&source.path)
            ),
        }),
        _ => Ok(Some(assembly)),
    }
}

/// Sets the regions on the file's own reference.
fn set_regions(job: &mut Job<'_, '_>, options: &InputOptions, assembly: Assembly) {
    let given = match assembly {
        Assembly::Grch38 => &options.regions,
        Assembly::Grch37 => &options.regions_grch37,
    };
    let (regions, absent) = Regions::new(given, &job.facts);
    if !absent.is_empty() {
        job.warnings
            .push(format!("its header does not name {}", absent.join(", ")));
    }
    job.regions = regions;
}

/// The tag to look for UMIs in.
fn umi_tag(placement: UmiPlacement) -> Option<[u8; 2]> {
    match placement {
        UmiPlacement::Auto => Some(RX),
        UmiPlacement::Tag(tag) => Some(tag),
        UmiPlacement::None | UmiPlacement::Name | UmiPlacement::Segment { .. } => None,
    }
}

/// Door for fuzzing: the decompressed bytes, and whether nothing odd was noted.
pub(super) fn fuzz_inflate(stream: super::stream::Stream) -> Option<(Vec<u8>, bool)> {
    let mut reader = inflate::InflateRead::new(stream);
    let mut bytes = Vec::new();
    reader.by_ref().take(1 << 26).read_to_end(&mut bytes).ok()?;
    Some((bytes, reader.is_clean()))
}

/// Door for fuzzing: header and records of a BAM.
pub(super) fn fuzz_bam(bytes: &[u8]) {
    bam::fuzz(bytes);
}

/// Door for fuzzing: an `SA` tag.
pub(super) fn fuzz_listed(bytes: &[u8]) {
    cigar::parse_listed(bytes).for_each(drop);
}
