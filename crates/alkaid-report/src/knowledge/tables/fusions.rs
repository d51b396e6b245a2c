//! Partners, junctions, named variants, prevalence.

use alkaid_knowledge::{
    NamedVariant, Partner, Prevalence, ReportedJunction, VariantProperty, named_variants, partners,
    prevalence, reported_junctions, variant_properties,
};

use super::share;
use crate::knowledge::Show::{Always, Below, Files};
use crate::knowledge::Spec;
use crate::knowledge::cell::Cell;
use crate::knowledge::facets::Facets;

pub(super) static PARTNERS: Spec<Partner> = Spec {
    name: "partners",
    title: "Genes reported as 5' partners of ALK",
    rows: partners,
    columns: &[
        ("symbol", Always, |row, _| Cell::text(row.symbol)),
        ("hgnc", Files, |row, _| Cell::optional(row.hgnc)),
        ("ensembl", Files, |row, _| Cell::optional(row.ensembl)),
        ("uniprot", Files, |row, _| Cell::optional(row.uniprot)),
        ("band", Always, |row, _| Cell::optional(row.band)),
        ("strand", Files, |row, _| Cell::optional(row.strand)),
        ("real_5p_partner", Always, |row, _| {
            Cell::Flag(row.real_5p_partner)
        }),
        ("tumours", Always, |row, _| Cell::items(&row.tumours)),
        ("tumours_status", Files, |row, _| {
            Cell::text(row.tumours_status)
        }),
        ("oligomerisation", Always, |row, _| {
            Cell::optional(
                row.oligomerisation
                    .as_ref()
                    .map(|element| element.described()),
            )
        }),
        ("oligomerisation_residues", Files, |row, _| {
            let residues = row
                .oligomerisation
                .as_ref()
                .and_then(|element| element.residues);
            Cell::optional(residues.map(|(first, last)| format!("{first}-{last}")))
        }),
        ("oligomerisation_source", Files, |row, _| {
            Cell::optional(row.oligomerisation.as_ref().map(|element| element.source))
        }),
        ("rearrangement", Always, |row, _| {
            Cell::optional(row.rearrangement)
        }),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| {
        Facets::default()
            .genes(vec![row.symbol])
            .tumours(row.tumours.clone())
    },
};

pub(super) static JUNCTIONS: Spec<ReportedJunction> = Spec {
    name: "partner_junctions",
    title: "Exon junctions as they were reported, and what the reading frame says",
    rows: reported_junctions,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("partner", Always, |row, _| Cell::text(row.partner)),
        ("junction", Always, |row, _| Cell::text(row.name)),
        ("transcript", Always, |row, _| {
            Cell::optional(row.transcript)
        }),
        ("five_exon", Files, |row, _| Cell::whole(row.five_exon)),
        ("alk_exon", Files, |row, _| Cell::whole(row.alk_exon)),
        ("five_cds_last", Always, |row, _| {
            Cell::optional_whole(row.five_cds_last)
        }),
        ("frame", Always, |row, _| Cell::text(row.frame.as_str())),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| Facets::default().genes(vec![row.partner]),
};

pub(super) static VARIANTS: Spec<NamedVariant> = Spec {
    name: "named_variants",
    title: "Named junctions (CDS positions of the partner's transcript and of NM_004304.5; GRCh38)",
    rows: named_variants,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("gene", Always, |row, _| Cell::text(row.gene)),
        ("name", Always, |row, _| Cell::text(row.name)),
        ("aliases", Always, |row, _| Cell::items(&row.aliases)),
        ("five_transcript", Files, |row, _| {
            Cell::text(row.five_transcript)
        }),
        ("five_exon", Always, |row, _| Cell::whole(row.five_exon)),
        ("five_cds_last", Always, |row, _| {
            Cell::whole(row.five_cds_last)
        }),
        ("five_chrom", Files, |row, _| Cell::text(row.five_chrom)),
        ("five_position", Files, |row, _| {
            Cell::whole(row.five_position)
        }),
        ("inserted_len", Always, |row, _| {
            Cell::whole(row.inserted_len as u64)
        }),
        ("inserted", Files, |row, _| Cell::optional(row.inserted)),
        ("insertion_origin", Files, |row, _| {
            Cell::optional(row.insertion_origin)
        }),
        ("alk_exon", Always, |row, _| Cell::whole(row.alk_exon)),
        ("alk_cds_first", Always, |row, _| {
            Cell::whole(row.alk_cds_first)
        }),
        ("frame", Always, |row, _| {
            Cell::text(if row.in_frame { "in" } else { "out" })
        }),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| Facets::default().genes(vec![row.gene]),
};

pub(super) static PROPERTIES: Spec<VariantProperty> = Spec {
    name: "variant_properties",
    title: "Properties of named variants",
    rows: variant_properties,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("gene", Always, |row, _| Cell::text(row.gene)),
        ("variants", Always, |row, _| Cell::items(&row.variants)),
        ("kind", Always, |row, _| Cell::text(row.kind.as_str())),
        ("value", Always, |row, _| Cell::text(row.value)),
        ("share", Always, |row, _| Cell::optional(share(&row.share))),
        ("numerator", Files, |row, _| {
            Cell::optional_whole(row.share.numerator)
        }),
        ("denominator", Files, |row, _| {
            Cell::optional_whole(row.share.denominator)
        }),
        ("percent", Files, |row, _| Cell::decimal(row.share.percent)),
        ("percent_high", Files, |row, _| {
            Cell::decimal(row.share.percent_high)
        }),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| Facets::default().genes(vec![row.gene]),
};

pub(super) static PREVALENCE: Spec<Prevalence> = Spec {
    name: "prevalence",
    title: "How often ALK is altered",
    rows: prevalence,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("tumour", Always, |row, _| Cell::text(row.tumour)),
        ("population", Always, |row, _| Cell::text(row.population)),
        ("alteration", Always, |row, _| Cell::text(row.alteration)),
        ("share", Always, |row, _| Cell::optional(share(&row.share))),
        ("numerator", Files, |row, _| {
            Cell::optional_whole(row.share.numerator)
        }),
        ("denominator", Files, |row, _| {
            Cell::optional_whole(row.share.denominator)
        }),
        ("percent", Files, |row, _| Cell::decimal(row.share.percent)),
        ("percent_high", Files, |row, _| {
            Cell::decimal(row.share.percent_high)
        }),
        ("partners", Always, |row, _| Cell::optional(row.partners)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| Facets::default().tumours(vec![row.tumour]),
};
