//! Tables of small variants: `variants.tsv`, `refused_variants.tsv`, `variant_bounds.tsv`. Positions are 1-based.

use alkaid_reads::finding::{
    Consequence, PairVerdict, PhaseVerdict, ReadsReport, Variant, VariantOrigin,
};

use crate::tsv::{join, optional};

type Column = (&'static str, fn(&ReadsReport, &Variant) -> String);

const COLUMNS: &[Column] = &[
    ("#id", |_, v| v.id.clone()),
    ("name", |_, v| v.name.clone()),
    ("hgvs_c", |_, v| v.hgvs_c.clone()),
    ("hgvs_p", |_, v| optional(v.hgvs_p.as_deref())),
    ("hgvs_g", |_, v| v.hgvs_g.clone()),
    ("chrom", |_, v| v.chrom.clone()),
    ("pos", |_, v| v.pos.to_string()),
    ("ref", |_, v| v.reference.clone()),
    ("alt", |_, v| v.alternative.clone()),
    ("exon", |_, v| optional(v.exon)),
    ("intron", |_, v| optional(v.intron)),
    ("codon", |_, v| optional(v.codon)),
    ("consequence", |_, v| {
        consequence(v.consequence).replace(' ', "_")
    }),
    ("kinase_domain", |_, v| yes(v.in_kinase_domain)),
    ("catalogued", |_, v| yes(v.catalogued)),
    ("depth", |_, v| v.depth.to_string()),
    ("molecules", |_, v| v.molecules.to_string()),
    ("fragments", |_, v| v.fragments.to_string()),
    ("forward", |_, v| v.forward.to_string()),
    ("reverse", |_, v| v.reverse.to_string()),
    ("allele_fraction", |_, v| v.allele_fraction.to_string()),
    ("fraction_low", |_, v| {
        v.allele_fraction_interval[0].to_string()
    }),
    ("fraction_high", |_, v| {
        v.allele_fraction_interval[1].to_string()
    }),
    ("expected_errors", |_, v| {
        format!("{:.3e}", v.expected_errors)
    }),
    ("p_value", |_, v| format!("{:.3e}", v.p_value)),
    ("quality", |_, v| v.quality.to_string()),
    ("origin", |_, v| origin(v.origin).replace(' ', "_")),
    ("origin_reason", |_, v| v.origin_reason.clone()),
    ("polymorphism", |_, v| optional(v.polymorphism.as_deref())),
    ("phase", |_, v| phase(v.phase.verdict).replace(' ', "_")),
    ("fusion_with", |_, v| v.phase.fusion_with.to_string()),
    ("fusion_without", |_, v| v.phase.fusion_without.to_string()),
    ("wild_type_with", |_, v| v.phase.wild_type_with.to_string()),
    ("wild_type_without", |_, v| {
        v.phase.wild_type_without.to_string()
    }),
    ("phase_statement", |_, v| v.phase.statement.clone()),
    ("in_cis_with", |report, v| {
        partners(report, v, PairVerdict::InCis)
    }),
    ("in_trans_with", |report, v| {
        partners(report, v, PairVerdict::InTrans)
    }),
];

/// `variants.tsv` as text.
pub fn variants_tsv(report: &ReadsReport) -> String {
    let mut lines = vec![join(COLUMNS.iter().map(|(name, _)| (*name).to_owned()))];
    for variant in &report.small_variants.variants {
        lines.push(join(
            COLUMNS.iter().map(|(_, field)| field(report, variant)),
        ));
    }
    lines.join("\n") + "\n"
}

/// `refused_variants.tsv` as text: alleles that were looked at and refused, with reason and numbers.
pub fn refused_variants_tsv(report: &ReadsReport) -> String {
    const HEADER: [&str; 13] = [
        "#name",
        "hgvs_c",
        "reason",
        "explanation",
        "chrom",
        "pos",
        "ref",
        "alt",
        "depth",
        "molecules",
        "allele_fraction",
        "expected_errors",
        "p_value",
    ];
    let mut lines = vec![join(HEADER.map(str::to_owned))];
    for refused in &report.small_variants.refused_variants {
        lines.push(join([
            refused.name.clone(),
            refused.hgvs_c.clone(),
            refused.reason.clone(),
            refused.explanation.clone(),
            refused.chrom.clone(),
            refused.pos.to_string(),
            refused.reference.clone(),
            refused.alternative.clone(),
            refused.depth.to_string(),
            refused.molecules.to_string(),
            refused.allele_fraction.to_string(),
            format!("{:.3e}", refused.expected_errors),
            format!("{:.3e}", refused.p_value),
        ]));
    }
    lines.join("\n") + "\n"
}

/// `variant_bounds.tsv` as text: per codon of a catalogued mutation, what would have been seen with 95 % probability.
pub fn variant_bounds_tsv(report: &ReadsReport) -> String {
    const HEADER: [&str; 6] = [
        "#residue",
        "codon",
        "exon",
        "depth",
        "molecules_needed",
        "allele_fraction_95",
    ];
    let mut lines = vec![join(HEADER.map(str::to_owned))];
    for bound in &report.small_variants.variant_bounds {
        lines.push(join([
            bound.residue.clone(),
            bound.codon.to_string(),
            optional(bound.exon),
            bound.depth.to_string(),
            bound.molecules_needed.to_string(),
            optional(bound.allele_fraction.map(|share| format!("{share:.5}"))),
        ]));
    }
    lines.join("\n") + "\n"
}

/// Identifiers of the variants that stand so to this one.
fn partners(report: &ReadsReport, variant: &Variant, verdict: PairVerdict) -> String {
    let ids: Vec<&str> = report
        .small_variants
        .variant_pairs
        .iter()
        .filter(|pair| pair.verdict == verdict)
        .filter_map(|pair| {
            if pair.first == variant.id {
                Some(pair.second.as_str())
            } else if pair.second == variant.id {
                Some(pair.first.as_str())
            } else {
                None
            }
        })
        .collect();
    optional((!ids.is_empty()).then(|| ids.join(",")))
}

fn yes(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// In words.
pub fn consequence(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::Missense => "missense",
        Consequence::Synonymous => "synonymous",
        Consequence::Nonsense => "nonsense",
        Consequence::Frameshift => "frameshift",
        Consequence::InframeInsertion => "in-frame insertion",
        Consequence::InframeDeletion => "in-frame deletion",
        Consequence::InframeDelins => "in-frame delins",
        Consequence::StartLost => "start lost",
        Consequence::StopLost => "stop lost",
        Consequence::SpliceSite => "splice site",
        Consequence::Intronic => "intronic",
        Consequence::Untranslated => "untranslated",
    }
}

/// In words.
pub fn origin(origin: VariantOrigin) -> &'static str {
    match origin {
        VariantOrigin::LikelyGermline => "likely germline",
        VariantOrigin::Undetermined => "undetermined",
        VariantOrigin::LikelySomatic => "likely somatic",
    }
}

/// In words.
pub fn phase(verdict: PhaseVerdict) -> &'static str {
    match verdict {
        PhaseVerdict::OnFusion => "on fusion",
        PhaseVerdict::OnWildType => "on wild type",
        PhaseVerdict::OnBoth => "on both",
        PhaseVerdict::OutsideFusion => "outside fusion",
        PhaseVerdict::CannotBeTold => "cannot be told",
        PhaseVerdict::NoFusion => "no fusion",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn columns_are_named_once() {
        let names: BTreeSet<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), COLUMNS.len());
    }
}
