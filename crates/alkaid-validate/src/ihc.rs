//! Cells, classes and H-scores of simulated sections across stains and scanners; patterns, artefacts, time and memory.

mod artefacts;
mod conditions;
mod patterns;
mod slide;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use alkaid_ihc::finding::{Cell, ImageFlag};
use alkaid_ihc::kit::{default_cut_offs, kit};
use alkaid_ihc::region::RegionChoice;
use alkaid_ihc::{IhcOptions, Measured, Silent, analyse};
use alkaid_imaging::PixelSize;
use alkaid_imaging::brightfield::Slide;
use alkaid_simulate::ihc::{
    CellKind, CellTruth, IhcPlan, PictureForm, Section, section, write_section,
};

use crate::tally::Goals;
use conditions::{CONDITIONS, Condition};
pub use slide::slide;

/// Share of the found cells whose class must be right.
const CLASS_AGREEMENT: f64 = 0.95;
/// Within this the 95 % limits of agreement of H-scores must lie.
const H_SCORE: f64 = 10.0;

/// Sections of one condition, added up.
#[derive(Default)]
struct Outcome {
    /// Tumour cells in truth, found, and with the right class.
    truth: u64,
    found: u64,
    right: u64,
    /// Cells called tumour that lie on no cell of the truth.
    extra: u64,
    /// H-scores less the true ones, a section each.
    h_differences: Vec<f64>,
    /// How many sections had which flag.
    flags: BTreeMap<ImageFlag, usize>,
}

/// Measures sections of all conditions and returns the tables; `sections` of each, from `seed` on.
///
/// # Errors
/// When a section cannot be made or measured.
pub fn ihc(seed: u64, sections: u64) -> anyhow::Result<String> {
    let mut goals = Goals::default();
    let mut text = across_conditions(seed, sections, &mut goals)?;
    text.push('\n');
    text.push_str(&patterns::patterns(seed, sections.min(3))?);
    text.push('\n');
    text.push_str(&artefacts::artefacts(seed)?);
    Ok(format!("{}\n{text}", goals.table()))
}

fn across_conditions(seed: u64, sections: u64, goals: &mut Goals) -> anyhow::Result<String> {
    let mut text = String::from(
        "| condition | cells | found | class right | H-score: mean difference (95 % limits) | flags |\n|---|---|---|---|---|---|\n",
    );
    let mut all = Outcome::default();
    for condition in &CONDITIONS {
        let mut outcome = Outcome::default();
        for index in 0..sections {
            outcome.add(&planned(condition, seed, index))?;
        }
        let flags: Vec<String> = outcome
            .flags
            .iter()
            .map(|(flag, count)| format!("{flag:?} {count}/{sections}"))
            .collect();
        writeln!(
            text,
            "{} {} |",
            outcome.row(condition.name),
            flags.join(", ")
        )?;
        if condition.counts {
            all.take_in(outcome);
        }
        eprintln!("{}", condition.name);
    }
    writeln!(text, "{} |", all.row("**all but the last four**"))?;
    goals.at_least(
        "found cells with the right class",
        share(all.right, all.found),
        CLASS_AGREEMENT,
    );
    let [_, low, high] = limits(&all.h_differences);
    goals.row(
        "H-score less the true one, 95 % limits",
        &format!("{low:+.1} to {high:+.1}"),
        &format!("within ± {H_SCORE}"),
        low >= -H_SCORE && high <= H_SCORE,
    );
    Ok(text)
}

fn planned(condition: &Condition, seed: u64, index: u64) -> IhcPlan {
    // Shares of the classes, so that H-scores from low to high come up.
    let classes = match index % 4 {
        0 => [0.25; 4],
        1 => [0.6, 0.2, 0.1, 0.1],
        2 => [0.1, 0.2, 0.3, 0.4],
        _ => [0.4, 0.3, 0.2, 0.1],
    };
    let mut plan = IhcPlan {
        seed: seed + index,
        classes,
        ..IhcPlan::default()
    };
    (condition.plan)(&mut plan);
    plan
}

impl Outcome {
    /// Makes and measures a section, and takes it in.
    fn add(&mut self, plan: &IhcPlan) -> anyhow::Result<()> {
        let made = section(plan);
        let measured = measured(plan, &made)?;
        // Nuclei at the picture's edge are cut, and belong to nobody.
        let margin = 6.0 / plan.pixel_um;
        let inside = |cell: &&CellTruth| {
            cell.x_px > margin
                && cell.y_px > margin
                && cell.x_px < f64::from(plan.width) - margin
                && cell.y_px < f64::from(plan.height) - margin
        };
        let tumour = |cell: &&CellTruth| cell.kind == CellKind::Tumour;
        let mut matched = BTreeSet::new();
        for truth in made.cells.iter().filter(tumour).filter(inside) {
            self.truth += 1;
            if let Some(cell) = on(&measured.cells, truth, plan.pixel_um) {
                self.found += 1;
                self.right += u64::from(cell.class as u8 == truth.class);
                matched.insert(cell.id);
            }
        }
        let far = |cell: &Cell| {
            let away = |t: &CellTruth| (t.x_px - cell.x_px).hypot(t.y_px - cell.y_px);
            made.cells.iter().all(|t| away(t) > margin)
        };
        self.extra += measured
            .cells
            .iter()
            .filter(|cell| cell.tumour && !matched.contains(&cell.id))
            .filter(|cell| far(cell))
            .count() as u64;
        self.h_differences
            .push(measured.report.score.h_score.unwrap_or(0.0) - made.h_score());
        for flag in &measured.report.image.flags {
            *self.flags.entry(*flag).or_default() += 1;
        }
        Ok(())
    }

    fn take_in(&mut self, other: Self) {
        self.truth += other.truth;
        self.found += other.found;
        self.right += other.right;
        self.extra += other.extra;
        self.h_differences.extend(other.h_differences);
    }

    /// The line of the table, without its last column.
    fn row(&self, name: &str) -> String {
        let [mean, low, high] = limits(&self.h_differences);
        format!(
            "| {name} | {} | {:.1} % (+{:.1} %) | {:.1} % | {mean:+.1} ({low:+.1} to {high:+.1}) |",
            self.truth,
            100.0 * share(self.found, self.truth),
            100.0 * share(self.extra, self.truth),
            100.0 * share(self.right, self.found),
        )
    }
}

fn share(part: u64, whole: u64) -> f64 {
    crate::tally::share(part as usize, whole as usize)
}

/// Mean and 95 % limits of agreement.
fn limits(values: &[f64]) -> [f64; 3] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let spread = (squares / (n - 1.0).max(1.0)).sqrt();
    [mean, mean - 1.96 * spread, mean + 1.96 * spread]
}

/// What the program says of a simulated section with its nests outlined.
fn measured(plan: &IhcPlan, made: &Section) -> anyhow::Result<Measured> {
    let folder = tempfile::tempdir()?;
    let files = write_section(&folder.path().join("s"), plan, made, PictureForm::Png)?;
    let pixel = PixelSize {
        x_um: plan.pixel_um,
        y_um: plan.pixel_um,
        z_um: None,
    };
    let slide = Slide::from_rgb("section", made.picture.clone(), Some(pixel));
    let options = IhcOptions {
        pixel_um: None,
        region: RegionChoice::Outlines(files.tumour),
        kit: kit("D5F3")?,
        cut_offs: default_cut_offs().clone(),
        vectors: None,
        white: None,
        sample: "simulated".to_owned(),
    };
    Ok(analyse(&slide, None, &options, &Silent)?)
}

/// The measured cell on a true one: its middle within the true nucleus.
fn on<'c>(cells: &'c [Cell], truth: &CellTruth, pixel_um: f64) -> Option<&'c Cell> {
    let within = truth.half_axes_um[0] / pixel_um;
    let from = cells.partition_point(|cell| cell.y_px < truth.y_px - within);
    cells[from..]
        .iter()
        .take_while(|cell| cell.y_px <= truth.y_px + within)
        .map(|cell| ((cell.x_px - truth.x_px).hypot(cell.y_px - truth.y_px), cell))
        .filter(|(away, _)| *away <= within)
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, cell)| cell)
}
