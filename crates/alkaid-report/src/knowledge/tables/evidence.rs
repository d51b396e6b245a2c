//! Detection, the FISH protocol, CIViC.

use alkaid_knowledge::{
    CivicItem, Detection, ProfileTerm, ProtocolStep, civic_items, detection, fish_protocol,
};

use super::share;
use crate::knowledge::Show::{Always, Below, Files};
use crate::knowledge::Spec;
use crate::knowledge::cell::Cell;
use crate::knowledge::facets::Facets;

pub(super) static DETECTION: Spec<Detection> = Spec {
    name: "detection",
    title: "How ALK rearrangements are detected",
    rows: detection,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("methods", Always, |row, _| Cell::items(&row.methods)),
        ("kind", Always, |row, _| Cell::text(row.kind.as_str())),
        ("fact", Always, |row, _| Cell::text(row.fact)),
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
    facets: |_| Facets::default(),
};

pub(super) static PROTOCOL: Spec<ProtocolStep> = Spec {
    name: "fish_protocol",
    title: "Break-apart FISH on FFPE sections (alkaid protocol fish prints the bench sheet)",
    rows: fish_protocol,
    columns: &[
        ("step", Always, |row, _| Cell::text(row.key)),
        ("part", Always, |row, _| Cell::text(row.part)),
        ("instruction", Always, |row, _| Cell::text(row.instruction)),
        ("quantity", Always, |row, _| Cell::text(row.quantity)),
        ("unit", Always, |row, _| Cell::optional(row.unit)),
        ("target", Always, |row, _| Cell::decimal(row.target)),
        ("low", Always, |row, _| Cell::decimal(row.low)),
        ("high", Always, |row, _| Cell::decimal(row.high)),
        ("range", Always, |row, _| Cell::text(row.range.as_str())),
        ("reason", Always, |row, _| Cell::text(row.reason)),
        ("required", Files, |row, _| Cell::Flag(row.required)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |_| Facets::default(),
};

pub(super) static CIVIC: Spec<CivicItem> = Spec {
    name: "civic",
    title: "CIViC's evidence items on ALK (CC0; civicdb.org/links/evidence_items/NUMBER)",
    rows: civic_items,
    columns: &[
        ("id", Always, |row, _| Cell::text(row.id)),
        ("profile", Always, |row, _| Cell::text(row.profile)),
        ("type", Files, |row, _| Cell::text(row.evidence_type)),
        ("level", Always, |row, _| Cell::text(row.level.as_str())),
        ("direction", Always, |row, _| {
            Cell::text(row.direction.as_str())
        }),
        ("significance", Always, |row, _| {
            Cell::text(row.significance.as_str())
        }),
        ("rating", Always, |row, _| Cell::whole(row.rating)),
        ("disease", Always, |row, _| Cell::text(row.disease)),
        ("doid", Files, |row, _| Cell::optional(row.doid)),
        ("drugs", Always, |row, _| Cell::items(&row.drugs)),
        ("pmid", Files, |row, _| Cell::text(row.pmid)),
    ],
    facets: |row| {
        let terms = || row.alternatives.iter().flatten();
        let partner = |term: &ProfileTerm| match term {
            ProfileTerm::Fusion { partner } | ProfileTerm::Junction { partner, .. } => {
                Some(*partner)
            }
            _ => None,
        };
        let mutation = |term: &ProfileTerm| match term {
            ProfileTerm::Mutation { name } => Some(*name),
            _ => None,
        };
        Facets::default()
            .genes(
                std::iter::once("ALK")
                    .chain(terms().filter_map(partner))
                    .collect(),
            )
            .drugs(row.drugs.clone())
            .tumours(vec![row.disease])
            .mutations(terms().filter_map(mutation).collect())
    },
};
