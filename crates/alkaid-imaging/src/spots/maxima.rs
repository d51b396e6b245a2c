//! The matched filter's answer over a plane, and its maxima.

use std::collections::BTreeMap;

use ndarray::Array2;

use super::fit::Fit;
use super::noise::{Noise, Tail};
use super::{FILTER_GAIN, SURROUND, Spot, SpotOptions};
use crate::labels::Labels;
use crate::smooth::gaussian;

/// The rim of the image in which no maximum is taken, pixels.
const RIM: usize = 2;
/// Noise is counted at least this many sigmas away from nuclei.
const CLEARANCE: f64 = 5.0;

/// A maximum that may be a signal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) y: usize,
    pub(super) x: usize,
    /// Standard deviations of the filtered background.
    pub(super) height: f64,
    /// Height of the signal, counts, as the filter sees it.
    pub(super) amplitude: f64,
    /// The background's level, counts.
    pub(super) level: f64,
    /// Standard deviation of a background pixel.
    pub(super) pixel_sd: f64,
}

/// A plane as the filter sees it.
#[derive(Clone, Debug)]
pub(super) struct Landscape {
    /// In reading order.
    pub(super) candidates: Vec<Candidate>,
    /// Height from which a maximum is a candidate.
    pub(super) threshold: f64,
    /// Share of signals that are expected to lie below it.
    pub(super) missed: f64,
    /// Pixels of the median nucleus.
    pub(super) nucleus_pixels: f64,
    pub(super) sigma: f64,
    nuclear_pixels: f64,
    tail: Tail,
    filtered: Array2<f32>,
}

impl Landscape {
    /// Filters `plane` for signals of `sigma` pixels and takes the maxima that noise does not explain.
    pub(super) fn of(
        plane: &Array2<f32>,
        labels: &Labels,
        sigma: f64,
        options: &SpotOptions,
    ) -> Self {
        let surround = gaussian(plane, SURROUND * sigma);
        let mut filtered = gaussian(plane, sigma);
        filtered -= &surround;
        let mut residual = surround;
        residual.zip_mut_with(plane, |smooth, &value| *smooth = value - *smooth);
        let noise = Noise::measure(plane, &residual, &filtered, labels, sigma);
        drop(residual);

        let far = (CLEARANCE * sigma).ceil() as usize;
        let mut candidates = Vec::new();
        let mut heights_outside = Vec::new();
        let mut depths_inside = Vec::new();
        let (mut pixels_outside, mut pixels_inside) = (0usize, 0usize);
        let (height, width) = filtered.dim();
        for y in RIM..height.saturating_sub(RIM) {
            for x in RIM..width.saturating_sub(RIM) {
                let label = labels.map[[y, x]];
                let alone = label == 0 && clear(labels, y, x, far);
                pixels_outside += usize::from(alone);
                pixels_inside += usize::from(label != 0);
                let value = filtered[[y, x]];
                let sign = value.signum();
                if !is_extreme(&filtered, y, x, sign) {
                    continue;
                }
                let spread = noise.at(labels, y, x);
                let over = (f64::from(value) - spread.middle) / spread.filtered;
                if over < -Tail::FOOT && label != 0 {
                    depths_inside.push(-over);
                }
                if over < Tail::FOOT {
                    continue;
                }
                if alone {
                    heights_outside.push(over);
                }
                candidates.push(Candidate {
                    y,
                    x,
                    height: over,
                    amplitude: f64::from(value) / FILTER_GAIN,
                    level: f64::from(noise.level[[y, x]]),
                    pixel_sd: spread.pixel,
                });
            }
        }
        // The foot of bright signals is a trough on every side, and granules and dirt shine outside nuclei: what goes so
        // far up or down is not noise. Granules are counted apart, by what is left outside above the threshold.
        depths_inside.retain(|depth| *depth < Tail::REACH);
        heights_outside.retain(|height| *height < Tail::REACH);
        let tail =
            Tail::of(heights_outside, pixels_outside).or(Tail::of(depths_inside, pixels_inside));
        let nucleus_pixels = median_area(labels);
        let threshold = tail.height(options.false_per_nucleus, nucleus_pixels);
        candidates.retain(|candidate| candidate.height >= threshold);
        Self {
            candidates,
            threshold,
            missed: 0.0,
            nucleus_pixels,
            sigma,
            nuclear_pixels: pixels_inside as f64,
            tail,
            filtered,
        }
    }

    /// Expected signals from noise per pixel.
    pub(super) fn noise_per_pixel(&self) -> f64 {
        self.tail.above(self.threshold)
    }

    /// The share of true signals among those of the same height: the density of noise at that height against that of
    /// the signals, log-normal with the median and spread of those found.
    pub(super) fn set_confidence(&mut self, spots: &mut [Spot]) {
        let mut logs: Vec<f32> = spots
            .iter()
            .filter(|spot| spot.rejected.is_none())
            .map(|spot| spot.height.ln() as f32)
            .collect();
        if logs.is_empty() {
            return;
        }
        let number = logs.len() as f64;
        let middle = f64::from(super::noise::median(&mut logs));
        let spread = f64::from(super::noise::robust_sd(logs)).max(0.3);
        self.missed = below((self.threshold.ln() - middle) / spread);
        for spot in spots {
            let step = 0.01 * spot.height;
            let noise = (self.tail.above(spot.height - step) - self.tail.above(spot.height + step))
                * self.nuclear_pixels
                / (2.0 * step);
            let distance = (spot.height.ln() - middle) / spread;
            let signals = number * (-distance * distance / 2.0).exp()
                / (spot.height * spread * (2.0 * std::f64::consts::PI).sqrt());
            spot.confidence = signals / (signals + noise).max(1e-300);
        }
    }

    /// The filter's answer as heights of signals, counts.
    pub(super) fn into_heights(self) -> Array2<f32> {
        let mut heights = self.filtered;
        heights /= FILTER_GAIN as f32;
        heights
    }
}

impl Candidate {
    /// Where the fit begins.
    pub(super) fn first_fit(&self, sigma: f64) -> Fit {
        Fit {
            amplitude: self.amplitude,
            x: self.x as f64,
            y: self.y as f64,
            ground: self.level,
            slope: [0.0; 2],
            sigma,
            place_error: 0.0,
            width_error: 0.0,
            amplitude_error: 0.0,
        }
    }
}

/// Probability that a standard normal number is below `x` (logistic approximation of Bowling, error below 2e-4).
fn below(x: f64) -> f64 {
    1.0 / (1.0 + (-0.070_56 * x * x * x - 1.5976 * x).exp())
}

/// For each candidate the others within `reach` pixels.
pub(super) fn neighbours<'a>(
    candidates: impl Iterator<Item = &'a Candidate>,
    reach: f64,
) -> Vec<Vec<usize>> {
    let side = reach.ceil().max(1.0) as usize;
    let places: Vec<(usize, usize)> = candidates.map(|c| (c.y, c.x)).collect();
    let mut cells: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (index, (y, x)) in places.iter().enumerate() {
        cells.entry((y / side, x / side)).or_default().push(index);
    }
    let near = |a: (usize, usize), b: (usize, usize)| {
        (a.0 as f64 - b.0 as f64).hypot(a.1 as f64 - b.1 as f64) <= reach
    };
    places
        .iter()
        .enumerate()
        .map(|(index, &(y, x))| {
            let (row, column) = (y / side, x / side);
            let mut found = Vec::new();
            for r in row.saturating_sub(1)..=row + 1 {
                for c in column.saturating_sub(1)..=column + 1 {
                    let others = cells.get(&(r, c)).into_iter().flatten();
                    found.extend(
                        others.filter(|&&other| other != index && near(places[other], (y, x))),
                    );
                }
            }
            found
        })
        .collect()
}

/// Whether a pixel stands out among its eight neighbours, upwards (`sign` 1) or downwards; of equals the first counts.
fn is_extreme(plane: &Array2<f32>, y: usize, x: usize, sign: f32) -> bool {
    let value = plane[[y, x]] * sign;
    let before = [(y, x - 1), (y - 1, x - 1), (y - 1, x), (y - 1, x + 1)];
    let after = [(y, x + 1), (y + 1, x - 1), (y + 1, x), (y + 1, x + 1)];
    before.iter().all(|&p| value > plane[p] * sign)
        && after.iter().all(|&p| value >= plane[p] * sign)
}

/// Whether no nucleus lies at eight places around.
fn clear(labels: &Labels, y: usize, x: usize, far: usize) -> bool {
    let (height, width) = labels.map.dim();
    let rows = [y.saturating_sub(far), y, (y + far).min(height - 1)];
    let columns = [x.saturating_sub(far), x, (x + far).min(width - 1)];
    rows.iter()
        .all(|&r| columns.iter().all(|&c| labels.map[[r, c]] == 0))
}

/// Median number of pixels of a nucleus; of the field when there is none.
fn median_area(labels: &Labels) -> f64 {
    let mut areas = vec![0usize; labels.count as usize + 1];
    for &label in &labels.map {
        if let Some(area) = areas.get_mut(label as usize) {
            *area += 1;
        }
    }
    let mut areas: Vec<usize> = areas.into_iter().skip(1).filter(|&a| a > 0).collect();
    areas.sort_unstable();
    areas
        .get(areas.len() / 2)
        .map_or(labels.map.len() as f64, |&area| area as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_found_across_cells() {
        let at = |y, x| Candidate {
            y,
            x,
            height: 5.0,
            amplitude: 1.0,
            level: 0.0,
            pixel_sd: 1.0,
        };
        let all = [at(9, 9), at(10, 12), at(40, 40)];
        assert_eq!(neighbours(all.iter(), 10.0), vec![vec![1], vec![0], vec![]]);
    }

    #[test]
    fn of_equal_neighbours_one_is_the_maximum() {
        let mut plane = Array2::zeros((6, 6));
        plane[[2, 2]] = 1.0;
        plane[[2, 3]] = 1.0;
        let count = (1..5)
            .flat_map(|y| (1..5).map(move |x| (y, x)))
            .filter(|&(y, x)| plane[[y, x]] > 0.0 && is_extreme(&plane, y, x, 1.0))
            .count();
        assert_eq!(count, 1);
    }
}
