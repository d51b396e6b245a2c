//! Pictures of the model: the map coloured by activity, time courses and dose curves with bands. The same finding gives the
//! same bytes.

use std::fmt::Write as _;

use alkaid_pathway::finding::{Band, DoseCurve, MapEdge, NetworkMap, PathwayReport};
use alkaid_pathway::network::{NodeKind, Sign};

const FONT: &str = "font-family=\"Helvetica, Arial, sans-serif\"";
const INK: &str = "#1f2933";
const FAINT: &str = "#7b8794";
const UP: &str = "#2f6f9f";
const DOWN: &str = "#b4432f";

/// Text with the signs of XML escaped.
fn safe(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn open(width: f64, height: f64, title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" {FONT}>\n\
         <title>{}</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
        safe(title)
    )
}

fn text(out: &mut String, x: f64, y: f64, size: f64, anchor: &str, fill: &str, words: &str) {
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{fill}\">{}</text>",
        safe(words)
    );
}

/// White for nothing, deep amber for full activity, red beyond.
fn heat(activity: f64) -> String {
    let share = activity.clamp(0.0, 1.0);
    let mix = |from: f64, to: f64| (from + (to - from) * share).round() as u8;
    if activity > 1.15 {
        return "#d9534f".to_owned();
    }
    format!(
        "#{:02x}{:02x}{:02x}",
        mix(255.0, 245.0),
        mix(255.0, 158.0),
        mix(255.0, 40.0)
    )
}

const CELL: [f64; 2] = [128.0, 66.0];
const BOX: [f64; 2] = [96.0, 30.0];
const EDGE_OF_MAP: [f64; 2] = [74.0, 96.0];

fn centre(cell: [u8; 2]) -> [f64; 2] {
    [
        EDGE_OF_MAP[0] + CELL[0] * f64::from(cell[0]),
        EDGE_OF_MAP[1] + CELL[1] * f64::from(cell[1]),
    ]
}

/// The network; nodes are coloured by their activity at the end of a run, where there is one. An edge's source shows when
/// the pointer rests on it.
pub fn map_svg(map: &NetworkMap, report: Option<&PathwayReport>) -> String {
    let most = |axis: usize| {
        map.nodes
            .iter()
            .map(|node| node.cell[axis])
            .max()
            .unwrap_or(0)
    };
    let [right, bottom] = centre([most(0), most(1)]);
    let (width, height) = (right + EDGE_OF_MAP[0], bottom + 92.0);
    let title = report.map_or("ALK signalling", |report| report.case.describes.as_str());
    let mut out = open(width, height, title);
    text(&mut out, 20.0, 32.0, 18.0, "start", INK, title);
    let below = match report {
        Some(report) => format!(
            "activity at {} h, median of {} members; research use only",
            report.until_h, report.members
        ),
        None => "every edge with its source (rest the pointer on it); research use only".to_owned(),
    };
    text(&mut out, 20.0, 52.0, 12.0, "start", FAINT, &below);
    out.push_str(
        "<defs><marker id=\"up\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
         <path d=\"M0 0L8 4L0 8z\" fill=\"#2f6f9f\"/></marker>\
         <marker id=\"down\" viewBox=\"0 0 8 8\" refX=\"4\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
         <path d=\"M4 0V8\" stroke=\"#b4432f\" stroke-width=\"2\"/></marker></defs>\n",
    );
    let place = |name: &str| {
        map.nodes
            .iter()
            .find(|node| node.name == name)
            .map(|node| centre(node.cell))
    };
    for edge in &map.edges {
        if let (Some(from), Some(to)) = (place(&edge.from), place(&edge.to)) {
            draw_edge(&mut out, edge, from, to);
        }
    }
    for node in &map.nodes {
        let [x, y] = centre(node.cell);
        let level =
            report.and_then(|report| report.nodes.iter().find(|level| level.node == node.name));
        let fill = level.map_or("#f5f7fa".to_owned(), |level| heat(level.treated.median));
        let radius = if node.kind == NodeKind::Phenotype {
            15.0
        } else {
            6.0
        };
        let dash = if node.kind == NodeKind::Input {
            " stroke-dasharray=\"4 2\""
        } else {
            ""
        };
        let hint = match level {
            Some(level) => format!(
                "{}: {}; untreated {:.2}, now {:.2} ({:.2} to {:.2})",
                node.name,
                node.describes,
                level.untreated.median,
                level.treated.median,
                level.treated.low,
                level.treated.high
            ),
            None => format!("{}: {}", node.name, node.describes),
        };
        let _ = writeln!(
            out,
            "<g><title>{}</title><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{}\" height=\"{}\" rx=\"{radius}\" fill=\"{fill}\" stroke=\"{INK}\" stroke-width=\"1\"{dash}/>",
            safe(&hint),
            x - BOX[0] / 2.0,
            y - BOX[1] / 2.0,
            BOX[0],
            BOX[1]
        );
        text(&mut out, x, y + 4.0, 12.0, "middle", INK, &node.name);
        out.push_str("</g>\n");
    }
    legend(&mut out, bottom + 52.0, report.is_some());
    out.push_str("</svg>\n");
    out
}

fn draw_edge(out: &mut String, edge: &MapEdge, from: [f64; 2], to: [f64; 2]) {
    let (stroke, marker) = match edge.sign {
        Sign::Activates => (UP, "up"),
        Sign::Inhibits => (DOWN, "down"),
    };
    let delta = [to[0] - from[0], to[1] - from[1]];
    let length = delta[0].hypot(delta[1]).max(1.0);
    // Edges bend to their right, so that two between the same nodes keep apart.
    let bend = (length * 0.12).min(34.0);
    let middle = [
        (from[0] + to[0]) / 2.0 - delta[1] / length * bend,
        (from[1] + to[1]) / 2.0 + delta[0] / length * bend,
    ];
    let start = at_border(from, middle, 2.0);
    let end = at_border(to, middle, 5.0);
    let dash = if edge.source.is_unverified() {
        " stroke-dasharray=\"3 4\""
    } else {
        ""
    };
    let hint = format!(
        "{} {} {}: {}. {} ({})",
        edge.from,
        if edge.sign == Sign::Activates {
            "activates"
        } else {
            "inhibits"
        },
        edge.to,
        edge.mechanism,
        edge.source.source,
        edge.source.status
    );
    let _ = writeln!(
        out,
        "<path d=\"M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}\" fill=\"none\" stroke=\"{stroke}\" stroke-opacity=\"0.62\" stroke-width=\"1.3\"{dash} marker-end=\"url(#{marker})\"><title>{}</title></path>",
        start[0],
        start[1],
        middle[0],
        middle[1],
        end[0],
        end[1],
        safe(&hint)
    );
}

/// Where the way from a box's centre towards a point leaves the box, with a gap.
fn at_border(centre: [f64; 2], towards: [f64; 2], gap: f64) -> [f64; 2] {
    let delta = [towards[0] - centre[0], towards[1] - centre[1]];
    let reach = |axis: usize| {
        let half = BOX[axis] / 2.0 + gap;
        if delta[axis] == 0.0 {
            f64::INFINITY
        } else {
            half / delta[axis].abs()
        }
    };
    let share = reach(0).min(reach(1)).min(1.0);
    [centre[0] + delta[0] * share, centre[1] + delta[1] * share]
}

fn legend(out: &mut String, y: f64, coloured: bool) {
    let mut x = 20.0;
    let mut entry = |mark: String, words: &str, out: &mut String| {
        out.push_str(
            &mark
                .replace("{x}", &format!("{x:.1}"))
                .replace("{x2}", &format!("{:.1}", x + 34.0)),
        );
        text(out, x + 42.0, y + 4.0, 11.0, "start", INK, words);
        x += 60.0 + 6.2 * words.len() as f64;
    };
    let line = |stroke: &str, more: &str| {
        format!(
            "<line x1=\"{{x}}\" y1=\"{y:.1}\" x2=\"{{x2}}\" y2=\"{y:.1}\" stroke=\"{stroke}\" stroke-width=\"1.6\"{more}/>"
        )
    };
    entry(line(UP, " marker-end=\"url(#up)\""), "activates", out);
    entry(line(DOWN, " marker-end=\"url(#down)\""), "inhibits", out);
    entry(line(FAINT, " stroke-dasharray=\"3 4\""), "unverified", out);
    if coloured {
        for (activity, words) in [(0.0, "0"), (0.5, "0.5"), (1.0, "1"), (1.5, "above 1")] {
            let mark = format!(
                "<rect x=\"{{x}}\" y=\"{:.1}\" width=\"34\" height=\"14\" fill=\"{}\" stroke=\"{INK}\" stroke-width=\"0.5\"/>",
                y - 7.0,
                heat(activity)
            );
            entry(mark, words, out);
        }
    }
    out.push('\n');
}

/// A panel with axes: where values lie on the page.
struct Panel {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    x: [f64; 2],
    y: [f64; 2],
}

impl Panel {
    fn at(&self, x: f64, y: f64) -> [f64; 2] {
        let share = |value: f64, range: [f64; 2]| {
            ((value - range[0]) / (range[1] - range[0])).clamp(-0.02, 1.02)
        };
        [
            self.left + share(x, self.x) * self.width,
            self.top + (1.0 - share(y, self.y)) * self.height,
        ]
    }

    fn frame(&self, out: &mut String, title: &str) {
        let _ = writeln!(
            out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"none\" stroke=\"#cbd2d9\"/>",
            self.left, self.top, self.width, self.height
        );
        text(out, self.left, self.top - 7.0, 12.0, "start", INK, title);
        for value in ticks(self.y) {
            let [_, y] = self.at(self.x[0], value);
            let _ = writeln!(
                out,
                "<line x1=\"{:.1}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\" stroke=\"#e4e7eb\"/>",
                self.left,
                self.left + self.width
            );
            text(
                out,
                self.left - 5.0,
                y + 3.5,
                10.0,
                "end",
                FAINT,
                &trimmed(value),
            );
        }
    }

    fn ticks_below(&self, out: &mut String, at: &[(f64, String)], title: &str) {
        let bottom = self.top + self.height;
        for (value, words) in at {
            let [x, _] = self.at(*value, self.y[0]);
            let _ = writeln!(
                out,
                "<line x1=\"{x:.1}\" y1=\"{bottom:.1}\" x2=\"{x:.1}\" y2=\"{:.1}\" stroke=\"{FAINT}\"/>",
                bottom + 4.0
            );
            text(out, x, bottom + 15.0, 10.0, "middle", FAINT, words);
        }
        text(
            out,
            self.left + self.width / 2.0,
            bottom + 29.0,
            11.0,
            "middle",
            INK,
            title,
        );
    }

    fn band(&self, out: &mut String, xs: &[f64], bands: &[Band], colour: &str) {
        let mut path = String::new();
        let mut point = |x: f64, y: f64, first: bool| {
            let [x, y] = self.at(x, y);
            let _ = write!(path, "{}{x:.1} {y:.1}", if first { "M" } else { "L" });
        };
        for (index, (x, band)) in xs.iter().zip(bands).enumerate() {
            point(*x, band.high, index == 0);
        }
        for (x, band) in xs.iter().zip(bands).rev() {
            point(*x, band.low, false);
        }
        let _ = writeln!(
            out,
            "<path d=\"{path}Z\" fill=\"{colour}\" fill-opacity=\"0.18\"/>"
        );
        let mut line = String::new();
        for (index, (x, band)) in xs.iter().zip(bands).enumerate() {
            let [x, y] = self.at(*x, band.median);
            let _ = write!(line, "{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" });
        }
        let _ = writeln!(
            out,
            "<path d=\"{line}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\"/>"
        );
    }
}

/// About four round numbers in a range.
fn ticks(range: [f64; 2]) -> Vec<f64> {
    let span = (range[1] - range[0]).max(1e-9);
    let raw = span / 4.0;
    let power = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|step| *step >= raw)
        .unwrap_or(raw);
    let first = (range[0] / step).ceil() as i64;
    (first..)
        .map(|i| i as f64 * step)
        .take_while(|value| *value <= range[1] + 1e-9)
        .take(12)
        .collect()
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// A range that holds all bands, and 0.
fn range<'b>(bands: impl Iterator<Item = &'b Band>, least: f64) -> [f64; 2] {
    let [low, high] = bands.fold([0.0_f64, least], |[low, high], band| {
        [low.min(band.low), high.max(band.high)]
    });
    [low, high + (high - low) * 0.04]
}

const COURSES: [(&str, &str, &str); 8] = [
    ("ALK_fusion", "ALK kinase", "#7b3fa0"),
    ("ERK", "ERK", "#2f6f9f"),
    ("AKT", "AKT", "#2f8f6b"),
    ("S6", "S6", "#6b8f2f"),
    ("STAT3", "STAT3", "#b4862f"),
    ("Proliferation", "proliferation", "#3f5fa0"),
    ("Apoptosis", "apoptosis", "#b4432f"),
    ("cells", "ln(cells / cells at start)", "#52606d"),
];

/// Time courses with bands of 5 % to 95 % of the members.
pub fn courses_svg(report: &PathwayReport) -> String {
    let (width, height) = (1020.0, 470.0);
    let mut out = open(width, height, &report.case.describes);
    text(
        &mut out,
        20.0,
        28.0,
        16.0,
        "start",
        INK,
        &report.case.describes,
    );
    let below = format!(
        "median and 5 % to 95 % of {} members; research use only",
        report.members
    );
    text(&mut out, 20.0, 46.0, 11.0, "start", FAINT, &below);
    let days = report.until_h > 96.0;
    let unit = if days { 24.0 } else { 1.0 };
    let xs: Vec<f64> = report.times_h.iter().map(|time| time / unit).collect();
    for (index, (node, title, colour)) in COURSES.iter().enumerate() {
        let Some(series) = report.series.iter().find(|series| series.node == *node) else {
            continue;
        };
        let least = if *node == "cells" { 0.1 } else { 1.0 };
        let panel = Panel {
            left: 50.0 + 248.0 * (index % 4) as f64,
            top: 82.0 + 195.0 * (index / 4) as f64,
            width: 196.0,
            height: 128.0,
            x: [0.0, report.until_h / unit],
            y: range(series.bands.iter(), least),
        };
        panel.frame(&mut out, title);
        let at: Vec<(f64, String)> = ticks(panel.x)
            .into_iter()
            .map(|x| (x, trimmed(x)))
            .collect();
        panel.ticks_below(&mut out, &at, if days { "days" } else { "hours" });
        panel.band(&mut out, &xs, &series.bands, colour);
    }
    out.push_str("</svg>\n");
    out
}

/// Dose curves with bands; the dose is on a logarithmic scale where it is a concentration.
pub fn dose_svg(curve: &DoseCurve) -> String {
    let count = curve.readouts.len().max(1);
    let columns = count.min(3);
    let rows = count.div_ceil(columns);
    let (width, height) = (70.0 + 310.0 * columns as f64, 80.0 + 250.0 * rows as f64);
    let title = format!("{} on {}", curve.drug, curve.case);
    let mut out = open(width, height, &title);
    text(&mut out, 20.0, 28.0, 16.0, "start", INK, &title);
    let potency = curve.potency.as_ref().map_or_else(String::new, |p| {
        let status = if p.unverified { ", UNVERIFIED" } else { "" };
        format!("IC50 {:.3} nM ({}{status}); ", p.ic50_nm, p.dataset)
    });
    text(
        &mut out,
        20.0,
        46.0,
        11.0,
        "start",
        FAINT,
        &format!("{potency}median and 5 % to 95 % of members; research use only"),
    );
    let share = curve.unit == "share";
    let scale = |dose: f64| if share { dose } else { dose.max(1e-9).log10() };
    let xs: Vec<f64> = curve.points.iter().map(|point| scale(point.dose)).collect();
    let (Some(first), Some(last)) = (xs.first(), xs.last()) else {
        return out + "</svg>\n";
    };
    for (index, readout) in curve.readouts.iter().enumerate() {
        let bands: Vec<Band> = curve
            .points
            .iter()
            .map(|point| point.bands[index])
            .collect();
        let panel = Panel {
            left: 60.0 + 310.0 * (index % columns) as f64,
            top: 84.0 + 250.0 * (index / columns) as f64,
            width: 250.0,
            height: 168.0,
            x: [*first, *last],
            y: range(bands.iter(), 1.0),
        };
        let half = curve.half_doses.get(index).copied().flatten();
        let title = match half {
            Some(half) if share => format!("{readout}: half at {:.0} %", half.median * 100.0),
            Some(half) => format!("{readout}: half at {:.3} nM", half.median),
            None => format!("{readout}: not halved"),
        };
        panel.frame(&mut out, &title);
        let at: Vec<(f64, String)> = if share {
            ticks(panel.x)
                .into_iter()
                .map(|x| (x, format!("{:.0} %", x * 100.0)))
                .collect()
        } else {
            ((*first).ceil() as i32..=(*last).floor() as i32)
                .map(|power| (f64::from(power), trimmed(10_f64.powi(power))))
                .collect()
        };
        panel.ticks_below(&mut out, &at, if share { "share inhibited" } else { "nM" });
        let colour = COURSES
            .iter()
            .find(|(node, ..)| node == readout)
            .map_or("#52606d", |(.., colour)| colour);
        panel.band(&mut out, &xs, &bands, colour);
    }
    out.push_str("</svg>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks([0.0, 1.04]), [0.0, 0.5, 1.0]);
        assert!(
            ticks([-3.2, 0.4])
                .iter()
                .all(|tick| (-3.2..=0.4).contains(tick))
        );
        assert_eq!(trimmed(-0.0), "0");
    }

    #[test]
    fn heat_is_white_at_rest_and_red_beyond_full() {
        assert_eq!(heat(0.0), "#ffffff");
        assert_eq!(heat(2.0), "#d9534f");
    }
}
