//! The FASTA that a CRAM leaves its bases to.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;

use md5::{Digest, Md5};
use noodles_core::Region;
use noodles_fasta as fasta;

use super::header::field;
use crate::input::error::InputError;

/// Reads sequences, and compares them with the checksums in the CRAM's header.
///
/// noodles compares checksums, too, but not for slices with reads of several chromosomes.
pub(super) struct Reference {
    fasta: Option<fasta::io::IndexedReader<fasta::io::BufReader<File>>>,
    /// `M5` of the header, in lower case, by sequence name.
    checksums: BTreeMap<Vec<u8>, String>,
}

/// Why a reference is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsuitable {
    /// None was given.
    #[error("none was given, but its reads refer to sequence {0}; give it with --reference")]
    NotGiven(String),
    /// It holds no such sequence.
    #[error("the one given has no sequence {0}; give another with --reference")]
    Absent(String),
    /// It holds another sequence of that name.
    #[error("sequence {0} of the one given has other bases; give another with --reference")]
    Different(String),
}

impl Reference {
    /// Opens the FASTA, with its index or one made in memory. `path` is the CRAM, `header` its header's text.
    pub(super) fn open(
        path: &Path,
        fasta: Option<&Path>,
        header: &str,
    ) -> Result<Self, InputError> {
        let lines = header.lines().filter(|line| line.starts_with("@SQ\t"));
        let checksum = |line| {
            let name = field(line, "SN")?.as_bytes().to_vec();
            Some((name, field(line, "M5")?.to_lowercase()))
        };
        Ok(Self {
            checksums: lines.filter_map(checksum).collect(),
            fasta: fasta.map(|fasta| open_fasta(path, fasta)).transpose()?,
        })
    }

    fn sequence(&mut self, name: &[u8]) -> io::Result<fasta::Record> {
        let unsuitable = |what: fn(String) -> Unsuitable| {
            let name = String::from_utf8_lossy(name).into_owned();
            io::Error::new(io::ErrorKind::NotFound, what(name))
        };
        let Some(reader) = &mut self.fasta else {
            return Err(unsuitable(Unsuitable::NotGiven));
        };
        let mut known = reader.index().as_ref().iter();
        if !known.any(|record| record.name() == name) {
            return Err(unsuitable(Unsuitable::Absent));
        }
        let record = reader.query(&Region::new(name, ..))?;
        match self.checksums.get(name) {
            Some(expected) if *expected != checksum(record.sequence().as_ref()) => {
                Err(unsuitable(Unsuitable::Different))
            }
            _ => Ok(record),
        }
    }
}

impl fasta::repository::Adapter for Reference {
    /// Never `None`: noodles panics on that.
    fn get(&mut self, name: &[u8]) -> Option<io::Result<fasta::Record>> {
        Some(self.sequence(name))
    }
}

/// MD5 of the bases in upper case, as the SAM specification wants it (section 1.3.2).
fn checksum(bases: &[u8]) -> String {
    let mut hasher = Md5::new();
    for chunk in bases.chunks(1 << 16) {
        let chunk: Vec<u8> = chunk
            .iter()
            .filter(|byte| byte.is_ascii_graphic())
            .map(u8::to_ascii_uppercase)
            .collect();
        hasher.update(&chunk);
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn open_fasta(
    path: &Path,
    fasta: &Path,
) -> Result<fasta::io::IndexedReader<fasta::io::BufReader<File>>, InputError> {
    let problem = |problem: String| InputError::CramReference {
        path: path.to_path_buf(),
        problem,
    };
    let shown = fasta.display();
    let cannot = |error: io::Error| problem(format!("{shown} cannot be read ({error})"));
    let builder = fasta::io::indexed_reader::Builder::default();
    let compressed = fasta
        .extension()
        .is_some_and(|extension| extension == "gz" || extension == "bgz");
    let builder = if fasta.with_added_extension("fai").is_file() {
        builder
    } else if compressed {
        let remedy = "make it with \"samtools faidx\"";
        return Err(problem(format!("{shown} has no index beside it; {remedy}")));
    } else {
        builder.set_index(fasta::fs::index(fasta).map_err(cannot)?)
    };
    builder.build_from_path(fasta).map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_of_upper_case_bases() {
        // The example of the SAM specification.
        let expected = "dfabdbb36e239a6da88957841f32b8e4";
        assert_eq!(
            checksum(b"ACGT ACGT ACGT\nacgt acgt acgt\n... 12345 !!!"),
            expected
        );
    }
}
