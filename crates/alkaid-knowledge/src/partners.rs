//! Genes reported as 5' partners of ALK. Calling needs no list: this one adds facts to what was found.

use std::sync::OnceLock;

use serde::Serialize;

use crate::date::Date;
use crate::provenance::{Fact, Provenance};
use crate::table::{self, Status, TableError};

/// A gene reported as 5' partner of ALK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Partner {
    /// HGNC symbol.
    pub symbol: &'static str,
    /// HGNC identifier, `HGNC:1316`.
    pub hgnc: Option<&'static str>,
    /// Ensembl gene.
    pub ensembl: Option<&'static str>,
    /// UniProt accession of the canonical protein.
    pub uniprot: Option<&'static str>,
    /// Cytogenetic band with chromosome, `2p21`.
    pub band: Option<&'static str>,
    /// Strand of the gene, `+` or `-`.
    pub strand: Option<char>,
    /// Tumour types in which the pair was reported.
    pub tumours: Vec<&'static str>,
    /// How far the tumour types are checked; the pair itself may be better known.
    pub tumours_status: Status,
    /// The rearrangement that place and strand of both genes predict, in ISCN where it has a form there. Computed.
    pub rearrangement: Option<&'static str>,
    /// False for genes that stand in public lists but are probably no 5' partner (ROS1, MET, EGFR, …).
    pub real_5p_partner: bool,
    /// What brings the ALK kinases together, where something is known.
    pub oligomerisation: Option<Oligomerisation>,
    /// Where the pair was reported.
    pub source: &'static str,
    /// The date of the first source.
    pub date: Option<Date>,
    /// How far the pair is checked.
    pub status: Status,
    /// Symbol of the row that replaces this one.
    pub superseded_by: Option<&'static str>,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// The element of a partner protein by which it oligomerises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Oligomerisation {
    /// Name of the element.
    pub name: &'static str,
    /// First and last residue, 1-based inclusive, for compact elements that must be kept whole.
    pub residues: Option<(u32, u32)>,
    /// Where that stands.
    pub source: &'static str,
    /// How far it is checked.
    pub status: Status,
}

impl Oligomerisation {
    /// The element as results name it; one that nobody has read in a source is marked.
    pub fn described(&self) -> String {
        match self.status {
            Status::Unverified => format!("{} (unverified)", self.name),
            Status::Sourced | Status::Computed => self.name.to_owned(),
        }
    }

    /// Whether a partner cut after residue `kept` still has the whole element. `None` where its residues are unknown.
    pub fn kept_by(&self, kept: u32) -> Option<bool> {
        self.residues.map(|(_, last)| last <= kept)
    }
}

/// All partners, in the table's order.
pub fn partners() -> &'static [Partner] {
    static TABLE: OnceLock<Vec<Partner>> = OnceLock::new();
    // The text is compiled in, and the tests parse every row of it.
    TABLE.get_or_init(|| {
        parse(include_str!("../data/partners.tsv")).expect("compiled-in table is well formed")
    })
}

/// The partner with this HGNC symbol.
pub fn partner(gene: &str) -> Option<&'static Partner> {
    partners().iter().find(|partner| partner.symbol == gene)
}

fn parse(text: &'static str) -> Result<Vec<Partner>, TableError> {
    table::read("partners", text, |row| {
        let residues = row
            .optional_number("oligomerisation_start")?
            .zip(row.optional_number("oligomerisation_end")?);
        let oligomerisation = match row.optional("oligomerisation")? {
            Some(name) => Some(Oligomerisation {
                name,
                residues,
                source: row.text("oligomerisation_source")?,
                status: row.status("oligomerisation_status")?,
            }),
            None => None,
        };
        Ok(Partner {
            symbol: row.text("symbol")?,
            hgnc: row.optional("hgnc")?,
            ensembl: row.optional("ensembl")?,
            uniprot: row.optional("uniprot")?,
            band: row.optional("band")?,
            strand: row.optional_letter("strand")?,
            tumours: row.list("tumours")?,
            tumours_status: row.status("tumours_status")?,
            rearrangement: row.optional("rearrangement")?,
            real_5p_partner: row.either("real_5p_partner", "yes", "doubtful")?,
            oligomerisation,
            source: row.text("source")?,
            date: row.optional_date("date")?,
            status: row.status("status")?,
            superseded_by: row.optional("superseded_by")?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for Partner {
    fn key(&self) -> &'static str {
        self.symbol
    }

    fn provenance(&self) -> Provenance {
        Provenance {
            source: self.source,
            date: self.date,
            status: self.status,
            superseded_by: self.superseded_by,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use alkaid_genome::Bundle;

    use super::*;

    /// UniProt's own pattern, shortened: one letter, a digit, then letters and digits, 6 or 10 in all.
    fn is_accession(text: &str) -> bool {
        let bytes = text.as_bytes();
        matches!(bytes.len(), 6 | 10)
            && bytes[0].is_ascii_uppercase()
            && bytes[1].is_ascii_digit()
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && bytes[bytes.len() - 1].is_ascii_digit()
    }

    /// A chromosome, an arm and a band.
    fn is_band(text: &str) -> bool {
        let Some(arm) = text.find(['p', 'q']) else {
            return false;
        };
        let (chromosome, band) = (&text[..arm], &text[arm + 1..]);
        (matches!(chromosome, "X" | "Y")
            || chromosome
                .parse::<u8>()
                .is_ok_and(|n| (1..=22).contains(&n)))
            && band
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
            && !band.is_empty()
    }

    #[test]
    fn rows_are_well_formed() {
        let mut symbols = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for partner in partners() {
            assert!(symbols.insert(partner.symbol), "{} twice", partner.symbol);
            if let Some(id) = partner.hgnc {
                assert!(
                    id.strip_prefix("HGNC:")
                        .is_some_and(|n| n.parse::<u32>().is_ok()),
                    "{id}"
                );
                assert!(ids.insert(id), "{id} twice");
            }
            if let Some(gene) = partner.ensembl {
                assert!(
                    gene.strip_prefix("ENSG").is_some_and(|n| n.len() == 11),
                    "{gene}"
                );
            }
            assert!(
                partner.uniprot.is_none_or(is_accession),
                "{:?}",
                partner.uniprot
            );
            assert!(partner.band.is_none_or(is_band), "{:?}", partner.band);
            if let Some((start, end)) = partner.oligomerisation.as_ref().and_then(|o| o.residues) {
                assert!(0 < start && start < end, "{}", partner.symbol);
            }
        }
        assert_eq!(partners().len(), 195);
    }

    #[test]
    fn genes_that_lists_name_wrongly_are_marked() {
        for symbol in [
            "ROS1", "MET", "EGFR", "NTRK1", "RARA", "TFE3", "MLF1", "CLTCL1",
        ] {
            assert!(
                partner(symbol).is_some_and(|p| !p.real_5p_partner),
                "{symbol}"
            );
        }
        assert!(partner("EML4").is_some_and(|p| p.real_5p_partner));
        assert!(partner("ACTB").is_none());
    }

    #[test]
    fn residues_are_given_only_with_a_source() {
        for partner in partners() {
            if let Some(o) = &partner.oligomerisation {
                assert!(
                    o.residues.is_none() || o.status == Status::Sourced,
                    "{}",
                    partner.symbol
                );
            }
        }
        let eml4 = partner("EML4").and_then(|p| p.oligomerisation.as_ref());
        assert_eq!(
            eml4.and_then(|o| o.kept_by(222)),
            Some(true),
            "V3a keeps the trimerisation domain"
        );
        assert_eq!(
            eml4.and_then(|o| o.kept_by(8)),
            Some(false),
            "E1;A20 loses it"
        );
    }

    #[test]
    fn accessions_and_lengths_agree_with_the_proteome() {
        let proteome = Bundle::embedded().proteome();
        for partner in partners() {
            let (Some(accession), Some((_, end))) = (
                partner.uniprot,
                partner.oligomerisation.as_ref().and_then(|o| o.residues),
            ) else {
                continue;
            };
            let protein = proteome
                .proteins
                .iter()
                .find(|protein| protein.accession == accession);
            assert!(
                protein.is_some_and(|p| p.sequence.len() >= end as usize),
                "{}",
                partner.symbol
            );
        }
    }
}
