//! ALK immunohistochemistry: from a stained section to DAB per cell, scores, and the kit's call.
//!
//! The road: [`analyse`] opens nothing itself; it takes a [`Slide`](alkaid_imaging::brightfield::Slide), finds white,
//! tissue and the dyes' vectors, walks the tiles (`tile`: nuclei, rings, measures), marks the tumour
//! ([`region`]), adds up ([`summary`]), names what may mislead (`artefact`), and walks the kit's rule ([`kit`]).
//! [`overrides`] brings back what a person changed; [`hand`] is for scores that people gave.

mod analyse;
mod artefact;
mod cells;
mod error;
pub mod finding;
#[doc(hidden)]
pub mod fuzzing;
pub mod hand;
mod judge;
pub mod kit;
mod masks;
mod nuclei;
pub mod overrides;
pub mod quality;
pub mod region;
pub mod summary;
mod text_file;
mod tile;
mod walk;

pub use analyse::{IhcOptions, Measured, Progress, Silent, analyse, conclude};
pub use error::IhcError;
