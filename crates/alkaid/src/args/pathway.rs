//! What `alkaid pathway` takes.

use std::path::PathBuf;

use alkaid_pathway::case::Asked;
use alkaid_pathway::network::Evidence;
use clap::{Args, Subcommand, ValueEnum};

/// `alkaid pathway`.
#[derive(Debug, Args)]
pub struct PathwayArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: PathwayCommand,
}

/// The commands of `alkaid pathway`.
#[derive(Debug, Subcommand)]
pub enum PathwayCommand {
    /// Show the network: every node and edge, each edge with its source
    Map(MapArgs),
    /// Run a case over time: ALK, the three arms, growth and survival, as bands
    Run(Box<RunArgs>),
    /// Readouts by dose of one drug
    Dose(Box<DoseArgs>),
    /// Two drugs together (Bliss, Loewe), or a ranking of second inhibitors
    Combine(Box<CombineArgs>),
    /// Which single change brings a readout back under a drug
    Resist(Box<ResistArgs>),
    /// 8 drugs x 40 mutations x 12 states beside ALK x 24 doses
    Scan(ScanArgs),
    /// The Boolean network of a case: attractors, basins, activities
    Logic(Box<LogicArgs>),
    /// Write the model of a case for other tools: SBML, SBML-qual, bnet, PEtab
    Export(Box<ExportArgs>),
    /// The 28 published experiments beside the model
    Compare(CompareArgs),
}

/// A case.
#[derive(Debug, Args)]
pub struct CaseArgs {
    /// The fusion, such as EML4::ALK:V1, NPM1::ALK [default: EML4::ALK:V1]
    #[arg(long, value_name = "FUSION", conflicts_with = "line")]
    pub fusion: Option<String>,
    /// A cell line in its place: H3122, H2228, CLB-BAR
    #[arg(long, value_name = "LINE")]
    pub line: Option<String>,
    /// A mutation of ALK on the fusion; repeatable, all together
    #[arg(long = "mutation", value_name = "MUTATION")]
    pub mutations: Vec<String>,
    /// What stands in for ALK, such as MET, EGFR, KRAS:mutation, NF2, EMT; repeatable
    #[arg(long, value_name = "GENE[:EVENT]")]
    pub bypass: Vec<String>,
    /// A drug and its dose: lorlatinib=100nM, MEK=90% (share of a target), crizotinib=1uM@0d-14d (from, to); repeatable
    #[arg(long = "drug", value_name = "NAME=DOSE", allow_hyphen_values = true)]
    pub drugs: Vec<String>,
    /// A node without activity; repeatable
    #[arg(long, value_name = "NODE")]
    pub off: Vec<String>,
    /// How strong the fusion is expressed, times its usual
    #[arg(long, value_name = "FACTOR")]
    pub strength: Option<f64>,
    /// The data set of potencies [default: verified before unverified, the case's own fusion before another]
    #[arg(long, value_name = "KEY")]
    pub dataset: Option<String>,
    #[command(flatten)]
    pub ensemble: EnsembleArgs,
}

/// Which edges and how many members.
#[derive(Debug, Args)]
pub struct EnsembleArgs {
    /// Run the unverified edges too
    #[arg(long)]
    pub include_unverified: bool,
    /// Members of the ensemble, 1 to 200
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub members: u16,
}

impl EnsembleArgs {
    /// As the library wants it.
    pub fn evidence(&self) -> Evidence {
        if self.include_unverified {
            Evidence::All
        } else {
            Evidence::Usable
        }
    }
}

impl CaseArgs {
    /// As the library wants it.
    pub fn asked(&self, until: Option<&str>) -> Asked {
        Asked {
            fusion: self.fusion.clone(),
            line: self.line.clone(),
            mutations: self.mutations.clone(),
            bypass: self.bypass.clone(),
            drugs: self.drugs.clone(),
            off: self.off.clone(),
            dataset: self.dataset.clone(),
            strength: self.strength,
            until: until.map(str::to_owned),
        }
    }
}

/// How to print.
#[derive(Debug, Args)]
pub struct FormatArgs {
    /// Print JSON
    #[arg(long, conflicts_with = "tsv")]
    pub json: bool,
    /// Print a table
    #[arg(long)]
    pub tsv: bool,
}

/// `alkaid pathway map`.
#[derive(Debug, Args)]
pub struct MapArgs {
    /// Leave the unverified edges out
    #[arg(long)]
    pub usable: bool,
    /// Write the picture
    #[arg(long, value_name = "SVG")]
    pub svg: Option<PathBuf>,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// `alkaid pathway run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub case: CaseArgs,
    /// How long, such as 72h or 25d; of a model of others, in its own unit of time
    #[arg(
        long,
        value_name = "TIME",
        default_value = "72h",
        allow_hyphen_values = true
    )]
    pub until: String,
    /// Run this model in place of ours: SBML, SBML-qual or bnet
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fusion", "line", "mutations", "bypass", "drugs"])]
    pub model: Option<PathBuf>,
    /// Points of the time course of a model of others
    #[arg(long, value_name = "N", default_value_t = 101, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub points: u32,
    /// Write all results into this folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// `alkaid pathway dose`.
#[derive(Debug, Args)]
pub struct DoseArgs {
    /// The drug or node whose dose varies
    #[arg(long, value_name = "NAME")]
    pub vary: String,
    /// What to read: a node, growth, death; repeatable [default: ALK, ERK, AKT, S6, STAT3, growth]
    #[arg(long = "readout", value_name = "NAME")]
    pub readouts: Vec<String>,
    /// Doses
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub points: u16,
    #[command(flatten)]
    pub case: CaseArgs,
    /// Write the picture
    #[arg(long, value_name = "SVG")]
    pub svg: Option<PathBuf>,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// `alkaid pathway combine`.
#[derive(Debug, Args)]
pub struct CombineArgs {
    /// The first drug and its dose: lorlatinib=20nM
    #[arg(long, value_name = "NAME=DOSE", allow_hyphen_values = true)]
    pub first: String,
    /// The second; without it, second inhibitors are ranked
    #[arg(long, value_name = "NAME=DOSE", allow_hyphen_values = true)]
    pub second: Option<String>,
    /// What to read
    #[arg(long, value_name = "NAME", default_value = "growth")]
    pub readout: String,
    #[command(flatten)]
    pub case: CaseArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// `alkaid pathway resist`.
#[derive(Debug, Args)]
pub struct ResistArgs {
    /// What to bring back
    #[arg(long, value_name = "NAME", default_value = "ERK")]
    pub readout: String,
    #[command(flatten)]
    pub case: CaseArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// `alkaid pathway scan`.
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// Members of the ensemble, 1 to 200
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub members: u16,
    /// Run the unverified edges too
    #[arg(long)]
    pub include_unverified: bool,
    /// Print JSON in place of a table
    #[arg(long)]
    pub json: bool,
}

/// `alkaid pathway logic`.
#[derive(Debug, Args)]
pub struct LogicArgs {
    #[command(flatten)]
    pub case: CaseArgs,
    /// Analyse this network in place of ours: bnet or SBML-qual
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fusion", "line", "mutations", "bypass", "drugs"])]
    pub model: Option<PathBuf>,
    /// Walks from random states
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub walks: u32,
    /// Seed of the walks
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// `alkaid pathway export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The format
    #[arg(long, value_enum)]
    pub format: ExportFormat,
    /// Where: a file, or for PEtab a folder [default: standard output]
    #[arg(short, long, value_name = "PATH", required_if_eq("format", "petab"))]
    pub out: Option<PathBuf>,
    /// Member whose numbers are written: 0 the medians, else its place in the ensemble
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=200))]
    pub member: u16,
    /// Leave the inputs of a Boolean network free, in place of the case's values
    #[arg(long)]
    pub free_inputs: bool,
    #[command(flatten)]
    pub case: CaseArgs,
}

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// SBML Level 3 Version 2 core: the differential equations
    Sbml,
    /// SBML-qual: the Boolean network
    Qual,
    /// bnet: the Boolean network
    Bnet,
    /// PEtab: model, conditions, observables, measurements and parameters of the fit
    Petab,
}

/// `alkaid pathway compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    #[command(flatten)]
    pub ensemble: EnsembleArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}
