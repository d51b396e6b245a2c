//! One field of view: its channels on one pixel grid.

use ndarray::{Array2, Array3, Axis};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One field of view. All channels share the grid of `depth` planes of `height` x `width` pixels.
#[derive(Clone, Debug)]
pub struct Field {
    /// What reports call it: the file's name, with the image's number when the file holds several.
    pub name: String,
    /// In file order; at least one.
    pub channels: Vec<Channel>,
    /// Size of a pixel, when the file or the user states it.
    pub pixel: Option<PixelSize>,
    /// Whether intensities can be measured on it.
    pub origin: Origin,
}

/// One channel of a field.
#[derive(Clone, Debug)]
pub struct Channel {
    /// The name in the file, or `channel N` counted from 0.
    pub name: String,
    /// The colour that the file gives it, red, green, blue.
    pub colour: Option<[u8; 3]>,
    /// Emission wavelength in nanometres.
    pub emission_nm: Option<f64>,
    /// Counts `[[z, y, x]]`. Samples wider than 16 bits are scaled linearly onto 16 bits; see `scale`.
    pub stack: Array3<u16>,
    /// A stored count times this is the file's own value.
    pub scale: f64,
    /// The count at which the detector or the file type is full.
    pub saturation: u16,
}

/// What the pixels are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// One grey plane a channel: intensities can be measured.
    Channels,
    /// A red-green-blue picture (composite, screenshot, JPEG): it can be shown, not measured as fluorescence. A stained
    /// section under brightfield is one too, with three channels named `red`, `green`, `blue`.
    Picture,
}

/// The size of a pixel in micrometres.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PixelSize {
    /// Along x.
    pub x_um: f64,
    /// Along y.
    pub y_um: f64,
    /// Between planes, when there are several and the file says so.
    pub z_um: Option<f64>,
}

impl Field {
    /// Number of planes, height and width.
    #[must_use]
    pub fn shape(&self) -> (usize, usize, usize) {
        self.channels
            .first()
            .map_or((0, 0, 0), |channel| channel.stack.dim())
    }
}

impl Channel {
    /// The brightest count over all planes at each place, `[[y, x]]`.
    #[must_use]
    pub fn maximum_projection(&self) -> Array2<f32> {
        self.stack.map_axis(Axis(0), |column| {
            f32::from(column.iter().copied().max().unwrap_or(0))
        })
    }
}
