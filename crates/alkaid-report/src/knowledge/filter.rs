//! Which rows of a topic are asked for.

use alkaid_knowledge::{
    Date, Fact, Status, drug, drugs, mutation, mutations, tables as indexed, trials,
};
use serde::Serialize;

use super::facets::Facets;
use super::{Listed, topics};

/// What the user asks for. Empty fields ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ListFilter {
    /// Rows about this gene (symbol, in any case).
    pub gene: Option<String>,
    /// Rows about this drug (name, code name or brand).
    pub drug: Option<String>,
    /// Rows about tumour types whose name holds this text.
    pub tumour: Option<String>,
    /// Rows about this mutation (`G1202R`).
    pub mutation: Option<String>,
    /// Rows about this trial (name or registration number).
    pub trial: Option<String>,
    /// Rows of this status.
    pub status: Option<Status>,
    /// Rows that conclusions may rest on: neither unverified nor superseded.
    pub usable: bool,
    /// What was known by the end of this day. Statuses speak of it, and rows with a later date are left out.
    pub as_of: Option<Date>,
}

/// Why a list cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The topic is unknown.
    #[error("there is no topic {name:?}{}; topics are {}", suggestion(.meant), topics().join(", "))]
    Topic {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        meant: Option<String>,
    },
    /// A value of a filter is unknown in this topic.
    #[error("nothing under {topic} is about {filter} {value:?}{}; alkaid list {topic} shows all rows", suggestion(.meant))]
    Value {
        /// The topic.
        topic: String,
        /// The option.
        filter: &'static str,
        /// What was asked for.
        value: String,
        /// What may have been meant.
        meant: Option<String>,
    },
    /// The topic has no rows that a filter could speak of.
    #[error("{topic} cannot be filtered by {filter}; it can be by {}", .possible.join(", "))]
    Filter {
        /// The topic.
        topic: String,
        /// The option.
        filter: &'static str,
        /// The options that mean something there.
        possible: Vec<&'static str>,
    },
}

impl ListError {
    pub(super) fn topic(name: &str) -> Self {
        Self::Topic {
            name: name.to_owned(),
            meant: nearest(name, topics()),
        }
    }
}

fn suggestion(meant: &Option<String>) -> String {
    meant
        .as_ref()
        .map_or_else(String::new, |meant| format!(" (did you mean {meant}?)"))
}

/// The candidate that looks most like a text, if any does.
fn nearest<'c>(text: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let text = text.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::jaro_winkler(&text, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        // The first of equals, so that the order of the tables decides.
        .fold(None, |best: Option<(f64, &str)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, candidate)| candidate.to_owned())
}

/// A filter with its values looked up.
pub(super) struct Ready {
    wanted: Vec<(Facet, String)>,
    status: Option<Status>,
    usable: bool,
    as_of: Option<Date>,
}

/// A part of [`Facets`] that a filter asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Facet {
    Gene,
    Drug,
    Tumour,
    Mutation,
    Trial,
}

impl Facet {
    const ALL: [Self; 5] = [
        Self::Gene,
        Self::Drug,
        Self::Tumour,
        Self::Mutation,
        Self::Trial,
    ];

    const fn option(self) -> &'static str {
        match self {
            Self::Gene => "--gene",
            Self::Drug => "--drug",
            Self::Tumour => "--tumour",
            Self::Mutation => "--mutation",
            Self::Trial => "--trial",
        }
    }

    fn of(self, facets: &Facets) -> Option<&[&'static str]> {
        match self {
            Self::Gene => facets.genes.as_deref(),
            Self::Drug => facets.drugs.as_deref(),
            Self::Tumour => facets.tumours.as_deref(),
            Self::Mutation => facets.mutations.as_deref(),
            Self::Trial => facets.trials.as_deref(),
        }
    }

    /// Whether a row's value is the one that was asked for.
    fn fits(self, value: &str, wanted: &str) -> bool {
        match self {
            Self::Tumour => value.to_lowercase().contains(&wanted.to_lowercase()),
            _ => value.eq_ignore_ascii_case(wanted),
        }
    }

    /// The name that the tables use for what the user typed.
    fn canonical(self, typed: &str) -> String {
        let typed = typed.trim();
        let known = match self {
            Self::Drug => drug(typed).map(|drug| drug.name),
            Self::Mutation => mutation(typed).map(|mutation| mutation.name),
            Self::Gene | Self::Tumour | Self::Trial => None,
        };
        known.unwrap_or(typed).to_owned()
    }

    /// All names that could have been meant, beside the values of the rows.
    fn names(self) -> Vec<&'static str> {
        match self {
            Self::Drug => drugs().iter().flat_map(|drug| drug.names()).collect(),
            Self::Mutation => mutations().iter().map(|mutation| mutation.name).collect(),
            Self::Trial => trials().iter().map(|trial| trial.key).collect(),
            Self::Gene | Self::Tumour => Vec::new(),
        }
    }
}

impl ListFilter {
    fn value(&self, facet: Facet) -> Option<&str> {
        match facet {
            Facet::Gene => self.gene.as_deref(),
            Facet::Drug => self.drug.as_deref(),
            Facet::Tumour => self.tumour.as_deref(),
            Facet::Mutation => self.mutation.as_deref(),
            Facet::Trial => self.trial.as_deref(),
        }
    }

    /// Looks the values up in the tables of a topic.
    pub(super) fn ready(&self, topic: &str, specs: &[&dyn Listed]) -> Result<Ready, ListError> {
        let facets: Vec<Facets> = specs.iter().flat_map(|spec| spec.facets()).collect();
        let mut wanted = Vec::new();
        for facet in Facet::ALL {
            let Some(typed) = self.value(facet) else {
                continue;
            };
            let values: Vec<&str> = facets
                .iter()
                .filter_map(|row| facet.of(row))
                .flatten()
                .copied()
                .collect();
            if facets.iter().all(|row| facet.of(row).is_none()) {
                return Err(ListError::Filter {
                    topic: topic.to_owned(),
                    filter: facet.option(),
                    possible: possible(&facets),
                });
            }
            let name = facet.canonical(typed);
            if !values.iter().any(|value| facet.fits(value, &name)) {
                let candidates = values.into_iter().chain(facet.names());
                return Err(ListError::Value {
                    topic: topic.to_owned(),
                    filter: facet.option(),
                    value: typed.to_owned(),
                    meant: nearest(typed, candidates)
                        .filter(|meant| !meant.eq_ignore_ascii_case(typed)),
                });
            }
            wanted.push((facet, name));
        }
        Ok(Ready {
            wanted,
            status: self.status,
            usable: self.usable,
            as_of: self.as_of,
        })
    }
}

/// The options that mean something for these rows.
fn possible(facets: &[Facets]) -> Vec<&'static str> {
    Facet::ALL
        .into_iter()
        .filter(|facet| facets.iter().any(|row| facet.of(row).is_some()))
        .map(Facet::option)
        .chain(["--status", "--usable", "--as-of"])
        .collect()
}

impl Ready {
    /// Whether the filter speaks of this table at all.
    pub(super) fn applies_to(&self, rows: &[Facets]) -> bool {
        self.wanted
            .iter()
            .all(|(facet, _)| rows.iter().any(|row| facet.of(row).is_some()))
    }

    /// Whether a row passes.
    pub(super) fn keeps(&self, table: &str, row: &impl Fact, facets: &Facets) -> bool {
        let provenance = row.provenance();
        let is_wanted = self.wanted.iter().all(|(facet, wanted)| {
            facet
                .of(facets)
                .is_some_and(|values| values.iter().any(|value| facet.fits(value, wanted)))
        });
        let is_known = match (self.as_of, provenance.date) {
            (Some(day), Some(date)) => !date.begins_after(day),
            _ => true,
        };
        let is_usable = !self.usable
            || (provenance.status != Status::Unverified && !self.is_replaced(table, row));
        is_wanted
            && is_known
            && is_usable
            && self.status.is_none_or(|status| status == provenance.status)
    }

    /// Whether a later row, known by the day asked for, replaces this one.
    pub(super) fn is_replaced(&self, table: &str, row: &impl Fact) -> bool {
        let Some(successor) = row.provenance().superseded_by else {
            return false;
        };
        // A line of the guide has the provenance of the row that it quotes, which is in another table.
        let own = indexed().iter().filter(|other| other.name == table);
        let successor = own.chain(indexed()).find_map(|other| other.row(successor));
        match (self.as_of, successor.and_then(|row| row.provenance.date)) {
            (Some(day), Some(date)) => !date.begins_after(day),
            _ => true,
        }
    }
}
