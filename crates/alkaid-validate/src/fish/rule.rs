//! The kit's rule, against its own words written down a second time.

use alkaid_fish::rule::{Scored, call, draw_order};
use alkaid_fish::{Pattern, Profile, Verdict};

use super::slide::kit;
use crate::tally::Goals;

/// Nuclei of a step.
const STEP: u32 = 50;

/// Compares the whole table of positive nuclei of both steps.
pub fn rule(goals: &mut Goals) -> String {
    let mut right = 0;
    let mut first_wrong = None;
    if let Ok(profile) = kit() {
        for first in 0..=STEP {
            for second in 0..=STEP {
                let expected = by_the_book(first, second);
                let seen = seen(first, second, profile);
                if seen == expected {
                    right += 1;
                } else if first_wrong.is_none() {
                    first_wrong = Some(format!(
                        "\nThe first wrong call: {first} and {second} positive nuclei are called {}.\n",
                        seen.as_str()
                    ));
                }
            }
        }
    }
    goals.all(
        "the rule, 0–50 × 0–50 positive nuclei of the two steps",
        right,
        (STEP as usize + 1) * (STEP as usize + 1),
    );
    first_wrong.unwrap_or_default()
}

/// Vysis: of 50 nuclei fewer than 5 positive is negative and more than 25 positive; otherwise 50 others, and 15 % of all
/// 100 or more is positive.
fn by_the_book(first: u32, second: u32) -> Verdict {
    match first {
        0..5 => Verdict::Negative,
        26.. => Verdict::Positive,
        _ if first + second >= 15 => Verdict::Positive,
        _ => Verdict::Negative,
    }
}

/// What the program says of 100 nuclei of which the first 50 drawn hold so many positive ones, and the others so many.
fn seen(first: u32, second: u32, profile: &Profile) -> Verdict {
    const SEED: u64 = 7;
    let names: Vec<String> = (1..=2 * STEP).map(|number| number.to_string()).collect();
    let order = draw_order(SEED, names.iter().map(String::as_str));
    let nuclei: Vec<Scored> = order
        .iter()
        .zip(0..)
        .map(|(name, place)| {
            let positive = if place < STEP {
                place < first
            } else {
                place - STEP < second
            };
            let pattern = match (positive, place % 2) {
                (false, _) => Pattern::Fused,
                (true, 0) => Pattern::Split,
                (true, _) => Pattern::IsolatedRed,
            };
            Scored {
                name: (*name).to_owned(),
                pattern,
            }
        })
        .collect();
    call(&nuclei, SEED, profile).verdict
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_has_its_borders() {
        assert_eq!(by_the_book(4, 50), Verdict::Negative);
        assert_eq!(by_the_book(26, 0), Verdict::Positive);
        assert_eq!(by_the_book(5, 9), Verdict::Negative);
        assert_eq!(by_the_book(5, 10), Verdict::Positive);
        assert_eq!(by_the_book(25, 0), Verdict::Positive);
    }
}
