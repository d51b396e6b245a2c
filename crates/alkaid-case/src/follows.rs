//! What follows: variant, mutations, mechanism, inhibitors. Every sentence has its sources, and none rests on a row that
//! nobody has read.

use alkaid_knowledge::answer::{Answer, answer};
use alkaid_knowledge::query::{ProteinChange, Query, TumourType, parse};
use alkaid_knowledge::view::{Bypass, CaseQuestion, InhibitorView, inhibitors};
use alkaid_knowledge::{
    Date, Drug, DrugKind, Findings, Status, default_facts, drugs, off_target_resistance,
    on_target_resistance, partner, potencies,
};
use alkaid_reads::finding::{FindingKind, FusionCall, Molecule, VariantOrigin};
use alkaid_tables::finding::{BypassReport, Strength, TableFindingKind};

use crate::assay::{counts_as_mutation, is_productive, is_reported};
use crate::citations::Citations;
use crate::finding::{
    BypassSummary, DrugApproval, DrugEvidence, DrugOutlook, Estimate, Follows, FusionSummary,
    Joint, MutationSummary, PotencyCell, ReadsEvidence, Sentence,
};
use crate::joint::UPPER;
use crate::numbers::{exact, listed};

/// Facts on the fusion, and on each mutation, that a report has room for.
const FACTS: usize = 8;
/// Sections of an answer on a fusion that a report takes over.
const FUSION_SECTIONS: [&str; 2] = ["partner", "what the variant means"];
/// Facts that say nothing about this tumour, or that the report says elsewhere: label, and a part of the text.
const PLAIN: [(&str, &str); 5] = [
    ("identifiers", ""),
    ("band", ""),
    // What was found is reported; only that a pair is doubted is worth a line.
    ("pair", "is reported"),
    // The section on the mechanism names it.
    ("oligomerisation element", ""),
    // That it takes two bases is worth a line; which one base it takes stands in the table of mutations.
    ("possible with one base", "c."),
];
/// Sections of an answer on a mutation.
const MUTATION_SECTIONS: [&str; 3] = ["mutation", "found under inhibitors", "publications"];
/// The name of a partner that nobody knows.
const UNKNOWN: &str = "?";

/// What the sections are about.
pub(crate) struct Known<'e> {
    pub reads: &'e [ReadsEvidence],
    pub tables: Option<&'e BypassReport>,
    pub joint: &'e Joint,
    pub prior: Vec<&'static Drug>,
    pub tumour: Option<&'static TumourType>,
    pub as_of: Date,
}

/// Puts it together.
pub(crate) fn follows(known: &Known<'_>, citations: &mut Citations) -> Follows {
    let fusions = once_each(fusions(known.reads), known.reads);
    let mutations = mutations(known);
    let bypass = bypass(known.tables, citations);
    let best = best_call(known.reads);
    let mut follows = Follows {
        variant: best.map_or_else(Vec::new, |call| variant_facts(call, known.as_of, citations)),
        mutation_facts: mutation_facts(&mutations, known.as_of, citations),
        mechanism: mechanism(known, best, &mutations, &bypass, citations),
        ..Follows::default()
    };
    let mut fusions = fusions.into_iter();
    follows.fusion = fusions.next();
    follows.other_fusions = fusions.collect();
    if let Some(question) = question(known, best, &mutations) {
        let view = inhibitors(&question);
        follows.inhibitor_rule = view.rule.to_owned();
        follows.inhibitor_notes.clone_from(&view.notes);
        if known.joint.driver.value < UPPER {
            follows.inhibitor_notes.insert(
                0,
                "the view holds only if a kinase fusion of ALK is expressed, which is not settled here".to_owned(),
            );
        }
        follows.inhibitors = outlooks(&view, citations);
        follows.potencies = potency_cells(&question, citations);
    }
    follows.mutations = mutations;
    follows.bypass = bypass;
    follows
}

/// The call that the rest is about: productive before not, RNA before DNA, reported partners before others, then as the
/// reports list them.
fn best_call(reads: &[ReadsEvidence]) -> Option<&FusionCall> {
    let calls = || reads.iter().flat_map(|one| &one.report.calls);
    // Of equals the first is taken.
    calls().min_by_key(|call| {
        (
            !is_productive(call),
            call.molecule == Molecule::Dna,
            !is_reported(&call.five_prime.gene),
        )
    })
}

fn fusions(reads: &[ReadsEvidence]) -> Vec<FusionSummary> {
    let best = best_call(reads);
    let mut all: Vec<(bool, FusionSummary)> = reads
        .iter()
        .flat_map(|one| one.report.calls.iter().map(move |call| (one, call)))
        .map(|(one, call)| {
            let of = call.supporting_fragments + call.wild_type_fragments;
            let summary = FusionSummary {
                assay: one.assay.clone(),
                call: call.id.clone(),
                name: call.name.clone(),
                variant: call.named_variant.clone(),
                junction: call.junction_exons.clone(),
                in_frame: call.in_frame,
                unique_fragments: call.unique_fragments,
                allele_fraction: (of > 0)
                    .then(|| exact(u64::from(call.supporting_fragments), u64::from(of))),
                partner_known: is_reported(&call.five_prime.gene),
                isoforms: call.same_rearrangement_as.clone(),
                also_in: Vec::new(),
            };
            (best.is_some_and(|best| std::ptr::eq(best, call)), summary)
        })
        .collect();
    all.sort_by_key(|(best, _)| !best);
    all.into_iter().map(|(_, summary)| summary).collect()
}

/// One of the junctions that several sets of reads of a molecule show: the first, with the names of the others.
fn once_each(fusions: Vec<FusionSummary>, reads: &[ReadsEvidence]) -> Vec<FusionSummary> {
    let molecule = |assay: &str| {
        reads
            .iter()
            .find(|one| one.assay == assay)
            .map(|one| one.report.qc.molecule)
    };
    let mut once: Vec<FusionSummary> = Vec::new();
    for fusion in fusions {
        let same = once.iter_mut().find(|one| {
            one.assay != fusion.assay
                && (&one.name, &one.junction) == (&fusion.name, &fusion.junction)
                && molecule(&one.assay) == molecule(&fusion.assay)
        });
        match same {
            Some(known) => known.also_in.push(fusion.assay),
            None => once.push(fusion),
        }
    }
    once
}

/// Mutations of reads and of other callers' tables, those of the catalogue first, then by residue as written.
fn mutations(known: &Known<'_>) -> Vec<MutationSummary> {
    let mut mutations: Vec<MutationSummary> = Vec::new();
    for one in known.reads {
        for variant in one
            .report
            .small_variants
            .variants
            .iter()
            .filter(|one| counts_as_mutation(one))
        {
            add(
                &mut mutations,
                MutationSummary {
                    name: variant.name.clone(),
                    assays: vec![one.assay.clone()],
                    hgvs_c: Some(variant.hgvs_c.clone()),
                    hgvs_p: variant.hgvs_p.clone(),
                    allele_fraction: Some(Estimate {
                        value: variant.allele_fraction,
                        low: variant.allele_fraction_interval[0],
                        high: variant.allele_fraction_interval[1],
                    }),
                    molecules: Some([u64::from(variant.molecules), u64::from(variant.depth)]),
                    phase: Some(variant.phase.statement.clone()),
                    catalogued: variant.catalogued,
                    likely_germline: variant.origin == VariantOrigin::LikelyGermline,
                },
            );
        }
    }
    for finding in known.tables.iter().flat_map(|report| &report.findings) {
        let (Strength::CataloguedAlkMutation, Some(variant)) = (finding.strength, &finding.variant)
        else {
            continue;
        };
        let Some(name) = variant.hgvs_p.as_deref() else {
            continue;
        };
        let counts = variant
            .alternate_reads
            .zip(variant.depth)
            .filter(|(with, of)| *of > 0 && with <= of);
        add(
            &mut mutations,
            MutationSummary {
                name: name.trim_start_matches("p.").to_owned(),
                assays: vec!["variants".to_owned()],
                hgvs_c: variant.hgvs_c.clone(),
                hgvs_p: variant.hgvs_p.clone(),
                allele_fraction: counts.map(|(with, of)| exact(with, of)).or_else(|| {
                    variant.allele_fraction.map(|share| Estimate {
                        value: share,
                        low: share,
                        high: share,
                    })
                }),
                molecules: counts.map(|(with, of)| [with, of]),
                phase: None,
                catalogued: true,
                likely_germline: false,
            },
        );
    }
    mutations.sort_by_key(|one| !one.catalogued);
    mutations
}

fn add(mutations: &mut Vec<MutationSummary>, new: MutationSummary) {
    match mutations.iter_mut().find(|one| one.name == new.name) {
        Some(known) => {
            known.assays.extend(new.assays);
            known.phase = known.phase.take().or(new.phase);
        }
        None => mutations.push(new),
    }
}

fn bypass(tables: Option<&BypassReport>, citations: &mut Citations) -> Vec<BypassSummary> {
    let Some(report) = tables else {
        return Vec::new();
    };
    report
        .events()
        .into_iter()
        .filter(|event| event.gene != "ALK")
        .filter_map(|event| {
            let finding = report.findings.iter().find(|one| {
                one.gene == event.gene
                    && one.counts()
                    && match event.event.as_str() {
                        "amplification" => one.strength == Strength::Amplified,
                        "mutation" => one.strength == Strength::Activating,
                        _ => matches!(
                            one.strength,
                            Strength::Inactivating | Strength::DeepDeletion
                        ),
                    }
            })?;
            let assay = match finding.kind {
                TableFindingKind::Variant => "variants",
                TableFindingKind::CopyNumber => "copy_number",
                TableFindingKind::Expression => "expression",
            };
            let mut cites: Vec<u32> = finding
                .source
                .iter()
                .map(|row| citations.source_row(row))
                .collect();
            cites.extend(
                finding
                    .resistance
                    .iter()
                    .filter(|row| !row.is_unverified())
                    .map(|row| citations.source_row(row)),
            );
            Some(BypassSummary {
                gene: event.gene,
                event: event.event,
                what: finding.what.clone(),
                assay: assay.to_owned(),
                cites,
            })
        })
        .collect()
}

/// What an answer's sections say, without what nobody has read.
fn facts(answer: &Answer, sections: &[&str], citations: &mut Citations) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    for section in answer
        .sections
        .iter()
        .filter(|one| sections.contains(&one.title))
    {
        let usable = section.facts.iter().filter(|fact| {
            fact.provenance.status != Status::Unverified
                && fact.provenance.superseded_by.is_none()
                && !PLAIN
                    .iter()
                    .any(|(label, part)| fact.label == *label && fact.text.contains(part))
        });
        for fact in usable {
            let text = format!("{}: {}.", fact.label, fact.text.trim_end_matches('.'));
            if sentences.iter().all(|one: &Sentence| one.text != text) && sentences.len() < FACTS {
                let row = format!("{}:{}", section.title, fact.label);
                sentences.push(Sentence {
                    text,
                    cites: vec![citations.row(&row, fact.provenance)],
                });
            }
        }
    }
    sentences
}

fn variant_facts(call: &FusionCall, as_of: Date, citations: &mut Citations) -> Vec<Sentence> {
    let named = call
        .named_variant
        .as_ref()
        .map(|name| format!("{} {name}", call.name));
    let asked = named
        .as_ref()
        .and_then(|question| parse(question).ok())
        .or_else(|| parse(&call.name).ok());
    match asked {
        Some(asked) => facts(
            &answer(&call.name, &asked, as_of),
            &FUSION_SECTIONS,
            citations,
        ),
        None => Vec::new(),
    }
}

fn mutation_facts(
    mutations: &[MutationSummary],
    as_of: Date,
    citations: &mut Citations,
) -> Vec<Sentence> {
    mutations
        .iter()
        .filter(|one| !one.likely_germline)
        .flat_map(|one| match parse(&one.name) {
            Ok(asked) => facts(
                &answer(&one.name, &asked, as_of),
                &MUTATION_SECTIONS,
                citations,
            ),
            Err(_) => Vec::new(),
        })
        .collect()
}

/// How the tumour is driven, and how it may go on.
fn mechanism(
    known: &Known<'_>,
    best: Option<&FusionCall>,
    mutations: &[MutationSummary],
    bypass: &[BypassSummary],
    citations: &mut Citations,
) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut say = |text: String, cites: Vec<u32>| sentences.push(Sentence { text, cites });
    if let Some(call) = best {
        let protein = call.protein.as_ref();
        if protein.is_some_and(|protein| protein.kinase_domain_whole) && call.in_frame == Some(true)
        {
            let row = partner(&call.five_prime.gene);
            let element = row
                .and_then(|row| row.oligomerisation.as_ref())
                .filter(|one| one.status != Status::Unverified);
            match (element, row) {
                (Some(element), Some(row)) => say(
                    format!(
                        "ALK's kinase is whole, and {}'s {} can bring two kinases together, which switches them on.",
                        call.five_prime.gene, element.name
                    ),
                    vec![citations.fact("partners", row)],
                ),
                _ => say(
                    "ALK's kinase is whole and in frame; what brings two kinases together in this fusion is not known here.".to_owned(),
                    Vec::new(),
                ),
            }
        }
    }
    let ati = known.reads.iter().any(|one| {
        one.report
            .findings
            .iter()
            .any(|finding| finding.kind == FindingKind::AlternativeTranscriptionInitiation)
    });
    if ati {
        say(
            "ALK is transcribed from intron 19 on (ALK-ATI): the kinase is made without a fusion."
                .to_owned(),
            Vec::new(),
        );
    }
    for drug in &known.prior {
        for mutation in mutations.iter().filter(|one| !one.likely_germline) {
            let rows = default_facts(on_target_resistance()).filter(|row| {
                row.drugs.contains(&drug.name) && row.mutations == [mutation.name.as_str()]
            });
            for row in rows {
                let share = counted(row.share.numerator, row.share.denominator);
                say(
                    format!("{}{share} ({}).", row.alteration, row.setting),
                    vec![citations.fact("resistance_on_target", row)],
                );
            }
        }
    }
    for event in bypass {
        let row = default_facts(off_target_resistance()).find(|row| {
            row.genes.contains(&event.gene.as_str()) && row.mechanism.contains(&event.event)
        });
        match row {
            Some(row) => say(
                format!(
                    "{} ({}): {} is a way past ALK, seen {}.",
                    event.gene, event.what, row.mechanism, row.setting
                ),
                vec![citations.fact("resistance_off_target", row)],
            ),
            None => say(
                format!(
                    "{} ({}): a change that may stand in for ALK.",
                    event.gene, event.what
                ),
                event.cites.clone(),
            ),
        }
    }
    sentences
}

fn counted(numerator: Option<u32>, denominator: Option<u32>) -> String {
    match (numerator, denominator) {
        (Some(with), Some(of)) => format!(", in {with} of {of}"),
        _ => String::new(),
    }
}

fn has_finding(reads: &[ReadsEvidence], kind: FindingKind) -> bool {
    reads
        .iter()
        .flat_map(|one| &one.report.findings)
        .any(|finding| finding.kind == kind)
}

/// What the view of inhibitors is asked: nothing where neither a fusion nor a mutation is there.
fn question(
    known: &Known<'_>,
    best: Option<&FusionCall>,
    mutations: &[MutationSummary],
) -> Option<CaseQuestion> {
    let mut findings = Findings {
        alternative_transcript: has_finding(
            known.reads,
            FindingKind::AlternativeTranscriptionInitiation,
        ),
        amplified: known.tables.is_some_and(|report| {
            report
                .findings
                .iter()
                .any(|one| one.gene == "ALK" && one.strength == Strength::Amplified)
        }) || has_finding(known.reads, FindingKind::Amplification),
        ..Findings::default()
    };
    if let Some(call) = best.filter(|call| is_productive(call)) {
        findings.partner = Some(call.five_prime.gene.clone());
        findings.junctions = call
            .five_prime
            .exon
            .zip(call.three_prime.exon)
            .into_iter()
            .collect();
    } else if known.joint.driver.value >= UPPER {
        findings.partner = Some(UNKNOWN.to_owned());
    }
    for one in mutations.iter().filter(|one| !one.likely_germline) {
        if let Ok(asked) = parse(&one.name)
            && let Query::Mutations(query, _) = asked.query
        {
            let changes = query.mutations.into_iter().map(|mutation| mutation.change);
            findings
                .mutations
                .extend(changes.filter(|change| !matches!(change, ProteinChange::Any(_))));
        }
    }
    if findings.partner.is_none() && findings.mutations.is_empty() {
        return None;
    }
    Some(CaseQuestion {
        findings,
        bypass: known
            .tables
            .map(BypassReport::events)
            .unwrap_or_default()
            .into_iter()
            .filter(|one: &Bypass| one.gene != "ALK")
            .collect(),
        prior: known.prior.clone(),
        tumour: known.tumour,
        as_of: known.as_of,
    })
}

fn outlooks(view: &InhibitorView, citations: &mut Citations) -> Vec<DrugOutlook> {
    view.conclusions
        .iter()
        .map(|one| {
            let evidence: Vec<DrugEvidence> = one
                .evidence
                .iter()
                .filter(|row| row.decides)
                .map(|row| DrugEvidence {
                    level: row.level.as_str().to_owned(),
                    direction: row.direction.as_str().to_owned(),
                    text: row.text.clone(),
                    cite: citations.row(&row.row, row.provenance),
                })
                .collect();
            let mut cites: Vec<u32> = evidence.iter().map(|row| row.cite).collect();
            cites.dedup();
            DrugOutlook {
                drug: one.drug.to_owned(),
                generation: one.generation,
                verdict: one.verdict.as_str().to_owned(),
                level: one.level.map(|level| level.as_str().to_owned()),
                reason: Sentence {
                    text: one.reason.clone(),
                    cites,
                },
                disagreement: one.disagreement.clone(),
                given_before: one.given_before,
                approvals: one
                    .status
                    .iter()
                    .map(|status| DrugApproval {
                        agency: status.agency.to_owned(),
                        state: status.state.as_str().to_owned(),
                        since: status.since.map(|date| date.to_string()),
                    })
                    .collect(),
                evidence,
            }
        })
        .collect()
}

/// Measured potencies on the fusion without mutations, on each mutation, and on all of them together.
fn potency_cells(question: &CaseQuestion, citations: &mut Citations) -> Vec<PotencyCell> {
    let names: Vec<String> = question
        .findings
        .mutations
        .iter()
        .map(ToString::to_string)
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let is_inhibitor = |name: &str| {
        drugs()
            .iter()
            .any(|drug| drug.name == name && drug.kind == DrugKind::AlkInhibitor)
    };
    let wanted = |found: &[&str]| {
        found.is_empty()
            || (found.len() == 1 && names.iter().any(|name| found[0] == name))
            || (found.len() == names.len()
                && names.iter().all(|name| found.contains(&name.as_str())))
    };
    let rows: Vec<_> = default_facts(potencies())
        .filter(|row| row.has_alk && is_inhibitor(row.drug) && wanted(&row.mutations))
        .collect();
    // A series without a value on any of the mutations has nothing to compare.
    let telling = |row: &&alkaid_knowledge::Potency| {
        rows.iter().any(|other| {
            other.dataset == row.dataset
                && other.construct == row.construct
                && !other.mutations.is_empty()
        })
    };
    rows.iter()
        .copied()
        .filter(telling)
        .filter_map(|row| {
            let nanomolar = row.nm?;
            let unmutated = rows.iter().find(|other| {
                other.mutations.is_empty()
                    && (other.dataset, other.construct, other.drug)
                        == (row.dataset, row.construct, row.drug)
            });
            let fold = row.fold.or_else(|| {
                let base = unmutated?.nm.filter(|base| *base > 0.0)?;
                Some((nanomolar / base * 10.0).round() / 10.0)
            });
            Some(PotencyCell {
                drug: row.drug.to_owned(),
                mutations: match row.mutations.as_slice() {
                    [] => "unmutated".to_owned(),
                    names => names.join(" + "),
                },
                dataset: format!("{}, {}", row.dataset, row.construct),
                relation: (row.relation == alkaid_knowledge::Relation::Above)
                    .then(|| ">".to_owned()),
                nanomolar,
                fold: fold.filter(|_| !row.mutations.is_empty()),
                cite: citations.fact("potency", row),
            })
        })
        .collect()
}

/// Names of inhibitors of one verdict, given ones left out.
pub(crate) fn drugs_of<'f>(follows: &'f Follows, verdict: &str) -> Vec<&'f DrugOutlook> {
    follows
        .inhibitors
        .iter()
        .filter(|one| one.verdict == verdict && !one.given_before)
        .collect()
}

/// `alectinib and lorlatinib (label), and entrectinib (trial)`: by level, in the order of the view, so that no drug is
/// named before its equals only for its name.
pub(crate) fn by_level(outlooks: &[&DrugOutlook]) -> String {
    let mut levels: Vec<(Option<&str>, Vec<&str>)> = Vec::new();
    for one in outlooks {
        let level = one.level.as_deref();
        match levels.iter_mut().find(|(known, _)| *known == level) {
            Some((_, drugs)) => drugs.push(&one.drug),
            None => levels.push((level, vec![&one.drug])),
        }
    }
    let groups: Vec<String> = levels
        .iter()
        .map(|(level, drugs)| match level {
            Some(level) => format!("{} ({level})", listed(drugs)),
            None => listed(drugs),
        })
        .collect();
    match groups.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [firsts @ .., last] => format!("{}, and {last}", firsts.join(", ")),
    }
}
