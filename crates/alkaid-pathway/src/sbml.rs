//! SBML core, Level 3 Version 2 written; Levels 2 and 3 read as far as reactions, rules and functions go.

use std::collections::BTreeMap;

use crate::error::PathwayError;
use crate::expr::Expr;
use crate::mathml::{called, read as read_math, write as write_math};
use crate::model::{Model, QuantityKind, Variable};
use crate::xml::{Element, escaped, parse};

/// Largest formula after functions are put in.
const LARGEST: usize = 100_000;

/// The model as SBML L3V2 core. Time is in hours.
pub fn write(model: &Model) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <sbml xmlns=\"http://www.sbml.org/sbml/level3/version2/core\" level=\"3\" version=\"2\">\n",
    );
    let compartment = model
        .variables
        .iter()
        .find(|v| v.kind == QuantityKind::Compartment);
    let compartment = compartment.map_or("cell", |v| v.id.as_str());
    out.push_str(&format!(
        "  <model id=\"{}\" timeUnits=\"hour\">\n",
        escaped(&model.id)
    ));
    out.push_str(
        "    <listOfUnitDefinitions><unitDefinition id=\"hour\"><listOfUnits>\
         <unit kind=\"second\" exponent=\"1\" scale=\"0\" multiplier=\"3600\"/>\
         </listOfUnits></unitDefinition></listOfUnitDefinitions>\n",
    );
    let of = |kind| {
        model
            .variables
            .iter()
            .enumerate()
            .filter(move |(_, v)| v.kind == kind)
    };
    let ruled = |place: usize| {
        let rules = model.assignments.iter().chain(&model.rates);
        rules.clone().any(|(other, _)| *other == place)
    };
    let number = |variable: &Variable, name: &str| {
        variable
            .value
            .map_or_else(String::new, |value| format!(" {name}=\"{value}\""))
    };
    out.push_str("    <listOfCompartments>\n");
    for (_, variable) in of(QuantityKind::Compartment) {
        out.push_str(&format!(
            "      <compartment id=\"{}\" spatialDimensions=\"3\"{} constant=\"true\"/>\n",
            escaped(&variable.id),
            number(variable, "size")
        ));
    }
    out.push_str("    </listOfCompartments>\n    <listOfSpecies>\n");
    for (_, variable) in of(QuantityKind::Species) {
        out.push_str(&format!(
            "      <species id=\"{}\" compartment=\"{}\"{} hasOnlySubstanceUnits=\"false\" boundaryCondition=\"true\" constant=\"false\"/>\n",
            escaped(&variable.id),
            escaped(compartment),
            number(variable, "initialConcentration")
        ));
    }
    out.push_str("    </listOfSpecies>\n    <listOfParameters>\n");
    for (place, variable) in of(QuantityKind::Parameter) {
        out.push_str(&format!(
            "      <parameter id=\"{}\"{} constant=\"{}\"/>\n",
            escaped(&variable.id),
            number(variable, "value"),
            !ruled(place)
        ));
    }
    out.push_str("    </listOfParameters>\n");
    if !model.initial.is_empty() {
        out.push_str("    <listOfInitialAssignments>\n");
        for (place, expr) in &model.initial {
            out.push_str(&format!(
                "      <initialAssignment symbol=\"{}\">{}</initialAssignment>\n",
                escaped(&model.variables[*place].id),
                write_math(expr)
            ));
        }
        out.push_str("    </listOfInitialAssignments>\n");
    }
    if !model.assignments.is_empty() || !model.rates.is_empty() {
        out.push_str("    <listOfRules>\n");
        let mut rule = |kind: &str, place: usize, expr: &Expr| {
            let id = escaped(&model.variables[place].id);
            out.push_str(&format!(
                "      <{kind} variable=\"{id}\">{}</{kind}>\n",
                write_math(expr)
            ));
        };
        for (place, expr) in &model.assignments {
            rule("assignmentRule", *place, expr);
        }
        for (place, expr) in &model.rates {
            rule("rateRule", *place, expr);
        }
        out.push_str("    </listOfRules>\n");
    }
    out.push_str("  </model>\n</sbml>\n");
    out
}

/// A species while it is read.
struct Species {
    place: usize,
    compartment: String,
    /// The symbol means an amount.
    amount: bool,
    /// Reactions do not change it.
    boundary: bool,
}

/// Reads an SBML file.
///
/// # Errors
///
/// When it is malformed, or uses events, delays, algebraic rules, changing compartments, conversion factors or other parts
/// that are not read here.
pub fn read(text: &str) -> Result<Model, PathwayError> {
    let root = parse(text)?;
    if root.name != "sbml" {
        return Err(root.bad(format!("the file holds <{}>, not <sbml>", root.name)));
    }
    let element = root
        .child("model")
        .ok_or_else(|| root.bad("no <model>".to_owned()))?;
    if !element.list("listOfEvents").is_empty() {
        return Err(PathwayError::Unsupported("events".to_owned()));
    }
    if element.attribute("conversionFactor").is_some() {
        return Err(PathwayError::Unsupported("conversion factors".to_owned()));
    }
    let mut reading = Reading {
        model: Model {
            id: element.attribute("id").unwrap_or("model").to_owned(),
            ..Model::default()
        },
        functions: functions(element)?,
        species: Vec::new(),
        sizes: BTreeMap::new(),
    };
    reading.quantities(element)?;
    reading.rules(element)?;
    reading.reactions(element)?;
    Ok(reading.model)
}

/// Names of arguments, and the body, of each function.
type Functions = BTreeMap<String, (Vec<String>, Expr)>;

fn functions(model: &Element) -> Result<Functions, PathwayError> {
    let mut found = Functions::new();
    for definition in model.list("listOfFunctionDefinitions") {
        let id = definition.required("id")?;
        let lambda = definition
            .child("math")
            .and_then(|math| math.child("lambda"))
            .ok_or_else(|| definition.bad(format!("the function {id} has no <lambda>")))?;
        let mut names = Vec::new();
        let mut body = None;
        for child in &lambda.children {
            if child.name == "bvar" {
                let name = child.child("ci").map(|ci| ci.text.trim().to_owned());
                names.push(name.unwrap_or_default());
            } else {
                body = Some(crate::mathml::formula(child)?);
            }
        }
        let body = body.ok_or_else(|| definition.bad(format!("the function {id} has no body")))?;
        // A function may use those defined before it.
        let body = expanded(&body, &found)?;
        found.insert(id.to_owned(), (names, body));
    }
    Ok(found)
}

/// The formula with calls replaced by what they call.
fn expanded(expr: &Expr, functions: &Functions) -> Result<Expr, PathwayError> {
    if let Some((name, arguments)) = called(expr) {
        let (names, body) = functions.get(name).ok_or_else(|| {
            PathwayError::Unsupported(format!(
                "the function {name}, which the model does not define"
            ))
        })?;
        if names.len() != arguments.len() {
            return Err(PathwayError::BadModel {
                line: None,
                what: format!(
                    "{name} is called with {} arguments, it has {}",
                    arguments.len(),
                    names.len()
                ),
            });
        }
        let arguments = arguments
            .iter()
            .map(|one| expanded(one, functions))
            .collect::<Result<Vec<_>, _>>()?;
        let size: usize = arguments
            .iter()
            .map(Expr::size)
            .sum::<usize>()
            .saturating_mul(body.size());
        if size > LARGEST {
            return Err(PathwayError::Unsupported(
                "formulas that grow so large".to_owned(),
            ));
        }
        return Ok(body.replaced(&names.iter().cloned().zip(arguments).collect()));
    }
    let one = |a: &Expr| expanded(a, functions).map(Box::new);
    let many = |all: &[Expr]| {
        all.iter()
            .map(|a| expanded(a, functions))
            .collect::<Result<Vec<_>, _>>()
    };
    Ok(match expr {
        Expr::Number(_) | Expr::Time | Expr::Symbol(_) => expr.clone(),
        Expr::Apply(function, a) => Expr::Apply(*function, one(a)?),
        Expr::Not(a) => Expr::Not(one(a)?),
        Expr::Subtract(a, b) => Expr::Subtract(one(a)?, one(b)?),
        Expr::Divide(a, b) => Expr::Divide(one(a)?, one(b)?),
        Expr::Power(a, b) => Expr::Power(one(a)?, one(b)?),
        Expr::Compare(relation, a, b) => Expr::Compare(*relation, one(a)?, one(b)?),
        Expr::Add(all) => Expr::Add(many(all)?),
        Expr::Multiply(all) => Expr::Multiply(many(all)?),
        Expr::Min(all) => Expr::Min(many(all)?),
        Expr::Max(all) => Expr::Max(many(all)?),
        Expr::And(all) => Expr::And(many(all)?),
        Expr::Or(all) => Expr::Or(many(all)?),
        Expr::Xor(all) => Expr::Xor(many(all)?),
        Expr::Piecewise(pieces, otherwise) => Expr::Piecewise(
            pieces
                .iter()
                .map(|(v, c)| Ok((expanded(v, functions)?, expanded(c, functions)?)))
                .collect::<Result<Vec<_>, PathwayError>>()?,
            otherwise.as_ref().map(|o| one(o)).transpose()?,
        ),
    })
}

struct Reading {
    model: Model,
    functions: Functions,
    species: Vec<Species>,
    /// Sizes of compartments.
    sizes: BTreeMap<String, f64>,
}

fn number(element: &Element, name: &str) -> Result<Option<f64>, PathwayError> {
    element
        .attribute(name)
        .map(|text| {
            let text = text.trim();
            let value = if text == "INF" {
                Ok(f64::INFINITY)
            } else {
                text.parse()
            };
            value.map_err(|_| element.bad(format!("{name}={text:?} is no number")))
        })
        .transpose()
}

fn truth(element: &Element, name: &str) -> bool {
    matches!(element.attribute(name), Some("true" | "1"))
}

impl Reading {
    fn formula(&self, element: &Element) -> Result<Expr, PathwayError> {
        let math = element
            .child("math")
            .ok_or_else(|| element.bad(format!("<{}> has no <math>", element.name)))?;
        expanded(&read_math(math)?, &self.functions)
    }

    fn add(&mut self, id: &str, kind: QuantityKind, value: Option<f64>) -> usize {
        self.model.variables.push(Variable {
            id: id.to_owned(),
            kind,
            value,
        });
        self.model.variables.len() - 1
    }

    fn quantities(&mut self, model: &Element) -> Result<(), PathwayError> {
        for one in model.list("listOfCompartments") {
            let size = number(one, "size")?.or(number(one, "volume")?);
            let id = one.required("id")?;
            self.sizes.insert(id.to_owned(), size.unwrap_or(1.0));
            self.add(id, QuantityKind::Compartment, Some(size.unwrap_or(1.0)));
        }
        for one in model.list("listOfSpecies") {
            let compartment = one.required("compartment")?.to_owned();
            let size = *self
                .sizes
                .get(&compartment)
                .ok_or_else(|| one.bad(format!("no compartment {compartment}")))?;
            let amount = truth(one, "hasOnlySubstanceUnits");
            let value = match (
                number(one, "initialConcentration")?,
                number(one, "initialAmount")?,
            ) {
                (Some(concentration), _) if amount => Some(concentration * size),
                (Some(concentration), _) => Some(concentration),
                (None, Some(all)) if amount => Some(all),
                (None, Some(all)) => Some(all / size),
                (None, None) => None,
            };
            if one.attribute("conversionFactor").is_some() {
                return Err(PathwayError::Unsupported("conversion factors".to_owned()));
            }
            let place = self.add(one.required("id")?, QuantityKind::Species, value);
            self.species.push(Species {
                place,
                compartment,
                amount,
                boundary: truth(one, "boundaryCondition") || truth(one, "constant"),
            });
        }
        for one in model.list("listOfParameters") {
            let value = number(one, "value")?;
            self.add(one.required("id")?, QuantityKind::Parameter, value);
        }
        Ok(())
    }

    fn place(&self, element: &Element, id: &str) -> Result<usize, PathwayError> {
        let place = self
            .model
            .place(id)
            .ok_or_else(|| element.bad(format!("no quantity {id}")))?;
        if self.model.variables[place].kind == QuantityKind::Compartment {
            return Err(PathwayError::Unsupported(
                "compartments that change".to_owned(),
            ));
        }
        Ok(place)
    }

    fn rules(&mut self, model: &Element) -> Result<(), PathwayError> {
        for one in model.list("listOfInitialAssignments") {
            let place = self.place(one, one.required("symbol")?)?;
            let expr = self.formula(one)?;
            self.model.initial.push((place, expr));
        }
        for one in model.list("listOfRules") {
            let kind = one.name.as_str();
            if kind == "algebraicRule" {
                return Err(PathwayError::Unsupported("algebraic rules".to_owned()));
            }
            let place = self.place(one, one.required("variable")?)?;
            let expr = self.formula(one)?;
            match kind {
                "assignmentRule" => self.model.assignments.push((place, expr)),
                "rateRule" => self.model.rates.push((place, expr)),
                _ => return Err(PathwayError::Unsupported(format!("<{kind}>"))),
            }
        }
        Ok(())
    }

    fn reactions(&mut self, model: &Element) -> Result<(), PathwayError> {
        // By species: what each reaction adds to its amount.
        let mut changes: BTreeMap<usize, Vec<Expr>> = BTreeMap::new();
        for reaction in model.list("listOfReactions") {
            if truth(reaction, "fast") {
                return Err(PathwayError::Unsupported("fast reactions".to_owned()));
            }
            let Some(law) = reaction.child("kineticLaw") else {
                return Err(reaction.bad("a reaction has no <kineticLaw>".to_owned()));
            };
            let id = reaction.required("id")?;
            let rate = self.local(law, self.formula(law)?)?;
            let place = self.add(id, QuantityKind::Parameter, None);
            self.model.assignments.push((place, rate));
            for (list, sign) in [("listOfReactants", -1.0), ("listOfProducts", 1.0)] {
                for reference in reaction.list(list) {
                    if reference.child("stoichiometryMath").is_some() {
                        return Err(PathwayError::Unsupported(
                            "stoichiometries that change".to_owned(),
                        ));
                    }
                    let factor = number(reference, "stoichiometry")?.unwrap_or(1.0);
                    let name = reference.required("species")?;
                    let species = self
                        .species
                        .iter()
                        .position(|s| self.model.variables[s.place].id == name);
                    let species =
                        species.ok_or_else(|| reference.bad(format!("no species {name}")))?;
                    changes
                        .entry(species)
                        .or_default()
                        .push(Expr::Multiply(vec![
                            Expr::Number(sign * factor),
                            Expr::symbol(id),
                        ]));
                }
            }
        }
        for (index, terms) in changes {
            let species = &self.species[index];
            if species.boundary {
                continue;
            }
            let sum = Expr::Add(terms);
            let rate = if species.amount {
                sum
            } else {
                Expr::Divide(Box::new(sum), Box::new(Expr::symbol(&species.compartment)))
            };
            self.model.rates.push((species.place, rate));
        }
        Ok(())
    }

    /// The law with its own parameters put in as numbers.
    fn local(&self, law: &Element, expr: Expr) -> Result<Expr, PathwayError> {
        let mut by = BTreeMap::new();
        for list in ["listOfLocalParameters", "listOfParameters"] {
            for one in law.list(list) {
                let value = number(one, "value")?
                    .ok_or_else(|| one.bad("a local parameter has no value".to_owned()))?;
                by.insert(one.required("id")?.to_owned(), Expr::Number(value));
            }
        }
        Ok(if by.is_empty() {
            expr
        } else {
            expr.replaced(&by)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::integrate::{Equations, Precision, integrate};
    use crate::kinetics::tests::kinetics;

    const DECAY: &str = r#"<sbml level="3" version="2"><model id="m">
      <listOfFunctionDefinitions><functionDefinition id="mass"><math><lambda><bvar><ci>k</ci></bvar><bvar><ci>s</ci></bvar>
        <apply><times/><ci>k</ci><ci>s</ci></apply></lambda></math></functionDefinition></listOfFunctionDefinitions>
      <listOfCompartments><compartment id="c" size="2" constant="true"/></listOfCompartments>
      <listOfSpecies>
        <species id="A" compartment="c" initialAmount="4" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/>
        <species id="B" compartment="c" initialConcentration="0" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/>
      </listOfSpecies>
      <listOfReactions><reaction id="r" reversible="false">
        <listOfReactants><speciesReference species="A" stoichiometry="1" constant="true"/></listOfReactants>
        <listOfProducts><speciesReference species="B" stoichiometry="2" constant="true"/></listOfProducts>
        <kineticLaw><math><apply><times/><ci>c</ci><apply><ci>mass</ci><ci>k</ci><ci>A</ci></apply></apply></math>
          <listOfLocalParameters><localParameter id="k" value="0.5"/></listOfLocalParameters></kineticLaw>
      </reaction></listOfReactions></model></sbml>"#;

    #[test]
    fn a_reaction_runs_as_it_should() {
        let system = read(DECAY).unwrap().system().unwrap();
        assert_eq!(system.states().collect::<Vec<_>>(), ["A", "B"]);
        let end = integrate(&system, 0.0, &system.initial(), &[3.0], Precision::COMPARE).unwrap();
        let left = 2.0 * (-1.5_f64).exp();
        assert!((end[0][0] - left).abs() < 1e-7);
        assert!((end[0][1] - 2.0 * (2.0 - left)).abs() < 1e-7);
    }

    #[test]
    fn what_is_written_reads_back() {
        let kinetics = kinetics("bypass=MET drug=lorlatinib=20nM", 2);
        let mut x = vec![0.2; kinetics.size()];
        kinetics.fix(&mut x);
        let model = Model::of_kinetics(&kinetics, &x);
        let back = read(&write(&model)).unwrap();
        let (ours, theirs) = (model.system().unwrap(), back.system().unwrap());
        let rates = |system: &crate::model::System| {
            let mut out = vec![0.0; system.size()];
            system.rates(0.0, &system.initial(), &mut out);
            let named: BTreeMap<String, f64> =
                system.states().map(str::to_owned).zip(out).collect();
            named
        };
        assert_eq!(rates(&ours), rates(&theirs));
    }

    #[test]
    fn what_is_not_read_is_said() {
        let message = |from: &str, to: &str| {
            read(&DECAY.replace(from, to))
                .and_then(|m| m.system().map(|_| ()))
                .unwrap_err()
                .to_string()
        };
        assert!(
            message(
                "<listOfReactions>",
                "<listOfEvents><event/></listOfEvents><listOfReactions>"
            )
            .contains("events")
        );
        assert!(
            message("<sbml", "<html").contains("BadModel")
                || message("<sbml", "<html").contains("cannot read")
        );
        assert!(message("<ci>mass</ci>", "<ci>nobody</ci>").contains("nobody"));
        assert!(message("species=\"B\"", "species=\"Z\"").contains("no species Z"));
        assert!(message("value=\"0.5\"", "value=\"half\"").contains("no number"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// A file with a piece cut out or changed is a model or an error, never a panic.
        #[test]
        fn damaged_files_never_panic(at in 0_usize..1600, length in 0_usize..60, put in "[<>/a\"0-9 ]{0,6}") {
            let mut bytes = DECAY.as_bytes().to_vec();
            let at = at.min(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, put.bytes());
            if let Ok(text) = String::from_utf8(bytes) {
                let _ = read(&text).and_then(|model| model.system());
            }
        }
    }
}
