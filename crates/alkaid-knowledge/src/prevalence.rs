//! How often ALK is altered, by tumour type.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::resistance::Share;
use crate::table::{self, TableError};

/// How often ALK is altered in one group of patients.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prevalence {
    /// Stable key.
    pub key: &'static str,
    /// Tumour type.
    pub tumour: &'static str,
    /// Who was tested, and how.
    pub population: &'static str,
    /// What was looked for: `rearrangement`, `mutation`, `ALK-ATI`, …
    pub alteration: &'static str,
    /// How often.
    pub share: Share,
    /// Which partners, in words with their counts.
    pub partners: Option<&'static str>,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// All rows, by tumour type.
pub fn prevalence() -> &'static [Prevalence] {
    static TABLE: LazyLock<Vec<Prevalence>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/prevalence.tsv"))));
    &TABLE
}

fn parse(text: &'static str) -> Result<Vec<Prevalence>, TableError> {
    table::read("prevalence", text, |row| {
        Ok(Prevalence {
            key: row.text("key")?,
            tumour: row.text("tumour")?,
            population: row.text("population")?,
            alteration: row.text("alteration")?,
            share: Share::read(row)?,
            partners: row.optional("partners")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for Prevalence {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
