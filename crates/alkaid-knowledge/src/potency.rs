//! How strongly inhibitors act on ALK and its mutants in cells, by data set and construct.
//!
//! Values compare inside one data set only: the same inhibitor on unmutated EML4-ALK gives 11 to 132 nM, by study.
//! Nothing here averages across data sets.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, TableError};

/// A published series of measurements.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PotencyDataset {
    /// Stable key: `Gainor2016`.
    pub key: &'static str,
    /// Citation.
    pub citation: &'static str,
    /// Cells.
    pub cells: &'static str,
    /// What was measured.
    pub readout: &'static str,
    /// Below this (nM) the authors call the mutant sensitive; none where they draw no line.
    pub sensitive_below_nm: Option<f64>,
    /// From this (nM) on they call it resistant.
    pub resistant_from_nm: Option<f64>,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// How a measured value stands to the true one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The value was measured.
    Equal,
    /// The true value is above the highest dose tried.
    Above,
    /// It was not determined.
    NotDetermined,
}

impl Relation {
    const WORDS: &[(&str, Self)] = &[
        ("=", Self::Equal),
        (">", Self::Above),
        ("nd", Self::NotDetermined),
    ];
}

/// The mean concentration at which an inhibitor halves the readout.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Potency {
    /// Data set, drug, construct and mutations, joined by `/`.
    pub key: &'static str,
    /// Key of the data set.
    pub dataset: &'static str,
    /// Key of the drug.
    pub drug: &'static str,
    /// The fusion or line: `EML4-ALK V1`. Values on different constructs do not compare.
    pub construct: &'static str,
    /// Names of the mutations; empty for the unmutated kinase.
    pub mutations: Vec<&'static str>,
    /// False for a control line that lives without ALK: parental Ba/F3 with IL-3, or neuroblastoma with unmutated ALK that it
    /// does not depend on. Its value says nothing of ALK.
    pub has_alk: bool,
    /// How the value stands to the true one.
    pub relation: Relation,
    /// IC50 or GI50 in nM; none if not determined.
    pub nm: Option<f64>,
    /// Standard deviation in nM.
    pub sd_nm: Option<f64>,
    /// Times the value on the unmutated kinase, as the source prints it.
    pub fold: Option<f64>,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// What a value means by the lines that the authors of its data set drew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PotencyBand {
    /// Below the lower line.
    Sensitive,
    /// Between the lines.
    Intermediate,
    /// From the upper line on.
    Resistant,
}

impl PotencyBand {
    /// The word that tables and results use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sensitive => "sensitive",
            Self::Intermediate => "intermediate",
            Self::Resistant => "resistant",
        }
    }
}

impl Potency {
    /// The data set that the value belongs to.
    pub fn dataset(&self) -> Option<&'static PotencyDataset> {
        potency_dataset(self.dataset)
    }

    /// The value's band, where the data set has lines and the value was determined.
    pub fn band(&self) -> Option<PotencyBand> {
        let dataset = self.dataset()?;
        let (sensitive, resistant) = dataset.sensitive_below_nm.zip(dataset.resistant_from_nm)?;
        match (self.relation, self.nm?) {
            (_, nm) if nm >= resistant => Some(PotencyBand::Resistant),
            (Relation::Equal, nm) if nm < sensitive => Some(PotencyBand::Sensitive),
            (Relation::Equal, _) => Some(PotencyBand::Intermediate),
            (Relation::Above | Relation::NotDetermined, _) => None,
        }
    }

    /// Whether the mutations are exactly these, in any order.
    pub fn has_mutations(&self, names: &[&str]) -> bool {
        self.mutations.len() == names.len()
            && names.iter().all(|name| self.mutations.contains(name))
    }

    /// The value on the unmutated kinase with the same drug and construct in the same data set.
    pub fn unmutated(&self) -> Option<&'static Self> {
        potencies().iter().find(|other| {
            (other.dataset, other.drug, other.construct)
                == (self.dataset, self.drug, self.construct)
                && other.has_alk
                && other.mutations.is_empty()
        })
    }
}

/// All data sets.
pub fn potency_datasets() -> &'static [PotencyDataset] {
    static TABLE: LazyLock<Vec<PotencyDataset>> = LazyLock::new(|| {
        table::compiled_in(parse_datasets(include_str!("../data/potency_datasets.tsv")))
    });
    &TABLE
}

/// The data set with this key.
pub fn potency_dataset(key: &str) -> Option<&'static PotencyDataset> {
    potency_datasets().iter().find(|dataset| dataset.key == key)
}

/// All values, by data set.
pub fn potencies() -> &'static [Potency] {
    static TABLE: LazyLock<Vec<Potency>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/potency.tsv"))));
    &TABLE
}

fn parse_datasets(text: &'static str) -> Result<Vec<PotencyDataset>, TableError> {
    table::read("potency_datasets", text, |row| {
        Ok(PotencyDataset {
            key: row.text("key")?,
            citation: row.text("citation")?,
            cells: row.text("cells")?,
            readout: row.text("readout")?,
            sensitive_below_nm: row.optional_decimal("sensitive_below_nm")?,
            resistant_from_nm: row.optional_decimal("resistant_from_nm")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

fn parse(text: &'static str) -> Result<Vec<Potency>, TableError> {
    table::read("potency", text, |row| {
        Ok(Potency {
            key: row.text("key")?,
            dataset: row.text("dataset")?,
            drug: row.text("drug")?,
            construct: row.text("construct")?,
            mutations: row.list("mutations")?,
            has_alk: row.either("alk", "yes", "no")?,
            relation: row.word("relation", Relation::WORDS)?,
            nm: row.optional_decimal("nm")?,
            sd_nm: row.optional_decimal("sd_nm")?,
            fold: row.optional_decimal("fold")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for PotencyDataset {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

impl Fact for Potency {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
