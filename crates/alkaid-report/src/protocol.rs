//! The FISH protocol as a bench sheet, and the check of a filled record: `alkaid protocol fish`.

use std::collections::BTreeMap;

use alkaid_knowledge::{
    CheckedStep, FishRecord, RecordedValue, StepVerdict, check_record, fish_protocol,
};
use serde_json::{Value, json};

/// What a sheet or a check says at its end.
const NOTICE: &str = "For research use only. Not for use in diagnostic procedures.";

/// The protocol to print and fill in by hand.
pub fn bench_sheet() -> String {
    let mut text = String::from(
        "ALK break-apart FISH on FFPE sections\n\n\
         Sample ______________  Operator ______________  Date ____________  Probe ______________\n",
    );
    let mut part = "";
    for (index, step) in fish_protocol().iter().enumerate() {
        if step.part != part {
            part = step.part;
            text.push_str(&format!("\n{}\n", part.to_uppercase()));
        }
        text.push_str(&format!("\n[ ] {:>2}  {}\n", index + 1, step.instruction));
        let space = match step.unit {
            None => "[ ] yes  [ ] no".to_owned(),
            Some("pH") => "pH ________".to_owned(),
            Some(unit) => format!("________ {unit}"),
        };
        text.push_str(&format!("        {}: {space}\n", step.quantity));
        if step.unit.is_some() {
            text.push_str(&format!("        wanted: {}\n", step.range_text()));
        }
        text.push_str(&format!("        why: {}\n", step.reason));
        if let Some(note) = step.note {
            text.push_str(&format!("        note: {note}\n"));
        }
    }
    text.push_str("\nSources\n\n");
    for source in sources() {
        text.push_str(&format!("  {source}\n"));
    }
    text.push_str(&format!(
        "\nalkaid protocol fish --record writes this sheet as a file to fill in; --check FILE checks it. {NOTICE}\n"
    ));
    text
}

/// The protocol as JSON.
pub fn bench_sheet_json() -> Value {
    json!({ "protocol": "fish", "notice": NOTICE, "steps": fish_protocol() })
}

/// Sources of the steps, each once, with their status.
fn sources() -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (index, step) in fish_protocol().iter().enumerate() {
        let source = format!("{} ({})", step.provenance.source, step.provenance.status);
        seen.entry(source).or_insert(index);
    }
    let mut sources: Vec<(usize, String)> = seen.into_iter().map(|(text, at)| (at, text)).collect();
    sources.sort();
    sources.into_iter().map(|(_, text)| text).collect()
}

/// A record, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedRecord {
    name: String,
    run: BTreeMap<String, String>,
    steps: Vec<CheckedStep>,
}

impl CheckedRecord {
    /// Checks a record; `name` is what the report calls it.
    pub fn new(name: &str, record: FishRecord) -> Self {
        Self {
            name: name.to_owned(),
            steps: check_record(&record),
            run: record.run,
        }
    }

    fn count(&self, verdict: StepVerdict) -> usize {
        let is = |step: &&CheckedStep| step.verdict == verdict;
        self.steps.iter().filter(is).count()
    }

    /// For a person: one line a step, the reason below what is not in range.
    pub fn text(&self) -> String {
        let mut text = format!("FISH record {}\n", self.name);
        for (key, value) in &self.run {
            text.push_str(&format!("  {key}: {value}\n"));
        }
        text.push('\n');
        let width = |cells: Vec<String>| {
            let widths = cells.iter().map(|cell| cell.chars().count());
            widths.max().unwrap_or(0)
        };
        let names = width(self.steps.iter().map(|s| s.step.key.to_owned()).collect());
        let values = width(self.steps.iter().map(shown).collect());
        for checked in &self.steps {
            text.push_str(&format!(
                "  {:<12}  {:<names$}  {:<values$}  wanted: {}\n",
                checked.verdict.as_str(),
                checked.step.key,
                shown(checked),
                checked.step.range_text()
            ));
            if checked.verdict != StepVerdict::InRange {
                text.push_str(&format!("                {}\n", checked.step.reason));
            }
        }
        text.push_str(&format!(
            "\n{} in range, {} out of range, {} missing of {} steps. {NOTICE}\n",
            self.count(StepVerdict::InRange),
            self.count(StepVerdict::OutOfRange),
            self.count(StepVerdict::Missing),
            self.steps.len()
        ));
        text
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        json!({
            "protocol": "fish",
            "record": self.name,
            "run": self.run,
            "in_range": self.count(StepVerdict::InRange),
            "out_of_range": self.count(StepVerdict::OutOfRange),
            "missing": self.count(StepVerdict::Missing),
            "notice": NOTICE,
            "steps": self.steps,
        })
    }
}

/// What was written down, with its unit.
fn shown(checked: &CheckedStep) -> String {
    match (checked.recorded, checked.step.unit) {
        (None, _) => "-".to_owned(),
        (Some(RecordedValue::Done(true)), _) => "yes".to_owned(),
        (Some(RecordedValue::Done(false)), _) => "no".to_owned(),
        (Some(RecordedValue::Number(number)), Some("pH")) => format!("pH {number}"),
        (Some(RecordedValue::Number(number)), unit) => {
            format!("{number} {}", unit.unwrap_or_default())
                .trim_end()
                .to_owned()
        }
    }
}
