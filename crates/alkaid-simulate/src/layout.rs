//! Where fragments are cut out of molecules.

use std::ops::{Range, RangeInclusive};

use memchr::memmem;

use crate::background::{Background, Site};
use crate::chimera::Junction;
use crate::draws::Draws;
use crate::plan::{Layout as Reads, SimulationPlan};

/// How often a fragment length is drawn again before one is chosen that fits.
const TRIES: usize = 32;

/// A stretch of a molecule, 0-based half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) molecule: usize,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// One fragment before sequencing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) cut: Cut,
    /// After a template switch: where it goes on, and whether along the complement.
    pub(crate) switch: Option<(Cut, bool)>,
    /// Whether the first read starts at the 3' end.
    pub(crate) flip: bool,
    /// Random bits for the molecular identifier.
    pub(crate) umi: u64,
}

/// The lengths that decide where reads lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Geometry {
    pub(crate) read: u32,
    pub(crate) paired: bool,
    anchor: u32,
    mean: f64,
    sd: f64,
    shortest: u32,
}

impl Geometry {
    pub(crate) fn new(plan: &SimulationPlan) -> Self {
        let reads = &plan.reads;
        Self {
            read: reads.length.into(),
            paired: reads.layout == Reads::Paired,
            anchor: reads.min_anchor.into(),
            mean: reads.fragment_mean.into(),
            sd: reads.fragment_sd.into(),
            shortest: reads.fragment_min.unwrap_or(reads.length).into(),
        }
    }

    fn fragment_length(&self, limit: u32, draws: &mut Draws) -> u32 {
        let length = (self.mean + self.sd * draws.normal()).round().max(0.0) as u32;
        length.max(self.shortest).min(limit)
    }

    /// Whether a read of the fragment holds the junction with so many bases on either side.
    pub(crate) fn holds(&self, layout: &Layout, junction: &Junction, anchor: u32) -> bool {
        self.covers(layout, junction.left_end..junction.right_start, anchor)
    }

    /// Whether a read of the fragment holds this part of the molecule with so many bases on either side.
    pub(crate) fn covers(&self, layout: &Layout, part: Range<usize>, anchor: u32) -> bool {
        let Cut { start, end, .. } = layout.cut;
        let read = self.read.min(end - start);
        let (first, last) = (part.start as u32, part.end as u32);
        let spans = |from: u32, to: u32| from + anchor <= first && last + anchor <= to;
        let (left, right) = (spans(start, start + read), spans(end - read, end));
        match (self.paired, layout.flip) {
            (true, _) => left || right,
            (false, false) => left,
            (false, true) => right,
        }
    }
}

/// A fragment from a random place of a molecule, or up to one of its primers.
pub(crate) fn random(
    molecule: usize,
    length: u32,
    primer_ends: &[u32],
    geometry: &Geometry,
    draws: &mut Draws,
) -> Layout {
    let umi = draws.bits();
    if primer_ends.is_empty() {
        let size = geometry.fragment_length(length, draws);
        let start = draws.below(u64::from(length - size) + 1) as u32;
        let flip = draws.bits() & 1 == 1;
        let cut = Cut {
            molecule,
            start,
            end: start + size,
        };
        return Layout {
            cut,
            switch: None,
            flip,
            umi,
        };
    }
    let end = primer_ends[draws.index(primer_ends.len())];
    let size = geometry.fragment_length(end, draws);
    let cut = Cut {
        molecule,
        start: end - size,
        end,
    };
    Layout {
        cut,
        switch: None,
        flip: false,
        umi,
    }
}

/// A fragment one of whose reads holds the junction with the minimal anchor on either side. The
/// molecule and the read must be long enough for that, see `Geometry::fits`.
pub(crate) fn supporting(
    length: u32,
    junction: &Junction,
    primer_ends: &[u32],
    geometry: &Geometry,
    draws: &mut Draws,
) -> Layout {
    let (first, last) = (junction.left_end as u32, junction.right_start as u32);
    for _ in 0..TRIES {
        let mut layout = random(0, length, primer_ends, geometry, draws);
        let size = layout.cut.end - layout.cut.start;
        if primer_ends.is_empty() {
            // Of all places for this length, those where the left or the right read holds the junction.
            let read = geometry.read.min(size);
            let limit = length - size;
            let anchor = geometry.anchor;
            let left = clip(
                i64::from(last + anchor) - i64::from(read)..=i64::from(first) - i64::from(anchor),
                limit,
            );
            let right = clip(
                i64::from(last + anchor) - i64::from(size)
                    ..=i64::from(first + read) - i64::from(anchor + size),
                limit,
            );
            let (lefts, rights) = (count(&left), count(&right));
            if lefts + rights == 0 {
                continue;
            }
            let choice = draws.below(lefts + rights);
            let start = if choice < lefts {
                left.start() + choice as i64
            } else {
                right.start() + (choice - lefts) as i64
            };
            // Clipped to 0..=limit.
            layout.cut.start = start as u32;
            layout.cut.end = start as u32 + size;
            if !geometry.paired {
                layout.flip = choice >= lefts;
            }
        }
        if geometry.holds(&layout, junction, geometry.anchor) {
            return layout;
        }
    }
    fallback(length, junction, primer_ends, geometry, draws)
}

/// Where no drawn length fits: a first read placed over the junction.
fn fallback(
    length: u32,
    junction: &Junction,
    primer_ends: &[u32],
    geometry: &Geometry,
    draws: &mut Draws,
) -> Layout {
    let (first, last) = (junction.left_end as u32, junction.right_start as u32);
    let read = geometry.read.min(length);
    let starts = clip(
        i64::from(last + geometry.anchor) - i64::from(read)
            ..=i64::from(first) - i64::from(geometry.anchor),
        length - read,
    );
    let start = (*starts.start()).max(0) as u32 + draws.below(count(&starts).max(1)) as u32;
    let primed = primer_ends
        .iter()
        .copied()
        .filter(|&end| end >= last + geometry.anchor)
        .min();
    let end = primed.unwrap_or(start + read).max(start + 1);
    let cut = Cut {
        molecule: 0,
        start,
        end: end.min(length),
    };
    Layout {
        cut,
        switch: None,
        flip: false,
        umi: draws.bits(),
    }
}

/// The part of a range of starts that lies in `0..=limit`.
fn clip(starts: RangeInclusive<i64>, limit: u32) -> RangeInclusive<i64> {
    (*starts.start()).max(0)..=(*starts.end()).min(limit.into())
}

fn count(starts: &RangeInclusive<i64>) -> u64 {
    u64::try_from(starts.end() - starts.start() + 1).unwrap_or(0)
}

/// A background fragment, perhaps chimeric.
pub(crate) fn background(
    background: &Background,
    plan: &SimulationPlan,
    geometry: &Geometry,
    draws: &mut Draws,
) -> Option<Layout> {
    let off_target = plan
        .library
        .anchored
        .as_ref()
        .map(|anchored| anchored.off_target);
    let site = background.site(off_target, draws)?;
    let mut layout = match site {
        Site::Anywhere(molecule) => {
            let length = background.molecules[molecule].len() as u32;
            random(molecule, length, &[], geometry, draws)
        }
        Site::Primed(molecule, end) => random(molecule, end, &[end], geometry, draws),
    };
    if draws.chance(plan.switching.fraction) {
        let primed = matches!(site, Site::Primed(..));
        if let Some(switched) = switch(background, plan, layout, primed, draws) {
            layout = switched;
        }
    }
    Some(layout)
}

/// Breaks a fragment at a random place and goes on in another molecule. A primed fragment keeps its
/// primer: there the other molecule comes first.
fn switch(
    background: &Background,
    plan: &SimulationPlan,
    layout: Layout,
    primed: bool,
    draws: &mut Draws,
) -> Option<Layout> {
    let size = layout.cut.end - layout.cut.start;
    if size < 2 {
        return None;
    }
    let kept = 1 + draws.below(u64::from(size) - 1) as u32;
    let Site::Anywhere(other) = background.site(None, draws)? else {
        return None;
    };
    let bases = &background.molecules[other];
    let antisense = draws.chance(plan.switching.antisense);
    let homology = if draws.chance(plan.switching.homology) {
        3 + draws.below(4) as u32
    } else {
        0
    };
    if primed {
        let own = Cut {
            start: layout.cut.end - kept,
            ..layout.cut
        };
        let length = (size - kept).min(bases.len() as u32);
        let start = draws.below(bases.len() as u64 - u64::from(length) + 1) as u32;
        let cut = Cut {
            molecule: other,
            start,
            end: start + length,
        };
        return Some(Layout {
            cut,
            switch: Some((own, false)),
            ..layout
        });
    }
    let own = Cut {
        end: layout.cut.start + kept,
        ..layout.cut
    };
    let length = (size - kept).min(bases.len() as u32);
    let mut start = draws.below(bases.len() as u64 - u64::from(length) + 1) as u32;
    if homology > 0 && kept >= homology {
        let tail = background.bases(Cut {
            start: own.end - homology,
            ..own
        });
        if let Some(found) = homologous(bases, tail, antisense, start as usize) {
            // The shared bases are copied once, from the first molecule.
            let (from, to) = if antisense {
                (found.saturating_sub(length as usize), found)
            } else {
                let from = found + tail.len();
                (from, (from + length as usize).min(bases.len()))
            };
            if from < to {
                let cut = Cut {
                    molecule: other,
                    start: from as u32,
                    end: to as u32,
                };
                return Some(Layout {
                    cut: own,
                    switch: Some((cut, antisense)),
                    ..layout
                });
            }
        }
        start = start.min(bases.len() as u32 - length);
    }
    let cut = Cut {
        molecule: other,
        start,
        end: start + length,
    };
    Some(Layout {
        cut: own,
        switch: Some((cut, antisense)),
        ..layout
    })
}

/// Where the bases occur in the other molecule, searched from a random place on and then from the start.
fn homologous(bases: &[u8], tail: &[u8], antisense: bool, from: usize) -> Option<usize> {
    let wanted = if antisense {
        alkaid_genome::reverse_complement(tail)
    } else {
        tail.to_vec()
    };
    memmem::find(bases.get(from..)?, &wanted)
        .map(|at| at + from)
        .or_else(|| memmem::find(bases, &wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::Bundle;

    use crate::draws::Purpose;

    fn switched(homology: f64, antisense: f64) -> (Background, Vec<Layout>) {
        let mut plan = SimulationPlan::decoys(1, 3);
        plan.background.only = vec!["chr20".to_owned()];
        plan.switching = crate::plan::SwitchingPlan {
            fraction: 1.0,
            homology,
            antisense,
        };
        let sample = Background::new(&plan, Bundle::embedded()).unwrap();
        let geometry = Geometry::new(&plan);
        let layouts = (0..500)
            .map(|index| {
                let mut draws = Draws::new(1, Purpose::Layout, 0, index);
                background(&sample, &plan, &geometry, &mut draws).unwrap()
            })
            .collect();
        (sample, layouts)
    }

    /// Bases of the second template that lie before the switch, as the fragment would have read them.
    fn skipped(sample: &Background, cut: Cut, antisense: bool) -> Vec<u8> {
        let bases = &sample.molecules[cut.molecule];
        if antisense {
            let end = (cut.end as usize + 3).min(bases.len());
            return alkaid_genome::reverse_complement(&bases[cut.end as usize..end]);
        }
        bases[(cut.start as usize).saturating_sub(3)..cut.start as usize].to_vec()
    }

    #[test]
    fn switches_happen_at_identical_bases_when_asked_to() {
        for antisense in [0.0, 1.0] {
            for (homology, most) in [(1.0, true), (0.0, false)] {
                let (sample, layouts) = switched(homology, antisense);
                let same = layouts
                    .iter()
                    .filter(|layout| {
                        let (cut, back) = layout.switch.unwrap();
                        assert_eq!(back, antisense > 0.0);
                        let kept = sample.bases(layout.cut);
                        kept.len() >= 3 && skipped(&sample, cut, back) == kept[kept.len() - 3..]
                    })
                    .count();
                assert_eq!(same > 400, most, "{same}");
                assert!(most || same < 40, "{same}");
            }
        }
    }

    #[test]
    fn fragment_lengths_follow_the_plan() {
        let mut plan = SimulationPlan::default();
        plan.reads.fragment_mean = 300;
        plan.reads.fragment_sd = 40;
        let geometry = Geometry::new(&plan);
        let mut draws = Draws::new(1, Purpose::Layout, 0, 0);
        let lengths: Vec<f64> = (0..5_000)
            .map(|_| geometry.fragment_length(10_000, &mut draws).into())
            .collect();
        let mean = lengths.iter().sum::<f64>() / 5_000.0;
        let variance = lengths.iter().map(|l| (l - mean) * (l - mean)).sum::<f64>() / 5_000.0;
        assert!((mean - 300.0).abs() < 3.0, "{mean}");
        assert!((variance.sqrt() - 40.0).abs() < 2.0, "{variance}");
        assert_eq!(geometry.fragment_length(60, &mut draws), 60);
    }
}
