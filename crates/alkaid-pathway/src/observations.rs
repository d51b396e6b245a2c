//! The published experiments that the model is held against.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::case::{Asked, Case};
use crate::error::PathwayError;
use crate::finding::{Agreement, ObservationResult, Split, StatementResult};
use crate::integrate::Precision;
use crate::kinetics::Kinetics;
use crate::network::{Evidence, nodes};
use crate::parallel::each;
use crate::priors::Draw;
use crate::readout::Quantity;
use crate::run::course;
use crate::steady::steady;
use crate::table::{self, Source};

/// An experiment as data.
#[derive(Clone, Debug)]
pub struct Observation {
    /// 1 to 28.
    pub number: u32,
    /// Cells.
    pub system: &'static str,
    /// What was done.
    pub perturbation: &'static str,
    /// What was seen.
    pub published: &'static str,
    /// Its cases by name.
    pub cases: Vec<(&'static str, &'static str)>,
    /// What is claimed of them; empty where the model has nothing that corresponds.
    pub statements: Vec<Statement>,
    /// What it is used for.
    pub split: Split,
    /// Whether the potencies hold the same experiment.
    pub by_construction: bool,
    /// Where.
    pub source: Source,
}

/// `ERK(treated) < 0.5*ERK(control)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    text: &'static str,
    left: Value,
    less: bool,
    right: Option<(f64, Value)>,
    offset: f64,
}

impl Statement {
    /// The quantity and case on its left, where it speaks of the state at rest.
    pub(crate) fn of_rest(&self) -> Option<(Quantity, &'static str)> {
        self.left.at_rest()
    }

    /// Factor, quantity and case on its right, where there are any.
    pub(crate) fn line_at_rest(&self) -> Option<(f64, Quantity, &'static str)> {
        let (factor, value) = self.right.as_ref()?;
        let (quantity, case) = value.at_rest()?;
        Some((*factor, quantity, case))
    }

    /// The number on its right, where there is nothing else.
    pub(crate) fn line_number(&self) -> Option<f64> {
        self.right.is_none().then_some(self.offset)
    }

    /// What is added on its right.
    pub(crate) fn offset(&self) -> f64 {
        self.offset
    }

    /// Whether the left is said to lie below.
    pub(crate) fn is_less(&self) -> bool {
        self.less
    }
}

impl Value {
    fn at_rest(&self) -> Option<(Quantity, &'static str)> {
        match (self.what, self.at_h) {
            (What::Quantity(quantity), None) => Some((quantity, self.case)),
            _ => None,
        }
    }
}

/// `cells(t@14d)`.
#[derive(Clone, Debug, PartialEq)]
struct Value {
    what: What,
    case: &'static str,
    at_h: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Quantity(Quantity),
    Cells,
}

/// All observations.
pub fn observations() -> &'static [Observation] {
    static TABLE: LazyLock<Vec<Observation>> = LazyLock::new(|| {
        let splits = [("fit", Split::Fit), ("held_out", Split::HeldOut)];
        table::read("observations", include_str!("../data/observations.tsv"))
            .iter()
            .map(|row| Observation {
                number: row.number("number") as u32,
                system: row.text("system"),
                perturbation: row.text("perturbation"),
                published: row.text("published"),
                cases: row
                    .text("cases")
                    .split("||")
                    .filter_map(|case| case.split_once(':'))
                    .map(|(name, case)| (name.trim(), case.trim()))
                    .collect(),
                statements: row
                    .list("statements")
                    .into_iter()
                    .map(|text| {
                        statement(text)
                            .unwrap_or_else(|| panic!("observations.tsv: cannot read {text:?}"))
                    })
                    .collect(),
                split: row.word("split", &splits),
                by_construction: row.word("by_construction", &[("yes", true), ("no", false)]),
                source: row.source(),
            })
            .collect()
    });
    &TABLE
}

fn statement(text: &'static str) -> Option<Statement> {
    let at = text.find(['<', '>'])?;
    let (left, right) = (text[..at].trim(), text[at + 1..].trim());
    let (right, offset) = match right.rfind(" + ").or_else(|| right.rfind(" - ")) {
        Some(at) => {
            let number: f64 = right[at + 3..].trim().parse().ok()?;
            let sign = if &right[at..at + 3] == " - " {
                -1.0
            } else {
                1.0
            };
            (right[..at].trim(), sign * number)
        }
        None => (right, 0.0),
    };
    let (right, offset) = match right.parse::<f64>() {
        Ok(number) => (None, number + offset),
        Err(_) => match right.split_once('*') {
            Some((factor, of)) => (Some((factor.trim().parse().ok()?, value(of)?)), offset),
            None => (Some((1.0, value(right)?)), offset),
        },
    };
    Some(Statement {
        text,
        left: value(left)?,
        less: text.as_bytes()[at] == b'<',
        right,
        offset,
    })
}

fn value(text: &'static str) -> Option<Value> {
    let (what, rest) = text.trim().split_once('(')?;
    let inside = rest.strip_suffix(')')?;
    let (case, at_h) = match inside.split_once('@') {
        Some((case, days)) => (
            case,
            Some(days.strip_suffix('d')?.parse::<f64>().ok()? * 24.0),
        ),
        None => (inside, None),
    };
    let what = match what.trim() {
        "cells" => What::Cells,
        name => What::Quantity(Quantity::parse(name).ok()?),
    };
    Some(Value { what, case, at_h })
}

/// The cases of an observation, checked.
fn resolved(
    observation: &Observation,
    evidence: Evidence,
) -> Result<BTreeMap<&'static str, Case>, PathwayError> {
    let cases = observation.cases.iter();
    cases
        .map(|(name, text)| Ok((*name, Asked::parse(text)?.resolve(evidence)?)))
        .collect()
}

/// Which statements of an observation hold in one member.
fn holds(
    observation: &Observation,
    cases: &BTreeMap<&'static str, Case>,
    draw: &Draw,
    evidence: Evidence,
) -> Result<Vec<bool>, PathwayError> {
    let mut at_rest: BTreeMap<&str, (Kinetics, Vec<f64>)> = BTreeMap::new();
    let mut read = |value: &Value| -> Result<f64, PathwayError> {
        let case = cases
            .get(value.case)
            .ok_or_else(|| PathwayError::BadCase(value.case.to_owned()))?;
        if let Some(time) = value.at_h {
            let state = course(case, draw, evidence, &[time], Precision::BANDS)?;
            let state = state.first().map(Vec::as_slice).unwrap_or_default();
            return Ok(match value.what {
                What::Cells => state.get(nodes().len()).copied().unwrap_or(0.0),
                What::Quantity(quantity) => {
                    quantity.of(&Kinetics::new(case, draw, evidence), state)
                }
            });
        }
        if !at_rest.contains_key(value.case) {
            let kinetics = Kinetics::new(case, draw, evidence);
            let state = steady(&kinetics, evidence, None)?;
            at_rest.insert(value.case, (kinetics, state));
        }
        let (kinetics, state) = &at_rest[value.case];
        Ok(match value.what {
            What::Quantity(quantity) => quantity.of(kinetics, state),
            What::Cells => 0.0,
        })
    };
    observation
        .statements
        .iter()
        .map(|statement| {
            let left = read(&statement.left)?;
            let right = match &statement.right {
                Some((factor, of)) => factor * read(of)? + statement.offset,
                None => statement.offset,
            };
            Ok(if statement.less {
                left < right
            } else {
                left > right
            })
        })
        .collect()
}

/// Whether a member reproduces all observations of the fit. Stops at the first that it does not.
///
/// # Errors
///
/// When a case cannot be resolved or run.
pub fn accepted(draw: &Draw) -> Result<bool, PathwayError> {
    static FIT: LazyLock<Vec<&'static Observation>> = LazyLock::new(|| {
        let fit = observations().iter().filter(|one| one.split == Split::Fit);
        let mut fit: Vec<&Observation> = fit.collect();
        // What needs an integration comes last.
        fit.sort_by_key(|one| one.statements.iter().any(|s| s.left.at_h.is_some()));
        fit
    });
    for observation in FIT.iter() {
        let cases = resolved(observation, Evidence::Usable)?;
        if !holds(observation, &cases, draw, Evidence::Usable)?
            .iter()
            .all(|ok| *ok)
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the ensemble says of every observation.
///
/// # Errors
///
/// When a case cannot be resolved or run.
pub fn compare(
    members: &[Draw],
    evidence: Evidence,
) -> Result<Vec<ObservationResult>, PathwayError> {
    observations()
        .iter()
        .map(|observation| {
            let cases = resolved(observation, evidence)?;
            let held = each(members, |draw| holds(observation, &cases, draw, evidence))?;
            let share = |index: usize| {
                let yes = held.iter().filter(|one| one[index]).count();
                yes as f64 / members.len().max(1) as f64
            };
            let statements: Vec<StatementResult> = observation
                .statements
                .iter()
                .enumerate()
                .map(|(index, statement)| StatementResult {
                    statement: statement.text.to_owned(),
                    share: share(index),
                })
                .collect();
            let agreement = match statements.as_slice() {
                [] => Agreement::OutOfScope,
                all if all.iter().all(|one| one.share >= 0.5) => Agreement::Reproduced,
                _ => Agreement::Contradicted,
            };
            Ok(ObservationResult {
                number: observation.number,
                system: observation.system.to_owned(),
                perturbation: observation.perturbation.to_owned(),
                published: observation.published.to_owned(),
                source: observation.source.clone(),
                split: observation.split,
                by_construction: observation.by_construction,
                statements,
                agreement,
                remark: observation.source.note.clone(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_twenty_eight_are_read_and_their_cases_resolve() {
        assert_eq!(observations().len(), 28);
        for (index, observation) in observations().iter().enumerate() {
            assert_eq!(observation.number as usize, index + 1);
            let cases = resolved(observation, Evidence::Usable);
            let cases = cases.unwrap_or_else(|error| panic!("{}: {error}", observation.number));
            assert!(!observation.statements.is_empty());
            for statement in &observation.statements {
                assert!(
                    cases.contains_key(statement.left.case),
                    "{}",
                    statement.text
                );
            }
        }
    }

    #[test]
    fn statements_are_read() {
        let read = statement("growth(mek) < growth(pi3k) - 0.05").unwrap();
        assert!(read.less && (read.offset + 0.05).abs() < 1e-12);
        let read = statement("cells(t@14d) > -0.6").unwrap();
        assert_eq!(
            (read.less, read.offset, read.left.at_h),
            (false, -0.6, Some(336.0))
        );
        assert!(statement("nonsense").is_none());
        assert!(statement("NOBODY(a) < 1").is_none());
    }
}
