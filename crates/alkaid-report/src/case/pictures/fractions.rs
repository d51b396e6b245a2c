//! Shares of molecules before and after.

use alkaid_case::finding::{Change, ClonalFraction};

use super::Scale;
use crate::page::{Anchor, Ink, Picture};

const LEFT: f32 = 190.0;
const RIGHT: f32 = 700.0;
const ROW: f32 = 34.0;

/// A row a finding with a share at either time. `None` where none has one.
pub(in crate::case) fn fractions(changes: &[Change]) -> Option<Picture> {
    let shown: Vec<&Change> = changes
        .iter()
        .filter(|change| change.before.is_some() || change.after.is_some())
        .collect();
    if shown.is_empty() {
        return None;
    }
    let scale = Scale {
        from: (0.0, 1.0),
        to: (LEFT, RIGHT),
    };
    let floor = 8.0 + shown.len() as f32 * ROW;
    let mut picture = Picture::new(floor + 24.0, "Shares before and after");
    for percent in [0, 25, 50, 75, 100] {
        let x = scale.at(f64::from(percent) / 100.0);
        picture.line((x, 4.0), (x, floor), Ink::Faint, 1.0);
        picture.small(
            (x, floor + 15.0),
            Anchor::Middle,
            Ink::Muted,
            format!("{percent} %"),
        );
    }
    for (row, change) in shown.iter().enumerate() {
        let y = 8.0 + row as f32 * ROW;
        picture.small(
            (LEFT - 10.0, y + 17.0),
            Anchor::End,
            Ink::Text,
            &*change.name,
        );
        if let Some(before) = &change.before {
            interval(&mut picture, y + 9.0, scale, before, Ink::Muted);
            picture.dot((scale.at(before.share.value), y + 9.0), 3.0, Ink::Paper);
        }
        if let Some(after) = &change.after {
            interval(&mut picture, y + 21.0, scale, after, Ink::Alk);
        }
    }
    let says: Vec<String> = shown
        .iter()
        .map(|change| format!("{}: {}", change.name, change.kind.as_str()))
        .collect();
    picture.description = says.join("; ");
    Some(picture)
}

fn interval(picture: &mut Picture, y: f32, scale: Scale, fraction: &ClonalFraction, ink: Ink) {
    let share = &fraction.share;
    picture.line(
        (scale.at(share.low), y),
        (scale.at(share.high), y),
        ink,
        2.0,
    );
    picture.dot((scale.at(share.value), y), 5.0, ink);
}
