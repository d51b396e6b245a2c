//! Reads the tables that are compiled in: tab-separated, a header, `#` comments, `.` for nothing.
//!
//! Every row carries `key`, `source`, `date`, `status` and `superseded_by`, as the tables of `alkaid-knowledge` do.

/// Why a table cannot be read. The tests of this crate read every table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("table {table}, line {line}: {what}")]
pub(crate) struct TableError {
    table: &'static str,
    line: usize,
    what: String,
}

/// One row with its header.
pub(crate) struct Row {
    table: &'static str,
    line: usize,
    header: Vec<&'static str>,
    fields: Vec<&'static str>,
}

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The table.
    pub table: &'static str,
    /// The row's key.
    pub key: &'static str,
    /// The publication, or what else it rests on.
    pub source: &'static str,
    /// Its date.
    pub date: Option<&'static str>,
    /// `sourced`, `computed` or `unverified`.
    pub status: &'static str,
}

impl Row {
    /// The field's text, where there is one.
    pub(crate) fn optional(&self, column: &str) -> Option<&'static str> {
        let index = self.header.iter().position(|name| *name == column)?;
        self.fields
            .get(index)
            .copied()
            .filter(|text| !text.is_empty() && *text != ".")
    }

    /// The field's text, which must be there.
    pub(crate) fn text(&self, column: &str) -> Result<&'static str, TableError> {
        self.optional(column)
            .ok_or_else(|| self.wrong(format!("column {column} is empty")))
    }

    /// A number, where there is one.
    pub(crate) fn number(&self, column: &str) -> Result<Option<f64>, TableError> {
        self.optional(column)
            .map(|text| self.parsed(text))
            .transpose()
    }

    /// `name=number` parts, separated by `|`.
    pub(crate) fn counts(&self, column: &str) -> Result<Vec<(&'static str, f64)>, TableError> {
        self.text(column)?
            .split('|')
            .map(|part| {
                let (name, number) = part
                    .split_once('=')
                    .ok_or_else(|| self.wrong(format!("{part:?} is not NAME=NUMBER")))?;
                Ok((name, self.parsed(number)?))
            })
            .collect()
    }

    /// Where the row comes from.
    pub(crate) fn origin(&self) -> Result<Origin, TableError> {
        let status = self.text("status")?;
        if !["sourced", "computed", "unverified"].contains(&status) {
            return Err(self.wrong(format!("{status:?} is no status")));
        }
        Ok(Origin {
            table: self.table,
            key: self.text("key")?,
            source: self.text("source")?,
            date: self.optional("date"),
            status,
        })
    }

    fn parsed(&self, text: &str) -> Result<f64, TableError> {
        text.parse()
            .ok()
            .filter(|number: &f64| number.is_finite() && *number >= 0.0)
            .ok_or_else(|| self.wrong(format!("{text:?} is no number from 0 on")))
    }

    pub(crate) fn wrong(&self, what: String) -> TableError {
        TableError {
            table: self.table,
            line: self.line,
            what,
        }
    }
}

/// All rows of a table.
pub(crate) fn rows(table: &'static str, text: &'static str) -> Result<Vec<Row>, TableError> {
    let mut lines = text
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.starts_with('#') && !line.is_empty());
    let header: Vec<&'static str> = lines
        .next()
        .map(|(line, _)| line.split('\t').collect())
        .unwrap_or_default();
    lines
        .map(|(text, line)| {
            let fields: Vec<&'static str> = text.split('\t').collect();
            if fields.len() != header.len() {
                return Err(TableError {
                    table,
                    line,
                    what: format!("{} fields, the header has {}", fields.len(), header.len()),
                });
            }
            Ok(Row {
                table,
                line,
                header: header.clone(),
                fields,
            })
        })
        .collect()
}

/// What a table that is compiled in holds.
///
/// # Panics
///
/// When the table is malformed. The tests of this crate read every table.
pub(crate) fn compiled_in<T>(read: Result<T, TableError>) -> T {
    read.unwrap_or_else(|error| panic!("compiled-in {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "key\tcounts\tsource\tstatus\n";

    fn leak(rows: &str) -> &'static str {
        Box::leak(format!("# note\n{HEAD}{rows}").into_boxed_str())
    }

    #[test]
    fn reads_counts_and_origin() {
        let rows = rows("t", leak("a\tx=1|y=2.5\tsomebody\tsourced\n")).unwrap();
        assert_eq!(rows[0].counts("counts").unwrap(), [("x", 1.0), ("y", 2.5)]);
        assert_eq!(rows[0].origin().unwrap().source, "somebody");
        assert_eq!(rows[0].number("nothing").unwrap(), None);
    }

    #[test]
    fn says_where_a_table_is_wrong() {
        let message = |text| match rows("t", leak(text)) {
            Err(error) => error.to_string(),
            Ok(rows) => rows[0]
                .counts("counts")
                .and(rows[0].origin().map(|_| Vec::<(&str, f64)>::new()))
                .unwrap_err()
                .to_string(),
        };
        assert_eq!(
            message("a\tx\n"),
            "table t, line 3: 2 fields, the header has 4"
        );
        assert_eq!(
            message("a\tx=-1\ts\tsourced\n"),
            "table t, line 3: \"-1\" is no number from 0 on"
        );
        assert_eq!(
            message("a\tx=1\ts\tguessed\n"),
            "table t, line 3: \"guessed\" is no status"
        );
    }
}
