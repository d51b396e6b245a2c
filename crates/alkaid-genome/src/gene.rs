//! Transcripts, exons and the coding sequence, with their arithmetic.
//!
//! Three coordinates meet here: the genome (GRCh38, 0-based), the transcript
//! (0-based, from its first base) and the coding sequence (`c.`, 1-based, the
//! A of ATG is 1). Ranges are half-open.

mod numbers;

use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use numbers::{CdsPosition, ExonNumber, Phase, Residue};

use crate::coords::{GenomicInterval, Strand};

/// One exon of a transcript, in both coordinates; the two ranges have the
/// same length.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exon {
    /// Its number, from the 5' end.
    pub number: ExonNumber,
    /// On the genome, 0-based half-open.
    pub genome: Range<u64>,
    /// On the transcript, 0-based half-open.
    pub transcript: Range<u32>,
}

impl Exon {
    /// Number of bases.
    pub fn len(&self) -> u32 {
        self.transcript.end.saturating_sub(self.transcript.start)
    }

    /// Whether it holds no base; never true for the exons of a bundle.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The exons of a transcript from their intervals on the genome, in any
    /// order. Nothing when an interval is empty or two of them overlap, or
    /// when there are more than 65,535 or more than 4 billion bases.
    pub fn chain(strand: Strand, mut intervals: Vec<Range<u64>>) -> Option<Vec<Self>> {
        intervals.sort_by_key(|interval| interval.start);
        let ordered = intervals
            .windows(2)
            .all(|pair| pair[0].end <= pair[1].start);
        if !ordered || intervals.iter().any(|interval| interval.is_empty()) {
            return None;
        }
        if strand == Strand::Reverse {
            intervals.reverse();
        }
        let mut exons = Vec::with_capacity(intervals.len());
        let mut start = 0u32;
        for (genome, number) in intervals.into_iter().zip(1u32..) {
            let len = u32::try_from(genome.end - genome.start).ok()?;
            let end = start.checked_add(len)?;
            exons.push(Self {
                number: ExonNumber(u16::try_from(number).ok()?),
                genome,
                transcript: start..end,
            });
            start = end;
        }
        Some(exons)
    }
}

/// How a gene's transcripts are ranked; the best comes first in a sort.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// The transcript that Ensembl and RefSeq agreed upon (MANE Select).
    ManeSelect,
    /// Ensembl's canonical or RefSeq's select transcript.
    Canonical,
    /// Any other.
    Other,
}

/// A transcript of a gene on GRCh38.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transcript {
    /// Accession, with its version where that is known.
    pub id: String,
    /// Gene symbol.
    pub gene: String,
    /// Ensembl or NCBI gene accession; empty when unknown.
    pub gene_id: String,
    /// The RefSeq accession of the same transcript.
    pub refseq: Option<String>,
    /// UniProt accession of the protein: its sequence equals the translation
    /// or, for a transcript without sequence, has its length and gene.
    pub protein: Option<String>,
    /// Chromosome in the `chr2` form.
    pub chrom: String,
    /// The strand that the gene is read from.
    pub strand: Strand,
    /// Exons from the 5' end; empty when the structure is unknown.
    pub exons: Vec<Exon>,
    /// The coding sequence in transcript bases, stop codon included; none for
    /// a non-coding transcript.
    pub cds: Option<Range<u32>>,
    /// How it ranks among the gene's transcripts.
    pub rank: Rank,
    /// Where its sequence is in the bundle; none when only the structure is known.
    pub sequence: Option<u32>,
}

/// Where in a transcript a genomic position lies.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// In this exon.
    Exon(ExonNumber),
    /// In the intron behind this exon (in transcript order).
    Intron(ExonNumber),
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exon(number) => write!(f, "exon {number}"),
            Self::Intron(number) => write!(f, "intron {number}"),
        }
    }
}

impl Transcript {
    /// Bases of all exons; 0 when the structure is unknown.
    pub fn length(&self) -> u32 {
        self.exons.last().map_or(0, |exon| exon.transcript.end)
    }

    /// The exon with a number; nothing when there is none.
    pub fn exon(&self, number: ExonNumber) -> Option<&Exon> {
        self.exons.get(usize::from(number.0).checked_sub(1)?)
    }

    /// The exon that holds a transcript position (0-based).
    pub fn exon_at(&self, transcript_pos: u32) -> Option<&Exon> {
        let at = self
            .exons
            .partition_point(|exon| exon.transcript.end <= transcript_pos);
        self.exons.get(at)
    }

    /// The genomic base (0-based) of a transcript position (0-based).
    pub fn genome_position(&self, transcript_pos: u32) -> Option<u64> {
        let exon = self.exon_at(transcript_pos)?;
        let offset = u64::from(transcript_pos - exon.transcript.start);
        Some(match self.strand {
            Strand::Forward => exon.genome.start + offset,
            Strand::Reverse => exon.genome.end - 1 - offset,
        })
    }

    /// The transcript position (0-based) of a genomic base (0-based); nothing
    /// in an intron or outside.
    pub fn transcript_position(&self, genome_pos: u64) -> Option<u32> {
        let exon = self.exons.get(self.exons_before(genome_pos))?;
        if !exon.genome.contains(&genome_pos) {
            return None;
        }
        let offset = match self.strand {
            Strand::Forward => genome_pos - exon.genome.start,
            Strand::Reverse => exon.genome.end - 1 - genome_pos,
        };
        // Within an exon, whose length is a u32.
        Some(exon.transcript.start + offset as u32)
    }

    /// The CDS position of a transcript position (0-based); nothing in the
    /// untranslated parts.
    pub fn cds_position(&self, transcript_pos: u32) -> Option<CdsPosition> {
        let cds = self.cds.as_ref()?;
        cds.contains(&transcript_pos)
            .then(|| CdsPosition(transcript_pos - cds.start + 1))
    }

    /// The transcript position (0-based) of a CDS position.
    pub fn position_of_cds(&self, cds_pos: CdsPosition) -> Option<u32> {
        let cds = self.cds.as_ref()?;
        let position = cds.start.checked_add(cds_pos.0.checked_sub(1)?)?;
        cds.contains(&position).then_some(position)
    }

    /// Coding bases in front of a transcript position (those in `[0, pos)`);
    /// nothing for a non-coding transcript.
    pub fn cds_before(&self, transcript_end_pos: u32) -> Option<u32> {
        let cds = self.cds.as_ref()?;
        Some(transcript_end_pos.clamp(cds.start, cds.end) - cds.start)
    }

    /// The last CDS position of an exon; nothing when it holds no coding base.
    pub fn last_cds_of(&self, exon: &Exon) -> Option<CdsPosition> {
        let last = self.cds_before(exon.transcript.end)?;
        (last > self.cds_before(exon.transcript.start)?).then_some(CdsPosition(last))
    }

    /// The first CDS position of an exon; nothing when it holds no coding base.
    pub fn first_cds_of(&self, exon: &Exon) -> Option<CdsPosition> {
        let before = self.cds_before(exon.transcript.start)?;
        (before < self.cds_before(exon.transcript.end)?).then_some(CdsPosition(before + 1))
    }

    /// The phase behind an exon; nothing when its end does not lie inside the
    /// coding sequence (before the A of ATG, or behind the stop codon).
    pub fn phase_at_end(&self, exon: &Exon) -> Option<Phase> {
        let cds = self.cds.as_ref()?;
        let end = exon.transcript.end;
        (cds.start < end && end < cds.end).then(|| Phase::after(end - cds.start))
    }

    /// The intron behind an exon, on the genome, 0-based half-open; nothing
    /// behind the last.
    pub fn intron_after(&self, number: ExonNumber) -> Option<Range<u64>> {
        let before = &self.exon(number)?.genome;
        let after = &self.exons.get(usize::from(number.0))?.genome;
        Some(match self.strand {
            Strand::Forward => before.end..after.start,
            Strand::Reverse => after.end..before.start,
        })
    }

    /// The exon or intron that holds a genomic base (0-based); nothing outside
    /// the transcript.
    pub fn locate(&self, genome_pos: u64) -> Option<Region> {
        let at = self.exons_before(genome_pos);
        let exon = self.exons.get(at)?;
        if exon.genome.contains(&genome_pos) {
            return Some(Region::Exon(exon.number));
        }
        // Between the exon before and this one, unless it lies before the first.
        Some(Region::Intron(self.exons.get(at.checked_sub(1)?)?.number))
    }

    /// From the first to the last exon; nothing when the structure is unknown.
    pub fn span(&self) -> Option<GenomicInterval> {
        let (first, last) = (self.exons.first()?, self.exons.last()?);
        Some(GenomicInterval {
            chrom: self.chrom.clone(),
            start: first.genome.start.min(last.genome.start),
            end: first.genome.end.max(last.genome.end),
        })
    }

    /// How many exons end before a genomic base, in the direction of reading.
    fn exons_before(&self, genome_pos: u64) -> usize {
        self.exons.partition_point(|exon| match self.strand {
            Strand::Forward => exon.genome.end <= genome_pos,
            Strand::Reverse => exon.genome.start > genome_pos,
        })
    }
}

/// An accession without its version: `ENST00000389048.8` gives
/// `ENST00000389048`. Other names are returned as they are.
pub fn without_version(id: &str) -> &str {
    match id.rsplit_once('.') {
        Some((base, version))
            if !base.is_empty()
                && !version.is_empty()
                && version.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            base
        }
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Three exons of 10, 5 and 7 bases, coding from base 4 to base 19.
    fn transcript(strand: Strand) -> Transcript {
        let intervals = match strand {
            Strand::Forward => vec![100..110, 200..205, 300..307],
            Strand::Reverse => vec![100..107, 200..205, 300..310],
        };
        Transcript {
            id: "T.1".into(),
            gene: "G".into(),
            gene_id: String::new(),
            refseq: None,
            protein: None,
            chrom: "chr1".into(),
            strand,
            exons: Exon::chain(strand, intervals).unwrap(),
            cds: Some(4..19),
            rank: Rank::Other,
            sequence: None,
        }
    }

    #[test]
    fn positions_forward_and_reverse() {
        let forward = transcript(Strand::Forward);
        assert_eq!(forward.length(), 22);
        assert_eq!(forward.genome_position(10), Some(200));
        assert_eq!(forward.genome_position(22), None);
        assert_eq!(forward.intron_after(ExonNumber(1)), Some(110..200));
        assert_eq!(forward.intron_after(ExonNumber(3)), None);
        assert_eq!(forward.intron_after(ExonNumber(0)), None);
        assert_eq!(forward.locate(99), None);
        assert_eq!(forward.locate(307), None);
        assert_eq!(forward.locate(150), Some(Region::Intron(ExonNumber(1))));
        let reverse = transcript(Strand::Reverse);
        assert_eq!(reverse.genome_position(0), Some(309));
        assert_eq!(reverse.genome_position(10), Some(204));
        assert_eq!(reverse.genome_position(21), Some(100));
        assert_eq!(reverse.intron_after(ExonNumber(1)), Some(205..300));
        assert_eq!(reverse.locate(310), None);
        assert_eq!(reverse.locate(99), None);
        assert_eq!(reverse.locate(204), Some(Region::Exon(ExonNumber(2))));
        assert_eq!(reverse.locate(199), Some(Region::Intron(ExonNumber(2))));
    }

    #[test]
    fn coding_positions() {
        let t = transcript(Strand::Forward);
        assert_eq!(t.cds_position(3), None);
        assert_eq!(t.cds_position(4), Some(CdsPosition(1)));
        assert_eq!(t.cds_position(18), Some(CdsPosition(15)));
        assert_eq!(t.cds_position(19), None);
        assert_eq!(t.cds_before(2), Some(0));
        assert_eq!(t.cds_before(10), Some(6));
        assert_eq!(t.cds_before(40), Some(15));
        assert_eq!(t.phase_at_end(&t.exons[0]).map(Phase::get), Some(0));
        assert_eq!(t.phase_at_end(&t.exons[1]).map(Phase::get), Some(2));
        assert_eq!(t.phase_at_end(&t.exons[2]), None);
        assert_eq!(t.last_cds_of(&t.exons[1]), Some(CdsPosition(11)));
        assert_eq!(t.first_cds_of(&t.exons[1]), Some(CdsPosition(7)));
    }

    #[test]
    fn chains_that_are_none() {
        assert!(Exon::chain(Strand::Forward, vec![5..9, 8..12]).is_none());
        assert!(Exon::chain(Strand::Forward, vec![Range { start: 5, end: 5 }]).is_none());
        assert!(
            Exon::chain(
                Strand::Reverse,
                vec![Range {
                    start: 0,
                    end: 1 << 33
                }]
            )
            .is_none()
        );
        assert_eq!(Exon::chain(Strand::Reverse, vec![]), Some(vec![]));
    }

    #[test]
    fn versions() {
        assert_eq!(without_version("ENST00000389048.8"), "ENST00000389048");
        for same in ["LRG_458t1", "ALK-201", ".8", "a.", "a.b", ""] {
            assert_eq!(without_version(same), same);
        }
    }

    /// Exon lengths with the gaps in front of them.
    fn models() -> impl Strategy<Value = Transcript> {
        let exon = (1u64..50, 1u64..30);
        (
            proptest::collection::vec(exon, 1..12),
            any::<bool>(),
            any::<(u32, u32)>(),
        )
            .prop_map(|(exons, reverse, (a, b))| {
                let strand = if reverse {
                    Strand::Reverse
                } else {
                    Strand::Forward
                };
                let mut at = 1000;
                let intervals = exons
                    .iter()
                    .map(|(gap, len)| {
                        let start = at + gap;
                        at = start + len;
                        start..at
                    })
                    .collect();
                let mut model = transcript(strand);
                model.exons = Exon::chain(strand, intervals).unwrap();
                let (a, b) = (a % model.length(), b % model.length());
                model.cds = Some(a.min(b)..a.max(b) + 1);
                model
            })
    }

    proptest! {
        #[test]
        fn genome_and_transcript_round_trip(t in models()) {
            for pos in 0..t.length() {
                let genome = t.genome_position(pos).unwrap();
                prop_assert_eq!(t.transcript_position(genome), Some(pos));
                let number = t.exon_at(pos).unwrap().number;
                prop_assert_eq!(t.locate(genome), Some(Region::Exon(number)));
                if let Some(cds) = t.cds_position(pos) {
                    prop_assert_eq!(t.position_of_cds(cds), Some(pos));
                    prop_assert_eq!(t.cds_before(pos), Some(cds.0 - 1));
                }
            }
            prop_assert_eq!(t.genome_position(t.length()), None);
        }

        #[test]
        fn every_base_of_the_span_is_exon_or_intron(t in models()) {
            let span = t.span().unwrap();
            for pos in span.start..span.end {
                match t.locate(pos) {
                    Some(Region::Exon(_)) => prop_assert!(t.transcript_position(pos).is_some()),
                    Some(Region::Intron(n)) => {
                        prop_assert!(t.intron_after(n).unwrap().contains(&pos));
                        prop_assert_eq!(t.transcript_position(pos), None);
                    }
                    None => prop_assert!(false, "inside the span"),
                }
            }
            prop_assert_eq!(t.locate(span.start - 1), None);
            prop_assert_eq!(t.locate(span.end), None);
        }

        #[test]
        fn coding_bases_of_the_exons_add_up(t in models()) {
            let cds = t.cds.clone().unwrap();
            let sum: u32 = t.exons.iter()
                .filter_map(|e| Some(t.last_cds_of(e)?.0 - t.first_cds_of(e)?.0 + 1)).sum();
            prop_assert_eq!(sum, cds.end - cds.start);
        }
    }
}
