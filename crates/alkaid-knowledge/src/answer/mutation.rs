//! What is known about mutations of ALK.

use alkaid_genome::Bundle;
use serde::Serialize;

use super::junction::resolve;
use super::{Section, Statement, Subject, civic_section};
use crate::domains::alk_domains;
use crate::matching::{Extent, Findings, fit_mutations};
use crate::potency::{Potency, potencies};
use crate::provenance::Fact;
use crate::published::published_evidence;
use crate::query::{
    AlkCoding, BaseChange, FusionQuery, Mutation, MutationQuery, ProteinChange, Relation, Site,
};
use crate::resistance::on_target_resistance;
use crate::view::{potency_text, share_text};

/// A mutation in numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MutationSubject {
    /// In the field's short form: `G1202R`.
    pub name: String,
    /// In HGVS, as a prediction: `p.(Gly1202Arg)`.
    pub hgvs_p: String,
    /// First residue concerned.
    pub residue: u32,
    /// The amino acid of the reference.
    pub reference: char,
    /// ALK exon of the codon.
    pub exon: Option<u16>,
    /// The codon, in ALK's sense.
    pub codon: Option<String>,
    /// First coding base of the codon (`c.`).
    pub codon_cds: u32,
    /// The codon on GRCh38: `chr2:29220745-29220747`.
    pub codon_grch38: Option<String>,
    /// The typed change in HGVS, or that of whole codons: `c.3451_3453dup`.
    pub hgvs_c: Option<String>,
    /// That change as a VCF on GRCh38 writes it: `chr2-29222405-G-GCGT`.
    pub vcf: Option<String>,
    /// The changes of one base that make it.
    pub single_base_changes: Vec<BaseChangeSubject>,
    /// Whether the catalogue of kinase mutations has it.
    pub catalogued: bool,
}

/// One base in place of another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BaseChangeSubject {
    /// `c.3604G>A`.
    pub hgvs_c: String,
    /// `chr2:29220747C>T` on GRCh38.
    pub grch38: String,
    /// The same on GRCh37.
    pub grch37: Option<String>,
}

/// Answers for mutations.
pub(super) fn mutations(
    query: &MutationQuery,
    on: Option<&FusionQuery>,
    bundle: &'static Bundle,
) -> (Subject, Vec<Section>) {
    let alk = AlkCoding::new(bundle);
    let subjects: Vec<MutationSubject> = query
        .mutations
        .iter()
        .map(|mutation| subject(mutation, &alk, bundle))
        .collect();
    let mut sections: Vec<Section> = subjects
        .iter()
        .zip(&query.mutations)
        .map(|(subject, mutation)| Section::new("mutation", place_facts(subject, mutation)))
        .collect();
    let junctions = on.map(|fusion| resolve(fusion, bundle)).unwrap_or_default();
    let found = |changes: Vec<ProteinChange>| Findings {
        partner: on.map(|fusion| fusion.partner().to_owned()),
        junctions: junctions
            .iter()
            .filter_map(|junction| junction.five_exon.zip(junction.three_exon))
            .collect(),
        mutations: changes,
        ..Findings::default()
    };
    let changes = || {
        query
            .mutations
            .iter()
            .map(|mutation| mutation.change.clone())
    };
    // Of alternatives each is looked at alone.
    let cases: Vec<Findings> = match query.relation {
        Relation::Together => vec![found(changes().collect())],
        Relation::AnyOf => changes().map(|change| found(vec![change])).collect(),
    };
    for case in &cases {
        sections.push(resistance(case));
        sections.push(published(case));
        sections.push(potency(case));
        sections.push(mutated_only(civic_section(case)));
    }
    let subject = Subject::Mutations {
        mutations: subjects,
        fusion: on.map(ToString::to_string),
    };
    (subject, sections)
}

fn subject(mutation: &Mutation, alk: &AlkCoding, bundle: &'static Bundle) -> MutationSubject {
    let change = &mutation.change;
    let Site { residue, reference } = change.site();
    let edit = mutation.edit.clone().or_else(|| alk.edit_of(change));
    let single = match change {
        ProteinChange::Substitution(_, alternate) => {
            alk.single_base_changes(bundle, residue, *alternate)
        }
        _ => Vec::new(),
    };
    let start = residue.codon_start();
    let codon_grch38 = alk
        .place(start)
        .zip(alk.place(alkaid_genome::CdsPosition(start.0 + 2)))
        .map(|(first, last)| format!("{}:{}-{}", first.chrom, last.pos + 1, first.pos + 1));
    let vcf = edit
        .as_ref()
        .and_then(|edit| alk.vcf(edit, bundle))
        .map(|(chrom, pos, old, new)| format!("{chrom}-{pos}-{old}-{new}"));
    MutationSubject {
        name: change.to_string(),
        hgvs_p: change.hgvs(),
        residue: residue.0,
        reference: char::from(reference),
        exon: alk.exon(start).map(|exon| exon.0),
        codon: alk
            .codon(residue)
            .map(|codon| String::from_utf8_lossy(&codon).into_owned()),
        codon_cds: start.0,
        codon_grch38,
        hgvs_c: edit.as_ref().map(|edit| alk.hgvs(edit)),
        vcf,
        single_base_changes: single.iter().map(base_change).collect(),
        catalogued: crate::mutation(&change.to_string()).is_some(),
    }
}

fn base_change(change: &BaseChange) -> BaseChangeSubject {
    BaseChangeSubject {
        hgvs_c: change.coding(),
        grch38: change.genomic(),
        grch37: change.genomic_37(),
    }
}

fn place_facts(subject: &MutationSubject, mutation: &Mutation) -> Vec<Statement> {
    let exon = subject
        .exon
        .map_or_else(String::new, |exon| format!(", exon {exon}"));
    let mut facts = vec![Statement::computed(
        subject.name.clone(),
        format!(
            "{}: residue {}{exon}, codon {} (c.{}-{}, {} on GRCh38)",
            subject.hgvs_p,
            subject.residue,
            subject.codon.as_deref().unwrap_or("?"),
            subject.codon_cds,
            subject.codon_cds + 2,
            subject.codon_grch38.as_deref().unwrap_or("?")
        ),
    )];
    if let Some(hgvs) = &subject.hgvs_c {
        let vcf = subject
            .vcf
            .as_ref()
            .map_or_else(String::new, |vcf| format!(", {vcf} on GRCh38"));
        facts.push(Statement::computed("coding change", format!("{hgvs}{vcf}")));
    }
    for change in &subject.single_base_changes {
        let old = change
            .grch37
            .as_ref()
            .map_or_else(String::new, |text| format!(", {text} on GRCh37"));
        facts.push(Statement::computed(
            "possible with one base",
            format!("{}: {} on GRCh38{old}", change.hgvs_c, change.grch38),
        ));
    }
    if let ProteinChange::Substitution(..) = mutation.change
        && subject.single_base_changes.is_empty()
    {
        facts.push(Statement::computed(
            "possible with one base",
            "no: it takes two or three",
        ));
    }
    let within: Vec<&str> = alk_domains()
        .iter()
        .filter(|domain| (domain.start..=domain.end).contains(&subject.residue))
        .map(|domain| domain.name)
        .collect();
    facts.push(Statement::computed(
        "lies in",
        match within.is_empty() {
            true => "no domain of the table".to_owned(),
            false => within.join(", "),
        },
    ));
    let of_residue = crate::mutations()
        .iter()
        .filter(|row| row.residue == subject.residue);
    for row in of_residue {
        let own = row.name == subject.name || matches!(mutation.change, ProteinChange::Any(_));
        let label = match own {
            true => "catalogue".to_owned(),
            false => "same residue".to_owned(),
        };
        facts.push(
            Statement::new(
                label,
                format!("{} ({}): {}", row.name, row.region, row.context),
                row.provenance(),
            )
            .with_note(row.note),
        );
    }
    facts
}

/// Whether names of a table speak of the findings, and how, for a note.
fn speaks(names: &[&str], found: &Findings) -> Option<&'static str> {
    let fit = fit_mutations(names, found)?;
    match fit.extent {
        Extent::Sibling => None,
        extent => Some(extent.as_str()),
    }
}

fn resistance(found: &Findings) -> Section {
    let facts = on_target_resistance()
        .iter()
        .filter(|way| {
            let one = |name: &&str| {
                found
                    .mutations
                    .iter()
                    .any(|change| change.to_string() == **name || matches_residue(change, name))
            };
            way.mutations.iter().any(one)
        })
        .map(|way| {
            Statement::new(
                way.setting,
                format!("{}{}", way.alteration, share_text(&way.share)),
                way.provenance(),
            )
            .with_note(way.note)
        })
        .collect();
    Section::new("found under inhibitors", facts)
}

/// Whether a question about a residue means a mutation of it.
fn matches_residue(change: &ProteinChange, name: &str) -> bool {
    match change {
        ProteinChange::Any(site) => {
            crate::mutation(name).is_some_and(|row| row.residue == site.residue.0)
        }
        _ => false,
    }
}

fn published(found: &Findings) -> Section {
    let facts = published_evidence()
        .iter()
        .filter_map(|row| {
            let fit = speaks(&row.mutations, found)?;
            Some(
                Statement::new(
                    row.drug,
                    format!(
                        "{} {}: {}{}",
                        row.direction.as_str(),
                        row.drug,
                        row.statement,
                        share_text(&row.share)
                    ),
                    row.provenance(),
                )
                .with_note(Some(&format!("{}; speaks of {fit}", row.level.as_str()))),
            )
        })
        .collect();
    Section::new("publications", facts)
}

fn potency(found: &Findings) -> Section {
    let mut rows: Vec<&Potency> = potencies()
        .iter()
        .filter(|value| !value.mutations.is_empty() && value.has_alk)
        .filter(|value| {
            let any_of = |change: &ProteinChange| {
                value
                    .mutations
                    .iter()
                    .any(|name| matches_residue(change, name))
            };
            speaks(&value.mutations, found).is_some() || found.mutations.iter().any(any_of)
        })
        .collect();
    rows.sort_by_key(|value| {
        (
            value.mutations.len() != found.mutations.len(),
            value.dataset,
            value.construct,
            value.drug,
        )
    });
    let facts = rows
        .into_iter()
        .map(|value| {
            Statement::new(
                value.drug,
                potency_text(value, value.band()),
                value.provenance(),
            )
            .with_note(value.note)
        })
        .collect();
    Section::new(
        "potency in cells; compare inside one data set and construct only",
        facts,
    )
}

/// Without the items on the fusion alone, which say nothing of the mutation.
fn mutated_only(mut section: Section) -> Section {
    let fusion_only = Extent::FusionOnly.as_str();
    section.facts.retain(|fact| {
        !fact
            .note
            .as_deref()
            .is_some_and(|note| note.ends_with(fusion_only))
    });
    section
}
