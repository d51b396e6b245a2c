//! ALK itself and the mutations of its kinase.

use alkaid_knowledge::{
    AlkExon, AlkFact, Domain, Mutation, Polymorphism, alk_domains, alk_exons, alk_facts, mutations,
    polymorphisms,
};

use crate::knowledge::Show::{Always, Below, Files};
use crate::knowledge::Spec;
use crate::knowledge::cell::Cell;
use crate::knowledge::facets::Facets;

pub(super) static FACTS: Spec<AlkFact> = Spec {
    name: "alk_facts",
    title: "ALK",
    rows: alk_facts,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("topic", Always, |row, _| Cell::text(row.topic.as_str())),
        ("name", Always, |row, _| Cell::text(row.name)),
        ("value", Always, |row, _| Cell::text(row.value)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |_| Facets::default(),
};

pub(super) static DOMAINS: Spec<Domain> = Spec {
    name: "alk_domains",
    title: "Domains and landmarks of the ALK protein (Q9UM73, residues 1-based)",
    rows: alk_domains,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("name", Always, |row, _| Cell::text(row.name)),
        ("start", Always, |row, _| Cell::whole(row.start)),
        ("end", Always, |row, _| Cell::whole(row.end)),
        ("id", Always, |row, _| Cell::optional(row.id)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |_| Facets::default(),
};

pub(super) static EXONS: Spec<AlkExon> = Spec {
    name: "alk_exons",
    title: "Exons of ALK (NM_004304.5, chr2, minus strand, 1-based)",
    rows: alk_exons,
    columns: &[
        ("exon", Always, |row, _| Cell::whole(row.number)),
        ("grch38_start", Always, |row, _| {
            Cell::whole(row.grch38_start)
        }),
        ("grch38_end", Always, |row, _| Cell::whole(row.grch38_end)),
        ("grch37_start", Always, |row, _| {
            Cell::whole(row.grch37_start)
        }),
        ("grch37_end", Always, |row, _| Cell::whole(row.grch37_end)),
        ("cds_first", Always, |row, _| Cell::whole(row.cds_first)),
        ("cds_last", Always, |row, _| Cell::whole(row.cds_last)),
        ("residue_first", Always, |row, _| {
            Cell::whole(row.residue_first)
        }),
        ("residue_last", Always, |row, _| {
            Cell::whole(row.residue_last)
        }),
    ],
    facets: |_| Facets::default(),
};

pub(super) static MUTATIONS: Spec<Mutation> = Spec {
    name: "mutations",
    title: "Mutations of the ALK kinase (Q9UM73, NM_004304.5, chr2 of GRCh38)",
    rows: mutations,
    columns: &[
        ("name", Always, |row, _| Cell::text(row.name)),
        ("aliases", Files, |row, _| Cell::items(&row.aliases)),
        ("kind", Files, |row, _| Cell::text(row.kind.as_str())),
        ("residue", Files, |row, _| Cell::whole(row.residue)),
        ("reference", Files, |row, _| Cell::text(row.reference)),
        ("alternative", Files, |row, _| {
            Cell::optional(row.alternative)
        }),
        ("exon", Always, |row, _| Cell::whole(row.exon)),
        ("codon_cds", Files, |row, _| Cell::whole(row.codon_cds)),
        ("codon_start", Always, |row, _| Cell::whole(row.codon_start)),
        ("codon_end", Files, |row, _| Cell::whole(row.codon_end)),
        ("codon", Always, |row, _| Cell::text(row.codon)),
        ("alternative_codons", Always, |row, _| {
            Cell::items(&row.alternative_codons)
        }),
        ("hgvs_c", Always, |row, _| Cell::optional(row.hgvs_c)),
        ("hgvs_c_source", Files, |row, _| {
            Cell::optional(row.hgvs_c_source)
        }),
        ("region", Always, |row, _| Cell::text(row.region)),
        ("context", Always, |row, _| Cell::text(row.context)),
        ("drugs", Files, |row, _| Cell::items(&row.drugs)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| {
        let tumours = if row.context.contains("neuroblastoma") {
            vec!["neuroblastoma"]
        } else {
            Vec::new()
        };
        Facets::default()
            .mutations(vec![row.name])
            .drugs(row.drugs.clone())
            .tumours(tumours)
    },
};

pub(super) static POLYMORPHISMS: Spec<Polymorphism> = Spec {
    name: "polymorphisms",
    title: "Common polymorphisms of ALK (NM_004304.5)",
    rows: polymorphisms,
    columns: &[
        ("coding", Always, |row, _| Cell::text(row.coding)),
        ("protein", Always, |row, _| Cell::text(row.protein)),
        ("id", Always, |row, _| Cell::optional(row.id)),
        ("id_status", Always, |row, _| {
            Cell::optional(row.id_status.map(alkaid_knowledge::Status::as_str))
        }),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |_| Facets::default(),
};
