//! The columns of a table, found by their names.

use std::collections::BTreeMap;
use std::path::Path;

use super::CountsError;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Nucleus,
    Field,
    Reader,
    Fused,
    Red,
    Green,
    ThreePrime,
    FivePrime,
    Pattern,
    Nuclei,
}

/// The columns of a header, each with its place.
pub(super) fn columns(
    path: &Path,
    line: usize,
    header: &str,
    separator: char,
) -> Result<BTreeMap<Column, usize>, CountsError> {
    let wrong = |what: String| CountsError::Header {
        path: path.to_owned(),
        line,
        what,
    };
    let mut found = BTreeMap::new();
    for (index, name) in header.split(separator).enumerate() {
        let Some(column) = column(name) else { continue };
        if found.insert(column, index).is_some() {
            return Err(wrong(format!("two columns {column:?}").to_lowercase()));
        }
    }
    let has = |column| found.contains_key(&column);
    for (colour, side) in [
        (Column::Red, Column::ThreePrime),
        (Column::Green, Column::FivePrime),
    ] {
        if has(colour) && has(side) {
            return Err(wrong(
                "a side is given twice, by colour and by name".to_owned(),
            ));
        }
    }
    let by_colour = has(Column::Red) && has(Column::Green);
    let by_side = has(Column::ThreePrime) && has(Column::FivePrime);
    let counts = has(Column::Fused) && (by_colour || by_side);
    if !counts && !has(Column::Pattern) {
        return Err(wrong(
            "no columns with signals (fused, red, green) and none with a pattern".to_owned(),
        ));
    }
    if has(Column::Nucleus) == has(Column::Nuclei) {
        return Err(wrong(
            "expected either a column nucleus (one nucleus a line) or a column nuclei (how many)"
                .to_owned(),
        ));
    }
    Ok(found)
}

fn column(name: &str) -> Option<Column> {
    let word: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    Some(match word.as_str() {
        "nucleus" | "cell" | "id" | "nucleusid" | "cellid" => Column::Nucleus,
        "field" | "image" => Column::Field,
        "reader" | "scorer" | "observer" => Column::Reader,
        "fused" | "fusion" | "f" | "yellow" => Column::Fused,
        "red" | "orange" | "r" | "o" => Column::Red,
        "green" | "g" => Column::Green,
        "3" | "3prime" | "threeprime" | "3signal" => Column::ThreePrime,
        "5" | "5prime" | "fiveprime" | "5signal" => Column::FivePrime,
        "pattern" => Column::Pattern,
        "nuclei" | "cells" | "n" | "count" | "number" => Column::Nuclei,
        _ => return None,
    })
}
