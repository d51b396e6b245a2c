//! The assays on sections: FISH, immunohistochemistry, and the record of the FISH run.

use alkaid_case::finding::{CaseReport, FishEvidence, FishOrigin, IhcEvidence, ReaderScore};

use super::{figure, rich, section, share};
use crate::case::{Attachments, pictures};
use crate::page::{
    Anchor, Block, Cell, Column, Fact, Ink, Mark, Picture, Rich, Section, Table, Tone,
};

/// Break-apart FISH.
pub(super) fn fish(report: &CaseReport, attachments: &Attachments) -> Section {
    let Some(fish) = &report.fish else {
        return section("fish", "Break-apart FISH", Vec::new());
    };
    let mut blocks = vec![
        Block::Text(Rich::from(fish.rule.as_str())),
        figure(
            pictures::fish_fraction(fish),
            format!(
                "{} of {} scored nuclei positive: {}. Probability that the true share is at or above the cut-off, by the counts alone: {:.3}.",
                fish.positive,
                fish.scored,
                share(&fish.fraction),
                fish.above_cut_off
            ),
        ),
        Block::Facts(fish_facts(fish)),
    ];
    if let Some(picture) = pictures::fish_strip(fish, attachments) {
        blocks.push(figure(
            picture,
            "Nuclei of this sample, the most telling first.",
        ));
    }
    remarks(&mut blocks, &fish.warnings);
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
        Block::Text(Rich::from(ihc.rule.as_str())),
        Block::Facts(ihc_facts(ihc)),
    ];
    if let Some(suggests) = &ihc.pattern_suggests {
        blocks.push(Block::Text(rich(suggests)));
    }
    if let Some(png) = ihc.image.as_deref().and_then(|path| attachments.get(path)) {
        let mut picture = Picture::new(360.0, "The section");
        picture.description = "A part of the stained section".to_owned();
        picture.marks.push(Mark::Image {
            x: 0.0,
            y: 0.0,
            w: 360.0,
            h: 360.0,
            png: png.to_vec(),
        });
        picture.small(
            (372.0, 14.0),
            Anchor::Start,
            Ink::Muted,
            "part of the section",
        );
        blocks.push(figure(picture, "A part of the stained section."));
    }
    remarks(&mut blocks, &ihc.warnings);
    section("ihc", "Immunohistochemistry", blocks)
}

fn ihc_facts(ihc: &IhcEvidence) -> Vec<Fact> {
    let mut facts = vec![
        fact("Call by the kit's rule", ihc.call.as_str()),
        fact("Clone", ihc.clone.as_deref().unwrap_or("not stated")),
    ];
    if let Some(intensity) = ihc.intensity {
        facts.push(fact("Highest intensity", &format!("{intensity}+")));
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
    let mut blocks = vec![Block::Text(Rich::from(bench.summary.as_str()))];
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

fn remarks(blocks: &mut Vec<Block>, warnings: &[String]) {
    if !warnings.is_empty() {
        blocks.push(Block::Remark {
            tone: Tone::Doubt,
            title: "To know".to_owned(),
            sentences: warnings
                .iter()
                .map(|text| Rich::from(text.as_str()))
                .collect(),
        });
    }
}
