//! Two time points of one patient.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Estimate, JointStatus, Sentence, Treatment};

/// What changed from one case to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareReport {
    /// Version of this layout.
    pub compare_version: String,
    /// Program and version.
    pub tool: String,
    /// For research use only.
    pub notice: String,
    /// The earlier one.
    pub before: TimePoint,
    /// The later one.
    pub after: TimePoint,
    /// The answer in a few sentences.
    pub answer: Vec<Sentence>,
    /// What appeared, went, stayed, and what cannot be told.
    pub changes: Vec<Change>,
    /// Inhibitors given between the two.
    pub treatments_between: Vec<Treatment>,
    /// What to know before trusting the rest.
    pub warnings: Vec<String>,
}

/// One of the two cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimePoint {
    /// Sample.
    pub sample: String,
    /// Day on which it was taken.
    pub collected: Option<String>,
    /// Its status.
    pub status: JointStatus,
    /// Its probability of a rearrangement.
    pub rearranged: Estimate,
    /// Share of tumour cells.
    pub tumour_content: Option<f64>,
    /// Version of the program that made it.
    pub version: String,
}

/// What became of one finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// `fusion`, `mutation`, `bypass`, `fish`, `ihc`.
    pub what: String,
    /// `EML4::ALK E13;A20`, `G1202R`, `MET amplification`.
    pub name: String,
    /// What became of it.
    pub kind: ChangeKind,
    /// In a sentence.
    pub statement: Sentence,
    /// Before, where it was seen.
    pub before: Option<ClonalFraction>,
    /// After, where it was seen.
    pub after: Option<ClonalFraction>,
    /// Probability that the fraction rose, where both are known (Beta posteriors, uniform prior).
    pub rose: Option<f64>,
}

/// What became of a finding.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Seen after; looked for before and would have been seen.
    Appeared,
    /// Seen before; looked for after and would have been seen.
    Gone,
    /// Seen at both, more after.
    Rose,
    /// Seen at both, less after.
    Fell,
    /// Seen at both, no difference shown.
    Stayed,
    /// Seen at one; the other could not have shown it, or was not looked at.
    CannotBeTold,
}

impl ChangeKind {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Appeared => "appeared",
            Self::Gone => "gone",
            Self::Rose => "rose",
            Self::Fell => "fell",
            Self::Stayed => "stayed",
            Self::CannotBeTold => "cannot be told",
        }
    }
}

/// The share of molecules with a finding, and of tumour cells where the content is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClonalFraction {
    /// The row of the evidence table.
    pub assay: String,
    /// Molecules with it.
    pub with: u64,
    /// Molecules there.
    pub of: u64,
    /// Their share, exact interval.
    pub share: Estimate,
    /// Share of tumour cells with it (DNA only), under one mutated copy among two in every tumour cell, at most 1.
    pub tumour_cells: Option<Estimate>,
}
