//! Readouts at rest by dose, and the doses that halve them.

use crate::case::{Amount, Asked, Case, Treatment};
use crate::error::PathwayError;
use crate::finding::{Band, DoseCurve, DosePoint, NOTICE};
use crate::kinetics::Kinetics;
use crate::network::Evidence;
use crate::parallel::each;
use crate::priors::Draw;
use crate::readout::Quantity;
use crate::run::unverified;
use crate::steady::steady;

/// Doses spaced evenly on a logarithmic scale, both ends among them.
pub fn logarithmic(low: f64, high: f64, points: usize) -> Vec<f64> {
    let steps = points.saturating_sub(1).max(1) as f64;
    (0..points)
        .map(|i| low * (high / low).powf(i as f64 / steps))
        .collect()
}

/// The case with one drug more, at any dose: what a curve varies.
#[derive(Clone, Debug)]
pub struct Varied {
    case: Case,
    /// Where the drug stands among the treatments, and how many entries it has there.
    places: std::ops::Range<usize>,
    /// Whether the dose is a share.
    share: bool,
}

impl Varied {
    /// Adds the drug to the case. Given as a share where no potency is known for it.
    ///
    /// # Errors
    ///
    /// When the case or the drug is wrong.
    pub fn new(asked: &Asked, drug: &str, evidence: Evidence) -> Result<Self, PathwayError> {
        let with = |dose: &str| {
            let mut asked = asked.clone();
            let before = asked.resolve(evidence)?.treatments.len();
            asked.drugs.push(format!("{drug}={dose}"));
            Ok((asked.resolve(evidence)?, before))
        };
        let (found, share) = match with("1nM") {
            Ok(found) => (found, false),
            Err(PathwayError::NoTargetPotency { .. }) => (with("50%")?, true),
            Err(error) => return Err(error),
        };
        let (case, before) = found;
        Ok(Self {
            places: before..case.treatments.len(),
            case,
            share,
        })
    }

    /// The case at a dose: nM, or a share.
    pub fn at(&self, dose: f64) -> Case {
        let mut case = self.case.clone();
        for treatment in &mut case.treatments[self.places.clone()] {
            treatment.amount = if self.share {
                Amount::Share(dose)
            } else {
                Amount::Nanomolar(dose)
            };
        }
        case
    }

    /// Whether doses are shares.
    pub fn is_share(&self) -> bool {
        self.share
    }

    /// The drug's first entry.
    pub(crate) fn treatment(&self) -> &Treatment {
        &self.case.treatments[self.places.start]
    }

    /// The case without the drug.
    pub fn without(&self) -> Case {
        let mut case = self.case.clone();
        case.treatments.drain(self.places.clone());
        case
    }

    /// Doses that a curve takes by default: 0.1 nM to 10 µM, or shares that grow towards all.
    pub fn default_doses(&self, points: usize) -> Vec<f64> {
        if self.share {
            logarithmic(1.0, 0.01, points)
                .into_iter()
                .map(|left| 1.0 - left)
                .collect()
        } else {
            logarithmic(0.1, 10_000.0, points)
        }
    }
}

/// The curve of some readouts.
///
/// # Errors
///
/// When a member has no state of rest.
pub fn dose_curve(
    varied: &Varied,
    quantities: &[Quantity],
    doses: &[f64],
    members: &[Draw],
    evidence: Evidence,
) -> Result<DoseCurve, PathwayError> {
    let cases: Vec<Case> = doses.iter().map(|dose| varied.at(*dose)).collect();
    let without = varied.without();
    // By member: the untreated values, then those at each dose.
    let all = each(members, |draw| {
        let mut near: Option<Vec<f64>> = None;
        std::iter::once(&without)
            .chain(&cases)
            .map(|case| {
                let kinetics = Kinetics::new(case, draw, evidence);
                let x = steady(&kinetics, evidence, near.as_deref())?;
                let values: Vec<f64> = quantities.iter().map(|q| q.of(&kinetics, &x)).collect();
                near = Some(x);
                Ok(values)
            })
            .collect::<Result<Vec<_>, PathwayError>>()
    })?;
    let points = doses
        .iter()
        .enumerate()
        .map(|(at, dose)| DosePoint {
            dose: *dose,
            bands: (0..quantities.len())
                .map(|q| {
                    Band::of(
                        &mut all
                            .iter()
                            .map(|member| member[at + 1][q])
                            .collect::<Vec<_>>(),
                    )
                })
                .collect(),
        })
        .collect();
    let half_doses = (0..quantities.len())
        .map(|q| {
            let mut halves: Vec<f64> = all
                .iter()
                .filter_map(|member| {
                    let values: Vec<f64> = member[1..].iter().map(|values| values[q]).collect();
                    half_dose(doses, &values, member[0][q])
                })
                .collect();
            (2 * halves.len() >= members.len() && !halves.is_empty()).then(|| Band::of(&mut halves))
        })
        .collect();
    let potency = match &varied.treatment().agent {
        crate::case::Agent::Alk(potency) => Some(potency.clone()),
        _ => None,
    };
    Ok(DoseCurve {
        notice: NOTICE.to_owned(),
        case: without.describe(),
        drug: varied.treatment().name.clone(),
        unit: if varied.share { "share" } else { "nM" }.to_owned(),
        potency,
        readouts: quantities.iter().map(|q| q.name().to_owned()).collect(),
        points,
        half_doses,
        rests_on_unverified: unverified(&varied.at(1.0), evidence),
    })
}

/// The dose at which a falling readout first crosses half of what it is without the drug, on the logarithm of the dose.
fn half_dose(doses: &[f64], values: &[f64], untreated: f64) -> Option<f64> {
    let half = untreated / 2.0;
    let at = values.iter().position(|value| *value <= half)?;
    if at == 0 || doses[at - 1] <= 0.0 {
        return Some(doses[at]);
    }
    let (low, high) = (doses[at - 1].ln(), doses[at].ln());
    let part = (values[at - 1] - half) / (values[at - 1] - values[at]);
    Some((low + part * (high - low)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::priors::{EnsembleSize, ensemble};

    #[test]
    fn the_half_dose_of_alk_is_its_ic50() {
        let asked = Asked::parse("fusion=EML4::ALK:V1 dataset=Katayama2012").unwrap();
        let varied = Varied::new(&asked, "crizotinib", Evidence::Usable).unwrap();
        let quantities = [
            Quantity::parse("ALK").unwrap(),
            Quantity::parse("growth").unwrap(),
        ];
        let doses = logarithmic(0.1, 10_000.0, 81);
        let members = [Draw::new(1, 0)];
        let curve = dose_curve(&varied, &quantities, &doses, &members, Evidence::Usable).unwrap();
        let half = curve.half_doses[0].unwrap().median;
        assert!((half / (431.8 / 16.0) - 1.0).abs() < 0.01, "{half}");
        assert!(curve.half_doses[1].is_some());
        let medians: Vec<f64> = curve
            .points
            .iter()
            .map(|point| point.bands[0].median)
            .collect();
        assert!(medians.windows(2).all(|pair| pair[1] <= pair[0]));
    }

    #[test]
    fn an_inhibitor_without_potency_is_varied_by_share() {
        let varied = Varied::new(&Asked::default(), "trametinib", Evidence::Usable).unwrap();
        assert!(varied.is_share());
        let doses = varied.default_doses(5);
        assert_eq!(doses[0], 0.0);
        let curve = dose_curve(
            &varied,
            &[Quantity::parse("ERK").unwrap()],
            &doses,
            &ensemble(EnsembleSize(3)),
            Evidence::Usable,
        )
        .unwrap();
        assert!(curve.points[4].bands[0].median < curve.points[0].bands[0].median);
    }
}
