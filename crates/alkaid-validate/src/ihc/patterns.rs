//! Where in the cell the stain lies.

use std::fmt::Write as _;

use alkaid_ihc::finding::Pattern;
use alkaid_simulate::ihc::{IhcPlan, SimulatedPattern, section};

use super::{measured, share};

/// The pattern of the section, by the pattern that was simulated.
pub fn patterns(seed: u64, sections: u64) -> anyhow::Result<String> {
    let mut text = String::from(
        "| stain simulated in | sections named so | stained cells named so |\n|---|---|---|\n",
    );
    for (simulated, name, right) in [
        (
            SimulatedPattern::Cytoplasmic,
            "cytoplasm, evenly",
            Pattern::Cytoplasmic,
        ),
        (
            SimulatedPattern::Granular,
            "cytoplasm, in grains",
            Pattern::Granular,
        ),
        (
            SimulatedPattern::NuclearAndCytoplasmic,
            "nucleus and cytoplasm",
            Pattern::NuclearAndCytoplasmic,
        ),
        (
            SimulatedPattern::NuclearMembrane,
            "nuclear membrane",
            Pattern::NuclearMembrane,
        ),
        (
            SimulatedPattern::Membranous,
            "membrane",
            Pattern::Membranous,
        ),
    ] {
        let (mut named, mut cells, mut total) = (0, 0, 0);
        for index in 0..sections {
            let plan = IhcPlan {
                seed: seed + 100 + index,
                classes: [0.2, 0.1, 0.3, 0.4],
                pattern: simulated,
                pixel_um: 0.25,
                width: 2000,
                height: 2000,
                ..IhcPlan::default()
            };
            let found = measured(&plan, &section(&plan))?.report.pattern;
            named += u64::from(found.pattern == right);
            let place = Pattern::ALL.iter().position(|p| *p == right).unwrap_or(0);
            cells += found.cells[place];
            total += found.cells.iter().sum::<u64>();
        }
        writeln!(
            text,
            "| {name} | {named} of {sections} | {:.1} % |",
            100.0 * share(cells, total)
        )?;
    }
    Ok(text)
}
