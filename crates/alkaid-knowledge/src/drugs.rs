//! ALK inhibitors and other drugs that the tables name.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, TableError};

/// What kind of drug it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DrugKind {
    /// Developed as an inhibitor of ALK.
    AlkInhibitor,
    /// Inhibits ALK, but was developed against other kinases.
    OtherKinaseInhibitor,
    /// Inhibits ALK; used in the laboratory only.
    ToolCompound,
    /// Has ALK degraded.
    Degrader,
    /// Inhibits HSP90, of which ALK fusions are clients.
    Hsp90Inhibitor,
    /// Acts on something else.
    Other,
}

impl DrugKind {
    const WORDS: &[(&str, Self)] = &[
        ("alk_inhibitor", Self::AlkInhibitor),
        ("other_kinase_inhibitor", Self::OtherKinaseInhibitor),
        ("tool_compound", Self::ToolCompound),
        ("degrader", Self::Degrader),
        ("hsp90_inhibitor", Self::Hsp90Inhibitor),
        ("other", Self::Other),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// A drug.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drug {
    /// International non-proprietary name in lower case, or the code name where there is none.
    pub name: &'static str,
    /// What kind it is.
    pub kind: DrugKind,
    /// Generation of ALK inhibitors, 1 to 4.
    pub generation: Option<u8>,
    /// Code names: `PF-06463922`.
    pub codes: Vec<&'static str>,
    /// Brand names: `Lorbrena`.
    pub brands: Vec<&'static str>,
    /// What it inhibits; symbols, with remarks in brackets.
    pub targets: Vec<&'static str>,
    /// How it binds: `type I`, `type I½`, `macrocycle`, …
    pub binding: Option<&'static str>,
    /// How it acts in the brain.
    pub cns: Option<&'static str>,
    /// Where that stands in development, in words; regulatory decisions are rows of their own.
    pub development: Option<&'static str>,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

impl Drug {
    /// All names: its own, code names, brands.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name)
            .chain(self.codes.iter().copied())
            .chain(self.brands.iter().copied())
    }
}

/// All drugs, inhibitors of ALK by generation first.
pub fn drugs() -> &'static [Drug] {
    static TABLE: LazyLock<Vec<Drug>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/drugs.tsv"))));
    &TABLE
}

/// The drug with this name, code name or brand; case, spaces and hyphens do not count.
pub fn drug(name: &str) -> Option<&'static Drug> {
    let wanted = plain(name);
    drugs()
        .iter()
        .find(|drug| drug.names().any(|name| plain(name) == wanted))
}

/// Letters and digits in lower case.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn parse(text: &'static str) -> Result<Vec<Drug>, TableError> {
    table::read("drugs", text, |row| {
        Ok(Drug {
            name: row.text("name")?,
            kind: row.word("kind", DrugKind::WORDS)?,
            generation: row.optional_number("generation")?,
            codes: row.list("codes")?,
            brands: row.list("brands")?,
            targets: row.list("targets")?,
            binding: row.optional("binding")?,
            cns: row.optional("cns")?,
            development: row.optional("development")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for Drug {
    fn key(&self) -> &'static str {
        self.name
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
