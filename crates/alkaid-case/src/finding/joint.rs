//! The joint status and how it comes about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Estimate, Sentence};

/// What can be the case with ALK in a tumour: exactly one of these. Assays are independent given the class.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LatentClass {
    /// Rearranged, expressed as a kinase fusion, with a break that FISH resolves.
    Productive,
    /// Rearranged and expressed, by a break that FISH does not resolve: small inversion, insertion, complex.
    Cryptic,
    /// Rearranged in DNA, without an expressed kinase fusion.
    Silent,
    /// Not rearranged; ALK is expressed for another reason: ALK-ATI, amplification, wild type of the lineage.
    Expressed,
    /// Not rearranged and not expressed.
    None,
}

impl LatentClass {
    /// All, in the order in which results list them.
    pub const ALL: [Self; 5] = [
        Self::Productive,
        Self::Cryptic,
        Self::Silent,
        Self::Expressed,
        Self::None,
    ];

    /// The word that tables and results use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Productive => "productive",
            Self::Cryptic => "cryptic",
            Self::Silent => "silent",
            Self::Expressed => "expressed",
            Self::None => "none",
        }
    }

    /// In words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Productive => "rearranged, expressed, break visible to FISH",
            Self::Cryptic => "rearranged, expressed, break too small or complex for FISH",
            Self::Silent => "rearranged in DNA, no kinase fusion expressed",
            Self::Expressed => "not rearranged, ALK expressed for another reason",
            Self::None => "not rearranged, ALK not expressed",
        }
    }

    /// Whether ALK is rearranged.
    pub const fn is_rearranged(self) -> bool {
        matches!(self, Self::Productive | Self::Cryptic | Self::Silent)
    }

    /// Whether a kinase fusion of ALK is expressed.
    pub const fn is_driver(self) -> bool {
        matches!(self, Self::Productive | Self::Cryptic)
    }
}

/// The joint model's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Joint {
    /// Probability that ALK is rearranged.
    pub rearranged: Estimate,
    /// Probability that a kinase fusion of ALK is expressed.
    pub driver: Estimate,
    /// Classes with their probabilities, in the order of [`LatentClass::ALL`].
    pub classes: Vec<ClassPosterior>,
    /// Where the prior comes from.
    pub prior: Prior,
    /// What each assay contributed, in the order of the evidence table.
    pub contributions: Vec<Contribution>,
    /// Upper line: rearranged where the probability is at or above it.
    pub upper_line: f64,
    /// Lower line: not rearranged where it is at or below this one.
    pub lower_line: f64,
    /// The model in words, for the end of a report.
    pub model: String,
    /// Rows of the model's tables that were used.
    pub parameters: Vec<ParameterRow>,
    /// In words, how far the parameters that were used were read in sources.
    pub parameters_say: String,
    /// Draws of the parameters.
    pub draws: u32,
    /// Seed of the draws.
    pub seed: u64,
}

/// A class and its probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassPosterior {
    /// The class.
    pub class: LatentClass,
    /// [`LatentClass::meaning`].
    pub meaning: String,
    /// Before the assays.
    pub prior: f64,
    /// After them.
    pub posterior: Estimate,
}

/// Where the prior comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Prior {
    /// Probability of a rearrangement before the assays.
    pub rearranged: Estimate,
    /// In a sentence, with its source.
    pub statement: Sentence,
}

/// What an assay contributed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contribution {
    /// The row of the evidence table.
    pub assay: String,
    /// The outcome that it was taken for, in the model's words.
    pub outcome: String,
    /// Likelihood of that outcome under each class, mean of the draws, in the order of [`LatentClass::ALL`].
    pub likelihoods: Vec<f64>,
    /// How many times likelier the outcome is if ALK is rearranged than if it is not, prior weights within each side.
    pub likelihood_ratio: Estimate,
    /// Probability of a rearrangement without this assay.
    pub without: Estimate,
}

/// A row of the model's tables that was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParameterRow {
    /// Table and key: `outcomes:fish_productive`.
    pub row: String,
    /// In words: what, under which class.
    pub says: String,
    /// Mean of the distribution that it stands for, and its 95 % interval.
    pub probability: Estimate,
    /// Number of its source.
    pub cite: u32,
    /// `sourced`, `computed` or `unverified` (an assumption).
    pub status: String,
}

/// Where assays disagree, or where one of them misleads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Discordance {
    /// Key of the rule.
    pub rule: String,
    /// In a few words: `FISH positive near the cut-off, IHC and RNA negative`.
    pub title: String,
    /// Rows of the evidence table that it is about.
    pub assays: Vec<String>,
    /// Why this happens, with the source.
    pub explanation: Sentence,
    /// How likely that is here, by the model.
    pub here: Sentence,
    /// That probability, where the model has a class for it.
    pub probability: Option<Estimate>,
    /// The rule's own hint at a test.
    pub advice: Sentence,
    /// The test that would settle it most, by the model and the material left; a key of [`NextTest::test`].
    pub next_test: Option<String>,
}

/// A test that could still be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextTest {
    /// Key: `rna`, `dna`, `fish`, `ihc`.
    pub test: String,
    /// In words: `RNA sequencing (anchored or capture panel)`.
    pub title: String,
    /// Expected information about the status, bits.
    pub bits: f64,
    /// Probability that the status would be settled afterwards.
    pub settles: f64,
    /// Probability of a rearrangement after each outcome, with the outcome's own probability.
    pub outcomes: Vec<TestOutcome>,
    /// Whether the material left suffices; none where the manifest does not say.
    pub feasible: Option<bool>,
    /// What it needs, and whether that is left, in words.
    pub material: String,
    /// Number of the source on what it needs.
    pub cites: Vec<u32>,
}

/// An outcome that a test could have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestOutcome {
    /// The outcome in the model's words.
    pub outcome: String,
    /// How likely it is now.
    pub probability: f64,
    /// Probability of a rearrangement after it.
    pub rearranged: f64,
}
