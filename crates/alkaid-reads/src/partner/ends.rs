//! Exon ends of all transcripts with sequence, for clips too short to be looked up by seeds.

use std::sync::OnceLock;

use alkaid_genome::{Bundle, Transcript};

use super::choose::homology;
use super::{NamedBy, Origin, Place};
use crate::anatomy::Anatomy;
use crate::cluster::{BreakSide, Cluster};

/// Longest clip that is looked up here.
const SHORT_CLIP: usize = 20;
/// By how many bases that also match ALK the exon may end beyond the clip.
const MAX_SHIFT: usize = 4;

/// The last bases of every exon, gathered when first asked for.
pub struct ExonEnds<'b> {
    bundle: &'b Bundle,
    ends: OnceLock<Vec<(&'b Transcript, usize, Vec<u8>)>>,
}

impl<'b> ExonEnds<'b> {
    /// Nothing is read from the bundle yet.
    pub fn new(bundle: &'b Bundle) -> Self {
        ExonEnds {
            bundle,
            ends: OnceLock::new(),
        }
    }

    /// Transcript, transcript position of the exon's end, and its last bases (with its first beyond [`MAX_SHIFT`]).
    fn ends(&self) -> &[(&'b Transcript, usize, Vec<u8>)] {
        self.ends.get_or_init(|| {
            let mut ends = Vec::new();
            for transcript in self.bundle.transcripts() {
                let Some(sequence) = self.bundle.sequence(transcript) else {
                    continue;
                };
                for exon in &transcript.exons {
                    let end = exon.transcript.end as usize;
                    let from = end.saturating_sub(SHORT_CLIP + MAX_SHIFT);
                    if let Some(bases) = sequence.get(from..end) {
                        ends.push((transcript, end, bases.to_vec()));
                    }
                }
            }
            ends
        })
    }

    /// Exons that end where a short clip does, with at most one difference in ten bases.
    ///
    /// Bases at the exon's end that ALK has as well may have been counted as ALK.
    pub fn matching(&self, anatomy: &Anatomy, cluster: &Cluster) -> Vec<Origin<'b>> {
        let clip = &cluster.outward;
        if cluster.side == BreakSide::After || clip.len() > SHORT_CLIP {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (transcript, end, bases) in self.ends() {
            if transcript.gene == anatomy.transcript.gene {
                continue;
            }
            for shift in 0..=MAX_SHIFT {
                let Some(kept) = bases
                    .len()
                    .checked_sub(shift)
                    .filter(|kept| *kept >= clip.len())
                else {
                    break;
                };
                if anatomy.sequence.get(cluster.offset..cluster.offset + shift)
                    != Some(&bases[kept..])
                {
                    continue;
                }
                let differing = bases[..kept]
                    .iter()
                    .rev()
                    .zip(clip)
                    .filter(|(a, b)| a != b)
                    .count();
                if differing * 10 > clip.len() {
                    continue;
                }
                let place = Place::Transcript(transcript, end - shift - 1, false);
                found.push(Origin {
                    gene: transcript.gene.clone(),
                    named_by: NamedBy::Transcript,
                    place: Some(place),
                    genome: place.genome(),
                    gap: 0,
                    homology: homology(self.bundle, anatomy, cluster, place),
                    score: clip.len() as f64 - 3.0 * differing as f64
                        + super::choose::EXON_END_BONUS,
                    alternatives: Vec::new(),
                    mate_votes: 0,
                });
            }
        }
        found
    }
}
