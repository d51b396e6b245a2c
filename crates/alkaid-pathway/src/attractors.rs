//! Attractors of a Boolean network under asynchronous updates, by biodivine's symbolic graphs; basins and probabilities by
//! seeded walks.

use biodivine_lib_param_bn::biodivine_std::bitvector::{ArrayBitVector, BitVector};
use biodivine_lib_param_bn::biodivine_std::traits::Set;
use biodivine_lib_param_bn::symbolic_async_graph::{GraphColoredVertices, SymbolicAsyncGraph};
use biodivine_lib_param_bn::{BooleanNetwork, Space};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::PathwayError;
use crate::logic::{Formula, Logic};

/// Rounds of the search after which it gives up.
const MOST_ROUNDS: usize = 20_000;
/// Nodes of a decision diagram above which it gives up.
const MOST_NODES: usize = 2_000_000;
/// Sum of the sizes of all diagrams made, after which it gives up: counted work, so that the outcome does not depend on how
/// fast the machine is. Some minutes.
const MOST_WORK: u64 = 2_000_000_000;
/// Variables that are left after constants are put in, and inputs among them, above which it gives up at once.
const MOST_FREE: usize = 150;
const MOST_INPUTS: usize = 10;
/// Updates of one walk.
const WALK: usize = 4_000;

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

/// Finds all attractors and where walks from random states end.
///
/// # Errors
///
/// When the network is too rich for an exact answer.
pub fn attractors(
    logic: &Logic,
    model: &str,
    walks: u32,
    seed: u64,
) -> Result<AttractorReport, PathwayError> {
    let percolated = logic.percolated();
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
    let graph = graph(&percolated)?;
    let sets = search(&graph)?;
    let mut found: Vec<Attractor> = sets
        .iter()
        .map(|set| describe(&graph, &percolated, set))
        .collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
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
        let state = walk(&percolated, start, WALK, &mut rng, |_, _| ());
        if let Some(index) = sets.iter().position(|set| holds(&graph, set, &state)) {
            ends[index] += 1;
        }
    }
    for (one, end) in found.iter_mut().zip(&ends) {
        one.basin = f64::from(*end) / f64::from(walks.max(1));
    }
    for (one, set) in found.iter_mut().zip(&sets) {
        if one.states > 1.0 {
            one.activity = activity(&percolated, set, &mut rng);
        }
    }
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

/// Biodivine's graph of the network. Variables have plain names there, so that any name may stand in a file.
fn graph(logic: &Logic) -> Result<SymbolicAsyncGraph, PathwayError> {
    let names: Vec<String> = (0..logic.names.len())
        .map(|place| format!("v{place:05}"))
        .collect();
    let plain = Logic {
        names,
        rules: logic.rules.clone(),
    };
    let failed = |what: String| PathwayError::TooComplex(what);
    let text = plain.bnet();
    let network = BooleanNetwork::try_from_bnet(&text).map_err(failed)?;
    // Rules may name variables that they do not depend on.
    let network = network.infer_valid_graph().map_err(failed)?;
    SymbolicAsyncGraph::new(&network).map_err(failed)
}

/// Xie and Beerel's search: of the states that a pivot reaches, those that all reach it back are an attractor.
fn search(graph: &SymbolicAsyncGraph) -> Result<Vec<GraphColoredVertices>, PathwayError> {
    let mut universe = graph.mk_unit_colored_vertices();
    let mut found = Vec::new();
    let mut onward: Option<GraphColoredVertices> = None;
    let mut work = 0_u64;
    for _ in 0..MOST_ROUNDS {
        if universe.is_empty() {
            return Ok(found);
        }
        let source = onward
            .take()
            .filter(|set| !set.is_empty())
            .unwrap_or_else(|| universe.clone());
        let pivot = source.pick_vertex();
        let forward = reach(graph, &pivot, Direction::Forward, &mut work)?;
        let backward = reach(graph, &pivot, Direction::Backward, &mut work)?;
        let beyond = forward.minus(&backward);
        if beyond.is_empty() {
            universe = universe.minus(&reach(graph, &forward, Direction::Backward, &mut work)?);
            found.push(forward);
        } else {
            // The pivot can leave for good, so nothing that reaches it is an attractor; one lies beyond.
            universe = universe.minus(&backward);
            onward = Some(beyond.intersect(&universe));
        }
    }
    Err(PathwayError::TooComplex(format!(
        "more than {MOST_ROUNDS} rounds; fix some of its inputs"
    )))
}

/// Along transitions, or against them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

/// All states that are reached from some, one variable at a time, the last that adds something first.
fn reach(
    graph: &SymbolicAsyncGraph,
    from: &GraphColoredVertices,
    direction: Direction,
    work: &mut u64,
) -> Result<GraphColoredVertices, PathwayError> {
    let mut reached = from.clone();
    'again: loop {
        for variable in graph.variables().rev() {
            let step = match direction {
                Direction::Forward => graph.var_post_out(variable, &reached),
                Direction::Backward => graph.var_pre_out(variable, &reached),
            };
            *work += reached.symbolic_size() as u64;
            if reached.symbolic_size() > MOST_NODES || *work > MOST_WORK {
                return Err(PathwayError::TooComplex(
                    "its decision diagrams grow beyond what is tried; fix some of its inputs"
                        .to_owned(),
                ));
            }
            if !step.is_empty() {
                reached = reached.union(&step);
                continue 'again;
            }
        }
        return Ok(reached);
    }
}

fn describe(graph: &SymbolicAsyncGraph, logic: &Logic, set: &GraphColoredVertices) -> Attractor {
    let space: Space = graph.wrap_in_subspace(&set.vertices());
    let values: Vec<char> = graph
        .variables()
        .map(|variable| match space[variable].try_as_bool() {
            Some(true) => '1',
            Some(false) => '0',
            None => '*',
        })
        .collect();
    let activity = values
        .iter()
        .map(|value| if *value == '1' { 1.0 } else { 0.0 })
        .collect();
    debug_assert_eq!(values.len(), logic.names.len());
    Attractor {
        states: set.vertices().approx_cardinality(),
        values,
        basin: 0.0,
        activity,
    }
}

fn holds(graph: &SymbolicAsyncGraph, set: &GraphColoredVertices, state: &[bool]) -> bool {
    let valuation = ArrayBitVector::from(state.to_vec());
    !graph.vertex(&valuation).intersect(set).is_empty()
}

/// Updates one variable at a time, chosen evenly among those that would change. `visit` hears of each state and the time
/// spent in it. Ends early where nothing changes.
fn walk(
    logic: &Logic,
    mut state: Vec<bool>,
    steps: usize,
    rng: &mut ChaCha8Rng,
    mut visit: impl FnMut(&[bool], f64),
) -> Vec<bool> {
    for _ in 0..steps {
        let open: Vec<usize> = logic
            .rules
            .iter()
            .enumerate()
            .filter(|(place, rule)| rule.value(&state) != state[*place])
            .map(|(place, _)| place)
            .collect();
        if open.is_empty() {
            visit(&state, 1.0);
            return state;
        }
        visit(&state, 1.0 / open.len() as f64);
        let chosen = open[rng.random_range(0..open.len())];
        state[chosen] = !state[chosen];
    }
    state
}

/// Share of time on, over a long walk inside an attractor.
fn activity(logic: &Logic, set: &GraphColoredVertices, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let Some(state) = set.vertices().materialize().iter().next() else {
        return vec![0.0; logic.names.len()];
    };
    let start: Vec<bool> = state.values();
    let mut on = vec![0.0; start.len()];
    let mut all = 0.0;
    walk(logic, start, 50 * WALK, rng, |state, time| {
        all += time;
        for (sum, value) in on.iter_mut().zip(state) {
            if *value {
                *sum += time;
            }
        }
    });
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
        let found = attractors(&toggle, "toggle", 2000, 1).unwrap();
        assert_eq!(found.attractors.len(), 2);
        assert!((found.attractors[0].basin - 0.5).abs() < 0.05);
        let ring = parse("a, !c\nb, a\nc, b\n").unwrap();
        let found = attractors(&ring, "ring", 200, 1).unwrap();
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
            let mut ours: Vec<String> = attractors(&logic, "", 10, 1)
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
            let found = attractors(&logic, text, 100, 1).unwrap();
            assert_eq!(found.attractors.len(), 1, "{text}");
            ["ERK", "Apoptosis"].map(|name| found.attractors[0].values[node(name).unwrap()])
        };
        assert_eq!(end(""), ['1', '0']);
        assert_eq!(end("drug=crizotinib=1uM"), ['0', '1']);
        assert_eq!(end("drug=ceritinib=1uM bypass=MET"), ['1', '0']);
    }
}
