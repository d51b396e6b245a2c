//! What an aligned file already knows: where the aligner put the clip, or the mate.

use alkaid_genome::Strand;

use crate::cluster::BreakSide;
use crate::fragment::{Alignment, Fragment};
use crate::place::Placed;

/// Farthest that a clip's alignment may end from the junction for its position to be carried over.
const MAX_REACH: u32 = 30;
/// Least mapping quality of an alignment that is believed.
const MIN_MAPQ: u8 = 10;

/// A genome position read from an alignment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hint {
    /// Chromosome.
    pub chrom: String,
    /// 0-based position of the clip base nearest to the junction (for a mate: of its end nearest to it).
    pub pos: u64,
    /// Strand that reads in ALK's sense.
    pub strand: Strand,
    /// Clip bases between the aligned part and the junction.
    pub gap: usize,
    /// Bases by which the alignment runs on into the ALK part: the genome there is the same.
    pub overrun: usize,
}

/// Where the aligner put the clip of a read broken on `side`; `length` is the read's length.
pub fn clip_hint(
    fragment: &Fragment,
    mate: u8,
    length: usize,
    placed: &Placed,
    side: BreakSide,
) -> Option<Hint> {
    let length = length as u32;
    // The clip base next to the junction, and the side of it on which the rest of the clip lies, as sequenced.
    let (near, clip_is_before) = match (side, placed.reverse) {
        (BreakSide::Before, false) => ((placed.start as u32).checked_sub(1)?, true),
        (BreakSide::Before, true) => (length - placed.start as u32, false),
        (BreakSide::After, false) => (placed.end as u32, false),
        (BreakSide::After, true) => ((length - placed.end as u32).checked_sub(1)?, true),
    };
    let candidates = fragment
        .alignments
        .iter()
        .filter(|alignment| alignment.mate == mate && alignment.mapq >= MIN_MAPQ);
    candidates
        .filter_map(|alignment| {
            let (edge, distance) = edge(alignment, near, clip_is_before)?;
            let overrun = if clip_is_before {
                alignment.query.end.saturating_sub(near + 1)
            } else {
                near.saturating_sub(alignment.query.start)
            };
            let strand = if alignment.reverse == placed.reverse {
                Strand::Forward
            } else {
                Strand::Reverse
            };
            let hint = Hint {
                chrom: alignment.chrom.clone(),
                pos: edge,
                strand,
                gap: distance as usize,
                overrun: overrun as usize,
            };
            Some((distance, hint))
        })
        .filter(|(distance, _)| *distance <= MAX_REACH)
        .min()
        .map(|(_, hint)| hint)
}

/// Genome position of the aligned clip base nearest to `near`, and its distance from it.
fn edge(alignment: &Alignment, near: u32, clip_is_before: bool) -> Option<(u64, u32)> {
    let query = &alignment.query;
    let last = query.end.checked_sub(1)?;
    // The aligned base nearest to the junction, on the clip's side of it; at least half of the alignment must be clip.
    let (base, own) = if clip_is_before {
        (last.min(near), (near + 1).saturating_sub(query.start))
    } else {
        (query.start.max(near), query.end.saturating_sub(near))
    };
    if base < query.start || base > last || own * 2 < query.end - query.start || own < 8 {
        return None;
    }
    // Counted from the nearer end, so that introns within the alignment do no harm.
    let from_start = base - query.start;
    let from_end = last - base;
    let pos = match (alignment.reverse, from_end <= from_start) {
        (false, true) => alignment.end.checked_sub(1 + u64::from(from_end))?,
        (false, false) => alignment.start + u64::from(from_start),
        (true, true) => alignment.start + u64::from(from_end),
        (true, false) => alignment.end.checked_sub(1 + u64::from(from_start))?,
    };
    Some((pos, base.abs_diff(near)))
}

/// Where the aligner put the mate of a read on ALK. `placed` is the read's own placement, `mate` the other read's index.
pub fn mate_hint(fragment: &Fragment, mate: u8, placed: &Placed, side: BreakSide) -> Option<Hint> {
    let alignment = fragment.alignments.iter().find(|alignment| {
        alignment.mate == mate && !alignment.supplementary && alignment.mapq >= MIN_MAPQ
    })?;
    // The mate is read from the other end: it lies in ALK's sense when it is reversed relative to the read.
    let strand = if alignment.reverse == placed.reverse {
        Strand::Reverse
    } else {
        Strand::Forward
    };
    let pos = match (side, strand) {
        (BreakSide::Before, Strand::Forward) | (BreakSide::After, Strand::Reverse) => {
            alignment.end.checked_sub(1)?
        }
        _ => alignment.start,
    };
    Some(Hint {
        chrom: alignment.chrom.clone(),
        pos,
        strand,
        gap: 0,
        overrun: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fragment::Read;

    fn alignment(start: u64, end: u64, reverse: bool, query: std::ops::Range<u32>) -> Alignment {
        Alignment {
            mate: 0,
            chrom: "chr2".into(),
            start,
            end,
            reverse,
            mapq: 60,
            query,
            supplementary: true,
        }
    }

    fn placed(start: usize, end: usize, reverse: bool) -> Placed {
        Placed {
            reverse,
            start,
            end,
            blocks: vec![(500, end - start)],
            score: 40,
            mismatches: 0,
        }
    }

    fn hint(alignment: Alignment, placed: &Placed) -> Option<Hint> {
        let read = Read {
            bases: vec![b'A'; 96],
            quals: vec![],
        };
        let fragment = Fragment {
            first: read,
            alignments: vec![alignment],
            ..Fragment::default()
        };
        clip_hint(&fragment, 0, 96, placed, BreakSide::Before)
    }

    #[test]
    fn the_last_clip_base_is_found_on_either_strand() {
        // Forty bases of partner, then ALK, on a read in ALK's sense: the partner's last base is query base 39.
        let forward = hint(
            alignment(1_000, 1_040, false, 0..40),
            &placed(40, 96, false),
        )
        .unwrap();
        assert_eq!(
            (forward.pos, forward.strand, forward.gap),
            (1_039, Strand::Forward, 0)
        );
        // The same molecule sequenced from the other end: the partner is the read's tail and aligns forward again.
        let reverse = hint(alignment(1_000, 1_040, true, 56..96), &placed(40, 96, true)).unwrap();
        assert_eq!((reverse.pos, reverse.strand), (1_039, Strand::Forward));
    }

    #[test]
    fn micro_homology_does_not_move_the_position() {
        // The aligner gave the partner two bases that the placer gave to ALK.
        let hint = hint(
            alignment(1_000, 1_042, false, 0..42),
            &placed(40, 96, false),
        )
        .unwrap();
        assert_eq!((hint.pos, hint.gap, hint.overrun), (1_039, 0, 2));
    }

    #[test]
    fn the_alignment_of_the_alk_part_is_not_a_hint() {
        assert_eq!(
            hint(
                alignment(9_000, 9_056, false, 40..96),
                &placed(40, 96, false)
            ),
            None
        );
    }
}
