//! How often each way of resistance was seen.

use alkaid_knowledge::{
    OffTargetResistance, OnTargetResistance, PublishedEvidence, off_target_resistance,
    on_target_resistance, published_evidence,
};

use super::share;
use crate::knowledge::Show::{Always, Below, Files};
use crate::knowledge::Spec;
use crate::knowledge::cell::Cell;
use crate::knowledge::facets::Facets;

pub(super) static ON_TARGET: Spec<OnTargetResistance> = Spec {
    name: "resistance_on_target",
    title: "Changes of ALK under inhibitors",
    rows: on_target_resistance,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("drugs", Files, |row, _| Cell::items(&row.drugs)),
        ("setting", Always, |row, _| Cell::text(row.setting)),
        ("alteration", Always, |row, _| Cell::text(row.alteration)),
        ("mutations", Files, |row, _| Cell::items(&row.mutations)),
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
    facets: |row| {
        Facets::default()
            .genes(vec!["ALK"])
            .drugs(row.drugs.clone())
            .mutations(row.mutations.clone())
    },
};

pub(super) static OFF_TARGET: Spec<OffTargetResistance> = Spec {
    name: "resistance_off_target",
    title: "Resistance beside the ALK kinase (strategies are leads, no advice)",
    rows: off_target_resistance,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("mechanism", Always, |row, _| Cell::text(row.mechanism)),
        ("genes", Always, |row, _| Cell::items(&row.genes)),
        ("class", Always, |row, _| Cell::text(row.class)),
        ("drugs", Files, |row, _| Cell::items(&row.drugs)),
        ("setting", Always, |row, _| Cell::text(row.setting)),
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
        ("strategy", Always, |row, _| Cell::optional(row.strategy)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| {
        Facets::default()
            .genes(row.genes.clone())
            .drugs(row.drugs.clone())
    },
};

pub(super) static PUBLISHED: Spec<PublishedEvidence> = Spec {
    name: "published_evidence",
    title: "Inhibitors on mutated ALK, as publications say",
    rows: published_evidence,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("drug", Always, |row, _| Cell::text(row.drug)),
        ("mutations", Always, |row, _| {
            match row.mutations.is_empty() {
                true => Cell::text("any"),
                false => Cell::items(&row.mutations),
            }
        }),
        ("level", Always, |row, _| Cell::text(row.level.as_str())),
        ("direction", Always, |row, _| {
            Cell::text(row.direction.as_str())
        }),
        ("statement", Always, |row, _| Cell::text(row.statement)),
        ("tumour", Files, |row, _| Cell::text(row.tumour)),
        ("share", Files, |row, _| Cell::optional(share(&row.share))),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| {
        Facets::default()
            .genes(vec!["ALK"])
            .drugs(vec![row.drug])
            .mutations(row.mutations.clone())
    },
};
