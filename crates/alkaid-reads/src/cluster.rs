//! Reads that stop being ALK at the same place, and say the same beyond it, become one cluster with a consensus.

use std::collections::BTreeMap;

use crate::place::Placed;

/// Fewest bases of a clip that can found or join a cluster.
pub const MIN_CLIP: usize = 10;
/// Fewest matched bases on ALK for a read to speak of a junction.
pub const MIN_ANCHOR: i32 = 18;
/// Least mean quality of the clip bases next to the junction.
const MIN_CLIP_QUALITY: u32 = 18;
/// By how many bases chance matches or errors may shift where single reads of one junction stop.
const WINDOW: usize = 12;
/// Share of differing bases at which two clips are still the same sequence.
const MAX_DIFFERENCE: f64 = 0.12;
/// Clips longer than this are compared and voted on only this far from the junction.
const MAX_CLIP: usize = 400;
/// Bases kept of ALK's side of a read.
pub const INWARD: usize = 30;
/// Reads that vote on a consensus; more would not change it.
const MAX_VOTERS: usize = 400;

/// Which end of ALK's part is broken off, in ALK's sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BreakSide {
    /// Something else comes before ALK: `partner::ALK`.
    Before,
    /// Something else comes after ALK: `ALK::partner`.
    After,
}

/// One read that stops being ALK.
#[derive(Clone, Debug)]
pub struct BreakRead {
    /// Index of the fragment in the store.
    pub fragment: usize,
    /// 0 or 1.
    pub mate: u8,
    /// Which side is broken off.
    pub side: BreakSide,
    /// Locus offset of the junction: the first ALK base (before), or one past the last (after).
    pub offset: usize,
    /// The clip, ALK sense, nearest base to the junction *first*.
    pub clip: Vec<u8>,
    /// Qualities of the clip, same order; empty when unknown.
    pub quals: Vec<u8>,
    /// The read's first bases on ALK's side, nearest to the junction first.
    pub inward: Vec<u8>,
    /// Whether ALK's part stops on its other side as well: a look-alike within another gene does that.
    pub island: bool,
}

/// Reads with one junction.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Which side of ALK is broken off.
    pub side: BreakSide,
    /// Locus offset of the junction on ALK, as most of its reads have it.
    pub offset: usize,
    /// Consensus beyond the junction, ALK sense, nearest base to the junction *first*.
    pub outward: Vec<u8>,
    /// Consensus on ALK's side, nearest base to the junction first; ALK's own bases but for mismatches.
    pub inward: Vec<u8>,
    /// Members.
    pub reads: Vec<BreakRead>,
}

impl Cluster {
    /// The consensus in ALK's sense.
    pub fn sense(&self) -> Vec<u8> {
        let mut bases = self.outward.clone();
        if self.side == BreakSide::Before {
            bases.reverse();
        }
        bases
    }
}

/// The breaks of one read: up to one on either side. `sense` and `quals` are in ALK's sense.
pub fn breaks(
    fragment: usize,
    mate: u8,
    sense: &[u8],
    quals: &[u8],
    placed: &Placed,
) -> Vec<BreakRead> {
    if placed.score < MIN_ANCHOR || low_complexity(&sense[placed.start..placed.end]) {
        return Vec::new();
    }
    let quals = if quals.len() == sense.len() {
        quals
    } else {
        &[]
    };
    let mut found = Vec::new();
    if placed.start >= MIN_CLIP {
        let from = placed.start.saturating_sub(MAX_CLIP);
        let clip: Vec<u8> = sense[from..placed.start].iter().rev().copied().collect();
        let quals = quals
            .get(from..placed.start)
            .unwrap_or(&[])
            .iter()
            .rev()
            .copied()
            .collect();
        let offset = placed.first();
        let inward = sense[placed.start..placed.end]
            .iter()
            .take(INWARD)
            .copied()
            .collect();
        found.push(BreakRead {
            fragment,
            mate,
            side: BreakSide::Before,
            offset,
            clip,
            quals,
            inward,
            island: false,
        });
    }
    if sense.len() - placed.end >= MIN_CLIP {
        let to = sense.len().min(placed.end + MAX_CLIP);
        let clip = sense[placed.end..to].to_vec();
        let quals = quals.get(placed.end..to).unwrap_or(&[]).to_vec();
        let offset = placed.last();
        let inward = sense[placed.start..placed.end]
            .iter()
            .rev()
            .take(INWARD)
            .copied()
            .collect();
        found.push(BreakRead {
            fragment,
            mate,
            side: BreakSide::After,
            offset,
            clip,
            quals,
            inward,
            island: false,
        });
    }
    found.retain(|read| !low_complexity(&read.clip) && !poor(&read.quals));
    let island = found.len() == 2;
    found.iter_mut().for_each(|read| read.island = island);
    found
}

/// Whether the bases next to the junction are of such quality that they may be anything.
///
/// Sequencers lose their place in GC-rich repeats and write noise from there on, at the same place in every read.
fn poor(quals: &[u8]) -> bool {
    let near = &quals[..quals.len().min(MIN_CLIP + 10)];
    let sum: u32 = near.iter().map(|&quality| u32::from(quality)).sum();
    !near.is_empty() && sum < MIN_CLIP_QUALITY * near.len() as u32
}

/// Whether a clip is a homopolymer or simple repeat, mostly one base, or made of two bases only: poly-A tails, poly-G of two-colour
/// chemistry, lost phase in GC-rich repeats.
pub fn low_complexity(clip: &[u8]) -> bool {
    let near = &clip[..clip.len().min(40)];
    let mut bases = [0usize; 5];
    for &base in near {
        bases[slot(base)] += 1;
    }
    bases.sort_unstable();
    if (bases[3] + bases[4]) * 20 >= near.len() * 19 || bases[4] * 10 >= near.len() * 7 {
        return true;
    }
    let mut counts = BTreeMap::new();
    for pair in near.windows(2) {
        *counts.entry((pair[0], pair[1])).or_insert(0usize) += 1;
    }
    let mut top: Vec<usize> = counts.into_values().collect();
    top.sort_unstable_by(|a, b| b.cmp(a));
    // Two dinucleotides make a homopolymer with an error, or a dinucleotide repeat.
    top.iter().take(2).sum::<usize>() * 10 >= near.len().saturating_sub(1) * 8
}

/// Groups break reads into clusters; the result is ordered by side and offset.
pub fn cluster(mut reads: Vec<BreakRead>) -> Vec<Cluster> {
    reads.sort_by(|a, b| {
        let key = |read: &BreakRead| (read.side, read.offset, std::cmp::Reverse(read.clip.len()));
        key(a)
            .cmp(&key(b))
            .then_with(|| a.clip.cmp(&b.clip))
            .then((a.fragment, a.mate).cmp(&(b.fragment, b.mate)))
    });
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut start = 0;
    while start < reads.len() {
        let first = &reads[start];
        let length = reads[start..]
            .iter()
            .take_while(|read| read.side == first.side && read.offset <= first.offset + WINDOW)
            .count();
        clusters.extend(cluster_window(&reads[start..start + length]));
        start += length;
    }
    clusters
}

/// Clusters reads whose offsets lie within one window. Longest clips first, so that short ones find their place.
fn cluster_window(window: &[BreakRead]) -> Vec<Cluster> {
    let mut order: Vec<&BreakRead> = window.iter().collect();
    order.sort_by_key(|read| std::cmp::Reverse(read.clip.len()));
    let mut groups: Vec<Vec<&BreakRead>> = Vec::new();
    // Identical reads (copies, deep amplicons) skip the comparison.
    let mut known: BTreeMap<(usize, &[u8]), usize> = BTreeMap::new();
    for read in order {
        let key = (read.offset, &read.clip[..read.clip.len().min(32)]);
        let group = known.get(&key).copied().or_else(|| {
            groups.iter().position(|group| {
                group
                    .iter()
                    .take(3)
                    .any(|member| same_sequence(member, read))
            })
        });
        let group = group.unwrap_or_else(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        known.entry(key).or_insert(group);
        groups[group].push(read);
    }
    groups.into_iter().map(consensus).collect()
}

/// Whether two clips are one sequence, laid out from ALK so that a shifted break does not matter.
fn same_sequence(a: &BreakRead, b: &BreakRead) -> bool {
    // Distance from a common point on ALK: the break that leaves more to the clip.
    let origin = origin(a.side, &[a.offset, b.offset]);
    let (skip_a, skip_b) = (a.offset.abs_diff(origin), b.offset.abs_diff(origin));
    // What one read calls clip and the other ALK is not compared: that part is ALK by one of them.
    let shift = skip_a.max(skip_b);
    let tail_a = a.clip.get(shift - skip_a..).unwrap_or(&[]);
    let tail_b = b.clip.get(shift - skip_b..).unwrap_or(&[]);
    let overlap = tail_a.len().min(tail_b.len());
    if overlap < MIN_CLIP.saturating_sub(4) {
        return false;
    }
    let differing = tail_a.iter().zip(tail_b).filter(|(x, y)| x != y).count();
    // Near the junction isoforms differ first: a mismatch burst there is another junction.
    let near = overlap.min(16);
    let near_differing = tail_a[..near]
        .iter()
        .zip(&tail_b[..near])
        .filter(|(x, y)| x != y)
        .count();
    differing as f64 <= (MAX_DIFFERENCE * overlap as f64).max(1.0) && near_differing <= 2
}

/// The offset among `offsets` that leaves most to the clip.
fn origin(side: BreakSide, offsets: &[usize]) -> usize {
    let mut offsets = offsets.iter().copied();
    let first = offsets.next().unwrap_or(0);
    match side {
        BreakSide::Before => offsets.fold(first, usize::max),
        BreakSide::After => offsets.fold(first, usize::min),
    }
}

/// Quality-weighted majority over the members' clips, laid out from the commonest offset.
fn consensus(members: Vec<&BreakRead>) -> Cluster {
    let side = members[0].side;
    let mut offsets: BTreeMap<usize, usize> = BTreeMap::new();
    for read in &members {
        *offsets.entry(read.offset).or_default() += 1;
    }
    let offset = offsets
        .iter()
        .max_by_key(|&(offset, count)| (*count, std::cmp::Reverse(*offset)))
        .map_or(0, |(o, _)| *o);
    let mut votes: Vec<[u32; 5]> = Vec::new();
    for read in members.iter().take(MAX_VOTERS) {
        for (index, &base) in read.clip.iter().enumerate() {
            let Some(column) = column(side, offset, read.offset, index) else {
                continue;
            };
            if votes.len() <= column {
                votes.resize(column + 1, [0; 5]);
            }
            let weight = read
                .quals
                .get(index)
                .map_or(20, |&quality| u32::from(quality).clamp(2, 60));
            votes[column][slot(base)] += weight;
        }
    }
    // ALK's side needs no layout: members at the commonest offset agree on it.
    let mut inward_votes = [[0u32; 5]; INWARD];
    for read in members
        .iter()
        .filter(|read| read.offset == offset)
        .take(MAX_VOTERS)
    {
        for (votes, &base) in inward_votes.iter_mut().zip(&read.inward) {
            votes[slot(base)] += 1;
        }
    }
    let outward = winners(&votes);
    let inward = winners(&inward_votes);
    Cluster {
        side,
        offset,
        outward,
        inward,
        reads: members.into_iter().cloned().collect(),
    }
}

/// The base with most votes in each column, up to the first column without votes.
fn winners(votes: &[[u32; 5]]) -> Vec<u8> {
    votes
        .iter()
        .map_while(|column| {
            let best = (0..4).max_by_key(|&base| (column[base], std::cmp::Reverse(base)))?;
            let any = column.iter().sum::<u32>() > 0;
            any.then(|| {
                if column[best] == 0 {
                    b'N'
                } else {
                    b"ACGT"[best]
                }
            })
        })
        .collect()
}

/// The column, counted from `offset` outwards, of base `index` of a clip that starts at `own` offset.
fn column(side: BreakSide, offset: usize, own: usize, index: usize) -> Option<usize> {
    match side {
        BreakSide::Before => (offset + index).checked_sub(own),
        BreakSide::After => (own + index).checked_sub(offset),
    }
}

fn slot(base: u8) -> usize {
    match base {
        b'A' => 0,
        b'C' => 1,
        b'G' => 2,
        b'T' => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIP: &[u8] = b"GAAATCCAGGAAAGGACGAACAAAGTCTTG";

    fn read(fragment: usize, offset: usize, clip: &[u8]) -> BreakRead {
        BreakRead {
            fragment,
            mate: 0,
            side: BreakSide::Before,
            offset,
            clip: clip.to_vec(),
            quals: vec![],
            inward: vec![],
            island: false,
        }
    }

    #[test]
    fn one_junction_makes_one_cluster_whatever_the_clip_length() {
        let clusters = cluster(vec![
            read(0, 500, CLIP),
            read(1, 500, &CLIP[..12]),
            read(2, 500, &CLIP[..20]),
        ]);
        assert_eq!(clusters.len(), 1);
        assert_eq!(
            (clusters[0].outward.as_slice(), clusters[0].reads.len()),
            (CLIP, 3)
        );
    }

    #[test]
    fn a_chance_match_into_the_partner_does_not_split_a_junction() {
        // The second read matched ALK for two bases more: its clip starts two bases further out.
        let clusters = cluster(vec![
            read(0, 500, CLIP),
            read(1, 500, CLIP),
            read(2, 498, &CLIP[2..]),
        ]);
        assert_eq!(clusters.len(), 1);
        assert_eq!(
            (clusters[0].offset, clusters[0].outward.as_slice()),
            (500, CLIP)
        );
    }

    #[test]
    fn isoforms_with_one_break_on_alk_stay_apart() {
        let other = b"CCTTGGAACCTTAAGGACCATTGCAATGCA";
        let clusters = cluster(vec![
            read(0, 500, CLIP),
            read(1, 500, other),
            read(2, 500, &other[..15]),
        ]);
        let mut sizes: Vec<_> = clusters.iter().map(|cluster| cluster.reads.len()).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [1, 2]);
    }

    #[test]
    fn consensus_outvotes_an_error() {
        let mut wrong = CLIP.to_vec();
        wrong[5] = b'A';
        let clusters = cluster(vec![
            read(0, 500, &wrong),
            read(1, 500, CLIP),
            read(2, 500, CLIP),
        ]);
        assert_eq!(clusters[0].outward, CLIP);
    }

    #[test]
    fn tails_are_low_complexity() {
        assert!(low_complexity(b"AAAAAAAAAAAAAAAAAAAA"));
        assert!(low_complexity(b"GGGGGGGGGGTGGGGGGGGG"));
        assert!(low_complexity(b"CACACACACACACACACACA"));
        assert!(!low_complexity(CLIP));
    }
}
