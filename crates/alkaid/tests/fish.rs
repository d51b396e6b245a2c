//! `alkaid fish`: nuclei counted by eye, and what is said about bad tables.

mod common;

use std::fs;
use std::path::Path;

use alkaid_imaging::write::ome_tiff;
use alkaid_imaging::{Field, OpenOptions, open};
use assert_cmd::Command;
use common::{alkaid, names, printed, printed_json, refusal, says};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with files, in which the command runs, so that messages hold no temporary paths.
struct Folder(TempDir);

impl Folder {
    fn with(name: &str, content: &str) -> Self {
        let folder = Self(TempDir::new().unwrap());
        fs::write(folder.path().join(name), content).unwrap();
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn score(&self, arguments: &[&str]) -> Command {
        let mut command = alkaid();
        command
            .current_dir(self.path())
            .args(["fish", "score"])
            .args(arguments);
        command
    }
}

/// A nucleus a line: so many split ones of so many, from this number on, by this reader.
fn nuclei(reader: &str, from: u32, split: u32, of: u32) -> String {
    (0..of)
        .map(|index| {
            let counts = if index < split { "1\t1\t1" } else { "2\t0\t0" };
            format!("{}\t{counts}\t{reader}\n", from + index)
        })
        .collect()
}

const HEADER: &str = "nucleus\tfused\tred\tgreen\treader\n";

fn one(split: u32, of: u32) -> Folder {
    Folder::with(
        "counts.tsv",
        &format!("{HEADER}{}", nuclei("A", 1, split, of)),
    )
}

fn two(first: u32, second: u32, of: u32) -> Folder {
    Folder::with(
        "counts.tsv",
        &format!(
            "{HEADER}{}{}",
            nuclei("A", 1, first, 50),
            nuclei("B", 1001, second, of)
        ),
    )
}

fn verdict(report: &Value) -> &str {
    report["call"]["verdict"].as_str().unwrap()
}

#[test]
fn the_borders_of_the_rule_hold_through_the_binary() {
    for (split, of, expected) in [
        (4, 50, "negative"),
        (5, 50, "equivocal"),
        (25, 50, "equivocal"),
        (26, 50, "positive"),
        (15, 100, "positive"),
        (40, 49, "not_suitable"),
    ] {
        let report =
            printed_json(&mut one(split, of).score(&["counts.tsv", "--json", "--seed", "3"]));
        let drawn = report["call"]["steps"][0]["positive"].as_u64();
        // 15 of 100 may be drawn as fewer than 5 of 50; all others leave no choice.
        if split == 15 && drawn < Some(5) {
            assert_eq!(verdict(&report), "negative");
        } else {
            assert_eq!(verdict(&report), expected, "{split} of {of}");
        }
    }
    for (first, second, expected) in [
        (5, 9, "negative"),
        (5, 10, "positive"),
        (14, 0, "negative"),
        (15, 0, "positive"),
    ] {
        let report = printed_json(&mut two(first, second, 50).score(&["counts.tsv", "--json"]));
        assert_eq!(verdict(&report), expected, "{first} and {second}");
        assert_eq!(report["call"]["percent"], f64::from(first + second));
        assert_eq!(
            report["call"]["steps"][1]["nuclei"]
                .as_array()
                .unwrap()
                .len(),
            50
        );
    }
    let short = printed_json(&mut two(9, 9, 49).score(&["counts.tsv", "--json"]));
    assert_eq!(verdict(&short), "equivocal");
    says(
        short["call"]["reason"].as_str().unwrap(),
        &["49 can be scored", "1 more"],
    );
}

#[test]
fn the_same_nuclei_are_drawn_whatever_the_order_of_lines() {
    let text = nuclei("A", 1, 30, 120);
    let mut lines: Vec<&str> = text.lines().collect();
    let forward = Folder::with("counts.tsv", &format!("{HEADER}{}", lines.join("\n")));
    lines.reverse();
    let backward = Folder::with("counts.tsv", &format!("{HEADER}{}", lines.join("\n")));
    let call = |folder: &Folder, seed: &str| {
        printed_json(&mut folder.score(&["counts.tsv", "--json", "--seed", seed]))["call"].clone()
    };
    assert_eq!(call(&forward, "5"), call(&backward, "5"));
    assert_ne!(call(&forward, "5")["steps"], call(&forward, "6")["steps"]);
}

#[test]
fn two_readers_are_compared() {
    let same = Folder::with(
        "counts.tsv",
        &format!(
            "{HEADER}{}{}",
            nuclei("A", 1, 20, 110),
            nuclei("B", 1, 30, 110)
        ),
    );
    let report = printed_json(&mut same.score(&["counts.tsv", "--json"]));
    let agreement = &report["readers"]["agreement"];
    assert_eq!(
        agreement["same_nuclei"]["table"],
        serde_json::json!([20, 0, 10, 80])
    );
    assert!((agreement["same_nuclei"]["kappa"].as_f64().unwrap() - 0.744).abs() < 1e-3);
    assert_eq!(report["readers"]["alone"].as_array().unwrap().len(), 2);
    // A nucleus that two people counted is one nucleus.
    assert_eq!(report["statistics"]["of"], 110);
    let other = printed_json(&mut two(8, 20, 50).score(&["counts.tsv", "--json"]));
    assert_eq!(other["readers"]["agreement"]["same_nuclei"], Value::Null);
    assert!(
        other["readers"]["agreement"]["shares"]["p"]
            .as_f64()
            .unwrap()
            < 0.05
    );
    says(
        &printed(&mut same.score(&["counts.tsv"])),
        &["The readers", "kappa 0.74"],
    );
}

#[test]
fn the_page_of_two_readers() {
    let folder = two(8, 13, 60);
    insta::assert_snapshot!(printed(&mut folder.score(&[
        "counts.tsv",
        "--sample",
        "T1"
    ])));
}

#[test]
fn extra_copies_are_flagged() {
    let mut text = HEADER.to_owned();
    for index in 0..100 {
        let counts = if index % 6 == 0 { "4\t1\t0" } else { "5\t0\t0" };
        text += &format!("{index}\t{counts}\tA\n");
    }
    let folder = Folder::with("counts.tsv", &text);
    let report = printed_json(&mut folder.score(&["counts.tsv", "--json"]));
    assert_eq!(report["statistics"]["background"]["polyploid"], true);
    assert_eq!(report["copy_number"]["class"], "gain");
    says(
        &printed(&mut folder.score(&["counts.tsv"])),
        &["polyploid background", "a gain"],
    );
}

#[test]
fn results_are_written_whole() {
    let folder = one(10, 120);
    let page = printed(&mut folder.score(&["counts.tsv", "--out", "results", "--sample", "T1"]));
    says(
        &page,
        &[
            "sample T1",
            "step 1",
            "Results in results",
            "research use only",
        ],
    );
    let out = folder.path().join("results");
    assert_eq!(
        names(&out),
        [
            "alkaid_fish_mqc.json",
            "fish.json",
            "nuclei.tsv",
            "spots.tsv"
        ]
    );
    let table = fs::read_to_string(out.join("nuclei.tsv")).unwrap();
    assert_eq!(table.lines().count(), 121);
    let steps = table
        .lines()
        .filter(|line| line.split('\t').nth(15) == Some("1"))
        .count();
    assert_eq!(steps, 50);
    let first = fs::read(out.join("fish.json")).unwrap();
    printed(&mut folder.score(&["counts.tsv", "--out", "results", "--sample", "T1"]));
    assert_eq!(
        fs::read(out.join("fish.json")).unwrap(),
        first,
        "the same bytes again"
    );
    // A file in the way: nothing is written beside it.
    fs::write(folder.path().join("taken"), "mine").unwrap();
    let message = refusal(&mut folder.score(&["counts.tsv", "--out", "taken"]));
    says(&message, &["taken", "is a file"]);
    assert_eq!(fs::read(folder.path().join("taken")).unwrap(), b"mine");
}

#[test]
fn a_positive_call_can_end_with_a_status_of_its_own() {
    let positive = one(40, 50);
    positive
        .score(&["counts.tsv", "--fail-on-positive"])
        .assert()
        .code(3);
    positive.score(&["counts.tsv"]).assert().code(0);
    one(2, 50)
        .score(&["counts.tsv", "--fail-on-positive"])
        .assert()
        .code(0);
}

#[test]
fn bad_tables_are_refused_with_their_line() {
    for (content, parts) in [
        ("", vec!["counts.tsv", "empty"]),
        (
            "nucleus\tfused\tred\tgreen\n1\t2\tmany\t0\n",
            vec!["line 2", "\"many\"", "whole number"],
        ),
        (
            "nucleus\tfused\tred\tgreen\n1\t2\t0\t0\n1\t2\t0\t0\n",
            vec!["line 3", "twice"],
        ),
        ("PK\u{3}\u{4}spreadsheet", vec!["save it as text"]),
        (
            "cell\tcolour\n1\tblue\n",
            vec!["line 1", "no columns with signals"],
        ),
    ] {
        let message = refusal(&mut Folder::with("counts.tsv", content).score(&["counts.tsv"]));
        says(&message, &parts);
    }
    let folder = one(1, 50);
    says(
        &refusal(&mut folder.score(&["absent.tsv"])),
        &["absent.tsv", "check the path"],
    );
    fs::write(folder.path().join("bytes.tsv"), [0xff, 0xff, 0, 1]).unwrap();
    says(&refusal(&mut folder.score(&["bytes.tsv"])), &["not text"]);
    let usage = folder
        .score(&["counts.tsv", "--probe", "acme"])
        .assert()
        .code(2)
        .get_output()
        .clone();
    says(
        &String::from_utf8(usage.stderr).unwrap(),
        &["acme", "vysis, zytovision, dako"],
    );
}

/// One simulated field with its labels, in a folder of its own.
fn slide(options: &[&str]) -> Folder {
    let folder = Folder(TempDir::new().unwrap());
    let mut command = alkaid();
    command
        .current_dir(folder.path())
        .args(["simulate", "fish", "--out", "slide"])
        .args(options)
        .assert()
        .success();
    folder
}

impl Folder {
    fn fish(&self, arguments: &[&str]) -> Command {
        let mut command = alkaid();
        command.current_dir(self.path()).arg("fish").args(arguments);
        command
    }
}

const FIELD: &str = "slide/field_01.ome.tif";
const LABELS: &str = "slide/field_01_labels.tif";

#[test]
fn a_simulated_tumour_goes_from_the_image_to_the_call_and_back_through_the_gallery() {
    let folder = slide(&[
        "--slide",
        "rearranged",
        "--fields",
        "1",
        "--cells",
        "150",
        "--size",
        "1800",
        "--seed",
        "5",
    ]);
    let run = |extra: &[&str]| {
        let mut arguments = vec![FIELD, "--nuclei", LABELS, "--sample", "T1"];
        arguments.extend(extra);
        folder.fish(&arguments)
    };
    let page = printed(&mut run(&["--out", "results"]));
    says(
        &page,
        &["sample T1", "1 field", "distances", "Results in results"],
    );
    let out = folder.path().join("results");
    assert_eq!(
        names(&out),
        [
            "alkaid_fish_mqc.json",
            "fish.json",
            "gallery.html",
            "labels_1_field_01.tif",
            "nuclei.tsv",
            "overlay_1_field_01.png",
            "spots.tsv"
        ]
    );
    let report: Value = serde_json::from_slice(&fs::read(out.join("fish.json")).unwrap()).unwrap();
    assert_eq!(verdict(&report), "positive");
    assert_eq!(report["inputs"][0]["sha256"].as_str().unwrap().len(), 64);
    let nuclei = report["nuclei"].as_array().unwrap();
    assert!(nuclei.len() >= 80);

    // Again, and with other threads about: the same bytes.
    printed(&mut run(&["--out", "again"]));
    for name in names(&out) {
        let again = fs::read(folder.path().join("again").join(&name)).unwrap();
        assert!(again == fs::read(out.join(&name)).unwrap(), "{name}");
    }

    // A person takes every positive nucleus for fused.
    let changes: Vec<Value> = nuclei
        .iter()
        .filter(|nucleus| ["split", "isolated_red"].contains(&nucleus["pattern"].as_str().unwrap_or("")))
        .map(|nucleus| {
            serde_json::json!({
                "nucleus": nucleus["id"], "field": report["fields"][0]["name"], "label": nucleus["label"],
                "pattern": "fused", "reader": "", "when": "2026-11-22T10:00:00Z", "reason": "test"
            })
        })
        .collect();
    assert!(changes.len() > 20);
    let file = |sha256: &Value| {
        serde_json::json!({
            "schema": "alkaid/fish-overrides/1", "sample": "T1", "report_sha256": sha256, "overrides": changes
        })
        .to_string()
    };
    fs::write(
        folder.path().join("o.json"),
        file(&report["analysis_sha256"]),
    )
    .unwrap();
    says(
        &refusal(&mut run(&["--overrides", "o.json"])),
        &["does not say who", "--reader"],
    );
    let changed = printed_json(&mut run(&[
        "--overrides",
        "o.json",
        "--reader",
        "A. Reader",
        "--json",
    ]));
    assert_eq!(verdict(&changed), "negative");
    let reviewed = |nucleus: &&Value| nucleus["reviewed"]["reader"] == "A. Reader";
    let count = changed["nuclei"]
        .as_array()
        .unwrap()
        .iter()
        .filter(reviewed)
        .count();
    assert_eq!(count, changes.len());
    fs::write(folder.path().join("o.json"), file(&serde_json::json!("00"))).unwrap();
    says(
        &refusal(&mut run(&["--overrides", "o.json", "--reader", "A"])),
        &["another analysis"],
    );
}

#[test]
fn a_field_in_three_files_is_the_field_in_one() {
    let folder = slide(&[
        "--slide",
        "rearranged",
        "--fields",
        "1",
        "--cells",
        "30",
        "--size",
        "800",
        "--seed",
        "7",
    ]);
    let options = OpenOptions::default();
    let field = open(&folder.path().join(FIELD), &options)
        .unwrap()
        .remove(0);
    for channel in &field.channels {
        let single = Field {
            channels: vec![channel.clone()],
            ..field.clone()
        };
        ome_tiff(
            &single,
            &folder.path().join(format!("{}.tif", channel.name)),
        )
        .unwrap();
    }
    let names: Vec<&str> = field.channels.iter().map(|c| c.name.as_str()).collect();
    let parts = ["dapi", "red", "green"].iter().zip(&names);
    let three: Vec<String> = parts
        .map(|(role, name)| format!("{role}={name}.tif"))
        .collect();
    let nuclei = |field: &str| {
        printed_json(&mut folder.fish(&[field, "--nuclei", LABELS, "--json"]))["nuclei"].clone()
    };
    let whole = nuclei(FIELD);
    assert!(whole.as_array().unwrap().len() > 10);
    assert_eq!(whole, nuclei(&three.join(",")));
    let two = folder.fish(&[&three[..2].join(",")]).assert().code(2);
    let message = String::from_utf8_lossy(&two.get_output().stderr).into_owned();
    says(
        &message,
        &["green is missing", "dapi=FILE,red=FILE,green=FILE"],
    );
}

#[test]
fn images_that_cannot_be_called_are_refused_with_a_remedy() {
    let folder = slide(&[
        "--slide", "negative", "--fields", "1", "--cells", "20", "--size", "700", "--seed", "6",
    ]);
    let few = printed_json(&mut folder.fish(&[FIELD, "--nuclei", LABELS, "--json"]));
    assert_eq!(verdict(&few), "not_suitable");
    let whole = fs::read(folder.path().join(FIELD)).unwrap();
    fs::write(folder.path().join("cut.ome.tif"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.path().join("noise.tif"), b"no image at all").unwrap();
    for (arguments, parts) in [
        (vec!["absent.tif"], vec!["absent.tif"]),
        (vec!["cut.ome.tif"], vec!["cut.ome.tif"]),
        (vec!["noise.tif"], vec!["noise.tif"]),
        (
            vec![FIELD, "--channels", "dapi=0,red=1,green=7"],
            vec!["channel 7"],
        ),
        (
            vec![FIELD, "--nuclei", "netwrok"],
            vec!["network, classical, or label images"],
        ),
        (
            vec![FIELD, FIELD, "--nuclei", LABELS],
            vec!["1 label images", "2 fields"],
        ),
        (
            vec![FIELD, "--regions", "absent.geojson"],
            vec!["absent.geojson"],
        ),
        (
            vec![FIELD, "--overrides", "noise.tif"],
            vec!["noise.tif", "gallery"],
        ),
    ] {
        let message = refusal(&mut folder.fish(&arguments));
        says(&message, &parts);
    }
    for arguments in [
        vec![FIELD, "--pixel-size", "0"],
        vec![],
        vec![FIELD, "--channels", "red=1,5=2"],
    ] {
        folder.fish(&arguments).assert().code(2);
    }
}
