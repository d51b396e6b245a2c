//! All attractors of a Boolean network, exactly: sets of states as decision diagrams, by biodivine.
//!
//! First the states that some variable leaves for good are put aside (transition-guided reduction, Beneš and others 2021),
//! then what is left is searched from states that walks end in (Xie and Beerel 2000).

use biodivine_lib_param_bn::biodivine_std::bitvector::{ArrayBitVector, BitVector};
use biodivine_lib_param_bn::biodivine_std::traits::Set;
use biodivine_lib_param_bn::symbolic_async_graph::{GraphColoredVertices, SymbolicAsyncGraph};
use biodivine_lib_param_bn::{BooleanNetwork, VariableId};

use crate::error::PathwayError;
use crate::logic::Logic;

/// Rounds of the search after which it gives up.
const MOST_ROUNDS: usize = 20_000;
/// Nodes of a decision diagram above which it gives up.
const MOST_NODES: usize = 2_000_000;
/// Nodes above which a reduction, which only saves work, is left.
const MOST_NODES_OF_REDUCTION: usize = 20_000;
/// Sum of the sizes of all diagrams made, after which it gives up: counted work, so that the outcome does not depend on how
/// fast the machine is. About a minute.
const MOST_WORK: u64 = 400_000_000;
/// Rounds in which the order of variables is improved; more change nothing on networks of hundreds.
const ORDERING: usize = 30;

/// A set of states.
pub(crate) type States = GraphColoredVertices;

/// A network as decision diagrams. Its variables have an order of their own, in which those that depend on each other are
/// near: diagrams are small then.
pub(crate) struct Symbolic<'w> {
    graph: SymbolicAsyncGraph,
    /// For each variable of the network its place in the graph.
    places: Vec<usize>,
    /// Variables that can still change.
    active: Vec<VariableId>,
    work: u64,
    /// Hears how much work was done.
    heard: &'w dyn Fn(u64),
}

/// Along transitions, or against them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

impl<'w> Symbolic<'w> {
    /// The network as decision diagrams.
    ///
    /// # Errors
    ///
    /// When biodivine cannot make them.
    pub(crate) fn new(logic: &Logic, heard: &'w dyn Fn(u64)) -> Result<Self, PathwayError> {
        let places = order(logic);
        // Plain names, so that any name may stand in a file; biodivine puts them in alphabetical order.
        let plain = Logic {
            names: places.iter().map(|place| format!("v{place:05}")).collect(),
            rules: logic.rules.clone(),
        };
        let failed = |what: String| PathwayError::TooComplex(what);
        let network = BooleanNetwork::try_from_bnet(&plain.bnet()).map_err(failed)?;
        // Rules may name variables that they do not depend on.
        let network = network.infer_valid_graph().map_err(failed)?;
        let graph = SymbolicAsyncGraph::new(&network).map_err(failed)?;
        let active = graph.variables().collect();
        Ok(Self {
            graph,
            places,
            active,
            work: 0,
            heard,
        })
    }

    /// All attractors. `settle` walks from a state to one that is likely in an attractor.
    ///
    /// # Errors
    ///
    /// When diagrams grow beyond what is tried.
    pub(crate) fn attractors(
        &mut self,
        mut settle: impl FnMut(Vec<bool>) -> Vec<bool>,
    ) -> Result<Vec<States>, PathwayError> {
        // No transition leaves it, so that what reaches a state of it is found within it.
        let mut universe = self.reduced()?;
        let mut found: Vec<States> = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let Some(start) = self.any(&universe) else {
                return Ok(found);
            };
            let end = self.single(&settle(start.clone()));
            let known = end.intersect(&universe).is_empty();
            let pivot = if known { self.single(&start) } else { end };
            let ahead = self.reach(&pivot, Direction::Forward, None)?;
            let back = self.reach(&pivot, Direction::Backward, Some(&ahead))?;
            // Where the pivot can leave for good, nothing that reaches it is in an attractor.
            let is_attractor = ahead.minus(&back).is_empty();
            let gone = if is_attractor { &ahead } else { &pivot };
            universe = universe.minus(&self.reach(gone, Direction::Backward, Some(&universe))?);
            if is_attractor {
                found.push(ahead);
            }
        }
        Err(PathwayError::TooComplex(format!(
            "more than {MOST_ROUNDS} rounds; fix some of its inputs"
        )))
    }

    /// Value of each variable in a set: 0, 1, or `*` where it changes.
    pub(crate) fn values(&self, set: &States) -> Vec<char> {
        let space = self.graph.wrap_in_subspace(&set.vertices());
        let variables: Vec<VariableId> = self.graph.variables().collect();
        let value = |place: &usize| match space[variables[*place]].try_as_bool() {
            Some(true) => '1',
            Some(false) => '0',
            None => '*',
        };
        self.places.iter().map(value).collect()
    }

    /// Whether a set holds a state.
    pub(crate) fn holds(&self, set: &States, state: &[bool]) -> bool {
        !self.single(state).intersect(set).is_empty()
    }

    /// One state of a set.
    pub(crate) fn any(&self, set: &States) -> Option<Vec<bool>> {
        let vertex = set.vertices().materialize().iter().next()?;
        Some(self.places.iter().map(|place| vertex.get(*place)).collect())
    }

    fn single(&self, state: &[bool]) -> States {
        let mut placed = vec![false; state.len()];
        for (value, place) in state.iter().zip(&self.places) {
            placed[*place] = *value;
        }
        self.graph.vertex(&ArrayBitVector::from(placed))
    }

    /// All states without those that some variable leaves for good: from where the variable can change, it comes to a region
    /// where it never does again, and nobody leaves that region. The smallest diagram of all searches grows first.
    fn reduced(&mut self) -> Result<States, PathwayError> {
        let mut universe = self.graph.mk_unit_colored_vertices();
        let mut running: Vec<Reduction> = self
            .active
            .iter()
            .map(|variable| {
                let changes = self.graph.var_can_post(*variable, &universe);
                Reduction {
                    grown: changes.clone(),
                    changes,
                    phase: Phase::Ahead,
                }
            })
            .collect();
        running.retain(|one| !one.changes.is_empty());
        while let Some(at) = smallest(&running) {
            let one = &mut running[at];
            let grown = match &one.phase {
                Phase::Ahead => self.step(&one.grown, Direction::Forward, None)?,
                Phase::Region(ahead) => self.step(&one.grown, Direction::Backward, Some(ahead))?,
                Phase::Basin(_) => self.step(&one.grown, Direction::Backward, Some(&universe))?,
            };
            if let Some(grown) = grown {
                one.grown = grown;
                if one.grown.symbolic_size() > MOST_NODES_OF_REDUCTION {
                    running.remove(at);
                }
                continue;
            }
            let one = running.remove(at);
            match one.phase {
                Phase::Ahead => running.push(Reduction {
                    grown: one.changes.clone(),
                    changes: one.changes,
                    phase: Phase::Region(one.grown),
                }),
                Phase::Region(ahead) => {
                    let never = ahead.minus(&one.grown);
                    if !never.is_empty() {
                        running.push(Reduction {
                            grown: never.clone(),
                            changes: one.changes,
                            phase: Phase::Basin(never),
                        });
                    }
                }
                Phase::Basin(never) => {
                    universe = universe.minus(&one.grown.minus(&never));
                    running = running
                        .into_iter()
                        .filter_map(|other| other.within(&universe))
                        .collect();
                }
            }
        }
        let graph = &self.graph;
        self.active
            .retain(|variable| !graph.var_can_post(*variable, &universe).is_empty());
        Ok(universe)
    }

    /// All states that are reached from some, within a set where one is given.
    fn reach(
        &mut self,
        from: &States,
        direction: Direction,
        within: Option<&States>,
    ) -> Result<States, PathwayError> {
        let mut reached = from.clone();
        while let Some(more) = self.step(&reached, direction, within)? {
            reached = more;
        }
        Ok(reached)
    }

    /// The set with what one change of the first variable that adds anything adds; nothing where none does.
    fn step(
        &mut self,
        set: &States,
        direction: Direction,
        within: Option<&States>,
    ) -> Result<Option<States>, PathwayError> {
        for variable in self.active.iter().rev() {
            let mut new = match direction {
                Direction::Forward => self.graph.var_post_out(*variable, set),
                Direction::Backward => self.graph.var_pre_out(*variable, set),
            };
            if let Some(within) = within {
                new = new.intersect(within);
            }
            self.work += (set.symbolic_size() + new.symbolic_size()) as u64;
            if set.symbolic_size() > MOST_NODES || self.work > MOST_WORK {
                return Err(PathwayError::TooComplex(
                    "its decision diagrams grow beyond what is tried; fix some of its inputs"
                        .to_owned(),
                ));
            }
            if !new.is_empty() {
                (self.heard)(self.work);
                return Ok(Some(set.union(&new)));
            }
        }
        Ok(None)
    }
}

/// The search for what one variable leaves for good.
struct Reduction {
    /// States in which the variable can change.
    changes: States,
    phase: Phase,
    /// What the phase has found so far.
    grown: States,
}

enum Phase {
    /// All that is reached from where the variable can change.
    Ahead,
    /// Of that, all from where it can change again.
    Region(States),
    /// All that reaches the rest, in which it never changes.
    Basin(States),
}

impl Reduction {
    /// The same in fewer states, which no transition leaves.
    fn within(self, universe: &States) -> Option<Self> {
        let changes = self.changes.intersect(universe);
        (!changes.is_empty()).then(|| Self {
            changes,
            grown: self.grown.intersect(universe),
            phase: match self.phase {
                Phase::Ahead => Phase::Ahead,
                Phase::Region(ahead) => Phase::Region(ahead.intersect(universe)),
                Phase::Basin(never) => Phase::Basin(never.intersect(universe)),
            },
        })
    }
}

fn smallest(running: &[Reduction]) -> Option<usize> {
    (0..running.len()).min_by_key(|at| running[*at].grown.symbolic_size())
}

/// For each variable its place in an order that keeps near what depends on each other: again and again each goes to the
/// middle of the rules that it takes part in (Aloul and others 2003).
fn order(logic: &Logic) -> Vec<usize> {
    let rules: Vec<Vec<usize>> = logic
        .rules
        .iter()
        .enumerate()
        .map(|(place, rule)| {
            let mut all = rule.variables();
            all.push(place);
            all
        })
        .collect();
    let mut places: Vec<usize> = (0..rules.len()).collect();
    for _ in 0..ORDERING {
        let mut middles = vec![(0.0, 0_usize); places.len()];
        for rule in &rules {
            let sum: usize = rule.iter().map(|variable| places[*variable]).sum();
            let middle = sum as f64 / rule.len() as f64;
            for variable in rule {
                middles[*variable].0 += middle;
                middles[*variable].1 += 1;
            }
        }
        let mut sorted: Vec<usize> = (0..places.len()).collect();
        sorted.sort_by(|a, b| {
            let mean = |at: usize| middles[at].0 / middles[at].1 as f64;
            mean(*a).total_cmp(&mean(*b)).then(a.cmp(b))
        });
        for (place, variable) in sorted.into_iter().enumerate() {
            places[variable] = place;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bnet::parse;

    #[test]
    fn the_order_brings_together_what_depends_on_each_other() {
        let logic = parse("a, d\nb, e\nc, f\nd, a\ne, b\nf, c\n").unwrap();
        let places = order(&logic);
        for (one, other) in [(0, 3), (1, 4), (2, 5)] {
            assert_eq!(places[one].abs_diff(places[other]), 1, "{places:?}");
        }
    }

    #[test]
    fn values_and_states_are_in_the_order_of_the_network() {
        let logic = parse("c, true\na, b\nb, a\nd, false\n").unwrap();
        let mut symbolic = Symbolic::new(&logic, &|_| ()).unwrap();
        let mut found: Vec<String> = symbolic
            .attractors(|state| state)
            .unwrap()
            .iter()
            .map(|set| symbolic.values(set).into_iter().collect())
            .collect();
        found.sort();
        assert_eq!(found, ["1000", "1110"]);
    }

    #[test]
    fn what_is_beyond_reach_is_an_error() {
        let logic = parse("a, b\nb, a\n").unwrap();
        let mut symbolic = Symbolic::new(&logic, &|_| ()).unwrap();
        symbolic.work = MOST_WORK;
        let error = symbolic.attractors(|state| state).unwrap_err();
        assert!(error.to_string().contains("grow beyond"), "{error}");
    }
}
