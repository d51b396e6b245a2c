//! What is really in a field.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plan::{Kind, Plan};

/// The truth of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Truth {
    /// The plan with the seed of this field.
    pub config: Plan,
    /// Size of a pixel.
    pub px_um: f64,
    /// Full width at half maximum of an orange signal in focus, micrometres.
    pub signal_um: f64,
    /// Nuclei.
    pub cells: Vec<CellTruth>,
    /// Signals that can be seen.
    pub spots: Vec<SpotTruth>,
    /// Granules that shine in all channels.
    pub granules: Vec<GranuleTruth>,
}

/// One nucleus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CellTruth {
    /// Its label in the label image, from 1.
    pub id: u32,
    /// Diameter, micrometres.
    #[serde(rename = "D")]
    pub diameter_um: f64,
    /// Share of its height that is in the section.
    pub thick: f64,
    /// Whether a copy of ALK is rearranged (`kind` split, inv2 or del).
    pub rearranged: bool,
    /// What happened to that copy, the first one.
    pub kind: Option<Kind>,
    /// Copies of ALK before truncation.
    pub copies: u32,
    /// The copies.
    pub loci: Vec<LocusTruth>,
    /// Share of its projected area that is also covered by another nucleus.
    pub overlap: f64,
    /// Whether it is a tumour cell.
    pub tumour: bool,
    /// Centre, micrometres.
    pub x: f64,
    /// Centre, micrometres.
    pub y: f64,
    /// Centre, micrometres above the middle of the section.
    pub z: f64,
    /// Projected area within the section, square micrometres.
    pub area_um2: f64,
    /// Whether it touches the edge of the field.
    pub edge: bool,
    /// Extra blur of a nucleus out of focus, micrometres; 0 for the others.
    pub defocus_um: f64,
}

/// One copy of ALK: whether its 3' and its 5' signal can be seen, and how far apart they are in the plane. The distance
/// is absent when one of them does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LocusTruth(pub bool, pub bool, pub Option<f64>);

/// One signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpotTruth {
    /// The nucleus.
    pub cell: u32,
    /// The colour.
    pub ch: Channel,
    /// Micrometres.
    pub z: f64,
    /// Micrometres, chromatic shift not included.
    pub y: f64,
    /// Micrometres, chromatic shift not included.
    pub x: f64,
    /// Index of the copy of ALK in its nucleus.
    pub copy: u32,
    /// Brightness relative to the median signal in focus.
    pub amp: f64,
    /// 0, or 1 for the second of two sister signals of a replicated locus.
    pub sister: u32,
    /// Peak as drawn (best plane) over the background's standard deviation; 0 before drawing.
    pub snr: f64,
}

/// The colour of a signal.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Channel {
    /// Orange (red), on the 3' side.
    #[serde(rename = "R")]
    Orange,
    /// Green, on the 5' side.
    #[serde(rename = "G")]
    Green,
}

/// One granule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GranuleTruth {
    /// Micrometres.
    pub x: f64,
    /// Micrometres.
    pub y: f64,
    /// Standard deviation of its Gaussian, micrometres.
    pub sd_um: f64,
    /// Peak in orange relative to a median signal.
    pub amp: f64,
    /// Peak in green over that in orange.
    pub green: f64,
}

impl Channel {
    /// Peak emission, nanometres (SpectrumOrange, SpectrumGreen).
    #[must_use]
    pub fn emission_nm(self) -> f64 {
        match self {
            Self::Orange => 588.0,
            Self::Green => 524.0,
        }
    }
}

impl SpotTruth {
    /// Where it is drawn, micrometres: with shift and magnification for orange.
    #[must_use]
    pub fn drawn_um(&self, plan: &Plan) -> [f64; 2] {
        match self.ch {
            Channel::Green => [self.x, self.y],
            Channel::Orange => {
                let middle = plan.side_um() / 2.0;
                let larger = 1.0 + plan.optics.magnification;
                [
                    middle + (self.x - middle) * larger + plan.optics.shift_um[0],
                    middle + (self.y - middle) * larger + plan.optics.shift_um[1],
                ]
            }
        }
    }
}
