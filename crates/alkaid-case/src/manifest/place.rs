//! Where in a manifest something stands, and what is wrong with it there.

use std::path::Path;

use super::ManifestError;
use super::text::{At, line_of};

/// What comes of a check.
pub(super) type Checked<T> = Result<T, ManifestError>;

/// The manifest that is checked.
pub(super) struct Source<'t> {
    pub(super) path: &'t Path,
    pub(super) text: &'t str,
    /// Paths are relative to it.
    pub(super) folder: &'t Path,
}

impl<'t> Source<'t> {
    /// A table of it by the name in its header.
    pub(super) const fn table(&'t self, name: &'static str) -> Table<'t> {
        Table { source: self, name }
    }
}

/// A table of the manifest: its keys are checked here.
#[derive(Clone, Copy)]
pub(super) struct Table<'t> {
    pub(super) source: &'t Source<'t>,
    pub(super) name: &'static str,
}

impl Table<'_> {
    /// A value that cannot be right.
    pub(super) fn wrong<T>(
        &self,
        at: &At<T>,
        key: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ManifestError {
        ManifestError::Value {
            path: self.source.path.to_owned(),
            line: line_of(self.source.text, &at.span()),
            key: format!("{}.{key}", self.name),
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// A table that cannot be right as a whole.
    pub(super) fn wrong_as_a_whole(&self, what: &str, remedy: &str) -> ManifestError {
        ManifestError::Value {
            path: self.source.path.to_owned(),
            line: self.line(),
            key: self.name.to_owned(),
            what: what.to_owned(),
            remedy: remedy.to_owned(),
        }
    }

    /// Something named another sample.
    pub(super) fn other_sample<T>(
        &self,
        at: &At<T>,
        key: &str,
        named: &str,
        id: &str,
    ) -> ManifestError {
        self.wrong(
            at,
            key,
            format!("this is sample {named:?}, and the case is sample {id:?}"),
            "a case holds one sample; correct the name, or make a case of its own and use alkaid compare",
        )
    }

    /// The line of its header, or the first where it is written in another way.
    fn line(&self) -> usize {
        let is_header = |line: &str| {
            line.trim_start()
                .strip_prefix('[')
                .and_then(|rest| rest.split_once(']'))
                .is_some_and(|(name, _)| name.trim() == self.name)
        };
        let lines = self.source.text.lines();
        lines
            .zip(1..)
            .find(|(line, _)| is_header(line))
            .map_or(1, |(_, number)| number)
    }
}

/// The known word that is spelt most alike, if one is near.
pub(super) fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    // What is far longer than any word is none, and would take long to compare.
    if word.len() > 200 {
        return None;
    }
    let word = word.to_lowercase();
    known
        .iter()
        .map(|one| {
            let distance = strsim::damerau_levenshtein(&word, &one.to_lowercase());
            (distance, *one)
        })
        .filter(|(distance, one)| *distance <= 1 + one.len() / 4)
        .min()
        .map(|(_, one)| one)
}

/// `did you mean alectinib?`, or else.
pub(super) fn meant(word: &str, known: &[&str], or_else: impl FnOnce() -> String) -> String {
    match nearest(word, known) {
        Some(one) => format!("did you mean {one}?"),
        None => or_else(),
    }
}

/// A text as messages quote it: long ones are cut.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.chars().count() > LONGEST {
        true => format!("{:?}…", text.chars().take(LONGEST).collect::<String>()),
        false => format!("{text:?}"),
    }
}
