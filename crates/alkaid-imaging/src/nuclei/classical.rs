//! Nuclei by a threshold above their surroundings and a watershed on the distance to the edge: no training, every step
//! can be followed by hand.

use ndarray::{Array2, ArrayView2, Axis};

use super::scale::{diameters, resample, scaled, typical_diameter};
use super::watershed::{Separation, distance_inside, watershed};

/// All lengths are shares of the expected diameter, all light is in units of the normalised plane. Chosen on train
/// fields of DSB2018.
mod rule {
    /// Standard deviation of the smoothing before the threshold.
    pub const SMOOTHING: f32 = 0.02;
    /// Half the side of the square that a pixel's surroundings are.
    pub const SURROUNDINGS: f32 = 0.8;
    /// By how much a nucleus must be brighter than its surroundings.
    pub const CONTRAST: f32 = 0.035;
    /// Least light, as a share of the threshold that divides the whole plane best.
    pub const FLOOR: f32 = 0.4;
    /// By how much two nuclei that touch must be thicker than the waist between them.
    pub const WAIST: f32 = 0.05;
    /// Least area, as a share of the diameter's square.
    pub const AREA: f32 = 0.03;
}

/// Nuclei wider than this many pixels are looked for on a smaller copy.
const GREATEST_DIAMETER: f32 = 48.0;
/// Diameters are estimated on a copy with at most this many pixels a side.
const ESTIMATE_SIDE: usize = 1024;
/// Half the side of the first surroundings, as a share of the plane's shorter side.
const FIRST_SURROUNDINGS: f32 = 0.15;

/// Labels of a normalised plane whose nuclei are about `diameter` pixels wide.
#[must_use]
pub fn segment(plane: ArrayView2<'_, f32>, diameter: f32) -> Array2<u32> {
    let scale = (GREATEST_DIAMETER / diameter).min(1.0);
    let smaller = resample(plane, scaled(plane.dim(), scale));
    super::scale::relabel(&label(&smaller, diameter * scale).0, plane.dim())
}

fn label(plane: &Array2<f32>, diameter: f32) -> (Array2<u32>, u32) {
    let mask = brighter(
        plane,
        (rule::SMOOTHING * diameter).max(0.5),
        rule::SURROUNDINGS * diameter,
    );
    divide(
        &mask,
        rule::WAIST * diameter,
        rule::AREA * diameter * diameter,
    )
}

/// What is brighter than its surroundings and than the floor, without holes.
fn brighter(plane: &Array2<f32>, smoothing: f32, surroundings: f32) -> Array2<bool> {
    let smooth = smoothed(plane, smoothing);
    let floor = rule::FLOOR * dividing_threshold(&smooth);
    let surroundings = mean_around(plane, surroundings as usize);
    filled(&Array2::from_shape_fn(plane.dim(), |at| {
        smooth[at] > floor && smooth[at] > surroundings[at] + rule::CONTRAST
    }))
}

fn divide(mask: &Array2<bool>, rise: f32, area: f32) -> (Array2<u32>, u32) {
    let depth = distance_inside(mask.view());
    watershed(
        mask.view(),
        depth.view(),
        Separation {
            rise,
            area: area as usize,
        },
    )
}

/// The diameter of a typical nucleus, in pixels of the normalised plane: first from what is brighter than surroundings
/// that go with the plane's size, then from nuclei that are found with that expectation.
#[must_use]
pub fn estimate_diameter(plane: ArrayView2<'_, f32>) -> f32 {
    let longest = plane.nrows().max(plane.ncols());
    let scale = (ESTIMATE_SIDE as f32 / longest as f32).min(1.0);
    let small = resample(plane, scaled(plane.dim(), scale));
    let typical = |(labels, count): (Array2<u32>, u32)| typical_diameter(diameters(&labels, count));
    let mask = brighter(
        &small,
        1.0,
        FIRST_SURROUNDINGS * small.nrows().min(small.ncols()) as f32,
    );
    let first = typical(divide(&mask, 1.0, 20.0));
    let diameter = first.unwrap_or(super::CANONICAL_DIAMETER);
    let diameter = typical(label(&small, diameter)).unwrap_or(diameter);
    (diameter / scale).clamp(*super::DIAMETERS.start(), *super::DIAMETERS.end())
}

/// The threshold between 0 and 1 for which the light on either side of it varies least (Otsu 1979).
fn dividing_threshold(plane: &Array2<f32>) -> f32 {
    const BINS: usize = 256;
    let mut histogram = [0_u32; BINS];
    for value in plane {
        histogram[((value.clamp(0.0, 1.0) * BINS as f32) as usize).min(BINS - 1)] += 1;
    }
    let centre = |bin: usize| (bin as f64 + 0.5) / BINS as f64;
    let all = plane.len() as f64;
    let sum: f64 = histogram
        .iter()
        .enumerate()
        .map(|(bin, count)| f64::from(*count) * centre(bin))
        .sum();
    let (mut below, mut below_sum) = (0.0, 0.0);
    let (mut best, mut threshold) = (-1.0, 0.5);
    for (bin, count) in histogram.iter().enumerate() {
        below += f64::from(*count);
        below_sum += f64::from(*count) * centre(bin);
        if below == 0.0 || below == all {
            continue;
        }
        let between = (sum * below / all - below_sum).powi(2) / (below * (all - below));
        if between > best {
            (best, threshold) = (between, centre(bin));
        }
    }
    threshold as f32
}

/// Gaussian smoothing; the plane goes on beyond its edge with the value there.
fn smoothed(plane: &Array2<f32>, sigma: f32) -> Array2<f32> {
    let reach = (3.0 * sigma).ceil() as isize;
    let weight = |step: isize| (-0.5 * (step as f32 / sigma).powi(2)).exp();
    let sum: f32 = (-reach..=reach).map(weight).sum();
    let kernel: Vec<(isize, f32)> = (-reach..=reach)
        .map(|step| (step, weight(step) / sum))
        .collect();
    let mut result = plane.clone();
    for axis in [Axis(0), Axis(1)] {
        let from = result.clone();
        let last = from.len_of(axis) as isize - 1;
        for (place, mut lane) in result.axis_iter_mut(axis).enumerate() {
            lane.fill(0.0);
            for (step, weight) in &kernel {
                let at = (place as isize + step).clamp(0, last) as usize;
                lane.scaled_add(*weight, &from.index_axis(axis, at));
            }
        }
    }
    result
}

/// Mean over the square that reaches `reach` pixels to every side, cut at the plane's edge.
fn mean_around(plane: &Array2<f32>, reach: usize) -> Array2<f32> {
    let (height, width) = plane.dim();
    let mut sums = Array2::<f64>::zeros((height + 1, width + 1));
    for y in 0..height {
        let mut row = 0.0;
        for x in 0..width {
            row += f64::from(plane[[y, x]]);
            sums[[y + 1, x + 1]] = sums[[y, x + 1]] + row;
        }
    }
    Array2::from_shape_fn((height, width), |(y, x)| {
        let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(height));
        let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(width));
        let sum =
            sums[[bottom, right]] - sums[[top, right]] - sums[[bottom, left]] + sums[[top, left]];
        (sum / ((bottom - top) * (right - left)) as f64) as f32
    })
}

/// Fills what the mask encloses: whatever cannot be reached from the plane's edge by steps to the side, up or down.
fn filled(mask: &Array2<bool>) -> Array2<bool> {
    let (height, width) = mask.dim();
    let mut result = Array2::from_elem((height, width), true);
    let edge = (0..height).flat_map(|y| [(y, 0), (y, width - 1)]);
    let mut open: Vec<(usize, usize)> = edge
        .chain((0..width).flat_map(|x| [(0, x), (height - 1, x)]))
        .collect();
    while let Some((y, x)) = open.pop() {
        if mask[[y, x]] || !std::mem::replace(&mut result[[y, x]], false) {
            continue;
        }
        open.extend(y.checked_sub(1).map(|y| (y, x)));
        open.extend(x.checked_sub(1).map(|x| (y, x)));
        open.extend((y + 1 < height).then_some((y + 1, x)));
        open.extend((x + 1 < width).then_some((y, x + 1)));
    }
    result
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn holes_are_filled_and_bays_are_not() {
        let mask = Array2::from_shape_fn((7, 7), |(y, x)| {
            (1..6).contains(&y) && (1..6).contains(&x) && (y, x) != (3, 3) && (y, x) != (1, 3)
        });
        let filled = filled(&mask);
        assert!(filled[[3, 3]]);
        assert!(!filled[[1, 3]]);
        assert!(!filled[[0, 0]]);
    }

    #[test]
    fn the_threshold_lies_between_two_heaps() {
        let plane = Array2::from_shape_fn(
            (10, 10),
            |(y, x)| if y < 3 { 0.8 } else { 0.1 } + 0.01 * (x % 3) as f32,
        );
        let threshold = dividing_threshold(&plane);
        assert!((0.1..0.8).contains(&threshold), "{threshold}");
    }

    #[test]
    fn smoothing_and_means_keep_a_constant() {
        let plane = Array2::from_elem((9, 5), 0.3_f32);
        for value in smoothed(&plane, 1.7).iter().chain(&mean_around(&plane, 3)) {
            assert!((value - 0.3).abs() < 1e-5);
        }
    }
}
