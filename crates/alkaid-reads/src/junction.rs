//! From a cluster and its origin to a junction: exactly where, how far it can be shifted, what lies between.

use alkaid_genome::{Bundle, Strand, Transcript};

use crate::anatomy::Anatomy;
use crate::cluster::{BreakSide, Cluster};
use crate::finding::Molecule;
use crate::partner::{Origin, Place};

/// Fewest bases of ALK between partner and exon that are a retained stretch of intron and not chance.
const MIN_RETAINED: usize = 4;
/// Bases that show that reads are spliced onwards.
const MIN_SPLICED: usize = 6;
/// Most bases beside an exon's edge that are errors of the reads and no exchange of as many bases.
const MAX_EXCHANGED: usize = 4;
/// Bases of each side kept to recognise the junction in reads.
const FLANK: usize = 320;

/// One junction between ALK and something else (or ALK itself).
#[derive(Clone, Debug)]
pub struct Junction<'b> {
    /// Which side of ALK is broken off.
    pub side: BreakSide,
    /// Locus offset of the first ALK base kept (before), or one past the last (after).
    pub alk: usize,
    /// By how many bases the junction can be shifted away from ALK without changing the sequence.
    pub back: usize,
    /// By how many bases it can be shifted into ALK.
    pub forward: usize,
    /// Where the other side comes from; already shifted to go with `alk`.
    pub origin: Option<Origin<'b>>,
    /// Bases between partner and ALK, ALK sense.
    pub inserted: Vec<u8>,
    /// Consensus beyond ALK (insertion, then partner), nearest base first.
    pub outward: Vec<u8>,
    /// Reads that the consensus was made of.
    pub reads: usize,
    /// Of these, how many leave ALK again on its other side.
    pub islands: usize,
}

/// Gives back to the clip what ALK took by chance: if an exon starts (ends) just inside, the junction is taken to be
/// there. [`Junction::resolve`] undoes it where the partner does not continue.
pub fn settle_on_exon(anatomy: &Anatomy, cluster: &mut Cluster) {
    let reach = cluster.inward.len();
    let within =
        |edge: usize| (edge != cluster.offset).then(|| (edge, cluster.offset.abs_diff(edge)));
    let edge = match cluster.side {
        BreakSide::Before => anatomy
            .exons
            .iter()
            .map(|exon| exon.span.start)
            .find(|&start| cluster.offset < start && start <= cluster.offset + reach)
            .and_then(within)
            .or_else(|| next_exon(anatomy, cluster)),
        BreakSide::After => anatomy
            .exons
            .iter()
            .map(|exon| exon.span.end)
            .find(|&end| end < cluster.offset && cluster.offset <= end + reach)
            .and_then(within),
    };
    if let Some((edge, bases)) = edge {
        give_back(&mut cluster.outward, &mut cluster.inward, bases);
        cluster.offset = edge;
    }
}

/// The start of the next exon, and the bases before it, if the reads enter ALK near an exon's end and go on spliced: the
/// partner's end may resemble that exon's.
fn next_exon(anatomy: &Anatomy, cluster: &Cluster) -> Option<(usize, usize)> {
    let exon = anatomy.exon_at(cluster.offset)?;
    let next = anatomy.next(exon)?.span.start;
    let bases = exon.span.end - cluster.offset;
    let beyond = cluster.inward.get(bases..)?;
    let agreeing = |from: usize| {
        let own = &anatomy.sequence[from..];
        beyond.iter().zip(own).filter(|(a, b)| a == b).count()
    };
    let spliced = agreeing(next);
    (spliced >= MIN_SPLICED && spliced > agreeing(exon.span.end)).then_some((next, bases))
}

/// Moves the first `bases` of ALK's side to the clip.
fn give_back(outward: &mut Vec<u8>, inward: &mut Vec<u8>, bases: usize) {
    let mut longer: Vec<u8> = inward.drain(..bases.min(inward.len())).collect();
    longer.reverse();
    longer.append(outward);
    *outward = longer;
}

impl<'b> Junction<'b> {
    /// Settles where the junction is. In RNA exon edges attract it; else the 5' side gets the shared bases.
    pub fn resolve(
        bundle: &Bundle,
        anatomy: &Anatomy,
        cluster: &Cluster,
        origin: Option<Origin<'b>>,
        molecule: Molecule,
    ) -> Self {
        let gap = origin
            .as_ref()
            .map_or(0, |origin| origin.gap)
            .min(cluster.outward.len());
        let mut inserted = cluster.outward[..gap].to_vec();
        if cluster.side == BreakSide::Before {
            inserted.reverse();
        }
        let mut junction = Junction {
            side: cluster.side,
            alk: cluster.offset,
            back: 0,
            forward: 0,
            origin,
            inserted,
            outward: cluster.outward.clone(),
            reads: cluster.reads.len(),
            islands: cluster.reads.iter().filter(|read| read.island).count(),
        };
        if gap > 0 {
            junction.keep_retained(anatomy);
            if molecule == Molecule::Rna {
                junction.undo_exchange(anatomy);
            }
        }
        if gap == 0 && junction.side == BreakSide::Before {
            junction.follow_partner(bundle, anatomy, &cluster.inward);
        }
        if junction.inserted.is_empty() && junction.origin.is_some() {
            junction.back = junction.shared_outward(anatomy);
            junction.forward = junction.origin.as_ref().map_or(0, |origin| origin.homology);
            if junction.side == BreakSide::Before {
                let shift = junction.best_shift(anatomy, molecule);
                junction.shift(anatomy, shift);
            }
        }
        junction
    }

    /// Moves the junction to where partner and ALK together explain the reads best: placing a read on ALK may have gone
    /// on over a mismatch into bases that agree by chance. `inward` is what the reads have on ALK's side.
    fn follow_partner(&mut self, bundle: &Bundle, anatomy: &Anatomy, inward: &[u8]) {
        let Some(place) = self.origin.as_ref().and_then(|origin| origin.place) else {
            return;
        };
        let partner = place.onwards(bundle, anatomy, inward.len());
        let own = &anatomy.sequence[self.alk..];
        let (mut gain, mut best) = (0, (0, 0));
        for (index, ((read, partner), own)) in inward.iter().zip(&partner).zip(own).enumerate() {
            gain += i32::from(read == partner) - i32::from(read == own);
            if gain > best.0 {
                best = (gain, index + 1);
            }
        }
        let (_, moved) = best;
        let Some(place) = place.shifted(moved as i64).filter(|_| moved > 0) else {
            return;
        };
        let mut outward: Vec<u8> = inward[..moved].iter().rev().copied().collect();
        outward.append(&mut self.outward);
        self.outward = outward;
        self.alk += moved;
        if let Some(origin) = self.origin.as_mut() {
            let after = place.onwards(bundle, anatomy, inward.len());
            let own = &anatomy.sequence[self.alk..];
            origin.homology = after.iter().zip(own).take_while(|(a, b)| a == b).count();
            origin.place = Some(place);
            origin.genome = place.genome().or(origin.genome.take());
        }
    }

    /// Bases next to ALK that the partner does not explain but ALK's own sequence does belong to ALK: retained intron, or
    /// the end of the exon before.
    fn keep_retained(&mut self, anatomy: &Anatomy) {
        let (own, edge) = self.continued(anatomy);
        let own = own.min(self.inserted.len());
        if own < MIN_RETAINED {
            return;
        }
        self.outward.drain(..own);
        let kept = self.inserted.len() - own;
        match self.side {
            BreakSide::Before => {
                self.alk = edge - own;
                self.inserted.truncate(kept);
            }
            BreakSide::After => {
                self.alk = edge + own;
                self.inserted.drain(..own);
            }
        }
        if let Some(origin) = self.origin.as_mut() {
            origin.gap = origin.gap.saturating_sub(own);
        }
    }

    /// How many clip bases next to the junction ALK has there, contiguous or spliced, and where on the locus these end.
    fn continued(&self, anatomy: &Anatomy) -> (usize, usize) {
        let contiguous = (self.shared_outward(anatomy), self.alk);
        let starts_exon = anatomy
            .exon_at(self.alk)
            .filter(|exon| self.side == BreakSide::Before && exon.span.start == self.alk);
        let Some(previous) = starts_exon.and_then(|exon| anatomy.previous(exon)) else {
            return contiguous;
        };
        let own = anatomy.sequence[previous.span.clone()].iter().rev();
        let spliced = self
            .outward
            .iter()
            .zip(own)
            .take_while(|(a, b)| a == b)
            .count();
        if spliced > contiguous.0 {
            (spliced, previous.span.end)
        } else {
            contiguous
        }
    }

    /// In RNA, as many inserted bases as ALK (or the partner) lacks up to an exon's edge are no exchange of bases but errors
    /// of the reads beside the junction.
    fn undo_exchange(&mut self, anatomy: &Anatomy) {
        let bases = self.inserted.len();
        if self.side != BreakSide::Before || bases == 0 || bases > MAX_EXCHANGED {
            return;
        }
        let Some(start) = self.alk.checked_sub(bases) else {
            return;
        };
        if anatomy
            .exon_at(start)
            .is_some_and(|exon| exon.span.start == start)
        {
            self.alk = start;
            self.outward.drain(..bases);
            self.inserted.clear();
        } else if self.alk_at_edge(anatomy)
            && let Some(origin) = self.origin.as_mut()
            && let Some(place) = origin.place.and_then(|place| place.shifted(bases as i64))
            && ends_exon(place)
        {
            origin.place = Some(place);
            origin.genome = place.genome();
            self.inserted.clear();
        }
        if self.inserted.is_empty()
            && let Some(origin) = self.origin.as_mut()
        {
            origin.gap = 0;
        }
    }

    /// Clip bases next to the junction that ALK's own sequence also has there.
    fn shared_outward(&self, anatomy: &Anatomy) -> usize {
        let alk = &anatomy.sequence;
        self.outward
            .iter()
            .enumerate()
            .take_while(|&(index, base)| match self.side {
                BreakSide::Before => self.alk > index && alk[self.alk - 1 - index] == *base,
                BreakSide::After => alk.get(self.alk + index) == Some(base),
            })
            .count()
    }

    /// By how much to move the junction into ALK (negative: out of it).
    fn best_shift(&self, anatomy: &Anatomy, molecule: Molecule) -> i64 {
        let all = -(self.back as i64)..=self.forward as i64;
        if molecule == Molecule::Dna {
            return self.forward as i64;
        }
        let place = self.origin.as_ref().and_then(|origin| origin.place);
        all.max_by_key(|&shift| {
            let at = (self.alk as i64 + shift) as usize;
            let starts = anatomy
                .exon_at(at)
                .is_some_and(|exon| exon.span.start == at);
            let ends = place
                .and_then(|place| place.shifted(shift))
                .is_some_and(ends_exon);
            (2 * i32::from(starts) + i32::from(ends), shift)
        })
        .unwrap_or(0)
    }

    /// Moves the junction by `shift` bases within its micro-homology.
    fn shift(&mut self, anatomy: &Anatomy, shift: i64) {
        if let Some(origin) = self.origin.as_mut() {
            origin.place = origin.place.and_then(|place| place.shifted(shift));
            origin.genome = match (origin.place.and_then(Place::genome), origin.genome.take()) {
                (Some(genome), _) => Some(genome),
                (None, Some((chrom, pos, strand))) => {
                    let by = if strand == Strand::Forward {
                        shift
                    } else {
                        -shift
                    };
                    Some((chrom, pos.saturating_add_signed(by), strand))
                }
                (None, None) => None,
            };
        }
        if shift >= 0 {
            let taken = &anatomy.sequence[self.alk..self.alk + shift as usize];
            let mut outward: Vec<u8> = taken.iter().rev().copied().collect();
            outward.append(&mut self.outward);
            self.outward = outward;
        } else {
            self.outward.drain(..(-shift) as usize);
        }
        self.alk = (self.alk as i64 + shift) as usize;
        self.back = (self.back as i64 + shift) as usize;
        self.forward = (self.forward as i64 - shift) as usize;
    }

    /// A junction within ALK seen from its other end: as the place where ALK is entered again.
    ///
    /// Reads of one deletion stop on either side of it, depending on which part of them is longer.
    pub fn entering(self, anatomy: &Anatomy) -> Self {
        let (BreakSide::After, Some((offset, false)), true) =
            (self.side, self.within_alk(), self.inserted.is_empty())
        else {
            return self;
        };
        let left = self.alk.saturating_sub(1);
        let outward = backward_paths(anatomy, self.alk).swap_remove(0);
        let origin = self.origin.map(|origin| Origin {
            place: Some(Place::Alk(left, false)),
            ..origin
        });
        Junction {
            side: BreakSide::Before,
            alk: offset,
            back: self.forward,
            forward: self.back,
            origin,
            outward,
            ..self
        }
    }

    /// Bases by which the junction is uncertain.
    pub fn microhomology(&self) -> usize {
        self.back + self.forward
    }

    /// HGNC symbol of the other side; `?` when unknown.
    pub fn gene(&self) -> &str {
        self.origin
            .as_ref()
            .map(|origin| origin.gene.as_str())
            .filter(|gene| !gene.is_empty())
            .unwrap_or("?")
    }

    /// The other side's place on ALK, if it is ALK: locus offset, and whether it is read backwards.
    pub fn within_alk(&self) -> Option<(usize, bool)> {
        match self.origin.as_ref()?.place? {
            Place::Alk(offset, backwards) => Some((offset, backwards)),
            _ => None,
        }
    }

    /// Whether ALK's side lies exactly at an exon's edge.
    pub fn alk_at_edge(&self, anatomy: &Anatomy) -> bool {
        anatomy.exons.iter().any(|exon| match self.side {
            BreakSide::Before => exon.span.start == self.alk,
            BreakSide::After => exon.span.end == self.alk,
        })
    }

    /// Whether the partner's side lies exactly at an exon's edge. `None` when its exons are unknown.
    pub fn partner_at_edge(&self, bundle: &Bundle) -> Option<bool> {
        let origin = self.origin.as_ref()?;
        match origin.place {
            Some(place @ (Place::Transcript(..) | Place::Coding(..)))
                if self.side == BreakSide::Before =>
            {
                Some(ends_exon(place))
            }
            Some(Place::Transcript(_, _, true)) => Some(false),
            Some(Place::Transcript(transcript, at, false)) => Some(
                transcript
                    .exons
                    .iter()
                    .any(|exon| exon.transcript.start as usize == at),
            ),
            Some(Place::Coding(..)) => Some(false),
            _ => {
                let (chrom, pos, strand) = origin.genome.as_ref()?;
                let genes = bundle.genes_at(chrom, *pos);
                let edge = |transcript: &&Transcript| {
                    transcript.strand == *strand
                        && transcript
                            .exons
                            .iter()
                            .any(|exon| match (self.side, *strand) {
                                (BreakSide::Before, Strand::Forward)
                                | (BreakSide::After, Strand::Reverse) => exon.genome.end == pos + 1,
                                _ => exon.genome.start == *pos,
                            })
                };
                (!genes.is_empty()).then(|| genes.iter().any(edge))
            }
        }
    }

    /// The sequences that a read across the junction shows, and those that it would show otherwise.
    pub fn bridge(&self, bundle: &Bundle, anatomy: &Anatomy) -> Bridge {
        let clip: Vec<u8> = self.outward.iter().take(FLANK).copied().collect();
        let (before, after) = (
            backward_paths(anatomy, self.alk),
            forward_paths(anatomy, self.alk),
        );
        let beyond = self.partner_beyond(bundle, anatomy);
        match self.side {
            BreakSide::Before => Bridge {
                left: vec![clip],
                right: after,
                other_left: before,
                other_right: beyond,
            },
            BreakSide::After => Bridge {
                left: before,
                right: vec![clip],
                other_left: beyond,
                other_right: after,
            },
        }
    }

    /// What follows the partner's last base (precedes its first) when it is not rearranged, nearest base first.
    fn partner_beyond(&self, bundle: &Bundle, anatomy: &Anatomy) -> Vec<Vec<u8>> {
        if !self.inserted.is_empty() {
            return Vec::new();
        }
        let Some(place) = self.origin.as_ref().and_then(|origin| origin.place) else {
            return Vec::new();
        };
        let beyond = match self.side {
            BreakSide::Before => place.onwards(bundle, anatomy, FLANK),
            BreakSide::After => place.back_from(bundle, anatomy, FLANK),
        };
        if beyond.is_empty() {
            Vec::new()
        } else {
            vec![beyond]
        }
    }
}

/// What reads across a junction look like. Every sequence starts at the junction and goes away from it.
#[derive(Clone, Debug)]
pub struct Bridge {
    /// Before the junction.
    pub left: Vec<Vec<u8>>,
    /// After it.
    pub right: Vec<Vec<u8>>,
    /// What would stand before it without the junction.
    pub other_left: Vec<Vec<u8>>,
    /// What would stand after it without the junction.
    pub other_right: Vec<Vec<u8>>,
}

/// Whether a 5' partner's base is the last of an exon.
fn ends_exon(place: Place) -> bool {
    match place {
        Place::Transcript(transcript, at, false) => transcript
            .exons
            .iter()
            .any(|exon| exon.transcript.end as usize == at + 1),
        Place::Coding(transcript, coding) => transcript.cds.as_ref().is_some_and(|cds| {
            transcript
                .exons
                .iter()
                .any(|exon| exon.transcript.end == cds.start + coding)
        }),
        _ => false,
    }
}

/// ALK onwards from `offset`: spliced, and unspliced where that differs.
fn forward_paths(anatomy: &Anatomy, offset: usize) -> Vec<Vec<u8>> {
    let unspliced: Vec<u8> = anatomy.sequence[offset..]
        .iter()
        .take(FLANK)
        .copied()
        .collect();
    let mut spliced = Vec::with_capacity(FLANK);
    let mut exon = anatomy.exon_from(offset);
    let mut at = offset;
    while let Some(current) = exon {
        spliced.extend_from_slice(&anatomy.sequence[at..current.span.end]);
        if spliced.len() >= FLANK {
            break;
        }
        exon = anatomy.next(current);
        at = exon.map_or(0, |next| next.span.start);
    }
    spliced.truncate(FLANK);
    distinct(spliced, unspliced)
}

/// ALK backwards from `offset` (exclusive), nearest base first.
fn backward_paths(anatomy: &Anatomy, offset: usize) -> Vec<Vec<u8>> {
    let unspliced: Vec<u8> = anatomy.sequence[..offset]
        .iter()
        .rev()
        .take(FLANK)
        .copied()
        .collect();
    let mut spliced = Vec::with_capacity(FLANK);
    let mut exon = offset.checked_sub(1).and_then(|last| anatomy.exon_at(last));
    let mut end = offset;
    if exon.is_none() {
        exon = anatomy
            .exon_at(offset)
            .filter(|exon| exon.span.start == offset)
            .and_then(|exon| anatomy.previous(exon));
        end = exon.map_or(0, |exon| exon.span.end);
    }
    while let Some(current) = exon {
        spliced.extend(anatomy.sequence[current.span.start..end].iter().rev());
        if spliced.len() >= FLANK {
            break;
        }
        exon = anatomy.previous(current);
        end = exon.map_or(0, |previous| previous.span.end);
    }
    spliced.truncate(FLANK);
    distinct(spliced, unspliced)
}

fn distinct(spliced: Vec<u8>, unspliced: Vec<u8>) -> Vec<Vec<u8>> {
    if spliced.is_empty() || spliced == unspliced {
        vec![unspliced]
    } else {
        vec![spliced, unspliced]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_run_through_and_past_splice_sites() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let (e19, e20, e21) = (
            anatomy.exon(19).unwrap(),
            anatomy.exon(20).unwrap(),
            anatomy.exon(21).unwrap(),
        );
        let forward = forward_paths(&anatomy, e20.span.start);
        assert_eq!(forward.len(), 2);
        assert_eq!(
            forward[0][187..190],
            anatomy.sequence[e21.span.start..e21.span.start + 3]
        );
        assert_eq!(
            forward[1][187..190],
            anatomy.sequence[e20.span.end..e20.span.end + 3]
        );
        let backward = backward_paths(&anatomy, e20.span.start);
        assert_eq!(backward[0][0], anatomy.sequence[e19.span.end - 1]);
        assert_eq!(backward[1][0], anatomy.sequence[e20.span.start - 1]);
    }

    #[test]
    fn a_chance_match_before_an_exon_is_given_back_as_the_reads_have_it() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let start = anatomy.exon(20).unwrap().span.start;
        // The second base differs from ALK's intron.
        let inward = [b"AT".as_slice(), &anatomy.sequence[start..start + 20]].concat();
        let outward = b"AAATCC".to_vec();
        let mut cluster = Cluster {
            side: BreakSide::Before,
            offset: start - 2,
            outward,
            inward,
            reads: Vec::new(),
        };
        settle_on_exon(&anatomy, &mut cluster);
        assert_eq!(
            (cluster.offset, cluster.outward.as_slice()),
            (start, b"TAAAATCC".as_slice())
        );
        assert_eq!(cluster.inward, &anatomy.sequence[start..start + 20]);
    }
}
