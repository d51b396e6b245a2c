//! Trials of ALK inhibitors and what they measured, cut by cut.

use std::fmt;
use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, Row, TableError};

/// A trial, or a cohort of one that reports on its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trial {
    /// Stable key: `CROWN`.
    pub key: &'static str,
    /// Registration number: `NCT03052608`.
    pub registration: Option<&'static str>,
    /// Phase, or the design of what is no trial.
    pub design: &'static str,
    /// Keys of the ALK inhibitors tested.
    pub drugs: Vec<&'static str>,
    /// The tested arm.
    pub arm: &'static str,
    /// The arm compared with; none for a single arm.
    pub comparator: Option<&'static str>,
    /// Tumour type.
    pub tumour: &'static str,
    /// Who took part.
    pub population: &'static str,
    /// Line: `first line`, `after crizotinib`, …
    pub line: &'static str,
    /// Patients in the population that the results speak of.
    pub n: Option<u32>,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// A number, or that it was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Measured {
    /// A number in the unit of the result.
    Number(f64),
    /// Not reached, or not estimable.
    NotReached,
}

/// An estimate with its interval, at 95 % unless the result's note says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// As the source prints it, with its decimals: `34.8 (17.7-NR)`.
    pub text: &'static str,
    /// The estimate.
    pub value: Measured,
    /// Lower end of the interval.
    pub low: Option<Measured>,
    /// Upper end.
    pub high: Option<Measured>,
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// One endpoint of one trial at one data cut.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrialResult {
    /// Trial, endpoint and cut, joined by `/`.
    pub key: &'static str,
    /// Key of the trial.
    pub trial: &'static str,
    /// Endpoint: `ORR`, `PFS`, `OS`, `DFS`, `intracranial ORR`, …
    pub endpoint: &'static str,
    /// The subgroup, where it is not the trial's whole population.
    pub subgroup: Option<&'static str>,
    /// Which analysis: `primary`, `5 years`, …
    pub cut: &'static str,
    /// `%`, `months`, …
    pub unit: &'static str,
    /// Patients in the tested arm or subgroup, where the source gives them.
    pub n: Option<u32>,
    /// The tested arm.
    pub tested: Option<Estimate>,
    /// The arm compared with.
    pub control: Option<Estimate>,
    /// Hazard ratio of tested against control.
    pub hazard_ratio: Option<Estimate>,
    /// Who judged: `independent review`, `investigator`.
    pub judged_by: Option<&'static str>,
    /// Where it comes from. Its date is that of the cut or of the publication.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// All trials.
pub fn trials() -> &'static [Trial] {
    static TABLE: LazyLock<Vec<Trial>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/trials.tsv"))));
    &TABLE
}

/// The trial with this key or registration number, in any case.
///
/// Cohorts of one trial share its number; the first is returned.
pub fn trial(name: &str) -> Option<&'static Trial> {
    trials().iter().find(|trial| {
        trial.key.eq_ignore_ascii_case(name)
            || trial
                .registration
                .is_some_and(|number| number.eq_ignore_ascii_case(name))
    })
}

/// All results, by trial.
pub fn trial_results() -> &'static [TrialResult] {
    static TABLE: LazyLock<Vec<TrialResult>> = LazyLock::new(|| {
        table::compiled_in(parse_results(include_str!("../data/trial_results.tsv")))
    });
    &TABLE
}

/// The results of one trial, superseded cuts included.
pub fn results_of(trial: &str) -> impl Iterator<Item = &'static TrialResult> {
    trial_results()
        .iter()
        .filter(move |result| result.trial == trial)
}

fn parse(text: &'static str) -> Result<Vec<Trial>, TableError> {
    table::read("trials", text, |row| {
        Ok(Trial {
            key: row.text("key")?,
            registration: row.optional("registration")?,
            design: row.text("design")?,
            drugs: row.list("drugs")?,
            arm: row.text("arm")?,
            comparator: row.optional("comparator")?,
            tumour: row.text("tumour")?,
            population: row.text("population")?,
            line: row.text("line")?,
            n: row.optional_number("n")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

fn parse_results(text: &'static str) -> Result<Vec<TrialResult>, TableError> {
    table::read("trial_results", text, |row| {
        Ok(TrialResult {
            key: row.text("key")?,
            trial: row.text("trial")?,
            endpoint: row.text("endpoint")?,
            subgroup: row.optional("subgroup")?,
            cut: row.text("cut")?,
            unit: row.text("unit")?,
            n: row.optional_number("n")?,
            tested: estimate(row, "tested")?,
            control: estimate(row, "control")?,
            hazard_ratio: estimate(row, "hazard_ratio")?,
            judged_by: row.optional("judged_by")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

/// An estimate as the tables write it: `34.8`, `NR`, `34.8 (17.7-NR)`.
fn estimate(row: &Row<'_, 'static>, column: &'static str) -> Result<Option<Estimate>, TableError> {
    let Some(text) = row.optional(column)? else {
        return Ok(None);
    };
    let wrong = || row.bad(column, text, "an estimate such as NR or 34.8 (17.7-NR)");
    let (value, interval) = match text.split_once(" (") {
        None => (text, None),
        Some((value, interval)) => (value, Some(interval.strip_suffix(')').ok_or_else(wrong)?)),
    };
    let ends = interval
        .map(|interval| interval.split_once('-').ok_or_else(wrong))
        .transpose()?;
    let measured = |text| measured(text).ok_or_else(wrong);
    Ok(Some(Estimate {
        text,
        value: measured(value)?,
        low: ends.map(|(low, _)| measured(low)).transpose()?,
        high: ends.map(|(_, high)| measured(high)).transpose()?,
    }))
}

fn measured(text: &str) -> Option<Measured> {
    if text == "NR" {
        return Some(Measured::NotReached);
    }
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite() && *number >= 0.0)
        .map(Measured::Number)
}

impl Fact for Trial {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

impl Fact for TrialResult {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
