//! A case for programs: one JSON document, tables, a FHIR bundle, VICC fusions, a row for MultiQC.

mod fhir;
mod table;

use alkaid_case::finding::{CaseReport, CompareReport, JointStatus, NOTICE};
use serde_json::{Value, json};

pub use fhir::fhir;
pub use table::{case_tsv, compare_tsv};

/// The report as JSON. Ends with a line break.
///
/// # Errors
/// Never in practice: all keys are text and all numbers finite.
pub fn case_json(report: &CaseReport) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// The comparison as JSON. Ends with a line break.
///
/// # Errors
/// As [`case_json`].
pub fn compare_json(report: &CompareReport) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// The fusions as GA4GH VICC `AssayedFusion`s: those that are called, in the order of the reports.
pub fn case_vicc(report: &CaseReport) -> Value {
    let fusions: Vec<Value> = report
        .reads
        .iter()
        .flat_map(|one| {
            one.report.calls.iter().map(move |call| {
                json!({"assay": one.assay, "call": call.id, "name": call.name, "fusion": call.vicc})
            })
        })
        .collect();
    json!({
        "tool": report.tool,
        "notice": NOTICE,
        "sample": report.sample.id,
        "assembly": report.provenance.assembly,
        "fusions": fusions,
    })
}

/// The report as one row of a MultiQC table.
pub fn case_multiqc(report: &CaseReport) -> Value {
    let fusion = report.follows.fusion.as_ref();
    let mutations: Vec<&str> = report
        .follows
        .mutations
        .iter()
        .filter(|one| !one.likely_germline)
        .map(|one| one.name.as_str())
        .collect();
    let states: Vec<String> = report
        .assays
        .iter()
        .map(|one| format!("{} {}", one.id, one.state.as_str()))
        .collect();
    let status = match report.status {
        JointStatus::Rearranged => "rearranged",
        JointStatus::NotRearranged => "not rearranged",
        JointStatus::Indeterminate => "indeterminate",
    };
    let columns = [
        ("status", "ALK", "Joint status of ALK", json!(status)),
        (
            "probability",
            "Probability",
            "Probability that ALK is rearranged",
            json!(report.joint.rearranged.value),
        ),
        (
            "fusion",
            "Fusion",
            "The fusion that the conclusion is about",
            json!(fusion.map(|one| &one.name)),
        ),
        (
            "variant",
            "Variant",
            "Its name",
            json!(fusion.and_then(|one| one.variant.as_ref())),
        ),
        (
            "mutations",
            "Mutations",
            "Mutations of ALK",
            json!(mutations.join(", ")),
        ),
        (
            "discordances",
            "Discordances",
            "Where assays disagree or mislead",
            json!(report.discordances.len()),
        ),
        (
            "assays",
            "Assays",
            "How each assay came out",
            json!(states.join(", ")),
        ),
    ];
    let mut headers = serde_json::Map::new();
    let mut row = serde_json::Map::new();
    for (key, title, description, value) in columns {
        let mut header = json!({"title": title, "description": description});
        match key {
            "probability" => header["format"] = json!("{:,.3f}"),
            "discordances" => header["format"] = json!("{:,.0f}"),
            _ => {}
        }
        headers.insert(key.to_owned(), header);
        if !value.is_null() {
            row.insert(key.to_owned(), value);
        }
    }
    json!({
        "id": "alkaid_case",
        "section_name": "Alkaid: cases",
        "description": format!("ALK by all evidence on a sample. {NOTICE}"),
        "plot_type": "table",
        "pconfig": {"id": "alkaid_case_table", "title": "Alkaid: cases"},
        "headers": headers,
        "data": {report.sample.id.as_str(): row},
    })
}
