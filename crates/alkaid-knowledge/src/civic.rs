//! CIViC's evidence items on ALK (CC0), with their molecular profiles taken apart so that findings can be matched.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, TableError};

/// CIViC's evidence level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum CivicLevel {
    /// Validated: consensus in human medicine.
    A,
    /// Clinical: trials or other data of patients.
    B,
    /// Case reports.
    C,
    /// Preclinical: cells or animals.
    D,
    /// Inferred.
    E,
}

impl CivicLevel {
    const WORDS: &[(&str, Self)] = &[
        ("A", Self::A),
        ("B", Self::B),
        ("C", Self::C),
        ("D", Self::D),
        ("E", Self::E),
    ];

    /// Its letter.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// Whether the evidence speaks for or against the item's statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CivicDirection {
    /// For it.
    Supports,
    /// Against it.
    DoesNotSupport,
}

impl CivicDirection {
    const WORDS: &[(&str, Self)] = &[
        ("supports", Self::Supports),
        ("does_not_support", Self::DoesNotSupport),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// What the item's statement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CivicSignificance {
    /// The tumour responds to the drug.
    Sensitivity,
    /// It resists the drug.
    Resistance,
    /// The profile speaks for the diagnosis.
    PositiveDiagnosis,
    /// The profile goes with a poor outcome.
    PoorOutcome,
}

impl CivicSignificance {
    const WORDS: &[(&str, Self)] = &[
        ("sensitivity", Self::Sensitivity),
        ("resistance", Self::Resistance),
        ("positive_diagnosis", Self::PositiveDiagnosis),
        ("poor_outcome", Self::PoorOutcome),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// One condition of a molecular profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ProfileTerm {
    /// Any fusion of ALK.
    AnyFusion,
    /// A fusion of ALK with this 5' partner.
    Fusion {
        /// HGNC symbol.
        partner: &'static str,
    },
    /// A fusion of ALK that joins these exons.
    Junction {
        /// HGNC symbol.
        partner: &'static str,
        /// Partner exon.
        partner_exon: u16,
        /// ALK exon.
        alk_exon: u16,
    },
    /// This mutation of ALK.
    Mutation {
        /// Short name: `G1202R`.
        name: &'static str,
    },
    /// Any change of this ALK residue.
    Residue {
        /// Residue number.
        residue: u32,
    },
    /// Any mutation of ALK.
    AnyMutation,
    /// Loss of these ALK exons, both included.
    ExonDeletion {
        /// First lost exon.
        first: u16,
        /// Last lost exon.
        last: u16,
    },
    /// Amplification of ALK.
    Amplification,
    /// Alternative transcription initiation in ALK intron 19.
    AlternativeTranscript,
    /// Something that is not ALK's.
    Other {
        /// As CIViC writes it.
        text: &'static str,
    },
}

impl ProfileTerm {
    /// A term as the table writes it: `mutation:G1202R`, `junction:EML4:6:20`.
    fn from_text(text: &'static str) -> Option<Self> {
        let parts: Vec<&'static str> = text.split(':').collect();
        Some(match parts.as_slice() {
            ["any_fusion"] => Self::AnyFusion,
            ["any_mutation"] => Self::AnyMutation,
            ["amplification"] => Self::Amplification,
            ["alternative_transcript"] => Self::AlternativeTranscript,
            ["fusion", partner] => Self::Fusion { partner },
            ["junction", partner, five, three] => Self::Junction {
                partner,
                partner_exon: five.parse().ok()?,
                alk_exon: three.parse().ok()?,
            },
            ["mutation", name] => Self::Mutation { name },
            ["residue", residue] => Self::Residue {
                residue: residue.parse().ok()?,
            },
            ["exon_deletion", first, last] => Self::ExonDeletion {
                first: first.parse().ok()?,
                last: last.parse().ok()?,
            },
            ["other", ..] => Self::Other {
                text: text.strip_prefix("other:")?,
            },
            _ => return None,
        })
    }
}

/// An accepted evidence item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CivicItem {
    /// `EID1345`.
    pub id: &'static str,
    /// The molecular profile as CIViC writes it.
    pub profile: &'static str,
    /// The profile taken apart: one of the inner lists must hold, with all its terms.
    pub alternatives: Vec<Vec<ProfileTerm>>,
    /// `predictive`, `diagnostic`, `prognostic`.
    pub evidence_type: &'static str,
    /// How strong the kind of evidence is.
    pub level: CivicLevel,
    /// For or against.
    pub direction: CivicDirection,
    /// What the statement says.
    pub significance: CivicSignificance,
    /// CIViC's stars, 1 to 5.
    pub rating: u8,
    /// Disease.
    pub disease: &'static str,
    /// Disease Ontology number.
    pub doid: Option<&'static str>,
    /// Keys of the drugs; the item's statement holds for each.
    pub drugs: Vec<&'static str>,
    /// PubMed number of the publication.
    pub pmid: &'static str,
    /// Where it comes from; the date is the publication's.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// All items, strongest level first.
pub fn civic_items() -> &'static [CivicItem] {
    static TABLE: LazyLock<Vec<CivicItem>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/civic.tsv"))));
    &TABLE
}

fn parse(text: &'static str) -> Result<Vec<CivicItem>, TableError> {
    table::read("civic", text, |row| {
        let terms = row.text("terms")?;
        let alternatives = terms
            .split(" | ")
            .map(|all| all.split(" & ").map(ProfileTerm::from_text).collect())
            .collect::<Option<Vec<Vec<ProfileTerm>>>>()
            .ok_or_else(|| row.bad("terms", terms, "terms joined by & and |"))?;
        Ok(CivicItem {
            id: row.text("id")?,
            profile: row.text("profile")?,
            alternatives,
            evidence_type: row.text("type")?,
            level: row.word("level", CivicLevel::WORDS)?,
            direction: row.word("direction", CivicDirection::WORDS)?,
            significance: row.word("significance", CivicSignificance::WORDS)?,
            rating: row.number("rating")?,
            disease: row.text("disease")?,
            doid: row.optional("doid")?,
            drugs: row.list("drugs")?,
            pmid: row.text("pmid")?,
            provenance: row.provenance()?,
        })
    })
}

impl Fact for CivicItem {
    fn key(&self) -> &'static str {
        self.id
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
