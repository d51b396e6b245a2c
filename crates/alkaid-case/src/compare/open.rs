//! A report of a case from its file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::CompareError;
use crate::finding::{CASE_VERSION, CaseReport};

/// A case with reads, ten fields and a section has a few megabytes.
pub(super) const MOST_BYTES: u64 = 256 << 20;

/// Reads a report: `case.json`, or the folder that holds it.
///
/// # Errors
///
/// When it cannot be read, or is no report of a case.
pub fn open(path: &Path) -> Result<CaseReport, CompareError> {
    let path = match path.is_dir() {
        true => path.join("case.json"),
        false => path.to_owned(),
    };
    let mut bytes = Vec::new();
    File::open(&path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|source| CompareError::Open {
            path: path.clone(),
            source,
        })?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(CompareError::TooLarge { path });
    }
    let failed = |error: serde_json::Error| CompareError::Parse {
        path: path.clone(),
        line: error.line(),
        message: error.to_string(),
    };
    // A later layout may lack what this one has: its version is asked for first.
    let Versioned { case_version } = serde_json::from_slice(&bytes).map_err(failed)?;
    if major(&case_version) != major(CASE_VERSION) {
        return Err(CompareError::Version {
            path,
            found: case_version,
        });
    }
    serde_json::from_slice(&bytes).map_err(failed)
}

/// The part of a report that tells its layout.
#[derive(Deserialize)]
struct Versioned {
    case_version: String,
}

/// The first part of a version: layouts that share it are read.
fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_layout_is_told_from_no_report() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.json");
        let message = |text: &str| {
            std::fs::write(&path, text).unwrap();
            open(folder.path()).unwrap_err().to_string()
        };
        let later = message(r#"{"case_version": "99.0", "new": 1}"#);
        assert!(
            later.contains("layout 99.0") && later.contains("case.json"),
            "{later}"
        );
        let none = message(r#"{"a": 1}"#);
        assert!(
            none.contains("case_version") && none.contains("line 1"),
            "{none}"
        );
        let short = message(r#"{"case_version": "1.7"}"#);
        assert!(short.contains("missing field"), "{short}");
    }
}
