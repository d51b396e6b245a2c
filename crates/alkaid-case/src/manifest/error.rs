//! Why a manifest is refused.

use std::io;
use std::path::PathBuf;

use super::MAX_MANIFEST_BYTES;

/// Why a manifest is refused. Lines are 1-based.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It cannot be read.
    #[error("cannot read {}: {source}; alkaid case init writes a manifest to fill in", path.display())]
    Open {
        /// The manifest.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is larger than any manifest.
    #[error("{}: {found} bytes, a manifest has at most {MAX_MANIFEST_BYTES}; is it the right file?", path.display())]
    TooLarge {
        /// The manifest.
        path: PathBuf,
        /// Its size.
        found: u64,
    },
    /// It is no text.
    #[error("{}, line {line}: these bytes are no UTF-8 text; save the file as UTF-8", path.display())]
    NotText {
        /// The manifest.
        path: PathBuf,
        /// Line.
        line: usize,
    },
    /// It is no TOML, or its tables are not those of a manifest.
    #[error("{}, line {line}: {message}", path.display())]
    Syntax {
        /// The manifest.
        path: PathBuf,
        /// Line.
        line: usize,
        /// What is wrong, and what may have been meant.
        message: String,
    },
    /// A value cannot be right.
    #[error("{}, line {line}, {key}: {what}; {remedy}", path.display())]
    Value {
        /// The manifest.
        path: PathBuf,
        /// Line.
        line: usize,
        /// The key, with its table.
        key: String,
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: String,
    },
}
