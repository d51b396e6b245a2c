//! Nuclei against labels: simulated tissue that crowds and overlaps, and the public test split.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use alkaid_imaging::nuclei::score::Score;
use alkaid_imaging::nuclei::{Method, Options, segment};
use alkaid_imaging::{OpenOptions, labels, open};
use alkaid_simulate::fish::{Plan, field};
use anyhow::Context;
use ndarray::Array2;

use super::Part;
use crate::pool::{Effort, map};
use crate::tally::{Goals, ratio, share};

/// Simulated fields.
const FIELDS: usize = 12;
/// Index of an overlap of 0.5 and of 0.75 in the scores.
const AT: [usize; 2] = [0, 5];

/// Scores of the network and of the classical method.
#[derive(Clone, Debug, Default)]
struct Both([Score; 2]);

/// Measures and returns a table.
///
/// # Errors
/// When a field cannot be made or read.
pub fn nuclei(effort: Effort, shared: &Path, goals: &mut Goals) -> anyhow::Result<String> {
    let fields = (FIELDS / effort.every).max(1);
    let simulated = total(map("fish nuclei", fields, effort.threads, |index| {
        let seed = Part::Nuclei.seed(effort, 0, index);
        let plan = Plan::crowded(seed);
        let drawn = field(&plan, seed)?;
        let dapi = drawn.field.channels[0].maximum_projection();
        let diameter = (9.5 / plan.field.pixel_um) as f32;
        both(&dapi, &drawn.labels.map, Some(diameter))
    })?);
    let mut text = String::from(
        "\nNuclei. Crowded tissue: 110 nuclei in 110 × 110 µm, most may lie over others, a seventh out of focus, haze; the \
         label of a pixel is the nucleus with more material there.\n\n\
         | nuclei of | method | true | found | F1 at 0.5 | F1 at 0.75 | average precision |\n\
         |---|---|--:|--:|--:|--:|--:|\n",
    );
    simulated.rows("crowded simulated tissue", &mut text);
    goals.at_least(
        "nuclei of crowded simulated tissue, network: F1 at 0.5",
        simulated.f1(0, AT[0]),
        0.85,
    );
    match public(effort, shared)? {
        Some(scores) => {
            scores.rows("DSB2018 test split", &mut text);
            goals.at_least(
                "nuclei of the DSB2018 test split, network: F1 at 0.5",
                scores.f1(0, AT[0]),
                0.93,
            );
            goals.at_least(
                "nuclei of the DSB2018 test split, classical: F1 at 0.5",
                scores.f1(1, AT[0]),
                0.865,
            );
        }
        None => text
            .push_str("| DSB2018 test split | *skipped: the images are not there* | | | | | |\n"),
    }
    Ok(text)
}

fn both(plane: &Array2<f32>, truth: &Array2<u32>, diameter: Option<f32>) -> anyhow::Result<Both> {
    let mut both = Both::default();
    for (method, score) in [Method::Network, Method::Classical]
        .into_iter()
        .zip(&mut both.0)
    {
        let options = Options {
            method,
            diameter_px: diameter,
            threads: 1,
        };
        score.add(truth, &segment(plane.view(), &options)?.map);
    }
    Ok(both)
}

/// The test split of DSB2018, where it is.
fn public(effort: Effort, shared: &Path) -> anyhow::Result<Option<Both>> {
    let folder = shared.join("images/nuclei_dsb2018");
    let split = folder.join("split.tsv");
    if !split.is_file() {
        return Ok(None);
    }
    let text =
        fs::read_to_string(&split).with_context(|| format!("cannot read {}", split.display()))?;
    let names: Vec<&str> = text
        .lines()
        .filter(|line| line.split('\t').any(|word| word == "test"))
        .filter_map(|line| line.split('\t').next())
        .step_by(effort.every)
        .collect();
    let scores = map(
        "fish nuclei, public",
        names.len(),
        effort.threads,
        |index| {
            let stem = names[index].trim_end_matches(".png");
            let file = |kind: &str| folder.join(kind).join(format!("{stem}.png"));
            let options = OpenOptions {
                pixel_um: Some(1.0),
                ..OpenOptions::default()
            };
            let fields = open(&file("images"), &options)?;
            let plane = fields
                .first()
                .and_then(|field| field.channels.first())
                .context("an image without channels")?
                .maximum_projection();
            let (height, width) = plane.dim();
            let truth = labels::read(&file("labels"), (height, width))?;
            both(&plane, &truth.map, None)
        },
    )?;
    Ok(Some(total(scores)))
}

fn total(scores: Vec<Both>) -> Both {
    let mut sum = Both::default();
    for both in scores {
        for (mine, its) in sum.0.iter_mut().zip(both.0) {
            mine.truth += its.truth;
            mine.found += its.found;
            for (matched, more) in mine.matched.iter_mut().zip(its.matched) {
                *matched += more;
            }
        }
    }
    sum
}

impl Both {
    fn f1(&self, method: usize, at: usize) -> f64 {
        let score = &self.0[method];
        share(2 * score.matched[at], score.truth + score.found)
    }

    fn rows(&self, what: &str, text: &mut String) {
        for (method, name) in ["network", "classical"].into_iter().enumerate() {
            let score = &self.0[method];
            let precision = score
                .matched
                .iter()
                .map(|matched| share(*matched, score.truth + score.found - matched))
                .sum::<f64>()
                / score.matched.len() as f64;
            // Writing to a String does not fail.
            let _ = writeln!(
                text,
                "| {what} | {name} | {} | {} | {} | {} | {} |",
                score.truth,
                score.found,
                ratio(self.f1(method, AT[0])),
                ratio(self.f1(method, AT[1])),
                ratio(precision),
            );
        }
    }
}
