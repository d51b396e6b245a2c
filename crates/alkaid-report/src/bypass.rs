//! What other callers' tables say about bypass, for programs: JSON and TSV.

use alkaid_tables::finding::{BypassReport, SourceRow, TableFinding, TableFindingKind};

/// What stands where there is nothing to say.
const NONE: &str = ".";

const COLUMNS: [&str; 25] = [
    "kind",
    "gene",
    "role",
    "strength",
    "what",
    "chrom",
    "position_grch38",
    "ref",
    "alt",
    "transcript",
    "exon",
    "hgvs_c",
    "hgvs_p",
    "consequence",
    "named_by",
    "ref_checked",
    "allele_fraction",
    "alternate_reads",
    "depth",
    "copies",
    "reach",
    "level",
    "rank",
    "row",
    "source",
];

/// The report as JSON. Ends with a line break.
///
/// # Errors
/// Never in practice: all keys are text and all numbers finite.
pub fn bypass_json(report: &BypassReport) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// The findings as a table, one a line; the score and the hint follow as lines of their own kind. Positions are 1-based.
pub fn bypass_tsv(report: &BypassReport) -> String {
    let mut out = line(&COLUMNS.map(str::to_owned));
    for finding in &report.findings {
        out.push_str(&line(&row(finding)));
    }
    let summary = |kind: &str, gene: &str, what: String, level: String, sources: &[SourceRow]| {
        let mut fields = vec![NONE.to_owned(); COLUMNS.len()];
        fields[0] = kind.to_owned();
        fields[1] = gene.to_owned();
        fields[4] = what;
        fields[21] = level;
        if let Some(first) = sources.first() {
            fields[23].clone_from(&first.row);
            fields[24].clone_from(&first.source);
        }
        line(&fields)
    };
    if let Some(emt) = &report.emt {
        let what = format!(
            "{}; {}; {} of {} mesenchymal and {} of {} epithelial genes",
            emt.method,
            emt.scale,
            emt.mesenchymal_found,
            emt.mesenchymal_of,
            emt.epithelial_found,
            emt.epithelial_of
        );
        let score = emt.score.map_or(NONE.to_owned(), |score| score.to_string());
        out.push_str(&summary("emt_score", NONE, what, score, &emt.sources));
    }
    let hint = &report.transformation;
    out.push_str(&summary(
        "transformation",
        "RB1|TP53",
        hint.says.clone(),
        NONE.to_owned(),
        &hint.sources,
    ));
    out
}

fn row(finding: &TableFinding) -> Vec<String> {
    let some = |value: Option<String>| value.unwrap_or_else(|| NONE.to_owned());
    let variant = finding.variant.as_ref();
    let copies = finding.copy_number.as_ref();
    let level = finding.expression.as_ref();
    let kind = match finding.kind {
        TableFindingKind::Variant => "variant",
        TableFindingKind::CopyNumber => "copy_number",
        TableFindingKind::Expression => "expression",
    };
    let named_by = variant.map(|v| match v.named_by {
        alkaid_tables::finding::NamedBy::Sequence => "sequence",
        alkaid_tables::finding::NamedBy::Annotation => "annotation",
        alkaid_tables::finding::NamedBy::Position => "position",
    });
    vec![
        kind.to_owned(),
        finding.gene.clone(),
        finding.role.clone(),
        finding.strength.as_str().to_owned(),
        finding.what.clone(),
        some(variant.map(|v| v.chrom.clone())),
        some(variant.map(|v| v.position_grch38.to_string())),
        some(variant.map(|v| v.reference.clone())),
        some(variant.map(|v| v.alternate.clone())),
        some(variant.map(|v| v.transcript.clone())),
        some(variant.and_then(|v| v.exon).map(|exon| exon.to_string())),
        some(variant.and_then(|v| v.hgvs_c.clone())),
        some(variant.and_then(|v| v.hgvs_p.clone())),
        some(variant.map(|v| v.consequence.as_str().to_owned())),
        some(named_by.map(str::to_owned)),
        some(variant.map(|v| if v.reference_checked { "yes" } else { "no" }.to_owned())),
        some(
            variant
                .and_then(|v| v.allele_fraction)
                .map(|share| format!("{share:.4}")),
        ),
        some(
            variant
                .and_then(|v| v.alternate_reads)
                .map(|reads| reads.to_string()),
        ),
        some(variant.and_then(|v| v.depth).map(|depth| depth.to_string())),
        some(
            copies
                .and_then(|c| c.copies)
                .map(|copies| copies.to_string()),
        ),
        some(
            copies
                .and_then(|c| c.reach)
                .map(|reach| reach.as_str().to_owned()),
        ),
        some(level.map(|level| level.value.to_string())),
        some(level.map(|level| level.rank.to_string())),
        some(finding.source.as_ref().map(|row| row.row.clone())),
        some(finding.source.as_ref().map(|row| row.source.clone())),
    ]
}

/// A line of a table; what would break it becomes a space.
fn line(fields: &[String]) -> String {
    let clean = |field: &String| field.replace(|c: char| c.is_control(), " ");
    fields.iter().map(clean).collect::<Vec<_>>().join("\t") + "\n"
}
