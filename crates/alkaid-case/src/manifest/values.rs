//! Single values of a manifest: words, numbers, dates, files.

use std::fmt::Display;
use std::fs;
use std::ops::RangeInclusive;

use alkaid_knowledge::Date;

use super::Input;
use super::place::{Checked, Table, meant, quoted};
use super::text::At;

/// No date of a case lies after this year: what stands there is a slip.
const LAST_YEAR: u16 = 2100;

impl Table<'_> {
    /// What a text stands for, upper and lower case alike.
    pub(super) fn word<T: Copy>(
        &self,
        given: &Option<At<String>>,
        key: &str,
        words: &[(&str, T)],
    ) -> Checked<Option<T>> {
        let Some(at) = given else {
            return Ok(None);
        };
        let text = at.get_ref().trim();
        let found = words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text));
        if let Some((_, value)) = found {
            return Ok(Some(*value));
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let remedy = meant(text, &known, || format!("known are {}", known.join(", ")));
        Err(self.wrong(
            at,
            key,
            format!("{} is not known here", quoted(text)),
            remedy,
        ))
    }

    /// A text that something else reads; its error says what is wrong.
    pub(super) fn parsed<T>(
        &self,
        given: &Option<At<String>>,
        key: &str,
        what: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Checked<Option<T>> {
        let read = |at: &At<String>| {
            parse(at.get_ref()).map_err(|error| {
                let text = quoted(at.get_ref());
                self.wrong(at, key, format!("{text} is no {what}"), error)
            })
        };
        given.as_ref().map(read).transpose()
    }

    /// A share, from 0 to 1.
    pub(super) fn share(&self, given: &Option<At<f64>>, key: &str) -> Checked<Option<f64>> {
        let Some(at) = given else {
            return Ok(None);
        };
        let remedy = match *at.get_ref() {
            share if (0.0..=1.0).contains(&share) => return Ok(Some(share)),
            percent if percent > 1.0 && percent <= 100.0 => {
                format!("if it is a percentage, write {}", percent / 100.0)
            }
            _ => "write 0.4 for 40 %".to_owned(),
        };
        let what = format!("{} is not a share from 0 to 1", at.get_ref());
        Err(self.wrong(at, key, what, remedy))
    }

    /// A share of tumour cells: above 0, for 0 leaves nothing to look at.
    pub(super) fn tumour_share(&self, given: &Option<At<f64>>, key: &str) -> Checked<Option<f64>> {
        match (self.share(given, key)?, given) {
            (Some(share), Some(at)) if share <= 0.0 => Err(self.wrong(
                at,
                key,
                "0 leaves no tumour to look at",
                "give a share above 0, or leave it out",
            )),
            (share, _) => Ok(share),
        }
    }

    /// A number of some unit within a range.
    pub(super) fn number<N: PartialOrd + Copy + Display>(
        &self,
        given: &Option<At<N>>,
        key: &str,
        range: RangeInclusive<N>,
        unit: &str,
    ) -> Checked<Option<N>> {
        match given {
            Some(at) if !range.contains(at.get_ref()) => Err(self.wrong(
                at,
                key,
                format!("{} is out of range", at.get_ref()),
                format!("give {} to {} {unit}", range.start(), range.end()),
            )),
            given => Ok(given.as_ref().map(|at| *at.get_ref())),
        }
    }

    pub(super) fn date(&self, given: &Option<At<toml::Value>>, key: &str) -> Checked<Option<Date>> {
        const FORM: &str = "write 2026-02-10, or in quotes \"2026-02\" or \"2026\"";
        let Some(at) = given else {
            return Ok(None);
        };
        let written = match at.get_ref() {
            toml::Value::String(text) => text.trim().to_owned(),
            toml::Value::Integer(year) => year.to_string(),
            toml::Value::Datetime(day) if day.time.is_some() => {
                return Err(self.wrong(at, key, format!("{day} has a time of day"), FORM));
            }
            toml::Value::Datetime(day) => day.to_string(),
            other => {
                let what = format!("a date is wanted, and this is a {}", other.type_str());
                return Err(self.wrong(at, key, what, FORM));
            }
        };
        let date: Date = written.parse().map_err(|_| {
            let shown = quoted(&written);
            let what = format!("{} is no date that exists", shown.trim_matches('"'));
            self.wrong(at, key, what, FORM)
        })?;
        match date.year() > LAST_YEAR {
            true => Err(self.wrong(
                at,
                key,
                format!("{written} lies in the far future"),
                "correct the year",
            )),
            false => Ok(Some(date)),
        }
    }

    /// The sample that a table names must be that of the case.
    pub(super) fn same_sample(&self, given: &Option<At<String>>, id: &str) -> Checked<()> {
        match given {
            Some(at) if at.get_ref().trim() != id => {
                Err(self.other_sample(at, "sample", at.get_ref(), id))
            }
            _ => Ok(()),
        }
    }

    /// Files, at least one, each once.
    pub(super) fn files(&self, given: &At<Vec<At<String>>>, key: &str) -> Checked<Vec<Input>> {
        if given.get_ref().is_empty() {
            let remedy = "name at least one file";
            return Err(self.wrong(given, key, "the list is empty", remedy));
        }
        let mut files: Vec<Input> = Vec::new();
        let mut places = Vec::new();
        for one in given.get_ref() {
            let file = self.file(one, key)?;
            // Two names of one file would count its content twice.
            let place = fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
            if places.contains(&place) {
                let what = format!("{} is given twice", file.written);
                return Err(self.wrong(one, key, what, "take one out"));
            }
            places.push(place);
            files.push(file);
        }
        Ok(files)
    }

    pub(super) fn optional_file(
        &self,
        given: &Option<At<String>>,
        key: &str,
    ) -> Checked<Option<Input>> {
        given.as_ref().map(|one| self.file(one, key)).transpose()
    }

    /// A file that is there; one that is not is looked for among its neighbours.
    pub(super) fn file(&self, given: &At<String>, key: &str) -> Checked<Input> {
        let written = given.get_ref().clone();
        if written.trim().is_empty() {
            return Err(self.wrong(
                given,
                key,
                "no file is named",
                "name a file, or take the key out",
            ));
        }
        let path = self.source.folder.join(&written);
        let what = match fs::metadata(&path) {
            Ok(meta) if meta.is_file() => return Ok(Input { written, path }),
            Ok(meta) if meta.is_dir() => "is a directory".to_owned(),
            Ok(_) => "is no ordinary file".to_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => "is not there".to_owned(),
            Err(error) => format!("cannot be looked at: {error}"),
        };
        let neighbours: Vec<String> = path
            .parent()
            .and_then(|parent| fs::read_dir(parent).ok())
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        let mut known: Vec<&str> = neighbours.iter().map(String::as_str).collect();
        known.sort_unstable();
        let name = path.file_name().and_then(|name| name.to_str());
        // A file of that very name is there and is of no use.
        known.retain(|one| Some(*one) != name);
        let remedy = meant(name.unwrap_or_default(), &known, || {
            "paths are relative to the manifest".to_owned()
        });
        let place = path.display();
        Err(self.wrong(given, key, format!("{written} {what} ({place})"), remedy))
    }
}
