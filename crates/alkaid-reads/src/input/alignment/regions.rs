//! Regions of interest on the reference of one file.

use std::ops::Range;

use alkaid_genome::GenomicInterval;

use super::header::Facts;

/// Merged, sorted regions, by reference number. 0-based half-open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Regions {
    merged: Vec<(usize, Range<u64>)>,
}

impl Regions {
    /// Finds the regions' chromosomes in the header. Also returns those that it lacks.
    pub(super) fn new(intervals: &[GenomicInterval], facts: &Facts) -> (Self, Vec<String>) {
        let mut absent = Vec::new();
        let mut sorted = Vec::new();
        for interval in intervals {
            match facts.reference(&interval.chrom) {
                Some(reference) => sorted.push((reference, interval.start, interval.end)),
                None => absent.push(interval.chrom.clone()),
            }
        }
        absent.sort_unstable();
        absent.dedup();
        sorted.sort_unstable();
        let mut merged: Vec<(usize, Range<u64>)> = Vec::new();
        for (reference, start, end) in sorted.into_iter().filter(|&(_, start, end)| start < end) {
            match merged.last_mut() {
                Some((last, range)) if *last == reference && start <= range.end => {
                    range.end = range.end.max(end)
                }
                _ => merged.push((reference, start..end)),
            }
        }
        (Self { merged }, absent)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.merged.is_empty()
    }

    /// The regions, in file order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(usize, Range<u64>)> {
        self.merged.iter()
    }

    /// The first region that `range` overlaps.
    pub(super) fn first_overlap(&self, reference: usize, range: &Range<u64>) -> Option<usize> {
        let i = self
            .merged
            .partition_point(|(other, region)| (*other, region.end) <= (reference, range.start));
        let (other, region) = self.merged.get(i)?;
        (*other == reference && region.start < range.end).then_some(i)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn interval(chrom: &str, start: u64, end: u64) -> GenomicInterval {
        GenomicInterval {
            chrom: chrom.to_owned(),
            start,
            end,
        }
    }

    fn facts() -> Facts {
        Facts::new("@SQ\tSN:1\tLN:9\n@SQ\tSN:2\tLN:9\n", None)
    }

    #[test]
    fn regions_are_merged_and_named_as_the_file_does() {
        let (regions, absent) = Regions::new(
            &[
                interval("chr2", 5, 9),
                interval("chr2", 1, 5),
                interval("chr7", 0, 4),
                interval("chr1", 3, 3),
            ],
            &facts(),
        );
        assert_eq!(regions.merged, [(1, 1..9)]);
        assert_eq!(absent, ["chr7"]);
    }

    proptest! {
        #[test]
        fn overlap_agrees_with_a_plain_search(
            given in prop::collection::vec((1_u8..3, 0_u64..50, 1_u64..9), 0..12),
            reference in 0_usize..2, start in 0_u64..60, len in 1_u64..9,
        ) {
            let intervals: Vec<_> = given.iter().map(|(chrom, start, len)| interval(&format!("chr{chrom}"), *start, start + len)).collect();
            let (regions, _) = Regions::new(&intervals, &facts());
            let range = start..start + len;
            let expected = regions.iter().position(|(other, region)| {
                *other == reference && region.start < range.end && range.start < region.end
            });
            prop_assert_eq!(regions.first_overlap(reference, &range), expected);
            let any = intervals.iter().any(|i| {
                i.chrom == format!("chr{}", reference + 1) && i.start < range.end && range.start < i.end
            });
            prop_assert_eq!(expected.is_some(), any);
        }
    }
}
