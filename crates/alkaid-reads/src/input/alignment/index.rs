//! Finding and reading the index that lies beside an alignment file.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use noodles_bam::{self as bam, bai};
use noodles_csi as csi;

use super::inflate::InflateRead;
use crate::input::error::InputError;
use crate::input::options::MissingEnd;
use crate::input::stream::{Compression, Stream};

/// By how much an index may be older than its file: copying and unpacking do not keep the order within a minute.
const SLACK: Duration = Duration::from_secs(60);

/// Longest CSI index, in bytes after decompression.
const CSI_LIMIT: u64 = 1 << 30;

/// An index file found.
#[derive(Clone, Debug)]
pub(super) struct IndexFile {
    /// Where.
    pub(super) path: PathBuf,
}

impl IndexFile {
    /// Looks for `x.bam.bai` and `x.bai`, for each of `extensions`. Fails if what it finds is older than the file.
    pub(super) fn find(path: &Path, extensions: &[&str]) -> Result<Option<Self>, InputError> {
        let candidates = extensions.iter().flat_map(|extension| {
            let mut added = OsString::from(path);
            added.push(".");
            added.push(extension);
            [PathBuf::from(added), path.with_extension(extension)]
        });
        let Some(index) = candidates
            .into_iter()
            .find(|candidate| candidate.is_file())
            .map(|path| Self { path })
        else {
            return Ok(None);
        };
        let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
        if let (Ok(file), Ok(own)) = (modified(path), modified(&index.path))
            && file.duration_since(own).is_ok_and(|older| older > SLACK)
        {
            let problem =
                "it is older than the file (if you know that it belongs to it, \"touch\" it)";
            return Err(index.error(path, problem.to_owned()));
        }
        Ok(Some(index))
    }

    /// Reads a BAI or CSI index.
    pub(super) fn read_bam_index(&self) -> io::Result<bam::Index> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "it is damaged");
        let bytes = fs::read(&self.path)?;
        if bytes.starts_with(b"BAI\x01") {
            counts_are_possible(&bytes[4..], Layout::Bai).ok_or_else(damaged)?;
            return bai::io::Reader::new(&bytes[..])
                .read_index()
                .map(bam::Index::Bai);
        }
        let mut plain = Vec::new();
        let source = Box::new(Cursor::new(bytes.clone()));
        let stream = Stream::new(source, Compression::Bgzf, MissingEnd::Warn);
        InflateRead::new(stream)
            .take(CSI_LIMIT)
            .read_to_end(&mut plain)?;
        let body = plain.strip_prefix(b"CSI\x01").ok_or_else(damaged)?;
        counts_are_possible(body, Layout::Csi).ok_or_else(damaged)?;
        csi::io::Reader::new(&bytes[..])
            .read_index()
            .map(bam::Index::Csi)
    }

    /// What is wrong with it.
    pub(super) fn error(&self, path: &Path, problem: String) -> InputError {
        InputError::Index {
            path: path.to_path_buf(),
            index: self.path.clone(),
            problem,
        }
    }
}

/// The two layouts of BAM indexes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Bai,
    Csi,
}

/// Walks over an index and looks whether all that it says it holds is there. `None` if not.
///
/// noodles reserves memory by these counts before it reads on, so that a damaged index could ask for all there is.
fn counts_are_possible(mut bytes: &[u8], layout: Layout) -> Option<()> {
    /// Bytes of a chunk, of an entry of the linear index, and of the offset in a bin of CSI.
    const SIZES: (u64, u64, u64) = (16, 8, 8);
    fn skip(bytes: &mut &[u8], count: u64) -> Option<()> {
        *bytes = bytes.get(usize::try_from(count).ok()?..)?;
        Some(())
    }
    fn number(bytes: &mut &[u8]) -> Option<u64> {
        let (number, rest) = bytes.split_first_chunk::<4>()?;
        *bytes = rest;
        Some(u64::from(u32::from_le_bytes(*number)))
    }
    if layout == Layout::Csi {
        skip(&mut bytes, 8)?;
        let auxiliary = number(&mut bytes)?;
        skip(&mut bytes, auxiliary)?;
    }
    let references = number(&mut bytes)?;
    for _ in 0..references {
        let bins = number(&mut bytes)?;
        for _ in 0..bins {
            skip(
                &mut bytes,
                if layout == Layout::Csi {
                    4 + SIZES.2
                } else {
                    4
                },
            )?;
            let chunks = number(&mut bytes)?;
            skip(&mut bytes, SIZES.0 * chunks)?;
        }
        if layout == Layout::Bai {
            let intervals = number(&mut bytes)?;
            skip(&mut bytes, SIZES.1 * intervals)?;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn impossible_counts_are_seen() {
        let empty = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(counts_are_possible(&empty, Layout::Bai).is_some());
        assert!(counts_are_possible(b"garbage", Layout::Bai).is_none());
        assert!(counts_are_possible(&[1, 0, 0, 0, 255, 255, 255, 255], Layout::Bai).is_none());
    }

    proptest! {
        #[test]
        fn damaged_indexes_never_panic(soup in prop::collection::vec(any::<u8>(), 0..300), small: bool) {
            let dir = tempfile::tempdir().expect("temporary directory");
            let path = dir.path().join("x.bai");
            // Mostly zeros, so that some counts are possible.
            let soup = soup.into_iter().map(|byte| if small && byte > 3 { 0 } else { byte });
            fs::write(&path, b"BAI\x01".iter().copied().chain(soup).collect::<Vec<u8>>()).expect("written");
            let _ = IndexFile { path }.read_bam_index();
        }
    }

    #[test]
    fn both_ways_of_naming_are_found_and_old_ones_refused() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let bam = dir.path().join("x.bam");
        fs::write(&bam, b"").expect("written");
        assert!(
            IndexFile::find(&bam, &["bai", "csi"])
                .expect("no index")
                .is_none()
        );

        let short = dir.path().join("x.bai");
        fs::write(&short, b"").expect("written");
        let found = IndexFile::find(&bam, &["bai", "csi"])
            .expect("found")
            .expect("found");
        assert_eq!(found.path, short);

        let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
        let file = fs::File::options()
            .write(true)
            .open(&short)
            .expect("opened");
        file.set_modified(hour_ago).expect("set");
        let error = IndexFile::find(&bam, &["bai", "csi"])
            .expect_err("too old")
            .to_string();
        assert!(error.contains("older than the file"), "{error}");
    }
}
