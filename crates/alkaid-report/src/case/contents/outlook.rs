//! What follows: mechanism, ways around ALK, inhibitors, signalling.

use alkaid_case::finding::{CaseReport, DrugOutlook};

use super::{all, figure, rich, section, sentence};
use crate::case::pictures;
use crate::page::{Block, Cell, Column, Rich, Section, Table, Tone};

/// The verdict on a drug of which no row speaks.
const NO_DATA: &str = "no data";

/// The level of evidence of an approval.
const LABEL: &str = "label";

/// How the tumour is driven, and how it may go on under inhibitors.
pub(super) fn outlook(report: &CaseReport) -> Section {
    let follows = &report.follows;
    let mut blocks: Vec<Block> = all(&follows.mechanism)
        .into_iter()
        .map(Block::Text)
        .collect();
    if !follows.bypass.is_empty() {
        blocks.push(Block::Table(Table {
            caption: "Other genes through which the tumour may go on".to_owned(),
            columns: vec![
                Column::new("Gene", 0.8),
                Column::new("Event", 1.2),
                Column::new("Found", 3.0),
                Column::new("Seen in", 1.0),
            ],
            rows: follows
                .bypass
                .iter()
                .map(|one| {
                    vec![
                        Cell::plain(one.gene.as_str()),
                        Cell::plain(one.event.as_str()),
                        Cell::from(Rich {
                            text: one.what.clone(),
                            cites: one.cites.clone(),
                        }),
                        Cell::plain(one.assay.as_str()),
                    ]
                })
                .collect(),
        }));
    }
    section("mechanism", "Mechanism and ways around ALK", blocks)
}

/// The sourced view of inhibitors.
pub(super) fn inhibitors(report: &CaseReport) -> Section {
    let follows = &report.follows;
    if follows.inhibitors.is_empty() {
        return section("inhibitors", "Evidence on inhibitors", Vec::new());
    }
    let (silent, telling): (Vec<&DrugOutlook>, Vec<&DrugOutlook>) = follows
        .inhibitors
        .iter()
        .partition(|one| one.verdict == NO_DATA && !one.given_before);
    let mut blocks = Vec::new();
    if !telling.is_empty() {
        blocks.push(Block::Table(Table {
            caption: format!(
                "Published evidence as of {}; no advice on treatment",
                report.provenance.as_of
            ),
            columns: vec![
                Column::new("Inhibitor", 1.2),
                Column::new("Evidence", 1.1),
                Column::new("Why", 3.2),
                Column::new("Agencies", 1.8),
            ],
            rows: telling.iter().map(|drug| drug_row(drug)).collect(),
        }));
    }
    if !silent.is_empty() {
        blocks.push(Block::Text(Rich::from(without_data(&silent))));
    }
    blocks.extend(
        follows
            .inhibitor_notes
            .iter()
            .map(|note| Block::Text(Rich::from(sentence(note)))),
    );
    if let Some(picture) = pictures::potency(&follows.potencies) {
        blocks.push(figure(
            picture,
            "IC50 in nanomolar, and how many times that of the unmutated fusion. Values of different series do not compare.",
        ));
    }
    // One row that decides is the reason itself, and approvals stand in the table.
    let has_more =
        |drug: &&&DrugOutlook| drug.evidence.len() > 1 && drug.level.as_deref() != Some(LABEL);
    for drug in telling.iter().filter(has_more) {
        blocks.push(Block::Heading(format!("What decides on {}", drug.drug)));
        blocks.push(Block::List(
            drug.evidence
                .iter()
                .map(|one| Rich {
                    text: format!("{}, {}: {}", one.level, one.direction, one.text),
                    cites: vec![one.cite],
                })
                .collect(),
        ));
    }
    if !follows.inhibitor_rule.is_empty() {
        let rule = format!("How this is sorted. {}", follows.inhibitor_rule);
        blocks.push(Block::Text(Rich::from(rule)));
    }
    section("inhibitors", "Evidence on inhibitors", blocks)
}

/// The drugs that no row speaks of, with where they are approved.
fn without_data(drugs: &[&DrugOutlook]) -> String {
    let names: Vec<String> = drugs
        .iter()
        .map(|drug| match agencies(drug) {
            agencies if agencies.is_empty() => drug.drug.clone(),
            agencies => format!("{} ({agencies})", drug.drug),
        })
        .collect();
    format!(
        "No checked row of the tables speaks of these findings for {}.",
        names.join(", ")
    )
}

/// `FDA: approved 2024-12-18; NMPA: approved 2022-03-18`.
fn agencies(drug: &DrugOutlook) -> String {
    let all: Vec<String> = drug
        .approvals
        .iter()
        .map(|one| {
            let since = one
                .since
                .as_ref()
                .map(|day| format!(" {day}"))
                .unwrap_or_default();
            format!("{}: {}{since}", one.agency, one.state)
        })
        .collect();
    all.join("; ")
}

fn drug_row(drug: &DrugOutlook) -> Vec<Cell> {
    let tone = match drug.verdict.as_str() {
        "supported" => Tone::Good,
        "refuted" | "a part resisted" => Tone::Bad,
        "contradictory" | "in doubt" => Tone::Doubt,
        _ => Tone::Plain,
    };
    let given = if drug.given_before {
        ", given before"
    } else {
        ""
    };
    let verdict = match &drug.level {
        Some(level) => format!("{} ({level})", drug.verdict),
        None => drug.verdict.clone(),
    };
    let mut why = rich(&drug.reason);
    if let Some(disagreement) = &drug.disagreement {
        why.text = format!("{}; {disagreement}", why.text.trim_end_matches('.'));
    }
    vec![
        Cell::plain(format!("{}{given}", drug.drug)),
        Cell::toned(verdict, tone),
        Cell::from(why),
        Cell::plain(agencies(drug)),
    ]
}

/// What the signalling model predicts.
pub(super) fn signalling(report: &CaseReport) -> Section {
    let Some(pathway) = &report.follows.pathway else {
        return section("signalling", "Signalling, by the model", Vec::new());
    };
    let mut blocks = vec![Block::List(all(&pathway.statements))];
    if let Some(picture) = pictures::pathway(pathway) {
        blocks.push(figure(
            picture,
            "What a model predicts, not what was measured: activity relative to the fusion without a drug.",
        ));
    }
    blocks.push(Block::Text(Rich::from(pathway.model.as_str())));
    section("signalling", "Signalling, by the model", blocks)
}
