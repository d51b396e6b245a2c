//! Fusions, lines, alterations and inhibitors that a case can name.

use std::sync::LazyLock;

use crate::network::node;
use crate::table::{self, Source};

/// A fusion and how strongly its kinase acts.
#[derive(Clone, Debug)]
pub struct FusionRow {
    /// Place in [`fusions`].
    pub index: usize,
    /// Short key: `V1`.
    pub key: &'static str,
    /// `EML4::ALK:V1`.
    pub name: &'static str,
    /// Other spellings, and the constructs of the table of potencies.
    pub aliases: Vec<&'static str>,
    /// Kinase without a drug, in units of EML4-ALK V1: oligomerisation and level together.
    pub strength: f64,
    /// Spread of its logarithm.
    pub strength_sd: f64,
    /// Share of the protein that depends on HSP90.
    pub hsp90_share: f64,
    /// Spread of its logit.
    pub hsp90_sd: f64,
    /// Where that comes from.
    pub source: Source,
}

/// A cell line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name.
    pub key: &'static str,
    /// Its fusion.
    pub fusion: &'static str,
    /// What else is changed: `level:NODE=x`.
    pub changes: Vec<&'static str>,
    /// Where that comes from.
    pub source: Source,
}

/// What an alteration does to its node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// The node is held at the strength of a bypass.
    Active,
    /// Activity without input.
    Basal(f64),
    /// Times what it is.
    Gain(f64),
    /// Times what it is, 0 to 1.
    Level(f64),
}

/// An alteration beside the fusion.
#[derive(Clone, Debug)]
pub struct Alteration {
    /// `MET:amplification`.
    pub key: &'static str,
    /// The gene or state.
    pub gene: &'static str,
    /// Other spellings.
    pub aliases: Vec<&'static str>,
    /// Whether the gene alone means this row.
    pub default: bool,
    /// The node.
    pub node: usize,
    /// What it does.
    pub effect: Effect,
    /// Where that comes from.
    pub source: Source,
}

/// What an inhibitor acts on beside ALK.
#[derive(Clone, Debug)]
pub struct Target {
    /// The drug.
    pub drug: &'static str,
    /// The node.
    pub node: usize,
    /// Its IC50 as multiple of that on unmutated EML4-ALK; none where the drug is dosed by share.
    pub relative: Option<f64>,
    /// Where that comes from.
    pub source: Source,
}

fn place(table: &str, name: &str) -> usize {
    node(name).unwrap_or_else(|| panic!("{table}.tsv names {name}, which nodes.tsv lacks"))
}

/// All fusions.
pub fn fusions() -> &'static [FusionRow] {
    static TABLE: LazyLock<Vec<FusionRow>> = LazyLock::new(|| {
        table::read("fusions", include_str!("../data/fusions.tsv"))
            .iter()
            .enumerate()
            .map(|(index, row)| FusionRow {
                index,
                key: row.text("key"),
                name: row.text("fusion"),
                aliases: row.list("aliases"),
                strength: row.number("strength"),
                strength_sd: row.number("strength_sd"),
                hsp90_share: row.number("hsp90_share"),
                hsp90_sd: row.number("hsp90_sd"),
                source: row.source(),
            })
            .collect()
    });
    &TABLE
}

/// The fusion with this name, key or alias, in any case.
pub fn fusion(name: &str) -> Option<&'static FusionRow> {
    let is = |text: &str| text.eq_ignore_ascii_case(name);
    fusions()
        .iter()
        .find(|row| is(row.key) || is(row.name) || row.aliases.iter().any(|alias| is(alias)))
}

/// The row that stands in for a fusion without one.
pub fn any_fusion() -> &'static FusionRow {
    fusion("other").unwrap_or(&fusions()[0])
}

/// All lines.
pub fn lines() -> &'static [Line] {
    static TABLE: LazyLock<Vec<Line>> = LazyLock::new(|| {
        table::read("lines", include_str!("../data/lines.tsv"))
            .iter()
            .map(|row| Line {
                key: row.text("key"),
                fusion: row.text("fusion"),
                changes: row.list("changes"),
                source: row.source(),
            })
            .collect()
    });
    &TABLE
}

/// All alterations.
pub fn alterations() -> &'static [Alteration] {
    static TABLE: LazyLock<Vec<Alteration>> = LazyLock::new(|| {
        table::read("alterations", include_str!("../data/alterations.tsv"))
            .iter()
            .map(|row| Alteration {
                key: row.text("key"),
                gene: row.text("gene"),
                aliases: row.list("aliases"),
                default: row.word("default", &[("yes", true), ("no", false)]),
                node: place("alterations", row.text("node")),
                effect: match row.text("effect") {
                    "active" => Effect::Active,
                    "basal" => Effect::Basal(row.number("value")),
                    "gain" => Effect::Gain(row.number("value")),
                    _ => Effect::Level(row.number("value")),
                },
                source: row.source(),
            })
            .collect()
    });
    &TABLE
}

/// The alteration with this name: `MET`, `MET:amplification`, `HER2`.
pub fn alteration(name: &str) -> Option<&'static Alteration> {
    let is = |text: &str| text.eq_ignore_ascii_case(name);
    let rows = || alterations().iter();
    rows()
        .find(|row| is(row.key) || row.aliases.iter().any(|alias| is(alias)))
        .or_else(|| rows().find(|row| row.default && is(row.gene)))
}

/// All targets.
pub fn targets() -> &'static [Target] {
    static TABLE: LazyLock<Vec<Target>> = LazyLock::new(|| {
        table::read("inhibitors", include_str!("../data/inhibitors.tsv"))
            .iter()
            .map(|row| Target {
                drug: row.text("drug"),
                node: place("inhibitors", row.text("target")),
                relative: row.optional_number("relative"),
                source: row.source(),
            })
            .collect()
    });
    &TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_rows() {
        assert_eq!(fusion("EML4::ALK:V1").map(|f| f.key), Some("V1"));
        assert_eq!(fusion("eml4-alk v3").map(|f| f.key), Some("V3a"));
        assert_eq!(fusion("NPM1::ALK").map(|f| f.key), Some("NPM1"));
        assert!(fusion("BCR::ABL1").is_none());
        assert_eq!(
            alteration("her2").map(|a| a.key),
            Some("ERBB2:amplification")
        );
        assert_eq!(alteration("KRAS").map(|a| a.key), Some("KRAS:gain"));
    }

    #[test]
    fn every_row_is_sound() {
        for row in fusions() {
            assert!(row.strength > 0.0 && (0.0..=1.0).contains(&row.hsp90_share));
        }
        for line in lines() {
            assert!(fusion(line.fusion).is_some(), "{}", line.key);
        }
        for alteration in alterations() {
            let sound = match alteration.effect {
                Effect::Active => true,
                Effect::Basal(value) | Effect::Level(value) => (0.0..=1.0).contains(&value),
                Effect::Gain(value) => value > 0.0,
            };
            assert!(sound, "{}", alteration.key);
        }
        for target in targets() {
            assert!(alkaid_knowledge::drug(target.drug).is_some() || target.relative.is_none());
        }
    }
}
