//! What is known about a question: facts, each with its source, date and status.
//!
//! [`answer`] turns an [`Asked`] into an [`Answer`]: what the program computes from the reference ([`Subject`]), and the
//! rows of all tables that speak of it, in sections. Nothing is averaged, and nothing unverified is left unmarked.

mod fusion;
mod junction;
mod mutation;
mod others;

use alkaid_genome::Bundle;
use serde::Serialize;

pub use junction::{JunctionSubject, resolve};
pub use mutation::{BaseChangeSubject, MutationSubject};

use crate::civic::CivicItem;
use crate::date::Date;
use crate::matching::{Findings, fit};
use crate::provenance::Provenance;
use crate::query::{Asked, Query};
use crate::table::Status;
use crate::view::NOTICE;

/// What is known about a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// The question as it was typed.
    pub question: String,
    /// What it is about, in a word.
    pub kind: &'static str,
    /// What it was understood as, as the field writes it.
    pub name: String,
    /// The day that statuses are given for.
    pub as_of: Date,
    /// How the question was read, and what to know before trusting the rest.
    pub notes: Vec<String>,
    /// What the program computes about it from the reference.
    pub subject: Subject,
    /// The facts.
    pub sections: Vec<Section>,
    /// Research use only.
    pub notice: &'static str,
}

/// What is computed from the reference.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    /// A fusion and its junctions; none where no junction was asked for.
    Fusion {
        /// Symbol of the 5' gene.
        five: String,
        /// Symbol of the 3' gene.
        three: String,
        /// The junctions.
        junctions: Vec<JunctionSubject>,
    },
    /// Mutations.
    Mutations {
        /// One after the other.
        mutations: Vec<MutationSubject>,
        /// The fusion that they are on, where one was named.
        fusion: Option<String>,
    },
    /// Nothing is computed: the facts say it all.
    Named,
}

/// Facts on one topic.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// The topic.
    pub title: &'static str,
    /// Its facts.
    pub facts: Vec<Statement>,
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statement {
    /// What it is about.
    pub label: String,
    /// The fact in words.
    pub text: String,
    /// Source, date, status, successor.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<String>,
}

/// Answers a question as of a day.
pub fn answer(question: &str, asked: &Asked, as_of: Date) -> Answer {
    let bundle = Bundle::embedded();
    let mut notes = asked.notes.clone();
    let (subject, mut sections) = match &asked.query {
        Query::Gene(symbol) => others::gene(symbol, as_of, bundle),
        Query::Fusion(fusion) => fusion::fusion(fusion, bundle, &mut notes),
        Query::Mutations(mutations, on) => mutation::mutations(mutations, on.as_ref(), bundle),
        Query::Place(place) => others::place(place, bundle),
        Query::Drug(drug) => others::drug(drug, as_of),
        Query::Tumour(tumour) => others::tumour(tumour, as_of),
        Query::Trial(trials) => others::trial(trials),
        Query::Mechanism(ways) => others::mechanism(ways),
        Query::AlternativeTranscript => others::alternative_transcript(),
    };
    sections.retain(|section| !section.facts.is_empty());
    if sections.is_empty() {
        notes.push("no row of the tables speaks of it".to_owned());
    }
    Answer {
        question: question.to_owned(),
        kind: asked.query.kind(),
        name: asked.query.to_string(),
        as_of,
        notes,
        subject,
        sections,
        notice: NOTICE,
    }
}

impl Statement {
    fn new(label: impl Into<String>, text: impl Into<String>, provenance: Provenance) -> Self {
        Self {
            label: label.into(),
            text: text.into(),
            provenance,
            note: None,
        }
    }

    fn with_note(mut self, note: Option<&str>) -> Self {
        self.note = note.map(str::to_owned);
        self
    }

    /// What follows from the reference bundle.
    fn computed(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(label, text, computed("reference bundle, NM_004304.5"))
    }
}

impl Section {
    fn new(title: &'static str, facts: Vec<Statement>) -> Self {
        Self { title, facts }
    }
}

fn computed(source: &'static str) -> Provenance {
    Provenance {
        source,
        date: None,
        status: Status::Computed,
        superseded_by: None,
    }
}

/// CIViC's items that fit the findings, closest first, then by level.
fn civic_section(found: &Findings) -> Section {
    let mut fitting: Vec<_> = crate::civic_items()
        .iter()
        .filter_map(|item| Some((fit(item, found)?, item)))
        .collect();
    fitting.sort_by_key(|(fit, item)| (fit.grade, fit.extent, item.level, item.id.len(), item.id));
    let facts = fitting
        .into_iter()
        .map(|(fit, item)| {
            civic_fact(
                item,
                format!("{}, {}", fit.grade.as_str(), fit.extent.as_str()),
            )
        })
        .collect();
    Section::new("CIViC, closest match first", facts)
}

fn civic_fact(item: &CivicItem, fit: String) -> Statement {
    let drugs = match item.drugs.is_empty() {
        true => String::new(),
        false => format!(" to {}", item.drugs.join(" or ")),
    };
    let text = format!(
        "{} {} {}{drugs} in {} (level {}, {} of 5 stars)",
        item.profile,
        item.direction.as_str().replace('_', " "),
        item.significance.as_str().replace('_', " "),
        item.disease,
        item.level.as_str(),
        item.rating
    );
    Statement::new(item.id, text, item.provenance).with_note(Some(&format!("match: {fit}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse;

    fn of(text: &str) -> Answer {
        let asked = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        answer(text, &asked, crate::curated_on())
    }

    fn holds(answer: &Answer, part: &str) -> bool {
        answer
            .sections
            .iter()
            .flat_map(|section| &section.facts)
            .any(|fact| fact.text.contains(part) || fact.label.contains(part))
    }

    #[test]
    fn every_row_can_be_asked_for() {
        for partner in crate::partners() {
            assert!(!of(&format!("{}-ALK", partner.symbol)).sections.is_empty());
        }
        for variant in crate::named_variants() {
            let query = match variant.name.starts_with('V') || variant.name.contains(";A") {
                true => format!("{}-ALK {}", variant.gene, variant.name),
                false => variant.name.to_owned(),
            };
            assert!(!of(&query).sections.is_empty(), "{query}");
        }
        for mutation in crate::mutations() {
            assert!(
                holds(&of(mutation.name), mutation.region),
                "{}",
                mutation.name
            );
        }
        for name in crate::drugs().iter().flat_map(crate::Drug::names) {
            assert!(!of(name).sections.is_empty(), "{name}");
        }
        for trial in crate::trials() {
            assert!(!of(trial.key).sections.is_empty(), "{}", trial.key);
        }
        for tumour in crate::query::tumour_types() {
            assert!(!of(tumour.key).sections.is_empty(), "{}", tumour.key);
        }
        for way in crate::off_target_resistance() {
            assert!(!of(way.mechanism).sections.is_empty(), "{}", way.mechanism);
        }
    }

    #[test]
    fn each_fact_has_a_source() {
        for question in [
            "ALK",
            "EML4-ALK v3",
            "NPM1-ALK",
            "G1202R",
            "lorlatinib",
            "NSCLC",
            "ALEX",
            "EMT",
            "ALK-ATI",
            "chr2:29220747",
        ] {
            for fact in of(question)
                .sections
                .iter()
                .flat_map(|section| &section.facts)
            {
                assert!(!fact.provenance.source.is_empty(), "{question}: {fact:?}");
            }
        }
    }

    #[test]
    fn what_reviews_print_is_said_to_be_out_of_frame() {
        for question in [
            "EML4-ALK E14;del12A20",
            "E17;ins30A20",
            "K15;A20",
            "EML4 exon 14 - ALK exon 20",
        ] {
            let answer = of(question);
            let Subject::Fusion { junctions, .. } = &answer.subject else {
                panic!()
            };
            assert_eq!(junctions[0].in_frame, Some(false), "{question}");
            assert!(holds(&answer, "out of frame"), "{question}");
        }
    }

    #[test]
    fn breakpoints_predict_the_junction() {
        for question in ["chr2:42299750 chr2:29223740", "2:42522656-2:29446394 hg19"] {
            let Subject::Fusion { junctions, .. } = of(question).subject else {
                panic!()
            };
            assert_eq!(junctions[0].name, "E13;A20", "{question}");
            assert_eq!(junctions[0].variant, Some("V1"), "{question}");
            assert_eq!(junctions[0].in_frame, Some(true));
        }
    }

    #[test]
    fn npm_alk_has_680_residues() {
        let Subject::Fusion { junctions, .. } = of("NPM-ALK p80").subject else {
            panic!()
        };
        assert_eq!(junctions[0].protein_length, Some(680));
        assert_eq!(junctions[0].partner_residues, Some(117));
    }

    #[test]
    fn neladalkib_is_not_approved_on_the_day_of_the_tables() {
        assert!(holds(&of("neladalkib"), "under review"));
        let asked = parse("lorlatinib").unwrap();
        let early = answer("lorlatinib", &asked, "2015-01-01".parse().unwrap());
        assert!(
            !early
                .sections
                .iter()
                .flat_map(|s| &s.facts)
                .any(|fact| fact.label == "FDA" && fact.text.starts_with("approved"))
        );
    }
}
