//! Measures Alkaid against known truth: real reads with published fusions, and simulations. It writes the tables of
//! `docs/validation.md` and `docs/performance.md`; `scripts/validate` and `scripts/speed` run it.
//!
//! Each command prints Markdown to standard output, progress to standard error, and fails only when it cannot run: an
//! unmet goal is a result, and is printed as such.

mod case;
mod case_speed;
mod cases;
mod compare;
mod decoys;
mod dna;
mod explain;
mod fish;
mod ihc;
mod insert;
mod isoforms;
mod junctions;
mod nuclei;
mod pathway;
mod pool;
mod process;
mod proteins;
mod real;
mod speed;
mod tally;
mod variants;

use std::path::PathBuf;
use std::process::ExitCode;

use alkaid_genome::Bundle;
use clap::{Args, Parser, Subcommand};

use cases::CaseFile;
use pool::Effort;

/// Measures Alkaid against known truth and prints Markdown tables.
#[derive(Debug, Parser)]
#[command(name = "alkaid-validate", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every in-frame junction of the partners with a sequence x read length x layout x quality x support
    Junctions {
        #[command(flatten)]
        effort: EffortArgs,
        /// Bases that each supporting read holds at least on either side
        #[arg(long, default_value_t = 12)]
        anchor: u16,
    },
    /// Partners known by protein only, back-translated, and a partner that nothing knows
    Proteins {
        #[command(flatten)]
        effort: EffortArgs,
    },
    /// Genomic breakpoints in introns
    Dna {
        #[command(flatten)]
        effort: EffortArgs,
    },
    /// Samples without a fusion, full of what could be mistaken for one
    Decoys {
        #[command(flatten)]
        effort: EffortArgs,
        /// Pairs in all samples together
        #[arg(long, default_value_t = 10_000_000)]
        pairs: u64,
        /// The program to run [default: the one built beside this]
        #[arg(long, value_name = "FILE")]
        alkaid: Option<PathBuf>,
    },
    /// Isoforms, intragenic changes, other starts, molecular barcodes, odd read lengths
    Isoforms {
        #[command(flatten)]
        effort: EffortArgs,
    },
    /// Catalogued mutations x share x depth x UMI, and on which molecules they stand
    Variants {
        #[command(flatten)]
        effort: EffortArgs,
    },
    /// Real reads with published truth
    Real {
        /// Folder with the sets rna_fusioncatcher, dna_panel_h3122, dna_panel_hcc827 and negatives
        folder: PathBuf,
        /// Write one line per set, with what was seen
        #[arg(long, value_name = "TSV")]
        cases: Option<PathBuf>,
    },
    /// Spellings of questions, time to an answer, and calls of inhibitors that the clinic knows
    Explain {
        /// Write one line per case, with what was expected and what was seen
        #[arg(long, value_name = "TSV")]
        cases: Option<PathBuf>,
        /// The program to run [default: the one built beside this]
        #[arg(long, value_name = "FILE")]
        alkaid: Option<PathBuf>,
    },
    /// The model of signalling against published experiments
    Pathway {
        /// What to measure.
        #[command(subcommand)]
        what: PathwayTable,
    },
    /// Simulated stained sections across stains and scanners
    Ihc {
        /// First seed of the simulations
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Sections of each condition
        #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(2..))]
        sections: u64,
    },
    /// Time and memory of a stained region and of a whole stained slide
    IhcSlide {
        /// Side of the slide in pixels
        #[arg(long, default_value_t = 40_000, value_parser = clap::value_parser!(u32).range(2000..=60_000))]
        side: u32,
        /// The program to run [default: the one built beside this]
        #[arg(long, value_name = "FILE")]
        alkaid: Option<PathBuf>,
    },
    /// Nuclei of fluorescence fields against labels drawn by people, and of simulated sections
    Nuclei {
        /// Folder with images, labels and split.tsv
        #[arg(default_value = "../shared/images/nuclei_dsb2018")]
        folder: PathBuf,
        /// Which fields: the network never saw those of the test split
        #[arg(long, default_value = "test")]
        split: String,
        /// Seed of the first simulated section
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Threads
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
        threads: u16,
        /// Write one line per field, with what was seen
        #[arg(long, value_name = "TSV")]
        cases: Option<PathBuf>,
    },
    /// Break-apart FISH on simulated slides: signals, patterns, cases, the rule, refusals, speed
    Fish {
        #[command(flatten)]
        effort: EffortArgs,
        /// The program to run [default: the one built beside this]
        #[arg(long, value_name = "FILE")]
        alkaid: Option<PathBuf>,
    },
    /// CPU and wall time of a whole run against decoding alone
    Speed {
        /// FASTQ files, of 5 million pairs or more
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// A FASTQ file of a few reads, to time the start
        #[arg(long, value_name = "FASTQ", required = true)]
        tiny: Vec<PathBuf>,
        /// The program to run [default: the one built beside this]
        #[arg(long, value_name = "FILE")]
        alkaid: Option<PathBuf>,
    },
    /// Wall time of a case against that of its assays run alone
    CaseSpeed {
        /// A manifest with reads of RNA, FISH images and a stained section
        manifest: PathBuf,
        /// Threads
        #[arg(long, default_value = "2")]
        threads: String,
        /// The program to run [default: the one built beside this]
        #[arg(long, value_name = "FILE")]
        alkaid: Option<PathBuf>,
    },
    /// Decompress FASTQ files and find their records, and nothing else
    Decode {
        /// FASTQ files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Threads
        #[arg(long, default_value_t = 1)]
        threads: usize,
    },
    /// Put standard input between the marks of a section of a page
    Insert {
        /// The page
        page: PathBuf,
        /// The section
        section: String,
    },
}

/// The tables of the model of signalling.
#[derive(Debug, Subcommand)]
enum PathwayTable {
    /// The 28 experiments: reproduced, contradicted, or out of scope
    Observations,
    /// What the experiments teach about the parameters, and what readouts follow
    Parameters,
    /// Choose the members of the ensemble again, and print its table
    Fit {
        /// Seed of the draws
        #[arg(long, default_value_t = 20_261_126)]
        seed: u64,
        /// Members
        #[arg(long, default_value_t = 200)]
        members: usize,
    },
    /// Time of the full scan
    Scan {
        /// Members
        #[arg(long, default_value_t = 50)]
        members: usize,
    },
}

#[derive(Debug, Args)]
struct EffortArgs {
    /// Run one case in so many
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
    /// Seed of the simulations
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Cases at a time
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    /// Write one line per case, with what was expected and what was seen
    #[arg(long, value_name = "TSV")]
    cases: Option<PathBuf>,
}

impl EffortArgs {
    fn effort(&self) -> Effort {
        Effort {
            every: self.every as usize,
            seed: self.seed,
            threads: self.threads.into(),
        }
    }

    fn cases(&self) -> anyhow::Result<CaseFile> {
        CaseFile::create(self.cases.as_deref())
    }
}

fn main() -> ExitCode {
    match run(&Cli::parse().command) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> anyhow::Result<String> {
    let bundle = Bundle::embedded();
    match command {
        Command::Junctions { effort, anchor } => {
            junctions::junctions(bundle, effort.effort(), *anchor, &mut effort.cases()?)
        }
        Command::Proteins { effort } => {
            proteins::proteins(bundle, effort.effort(), &mut effort.cases()?)
        }
        Command::Dna { effort } => dna::dna(bundle, effort.effort(), &mut effort.cases()?),
        Command::Decoys {
            effort,
            pairs,
            alkaid,
        } => {
            let program = process::alkaid(alkaid.as_deref())?;
            decoys::decoys(
                bundle,
                effort.effort(),
                *pairs,
                &program,
                &mut effort.cases()?,
            )
        }
        Command::Isoforms { effort } => {
            isoforms::isoforms(bundle, effort.effort(), &mut effort.cases()?)
        }
        Command::Variants { effort } => {
            variants::variants(bundle, effort.effort(), &mut effort.cases()?)
        }
        Command::Real { folder, cases } => {
            real::real(bundle, folder, &mut CaseFile::create(cases.as_deref())?)
        }
        Command::Explain { cases, alkaid } => explain::explain(
            &process::alkaid(alkaid.as_deref())?,
            &mut CaseFile::create(cases.as_deref())?,
        ),
        Command::Pathway { what } => match what {
            PathwayTable::Observations => pathway::observations(),
            PathwayTable::Parameters => pathway::parameters(),
            PathwayTable::Fit { seed, members } => pathway::fit(*seed, *members),
            PathwayTable::Scan { members } => pathway::scan(*members),
        },
        Command::Ihc { seed, sections } => ihc::ihc(*seed, *sections),
        Command::IhcSlide { side, alkaid } => {
            ihc::slide(*side, &process::alkaid(alkaid.as_deref())?)
        }
        Command::Nuclei {
            folder,
            split,
            seed,
            threads,
            cases,
        } => nuclei::nuclei(
            folder,
            split,
            *seed,
            usize::from(*threads),
            &mut CaseFile::create(cases.as_deref())?,
        ),
        Command::Fish { effort, alkaid } => fish::fish(
            effort.effort(),
            &process::alkaid(alkaid.as_deref())?,
            &mut effort.cases()?,
        ),
        Command::Speed {
            files,
            tiny,
            alkaid,
        } => speed::speed(files, tiny, &process::alkaid(alkaid.as_deref())?),
        Command::CaseSpeed {
            manifest,
            threads,
            alkaid,
        } => case_speed::case_speed(manifest, threads, &process::alkaid(alkaid.as_deref())?),
        Command::Decode { files, threads } => speed::decode(files, *threads),
        Command::Insert { page, section } => insert::insert(page, section).map(|()| String::new()),
    }
}
