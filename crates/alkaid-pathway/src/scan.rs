//! Scans: which single change brings a readout back under a drug, and drugs × mutations × bypass × doses at once.

use alkaid_knowledge::{mutations, potencies};

use crate::case::{Agent, Amount, Asked, Case, Treatment};
use crate::catalogue::{alterations, fusions};
use crate::error::PathwayError;
use crate::finding::{Band, Change, NOTICE, ResistanceScan, ScanCell};
use crate::kinetics::Kinetics;
use crate::network::{Evidence, NodeKind, Role, edges_with, nodes};
use crate::parallel::each;
use crate::potency::{Basis, PotencyUse, potency};
use crate::priors::Draw;
use crate::readout::Quantity;
use crate::run::unverified;
use crate::steady::steady;

/// Tries every mutation of ALK with a known potency, every alteration, and every protein without activity, one at a time.
///
/// Nothing is tried where the drugs leave the readout above half in most members: nothing can be brought back then.
///
/// # Errors
///
/// When the case is wrong or has no state of rest.
pub fn resistance(
    asked: &Asked,
    quantity: Quantity,
    members: &[Draw],
    evidence: Evidence,
) -> Result<ResistanceScan, PathwayError> {
    let case = asked.resolve(evidence)?;
    let at_rest = |case: &Case| {
        each(members, |draw| {
            let kinetics = Kinetics::new(case, draw, evidence);
            let x = steady(&kinetics, evidence, None)?;
            Ok([
                quantity.of(&kinetics, &x),
                Quantity::Growth.of(&kinetics, &x),
            ])
        })
    };
    let untreated = at_rest(&case.untreated())?;
    let treated = at_rest(&case)?;
    let band = |pairs: &[[f64; 2]], side: usize| {
        Band::of(&mut pairs.iter().map(|p| p[side]).collect::<Vec<_>>())
    };
    let lost = treated
        .iter()
        .zip(&untreated)
        .filter(|(now, before)| now[0] < 0.5 * before[0])
        .count();
    let share_lost = lost as f64 / members.len().max(1) as f64;
    let mut found = ResistanceScan {
        notice: NOTICE.to_owned(),
        case: case.describe(),
        readout: quantity.name().to_owned(),
        untreated: band(&untreated, 0),
        treated: band(&treated, 0),
        share_lost,
        changes: Vec::new(),
        not_run: Vec::new(),
    };
    if share_lost < 0.5 {
        return Ok(found);
    }
    let mut not_run = Vec::new();
    let mut changes = Vec::new();
    let mut add =
        |change: String, kind: &str, case: &Case, rests_on: String| -> Result<(), PathwayError> {
            let now = at_rest(case)?;
            let restored = now
                .iter()
                .zip(&untreated)
                .filter(|(now, before)| now[0] >= 0.5 * before[0])
                .count();
            changes.push(Change {
                change,
                kind: kind.to_owned(),
                readout: band(&now, 0),
                growth: band(&now, 1),
                share_restored: restored as f64 / members.len().max(1) as f64,
                verified: unverified(case, evidence).is_empty(),
                rests_on,
            });
            Ok(())
        };
    for mutation in mutations()
        .iter()
        .filter(|m| !case.mutations.contains(&m.name))
    {
        let mut with = asked.clone();
        with.mutations.push(mutation.name.to_owned());
        match with.resolve(evidence) {
            Ok(case) => {
                let rests_on = case
                    .potencies()
                    .iter()
                    .map(|p| format!("{:.3} nM, {} ({})", p.ic50_nm, p.dataset, p.construct))
                    .collect::<Vec<_>>()
                    .join("; ");
                add(mutation.name.to_owned(), "mutation", &case, rests_on)?;
            }
            Err(PathwayError::NoPotency { .. } | PathwayError::NoValue { .. }) => {
                not_run.push(mutation.name.to_owned())
            }
            Err(error) => return Err(error),
        }
    }
    for alteration in alterations() {
        let mut with = asked.clone();
        with.bypass.push(alteration.key.to_owned());
        match with.resolve(evidence) {
            Ok(case) => add(
                alteration.key.to_owned(),
                "alteration",
                &case,
                alteration.source.source.clone(),
            )?,
            Err(PathwayError::OnlyUnverified(_)) => not_run.push(alteration.key.to_owned()),
            Err(error) => return Err(error),
        }
    }
    for (place, node) in nodes().iter().enumerate() {
        let runs = edges_with(evidence).any(|edge| edge.from == place && edge.role != Role::Front);
        if node.kind != NodeKind::Protein || !runs {
            continue;
        }
        let mut off = case.clone();
        off.levels.push((place, 0.0));
        add(
            node.name.to_owned(),
            "node off",
            &off,
            "the node without activity".to_owned(),
        )?;
    }
    changes.sort_by(|a, b| {
        let by_share = b.share_restored.total_cmp(&a.share_restored);
        by_share.then_with(|| b.readout.median.total_cmp(&a.readout.median))
    });
    found.changes = changes;
    found.not_run = not_run;
    Ok(found)
}

/// What the full scan goes through.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Drugs.
    pub drugs: Vec<String>,
    /// Mutations; an empty text is the unmutated kinase.
    pub mutations: Vec<String>,
    /// Alterations; an empty text is none.
    pub bypass: Vec<String>,
    /// Doses in nM.
    pub doses: Vec<f64>,
}

impl Grid {
    /// 8 drugs, 40 mutations, 12 states beside ALK, 24 doses.
    pub fn full() -> Self {
        let with_potency =
            |drug: &str| potencies().iter().any(|p| p.drug == drug && p.nm.is_some());
        let drugs = [
            "crizotinib",
            "ceritinib",
            "alectinib",
            "brigatinib",
            "lorlatinib",
            "zotizalkib",
            "TAE684",
            "ensartinib",
        ];
        let known = |name: &&str| potencies().iter().any(|p| p.mutations.contains(name));
        let mut names: Vec<&str> = mutations().iter().map(|m| m.name).collect();
        // Those with any measured potency first; then the rest of the catalogue, in its order.
        names.sort_by_key(|name| !known(name));
        let states = [
            "",
            "EGFR",
            "MET",
            "ERBB2",
            "NRG1",
            "IGF1R",
            "KIT",
            "EMT",
            "KRAS:gain",
            "MAP2K1",
            "DUSP6",
            "NF2",
        ];
        let mut drugs: Vec<String> = drugs.iter().map(|&d| d.to_owned()).collect();
        drugs.sort_by_key(|drug| !with_potency(drug));
        Self {
            drugs,
            mutations: std::iter::once("")
                .chain(names)
                .take(40)
                .map(str::to_owned)
                .collect(),
            bypass: states.iter().map(|&s| s.to_owned()).collect(),
            doses: crate::dose::logarithmic(0.1, 10_000.0, 24),
        }
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.drugs.len() * self.mutations.len() * self.bypass.len() * self.doses.len()
    }
}

/// Spread of the logarithm of an IC50 that nobody measured, as factor on the unmutated one: values of known mutants in the
/// table lie from a hundredth to sixtyfold of it.
const UNKNOWN_SD: f64 = 1.5;
/// The potency of a drug that the table does not have at all, in nM.
const UNKNOWN_NM: f64 = 10.0;

/// The potency of a cell: known, or assumed with a wide spread and marked as that.
fn potency_of(drug: &str, mutation: &[&str]) -> (PotencyUse, &'static str) {
    let v1 = &fusions()[0];
    if let Ok(found) = potency(drug, v1, mutation, None) {
        let word = match found.basis {
            Basis::Measured => "measured",
            Basis::FromFold => "from_fold",
            Basis::Composed => "composed",
        };
        return (found, word);
    }
    let unmutated = potency(drug, v1, &[], None).ok();
    let assumed = PotencyUse {
        drug: drug.to_owned(),
        mutations: mutation.iter().map(|&m| m.to_owned()).collect(),
        dataset: ".".to_owned(),
        construct: ".".to_owned(),
        ic50_nm: unmutated.map_or(UNKNOWN_NM, |found| found.ic50_nm),
        sd_ln: UNKNOWN_SD,
        basis: Basis::Composed,
        unverified: true,
        rows: Vec::new(),
        construct_fusion: v1.index,
    };
    (assumed, "assumed")
}

/// Readouts at rest in every cell of the grid, each solved, none interpolated. `progress` hears of finished cells.
///
/// # Errors
///
/// When an alteration is unknown or a member has no state of rest.
pub fn full_scan(
    grid: &Grid,
    members: &[Draw],
    evidence: Evidence,
    progress: impl Fn(usize) + Sync,
) -> Result<Vec<ScanCell>, PathwayError> {
    let wanted = ["ERK", "AKT", "STAT3", "growth"]
        .into_iter()
        .map(Quantity::parse)
        .collect::<Result<Vec<_>, _>>()?;
    let mut series = Vec::new();
    for bypass in &grid.bypass {
        let asked = Asked {
            bypass: Some(bypass.clone())
                .filter(|b| !b.is_empty())
                .into_iter()
                .collect(),
            ..Asked::default()
        };
        let case = asked.resolve(evidence)?;
        for drug in &grid.drugs {
            for mutation in &grid.mutations {
                let names: Vec<&str> = Some(mutation.as_str())
                    .filter(|m| !m.is_empty())
                    .into_iter()
                    .collect();
                let (found, word) = potency_of(drug, &names);
                series.push((bypass, mutation, case.clone(), found, word));
            }
        }
    }
    let rows = each(&series, |(bypass, mutation, case, found, word)| {
        let mut values = vec![Vec::with_capacity(members.len()); grid.doses.len()];
        let treated = treated(case, found, 1.0);
        for draw in members {
            let mut near: Option<Vec<f64>> = None;
            let mut kinetics = Kinetics::new(&treated, draw, evidence);
            for (at, dose) in grid.doses.iter().enumerate() {
                kinetics.set_last_dose(*dose);
                let x = steady(&kinetics, evidence, near.as_deref())?;
                values[at].push([0, 1, 2, 3].map(|q: usize| wanted[q].of(&kinetics, &x)));
                near = Some(x);
            }
        }
        progress(grid.doses.len());
        Ok(grid
            .doses
            .iter()
            .zip(&values)
            .map(|(dose, values)| {
                let band = |q: usize| {
                    Band::of(&mut values.iter().map(|v: &[f64; 4]| v[q]).collect::<Vec<_>>())
                };
                let or = |text: &str, none: &str| {
                    if text.is_empty() {
                        none.to_owned()
                    } else {
                        text.to_owned()
                    }
                };
                ScanCell {
                    drug: found.drug.clone(),
                    mutation: or(mutation, "unmutated"),
                    bypass: or(bypass, "none"),
                    dose_nm: *dose,
                    erk: band(0),
                    akt: band(1),
                    stat3: band(2),
                    growth: band(3),
                    potency: (*word).to_owned(),
                    unverified: found.unverified,
                }
            })
            .collect::<Vec<_>>())
    })?;
    Ok(rows.into_iter().flatten().collect())
}

fn treated(case: &Case, found: &PotencyUse, dose: f64) -> Case {
    let mut treated = case.clone();
    let second = crate::case::second_targets_of(found);
    treated.treatments.push(Treatment {
        name: found.drug.clone(),
        agent: Agent::Alk(found.clone()),
        amount: Amount::Nanomolar(dose),
        second,
        window: (0.0, crate::case::LONGEST_H),
    });
    treated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::priors::{EnsembleSize, ensemble};

    #[test]
    fn the_full_grid_has_its_size() {
        let grid = Grid::full();
        assert_eq!(
            [
                grid.drugs.len(),
                grid.mutations.len(),
                grid.bypass.len(),
                grid.doses.len()
            ],
            [8, 40, 12, 24]
        );
        assert_eq!(grid.cells(), 92_160);
    }

    #[test]
    fn a_scan_cell_is_what_the_case_itself_gives() {
        let grid = Grid {
            drugs: vec!["ceritinib".to_owned()],
            mutations: vec![String::new()],
            bypass: vec!["MET".to_owned()],
            doses: vec![1.0, 100.0],
        };
        let members = ensemble(EnsembleSize(4));
        let cells = full_scan(&grid, &members, Evidence::Usable, |_| ()).unwrap();
        let case = Asked::parse("bypass=MET drug=ceritinib=100nM")
            .unwrap()
            .resolve(Evidence::Usable)
            .unwrap();
        let direct = crate::run::consequence(&case, &members, Evidence::Usable).unwrap();
        let erk = direct
            .readouts
            .iter()
            .find(|r| r.node == "ERK")
            .unwrap()
            .treated;
        assert!((cells[1].erk.median - erk.median).abs() < 1e-9);
    }

    #[test]
    fn met_and_kras_restore_erk_under_a_drug() {
        let asked = Asked::parse("drug=ceritinib=100nM").unwrap();
        let members = ensemble(EnsembleSize(10));
        let scan = resistance(
            &asked,
            Quantity::parse("ERK").unwrap(),
            &members,
            Evidence::Usable,
        )
        .unwrap();
        let restored = |name: &str| {
            scan.changes
                .iter()
                .find(|c| c.change == name)
                .unwrap()
                .share_restored
        };
        assert!(restored("MET:amplification") > 0.5);
        assert!(restored("KRAS:mutation") > 0.9);
        assert!(restored("STAT3") < 0.1);
        assert!(!scan.not_run.is_empty() && scan.share_lost > 0.9);
    }

    #[test]
    fn nothing_restores_what_the_drug_does_not_take() {
        for text in [
            "drug=ceritinib=0.01nM",
            "drug=ceritinib=100nM bypass=MET",
            "",
        ] {
            let members = ensemble(EnsembleSize(10));
            let scan = resistance(
                &Asked::parse(text).unwrap(),
                Quantity::parse("ERK").unwrap(),
                &members,
                Evidence::Usable,
            )
            .unwrap();
            assert!(scan.changes.is_empty() && scan.share_lost < 0.5, "{text}");
        }
    }
}
