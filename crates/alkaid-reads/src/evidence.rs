//! Where the supporting reads lie on the genome, for `evidence.bam`.

use alkaid_genome::{Strand, Transcript, reverse_complement};

use crate::anatomy::Anatomy;
use crate::cluster::BreakSide;
use crate::count::Crossing;
use crate::finding::{EvidenceRead, Placement};
use crate::fragment::Fragment;
use crate::junction::Junction;
use crate::partner::Place;
use crate::place::Placed;

/// The reads of one supporting fragment, placed.
pub fn reads(
    anatomy: &Anatomy,
    id: &str,
    junction: &Junction,
    fragment: &Fragment,
    placed: [Option<&Placed>; 2],
    crossings: &[Crossing],
) -> Vec<EvidenceRead> {
    fragment
        .reads()
        .map(|(mate, read)| {
            let crossing = crossings.iter().find(|crossing| crossing.mate == mate);
            let length = read.bases.len();
            let placements = match (crossing, placed[usize::from(mate)]) {
                (Some(crossing), own) => {
                    let sense = if crossing.reverse {
                        reverse_complement(&read.bases)
                    } else {
                        read.bases.clone()
                    };
                    across(anatomy, junction, &sense, crossing, own)
                }
                (None, Some(own)) => {
                    vec![on_alk(anatomy, own.reverse, own.start, &own.blocks, length)]
                }
                (None, None) => from_alignment(fragment, mate, length),
            };
            EvidenceRead {
                call: id.to_owned(),
                name: fragment.name.clone(),
                mate,
                paired: fragment.second.is_some(),
                read: read.clone(),
                umi: fragment.umi.clone(),
                placements,
            }
        })
        .collect()
}

/// Both parts of a read across the junction, the longer first.
fn across(
    anatomy: &Anatomy,
    junction: &Junction,
    sense: &[u8],
    crossing: &Crossing,
    own: Option<&Placed>,
) -> Vec<Placement> {
    let (length, split) = (sense.len(), crossing.split);
    let (alk_bases, partner_bases) = match junction.side {
        BreakSide::Before => (
            split..length,
            0..split.saturating_sub(junction.inserted.len()),
        ),
        BreakSide::After => (
            0..split,
            (split + junction.inserted.len()).min(length)..length,
        ),
    };
    let placed = own.filter(|placed| {
        placed.reverse == crossing.reverse && placed.start >= alk_bases.start.saturating_sub(14)
    });
    let alk = match placed {
        Some(placed) => on_alk(
            anatomy,
            placed.reverse,
            placed.start,
            &placed.blocks,
            length,
        ),
        None => {
            let start = match junction.side {
                BreakSide::Before => junction.alk,
                BreakSide::After => junction.alk.saturating_sub(alk_bases.len()),
            };
            on_alk(
                anatomy,
                crossing.reverse,
                alk_bases.start,
                &[(start, alk_bases.len())],
                length,
            )
        }
    };
    let partner = partner(
        anatomy,
        junction,
        crossing.reverse,
        partner_bases.clone(),
        length,
    );
    let mut placements = vec![alk];
    placements.extend(partner);
    if partner_bases.len() > alk_bases.len() {
        placements.reverse();
    }
    placements.retain(|placement| !placement.blocks.is_empty());
    placements
}

/// Stretches of the ALK locus as a placement on the genome.
fn on_alk(
    anatomy: &Anatomy,
    reverse: bool,
    start: usize,
    blocks: &[(usize, usize)],
    length: usize,
) -> Placement {
    let mut genome: Vec<(u64, u32)> = blocks
        .iter()
        .filter(|(_, bases)| *bases > 0)
        .map(|&(offset, bases)| {
            (
                anatomy.locus.genome_position(offset + bases - 1),
                bases as u32,
            )
        })
        .collect();
    genome.sort_unstable();
    let covered: usize = blocks.iter().map(|block| block.1).sum();
    // ALK's sense is the reverse strand, so the read's ALK sense runs against the genome.
    let forward_strand = anatomy.transcript.strand == Strand::Forward;
    Placement {
        chrom: anatomy.transcript.chrom.clone(),
        reverse: reverse == forward_strand,
        blocks: genome,
        query_start: if forward_strand {
            start
        } else {
            length.saturating_sub(start + covered)
        } as u32,
    }
}

/// The partner's part of a read; `bases` are its bases in ALK's sense.
fn partner(
    anatomy: &Anatomy,
    junction: &Junction,
    reverse: bool,
    bases: std::ops::Range<usize>,
    length: usize,
) -> Option<Placement> {
    let origin = junction.origin.as_ref()?;
    let count = bases.len() as u64;
    if count == 0 {
        return None;
    }
    if let Some(Place::Alk(offset, false)) = origin.place {
        let start = match junction.side {
            BreakSide::Before => (offset + 1).checked_sub(bases.len())?,
            BreakSide::After => offset,
        };
        return Some(on_alk(
            anatomy,
            reverse,
            bases.start,
            &[(start, bases.len())],
            length,
        ));
    }
    let (chrom, pos, strand) = origin.genome.clone()?;
    let spliced = match origin.place {
        Some(Place::Transcript(transcript, at, false)) => {
            transcript_blocks(transcript, at as u32, count as u32, junction.side)
        }
        Some(Place::Coding(transcript, coding)) => {
            let at = (transcript.cds.as_ref()?.start + coding).checked_sub(1)?;
            transcript_blocks(transcript, at, count as u32, junction.side)
        }
        _ => Vec::new(),
    };
    let blocks = if spliced.is_empty() {
        let upwards = (junction.side == BreakSide::Before) == (strand == Strand::Reverse);
        let start = if upwards {
            pos
        } else {
            (pos + 1).checked_sub(count)?
        };
        vec![(start, count as u32)]
    } else {
        spliced
    };
    let covered: usize = blocks.iter().map(|block| block.1 as usize).sum();
    // Beyond the transcript's end the read has no place.
    let bases = match junction.side {
        BreakSide::Before => bases.end - covered..bases.end,
        BreakSide::After => bases.start..bases.start + covered,
    };
    let forward = strand == Strand::Forward;
    Some(Placement {
        chrom,
        reverse: reverse == forward,
        blocks,
        query_start: if forward {
            bases.start
        } else {
            length - bases.end
        } as u32,
    })
}

/// `count` transcript bases that end (before ALK) or begin (after it) at `at`, as genome blocks in genome order.
fn transcript_blocks(
    transcript: &Transcript,
    at: u32,
    count: u32,
    side: BreakSide,
) -> Vec<(u64, u32)> {
    let range = match side {
        BreakSide::Before => (at + 1).saturating_sub(count)..at + 1,
        BreakSide::After => at..at.saturating_add(count).min(transcript.length()),
    };
    let mut blocks: Vec<(u64, u32)> = transcript
        .exons
        .iter()
        .filter_map(|exon| {
            let from = range.start.max(exon.transcript.start);
            let to = range.end.min(exon.transcript.end);
            if from >= to {
                return None;
            }
            let ends = [
                transcript.genome_position(from)?,
                transcript.genome_position(to - 1)?,
            ];
            Some((ends[0].min(ends[1]), to - from))
        })
        .collect();
    blocks.sort_unstable();
    blocks
}

/// Where the input file had a read that neither crosses nor lies on ALK.
fn from_alignment(fragment: &Fragment, mate: u8, length: usize) -> Vec<Placement> {
    let primary = fragment
        .alignments
        .iter()
        .find(|alignment| alignment.mate == mate && !alignment.supplementary);
    let Some(alignment) = primary else {
        return Vec::new();
    };
    let bases = alignment.query.end.saturating_sub(alignment.query.start);
    // A gap within it (intron, indel) is not known here, so only ungapped alignments are shown.
    if u64::from(bases) != alignment.end - alignment.start {
        return Vec::new();
    }
    let start = if alignment.reverse {
        length as u32 - alignment.query.end
    } else {
        alignment.query.start
    };
    vec![Placement {
        chrom: alignment.chrom.clone(),
        reverse: alignment.reverse,
        blocks: vec![(alignment.start, bases)],
        query_start: start,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::Bundle;

    #[test]
    fn transcript_bases_become_blocks_with_introns_between() {
        let eml4 = Bundle::embedded().transcript("ENST00000318522").unwrap();
        let (e12, e13) = (&eml4.exons[11], &eml4.exons[12]);
        let end = e13.transcript.end - 1;
        let blocks = transcript_blocks(eml4, end, e13.len() + 10, BreakSide::Before);
        assert_eq!(
            blocks,
            [(e12.genome.end - 10, 10), (e13.genome.start, e13.len())]
        );
    }

    #[test]
    fn alk_in_sense_is_reverse_on_the_genome() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let exon = anatomy.exon(20).unwrap().span.clone();
        let placement = on_alk(&anatomy, false, 10, &[(exon.start, 30)], 40);
        assert!(placement.reverse);
        assert_eq!(placement.query_start, 0);
        assert_eq!(placement.blocks, [(29_223_528 - 30, 30)]);
    }
}
