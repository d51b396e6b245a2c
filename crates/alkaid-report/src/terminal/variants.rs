//! Small variants on the terminal: one block each, inherited ones in one line, then what would have been seen.

use alkaid_reads::finding::{
    PairVerdict, PhaseVerdict, ReadsReport, Variant, VariantBound, VariantOrigin,
};

use super::Page;
use super::ink::Paint;
use crate::variants::consequence;

/// Variants and pairs that are shown in full; all stand in `variants.tsv` and `fusions.json`.
const SHOWN: usize = 12;

/// Draws the section, if ALK's coding exons were covered or anything was called.
pub fn section(page: &mut Page, report: &ReadsReport) {
    let small = &report.small_variants;
    let covered = small
        .variant_bounds
        .iter()
        .any(|bound| bound.allele_fraction.is_some());
    if small.variants.is_empty() && !covered {
        return;
    }
    page.heading("Mutations of ALK");
    let (inherited, others): (Vec<&Variant>, Vec<&Variant>) = small
        .variants
        .iter()
        .partition(|variant| variant.origin == VariantOrigin::LikelyGermline);
    if others.is_empty() {
        page.paragraph(Paint::Plain, "None called that is not likely inherited.");
    }
    for variant in others.iter().take(SHOWN) {
        block(page, variant);
    }
    if others.len() > SHOWN {
        let more = format!("and {} more in variants.tsv", others.len() - SHOWN);
        page.paragraph(Paint::Dim, &more);
    }
    let shown = |id: &str| others.iter().any(|variant| variant.id == id);
    for pair in small
        .variant_pairs
        .iter()
        .filter(|pair| shown(&pair.first) && shown(&pair.second))
        .take(SHOWN)
    {
        let label = match pair.verdict {
            PairVerdict::InCis => "in cis",
            PairVerdict::InTrans => "in trans",
            PairVerdict::Both => "cis + trans",
            PairVerdict::CannotBeTold => "untold",
        };
        page.fact(label, Paint::Plain, &pair.statement);
    }
    if !inherited.is_empty() {
        let list: Vec<String> = inherited
            .iter()
            .take(SHOWN)
            .map(|variant| {
                let id = variant
                    .polymorphism
                    .as_ref()
                    .map_or_else(String::new, |id| format!("{id}, "));
                format!(
                    "{} ({id}{} of {})",
                    variant.name,
                    percent(variant.allele_fraction),
                    variant.depth
                )
            })
            .collect();
        page.fact("germline?", Paint::Dim, &list.join("; "));
    }
    if let Some(text) = bound(&small.variant_bounds) {
        page.fact("seen from", Paint::Dim, &text);
    }
}

fn block(page: &mut Page, variant: &Variant) {
    let place = match (variant.exon, variant.intron) {
        (Some(exon), _) => format!("exon {exon}"),
        (None, Some(intron)) => format!("intron {intron}"),
        (None, None) => "outside the exons".to_owned(),
    };
    let [low, high] = variant.allele_fraction_interval;
    let share = format!(
        "{} ({}–{}): {} of {} molecules · {} · {place}{}{}",
        percent(variant.allele_fraction),
        percent(low).trim_end_matches(" %"),
        percent(high).trim_end_matches(" %"),
        variant.molecules,
        variant.depth,
        consequence(variant.consequence),
        if variant.in_kinase_domain {
            ", kinase domain"
        } else {
            ""
        },
        if variant.catalogued {
            " · catalogued"
        } else {
            ""
        },
    );
    let paint = if variant.catalogued {
        Paint::Alarm
    } else {
        Paint::Plain
    };
    page.fact(&variant.name, paint, &share);
    let coding = variant.hgvs_c.clone();
    let names = match &variant.hgvs_p {
        Some(protein) => format!("{coding} {protein}"),
        None => coding,
    };
    page.fact("", Paint::Dim, &names);
    if variant.origin == VariantOrigin::Undetermined {
        page.fact("", Paint::Plain, &variant.origin_reason);
    }
    let allele = match variant.phase.verdict {
        PhaseVerdict::OnFusion => "on the fusion: ",
        PhaseVerdict::OnWildType => "on the wild type: ",
        PhaseVerdict::OnBoth => "on fusion and wild type: ",
        PhaseVerdict::OutsideFusion | PhaseVerdict::CannotBeTold => "fusion or wild type: ",
        PhaseVerdict::NoFusion => return,
    };
    page.fact(
        "",
        Paint::Plain,
        &format!("{allele}{}", variant.phase.statement),
    );
}

/// The bounds in one sentence.
fn bound(bounds: &[VariantBound]) -> Option<String> {
    let mut seen: Vec<(f64, &str)> = bounds
        .iter()
        .filter_map(|bound| Some((bound.allele_fraction?, bound.residue.as_str())))
        .collect();
    if bounds.is_empty() {
        return None;
    }
    seen.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some(&(worst, residue)) = seen.last() else {
        return Some("no codon of a catalogued mutation is covered deeply enough".to_owned());
    };
    let (median, _) = seen[seen.len() / 2];
    let missing = bounds.len() - seen.len();
    let rest = match missing {
        0 => String::new(),
        n => format!(
            "; {n} of {} codons are not covered deeply enough",
            bounds.len()
        ),
    };
    Some(format!(
        "{} of molecules (median codon of the catalogued mutations), {} at the worst ({residue}), with 95 % probability{rest}",
        percent(median),
        percent(worst)
    ))
}

/// A share with as many digits as it needs.
fn percent(share: f64) -> String {
    let value = 100.0 * share;
    if value >= 10.0 {
        format!("{value:.0} %")
    } else if value >= 1.0 {
        format!("{value:.1} %")
    } else {
        format!("{value:.2} %")
    }
}
