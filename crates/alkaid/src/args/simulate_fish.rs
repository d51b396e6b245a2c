//! Arguments of `alkaid simulate fish`.

use std::path::PathBuf;

use alkaid_simulate::fish::{Acquisition, Kind, Plan, read_plan};
use clap::{Args, ValueEnum};

/// `alkaid simulate fish`.
#[derive(Debug, Args)]
pub struct SimulateFishArgs {
    /// Folder for the fields, their labels and the truth
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
    /// A whole plan as TOML; the options here change it
    #[arg(long, value_name = "TOML", conflicts_with = "slide")]
    pub plan: Option<PathBuf>,
    /// The kind of slide to start from
    #[arg(long, value_enum, default_value_t = SlideArg::Negative)]
    pub slide: SlideArg,
    /// Fields of the slide
    #[arg(long)]
    pub fields: Option<u32>,
    /// Nuclei in a field
    #[arg(long)]
    pub cells: Option<u32>,
    /// Width and height of a field in pixels
    #[arg(long, value_name = "PIXELS")]
    pub size: Option<u32>,
    /// Size of a pixel in micrometres
    #[arg(long, value_name = "UM")]
    pub pixel_size: Option<f64>,
    /// Peak of a median signal over the noise of a background pixel
    #[arg(long)]
    pub snr: Option<f64>,
    /// Copies of ALK in tumour nuclei: 2, or 4-6
    #[arg(long, value_parser = copies, value_name = "N[-M]")]
    pub copies: Option<[u32; 2]>,
    /// Share of tumour nuclei with a rearranged copy
    #[arg(long, value_name = "SHARE")]
    pub rearranged: Option<f64>,
    /// How it is rearranged: split, inv2, deletion or green
    #[arg(long)]
    pub kind: Option<Kind>,
    /// Share of nuclei that are tumour
    #[arg(long, value_name = "SHARE")]
    pub tumour_fraction: Option<f64>,
    /// Thickness of the section in micrometres
    #[arg(long, value_name = "UM")]
    pub section: Option<f64>,
    /// Share of nuclei that may lie over others
    #[arg(long, value_name = "SHARE")]
    pub overlap: Option<f64>,
    /// Write a stack of so many planes in place of a projection; 1 is a single plane in the middle
    #[arg(long, value_name = "PLANES")]
    pub z: Option<u32>,
    /// Seed
    #[arg(long)]
    pub seed: Option<u64>,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
}

/// Slides to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SlideArg {
    /// Diploid tissue without a rearrangement
    Negative,
    /// A rearranged tumour as the mean of published cases
    Rearranged,
    /// Crowded, overlapping, hazy tissue
    Crowded,
}

impl SimulateFishArgs {
    /// The plan, with the options on top.
    ///
    /// # Errors
    /// When the plan file cannot be used, or a number is out of range.
    pub fn plan(&self) -> anyhow::Result<Plan> {
        let mut plan = match (&self.plan, self.slide) {
            (Some(path), _) => read_plan(path)?,
            (None, SlideArg::Negative) => Plan::negative(0),
            (None, SlideArg::Rearranged) => Plan::rearranged(0),
            (None, SlideArg::Crowded) => Plan::crowded(0),
        };
        set(&mut plan.seed, self.seed);
        set(&mut plan.field.fields, self.fields);
        set(&mut plan.field.cells, self.cells);
        set(&mut plan.field.size_px, self.size);
        set(&mut plan.field.pixel_um, self.pixel_size);
        set(&mut plan.field.overlap, self.overlap);
        set(&mut plan.camera.snr, self.snr);
        set(&mut plan.alk.copies, self.copies);
        set(&mut plan.alk.rearranged, self.rearranged);
        if self.kind.is_some() {
            plan.alk.with_deletion = 0.0;
        }
        set(&mut plan.alk.kind, self.kind);
        set(&mut plan.tissue.tumour_fraction, self.tumour_fraction);
        set(&mut plan.tissue.section_um, self.section);
        if let Some(planes) = self.z {
            plan.optics.acquisition = Acquisition::Stack;
            plan.optics.planes = planes;
        }
        plan.check()?;
        Ok(plan)
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn copies(text: &str) -> Result<[u32; 2], String> {
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let range = match text.split_once('-') {
        Some((fewest, most)) => number(fewest).zip(number(most)),
        None => number(text).map(|copies| (copies, copies)),
    };
    range
        .filter(|(fewest, most)| fewest <= most)
        .map(|(fewest, most)| [fewest, most])
        .ok_or_else(|| format!("{text:?} is not a number of copies; write 2, or 4-6"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_a_number_or_a_range() {
        assert_eq!(copies("2"), Ok([2, 2]));
        assert_eq!(copies("4-6"), Ok([4, 6]));
        assert!(copies("6-4").is_err() && copies("many").is_err());
    }
}
