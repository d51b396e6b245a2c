//! Tab-separated tables with named columns.

use super::error::BuildError;
use super::source::Source;

const CHECK_TABLE: &str = "check the table against docs/reference.md";

/// Where the columns that are wanted stand in a table.
pub(super) struct Columns<const N: usize> {
    names: [&'static str; N],
    places: [usize; N],
}

impl<const N: usize> Columns<N> {
    /// From the line with the names, which may start with `#`; an error when
    /// one of the wanted columns is absent.
    pub(super) fn find(
        source: &Source,
        header: &str,
        names: [&'static str; N],
    ) -> Result<Self, BuildError> {
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            *place = place_of(header, name).ok_or_else(|| {
                source.bad_line(format!("the table has no column {name:?}"), CHECK_TABLE)
            })?;
        }
        Ok(Self { names, places })
    }

    /// The wanted fields of a line.
    pub(super) fn fields<'l>(&self, line: &'l str) -> Result<[&'l str; N], String> {
        let all: Vec<&str> = line.split('\t').collect();
        let mut fields = [""; N];
        for ((field, place), name) in fields.iter_mut().zip(self.places).zip(self.names) {
            *field = all
                .get(place)
                .ok_or_else(|| format!("column {name:?} is missing"))?;
        }
        Ok(fields)
    }
}

/// Where a column stands.
pub(super) fn place_of(header: &str, name: &str) -> Option<usize> {
    let bare = header.strip_prefix('#').unwrap_or(header);
    bare.split('\t').position(|column| column == name)
}

/// Reads a table: `columns` takes the line with the names (`#` may stand before
/// them, but `# ` starts a comment), `row` every line behind that is neither
/// empty nor a comment. Returns the number of rows.
pub(super) fn read_rows<C>(
    source: &mut Source,
    columns: impl FnOnce(&Source, &str) -> Result<C, BuildError>,
    mut row: impl FnMut(&C, &str) -> Result<(), String>,
) -> Result<u64, BuildError> {
    let header = loop {
        match source.next_line()? {
            Some(line) if line.starts_with("# ") => {}
            Some(line) => break line.to_owned(),
            None => return Err(source.bad_file("the table is empty", CHECK_TABLE)),
        }
    };
    let columns = columns(source, &header)?;
    let mut rows = 0;
    while let Some(line) = source.next_line()? {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Err(what) = row(&columns, line) {
            return Err(source.bad_line(what, CHECK_TABLE));
        }
        rows += 1;
    }
    Ok(rows)
}

/// A number of a field.
pub(super) fn number<T: std::str::FromStr>(name: &str, field: &str) -> Result<T, String> {
    field
        .parse()
        .map_err(|_| format!("{name} is {field:?}, not a number"))
}

/// A 1-based inclusive interval as 0-based half-open.
pub(super) fn interval(first: u64, last: u64) -> Result<std::ops::Range<u64>, String> {
    if first == 0 || last < first || last > u64::from(u32::MAX) {
        return Err(format!("{first} to {last} is no interval"));
    }
    Ok(first - 1..last)
}
