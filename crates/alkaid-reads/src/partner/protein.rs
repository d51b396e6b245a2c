//! Naming a partner from eight amino acids: the clip, translated, against the whole proteome.

use std::collections::HashMap;

use alkaid_genome::{Bundle, Transcript, translate};

use crate::place::{BuildKmerHasher, best_prefix};

/// Seed length in residues.
const SEED: usize = 6;
/// log2 of the bits of the filter before the table of seeds.
const FILTER_BITS: u32 = 18;

/// A match of a translated clip with a protein.
#[derive(Clone, Debug)]
pub struct PeptideHit<'b> {
    /// HGNC symbol.
    pub gene: &'b str,
    /// UniProt accession.
    pub accession: &'b str,
    /// Residues from the protein's start to the end of the match.
    pub residue_end: u32,
    /// Index of the clip's base after the last matched codon.
    pub base_end: usize,
    /// Residues compared.
    pub residues: u32,
    /// Matched residues less twice the mismatches.
    pub score: i32,
}

/// Translated queries: (query, frame, residues).
pub struct Peptides {
    frames: Vec<(usize, usize, Vec<u8>)>,
    filter: Vec<u64>,
    seeds: HashMap<u32, Vec<(u32, u32)>, BuildKmerHasher>,
}

impl Peptides {
    /// Translates each query (in ALK's sense) in all three frames.
    pub fn new(queries: &[&[u8]]) -> Self {
        let mut peptides = Peptides {
            frames: Vec::new(),
            filter: vec![0; 1 << (FILTER_BITS - 6)],
            seeds: HashMap::default(),
        };
        for (query, bases) in queries.iter().enumerate() {
            for frame in 0..3.min(bases.len()) {
                let residues = translate(&bases[frame..]);
                let strand = peptides.frames.len() as u32;
                for (start, key) in seeds(&residues) {
                    let slot = slot(key);
                    peptides.filter[slot >> 6] |= 1 << (slot & 63);
                    peptides
                        .seeds
                        .entry(key)
                        .or_default()
                        .push((strand, start as u32));
                }
                peptides.frames.push((query, frame, residues));
            }
        }
        peptides
    }

    /// Matches of at least `min_score` residues per query, best first.
    pub fn search<'b>(
        &self,
        bundle: &'b Bundle,
        queries: usize,
        min_score: i32,
    ) -> Vec<Vec<PeptideHit<'b>>> {
        let mut hits = vec![Vec::new(); queries];
        if self.seeds.is_empty() {
            return hits;
        }
        for protein in &bundle.proteome().proteins {
            let sequence = &protein.sequence;
            for (start, key) in seeds(sequence) {
                let slot = slot(key);
                if self.filter[slot >> 6] >> (slot & 63) & 1 == 0 {
                    continue;
                }
                for &(strand, at) in self.seeds.get(&key).into_iter().flatten() {
                    let (query, frame, residues) = &self.frames[strand as usize];
                    let at = at as usize;
                    // A diagonal is reported from its first seed only.
                    if at > 0 && start > 0 && residues[at - 1] == sequence[start - 1] {
                        continue;
                    }
                    let right = best_prefix(
                        residues[at..]
                            .iter()
                            .zip(&sequence[start..])
                            .map(|(a, b)| a == b),
                    );
                    let left = best_prefix(
                        residues[..at]
                            .iter()
                            .rev()
                            .zip(sequence[..start].iter().rev())
                            .map(|(a, b)| a == b),
                    );
                    let score = left.0 + right.0;
                    if score >= min_score {
                        hits[*query].push(PeptideHit {
                            gene: &protein.gene,
                            accession: &protein.accession,
                            residue_end: (start + right.1) as u32,
                            base_end: frame + 3 * (at + right.1),
                            residues: (left.1 + right.1) as u32,
                            score,
                        });
                    }
                }
            }
        }
        for hits in &mut hits {
            hits.sort_by(|a, b| {
                (std::cmp::Reverse(a.score), a.gene, a.residue_end).cmp(&(
                    std::cmp::Reverse(b.score),
                    b.gene,
                    b.residue_end,
                ))
            });
            hits.truncate(64);
        }
        hits
    }
}

impl<'b> PeptideHit<'b> {
    /// The gene model in which an exon ends with the bases that the junction leaves, or any model of the right length.
    ///
    /// `gap` is the number of bases between the last matched codon and ALK.
    pub fn model(&self, bundle: &'b Bundle, gap: usize) -> Option<(&'b Transcript, u32, ExonEnd)> {
        let coding = 3 * self.residue_end + gap.min(2) as u32;
        let models = bundle.by_gene(self.gene).filter_map(|transcript| {
            let cds = transcript.cds.as_ref()?;
            if coding > cds.end - cds.start {
                return None;
            }
            let mut exons = transcript.exons.iter();
            let ends = exons.any(|exon| exon.transcript.end == cds.start + coding);
            let agrees = transcript.protein.as_deref() == Some(self.accession);
            Some((transcript, ends, agrees))
        });
        // The first of the best: residues are numbered by the protein, so a model of that very protein comes first.
        let (transcript, ends, _) = models.reduce(|best, other| {
            let rank = |&(_, ends, agrees): &(&Transcript, bool, bool)| (ends, agrees);
            if rank(&other) > rank(&best) {
                other
            } else {
                best
            }
        })?;
        let end = if ends { ExonEnd::Yes } else { ExonEnd::No };
        Some((transcript, coding, end))
    }
}

/// Whether the junction lies at an exon's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExonEnd {
    /// At the end of an exon.
    Yes,
    /// Within one.
    No,
}

/// Every run of six known residues, with its place, as a number of 30 bits.
fn seeds(residues: &[u8]) -> impl Iterator<Item = (usize, u32)> {
    const MASK: u32 = (1 << (5 * SEED)) - 1;
    let (mut key, mut run) = (0u32, 0usize);
    residues
        .iter()
        .enumerate()
        .filter_map(move |(index, &residue)| {
            key = (key << 5 | u32::from(residue.wrapping_sub(b'A') & 31)) & MASK;
            run = if residue.is_ascii_uppercase() && residue != b'X' {
                run + 1
            } else {
                0
            };
            (run >= SEED).then(|| (index + 1 - SEED, key))
        })
}

fn slot(key: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B1) >> (32 - FILTER_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_a_protein_from_eight_residues_in_any_frame() {
        let bundle = Bundle::embedded();
        let npm1 = bundle.best("NPM1").unwrap();
        let sequence = bundle
            .by_gene("NPM1")
            .find_map(|transcript| Some((transcript, bundle.sequence(transcript)?)))
            .map(|(transcript, sequence)| {
                sequence[transcript.cds.as_ref().unwrap().start as usize..].to_vec()
            })
            .unwrap();
        for frame in 0..3 {
            let clip = &sequence[300 - frame..352];
            let peptides = Peptides::new(&[clip]);
            let hits = peptides.search(bundle, 1, 8);
            assert_eq!(hits[0][0].gene, "NPM1");
            assert_eq!(
                (hits[0][0].residue_end, clip.len() - hits[0][0].base_end),
                (117, 1)
            );
            let (model, coding, end) = hits[0][0].model(bundle, 1).unwrap();
            assert_eq!(
                (model.gene.as_str(), coding, end),
                (npm1.gene.as_str(), 352, ExonEnd::Yes)
            );
        }
    }
}
