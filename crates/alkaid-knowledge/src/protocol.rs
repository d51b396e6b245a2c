//! The FISH wet-lab protocol, step by step, with the range that each value must lie in.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, TableError};

/// Where the accepted range of a step comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RangeOrigin {
    /// The source gives the limits, or the exact value.
    Stated,
    /// The source gives an approximate value; the limits around it are ours.
    Assumed,
}

impl RangeOrigin {
    const WORDS: &[(&str, Self)] = &[("stated", Self::Stated), ("assumed", Self::Assumed)];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// One thing to do at the bench, and the value to write down.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProtocolStep {
    /// Stable key, which a record uses: `section_thickness`.
    pub key: &'static str,
    /// Part of the protocol: `section`, `pretreatment`, …
    pub part: &'static str,
    /// What to do.
    pub instruction: &'static str,
    /// The quantity to write down, or what to confirm.
    pub quantity: &'static str,
    /// Its unit; none where the step is only confirmed.
    pub unit: Option<&'static str>,
    /// The value that the protocol aims at.
    pub target: Option<f64>,
    /// The lowest value accepted.
    pub low: Option<f64>,
    /// The highest value accepted.
    pub high: Option<f64>,
    /// Where the limits come from.
    pub range: RangeOrigin,
    /// What goes wrong outside the range.
    pub reason: &'static str,
    /// Whether a record without the step is incomplete.
    pub required: bool,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

impl ProtocolStep {
    /// Whether the step is confirmed with yes or no and has no value.
    pub const fn is_confirmation(&self) -> bool {
        self.unit.is_none()
    }
}

/// The steps of break-apart FISH on FFPE sections, in the order of work.
pub fn fish_protocol() -> &'static [ProtocolStep] {
    static TABLE: LazyLock<Vec<ProtocolStep>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/fish_protocol.tsv"))));
    &TABLE
}

fn parse(text: &'static str) -> Result<Vec<ProtocolStep>, TableError> {
    table::read("fish_protocol", text, |row| {
        Ok(ProtocolStep {
            key: row.text("key")?,
            part: row.text("part")?,
            instruction: row.text("instruction")?,
            quantity: row.text("quantity")?,
            unit: row.optional("unit")?,
            target: row.optional_decimal("target")?,
            low: row.optional_decimal("low")?,
            high: row.optional_decimal("high")?,
            range: row.word("range", RangeOrigin::WORDS)?,
            reason: row.text("reason")?,
            required: row.either("required", "yes", "no")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for ProtocolStep {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
