//! The whole run against decoding alone, side by side.

use std::path::{Path, PathBuf};

use alkaid_reads::finding::ReadsReport;
use alkaid_reads::input::decode_only;
use anyhow::Context;

use crate::process::{Cost, median, run};
use crate::tally::Goals;

/// Alternating runs of each kind.
const ROUNDS: usize = 5;

/// Decompresses FASTQ files and finds their records: what the whole run is measured against.
///
/// # Errors
/// When they cannot be read.
pub fn decode(files: &[PathBuf], threads: usize) -> anyhow::Result<String> {
    let summary = decode_only(files, threads)?;
    Ok(format!("{summary:?}\n"))
}

/// Measures and returns the table.
///
/// # Errors
/// When a program cannot be run, or the files not be read.
pub fn speed(files: &[PathBuf], tiny: &[PathBuf], program: &Path) -> anyhow::Result<String> {
    let own = std::env::current_exe().context("cannot find this program")?;
    let whole = |threads: &str| run(program, &["reads", "--json", "--threads", threads], files);
    let mut costs: [Vec<Cost>; 4] = Default::default();
    // Once before the clock runs, so that all runs find the files in memory.
    let (output, _) = whole("1")?;
    let report: ReadsReport = serde_json::from_slice(&output)?;
    for round in 0..ROUNDS {
        eprintln!("speed: round {} of {ROUNDS}", round + 1);
        costs[0].push(run(&own, &["decode", "--threads", "1"], files)?.1);
        costs[1].push(whole("1")?.1);
        costs[2].push(run(&own, &["decode", "--threads", "2"], files)?.1);
        costs[3].push(whole("2")?.1);
    }
    let mut version = Vec::new();
    let mut small = Vec::new();
    for _ in 0..2 * ROUNDS {
        version.push(run(program, &["--version"], &[])?.1);
        small.push(run(program, &["reads", "--threads", "1"], tiny)?.1);
    }
    let middle =
        |costs: &[Cost], figure: fn(&Cost) -> f64| median(costs.iter().map(figure).collect());
    let cpu = |cost: &Cost| cost.cpu;
    let wall = |cost: &Cost| cost.wall;
    let most = |costs: &[Cost]| costs.iter().map(|cost| cost.memory).fold(0.0, f64::max);
    let ratio = middle(&costs[1], cpu) / middle(&costs[0], cpu);
    let (one, two) = (middle(&costs[1], wall), middle(&costs[3], wall));
    let memory = most(&costs[1]).max(most(&costs[3]));
    let (version, small) = (middle(&version, wall), middle(&small, wall));
    let mut goals = Goals::default();
    let pairs = report.qc.fragments;
    goals.row(
        "fragments",
        &pairs.to_string(),
        "≥ 5,000,000",
        pairs >= 5_000_000,
    );
    goals.row(
        "CPU time of the whole run / decoding alone, one thread",
        &format!("{ratio:.2}"),
        "≤ 1.30",
        ratio <= 1.30,
    );
    goals.row(
        "wall time, one thread and two",
        &format!("{one:.2} s, {two:.2} s"),
        "falls",
        two < one,
    );
    goals.row(
        "peak memory",
        &format!("{memory:.0} MB"),
        "< 500 MB",
        memory < 500.0,
    );
    goals.row(
        "`alkaid --version`",
        &format!("{version:.3} s"),
        "< 0.2 s",
        version < 0.2,
    );
    goals.row(
        "a run on the smallest of samples",
        &format!("{small:.3} s"),
        "< 0.2 s",
        small < 0.2,
    );
    let mut text = goals.table();
    text.push_str("\n| run | threads | CPU seconds, median (lowest–highest) | wall seconds, median | peak memory |\n|---|--:|--:|--:|--:|\n");
    let rows = [
        ("decoding alone", 1),
        ("whole run", 1),
        ("decoding alone", 2),
        ("whole run", 2),
    ];
    for ((name, threads), costs) in rows.into_iter().zip(&costs) {
        let low = costs
            .iter()
            .map(|cost| cost.cpu)
            .fold(f64::INFINITY, f64::min);
        let high = costs.iter().map(|cost| cost.cpu).fold(0.0, f64::max);
        text.push_str(&format!(
            "| {name} | {threads} | {:.2} ({low:.2}–{high:.2}) | {:.2} | {:.0} MB |\n",
            middle(costs, cpu),
            middle(costs, wall),
            most(costs)
        ));
    }
    Ok(text)
}
