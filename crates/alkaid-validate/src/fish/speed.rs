//! Time and memory of the program on one large field.

use std::ops::ControlFlow;
use std::path::Path;

use alkaid_simulate::fish::{Plan, simulate};

use super::Part;
use crate::pool::Effort;
use crate::process::{Cost, median, run};
use crate::tally::Goals;

/// Runs of each kind.
const ROUNDS: usize = 3;
/// Fields of the slide on which it is seen that memory does not grow with them.
const FIELDS: u32 = 10;

/// Measures.
///
/// # Errors
/// When the field cannot be made or the program cannot be run.
pub fn speed(effort: Effort, alkaid: &Path, goals: &mut Goals) -> anyhow::Result<String> {
    let folder = tempfile::tempdir()?;
    let mut plan = Plan::rearranged(Part::Speed.seed(effort, 0, 0));
    plan.field.size_px = 2048;
    plan.field.cells = 260;
    plan.field.fields = FIELDS;
    let written = simulate(&plan, folder.path(), &mut |_, _| ControlFlow::Continue(()))?;
    let slide: Vec<_> = written.into_iter().map(|output| output.image).collect();
    let measure = |arguments: &[&str], files: &[std::path::PathBuf]| -> anyhow::Result<Vec<Cost>> {
        (0..ROUNDS)
            .map(|_| Ok(run(alkaid, arguments, files)?.1))
            .collect()
    };
    let starts = measure(&["--version"], &[])?;
    let runs = measure(&["fish", "--json"], &slide[..1])?;
    let whole = run(alkaid, &["fish", "--json"], &slide)?.1;
    let wall = |costs: &[Cost]| median(costs.iter().map(|cost| cost.wall).collect());
    let memory = runs
        .iter()
        .fold(0.0_f64, |most, cost| most.max(cost.memory));
    goals.row(
        "a field of 2048 × 2048 × 3: time",
        &format!("{:.2} s", wall(&runs)),
        "≤ 5 s",
        wall(&runs) <= 5.0,
    );
    goals.row(
        "a field of 2048 × 2048 × 3: memory",
        &format!("{memory:.0} MiB"),
        "≤ 1024 MiB",
        memory <= 1_024.0,
    );
    goals.row(
        "start of the program",
        &format!("{:.2} s", wall(&starts)),
        "≤ 0.3 s",
        wall(&starts) <= 0.3,
    );
    Ok(format!(
        "\nTimes are medians of {ROUNDS} runs of the program on this machine ({} cores), the file in memory. {FIELDS} such \
         fields in one run: {:.1} s, {:.0} MiB.\n",
        std::thread::available_parallelism().map_or(1, usize::from),
        whole.wall,
        whole.memory,
    ))
}
