//! Taking the dyes of a stained section apart: haematoxylin and DAB.
//!
//! Light that passes a dye is weakened by a factor for each unit of dye, so the *optical density*, -log10 of the share
//! that passes, is the sum over the dyes of amount times the dye's vector (red, green, blue; unit length). Two dyes and
//! three channels leave one direction over: the *residual*, which says how far the picture is a mixture of these two.
//!
//! The vectors are [`StainVectors::RUIFROK`] (Ruifrok and Johnston 2001) or estimated from the slide itself
//! ([`estimate`], after Macenko 2009).

mod check;
mod estimate;

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::brightfield::{Rgb, Window};
pub use check::{NotHdab, check};
pub use estimate::{Estimate, VectorSource, estimate};

/// Optical densities of one pixel: red, green, blue.
pub type Density = [f32; 3];

/// What the camera shows where there is no tissue.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WhitePoint {
    /// Counts of red, green and blue, 1 to 255.
    pub rgb: [f64; 3],
    /// Where it comes from.
    pub source: WhiteSource,
}

/// Where a white point comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhiteSource {
    /// Glass without tissue on the slide.
    Glass,
    /// The palest tissue: no glass was seen, so densities are a little low.
    PalestTissue,
    /// Given by the user.
    Given,
}

/// The directions of the two dyes in optical density; each of unit length.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StainVectors {
    /// Red, green, blue.
    pub haematoxylin: [f64; 3],
    /// Red, green, blue.
    pub dab: [f64; 3],
}

/// Amounts of dye on the pixels of a window, in optical density along each dye's vector; `[[y, x]]`.
#[derive(Clone, Debug)]
pub struct Stains {
    /// Amount of haematoxylin, not negative.
    pub haematoxylin: Array2<f32>,
    /// Amount of DAB, not negative.
    pub dab: Array2<f32>,
    /// Length of what the two dyes do not explain.
    pub residual: Array2<f32>,
    /// Mean of the three optical densities: how dark the pixel is.
    pub density: Array2<f32>,
}

impl StainVectors {
    /// Haematoxylin and DAB as published by Ruifrok and Johnston, Anal Quant Cytol Histol 2001;23:291, to three digits.
    pub const RUIFROK: Self = Self {
        haematoxylin: [0.650, 0.704, 0.286],
        dab: [0.268, 0.570, 0.776],
    };

    /// Both scaled to unit length.
    #[must_use]
    pub fn normalised(self) -> Self {
        Self {
            haematoxylin: unit(self.haematoxylin),
            dab: unit(self.dab),
        }
    }

    /// The direction that neither dye reaches.
    #[must_use]
    pub fn residual(&self) -> [f64; 3] {
        unit(cross(self.haematoxylin, self.dab))
    }

    /// Angle between the two dyes in degrees.
    #[must_use]
    pub fn between(&self) -> f64 {
        angle(self.haematoxylin, self.dab)
    }
}

impl WhitePoint {
    /// White of a camera that is set to full scale.
    #[must_use]
    pub const fn full() -> Self {
        Self {
            rgb: [255.0; 3],
            source: WhiteSource::Given,
        }
    }

    /// Finds the white point of a picture: the median of the pixels near the brightest, without margins and pieces at full
    /// scale that are no glass. With too few pixels, or too dark or coloured, it is called [`WhiteSource::PalestTissue`].
    #[must_use]
    pub fn find<'p>(pictures: impl Iterator<Item = &'p Rgb>) -> Self {
        /// Counts around the brightest level that still are glass: noise of the camera and of JPEG.
        const NOISE: i32 = 8;
        /// Share of the pixels that must be glass.
        const GLASS: f64 = 0.005;
        let bright = |pixel: &[u8]| {
            (u32::from(pixel[0]) + u32::from(pixel[1]) + u32::from(pixel[2])) as usize
        };
        let pictures: Vec<Rgb> = pictures.map(without_margin).collect();
        let mut histogram = vec![0_u64; 766];
        for picture in &pictures {
            for pixel in picture.pixels.chunks_exact(3) {
                histogram[bright(pixel)] += 1;
            }
        }
        let total: u64 = histogram.iter().sum();
        if total == 0 {
            return Self::full();
        }
        let padded = is_padded(&histogram);
        if padded {
            histogram[PURE] = 0;
        }
        // The level that only 1 in 1,000 exceeds: single hot pixels do not count.
        let top = level(&histogram, total / 1000, total);
        let mut channels = vec![[0_u64; 256]; 3];
        let mut glass = 0_u64;
        for picture in &pictures {
            for pixel in picture.pixels.chunks_exact(3) {
                let level = bright(pixel);
                if level as i32 >= top as i32 - 3 * NOISE && !(padded && level == PURE) {
                    glass += 1;
                    for (channel, value) in channels.iter_mut().zip(pixel) {
                        channel[usize::from(*value)] += 1;
                    }
                }
            }
        }
        let median = |channel: &[u64; 256]| {
            let mut left = glass / 2;
            let place = channel.iter().position(|count| {
                let found = *count > left;
                left = left.saturating_sub(*count);
                found
            });
            place.unwrap_or(255).max(1) as f64
        };
        let rgb = [
            median(&channels[0]),
            median(&channels[1]),
            median(&channels[2]),
        ];
        let enough = glass as f64 >= GLASS * total as f64 && rgb.iter().sum::<f64>() > 600.0;
        let neutral = rgb.iter().copied().fold(f64::MAX, f64::min)
            > 0.85 * rgb.iter().copied().fold(0.0, f64::max);
        Self {
            rgb,
            source: match enough && neutral {
                true => WhiteSource::Glass,
                false => WhiteSource::PalestTissue,
            },
        }
    }

    /// Optical density by channel and count.
    #[must_use]
    pub fn table(&self) -> Box<[[f32; 256]; 3]> {
        let mut table = Box::new([[0.0; 256]; 3]);
        for (channel, white) in table.iter_mut().zip(self.rgb) {
            for (count, density) in channel.iter_mut().enumerate() {
                *density = -((count.max(1) as f64 / white).log10()) as f32;
            }
        }
        table
    }
}

/// A picture without the rows and columns at its edges that are at full scale all along, as what programs put around a
/// picture is. Glass at full scale loses its margin and no more.
fn without_margin(picture: &Rgb) -> Rgb {
    let coloured = |x: usize, y: usize| picture.at(x, y) != [255; 3];
    let row = |y: &usize| (0..picture.width).any(|x| coloured(x, *y));
    let column = |x: &usize| (0..picture.height).any(|y| coloured(*x, y));
    let (rows, columns) = (0..picture.height, 0..picture.width);
    let top = rows.clone().find(row).unwrap_or(0);
    let bottom = rows.rev().find(row).map_or(0, |y| y + 1);
    let left = columns.clone().find(column).unwrap_or(0);
    let right = columns.rev().find(column).map_or(0, |x| x + 1);
    picture.crop(Window {
        x: left as u32,
        y: top as u32,
        width: (right - left) as u32,
        height: (bottom - top) as u32,
    })
}

/// The level (sum of the channels) of a pixel at full scale.
const PURE: usize = 3 * 255;

/// Whether pixels at full scale are what a program put around the picture, and not glass: hardly any pixel is nearly as
/// bright, and further down lies a narrow peak that holds much of what is bright, as only glass does.
fn is_padded(histogram: &[u64]) -> bool {
    /// Levels below full scale in which noise puts some of the glass that is at full scale.
    const NEXT: usize = 20;
    /// What is darker is no glass.
    const BRIGHT: usize = 600;
    /// Levels to each side of glass that its noise takes.
    const NARROW: usize = 8;
    let count = |levels: std::ops::Range<usize>| histogram[levels].iter().sum::<u64>();
    let next = PURE - NEXT;
    if histogram[PURE] <= 20 * count(next..PURE) {
        return false;
    }
    let peak = (BRIGHT..next).max_by_key(|level| histogram[*level]);
    peak.is_some_and(|peak| {
        let glass = count(peak - NARROW..(peak + NARROW + 1).min(next));
        glass > 0 && 5 * glass >= 2 * count(BRIGHT..next)
    })
}

/// The brightest level that more than `above` of `total` pixels reach.
fn level(histogram: &[u64], above: u64, total: u64) -> usize {
    let mut seen = 0;
    for (level, count) in histogram.iter().enumerate().rev() {
        seen += count;
        if seen > above.min(total - 1) {
            return level;
        }
    }
    0
}

/// Mean optical densities over blocks of `factor` x `factor` pixels, row by row; blocks at the right and the bottom may
/// be smaller. Returns the width and height too.
#[must_use]
pub fn densities(picture: &Rgb, white: &WhitePoint, factor: usize) -> (usize, usize, Vec<Density>) {
    let factor = factor.max(1);
    let table = white.table();
    let (width, height) = (
        picture.width.div_ceil(factor),
        picture.height.div_ceil(factor),
    );
    let mut means = Vec::with_capacity(width * height);
    let mut sums = vec![[0.0_f32; 4]; width];
    for top in (0..picture.height).step_by(factor) {
        sums.fill([0.0; 4]);
        for y in top..(top + factor).min(picture.height) {
            let row = &picture.pixels[3 * y * picture.width..3 * (y + 1) * picture.width];
            for (sum, block) in sums.iter_mut().zip(row.chunks(3 * factor)) {
                for pixel in block.chunks_exact(3) {
                    for channel in 0..3 {
                        sum[channel] += table[channel][usize::from(pixel[channel])];
                    }
                    sum[3] += 1.0;
                }
            }
        }
        means.extend(sums.iter().map(|sum| {
            let count = sum[3].max(1.0);
            [sum[0] / count, sum[1] / count, sum[2] / count]
        }));
    }
    (width, height, means)
}

/// The two dyes of a picture, on a grid reduced by `factor`.
///
/// Amounts are least squares among those that are not negative: where the best haematoxylin would be negative, DAB is
/// fitted alone, and the other way round.
#[must_use]
pub fn separate(
    picture: &Rgb,
    white: &WhitePoint,
    vectors: &StainVectors,
    factor: usize,
) -> Stains {
    let (width, height, densities) = densities(picture, white, factor);
    let unmix = Unmixing::new(vectors);
    let mut stains = Stains {
        haematoxylin: Array2::zeros((height, width)),
        dab: Array2::zeros((height, width)),
        residual: Array2::zeros((height, width)),
        density: Array2::zeros((height, width)),
    };
    let planes = stains
        .haematoxylin
        .iter_mut()
        .zip(stains.dab.iter_mut())
        .zip(stains.residual.iter_mut().zip(stains.density.iter_mut()));
    for (((haematoxylin, dab), (residual, density)), pixel) in planes.zip(&densities) {
        (*haematoxylin, *dab, *residual) = unmix.pixel(pixel);
        *density = (pixel[0] + pixel[1] + pixel[2]) / 3.0;
    }
    stains
}

/// The arithmetic of two dyes in three channels.
pub(crate) struct Unmixing {
    haematoxylin: [f32; 3],
    dab: [f32; 3],
    /// Cosine between the two.
    cosine: f32,
    /// 1 / (1 - cosine²).
    scale: f32,
}

impl Unmixing {
    pub(crate) fn new(vectors: &StainVectors) -> Self {
        let vectors = vectors.normalised();
        let single = |vector: [f64; 3]| vector.map(|value| value as f32);
        let (haematoxylin, dab) = (single(vectors.haematoxylin), single(vectors.dab));
        let cosine = dot32(haematoxylin, dab);
        Self {
            haematoxylin,
            dab,
            cosine,
            scale: 1.0 / (1.0 - cosine * cosine).max(1e-6),
        }
    }

    /// Haematoxylin, DAB and the length of the rest.
    pub(crate) fn pixel(&self, density: &Density) -> (f32, f32, f32) {
        let along_h = dot32(self.haematoxylin, *density);
        let along_d = dot32(self.dab, *density);
        let mut h = (along_h - self.cosine * along_d) * self.scale;
        let mut d = (along_d - self.cosine * along_h) * self.scale;
        if h < 0.0 {
            (h, d) = (0.0, along_d.max(0.0));
        } else if d < 0.0 {
            (h, d) = (along_h.max(0.0), 0.0);
        }
        let mut rest = 0.0;
        for ((all, of_h), of_d) in density.iter().zip(self.haematoxylin).zip(self.dab) {
            let left = all - h * of_h - d * of_d;
            rest += left * left;
        }
        (h, d, rest.sqrt())
    }
}

fn dot32(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

/// The vector at unit length; a vector of no length stays.
pub(crate) fn unit(vector: [f64; 3]) -> [f64; 3] {
    let length = dot(vector, vector).sqrt();
    match length > 0.0 {
        true => vector.map(|value| value / length),
        false => vector,
    }
}

/// Degrees between two vectors.
pub(crate) fn angle(a: [f64; 3], b: [f64; 3]) -> f64 {
    dot(unit(a), unit(b)).clamp(-1.0, 1.0).acos().to_degrees()
}

/// A pixel's colour from amounts of the two dyes: the way back, for pictures of one dye and for simulation.
#[must_use]
pub fn colour(white: &WhitePoint, vectors: &StainVectors, haematoxylin: f64, dab: f64) -> [u8; 3] {
    let mut pixel = [0; 3];
    for (channel, value) in pixel.iter_mut().enumerate() {
        let density = haematoxylin * vectors.haematoxylin[channel] + dab * vectors.dab[channel];
        *value = (white.rgb[channel] * 10_f64.powf(-density))
            .round()
            .clamp(0.0, 255.0) as u8;
    }
    pixel
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_white_point_is_the_glass() {
        let mut picture = Rgb::filled(100, 100, [180, 150, 160]);
        for x in 0..100 {
            for y in 0..10 {
                picture.set(x, y, [243, 240, 231]);
            }
        }
        picture.set(50, 50, [255; 3]);
        let white = WhitePoint::find([&picture].into_iter());
        assert_eq!(white.rgb, [243.0, 240.0, 231.0]);
        assert_eq!(white.source, WhiteSource::Glass);
        // A margin at full scale, as programs put around a picture, is no glass.
        for x in 0..100 {
            for y in 90..100 {
                picture.set(x, y, [255; 3]);
            }
        }
        assert_eq!(WhitePoint::find([&picture].into_iter()), white);
        // Neither are pieces within that were not scanned.
        for x in 30..60 {
            for y in 30..60 {
                picture.set(x, y, [255; 3]);
            }
        }
        assert_eq!(WhitePoint::find([&picture].into_iter()), white);
        // Beside pale tissue of many shades, what is at full scale is glass.
        for x in 0..100 {
            for y in 0..10 {
                picture.set(x, y, [200 + (x % 40) as u8; 3]);
            }
        }
        let full = WhitePoint::find([&picture].into_iter());
        assert_eq!(full.rgb, [255.0; 3]);
        let tissue = Rgb::filled(100, 100, [180, 150, 160]);
        let white = WhitePoint::find([&tissue].into_iter());
        assert_eq!(white.source, WhiteSource::PalestTissue);
    }

    #[test]
    fn white_has_no_density() {
        let white = WhitePoint {
            rgb: [240.0, 250.0, 230.0],
            source: WhiteSource::Given,
        };
        let table = white.table();
        assert!(table[0][240].abs() < 1e-6 && table[1][250].abs() < 1e-6);
        assert!((table[2][23] - 1.0).abs() < 1e-6);
        assert!(table[0][0].is_finite());
    }

    #[test]
    fn blocks_are_averaged_in_density() {
        let mut picture = Rgb::filled(2, 1, [255; 3]);
        picture.set(1, 0, [26, 26, 26]);
        let (width, height, means) = densities(&picture, &WhitePoint::full(), 2);
        assert_eq!((width, height), (1, 1));
        assert!((means[0][0] - 0.4957).abs() < 1e-3, "{means:?}");
    }

    proptest! {
        #[test]
        fn amounts_come_back(h in 0.0_f64..1.2, d in 0.0_f64..1.2) {
            let vectors = StainVectors::RUIFROK.normalised();
            let density = [0, 1, 2].map(|c| (h * vectors.haematoxylin[c] + d * vectors.dab[c]) as f32);
            let (found_h, found_d, rest) = Unmixing::new(&vectors).pixel(&density);
            prop_assert!((f64::from(found_h) - h).abs() < 1e-4);
            prop_assert!((f64::from(found_d) - d).abs() < 1e-4);
            prop_assert!(rest < 1e-4);
        }

        #[test]
        fn no_amount_is_negative(r in 0_u8.., g in 0_u8.., b in 0_u8..) {
            let picture = Rgb { width: 1, height: 1, pixels: vec![r, g, b] };
            let stains = separate(&picture, &WhitePoint::full(), &StainVectors::RUIFROK, 1);
            prop_assert!(stains.haematoxylin[[0, 0]] >= 0.0 && stains.dab[[0, 0]] >= 0.0);
        }
    }
}
