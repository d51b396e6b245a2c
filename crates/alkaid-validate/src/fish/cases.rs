//! Whole cases: what the rule calls, what is flagged, what the distance index sees.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use alkaid_fish::distance::{DistanceIndex, NucleusDistances, assumptions, index};
use alkaid_fish::finding::{Colour, Signal};
use alkaid_fish::pairing::{Place, SplitRule, pair};
use alkaid_fish::rule::{Scored, call};
use alkaid_fish::statistics::statistics;
use alkaid_fish::{Counts, Pattern, Verdict};
use alkaid_simulate::fish::{Channel, Kind, Plan, Truth, scene, score};

use super::Part;
use super::slide::{Source, analysed, drawn, kit, reported};
use crate::cases::CaseFile;
use crate::pool::{Effort, map};
use crate::tally::{Goals, ratio, share};

/// Counted cases of a kind and size.
const COUNTED: usize = 600;
/// Drawn cases of a kind.
const DRAWN: usize = 16;
/// Fields of a case: about 270 nuclei that can be scored.
const FIELDS: u32 = 10;
/// Fields of a small case: about 110 nuclei, as many as the kit's two steps take.
const FEW_FIELDS: u32 = 4;
/// Share of loose loci in [`CaseKind::Loose`].
const LOOSE: f64 = 0.3;
/// Error of a place in counted cases along one axis, micrometres: about what is measured at SNR 10.
const ERROR_UM: f64 = 0.015;
/// Share of signals missed in counted cases.
const MISSED: f64 = 0.01;

/// Kinds of cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CaseKind {
    Diploid,
    Polyploid,
    Split30,
    Deletion30,
    Inversion50,
    /// Nothing is asked of these: they show what looser chromatin than the model's does.
    Loose,
}

const KINDS: [CaseKind; 6] = [
    CaseKind::Diploid,
    CaseKind::Polyploid,
    CaseKind::Split30,
    CaseKind::Deletion30,
    CaseKind::Inversion50,
    CaseKind::Loose,
];

/// What was said of one case.
#[derive(Clone, Copy, Debug)]
struct Outcome {
    verdict: Verdict,
    polyploid: bool,
    suspicious: bool,
    p: f64,
    positive: f64,
    scored: usize,
}

/// Runs the cases and returns a table.
///
/// # Errors
/// When a case cannot be made or analysed.
pub fn cases(effort: Effort, lines: &mut CaseFile, goals: &mut Goals) -> anyhow::Result<String> {
    let mut text = String::from(
        "\nCases of 10 fields, about 270 nuclei that can be scored. *Counted*: from the visible loci, moved by 15 nm along each \
         axis, 1 % missed, without drawing. *Drawn*: from pixels at SNR 10, nuclei found by the network. *Few*: counted, of 4 \
         fields, about 110 nuclei; the goals are not about these. Positive nuclei: mean share of scored nuclei.\n\n\
         | cases | | number | positive nuclei | called positive | negative | equivocal or not suitable | polyploid background flagged | index suspicious |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let sets = [
        Set {
            how: "counted",
            number: COUNTED,
            fields: FIELDS,
            work: &counted,
        },
        Set {
            how: "drawn",
            number: DRAWN,
            fields: FIELDS,
            work: &whole,
        },
        Set {
            how: "few",
            number: COUNTED,
            fields: FEW_FIELDS,
            work: &counted,
        },
    ];
    let outcomes = sets
        .iter()
        .enumerate()
        .map(|(salt, set)| run(effort, set, salt))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for (index, kind) in KINDS.iter().enumerate() {
        for (set, outcomes) in sets.iter().zip(&outcomes) {
            row(&mut text, *kind, set.how, &outcomes[index]);
            for outcome in &outcomes[index] {
                lines.line(&[
                    outcome.verdict.as_str(),
                    kind.name(),
                    set.how,
                    "",
                    &format!("{:.4}", outcome.positive),
                    &outcome.scored.to_string(),
                    if outcome.polyploid {
                        "polyploid background"
                    } else {
                        ""
                    },
                    &format!("index p {:.3e} {}", outcome.p, outcome.suspicious),
                ])?;
            }
        }
    }
    for (set, all) in sets.iter().zip(&outcomes) {
        if set.fields == FIELDS {
            aims(goals, set.how, all);
        }
    }
    Ok(text)
}

/// Cases of all kinds that are made and analysed in one way.
struct Set {
    how: &'static str,
    /// Of a kind.
    number: usize,
    /// Of a case.
    fields: u32,
    work: &'static (dyn Fn(&Plan) -> anyhow::Result<Outcome> + Sync),
}

/// All kinds of cases, in their order.
fn run(effort: Effort, set: &Set, salt: usize) -> anyhow::Result<Vec<Vec<Outcome>>> {
    let number = (set.number / effort.every).max(2);
    let outcomes = map(
        &format!("fish cases, {}", set.how),
        KINDS.len() * number,
        effort.threads,
        |case| {
            let kind = case / number;
            let seed = Part::Cases.seed(effort, 10 * salt + kind, case % number);
            (set.work)(&KINDS[kind].plan(seed, set.fields))
        },
    )?;
    Ok(outcomes.chunks(number).map(<[Outcome]>::to_vec).collect())
}

fn aims(goals: &mut Goals, how: &str, all: &[Vec<Outcome>]) {
    let of = |kind: CaseKind, test: &dyn Fn(&Outcome) -> bool| {
        KINDS
            .iter()
            .zip(all)
            .find(|(other, _)| **other == kind)
            .map_or(0.0, |(_, outcomes)| {
                share(outcomes.iter().filter(|o| test(o)).count(), outcomes.len())
            })
    };
    let positive = |o: &Outcome| o.verdict == Verdict::Positive;
    let suspicious = |o: &Outcome| o.suspicious;
    let called = of(CaseKind::Diploid, &positive);
    goals.row(
        &format!("diploid negatives, {how}: called positive"),
        &ratio(called),
        "≤ 0.01",
        called <= 0.01,
    );
    goals.at_least(
        &format!("negatives with 4–6 copies, {how}: polyploid background flagged"),
        of(CaseKind::Polyploid, &|o| o.polyploid),
        0.95,
    );
    goals.at_least(
        &format!("diploid negatives, {how}: specificity of the index"),
        1.0 - of(CaseKind::Diploid, &suspicious),
        0.99,
    );
    for (kind, plain) in [
        (CaseKind::Split30, false),
        (CaseKind::Deletion30, false),
        (CaseKind::Inversion50, true),
    ] {
        let measured = of(kind, &suspicious);
        let rule = of(kind, &positive);
        goals.row(
            &format!("{}, {how}: sensitivity of the index", kind.name()),
            &if plain {
                format!("{} (plain rule {})", ratio(measured), ratio(rule))
            } else {
                ratio(measured)
            },
            "≥ 0.95",
            measured >= 0.95,
        );
    }
}

fn row(text: &mut String, kind: CaseKind, how: &str, outcomes: &[Outcome]) {
    let count = |test: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|o| test(o)).count();
    let mean = outcomes.iter().map(|o| o.positive).sum::<f64>() / outcomes.len().max(1) as f64;
    // Writing to a String does not fail.
    let _ = writeln!(
        text,
        "| {} | {how} | {} | {:.1} % | {} | {} | {} | {} | {} |",
        kind.name(),
        outcomes.len(),
        100.0 * mean,
        count(&|o| o.verdict == Verdict::Positive),
        count(&|o| o.verdict == Verdict::Negative),
        count(&|o| matches!(o.verdict, Verdict::Equivocal | Verdict::NotSuitable)),
        count(&|o| o.polyploid),
        count(&|o| o.suspicious),
    );
}

impl CaseKind {
    fn name(self) -> &'static str {
        match self {
            Self::Diploid => "diploid negatives",
            Self::Polyploid => "negatives with 4–6 copies",
            Self::Split30 => "split, 30 % of the nuclei",
            Self::Deletion30 => "5' deletion, 30 % of the nuclei",
            Self::Inversion50 => "inv(2), 50 % of the nuclei",
            Self::Loose => "diploid negatives, 30 % of the loci loose",
        }
    }

    fn plan(self, seed: u64, fields: u32) -> Plan {
        let mut plan = Plan::negative(seed);
        plan.field.fields = fields;
        plan.field.cells = 62;
        let mut rearranged = |share, kind| {
            plan.alk.rearranged = share;
            plan.alk.kind = kind;
        };
        match self {
            Self::Diploid => {}
            Self::Split30 => rearranged(0.3, Kind::Split),
            Self::Deletion30 => rearranged(0.3, Kind::Deletion),
            Self::Inversion50 => rearranged(0.5, Kind::Inv2),
            Self::Polyploid => plan.alk.copies = [4, 6],
            Self::Loose => plan.probe.loose = LOOSE,
        }
        plan
    }
}

/// A drawn case.
fn whole(plan: &Plan) -> anyhow::Result<Outcome> {
    let analysis = analysed(&drawn(plan)?, Source::Network)?;
    let seen = analysis.index.clone();
    let report = reported(analysis, plan.seed)?;
    Ok(Outcome {
        verdict: report.call.verdict,
        polyploid: report.statistics.background.polyploid,
        suspicious: seen.suspicious,
        p: seen.p,
        positive: report.statistics.percent.unwrap_or(0.0) / 100.0,
        scored: report.statistics.of as usize,
    })
}

/// A counted case.
fn counted(plan: &Plan) -> anyhow::Result<Outcome> {
    let profile = kit()?;
    let mut scored = Vec::new();
    let mut counts: Vec<(Pattern, Option<Counts>)> = Vec::new();
    let mut distances = Vec::new();
    for field in 0..u64::from(plan.field.fields) {
        let truth = scene(plan, plan.field_seed(field))?;
        for (found, nucleus) in nuclei(&truth, profile.split_distance()) {
            let Some(pattern) = found.pattern() else {
                continue;
            };
            scored.push(Scored {
                name: (scored.len() + 1).to_string(),
                pattern,
            });
            counts.push((pattern, Some(found)));
            distances.push(nucleus);
        }
    }
    let verdict = call(&scored, plan.seed, profile).verdict;
    let stats = statistics(&counts, profile);
    let DistanceIndex { suspicious, p, .. } = index(&distances, assumptions());
    Ok(Outcome {
        verdict,
        polyploid: stats.background.polyploid,
        suspicious,
        p,
        positive: stats.percent.unwrap_or(0.0) / 100.0,
        scored: scored.len(),
    })
}

/// Counts and distances of the nuclei that a reader would score, from their visible signals.
fn nuclei(truth: &Truth, split_diameters: f64) -> Vec<(Counts, NucleusDistances)> {
    let rule = SplitRule {
        diameter_um: truth.signal_um,
        split_diameters,
        shift_error_um: 0.0,
        missed: MISSED,
    };
    let mut noise = Noise(truth.config.seed ^ 0x5bd1_e995);
    let mut found = Vec::new();
    for (cell, reader) in truth.cells.iter().zip(score(truth)) {
        let mut signals = Vec::new();
        let mut places = Vec::new();
        for (colour, [x, y]) in visible(truth, cell.id) {
            if noise.unit() < MISSED {
                continue;
            }
            signals.push(signal(colour));
            places.push(Place {
                x_um: x + ERROR_UM * noise.normal(),
                y_um: y + ERROR_UM * noise.normal(),
            });
        }
        let of = |colour| {
            signals
                .iter()
                .filter(|s: &&Signal| s.colour == colour)
                .count()
        };
        let (reds, greens) = (of(Colour::Red), of(Colour::Green));
        if reader.pattern.is_none() || reds == 0 || greens == 0 {
            continue;
        }
        let paired = pair(&signals, &places, &rule);
        let nucleus = NucleusDistances {
            distances_um: paired.pairs.iter().map(|pair| pair.distance_um).collect(),
            lone_red: (reds - paired.pairs.len()) as u32,
            lone_green: (greens - paired.pairs.len()) as u32,
            radius_um: (cell.area_um2 / std::f64::consts::PI).sqrt(),
        };
        found.push((paired.counts, nucleus));
    }
    found
}

/// Colour and middle of what a reader counts as one signal: the visible signals of one colour of one copy, which are two
/// where the locus is replicated. Micrometres, in the order of copies.
fn visible(truth: &Truth, cell: u32) -> Vec<(Colour, [f64; 2])> {
    let mut signals = BTreeMap::<(u32, Channel), Vec<[f64; 2]>>::new();
    for spot in truth.spots.iter().filter(|spot| spot.cell == cell) {
        let sisters = signals.entry((spot.copy, spot.ch)).or_default();
        sisters.push([spot.x, spot.y]);
    }
    signals
        .into_iter()
        .map(|((_, channel), sisters)| {
            let colour = match channel {
                Channel::Orange => Colour::Red,
                Channel::Green => Colour::Green,
            };
            let middle = |axis: usize| {
                sisters.iter().map(|place| place[axis]).sum::<f64>() / sisters.len() as f64
            };
            (colour, [middle(0), middle(1)])
        })
        .collect()
}

fn signal(colour: Colour) -> Signal {
    Signal {
        colour,
        x_px: 0.0,
        y_px: 0.0,
        z: 0.0,
        error_um: ERROR_UM,
        amplitude: 1.0,
        snr: 10.0,
        merged: 1,
        confidence: 0.999,
    }
}

/// Errors of counted cases: SplitMix64.
struct Noise(u64);

impl Noise {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The sum of twelve uniform numbers less six.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}
