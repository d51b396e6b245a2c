//! The mask of the ALK locus: which of its words occur elsewhere.

use crate::bundle::{Locus, REPEAT_WORD, RepeatMask};
use crate::sequence::base_code;

/// Bits of the table that answers most words at once: 16 million, 2 MB.
const FILTER_BITS: u32 = 24;
/// Two bits per base.
const WORD_MASK: u64 = (1 << (2 * REPEAT_WORD)) - 1;
/// Multiplier of Fibonacci hashing: 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The words of a locus, and which of them were met elsewhere.
pub(super) struct Repeats {
    /// Word (the smaller of the two strands) and the offset where it starts,
    /// sorted.
    words: Vec<(u64, u32)>,
    filter: Vec<u64>,
    mask: RepeatMask,
}

/// The words of a sequence that comes in pieces.
#[derive(Default)]
pub(super) struct Words {
    forward: u64,
    reverse: u64,
    known: usize,
}

impl Words {
    /// Takes one base; gives the word that ends with it, as the smaller of its
    /// two strands.
    fn push(&mut self, base: u8) -> Option<u64> {
        let Some(code) = base_code(base) else {
            self.known = 0;
            return None;
        };
        let code = u64::from(code);
        self.forward = (self.forward << 2 | code) & WORD_MASK;
        self.reverse = self.reverse >> 2 | (3 - code) << (2 * (REPEAT_WORD - 1));
        self.known += 1;
        (self.known >= REPEAT_WORD).then(|| self.forward.min(self.reverse))
    }
}

impl Repeats {
    /// Indexes a locus; words that it holds twice are repeats already.
    pub(super) fn new(locus: &Locus) -> Self {
        let bases = locus.sequence.unpack();
        let mut mask = RepeatMask::new(bases.len());
        let mut words = Vec::with_capacity(bases.len());
        let mut reader = Words::default();
        for (end, &base) in bases.iter().enumerate() {
            let word = reader.push(base);
            let Some(start) = (end + 1).checked_sub(REPEAT_WORD) else {
                continue;
            };
            match word {
                // A locus is shorter than a chromosome.
                Some(word) => words.push((word, start as u32)),
                None => mask.set(start),
            }
        }
        words.sort_unstable();
        for pair in words.windows(2) {
            if pair[0].0 == pair[1].0 {
                mask.set(pair[0].1 as usize);
                mask.set(pair[1].1 as usize);
            }
        }
        let mut filter = vec![0; 1 << (FILTER_BITS - 6)];
        for (word, _) in &words {
            let (cell, bit) = filter_place(*word);
            filter[cell] |= bit;
        }
        Self {
            words,
            filter,
            mask,
        }
    }

    /// Marks the words that a sequence from elsewhere holds; `words` carries
    /// over from the piece before.
    pub(super) fn mark(&mut self, words: &mut Words, bases: &[u8]) {
        for &base in bases {
            let Some(word) = words.push(base) else {
                continue;
            };
            let (cell, bit) = filter_place(word);
            if self.filter[cell] & bit == 0 {
                continue;
            }
            let from = self.words.partition_point(|(other, _)| *other < word);
            for (_, offset) in self.words[from..]
                .iter()
                .take_while(|(other, _)| *other == word)
            {
                self.mask.set(*offset as usize);
            }
        }
    }

    pub(super) fn into_mask(self) -> RepeatMask {
        self.mask
    }
}

fn filter_place(word: u64) -> (usize, u64) {
    let hash = word.wrapping_mul(GOLDEN) >> (64 - FILTER_BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coords::{GenomicInterval, Strand};
    use crate::sequence::{PackedSequence, reverse_complement};
    use proptest::prelude::*;

    fn locus(bases: &[u8]) -> Locus {
        Locus {
            name: "ALK".into(),
            interval: GenomicInterval {
                chrom: "chr2".into(),
                start: 0,
                end: bases.len() as u64,
            },
            strand: Strand::Reverse,
            sequence: PackedSequence::from_ascii(bases),
            partial: false,
        }
    }

    /// What the mask should be, word by word.
    fn expected(bases: &[u8], elsewhere: &[u8]) -> Vec<bool> {
        let mut mask = vec![false; bases.len()];
        let turned = reverse_complement(elsewhere);
        for start in 0..(bases.len() + 1).saturating_sub(REPEAT_WORD) {
            let word = &bases[start..start + REPEAT_WORD];
            let back = reverse_complement(word);
            let inside = bases.windows(REPEAT_WORD).enumerate();
            let twice = inside
                .filter(|(at, other)| *at != start && (*other == word || *other == back))
                .count();
            let outside = [elsewhere, &turned]
                .iter()
                .any(|text| text.windows(REPEAT_WORD).any(|other| other == word));
            mask[start] = twice > 0 || outside || word.contains(&b'N');
        }
        mask
    }

    proptest! {
        #[test]
        fn the_mask_is_what_a_search_finds(
            mut bases in proptest::collection::vec(proptest::sample::select(b"ACGT".as_slice()), 0..120),
            mut other in proptest::collection::vec(proptest::sample::select(b"ACGT".as_slice()), 30..90),
            copy in 0usize..60, len in 0usize..40, turn in any::<bool>(), unknown in any::<bool>(),
            split in 0usize..30,
        ) {
            let from = copy.min(bases.len());
            let piece = bases[from..(from + len).min(bases.len())].to_vec();
            other.extend(if turn { reverse_complement(&piece) } else { piece.clone() });
            bases.extend(if turn { piece.clone() } else { reverse_complement(&piece) });
            if unknown && !bases.is_empty() {
                let middle = bases.len() / 2;
                bases[middle] = b'N';
            }
            let mut repeats = Repeats::new(&locus(&bases));
            let mut words = Words::default();
            repeats.mark(&mut words, &other[..split]);
            repeats.mark(&mut words, &other[split..]);
            let mask = repeats.into_mask();
            prop_assert_eq!(mask.iter().collect::<Vec<_>>(), expected(&bases, &other));
        }
    }
}
