//! The view of inhibitors: a fusion, its mutations, bypass events and the drugs already given become, for each ALK
//! inhibitor, the evidence for and against it.
//!
//! Nothing is scored. The rule, which results carry in words ([`RULE`]):
//!
//! 1. A row counts if somebody read it in its source, no later row replaces it, it is not younger than the day of the
//!    view, and it speaks of the findings as a whole: the same mutations together, a change of the residue, or any
//!    mutation where one was found. Other rows are shown and do not count.
//! 2. The closest fit decides ([`Grade`]), and among equally close rows the strongest level ([`EvidenceLevel`]).
//!    Without mutations all rows on the fusion are equally close, and the level decides alone.
//! 3. Without such a row there is *no data*, or, where a single mutation of a compound resists the drug, *a part
//!    resisted*: nothing speaks of the whole, and L1198F shows that a second mutation can turn a conclusion round.
//! 4. A bypass that counts turns *supported* into *in doubt*, unless the drug inhibits the bypass gene as well.
//!
//! For research use only: this is a way to read the literature, no advice.

mod gather;

pub(crate) use gather::{potency_text, share as share_text};
use serde::Serialize;

use crate::date::Date;
use crate::drugs::{Drug, DrugKind, drugs};
use crate::matching::{Findings, Fit, Grade};
use crate::provenance::Provenance;
use crate::published::{Direction, EvidenceLevel};
use crate::query::TumourType;
use crate::regulatory::{RegulatoryState, RegulatoryStatus, regulatory_status};
use crate::table::Status;

/// The rule in words, for results.
pub const RULE: &str = "A row counts if it was read in its source, is not replaced, is not younger than the day of the view, and speaks of \
these findings as a whole; a label or trial must be on the tumour type, where one was given. A trial speaks for a drug where the interval of its hazard ratio lies below 1. The closest fit decides (same change, then same residue, then \
any mutation of ALK; without mutations, all rows on the fusion alike), then the strongest level (label, trial, case, cells, inferred). Sorted by \
verdict (supported, contradictory, in doubt, no data, a part resisted, refuted), then level, then approved before \
not approved, then not yet given before given, then name. Nothing is scored.";

/// Said where a conclusion stands.
pub const NOTICE: &str =
    "For research use only. A reading of published evidence, no advice on treatment.";

/// What a view is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseQuestion {
    /// The fusion and mutations.
    pub findings: Findings,
    /// Other genes through which the tumour may go on.
    pub bypass: Vec<Bypass>,
    /// Drugs already given; the tumour went on under them.
    pub prior: Vec<&'static Drug>,
    /// The tumour type, where it is known: labels and trials on others do not count then.
    pub tumour: Option<&'static TumourType>,
    /// The day of the view.
    pub as_of: Date,
}

/// A gene that may stand in for ALK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bypass {
    /// HGNC symbol; empty for a change of lineage.
    pub gene: String,
    /// What happened to it: `amplification`, `mutation`, `activation`, …
    pub event: String,
}

/// Whether the evidence supports an inhibitor. In the order in which a view lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The deciding rows are for it.
    Supported,
    /// The deciding rows disagree.
    Contradictory,
    /// Supported but for a bypass.
    InDoubt,
    /// No row counts.
    NoData,
    /// One mutation of a compound resists it, and nothing speaks of the whole.
    PartResisted,
    /// The deciding rows are against it.
    Refuted,
}

impl Verdict {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Contradictory => "contradictory",
            Self::InDoubt => "in doubt",
            Self::NoData => "no data",
            Self::PartResisted => "a part resisted",
            Self::Refuted => "refuted",
        }
    }
}

/// One row of a table that speaks for or against an inhibitor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// What kind.
    pub level: EvidenceLevel,
    /// Which way it points.
    pub direction: Direction,
    /// How it fits the findings; none for a bypass.
    pub fit: Option<Fit>,
    /// What it says.
    pub text: String,
    /// The series of measurements that a potency belongs to.
    pub dataset: Option<&'static str>,
    /// The tumour type or disease that it speaks of, as its table writes it.
    pub tumour: Option<&'static str>,
    /// The table and the key of the row.
    pub row: String,
    /// Source, date, status.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// Whether it counts.
    pub counts: bool,
    /// Whether it was among those that decided.
    pub decides: bool,
    /// Why it does not count, where it does not.
    pub why_not: Option<&'static str>,
}

/// Where a drug stands with an agency on the day of the view.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgencyStatus {
    /// The agency.
    pub agency: &'static str,
    /// Where it stands.
    pub state: RegulatoryState,
    /// The day by which the agency means to decide, if an application is with it.
    pub decision_due: Option<Date>,
    /// The date of the last event that the state rests on.
    pub since: Option<Date>,
    /// How far that event is checked.
    pub status: Option<Status>,
}

/// What the evidence says about one inhibitor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conclusion {
    /// The drug.
    pub drug: &'static str,
    /// Generation of ALK inhibitors.
    pub generation: Option<u8>,
    /// What it comes to.
    pub verdict: Verdict,
    /// The level of the deciding rows.
    pub level: Option<EvidenceLevel>,
    /// The reason in a sentence.
    pub reason: String,
    /// Whether rows that count, or data sets, point different ways.
    pub disagreement: Option<String>,
    /// Whether it was given already.
    pub given_before: bool,
    /// Where it stands with each agency.
    pub status: Vec<AgencyStatus>,
    /// All rows, those that decide first.
    pub evidence: Vec<Evidence>,
}

/// The view.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InhibitorView {
    /// The partner of the fusion.
    pub partner: Option<String>,
    /// The mutations, in the field's short form.
    pub mutations: Vec<String>,
    /// Bypass events.
    pub bypass: Vec<Bypass>,
    /// Drugs already given.
    pub prior: Vec<&'static str>,
    /// The tumour type.
    pub tumour: Option<&'static str>,
    /// The day.
    pub as_of: Date,
    /// How conclusions are drawn and sorted.
    pub rule: &'static str,
    /// One conclusion per inhibitor.
    pub conclusions: Vec<Conclusion>,
    /// What to know before trusting the rest.
    pub notes: Vec<String>,
    /// Research use only.
    pub notice: &'static str,
}

/// Weighs all ALK inhibitors of the tables: those developed against ALK, and those against other kinases that CIViC has
/// ALK evidence on. Tool compounds, degraders and drugs against other targets are left out.
pub fn inhibitors(question: &CaseQuestion) -> InhibitorView {
    let mut conclusions: Vec<Conclusion> = drugs()
        .iter()
        .filter(|drug| {
            matches!(
                drug.kind,
                DrugKind::AlkInhibitor | DrugKind::OtherKinaseInhibitor
            )
        })
        .map(|drug| conclude(drug, question))
        .collect();
    let approved = |one: &Conclusion| {
        one.status
            .iter()
            .any(|status| status.state == RegulatoryState::Approved)
    };
    conclusions.sort_by_key(|one| {
        (
            one.verdict,
            one.level.unwrap_or(EvidenceLevel::Inferred),
            !approved(one),
            one.given_before,
            one.drug,
        )
    });
    let found = &question.findings;
    let mut notes = Vec::new();
    if found.mutations.len() > 1 {
        notes.push("the mutations are taken to lie on one molecule (in cis); in trans each must be looked at alone".to_owned());
    }
    if found.partner.is_some() && found.mutations.is_empty() && !question.prior.is_empty() {
        notes.push("no mutation was given: the evidence is that on the fusion, and does not know the drugs given before".to_owned());
    }
    for bypass in question
        .bypass
        .iter()
        .filter(|bypass| !gather::is_known(bypass))
    {
        let event = format!("{} {}", bypass.gene, bypass.event);
        notes.push(format!(
            "no row of the tables speaks of {} as a way past ALK",
            event.trim()
        ));
    }
    InhibitorView {
        partner: found.partner.clone(),
        mutations: found.mutations.iter().map(ToString::to_string).collect(),
        bypass: question.bypass.clone(),
        prior: question.prior.iter().map(|drug| drug.name).collect(),
        tumour: question.tumour.map(|tumour| tumour.name),
        as_of: question.as_of,
        rule: RULE,
        conclusions,
        notes,
        notice: NOTICE,
    }
}

fn conclude(drug: &'static Drug, question: &CaseQuestion) -> Conclusion {
    let mut evidence = gather::evidence(drug, question);
    let mutated = !question.findings.mutations.is_empty();
    let decision = decide(&evidence, mutated);
    let doubt = part_resisted(&evidence);
    let bypass = evidence
        .iter()
        .find(|row| row.counts && row.fit.is_none() && row.direction == Direction::Against)
        .map(|row| row.text.clone());
    let covers_bypass = evidence
        .iter()
        .any(|row| row.counts && row.fit.is_none() && row.direction == Direction::For);
    let (mut verdict, level) = match &decision {
        Some(decision) => (decision.verdict, Some(decision.level)),
        None if doubt.is_some() => (
            Verdict::PartResisted,
            doubt.as_ref().map(|(level, _)| *level),
        ),
        None => (Verdict::NoData, None),
    };
    if let Some(decision) = &decision {
        for row in &mut evidence {
            row.decides = row.counts
                && row.fit.map(|fit| closeness(fit, mutated)) == Some(decision.grade)
                && row.level == decision.level
                && row.direction != Direction::Neither;
        }
    }
    let mut reason = match (&decision, &doubt) {
        (Some(decision), _) => decision.reason(&evidence),
        (None, Some((_, text))) => {
            format!("nothing speaks of the mutations together; one of them resists it: {text}")
        }
        (None, None) => nothing(&evidence),
    };
    if let Some(text) = bypass.filter(|_| !covers_bypass)
        && verdict == Verdict::Supported
    {
        verdict = Verdict::InDoubt;
        reason = format!("{reason}; but {text}");
    }
    let disagreement = disagreement(&evidence, decision.as_ref());
    // Deciding rows first, then by fit, level and key.
    evidence.sort_by(|a, b| {
        let rank = |row: &Evidence| {
            (
                !row.decides,
                !row.counts,
                row.fit.is_none(),
                row.fit,
                row.level,
                row.direction,
            )
        };
        rank(a).cmp(&rank(b)).then_with(|| a.row.cmp(&b.row))
    });
    Conclusion {
        drug: drug.name,
        generation: drug.generation,
        verdict,
        level,
        reason,
        disagreement,
        given_before: question.prior.iter().any(|prior| prior.name == drug.name),
        status: status(drug, question.as_of),
        evidence,
    }
}

/// What the rows that count come to.
struct Decision {
    verdict: Verdict,
    level: EvidenceLevel,
    grade: Grade,
}

/// How close a fit is for the decision: without mutations all rows on ALK fusions are equally close.
fn closeness(fit: Fit, mutated: bool) -> Grade {
    if mutated { fit.grade } else { Grade::Gene }
}

fn decide(evidence: &[Evidence], mutated: bool) -> Option<Decision> {
    let counted = || {
        evidence
            .iter()
            .filter(|row| row.counts && row.direction != Direction::Neither)
            .filter_map(|row| Some((closeness(row.fit?, mutated), row.level, row.direction)))
    };
    let (grade, level) = counted().map(|(grade, level, _)| (grade, level)).min()?;
    let directions: Vec<Direction> = counted()
        .filter(|(own, rank, _)| (*own, *rank) == (grade, level))
        .map(|(_, _, direction)| direction)
        .collect();
    let verdict = match (
        directions.contains(&Direction::For),
        directions.contains(&Direction::Against),
    ) {
        (true, true) => Verdict::Contradictory,
        (true, false) => Verdict::Supported,
        _ => Verdict::Refuted,
    };
    Some(Decision {
        verdict,
        level,
        grade,
    })
}

impl Decision {
    fn reason(&self, evidence: &[Evidence]) -> String {
        let rows: Vec<&str> = evidence
            .iter()
            .filter(|row| row.decides)
            .map(|row| row.text.as_str())
            .collect();
        let more = match rows.len() {
            0 | 1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        format!("{}{more}", rows.first().copied().unwrap_or_default())
    }
}

/// The strongest row that says that one mutation of a compound resists the drug.
fn part_resisted(evidence: &[Evidence]) -> Option<(EvidenceLevel, String)> {
    evidence
        .iter()
        .filter(|row| row.why_not == Some(gather::PART) && row.direction == Direction::Against)
        .min_by_key(|row| (row.level, row.row.clone()))
        .map(|row| (row.level, row.text.clone()))
}

fn nothing(evidence: &[Evidence]) -> String {
    // Response rates of single arms.
    let bare = evidence
        .iter()
        .find(|row| row.counts && row.fit.is_some() && row.direction == Direction::Neither);
    if let Some(row) = bare {
        return format!(
            "only figures with nothing to compare them with: {}",
            row.text
        );
    }
    let unverified = evidence
        .iter()
        .filter(|row| row.why_not == Some(gather::UNVERIFIED))
        .count();
    match unverified {
        0 => "no row of the tables speaks of these findings".to_owned(),
        1 => "no checked row speaks of these findings; one unverified row does and does not count"
            .to_owned(),
        n => format!(
            "no checked row speaks of these findings; {n} unverified rows do and do not count"
        ),
    }
}

/// Rows that count and point the other way than the deciding ones, and potency series that disagree.
fn disagreement(evidence: &[Evidence], decision: Option<&Decision>) -> Option<String> {
    let decision = decision?;
    let other = match decision.verdict {
        Verdict::Supported => Direction::Against,
        Verdict::Refuted => Direction::For,
        _ => return Some("equally close and strong rows disagree".to_owned()),
    };
    let rows: Vec<&Evidence> = evidence
        .iter()
        .filter(|row| row.counts && row.fit.is_some() && row.direction == other)
        .collect();
    let first = rows.first()?;
    let more = match rows.len() {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    Some(format!(
        "{} says otherwise: {}{more}",
        first.level.as_str(),
        first.text
    ))
}

fn status(drug: &Drug, as_of: Date) -> Vec<AgencyStatus> {
    regulatory_status(drug.name, as_of)
        .into_iter()
        .map(|one: RegulatoryStatus| {
            let last = match one.state {
                RegulatoryState::Approved => one
                    .events
                    .iter()
                    .rev()
                    .find(|event| event.event.is_approval() && event.for_alk),
                RegulatoryState::ApprovedForOtherTargets => one
                    .events
                    .iter()
                    .rev()
                    .find(|event| event.event.is_approval()),
                RegulatoryState::UnderReview
                | RegulatoryState::NotApproved
                | RegulatoryState::OnlyUnverified => one.events.last(),
            };
            AgencyStatus {
                agency: one.agency,
                state: one.state,
                decision_due: one.decision_due,
                since: last.map(|event| event.date),
                status: last.map(|event| event.provenance.status),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Query, parse};

    fn question(mutations: &str, prior: &[&str]) -> CaseQuestion {
        let changes = match parse(mutations).map(|asked| asked.query) {
            Ok(Query::Mutations(asked, _)) => {
                asked.mutations.into_iter().map(|m| m.change).collect()
            }
            _ => Vec::new(),
        };
        CaseQuestion {
            findings: Findings {
                partner: Some("EML4".into()),
                mutations: changes,
                ..Findings::default()
            },
            bypass: Vec::new(),
            prior: prior.iter().filter_map(|name| crate::drug(name)).collect(),
            tumour: None,
            as_of: "2026-11-22".parse().unwrap(),
        }
    }

    fn verdict(view: &InhibitorView, drug: &str) -> (Verdict, Option<EvidenceLevel>) {
        let one = view
            .conclusions
            .iter()
            .find(|one| one.drug == drug)
            .unwrap();
        (one.verdict, one.level)
    }

    #[test]
    fn g1202r_after_alectinib_supports_lorlatinib() {
        let view = inhibitors(&question("G1202R", &["alectinib"]));
        assert_eq!(
            verdict(&view, "lorlatinib"),
            (Verdict::Supported, Some(EvidenceLevel::Trial))
        );
        for drug in ["crizotinib", "ceritinib", "alectinib", "brigatinib"] {
            assert_eq!(verdict(&view, drug).0, Verdict::Refuted, "{drug}");
        }
        assert_eq!(view.conclusions[0].drug, "lorlatinib");
        assert!(
            view.conclusions
                .iter()
                .any(|one| one.drug == "alectinib" && one.given_before)
        );
    }

    #[test]
    fn l1198f_turns_lorlatinib_and_crizotinib_round() {
        let view = inhibitors(&question(
            "C1156Y+L1198F",
            &["crizotinib", "ceritinib", "lorlatinib"],
        ));
        assert_eq!(
            verdict(&view, "lorlatinib"),
            (Verdict::Refuted, Some(EvidenceLevel::Case))
        );
        assert_eq!(
            verdict(&view, "crizotinib"),
            (Verdict::Supported, Some(EvidenceLevel::Case))
        );
        let crizotinib = view
            .conclusions
            .iter()
            .find(|one| one.drug == "crizotinib")
            .unwrap();
        assert!(
            crizotinib.evidence[0]
                .provenance
                .source
                .contains("26698910")
        );
    }

    #[test]
    fn i1171n_f1174c_and_the_compound() {
        let i1171n = inhibitors(&question("I1171N", &[]));
        assert_eq!(verdict(&i1171n, "alectinib").0, Verdict::Refuted);
        assert_eq!(
            verdict(&i1171n, "ceritinib"),
            (Verdict::Supported, Some(EvidenceLevel::Case))
        );
        assert_eq!(verdict(&i1171n, "lorlatinib").0, Verdict::Supported);
        assert_eq!(verdict(&i1171n, "brigatinib").0, Verdict::NoData);
        let f1174c = inhibitors(&question("F1174C", &[]));
        assert_eq!(verdict(&f1174c, "ceritinib").0, Verdict::Refuted);
        assert_eq!(verdict(&f1174c, "crizotinib").0, Verdict::Refuted);
        assert_eq!(verdict(&f1174c, "lorlatinib").0, Verdict::Supported);
        let compound = inhibitors(&question("G1202R+L1196M", &["alectinib", "lorlatinib"]));
        assert_eq!(
            verdict(&compound, "lorlatinib"),
            (Verdict::Refuted, Some(EvidenceLevel::Cells))
        );
        assert_eq!(verdict(&compound, "alectinib").0, Verdict::PartResisted);
        assert_eq!(verdict(&compound, "zotizalkib").0, Verdict::NoData);
    }

    #[test]
    fn no_unverified_row_moves_a_conclusion() {
        for mutations in [
            "",
            "G1202R",
            "L1196M",
            "I1171N",
            "G1269A",
            "G1202R+L1196M",
            "D1203N",
            "V1180L",
        ] {
            for one in inhibitors(&question(mutations, &[])).conclusions {
                for row in &one.evidence {
                    let checked = row.provenance.status != Status::Unverified
                        && row.provenance.superseded_by.is_none();
                    assert!(
                        checked || !row.counts,
                        "{mutations} {}: {}",
                        one.drug,
                        row.row
                    );
                    assert!(
                        row.counts || row.why_not.is_some(),
                        "{mutations} {}: {}",
                        one.drug,
                        row.row
                    );
                    assert!(row.counts || !row.decides);
                }
            }
        }
    }

    #[test]
    fn what_was_not_known_does_not_count() {
        let mut early = question("G1202R", &[]);
        early.as_of = "2015-06-30".parse().unwrap();
        assert_eq!(
            verdict(&inhibitors(&early), "lorlatinib").0,
            Verdict::NoData
        );
    }

    #[test]
    fn a_bypass_leaves_a_doubt_but_for_the_drug_that_covers_it() {
        let mut met = question("", &["alectinib"]);
        met.bypass = vec![Bypass {
            gene: "MET".into(),
            event: "amplification".into(),
        }];
        let view = inhibitors(&met);
        assert_eq!(verdict(&view, "lorlatinib").0, Verdict::InDoubt);
        assert_eq!(verdict(&view, "crizotinib").0, Verdict::Supported);
    }

    #[test]
    fn a_label_for_another_tumour_does_not_count() {
        let mut imt = question("", &[]);
        imt.tumour = crate::query::tumour_types()
            .iter()
            .find(|tumour| tumour.key == "IMT");
        let view = inhibitors(&imt);
        assert_eq!(
            verdict(&view, "crizotinib"),
            (Verdict::Supported, Some(EvidenceLevel::Label))
        );
        assert_ne!(verdict(&view, "lorlatinib").1, Some(EvidenceLevel::Label));
    }

    #[test]
    fn the_order_is_the_rule() {
        for mutations in ["", "G1202R", "I1171N"] {
            let view = inhibitors(&question(mutations, &["alectinib"]));
            let verdicts: Vec<Verdict> = view.conclusions.iter().map(|one| one.verdict).collect();
            assert!(verdicts.is_sorted());
        }
    }
}
