//! What a case's report says, in reading order.

mod assays;
mod conclusion;
mod fusion;
mod open;
mod outlook;
mod provenance;

use alkaid_case::finding::{AssayState, CaseReport, Estimate, JointStatus, Sentence};
use alkaid_case::{percent, with_interval};
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
            .map(|material| match material.as_str() {
                "ffpe" => "FFPE".to_owned(),
                other => other.replace('_', " "),
            }),
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

/// A probability in per cent: what rounds to 0 or 1 is not called certain.
fn probability(value: f64) -> String {
    percent(value.clamp(1e-9, 1.0 - 1e-9))
}

/// A remark as a sentence: with a capital, unless it begins with a name or a path, and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim_end();
    let word = text.split([' ', ',', ':']).next().unwrap_or_default();
    let plain = word.chars().all(|c| c.is_ascii_lowercase() || c == '\'');
    let mut out = match text.chars().next() {
        Some(first) if plain => {
            first.to_uppercase().collect::<String>() + &text[first.len_utf8()..]
        }
        _ => text.to_owned(),
    };
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}

pub(super) fn probability_interval(estimate: &Estimate) -> String {
    with_interval(*estimate)
}

/// A remark on what to know of an assay; none where there is nothing.
pub(super) fn to_know(blocks: &mut Vec<Block>, notes: &[String]) {
    if !notes.is_empty() {
        blocks.push(Block::Remark {
            tone: Tone::Doubt,
            title: "To know".to_owned(),
            sentences: notes
                .iter()
                .map(|text| Rich::from(sentence(text)))
                .collect(),
        });
    }
}

/// A share in per cent with its interval.
pub(super) fn share(estimate: &Estimate) -> String {
    format!(
        "{} ({} to {})",
        percent(estimate.value),
        percent(estimate.low).replace(" %", ""),
        percent(estimate.high)
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
        assert_eq!(probability(1.0), "above 99.99 %");
        assert_eq!(probability(0.000_01), "below 0.01 %");
        assert_eq!(probability(0.0), "below 0.01 %");
        assert_eq!(probability(0.25), "25 %");
    }

    #[test]
    fn remarks_become_sentences_and_names_stay() {
        assert_eq!(sentence("the call is made"), "The call is made.");
        assert_eq!(sentence("a.tif: no image."), "a.tif: no image.");
        assert_eq!(sentence("RNA failed"), "RNA failed.");
        assert_eq!(sentence(""), ".");
    }
}
