//! Looking sequences up in all transcripts and loci of the bundle.
//!
//! There are few queries and ten million reference bases, so the queries are indexed and the reference streams past
//! them: no index to build at start-up, and memory in proportion to the question.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use alkaid_genome::{Bundle, PackedSequence, base_code, reverse_complement};

use crate::anatomy::Anatomy;
use crate::place::{BuildKmerHasher, best_prefix};

/// Seed length.
const SEED: usize = 12;
/// log2 of the bits of the filter before the table of seeds, at least and at most: few seeds need few, and stay in cache.
const FILTER_BITS: (u32, u32) = (15, 22);
/// Least score of a hit.
const MIN_SCORE: i32 = 12;
/// Hits kept per query.
const MAX_HITS: usize = 64;
/// Places of one seed among the queries; more is a repeat.
const MAX_PLACES: usize = 4_096;

/// A sequence to look up, in ALK's sense.
#[derive(Clone, Debug)]
pub struct Query {
    /// Bases.
    pub bases: Vec<u8>,
    /// Seeds are taken at every `stride`-th base.
    pub stride: usize,
}

/// What a hit lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Index into the bundle's transcripts.
    Transcript(usize),
    /// Index into the bundle's loci.
    Locus(usize),
    /// The ALK locus.
    Alk,
}

/// An ungapped match of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// What it lies on.
    pub target: Target,
    /// Whether the query's reverse complement matched.
    pub reverse: bool,
    /// First matched base of the target.
    pub target_start: usize,
    /// First matched base of the query (of its reverse complement when `reverse`).
    pub query_start: usize,
    /// Length of the match.
    pub length: usize,
    /// Matches less twice the mismatches.
    pub score: i32,
}

/// The indexed queries: bases of both strands, and where each seed occurs.
pub struct Scanner {
    strands: Vec<Vec<u8>>,
    filter: Vec<u64>,
    filter_bits: u32,
    seeds: HashMap<u32, Vec<(u32, u32)>, BuildKmerHasher>,
}

impl Scanner {
    /// Indexes `queries` on both strands.
    pub fn new(queries: &[Query]) -> Self {
        let bases: usize = queries
            .iter()
            .map(|query| 2 * query.bases.len() / query.stride.max(1))
            .sum();
        let filter_bits = (16 * bases.max(1))
            .ilog2()
            .clamp(FILTER_BITS.0, FILTER_BITS.1);
        let mut scanner = Scanner {
            strands: Vec::with_capacity(2 * queries.len()),
            filter: vec![0; 1 << (filter_bits - 6)],
            filter_bits,
            seeds: HashMap::default(),
        };
        for query in queries {
            for bases in [query.bases.clone(), reverse_complement(&query.bases)] {
                let strand = scanner.strands.len() as u32;
                for start in
                    (0..(bases.len() + 1).saturating_sub(SEED)).step_by(query.stride.max(1))
                {
                    if let Some(key) = seed(&bases[start..start + SEED]) {
                        let slot = scanner.slot(key);
                        scanner.filter[slot >> 6] |= 1 << (slot & 63);
                        let places = scanner.seeds.entry(key).or_default();
                        if places.len() < MAX_PLACES {
                            places.push((strand, start as u32));
                        }
                    }
                }
                scanner.strands.push(bases);
            }
        }
        scanner
    }

    /// Matches of every query, best first, over transcripts, loci and ALK.
    pub fn scan(&self, bundle: &Bundle, anatomy: &Anatomy) -> Vec<Vec<Hit>> {
        let mut hits = vec![BinaryHeap::new(); self.strands.len() / 2];
        if self.strands.is_empty() {
            return Vec::new();
        }
        for (index, transcript) in bundle.transcripts().iter().enumerate() {
            if transcript.gene == anatomy.transcript.gene {
                continue;
            }
            if let Some(sequence) = bundle.packed_sequence(transcript) {
                self.scan_one(sequence, Target::Transcript(index), &mut hits);
            }
        }
        for (index, locus) in bundle.loci().iter().enumerate() {
            if locus.name != anatomy.locus.name {
                self.scan_one(&locus.sequence, Target::Locus(index), &mut hits);
            }
        }
        self.scan_one(&anatomy.locus.sequence, Target::Alk, &mut hits);
        hits.into_iter()
            .map(|kept| {
                kept.into_sorted_vec()
                    .into_iter()
                    .map(|ranked| ranked.1)
                    .collect()
            })
            .collect()
    }

    fn scan_one(&self, packed: &PackedSequence, target: Target, hits: &mut [Best]) {
        let mut seen: HashSet<u64, BuildKmerHasher> = HashSet::default();
        let unpacked = OnceCell::new();
        packed.for_each_kmer(SEED, |start, key| {
            let slot = self.slot(key);
            if self.filter[slot >> 6] >> (slot & 63) & 1 == 0 {
                return;
            }
            for &(strand, at) in self.seeds.get(&key).into_iter().flatten() {
                let diagonal = (start + (1 << 24)) as u64 - u64::from(at);
                if !seen.insert(u64::from(strand) << 32 | diagonal) {
                    continue;
                }
                let sequence: &[u8] = unpacked.get_or_init(|| packed.unpack());
                let hit = self.extend(strand, at as usize, sequence, start, target);
                if hit.score >= MIN_SCORE {
                    keep(&mut hits[strand as usize / 2], hit);
                }
            }
        });
    }

    fn slot(&self, key: u32) -> usize {
        (key.wrapping_mul(0x9E37_79B1) >> (32 - self.filter_bits)) as usize
    }

    fn extend(&self, strand: u32, at: usize, sequence: &[u8], start: usize, target: Target) -> Hit {
        let query = &self.strands[strand as usize];
        let right = best_prefix(
            query[at..]
                .iter()
                .zip(&sequence[start..])
                .map(|(a, b)| a == b),
        );
        let left = best_prefix(
            query[..at]
                .iter()
                .rev()
                .zip(sequence[..start].iter().rev())
                .map(|(a, b)| a == b),
        );
        Hit {
            target,
            reverse: strand & 1 == 1,
            target_start: start - left.1,
            query_start: at - left.1,
            length: left.1 + right.1,
            score: left.0 + right.0,
        }
    }
}

/// The best hits of a query, the worst of them on top: best means a high score, then the order of [`Hit`].
type Best = BinaryHeap<(Reverse<i32>, Hit)>;

/// Keeps a hit if it is among the best [`MAX_HITS`].
fn keep(kept: &mut Best, hit: Hit) {
    let ranked = (Reverse(hit.score), hit);
    if kept.len() < MAX_HITS {
        kept.push(ranked);
    } else if let Some(mut worst) = kept.peek_mut()
        && ranked < *worst
    {
        *worst = ranked;
    }
}

/// A seed as [`PackedSequence::for_each_kmer`] has it; `None` when it holds anything but `ACGT`.
fn seed(bases: &[u8]) -> Option<u32> {
    bases
        .iter()
        .rev()
        .try_fold(0, |key, &base| Some(key << 2 | u32::from(base_code(base)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_transcript_from_either_strand_with_an_error() {
        let bundle = Bundle::embedded();
        let anatomy = Anatomy::new(bundle);
        let eml4 = bundle.transcript("ENST00000318522").unwrap();
        let sequence = bundle.sequence(eml4).unwrap();
        let mut bases = sequence[1_000..1_060].to_vec();
        bases[25] = if bases[25] == b'A' { b'T' } else { b'A' };
        let queries = [
            Query {
                bases: bases.clone(),
                stride: 1,
            },
            Query {
                bases: reverse_complement(&bases),
                stride: 4,
            },
        ];
        let hits = Scanner::new(&queries).scan(bundle, &anatomy);
        for (hits, reverse) in hits.iter().zip([false, true]) {
            let hit = hits
                .iter()
                .find(|hit| matches!(hit.target, Target::Transcript(i) if bundle.transcripts()[i].id == eml4.id))
                .unwrap();
            assert_eq!(
                (hit.reverse, hit.target_start, hit.length, hit.score),
                (reverse, 1_000, 60, 57)
            );
        }
    }
}
