//! The sections of transcripts (names, exons, coding sequence) and of the other
//! names that they go by.
//!
//! Column by column, so that like stands beside like. Transcripts are sorted by
//! gene, then rank; sequences are numbered in that order.

use std::ops::Range;

use super::codec::{Malformed, Reader, Writer};
use crate::coords::Strand;
use crate::gene::{Exon, Rank, Transcript};

const REVERSE: u8 = 1;
const RANK_SHIFT: u8 = 1;
const CODING: u8 = 1 << 3;
const REFSEQ: u8 = 1 << 4;
const PROTEIN: u8 = 1 << 5;
const SEQUENCE: u8 = 1 << 6;

/// Transcripts to make room for before they are read; the embedded bundle's.
const RESERVED: usize = 1 << 15;
/// All of RefSeq has 2.5 million.
const MOST_EXONS: usize = 1 << 24;

/// Other names of transcripts, each with the index of its transcript; sorted.
pub(crate) type Aliases = Vec<(String, u32)>;

/// Names of transcripts, one column each.
#[derive(Default)]
struct Names<W> {
    ids: W,
    genes: W,
    gene_ids: W,
    refseqs: W,
    proteins: W,
    chroms: W,
}

/// Numbers of transcripts, one column each.
#[derive(Default)]
struct Numbers<W> {
    flags: W,
    exon_counts: W,
    starts: W,
    exon_lengths: W,
    intron_lengths: W,
    cds: W,
}

pub(crate) fn encode(transcripts: &[Transcript]) -> Vec<u8> {
    let mut names = Names::<Writer>::default();
    let mut numbers = Numbers::<Writer>::default();
    let (mut gene, mut gene_id, mut chrom, mut start) = ("", "", "", 0);
    for transcript in transcripts {
        names.ids.string(&transcript.id);
        names.genes.repeated_string(&transcript.gene, gene);
        names.gene_ids.repeated_string(&transcript.gene_id, gene_id);
        names.chroms.repeated_string(&transcript.chrom, chrom);
        (gene, gene_id, chrom) = (&transcript.gene, &transcript.gene_id, &transcript.chrom);
        if let Some(refseq) = &transcript.refseq {
            names.refseqs.string(refseq);
        }
        if let Some(protein) = &transcript.protein {
            names.proteins.string(protein);
        }
        numbers.flags.byte(flags(transcript));
        start = encode_exons(transcript, start, &mut numbers);
        if let Some(cds) = &transcript.cds {
            numbers.cds.varint(cds.start.into());
            numbers.cds.varint((cds.end - cds.start).into());
        }
    }
    let mut writer = Writer::default();
    writer.len(transcripts.len());
    for column in [
        numbers.flags,
        names.ids,
        names.genes,
        names.gene_ids,
        names.refseqs,
        names.proteins,
        names.chroms,
        numbers.exon_counts,
        numbers.starts,
        numbers.exon_lengths,
        numbers.intron_lengths,
        numbers.cds,
    ] {
        writer.column(column);
    }
    writer.finish()
}

fn flags(transcript: &Transcript) -> u8 {
    let mut flags = (transcript.rank as u8) << RANK_SHIFT;
    for (set, flag) in [
        (transcript.strand == Strand::Reverse, REVERSE),
        (transcript.cds.is_some(), CODING),
        (transcript.refseq.is_some(), REFSEQ),
        (transcript.protein.is_some(), PROTEIN),
        (transcript.sequence.is_some(), SEQUENCE),
    ] {
        if set {
            flags |= flag;
        }
    }
    flags
}

/// Exons in the direction of the genome; returns the start of the first, which
/// the next transcript's is written against.
fn encode_exons(transcript: &Transcript, previous: u64, numbers: &mut Numbers<Writer>) -> u64 {
    numbers.exon_counts.len(transcript.exons.len());
    let mut genome: Vec<&Range<u64>> = transcript.exons.iter().map(|exon| &exon.genome).collect();
    genome.sort_by_key(|range| range.start);
    let Some(first) = genome.first() else {
        return previous;
    };
    numbers.starts.difference(first.start, previous);
    for range in &genome {
        numbers.exon_lengths.varint(range.end - range.start);
    }
    for pair in genome.windows(2) {
        numbers.intron_lengths.varint(pair[1].start - pair[0].end);
    }
    first.start
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<Transcript>, Malformed> {
    let mut reader = Reader::new(bytes);
    let count = reader.count()?;
    let flags = reader.column()?;
    let mut names = Names {
        ids: reader.column()?,
        genes: reader.column()?,
        gene_ids: reader.column()?,
        refseqs: reader.column()?,
        proteins: reader.column()?,
        chroms: reader.column()?,
    };
    let mut numbers = Numbers {
        flags,
        exon_counts: reader.column()?,
        starts: reader.column()?,
        exon_lengths: reader.column()?,
        intron_lengths: reader.column()?,
        cds: reader.column()?,
    };
    // One byte of flags each.
    if count != numbers.flags.left() {
        return Err(Malformed::new("flags and transcripts differ in number"));
    }
    let mut transcripts: Vec<Transcript> = Vec::with_capacity(count.min(RESERVED));
    let mut all_exons = 0;
    let (mut gene, mut gene_id, mut chrom, mut start) = ("", "", "", 0);
    let mut sequences = 0;
    for _ in 0..count {
        let flags = numbers.flags.byte()?;
        gene = names.genes.repeated_string(gene)?;
        gene_id = names.gene_ids.repeated_string(gene_id)?;
        chrom = names.chroms.repeated_string(chrom)?;
        let strand = if flags & REVERSE == 0 {
            Strand::Forward
        } else {
            Strand::Reverse
        };
        let exons = decode_exons(strand, &mut start, &mut numbers)?;
        all_exons += exons.len();
        if all_exons > MOST_EXONS {
            return Err(Malformed::new("there are more than 16 million exons"));
        }
        let transcript = Transcript {
            id: names.ids.string()?.to_owned(),
            gene: gene.to_owned(),
            gene_id: gene_id.to_owned(),
            refseq: optional(flags & REFSEQ != 0, &mut names.refseqs)?,
            protein: optional(flags & PROTEIN != 0, &mut names.proteins)?,
            chrom: chrom.to_owned(),
            strand,
            cds: decode_cds(flags & CODING != 0, &exons, &mut numbers.cds)?,
            exons,
            rank: decode_rank(flags)?,
            sequence: (flags & SEQUENCE != 0).then(|| {
                sequences += 1;
                sequences - 1
            }),
        };
        if let Some(before) = transcripts.last()
            && (&before.gene, before.rank) > (&transcript.gene, transcript.rank)
        {
            return Err(Malformed::new(
                "transcripts are not sorted by gene and rank",
            ));
        }
        transcripts.push(transcript);
    }
    for column in [names.ids, names.genes, names.gene_ids, names.refseqs] {
        column.finish()?;
    }
    for column in [names.proteins, names.chroms, numbers.cds] {
        column.finish()?;
    }
    for column in [numbers.starts, numbers.exon_lengths, numbers.intron_lengths] {
        column.finish()?;
    }
    reader.finish()?;
    Ok(transcripts)
}

fn optional(present: bool, column: &mut Reader<'_>) -> Result<Option<String>, Malformed> {
    Ok(match present {
        true => Some(column.string()?.to_owned()),
        false => None,
    })
}

fn decode_rank(flags: u8) -> Result<Rank, Malformed> {
    match flags >> RANK_SHIFT & 3 {
        0 => Ok(Rank::ManeSelect),
        1 => Ok(Rank::Canonical),
        2 => Ok(Rank::Other),
        _ => Err(Malformed::new("a rank is unknown")),
    }
}

fn decode_exons(
    strand: Strand,
    start: &mut u64,
    numbers: &mut Numbers<Reader<'_>>,
) -> Result<Vec<Exon>, Malformed> {
    let count = numbers.exon_counts.varint()?;
    // Every exon has at least one byte in the column of lengths.
    if count > numbers.exon_lengths.left() as u64 {
        return Err(Malformed::new("more exons than exon lengths"));
    }
    if count == 0 {
        return Ok(Vec::new());
    }
    let impossible = || Malformed::new("exons overlap or leave the genome");
    *start = numbers.starts.difference(*start)?;
    let mut at = *start;
    let mut intervals = Vec::with_capacity(count as usize);
    for index in 0..count {
        if index > 0 {
            let intron = numbers.intron_lengths.varint()?;
            at = at.checked_add(intron).ok_or_else(impossible)?;
        }
        let end = at
            .checked_add(numbers.exon_lengths.varint()?)
            .ok_or_else(impossible)?;
        intervals.push(at..end);
        at = end;
    }
    Exon::chain(strand, intervals).ok_or_else(impossible)
}

fn decode_cds(
    coding: bool,
    exons: &[Exon],
    column: &mut Reader<'_>,
) -> Result<Option<Range<u32>>, Malformed> {
    if !coding {
        return Ok(None);
    }
    let (start, len) = (column.u32()?, column.u32()?);
    let end = start.checked_add(len);
    let length = exons.last().map_or(u32::MAX, |exon| exon.transcript.end);
    match end {
        Some(end) if len > 0 && end <= length => Ok(Some(start..end)),
        _ => Err(Malformed::new("a coding sequence leaves its transcript")),
    }
}

/// Aliases in the order of the transcripts: the step to the next transcript,
/// then 1 and the rest of a name that starts with gene and hyphen (`ALK-201`),
/// or 0 and the whole name.
pub(crate) fn encode_aliases(aliases: &Aliases, transcripts: &[Transcript]) -> Vec<u8> {
    let mut sorted: Vec<(u32, &str)> = aliases.iter().map(|(name, at)| (*at, &**name)).collect();
    sorted.sort_unstable();
    let mut writer = Writer::default();
    writer.len(sorted.len());
    let mut previous = 0;
    for (at, name) in sorted {
        writer.varint((at - previous).into());
        previous = at;
        let rest = name
            .strip_prefix(transcripts[at as usize].gene.as_str())
            .and_then(|rest| rest.strip_prefix('-'));
        writer.byte(u8::from(rest.is_some()));
        writer.string(rest.unwrap_or(name));
    }
    writer.finish()
}

pub(crate) fn decode_aliases(
    bytes: &[u8],
    transcripts: &[Transcript],
) -> Result<Aliases, Malformed> {
    let mut reader = Reader::new(bytes);
    let mut aliases = Aliases::new();
    let mut at = 0u32;
    for _ in 0..reader.count()? {
        let step = reader.u32()?;
        let next = at.checked_add(step);
        let transcript = next.and_then(|at| transcripts.get(at as usize));
        let (Some(next), Some(transcript)) = (next, transcript) else {
            return Err(Malformed::new("an alias of a transcript that is not there"));
        };
        at = next;
        let name = match reader.byte()? {
            0 => reader.string()?.to_owned(),
            _ => format!("{}-{}", transcript.gene, reader.string()?),
        };
        aliases.push((name, at));
    }
    reader.finish()?;
    aliases.sort_unstable();
    Ok(aliases)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn models() -> impl Strategy<Value = Vec<Transcript>> {
        let exons = proptest::collection::vec((0u64..5000, 1u64..3000), 0..6);
        let transcript = (exons, any::<bool>(), 0u8..3, any::<u8>(), 0u64..1 << 28);
        proptest::collection::vec(transcript, 0..12).prop_map(|rows| {
            let mut transcripts: Vec<Transcript> = rows
                .into_iter()
                .map(|(exons, reverse, rank, options, mut at)| {
                    let intervals = exons
                        .iter()
                        .map(|(gap, len)| {
                            at += gap + len;
                            at - len..at
                        })
                        .collect();
                    let strand = [Strand::Forward, Strand::Reverse][usize::from(reverse)];
                    let has = |bit: u8| options >> bit & 1 == 1;
                    Transcript {
                        id: format!("ENST{at}.{}", options),
                        gene: format!("G{}", options % 3),
                        gene_id: if has(4) {
                            "ENSG1".into()
                        } else {
                            String::new()
                        },
                        refseq: has(0).then(|| format!("NM_{at}.1")),
                        protein: has(1).then(|| "P1".to_owned()),
                        chrom: format!("chr{}", options % 2),
                        strand,
                        cds: (has(2) && !exons.is_empty()).then_some(0..1),
                        exons: Exon::chain(strand, intervals).unwrap(),
                        rank: [Rank::ManeSelect, Rank::Canonical, Rank::Other][usize::from(rank)],
                        sequence: has(3).then_some(0),
                    }
                })
                .collect();
            transcripts.sort_by(|a, b| (&a.gene, a.rank).cmp(&(&b.gene, b.rank)));
            let sequenced = transcripts.iter_mut().filter_map(|t| t.sequence.as_mut());
            sequenced
                .zip(0..)
                .for_each(|(sequence, number)| *sequence = number);
            transcripts
        })
    }

    proptest! {
        #[test]
        fn round_trip(models in models()) {
            prop_assert_eq!(decode(&encode(&models)).unwrap(), models);
        }

        #[test]
        fn aliases_round_trip(models in models(), names in proptest::collection::vec("\\PC{0,9}", 0..20)) {
            let mut aliases: Aliases = (0u32..).zip(names)
                .filter(|_| !models.is_empty())
                .map(|(at, name)| (at % models.len() as u32, name))
                .flat_map(|(at, name)| {
                    let own = format!("{}-{name}", models[at as usize].gene);
                    [(name, at), (own, at)]
                })
                .collect();
            aliases.sort();
            let bytes = encode_aliases(&aliases, &models);
            prop_assert_eq!(decode_aliases(&bytes, &models).unwrap(), aliases);
        }

        #[test]
        fn damage_is_an_error_or_another_table(models in models(), at in any::<usize>(), to in any::<u8>()) {
            let mut bytes = encode(&models);
            let at = at % bytes.len();
            bytes[at] = to;
            let _ = decode(&bytes);
            bytes.truncate(at);
            prop_assert!(decode(&bytes).is_err());
        }

        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
            let _ = decode_aliases(&bytes, &[]);
        }
    }
}
