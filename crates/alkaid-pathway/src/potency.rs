//! Which IC50 a drug has on a fusion with mutations: from one data set, never an average of several.

use alkaid_knowledge::{Fact, Potency, Relation, Status, potencies, potency_datasets};
use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::{FusionRow, fusion, fusions};
use crate::error::PathwayError;
use crate::priors::priors;

/// How a value was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Measured on these mutations.
    Measured,
    /// The value of a mutant divided by how many times that of the unmutated kinase the source says it is.
    FromFold,
    /// The unmutated value times the factors of the single mutations, as if they acted alone.
    Composed,
    /// The true value lies above; the highest dose tried is taken.
    LowerBound,
}

/// An IC50 with all that it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PotencyUse {
    /// The drug.
    pub drug: String,
    /// Mutations of ALK; empty for the unmutated kinase.
    pub mutations: Vec<String>,
    /// The data set.
    pub dataset: String,
    /// The construct it was measured on.
    pub construct: String,
    /// Concentration in nM at which ALK output of that construct is halved.
    pub ic50_nm: f64,
    /// Uncertainty: standard deviation of the logarithm.
    pub sd_ln: f64,
    /// How it was come by.
    pub basis: Basis,
    /// Whether a row behind it is unverified.
    pub unverified: bool,
    /// Rows of the table of potencies behind it.
    pub rows: Vec<String>,
    /// The fusion of the construct: its place in the table of fusions.
    #[serde(skip)]
    pub construct_fusion: usize,
}

impl PotencyUse {
    /// The order of preference: verified before unverified, the case's own fusion before another, measured before derived.
    fn rank(&self, wanted: &FusionRow) -> (bool, bool, Basis) {
        (
            self.unverified,
            self.construct_fusion != wanted.index,
            self.basis,
        )
    }
}

/// The fusion that a construct of the table stands for; any fusion where the table of fusions has no row.
fn of_construct(construct: &str) -> &'static FusionRow {
    fusion(construct).unwrap_or_else(|| {
        let other = fusions().iter().find(|row| row.key == "other");
        other.unwrap_or(&fusions()[0])
    })
}

/// A value with its factor of uncertainty.
#[derive(Clone)]
struct Value {
    ln: f64,
    sd: f64,
    unverified: bool,
    basis: Basis,
    rows: Vec<String>,
}

fn default_sd() -> f64 {
    let prior = priors().iter().find(|prior| prior.key == "potency_sd");
    prior.and_then(|prior| prior.median).unwrap_or(0.35)
}

fn value(row: &Potency) -> Option<Value> {
    let basis = match row.relation {
        Relation::Equal => Basis::Measured,
        Relation::Above => Basis::LowerBound,
        Relation::NotDetermined => return None,
    };
    let nm = row.nm.filter(|nm| *nm > 0.0)?;
    // A standard deviation of the logarithm from that of the value: both are the relative spread while it is small.
    let sd = row
        .sd_nm
        .map_or_else(default_sd, |sd| (sd / nm).clamp(0.05, 1.0));
    Some(Value {
        ln: nm.ln(),
        sd,
        unverified: row.provenance().status == Status::Unverified,
        basis,
        rows: vec![row.key.to_owned()],
    })
}

/// The unmutated value on one construct of one data set: measured, or from a mutant's fold.
fn unmutated(rows: &[&Potency]) -> Option<Value> {
    let measured = rows
        .iter()
        .find(|row| row.mutations.is_empty())
        .and_then(|row| value(row));
    measured.or_else(|| {
        rows.iter().find_map(|row| {
            let fold = row.fold.filter(|fold| *fold > 0.0)?;
            let of = value(row)?;
            Some(Value {
                ln: of.ln - fold.ln(),
                basis: Basis::FromFold,
                ..of
            })
        })
    })
}

/// The value for these mutations on one construct of one data set.
fn on_construct(rows: &[&Potency], mutations: &[&str]) -> Option<Value> {
    let exact = rows
        .iter()
        .find(|row| row.has_mutations(mutations))
        .and_then(|row| value(row));
    if exact.is_some() {
        return exact;
    }
    let base = unmutated(rows)?;
    if mutations.is_empty() {
        return Some(base);
    }
    if mutations.len() < 2 {
        return None;
    }
    mutations.iter().try_fold(base.clone(), |sum, mutation| {
        let one = rows
            .iter()
            .find(|row| row.has_mutations(&[mutation]))
            .and_then(|row| value(row))?;
        Some(Value {
            ln: sum.ln + one.ln - base.ln,
            sd: sum.sd.hypot(one.sd),
            unverified: sum.unverified || one.unverified,
            basis: Basis::Composed,
            rows: [sum.rows, one.rows].concat(),
        })
    })
}

/// The IC50 of a drug on a fusion with mutations.
///
/// Of all data sets (or the one asked for) the value with the best claim is taken: verified before unverified, on the
/// case's own fusion before another, measured before derived; then the order of the table.
///
/// # Errors
///
/// When there is no such data set, or none has a value.
pub fn potency(
    drug: &str,
    wanted: &FusionRow,
    mutations: &[&str],
    dataset: Option<&str>,
) -> Result<PotencyUse, PathwayError> {
    if let Some(name) = dataset
        && !potency_datasets()
            .iter()
            .any(|set| set.key.eq_ignore_ascii_case(name))
    {
        let known: Vec<&str> = potency_datasets().iter().map(|set| set.key).collect();
        return Err(PathwayError::UnknownDataset {
            name: name.to_owned(),
            known: known.join(", "),
        });
    }
    let asked = |row: &&Potency| dataset.is_none_or(|name| row.dataset.eq_ignore_ascii_case(name));
    let rows: Vec<&Potency> = potencies()
        .iter()
        .filter(|row| row.drug == drug && row.has_alk)
        .filter(asked)
        .collect();
    let mut constructs: Vec<(&str, &str)> = Vec::new();
    for row in &rows {
        if !constructs.contains(&(row.dataset, row.construct)) {
            constructs.push((row.dataset, row.construct));
        }
    }
    let candidates = constructs.into_iter().filter_map(|(set, construct)| {
        let here: Vec<&Potency> = rows
            .iter()
            .filter(|row| (row.dataset, row.construct) == (set, construct))
            .copied()
            .collect();
        let found = on_construct(&here, mutations)?;
        Some(PotencyUse {
            drug: drug.to_owned(),
            mutations: mutations.iter().map(|&name| name.to_owned()).collect(),
            dataset: set.to_owned(),
            construct: construct.to_owned(),
            ic50_nm: found.ln.exp(),
            sd_ln: found.sd,
            basis: found.basis,
            unverified: found.unverified,
            rows: found.rows,
            construct_fusion: of_construct(construct).index,
        })
    });
    candidates
        .min_by_key(|one| one.rank(wanted))
        .ok_or_else(|| PathwayError::NoPotency {
            drug: drug.to_owned(),
            mutations: if mutations.is_empty() {
                "the unmutated kinase".to_owned()
            } else {
                mutations.join(" with ")
            },
            within: dataset.map_or_else(String::new, |name| format!(" in {name}")),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v1() -> &'static FusionRow {
        &fusions()[0]
    }

    #[test]
    fn takes_measured_values_of_one_data_set() {
        let found = potency("crizotinib", v1(), &[], Some("Gainor2016")).unwrap();
        assert!((found.ic50_nm - 38.6).abs() < 1e-9);
        assert!(found.unverified && found.basis == Basis::Measured);
        let verified = potency("crizotinib", v1(), &[], None).unwrap();
        assert!(!verified.unverified);
    }

    #[test]
    fn an_unmutated_value_follows_from_a_fold() {
        let found = potency("TAE684", v1(), &[], None).unwrap();
        assert_eq!(found.basis, Basis::FromFold);
        assert!((found.ic50_nm - 28.3 / 20.0).abs() < 1e-9);
    }

    #[test]
    fn compound_mutations_are_measured_or_multiplied() {
        let measured = potency("lorlatinib", v1(), &["D1203N", "E1210K"], None).unwrap();
        assert_eq!(
            (measured.basis, measured.ic50_nm.round()),
            (Basis::Measured, 27.0)
        );
        let product = potency(
            "crizotinib",
            v1(),
            &["C1156Y", "L1198F"],
            Some("Gainor2016"),
        )
        .unwrap();
        assert_eq!(product.basis, Basis::Composed);
        assert!((product.ic50_nm - 61.9 * 0.4 / 38.6).abs() < 1e-9);
        assert!(product.sd_ln > 0.35);
    }

    #[test]
    fn a_missing_value_is_an_error_that_says_what_is_missing() {
        let error = potency("zotizalkib", v1(), &["F1174L"], None).unwrap_err();
        assert!(
            error.to_string().contains("zotizalkib for F1174L"),
            "{error}"
        );
        let error = potency("crizotinib", v1(), &[], Some("Nobody2030")).unwrap_err();
        assert!(error.to_string().contains("Gainor2016"), "{error}");
    }
}
