//! What stands in a cell, and how each format writes it.

use std::fmt::Display;

use serde_json::Value;

/// What stands for "nothing" in TSV.
const NONE: &str = ".";

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// A decimal number.
    Decimal(f64),
    /// Yes or no.
    Flag(bool),
    /// Several texts.
    Items(Vec<String>),
    /// A status, which people are shown with more words.
    Status {
        /// The word of the table.
        word: &'static str,
        /// The words for people.
        shown: String,
    },
}

impl Cell {
    pub(super) fn text(text: impl Display) -> Self {
        match text.to_string() {
            text if text.is_empty() => Self::Empty,
            text => Self::Text(text),
        }
    }

    pub(super) fn optional(text: Option<impl Display>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }

    pub(super) fn whole(number: impl Into<u64>) -> Self {
        Self::Whole(number.into())
    }

    pub(super) fn optional_whole(number: Option<impl Into<u64>>) -> Self {
        number.map_or(Self::Empty, Self::whole)
    }

    pub(super) fn decimal(number: Option<f64>) -> Self {
        number.map_or(Self::Empty, Self::Decimal)
    }

    pub(super) fn items<T: Display>(items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
        if items.is_empty() {
            Self::Empty
        } else {
            Self::Items(items)
        }
    }

    /// For a person.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Items(items) => items.join(", "),
            Self::Status { shown, .. } => shown.clone(),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Decimal(number) => number.to_string(),
        }
    }

    /// For a TSV field.
    pub(super) fn tsv(&self) -> String {
        match self {
            Self::Empty => NONE.to_owned(),
            Self::Items(items) => items.join("|"),
            Self::Status { word, .. } => (*word).to_owned(),
            other => other.shown(),
        }
    }

    /// For JSON.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Text(text) => Value::from(text.as_str()),
            Self::Whole(number) => Value::from(*number),
            Self::Decimal(number) => Value::from(*number),
            Self::Flag(flag) => Value::from(*flag),
            Self::Items(items) => Value::from(items.clone()),
            Self::Status { word, .. } => Value::from(*word),
        }
    }

    /// Whether it is a number, which is set to the right.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Whole(_) | Self::Decimal(_))
    }
}
