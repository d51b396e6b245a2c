//! Results of assays, kept by the content of what they were made from.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread::{self, ScopedJoinHandle};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::finding::{CASE_VERSION, InputFile};
use crate::manifest::Input;

/// Folder of kept results within the folder of results.
pub(crate) const FOLDER: &str = "kept";

/// Files hashed at a time at most: a disk gives no more, and a slide may have thousands of fields.
const MOST_AT_ONCE: usize = 8;

/// Kept results; without a folder nothing is kept.
pub(crate) struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    /// Keeps results below `out`.
    pub(crate) fn new(out: Option<&Path>) -> Self {
        Self {
            folder: out.map(|out| out.join(FOLDER)),
        }
    }

    /// The result of an assay with this key. One that cannot be read is made anew.
    pub(crate) fn get<T: DeserializeOwned>(&self, assay: &str, key: &str) -> Option<T> {
        let path = self.path(assay, key)?;
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Keeps a result, and drops earlier ones of the assay.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written to.
    pub(crate) fn put(&self, assay: &str, key: &str, result: &impl Serialize) -> io::Result<()> {
        let (Some(folder), Some(path)) = (&self.folder, self.path(assay, key)) else {
            return Ok(());
        };
        fs::create_dir_all(folder)?;
        let start = format!("{assay}-");
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&start) {
                fs::remove_file(entry.path())?;
            }
        }
        let partial = folder.join(format!(".{assay}-{}.partial", std::process::id()));
        fs::write(&partial, serde_json::to_vec(result)?)?;
        fs::rename(partial, path)
    }

    fn path(&self, assay: &str, key: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{assay}-{key}.json")))
    }
}

/// The key of a result: what it is made from, how, and by which version.
pub(crate) fn key(inputs: &[InputFile], options: &str, bundle: &str) -> String {
    let mut hash = Sha256::new();
    for part in [env!("CARGO_PKG_VERSION"), CASE_VERSION, bundle, options] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    for input in inputs {
        hash.update(input.path.as_bytes());
        hash.update([0]);
        hash.update(input.sha256.as_bytes());
    }
    hex(&hash.finalize())[..32].to_owned()
}

/// The files of an assay with size and checksum, in the order given. Up to `threads` files are read at a time: reads
/// come as two large ones.
///
/// # Errors
///
/// When one cannot be read; the message names the first such.
pub(crate) fn checksums(
    assay: &str,
    files: &[&Input],
    threads: usize,
) -> Result<Vec<InputFile>, String> {
    let mut inputs = Vec::with_capacity(files.len());
    for together in files.chunks(threads.clamp(1, MOST_AT_ONCE)) {
        let read: Vec<_> = thread::scope(|scope| {
            let running: Vec<_> = together
                .iter()
                .map(|file| scope.spawn(|| checksum(&file.path)))
                .collect();
            running.into_iter().map(ScopedJoinHandle::join).collect()
        });
        for (file, read) in together.iter().zip(read) {
            let read = read.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let (bytes, sha256) = read.map_err(|error| {
                format!(
                    "cannot read {}: {error}; check the path and its permissions",
                    file.path.display()
                )
            })?;
            inputs.push(InputFile {
                assay: assay.to_owned(),
                path: file.written.clone(),
                bytes,
                sha256,
            });
        }
    }
    Ok(inputs)
}

fn checksum(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}

/// SHA-256 of a text.
pub(crate) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(sha256: &str) -> InputFile {
        InputFile {
            assay: "rna".to_owned(),
            path: "a".to_owned(),
            bytes: 1,
            sha256: sha256.to_owned(),
        }
    }

    #[test]
    fn a_result_is_kept_until_anything_of_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path()));
        let one = key(&[input("aa")], "options", "bundle");
        cache.put("rna", &one, &vec![1, 2]).unwrap();
        assert_eq!(cache.get::<Vec<u8>>("rna", &one), Some(vec![1, 2]));
        for other in [
            key(&[input("ab")], "options", "bundle"),
            key(&[input("aa")], "other", "bundle"),
            key(&[input("aa")], "options", "other"),
        ] {
            assert_ne!(one, other);
            assert_eq!(cache.get::<Vec<u8>>("rna", &other), None);
        }
    }

    #[test]
    fn a_damaged_result_is_none_and_an_older_one_goes() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path()));
        cache.put("rna", "old", &1).unwrap();
        cache.put("rna", "new", &2).unwrap();
        assert_eq!(cache.get::<u8>("rna", "old"), None);
        fs::write(folder.path().join(FOLDER).join("rna-new.json"), "{").unwrap();
        assert_eq!(cache.get::<u8>("rna", "new"), None);
        assert_eq!(Cache::new(None).get::<u8>("rna", "new"), None);
        Cache::new(None).put("rna", "new", &2).unwrap();
    }

    #[test]
    fn files_keep_their_order_on_any_number_of_threads() {
        let folder = tempfile::tempdir().unwrap();
        let inputs: Vec<Input> = (0..5)
            .map(|index| {
                let written = format!("reads_{index}");
                let path = folder.path().join(&written);
                fs::write(&path, "A".repeat(1 << (4 * (5 - index)))).unwrap();
                Input { path, written }
            })
            .collect();
        let files: Vec<&Input> = inputs.iter().collect();
        let one = checksums("rna", &files, 1).unwrap();
        assert_eq!(one.len(), 5);
        assert_eq!(one[1].path, "reads_1");
        assert_eq!(one[1].bytes, 1 << 16);
        for threads in [0, 2, 65_535] {
            assert_eq!(checksums("rna", &files, threads).unwrap(), one);
        }
        fs::remove_file(&inputs[2].path).unwrap();
        fs::remove_file(&inputs[3].path).unwrap();
        let error = checksums("rna", &files, 4).unwrap_err();
        assert!(error.contains("reads_2"), "{error}");
    }

    #[test]
    fn checksums_are_those_of_the_content() {
        assert_eq!(
            sha256("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
