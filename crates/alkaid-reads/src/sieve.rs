//! The sieve: does a fragment touch ALK at all?
//!
//! ALK is two parts in ten million of a transcriptome, so nearly every read leaves here and the sieve must cost less
//! than reading the file. A few 16-mers of a read are looked up among all 16-mers of the small target: the first, the
//! last, and others evenly between them. In a read across a junction ALK's part reaches to one end of the read, so that
//! a part of 16 bases is found at either end, and the others are there for sequencing errors and for adapters: every
//! error-free run of 57 bases is found wherever it lies. Because most RNA junctions enter ALK exactly at an exon start, the
//! 12-mers at either end of the read are looked up among the first bases of exons 16–20 as well: there a part of 12 bases
//! is found.

use crate::anatomy::{Anatomy, CANONICAL_EXON, FIRST_BREAK_EXON};
use crate::input::Keep;

const LONG: usize = 16;
const SHORT: usize = 12;
/// Offsets from an exon start whose 12-mers are watched: anchors up to the run that the long probes find.
const SHORT_STARTS: usize = 20;
/// Bases at either end of a read within which short anchors are looked for: 12-mers at three offsets, so that one
/// error does not hide the anchor.
const END: usize = 20;
const SHORT_STEP: usize = 4;
/// log2 of the words in the first-tier table: 256 KiB stay in the second-level cache.
const WORD_BITS: u32 = 15;
/// Most bases from one probe to the next.
const GAP: usize = 42;
/// Longest read probed in one go; longer ones are probed in overlapping pieces.
const CHUNK: usize = 512;

/// The k-mers of ALK, both strands.
pub struct Sieve {
    /// Three bits of one word for each k-mer: one look-up, and one false alarm in a thousand.
    filter: Vec<u64>,
    /// Sorted.
    long: Vec<u32>,
    /// Sorted.
    short: Vec<u32>,
    /// The 8-mers that short keys begin and end with.
    short_parts: [Eights; 2],
    /// Bases from one probe to the next, by the length of the read.
    strides: Vec<u16>,
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
            let (word, bits) = slot(&unpacked(key));
            filter[word] |= bits;
        }
        let mut short_parts = [Eights::default(), Eights::default()];
        for &key in &short {
            short_parts[0].add(key as u16);
            short_parts[1].add((key >> 8) as u16);
        }
        Sieve {
            filter,
            long,
            short,
            short_parts,
            strides: (0..=CHUNK).map(stride).collect(),
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
        // All probes are made before any is looked at: they do not wait for each other, and seldom is one ALK's.
        let mut passed = self.passes(&read[read.len() - LONG..]);
        for at in (0..read.len() - LONG).step_by(self.strides[read.len()].into()) {
            passed |= self.passes(&read[at..at + LONG]);
        }
        passed |= self.short_passes(&read[..END]) | self.short_passes(&read[read.len() - END..]);
        passed && self.confirm(read)
    }

    /// Whether a probe that passed its filter is a k-mer of ALK.
    #[cold]
    fn confirm(&self, read: &[u8]) -> bool {
        let is_long =
            |bases: &[u8]| self.passes(bases) && self.long.binary_search(&word(bases)).is_ok();
        let is_short = |end: &[u8]| {
            end.windows(SHORT)
                .step_by(SHORT_STEP)
                .any(|bases| self.short.binary_search(&short_word(bases)).is_ok())
        };
        is_long(&read[read.len() - LONG..])
            || (0..read.len() - LONG)
                .step_by(self.strides[read.len()].into())
                .any(|at| is_long(&read[at..at + LONG]))
            || is_short(&read[..END])
            || is_short(&read[read.len() - END..])
    }

    fn passes(&self, bases: &[u8]) -> bool {
        let (word, bits) = slot(bases);
        self.filter[word] & bits == bits
    }

    /// Whether one of the short keys at an end of a read both begins and ends like one at the start of an exon.
    fn short_passes(&self, end: &[u8]) -> bool {
        let all = u64::from(word(end)) | u64::from(pack(&end[END - 8..])) << 24;
        let [begins, ends] = &self.short_parts;
        let keys = || {
            (0..=END - SHORT)
                .step_by(SHORT_STEP)
                .map(|at| all >> (2 * at))
        };
        let begun = keys().fold(false, |any, key| any | begins.has(key as u16));
        begun && keys().any(|key| begins.has(key as u16) && ends.has((key >> 8) as u16))
    }
}

/// A set of 8-mers.
struct Eights(Vec<u64>);

impl Default for Eights {
    fn default() -> Self {
        Eights(vec![0; (1 << 16) / 64])
    }
}

impl Eights {
    fn add(&mut self, key: u16) {
        self.0[usize::from(key) >> 6] |= 1 << (key & 63);
    }

    fn has(&self, key: u16) -> bool {
        self.0[usize::from(key) >> 6] >> (key & 63) & 1 != 0
    }
}

impl Keep for Sieve {
    fn keep(&self, first: &[u8], second: Option<&[u8]>) -> bool {
        self.hits(first) || second.is_some_and(|read| self.hits(read))
    }
}

/// The first twelve bases as a key.
fn short_word(bases: &[u8]) -> u32 {
    pack(bases) | pack(&bases[4..]) >> 8 << 16
}

/// The first sixteen bases as a key.
fn word(bases: &[u8]) -> u32 {
    pack(bases) | pack(&bases[8..]) << 16
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

/// Bases from one probe to the next in a read of this length: at most [`GAP`], and the last step not shorter than needed.
fn stride(length: usize) -> u16 {
    let last = length.saturating_sub(LONG);
    last.div_ceil(last.div_ceil(GAP).max(1)).max(1) as u16
}

/// The word of a 16-mer and its three bits in it: a hash of the letters as they stand, for which packing them is not needed.
fn slot(bases: &[u8]) -> (usize, u64) {
    /// The bits in which the four letters, of either case, differ.
    const LETTER: u64 = 0x0606_0606_0606_0606;
    let half = |bases: &[u8]| {
        let mut eight = [0; 8];
        eight.copy_from_slice(&bases[..8]);
        u64::from_le_bytes(eight) & LETTER
    };
    let hash = half(bases)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(half(&bases[8..]).wrapping_mul(0xC2B2_AE3D_27D4_EB4F));
    let word = (hash >> (64 - WORD_BITS)) as usize;
    let bit = |shift: u32| 1 << (hash >> shift & 63);
    (word, bit(43) | bit(37) | bit(31))
}

/// The letters of a packed 16-mer.
fn unpacked(key: u32) -> [u8; LONG] {
    std::array::from_fn(|at| b"ACTG"[(key >> (2 * at) & 3) as usize])
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
        assert_eq!(word(read), key_of(read));
        assert_eq!(short_word(read), key_of(&read[..SHORT]));
        assert_eq!(&unpacked(word(read)), read);
    }

    #[test]
    fn finds_a_run_of_57_at_any_phase_on_both_strands() {
        let (anatomy, sieve) = sieve();
        let exon = anatomy.exon(22).unwrap().span.clone();
        for left in 0..43 {
            for start in [exon.start, exon.start + 7, exon.end - 57] {
                let mut read = filler(20 + left, 7);
                read.extend(&anatomy.sequence[start..start + 57]);
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
    fn finds_sixteen_bases_at_either_end_of_a_read() {
        let (anatomy, sieve) = sieve();
        let start = anatomy.exon(19).unwrap().span.end + 400;
        let alk = &anatomy.sequence[start..start + 16];
        for length in 20..300 {
            let before = [filler(length, 3).as_slice(), alk].concat();
            let after = [alk, &filler(length, 5)].concat();
            assert!(sieve.hits(&before) && sieve.hits(&after), "{length}");
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
        read.extend(&anatomy.sequence[start..start + 60]);
        read.extend(filler(700, 6));
        assert!(sieve.hits(&read));
    }
}
