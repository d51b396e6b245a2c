//! How ALK rearrangements are detected: guidelines, cut-offs, accuracies, and why methods disagree.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::resistance::Share;
use crate::table::{self, TableError};

/// What kind of statement a row makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DetectionKind {
    /// What a guideline asks for.
    Guideline,
    /// Where a kit or guideline draws the line.
    CutOff,
    /// How often a method is right.
    Accuracy,
    /// Why two methods disagree.
    Discordance,
    /// What a method looks like when it is positive.
    Pattern,
    /// What a method cannot see.
    Limit,
}

impl DetectionKind {
    const WORDS: &[(&str, Self)] = &[
        ("guideline", Self::Guideline),
        ("cut_off", Self::CutOff),
        ("accuracy", Self::Accuracy),
        ("discordance", Self::Discordance),
        ("pattern", Self::Pattern),
        ("limit", Self::Limit),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// A statement about a method of detection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Detection {
    /// Stable key.
    pub key: &'static str,
    /// `FISH`, `IHC`, `RNA NGS`, `DNA NGS`, `ctDNA`, `RT-PCR`, `all`.
    pub methods: Vec<&'static str>,
    /// What kind of statement it is.
    pub kind: DetectionKind,
    /// The statement.
    pub fact: &'static str,
    /// The number in it, where there is one.
    pub share: Share,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// All statements.
pub fn detection() -> &'static [Detection] {
    static TABLE: LazyLock<Vec<Detection>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/detection.tsv"))));
    &TABLE
}

fn parse(text: &'static str) -> Result<Vec<Detection>, TableError> {
    table::read("detection", text, |row| {
        Ok(Detection {
            key: row.text("key")?,
            methods: row.list("methods")?,
            kind: row.word("kind", DetectionKind::WORDS)?,
            fact: row.text("fact")?,
            share: Share::read(row)?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for Detection {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
