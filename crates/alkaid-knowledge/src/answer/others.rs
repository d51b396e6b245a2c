//! What is known about genes, places, drugs, tumour types, trials and mechanisms.

use alkaid_genome::{Bundle, CdsPosition, ExonNumber, Region};

use super::{Section, Statement, Subject, civic_fact, computed, fusion};
use crate::alk::alk_facts;
use crate::civic::{CivicItem, ProfileTerm, civic_items};
use crate::date::Date;
use crate::domains::alk_domains;
use crate::drugs::{Drug, DrugKind, drugs};
use crate::guide::guide;
use crate::mutations::mutations;
use crate::potency::potencies;
use crate::prevalence::prevalence;
use crate::provenance::Fact;
use crate::published::published_evidence;
use crate::query::{AlkCoding, AlkPlace, FusionQuery, Junction, TumourType};
use crate::regulatory::{RegulatoryStatus, regulatory_events, regulatory_status};
use crate::resistance::{OffTargetResistance, off_target_resistance, on_target_resistance};
use crate::trials::{Trial, TrialResult, results_of, trials};
use crate::view::{potency_text, share_text};

type Parts = (Subject, Vec<Section>);

/// ALK itself, a partner, or a gene through which tumours get past ALK.
pub(super) fn gene(symbol: &str, as_of: Date, bundle: &'static Bundle) -> Parts {
    if symbol == "ALK" {
        return (Subject::Named, alk(as_of));
    }
    let mut sections = Vec::new();
    if crate::partner(symbol).is_some() {
        let query = FusionQuery {
            five: symbol.to_owned(),
            three: "ALK".to_owned(),
            junction: Junction::Unspecified,
            notes: Vec::new(),
        };
        sections = fusion::fusion(&query, bundle, &mut Vec::new()).1;
    }
    sections.push(ways_section(
        off_target_resistance()
            .iter()
            .filter(|way| way.genes.contains(&symbol)),
    ));
    let targeted = drugs()
        .iter()
        .filter(|drug| drug.targets.contains(&symbol))
        .map(|drug| {
            Statement::new(
                drug.name,
                format!("inhibits {}", drug.targets.join(", ")),
                drug.provenance(),
            )
            .with_note(drug.note)
        })
        .collect();
    sections.push(Section::new("drugs of the tables that act on it", targeted));
    (Subject::Named, sections)
}

fn alk(as_of: Date) -> Vec<Section> {
    let facts = alk_facts()
        .iter()
        .map(|fact| Statement::new(fact.name, fact.value, fact.provenance()).with_note(fact.note))
        .collect();
    let domains = alk_domains()
        .iter()
        .map(|domain| {
            let id = domain.id.map_or_else(String::new, |id| format!(", {id}"));
            Statement::new(
                domain.name,
                format!("residues {}-{}{id}", domain.start, domain.end),
                domain.provenance(),
            )
            .with_note(domain.note)
        })
        .collect();
    let inhibitors = drugs()
        .iter()
        .filter(|drug| drug.kind == DrugKind::AlkInhibitor)
        .flat_map(|drug| {
            regulatory_status(drug.name, as_of)
                .into_iter()
                .map(|status| status_fact(&status, &format!("{}, {}", drug.name, status.agency)))
        })
        .collect();
    vec![
        Section::new("ALK", facts),
        Section::new("domains and landmarks", domains),
        Section::new("inhibitors, as of the day", inhibitors),
    ]
}

/// An exon or intron of ALK, and what a breakpoint there does.
pub(super) fn place(place: &AlkPlace, bundle: &'static Bundle) -> Parts {
    let alk = AlkCoding::new(bundle);
    let transcript = alk.transcript();
    let one_based = |pos: u64| format!("{}:{}", place.position.chrom, pos + 1);
    let mut text = format!(
        "{} of ALK, {} on GRCh38",
        place.region,
        one_based(place.position.pos)
    );
    if let Some(old) = bundle.to_grch37(&place.position) {
        text.push_str(&format!(", {} on GRCh37", one_based(old.pos)));
    }
    let mut facts = vec![Statement::computed("place", text)];
    if let Some(cds) = place.cds {
        let residue = cds.residue();
        let reference = alk
            .site(residue.0)
            .map_or('*', |site| char::from(site.reference));
        let codon = alk.codon(residue).unwrap_or(*b"???");
        facts.push(Statement::computed(
            "coding base",
            format!(
                "c.{cds}, in codon {} of {reference}{residue}",
                String::from_utf8_lossy(&codon)
            ),
        ));
    }
    let next = match place.region {
        Region::Intron(number) => ExonNumber(number.0 + 1),
        Region::Exon(number) => number,
    };
    if let Some(first) = transcript
        .exon(next)
        .and_then(|exon| transcript.first_cds_of(exon))
        && let Region::Intron(_) = place.region
    {
        let residue = first.residue();
        let kinase = crate::alk_domain("kinase").is_some_and(|domain| domain.kept_from(residue.0));
        facts.push(Statement::computed(
            "a fusion breakpoint here",
            format!(
                "joins ALK exon {next} (c.{first}, residue {residue}); in frame with partner exons whose coding sequence up to their end leaves {} mod 3; the kinase is {}",
                CdsPosition(first.0).phase(),
                if kinase { "kept" } else { "cut" }
            ),
        ));
    }
    let residue = place.cds.map(CdsPosition::residue);
    let known = mutations()
        .iter()
        .filter(|row| Some(row.residue) == residue.map(|residue| residue.0))
        .map(|row| {
            Statement::new(
                row.name,
                format!("{}: {}", row.region, row.context),
                row.provenance(),
            )
            .with_note(row.note)
        })
        .collect();
    let sections = vec![
        Section::new("place", facts),
        Section::new("catalogued mutations of the residue", known),
    ];
    (Subject::Named, sections)
}

/// One drug.
pub(super) fn drug(drug: &'static Drug, as_of: Date) -> Parts {
    let own = drug.provenance();
    let mut facts = vec![
        Statement::new(
            "drug",
            format!(
                "{}{}",
                drug.kind.as_str().replace('_', " "),
                drug.generation
                    .map_or_else(String::new, |n| format!(", generation {n}"))
            ),
            own,
        )
        .with_note(drug.note),
    ];
    let list = |items: &[&str]| Some(items.join(", ")).filter(|text| !text.is_empty());
    let rows = [
        ("code names", list(&drug.codes)),
        ("brands", list(&drug.brands)),
        ("targets", list(&drug.targets)),
        ("binding", drug.binding.map(str::to_owned)),
        ("brain", drug.cns.map(str::to_owned)),
        ("development", drug.development.map(str::to_owned)),
    ];
    facts.extend(
        rows.into_iter()
            .filter_map(|(label, text)| Some(Statement::new(label, text?, own))),
    );
    let statuses = regulatory_status(drug.name, as_of);
    let mut regulatory: Vec<Statement> = statuses
        .iter()
        .map(|status| status_fact(status, status.agency))
        .collect();
    regulatory.extend(
        statuses
            .iter()
            .flat_map(|status| status.events.iter().chain(&status.unverified))
            .map(|event| {
                Statement::new(
                    format!(
                        "{} {}",
                        event.agency,
                        event.event.as_str().replace('_', " ")
                    ),
                    format!(
                        "{}: {}{}",
                        event.tumour,
                        event.indication,
                        if event.for_alk { "" } else { " (not for ALK)" }
                    ),
                    event.provenance(),
                )
                .with_note(event.note)
            }),
    );
    let own_trials: Vec<&Trial> = trials()
        .iter()
        .filter(|trial| trial.drugs.contains(&drug.name))
        .collect();
    let sections = vec![
        Section::new("drug", facts),
        Section::new("status, as of the day", regulatory),
        Section::new(
            "trials",
            own_trials
                .iter()
                .flat_map(|trial| trial_facts(trial, Cuts::Current))
                .collect(),
        ),
        Section::new("mutations that it fails on", fails_on(drug)),
        Section::new("mutations that it covers", covers(drug)),
        Section::new(
            "potency in cells; compare inside one data set and construct only",
            potencies()
                .iter()
                .filter(|value| value.drug == drug.name)
                .map(|value| {
                    let mutations = match value.mutations.is_empty() {
                        true => "unmutated".to_owned(),
                        false => value.mutations.join(" + "),
                    };
                    Statement::new(
                        mutations,
                        potency_text(value, value.band()),
                        value.provenance(),
                    )
                    .with_note(value.note)
                })
                .collect(),
        ),
        guide_section(|table, key| {
            table == "drugs" && key == drug.name
                || table == "trial_results" && own_trials.iter().any(|trial| starts(key, trial.key))
        }),
    ];
    (Subject::Named, sections)
}

/// Where a drug stands with an agency; as uncertain as the event that it rests on.
fn status_fact(status: &RegulatoryStatus, label: &str) -> Statement {
    let last = status.events.iter().rev().find(|event| {
        !event.event.is_approval() || event.for_alk || status.state.as_str().contains("not for ALK")
    });
    let due = status
        .decision_due
        .map_or_else(String::new, |due| format!(", decision due by {due}"));
    let text = format!("{} as of {}{due}", status.state.as_str(), status.as_of);
    match last {
        Some(event) => Statement::new(label, text, event.provenance()),
        None => Statement::new(label, text, computed("no event of the table by that day")),
    }
}

fn mutated(item: &CivicItem) -> bool {
    item.alternatives.iter().flatten().any(|term| {
        matches!(
            term,
            ProfileTerm::Mutation { .. }
                | ProfileTerm::Residue { .. }
                | ProfileTerm::AnyMutation
                | ProfileTerm::Amplification
        )
    })
}

/// CIViC's items on a drug and mutated ALK that say the one or the other.
fn civic_on(drug: &Drug, resistant: bool) -> impl Iterator<Item = Statement> {
    use crate::civic::{CivicDirection, CivicSignificance};
    civic_items()
        .iter()
        .filter(|item| item.drugs.contains(&drug.name) && mutated(item))
        .filter(move |item| {
            let resists = item.significance == CivicSignificance::Resistance;
            let turned = item.direction == CivicDirection::DoesNotSupport;
            (resists != turned) == resistant
        })
        .map(|item| civic_fact(item, "gene".to_owned()).with_note(None))
}

fn fails_on(drug: &'static Drug) -> Vec<Statement> {
    let found = on_target_resistance()
        .iter()
        .filter(|way| way.drugs == [drug.name])
        .map(|way| {
            Statement::new(
                way.alteration,
                format!("found {}{}", way.setting, share_text(&way.share)),
                way.provenance(),
            )
            .with_note(way.note)
        });
    let catalogue = mutations()
        .iter()
        .filter(|row| row.context.starts_with("resistance to") && row.drugs.contains(&drug.name))
        .map(|row| Statement::new(row.name, row.context, row.provenance()).with_note(row.note));
    found
        .chain(catalogue)
        .chain(published_on(drug, "against"))
        .chain(civic_on(drug, true))
        .collect()
}

fn covers(drug: &'static Drug) -> Vec<Statement> {
    published_on(drug, "for")
        .chain(civic_on(drug, false))
        .collect()
}

fn published_on(drug: &Drug, direction: &'static str) -> impl Iterator<Item = Statement> {
    published_evidence()
        .iter()
        .filter(move |row| row.drug == drug.name && row.direction.as_str() == direction)
        .map(|row| {
            let label = match row.mutations.is_empty() {
                true => "any ALK mutation".to_owned(),
                false => row.mutations.join(" + "),
            };
            Statement::new(
                label,
                format!("{}{}", row.statement, share_text(&row.share)),
                row.provenance(),
            )
            .with_note(Some(row.level.as_str()))
        })
}

/// One tumour type.
pub(super) fn tumour(tumour: &'static TumourType, as_of: Date) -> Parts {
    let rows: Vec<_> = prevalence()
        .iter()
        .filter(|row| tumour.is_called(row.tumour))
        .collect();
    let how_often = rows
        .iter()
        .map(|row| {
            let partners = row
                .partners
                .map_or_else(String::new, |text| format!("; partners: {text}"));
            let share = share_text(&row.share);
            let share = match share.is_empty() {
                true => ": no share printed".to_owned(),
                false => share.replacen(", ", ": ", 1),
            };
            Statement::new(
                row.population,
                format!("{} in {}{share}{partners}", row.alteration, row.tumour),
                row.provenance(),
            )
            .with_note(row.note)
        })
        .collect();
    let partners = crate::partners()
        .iter()
        .filter(|partner| partner.tumours.iter().any(|name| tumour.is_called(name)))
        .map(|partner| {
            let mut provenance = partner.provenance();
            provenance.status = partner.tumours_status;
            let element = partner.oligomerisation.as_ref().map_or_else(
                || "no element known".to_owned(),
                crate::Oligomerisation::described,
            );
            Statement::new(
                partner.symbol,
                format!("reported here; oligomerisation: {element}"),
                provenance,
            )
        })
        .collect();
    let approvals = regulatory_events()
        .iter()
        .filter(|event| {
            tumour.is_called(event.tumour) && event.for_alk && event.event.is_approval()
        })
        .filter(|event| event.date.has_passed_by(as_of))
        .map(|event| {
            Statement::new(
                event.drug,
                format!(
                    "{} {}: {}",
                    event.agency,
                    event.event.as_str().replace('_', " "),
                    event.indication
                ),
                event.provenance(),
            )
            .with_note(event.note)
        })
        .collect();
    let own_trials = trials()
        .iter()
        .filter(|trial| tumour.is_called(trial.tumour))
        .flat_map(|trial| trial_facts(trial, Cuts::Current))
        .collect();
    let items = civic_items()
        .iter()
        .filter(|item| tumour.is_called(item.disease))
        .map(|item| civic_fact(item, "disease".to_owned()).with_note(None))
        .collect();
    let sections = vec![
        Section::new("how often", how_often),
        guide_section(|table, key| table == "prevalence" && rows.iter().any(|row| row.key == key)),
        Section::new("approvals, as of the day", approvals),
        Section::new("trials", own_trials),
        Section::new("CIViC", items),
        Section::new("partners", partners),
    ];
    (Subject::Named, sections)
}

/// Which results of a trial to show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cuts {
    /// Those that no later cut replaces.
    Current,
    /// All.
    All,
}

/// A trial, its results cut by cut.
pub(super) fn trial(rows: &[&'static Trial]) -> Parts {
    let mut sections: Vec<Section> = rows
        .iter()
        .map(|trial| Section::new("trial", trial_facts(trial, Cuts::All)))
        .collect();
    sections.push(guide_section(|table, key| {
        table == "trial_results" && rows.iter().any(|trial| starts(key, trial.key))
            || table == "trials" && rows.iter().any(|trial| trial.key == key)
    }));
    (Subject::Named, sections)
}

fn starts(key: &str, trial: &str) -> bool {
    key.strip_prefix(trial)
        .is_some_and(|rest| rest.starts_with('/'))
}

fn trial_facts(trial: &'static Trial, cuts: Cuts) -> Vec<Statement> {
    let against = trial
        .comparator
        .map_or_else(String::new, |other| format!(" against {other}"));
    let mut facts = vec![
        Statement::new(
            trial.key,
            format!(
                "{}{}: {}{against}; {}, {}{}",
                trial
                    .registration
                    .map_or_else(String::new, |number| format!("{number}, ")),
                trial.design,
                trial.arm,
                trial.population,
                trial.line,
                trial.n.map_or_else(String::new, |n| format!("; n = {n}"))
            ),
            trial.provenance(),
        )
        .with_note(trial.note),
    ];
    let results = results_of(trial.key)
        .filter(|result| cuts == Cuts::All || result.provenance.superseded_by.is_none());
    facts.extend(results.map(result_fact));
    facts
}

fn result_fact(result: &'static TrialResult) -> Statement {
    let subgroup = result
        .subgroup
        .map_or_else(String::new, |name| format!(" ({name})"));
    let tested = result
        .tested
        .map_or_else(|| "not given".to_owned(), |value| value.to_string());
    let control = result
        .control
        .map_or_else(String::new, |value| format!(" against {value}"));
    let ratio = result
        .hazard_ratio
        .map_or_else(String::new, |value| format!(", HR {value}"));
    let n = result.n.map_or_else(String::new, |n| format!(", n = {n}"));
    let judged = result
        .judged_by
        .map_or_else(String::new, |who| format!(", {who}"));
    let replaced = result
        .provenance
        .superseded_by
        .map_or_else(String::new, |later| format!("; superseded by {later}"));
    Statement::new(
        format!(
            "{} {}{subgroup}, {}",
            result.trial, result.endpoint, result.cut
        ),
        format!(
            "{tested}{control} {}{ratio}{n}{judged}{replaced}",
            result.unit
        ),
        result.provenance(),
    )
    .with_note(result.note)
}

/// A way of resistance.
pub(super) fn mechanism(rows: &[&'static OffTargetResistance]) -> Parts {
    let mut sections = vec![ways_section(rows.iter().copied())];
    let amplified = rows.iter().any(|way| way.class == "ALK dose");
    if amplified {
        let items = civic_items()
            .iter()
            .filter(|item| {
                item.alternatives
                    .iter()
                    .flatten()
                    .any(|term| *term == ProfileTerm::Amplification)
            })
            .map(|item| civic_fact(item, "gene".to_owned()).with_note(None))
            .collect();
        sections.push(Section::new("CIViC", items));
    }
    (Subject::Named, sections)
}

fn ways_section(ways: impl Iterator<Item = &'static OffTargetResistance>) -> Section {
    let facts = ways
        .map(|way| {
            let strategy = way
                .strategy
                .map_or_else(String::new, |text| format!("; tried or proposed: {text}"));
            Statement::new(
                way.mechanism,
                format!(
                    "{}, {}{}{strategy}",
                    way.class,
                    way.setting,
                    share_text(&way.share)
                ),
                way.provenance(),
            )
            .with_note(way.note)
        })
        .collect();
    Section::new("ways past ALK", facts)
}

/// ALK-ATI.
pub(super) fn alternative_transcript() -> Parts {
    let how_often = prevalence()
        .iter()
        .filter(|row| row.alteration == "ALK-ATI")
        .map(|row| {
            Statement::new(
                row.tumour,
                format!("{}{}", row.population, share_text(&row.share)),
                row.provenance(),
            )
            .with_note(row.note)
        })
        .collect();
    let items = civic_items()
        .iter()
        .filter(|item| {
            item.alternatives
                .iter()
                .flatten()
                .any(|term| *term == ProfileTerm::AlternativeTranscript)
        })
        .map(|item| civic_fact(item, "transcript".to_owned()).with_note(None))
        .collect();
    let sections = vec![
        Section::new("how often", how_often),
        Section::new("CIViC", items),
    ];
    (Subject::Named, sections)
}

/// What the guide says beside the primary figures.
fn guide_section(about: impl Fn(&str, &str) -> bool) -> Section {
    let facts = guide()
        .iter()
        .filter(|entry| entry.primary.iter().any(|row| about(row.table, row.key)))
        .map(|entry| {
            Statement::new(
                entry.item,
                format!(
                    "the guide prints {}: {}. {}",
                    entry.guide,
                    entry.verdict.as_str().replace('_', " "),
                    entry.difference
                ),
                entry.provenance(),
            )
        })
        .collect();
    Section::new("the guide beside the primary figures", facts)
}
