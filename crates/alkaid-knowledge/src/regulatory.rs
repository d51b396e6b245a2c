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
    /// All that is known was read in no source: see the unverified events.
    OnlyUnverified,
}

impl RegulatoryState {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::UnderReview => "under review",
            Self::ApprovedForOtherTargets => "approved, not for ALK",
            Self::NotApproved => "not approved",
            Self::OnlyUnverified => "unverified reports only",
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
    /// Where it stands, by the events below alone.
    pub state: RegulatoryState,
    /// The day by which the agency means to decide, if an application is with it.
    pub decision_due: Option<Date>,
    /// What happened until then and was read in a source, oldest first.
    pub events: Vec<&'static RegulatoryEvent>,
    /// What is said to have happened until then, but was read in no source; the state does not rest on it.
    pub unverified: Vec<&'static RegulatoryEvent>,
}

/// All events, by drug and date.
pub fn regulatory_events() -> &'static [RegulatoryEvent] {
    static TABLE: LazyLock<Vec<RegulatoryEvent>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/regulatory.tsv"))));
    &TABLE
}

/// Where a drug stands with each agency that the table has events of, at the end of a day.
///
/// An event counts once all of its date has passed, so that one dated `2026-11` counts from the 30th on. The state
/// rests only on events that may be used by default; the others are listed beside.
pub fn regulatory_status(drug: &str, as_of: Date) -> Vec<RegulatoryStatus> {
    let mut agencies: Vec<&'static str> = Vec::new();
    for event in events_of(drug) {
        if !agencies.contains(&event.agency) {
            agencies.push(event.agency);
        }
    }
    agencies
        .into_iter()
        .filter_map(|agency| status_with(drug, agency, as_of))
        .collect()
}

/// The events of one drug, by agency and date.
pub fn events_of(drug: &str) -> impl Iterator<Item = &'static RegulatoryEvent> {
    regulatory_events()
        .iter()
        .filter(move |event| event.drug == drug)
}

fn status_with(drug: &str, agency: &'static str, as_of: Date) -> Option<RegulatoryStatus> {
    let of_agency = || events_of(drug).filter(move |event| event.agency == agency);
    let mut past: Vec<_> = of_agency()
        .filter(|event| event.event != RegulatoryEventKind::DecisionDue)
        .filter(|event| event.date.has_passed_by(as_of))
        .collect();
    past.sort_by_key(|event| event.date.last_day());
    let (events, unverified): (Vec<_>, Vec<_>) = past
        .into_iter()
        .partition(|event| event.usable_by_default());
    let state = if events.is_empty() && !unverified.is_empty() {
        RegulatoryState::OnlyUnverified
    } else {
        state_after(&events)
    };
    let decision_due = of_agency()
        .filter(|event| {
            event.event == RegulatoryEventKind::DecisionDue && event.usable_by_default()
        })
        .map(|event| event.date)
        .next()
        .filter(|_| state == RegulatoryState::UnderReview);
    Some(RegulatoryStatus {
        drug: of_agency().next()?.drug,
        agency,
        as_of,
        state,
        decision_due,
        events,
        unverified,
    })
}

/// The state that events, oldest first, lead to.
fn state_after(events: &[&RegulatoryEvent]) -> RegulatoryState {
    let approved = |for_alk| {
        events
            .iter()
            .any(|event| event.event.is_approval() && event.for_alk == for_alk)
    };
    let pending = events.last().is_some_and(|event| {
        matches!(
            event.event,
            RegulatoryEventKind::Submitted | RegulatoryEventKind::Accepted
        )
    });
    if approved(true) {
        RegulatoryState::Approved
    } else if pending {
        RegulatoryState::UnderReview
    } else if approved(false) {
        RegulatoryState::ApprovedForOtherTargets
    } else {
        RegulatoryState::NotApproved
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Status;

    fn with(drug: &str, agency: &str, day: &str) -> RegulatoryStatus {
        regulatory_status(drug, day.parse().unwrap())
            .into_iter()
            .find(|status| status.agency == agency)
            .unwrap()
    }

    #[test]
    fn neladalkib_is_not_approved_before_its_decision() {
        let status = with("neladalkib", "FDA", "2026-11-22");
        assert_eq!(status.state, RegulatoryState::UnderReview);
        assert_eq!(status.decision_due, "2026-11-27".parse().ok());
        // The day to decide by is no decision: nothing changes when it passes.
        let later = with("neladalkib", "FDA", "2026-12-31");
        assert_eq!(later.state, RegulatoryState::UnderReview);
        let earlier = with("neladalkib", "FDA", "2026-04-06");
        assert_eq!(earlier.state, RegulatoryState::NotApproved);
        assert_eq!(earlier.decision_due, None);
    }

    #[test]
    fn a_status_follows_its_day() {
        assert_eq!(
            with("alectinib", "FDA", "2015-12-10").state,
            RegulatoryState::NotApproved
        );
        assert_eq!(
            with("alectinib", "FDA", "2015-12-11").state,
            RegulatoryState::Approved
        );
        let withdrawn = with("foritinib", "NMPA", "2025-11-01");
        assert_eq!(withdrawn.state, RegulatoryState::NotApproved);
        let again = with("foritinib", "NMPA", "2026-11-22");
        assert_eq!(again.state, RegulatoryState::UnderReview);
    }

    #[test]
    fn a_state_never_rests_on_what_nobody_read() {
        for event in regulatory_events() {
            for status in regulatory_status(event.drug, "2026-11-22".parse().unwrap()) {
                for event in status.events {
                    assert_ne!(event.provenance.status, Status::Unverified, "{}", event.key);
                }
            }
        }
        let envonalkib = with("envonalkib", "NMPA", "2026-11-22");
        assert_eq!(envonalkib.state, RegulatoryState::OnlyUnverified);
        assert_eq!(envonalkib.unverified.len(), 1);
    }

    #[test]
    fn events_have_their_keys() {
        for event in regulatory_events() {
            let key = format!(
                "{}/{}/{}/{}",
                event.drug,
                event.agency,
                event.event.as_str(),
                event.date
            );
            assert_eq!(event.key, key);
        }
    }
}
