//! What a case costs on top of its assays.

use std::path::{Path, PathBuf};

use alkaid_case::manifest::{FishGiven, IhcGiven, Input, Manifest, read};
use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::process::{Cost, median, run};
use crate::tally::Goals;

/// Alternating runs of each kind.
const ROUNDS: usize = 3;
/// What a case may take on top of its assays, seconds.
const MOST: f64 = 2.0;

/// The commands that run the assays of a case one by one.
struct Alone {
    name: &'static str,
    arguments: Vec<String>,
}

/// Runs the assays of a manifest alone, the case anew, and the case again with everything kept.
///
/// # Errors
/// When a program cannot be run, or the case lacks reads, FISH images or a section.
pub fn case_speed(manifest: &Path, threads: &str, program: &Path) -> anyhow::Result<String> {
    let alone = assays(&read(manifest)?, threads)?;
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); alone.len()];
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        eprintln!("case-speed: round {} of {ROUNDS}", round + 1);
        for (assay, costs) in alone.iter().zip(&mut costs) {
            let out = TempDir::new()?;
            costs.push(timed(program, &assay.arguments, out.path())?);
        }
        let out = TempDir::new()?;
        let case = ["case", "--threads", threads].map(str::to_owned);
        let mut arguments = case.to_vec();
        arguments.push(text(manifest)?);
        first.push(timed(program, &arguments, out.path())?);
        again.push(timed(program, &arguments, out.path())?);
    }
    let wall = |costs: &[Cost]| median(costs.iter().map(|cost| cost.wall).collect());
    let sum: f64 = costs.iter().map(|costs| wall(costs)).sum();
    let (whole, kept) = (wall(&first), wall(&again));
    let mut goals = Goals::default();
    goals.row(
        "the case on top of its assays run alone, wall time",
        &format!("{:.2} s", whole - sum),
        &format!("< {MOST} s"),
        whole - sum < MOST,
    );
    goals.row(
        "the case again, all assays kept",
        &format!("{kept:.2} s"),
        &format!("< {MOST} s"),
        kept < MOST,
    );
    let mut table = goals.table();
    table.push_str("\n| run | CPU seconds, median | wall seconds, median (lowest–highest) | peak memory |\n|---|--:|--:|--:|\n");
    let mut row = |name: &str, costs: &[Cost]| {
        let walls = || costs.iter().map(|cost| cost.wall);
        let cpu = median(costs.iter().map(|cost| cost.cpu).collect());
        let memory = costs.iter().map(|cost| cost.memory).fold(0.0, f64::max);
        table.push_str(&format!(
            "| {name} | {cpu:.2} | {:.2} ({:.2}–{:.2}) | {memory:.0} MB |\n",
            wall(costs),
            walls().fold(f64::INFINITY, f64::min),
            walls().fold(0.0, f64::max)
        ));
    };
    for (assay, costs) in alone.iter().zip(&costs) {
        row(assay.name, costs);
    }
    row("`alkaid case`, everything new", &first);
    row("`alkaid case`, everything kept", &again);
    Ok(table)
}

fn assays(manifest: &Manifest, threads: &str) -> anyhow::Result<Vec<Alone>> {
    let Some(reads) = manifest.rna.first() else {
        bail!("the case has no [[rna]]");
    };
    let fish = manifest.fish.as_ref().map(|one| &one.given);
    let Some(FishGiven::Images(images)) = fish else {
        bail!("the case has no [fish] with images");
    };
    let (Some(ihc), Some(IhcGiven::Image(section))) =
        (&manifest.ihc, manifest.ihc.as_ref().map(|one| &one.given))
    else {
        bail!("the case has no [ihc] with an image");
    };
    let mut stained = vec!["ihc".to_owned(), text(&section.path)?];
    if let Some(region) = &ihc.region {
        stained.extend(["--region".to_owned(), text(&region.path)?]);
    }
    stained.extend(["--threads", threads].map(str::to_owned));
    let mut rna = vec!["reads".to_owned()];
    rna.extend(paths(&reads.files)?);
    rna.extend(["--molecule", "rna", "--threads", threads].map(str::to_owned));
    let mut fields = vec!["fish".to_owned()];
    fields.extend(paths(images)?);
    Ok(vec![
        Alone {
            name: "`alkaid reads`",
            arguments: rna,
        },
        Alone {
            name: "`alkaid fish`",
            arguments: fields,
        },
        Alone {
            name: "`alkaid ihc`",
            arguments: stained,
        },
    ])
}

fn paths(inputs: &[Input]) -> anyhow::Result<Vec<String>> {
    inputs.iter().map(|input| text(&input.path)).collect()
}

fn text(path: &Path) -> anyhow::Result<String> {
    let path = path.to_str().context("a path is no UTF-8")?;
    Ok(path.to_owned())
}

/// One run, whose results go to `out`.
fn timed(program: &Path, arguments: &[String], out: &Path) -> anyhow::Result<Cost> {
    let mut all: Vec<&str> = arguments.iter().map(String::as_str).collect();
    all.push("--out");
    let (_, cost) = run(program, &all, &[PathBuf::from(out)])?;
    Ok(cost)
}
