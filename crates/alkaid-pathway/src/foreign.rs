//! Models that others wrote: SBML, SBML-qual or `.bnet`, told apart by content.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::PathwayError;
use crate::integrate::{Precision, integrate};
use crate::logic::Logic;
use crate::model::Model;
use crate::{bnet, qual, sbml};

/// Largest file that is read.
pub const LARGEST_FILE: u64 = 32 * 1024 * 1024;

/// A model of others.
#[derive(Clone, Debug)]
pub enum Foreign {
    /// Differential equations.
    Equations(Model),
    /// A Boolean network.
    Logic(Logic),
}

/// A time course of a model of others.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ForeignCourse {
    /// The model's identifier.
    pub model: String,
    /// Names of what changes: states, then quantities that assignments give.
    pub names: Vec<String>,
    /// Times, in the model's unit.
    pub times: Vec<f64>,
    /// Values by time, then name.
    pub values: Vec<Vec<f64>>,
}

/// Opens a file.
///
/// # Errors
///
/// When it cannot be read, is too large, is not text, or is no model that is read here.
pub fn open(path: &Path) -> Result<Foreign, PathwayError> {
    let unreadable = |source| PathwayError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(PathwayError::TooLarge {
            path: path.to_owned(),
            limit: LARGEST_FILE,
        });
    }
    let parsed = match String::from_utf8(bytes) {
        Ok(text) => parse(&text),
        Err(_) => Err(PathwayError::BadModel {
            line: None,
            what: "it is not UTF-8 text".to_owned(),
        }),
    };
    parsed.map_err(|error| PathwayError::InFile {
        path: path.to_owned(),
        source: Box::new(error),
    })
}

/// Reads a model from text.
///
/// # Errors
///
/// When it is no model that is read here.
pub fn parse(text: &str) -> Result<Foreign, PathwayError> {
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim_start().starts_with('<') {
        return bnet::parse(text).map(Foreign::Logic);
    }
    if qual::is_qual(text) {
        return qual::read(text).map(Foreign::Logic);
    }
    sbml::read(text).map(Foreign::Equations)
}

/// Runs differential equations from 0 to `until`, at evenly spaced times.
///
/// # Errors
///
/// When the model is wrong or the integration does not converge.
pub fn course(model: &Model, until: f64, points: usize) -> Result<ForeignCourse, PathwayError> {
    let system = model.system()?;
    let steps = points.max(2) - 1;
    let times: Vec<f64> = (0..=steps)
        .map(|i| until * i as f64 / steps as f64)
        .collect();
    let states = integrate(&system, 0.0, &system.initial(), &times, Precision::COMPARE)?;
    let names = system
        .states()
        .chain(system.assigned())
        .map(str::to_owned)
        .collect();
    let values = times
        .iter()
        .zip(states)
        .map(|(time, mut state)| {
            let assigned = system.assigned_values(*time, &state);
            state.extend(assigned);
            state
        })
        .collect();
    Ok(ForeignCourse {
        model: model.id.clone(),
        names,
        times,
        values,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart() {
        assert!(matches!(parse("a, b\n").unwrap(), Foreign::Logic(_)));
        let logic = bnet::parse("a, b\n").unwrap();
        assert!(matches!(
            parse(&qual::write(&logic)).unwrap(),
            Foreign::Logic(_)
        ));
        let model = "<sbml><model id='m'><listOfParameters><parameter id='x' value='1'/></listOfParameters>\
            <listOfRules><rateRule variable='x'><math><apply><minus/><ci>x</ci></apply></math></rateRule></listOfRules></model></sbml>";
        let Foreign::Equations(model) = parse(model).unwrap() else {
            panic!("no equations");
        };
        let course = course(&model, 1.0, 11).unwrap();
        assert_eq!(course.times.len(), 11);
        assert!((course.values[10][0] - (-1.0_f64).exp()).abs() < 1e-8);
    }
}
