//! How often each way of resistance to ALK inhibitors was seen, on ALK itself and beside it.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, TableError};

/// A share of cases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// Cases with the finding.
    pub numerator: Option<u32>,
    /// Cases looked at.
    pub denominator: Option<u32>,
    /// The percentage that the source prints, or its lower end where it prints a range.
    pub percent: Option<f64>,
    /// The upper end of a printed range.
    pub percent_high: Option<f64>,
}

/// How often a change of ALK was found under an inhibitor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OnTargetResistance {
    /// Stable key.
    pub key: &'static str,
    /// Keys of the inhibitors last given; empty where the series mixes them.
    pub drugs: Vec<&'static str>,
    /// The patients: `after crizotinib`, `after a second-generation inhibitor`, …
    pub setting: &'static str,
    /// What was found.
    pub alteration: &'static str,
    /// Names of the mutations that it stands for; empty for "any".
    pub mutations: Vec<&'static str>,
    /// How often.
    pub share: Share,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// A way of resistance that leaves the ALK kinase as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OffTargetResistance {
    /// Stable key: `met_amplification`.
    pub key: &'static str,
    /// Name for people.
    pub mechanism: &'static str,
    /// Genes concerned (HGNC symbols); empty for a change of lineage.
    pub genes: Vec<&'static str>,
    /// `bypass receptor`, `MAPK`, `lineage`, `efflux`, …
    pub class: &'static str,
    /// Keys of the inhibitors in question; empty where any.
    pub drugs: Vec<&'static str>,
    /// The patients or models.
    pub setting: &'static str,
    /// How often.
    pub share: Share,
    /// What was tried or proposed against it; a lead, no advice.
    pub strategy: Option<&'static str>,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// How often changes of ALK were seen, by inhibitor.
pub fn on_target_resistance() -> &'static [OnTargetResistance] {
    static TABLE: LazyLock<Vec<OnTargetResistance>> = LazyLock::new(|| {
        table::compiled_in(parse_on(include_str!("../data/resistance_on_target.tsv")))
    });
    &TABLE
}

/// Ways of resistance beside the ALK kinase.
pub fn off_target_resistance() -> &'static [OffTargetResistance] {
    static TABLE: LazyLock<Vec<OffTargetResistance>> = LazyLock::new(|| {
        table::compiled_in(parse_off(include_str!("../data/resistance_off_target.tsv")))
    });
    &TABLE
}

impl Share {
    pub(crate) fn read(row: &table::Row<'_, 'static>) -> Result<Self, TableError> {
        Ok(Self {
            numerator: row.optional_number("numerator")?,
            denominator: row.optional_number("denominator")?,
            percent: row.optional_decimal("percent")?,
            percent_high: row.optional_decimal("percent_high")?,
        })
    }
}

fn parse_on(text: &'static str) -> Result<Vec<OnTargetResistance>, TableError> {
    table::read("resistance_on_target", text, |row| {
        Ok(OnTargetResistance {
            key: row.text("key")?,
            drugs: row.list("drugs")?,
            setting: row.text("setting")?,
            alteration: row.text("alteration")?,
            mutations: row.list("mutations")?,
            share: Share::read(row)?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

fn parse_off(text: &'static str) -> Result<Vec<OffTargetResistance>, TableError> {
    table::read("resistance_off_target", text, |row| {
        Ok(OffTargetResistance {
            key: row.text("key")?,
            mechanism: row.text("mechanism")?,
            genes: row.list("genes")?,
            class: row.text("class")?,
            drugs: row.list("drugs")?,
            setting: row.text("setting")?,
            share: Share::read(row)?,
            strategy: row.optional("strategy")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for OnTargetResistance {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

impl Fact for OffTargetResistance {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
