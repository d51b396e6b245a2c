//! Where assays disagree, and which test would settle it.

use alkaid_case::finding::{CaseReport, Discordance, NextTest};

use super::{probability, rich, section};
use crate::page::{Block, Cell, Column, Rich, Section, Table, Tone};

/// Discordances, each explained, and the tests that would tell most.
pub(super) fn discordances(report: &CaseReport) -> Section {
    let mut said: Vec<&str> = Vec::new();
    let mut blocks: Vec<Block> = report
        .discordances
        .iter()
        .map(|one| discordance(one, &report.next_tests, &mut said))
        .collect();
    if !report.next_tests.is_empty() {
        blocks.push(Block::Table(tests(&report.next_tests)));
    }
    section("open", "Disagreements and next tests", blocks)
}

/// One pattern. What the model gives and the test that would tell most are the same for many of them and stand once.
fn discordance<'r>(one: &'r Discordance, tests: &'r [NextTest], said: &mut Vec<&'r str>) -> Block {
    let mut once = |text: &'r str| {
        let new = !text.is_empty() && !said.contains(&text);
        if new {
            said.push(text);
        }
        new
    };
    let mut sentences = vec![rich(&one.explanation)];
    if once(&one.here.text) {
        sentences.push(rich(&one.here));
    }
    sentences.push(rich(&one.advice));
    let next = one
        .next_test
        .as_ref()
        .and_then(|key| tests.iter().find(|test| test.test == *key));
    if let Some(test) = next.filter(|test| once(&test.title)) {
        sentences.push(Rich::from(format!(
            "What would tell most here: {}.",
            test.title
        )));
    }
    sentences.retain(|sentence| !sentence.text.is_empty());
    Block::Remark {
        tone: Tone::Doubt,
        title: one.title.clone(),
        sentences,
    }
}

fn tests(tests: &[NextTest]) -> Table {
    Table {
        caption: "Tests that would tell most, by expected information".to_owned(),
        columns: vec![
            Column::new("Test", 2.0),
            Column::new("Expected information", 1.0),
            Column::new("Settles it", 0.8),
            Column::new("Rearranged afterwards", 2.2),
            Column::new("Material", 1.8),
        ],
        rows: tests
            .iter()
            .map(|test| {
                let outcomes: Vec<String> = test
                    .outcomes
                    .iter()
                    .map(|one| {
                        format!(
                            "{} ({:.0} %): {}",
                            one.outcome,
                            100.0 * one.probability,
                            probability(one.rearranged)
                        )
                    })
                    .collect();
                let tone = match test.feasible {
                    Some(true) => Tone::Good,
                    Some(false) => Tone::Bad,
                    None => Tone::Plain,
                };
                vec![
                    Cell::from(Rich {
                        text: test.title.clone(),
                        cites: test.cites.clone(),
                    }),
                    Cell::plain(format!("{:.3} bits", test.bits)),
                    Cell::plain(format!("{:.0} %", 100.0 * test.settles)),
                    Cell::plain(outcomes.join("; ")),
                    Cell::toned(test.material.as_str(), tone),
                ]
            })
            .collect(),
    }
}
