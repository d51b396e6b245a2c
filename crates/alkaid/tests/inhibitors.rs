//! `alkaid inhibitors` through the program.

mod common;

use common::{alkaid, printed_json};
use serde_json::Value;

fn view(arguments: &[&str]) -> Value {
    printed_json(alkaid().args(["inhibitors", "--json"]).args(arguments))
}

fn conclusion<'v>(view: &'v Value, drug: &str) -> &'v Value {
    view["conclusions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["drug"] == drug)
        .unwrap()
}

fn verdict(view: &Value, drug: &str) -> (String, String) {
    let one = conclusion(view, drug);
    let text = |field: &str| one[field].as_str().unwrap_or("none").to_owned();
    (text("verdict"), text("level"))
}

fn is(verdict: &str, level: &str) -> (String, String) {
    (verdict.to_owned(), level.to_owned())
}

fn refusal(arguments: &[&str]) -> String {
    common::refusal(alkaid().arg("inhibitors").args(arguments))
}

#[test]
fn g1202r_after_alectinib_supports_lorlatinib() {
    let view = view(&[
        "--fusion",
        "EML4-ALK",
        "--mutation",
        "G1202R",
        "--prior",
        "alectinib",
    ]);
    assert_eq!(verdict(&view, "lorlatinib"), is("supported", "trial"));
    assert_eq!(verdict(&view, "alectinib").0, "refuted");
    assert_eq!(conclusion(&view, "alectinib")["given_before"], true);
    assert_eq!(view["conclusions"][0]["drug"], "lorlatinib");
    assert_eq!(view["as_of"], "2026-11-22");
    assert!(
        view["notice"]
            .as_str()
            .unwrap()
            .contains("research use only")
    );
}

#[test]
fn c1156y_with_l1198f_refutes_lorlatinib_and_supports_crizotinib() {
    let view = view(&[
        "--fusion",
        "EML4-ALK",
        "--mutation",
        "C1156Y",
        "--mutation",
        "L1198F",
        "--prior",
        "lorlatinib",
    ]);
    assert_eq!(verdict(&view, "lorlatinib"), is("refuted", "case"));
    assert_eq!(verdict(&view, "crizotinib"), is("supported", "case"));
    let first = &conclusion(&view, "crizotinib")["evidence"][0];
    assert_eq!(first["decides"], true);
    assert!(first["source"].as_str().unwrap().contains("26698910"));
}

#[test]
fn other_known_calls() {
    let i1171n = view(&["--fusion", "EML4-ALK", "--mutation", "p.(Ile1171Asn)"]);
    assert_eq!(verdict(&i1171n, "alectinib").0, "refuted");
    assert_eq!(verdict(&i1171n, "ceritinib"), is("supported", "case"));
    assert_eq!(verdict(&i1171n, "lorlatinib").0, "supported");
    let f1174c = view(&["--fusion", "EML4-ALK", "--mutation", "F1174C"]);
    assert_eq!(verdict(&f1174c, "ceritinib").0, "refuted");
    assert_eq!(verdict(&f1174c, "lorlatinib").0, "supported");
    let compound = view(&["--fusion", "EML4-ALK", "--mutation", "G1202R/L1196M"]);
    assert_eq!(verdict(&compound, "lorlatinib"), is("refuted", "cells"));
    assert_eq!(verdict(&compound, "alectinib").0, "part_resisted");
}

#[test]
fn unverified_rows_are_shown_and_never_count() {
    let view = view(&["--fusion", "EML4-ALK", "--mutation", "D1203N"]);
    let mut unverified = 0;
    for one in view["conclusions"].as_array().unwrap() {
        for row in one["evidence"].as_array().unwrap() {
            if row["status"] == "unverified" {
                unverified += 1;
                assert_eq!(
                    (&row["counts"], &row["decides"]),
                    (&false.into(), &false.into()),
                    "{row}"
                );
            }
        }
    }
    assert!(unverified > 0);
}

#[test]
fn the_day_decides_what_was_known() {
    let early = view(&[
        "--fusion",
        "EML4-ALK",
        "--mutation",
        "G1202R",
        "--as-of",
        "2015-06-30",
    ]);
    assert_eq!(verdict(&early, "lorlatinib").0, "no_data");
    let neladalkib = view(&["--fusion", "EML4-ALK"]);
    let status = &conclusion(&neladalkib, "neladalkib")["status"][0];
    assert_eq!(
        (&status["agency"], &status["state"]),
        (&"FDA".into(), &"under_review".into())
    );
}

#[test]
fn a_bypass_leaves_a_doubt() {
    let met = view(&[
        "--fusion",
        "EML4-ALK",
        "--bypass",
        "MET:amplification",
        "--tumour",
        "NSCLC",
    ]);
    assert_eq!(verdict(&met, "lorlatinib").0, "in_doubt");
    assert_eq!(verdict(&met, "crizotinib").0, "supported");
}

#[test]
fn the_table_and_the_page() {
    let arguments = [
        "inhibitors",
        "--fusion",
        "EML4-ALK v3",
        "--mutation",
        "G1202R",
    ];
    let table = alkaid().args(arguments).arg("--tsv").output().unwrap();
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.starts_with("rank\tdrug\tgeneration\tverdict\t"));
    assert!(
        table
            .lines()
            .nth(1)
            .unwrap()
            .starts_with("1\tlorlatinib\t3\tsupported\ttrial\t")
    );
    let page = alkaid().args(arguments).output().unwrap();
    let page = String::from_utf8(page.stdout).unwrap();
    assert!(page.contains("lorlatinib: supported (trial)"));
    assert!(page.contains("── rule ──"));
    assert!(page.contains("For research use only."));
}

#[test]
fn what_is_wrong_is_refused() {
    assert!(refusal(&[]).contains("nothing to look at"));
    assert!(refusal(&["--fusion", "EML4"]).contains("did you mean EML4-ALK?"));
    assert!(refusal(&["--fusion", "ALK::EML4"]).contains("holds no kinase"));
    assert!(refusal(&["--mutation", "R1202G"]).contains("did you mean G1202R?"));
    assert!(refusal(&["--mutation", "I1171N/S"]).contains("write the one that is meant"));
    assert!(refusal(&["--mutation", "I1171"]).contains("a residue without its change"));
    assert!(
        refusal(&["--fusion", "EML4-ALK", "--prior", "lorlatanib"])
            .contains("did you mean lorlatinib?")
    );
    assert!(
        refusal(&["--fusion", "EML4-ALK", "--bypass", "xyzzy:amplification"])
            .contains("write MET:amplification or EMT")
    );
}
