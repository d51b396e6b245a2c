//! What a person said of cells on the review page, read back.

use std::path::Path;

use serde::Deserialize;

use crate::error::IhcError;
use crate::finding::{Cell, Class, Pattern, Review};
use crate::text_file;

/// The schema that the page writes.
pub const OVERRIDES_SCHEMA: &str = "alkaid/ihc-overrides/1";

/// `overrides.json`, as the review page exports it.
#[derive(Clone, Debug, Deserialize)]
pub struct Overrides {
    /// [`OVERRIDES_SCHEMA`].
    pub schema: String,
    /// The picture's file name.
    pub image: String,
    /// The changes.
    pub overrides: Vec<Override>,
}

/// One decision on a cell.
#[derive(Clone, Debug, Deserialize)]
pub struct Override {
    /// The cell's number.
    pub cell: u32,
    /// Its place, to see that it is the same cell.
    pub x_px: f64,
    /// Its place.
    pub y_px: f64,
    /// The class, or `null`: not to be scored.
    pub class: Option<Class>,
    /// Who.
    pub reader: String,
    /// When.
    pub when: String,
    /// Why.
    pub reason: String,
}

const REMEDY: &str = "give the file that the review page exported";
/// How far a cell may have moved between two runs, pixels of the picture.
const SAME_PLACE_PX: f64 = 6.0;

/// Reads changes from a file.
///
/// # Errors
///
/// When it cannot be read, is no export of the review page, or of another picture.
pub fn read(path: &Path, image: &str) -> Result<Overrides, IhcError> {
    parse(path, &text_file::read(path, REMEDY)?, image)
}

/// As [`read`], from the text of the file.
pub(crate) fn parse(path: &Path, text: &str, image: &str) -> Result<Overrides, IhcError> {
    let overrides: Overrides = serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}", error.line());
        IhcError::malformed(path, place, error.to_string(), REMEDY)
    })?;
    if overrides.schema != OVERRIDES_SCHEMA {
        let what = format!("the schema is {:?}", overrides.schema);
        return Err(IhcError::malformed(path, "the file", what, REMEDY));
    }
    if overrides.image != image {
        return Err(IhcError::malformed(
            path,
            "the file",
            format!("it belongs to {}, not to {image}", overrides.image),
            "give the changes that were made on this picture",
        ));
    }
    Ok(overrides)
}

/// Puts changes on the cells, which are in the order of their numbers, and returns how many changes there were.
///
/// # Errors
///
/// When a cell is not where it was when the change was made.
pub fn apply(path: &Path, overrides: &Overrides, cells: &mut [Cell]) -> Result<u64, IhcError> {
    for change in &overrides.overrides {
        let near = |cell: &Cell| (cell.x_px - change.x_px).hypot(cell.y_px - change.y_px);
        let cell = cells
            .binary_search_by_key(&change.cell, |cell| cell.id)
            .ok()
            .map(|index| &mut cells[index])
            .filter(|cell| near(cell) <= SAME_PLACE_PX)
            .ok_or_else(|| {
                IhcError::malformed(
                    path,
                    format!("cell {}", change.cell),
                    "no such cell at that place",
                    "run with the options with which the review page was made",
                )
            })?;
        match change.class {
            Some(class) => {
                cell.class = class;
                if class == Class::Negative {
                    cell.pattern = Pattern::None;
                }
                cell.artefacts.clear();
                cell.tumour = true;
            }
            None => cell.tumour = false,
        }
        cell.doubt = 0.0;
        cell.reviewed = Some(Box::new(Review {
            class: change.class,
            reader: change.reader.clone(),
            when: change.when.clone(),
            reason: change.reason.clone(),
        }));
    }
    Ok(overrides.overrides.len() as u64)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::summary::tests::cell;

    const EXPORT: &str = r#"{"schema":"alkaid/ihc-overrides/1","sample":"s","image":"a.png","overrides":[
        {"cell":1,"x_px":10.2,"y_px":0,"class":"3+","reader":"AB","when":"2026-01-02T10:00:00Z","reason":"clear"},
        {"cell":2,"x_px":50,"y_px":0,"class":null,"reader":"AB","when":"2026-01-02T10:00:00Z","reason":"stroma"}]}"#;

    #[test]
    fn changes_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o.json");
        fs::write(&path, EXPORT).unwrap();
        let overrides = read(&path, "a.png").unwrap();
        let mut cells = vec![
            cell(Class::Weak, Pattern::Granular, 10.0),
            cell(Class::Weak, Pattern::Granular, 50.0),
        ];
        cells[1].id = 2;
        assert_eq!(apply(&path, &overrides, &mut cells).unwrap(), 2);
        assert_eq!(cells[0].class, Class::Strong);
        assert!(!cells[1].tumour);
        cells[0].x_px = 90.0;
        assert!(apply(&path, &overrides, &mut cells).is_err());
        assert!(read(&path, "b.png").is_err());
    }
}
