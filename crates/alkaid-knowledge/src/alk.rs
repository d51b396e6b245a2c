//! ALK itself: where it lies, how it is built, how it is switched on, and what a fusion does to it.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, TableError};

/// What a fact about ALK is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlkTopic {
    /// Names and identifiers.
    Identifier,
    /// Where the gene lies.
    Location,
    /// Transcript and coding sequence.
    Transcript,
    /// The protein.
    Protein,
    /// How the receptor is switched on, and which residues are phosphorylated.
    Activation,
    /// How a fusion turns the kinase on for good.
    Mechanism,
    /// Crystal structures.
    Structure,
}

impl AlkTopic {
    const WORDS: &[(&str, Self)] = &[
        ("identifier", Self::Identifier),
        ("location", Self::Location),
        ("transcript", Self::Transcript),
        ("protein", Self::Protein),
        ("activation", Self::Activation),
        ("mechanism", Self::Mechanism),
        ("structure", Self::Structure),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// One fact about ALK.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlkFact {
    /// Stable key: `band`, `cds_length`, …
    pub key: &'static str,
    /// What it is about.
    pub topic: AlkTopic,
    /// Its name for people.
    pub name: &'static str,
    /// The fact. Positions are 1-based and inclusive.
    pub value: &'static str,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// An exon of ALK (NM_004304.5, ENST00000389048.8). All positions are 1-based and inclusive.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlkExon {
    /// `exon 20`.
    pub key: &'static str,
    /// Its number, from the 5' end.
    pub number: u16,
    /// First base on chromosome 2 of GRCh38 (the lower coordinate; ALK is on the minus strand).
    pub grch38_start: u64,
    /// Last base on GRCh38.
    pub grch38_end: u64,
    /// First base on GRCh37.
    pub grch37_start: u64,
    /// Last base on GRCh37.
    pub grch37_end: u64,
    /// First coding base (`c.`).
    pub cds_first: u32,
    /// Last coding base, the stop codon included.
    pub cds_last: u32,
    /// First residue, whole or in part.
    pub residue_first: u32,
    /// Last residue, whole or in part.
    pub residue_last: u32,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// All facts about ALK, in the table's order.
pub fn alk_facts() -> &'static [AlkFact] {
    static TABLE: LazyLock<Vec<AlkFact>> =
        LazyLock::new(|| table::compiled_in(parse_facts(include_str!("../data/alk_facts.tsv"))));
    &TABLE
}

/// The 29 exons of ALK, from the 5' end.
pub fn alk_exons() -> &'static [AlkExon] {
    static TABLE: LazyLock<Vec<AlkExon>> =
        LazyLock::new(|| table::compiled_in(parse_exons(include_str!("../data/alk_exons.tsv"))));
    &TABLE
}

fn parse_facts(text: &'static str) -> Result<Vec<AlkFact>, TableError> {
    table::read("alk_facts", text, |row| {
        Ok(AlkFact {
            key: row.text("key")?,
            topic: row.word("topic", AlkTopic::WORDS)?,
            name: row.text("name")?,
            value: row.text("value")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

fn parse_exons(text: &'static str) -> Result<Vec<AlkExon>, TableError> {
    table::read("alk_exons", text, |row| {
        Ok(AlkExon {
            key: row.text("key")?,
            number: row.number("number")?,
            grch38_start: row.number("grch38_start")?,
            grch38_end: row.number("grch38_end")?,
            grch37_start: row.number("grch37_start")?,
            grch37_end: row.number("grch37_end")?,
            cds_first: row.number("cds_first")?,
            cds_last: row.number("cds_last")?,
            residue_first: row.number("residue_first")?,
            residue_last: row.number("residue_last")?,
            provenance: row.provenance()?,
        })
    })
}

impl Fact for AlkFact {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

impl Fact for AlkExon {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
