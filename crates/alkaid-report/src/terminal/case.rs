//! A case on the terminal: the answer in three sentences, the evidence, where it disagrees, what follows.

use alkaid_case::finding::{
    AssayState, CaseReport, ChangeKind, CompareReport, DrugOutlook, JointStatus, Sentence,
};
use alkaid_case::{percent, with_interval};

use super::ink::Paint;
use super::{Page, Style};

/// Inhibitors that are listed; all stand in the JSON and the TSV.
const INHIBITORS_SHOWN: usize = 8;
/// Sources that are listed for what was named on the page.
const MOST_SOURCES: usize = 30;

/// The report as text that ends with a line break.
pub fn case(report: &CaseReport, style: Style) -> String {
    let mut page = Page::new(style);
    let mut cited: Vec<u32> = Vec::new();
    page.blank();
    let (mark, paint) = match report.status {
        JointStatus::Rearranged => ('●', Paint::Alarm),
        JointStatus::NotRearranged => ('○', Paint::Good),
        JointStatus::Indeterminate => ('?', Paint::Warn),
    };
    for (index, sentence) in report.answer.iter().enumerate() {
        let text = page.cited(sentence, &mut cited);
        match index {
            0 => page.item(paint, mark, Paint::Bold, &text),
            _ => page.item(Paint::Plain, ' ', Paint::Plain, &text),
        }
    }
    let sample = &report.sample;
    let about: Vec<&str> = [
        Some(sample.id.as_str()),
        sample.tumour.as_deref(),
        sample.site.as_deref(),
        sample.material.as_deref(),
        sample.collected.as_deref(),
    ]
    .into_iter()
    .flatten()
    .collect();
    page.fact("sample", Paint::Dim, &about.join(", "));
    page.assays(report, &mut cited);
    page.joint(report, &mut cited);
    page.discordances(report, &mut cited);
    page.next_tests(report, &mut cited);
    page.follows(report, &mut cited);
    page.cited_sources(report, &mut cited);
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

/// A comparison as text that ends with a line break.
pub fn comparison(report: &CompareReport, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    for (index, sentence) in report.answer.iter().enumerate() {
        match index {
            0 => page.item(Paint::Warn, '●', Paint::Bold, &sentence.text),
            _ => page.item(Paint::Plain, ' ', Paint::Plain, &sentence.text),
        }
    }
    for (label, point) in [("before", &report.before), ("after", &report.after)] {
        let day = point
            .collected
            .as_ref()
            .map_or_else(String::new, |day| format!(", {day}"));
        let text = format!(
            "{}{day}: {}, probability {}",
            point.sample,
            point.status.as_str(),
            with_interval(point.rearranged)
        );
        page.fact(label, Paint::Dim, &text);
    }
    if !report.changes.is_empty() {
        page.heading("changes");
        for change in &report.changes {
            let (mark, paint) = match change.kind {
                ChangeKind::Appeared | ChangeKind::Rose => ('●', Paint::Alarm),
                ChangeKind::Gone | ChangeKind::Fell => ('○', Paint::Good),
                ChangeKind::Stayed => ('●', Paint::Dim),
                ChangeKind::CannotBeTold => ('?', Paint::Warn),
            };
            page.item(paint, mark, Paint::Plain, &change.statement.text);
        }
    }
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
    /// A sentence with its sources' numbers, which are noted.
    fn cited(&self, sentence: &Sentence, cited: &mut Vec<u32>) -> String {
        let text = sentence.text.trim_end();
        if sentence.cites.is_empty() {
            return text.to_owned();
        }
        cited.extend(&sentence.cites);
        let numbers: Vec<String> = sentence.cites.iter().map(u32::to_string).collect();
        format!("{text} [{}]", numbers.join(","))
    }

    fn assays(&mut self, report: &CaseReport, cited: &mut Vec<u32>) {
        self.heading("evidence");
        for assay in &report.assays {
            let paint = match assay.state {
                AssayState::Positive => Paint::Alarm,
                AssayState::Negative => Paint::Good,
                AssayState::Informative => Paint::Dim,
                _ => Paint::Warn,
            };
            let mark = match assay.state {
                AssayState::Positive => '●',
                AssayState::Negative => '○',
                AssayState::Informative => '·',
                _ => '?',
            };
            let head = format!("{}: {}", assay.title, assay.state.as_str());
            self.item(paint, mark, Paint::Bold, &head);
            let text = self.cited(&assay.finding, cited);
            self.item(Paint::Plain, ' ', Paint::Plain, &text);
            if !assay.uncertainty.is_empty() && assay.state != AssayState::Failed {
                self.item(Paint::Plain, ' ', Paint::Dim, &assay.uncertainty);
            }
            let contribution = report
                .joint
                .contributions
                .iter()
                .find(|one| one.assay == assay.id);
            if let Some(one) = contribution {
                let ratio = one.likelihood_ratio;
                let (times, than) = match ratio.value >= 1.0 {
                    true => (ratio.value, "likelier if ALK is rearranged"),
                    false => (1.0 / ratio.value.max(1e-12), "likelier if it is not"),
                };
                let text = format!(
                    "taken as {}: {} times {than}; without it the probability is {}",
                    one.outcome,
                    short(times),
                    with_interval(one.without)
                );
                self.item(Paint::Plain, ' ', Paint::Dim, &text);
            } else if let Some(why) = assay
                .why_not_counted
                .as_ref()
                .filter(|_| assay.state != AssayState::Informative)
            {
                self.item(
                    Paint::Plain,
                    ' ',
                    Paint::Dim,
                    &format!("does not count: {why}"),
                );
            }
            if let Some(error) = &assay.error {
                self.item(Paint::Warn, '!', Paint::Plain, error);
            }
        }
    }

    fn joint(&mut self, report: &CaseReport, cited: &mut Vec<u32>) {
        self.heading("by the model");
        let prior = self.cited(&report.joint.prior.statement, cited);
        self.fact("prior", Paint::Plain, &prior);
        for class in report
            .joint
            .classes
            .iter()
            .filter(|one| one.posterior.value >= 0.001)
        {
            let text = format!("{}: {}", with_interval(class.posterior), class.meaning);
            self.fact(class.class.as_str(), Paint::Plain, &text);
        }
        self.fact("parameters", Paint::Dim, &report.joint.parameters_say);
    }

    fn discordances(&mut self, report: &CaseReport, cited: &mut Vec<u32>) {
        if report.discordances.is_empty() {
            return;
        }
        self.heading("where assays disagree or mislead");
        for one in &report.discordances {
            self.item(Paint::Warn, '!', Paint::Bold, &one.title);
            for sentence in [&one.explanation, &one.here, &one.advice] {
                let text = self.cited(sentence, cited);
                self.item(Paint::Plain, ' ', Paint::Plain, &text);
            }
        }
    }

    fn next_tests(&mut self, report: &CaseReport, cited: &mut Vec<u32>) {
        if report.next_tests.is_empty() {
            return;
        }
        self.heading("what would tell more");
        for test in &report.next_tests {
            let can = match test.feasible {
                Some(true) => "",
                Some(false) => "; not enough is left",
                None => "",
            };
            let sentence = Sentence {
                text: format!(
                    "{}: {:.3} bits about the status, settled afterwards with {} probability; {}{can}",
                    test.title,
                    test.bits,
                    percent(test.settles),
                    test.material
                ),
                cites: test.cites.clone(),
            };
            let text = self.cited(&sentence, cited);
            self.item(Paint::Plain, '·', Paint::Plain, &text);
        }
    }

    fn follows(&mut self, report: &CaseReport, cited: &mut Vec<u32>) {
        let follows = &report.follows;
        let sentences: Vec<&Sentence> = follows
            .mechanism
            .iter()
            .chain(&follows.variant)
            .chain(&follows.mutation_facts)
            .collect();
        if !sentences.is_empty() {
            self.heading("what follows");
            for sentence in sentences {
                let text = self.cited(sentence, cited);
                self.item(Paint::Plain, '·', Paint::Plain, &text);
            }
        }
        if let Some(pathway) = &follows.pathway {
            self.heading("by the model of signalling");
            for sentence in &pathway.statements {
                let text = self.cited(sentence, cited);
                self.item(Paint::Plain, '·', Paint::Plain, &text);
            }
        }
        if follows.inhibitors.is_empty() {
            return;
        }
        self.heading("evidence on inhibitors");
        for one in follows.inhibitors.iter().take(INHIBITORS_SHOWN) {
            self.outlook(one, cited);
        }
        if follows.inhibitors.len() > INHIBITORS_SHOWN {
            let more = follows.inhibitors.len() - INHIBITORS_SHOWN;
            self.item(
                Paint::Dim,
                ' ',
                Paint::Dim,
                &format!("{more} more in case.json and case.tsv"),
            );
        }
        for note in &follows.inhibitor_notes {
            self.item(Paint::Warn, '!', Paint::Plain, note);
        }
    }

    fn outlook(&mut self, one: &DrugOutlook, cited: &mut Vec<u32>) {
        let (mark, paint) = match one.verdict.as_str() {
            "supported" => ('●', Paint::Good),
            "refuted" | "a part resisted" => ('○', Paint::Alarm),
            _ => ('?', Paint::Dim),
        };
        let level = one
            .level
            .as_ref()
            .map_or_else(String::new, |level| format!(" ({level})"));
        let given = if one.given_before {
            ", given before"
        } else {
            ""
        };
        let sentence = Sentence {
            text: format!(
                "{}: {}{level}{given}. {}",
                one.drug, one.verdict, one.reason.text
            ),
            cites: one.reason.cites.clone(),
        };
        let text = self.cited(&sentence, cited);
        self.item(paint, mark, Paint::Plain, &text);
    }

    fn cited_sources(&mut self, report: &CaseReport, cited: &mut Vec<u32>) {
        cited.sort_unstable();
        cited.dedup();
        if cited.is_empty() {
            return;
        }
        self.heading("sources");
        for number in cited.iter().take(MOST_SOURCES) {
            let Some(one) = report.citation(*number) else {
                continue;
            };
            let status = match one.status.as_str() {
                "unverified" => ", unverified",
                _ => "",
            };
            let text = format!("{}{status} ({})", one.source, one.row);
            self.fact(&format!("[{number}]"), Paint::Dim, &text);
        }
        if cited.len() > MOST_SOURCES {
            let more = cited.len() - MOST_SOURCES;
            self.item(
                Paint::Dim,
                ' ',
                Paint::Dim,
                &format!("{more} more in case.json"),
            );
        }
    }
}

/// A factor in few digits.
fn short(value: f64) -> String {
    match value {
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}
