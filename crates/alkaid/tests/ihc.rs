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
