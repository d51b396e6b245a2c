//! What every fact carries: source, date, status, and what replaced it.

use serde::Serialize;

use crate::date::Date;
use crate::table::Status;

/// Where a fact comes from and how far it may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// The publication, registry entry, database item or computation: PMID, DOI, NCT, EID or accession where it has one.
    pub source: &'static str,
    /// The date of the fact: of a decision or a data cut where that is known, else of its publication.
    pub date: Option<Date>,
    /// How far it is checked.
    pub status: Status,
    /// Key of the row of the same table that replaces this one.
    pub superseded_by: Option<&'static str>,
}

/// A row of a table of facts.
pub trait Fact {
    /// What no other row of the table has.
    fn key(&self) -> &'static str;

    /// Source, date, status and successor.
    fn provenance(&self) -> Provenance;

    /// Whether a conclusion may rest on the row without anybody's asking for it: somebody read it in its source or a
    /// test computes it, and no later row replaces it.
    fn usable_by_default(&self) -> bool {
        let provenance = self.provenance();
        provenance.status != Status::Unverified && provenance.superseded_by.is_none()
    }
}

/// The rows that conclusions may rest on by default: neither unverified nor superseded.
pub fn default_facts<F: Fact>(rows: &'static [F]) -> impl Iterator<Item = &'static F> {
    rows.iter().filter(|row| row.usable_by_default())
}

/// The row with this key.
pub fn fact<F: Fact>(rows: &'static [F], key: &str) -> Option<&'static F> {
    rows.iter().find(|row| row.key() == key)
}
