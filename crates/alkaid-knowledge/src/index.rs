//! All tables in one list, with what their rows have in common: to count by status and to follow references.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::Status;
use crate::{
    alk_domains, alk_exons, alk_facts, bypass_alterations, bypass_genes, bypass_lines,
    bypass_statements, civic_items, detection, drugs, expression_markers, fish_protocol, guide,
    mutations, named_variants, off_target_resistance, on_target_resistance, partners,
    polymorphisms, potencies, potency_datasets, prevalence, published_evidence, regulatory_events,
    reported_junctions, trial_results, trials, variant_properties,
};

/// A row, as far as all tables have it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct IndexedRow {
    /// What no other row of the table has.
    pub key: &'static str,
    /// Source, date, status and successor.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// A table with its rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndexedTable {
    /// Name of its file without ending: `trial_results`.
    pub name: &'static str,
    /// The topic that it belongs to, in words.
    pub topic: &'static str,
    /// Its rows, in the table's order.
    pub rows: Vec<IndexedRow>,
}

/// How many rows have which status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StatusCount {
    /// Read in the source that the row names.
    pub sourced: usize,
    /// Recomputed by a test.
    pub computed: usize,
    /// Read by nobody.
    pub unverified: usize,
    /// Replaced by a later row, whatever their status.
    pub superseded: usize,
}

impl IndexedTable {
    fn of<F: Fact>(name: &'static str, topic: &'static str, rows: &'static [F]) -> Self {
        let rows = rows
            .iter()
            .map(|row| IndexedRow {
                key: row.key(),
                provenance: row.provenance(),
            })
            .collect();
        Self { name, topic, rows }
    }

    /// How many rows have which status.
    pub fn count(&self) -> StatusCount {
        let mut count = StatusCount::default();
        for IndexedRow { provenance, .. } in &self.rows {
            match provenance.status {
                Status::Sourced => count.sourced += 1,
                Status::Computed => count.computed += 1,
                Status::Unverified => count.unverified += 1,
            }
            count.superseded += usize::from(provenance.superseded_by.is_some());
        }
        count
    }

    /// The row with this key.
    pub fn row(&self, key: &str) -> Option<&IndexedRow> {
        self.rows.iter().find(|row| row.key == key)
    }
}

/// Every table of the crate.
pub fn tables() -> &'static [IndexedTable] {
    static TABLES: LazyLock<Vec<IndexedTable>> = LazyLock::new(|| {
        vec![
            IndexedTable::of("alk_facts", "ALK itself", alk_facts()),
            IndexedTable::of("alk_exons", "ALK itself", alk_exons()),
            IndexedTable::of("alk_domains", "ALK itself", alk_domains()),
            IndexedTable::of("partners", "partners", partners()),
            IndexedTable::of("partner_junctions", "partners", reported_junctions()),
            IndexedTable::of("named_variants", "named variants", named_variants()),
            IndexedTable::of("variant_properties", "named variants", variant_properties()),
            IndexedTable::of("prevalence", "prevalence", prevalence()),
            IndexedTable::of("drugs", "inhibitors", drugs()),
            IndexedTable::of("regulatory", "inhibitors", regulatory_events()),
            IndexedTable::of("trials", "trials", trials()),
            IndexedTable::of("trial_results", "trials", trial_results()),
            IndexedTable::of("mutations", "on-target resistance", mutations()),
            IndexedTable::of("polymorphisms", "ALK itself", polymorphisms()),
            IndexedTable::of(
                "resistance_on_target",
                "on-target resistance",
                on_target_resistance(),
            ),
            IndexedTable::of(
                "published_evidence",
                "on-target resistance",
                published_evidence(),
            ),
            IndexedTable::of("potency_datasets", "potency", potency_datasets()),
            IndexedTable::of("potency", "potency", potencies()),
            IndexedTable::of(
                "resistance_off_target",
                "off-target resistance",
                off_target_resistance(),
            ),
            IndexedTable::of("bypass_genes", "bypass", bypass_genes()),
            IndexedTable::of("bypass_alterations", "bypass", bypass_alterations()),
            IndexedTable::of("bypass_lines", "bypass", bypass_lines()),
            IndexedTable::of("bypass_statements", "bypass", bypass_statements()),
            IndexedTable::of("expression_markers", "bypass", expression_markers()),
            IndexedTable::of("detection", "detection", detection()),
            IndexedTable::of("fish_protocol", "detection", fish_protocol()),
            IndexedTable::of("civic", "CIViC", civic_items()),
            IndexedTable::of("guide", "the guide", guide()),
        ]
    });
    &TABLES
}
