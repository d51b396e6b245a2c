//! How many more nuclei would settle the question.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::background::assumptions;
use crate::distribution::{beta_binomial, beta_cdf};

/// What more nuclei would bring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// Posterior probability at which the question is settled, either way.
    pub settled_at: f64,
    /// Whether it is settled already.
    pub settled: bool,
    /// Numbers of further nuclei, and the probability that they settle it.
    pub steps: Vec<PlanStep>,
    /// The fewest of these that settle it with a probability of 80 % or more; `None` where none does.
    pub advised: Option<u32>,
    /// The same in words.
    pub says: String,
}

/// A number of further nuclei.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanStep {
    /// Further nuclei.
    pub nuclei: u32,
    /// Probability that the question is settled with them.
    pub settles: f64,
    /// Of which as positive.
    pub as_positive: f64,
}

/// Numbers of further nuclei that are looked at.
const FURTHER: [u32; 7] = [10, 25, 50, 100, 200, 400, 800];
/// The probability that is worth the work.
const WORTH: f64 = 0.8;

/// The plan after `positive` of `of` nuclei, for the question whether the share of positive nuclei is at least
/// `cut_off`. Prior and future nuclei as in [`crate::statistics`]: uniform, and exchangeable with those seen.
#[must_use]
pub fn plan(positive: u32, of: u32, cut_off: f64) -> Plan {
    let settled_at = assumptions().settled.value;
    let above = |positive: u32, of: u32| {
        1.0 - beta_cdf(
            f64::from(positive) + 1.0,
            f64::from(of - positive) + 1.0,
            cut_off,
        )
    };
    let now = above(positive, of);
    let settled = now >= settled_at || now <= 1.0 - settled_at;
    let (a, b) = (f64::from(positive) + 1.0, f64::from(of - positive) + 1.0);
    let steps: Vec<PlanStep> = if settled {
        Vec::new()
    } else {
        FURTHER
            .iter()
            .map(|&further| {
                let (mut as_positive, mut as_negative) = (0.0, 0.0);
                for more in 0..=further {
                    let then = above(positive + more, of + further);
                    let probability = beta_binomial(more, further, a, b);
                    if then >= settled_at {
                        as_positive += probability;
                    } else if then <= 1.0 - settled_at {
                        as_negative += probability;
                    }
                }
                PlanStep {
                    nuclei: further,
                    settles: as_positive + as_negative,
                    as_positive,
                }
            })
            .collect()
    };
    let advised = steps
        .iter()
        .find(|step| step.settles >= WORTH)
        .map(|step| step.nuclei);
    let says = match (settled, advised, steps.last()) {
        (true, ..) => format!(
            "settled: the probability that at least {:.0} % of nuclei are positive is {}",
            cut_off * 100.0,
            match now {
                now if now > 0.999 => "above 0.999".to_owned(),
                now if now < 0.001 => "below 0.001".to_owned(),
                now => format!("{now:.3}"),
            }
        ),
        (_, Some(nuclei), _) => {
            let chance = steps
                .iter()
                .find(|step| step.nuclei == nuclei)
                .map_or(0.0, |step| step.settles);
            format!(
                "{nuclei} more nuclei would settle it with a probability of {:.0} %",
                chance * 100.0
            )
        }
        (_, None, last) => format!(
            "the share lies near the cut-off: even {} more nuclei would settle it with a probability of only {:.0} %",
            FURTHER[FURTHER.len() - 1],
            last.map_or(0.0, |step| step.settles) * 100.0
        ),
    };
    Plan {
        settled_at,
        settled,
        steps,
        advised,
        says,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_sample_needs_no_more() {
        assert!(plan(30, 50, 0.15).settled);
        assert!(plan(0, 50, 0.15).settled);
        assert!(plan(30, 50, 0.15).steps.is_empty());
    }

    #[test]
    fn more_nuclei_settle_more() {
        let plan = plan(9, 50, 0.15);
        assert!(!plan.settled);
        for pair in plan.steps.windows(2) {
            assert!(
                pair[0].settles <= pair[1].settles + 0.02,
                "{:?}",
                plan.steps
            );
        }
        for step in &plan.steps {
            assert!(step.as_positive <= step.settles && step.settles <= 1.0 + 1e-9);
        }
    }

    #[test]
    fn nuclei_not_seen_yet_leave_everything_open() {
        let nothing = plan(0, 0, 0.15);
        assert!(!nothing.settled && nothing.advised.is_some());
    }
}
