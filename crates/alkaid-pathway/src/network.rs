//! The network: nodes and signed edges with their sources. Both executions are made from it.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;

use crate::table::{self, Source};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// The ALK fusion, which has an equation of its own.
    Fusion,
    /// Fixed by the case: a receptor that is active or not, the chaperone, the drug.
    Input,
    /// A protein or a complex.
    Protein,
    /// What a cell does.
    Phenotype,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Node {
    /// Its name: an HGNC symbol, a complex or a phenotype.
    pub name: &'static str,
    /// What it is.
    pub kind: NodeKind,
    /// The part of the network: `PI3K`, `MAPK`, `JAK/STAT`, …
    pub arm: &'static str,
    /// Activity without any input, 0 to 1.
    pub basal: f64,
    /// Hours in which it comes to 63 % of a new level.
    pub relaxation_h: f64,
    /// In words.
    pub describes: &'static str,
    /// Column and row in which the map draws it.
    pub cell: [u8; 2],
}

/// Whether an edge activates or inhibits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// More of the source makes more of the target.
    Activates,
    /// More of the source makes less of the target.
    Inhibits,
}

/// What an edge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Acts on ALK itself, by the equation of ALK.
    Front,
    /// Passes the signal on.
    Signal,
    /// Belongs to a feedback.
    Feedback,
    /// From a receptor or state that can stand in for ALK.
    Bypass,
    /// Changes the amount of a protein.
    Expression,
}

impl Role {
    const WORDS: &[(&str, Self)] = &[
        ("front", Self::Front),
        ("signal", Self::Signal),
        ("feedback", Self::Feedback),
        ("bypass", Self::Bypass),
        ("expression", Self::Expression),
    ];

    /// In a word.
    pub fn as_str(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, role)| *role == self);
        found.map_or("", |(word, _)| word)
    }
}

/// An edge. Its ends are places in [`nodes`].
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Place among all edges; parameters are drawn for all of them, in this order.
    pub index: usize,
    /// The source.
    pub from: usize,
    /// The target.
    pub to: usize,
    /// Its sign.
    pub sign: Sign,
    /// What it is for.
    pub role: Role,
    /// Share of the target's activity that it makes or takes alone; none for [`Role::Front`].
    pub weight: Option<f64>,
    /// Activity of the source at which it works half.
    pub half: Option<f64>,
    /// In words.
    pub mechanism: &'static str,
    /// Where it was read.
    pub source: Source,
}

impl Edge {
    /// `ERK->DUSP6` or `DUSP6-|ERK`.
    pub fn name(&self) -> String {
        let arrow = match self.sign {
            Sign::Activates => "->",
            Sign::Inhibits => "-|",
        };
        format!(
            "{}{arrow}{}",
            nodes()[self.from].name,
            nodes()[self.to].name
        )
    }
}

/// Which edges take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// Those that somebody read in a source or a test computes.
    Usable,
    /// Unverified ones too.
    All,
}

/// All nodes. Edges, states and parameters refer to them by their place.
pub fn nodes() -> &'static [Node] {
    static TABLE: LazyLock<Vec<Node>> = LazyLock::new(|| {
        let kinds = [
            ("fusion", NodeKind::Fusion),
            ("input", NodeKind::Input),
            ("protein", NodeKind::Protein),
            ("phenotype", NodeKind::Phenotype),
        ];
        table::read("nodes", include_str!("../data/nodes.tsv"))
            .iter()
            .map(|row| Node {
                name: row.text("node"),
                kind: row.word("kind", &kinds),
                arm: row.text("arm"),
                basal: row.number("basal"),
                relaxation_h: row.number("relaxation_h"),
                describes: row.text("describes"),
                cell: [row.number("column") as u8, row.number("row") as u8],
            })
            .collect()
    });
    &TABLE
}

/// The place of the node with this name, in any case.
pub fn node(name: &str) -> Option<usize> {
    nodes()
        .iter()
        .position(|node| node.name.eq_ignore_ascii_case(name))
}

/// Places of the nodes that equations and readouts name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Landmarks {
    pub alk: usize,
    pub tki: usize,
    pub hsp90: usize,
    pub oligomer: usize,
    pub proliferation: usize,
    pub apoptosis: usize,
}

/// Those places.
pub(crate) fn landmarks() -> Landmarks {
    static FOUND: LazyLock<Landmarks> = LazyLock::new(|| {
        let place = |name| node(name).unwrap_or_else(|| panic!("nodes.tsv lacks {name}"));
        Landmarks {
            alk: place("ALK_fusion"),
            tki: place("ALK_TKI"),
            hsp90: place("HSP90"),
            oligomer: place("oligomer"),
            proliferation: place("Proliferation"),
            apoptosis: place("Apoptosis"),
        }
    });
    *FOUND
}

/// All edges, verified or not.
pub fn edges() -> &'static [Edge] {
    static TABLE: LazyLock<Vec<Edge>> = LazyLock::new(|| {
        let signs = [("+", Sign::Activates), ("-", Sign::Inhibits)];
        let place = |name: &str| {
            node(name).unwrap_or_else(|| panic!("edges.tsv names {name}, which nodes.tsv lacks"))
        };
        table::read("edges", include_str!("../data/edges.tsv"))
            .iter()
            .enumerate()
            .map(|(index, row)| Edge {
                index,
                from: place(row.text("from")),
                to: place(row.text("to")),
                sign: row.word("sign", &signs),
                role: row.word("role", Role::WORDS),
                weight: row.optional_number("weight"),
                half: row.optional_number("half"),
                mechanism: row.text("mechanism"),
                source: row.source(),
            })
            .collect()
    });
    &TABLE
}

/// The edges that take part.
pub fn edges_with(evidence: Evidence) -> impl Iterator<Item = &'static Edge> {
    edges()
        .iter()
        .filter(move |edge| evidence == Evidence::All || !edge.source.is_unverified())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nodes_are_unique_and_all_have_an_edge() {
        let names: BTreeSet<&str> = nodes().iter().map(|node| node.name).collect();
        assert_eq!(names.len(), nodes().len());
        for (place, node) in nodes().iter().enumerate() {
            let touched = edges().iter().any(|e| e.from == place || e.to == place);
            assert!(touched, "{} has no edge", node.name);
            assert!((0.0..=1.0).contains(&node.basal) && node.relaxation_h > 0.0);
        }
    }

    #[test]
    fn no_edge_stands_twice_and_none_enters_an_input() {
        let pairs: BTreeSet<(usize, usize)> = edges().iter().map(|e| (e.from, e.to)).collect();
        assert_eq!(pairs.len(), edges().len());
        for edge in edges_with(Evidence::Usable).filter(|e| e.role != Role::Front) {
            assert_ne!(nodes()[edge.to].kind, NodeKind::Input, "{}", edge.name());
            assert_ne!(nodes()[edge.to].kind, NodeKind::Fusion, "{}", edge.name());
        }
    }

    #[test]
    fn run_edges_have_numbers_and_front_edges_none() {
        for edge in edges() {
            assert_eq!(
                edge.weight.is_some(),
                edge.role != Role::Front,
                "{}",
                edge.name()
            );
            assert_eq!(edge.half.is_some(), edge.role != Role::Front);
            assert!(edge.weight.is_none_or(|w| w > 0.0 && w < 1.0));
        }
    }

    #[test]
    fn what_a_found_edge_says_names_a_source() {
        for edge in edges() {
            assert!(edge.source.source.len() > 8, "{}", edge.name());
            if edge.source.source.contains("not read") || edge.source.source.starts_with("reviews")
            {
                assert!(edge.source.is_unverified(), "{}", edge.name());
            }
        }
    }
}
