//! Separable smoothing of a plane, edges continued by their outermost pixel.

use ndarray::Array2;

/// Gaussian of `sigma` pixels (more than 0), cut at four sigma.
#[must_use]
pub fn gaussian(plane: &Array2<f32>, sigma: f64) -> Array2<f32> {
    if plane.is_empty() {
        return plane.clone();
    }
    let radius = (4.0 * sigma).ceil().max(1.0) as usize;
    let mut half: Vec<f32> = (0..=radius)
        .map(|step| (-0.5 * (step as f64 / sigma).powi(2)).exp() as f32)
        .collect();
    let sum = half[0] + 2.0 * half[1..].iter().sum::<f32>();
    half.iter_mut().for_each(|tap| *tap /= sum);
    columns(&rows(plane, &half), &half)
}

/// Mean over a square of `2 * radius + 1` pixels, twice: close to a Gaussian, at a cost that does not grow with radius.
#[must_use]
pub fn box_twice(plane: &Array2<f32>, radius: usize) -> Array2<f32> {
    if plane.is_empty() {
        return plane.clone();
    }
    let once = box_once(plane, radius);
    box_once(&once, radius)
}

/// Correlates each row with a symmetric kernel given by its centre and one side.
fn rows(plane: &Array2<f32>, half: &[f32]) -> Array2<f32> {
    let (height, width) = plane.dim();
    let radius = half.len() - 1;
    let mut padded = vec![0.0f32; width + 2 * radius];
    let mut out = Array2::zeros((height, width));
    for (source, mut target) in plane.rows().into_iter().zip(out.rows_mut()) {
        pad(source.iter().copied(), radius, &mut padded);
        let Some(target) = target.as_slice_mut() else {
            continue;
        };
        let centre = &padded[radius..radius + width];
        for (value, &middle) in target.iter_mut().zip(centre) {
            *value = middle * half[0];
        }
        for (step, &tap) in half.iter().enumerate().skip(1) {
            let left = &padded[radius - step..radius - step + width];
            let right = &padded[radius + step..radius + step + width];
            for ((value, &a), &b) in target.iter_mut().zip(left).zip(right) {
                *value += (a + b) * tap;
            }
        }
    }
    out
}

/// Correlates each column; works on whole rows at a time, which the cache likes.
fn columns(plane: &Array2<f32>, half: &[f32]) -> Array2<f32> {
    let (height, width) = plane.dim();
    let last = height.saturating_sub(1);
    let mut out = Array2::zeros((height, width));
    for (y, mut target) in out.rows_mut().into_iter().enumerate() {
        target.scaled_add(half[0], &plane.row(y));
        for (step, &tap) in half.iter().enumerate().skip(1) {
            target.scaled_add(tap, &plane.row(y.saturating_sub(step)));
            target.scaled_add(tap, &plane.row((y + step).min(last)));
        }
    }
    out
}

fn box_once(plane: &Array2<f32>, radius: usize) -> Array2<f32> {
    let (height, width) = plane.dim();
    let scale = 1.0 / (2 * radius + 1) as f64;
    let mut across = Array2::zeros((height, width));
    let mut padded = vec![0.0f32; width + 2 * radius];
    for (source, mut target) in plane.rows().into_iter().zip(across.rows_mut()) {
        pad(source.iter().copied(), radius, &mut padded);
        let mut sum: f64 = padded[..2 * radius].iter().map(|&v| f64::from(v)).sum();
        for (x, value) in target.iter_mut().enumerate() {
            sum += f64::from(padded[x + 2 * radius]);
            *value = (sum * scale) as f32;
            sum -= f64::from(padded[x]);
        }
    }
    let last = height.saturating_sub(1) as isize;
    let row_at = |y: isize| across.row(y.clamp(0, last) as usize);
    let mut sums = vec![0.0f64; width];
    let reach = radius as isize;
    for y in -reach..reach {
        sums.iter_mut()
            .zip(row_at(y))
            .for_each(|(sum, &v)| *sum += f64::from(v));
    }
    let mut out = Array2::zeros((height, width));
    for (y, mut target) in out.rows_mut().into_iter().enumerate() {
        let (enters, leaves) = (row_at(y as isize + reach), row_at(y as isize - reach));
        for ((value, sum), (&add, &take)) in target
            .iter_mut()
            .zip(&mut sums)
            .zip(enters.iter().zip(leaves))
        {
            *sum += f64::from(add);
            *value = (*sum * scale) as f32;
            *sum -= f64::from(take);
        }
    }
    out
}

fn pad(source: impl ExactSizeIterator<Item = f32> + Clone, radius: usize, padded: &mut [f32]) {
    let width = source.len();
    let first = source.clone().next().unwrap_or(0.0);
    let last = source.clone().last().unwrap_or(0.0);
    padded[..radius].fill(first);
    padded[radius + width..].fill(last);
    for (slot, value) in padded[radius..].iter_mut().zip(source) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_keeps_a_flat_plane_and_the_sum_of_a_point() {
        let flat = Array2::from_elem((20, 31), 7.0f32);
        for smooth in [gaussian(&flat, 1.7), box_twice(&flat, 3)] {
            assert!(smooth.iter().all(|v| (v - 7.0).abs() < 1e-4));
        }
        let mut point = Array2::zeros((41, 41));
        point[[20, 20]] = 100.0;
        assert!((gaussian(&point, 2.0).sum() - 100.0).abs() < 0.01);
        assert!((box_twice(&point, 4).sum() - 100.0).abs() < 0.01);
    }

    #[test]
    fn a_gaussian_has_its_width() {
        let mut point = Array2::zeros((61, 61));
        point[[30, 30]] = 1.0;
        let smooth = gaussian(&point, 2.5);
        let ratio = f64::from(smooth[[30, 35]] / smooth[[30, 30]]);
        assert!((ratio - (-2.0f64).exp()).abs() < 1e-4);
    }

    #[test]
    fn a_plane_smaller_than_the_kernel_is_smoothed_too() {
        let small = Array2::from_elem((2, 3), 5.0f32);
        assert!(gaussian(&small, 3.0).iter().all(|v| (v - 5.0).abs() < 1e-4));
        assert!(box_twice(&small, 8).iter().all(|v| (v - 5.0).abs() < 1e-4));
    }
}
