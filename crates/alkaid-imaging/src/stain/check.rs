//! Whether a picture is a section in haematoxylin and DAB at all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Density, StainVectors, dot, unit};

/// Optical density from which a pixel's hue means something.
const DARK: f64 = 0.3;
/// Pixels that are needed for a word on the hue.
const ENOUGH: usize = 500;
/// Sine of the angle out of the plane of the dyes from which a pixel is of another hue: 9 degrees. Eosin lies at 39
/// degrees, Fast Red at 19, and their mixtures with haematoxylin between that and 0.
const OUT_OF_PLANE: f64 = 0.16;
/// Difference of a pixel's channels over the largest up to which it is grey.
const GREY: f64 = 0.05;
/// Share of the dark pixels from which a picture is grey. Haematoxylin on brown is grey in places.
const MOSTLY: f64 = 0.6;
/// Share of the dark pixels that may be of another hue: pigment, dirt, ink.
const FOREIGN: f64 = 0.25;

/// Why a picture is not in haematoxylin and DAB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NotHdab {
    /// Light on black.
    #[error(
        "the picture is light on a dark ground ({dark_percent:.0} % of it is nearly black), as fluorescence is, not a stained section on white glass"
    )]
    Fluorescence {
        /// Percent of pixels that are nearly black.
        dark_percent: f64,
    },
    /// A pink or red dye.
    #[error(
        "{percent:.0} % of the stained pixels are pink or red, as eosin, Fast Red and AEC are; DAB is brown. Give the section that was stained with DAB"
    )]
    PinkOrRed {
        /// Percent of dark pixels of that hue.
        percent: f64,
    },
    /// Another dye.
    #[error(
        "{percent:.0} % of the stained pixels are of a hue (such as green, or grey) that haematoxylin and DAB do not make"
    )]
    OtherDye {
        /// Percent of dark pixels of that hue.
        percent: f64,
    },
    /// No colours at all.
    #[error(
        "{percent:.0} % of the stained pixels are grey, as in a grey picture that was saved as a colour picture; give it in the colours in which it was scanned"
    )]
    Grey {
        /// Percent of dark pixels that are grey.
        percent: f64,
    },
    /// Nothing on the glass.
    #[error("there is hardly any tissue: {percent:.2} % of the picture is darker than empty glass")]
    EmptyGlass {
        /// Percent of pixels that are darker than glass.
        percent: f64,
    },
}

/// Looks at the hue of stained pixels against the plane of the two dyes.
///
/// What cannot be told: AEC lies within 6 degrees of the plane, so a section in AEC alone may pass.
///
/// # Errors
///
/// The dye that it seems to be instead.
pub fn check(sample: &[Density], vectors: &StainVectors) -> Result<(), NotHdab> {
    let normal = vectors.residual();
    let (mut dark, mut grey, mut pink, mut other) = (0_usize, 0_usize, 0_usize, 0_usize);
    for density in sample {
        let density = density.map(f64::from);
        if dot(density, density).sqrt() < DARK {
            continue;
        }
        dark += 1;
        let most = density.into_iter().fold(f64::MIN, f64::max);
        let least = density.into_iter().fold(f64::MAX, f64::min);
        grey += usize::from(most - least <= GREY * most);
        let hue = unit(density);
        let out = dot(hue, normal);
        // Within the plane, beyond the two dyes: a hue more blue than haematoxylin or more yellow than DAB.
        let beyond = dot(hue, vectors.haematoxylin).max(dot(hue, vectors.dab)) < 0.80;
        match out {
            out if out < -OUT_OF_PLANE => pink += 1,
            out if out > OUT_OF_PLANE || beyond => other += 1,
            _ => {}
        }
    }
    if dark < ENOUGH {
        return Ok(());
    }
    let share = |count: usize| count as f64 / dark as f64;
    if share(grey) > MOSTLY {
        return Err(NotHdab::Grey {
            percent: 100.0 * share(grey),
        });
    }
    if share(pink) > FOREIGN {
        return Err(NotHdab::PinkOrRed {
            percent: 100.0 * share(pink),
        });
    }
    if share(pink + other) > FOREIGN {
        return Err(NotHdab::OtherDye {
            percent: 100.0 * share(pink + other),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixtures(first: [f64; 3], second: [f64; 3]) -> Vec<Density> {
        (0..2000)
            .map(|index| {
                let (a, b) = (
                    0.8 * f64::from(index % 40) / 40.0,
                    0.8 * f64::from(index / 40) / 50.0,
                );
                [0, 1, 2].map(|c| (a * first[c] + b * second[c]) as f32)
            })
            .collect()
    }

    #[test]
    fn haematoxylin_and_dab_pass_and_other_dyes_do_not() {
        let published = StainVectors::RUIFROK;
        let sample = mixtures(published.haematoxylin, published.dab);
        assert_eq!(check(&sample, &published), Ok(()));
        // Eosin and Fast Red as in Ruifrok and Johnston 2001.
        for red in [[0.072, 0.990, 0.105], [0.214, 0.851, 0.478]] {
            let sample = mixtures(published.haematoxylin, red);
            assert!(
                matches!(check(&sample, &published), Err(NotHdab::PinkOrRed { .. })),
                "{red:?}"
            );
        }
        let grey = mixtures([0.577; 3], [0.577; 3]);
        assert!(matches!(
            check(&grey, &published),
            Err(NotHdab::Grey { .. })
        ));
        let green = mixtures([0.9, 0.3, 0.6], [0.95, 0.1, 0.5]);
        assert!(matches!(
            check(&green, &published),
            Err(NotHdab::OtherDye { .. })
        ));
    }
}
