//! From kept fragments to junctions: cluster what breaks at one place, name its other side, settle the place.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use alkaid_genome::{Bundle, reverse_complement};

use crate::anatomy::Anatomy;
use crate::cluster::{BreakRead, BreakSide, Cluster, breaks, cluster};
use crate::finding::Molecule;
use crate::fragment::Fragment;
use crate::gather::{Places, is_whole};
use crate::junction::{Junction, settle_on_exon};
use crate::partner::{
    Evidence, ExonEnds, Hint, Hit, Origin, PeptideHit, Peptides, ProteinStarts, Query, Scanner,
    Target, choose, clip_hint, mate_hint,
};
use crate::place::Placed;

/// Mates looked up in the bundle.
const MAX_MATES: usize = 20_000;
/// Mates looked up in the proteome, when their genes have no nucleotide sequence here.
const MAX_MATE_PEPTIDES: usize = 2_000;
/// Least score of a mate's match; also half of the mate's length.
const MIN_MATE_SCORE: i32 = 24;
/// A clip of which the best nucleotide match explains less than this share is also translated.
const EXPLAINED: f64 = 0.7;
/// Residues that a translated clip must match (an exon's end lets two less do).
const MIN_PEPTIDE: i32 = 6;
/// Residues that a translated mate must match.
const MIN_MATE_PEPTIDE: i32 = 10;
/// Distance on ALK, and bases next to it, by which junctions are compared.
const SAME_PLACE: usize = 3;
const SAME_BASES: usize = 18;

/// A mate that is not on ALK while the other read is.
#[derive(Clone, Debug)]
pub struct Mate<'b> {
    /// Index of the fragment in the store.
    pub fragment: usize,
    /// Whether the read on ALK needs its mate before (its partner lies 5') or after it.
    pub before: bool,
    /// The gene it lies in, if one stands out.
    pub gene: Option<&'b str>,
    /// Genome position of its match, if known, 0-based.
    pub genome: Option<(String, u64)>,
}

/// What was found among the kept fragments.
pub struct Candidates<'b> {
    /// Junctions, by side and offset.
    pub junctions: Vec<Junction<'b>>,
    /// Mates off ALK.
    pub mates: Vec<Mate<'b>>,
}

/// Finds the junctions among `fragments`, whose reads lie at `places`.
pub fn find<'b>(
    bundle: &'b Bundle,
    anatomy: &Anatomy<'b>,
    fragments: &[Fragment],
    places: &[Places],
    molecule: Molecule,
) -> Candidates<'b> {
    let mut clusters = cluster(break_reads(fragments, places));
    for cluster in &mut clusters {
        settle_on_exon(anatomy, cluster);
    }
    let (mut mates, mate_bases) = mates_off_alk(fragments, places, &clusters);
    let clips: Vec<Vec<u8>> = clusters.iter().map(Cluster::sense).collect();

    let mut queries: Vec<Query> = clips
        .iter()
        .map(|bases| Query {
            bases: bases.clone(),
            stride: 1,
        })
        .collect();
    queries.extend(mate_bases.iter().map(|bases| Query {
        bases: bases.clone(),
        stride: 4,
    }));
    let mut hits = Scanner::new(&queries).scan(bundle, anatomy);
    let mate_hits = hits.split_off(clips.len());
    name_mates(bundle, &mut mates, &mate_bases, &mate_hits);

    let unexplained: Vec<usize> = (0..clips.len())
        .filter(|&index| {
            let best = hits[index].first().map_or(0, |hit| hit.score);
            clusters[index].side == BreakSide::Before
                && f64::from(best) < EXPLAINED * clips[index].len() as f64
        })
        .collect();
    let translated: Vec<&[u8]> = unexplained
        .iter()
        .map(|&index| clips[index].as_slice())
        .collect();
    let found = Peptides::new(&translated).search(bundle, translated.len(), MIN_PEPTIDE);
    let mut peptides: Vec<Vec<PeptideHit<'b>>> = vec![Vec::new(); clips.len()];
    for (index, hits) in unexplained.iter().zip(found) {
        peptides[*index] = hits;
    }
    if !unexplained.is_empty() {
        name_mates_by_protein(bundle, &mut mates, &mate_bases);
    }

    let by_fragment: BTreeMap<usize, &Mate> =
        mates.iter().map(|mate| (mate.fragment, mate)).collect();
    let ends = ExonEnds::new(bundle);
    let starts = LazyCell::new(|| ProteinStarts::new(bundle));
    let origins: Vec<Option<Origin<'b>>> = clusters
        .iter()
        .enumerate()
        .map(|(index, cluster)| {
            let mate_genes = genes_of_mates(cluster, &by_fragment);
            let worth = cluster.reads.len() > 1 || !mate_genes.is_empty();
            let mut exon_ends = Vec::new();
            if worth && molecule == Molecule::Rna {
                exon_ends.extend(ends.matching(anatomy, cluster));
                if unexplained.binary_search(&index).is_ok() {
                    exon_ends.extend(starts.matching(cluster));
                }
            }
            let evidence = Evidence {
                molecule,
                cluster,
                hits: &hits[index],
                peptides: &peptides[index],
                clip_hints: &clip_hints(cluster, fragments, places),
                mate_hints: &mate_hints(cluster, fragments, places),
                mate_genes: &mate_genes,
                exon_ends,
            };
            choose(bundle, anatomy, &evidence)
        })
        .collect();
    let resolved = clusters.iter().zip(origins).map(|(cluster, origin)| {
        (
            Junction::resolve(bundle, anatomy, cluster, origin, molecule).entering(anatomy),
            cluster.reads.len(),
        )
    });
    Candidates {
        junctions: merge(resolved.collect()),
        mates,
    }
}

fn break_reads(fragments: &[Fragment], places: &[Places]) -> Vec<BreakRead> {
    let mut found = Vec::new();
    for (index, (fragment, places)) in fragments.iter().zip(places).enumerate() {
        for (mate, read) in fragment.reads() {
            let Some(placed) = &places[usize::from(mate)] else {
                continue;
            };
            let (sense, quals) = if placed.reverse {
                (
                    reverse_complement(&read.bases),
                    read.quals.iter().rev().copied().collect(),
                )
            } else {
                (read.bases.clone(), read.quals.clone())
            };
            found.extend(breaks(index, mate, &sense, &quals, placed));
        }
    }
    found
}

/// Mates that are not on ALK, with their bases in ALK's sense: of reads in clusters, which they help to name, and of reads
/// that are ALK from end to end, with which they may span a junction.
fn mates_off_alk<'b>(
    fragments: &[Fragment],
    places: &[Places],
    clusters: &[Cluster],
) -> (Vec<Mate<'b>>, Vec<Vec<u8>>) {
    let reads = clusters.iter().flat_map(|cluster| &cluster.reads);
    let clustered: HashSet<usize> = reads.map(|read| read.fragment).collect();
    let (mut mates, mut bases) = (Vec::new(), Vec::new());
    for (index, (fragment, places)) in fragments.iter().zip(places).enumerate() {
        let Some(second) = &fragment.second else {
            continue;
        };
        let (placed, read, mate) = match places {
            [Some(placed), None] => (placed, &fragment.first, second),
            [None, Some(placed)] => (placed, second, &fragment.first),
            _ => continue,
        };
        if !clustered.contains(&index) && !is_whole(placed, read.bases.len()) {
            continue;
        }
        if mates.len() == MAX_MATES {
            break;
        }
        // Mates face each other: that of a read in ALK's sense is reversed and lies after it.
        bases.push(if placed.reverse {
            mate.bases.clone()
        } else {
            reverse_complement(&mate.bases)
        });
        mates.push(Mate {
            fragment: index,
            before: placed.reverse,
            gene: None,
            genome: None,
        });
    }
    (mates, bases)
}

fn name_mates<'b>(
    bundle: &'b Bundle,
    mates: &mut [Mate<'b>],
    bases: &[Vec<u8>],
    hits: &[Vec<Hit>],
) {
    for ((mate, bases), hits) in mates.iter_mut().zip(bases).zip(hits) {
        // A relative of the gene explains a part of the mate.
        let least = MIN_MATE_SCORE.max(bases.len() as i32 / 2);
        let named = hits
            .iter()
            .filter(|hit| hit.score >= least)
            .map(|hit| (hit, gene_of(bundle, hit)));
        let mut named = named.peekable();
        let Some(&(best, gene)) = named.peek() else {
            continue;
        };
        // A repeat matches many genes equally well and names none.
        if named.any(|(hit, other)| other != gene && hit.score + 4 > best.score) {
            continue;
        }
        mate.gene = gene;
        mate.genome = match best.target {
            Target::Transcript(index) => {
                let transcript = &bundle.transcripts()[index];
                transcript
                    .genome_position(best.target_start as u32)
                    .map(|pos| (transcript.chrom.clone(), pos))
            }
            Target::Locus(index) => {
                let locus = &bundle.loci()[index];
                Some((
                    locus.interval.chrom.clone(),
                    locus.genome_position(best.target_start),
                ))
            }
            Target::Alk => None,
        };
    }
}

fn gene_of<'b>(bundle: &'b Bundle, hit: &Hit) -> Option<&'b str> {
    match hit.target {
        Target::Transcript(index) => bundle
            .transcripts()
            .get(index)
            .map(|transcript| transcript.gene.as_str()),
        Target::Locus(index) => bundle
            .loci()
            .get(index)
            .map(|locus| locus.name.split("_piece").next().unwrap_or("")),
        Target::Alk => None,
    }
}

fn name_mates_by_protein<'b>(bundle: &'b Bundle, mates: &mut [Mate<'b>], bases: &[Vec<u8>]) {
    let unnamed: Vec<usize> = (0..mates.len())
        .filter(|&index| mates[index].gene.is_none())
        .take(MAX_MATE_PEPTIDES)
        .collect();
    let queries: Vec<&[u8]> = unnamed
        .iter()
        .map(|&index| bases[index].as_slice())
        .collect();
    let hits = Peptides::new(&queries).search(bundle, queries.len(), MIN_MATE_PEPTIDE);
    for (index, hits) in unnamed.into_iter().zip(hits) {
        let Some(best) = hits.first() else { continue };
        if hits
            .iter()
            .all(|hit| hit.gene == best.gene || hit.score < best.score)
        {
            mates[index].gene = Some(best.gene);
        }
    }
}

fn genes_of_mates(cluster: &Cluster, mates: &BTreeMap<usize, &Mate>) -> BTreeMap<String, usize> {
    let fragments: BTreeSet<usize> = cluster.reads.iter().map(|read| read.fragment).collect();
    let mut genes = BTreeMap::new();
    for gene in fragments
        .iter()
        .filter_map(|fragment| mates.get(fragment)?.gene)
    {
        *genes.entry(gene.to_owned()).or_default() += 1;
    }
    genes
}

fn clip_hints(cluster: &Cluster, fragments: &[Fragment], places: &[Places]) -> Vec<Hint> {
    let hint = |read: &BreakRead| {
        let (fragment, length, placed) = read_of(read, fragments, places)?;
        // Laid out from the cluster's offset, not the read's own.
        let mut hint = clip_hint(fragment, read.mate, length, placed, cluster.side)?;
        let shift = read.offset as i64 - cluster.offset as i64;
        let outward = if cluster.side == BreakSide::Before {
            -shift
        } else {
            shift
        };
        let forward =
            (cluster.side == BreakSide::Before) == (hint.strand == alkaid_genome::Strand::Forward);
        // A clip that starts further out than the cluster's ends further from the junction.
        if hint.gap == 0 {
            hint.pos = hint
                .pos
                .checked_add_signed(if forward { outward } else { -outward })?;
        }
        Some(hint)
    };
    cluster.reads.iter().filter_map(hint).collect()
}

fn mate_hints(cluster: &Cluster, fragments: &[Fragment], places: &[Places]) -> Vec<Hint> {
    let hint = |read: &BreakRead| {
        let (fragment, _, placed) = read_of(read, fragments, places)?;
        let other = 1 - read.mate;
        places[read.fragment][usize::from(other)]
            .is_none()
            .then(|| mate_hint(fragment, other, placed, cluster.side))?
    };
    cluster.reads.iter().filter_map(hint).collect()
}

fn read_of<'x>(
    read: &BreakRead,
    fragments: &'x [Fragment],
    places: &'x [Places],
) -> Option<(&'x Fragment, usize, &'x Placed)> {
    let fragment = fragments.get(read.fragment)?;
    let bases = fragment
        .reads()
        .find(|(mate, _)| *mate == read.mate)?
        .1
        .bases
        .len();
    Some((
        fragment,
        bases,
        places.get(read.fragment)?[usize::from(read.mate)].as_ref()?,
    ))
}

/// Joins junctions that turned out to be one: the larger cluster keeps its consensus.
fn merge(mut resolved: Vec<(Junction, usize)>) -> Vec<Junction> {
    resolved.sort_by_key(|(_, reads)| std::cmp::Reverse(*reads));
    let mut kept: Vec<Junction> = Vec::new();
    for (junction, _) in resolved {
        if !kept.iter().any(|other| same(other, &junction)) {
            kept.push(junction);
        }
    }
    kept.sort_by(|a, b| {
        (a.side, a.alk, a.gene(), &a.outward).cmp(&(b.side, b.alk, b.gene(), &b.outward))
    });
    kept
}

/// Whether two junctions are one: what stands next to ALK is the same, whatever differs further out (an adapter,
/// another exon before the last one, errors).
fn same(a: &Junction, b: &Junction) -> bool {
    if a.side != b.side || a.alk.abs_diff(b.alk) > SAME_PLACE {
        return false;
    }
    // The one that leaves more to ALK starts further out.
    let further_in = match a.side {
        BreakSide::Before => a.alk.max(b.alk),
        BreakSide::After => a.alk.min(b.alk),
    };
    let from = |junction: &'_ Junction| further_in.abs_diff(junction.alk);
    let shift = from(a).max(from(b));
    let near = |junction: &Junction| -> Vec<u8> {
        junction
            .outward
            .iter()
            .skip(shift - from(junction))
            .take(SAME_BASES)
            .copied()
            .collect()
    };
    let (near_a, near_b) = (near(a), near(b));
    let compared = near_a.len().min(near_b.len());
    let differing = near_a.iter().zip(&near_b).filter(|(x, y)| x != y).count();
    compared >= 8 && differing * 8 <= compared
}
