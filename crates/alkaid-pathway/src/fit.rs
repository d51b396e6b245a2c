//! Choosing the members of the ensemble, and what that teaches about the parameters.
//!
//! The fit is by rejection: members are drawn from the priors, and those that reproduce every observation of the fit are
//! kept. Nothing else is adjusted, so what the observations leave open stays open, as width of the bands.

use schemars::JsonSchema;
use serde::Serialize;

use crate::case::Asked;
use crate::error::PathwayError;
use crate::kinetics::Kinetics;
use crate::network::Evidence;
use crate::observations::accepted;
use crate::parallel::each;
use crate::priors::{Draw, Scale, parameters};
use crate::readout::Quantity;
use crate::steady::steady;

/// Members chosen, and how many were tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Their numbers under the seed.
    pub numbers: Vec<u32>,
    /// How many were drawn.
    pub tried: u32,
}

/// Draws members until `wanted` are accepted, or `most` are drawn.
///
/// # Errors
///
/// When an observation's case cannot be run.
pub fn choose(
    seed: u64,
    wanted: usize,
    most: u32,
    mut progress: impl FnMut(u32, usize),
) -> Result<Chosen, PathwayError> {
    const BATCH: u32 = 256;
    let mut numbers = Vec::new();
    let mut tried = 0;
    while numbers.len() < wanted && tried < most {
        let batch: Vec<u32> = (tried + 1..=(tried + BATCH).min(most)).collect();
        let kept = each(&batch, |number| accepted(&Draw::new(seed, *number)))?;
        for (number, kept) in batch.into_iter().zip(kept) {
            tried = number;
            if kept {
                numbers.push(number);
                if numbers.len() == wanted {
                    break;
                }
            }
        }
        progress(tried, numbers.len());
    }
    Ok(Chosen { numbers, tried })
}

/// What the fit teaches about one parameter, and how far a readout depends on it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ParameterReport {
    /// Its name.
    pub parameter: String,
    /// Median of the prior.
    pub prior_median: f64,
    /// Median over the chosen members.
    pub chosen_median: f64,
    /// Spread over the chosen members divided by that of the prior: near 1 means that the fit taught nothing.
    pub spread_ratio: f64,
    /// By how many prior standard deviations the median moved.
    pub shift: f64,
    /// Rank correlation with each of the readouts, over the chosen members.
    pub correlations: Vec<f64>,
}

/// Sensitivity and identifiability.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Identifiability {
    /// The readouts: `ERK under crizotinib=60nM`.
    pub readouts: Vec<String>,
    /// Chosen members.
    pub members: usize,
    /// One row a parameter.
    pub parameters: Vec<ParameterReport>,
}

/// Cases and quantities whose dependence on the parameters is reported.
const SENSITIVE: [(&str, &str); 5] = [
    ("fusion=V1 drug=crizotinib=60nM dataset=Katayama2012", "ERK"),
    (
        "fusion=V1 drug=crizotinib=60nM dataset=Katayama2012",
        "growth",
    ),
    (
        "fusion=V1 bypass=MET drug=ceritinib=100nM dataset=Friboulet2014",
        "ERK",
    ),
    (
        "fusion=V1 bypass=MET drug=ceritinib=100nM dataset=Friboulet2014",
        "growth",
    ),
    (
        "fusion=V1 drug=ceritinib=100nM dataset=Friboulet2014",
        "growth",
    ),
];

/// Compares chosen members with the prior, and ranks parameters by how far readouts follow them.
///
/// # Errors
///
/// When a case cannot be run.
pub fn identifiability(members: &[Draw]) -> Result<Identifiability, PathwayError> {
    let outputs = SENSITIVE
        .iter()
        .map(|(text, name)| {
            let case = Asked::parse(text)?.resolve(Evidence::Usable)?;
            let quantity = Quantity::parse(name)?;
            each(members, |draw| {
                let kinetics = Kinetics::new(&case, draw, Evidence::Usable);
                Ok(quantity.of(&kinetics, &steady(&kinetics, Evidence::Usable, None)?))
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let output_ranks: Vec<Vec<f64>> = outputs.iter().map(|values| ranks(values)).collect();
    let rows = parameters()
        .iter()
        .enumerate()
        .filter(|(_, parameter)| parameter.sd > 0.01)
        .map(|(place, parameter)| {
            let normal = |value: f64| match parameter.scale {
                Scale::Log => value.ln(),
                Scale::Logit => (value / (1.0 - value)).ln(),
            };
            let values: Vec<f64> = members
                .iter()
                .map(|draw| normal(draw.values[place]))
                .collect();
            let (mean, sd) = mean_sd(&values);
            let own = ranks(&values);
            ParameterReport {
                parameter: parameter.name.clone(),
                prior_median: parameter.median,
                chosen_median: match parameter.scale {
                    Scale::Log => mean.exp(),
                    Scale::Logit => 1.0 / (1.0 + (-mean).exp()),
                },
                spread_ratio: sd / parameter.sd,
                shift: (mean - normal(parameter.median)) / parameter.sd,
                correlations: output_ranks
                    .iter()
                    .map(|ranks| correlation(&own, ranks))
                    .collect(),
            }
        })
        .collect();
    Ok(Identifiability {
        readouts: SENSITIVE
            .iter()
            .map(|(case, quantity)| format!("{quantity} in {case}"))
            .collect(),
        members: members.len(),
        parameters: rows,
    })
}

fn mean_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, variance.sqrt())
}

/// Ranks from 0, ties in order.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    for (rank, index) in order.into_iter().enumerate() {
        ranks[index] = rank as f64;
    }
    ranks
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, sd_a), (mean_b, sd_b)) = (mean_sd(a), mean_sd(b));
    let n = (a.len() as f64 - 1.0).max(1.0);
    let sum: f64 = a
        .iter()
        .zip(b)
        .map(|(x, y)| (x - mean_a) * (y - mean_b))
        .sum();
    if sd_a * sd_b > 0.0 {
        sum / n / sd_a / sd_b
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::priors::{EnsembleSize, ensemble};

    #[test]
    fn rank_correlation_sees_order() {
        let values = [3.0, 1.0, 2.0, 9.0];
        let doubled: Vec<f64> = values.iter().map(|x| x * 2.0).collect();
        let turned: Vec<f64> = values.iter().map(|x| -x).collect();
        assert!((correlation(&ranks(&values), &ranks(&doubled)) - 1.0).abs() < 1e-12);
        assert!((correlation(&ranks(&values), &ranks(&turned)) + 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_members_that_ship_are_accepted() {
        let members = ensemble(EnsembleSize(400));
        assert!(members.len() >= 100, "{}", members.len());
        for member in members.iter().step_by(40) {
            assert!(accepted(member).unwrap(), "member {}", member.number);
        }
    }
}
