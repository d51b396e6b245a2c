//! Finding the index that lies beside an alignment file.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::input::error::InputError;

/// By how much an index may be older than its file: copying and unpacking do not keep the order within a minute.
const SLACK: Duration = Duration::from_secs(60);

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

    /// Whether it is a CSI index.
    pub(super) fn is_csi(&self) -> bool {
        self.path
            .extension()
            .is_some_and(|extension| extension == "csi")
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

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(!found.is_csi());

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
