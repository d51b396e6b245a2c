//! Planes of light: spots, blur.

use ndarray::{Array2, Axis};

/// Standard deviations beyond which a Gaussian is not drawn.
const REACH: f64 = 4.5;

/// Adds a Gaussian spot with a peak of `amplitude` at (x, y), in pixels.
pub(super) fn add_spot(plane: &mut Array2<f32>, [x, y]: [f64; 2], sd: f64, amplitude: f64) {
    let (height, width) = plane.dim();
    let span = |centre: f64, size: usize| {
        let from = (centre - REACH * sd).ceil().max(0.0) as usize;
        let to = (centre + REACH * sd).floor().min(size as f64 - 1.0);
        from..if to < 0.0 { from } else { to as usize + 1 }
    };
    let profile = |centre: f64, at: usize| {
        let away = (at as f64 - centre) / sd;
        libm::exp(-away * away / 2.0)
    };
    let columns: Vec<(usize, f64)> = span(x, width).map(|c| (c, profile(x, c))).collect();
    for row in span(y, height) {
        let level = amplitude * profile(y, row);
        for &(column, share) in &columns {
            plane[[row, column]] += (level * share) as f32;
        }
    }
}

/// Blurs a plane by a Gaussian of this standard deviation in pixels; beyond the edge the last pixel goes on.
pub(super) fn blur(plane: &mut Array2<f32>, sd: f64) {
    if sd < 0.2 {
        return;
    }
    let kernel = kernel(sd);
    for axis in [Axis(1), Axis(0)] {
        let mut line = Vec::new();
        for mut lane in plane.lanes_mut(axis) {
            line.clear();
            line.extend(lane.iter().copied());
            let last = line.len() - 1;
            let reach = kernel.len() / 2;
            for (at, value) in lane.iter_mut().enumerate() {
                *value = if at >= reach && at + reach <= last {
                    let window = &line[at - reach..=at + reach];
                    window.iter().zip(&kernel).map(|(v, k)| v * k).sum()
                } else {
                    kernel
                        .iter()
                        .enumerate()
                        .map(|(k, weight)| line[(at + k).saturating_sub(reach).min(last)] * weight)
                        .sum()
                };
            }
        }
    }
}

/// A wide blur, made on a coarse grid: for haze, where fine detail does not matter.
pub(super) fn haze(plane: &Array2<f32>, sd: f64) -> Array2<f32> {
    let (height, width) = plane.dim();
    let block = ((sd / 3.0) as usize).max(1);
    let coarse = (height.div_ceil(block), width.div_ceil(block));
    let mut sums = Array2::<f32>::zeros(coarse);
    let mut counts = Array2::<f32>::zeros(coarse);
    for ((row, column), value) in plane.indexed_iter() {
        sums[[row / block, column / block]] += value;
        counts[[row / block, column / block]] += 1.0;
    }
    sums /= &counts;
    blur(&mut sums, sd / block as f64);
    let place = |at: usize, size: usize| {
        let at = ((at as f32 + 0.5) / block as f32 - 0.5).clamp(0.0, size as f32 - 1.0);
        let low = at as usize;
        (low, (low + 1).min(size - 1), at - low as f32)
    };
    let columns: Vec<_> = (0..width).map(|column| place(column, coarse.1)).collect();
    let mut out = Array2::zeros((height, width));
    for (row, mut line) in out.outer_iter_mut().enumerate() {
        let (top, bottom, down) = place(row, coarse.0);
        for (value, &(left, right, along)) in line.iter_mut().zip(&columns) {
            let upper = sums[[top, left]] * (1.0 - along) + sums[[top, right]] * along;
            let lower = sums[[bottom, left]] * (1.0 - along) + sums[[bottom, right]] * along;
            *value = upper * (1.0 - down) + lower * down;
        }
    }
    out
}

fn kernel(sd: f64) -> Vec<f32> {
    let reach = (3.0 * sd).ceil() as i32;
    let weights: Vec<f64> = (-reach..=reach)
        .map(|at| libm::exp(-f64::from(at * at) / (2.0 * sd * sd)))
        .collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| (weight / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_peaks_where_it_is_put_and_may_hang_over_the_edge() {
        let mut plane = Array2::zeros((20, 30));
        add_spot(&mut plane, [12.0, 7.0], 1.5, 100.0);
        assert!((plane[[7, 12]] - 100.0).abs() < 1e-3);
        add_spot(&mut plane, [-1.0, 25.0], 1.5, 100.0);
        add_spot(&mut plane, [-100.0, 5.0], 1.5, 100.0);
        assert!(plane[[19, 0]] > 0.0);
    }

    #[test]
    fn blur_keeps_the_light() {
        let mut plane = Array2::zeros((41, 41));
        plane[[20, 20]] = 1.0;
        let wide = haze(&plane, 4.0);
        blur(&mut plane, 2.0);
        assert!((plane.sum() - 1.0).abs() < 1e-3);
        assert!((wide.sum() - 1.0).abs() < 0.1, "{}", wide.sum());
        assert!((plane[[20, 20]] - 0.0398).abs() < 0.001);
    }
}
