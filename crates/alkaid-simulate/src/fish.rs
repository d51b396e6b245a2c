//! ALK break-apart FISH fields with truth.
//!
//! The road: a [`Plan`] says what the tissue, the probe, the microscope and the camera are like; [`scene`] places
//! nuclei in a section and ALK loci in the nuclei, and keeps what the section and the hybridisation leave visible;
//! [`field`] draws that as a microscope would see it; [`simulate`] writes OME-TIFF, labels and truth.
//!
//! [`scene`] alone is enough where what is tested starts from counts and distances: it draws no pixel and makes some
//! ten thousand nuclei a second. Everything that looks at pixels needs [`field`].
//!
//! Lengths are micrometres unless a name says pixels; x runs right, y down, z up from the middle of the section; the
//! centre of pixel (0, 0) is at x = y = 0. The same plan and seed give the same bytes on any machine.

mod camera;
mod draw;
mod loci;
mod nucleus;
mod pattern;
mod place;
mod plan;
mod plane;
mod texture;
mod truth;
mod write;

pub use draw::{SimulatedField, field};
pub use pattern::{Score, TruthPattern, score};
pub use place::scene;
pub use plan::{
    Acquisition, AlkPlan, CameraPlan, FieldPlan, Kind, NucleiPlan, OpticsPlan, Plan, ProbePlan,
    TissuePlan,
};
pub use truth::{CellTruth, Channel, GranuleTruth, LocusTruth, SpotTruth, Truth};
pub use write::{FishOutput, read_plan, simulate};
