//! SBML-qual: Boolean networks as qualitative species and transitions, both ways.

use std::collections::BTreeMap;

use crate::error::PathwayError;
use crate::expr::{Expr, Relation};
use crate::logic::{Formula, Logic};
use crate::mathml::{read as read_math, write as write_math};
use crate::model::{compare, is_truth};
use crate::xml::{Element, escaped, parse};

/// The network as SBML L3V1 with qual version 1, the combination that other tools read.
pub fn write(logic: &Logic) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" version=\"1\" \
         xmlns:qual=\"http://www.sbml.org/sbml/level3/version1/qual/version1\" qual:required=\"true\">\n\
         \x20 <model id=\"alk_signalling\">\n\
         \x20   <listOfCompartments><compartment id=\"cell\" constant=\"true\"/></listOfCompartments>\n\
         \x20   <qual:listOfQualitativeSpecies>\n",
    );
    for (place, name) in logic.names.iter().enumerate() {
        let constant = logic.rules[place] == Formula::Variable(place);
        out.push_str(&format!(
            "      <qual:qualitativeSpecies qual:id=\"{}\" qual:compartment=\"cell\" qual:constant=\"{constant}\" qual:maxLevel=\"1\"/>\n",
            escaped(name)
        ));
    }
    out.push_str("    </qual:listOfQualitativeSpecies>\n    <qual:listOfTransitions>\n");
    for (place, rule) in logic.rules.iter().enumerate() {
        if *rule == Formula::Variable(place) {
            continue;
        }
        let name = escaped(&logic.names[place]);
        out.push_str(&format!("      <qual:transition qual:id=\"tr_{name}\">\n"));
        let inputs = rule.variables();
        if !inputs.is_empty() {
            out.push_str("        <qual:listOfInputs>\n");
            for input in inputs {
                let source = escaped(&logic.names[input]);
                out.push_str(&format!(
                    "          <qual:input qual:id=\"in_{name}_{source}\" qual:qualitativeSpecies=\"{source}\" qual:transitionEffect=\"none\"/>\n"
                ));
            }
            out.push_str("        </qual:listOfInputs>\n");
        }
        out.push_str(&format!(
            "        <qual:listOfOutputs><qual:output qual:id=\"out_{name}\" qual:qualitativeSpecies=\"{name}\" qual:transitionEffect=\"assignmentLevel\"/></qual:listOfOutputs>\n"
        ));
        out.push_str("        <qual:listOfFunctionTerms>\n");
        match rule {
            Formula::Constant(value) => out.push_str(&format!(
                "          <qual:defaultTerm qual:resultLevel=\"{}\"/>\n",
                u8::from(*value)
            )),
            _ => out.push_str(&format!(
                "          <qual:defaultTerm qual:resultLevel=\"0\"/>\n          <qual:functionTerm qual:resultLevel=\"1\">{}</qual:functionTerm>\n",
                write_math(&expr_of(rule, &logic.names))
            )),
        }
        out.push_str("        </qual:listOfFunctionTerms>\n      </qual:transition>\n");
    }
    out.push_str("    </qual:listOfTransitions>\n  </model>\n</sbml>\n");
    out
}

fn expr_of(formula: &Formula, names: &[String]) -> Expr {
    let many = |all: &[Formula]| all.iter().map(|one| expr_of(one, names)).collect();
    match formula {
        Formula::Constant(value) => Expr::Number(f64::from(u8::from(*value))),
        Formula::Variable(place) => compare(
            Relation::Equal,
            Expr::symbol(&names[*place]),
            Expr::Number(1.0),
        ),
        Formula::Not(of) => Expr::Not(Box::new(expr_of(of, names))),
        Formula::And(all) => Expr::And(many(all)),
        Formula::Or(all) => Expr::Or(many(all)),
    }
}

/// Whether a file is a qualitative model: it has a list of qualitative species.
pub(crate) fn is_qual(text: &str) -> bool {
    text.contains("listOfQualitativeSpecies")
}

/// Reads a Boolean network.
///
/// # Errors
///
/// When it is malformed, has more than two levels, or a formula that has no Boolean form.
pub fn read(text: &str) -> Result<Logic, PathwayError> {
    let root = parse(text)?;
    let model = root
        .child("model")
        .ok_or_else(|| root.bad("no <model>".to_owned()))?;
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = Vec::new();
    for species in model.list("listOfQualitativeSpecies") {
        let id = species.required("id")?;
        let most = species.attribute("maxLevel").unwrap_or("1").trim();
        if most != "1" {
            return Err(PathwayError::Unsupported(format!(
                "{id} with levels up to {most}, more than two levels"
            )));
        }
        if places.insert(id.to_owned(), names.len()).is_some() {
            return Err(species.bad(format!("two species {id}")));
        }
        names.push(id.to_owned());
    }
    if names.is_empty() || names.len() > crate::bnet::MOST_VARIABLES {
        return Err(root.bad(format!("{} qualitative species", names.len())));
    }
    let mut rules: Vec<Formula> = (0..names.len()).map(Formula::Variable).collect();
    for transition in model.list("listOfTransitions") {
        let rule = rule(transition, &places)?;
        for output in transition.list("listOfOutputs") {
            let id = output.required("qualitativeSpecies")?;
            let place = places
                .get(id)
                .ok_or_else(|| output.bad(format!("no species {id}")))?;
            rules[*place] = rule.clone();
        }
    }
    Ok(Logic { names, rules })
}

/// The first term whose condition holds gives the level, else the default term.
fn rule(transition: &Element, places: &BTreeMap<String, usize>) -> Result<Formula, PathwayError> {
    let level = |element: &Element| match element.required("resultLevel")?.trim() {
        "0" => Ok(false),
        "1" => Ok(true),
        other => Err(PathwayError::Unsupported(format!(
            "the result level {other}"
        ))),
    };
    let terms = transition.list("listOfFunctionTerms");
    let default = terms
        .iter()
        .find(|term| term.name == "defaultTerm")
        .map_or(Ok(false), level)?;
    let mut rule = Formula::Constant(default);
    for term in terms
        .iter()
        .rev()
        .filter(|term| term.name == "functionTerm")
    {
        let math = term
            .child("math")
            .ok_or_else(|| term.bad("a term has no <math>".to_owned()))?;
        let condition = formula(&read_math(math)?, places, term)?;
        rule = match (level(term)?, rule) {
            (true, Formula::Constant(false)) => condition,
            (true, other) => Formula::Or(vec![condition, other]),
            (false, other) => Formula::And(vec![Formula::Not(Box::new(condition)), other]),
        };
    }
    Ok(rule)
}

fn formula(
    expr: &Expr,
    places: &BTreeMap<String, usize>,
    at: &Element,
) -> Result<Formula, PathwayError> {
    let many = |all: &[Expr]| {
        all.iter()
            .map(|one| formula(one, places, at))
            .collect::<Result<Vec<_>, _>>()
    };
    let variable = |name: &str| {
        let place = places
            .get(name)
            .ok_or_else(|| at.bad(format!("no species {name}")))?;
        Ok::<_, PathwayError>(Formula::Variable(*place))
    };
    match expr {
        Expr::Number(value) => Ok(Formula::Constant(*value != 0.0)),
        Expr::Symbol(name) => variable(name),
        Expr::Not(of) => Ok(Formula::Not(Box::new(formula(of, places, at)?))),
        Expr::And(all) => Ok(Formula::And(many(all)?)),
        Expr::Or(all) => Ok(Formula::Or(many(all)?)),
        Expr::Xor(all) => {
            let mut all = many(all)?.into_iter();
            let first = all.next().unwrap_or(Formula::Constant(false));
            Ok(all.fold(first, |a, b| {
                let not = |f: &Formula| Formula::Not(Box::new(f.clone()));
                Formula::Or(vec![
                    Formula::And(vec![a.clone(), not(&b)]),
                    Formula::And(vec![not(&a), b]),
                ])
            }))
        }
        Expr::Compare(relation, a, b) => {
            let (relation, of, number) = match (a.as_ref(), b.as_ref()) {
                (of, Expr::Number(number)) => (*relation, of, *number),
                (Expr::Number(number), of) => (turned(*relation), of, *number),
                _ => {
                    return Err(PathwayError::Unsupported(
                        "a comparison of two species".to_owned(),
                    ));
                }
            };
            let of = match of {
                Expr::Symbol(name) => variable(name)?,
                other if is_truth(other) => formula(other, places, at)?,
                _ => {
                    return Err(PathwayError::Unsupported(
                        "arithmetic in a condition".to_owned(),
                    ));
                }
            };
            let holds = |level: f64| match relation {
                Relation::Less => level < number,
                Relation::AtMost => level <= number,
                Relation::More => level > number,
                Relation::AtLeast => level >= number,
                Relation::Equal => level == number,
                Relation::Different => level != number,
            };
            Ok(match (holds(0.0), holds(1.0)) {
                (true, true) => Formula::Constant(true),
                (false, false) => Formula::Constant(false),
                (false, true) => of,
                (true, false) => Formula::Not(Box::new(of)),
            })
        }
        _ => Err(PathwayError::Unsupported(
            "arithmetic in a condition".to_owned(),
        )),
    }
}

fn turned(relation: Relation) -> Relation {
    match relation {
        Relation::Less => Relation::More,
        Relation::AtMost => Relation::AtLeast,
        Relation::More => Relation::Less,
        Relation::AtLeast => Relation::AtMost,
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_written_reads_back_as_the_same_functions() {
        let logic = crate::bnet::parse("a, !b & (c | a)\nb, true\nc, c\nd, a\n").unwrap();
        let back = read(&write(&logic)).unwrap();
        assert_eq!(back.names, logic.names);
        for state in 0..16_u8 {
            let state: Vec<bool> = (0..4).map(|bit| state >> bit & 1 == 1).collect();
            for (a, b) in logic.rules.iter().zip(&back.rules) {
                assert_eq!(a.value(&state), b.value(&state));
            }
        }
    }

    #[test]
    fn more_levels_are_an_error() {
        let text = write(&crate::bnet::parse("a, a\n").unwrap())
            .replace("maxLevel=\"1\"", "maxLevel=\"2\"");
        assert!(
            read(&text)
                .unwrap_err()
                .to_string()
                .contains("more than two levels")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn damaged_files_never_panic(at in 0_usize..1500, length in 0_usize..60, put in "[<>/a\"0-9 ]{0,6}") {
            let mut bytes = write(&crate::bnet::parse("a, !b & c\nb, a | c\n").unwrap()).into_bytes();
            let at = at.min(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, put.bytes());
            if let Ok(text) = String::from_utf8(bytes) {
                let _ = read(&text);
            }
        }
    }
}
