//! What each assay contributed: how far it moves the odds, on a logarithmic scale.

use alkaid_case::finding::{Estimate, Joint};

use super::Scale;
use crate::page::{Anchor, Ink, Picture};

const LEFT: f32 = 190.0;
const RIGHT: f32 = 640.0;
const ROW: f32 = 26.0;
/// Powers of ten to either side at most; more is drawn at the edge.
const WIDEST: f64 = 6.0;

/// Likelihood ratios with their intervals, and the probability before and after. `None` where no assay counts.
pub(in crate::case) fn contributions(
    joint: &Joint,
    titles: &[(String, String)],
) -> Option<Picture> {
    if joint.contributions.is_empty() {
        return None;
    }
    let furthest = joint
        .contributions
        .iter()
        .flat_map(|one| [one.likelihood_ratio.low, one.likelihood_ratio.high])
        .map(|ratio| log10(ratio).abs())
        .fold(1.0, f64::max)
        .ceil()
        .min(WIDEST);
    let scale = Scale {
        from: (-furthest, furthest),
        to: (LEFT, RIGHT),
    };
    let rows = joint.contributions.len() as f32;
    let floor = 34.0 + rows * ROW;
    let mut picture = Picture::new(floor + 30.0, "What each assay contributed");
    picture.small(
        (scale.at(0.0) - 8.0, 12.0),
        Anchor::End,
        Ink::Muted,
        "against a rearrangement",
    );
    picture.small(
        (scale.at(0.0) + 8.0, 12.0),
        Anchor::Start,
        Ink::Muted,
        "for a rearrangement",
    );
    for power in (-(furthest as i32))..=(furthest as i32) {
        let x = scale.at(f64::from(power));
        picture.line(
            (x, 20.0),
            (x, floor),
            Ink::Faint,
            if power == 0 { 2.0 } else { 1.0 },
        );
        picture.small(
            (x, floor + 14.0),
            Anchor::Middle,
            Ink::Muted,
            ratio_label(power),
        );
    }
    for (row, one) in joint.contributions.iter().enumerate() {
        let y = 28.0 + row as f32 * ROW;
        let title = titles
            .iter()
            .find(|(id, _)| *id == one.assay)
            .map_or(one.assay.as_str(), |(_, title)| title);
        picture.small((LEFT - 10.0, y + 12.0), Anchor::End, Ink::Text, title);
        bar(&mut picture, y, scale, &one.likelihood_ratio);
        let label = format!("× {}", number(one.likelihood_ratio.value));
        picture.small((RIGHT + 10.0, y + 12.0), Anchor::Start, Ink::Muted, label);
    }
    let says: Vec<String> = joint
        .contributions
        .iter()
        .map(|one| format!("{} {}", one.assay, number(one.likelihood_ratio.value)))
        .collect();
    picture.description = format!(
        "Likelihood ratios for a rearrangement: {}. Before the assays the probability was {:.3}, after them {:.4}.",
        says.join(", "),
        joint.prior.rearranged.value,
        joint.rearranged.value
    );
    Some(picture)
}

fn bar(picture: &mut Picture, y: f32, scale: Scale, ratio: &Estimate) {
    let (middle, end) = (scale.at(0.0), scale.at(log10(ratio.value)));
    let ink = if ratio.value >= 1.0 {
        Ink::Good
    } else {
        Ink::Bad
    };
    picture.rect(
        (middle.min(end), y + 3.0),
        ((end - middle).abs().max(1.5), 11.0),
        ink,
    );
    let (low, high) = (scale.at(log10(ratio.low)), scale.at(log10(ratio.high)));
    picture.line((low, y + 8.5), (high, y + 8.5), Ink::Text, 1.2);
    for x in [low, high] {
        picture.line((x, y + 5.0), (x, y + 12.0), Ink::Text, 1.2);
    }
}

fn log10(ratio: f64) -> f64 {
    if ratio > 0.0 { ratio.log10() } else { -WIDEST }
}

/// A power of ten; `WIDEST` is a single figure.
fn ratio_label(power: i32) -> String {
    const SUPERSCRIPTS: [&str; 10] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];
    let figure = SUPERSCRIPTS[power.unsigned_abs() as usize % 10];
    match power {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        p if p > 0 => format!("10{figure}"),
        _ => format!("10⁻{figure}"),
    }
}

fn number(value: f64) -> String {
    match value {
        v if v >= 10.0 => format!("{v:.0}"),
        v if v >= 0.1 => format!("{v:.2}"),
        v => format!("{v:.4}"),
    }
}
