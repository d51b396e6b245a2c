//! The first page: the answer, the evidence, the warnings; and, later on, the model behind the answer.

use alkaid_case::finding::{AssayFinding, CaseReport};
use alkaid_case::{figures, grouped};

use super::{
    all, figure, probability, probability_interval, rich, section, sentence, tone_of_state,
    tone_of_status,
};
use crate::case::pictures;
use crate::page::{Block, Cell, Column, Rich, Section, Table, Tone};

/// The first page.
pub(super) fn conclusion(report: &CaseReport) -> Section {
    let mut blocks = vec![Block::Answer {
        word: format!("ALK: {}", report.status.as_str()),
        tone: tone_of_status(report.status),
        sentences: all(&report.answer),
    }];
    blocks.push(Block::Table(evidence(report)));
    if !report.warnings.is_empty() {
        blocks.push(Block::Remark {
            tone: Tone::Doubt,
            title: "Before you trust this".to_owned(),
            sentences: report
                .warnings
                .iter()
                .map(|text| Rich::from(sentence(text)))
                .collect(),
        });
    }
    let titles: Vec<(String, String)> = report
        .assays
        .iter()
        .map(|assay| (assay.id.clone(), assay.title.clone()))
        .collect();
    if let Some(picture) = pictures::contributions(&report.joint, &titles) {
        blocks.push(figure(
            picture,
            format!(
                "How far each assay moves the odds of a rearrangement, with 95 % intervals. Before the assays the probability was {}, after them it is {}.",
                probability(report.joint.prior.rearranged.value),
                probability_interval(&report.joint.rearranged)
            ),
        ));
    }
    if let Some(picture) = pictures::timeline(&report.treatments, &report.sample) {
        blocks.push(figure(
            picture,
            "Inhibitors given so far, with the best response.",
        ));
    }
    section("conclusion", "Conclusion", blocks)
}

fn evidence(report: &CaseReport) -> Table {
    Table {
        caption: "The evidence, one row an assay".to_owned(),
        columns: vec![
            Column::new("Assay", 1.6),
            Column::new("Result", 0.9),
            Column::new("Finding", 3.0),
            Column::new("How sure, by itself", 1.9),
        ],
        rows: report.assays.iter().map(row).collect(),
    }
}

/// What to know beside it stands in the assay's own section, and an error among the warnings.
fn row(assay: &AssayFinding) -> Vec<Cell> {
    let sure = match (&assay.why_not_counted, assay.uncertainty.as_str()) {
        (Some(why), "" | "none") => format!("not counted: {why}"),
        (Some(why), sure) => format!("{sure} (not counted: {why})"),
        (None, sure) => sure.to_owned(),
    };
    let title = match &assay.date {
        Some(date) => format!("{}, {date}", assay.title),
        None => assay.title.clone(),
    };
    vec![
        Cell::plain(title),
        Cell::toned(assay.state.as_str(), tone_of_state(assay.state)),
        Cell::from(rich(&assay.finding)),
        Cell::plain(sure),
    ]
}

/// How the status comes about: prior, classes, assays, parameters.
pub(super) fn model(report: &CaseReport) -> Section {
    let joint = &report.joint;
    let blocks = vec![
        Block::Text(Rich::from(joint.model.as_str())),
        Block::Text(rich(&joint.prior.statement)),
        Block::Text(Rich::from(format!(
            "\"Rearranged\" is said from a probability of {} on, \"not rearranged\" up to {}. Intervals come from {} draws of the parameters (seed {}). Probability that a kinase fusion of ALK is expressed: {}.",
            joint.upper_line,
            joint.lower_line,
            grouped(u64::from(joint.draws)),
            joint.seed,
            probability_interval(&joint.driver)
        ))),
        Block::Table(Table {
            caption: "What may be the case, before and after the assays".to_owned(),
            columns: vec![
                Column::new("Class", 1.0),
                Column::new("Meaning", 3.0),
                Column::new("Before", 0.8),
                Column::new("After (95 % interval)", 1.8),
            ],
            rows: joint
                .classes
                .iter()
                .map(|one| {
                    vec![
                        Cell::plain(one.class.as_str()),
                        Cell::plain(one.meaning.as_str()),
                        Cell::plain(probability(one.prior)),
                        Cell::plain(probability_interval(&one.posterior)),
                    ]
                })
                .collect(),
        }),
        Block::Table(Table {
            caption: "What each assay was taken for, and the probability without it".to_owned(),
            columns: vec![
                Column::new("Assay", 0.8),
                Column::new("Taken for", 2.0),
                Column::new("Likelihood ratio (95 % interval)", 1.8),
                Column::new("Rearranged without it", 1.8),
            ],
            rows: joint
                .contributions
                .iter()
                .map(|one| {
                    let ratio = one.likelihood_ratio;
                    vec![
                        Cell::plain(one.assay.as_str()),
                        Cell::plain(one.outcome.as_str()),
                        Cell::plain(format!(
                            "{} ({} to {})",
                            factor(ratio.value),
                            factor(ratio.low),
                            factor(ratio.high)
                        )),
                        Cell::plain(probability_interval(&one.without)),
                    ]
                })
                .collect(),
        }),
        Block::Text(Rich::from(sentence(&joint.parameters_say))),
        Block::Table(Table {
            caption: "Parameters that were used".to_owned(),
            columns: vec![
                Column::new("Row", 2.1),
                Column::new("Says", 2.6),
                Column::new("Mean (95 % interval)", 1.6),
                Column::new("Status", 0.8),
            ],
            rows: joint
                .parameters
                .iter()
                .map(|one| {
                    let tone = if one.status == "unverified" {
                        Tone::Doubt
                    } else {
                        Tone::Plain
                    };
                    vec![
                        Cell::plain(one.row.as_str()),
                        Cell::from(Rich {
                            text: one.says.clone(),
                            cites: vec![one.cite],
                        }),
                        Cell::plain(probability_interval(&one.probability)),
                        Cell::toned(one.status.as_str(), tone),
                    ]
                })
                .collect(),
        }),
    ];
    section("model", "How the answer comes about", blocks)
}

/// A likelihood ratio to three figures: `2,310`, `0.0123`.
fn factor(value: f64) -> String {
    match figures(value) {
        value if (1000.0..1e15).contains(&value) => grouped(value as u64),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_have_three_figures() {
        let said: Vec<String> = [2312.4, 0.012_345, 1.0, 45.67]
            .into_iter()
            .map(factor)
            .collect();
        assert_eq!(said, ["2,310", "0.0123", "1", "45.7"]);
    }
}
