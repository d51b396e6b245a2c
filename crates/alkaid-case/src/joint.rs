//! The joint status: from observations to the probability of each class, by draws of the model's parameters.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::citations::Citations;
use crate::draws::{beta, dirichlet};
use crate::finding::{
    ClassPosterior, Contribution, Estimate, Joint, JointStatus, LatentClass, ParameterRow, Prior,
    Sentence,
};
use crate::model::{Model, OutcomeRow, PriorRow, Quantity, model};
use crate::numbers::{figures, percent, probability};

/// Draws of the parameters.
const DRAWS: u32 = 4_000;
/// Seed of the draws.
const SEED: u64 = 20_071;
/// From this probability on ALK is said to be rearranged.
pub(crate) const UPPER: f64 = 0.95;
/// Up to this one it is said not to be.
pub(crate) const LOWER: f64 = 0.05;

const MODEL: &str = "A latent-class model. One of five classes holds: a productive rearrangement (expressed, resolved by FISH), a \
cryptic one (expressed, not resolved by FISH), a silent one (no kinase fusion expressed), expression of ALK without a rearrangement, or \
neither. Assays are independent given the class, so that what FISH and DNA have in common (a break of the locus) and what RNA and IHC have in \
common (an expressed kinase) is in the classes. How often each outcome occurs in each class is a Dirichlet distribution of published counts with 0.5 \
added to each; the prior is the tumour type's prevalence. Parameters are drawn from their distributions by a fixed seed: the probability is the \
mean over the draws, the interval holds 95 % of them. A negative of sequencing counts by the probability that a rearrangement of one allele in every tumour \
cell would have been seen. An assay that is missing, failed or insufficient does not count, and of several sets of reads of one molecule the one that tells most does. \
ALK's own level of expression and its copies are shown and not weighed: how often they are high in each class was found in no publication. \
ALK is called rearranged from a probability of 0.95 on, and not rearranged up to 0.05.";

/// What an assay showed, in the model's words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Observation {
    /// The row of the evidence table.
    pub assay: String,
    /// The outcome, then its details: node and outcome.
    pub path: Vec<(&'static str, &'static str)>,
    /// Probability that the assay would have shown a clonal rearrangement; 1 unless a negative was a weak one.
    pub detection: f64,
}

impl Observation {
    /// Of full strength.
    pub(crate) fn new(assay: &str, path: &[(&'static str, &'static str)]) -> Self {
        Self {
            assay: assay.to_owned(),
            path: path.to_vec(),
            detection: 1.0,
        }
    }

    /// In words.
    pub(crate) fn says(&self) -> String {
        let words: Vec<&str> = self
            .path
            .iter()
            .map(|(node, outcome)| model().says(node, outcome))
            .collect();
        let mut text = words.join(", ");
        if self.detection < 1.0 {
            text.push_str(&format!(
                " (one in every tumour cell would have been seen with {} probability)",
                percent(self.detection)
            ));
        }
        text
    }

    /// The likelihood, given how often each outcome occurs.
    fn likelihood(&self, rate: impl Fn(&str, &str) -> f64) -> f64 {
        let full: f64 = self
            .path
            .iter()
            .map(|(node, outcome)| rate(node, outcome))
            .product();
        1.0 - self.detection * (1.0 - full)
    }
}

/// The answer of the model.
pub(crate) struct Answer {
    /// For the report.
    pub joint: Joint,
    /// By the lines.
    pub status: JointStatus,
    /// Probability of each class, in the order of [`LatentClass::ALL`]: what further tests start from.
    pub classes: [f64; 5],
}

/// One draw.
struct Draw {
    prior: [f64; 5],
    /// By observation, then class.
    likelihoods: Vec<[f64; 5]>,
}

impl Draw {
    /// Weights of the classes with all observations but one.
    fn weights(&self, without: Option<usize>) -> [f64; 5] {
        let mut weights = self.prior;
        for (index, likelihoods) in self.likelihoods.iter().enumerate() {
            if Some(index) != without {
                for (weight, likelihood) in weights.iter_mut().zip(likelihoods) {
                    *weight *= likelihood;
                }
            }
        }
        weights
    }
}

/// Weighs the observations for a tumour of this type (a key of the tumour types).
pub(crate) fn weigh(
    observations: &[Observation],
    tumour: Option<&str>,
    citations: &mut Citations,
) -> Answer {
    let model = model();
    let draws = draw_all(model, observations, tumour);
    let all: Vec<[f64; 5]> = draws.iter().map(|draw| draw.weights(None)).collect();
    let classes = LatentClass::ALL.map(|class| estimate(&all, |one| one == class));
    let rearranged = estimate(&all, LatentClass::is_rearranged);
    let priors: Vec<[f64; 5]> = draws.iter().map(|draw| draw.prior).collect();
    let parameters = parameters(model, observations, tumour, citations);
    let status = status_of(rearranged.value);
    let joint = Joint {
        rearranged: rearranged.rounded(),
        driver: estimate(&all, LatentClass::is_driver).rounded(),
        classes: LatentClass::ALL
            .into_iter()
            .zip(&classes)
            .map(|(class, posterior)| ClassPosterior {
                class,
                meaning: class.meaning().to_owned(),
                prior: probability(estimate(&priors, |one| one == class).value),
                posterior: posterior.rounded(),
            })
            .collect(),
        prior: Prior {
            rearranged: estimate(&priors, LatentClass::is_rearranged).rounded(),
            statement: prior_statement(model, tumour, citations),
        },
        contributions: observations
            .iter()
            .enumerate()
            .map(|(index, observation)| contribution(index, observation, &draws))
            .collect(),
        upper_line: UPPER,
        lower_line: LOWER,
        model: MODEL.to_owned(),
        parameters_say: parameters_say(&parameters),
        parameters,
        draws: DRAWS,
        seed: SEED,
    };
    Answer {
        joint,
        status,
        classes: classes.map(|one| one.value),
    }
}

/// The status of a probability.
pub(crate) fn status_of(rearranged: f64) -> JointStatus {
    if rearranged >= UPPER {
        JointStatus::Rearranged
    } else if rearranged <= LOWER {
        JointStatus::NotRearranged
    } else {
        JointStatus::Indeterminate
    }
}

fn draw_all(model: &Model, observations: &[Observation], tumour: Option<&str>) -> Vec<Draw> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let quantities = [
        Quantity::Driver,
        Quantity::CrypticShare,
        Quantity::SilentShare,
        Quantity::Expressed,
    ]
    .map(|quantity| model.prior(quantity, tumour));
    let used: Vec<&OutcomeRow> = used_rows(model, observations).collect();
    (0..DRAWS)
        .map(|_| {
            let prior = prior_of(quantities.map(|row| beta(row.alpha, row.beta, &mut rng)));
            let rates: BTreeMap<(&str, LatentClass), Vec<f64>> = used
                .iter()
                .map(|row| {
                    let weights: Vec<f64> = row.weights.iter().map(|(_, weight)| *weight).collect();
                    ((row.node, row.class), dirichlet(&weights, &mut rng))
                })
                .collect();
            let likelihoods = observations
                .iter()
                .map(|observation| {
                    LatentClass::ALL.map(|class| {
                        observation.likelihood(|node, outcome| {
                            let index = model.outcomes_of(node).position(|one| one == outcome);
                            rates
                                .get(&(node, class))
                                .zip(index)
                                .and_then(|(rates, index)| rates.get(index).copied())
                                .unwrap_or(1.0)
                        })
                    })
                })
                .collect();
            Draw { prior, likelihoods }
        })
        .collect()
}

/// Class probabilities from driver, cryptic share, silent share and expressed share.
fn prior_of([driver, cryptic, silent, expressed]: [f64; 4]) -> [f64; 5] {
    let silent = (driver * silent / (1.0 - silent).max(1e-9)).min(1.0 - driver);
    let rest = 1.0 - driver - silent;
    [
        driver * (1.0 - cryptic),
        driver * cryptic,
        silent,
        rest * expressed,
        rest * (1.0 - expressed),
    ]
}

/// The rows of the tables that the observations ask for, by node in the order of the observations, then class.
fn used_rows<'m>(
    model: &'m Model,
    observations: &[Observation],
) -> impl Iterator<Item = &'m OutcomeRow> {
    let mut nodes: Vec<&'static str> = Vec::new();
    for (node, _) in observations.iter().flat_map(|one| &one.path) {
        if !nodes.contains(node) {
            nodes.push(node);
        }
    }
    nodes.into_iter().flat_map(move |node| {
        LatentClass::ALL
            .into_iter()
            .filter_map(move |class| model.row(node, class))
    })
}

/// The share of the weight that lies on some classes: the mean over the draws, and 95 % of them.
fn estimate(draws: &[[f64; 5]], of: impl Fn(LatentClass) -> bool) -> Estimate {
    let sums = |weights: &[f64; 5]| {
        let part: f64 = LatentClass::ALL
            .into_iter()
            .zip(weights)
            .filter(|(class, _)| of(*class))
            .map(|(_, weight)| weight)
            .sum();
        (part, weights.iter().sum::<f64>())
    };
    let (part, whole) = draws
        .iter()
        .map(sums)
        .fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
    let shares = draws.iter().map(|weights| {
        let (part, whole) = sums(weights);
        part / whole
    });
    spread(part / whole, shares.collect())
}

/// A value with the middle 95 % of its draws.
fn spread(value: f64, mut draws: Vec<f64>) -> Estimate {
    draws.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let index = (share * draws.len().saturating_sub(1) as f64).round() as usize;
        draws.get(index).copied().unwrap_or(value)
    };
    Estimate {
        value,
        low: at(0.025).min(value),
        high: at(0.975).max(value),
    }
}

fn contribution(index: usize, observation: &Observation, draws: &[Draw]) -> Contribution {
    let without: Vec<[f64; 5]> = draws.iter().map(|draw| draw.weights(Some(index))).collect();
    // Likelihood within each side, the prior's weights within it.
    let sides = |draw: &Draw| {
        let mut sums = [[0.0; 2]; 2];
        for ((class, prior), likelihood) in LatentClass::ALL
            .into_iter()
            .zip(draw.prior)
            .zip(draw.likelihoods[index])
        {
            let side = usize::from(!class.is_rearranged());
            sums[side][0] += prior * likelihood;
            sums[side][1] += prior;
        }
        sums.map(|[with, of]| with / of)
    };
    let ratios: Vec<f64> = draws
        .iter()
        .map(|draw| {
            let [yes, no] = sides(draw);
            yes / no
        })
        .collect();
    let mean = draws
        .iter()
        .map(sides)
        .fold([0.0, 0.0], |sum, one| [sum[0] + one[0], sum[1] + one[1]]);
    let ratio = spread(mean[0] / mean[1], ratios);
    let likelihoods = (0..5)
        .map(|class| {
            let sum: f64 = draws
                .iter()
                .map(|draw| draw.likelihoods[index][class])
                .sum();
            probability(sum / draws.len() as f64)
        })
        .collect();
    Contribution {
        assay: observation.assay.clone(),
        outcome: observation.says(),
        likelihoods,
        likelihood_ratio: Estimate {
            value: figures(ratio.value),
            low: figures(ratio.low),
            high: figures(ratio.high),
        },
        without: estimate(&without, LatentClass::is_rearranged).rounded(),
    }
}

fn prior_statement(model: &Model, tumour: Option<&str>, citations: &mut Citations) -> Sentence {
    let row = model.prior(Quantity::Driver, tumour);
    let of = match tumour {
        Some(tumour) if row.tumour != "*" => tumour.to_owned(),
        Some(tumour) => format!("{tumour}, for which there is no row: any tumour"),
        None => "any tumour, for no type was given".to_owned(),
    };
    Sentence {
        text: format!(
            "Before the assays, {} of tumours ({of}) are taken to express an ALK fusion: {}.",
            percent(row.alpha / (row.alpha + row.beta)),
            row.says
        ),
        cites: vec![citations.number(&row.origin)],
    }
}

fn parameters(
    model: &Model,
    observations: &[Observation],
    tumour: Option<&str>,
    citations: &mut Citations,
) -> Vec<ParameterRow> {
    let mut parameters: Vec<ParameterRow> = [
        (
            Quantity::Driver,
            "tumours of this type with an expressed ALK fusion",
        ),
        (
            Quantity::CrypticShare,
            "of these, with a break that FISH does not resolve",
        ),
        (
            Quantity::SilentShare,
            "of all rearranged, without an expressed fusion",
        ),
        (Quantity::Expressed, "of the others, with ALK expressed"),
    ]
    .into_iter()
    .map(|(quantity, says)| prior_parameter(model.prior(quantity, tumour), says, citations))
    .collect();
    for row in used_rows(model, observations) {
        let seen = observations
            .iter()
            .flat_map(|one| &one.path)
            .filter(|(node, _)| *node == row.node);
        let mut outcomes: Vec<&str> = Vec::new();
        for (_, outcome) in seen {
            if !outcomes.contains(outcome) {
                outcomes.push(outcome);
            }
        }
        for outcome in outcomes {
            let (alpha, beta) = row.beta(outcome);
            parameters.push(ParameterRow {
                row: format!("outcomes:{}", row.origin.key),
                says: format!(
                    "{}, if {}",
                    model.says(row.node, outcome),
                    row.class.as_str()
                ),
                probability: interval(alpha, beta),
                cite: citations.number(&row.origin),
                status: row.origin.status.to_owned(),
            });
        }
    }
    parameters
}

fn prior_parameter(row: &PriorRow, says: &str, citations: &mut Citations) -> ParameterRow {
    ParameterRow {
        row: format!("{}:{}", row.origin.table, row.origin.key),
        says: says.to_owned(),
        probability: interval(row.alpha, row.beta),
        cite: citations.number(&row.origin),
        status: row.origin.status.to_owned(),
    }
}

/// Mean and 95 % interval of a Beta distribution.
fn interval(alpha: f64, beta: f64) -> Estimate {
    let (low, high) = crate::numbers::beta_interval(alpha, beta);
    Estimate {
        value: alpha / (alpha + beta),
        low,
        high,
    }
    .rounded()
}

fn parameters_say(parameters: &[ParameterRow]) -> String {
    let of = |status: &str| parameters.iter().filter(|one| one.status == status).count();
    format!(
        "of the {} parameters used, {} were read in sources, {} follow from them or from a definition, and {} are assumptions, marked unverified",
        parameters.len(),
        of("sourced"),
        of("computed"),
        of("unverified")
    )
}

impl Estimate {
    /// Rounded, so that small differences between machines do not show.
    pub(crate) fn rounded(self) -> Self {
        Self {
            value: probability(self.value),
            low: probability(self.low),
            high: probability(self.high),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RNA: &[(&str, &str)] = &[("rna", "fusion"), ("rna_kind", "known")];
    const NO_RNA: &[(&str, &str)] = &[("rna", "none")];
    const FISH: &[(&str, &str)] = &[("fish", "positive"), ("fish_level", "high")];
    const NO_FISH: &[(&str, &str)] = &[("fish", "negative"), ("fish_background", "clear")];
    const IHC: &[(&str, &str)] = &[("ihc", "positive")];
    const NO_IHC: &[(&str, &str)] = &[("ihc", "negative")];

    fn seen(paths: &[&[(&'static str, &'static str)]]) -> Answer {
        let observations: Vec<Observation> = paths
            .iter()
            .map(|path| Observation::new(path[0].0, path))
            .collect();
        weigh(&observations, Some("NSCLC"), &mut Citations::default())
    }

    fn class(answer: &Answer, class: LatentClass) -> f64 {
        answer.classes[LatentClass::ALL
            .iter()
            .position(|one| *one == class)
            .unwrap()]
    }

    #[test]
    fn without_assays_the_prior_stays() {
        let answer = seen(&[]);
        assert!((answer.joint.rearranged.value - answer.joint.prior.rearranged.value).abs() < 1e-9);
        assert!((0.03..0.036).contains(&answer.joint.rearranged.value));
        assert_eq!(answer.status, JointStatus::NotRearranged);
        assert!((answer.classes.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn agreement_settles_it() {
        let answer = seen(&[RNA, FISH, IHC]);
        assert_eq!(answer.status, JointStatus::Rearranged);
        assert!(
            answer.joint.rearranged.low > 0.99,
            "{:?}",
            answer.joint.rearranged
        );
        assert!(class(&answer, LatentClass::Productive) > 0.99);
        let answer = seen(&[NO_RNA, NO_FISH, NO_IHC]);
        assert_eq!(answer.status, JointStatus::NotRearranged);
        assert!(answer.joint.rearranged.high < 0.01);
    }

    /// A reported partner in frame in RNA is enough, even in a tumour where three in a hundred are rearranged.
    #[test]
    fn a_known_fusion_in_rna_is_enough_alone() {
        assert_eq!(seen(&[RNA]).status, JointStatus::Rearranged);
        let new = seen(&[&[("rna", "fusion"), ("rna_kind", "other")]]);
        assert_eq!(
            new.status,
            JointStatus::Indeterminate,
            "{:?}",
            new.joint.rearranged
        );
    }

    #[test]
    fn dependences_are_in_the_classes() {
        let cryptic = seen(&[RNA, NO_FISH, IHC]);
        assert_eq!(cryptic.status, JointStatus::Rearranged);
        assert!(class(&cryptic, LatentClass::Cryptic) > 0.9);
        let stain_only = seen(&[NO_RNA, NO_FISH, IHC]);
        assert_ne!(stain_only.status, JointStatus::Rearranged);
        assert!(class(&stain_only, LatentClass::Expressed) > 0.4);
        let near_cut_off = seen(&[
            NO_RNA,
            NO_IHC,
            &[
                ("fish", "positive"),
                ("fish_level", "borderline"),
                ("fish_pattern", "single_red"),
            ],
        ]);
        assert!(class(&near_cut_off, LatentClass::Productive) < 0.01);
        assert!(near_cut_off.joint.driver.value < 0.01);
    }

    #[test]
    fn a_weak_negative_says_less() {
        let rearranged = |detection| {
            let mut observation = Observation::new("dna", &[("dna", "none")]);
            observation.detection = detection;
            weigh(&[observation], Some("ALCL"), &mut Citations::default())
                .joint
                .rearranged
                .value
        };
        let (blind, half, full) = (rearranged(0.0), rearranged(0.5), rearranged(1.0));
        assert!(blind > half && half > full, "{blind} {half} {full}");
        // The draws of the parameters differ, since another assay takes some of them.
        let prior = seen_prior("ALCL");
        assert!((blind - prior).abs() < 2e-3, "{blind} {prior}");
    }

    fn seen_prior(tumour: &str) -> f64 {
        weigh(&[], Some(tumour), &mut Citations::default())
            .joint
            .rearranged
            .value
    }

    #[test]
    fn contributions_point_the_way_of_their_outcome() {
        let answer = seen(&[RNA, NO_IHC]);
        let [rna, ihc] = answer.joint.contributions.as_slice() else {
            panic!("two contributions");
        };
        assert!(rna.likelihood_ratio.low > 100.0);
        assert!(ihc.likelihood_ratio.high < 0.5);
        assert!(rna.without.value < answer.joint.rearranged.value);
        assert!(ihc.without.value > answer.joint.rearranged.value);
    }

    #[test]
    fn the_same_observations_give_the_same_numbers() {
        assert_eq!(seen(&[RNA, FISH]).joint, seen(&[RNA, FISH]).joint);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn class_priors_are_probabilities(shares in [0.0..=1.0, 0.0..=1.0, 0.0..=1.0, 0.0..=1.0]) {
            let prior = prior_of(shares);
            prop_assert!(prior.iter().all(|share| (0.0..=1.0).contains(share)));
            prop_assert!((prior.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
