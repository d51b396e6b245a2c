//! ALK loci in a nucleus, and which of their signals are left to see.

use super::nucleus::Nucleus;
use super::plan::{Kind, Plan};
use super::truth::{Channel, LocusTruth, SpotTruth};
use crate::draws::Draws;

/// Distance between two sister signals, micrometres: from, to.
const SISTERS_UM: (f64, f64) = (0.25, 0.5);
/// Brightness of each of two sisters, relative to a single signal.
const SISTER_BRIGHTNESS: f64 = 0.75;

/// The copies of one nucleus and their visible signals.
pub(super) struct Loci {
    pub kind: Option<Kind>,
    pub loci: Vec<LocusTruth>,
    pub spots: Vec<SpotTruth>,
}

/// Draws the copies of ALK in nucleus `cell`.
pub(super) fn loci(
    plan: &Plan,
    nucleus: &Nucleus,
    cell: u32,
    tumour: bool,
    draws: &mut Draws,
) -> Loci {
    let [fewest, most] = plan.alk.copies;
    let copies = if tumour {
        fewest + draws.below(u64::from(most - fewest) + 1) as u32
    } else {
        2
    };
    let kind = kind(plan, tumour, draws);
    let mut found = Loci {
        kind,
        loci: Vec::with_capacity(copies as usize),
        spots: Vec::new(),
    };
    for copy in 0..copies {
        let broken = kind.filter(|_| copy == 0);
        let (red, green) = parts(plan, nucleus, broken, draws);
        let doublet = draws.chance(plan.probe.doublets);
        let mut seen =
            |place: Option<[f64; 3]>, ch: Channel| {
                let signals =
                    place.map_or_else(Vec::new, |place| signals(plan, place, doublet, draws));
                let any = !signals.is_empty();
                found.spots.extend(signals.into_iter().enumerate().map(
                    |(sister, (place, amp))| SpotTruth {
                        cell,
                        ch,
                        x: place[0],
                        y: place[1],
                        z: place[2],
                        copy,
                        amp,
                        sister: sister as u32,
                        snr: 0.0,
                    },
                ));
                any
            };
        let (red_seen, green_seen) = (seen(red, Channel::Orange), seen(green, Channel::Green));
        let distance = red
            .zip(green)
            .map(|(red, green)| libm::hypot(red[0] - green[0], red[1] - green[1]));
        found.loci.push(LocusTruth(red_seen, green_seen, distance));
    }
    found
}

/// What happened to the first copy.
fn kind(plan: &Plan, tumour: bool, draws: &mut Draws) -> Option<Kind> {
    if tumour && draws.chance(plan.alk.rearranged) {
        return Some(if draws.chance(plan.alk.with_deletion) {
            Kind::Deletion
        } else {
            plan.alk.kind
        });
    }
    draws.chance(plan.alk.green_only).then_some(Kind::GreenOnly)
}

/// Places of the 3' and the 5' target.
fn parts(
    plan: &Plan,
    nucleus: &Nucleus,
    broken: Option<Kind>,
    draws: &mut Draws,
) -> (Option<[f64; 3]>, Option<[f64; 3]>) {
    let probe = &plan.probe;
    let red = nucleus.anywhere(draws);
    let loose = draws.chance(probe.loose);
    let intact = if loose {
        probe.loose_sd_um
    } else {
        probe.intact_sd_um
    };
    match broken {
        None => (Some(red), Some(nucleus.near(red, intact, draws))),
        Some(Kind::Inv2) => (Some(red), Some(nucleus.near(red, probe.inv2_sd_um, draws))),
        Some(Kind::Split) => (Some(red), Some(nucleus.anywhere(draws))),
        Some(Kind::Deletion) => (Some(red), None),
        Some(Kind::GreenOnly) => (None, Some(red)),
    }
}

/// The signals of a target: none when the section leaves it out or the probe did not bind, two when it is replicated.
fn signals(plan: &Plan, place: [f64; 3], doublet: bool, draws: &mut Draws) -> Vec<([f64; 3], f64)> {
    let bound = draws.chance(plan.probe.efficiency);
    let bright = |draws: &mut Draws| libm::exp(plan.probe.brightness_sd * draws.normal());
    if !bound || place[2].abs() > plan.tissue.section_um / 2.0 {
        return Vec::new();
    }
    let amp = bright(draws);
    if !doublet {
        return vec![(place, amp)];
    }
    let apart = SISTERS_UM.0 + (SISTERS_UM.1 - SISTERS_UM.0) * draws.unit();
    let angle = draws.unit() * std::f64::consts::TAU;
    let (dx, dy) = (
        apart / 2.0 * libm::cos(angle),
        apart / 2.0 * libm::sin(angle),
    );
    let [x, y, z] = place;
    vec![
        ([x + dx, y + dy, z], amp * SISTER_BRIGHTNESS),
        ([x - dx, y - dy, z], bright(draws) * SISTER_BRIGHTNESS),
    ]
}
