//! Weighing what is known of a cluster's clip and choosing where it comes from.

use std::collections::BTreeMap;

use alkaid_genome::{Bundle, Strand, Transcript};

use super::{ExonEnd, Hint, Hit, NamedBy, Origin, PeptideHit, Place, Target};
use crate::anatomy::Anatomy;
use crate::cluster::{BreakSide, Cluster};
use crate::finding::Molecule;

/// Score of a match that ends (in ALK's sense) exactly where an exon does: chance does that once in about 64 times.
pub(super) const EXON_END_BONUS: f64 = 6.0;
/// Score of a matched residue: codons vary, so it weighs less than three bases.
pub(super) const PER_RESIDUE: f64 = 2.2;
/// Score of one mate that lies in the same gene, and of all of them at most.
const MATE_BONUS: (f64, f64) = (3.0, 9.0);
/// A match on the wrong strand makes no fusion transcript.
const ANTISENSE_PENALTY: f64 = 5.0;
/// A transcript does not tell what follows in DNA: less than a single base.
const SPLICED_PENALTY: f64 = 0.5;
/// Score of having been reported as a partner: less than a single base.
const REPORTED_BONUS: f64 = 0.9;
/// Least total score for a name.
const MIN_TOTAL: f64 = 15.0;
/// Least score of a peptide match in residues, without and with an exon end.
const MIN_PEPTIDE: (i32, i32) = (8, 6);
/// A second gene within this of the best is named as an alternative.
const CLOSE: f64 = 2.0;
/// Most untemplated bases between partner and ALK in a match that is believed, per matched base.
const MAX_GAP_SHARE: f64 = 4.0;
/// Score of a match that is believed although it covers only a part of the clip.
const LONG_MATCH: i32 = 40;
/// Longest micro-homology looked for.
const MAX_HOMOLOGY: usize = 50;
/// Positions of hints that count as one place.
const HINT_WINDOW: u64 = 20;

/// Everything known of a cluster's clip.
pub struct Evidence<'a, 'b> {
    /// RNA or DNA.
    pub molecule: Molecule,
    /// The cluster.
    pub cluster: &'a Cluster,
    /// Matches of its consensus.
    pub hits: &'a [Hit],
    /// Matches of its translation.
    pub peptides: &'a [PeptideHit<'b>],
    /// Where the aligner put the clips.
    pub clip_hints: &'a [Hint],
    /// Where the aligner put the mates.
    pub mate_hints: &'a [Hint],
    /// Mates by gene, from their sequence.
    pub mate_genes: &'a BTreeMap<String, usize>,
    /// Exons that end, and proteins that begin, like a short clip.
    pub exon_ends: Vec<Origin<'b>>,
}

/// The likeliest origin of the clip, if any is likely.
pub fn choose<'b>(
    bundle: &'b Bundle,
    anatomy: &Anatomy<'b>,
    evidence: &Evidence<'_, 'b>,
) -> Option<Origin<'b>> {
    let mut candidates: Vec<Origin<'b>> = Vec::new();
    candidates.extend(
        evidence
            .hits
            .iter()
            .filter_map(|hit| from_hit(bundle, anatomy, evidence, hit)),
    );
    candidates.extend(evidence.exon_ends.iter().cloned());
    candidates.extend(
        evidence
            .peptides
            .iter()
            .filter_map(|hit| from_peptide(bundle, evidence.cluster, hit)),
    );
    if let Some(hinted) = from_clip_hints(bundle, anatomy, evidence) {
        // A sequence match at the aligner's place is the better description of it.
        let mut confirmed = false;
        for candidate in candidates
            .iter_mut()
            .filter(|candidate| agrees(candidate, &hinted))
        {
            candidate.score += hinted.score;
            confirmed = true;
        }
        if !confirmed {
            candidates.push(hinted);
        }
    }
    for candidate in &mut candidates {
        candidate.mate_votes = evidence
            .mate_genes
            .get(&candidate.gene)
            .copied()
            .unwrap_or(0);
        if !candidate.gene.is_empty() {
            candidate.score += (candidate.mate_votes as f64 * MATE_BONUS.0).min(MATE_BONUS.1);
        }
    }
    for candidate in candidates
        .iter_mut()
        .filter(|candidate| reported(&candidate.gene))
    {
        candidate.score += REPORTED_BONUS;
    }
    candidates.retain(|candidate| candidate.score >= MIN_TOTAL);
    // Stable and total: by score, then the shorter gap, then how it was named, then the best-ranked model.
    candidates.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(a.gap.cmp(&b.gap))
            .then(a.named_by.cmp(&b.named_by))
            .then_with(|| a.gene.cmp(&b.gene))
    });
    let mut best = candidates
        .first()
        .cloned()
        .or_else(|| from_mate_hints(bundle, anatomy, evidence))?;
    let mut alternatives: Vec<String> = candidates
        .iter()
        .filter(|other| {
            other.gene != best.gene && !other.gene.is_empty() && other.score + CLOSE >= best.score
        })
        .map(|other| other.gene.clone())
        .collect();
    alternatives.sort();
    alternatives.dedup();
    best.alternatives = alternatives;
    Some(best)
}

/// Whether a gene has been reported as partner of ALK: what decides between relatives that match alike, and no more.
fn reported(gene: &str) -> bool {
    alkaid_knowledge::partner(gene).is_some_and(|partner| partner.real_5p_partner)
}

/// Whether two origins are one place on the genome.
fn agrees(a: &Origin, b: &Origin) -> bool {
    match (&a.genome, &b.genome) {
        (Some((chrom_a, pos_a, strand_a)), Some((chrom_b, pos_b, strand_b))) => {
            chrom_a == chrom_b && strand_a == strand_b && pos_a.abs_diff(*pos_b) <= HINT_WINDOW
        }
        _ => false,
    }
}

/// A sequence match.
fn from_hit<'b>(
    bundle: &'b Bundle,
    anatomy: &Anatomy<'b>,
    evidence: &Evidence<'_, 'b>,
    hit: &Hit,
) -> Option<Origin<'b>> {
    let cluster = evidence.cluster;
    let after = cluster.outward.len() - hit.query_start - hit.length;
    // The junction is at the end of the clip before ALK, and at the start of the clip after it.
    let at_end = (cluster.side == BreakSide::Before) != hit.reverse;
    let gap = if at_end { after } else { hit.query_start };
    let at = if at_end {
        hit.target_start + hit.length - 1
    } else {
        hit.target_start
    };
    if gap as f64 > MAX_GAP_SHARE * f64::from(hit.score) {
        return None;
    }
    // A short match within a long clip is chance: the partner must explain most of what is not insertion.
    let rest = (cluster.outward.len() - gap).min(60);
    if hit.score < LONG_MATCH && hit.length * 10 < rest * 6 {
        return None;
    }
    let (gene, place, named_by) = match hit.target {
        Target::Transcript(index) => {
            let transcript = bundle.transcripts().get(index)?;
            (
                transcript.gene.clone(),
                Place::Transcript(transcript, at, hit.reverse),
                NamedBy::Transcript,
            )
        }
        Target::Locus(index) => {
            let locus = bundle.loci().get(index)?;
            (
                locus_gene(bundle, &locus.name),
                Place::Locus(locus, at, hit.reverse),
                NamedBy::Locus,
            )
        }
        Target::Alk => (
            anatomy.transcript.gene.clone(),
            Place::Alk(at, hit.reverse),
            NamedBy::Locus,
        ),
    };
    let homology = if gap == 0 {
        homology(bundle, anatomy, cluster, place)
    } else {
        0
    };
    let mut score = f64::from(hit.score) - gap.min(40) as f64 / 4.0;
    if hit.reverse {
        score -= ANTISENSE_PENALTY;
    }
    if let Place::Transcript(transcript, at, backwards) = place {
        // DNA breaks anywhere, and what lies beyond is genomic: there a transcript says less than a genomic piece.
        if evidence.molecule == Molecule::Dna {
            score -= SPLICED_PENALTY;
        } else if !backwards && exon_edge(transcript, at, homology, cluster.side) {
            score += EXON_END_BONUS;
        }
    }
    Some(Origin {
        gene,
        named_by,
        place: Some(place),
        genome: place.genome(),
        gap,
        homology,
        score,
        alternatives: Vec::new(),
        mate_votes: 0,
    })
}

/// The gene a genomic piece belongs to: pieces of one gene carry its name before `_piece`.
fn locus_gene(bundle: &Bundle, name: &str) -> String {
    let gene = name.split("_piece").next().unwrap_or(name);
    bundle
        .best(gene)
        .map_or_else(|| gene.to_owned(), |transcript| transcript.gene.clone())
}

/// How many bases of ALK beyond the junction the partner's own sequence also has there.
pub(super) fn homology(
    bundle: &Bundle,
    anatomy: &Anatomy,
    cluster: &Cluster,
    place: Place,
) -> usize {
    let (own, alk) = match cluster.side {
        BreakSide::Before => (
            place.onwards(bundle, anatomy, MAX_HOMOLOGY),
            anatomy.sequence[cluster.offset..]
                .iter()
                .take(MAX_HOMOLOGY)
                .copied()
                .collect::<Vec<u8>>(),
        ),
        BreakSide::After => (
            place.back_from(bundle, anatomy, MAX_HOMOLOGY),
            anatomy.sequence[..cluster.offset]
                .iter()
                .rev()
                .take(MAX_HOMOLOGY)
                .copied()
                .collect(),
        ),
    };
    own.iter().zip(&alk).take_while(|(a, b)| a == b).count()
}

/// Whether an exon ends (before ALK) or starts (after ALK) at transcript base `at`, or within the homology beyond it.
fn exon_edge(transcript: &Transcript, at: usize, homology: usize, side: BreakSide) -> bool {
    transcript.exons.iter().any(|exon| match side {
        BreakSide::Before => (at + 1..=at + 1 + homology).contains(&(exon.transcript.end as usize)),
        BreakSide::After => {
            (at.saturating_sub(homology)..=at).contains(&(exon.transcript.start as usize))
        }
    })
}

/// A match of the translated clip.
fn from_peptide<'b>(
    bundle: &'b Bundle,
    cluster: &Cluster,
    hit: &PeptideHit<'b>,
) -> Option<Origin<'b>> {
    let gap = cluster.outward.len().checked_sub(hit.base_end)?;
    let model = hit.model(bundle, gap);
    let exon_end = matches!(model, Some((_, _, ExonEnd::Yes))) && gap <= 2;
    let needed = if exon_end {
        MIN_PEPTIDE.1
    } else {
        MIN_PEPTIDE.0
    };
    let explained = 3 * hit.residues as usize;
    if explained * 10 < (cluster.outward.len() - gap).min(60) * 6 {
        return None;
    }
    if cluster.side == BreakSide::After
        || hit.score < needed
        || gap as f64 > MAX_GAP_SHARE * 3.0 * f64::from(hit.score)
    {
        return None;
    }
    // Up to two bases belong to the codon that the junction splits.
    let split = gap.min(2);
    let place = model.map(|(transcript, coding, _)| Place::Coding(transcript, coding));
    let score = PER_RESIDUE * f64::from(hit.score) - gap.min(40) as f64 / 4.0
        + if exon_end { EXON_END_BONUS } else { 0.0 };
    Some(Origin {
        gene: hit.gene.to_owned(),
        named_by: NamedBy::Protein,
        genome: place.and_then(Place::genome),
        place,
        gap: gap - split,
        homology: 0,
        score,
        alternatives: Vec::new(),
        mate_votes: 0,
    })
}

/// The place on which most of the aligner's clip positions agree.
fn from_clip_hints<'b>(
    bundle: &'b Bundle,
    anatomy: &Anatomy<'b>,
    evidence: &Evidence<'_, 'b>,
) -> Option<Origin<'b>> {
    let (hint, votes) = commonest(evidence.clip_hints, HINT_WINDOW)?;
    if votes < 2 && evidence.clip_hints.len() > 1 {
        return None;
    }
    let score = evidence.cluster.outward.len().min(60) as f64 + (votes as f64).min(10.0);
    Some(at_hint(bundle, anatomy, &hint, NamedBy::Alignment, score))
}

/// The place near which most mates lie.
fn from_mate_hints<'b>(
    bundle: &'b Bundle,
    anatomy: &Anatomy<'b>,
    evidence: &Evidence<'_, 'b>,
) -> Option<Origin<'b>> {
    const MATE_WINDOW: u64 = 1_000;
    let (hint, votes) = commonest(evidence.mate_hints, MATE_WINDOW)?;
    (votes >= 3).then(|| {
        let mut origin = at_hint(bundle, anatomy, &hint, NamedBy::Mates, MIN_TOTAL);
        origin.mate_votes = votes;
        origin
    })
}

fn at_hint<'b>(
    bundle: &'b Bundle,
    anatomy: &Anatomy<'b>,
    hint: &Hint,
    named_by: NamedBy,
    score: f64,
) -> Origin<'b> {
    let gene = gene_at(bundle, &hint.chrom, hint.pos, hint.strand);
    let on_alk = gene == anatomy.transcript.gene;
    let place = anatomy.locus.offset_of(hint.pos).filter(|_| on_alk);
    Origin {
        gene,
        named_by,
        place: place.map(|offset| Place::Alk(offset, hint.strand != anatomy.transcript.strand)),
        genome: Some((hint.chrom.clone(), hint.pos, hint.strand)),
        gap: hint.gap,
        homology: hint.overrun,
        score,
        alternatives: Vec::new(),
        mate_votes: 0,
    }
}

/// The gene at a position, preferably one that reads in the given strand; empty between genes.
fn gene_at(bundle: &Bundle, chrom: &str, pos: u64, strand: Strand) -> String {
    let genes = bundle.genes_at(chrom, pos);
    let sense = genes.iter().find(|transcript| transcript.strand == strand);
    sense
        .or(genes.first())
        .map_or_else(String::new, |transcript| transcript.gene.clone())
}

/// The most frequent hint within `window` bases of others, and how many share its neighbourhood.
fn commonest(hints: &[Hint], window: u64) -> Option<(Hint, usize)> {
    let mut exact: BTreeMap<&Hint, usize> = BTreeMap::new();
    for hint in hints {
        *exact.entry(hint).or_default() += 1;
    }
    let near = |hint: &Hint| {
        hints
            .iter()
            .filter(|other| {
                other.chrom == hint.chrom
                    && other.strand == hint.strand
                    && other.pos.abs_diff(hint.pos) <= window
            })
            .count()
    };
    exact
        .iter()
        .map(|(hint, count)| {
            (
                near(hint),
                *count,
                std::cmp::Reverse(hint.gap),
                std::cmp::Reverse(*hint),
            )
        })
        .max()
        .map(|(votes, _, _, hint)| (hint.0.clone(), votes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(pos: u64, gap: usize) -> Hint {
        Hint {
            chrom: "chr2".into(),
            pos,
            strand: Strand::Forward,
            gap,
            overrun: 0,
        }
    }

    #[test]
    fn the_commonest_hint_wins_and_counts_its_neighbours() {
        let hints = [hint(100, 0), hint(101, 1), hint(101, 1), hint(900, 0)];
        assert_eq!(commonest(&hints, 20), Some((hint(101, 1), 3)));
        assert_eq!(commonest(&[], 20), None);
    }

    #[test]
    fn an_exon_edge_may_lie_within_the_homology() {
        let eml4 = Bundle::embedded().transcript("ENST00000318522").unwrap();
        let end = eml4.exons[12].transcript.end as usize;
        assert!(exon_edge(eml4, end - 1, 0, BreakSide::Before));
        assert!(exon_edge(eml4, end - 3, 2, BreakSide::Before));
        assert!(!exon_edge(eml4, end - 3, 1, BreakSide::Before));
        assert!(exon_edge(eml4, end, 0, BreakSide::After));
    }
}
