//! Attractors of a Boolean network under asynchronous updates, exactly; basins and activities by seeded walks.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::PathwayError;
use crate::logic::{Formula, Logic};
use crate::symbolic::{States, Symbolic};
use crate::walk::Walker;

/// Variables that are left after constants are put in, and inputs among them, above which it gives up at once.
const MOST_FREE: usize = 150;
const MOST_INPUTS: usize = 10;
/// Updates of one walk at most, and after how many it is seen whether it is in an attractor.
const WALK: usize = 4_000;
const LOOK: usize = 50;
/// Updates of the walk within an attractor that activities rest on.
const INSIDE: usize = 50 * WALK;

/// What is left on at last.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Attractor {
    /// Number of states: 1 for a state that stays.
    pub states: f64,
    /// Value of each variable: 0, 1, or `*` where it changes within the attractor.
    pub values: Vec<char>,
    /// Share of walks from random states that end in it.
    pub basin: f64,
    /// Share of time that each variable is on in it, with equal rates of all updates.
    pub activity: Vec<f64>,
}

/// All attractors of a network.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AttractorReport {
    /// What it is not for.
    pub notice: String,
    /// What was run, in words.
    pub model: String,
    /// Names of the variables.
    pub variables: Vec<String>,
    /// The attractors, the largest basin first.
    pub attractors: Vec<Attractor>,
    /// Walks that basins and activities rest on.
    pub walks: u32,
    /// Their seed.
    pub seed: u64,
    /// Largest standard error of a basin.
    pub standard_error: f64,
}

/// Finds all attractors and where walks from random states end. `heard` hears of work done, in no unit.
///
/// # Errors
///
/// When the network is too rich for an exact answer.
pub fn attractors(
    logic: &Logic,
    model: &str,
    walks: u32,
    seed: u64,
    heard: &dyn Fn(u64),
) -> Result<AttractorReport, PathwayError> {
    let percolated = logic.percolated();
    check_size(&percolated)?;
    let walker = Walker::new(&percolated);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut symbolic = Symbolic::new(&percolated, heard)?;
    let sets = symbolic.attractors(|state| {
        let mut walk = walker.from(state);
        for _ in 0..WALK {
            if !walk.step(&mut rng) {
                break;
            }
        }
        walk.state
    })?;
    let mut ends = vec![0_u32; sets.len()];
    for _ in 0..walks {
        let start: Vec<bool> = percolated
            .rules
            .iter()
            .map(|rule| match rule {
                Formula::Constant(value) => *value,
                _ => rng.random(),
            })
            .collect();
        if let Some(end) = end_of(&walker, start, &symbolic, &sets, &mut rng) {
            ends[end] += 1;
        }
    }
    let mut found: Vec<Attractor> = sets
        .iter()
        .zip(&ends)
        .map(|(set, end)| {
            let values = symbolic.values(set);
            let states = set.vertices().approx_cardinality();
            Attractor {
                states,
                basin: f64::from(*end) / f64::from(walks.max(1)),
                activity: match symbolic.any(set) {
                    Some(state) if states > 1.0 => activity(&walker, state, &mut rng),
                    _ => values
                        .iter()
                        .map(|value| f64::from(u8::from(*value == '1')))
                        .collect(),
                },
                values,
            }
        })
        .collect();
    found.sort_by(|a, b| {
        b.basin
            .total_cmp(&a.basin)
            .then_with(|| a.values.cmp(&b.values))
    });
    let standard_error = found
        .iter()
        .map(|one| (one.basin * (1.0 - one.basin) / f64::from(walks.max(1))).sqrt())
        .fold(0.0, f64::max);
    Ok(AttractorReport {
        notice: crate::finding::NOTICE.to_owned(),
        model: model.to_owned(),
        variables: logic.names.clone(),
        attractors: found,
        walks,
        seed,
        standard_error,
    })
}

/// Refuses at once what no exact search can end on.
fn check_size(percolated: &Logic) -> Result<(), PathwayError> {
    let free = percolated
        .rules
        .iter()
        .filter(|rule| !matches!(rule, Formula::Constant(_)))
        .count();
    let own = |(place, rule): &(usize, &Formula)| **rule == Formula::Variable(*place);
    let inputs = percolated.rules.iter().enumerate().filter(own).count();
    if free > MOST_FREE || inputs > MOST_INPUTS {
        return Err(PathwayError::TooComplex(format!(
            "{free} variables are free, {inputs} of them inputs; at most {MOST_FREE} and {MOST_INPUTS} can be; give inputs a \
             rule of true or false"
        )));
    }
    Ok(())
}

/// The attractor that a walk ends in. None is left, so it is enough to look now and then.
fn end_of(
    walker: &Walker<'_>,
    start: Vec<bool>,
    symbolic: &Symbolic<'_>,
    sets: &[States],
    rng: &mut ChaCha8Rng,
) -> Option<usize> {
    let mut walk = walker.from(start);
    for updates in 1..=WALK {
        let stays = !walk.step(rng);
        if stays || updates % LOOK == 0 {
            let end = sets.iter().position(|set| symbolic.holds(set, &walk.state));
            if stays || end.is_some() {
                return end;
            }
        }
    }
    None
}

/// Share of time on of each variable, over a long walk inside an attractor.
fn activity(walker: &Walker<'_>, start: Vec<bool>, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut on = vec![0.0; start.len()];
    let mut all = 0.0;
    let mut walk = walker.from(start);
    for _ in 0..INSIDE {
        let time = walk.time();
        all += time;
        for (sum, value) in on.iter_mut().zip(&walk.state) {
            if *value {
                *sum += time;
            }
        }
        if !walk.step(rng) {
            break;
        }
    }
    on.into_iter().map(|time| time / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bnet::parse;
    use crate::case::Asked;
    use crate::logic::Inputs;
    use crate::network::{Evidence, node};

    #[test]
    fn a_toggle_has_two_states_and_a_ring_a_cycle() {
        let toggle = parse("a, !b\nb, !a\n").unwrap();
        let found = attractors(&toggle, "toggle", 2000, 1, &|_| ()).unwrap();
        assert_eq!(found.attractors.len(), 2);
        assert!((found.attractors[0].basin - 0.5).abs() < 0.05);
        let ring = parse("a, !c\nb, a\nc, b\n").unwrap();
        let found = attractors(&ring, "ring", 200, 1, &|_| ()).unwrap();
        assert_eq!(found.attractors.len(), 1);
        assert_eq!(
            (found.attractors[0].states, found.attractors[0].basin),
            (6.0, 1.0)
        );
        assert!(
            found.attractors[0]
                .activity
                .iter()
                .all(|share| (share - 0.5).abs() < 0.02)
        );
    }

    #[test]
    fn every_attractor_of_small_networks_is_found() {
        // All states of random networks of five variables, by brute force.
        for seed in 0..20_u64 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let rules: Vec<String> = (0..5)
                .map(|_| {
                    let literal = |rng: &mut ChaCha8Rng| {
                        let name = ["a", "b", "c", "d", "e"][rng.random_range(0..5)];
                        if rng.random() {
                            format!("!{name}")
                        } else {
                            name.to_owned()
                        }
                    };
                    let sign = if rng.random() { " & " } else { " | " };
                    format!("{}{sign}{}", literal(&mut rng), literal(&mut rng))
                })
                .collect();
            let text: String = ["a", "b", "c", "d", "e"]
                .iter()
                .zip(&rules)
                .map(|(name, rule)| format!("{name}, {rule}\n"))
                .collect();
            let logic = parse(&text).unwrap();
            let mut ours: Vec<String> = attractors(&logic, "", 10, 1, &|_| ())
                .unwrap()
                .attractors
                .iter()
                .map(|one| format!("{}:{}", one.states, one.values.iter().collect::<String>()))
                .collect();
            ours.sort();
            assert_eq!(ours, brute_force(&logic), "{text}");
        }
    }

    fn brute_force(logic: &Logic) -> Vec<String> {
        let n = logic.names.len();
        let all = 1_usize << n;
        let states =
            |code: usize| -> Vec<bool> { (0..n).map(|bit| code >> bit & 1 == 1).collect() };
        let mut reach: Vec<Vec<bool>> = vec![vec![false; all]; all];
        for (code, row) in reach.iter_mut().enumerate() {
            row[code] = true;
            let state = states(code);
            for (place, rule) in logic.rules.iter().enumerate() {
                if rule.value(&state) != state[place] {
                    row[code ^ (1 << place)] = true;
                }
            }
        }
        for middle in 0..all {
            let onward = reach[middle].clone();
            for row in reach.iter_mut().filter(|row| row[middle]) {
                for (to, value) in row.iter_mut().enumerate() {
                    *value |= onward[to];
                }
            }
        }
        let mut found = std::collections::BTreeSet::new();
        for (code, reached) in reach.iter().enumerate() {
            let group: Vec<usize> = (0..all).filter(|to| reached[*to]).collect();
            if group.iter().all(|to| reach[*to][code]) {
                let values: String = (0..n)
                    .map(|bit| {
                        let on = group.iter().filter(|code| *code >> bit & 1 == 1).count();
                        if on == 0 {
                            '0'
                        } else if on == group.len() {
                            '1'
                        } else {
                            '*'
                        }
                    })
                    .collect();
                found.insert(format!("{}:{values}", group.len()));
            }
        }
        found.into_iter().collect()
    }

    #[test]
    fn blocked_alk_ends_in_apoptosis_and_met_keeps_erk() {
        let end = |text: &str| {
            let case = Asked::parse(text)
                .unwrap()
                .resolve(Evidence::Usable)
                .unwrap();
            let logic = Logic::of_case(&case, Evidence::Usable, Inputs::Fixed);
            let found = attractors(&logic, text, 100, 1, &|_| ()).unwrap();
            assert_eq!(found.attractors.len(), 1, "{text}");
            ["ERK", "Apoptosis"].map(|name| found.attractors[0].values[node(name).unwrap()])
        };
        assert_eq!(end(""), ['1', '0']);
        assert_eq!(end("drug=crizotinib=1uM"), ['0', '1']);
        assert_eq!(end("drug=ceritinib=1uM bypass=MET"), ['1', '0']);
    }
}
