//! `alkaid fish` and `alkaid fish score`.

use std::path::PathBuf;

use alkaid_fish::Profile;
use clap::{Args, Subcommand};

/// `alkaid fish`.
#[derive(Debug, Args)]
pub struct FishRunArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: FishCommand,
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
