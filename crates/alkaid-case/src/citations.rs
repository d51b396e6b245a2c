//! The numbered list of sources.

use alkaid_knowledge::{Fact, Provenance};
use alkaid_tables::finding::SourceRow;

use crate::finding::Citation;
use crate::table::Origin;

/// Sources in the order in which they are first named.
#[derive(Default)]
pub(crate) struct Citations(Vec<Citation>);

impl Citations {
    /// The number of a row of this crate's tables.
    pub(crate) fn number(&mut self, origin: &Origin) -> u32 {
        self.add(
            format!("{}:{}", origin.table, origin.key),
            origin.source,
            origin.date.map(str::to_owned),
            origin.status,
        )
    }

    /// The number of a row of a table of facts.
    pub(crate) fn fact<F: Fact>(&mut self, table: &str, fact: &F) -> u32 {
        self.row(&format!("{table}:{}", fact.key()), fact.provenance())
    }

    /// The number of a row whose table and key are known.
    pub(crate) fn row(&mut self, row: &str, provenance: Provenance) -> u32 {
        self.add(
            row.to_owned(),
            provenance.source,
            provenance.date.map(|date| date.to_string()),
            provenance.status.as_str(),
        )
    }

    /// The number of a row that other tables' readers cite.
    pub(crate) fn source_row(&mut self, row: &SourceRow) -> u32 {
        self.add(row.row.clone(), &row.source, row.date.clone(), &row.status)
    }

    /// The number of a source that is no row of the tables known here.
    pub(crate) fn plain(
        &mut self,
        row: &str,
        source: &str,
        date: Option<String>,
        status: &str,
    ) -> u32 {
        self.add(row.to_owned(), source, date, status)
    }

    /// All of them.
    pub(crate) fn into_list(self) -> Vec<Citation> {
        self.0
    }

    fn add(&mut self, row: String, source: &str, date: Option<String>, status: &str) -> u32 {
        if let Some(known) = self
            .0
            .iter()
            .find(|one| one.row == row && one.source == source)
        {
            return known.number;
        }
        let number = self.0.len() as u32 + 1;
        self.0.push(Citation {
            number,
            row,
            source: source.to_owned(),
            date,
            status: status.to_owned(),
        });
        number
    }
}
