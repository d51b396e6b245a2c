//! What can be wrong with a bundle.

use std::io;
use std::path::PathBuf;

/// Why a reference bundle cannot be used or written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A problem, with the file that has it.
    #[error("reference bundle {}: {problem}", path.display())]
    InFile {
        /// The bundle.
        path: PathBuf,
        /// What is wrong with it.
        problem: Box<BundleError>,
    },
    /// The file cannot be read.
    #[error("it cannot be read ({0}); check the path and its permissions")]
    Read(#[source] io::Error),
    /// The file cannot be written.
    #[error("it cannot be written ({0}); check the folder, its permissions and the free space")]
    Write(#[source] io::Error),
    /// The first bytes are not those of a bundle.
    #[error(
        "it is not an alkaid reference bundle; make one with `alkaid reference build`, \
         or leave the option out to use the embedded one"
    )]
    NotABundle,
    /// Written in another version of the format.
    #[error(
        "it has format version {found}, this program reads version {supported}; \
         make it again with `alkaid reference build`"
    )]
    Version {
        /// Version in the file.
        found: u16,
        /// Version that this program reads.
        supported: u16,
    },
    /// The file ends early.
    #[error("it ends inside {place}; copy it again or make it again")]
    Truncated {
        /// The part that is cut.
        place: String,
    },
    /// The bytes are not those that were written.
    #[error("the checksum of {place} does not match; copy it again or make it again")]
    Checksum {
        /// The part that changed.
        place: String,
    },
    /// A section is absent.
    #[error("section {section} is absent; make it again with `alkaid reference build`")]
    Missing {
        /// Name of the section.
        section: String,
    },
    /// A section declares more bytes than a bundle may have.
    #[error(
        "section {section} declares {declared} bytes, more than its {stored} stored bytes can \
         hold; the file is damaged, make it again"
    )]
    TooLarge {
        /// Name of the section.
        section: String,
        /// Size that it declares, in bytes.
        declared: u64,
        /// Bytes that it occupies in the file.
        stored: u64,
    },
    /// The content of a section makes no sense.
    #[error("section {section} is malformed ({what}); make it again with `alkaid reference build`")]
    Malformed {
        /// Name of the section.
        section: String,
        /// What was met.
        what: String,
    },
    /// The sections contradict each other.
    #[error("the sections do not belong together ({what}); make it again")]
    Inconsistent {
        /// The contradiction.
        what: String,
    },
}

impl BundleError {
    /// The same problem, with its file.
    pub(crate) fn in_file(self, path: &std::path::Path) -> Self {
        Self::InFile {
            path: path.to_owned(),
            problem: Box::new(self),
        }
    }
}
