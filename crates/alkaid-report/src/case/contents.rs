//! What a case's report says, in reading order.

mod assays;
mod conclusion;
mod fusion;
mod open;
mod outlook;
mod provenance;

use alkaid_case::finding::{AssayState, CaseReport, Estimate, JointStatus, Sentence};
use alkaid_genome::Bundle;

use super::Attachments;
use crate::page::{Block, Document, Figure, Picture, Reference, Rich, Section, Tone};

/// The whole report.
pub(super) fn contents(
    report: &CaseReport,
    bundle: &Bundle,
    attachments: &Attachments,
) -> Document {
    let sections = [
        conclusion::conclusion(report),
        open::discordances(report),
        fusion::fusion(report, bundle),
        fusion::mutations(report),
        assays::fish(report, attachments),
        assays::ihc(report, attachments),
        assays::bench(report),
        outlook::outlook(report),
        outlook::inhibitors(report),
        outlook::signalling(report),
        conclusion::model(report),
        provenance::provenance(report),
    ];
    Document {
        title: format!("ALK in sample {}", report.sample.id),
        subtitle: subtitle(report),
        notice: report.notice.clone(),
        sections: sections
            .into_iter()
            .filter(|section| !section.blocks.is_empty())
            .collect(),
        references: references(report),
        footer: format!(
            "{} · {} · reference {} · facts as of {} · manifest {}",
            report.tool,
            report.provenance.assembly,
            short(&report.provenance.bundle),
            report.provenance.knowledge,
            short(&report.provenance.manifest),
        ),
    }
}

fn subtitle(report: &CaseReport) -> String {
    let sample = &report.sample;
    let mut parts = Vec::new();
    if sample.simulated {
        parts.push("Simulated data, of no patient".to_owned());
    }
    parts.extend(
        sample
            .tumour_as_given
            .clone()
            .or_else(|| sample.tumour.clone()),
    );
    parts.extend(sample.site.clone());
    parts.extend(
        sample
            .material
            .as_ref()
            .map(|material| material.replace('_', " ")),
    );
    parts.extend(
        sample
            .tumour_content
            .map(|share| format!("{:.0} % tumour cells", 100.0 * share)),
    );
    parts.extend(sample.collected.as_ref().map(|day| format!("taken {day}")));
    parts.join(" · ")
}

fn references(report: &CaseReport) -> Vec<Reference> {
    report
        .citations
        .iter()
        .map(|citation| {
            let date = citation
                .date
                .as_ref()
                .map(|date| format!(" ({date})"))
                .unwrap_or_default();
            Reference {
                number: citation.number,
                text: format!(
                    "{}{date}. Row {}; {}.",
                    citation.source.trim_end_matches('.'),
                    citation.row,
                    citation.status
                ),
            }
        })
        .collect()
}

pub(super) fn rich(sentence: &Sentence) -> Rich {
    Rich {
        text: sentence.text.clone(),
        cites: sentence.cites.clone(),
    }
}

pub(super) fn all(sentences: &[Sentence]) -> Vec<Rich> {
    sentences.iter().map(rich).collect()
}

pub(super) fn figure(picture: Picture, caption: impl Into<Rich>) -> Block {
    Block::Figure(Figure {
        picture,
        caption: caption.into(),
    })
}

pub(super) fn section(id: &'static str, title: &str, blocks: Vec<Block>) -> Section {
    Section {
        id,
        title: title.to_owned(),
        blocks,
    }
}

/// The first figures of a checksum.
fn short(checksum: &str) -> String {
    checksum.chars().take(12).collect()
}

/// A probability: never `1.0000` for what is not certain.
fn probability(value: f64) -> String {
    match value {
        v if v > 0.9999 => "> 0.9999".to_owned(),
        v if v < 0.0001 => "< 0.0001".to_owned(),
        v => format!("{v:.4}"),
    }
}

pub(super) fn probability_interval(estimate: &Estimate) -> String {
    format!(
        "{} ({} to {})",
        probability(estimate.value),
        probability(estimate.low),
        probability(estimate.high)
    )
}

/// A share in per cent with its interval.
pub(super) fn share(estimate: &Estimate) -> String {
    format!(
        "{:.0} % ({:.0} to {:.0} %)",
        100.0 * estimate.value,
        100.0 * estimate.low,
        100.0 * estimate.high
    )
}

pub(super) fn tone_of_status(status: JointStatus) -> Tone {
    match status {
        JointStatus::Rearranged => Tone::Good,
        JointStatus::NotRearranged => Tone::Plain,
        JointStatus::Indeterminate => Tone::Doubt,
    }
}

fn tone_of_state(state: AssayState) -> Tone {
    match state {
        AssayState::Positive => Tone::Good,
        AssayState::Negative | AssayState::Informative => Tone::Plain,
        AssayState::Equivocal | AssayState::Insufficient => Tone::Doubt,
        AssayState::Failed => Tone::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_to_be_certain() {
        assert_eq!(probability(1.0), "> 0.9999");
        assert_eq!(probability(0.000_01), "< 0.0001");
        assert_eq!(probability(0.0), "< 0.0001");
        assert_eq!(probability(0.25), "0.2500");
    }
}
