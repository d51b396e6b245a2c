//! A model in general: quantities, assignments, rates. Ours is turned into one to be exported; those of others run as one.

use std::collections::BTreeMap;

use crate::error::PathwayError;
use crate::expr::{Dual, Expr, Relation};
use crate::integrate::Equations;
use crate::kinetics::Kinetics;
use crate::network::{Sign, landmarks, nodes};

/// What a quantity is in SBML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityKind {
    /// A compartment.
    Compartment,
    /// A species, as concentration unless it has only substance units.
    Species,
    /// A parameter.
    Parameter,
}

/// A quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its identifier.
    pub id: String,
    /// What it is.
    pub kind: QuantityKind,
    /// Its value at the start; none where an assignment gives it.
    pub value: Option<f64>,
}

/// A model.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Model {
    /// Its identifier.
    pub id: String,
    /// Its quantities.
    pub variables: Vec<Variable>,
    /// Values at the start, by place.
    pub initial: Vec<(usize, Expr)>,
    /// Values at all times, by place.
    pub assignments: Vec<(usize, Expr)>,
    /// Rates of change, by place.
    pub rates: Vec<(usize, Expr)>,
}

impl Model {
    /// The place of a quantity.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.variables.iter().position(|variable| variable.id == id)
    }

    /// Turns the equations of a case into a model, with the state `x` at the start.
    pub fn of_kinetics(kinetics: &Kinetics, x: &[f64]) -> Self {
        let mut model = Self {
            id: "alk_signalling".to_owned(),
            ..Self::default()
        };
        model.add("cell", QuantityKind::Compartment, 1.0);
        for (place, node) in nodes().iter().enumerate() {
            let fixed = kinetics.rates[place].fixed.is_some();
            let kind = if fixed {
                QuantityKind::Parameter
            } else {
                QuantityKind::Species
            };
            model.add(node.name, kind, x[place]);
        }
        let cells = model.add("ln_cells", QuantityKind::Parameter, x[nodes().len()]);
        for (place, node) in nodes().iter().enumerate() {
            if kinetics.rates[place].fixed.is_none() {
                let target = model.target(kinetics, place);
                let relaxation = model.add_parameter(
                    format!("tau_{}", node.name),
                    kinetics.rates[place].relaxation_h,
                );
                let rate = Expr::Divide(
                    Box::new(Expr::Subtract(
                        Box::new(target),
                        Box::new(Expr::symbol(node.name)),
                    )),
                    Box::new(relaxation),
                );
                let at = model.place(node.name).unwrap_or(0);
                model.rates.push((at, rate));
            }
        }
        let division = model.add_parameter("division_rate".to_owned(), kinetics.division_rate);
        let death = model.add_parameter("death_rate".to_owned(), kinetics.death_rate);
        let marks = landmarks();
        let name = |place: usize| Expr::symbol(nodes()[place].name);
        let growth = Expr::Subtract(
            Box::new(Expr::Multiply(vec![division, name(marks.proliferation)])),
            Box::new(Expr::Multiply(vec![death, name(marks.apoptosis)])),
        );
        model.rates.push((cells, growth));
        model
    }

    fn add(&mut self, id: &str, kind: QuantityKind, value: f64) -> usize {
        self.variables.push(Variable {
            id: id.to_owned(),
            kind,
            value: Some(value),
        });
        self.variables.len() - 1
    }

    fn add_parameter(&mut self, id: String, value: f64) -> Expr {
        self.add(&id, QuantityKind::Parameter, value);
        Expr::Symbol(id)
    }

    /// What a node relaxes to, as formula; its numbers become parameters.
    fn target(&mut self, kinetics: &Kinetics, place: usize) -> Expr {
        let name = nodes()[place].name;
        let rate = &kinetics.rates[place];
        let one = || Box::new(Expr::Number(1.0));
        let level = self.add_parameter(format!("level_{name}"), rate.level * rate.inhibition);
        let marks = landmarks();
        let node = |place: usize| Expr::symbol(nodes()[place].name);
        if place == marks.alk {
            let strength = self.add_parameter("strength".to_owned(), kinetics.alk.strength);
            let share = self.add_parameter("hsp90_share".to_owned(), kinetics.alk.hsp90_share);
            let saturation = self.add_parameter("saturation".to_owned(), kinetics.alk.saturation);
            let less = |a: Expr| Expr::Subtract(one(), Box::new(a));
            let kinase = Expr::Multiply(vec![
                strength,
                node(marks.oligomer),
                less(Expr::Multiply(vec![share, less(node(marks.hsp90))])),
                less(node(marks.tki)),
            ]);
            return Expr::Divide(
                Box::new(Expr::Multiply(vec![
                    level,
                    kinase.clone(),
                    Expr::Add(vec![Expr::Number(1.0), saturation.clone()]),
                ])),
                Box::new(Expr::Add(vec![kinase, saturation])),
            );
        }
        let basal = self.add_parameter(format!("basal_{name}"), rate.basal);
        let mut silent = vec![Expr::Subtract(one(), Box::new(basal))];
        let mut spared = vec![level];
        for input in &rate.inputs {
            let source = nodes()[input.from].name;
            let weight = self.add_parameter(format!("w_{source}_{name}"), input.weight);
            let half = self.add_parameter(format!("k_{source}_{name}"), input.half);
            let slope = self.add_parameter(format!("n_{source}_{name}"), input.slope);
            let positive = Expr::Max(vec![Expr::symbol(source), Expr::Number(0.0)]);
            let power = Expr::Power(Box::new(positive), Box::new(slope.clone()));
            let half_power = Expr::Power(Box::new(half), Box::new(slope));
            let mut over = vec![weight, power.clone()];
            if input.half < 1.0 {
                over.push(Expr::Add(vec![Expr::Number(1.0), half_power.clone()]));
            }
            let hill = Expr::Divide(
                Box::new(Expr::Multiply(over)),
                Box::new(Expr::Add(vec![half_power, power])),
            );
            let spares = Expr::Subtract(one(), Box::new(hill));
            match input.sign {
                Sign::Activates => silent.push(spares),
                Sign::Inhibits => spared.push(spares),
            }
        }
        // basal + (1 − basal)(1 − Π) is 1 − (1 − basal)·Π.
        spared.push(Expr::Subtract(one(), Box::new(Expr::Multiply(silent))));
        Expr::Multiply(spared)
    }

    /// Checks the model and readies it to be run.
    ///
    /// # Errors
    ///
    /// When a formula names what is not there, assignments go in a circle, a quantity has two rules, or a value is missing.
    pub fn system(&self) -> Result<System, PathwayError> {
        System::new(self)
    }
}

/// A formula whose symbols are places.
#[derive(Clone, Debug)]
struct Bound {
    expr: Expr,
    places: BTreeMap<String, usize>,
}

impl Bound {
    fn new(expr: &Expr, ids: &BTreeMap<&str, usize>) -> Result<Self, PathwayError> {
        let mut places = BTreeMap::new();
        let mut missing = None;
        expr.symbols(&mut |name| match ids.get(name) {
            Some(place) => {
                places.insert(name.to_owned(), *place);
            }
            None => missing = Some(name.to_owned()),
        });
        match missing {
            Some(name) => Err(bad(format!(
                "a formula names {name:?}, which the model lacks"
            ))),
            None => Ok(Self {
                expr: expr.clone(),
                places,
            }),
        }
    }

    fn value(&self, time: f64, env: &[f64], along: &[f64]) -> Dual {
        self.expr.value(time, &|name| {
            let place = self.places[name];
            Dual(env[place], along[place])
        })
    }
}

fn bad(what: String) -> PathwayError {
    PathwayError::BadModel { line: None, what }
}

/// A model ready to run. Its states are the quantities that have a rate, in the order of [`System::states`].
#[derive(Clone, Debug)]
pub struct System {
    names: Vec<String>,
    states: Vec<usize>,
    start: Vec<f64>,
    assignments: Vec<(usize, Bound)>,
    rates: Vec<Bound>,
}

impl System {
    fn new(model: &Model) -> Result<Self, PathwayError> {
        let ids: BTreeMap<&str, usize> = model
            .variables
            .iter()
            .enumerate()
            .map(|(place, variable)| (variable.id.as_str(), place))
            .collect();
        if ids.len() != model.variables.len() {
            return Err(bad("two quantities have one identifier".to_owned()));
        }
        let mut ruled = vec![false; model.variables.len()];
        for (place, _) in model.assignments.iter().chain(&model.rates) {
            if std::mem::replace(&mut ruled[*place], true) {
                return Err(bad(format!("{} has two rules", model.variables[*place].id)));
            }
        }
        let bind = |all: &[(usize, Expr)]| {
            all.iter()
                .map(|(place, expr)| Ok((*place, Bound::new(expr, &ids)?)))
                .collect::<Result<Vec<_>, PathwayError>>()
        };
        let assignments = in_order(bind(&model.assignments)?, model)?;
        let mut start: Vec<f64> = model
            .variables
            .iter()
            .map(|v| v.value.unwrap_or(f64::NAN))
            .collect();
        let still = vec![0.0; start.len()];
        // Initial assignments may depend on assignments and on each other.
        let initial = in_order([bind(&model.initial)?, assignments.clone()].concat(), model)?;
        for (place, bound) in &initial {
            start[*place] = bound.value(0.0, &start, &still).0;
        }
        let rates = bind(&model.rates)?;
        let system = Self {
            names: model.variables.iter().map(|v| v.id.clone()).collect(),
            states: rates.iter().map(|(place, _)| *place).collect(),
            start,
            assignments,
            rates: rates.into_iter().map(|(_, bound)| bound).collect(),
        };
        let missing = system
            .states
            .iter()
            .find(|place| !system.start[**place].is_finite());
        match missing {
            Some(place) => Err(bad(format!(
                "{} has no value at the start",
                system.names[*place]
            ))),
            None => Ok(system),
        }
    }

    /// Names of the states.
    pub fn states(&self) -> impl Iterator<Item = &str> {
        self.states.iter().map(|place| self.names[*place].as_str())
    }

    /// Names of quantities that assignments give.
    pub fn assigned(&self) -> impl Iterator<Item = &str> {
        self.assignments
            .iter()
            .map(|(place, _)| self.names[*place].as_str())
    }

    /// The states at the start.
    pub fn initial(&self) -> Vec<f64> {
        self.states.iter().map(|place| self.start[*place]).collect()
    }

    /// All that assignments give, in a state.
    pub fn assigned_values(&self, time: f64, x: &[f64]) -> Vec<f64> {
        let env = self.environment(time, x, None).0;
        self.assignments
            .iter()
            .map(|(place, _)| env[*place])
            .collect()
    }

    fn environment(&self, time: f64, x: &[f64], direction: Option<&[f64]>) -> (Vec<f64>, Vec<f64>) {
        let mut env = self.start.clone();
        let mut along = vec![0.0; env.len()];
        for (index, place) in self.states.iter().enumerate() {
            env[*place] = x[index];
            along[*place] = direction.map_or(0.0, |direction| direction[index]);
        }
        for (place, bound) in &self.assignments {
            let found = bound.value(time, &env, &along);
            env[*place] = found.0;
            along[*place] = found.1;
        }
        (env, along)
    }
}

/// Assignments so that each follows what it depends on.
fn in_order(
    mut left: Vec<(usize, Bound)>,
    model: &Model,
) -> Result<Vec<(usize, Bound)>, PathwayError> {
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waiting: Vec<usize> = left.iter().map(|(place, _)| *place).collect();
        let ready = |(_, bound): &(usize, Bound)| {
            !bound.places.values().any(|place| waiting.contains(place))
        };
        let (now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(ready);
        if now.is_empty() {
            let name = later
                .first()
                .map_or("", |(place, _)| model.variables[*place].id.as_str());
            return Err(bad(format!(
                "the assignments of {name} and others go in a circle"
            )));
        }
        ordered.extend(now);
        left = later;
    }
    Ok(ordered)
}

impl Equations for System {
    fn size(&self) -> usize {
        self.states.len()
    }

    fn rates(&self, time: f64, x: &[f64], out: &mut [f64]) {
        let (env, along) = self.environment(time, x, None);
        for (rate, bound) in out.iter_mut().zip(&self.rates) {
            *rate = bound.value(time, &env, &along).0;
        }
    }

    fn rates_along(&self, time: f64, x: &[f64], direction: &[f64], out: &mut [f64]) {
        let (env, along) = self.environment(time, x, Some(direction));
        for (rate, bound) in out.iter_mut().zip(&self.rates) {
            *rate = bound.value(time, &env, &along).1;
        }
    }
}

/// Whether a formula is a truth value.
pub(crate) fn is_truth(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Compare(..) | Expr::And(_) | Expr::Or(_) | Expr::Xor(_) | Expr::Not(_)
    )
}

/// `a ≥ b` and its like, for tests and readers.
pub(crate) fn compare(relation: Relation, a: Expr, b: Expr) -> Expr {
    Expr::Compare(relation, Box::new(a), Box::new(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinetics::tests::kinetics;

    #[test]
    fn the_exported_model_has_the_rates_of_the_equations() {
        for (text, number) in [
            ("", 0),
            ("bypass=MET drug=lorlatinib=20nM", 5),
            ("fusion=V3a bypass=KRAS off=STAT3", 8),
        ] {
            let kinetics = kinetics(text, number);
            let mut x: Vec<f64> = (0..kinetics.size())
                .map(|i| 0.05 + 0.013 * i as f64)
                .collect();
            kinetics.fix(&mut x);
            let system = Model::of_kinetics(&kinetics, &x).system().unwrap();
            let mut ours = vec![0.0; x.len()];
            kinetics.rates(0.0, &x, &mut ours);
            let mut theirs = vec![0.0; system.size()];
            system.rates(0.0, &system.initial(), &mut theirs);
            for (name, rate) in system.states().zip(&theirs) {
                let place = crate::network::node(name).unwrap_or(nodes().len());
                assert!(
                    (ours[place] - rate).abs() < 1e-12 * (1.0 + rate.abs()),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn wrong_models_are_errors() {
        let mut model = Model::default();
        let a = model.add("a", QuantityKind::Parameter, 1.0);
        let b = model.add("b", QuantityKind::Parameter, 1.0);
        model.rates.push((a, Expr::symbol("nobody")));
        assert!(model.system().unwrap_err().to_string().contains("nobody"));
        model.rates.clear();
        model.assignments = vec![(a, Expr::symbol("b")), (b, Expr::symbol("a"))];
        assert!(model.system().unwrap_err().to_string().contains("circle"));
        model.assignments = vec![(a, Expr::Number(1.0)), (a, Expr::Number(2.0))];
        assert!(
            model
                .system()
                .unwrap_err()
                .to_string()
                .contains("two rules")
        );
    }
}
