//! `review.html`: the cells to look at, with the scores recomputed at once. One file that asks nothing of the network.

use alkaid_ihc::finding::{Cell, Class, IhcReport, Pattern};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::class_colour;
use super::crops::{CropOf, IhcCrop};

const PAGE: &str = include_str!("review/page.html");
const STYLE: &str = include_str!("review/style.css");
const SCRIPT: &str = include_str!("review/script.js");

/// The review page of a section. Cells without a crop count in the scores and are not listed.
///
/// Changes are kept in the browser's storage for this analysis, and exported as `overrides.json`, which
/// `alkaid ihc --overrides` takes back.
#[must_use]
pub fn review_html(report: &IhcReport, cells: &[Cell], crops: &[IhcCrop]) -> String {
    // Text of the data must not end the element that holds it.
    let data = data(report, cells, crops)
        .to_string()
        .replace('<', "\\u003c");
    let title = format!("ALK IHC: {}", report.sample);
    let parts = [
        ("{{style-hash}}", hash(STYLE)),
        ("{{script-hash}}", hash(SCRIPT)),
        ("{{title}}", escaped(&title)),
        ("{{notice}}", escaped(&report.notice)),
        ("{{style}}", STYLE.to_owned()),
        ("{{script}}", SCRIPT.to_owned()),
        ("{{data}}", data),
    ];
    let mut page = String::new();
    let mut rest = PAGE;
    // One pass from the left: what is put in is not searched again.
    while let Some(at) = rest.find("{{") {
        page.push_str(&rest[..at]);
        rest = &rest[at..];
        let part = parts.iter().find(|(name, _)| rest.starts_with(name));
        let (name, text) = part.map_or(("{{", "{{"), |(name, text)| (name, text.as_str()));
        page.push_str(text);
        rest = &rest[name.len()..];
    }
    page + rest
}

/// What a content security policy wants: the base64 of the SHA-256.
fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn data(report: &IhcReport, cells: &[Cell], crops: &[IhcCrop]) -> Value {
    let classes: Vec<Value> = Class::ALL
        .iter()
        .map(|class| json!({ "name": class.as_str(), "colour": class_colour(*class) }))
        .collect();
    let rows: Vec<Value> = crops
        .iter()
        .filter_map(|crop| match crop.of {
            CropOf::Cell(id) => Some(row(cells.get(id as usize - 1)?, crop)),
            CropOf::Artefact(..) => None,
        })
        .collect();
    let artefacts: Vec<Value> = report
        .artefacts
        .iter()
        .enumerate()
        .map(|(index, finding)| {
            let pictures: Vec<String> = crops
                .iter()
                .filter(|crop| matches!(crop.of, CropOf::Artefact(of, _) if of == index))
                .map(|crop| STANDARD.encode(&crop.jpeg))
                .collect();
            json!({ "key": finding.artefact.key(), "name": finding.artefact.as_str(), "what": finding.what, "pictures": pictures })
        })
        .collect();
    json!({
        "sample": report.sample,
        "image": report.image.file,
        "key": format!("{}x{}:{}:{}", report.image.width, report.image.height, cells.len(), report.call.kit),
        "kit": report.call.kit_name,
        "call": report.call.call.as_str(),
        "reasons": report.call.reasons,
        "review": report.call.review,
        "cut_offs": report.call.cut_offs,
        "pattern": report.pattern.pattern.as_str(),
        "warnings": report.warnings,
        "not_judged": report.not_judged,
        "classes": classes,
        "cells": report.score.cells,
        "interval": report.score.h_score_interval,
        "artefacts": artefacts,
        "rows": rows,
    })
}

fn row(cell: &Cell, crop: &IhcCrop) -> Value {
    let [left, top, width, height] = crop.window;
    let outline = |points: &[[f32; 2]]| -> Vec<[f64; 2]> {
        points
            .iter()
            .map(|[x, y]| {
                let tenth = |value: f64| (value * 10.0).round() / 10.0;
                [
                    tenth(f64::from(*x) - f64::from(left) + 0.5),
                    tenth(f64::from(*y) - f64::from(top) + 0.5),
                ]
            })
            .collect()
    };
    let hundredth = |value: f32| (f64::from(value) * 100.0).round() / 100.0;
    let artefacts: Vec<&str> = cell.artefacts.iter().map(|a| a.as_str()).collect();
    json!({
        "id": cell.id,
        "x": (cell.x_px * 10.0).round() / 10.0,
        "y": (cell.y_px * 10.0).round() / 10.0,
        "class": cell.scored().then(|| cell.class.as_str()),
        "measured": cell.class.as_str(),
        "tumour": cell.tumour,
        "dab": hundredth(cell.dab),
        "nuclear": hundredth(cell.nuclear_dab),
        "granularity": hundredth(cell.granularity),
        "pattern": if cell.pattern == Pattern::None { "no stain" } else { cell.pattern.as_str() },
        "artefacts": artefacts,
        "doubt": hundredth(cell.doubt),
        "size": [width, height],
        "nucleus": outline(&cell.nucleus),
        "cell": outline(&cell.outline),
        "jpeg": STANDARD.encode(&crop.jpeg),
        "reviewed": cell.reviewed.as_ref().map(|review| json!({
            "class": review.class.map(Class::as_str),
            "reader": review.reader,
            "when": review.when,
            "reason": review.reason,
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ihc::testing::{cell, report};

    #[test]
    fn the_page_is_whole_and_a_name_cannot_end_its_script() {
        let mut report = report();
        report.sample = "</script><b>{{data}}".to_owned();
        let crop = IhcCrop {
            of: CropOf::Cell(1),
            window: [0, 0, 20, 20],
            jpeg: vec![1, 2, 3],
        };
        let page = review_html(&report, &[cell(1)], &[crop]);
        assert!(page.ends_with("</html>\n"));
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(!page.contains("{{style"));
        for kind in ["http://", "https://"] {
            let outside = page.replace("http://www.w3.org/2000/svg", "");
            assert!(!outside.contains(kind), "nothing is loaded");
        }
        let start = page.find("id=\"data\">").unwrap() + 10;
        let text = &page[start..start + page[start..].find("</script>").unwrap()];
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(value["rows"][0]["id"], 1);
        assert_eq!(value["rows"][0]["class"], "3+");
    }
}
