//! From the fields of one slide to its nuclei with their patterns.
//!
//! Two walks. The first takes each field for itself: nuclei, their shapes, the signals of both colours. The second knows
//! the slide: the chromatic shift from all fused pairs, how much light bleeds through, what a typical nucleus looks
//! like; with that it pairs the signals, says which nuclei can be scored, and gives each its pattern. Last comes the
//! index over the distances of all scored nuclei.
//!
//! Distances are measured in the plane. A stack gives every signal its plane, but sections are thin, planes are far
//! apart and the kit's rule speaks of what an eye sees from above.

use alkaid_imaging::nuclei::{self, Method, NucleiError};
use alkaid_imaging::regions::Regions;
use alkaid_imaging::spots::colours::{Bleed, bleed, reject_bleed_through, reject_granules, shares};
use alkaid_imaging::spots::shift::{Displacement, Shift, displacements, fit};
use alkaid_imaging::spots::{SpotError, detect};
use alkaid_imaging::{Channel, Field, Labels, Origin, PixelSize, Spot, SpotOptions, SpotSet};
use ndarray::Array2;

use crate::distance::{self, DistanceIndex, NucleusDistances};
use crate::finding::{Colour, Exclusion, FieldFinding, Nucleus, Signal};
use crate::pairing::{Place, SplitRule, pair};
use crate::profile::{OneColour, Profile};
use crate::quality::{self, Shape, SlideMedians};

/// Red and green further apart than this do not tell the chromatic shift, micrometres.
const SHIFT_REACH_UM: f64 = 1.2;
/// A field with so many pairs whose own shift differs from the slide's by so many errors keeps its own.
const OWN_SHIFT: (usize, f64) = (20, 4.0);
/// Diameter of a nucleus in a section of lung tissue, micrometres: 6 to 15. An assumption; the network looks again where
/// nuclei turn out to have another size.
const NUCLEUS_UM: f64 = 9.5;
/// More signals than this are not those of one nucleus: they are not paired.
const MOST_SIGNALS: usize = 200;
/// Threads for one field.
const THREADS: usize = 2;
/// Below this number of measured signals a field's diameter is not its own.
const DIAMETER_FROM: usize = 5;

/// Which channel is what: indices into [`Field::channels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Nuclei.
    pub dapi: usize,
    /// The 3' side, whatever its colour on the image.
    pub red: usize,
    /// The 5' side.
    pub green: usize,
}

/// Where the nuclei come from.
#[derive(Clone, Copy, Debug)]
pub enum Nuclei<'a> {
    /// Label images, one a field.
    Given(&'a [Labels]),
    /// Found on DAPI, in the brightest count over all planes.
    Segmented(Method),
}

/// How a slide is analysed.
#[derive(Clone, Copy, Debug)]
pub struct AnalyseOptions<'a> {
    /// Which channel is what.
    pub roles: Roles,
    /// The kit: when a pair is split, what to do with one colour, the least signal-to-noise.
    pub profile: &'a Profile,
    /// How signals are looked for.
    pub spots: SpotOptions,
    /// Where to look, one a field; `None`: everywhere. A nucleus is where its centroid is.
    pub regions: Option<&'a [Regions]>,
}

/// What was found on a slide.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// In the order of the fields given.
    pub fields: Vec<FieldFinding>,
    /// In the order of fields and labels, numbered from 1.
    pub nuclei: Vec<Nucleus>,
    /// The nuclei's labels, one image a field.
    pub labels: Vec<Labels>,
    /// What the distances of all scored nuclei say.
    pub index: DistanceIndex,
}

/// What an analysis is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage<'a> {
    /// Reading field `number` of `of`, counted from 1.
    Field {
        /// From 1.
        number: usize,
        /// All fields.
        of: usize,
        /// The field's name.
        name: &'a str,
    },
    /// Pairing the signals of all nuclei.
    Pairing,
}

/// Why a slide cannot be analysed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalyseError {
    /// Nothing to analyse.
    #[error("there is no field; give at least one image")]
    NoField,
    /// Label images or regions for another number of fields.
    #[error("there are {fields} fields and {what} for {given}; give one for each")]
    Number {
        /// Fields.
        fields: usize,
        /// What does not fit.
        what: &'static str,
        /// Of these.
        given: usize,
    },
    /// A picture.
    #[error(
        "{field}: this is a picture, not one grey plane for each channel; intensities cannot be measured on it: give the \
         microscope's own file"
    )]
    Picture {
        /// The field.
        field: String,
    },
    /// No pixel size.
    #[error(
        "{field}: the file does not say how large a pixel is, and the rule measures distances; give --pixel-size"
    )]
    NoPixelSize {
        /// The field.
        field: String,
    },
    /// A channel that is not there.
    #[error(
        "{field}: there is no channel {index} for {role}; the field has {channels}, counted from 0; give --channels"
    )]
    NoChannel {
        /// The field.
        field: String,
        /// What it was to be.
        role: &'static str,
        /// The index.
        index: usize,
        /// Channels that there are.
        channels: usize,
    },
    /// One channel for two things.
    #[error("channel {index} is taken for two things; give --channels with three different ones")]
    SameChannel {
        /// The channel.
        index: usize,
    },
    /// Nuclei could not be found.
    #[error("{field}: {source}")]
    Nuclei {
        /// The field.
        field: String,
        /// Why.
        source: NucleiError,
    },
    /// Regions drawn for another image.
    #[error(
        "{field}: its regions are drawn for an image of another size; give the regions of this field"
    )]
    Regions {
        /// The field.
        field: String,
    },
    /// Signals could not be looked for.
    #[error("{field}: {source}")]
    Spots {
        /// The field.
        field: String,
        /// Why.
        source: SpotError,
    },
}

/// Analyses the fields of one slide.
///
/// # Errors
/// When a field cannot be measured (a picture, no pixel size, a channel or label image that does not fit), or nuclei
/// cannot be found.
pub fn analyse(
    fields: &[Field],
    nuclei: &Nuclei<'_>,
    options: &AnalyseOptions<'_>,
    progress: &mut dyn FnMut(Stage<'_>),
) -> Result<Analysis, AnalyseError> {
    check(fields, nuclei, options)?;
    let mut seen = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        progress(Stage::Field {
            number: index + 1,
            of: fields.len(),
            name: &field.name,
        });
        seen.push(look(field, index, nuclei, options)?);
    }
    progress(Stage::Pairing);
    let slide = Slide::of(&mut seen);
    let mut found = Vec::new();
    let mut nuclei = Vec::new();
    for (index, seen) in seen.iter().enumerate() {
        let own = score(seen, index, nuclei.len(), &slide, options);
        found.push(finding(seen, &own, &slide.shifts[index]));
        nuclei.extend(own);
    }
    let index = distance::index(&measured(&nuclei), distance::assumptions());
    Ok(Analysis {
        fields: found,
        nuclei,
        labels: seen.into_iter().map(|seen| seen.labels).collect(),
        index,
    })
}

/// The distances of all scored nuclei, as the index wants them.
#[must_use]
pub fn measured(nuclei: &[Nucleus]) -> Vec<NucleusDistances> {
    nuclei
        .iter()
        .filter(|nucleus| nucleus.excluded.is_empty() && nucleus.pattern.is_some())
        .map(|nucleus| {
            let pairs_of = |index: u32| {
                nucleus
                    .pairs
                    .iter()
                    .filter(|pair| pair.red == index || pair.green == index)
                    .count()
            };
            let lone = |colour: Colour| {
                (0..)
                    .zip(&nucleus.signals)
                    .filter(|(index, signal)| signal.colour == colour && pairs_of(*index) == 0)
                    .count() as u32
            };
            NucleusDistances {
                // The place of a signal that stands for two is that of neither.
                distances_um: nucleus
                    .pairs
                    .iter()
                    .filter(|pair| pairs_of(pair.red) == 1 && pairs_of(pair.green) == 1)
                    .map(|pair| pair.distance_um)
                    .collect(),
                lone_red: lone(Colour::Red),
                lone_green: lone(Colour::Green),
                radius_um: (nucleus.area_um2 / std::f64::consts::PI).sqrt(),
            }
        })
        .collect()
}

fn check(
    fields: &[Field],
    nuclei: &Nuclei<'_>,
    options: &AnalyseOptions<'_>,
) -> Result<(), AnalyseError> {
    if fields.is_empty() {
        return Err(AnalyseError::NoField);
    }
    let number = |what, given: usize| {
        if given == fields.len() {
            Ok(())
        } else {
            Err(AnalyseError::Number {
                fields: fields.len(),
                what,
                given,
            })
        }
    };
    if let Nuclei::Given(labels) = nuclei {
        number("label images", labels.len())?;
    }
    if let Some(regions) = options.regions {
        number("regions", regions.len())?;
    }
    let Roles { dapi, red, green } = options.roles;
    if red == green || red == dapi {
        return Err(AnalyseError::SameChannel { index: red });
    }
    if green == dapi {
        return Err(AnalyseError::SameChannel { index: green });
    }
    Ok(())
}

/// One field after the first walk.
struct Seen {
    name: String,
    planes: usize,
    height: usize,
    width: usize,
    pixel: PixelSize,
    labels: Labels,
    shapes: Vec<Shape>,
    red: SpotSet,
    green: SpotSet,
    displacements: Vec<Displacement>,
    /// Shares of light, green in red and red in green, at places of lone signals.
    shares: [Vec<f64>; 2],
    saturated: Vec<&'static str>,
}

fn look(
    field: &Field,
    index: usize,
    nuclei: &Nuclei<'_>,
    options: &AnalyseOptions<'_>,
) -> Result<Seen, AnalyseError> {
    let name = || field.name.clone();
    if field.origin == Origin::Picture {
        return Err(AnalyseError::Picture { field: name() });
    }
    let Some(pixel) = field.pixel else {
        return Err(AnalyseError::NoPixelSize { field: name() });
    };
    let channel = |role: &'static str, index: usize| -> Result<&Channel, AnalyseError> {
        field
            .channels
            .get(index)
            .ok_or_else(|| AnalyseError::NoChannel {
                field: name(),
                role,
                index,
                channels: field.channels.len(),
            })
    };
    if let Some(regions) = options.regions
        && regions[index].mask.dim() != (field.shape().1, field.shape().2)
    {
        return Err(AnalyseError::Regions { field: name() });
    }
    let dapi = channel("DAPI", options.roles.dapi)?;
    let red = channel("the 3' side", options.roles.red)?;
    let green = channel("the 5' side", options.roles.green)?;
    let dapi_plane = dapi.maximum_projection();
    let labels = match nuclei {
        Nuclei::Given(labels) => labels[index].clone(),
        Nuclei::Segmented(method) => {
            segmented(&dapi_plane, *method, pixel).map_err(|source| AnalyseError::Nuclei {
                field: name(),
                source,
            })?
        }
    };
    // The labels must fit before anything is measured under them; `detect` checks that.
    let signals = |channel: &Channel| detect(&channel.stack, &labels, pixel, &options.spots);
    let (reds, greens) = std::thread::scope(|scope| {
        let other = scope.spawn(|| signals(red));
        let own = signals(green);
        let reds = match other.join() {
            Ok(found) => found,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        (reds, own)
    });
    let failed = |source| AnalyseError::Spots {
        field: name(),
        source,
    };
    let (mut reds, mut greens) = (reds.map_err(failed)?, greens.map_err(failed)?);
    reject_granules(&mut reds, &mut greens);
    let (planes, height, width) = field.shape();
    let displacements = displacements(&reds, &greens, SHIFT_REACH_UM / pixel_um(pixel));
    let shift = fit(&displacements, [width as f64 / 2.0, height as f64 / 2.0]);
    let shares = [
        shares(&greens, &reds, &shift.reversed()),
        shares(&reds, &greens, &shift),
    ];
    reds.forget_plane();
    greens.forget_plane();
    Ok(Seen {
        name: name(),
        planes,
        height,
        width,
        pixel,
        shapes: quality::measure(&dapi_plane, &labels, pixel, quality::limits()),
        saturated: [("3' signals", &reds, red), ("5' signals", &greens, green)]
            .into_iter()
            .filter(|(_, set, channel)| saturated(set, channel))
            .map(|(what, ..)| what)
            .collect(),
        labels,
        red: reds,
        green: greens,
        displacements,
        shares,
    })
}

fn segmented(dapi: &Array2<f32>, method: Method, pixel: PixelSize) -> Result<Labels, NucleiError> {
    let options = nuclei::Options {
        method,
        diameter_px: Some((NUCLEUS_UM / pixel_um(pixel)) as f32),
        threads: THREADS,
    };
    nuclei::segment(dapi.view(), &options)
}

/// Whether one signal in ten reaches the count at which the channel is full.
fn saturated(set: &SpotSet, channel: &Channel) -> bool {
    let (planes, height, width) = channel.stack.dim();
    let full = |spot: &&Spot| {
        let (x, y) = (
            spot.x_px.round().max(0.0) as usize,
            spot.y_px.round().max(0.0) as usize,
        );
        x < width
            && y < height
            && (0..planes).any(|z| channel.stack[[z, y, x]] >= channel.saturation)
    };
    10 * set.accepted().filter(full).count() > set.accepted().count()
}

/// What all fields together tell.
struct Slide {
    /// Signal diameter, mean of both colours, micrometres.
    diameter_um: f64,
    medians: Option<SlideMedians>,
    /// By field.
    shifts: Vec<Shift>,
}

impl Slide {
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
            medians: quality::medians(seen.iter().flat_map(|s| &s.shapes)),
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
    slide: &Slide,
    options: &AnalyseOptions<'_>,
) -> Vec<Nucleus> {
    let shift = &slide.shifts[field];
    let rule = SplitRule {
        diameter_um: slide.diameter_um,
        split_diameters: options.profile.split_distance(),
        shift_error_um: shift.error_px * pixel_um(seen.pixel),
        missed: seen.red.missed.max(seen.green.missed),
    };
    let mut by_label: Vec<Vec<Signal>> = vec![Vec::new(); seen.labels.count as usize + 1];
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
        .map(|(index, shape)| {
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
            let mut excluded = slide.medians.map_or_else(Vec::new, |medians| {
                quality::exclusions(shape, &medians, quality::limits())
            });
            excluded.extend(by_signals(&signals, options.profile));
            if crowded && !excluded.contains(&Exclusion::Area) {
                excluded.push(Exclusion::Area);
            }
            let outside = options
                .regions
                .is_some_and(|regions| !inside(&regions[field], shape.centre_px));
            if outside {
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
                focus: slide
                    .medians
                    .map_or(1.0, |m| relative(shape.detail, m.detail)),
                dapi: slide.medians.map_or(1.0, |m| relative(shape.dapi, m.dapi)),
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

fn inside(region: &Regions, [x, y]: [f64; 2]) -> bool {
    region.mask[[y.round() as usize, x.round() as usize]]
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
        false_signals: [&seen.red, &seen.green].map(|set| set.false_per_nucleus),
        warnings,
    }
}

fn median_snr(set: &SpotSet) -> f64 {
    let mut snr: Vec<f64> = set.accepted().map(|spot| spot.snr).collect();
    snr.sort_unstable_by(f64::total_cmp);
    snr.get(snr.len() / 2).copied().unwrap_or(0.0)
}

/// Side of a square pixel of the same area.
fn pixel_um(pixel: PixelSize) -> f64 {
    (pixel.x_um * pixel.y_um).sqrt()
}

#[cfg(test)]
mod tests {
    use alkaid_simulate::fish::{Plan, SimulatedField, TruthPattern, field, score};

    use super::*;
    use crate::pattern::Pattern;
    use crate::profile::profile;

    /// Seeds here are for tests; what is reported is measured on others.
    fn simulated(seed: u64) -> SimulatedField {
        let mut plan = Plan::rearranged(seed);
        plan.camera.snr = 12.0;
        plan.field.size_px = 560;
        plan.field.cells = 16;
        field(&plan, seed).expect("the plan is in range")
    }

    fn options(roles: Roles) -> AnalyseOptions<'static> {
        AnalyseOptions {
            roles,
            profile: profile("vysis").expect("it is known"),
            spots: SpotOptions::default(),
            regions: None,
        }
    }

    const ROLES: Roles = Roles {
        dapi: 0,
        red: 1,
        green: 2,
    };

    fn quiet() -> impl FnMut(Stage<'_>) {
        |_| ()
    }

    #[test]
    fn patterns_are_those_of_a_flawless_reader() {
        let slide: Vec<SimulatedField> = (900..903).map(simulated).collect();
        let fields: Vec<Field> = slide.iter().map(|s| s.field.clone()).collect();
        let labels: Vec<Labels> = slide.iter().map(|s| s.labels.clone()).collect();
        let mut stages = 0;
        let found = analyse(
            &fields,
            &Nuclei::Given(&labels),
            &options(ROLES),
            &mut |_| stages += 1,
        )
        .expect("valid fields");
        assert_eq!(stages, 4);
        assert_eq!(found.fields.len(), 3);
        let ids: Vec<u32> = found.nuclei.iter().map(|n| n.id).collect();
        assert_eq!(ids, (1..=found.nuclei.len() as u32).collect::<Vec<_>>());
        let (mut same, mut scored) = (0, 0);
        for (index, one) in slide.iter().enumerate() {
            for truth in score(&one.truth) {
                let nucleus = found
                    .nuclei
                    .iter()
                    .find(|n| n.field as usize == index && n.label == truth.cell);
                let Some((expected, pattern)) = truth.pattern.zip(nucleus.and_then(|n| n.pattern))
                else {
                    continue;
                };
                let expected = match expected {
                    TruthPattern::Fused => Pattern::Fused,
                    TruthPattern::Split => Pattern::Split,
                    TruthPattern::IsolatedRed => Pattern::IsolatedRed,
                    TruthPattern::IsolatedGreen => Pattern::IsolatedGreen,
                };
                scored += 1;
                same += usize::from(expected == pattern);
            }
        }
        assert!(scored >= 15, "{scored}");
        assert!(same * 10 >= scored * 9, "{same} of {scored}");
        for field in &found.fields {
            assert!(
                (field.signal_um[0] - 0.6).abs() < 0.08,
                "{:?}",
                field.signal_um
            );
        }
        for nucleus in &found.nuclei {
            assert_eq!(nucleus.pattern.is_some(), nucleus.excluded.is_empty());
            assert!((0.0..=1.0).contains(&nucleus.doubt));
        }
    }

    #[test]
    fn what_cannot_be_measured_is_refused() {
        let good = simulated(910);
        let labels = vec![good.labels.clone()];
        let run = |field: Field, roles: Roles| {
            analyse(
                &[field],
                &Nuclei::Given(&labels),
                &options(roles),
                &mut quiet(),
            )
            .expect_err("it must be refused")
            .to_string()
        };
        let mut field = good.field.clone();
        field.pixel = None;
        assert!(run(field, ROLES).contains("--pixel-size"));
        let mut field = good.field.clone();
        field.origin = Origin::Picture;
        assert!(run(field, ROLES).contains("picture"));
        let roles = Roles { green: 7, ..ROLES };
        assert!(run(good.field.clone(), roles).contains("--channels"));
        let roles = Roles { green: 1, ..ROLES };
        assert!(run(good.field.clone(), roles).contains("two things"));
        let none = analyse(&[], &Nuclei::Given(&[]), &options(ROLES), &mut quiet());
        assert!(matches!(none, Err(AnalyseError::NoField)));
        let small = [Labels::compacted(Array2::zeros((5, 5)))];
        let wrong = analyse(
            std::slice::from_ref(&good.field),
            &Nuclei::Given(&small),
            &options(ROLES),
            &mut quiet(),
        );
        assert!(matches!(wrong, Err(AnalyseError::Spots { .. })));
    }

    #[test]
    fn weak_signals_and_places_outside_the_region_are_not_scored() {
        let good = simulated(911);
        let labels = [good.labels.clone()];
        let region = [Regions {
            mask: Array2::from_elem(good.labels.map.dim(), false),
            polygons: 0,
        }];
        let outside = AnalyseOptions {
            regions: Some(&region),
            ..options(ROLES)
        };
        let fields = std::slice::from_ref(&good.field);
        let found =
            analyse(fields, &Nuclei::Given(&labels), &outside, &mut quiet()).expect("valid");
        assert!(
            found
                .nuclei
                .iter()
                .all(|n| n.excluded.contains(&Exclusion::OutsideRegion))
        );
        let mut strict = options(ROLES).profile.clone();
        strict.minimum_snr.value = 1000.0;
        let strict = AnalyseOptions {
            profile: &strict,
            ..options(ROLES)
        };
        let found = analyse(fields, &Nuclei::Given(&labels), &strict, &mut quiet()).expect("valid");
        assert!(found.nuclei.iter().all(|n| n.pattern.is_none()));
        assert!(
            found
                .nuclei
                .iter()
                .any(|n| n.excluded.contains(&Exclusion::SignalToNoise))
        );
    }
}
