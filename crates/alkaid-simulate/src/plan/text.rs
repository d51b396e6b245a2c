//! Reading and writing the parts of a plan that are text.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;

use super::{Amount, FusionPlan, Layout, Source};
use crate::error::{SimulateError, SpecProblem};
use crate::spec::FusionSpec;

impl FromStr for Amount {
    type Err = SimulateError;

    fn from_str(text: &str) -> Result<Self, SimulateError> {
        let parsed = if let Some(depth) = text.strip_suffix('x') {
            depth
                .parse()
                .ok()
                .filter(|d: &f64| d.is_finite() && *d >= 0.0)
                .map(Self::Coverage)
        } else if let Some(fragments) = text.strip_suffix('f') {
            fragments.parse().ok().map(Self::Fragments)
        } else {
            text.parse().ok().map(Self::Supporting)
        };
        parsed.ok_or_else(|| SimulateError::Plan {
            field: "fusions.amount",
            value: format!("{text:?}"),
            remedy: "use 5 (fragments across the junction), 200f (fragments from anywhere in the \
                     molecule) or 30x (mean depth)"
                .to_owned(),
        })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Supporting(n) => write!(f, "{n}"),
            Self::Fragments(n) => write!(f, "{n}f"),
            Self::Coverage(depth) => write!(f, "{depth}x"),
        }
    }
}

impl TryFrom<String> for Amount {
    type Error = SimulateError;

    fn try_from(text: String) -> Result<Self, SimulateError> {
        text.parse()
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> Self {
        amount.to_string()
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "5 (fragments across the junction), 200f (fragments) or 30x (mean depth)",
        })
    }
}

impl FromStr for FusionPlan {
    type Err = SimulateError;

    fn from_str(text: &str) -> Result<Self, SimulateError> {
        match text.rsplit_once('=') {
            Some((spec, amount)) => Ok(Self {
                spec: spec.parse()?,
                amount: amount.trim().parse()?,
            }),
            None => {
                let spec: FusionSpec = text.parse()?;
                if spec.is_joined() {
                    Ok(Self {
                        spec,
                        amount: Amount::default(),
                    })
                } else {
                    Err(SpecProblem::NoJunction.of(text))
                }
            }
        }
    }
}

impl FromStr for Layout {
    type Err = SimulateError;

    fn from_str(text: &str) -> Result<Self, SimulateError> {
        match text {
            "single" => Ok(Self::Single),
            "paired" => Ok(Self::Paired),
            _ => Err(SimulateError::Plan {
                field: "reads.layout",
                value: format!("{text:?}"),
                remedy: "use single or paired".to_owned(),
            }),
        }
    }
}

impl FromStr for Source {
    type Err = SimulateError;

    fn from_str(text: &str) -> Result<Self, SimulateError> {
        match text {
            "transcripts" => Ok(Self::Transcripts),
            "loci" => Ok(Self::Loci),
            _ => Err(SimulateError::Plan {
                field: "background.source",
                value: format!("{text:?}"),
                remedy: "use transcripts or loci".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fusions_carry_their_amount() {
        let plan: FusionPlan = "EML4:e13::ALK:e20=5".parse().unwrap();
        assert_eq!(plan.amount, Amount::Supporting(5));
        assert_eq!(
            "NPM1:e4::ALK:e20=30x".parse::<FusionPlan>().unwrap().amount,
            Amount::Coverage(30.0)
        );
        assert_eq!(
            "ALK:wt=200f".parse::<FusionPlan>().unwrap().amount,
            Amount::Fragments(200)
        );
        assert_eq!(
            "EML4:e13::ALK:e20".parse::<FusionPlan>().unwrap().amount,
            Amount::Supporting(10)
        );
        for wrong in [
            "EML4:e13::ALK:e20=",
            "EML4:e13::ALK:e20=-1",
            "ALK:wt",
            "ALK:wt=NaNx",
            "=5",
        ] {
            assert!(wrong.parse::<FusionPlan>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_amounts_never_panic(text in ".{0,20}") {
            let _ = text.parse::<Amount>();
            let _ = text.parse::<FusionPlan>();
        }
    }
}
