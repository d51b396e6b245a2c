//! The width of a signal on this image.

use ndarray::Array2;

use super::column::window;
use super::maxima::{Landscape, neighbours};

/// The brightest so many signals are measured.
const MOST: usize = 400;
/// Fewer do not make a measurement.
const LEAST: usize = 5;
/// Only signals that stand so far above the threshold tell a width.
const ABOVE_THRESHOLD: f64 = 1.5;

/// A measured width.
#[derive(Clone, Copy, Debug)]
pub(super) struct Width {
    /// Pixels.
    pub(super) sigma: f64,
    /// Number of signals measured.
    pub(super) from: usize,
}

/// The median sigma of bright signals that stand alone.
pub(super) fn measure(plane: &Array2<f32>, landscape: &Landscape) -> Width {
    let sigma = landscape.sigma;
    let crowd = neighbours(landscape.candidates.iter(), 7.0 * sigma);
    let mut alone: Vec<_> = landscape
        .candidates
        .iter()
        .zip(crowd)
        .filter(|(candidate, others)| {
            others.is_empty() && candidate.height > ABOVE_THRESHOLD * landscape.threshold
        })
        .map(|(candidate, _)| candidate)
        .collect();
    alone.sort_by(|a, b| b.height.total_cmp(&a.height));
    // The very brightest are often dirt or clumps; take those around the median of what is bright enough.
    let skip = alone.len().saturating_sub(MOST) / 2;
    let mut sigmas: Vec<f32> = alone
        .into_iter()
        .skip(skip)
        .take(MOST)
        .filter_map(|candidate| {
            let cut = window(plane.view(), candidate.y, candidate.x, 4.0 * sigma);
            candidate
                .first_fit(sigma)
                .to(&cut, [0.3 * sigma, 4.0 * sigma])
        })
        .map(|fit| fit.sigma as f32)
        .collect();
    if sigmas.len() < LEAST {
        return Width { sigma, from: 0 };
    }
    Width {
        from: sigmas.len(),
        sigma: f64::from(super::noise::median(&mut sigmas)),
    }
}
