//! MathML of SBML, both ways.

use crate::error::PathwayError;
use crate::expr::{Expr, Function, Relation};
use crate::xml::{Element, escaped};

/// Reads `<math>` with one formula in it.
///
/// # Errors
///
/// When it holds what is not read here.
pub(crate) fn read(math: &Element) -> Result<Expr, PathwayError> {
    match math.children.as_slice() {
        [one] => formula(one),
        _ => Err(math.bad("<math> must hold one formula".to_owned())),
    }
}

/// Reads one formula.
pub(crate) fn formula(element: &Element) -> Result<Expr, PathwayError> {
    match element.name.as_str() {
        "cn" => number(element),
        "ci" => Ok(Expr::Symbol(element.text.trim().to_owned())),
        "true" => Ok(Expr::Number(1.0)),
        "false" => Ok(Expr::Number(0.0)),
        "pi" => Ok(Expr::Number(std::f64::consts::PI)),
        "exponentiale" => Ok(Expr::Number(std::f64::consts::E)),
        "infinity" => Ok(Expr::Number(f64::INFINITY)),
        "notanumber" => Ok(Expr::Number(f64::NAN)),
        "csymbol" => csymbol(element),
        "piecewise" => piecewise(element),
        "apply" => apply(element),
        "semantics" => element.children.first().map_or_else(
            || Err(element.bad("<semantics> is empty".to_owned())),
            formula,
        ),
        name => Err(PathwayError::Unsupported(format!("MathML <{name}>"))),
    }
}

fn number(element: &Element) -> Result<Expr, PathwayError> {
    let bad = || element.bad(format!("<cn> {:?} is no number", element.text.trim()));
    let parts: Vec<f64> = {
        // `<cn type="e-notation"> 2 <sep/> -3 </cn>`: the separator leaves the two numbers side by side.
        let text = element.text.trim();
        let pieces: Vec<&str> = text.split_whitespace().collect();
        pieces
            .iter()
            .map(|p| p.parse().map_err(|_| bad()))
            .collect::<Result<_, _>>()?
    };
    match (element.attribute("type"), parts.as_slice()) {
        (Some("e-notation"), [base, exponent]) => Ok(Expr::Number(base * 10_f64.powf(*exponent))),
        (Some("rational"), [over, under]) => Ok(Expr::Number(over / under)),
        (None | Some("real" | "integer"), [value]) => Ok(Expr::Number(*value)),
        _ => Err(bad()),
    }
}

fn csymbol(element: &Element) -> Result<Expr, PathwayError> {
    let what = element.attribute("definitionURL").unwrap_or_default();
    if what.ends_with("/time") {
        Ok(Expr::Time)
    } else if what.ends_with("/avogadro") {
        Ok(Expr::Number(6.022_141_79e23))
    } else {
        Err(PathwayError::Unsupported(format!("the symbol {what}")))
    }
}

fn piecewise(element: &Element) -> Result<Expr, PathwayError> {
    let mut pieces = Vec::new();
    let mut otherwise = None;
    for child in &element.children {
        match (child.name.as_str(), child.children.as_slice()) {
            ("piece", [value, condition]) => pieces.push((formula(value)?, formula(condition)?)),
            ("otherwise", [value]) => otherwise = Some(Box::new(formula(value)?)),
            _ => {
                return Err(child.bad(
                    "<piecewise> holds <piece> with two and <otherwise> with one formula"
                        .to_owned(),
                ));
            }
        }
    }
    Ok(Expr::Piecewise(pieces, otherwise))
}

fn apply(element: &Element) -> Result<Expr, PathwayError> {
    let [operator, rest @ ..] = element.children.as_slice() else {
        return Err(element.bad("<apply> is empty".to_owned()));
    };
    let operator_name = operator.name.as_str();
    let mut qualifier = None;
    let mut arguments = Vec::new();
    for child in rest {
        match child.name.as_str() {
            "degree" | "logbase" => {
                let inside = child.children.first();
                qualifier =
                    Some(inside.map_or_else(|| Err(child.bad("it is empty".to_owned())), formula)?);
            }
            _ => arguments.push(formula(child)?),
        }
    }
    let count = arguments.len();
    let wrong = || element.bad(format!("<{operator_name}/> with {count} arguments"));
    let mut arguments = arguments.into_iter();
    let mut next = || arguments.next().map(Box::new).ok_or_else(wrong);
    let function = |function| (count == 1).then_some(function).ok_or_else(wrong);
    let relation = match operator_name {
        "lt" => Some(Relation::Less),
        "leq" => Some(Relation::AtMost),
        "gt" => Some(Relation::More),
        "geq" => Some(Relation::AtLeast),
        "eq" => Some(Relation::Equal),
        "neq" => Some(Relation::Different),
        _ => None,
    };
    if let Some(relation) = relation {
        if count < 2 {
            return Err(wrong());
        }
        let all: Vec<Expr> = arguments.collect();
        let mut pairs: Vec<Expr> = all
            .windows(2)
            .map(|pair| {
                Expr::Compare(
                    relation,
                    Box::new(pair[0].clone()),
                    Box::new(pair[1].clone()),
                )
            })
            .collect();
        return Ok(if pairs.len() == 1 {
            pairs.remove(0)
        } else {
            Expr::And(pairs)
        });
    }
    let simple = match operator_name {
        "exp" => Some(Function::Exp),
        "ln" => Some(Function::Ln),
        "abs" => Some(Function::Abs),
        "floor" => Some(Function::Floor),
        "ceiling" => Some(Function::Ceiling),
        "sin" => Some(Function::Sin),
        "cos" => Some(Function::Cos),
        "tan" => Some(Function::Tan),
        "arctan" => Some(Function::Arctan),
        "tanh" => Some(Function::Tanh),
        _ => None,
    };
    if let Some(simple) = simple {
        return Ok(Expr::Apply(function(simple)?, next()?));
    }
    match operator_name {
        "plus" => Ok(Expr::Add(arguments.collect())),
        "times" => Ok(Expr::Multiply(arguments.collect())),
        "and" => Ok(Expr::And(arguments.collect())),
        "or" => Ok(Expr::Or(arguments.collect())),
        "xor" => Ok(Expr::Xor(arguments.collect())),
        "min" if count > 0 => Ok(Expr::Min(arguments.collect())),
        "max" if count > 0 => Ok(Expr::Max(arguments.collect())),
        "minus" if count == 1 => Ok(Expr::Apply(Function::Negate, next()?)),
        "minus" if count == 2 => Ok(Expr::Subtract(next()?, next()?)),
        "divide" if count == 2 => Ok(Expr::Divide(next()?, next()?)),
        "power" if count == 2 => Ok(Expr::Power(next()?, next()?)),
        "not" if count == 1 => Ok(Expr::Not(next()?)),
        "root" if count == 1 => {
            let degree = qualifier.unwrap_or(Expr::Number(2.0));
            let inverse = Expr::Divide(Box::new(Expr::Number(1.0)), Box::new(degree));
            Ok(Expr::Power(next()?, Box::new(inverse)))
        }
        "log" if count == 1 => {
            let base = qualifier.unwrap_or(Expr::Number(10.0));
            let ln = |of: Box<Expr>| Box::new(Expr::Apply(Function::Ln, of));
            Ok(Expr::Divide(ln(next()?), ln(Box::new(base))))
        }
        "ci" => Ok(call(operator.text.trim(), arguments.collect())),
        name if [
            "minus", "divide", "power", "not", "root", "log", "min", "max",
        ]
        .contains(&name) =>
        {
            Err(wrong())
        }
        name => Err(PathwayError::Unsupported(format!("MathML <{name}/>"))),
    }
}

/// A call of a function that the model defines, until its definition is put in its place: see [`called`].
fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    Expr::Piecewise(
        vec![(Expr::Symbol(format!("{CALL}{name}")), Expr::Add(arguments))],
        None,
    )
}

/// No identifier starts with this.
const CALL: &str = "\u{1}call ";

/// The name and arguments of a call, where the formula is one.
pub(crate) fn called(expr: &Expr) -> Option<(&str, &[Expr])> {
    let Expr::Piecewise(pieces, None) = expr else {
        return None;
    };
    match pieces.as_slice() {
        [(Expr::Symbol(name), Expr::Add(arguments))] => Some((name.strip_prefix(CALL)?, arguments)),
        _ => None,
    }
}

/// Writes `<math>` with the formula in it.
pub(crate) fn write(expr: &Expr) -> String {
    let mut out = "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">".to_owned();
    formula_text(expr, &mut out);
    out.push_str("</math>");
    out
}

fn formula_text(expr: &Expr, out: &mut String) {
    let mut apply = |operator: &str, parts: &[&Expr]| {
        out.push_str(&format!("<apply><{operator}/>"));
        for part in parts {
            formula_text(part, out);
        }
        out.push_str("</apply>");
    };
    match expr {
        Expr::Number(value) if value.is_infinite() && *value > 0.0 => out.push_str("<infinity/>"),
        Expr::Number(value) if value.is_nan() => out.push_str("<notanumber/>"),
        Expr::Number(value) => out.push_str(&format!("<cn>{value}</cn>")),
        Expr::Symbol(name) => out.push_str(&format!("<ci>{}</ci>", escaped(name))),
        Expr::Time => out.push_str(
            "<csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/time\">time</csymbol>",
        ),
        Expr::Add(all) => apply("plus", &all.iter().collect::<Vec<_>>()),
        Expr::Multiply(all) => apply("times", &all.iter().collect::<Vec<_>>()),
        Expr::Min(all) => apply("min", &all.iter().collect::<Vec<_>>()),
        Expr::Max(all) => apply("max", &all.iter().collect::<Vec<_>>()),
        Expr::And(all) => apply("and", &all.iter().collect::<Vec<_>>()),
        Expr::Or(all) => apply("or", &all.iter().collect::<Vec<_>>()),
        Expr::Xor(all) => apply("xor", &all.iter().collect::<Vec<_>>()),
        Expr::Not(a) => apply("not", &[a]),
        Expr::Subtract(a, b) => apply("minus", &[a, b]),
        Expr::Divide(a, b) => apply("divide", &[a, b]),
        Expr::Power(a, b) => apply("power", &[a, b]),
        Expr::Apply(function, a) => apply(
            match function {
                Function::Negate => "minus",
                Function::Exp => "exp",
                Function::Ln => "ln",
                Function::Abs => "abs",
                Function::Floor => "floor",
                Function::Ceiling => "ceiling",
                Function::Sin => "sin",
                Function::Cos => "cos",
                Function::Tan => "tan",
                Function::Arctan => "arctan",
                Function::Tanh => "tanh",
            },
            &[a],
        ),
        Expr::Compare(relation, a, b) => apply(
            match relation {
                Relation::Less => "lt",
                Relation::AtMost => "leq",
                Relation::More => "gt",
                Relation::AtLeast => "geq",
                Relation::Equal => "eq",
                Relation::Different => "neq",
            },
            &[a, b],
        ),
        Expr::Piecewise(pieces, otherwise) => {
            out.push_str("<piecewise>");
            for (value, condition) in pieces {
                out.push_str("<piece>");
                formula_text(value, out);
                formula_text(condition, out);
                out.push_str("</piece>");
            }
            if let Some(otherwise) = otherwise {
                out.push_str("<otherwise>");
                formula_text(otherwise, out);
                out.push_str("</otherwise>");
            }
            out.push_str("</piecewise>");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Dual;
    use crate::xml;

    fn value(text: &str) -> f64 {
        let root = xml::parse(&format!("<math>{text}</math>")).unwrap();
        read(&root)
            .unwrap()
            .value(2.0, &|name| {
                Dual::constant(if name == "x" { 3.0 } else { 0.5 })
            })
            .0
    }

    #[test]
    fn reads_formulas() {
        assert_eq!(value("<apply><plus/><ci> x </ci><cn>2</cn></apply>"), 5.0);
        assert_eq!(value("<cn type='e-notation'>2<sep/> -1</cn>"), 0.2);
        assert_eq!(value("<cn type='e-notation'>2<sep/>-1</cn>"), 0.2);
        assert_eq!(
            value("<apply><root/><degree><cn>3</cn></degree><cn>27</cn></apply>").round(),
            3.0
        );
        assert_eq!(value("<apply><log/><cn>100</cn></apply>").round(), 2.0);
        assert_eq!(
            value(
                "<piecewise><piece><cn>1</cn><apply><lt/><ci>x</ci><cn>2</cn></apply></piece><otherwise><cn>7</cn></otherwise></piecewise>"
            ),
            7.0
        );
        assert_eq!(
            value("<csymbol definitionURL='http://www.sbml.org/sbml/symbols/time'>t</csymbol>"),
            2.0
        );
    }

    #[test]
    fn what_is_written_reads_back() {
        let expr = Expr::Piecewise(
            vec![(
                Expr::Power(Box::new(Expr::symbol("x")), Box::new(Expr::Number(1.5))),
                Expr::And(vec![
                    crate::model::compare(Relation::More, Expr::symbol("x"), Expr::Number(1e-7)),
                    Expr::Not(Box::new(crate::model::compare(
                        Relation::Equal,
                        Expr::Time,
                        Expr::Number(0.1),
                    ))),
                ]),
            )],
            Some(Box::new(Expr::Apply(
                Function::Negate,
                Box::new(Expr::Max(vec![Expr::symbol("y"), Expr::Number(3.0)])),
            ))),
        );
        let back = read(&xml::parse(&write(&expr)).unwrap()).unwrap();
        assert_eq!(back, expr);
    }

    #[test]
    fn what_is_not_read_is_named() {
        let message = |text: &str| formula(&xml::parse(text).unwrap()).unwrap_err().to_string();
        assert!(message("<apply><factorial/><cn>2</cn></apply>").contains("factorial"));
        assert!(message("<apply><divide/><cn>2</cn></apply>").contains("1 arguments"));
        assert!(message("<cn>two</cn>").contains("no number"));
    }
}
