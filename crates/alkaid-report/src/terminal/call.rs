//! The block of one call.

use alkaid_case::grouped;
use alkaid_knowledge::alk_domain;
use alkaid_reads::finding::{FusionCall, Molecule, ProteinPrediction};

use super::drawing::junction;
use super::ink::Paint;
use super::text::odds;
use super::{MARGIN, Page};

/// Draws one call: heading, junction, facts. `calls` is how many calls the report has.
pub(super) fn block(page: &mut Page, call: &FusionCall, calls: usize) {
    heading(page, call, calls);
    junction(page, call);
    page.blank();
    evidence(page, call);
    protein(page, call);
    names(page, call);
    for note in &call.notes {
        page.fact("note", Paint::Plain, note);
    }
}

/// `── F1 EML4::ALK  E13;A20 ───────────── V1 · in frame ──`
fn heading(page: &mut Page, call: &FusionCall, calls: usize) {
    let frame = match call.in_frame {
        Some(true) => "in frame",
        Some(false) => "out of frame",
        None => "frame unknown",
    };
    let right: Vec<&str> = call
        .named_variant
        .as_deref()
        .into_iter()
        .chain([frame])
        .collect();
    let right = page.clean(&right.join(" · "));
    let paint = if call.in_frame == Some(false) {
        Paint::Warn
    } else {
        Paint::Bold
    };
    page.blank();
    let mut line = page.line();
    line.repeat(Paint::Dim, '─', 2);
    line.text(Paint::Plain, " ");
    if calls > 1 {
        line.text(Paint::Dim, &format!("{} ", call.id));
    }
    line.text(Paint::Bold, &call.name);
    line.text(Paint::Plain, &format!("  {} ", call.junction_exons));
    let rest = (page.width - MARGIN).saturating_sub(line.width());
    // A dash, the words with their spaces, two dashes.
    if let Some(dashes) = rest
        .checked_sub(right.chars().count() + 4)
        .filter(|dashes| *dashes > 0)
    {
        line.repeat(Paint::Dim, '─', dashes);
        line.text(Paint::Plain, " ");
        line.text(paint, &right);
        line.text(Paint::Plain, " ");
        line.repeat(Paint::Dim, '─', 2);
        page.push(line);
    } else if rest > 0 {
        line.repeat(Paint::Dim, '─', rest);
        page.push(line);
        page.paragraph(paint, &right);
    } else {
        page.paragraph(
            Paint::Bold,
            &format!("{}  {}", call.name, call.junction_exons),
        );
        page.paragraph(paint, &right);
    }
}

fn evidence(page: &mut Page, call: &FusionCall) {
    let across = u64::from(call.supporting_fragments);
    let mut words = format!(
        "{} across the junction: {} unique, {}",
        count(across, "fragment"),
        grouped(u64::from(call.unique_fragments)),
        count(u64::from(call.distinct_starts), "start position"),
    );
    if call.spanning_pairs > 0 {
        words.push_str(&format!(
            "; {} on either side of it",
            count(u64::from(call.spanning_pairs), "more pair")
        ));
    }
    page.fact("evidence", Paint::Plain, &words);
    let wild = count(u64::from(call.wild_type_fragments), "fragment");
    let share = call.allele_fraction.filter(|fraction| fraction.is_finite());
    let share = share.map_or(String::new(), |fraction| {
        format!("; {:.1} % are rearranged", 100.0 * fraction)
    });
    page.fact(
        "wild type",
        Paint::Plain,
        &format!("{wild} across the same place of ALK{share}"),
    );
    let odds = odds(call.log10_odds, page.style.glyphs);
    page.fact(
        "odds",
        Paint::Plain,
        &format!("{odds} for a rearrangement over every artefact model"),
    );
}

fn protein(page: &mut Page, call: &FusionCall) {
    let (frame, paint) = match call.in_frame {
        Some(true) => ("kept", Paint::Good),
        Some(false) => ("lost: ALK is not read behind this junction", Paint::Alarm),
        None => ("unknown", Paint::Warn),
    };
    let Some(protein) = &call.protein else {
        page.fact("frame", paint, frame);
        return;
    };
    let parts = if call.in_frame == Some(false) {
        String::new()
    } else {
        parts(call, protein)
    };
    page.fact("frame", paint, &format!("{frame}{parts}"));
    let kinase = match (protein.kinase_domain_whole, call.in_frame) {
        (true, Some(false)) => "whole in the transcript, but not read".to_owned(),
        (true, _) => match alk_domain("kinase") {
            Some(domain) => format!("whole ({}–{})", domain.start, domain.end),
            None => "whole".to_owned(),
        },
        (false, _) => "cut".to_owned(),
    };
    let helix = if protein.alk_transmembrane_kept {
        "kept"
    } else {
        "lost"
    };
    page.fact(
        "ALK",
        Paint::Plain,
        &format!("kinase {kinase}; transmembrane helix {helix}"),
    );
    if let Some(element) = &protein.oligomerisation {
        let kept = match protein.oligomerisation_kept {
            Some(true) => "kept",
            Some(false) => "lost",
            None => "not known whether kept",
        };
        page.fact("partner", Paint::Plain, &format!("{element}: {kept}"));
    }
}

/// What the chimera is made of: `: EML4 1–496 + ALK from 1058, 1,059 residues`.
fn parts(call: &FusionCall, protein: &ProteinPrediction) -> String {
    let mut parts = Vec::new();
    if let Some(last) = protein.partner_residues {
        parts.push(format!("{} 1–{last}", call.five_prime.gene));
    }
    if let Some(first) = protein.alk_first_residue {
        parts.push(format!("ALK from residue {first}"));
    }
    let mut text = parts.join(" + ");
    if let Some(length) = protein.length {
        let before = if text.is_empty() { "" } else { ", " };
        text.push_str(&format!("{before}{} residues", grouped(u64::from(length))));
    }
    if text.is_empty() {
        text
    } else {
        format!(": {text}")
    }
}

fn names(page: &mut Page, call: &FusionCall) {
    if let (Some(variant), Some("unverified")) =
        (&call.named_variant, call.named_variant_status.as_deref())
    {
        page.fact(
            "variant",
            Paint::Plain,
            &format!("nobody has checked in a source that this junction is called {variant}"),
        );
    }
    if !call.inserted.is_empty() {
        let mut words = count(call.inserted.chars().count() as u64, "base");
        if !call.insertion_origin.is_empty() {
            words.push_str(&format!(": {}", call.insertion_origin.join(" + ")));
        }
        page.fact("inserted", Paint::Plain, &words);
    }
    if call.microhomology > 0 {
        let bases = count(u64::from(call.microhomology), "base");
        page.fact(
            "homology",
            Paint::Plain,
            &format!("{bases} shared by both sides: the break can be shifted by as many"),
        );
    }
    let predicted = match call.molecule {
        Molecule::Rna => "predicted",
        Molecule::Dna => "seen as",
    };
    let class = call.rearrangement.map(|class| class.to_string());
    let rearrangement: Vec<String> = [class, call.iscn.clone()].into_iter().flatten().collect();
    if !rearrangement.is_empty() {
        page.fact(predicted, Paint::Plain, &rearrangement.join(", "));
    }
    if let Some(hgvs) = &call.hgvs_dna {
        page.fact("HGVS DNA", Paint::Plain, hgvs);
    }
    if let Some(hgvs) = &call.hgvs_rna {
        page.fact("HGVS RNA", Paint::Plain, hgvs);
    }
    if !call.same_rearrangement_as.is_empty() {
        let others = call.same_rearrangement_as.join(", ");
        page.fact(
            "isoform",
            Paint::Plain,
            &format!("of the same rearrangement as {others}"),
        );
    }
}

/// A number with its noun.
fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}
