//! What publications say about inhibitors on mutated ALK, where CIViC has no item.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::resistance::Share;
use crate::table::{self, TableError};

/// What kind of evidence it is, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceLevel {
    /// The approved label.
    Label,
    /// A trial, or what CIViC files as validated or clinical (A, B).
    Trial,
    /// Cases: a series or a report (CIViC's C).
    Case,
    /// Cells or animals (CIViC's D).
    Cells,
    /// Inferred (CIViC's E).
    Inferred,
}

impl EvidenceLevel {
    const WORDS: &[(&str, Self)] = &[
        ("label", Self::Label),
        ("trial", Self::Trial),
        ("case", Self::Case),
        ("cells", Self::Cells),
        ("inferred", Self::Inferred),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// Which way a piece of evidence points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The inhibitor works.
    For,
    /// It does not.
    Against,
    /// Neither follows: a measured value without a line to compare it with.
    Neither,
}

impl Direction {
    const WORDS: &[(&str, Self)] = &[
        ("for", Self::For),
        ("against", Self::Against),
        ("neither", Self::Neither),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// One statement of one publication.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublishedEvidence {
    /// Drug, mutations and publication, joined by `/`.
    pub key: &'static str,
    /// Key of the drug.
    pub drug: &'static str,
    /// Names of the mutations that were there together; empty: any of the kinase domain.
    pub mutations: Vec<&'static str>,
    /// What kind of evidence.
    pub level: EvidenceLevel,
    /// Which way it points.
    pub direction: Direction,
    /// What was seen.
    pub statement: &'static str,
    /// Tumour type.
    pub tumour: &'static str,
    /// The number in it, where there is one.
    pub share: Share,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// All statements.
pub fn published_evidence() -> &'static [PublishedEvidence] {
    static TABLE: LazyLock<Vec<PublishedEvidence>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/published_evidence.tsv"))));
    &TABLE
}

fn parse(text: &'static str) -> Result<Vec<PublishedEvidence>, TableError> {
    table::read("published_evidence", text, |row| {
        Ok(PublishedEvidence {
            key: row.text("key")?,
            drug: row.text("drug")?,
            mutations: row.list("mutations")?,
            level: row.word("level", EvidenceLevel::WORDS)?,
            direction: row.word("direction", Direction::WORDS)?,
            statement: row.text("statement")?,
            tumour: row.text("tumour")?,
            share: Share::read(row)?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for PublishedEvidence {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_name_rows_of_other_tables() {
        let mut keys = BTreeSet::new();
        for row in published_evidence() {
            assert!(keys.insert(row.key), "{} twice", row.key);
            assert!(crate::drug(row.drug).is_some(), "{}", row.key);
            for name in &row.mutations {
                assert!(crate::mutation(name).is_some(), "{}: {name}", row.key);
            }
            assert_ne!(row.level, EvidenceLevel::Label, "{}", row.key);
        }
    }
}
