//! The size of a pixel: read with suspicion, because every distance rests on it.

use crate::{ImagingError, PixelSize};

/// The smallest pixel that is believed, micrometres: a tenth of the finest sampling of light microscopy.
pub const SMALLEST_UM: f64 = 0.01;
/// The largest pixel that is believed, micrometres: larger than a FISH signal and most of a nucleus.
pub const LARGEST_UM: f64 = 5.0;
/// Pixels of cameras are square; x and y that differ by more than this share contradict each other.
const MOST_OBLONG: f64 = 0.01;

impl PixelSize {
    /// A size that makes sense.
    ///
    /// # Errors
    /// When a size is no number, outside [`SMALLEST_UM`]..[`LARGEST_UM`], or x and y contradict each other; `place`
    /// names the file or option in the message. A distance of planes that makes no sense is dropped instead: nothing is
    /// measured along z alone.
    pub fn checked(
        x_um: f64,
        y_um: f64,
        z_um: Option<f64>,
        place: &str,
    ) -> Result<Self, ImagingError> {
        let bad = |what| ImagingError::PixelSize {
            place: place.to_owned(),
            what,
        };
        for size in [x_um, y_um] {
            if !(SMALLEST_UM..=LARGEST_UM).contains(&size) {
                return Err(bad(format!(
                    "a pixel of {size} µm is absurd, {SMALLEST_UM} to {LARGEST_UM} is expected"
                )));
            }
        }
        if (x_um / y_um - 1.0).abs() > MOST_OBLONG {
            return Err(bad(format!("a pixel is {x_um} µm wide but {y_um} µm high")));
        }
        Ok(Self {
            x_um,
            y_um,
            z_um: z_um.filter(|z| z.is_finite() && *z > 0.0 && *z < 1000.0),
        })
    }

    /// A size from a resolution tag, which is as often about printing: `None` unless it looks like microscopy.
    pub(crate) fn guessed(x_um: Option<f64>, y_um: Option<f64>) -> Option<Self> {
        let x_um = x_um?;
        Self::checked(x_um, y_um.unwrap_or(x_um), None, "").ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_sizes_are_refused_with_a_remedy() {
        for (x, y) in [
            (0.0, 0.0),
            (-0.1, -0.1),
            (f64::NAN, 0.1),
            (0.1, f64::INFINITY),
            (352.8, 352.8),
            (0.001, 0.001),
            (0.1, 0.2),
        ] {
            let error = PixelSize::checked(x, y, None, "a.tif")
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with("a.tif: ") && error.contains("--pixel-size"),
                "{error}"
            );
        }
        assert!(
            PixelSize::checked(0.1075, 0.1075, Some(f64::NAN), "")
                .unwrap()
                .z_um
                .is_none()
        );
    }

    #[test]
    fn print_resolution_is_no_pixel_size() {
        assert_eq!(PixelSize::guessed(Some(25_400.0 / 72.0), None), None);
        assert!(PixelSize::guessed(Some(0.1075), Some(0.1075)).is_some());
    }
}
