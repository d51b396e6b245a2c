//! Smoothing of planes. Planes go on at their edges as they end there.

use ndarray::Array2;

/// Gaussian smoothing with a standard deviation in pixels; below a tenth of a pixel the plane stays as it is.
pub(crate) fn gaussian(plane: &Array2<f32>, sigma: f64) -> Array2<f32> {
    if sigma < 0.1 || plane.is_empty() {
        return plane.clone();
    }
    let reach = (3.0 * sigma).ceil() as usize;
    let mut weights: Vec<f32> = (0..=2 * reach)
        .map(|k| {
            let away = (k as f64 - reach as f64) / sigma;
            (-0.5 * away * away).exp() as f32
        })
        .collect();
    let total: f32 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= total);
    let (height, width) = plane.dim();
    let mut across = Array2::<f32>::zeros((height, width));
    let mut padded = vec![0.0_f32; width + 2 * reach];
    for (row, mut out) in plane.rows().into_iter().zip(across.rows_mut()) {
        for (k, value) in padded.iter_mut().enumerate() {
            *value = row[k.saturating_sub(reach).min(width - 1)];
        }
        for (x, value) in out.iter_mut().enumerate() {
            *value = weights.iter().zip(&padded[x..]).map(|(w, v)| w * v).sum();
        }
    }
    let mut smoothed = Array2::<f32>::zeros((height, width));
    for (y, mut out) in smoothed.rows_mut().into_iter().enumerate() {
        for (k, weight) in weights.iter().enumerate() {
            let from = (y + k).saturating_sub(reach).min(height - 1);
            for (value, source) in out.iter_mut().zip(across.row(from)) {
                *value += weight * source;
            }
        }
    }
    smoothed
}

/// Mean over squares that reach `reach` pixels to each side, cut at the plane's edge.
pub(crate) fn box_mean(plane: &Array2<f32>, reach: usize) -> Array2<f32> {
    let (height, width) = plane.dim();
    let mut sums = vec![0.0_f64; (width + 1) * (height + 1)];
    for y in 0..height {
        let mut row = 0.0;
        for x in 0..width {
            row += f64::from(plane[[y, x]]);
            sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
        }
    }
    Array2::from_shape_fn((height, width), |(y, x)| {
        let (top, left) = (y.saturating_sub(reach), x.saturating_sub(reach));
        let (bottom, right) = ((y + reach + 1).min(height), (x + reach + 1).min(width));
        let at = |y: usize, x: usize| sums[y * (width + 1) + x];
        let sum = at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left);
        (sum / ((bottom - top) * (right - left)) as f64) as f32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_keeps_the_mean_of_an_even_plane() {
        let plane = Array2::from_elem((9, 13), 0.7);
        assert!(gaussian(&plane, 2.0).iter().all(|v| (v - 0.7).abs() < 1e-5));
        assert!(box_mean(&plane, 3).iter().all(|v| (v - 0.7).abs() < 1e-5));
    }

    #[test]
    fn a_box_is_cut_at_the_edge() {
        let plane = Array2::from_shape_fn((1, 4), |(_, x)| x as f32);
        let mean = box_mean(&plane, 1);
        assert_eq!(mean.as_slice(), Some([0.5, 1.0, 2.0, 2.5].as_slice()));
    }
}
