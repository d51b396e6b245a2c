//! Signals and patterns, nuclei given: what is measured is the search for signals and their pairing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use alkaid_fish::analyse::Analysis;
use alkaid_fish::finding::Colour;
use alkaid_simulate::fish::{Channel, Plan, SimulatedField, SpotTruth};

use super::Part;
use super::slide::{Source, analysed, drawn, scores, word};
use crate::pool::{Effort, map};
use crate::tally::{Goals, ratio, share};

/// Signal-to-noise ratios of the slides, least F1 and least agreement of patterns.
const LEVELS: [(f64, f64, f64); 2] = [(10.0, 0.98, 0.95), (6.0, 0.95, 0.88)];
/// Slides for each.
const SLIDES: usize = 10;
/// A signal found within this distance of a true one is that one, micrometres.
const MATCH_UM: f64 = 0.3;
/// Largest mean error, nanometres.
const ERROR_NM: f64 = 30.0;

/// What is counted on slides of one signal-to-noise ratio.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    truth: usize,
    found: usize,
    matched: usize,
    /// Sum of distances of matched single signals, nanometres, and their number.
    error_nm: (f64, usize),
    /// Of the same signals: sum of squared distances over stated variances, both axes together.
    over_stated: f64,
    /// Nuclei scored by truth and program, and with the same pattern.
    patterns: (usize, usize),
    /// Nuclei that a reader would score, and those of them that the program does.
    scored: (usize, usize),
}

/// Measures and returns a table.
///
/// # Errors
/// When a slide cannot be made or analysed.
pub fn signals(effort: Effort, goals: &mut Goals) -> anyhow::Result<String> {
    let slides = (SLIDES / effort.every).max(1);
    let sums = map(
        "fish signals",
        LEVELS.len() * slides,
        effort.threads,
        |index| {
            let level = index / slides;
            one(&plan(
                LEVELS[level].0,
                Part::Signals.seed(effort, level, index % slides),
            ))
        },
    )?;
    let mut text = String::from(
        "\nSignals and patterns, nuclei given. Half of the nuclei are rearranged (split, a third of them with the 5' part \
         lost), 2 to 4 copies; signals of 0.2 standard deviation of log brightness, defocus, bleed-through, shift, \
         granules.\n\n\
         | median SNR | signals | found | F1 | precision | recall | mean error | error over stated | patterns agree | scored of scorable |\n\
         |--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for (level, (snr, least_f1, least_pattern)) in LEVELS.into_iter().enumerate() {
        let mut all = Sum::default();
        for sum in &sums[level * slides..(level + 1) * slides] {
            all.add(sum);
        }
        let f1 = share(2 * all.matched, all.truth + all.found);
        let error = all.error_nm.0 / all.error_nm.1.max(1) as f64;
        // Root mean square along an axis; 1 is right.
        let over_stated = (all.over_stated / (2 * all.error_nm.1).max(1) as f64).sqrt();
        let agreement = share(all.patterns.1, all.patterns.0);
        goals.at_least(&format!("signals at SNR {snr}: F1"), f1, least_f1);
        goals.row(
            &format!("signals at SNR {snr}: mean error in the plane"),
            &format!("{error:.1} nm"),
            &format!("≤ {ERROR_NM} nm"),
            error <= ERROR_NM && all.error_nm.1 > 0,
        );
        goals.at_least(
            &format!("patterns at SNR {snr}: agreement with the visible loci"),
            agreement,
            least_pattern,
        );
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "| {snr} | {} | {} | {} | {} | {} | {error:.1} nm | {over_stated:.2} | {}/{} = {} | {}/{} |",
            all.truth,
            all.found,
            ratio(f1),
            ratio(share(all.matched, all.found)),
            ratio(share(all.matched, all.truth)),
            all.patterns.1,
            all.patterns.0,
            ratio(agreement),
            all.scored.1,
            all.scored.0,
        );
    }
    Ok(text)
}

fn plan(snr: f64, seed: u64) -> Plan {
    let mut plan = Plan::negative(seed);
    plan.camera.snr = snr;
    plan.alk.copies = [2, 4];
    plan.alk.rearranged = 0.5;
    plan.alk.with_deletion = 0.33;
    plan.field.cells = 60;
    plan
}

fn one(plan: &Plan) -> anyhow::Result<Sum> {
    let slide = drawn(plan)?;
    let analysis = analysed(&slide, Source::True)?;
    let mut sum = Sum::default();
    let slide = &slide[0];
    match_signals(&mut sum, slide, &analysis);
    let truth = scores(slide);
    for nucleus in &analysis.nuclei {
        let Some(true_pattern) = truth.get(&nucleus.label).and_then(|score| score.pattern) else {
            continue;
        };
        sum.scored.0 += 1;
        let Some(pattern) = nucleus.pattern.filter(|_| nucleus.excluded.is_empty()) else {
            continue;
        };
        sum.scored.1 += 1;
        sum.patterns.0 += 1;
        sum.patterns.1 += usize::from(pattern == word(true_pattern));
    }
    Ok(sum)
}

/// A true signal: place as drawn, and whether it is one of several that look like one.
struct True {
    place: [f64; 2],
    weight: f64,
    single: bool,
}

/// True signals by nucleus and colour. Signals of one colour in one nucleus closer than a signal's diameter look like one.
fn true_signals(slide: &SimulatedField) -> BTreeMap<(u32, Channel), Vec<True>> {
    let mut signals = BTreeMap::<(u32, Channel), Vec<True>>::new();
    let near = slide.truth.signal_um;
    let drawn = |spot: &SpotTruth| spot.drawn_um(&slide.truth.config);
    for spot in &slide.truth.spots {
        let place = drawn(spot);
        let known = signals.entry((spot.cell, spot.ch)).or_default();
        let close = known
            .iter_mut()
            .find(|other| distance(other.place, place) < near);
        match close {
            Some(other) => {
                let sum = other.weight + spot.amp;
                for (mean, new) in other.place.iter_mut().zip(place) {
                    *mean = (*mean * other.weight + new * spot.amp) / sum;
                }
                other.weight = sum;
                other.single = false;
            }
            None => known.push(True {
                place,
                weight: spot.amp,
                single: true,
            }),
        }
    }
    signals
}

fn match_signals(sum: &mut Sum, slide: &SimulatedField, analysis: &Analysis) {
    let pixel = slide.truth.px_um;
    for channel in [Channel::Orange, Channel::Green] {
        let colour = match channel {
            Channel::Orange => Colour::Red,
            Channel::Green => Colour::Green,
        };
        let truth: Vec<True> = true_signals(slide)
            .into_iter()
            .filter(|((_, ch), _)| *ch == channel)
            .flat_map(|(_, signals)| signals)
            .collect();
        let (found, stated): (Vec<[f64; 2]>, Vec<f64>) = analysis
            .nuclei
            .iter()
            .flat_map(|nucleus| &nucleus.signals)
            .filter(|signal| signal.colour == colour)
            .map(|signal| ([signal.x_px * pixel, signal.y_px * pixel], signal.error_um))
            .unzip();
        let mut pairs: Vec<(f64, usize, usize)> = truth
            .iter()
            .enumerate()
            .flat_map(|(t, one)| {
                found
                    .iter()
                    .enumerate()
                    .map(move |(f, place)| (distance(one.place, *place), t, f))
            })
            .filter(|(distance, ..)| *distance < MATCH_UM)
            .collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut used_truth, mut used_found) = (vec![false; truth.len()], vec![false; found.len()]);
        for (distance, t, f) in pairs {
            if used_truth[t] || used_found[f] {
                continue;
            }
            (used_truth[t], used_found[f]) = (true, true);
            sum.matched += 1;
            if truth[t].single {
                sum.error_nm.0 += 1_000.0 * distance;
                sum.error_nm.1 += 1;
                sum.over_stated += (distance / stated[f]).powi(2);
            }
        }
        sum.truth += truth.len();
        sum.found += found.len();
    }
}

fn distance(one: [f64; 2], other: [f64; 2]) -> f64 {
    (one[0] - other[0]).hypot(one[1] - other[1])
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.truth += other.truth;
        self.found += other.found;
        self.matched += other.matched;
        for (mine, its) in [
            (&mut self.patterns, other.patterns),
            (&mut self.scored, other.scored),
        ] {
            mine.0 += its.0;
            mine.1 += its.1;
        }
        self.error_nm.0 += other.error_nm.0;
        self.error_nm.1 += other.error_nm.1;
        self.over_stated += other.over_stated;
    }
}
