//! Walks through the states of a Boolean network: one variable at a time, chosen evenly among those that would change.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::logic::Logic;

/// A network readied for walks.
pub(crate) struct Walker<'l> {
    logic: &'l Logic,
    /// For each variable the rules that it is in.
    dependents: Vec<Vec<usize>>,
}

/// A walk in progress.
pub(crate) struct Walk<'w> {
    walker: &'w Walker<'w>,
    /// Where it is.
    pub(crate) state: Vec<bool>,
    /// Variables that would change, and for each variable its place among them.
    open: Vec<usize>,
    places: Vec<Option<usize>>,
}

impl<'l> Walker<'l> {
    pub(crate) fn new(logic: &'l Logic) -> Self {
        let mut dependents = vec![Vec::new(); logic.names.len()];
        for (place, rule) in logic.rules.iter().enumerate() {
            for variable in rule.variables() {
                dependents[variable].push(place);
            }
        }
        Self { logic, dependents }
    }

    /// A walk from a state.
    pub(crate) fn from(&self, state: Vec<bool>) -> Walk<'_> {
        let mut walk = Walk {
            walker: self,
            places: vec![None; state.len()],
            state,
            open: Vec::new(),
        };
        for place in 0..walk.state.len() {
            walk.look(place);
        }
        walk
    }
}

impl Walk<'_> {
    /// Time that is spent in this state, with equal rates of all changes; of a state that stays, 1.
    pub(crate) fn time(&self) -> f64 {
        1.0 / self.open.len().max(1) as f64
    }

    /// Changes one variable. False where nothing changes any more.
    pub(crate) fn step(&mut self, rng: &mut ChaCha8Rng) -> bool {
        if self.open.is_empty() {
            return false;
        }
        let chosen = self.open[rng.random_range(0..self.open.len())];
        self.state[chosen] = !self.state[chosen];
        self.look(chosen);
        let walker = self.walker;
        for place in &walker.dependents[chosen] {
            self.look(*place);
        }
        true
    }

    /// Notes whether a variable would change.
    fn look(&mut self, variable: usize) {
        let would = self.walker.logic.rules[variable].value(&self.state) != self.state[variable];
        match (would, self.places[variable]) {
            (true, None) => {
                self.places[variable] = Some(self.open.len());
                self.open.push(variable);
            }
            (false, Some(place)) => {
                self.open.swap_remove(place);
                self.places[variable] = None;
                if let Some(moved) = self.open.get(place) {
                    self.places[*moved] = Some(place);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::bnet::parse;

    #[test]
    fn what_would_change_is_kept_right_along_a_walk() {
        let logic = parse("a, !c & (b | d)\nb, a & !d\nc, b | a\nd, !b | c & a\n").unwrap();
        let walker = Walker::new(&logic);
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut walk = walker.from(vec![true, false, false, true]);
        for _ in 0..500 {
            let mut open = walk.open.clone();
            open.sort_unstable();
            let right: Vec<usize> = (0..4)
                .filter(|place| logic.rules[*place].value(&walk.state) != walk.state[*place])
                .collect();
            assert_eq!(open, right);
            if !walk.step(&mut rng) {
                break;
            }
        }
    }

    #[test]
    fn a_walk_ends_where_nothing_changes() {
        let logic = parse("a, true\nb, a\n").unwrap();
        let walker = Walker::new(&logic);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut walk = walker.from(vec![false, false]);
        assert!(walk.step(&mut rng) && walk.step(&mut rng) && !walk.step(&mut rng));
        assert_eq!(
            (walk.state.as_slice(), walk.time()),
            ([true, true].as_slice(), 1.0)
        );
    }
}
