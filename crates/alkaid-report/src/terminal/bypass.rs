//! What other callers' tables say about bypass, on the terminal.

use alkaid_case::grouped;
use alkaid_tables::finding::{
    BypassReport, Counted, SourceRow, Strength, TableFinding, TableFindingKind, TransformationHint,
};

use super::ink::Paint;
use super::{MARGIN, Page, Style, wrap};

/// Variants of unknown significance that are listed; all stand in the JSON and the TSV.
const UNKNOWN_SHOWN: usize = 10;

/// The report as text that ends with a line break.
pub fn bypass(report: &BypassReport, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    let with_word = |finding: &&TableFinding| {
        !matches!(
            finding.strength,
            Strength::Level | Strength::KnownPolymorphism | Strength::UnknownSignificance
        )
    };
    let words: Vec<&TableFinding> = report.findings.iter().filter(with_word).collect();
    let (mark, paint, headline) = match words.len() {
        0 => (
            '○',
            Paint::Good,
            "No known bypass event in these tables".to_owned(),
        ),
        1 => ('●', Paint::Warn, "One finding beside the fusion".to_owned()),
        n => ('●', Paint::Warn, format!("{n} findings beside the fusion")),
    };
    page.item(paint, mark, Paint::Bold, &headline);
    page.inputs(report);
    if !words.is_empty() {
        page.heading("findings");
        for finding in words {
            page.table_finding(finding);
        }
    }
    page.unknown(report);
    page.levels(report);
    page.emt(report);
    page.transformation(report);
    page.left_out(report);
    if !report.warnings.is_empty() {
        page.heading("Before you trust this");
        for warning in &report.warnings {
            page.item(Paint::Warn, '!', Paint::Plain, warning);
        }
    }
    page.rule();
    page.paragraph(Paint::Dim, &report.notice);
    page.finish()
}

impl Page {
    fn inputs(&mut self, report: &BypassReport) {
        if let Some(read) = &report.variants {
            let sample = read
                .sample
                .as_ref()
                .map_or_else(String::new, |name| format!(", sample {name}"));
            self.fact(
                "variants",
                Paint::Dim,
                &format!(
                    "{}: {} records, {} in the genes of interest, REF of {} checked; {} by {}{sample}",
                    read.file,
                    grouped(read.records),
                    grouped(read.in_genes),
                    grouped(read.reference_checked),
                    read.assembly,
                    read.assembly_from
                ),
            );
        }
        if let Some(read) = &report.copy_number {
            let assembly = read.assembly.map_or_else(String::new, |assembly| {
                format!(", taken to be on {assembly}")
            });
            self.fact(
                "copies",
                Paint::Dim,
                &format!(
                    "{}: {}, {} rows, {}{assembly}; {}",
                    read.file,
                    read.format,
                    grouped(read.rows),
                    read.unit,
                    read.assumption
                ),
            );
        }
        if let Some(read) = &report.expression {
            self.fact(
                "expression",
                Paint::Dim,
                &format!(
                    "{}: {}, column {}, {} by {}; {} of {} identifiers known, {} genes",
                    read.file,
                    read.format,
                    read.column,
                    read.unit,
                    read.unit_from,
                    grouped(read.known),
                    grouped(read.rows),
                    grouped(read.genes)
                ),
            );
        }
    }

    fn table_finding(&mut self, finding: &TableFinding) {
        let paint = match finding.strength {
            Strength::CataloguedAlkMutation | Strength::Activating | Strength::Amplified => {
                Paint::Alarm
            }
            _ => Paint::Warn,
        };
        let assumed = match &finding.source {
            Some(row) if row.is_unverified() => ", by an unverified row",
            None => ", by the caller's own class",
            Some(_) => "",
        };
        self.item(
            paint,
            '●',
            Paint::Bold,
            &format!(
                "{} {}: {}{assumed}",
                finding.gene,
                finding.what,
                finding.strength.as_str()
            ),
        );
        if let Some(variant) = &finding.variant {
            let mut parts = vec![format!(
                "{}:{} {}>{}",
                variant.chrom, variant.position, variant.reference, variant.alternate
            )];
            parts.push(match variant.allele_fraction {
                Some(share) => format!("allele fraction {:.1} %", share * 100.0),
                None => "no allele fraction".to_owned(),
            });
            if let Some(depth) = variant.depth {
                parts.push(format!("depth {depth}"));
            }
            parts.push(variant.transcript.clone());
            if !variant.reference_checked {
                parts.push("REF not checked".to_owned());
            }
            self.indented_dim(&parts.join(", "));
        }
        for row in finding.source.iter().chain(&finding.resistance) {
            self.indented_dim(&source(row));
        }
    }

    fn unknown(&mut self, report: &BypassReport) {
        let unknown: Vec<&TableFinding> = report
            .findings
            .iter()
            .filter(|finding| {
                matches!(
                    finding.strength,
                    Strength::KnownPolymorphism | Strength::UnknownSignificance
                )
            })
            .collect();
        if unknown.is_empty() {
            return;
        }
        self.heading("variants of unknown significance");
        for finding in unknown.iter().take(UNKNOWN_SHOWN) {
            let share = finding
                .variant
                .as_ref()
                .and_then(|variant| variant.allele_fraction)
                .map_or_else(String::new, |share| format!(", {:.1} %", share * 100.0));
            let common = match finding.strength {
                Strength::KnownPolymorphism => ", a known polymorphism, likely inherited",
                _ => "",
            };
            self.fact(
                &finding.gene,
                Paint::Plain,
                &format!("{}{share}{common}", finding.what),
            );
        }
        if let Some(more @ 1..) = unknown.len().checked_sub(UNKNOWN_SHOWN) {
            self.paragraph(Paint::Dim, &format!("{more} more with --json or --tsv"));
        }
    }

    fn levels(&mut self, report: &BypassReport) {
        let levels: Vec<&TableFinding> = report
            .findings
            .iter()
            .filter(|finding| finding.kind == TableFindingKind::Expression)
            .filter(|finding| finding.strength == Strength::Level)
            .collect();
        if levels.is_empty() {
            return;
        }
        self.heading("levels of expression");
        for finding in levels {
            self.fact(&finding.gene, Paint::Plain, &finding.what);
        }
    }

    fn emt(&mut self, report: &BypassReport) {
        let Some(emt) = &report.emt else { return };
        self.heading("EMT score");
        let genes = format!(
            "{} of {} mesenchymal and {} of {} epithelial genes in the table",
            emt.mesenchymal_found, emt.mesenchymal_of, emt.epithelial_found, emt.epithelial_of
        );
        match emt.score {
            Some(score) => self.item(
                Paint::Plain,
                '●',
                Paint::Bold,
                &format!("{score:+.2} on {} ({genes})", emt.scale),
            ),
            None => self.item(
                Paint::Warn,
                '○',
                Paint::Bold,
                &format!("not computed: {genes}"),
            ),
        }
        self.indented_dim(&format!("{}. {}", emt.method, emt.meaning));
        for row in &emt.sources {
            self.indented_dim(&source(row));
        }
    }

    fn transformation(&mut self, report: &BypassReport) {
        let hint = &report.transformation;
        if hint.hint == TransformationHint::NotAssessed && hint.neuroendocrine.is_empty() {
            return;
        }
        self.heading("hints of small-cell transformation");
        let (mark, paint) = match hint.hint {
            TransformationHint::BothHit => ('●', Paint::Alarm),
            TransformationHint::OneHit => ('◌', Paint::Warn),
            TransformationHint::NoHint | TransformationHint::NotAssessed => ('○', Paint::Dim),
        };
        self.item(paint, mark, Paint::Plain, &hint.says);
        for state in [&hint.rb1, &hint.tp53] {
            if !state.evidence.is_empty() {
                self.indented_dim(&format!("{}: {}", state.gene, state.evidence.join("; ")));
            }
        }
        if !hint.neuroendocrine.is_empty() {
            let levels: Vec<String> = hint
                .neuroendocrine
                .iter()
                .map(|level| {
                    format!(
                        "{} {:.2} (above {:.1} %)",
                        level.gene,
                        level.value,
                        level.rank * 100.0
                    )
                })
                .collect();
            self.indented_dim(&levels.join(", "));
        }
        if hint.hint == TransformationHint::BothHit {
            for row in &hint.sources {
                self.indented_dim(&source(row));
            }
        }
    }

    fn left_out(&mut self, report: &BypassReport) {
        let Some(read) = &report.variants else { return };
        if read.skipped.is_empty() && read.filtered.is_empty() {
            return;
        }
        self.heading("left out");
        let list = |counted: &[Counted]| {
            counted
                .iter()
                .map(|one| format!("{} {}", one.count, one.name))
                .collect::<Vec<_>>()
                .join(", ")
        };
        if !read.skipped.is_empty() {
            self.fact("alleles", Paint::Dim, &list(&read.skipped));
        }
        if !read.filtered.is_empty() {
            self.fact("by FILTER", Paint::Dim, &list(&read.filtered));
        }
    }

    /// A dim paragraph two columns to the right of the margin.
    fn indented_dim(&mut self, words: &str) {
        for part in wrap(&self.clean(words), self.width - 2 * MARGIN - 2) {
            let mut line = self.line();
            line.pad_to(MARGIN + 2);
            line.text(Paint::Dim, &part);
            self.push(line);
        }
    }
}

/// `MET amplification · Dagogo-Jack 2020, … · 2020 · sourced`.
fn source(row: &SourceRow) -> String {
    let parts = [
        row.note.clone(),
        Some(row.source.clone()),
        row.date.clone(),
        Some(row.status.clone()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
