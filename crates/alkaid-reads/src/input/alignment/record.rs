//! A record of an alignment file, whichever the format, and the copy of it that is worked on.

use std::io;
use std::ops::Range;

use noodles_bam as bam;
use noodles_sam::alignment::RecordBuf;
use noodles_sam::alignment::record::Flags;
use noodles_sam::alignment::record::cigar::Op;
use noodles_sam::alignment::record::data::field::Value;
use noodles_sam::alignment::record_buf::data::field::Value as OwnedValue;

use super::cigar::{aligned_part, is_hard_clipped, parse_listed, reference_span};
use super::header::Facts;
use crate::fragment::{Alignment, Read};
use crate::input::sift::normal_bases;

/// A position on a reference sequence, 0-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Number of the reference sequence.
    pub(super) reference: usize,
    /// Position on it.
    pub(super) start: u64,
}

/// What is asked of a record.
pub(super) trait AlignedRecord {
    /// Name; empty if there is none.
    fn name(&self) -> &[u8];
    /// Flags.
    fn flags(&self) -> Flags;
    /// Where it stands in a sorted file, unmapped or not.
    fn place(&self) -> io::Result<Option<Place>>;
    /// Where its mate stands.
    fn mate_place(&self) -> io::Result<Option<Place>>;
    /// Mapping quality; 255 if unknown.
    fn mapq(&self) -> u8;
    /// Number of bases in the record.
    fn base_count(&self) -> usize;
    /// Puts the operations into `ops`.
    fn cigar(&self, ops: &mut Vec<Op>) -> io::Result<()>;
    /// Puts the bases, as sequenced, into `bases`.
    fn sequenced_bases(&self, bases: &mut Vec<u8>);
    /// Puts the Phred qualities, as sequenced, into `quals`; none if the file has none.
    fn sequenced_quals(&self, quals: &mut Vec<u8>);
    /// Puts the text of a tag into `text`; none if it is absent or no text.
    fn text_tag(&self, tag: [u8; 2], text: &mut Vec<u8>) -> io::Result<()>;

    /// The reference bases that it covers; one base for a read that was only placed beside its mate.
    fn covered(&self, ops: &mut Vec<Op>) -> io::Result<Option<(usize, Range<u64>)>> {
        let Some(Place { reference, start }) = self.place()? else {
            return Ok(None);
        };
        let span = if self.flags().is_unmapped() {
            1
        } else {
            self.cigar(ops)?;
            reference_span(ops).max(1)
        };
        Ok(Some((reference, start..start + span)))
    }
}

fn place(
    reference: Option<io::Result<usize>>,
    start: Option<io::Result<noodles_core::Position>>,
) -> io::Result<Option<Place>> {
    let (Some(reference), Some(start)) = (reference.transpose()?, start.transpose()?) else {
        return Ok(None);
    };
    Ok(Some(Place {
        reference,
        start: usize::from(start) as u64 - 1,
    }))
}

impl AlignedRecord for bam::Record {
    fn name(&self) -> &[u8] {
        self.name().map(AsRef::as_ref).unwrap_or_default()
    }

    fn flags(&self) -> Flags {
        self.flags()
    }

    fn place(&self) -> io::Result<Option<Place>> {
        place(self.reference_sequence_id(), self.alignment_start())
    }

    fn mate_place(&self) -> io::Result<Option<Place>> {
        place(
            self.mate_reference_sequence_id(),
            self.mate_alignment_start(),
        )
    }

    fn mapq(&self) -> u8 {
        self.mapping_quality().map_or(255, u8::from)
    }

    fn base_count(&self) -> usize {
        self.sequence().len()
    }

    fn cigar(&self, ops: &mut Vec<Op>) -> io::Result<()> {
        ops.clear();
        for op in self.cigar().iter() {
            ops.push(op?);
        }
        Ok(())
    }

    fn sequenced_bases(&self, bases: &mut Vec<u8>) {
        let sequence = self.sequence();
        let packed = sequence.as_bytes();
        bases.clear();
        if self.flags().is_reverse_complemented() {
            // An odd last byte has an empty low half.
            bases.extend(
                packed
                    .iter()
                    .rev()
                    .flat_map(|&byte| REVERSE[usize::from(byte)]),
            );
            bases.drain(..packed.len() * 2 - sequence.len());
        } else {
            bases.extend(packed.iter().flat_map(|&byte| FORWARD[usize::from(byte)]));
            bases.truncate(sequence.len());
        }
    }

    fn sequenced_quals(&self, quals: &mut Vec<u8>) {
        const MISSING: u8 = 0xff;
        quals.clear();
        let scores = self.quality_scores();
        let scores = scores.as_bytes();
        if scores.first().is_some_and(|&score| score != MISSING) {
            quals.extend_from_slice(scores);
        }
        if self.flags().is_reverse_complemented() {
            quals.reverse();
        }
    }

    fn text_tag(&self, tag: [u8; 2], text: &mut Vec<u8>) -> io::Result<()> {
        text.clear();
        if let Some(Value::String(value)) = self.data().get(&tag).transpose()? {
            text.extend_from_slice(value);
        }
        Ok(())
    }
}

impl AlignedRecord for RecordBuf {
    fn name(&self) -> &[u8] {
        self.name().map(AsRef::as_ref).unwrap_or_default()
    }

    fn flags(&self) -> Flags {
        self.flags()
    }

    fn place(&self) -> io::Result<Option<Place>> {
        place(
            self.reference_sequence_id().map(Ok),
            self.alignment_start().map(Ok),
        )
    }

    fn mate_place(&self) -> io::Result<Option<Place>> {
        place(
            self.mate_reference_sequence_id().map(Ok),
            self.mate_alignment_start().map(Ok),
        )
    }

    fn mapq(&self) -> u8 {
        self.mapping_quality().map_or(255, u8::from)
    }

    fn base_count(&self) -> usize {
        self.sequence().len()
    }

    fn cigar(&self, ops: &mut Vec<Op>) -> io::Result<()> {
        ops.clear();
        ops.extend_from_slice(self.cigar().as_ref());
        Ok(())
    }

    fn sequenced_bases(&self, bases: &mut Vec<u8>) {
        bases.clear();
        bases.extend_from_slice(self.sequence().as_ref());
        if self.flags().is_reverse_complemented() {
            bases.reverse();
            bases.iter_mut().for_each(|base| *base = complement(*base));
        }
    }

    fn sequenced_quals(&self, quals: &mut Vec<u8>) {
        quals.clear();
        quals.extend(self.quality_scores().iter());
        // CRAM decodes absent qualities as so many of the missing value.
        if quals.iter().all(|&score| score == 0xff) {
            quals.clear();
        }
        if self.flags().is_reverse_complemented() {
            quals.reverse();
        }
    }

    fn text_tag(&self, tag: [u8; 2], text: &mut Vec<u8>) -> io::Result<()> {
        text.clear();
        if let Some(OwnedValue::String(value)) = self.data().get(&tag) {
            text.extend_from_slice(value);
        }
        Ok(())
    }
}

/// BAM's codes for bases, `=ACMGRSVTWYHKDBN`; what is no single base is `N`.
const CODES: [u8; 16] = *b"NACNGNNNTNNNNNNN";

/// The two bases in a byte.
const FORWARD: [[u8; 2]; 256] = {
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [CODES[byte >> 4], CODES[byte & 15]];
        byte += 1;
    }
    table
};

/// The complements of the two bases in a byte, last first.
const REVERSE: [[u8; 2]; 256] = {
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [complement(CODES[byte & 15]), complement(CODES[byte >> 4])];
        byte += 1;
    }
    table
};

const fn complement(base: u8) -> u8 {
    match base {
        b'A' | b'a' => b'T',
        b'C' | b'c' => b'G',
        b'G' | b'g' => b'C',
        b'T' | b't' => b'A',
        _ => b'N',
    }
}

/// A copy of a record, its buffers used again and again.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    /// Name.
    pub(super) name: Vec<u8>,
    /// Flags.
    pub(super) flags: Flags,
    /// Where it stands.
    pub(super) place: Option<Place>,
    /// Where its mate stands.
    pub(super) mate_place: Option<Place>,
    mapq: u8,
    ops: Vec<Op>,
    /// Bases as sequenced.
    pub(super) bases: Vec<u8>,
    quals: Vec<u8>,
    /// Text of the `SA` tag.
    pub(super) listed: Vec<u8>,
    /// Text of the UMI tag.
    pub(super) umi: Vec<u8>,
}

impl Slot {
    /// Copies a record.
    pub(super) fn load(
        &mut self,
        record: &dyn AlignedRecord,
        umi: Option<[u8; 2]>,
    ) -> io::Result<()> {
        self.name.clear();
        self.name.extend_from_slice(record.name());
        self.flags = record.flags();
        self.place = record.place()?;
        self.mate_place = record.mate_place()?;
        self.mapq = record.mapq();
        record.cigar(&mut self.ops)?;
        record.sequenced_bases(&mut self.bases);
        record.sequenced_quals(&mut self.quals);
        record.text_tag(*b"SA", &mut self.listed)?;
        match umi {
            Some(tag) => record.text_tag(tag, &mut self.umi)?,
            None => self.umi.clear(),
        }
        Ok(())
    }

    /// 0 for a first or only read, 1 for a second.
    pub(super) fn mate(&self) -> usize {
        mate_of(self.flags)
    }

    /// Whether this record holds its read.
    pub(super) fn is_primary(&self) -> bool {
        !self.flags.is_secondary() && !self.flags.is_supplementary()
    }

    /// Whether all bases of the read are in the record.
    pub(super) fn is_whole(&self) -> bool {
        !self.bases.is_empty() && !is_hard_clipped(&self.ops)
    }

    /// The reference bases that it covers, as [`AlignedRecord::covered`].
    pub(super) fn covered(&self) -> Option<(usize, Range<u64>)> {
        let Place { reference, start } = self.place?;
        let span = if self.flags.is_unmapped() {
            1
        } else {
            reference_span(&self.ops).max(1)
        };
        Some((reference, start..start + span))
    }

    /// The read, as sequenced.
    pub(super) fn read(&self) -> Read {
        Read {
            // The codes of BAM and CRAM are all bases or ambiguity codes.
            bases: normal_bases(&self.bases).unwrap_or_else(|_| vec![b'N'; self.bases.len()]),
            quals: if self.quals.len() == self.bases.len() {
                self.quals.clone()
            } else {
                Vec::new()
            },
        }
    }

    /// This record's alignment, then those that its `SA` tag lists.
    pub(super) fn alignments(&self, facts: &Facts) -> Vec<Alignment> {
        let mate = self.mate() as u8;
        let mut alignments = Vec::new();
        if let (Some((reference, range)), false) = (self.covered(), self.flags.is_unmapped())
            && let Some(chrom) = facts.chroms.get(reference)
        {
            let reverse = self.flags.is_reverse_complemented();
            alignments.push(Alignment {
                mate,
                chrom: chrom.clone(),
                start: range.start,
                end: range.end,
                reverse,
                mapq: self.mapq,
                query: aligned_part(&self.ops, reverse),
                supplementary: !self.is_primary(),
            });
        }
        // In the tag of a supplementary record the primary alignment comes first.
        let others = parse_listed(&self.listed).enumerate();
        alignments.extend(
            others.map(|(i, listed)| listed.to_alignment(mate, self.is_primary() || i > 0)),
        );
        alignments
    }
}

/// 0 for a first or only read, 1 for a second.
pub(super) fn mate_of(flags: Flags) -> usize {
    usize::from(flags.is_segmented() && flags.is_last_segment() && !flags.is_first_segment())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_bases_unpack_both_ways() {
        assert_eq!(FORWARD[0x12], *b"AC");
        assert_eq!(REVERSE[0x12], *b"GT");
        assert_eq!(FORWARD[0x8f], *b"TN");
        assert_eq!(REVERSE[0x80], *b"NA");
    }

    #[test]
    fn cram_records_are_turned_as_sequenced() {
        let record = RecordBuf::builder()
            .set_flags(Flags::REVERSE_COMPLEMENTED | Flags::SEGMENTED | Flags::LAST_SEGMENT)
            .set_sequence(b"AACGN".to_vec().into())
            .set_quality_scores(vec![1, 2, 3, 4, 5].into())
            .build();
        let mut slot = Slot::default();
        slot.load(&record, None).expect("loads");
        assert_eq!(slot.read().bases, b"NCGTT");
        assert_eq!(slot.read().quals, [5, 4, 3, 2, 1]);
        assert_eq!(slot.mate(), 1);
    }
}
