//! ALK laid out for reading: the locus in gene sense, its exons, and which part of it the sieve watches.
//!
//! All positions here are *locus offsets*: 0-based, counted from the first base of the locus sequence, in ALK's sense.

use std::ops::Range;

use alkaid_genome::{Bundle, Locus, Region, Transcript};

/// First ALK exon whose start, and whose preceding intron, an oncogenic fusion can break at.
pub const FIRST_BREAK_EXON: u16 = 16;
/// ALK exon that starts the canonical fusion: all of the kinase lies at or after it.
pub const CANONICAL_EXON: u16 = 20;

/// Bases of intron watched on either side of an exon. A read of DNA that holds a short piece of an exon with a mutation
/// in it must be found as easily as one without.
const FLANK: usize = 32;

/// One ALK exon in locus offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlkExon {
    /// Exon number, 1-based.
    pub number: u16,
    /// Locus offsets, half-open.
    pub span: Range<usize>,
    /// Coding bases of the transcript before this exon's first base.
    pub coding_before: u32,
}

/// The ALK gene as the placer sees it.
pub struct Anatomy<'b> {
    /// The gene's sequence in its own sense, `ACGTN`.
    pub sequence: Vec<u8>,
    /// Exons of the canonical transcript, in order.
    pub exons: Vec<AlkExon>,
    /// Bases of interspersed repeats (Alu, L1 and the like): reads there come from anywhere in the genome.
    pub repeat: Vec<bool>,
    /// The transcript the exon numbers refer to.
    pub transcript: &'b Transcript,
    /// The locus record, for genome positions.
    pub locus: &'b Locus,
}

impl<'b> Anatomy<'b> {
    /// Lays out the bundle's ALK locus.
    pub fn new(bundle: &'b Bundle) -> Self {
        let transcript = bundle.alk();
        let locus = bundle.alk_locus();
        let exons = transcript
            .exons
            .iter()
            .filter_map(|exon| {
                // The locus is written in ALK's sense, so an exon's highest genome base comes first.
                let first = locus.offset_of(exon.genome.end.checked_sub(1)?)?;
                let length = (exon.genome.end - exon.genome.start) as usize;
                Some(AlkExon {
                    number: exon.number.0,
                    span: first..first + length,
                    coding_before: transcript.cds_before(exon.transcript.start).unwrap_or(0),
                })
            })
            .collect();
        let sequence = locus.sequence.unpack();
        let repeat = repeats(bundle, sequence.len());
        Anatomy {
            sequence,
            exons,
            repeat,
            transcript,
            locus,
        }
    }

    /// The exon with this number.
    pub fn exon(&self, number: u16) -> Option<&AlkExon> {
        self.exons.iter().find(|exon| exon.number == number)
    }

    /// The exon that holds `offset`.
    pub fn exon_at(&self, offset: usize) -> Option<&AlkExon> {
        let after = self.exons.partition_point(|exon| exon.span.end <= offset);
        self.exons
            .get(after)
            .filter(|exon| exon.span.start <= offset)
    }

    /// The exon before `exon` in the transcript.
    pub fn previous(&self, exon: &AlkExon) -> Option<&AlkExon> {
        let index = usize::from(exon.number).checked_sub(2)?;
        self.exons.get(index)
    }

    /// The exon after `exon` in the transcript.
    pub fn next(&self, exon: &AlkExon) -> Option<&AlkExon> {
        self.exons.get(usize::from(exon.number))
    }

    /// Where `offset` lies, as exon or intron of the transcript.
    pub fn region(&self, offset: usize) -> Option<Region> {
        self.transcript.locate(self.locus.genome_position(offset))
    }

    /// The exon that a transcript goes on with when it enters ALK at `offset`: the one that holds it, else the next.
    pub fn exon_from(&self, offset: usize) -> Option<&AlkExon> {
        let after = self.exons.partition_point(|exon| exon.span.end <= offset);
        self.exons.get(after)
    }

    /// Coding bases before `offset` in the transcript, had it been spliced normally up to there. Within an intron:
    /// the coding bases before the next exon.
    pub fn coding_before(&self, offset: usize) -> Option<u32> {
        let exon = self.exon_from(offset)?;
        Some(exon.coding_before + offset.saturating_sub(exon.span.start) as u32)
    }

    /// The stretch with breakpoints of oncogenic fusions: from the intron before exon 16 to the end of exon 21.
    pub fn break_region(&self) -> Range<usize> {
        let start = self
            .exon(FIRST_BREAK_EXON - 1)
            .map_or(0, |exon| exon.span.end);
        let end = self
            .exon(CANONICAL_EXON + 1)
            .map_or(self.sequence.len(), |exon| exon.span.end);
        start..end
    }

    /// Stretches that the sieve watches: every exon with its flanks, and the whole break region.
    pub fn watched(&self) -> Vec<Range<usize>> {
        let region = self.break_region();
        let flanked = |span: &Range<usize>| {
            span.start.saturating_sub(FLANK)..(span.end + FLANK).min(self.sequence.len())
        };
        let mut spans: Vec<_> = self.exons.iter().map(|exon| flanked(&exon.span)).collect();
        // What of an exon's flanks lies in the region is watched with it.
        spans.retain_mut(|span| {
            if span.start < region.start {
                span.end = span.end.min(region.start);
            } else {
                span.start = span.start.max(region.end);
            }
            span.start < span.end
        });
        spans.push(region);
        spans.sort_by_key(|span| span.start);
        spans
    }

    /// Whether any of the `length` bases from `offset` belongs to a repeat.
    pub fn repeated(&self, offset: usize, length: usize) -> bool {
        self.unique_bases(offset, length) < length
    }

    /// How many of the `length` bases from `offset` belong to no repeat.
    pub fn unique_bases(&self, offset: usize, length: usize) -> usize {
        self.repeat
            .get(offset..offset + length)
            .map_or(0, |span| span.iter().filter(|repeat| !**repeat).count())
    }
}

/// Whole repeats, from the bundle's mask of 24-mers that occur elsewhere.
///
/// Copies of a repeat differ, so the mask has holes; what lies between masked words a short way apart is the same
/// element. A few masked words alone are chance, or a gene family, and are left.
fn repeats(bundle: &Bundle, length: usize) -> Vec<bool> {
    const WORD: usize = 24;
    const HOLE: usize = 60;
    const MIN_WORDS: usize = 20;
    const MARGIN: usize = 15;
    let mask = bundle.repeat_mask();
    let mut repeat = vec![false; length];
    let mut element: Option<(Range<usize>, usize)> = None;
    let mut close = |element: Option<(Range<usize>, usize)>| {
        if let Some((span, _)) = element.filter(|(_, words)| *words >= MIN_WORDS) {
            repeat[span.start.saturating_sub(MARGIN)..(span.end + MARGIN).min(length)].fill(true);
        }
    };
    for offset in (0..length).filter(|&offset| mask.get(offset)) {
        match element.as_mut() {
            Some((span, words)) if offset <= span.end + HOLE => {
                span.end = offset + WORD;
                *words += 1;
            }
            _ => close(element.replace((offset..offset + WORD, 1))),
        }
    }
    close(element);
    repeat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exons_are_free_of_repeats_and_intron_18_holds_one() {
        let anatomy = Anatomy::new(Bundle::embedded());
        for exon in &anatomy.exons[..28] {
            assert!(
                !anatomy.repeated(exon.span.start, exon.span.len()),
                "exon {}",
                exon.number
            );
        }
        let intron = anatomy.exons[17].span.end..anatomy.exons[18].span.start;
        let unique = anatomy.unique_bases(intron.start, intron.len());
        // One Alu of some 300 bases.
        assert!(
            (250..450).contains(&(intron.len() - unique)),
            "{unique} of {}",
            intron.len()
        );
        let intron = anatomy.exons[18].span.end..anatomy.exons[19].span.start;
        assert!(!anatomy.repeated(intron.start, intron.len()), "intron 19");
    }

    #[test]
    fn every_exon_is_watched_once() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let spans = anatomy.watched();
        assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        for exon in &anatomy.exons {
            let holds =
                |span: &Range<usize>| span.start <= exon.span.start && exon.span.end <= span.end;
            assert_eq!(spans.iter().filter(|span| holds(span)).count(), 1);
        }
    }

    #[test]
    fn exons_follow_each_other_in_sense() {
        let anatomy = Anatomy::new(Bundle::embedded());
        assert_eq!(anatomy.exons.len(), 29);
        assert!(
            anatomy
                .exons
                .windows(2)
                .all(|pair| pair[0].span.end < pair[1].span.start)
        );
        let e20 = anatomy.exon(20).unwrap();
        assert_eq!(anatomy.coding_before(e20.span.start), Some(3_172));
        assert_eq!(
            &anatomy.sequence[e20.span.start..e20.span.start + 15],
            b"TGTACCGCCGGAAGC"
        );
        assert_eq!(
            anatomy
                .exon_from(e20.span.start - 5)
                .map(|exon| exon.number),
            Some(20)
        );
    }
}
