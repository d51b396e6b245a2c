//! What is known of the named EML4-ALK variants: how stable their proteins are, how tumours with them fare.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::resistance::Share;
use crate::table::{self, TableError};

/// What a property is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PropertyKind {
    /// Which parts of the partner protein are kept.
    Domains,
    /// How stable the protein is, and where it lies in the cell.
    Protein,
    /// How sensitive cells are to inhibitors.
    Sensitivity,
    /// How patients fare.
    Outcome,
    /// Which resistance mutations arise.
    Resistance,
    /// How often the variant is found.
    Frequency,
    /// GenBank accession of the sequence.
    Sequence,
    /// Whether other isoforms of the same rearrangement are expressed.
    Isoforms,
}

impl PropertyKind {
    const WORDS: &[(&str, Self)] = &[
        ("domains", Self::Domains),
        ("protein", Self::Protein),
        ("sensitivity", Self::Sensitivity),
        ("outcome", Self::Outcome),
        ("resistance", Self::Resistance),
        ("frequency", Self::Frequency),
        ("sequence", Self::Sequence),
        ("isoforms", Self::Isoforms),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// One property of a named variant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VariantProperty {
    /// Stable key.
    pub key: &'static str,
    /// HGNC symbol of the partner.
    pub gene: &'static str,
    /// Names of the variants, as in the table of named variants.
    pub variants: Vec<&'static str>,
    /// What it is about.
    pub kind: PropertyKind,
    /// The property.
    pub value: &'static str,
    /// The number in it, where there is one.
    pub share: Share,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// All properties, by variant.
pub fn variant_properties() -> &'static [VariantProperty] {
    static TABLE: LazyLock<Vec<VariantProperty>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/variant_properties.tsv"))));
    &TABLE
}

/// The properties of one variant.
pub fn properties_of(gene: &str, variant: &str) -> impl Iterator<Item = &'static VariantProperty> {
    variant_properties()
        .iter()
        .filter(move |property| property.gene == gene && property.variants.contains(&variant))
}

fn parse(text: &'static str) -> Result<Vec<VariantProperty>, TableError> {
    table::read("variant_properties", text, |row| {
        Ok(VariantProperty {
            key: row.text("key")?,
            gene: row.text("gene")?,
            variants: row.list("variants")?,
            kind: row.word("kind", PropertyKind::WORDS)?,
            value: row.text("value")?,
            share: Share::read(row)?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for VariantProperty {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
