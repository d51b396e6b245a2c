//! Running a case over time, with bands.

use crate::case::Case;
use crate::error::PathwayError;
use crate::finding::{
    AlterationUse, Band, CaseSummary, Consequence, NOTICE, NodeLevel, PATHWAY_VERSION,
    PathwayReport, Readout, Series,
};
use crate::integrate::{Precision, integrate};
use crate::kinetics::Kinetics;
use crate::network::{Evidence, nodes};
use crate::parallel::each;
use crate::priors::Draw;
use crate::readout::{Quantity, headline};
use crate::steady::steady;

/// Points of a time course between two switches of treatment, beside the ends.
const POINTS: usize = 24;

/// A member's way through a case.
struct Path {
    untreated: Vec<f64>,
    states: Vec<Vec<f64>>,
    /// Untreated and treated, for each headline readout.
    readouts: Vec<[f64; 2]>,
}

/// Times of the course: denser after each switch, where things change fast.
pub fn times(case: &Case) -> Vec<f64> {
    let mut ends = case.switches();
    ends.push(case.until_h);
    let mut times = vec![0.0];
    for pair in ends.windows(2) {
        let length = pair[1] - pair[0];
        times.extend((1..=POINTS).map(|i| {
            let share = i as f64 / POINTS as f64;
            pair[0] + length * share * share
        }));
    }
    times
}

/// The states of one member at `times`: from rest without a drug, through all switches.
///
/// # Errors
///
/// When there is no state of rest or the integration does not converge.
pub fn course(
    case: &Case,
    draw: &Draw,
    evidence: Evidence,
    times: &[f64],
    precision: Precision,
) -> Result<Vec<Vec<f64>>, PathwayError> {
    let untreated = Kinetics::new(&case.untreated(), draw, evidence);
    let mut x = steady(&untreated, evidence, None)?;
    let mut kinetics = Kinetics::new(case, draw, evidence);
    let mut ends = case.switches();
    ends.push(times.last().copied().unwrap_or(0.0).max(case.until_h));
    let mut states = Vec::with_capacity(times.len());
    for pair in ends.windows(2) {
        kinetics.switch(pair[0]);
        kinetics.fix(&mut x);
        let first = pair[0] == 0.0;
        let mut wanted: Vec<f64> = times
            .iter()
            .copied()
            .filter(|time| (first && *time == 0.0) || (*time > pair[0] && *time <= pair[1]))
            .collect();
        let asked = wanted.len();
        if wanted.last().is_none_or(|last| *last < pair[1]) {
            wanted.push(pair[1]);
        }
        let found = integrate(&kinetics, pair[0], &x, &wanted, precision)?;
        if let Some(last) = found.last() {
            x.clone_from(last);
        }
        states.extend(found.into_iter().take(asked));
    }
    Ok(states)
}

/// Runs a case with all members of the ensemble.
///
/// # Errors
///
/// When a member has no state of rest or does not converge.
pub fn run(
    case: &Case,
    members: &[Draw],
    evidence: Evidence,
) -> Result<PathwayReport, PathwayError> {
    let times = times(case);
    let quantities = headline();
    let paths = each(members, |draw| {
        let untreated = Kinetics::new(&case.untreated(), draw, evidence);
        let rest = steady(&untreated, evidence, None)?;
        let states = course(case, draw, evidence, &times, Precision::BANDS)?;
        let mut kinetics = Kinetics::new(case, draw, evidence);
        kinetics.switch(case.until_h);
        let end = states.last().unwrap_or(&rest);
        let readouts = quantities
            .iter()
            .map(|(_, quantity)| [quantity.of(&untreated, &rest), quantity.of(&kinetics, end)])
            .collect();
        Ok(Path {
            untreated: rest,
            readouts,
            states,
        })
    })?;
    let band =
        |value: &dyn Fn(&Path) -> f64| Band::of(&mut paths.iter().map(value).collect::<Vec<_>>());
    let last = times.len().saturating_sub(1);
    let levels = nodes()
        .iter()
        .enumerate()
        .map(|(place, node)| NodeLevel {
            node: node.name.to_owned(),
            untreated: band(&|path| path.untreated[place]),
            treated: band(&|path| path.states[last][place]),
        })
        .collect();
    let names = nodes().iter().map(|node| node.name).chain(["cells"]);
    let series = names
        .enumerate()
        .map(|(place, name)| Series {
            node: name.to_owned(),
            bands: (0..times.len())
                .map(|at| band(&|path| path.states[at][place]))
                .collect(),
        })
        .collect();
    let readouts = bands_of(
        &quantities,
        paths.iter().map(|path| path.readouts.as_slice()),
    );
    let rests_on_unverified = unverified(case, evidence);
    Ok(PathwayReport {
        schema_version: PATHWAY_VERSION.to_owned(),
        tool: concat!("alkaid ", env!("CARGO_PKG_VERSION")).to_owned(),
        notice: NOTICE.to_owned(),
        case: summary(case),
        unverified_edges: evidence == Evidence::All,
        members: members.len(),
        until_h: case.until_h,
        says: says(case, &readouts, &rests_on_unverified),
        readouts,
        rests_on_unverified,
        nodes: levels,
        times_h: times,
        series,
    })
}

/// What follows for the three arms and growth, at rest with the drug and without. Fast: no integration.
///
/// # Errors
///
/// When a member has no state of rest.
pub fn consequence(
    case: &Case,
    members: &[Draw],
    evidence: Evidence,
) -> Result<Consequence, PathwayError> {
    let quantities = headline();
    let found = each(members, |draw| {
        let untreated = Kinetics::new(&case.untreated(), draw, evidence);
        let rest = steady(&untreated, evidence, None)?;
        let treated = Kinetics::new(case, draw, evidence);
        let end = steady(&treated, evidence, Some(&rest))?;
        let pair =
            |quantity: &Quantity| [quantity.of(&untreated, &rest), quantity.of(&treated, &end)];
        Ok(quantities
            .iter()
            .map(|(_, quantity)| pair(quantity))
            .collect::<Vec<_>>())
    })?;
    let readouts = bands_of(&quantities, found.iter().map(Vec::as_slice));
    let rests_on_unverified = unverified(case, evidence);
    Ok(Consequence {
        case: summary(case),
        members: members.len(),
        says: says(case, &readouts, &rests_on_unverified),
        readouts,
        rests_on_unverified,
        notice: NOTICE.to_owned(),
    })
}

fn bands_of<'p>(
    quantities: &[(&str, Quantity)],
    paths: impl Iterator<Item = &'p [[f64; 2]]> + Clone,
) -> Vec<Readout> {
    let members = paths.clone().count().max(1) as f64;
    quantities
        .iter()
        .enumerate()
        .map(|(index, (words, quantity))| {
            let pairs = paths.clone().map(|path| path[index]);
            let halved = pairs
                .clone()
                .filter(|[before, after]| *after < 0.5 * before)
                .count();
            let side = |side: usize| {
                Band::of(&mut pairs.clone().map(|pair| pair[side]).collect::<Vec<_>>())
            };
            Readout {
                name: (*words).to_owned(),
                node: quantity.name().to_owned(),
                untreated: side(0),
                treated: side(1),
                share_halved: halved as f64 / members,
            }
        })
        .collect()
}

/// The case with its sources.
pub(crate) fn summary(case: &Case) -> CaseSummary {
    CaseSummary {
        describes: case.describe(),
        fusion: case.fusion_name.clone(),
        fusion_source: case.fusion.source.clone(),
        mutations: case.mutations.iter().map(|&name| name.to_owned()).collect(),
        alterations: case
            .alterations
            .iter()
            .map(|alteration| AlterationUse {
                key: alteration.key.to_owned(),
                node: nodes()[alteration.node].name.to_owned(),
                source: alteration.source.clone(),
            })
            .collect(),
        potencies: case.potencies().into_iter().cloned().collect(),
    }
}

/// What the case rests on that nobody has verified, beside the priors.
pub(crate) fn unverified(case: &Case, evidence: Evidence) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for potency in case
        .potencies()
        .into_iter()
        .filter(|potency| potency.unverified)
    {
        found.push(format!(
            "the potency of {}: {:.3} nM by {} ({})",
            potency.drug,
            potency.ic50_nm,
            potency.dataset,
            potency.rows.join("; ")
        ));
    }
    if case.fusion.source.is_unverified() {
        found.push(format!("the strength of {}", case.fusion_name));
    }
    for alteration in case.alterations.iter().filter(|a| a.source.is_unverified()) {
        found.push(format!("that {} occurs beside ALK", alteration.key));
    }
    if evidence == Evidence::All {
        found.push("the unverified edges of the network".to_owned());
    }
    found
}

/// What the bands say in words. Nothing is said where the potency or the fusion is unverified: the numbers are shown, marked.
fn says(case: &Case, readouts: &[Readout], unverified: &[String]) -> Vec<String> {
    if case.treatments.is_empty() || !unverified.is_empty() {
        return Vec::new();
    }
    let mut says = Vec::new();
    for verdict in Verdict::ALL {
        let names: Vec<&str> = readouts
            .iter()
            .filter(|one| !matches!(one.node.as_str(), "growth" | "Apoptosis" | "Proliferation"))
            .filter(|one| Verdict::of(one.share_halved) == verdict)
            .map(|one| one.name.as_str())
            .collect();
        says.extend(verdict.says(&names));
    }
    if let Some(growth) = readouts.iter().find(|readout| readout.node == "growth") {
        let verdict = if growth.treated.high < 0.0 {
            "cells are lost in at least 95 % of members"
        } else if growth.treated.low > 0.0 {
            "cells grow in at least 95 % of members"
        } else {
            "whether cells grow is left open: members differ"
        };
        says.push(verdict.to_owned());
    }
    says
}

/// Whether a readout falls below half, by the share of members in which it does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Halved,
    MostlyHalved,
    MostlyNot,
    Not,
}

impl Verdict {
    const ALL: [Self; 4] = [Self::Halved, Self::MostlyHalved, Self::MostlyNot, Self::Not];

    fn of(share_halved: f64) -> Self {
        match share_halved {
            share if share >= 0.9 => Self::Halved,
            share if share >= 0.5 => Self::MostlyHalved,
            share if share > 0.1 => Self::MostlyNot,
            _ => Self::Not,
        }
    }

    /// `ALK kinase and PI3K/AKT are more than halved`.
    fn says(self, names: &[&str]) -> Option<String> {
        let (subject, many) = match names {
            [] => return None,
            [one] => ((*one).to_owned(), false),
            [firsts @ .., last] => (format!("{} and {last}", firsts.join(", ")), true),
        };
        let verb = match (self, many) {
            (Self::Halved, true) => "are more than halved",
            (Self::Halved, false) => "is more than halved",
            (Self::MostlyHalved, true) => "are more than halved in most members",
            (Self::MostlyHalved, false) => "is more than halved in most members",
            (Self::MostlyNot, true) => "stay above half in most members",
            (Self::MostlyNot, false) => "stays above half in most members",
            (Self::Not, true) => "stay above half",
            (Self::Not, false) => "stays above half",
        };
        Some(format!("{subject} {verb}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Asked;
    use crate::priors::{EnsembleSize, ensemble};

    fn case(text: &str) -> Case {
        Asked::parse(text)
            .unwrap()
            .resolve(Evidence::Usable)
            .unwrap()
    }

    fn treated(report: &PathwayReport, node: &str) -> Band {
        report
            .readouts
            .iter()
            .find(|r| r.node == node)
            .unwrap()
            .treated
    }

    #[test]
    fn a_drug_blocks_and_withdrawal_gives_back() {
        let members = ensemble(EnsembleSize(6));
        let on = run(
            &case("drug=crizotinib=500nM until=72h"),
            &members,
            Evidence::Usable,
        )
        .unwrap();
        let off = run(
            &case("drug=crizotinib=500nM@0h-36h until=120h"),
            &members,
            Evidence::Usable,
        )
        .unwrap();
        assert!(
            treated(&on, "ERK").median < 0.4,
            "{:?}",
            treated(&on, "ERK")
        );
        assert!(treated(&on, "growth").median < 0.0);
        assert!(treated(&off, "ERK").median > 0.8 * off.readouts[1].untreated.median);
        assert_eq!(on.times_h.len(), on.series[0].bands.len());
        assert!(!on.says.is_empty());
    }

    #[test]
    fn readouts_of_one_verdict_are_named_together() {
        assert_eq!(
            Verdict::of(0.95).says(&["A", "B", "C"]).unwrap(),
            "A, B and C are more than halved"
        );
        assert_eq!(
            Verdict::of(0.2).says(&["A"]).unwrap(),
            "A stays above half in most members"
        );
        assert_eq!(Verdict::Not.says(&[]), None);
    }

    #[test]
    fn no_conclusion_rests_on_an_unverified_potency() {
        let members = ensemble(EnsembleSize(2));
        let report = run(
            &case("mutation=G1202R drug=lorlatinib=100nM until=2h"),
            &members,
            Evidence::Usable,
        )
        .unwrap();
        assert!(report.says.is_empty());
        assert!(report.rests_on_unverified[0].contains("Gainor2016"));
    }

    /// Both stop unmutated EML4-ALK at a few nM; what the tables have of it may be unread, but never says the contrary.
    #[test]
    fn no_alk_inhibitor_is_said_to_leave_the_unmutated_fusion_active() {
        let members = ensemble(EnsembleSize(20));
        for drug in [
            "lorlatinib",
            "alectinib",
            "ceritinib",
            "brigatinib",
            "crizotinib",
            "TAE684",
            "zotizalkib",
        ] {
            for fusion in ["EML4::ALK:V1", "EML4::ALK:V3", "KIF5B::ALK"] {
                let asked = case(&format!("fusion={fusion} drug={drug}=100nM"));
                let found = consequence(&asked, &members, Evidence::Usable).unwrap();
                let alk = &found.readouts[0];
                assert!(
                    alk.treated.median < 0.5 * alk.untreated.median,
                    "{drug} {fusion}"
                );
                let contrary = |words: &String| words.starts_with("ALK kinase stays");
                assert!(
                    !found.says.iter().any(contrary),
                    "{drug} {fusion}: {:?}",
                    found.says
                );
            }
        }
        let lorlatinib = case("drug=lorlatinib=100nM");
        let found = consequence(&lorlatinib, &members, Evidence::Usable).unwrap();
        assert!(found.says.is_empty() && found.rests_on_unverified[0].contains("Gainor2016"));
    }

    #[test]
    fn the_end_of_a_long_course_is_the_state_of_rest() {
        let members = ensemble(EnsembleSize(3));
        let case = case("bypass=MET drug=crizotinib=100nM until=20d");
        let over_time = run(&case, &members, Evidence::Usable).unwrap();
        let at_rest = consequence(&case, &members, Evidence::Usable).unwrap();
        for (a, b) in over_time.readouts.iter().zip(&at_rest.readouts) {
            assert!(
                (a.treated.median - b.treated.median).abs() < 2e-3,
                "{}",
                a.name
            );
        }
    }
}
