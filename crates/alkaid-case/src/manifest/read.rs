//! From a file to a manifest.

use std::fs::{self, File as Opened};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::check::check;
use super::place::{Checked, Source, nearest, quoted};
use super::text::{File, line_of};
use super::{MAX_MANIFEST_BYTES, Manifest, ManifestError};

/// Reads the manifest at `path` and checks it. A directory stands for the `case.toml` in it.
///
/// # Errors
///
/// When it cannot be read, is no manifest, or holds what cannot be right: an unknown key or word, a file that is not
/// there, a date that does not exist or lies before another that it follows, a value out of its range, two samples.
pub fn read(path: &Path) -> Checked<Manifest> {
    let path = match path.is_dir() {
        true => path.join("case.toml"),
        false => path.to_owned(),
    };
    let open = |source| ManifestError::Open {
        path: path.clone(),
        source,
    };
    let mut bytes = Vec::new();
    // A pipe or a device has no size; what is read is bounded all the same.
    Opened::open(&path)
        .map_err(open)?
        .take(MAX_MANIFEST_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(open)?;
    if bytes.len() > MAX_MANIFEST_BYTES {
        let size = fs::metadata(&path).map_or(0, |meta| meta.len());
        let found = size.max(bytes.len() as u64);
        return Err(ManifestError::TooLarge { path, found });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        ManifestError::NotText {
            path: path.clone(),
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        }
    })?;
    parse(&path, text)
}

/// The same, of text that was read; `path` is where it stands.
///
/// # Errors
///
/// As [`read`].
pub fn parse(path: &Path, text: String) -> Checked<Manifest> {
    // Editors of one system put a mark in front of a text.
    let written = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let file: File = toml::from_str(written).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(written, &span));
        let there = written.lines().nth(line - 1).unwrap_or_default();
        ManifestError::Syntax {
            path: path.to_owned(),
            line,
            message: explained(error.message(), there),
        }
    })?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let source = Source {
        path,
        text: written,
        folder: &folder,
    };
    let mut manifest = check(&source, &file)?;
    manifest.folder = folder;
    manifest.text = text;
    Ok(manifest)
}

/// Tables that can stand several times, in double brackets.
const REPEATABLE: [&str; 3] = ["rna", "dna", "treatment"];

/// What the TOML reader says, in the words of a manifest and with what may have been meant. `there` is the line.
fn explained(message: &str, there: &str) -> String {
    let message = message.trim().replace('\n', "; ");
    let in_ticks: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    if let ([unknown, known @ ..], true) = (&*in_ticks, message.starts_with("unknown field")) {
        let meant = nearest(unknown, known)
            .map_or_else(|| "; ".to_owned(), |one| format!("; did you mean {one}? "));
        let unknown = quoted(unknown);
        return format!(
            "there is no key {} here{meant}known are {}",
            unknown.trim_matches('"'),
            known.join(", ")
        );
    }
    if let (["sample"], true) = (&*in_ticks, message.starts_with("missing field")) {
        return "the table [sample] is missing; alkaid case init writes a manifest to fill in"
            .to_owned();
    }
    if let ([missing], true) = (&*in_ticks, message.starts_with("missing field")) {
        return format!("the key {missing} is missing here; add it");
    }
    if let Some(wrong) = message.strip_prefix("invalid type: ") {
        return brackets(there).unwrap_or_else(|| wrong_type(wrong));
    }
    message
}

/// What to say of a header with one bracket for two, or two for one.
fn brackets(there: &str) -> Option<String> {
    let there = there.trim();
    let (name, double) = match there.strip_prefix("[[") {
        Some(rest) => (rest.split(']').next()?.trim(), true),
        None => (there.strip_prefix('[')?.split(']').next()?.trim(), false),
    };
    match (REPEATABLE.contains(&name), double) {
        (true, false) => Some(format!(
            "{name} can stand several times; write [[{name}]], in double brackets"
        )),
        (false, true) => Some(format!(
            "{name} stands once; write [{name}], in single brackets"
        )),
        _ => None,
    }
}

/// `integer `3`, expected a string`, in the words of a manifest.
fn wrong_type(wrong: &str) -> String {
    let Some((found, expected)) = wrong.rsplit_once(", expected ") else {
        return wrong.to_owned();
    };
    let wanted = match expected.trim() {
        "f64" => "a number is wanted, without quotes and unit",
        "i64" => "a whole number is wanted, without quotes",
        "a string" => "text in quotes is wanted",
        "a sequence" => "a list is wanted: [\"a\", \"b\"]",
        "a boolean" => "true or false is wanted",
        other => return format!("{other} is wanted here, and this is {found}"),
    };
    format!(
        "{wanted}, and this is {}",
        found.replace('`', "").replace(" as i128", "")
    )
}
