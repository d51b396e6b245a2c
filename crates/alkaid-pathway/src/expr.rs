//! Formulas of models in exchange formats: their value, and their derivative along a direction.

use std::collections::BTreeMap;

/// A formula. Truth is 1 and 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A number.
    Number(f64),
    /// A quantity of the model.
    Symbol(String),
    /// The time of the model.
    Time,
    /// A sum.
    Add(Vec<Expr>),
    /// A product.
    Multiply(Vec<Expr>),
    /// A difference.
    Subtract(Box<Expr>, Box<Expr>),
    /// A quotient.
    Divide(Box<Expr>, Box<Expr>),
    /// A power.
    Power(Box<Expr>, Box<Expr>),
    /// A function of one number.
    Apply(Function, Box<Expr>),
    /// The smallest.
    Min(Vec<Expr>),
    /// The largest.
    Max(Vec<Expr>),
    /// A comparison.
    Compare(Relation, Box<Expr>, Box<Expr>),
    /// All are true.
    And(Vec<Expr>),
    /// Any is true.
    Or(Vec<Expr>),
    /// Exactly an odd number is true.
    Xor(Vec<Expr>),
    /// Not true.
    Not(Box<Expr>),
    /// The first value whose condition is true, else the last.
    Piecewise(Vec<(Expr, Expr)>, Option<Box<Expr>>),
}

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// −x.
    Negate,
    /// eˣ.
    Exp,
    /// Natural logarithm.
    Ln,
    /// |x|.
    Abs,
    /// Largest whole number not above.
    Floor,
    /// Smallest whole number not below.
    Ceiling,
    /// Sine.
    Sin,
    /// Cosine.
    Cos,
    /// Tangent.
    Tan,
    /// Arc tangent.
    Arctan,
    /// Hyperbolic tangent.
    Tanh,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// <
    Less,
    /// ≤
    AtMost,
    /// >
    More,
    /// ≥
    AtLeast,
    /// =
    Equal,
    /// ≠
    Different,
}

impl Expr {
    /// A symbol.
    pub fn symbol(name: &str) -> Self {
        Self::Symbol(name.to_owned())
    }

    /// Calls `with` for every symbol.
    pub fn symbols(&self, with: &mut impl FnMut(&str)) {
        match self {
            Self::Number(_) | Self::Time => {}
            Self::Symbol(name) => with(name),
            Self::Apply(_, a) | Self::Not(a) => a.symbols(with),
            Self::Subtract(a, b)
            | Self::Divide(a, b)
            | Self::Power(a, b)
            | Self::Compare(_, a, b) => {
                a.symbols(with);
                b.symbols(with);
            }
            Self::Add(all)
            | Self::Multiply(all)
            | Self::Min(all)
            | Self::Max(all)
            | Self::And(all)
            | Self::Or(all)
            | Self::Xor(all) => all.iter().for_each(|one| one.symbols(with)),
            Self::Piecewise(pieces, otherwise) => {
                for (value, condition) in pieces {
                    value.symbols(with);
                    condition.symbols(with);
                }
                if let Some(otherwise) = otherwise {
                    otherwise.symbols(with);
                }
            }
        }
    }

    /// The formula with every symbol replaced that `by` knows.
    pub fn replaced(&self, by: &BTreeMap<String, Expr>) -> Self {
        let one = |a: &Expr| Box::new(a.replaced(by));
        let many = |all: &[Expr]| all.iter().map(|one| one.replaced(by)).collect();
        match self {
            Self::Number(_) | Self::Time => self.clone(),
            Self::Symbol(name) => by.get(name).unwrap_or(self).clone(),
            Self::Apply(function, a) => Self::Apply(*function, one(a)),
            Self::Not(a) => Self::Not(one(a)),
            Self::Subtract(a, b) => Self::Subtract(one(a), one(b)),
            Self::Divide(a, b) => Self::Divide(one(a), one(b)),
            Self::Power(a, b) => Self::Power(one(a), one(b)),
            Self::Compare(relation, a, b) => Self::Compare(*relation, one(a), one(b)),
            Self::Add(all) => Self::Add(many(all)),
            Self::Multiply(all) => Self::Multiply(many(all)),
            Self::Min(all) => Self::Min(many(all)),
            Self::Max(all) => Self::Max(many(all)),
            Self::And(all) => Self::And(many(all)),
            Self::Or(all) => Self::Or(many(all)),
            Self::Xor(all) => Self::Xor(many(all)),
            Self::Piecewise(pieces, otherwise) => Self::Piecewise(
                pieces
                    .iter()
                    .map(|(v, c)| (v.replaced(by), c.replaced(by)))
                    .collect(),
                otherwise.as_ref().map(|o| one(o)),
            ),
        }
    }

    /// Number of parts; a measure of size.
    pub fn size(&self) -> usize {
        let many = |all: &[Expr]| all.iter().map(Expr::size).sum::<usize>();
        1 + match self {
            Self::Number(_) | Self::Time | Self::Symbol(_) => 0,
            Self::Apply(_, a) | Self::Not(a) => a.size(),
            Self::Subtract(a, b)
            | Self::Divide(a, b)
            | Self::Power(a, b)
            | Self::Compare(_, a, b) => a.size() + b.size(),
            Self::Add(all)
            | Self::Multiply(all)
            | Self::Min(all)
            | Self::Max(all)
            | Self::And(all)
            | Self::Or(all)
            | Self::Xor(all) => many(all),
            Self::Piecewise(pieces, otherwise) => {
                pieces
                    .iter()
                    .map(|(v, c)| v.size() + c.size())
                    .sum::<usize>()
                    + otherwise.as_ref().map_or(0, |o| o.size())
            }
        }
    }

    /// Its value and derivative. `look` gives those of a symbol.
    pub fn value(&self, time: f64, look: &impl Fn(&str) -> Dual) -> Dual {
        let of = |e: &Expr| e.value(time, look);
        let truth = |value: bool| Dual::constant(f64::from(u8::from(value)));
        match self {
            Self::Number(value) => Dual::constant(*value),
            Self::Symbol(name) => look(name),
            Self::Time => Dual::constant(time),
            Self::Add(all) => all.iter().fold(Dual::constant(0.0), |sum, one| {
                let one = of(one);
                Dual(sum.0 + one.0, sum.1 + one.1)
            }),
            Self::Multiply(all) => all.iter().fold(Dual::constant(1.0), |product, one| {
                let one = of(one);
                Dual(product.0 * one.0, product.1 * one.0 + product.0 * one.1)
            }),
            Self::Subtract(a, b) => {
                let (a, b) = (of(a), of(b));
                Dual(a.0 - b.0, a.1 - b.1)
            }
            Self::Divide(a, b) => {
                let (a, b) = (of(a), of(b));
                Dual(a.0 / b.0, (a.1 - a.0 / b.0 * b.1) / b.0)
            }
            Self::Power(a, b) => power(of(a), of(b)),
            Self::Apply(function, a) => apply(*function, of(a)),
            Self::Min(all) => pick(all.iter().map(of), |new, old| new < old),
            Self::Max(all) => pick(all.iter().map(of), |new, old| new > old),
            Self::Compare(relation, a, b) => {
                let (a, b) = (of(a).0, of(b).0);
                truth(match relation {
                    Relation::Less => a < b,
                    Relation::AtMost => a <= b,
                    Relation::More => a > b,
                    Relation::AtLeast => a >= b,
                    Relation::Equal => a == b,
                    Relation::Different => a != b,
                })
            }
            Self::And(all) => truth(all.iter().all(|one| of(one).0 != 0.0)),
            Self::Or(all) => truth(all.iter().any(|one| of(one).0 != 0.0)),
            Self::Xor(all) => truth(all.iter().filter(|one| of(one).0 != 0.0).count() % 2 == 1),
            Self::Not(a) => truth(of(a).0 == 0.0),
            Self::Piecewise(pieces, otherwise) => pieces
                .iter()
                .find(|(_, condition)| of(condition).0 != 0.0)
                .map(|(value, _)| of(value))
                .or_else(|| otherwise.as_ref().map(|o| of(o)))
                .unwrap_or(Dual(f64::NAN, 0.0)),
        }
    }
}

/// A value and its derivative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual(pub f64, pub f64);

impl Dual {
    /// A value that does not change.
    pub fn constant(value: f64) -> Self {
        Self(value, 0.0)
    }
}

fn power(a: Dual, b: Dual) -> Dual {
    let value = a.0.powf(b.0);
    let by_base = if a.1 == 0.0 {
        0.0
    } else {
        b.0 * a.0.powf(b.0 - 1.0) * a.1
    };
    let by_exponent = if b.1 == 0.0 || a.0 == 0.0 {
        0.0
    } else {
        value * a.0.ln() * b.1
    };
    Dual(value, by_base + by_exponent)
}

fn apply(function: Function, a: Dual) -> Dual {
    let (value, slope) = match function {
        Function::Negate => (-a.0, -1.0),
        Function::Exp => (a.0.exp(), a.0.exp()),
        Function::Ln => (a.0.ln(), 1.0 / a.0),
        Function::Abs => (a.0.abs(), a.0.signum()),
        Function::Floor => (a.0.floor(), 0.0),
        Function::Ceiling => (a.0.ceil(), 0.0),
        Function::Sin => (a.0.sin(), a.0.cos()),
        Function::Cos => (a.0.cos(), -a.0.sin()),
        Function::Tan => (a.0.tan(), 1.0 + a.0.tan().powi(2)),
        Function::Arctan => (a.0.atan(), 1.0 / (1.0 + a.0 * a.0)),
        Function::Tanh => (a.0.tanh(), 1.0 - a.0.tanh().powi(2)),
    };
    Dual(value, if a.1 == 0.0 { 0.0 } else { slope * a.1 })
}

fn pick(all: impl Iterator<Item = Dual>, better: impl Fn(f64, f64) -> bool) -> Dual {
    all.reduce(|best, one| if better(one.0, best.0) { one } else { best })
        .unwrap_or(Dual(f64::NAN, 0.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn formula() -> impl Strategy<Value = Expr> {
        let leaf = prop_oneof![
            (0.2_f64..3.0).prop_map(Expr::Number),
            Just(Expr::symbol("x")),
            Just(Expr::symbol("y")),
        ];
        leaf.prop_recursive(4, 24, 3, |inner| {
            let boxed = inner.clone().prop_map(Box::new);
            prop_oneof![
                proptest::collection::vec(inner.clone(), 1..4).prop_map(Expr::Add),
                proptest::collection::vec(inner.clone(), 1..4).prop_map(Expr::Multiply),
                (boxed.clone(), boxed.clone()).prop_map(|(a, b)| Expr::Subtract(a, b)),
                (boxed.clone(), 0.5_f64..3.0).prop_map(|(a, n)| Expr::Divide(
                    a.clone(),
                    Box::new(Expr::Add(vec![
                        Expr::Number(n),
                        Expr::Power(a, Box::new(Expr::Number(2.0)))
                    ]))
                )),
                boxed.prop_map(|a| Expr::Apply(Function::Tanh, a)),
            ]
        })
    }

    proptest! {
        #[test]
        fn derivatives_are_those_of_differences(expr in formula(), x in 0.3_f64..2.0, y in 0.3_f64..2.0) {
            let at = |x: f64, d: f64| expr.value(0.0, &|name| if name == "x" { Dual(x, d) } else { Dual(y, 0.0) });
            let step = 1e-5;
            let difference = (at(x + step, 0.0).0 - at(x - step, 0.0).0) / (2.0 * step);
            let exact = at(x, 1.0).1;
            prop_assume!(difference.is_finite() && difference.abs() < 1e6);
            prop_assert!((difference - exact).abs() < 1e-3 * (1.0 + exact.abs()));
        }
    }
}
