//! Nuclei on the plane of haematoxylin.
//!
//! [`NucleusFinder`] is the border to the rest of the crate: anything that turns a plane into [`Labels`] will do.
//! [`Classical`] smooths, compares with a threshold of the slide and the neighbourhood, and cuts touching nuclei apart
//! where their outline is waisted. Everything depends on the pixels within [`REACH_UM`] only, so that two overlapping
//! tiles find the same nuclei where they overlap.

pub(crate) mod flood;
pub(crate) mod smooth;

use alkaid_imaging::Labels;
use ndarray::Array2;

/// Pixels further away than this do not change whether and where a nucleus is found, micrometres.
pub const REACH_UM: f64 = 32.0;

/// Standard deviation of the smoothing before the threshold, micrometres: below chromatin grain, above camera noise.
const SMOOTH_UM: f64 = 0.6;
/// Side of the square whose mean is the neighbourhood, micrometres: some nuclei wide.
const NEIGHBOURHOOD_UM: f64 = 30.0;
/// Smallest nucleus that is kept, square micrometres: 10 is a sphere of 3.6 µm, cut through its middle.
const SMALLEST_UM2: f64 = 10.0;
/// Largest, square micrometres; what is larger is a clump.
const LARGEST_UM2: f64 = 320.0;
/// Depth of a waist that cuts, micrometres: chromatin makes outlines rough below that.
const WAIST_UM: f64 = 0.45;

/// Finds nuclei.
pub trait NucleusFinder: Sync {
    /// Labels of the nuclei on a plane of haematoxylin (optical density) with square pixels of `pixel_um`.
    fn find(&self, haematoxylin: &Array2<f32>, pixel_um: f64) -> Labels;
}

/// Threshold and watershed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Classical {
    /// Haematoxylin from which a smoothed pixel may be nucleus, optical density.
    pub threshold: f32,
}

impl Classical {
    /// With the threshold of a slide: three quarters of Otsu's, on smoothed haematoxylin of a sample of its tissue. Kept within bounds,
    /// so that a sample without nuclei does not turn noise into nuclei.
    #[must_use]
    pub fn for_sample<'p>(planes: impl Iterator<Item = &'p Array2<f32>>, pixel_um: f64) -> Self {
        let mut histogram = [0_u64; 200];
        for plane in planes {
            for value in &smooth::gaussian(plane, SMOOTH_UM / pixel_um) {
                if *value > 0.01 {
                    histogram[((value * 200.0) as usize).min(199)] += 1;
                }
            }
        }
        // Pale nuclei lie below the valley between the two hills of a section.
        let threshold = 0.75 * otsu(&histogram) as f32 / 200.0;
        Self {
            threshold: threshold.clamp(0.08, 0.35),
        }
    }
}

impl NucleusFinder for Classical {
    fn find(&self, haematoxylin: &Array2<f32>, pixel_um: f64) -> Labels {
        let smoothed = smooth::gaussian(haematoxylin, SMOOTH_UM / pixel_um);
        let around = smooth::box_mean(&smoothed, (0.5 * NEIGHBOURHOOD_UM / pixel_um) as usize);
        let mut mask = Array2::from_elem(smoothed.dim(), false);
        for ((place, value), around) in mask.iter_mut().zip(&smoothed).zip(&around) {
            // In a crowd the neighbourhood is nuclei too; three quarters of the threshold still have to be passed there.
            *place = *value > self.threshold.max(0.9 * around)
                || *value > 1.5 * self.threshold.max(0.6 * around);
        }
        flood::fill_holes(&mut mask, (30.0 / (pixel_um * pixel_um)) as usize);
        let distance = smooth::gaussian(&flood::distance(&mask), 0.4 / pixel_um);
        let labels = flood::split(&mask, &distance, (WAIST_UM / pixel_um) as f32);
        let area = pixel_um * pixel_um;
        keep_sizes(labels, SMALLEST_UM2 / area, LARGEST_UM2 / area)
    }
}

/// Otsu's threshold: the bin after which the two sides differ most.
fn otsu(histogram: &[u64]) -> usize {
    let total: f64 = histogram.iter().map(|count| *count as f64).sum();
    let sum: f64 = histogram
        .iter()
        .enumerate()
        .map(|(bin, count)| bin as f64 * *count as f64)
        .sum();
    let (mut below, mut sum_below, mut best, mut at) = (0.0, 0.0, -1.0, 0);
    for (bin, count) in histogram.iter().enumerate() {
        below += *count as f64;
        sum_below += bin as f64 * *count as f64;
        let above = total - below;
        if below == 0.0 || above == 0.0 {
            continue;
        }
        let apart = sum_below / below - (sum - sum_below) / above;
        let between = below * above * apart * apart;
        if between > best {
            (best, at) = (between, bin);
        }
    }
    at + 1
}

/// Removes objects that are too small or too large, and closes the gaps in the numbers.
fn keep_sizes(mut map: Array2<u32>, smallest: f64, largest: f64) -> Labels {
    let count = map.iter().copied().max().unwrap_or(0) as usize;
    let mut areas = vec![0_u32; count + 1];
    for label in &map {
        areas[*label as usize] += 1;
    }
    for label in map.iter_mut() {
        if !(smallest..=largest).contains(&f64::from(areas[*label as usize])) {
            *label = 0;
        }
    }
    Labels::compacted(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn discs(middles: &[(f64, f64)], radius: f64) -> Array2<f32> {
        Array2::from_shape_fn((80, 120), |(y, x)| {
            let inside = middles
                .iter()
                .any(|(cx, cy)| (x as f64 - cx).hypot(y as f64 - cy) < radius);
            if inside { 0.5 } else { 0.04 }
        })
    }

    #[test]
    fn touching_discs_are_cut_apart() {
        let plane = discs(&[(30.0, 40.0), (43.0, 40.0), (90.0, 40.0)], 7.5);
        let labels = Classical { threshold: 0.2 }.find(&plane, 0.5);
        assert_eq!(labels.count, 3);
        assert_ne!(labels.map[[40, 30]], labels.map[[40, 43]]);
    }

    #[test]
    fn specks_and_even_planes_hold_no_nuclei() {
        let plane = discs(&[(30.0, 40.0)], 1.5);
        assert_eq!(Classical { threshold: 0.2 }.find(&plane, 0.5).count, 0);
        let even = Array2::from_elem((60, 60), 0.1);
        assert_eq!(
            Classical::for_sample([&even].into_iter(), 0.5)
                .find(&even, 0.5)
                .count,
            0
        );
    }

    #[test]
    fn otsu_lies_between_two_hills() {
        let mut histogram = [0; 100];
        histogram[20] = 50;
        histogram[21] = 60;
        histogram[70] = 30;
        let at = otsu(&histogram);
        assert!((22..=70).contains(&at), "{at}");
    }
}
