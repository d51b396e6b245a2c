//! Tables of other callers: they say nothing for or against a rearrangement, and much about what follows.

use alkaid_tables::finding::{BypassReport, Strength, TableFinding, TableFindingKind};

use super::{Found, title};
use crate::citations::Citations;
use crate::finding::{AssayKind, AssayState};
use crate::numbers::grouped;

/// Findings named in a row of the evidence table.
const NAMED: usize = 4;
const WHY_NOT: &str = "says nothing for or against a rearrangement of ALK";
/// What is said of a table with ALK's own level or copies.
const ALK_NOT_WEIGHED: &str = "ALK's own level and copies are shown and not weighed: no publication says how often they are high with and without a rearrangement";

/// Which of the tables was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Variants,
    CopyNumber,
    Expression,
}

impl Table {
    /// All, in the order of the evidence table.
    pub(crate) const ALL: [Self; 3] = [Self::Variants, Self::CopyNumber, Self::Expression];

    pub(crate) const fn kind(self) -> AssayKind {
        match self {
            Self::Variants => AssayKind::Variants,
            Self::CopyNumber => AssayKind::CopyNumber,
            Self::Expression => AssayKind::Expression,
        }
    }

    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Variants => "variants",
            Self::CopyNumber => "copy_number",
            Self::Expression => "expression",
        }
    }

    const fn finding_kind(self) -> TableFindingKind {
        match self {
            Self::Variants => TableFindingKind::Variant,
            Self::CopyNumber => TableFindingKind::CopyNumber,
            Self::Expression => TableFindingKind::Expression,
        }
    }
}

/// The row of one table.
pub(crate) fn tables(table: Table, report: &BypassReport, citations: &mut Citations) -> Found {
    let kind = table.kind();
    let mut found = Found::new(
        table.id(),
        kind,
        title(kind).to_owned(),
        AssayState::Informative,
    );
    let is_own = |one: &TableFinding| one.gene == "ALK" && table != Table::Variants;
    // ALK itself comes first, whatever its level.
    let mut telling: Vec<&TableFinding> = report
        .findings
        .iter()
        .filter(|one| one.kind == table.finding_kind() && (tells(one.strength) || is_own(one)))
        .collect();
    telling.sort_by_key(|one| !is_own(one));
    let own = telling.iter().any(|one| is_own(one));
    let mut parts: Vec<String> = telling
        .iter()
        .take(NAMED)
        .map(|one| format!("{} {}: {}", one.gene, one.strength.as_str(), one.what))
        .collect();
    if telling.len() > NAMED {
        parts.push(format!("{} more", telling.len() - NAMED));
    }
    if table == Table::Expression
        && let Some(score) = report.emt.as_ref().and_then(|emt| emt.score)
    {
        parts.push(format!("EMT score {score:.2}"));
    }
    if parts.is_empty() {
        parts.push("nothing that the tables of facts know".to_owned());
    }
    found.finding.finding.text = parts.join("; ");
    found.finding.finding.cites = telling
        .iter()
        .take(NAMED)
        .filter_map(|one| one.source.as_ref())
        .map(|row| citations.source_row(row))
        .collect();
    found.finding.uncertainty = match table {
        Table::Variants => report.variants.as_ref().map(|read| {
            format!(
                "as the caller states it; {} records read on {}",
                grouped(read.records),
                read.assembly
            )
        }),
        Table::CopyNumber => report
            .copy_number
            .as_ref()
            .map(|read| format!("as the caller states it; {}", read.assumption)),
        Table::Expression => report.expression.as_ref().map(|read| {
            format!(
                "one sample, no reference cohort; {} genes in {}",
                grouped(read.genes),
                read.unit
            )
        }),
    }
    .unwrap_or_default();
    found.does_not_count(if own { ALK_NOT_WEIGHED } else { WHY_NOT })
}

/// Whether a finding is worth a place in the evidence table.
const fn tells(strength: Strength) -> bool {
    matches!(
        strength,
        Strength::CataloguedAlkMutation
            | Strength::Activating
            | Strength::Inactivating
            | Strength::Resistance
            | Strength::Amplified
            | Strength::DeepDeletion
            | Strength::HighExpression
    )
}
