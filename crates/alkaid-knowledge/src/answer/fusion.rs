//! What is known about a fusion.

use alkaid_genome::Bundle;

use super::junction::{JunctionSubject, resolve};
use super::{Section, Statement, Subject, civic_section, computed};
use crate::domains::alk_domains;
use crate::junctions::junctions_of;
use crate::matching::Findings;
use crate::partners::{Partner, partner};
use crate::prevalence::prevalence;
use crate::properties::properties_of;
use crate::provenance::{Fact, Provenance};
use crate::query::{FusionQuery, Junction};
use crate::variants::{NamedVariant, named_variants};
use crate::view::share_text;

/// Answers for a fusion.
pub(super) fn fusion(
    query: &FusionQuery,
    bundle: &'static Bundle,
    notes: &mut Vec<String>,
) -> (Subject, Vec<Section>) {
    let junctions = resolve(query, bundle);
    if let Junction::Breakpoints(_) = query.junction {
        notes.push(
            "breakpoints have no direction: ALK's 3' part is taken to be joined to the 5' part of the other gene"
                .to_owned(),
        );
    }
    if query.is_reciprocal() {
        notes.push(
            "this is the reciprocal product: ALK's 5' part, without the kinase; it is a sign of a rearrangement and no driver"
                .to_owned(),
        );
    }
    let mut sections: Vec<Section> = junctions
        .iter()
        .map(|junction| Section::new("junction", junction_facts(junction, query, bundle)))
        .collect();
    let gene = query.partner();
    if let Some(partner) = partner(gene) {
        sections.push(Section::new("partner", partner_facts(partner)));
    }
    sections.push(properties(query, &junctions));
    if !query.is_reciprocal() {
        let found = Findings {
            partner: Some(gene.to_owned()),
            junctions: junctions
                .iter()
                .filter_map(|junction| junction.five_exon.zip(junction.three_exon))
                .collect(),
            ..Findings::default()
        };
        sections.push(civic_section(&found));
    }
    sections.push(seen_in(gene));
    sections.push(known_junctions(query, &junctions));
    let subject = Subject::Fusion {
        five: query.five.clone(),
        three: query.three.clone(),
        junctions,
    };
    (subject, sections)
}

fn junction_facts(
    junction: &JunctionSubject,
    query: &FusionQuery,
    bundle: &Bundle,
) -> Vec<Statement> {
    let mut facts = Vec::new();
    if let Some(how) = &junction.predicted {
        facts.push(Statement::computed("breakpoints", how.clone()));
    }
    let exons = match (junction.five_exon, junction.three_exon) {
        (Some(five), Some(three)) => format!(
            "{}: {} exon {five} and {} exon {three}",
            junction.name, query.five, query.three
        ),
        _ => "the exons are not known".to_owned(),
    };
    facts.push(Statement::new(
        "exons",
        exons,
        computed("reference bundle, exons of the transcripts named"),
    ));
    if let Some(variant) = junction.named {
        facts.push(named_fact(variant));
    }
    facts.push(frame_fact(junction, query));
    if let Some(hgvs) = &junction.hgvs_rna {
        facts.push(Statement::computed("HGVS", hgvs.clone()));
    }
    if junction.in_frame == Some(false) {
        return facts;
    }
    facts.extend(protein_facts(junction, query, bundle));
    facts
}

fn named_fact(variant: &'static NamedVariant) -> Statement {
    let aliases = match variant.aliases.is_empty() {
        true => String::new(),
        false => format!(" ({})", variant.aliases.join(", ")),
    };
    Statement::new(
        "named variant",
        format!("{}{aliases}", variant.name),
        variant.provenance(),
    )
    .with_note(variant.note)
}

/// The arithmetic, written out.
fn frame_fact(junction: &JunctionSubject, query: &FusionQuery) -> Statement {
    let text = match (junction.five_cds_last, junction.three_cds_first) {
        (Some(last), Some(first)) => {
            let verdict = match junction.in_frame {
                Some(true) => format!("in frame: {} is read on", query.three),
                _ => format!(
                    "out of frame: {} is not read, whatever a review prints",
                    query.three
                ),
            };
            format!(
                "{} ends at c.{last}, {} bases between, {} starts at c.{first}; ({last} + {}) mod 3 = {}, {} mod 3 = {}: {verdict}",
                query.five,
                junction.inserted,
                query.three,
                junction.inserted,
                (u64::from(last) + u64::from(junction.inserted)) % 3,
                first.saturating_sub(1),
                first.saturating_sub(1) % 3
            )
        }
        _ => "not known: one side is not in a coding sequence of the reference".to_owned(),
    };
    Statement::new(
        "frame",
        text,
        computed("reading frame of both coding sequences"),
    )
}

fn protein_facts(
    junction: &JunctionSubject,
    query: &FusionQuery,
    bundle: &Bundle,
) -> Vec<Statement> {
    let mut facts = Vec::new();
    if let (Some(kept), Some(first)) = (junction.partner_residues, junction.three_first_residue) {
        let total = junction
            .protein_length
            .map_or_else(String::new, |length| format!("; {length} residues in all"));
        facts.push(Statement::computed(
            "protein",
            format!(
                "{} residues 1-{kept}, {} from residue {first} on{total}",
                query.five, query.three
            ),
        ));
    }
    let names = |keys: &[&str]| {
        let names: Vec<&str> = alk_domains()
            .iter()
            .filter(|domain| keys.contains(&domain.key))
            .map(|domain| domain.name)
            .collect();
        names.join(", ")
    };
    if !(junction.kept.is_empty() && junction.lost.is_empty()) {
        let or_none = |text: String| match text.is_empty() {
            true => "none".to_owned(),
            false => text,
        };
        facts.push(Statement::computed(
            "kept of ALK",
            or_none(names(&junction.kept)),
        ));
        facts.push(Statement::computed(
            "lost of ALK, or cut",
            or_none(names(&junction.lost)),
        ));
    }
    let partner_kept = junction.partner_residues.filter(|_| !query.is_reciprocal());
    if let (Some(element), Some(kept)) = (
        partner(&query.five).and_then(|p| p.oligomerisation.as_ref()),
        partner_kept,
    ) {
        let text = match element.kept_by(kept) {
            Some(true) => format!("{} is kept: the kinases are brought together", element.name),
            Some(false) => format!("{} is not kept whole", element.name),
            None => format!("{}; its residues are not known", element.name),
        };
        facts.push(Statement::new(
            "oligomerisation",
            text,
            Provenance {
                source: element.source,
                date: None,
                status: element.status,
                superseded_by: None,
            },
        ));
    }
    if let Some(kept) = partner_kept {
        let (whole, cut): (Vec<_>, Vec<_>) = bundle
            .domains(&query.five)
            .iter()
            .partition(|domain| domain.residues.end.0 <= kept);
        let list = |domains: &[&alkaid_genome::Domain]| {
            let names: Vec<String> = domains
                .iter()
                .map(|d| format!("{} {}-{}", d.name, d.residues.start, d.residues.end))
                .collect();
            names.join(", ")
        };
        for (label, domains) in [
            ("kept of the partner", whole),
            ("lost of the partner, or cut", cut),
        ] {
            if !domains.is_empty() {
                facts.push(Statement::new(
                    label,
                    list(&domains),
                    computed("domains of the reference bundle (InterPro as in Ensembl 110)"),
                ));
            }
        }
    }
    facts
}

fn partner_facts(partner: &'static Partner) -> Vec<Statement> {
    let own = partner.provenance();
    let named =
        |label: &str, value: Option<&str>| value.map(|value| Statement::new(label, value, own));
    let mut facts = vec![
        Statement::new(
            "pair",
            match partner.real_5p_partner {
                true => format!("{}::ALK is reported", partner.symbol),
                false => format!(
                    "{} stands in public lists, but is probably no 5' partner of ALK",
                    partner.symbol
                ),
            },
            own,
        )
        .with_note(partner.note),
    ];
    let ids = [partner.hgnc, partner.ensembl, partner.uniprot]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ");
    facts.extend(named(
        "identifiers",
        Some(ids.as_str()).filter(|ids| !ids.is_empty()),
    ));
    facts.extend(named("band", partner.band));
    if let Some(rearrangement) = partner.rearrangement {
        facts.push(Statement::new(
            "rearrangement",
            rearrangement,
            computed("place and strand of both genes"),
        ));
    }
    if !partner.tumours.is_empty() {
        facts.push(Statement::new(
            "tumour types",
            partner.tumours.join(", "),
            Provenance {
                status: partner.tumours_status,
                ..own
            },
        ));
    }
    if let Some(element) = &partner.oligomerisation {
        facts.push(Statement::new(
            "oligomerisation element",
            element.name,
            Provenance {
                source: element.source,
                date: None,
                status: element.status,
                superseded_by: None,
            },
        ));
    }
    facts
}

/// Other junctions reported with the partner.
fn known_junctions(query: &FusionQuery, asked: &[JunctionSubject]) -> Section {
    let gene = query.partner();
    let frame = |is_in: bool| match is_in {
        true => "in frame",
        false => "out of frame by the arithmetic",
    };
    let mut facts: Vec<Statement> = named_variants()
        .iter()
        .filter(|variant| {
            variant.gene == gene && !asked.iter().any(|one| one.named == Some(*variant))
        })
        .map(|variant| {
            let aliases = match variant.aliases.is_empty() {
                true => String::new(),
                false => format!("{}, ", variant.aliases.join(", ")),
            };
            Statement::new(
                variant.name,
                format!("{aliases}{}", frame(variant.in_frame)),
                variant.provenance(),
            )
            .with_note(variant.note)
        })
        .collect();
    let named: Vec<&str> = named_variants()
        .iter()
        .filter(|variant| variant.gene == gene)
        .flat_map(|variant| variant.aliases.iter().copied().chain([variant.name]))
        .collect();
    facts.extend(
        junctions_of(gene)
            .filter(|junction| !named.contains(&junction.name))
            .filter(|junction| !asked.iter().any(|one| one.name == junction.name))
            .map(|junction| {
                let text = match junction.frame.as_str() {
                    "in" => frame(true),
                    "out" => frame(false),
                    _ => "frame unknown",
                };
                Statement::new(junction.name, text, junction.provenance()).with_note(junction.note)
            }),
    );
    Section::new("other junctions reported", facts)
}

fn properties(query: &FusionQuery, junctions: &[JunctionSubject]) -> Section {
    let mut names: Vec<&'static str> = junctions
        .iter()
        .filter_map(|junction| junction.variant)
        .collect();
    names.dedup();
    let facts = names
        .into_iter()
        .flat_map(|name| properties_of(query.partner(), name).map(move |property| (name, property)))
        .map(|(name, property)| {
            Statement::new(
                format!("{name}, {}", property.kind.as_str()),
                format!("{}{}", property.value, share_text(&property.share)),
                property.provenance(),
            )
            .with_note(property.note)
        })
        .collect();
    Section::new("what the variant means", facts)
}

/// Rows on prevalence that name the partner.
fn seen_in(gene: &str) -> Section {
    let names = |text: &str| {
        text.split(|c: char| !c.is_alphanumeric())
            .any(|word| word == gene)
    };
    let facts = prevalence()
        .iter()
        .filter(|row| row.partners.is_some_and(names))
        .map(|row| {
            Statement::new(
                format!("{} ({})", row.tumour, row.population),
                format!("partners: {}", row.partners.unwrap_or_default()),
                row.provenance(),
            )
            .with_note(Some(&format!(
                "{}{}",
                row.alteration,
                share_text(&row.share)
            )))
        })
        .collect();
    Section::new("where the partner was found", facts)
}
