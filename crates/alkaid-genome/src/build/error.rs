//! What can be wrong with the files that a bundle is made from.

use std::io;
use std::path::PathBuf;

use crate::bundle::BundleError;

/// Why a reference bundle cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file cannot be read.
    #[error("{}: it cannot be read ({source}); check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A gzip stream is cut or damaged.
    #[error(
        "{}: the gzip stream is cut or damaged behind line {line} ({source}); \
         copy or download the file again", path.display()
    )]
    Gzip {
        /// The file.
        path: PathBuf,
        /// Last whole line.
        line: u64,
        /// What the decompressor said.
        source: io::Error,
    },
    /// A line is not what it should be.
    #[error("{}, line {line}: {what}; {remedy}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// 1-based.
        line: u64,
        /// What was met.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A file as a whole is not what it should be.
    #[error("{}: {what}; {remedy}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was met.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The inputs together do not make a bundle.
    #[error("{what}; {remedy}")]
    Inputs {
        /// What is missing or contradicts.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The bundle that was made, or the embedded one, is not sound.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}
