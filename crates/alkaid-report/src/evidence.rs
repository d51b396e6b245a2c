//! `evidence.bam`: the reads that support the calls, placed, sorted and indexed.
//!
//! A read that crosses a junction has two placements. The first becomes its primary record, the others supplementary
//! ones; all have the whole read with the rest soft-clipped, and name each other in `SA`.

mod record;
mod template;

use std::io::{self, Write};
use std::num::NonZero;

use alkaid_reads::finding::{EvidenceRead, RESEARCH_USE_ONLY, ReadsReport};
use noodles_bam as bam;
use noodles_core::Position;
use noodles_csi::binning_index::index::reference_sequence::bin::Chunk;
use noodles_sam as sam;
use sam::alignment::io::Write as _;
use sam::header::record::value::Map;
use sam::header::record::value::map::header::{sort_order::COORDINATE, tag::SORT_ORDER};
use sam::header::record::value::map::{Header, Program, ReadGroup, ReferenceSequence};
use sam::header::record::value::map::{program, read_group, reference_sequence};

use self::record::{Entry, entries};
use self::template::templates;
use crate::chromosomes::{assembly_of, chromosomes};

/// Identifier of the only read group.
const READ_GROUP: &str = "1";

/// Writes the BAM to `out` and its BAI index to `index`.
///
/// # Errors
///
/// When a writer fails.
pub(crate) fn write(
    report: &ReadsReport,
    evidence: &[EvidenceRead],
    out: &mut dyn Write,
    index: &mut dyn Write,
) -> io::Result<()> {
    let header = header(report)?;
    let mut writer = bam::io::Writer::new(out);
    writer.write_header(&header)?;
    let mut indexer = bam::index::Indexer::builder()
        .build()
        .map_err(io::Error::other)?;
    for entry in sorted(report, evidence) {
        let start = writer.get_ref().virtual_position();
        writer.write_alignment_record(&header, &entry.record)?;
        let chunk = Chunk::new(start, writer.get_ref().virtual_position());
        indexer
            .add_record(context(&entry)?, chunk)
            .map_err(io::Error::other)?;
    }
    writer.try_finish()?;
    match indexer.build(chromosomes().len()) {
        bam::Index::Bai(bai) => bam::bai::io::Writer::new(index).write_index(&bai),
        // Chosen only for chromosomes of more than 512 Mb, which people have not.
        bam::Index::Csi(_) => Err(io::Error::other("chromosome too long for a BAI index")),
    }
}

/// All records, in the order of the file.
fn sorted(report: &ReadsReport, evidence: &[EvidenceRead]) -> Vec<Entry> {
    let assembly = assembly_of(&report.assembly);
    let mut all: Vec<Entry> = templates(evidence, assembly)
        .iter()
        .flat_map(entries)
        .collect();
    all.sort_by_cached_key(Entry::key);
    all
}

/// What the index has to know of a record: chromosome, first and last position, whether it is mapped.
fn context(entry: &Entry) -> io::Result<Option<(usize, Position, Position, bool)>> {
    let Some((chromosome, first, last)) = entry.place else {
        return Ok(None);
    };
    let first = Position::try_from(first).map_err(io::Error::other)?;
    let last = Position::try_from(last).map_err(io::Error::other)?;
    Ok(Some((
        chromosome,
        first,
        last,
        !entry.record.flags().is_unmapped(),
    )))
}

fn header(report: &ReadsReport) -> io::Result<sam::Header> {
    let assembly = assembly_of(&report.assembly);
    let sequences = chromosomes().iter().map(|chromosome| {
        let length = usize::try_from(chromosome.length(assembly)).map_err(io::Error::other)?;
        let length = NonZero::try_from(length).map_err(io::Error::other)?;
        let mut map = Map::<ReferenceSequence>::new(length);
        map.other_fields_mut().insert(
            reference_sequence::tag::ASSEMBLY_ID,
            assembly.to_string().into(),
        );
        Ok((chromosome.name.into(), map))
    });
    let top = Map::<Header>::builder()
        .insert(SORT_ORDER, COORDINATE)
        .build()
        .map_err(io::Error::other)?;
    let group = Map::<ReadGroup>::builder()
        .insert(read_group::tag::SAMPLE, printable(&report.sample))
        .build()
        .map_err(io::Error::other)?;
    let (name, version) = report
        .tool
        .rsplit_once(' ')
        .unwrap_or((&report.tool, "unknown"));
    let program = Map::<Program>::builder()
        .insert(program::tag::NAME, printable(name))
        .insert(program::tag::VERSION, printable(version))
        .insert(
            program::tag::DESCRIPTION,
            "reads that support ALK rearrangements",
        )
        .build()
        .map_err(io::Error::other)?;
    Ok(sam::Header::builder()
        .set_header(top)
        .set_reference_sequences(sequences.collect::<io::Result<_>>()?)
        .add_read_group(READ_GROUP, group)
        .add_program("alkaid", program)
        .add_comment(RESEARCH_USE_ONLY)
        .build())
}

/// Header values may hold printable ASCII only; an empty one is not allowed.
fn printable(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if (' '..='~').contains(&c) { c } else { '_' })
        .collect();
    if text.is_empty() {
        "unknown".to_owned()
    } else {
        text
    }
}
