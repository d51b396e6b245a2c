//! `alkaid ihc` and `alkaid simulate ihc`: from a simulated section to its files and back.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::alkaid;
use serde_json::Value;
use tempfile::TempDir;

/// Simulates a section, and returns its prefix.
fn simulated(folder: &Path, size: &str, options: &[&str]) -> PathBuf {
    let prefix = folder.join("s");
    alkaid()
        .args(["simulate", "ihc", "--seed", "11", "--size", size, "--out"])
        .arg(&prefix)
        .args(options)
        .assert()
        .success();
    prefix
}

fn with(prefix: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", prefix.display()))
}

fn truth(prefix: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(with(prefix, "_truth.json")).unwrap()).unwrap()
}

#[test]
fn a_section_is_scored_and_its_files_agree() {
    let folder = TempDir::new().unwrap();
    let prefix = simulated(folder.path(), "700x600", &["--pyramid"]);
    let out = folder.path().join("out");
    alkaid()
        .arg("ihc")
        .arg(with(&prefix, ".tif"))
        .arg("--region")
        .arg(with(&prefix, "_tumour.geojson"))
        .arg("--out")
        .arg(&out)
        .assert()
        .success();
    let report: Value =
        serde_json::from_str(&fs::read_to_string(out.join("ihc.json")).unwrap()).unwrap();
    let h = report["score"]["h_score"].as_f64().unwrap();
    let expected = truth(&prefix)["h_score"].as_f64().unwrap();
    assert!((h - expected).abs() < 15.0, "{h} {expected}");
    assert_eq!(report["call"]["call"], "positive");
    let cells = fs::read_to_string(out.join("cells.tsv")).unwrap();
    assert_eq!(
        cells.lines().count() as u64 - 1,
        report["region"]["cells"].as_u64().unwrap()
    );
    let geojson: Value =
        serde_json::from_str(&fs::read_to_string(out.join("cells.geojson")).unwrap()).unwrap();
    let features = geojson["features"].as_array().unwrap();
    assert_eq!(features.len(), cells.lines().count() - 1);
    assert_eq!(features[0]["properties"]["objectType"], "cell");
    let page = fs::read_to_string(out.join("review.html")).unwrap();
    assert!(page.contains("alkaid/ihc-overrides/1") && !page.contains("{{"));
    // A person's decision changes the score.
    let changed = cells
        .lines()
        .find(|line| line.contains("\tyes\tyes\t3+\t"))
        .unwrap();
    let fields: Vec<&str> = changed.split('\t').collect();
    let overrides = folder.path().join("overrides.json");
    fs::write(
        &overrides,
        format!(
            r#"{{"schema":"alkaid/ihc-overrides/1","image":"s.tif","overrides":[{{"cell":{},"x_px":{},"y_px":{},"class":"0","reader":"AB","when":"2026-01-01","reason":"test"}}]}}"#,
            fields[0], fields[1], fields[2]
        ),
    )
    .unwrap();
    let output = alkaid()
        .arg("ihc")
        .arg(with(&prefix, ".tif"))
        .arg("--region")
        .arg(with(&prefix, "_tumour.geojson"))
        .arg("--overrides")
        .arg(&overrides)
        .arg("--json")
        .output()
        .unwrap();
    let again: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(again["reviewed"], 1);
    assert_eq!(
        again["score"]["cells"][3].as_u64().unwrap() + 1,
        report["score"]["cells"][3].as_u64().unwrap()
    );
}

/// Numbers with decimals cut to two significant digits: sums of floats differ in their last digits between processors.
fn coarse(text: &str) -> String {
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e');
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit() || c == '-') {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !is_number(c)).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        out.push_str(before);
        match number.parse::<f64>() {
            Ok(value) if number.contains('.') => {
                out.push_str(&format!("{value:.1e}").parse::<f64>().unwrap().to_string());
            }
            _ => out.push_str(number),
        }
        rest = after;
    }
    out + rest
}

#[test]
fn what_is_written_of_a_small_section() {
    let folder = TempDir::new().unwrap();
    let prefix = simulated(folder.path(), "420x360", &["--artefacts"]);
    let out = folder.path().join("out");
    alkaid()
        .arg("ihc")
        .arg(with(&prefix, ".png"))
        .args(["--pixel-um", "0.5", "--sample", "small", "--region"])
        .arg(with(&prefix, "_tumour.geojson"))
        .arg("--out")
        .arg(&out)
        .assert()
        .success();
    let mut report: Value =
        serde_json::from_str(&fs::read_to_string(out.join("ihc.json")).unwrap()).unwrap();
    report["tool"] = "alkaid".into();
    let report = coarse(&serde_json::to_string_pretty(&report).unwrap());
    insta::assert_snapshot!("small_section", report);
    let cells = fs::read_to_string(out.join("cells.tsv")).unwrap();
    let first: Vec<String> = cells.lines().take(9).map(coarse).collect();
    insta::assert_snapshot!("small_section_cells", first.join("\n"));
}

#[test]
fn threads_change_nothing() {
    let folder = TempDir::new().unwrap();
    let prefix = simulated(folder.path(), "2000x900", &["--artefacts"]);
    let run = |threads: &str| {
        alkaid()
            .arg("ihc")
            .arg(with(&prefix, ".png"))
            .args([
                "--pixel-um",
                "0.5",
                "--all-cells",
                "--json",
                "--threads",
                threads,
            ])
            .output()
            .unwrap()
            .stdout
    };
    let one = run("1");
    assert!(!one.is_empty());
    assert_eq!(one, run("3"));
}

#[test]
fn what_is_no_section_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let refused = |name: &str, colour: [u8; 3], words: &str| {
        let path = folder.path().join(name);
        image::RgbImage::from_pixel(300, 300, image::Rgb(colour))
            .save(&path)
            .unwrap();
        let output = alkaid()
            .arg("ihc")
            .arg(&path)
            .args(["--pixel-um", "0.5"])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && said.contains(words),
            "{name}: {said}"
        );
    };
    refused("fluorescence.png", [3, 6, 30], "fluorescence");
    refused("glass.png", [244, 243, 240], "hardly any tissue");
    let prefix = simulated(folder.path(), "700x600", &[]);
    let output = alkaid()
        .arg("ihc")
        .arg(with(&prefix, ".png"))
        .output()
        .unwrap();
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("--pixel-um")
    );
}

#[test]
fn scores_by_hand_are_compared() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("scores.tsv");
    fs::write(
        &path,
        "case\treader\tscore\nA\tx\t3+\nA\ty\t3+\nB\tx\t0\nB\ty\t1+\n",
    )
    .unwrap();
    let output = alkaid()
        .args(["ihc", "score"])
        .arg(&path)
        .arg("--json")
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["pairs"][0]["percent_agreement"], 50.0);
    assert_eq!(report["fleiss"]["cases"], 2);
}

#[test]
fn the_page_and_the_table_of_scores_by_hand() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("scores.tsv");
    let mut table = String::from("case\treader\tpct_0\tpct_1\tpct_2\tpct_3\n");
    for (case, readers) in [
        ("A", [[0, 5, 15, 80], [0, 10, 20, 70]]),
        ("B", [[95, 5, 0, 0], [80, 20, 0, 0]]),
        ("C", [[100, 0, 0, 0], [99, 1, 0, 0]]),
        ("D", [[20, 50, 30, 0], [30, 60, 10, 0]]),
    ] {
        for (reader, percents) in ["anna", "ben"].iter().zip(readers) {
            let percents = percents.map(|percent| percent.to_string()).join("\t");
            table.push_str(&format!("{case}\t{reader}\t{percents}\n"));
        }
    }
    fs::write(&path, table).unwrap();
    let printed = |format: &[&str]| {
        let output = alkaid()
            .args(["ihc", "score"])
            .arg(&path)
            .args(format)
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    insta::assert_snapshot!("scores_page", printed(&[]));
    insta::assert_snapshot!("scores_table", printed(&["--tsv"]));
}
