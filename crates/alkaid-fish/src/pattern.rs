//! The pattern of one nucleus, from its signals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The signals of one nucleus.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Counts {
    /// Red and green together.
    pub fused: u16,
    /// Red (3') alone.
    pub red: u16,
    /// Green (5') alone.
    pub green: u16,
}

/// The atlas patterns of ALK break-apart probes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Only fused signals: no rearrangement seen.
    Fused,
    /// At least one red and one green apart: the locus is broken.
    Split,
    /// Red without its green: the 3' side is kept, the 5' side lost.
    IsolatedRed,
    /// Green without its red: the kinase side is lost; not positive.
    IsolatedGreen,
}
