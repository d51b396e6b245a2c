//! Break-apart FISH: the share of positive nuclei with its interval, and nuclei to look at.

use alkaid_case::finding::FishEvidence;

use super::Scale;
use crate::case::Attachments;
use crate::page::{Anchor, Ink, Mark, Picture, Weight, lines};

const LEFT: f32 = 120.0;
const RIGHT: f32 = 700.0;
/// Nuclei beside each other.
const ACROSS: usize = 6;
/// Room between them.
const GAP: f32 = 14.0;
/// Height of a row with its words.
const ROW: f32 = 156.0;
/// Size of the words below a nucleus.
const WORDS: f32 = 9.0;
/// Share of the room that words may take by the PDF's font: those of browsers are wider.
const NARROWER: f32 = 0.84;

/// Nuclei by pattern, and their positive share against the cut-off.
pub(in crate::case) fn fish_fraction(fish: &FishEvidence) -> Picture {
    let counts = fish.counts;
    let parts = [
        ("split", counts.split, Ink::Bad),
        ("isolated 3'", counts.isolated_red, Ink::Red),
        ("isolated 5'", counts.isolated_green, Ink::Green),
        ("fused", counts.fused, Ink::Muted),
    ];
    let total: u32 = parts.iter().map(|(_, count, _)| count).sum();
    let mut picture = Picture::new(150.0, "Nuclei by pattern, and the share of positive nuclei");
    picture.words((0.0, 26.0), Anchor::Start, Ink::Text, "nuclei");
    let scale = Scale {
        from: (0.0, f64::from(total.max(1))),
        to: (LEFT, RIGHT),
    };
    let mut before = 0;
    for (_, count, ink) in parts {
        let (from, to) = (
            scale.at(f64::from(before)),
            scale.at(f64::from(before + count)),
        );
        picture.rect((from, 12.0), (to - from, 20.0), ink);
        before += count;
    }
    let mut x = LEFT;
    for (name, count, ink) in parts {
        picture.rect((x, 42.0), (9.0, 9.0), ink);
        let label = format!("{name} {count}");
        picture.small((x + 14.0, 50.5), Anchor::Start, Ink::Text, label);
        x += 130.0;
    }
    share(&mut picture, fish);
    picture.description = format!(
        "{} split, {} isolated 3', {} isolated 5', {} fused; {} of {} scored nuclei positive, interval {:.0} to {:.0} %, cut-off {:.0} %.",
        counts.split,
        counts.isolated_red,
        counts.isolated_green,
        counts.fused,
        fish.positive,
        fish.scored,
        100.0 * fish.fraction.low,
        100.0 * fish.fraction.high,
        100.0 * fish.cut_off
    );
    picture
}

fn share(picture: &mut Picture, fish: &FishEvidence) {
    const Y: f32 = 92.0;
    let scale = Scale {
        from: (0.0, 1.0),
        to: (LEFT, RIGHT),
    };
    picture.words((0.0, Y + 4.0), Anchor::Start, Ink::Text, "positive share");
    picture.line((LEFT, Y), (RIGHT, Y), Ink::Faint, 6.0);
    for percent in [0, 25, 50, 75, 100] {
        let x = scale.at(f64::from(percent) / 100.0);
        picture.small(
            (x, Y + 42.0),
            Anchor::Middle,
            Ink::Muted,
            format!("{percent} %"),
        );
        picture.line((x, Y + 24.0), (x, Y + 29.0), Ink::Muted, 1.0);
    }
    let cut = scale.at(fish.cut_off);
    picture.dashed((cut, Y - 20.0), (cut, Y + 24.0), Ink::Text);
    let label = format!("cut-off {:.0} %", 100.0 * fish.cut_off);
    picture.small((cut + 5.0, Y + 18.0), Anchor::Start, Ink::Muted, label);
    let (low, high) = (scale.at(fish.fraction.low), scale.at(fish.fraction.high));
    picture.line((low, Y), (high, Y), Ink::Partner, 6.0);
    picture.dot((scale.at(fish.fraction.value), Y), 7.0, Ink::Text);
}

/// The nuclei whose pictures are there, with their signals in words. `None` where there are none.
pub(in crate::case) fn fish_strip(
    fish: &FishEvidence,
    attachments: &Attachments,
) -> Option<Picture> {
    let shown: Vec<_> = fish
        .gallery
        .iter()
        .filter_map(|nucleus| {
            let png = attachments.get(nucleus.image.as_deref()?)?;
            Some((nucleus, png))
        })
        .collect();
    if shown.is_empty() {
        return None;
    }
    let rows = shown.len().div_ceil(ACROSS);
    let mut picture = Picture::new(rows as f32 * ROW - 6.0, "Nuclei of this sample");
    let step = picture.width / ACROSS as f32;
    let side = step - GAP;
    for (at, (nucleus, png)) in shown.iter().enumerate() {
        let (x, y) = ((at % ACROSS) as f32 * step, (at / ACROSS) as f32 * ROW);
        picture.marks.push(Mark::Image {
            x,
            y,
            w: side,
            h: side,
            png: png.to_vec(),
        });
        let label = format!("{}: {}", nucleus.id, nucleus.pattern);
        picture.small((x, y + side + 13.0), Anchor::Start, Ink::Text, label);
        let words = lines(&nucleus.caption, WORDS, Weight::Regular, NARROWER * side);
        for (line, words) in words.into_iter().take(2).enumerate() {
            let place = (x, y + side + 25.0 + 11.0 * line as f32);
            picture.sized(place, Anchor::Start, Ink::Muted, WORDS, words);
        }
    }
    let captions: Vec<String> = shown
        .iter()
        .map(|(nucleus, _)| {
            format!(
                "nucleus {}, {}: {}",
                nucleus.id, nucleus.pattern, nucleus.caption
            )
        })
        .collect();
    picture.description = captions.join("; ");
    Some(picture)
}
