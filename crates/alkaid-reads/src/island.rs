//! Reads that are ALK for a few bases in their middle and something else on either side.
//!
//! Another gene that happens to share a word or two with ALK shows such islands wherever a read runs past the shared
//! bases, and what looks like a junction only where a read ends within them. A true junction has no islands.

use std::collections::BTreeMap;

use crate::cluster::{BreakSide, MIN_CLIP};
use crate::place::Placed;

/// Fewest bases of an island: the sieve's word, or nearly.
const MIN_ISLAND: i32 = 13;
/// By how many bases chance matches may shift where islands begin or end.
const SHIFT: usize = 3;

/// How often islands begin and end at each base of ALK. Bounded by the length of the locus.
#[derive(Debug, Default)]
pub struct Islands(BTreeMap<(BreakSide, usize), usize>);

impl Islands {
    /// Notes a read's placement if it is an island that is too short to count as ALK.
    pub fn note(&mut self, placed: &Placed, read_length: usize) {
        let beyond = read_length.saturating_sub(placed.end);
        if placed.score >= MIN_ISLAND && placed.start >= MIN_CLIP && beyond >= MIN_CLIP {
            *self
                .0
                .entry((BreakSide::Before, placed.first()))
                .or_default() += 1;
            *self.0.entry((BreakSide::After, placed.last())).or_default() += 1;
        }
    }

    /// Islands that begin (`Before`) or end (`After`) near `alk`, the ALK edge of a junction.
    pub fn at(&self, side: BreakSide, alk: usize) -> usize {
        self.0
            .range((side, alk.saturating_sub(SHIFT))..=(side, alk + SHIFT))
            .map(|(_, count)| count)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(start: usize, length: usize) -> Placed {
        Placed {
            reverse: false,
            start,
            end: start + length,
            blocks: vec![(5_000, length)],
            score: length as i32,
            mismatches: 0,
        }
    }

    #[test]
    fn only_what_has_something_else_on_either_side_is_an_island() {
        let mut islands = Islands::default();
        islands.note(&placed(40, 17), 100);
        islands.note(&placed(83, 17), 100);
        islands.note(&placed(0, 17), 100);
        islands.note(&placed(40, 12), 100);
        assert_eq!(islands.at(BreakSide::Before, 5_002), 1);
        assert_eq!(islands.at(BreakSide::After, 5_017), 1);
        assert_eq!(islands.at(BreakSide::Before, 5_017), 0);
    }
}
