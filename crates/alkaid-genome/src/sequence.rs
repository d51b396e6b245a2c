//! Nucleotide sequences: complement, translation, two bits per base.

use std::ops::Range;

/// Letters of the two-bit codes 0-3.
const LETTERS: [u8; 4] = *b"ACGT";

/// The four letters that each packed byte holds, lowest bits first.
const UNPACKED: [[u8; 4]; 256] = unpacked_bytes();

/// One-letter amino acids of the standard code, codons in the order of the
/// two-bit codes (A, C, G, T), first base most significant.
const CODONS: [u8; 64] = *b"KNKNTTTTRSRSIIMIQHQHPPPPRRRRLLLLEDEDAAAAGGGGVVVV*Y*YSSSS*CWCLFLF";

const fn unpacked_bytes() -> [[u8; 4]; 256] {
    let mut table = [[0; 4]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut place = 0;
        while place < 4 {
            table[byte][place] = LETTERS[(byte >> (2 * place)) & 3];
            place += 1;
        }
        byte += 1;
    }
    table
}

/// The two-bit code of a base (A 0, C 1, G 2, T and U 3, either case); nothing
/// for any other byte. The complement of a code `c` is `3 - c`.
pub const fn base_code(base: u8) -> Option<u8> {
    match base {
        b'A' | b'a' => Some(0),
        b'C' | b'c' => Some(1),
        b'G' | b'g' => Some(2),
        b'T' | b't' | b'U' | b'u' => Some(3),
        _ => None,
    }
}

/// The complement of a base. Anything but `ACGTU` (either case) becomes `N`.
pub fn complement(base: u8) -> u8 {
    base_code(base).map_or(b'N', |code| LETTERS[usize::from(3 - code)])
}

/// The reverse complement. Anything but `ACGTU` (either case) becomes `N`.
pub fn reverse_complement(sequence: &[u8]) -> Vec<u8> {
    sequence
        .iter()
        .rev()
        .map(|&base| complement(base))
        .collect()
}

/// The protein of a sequence read from its first base, standard code.
///
/// `*` is a stop codon, `X` a codon with an unknown base; one or two bases at
/// the end give nothing.
pub fn translate(sequence: &[u8]) -> Vec<u8> {
    sequence
        .chunks_exact(3)
        .map(|codon| {
            let index = codon.iter().try_fold(0usize, |index, &base| {
                base_code(base).map(|code| index * 4 + usize::from(code))
            });
            index.map_or(b'X', |index| CODONS[index])
        })
        .collect()
}

/// A nucleotide sequence with two bits per base, and runs of `N` beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PackedSequence {
    /// Four bases per byte, the first in the lowest bits; 0 under an `N`.
    bytes: Vec<u8>,
    len: usize,
    /// Runs of `N`, ascending, neither empty nor touching each other.
    unknown: Vec<Range<usize>>,
}

impl PackedSequence {
    /// Packs ASCII bases. Lower case counts as upper case, `U` as `T`, and
    /// every other byte as `N`.
    pub fn from_ascii(sequence: &[u8]) -> Self {
        let mut packed = Self {
            bytes: vec![0; sequence.len().div_ceil(4)],
            len: sequence.len(),
            unknown: Vec::new(),
        };
        for (at, &base) in sequence.iter().enumerate() {
            match base_code(base) {
                Some(code) => packed.bytes[at / 4] |= code << (2 * (at % 4)),
                None => match packed.unknown.last_mut() {
                    Some(run) if run.end == at => run.end += 1,
                    _ => packed.unknown.push(at..at + 1),
                },
            }
        }
        packed
    }

    /// Number of bases.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no base.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All bases, as upper-case ASCII `ACGTN`.
    pub fn unpack(&self) -> Vec<u8> {
        self.slice(0..self.len)
    }

    /// The bases of a range (0-based), as upper-case ASCII `ACGTN`. What lies
    /// outside the sequence is left out.
    pub fn slice(&self, range: Range<usize>) -> Vec<u8> {
        let range = range.start.min(self.len)..range.end.min(self.len);
        if range.is_empty() {
            return Vec::new();
        }
        let first = range.start / 4;
        let mut bases = Vec::with_capacity(range.len() + 8);
        for &byte in &self.bytes[first..range.end.div_ceil(4)] {
            bases.extend_from_slice(&UNPACKED[usize::from(byte)]);
        }
        bases.truncate(range.end - first * 4);
        bases.drain(..range.start - first * 4);
        let from = self.unknown.partition_point(|run| run.end <= range.start);
        for run in &self.unknown[from..] {
            if run.start >= range.end {
                break;
            }
            let (start, end) = (run.start.max(range.start), run.end.min(range.end));
            bases[start - range.start..end - range.start].fill(b'N');
        }
        bases
    }

    /// Calls `visit` with the place (0-based) and the bases of every k-mer of up to 16 bases, in order: two bits a base as
    /// [`base_code`] has them, the first base lowest. An unknown base counts as `A`.
    pub fn for_each_kmer(&self, k: usize, mut visit: impl FnMut(usize, u32)) {
        let mask = ((1u64 << (2 * k.min(16))) - 1) as u32;
        let last = (self.len + 1).saturating_sub(k);
        // Eight bytes hold a k-mer at each of the four phases of their first one.
        let whole = self.bytes.windows(8).take(last / 4);
        let mut start = 0;
        for window in whole {
            let mut eight = [0; 8];
            eight.copy_from_slice(window);
            let bases = u64::from_le_bytes(eight);
            for phase in 0..4 {
                visit(start + phase, (bases >> (2 * phase)) as u32 & mask);
            }
            start += 4;
        }
        for at in start..last {
            let mut eight = [0; 8];
            let rest = &self.bytes[at / 4..self.bytes.len().min(at / 4 + 8)];
            eight[..rest.len()].copy_from_slice(rest);
            visit(
                at,
                (u64::from_le_bytes(eight) >> (2 * (at % 4))) as u32 & mask,
            );
        }
    }

    /// The base at `at` (0-based), as ASCII; nothing past the end.
    pub fn get(&self, at: usize) -> Option<u8> {
        if at >= self.len {
            return None;
        }
        let run = self.unknown.partition_point(|run| run.end <= at);
        if self.unknown.get(run).is_some_and(|run| run.contains(&at)) {
            return Some(b'N');
        }
        Some(LETTERS[usize::from(self.bytes[at / 4] >> (2 * (at % 4)) & 3)])
    }

    /// The runs of `N`, ascending.
    pub fn unknown_runs(&self) -> &[Range<usize>] {
        &self.unknown
    }

    /// The packed bytes, four bases each.
    pub(crate) fn packed_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Puts a sequence together from its stored parts; nothing when they do
    /// not describe one (wrong number of bytes, bits set where no base or an
    /// `N` lies, runs out of order).
    pub(crate) fn from_parts(
        len: usize,
        bytes: Vec<u8>,
        unknown: Vec<Range<usize>>,
    ) -> Option<Self> {
        if bytes.len() != len.div_ceil(4) {
            return None;
        }
        let mut free_from = 0;
        for run in &unknown {
            if run.start < free_from || run.end <= run.start || run.end > len {
                return None;
            }
            // Touching runs would be one run: two forms of the same sequence.
            free_from = run.end + 1;
        }
        let code = |at: usize| bytes[at / 4] >> (2 * (at % 4)) & 3;
        let clean_end = (len..bytes.len() * 4).all(|at| code(at) == 0);
        let clean_runs = unknown
            .iter()
            .all(|run| run.clone().all(|at| code(at) == 0));
        (clean_end && clean_runs).then_some(Self {
            bytes,
            len,
            unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_code_has_its_landmarks() {
        assert_eq!(translate(b"ATGtggUAATAGTGAGCNTT"), b"MW***X");
        assert_eq!(translate(b"GGAAAGGACCTAAAG"), b"GKDLK");
        let stops = CODONS.iter().filter(|&&aa| aa == b'*').count();
        assert_eq!(stops, 3);
        let kinds: std::collections::BTreeSet<u8> = CODONS.into_iter().collect();
        assert_eq!(kinds.len(), 21);
    }

    #[test]
    fn complement() {
        assert_eq!(reverse_complement(b"AACGTNr"), b"NNACGTT");
    }

    #[test]
    fn parts_that_describe_no_sequence() {
        assert!(PackedSequence::from_parts(5, vec![0], vec![]).is_none());
        assert!(PackedSequence::from_parts(3, vec![0b1100_0000], vec![]).is_none());
        assert!(PackedSequence::from_parts(4, vec![1], vec![Range { start: 0, end: 1 }]).is_none());
        assert!(PackedSequence::from_parts(4, vec![0], vec![Range { start: 3, end: 5 }]).is_none());
        assert!(PackedSequence::from_parts(4, vec![0], vec![0..1, 1..2]).is_none());
    }

    fn letters() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(
            proptest::sample::select(b"ACGTACGTACGTN".as_slice()),
            0..200,
        )
    }

    #[test]
    fn kmers_are_those_of_the_letters() {
        for length in 0..70 {
            let letters: Vec<u8> = (0..length).map(|at| b"ACGTTGCAAC"[at * at % 10]).collect();
            let packed = PackedSequence::from_ascii(&letters);
            for k in [1, 4, 12, 16] {
                let mut seen = Vec::new();
                packed.for_each_kmer(k, |at, key| seen.push((at, key)));
                let expected: Vec<_> = letters
                    .windows(k)
                    .enumerate()
                    .map(|(at, bases)| {
                        let key = bases.iter().rev().fold(0u32, |key, &base| {
                            key << 2 | u32::from(base_code(base).unwrap())
                        });
                        (at, key)
                    })
                    .collect();
                assert_eq!(seen, expected, "{k}-mers of {length} bases");
            }
        }
    }

    proptest! {
        #[test]
        fn complement_twice_is_the_sequence(bases in letters()) {
            prop_assert_eq!(reverse_complement(&reverse_complement(&bases)), bases);
        }

        #[test]
        fn packing_loses_nothing(bases in letters(), start in 0usize..220, len in 0usize..220) {
            let packed = PackedSequence::from_ascii(&bases);
            prop_assert_eq!(packed.unpack(), bases.clone());
            let end = (start + len).min(bases.len());
            let expected = bases.get(start..end).unwrap_or_default();
            prop_assert_eq!(packed.slice(start..start + len), expected);
            for (at, &base) in bases.iter().enumerate() {
                prop_assert_eq!(packed.get(at), Some(base));
            }
            prop_assert_eq!(packed.get(bases.len()), None);
            let again = PackedSequence::from_parts(
                packed.len(), packed.packed_bytes().to_vec(), packed.unknown_runs().to_vec());
            prop_assert_eq!(again, Some(packed));
        }

        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(PackedSequence::from_ascii(&bytes).len(), bytes.len());
            prop_assert_eq!(translate(&bytes).len(), bytes.len() / 3);
            prop_assert_eq!(reverse_complement(&bytes).len(), bytes.len());
        }
    }
}
