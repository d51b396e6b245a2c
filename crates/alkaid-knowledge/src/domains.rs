//! The domains and landmarks of the ALK protein.

use std::sync::OnceLock;

use serde::Serialize;

use crate::date::Date;
use crate::provenance::{Fact, Provenance};
use crate::table::{self, Status, TableError};

/// A stretch of the ALK protein (UniProt Q9UM73).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Domain {
    /// Stable key: `kinase`, `transmembrane`, …
    pub key: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// First residue, 1-based.
    pub start: u32,
    /// Last residue, inclusive.
    pub end: u32,
    /// InterPro or Pfam identifier as a CURIE, where the stretch is an entry there.
    pub id: Option<&'static str>,
    /// Where the residues come from.
    pub source: &'static str,
    /// The date of the source.
    pub date: Option<Date>,
    /// How far they are checked.
    pub status: Status,
    /// Key of the row that replaces this one.
    pub superseded_by: Option<&'static str>,
    /// What else to know.
    pub note: Option<&'static str>,
}

impl Domain {
    /// Whether a chimera whose first ALK residue is `first` has the whole domain.
    pub fn kept_from(&self, first: u32) -> bool {
        first <= self.start
    }
}

/// All domains and landmarks, in the table's order.
pub fn alk_domains() -> &'static [Domain] {
    static TABLE: OnceLock<Vec<Domain>> = OnceLock::new();
    // The text is compiled in, and the tests parse every row of it.
    TABLE.get_or_init(|| {
        parse(include_str!("../data/alk_domains.tsv")).expect("compiled-in table is well formed")
    })
}

/// The domain with this key.
pub fn alk_domain(key: &str) -> Option<&'static Domain> {
    alk_domains().iter().find(|domain| domain.key == key)
}

fn parse(text: &'static str) -> Result<Vec<Domain>, TableError> {
    table::read("alk_domains", text, |row| {
        Ok(Domain {
            key: row.text("key")?,
            name: row.text("name")?,
            start: row.number("start")?,
            end: row.number("end")?,
            id: row.optional("id")?,
            source: row.text("source")?,
            date: row.optional_date("date")?,
            status: row.status("status")?,
            superseded_by: row.optional("superseded_by")?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for Domain {
    fn key(&self) -> &'static str {
        self.key
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

    #[test]
    fn rows_are_well_formed() {
        let mut keys = BTreeSet::new();
        for domain in alk_domains() {
            assert!(keys.insert(domain.key), "{} twice", domain.key);
            assert!(
                0 < domain.start && domain.start <= domain.end && domain.end <= 1620,
                "{}",
                domain.key
            );
        }
    }

    #[test]
    fn conclusions_rest_on_checked_rows() {
        for (key, start, end) in [("kinase", 1116, 1392), ("transmembrane", 1039, 1059)] {
            let domain = alk_domain(key);
            assert!(
                domain.is_some_and(
                    |d| (d.start, d.end) == (start, end) && d.status != Status::Unverified
                ),
                "{key}"
            );
        }
        // Exon 20 starts in codon 1058: the kinase stays, the helix goes.
        assert!(alk_domain("kinase").is_some_and(|d| d.kept_from(1058)));
        assert!(alk_domain("transmembrane").is_some_and(|d| !d.kept_from(1058)));
    }

    #[test]
    fn landmarks_are_in_the_sequence() {
        let alk = Bundle::embedded()
            .proteome()
            .proteins
            .iter()
            .find(|protein| protein.accession == "Q9UM73");
        let sequence = alk.map(|protein| protein.sequence.as_slice()).unwrap();
        for (key, motif) in [
            ("p_loop", "GHGAFG"),
            ("catalytic_lysine", "K"),
            ("gatekeeper", "L"),
            ("solvent_front", "G"),
            ("dfg", "DFG"),
            ("activation_loop", "YRASYY"),
        ] {
            let domain = alk_domain(key).unwrap();
            let stretch = &sequence[domain.start as usize - 1..domain.end as usize];
            assert_eq!(stretch, motif.as_bytes(), "{key}");
        }
    }
}
