//! What to simulate, as a user writes it down. Everything has a sensible default.

mod text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::SimulateError;
use crate::quality::QualityProfile;
use crate::spec::FusionSpec;

/// One simulation. The same plan on the same bundle gives the same reads, on any machine and with any number of threads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SimulationPlan {
    /// Seed of all random draws.
    pub seed: u64,
    /// The molecules with truth.
    pub fusions: Vec<FusionPlan>,
    /// Read length and layout.
    pub reads: ReadPlan,
    /// Base qualities and sequencing errors.
    pub errors: ErrorPlan,
    /// How the library is made.
    pub library: LibraryPlan,
    /// Fragments of other molecules.
    pub background: BackgroundPlan,
    /// Chimeric PCR among the background's fragments.
    pub switching: SwitchingPlan,
}

/// A molecule and how much of it; as text `SPEC=AMOUNT`, such as `EML4:e13::ALK:e20=5`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FusionPlan {
    /// The molecule.
    pub spec: FusionSpec,
    /// How much of it.
    #[serde(default)]
    pub amount: Amount,
}

/// How much of a molecule is sequenced; as text `5`, `200f` or `30x`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Amount {
    /// Exactly so many distinct fragments hold the junction, each within one read.
    Supporting(u32),
    /// So many distinct fragments from random places of the molecule.
    Fragments(u64),
    /// Random fragments for this mean depth of sequenced bases over the molecule.
    Coverage(f64),
}

/// Length and layout of the reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReadPlan {
    /// Bases per read, 36 to 300.
    pub length: u16,
    /// One or two reads per fragment.
    pub layout: Layout,
    /// Mean fragment length in bases.
    pub fragment_mean: u32,
    /// Its standard deviation.
    pub fragment_sd: u32,
    /// The shortest fragment; one read long if `None`. A fragment shorter than a read gives shorter
    /// reads, as after adapter trimming.
    pub fragment_min: Option<u16>,
    /// Bases that a supporting read holds at least on either side of the junction.
    pub min_anchor: u16,
}

/// Reads per fragment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// One read, from either end.
    Single,
    /// Both ends, facing each other.
    #[default]
    Paired,
}

/// Qualities and errors.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ErrorPlan {
    /// Base qualities; substitutions occur at the rate that they state.
    pub profile: QualityProfile,
    /// Insertions and deletions of one base, per base.
    pub indel_rate: f64,
}

/// How the library is made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LibraryPlan {
    /// A unique molecular identifier at the end of the read name.
    pub umi: Option<UmiPlan>,
    /// Anchored multiplex PCR; `None` for fragments with two random ends.
    pub anchored: Option<AnchoredPlan>,
    /// Share of all fragments that are further PCR copies of another one (same ends, same UMI, own errors).
    pub duplicates: f64,
}

/// A molecular identifier in the read name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UmiPlan {
    /// Bases, 4 to 32.
    pub length: u8,
    /// What stands between name and identifier, `:` or `_`.
    pub separator: char,
}

/// Anchored multiplex PCR: one end of each ALK fragment is fixed at a gene-specific primer in ALK, the
/// other is random. The second read starts at the primer; the first starts at the random end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AnchoredPlan {
    /// The c. positions at which the primed fragments end.
    pub primers: Vec<u32>,
    /// Share of background fragments that come from molecules without a primer site.
    pub off_target: f64,
}

/// Fragments of other molecules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BackgroundPlan {
    /// How many fragments (pairs, if paired), duplicates included.
    pub fragments: u64,
    /// Transcripts or genomic DNA.
    pub source: Source,
    /// Only transcripts of these genes or chromosomes, such as `LTK` or `chr20`; all if empty.
    pub only: Vec<String>,
    /// DNA only: only these stretches, such as `chr2:29220000-29231000`; all loci of the bundle if empty.
    pub regions: Vec<String>,
    /// Standard deviation of the natural logarithm of expression.
    pub expression_sigma: f64,
    /// Share of the fragments that come from the wild-type ALK transcript.
    pub wild_type_alk: f64,
    /// Share of the fragments that come from unspliced ALK RNA.
    pub unspliced_alk: f64,
}

/// Where the background comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The bundle's transcripts, but for ALK, at log-normal expression.
    #[default]
    Transcripts,
    /// The bundle's genomic sequence, evenly.
    Loci,
}

/// Chimeric PCR: fragments that begin in one background molecule and end in another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SwitchingPlan {
    /// Share of background fragments that switch template.
    pub fraction: f64,
    /// Share of the switches that happen at 3 to 6 identical bases of both templates.
    pub homology: f64,
    /// Share of the switches that go on along the second template's complement.
    pub antisense: f64,
}

impl Default for Amount {
    fn default() -> Self {
        Self::Supporting(10)
    }
}

impl Default for ReadPlan {
    fn default() -> Self {
        Self {
            length: 100,
            layout: Layout::Paired,
            fragment_mean: 220,
            fragment_sd: 50,
            fragment_min: None,
            min_anchor: 12,
        }
    }
}

impl Default for UmiPlan {
    fn default() -> Self {
        Self {
            length: 8,
            separator: ':',
        }
    }
}

impl Default for AnchoredPlan {
    /// One primer in exon 20 (c.3173-3359), one in exon 21 (c.3360-3450).
    fn default() -> Self {
        Self {
            primers: vec![3_275, 3_430],
            off_target: 0.2,
        }
    }
}

impl Default for BackgroundPlan {
    fn default() -> Self {
        Self {
            fragments: 0,
            source: Source::Transcripts,
            only: Vec::new(),
            regions: Vec::new(),
            expression_sigma: 2.0,
            wild_type_alk: 0.0,
            unspliced_alk: 0.0,
        }
    }
}

impl Default for SwitchingPlan {
    fn default() -> Self {
        Self {
            fraction: 0.0,
            homology: 0.5,
            antisense: 0.2,
        }
    }
}

impl SimulationPlan {
    /// Fragments without any fusion: transcripts at log-normal expression, wild-type ALK both spliced
    /// (200 per million) and unspliced (100 per million), and 1 % template switches.
    #[must_use]
    pub fn decoys(fragments: u64, seed: u64) -> Self {
        Self {
            seed,
            background: BackgroundPlan {
                fragments,
                wild_type_alk: 200e-6,
                unspliced_alk: 100e-6,
                ..BackgroundPlan::default()
            },
            switching: SwitchingPlan {
                fraction: 0.01,
                ..SwitchingPlan::default()
            },
            ..Self::default()
        }
    }

    /// Checks every number against its range.
    ///
    /// # Errors
    /// [`SimulateError::Plan`] for the first one that is out of range.
    pub fn check(&self) -> Result<(), SimulateError> {
        let reads = &self.reads;
        within("reads.length", reads.length.into(), 36.0, 300.0)?;
        within(
            "reads.fragment_mean",
            reads.fragment_mean.into(),
            36.0,
            100_000.0,
        )?;
        within("reads.fragment_sd", reads.fragment_sd.into(), 0.0, 10_000.0)?;
        within(
            "reads.fragment_min",
            reads.fragment_min.unwrap_or(36).into(),
            36.0,
            1_000.0,
        )?;
        let widest = f64::from(reads.length / 2);
        within("reads.min_anchor", reads.min_anchor.into(), 1.0, widest)?;
        within("errors.indel_rate", self.errors.indel_rate, 0.0, 0.1)?;
        within("library.duplicates", self.library.duplicates, 0.0, 0.99)?;
        within("switching.fraction", self.switching.fraction, 0.0, 1.0)?;
        within("switching.homology", self.switching.homology, 0.0, 1.0)?;
        within("switching.antisense", self.switching.antisense, 0.0, 1.0)?;
        let background = &self.background;
        within(
            "background.fragments",
            background.fragments as f64,
            0.0,
            1e11,
        )?;
        within(
            "background.expression_sigma",
            background.expression_sigma,
            0.0,
            6.0,
        )?;
        within(
            "background.wild_type_alk",
            background.wild_type_alk,
            0.0,
            1.0,
        )?;
        within(
            "background.unspliced_alk",
            background.unspliced_alk,
            0.0,
            1.0,
        )?;
        let alk = background.wild_type_alk + background.unspliced_alk;
        let most = if background.source == Source::Loci {
            0.0
        } else {
            1.0
        };
        within("background.wild_type_alk + unspliced_alk", alk, 0.0, most)?;
        if let Some(umi) = &self.library.umi {
            within("library.umi.length", umi.length.into(), 4.0, 32.0)?;
            if !matches!(umi.separator, ':' | '_') {
                return Err(SimulateError::Plan {
                    field: "library.umi.separator",
                    value: format!("{:?}", umi.separator),
                    remedy: "use ':' or '_'".to_owned(),
                });
            }
        }
        if let Some(anchored) = &self.library.anchored {
            within("library.anchored.off_target", anchored.off_target, 0.0, 1.0)?;
        }
        for fusion in &self.fusions {
            match fusion.amount {
                Amount::Coverage(depth) => within("fusions.amount (coverage)", depth, 0.0, 1e7)?,
                Amount::Fragments(n) => within("fusions.amount (fragments)", n as f64, 0.0, 1e11)?,
                Amount::Supporting(_) => {}
            }
        }
        Ok(())
    }
}

fn within(field: &'static str, value: f64, low: f64, high: f64) -> Result<(), SimulateError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(SimulateError::Plan {
        field,
        value: value.to_string(),
        remedy: format!("use {low} to {high}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_document_is_the_default_plan() {
        let plan: SimulationPlan = serde_json::from_str("{}").unwrap();
        assert_eq!(plan, SimulationPlan::default());
        plan.check().unwrap();
        SimulationPlan::decoys(10, 1).check().unwrap();
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<SimulationPlan>(&json).unwrap(), plan);
        assert!(serde_json::from_str::<SimulationPlan>("{\"sed\":1}").is_err());
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let mut plan = SimulationPlan::default();
        plan.reads.length = 20;
        let message = plan.check().unwrap_err().to_string();
        assert_eq!(message, "plan: reads.length is 20; use 36 to 300");
        plan = SimulationPlan::default();
        plan.errors.indel_rate = f64::NAN;
        assert!(plan.check().is_err());
    }
}
