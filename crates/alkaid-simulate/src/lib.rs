//! Sequencing reads with truth, made from the reference bundle.
//!
//! The road: a [`SimulationPlan`] names molecules in a small language ([`FusionSpec`], such as
//! `EML4:e13::ALK:e20`, or `ALK:wt[G1202R]` with a mutation) and says how they are sequenced; [`chimera`] builds one molecule with its
//! junction; [`fragments`] cuts, copies and sequences them together with background and artefacts;
//! [`simulate`] writes FASTQ and the [`Truth`].
//!
//! The same plan on the same bundle gives the same bytes. Everything made here is simulated: it shows
//! what a program can find in reads like these, not what it finds in patients.

mod background;
mod backtranslate;
mod cases;
mod chimera;
mod draws;
mod error;
pub mod fish;
mod fragments;
pub mod ihc;
mod layout;
mod mutation;
mod pieces;
mod plan;
mod quality;
mod reference;
mod spec;
mod truth;
mod write;

pub use cases::{
    PARTNERS_WITH_SEQUENCE, ProteinJunction, in_frame_junctions, intron_junctions,
    protein_only_junctions,
};
pub use chimera::{Chimera, Junction, Molecule, chimera, chimera_seeded};
pub use error::{SimulateError, SpecProblem};
pub use fragments::{Fragments, Origin, SimulatedFragment, SimulatedRead, fragments};
pub use mutation::{Change, CodingKind, Made, MutationTruth, ResidueKind};
pub use pieces::SideTruth;
pub use plan::{
    Amount, AnchoredPlan, BackgroundPlan, ErrorPlan, FusionPlan, Layout, LibraryPlan, ReadPlan,
    SimulationPlan, Source, SwitchingPlan, UmiPlan,
};
pub use quality::{MAX_QUALITY, QualityProfile, error_probability};
pub use spec::{FusionSpec, InsertPiece, Place, Side};
pub use truth::{CEILING_WINDOW, FusionTruth, JunctionTruth, TRUTH_ANCHOR, Truth};
pub use write::{Outputs, WriteOptions, simulate};
