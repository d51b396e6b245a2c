//! Where on the chromosomes the two ends of a junction lie.

use alkaid_case::grouped;
use alkaid_genome::{Assembly, Bundle};
use alkaid_reads::finding::FusionCall;

use super::Scale;
use crate::chromosomes::{assembly_of, chromosomes};
use crate::page::{Anchor, Ink, Mark, Picture};

const LEFT: f32 = 60.0;
const RIGHT: f32 = 712.0;
const BAND: f32 = 14.0;

/// One chromosome with an arc, or two with an arc between. `None` where a place is not known.
pub(in crate::case) fn chromosome(
    call: &FusionCall,
    assembly: &str,
    bundle: &Bundle,
) -> Option<Picture> {
    let assembly = assembly_of(assembly);
    let (partner_chrom, partner) = (call.five_prime.chrom.as_deref()?, call.five_prime.pos?);
    let (alk_chrom, alk) = (call.three_prime.chrom.as_deref()?, call.three_prime.pos?);
    let longest = length(partner_chrom, assembly)?.max(length(alk_chrom, assembly)?);
    let scale = Scale {
        from: (0.0, longest as f64),
        to: (LEFT, RIGHT),
    };
    let one = partner_chrom == alk_chrom;
    let (from, to) = (scale.at(partner as f64), scale.at(alk as f64));
    let rise = (24.0 + (from - to).abs() * 0.35).min(90.0);
    // The top of such an arc lies at three quarters of its control points' height.
    let (upper, lower) = if one {
        (12.0 + 0.75 * rise, 12.0 + 0.75 * rise)
    } else {
        (26.0, 108.0)
    };
    let mut picture = Picture::new(lower + 42.0, format!("{} on the chromosomes", call.name));
    ideogram(&mut picture, alk_chrom, upper, scale, assembly, bundle);
    if !one {
        ideogram(&mut picture, partner_chrom, lower, scale, assembly, bundle);
    }
    let (from, to) = ((from, lower), (to, if one { upper } else { upper + BAND }));
    let (first, second) = if one {
        ((from.0, from.1 - rise), (to.0, to.1 - rise))
    } else {
        let half = f32::midpoint(from.1, to.1);
        ((from.0, half), (to.0, half))
    };
    picture.marks.push(Mark::Curve {
        from,
        first,
        second,
        to,
        ink: Ink::Kinase,
        width: 2.0,
    });
    marker(&mut picture, from.0, lower, Ink::Partner);
    marker(&mut picture, to.0, upper, Ink::Alk);
    labels(&mut picture, call, from.0, to.0, (upper, lower), one);
    picture.description = format!(
        "{} lies at {partner_chrom}:{partner} and ALK at {alk_chrom}:{alk}{}.",
        call.five_prime.gene,
        call.iscn
            .as_deref()
            .map(|iscn| format!(", {iscn}"))
            .unwrap_or_default()
    );
    Some(picture)
}

fn length(chrom: &str, assembly: Assembly) -> Option<u64> {
    let found = chromosomes().iter().find(|one| one.name == chrom)?;
    Some(found.length(assembly))
}

/// A chromosome; its bands are those of GRCh38 and are drawn on that assembly only.
fn ideogram(
    picture: &mut Picture,
    chrom: &str,
    y: f32,
    scale: Scale,
    assembly: Assembly,
    bundle: &Bundle,
) {
    let end = scale.at(length(chrom, assembly).unwrap_or(0) as f64);
    picture.words((0.0, y + 11.0), Anchor::Start, Ink::Text, chrom);
    picture.rect((LEFT, y), (end - LEFT, BAND), Ink::Faint);
    if assembly != Assembly::Grch38 {
        return;
    }
    for band in bundle.bands().iter().filter(|band| band.chrom == chrom) {
        let opacity = match band.stain.as_str() {
            "gpos25" => 0.2,
            "gpos50" => 0.35,
            "gpos75" => 0.5,
            "gpos100" => 0.65,
            "acen" => 1.0,
            _ => continue,
        };
        let (from, to) = (scale.at(band.start as f64), scale.at(band.end as f64));
        let ink = if band.stain == "acen" {
            Ink::Doubt
        } else {
            Ink::Muted
        };
        picture.shade((from, y), (to - from, BAND), ink, opacity);
    }
}

fn marker(picture: &mut Picture, x: f32, y: f32, ink: Ink) {
    picture.rect((x - 1.5, y - 4.0), (3.0, BAND + 8.0), ink);
}

/// Names below the marks; on one chromosome side by side, so that near places do not write over each other.
fn labels(
    picture: &mut Picture,
    call: &FusionCall,
    partner: f32,
    alk: f32,
    (upper, lower): (f32, f32),
    one: bool,
) {
    let places = |side: &alkaid_reads::finding::Side| {
        side.pos
            .map(|pos| format!("{} {}", side.gene, grouped(pos)))
            .unwrap_or_default()
    };
    let (of_partner, of_alk) = (places(&call.five_prime), places(&call.three_prime));
    if !one {
        picture.small((clamp(alk), upper - 8.0), Anchor::Middle, Ink::Alk, of_alk);
        picture.small(
            (clamp(partner), lower + BAND + 16.0),
            Anchor::Middle,
            Ink::Partner,
            of_partner,
        );
        return;
    }
    let y = lower + BAND + 18.0;
    let (left, right) = if partner < alk {
        ((partner, of_partner, Ink::Partner), (alk, of_alk, Ink::Alk))
    } else {
        ((alk, of_alk, Ink::Alk), (partner, of_partner, Ink::Partner))
    };
    let near = right.0 - left.0 < 160.0;
    let middle = f32::midpoint(left.0, right.0).max(LEFT + 110.0);
    if near {
        picture.small((middle - 6.0, y), Anchor::End, left.2, left.1);
        picture.small((middle + 6.0, y), Anchor::Start, right.2, right.1);
    } else {
        picture.small((clamp(left.0), y), Anchor::Middle, left.2, left.1);
        picture.small((clamp(right.0), y), Anchor::Middle, right.2, right.1);
    }
}

fn clamp(x: f32) -> f32 {
    x.clamp(LEFT + 50.0, RIGHT - 60.0)
}
