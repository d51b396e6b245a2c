//! Between a plane's own pixels and the network's: light is resampled down or up, labels come back.

use ndarray::{Array1, Array2, ArrayView2};

/// Resamples a plane to another size: a triangle as wide as the coarser of the two pixel sizes, so that shrinking
/// averages and enlarging interpolates.
#[must_use]
pub fn resample(plane: ArrayView2<'_, f32>, size: (usize, usize)) -> Array2<f32> {
    let (height, width) = plane.dim();
    if size == (height, width) {
        return plane.to_owned();
    }
    let columns = taps(width, size.1);
    let mut narrow = Array2::zeros((height, size.1));
    for (from, mut to) in plane.rows().into_iter().zip(narrow.rows_mut()) {
        for (value, (first, weights)) in to.iter_mut().zip(&columns) {
            *value = weights
                .iter()
                .enumerate()
                .map(|(step, weight)| weight * from[first + step])
                .sum();
        }
    }
    let mut result = Array2::zeros(size);
    for ((first, weights), mut to) in taps(height, size.0).iter().zip(result.rows_mut()) {
        for (step, weight) in weights.iter().enumerate() {
            to.scaled_add(*weight, &narrow.row(first + step));
        }
    }
    result
}

/// For every output place, the first input place that counts and the weights from there on, which add up to 1.
fn taps(from: usize, to: usize) -> Vec<(usize, Vec<f32>)> {
    let ratio = from as f64 / to as f64;
    let reach = ratio.max(1.0);
    let one = |place: usize| {
        let centre = (place as f64 + 0.5) * ratio - 0.5;
        let first = (centre - reach).ceil().max(0.0) as usize;
        let last = ((centre + reach).floor().max(0.0) as usize).min(from - 1);
        let first = first.min(last);
        let weights: Array1<f64> = (first..=last)
            .map(|at| (1.0 - (at as f64 - centre).abs() / reach).max(1e-9))
            .collect();
        let sum = weights.sum();
        (
            first,
            weights.iter().map(|weight| (weight / sum) as f32).collect(),
        )
    };
    (0..to).map(one).collect()
}

/// Labels at another size: every pixel takes the label that weighs most among the four around it.
#[must_use]
pub fn relabel(labels: &Array2<u32>, size: (usize, usize)) -> Array2<u32> {
    let (height, width) = labels.dim();
    if size == (height, width) {
        return labels.clone();
    }
    let rows = corners(height, size.0);
    let columns = corners(width, size.1);
    Array2::from_shape_fn(size, |(y, x)| {
        let ((top, bottom, down), (left, right, across)) = (rows[y], columns[x]);
        let around = [
            (labels[[top, left]], (1.0 - down) * (1.0 - across)),
            (labels[[top, right]], (1.0 - down) * across),
            (labels[[bottom, left]], down * (1.0 - across)),
            (labels[[bottom, right]], down * across),
        ];
        if around.iter().all(|(label, _)| *label == around[0].0) {
            return around[0].0;
        }
        let weight = |label| -> f32 {
            around
                .iter()
                .filter(|other| other.0 == label)
                .map(|other| other.1)
                .sum()
        };
        let mut best = around[0].0;
        for (label, _) in &around[1..] {
            if weight(*label) > weight(best) {
                best = *label;
            }
        }
        best
    })
}

/// For every output place, the two input places around it and the share of the second.
fn corners(from: usize, to: usize) -> Vec<(usize, usize, f32)> {
    let one = |place: usize| {
        let at =
            ((place as f64 + 0.5) * from as f64 / to as f64 - 0.5).clamp(0.0, (from - 1) as f64);
        (
            at as usize,
            (at as usize + 1).min(from - 1),
            at.fract() as f32,
        )
    };
    (0..to).map(one).collect()
}

/// Size of a plane at another scale; at least one pixel a side.
#[must_use]
pub fn scaled((height, width): (usize, usize), scale: f32) -> (usize, usize) {
    let side = |length: usize| ((length as f64 * f64::from(scale)).round() as usize).max(1);
    (side(height), side(width))
}

/// Diameters of the discs with the objects' areas, in pixels, in the order of the labels.
#[must_use]
pub fn diameters(labels: &Array2<u32>, count: u32) -> Vec<f32> {
    let mut areas = vec![0_u32; count as usize + 1];
    for label in labels {
        areas[*label as usize] += 1;
    }
    let diameter = |area: &u32| (4.0 * *area as f32 / std::f32::consts::PI).sqrt();
    areas[1..].iter().map(diameter).collect()
}

/// The diameter that objects with half of the whole area exceed: debris hardly counts. `None` without objects.
#[must_use]
pub fn typical_diameter(mut diameters: Vec<f32>) -> Option<f32> {
    diameters.sort_by(f32::total_cmp);
    let half = diameters
        .iter()
        .map(|diameter| diameter * diameter)
        .sum::<f32>()
        / 2.0;
    let mut sum = 0.0;
    diameters.into_iter().find(|diameter| {
        sum += diameter * diameter;
        sum >= half
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_ramp_stays_a_ramp() {
        let ramp = Array2::from_shape_fn((20, 30), |(_, x)| x as f32);
        let half = resample(ramp.view(), (10, 15));
        assert!((half[[5, 7]] - 14.5).abs() < 1e-4);
        let twice = resample(ramp.view(), (40, 60));
        assert!((twice[[20, 31]] - 15.25).abs() < 1e-4);
    }

    #[test]
    fn labels_survive_there_and_back() {
        let labels =
            Array2::from_shape_fn((24, 24), |(y, x)| u32::from(y > 12) + 2 * u32::from(x > 10));
        assert_eq!(relabel(&relabel(&labels, (72, 72)), (24, 24)), labels);
    }

    #[test]
    fn small_debris_does_not_move_the_typical_diameter() {
        assert_eq!(
            typical_diameter(vec![2.0, 2.0, 2.0, 2.0, 20.0, 22.0, 21.0]),
            Some(21.0)
        );
        assert_eq!(typical_diameter(vec![]), None);
        assert_eq!(diameters(&array![[1, 1], [0, 2]], 2).len(), 2);
    }

    proptest! {
        #[test]
        fn resampling_keeps_the_range(height in 1_usize..20, width in 1_usize..20, to in (1_usize..40, 1_usize..40)) {
            let plane = Array2::from_shape_fn((height, width), |(y, x)| ((7 * y + 3 * x) % 5) as f32);
            let result = resample(plane.view(), to);
            prop_assert_eq!(result.dim(), to);
            prop_assert!(result.iter().all(|value| (-1e-4..=4.0001).contains(value)));
        }
    }
}
