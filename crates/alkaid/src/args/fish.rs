//! `alkaid fish` and `alkaid fish score`.

use std::path::{Path, PathBuf};

use alkaid_fish::Profile;
use alkaid_fish::fields::{ChannelChoice, Source};
use alkaid_imaging::channels::Pick;
use alkaid_imaging::nuclei::Method;
use clap::{Args, Subcommand};

/// `alkaid fish`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Fields of one slide: OME-TIFF, ImageJ or plain TIFF, one grey plane a channel. Pictures with colours baked in are refused.\n\
    The exit status is 0 whatever the call; 1 when it could not run; 2 for wrong usage; 3 for a positive call with --fail-on-positive."
)]
pub struct FishRunArgs {
    /// What to do in place of reading images.
    #[command(subcommand)]
    pub command: Option<FishCommand>,
    /// What to read.
    #[command(flatten)]
    pub images: ImageArgs,
}

/// `alkaid fish FIELD...`.
#[derive(Debug, Args)]
pub struct ImageArgs {
    /// Fields of one slide; of a field in files of one channel each: dapi=FILE,red=FILE,green=FILE
    #[arg(required = true, value_name = "FIELD", value_parser = source)]
    pub fields: Vec<Source>,
    /// What all of `alkaid fish` takes.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Which channel is which, by number from 0 or by name, such as dapi=0,red=1,green=2; red stands for orange dyes too [default: told by names, colours and wavelengths]
    #[arg(long, value_name = "ROLES")]
    pub channels: Option<ChannelChoice>,
    /// Micrometres a pixel, in place of what the files say
    #[arg(long, value_parser = pixel_size, value_name = "UM")]
    pub pixel_size: Option<f64>,
    /// Which time of a time series, counted from 0
    #[arg(long, value_name = "N")]
    pub time: Option<u64>,
    /// How nuclei are found: network, classical, or a label image; repeat label images, one for each field
    #[arg(long, default_value = "network", value_name = "HOW")]
    pub nuclei: Vec<String>,
    /// Areas to look at, GeoJSON in pixels (those of class Tumor, where there are such); repeat, one for each field
    #[arg(long, value_name = "GEOJSON")]
    pub regions: Vec<PathBuf>,
    /// A person's changes, as the gallery exports them
    #[arg(long, value_name = "JSON")]
    pub overrides: Option<PathBuf>,
    /// Who made the changes that do not say who
    #[arg(long, value_name = "NAME")]
    pub reader: Option<String>,
    /// Threads [default: all cores, at most 4]
    #[arg(short, long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

/// Where nuclei come from.
#[derive(Clone, Debug)]
pub enum NucleiChoice<'a> {
    /// Found on the counterstain.
    Found(Method),
    /// Label images.
    Given(Vec<&'a Path>),
}

impl ImageArgs {
    /// `--nuclei`, understood.
    pub fn nuclei(&self) -> NucleiChoice<'_> {
        match self.nuclei.as_slice() {
            [one] if one == "network" => NucleiChoice::Found(Method::Network),
            [one] if one == "classical" => NucleiChoice::Found(Method::Classical),
            files => NucleiChoice::Given(files.iter().map(Path::new).collect()),
        }
    }
}

/// The commands of `alkaid fish`.
#[derive(Debug, Subcommand)]
pub enum FishCommand {
    /// Apply the rule to nuclei that people counted by eye
    Score(ScoreArgs),
}

/// `alkaid fish score`.
#[derive(Debug, Args)]
#[command(
    after_help = "Columns, in any order: nucleus, fused, red, green; or nucleus, pattern; or pattern, nuclei (how many). Beside them reader and field. \
    3prime and 5prime name the sides whatever the kit's colours. With two readers the first step is the first one's, the second is on other nuclei of the second."
)]
pub struct ScoreArgs {
    /// Table, separated by tabs, semicolons or commas
    #[arg(value_name = "TABLE")]
    pub table: PathBuf,
    /// What all of `alkaid fish` takes.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// What images and tables have in common.
#[derive(Debug, Args)]
pub struct CommonArgs {
    /// Probe kit: vysis, zytovision or dako
    #[arg(long, default_value = "vysis", value_parser = probe, value_name = "KIT")]
    pub probe: &'static Profile,
    /// Seed of the draw of nuclei
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Sample name [default: from the first file's name]
    #[arg(long)]
    pub sample: Option<String>,
    /// Write all results into this folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print the report as JSON in place of the page
    #[arg(long)]
    pub json: bool,
    /// End with status 3 if the call is positive
    #[arg(long)]
    pub fail_on_positive: bool,
}

fn probe(text: &str) -> Result<&'static Profile, String> {
    alkaid_fish::profile(text).map_err(|error| error.to_string())
}

/// A file, or three files by channel. What is there as a file is one, whatever its name.
fn source(text: &str) -> Result<Source, String> {
    let by_channel = |role: &str| text.starts_with(role);
    if Path::new(text).exists()
        || !["dapi=", "red=", "orange=", "green=", "3=", "5="]
            .into_iter()
            .any(by_channel)
    {
        return Ok(Source::File(text.into()));
    }
    let ChannelChoice {
        wanted, named_by, ..
    } = text.parse()?;
    let file = |pick: Option<Pick>, role| match pick {
        Some(Pick::Name(name)) => Ok(PathBuf::from(name)),
        Some(Pick::Index(number)) => Ok(PathBuf::from(number.to_string())),
        None => Err(format!(
            "the file of {role} is missing; expected dapi=FILE,red=FILE,green=FILE"
        )),
    };
    Ok(Source::Channels {
        files: [
            file(wanted.dapi, "dapi")?,
            file(wanted.red, "red")?,
            file(wanted.green, "green")?,
        ],
        named_by,
    })
}

fn pixel_size(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(size) if (0.01..=2.0).contains(&size) => Ok(size),
        _ => Err("expected micrometres from 0.01 to 2, such as 0.1075".to_owned()),
    }
}
