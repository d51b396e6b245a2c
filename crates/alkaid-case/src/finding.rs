//! What `alkaid case` concludes about one sample. These types are `case.json`; their schema is generated.
//!
//! A reader goes from the top down: [`CaseReport::status`] and [`CaseReport::answer`] say it, [`CaseReport::assays`] is
//! the table of the evidence, [`CaseReport::joint`] the arithmetic, [`CaseReport::discordances`] and
//! [`CaseReport::next_tests`] what is left open, [`CaseReport::follows`] what it means, and
//! [`CaseReport::provenance`] what it was made of. Whole reports of single assays stand beside them for pictures.
//!
//! Shares and probabilities are 0 to 1, intervals 95 % unless named otherwise, positions 1-based, dates ISO 8601 as exact
//! as the manifest gives them. A sentence names its sources by numbers into [`CaseReport::citations`].

mod assay;
mod compare;
mod follows;
mod joint;

use alkaid_tables::finding::BypassReport;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use assay::{
    AssayFinding, AssayKind, AssayState, BenchRecord, BenchStep, FishCall, FishEvidence,
    FishNucleus, FishOrigin, FishPatternCounts, IhcCall, IhcEvidence, IhcOrigin, IhcPattern,
    JunctionRead, JunctionReads, Measure, ReaderScore, ReadsEvidence,
};
pub use compare::{Change, ChangeKind, ClonalFraction, CompareReport, TimePoint};
pub use follows::{
    BypassSummary, DrugApproval, DrugEvidence, DrugOutlook, Follows, FusionSummary,
    MutationSummary, PathwayConsequence, PathwayOutput, PotencyCell,
};
pub use joint::{
    ClassPosterior, Contribution, Discordance, Joint, LatentClass, NextTest, ParameterRow, Prior,
    TestOutcome,
};

/// Version of the layout; the first part changes when a field changes its meaning or goes away.
pub const CASE_VERSION: &str = "1.0";

/// Said wherever a conclusion stands.
pub const NOTICE: &str = "For research use only. Not for use in diagnostic procedures. A reading of evidence by a stated \
model and of published facts; no advice on treatment.";

/// Everything concluded about one sample.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CaseReport {
    /// Layout version, [`CASE_VERSION`].
    pub case_version: String,
    /// `alkaid` and its version.
    pub tool: String,
    /// [`NOTICE`].
    pub notice: String,
    /// Who and what was looked at.
    pub sample: Sample,
    /// The answer in one word.
    pub status: JointStatus,
    /// The answer in three sentences: the status with its probability, what is rearranged and mutated, what follows.
    pub answer: Vec<Sentence>,
    /// The evidence table: one row an assay, in the order RNA, DNA, FISH, IHC, variants, copy number, expression, record.
    pub assays: Vec<AssayFinding>,
    /// How the status comes about.
    pub joint: Joint,
    /// Where assays disagree, and why they may.
    pub discordances: Vec<Discordance>,
    /// Tests that would settle most, most informative first. Empty where the status is settled and nothing is open.
    pub next_tests: Vec<NextTest>,
    /// What it means: variant, mutations, mechanism, inhibitors, signalling.
    pub follows: Follows,
    /// Inhibitors given so far, by first day.
    pub treatments: Vec<Treatment>,
    /// Reports on reads, in the order of the manifest.
    pub reads: Vec<ReadsEvidence>,
    /// FISH.
    pub fish: Option<FishEvidence>,
    /// Immunohistochemistry.
    pub ihc: Option<IhcEvidence>,
    /// What other callers' tables say.
    pub tables: Option<BypassReport>,
    /// The record of the FISH run, checked against the protocol.
    pub bench: Option<BenchRecord>,
    /// Sources, numbered from 1 in the order in which the report names them.
    pub citations: Vec<Citation>,
    /// What a reader should know before trusting the above.
    pub warnings: Vec<String>,
    /// Versions, reference, day of knowledge, inputs.
    pub provenance: Provenance,
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JointStatus {
    /// ALK is rearranged: its probability is at or above the upper line.
    Rearranged,
    /// It is not: the probability is at or below the lower line.
    NotRearranged,
    /// The evidence does not settle it.
    Indeterminate,
}

impl JointStatus {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rearranged => "rearranged",
            Self::NotRearranged => "not rearranged",
            Self::Indeterminate => "indeterminate",
        }
    }
}

/// Who and what was looked at, as the manifest says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// Name of the sample.
    pub id: String,
    /// Name of the patient or model, where one is given.
    pub patient: Option<String>,
    /// Whether the data are simulated.
    pub simulated: bool,
    /// Tumour type as the tables call it.
    pub tumour: Option<String>,
    /// Tumour type as the manifest writes it.
    pub tumour_as_given: Option<String>,
    /// Site that the material comes from.
    pub site: Option<String>,
    /// Material: `ffpe`, `fresh_frozen`, `cytology`, `plasma`, `cell_line`, `other`.
    pub material: Option<String>,
    /// Share of tumour cells, 0 to 1.
    pub tumour_content: Option<f64>,
    /// Day on which the material was taken.
    pub collected: Option<String>,
    /// Day of diagnosis.
    pub diagnosed: Option<String>,
    /// What material is left, as in the manifest: `sections`, `rna_ng`, `dna_ng`.
    pub left: Option<MaterialLeft>,
    /// Free words from the manifest.
    pub note: Option<String>,
}

/// What material is left for further tests. A value that is not given is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialLeft {
    /// Unstained sections of 4 to 5 µm.
    pub sections: Option<u32>,
    /// RNA, nanograms.
    pub rna_ng: Option<f64>,
    /// DNA, nanograms.
    pub dna_ng: Option<f64>,
}

/// A sentence with its sources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sentence {
    /// The sentence, without citation marks.
    pub text: String,
    /// Numbers of its sources, [`Citation::number`]. Empty where it rests on the sample's own data.
    pub cites: Vec<u32>,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Citation {
    /// From 1.
    pub number: u32,
    /// Table and key of the row: `prevalence:nsclc_cgp`.
    pub row: String,
    /// The publication or database item.
    pub source: String,
    /// Its date.
    pub date: Option<String>,
    /// `sourced`, `computed` or `unverified` (an assumption, or read by nobody).
    pub status: String,
}

/// A value with its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// An inhibitor that was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Treatment {
    /// The drug as the tables call it.
    pub drug: String,
    /// First day.
    pub start: Option<String>,
    /// Last day; none where it goes on or is not known.
    pub end: Option<String>,
    /// Whether it was going on when the sample was taken; none where dates do not tell.
    pub at_sampling: Option<bool>,
    /// Best response: `CR`, `PR`, `SD`, `PD`, `NE`.
    pub best_response: Option<String>,
    /// Whether the tumour went on under it.
    pub progressed: bool,
    /// Free words.
    pub note: Option<String>,
}

/// What the report was made of: the same input gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// Version of the program.
    pub version: String,
    /// Assembly of all positions.
    pub assembly: String,
    /// Checksum of the reference bundle.
    pub bundle: String,
    /// The day up to which facts were kept.
    pub knowledge: String,
    /// The day as of which approvals and evidence are given.
    pub as_of: String,
    /// SHA-256 of the manifest.
    pub manifest: String,
    /// Input files.
    pub inputs: Vec<InputFile>,
}

/// An input file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InputFile {
    /// Which assay it belongs to: [`AssayFinding::id`].
    pub assay: String,
    /// Path as the manifest writes it.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

impl CaseReport {
    /// The source with this number.
    pub fn citation(&self, number: u32) -> Option<&Citation> {
        self.citations.iter().find(|one| one.number == number)
    }

    /// The row of the evidence table with this id.
    pub fn assay(&self, id: &str) -> Option<&AssayFinding> {
        self.assays.iter().find(|one| one.id == id)
    }
}
