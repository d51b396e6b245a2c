//! Why a slide cannot be read.

use std::io;
use std::path::{Path, PathBuf};

/// Why a slide cannot be read. Every message names the file and a remedy.
#[derive(Debug, thiserror::Error)]
pub enum BrightfieldError {
    /// The file cannot be opened or read.
    #[error("cannot read {}: {source}; check the path and that you may read it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is of no kind that can be read.
    #[error(
        "{}: neither PNG, JPEG nor TIFF (SVS and OME-TIFF are TIFF); export the section from the scanner's viewer or QuPath as OME-TIFF",
        path.display()
    )]
    UnknownKind {
        /// The file.
        path: PathBuf,
    },
    /// The decoder met something that cannot be right.
    #[error("{}: {what}; the file is damaged or of an unusual kind, copy it again or export it as OME-TIFF", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        what: String,
    },
    /// The picture has no colours.
    #[error(
        "{}: {what}, not red, green and blue; a stained section must be given as a colour picture (fluorescence is read by alkaid fish)",
        path.display()
    )]
    NotColour {
        /// The file.
        path: PathBuf,
        /// What it has.
        what: String,
    },
    /// The compression cannot be decoded.
    #[error("{}: compressed with {what}, which cannot be decoded; export the slide as OME-TIFF with JPEG or deflate compression", path.display())]
    Compression {
        /// The file.
        path: PathBuf,
        /// The compression.
        what: String,
    },
    /// A picture that has to be decoded as a whole is too large.
    #[error(
        "{}: {width} x {height} pixels in one piece, which would have to be held in memory as a whole; save it as a tiled TIFF",
        path.display()
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}; check that the folder exists and has space", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl BrightfieldError {
    pub(super) fn open(path: &Path, source: io::Error) -> Self {
        Self::Open {
            path: path.to_owned(),
            source,
        }
    }
}
