//! Mutations of the ALK kinase domain: where they lie, what they change, in which setting they were seen.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, TableError};

/// What a mutation does to the codon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MutationKind {
    /// One residue becomes another.
    Substitution,
    /// A codon is lost.
    Deletion,
    /// A codon stands twice.
    Duplication,
}

impl MutationKind {
    const WORDS: &[(&str, Self)] = &[
        ("substitution", Self::Substitution),
        ("deletion", Self::Deletion),
        ("duplication", Self::Duplication),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// A mutation of the ALK kinase domain or of the juxtamembrane region before it.
///
/// Codons and bases are those of the coding strand; positions are 1-based and inclusive, on GRCh38.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mutation {
    /// Short name: `G1202R`, `T1151dup`.
    pub name: &'static str,
    /// Other names in use: `1151Tins`.
    pub aliases: Vec<&'static str>,
    /// What it does to the codon.
    pub kind: MutationKind,
    /// Residue of Q9UM73.
    pub residue: u32,
    /// The residue's amino acid, one letter.
    pub reference: char,
    /// The new amino acid; none for a deletion or duplication.
    pub alternative: Option<char>,
    /// ALK exon that holds the codon.
    pub exon: u16,
    /// First coding base of the codon (`c.`).
    pub codon_cds: u32,
    /// Lowest genomic base of the codon on chromosome 2 (GRCh38); no codon of the table crosses an intron.
    pub codon_start: u64,
    /// Its highest genomic base.
    pub codon_end: u64,
    /// The codon as it is.
    pub codon: &'static str,
    /// The codons one base away that give the new amino acid; the observed one first where it is known;
    /// empty where it takes more than one base.
    pub alternative_codons: Vec<&'static str>,
    /// The coding change that was observed, or the only one that a single base can make: `c.3604G>A`.
    pub hgvs_c: Option<&'static str>,
    /// Where the coding change was read; none where it follows from the codon alone.
    pub hgvs_c_source: Option<&'static str>,
    /// The part of the kinase: `solvent front`, `gatekeeper`, …
    pub region: &'static str,
    /// The setting in which it was seen: inhibitors that it resists, or neuroblastoma.
    pub context: &'static str,
    /// Keys of the inhibitors that the context names.
    pub drugs: Vec<&'static str>,
    /// Where the context comes from. Residue, codon and change are recomputed in the tests, whatever the status.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// All catalogued mutations, by residue.
pub fn mutations() -> &'static [Mutation] {
    static TABLE: LazyLock<Vec<Mutation>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/mutations.tsv"))));
    &TABLE
}

/// The mutation with this short name or alias, in any case.
pub fn mutation(name: &str) -> Option<&'static Mutation> {
    mutations().iter().find(|mutation| {
        mutation.name.eq_ignore_ascii_case(name)
            || mutation
                .aliases
                .iter()
                .any(|alias| alias.eq_ignore_ascii_case(name))
    })
}

fn parse(text: &'static str) -> Result<Vec<Mutation>, TableError> {
    table::read("mutations", text, |row| {
        Ok(Mutation {
            name: row.text("name")?,
            aliases: row.list("aliases")?,
            kind: row.word("kind", MutationKind::WORDS)?,
            residue: row.number("residue")?,
            reference: row.letter("reference")?,
            alternative: row.optional_letter("alternative")?,
            exon: row.number("exon")?,
            codon_cds: row.number("codon_cds")?,
            codon_start: row.number("codon_start")?,
            codon_end: row.number("codon_end")?,
            codon: row.text("codon")?,
            alternative_codons: row.list("alternative_codons")?,
            hgvs_c: row.optional("hgvs_c")?,
            hgvs_c_source: row.optional("hgvs_c_source")?,
            region: row.text("region")?,
            context: row.text("context")?,
            drugs: row.list("drugs")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for Mutation {
    fn key(&self) -> &'static str {
        self.name
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
