//! The second look: every fragment against every junction found, so that short anchors count too.

use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

use alkaid_genome::reverse_complement;

use crate::cluster::BreakSide;
use crate::copies::{Mark, Molecules, letters, loose};
use crate::fragment::Fragment;
use crate::junction::{Bridge, Junction};
use crate::place::{BuildKmerHasher, KmerHasher, Placed, SEED, kmer, kmers};

/// Bases beyond the junction that are indexed.
const INDEXED: usize = 200;
/// By how many bases a read's placement may end away from the junction.
const REACH: usize = 14;
/// Net number of bases on either side by which a read must prefer the junction to what else could stand there.
///
/// At 1 % errors each base is worth a factor of about 300; five leave room for one error and keep chance below 1e-3.
pub const MIN_GAIN: i32 = 5;
/// Share of mismatches at which a read is still the junction's.
const MAX_MISMATCH_RATE: f64 = 0.07;
/// Matching bases that one mismatch outweighs when a read could cross several junctions.
const MISFIT: i32 = 4;
/// Junctions tried per read.
const MAX_TRIES: usize = 64;
/// Fragments kept per junction for the evidence file.
pub const MAX_EVIDENCE: usize = 20_000;

/// A read across a junction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// Index of the junction.
    pub junction: usize,
    /// 0 or 1.
    pub mate: u8,
    /// Whether the read's reverse complement is in ALK's sense.
    pub reverse: bool,
    /// Bases of the read (ALK sense) before the junction.
    pub split: usize,
    /// Bases that the junction explains, less what it contradicts.
    pub fit: i32,
}

/// What supports one junction.
#[derive(Clone, Debug, Default)]
pub struct Support {
    /// Fragments with a read across it.
    pub fragments: u32,
    /// Reads across it.
    pub reads: u32,
    /// Distinct molecules among the fragments.
    pub molecules: Molecules,
    /// Distinct (strand, start) of reads across it.
    pub starts: BTreeSet<(bool, i64)>,
    /// Fragments with a read that was sequenced from the other side into ALK; the rest run out of ALK.
    pub into_alk: u32,
    /// Fragments with a mate on either side and no read across.
    pub spanning: u32,
    /// Distinct molecules among these.
    pub spanning_molecules: Molecules,
    /// Store indices of these, as many as are kept as evidence.
    pub spanning_fragments: Vec<usize>,
    /// Store indices of supporting fragments with their crossings, for the evidence file.
    pub evidence: Vec<(usize, Vec<Crossing>)>,
}

/// Recognises junctions in reads.
pub struct Recogniser {
    bridges: Vec<(BreakSide, usize, Bridge)>,
    /// Reads behind each junction's consensus: of two that fit a read alike, the commoner has it.
    reads: Vec<usize>,
    /// (locus offset, index) of the junctions, by offset.
    by_offset: Vec<(usize, usize)>,
    /// Seeds beyond ALK: (junction, distance of the seed's nearest base from the junction).
    seeds: HashMap<u32, Vec<(u32, u32)>, BuildKmerHasher>,
}

impl Recogniser {
    /// Indexes the junctions; `bridges` go with `junctions`.
    pub fn new(junctions: &[Junction], bridges: Vec<Bridge>) -> Self {
        let mut seeds: HashMap<u32, Vec<(u32, u32)>, BuildKmerHasher> = HashMap::default();
        let mut held = Vec::with_capacity(bridges.len());
        for (index, (junction, bridge)) in junctions.iter().zip(bridges).enumerate() {
            let outward = match junction.side {
                BreakSide::Before => bridge.left.first(),
                BreakSide::After => bridge.right.first(),
            };
            let near: Vec<u8> = outward.map_or_else(Vec::new, |bases| {
                bases.iter().take(INDEXED).copied().collect()
            });
            for (distance, window) in near.windows(SEED).enumerate() {
                // Stored in ALK's sense, as reads are looked up.
                let key = match junction.side {
                    BreakSide::Before => kmer(&window.iter().rev().copied().collect::<Vec<u8>>()),
                    BreakSide::After => kmer(window),
                };
                if let Some(key) = key {
                    seeds
                        .entry(key)
                        .or_default()
                        .push((index as u32, distance as u32));
                }
            }
            held.push((junction.side, junction.alk, bridge));
        }
        let mut by_offset: Vec<_> = junctions
            .iter()
            .enumerate()
            .map(|(index, junction)| (junction.alk, index))
            .collect();
        by_offset.sort_unstable();
        Recogniser {
            bridges: held,
            reads: junctions.iter().map(|junction| junction.reads).collect(),
            by_offset,
            seeds,
        }
    }

    /// The junction that a read crosses, if any. `placed` is its placement on ALK.
    pub fn crossing(&self, mate: u8, bases: &[u8], placed: Option<&Placed>) -> Option<Crossing> {
        let mut best: Option<Crossing> = None;
        for reverse in [false, true] {
            let settled = placed.filter(|placed| placed.score >= 24);
            if settled.is_some_and(|placed| placed.reverse != reverse) {
                continue;
            }
            let turned;
            let sense: &[u8] = if reverse {
                turned = reverse_complement(bases);
                &turned
            } else {
                bases
            };
            for (junction, split) in
                self.candidates(sense, placed.filter(|placed| placed.reverse == reverse))
            {
                let Some(fit) = self.fit(junction, sense, split) else {
                    continue;
                };
                let better = |best: Crossing| {
                    (fit, self.reads[junction]) > (best.fit, self.reads[best.junction])
                };
                if best.is_none_or(better) {
                    best = Some(Crossing {
                        junction,
                        mate,
                        reverse,
                        split,
                        fit,
                    });
                }
            }
        }
        best
    }

    /// Junctions a read may cross, and where.
    fn candidates(&self, sense: &[u8], placed: Option<&Placed>) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        let mut add = |junction: usize, split: usize| {
            if found.len() < MAX_TRIES && !found.contains(&(junction, split)) {
                found.push((junction, split));
            }
        };
        if let Some(placed) = placed {
            let near = self.near(placed.first()).chain(self.near(placed.last()));
            for &(alk, index) in near {
                let split = match self.bridges[index].0 {
                    BreakSide::Before if placed.first().abs_diff(alk) <= REACH => {
                        (placed.start + alk).checked_sub(placed.first())
                    }
                    BreakSide::After if placed.last().abs_diff(alk) <= REACH => {
                        (placed.end + alk).checked_sub(placed.last())
                    }
                    _ => None,
                };
                if let Some(split) = split.filter(|split| *split <= sense.len()) {
                    add(index, split);
                }
            }
        }
        for (start, key) in kmers(sense) {
            let Some(places) = self.seeds.get(&key) else {
                continue;
            };
            for &(junction, distance) in places {
                let distance = distance as usize;
                let split = match self.bridges[junction as usize].0 {
                    BreakSide::Before => Some(start + SEED + distance),
                    BreakSide::After => start.checked_sub(distance),
                };
                if let Some(split) = split.filter(|split| *split <= sense.len()) {
                    add(junction as usize, split);
                }
            }
        }
        found
    }

    /// Junctions whose ALK side lies within reach of `offset`.
    fn near(&self, offset: usize) -> std::slice::Iter<'_, (usize, usize)> {
        let from = self
            .by_offset
            .partition_point(|(alk, _)| alk + REACH < offset);
        let to = self
            .by_offset
            .partition_point(|(alk, _)| *alk <= offset + REACH);
        self.by_offset[from..to].iter()
    }

    /// How well a read split there fits the junction; `None` if either side does not prefer it clearly.
    fn fit(&self, junction: usize, sense: &[u8], split: usize) -> Option<i32> {
        let (_, _, bridge) = &self.bridges[junction];
        let left: Vec<u8> = sense[..split].iter().rev().copied().collect();
        let left = side(&left, &bridge.left, &bridge.other_left)?;
        let right = side(&sense[split..], &bridge.right, &bridge.other_right)?;
        let mismatches = left.mismatches + right.mismatches;
        let allowed = (MAX_MISMATCH_RATE * sense.len() as f64).max(1.0);
        let fits = mismatches as f64 <= allowed && left.gain >= MIN_GAIN && right.gain >= MIN_GAIN;
        fits.then_some((left.compared + right.compared) as i32 - MISFIT * mismatches as i32)
    }
}

/// How one part of a read goes with a junction.
struct SideFit {
    compared: usize,
    mismatches: usize,
    /// Net number of bases by which it prefers the junction to anything else that could stand there.
    gain: i32,
}

/// Compares a part of a read (nearest base first) with what is expected and what else could stand there.
fn side(part: &[u8], expected: &[Vec<u8>], others: &[Vec<u8>]) -> Option<SideFit> {
    let mismatches = |sequence: &&Vec<u8>| {
        part.iter()
            .zip(sequence.iter())
            .filter(|(a, b)| a != b)
            .count()
    };
    let best = expected.iter().min_by_key(mismatches)?;
    let compared = part.len().min(best.len());
    // Chance agrees with a quarter of the bases, so that is what an unknown alternative would have.
    let unknown = |bases: usize, wrong: usize| (bases as i32 * 3) / 4 - wrong as i32;
    let net = |other: &Vec<u8>| -> i32 {
        let known = compared.min(other.len());
        let preferred: i32 = (0..known)
            .map(|index| {
                i32::from(part[index] == best[index]) - i32::from(part[index] == other[index])
            })
            .sum();
        let wrong = (known..compared)
            .filter(|&index| part[index] != best[index])
            .count();
        preferred + unknown(compared - known, wrong)
    };
    let wrong = mismatches(&best);
    let gain = others
        .iter()
        .map(net)
        .min()
        .unwrap_or_else(|| unknown(compared, wrong));
    Some(SideFit {
        compared,
        mismatches: wrong,
        gain,
    })
}

/// Adds a fragment's crossings to the support of the junctions it crosses. Returns the junction, if any.
pub fn record(
    supports: &mut [Support],
    recogniser: &Recogniser,
    index: usize,
    fragment: &Fragment,
    placed: [Option<&Placed>; 2],
) -> Option<usize> {
    let mut crossings: Vec<Crossing> = fragment
        .reads()
        .filter_map(|(mate, read)| {
            recogniser.crossing(mate, &read.bases, placed[usize::from(mate)])
        })
        .collect();
    // Both mates belong to one molecule: the stronger says which junction.
    let best = crossings
        .iter()
        .max_by_key(|crossing| (crossing.fit, std::cmp::Reverse(crossing.mate)))?
        .junction;
    crossings.retain(|crossing| crossing.junction == best);
    let support = &mut supports[best];
    support.fragments += 1;
    support.reads += crossings.len() as u32;
    let into_alk =
        |crossing: &Crossing| (recogniser.bridges[best].0 == BreakSide::Before) != crossing.reverse;
    support.into_alk += u32::from(crossings.iter().any(into_alk));
    support.molecules.add(mark(fragment, placed, &crossings));
    for crossing in &crossings {
        let read = if crossing.mate == 0 {
            Some(&fragment.first)
        } else {
            fragment.second.as_ref()
        };
        let length = read.map_or(0, |read| read.bases.len());
        support
            .starts
            .insert((crossing.reverse, begin(crossing, length)));
    }
    if support.evidence.len() < MAX_EVIDENCE {
        support.evidence.push((index, crossings));
    }
    Some(best)
}

/// Where a read begins (as sequenced), relative to the junction, in ALK's sense.
fn begin(crossing: &Crossing, length: usize) -> i64 {
    if crossing.reverse {
        length as i64 - crossing.split as i64
    } else {
        -(crossing.split as i64)
    }
}

/// What makes two fragments across a junction copies of one molecule: UMI, and where each mate begins.
fn mark(fragment: &Fragment, placed: [Option<&Placed>; 2], crossings: &[Crossing]) -> Mark {
    let mut place = KmerHasher::default();
    let mut unplaced = 0;
    for (mate, read) in fragment.reads() {
        let length = read.bases.len();
        if let Some(crossing) = crossings.iter().find(|crossing| crossing.mate == mate) {
            (0u8, crossing.reverse, begin(crossing, length)).hash(&mut place);
        } else if let Some(placed) = placed[usize::from(mate)] {
            let begin = if placed.reverse {
                (placed.last() + length - placed.end) as i64
            } else {
                placed.first() as i64 - placed.start as i64
            };
            (1u8, placed.reverse, begin).hash(&mut place);
        } else {
            2u8.hash(&mut place);
            unplaced = loose(&read.bases);
        }
        if fragment.second.is_none() {
            length.hash(&mut place);
        }
    }
    Mark {
        place: place.finish(),
        umi: fragment.umi.as_deref().map_or(0, letters),
        loose: unplaced,
    }
}

/// Mark of a fragment with a mate on either side of a junction.
pub fn spanning_mark(fragment: &Fragment, placed: [Option<&Placed>; 2]) -> Mark {
    mark(fragment, placed, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fragment::Read;

    const LEFT: &[u8] = b"ATAGAGTTCTGAAACAAGCAGGAAAGGACCTAAAG";
    const RIGHT: &[u8] = b"TGTACCGCCGGAAGCACCAGGAGCTGCAAGCCATGCAG";
    const WILD: &[u8] = b"CCTGTGGCTGTCAGTATTTGGAGATCCTTGACTTC";

    fn recogniser() -> Recogniser {
        let bridge = Bridge {
            left: vec![LEFT.iter().rev().copied().collect()],
            right: vec![RIGHT.to_vec()],
            other_left: vec![WILD.iter().rev().copied().collect()],
            other_right: vec![],
        };
        let junction = Junction {
            side: BreakSide::Before,
            alk: 500,
            back: 0,
            forward: 0,
            origin: None,
            inserted: vec![],
            outward: LEFT.iter().rev().copied().collect(),
            reads: 1,
            islands: 0,
        };
        Recogniser::new(&[junction], vec![bridge])
    }

    fn read(left: usize, right: usize) -> Vec<u8> {
        [&LEFT[LEFT.len() - left..], &RIGHT[..right]].concat()
    }

    #[test]
    fn a_read_with_a_short_alk_part_is_found_by_its_partner_part() {
        let recogniser = recogniser();
        for sense in [read(30, 9), read(20, 20)] {
            let crossing = recogniser.crossing(0, &sense, None).unwrap();
            assert!(!crossing.reverse);
            let turned = recogniser
                .crossing(0, &reverse_complement(&sense), None)
                .unwrap();
            assert!(turned.reverse);
            assert_eq!(turned.split, crossing.split);
        }
    }

    #[test]
    fn a_read_with_a_short_partner_part_is_found_by_its_place() {
        let recogniser = recogniser();
        let sense = read(8, 35);
        let placed = Placed {
            reverse: false,
            start: 8,
            end: 43,
            blocks: vec![(500, 35)],
            score: 35,
            mismatches: 0,
        };
        assert_eq!(
            recogniser.crossing(0, &sense, Some(&placed)).unwrap().split,
            8
        );
    }

    #[test]
    fn wild_type_and_too_short_anchors_do_not_count() {
        let recogniser = recogniser();
        let wild = [&WILD[10..], RIGHT].concat();
        let placed = Placed {
            reverse: false,
            start: 25,
            end: 63,
            blocks: vec![(500, 38)],
            score: 38,
            mismatches: 0,
        };
        assert_eq!(recogniser.crossing(0, &wild, Some(&placed)), None);
        assert_eq!(recogniser.crossing(0, &read(30, 3), None), None);
    }

    #[test]
    fn copies_are_one_molecule_and_fixed_primer_ends_are_not_copies() {
        let recogniser = recogniser();
        let mut supports = vec![Support::default()];
        let mut add = |left: usize, mate: &[u8]| {
            let fragment = Fragment {
                first: Read {
                    bases: read(left, 20),
                    quals: vec![],
                },
                second: Some(Read {
                    bases: mate.to_vec(),
                    quals: vec![],
                }),
                ..Fragment::default()
            };
            record(&mut supports, &recogniser, 0, &fragment, [None, None]);
        };
        let primer = b"GATTACAGATTACAGATTACA";
        add(30, primer);
        add(30, primer);
        add(25, primer);
        supports[0].molecules.settle();
        assert_eq!(
            (supports[0].fragments, supports[0].molecules.count()),
            (3, 2)
        );
    }
}
