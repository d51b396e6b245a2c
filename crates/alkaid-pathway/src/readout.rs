//! What is read off a state: the activity of a node, or growth.

use crate::error::PathwayError;
use crate::kinetics::Kinetics;
use crate::names::find_node;
use crate::network::{landmarks, nodes};

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// The activity of a node.
    Node(usize),
    /// Net divisions a day.
    Growth,
    /// Deaths a day, on the same scale.
    Death,
}

/// Hours of a day, and how many divisions a growth of e-fold is.
const PER_DAY: f64 = 24.0 / std::f64::consts::LN_2;

impl Quantity {
    /// Reads `ERK`, `growth` or `death`.
    ///
    /// # Errors
    ///
    /// When there is no such node.
    pub fn parse(name: &str) -> Result<Self, PathwayError> {
        match name.to_ascii_lowercase().as_str() {
            "growth" => Ok(Self::Growth),
            "death" => Ok(Self::Death),
            "alk" => Ok(Self::Node(landmarks().alk)),
            _ => find_node(name).map(Self::Node),
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Node(place) => nodes()[place].name,
            Self::Growth => "growth",
            Self::Death => "death",
        }
    }

    /// Its value in a state.
    pub fn of(self, kinetics: &Kinetics, x: &[f64]) -> f64 {
        match self {
            Self::Node(place) => x[place],
            Self::Growth => kinetics.growth(x) * PER_DAY,
            Self::Death => kinetics.death_rate * x[landmarks().apoptosis] * PER_DAY,
        }
    }
}

/// The readouts that every report shows, with their names in words.
pub fn headline() -> Vec<(&'static str, Quantity)> {
    [
        ("ALK kinase", "ALK_fusion"),
        ("RAS/RAF/MEK/ERK", "ERK"),
        ("PI3K/AKT", "AKT"),
        ("mTORC1/S6", "S6"),
        ("JAK/STAT", "STAT3"),
        ("proliferation", "Proliferation"),
        ("apoptosis", "Apoptosis"),
        ("net divisions a day", "growth"),
    ]
    .into_iter()
    .filter_map(|(words, name)| Some((words, Quantity::parse(name).ok()?)))
    .collect()
}
