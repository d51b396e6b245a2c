//! Sections in haematoxylin and DAB with the truth of every cell.
//!
//! The road: [`IhcPlan`] says what is on the glass and how it is photographed; `tissue` lays out nests and cells;
//! `paint` gives each pixel its amounts of the two dyes; `camera` turns amounts into counts: white, gamma, blur, noise
//! and JPEG. [`section`] walks it, [`write_section`] writes picture, truth and the outlines of the tumour nests.
//!
//! Cells are ellipses in cells of nearest-neighbour shape. That is enough to ask whether amounts, classes and places
//! come back; it says nothing of how a program fares on real tissue.

mod camera;
mod paint;
mod tissue;
mod write;

use alkaid_imaging::brightfield::Rgb;
use alkaid_imaging::stain::StainVectors;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use write::{IhcWriteError, PictureForm, SectionFiles, write_section};

/// What is on the glass, and how it is photographed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IhcPlan {
    /// Seed of everything.
    pub seed: u64,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Micrometres a pixel.
    pub pixel_um: f64,
    /// Share of tumour cells of class 0, 1+, 2+ and 3+; scaled to a sum of 1.
    pub classes: [f64; 4],
    /// Where the stain lies in the cell.
    pub pattern: SimulatedPattern,
    /// Share of the picture's width that is empty glass.
    pub glass: f64,
    /// DAB of everything, optical density: the background.
    pub background: f64,
    /// Factor by which DAB grows towards the tissue's edge; 1 for none.
    pub edge: f64,
    /// Cells and areas that may be taken for stained tumour.
    pub artefacts: ArtefactPlan,
    /// Camera and scanner.
    pub camera: CameraPlan,
}

/// How many of each artefact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ArtefactPlan {
    /// Macrophages with a few coarse dots.
    pub macrophages: u32,
    /// Brown areas without nuclei.
    pub mucin: u32,
    /// Signet-ring cells.
    pub signet_rings: u32,
    /// Glands whose cells are brown towards the lumen only.
    pub apical_glands: u32,
    /// Ganglion cells.
    pub ganglion_cells: u32,
}

/// Camera and scanner.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CameraPlan {
    /// Counts of empty glass: red, green, blue.
    pub white: [f64; 3],
    /// Exponent on the share of light; 1 for a linear camera.
    pub gamma: f64,
    /// Standard deviation of the blur, micrometres.
    pub blur_um: f64,
    /// Standard deviation of the noise, counts.
    pub noise: f64,
    /// Quality of a JPEG in between; `None` for none.
    pub jpeg: Option<u8>,
    /// Degrees by which each dye's vector is turned, in a direction that the seed gives.
    pub turn_degrees: f64,
}

impl Default for IhcPlan {
    fn default() -> Self {
        Self {
            seed: 1,
            width: 1600,
            height: 1200,
            pixel_um: 0.5,
            classes: [0.25; 4],
            pattern: SimulatedPattern::Granular,
            glass: 0.08,
            background: 0.02,
            edge: 1.0,
            artefacts: ArtefactPlan::default(),
            camera: CameraPlan::default(),
        }
    }
}

impl Default for CameraPlan {
    fn default() -> Self {
        Self {
            white: [244.0, 243.0, 241.0],
            gamma: 1.0,
            blur_um: 0.25,
            noise: 1.5,
            jpeg: None,
            turn_degrees: 0.0,
        }
    }
}

/// Where the stain lies in a simulated cell.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SimulatedPattern {
    /// The cytoplasm, evenly.
    Cytoplasmic,
    /// The cytoplasm, in grains.
    Granular,
    /// Nucleus and cytoplasm.
    NuclearAndCytoplasmic,
    /// The rim of the nucleus.
    NuclearMembrane,
    /// The rim of the cell.
    Membranous,
}

impl std::str::FromStr for SimulatedPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "cytoplasmic" => Ok(Self::Cytoplasmic),
            "granular" => Ok(Self::Granular),
            "nuclear-and-cytoplasmic" => Ok(Self::NuclearAndCytoplasmic),
            "nuclear-membrane" => Ok(Self::NuclearMembrane),
            "membranous" => Ok(Self::Membranous),
            _ => Err("expected cytoplasmic, granular, nuclear-and-cytoplasmic, nuclear-membrane or membranous".to_owned()),
        }
    }
}

/// What a simulated cell is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    /// Tumour.
    Tumour,
    /// A spindle cell of the stroma.
    Stroma,
    /// A lymphocyte.
    Lymphocyte,
    /// A macrophage with dots.
    Macrophage,
    /// A signet-ring cell.
    SignetRing,
    /// A gland's cell, brown towards the lumen.
    ApicalGland,
    /// A ganglion cell.
    Ganglion,
}

/// The truth of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CellTruth {
    /// From 1.
    pub id: u32,
    /// What it is.
    pub kind: CellKind,
    /// Middle of the nucleus, pixels.
    pub x_px: f64,
    /// Middle of the nucleus, pixels.
    pub y_px: f64,
    /// Half axes of the nucleus, micrometres.
    pub half_axes_um: [f64; 2],
    /// Direction of the long axis, radians.
    pub turn: f64,
    /// 0 to 3; 0 for cells that are not tumour.
    pub class: u8,
    /// Mean DAB of the cytoplasm, optical density, with the background and before the tissue's edge is made stronger.
    pub dab: f64,
}

/// A simulated section.
#[derive(Clone, Debug)]
pub struct Section {
    /// The picture.
    pub picture: Rgb,
    /// Its cells.
    pub cells: Vec<CellTruth>,
    /// Outlines of the tumour nests, pixels.
    pub nests: Vec<Vec<[f64; 2]>>,
    /// The dyes' vectors.
    pub vectors: StainVectors,
}

impl Section {
    /// H-score of the tumour cells.
    #[must_use]
    pub fn h_score(&self) -> f64 {
        let tumour = || {
            self.cells
                .iter()
                .filter(|cell| cell.kind == CellKind::Tumour)
        };
        let sum: u32 = tumour().map(|cell| u32::from(cell.class)).sum();
        100.0 * f64::from(sum) / (tumour().count().max(1)) as f64
    }
}

/// Lower and upper bound of DAB in each class, optical density. The cut-offs between them are those that QuPath offers
/// for positive cells: 0.2, 0.4 and 0.6.
pub const CLASS_BOUNDS: [[f64; 2]; 4] = [[0.0, 0.2], [0.2, 0.4], [0.4, 0.6], [0.6, 1.3]];

/// Makes a section.
#[must_use]
pub fn section(plan: &IhcPlan) -> Section {
    let layout = tissue::lay_out(plan);
    let dyes = paint::paint(plan, &layout);
    let vectors = camera::vectors(plan);
    let picture = camera::photograph(plan, &vectors, &dyes);
    Section {
        picture,
        nests: layout.outlines(plan),
        cells: layout.cells,
        vectors,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> IhcPlan {
        IhcPlan {
            width: 400,
            height: 300,
            ..IhcPlan::default()
        }
    }

    #[test]
    fn the_same_plan_gives_the_same_section() {
        let (a, b) = (section(&small()), section(&small()));
        assert_eq!(a.picture, b.picture);
        assert_eq!(a.cells, b.cells);
        let other = section(&IhcPlan { seed: 2, ..small() });
        assert_ne!(a.picture, other.picture);
    }

    #[test]
    fn classes_come_in_the_shares_asked_for() {
        let plan = IhcPlan {
            width: 1600,
            height: 1600,
            classes: [0.5, 0.0, 0.0, 0.5],
            ..small()
        };
        let made = section(&plan);
        let tumour: Vec<_> = made
            .cells
            .iter()
            .filter(|c| c.kind == CellKind::Tumour)
            .collect();
        assert!(tumour.len() > 1000, "{}", tumour.len());
        assert!(tumour.iter().all(|c| matches!(c.class, 0 | 3)));
        assert!((made.h_score() - 150.0).abs() < 12.0, "{}", made.h_score());
        for cell in tumour {
            let [low, high] = CLASS_BOUNDS[usize::from(cell.class)];
            assert!((low..high).contains(&cell.dab), "{cell:?}");
        }
    }

    #[test]
    fn artefacts_are_made() {
        let plan = IhcPlan {
            width: 900,
            height: 900,
            artefacts: ArtefactPlan {
                macrophages: 5,
                mucin: 1,
                signet_rings: 4,
                apical_glands: 1,
                ganglion_cells: 2,
            },
            ..small()
        };
        let made = section(&plan);
        let count = |kind| made.cells.iter().filter(|c| c.kind == kind).count();
        assert_eq!(count(CellKind::Macrophage), 5);
        assert_eq!(count(CellKind::SignetRing), 4);
        assert_eq!(count(CellKind::Ganglion), 2);
        assert!(count(CellKind::ApicalGland) >= 6);
    }
}
