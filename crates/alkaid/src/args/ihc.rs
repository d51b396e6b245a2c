//! What the user may type of `alkaid ihc` and `alkaid simulate ihc`.

use std::path::PathBuf;

use alkaid_ihc::kit::{CutOffs, Kit, default_cut_offs, kit};
use alkaid_ihc::region::RegionChoice;
use alkaid_ihc::{IhcError, IhcOptions};
use alkaid_simulate::ihc::{ArtefactPlan, CameraPlan, IhcPlan, SimulatedPattern};
use clap::{Args, Subcommand};

/// `alkaid ihc`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Pictures: PNG, JPEG, TIFF, OME-TIFF, tiled and pyramidal TIFF, SVS (JPEG-compressed). Outlines and masks are in pixels of the picture; \
    QuPath exports both. Output: ihc.json, cells.tsv, cells.geojson (for QuPath), overlay.tif (pyramid) and review.html."
)]
pub struct IhcArgs {
    /// What to do in place of scoring a picture.
    #[command(subcommand)]
    pub command: Option<IhcCommand>,
    /// The stained section
    #[arg(value_name = "PICTURE", required = true)]
    pub picture: Option<PathBuf>,
    /// Tumour: outlines as GeoJSON (those of class Tumor, where there are such)
    #[arg(long, value_name = "GEOJSON", conflicts_with_all = ["mask", "all_cells"])]
    pub region: Option<PathBuf>,
    /// Tumour: a mask of the picture's shape, not black where there is tumour
    #[arg(long, value_name = "PNG", conflicts_with = "all_cells")]
    pub mask: Option<PathBuf>,
    /// Take every cell for tumour; without any of these, tumour is guessed (experimental)
    #[arg(long)]
    pub all_cells: bool,
    /// Kit whose rule makes the call: D5F3, 5A4 or 1A4
    #[arg(long, default_value = "D5F3", value_parser = known_kit, value_name = "KIT")]
    pub kit: &'static Kit,
    /// DAB from which a cell is 1+, 2+ and 3+, optical density, such as 0.2,0.4,0.6 [default: those of QuPath]
    #[arg(long, value_parser = cut_offs, value_name = "A,B,C")]
    pub cut_offs: Option<CutOffs>,
    /// Tissue without ALK, stained in the same run: is it clean?
    #[arg(long, value_name = "PICTURE")]
    pub control: Option<PathBuf>,
    /// Micrometres a pixel, where the file does not say
    #[arg(long, value_parser = pixel_um, value_name = "UM")]
    pub pixel_um: Option<f64>,
    /// Counts of empty glass, red, green, blue [default: from the picture]
    #[arg(long, value_parser = white, value_name = "R,G,B")]
    pub white: Option<[f64; 3]>,
    /// Decisions on cells, exported from review.html
    #[arg(long, value_name = "JSON")]
    pub overrides: Option<PathBuf>,
    /// Sample name [default: from the file's name]
    #[arg(long)]
    pub sample: Option<String>,
    /// Write all results into this folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write a picture of the two dyes apart (of at most 2,000 x 2,000 pixels from the top left)
    #[arg(long, value_name = "PNG")]
    pub separation: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Threads [default: all cores, at most 4]
    #[arg(short, long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

/// The commands of `alkaid ihc`.
#[derive(Debug, Subcommand)]
pub enum IhcCommand {
    /// Compare scores that people gave: H-scores, agreement, kappa
    Score(IhcScoreArgs),
}

/// `alkaid ihc score`.
#[derive(Debug, Args)]
#[command(
    after_help = "Columns, separated by tabs: case, reader, and score (0, 1+, 2+, 3+) or pct_0, pct_1, pct_2, pct_3 (percent of tumour cells), or both."
)]
pub struct IhcScoreArgs {
    /// One line a case and reader
    #[arg(value_name = "TSV")]
    pub scores: PathBuf,
    /// Print JSON
    #[arg(long, conflicts_with = "tsv")]
    pub json: bool,
    /// Print the scores as a table
    #[arg(long)]
    pub tsv: bool,
}

impl IhcArgs {
    /// As the library wants them. `name` is the picture's file name.
    pub fn options(&self, name: &str) -> IhcOptions {
        IhcOptions {
            pixel_um: self.pixel_um,
            region: match (&self.region, &self.mask, self.all_cells) {
                (Some(path), _, _) => RegionChoice::Outlines(path.clone()),
                (None, Some(path), _) => RegionChoice::Mask(path.clone()),
                (None, None, true) => RegionChoice::Everything,
                (None, None, false) => RegionChoice::Guess,
            },
            kit: self.kit,
            cut_offs: self
                .cut_offs
                .clone()
                .unwrap_or_else(|| default_cut_offs().clone()),
            vectors: None,
            white: self.white,
            sample: self
                .sample
                .clone()
                .unwrap_or_else(|| super::without_endings(name).to_owned()),
        }
    }
}

fn known_kit(text: &str) -> Result<&'static Kit, IhcError> {
    kit(text)
}

fn three(text: &str) -> Option<[f64; 3]> {
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| part.trim().parse().ok())
        .collect::<Option<_>>()?;
    numbers.try_into().ok()
}

fn cut_offs(text: &str) -> Result<CutOffs, String> {
    three(text)
        .filter(|[a, b, c]| 0.0 < *a && a < b && b < c && *c < 3.0)
        .map(CutOffs::given)
        .ok_or_else(|| {
            "expected three growing optical densities below 3, such as 0.2,0.4,0.6".to_owned()
        })
}

fn white(text: &str) -> Result<[f64; 3], String> {
    three(text)
        .filter(|rgb| rgb.iter().all(|value| (100.0..=255.0).contains(value)))
        .ok_or_else(|| "expected three counts from 100 to 255, such as 243,241,238".to_owned())
}

fn pixel_um(text: &str) -> Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|um| (0.05..=1.5).contains(um))
        .ok_or_else(|| "expected micrometres from 0.05 to 1.5, such as 0.25".to_owned())
}

/// `alkaid simulate ihc`.
#[derive(Debug, Args)]
pub struct SimulateIhcArgs {
    /// Path and start of the output files' names: PREFIX.png, PREFIX_truth.json, PREFIX_tumour.geojson
    #[arg(short, long, value_name = "PREFIX")]
    pub out: PathBuf,
    /// A whole plan as JSON; the options here replace what it says
    #[arg(long, value_name = "JSON")]
    pub plan: Option<PathBuf>,
    /// Width and height in pixels, such as 1600x1200
    #[arg(long, value_parser = size, value_name = "WxH")]
    pub size: Option<(u32, u32)>,
    /// Micrometres a pixel
    #[arg(long, value_parser = pixel_um, value_name = "UM")]
    pub pixel_um: Option<f64>,
    /// Shares of tumour cells of class 0, 1+, 2+ and 3+, such as 0.4,0.3,0.2,0.1
    #[arg(long, value_parser = shares, value_name = "A,B,C,D")]
    pub classes: Option<[f64; 4]>,
    /// cytoplasmic, granular, nuclear-and-cytoplasmic, nuclear-membrane or membranous
    #[arg(long, value_name = "PATTERN")]
    pub pattern: Option<SimulatedPattern>,
    /// Degrees by which the dyes' hues are turned
    #[arg(long, value_name = "DEGREES")]
    pub turn: Option<f64>,
    /// Counts of empty glass, red, green, blue
    #[arg(long, value_parser = white, value_name = "R,G,B")]
    pub white: Option<[f64; 3]>,
    /// Exponent on the share of light
    #[arg(long)]
    pub gamma: Option<f64>,
    /// Standard deviation of the blur in micrometres
    #[arg(long, value_name = "UM")]
    pub blur: Option<f64>,
    /// Quality of a JPEG in between, 1 to 100
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub jpeg: Option<u8>,
    /// Add macrophages, mucin, signet-ring cells, glands and ganglion cells
    #[arg(long)]
    pub artefacts: bool,
    /// Write a tiled TIFF with levels in place of a PNG
    #[arg(long)]
    pub pyramid: bool,
    /// Seed
    #[arg(long)]
    pub seed: Option<u64>,
}

impl SimulateIhcArgs {
    /// The plan with the options on top.
    pub fn onto(&self, mut plan: IhcPlan) -> IhcPlan {
        (plan.width, plan.height) = self.size.unwrap_or((plan.width, plan.height));
        plan.seed = self.seed.unwrap_or(plan.seed);
        plan.pixel_um = self.pixel_um.unwrap_or(plan.pixel_um);
        plan.classes = self.classes.unwrap_or(plan.classes);
        plan.pattern = self.pattern.unwrap_or(plan.pattern);
        let camera = plan.camera;
        plan.camera = CameraPlan {
            turn_degrees: self.turn.unwrap_or(camera.turn_degrees).clamp(0.0, 45.0),
            white: self.white.unwrap_or(camera.white),
            gamma: self.gamma.unwrap_or(camera.gamma).clamp(0.2, 5.0),
            blur_um: self.blur.unwrap_or(camera.blur_um).clamp(0.0, 20.0),
            jpeg: self.jpeg.or(camera.jpeg),
            noise: camera.noise,
        };
        if self.artefacts {
            plan.artefacts = ArtefactPlan {
                macrophages: 6,
                mucin: 1,
                signet_rings: 5,
                apical_glands: 1,
                ganglion_cells: 2,
            };
        }
        plan
    }
}

fn shares(text: &str) -> Result<[f64; 4], String> {
    let numbers: Option<Vec<f64>> = text
        .split(',')
        .map(|part| part.trim().parse().ok())
        .collect();
    numbers
        .and_then(|numbers| <[f64; 4]>::try_from(numbers).ok())
        .filter(|shares| {
            shares.iter().all(|share| (0.0..=1e6).contains(share))
                && shares.iter().sum::<f64>() > 0.0
        })
        .ok_or_else(|| "expected four shares, such as 0.4,0.3,0.2,0.1".to_owned())
}

fn size(text: &str) -> Result<(u32, u32), String> {
    let parts = text
        .split_once('x')
        .and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    parts
        .filter(|(w, h)| (64..=12_000).contains(w) && (64..=12_000).contains(h))
        .ok_or_else(|| {
            "expected width x height, each from 64 to 12,000, such as 1600x1200".to_owned()
        })
}
