//! `nuclei.tsv`, one line a nucleus, and `spots.tsv`, one line a signal.

use std::collections::BTreeMap;

use alkaid_fish::finding::{Colour, Nucleus, Pair};
use alkaid_fish::{Counts, FishReport, Pattern};

use crate::tsv::{join, optional};

/// What stands where there is nothing to say.
const NONE: &str = ".";

const NUCLEI: [&str; 22] = [
    "nucleus",
    "reader",
    "field",
    "label",
    "x_px",
    "y_px",
    "area_um2",
    "solidity",
    "focus",
    "dapi",
    "fused",
    "red",
    "green",
    "pattern",
    "positive",
    "step",
    "excluded",
    "doubt",
    "distances_um",
    "distance_errors_um",
    "reviewed_by",
    "review",
];

const SPOTS: [&str; 17] = [
    "nucleus",
    "field",
    "signal",
    "colour",
    "side",
    "x_px",
    "y_px",
    "z",
    "error_um",
    "amplitude",
    "snr",
    "merged",
    "confidence",
    "paired_with",
    "distance_um",
    "distance_error_um",
    "split",
];

/// `nuclei.tsv` as text: every nucleus with its place, quality, pattern and step, or why it is not scored. Red is the 3'
/// side, whatever the kit's colours.
pub fn nuclei_tsv(report: &FishReport) -> String {
    let steps = steps(report);
    let mut lines = vec![join(NUCLEI.map(str::to_owned))];
    for nucleus in &report.nuclei {
        lines.push(join(image_row(report, nucleus, &steps)));
    }
    for nucleus in &report.counted {
        let mut row = vec![NONE.to_owned(); NUCLEI.len()];
        row[0].clone_from(&nucleus.name);
        row[1] = optional(nucleus.reader.as_deref());
        fill_counts(&mut row, nucleus.counts);
        fill_pattern(&mut row, report, nucleus.pattern);
        row[15] = step_of(&steps, &nucleus.name, nucleus.pattern);
        row[16] = optional(nucleus.excluded.map(|reason| reason.as_str()));
        lines.push(join(row));
    }
    lines.join("\n") + "\n"
}

fn image_row(report: &FishReport, nucleus: &Nucleus, steps: &BTreeMap<&str, u8>) -> Vec<String> {
    let mut row = vec![NONE.to_owned(); NUCLEI.len()];
    row[0] = nucleus.id.to_string();
    row[2] = field(report, nucleus);
    row[3] = nucleus.label.to_string();
    row[4] = format!("{:.1}", nucleus.x_px);
    row[5] = format!("{:.1}", nucleus.y_px);
    row[6] = format!("{:.2}", nucleus.area_um2);
    row[7] = format!("{:.3}", nucleus.solidity);
    row[8] = format!("{:.3}", nucleus.focus);
    row[9] = format!("{:.3}", nucleus.dapi);
    fill_counts(&mut row, Some(nucleus.counts));
    fill_pattern(&mut row, report, nucleus.pattern);
    row[15] = step_of(steps, &nucleus.id.to_string(), nucleus.pattern);
    row[16] = list(
        nucleus
            .excluded
            .iter()
            .map(|reason| reason.as_str().to_owned()),
    );
    row[17] = format!("{:.3}", nucleus.doubt);
    let pairs =
        |of: fn(&Pair) -> f64| list(nucleus.pairs.iter().map(|pair| format!("{:.3}", of(pair))));
    row[18] = pairs(|pair| pair.distance_um);
    row[19] = pairs(|pair| pair.error_um);
    if let Some(review) = &nucleus.reviewed {
        row[20].clone_from(&review.reader);
        row[21] = format!("{} {}", review.when, review.reason);
    }
    row
}

fn fill_counts(row: &mut [String], counts: Option<Counts>) {
    if let Some(counts) = counts {
        row[10] = counts.fused.to_string();
        row[11] = counts.red.to_string();
        row[12] = counts.green.to_string();
    }
}

fn fill_pattern(row: &mut [String], report: &FishReport, pattern: Option<Pattern>) {
    if let Some(pattern) = pattern {
        row[13] = pattern.as_str().to_owned();
        row[14] = if report.profile.is_positive(pattern) {
            "yes"
        } else {
            "no"
        }
        .to_owned();
    }
}

/// The step in which each nucleus was looked at.
fn steps(report: &FishReport) -> BTreeMap<&str, u8> {
    report
        .call
        .steps
        .iter()
        .flat_map(|step| step.nuclei.iter().map(|name| (name.as_str(), step.number)))
        .collect()
}

fn step_of(steps: &BTreeMap<&str, u8>, name: &str, pattern: Option<Pattern>) -> String {
    optional(pattern.and_then(|_| steps.get(name)))
}

fn field(report: &FishReport, nucleus: &Nucleus) -> String {
    optional(
        report
            .fields
            .get(nucleus.field as usize)
            .map(|field| field.name.as_str()),
    )
}

/// `spots.tsv` as text: every signal of every nucleus, with its partner. Signals are numbered from 1 in their nucleus.
pub fn spots_tsv(report: &FishReport) -> String {
    let mut lines = vec![join(SPOTS.map(str::to_owned))];
    for nucleus in &report.nuclei {
        for (index, signal) in nucleus.signals.iter().enumerate() {
            let mut row = vec![NONE.to_owned(); SPOTS.len()];
            row[0] = nucleus.id.to_string();
            row[1] = field(report, nucleus);
            row[2] = (index + 1).to_string();
            row[3] = report.profile.seen_as(signal.colour).as_str().to_owned();
            row[4] = match signal.colour {
                Colour::Red => "3prime",
                Colour::Green => "5prime",
            }
            .to_owned();
            row[5] = format!("{:.3}", signal.x_px);
            row[6] = format!("{:.3}", signal.y_px);
            row[7] = format!("{:.2}", signal.z);
            row[8] = format!("{:.4}", signal.error_um);
            row[9] = format!("{:.1}", signal.amplitude);
            row[10] = format!("{:.2}", signal.snr);
            row[11] = signal.merged.to_string();
            row[12] = format!("{:.4}", signal.confidence);
            if let Some(pair) = pair_of(nucleus, index as u32) {
                let other = if pair.red == index as u32 {
                    pair.green
                } else {
                    pair.red
                };
                row[13] = (other + 1).to_string();
                row[14] = format!("{:.3}", pair.distance_um);
                row[15] = format!("{:.3}", pair.error_um);
                row[16] = if pair.split { "yes" } else { "no" }.to_owned();
            }
            lines.push(join(row));
        }
    }
    lines.join("\n") + "\n"
}

fn pair_of(nucleus: &Nucleus, signal: u32) -> Option<&Pair> {
    nucleus
        .pairs
        .iter()
        .find(|pair| pair.red == signal || pair.green == signal)
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        NONE.to_owned()
    } else {
        items.join(",")
    }
}
