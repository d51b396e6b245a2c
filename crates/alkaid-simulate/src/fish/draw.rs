//! Draws a scene as the microscope sees it.

use alkaid_imaging::{Channel as ImageChannel, Field, Labels, Origin, PixelSize};
use ndarray::{Array2, Array3, Axis, s};

use super::camera::expose;
use super::nucleus::Nucleus;
use super::place::{LEAST_CHORD_UM, Scene, build};
use super::plan::{Acquisition, Plan};
use super::plane::{add_spot, blur, haze};
use super::texture::{Chromatin, Grain, Noise};
use super::truth::{Channel, Truth};
use crate::draws::{Draws, Purpose};
use crate::error::SimulateError;

/// Peak emission of DAPI, nanometres.
const DAPI_NM: f64 = 461.0;
/// Spread of out-of-focus light, standard deviation in micrometres.
const HAZE_UM: f64 = 3.0;
/// Spread of cytoplasm around nuclei.
const CYTOPLASM_UM: f64 = 2.5;
/// A nucleus is thick: its image blurs less than a point's with distance from the focal plane.
const THICK_BLUR: f64 = 0.25;
/// Granules are fainter in DAPI, relative to the signals' scale.
const GRANULE_IN_DAPI: f64 = 0.5;

/// A field with its truth.
#[derive(Clone, Debug)]
pub struct SimulatedField {
    /// Channels DAPI, orange (3'), green (5').
    pub field: Field,
    /// Label = `id` of the nucleus; where nuclei overlap, the one with more material in the section.
    pub labels: Labels,
    /// What is in it.
    pub truth: Truth,
}

/// The part of a nucleus that lies in the section, drawn sharp.
struct Patch {
    left: usize,
    top: usize,
    light: Array2<f32>,
    /// Middle of the part in the section, micrometres.
    height: f64,
    defocus: f64,
}

/// Light of the three channels of one plane, electrons.
struct Light([Array2<f32>; 3]);

/// Draws one field of a slide.
///
/// # Errors
/// When the plan has a number out of range, or its nuclei do not fit.
pub fn field(plan: &Plan, seed: u64) -> Result<SimulatedField, SimulateError> {
    let Scene { nuclei, mut truth } = build(plan, seed)?;
    let (labels, patches) = patches(plan, seed, &nuclei, &truth);
    let glow = autofluorescence(plan, seed, &labels);
    let heights = plan.optics.plane_heights_um();
    // A projection is one picture in which each object is as in the plane nearest to it.
    let pictures: Vec<Vec<f64>> = match plan.optics.acquisition {
        Acquisition::Single | Acquisition::Projected => vec![heights],
        Acquisition::Stack => heights.into_iter().map(|height| vec![height]).collect(),
    };
    let side = plan.field.size_px as usize;
    let mut stacks: [Array3<u16>; 3] =
        std::array::from_fn(|_| Array3::zeros((pictures.len(), side, side)));
    for (index, planes) in pictures.iter().enumerate() {
        let Light(light) = expected(plan, planes, &patches, &glow, &mut truth);
        for (channel, (light, stack)) in light.iter().zip(&mut stacks).enumerate() {
            let mut draws = Draws::new(seed, Purpose::FishCamera, channel as u64, index as u64);
            stack
                .index_axis_mut(Axis(0), index)
                .assign(&expose(light, &plan.camera, &mut draws));
        }
    }
    Ok(SimulatedField {
        field: image(plan, stacks),
        labels: Labels {
            map: labels,
            count: plan.field.cells,
        },
        truth,
    })
}

fn image(plan: &Plan, stacks: [Array3<u16>; 3]) -> Field {
    let about = [
        ("DAPI", [0, 0, 255], DAPI_NM),
        (
            "SpectrumOrange_3p",
            [255, 90, 0],
            Channel::Orange.emission_nm(),
        ),
        (
            "SpectrumGreen_5p",
            [0, 255, 0],
            Channel::Green.emission_nm(),
        ),
    ];
    let stacked = plan.optics.acquisition == Acquisition::Stack && plan.optics.planes > 1;
    Field {
        name: "simulated".to_owned(),
        channels: stacks
            .into_iter()
            .zip(about)
            .map(|(stack, (name, colour, emission_nm))| ImageChannel {
                name: name.to_owned(),
                colour: Some(colour),
                emission_nm: Some(emission_nm),
                stack,
                scale: 1.0,
                saturation: plan.camera.saturation,
            })
            .collect(),
        pixel: Some(PixelSize {
            x_um: plan.field.pixel_um,
            y_um: plan.field.pixel_um,
            z_um: stacked.then_some(plan.optics.step_um),
        }),
        origin: Origin::Channels,
    }
}

/// Labels, and every nucleus drawn sharp.
fn patches(plan: &Plan, seed: u64, nuclei: &[Nucleus], truth: &Truth) -> (Array2<u32>, Vec<Patch>) {
    let side = plan.field.size_px as usize;
    let (pixel, section) = (plan.field.pixel_um, plan.tissue.section_um);
    let mut labels = Array2::zeros((side, side));
    let mut most = Array2::<f32>::zeros((side, side));
    let mut draws = Draws::new(seed, Purpose::FishTexture, 0, 0);
    let chromatin = Chromatin::new(&mut draws);
    let mut patches = Vec::with_capacity(nuclei.len());
    for (nucleus, cell) in nuclei.iter().zip(&truth.cells) {
        let mut draws = Draws::new(seed, Purpose::FishTexture, 1, u64::from(cell.id));
        let grain = Chromatin::grain(nucleus.centre, nucleus.diameter / 2.0, &mut draws);
        let mut patch = frame(nucleus, cell.defocus_um, side, pixel, section);
        for ((row, column), light) in patch.light.indexed_iter_mut() {
            let (row, column) = (row + patch.top, column + patch.left);
            let (x, y) = (column as f64 * pixel, row as f64 * pixel);
            let chord = nucleus.chord(x, y, section);
            if chord <= 0.0 {
                continue;
            }
            *light = brightness(plan, nucleus, &chromatin, &grain, [x, y], chord);
            if chord >= LEAST_CHORD_UM && chord as f32 > most[[row, column]] {
                most[[row, column]] = chord as f32;
                labels[[row, column]] = cell.id;
            }
        }
        patches.push(patch);
    }
    (labels, patches)
}

fn brightness(
    plan: &Plan,
    nucleus: &Nucleus,
    chromatin: &Chromatin,
    grain: &Grain,
    [x, y]: [f64; 2],
    chord: f64,
) -> f32 {
    let full = plan.camera.dapi_e * chord / plan.tissue.section_um;
    full as f32 * chromatin.at(grain, x, y, nucleus.rho(x, y))
}

/// The pixels around a nucleus, with room for its blur.
fn frame(nucleus: &Nucleus, defocus: f64, side: usize, pixel: f64, section: f64) -> Patch {
    let room = nucleus.reach + 1.0 + 3.0 * defocus;
    let range = |centre: f64| {
        let from = ((centre - room) / pixel).floor().max(0.0) as usize;
        let to = (((centre + room) / pixel).ceil().max(0.0) as usize + 1).min(side);
        (from.min(to), to)
    };
    let ((left, right), (top, bottom)) = (range(nucleus.centre[0]), range(nucleus.centre[1]));
    let half = nucleus.half_height();
    let above = (nucleus.centre[2] + half).min(section / 2.0);
    let below = (nucleus.centre[2] - half).max(-section / 2.0);
    Patch {
        left,
        top,
        light: Array2::zeros((bottom - top, right - left)),
        height: (above + below) / 2.0,
        defocus,
    }
}

/// Autofluorescence of tissue, electrons; its mean inside nuclei is what the plan says.
fn autofluorescence(plan: &Plan, seed: u64, labels: &Array2<u32>) -> Array2<f32> {
    let pixel = plan.field.pixel_um;
    let mut draws = Draws::new(seed, Purpose::FishTexture, 2, 0);
    let (broad, fine) = (Noise::new(9.0, &mut draws), Noise::new(2.0, &mut draws));
    let inside = labels.mapv(|label| f32::from(u8::from(label != 0)));
    let mut glow = haze(&inside, CYTOPLASM_UM / pixel);
    for ((row, column), value) in glow.indexed_iter_mut() {
        let (x, y) = (column as f64 * pixel, row as f64 * pixel);
        *value = (0.3 + *value) * (0.5 + 0.7 * broad.at(x, y) + 0.3 * fine.at(x, y));
    }
    let (mut sum, mut count) = (0.0_f64, 0.0_f64);
    for (value, label) in glow.iter().zip(labels) {
        if *label != 0 {
            sum += f64::from(*value);
            count += 1.0;
        }
    }
    let mean = if count > 0.0 { sum / count } else { 1.0 };
    glow.mapv_inplace(|value| value * (plan.camera.autofluorescence_e / mean) as f32);
    glow
}

/// The light that is expected in one picture, from the planes that it is made of.
fn expected(
    plan: &Plan,
    planes: &[f64],
    patches: &[Patch],
    glow: &Array2<f32>,
    truth: &mut Truth,
) -> Light {
    let side = plan.field.size_px as usize;
    let pixel = plan.field.pixel_um;
    let from_focus = |height: f64| {
        planes
            .iter()
            .map(|plane| (plane - height).abs())
            .fold(f64::INFINITY, f64::min)
    };
    let mut dapi = nuclear_light(plan, patches, &from_focus);
    let mut signals: [Array2<f32>; 2] = std::array::from_fn(|_| Array2::zeros((side, side)));
    let (signal, noise) = (plan.camera.signal_e(), plan.camera.background_sd_e());
    for spot in &mut truth.spots {
        let emission = spot.ch.emission_nm();
        let blurred = plan.optics.blurred_sd_um(emission, from_focus(spot.z));
        let body = plan.probe.body_sd_um;
        let sd = libm::sqrt(blurred * blurred + body * body);
        let sharp = plan.signal_sd_um(emission);
        let peak = signal * spot.amp * (sharp / sd) * (sharp / sd);
        spot.snr = spot.snr.max(peak / noise);
        let place = spot.drawn_um(plan).map(|value| value / pixel);
        add_spot(&mut signals[spot.ch as usize], place, sd / pixel, peak);
    }
    for granule in &truth.granules {
        let place = [granule.x / pixel, granule.y / pixel];
        let (sd, peak) = (granule.sd_um / pixel, signal * granule.amp);
        add_spot(&mut dapi, place, sd, GRANULE_IN_DAPI * peak);
        add_spot(&mut signals[0], place, sd, peak);
        add_spot(&mut signals[1], place, sd, granule.green * peak);
    }
    let [orange, green] = &signals;
    let background = plan.camera.background_e as f32;
    let seen = |own: &Array2<f32>, other: &Array2<f32>, share: f64| {
        let mut light = own + &(other * share as f32) + glow;
        light += background;
        light
    };
    let mut light = [
        dapi + background,
        seen(orange, green, plan.optics.green_in_orange),
        seen(green, orange, plan.optics.orange_in_green),
    ];
    for plane in &mut light {
        vignette(plane, plan.optics.vignette);
    }
    Light(light)
}

/// DAPI: every nucleus with its own blur, and haze.
fn nuclear_light(plan: &Plan, patches: &[Patch], from_focus: &dyn Fn(f64) -> f64) -> Array2<f32> {
    let side = plan.field.size_px as usize;
    let pixel = plan.field.pixel_um;
    let mut plane = Array2::zeros((side, side));
    for patch in patches.iter().filter(|patch| !patch.light.is_empty()) {
        let distance = THICK_BLUR * from_focus(patch.height);
        let psf = plan.optics.psf_sd_um(DAPI_NM);
        let sd = libm::sqrt(psf * psf + distance * distance + patch.defocus * patch.defocus);
        let mut light = patch.light.clone();
        blur(&mut light, sd / pixel);
        let (height, width) = light.dim();
        let (top, left) = (patch.top, patch.left);
        let mut under = plane.slice_mut(s![top..top + height, left..left + width]);
        under += &light;
    }
    let share = plan.optics.haze as f32;
    let around = haze(&plane, HAZE_UM / pixel);
    plane + around * share
}

/// Takes light away towards the corners.
fn vignette(plane: &mut Array2<f32>, loss: f64) {
    let (height, width) = plane.dim();
    let middle = [height as f32 / 2.0, width as f32 / 2.0];
    let corner = middle[0] * middle[0] + middle[1] * middle[1];
    for ((row, column), value) in plane.indexed_iter_mut() {
        let (dy, dx) = (row as f32 - middle[0], column as f32 - middle[1]);
        *value *= 1.0 - loss as f32 * (dx * dx + dy * dy) / corner;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(seed: u64) -> Plan {
        let mut plan = Plan::negative(seed);
        plan.field.cells = 25;
        plan.field.size_px = 640;
        plan
    }

    #[test]
    fn a_field_repeats_and_its_signals_lie_on_their_nuclei() {
        let drawn = field(&small(1), 7).unwrap();
        let again = field(&small(1), 7).unwrap();
        assert_eq!(drawn.field.channels[1].stack, again.field.channels[1].stack);
        assert_eq!(drawn.field.shape(), (1, 640, 640));
        let map = &drawn.labels.map;
        let on = |spot: &&crate::fish::SpotTruth| {
            let at = |value: f64| ((value / drawn.truth.px_um).round() as usize).min(639);
            map[[at(spot.y), at(spot.x)]] == spot.cell
        };
        let spots = &drawn.truth.spots;
        let right = spots.iter().filter(on).count();
        assert!(
            right * 100 >= spots.len() * 93,
            "{right} of {}",
            spots.len()
        );
    }

    #[test]
    fn a_signal_is_as_bright_as_the_truth_says() {
        let mut plan = small(1);
        plan.camera.snr = 40.0;
        plan.probe.doublets = 0.0;
        plan.optics.granules = 0.0;
        plan.optics.green_in_orange = 0.0;
        plan.optics.vignette = 0.0;
        let drawn = field(&plan, 3).unwrap();
        let stack = &drawn.field.channels[2].stack;
        let (mut seen, mut told) = (0.0, 0.0);
        for spot in drawn
            .truth
            .spots
            .iter()
            .filter(|spot| spot.ch == Channel::Green)
        {
            let at = |value: f64| (value / drawn.truth.px_um).round() as usize;
            let (x, y) = (at(spot.x), at(spot.y));
            if !(20..620).contains(&x) || !(20..620).contains(&y) {
                continue;
            }
            let mut ring: Vec<u16> = (0..16)
                .map(|step| {
                    let angle = f64::from(step) * 0.393;
                    let (dx, dy) = (14.0 * libm::cos(angle), 14.0 * libm::sin(angle));
                    stack[[0, (y as f64 + dy) as usize, (x as f64 + dx) as usize]]
                })
                .collect();
            ring.sort_unstable();
            let peak = f64::from(stack[[0, y, x]]) - f64::from(ring[8]);
            seen += peak / plan.camera.gain / plan.camera.background_sd_e();
            told += spot.snr;
        }
        assert!(
            told > 0.0 && (seen / told - 1.0).abs() < 0.06,
            "{seen} {told}"
        );
    }

    #[test]
    fn a_stack_holds_every_plane_and_one_plane_loses_signals() {
        let mut plan = small(1);
        plan.field.size_px = 400;
        plan.field.cells = 8;
        let snr = |acquisition, plan: &mut Plan| {
            plan.optics.acquisition = acquisition;
            let drawn = field(plan, 5).unwrap();
            let lowest = drawn.truth.spots.iter().map(|spot| spot.snr / spot.amp);
            (drawn.field.shape().0, lowest.fold(f64::INFINITY, f64::min))
        };
        let (planes, stacked) = snr(Acquisition::Stack, &mut plan);
        let (one, projected) = snr(Acquisition::Projected, &mut plan);
        let (_, single) = snr(Acquisition::Single, &mut plan);
        assert_eq!((planes, one), (9, 1));
        assert!((stacked - projected).abs() < 1e-9);
        assert!(single < 0.7 * projected, "{single} {projected}");
    }
}
