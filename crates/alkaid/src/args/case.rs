//! `alkaid case` and `alkaid compare`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `alkaid case`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Runs what the manifest names and has not been run with these files and options, keeps results in the folder of \
    results, and concludes. An assay that fails is told in the report and leaves the others.\n\nalkaid case init case.toml writes a manifest to fill in."
)]
pub struct CaseArgs {
    /// The manifest, or the folder that holds it as case.toml
    #[arg(required = true, value_name = "MANIFEST")]
    pub manifest: Option<PathBuf>,
    /// Write all results into this folder, and keep there what was run
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print JSON
    #[arg(long, conflicts_with = "tsv")]
    pub json: bool,
    /// Print a table, one statement a line
    #[arg(long)]
    pub tsv: bool,
    /// End with status 3 if ALK is rearranged
    #[arg(long)]
    pub fail_on_positive: bool,
    /// Reference bundle in place of the built-in one
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    /// Threads [default: all cores, at most 4]
    #[arg(short, long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Something else to do.
    #[command(subcommand)]
    pub command: Option<CaseCommand>,
}

/// The commands of `alkaid case`.
#[derive(Debug, Subcommand)]
pub enum CaseCommand {
    /// Write a commented manifest to fill in
    Init(InitArgs),
}

/// `alkaid case init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to write it; - prints it
    #[arg(default_value = "case.toml", value_name = "FILE")]
    pub file: PathBuf,
    /// Name of the sample
    #[arg(long, default_value = "SAMPLE", value_name = "NAME")]
    pub sample: String,
}

/// `alkaid compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The earlier case: the folder that alkaid case wrote, or its case.json
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The later case
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// Write compare.json and compare.tsv into this folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print JSON
    #[arg(long, conflicts_with = "tsv")]
    pub json: bool,
    /// Print a table, one change a line
    #[arg(long)]
    pub tsv: bool,
}
