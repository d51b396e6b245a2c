//! Reading an alignment file from its beginning to its end: once if mates stand together, else twice.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;

use super::AlignmentReader;
use super::collect::Collector;
use super::job::{Job, Pass, Role};
use super::record::{Slot, mate_of};
use crate::input::error::InputError;

/// Fragments that lack a mate, out of so many, before a file's order is doubted.
const DOUBTFUL: (u64, u64) = (1, 10);

/// Names that matter, as hashes: a panel at great depth has many. A rare collision costs one fragment too many.
#[derive(Default)]
pub(super) struct Names(HashSet<u64>);

impl Names {
    /// Notes a name.
    pub(super) fn insert(&mut self, name: &[u8]) {
        self.0.insert(hash(name));
    }

    /// Whether a name was noted.
    pub(super) fn contains(&self, name: &[u8]) -> bool {
        self.0.contains(&hash(name))
    }

    /// Whether no name was noted.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn hash(name: &[u8]) -> u64 {
    // Its keys are fixed, so that every run treats names alike.
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// Reads a file in which the records of a fragment follow each other: unaligned reads, or sorted by name.
pub(super) fn read_grouped(
    job: &mut Job<'_, '_>,
    reader: &mut dyn AlignmentReader,
) -> Result<(), InputError> {
    let mut group = Group::default();
    let (mut text, mut ops) = (Vec::new(), Vec::new());
    reader.scan(&mut |record, taken| {
        job.tick(taken)?;
        let role = job.role(record, &mut text)?;
        let counted = job.tally.count(record, role, &mut ops);
        job.check(counted)?;
        if matches!(role, Role::Primary | Role::Part) {
            if !group.continues(record.name()) {
                group.close(job);
            }
            let loaded = group.next().load(record, job.umi_tag);
            job.check(loaded)?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    group.close(job);
    let (part, whole) = DOUBTFUL;
    if group.alone * whole > job.sift.seen * part {
        job.warnings.push(format!(
            "{} of {} fragments lack a mate beside them: group the records by name (\"samtools collate\")",
            group.alone, job.sift.seen
        ));
    }
    Ok(())
}

/// The records of one fragment.
#[derive(Default)]
struct Group {
    slots: Vec<Slot>,
    len: usize,
    collector: Collector,
    /// Fragments of which only one read was there.
    alone: u64,
}

impl Group {
    /// Whether a record of this name belongs to the group. Nameless records each stand alone.
    fn continues(&self, name: &[u8]) -> bool {
        self.len > 0 && !name.is_empty() && self.slots[0].name == name
    }

    /// A slot for the next record.
    fn next(&mut self) -> &mut Slot {
        if self.len == self.slots.len() {
            self.slots.push(Slot::default());
        }
        self.len += 1;
        &mut self.slots[self.len - 1]
    }

    /// Judges the fragment, and hands it on if it is kept.
    fn close(&mut self, job: &mut Job<'_, '_>) {
        let slots = &self.slots[..self.len];
        self.len = 0;
        let read = |mate| {
            slots
                .iter()
                .find(|slot| slot.is_primary() && slot.mate() == mate)
        };
        let (first, second) = (read(0), read(1));
        let keeps = match (first, second) {
            (Some(first), second) => {
                job.keeps(&first.bases, second.map(|slot| slot.bases.as_slice()))
            }
            (None, Some(second)) => job.keeps_single(&second.bases, 1),
            (None, None) => return,
        };
        job.sift.seen += 1;
        let paired = slots.iter().any(|slot| slot.flags.is_segmented());
        let alone = paired && (first.is_none() || second.is_none());
        self.alone += u64::from(alone);
        let overlaps = |slot: &Slot| {
            let covered = slot.covered().filter(|_| !job.regions.is_empty());
            covered.is_some_and(|(reference, range)| {
                job.regions.first_overlap(reference, &range).is_some()
            })
        };
        let keeps = keeps || slots.iter().any(overlaps);
        if !keeps && !job.sift.wants_head() {
            return;
        }
        let mut whole = slots
            .iter()
            .filter_map(|slot| self.collector.add(slot, &job.facts))
            .next();
        // What is left of it must not meet the next fragment.
        let left = self.collector.finish().into_iter().next();
        whole = whole.or(left.map(|(fragment, _)| fragment));
        let Some(fragment) = whole else { return };
        if job.sift.wants_head() {
            job.add_to_head(fragment.clone());
        }
        if keeps {
            job.emit(fragment, alone);
        }
    }
}

/// Reads a file in any order: notes the names that matter in a first pass, and brings their records together in a second.
pub(super) fn read_twice(
    job: &mut Job<'_, '_>,
    reader: &mut dyn AlignmentReader,
    size: u64,
) -> Result<(), InputError> {
    job.sample_head(reader)?;
    let mut names = Names::default();
    let (mut text, mut ops, mut bases) = (Vec::new(), Vec::new(), Vec::new());
    job.pass = Pass::OfTwo(0, size);
    reader.scan(&mut |record, taken| {
        job.tick(taken)?;
        let role = job.role(record, &mut text)?;
        let counted = job.tally.count(record, role, &mut ops);
        job.check(counted)?;
        if !matches!(role, Role::Primary | Role::Part) {
            return Ok(ControlFlow::Continue(()));
        }
        let mut matters = false;
        if !job.regions.is_empty() {
            let covered = job.check(record.covered(&mut ops))?;
            matters = covered.is_some_and(|(reference, range)| {
                job.regions.first_overlap(reference, &range).is_some()
            });
        }
        if !matters && role == Role::Primary {
            record.sequenced_bases(&mut bases);
            matters = job.keeps_single(&bases, mate_of(record.flags()));
        }
        if matters {
            names.insert(record.name());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    job.sift.seen += job.tally.fragments();
    if names.is_empty() {
        return Ok(());
    }
    job.pass = Pass::OfTwo(1, size);
    let mut collector = Collector::default();
    let mut slot = Slot::default();
    reader.scan(&mut |record, taken| {
        job.tick(taken)?;
        if names.contains(record.name())
            && matches!(job.role(record, &mut text)?, Role::Primary | Role::Part)
        {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_remembered() {
        let mut names = Names::default();
        assert!(names.is_empty());
        names.insert(b"a");
        assert!(names.contains(b"a") && !names.contains(b"b"));
    }
}
