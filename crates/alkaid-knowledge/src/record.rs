//! A filled record of a FISH run, checked step by step against the protocol.
//!
//! A record is TOML: a `[run]` table with free text, and a `[steps]` table with one key a step. Steps with a value hold
//! a number in the step's unit; steps without hold `true` or `false`. [`record_template`] writes one to fill in.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::protocol::{ProtocolStep, RangeOrigin, fish_protocol};

/// The largest record that is read. A template has about 3 kB.
pub const MAX_RECORD_BYTES: usize = 1 << 20;

/// What was written down of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FishRecord {
    /// Free text about the run: sample, operator, date, probe.
    pub run: BTreeMap<String, String>,
    /// What was written down, by key of the step.
    pub steps: BTreeMap<String, RecordedValue>,
}

/// What was written down for a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum RecordedValue {
    /// A number in the step's unit.
    Number(f64),
    /// Done or not.
    Done(bool),
}

/// Why a record cannot be read. Lines are 1-based.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It is larger than any record.
    #[error(
        "the record has {found} bytes, a record at most {MAX_RECORD_BYTES}; is it the right file?"
    )]
    TooLarge {
        /// Its size.
        found: usize,
    },
    /// It is no TOML, or its tables are not those of a record.
    #[error(
        "line {line}: {message}; write KEY = VALUE lines as in the template (alkaid protocol fish --record)"
    )]
    Syntax {
        /// Line.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// The record is of another protocol.
    #[error("line {line}: this is a record of protocol {found:?}; only \"fish\" can be checked")]
    Protocol {
        /// Line.
        line: usize,
        /// The protocol that it names.
        found: String,
    },
    /// A step is not in the protocol.
    #[error("line {line}: there is no step {step:?}{}; alkaid protocol fish lists the steps", .meant.as_ref().map_or_else(String::new, |meant| format!(" (did you mean {meant}?)")))]
    UnknownStep {
        /// Line.
        line: usize,
        /// The step's key.
        step: String,
        /// The step that may have been meant.
        meant: Option<&'static str>,
    },
    /// A value is not what its step holds.
    #[error("line {line}, {step}: {found} is not {expected}")]
    WrongValue {
        /// Line.
        line: usize,
        /// The step's key.
        step: &'static str,
        /// What stands there.
        found: String,
        /// What should.
        expected: String,
    },
}

/// How a step stands to the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepVerdict {
    /// As the protocol wants it.
    InRange,
    /// Not as the protocol wants it.
    OutOfRange,
    /// Not written down.
    Missing,
}

impl StepVerdict {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InRange => "in range",
            Self::OutOfRange => "out of range",
            Self::Missing => "missing",
        }
    }
}

/// A step with what was written down and how that stands to the protocol.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckedStep {
    /// The step.
    #[serde(flatten)]
    pub step: &'static ProtocolStep,
    /// What was written down.
    pub recorded: Option<RecordedValue>,
    /// How it stands to the protocol.
    pub verdict: StepVerdict,
}

/// A record as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    protocol: Option<Spanned<String>>,
    #[serde(default)]
    run: BTreeMap<String, Spanned<toml::Value>>,
    #[serde(default)]
    steps: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
}

/// Reads a record.
///
/// # Errors
///
/// When the text is no TOML, names another protocol or an unknown step, or a value is not what its step holds.
pub fn parse_record(text: &str) -> Result<FishRecord, RecordError> {
    if text.len() > MAX_RECORD_BYTES {
        return Err(RecordError::TooLarge { found: text.len() });
    }
    let line = |span: Range<usize>| line_of(text, span.start);
    let file: File = toml::from_str(text).map_err(|error| RecordError::Syntax {
        line: error.span().map_or(1, line),
        message: error.message().trim().replace('\n', "; "),
    })?;
    if let Some(protocol) = file.protocol.filter(|name| name.get_ref() != "fish") {
        return Err(RecordError::Protocol {
            line: line(protocol.span()),
            found: protocol.into_inner(),
        });
    }
    let run = file
        .run
        .into_iter()
        .map(|(key, value)| (key, plain(value.get_ref())))
        .collect();
    let steps = file
        .steps
        .into_iter()
        .map(|(key, value)| {
            let line = line(key.span());
            let name = key.into_inner();
            let Some(step) = fish_protocol().iter().find(|step| step.key == name) else {
                return Err(RecordError::UnknownStep {
                    line,
                    meant: likeliest(&name),
                    step: name,
                });
            };
            let recorded =
                recorded(step, value.get_ref()).ok_or_else(|| RecordError::WrongValue {
                    line,
                    step: step.key,
                    found: plain(value.get_ref()),
                    expected: expected(step),
                })?;
            Ok((name, recorded))
        })
        .collect::<Result<_, _>>()?;
    Ok(FishRecord { run, steps })
}

/// Compares a record with the protocol, step by step in the order of work.
pub fn check_record(record: &FishRecord) -> Vec<CheckedStep> {
    fish_protocol()
        .iter()
        .map(|step| {
            let recorded = record.steps.get(step.key).copied();
            CheckedStep {
                step,
                recorded,
                verdict: recorded.map_or(StepVerdict::Missing, |value| judge(step, value)),
            }
        })
        .collect()
}

fn judge(step: &ProtocolStep, value: RecordedValue) -> StepVerdict {
    let fits = match value {
        RecordedValue::Done(done) => done,
        RecordedValue::Number(number) => {
            step.low.is_none_or(|low| number >= low) && step.high.is_none_or(|high| number <= high)
        }
    };
    if fits {
        StepVerdict::InRange
    } else {
        StepVerdict::OutOfRange
    }
}

/// A record to fill in: every step commented out, with its unit and range.
pub fn record_template() -> String {
    let mut text = String::from(
        "# Record of a break-apart FISH run. Take the # off a line and write down what was done;\n\
         # check it with: alkaid protocol fish --check THIS_FILE\n\
         protocol = \"fish\"\n\n[run]\n# sample = \"\"\n# operator = \"\"\n# date = \"\"\n# probe = \"\"\n\n[steps]\n",
    );
    let mut part = "";
    for step in fish_protocol() {
        if step.part != part {
            part = step.part;
            text.push_str(&format!("# -- {part}\n"));
        }
        let value = match (step.unit, step.target.or(step.low)) {
            (None, _) => "true".to_owned(),
            (Some(_), Some(number)) => number.to_string(),
            (Some(_), None) => "0".to_owned(),
        };
        text.push_str(&format!(
            "# {} = {value}  # {}: {}\n",
            step.key,
            step.quantity,
            step.range_text()
        ));
    }
    text
}

impl ProtocolStep {
    /// The accepted values in words: `4-6 µm`, `at least 50 nuclei`, `yes`.
    pub fn range_text(&self) -> String {
        let Some(unit) = self.unit else {
            return "yes".to_owned();
        };
        let range = match (self.low, self.high) {
            (Some(low), Some(high)) if low == high => low.to_string(),
            (Some(low), Some(high)) => format!("{low}-{high}"),
            (Some(low), None) => format!("at least {low}"),
            (None, Some(high)) => format!("at most {high}"),
            (None, None) => "any".to_owned(),
        };
        let about = match (self.range, self.target) {
            (RangeOrigin::Assumed, Some(target)) => {
                format!(" (about {target}; the limits are ours)")
            }
            _ => String::new(),
        };
        // The pH is a number without unit.
        match unit {
            "pH" => format!("pH {range}{about}"),
            unit => format!("{range} {unit}{about}"),
        }
    }
}

/// A value as its step wants it.
fn recorded(step: &ProtocolStep, value: &toml::Value) -> Option<RecordedValue> {
    let number = match value {
        toml::Value::Boolean(done) => {
            return step.is_confirmation().then_some(RecordedValue::Done(*done));
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "nothing at a bench is beyond 2^53"
        )]
        toml::Value::Integer(number) => *number as f64,
        toml::Value::Float(number) => *number,
        _ => return None,
    };
    (!step.is_confirmation() && number.is_finite() && number >= 0.0)
        .then_some(RecordedValue::Number(number))
}

fn expected(step: &ProtocolStep) -> String {
    match step.unit {
        None => "true or false".to_owned(),
        Some("pH") => "a number (the pH)".to_owned(),
        Some(unit) => format!("a number of {unit}, 0 or more, without the unit"),
    }
}

/// A value as it was written, without quotes.
fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(_) => "a list".to_owned(),
        toml::Value::Table(_) => "a table".to_owned(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(flag) => flag.to_string(),
        toml::Value::Datetime(date) => date.to_string(),
    }
}

/// The step whose key shares most words with a text.
fn likeliest(text: &str) -> Option<&'static str> {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .map(str::to_lowercase)
            .collect()
    };
    let wanted = words(text);
    fish_protocol()
        .iter()
        .map(|step| {
            let shared = words(step.key)
                .iter()
                .filter(|word| {
                    wanted.iter().any(|other| {
                        other == *word
                            || (other.len() >= 4
                                && word.starts_with(&other[..other.floor_char_boundary(4)]))
                    })
                })
                .count();
            (shared, step.key)
        })
        .filter(|(shared, _)| *shared > 0)
        .fold(
            None,
            |best: Option<(usize, &'static str)>, next| match best {
                Some(best) if best.0 >= next.0 => Some(best),
                _ => Some(next),
            },
        )
        .map(|(_, key)| key)
}

/// The 1-based line of a byte.
fn line_of(text: &str, byte: usize) -> usize {
    let before = &text.as_bytes()[..byte.min(text.len())];
    before.iter().filter(|&&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The template with every step written down as it stands there.
    fn filled() -> String {
        let keys: Vec<&str> = fish_protocol().iter().map(|step| step.key).collect();
        record_template()
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest) if keys.iter().any(|key| rest.starts_with(&format!("{key} ="))) => {
                    format!("{rest}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect()
    }

    fn verdicts(text: &str) -> BTreeMap<&'static str, StepVerdict> {
        let record = parse_record(text).unwrap();
        check_record(&record)
            .into_iter()
            .map(|checked| (checked.step.key, checked.verdict))
            .collect()
    }

    #[test]
    fn an_empty_template_misses_every_step() {
        let verdicts = verdicts(&record_template());
        assert_eq!(verdicts.len(), fish_protocol().len());
        assert!(
            verdicts
                .values()
                .all(|verdict| *verdict == StepVerdict::Missing)
        );
    }

    #[test]
    fn a_template_filled_as_it_suggests_is_in_range() {
        for (step, verdict) in verdicts(&filled()) {
            assert_eq!(verdict, StepVerdict::InRange, "{step}");
        }
    }

    #[test]
    fn limits_are_part_of_the_range() {
        let verdict = |line: &str| {
            let key = line.split(' ').next().unwrap();
            verdicts(&format!("[steps]\n{line}\n"))[key]
        };
        assert_eq!(verdict("section_thickness = 4"), StepVerdict::InRange);
        assert_eq!(verdict("section_thickness = 6.0"), StepVerdict::InRange);
        assert_eq!(verdict("section_thickness = 3.9"), StepVerdict::OutOfRange);
        assert_eq!(verdict("nuclei = 49"), StepVerdict::OutOfRange);
        assert_eq!(verdict("nuclei = 5000"), StepVerdict::InRange);
        assert_eq!(verdict("dapi = false"), StepVerdict::OutOfRange);
        assert_eq!(verdict("cut_off = 10"), StepVerdict::OutOfRange);
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let error = |text: &str| parse_record(text).unwrap_err().to_string();
        let unknown = error("[steps]\nxylene = true\nsection_thicknes = 5\n");
        assert!(
            unknown.starts_with(
                "line 3: there is no step \"section_thicknes\" (did you mean section_thickness?)"
            ),
            "{unknown}"
        );
        let wrong = error("[steps]\n\nxylene = 5\n");
        assert!(
            wrong.starts_with("line 3, xylene: 5 is not true or false"),
            "{wrong}"
        );
        let text = error("[steps]\ncitrate_minutes = \"30 min\"\n");
        assert!(text.contains("30 min is not a number of min"), "{text}");
        assert!(error("[steps]\nnuclei = -5\n").contains("line 2, nuclei"));
        assert!(error("[steps]\nnuclei = nan\n").contains("line 2, nuclei"));
        assert!(error("[steps]\nnuclei = \n").starts_with("line 2: "));
        assert!(error("[steps]\ndapi = true\ndapi = true\n").starts_with("line 3: "));
        assert!(error("[stepz]\n").contains("stepz"));
        assert!(error("protocol = \"ihc\"\n").contains("\"ihc\""));
        assert!(error(&"#".repeat(MAX_RECORD_BYTES + 1)).contains("bytes"));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let nested = format!("[steps]\nnuclei = {}", "[".repeat(100_000));
        assert!(parse_record(&nested).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in "[a-z_\\[\\]=#\"0-9.\n\u{b5} -]{0,200}") {
            let _ = parse_record(&text);
        }

        #[test]
        fn what_is_in_range_is_within_the_limits(thickness in 0.0f64..12.0) {
            let verdicts = verdicts(&format!("[steps]\nsection_thickness = {thickness:?}\n"));
            let fits = (4.0..=6.0).contains(&thickness);
            prop_assert_eq!(verdicts["section_thickness"] == StepVerdict::InRange, fits);
        }
    }
}
