//! Why a section cannot be scored.

use std::io;
use std::path::{Path, PathBuf};

use alkaid_imaging::ImagingError;
use alkaid_imaging::brightfield::BrightfieldError;
use alkaid_imaging::nuclei::NucleiError;
use alkaid_imaging::stain::NotHdab;

/// Why a section cannot be scored. Every message names the file, the place and a remedy.
#[derive(Debug, thiserror::Error)]
pub enum IhcError {
    /// The picture cannot be read.
    #[error(transparent)]
    Picture(#[from] BrightfieldError),
    /// A file of outlines cannot be used.
    #[error(transparent)]
    Outlines(#[from] ImagingError),
    /// Nuclei cannot be looked for.
    #[error(transparent)]
    Nuclei(#[from] NucleiError),
    /// The picture is no section in haematoxylin and DAB.
    #[error("{file}: {problem}")]
    NotHdab {
        /// The file.
        file: String,
        /// What it is.
        problem: NotHdab,
    },
    /// Nothing says how large a pixel is.
    #[error(
        "{file}: the file does not say how large a pixel is; give --pixel-um (0.25 for most scans at 40x, 0.5 at 20x)"
    )]
    NoPixelSize {
        /// The file.
        file: String,
    },
    /// Pixels that no cell can be seen with.
    #[error(
        "{file}: pixels of {um} µm; cells need 0.05 to 1.5 µm: give a scan at 10x or more, or correct --pixel-um"
    )]
    PixelSize {
        /// The file.
        file: String,
        /// Micrometres.
        um: f64,
    },
    /// Pixels that are not square.
    #[error(
        "{file}: pixels of {x_um} x {y_um} µm are not square, and shapes would be wrong; export the picture with square pixels, or give --pixel-um if the file is wrong"
    )]
    NotSquare {
        /// The file.
        file: String,
        /// Micrometres.
        x_um: f64,
        /// Micrometres.
        y_um: f64,
    },
    /// No nuclei.
    #[error(
        "{file}: no nuclei were found on the tissue; check the pixel size ({um} µm) and that the section is counterstained with haematoxylin"
    )]
    NoNuclei {
        /// The file.
        file: String,
        /// Micrometres a pixel.
        um: f64,
    },
    /// A file that goes with the picture cannot be read.
    #[error("cannot read {}: {source}; check the path and that you may read it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that goes with the picture is not what it should be.
    #[error("{}, {place}: {what}; {remedy}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line or the feature.
        place: String,
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A kit that is not known.
    #[error("there is no kit {name}; known are {known}")]
    UnknownKit {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The work was interrupted.
    #[error("interrupted")]
    Interrupted,
}

impl IhcError {
    pub(crate) fn malformed(
        path: &Path,
        place: impl Into<String>,
        what: impl Into<String>,
        remedy: &'static str,
    ) -> Self {
        Self::Malformed {
            path: path.to_owned(),
            place: place.into(),
            what: what.into(),
            remedy,
        }
    }

    pub(crate) fn open(path: &Path, source: io::Error) -> Self {
        Self::Open {
            path: path.to_owned(),
            source,
        }
    }
}
