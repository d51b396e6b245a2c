//! Depth over ALK's exons, 5' and 3' of the usual break.

use alkaid_reads::finding::{FusionCall, ReadsReport};

use super::Scale;
use crate::page::{Anchor, Ink, Picture};

const LEFT: f32 = 52.0;
const RIGHT: f32 = 712.0;
const TOP: f32 = 22.0;
const FLOOR: f32 = 132.0;
/// From here on is ALK's 3' part where no call says otherwise.
const USUAL_FIRST_EXON: u16 = 20;

/// A bar an exon. `None` where no exon has depth.
pub(in crate::case) fn coverage(
    report: &ReadsReport,
    call: Option<&FusionCall>,
) -> Option<Picture> {
    let exons = &report.qc.exons;
    let highest = exons.iter().map(|exon| exon.mean_depth).fold(0.0, f64::max);
    if highest <= 0.0 {
        return None;
    }
    let first = call
        .and_then(|call| call.three_prime.exon)
        .unwrap_or(USUAL_FIRST_EXON);
    let mut picture = Picture::new(168.0, "Depth over ALK's exons");
    let scale = Scale {
        from: (0.0, highest),
        to: (0.0, FLOOR - TOP),
    };
    for share in [0.0, 0.5, 1.0] {
        let y = FLOOR - scale.at(highest * share);
        picture.line((LEFT, y), (RIGHT, y), Ink::Faint, 1.0);
        let label = format!("{:.0}", highest * share);
        picture.small((LEFT - 6.0, y + 3.5), Anchor::End, Ink::Muted, label);
    }
    let step = (RIGHT - LEFT) / exons.len() as f32;
    for (at, exon) in exons.iter().enumerate() {
        let height = scale.at(exon.mean_depth);
        let x = LEFT + at as f32 * step;
        let ink = if exon.number >= first {
            Ink::Alk
        } else {
            Ink::Muted
        };
        picture.rect((x + 2.0, FLOOR - height), (step - 4.0, height), ink);
        let label = exon.number.to_string();
        picture.sized(
            (x + step / 2.0, FLOOR + 13.0),
            Anchor::Middle,
            Ink::Muted,
            9.0,
            label,
        );
    }
    if let Some(at) = exons.iter().position(|exon| exon.number == first) {
        let x = LEFT + at as f32 * step;
        picture.dashed((x, TOP - 8.0), (x, FLOOR), Ink::Text);
    }
    picture.small((LEFT, 12.0), Anchor::Start, Ink::Muted, "mean depth, reads");
    picture.small(
        ((LEFT + RIGHT) / 2.0, FLOOR + 30.0),
        Anchor::Middle,
        Ink::Muted,
        format!("exon of ALK; the 3' part, from exon {first} on, in colour"),
    );
    picture.description = format!(
        "Fragments wholly 5' of exon 20: {}; from exon 20 on: {}. The highest mean depth is {highest:.0} reads.",
        report.qc.five_prime_fragments, report.qc.three_prime_fragments
    );
    Some(picture)
}
