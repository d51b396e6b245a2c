//! A fusion drawn exon by exon, with the reads that cross its junction.

use alkaid_case::finding::JunctionReads;
use alkaid_genome::{Bundle, CdsPosition, Transcript};
use alkaid_knowledge::alk_domain;
use alkaid_reads::finding::{FusionCall, Molecule, Side};

use super::Scale;
use crate::page::{Anchor, Ink, Picture};

const LEFT: f32 = 84.0;
const RIGHT: f32 = 712.0;
/// Exons of either side in the row of the chimera.
const SHOWN: usize = 8;
const BOX: f32 = 22.0;
const READ: f32 = 5.0;

/// One exon as it is drawn.
struct DrawnExon {
    number: u16,
    bases: u32,
    ink: Ink,
}

/// Both genes with what is kept of them, the chimera, and its reads.
pub(in crate::case) fn junction(
    call: &FusionCall,
    reads: Option<&JunctionReads>,
    bundle: &Bundle,
) -> Picture {
    let shown = reads.map_or(0, |reads| reads.reads.len());
    let height = 178.0
        + if shown == 0 {
            0.0
        } else {
            24.0 + shown as f32 * (READ + 2.0)
        };
    let mut picture = Picture::new(height, format!("{} drawn exon by exon", call.name));
    let partner = exons_of(&call.five_prime, bundle, |exon| {
        exon <= kept_to(&call.five_prime)
    });
    let alk = alk_exons(&call.three_prime, bundle);
    gene_row(&mut picture, 14.0, &call.five_prime.gene, &partner);
    gene_row(&mut picture, 62.0, "ALK", &alk);
    let middle = chimera_row(&mut picture, 118.0, call, &partner, &alk);
    if let Some(reads) = reads.filter(|reads| !reads.reads.is_empty()) {
        read_rows(&mut picture, 178.0, middle, reads);
    }
    picture.description = format!(
        "{} joins {} of {} to {} of ALK; {} reads cross the junction.",
        call.name,
        call.five_prime.region,
        call.five_prime.gene,
        call.three_prime.region,
        call.supporting_reads
    );
    picture
}

/// The last exon that the 5' side keeps; 0 where none is known.
fn kept_to(side: &Side) -> u16 {
    side.exon.unwrap_or(0)
}

fn transcript<'b>(side: &Side, bundle: &'b Bundle) -> Option<&'b Transcript> {
    bundle.transcript(side.transcript.as_deref()?)
}

fn exons_of(side: &Side, bundle: &Bundle, kept: impl Fn(u16) -> bool) -> Vec<DrawnExon> {
    let Some(transcript) = transcript(side, bundle) else {
        return Vec::new();
    };
    transcript
        .exons
        .iter()
        .map(|exon| DrawnExon {
            number: exon.number.0,
            bases: exon.len(),
            ink: if kept(exon.number.0) {
                Ink::Partner
            } else {
                Ink::Faint
            },
        })
        .collect()
}

/// ALK's exons; those of the kinase domain have a colour of their own.
fn alk_exons(side: &Side, bundle: &Bundle) -> Vec<DrawnExon> {
    let alk = bundle.alk();
    let first = side.exon.unwrap_or(u16::MAX);
    let kinase = alk_domain("kinase").map(|domain| {
        let exon_of = |residue: u32| {
            let base = alk.position_of_cds(CdsPosition(3 * (residue - 1) + 1))?;
            alk.exon_at(base).map(|exon| exon.number.0)
        };
        (exon_of(domain.start), exon_of(domain.end))
    });
    alk.exons
        .iter()
        .map(|exon| {
            let number = exon.number.0;
            let is_kinase =
                matches!(kinase, Some((Some(from), Some(to))) if from <= number && number <= to);
            let ink = match (number >= first, is_kinase) {
                (false, _) => Ink::Faint,
                (true, true) => Ink::Kinase,
                (true, false) => Ink::Alk,
            };
            DrawnExon {
                number,
                bases: exon.len(),
                ink,
            }
        })
        .collect()
}

/// Drawn width of an exon: its length's square root, so that short exons can be seen and long ones do not fill the row.
fn width_of(exon: &DrawnExon) -> f32 {
    (exon.bases as f32).sqrt().clamp(5.0, 40.0)
}

fn gene_row(picture: &mut Picture, y: f32, gene: &str, exons: &[DrawnExon]) {
    picture.words((0.0, y + 15.0), Anchor::Start, Ink::Text, gene);
    if exons.is_empty() {
        picture.small(
            (LEFT, y + 15.0),
            Anchor::Start,
            Ink::Muted,
            "exons not known",
        );
        return;
    }
    let gaps = exons.len().saturating_sub(1) as f32;
    let total: f32 = exons.iter().map(width_of).sum();
    let scale = ((RIGHT - LEFT) / (total + 4.0 * gaps)).min(1.6);
    let end = LEFT + (total + 4.0 * gaps) * scale;
    picture.line((LEFT, y + 11.0), (end, y + 11.0), Ink::Muted, 1.0);
    let mut x = LEFT;
    for exon in exons {
        let width = width_of(exon) * scale;
        picture.rect((x, y), (width, BOX), exon.ink);
        let every = if exons.len() > 20 { 5 } else { 2 };
        if exon.number == 1 || exon.number.is_multiple_of(every) {
            let label = exon.number.to_string();
            picture.sized(
                (x + width / 2.0, y + 34.0),
                Anchor::Middle,
                Ink::Muted,
                9.0,
                label,
            );
        }
        x += width + 4.0 * scale;
    }
}

/// The exons on both sides of the junction; returns where it lies.
fn chimera_row(
    picture: &mut Picture,
    y: f32,
    call: &FusionCall,
    partner: &[DrawnExon],
    alk: &[DrawnExon],
) -> f32 {
    let what = match call.molecule {
        Molecule::Rna => "RNA",
        Molecule::Dna => "RNA predicted",
    };
    picture.words((0.0, y + 15.0), Anchor::Start, Ink::Text, "fusion");
    picture.small((0.0, y + 28.0), Anchor::Start, Ink::Muted, what);
    let middle = (LEFT + RIGHT) / 2.0;
    let kept: Vec<&DrawnExon> = partner
        .iter()
        .filter(|exon| exon.ink == Ink::Partner)
        .collect();
    let inserted = call.inserted.chars().count() as f32;
    let gap = if inserted > 0.0 {
        4.0 + inserted.sqrt() * 2.0
    } else {
        1.0
    };
    let mut x = middle - gap / 2.0;
    for exon in kept.iter().rev().take(SHOWN) {
        let width = (width_of(exon) * 1.5).max(22.0);
        x -= width;
        exon_box(picture, (x, y), width, exon);
        x -= 2.0;
    }
    if kept.is_empty() {
        picture.rect((middle - 124.0, y), (124.0 - gap / 2.0, BOX), Ink::Partner);
        picture.words(
            (middle - 62.0, y + 15.0),
            Anchor::Middle,
            Ink::Paper,
            &*call.five_prime.gene,
        );
    }
    let mut x = middle + gap / 2.0;
    let kept = alk.iter().filter(|exon| exon.ink != Ink::Faint);
    for exon in kept.take(SHOWN) {
        let width = (width_of(exon) * 1.5).max(22.0);
        exon_box(picture, (x, y), width, exon);
        x += width + 2.0;
    }
    picture.line((middle, y - 7.0), (middle, y + BOX + 7.0), Ink::Text, 1.5);
    if inserted > 0.0 {
        picture.shade((middle - gap / 2.0, y), (gap, BOX), Ink::Doubt, 0.8);
    }
    let note = if inserted > 0.0 {
        format!("{}, {inserted} bases between", call.junction_exons)
    } else {
        call.junction_exons.clone()
    };
    picture.words((middle, y + 42.0), Anchor::Middle, Ink::Text, note);
    middle
}

fn exon_box(picture: &mut Picture, (x, y): (f32, f32), width: f32, exon: &DrawnExon) {
    picture.rect((x, y), (width, BOX), exon.ink);
    let label = exon.number.to_string();
    picture.small(
        (x + width / 2.0, y + 15.0),
        Anchor::Middle,
        Ink::Paper,
        label,
    );
}

/// Reads piled up on the junction, at one scale.
fn read_rows(picture: &mut Picture, y: f32, middle: f32, reads: &JunctionReads) {
    let furthest = reads
        .reads
        .iter()
        .map(|read| read.five_prime.max(read.three_prime))
        .max();
    let scale = Scale {
        from: (0.0, f64::from(furthest.unwrap_or(1).max(1))),
        to: (0.0, (RIGHT - LEFT) / 2.0 - 4.0),
    };
    let label = format!("{} of {} reads", reads.reads.len(), reads.total);
    picture.words((0.0, y + 12.0), Anchor::Start, Ink::Text, "reads");
    picture.small((0.0, y + 25.0), Anchor::Start, Ink::Muted, label);
    let bottom = y + reads.reads.len() as f32 * (READ + 2.0) + 2.0;
    picture.line((middle, y - 2.0), (middle, bottom), Ink::Text, 1.5);
    for (row, read) in reads.reads.iter().enumerate() {
        let top = y + row as f32 * (READ + 2.0);
        let left = scale.at(f64::from(read.five_prime));
        let right = scale.at(f64::from(read.three_prime));
        picture.rect((middle - left, top), (left, READ), Ink::Partner);
        picture.rect((middle, top), (right, READ), Ink::Alk);
    }
    let bases = furthest.unwrap_or(0);
    picture.small(
        (LEFT, bottom + 14.0),
        Anchor::Start,
        Ink::Muted,
        format!("{bases} bases 5'"),
    );
    picture.small(
        (RIGHT, bottom + 14.0),
        Anchor::End,
        Ink::Muted,
        format!("{bases} bases 3'"),
    );
}
