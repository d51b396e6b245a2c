//! The report on the terminal: the verdict in plain words, each call with its junction drawn, what else was found, and
//! what would have been seen.

mod answer;
mod bypass;
mod call;
mod case;
mod drawing;
mod fish;
mod ihc;
mod ink;
pub mod pathway;
mod text;
mod variants;

use alkaid_case::grouped;
use alkaid_reads::finding::{FindingKind, Molecule, ReadsReport, Verdict};

pub use self::answer::{answer as answer_page, inhibitors as inhibitors_page};
pub use self::bypass::bypass as bypass_page;
pub use self::case::{case as case_page, comparison as comparison_page};
pub use self::fish::fish as fish_page;
pub use self::ihc::{hand_page, ihc_page};
use self::ink::{Line, Paint};
use self::text::wrap;

/// How the report is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are used.
    pub color: Color,
    /// Which characters are drawn with.
    pub glyphs: Glyphs,
    /// Columns of the terminal. Below 40, lines are as for 40.
    pub width: usize,
}

/// Whether colours are used; the caller knows whether it writes to a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    Never,
    /// ANSI colours.
    Always,
}

/// Which characters are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Box-drawing characters.
    Unicode,
    /// ASCII only.
    Ascii,
}

impl Default for Style {
    /// Plain Unicode text of 80 columns.
    fn default() -> Self {
        Self {
            color: Color::Never,
            glyphs: Glyphs::Unicode,
            width: 80,
        }
    }
}

/// Width of the labels at the start of facts.
const LABEL: usize = 11;
/// Columns left free at the start of every line.
const MARGIN: usize = 2;
/// Refused candidates that are named here; all stand in `refused.tsv`.
const REFUSED_SHOWN: usize = 3;

/// The report as text that ends with a line break.
pub fn terminal(report: &ReadsReport, style: Style) -> String {
    let mut page = Page::new(style);
    headline(&mut page, report);
    for call in &report.calls {
        call::block(&mut page, call, report.calls.len());
    }
    variants::section(&mut page, report);
    findings(&mut page, report);
    depth_ratio(&mut page, report);
    refused(&mut page, report);
    bound(&mut page, report);
    warnings(&mut page, report);
    page.rule();
    page.paragraph(Paint::Dim, &report.notice);
    page.finish()
}

fn headline(page: &mut Page, report: &ReadsReport) {
    let (mark, words, paint) = match report.verdict {
        Verdict::Rearranged => ('●', "ALK is rearranged", Paint::Alarm),
        Verdict::RearrangedPartnerUnresolved => (
            '●',
            "ALK is rearranged, its partner has no name",
            Paint::Alarm,
        ),
        Verdict::NotDetected => ('○', "No ALK rearrangement detected", Paint::Good),
        Verdict::Insufficient => (
            '◌',
            "The data do not suffice for a verdict on ALK",
            Paint::Warn,
        ),
    };
    page.blank();
    page.item(paint, mark, paint, words);
    page.blank();
    page.paragraph(Paint::Plain, &report.summary);
    let molecule = match report.qc.molecule {
        Molecule::Rna => "RNA",
        Molecule::Dna => "DNA",
    };
    let [shortest, median, longest] = report.qc.read_length;
    let length = if shortest == longest {
        format!("{median} nt")
    } else {
        format!("{shortest}–{longest} nt")
    };
    let input = format!(
        "sample {} · {molecule}, {} · {} fragments, {} touch ALK · {}",
        report.sample,
        if report.qc.paired {
            format!("pairs of {length}")
        } else {
            format!("single reads of {length}")
        },
        grouped(report.qc.fragments),
        grouped(report.qc.alk_fragments),
        report.assembly,
    );
    page.paragraph(Paint::Dim, &input);
}

fn findings(page: &mut Page, report: &ReadsReport) {
    if report.findings.is_empty() {
        return;
    }
    page.heading("Also found");
    for finding in &report.findings {
        let kind = match finding.kind {
            FindingKind::Reciprocal => "reciprocal",
            FindingKind::IntragenicDeletion => "deletion",
            FindingKind::IntragenicDuplication => "duplication",
            FindingKind::AlternativeTranscriptionInitiation => "ALK-ATI",
            FindingKind::Imbalance => "imbalance",
            FindingKind::Gain => "gain",
            FindingKind::Amplification => "amplified",
        };
        page.fact(kind, Paint::Plain, &finding.summary);
    }
}

fn depth_ratio(page: &mut Page, report: &ReadsReport) {
    let Some(measured) = &report.depth_ratio else {
        return;
    };
    page.heading("Depth against control regions");
    // A finding has said it already.
    let found = |kind| matches!(kind, FindingKind::Gain | FindingKind::Amplification);
    if !report.findings.iter().any(|finding| found(finding.kind)) {
        page.paragraph(Paint::Plain, &measured.statement);
    }
    page.paragraph(Paint::Dim, &measured.model);
}

fn refused(page: &mut Page, report: &ReadsReport) {
    let count = report.refused.len();
    if count == 0 {
        return;
    }
    page.heading("Looked at and refused");
    for refusal in report.refused.iter().take(REFUSED_SHOWN) {
        page.fact(&refusal.name, Paint::Plain, &refusal.explanation);
    }
    if count > REFUSED_SHOWN {
        page.paragraph(
            Paint::Dim,
            &format!(
                "and {} more in refused.tsv",
                grouped((count - REFUSED_SHOWN) as u64)
            ),
        );
    }
}

fn bound(page: &mut Page, report: &ReadsReport) {
    page.heading("What would have been seen");
    page.paragraph(Paint::Plain, &report.bound.statement);
    page.paragraph(Paint::Dim, &report.bound.model);
}

fn warnings(page: &mut Page, report: &ReadsReport) {
    if report.warnings.is_empty() {
        return;
    }
    page.heading("Before you trust this");
    for warning in &report.warnings {
        page.item(Paint::Warn, '!', Paint::Plain, warning);
    }
}

/// The lines written so far.
struct Page {
    style: Style,
    /// Columns, never fewer than 40.
    width: usize,
    out: String,
}

impl Page {
    fn new(style: Style) -> Self {
        Self {
            style,
            width: style.width.clamp(40, 200),
            out: String::new(),
        }
    }

    /// A line that starts at the margin.
    fn line(&self) -> Line {
        let mut line = Line::new(self.style);
        line.pad_to(MARGIN);
        line
    }

    fn push(&mut self, line: Line) {
        self.out.push_str(line.finish().trim_end());
        self.out.push('\n');
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    fn rule(&mut self) {
        self.blank();
        let mut line = self.line();
        line.repeat(Paint::Dim, '─', self.width - 2 * MARGIN);
        self.push(line);
    }

    fn heading(&mut self, words: &str) {
        self.blank();
        let mut line = self.line();
        line.repeat(Paint::Dim, '─', 2);
        line.text(Paint::Plain, " ");
        line.text(Paint::Bold, words);
        line.text(Paint::Plain, " ");
        let rest = (self.width - MARGIN).saturating_sub(line.width());
        line.repeat(Paint::Dim, '─', rest);
        self.push(line);
    }

    fn paragraph(&mut self, paint: Paint, words: &str) {
        for part in wrap(&self.clean(words), self.width - 2 * MARGIN) {
            let mut line = self.line();
            line.text(paint, &part);
            self.push(line);
        }
    }

    /// A label and what belongs to it; a label that is too long gets a line of its own.
    fn fact(&mut self, label: &str, paint: Paint, words: &str) {
        let label = self.clean(label);
        let start = MARGIN + LABEL + 1;
        let mut line = self.line();
        line.text(Paint::Dim, &label);
        if line.width() >= start {
            self.push(line);
            line = self.line();
        }
        for part in wrap(&self.clean(words), self.width - MARGIN - start) {
            line.pad_to(start);
            line.text(paint, &part);
            self.push(std::mem::replace(&mut line, self.line()));
        }
    }

    fn item(&mut self, mark_paint: Paint, mark: char, paint: Paint, words: &str) {
        let mut line = self.line();
        line.glyph(mark_paint, mark);
        for part in wrap(&self.clean(words), self.width - 2 * MARGIN - 2) {
            line.pad_to(MARGIN + 2);
            line.text(paint, &part);
            self.push(std::mem::replace(&mut line, self.line()));
        }
    }

    fn clean(&self, words: &str) -> String {
        text::clean(words, self.style.glyphs)
    }

    fn finish(self) -> String {
        self.out
    }
}
