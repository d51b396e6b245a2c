//! What `alkaid bypass` looks for in the tables of other callers.

use alkaid_knowledge::{
    BypassAlteration, BypassGene, BypassLine, BypassStatement, ExpressionMarker,
    bypass_alterations, bypass_genes, bypass_lines, bypass_statements, expression_markers,
};

use crate::knowledge::Show::{Always, Below, Files};
use crate::knowledge::Spec;
use crate::knowledge::cell::Cell;
use crate::knowledge::facets::Facets;

pub(super) static GENES: Spec<BypassGene> = Spec {
    name: "bypass_genes",
    title: "Genes that may stand in for ALK",
    rows: bypass_genes,
    columns: &[
        ("gene", Always, |row, _| Cell::text(row.symbol)),
        ("role", Always, |row, _| Cell::text(row.role)),
        ("amplification", Always, |row, _| yes(row.amplification)),
        ("loss", Always, |row, _| yes(row.loss)),
        ("expression", Always, |row, _| yes(row.expression)),
        ("ways", Files, |row, _| Cell::items(&row.ways)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| Facets::default().genes(vec![row.symbol]),
};

pub(super) static ALTERATIONS: Spec<BypassAlteration> = Spec {
    name: "bypass_alterations",
    title: "Small variants that are known to do something",
    rows: bypass_alterations,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("gene", Always, |row, _| Cell::text(row.gene)),
        ("kind", Always, |row, _| Cell::text(row.kind.as_str())),
        ("first", Always, |row, _| Cell::optional_whole(row.first)),
        ("last", Always, |row, _| Cell::optional_whole(row.last)),
        ("exon", Always, |row, _| Cell::optional(row.exon)),
        ("reference", Always, |row, _| Cell::optional(row.reference)),
        ("alternatives", Always, |row, _| {
            Cell::items(&row.alternatives)
        }),
        ("codon", Files, |row, _| Cell::optional(row.codon)),
        ("effect", Always, |row, _| Cell::text(row.effect.as_str())),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| Facets::default().genes(vec![row.gene]),
};

pub(super) static LINES: Spec<BypassLine> = Spec {
    name: "bypass_lines",
    title: "Lines between values and words",
    rows: bypass_lines,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("gene", Always, |row, _| {
            Cell::text(row.gene.unwrap_or("any"))
        }),
        ("state", Always, |row, _| Cell::text(row.state.as_str())),
        ("value", Always, |row, _| Cell::decimal(Some(row.value))),
        ("unit", Always, |row, _| Cell::text(row.unit)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| Facets::default().genes(row.gene.into_iter().collect()),
};

pub(super) static MARKERS: Spec<ExpressionMarker> = Spec {
    name: "expression_markers",
    title: "Marker genes: EMT signature and neuroendocrine genes",
    rows: expression_markers,
    columns: &[
        ("gene", Always, |row, _| Cell::text(row.symbol)),
        ("set", Always, |row, _| Cell::text(row.set.as_str())),
        ("aliases", Files, |row, _| Cell::items(&row.aliases)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| Facets::default().genes(vec![row.symbol]),
};

pub(super) static STATEMENTS: Spec<BypassStatement> = Spec {
    name: "bypass_statements",
    title: "What stands behind the EMT score and the hint of transformation",
    rows: bypass_statements,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("topic", Always, |row, _| Cell::text(row.topic)),
        ("statement", Always, |row, _| Cell::text(row.statement)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |_| Facets::default(),
};

fn yes(value: bool) -> Cell {
    Cell::text(if value { "yes" } else { "no" })
}
