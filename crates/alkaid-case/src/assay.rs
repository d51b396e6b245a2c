//! From the report of one assay to its row of the evidence table, and to what the joint model takes it for.

mod fish;
mod fish_images;
mod ihc;
mod reads;
mod record;
mod tables;

pub(crate) use fish::{fish, fish_evidence, pattern, report_on_counts, report_on_totals};
pub(crate) use fish_images::{read_fields, reading, sources, typical_nuclei};
pub(crate) use ihc::{ihc, ihc_evidence, measure, measured_evidence};
pub(crate) use reads::{counts_as_mutation, is_productive, is_reported, junction_reads, reads};
pub(crate) use record::record;
pub(crate) use tables::{Table, tables};

use crate::finding::{AssayFinding, AssayKind, AssayState, Sentence};
use crate::joint::Observation;

/// An assay's row, and what the model takes it for.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The row.
    pub finding: AssayFinding,
    /// Where it counts in the model.
    pub observation: Option<Observation>,
    /// The assay of its kind that counts in its place and came to another result.
    pub against: Option<String>,
}

impl Found {
    /// A row with nothing but its place in the table.
    pub(crate) fn new(id: &str, kind: AssayKind, title: String, state: AssayState) -> Self {
        Self {
            finding: AssayFinding {
                id: id.to_owned(),
                kind,
                title,
                state,
                finding: Sentence::default(),
                uncertainty: String::new(),
                measure: None,
                outcome: None,
                why_not_counted: None,
                date: None,
                error: None,
                notes: Vec::new(),
            },
            observation: None,
            against: None,
        }
    }

    /// A row of an assay that could not be run or read.
    pub(crate) fn failed(id: &str, kind: AssayKind, title: String, error: String) -> Self {
        let mut found = Self::new(id, kind, title, AssayState::Failed);
        found.finding.finding.text = "could not be run or read".to_owned();
        found.finding.uncertainty = "none".to_owned();
        found.finding.why_not_counted = Some("it failed; that is no negative".to_owned());
        found.finding.error = Some(error);
        found
    }

    /// Counts as this outcome.
    fn counts(mut self, observation: Observation) -> Self {
        self.finding.outcome = Some(observation.says());
        self.observation = Some(observation);
        self
    }

    /// Does not count, and why.
    fn does_not_count(mut self, why: &str) -> Self {
        self.finding.why_not_counted = Some(why.to_owned());
        self
    }
}

/// The title of a kind.
pub(crate) const fn title(kind: AssayKind) -> &'static str {
    match kind {
        AssayKind::RnaReads => "RNA sequencing",
        AssayKind::DnaReads => "DNA sequencing",
        AssayKind::Fish => "Break-apart FISH",
        AssayKind::Ihc => "Immunohistochemistry",
        AssayKind::Variants => "Small variants (other caller)",
        AssayKind::CopyNumber => "Copy numbers (other caller)",
        AssayKind::Expression => "Expression",
        AssayKind::FishRecord => "Record of the FISH run",
    }
}
