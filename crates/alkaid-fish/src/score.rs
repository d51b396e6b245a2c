//! The second walk: what all fields together tell, and with it the pattern of every nucleus.

use alkaid_imaging::spots::colours::{Bleed, bleed, reject_bleed_through};
use alkaid_imaging::spots::shift::{Displacement, Shift, fit};
use alkaid_imaging::{PixelSize, Spot, SpotSet};

use crate::finding::{Colour, Exclusion, FieldFinding, Nucleus, Signal};
use crate::look::{Seen, pixel_um};
use crate::pairing::{Place, SplitRule, pair};
use crate::profile::{OneColour, Profile};
use crate::quality::{self, SlideMedians};
use crate::suspect;

/// A field with so many pairs whose own shift differs from the slide's by so many errors keeps its own.
const OWN_SHIFT: (usize, f64) = (20, 4.0);
/// More signals than this are not those of one nucleus: they are not paired.
const MOST_SIGNALS: usize = 200;
/// Below this number of measured signals a field's diameter is not its own.
const DIAMETER_FROM: usize = 5;

/// All fields of a slide with their nuclei, in the order in which they were looked at.
pub(crate) fn scored(mut seen: Vec<Seen>, profile: &Profile) -> (Vec<FieldFinding>, Vec<Nucleus>) {
    let common = Common::of(&mut seen);
    let mut fields = Vec::with_capacity(seen.len());
    let mut nuclei = Vec::new();
    for (index, seen) in seen.iter().enumerate() {
        let own = score(seen, index, nuclei.len(), &common, profile);
        fields.push(finding(seen, &own, &common.shifts[index]));
        nuclei.extend(own);
    }
    (fields, nuclei)
}

/// What all fields together tell.
struct Common {
    /// Signal diameter, mean of both colours, micrometres.
    diameter_um: f64,
    medians: Option<SlideMedians>,
    /// By field.
    shifts: Vec<Shift>,
}

impl Common {
    /// Gathers, and rejects what bleeds through.
    fn of(seen: &mut [Seen]) -> Self {
        let shifts: Vec<Shift> = seen.iter().map(|one| shift_of(one, seen)).collect();
        let pooled = |which: usize| -> Option<Bleed> {
            bleed(
                seen.iter()
                    .flat_map(|s| s.shares[which].iter().copied())
                    .collect(),
            )
        };
        let (into_red, into_green) = (pooled(0), pooled(1));
        for (one, shift) in seen.iter_mut().zip(&shifts) {
            if let Some(bleed) = into_red {
                reject_bleed_through(&one.green, &mut one.red, bleed, &shift.reversed());
            }
            if let Some(bleed) = into_green {
                reject_bleed_through(&one.red, &mut one.green, bleed, shift);
            }
        }
        Self {
            diameter_um: diameter_um(seen),
            medians: quality::medians(
                seen.iter()
                    .flat_map(|s| s.shapes.iter().map(|(shape, _)| shape)),
            ),
            shifts,
        }
    }
}

/// The shift of a field: that of all fields of its size and pixel, unless its own pairs clearly say otherwise.
fn shift_of(one: &Seen, all: &[Seen]) -> Shift {
    let centre = [one.width as f64 / 2.0, one.height as f64 / 2.0];
    let like: Vec<Displacement> = all
        .iter()
        .filter(|s| (s.width, s.height, s.pixel) == (one.width, one.height, one.pixel))
        .flat_map(|s| s.displacements.iter().copied())
        .collect();
    let common = fit(&like, centre);
    let own = fit(&one.displacements, centre);
    let error = own.error_px.hypot(common.error_px);
    let differs = (0..2)
        .any(|axis| (own.offset_px[axis] - common.offset_px[axis]).abs() > OWN_SHIFT.1 * error);
    if own.from >= OWN_SHIFT.0 && differs {
        own
    } else {
        common
    }
}

/// The signal diameter of the slide: the mean over fields and colours, each by how many signals it rests on.
fn diameter_um(seen: &[Seen]) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for one in seen {
        for set in [&one.red, &one.green] {
            // Where nothing could be measured the first guess stands, with next to no weight.
            let weight = if set.sigma_from >= DIAMETER_FROM {
                set.sigma_from as f64
            } else {
                1e-6
            };
            sum += weight * set.diameter_px() * pixel_um(one.pixel);
            weights += weight;
        }
    }
    sum / weights
}

/// The nuclei of one field, numbered on from `before`.
fn score(
    seen: &Seen,
    field: usize,
    before: usize,
    common: &Common,
    profile: &Profile,
) -> Vec<Nucleus> {
    let shift = &common.shifts[field];
    let rule = SplitRule {
        diameter_um: common.diameter_um,
        split_diameters: profile.split_distance(),
        shift_error_um: shift.error_px * pixel_um(seen.pixel),
        missed: seen.red.missed.max(seen.green.missed),
    };
    let mut by_label: Vec<Vec<Signal>> = vec![Vec::new(); seen.labels as usize + 1];
    for (colour, set) in [(Colour::Red, &seen.red), (Colour::Green, &seen.green)] {
        for spot in set.accepted() {
            if let Some(signals) = by_label.get_mut(spot.label as usize) {
                signals.push(signal(colour, spot));
            }
        }
    }
    seen.shapes
        .iter()
        .enumerate()
        .map(|(index, (shape, inside))| {
            let signals = std::mem::take(&mut by_label[shape.label as usize]);
            let places: Vec<Place> = signals
                .iter()
                .map(|s| place(s, shift, seen.pixel))
                .collect();
            let crowded = signals.len() > MOST_SIGNALS;
            let paired = if crowded {
                pair(&[], &[], &rule)
            } else {
                pair(&signals, &places, &rule)
            };
            let mut excluded = common.medians.map_or_else(Vec::new, |medians| {
                quality::exclusions(shape, &medians, quality::limits())
            });
            excluded.extend(by_signals(&signals, profile));
            if crowded && !excluded.contains(&Exclusion::Area) {
                excluded.push(Exclusion::Area);
            }
            if !inside {
                excluded.push(Exclusion::OutsideRegion);
            }
            let scored = excluded.is_empty();
            Nucleus {
                id: (before + index + 1) as u32,
                field: field as u32,
                label: shape.label,
                x_px: shape.centre_px[0],
                y_px: shape.centre_px[1],
                bounds: shape.bounds,
                outline: shape.outline.clone(),
                area_um2: shape.area_um2,
                solidity: shape.solidity,
                focus: common
                    .medians
                    .map_or(1.0, |m| relative(shape.detail, m.detail)),
                dapi: common.medians.map_or(1.0, |m| relative(shape.dapi, m.dapi)),
                excluded,
                signals,
                pairs: paired.pairs,
                counts: paired.counts,
                pattern: paired.counts.pattern().filter(|_| scored),
                doubt: paired.doubt,
                reviewed: None,
            }
        })
        .collect()
}

fn relative(value: f64, median: f64) -> f64 {
    if median > 0.0 { value / median } else { 1.0 }
}

/// Why a nucleus is not scored, as far as its signals say.
fn by_signals(signals: &[Signal], profile: &Profile) -> Option<Exclusion> {
    let has = |colour| signals.iter().any(|signal| signal.colour == colour);
    if signals.is_empty() {
        return Some(Exclusion::NoSignal);
    }
    let mut snr: Vec<f64> = signals.iter().map(|signal| signal.snr).collect();
    snr.sort_unstable_by(f64::total_cmp);
    if snr[snr.len() / 2] < profile.minimum_snr.value {
        return Some(Exclusion::SignalToNoise);
    }
    let one_colour = !(has(Colour::Red) && has(Colour::Green));
    (one_colour && profile.one_colour.value == OneColour::Exclude).then_some(Exclusion::OneColour)
}

fn signal(colour: Colour, spot: &Spot) -> Signal {
    Signal {
        colour,
        x_px: spot.x_px,
        y_px: spot.y_px,
        z: spot.z,
        error_um: spot.error_um,
        amplitude: spot.amplitude,
        snr: spot.snr,
        merged: spot.merged,
        confidence: spot.confidence,
    }
}

/// Where a signal lies with the shift taken out: red is moved to where green is.
fn place(signal: &Signal, shift: &Shift, pixel: PixelSize) -> Place {
    let (x, y) = match signal.colour {
        Colour::Red => shift.applied(signal.x_px, signal.y_px),
        Colour::Green => (signal.x_px, signal.y_px),
    };
    Place {
        x_um: x * pixel.x_um,
        y_um: y * pixel.y_um,
    }
}

fn finding(seen: &Seen, nuclei: &[Nucleus], shift: &Shift) -> FieldFinding {
    let mut warnings = Vec::new();
    if nuclei.is_empty() {
        warnings.push("no nucleus was found".to_owned());
    }
    if shift.from == 0 {
        warnings.push("too few pairs to measure the chromatic shift; none is taken out".to_owned());
    }
    for (what, set) in [("3'", &seen.red), ("5'", &seen.green)] {
        if set.sigma_from < DIAMETER_FROM {
            warnings.push(format!(
                "only {} bright {what} signals stand alone: their diameter is not measured on this field",
                set.sigma_from
            ));
        }
    }
    let false_signals = [&seen.red, &seen.green].map(|set| set.false_per_nucleus);
    if !nuclei.is_empty() {
        let most = quality::limits().most_false_signals.value;
        warnings.extend(suspect::cluttered(false_signals, most));
    }
    warnings.extend(
        seen.saturated
            .iter()
            .map(|what| format!("{what} are saturated: heights and diameters are not reliable")),
    );
    let um = pixel_um(seen.pixel);
    FieldFinding {
        name: seen.name.clone(),
        width: seen.width as u32,
        height: seen.height as u32,
        planes: seen.planes as u32,
        pixel: seen.pixel,
        nuclei: nuclei.len() as u32,
        scorable: nuclei.iter().filter(|n| n.excluded.is_empty()).count() as u32,
        signal_um: [&seen.red, &seen.green].map(|set| set.diameter_px() * um),
        snr: [&seen.red, &seen.green].map(median_snr),
        shift_um: [
            shift.offset_px[0] * seen.pixel.x_um,
            shift.offset_px[1] * seen.pixel.y_um,
        ],
        false_signals,
        warnings,
    }
}

fn median_snr(set: &SpotSet) -> f64 {
    let mut snr: Vec<f64> = set.accepted().map(|spot| spot.snr).collect();
    snr.sort_unstable_by(f64::total_cmp);
    snr.get(snr.len() / 2).copied().unwrap_or(0.0)
}
