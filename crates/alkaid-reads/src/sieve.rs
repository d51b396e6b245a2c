//! The sieve: does a fragment touch ALK at all?
//!
//! ALK is two parts in ten million of a transcriptome, so nearly every read leaves here and the sieve must cost less
//! than reading the file. A read is packed to two bits a base and its 16-mers are probed at a stride against every 16-mer
//! of the small target. At a stride of 8 every error-free run of 23 bases is found; reads above 100 bases are probed at a
//! stride of 16 and runs of 31 found, because with the longer read the anchors are longer too. An anchor shorter than that lies at an end of its
//! read, and because most RNA junctions enter ALK exactly at an exon start, the 12-mers at either end of the read are
//! looked up among the first bases of exons 16–20 as well: there an anchor of 12 bases is found.

use crate::anatomy::{Anatomy, CANONICAL_EXON, FIRST_BREAK_EXON};
use crate::input::Keep;

const LONG: usize = 16;
const SHORT: usize = 12;
const SHORT_MASK: u32 = (1 << (2 * SHORT)) - 1;
/// Offsets from an exon start whose 12-mers are watched: anchors up to the run that the long probes find.
const SHORT_STARTS: usize = 20;
/// Bases at either end of a read within which short anchors are looked for: 12-mers at three offsets, so that one
/// error does not hide the anchor.
const END: usize = 20;
/// log2 of the words in the first-tier table: 128 KiB stay in the second-level cache.
const WORD_BITS: u32 = 14;
/// Longest read that is probed at the narrower stride.
const LONG_READ: usize = 100;
/// Longest read probed in one go; longer ones are probed in overlapping pieces.
const CHUNK: usize = 512;

/// The k-mers of ALK, both strands.
pub struct Sieve {
    /// Two bits of one word for each k-mer: one look-up, and one false alarm in 300.
    filter: Vec<u64>,
    /// Sorted.
    long: Vec<u32>,
    /// Sorted.
    short: Vec<u32>,
    /// One bit for each 8-mer that a short key starts with.
    short_prefixes: Vec<u64>,
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
        for keys in [&mut long, &mut short] {
            keys.sort_unstable();
            keys.dedup();
        }
        let mut filter = vec![0; 1 << WORD_BITS];
        for &key in &long {
            let (word, bits) = slot(key);
            filter[word] |= bits;
        }
        let mut short_prefixes = vec![0; (1 << 16) / 64];
        for &key in &short {
            short_prefixes[usize::from(key as u16) >> 6] |= 1 << (key & 63);
        }
        Sieve {
            filter,
            long,
            short,
            short_prefixes,
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
        if read.len() < END {
            return false;
        }
        let found = if read.len() > LONG_READ {
            read.chunks_exact(LONG)
                .any(|bases| self.is_long(pack(bases) | pack(&bases[8..]) << 16))
        } else {
            let mut before = pack(read);
            read.chunks_exact(8).skip(1).map(pack).any(|eight| {
                let key = before | eight << 16;
                before = eight;
                self.is_long(key)
            })
        };
        if found {
            return true;
        }
        let (head, tail) = (&read[..END], &read[read.len() - END..]);
        self.is_long(pack(&tail[END - LONG..]) | pack(&tail[END - 8..]) << 16)
            || self.short_in(head)
            || self.short_in(tail)
    }

    fn is_long(&self, key: u32) -> bool {
        let (word, bits) = slot(key);
        self.filter[word] & bits == bits && self.long.binary_search(&key).is_ok()
    }

    /// Whether one of the 12-mers at offsets 0, 4 and 8 of [`END`] bases is the start of an exon.
    fn short_in(&self, end: &[u8]) -> bool {
        let low = u64::from(pack(end) | pack(&end[8..]) << 16);
        let all = low | u64::from(pack(&end[END - 8..]) >> 8) << 32;
        [0, 8, 16].into_iter().any(|shift| {
            let key = (all >> shift) as u32 & SHORT_MASK;
            // The few keys are told from nearly all others by their first eight bases.
            self.short_prefixes[usize::from(key as u16) >> 6] >> (key & 63) & 1 != 0
                && self.short.binary_search(&key).is_ok()
        })
    }
}

impl Keep for Sieve {
    fn keep(&self, first: &[u8], second: Option<&[u8]>) -> bool {
        self.hits(first) || second.is_some_and(|read| self.hits(read))
    }
}

/// Packs the first eight bases to two bits each, first base lowest; `A C T G` are 0 1 2 3.
fn pack(bases: &[u8]) -> u32 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bases[..8]);
    let spread = u64::from_le_bytes(eight) >> 1 & 0x0303_0303_0303_0303;
    let pairs = (spread | spread >> 6) & 0x000F_000F_000F_000F;
    // Four fields of four bits, sixteen apart, come together in the upper sixteen bits; no two products meet.
    (pairs.wrapping_mul(1 << 48 | 1 << 36 | 1 << 24 | 1 << 12) >> 48) as u32
}

/// The word of a k-mer and its two bits in it.
fn slot(key: u32) -> (usize, u64) {
    let hash = u64::from(key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let word = (hash >> (64 - WORD_BITS)) as usize;
    (word, 1 << (hash >> 32 & 63) | 1 << (hash >> 38 & 63))
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
        assert_eq!(pack(read) | pack(&read[8..]) << 16, key_of(read));
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
