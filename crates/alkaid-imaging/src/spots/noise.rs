//! How much the background varies from pixel to pixel, and how often noise alone makes a maximum of a given height.
//!
//! Photon noise grows with brightness and nucleoplasm has a texture, so the noise is measured as a function of the
//! local level, apart for three kinds of place: outside nuclei, inside them, and on their rim, where the step from dark
//! to bright lifts the filter's answer.

use ndarray::Array2;

use crate::labels::Labels;
use crate::smooth::box_twice;

/// Side of the tiles in which bright signals are clipped before the level is smoothed, pixels.
const TILE: usize = 32;
/// Levels are sorted into this many classes at most.
const CLASSES: usize = 16;
/// Levels that differ by less than so many standard deviations of a pixel are of one class: photon noise is the root of
/// the level, and hardly changes over such a step.
const LEAST_STEP: f32 = 1.0;
/// Fewer pixels than this do not make a class.
const LEAST_PIXELS: usize = 400;
/// Of each plane about this many pixels are looked at.
const SAMPLES: usize = 400_000;
/// From the median of absolute deviations to the standard deviation of a normal distribution.
pub(super) const MAD_TO_SD: f64 = 1.4826;

/// Pixels of a nucleus within this many sigmas of something else are its rim.
const RIM: f64 = 2.0;

/// Noise of one kind of place against level; classes in ascending level.
#[derive(Clone, Debug, Default)]
struct Curve {
    level: Vec<f32>,
    pixel_sd: Vec<f32>,
    filtered_middle: Vec<f32>,
    filtered_sd: Vec<f32>,
}

/// Kinds of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Outside,
    Inside,
    Rim,
}

/// The noise of a plane.
#[derive(Clone, Debug)]
pub(super) struct Noise {
    /// The background's level at each place, signals clipped.
    pub(super) level: Array2<f32>,
    /// Outside, inside, rim.
    curves: [Curve; 3],
    /// Width of the rim, pixels.
    rim: usize,
}

/// Standard deviations at one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    /// Of a pixel.
    pub(super) pixel: f64,
    /// Of the matched filter's answer.
    pub(super) filtered: f64,
    /// The matched filter's answer where there is no signal.
    pub(super) middle: f64,
}

impl Noise {
    /// Measures the noise: `residual` is the plane less its smooth part, `filtered` the matched filter's answer.
    pub(super) fn measure(
        plane: &Array2<f32>,
        residual: &Array2<f32>,
        filtered: &Array2<f32>,
        labels: &Labels,
        sigma: f64,
    ) -> Self {
        let level = box_twice(&clipped(plane), (5.0 * sigma).ceil() as usize);
        let rim = (RIM * sigma).ceil() as usize;
        let stride = (plane.len() / SAMPLES).max(1);
        let mut samples: [Vec<(f32, f32, f32)>; 3] = Default::default();
        let all = level
            .indexed_iter()
            .zip(residual)
            .zip(filtered)
            .step_by(stride);
        for ((((y, x), &level), &residual), &filtered) in all {
            samples[place(labels, y, x, rim) as usize].push((level, residual, filtered));
        }
        let curves = samples.map(Curve::of);
        Self { level, curves, rim }
    }

    /// The noise at a place.
    pub(super) fn at(&self, labels: &Labels, y: usize, x: usize) -> Spread {
        let level = self.level[[y, x]];
        let own = &self.curves[place(labels, y, x, self.rim) as usize];
        // A kind of place of which no pixel was sampled is taken for another.
        std::iter::once(own)
            .chain(&self.curves)
            .find_map(|curve| curve.at(level))
            .unwrap_or(Spread {
                pixel: 1.0,
                filtered: 1.0,
                middle: 0.0,
            })
    }
}

/// What kind of place a pixel is: on the rim, one of eight pixels `rim` away is not of its nucleus.
fn place(labels: &Labels, y: usize, x: usize, rim: usize) -> Place {
    let label = labels.map[[y, x]];
    if label == 0 {
        return Place::Outside;
    }
    let (height, width) = labels.map.dim();
    let rows = [y.saturating_sub(rim), y, (y + rim).min(height - 1)];
    let columns = [x.saturating_sub(rim), x, (x + rim).min(width - 1)];
    let whole = rows
        .iter()
        .all(|&r| columns.iter().all(|&c| labels.map[[r, c]] == label));
    if whole { Place::Inside } else { Place::Rim }
}

impl Curve {
    /// Classes of about the same size, each of which spans a step of level that matters to the noise. On an even
    /// background the level differs by little more than what signals add to it, and the class of the highest levels
    /// would hold the signals alone.
    fn of(mut samples: Vec<(f32, f32, f32)>) -> Self {
        let mut curve = Self::default();
        samples.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let size = samples.len().div_ceil(CLASSES).max(LEAST_PIXELS);
        let step = LEAST_STEP * robust_sd(samples.iter().map(|s| s.1).collect());
        let mut rest = &samples[..];
        while let Some(lowest) = rest.first().map(|s| s.0) {
            let reached = rest.partition_point(|s| s.0 < lowest + step).max(size);
            // What is left over makes no class of its own.
            let ends = rest.get(reached).is_none_or(|next| {
                let last = rest[rest.len() - 1].0;
                rest.len() - reached < size || last < next.0 + step
            });
            let (class, after) = rest.split_at(if ends { rest.len() } else { reached });
            curve.add(class);
            rest = after;
        }
        curve
    }

    fn add(&mut self, class: &[(f32, f32, f32)]) {
        self.level.push(class[class.len() / 2].0);
        self.pixel_sd
            .push(robust_sd(class.iter().map(|s| s.1).collect()));
        let mut filtered: Vec<f32> = class.iter().map(|s| s.2).collect();
        self.filtered_middle.push(median(&mut filtered));
        self.filtered_sd.push(robust_sd(filtered));
    }

    /// `None` when nothing was sampled.
    fn at(&self, level: f32) -> Option<Spread> {
        if self.level.is_empty() {
            return None;
        }
        let after = self.level.partition_point(|&l| l <= level);
        let last = self.level.len().saturating_sub(1);
        let (low, high) = (after.saturating_sub(1).min(last), after.min(last));
        let span = self.level[high] - self.level[low];
        let part = if span > 0.0 {
            ((level - self.level[low]) / span).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let between =
            |values: &[f32]| f64::from(values[low] + (values[high] - values[low]) * part).max(1e-6);
        Some(Spread {
            pixel: between(&self.pixel_sd).max(1e-6),
            filtered: between(&self.filtered_sd).max(1e-6),
            middle: between(&self.filtered_middle),
        })
    }
}

/// Maxima of noise: how many are expected above a height, from those seen just above [`Tail::FOOT`].
///
/// For a smooth random field the number of maxima above `t` standard deviations falls as exp(-t²/2k²), k = 1 for
/// normal noise. k is taken from the median height, which a few true signals do not move.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail {
    /// Maxima above the foot per pixel.
    density: f64,
    /// k squared.
    spread: f64,
}

impl Tail {
    /// Height from which maxima are counted, standard deviations.
    pub(super) const FOOT: f64 = 3.0;
    /// What goes further is not noise. An assumption: of normal noise, one maximum in 10^6 above the foot does.
    pub(super) const REACH: f64 = 2.0 * Self::FOOT;

    /// From heights above the foot (in standard deviations), found on `pixels`.
    pub(super) fn of(mut heights: Vec<f64>, pixels: usize) -> Self {
        let density = heights.len() as f64 / pixels.max(1) as f64;
        if heights.len() < 5 {
            return Self {
                density: density.max(1.0 / pixels.max(1) as f64),
                spread: 1.0,
            };
        }
        heights.sort_unstable_by(f64::total_cmp);
        let middle = heights[heights.len() / 2];
        let foot = Self::FOOT * Self::FOOT;
        let spread = (middle * middle - foot) / 2.0 / std::f64::consts::LN_2;
        Self {
            density,
            spread: spread.max(1.0),
        }
    }

    /// The worse of two.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            density: self.density.max(other.density),
            spread: self.spread.max(other.spread),
        }
    }

    /// Expected number per pixel above `height`.
    pub(super) fn above(&self, height: f64) -> f64 {
        self.density
            * (-(height * height - Self::FOOT * Self::FOOT) / (2.0 * self.spread))
                .min(0.0)
                .exp()
    }

    /// The height above which no more than `expected` are to be expected on `pixels`.
    pub(super) fn height(&self, expected: f64, pixels: f64) -> f64 {
        let ratio = (self.density * pixels / expected).max(1.0);
        (Self::FOOT * Self::FOOT + 2.0 * self.spread * ratio.ln()).sqrt()
    }
}

/// Standard deviation from the median of absolute deviations.
pub(super) fn robust_sd(mut values: Vec<f32>) -> f32 {
    let middle = median(&mut values);
    values.iter_mut().for_each(|v| *v = (*v - middle).abs());
    median(&mut values) * MAD_TO_SD as f32
}

/// The upper median; 0 for nothing.
pub(super) fn median(values: &mut [f32]) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

/// The plane with everything above three standard deviations over its tile's median cut off.
fn clipped(plane: &Array2<f32>) -> Array2<f32> {
    let mut out = plane.clone();
    let (height, width) = plane.dim();
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            let area = ndarray::s![
                top..(top + TILE).min(height),
                left..(left + TILE).min(width)
            ];
            let mut tile = out.slice_mut(area);
            let mut values: Vec<f32> = tile.iter().copied().step_by(3).collect();
            let middle = median(&mut values);
            let limit = middle + 3.0 * robust_sd(values);
            tile.mapv_inplace(|v| v.min(limit));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_turns_round() {
        let tail = Tail {
            density: 1e-3,
            spread: 1.3,
        };
        let height = tail.height(0.01, 5000.0);
        assert!((tail.above(height) * 5000.0 - 0.01).abs() < 1e-9);
    }

    #[test]
    fn few_strong_signals_do_not_widen_the_tail() {
        // Heights of exponential excess: k = 1.
        let mut heights: Vec<f64> = (1..200)
            .map(|i| (9.0 - 2.0 * (f64::from(i) / 200.0).ln()).sqrt())
            .collect();
        let clean = Tail::of(heights.clone(), 100_000);
        heights.extend([40.0; 10]);
        let with_signals = Tail::of(heights, 100_000);
        assert!((clean.spread - 1.0).abs() < 0.05);
        assert!(with_signals.spread < 1.15);
    }

    #[test]
    fn robust_sd_ignores_outliers() {
        let mut values: Vec<f32> = (0..1000).map(|i| (i % 100) as f32).collect();
        let clean = robust_sd(values.clone());
        values.extend([1e6; 20]);
        assert!((robust_sd(values) / clean - 1.0).abs() < 0.05);
    }
}
