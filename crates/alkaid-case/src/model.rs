//! The latent-class model as tables: how often each outcome of a test occurs in each class, and how common the classes are.
//!
//! Assays are independent given the class. What FISH and DNA share (a break of the locus) and what RNA and IHC share (an
//! expressed kinase) is in the classes: a silent rearrangement is seen by the first two and not by the last two, a
//! cryptic one is missed by FISH alone, and ALK that is expressed without a rearrangement is seen by IHC alone.

use std::sync::LazyLock;

use alkaid_knowledge::{fact, prevalence};

use crate::finding::LatentClass;
use crate::numbers::grouped;
use crate::table::{Origin, TableError, compiled_in, rows};

/// Added to every count (Jeffreys), so that what was never seen is not impossible.
pub(crate) const PSEUDO_COUNT: f64 = 0.5;

/// How often the outcomes of one node occur in one class: a row of `outcomes.tsv`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OutcomeRow {
    /// The node: a test, or a detail of its result.
    pub node: &'static str,
    /// The class.
    pub class: LatentClass,
    /// Outcomes with their counts, the pseudo-count added; all above 0.
    pub weights: Vec<(&'static str, f64)>,
    /// Where it comes from.
    pub origin: Origin,
}

impl OutcomeRow {
    /// The mean probability of an outcome.
    pub(crate) fn mean(&self, outcome: &str) -> f64 {
        let sum: f64 = self.weights.iter().map(|(_, weight)| weight).sum();
        self.weight(outcome) / sum
    }

    /// The weight of an outcome and of all others.
    pub(crate) fn beta(&self, outcome: &str) -> (f64, f64) {
        let sum: f64 = self.weights.iter().map(|(_, weight)| weight).sum();
        let weight = self.weight(outcome);
        (weight, sum - weight)
    }

    fn weight(&self, outcome: &str) -> f64 {
        self.weights
            .iter()
            .find(|(name, _)| *name == outcome)
            .map_or(PSEUDO_COUNT, |(_, weight)| *weight)
    }
}

/// What a prior is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// Share of tumours with an expressed kinase fusion.
    Driver,
    /// Of these, share that FISH does not resolve.
    CrypticShare,
    /// Of all rearranged tumours, share without an expressed fusion.
    SilentShare,
    /// Of tumours without a rearrangement, share that expresses ALK.
    Expressed,
}

/// A row of `priors.tsv`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PriorRow {
    /// Key of a tumour type, or `*`.
    pub tumour: &'static str,
    /// What it is about.
    pub quantity: Quantity,
    /// Parameters of the Beta distribution, the pseudo-count added.
    pub alpha: f64,
    /// The second.
    pub beta: f64,
    /// In words.
    pub says: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// A test that can still be done: a row of `tests.tsv`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TestRow {
    /// `rna`, `dna`, `fish`, `ihc`; the node of its result has the same name.
    pub key: &'static str,
    /// In words.
    pub title: &'static str,
    /// Sections that it needs.
    pub sections: Option<f64>,
    /// DNA that it needs, nanograms.
    pub dna_ng: Option<f64>,
    /// RNA that it needs, nanograms.
    pub rna_ng: Option<f64>,
    /// Where that stands.
    pub origin: Origin,
}

/// All tables of the model.
pub(crate) struct Model {
    pub outcomes: Vec<OutcomeRow>,
    pub priors: Vec<PriorRow>,
    pub tests: Vec<TestRow>,
    words: Vec<(&'static str, &'static str, &'static str)>,
}

/// The model.
pub(crate) fn model() -> &'static Model {
    static MODEL: LazyLock<Model> = LazyLock::new(|| compiled_in(read()));
    &MODEL
}

impl Model {
    /// The row of a node and a class.
    pub(crate) fn row(&self, node: &str, class: LatentClass) -> Option<&OutcomeRow> {
        self.outcomes
            .iter()
            .find(|row| row.node == node && row.class == class)
    }

    /// The prior of a quantity for a tumour type, or for any.
    pub(crate) fn prior(&self, quantity: Quantity, tumour: Option<&str>) -> &PriorRow {
        let of = |name: &str| {
            self.priors
                .iter()
                .find(|row| row.quantity == quantity && row.tumour == name)
        };
        tumour
            .and_then(of)
            .or_else(|| of("*"))
            // A test sees to it that every quantity has a row for any tumour.
            .unwrap_or(&self.priors[0])
    }

    /// The outcomes of a node, in order.
    pub(crate) fn outcomes_of(&self, node: &str) -> impl Iterator<Item = &'static str> {
        self.words
            .iter()
            .filter(move |(of, _, _)| *of == node)
            .map(|(_, outcome, _)| *outcome)
    }

    /// An outcome in words.
    pub(crate) fn says(&self, node: &str, outcome: &str) -> &'static str {
        self.words
            .iter()
            .find(|(of, name, _)| *of == node && *name == outcome)
            .map_or("", |(_, _, says)| *says)
    }
}

fn read() -> Result<Model, TableError> {
    Ok(Model {
        outcomes: outcomes()?,
        priors: priors()?,
        tests: tests()?,
        words: rows("outcome_words", include_str!("../data/outcome_words.tsv"))?
            .iter()
            .map(|row| Ok((row.text("node")?, row.text("outcome")?, row.text("says")?)))
            .collect::<Result<_, TableError>>()?,
    })
}

fn outcomes() -> Result<Vec<OutcomeRow>, TableError> {
    rows("outcomes", include_str!("../data/outcomes.tsv"))?
        .iter()
        .map(|row| {
            let name = row.text("class")?;
            let class = LatentClass::ALL
                .into_iter()
                .find(|class| class.as_str() == name)
                .ok_or_else(|| row.wrong(format!("there is no class {name}")))?;
            let add = |(outcome, count): (&'static str, f64)| (outcome, count + PSEUDO_COUNT);
            Ok(OutcomeRow {
                node: row.text("node")?,
                class,
                weights: row.counts("counts")?.into_iter().map(add).collect(),
                origin: row.origin()?,
            })
        })
        .collect()
}

fn priors() -> Result<Vec<PriorRow>, TableError> {
    rows("priors", include_str!("../data/priors.tsv"))?
        .iter()
        .map(|row| {
            let quantity = match row.text("quantity")? {
                "driver" => Quantity::Driver,
                "cryptic_share" => Quantity::CrypticShare,
                "silent_share" => Quantity::SilentShare,
                "expressed" => Quantity::Expressed,
                other => return Err(row.wrong(format!("{other:?} is no quantity"))),
            };
            let mut origin = row.origin()?;
            let (yes, of, says) = match row.optional("prevalence") {
                Some(key) => {
                    let counted = fact(prevalence(), key)
                        .ok_or_else(|| row.wrong(format!("there is no prevalence {key}")))?;
                    let (Some(yes), Some(of)) =
                        (counted.share.numerator, counted.share.denominator)
                    else {
                        return Err(row.wrong(format!("prevalence {key} has no counts")));
                    };
                    origin.table = "prevalence";
                    origin.key = counted.key;
                    origin.source = counted.provenance.source;
                    let who = format!("{} ({})", counted.tumour, counted.population);
                    (
                        f64::from(yes),
                        f64::from(of),
                        format!(
                            "{} of {}: {who}",
                            grouped(u64::from(yes)),
                            grouped(u64::from(of))
                        ),
                    )
                }
                None => {
                    let number = |column| {
                        row.number(column)?
                            .ok_or_else(|| row.wrong(format!("column {column} is empty")))
                    };
                    let (alpha, beta) = (number("alpha")?, number("beta")?);
                    let says = format!("taken as {alpha} of {}", alpha + beta);
                    (alpha, alpha + beta, says)
                }
            };
            Ok(PriorRow {
                tumour: row.text("tumour")?,
                quantity,
                alpha: yes + PSEUDO_COUNT,
                beta: of - yes + PSEUDO_COUNT,
                says,
                origin,
            })
        })
        .collect()
}

fn tests() -> Result<Vec<TestRow>, TableError> {
    rows("tests", include_str!("../data/tests.tsv"))?
        .iter()
        .map(|row| {
            Ok(TestRow {
                key: row.text("key")?,
                title: row.text("title")?,
                sections: row.number("sections")?,
                dna_ng: row.number("dna_ng")?,
                rna_ng: row.number("rna_ng")?,
                origin: row.origin()?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use alkaid_knowledge::query::tumour_types;
    use statrs::distribution::{Beta, ContinuousCDF};

    use super::*;

    #[test]
    fn every_node_has_every_class_and_names_the_same_outcomes() {
        let model = model();
        let nodes: BTreeSet<&str> = model.outcomes.iter().map(|row| row.node).collect();
        for node in nodes {
            let wanted: Vec<&str> = model.outcomes_of(node).collect();
            assert!(!wanted.is_empty(), "{node} has no words");
            for class in LatentClass::ALL {
                let row = model
                    .row(node, class)
                    .unwrap_or_else(|| panic!("{node} lacks {class:?}"));
                let names: Vec<&str> = row.weights.iter().map(|(name, _)| *name).collect();
                assert_eq!(names, wanted, "{node} {class:?}");
                let sum: f64 = names.iter().map(|name| row.mean(name)).sum();
                assert!((sum - 1.0).abs() < 1e-12);
                assert_eq!(row.origin.key, format!("{node}_{}", class.as_str()));
            }
        }
    }

    #[test]
    fn every_tumour_type_and_quantity_has_a_prior() {
        for quantity in [
            Quantity::Driver,
            Quantity::CrypticShare,
            Quantity::SilentShare,
            Quantity::Expressed,
        ] {
            assert_eq!(model().prior(quantity, None).tumour, "*", "{quantity:?}");
            assert_eq!(model().prior(quantity, None).quantity, quantity);
        }
        for row in &model().priors {
            let known = tumour_types().iter().any(|tumour| tumour.key == row.tumour);
            assert!(known || row.tumour == "*", "{}", row.tumour);
        }
        for tumour in tumour_types() {
            let prior = model().prior(Quantity::Driver, Some(tumour.key));
            assert_eq!(prior.tumour, tumour.key);
        }
    }

    /// Mean 54 %, range 22 to 87 % of 13: the expected range of 13 normal numbers is 3.336 standard deviations.
    #[test]
    fn levels_of_fish_follow_from_the_published_mean_and_range() {
        let (mean, spread) = (0.54, (0.87 - 0.22) / 3.336);
        let weight = mean * (1.0 - mean) / (spread * spread) - 1.0;
        let beta = Beta::new(mean * weight, (1.0 - mean) * weight).unwrap();
        // Of those that the rule calls positive.
        let (low, high) = (beta.cdf(0.2), beta.cdf(0.4));
        let below = beta.cdf(0.15);
        let of_13 = |share: f64| 13.0 * share / (1.0 - below);
        let row = model().row("fish_level", LatentClass::Productive).unwrap();
        let counted = |name| row.weight(name) - PSEUDO_COUNT;
        assert!(
            (counted("high") - of_13(1.0 - high)).abs() < 0.35,
            "{}",
            of_13(1.0 - high)
        );
        assert!(
            (counted("low") - of_13(high - low)).abs() < 0.35,
            "{}",
            of_13(high - low)
        );
        assert!(
            (counted("borderline") - of_13(low - below)).abs() < 0.35,
            "{}",
            of_13(low - below)
        );
    }

    #[test]
    fn sensitivity_of_ihc_is_the_published_one_with_its_interval() {
        let row = model().row("ihc", LatentClass::Productive).unwrap();
        let (a, b) = row.beta("positive");
        let beta = Beta::new(a, b).unwrap();
        assert!((row.mean("positive") - 0.97).abs() < 0.01);
        assert!((beta.inverse_cdf(0.025) - 0.93).abs() < 0.011);
        assert!((beta.inverse_cdf(0.975) - 0.98).abs() < 0.011);
    }
}
