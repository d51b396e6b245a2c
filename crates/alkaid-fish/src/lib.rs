//! ALK break-apart FISH: from nuclei and their signals to patterns, and from patterns to the probe kit's call.
//!
//! Red (or orange) is the probe on the 3' side of ALK, with the kinase; green is the probe on the 5' side. A red and a
//! green signal that lie together are one *fused* signal, an ALK locus that is whole.

pub mod finding;
pub mod pattern;

pub use pattern::{Counts, Pattern};
