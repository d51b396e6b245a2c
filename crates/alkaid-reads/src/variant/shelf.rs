//! Fragments on ALK's coding exons, packed, by molecule: in memory up to a limit, in temporary files beyond it.
//!
//! Copies of one molecule must meet, however far apart they stand in the file. The key of a molecule chooses one of a
//! few dozen compartments; one compartment at a time is read back, sorted and grouped, so that memory stays bounded at
//! any depth.

use std::fs::File;
use std::io::{self, Read as _, Seek, SeekFrom, Write as _};
use std::ops::Range;

use crate::anatomy::Anatomy;
use crate::census::duplicate_key;
use crate::fragment::Fragment;
use crate::place::{Placed, code};

/// Bases on ALK that a fragment needs to be taken for ALK: pieces that other genes share with it are shorter.
const MIN_BASES: usize = 24;
/// Compartments.
const COMPARTMENTS: usize = 64;
/// Packed bytes held in memory over all compartments; then all are written out.
const MEMORY: usize = 24 << 20;
/// Bases of intron on either side of a coding exon that are looked at: the splice sites.
pub const SPLICE_FLANK: usize = 8;
/// Quality of a base whose file states none.
const UNSTATED_QUALITY: u8 = 20;
/// Marks a fragment that holds nothing but ALK, and so is not in the store of candidates.
const PLAIN: u32 = u32::MAX;

/// One read of a fragment on ALK, in ALK's sense.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShelvedRead {
    /// 0 for the first read of the fragment, 1 for the second.
    pub mate: u8,
    /// Whether the read was sequenced against ALK's sense.
    pub reverse: bool,
    /// First base that is placed.
    pub start: usize,
    /// Stretches on the locus: (offset, length).
    pub blocks: Vec<(usize, usize)>,
    /// Base codes 0–3 (`ACGT`); 4 for an unknown base.
    pub bases: Vec<u8>,
    /// Phred qualities, as many.
    pub quals: Vec<u8>,
}

impl ShelvedRead {
    /// One past the last base that is placed.
    pub fn end(&self) -> usize {
        self.start + self.blocks.iter().map(|block| block.1).sum::<usize>()
    }
}

/// One fragment as it was shelved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelved {
    /// Its molecule.
    pub key: u64,
    /// Its index in the store of candidates for junctions, if it is there.
    pub stored: Option<usize>,
    /// Its reads on ALK.
    pub reads: Vec<ShelvedRead>,
}

/// What makes two fragments copies of one molecule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// The same UMI and the same ends.
    Umi,
    /// The same two ends.
    Ends,
    /// Nothing: every fragment stands for itself.
    None,
}

/// All fragments on the coding exons.
pub struct Shelf {
    compartments: Vec<Compartment>,
    held: usize,
    spans: Vec<Range<usize>>,
    /// Fragments, and those of them that have two reads and a UMI.
    fragments: u64,
    paired: u64,
    barcoded: u64,
}

#[derive(Default)]
struct Compartment {
    bytes: Vec<u8>,
    file: Option<File>,
}

impl Shelf {
    /// An empty shelf for the coding exons of `anatomy`.
    pub fn new(anatomy: &Anatomy) -> Self {
        Shelf {
            compartments: (0..COMPARTMENTS).map(|_| Compartment::default()).collect(),
            held: 0,
            spans: coding_spans(anatomy),
            fragments: 0,
            paired: 0,
            barcoded: 0,
        }
    }

    /// Fragments on the shelf.
    pub fn fragments(&self) -> u64 {
        self.fragments
    }

    /// How copies can be told in this sample. Single reads have one end, which says too little.
    pub fn grouping(&self) -> Grouping {
        if self.barcoded * 10 >= self.fragments * 9 && self.fragments > 0 {
            Grouping::Umi
        } else if self.paired * 10 >= self.fragments * 9 {
            Grouping::Ends
        } else {
            Grouping::None
        }
    }

    /// Takes in a fragment if a read of it touches a coding exon. `stored` is its index in the store of candidates.
    ///
    /// # Errors
    /// When a temporary file cannot be made or written.
    pub fn push(
        &mut self,
        fragment: &Fragment,
        placed: [Option<&Placed>; 2],
        stored: Option<usize>,
    ) -> io::Result<()> {
        let touches = |placed: &&Placed| {
            placed
                .blocks
                .iter()
                .any(|&(start, length)| overlaps(&self.spans, start..start + length))
        };
        let bases = placed.iter().flatten().flat_map(|placed| &placed.blocks);
        let bases: usize = bases.map(|&(_, length)| length).sum();
        if bases < MIN_BASES || !placed.iter().flatten().any(touches) {
            return Ok(());
        }
        self.fragments += 1;
        self.paired += u64::from(fragment.second.is_some());
        self.barcoded += u64::from(fragment.umi.is_some());
        let key = duplicate_key(fragment, placed);
        // The low bits of the key hold the multiplication's weakest part; fold the high ones in.
        let compartment = &mut self.compartments[(key >> 40) as usize % COMPARTMENTS];
        let before = compartment.bytes.len();
        pack(&mut compartment.bytes, key, stored, fragment, placed);
        self.held += compartment.bytes.len() - before;
        if self.held > MEMORY {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        for compartment in &mut self.compartments {
            let file = match compartment.file.as_mut() {
                Some(file) => file,
                None => compartment.file.insert(tempfile::tempfile()?),
            };
            file.write_all(&compartment.bytes)?;
            compartment.bytes.clear();
        }
        self.held = 0;
        Ok(())
    }

    /// Calls `visit` on the fragments of every molecule, in an order that depends on the input alone.
    ///
    /// # Errors
    /// When a temporary file cannot be read back.
    pub fn for_each_molecule(
        &mut self,
        grouping: Grouping,
        mut visit: impl FnMut(&[Shelved]),
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        let mut fragments: Vec<Shelved> = Vec::new();
        for compartment in &mut self.compartments {
            bytes.clear();
            if let Some(file) = compartment.file.as_mut() {
                file.seek(SeekFrom::Start(0))?;
                file.read_to_end(&mut bytes)?;
                file.seek(SeekFrom::End(0))?;
            }
            bytes.extend_from_slice(&compartment.bytes);
            let mut rest = bytes.as_slice();
            fragments.clear();
            while !rest.is_empty() {
                fragments.push(unpack(&mut rest).ok_or(io::ErrorKind::UnexpectedEof)?);
            }
            if grouping == Grouping::None {
                fragments.chunks(1).for_each(&mut visit);
                continue;
            }
            // Stable: copies stay in file order.
            fragments.sort_by_key(|fragment| fragment.key);
            fragments
                .chunk_by(|a, b| a.key == b.key)
                .for_each(&mut visit);
        }
        Ok(())
    }
}

/// Coding parts of exons with their splice sites, in order.
pub fn coding_spans(anatomy: &Anatomy) -> Vec<Range<usize>> {
    coding_exons(anatomy)
        .into_iter()
        .map(|(_, span)| {
            span.start.saturating_sub(SPLICE_FLANK)
                ..(span.end + SPLICE_FLANK).min(anatomy.sequence.len())
        })
        .collect()
}

/// Exon numbers with the coding part of each exon.
pub fn coding_exons(anatomy: &Anatomy) -> Vec<(u16, Range<usize>)> {
    let transcript = anatomy.transcript;
    let Some(cds) = &transcript.cds else {
        return Vec::new();
    };
    anatomy
        .exons
        .iter()
        .zip(&transcript.exons)
        .filter_map(|(exon, own)| {
            let first = cds.start.max(own.transcript.start);
            let last = cds.end.min(own.transcript.end);
            (first < last).then(|| {
                let start = exon.span.start + (first - own.transcript.start) as usize;
                (exon.number, start..start + (last - first) as usize)
            })
        })
        .collect()
}

fn overlaps(spans: &[Range<usize>], span: Range<usize>) -> bool {
    let after = spans.partition_point(|own| own.end <= span.start);
    spans.get(after).is_some_and(|own| own.start < span.end)
}

fn pack(
    out: &mut Vec<u8>,
    key: u64,
    stored: Option<usize>,
    fragment: &Fragment,
    placed: [Option<&Placed>; 2],
) {
    let stored = stored.map_or(PLAIN, |index| u32::try_from(index).unwrap_or(PLAIN));
    out.extend_from_slice(&key.to_le_bytes());
    out.extend_from_slice(&stored.to_le_bytes());
    out.push(placed.iter().flatten().count() as u8);
    for (mate, read) in fragment.reads() {
        let Some(placed) = placed[usize::from(mate)] else {
            continue;
        };
        out.push(mate | u8::from(placed.reverse) << 1);
        put(out, placed.start);
        put(out, read.bases.len());
        put(out, placed.blocks.len());
        for &(offset, length) in &placed.blocks {
            put(out, offset);
            put(out, length);
        }
        let quality = |index: usize| read.quals.get(index).copied().unwrap_or(UNSTATED_QUALITY);
        let packed = |index: usize, flip: u32| {
            // An unknown base is one of quality 0.
            code(read.bases[index]).map_or(0, |code| {
                (code ^ flip) as u8 | quality(index).clamp(1, 63) << 2
            })
        };
        if placed.reverse {
            out.extend((0..read.bases.len()).rev().map(|index| packed(index, 3)));
        } else {
            out.extend((0..read.bases.len()).map(|index| packed(index, 0)));
        }
    }
}

fn put(out: &mut Vec<u8>, number: usize) {
    out.extend_from_slice(&(number as u32).to_le_bytes());
}

fn unpack(bytes: &mut &[u8]) -> Option<Shelved> {
    fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
        let (head, rest) = bytes.split_at_checked(length)?;
        *bytes = rest;
        Some(head)
    }
    fn number(bytes: &mut &[u8]) -> Option<usize> {
        Some(u32::from_le_bytes(take(bytes, 4)?.try_into().ok()?) as usize)
    }
    let key = u64::from_le_bytes(take(bytes, 8)?.try_into().ok()?);
    let stored = number(bytes)?;
    let count = take(bytes, 1)?[0];
    let mut reads = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let flags = take(bytes, 1)?[0];
        let start = number(bytes)?;
        let length = number(bytes)?;
        let blocks = (0..number(bytes)?)
            .map(|_| Some((number(bytes)?, number(bytes)?)))
            .collect::<Option<Vec<_>>>()?;
        let packed = take(bytes, length)?;
        reads.push(ShelvedRead {
            mate: flags & 1,
            reverse: flags & 2 != 0,
            start,
            blocks,
            bases: packed
                .iter()
                .map(|&byte| if byte >> 2 == 0 { 4 } else { byte & 3 })
                .collect(),
            quals: packed.iter().map(|byte| byte >> 2).collect(),
        });
    }
    Some(Shelved {
        key,
        stored: (stored != PLAIN as usize).then_some(stored),
        reads,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fragment::Read;
    use alkaid_genome::Bundle;

    fn placed(anatomy: &Anatomy, reverse: bool, length: usize) -> Placed {
        let start = anatomy.exon(23).map_or(0, |exon| exon.span.start);
        Placed {
            reverse,
            start: 0,
            end: length,
            blocks: vec![(start, length)],
            score: length as i32,
            mismatches: 0,
        }
    }

    fn fragment(bases: &[u8]) -> Fragment {
        Fragment {
            first: Read {
                bases: bases.to_vec(),
                quals: vec![37; bases.len()],
            },
            ..Fragment::default()
        }
    }

    #[test]
    fn a_fragment_comes_back_in_sense_and_with_its_copies() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let mut shelf = Shelf::new(&anatomy);
        let read = fragment(b"ACGTACGTACGTACGTACGTACGTACGTN");
        let length = read.first.bases.len();
        let place = placed(&anatomy, true, length);
        for stored in [None, Some(7)] {
            shelf.push(&read, [Some(&place), None], stored).unwrap();
        }
        for spilled in [false, true] {
            if spilled {
                shelf.spill().unwrap();
            }
            let mut molecules = Vec::new();
            shelf
                .for_each_molecule(Grouping::Ends, |copies| molecules.push(copies.to_vec()))
                .unwrap();
            assert_eq!(molecules.len(), 1);
            let stored: Vec<_> = molecules[0].iter().map(|copy| copy.stored).collect();
            assert_eq!(stored, [None, Some(7)]);
            let own = &molecules[0][0].reads[0];
            assert_eq!(own.bases[..5], [4, 0, 1, 2, 3]);
            assert_eq!(own.quals[..5], [0, 37, 37, 37, 37]);
            assert!(own.reverse && own.end() == length);
        }
        let mut alone = 0;
        shelf
            .for_each_molecule(Grouping::None, |copies| alone += copies.len())
            .unwrap();
        assert_eq!((alone, shelf.fragments()), (2, 2));
        assert_eq!(shelf.grouping(), Grouping::None);
    }

    #[test]
    fn introns_and_short_pieces_are_not_shelved() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let shelved = |length: usize, away: usize| {
            let mut shelf = Shelf::new(&anatomy);
            let mut place = placed(&anatomy, false, length);
            place.blocks[0].0 -= away;
            let read = fragment(&vec![b'A'; length]);
            shelf.push(&read, [Some(&place), None], None).unwrap();
            shelf.fragments()
        };
        assert_eq!(shelved(MIN_BASES, 0), 1);
        assert_eq!(shelved(MIN_BASES, 100), 0);
        assert_eq!(shelved(MIN_BASES - 1, 0), 0);
    }
}
