//! Partners of which a few residues are left: too few to be looked up anywhere in a protein, enough where an exon ends
//! behind a protein's first residues.
//!
//! Some thousand exons end that early with a given phase, so four residues that agree are chance once in 150 times and
//! five once in 3,000; a name needs five, or four and a gene that has been reported as a partner.

use std::collections::HashMap;

use alkaid_genome::{Bundle, Transcript, translate};

use super::choose::{EXON_END_BONUS, PER_RESIDUE};
use super::{NamedBy, Origin, Place};
use crate::cluster::{BreakSide, Cluster};

/// Fewest residues that are compared.
const MIN_RESIDUES: usize = 4;
/// Most residues before the junction; with more, the proteome is searched.
const MAX_RESIDUES: u32 = 15;

/// Genes with a protein of which a few residues end at an exon's end.
pub struct ProteinStarts<'b> {
    /// Model, coding bases before the exon's end, and the residues that these hold whole.
    starts: Vec<(&'b Transcript, u32, &'b [u8])>,
}

impl<'b> ProteinStarts<'b> {
    /// Gathers them from the bundle.
    pub fn new(bundle: &'b Bundle) -> Self {
        let proteins: HashMap<&str, &[u8]> = bundle
            .proteome()
            .proteins
            .iter()
            .map(|protein| (protein.accession.as_str(), protein.sequence.as_slice()))
            .collect();
        let mut starts = Vec::new();
        for transcript in bundle.transcripts() {
            let (Some(cds), Some(protein)) = (&transcript.cds, transcript.protein.as_deref())
            else {
                continue;
            };
            let Some(sequence) = proteins.get(protein) else {
                continue;
            };
            for exon in &transcript.exons {
                let Some(coding) = exon.transcript.end.checked_sub(cds.start) else {
                    continue;
                };
                if coding / 3 > MAX_RESIDUES {
                    break;
                }
                if let Some(residues) = sequence.get(..(coding / 3) as usize)
                    && residues.len() >= MIN_RESIDUES
                {
                    starts.push((transcript, coding, residues));
                }
            }
        }
        ProteinStarts { starts }
    }

    /// Genes whose protein begins with the residues before the junction. A clip may hold the last of these only.
    pub fn matching(&self, cluster: &Cluster) -> Vec<Origin<'b>> {
        if cluster.side == BreakSide::After {
            return Vec::new();
        }
        let sense = cluster.sense();
        let mut found: Vec<Origin<'b>> = Vec::new();
        for &(transcript, coding, residues) in &self.starts {
            // The bases of the codon that the junction splits give no residue.
            let whole = sense.len().saturating_sub(coding as usize % 3) / 3;
            let compared = residues.len().min(whole);
            let from = sense.len() - 3 * compared - coding as usize % 3;
            let agrees = compared >= MIN_RESIDUES
                && translate(&sense[from..]) == residues[residues.len() - compared..];
            if !agrees || found.iter().any(|known| known.gene == transcript.gene) {
                continue;
            }
            let place = Place::Coding(transcript, coding);
            found.push(Origin {
                gene: transcript.gene.clone(),
                named_by: NamedBy::Protein,
                place: Some(place),
                genome: place.genome(),
                gap: 0,
                homology: 0,
                score: PER_RESIDUE * compared as f64 + EXON_END_BONUS,
                alternatives: Vec::new(),
                mate_votes: 0,
            });
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(sense: &[u8]) -> Cluster {
        Cluster {
            side: BreakSide::Before,
            offset: 0,
            outward: sense.iter().rev().copied().collect(),
            inward: Vec::new(),
            reads: Vec::new(),
        }
    }

    #[test]
    fn a_start_with_the_right_phase_is_found_behind_anything() {
        let bundle = Bundle::embedded();
        let starts = ProteinStarts::new(bundle);
        let atic = bundle.best("ATIC").unwrap();
        let (_, coding, residues) = starts
            .starts
            .iter()
            .find(|(transcript, _, _)| transcript.id == atic.id)
            .unwrap();
        assert_eq!(residues[0], b'M');
        // Any codons will do; those of methionine and of what follows are made here from the code's inverse.
        let codon = |residue: u8| {
            let letters = b"ACGT";
            (0..64)
                .map(|n: usize| [letters[n >> 4], letters[n >> 2 & 3], letters[n & 3]])
                .find(|codon| translate(codon) == [residue])
                .unwrap()
        };
        let mut sense = b"GGCTCTGCAGC".to_vec();
        sense.extend(residues.iter().flat_map(|&residue| codon(residue)));
        sense.extend(&b"GG"[..(*coding % 3) as usize]);
        let found = starts.matching(&cluster(&sense));
        assert!(found.iter().any(|origin| origin.gene == "ATIC"));
        // One base more, and the phase is another.
        sense.push(b'A');
        assert!(
            starts
                .matching(&cluster(&sense))
                .iter()
                .all(|origin| origin.gene != "ATIC")
        );
    }
}
