//! The record of the FISH run.

use alkaid_knowledge::{CheckedStep, RecordedValue, StepVerdict, check_record, parse_record};

use super::{Found, title};
use crate::finding::{AssayKind, AssayState, BenchRecord, BenchStep};

/// The id of the record's row.
pub(crate) const ID: &str = "fish_record";

/// Checks the record and makes its row.
pub(crate) fn record(text: &str) -> Result<(Found, BenchRecord), String> {
    let steps = check_record(&parse_record(text).map_err(|error| error.to_string())?);
    let of = |verdict| steps.iter().filter(|one| one.verdict == verdict).count();
    let summary = format!(
        "{} of {} steps as the protocol wants them, {} out of range, {} not written down",
        of(StepVerdict::InRange),
        steps.len(),
        of(StepVerdict::OutOfRange),
        of(StepVerdict::Missing)
    );
    let open_steps: Vec<BenchStep> = steps
        .iter()
        .filter(|one| one.verdict != StepVerdict::InRange)
        .map(open_step)
        .collect();
    let mut found = Found::new(
        ID,
        AssayKind::FishRecord,
        title(AssayKind::FishRecord).to_owned(),
        AssayState::Informative,
    );
    found.finding.finding.text.clone_from(&summary);
    found.finding.uncertainty = "as written down".to_owned();
    found.finding.notes = open_steps
        .iter()
        .filter(|one| one.verdict == StepVerdict::OutOfRange.as_str())
        .map(|one| format!("{}: {} in place of {}", one.step, one.recorded, one.wanted))
        .collect();
    let found = found.does_not_count("tells how FISH was done, not what it found");
    let bench = BenchRecord {
        assay: ID.to_owned(),
        summary,
        open_steps,
    };
    Ok((found, bench))
}

fn open_step(checked: &CheckedStep) -> BenchStep {
    let recorded = match checked.recorded {
        Some(RecordedValue::Number(number)) => match checked.step.unit {
            Some(unit) => format!("{number} {unit}"),
            None => number.to_string(),
        },
        Some(RecordedValue::Done(true)) => "done".to_owned(),
        Some(RecordedValue::Done(false)) => "not done".to_owned(),
        None => "not written down".to_owned(),
    };
    BenchStep {
        step: checked.step.quantity.to_owned(),
        recorded,
        wanted: checked.step.range_text(),
        verdict: checked.verdict.as_str().to_owned(),
        remedy: checked.step.note.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use alkaid_knowledge::record_template;

    use super::*;

    #[test]
    fn an_empty_record_has_every_step_open() {
        let (found, bench) = record(&record_template()).unwrap();
        assert!(bench.summary.starts_with("0 of "), "{}", bench.summary);
        assert!(!bench.open_steps.is_empty());
        assert!(found.observation.is_none());
        assert!(record("protocol = \"ihc\"").unwrap_err().contains("line 1"));
    }
}
