//! The chimeric protein beside the two that it is made of, with domains kept and lost.

use alkaid_genome::Bundle;
use alkaid_knowledge::{alk_domain, alk_domains};
use alkaid_reads::finding::{FusionCall, ProteinPrediction};

use super::Scale;
use crate::page::{Anchor, Ink, Picture};

const LEFT: f32 = 84.0;
/// Room is left for the length behind the longest protein.
const RIGHT: f32 = 680.0;
const BAR: f32 = 20.0;
/// Last residue of ALK (UniProt Q9UM73).
const ALK_LENGTH: u32 = 1620;
/// Domains of ALK that are drawn, by key.
const ALK_SHOWN: [&str; 7] = [
    "mam1",
    "ldl_a",
    "mam2",
    "glycine_rich",
    "egf_like",
    "transmembrane",
    "kinase",
];

/// A stretch of a protein.
struct Stretch {
    name: String,
    start: u32,
    end: u32,
    ink: Ink,
}

/// Partner, ALK, and the chimera, at one scale. `None` where the frame does not go on or a part is not known.
pub(in crate::case) fn protein(call: &FusionCall, bundle: &Bundle) -> Option<Picture> {
    let predicted = call.protein.as_ref()?;
    let partner_kept = predicted.partner_residues?;
    let alk_from = predicted.alk_first_residue?;
    let alk_kept = (ALK_LENGTH + 1).saturating_sub(alk_from);
    let gene = &call.five_prime.gene;
    let partner_length = length_of(call, bundle)
        .unwrap_or(partner_kept)
        .max(partner_kept);
    let longest = ALK_LENGTH.max(partner_length).max(partner_kept + alk_kept);
    let scale = Scale {
        from: (0.0, f64::from(longest)),
        to: (LEFT, RIGHT),
    };
    let mut picture = Picture::new(190.0, format!("The chimeric protein of {}", call.name));
    let partner = partner_stretches(gene, bundle);
    let alk = alk_stretches();
    whole(
        &mut picture,
        8.0,
        gene,
        scale,
        partner_length,
        &partner,
        |end, _| end <= partner_kept,
    );
    whole(
        &mut picture,
        66.0,
        "ALK",
        scale,
        ALK_LENGTH,
        &alk,
        |_, start| start >= alk_from,
    );

    let y = 126.0;
    picture.words((0.0, y + 14.0), Anchor::Start, Ink::Text, "fusion");
    let joint = scale.at(f64::from(partner_kept));
    let end = scale.at(f64::from(partner_kept + alk_kept));
    picture.shade((LEFT, y), (joint - LEFT, BAR), Ink::Partner, 0.35);
    picture.shade((joint, y), (end - joint, BAR), Ink::Alk, 0.35);
    let kept_of_partner = partner.iter().filter(|one| one.end <= partner_kept);
    for one in kept_of_partner {
        stretch(&mut picture, y, scale, one, 0);
    }
    for one in alk.iter().filter(|one| one.start >= alk_from) {
        let moved = Stretch {
            name: one.name.clone(),
            start: one.start - alk_from + partner_kept + 1,
            end: one.end - alk_from + partner_kept + 1,
            ink: one.ink,
        };
        stretch(&mut picture, y, scale, &moved, 1);
    }
    picture.line((joint, y - 6.0), (joint, y + BAR + 6.0), Ink::Text, 1.5);
    let length = predicted.length.unwrap_or(partner_kept + alk_kept);
    picture.small(
        (joint, y + 38.0),
        Anchor::Middle,
        Ink::Muted,
        partner_kept.to_string(),
    );
    picture.small(
        (end, y + 38.0),
        Anchor::End,
        Ink::Muted,
        format!("{length} residues"),
    );
    picture.small(
        (LEFT, y + 52.0),
        Anchor::Start,
        Ink::Muted,
        oligomerisation(predicted, gene),
    );
    picture.description = format!(
        "Residues 1 to {partner_kept} of {gene}, then residues {alk_from} to {ALK_LENGTH} of ALK; the kinase domain is {}.",
        if predicted.kinase_domain_whole {
            "whole"
        } else {
            "not whole"
        }
    );
    Some(picture)
}

/// Residues of the partner's protein, from its transcript: coding bases without the stop codon.
fn length_of(call: &FusionCall, bundle: &Bundle) -> Option<u32> {
    let transcript = bundle.transcript(call.five_prime.transcript.as_deref()?)?;
    let coding = transcript.cds.as_ref()?;
    (coding.len() as u32 / 3).checked_sub(1)
}

fn partner_stretches(gene: &str, bundle: &Bundle) -> Vec<Stretch> {
    bundle
        .domains(gene)
        .iter()
        .map(|domain| Stretch {
            name: domain.name.clone(),
            start: domain.residues.start.0,
            end: domain.residues.end.0,
            ink: Ink::Partner,
        })
        .collect()
}

fn alk_stretches() -> Vec<Stretch> {
    let kinase = alk_domain("kinase").map(|domain| domain.start);
    alk_domains()
        .iter()
        .filter(|domain| ALK_SHOWN.contains(&domain.key))
        .map(|domain| Stretch {
            name: match domain.key {
                "kinase" => "kinase".to_owned(),
                "transmembrane" => "TM".to_owned(),
                _ => domain.name.replace(" domain", ""),
            },
            start: domain.start,
            end: domain.end,
            ink: if Some(domain.start) == kinase {
                Ink::Kinase
            } else {
                Ink::Alk
            },
        })
        .collect()
}

/// A whole protein; stretches that are lost are drawn empty.
fn whole(
    picture: &mut Picture,
    y: f32,
    name: &str,
    scale: Scale,
    length: u32,
    stretches: &[Stretch],
    kept: impl Fn(u32, u32) -> bool,
) {
    picture.words((0.0, y + 14.0), Anchor::Start, Ink::Text, name);
    let end = scale.at(f64::from(length));
    picture.shade((LEFT, y + 6.0), (end - LEFT, BAR - 12.0), Ink::Faint, 1.0);
    for (at, one) in stretches.iter().enumerate() {
        let drawn = Stretch {
            name: one.name.clone(),
            start: one.start,
            end: one.end,
            ink: if kept(one.end, one.start) {
                one.ink
            } else {
                Ink::Faint
            },
        };
        stretch(picture, y, scale, &drawn, at);
    }
    picture.small(
        (end + 4.0, y + 14.0),
        Anchor::Start,
        Ink::Muted,
        length.to_string(),
    );
}

/// One stretch with its name where there is room; `level` lets neighbouring names step down.
fn stretch(picture: &mut Picture, y: f32, scale: Scale, one: &Stretch, level: usize) {
    let (from, to) = (scale.at(f64::from(one.start)), scale.at(f64::from(one.end)));
    let width = (to - from).max(2.0);
    picture.rect((from, y), (width, BAR), one.ink);
    let middle = from + width / 2.0;
    // A letter of this size is about five units wide.
    if one.name.chars().count() as f32 * 5.2 < width {
        let ink = if one.ink == Ink::Faint {
            Ink::Muted
        } else {
            Ink::Paper
        };
        picture.sized((middle, y + 13.5), Anchor::Middle, ink, 9.0, &*one.name);
    } else if one.name.chars().count() <= 24 {
        let drop = 30.0 + 9.0 * (level % 2) as f32;
        picture.sized(
            (middle, y + drop),
            Anchor::Middle,
            Ink::Muted,
            8.0,
            &*one.name,
        );
    }
}

fn oligomerisation(protein: &ProteinPrediction, gene: &str) -> String {
    match (&protein.oligomerisation, protein.oligomerisation_kept) {
        (Some(element), Some(true)) => format!("{gene}'s {element}: kept"),
        (Some(element), Some(false)) => format!("{gene}'s {element}: lost"),
        (Some(element), None) => format!("{gene}'s {element}: not known whether kept"),
        (None, _) => format!("no oligomerisation element of {gene} is in the tables"),
    }
}
