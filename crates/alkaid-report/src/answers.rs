//! Answers about ALK and views of inhibitors for programs: JSON and TSV.
//!
//! Both start with what was asked and understood, name the day, and end with the notice that they are for research.

use alkaid_knowledge::answer::Answer;
use alkaid_knowledge::view::InhibitorView;
use alkaid_knowledge::{Date, Provenance};
use serde::Serialize;

/// Version of the layout of answers and views; the first part changes when a field changes its meaning or goes away.
pub const ANSWER_VERSION: &str = "1.0";

/// What stands where there is nothing to say.
const NONE: &str = ".";

#[derive(Serialize)]
struct Versioned<'a, T: Serialize> {
    answer_version: &'static str,
    tool: String,
    #[serde(flatten)]
    content: &'a T,
}

/// Answers as JSON: one object, or an array of them where there are several. Ends with a line break.
///
/// # Errors
/// Never in practice: all keys are text.
pub fn answers_json(answers: &[Answer]) -> serde_json::Result<String> {
    match answers {
        [one] => json(one),
        many => {
            let all: Vec<_> = many.iter().map(versioned).collect();
            Ok(serde_json::to_string_pretty(&all)? + "\n")
        }
    }
}

/// A view of inhibitors as JSON. Ends with a line break.
///
/// # Errors
/// Never in practice: all keys are text.
pub fn inhibitors_json(view: &InhibitorView) -> serde_json::Result<String> {
    json(view)
}

fn json<T: Serialize>(content: &T) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&versioned(content))? + "\n")
}

fn versioned<T: Serialize>(content: &T) -> Versioned<'_, T> {
    Versioned {
        answer_version: ANSWER_VERSION,
        tool: format!("alkaid {}", env!("CARGO_PKG_VERSION")),
        content,
    }
}

/// Answers as a table, one fact a line.
pub fn answers_tsv(answers: &[Answer]) -> String {
    let mut out = line(&[
        "question",
        "kind",
        "name",
        "as_of",
        "section",
        "label",
        "fact",
        "note",
        "source",
        "date",
        "status",
        "superseded_by",
    ]);
    for answer in answers {
        let as_of = answer.as_of.to_string();
        for section in &answer.sections {
            for fact in &section.facts {
                let [source, date, status, later] = of_provenance(&fact.provenance);
                out.push_str(&line(&[
                    &answer.question,
                    answer.kind,
                    &answer.name,
                    &as_of,
                    section.title,
                    &fact.label,
                    &fact.text,
                    fact.note.as_deref().unwrap_or(NONE),
                    &source,
                    &date,
                    &status,
                    &later,
                ]));
            }
        }
    }
    out
}

/// A view as a table, one piece of evidence a line; an inhibitor without any has one line.
pub fn inhibitors_tsv(view: &InhibitorView) -> String {
    let mut out = line(&[
        "rank",
        "drug",
        "generation",
        "verdict",
        "verdict_level",
        "given_before",
        "status",
        "reason",
        "level",
        "direction",
        "fit",
        "grade",
        "counts",
        "decides",
        "why_not",
        "evidence",
        "dataset",
        "row",
        "source",
        "date",
        "status_of_row",
    ]);
    for (rank, one) in view.conclusions.iter().enumerate() {
        let status: Vec<String> = one
            .status
            .iter()
            .map(|status| format!("{}: {}", status.agency, status.state.as_str()))
            .collect();
        let head = [
            (rank + 1).to_string(),
            one.drug.to_owned(),
            one.generation
                .map_or_else(|| NONE.to_owned(), |n| n.to_string()),
            one.verdict.as_str().to_owned(),
            one.level.map_or(NONE, |level| level.as_str()).to_owned(),
            yes_or_no(one.given_before).to_owned(),
            if status.is_empty() {
                NONE.to_owned()
            } else {
                status.join("; ")
            },
            one.reason.clone(),
        ];
        if one.evidence.is_empty() {
            let mut fields = head.to_vec();
            fields.resize(21, NONE.to_owned());
            out.push_str(&line(&fields));
        }
        for row in &one.evidence {
            let [source, date, status, _] = of_provenance(&row.provenance);
            let tail = [
                row.level.as_str().to_owned(),
                row.direction.as_str().to_owned(),
                row.fit.map_or(NONE, |fit| fit.extent.as_str()).to_owned(),
                row.fit.map_or(NONE, |fit| fit.grade.as_str()).to_owned(),
                yes_or_no(row.counts).to_owned(),
                yes_or_no(row.decides).to_owned(),
                row.why_not.unwrap_or(NONE).to_owned(),
                row.text.clone(),
                row.dataset.unwrap_or(NONE).to_owned(),
                row.row.clone(),
                source,
                date,
                status,
            ];
            out.push_str(&line(&[head.as_slice(), tail.as_slice()].concat()));
        }
    }
    out
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn of_provenance(provenance: &Provenance) -> [String; 4] {
    let date = |date: Option<Date>| date.map_or_else(|| NONE.to_owned(), |date| date.to_string());
    [
        provenance.source.to_owned(),
        date(provenance.date),
        provenance.status.to_string(),
        provenance.superseded_by.unwrap_or(NONE).to_owned(),
    ]
}

/// A line of a table; what would break it becomes a space.
fn line<T: AsRef<str>>(fields: &[T]) -> String {
    let clean = |field: &T| field.as_ref().replace(|c: char| c.is_control(), " ");
    fields.iter().map(clean).collect::<Vec<_>>().join("\t") + "\n"
}

#[cfg(test)]
mod tests {
    use alkaid_knowledge::answer::answer;
    use alkaid_knowledge::query::parse;
    use alkaid_knowledge::view::{CaseQuestion, inhibitors};
    use alkaid_knowledge::{Findings, curated_on, drug};

    use super::*;

    fn of(question: &str) -> Answer {
        answer(question, &parse(question).unwrap(), curated_on())
    }

    #[test]
    fn tables_have_one_width_and_say_unverified() {
        let text = answers_tsv(&[of("G1202R"), of("EML4-ALK v3")]);
        let widths: std::collections::BTreeSet<usize> =
            text.lines().map(|line| line.split('\t').count()).collect();
        assert_eq!(widths, [12].into());
        assert!(text.lines().any(|line| line.contains("\tunverified\t")));
        let view = inhibitors(&CaseQuestion {
            findings: Findings {
                partner: Some("EML4".into()),
                ..Findings::default()
            },
            bypass: Vec::new(),
            prior: drug("alectinib").into_iter().collect(),
            tumour: None,
            as_of: curated_on(),
        });
        let text = inhibitors_tsv(&view);
        let widths: std::collections::BTreeSet<usize> =
            text.lines().map(|line| line.split('\t').count()).collect();
        assert_eq!(widths, [21].into());
    }

    #[test]
    fn json_is_one_object_or_a_list() {
        let one: serde_json::Value =
            serde_json::from_str(&answers_json(&[of("ALEX")]).unwrap()).unwrap();
        assert_eq!(one["answer_version"], ANSWER_VERSION);
        assert_eq!(one["kind"], "trial");
        let two: serde_json::Value =
            serde_json::from_str(&answers_json(&[of("ALEX"), of("ALK")]).unwrap()).unwrap();
        assert_eq!(two.as_array().map(Vec::len), Some(2));
    }
}
