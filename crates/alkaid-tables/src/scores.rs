//! What is put together from several genes: the EMT score and hints of transformation to small-cell carcinoma.

use alkaid_knowledge::{
    BypassState, MarkerSet, bypass_line, bypass_statements, expression_markers,
};

use crate::expression::{Expression, round};
use crate::finding::{
    EmtScore, Level, SourceRow, Strength, Suppressor, SuppressorState, TableFinding,
    TableFindingKind, Transformation, TransformationHint,
};

/// Share of each gene set that must be in the table for a mean to stand for it. An assumption.
const MIN_SHARE: f64 = 0.8;

const METHOD: &str = "mean level of the 52 mesenchymal genes minus mean level of the 25 epithelial genes of the pan-cancer EMT signature \
(Mak 2016), on a log2 scale; no comparison between samples";

const MEANING: &str = "Higher is more mesenchymal. One number without a cut-off: none is known for one sample on this scale. Compare it only with \
samples of the same assay, pipeline and unit. Stroma raises it whatever the tumour cells do.";

/// The EMT score of a sample.
pub(crate) fn emt(expression: &Expression, scale: &str) -> EmtScore {
    let mut missing = Vec::new();
    let mut set = |set: MarkerSet| {
        let markers: Vec<&str> = expression_markers()
            .iter()
            .filter(|marker| marker.set == set)
            .map(|marker| marker.symbol)
            .collect();
        let levels: Vec<f64> = markers
            .iter()
            .filter_map(|gene| {
                let level = expression.level(gene);
                if level.is_none() {
                    missing.push((*gene).to_owned());
                }
                Some(level?.log2)
            })
            .collect();
        let enough = levels.len() as f64 >= MIN_SHARE * markers.len() as f64;
        let mean = enough.then(|| levels.iter().sum::<f64>() / levels.len().max(1) as f64);
        (mean, levels.len() as u64, markers.len() as u64)
    };
    let (mesenchymal_mean, mesenchymal_found, mesenchymal_of) = set(MarkerSet::Mesenchymal);
    let (epithelial_mean, epithelial_found, epithelial_of) = set(MarkerSet::Epithelial);
    EmtScore {
        score: mesenchymal_mean
            .zip(epithelial_mean)
            .map(|(m, e)| round(m - e)),
        mesenchymal_mean: mesenchymal_mean.map(round),
        epithelial_mean: epithelial_mean.map(round),
        mesenchymal_found,
        mesenchymal_of,
        epithelial_found,
        epithelial_of,
        missing,
        scale: scale.to_owned(),
        method: METHOD.to_owned(),
        meaning: MEANING.to_owned(),
        sources: statements("emt"),
    }
}

/// Whether RB1 and TP53 are hit, and neuroendocrine markers expressed. `assessed` says of a gene whether variants were read,
/// or copy numbers that cover it.
pub(crate) fn transformation(
    findings: &[TableFinding],
    assessed: impl Fn(&str) -> bool,
    expression: Option<&Expression>,
) -> Transformation {
    let rb1 = suppressor("RB1", findings, assessed("RB1"));
    let tp53 = suppressor("TP53", findings, assessed("TP53"));
    let hint = match (rb1.state, tp53.state) {
        (Suppressor::Hit, Suppressor::Hit) => TransformationHint::BothHit,
        (Suppressor::Hit, _) | (_, Suppressor::Hit) => TransformationHint::OneHit,
        (Suppressor::NotAssessed, _) | (_, Suppressor::NotAssessed) => {
            TransformationHint::NotAssessed
        }
        _ => TransformationHint::NoHint,
    };
    let neuroendocrine: Vec<Level> = expression
        .map(|expression| {
            expression_markers()
                .iter()
                .filter(|marker| marker.set == MarkerSet::Neuroendocrine)
                .filter_map(|marker| expression.level(marker.symbol).cloned())
                .collect()
        })
        .unwrap_or_default();
    Transformation {
        says: says(hint, &neuroendocrine),
        hint,
        rb1,
        tp53,
        neuroendocrine,
        sources: statements("transformation"),
    }
}

fn suppressor(gene: &str, findings: &[TableFinding], assessed: bool) -> SuppressorState {
    let hits = || {
        findings
            .iter()
            .filter(|finding| finding.gene == gene && finding.kind != TableFindingKind::Expression)
            .filter(|finding| {
                matches!(
                    finding.strength,
                    Strength::Inactivating | Strength::DeepDeletion
                )
            })
    };
    let evidence = hits()
        .map(|finding| {
            let aside = match finding.counts() {
                true => "",
                false => "; does not count, its row is unverified",
            };
            format!("{} ({}{aside})", finding.what, finding.strength.as_str())
        })
        .collect();
    let state = match (assessed, hits().any(TableFinding::counts)) {
        (false, _) => Suppressor::NotAssessed,
        (true, true) => Suppressor::Hit,
        (true, false) => Suppressor::NoHitSeen,
    };
    SuppressorState {
        gene: gene.to_owned(),
        state,
        evidence,
    }
}

fn says(hint: TransformationHint, markers: &[Level]) -> String {
    let genes = match hint {
        TransformationHint::BothHit => {
            "RB1 and TP53 are both hit. That goes with small-cell transformation in EGFR-mutated adenocarcinoma; for ALK there are cases and \
            small series only. At least one allele of each is meant: whether the other is lost is not known here. A hint to look at the histology, no diagnosis."
        }
        TransformationHint::OneHit => {
            "One of RB1 and TP53 is hit; the loss of both is what goes with small-cell transformation."
        }
        TransformationHint::NoHint => {
            "No loss of RB1 or TP53 was seen; what the callers did not look at, such as promoters and rearrangements, is not excluded."
        }
        TransformationHint::NotAssessed => {
            "RB1 and TP53 were not both assessed: no variants were given, and no copy numbers that cover both."
        }
    };
    let line = bypass_line("*", BypassState::HighExpression).map_or(1.0, |line| line.value);
    let high: Vec<&str> = markers
        .iter()
        .filter(|level| level.rank >= line && level.log2 > 0.0)
        .map(|level| level.gene.as_str())
        .collect();
    match (markers.is_empty(), high.is_empty()) {
        (true, _) => genes.to_owned(),
        (false, true) => {
            format!("{genes} No neuroendocrine marker is among the most expressed genes.")
        }
        (false, false) => format!(
            "{genes} Among the most expressed genes: {}.",
            high.join(", ")
        ),
    }
}

fn statements(topic: &str) -> Vec<SourceRow> {
    bypass_statements()
        .iter()
        .filter(|row| row.topic == topic)
        .map(|row| SourceRow::of("bypass_statements", row, Some(row.statement)))
        .collect()
}
