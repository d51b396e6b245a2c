//! The network as Boolean rules: the same equations with every input at 0 or 1, and a line above which a node is on.
//!
//! A node is on where what its inputs make of it, with the medians of all parameters, is at least [`ON`]. So weak inputs
//! alone do not switch a node, strong ones do, and a feedback that only damps does not switch off. What two values
//! cannot say is left out: more than full activity (ALK in excess).

use crate::case::Case;
use crate::kinetics::Kinetics;
use crate::network::{Evidence, NodeKind, Sign, landmarks, nodes};
use crate::priors::Draw;

/// A node is on from this activity.
pub const ON: f64 = 0.35;

/// A Boolean formula over variables by their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// True or false.
    Constant(bool),
    /// A variable.
    Variable(usize),
    /// Not.
    Not(Box<Formula>),
    /// All of them.
    And(Vec<Formula>),
    /// Any of them.
    Or(Vec<Formula>),
}

impl Formula {
    /// Its value in a state.
    pub fn value(&self, state: &[bool]) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Variable(place) => state[*place],
            Self::Not(of) => !of.value(state),
            Self::And(all) => all.iter().all(|one| one.value(state)),
            Self::Or(all) => all.iter().any(|one| one.value(state)),
        }
    }

    /// As text of a `.bnet` file.
    pub fn text(&self, names: &[String]) -> String {
        let join = |all: &[Formula], sign: &str, none: &str| match all {
            [] => none.to_owned(),
            [one] => one.text(names),
            _ => {
                let parts: Vec<String> = all.iter().map(|one| one.text(names)).collect();
                format!("({})", parts.join(sign))
            }
        };
        match self {
            Self::Constant(true) => "true".to_owned(),
            Self::Constant(false) => "false".to_owned(),
            Self::Variable(place) => names[*place].clone(),
            Self::Not(of) => format!("!{}", of.text(names)),
            Self::And(all) => join(all, " & ", "true"),
            Self::Or(all) => join(all, " | ", "false"),
        }
    }

    /// The variables in it, each once, in order.
    pub fn variables(&self) -> Vec<usize> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn collect(&self, found: &mut Vec<usize>) {
        match self {
            Self::Constant(_) => {}
            Self::Variable(place) => found.push(*place),
            Self::Not(of) => of.collect(found),
            Self::And(all) | Self::Or(all) => all.iter().for_each(|one| one.collect(found)),
        }
    }
}

/// A Boolean network: each variable takes the value of its rule, one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logic {
    /// Names of the variables.
    pub names: Vec<String>,
    /// A rule for each. An input's rule is the variable itself.
    pub rules: Vec<Formula>,
}

/// Whether the nodes that a case fixes are constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// They have the values of the case.
    Fixed,
    /// They are free: every combination is a start.
    Free,
}

impl Logic {
    /// The rules of a case, with what it gives at time 0 on.
    pub fn of_case(case: &Case, evidence: Evidence, inputs: Inputs) -> Self {
        let kinetics = Kinetics::new(case, &Draw::new(0, 0), evidence);
        let marks = landmarks();
        let mut x = vec![0.0; nodes().len() + 1];
        kinetics.fix(&mut x);
        let blocked = kinetics.target(marks.alk, &x) < ON;
        let rules = nodes()
            .iter()
            .enumerate()
            .map(|(place, node)| match (node.kind, inputs) {
                (NodeKind::Input, Inputs::Free) => Formula::Variable(place),
                // The inhibitor is on where it takes ALK below the line, whatever share it binds.
                (NodeKind::Input, Inputs::Fixed) if place == marks.tki => {
                    Formula::Constant(blocked && x[place] > 0.0)
                }
                (NodeKind::Input, Inputs::Fixed) => Formula::Constant(x[place] >= ON),
                _ => rule(&kinetics, place),
            })
            .collect();
        Self {
            names: nodes().iter().map(|node| node.name.to_owned()).collect(),
            rules,
        }
    }

    /// As a `.bnet` file.
    pub fn bnet(&self) -> String {
        let mut text = "targets, factors\n".to_owned();
        for (name, rule) in self.names.iter().zip(&self.rules) {
            text.push_str(&format!("{name}, {}\n", rule.text(&self.names)));
        }
        text
    }

    /// The network with all that follows from constants put in their place: a rule without variables is a constant.
    pub fn percolated(&self) -> Self {
        let mut rules = self.rules.clone();
        loop {
            let constants: Vec<Option<bool>> = rules
                .iter()
                .map(|rule| match rule {
                    Formula::Constant(value) => Some(*value),
                    _ => None,
                })
                .collect();
            let simpler: Vec<Formula> = rules
                .iter()
                .map(|rule| simplify(rule, &constants))
                .collect();
            if simpler == rules {
                return Self {
                    names: self.names.clone(),
                    rules,
                };
            }
            rules = simpler;
        }
    }
}

fn simplify(formula: &Formula, constants: &[Option<bool>]) -> Formula {
    let gather = |all: &[Formula], absorbing: bool| -> Result<Vec<Formula>, Formula> {
        let mut kept = Vec::new();
        for one in all {
            match simplify(one, constants) {
                Formula::Constant(value) if value == absorbing => {
                    return Err(Formula::Constant(absorbing));
                }
                Formula::Constant(_) => {}
                other => kept.push(other),
            }
        }
        Ok(kept)
    };
    let built =
        |kept: Vec<Formula>, empty: bool, many: fn(Vec<Formula>) -> Formula| match kept.len() {
            0 => Formula::Constant(empty),
            1 => kept.into_iter().next().unwrap_or(Formula::Constant(empty)),
            _ => many(kept),
        };
    match formula {
        Formula::Constant(_) => formula.clone(),
        Formula::Variable(place) => {
            constants[*place].map_or_else(|| formula.clone(), Formula::Constant)
        }
        Formula::Not(of) => match simplify(of, constants) {
            Formula::Constant(value) => Formula::Constant(!value),
            other => Formula::Not(Box::new(other)),
        },
        Formula::And(all) => {
            gather(all, false).map_or_else(|c| c, |kept| built(kept, true, Formula::And))
        }
        Formula::Or(all) => {
            gather(all, true).map_or_else(|c| c, |kept| built(kept, false, Formula::Or))
        }
    }
}

/// The rule of one node: which of its inputs, at 0 or 1, bring it above the line.
fn rule(kinetics: &Kinetics, place: usize) -> Formula {
    let marks = landmarks();
    let literals: Vec<(usize, Sign)> = if place == marks.alk {
        vec![
            (marks.oligomer, Sign::Activates),
            (marks.hsp90, Sign::Activates),
            (marks.tki, Sign::Inhibits),
        ]
    } else {
        let inputs = &kinetics.rates[place].inputs;
        // An edge that needs more than full activity of its source has no form in two values.
        inputs
            .iter()
            .filter(|input| input.half < 1.0)
            .map(|input| (input.from, input.sign))
            .collect()
    };
    let mut x = vec![0.0; nodes().len() + 1];
    // A bit says that an input favours the node: an activator is on, an inhibitor is off. More bits never make less.
    let mut on = |mask: usize| {
        for (bit, (from, sign)) in literals.iter().enumerate() {
            let favours = mask >> bit & 1 == 1;
            x[*from] = f64::from(u8::from(favours == (*sign == Sign::Activates)));
        }
        kinetics.target(place, &x) >= ON
    };
    let all = 1_usize << literals.len();
    let mut masks: Vec<usize> = (0..all).collect();
    masks.sort_by_key(|mask| (mask.count_ones(), *mask));
    let mut minimal: Vec<usize> = Vec::new();
    for mask in masks {
        if !minimal.iter().any(|least| least & mask == *least) && on(mask) {
            minimal.push(mask);
        }
    }
    if minimal.first() == Some(&0) {
        return Formula::Constant(true);
    }
    let term = |mask: &usize| {
        let chosen = literals
            .iter()
            .enumerate()
            .filter(|(bit, _)| mask >> bit & 1 == 1);
        let mut parts: Vec<Formula> = chosen
            .map(|(_, (from, sign))| match sign {
                Sign::Activates => Formula::Variable(*from),
                Sign::Inhibits => Formula::Not(Box::new(Formula::Variable(*from))),
            })
            .collect();
        if parts.len() == 1 {
            parts.remove(0)
        } else {
            Formula::And(parts)
        }
    };
    let mut terms: Vec<Formula> = minimal.iter().map(term).collect();
    match terms.len() {
        0 => Formula::Constant(false),
        1 => terms.remove(0),
        _ => Formula::Or(terms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Asked;
    use crate::network::node;

    fn logic(text: &str, inputs: Inputs) -> Logic {
        let case = Asked::parse(text)
            .unwrap()
            .resolve(Evidence::Usable)
            .unwrap();
        Logic::of_case(&case, Evidence::Usable, inputs)
    }

    #[test]
    fn rules_follow_from_the_numbers() {
        let logic = logic("", Inputs::Free);
        let text = |name: &str| logic.rules[node(name).unwrap()].text(&logic.names);
        assert_eq!(text("ALK_fusion"), "(oligomer & HSP90 & !ALK_TKI)");
        assert_eq!(text("MEK"), "RAF");
        assert_eq!(text("ERK"), "MEK");
        assert_eq!(text("EGFR"), "EGFR");
        assert_eq!(text("BIM"), "!ERK");
        assert_eq!(text("overdose"), "false");
    }

    #[test]
    fn v3a_does_not_need_hsp90() {
        let logic = logic("fusion=V3a", Inputs::Free);
        assert_eq!(
            logic.rules[landmarks().alk].text(&logic.names),
            "(oligomer & !ALK_TKI)"
        );
    }

    #[test]
    fn a_dose_blocks_or_does_not() {
        let erk = |text: &str| {
            logic(text, Inputs::Fixed).percolated().rules[node("ERK").unwrap()].clone()
        };
        assert_eq!(
            erk("dataset=Katayama2012 drug=crizotinib=1nM"),
            Formula::Constant(true)
        );
        assert_eq!(
            erk("dataset=Katayama2012 drug=crizotinib=1uM"),
            Formula::Constant(false)
        );
        assert_eq!(
            erk("dataset=Katayama2012 drug=crizotinib=1uM bypass=EGFR"),
            Formula::Constant(true)
        );
    }
}
