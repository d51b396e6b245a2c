//! Which IC50 a drug has on a fusion with mutations: from one data set, never an average of several.

use alkaid_knowledge::{Fact, Potency, Relation, Status, potencies, potency_datasets};
use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::{FusionRow, any_fusion, fusion};
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
    fusion(construct).unwrap_or_else(any_fusion)
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

/// The value of a row that was measured. A bound is no value: the true one may lie anywhere beyond it.
fn value(row: &Potency) -> Option<Value> {
    if row.relation != Relation::Equal {
        return None;
    }
    let nm = row.nm.filter(|nm| *nm > 0.0)?;
    // A standard deviation of the logarithm from that of the value: both are the relative spread while it is small.
    let sd = row
        .sd_nm
        .map_or_else(default_sd, |sd| (sd / nm).clamp(0.05, 1.0));
    Some(Value {
        ln: nm.ln(),
        sd,
        unverified: row.provenance().status == Status::Unverified,
        basis: Basis::Measured,
        rows: vec![row.key.to_owned()],
    })
}

/// The unmutated value on one construct of one data set: measured, or from a mutant's fold.
fn unmutated(rows: &[&Potency]) -> Option<Value> {
    let measured = rows
        .iter()
        .filter(|row| row.mutations.is_empty())
        .find_map(|row| value(row));
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
        .filter(|row| row.has_mutations(mutations))
        .find_map(|row| value(row));
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
            .filter(|row| row.has_mutations(&[mutation]))
            .find_map(|row| value(row))?;
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
/// case's own fusion before another, measured before derived; then the order of the table. Control lines that live without
/// ALK and bounds are no values.
///
/// # Errors
///
/// When there is no such data set, or none has a value; what is known where all of it are bounds or controls.
pub fn potency(
    drug: &str,
    wanted: &FusionRow,
    mutations: &[&str],
    dataset: Option<&str>,
) -> Result<PotencyUse, PathwayError> {
    if let Some(name) = dataset {
        check_dataset(name)?;
    }
    let asked = |row: &&Potency| dataset.is_none_or(|name| row.dataset.eq_ignore_ascii_case(name));
    let of_drug: Vec<&Potency> = potencies()
        .iter()
        .filter(|row| row.drug == drug)
        .filter(asked)
        .collect();
    let rows: Vec<&Potency> = of_drug.iter().filter(|row| row.has_alk).copied().collect();
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
        .ok_or_else(|| missing(drug, mutations, dataset, &of_drug))
}

/// Whether there is such a data set.
///
/// # Errors
///
/// When there is none.
pub fn check_dataset(name: &str) -> Result<(), PathwayError> {
    let sets = potency_datasets();
    if sets.iter().any(|set| set.key.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    let known: Vec<&str> = sets.iter().map(|set| set.key).collect();
    Err(PathwayError::UnknownDataset {
        name: name.to_owned(),
        known: known.join(", "),
    })
}

/// Why there is no value, with what there is in its place: a bound, or a control line.
fn missing(
    drug: &str,
    mutations: &[&str],
    dataset: Option<&str>,
    of_drug: &[&Potency],
) -> PathwayError {
    let in_words = if mutations.is_empty() {
        "the unmutated kinase".to_owned()
    } else {
        mutations.join(" with ")
    };
    let near = of_drug
        .iter()
        .filter(|row| row.has_mutations(mutations))
        .find_map(|row| row.nm.map(|nm| (row, nm)));
    let Some((row, nm)) = near else {
        return PathwayError::NoPotency {
            drug: drug.to_owned(),
            mutations: in_words,
            within: dataset.map_or_else(String::new, |name| format!(" in {name}")),
        };
    };
    let relation = match row.relation {
        Relation::Above => "above",
        Relation::Equal | Relation::NotDetermined => "at",
    };
    let why = if row.has_alk {
        "a bound is no value"
    } else {
        "these cells do not live by ALK, so it says nothing of its inhibition"
    };
    PathwayError::NoValue {
        drug: drug.to_owned(),
        mutations: in_words,
        known: format!(
            "an IC50 {relation} {nm} nM on {} ({}): {why}",
            row.construct, row.dataset
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::fusions;

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

    /// Neuroblastoma lines without a mutation of ALK stand lorlatinib up to 3.8 µM; EML4-ALK does not stand 3 nM.
    #[test]
    fn a_line_that_does_not_live_by_alk_says_nothing_of_a_fusion() {
        let found = potency("lorlatinib", v1(), &[], None).unwrap();
        assert_eq!(
            (found.dataset.as_str(), found.ic50_nm.round()),
            ("Gainor2016", 2.0)
        );
        assert!(found.unverified);
        let error = potency("lorlatinib", v1(), &[], Some("Infarinato2016")).unwrap_err();
        let PathwayError::NoValue { known, .. } = &error else {
            panic!("{error}");
        };
        assert!(
            known.contains("above 3800 nM") && known.contains("do not live by ALK"),
            "{known}"
        );
        assert!(error.to_string().contains("lorlatinib=90%"), "{error}");
    }

    /// Whatever is taken was measured on a kinase that drives its cells, and no bound is among it.
    #[test]
    fn every_choice_rests_on_measured_rows_of_lines_that_live_by_alk() {
        let drugs: std::collections::BTreeSet<&str> =
            potencies().iter().map(|row| row.drug).collect();
        let mut chosen = 0;
        for fusion in fusions() {
            for drug in &drugs {
                for mutations in potencies().iter().map(|row| &row.mutations) {
                    let Ok(found) = potency(drug, fusion, mutations, None) else {
                        continue;
                    };
                    chosen += 1;
                    for key in &found.rows {
                        let row = potencies().iter().find(|row| row.key == key).unwrap();
                        assert!(row.has_alk && row.relation == Relation::Equal, "{key}");
                    }
                }
            }
        }
        assert!(chosen > 1000, "{chosen}");
    }

    /// A resistance mutation of the handbook must not make a drug stronger than it is on the unmutated kinase.
    #[test]
    fn drugs_with_a_resistance_mutation_keep_their_order() {
        let nm =
            |drug: &str, mutations: &[&str]| potency(drug, v1(), mutations, None).unwrap().ic50_nm;
        for (drug, mutation) in [
            ("crizotinib", "L1196M"),
            ("crizotinib", "G1202R"),
            ("ceritinib", "G1202R"),
            ("alectinib", "G1202R"),
            ("alectinib", "L1196M"),
            ("brigatinib", "G1202R"),
            ("lorlatinib", "G1202R"),
            ("lorlatinib", "L1196M"),
            ("lorlatinib", "F1245C"),
        ] {
            assert!(
                nm(drug, &[mutation]) > 3.0 * nm(drug, &[]),
                "{drug} {mutation}"
            );
        }
    }

    #[test]
    fn a_bound_is_no_value() {
        let measured = potencies()
            .iter()
            .find(|row| row.key == "Zhang2011/crizotinib/EML4-ALK V1/unmutated");
        let mut bound = measured.unwrap().clone();
        bound.relation = Relation::Above;
        assert!(value(&bound).is_none());
        assert!(on_construct(&[&bound], &[]).is_none());
        bound.fold = Some(2.0);
        bound.mutations = vec!["F1245C"];
        assert!(on_construct(&[&bound], &[]).is_none());
        let error = missing("crizotinib", &["F1245C"], None, &[&bound]).to_string();
        assert!(
            error.contains("above 132 nM") && error.contains("a bound is no value"),
            "{error}"
        );
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
