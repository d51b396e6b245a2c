//! What FISH shows, on the terminal: the call, how sure it is, its steps, and what was left out.

use alkaid_fish::copies::CopyClass;
use alkaid_fish::finding::Exclusion;
use alkaid_fish::rule::{StepOutcome, Verdict};
use alkaid_fish::{DistanceIndex, FishReport};

use super::ink::Paint;
use super::{MARGIN, Page, Style};

/// The report as text that ends with a line break.
pub fn fish(report: &FishReport, style: Style) -> String {
    let mut page = Page::new(style);
    page.fish_headline(report);
    page.fish_steps(report);
    page.how_sure(report);
    page.not_scored(report);
    page.copies(report);
    page.readers(report);
    page.heading("What could not be seen");
    for words in &report.unseen {
        page.item(Paint::Dim, '○', Paint::Plain, words);
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
    fn fish_headline(&mut self, report: &FishReport) {
        let (mark, paint, words) = match report.call.verdict {
            Verdict::Positive => (
                '●',
                Paint::Alarm,
                "Positive: ALK is rearranged by this rule",
            ),
            Verdict::Negative => ('○', Paint::Good, "Negative: no rearrangement by this rule"),
            Verdict::Equivocal => ('◌', Paint::Warn, "Equivocal: more nuclei are needed"),
            Verdict::NotSuitable => ('◌', Paint::Warn, "Not suitable for a call"),
        };
        self.blank();
        self.item(paint, mark, paint, words);
        self.blank();
        self.paragraph(Paint::Plain, &sentence(&report.call.reason));
        for refusal in &report.refusals {
            self.paragraph(Paint::Plain, &sentence(refusal));
        }
        let all = report.nuclei.len().max(report.counted.len());
        let fields = match report.fields.len() {
            0 => "counted by eye".to_owned(),
            1 => "1 field".to_owned(),
            n => format!("{n} fields"),
        };
        self.paragraph(
            Paint::Dim,
            &format!(
                "sample {} · {fields}, {all} nuclei, {} can be scored · {} ({}) · draw with seed {}",
                report.sample,
                report.call.scorable,
                report.profile.name,
                report.profile.maker,
                report.call.seed
            ),
        );
    }

    fn fish_steps(&mut self, report: &FishReport) {
        if report.call.steps.is_empty() {
            return;
        }
        self.heading("The rule, step by step");
        self.step_row([
            "",
            "nuclei",
            "positive",
            "split",
            "isolated 3'",
            "isolated 5'",
            "fused",
            "says",
        ]);
        for step in &report.call.steps {
            let says = match step.outcome {
                StepOutcome::Positive => "positive",
                StepOutcome::Negative => "negative",
                StepOutcome::Equivocal => "equivocal",
            };
            self.step_row([
                &format!("step {}", step.number),
                &step.nuclei.len().to_string(),
                &format!("{} ({:.0} %)", step.positive, step.percent),
                &step.split.to_string(),
                &step.isolated_red.to_string(),
                &step.isolated_green.to_string(),
                &step.fused.to_string(),
                says,
            ]);
        }
    }

    fn step_row(&mut self, cells: [&str; 8]) {
        const STARTS: [usize; 8] = [0, 8, 16, 27, 34, 47, 60, 67];
        let mut line = self.line();
        for (start, cell) in STARTS.iter().zip(cells) {
            line.pad_to(MARGIN + start);
            let paint = if *start == 0 {
                Paint::Dim
            } else {
                Paint::Plain
            };
            line.text(paint, cell);
        }
        self.push(line);
    }

    fn how_sure(&mut self, report: &FishReport) {
        let found = &report.statistics;
        let cut_off = report.profile.cut_off_percent.value;
        self.heading("How sure that is");
        let Some(percent) = found.percent else {
            self.paragraph(
                Paint::Plain,
                "No nucleus can be scored, so nothing is known.",
            );
            return;
        };
        let [low, high] = found.interval;
        self.fact(
            "share",
            Paint::Plain,
            &format!(
                "{} of {} scorable nuclei are positive: {percent:.1} % (exact 95 % interval {low:.1} to {high:.1})",
                found.positive, found.of
            ),
        );
        self.fact(
            "posterior",
            Paint::Plain,
            &format!(
                "at least {cut_off} % of nuclei are positive with probability {}",
                probability(found.at_least_cut_off)
            ),
        );
        let [middle, from, to] = found.rearranged_percent;
        self.fact(
            "rearranged",
            Paint::Plain,
            &format!(
                "{middle:.0} % of nuclei ({from:.0} to {to:.0}), background taken out; at least {cut_off} % with probability {}",
                probability(found.rearranged_at_least_cut_off)
            ),
        );
        let paint = if found.background.polyploid {
            Paint::Warn
        } else {
            Paint::Plain
        };
        self.fact("background", paint, &found.background.says);
        if let Some(green) = found.background.from_isolated_green {
            self.fact(
                "",
                Paint::Dim,
                &format!(
                    "from the copies alone {:.1} %; from the isolated 5' signals ({} at {} loci) {:.1} %",
                    found.background.from_copies.percent,
                    found.background.isolated_green[0],
                    found.background.isolated_green[1],
                    green.percent
                ),
            );
        }
        let draws = &found.draws;
        // Two readers draw from nuclei of their own.
        if draws.not_suitable == 0.0 && report.readers.is_none() {
            self.fact(
                "other draws",
                Paint::Plain,
                &format!(
                    "{:.0} % positive, {:.0} % negative, {:.0} % equivocal",
                    draws.positive * 100.0,
                    draws.negative * 100.0,
                    draws.equivocal * 100.0
                ),
            );
        }
        if let Some(index) = &report.index {
            self.distances(index);
        }
        self.fact("more nuclei", Paint::Plain, &found.plan.says);
        self.paragraph(Paint::Dim, &format!("Model: {}.", found.model));
    }

    fn distances(&mut self, index: &DistanceIndex) {
        let words = match (&index.model, index.suspicious) {
            (None, _) => format!(
                "{} pairs in {} nuclei are too few to say more",
                index.pairs, index.nuclei
            ),
            (Some(model), true) => format!(
                "wider than whole loci alone (p = {:.1e}): {:.0} % of nuclei ({:.0} to {:.0} %) may be rearranged, spread {:.2} µm against the usual {:.2} µm",
                index.p,
                100.0 * index.fraction,
                100.0 * index.fraction_interval[0],
                100.0 * index.fraction_interval[1],
                model.wide_um,
                model.normal_um
            ),
            (Some(model), false) => format!(
                "as of whole loci: spread {:.2} µm along an axis, nothing wider beside it (p = {:.2})",
                model.normal_um, index.p
            ),
        };
        let paint = if index.suspicious {
            Paint::Warn
        } else {
            Paint::Plain
        };
        self.fact("distances", paint, &words);
    }

    fn not_scored(&mut self, report: &FishReport) {
        if report.exclusions.is_empty() {
            return;
        }
        self.heading("Nuclei that are not scored");
        for count in &report.exclusions {
            self.fact(
                &count.nuclei.to_string(),
                Paint::Plain,
                reason(count.reason),
            );
        }
    }

    fn copies(&mut self, report: &FishReport) {
        let Some(copies) = &report.copy_number else {
            return;
        };
        self.heading("Copies of ALK, no part of the call");
        let paint = match copies.class {
            CopyClass::NoGain => Paint::Plain,
            CopyClass::Gain | CopyClass::Amplification => Paint::Warn,
        };
        self.paragraph(paint, &sentence(&copies.says));
        self.paragraph(
            Paint::Dim,
            &format!(
                "means of {} nuclei: {:.2} of the 3' side, {:.2} of the 5' side, {:.2} fused",
                copies.nuclei, copies.mean_three_prime, copies.mean_five_prime, copies.mean_fused
            ),
        );
    }

    fn readers(&mut self, report: &FishReport) {
        let Some(readers) = &report.readers else {
            return;
        };
        self.heading("The readers");
        for alone in &readers.alone {
            self.fact(
                &alone.reader,
                Paint::Plain,
                &format!(
                    "{}: {}",
                    alone.call.verdict.as_str().replace('_', " "),
                    alone.call.reason
                ),
            );
        }
        self.fact("agreement", Paint::Plain, &readers.agreement.says);
    }
}

/// With a capital letter and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}

/// Never a certainty that the numbers do not hold.
fn probability(value: f64) -> String {
    if value > 0.999 {
        "above 0.999".to_owned()
    } else if value < 0.001 {
        "below 0.001".to_owned()
    } else {
        format!("{value:.3}")
    }
}

fn reason(exclusion: Exclusion) -> &'static str {
    match exclusion {
        Exclusion::Edge => "touch the edge of the field",
        Exclusion::Overlap => "lie on each other",
        Exclusion::Area => "are too small or too large",
        Exclusion::Solidity => "have a dented outline",
        Exclusion::OutOfFocus => "are out of focus",
        Exclusion::LowDapi => "have hardly any DAPI",
        Exclusion::NoSignal => "show no signal",
        Exclusion::OneColour => "show signals of one colour only",
        Exclusion::SignalToNoise => "have signals that do not stand out of the noise",
        Exclusion::OutsideRegion => "lie outside the regions given",
        Exclusion::Reviewer => "were taken out by a person",
    }
}
