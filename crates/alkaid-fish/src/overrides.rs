//! A person's changes to patterns, as the gallery exports them and `alkaid fish --overrides` takes them back.
//!
//! They refer to one analysis by its SHA-256. On another one, numbers of nuclei mean other nuclei, and the changes are
//! refused.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Exclusion, FieldFinding, Nucleus, Review};
use crate::pattern::Pattern;

/// What `schema` must say.
pub const OVERRIDES_SCHEMA: &str = "alkaid/fish-overrides/1";
/// Bytes of the largest file that is read.
const LARGEST_FILE: u64 = 64 << 20;

/// Changes to the nuclei of one analysis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Overrides {
    /// `alkaid/fish-overrides/1`.
    pub schema: String,
    /// The sample.
    pub sample: String,
    /// `analysis_sha256` of the report that they were made on.
    pub report_sha256: String,
    /// The changes, at most one for each nucleus.
    pub overrides: Vec<Override>,
}

/// A change to one nucleus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Override {
    /// The nucleus' number.
    pub nucleus: u32,
    /// The name of its field.
    pub field: String,
    /// Its label in the field's label image.
    pub label: u32,
    /// The pattern, or `null`: not to be scored. It must be there.
    #[serde(deserialize_with = "Option::deserialize")]
    pub pattern: Option<Pattern>,
    /// Who.
    #[serde(default)]
    pub reader: String,
    /// When: a date, or date and time in RFC 3339.
    pub when: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Why changes cannot be taken over.
#[derive(Debug, thiserror::Error)]
pub enum OverridesError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}; check the path and that you may read it", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{}: {what}; export the overrides again from the gallery", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// They belong to another sample.
    #[error(
        "the overrides are of sample {theirs}, this is {ours}; give the overrides of this sample, or --sample {theirs}"
    )]
    OtherSample {
        /// Theirs.
        theirs: String,
        /// Ours.
        ours: String,
    },
    /// They belong to another analysis.
    #[error(
        "the overrides were made on another analysis (SHA-256 {theirs}, this one has {ours}), in which numbers mean other nuclei; \
        run with the same images, options and version as then, or review the new gallery"
    )]
    OtherAnalysis {
        /// Theirs.
        theirs: String,
        /// Ours.
        ours: String,
    },
    /// A nucleus does not exist, or is another one.
    #[error(
        "override {index}: there is no nucleus {nucleus} with label {label} in field {field}; export the overrides again"
    )]
    UnknownNucleus {
        /// 1-based place in the list.
        index: usize,
        /// The nucleus.
        nucleus: u32,
        /// Its label.
        label: u32,
        /// Its field.
        field: String,
    },
    /// A nucleus is changed twice.
    #[error("override {index}: nucleus {nucleus} is changed twice; keep one of the two")]
    Twice {
        /// 1-based place in the list.
        index: usize,
        /// The nucleus.
        nucleus: u32,
    },
    /// Nobody is named.
    #[error(
        "override {index} does not say who changed nucleus {nucleus}; fill in its reader, or give --reader NAME"
    )]
    NoReader {
        /// 1-based place in the list.
        index: usize,
        /// The nucleus.
        nucleus: u32,
    },
    /// The time is no time.
    #[error("override {index}: {when:?} is no date; expected 2026-11-22 or 2026-11-22T10:30:00Z")]
    When {
        /// 1-based place in the list.
        index: usize,
        /// The text.
        when: String,
    },
}

/// Reads a file of at most 64 MiB.
///
/// # Errors
/// When it cannot be read, or is not what the gallery exports.
pub fn read(path: &Path) -> Result<Overrides, OverridesError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
        .map_err(|source| OverridesError::Read {
            path: path.to_owned(),
            source,
        })?;
    let malformed = |what: String| OverridesError::Malformed {
        path: path.to_owned(),
        what,
    };
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(malformed("more than 64 MiB".to_owned()));
    }
    let read: Overrides =
        serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
    if read.schema != OVERRIDES_SCHEMA {
        return Err(malformed(format!(
            "schema is {:?}, expected {OVERRIDES_SCHEMA:?}",
            read.schema
        )));
    }
    Ok(read)
}

/// Changes nuclei. `sha256` is that of the analysis; `reader` stands for whoever is not named in the file. Nothing is
/// changed unless all overrides fit.
///
/// # Errors
/// When the overrides belong to another sample or analysis, name an unknown nucleus or one twice, or lack who or when.
pub fn apply(
    overrides: &Overrides,
    fields: &[FieldFinding],
    nuclei: &mut [Nucleus],
    sample: &str,
    sha256: &str,
    reader: Option<&str>,
) -> Result<(), OverridesError> {
    if overrides.sample != sample {
        return Err(OverridesError::OtherSample {
            theirs: overrides.sample.clone(),
            ours: sample.to_owned(),
        });
    }
    if overrides.report_sha256 != sha256 {
        return Err(OverridesError::OtherAnalysis {
            theirs: overrides.report_sha256.clone(),
            ours: sha256.to_owned(),
        });
    }
    let mut seen = BTreeSet::new();
    let mut changes = Vec::new();
    for (index, change) in overrides.overrides.iter().enumerate() {
        let index = index + 1;
        if !seen.insert(change.nucleus) {
            return Err(OverridesError::Twice {
                index,
                nucleus: change.nucleus,
            });
        }
        let is_it = |nucleus: &Nucleus| {
            nucleus.id == change.nucleus
                && nucleus.label == change.label
                && fields
                    .get(nucleus.field as usize)
                    .is_some_and(|field| field.name == change.field)
        };
        let Some(place) = nuclei.iter().position(is_it) else {
            return Err(OverridesError::UnknownNucleus {
                index,
                nucleus: change.nucleus,
                label: change.label,
                field: change.field.clone(),
            });
        };
        let named = Some(change.reader.trim())
            .filter(|name| !name.is_empty())
            .or(reader);
        let Some(name) = named else {
            return Err(OverridesError::NoReader {
                index,
                nucleus: change.nucleus,
            });
        };
        if !is_time(&change.when) {
            return Err(OverridesError::When {
                index,
                when: change.when.clone(),
            });
        }
        changes.push((place, name.to_owned(), change));
    }
    for (place, reader, change) in changes {
        let nucleus = &mut nuclei[place];
        nucleus.reviewed = Some(Review {
            pattern: change.pattern,
            reader,
            when: change.when.clone(),
            reason: change.reason.clone(),
            before: nucleus.pattern,
            excluded_before: nucleus.excluded.clone(),
        });
        nucleus.pattern = change.pattern;
        nucleus.doubt = 0.0;
        nucleus.excluded = match change.pattern {
            Some(_) => Vec::new(),
            None => {
                let mut excluded = nucleus.excluded.clone();
                excluded.push(Exclusion::Reviewer);
                excluded
            }
        };
    }
    Ok(())
}

/// A day, or a day and a time with its zone.
fn is_time(text: &str) -> bool {
    let (day, time) = text
        .split_once(['T', 't', ' '])
        .map_or((text, None), |(day, time)| (day, Some(time)));
    let number = |text: &str, length: usize| {
        (text.len() == length && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<u32>().ok())
            .flatten()
    };
    let mut parts = day.split('-');
    let (year, month, date) = (parts.next(), parts.next(), parts.next());
    let day_fits = parts.next().is_none()
        && number(year.unwrap_or(""), 4).is_some()
        && number(month.unwrap_or(""), 2).is_some_and(|m| (1..=12).contains(&m))
        && number(date.unwrap_or(""), 2).is_some_and(|d| (1..=31).contains(&d));
    let time_fits = |time: &str| {
        let clock = time.get(..5).unwrap_or("");
        let zone = time.ends_with(['Z', 'z'])
            || time.get(5..).is_some_and(|rest| rest.contains(['+', '-']));
        let (hour, minute) = clock.split_once(':').unwrap_or(("", ""));
        zone && number(hour, 2).is_some_and(|h| h < 24) && number(minute, 2).is_some_and(|m| m < 60)
    };
    day_fits && time.is_none_or(time_fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_days_or_rfc_3339() {
        for time in [
            "2026-11-22",
            "2026-11-22T10:30:00Z",
            "2026-11-22T10:30:00.123+01:00",
        ] {
            assert!(is_time(time), "{time}");
        }
        for time in [
            "",
            "yesterday",
            "2026-13-01",
            "22.11.2026",
            "2026-11-22T10:30:00",
            "2026-11-22T25:00Z",
        ] {
            assert!(!is_time(time), "{time}");
        }
    }

    #[test]
    fn a_change_without_pattern_is_refused_and_null_is_a_pattern() {
        let text = |pattern: &str| {
            format!(
                r#"{{"nucleus":1,"field":"f","label":1,{pattern}"reader":"A","when":"2026-11-22","reason":""}}"#
            )
        };
        assert!(serde_json::from_str::<Override>(&text("")).is_err());
        let none: Override = serde_json::from_str(&text("\"pattern\":null,")).unwrap();
        assert_eq!(none.pattern, None);
        let split: Override = serde_json::from_str(&text("\"pattern\":\"split\",")).unwrap();
        assert_eq!(split.pattern, Some(Pattern::Split));
    }
}
