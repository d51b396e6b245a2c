//! The kit's rule: 50 nuclei, then 50 others where the first do not settle it. Exactly, and nothing beside it.
//!
//! Which nuclei are looked at is drawn: every nucleus has a rank that depends on the seed and on its name alone, so that
//! the draw depends neither on the order of files nor on what other nuclei there are.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pattern::Pattern;
use crate::profile::Profile;

/// A nucleus that can be scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scored {
    /// Its name: the number in `nuclei.tsv`, or what the table calls it.
    pub name: String,
    /// Its pattern.
    pub pattern: Pattern,
}

/// What the rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// ALK is rearranged.
    Positive,
    /// No rearrangement by this rule.
    Negative,
    /// The first step did not settle it, and there are too few other nuclei for the second.
    Equivocal,
    /// Too few nuclei, or signals too weak, for any call.
    NotSuitable,
}

/// What one step of the rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// Positive.
    Positive,
    /// Negative.
    Negative,
    /// Neither: another step is needed.
    Equivocal,
}

/// The call with the steps that led to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// What the rule says.
    pub verdict: Verdict,
    /// Why, in words.
    pub reason: String,
    /// Positive nuclei among those of all steps.
    pub positive: u32,
    /// Nuclei of all steps.
    pub of: u32,
    /// Percentage of positive nuclei; after two steps the average of both. `None` without a step.
    pub percent: Option<f64>,
    /// Nuclei that could have been drawn.
    pub scorable: u32,
    /// Seed of the draw.
    pub seed: u64,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// One step of the rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// 1 or 2.
    pub number: u8,
    /// The nuclei that were drawn, in the order of the draw.
    pub nuclei: Vec<String>,
    /// Nuclei with a split signal.
    pub split: u32,
    /// Nuclei with an isolated 3' signal.
    pub isolated_red: u32,
    /// Nuclei with an isolated 5' signal.
    pub isolated_green: u32,
    /// Nuclei with fused signals only.
    pub fused: u32,
    /// Nuclei that count as positive.
    pub positive: u32,
    /// Percentage of positive nuclei in this step.
    pub percent: f64,
    /// What the rule says after this step.
    pub outcome: StepOutcome,
}

/// The rank of a nucleus in the draw: the lowest are drawn first.
#[must_use]
pub fn rank(seed: u64, name: &str) -> u64 {
    // FNV-1a over the name, then the finaliser of SplitMix64, so that similar names and seeds give unrelated ranks.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut mixed = hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for _ in 0..2 {
        mixed = mixed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
    }
    mixed
}

/// How two nuclei stand in the draw; names settle equal ranks.
fn drawn_before(seed: u64, one: &str, other: &str) -> Ordering {
    (rank(seed, one), one).cmp(&(rank(seed, other), other))
}

/// Names in the order in which they are drawn.
#[must_use]
pub fn draw_order<'n>(seed: u64, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let mut order: Vec<&str> = names.into_iter().collect();
    order.sort_by(|one, other| drawn_before(seed, one, other));
    order
}

/// What so many positive nuclei of the first step mean.
#[must_use]
pub fn first_step(positive: u32, profile: &Profile) -> StepOutcome {
    if positive < profile.negative_below.value {
        StepOutcome::Negative
    } else if positive > profile.positive_above.value {
        StepOutcome::Positive
    } else {
        StepOutcome::Equivocal
    }
}

/// What the average of both steps means, given the positive nuclei of each.
#[must_use]
pub fn second_step(first: u32, second: u32, profile: &Profile) -> StepOutcome {
    // Compared as average percentage times both sizes, in whole numbers, so that exactly 15 % is 15 %.
    let (sizes, cut_off) = (
        [profile.first_nuclei.value, profile.second_nuclei.value],
        profile.cut_off_percent.value,
    );
    let sum =
        100.0 * (f64::from(first) * f64::from(sizes[1]) + f64::from(second) * f64::from(sizes[0]));
    if sum >= 2.0 * cut_off * f64::from(sizes[0]) * f64::from(sizes[1]) {
        StepOutcome::Positive
    } else {
        StepOutcome::Negative
    }
}

/// The call on the nuclei of one reader, or of an analysis.
#[must_use]
pub fn call(nuclei: &[Scored], seed: u64, profile: &Profile) -> Call {
    call_on(nuclei, nuclei, seed, profile)
}

/// The call of two readers: the first step on nuclei of the first, the second on other nuclei of the second.
#[must_use]
pub fn call_of_two(first: &[Scored], second: &[Scored], seed: u64, profile: &Profile) -> Call {
    call_on(first, second, seed, profile)
}

fn call_on(first: &[Scored], second: &[Scored], seed: u64, profile: &Profile) -> Call {
    let names = |pool: &[Scored]| -> BTreeSet<String> {
        pool.iter().map(|nucleus| nucleus.name.clone()).collect()
    };
    let scorable = names(first).union(&names(second)).count() as u32;
    let mut call = Call {
        verdict: Verdict::NotSuitable,
        reason: String::new(),
        positive: 0,
        of: 0,
        percent: None,
        scorable,
        seed,
        steps: Vec::new(),
    };
    let needed = profile.first_nuclei.value;
    let Some(drawn) = draw(first, &BTreeSet::new(), needed, seed) else {
        call.reason = format!(
            "{} of the {needed} nuclei that the rule asks for can be scored",
            first.len()
        );
        return call;
    };
    let one = step(1, &drawn, profile, |positive| first_step(positive, profile));
    let (positive, outcome) = (one.positive, one.outcome);
    call.positive = positive;
    call.of = needed;
    call.percent = Some(one.percent);
    call.steps.push(one);
    let of = format!("{positive} of the first {needed} nuclei are positive");
    match outcome {
        StepOutcome::Negative => {
            call.verdict = Verdict::Negative;
            call.reason = format!("{of}, fewer than {}", profile.negative_below.value);
            return call;
        }
        StepOutcome::Positive => {
            call.verdict = Verdict::Positive;
            call.reason = format!("{of}, more than {}", profile.positive_above.value);
            return call;
        }
        StepOutcome::Equivocal => {}
    }
    let taken: BTreeSet<String> = call.steps[0].nuclei.iter().cloned().collect();
    let more = profile.second_nuclei.value;
    let Some(drawn) = draw(second, &taken, more, seed) else {
        let left = second
            .iter()
            .filter(|nucleus| !taken.contains(&nucleus.name))
            .count();
        call.verdict = Verdict::Equivocal;
        call.reason = format!(
            "{of}, which is equivocal; the rule asks for {more} others, and {left} can be scored: {} more are needed",
            (more as usize).saturating_sub(left)
        );
        return call;
    };
    let two = step(2, &drawn, profile, |second| {
        second_step(positive, second, profile)
    });
    let average = (call.steps[0].percent + two.percent) / 2.0;
    let (word, verdict) = match two.outcome {
        StepOutcome::Positive => ("at or above", Verdict::Positive),
        _ => ("below", Verdict::Negative),
    };
    call.verdict = verdict;
    call.reason = format!(
        "{of}, which is equivocal, and {} of {more} others; the average of {average} % is {word} {} %",
        two.positive, profile.cut_off_percent.value
    );
    call.positive += two.positive;
    call.of += more;
    call.percent = Some(average);
    call.steps.push(two);
    call
}

/// The `count` nuclei that are drawn first among those not taken; `None` when there are fewer.
fn draw<'s>(
    pool: &'s [Scored],
    taken: &BTreeSet<String>,
    count: u32,
    seed: u64,
) -> Option<Vec<&'s Scored>> {
    let mut free: Vec<&Scored> = pool
        .iter()
        .filter(|nucleus| !taken.contains(&nucleus.name))
        .collect();
    free.sort_by(|one, other| drawn_before(seed, &one.name, &other.name));
    free.truncate(count as usize);
    (free.len() == count as usize).then_some(free)
}

fn step(
    number: u8,
    drawn: &[&Scored],
    profile: &Profile,
    outcome: impl FnOnce(u32) -> StepOutcome,
) -> Step {
    let with = |pattern| {
        drawn
            .iter()
            .filter(|nucleus| nucleus.pattern == pattern)
            .count() as u32
    };
    let positive = drawn
        .iter()
        .filter(|nucleus| profile.is_positive(nucleus.pattern))
        .count() as u32;
    Step {
        number,
        nuclei: drawn.iter().map(|nucleus| nucleus.name.clone()).collect(),
        split: with(Pattern::Split),
        isolated_red: with(Pattern::IsolatedRed),
        isolated_green: with(Pattern::IsolatedGreen),
        fused: with(Pattern::Fused),
        positive,
        percent: 100.0 * f64::from(positive) / drawn.len().max(1) as f64,
        outcome: outcome(positive),
    }
}

impl Verdict {
    /// The word that tables and results use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Equivocal => "equivocal",
            Self::NotSuitable => "not_suitable",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::profile::profile;

    fn vysis() -> &'static Profile {
        profile("vysis").unwrap()
    }

    fn pool(positive: u32, of: u32, from: u32) -> Vec<Scored> {
        (0..of)
            .map(|index| Scored {
                name: (from + index).to_string(),
                pattern: match (index < positive, index % 2) {
                    (true, 0) => Pattern::Split,
                    (true, _) => Pattern::IsolatedRed,
                    (false, 0) => Pattern::Fused,
                    (false, _) => Pattern::IsolatedGreen,
                },
            })
            .collect()
    }

    #[test]
    fn the_whole_table_of_both_steps() {
        for first in 0..=50 {
            for second in 0..=50 {
                // Written out from the kit's text, not from the code.
                let expected = if first < 5 {
                    Verdict::Negative
                } else if first > 25 || first + second >= 15 {
                    Verdict::Positive
                } else {
                    Verdict::Negative
                };
                let call = call_of_two(&pool(first, 50, 1), &pool(second, 50, 1001), 7, vysis());
                assert_eq!(call.verdict, expected, "{first} and {second}");
                let steps = if (5..=25).contains(&first) { 2 } else { 1 };
                assert_eq!(call.steps.len(), steps, "{first} and {second}");
                let all = if steps == 2 { first + second } else { first };
                assert_eq!((call.positive, call.of), (all, 50 * steps as u32));
            }
        }
    }

    #[test]
    fn the_worksheet_of_the_atlas_is_positive() {
        let worksheet: Vec<Scored> = [
            (Pattern::Fused, 19),
            (Pattern::Split, 22),
            (Pattern::IsolatedRed, 5),
            (Pattern::IsolatedGreen, 4),
        ]
        .iter()
        .flat_map(|&(pattern, count)| (0..count).map(move |_| pattern))
        .enumerate()
        .map(|(index, pattern)| Scored {
            name: index.to_string(),
            pattern,
        })
        .collect();
        let call = call(&worksheet, 1, vysis());
        assert_eq!((call.positive, call.of), (27, 50));
        assert_eq!(call.percent, Some(54.0));
        assert_eq!(call.verdict, Verdict::Positive);
    }

    #[test]
    fn too_few_nuclei_are_said_to_be_too_few() {
        let few = call(&pool(40, 49, 1), 1, vysis());
        assert_eq!(few.verdict, Verdict::NotSuitable);
        assert!(few.reason.starts_with("49 of the 50"), "{}", few.reason);
        assert_eq!(few.percent, None);
        let all: Vec<Scored> = pool(10, 50, 1)
            .into_iter()
            .chain(pool(9, 49, 1001))
            .collect();
        let between = call_of_two(&all[..50], &all[50..], 1, vysis());
        assert_eq!(between.verdict, Verdict::Equivocal);
        assert!(between.reason.contains("1 more"), "{}", between.reason);
    }

    #[test]
    fn the_draw_is_pinned() {
        // Reports name nuclei: another draw for the same seed would be another result.
        let names: Vec<String> = (1..=12).map(|id: u32| id.to_string()).collect();
        let order = draw_order(1, names.iter().map(String::as_str));
        assert_eq!(order.join(" "), "2 5 12 10 8 7 11 3 9 6 4 1");
    }

    #[test]
    fn every_nucleus_is_drawn_as_often_as_any_other() {
        let names: Vec<String> = (1..=100).map(|id: u32| id.to_string()).collect();
        let mut drawn = [0u32; 101];
        for seed in 0..2000 {
            for name in draw_order(seed, names.iter().map(String::as_str))
                .into_iter()
                .take(50)
            {
                drawn[name.parse::<usize>().unwrap()] += 1;
            }
        }
        // 1000 expected, standard deviation 22.
        for (id, count) in drawn.iter().enumerate().skip(1) {
            assert!((885..=1115).contains(count), "{id}: {count}");
        }
    }

    proptest! {
        #[test]
        fn the_order_of_nuclei_does_not_matter(
            positive in 0u32..120, seed in any::<u64>(), turn in 0usize..120,
        ) {
            let nuclei = pool(positive, 120, 1);
            let mut turned = nuclei.clone();
            turned.rotate_left(turn);
            prop_assert_eq!(call(&nuclei, seed, vysis()), call(&turned, seed, vysis()));
        }

        #[test]
        fn steps_never_share_a_nucleus(positive in 0u32..150, seed in any::<u64>()) {
            let call = call(&pool(positive, 150, 1), seed, vysis());
            let drawn: Vec<&String> = call.steps.iter().flat_map(|step| &step.nuclei).collect();
            let distinct: BTreeSet<&String> = drawn.iter().copied().collect();
            prop_assert_eq!(drawn.len(), distinct.len());
            prop_assert_eq!(drawn.len() as u32, call.of);
        }
    }
}
