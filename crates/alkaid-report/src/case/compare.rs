//! Two time points of one patient, as a page and as PDF.

use alkaid_case::finding::{Change, ChangeKind, ClonalFraction, CompareReport, TimePoint};

use super::contents::{all, figure, probability_interval, rich, section, share, tone_of_status};
use super::pictures;
use crate::page::{Block, Cell, Column, Document, Rich, Section, Table, Tone};

/// What changed, in reading order.
pub(super) fn contents(report: &CompareReport) -> Document {
    let sections = [changes(report), points(report)];
    Document {
        title: format!(
            "What changed from {} to {}",
            report.before.sample, report.after.sample
        ),
        subtitle: format!("{} and {}", when(&report.before), when(&report.after)),
        notice: report.notice.clone(),
        sections: sections.into(),
        references: Vec::new(),
        footer: format!("{} · comparison {}", report.tool, report.compare_version),
    }
}

fn when(point: &TimePoint) -> String {
    let day = point.collected.as_deref().unwrap_or("day not known");
    format!("{} ({day})", point.sample)
}

fn changes(report: &CompareReport) -> Section {
    let mut blocks = vec![Block::Answer {
        word: format!(
            "{}, then {}",
            report.before.status.as_str(),
            report.after.status.as_str()
        ),
        tone: tone_of_status(report.after.status),
        sentences: all(&report.answer),
    }];
    if let Some(picture) = pictures::fractions(&report.changes) {
        blocks.push(figure(
            picture,
            "Share of molecules with each finding, before (open) and after (filled), with exact 95 % intervals.",
        ));
    }
    blocks.push(Block::Table(Table {
        caption: "What appeared, went and stayed".to_owned(),
        columns: vec![
            Column::new("Finding", 1.6),
            Column::new("Change", 1.0),
            Column::new("In words", 2.6),
            Column::new("Before", 1.3),
            Column::new("After", 1.3),
        ],
        rows: report.changes.iter().map(row).collect(),
    }));
    if !report.warnings.is_empty() {
        blocks.push(Block::Remark {
            tone: Tone::Doubt,
            title: "Before you trust this".to_owned(),
            sentences: report
                .warnings
                .iter()
                .map(|text| Rich::from(text.as_str()))
                .collect(),
        });
    }
    section("changes", "What changed", blocks)
}

fn row(change: &Change) -> Vec<Cell> {
    let tone = match change.kind {
        ChangeKind::Appeared | ChangeKind::Rose => Tone::Bad,
        ChangeKind::Gone | ChangeKind::Fell => Tone::Good,
        ChangeKind::Stayed => Tone::Plain,
        ChangeKind::CannotBeTold => Tone::Doubt,
    };
    vec![
        Cell::plain(change.name.as_str()),
        Cell::toned(change.kind.as_str(), tone),
        Cell::from(rich(&change.statement)),
        Cell::plain(fraction(change.before.as_ref())),
        Cell::plain(fraction(change.after.as_ref())),
    ]
}

fn fraction(fraction: Option<&ClonalFraction>) -> String {
    let Some(one) = fraction else {
        return "not seen".to_owned();
    };
    let cells = one
        .tumour_cells
        .as_ref()
        .map(|cells| format!("; tumour cells {}", share(cells)))
        .unwrap_or_default();
    format!("{} of {}: {}{cells}", one.with, one.of, share(&one.share))
}

fn points(report: &CompareReport) -> Section {
    let row = |name: &str, point: &TimePoint| {
        let content = point.tumour_content.map_or_else(
            || "not known".to_owned(),
            |share| format!("{:.0} %", 100.0 * share),
        );
        vec![
            Cell::plain(name),
            Cell::plain(when(point)),
            Cell::plain(point.status.as_str()),
            Cell::plain(probability_interval(&point.rearranged)),
            Cell::plain(content),
            Cell::plain(point.version.as_str()),
        ]
    };
    let mut blocks = vec![Block::Table(Table {
        caption: "The two time points".to_owned(),
        columns: vec![
            Column::new("", 0.8),
            Column::new("Sample", 1.8),
            Column::new("Status", 1.2),
            Column::new("Probability of a rearrangement", 2.0),
            Column::new("Tumour cells", 1.0),
            Column::new("Made by", 1.0),
        ],
        rows: vec![row("before", &report.before), row("after", &report.after)],
    })];
    let given: Vec<Rich> = report
        .treatments_between
        .iter()
        .map(|one| {
            let part = |day: &Option<String>| day.clone().unwrap_or_else(|| "?".to_owned());
            Rich::from(format!(
                "{}, {} to {}",
                one.drug,
                part(&one.start),
                part(&one.end)
            ))
        })
        .collect();
    if !given.is_empty() {
        blocks.push(Block::Heading("Inhibitors given between".to_owned()));
        blocks.push(Block::List(given));
    }
    section("points", "The two time points", blocks)
}
