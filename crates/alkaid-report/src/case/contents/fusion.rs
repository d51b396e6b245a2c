//! What is rearranged and what is mutated.

use alkaid_case::finding::{CaseReport, FusionSummary, ReadsEvidence};
use alkaid_case::grouped;
use alkaid_genome::Bundle;
use alkaid_reads::finding::{FusionCall, Molecule};

use super::{all, figure, section, share, to_know};
use crate::case::pictures;
use crate::page::{Block, Cell, Column, Fact, Rich, Section, Table};

/// Fusions, drawn; and the depth over ALK of each set of reads, whether or not a fusion was found.
pub(super) fn fusion(report: &CaseReport, bundle: &Bundle) -> Section {
    let mut blocks = Vec::new();
    for summary in report
        .follows
        .fusion
        .iter()
        .chain(&report.follows.other_fusions)
    {
        one_fusion(&mut blocks, report, summary, bundle);
    }
    if !report.follows.variant.is_empty() {
        blocks.push(Block::List(all(&report.follows.variant)));
    }
    for evidence in &report.reads {
        depth(&mut blocks, report, evidence);
    }
    let title = match report.follows.fusion {
        Some(_) => "The rearrangement",
        None => "ALK in the reads",
    };
    section("fusion", title, blocks)
}

fn one_fusion(
    blocks: &mut Vec<Block>,
    report: &CaseReport,
    summary: &FusionSummary,
    bundle: &Bundle,
) {
    let variant = summary
        .variant
        .as_ref()
        .map(|name| format!(" {name}"))
        .unwrap_or_default();
    blocks.push(Block::Heading(format!(
        "{}{variant}, {}",
        summary.name, summary.junction
    )));
    blocks.push(Block::Facts(facts(report, summary)));
    let evidence = report.reads.iter().find(|one| one.assay == summary.assay);
    let call =
        evidence.and_then(|one| one.report.calls.iter().find(|call| call.id == summary.call));
    let (Some(evidence), Some(call)) = (evidence, call) else {
        return;
    };
    let reads = evidence
        .junction_reads
        .iter()
        .find(|reads| reads.call == call.id);
    blocks.push(figure(
        pictures::junction(call, reads, bundle),
        junction_caption(call),
    ));
    if let Some(picture) = pictures::protein(call, bundle) {
        blocks.push(figure(
            picture,
            "The proteins and what the fusion keeps of them; lost domains are drawn empty.",
        ));
    }
    if let Some(picture) = pictures::chromosome(call, &evidence.report.assembly, bundle) {
        let iscn = call.iscn.as_deref().unwrap_or("karyotype not predicted");
        blocks.push(figure(
            picture,
            format!(
                "Where the two ends lie, {} ({iscn}).",
                evidence.report.assembly
            ),
        ));
    }
    if !call.notes.is_empty() {
        blocks.push(Block::List(
            call.notes
                .iter()
                .map(|note| Rich::from(note.as_str()))
                .collect(),
        ));
    }
}

fn junction_caption(call: &FusionCall) -> String {
    let what = match call.molecule {
        Molecule::Rna => "Reads of RNA",
        Molecule::Dna => "Reads of DNA, with the RNA that the break predicts",
    };
    format!(
        "{what}. Kept exons in colour, those of the kinase domain in a third one; exon widths follow the square root of their length."
    )
}

fn facts(report: &CaseReport, summary: &FusionSummary) -> Vec<Fact> {
    let fact = |name: &str, value: String| Fact {
        name: name.to_owned(),
        value,
    };
    let mut facts = vec![
        fact("Seen in", seen_in(report, summary)),
        fact(
            "Unique fragments across the junction",
            summary.unique_fragments.to_string(),
        ),
        fact(
            "Reading frame",
            match summary.in_frame {
                Some(true) => "goes on".to_owned(),
                Some(false) => "does not go on".to_owned(),
                None => "not known".to_owned(),
            },
        ),
        fact(
            "Partner",
            if summary.partner_known {
                "reported before".to_owned()
            } else {
                "not in the tables: none has been reported there".to_owned()
            },
        ),
    ];
    if let Some(fraction) = &summary.allele_fraction {
        facts.push(fact("Share at ALK's position", share(fraction)));
    }
    if !summary.isoforms.is_empty() {
        facts.push(fact(
            "Isoforms of one rearrangement",
            summary.isoforms.join(", "),
        ));
    }
    facts
}

/// `rna, rna2`.
/// The assays that show it, by their titles.
fn seen_in(report: &CaseReport, summary: &FusionSummary) -> String {
    let all: Vec<&str> = std::iter::once(&summary.assay)
        .chain(&summary.also_in)
        .map(|id| {
            report
                .assay(id)
                .map_or(id.as_str(), |assay| assay.title.as_str())
        })
        .collect();
    all.join(", ")
}

fn depth(blocks: &mut Vec<Block>, report: &CaseReport, evidence: &ReadsEvidence) {
    let title = report
        .assay(&evidence.assay)
        .map_or("reads", |assay| assay.title.as_str());
    let call = evidence.report.calls.first();
    if let Some(picture) = pictures::coverage(&evidence.report, call) {
        blocks.push(figure(
            picture,
            format!(
                "{title}: depth over ALK. Fragments wholly 5' of exon 20: {}; from exon 20 on: {}.",
                grouped(evidence.report.qc.five_prime_fragments),
                grouped(evidence.report.qc.three_prime_fragments)
            ),
        ));
    }
    blocks.push(Block::Text(Rich::from(format!(
        "{title}, what would have been seen: {}",
        evidence.report.bound.statement
    ))));
    if let Some(assay) = report.assay(&evidence.assay) {
        to_know(blocks, &assay.notes);
    }
}

/// Mutations of ALK.
pub(super) fn mutations(report: &CaseReport) -> Section {
    let found = &report.follows.mutations;
    if found.is_empty() {
        return section("mutations", "Mutations of ALK", Vec::new());
    }
    let mut blocks = Vec::new();
    if let Some(picture) = pictures::mutations(found) {
        blocks.push(figure(
            picture,
            "Mutations on the kinase domain, with the share of molecules; short lines mark the mutations that the catalogue knows.",
        ));
    }
    blocks.push(Block::Table(Table {
        caption: "Mutations of ALK".to_owned(),
        columns: vec![
            Column::new("Mutation", 1.0),
            Column::new("HGVS", 1.7),
            Column::new("Share of molecules", 1.2),
            Column::new("On the fusion", 3.0),
            Column::new("Seen in", 0.7),
        ],
        rows: found
            .iter()
            .map(|one| {
                let origin = if one.likely_germline {
                    " (likely inherited)"
                } else {
                    ""
                };
                let names: Vec<&str> = [one.hgvs_c.as_deref(), one.hgvs_p.as_deref()]
                    .into_iter()
                    .flatten()
                    .collect();
                vec![
                    Cell::plain(format!("{}{origin}", one.name)),
                    Cell::plain(names.join(", ")),
                    Cell::plain(
                        one.allele_fraction
                            .as_ref()
                            .map_or_else(|| "not known".to_owned(), share),
                    ),
                    Cell::plain(one.phase.as_deref().unwrap_or("not known")),
                    Cell::plain(one.assays.join(", ")),
                ]
            })
            .collect(),
    }));
    blocks.push(Block::List(all(&report.follows.mutation_facts)));
    section("mutations", "Mutations of ALK", blocks)
}
