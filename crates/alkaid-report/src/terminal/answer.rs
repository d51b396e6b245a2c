//! Answers about ALK, and views of inhibitors, on the terminal.

use alkaid_knowledge::answer::{Answer, Section, Statement};
use alkaid_knowledge::view::{AgencyStatus, Conclusion, Evidence, InhibitorView, Verdict};
use alkaid_knowledge::{Provenance, Status};

use super::ink::Paint;
use super::{MARGIN, Page, Style, wrap};

/// Columns that labels of facts may take.
const LABELS: usize = 20;
/// Rows of one conclusion that are shown; all stand in the JSON and the TSV.
const EVIDENCE_SHOWN: usize = 8;

/// An answer as text that ends with a line break.
pub fn answer(answer: &Answer, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    page.item(Paint::Alk, '●', Paint::Bold, &answer.name);
    page.paragraph(
        Paint::Dim,
        &format!("{} · statuses as of {}", answer.kind, answer.as_of),
    );
    for note in &answer.notes {
        page.item(Paint::Warn, '!', Paint::Plain, note);
    }
    for section in &answer.sections {
        page.section(section);
    }
    page.rule();
    page.paragraph(Paint::Dim, answer.notice);
    page.finish()
}

/// A view of inhibitors as text that ends with a line break.
pub fn inhibitors(view: &InhibitorView, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    let fusion = view
        .partner
        .as_ref()
        .map_or_else(|| "ALK".to_owned(), |partner| format!("{partner}::ALK"));
    let mutations = match view.mutations.is_empty() {
        true => ", no mutation given".to_owned(),
        false => format!(" with {}", view.mutations.join(" + ")),
    };
    page.item(
        Paint::Alk,
        '●',
        Paint::Bold,
        &format!("{fusion}{mutations}"),
    );
    let list = |items: &[String]| match items.is_empty() {
        true => "none".to_owned(),
        false => items.join(", "),
    };
    let bypass: Vec<String> = view
        .bypass
        .iter()
        .map(|bypass| {
            format!("{} {}", bypass.gene, bypass.event)
                .trim()
                .to_owned()
        })
        .collect();
    let prior: Vec<String> = view.prior.iter().map(|name| (*name).to_owned()).collect();
    page.paragraph(
        Paint::Dim,
        &format!(
            "tumour: {} · bypass: {} · given before: {} · as of {}",
            view.tumour.unwrap_or("not given"),
            list(&bypass),
            list(&prior),
            view.as_of
        ),
    );
    for note in &view.notes {
        page.item(Paint::Warn, '!', Paint::Plain, note);
    }
    for conclusion in &view.conclusions {
        page.conclusion(conclusion);
    }
    page.heading("rule");
    page.paragraph(Paint::Dim, view.rule);
    page.rule();
    page.paragraph(Paint::Bold, view.notice);
    page.finish()
}

impl Page {
    fn section(&mut self, section: &Section) {
        self.heading(section.title);
        let labels = section.facts.iter().map(|fact| fact.label.chars().count());
        let width = labels.max().unwrap_or(0).min(LABELS);
        for (at, fact) in section.facts.iter().enumerate() {
            self.statement(fact, width);
            // Facts of one row of a table name their source once.
            let next = section.facts.get(at + 1);
            if next.is_none_or(|next| next.provenance != fact.provenance) {
                self.source(&fact.provenance, MARGIN + width + 2);
            }
        }
    }

    fn statement(&mut self, fact: &Statement, width: usize) {
        let start = MARGIN + width + 2;
        let mut line = self.line();
        if fact.label.chars().count() > width {
            self.paragraph(Paint::Dim, &fact.label);
        } else {
            line.text(Paint::Dim, &fact.label);
        }
        let text = match &fact.note {
            Some(note) => format!("{} [{note}]", fact.text),
            None => fact.text.clone(),
        };
        let (paint, text) = match fact.provenance.status {
            Status::Unverified => (Paint::Warn, format!("unverified: {text}")),
            Status::Sourced | Status::Computed => (Paint::Plain, text),
        };
        for part in wrap(&self.clean(&text), self.width - MARGIN - start) {
            line.pad_to(start);
            line.text(paint, &part);
            self.push(std::mem::replace(&mut line, self.line()));
        }
    }

    fn source(&mut self, provenance: &Provenance, start: usize) {
        for part in wrap(
            &self.clean(&source(provenance)),
            self.width - MARGIN - start,
        ) {
            let mut line = self.line();
            line.pad_to(start);
            line.text(Paint::Dim, &part);
            self.push(line);
        }
    }

    fn conclusion(&mut self, one: &Conclusion) {
        let (mark, paint) = match one.verdict {
            Verdict::Supported => ('●', Paint::Good),
            Verdict::Contradictory | Verdict::InDoubt => ('◌', Paint::Warn),
            Verdict::NoData | Verdict::PartResisted => ('○', Paint::Dim),
            Verdict::Refuted => ('●', Paint::Alarm),
        };
        self.blank();
        let before = if one.given_before {
            ", given before"
        } else {
            ""
        };
        let level = one
            .level
            .map_or_else(String::new, |level| format!(" ({})", level.as_str()));
        self.item(
            paint,
            mark,
            Paint::Bold,
            &format!("{}: {}{level}{before}", one.drug, one.verdict.as_str()),
        );
        self.indented(Paint::Plain, &one.reason);
        if let Some(text) = &one.disagreement {
            self.indented(Paint::Warn, &format!("disagreement: {text}"));
        }
        let status: Vec<String> = one.status.iter().map(agency).collect();
        if !status.is_empty() {
            self.indented(Paint::Dim, &status.join("; "));
        }
        for row in one.evidence.iter().take(EVIDENCE_SHOWN) {
            self.evidence(row);
        }
        if let Some(more @ 1..) = one.evidence.len().checked_sub(EVIDENCE_SHOWN) {
            self.indented(
                Paint::Dim,
                &format!("{more} more rows with --json or --tsv"),
            );
        }
    }

    fn evidence(&mut self, row: &Evidence) {
        let mark = match row.direction.as_str() {
            "for" => "+",
            "against" => "-",
            _ => "=",
        };
        let aside = row
            .why_not
            .map_or_else(String::new, |why| format!(" [does not count: {why}]"));
        let paint = if row.counts { Paint::Plain } else { Paint::Dim };
        let unverified = match row.provenance.status {
            Status::Unverified => "unverified: ",
            Status::Sourced | Status::Computed => "",
        };
        self.indented(
            paint,
            &format!(
                "{mark} {}: {unverified}{}{aside}",
                row.level.as_str(),
                row.text
            ),
        );
        self.source(&row.provenance, MARGIN + 4);
    }

    /// A paragraph two columns to the right of the margin.
    fn indented(&mut self, paint: Paint, words: &str) {
        for part in wrap(&self.clean(words), self.width - 2 * MARGIN - 2) {
            let mut line = self.line();
            line.pad_to(MARGIN + 2);
            line.text(paint, &part);
            self.push(line);
        }
    }
}

/// `Soda 2007, PMID 17625570 · 2007 · sourced`.
fn source(provenance: &Provenance) -> String {
    let date = provenance
        .date
        .map_or_else(String::new, |date| format!(" · {date}"));
    format!("{}{date} · {}", provenance.source, provenance.status)
}

/// `FDA approved (2021-03-03)`.
fn agency(status: &AgencyStatus) -> String {
    let since = status
        .since
        .map_or_else(String::new, |date| format!(" ({date})"));
    let due = status
        .decision_due
        .map_or_else(String::new, |date| format!(", decision due by {date}"));
    let unverified = match status.status {
        Some(Status::Unverified) => ", unverified",
        _ => "",
    };
    format!(
        "{} {}{since}{due}{unverified}",
        status.agency,
        status.state.as_str()
    )
}
