//! The sieve: does a fragment touch ALK at all?
//!
//! ALK is two parts in ten million of a transcriptome, so nearly every read leaves here and the sieve must cost less
//! than reading the file. A read is packed to two bits a base and probed at a stride against every k-mer of the small
//! target, which finds every error-free run of `16 + 8 − 1` bases. Because most RNA junctions enter ALK exactly at an
//! exon start, the first bases of exons 16–20 are also probed as 12-mers at every fourth base: an anchor of 15 bases
//! there is always found.

use crate::anatomy::{Anatomy, CANONICAL_EXON, FIRST_BREAK_EXON};
use crate::input::Keep;

const LONG: usize = 16;
const SHORT: usize = 12;
const SHORT_MASK: u32 = (1 << (2 * SHORT)) - 1;
/// Offsets from an exon start whose 12-mers are watched: the probing stride.
const SHORT_STARTS: usize = 4;
/// log2 of the bits in the first-tier table: 128 KiB stay in the second-level cache.
const LONG_BITS: u32 = 20;
/// log2 of the bits of the short table: 4 KiB stay in the first-level cache.
const SHORT_BITS: u32 = 15;
/// Longest read probed from the stack buffer in one go; longer ones are probed in overlapping pieces.
const CHUNK: usize = 512;

/// The k-mers of ALK, both strands.
pub struct Sieve {
    long_filter: Vec<u64>,
    long_exact: Vec<u32>,
    short_filter: Vec<u64>,
    short_exact: Vec<u32>,
}

impl Sieve {
    /// Indexes the watched stretches of ALK, leaving out what also occurs elsewhere.
    pub fn new(anatomy: &Anatomy) -> Self {
        let mut long = Vec::new();
        for span in anatomy.watched() {
            for offset in span.start..(span.end + 1).saturating_sub(LONG) {
                if !anatomy.repeated(offset, LONG) {
                    push_both(&mut long, &anatomy.sequence[offset..offset + LONG]);
                }
            }
        }
        // Probes run within exons and introns; a read across a normal splice junction has a run on either side.
        let mut short = Vec::new();
        for exon in &anatomy.exons {
            if (FIRST_BREAK_EXON..=CANONICAL_EXON).contains(&exon.number) {
                for offset in exon.span.start..exon.span.start + SHORT_STARTS {
                    push_both(&mut short, &anatomy.sequence[offset..offset + SHORT]);
                }
            }
        }
        Sieve {
            long_filter: filter(&mut long, LONG_BITS),
            long_exact: long,
            short_filter: filter(&mut short, SHORT_BITS),
            short_exact: short,
        }
    }

    /// Whether any probe of this read is a k-mer of ALK. Bases other than `ACGT` count as some base.
    pub fn hits(&self, read: &[u8]) -> bool {
        if read.len() <= CHUNK {
            return self.hits_chunk(read);
        }
        let step = CHUNK - LONG;
        (0..read.len())
            .step_by(step)
            .any(|start| self.hits_chunk(&read[start..read.len().min(start + CHUNK)]))
    }

    fn hits_chunk(&self, read: &[u8]) -> bool {
        let mut packed = [0u8; CHUNK / 4];
        let bytes = read.len() / 4;
        pack(read, &mut packed);
        if bytes < LONG / 4 {
            return false;
        }
        let packed = &packed[..bytes];
        let long = packed.windows(4).step_by(2).chain(packed.windows(4).last());
        let mut seen = 0;
        for window in long {
            let key = u32::from_le_bytes([window[0], window[1], window[2], window[3]]);
            seen |= self.long_bit(key);
        }
        if seen != 0 && self.confirm_long(packed) {
            return true;
        }
        let mut seen = 0;
        for window in packed.windows(4) {
            let key = u32::from_le_bytes([window[0], window[1], window[2], window[3]]) & SHORT_MASK;
            seen |= self.short_bit(key);
        }
        // The tail that fills no byte would cost an anchor there up to three bases: look at it unaligned.
        let tail = key_of(&read[read.len() - LONG..]);
        for shift in 0..=LONG - SHORT {
            seen |= self.short_bit(tail >> (2 * shift) & SHORT_MASK);
        }
        seen != 0 && self.confirm_short(packed, tail)
    }

    fn long_bit(&self, key: u32) -> u64 {
        let slot = slot(key, LONG_BITS);
        self.long_filter[slot >> 6] >> (slot & 63) & 1
    }

    fn short_bit(&self, key: u32) -> u64 {
        let slot = slot(key, SHORT_BITS);
        self.short_filter[slot >> 6] >> (slot & 63) & 1
    }

    #[cold]
    fn confirm_long(&self, packed: &[u8]) -> bool {
        packed.windows(4).any(|window| {
            let key = u32::from_le_bytes([window[0], window[1], window[2], window[3]]);
            self.long_bit(key) != 0 && self.long_exact.binary_search(&key).is_ok()
        })
    }

    #[cold]
    fn confirm_short(&self, packed: &[u8], tail: u32) -> bool {
        let aligned = packed
            .windows(3)
            .map(|window| u32::from_le_bytes([window[0], window[1], window[2], 0]));
        let unaligned = (0..=LONG - SHORT).map(|shift| tail >> (2 * shift) & SHORT_MASK);
        aligned
            .chain(unaligned)
            .any(|key| self.short_exact.binary_search(&key).is_ok())
    }
}

impl Keep for Sieve {
    fn keep(&self, first: &[u8], second: Option<&[u8]>) -> bool {
        self.hits(first) || second.is_some_and(|read| self.hits(read))
    }
}

/// Packs four bases a byte, first base in the lowest bits; `A C T G` are 0 1 2 3. A tail of under four is left out.
fn pack(read: &[u8], packed: &mut [u8; CHUNK / 4]) {
    for (four, byte) in read.chunks_exact(4).zip(packed.iter_mut()) {
        let word = u32::from_le_bytes([four[0], four[1], four[2], four[3]]) >> 1 & 0x0303_0303;
        *byte = (word | word >> 6 | word >> 12 | word >> 18) as u8;
    }
}

fn slot(key: u32, bits: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B1) >> (32 - bits)) as usize
}

fn push_both(keys: &mut Vec<u32>, kmer: &[u8]) {
    keys.push(key_of(kmer));
    keys.push(key_of(&alkaid_genome::reverse_complement(kmer)));
}

fn key_of(kmer: &[u8]) -> u32 {
    kmer.iter()
        .rev()
        .fold(0, |key, base| key << 2 | u32::from(base >> 1 & 3))
}

/// Sorts the keys, and sets their bits in a table of `1 << bits` bits.
fn filter(keys: &mut Vec<u32>, bits: u32) -> Vec<u64> {
    keys.sort_unstable();
    keys.dedup();
    let mut table = vec![0u64; 1 << (bits - 6)];
    for &key in keys.iter() {
        let slot = slot(key, bits);
        table[slot >> 6] |= 1 << (slot & 63);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::{Bundle, reverse_complement};

    fn sieve() -> (Anatomy<'static>, Sieve) {
        let anatomy = Anatomy::new(Bundle::embedded());
        let sieve = Sieve::new(&anatomy);
        (anatomy, sieve)
    }

    fn filler(length: usize, seed: u64) -> Vec<u8> {
        let mut state = seed;
        (0..length)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                b"ACGT"[(state >> 60) as usize & 3]
            })
            .collect()
    }

    #[test]
    fn packs_as_the_keys_are_made() {
        let read = b"ACGTTGCATTACGGAC";
        let mut packed = [0; CHUNK / 4];
        pack(read, &mut packed);
        let key = u32::from_le_bytes([packed[0], packed[1], packed[2], packed[3]]);
        assert_eq!(key, key_of(read));
    }

    #[test]
    fn finds_a_run_of_23_at_any_phase_on_both_strands() {
        let (anatomy, sieve) = sieve();
        let exon = anatomy.exon(22).unwrap().span.clone();
        for left in 0..9 {
            for start in [exon.start, exon.start + 7, exon.end - 26] {
                let mut read = filler(20 + left, 7);
                read.extend(&anatomy.sequence[start..start + 26]);
                read.extend(filler(31, 9));
                assert!(sieve.hits(&read), "missed at phase {left}");
                assert!(
                    sieve.hits(&reverse_complement(&read)),
                    "missed reverse at phase {left}"
                );
            }
        }
    }

    #[test]
    fn finds_fifteen_bases_of_an_exon_start() {
        let (anatomy, sieve) = sieve();
        for number in FIRST_BREAK_EXON..=CANONICAL_EXON {
            let start = anatomy.exon(number).unwrap().span.start;
            for left in 20..28 {
                let mut read = filler(left, 3);
                read.extend(&anatomy.sequence[start..start + 15]);
                assert!(sieve.hits(&read), "exon {number} after {left}");
            }
        }
    }

    #[test]
    fn lets_other_sequence_go() {
        let (_, sieve) = sieve();
        let kept = (0..20_000)
            .filter(|&seed| sieve.hits(&filler(150, seed + 1)))
            .count();
        assert!(kept < 40, "{kept} of 20000 random reads kept");
    }

    #[test]
    fn reads_longer_than_a_chunk_are_probed_whole() {
        let (anatomy, sieve) = sieve();
        let start = anatomy.exon(20).unwrap().span.start;
        let mut read = filler(1_500, 5);
        read.extend(&anatomy.sequence[start..start + 40]);
        read.extend(filler(700, 6));
        assert!(sieve.hits(&read));
    }
}
