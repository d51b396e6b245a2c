//! Arithmetic on CIGAR operations, and the alignments that an `SA` tag lists.

use std::ops::Range;

use alkaid_genome::canonical_chrom;
use noodles_sam::alignment::record::cigar::Op;
use noodles_sam::alignment::record::cigar::op::Kind;

use crate::fragment::Alignment;

/// Bases of the reference that the operations cover, introns included.
pub(super) fn reference_span(ops: &[Op]) -> u64 {
    ops.iter()
        .filter(|op| op.kind().consumes_reference())
        .map(|op| op.len() as u64)
        .sum()
}

/// Whether an intron is skipped.
pub(super) fn is_spliced(ops: &[Op]) -> bool {
    ops.iter().any(|op| op.kind() == Kind::Skip)
}

/// Whether bases are missing from the record.
pub(super) fn is_hard_clipped(ops: &[Op]) -> bool {
    ops.iter().any(|op| op.kind() == Kind::HardClip)
}

/// The aligned part of the read, in bases of the read as sequenced. Hard-clipped bases count.
pub(super) fn aligned_part(ops: &[Op], reverse: bool) -> Range<u32> {
    let clip = |op: &Op| matches!(op.kind(), Kind::SoftClip | Kind::HardClip);
    let length = |ops: &mut dyn Iterator<Item = &Op>| ops.map(|op| op.len()).sum::<usize>();
    let leading = length(&mut ops.iter().take_while(|op| clip(op)));
    let trailing = length(&mut ops.iter().rev().take_while(|op| clip(op)));
    let aligned = length(
        &mut ops
            .iter()
            .filter(|op| op.kind().consumes_read() && !clip(op)),
    );
    let start = if reverse { trailing } else { leading };
    // Reads of 4 Gb do not exist: BAM holds the length in 31 bits.
    start as u32..(start + aligned) as u32
}

/// An entry of an `SA` tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// Chromosome, `chr2` form.
    pub(super) chrom: String,
    /// First aligned base, 0-based.
    pub(super) start: u64,
    /// One past the last aligned base.
    pub(super) end: u64,
    reverse: bool,
    mapq: u8,
    query: Range<u32>,
}

impl Listed {
    /// As an alignment of a mate.
    pub(super) fn to_alignment(&self, mate: u8, supplementary: bool) -> Alignment {
        Alignment {
            mate,
            chrom: self.chrom.clone(),
            start: self.start,
            end: self.end,
            reverse: self.reverse,
            mapq: self.mapq,
            query: self.query.clone(),
            supplementary,
        }
    }
}

/// The entries of an `SA` tag, `chrom,pos,strand,CIGAR,mapq,NM;…`. Malformed ones are left out: aligners differ.
pub(super) fn parse_listed(tag: &[u8]) -> impl Iterator<Item = Listed> {
    tag.split(|&byte| byte == b';').filter_map(|entry| {
        let entry = std::str::from_utf8(entry).ok()?;
        let mut fields = entry.split(',');
        let chrom = canonical_chrom(fields.next().filter(|name| !name.is_empty())?);
        let start = fields.next()?.parse::<u64>().ok()?.checked_sub(1)?;
        let reverse = match fields.next()? {
            "+" => false,
            "-" => true,
            _ => return None,
        };
        let ops = parse_cigar(fields.next()?)?;
        let mapq = fields.next()?.parse().ok()?;
        Some(Listed {
            chrom,
            start,
            end: start.checked_add(reference_span(&ops))?,
            reverse,
            mapq,
            query: aligned_part(&ops, reverse),
        })
    })
}

fn parse_cigar(text: &str) -> Option<Vec<Op>> {
    /// Longest operation that BAM can hold.
    const LONGEST: usize = (1 << 28) - 1;
    let mut ops = Vec::new();
    let mut len = 0_usize;
    for byte in text.bytes() {
        let kind = match byte {
            b'0'..=b'9' => {
                len = len.checked_mul(10)?.checked_add(usize::from(byte - b'0'))?;
                if len > LONGEST {
                    return None;
                }
                continue;
            }
            b'M' => Kind::Match,
            b'I' => Kind::Insertion,
            b'D' => Kind::Deletion,
            b'N' => Kind::Skip,
            b'S' => Kind::SoftClip,
            b'H' => Kind::HardClip,
            b'P' => Kind::Pad,
            b'=' => Kind::SequenceMatch,
            b'X' => Kind::SequenceMismatch,
            _ => return None,
        };
        // More than the 2^16 operations of BAM are no read's.
        if ops.len() >= 1 << 16 {
            return None;
        }
        ops.push(Op::new(kind, len));
        len = 0;
    }
    Some(ops)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(cigar: &str, reverse: bool) -> Range<u32> {
        aligned_part(&parse_cigar(cigar).expect("valid"), reverse)
    }

    #[test]
    fn clips_are_counted_from_the_sequenced_end() {
        assert_eq!(part("63M33S", false), 0..63);
        assert_eq!(part("63M33S", true), 33..96);
        assert_eq!(part("10H5S20M2I3D8M", false), 15..45);
        assert_eq!(part("10H5S20M2I3D8M", true), 0..30);
        assert_eq!(part("96S", false), 96..96);
    }

    #[test]
    fn listed_alignments_are_read() {
        let listed: Vec<Listed> =
            parse_listed(b"chr4,101,+,63M33S,60,0;2,11,-,5S10M100N10M,3,1;").collect();
        assert_eq!(listed.len(), 2);
        assert_eq!(
            (listed[0].start, listed[0].end, listed[0].query.clone()),
            (100, 163, 0..63)
        );
        assert_eq!(
            (listed[1].chrom.as_str(), listed[1].start, listed[1].end),
            ("chr2", 10, 130)
        );
        assert_eq!(listed[1].query, 0..20);
        assert!(listed[1].to_alignment(1, true).reverse);
    }

    #[test]
    fn malformed_entries_are_left_out() {
        assert_eq!(
            parse_listed(b"chr4,0,+,5M,1,0;chr4,x;;,,,;chr4,5,+,5Q,1,0;chr4,5,*,5M,1,0").count(),
            0
        );
        assert_eq!(
            parse_listed(b"chr1,5,+,99999999999999999999M,1,0;").count(),
            0
        );
    }

    proptest! {
        #[test]
        fn any_tag_is_survived(tag in prop::collection::vec(any::<u8>(), 0..200), text in "[0-9MIDNSH,;+a-z-]{0,120}") {
            let _ = parse_listed(&tag).count();
            let _ = parse_listed(text.as_bytes()).count();
        }
    }
}
