//! A scored section, and scores by hand, on the terminal.

use alkaid_case::grouped;
use alkaid_ihc::finding::{Call, Class, IhcReport, RegionSource};
use alkaid_ihc::hand::HandReport;

use super::ink::Paint;
use super::{Page, Style};

/// The report as text that ends with a line break.
#[must_use]
pub fn ihc_page(report: &IhcReport, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    let (mark, paint) = match report.call.call {
        Call::Positive => ('●', Paint::Alarm),
        Call::Negative => ('○', Paint::Good),
        Call::Equivocal | Call::NeedsReview | Call::NotEvaluable => ('●', Paint::Warn),
    };
    let headline = format!(
        "ALK IHC, {}: {}",
        report.call.kit_name,
        report.call.call.as_str()
    );
    page.item(paint, mark, Paint::Bold, &headline);
    let score = &report.score;
    page.heading("score");
    let one =
        |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| format!("{value:.1}"));
    let interval = score
        .h_score_interval
        .map_or_else(String::new, |[low, high]| {
            format!(" (95 % interval {low:.0} to {high:.0})")
        });
    page.fact(
        "H-score",
        Paint::Bold,
        &format!("{}{interval}", one(score.h_score)),
    );
    let counts: Vec<String> = Class::ALL
        .iter()
        .map(|class| {
            format!(
                "{} {}",
                class.as_str(),
                grouped(score.cells[*class as usize])
            )
        })
        .collect();
    page.fact("cells", Paint::Plain, &counts.join(", "));
    page.fact(
        "percent",
        Paint::Plain,
        &format!(
            "positive {} %, strong {} %",
            one(score.percent_positive),
            one(score.percent_strong)
        ),
    );
    page.fact(
        "pattern",
        Paint::Plain,
        &format!(
            "{}{}",
            report.pattern.pattern.as_str(),
            report
                .pattern
                .percent
                .map_or_else(String::new, |percent| format!(
                    ", {percent:.0} % of the stained cells"
                ))
        ),
    );
    for hint in &report.pattern.suggests {
        let words = format!("{} ({}, {})", hint.fact, hint.source, hint.status);
        page.fact(&hint.partners.join(", "), Paint::Dim, &words);
    }
    page.heading("why");
    for reason in &report.call.reasons {
        page.item(Paint::Dim, '·', Paint::Plain, reason);
    }
    for reason in &report.call.review {
        page.item(
            Paint::Warn,
            '!',
            Paint::Plain,
            &format!("a pathologist must decide: {reason}"),
        );
    }
    if !report.artefacts.is_empty() {
        page.heading("what may mislead");
        for finding in &report.artefacts {
            page.item(
                Paint::Warn,
                '!',
                Paint::Plain,
                &format!("{}: {}", finding.artefact.as_str(), finding.what),
            );
        }
    }
    picture(&mut page, report);
    page.heading("Before you trust this");
    for warning in &report.warnings {
        page.item(Paint::Warn, '!', Paint::Plain, warning);
    }
    for words in &report.not_judged {
        page.item(Paint::Dim, '·', Paint::Dim, &format!("not told: {words}"));
    }
    page.rule();
    page.paragraph(Paint::Dim, &report.notice);
    page.finish()
}

fn picture(page: &mut Page, report: &IhcReport) {
    page.heading("picture");
    let image = &report.image;
    page.fact(
        "file",
        Paint::Dim,
        &format!(
            "{}, {}, {} x {} pixels of {:.3} µm; {:.2} mm² of tissue",
            image.file, image.format, image.width, image.height, image.pixel.x_um, image.tissue_mm2
        ),
    );
    let guess = report.region.source == RegionSource::Guess;
    let paint = if guess { Paint::Warn } else { Paint::Dim };
    page.fact(
        "tumour",
        paint,
        &format!(
            "{}: {} of {} cells",
            report.region.how,
            grouped(report.region.tumour_cells),
            grouped(report.region.cells)
        ),
    );
    page.fact(
        "dyes",
        Paint::Dim,
        &format!(
            "{:.0} degrees apart, residual {:.1} %, DAB outside cells {:.2}",
            report.stain.vectors.vectors.between(),
            100.0 * report.stain.residual,
            report.stain.background_dab
        ),
    );
    for flag in &image.flags {
        page.item(Paint::Warn, '!', Paint::Plain, flag.as_str());
    }
    if let Some(control) = &report.control {
        page.fact(
            "control",
            Paint::Dim,
            &format!("{}: {}", control.file, control.what),
        );
    }
    if report.reviewed > 0 {
        page.fact(
            "review",
            Paint::Dim,
            &format!("{} cells scored by a person", report.reviewed),
        );
    }
}

/// Scores by hand as text that ends with a line break.
#[must_use]
pub fn hand_page(report: &HandReport, style: Style) -> String {
    let mut page = Page::new(style);
    page.heading("cases");
    for case in &report.cases {
        let h = case
            .h_score
            .map_or_else(String::new, |h| format!(", H-score {h:.0}"));
        let range = case.h_score_range.map_or_else(String::new, |range| {
            format!(" (readers differ by {range:.0})")
        });
        let agreed = match (case.unanimous, case.class) {
            (true, _) => "",
            (false, Some(_)) => ", readers disagree",
            (false, None) => ", readers disagree: they have to agree on one",
        };
        let class = case.class.map_or("no common class", Class::as_str);
        page.fact(
            &case.case,
            Paint::Plain,
            &format!("{class}{h}{range}, {} readers{agreed}", case.readers),
        );
    }
    let number = |value: Option<f64>| {
        value.map_or_else(|| "not defined".to_owned(), |value| format!("{value:.2}"))
    };
    if !report.pairs.is_empty() {
        page.heading("readers");
    }
    for pair in &report.pairs {
        let interval = pair.kappa_interval.map_or_else(String::new, |[low, high]| {
            format!(" ({low:.2} to {high:.2})")
        });
        let h = pair
            .h_score_difference
            .map_or_else(String::new, |[mean, low, high]| {
                format!("; H-score differs by {mean:+.1} ({low:+.1} to {high:+.1})")
            });
        page.fact(
            &format!("{} {}", pair.first, pair.second),
            Paint::Plain,
            &format!(
                "{} cases, {:.0} % agree ({:.0} % on 3+ or not), kappa {}{interval}, weighted {}{h}",
                pair.cases,
                pair.percent_agreement,
                pair.percent_agreement_strong,
                number(pair.kappa),
                number(pair.weighted_kappa)
            ),
        );
    }
    if let Some(fleiss) = &report.fleiss {
        page.fact(
            "all readers",
            Paint::Bold,
            &format!(
                "Fleiss' kappa {} over {} cases and {} readers",
                number(fleiss.kappa),
                fleiss.cases,
                fleiss.readers
            ),
        );
    }
    for warning in &report.warnings {
        page.item(Paint::Warn, '!', Paint::Plain, warning);
    }
    page.rule();
    page.paragraph(Paint::Dim, &report.notice);
    page.finish()
}
