//! What is found in the fields of one sample.

use alkaid_imaging::PixelSize;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pattern::{Counts, Pattern};

/// One field that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldFinding {
    /// The field's name.
    pub name: String,
    /// Width and height in pixels, and number of planes.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Number of planes.
    pub planes: u32,
    /// Size of a pixel.
    pub pixel: PixelSize,
    /// Nuclei found.
    pub nuclei: u32,
    /// Nuclei that can be scored.
    pub scorable: u32,
    /// Full width at half maximum of a signal on this field, micrometres, red and green: the signal diameter of the
    /// rule.
    pub signal_um: [f64; 2],
    /// Median signal-to-noise ratio of the signals, red and green.
    pub snr: [f64; 2],
    /// Green minus red, micrometres in x and y, taken out before distances are measured.
    pub shift_um: [f64; 2],
    /// Expected false signals in a nucleus, red and green, from the area outside nuclei.
    pub false_signals: [f64; 2],
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// One nucleus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Nucleus {
    /// Number over all fields of the sample, from 1: the name in every output.
    pub id: u32,
    /// Index of its field.
    pub field: u32,
    /// Its label in the field's label image.
    pub label: u32,
    /// Centroid, pixels.
    pub x_px: f64,
    /// Centroid, pixels.
    pub y_px: f64,
    /// Bounding box: left, top, right, bottom in pixels, half-open.
    pub bounds: [u32; 4],
    /// Outline for drawing, (x, y) in pixels, simplified, closed by the first point.
    pub outline: Vec<[f32; 2]>,
    /// Area in square micrometres.
    pub area_um2: f64,
    /// Area over area of the convex hull, 0..1.
    pub solidity: f64,
    /// Sharpness of the DAPI edge relative to the field's median.
    pub focus: f64,
    /// Mean DAPI above background relative to the field's median.
    pub dapi: f64,
    /// Why it is not scored; empty when it is.
    pub excluded: Vec<Exclusion>,
    /// Red and green signals.
    pub signals: Vec<Signal>,
    /// Red-green pairs that were matched.
    pub pairs: Vec<Pair>,
    /// Signals by kind.
    pub counts: Counts,
    /// The pattern; `None` when the nucleus is not scored.
    pub pattern: Option<Pattern>,
    /// How doubtful the pattern is, 0 (sure) to 1 (either way).
    pub doubt: f64,
    /// A person's change of the pattern, with who, when and why.
    pub reviewed: Option<Review>,
}

/// Why a nucleus is not scored.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// It touches the edge of the field.
    Edge,
    /// Another nucleus lies on it.
    Overlap,
    /// Too small or too large for a nucleus of this slide.
    Area,
    /// Its outline is dented: two nuclei, or a fragment.
    Solidity,
    /// Out of focus.
    OutOfFocus,
    /// Hardly any DAPI.
    LowDapi,
    /// No signal of either colour.
    NoSignal,
    /// Signals of one colour only, where the protocol asks for both.
    OneColour,
    /// Signals do not stand out of the noise.
    SignalToNoise,
    /// Outside the regions that the user gave.
    OutsideRegion,
    /// A person took it out.
    Reviewer,
}

/// One signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Signal {
    /// Which probe.
    pub colour: Colour,
    /// Place in pixels, the chromatic shift not taken out.
    pub x_px: f64,
    /// Place in pixels.
    pub y_px: f64,
    /// Plane, fractional.
    pub z: f64,
    /// Standard error of the place, micrometres along one axis.
    pub error_um: f64,
    /// Height above background, counts.
    pub amplitude: f64,
    /// Height over the noise of the background.
    pub snr: f64,
    /// Signals that this one stands for: close ones that were merged, or 2 where it has the light of two; 1 for a single
    /// one.
    pub merged: u16,
    /// Probability that it is a true signal.
    pub confidence: f64,
}

/// The colour of a probe.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// 3' side.
    Red,
    /// 5' side.
    Green,
}

/// A red and a green signal taken for two ends of one locus. A signal that stands for two can be in two pairs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    /// Index into the nucleus' signals.
    pub red: u32,
    /// Index into the nucleus' signals.
    pub green: u32,
    /// Distance between the two in the plane, micrometres, shift taken out.
    pub distance_um: f64,
    /// Its standard error.
    pub error_um: f64,
    /// Distance in signal diameters of this slide.
    pub diameters: f64,
    /// Whether the rule takes it for split.
    pub split: bool,
}

/// What a person said of a nucleus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Review {
    /// The pattern given, or `None`: not to be scored.
    pub pattern: Option<Pattern>,
    /// Who.
    pub reader: String,
    /// When: a date, or date and time in RFC 3339.
    pub when: String,
    /// Why.
    pub reason: String,
    /// The pattern before.
    pub before: Option<Pattern>,
    /// Why it was not scored before.
    pub excluded_before: Vec<Exclusion>,
}
