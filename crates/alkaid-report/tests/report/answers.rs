//! Snapshots of answers and views: what people read, and the layout of the JSON.

use alkaid_knowledge::answer::answer;
use alkaid_knowledge::query::{Query, parse};
use alkaid_knowledge::view::{CaseQuestion, InhibitorView, inhibitors};
use alkaid_knowledge::{Findings, curated_on, drug};
use alkaid_report::{
    Glyphs, Style, answer_page, answers_json, answers_tsv, inhibitors_json, inhibitors_page,
};

fn page(question: &str) -> String {
    let asked = parse(question).unwrap();
    answer_page(&answer(question, &asked, curated_on()), Style::default())
}

fn view(mutations: &str, prior: &[&str]) -> InhibitorView {
    let Query::Mutations(asked, _) = parse(mutations).unwrap().query else {
        panic!("{mutations}")
    };
    inhibitors(&CaseQuestion {
        findings: Findings {
            partner: Some("EML4".into()),
            mutations: asked
                .mutations
                .into_iter()
                .map(|mutation| mutation.change)
                .collect(),
            ..Findings::default()
        },
        bypass: Vec::new(),
        prior: prior.iter().filter_map(|name| drug(name)).collect(),
        tumour: None,
        as_of: curated_on(),
    })
}

/// Without the rows of tables, which change with the tables: the headings and conclusions.
fn outline(page: &str) -> String {
    page.lines()
        .filter(|line| {
            ["  ●", "  ◌", "  ○", "  !", "  ──"]
                .iter()
                .any(|start| line.starts_with(start))
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn page_of_breakpoints() {
    insta::assert_snapshot!(
        page("2:42522656-2:29446394 hg19")
            .lines()
            .take(45)
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn page_of_a_mutation_of_two_bases() {
    insta::assert_snapshot!(page("G1202W"));
}

#[test]
fn page_of_a_place() {
    insta::assert_snapshot!(page("chr2:29223740"));
}

#[test]
fn outline_of_a_view() {
    insta::assert_snapshot!(outline(&inhibitors_page(
        &view("G1202R", &["alectinib"]),
        Style::default()
    )));
}

#[test]
fn json_of_a_place() {
    let asked = parse("chr2:29223740").unwrap();
    insta::assert_snapshot!(
        answers_json(&[answer("chr2:29223740", &asked, curated_on())]).unwrap()
    );
}

#[test]
fn ascii_and_tables() {
    let style = Style {
        glyphs: Glyphs::Ascii,
        ..Style::default()
    };
    for question in ["EML4-ALK v5'", "lorlatinib", "NSCLC"] {
        let asked = parse(question).unwrap();
        let answer = answer(question, &asked, curated_on());
        assert!(answer_page(&answer, style).is_ascii(), "{question}");
        assert!(answers_tsv(&[answer]).lines().count() > 1);
    }
    let view = view("C1156Y/L1198F", &[]);
    assert!(inhibitors_page(&view, style).is_ascii());
    let json: serde_json::Value = serde_json::from_str(&inhibitors_json(&view).unwrap()).unwrap();
    assert_eq!(json["mutations"], serde_json::json!(["C1156Y", "L1198F"]));
}
