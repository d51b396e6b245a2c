//! `alkaid explain` through the program.

mod common;

use common::{alkaid, printed_json};
use serde_json::Value;

fn explained(question: &str) -> Value {
    printed_json(alkaid().args(["explain", "--json", question]))
}

fn facts(answer: &Value) -> Vec<&Value> {
    answer["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|section| section["facts"].as_array().unwrap())
        .collect()
}

fn holds(answer: &Value, part: &str) -> bool {
    facts(answer)
        .iter()
        .any(|fact| fact["text"].as_str().unwrap().contains(part))
}

fn refusal(question: &str) -> String {
    common::refusal(alkaid().args(["explain", question]))
}

#[test]
fn a_named_variant_has_exons_frame_protein_and_sources() {
    let answer = explained("EML4::ALK v3a");
    assert_eq!(answer["name"], "EML4::ALK V3a");
    let junction = &answer["subject"]["junctions"][0];
    assert_eq!(junction["name"], "E6;A20");
    assert_eq!(junction["in_frame"], true);
    assert_eq!(
        junction["hgvs_rna"],
        "NM_019063.5:r.?_667::NM_004304.5:r.3173_?"
    );
    assert_eq!(junction["partner_residues"], 222);
    assert!(
        junction["kept"]
            .as_array()
            .unwrap()
            .contains(&"kinase".into())
    );
    assert!(
        junction["lost"]
            .as_array()
            .unwrap()
            .contains(&"transmembrane".into())
    );
    for fact in facts(&answer) {
        assert!(!fact["source"].as_str().unwrap().is_empty(), "{fact}");
        assert!(["sourced", "computed", "unverified"].contains(&fact["status"].as_str().unwrap()));
    }
}

#[test]
fn breakpoints_of_either_build_predict_variant_1() {
    for question in ["chr2:42299750 chr2:29223740", "2:42522656-2:29446394 hg19"] {
        let junction = explained(question)["subject"]["junctions"][0].clone();
        assert_eq!(junction["name"], "E13;A20", "{question}");
        assert_eq!(junction["variant"], "V1", "{question}");
    }
}

#[test]
fn a_question_need_not_be_quoted() {
    let words = ["explain", "--json", "chr2:42299750", "chr2:29223740"];
    assert_eq!(
        printed_json(alkaid().args(words)),
        explained("chr2:42299750 chr2:29223740")
    );
    // Words that are questions by themselves stay questions, and the first that is none is named.
    let two = printed_json(alkaid().args(["explain", "--json", "G1202R", "alectinib"]));
    assert_eq!(two.as_array().map(Vec::len), Some(2));
    let refused = common::refusal(alkaid().args(["explain", "G1202R", "alectnib"]));
    assert!(refused.contains("did you mean alectinib"), "{refused}");
}

#[test]
fn the_arithmetic_refutes_what_reviews_print() {
    let answer = explained("E14;del12A20");
    assert_eq!(answer["subject"]["junctions"][0]["in_frame"], false);
    assert!(holds(
        &answer,
        "out of frame: ALK is not read, whatever a review prints"
    ));
}

#[test]
fn a_mutation_has_its_codon_bases_and_evidence() {
    let answer = explained("G1202R");
    let mutation = &answer["subject"]["mutations"][0];
    assert_eq!(mutation["exon"], 23);
    assert_eq!(mutation["codon"], "GGA");
    let bases = mutation["single_base_changes"].as_array().unwrap();
    assert!(bases.iter().any(|base| base["hgvs_c"] == "c.3604G>A"
        && base["grch38"] == "chr2:29220747C>T"
        && base["grch37"] == "chr2:29443613C>T"));
    assert!(holds(&answer, "868 nM"), "potency by data set");
    assert!(facts(&answer).iter().any(|fact| fact["label"] == "EID1350"));
    let dup = explained("1151Tins");
    assert_eq!(
        dup["subject"]["mutations"][0]["vcf"],
        "chr2-29222405-G-GCGT"
    );
}

#[test]
fn civic_is_sorted_from_the_change_to_the_gene() {
    let answer = explained("I1171N");
    let section = answer["sections"]
        .as_array()
        .unwrap()
        .iter()
        .find(|section| section["title"].as_str().unwrap().starts_with("CIViC"))
        .unwrap();
    let rank = |fact: &Value| {
        let note = fact["note"].as_str().unwrap();
        [
            "match: exact",
            "match: residue",
            "match: partner",
            "match: gene",
        ]
        .iter()
        .position(|grade| note.starts_with(grade))
        .unwrap()
    };
    let ranks: Vec<usize> = section["facts"]
        .as_array()
        .unwrap()
        .iter()
        .map(rank)
        .collect();
    assert!(
        ranks.is_sorted() && ranks.contains(&0) && ranks.contains(&1),
        "{ranks:?}"
    );
}

#[test]
fn a_status_belongs_to_a_day() {
    let neladalkib = explained("neladalkib");
    assert_eq!(neladalkib["as_of"], "2026-11-22");
    assert!(holds(
        &neladalkib,
        "under review as of 2026-11-22, decision due by 2026-11-27"
    ));
    let early =
        printed_json(alkaid().args(["explain", "--json", "--as-of", "2015-01-01", "lorlatinib"]));
    assert!(holds(&early, "not approved as of 2015-01-01"));
    let output = alkaid()
        .args(["explain", "--as-of", "yesterday", "ALK"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_trial_names_the_cut_that_replaces_another() {
    let alex = explained("ALEX");
    assert!(holds(&alex, "superseded by ALEX/PFS/mature"));
    assert!(holds(
        &alex,
        "34.8 against 10.9 months, HR 0.43 (0.32-0.58)"
    ));
    assert!(
        holds(&alex, "the guide prints"),
        "the guide beside the primary figures"
    );
}

#[test]
fn every_kind_of_question_is_answered() {
    for (question, kind) in [
        ("ALK", "gene"),
        ("EML4", "gene"),
        ("MET", "gene"),
        ("NPM-ALK", "fusion"),
        ("ALK::EML4", "fusion"),
        ("C1156Y/L1198F", "mutation"),
        ("chr2:29220747", "place"),
        ("Lorbrena", "drug"),
        ("IMT", "tumour type"),
        ("NCT03052608", "trial"),
        ("EMT", "mechanism"),
        ("ALK-ATI", "transcript"),
    ] {
        let answer = explained(question);
        assert_eq!(answer["kind"], kind, "{question}");
        assert!(!facts(&answer).is_empty(), "{question}");
        assert!(
            answer["notice"]
                .as_str()
                .unwrap()
                .contains("research use only")
        );
    }
}

#[test]
fn what_is_wrong_is_refused_with_a_suggestion() {
    assert!(refusal("ELM4-ALK").contains("did you mean EML4-ALK?"));
    assert!(refusal("R1202G").contains("ALK has G1202 there (NP_004295); did you mean G1202R?"));
    assert!(refusal("G1702R").contains("ALK has 1620 residues"));
    assert!(refusal("lorlatanib").contains("did you mean lorlatinib?"));
    assert!(refusal("EGFR T790M").contains("Alkaid knows about ALK only"));
}

#[test]
fn several_questions_one_table() {
    let output = alkaid()
        .args(["explain", "--tsv", "G1202R", "EML4-ALK"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("question\tkind\tname\tas_of\t"));
    assert!(
        text.lines()
            .any(|line| line.starts_with("G1202R\tmutation\t"))
    );
    assert!(
        text.lines()
            .any(|line| line.starts_with("EML4-ALK\tfusion\t"))
    );
    // Nothing at all is printed unless all questions are understood.
    let mixed = alkaid()
        .args(["explain", "G1202R", "xyzzy"])
        .output()
        .unwrap();
    assert_eq!((mixed.status.code(), mixed.stdout.len()), (Some(1), 0));
}

#[test]
fn the_terminal_marks_what_is_unverified() {
    let output = alkaid().args(["explain", "G1202R"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("unverified: "));
    assert!(text.contains("For research use only."));
    assert!(text.lines().all(|line| line.chars().count() <= 80));
}
