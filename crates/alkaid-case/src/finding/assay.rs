//! What single assays found.

use alkaid_reads::finding::ReadsReport;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Estimate, Sentence};

/// One row of the evidence table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AssayFinding {
    /// Short name within the report: `rna`, `dna`, `fish`, `ihc`, `variants`, `copy_number`, `expression`, `fish_record`;
    /// a second one of a kind is `rna2`.
    pub id: String,
    /// What it is.
    pub kind: AssayKind,
    /// In words: `RNA sequencing`.
    pub title: String,
    /// How it came out.
    pub state: AssayState,
    /// What it found, in a sentence.
    pub finding: Sentence,
    /// How sure that is by the assay alone: an interval, odds, or what would have been seen.
    pub uncertainty: String,
    /// The assay's main number, where it has one: `nuclei positive`, `unique fragments across the junction`.
    pub measure: Option<Measure>,
    /// The outcome that the joint model took it for; none where it does not count there.
    pub outcome: Option<String>,
    /// Why it does not count, where it does not.
    pub why_not_counted: Option<String>,
    /// Day of the assay's material, where it differs from the sample's.
    pub date: Option<String>,
    /// What went wrong, where it failed.
    pub error: Option<String>,
    /// What to know about it.
    pub notes: Vec<String>,
}

/// The kinds of assays.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AssayKind {
    /// Reads of RNA.
    RnaReads,
    /// Reads of DNA.
    DnaReads,
    /// Break-apart FISH.
    Fish,
    /// Immunohistochemistry.
    Ihc,
    /// Another caller's small variants.
    Variants,
    /// Another caller's copy numbers.
    CopyNumber,
    /// Expression by gene.
    Expression,
    /// The record of the FISH run.
    FishRecord,
}

/// How an assay came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssayState {
    /// It speaks for an ALK rearrangement.
    Positive,
    /// It looked, would have seen one, and did not.
    Negative,
    /// Between the two.
    Equivocal,
    /// It could not have seen one: not a negative.
    Insufficient,
    /// It tells something else, nothing for or against a rearrangement.
    Informative,
    /// It could not be run or read.
    Failed,
}

impl AssayState {
    /// In a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Equivocal => "equivocal",
            Self::Insufficient => "insufficient",
            Self::Informative => "read",
            Self::Failed => "failed",
        }
    }
}

/// The main number of an assay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// What was measured.
    pub name: String,
    /// The value.
    pub value: f64,
    /// 95 % interval, where there is one.
    pub interval: Option<[f64; 2]>,
    /// Unit: `share`, `fragments`, `H-score`.
    pub unit: String,
    /// The line that the assay draws, in the same unit.
    pub line: Option<f64>,
}

/// A report on reads, with what pictures need beyond it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReadsEvidence {
    /// The row of the evidence table.
    pub assay: String,
    /// The whole report.
    pub report: ReadsReport,
    /// Reads across the junctions, by call.
    pub junction_reads: Vec<JunctionReads>,
}

/// Reads that support one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JunctionReads {
    /// The call's id: `F1`.
    pub call: String,
    /// Supporting reads in all.
    pub total: u32,
    /// At most [`JunctionReads::SHOWN`] of them, spread evenly, those that reach furthest into the partner first.
    pub reads: Vec<JunctionRead>,
}

impl JunctionReads {
    /// Reads kept for drawing.
    pub const SHOWN: usize = 40;
}

/// One read across a junction, in bases of the transcript (RNA) or chromosome (DNA) on either side of it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct JunctionRead {
    /// Bases on the partner's side.
    pub five_prime: u32,
    /// Bases on ALK's side.
    pub three_prime: u32,
    /// 0 first mate, 1 second.
    pub mate: u8,
}

/// What break-apart FISH found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FishEvidence {
    /// The row of the evidence table.
    pub assay: String,
    /// Where the counts come from.
    pub origin: FishOrigin,
    /// The probe, as the manifest names it.
    pub probe: Option<String>,
    /// Nuclei by pattern.
    pub counts: FishPatternCounts,
    /// Nuclei that the call rests on: 50, 100, or all.
    pub scored: u32,
    /// Positive (split or isolated red) among them.
    pub positive: u32,
    /// Their share, with the exact (Clopper–Pearson) interval.
    pub fraction: Estimate,
    /// Share from which the rule calls positive.
    pub cut_off: f64,
    /// The rule's call.
    pub call: FishCall,
    /// The rule in words, with its steps as they went.
    pub rule: String,
    /// Probability that the true share is at or above the cut-off, given the counts alone.
    pub above_cut_off: f64,
    /// Mean number of ALK signals (fused and red) per scored nucleus, where it is known.
    pub copies: Option<f64>,
    /// Whether the copy number raises the background of false splits.
    pub polyploid: bool,
    /// Counts of single readers, where several read it.
    pub readers: Vec<ReaderScore>,
    /// Nuclei to show, by pattern, the most typical first; empty for counts by eye.
    pub gallery: Vec<FishNucleus>,
    /// What the colours of their pictures mean; none for counts by eye.
    pub colours: Option<String>,
    /// What to know.
    pub warnings: Vec<String>,
}

/// Where FISH counts come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FishOrigin {
    /// Measured on images.
    Images,
    /// Counted by eye, nucleus by nucleus.
    Counts,
    /// Stated in the manifest as totals.
    Totals,
}

/// Nuclei by pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FishPatternCounts {
    /// Only fused signals.
    pub fused: u32,
    /// Red and green apart.
    pub split: u32,
    /// Red without green.
    pub isolated_red: u32,
    /// Green without red.
    pub isolated_green: u32,
}

/// The rule's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FishCall {
    /// At or above the cut-off.
    Positive,
    /// Below it.
    Negative,
    /// More nuclei are needed.
    Equivocal,
    /// Too few nuclei, or images that cannot be scored.
    NotSuitable,
}

impl FishCall {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Equivocal => "equivocal",
            Self::NotSuitable => "not suitable",
        }
    }
}

/// What one reader counted or scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReaderScore {
    /// Who.
    pub reader: String,
    /// What, in words: `9 of 50 positive`, `3+, H-score 270`.
    pub score: String,
}

/// A nucleus to show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FishNucleus {
    /// Its number in the assay's outputs.
    pub id: u32,
    /// Its pattern in words: `split`.
    pub pattern: String,
    /// How doubtful that is, 0 to 1.
    pub doubt: f64,
    /// Picture: a PNG file, relative to the report's folder. All pictures of a slide have one scale; the bar on them is
    /// 5 µm long.
    pub image: Option<String>,
    /// What to see, in words: `1 fused, 1 red and 1 green, 2.4 µm apart`. Red is the 3' side.
    pub caption: String,
}

/// What immunohistochemistry found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IhcEvidence {
    /// The row of the evidence table.
    pub assay: String,
    /// Where the score comes from.
    pub origin: IhcOrigin,
    /// The antibody's clone: `D5F3`, `5A4`, `1A4`.
    pub clone: Option<String>,
    /// Highest intensity, 0 to 3.
    pub intensity: Option<u8>,
    /// H-score, 0 to 300.
    pub h_score: Option<f64>,
    /// Share of tumour cells that stain.
    pub stained: Option<f64>,
    /// The kit's call.
    pub call: IhcCall,
    /// The rule in words.
    pub rule: String,
    /// Where in the cell it stains.
    pub pattern: Option<IhcPattern>,
    /// Partners that the pattern suggests, with sources.
    pub pattern_suggests: Option<Sentence>,
    /// Scores of single readers.
    pub readers: Vec<ReaderScore>,
    /// Picture of the part whose mix of cells is nearest to that of the whole section, its cells outlined: a PNG file,
    /// relative to the report's folder.
    pub image: Option<String>,
    /// What to know.
    pub warnings: Vec<String>,
}

/// Where an IHC score comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IhcOrigin {
    /// Measured on an image.
    Image,
    /// A pathologist's score.
    Pathologist,
}

/// The kit's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IhcCall {
    /// Positive.
    Positive,
    /// Negative.
    Negative,
    /// Between: 1+ or 2+ of a graded clone.
    Equivocal,
    /// It cannot be scored.
    NotSuitable,
}

impl IhcCall {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Equivocal => "equivocal",
            Self::NotSuitable => "not suitable",
        }
    }
}

/// Where in the cell ALK stains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IhcPattern {
    /// Cytoplasm.
    Cytoplasmic,
    /// Nucleus and cytoplasm.
    NuclearCytoplasmic,
    /// Nuclear membrane.
    NuclearMembrane,
    /// Cell membrane.
    Membranous,
    /// Granules in the cytoplasm.
    Granular,
}

impl IhcPattern {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cytoplasmic => "cytoplasmic",
            Self::NuclearCytoplasmic => "nuclear and cytoplasmic",
            Self::NuclearMembrane => "nuclear membrane",
            Self::Membranous => "membranous",
            Self::Granular => "granular cytoplasmic",
        }
    }
}

/// The record of the FISH run, checked against the protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BenchRecord {
    /// The row of the evidence table.
    pub assay: String,
    /// In words: `17 of 19 steps as the protocol wants them, 1 out of range, 1 not written down`.
    pub summary: String,
    /// Steps that are out of range or missing.
    pub open_steps: Vec<BenchStep>,
}

/// A step of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BenchStep {
    /// Key of the step.
    pub step: String,
    /// What was written down, in words.
    pub recorded: String,
    /// What the protocol asks for.
    pub wanted: String,
    /// `out of range` or `missing`.
    pub verdict: String,
    /// What to do or expect.
    pub remedy: Option<String>,
}
