//! Evidence reads brought together: one entry per fragment, one per read, whatever calls they support.

use std::collections::{BTreeMap, BTreeSet};

use alkaid_genome::Assembly;
use alkaid_reads::Read;
use alkaid_reads::finding::{EvidenceRead, Placement};

use crate::chromosomes::{chromosomes, index_of};

/// Longest read name that BAM can hold.
const MAX_NAME: usize = 254;
/// Shortest gap that is written as an intron; shorter ones are deletions. STAR's `--alignIntronMin` default.
const SHORTEST_INTRON: u64 = 21;

/// The reads of one fragment.
pub(super) struct Template<'e> {
    /// Name as BAM allows it.
    pub(super) name: Vec<u8>,
    pub(super) mates: [Option<Mate<'e>>; 2],
}

/// One read with all calls that it supports.
pub(super) struct Mate<'e> {
    pub(super) read: &'e Read,
    pub(super) paired: bool,
    pub(super) umi: Option<&'e [u8]>,
    pub(super) calls: BTreeSet<&'e str>,
    /// Placements that fit the read and the chromosome, in the order given.
    pub(super) placed: Vec<Placed>,
}

/// A placement in the terms of SAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// Index in the header.
    pub(super) chromosome: usize,
    /// First aligned base, 1-based.
    pub(super) first: usize,
    /// Last aligned base, 1-based.
    pub(super) last: usize,
    pub(super) reverse: bool,
    pub(super) cigar: Vec<(Kind, usize)>,
}

/// The CIGAR operations that placements need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `M`
    Match,
    /// `N`
    Intron,
    /// `D`
    Deletion,
    /// `S`
    SoftClip,
}

/// Groups evidence by fragment, in the order of names. Where one name stands for different reads (two lanes with equal
/// names), each set of reads becomes a template of its own.
pub(super) fn templates(evidence: &[EvidenceRead], assembly: Assembly) -> Vec<Template<'_>> {
    let mut by_name: BTreeMap<&[u8], Vec<Template<'_>>> = BTreeMap::new();
    for item in evidence {
        let slot = usize::from(item.mate.min(1));
        let templates = by_name.entry(&item.name).or_default();
        let fits = |template: &Template<'_>| {
            template.mates[slot]
                .as_ref()
                .is_none_or(|mate| mate.read.bases == item.read.bases)
        };
        let index = templates.iter().position(fits).unwrap_or_else(|| {
            templates.push(Template {
                name: bam_name(&item.name),
                mates: [None, None],
            });
            templates.len() - 1
        });
        let mate = templates[index].mates[slot].get_or_insert_with(|| Mate {
            read: &item.read,
            paired: item.paired || item.mate > 0,
            umi: item.umi.as_deref(),
            calls: BTreeSet::new(),
            placed: Vec::new(),
        });
        mate.calls.insert(&item.call);
        for placement in &item.placements {
            if let Some(placed) = place(placement, item.read.bases.len(), assembly)
                && !mate.placed.contains(&placed)
            {
                mate.placed.push(placed);
            }
        }
    }
    by_name.into_values().flatten().collect()
}

/// A placement as SAM has it; nothing when it does not fit the read or the chromosome.
fn place(placement: &Placement, read_length: usize, assembly: Assembly) -> Option<Placed> {
    let chromosome = index_of(&placement.chrom)?;
    let mut cigar = Vec::new();
    let clipped = usize::try_from(placement.query_start).ok()?;
    if clipped > 0 {
        cigar.push((Kind::SoftClip, clipped));
    }
    let (start, _) = placement.blocks.first()?;
    let (mut end, mut aligned) = (*start, 0_usize);
    for (block_start, length) in &placement.blocks {
        let gap = block_start.checked_sub(end)?;
        let length = usize::try_from(*length).ok().filter(|length| *length > 0)?;
        match (gap, cigar.last_mut()) {
            (0, Some((Kind::Match, before))) => *before += length,
            (0, _) => cigar.push((Kind::Match, length)),
            (gap, _) => {
                let kind = if gap < SHORTEST_INTRON {
                    Kind::Deletion
                } else {
                    Kind::Intron
                };
                cigar.extend([(kind, usize::try_from(gap).ok()?), (Kind::Match, length)]);
            }
        }
        aligned = aligned.checked_add(length)?;
        end = block_start.checked_add(u64::try_from(length).ok()?)?;
    }
    let rest = read_length.checked_sub(clipped)?.checked_sub(aligned)?;
    if rest > 0 {
        cigar.push((Kind::SoftClip, rest));
    }
    if end > chromosomes()[chromosome].length(assembly) {
        return None;
    }
    Some(Placed {
        chromosome,
        first: usize::try_from(start + 1).ok()?,
        last: usize::try_from(end).ok()?,
        reverse: placement.reverse,
        cigar,
    })
}

/// SAM names are 1 to 254 printable characters without space and `@`.
fn bam_name(name: &[u8]) -> Vec<u8> {
    let allowed = |byte: &u8| {
        if (b'!'..=b'~').contains(byte) && *byte != b'@' {
            *byte
        } else {
            b'_'
        }
    };
    let name: Vec<u8> = name.iter().map(allowed).take(MAX_NAME).collect();
    // `*` alone would mean that there is no name.
    if name.is_empty() || name == b"*" {
        b"unnamed".to_vec()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn placement(blocks: &[(u64, u32)], query_start: u32) -> Placement {
        Placement {
            chrom: "chr2".to_owned(),
            reverse: false,
            blocks: blocks.to_vec(),
            query_start,
        }
    }

    #[test]
    fn introns_and_deletions() {
        let placed = place(
            &placement(&[(100, 10), (110, 5), (125, 5), (400, 20)], 3),
            50,
            Assembly::Grch38,
        )
        .unwrap();
        assert_eq!(
            placed.cigar,
            [
                (Kind::SoftClip, 3),
                (Kind::Match, 15),
                (Kind::Deletion, 10),
                (Kind::Match, 5),
                (Kind::Intron, 270),
                (Kind::Match, 20),
                (Kind::SoftClip, 7),
            ]
        );
        assert_eq!((placed.first, placed.last), (101, 420));
    }

    #[test]
    fn what_does_not_fit_is_not_placed() {
        assert_eq!(
            place(&placement(&[(100, 51)], 0), 50, Assembly::Grch38),
            None,
            "longer than the read"
        );
        assert_eq!(
            place(&placement(&[(100, 10), (105, 10)], 0), 50, Assembly::Grch38),
            None,
            "overlapping blocks"
        );
        assert_eq!(
            place(&placement(&[], 0), 50, Assembly::Grch38),
            None,
            "no block"
        );
        assert_eq!(
            place(&placement(&[(100, 0)], 0), 50, Assembly::Grch38),
            None,
            "empty block"
        );
        assert_eq!(
            place(&placement(&[(242_193_520, 20)], 0), 20, Assembly::Grch38),
            None,
            "past the chromosome"
        );
        assert_eq!(
            place(&placement(&[(u64::MAX, 20)], 0), 20, Assembly::Grch38),
            None,
            "overflow"
        );
        let elsewhere = Placement {
            chrom: "chrUn".to_owned(),
            ..placement(&[(100, 10)], 0)
        };
        assert_eq!(place(&elsewhere, 50, Assembly::Grch38), None);
    }

    #[test]
    fn names_are_made_legal() {
        assert_eq!(bam_name(b"r 1@x"), b"r_1_x");
        assert_eq!(bam_name(b""), b"unnamed");
        assert_eq!(bam_name(&[b'a'; 300]).len(), 254);
    }

    proptest! {
        #[test]
        fn cigar_always_covers_the_read(
            blocks in prop::collection::vec((0_u64..300, 1_u32..40), 1..5),
            query_start in 0_u32..30,
            read_length in 1_usize..200,
        ) {
            let mut at = 1000;
            let blocks: Vec<(u64, u32)> = blocks
                .into_iter()
                .map(|(gap, length)| {
                    let block = (at + gap, length);
                    at = block.0 + u64::from(length);
                    block
                })
                .collect();
            if let Some(placed) = place(&placement(&blocks, query_start), read_length, Assembly::Grch38) {
                let on_read = |(kind, _): &&(Kind, usize)| matches!(kind, Kind::Match | Kind::SoftClip);
                let on_genome = |(kind, _): &&(Kind, usize)| !matches!(kind, Kind::SoftClip);
                let sum = |ops: Vec<&(Kind, usize)>| ops.iter().map(|(_, n)| n).sum::<usize>();
                prop_assert_eq!(sum(placed.cigar.iter().filter(on_read).collect()), read_length);
                prop_assert_eq!(sum(placed.cigar.iter().filter(on_genome).collect()), placed.last + 1 - placed.first);
            }
        }
    }
}
