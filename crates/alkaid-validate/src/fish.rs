//! ALK break-apart FISH against simulated slides: signals, patterns, cases, the rule, refusals, speed. Nuclei have a
//! table of their own ([`crate::nuclei`]).
//!
//! Two kinds of cases. *Drawn* ones go the whole way: pixels, nuclei found by the network, signals, patterns, call.
//! *Counted* ones start from the signals that section and hybridisation leave, each moved by a measured error and some
//! missed; pairing, rule, background and index are the program's own. They are many, for shares near 0 and 1.

mod cases;
mod refusals;
mod rule;
mod signals;
mod slide;
mod speed;

use std::path::Path;

use crate::cases::CaseFile;
use crate::pool::Effort;
use crate::tally::Goals;

/// Runs everything and returns the tables.
///
/// # Errors
/// When a slide cannot be made or analysed.
pub fn fish(effort: Effort, alkaid: &Path, lines: &mut CaseFile) -> anyhow::Result<String> {
    let mut goals = Goals::default();
    let mut details = String::new();
    details += &signals::signals(effort, &mut goals)?;
    details += &cases::cases(effort, lines, &mut goals)?;
    details += &rule::rule(&mut goals);
    details += &refusals::refusals(effort, &mut goals)?;
    details += &speed::speed(effort, alkaid, &mut goals)?;
    Ok(format!("{}\n{details}", goals.table()))
}

/// Seeds of the parts of the validation must differ.
#[derive(Clone, Copy, Debug)]
enum Part {
    Signals = 2,
    Cases,
    Refusals,
    Speed,
}

impl Part {
    /// The seed of a slide of this part.
    fn seed(self, effort: Effort, condition: usize, index: usize) -> u64 {
        effort.seed_of(1_000_000 * self as usize + index, condition)
    }
}
