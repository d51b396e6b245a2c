//! Whether a picture is fit to be measured: tissue, focus, JPEG blocks.

use alkaid_imaging::brightfield::Rgb;
use alkaid_imaging::smooth::gaussian;
use alkaid_imaging::stain::{NotHdab, WhitePoint, densities};
use ndarray::Array2;

use crate::masks;

/// Mean optical density from which a smoothed pixel of the overview is tissue.
const TISSUE: f32 = 0.025;
/// Percent of the picture that must be tissue.
const LEAST_TISSUE: f64 = 0.05;
/// Count below which all channels of a pixel are nearly black.
const NEARLY_BLACK: u8 = 40;
/// Percent of nearly black pixels from which a picture is light on dark.
const FLUORESCENCE: f64 = 40.0;
/// Sharpness below which a picture is called out of focus. Simulated sections: 0.9 to 1.0 at a blur of 0.25 µm, 0.8 at
/// 0.5, 0.68 at 0.8 and 0.62 at 1.2, at which the fine grain of the stain is lost. Noise makes a picture look sharper.
pub const BLURRED: f64 = 0.65;
/// Step at JPEG's block edges from which blocks are named. Simulated sections: 1.0 without JPEG, 1.1 at quality 80.
pub const BLOCKS: f64 = 1.25;

/// Which parts of the overview are tissue.
pub struct TissueMap {
    /// `[[y, x]]` on the overview.
    pub mask: Array2<bool>,
    /// Distance from the tissue's edge, overview pixels; the picture's edge does not count.
    pub depth: Array2<f32>,
    /// Pixels of the picture along the side of one of the overview.
    pub downsample: f64,
}

impl TissueMap {
    /// Finds tissue on an overview.
    ///
    /// # Errors
    ///
    /// When the picture is light on dark, or hardly anything is darker than glass.
    pub fn find(overview: &Rgb, white: &WhitePoint, downsample: f64) -> Result<Self, NotHdab> {
        let pixels = (overview.width * overview.height).max(1) as f64;
        let dark = overview
            .pixels
            .chunks_exact(3)
            .filter(|pixel| pixel.iter().all(|value| *value < NEARLY_BLACK))
            .count();
        let dark_percent = 100.0 * dark as f64 / pixels;
        if dark_percent > FLUORESCENCE {
            return Err(NotHdab::Fluorescence { dark_percent });
        }
        let (width, height, densities) = densities(overview, white, 1);
        let mean = densities
            .iter()
            .map(|d| (d[0] + d[1] + d[2]) / 3.0)
            .collect();
        let plane = Array2::from_shape_vec((height, width), mean)
            .unwrap_or_else(|_| Array2::zeros((height, width)));
        let mut mask = gaussian(&plane, 2.0).mapv(|value| value > TISSUE);
        masks::fill_holes(&mut mask, 200);
        let percent = 100.0 * mask.iter().filter(|set| **set).count() as f64 / pixels;
        if percent < LEAST_TISSUE {
            return Err(NotHdab::EmptyGlass { percent });
        }
        let depth = masks::distance(&mask);
        Ok(Self {
            mask,
            depth,
            downsample,
        })
    }

    /// Pixels of the picture that are tissue.
    #[must_use]
    pub fn area_px(&self) -> f64 {
        let count = self.mask.iter().filter(|set| **set).count() as f64;
        count * self.downsample * self.downsample
    }

    /// Whether a rectangle of the picture holds tissue.
    #[must_use]
    pub fn touches(&self, x: u32, y: u32, width: u32, height: u32) -> bool {
        let (rows, columns) = self.mask.dim();
        let cell =
            |value: u32, limit: usize| ((f64::from(value) / self.downsample) as usize).min(limit);
        let (left, top) = (cell(x, columns), cell(y, rows));
        let right = (cell(x + width, columns) + 1).min(columns);
        let bottom = (cell(y + height, rows) + 1).min(rows);
        (top..bottom).any(|row| (left..right).any(|column| self.mask[[row, column]]))
    }

    /// Distance of a place from the tissue's edge, pixels of the picture; 0 outside the tissue.
    #[must_use]
    pub fn depth_at(&self, x: f64, y: f64) -> f64 {
        let (rows, columns) = self.depth.dim();
        let column = ((x / self.downsample).max(0.0) as usize).min(columns - 1);
        let row = ((y / self.downsample).max(0.0) as usize).min(rows - 1);
        f64::from(self.depth[[row, column]]) * self.downsample
    }
}

/// How sharp pictures are: the change over one micrometre against that over three, on tissue, scaled so that a sharp
/// simulated section has 1. Blur lowers what changes over a short way first.
#[must_use]
pub fn sharpness(pictures: &[Rgb], pixel_um: f64) -> f64 {
    /// The ratio on sharp simulated sections.
    const SHARP: f64 = 0.60;
    let short = (1.0 / pixel_um).round().max(1.0) as usize;
    let long = 3 * short;
    let (mut near, mut far) = (0.0, 0.0);
    for picture in pictures {
        let at = |x: usize, y: usize| f64::from(picture.at(x, y)[1]);
        for y in (0..picture.height).step_by(2) {
            for x in 0..picture.width.saturating_sub(long) {
                let value = at(x, y);
                // The noise of the camera, some counts, is no sharpness.
                let step = (at(x + short, y) - value).powi(2);
                near += if step > 36.0 { step } else { 0.0 };
                far += (at(x + long, y) - value).powi(2);
            }
        }
    }
    match far > 0.0 {
        true => (near / far).sqrt() / SHARP,
        false => 0.0,
    }
}

/// Step between neighbouring pixels across the edges of blocks of 8 over that within blocks; the largest over the
/// eight places where the grid may start, over the median of the eight. About 1 without blocks.
#[must_use]
pub fn block_step(pictures: &[Rgb]) -> f64 {
    let mut steps = [0.0_f64; 8];
    let mut counts = [0_u64; 8];
    for picture in pictures {
        for y in 0..picture.height {
            for x in 1..picture.width {
                let (a, b) = (picture.at(x - 1, y)[1], picture.at(x, y)[1]);
                // Edges of cells are no blocks, and would drown them.
                let step = f64::from(a.abs_diff(b)).min(12.0);
                steps[x % 8] += step;
                counts[x % 8] += 1;
            }
        }
    }
    let mut means: Vec<f64> = steps
        .iter()
        .zip(counts)
        .map(|(sum, count)| sum / count.max(1) as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    match means[3] + means[4] > 0.0 {
        true => 2.0 * means[7] / (means[3] + means[4]),
        false => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_on_dark_and_empty_glass_are_named() {
        let black = Rgb::filled(50, 50, [5, 8, 20]);
        assert!(matches!(
            TissueMap::find(&black, &WhitePoint::full(), 1.0),
            Err(NotHdab::Fluorescence { .. })
        ));
        let glass = Rgb::filled(50, 50, [250, 250, 250]);
        assert!(matches!(
            TissueMap::find(&glass, &WhitePoint::full(), 1.0),
            Err(NotHdab::EmptyGlass { .. })
        ));
    }

    #[test]
    fn tissue_is_found_where_it_is() {
        let mut picture = Rgb::filled(60, 40, [250; 3]);
        for y in 10..30 {
            for x in 30..60 {
                picture.set(x, y, [150, 140, 180]);
            }
        }
        let map = TissueMap::find(&picture, &WhitePoint::full(), 10.0).unwrap();
        assert!(map.touches(400, 200, 10, 10));
        assert!(!map.touches(0, 0, 100, 100));
        assert!(map.depth_at(450.0, 200.0) > 60.0);
        assert_eq!(map.depth_at(50.0, 50.0), 0.0);
    }

    #[test]
    fn blocks_are_seen() {
        let mut blocks = Rgb::filled(64, 64, [0; 3]);
        for y in 0..64 {
            for x in 0..64 {
                let level = 100 + 9 * ((x / 8 + y / 8) % 3) as u8 + ((x * 5 + y * 3) % 3) as u8;
                blocks.set(x, y, [level; 3]);
            }
        }
        assert!(block_step(&[blocks]) > BLOCKS);
        let mut smooth = Rgb::filled(64, 64, [0; 3]);
        for y in 0..64 {
            for x in 0..64 {
                smooth.set(x, y, [(100 + (x * 7 + y * 11) % 5) as u8; 3]);
            }
        }
        assert!(block_step(&[smooth]) < BLOCKS);
    }
}
