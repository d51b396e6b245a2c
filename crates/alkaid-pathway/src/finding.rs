//! What the model says: types that serialise. Activities are relative to an untreated EML4-ALK V1 cell or a fully
//! activated bypass (1); times are hours; growth is net divisions a day.

use schemars::JsonSchema;
use serde::Serialize;

use crate::potency::PotencyUse;
use crate::table::Source;

/// Version of `pathway.json`; raised when a field changes its meaning or goes away.
pub const PATHWAY_VERSION: &str = "1.0.0";

/// What every report says at its end.
pub const NOTICE: &str = "For research use only. A model: its parameters are mostly assumptions, its directions were \
    compared with published experiments, its magnitudes were not. It says nothing about a patient's response.";

/// A value over the members of the ensemble: 5 %, 50 % and 95 % of them lie below.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Band {
    /// 5 % lie below.
    pub low: f64,
    /// The median.
    pub median: f64,
    /// 95 % lie below.
    pub high: f64,
}

impl Band {
    /// The band of some values; all zero for none. Sorts them.
    pub fn of(values: &mut [f64]) -> Self {
        values.sort_by(f64::total_cmp);
        Self {
            low: quantile(values, 0.05),
            median: quantile(values, 0.5),
            high: quantile(values, 0.95),
        }
    }
}

/// A quantile of sorted values, by linear interpolation.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let at = share * last as f64;
    let below = at.floor() as usize;
    let part = at - below as f64;
    sorted[below] + part * (sorted[(below + 1).min(last)] - sorted[below])
}

/// The case, in words and with what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CaseSummary {
    /// In one line.
    pub describes: String,
    /// The fusion.
    pub fusion: String,
    /// What the strength of the fusion rests on.
    pub fusion_source: Source,
    /// Mutations of ALK.
    pub mutations: Vec<String>,
    /// Alterations beside the fusion.
    pub alterations: Vec<AlterationUse>,
    /// IC50 values.
    pub potencies: Vec<PotencyUse>,
}

/// An alteration with its source.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AlterationUse {
    /// `MET:amplification`.
    pub key: String,
    /// The node that it changes.
    pub node: String,
    /// Where that comes from.
    pub source: Source,
}

/// One readout with and without what is given.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Readout {
    /// `RAS/RAF/MEK/ERK`.
    pub name: String,
    /// The node that stands for it, or `growth`.
    pub node: String,
    /// Without any drug, nothing else changed, at rest.
    pub untreated: Band,
    /// At the end of the run.
    pub treated: Band,
    /// Share of members in which it falls below half of the untreated one.
    pub share_halved: f64,
}

/// A node at the end of the run.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NodeLevel {
    /// Its name.
    pub node: String,
    /// Without a drug.
    pub untreated: Band,
    /// At the end.
    pub treated: Band,
}

/// A node over time.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Series {
    /// The node, or `cells` (natural logarithm of the number of cells, 0 at the start).
    pub node: String,
    /// One band for each of the report's times.
    pub bands: Vec<Band>,
}

/// What `alkaid pathway run` says.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PathwayReport {
    /// Version of this format.
    pub schema_version: String,
    /// Program and version.
    pub tool: String,
    /// What it is not for.
    pub notice: String,
    /// The case.
    pub case: CaseSummary,
    /// Whether unverified edges took part.
    pub unverified_edges: bool,
    /// Members of the ensemble.
    pub members: usize,
    /// Hours that were run.
    pub until_h: f64,
    /// ALK, the three arms, growth and survival.
    pub readouts: Vec<Readout>,
    /// In words; empty where all that it could say rests on unverified rows.
    pub says: Vec<String>,
    /// Rows behind the numbers that nobody has verified.
    pub rests_on_unverified: Vec<String>,
    /// Every node at the end.
    pub nodes: Vec<NodeLevel>,
    /// Hours of the time courses.
    pub times_h: Vec<f64>,
    /// Every node over time, and the cells.
    pub series: Vec<Series>,
}

/// What follows for the three arms and growth: for the page of a case.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Consequence {
    /// The case.
    pub case: CaseSummary,
    /// Members of the ensemble.
    pub members: usize,
    /// At rest with the drug, and without.
    pub readouts: Vec<Readout>,
    /// In words; empty where all that it could say rests on unverified rows.
    pub says: Vec<String>,
    /// Rows behind the numbers that nobody has verified.
    pub rests_on_unverified: Vec<String>,
    /// What it is not for.
    pub notice: String,
}

/// A dose and the readouts at rest under it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DosePoint {
    /// nM, or the share that is inhibited.
    pub dose: f64,
    /// One band for each of the curve's readouts.
    pub bands: Vec<Band>,
}

/// Readouts at rest by dose.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DoseCurve {
    /// What it is not for.
    pub notice: String,
    /// The case, without the drug that varies.
    pub case: String,
    /// The drug.
    pub drug: String,
    /// `nM` or `share`.
    pub unit: String,
    /// The potency behind it.
    pub potency: Option<PotencyUse>,
    /// Names of the readouts.
    pub readouts: Vec<String>,
    /// The points, by dose.
    pub points: Vec<DosePoint>,
    /// Dose that halves each readout, for the median and the band over members; none where half is not reached.
    pub half_doses: Vec<Option<Band>>,
    /// Rows behind the numbers that nobody has verified.
    pub rests_on_unverified: Vec<String>,
}

/// Two drugs together, at one pair of doses.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Combination {
    /// In words.
    pub drugs: [String; 2],
    /// Share of the possible effect that each alone and both have: 0 as untreated, 1 no signal or no growth left.
    pub effect_first: Band,
    /// The second alone.
    pub effect_second: Band,
    /// Both.
    pub effect_both: Band,
    /// Effect of both above that of independent action (Bliss): above 0 more, below 0 less.
    pub bliss_excess: Band,
    /// Combination index of Loewe additivity: below 1 synergy, above 1 antagonism; none where one alone never reaches the effect.
    pub loewe_index: Option<Band>,
    /// Share of members in which Loewe's index exists.
    pub loewe_defined: f64,
    /// Net divisions a day under both.
    pub growth: Band,
}

/// Combinations with a case, best first.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CombinationRanking {
    /// What it is not for.
    pub notice: String,
    /// The case.
    pub case: String,
    /// Net divisions a day under the first drug alone.
    pub growth_alone: Band,
    /// By growth under both.
    pub combinations: Vec<Combination>,
    /// Rows behind the numbers that nobody has verified.
    pub rests_on_unverified: Vec<String>,
}

/// One change and what it does under the drug.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// A mutation of ALK, an alteration, or a node held up or down.
    pub change: String,
    /// `mutation`, `alteration`, `node on`, `node off`.
    pub kind: String,
    /// The readout under the drug with the change.
    pub readout: Band,
    /// Net divisions a day under the drug with the change.
    pub growth: Band,
    /// Share of members in which the readout comes back to half of the untreated one.
    pub share_restored: f64,
    /// Whether nothing behind this change is unverified.
    pub verified: bool,
    /// What it rests on, or why it could not be run.
    pub rests_on: String,
}

/// Which single change brings a readout back under a drug.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ResistanceScan {
    /// What it is not for.
    pub notice: String,
    /// The case.
    pub case: String,
    /// The readout.
    pub readout: String,
    /// It, untreated and under the drug without a change.
    pub untreated: Band,
    /// Under the drug.
    pub treated: Band,
    /// Share of members in which the drugs bring the readout below half of its untreated value.
    pub share_lost: f64,
    /// By how far the readout comes back; empty where the drugs leave it above half in most members.
    pub changes: Vec<Change>,
    /// Changes for which no potency is known.
    pub not_run: Vec<String>,
}

/// One cell of the full scan.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ScanCell {
    /// The drug.
    pub drug: String,
    /// The mutation, or `unmutated`.
    pub mutation: String,
    /// The alteration, or `none`.
    pub bypass: String,
    /// nM.
    pub dose_nm: f64,
    /// ERK.
    pub erk: Band,
    /// AKT.
    pub akt: Band,
    /// STAT3.
    pub stat3: Band,
    /// Net divisions a day.
    pub growth: Band,
    /// `measured`, `from_fold`, `composed`, or `assumed` where no data set has a value.
    pub potency: String,
    /// Whether the potency is unverified.
    pub unverified: bool,
}

/// A node of the map.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MapNode {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: crate::network::NodeKind,
    /// Its part of the network.
    pub arm: String,
    /// In words.
    pub describes: String,
    /// Column and row in which the map draws it.
    pub cell: [u8; 2],
}

/// An edge of the map.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MapEdge {
    /// From.
    pub from: String,
    /// To.
    pub to: String,
    /// Its sign.
    pub sign: crate::network::Sign,
    /// What it is for.
    pub role: String,
    /// In words.
    pub mechanism: String,
    /// Where it was read.
    pub source: Source,
}

/// The network with every edge's source.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NetworkMap {
    /// Nodes.
    pub nodes: Vec<MapNode>,
    /// Edges.
    pub edges: Vec<MapEdge>,
}

/// Whether the model agrees with an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// All statements hold in at least half of the members.
    Reproduced,
    /// One of them does not.
    Contradicted,
    /// The model has nothing that corresponds.
    OutOfScope,
}

/// What an observation was used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Members of the ensemble were chosen by it.
    Fit,
    /// The model was not chosen by it.
    HeldOut,
}

/// A statement about readouts and in how many members it holds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StatementResult {
    /// `ERK(treated) < 0.5*ERK(control)`.
    pub statement: String,
    /// Share of members.
    pub share: f64,
}

/// An observation and what the model says of it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ObservationResult {
    /// 1 to 28.
    pub number: u32,
    /// Cells.
    pub system: String,
    /// What was done.
    pub perturbation: String,
    /// What was seen.
    pub published: String,
    /// Where.
    pub source: Source,
    /// What it was used for.
    pub split: Split,
    /// Whether the result follows from the table of potencies alone, which holds the same experiment.
    pub by_construction: bool,
    /// The statements.
    pub statements: Vec<StatementResult>,
    /// What it comes to.
    pub agreement: Agreement,
    /// What else to know.
    pub remark: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_quantiles() {
        let mut values: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        let band = Band::of(&mut values);
        assert_eq!((band.low, band.median, band.high), (5.0, 50.0, 95.0));
        assert_eq!(Band::of(&mut [2.0]).low, 2.0);
        assert_eq!(Band::of(&mut []).median, 0.0);
    }
}
