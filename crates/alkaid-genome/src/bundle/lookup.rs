//! Finding transcripts by name and genes by place.

use std::collections::BTreeMap;
use std::ops::Range;

use super::models::Aliases;
use super::tables::GeneOffset;
use crate::coords::GenomicInterval;
use crate::gene::{Transcript, without_version};

/// Where a transcript stands among all.
pub(super) fn index_of(transcripts: &[Transcript], transcript: &Transcript) -> Option<usize> {
    let gene = transcript.gene.as_str();
    let from = transcripts.partition_point(|other| other.gene.as_str() < gene);
    let at = transcripts[from..]
        .iter()
        .take_while(|other| other.gene == gene)
        .position(|other| other.id == transcript.id && other.sequence == transcript.sequence)?;
    Some(from + at)
}

/// Finds transcripts by accession, RefSeq accession or alias.
pub(super) struct NameIndex {
    /// Indices sorted by accession without version, then index.
    by_id: Vec<u32>,
    /// Of those that have a RefSeq accession, sorted by that.
    by_refseq: Vec<u32>,
}

impl NameIndex {
    pub(super) fn new(transcripts: &[Transcript]) -> Self {
        let numbered = || (0u32..).zip(transcripts);
        let by_id = sorted_by_name(numbered().map(|(at, t)| (t.id.as_str(), at)));
        let by_refseq =
            sorted_by_name(numbered().filter_map(|(at, t)| Some((t.refseq.as_deref()?, at))));
        Self { by_id, by_refseq }
    }

    /// By accession, then by RefSeq accession.
    pub(super) fn find<'a>(
        &self,
        transcripts: &'a [Transcript],
        id: &str,
    ) -> Option<&'a Transcript> {
        let by_id = || best_version(&self.by_id, |&at| id_of(transcripts, at), id);
        let by_refseq = || best_version(&self.by_refseq, |&at| refseq_of(transcripts, at), id);
        let at = by_id().or_else(by_refseq)?;
        Some(&transcripts[*at as usize])
    }
}

fn sorted_by_name<'n>(names: impl Iterator<Item = (&'n str, u32)>) -> Vec<u32> {
    let mut names: Vec<_> = names
        .map(|(name, at)| (without_version(name), at))
        .collect();
    names.sort_unstable();
    names.into_iter().map(|(_, at)| at).collect()
}

/// The index of the transcript that has an alias.
pub(super) fn find_alias(aliases: &Aliases, id: &str) -> Option<u32> {
    // `A.1` and `A-2` sort before `A1`: names with a version do not all stand
    // together, so that every name with the prefix is looked at.
    let name = without_version(id);
    let from = aliases.partition_point(|(alias, _)| alias.as_str() < name);
    let same = || {
        aliases[from..]
            .iter()
            .take_while(|(alias, _)| alias.starts_with(name))
            .filter(|(alias, _)| without_version(alias) == name)
    };
    let exact = same().find(|(alias, _)| alias == id);
    exact.or_else(|| same().next()).map(|(_, at)| *at)
}

/// Of entries sorted by name without version: the one with this name and
/// version, else the first with this name.
fn best_version<'e, 'n, E>(
    sorted: &'e [E],
    name_of: impl Fn(&E) -> &'n str,
    wanted: &str,
) -> Option<&'e E> {
    let name = without_version(wanted);
    let from = sorted.partition_point(|entry| without_version(name_of(entry)) < name);
    let len = sorted[from..].partition_point(|entry| without_version(name_of(entry)) == name);
    let same = &sorted[from..from + len];
    let exact = same.iter().find(|entry| name_of(entry) == wanted);
    exact.or_else(|| same.first())
}

fn id_of(transcripts: &[Transcript], at: u32) -> &str {
    &transcripts[at as usize].id
}

fn refseq_of(transcripts: &[Transcript], at: u32) -> &str {
    transcripts[at as usize]
        .refseq
        .as_deref()
        .unwrap_or_default()
}

/// Numbered intervals of the genome, by chromosome.
pub(super) struct IntervalIndex {
    by_chrom: BTreeMap<String, Vec<Span>>,
}

/// An interval, 0-based half-open.
struct Span {
    start: u64,
    end: u64,
    /// The largest end of this interval and all before: none of these goes further.
    reach: u64,
    number: u32,
}

impl IntervalIndex {
    pub(super) fn new<'a>(intervals: impl Iterator<Item = (&'a str, Range<u64>, u32)>) -> Self {
        let mut by_chrom: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        for (chrom, Range { start, end }, number) in intervals {
            let span = Span {
                start,
                end,
                reach: end,
                number,
            };
            match by_chrom.get_mut(chrom) {
                Some(spans) => spans.push(span),
                None => {
                    by_chrom.insert(chrom.to_owned(), vec![span]);
                }
            }
        }
        for spans in by_chrom.values_mut() {
            spans.sort_by_key(|span| (span.start, span.number));
            let mut reach = 0;
            for span in spans {
                reach = reach.max(span.end);
                span.reach = reach;
            }
        }
        Self { by_chrom }
    }

    /// The numbers of all intervals that hold a base, in no order.
    pub(super) fn at(&self, chrom: &str, pos: u64) -> impl Iterator<Item = u32> {
        let spans = self.by_chrom.get(chrom).map_or(&[][..], Vec::as_slice);
        let started = spans.partition_point(|span| span.start <= pos);
        spans[..started]
            .iter()
            .rev()
            .take_while(move |span| span.reach > pos)
            .filter(move |span| span.end > pos)
            .map(|span| span.number)
    }
}

/// The spans of transcripts, numbered as these are.
pub(super) fn index_genes(transcripts: &[Transcript]) -> IntervalIndex {
    let spans: Vec<_> = transcripts
        .iter()
        .enumerate()
        .filter_map(|(number, transcript)| Some((transcript.span()?, number as u32)))
        .collect();
    let spans = spans.iter().map(|(span, number)| {
        let GenomicInterval { chrom, start, end } = span;
        (chrom.as_str(), *start..*end, *number)
    });
    IntervalIndex::new(spans)
}

/// The best transcript of every gene that spans a base.
pub(super) fn best_at<'a>(
    index: &IntervalIndex,
    transcripts: &'a [Transcript],
    chrom: &str,
    pos: u64,
) -> Vec<&'a Transcript> {
    // Transcripts are sorted by gene, the best first: so are their numbers.
    let mut hits: Vec<u32> = index.at(chrom, pos).collect();
    hits.sort_unstable();
    let mut found: Vec<&Transcript> = hits.iter().map(|&at| &transcripts[at as usize]).collect();
    found.dedup_by(|later, first| later.gene == first.gene);
    found.sort_by(|a, b| (a.rank, &a.gene).cmp(&(b.rank, &b.gene)));
    found
}

/// The stretches on either assembly, numbered as they are stored.
pub(super) struct OffsetIndex {
    pub(super) grch38: IntervalIndex,
    pub(super) grch37: IntervalIndex,
}

impl OffsetIndex {
    pub(super) fn new(offsets: &[GeneOffset]) -> Self {
        let numbered = || (0..).zip(offsets);
        Self {
            grch38: IntervalIndex::new(
                numbered().map(|(at, o)| (o.chrom.as_str(), o.start..o.end, at)),
            ),
            grch37: IntervalIndex::new(numbered().map(|(at, o)| {
                let end = o.grch37_start + (o.end - o.start);
                (o.chrom.as_str(), o.grch37_start..end, at)
            })),
        }
    }
}
