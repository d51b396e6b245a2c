//! The assays on sections: FISH, immunohistochemistry, and the record of the FISH run.

use alkaid_case::finding::{CaseReport, FishEvidence, FishOrigin, IhcEvidence, ReaderScore};

use super::{figure, probability, rich, section, sentence, share, to_know};
use crate::case::{Attachments, pictures};
use crate::page::{Block, Cell, Column, Fact, Rich, Section, Table, Tone};

/// Break-apart FISH.
pub(super) fn fish(report: &CaseReport, attachments: &Attachments) -> Section {
    let Some(fish) = &report.fish else {
        return section("fish", "Break-apart FISH", Vec::new());
    };
    let mut blocks = vec![
        Block::Text(Rich::from(sentence(&fish.rule))),
        figure(
            pictures::fish_fraction(fish),
            format!(
                "{} of {} scored nuclei positive: {}. Probability that the true share is at or above the cut-off, by the counts alone: {}.",
                fish.positive,
                fish.scored,
                share(&fish.fraction),
                probability(fish.above_cut_off)
            ),
        ),
        Block::Facts(fish_facts(fish)),
    ];
    if let Some(picture) = pictures::fish_strip(fish, attachments) {
        let colours = fish
            .colours
            .as_deref()
            .map_or_else(String::new, |colours| format!(" Colours: {colours}."));
        blocks.push(figure(
            picture,
            format!("Of each pattern the nuclei that are most typical of it: those with its commonest signals, the surest first.{colours} One scale; the bar is 5 µm long."),
        ));
    }
    to_know(&mut blocks, &fish.warnings);
    section("fish", "Break-apart FISH", blocks)
}

fn fish_facts(fish: &FishEvidence) -> Vec<Fact> {
    let mut facts = vec![
        fact("Call by the rule", fish.call.as_str()),
        fact(
            "Counts",
            match fish.origin {
                FishOrigin::Images => "measured on images",
                FishOrigin::Counts => "by eye, nucleus by nucleus",
                FishOrigin::Totals => "stated as totals",
            },
        ),
        fact("Probe", fish.probe.as_deref().unwrap_or("not stated")),
    ];
    if let Some(copies) = fish.copies {
        let more = if fish.polyploid {
            "; raises the background"
        } else {
            ""
        };
        facts.push(fact("ALK signals a nucleus", &format!("{copies:.1}{more}")));
    }
    facts.extend(fish.readers.iter().map(reader));
    facts
}

/// Immunohistochemistry.
pub(super) fn ihc(report: &CaseReport, attachments: &Attachments) -> Section {
    let Some(ihc) = &report.ihc else {
        return section("ihc", "Immunohistochemistry", Vec::new());
    };
    let mut blocks = vec![
        Block::Text(Rich::from(sentence(&ihc.rule))),
        Block::Facts(ihc_facts(ihc)),
    ];
    if let Some(suggests) = &ihc.pattern_suggests {
        blocks.push(Block::Text(rich(suggests)));
    }
    if let Some(png) = ihc.image.as_deref().and_then(|path| attachments.get(path)) {
        blocks.push(figure(
            pictures::ihc_part(png),
            "A part of the section of 120 µm, chosen as its mix of cells is nearest to that of the whole. Outlines: blue 0, yellow 1+, orange 2+, red 3+; grey is not scored.",
        ));
    }
    to_know(&mut blocks, &ihc.warnings);
    section("ihc", "Immunohistochemistry", blocks)
}

fn ihc_facts(ihc: &IhcEvidence) -> Vec<Fact> {
    let mut facts = vec![
        fact("Call by the kit's rule", ihc.call.as_str()),
        fact("Clone", ihc.clone.as_deref().unwrap_or("not stated")),
    ];
    if let Some(intensity) = ihc.intensity {
        let grade = match intensity {
            0 => "0".to_owned(),
            grade => format!("{grade}+"),
        };
        facts.push(fact("Highest intensity", &grade));
    }
    if let Some(h_score) = ihc.h_score {
        facts.push(fact("H-score", &format!("{h_score:.0} of 300")));
    }
    if let Some(stained) = ihc.stained {
        facts.push(fact(
            "Stained tumour cells",
            &format!("{:.0} %", 100.0 * stained),
        ));
    }
    if let Some(pattern) = ihc.pattern {
        facts.push(fact("Staining", pattern.as_str()));
    }
    facts.extend(ihc.readers.iter().map(reader));
    facts
}

/// The record of the FISH run.
pub(super) fn bench(report: &CaseReport) -> Section {
    let Some(bench) = &report.bench else {
        return section("bench", "Record of the FISH run", Vec::new());
    };
    let mut blocks = vec![Block::Text(Rich::from(sentence(&bench.summary)))];
    if !bench.open_steps.is_empty() {
        blocks.push(Block::Table(Table {
            caption: "Steps out of range or not written down".to_owned(),
            columns: vec![
                Column::new("Step", 1.2),
                Column::new("Recorded", 1.0),
                Column::new("Wanted", 1.2),
                Column::new("Verdict", 0.9),
                Column::new("What it means", 2.4),
            ],
            rows: bench
                .open_steps
                .iter()
                .map(|step| {
                    vec![
                        Cell::plain(step.step.replace('_', " ")),
                        Cell::plain(step.recorded.as_str()),
                        Cell::plain(step.wanted.as_str()),
                        Cell::toned(step.verdict.replace('_', " "), Tone::Doubt),
                        Cell::plain(step.remedy.as_deref().unwrap_or("")),
                    ]
                })
                .collect(),
        }));
    }
    section("bench", "Record of the FISH run", blocks)
}

fn fact(name: &str, value: &str) -> Fact {
    Fact {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

fn reader(score: &ReaderScore) -> Fact {
    fact(&score.reader, &score.score)
}
