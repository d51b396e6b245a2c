//! ALK break-apart FISH: from nuclei and their signals to patterns, and from patterns to the probe kit's call.
//!
//! Red (or orange) is the probe on the 3' side of ALK, with the kinase; green is the probe on the 5' side. A red and a
//! green signal that lie together are one *fused* signal, an ALK locus that is whole.

pub mod agreement;
pub mod analyse;
mod assignment;
pub mod background;
pub mod copies;
pub mod counts;
pub mod distance;
mod distribution;
pub mod fields;
pub mod finding;
mod outline;
pub mod overrides;
pub mod pairing;
pub mod pattern;
pub mod plan;
pub mod profile;
pub mod quality;
pub mod report;
pub mod rule;
pub mod statistics;

pub use analyse::{AnalyseError, AnalyseOptions, Analysis, analyse};
pub use distance::DistanceIndex;
pub use pattern::{Counts, Pattern};
pub use profile::{Profile, profile, profiles};
pub use report::{FishReport, RunOptions, Setting, report_on_images, report_on_table};
pub use rule::{Call, Verdict};
