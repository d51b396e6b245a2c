//! What the conclusion means: variant, mutations, mechanism, inhibitors, signalling.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Estimate, Sentence};

/// What follows. Nothing here rests on an unverified fact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Follows {
    /// The fusion that the rest is about: the best supported call of RNA, else of DNA.
    pub fusion: Option<FusionSummary>,
    /// Further fusions and isoforms that were called.
    pub other_fusions: Vec<FusionSummary>,
    /// Mutations of ALK, from reads and from other callers' tables.
    pub mutations: Vec<MutationSummary>,
    /// Other genes through which the tumour may go on.
    pub bypass: Vec<BypassSummary>,
    /// What is known of the fusion and its variant.
    pub variant: Vec<Sentence>,
    /// What is known of the mutations.
    pub mutation_facts: Vec<Sentence>,
    /// How the tumour is driven, and how it may go on under inhibitors.
    pub mechanism: Vec<Sentence>,
    /// The evidence on each inhibitor, in the order of the view (see [`Follows::inhibitor_rule`]).
    pub inhibitors: Vec<DrugOutlook>,
    /// How conclusions on inhibitors are drawn and sorted.
    pub inhibitor_rule: String,
    /// What to know before trusting them.
    pub inhibitor_notes: Vec<String>,
    /// Measured potencies of inhibitors on the mutations found and on the unmutated fusion, for a heat map.
    pub potencies: Vec<PotencyCell>,
    /// What the signalling model predicts, where it was run.
    pub pathway: Option<PathwayConsequence>,
}

/// A fusion in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FusionSummary {
    /// The row of the evidence table.
    pub assay: String,
    /// The call in that report: `F1`.
    pub call: String,
    /// `EML4::ALK`.
    pub name: String,
    /// `V1`, where it has a name.
    pub variant: Option<String>,
    /// `E13;A20`.
    pub junction: String,
    /// Whether ALK's frame goes on.
    pub in_frame: Option<bool>,
    /// Unique fragments across the junction.
    pub unique_fragments: u32,
    /// Share of fragments at ALK's position that show the junction, with its exact interval.
    pub allele_fraction: Option<Estimate>,
    /// Whether any partner of that name is in the tables; false for one that nobody has reported.
    pub partner_known: bool,
    /// The other fusion isoforms of the same rearrangement: `F2`.
    pub isoforms: Vec<String>,
    /// Other sets of reads of the same molecule that show the same junction: `rna2`.
    pub also_in: Vec<String>,
}

/// A mutation of ALK in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MutationSummary {
    /// `G1202R`.
    pub name: String,
    /// The rows of the evidence table that show it.
    pub assays: Vec<String>,
    /// HGVS of the coding sequence.
    pub hgvs_c: Option<String>,
    /// HGVS of the protein.
    pub hgvs_p: Option<String>,
    /// Share of molecules with it, from the first of these assays, with its interval where counts are known.
    pub allele_fraction: Option<Estimate>,
    /// Molecules with it and molecules there.
    pub molecules: Option<[u64; 2]>,
    /// Whether it lies on the fusion, in words.
    pub phase: Option<String>,
    /// Whether the catalogue of ALK kinase mutations has it.
    pub catalogued: bool,
    /// Whether it is likely inherited.
    pub likely_germline: bool,
}

/// A way around ALK in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BypassSummary {
    /// HGNC symbol.
    pub gene: String,
    /// `amplification`, `mutation`, `loss`.
    pub event: String,
    /// What was found: `MET 12.4 copies`.
    pub what: String,
    /// The row of the evidence table.
    pub assay: String,
    /// Numbers of sources.
    pub cites: Vec<u32>,
}

/// What the evidence says about one inhibitor for these findings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DrugOutlook {
    /// The drug.
    pub drug: String,
    /// Generation of ALK inhibitors.
    pub generation: Option<u8>,
    /// `supported`, `contradictory`, `in doubt`, `no data`, `a part resisted`, `refuted`.
    pub verdict: String,
    /// Level of the deciding evidence: `label`, `trial`, `case`, `cells`, `inferred`.
    pub level: Option<String>,
    /// The reason, with the rows that decided.
    pub reason: Sentence,
    /// Whether rows that count point different ways.
    pub disagreement: Option<String>,
    /// Whether it was given before this sample.
    pub given_before: bool,
    /// Where it stands with agencies.
    pub approvals: Vec<DrugApproval>,
    /// The deciding rows.
    pub evidence: Vec<DrugEvidence>,
}

/// Where a drug stands with an agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrugApproval {
    /// `FDA`, `EMA`, `NMPA`, `PMDA`.
    pub agency: String,
    /// `approved`, `under review`, `approved, not for ALK`, `not approved`, `unverified reports only`.
    pub state: String,
    /// Date of the last event.
    pub since: Option<String>,
}

/// One row that speaks for or against an inhibitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrugEvidence {
    /// `label`, `trial`, `case`, `cells`, `inferred`.
    pub level: String,
    /// `for`, `against`, `neither`.
    pub direction: String,
    /// What it says.
    pub text: String,
    /// Number of its source.
    pub cite: u32,
}

/// A measured potency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PotencyCell {
    /// The drug.
    pub drug: String,
    /// Mutations together: `G1202R + L1196M`; `unmutated` for the fusion alone.
    pub mutations: String,
    /// The series of measurements; values of different series do not compare.
    pub dataset: String,
    /// `<` or `>` where the source gives a bound.
    pub relation: Option<String>,
    /// IC50, nanomolar.
    pub nanomolar: f64,
    /// Over the value on the unmutated fusion of the same series, where it has one.
    pub fold: Option<f64>,
    /// Number of its source.
    pub cite: u32,
}

/// What the signalling model predicts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PathwayConsequence {
    /// In words, each with its sources.
    pub statements: Vec<Sentence>,
    /// Activities of arms and phenotypes without drug and under the drugs that were looked at.
    pub outputs: Vec<PathwayOutput>,
    /// The model in words, and what it cannot say.
    pub model: String,
}

/// The activity of one node under one condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PathwayOutput {
    /// The condition: `no drug`, `lorlatinib 100 nM`.
    pub condition: String,
    /// The node: `ERK`, `AKT`, `STAT3`, `growth`.
    pub node: String,
    /// Activity relative to the fusion without drug, with the band of the parameter draws.
    pub activity: Estimate,
}
