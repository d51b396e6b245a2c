//! From the rows on a gene to its copies, how far they reach, and the word that they earn.

use alkaid_genome::Assembly;
use alkaid_knowledge::{BypassGene, BypassLine, BypassState, bypass_line};

use super::{NORMAL, OnGene};
use crate::finding::{
    CopyNumberEvidence, Reach, SourceRow, Strength, TableFinding, TableFindingKind,
};
use crate::model::Models;
use crate::options::{CopyNumberUnit, Options};
use crate::variants::ways;

/// How values become copies.
pub(super) struct Scale {
    pub(super) unit: CopyNumberUnit,
    pub(super) purity: f64,
    pub(super) ploidy: f64,
}

impl Scale {
    /// Total copies of a tumour cell. For a log2 ratio r of purity p and ploidy P, normal cells having two copies:
    /// `(2^r (p P + 2 (1 - p)) - 2 (1 - p)) / p`, at least 0.
    pub(super) fn copies(&self, value: f64) -> Option<f64> {
        match self.unit {
            CopyNumberUnit::Copies => Some(value),
            CopyNumberUnit::GisticClasses => None,
            CopyNumberUnit::Log2Ratio => {
                let normal = NORMAL * (1.0 - self.purity);
                let mean = self.purity * self.ploidy + normal;
                Some(((value.exp2() * mean - normal) / self.purity).max(0.0))
            }
        }
    }
}

pub(super) fn assumption(unit: CopyNumberUnit, options: &Options) -> String {
    match (unit, options.purity, options.ploidy) {
        (CopyNumberUnit::Copies, ..) => {
            "copies as the caller states them; its purity and ploidy are not known here".to_owned()
        }
        (CopyNumberUnit::GisticClasses, ..) => {
            "classes as GISTIC states them; no number of copies stands behind them".to_owned()
        }
        (_, None, None) => "assumed: every cell a tumour cell, two copies on average".to_owned(),
        (_, Some(_), None) => "purity given; two copies on average assumed".to_owned(),
        (_, None, Some(_)) => "ploidy given; every cell a tumour cell assumed".to_owned(),
        (_, Some(_), Some(_)) => "purity and ploidy given".to_owned(),
    }
}

pub(super) fn evidence(
    gene: &str,
    rows: &[OnGene],
    models: &Models<'_>,
    scale: &Scale,
    assembly: Option<Assembly>,
) -> CopyNumberEvidence {
    let bases: u64 = rows.iter().map(|row| row.overlap).sum();
    let mean = |of: &dyn Fn(f64) -> f64| {
        rows.iter()
            .map(|row| of(row.value) * row.overlap as f64)
            .sum::<f64>()
            / bases.max(1) as f64
    };
    let copies = (scale.unit != CopyNumberUnit::GisticClasses)
        .then(|| mean(&|value| scale.copies(value).unwrap_or(NORMAL)));
    let all: Vec<f64> = rows
        .iter()
        .filter_map(|row| scale.copies(row.value))
        .collect();
    let low = all.iter().copied().fold(f64::INFINITY, f64::min);
    let high = all.iter().copied().fold(0.0, f64::max);
    let main = rows
        .iter()
        .max_by_key(|row| row.overlap)
        .and_then(|row| row.segment);
    let arm = models
        .genes
        .iter()
        .find(|model| model.gene.symbol == gene)
        // The bands are those of GRCh38; an arm of GRCh37 differs by a few per cent at most.
        .filter(|_| assembly.is_some())
        .and_then(|model| models.arm(&model.transcript.chrom, model.span.start));
    let arm_share = main.zip(arm).map(|((start, end), arm)| {
        let covered = end.min(arm.end).saturating_sub(start.max(arm.start));
        covered as f64 / (arm.end - arm.start).max(1) as f64
    });
    let length = main.map(|(start, end)| end - start);
    let line = |state| bypass_line(gene, state).map(|line| line.value);
    let reach = length.zip(arm_share).map(|(length, share)| {
        if line(BypassState::ArmLevel).is_some_and(|line| share > line) {
            Reach::ArmLevel
        } else if line(BypassState::Focal).is_some_and(|line| length as f64 <= line) {
            Reach::Focal
        } else {
            Reach::Broad
        }
    });
    CopyNumberEvidence {
        copies: copies.map(round),
        log2: (scale.unit == CopyNumberUnit::Log2Ratio).then(|| round(mean(&|value| value))),
        range: (all.len() > 1).then(|| [round(low), round(high)]),
        rows: rows.len() as u64,
        segment: length,
        arm_share: arm_share.map(round),
        reach,
        class: match scale.unit {
            CopyNumberUnit::GisticClasses => rows.first().map(|row| row.value as i8),
            _ => None,
        },
    }
}

/// To four decimals: more are noise, and fewer differences between machines.
fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

pub(super) fn finding(gene: &BypassGene, evidence: CopyNumberEvidence) -> Option<TableFinding> {
    let (strength, line) = judge(gene, &evidence)?;
    let what = match (evidence.copies, evidence.class) {
        (Some(copies), _) => format!("{copies:.1} copies"),
        (None, Some(class)) => format!("GISTIC class {class}"),
        (None, None) => "copies not stated".to_owned(),
    };
    let reach = match (evidence.reach, evidence.segment) {
        (Some(reach), Some(length)) => format!(
            ", {} (segment of {:.1} Mb)",
            reach.as_str(),
            length as f64 / 1e6
        ),
        _ => String::new(),
    };
    let words: &[&str] = match strength {
        Strength::Amplified => &["amplification", "gain"],
        Strength::Gain => &["gain"],
        _ => &["loss", "small-cell"],
    };
    Some(TableFinding {
        kind: TableFindingKind::CopyNumber,
        gene: gene.symbol.to_owned(),
        role: gene.role.to_owned(),
        what: format!("{what}{reach}"),
        strength,
        variant: None,
        copy_number: Some(evidence),
        expression: None,
        source: line.map(|line| SourceRow::of("bypass_lines", line, line.note)),
        resistance: ways(&gene.ways, words),
    })
}

/// The word that the copies earn, and the line.
fn judge(
    gene: &BypassGene,
    evidence: &CopyNumberEvidence,
) -> Option<(Strength, Option<&'static BypassLine>)> {
    if let Some(class) = evidence.class {
        return match class {
            2 if gene.amplification => Some((Strength::Amplified, None)),
            1 if gene.amplification => Some((Strength::Gain, None)),
            -2 if gene.loss => Some((Strength::DeepDeletion, None)),
            _ => None,
        };
    }
    let copies = evidence.copies?;
    let line = |state| bypass_line(gene.symbol, state);
    if gene.loss {
        let deep = line(BypassState::DeepDeletion)?;
        return (copies < deep.value).then_some((Strength::DeepDeletion, Some(deep)));
    }
    if !gene.amplification {
        return None;
    }
    let own = line(BypassState::Amplification)?;
    // A gene with a line of its own has that one; for others a segment that is not focal needs more.
    let broad =
        matches!(evidence.reach, Some(Reach::Broad | Reach::ArmLevel)) && own.gene.is_none();
    let amplified = match broad {
        true => line(BypassState::BroadAmplification)?,
        false => own,
    };
    if copies >= amplified.value {
        return Some((Strength::Amplified, Some(amplified)));
    }
    let gain = line(BypassState::Gain)?;
    (copies >= gain.value).then_some((Strength::Gain, Some(gain)))
}
