//! Which nuclei can be scored, by their shape and their DAPI.
//!
//! What is measured on each field is compared with all nuclei of the slide, so that a field with few nuclei is not its
//! own measure. The limits are data (`data/nucleus_quality.toml`).

use std::sync::LazyLock;

use alkaid_imaging::{Labels, PixelSize};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::finding::Exclusion;
use crate::outline::{hull_area, simplified, trace};
use crate::profile::Stated;

/// Corners of an outline within this distance of a line are left out, pixels.
const OUTLINE_TOLERANCE_PX: f64 = 0.8;
/// Detail of DAPI between these two scales tells focus: standard deviations of Gaussians, micrometres.
const DETAIL_UM: [f64; 2] = [0.15, 0.45];
/// Nuclei this close touch, pixels.
const CONTACT_PX: usize = 2;
/// Overlaps are looked for on DAPI smoothed by this much, micrometres: chromatin is finer, nuclei are coarser.
const OVERLAP_UM: f64 = 0.5;

/// The limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Smallest area.
    pub least_area_um2: Stated<f64>,
    /// Largest area.
    pub most_area_um2: Stated<f64>,
    /// Largest area over the slide's median.
    pub most_area_ratio: Stated<f64>,
    /// Smallest area over the slide's median.
    pub least_area_ratio: Stated<f64>,
    /// Least area over that of the convex hull.
    pub least_solidity: Stated<f64>,
    /// Least detail over the slide's median.
    pub least_focus: Stated<f64>,
    /// Least mean DAPI over the slide's median.
    pub least_dapi: Stated<f64>,
    /// Largest share of the area that is as bright as two nuclei.
    pub most_overlap: Stated<f64>,
    /// Largest share of the outline along other nuclei.
    pub most_contact: Stated<f64>,
    /// DAPI of two nuclei over each other, over that of one.
    pub overlap_brightness: Stated<f64>,
    /// Largest share of good nuclei without signals of both colours on a slide that is called.
    pub most_unlabelled: Stated<f64>,
    /// Longest way from red to green that the signals of a field may have in common, micrometres.
    pub most_displaced_um: Stated<f64>,
    /// Most spots of one colour outside nuclei, per area of a median nucleus, before the field is warned of.
    pub most_false_signals: Stated<f64>,
}

/// The shape and DAPI of one labelled object.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Its label.
    pub label: u32,
    /// Centroid in x and y, pixels.
    pub centre_px: [f64; 2],
    /// Left, top, right, bottom, half-open.
    pub bounds: [u32; 4],
    /// For drawing: (x, y) in pixels, closed.
    pub outline: Vec<[f32; 2]>,
    /// Square micrometres.
    pub area_um2: f64,
    /// Area over that of the convex hull.
    pub solidity: f64,
    /// Whether it touches the edge of the field.
    pub at_edge: bool,
    /// Mean DAPI above the field's background, counts.
    pub dapi: f64,
    /// Spread of fine detail in DAPI over its mean.
    pub detail: f64,
    /// Share of its pixels that are as bright as two nuclei over each other.
    pub doubled: f64,
    /// Share of its outline along other nuclei.
    pub contact: f64,
}

/// Medians over the nuclei of a slide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlideMedians {
    /// Square micrometres.
    pub area_um2: f64,
    /// Counts.
    pub dapi: f64,
    /// Relative detail.
    pub detail: f64,
}

/// The limits that come with the program.
pub fn limits() -> &'static Limits {
    static LIMITS: LazyLock<Limits> = LazyLock::new(|| {
        match toml::from_str(include_str!("../data/nucleus_quality.toml")) {
            Ok(limits) => limits,
            // The file is compiled in and read by a test.
            Err(error) => unreachable!("data/nucleus_quality.toml: {error}"),
        }
    });
    &LIMITS
}

/// Measures every object of a field on its DAPI.
#[must_use]
pub fn measure(
    dapi: &Array2<f32>,
    labels: &Labels,
    pixel: PixelSize,
    limits: &Limits,
) -> Vec<Shape> {
    let pixel_um = (pixel.x_um * pixel.y_um).sqrt();
    let ground = background(dapi, labels);
    let fine = alkaid_imaging::smooth::gaussian(dapi, DETAIL_UM[0] / pixel_um);
    let coarse = alkaid_imaging::smooth::gaussian(dapi, DETAIL_UM[1] / pixel_um);
    let broad = alkaid_imaging::smooth::gaussian(dapi, OVERLAP_UM / pixel_um);
    let (height, width) = labels.map.dim();
    pieces(labels)
        .into_iter()
        .map(|piece| {
            let [left, top, right, bottom] = piece.bounds;
            let mut sum = 0.0;
            let mut detail = 0.0;
            let (mut rim, mut touching) = (0usize, 0usize);
            let mut smooth = Vec::with_capacity(piece.pixels);
            for y in top as usize..bottom as usize {
                for x in left as usize..right as usize {
                    if labels.map[[y, x]] == piece.label {
                        sum += f64::from(dapi[[y, x]]) - ground;
                        detail += f64::from(fine[[y, x]] - coarse[[y, x]]).powi(2);
                        match neighbour(labels, y, x) {
                            Neighbour::None => {}
                            Neighbour::Ground => rim += 1,
                            Neighbour::Nucleus => (rim, touching) = (rim + 1, touching + 1),
                        }
                        smooth.push((f64::from(broad[[y, x]]) - ground) as f32);
                    }
                }
            }
            let pixels = piece.pixels as f64;
            let mean = sum / pixels;
            let outline = trace(labels.map.view(), piece.label, piece.bounds);
            Shape {
                label: piece.label,
                centre_px: piece.centre_px,
                bounds: piece.bounds,
                area_um2: pixels * pixel.x_um * pixel.y_um,
                solidity: (pixels / hull_area(&outline).max(1.0)).min(1.0),
                outline: simplified(&outline, OUTLINE_TOLERANCE_PX),
                at_edge: left == 0
                    || top == 0
                    || right as usize == width
                    || bottom as usize == height,
                dapi: mean,
                detail: (detail / pixels).sqrt() / mean.max(1.0),
                doubled: doubled(&mut smooth, limits.overlap_brightness.value),
                contact: touching as f64 / rim.max(1) as f64,
            }
        })
        .collect()
}

/// Medians over all nuclei that are whole; `None` without any.
#[must_use]
pub fn medians<'s>(shapes: impl Iterator<Item = &'s Shape>) -> Option<SlideMedians> {
    let whole: Vec<&Shape> = shapes.filter(|shape| !shape.at_edge).collect();
    let median = |of: fn(&Shape) -> f64| {
        let mut values: Vec<f64> = whole.iter().map(|shape| of(shape)).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    Some(SlideMedians {
        area_um2: median(|s| s.area_um2)?,
        dapi: median(|s| s.dapi)?,
        detail: median(|s| s.detail)?,
    })
}

/// Why a nucleus is not scored, as far as its shape and DAPI say; in the order of [`Exclusion`].
#[must_use]
pub fn exclusions(shape: &Shape, slide: &SlideMedians, limits: &Limits) -> Vec<Exclusion> {
    let area = shape.area_um2 / slide.area_um2;
    let wrong_area = shape.area_um2 < limits.least_area_um2.value
        || shape.area_um2 > limits.most_area_um2.value
        || area < limits.least_area_ratio.value
        || area > limits.most_area_ratio.value;
    [
        (shape.at_edge, Exclusion::Edge),
        (
            shape.doubled > limits.most_overlap.value || shape.contact > limits.most_contact.value,
            Exclusion::Overlap,
        ),
        (wrong_area, Exclusion::Area),
        (
            shape.solidity < limits.least_solidity.value,
            Exclusion::Solidity,
        ),
        (
            shape.detail < limits.least_focus.value * slide.detail,
            Exclusion::OutOfFocus,
        ),
        (
            shape.dapi < limits.least_dapi.value * slide.dapi,
            Exclusion::LowDapi,
        ),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect()
}

/// What a pixel of a nucleus borders on.
enum Neighbour {
    None,
    Ground,
    Nucleus,
}

/// Another nucleus counts up to [`CONTACT_PX`] away, the ground beside the pixel only.
fn neighbour(labels: &Labels, y: usize, x: usize) -> Neighbour {
    let own = labels.map[[y, x]];
    let (height, width) = labels.map.dim();
    let at = |step: usize| {
        [
            [y.saturating_sub(step), x],
            [(y + step).min(height - 1), x],
            [y, x.saturating_sub(step)],
            [y, (x + step).min(width - 1)],
        ]
        .map(|place| labels.map[place])
    };
    if at(1).iter().all(|&label| label == own) {
        return Neighbour::None;
    }
    let other =
        (1..=CONTACT_PX).any(|step| at(step).iter().any(|&label| label != own && label != 0));
    if other {
        Neighbour::Nucleus
    } else {
        Neighbour::Ground
    }
}

struct Piece {
    label: u32,
    pixels: usize,
    centre_px: [f64; 2],
    bounds: [u32; 4],
}

/// Size and place of every label that has a pixel.
fn pieces(labels: &Labels) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = (0..=labels.count)
        .map(|label| Piece {
            label,
            pixels: 0,
            centre_px: [0.0; 2],
            bounds: [u32::MAX, u32::MAX, 0, 0],
        })
        .collect();
    for ((y, x), &label) in labels.map.indexed_iter() {
        let Some(piece) = pieces.get_mut(label as usize).filter(|p| p.label != 0) else {
            continue;
        };
        let (x, y) = (x as u32, y as u32);
        piece.pixels += 1;
        piece.centre_px[0] += f64::from(x);
        piece.centre_px[1] += f64::from(y);
        let [left, top, right, bottom] = piece.bounds;
        piece.bounds = [left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)];
    }
    pieces.retain(|piece| piece.pixels > 0);
    for piece in &mut pieces {
        piece.centre_px = piece.centre_px.map(|sum| sum / piece.pixels as f64);
    }
    pieces
}

/// Median of what is not nucleus; of everything when all is.
fn background(dapi: &Array2<f32>, labels: &Labels) -> f64 {
    let stride = (dapi.len() / 200_000).max(1);
    let pick = |keep: &dyn Fn(u32) -> bool| -> Vec<f32> {
        dapi.iter()
            .zip(&labels.map)
            .step_by(stride)
            .filter(|(_, label)| keep(**label))
            .map(|(value, _)| *value)
            .collect()
    };
    let mut values = pick(&|label| label == 0);
    if values.is_empty() {
        values = pick(&|_| true);
    }
    values.sort_unstable_by(f32::total_cmp);
    values.get(values.len() / 2).copied().map_or(0.0, f64::from)
}

/// Share of pixels that shine `brightness` times as much as the nucleus mostly does.
fn doubled(smooth: &mut [f32], brightness: f64) -> f64 {
    if smooth.is_empty() {
        return 0.0;
    }
    smooth.sort_unstable_by(f32::total_cmp);
    // Below the median: where much of a nucleus is covered, the median is no longer that of one nucleus.
    let single = f64::from(smooth[smooth.len() * 2 / 5]);
    let limit = (single * brightness) as f32;
    let over = smooth.len() - smooth.partition_point(|&v| v <= limit);
    over as f64 / smooth.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIXEL: PixelSize = PixelSize {
        x_um: 0.1,
        y_um: 0.1,
        z_um: None,
    };

    fn discs(discs: &[(f64, f64, f64)]) -> Labels {
        Labels::compacted(Array2::from_shape_fn((300, 300), |(y, x)| {
            discs
                .iter()
                .position(|&(cx, cy, r)| (x as f64 - cx).hypot(y as f64 - cy) < r)
                .map_or(0, |index| index as u32 + 1)
        }))
    }

    #[test]
    fn the_limits_are_read() {
        assert!(limits().least_area_um2.value > 0.0);
        assert!(limits().least_solidity.value < 1.0);
    }

    #[test]
    fn shapes_are_measured_in_micrometres() {
        let labels = discs(&[
            (80.0, 80.0, 40.0),
            (200.0, 200.0, 50.0),
            (150.0, 10.0, 40.0),
        ]);
        let dapi = labels.map.mapv(|l| if l == 0 { 100.0 } else { 1100.0 });
        let shapes = measure(&dapi, &labels, PIXEL, limits());
        assert_eq!(shapes.len(), 3);
        let first = shapes
            .iter()
            .find(|s| (s.centre_px[0] - 80.0).abs() < 0.5)
            .expect("it is there");
        assert!((first.area_um2 - 50.3).abs() < 1.0, "{}", first.area_um2);
        assert!(first.solidity > 0.96);
        assert!((first.dapi - 1000.0).abs() < 1.0);
        let slide = medians(shapes.iter()).expect("two whole");
        let reasons: Vec<_> = shapes
            .iter()
            .map(|shape| exclusions(shape, &slide, limits()))
            .collect();
        assert_eq!(reasons.iter().filter(|r| r.is_empty()).count(), 2);
        assert!(reasons.iter().any(|r| r.contains(&Exclusion::Edge)));
    }

    #[test]
    fn a_nucleus_half_under_another_is_an_overlap() {
        let labels = discs(&[
            (120.0, 120.0, 45.0),
            (170.0, 120.0, 45.0),
            (60.0, 240.0, 40.0),
        ]);
        let covered =
            |x: f64, y: f64, cx: f64| f64::from(u8::from((x - cx).hypot(y - 120.0) < 45.0));
        let dapi = Array2::from_shape_fn((300, 300), |(y, x)| {
            let (u, v) = (x as f64, y as f64);
            let alone = f64::from(u8::from((u - 60.0).hypot(v - 240.0) < 40.0));
            (100.0 + 1000.0 * (covered(u, v, 120.0) + covered(u, v, 170.0) + alone)) as f32
        });
        let shapes = measure(&dapi, &labels, PIXEL, limits());
        let alone = shapes
            .iter()
            .find(|s| s.centre_px[1] > 200.0)
            .expect("alone");
        assert!(alone.doubled < 0.01);
        assert!(shapes.iter().any(|s| s.doubled > 0.15));
        assert!(alone.contact < 0.01);
        assert!(shapes.iter().all(|s| s.contact < 0.01 || s.contact > 0.2));
    }
}
