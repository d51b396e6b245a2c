//! SAM records of a template.

use std::fmt::Write as _;

use alkaid_genome::reverse_complement;
use noodles_core::Position;
use noodles_sam::alignment::RecordBuf;
use noodles_sam::alignment::record::cigar::Op;
use noodles_sam::alignment::record::cigar::op;
use noodles_sam::alignment::record::data::field::Tag;
use noodles_sam::alignment::record::{Flags, MappingQuality};
use noodles_sam::alignment::record_buf::Data;
use noodles_sam::alignment::record_buf::data::field::Value;

use super::READ_GROUP;
use super::template::{Kind, Mate, Placed, Template};
use crate::chromosomes::chromosomes;

/// Tag with the identifiers of the calls that a read supports, comma-separated.
const CALL: Tag = Tag::new(b'X', b'C');
/// Highest quality that SAM text can write.
const MAX_QUALITY: u8 = 93;

/// A record with what it is sorted and indexed by.
pub(super) struct Entry {
    pub(super) record: RecordBuf,
    /// Chromosome, first and last position (1-based); nothing for reads without a place.
    pub(super) place: Option<(usize, usize, usize)>,
}

impl Entry {
    /// Coordinate order, unplaced reads last; ties are broken so that the order never depends on the input's.
    pub(super) fn key(&self) -> (usize, usize, Vec<u8>, u16) {
        let (chromosome, first, _) = self.place.unwrap_or((usize::MAX, 0, 0));
        let name = self
            .record
            .name()
            .map(|name| name.to_vec())
            .unwrap_or_default();
        (chromosome, first, name, u16::from(self.record.flags()))
    }
}

/// All records of a template: for each read a primary one and one per further placement.
pub(super) fn entries(template: &Template<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (slot, mate) in template.mates.iter().enumerate() {
        let Some(mate) = mate else { continue };
        let other = Other::of(mate, template.mates[1 - slot].as_ref());
        if mate.placed.is_empty() {
            entries.push(unmapped(&template.name, slot, mate, &other));
        }
        for index in 0..mate.placed.len() {
            entries.push(mapped(&template.name, slot, mate, &other, index));
        }
    }
    entries
}

/// What a record has to say about the other read of its fragment.
enum Other<'t> {
    /// There is none.
    NotPaired,
    /// There is one, but it is not in the file or has no place.
    Unmapped,
    /// Its primary placement.
    At(&'t Placed),
}

impl<'t> Other<'t> {
    fn of(mate: &Mate<'_>, other: Option<&'t Mate<'_>>) -> Self {
        match other.and_then(|other| other.placed.first()) {
            Some(placed) => Self::At(placed),
            None if mate.paired || other.is_some() => Self::Unmapped,
            None => Self::NotPaired,
        }
    }

    fn flags(&self, slot: usize) -> Flags {
        let which = if slot == 0 {
            Flags::FIRST_SEGMENT
        } else {
            Flags::LAST_SEGMENT
        };
        match self {
            Self::NotPaired => Flags::empty(),
            Self::Unmapped => Flags::SEGMENTED | Flags::MATE_UNMAPPED | which,
            Self::At(placed) if placed.reverse => {
                Flags::SEGMENTED | Flags::MATE_REVERSE_COMPLEMENTED | which
            }
            Self::At(_) => Flags::SEGMENTED | which,
        }
    }
}

fn mapped(name: &[u8], slot: usize, mate: &Mate<'_>, other: &Other<'_>, index: usize) -> Entry {
    let placed = &mate.placed[index];
    let mut flags = other.flags(slot);
    if placed.reverse {
        flags |= Flags::REVERSE_COMPLEMENTED;
    }
    if index > 0 {
        flags |= Flags::SUPPLEMENTARY;
    }
    let mut record = base(name, mate, flags, placed.reverse);
    set_place(&mut record, placed.chromosome, placed.first);
    *record.cigar_mut() = placed
        .cigar
        .iter()
        .map(|(kind, length)| Op::new(operation(*kind), *length))
        .collect();
    match other {
        Other::At(there) => {
            set_mate_place(&mut record, there.chromosome, there.first);
            if index == 0 {
                *record.template_length_mut() = template_length(placed, there, slot);
            }
        }
        // An unmapped mate is filed at the place of its mapped one.
        Other::Unmapped => set_mate_place(&mut record, placed.chromosome, placed.first),
        Other::NotPaired => {}
    }
    if mate.placed.len() > 1 {
        record.data_mut().insert(
            Tag::OTHER_ALIGNMENTS,
            Value::String(other_alignments(mate, index).into()),
        );
    }
    Entry {
        record,
        place: Some((placed.chromosome, placed.first, placed.last)),
    }
}

fn unmapped(name: &[u8], slot: usize, mate: &Mate<'_>, other: &Other<'_>) -> Entry {
    let mut record = base(name, mate, other.flags(slot) | Flags::UNMAPPED, false);
    *record.mapping_quality_mut() = MappingQuality::new(0);
    let place = match other {
        Other::At(there) => {
            set_place(&mut record, there.chromosome, there.first);
            set_mate_place(&mut record, there.chromosome, there.first);
            Some((there.chromosome, there.first, there.first))
        }
        Other::Unmapped | Other::NotPaired => None,
    };
    Entry { record, place }
}

/// Name, flags, bases, qualities and tags. Mapping quality stays "not available": placements are certain or absent.
fn base(name: &[u8], mate: &Mate<'_>, flags: Flags, reverse: bool) -> RecordBuf {
    let bases: Vec<u8> = mate
        .read
        .bases
        .iter()
        .map(|base| if b"ACGT".contains(base) { *base } else { b'N' })
        .collect();
    let mut quals: Vec<u8> = mate
        .read
        .quals
        .iter()
        .map(|qual| (*qual).min(MAX_QUALITY))
        .collect();
    if quals.len() != bases.len() {
        quals.clear();
    }
    if reverse {
        quals.reverse();
    }
    let bases = if reverse {
        reverse_complement(&bases)
    } else {
        bases
    };
    let calls: Vec<&str> = mate.calls.iter().copied().collect();
    let mut data: Data = [
        (CALL, Value::String(calls.join(",").into())),
        (Tag::READ_GROUP, Value::String(READ_GROUP.into())),
    ]
    .into_iter()
    .collect();
    if let Some(umi) = mate.umi.filter(|umi| !umi.is_empty()) {
        let umi: Vec<u8> = umi
            .iter()
            .map(|byte| if byte.is_ascii_graphic() { *byte } else { b'N' })
            .collect();
        data.insert(Tag::UMI_SEQUENCE, Value::String(umi.into()));
    }
    RecordBuf::builder()
        .set_name(name)
        .set_flags(flags)
        .set_sequence(bases.into())
        .set_quality_scores(quals.into())
        .set_data(data)
        .build()
}

fn set_place(record: &mut RecordBuf, chromosome: usize, first: usize) {
    *record.reference_sequence_id_mut() = Some(chromosome);
    *record.alignment_start_mut() = Position::new(first);
}

fn set_mate_place(record: &mut RecordBuf, chromosome: usize, first: usize) {
    *record.mate_reference_sequence_id_mut() = Some(chromosome);
    *record.mate_alignment_start_mut() = Position::new(first);
}

/// From the leftmost to the rightmost base of both primary records, positive on the left one; 0 across chromosomes.
fn template_length(own: &Placed, other: &Placed, slot: usize) -> i32 {
    if own.chromosome != other.chromosome {
        return 0;
    }
    let length = own.last.max(other.last) + 1 - own.first.min(other.first);
    let length = i32::try_from(length).unwrap_or(0);
    // Both can start at the same base; the first read then counts as the left one.
    let is_left = (own.first, slot) < (other.first, 1 - slot);
    if is_left { length } else { -length }
}

/// The other placements of the read, the primary one first where this is not it.
fn other_alignments(mate: &Mate<'_>, own: usize) -> String {
    let mut text = String::new();
    for (_, placed) in mate
        .placed
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != own)
    {
        let strand = if placed.reverse { '-' } else { '+' };
        let (chromosome, first, cigar) = (
            chromosomes()[placed.chromosome].name,
            placed.first,
            cigar_text(placed),
        );
        // Mapping quality and mismatches are not available: 255 and 0. Writing to a String cannot fail.
        let _ = write!(text, "{chromosome},{first},{strand},{cigar},255,0;");
    }
    text
}

fn cigar_text(placed: &Placed) -> String {
    let letter = |kind| match kind {
        Kind::Match => 'M',
        Kind::Intron => 'N',
        Kind::Deletion => 'D',
        Kind::SoftClip => 'S',
    };
    placed
        .cigar
        .iter()
        .map(|(kind, length)| format!("{length}{}", letter(*kind)))
        .collect()
}

fn operation(kind: Kind) -> op::Kind {
    match kind {
        Kind::Match => op::Kind::Match,
        Kind::Intron => op::Kind::Skip,
        Kind::Deletion => op::Kind::Deletion,
        Kind::SoftClip => op::Kind::SoftClip,
    }
}
