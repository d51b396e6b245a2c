//! What agencies decided about ALK inhibitors, and when: a status always has a day.

use std::sync::LazyLock;

use serde::Serialize;

use crate::date::Date;
use crate::provenance::{Fact, Provenance};
use crate::table::{self, TableError};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RegulatoryEventKind {
    /// An application was sent in.
    Submitted,
    /// An application was taken up for review.
    Accepted,
    /// The day by which the agency means to decide. The decision itself is a row of its own.
    DecisionDue,
    /// Approved on early evidence.
    AcceleratedApproval,
    /// Approved.
    Approval,
    /// An application was taken back.
    ApplicationWithdrawn,
}

impl RegulatoryEventKind {
    const WORDS: &[(&str, Self)] = &[
        ("submitted", Self::Submitted),
        ("accepted", Self::Accepted),
        ("decision_due", Self::DecisionDue),
        ("accelerated_approval", Self::AcceleratedApproval),
        ("approval", Self::Approval),
        ("application_withdrawn", Self::ApplicationWithdrawn),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }

    /// Whether the drug may be sold for the indication from then on.
    pub const fn is_approval(self) -> bool {
        matches!(self, Self::AcceleratedApproval | Self::Approval)
    }
}

/// One event of one application.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegulatoryEvent {
    /// Stable key.
    pub key: &'static str,
    /// Key of the drug.
    pub drug: &'static str,
    /// `FDA`, `EMA`, `NMPA`, `PMDA`.
    pub agency: &'static str,
    /// What happened.
    pub event: RegulatoryEventKind,
    /// When, as exactly as the source says. The provenance's date is the same.
    #[serde(skip)]
    pub date: Date,
    /// Tumour type: `NSCLC`, `ALCL`, `IMT`.
    pub tumour: &'static str,
    /// For whom.
    pub indication: &'static str,
    /// Whether the indication asks for an altered ALK; false for approvals against other targets.
    pub for_alk: bool,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// Where a drug stands with one agency on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RegulatoryState {
    /// Approved for an ALK-altered tumour.
    Approved,
    /// An application is with the agency.
    UnderReview,
    /// Approved, but for no ALK-altered tumour.
    ApprovedForOtherTargets,
    /// Neither approved nor under review, as far as the table knows.
    NotApproved,
}

impl RegulatoryState {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::UnderReview => "under review",
            Self::ApprovedForOtherTargets => "approved, not for ALK",
            Self::NotApproved => "not approved",
        }
    }
}

/// Where a drug stands with one agency on a day, and the events that say so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegulatoryStatus {
    /// Key of the drug.
    pub drug: &'static str,
    /// The agency.
    pub agency: &'static str,
    /// The day.
    pub as_of: Date,
    /// Where it stands.
    pub state: RegulatoryState,
    /// The day by which the agency means to decide, if an application is with it.
    pub decision_due: Option<Date>,
    /// What happened until then, oldest first.
    pub events: Vec<&'static RegulatoryEvent>,
}

/// All events, by drug and date.
pub fn regulatory_events() -> &'static [RegulatoryEvent] {
    static TABLE: LazyLock<Vec<RegulatoryEvent>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/regulatory.tsv"))));
    &TABLE
}

/// Where a drug stands with each agency that the table has events of, at the end of a day.
///
/// An event counts once all of its date has passed, so that one dated `2026-11` counts from the 30th on. Events that
/// nobody has read in a source count as well, and are marked as such: see their status.
pub fn regulatory_status(drug: &str, as_of: Date) -> Vec<RegulatoryStatus> {
    let mut agencies: Vec<&'static str> = Vec::new();
    for event in regulatory_events()
        .iter()
        .filter(|event| event.drug == drug)
    {
        if !agencies.contains(&event.agency) {
            agencies.push(event.agency);
        }
    }
    agencies
        .into_iter()
        .filter_map(|agency| status_with(drug, agency, as_of))
        .collect()
}

fn status_with(drug: &str, agency: &'static str, as_of: Date) -> Option<RegulatoryStatus> {
    let of_agency = || {
        regulatory_events()
            .iter()
            .filter(move |event| event.drug == drug && event.agency == agency)
    };
    let mut events: Vec<_> = of_agency()
        .filter(|event| {
            event.event != RegulatoryEventKind::DecisionDue && event.date.has_passed_by(as_of)
        })
        .collect();
    events.sort_by_key(|event| event.date.last_day());
    let under_review = events.last().is_some_and(|event| {
        matches!(
            event.event,
            RegulatoryEventKind::Submitted | RegulatoryEventKind::Accepted
        )
    });
    let approved = |for_alk| {
        events
            .iter()
            .any(|event| event.event.is_approval() && event.for_alk == for_alk)
    };
    let state = if approved(true) {
        RegulatoryState::Approved
    } else if under_review {
        RegulatoryState::UnderReview
    } else if approved(false) {
        RegulatoryState::ApprovedForOtherTargets
    } else {
        RegulatoryState::NotApproved
    };
    let decision_due = of_agency()
        .filter(|event| under_review && event.event == RegulatoryEventKind::DecisionDue)
        .map(|event| event.date)
        .next();
    Some(RegulatoryStatus {
        drug: of_agency().next()?.drug,
        agency,
        as_of,
        state,
        decision_due,
        events,
    })
}

fn parse(text: &'static str) -> Result<Vec<RegulatoryEvent>, TableError> {
    table::read("regulatory", text, |row| {
        let provenance = row.provenance()?;
        Ok(RegulatoryEvent {
            key: row.text("key")?,
            drug: row.text("drug")?,
            agency: row.text("agency")?,
            event: row.word("event", RegulatoryEventKind::WORDS)?,
            date: provenance
                .date
                .ok_or_else(|| row.bad("date", "", "a date"))?,
            tumour: row.text("tumour")?,
            indication: row.text("indication")?,
            for_alk: row.either("for_alk", "yes", "no")?,
            provenance,
            note: row.optional("note")?,
        })
    })
}

impl Fact for RegulatoryEvent {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}
