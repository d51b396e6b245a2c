//! FASTQ files of one sample: lanes one after the other, mates side by side.

use std::path::PathBuf;

use super::error::{InputError, Shown};
use super::feed::Feed;
use super::lanes::{Lane, group};
use super::options::{InputOptions, Keep, MissingEnd, Pairing, Progress};
use super::pairs::{Meter, walk_pair, walk_single};
use super::reader::{FastqReader, FileTotals};
use super::sift::Sift;
use super::source::Source;
use super::stream::Compression;
use super::summary::{DecodeSummary, InputFile, InputFormat, InputSummary, LengthCounts};
use crate::fragment::Fragment;

/// Lowest quality character of Illumina's old scale, and one that hardly any file of today's scale reaches.
const OLD_SCALE: (u8, u8) = (b'@', b'a');

/// FASTQ files, grouped into lanes.
pub(super) struct FastqFiles {
    lanes: Vec<Lane<Source>>,
}

impl FastqFiles {
    /// Pairs the files.
    pub(super) fn new(sources: Vec<Source>, options: &InputOptions) -> Result<Self, InputError> {
        let paths: Vec<PathBuf> = sources.iter().map(|source| source.path.clone()).collect();
        let lanes = group(&paths, options.pairing)?;
        let mut sources: Vec<Option<Source>> = sources.into_iter().map(Some).collect();
        let mut take = |i: usize| sources[i].take();
        let lanes = lanes
            .into_iter()
            // `group` places every file once, so none is missing here.
            .filter_map(|lane| {
                Some(Lane {
                    first: take(lane.first)?,
                    second: lane.second.and_then(&mut take),
                })
            })
            .collect();
        Ok(Self { lanes })
    }

    /// The first file, for messages.
    pub(super) fn first_path(&self) -> PathBuf {
        self.lanes
            .first()
            .map(|lane| lane.first.path.clone())
            .unwrap_or_default()
    }

    /// Reads all lanes.
    pub(super) fn read(
        &mut self,
        options: &InputOptions,
        keep: &dyn Keep,
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Fragment),
    ) -> Result<InputSummary, InputError> {
        let mut summary = self.summary();
        let mut sift = Sift::new(options, keep, sink);
        let mut meter = Meter {
            progress,
            finished: 0,
            total: summary.files.iter().map(|file| file.bytes).sum(),
        };
        let mut lengths = LengthCounts::default();
        for lane in &mut self.lanes {
            let first = lane.first.path.clone();
            let first_feed = feed(
                &mut lane.first,
                options,
                pairing_within(options, lane.second.is_some()),
            )?;
            let ended: Vec<(PathBuf, FileTotals)> = match &mut lane.second {
                Some(mate) => {
                    let second = mate.path.clone();
                    let feeds = (first_feed, feed(mate, options, Pairing::Single)?);
                    let (a, b) = walk_pair((&first, &second), feeds, &mut sift, &meter)?;
                    summary.paired = true;
                    vec![(first, a), (second, b)]
                }
                None => {
                    let (interleaved, totals) = walk_single(&first, first_feed, &mut sift, &meter)?;
                    summary.paired |= interleaved;
                    vec![(first, totals)]
                }
            };
            for (path, mut totals) in ended {
                lengths.merge(&mut totals.lengths);
                meter.finished += totals.taken;
                summary.warnings.extend(
                    totals
                        .notes
                        .iter()
                        .map(|note| format!("{}: {note}", Shown(&path))),
                );
            }
        }
        meter.tick(0, sift.seen)?;
        sift.finish(&mut summary);
        summary.set_lengths(&lengths);
        if old_quality_scale(&summary.head) {
            summary.warnings.push(
                "base qualities seem to be on Illumina's scale of before 2011 (offset 64): they are read as too high by 31"
                    .to_owned(),
            );
        }
        Ok(summary)
    }

    fn summary(&self) -> InputSummary {
        let mut sources = self
            .lanes
            .iter()
            .flat_map(|lane| std::iter::once(&lane.first).chain(&lane.second))
            .peekable();
        let format = match sources.peek().map(|source| source.compression) {
            Some(Compression::Gzip) => InputFormat::FastqGzip,
            Some(Compression::Bgzf) => InputFormat::FastqBgzf,
            Some(Compression::Plain) | None => InputFormat::Fastq,
        };
        let files = sources
            .map(|source| InputFile {
                path: source.path.clone(),
                bytes: source.bytes,
            })
            .collect();
        InputSummary::new(format, files)
    }
}

/// How records within one file are paired.
fn pairing_within(options: &InputOptions, has_mate: bool) -> Pairing {
    if has_mate {
        Pairing::Single
    } else {
        options.pairing
    }
}

fn feed(source: &mut Source, options: &InputOptions, pairing: Pairing) -> Result<Feed, InputError> {
    let stream = source.stream(options.missing_bgzf_end)?;
    let reader = FastqReader::new(source.path.clone(), stream, pairing);
    if options.threads > 1 {
        Feed::threaded(reader)
    } else {
        Ok(Feed::inline(reader))
    }
}

/// Whether the sample's qualities use a range that only the old scale does.
fn old_quality_scale(head: &[Fragment]) -> bool {
    let quals = || {
        head.iter()
            .flat_map(Fragment::reads)
            .flat_map(|(_, read)| &read.quals)
            .map(|&phred| phred + b'!')
    };
    quals().min().is_some_and(|min| min >= OLD_SCALE.0)
        && quals().max().is_some_and(|max| max >= OLD_SCALE.1)
}

/// Decodes the files, at most `threads` at a time, and counts.
pub(super) fn decode_only(
    mut sources: Vec<Source>,
    threads: usize,
) -> Result<DecodeSummary, InputError> {
    let options = InputOptions {
        threads,
        missing_bgzf_end: MissingEnd::Warn,
        ..InputOptions::default()
    };
    let mut summary = DecodeSummary::default();
    for batch in sources.chunks_mut(threads.max(1)) {
        let mut feeds = batch
            .iter_mut()
            .map(|source| feed(source, &options, Pairing::Single))
            .collect::<Result<Vec<_>, _>>()?;
        // In turns, as mates are read.
        let mut open = true;
        while open {
            open = false;
            for feed in &mut feeds {
                if let Some(block) = feed.next()? {
                    open = true;
                    feed.recycle(block);
                }
            }
        }
        for feed in feeds {
            let totals = feed.into_totals();
            summary.records += totals.records;
            summary.bases += totals.lengths.bases;
            summary.bytes += totals.text;
        }
    }
    Ok(summary)
}
