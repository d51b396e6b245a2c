//! The dyes' vectors, from the slide itself.
//!
//! After Macenko 2009 (ISBI, p. 1107): pixels of the two dyes and their mixtures lie in one plane of optical density,
//! and the pure dyes at the two ends of the fan that they span there. Macenko takes the ends as percentiles of the
//! angle over all pixels, which fails where one dye is rare: a section with hardly any brown has no brown end. Here
//! each end is looked for on its own side of the fan only, among pixels that are dark enough for their angle to mean
//! something, and a dye of which too little is seen, or whose end is too far from the published vector to be that dye,
//! keeps the published vector.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Density, StainVectors, angle, cross, dot, unit};

/// Optical density (length of the vector) from which a pixel's hue means something.
const DARK: f64 = 0.25;
/// Densities above this are near the camera's black.
const BLACK: f64 = 2.6;
/// Pixels on a dye's side that are needed.
const ENOUGH: usize = 400;
/// The end of the fan on each side: share of that side's pixels that lie further out. An outer share of the side, not
/// its outermost pixels, which are noise.
const OUTER: f64 = 0.10;
/// Degrees from the published vector within which a vector still is that dye's: brightness of the lamp, filters and
/// reagents move it by less.
const SAME_DYE: f64 = 18.0;
/// Degrees that must stay between the two.
const APART: f64 = 20.0;

/// Estimated vectors, and how they were come by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The vectors to use.
    pub vectors: StainVectors,
    /// Where that of haematoxylin comes from.
    pub haematoxylin: VectorSource,
    /// Where that of DAB comes from.
    pub dab: VectorSource,
}

/// Where a dye's vector comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VectorSource {
    /// From this slide.
    Slide {
        /// Pixels on this dye's side of the fan.
        pixels: u64,
        /// Degrees from the published vector.
        degrees_from_published: f64,
    },
    /// Published, as this slide shows too little of the dye.
    PublishedTooFew {
        /// Pixels on this dye's side of the fan.
        pixels: u64,
    },
    /// Published, as what this slide shows is another hue.
    PublishedOtherHue {
        /// Degrees of what was seen from the published vector.
        degrees_from_published: f64,
    },
    /// Given by the user.
    Given,
}

/// Estimates the vectors from optical densities of pixels of tissue.
#[must_use]
pub fn estimate(sample: &[Density]) -> Estimate {
    let published = StainVectors::RUIFROK.normalised();
    let dark: Vec<[f64; 3]> = sample
        .iter()
        .map(|density| density.map(f64::from))
        .filter(|density| (DARK..BLACK).contains(&dot(*density, *density).sqrt()))
        .collect();
    let mut vectors = published;
    let (mut of_h, mut of_d) = (
        VectorSource::PublishedTooFew { pixels: 0 },
        VectorSource::PublishedTooFew { pixels: 0 },
    );
    // The plane of the fan and its ends depend on each other: twice is enough.
    for _ in 0..2 {
        let (side_h, side_d) = sides(&dark, &vectors);
        (vectors.haematoxylin, of_h) = end(&side_h, published.haematoxylin, vectors.dab);
        (vectors.dab, of_d) = end(&side_d, published.dab, vectors.haematoxylin);
    }
    if vectors.between() < APART {
        let pixels = dark.len() as u64;
        vectors = published;
        of_h = VectorSource::PublishedTooFew { pixels };
        of_d = VectorSource::PublishedTooFew { pixels };
    }
    Estimate {
        vectors,
        haematoxylin: of_h,
        dab: of_d,
    }
}

/// Pixels nearer to haematoxylin and pixels nearer to DAB, by angle in the plane of the two.
fn sides(dark: &[[f64; 3]], vectors: &StainVectors) -> (Vec<[f64; 3]>, Vec<[f64; 3]>) {
    dark.iter()
        .partition(|density| dot(**density, vectors.haematoxylin) > dot(**density, vectors.dab))
}

/// The outer end of one side: the mean hue of the pixels furthest from the other dye.
fn end(side: &[[f64; 3]], published: [f64; 3], other: [f64; 3]) -> ([f64; 3], VectorSource) {
    if side.len() < ENOUGH {
        let pixels = side.len() as u64;
        return (published, VectorSource::PublishedTooFew { pixels });
    }
    // Angle in the plane of the published vector and the other dye, from the other dye outwards.
    let across = unit(cross(cross(other, published), other));
    let mut by_angle: Vec<(f64, usize)> = side
        .iter()
        .enumerate()
        .map(|(index, density)| (dot(*density, across).atan2(dot(*density, other)), index))
        .collect();
    by_angle.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let outer = ((side.len() as f64 * OUTER) as usize).max(ENOUGH / 4);
    // The outermost fiftieth is noise and dirt.
    let skip = outer / 5;
    let mut sum = [0.0; 3];
    for (_, index) in &by_angle[skip..outer] {
        let hue = unit(side[*index]);
        for channel in 0..3 {
            sum[channel] += hue[channel];
        }
    }
    let found = unit(sum);
    let degrees_from_published = angle(found, published);
    if degrees_from_published > SAME_DYE || found.iter().any(|value| *value < 0.0) {
        return (
            published,
            VectorSource::PublishedOtherHue {
                degrees_from_published,
            },
        );
    }
    let pixels = side.len() as u64;
    (
        found,
        VectorSource::Slide {
            pixels,
            degrees_from_published,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mixtures along the fan, pure ends among them, with a little noise of fixed pattern.
    fn fan(vectors: &StainVectors, brown: usize, blue: usize) -> Vec<Density> {
        let mut sample = Vec::new();
        let mut put = |h: f64, d: f64, index: usize| {
            let noise = |k: usize| 0.01 * (((index * 7 + k * 13) % 11) as f64 / 5.0 - 1.0);
            sample.push(
                [0, 1, 2]
                    .map(|c| (h * vectors.haematoxylin[c] + d * vectors.dab[c] + noise(c)) as f32),
            );
        };
        for index in 0..blue {
            let amount = 0.3 + 0.6 * (index % 50) as f64 / 50.0;
            put(amount, 0.1 * amount * (index % 4) as f64 / 3.0, index);
        }
        for index in 0..brown {
            let amount = 0.3 + 0.9 * (index % 50) as f64 / 50.0;
            put(0.2 * amount * (index % 5) as f64 / 4.0, amount, index);
        }
        sample
    }

    #[test]
    fn shifted_dyes_are_found() {
        let truth = StainVectors {
            haematoxylin: [0.58, 0.74, 0.36],
            dab: [0.34, 0.60, 0.72],
        }
        .normalised();
        let found = estimate(&fan(&truth, 5000, 5000));
        assert!(
            angle(found.vectors.haematoxylin, truth.haematoxylin) < 2.5,
            "{found:?}"
        );
        assert!(angle(found.vectors.dab, truth.dab) < 2.5, "{found:?}");
    }

    #[test]
    fn a_rare_dye_is_found_and_a_missing_one_is_said() {
        let truth = StainVectors {
            haematoxylin: [0.62, 0.72, 0.30],
            dab: [0.30, 0.58, 0.76],
        }
        .normalised();
        let rare = estimate(&fan(&truth, 500, 50_000));
        assert!(angle(rare.vectors.dab, truth.dab) < 3.0, "{rare:?}");
        let none = estimate(&fan(&truth, 0, 50_000));
        assert_eq!(none.vectors.dab, StainVectors::RUIFROK.normalised().dab);
        assert!(matches!(none.dab, VectorSource::PublishedTooFew { .. }));
        assert!(matches!(none.haematoxylin, VectorSource::Slide { .. }));
    }

    #[test]
    fn nothing_gives_the_published_vectors() {
        assert_eq!(estimate(&[]).vectors, StainVectors::RUIFROK.normalised());
        let black = vec![[3.0; 3]; 10_000];
        assert_eq!(estimate(&black).vectors, StainVectors::RUIFROK.normalised());
    }
}
