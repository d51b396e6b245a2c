//! Exon junctions of ALK with each partner, as publications print them, and what the reading frame says.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, TableError};

/// Whether ALK can be read behind a junction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// It can.
    In,
    /// It cannot, in that numbering.
    Out,
    /// The exon ends outside the coding sequence or its structure is not known.
    Unknown,
}

impl Frame {
    const WORDS: &[(&str, Self)] = &[
        ("in", Self::In),
        ("out", Self::Out),
        ("unknown", Self::Unknown),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// A junction of whole exons as it was reported, in the numbering of the report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportedJunction {
    /// `EML4/E13;A20`.
    pub key: &'static str,
    /// HGNC symbol of the partner.
    pub partner: &'static str,
    /// Short form: `E13;A20`.
    pub name: &'static str,
    /// The partner's transcript whose numbering the frame is computed in; none where the bundle has none.
    pub transcript: Option<&'static str>,
    /// Last exon of the partner.
    pub five_exon: u16,
    /// First exon of ALK.
    pub alk_exon: u16,
    /// Last coding base (`c.`) of that partner exon in that transcript; none where the exon has none.
    pub five_cds_last: Option<u32>,
    /// What phase arithmetic says on that transcript. A test recomputes it.
    pub frame: Frame,
    /// Where the junction was reported.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// All reported junctions, by partner.
pub fn reported_junctions() -> &'static [ReportedJunction] {
    static TABLE: LazyLock<Vec<ReportedJunction>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/partner_junctions.tsv"))));
    &TABLE
}

/// The junctions reported with one partner.
pub fn junctions_of(partner: &str) -> impl Iterator<Item = &'static ReportedJunction> {
    reported_junctions()
        .iter()
        .filter(move |junction| junction.partner == partner)
}

fn parse(text: &'static str) -> Result<Vec<ReportedJunction>, TableError> {
    table::read("partner_junctions", text, |row| {
        Ok(ReportedJunction {
            key: row.text("key")?,
            partner: row.text("partner")?,
            name: row.text("name")?,
            transcript: row.optional("transcript")?,
            five_exon: row.number("five_exon")?,
            alk_exon: row.number("alk_exon")?,
            five_cds_last: row.optional_number("five_cds_last")?,
            frame: row.word("frame", Frame::WORDS)?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for ReportedJunction {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
