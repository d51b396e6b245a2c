//! The tables of the guide that this project started from, each figure with the primary figures beside it.
//!
//! The guide's own figures are never shown alone: a row names the rows of other tables that hold the primary figures,
//! and says in words how the two differ.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, TableError};

/// A table of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GuideTable {
    /// How often ALK is rearranged.
    Prevalence,
    /// How many partners there are.
    Partners,
    /// Which inhibitors there are.
    Inhibitors,
    /// What they achieve.
    Efficacy,
    /// How tumours resist them.
    Resistance,
    /// How rearrangements are detected.
    Detection,
    /// Which pathways ALK drives.
    Signalling,
}

impl GuideTable {
    const WORDS: &[(&str, Self)] = &[
        ("prevalence", Self::Prevalence),
        ("partners", Self::Partners),
        ("inhibitors", Self::Inhibitors),
        ("efficacy", Self::Efficacy),
        ("resistance", Self::Resistance),
        ("detection", Self::Detection),
        ("signalling", Self::Signalling),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// How the guide's figure stands to the primary ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GuideVerdict {
    /// They agree.
    Agrees,
    /// It was right at its time.
    OutOfDate,
    /// It is right for other patients than the guide says.
    Mislabelled,
    /// It is another quantity than the guide says.
    Wrong,
    /// It leaves out what belongs there.
    Incomplete,
}

impl GuideVerdict {
    const WORDS: &[(&str, Self)] = &[
        ("agrees", Self::Agrees),
        ("out_of_date", Self::OutOfDate),
        ("mislabelled", Self::Mislabelled),
        ("wrong", Self::Wrong),
        ("incomplete", Self::Incomplete),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// A row that holds a primary figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PrimaryRow {
    /// Its table: `trial_results`, `prevalence`, …
    pub table: &'static str,
    /// Its key there.
    pub key: &'static str,
}

/// One entry of the guide beside the primary figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuideEntry {
    /// Stable key.
    pub key: &'static str,
    /// The table of the guide.
    pub table: GuideTable,
    /// What the entry is about.
    pub item: &'static str,
    /// What the guide says.
    pub guide: &'static str,
    /// The rows that hold the primary figures; never empty.
    pub primary: Vec<PrimaryRow>,
    /// How the two stand to each other.
    pub verdict: GuideVerdict,
    /// The difference in words.
    pub difference: &'static str,
    /// Where the comparison comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// All entries, by table.
pub fn guide() -> &'static [GuideEntry] {
    static TABLE: LazyLock<Vec<GuideEntry>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/guide.tsv"))));
    &TABLE
}

fn parse(text: &'static str) -> Result<Vec<GuideEntry>, TableError> {
    table::read("guide", text, |row| {
        let primary = row
            .list("primary")?
            .into_iter()
            .map(|text| {
                text.split_once(':')
                    .map(|(table, key)| PrimaryRow { table, key })
                    .ok_or_else(|| row.bad("primary", text, "a table and a key, joined by a colon"))
            })
            .collect::<Result<_, _>>()?;
        Ok(GuideEntry {
            key: row.text("key")?,
            table: row.word("table", GuideTable::WORDS)?,
            item: row.text("item")?,
            guide: row.text("guide")?,
            primary,
            verdict: row.word("verdict", GuideVerdict::WORDS)?,
            difference: row.text("difference")?,
            provenance: row.provenance()?,
        })
    })
}

impl Fact for GuideEntry {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
