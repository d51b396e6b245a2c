//! How far two readers agree.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::distribution::{exact_interval, hypergeometric};
use crate::pattern::Pattern;
use crate::profile::Profile;
use crate::rule::Scored;

/// The agreement of two readers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Agreement {
    /// The readers.
    pub readers: [String; 2],
    /// Nuclei that both scored, nucleus by nucleus; `None` where they share none.
    pub same_nuclei: Option<Kappa>,
    /// The shares of positive nuclei, all nuclei of each reader.
    pub shares: Shares,
    /// The same in words.
    pub says: String,
}

/// Agreement on the same nuclei.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Kappa {
    /// Nuclei that both scored.
    pub nuclei: u32,
    /// Positive for both; for the first only; for the second only; for neither.
    pub table: [u32; 4],
    /// Share on which both say the same, positive or not.
    pub observed: f64,
    /// Cohen's kappa of positive or not; `None` where both give one answer to all nuclei, so that it has no meaning.
    pub kappa: Option<f64>,
    /// Its 95 % interval (large-sample, Cohen 1960).
    pub interval: Option<[f64; 2]>,
    /// Cohen's kappa of the four patterns.
    pub pattern_kappa: Option<f64>,
    /// Nuclei on which they differ: name, first reader, second reader.
    pub differ: Vec<(String, Pattern, Pattern)>,
}

/// Two shares of positive nuclei.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Shares {
    /// Positive nuclei of each reader.
    pub positive: [u32; 2],
    /// Nuclei of each reader.
    pub of: [u32; 2],
    /// Exact 95 % intervals of the percentages.
    pub percent_interval: [[f64; 2]; 2],
    /// Two-sided p of Fisher's exact test that both see one share. Only where the readers share no nucleus: it takes
    /// nuclei to be independent.
    pub p: Option<f64>,
}

/// Compares two readers.
#[must_use]
pub fn agreement(readers: [&str; 2], scored: [&[Scored]; 2], profile: &Profile) -> Agreement {
    let second: BTreeMap<&str, Pattern> = scored[1]
        .iter()
        .map(|nucleus| (nucleus.name.as_str(), nucleus.pattern))
        .collect();
    let both: Vec<(&str, Pattern, Pattern)> = scored[0]
        .iter()
        .filter_map(|nucleus| {
            let other = second.get(nucleus.name.as_str())?;
            Some((nucleus.name.as_str(), nucleus.pattern, *other))
        })
        .collect();
    let same_nuclei = (!both.is_empty()).then(|| kappa(&both, profile));
    let shares = shares(scored, same_nuclei.is_none(), profile);
    let says = match &same_nuclei {
        Some(found) => format!(
            "{} of {} nuclei read alike (positive or not){}",
            found.table[0] + found.table[3],
            found.nuclei,
            match (found.kappa, found.interval) {
                (Some(kappa), Some([low, high])) =>
                    format!("; kappa {kappa:.2} ({low:.2} to {high:.2})"),
                _ => "; kappa has no meaning, both give one answer to all".to_owned(),
            }
        ),
        None => format!(
            "different nuclei: {} of {} against {} of {} positive, p = {:.3}",
            shares.positive[0],
            shares.of[0],
            shares.positive[1],
            shares.of[1],
            shares.p.unwrap_or(1.0)
        ),
    };
    Agreement {
        readers: readers.map(str::to_owned),
        same_nuclei,
        shares,
        says,
    }
}

fn kappa(both: &[(&str, Pattern, Pattern)], profile: &Profile) -> Kappa {
    let mut table = [0u32; 4];
    for (_, one, other) in both {
        let index = match (profile.is_positive(*one), profile.is_positive(*other)) {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => 2,
            (false, false) => 3,
        };
        table[index] += 1;
    }
    let n = both.len() as f64;
    let observed = f64::from(table[0] + table[3]) / n;
    let first = f64::from(table[0] + table[1]) / n;
    let second = f64::from(table[0] + table[2]) / n;
    let by_chance = first * second + (1.0 - first) * (1.0 - second);
    let kappa = cohen(observed, by_chance);
    let interval = kappa.map(|kappa| {
        let error = (observed * (1.0 - observed) / n).sqrt() / (1.0 - by_chance);
        [kappa - 1.96 * error, (kappa + 1.96 * error).min(1.0)]
    });
    let share = |pattern: Pattern, pick: fn(&(&str, Pattern, Pattern)) -> Pattern| {
        both.iter().filter(|pair| pick(pair) == pattern).count() as f64 / n
    };
    let patterns_by_chance = Pattern::ALL
        .iter()
        .map(|&pattern| share(pattern, |pair| pair.1) * share(pattern, |pair| pair.2))
        .sum();
    let alike = both.iter().filter(|(_, one, other)| one == other).count() as f64 / n;
    Kappa {
        nuclei: both.len() as u32,
        table,
        observed,
        kappa,
        interval,
        pattern_kappa: cohen(alike, patterns_by_chance),
        differ: both
            .iter()
            .filter(|(_, one, other)| one != other)
            .map(|(name, one, other)| ((*name).to_owned(), *one, *other))
            .collect(),
    }
}

fn cohen(observed: f64, by_chance: f64) -> Option<f64> {
    (by_chance < 1.0 - 1e-12).then(|| (observed - by_chance) / (1.0 - by_chance))
}

fn shares(scored: [&[Scored]; 2], independent: bool, profile: &Profile) -> Shares {
    let of = scored.map(|nuclei| nuclei.len() as u32);
    let positive = scored.map(|nuclei| {
        nuclei
            .iter()
            .filter(|nucleus| profile.is_positive(nucleus.pattern))
            .count() as u32
    });
    let interval =
        |index: usize| exact_interval(positive[index], of[index], 0.95).map(|share| share * 100.0);
    Shares {
        positive,
        of,
        percent_interval: [interval(0), interval(1)],
        p: independent.then(|| fisher(positive, of)),
    }
}

/// Fisher's exact test, two-sided: the probability of all tables that are no more likely than this one.
fn fisher(positive: [u32; 2], of: [u32; 2]) -> f64 {
    let (marked, all) = (positive[0] + positive[1], of[0] + of[1]);
    let at = |k: u32| hypergeometric(k, of[0], marked, all);
    let seen = at(positive[0]) * (1.0 + 1e-9);
    (0..=of[0])
        .map(at)
        .filter(|probability| *probability <= seen)
        .sum::<f64>()
        .min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::profile;

    fn reader(patterns: &[(Pattern, u32)], from: u32) -> Vec<Scored> {
        patterns
            .iter()
            .flat_map(|&(pattern, count)| (0..count).map(move |_| pattern))
            .enumerate()
            .map(|(index, pattern)| Scored {
                name: (from + index as u32).to_string(),
                pattern,
            })
            .collect()
    }

    #[test]
    fn kappa_is_that_of_the_textbook() {
        // 20 both, 5 and 10 apart, 15 neither: observed 0.70, by chance 0.50, kappa 0.40.
        let one = reader(&[(Pattern::Split, 25), (Pattern::Fused, 25)], 0);
        let other = reader(
            &[
                (Pattern::Split, 20),
                (Pattern::Fused, 5),
                (Pattern::Split, 10),
                (Pattern::Fused, 15),
            ],
            0,
        );
        let found = agreement(["A", "B"], [&one, &other], profile("vysis").unwrap());
        let same = found.same_nuclei.unwrap();
        assert_eq!(same.table, [20, 5, 10, 15]);
        assert!((same.kappa.unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(same.differ.len(), 15);
        assert_eq!(found.shares.p, None);
    }

    #[test]
    fn different_nuclei_are_compared_by_their_shares() {
        // Summed in whole numbers, outside this program.
        let one = reader(&[(Pattern::Split, 8), (Pattern::Fused, 42)], 0);
        let other = reader(&[(Pattern::Split, 20), (Pattern::Fused, 30)], 1000);
        let found = agreement(["A", "B"], [&one, &other], profile("vysis").unwrap());
        assert!(found.same_nuclei.is_none());
        let p = found.shares.p.unwrap();
        assert!((p - 0.0134822).abs() < 1e-6, "{p}");
    }

    #[test]
    fn one_answer_to_all_has_no_kappa() {
        let one = reader(&[(Pattern::Fused, 50)], 0);
        let found = agreement(["A", "B"], [&one, &one], profile("vysis").unwrap());
        assert_eq!(found.same_nuclei.unwrap().kappa, None);
    }
}
