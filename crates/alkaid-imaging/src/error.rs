//! Why an image cannot be used.

use std::io;
use std::path::{Path, PathBuf};

/// Why an image cannot be used. Every message names the file or field, the place and a remedy.
#[derive(Debug, thiserror::Error)]
pub enum ImagingError {
    /// The file cannot be opened.
    #[error("cannot open {}: {source}; check the path and that you may read it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading or decompressing fails.
    #[error("{}, {place}: {source}; the file is damaged or truncated, copy it again", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Where in it.
        place: String,
        /// What the system or the decoder said.
        source: io::Error,
    },
    /// The file is of no known format.
    #[error(
        "{}: neither TIFF, PNG nor JPEG; export the image as OME-TIFF from the microscope's program or with bfconvert",
        path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// Something in the file is wrong or not supported.
    #[error("{}, {place}: {what}; {remedy}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where in it.
        place: String,
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The file declares more pixels than allowed.
    #[error(
        "{}, {place}: {declared} pixels over all planes, more than the limit of {limit}; \
        crop the image or export fewer planes",
        path.display()
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Where in it.
        place: String,
        /// Pixels declared, times planes and channels.
        declared: u64,
        /// The limit.
        limit: u64,
    },
    /// The size of a pixel makes no sense.
    #[error("{place}: {what}; give the true size with --pixel-size MICROMETRES")]
    PixelSize {
        /// The file or field.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// A picture stands where channels are needed.
    #[error(
        "{field}: this is a red-green-blue picture (a composite, screenshot or JPEG), in which colours are mixed, stretched or \
        drawn over, so it can be shown but not called; give the microscope's own file, or one grey file a channel"
    )]
    Picture {
        /// The field.
        field: String,
    },
    /// Channels cannot be told apart.
    #[error("{field}: {what}; its channels are {there}; say which is which: {option}")]
    Channels {
        /// The field.
        field: String,
        /// What is wrong.
        what: String,
        /// The channels that are there.
        there: String,
        /// The option to use.
        option: String,
    },
    /// Two images that belong together differ in size.
    #[error("{}: {found}, but {expected}; give files of the same field", path.display())]
    SizesDiffer {
        /// The file.
        path: PathBuf,
        /// Its size.
        found: String,
        /// The size expected.
        expected: String,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}; check the folder and the space left", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

impl ImagingError {
    /// Something wrong at a place.
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

    /// A label image that is not of its field's size; both (height, width).
    pub(crate) fn sizes_differ(path: &Path, found: (usize, usize), field: (usize, usize)) -> Self {
        Self::SizesDiffer {
            path: path.to_owned(),
            found: format!("the label image is {} x {} pixels", found.1, found.0),
            expected: format!("the field is {} x {}", field.1, field.0),
        }
    }

    /// A failed read at a place.
    pub(crate) fn read(path: &Path, place: impl Into<String>, source: io::Error) -> Self {
        Self::Read {
            path: path.to_owned(),
            place: place.into(),
            source,
        }
    }
}
