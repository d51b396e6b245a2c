//! Reading the compiled-in tables: tab-separated text with a header line and `#` comments.

use std::fmt;

use serde::Serialize;

use crate::date::Date;
use crate::provenance::Provenance;

/// How far a row has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The fact was read in the source that the row names.
    Sourced,
    /// The fact follows from other rows or from sequence, and a test recomputes it.
    Computed,
    /// Nobody has read the fact in a source; to be shown only as unverified.
    Unverified,
}

impl Status {
    fn from_text(text: &str) -> Option<Self> {
        match text {
            "sourced" => Some(Self::Sourced),
            "computed" => Some(Self::Computed),
            "unverified" => Some(Self::Unverified),
            _ => None,
        }
    }

    /// The word that tables and results use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sourced => "sourced",
            Self::Computed => "computed",
            Self::Unverified => "unverified",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a table cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The table has no header line.
    #[error(
        "table {table}: no header line; the first line that is not a comment must name the columns"
    )]
    NoHeader {
        /// Table name.
        table: &'static str,
    },
    /// A row has more or fewer fields than the header.
    #[error(
        "table {table}, line {line}: {found} fields where the header names {expected}; check the tabs"
    )]
    FieldCount {
        /// Table name.
        table: &'static str,
        /// 1-based line.
        line: usize,
        /// Fields in the row.
        found: usize,
        /// Fields in the header.
        expected: usize,
    },
    /// The header lacks a column.
    #[error("table {table}: no column {column}; add it to the header")]
    NoColumn {
        /// Table name.
        table: &'static str,
        /// The column looked for.
        column: &'static str,
    },
    /// A field is not what its column holds.
    #[error("table {table}, line {line}, column {column}: {text:?} is not {expected}")]
    BadField {
        /// Table name.
        table: &'static str,
        /// 1-based line.
        line: usize,
        /// The column.
        column: &'static str,
        /// The field's text.
        text: String,
        /// What the column holds.
        expected: &'static str,
    },
}

/// One row with its header, so that fields are asked for by name.
pub(crate) struct Row<'h, 't> {
    table: &'static str,
    line: usize,
    header: &'h [&'t str],
    fields: Vec<&'t str>,
}

impl<'t> Row<'_, 't> {
    /// The field's text; `.` and nothing both mean that there is none.
    pub(crate) fn optional(&self, column: &'static str) -> Result<Option<&'t str>, TableError> {
        let index =
            self.header
                .iter()
                .position(|name| *name == column)
                .ok_or(TableError::NoColumn {
                    table: self.table,
                    column,
                })?;
        Ok(self
            .fields
            .get(index)
            .copied()
            .filter(|text| !text.is_empty() && *text != "."))
    }

    /// The field's text, which must be there.
    pub(crate) fn text(&self, column: &'static str) -> Result<&'t str, TableError> {
        self.optional(column)?
            .ok_or_else(|| self.bad(column, "", "a value"))
    }

    /// A whole number, where there is one.
    pub(crate) fn optional_number<N: std::str::FromStr>(
        &self,
        column: &'static str,
    ) -> Result<Option<N>, TableError> {
        self.optional(column)?
            .map(|text| {
                text.parse()
                    .map_err(|_| self.bad(column, text, "a whole number"))
            })
            .transpose()
    }

    /// A whole number, which must be there.
    pub(crate) fn number<N: std::str::FromStr>(
        &self,
        column: &'static str,
    ) -> Result<N, TableError> {
        self.optional_number(column)?
            .ok_or_else(|| self.bad(column, "", "a whole number"))
    }

    /// The row's status, or that of one of its facts.
    pub(crate) fn status(&self, column: &'static str) -> Result<Status, TableError> {
        let text = self.text(column)?;
        Status::from_text(text)
            .ok_or_else(|| self.bad(column, text, "sourced, computed or unverified"))
    }

    /// A decimal number, where there is one.
    pub(crate) fn optional_decimal(&self, column: &'static str) -> Result<Option<f64>, TableError> {
        self.optional(column)?
            .map(|text| {
                text.parse()
                    .ok()
                    .filter(|number: &f64| number.is_finite())
                    .ok_or_else(|| self.bad(column, text, "a decimal number"))
            })
            .transpose()
    }

    /// The parts of a field that holds a list, separated by `|`; empty where there is none.
    pub(crate) fn list(&self, column: &'static str) -> Result<Vec<&'t str>, TableError> {
        let parts: Vec<&str> = self
            .optional(column)?
            .map(|text| text.split('|').map(str::trim).collect())
            .unwrap_or_default();
        match parts.iter().find(|part| part.is_empty()) {
            Some(_) => Err(self.bad(column, "", "a list without empty parts")),
            None => Ok(parts),
        }
    }

    /// A date, where there is one: a year, a month or a day.
    pub(crate) fn optional_date(&self, column: &'static str) -> Result<Option<Date>, TableError> {
        self.optional(column)?
            .map(|text| {
                text.parse().map_err(|_| {
                    self.bad(column, text, "a date such as 2026, 2026-11 or 2026-11-27")
                })
            })
            .transpose()
    }

    /// The columns `source`, `date`, `status` and `superseded_by`, which every table of facts has.
    pub(crate) fn provenance(&self) -> Result<Provenance, TableError>
    where
        't: 'static,
    {
        Ok(Provenance {
            source: self.text("source")?,
            date: self.optional_date("date")?,
            status: self.status("status")?,
            superseded_by: self.optional("superseded_by")?,
        })
    }

    /// The value that one of several words stands for.
    pub(crate) fn word<T: Copy>(
        &self,
        column: &'static str,
        words: &[(&str, T)],
    ) -> Result<T, TableError> {
        let text = self.text(column)?;
        words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value)
            .ok_or_else(|| self.bad(column, text, "one of the words of this column"))
    }

    /// One character, where there is one.
    pub(crate) fn optional_letter(&self, column: &'static str) -> Result<Option<char>, TableError> {
        self.optional(column)?
            .map(|text| {
                text.parse()
                    .map_err(|_| self.bad(column, text, "one letter"))
            })
            .transpose()
    }

    /// One character, which must be there.
    pub(crate) fn letter(&self, column: &'static str) -> Result<char, TableError> {
        self.optional_letter(column)?
            .ok_or_else(|| self.bad(column, "", "one letter"))
    }

    /// One of two words.
    pub(crate) fn either(
        &self,
        column: &'static str,
        yes: &str,
        no: &str,
    ) -> Result<bool, TableError> {
        match self.text(column)? {
            text if text == yes => Ok(true),
            text if text == no => Ok(false),
            text => Err(self.bad(column, text, "one of the two words of this column")),
        }
    }

    pub(crate) fn bad(
        &self,
        column: &'static str,
        text: &str,
        expected: &'static str,
    ) -> TableError {
        TableError::BadField {
            table: self.table,
            line: self.line,
            column,
            text: text.to_owned(),
            expected,
        }
    }
}

/// Turns each row of `text` into a `T`. `table` names the table in errors.
///
/// # Errors
///
/// When the header is missing, a row has the wrong number of fields, or `build` refuses a row.
pub(crate) fn read<'t, T>(
    table: &'static str,
    text: &'t str,
    build: impl Fn(&Row<'_, 't>) -> Result<T, TableError>,
) -> Result<Vec<T>, TableError> {
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
    let header: Vec<&str> = match lines.next() {
        Some((_, line)) => line.split('\t').collect(),
        None => return Err(TableError::NoHeader { table }),
    };
    lines
        .map(|(index, line)| {
            let fields: Vec<&str> = line.split('\t').collect();
            let line = index + 1;
            if fields.len() != header.len() {
                return Err(TableError::FieldCount {
                    table,
                    line,
                    found: fields.len(),
                    expected: header.len(),
                });
            }
            build(&Row {
                table,
                line,
                header: &header,
                fields,
            })
        })
        .collect()
}

/// The rows of a table that is compiled in.
///
/// # Panics
///
/// When the table is malformed. The tests of this crate read every table.
pub(crate) fn compiled_in<T>(rows: Result<Vec<T>, TableError>) -> Vec<T> {
    rows.unwrap_or_else(|error| panic!("compiled-in {error}"))
}

/// The word that stands for a value; the inverse of [`Row::word`].
pub(crate) fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words
        .iter()
        .find(|(_, other)| *other == value)
        .map_or("", |(word, _)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_rows_by_column_name() {
        let rows = read("t", "# note\na\tb\n1\t.\n2\tx\n", |row| {
            Ok((row.number::<u32>("a")?, row.optional("b")?))
        });
        assert_eq!(rows, Ok(vec![(1, None), (2, Some("x"))]));
    }

    #[test]
    fn says_where_a_table_is_wrong() {
        let short = read("t", "a\tb\n1\n", |row| row.text("a").map(str::to_owned));
        assert_eq!(
            short,
            Err(TableError::FieldCount {
                table: "t",
                line: 2,
                found: 1,
                expected: 2
            })
        );
        let missing = read("t", "a\n1\n", |row| row.text("b").map(str::to_owned));
        assert_eq!(
            missing,
            Err(TableError::NoColumn {
                table: "t",
                column: "b"
            })
        );
        let wrong = read("t", "a\nx\n", |row| row.number::<u32>("a"));
        assert!(wrong.is_err_and(|error| error.to_string().contains("line 2, column a")));
        assert_eq!(
            read("t", "# only a note\n", |_| Ok(())),
            Err(TableError::NoHeader { table: "t" })
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "[a-c\t\n#.0-9]{0,80}") {
            let _ = read("t", &text, |row| Ok((row.number::<u16>("a")?, row.status("b")?)));
        }
    }
}
