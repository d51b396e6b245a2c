//! Bringing together the records of one fragment.

use std::collections::HashMap;

use super::header::Facts;
use super::record::{Place, Slot};
use crate::fragment::{Alignment, Fragment, Read};

/// Fragments of which a read is still missing, by name.
#[derive(Default)]
pub(super) struct Collector {
    pending: HashMap<Vec<u8>, Pending>,
}

#[derive(Default)]
struct Pending {
    paired: bool,
    reads: [Option<Found>; 2],
    /// Reads known only from a further part of their alignment, in case the primary record is not in the file.
    spare: [Option<Found>; 2],
}

struct Found {
    read: Read,
    alignments: Vec<Alignment>,
    umi: Option<Vec<u8>>,
    mate_place: Option<Place>,
}

impl Found {
    fn new(slot: &Slot, facts: &Facts) -> Self {
        Self {
            read: slot.read(),
            alignments: slot.alignments(facts),
            umi: (!slot.umi.is_empty()).then(|| slot.umi.clone()),
            mate_place: slot.mate_place,
        }
    }
}

impl Collector {
    /// Takes a record. Returns the fragment if it is whole by that.
    pub(super) fn add(&mut self, slot: &Slot, facts: &Facts) -> Option<Fragment> {
        let mate = slot.mate();
        if slot.is_primary() {
            if !slot.flags.is_segmented() && !self.pending.contains_key(&slot.name) {
                return build(slot.name.clone(), [Some(Found::new(slot, facts)), None]);
            }
            let pending = self.pending.entry(slot.name.clone()).or_default();
            pending.paired |= slot.flags.is_segmented();
            pending.reads[mate].get_or_insert_with(|| Found::new(slot, facts));
            if !pending.paired || pending.reads.iter().all(Option::is_some) {
                let (name, pending) = self.pending.remove_entry(&slot.name)?;
                return build(name, pending.reads);
            }
        } else if slot.is_whole() {
            let pending = self.pending.entry(slot.name.clone()).or_default();
            pending.spare[mate].get_or_insert_with(|| Found::new(slot, facts));
        }
        None
    }

    /// Names of fragments of which one read was found, with the place of the missing one where the record tells it.
    /// Sorted by name.
    pub(super) fn missing(&self) -> Vec<(&[u8], Option<Place>)> {
        let found = |pending: &Pending| {
            pending
                .reads
                .iter()
                .flatten()
                .next()
                .map(|found| found.mate_place)
        };
        let mut missing: Vec<_> = self
            .pending
            .iter()
            .filter_map(|(name, pending)| Some((name.as_slice(), found(pending)?)))
            .collect();
        missing.sort_unstable();
        missing
    }

    /// The fragments that stay incomplete, sorted by name, and whether each lacks a mate.
    ///
    /// A read that was seen only as a further part of its alignment stands in for itself, if its mate was found.
    pub(super) fn finish(&mut self) -> Vec<(Fragment, bool)> {
        let mut left: Vec<_> = self
            .pending
            .drain()
            .filter(|(_, pending)| pending.reads.iter().any(Option::is_some))
            .collect();
        left.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let built = left.into_iter().filter_map(|(name, pending)| {
            let Pending {
                paired,
                reads: [first, second],
                spare: [spare_first, spare_second],
            } = pending;
            let reads = [first.or(spare_first), second.or(spare_second)];
            let lacks_mate = paired && reads.iter().any(Option::is_none);
            Some((build(name, reads)?, lacks_mate))
        });
        built.collect()
    }
}

/// A fragment of one or two reads. A lone second read becomes the first.
fn build(name: Vec<u8>, [first, second]: [Option<Found>; 2]) -> Option<Fragment> {
    let (first, second) = match (first, second) {
        (Some(first), second) => (first, second),
        (None, Some(mut only)) => {
            only.alignments
                .iter_mut()
                .for_each(|alignment| alignment.mate = 0);
            (only, None)
        }
        (None, None) => return None,
    };
    let mut alignments = first.alignments;
    let mut umi = first.umi;
    let second = second.map(|second| {
        alignments.extend(second.alignments);
        umi = umi.take().or(second.umi);
        second.read
    });
    Some(Fragment {
        name,
        first: first.read,
        second,
        umi,
        alignments,
    })
}
