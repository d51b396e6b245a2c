//! Reading the compiled-in tables: tab-separated text with a header line and `#` comments; `.` and nothing mean "none".

use alkaid_knowledge::Status;
use schemars::JsonSchema;
use serde::Serialize;

/// Where a row of a table comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Source {
    /// The publication or database entry.
    pub source: String,
    /// Its year.
    pub date: Option<String>,
    /// `sourced`, `computed` or `unverified` (nobody read it in a source, or it is an assumption).
    pub status: String,
    /// What else the row says.
    pub note: Option<String>,
}

impl Source {
    /// Whether nobody read it in a source.
    pub fn is_unverified(&self) -> bool {
        self.status == Status::Unverified.as_str()
    }
}

/// One row with its header.
pub(crate) struct Row {
    table: &'static str,
    line: usize,
    header: Vec<&'static str>,
    fields: Vec<&'static str>,
}

impl Row {
    /// The field's text, where there is one.
    pub(crate) fn optional(&self, column: &str) -> Option<&'static str> {
        let index = self.header.iter().position(|name| *name == column);
        let text = index.and_then(|index| self.fields.get(index).copied());
        text.filter(|text| !text.is_empty() && *text != ".")
    }

    /// The field's text.
    pub(crate) fn text(&self, column: &str) -> &'static str {
        self.optional(column)
            .unwrap_or_else(|| self.wrong(column, "a value"))
    }

    /// A number, where there is one.
    pub(crate) fn optional_number(&self, column: &str) -> Option<f64> {
        self.optional(column).map(|text| {
            text.parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .unwrap_or_else(|| self.wrong(column, "a number"))
        })
    }

    /// A number.
    pub(crate) fn number(&self, column: &str) -> f64 {
        self.optional_number(column)
            .unwrap_or_else(|| self.wrong(column, "a number"))
    }

    /// The parts of a list, separated by `;`.
    pub(crate) fn list(&self, column: &str) -> Vec<&'static str> {
        let text = self.optional(column).unwrap_or_default();
        text.split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect()
    }

    /// The value that one of several words stands for.
    pub(crate) fn word<T: Copy>(&self, column: &str, words: &[(&str, T)]) -> T {
        let text = self.text(column);
        let found = words.iter().find(|(word, _)| *word == text);
        found.map_or_else(|| self.wrong(column, "a word of this column"), |(_, v)| *v)
    }

    /// Source, date, status and note.
    pub(crate) fn source(&self) -> Source {
        let status = self.text("status");
        if !["sourced", "computed", "unverified"].contains(&status) {
            self.wrong::<()>("status", "sourced, computed or unverified");
        }
        Source {
            source: self.text("source").to_owned(),
            date: self.optional("date").map(str::to_owned),
            status: status.to_owned(),
            note: self.optional("note").map(str::to_owned),
        }
    }

    /// The tables are compiled in and read by the tests, so a wrong one never ships.
    fn wrong<T>(&self, column: &str, expected: &str) -> T {
        panic!(
            "compiled-in table {}, line {}, column {column}: expected {expected}",
            self.table, self.line
        )
    }
}

/// The rows of a compiled-in table.
///
/// # Panics
///
/// When the table is malformed; the tests of this crate read every table.
pub(crate) fn read(table: &'static str, text: &'static str) -> Vec<Row> {
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
    let header: Vec<&'static str> = lines
        .next()
        .map(|(_, line)| line.split('\t').map(str::trim).collect())
        .unwrap_or_default();
    lines
        .map(|(index, line)| {
            let fields: Vec<&'static str> = line.split('\t').map(str::trim).collect();
            assert!(
                fields.len() == header.len(),
                "compiled-in table {table}, line {}: {} fields where the header names {}",
                index + 1,
                fields.len(),
                header.len()
            );
            Row {
                table,
                line: index + 1,
                header: header.clone(),
                fields,
            }
        })
        .collect()
}
