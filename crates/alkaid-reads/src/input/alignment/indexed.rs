//! Reading a part of an alignment file by its index: some regions, the reads that no aligner could place, and whatever
//! else belongs to the same fragments.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

use super::AlignmentReader;
use super::cigar::parse_listed;
use super::collect::Collector;
use super::job::{Job, Pass, Role};
use super::record::{AlignedRecord, Place, Slot};
use super::scan::Names;
use crate::input::error::InputError;
use crate::input::summary::LengthCounts;

/// Places this close together are fetched in one go: about the span of a BGZF block of a sparse file.
const NEAR: u64 = 5_000;
/// Rounds of fetching: a part of an alignment leads to its read, that read to its mate.
const ROUNDS: usize = 3;

/// Reads that stand outside the regions: names by place.
#[derive(Debug, Default)]
struct Wanted(BTreeMap<Place, Vec<Vec<u8>>>);

impl Wanted {
    fn insert(&mut self, place: Place, name: &[u8]) {
        let names = self.0.entry(place).or_default();
        if !names.iter().any(|known| known == name) {
            names.push(name.to_vec());
        }
    }

    fn contains(&self, place: Place, name: &[u8]) -> bool {
        self.0
            .get(&place)
            .is_some_and(|names| names.iter().any(|known| known == name))
    }

    /// Ranges of start positions that hold all places.
    fn windows(&self) -> Vec<(usize, Range<u64>)> {
        let mut windows: Vec<(usize, Range<u64>)> = Vec::new();
        for &Place { reference, start } in self.0.keys() {
            match windows.last_mut() {
                Some((last, range)) if *last == reference && start <= range.end + NEAR => {
                    range.end = start + 1
                }
                _ => windows.push((reference, start..start + 1)),
            }
        }
        windows
    }
}

/// A search for reads outside the regions.
#[derive(Default)]
struct Search {
    collector: Collector,
    /// Reads still to be fetched.
    wanted: Wanted,
    /// Fragments handed on that could be met again.
    done: Names,
    slot: Slot,
    text: Vec<u8>,
}

/// Reads the regions of the job and the unplaced reads.
pub(super) fn read_indexed(
    job: &mut Job<'_, '_>,
    reader: &mut dyn AlignmentReader,
) -> Result<(), InputError> {
    job.pass = Pass::Open;
    let mut head = job.sample_head(reader)?;
    head.lengths.flush();
    // The head and the regions may share records.
    head.failed_qc = 0;
    let mut search = Search::default();
    search.read_regions(job, reader)?;
    let mut tried = Wanted::default();
    for _ in 0..ROUNDS {
        for (name, place) in search.collector.missing() {
            // A mate within the regions would have been found.
            if let Some(place) =
                place.filter(|place| !within_regions(job, *place) && !tried.contains(*place, name))
            {
                search.wanted.insert(place, name);
            }
        }
        if search.wanted.0.is_empty() {
            break;
        }
        let wanted = std::mem::take(&mut search.wanted);
        search.fetch(job, reader, &wanted)?;
        for (place, names) in wanted.0 {
            names.iter().for_each(|name| tried.insert(place, name));
        }
    }
    job.finish(&mut search.collector);

    read_unplaced(job, reader)?;
    // The number of records in the file is the index's to tell; all else is of the records looked at.
    let paired = job.tally.paired() || head.paired();
    let seen = job.tally.fragments().max(head.fragments());
    job.sift.seen += reader
        .record_count()
        .map_or(seen, |records| if paired { records / 2 } else { records });
    job.tally.lengths.flush();
    if job.tally.lengths.bases >= head.lengths.bases {
        head.lengths = LengthCounts::default();
    } else {
        job.tally.lengths = LengthCounts::default();
    }
    job.tally.merge(&mut head);
    Ok(())
}

fn within_regions(job: &Job<'_, '_>, place: Place) -> bool {
    job.regions
        .first_overlap(place.reference, &(place.start..place.start + 1))
        .is_some()
}

impl Search {
    /// Brings together what lies in the regions, and notes which reads are wanted from elsewhere, besides missing mates.
    fn read_regions(
        &mut self,
        job: &mut Job<'_, '_>,
        reader: &mut dyn AlignmentReader,
    ) -> Result<(), InputError> {
        let mut ops = Vec::new();
        let regions: Vec<(usize, Range<u64>)> = job.regions.iter().cloned().collect();
        for (i, (reference, range)) in regions.iter().enumerate() {
            reader.query(*reference, range, &mut |record, _| {
                job.tick(0)?;
                // A spliced read can reach over several regions; it was met in the first.
                let covered = job.check(record.covered(&mut ops))?;
                if covered.is_some_and(|(reference, range)| {
                    job.regions.first_overlap(reference, &range) != Some(i)
                }) {
                    return Ok(ControlFlow::Continue(()));
                }
                let role = job.role(record, &mut self.text)?;
                let counted = job.tally.count(record, role, &mut ops);
                job.check(counted)?;
                if matches!(role, Role::Primary | Role::Part) {
                    self.add(job, record)?;
                }
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(())
    }

    /// Takes a record that lies in a region.
    fn add(&mut self, job: &mut Job<'_, '_>, record: &dyn AlignedRecord) -> Result<(), InputError> {
        job.check(self.slot.load(record, job.umi_tag))?;
        if let Some(fragment) = self.collector.add(&self.slot, &job.facts) {
            if fragment
                .alignments
                .iter()
                .any(|alignment| alignment.supplementary)
            {
                self.done.insert(&fragment.name);
            }
            job.emit(fragment, false);
        } else if !self.slot.is_primary() && !self.done.contains(&self.slot.name) {
            // Either read leads to the other; one of the two may be missing from the file.
            let mate = self
                .slot
                .mate_place
                .filter(|place| !within_regions(job, *place));
            let primary = primary_elsewhere(job, &self.slot);
            primary
                .into_iter()
                .chain(mate)
                .for_each(|place| self.wanted.insert(place, &self.slot.name));
        }
        Ok(())
    }

    /// Fetches reads from their places; from the whole file if they are scattered all over it.
    fn fetch(
        &mut self,
        job: &mut Job<'_, '_>,
        reader: &mut dyn AlignmentReader,
        wanted: &Wanted,
    ) -> Result<(), InputError> {
        let windows = wanted.windows();
        if windows.len() > reader.fetch_limit() {
            let mut names = Names::default();
            wanted
                .0
                .values()
                .flatten()
                .for_each(|name| names.insert(name));
            return reader.scan(&mut |record, _| {
                job.tick(0)?;
                self.take_wanted(job, record, &|_, name| names.contains(name))?;
                Ok(ControlFlow::Continue(()))
            });
        }
        for (reference, range) in windows {
            reader.query(reference, &range, &mut |record, _| {
                job.tick(0)?;
                self.take_wanted(job, record, &|place, name| wanted.contains(place, name))?;
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(())
    }

    /// Takes a record if it is wanted and its fragment not yet done.
    fn take_wanted(
        &mut self,
        job: &mut Job<'_, '_>,
        record: &dyn AlignedRecord,
        wanted: &dyn Fn(Place, &[u8]) -> bool,
    ) -> Result<(), InputError> {
        let Some(place) = job.check(record.place())? else {
            return Ok(());
        };
        let name = record.name();
        if !wanted(place, name)
            || self.done.contains(name)
            || job.role(record, &mut self.text)? != Role::Primary
        {
            return Ok(());
        }
        job.check(self.slot.load(record, job.umi_tag))?;
        if let Some(fragment) = self.collector.add(&self.slot, &job.facts) {
            self.done.insert(&fragment.name);
            job.emit(fragment, false);
        }
        Ok(())
    }
}

/// Where the primary alignment of a part lies, if outside the regions.
fn primary_elsewhere(job: &Job<'_, '_>, part: &Slot) -> Option<Place> {
    let primary = parse_listed(&part.listed).next()?;
    let reference = job.facts.reference(&primary.chrom)?;
    let range = primary.start..primary.end.max(primary.start + 1);
    job.regions
        .first_overlap(reference, &range)
        .is_none()
        .then_some(Place {
            reference,
            start: primary.start,
        })
}

/// Streams the reads without a place. Mates mostly stand together; those that do not are looked for in a second pass.
fn read_unplaced(
    job: &mut Job<'_, '_>,
    reader: &mut dyn AlignmentReader,
) -> Result<(), InputError> {
    let mut last = Slot::default();
    let mut current = Slot::default();
    let mut open = false;
    let mut alone = Names::default();
    let mut text = Vec::new();
    let mut ops = Vec::new();
    reader.unplaced(&mut |record, _| {
        job.tick(0)?;
        let role = job.role(record, &mut text)?;
        let counted = job.tally.count(record, role, &mut ops);
        job.check(counted)?;
        if role != Role::Primary {
            return Ok(ControlFlow::Continue(()));
        }
        job.check(current.load(record, job.umi_tag))?;
        if open && last.name == current.name && last.mate() != current.mate() {
            let (first, second) = if last.mate() == 0 {
                (&last, &current)
            } else {
                (&current, &last)
            };
            if job.keeps(&first.bases, Some(&second.bases)) {
                let mut pair = Collector::default();
                let whole = pair
                    .add(&last, &job.facts)
                    .or_else(|| pair.add(&current, &job.facts));
                if let Some(fragment) = whole {
                    job.emit(fragment, false);
                }
            }
            open = false;
            return Ok(ControlFlow::Continue(()));
        }
        if open {
            judge_alone(job, &last, &mut alone);
        }
        std::mem::swap(&mut last, &mut current);
        open = true;
        Ok(ControlFlow::Continue(()))
    })?;
    if open {
        judge_alone(job, &last, &mut alone);
    }
    if alone.is_empty() {
        return Ok(());
    }
    let mut collector = Collector::default();
    let mut slot = Slot::default();
    reader.unplaced(&mut |record, _| {
        job.tick(0)?;
        if alone.contains(record.name()) && job.role(record, &mut text)? == Role::Primary {
            job.check(slot.load(record, job.umi_tag))?;
            if let Some(fragment) = collector.add(&slot, &job.facts) {
                job.emit(fragment, false);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    job.finish(&mut collector);
    Ok(())
}

/// A read of which the mate does not stand beside it.
fn judge_alone(job: &Job<'_, '_>, slot: &Slot, alone: &mut Names) {
    if job.keeps_single(&slot.bases, slot.mate()) {
        alone.insert(&slot.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_places_share_a_window() {
        let mut wanted = Wanted::default();
        for (reference, start) in [(1, 100), (1, 5_000), (1, 20_000), (0, 7), (1, 100)] {
            wanted.insert(Place { reference, start }, b"n");
        }
        assert_eq!(
            wanted.windows(),
            [(0, 7..8), (1, 100..5_001), (1, 20_000..20_001)]
        );
        assert!(wanted.contains(
            Place {
                reference: 0,
                start: 7
            },
            b"n"
        ));
        assert!(!wanted.contains(
            Place {
                reference: 0,
                start: 7
            },
            b"m"
        ));
    }
}
