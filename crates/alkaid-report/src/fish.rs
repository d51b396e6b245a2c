//! What FISH shows. For people: overlays and the gallery. For programs: JSON, TSV, and a table for MultiQC.

mod canvas;
mod composite;
mod crops;
mod font;
mod gallery;
mod overlay;
mod portraits;
#[cfg(test)]
mod testing;
mod tsv;

use alkaid_fish::FishReport;
use serde_json::{Map, Value, json};

pub use self::crops::{Crop, crops};
pub use self::gallery::gallery_html;
pub use self::overlay::overlay_png;
pub use self::portraits::{Portraits, Sitter};
pub use self::tsv::{nuclei_tsv, spots_tsv};

/// The report as JSON. Ends with a line break.
///
/// # Errors
/// Never in practice: all keys are text.
pub fn fish_json(report: &FishReport) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// `alkaid_fish_mqc.json`: the report as one row of a MultiQC table.
pub fn fish_multiqc(report: &FishReport) -> Value {
    let (call, statistics) = (&report.call, &report.statistics);
    let columns = [
        (
            "fish_verdict",
            "ALK FISH",
            "What the kit's rule says",
            json!(call.verdict.as_str()),
        ),
        (
            "fish_percent",
            "Positive %",
            "Positive nuclei among those of the rule's steps",
            json!(call.percent),
        ),
        (
            "fish_scorable",
            "Scorable",
            "Nuclei that can be scored",
            json!(statistics.of),
        ),
        (
            "fish_low",
            "95 % from",
            "Lower end of the exact interval, all scorable nuclei",
            json!(statistics.interval[0]),
        ),
        (
            "fish_high",
            "95 % to",
            "Upper end of the exact interval, all scorable nuclei",
            json!(statistics.interval[1]),
        ),
        (
            "fish_posterior",
            "P(≥ cut-off)",
            "Probability that the share of positive nuclei is at least the cut-off",
            json!(statistics.at_least_cut_off),
        ),
        (
            "fish_polyploid",
            "Polyploid",
            "Extra copies may explain the positive nuclei",
            json!(if statistics.background.polyploid {
                "yes"
            } else {
                "no"
            }),
        ),
        (
            "fish_copies",
            "Loci",
            "Mean ALK loci in a nucleus",
            json!(
                report
                    .copy_number
                    .as_ref()
                    .map(|_| statistics.background.loci_per_nucleus)
            ),
        ),
    ];
    let mut headers = Map::new();
    let mut row = Map::new();
    for (key, title, description, value) in columns {
        let mut header = json!({"title": title, "description": description});
        if value.is_number() {
            header["format"] = json!(match key {
                "fish_scorable" => "{:,.0f}",
                "fish_posterior" => "{:,.3f}",
                _ => "{:,.1f}",
            });
        }
        headers.insert(key.to_owned(), header);
        if !value.is_null() {
            row.insert(key.to_owned(), value);
        }
    }
    json!({
        "id": "alkaid_fish",
        "section_name": "Alkaid FISH",
        "description": format!("ALK break-apart FISH. {}", report.notice),
        "plot_type": "table",
        "pconfig": {"id": "alkaid_fish_table", "title": "Alkaid: ALK break-apart FISH"},
        "headers": headers,
        "data": {report.sample.as_str(): row},
    })
}
