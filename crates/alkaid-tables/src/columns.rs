//! Tables with named columns, separated by tabs, commas or spaces.

use std::path::{Path, PathBuf};

use crate::error::TablesError;
use crate::text::Lines;

/// What separates the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Tab,
    Comma,
    Spaces,
}

/// A table, read row by row.
pub(crate) struct Table {
    lines: Lines,
    path: PathBuf,
    separator: Separator,
    /// Line of the header.
    pub(crate) header_line: u64,
    /// Names as they stand.
    pub(crate) names: Vec<String>,
    /// Whether rows have one field more than the header, as R's `write.table` makes them.
    shifted: Option<bool>,
}

/// A row.
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) fields: Vec<String>,
}

impl Table {
    /// Opens a table; `expected` says in errors what should be there.
    pub(crate) fn open(mut lines: Lines, expected: &'static str) -> Result<Self, TablesError> {
        let path = lines.path().to_owned();
        while let Some((line, text)) = lines.next()? {
            let text = text.trim_end();
            if text.is_empty() {
                continue;
            }
            // Some headers start with a #; those have several columns.
            let bare = text.trim_start_matches('#');
            if text.starts_with('#') && (text.starts_with("##") || !bare.contains('\t')) {
                continue;
            }
            let separator = match (bare.contains('\t'), bare.contains(',')) {
                (true, _) => Separator::Tab,
                (false, true) => Separator::Comma,
                (false, false) => Separator::Spaces,
            };
            let names = split(bare, separator);
            return Ok(Self {
                path,
                separator,
                header_line: line,
                names,
                shifted: None,
                lines,
            });
        }
        Err(TablesError::Empty { path, expected })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The column with one of these names, compared without case, spaces, dots, dashes and underscores.
    pub(crate) fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|wanted| {
            self.names
                .iter()
                .position(|name| plain(name) == plain(wanted))
        })
    }

    /// The header, shortened, for messages.
    pub(crate) fn shown(&self) -> String {
        let names: String = self.names.join(", ");
        match names.chars().count() > 120 {
            true => names.chars().take(120).collect::<String>() + "…",
            false => names,
        }
    }

    /// The next row that is not empty.
    pub(crate) fn next(&mut self) -> Result<Option<Row>, TablesError> {
        let width = self.names.len();
        loop {
            let Some((line, text)) = self.lines.next()? else {
                return Ok(None);
            };
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let mut fields = split(text.trim_end_matches(' '), self.separator);
            let shifted = *self.shifted.get_or_insert(fields.len() == width + 1);
            if shifted && self.names.len() + 1 == fields.len() {
                // The first field is the row's name, which the header does not name.
                self.names.insert(0, String::new());
            } else if fields.len() != self.names.len() {
                // A last column that is empty may have lost its tab.
                if fields.len() + 1 == self.names.len() {
                    fields.push(String::new());
                } else {
                    return Err(TablesError::malformed(
                        &self.path,
                        line,
                        format!(
                            "{} fields where the header names {}",
                            fields.len(),
                            self.names.len()
                        ),
                        "check the separators",
                    ));
                }
            }
            return Ok(Some(Row { line, fields }));
        }
    }

    /// Whether rows had a name that the header lacks; known after the first row.
    pub(crate) fn first_is_name(&self) -> bool {
        self.names.first().is_some_and(String::is_empty)
    }

    /// A malformed field.
    pub(crate) fn bad(&self, line: u64, what: String) -> TablesError {
        TablesError::malformed(&self.path, line, what, "correct the row or leave it out")
    }

    /// A number, or nothing where the field says that there is none.
    pub(crate) fn number(&self, row: &Row, column: usize) -> Result<Option<f64>, TablesError> {
        let text = row.fields.get(column).map_or("", String::as_str);
        if is_missing(text) {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            // CNVkit and others write -inf for no reads at all.
            Ok(number) if number == f64::NEG_INFINITY => Ok(Some(-30.0)),
            _ => {
                let name = self.names.get(column).map_or("", String::as_str);
                let text: String = text.chars().take(30).collect();
                Err(self.bad(
                    row.line,
                    format!("{text:?} in column {name:?} is not a number"),
                ))
            }
        }
    }

    /// A position.
    pub(crate) fn position(&self, row: &Row, column: usize) -> Result<u64, TablesError> {
        let number = self.number(row, column)?;
        number
            .filter(|number| *number >= 0.0 && *number < 1e12 && number.fract() == 0.0)
            .map(|number| number as u64)
            .ok_or_else(|| {
                let name = self.names.get(column).map_or("", String::as_str);
                let text: String = row
                    .fields
                    .get(column)
                    .map_or("", String::as_str)
                    .chars()
                    .take(30)
                    .collect();
                self.bad(
                    row.line,
                    format!("{text:?} in column {name:?} is not a position"),
                )
            })
    }
}

fn split(text: &str, separator: Separator) -> Vec<String> {
    let clean = |field: &str| field.trim().trim_matches('"').to_owned();
    match separator {
        Separator::Tab => text.split('\t').map(clean).collect(),
        Separator::Comma => comma_fields(text)
            .into_iter()
            .map(|field| clean(&field))
            .collect(),
        Separator::Spaces => text.split_whitespace().map(clean).collect(),
    }
}

/// Fields between commas; commas inside double quotes belong to the field.
fn comma_fields(text: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => {
                if let Some(field) = fields.last_mut() {
                    field.push(other);
                }
            }
        }
    }
    fields
}

/// A name without case and punctuation.
pub(crate) fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, ' ' | '.' | '-' | '_' | '(' | ')'))
        .collect::<String>()
        .to_lowercase()
}

fn is_missing(text: &str) -> bool {
    matches!(
        text.to_ascii_lowercase().as_str(),
        "" | "na" | "n/a" | "nan" | "." | "-" | "null"
    )
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> Result<(Vec<String>, Vec<Vec<String>>), TablesError> {
        let lines = Lines::new(Path::new("t.tsv"), Cursor::new(text.as_bytes().to_vec()))?;
        let mut table = Table::open(lines, "a table")?;
        let mut rows = Vec::new();
        while let Some(row) = table.next()? {
            rows.push(row.fields);
        }
        Ok((table.names, rows))
    }

    #[test]
    fn separators_comments_and_row_names() {
        let (names, found) = rows("# made by x\n#chrom\tstart\nchr1\t5\n").unwrap();
        assert_eq!(
            (names.as_slice(), found[0].as_slice()),
            (
                ["chrom", "start"].map(str::to_owned).as_slice(),
                ["chr1", "5"].map(str::to_owned).as_slice()
            )
        );
        let (_, found) = rows("gene,name\nALK,\"a, b\"\n").unwrap();
        assert_eq!(found[0], ["ALK", "a, b"]);
        let (names, found) = rows("s1\ts2\nALK\t1\t2\n").unwrap();
        assert_eq!((names[0].as_str(), found[0].len()), ("", 3));
        assert!(
            rows("a\tb\tc\n1\n")
                .unwrap_err()
                .to_string()
                .contains("line 2: 1 fields where the header names 3")
        );
        assert!(rows("\n\n").unwrap_err().to_string().contains("is empty"));
    }

    proptest! {
        #[test]
        fn no_table_panics(text in "[a-c0-9\t,\" #\n.é-]{0,120}") {
            let _ = rows(&text);
        }
    }
}
