//! `alkaid_mqc.json`: a table for MultiQC's custom content.

use alkaid_reads::finding::{RESEARCH_USE_ONLY, ReadsReport, Verdict};
use serde_json::{Map, Value, json};

/// The report as one row of a MultiQC table.
pub fn multiqc(report: &ReadsReport) -> Value {
    let best = report.calls.first();
    let columns = [
        (
            "verdict",
            "ALK",
            "Verdict on ALK",
            json!(verdict(report.verdict)),
        ),
        (
            "fusions",
            "Fusions",
            "Names of the fusions called",
            json!(names(report)),
        ),
        (
            "junction",
            "Junction",
            "Junction of the best supported call",
            json!(best.map(|call| &call.junction_exons)),
        ),
        (
            "variant",
            "Variant",
            "Named variant of the best supported call",
            json!(best.and_then(|call| call.named_variant.as_ref())),
        ),
        (
            "unique_fragments",
            "Unique",
            "Unique fragments across the best supported junction",
            json!(best.map(|call| call.unique_fragments)),
        ),
        (
            "alk_fragments",
            "ALK fragments",
            "Fragments that touch ALK",
            json!(report.qc.alk_fragments),
        ),
        (
            "fragments",
            "Fragments",
            "Fragments read",
            json!(report.qc.fragments),
        ),
    ];
    let mut headers = Map::new();
    let mut row = Map::new();
    for (key, title, description, value) in columns {
        let mut header = json!({"title": title, "description": description});
        if value.is_number() || key == "unique_fragments" {
            header["format"] = json!("{:,.0f}");
        }
        headers.insert(key.to_owned(), header);
        if !value.is_null() {
            row.insert(key.to_owned(), value);
        }
    }
    json!({
        "id": "alkaid",
        "section_name": "Alkaid",
        "description": format!("ALK rearrangements from sequencing reads. {RESEARCH_USE_ONLY}"),
        "plot_type": "table",
        "pconfig": {"id": "alkaid_table", "title": "Alkaid: ALK rearrangements"},
        "headers": headers,
        "data": {report.sample.as_str(): row},
    })
}

fn names(report: &ReadsReport) -> String {
    let names: Vec<&str> = report.calls.iter().map(|call| call.name.as_str()).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Rearranged => "rearranged",
        Verdict::RearrangedPartnerUnresolved => "rearranged, partner unresolved",
        Verdict::NotDetected => "not detected",
        Verdict::Insufficient => "insufficient",
    }
}
