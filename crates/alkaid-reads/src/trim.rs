//! Cutting sequencing adapters off reads of fragments shorter than the read.
//!
//! An adapter at a fixed distance from an anchored primer would look like a junction, so this comes before placing.

use crate::fragment::{Fragment, Read};

/// Starts of the adapters in use: TruSeq/AVENIO, Nextera, small RNA, BGI/MGI (both ends); from the makers' documents.
const ADAPTERS: [&[u8]; 5] = [
    b"AGATCGGAAGAGC",
    b"CTGTCTCTTATAC",
    b"TGGAATTCTCGGG",
    b"AAGTCGGAGGCCA",
    b"AAGTCGGATCGTA",
];
/// Fewest bases of both mates that must agree before an overlap is believed.
const MIN_OVERLAP: usize = 20;

/// Whether anything was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trimmed {
    /// Some bases were.
    Yes,
    /// Nothing was.
    No,
}

/// Cuts adapters off the fragment's reads.
pub fn trim(fragment: &mut Fragment) -> Trimmed {
    let bases = |fragment: &Fragment| {
        fragment
            .reads()
            .map(|(_, read)| read.bases.len())
            .sum::<usize>()
    };
    let before = bases(fragment);
    cut_adapters(fragment);
    if bases(fragment) < before {
        Trimmed::Yes
    } else {
        Trimmed::No
    }
}

fn cut_adapters(fragment: &mut Fragment) {
    if let Some(second) = fragment.second.as_mut() {
        if let Some(length) = insert_length(&fragment.first.bases, &second.bases) {
            cut(&mut fragment.first, length);
            cut(second, length);
            return;
        }
        trim_known(second);
    }
    trim_known(&mut fragment.first);
}

/// The fragment's length when both mates run past its ends.
///
/// The first bases of one mate are then found, reversed, inside the other; what follows is adapter.
fn insert_length(first: &[u8], second: &[u8]) -> Option<usize> {
    let reversed = alkaid_genome::reverse_complement(second);
    let probe = first.get(..MIN_OVERLAP)?;
    // At shift `s` the fragment is `len(second) − s` long; shift 0 is full overlap, nothing to cut.
    let shifts = 1..=reversed.len().saturating_sub(MIN_OVERLAP);
    let shift = shifts.into_iter().find(|&shift| {
        mismatches(probe, &reversed[shift..shift + MIN_OVERLAP]) <= 2 && {
            let length = (reversed.len() - shift).min(first.len());
            mismatches(&first[..length], &reversed[shift..shift + length]) * 8 <= length
        }
    })?;
    let length = reversed.len() - shift;
    (length < first.len()).then_some(length)
}

fn trim_known(read: &mut Read) {
    for adapter in ADAPTERS {
        let found = read
            .bases
            .windows(adapter.len())
            .position(|window| mismatches(window, adapter) <= 1);
        if let Some(at) = found {
            cut(read, at);
        }
    }
}

fn cut(read: &mut Read, length: usize) {
    read.bases.truncate(length);
    read.quals.truncate(length);
}

fn mismatches(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a != b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::reverse_complement;

    fn read(bases: &[u8]) -> Read {
        Read {
            bases: bases.to_vec(),
            quals: vec![30; bases.len()],
        }
    }

    #[test]
    fn cuts_both_mates_where_they_run_past_the_fragment() {
        let insert = b"ACGGTCATTGCAGGCATATTCGAGCTAGGACTTACGCAAT";
        let mut one = insert.to_vec();
        one.extend(b"GATTTACCCA");
        let mut two = reverse_complement(insert);
        two.extend(b"TTGACCGTAA");
        let mut fragment = Fragment {
            first: read(&one),
            second: Some(read(&two)),
            ..Fragment::default()
        };
        trim(&mut fragment);
        assert_eq!(fragment.first.bases, insert);
        assert_eq!(fragment.second.unwrap().bases, reverse_complement(insert));
    }

    #[test]
    fn leaves_reads_that_do_not_reach_the_end() {
        let first = read(b"ACGGTCATTGCAGGCATATTCGAGCTAGGACTTACGCAAT");
        let second = read(b"TTTGCCCATGGGACTACACCCTTTGGGACATTACAGCGGA");
        let mut fragment = Fragment {
            first: first.clone(),
            second: Some(second.clone()),
            ..Fragment::default()
        };
        trim(&mut fragment);
        assert_eq!((fragment.first, fragment.second.unwrap()), (first, second));
    }

    #[test]
    fn cuts_a_known_adapter_from_a_single_read() {
        let mut fragment = Fragment {
            first: read(b"ACGGTCATTGCAGGCATATTAGATCGGAAGAGCACACG"),
            ..Fragment::default()
        };
        trim(&mut fragment);
        assert_eq!(fragment.first.bases, b"ACGGTCATTGCAGGCATATT");
    }
}
