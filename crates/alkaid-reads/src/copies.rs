//! Telling molecules from their PCR copies.
//!
//! Copies of one molecule begin at the same places and carry the same UMI. Sequencing errors spare the places, but not
//! the UMI, nor the first bases by which a read is known that has no place on ALK or at the junction.

use std::collections::BTreeMap;

use crate::place::code;

/// Bases of a read without a place that tell it from others.
const LOOSE: usize = 16;
/// Errors in these that a copy may have.
const LOOSE_ERRORS: u32 = 2;
/// Errors in a UMI that a copy may have, and how many times as often the true UMI must be seen: two molecules of one
/// read each may well have UMIs that differ in one base.
const UMI_ERRORS: u32 = 1;
const UMI_EXCESS: u32 = 2;
/// Molecules at one place among which errors are looked for; with more than this, most of them have many copies.
const MAX_GROUP: usize = 2_000;

/// What a copy has in common with its molecule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// Where the reads begin, as a number: equal for copies.
    pub place: u64,
    /// The UMI, as [`letters`] has it; 0 without one.
    pub umi: u64,
    /// The first bases of the read that has no place, as [`loose`] has them; 0 if every read has one.
    pub loose: u64,
}

/// The molecules behind a number of fragments.
#[derive(Clone, Debug, Default)]
pub struct Molecules {
    marks: BTreeMap<Mark, u32>,
    count: usize,
}

impl Molecules {
    /// Adds a fragment.
    pub fn add(&mut self, mark: Mark) {
        *self.marks.entry(mark).or_default() += 1;
    }

    /// Merges copies with errors into their molecules. To be called when all fragments are in.
    pub fn settle(&mut self) {
        let marks: Vec<(Mark, u32)> = self
            .marks
            .iter()
            .map(|(mark, seen)| (*mark, *seen))
            .collect();
        self.count = marks
            .chunk_by(|(a, _), (b, _)| a.place == b.place)
            .map(distinct)
            .sum();
    }

    /// Distinct molecules, as of the last [`Molecules::settle`].
    pub fn count(&self) -> usize {
        self.count
    }
}

/// Molecules at one place: the commonest mark first, each later one merged into an earlier one that explains it.
fn distinct(group: &[(Mark, u32)]) -> usize {
    if group.len() > MAX_GROUP {
        return group.len();
    }
    let mut order: Vec<(Mark, u32)> = group.to_vec();
    order.sort_by_key(|&(mark, seen)| (std::cmp::Reverse(seen), mark));
    let mut molecules: Vec<(Mark, u32)> = Vec::new();
    for (mark, seen) in order {
        let copy = molecules.iter().any(|(known, often)| {
            let umi = differing(known.umi, mark.umi);
            differing(known.loose, mark.loose) <= LOOSE_ERRORS
                && (umi == 0 || umi <= UMI_ERRORS && *often >= UMI_EXCESS * seen)
        });
        if !copy {
            molecules.push((mark, seen));
        }
    }
    molecules.len()
}

/// Up to 31 letters at two bits each, with their number above them. Letters other than `ACGT` count as `A`.
pub fn letters(bases: &[u8]) -> u64 {
    let bases = &bases[..bases.len().min(31)];
    bases.iter().fold(1, |key, &base| {
        key << 2 | u64::from(code(base).unwrap_or(0))
    })
}

/// The first bases of a read that has no place.
pub fn loose(bases: &[u8]) -> u64 {
    letters(&bases[..bases.len().min(LOOSE)])
}

/// Letters in which two differ; many if their lengths do.
fn differing(a: u64, b: u64) -> u32 {
    if a.leading_zeros() != b.leading_zeros() {
        return u32::MAX;
    }
    let bits = a ^ b;
    ((bits | bits >> 1) & 0x5555_5555_5555_5555).count_ones()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(marks: &[(u64, &[u8], &[u8])]) -> usize {
        let mut molecules = Molecules::default();
        for (place, umi, bases) in marks {
            molecules.add(Mark {
                place: *place,
                umi: letters(umi),
                loose: loose(bases),
            });
        }
        molecules.settle();
        molecules.count()
    }

    #[test]
    fn a_copy_with_an_error_in_an_unplaced_read_is_a_copy() {
        let (read, wrong, other) = (
            b"ACGTACGTACGTACGT",
            b"ACGTACGAACGTACGT",
            b"TTGTACGTACCCACGA",
        );
        assert_eq!(count(&[(1, b"", read), (1, b"", wrong)]), 1);
        assert_eq!(count(&[(1, b"", read), (1, b"", other)]), 2);
        assert_eq!(count(&[(1, b"", read), (2, b"", wrong)]), 2);
    }

    #[test]
    fn a_umi_with_an_error_needs_a_commoner_one_to_come_from() {
        let molecule = (1, b"ACGTACGT".as_slice(), b"".as_slice());
        let error = (1, b"ACGTACGA".as_slice(), b"".as_slice());
        assert_eq!(count(&[molecule, error]), 2);
        assert_eq!(count(&[molecule, molecule, error]), 1);
        assert_eq!(count(&[molecule, molecule, error, error]), 2);
    }

    #[test]
    fn lengths_are_letters_too() {
        assert_eq!(differing(letters(b"ACG"), letters(b"ACT")), 1);
        assert_eq!(differing(letters(b"AACG"), letters(b"ACG")), u32::MAX);
    }
}
