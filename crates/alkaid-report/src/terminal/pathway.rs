//! What the model of signalling says, on the terminal.

use alkaid_pathway::attractors::AttractorReport;
use alkaid_pathway::finding::{
    Agreement, Band, CombinationRanking, DoseCurve, NetworkMap, ObservationResult, PathwayReport,
    Readout, ResistanceScan, Split,
};
use alkaid_pathway::network::Sign;

use super::ink::Paint;
use super::{MARGIN, Page, Style, wrap};
use crate::pathway::{agreement, split};

/// Columns of a bar.
const BAR: usize = 20;
/// Changes of a scan that are listed; all stand in the JSON and the TSV.
const CHANGES: usize = 20;

/// A number for a person: a solver's tiny negative zero is 0.
fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" {
        "0.00".to_owned()
    } else {
        text
    }
}

fn band(band: &Band) -> String {
    format!(
        "{} ({} to {})",
        short(band.median),
        short(band.low),
        short(band.high)
    )
}

/// A run.
pub fn run_page(report: &PathwayReport, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    page.item(Paint::Bold, '●', Paint::Bold, &report.case.describes);
    page.blank();
    if report.says.is_empty() {
        let words = if report.case.potencies.is_empty() {
            "Nothing is given; the bands show the cell at rest."
        } else {
            "No conclusion is drawn, for the numbers rest on what nobody has verified (below)."
        };
        page.paragraph(Paint::Warn, words);
    }
    for words in &report.says {
        page.item(Paint::Plain, '–', Paint::Plain, words);
    }
    let time = if report.until_h >= 48.0 {
        format!("{} d", short(report.until_h / 24.0))
    } else {
        format!("{} h", short(report.until_h))
    };
    page.heading(&format!(
        "without → after {time}, median and 5 to 95 % of {} members",
        report.members
    ));
    for readout in &report.readouts {
        page.readout(readout);
    }
    page.sources(report);
    page.unverified(&report.rests_on_unverified);
    page.rule();
    page.paragraph(Paint::Dim, &report.notice);
    page.finish()
}

impl Page {
    fn readout(&mut self, readout: &Readout) {
        let mut line = self.line();
        line.text(Paint::Dim, &readout.name);
        line.pad_to(MARGIN + 22);
        line.text(Paint::Plain, &short(readout.untreated.median));
        line.pad_to(MARGIN + 28);
        line.glyph(Paint::Dim, '→');
        line.pad_to(MARGIN + 30);
        line.text(Paint::Bold, &short(readout.treated.median));
        line.pad_to(MARGIN + 37);
        let limits = format!(
            "{} to {}",
            short(readout.treated.low),
            short(readout.treated.high)
        );
        line.text(Paint::Dim, &limits);
        if readout.node != "growth" && self.width >= MARGIN + 54 + BAR {
            line.pad_to(MARGIN + 54);
            let full = ((readout.treated.median.clamp(0.0, 1.0) * BAR as f64).round()) as usize;
            line.repeat(Paint::Alk, '█', full);
            line.repeat(Paint::Dim, '░', BAR - full);
        }
        self.push(line);
    }

    fn sources(&mut self, report: &PathwayReport) {
        self.heading("rests on");
        for potency in &report.case.potencies {
            let status = if potency.unverified {
                "unverified"
            } else {
                "sourced"
            };
            self.fact(
                &potency.drug,
                Paint::Plain,
                &format!(
                    "IC50 {:.3} nM on {}, {}, {}; factor {:.2} of uncertainty",
                    potency.ic50_nm,
                    potency.construct,
                    potency.dataset,
                    status,
                    potency.sd_ln.exp()
                ),
            );
        }
        let fusion = &report.case.fusion_source;
        self.fact(
            "fusion",
            Paint::Plain,
            &format!(
                "{}: {} ({})",
                report.case.fusion, fusion.source, fusion.status
            ),
        );
        for alteration in &report.case.alterations {
            let source = &alteration.source;
            self.fact(
                &alteration.key,
                Paint::Plain,
                &format!("{} ({})", source.source, source.status),
            );
        }
        let edges = if report.unverified_edges {
            "all edges, unverified ones too"
        } else {
            "found edges only"
        };
        self.fact(
            "network",
            Paint::Plain,
            &format!("{edges}; alkaid pathway map shows each with its source"),
        );
        self.fact(
            "parameters",
            Paint::Plain,
            "assumed, in ranges; members were chosen by published experiments",
        );
    }

    fn unverified(&mut self, all: &[String]) {
        if all.is_empty() {
            return;
        }
        self.heading("Before you trust this");
        for one in all {
            self.item(
                Paint::Warn,
                '!',
                Paint::Plain,
                &format!("unverified: {one}"),
            );
        }
    }

    fn row(&mut self, paint: Paint, cells: &[(&str, usize)]) {
        let mut line = self.line();
        let mut at = MARGIN;
        for (words, width) in cells {
            line.pad_to(at);
            line.text(paint, words);
            at += width;
        }
        self.push(line);
    }
}

/// The network, edge by edge with its source.
pub fn map_page(map: &NetworkMap, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    page.item(
        Paint::Bold,
        '●',
        Paint::Bold,
        &format!("{} nodes and {} edges", map.nodes.len(), map.edges.len()),
    );
    let mut arms: Vec<&str> = Vec::new();
    for node in &map.nodes {
        if !arms.contains(&node.arm.as_str()) {
            arms.push(&node.arm);
        }
    }
    for arm in arms {
        let edges = map
            .edges
            .iter()
            .filter(|edge| map.nodes.iter().any(|n| n.name == edge.to && n.arm == arm));
        let mut edges = edges.peekable();
        if edges.peek().is_none() {
            continue;
        }
        page.heading(arm);
        for edge in edges {
            let sign = match edge.sign {
                Sign::Activates => "activates",
                Sign::Inhibits => "inhibits",
            };
            let unverified = edge.source.is_unverified();
            let (paint, mark) = if unverified {
                (Paint::Warn, '?')
            } else {
                (Paint::Good, '●')
            };
            page.item(
                paint,
                mark,
                Paint::Plain,
                &format!("{} {sign} {}: {}", edge.from, edge.to, edge.mechanism),
            );
            let parts = [
                Some(edge.source.source.clone()),
                edge.source.date.clone(),
                Some(edge.source.status.clone()),
                edge.source.note.clone(),
            ];
            let source = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
            for part in wrap(&page.clean(&source), page.width - 2 * MARGIN - 2) {
                let mut line = page.line();
                line.pad_to(MARGIN + 2);
                line.text(Paint::Dim, &part);
                page.push(line);
            }
        }
    }
    page.finish()
}

/// A dose curve.
pub fn dose_page(curve: &DoseCurve, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    page.item(
        Paint::Bold,
        '●',
        Paint::Bold,
        &format!("{} on {}", curve.drug, curve.case),
    );
    for (readout, half) in curve.readouts.iter().zip(&curve.half_doses) {
        let words = match half {
            Some(half) if curve.unit == "share" => format!(
                "halved at {:.0} % inhibition ({:.0} to {:.0})",
                half.median * 100.0,
                half.low * 100.0,
                half.high * 100.0
            ),
            Some(half) => format!(
                "halved at {:.3} nM ({:.3} to {:.3})",
                half.median, half.low, half.high
            ),
            None => "not halved at these doses in most members".to_owned(),
        };
        page.fact(readout, Paint::Plain, &words);
    }
    page.heading(&format!("by dose ({}), median and 5 to 95 %", curve.unit));
    // Bands where they fit, else medians; all stand in the JSON and the TSV.
    let whole = MARGIN + 12 + 24 * curve.readouts.len() <= page.width;
    let column = if whole { 24 } else { 11 };
    if !whole {
        page.paragraph(Paint::Dim, "medians; --json and --tsv have the bands");
    }
    let mut header: Vec<(&str, usize)> = vec![("", 12)];
    header.extend(
        curve
            .readouts
            .iter()
            .map(|readout| (readout.as_str(), column)),
    );
    page.row(Paint::Dim, &header);
    for point in &curve.points {
        let dose = format!("{:.3}", point.dose);
        let cell = |one: &Band| if whole { band(one) } else { short(one.median) };
        let cells: Vec<String> = point.bands.iter().map(cell).collect();
        let mut row: Vec<(&str, usize)> = vec![(&dose, 12)];
        row.extend(cells.iter().map(|cell| (cell.as_str(), column)));
        page.row(Paint::Plain, &row);
    }
    page.unverified(&curve.rests_on_unverified);
    page.rule();
    page.paragraph(Paint::Dim, &curve.notice);
    page.finish()
}

/// Combinations, best first.
pub fn combinations_page(ranking: &CombinationRanking, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    page.item(Paint::Bold, '●', Paint::Bold, &ranking.case);
    page.fact(
        "alone",
        Paint::Plain,
        &format!("{} net divisions a day", band(&ranking.growth_alone)),
    );
    page.heading("with a second inhibitor, by net divisions a day");
    page.row(
        Paint::Dim,
        &[
            ("", 18),
            ("growth", 26),
            ("above Bliss", 14),
            ("Loewe index", 14),
        ],
    );
    for one in &ranking.combinations {
        let growth = band(&one.growth);
        let bliss = short(one.bliss_excess.median);
        let loewe = one
            .loewe_index
            .map_or_else(|| "none".to_owned(), |index| short(index.median));
        page.row(
            Paint::Plain,
            &[
                (&one.drugs[1], 18),
                (&growth, 26),
                (&bliss, 14),
                (&loewe, 14),
            ],
        );
    }
    page.paragraph(
        Paint::Dim,
        "Above Bliss: effect beyond independent action (0 none). Loewe index: below 1 synergy, above 1 antagonism; none where one of the two alone never has the effect of both.",
    );
    page.unverified(&ranking.rests_on_unverified);
    page.rule();
    page.paragraph(Paint::Dim, &ranking.notice);
    page.finish()
}

/// Which single change brings a readout back.
pub fn resistance_page(scan: &ResistanceScan, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    page.item(
        Paint::Bold,
        '●',
        Paint::Bold,
        &format!(
            "which single change restores {} under: {}",
            scan.readout, scan.case
        ),
    );
    page.fact("untreated", Paint::Plain, &band(&scan.untreated));
    page.fact("treated", Paint::Plain, &band(&scan.treated));
    if scan.changes.is_empty() {
        page.paragraph(
            Paint::Plain,
            &format!(
                "The drugs bring {} below half of its untreated value in {:.0} % of members only, so there is little to \
                 restore and no change was tried. Give a drug, raise its dose, or ask for another readout with --readout.",
                scan.readout,
                scan.share_lost * 100.0
            ),
        );
    } else {
        changes(&mut page, scan);
    }
    page.rule();
    page.paragraph(Paint::Dim, &scan.notice);
    page.finish()
}

/// The changes that were tried, those that restore first.
fn changes(page: &mut Page, scan: &ResistanceScan) {
    let restoring = scan
        .changes
        .iter()
        .filter(|change| change.share_restored >= 0.5)
        .count();
    page.heading(&format!(
        "{restoring} of {} changes bring back half of it in most members",
        scan.changes.len()
    ));
    for change in scan.changes.iter().take(CHANGES) {
        let (paint, mark) = match (change.share_restored >= 0.5, change.verified) {
            (true, true) => (Paint::Alarm, '●'),
            (true, false) => (Paint::Warn, '?'),
            (false, _) => (Paint::Dim, '○'),
        };
        let verified = if change.verified { "" } else { ", unverified" };
        page.item(
            paint,
            mark,
            Paint::Plain,
            &format!(
                "{} ({}{verified}): {}; restored in {:.0} % of members; {} net divisions a day",
                change.change,
                change.kind,
                band(&change.readout),
                change.share_restored * 100.0,
                short(change.growth.median)
            ),
        );
    }
    if let Some(more @ 1..) = scan.changes.len().checked_sub(CHANGES) {
        page.paragraph(Paint::Dim, &format!("{more} more with --json or --tsv"));
    }
    if !scan.not_run.is_empty() {
        page.paragraph(
            Paint::Dim,
            &format!(
                "Not run, for no potency or no verified edge is known: {}",
                scan.not_run.join(", ")
            ),
        );
    }
}

/// Attractors of a Boolean network.
pub fn attractors_page(report: &AttractorReport, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    let count = report.attractors.len();
    let plural = if count == 1 { "" } else { "s" };
    page.item(
        Paint::Bold,
        '●',
        Paint::Bold,
        &format!("{}: {count} attractor{plural}", report.model),
    );
    for (index, one) in report.attractors.iter().enumerate() {
        let states = if one.states > 1.0 {
            format!("{} states", one.states)
        } else {
            "one state".to_owned()
        };
        page.heading(&format!(
            "{}: {states}, reached by {:.1} % of {} walks",
            index + 1,
            one.basin * 100.0,
            report.walks
        ));
        let named = |value: char| -> String {
            let names = report
                .variables
                .iter()
                .zip(&one.values)
                .filter(|(_, v)| **v == value);
            names
                .map(|(name, _)| name.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        page.fact("on", Paint::Plain, &named('1'));
        page.fact("off", Paint::Dim, &named('0'));
        let changing: Vec<String> = report
            .variables
            .iter()
            .enumerate()
            .filter(|(place, _)| one.values[*place] == '*')
            .map(|(place, name)| format!("{name} {:.0} %", one.activity[place] * 100.0))
            .collect();
        if !changing.is_empty() {
            page.fact("changing", Paint::Plain, &changing.join(", "));
        }
    }
    page.rule();
    page.paragraph(
        Paint::Dim,
        &format!(
            "Walks with seed {}; standard error of a basin at most {:.3}. {}",
            report.seed, report.standard_error, report.notice
        ),
    );
    page.finish()
}

/// The published experiments beside the model.
pub fn observations_page(results: &[ObservationResult], style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    let count = |split: Option<Split>| {
        let of = results
            .iter()
            .filter(|one| split.is_none_or(|split| one.split == split));
        let good = of
            .clone()
            .filter(|one| one.agreement == Agreement::Reproduced)
            .count();
        format!("{good} of {}", of.count())
    };
    page.item(
        Paint::Bold,
        '●',
        Paint::Bold,
        &format!(
            "{} published experiments in the right direction; {} of the fit, {} held out",
            count(None),
            count(Some(Split::Fit)),
            count(Some(Split::HeldOut))
        ),
    );
    page.blank();
    for one in results {
        let (paint, mark) = match one.agreement {
            Agreement::Reproduced => (Paint::Good, '●'),
            Agreement::Contradicted => (Paint::Alarm, '○'),
            Agreement::OutOfScope => (Paint::Dim, '◌'),
        };
        page.item(
            paint,
            mark,
            Paint::Plain,
            &format!(
                "{}. {}, {}: {}",
                one.number, one.system, one.perturbation, one.published
            ),
        );
        let construction = if one.by_construction {
            ", by construction"
        } else {
            ""
        };
        let lowest = one.statements.iter().map(|s| s.share).fold(1.0, f64::min);
        let words = format!(
            "{}{construction} ({}); in {:.0} % of members at least · {}",
            agreement(one.agreement),
            split(one.split),
            lowest * 100.0,
            one.source.source
        );
        for part in wrap(&page.clean(&words), page.width - 2 * MARGIN - 2) {
            let mut line = page.line();
            line.pad_to(MARGIN + 2);
            line.text(Paint::Dim, &part);
            page.push(line);
        }
    }
    page.finish()
}
