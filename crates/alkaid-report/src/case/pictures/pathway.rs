//! Activities that the signalling model predicts, with the band of its parameter draws.

use alkaid_case::finding::PathwayConsequence;

use super::Scale;
use crate::page::{Anchor, Ink, Picture};

const LEFT: f32 = 190.0;
const RIGHT: f32 = 690.0;
const ROW: f32 = 20.0;
/// The readout that has a unit of its own.
const GROWTH: &str = "net divisions a day";

/// A row a node and condition. `None` where the model gave nothing.
pub(in crate::case) fn pathway(consequence: &PathwayConsequence) -> Option<Picture> {
    // Divisions a day are no activity, and can be below 0: the statements say whether cells grow.
    let outputs: Vec<_> = consequence
        .outputs
        .iter()
        .filter(|one| one.node != GROWTH)
        .collect();
    if outputs.is_empty() {
        return None;
    }
    let highest = outputs
        .iter()
        .map(|one| one.activity.high)
        .fold(1.0, f64::max);
    let scale = Scale {
        from: (0.0, highest),
        to: (LEFT, RIGHT),
    };
    let floor = 14.0 + outputs.len() as f32 * ROW;
    let mut picture = Picture::new(floor + 36.0, "Predicted activity");
    for share in [0.0, 0.5, 1.0] {
        let x = scale.at(share);
        picture.line((x, 6.0), (x, floor), Ink::Faint, 1.0);
        picture.small(
            (x, floor + 14.0),
            Anchor::Middle,
            Ink::Muted,
            format!("{share}"),
        );
    }
    let mut before = "";
    for (row, one) in outputs.iter().enumerate() {
        let y = 14.0 + row as f32 * ROW;
        if one.condition != before {
            picture.small((0.0, y + 8.0), Anchor::Start, Ink::Text, &*one.condition);
            before = &one.condition;
        }
        picture.small((LEFT - 10.0, y + 8.0), Anchor::End, Ink::Muted, &*one.node);
        let (low, high) = (scale.at(one.activity.low), scale.at(one.activity.high));
        picture.shade(
            (low, y + 1.0),
            ((high - low).max(2.0), 9.0),
            Ink::Partner,
            0.4,
        );
        picture.dot((scale.at(one.activity.value), y + 5.5), 4.0, Ink::Partner);
    }
    picture.small(
        ((LEFT + RIGHT) / 2.0, floor + 29.0),
        Anchor::Middle,
        Ink::Muted,
        "activity relative to the fusion without drug; band of the parameter draws",
    );
    let says: Vec<String> = consequence
        .outputs
        .iter()
        .map(|one| format!("{}, {}: {:.2}", one.condition, one.node, one.activity.value))
        .collect();
    picture.description = says.join("; ");
    Some(picture)
}
