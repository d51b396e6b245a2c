//! Inhibitors, what agencies decided about them, and how potent they are in cells.

use alkaid_knowledge::{
    Drug, Potency, PotencyBand, PotencyDataset, RegulatoryEvent, Relation, drugs, potencies,
    potency_datasets, regulatory_events, regulatory_status,
};

use crate::knowledge::Show::{Always, Below, Files};
use crate::knowledge::cell::Cell;
use crate::knowledge::facets::Facets;
use crate::knowledge::{Context, Spec};

pub(super) static DRUGS: Spec<Drug> = Spec {
    name: "drugs",
    title: "Inhibitors of ALK, and other drugs that the tables name",
    rows: drugs,
    columns: &[
        ("name", Always, |row, _| Cell::text(row.name)),
        ("kind", Always, |row, _| Cell::text(row.kind.as_str())),
        ("generation", Always, |row, _| {
            Cell::optional_whole(row.generation)
        }),
        ("codes", Always, |row, _| Cell::items(&row.codes)),
        ("brands", Always, |row, _| Cell::items(&row.brands)),
        ("targets", Always, |row, _| Cell::items(&row.targets)),
        ("binding", Always, |row, _| Cell::optional(row.binding)),
        ("cns", Always, |row, _| Cell::optional(row.cns)),
        ("regulatory_status", Always, regulatory),
        ("development", Files, |row, _| {
            Cell::optional(row.development)
        }),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| Facets::default().drugs(vec![row.name]),
};

/// Where a drug stands with each agency on the day asked for.
fn regulatory(row: &Drug, context: &Context) -> Cell {
    Cell::items(
        regulatory_status(row.name, context.as_of)
            .into_iter()
            .map(|status| {
                let mut words = format!("{}: {}", status.agency, status.state.as_str());
                if let Some(due) = status.decision_due {
                    words.push_str(&format!(" (decision due {due})"));
                }
                words
            }),
    )
}

pub(super) static REGULATORY: Spec<RegulatoryEvent> = Spec {
    name: "regulatory",
    title: "Decisions of agencies",
    rows: regulatory_events,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("drug", Always, |row, _| Cell::text(row.drug)),
        ("agency", Always, |row, _| Cell::text(row.agency)),
        ("event", Always, |row, _| Cell::text(row.event.as_str())),
        ("tumour", Always, |row, _| Cell::text(row.tumour)),
        ("indication", Always, |row, _| Cell::text(row.indication)),
        ("for_alk", Always, |row, _| Cell::Flag(row.for_alk)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| {
        Facets::default()
            .drugs(vec![row.drug])
            .tumours(vec![row.tumour])
    },
};

pub(super) static POTENCY: Spec<Potency> = Spec {
    name: "potency",
    title: "Potency in cells, IC50 or GI50 in nM. Values compare inside one data set and on one construct only",
    rows: potencies,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("dataset", Always, |row, _| Cell::text(row.dataset)),
        ("construct", Always, |row, _| Cell::text(row.construct)),
        ("kinase", Always, |row, _| match row.mutations.as_slice() {
            [] if row.has_alk => Cell::text("unmutated"),
            [] => Cell::text("control, lives without ALK"),
            mutations => Cell::text(mutations.join(" + ")),
        }),
        ("mutations", Files, |row, _| Cell::items(&row.mutations)),
        ("drug", Always, |row, _| Cell::text(row.drug)),
        ("relation", Always, |row, _| match row.relation {
            Relation::Equal => Cell::Empty,
            Relation::Above => Cell::text(">"),
            Relation::NotDetermined => Cell::text("not determined"),
        }),
        ("nm", Always, |row, _| Cell::decimal(row.nm)),
        ("sd_nm", Always, |row, _| Cell::decimal(row.sd_nm)),
        ("fold", Always, |row, _| Cell::decimal(row.fold)),
        ("band", Always, |row, _| {
            Cell::optional(row.band().map(PotencyBand::as_str))
        }),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| {
        Facets::default()
            .drugs(vec![row.drug])
            .mutations(row.mutations.clone())
    },
};

pub(super) static DATASETS: Spec<PotencyDataset> = Spec {
    name: "potency_datasets",
    title: "Data sets of potency",
    rows: potency_datasets,
    columns: &[
        ("key", Always, |row, _| Cell::text(row.key)),
        ("citation", Always, |row, _| Cell::text(row.citation)),
        ("cells", Always, |row, _| Cell::text(row.cells)),
        ("readout", Always, |row, _| Cell::text(row.readout)),
        ("sensitive_below_nm", Always, |row, _| {
            Cell::decimal(row.sensitive_below_nm)
        }),
        ("resistant_from_nm", Always, |row, _| {
            Cell::decimal(row.resistant_from_nm)
        }),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |_| Facets::default(),
};
