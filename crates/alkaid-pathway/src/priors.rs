//! Parameters, their priors and the draws of the ensemble.
//!
//! Every member of the ensemble draws all parameters of the whole network once, in a fixed order, by a seeded generator:
//! member `i` of a seed is always the same, whichever edges take part. Member 0 is all medians.

use std::sync::LazyLock;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::catalogue::fusions;
use crate::network::{edges, node, nodes};
use crate::table::{self, Source};

/// The scale on which a parameter is normal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// The logit: shares between 0 and 1.
    Logit,
    /// The logarithm: positive numbers.
    Log,
}

impl Scale {
    fn to_normal(self, value: f64) -> f64 {
        match self {
            Self::Logit => {
                let inside = value.clamp(1e-6, 1.0 - 1e-6);
                (inside / (1.0 - inside)).ln()
            }
            Self::Log => value.ln(),
        }
    }

    fn of_normal(self, value: f64) -> f64 {
        match self {
            Self::Logit => 1.0 / (1.0 + (-value).exp()),
            Self::Log => value.exp(),
        }
    }
}

/// A parameter with its prior.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// `weight of ERK->DUSP6`.
    pub name: String,
    /// Its scale.
    pub scale: Scale,
    /// Its median.
    pub median: f64,
    /// Spread on its scale.
    pub sd: f64,
}

/// A row of `parameters.tsv`.
#[derive(Clone, Debug)]
pub struct Prior {
    /// Its key.
    pub key: &'static str,
    /// The scale.
    pub scale: Scale,
    /// The median, where it is the same for all.
    pub median: Option<f64>,
    /// Spread.
    pub sd: f64,
    /// In words.
    pub meaning: &'static str,
    /// Where it comes from.
    pub source: Source,
}

/// All rows of `parameters.tsv`.
pub fn priors() -> &'static [Prior] {
    static TABLE: LazyLock<Vec<Prior>> = LazyLock::new(|| {
        table::read("parameters", include_str!("../data/parameters.tsv"))
            .iter()
            .map(|row| Prior {
                key: row.text("key"),
                scale: row.word("scale", &[("logit", Scale::Logit), ("log", Scale::Log)]),
                median: row.optional_number("median"),
                sd: row.number("sd"),
                meaning: row.text("meaning"),
                source: row.source(),
            })
            .collect()
    });
    &TABLE
}

/// Where the parameters of one thing stand among all.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// Weight, half and slope of each edge that has numbers, by the edge's place.
    pub edges: Vec<Option<usize>>,
    /// Basal activity of each node that is neither 0 nor 1.
    pub basal: Vec<Option<usize>>,
    /// Relaxation time of each node.
    pub relaxation: usize,
    /// Strength and HSP90 share of each fusion.
    pub fusions: usize,
    pub saturation: usize,
    pub bypass_strength: usize,
    /// A standard normal for the error of potencies: one a drug would be free to differ; one for all keeps a dose series in order.
    pub potency: usize,
    pub division_rate: usize,
    pub death_rate: usize,
}

struct Known {
    parameters: Vec<Parameter>,
    layout: Layout,
}

fn known() -> &'static Known {
    static KNOWN: LazyLock<Known> = LazyLock::new(list);
    &KNOWN
}

/// All parameters, in the order in which they are drawn.
pub fn parameters() -> &'static [Parameter] {
    &known().parameters
}

pub(crate) fn layout() -> &'static Layout {
    &known().layout
}

fn list() -> Known {
    let prior = |key: &str| {
        let found = priors().iter().find(|prior| prior.key == key);
        found.unwrap_or_else(|| panic!("parameters.tsv lacks {key}"))
    };
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut add = |name: String, key: &str, median: Option<f64>| {
        let prior = prior(key);
        parameters.push(Parameter {
            name,
            scale: prior.scale,
            median: median.or(prior.median).unwrap_or(1.0),
            sd: prior.sd,
        });
        parameters.len() - 1
    };
    let overdose = node("overdose");
    let edges = edges()
        .iter()
        .map(|edge| {
            let name = edge.name();
            edge.weight.map(|weight| {
                let first = add(format!("weight of {name}"), "edge_weight", Some(weight));
                add(format!("half of {name}"), "edge_half", edge.half);
                let slope = if Some(edge.to) == overdose {
                    "overdose_slope"
                } else {
                    "edge_slope"
                };
                add(format!("slope of {name}"), slope, None);
                first
            })
        })
        .collect();
    let basal = nodes()
        .iter()
        .map(|node| {
            (node.basal > 0.0 && node.basal < 1.0)
                .then(|| add(format!("basal of {}", node.name), "basal", Some(node.basal)))
        })
        .collect();
    let mut relaxation = None;
    for node in nodes() {
        let place = add(
            format!("relaxation of {}", node.name),
            "relaxation",
            Some(node.relaxation_h),
        );
        relaxation.get_or_insert(place);
    }
    let saturation = add("saturation of ALK output".to_owned(), "saturation", None);
    let bypass_strength = add("strength of a bypass".to_owned(), "bypass_strength", None);
    let division_rate = add("division rate".to_owned(), "division_rate", None);
    let death_rate = add("death rate".to_owned(), "death_rate", None);
    let potency = parameters.len();
    parameters.push(Parameter {
        name: "error of potencies".to_owned(),
        scale: Scale::Log,
        median: 1.0,
        sd: 1.0,
    });
    let first_fusion = parameters.len();
    for fusion in fusions() {
        parameters.push(Parameter {
            name: format!("strength of {}", fusion.name),
            scale: Scale::Log,
            median: fusion.strength,
            sd: fusion.strength_sd,
        });
        parameters.push(Parameter {
            name: format!("HSP90 share of {}", fusion.name),
            scale: Scale::Logit,
            median: fusion.hsp90_share,
            sd: fusion.hsp90_sd,
        });
    }
    Known {
        parameters,
        layout: Layout {
            edges,
            basal,
            relaxation: relaxation.unwrap_or(0),
            fusions: first_fusion,
            saturation,
            bypass_strength,
            potency,
            division_rate,
            death_rate,
        },
    }
}

/// One member of the ensemble: a value for each of [`parameters`].
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// Its number under its seed; 0 is all medians.
    pub number: u32,
    /// The values.
    pub values: Vec<f64>,
}

impl Draw {
    /// Member `number` of the ensemble of this seed.
    pub fn new(seed: u64, number: u32) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number.into());
        let values = parameters()
            .iter()
            .map(|parameter| {
                let z = if number == 0 {
                    0.0
                } else {
                    standard_normal(&mut rng)
                };
                let scale = parameter.scale;
                scale.of_normal(scale.to_normal(parameter.median) + parameter.sd * z)
            })
            .collect();
        Self { number, values }
    }

    /// The standard normal that all potencies of this member are off by.
    pub(crate) fn potency_error(&self) -> f64 {
        self.values[layout().potency].ln()
    }
}

/// Box and Muller's way from two uniform numbers to a normal one.
fn standard_normal(rng: &mut ChaCha8Rng) -> f64 {
    let u: f64 = 1.0 - rng.random::<f64>();
    let v: f64 = rng.random();
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// How many members a computation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnsembleSize(pub usize);

impl Default for EnsembleSize {
    /// 100: bands of 5 % to 95 % then rest on five members either side.
    fn default() -> Self {
        Self(100)
    }
}

/// The members that reproduce the observations used for the fit, at most as many as asked for.
///
/// `ensemble.tsv` holds their numbers, as `alkaid-validate pathway fit` writes them.
pub fn ensemble(size: EnsembleSize) -> Vec<Draw> {
    static NUMBERS: LazyLock<(u64, Vec<u32>)> = LazyLock::new(|| {
        let rows = table::read("ensemble", include_str!("../data/ensemble.tsv"));
        let seed = rows.first().map_or(0, |row| row.number("seed") as u64);
        let numbers = rows.iter().map(|row| row.number("member") as u32).collect();
        (seed, numbers)
    });
    let (seed, numbers) = &*NUMBERS;
    numbers
        .iter()
        .take(size.0.max(1))
        .map(|number| Draw::new(*seed, *number))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_always_the_same_and_members_differ() {
        assert_eq!(Draw::new(7, 3), Draw::new(7, 3));
        assert_ne!(Draw::new(7, 3).values, Draw::new(7, 4).values);
        assert_ne!(Draw::new(7, 3).values, Draw::new(8, 3).values);
        let medians = Draw::new(7, 0);
        for (value, parameter) in medians.values.iter().zip(parameters()) {
            assert!(
                (value - parameter.median).abs() < 1e-5,
                "{}",
                parameter.name
            );
        }
    }

    #[test]
    fn draws_follow_their_prior() {
        let place = layout().saturation;
        let logs: Vec<f64> = (1..=2000)
            .map(|i| Draw::new(5, i).values[place].ln())
            .collect();
        let mean = logs.iter().sum::<f64>() / 2000.0;
        let sd = (logs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2000.0).sqrt();
        assert!((mean - 1.5_f64.ln()).abs() < 0.03, "{mean}");
        assert!((sd - 0.35).abs() < 0.03, "{sd}");
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::BTreeSet<&str> =
            parameters().iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names.len(), parameters().len());
    }
}
