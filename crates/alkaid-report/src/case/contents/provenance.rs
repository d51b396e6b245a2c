//! What the report was made of.

use alkaid_case::finding::CaseReport;
use alkaid_case::grouped;

use super::section;
use crate::page::{Block, Cell, Column, Fact, Rich, Section, Table};

/// Versions, reference, day of knowledge, inputs with their checksums.
pub(super) fn provenance(report: &CaseReport) -> Section {
    let made_of = &report.provenance;
    let fact = |name: &str, value: &str| Fact {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let mut facts = vec![
        fact("Program", &report.tool),
        fact("Assembly", &made_of.assembly),
        fact("Reference bundle", &made_of.bundle),
        fact("Facts kept up to", &made_of.knowledge),
        fact("Approvals as of", &made_of.as_of),
        fact("Manifest, SHA-256", &made_of.manifest),
    ];
    if let Some(note) = &report.sample.note {
        facts.push(fact("Note of the manifest", note));
    }
    let mut blocks = vec![Block::Facts(facts)];
    if !made_of.inputs.is_empty() {
        blocks.push(Block::Table(Table {
            caption: "Input files".to_owned(),
            columns: vec![
                Column::new("Assay", 0.7),
                Column::new("File", 1.8),
                Column::new("Bytes", 0.9),
                Column::new("SHA-256", 3.4),
            ],
            rows: made_of
                .inputs
                .iter()
                .map(|file| {
                    vec![
                        Cell::plain(file.assay.as_str()),
                        Cell::plain(file.path.as_str()),
                        Cell::plain(grouped(file.bytes)),
                        Cell::plain(file.sha256.as_str()),
                    ]
                })
                .collect(),
        }));
    }
    blocks.push(Block::Text(Rich::from(
        "The same inputs, program and facts give the same report, to the byte.",
    )));
    section("provenance", "What this was made of", blocks)
}
