//! The fit as a PEtab problem (version 1), for tools that estimate parameters.
//!
//! PEtab has measurements and no inequalities, so a statement is turned into one by a convention: where it says that a
//! quantity lies below a line v, the measurement is v − σ with noise σ = 0.05 + 0.25·|v|; above, v + σ. The line is that of
//! the medians of all parameters. Statements about a time course are left out. Measurements are of the state at rest.

use std::collections::BTreeMap;

use crate::case::Asked;
use crate::error::PathwayError;
use crate::finding::Split;
use crate::kinetics::Kinetics;
use crate::model::Model;
use crate::network::{Evidence, landmarks, nodes};
use crate::observations::{Observation, observations};
use crate::priors::{Draw, Scale, layout, parameters};
use crate::readout::Quantity;
use crate::steady::steady;
use crate::{network, sbml};

/// A file of the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PetabFile {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: String,
}

/// The problem's files.
///
/// # Errors
///
/// When a case cannot be run.
pub fn problem() -> Result<Vec<PetabFile>, PathwayError> {
    let evidence = Evidence::Usable;
    let medians = Draw::new(0, 0);
    let base = model_of(&Asked::default(), &medians, evidence)?;
    let mut conditions: Vec<(String, BTreeMap<String, f64>)> = Vec::new();
    let mut measured: Vec<(Quantity, String, f64, f64)> = Vec::new();
    for observation in observations().iter().filter(|one| one.split == Split::Fit) {
        for statement in &observation.statements {
            let Some((quantity, case)) = statement.of_rest() else {
                continue;
            };
            let Some(line) = line(observation, statement, &medians, evidence)? else {
                continue;
            };
            let id = format!("obs{}_{case}", observation.number);
            if !conditions.iter().any(|(known, _)| *known == id) {
                let model = model_of(&asked(observation, case)?, &medians, evidence)?;
                conditions.push((id.clone(), differences(&base, &model)));
            }
            let noise = 0.05 + 0.25 * line.abs();
            let value = if statement.is_less() {
                line - noise
            } else {
                line + noise
            };
            measured.push((quantity, id, value, noise));
        }
    }
    Ok(vec![
        PetabFile {
            name: "problem.yaml",
            text: "format_version: 1\nparameter_file: parameters.tsv\nproblems:\n  - sbml_files: [model.xml]\n    \
                   condition_files: [conditions.tsv]\n    observable_files: [observables.tsv]\n    \
                   measurement_files: [measurements.tsv]\n"
                .to_owned(),
        },
        PetabFile {
            name: "model.xml",
            text: sbml::write(&base),
        },
        PetabFile {
            name: "parameters.tsv",
            text: parameter_table(&base),
        },
        PetabFile {
            name: "conditions.tsv",
            text: condition_table(&base, &conditions),
        },
        PetabFile {
            name: "observables.tsv",
            text: observable_table(&measured),
        },
        PetabFile {
            name: "measurements.tsv",
            text: measurement_table(&measured),
        },
    ])
}

fn asked(observation: &Observation, case: &str) -> Result<Asked, PathwayError> {
    let text = observation.cases.iter().find(|(name, _)| *name == case);
    let (_, text) = text.ok_or_else(|| PathwayError::BadCase(case.to_owned()))?;
    Asked::parse(text)
}

fn model_of(asked: &Asked, draw: &Draw, evidence: Evidence) -> Result<Model, PathwayError> {
    let case = asked.resolve(evidence)?;
    let rest = steady(
        &Kinetics::new(&case.untreated(), draw, evidence),
        evidence,
        None,
    )?;
    let kinetics = Kinetics::new(&case, draw, evidence);
    let mut x = rest;
    kinetics.fix(&mut x);
    Ok(Model::of_kinetics(&kinetics, &x))
}

/// The line that a statement draws, at the medians of all parameters.
fn line(
    observation: &Observation,
    statement: &crate::observations::Statement,
    draw: &Draw,
    evidence: Evidence,
) -> Result<Option<f64>, PathwayError> {
    let Some((factor, quantity, case)) = statement.line_at_rest() else {
        return Ok(statement.line_number());
    };
    let case = asked(observation, case)?.resolve(evidence)?;
    let kinetics = Kinetics::new(&case, draw, evidence);
    let x = steady(&kinetics, evidence, None)?;
    Ok(Some(
        factor * quantity.of(&kinetics, &x) + statement.offset(),
    ))
}

/// Constants that differ from the base model.
fn differences(base: &Model, model: &Model) -> BTreeMap<String, f64> {
    let constant = |place: usize| !base.rates.iter().any(|(other, _)| *other == place);
    let pairs = base.variables.iter().zip(&model.variables).enumerate();
    pairs
        .filter(|(place, (a, b))| constant(*place) && a.id == b.id && a.value != b.value)
        .filter_map(|(_, (_, b))| Some((b.id.clone(), b.value?)))
        .collect()
}

fn condition_table(base: &Model, conditions: &[(String, BTreeMap<String, f64>)]) -> String {
    let mut columns: Vec<&str> = Vec::new();
    for variable in &base.variables {
        if conditions
            .iter()
            .any(|(_, all)| all.contains_key(&variable.id))
        {
            columns.push(&variable.id);
        }
    }
    let mut out = format!("conditionId\t{}\n", columns.join("\t"));
    for (id, changed) in conditions {
        let value = |column: &&str| {
            let own = base
                .place(column)
                .and_then(|place| base.variables[place].value);
            changed
                .get(*column)
                .copied()
                .or(own)
                .unwrap_or(0.0)
                .to_string()
        };
        out.push_str(&format!(
            "{id}\t{}\n",
            columns.iter().map(value).collect::<Vec<_>>().join("\t")
        ));
    }
    out
}

fn observable_table(measured: &[(Quantity, String, f64, f64)]) -> String {
    let mut out = "observableId\tobservableName\tobservableFormula\tnoiseFormula\n".to_owned();
    let mut seen = Vec::new();
    for (quantity, ..) in measured {
        if seen.contains(quantity) {
            continue;
        }
        seen.push(*quantity);
        let name = quantity.name();
        let marks = landmarks();
        let node = |place: usize| nodes()[place].name;
        let per_day = 24.0 / std::f64::consts::LN_2;
        let death = format!("death_rate * {} * {per_day}", node(marks.apoptosis));
        let formula = match quantity {
            Quantity::Node(place) => node(*place).to_owned(),
            Quantity::Growth => format!(
                "division_rate * {} * {per_day} - {death}",
                node(marks.proliferation)
            ),
            Quantity::Death => death,
        };
        out.push_str(&format!(
            "obs_{name}\t{name}\t{formula}\tnoiseParameter1_obs_{name}\n"
        ));
    }
    out
}

fn measurement_table(measured: &[(Quantity, String, f64, f64)]) -> String {
    let mut out =
        "observableId\tsimulationConditionId\tmeasurement\ttime\tnoiseParameters\n".to_owned();
    for (quantity, condition, value, noise) in measured {
        out.push_str(&format!(
            "obs_{}\t{condition}\t{value:.6}\tinf\t{noise:.6}\n",
            quantity.name()
        ));
    }
    out
}

/// Weights, halves and slopes of the edges that take part, and relaxation times, with their priors.
fn parameter_table(base: &Model) -> String {
    let mut out = "parameterId\tparameterName\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\t\
                   objectivePriorType\tobjectivePriorParameters\n"
        .to_owned();
    let mut row = |id: String, place: usize| {
        if base.place(&id).is_none() {
            return;
        }
        let parameter = &parameters()[place];
        let (scale, low, high, prior, numbers) = match parameter.scale {
            Scale::Log => {
                let spread = (3.0 * parameter.sd).exp();
                let numbers = format!("{};{}", parameter.median.ln(), parameter.sd);
                (
                    "log10",
                    parameter.median / spread,
                    parameter.median * spread,
                    "logNormal",
                    numbers,
                )
            }
            // PEtab has no logit: a normal prior of the same slope at the median, within the bounds of a share.
            Scale::Logit => {
                let sd = parameter.sd * parameter.median * (1.0 - parameter.median);
                (
                    "lin",
                    0.001,
                    0.999,
                    "normal",
                    format!("{};{sd}", parameter.median),
                )
            }
        };
        out.push_str(&format!(
            "{id}\t{}\t{scale}\t{low}\t{high}\t{}\t1\t{prior}\t{numbers}\n",
            parameter.name, parameter.median
        ));
    };
    for edge in network::edges_with(Evidence::Usable) {
        if let Some(first) = layout().edges[edge.index] {
            let ends = format!("{}_{}", nodes()[edge.from].name, nodes()[edge.to].name);
            row(format!("w_{ends}"), first);
            row(format!("k_{ends}"), first + 1);
            row(format!("n_{ends}"), first + 2);
        }
    }
    for (place, node) in nodes().iter().enumerate() {
        row(format!("tau_{}", node.name), layout().relaxation + place);
    }
    row("division_rate".to_owned(), layout().division_rate);
    row("death_rate".to_owned(), layout().death_rate);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_fit_together() {
        let files = problem().unwrap();
        let text = |name: &str| &files.iter().find(|file| file.name == name).unwrap().text;
        let ids = |name: &str| -> Vec<String> {
            text(name)
                .lines()
                .skip(1)
                .filter_map(|line| line.split('\t').next())
                .map(str::to_owned)
                .collect()
        };
        let model = sbml::read(text("model.xml")).unwrap();
        for id in ids("parameters.tsv") {
            assert!(model.place(&id).is_some(), "{id}");
        }
        let header: Vec<&str> = text("conditions.tsv")
            .lines()
            .next()
            .unwrap()
            .split('\t')
            .skip(1)
            .collect();
        assert!(header.iter().all(|id| model.place(id).is_some()));
        let (conditions, observables) = (ids("conditions.tsv"), ids("observables.tsv"));
        assert!(text("measurements.tsv").lines().count() > 20);
        for line in text("measurements.tsv").lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            assert!(
                observables.iter().any(|id| id == fields[0])
                    && conditions.iter().any(|id| id == fields[1])
            );
            assert!(
                fields[2].parse::<f64>().unwrap().is_finite()
                    && fields[4].parse::<f64>().unwrap() > 0.0
            );
        }
    }
}
