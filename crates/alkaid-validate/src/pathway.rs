//! The model of signalling: held against published experiments, timed, and what the experiments teach about its parameters.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use alkaid_pathway::finding::{Agreement, ObservationResult, Split};
use alkaid_pathway::fit::{choose, identifiability};
use alkaid_pathway::network::{Evidence, edges_with};
use alkaid_pathway::observations::compare;
use alkaid_pathway::priors::{EnsembleSize, ensemble};
use alkaid_pathway::scan::{Grid, full_scan};
use anyhow::ensure;

/// Draws after which the fit gives up.
const MOST_DRAWS: u32 = 200_000;

/// The table of the 28 experiments, and the counts that must be met.
pub fn observations() -> anyhow::Result<String> {
    let members = ensemble(EnsembleSize(200));
    let results = compare(&members, Evidence::Usable)?;
    let mut out = String::from("| what | measured | must | |\n|---|---|---|---|\n");
    let good = |of: &[&ObservationResult]| {
        of.iter()
            .filter(|one| one.agreement == Agreement::Reproduced)
            .count()
    };
    let all: Vec<&ObservationResult> = results.iter().collect();
    let held: Vec<&ObservationResult> = results
        .iter()
        .filter(|one| one.split == Split::HeldOut)
        .collect();
    let met = |met: bool| if met { "met" } else { "**NOT MET**" };
    writeln!(
        out,
        "| experiments in the right direction | {} of {} | at least 24 of 28 | {} |",
        good(&all),
        all.len(),
        met(good(&all) >= 24)
    )?;
    let share = good(&held) as f64 / held.len().max(1) as f64;
    writeln!(
        out,
        "| of those held out | {} of {} ({:.0} %) | at least 75 % | {} |",
        good(&held),
        held.len(),
        share * 100.0,
        met(share >= 0.75)
    )?;
    let constructed = results.iter().filter(|one| one.by_construction).count();
    writeln!(
        out,
        "| of all, by construction (the table of potencies holds the same experiment) | {constructed} | | |"
    )?;
    writeln!(
        out,
        "\n| # | cells | perturbation | published | used for | model | least share of members | source | remark |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
    for one in &results {
        let least = one
            .statements
            .iter()
            .map(|statement| statement.share)
            .fold(1.0, f64::min);
        let verdict = match one.agreement {
            Agreement::Reproduced if one.by_construction => "reproduced, by construction",
            Agreement::Reproduced => "reproduced",
            Agreement::Contradicted => "**contradicted**",
            Agreement::OutOfScope => "out of scope",
        };
        let used = match one.split {
            Split::Fit => "fit",
            Split::HeldOut => "held out",
        };
        writeln!(
            out,
            "| {} | {} | {} | {} | {used} | {verdict} | {:.0} % | {} | {} |",
            one.number,
            one.system,
            one.perturbation,
            one.published,
            least * 100.0,
            one.source.source,
            one.remark.as_deref().unwrap_or("")
        )?;
    }
    Ok(out)
}

/// Chooses the members of the ensemble and prints the table that the library ships.
pub fn fit(seed: u64, members: usize) -> anyhow::Result<String> {
    let chosen = choose(seed, members, MOST_DRAWS, |tried, kept| {
        eprintln!("{tried} drawn, {kept} kept")
    })?;
    ensure!(
        chosen.numbers.len() == members,
        "only {} of {members} members in {MOST_DRAWS} draws",
        chosen.numbers.len()
    );
    let mut out = format!(
        "# Members of the ensemble: those of the first {} draws of the priors, by their number under the seed, that reproduce every observation of the fit.\n\
         # Written by: alkaid-validate pathway fit --seed {seed}\nseed\tmember\n",
        chosen.tried
    );
    for number in chosen.numbers {
        writeln!(out, "{seed}\t{number}")?;
    }
    Ok(out)
}

/// Sensitivity and identifiability, as two tables.
pub fn parameters() -> anyhow::Result<String> {
    let members = ensemble(EnsembleSize(200));
    let report = identifiability(&members)?;
    // Parameters of edges that do not run were drawn, too; they say nothing.
    let run: Vec<String> = edges_with(Evidence::Usable)
        .map(alkaid_pathway::network::Edge::name)
        .collect();
    let matters = |name: &str| {
        name.split_once(" of ").is_none_or(|(_, of)| {
            !(of.contains("->") || of.contains("-|")) || run.iter().any(|edge| edge == of)
        })
    };
    let mut rows: Vec<_> = report
        .parameters
        .iter()
        .filter(|row| matters(&row.parameter))
        .collect();
    let learned = rows
        .iter()
        .filter(|row| row.spread_ratio < 0.8 || row.shift.abs() > 0.5)
        .count();
    let mut out = format!(
        "Of {} parameters that take part, the experiments of the fit narrow or move {learned} (spread below 0.8 of the prior's, or median moved by more than half of its standard deviation). The others stay as assumed: **not identified**.\n\n",
        rows.len()
    );
    rows.sort_by(|a, b| {
        b.shift
            .abs()
            .max(2.0 * (1.0 - b.spread_ratio))
            .total_cmp(&a.shift.abs().max(2.0 * (1.0 - a.spread_ratio)))
    });
    writeln!(
        out,
        "| parameter | prior median | chosen median | moved by (prior sd) | spread, share of the prior's |\n|---|---|---|---|---|"
    )?;
    for row in rows.iter().take(20) {
        writeln!(
            out,
            "| {} | {:.3} | {:.3} | {:+.2} | {:.2} |",
            cell(&row.parameter),
            row.prior_median,
            row.chosen_median,
            row.shift,
            row.spread_ratio
        )?;
    }
    writeln!(
        out,
        "\n| readout | parameters that it follows most (rank correlation over the members; below about 0.2 it may be chance) |\n|---|---|"
    )?;
    for (index, readout) in report.readouts.iter().enumerate() {
        rows.sort_by(|a, b| {
            b.correlations[index]
                .abs()
                .total_cmp(&a.correlations[index].abs())
        });
        let first: Vec<String> = rows
            .iter()
            .take(6)
            .map(|row| format!("{} {:+.2}", cell(&row.parameter), row.correlations[index]))
            .collect();
        writeln!(out, "| {readout} | {} |", first.join(", "))?;
    }
    Ok(out)
}

/// Text of a cell: an inhibiting edge is written with the sign that ends one.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Times the full scan.
pub fn scan(members: usize) -> anyhow::Result<String> {
    let grid = Grid::full();
    let draws = ensemble(EnsembleSize(members));
    let (started, before) = (Instant::now(), cpu_seconds());
    let cells = full_scan(&grid, &draws, Evidence::Usable, |_| ())?;
    let wall = started.elapsed().as_secs_f64();
    let cpu = cpu_seconds()
        .zip(before)
        .map(|(after, before)| after - before);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for cell in &cells {
        *kinds.entry(cell.potency.as_str()).or_default() += 1;
    }
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    // A busy machine lengthens the wall time; two idle cores take half of the CPU time.
    let on_two = cpu.map_or(wall, |cpu| cpu / 2.0);
    let met = if on_two <= 60.0 { "met" } else { "**NOT MET**" };
    let cpu = cpu.map_or_else(|| "unknown".to_owned(), |cpu| format!("{cpu:.1} s"));
    Ok(format!(
        "| what | measured | must | |\n|---|---|---|---|\n\
         | full scan, {} cells x {} members: CPU time | {cpu} | at most 120 s, 60 s on each of 2 cores | {met} |\n\
         | wall time on {cores} cores, with whatever else ran | {wall:.1} s | | |\n\
         | potencies behind the cells | {} | | |\n",
        cells.len(),
        draws.len(),
        kinds.join(", ")
    ))
}

/// CPU seconds of all threads of this process so far; none where the system does not tell.
fn cpu_seconds() -> Option<f64> {
    /// Ticks of a second in `/proc`, the same on all Linux systems that users meet.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Fields are counted after the command's name in brackets, which may hold blanks.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}
