//! Two drugs together: independence after Bliss, additivity after Loewe, and which second drug adds most.

use crate::case::{Asked, Case};
use crate::dose::Varied;
use crate::error::PathwayError;
use crate::finding::{Band, Combination, CombinationRanking, NOTICE};
use crate::kinetics::Kinetics;
use crate::network::Evidence;
use crate::parallel::each;
use crate::priors::Draw;
use crate::readout::Quantity;
use crate::run::unverified;
use crate::steady::steady;

/// Second inhibitors that a ranking tries, as nodes inhibited by 90 %.
pub const PARTNERS: [&str; 9] = [
    "MEK", "SHP2", "MET", "EGFR", "IGF1R", "SRC", "mTORC1", "PI3K", "HSP90",
];

/// Share by which they are inhibited.
const SHARE: f64 = 0.9;

/// A second drug at a dose: nM, or a share.
#[derive(Clone, Debug)]
pub struct Second {
    /// Its name.
    pub name: String,
    /// Its dose.
    pub dose: f64,
}

/// The effect of a state on a readout: 0 as untreated, 1 nothing left. For growth, 1 is the fastest loss that the member allows.
fn effect(quantity: Quantity, untreated: f64, value: f64, kinetics: &Kinetics) -> f64 {
    let floor = match quantity {
        Quantity::Growth => -kinetics.death_rate * 24.0 / std::f64::consts::LN_2,
        Quantity::Node(_) | Quantity::Death => 0.0,
    };
    if untreated - floor <= 0.0 {
        return 0.0;
    }
    ((untreated - value) / (untreated - floor)).clamp(0.0, 1.0)
}

struct Pair {
    first: f64,
    second: f64,
    both: f64,
    growth_both: f64,
    loewe: Option<f64>,
}

/// How two drugs act together on a readout at rest.
///
/// `asked` has no drug. Bliss compares the effect of both with 1 − (1 − a)(1 − b). Loewe's index is d₁/D₁ + d₂/D₂ with D the
/// dose of one alone that has the effect of both; shares are turned into doses by s/(1 − s).
///
/// # Errors
///
/// When the case or a drug is wrong, or a member has no state of rest.
pub fn combine(
    asked: &Asked,
    first: &Second,
    second: &Second,
    quantity: Quantity,
    members: &[Draw],
    evidence: Evidence,
) -> Result<Combination, PathwayError> {
    let one = Varied::new(asked, &first.name, evidence)?;
    let two = Varied::new(asked, &second.name, evidence)?;
    let mut both_asked = asked.clone();
    both_asked.drugs.push(text_of(&one, first));
    let both = Varied::new(&both_asked, &second.name, evidence)?;
    let growth = Quantity::Growth;
    let pairs = each(members, |draw| {
        let at = |case: &Case| -> Result<(Kinetics, Vec<f64>), PathwayError> {
            let kinetics = Kinetics::new(case, draw, evidence);
            let x = steady(&kinetics, evidence, None)?;
            Ok((kinetics, x))
        };
        let (base, x) = at(&one.without())?;
        let untreated = quantity.of(&base, &x);
        let effect_of = |case: &Case| -> Result<(f64, f64), PathwayError> {
            let (kinetics, x) = at(case)?;
            let value = quantity.of(&kinetics, &x);
            Ok((
                effect(quantity, untreated, value, &kinetics),
                growth.of(&kinetics, &x),
            ))
        };
        let (first_effect, _) = effect_of(&one.at(first.dose))?;
        let (second_effect, _) = effect_of(&two.at(second.dose))?;
        let (both_effect, growth_both) = effect_of(&both.at(second.dose))?;
        let alone = |varied: &Varied| {
            dose_of_effect(varied, both_effect, |case| {
                effect_of(case).map(|(effect, _)| effect)
            })
        };
        let loewe = match (alone(&one)?, alone(&two)?) {
            (Some(big_one), Some(big_two)) => {
                Some(strength(&one, first.dose) / big_one + strength(&two, second.dose) / big_two)
            }
            _ => None,
        };
        Ok(Pair {
            first: first_effect,
            second: second_effect,
            both: both_effect,
            growth_both,
            loewe,
        })
    })?;
    let band =
        |value: &dyn Fn(&Pair) -> f64| Band::of(&mut pairs.iter().map(value).collect::<Vec<_>>());
    let mut indices: Vec<f64> = pairs.iter().filter_map(|pair| pair.loewe).collect();
    let defined = indices.len() as f64 / pairs.len().max(1) as f64;
    Ok(Combination {
        drugs: [text_of(&one, first), text_of(&two, second)],
        effect_first: band(&|pair| pair.first),
        effect_second: band(&|pair| pair.second),
        effect_both: band(&|pair| pair.both),
        bliss_excess: band(&|pair| pair.both - (1.0 - (1.0 - pair.first) * (1.0 - pair.second))),
        loewe_index: (defined >= 0.5).then(|| Band::of(&mut indices)),
        loewe_defined: defined,
        growth: band(&|pair| pair.growth_both),
    })
}

fn text_of(varied: &Varied, drug: &Second) -> String {
    if varied.is_share() {
        format!("{}={}%", drug.name, drug.dose * 100.0)
    } else {
        format!("{}={}nM", drug.name, drug.dose)
    }
}

/// A dose on a scale that adds up: nM, or the odds of a share.
fn strength(varied: &Varied, dose: f64) -> f64 {
    if varied.is_share() {
        let share = dose.min(1.0 - 1e-9);
        share / (1.0 - share)
    } else {
        dose
    }
}

/// The strength of one drug alone that has an effect, by halving; none where it never has.
fn dose_of_effect(
    varied: &Varied,
    wanted: f64,
    effect: impl Fn(&Case) -> Result<f64, PathwayError>,
) -> Result<Option<f64>, PathwayError> {
    let dose = |strength: f64| {
        if varied.is_share() {
            strength / (1.0 + strength)
        } else {
            strength
        }
    };
    let (mut low, mut high) = (1e-4_f64, 1e7_f64);
    if effect(&varied.at(dose(high)))? < wanted || wanted <= 0.0 {
        return Ok(None);
    }
    for _ in 0..40 {
        let middle = (low * high).sqrt();
        if effect(&varied.at(dose(middle)))? < wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(Some(high))
}

/// Tries [`PARTNERS`] with a drug and ranks them by growth under both.
///
/// # Errors
///
/// As [`combine`].
pub fn rank(
    asked: &Asked,
    first: &Second,
    members: &[Draw],
    evidence: Evidence,
) -> Result<CombinationRanking, PathwayError> {
    let one = Varied::new(asked, &first.name, evidence)?;
    let treated = one.at(first.dose);
    let mut growth = each(members, |draw| {
        let kinetics = Kinetics::new(&treated, draw, evidence);
        Ok(Quantity::Growth.of(&kinetics, &steady(&kinetics, evidence, None)?))
    })?;
    let mut combinations = PARTNERS
        .iter()
        .map(|partner| {
            let second = Second {
                name: (*partner).to_owned(),
                dose: SHARE,
            };
            combine(asked, first, &second, Quantity::Growth, members, evidence)
        })
        .collect::<Result<Vec<_>, _>>()?;
    combinations.sort_by(|a, b| a.growth.median.total_cmp(&b.growth.median));
    Ok(CombinationRanking {
        notice: NOTICE.to_owned(),
        case: treated.describe(),
        growth_alone: Band::of(&mut growth),
        combinations,
        rests_on_unverified: unverified(&treated, evidence),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::priors::{EnsembleSize, ensemble};

    fn second(name: &str, dose: f64) -> Second {
        Second {
            name: name.to_owned(),
            dose,
        }
    }

    #[test]
    fn a_drug_with_itself_is_additive_after_loewe() {
        let asked = Asked::parse("dataset=Katayama2012").unwrap();
        let members = ensemble(EnsembleSize(5));
        let alk = Quantity::parse("ALK").unwrap();
        let drug = second("crizotinib", 20.0);
        let found = combine(&asked, &drug, &drug, alk, &members, Evidence::Usable).unwrap();
        let index = found.loewe_index.unwrap();
        assert!(
            (index.low - 1.0).abs() < 1e-6 && (index.high - 1.0).abs() < 1e-6,
            "{index:?}"
        );
    }

    #[test]
    fn a_met_inhibitor_leads_where_met_stands_in() {
        let asked = Asked::parse("bypass=MET dataset=Friboulet2014").unwrap();
        let members = ensemble(EnsembleSize(20));
        let ranking = rank(
            &asked,
            &second("ceritinib", 100.0),
            &members,
            Evidence::Usable,
        )
        .unwrap();
        assert_eq!(ranking.combinations[0].drugs[1], "MET=90%");
        assert!(ranking.combinations[0].growth.median < ranking.growth_alone.median);
    }
}
