//! Real reads from the folder `shared/reads` beside the repository; skipped with a visible line where it is absent.

mod common;

use std::path::{Path, PathBuf};

use common::{list, only_call, reads, report, skipped};
use serde_json::{Value, json};

/// The last 56 bases of ALK intron 19 (chr2:29,223,584 down to 29,223,529, reverse strand).
const INTRON_19_TAIL: &str = "TAGTGCTTCAAGGGCCAGGCTGCCAGGCCATGTTGCAGCTGACCACCCACCTGCAG";

/// Files below `shared/reads`.
fn shared(files: &[&str]) -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reads");
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
    if let Some(absent) = paths.iter().find(|path| !path.is_file()) {
        skipped(&format!("{} is absent", absent.display()));
        return None;
    }
    Some(paths)
}

fn at_least(value: &Value, least: u64) -> bool {
    value.as_u64().is_some_and(|value| value >= least)
}

#[test]
fn both_fusions_of_the_fusioncatcher_set_and_no_other() {
    let Some(files) = shared(&[
        "rna_fusioncatcher/reads_1.fq.gz",
        "rna_fusioncatcher/reads_2.fq.gz",
    ]) else {
        return;
    };
    let report = report(&mut reads(files));
    assert_eq!(report["verdict"], "rearranged");
    assert_eq!(report["qc"]["molecule"], "rna");
    let [eml4, npm1] = list(&report, "calls") else {
        panic!("{:#}", report["calls"]);
    };

    assert_eq!(eml4["name"], "EML4::ALK");
    assert!(at_least(&eml4["supporting_fragments"], 6));
    assert!(at_least(&eml4["supporting_reads"], 7));
    assert_eq!(eml4["five_prime"]["exon"], 14);
    assert_eq!(eml4["five_prime"]["pos"], 42_301_392);
    assert_eq!(eml4["five_prime"]["cds"], 1641);
    assert_eq!(eml4["three_prime"]["exon"], 20);
    // TT belongs to neither side; ALK's side begins within intron 19 and keeps its tail.
    assert_eq!(eml4["inserted"], "TT");
    assert_eq!(eml4["three_prime"]["pos"], 29_223_584);
    assert!(list(eml4, "insertion_origin").contains(&json!("56 nt of ALK intron 19")));
    let between = format!("TT{INTRON_19_TAIL}")
        .to_lowercase()
        .replace('t', "u");
    let hgvs = eml4["hgvs_rna"].as_str().unwrap();
    assert!(hgvs.contains(&format!("::{between}::")), "{hgvs}");
    assert_eq!(eml4["in_frame"], true);

    assert_eq!(npm1["name"], "NPM1::ALK");
    assert!(at_least(&npm1["supporting_fragments"], 5));
    assert_eq!(npm1["junction_exons"], "N4;A20");
    assert_eq!(npm1["five_prime"]["pos"], 171_391_799);
    assert_eq!(npm1["three_prime"]["pos"], 29_223_528);
    assert_eq!(npm1["in_frame"], true);
}

#[test]
fn the_breakpoint_of_h3122_is_exact_and_predicts_variant_1() {
    let Some(files) = shared(&["dna_panel_h3122/H3122.bam", "dna_panel_h3122/H3122.bam.bai"])
    else {
        return;
    };
    let report = report(&mut reads(&files[..1]));
    assert_eq!(report["verdict"], "rearranged");
    assert_eq!(report["qc"]["molecule"], "dna");
    let call = only_call(&report);
    assert_eq!(call["name"], "EML4::ALK");
    assert_eq!(call["named_variant"], "V1");
    assert_eq!(call["junction_exons"], "E13;A20");
    assert_eq!(call["in_frame"], true);
    assert!(at_least(&call["supporting_fragments"], 75));
    let (five, three) = (&call["five_prime"], &call["three_prime"]);
    assert_eq!((&five["intron"], &five["exon"]), (&json!(13), &json!(13)));
    assert_eq!((&three["intron"], &three["exon"]), (&json!(19), &json!(20)));
    for (interval, position) in [
        ("five_prime_interval", 42_299_750),
        ("three_prime_interval", 29_223_740),
    ] {
        let ends: [u64; 2] = serde_json::from_value(call[interval].clone()).unwrap();
        assert!(
            (ends[0]..=ends[1]).contains(&position),
            "{interval} {ends:?}"
        );
        assert_eq!(ends[1] - ends[0], 1, "one base of micro-homology");
    }
    assert_eq!(call["microhomology"], 1);
    assert_eq!(call["rearrangement"], "inversion");
}

/// No call, a word for it, and what would have been seen.
#[track_caller]
fn is_negative(report: &Value) {
    assert_eq!(report["calls"], json!([]), "{}", report["sample"]);
    let verdict = report["verdict"].as_str().unwrap();
    assert!(
        ["not_detected", "insufficient"].contains(&verdict),
        "{verdict}"
    );
    let statement = report["bound"]["statement"].as_str().unwrap();
    assert!(statement.contains("95 % probability"), "{statement}");
}

#[test]
fn hcc827_has_no_fusion_at_a_stated_bound() {
    let Some(files) = shared(&[
        "dna_panel_hcc827/HCC827.bam",
        "dna_panel_hcc827/HCC827.bam.bai",
    ]) else {
        return;
    };
    let report = report(&mut reads(&files[..1]));
    is_negative(&report);
    assert_eq!(report["verdict"], "not_detected");
    let bound = report["bound"]["dna_allele_fraction"].as_f64().unwrap();
    assert!((0.001..0.05).contains(&bound), "{bound}");
}

#[test]
fn lines_with_other_fusions_have_none_of_alk() {
    for line in [
        "BCR_ABL1_arriba",
        "BT474",
        "K562",
        "SKBR3",
        "breast_lines_mix",
    ] {
        let mates = [1, 2].map(|mate| format!("negatives/{line}_{mate}.fq.gz"));
        let Some(files) = shared(&[&mates[0], &mates[1]]) else {
            continue;
        };
        is_negative(&report(&mut reads(files)));
    }
}
