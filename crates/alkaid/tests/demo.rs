//! `alkaid demo`: the first thing that anyone runs.

mod common;

use common::{RESULTS, alkaid, list, names, printed, report, says};
use tempfile::TempDir;

#[test]
fn the_demo_names_a_fusion_and_says_that_it_is_simulated() {
    let text = printed(alkaid().arg("demo"));
    says(
        &text,
        &[
            "ALK is rearranged",
            "EML4::ALK",
            "V3a",
            "E6;A20",
            "in frame",
            "the data of this case are simulated",
            "For research use only",
            "Break-apart FISH: positive",
            "evidence on inhibitors",
        ],
    );
    assert!(!text.contains('\u{1b}'), "colours in a pipe");
}

#[test]
fn the_demo_as_json_is_the_demo_in_files() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("demo");
    let report = report(alkaid().arg("demo").arg("--out").arg(&out));
    assert_eq!(report["status"], "rearranged");
    assert_eq!(report["sample"]["id"], "demo (simulated)");
    let reads = &list(&report, "reads")[0]["report"];
    assert_eq!(reads["verdict"], "rearranged");
    let first = &list(reads, "calls")[0];
    assert_eq!(first["named_variant"], "V3a");
    assert_eq!(first["junction_exons"], "E6;A20");
    assert_eq!(first["in_frame"], true);
    for call in list(reads, "calls") {
        assert_eq!(call["name"], "EML4::ALK", "a call that was not simulated");
    }
    assert_eq!(names(folder.path()), ["demo"]);
    assert_eq!(names(&out.join("rna")), RESULTS);
    let file = std::fs::read_to_string(out.join("case.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&file).unwrap(),
        report
    );
}

/// What the demo says it simulated is what it shows: both isoforms of one rearrangement, tied together.
#[test]
fn both_isoforms_that_the_demo_speaks_of_are_called() {
    let report = report(alkaid().arg("demo"));
    let reads = &list(&report, "reads")[0]["report"];
    let mut variants: Vec<&str> = list(reads, "calls")
        .iter()
        .filter_map(|call| call["named_variant"].as_str())
        .collect();
    variants.sort_unstable();
    assert_eq!(variants, ["V3a", "V3b"], "{}", reads["warnings"]);
    for call in list(reads, "calls") {
        assert_eq!(list(call, "same_rearrangement_as").len(), 1);
    }
}
