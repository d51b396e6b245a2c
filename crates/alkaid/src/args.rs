//! What the user may type. Values are parsed here once; what follows works with valid ones.

mod case;
mod fish;
mod ihc;
pub mod pathway;
mod simulate_fish;

use std::path::PathBuf;

pub use self::ihc::{IhcArgs, IhcCommand, IhcScoreArgs, SimulateIhcArgs};
use alkaid_genome::Assembly;
use alkaid_knowledge::{Date, Status};
use alkaid_reads::finding::Molecule;
use alkaid_reads::input::{MissingEnd, Pairing, UmiPlacement};
use alkaid_simulate::{FusionPlan, QualityProfile};
use alkaid_tables::{CopyNumberUnit, ExpressionUnit};
use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

pub use self::case::{CaseArgs, CaseCommand, CompareArgs};
pub use self::fish::{CommonArgs, FishCommand, FishRunArgs, ImageArgs, NucleiChoice, ScoreArgs};
pub use simulate_fish::SimulateFishArgs;

/// ALK rearrangements from whatever evidence there is. For research use only.
#[derive(Debug, Parser)]
#[command(
    name = "alkaid",
    version,
    about,
    after_help = "Exit status: 0 ran, whatever the verdict; 1 failed; 2 wrong usage; \
    3 ALK is rearranged (only with --fail-on-positive); 130 interrupted.\n\nFor research use only. Not for use in diagnostic procedures."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Call ALK fusions from sequencing reads (FASTQ, BAM or CRAM; RNA or DNA)
    Reads(ReadsArgs),
    /// Say what is known about a fusion, mutation, drug, tumour type, trial or gene
    Explain(ExplainArgs),
    /// Show the evidence for and against each ALK inhibitor for a fusion and its mutations
    Inhibitors(InhibitorsArgs),
    /// Look for bypass, EMT and transformation in the variant, copy-number and expression tables of other callers
    Bypass(Box<BypassArgs>),
    /// Run the model of ALK signalling: what a drug, a mutation or a bypass does to the three arms and to growth
    Pathway(pathway::PathwayArgs),
    /// Call ALK break-apart FISH by the probe kit's rule
    Fish(Box<FishRunArgs>),
    /// Score ALK immunohistochemistry: DAB per cell, H-score, and the kit's call
    Ihc(Box<IhcArgs>),
    /// Conclude about one sample from everything there is about it
    Case(CaseArgs),
    /// Compare two cases of one patient: what appeared, what went, what rose or fell
    Compare(CompareArgs),
    /// Run the main job on a small simulated sample
    Demo(DemoArgs),
    /// Make reads with known truth from the reference bundle, FISH fields, or stained sections
    Simulate(Box<SimulateArgs>),
    /// Build or inspect a reference bundle
    Reference(ReferenceArgs),
    /// List what is known: partners, variants, mutations, drugs, trials and more, each fact with source and date
    List(Box<ListArgs>),
    /// Print the bench sheet of a wet-lab protocol, or check a filled record
    Protocol(ProtocolArgs),
    /// Print the JSON schema of a result, or of the manifest of a case
    Schema(SchemaArgs),
}

/// `alkaid reads`.
#[derive(Debug, Args)]
pub struct ReadsArgs {
    /// FASTQ files (one or two per lane; plain, gzip or BGZF), or a BAM or CRAM; - reads standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write all results into this folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print the report as JSON in place of the drawing
    #[arg(long)]
    pub json: bool,
    /// What was sequenced
    #[arg(long, value_enum, default_value_t = MoleculeArg::Auto)]
    pub molecule: MoleculeArg,
    /// Sample name, also of its column in tables [default: from the first file's name]
    #[arg(long)]
    pub sample: Option<String>,
    /// How FASTQ records belong together
    #[arg(long, value_enum, default_value_t = PairingArg::Auto)]
    pub pairing: PairingArg,
    /// Where UMIs stand: auto, none, name, tag:RX, or read1:START:LENGTH (0-based; read2 likewise)
    #[arg(long, default_value = "auto", value_name = "WHERE")]
    pub umi: UmiPlacement,
    /// FASTA that a CRAM was made with
    #[arg(long, value_name = "FASTA")]
    pub reference: Option<PathBuf>,
    /// DNA panel's target list: compare the depth of ALK's exons with that of all other targets (BAM or CRAM with index)
    #[arg(long, value_name = "BED")]
    pub control_regions: Option<PathBuf>,
    /// Reference bundle in place of the built-in one
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    /// Threads [default: all cores, at most 4: decoding is what costs]
    #[arg(short, long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// End with status 3 if ALK is rearranged
    #[arg(long)]
    pub fail_on_positive: bool,
    /// Accept BGZF FASTQ files without their end block (as some demultiplexers write them)
    #[arg(long)]
    pub allow_missing_eof: bool,
    /// Tables of other callers of the same sample
    #[command(
        flatten,
        next_help_heading = "Tables of other callers of the same sample"
    )]
    pub tables: TableArgs,
}

/// `--molecule`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MoleculeArg {
    /// Tell from the reads
    Auto,
    /// RNA (cDNA)
    Rna,
    /// Genomic or cell-free DNA
    Dna,
}

/// `--pairing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PairingArg {
    /// Tell from file and read names
    Auto,
    /// Mates follow each other in one file
    Interleaved,
    /// Every read stands alone
    Single,
}

impl ReadsArgs {
    /// As the library wants them.
    pub fn options(&self) -> alkaid_reads::Options {
        let mut options = alkaid_reads::Options {
            molecule: match self.molecule {
                MoleculeArg::Auto => None,
                MoleculeArg::Rna => Some(Molecule::Rna),
                MoleculeArg::Dna => Some(Molecule::Dna),
            },
            sample: self.sample.clone(),
            control_regions: self.control_regions.clone(),
            ..alkaid_reads::Options::default()
        };
        options.input.threads = threads(self.threads);
        options.input.pairing = match self.pairing {
            PairingArg::Auto => Pairing::Auto,
            PairingArg::Interleaved => Pairing::Interleaved,
            PairingArg::Single => Pairing::Single,
        };
        options.input.umi = self.umi;
        options.input.reference = self.reference.clone();
        options.input.missing_bgzf_end = if self.allow_missing_eof {
            MissingEnd::Warn
        } else {
            MissingEnd::Refuse
        };
        options
    }
}

/// Threads asked for, or as many as help.
pub fn threads(asked: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, |cores| cores.get().min(4));
    asked.map_or_else(cores, usize::from)
}

/// `alkaid explain`.
#[derive(Debug, Args)]
#[command(
    after_help = "Questions: EML4-ALK, 'EML4::ALK v3a', 'E6;A20', 'EML4 exon 13 - ALK exon 20', G1202R, 'c.3604G>A', \
    'chr2:29220747C>T', 'chr2:42299750 chr2:29223740 hg38', C1156Y/L1198F, lorlatinib, NVL-655, NSCLC, ALEX, NCT02075840, \
    'MET amplification', ALK. Offline; each fact has its source, date and status."
)]
pub struct ExplainArgs {
    /// What to explain: each argument is a question, or all together are one
    #[arg(required = true, value_name = "QUESTION")]
    pub questions: Vec<String>,
    /// Status of drugs as of this day, YYYY-MM-DD [default: the day up to which the tables were read]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Print JSON
    #[arg(long, conflicts_with = "tsv")]
    pub json: bool,
    /// Print a table, one fact a line
    #[arg(long)]
    pub tsv: bool,
}

/// `alkaid inhibitors`.
#[derive(Debug, Args)]
pub struct InhibitorsArgs {
    /// The fusion, in any spelling that alkaid explain takes
    #[arg(long, value_name = "FUSION")]
    pub fusion: Option<String>,
    /// A mutation of ALK on the fusion; repeatable, all of them together in one tumour
    #[arg(long = "mutation", value_name = "MUTATION")]
    pub mutations: Vec<String>,
    /// A gene that may stand in for ALK, and what happened to it, as MET:amplification; or EMT; repeatable
    #[arg(long, value_name = "GENE:EVENT")]
    pub bypass: Vec<String>,
    /// A drug already given, under which the tumour went on; repeatable
    #[arg(long, value_name = "DRUG")]
    pub prior: Vec<String>,
    /// Tumour type, such as NSCLC or IMT: labels for others do not count then
    #[arg(long, value_name = "TUMOUR")]
    pub tumour: Option<String>,
    /// Evidence and status as of this day, YYYY-MM-DD [default: the day up to which the tables were read]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Print JSON
    #[arg(long, conflicts_with = "tsv")]
    pub json: bool,
    /// Print a table, one piece of evidence a line
    #[arg(long)]
    pub tsv: bool,
}

/// Tables of other callers, as `alkaid bypass` and `alkaid reads` take them.
#[derive(Debug, Args)]
pub struct TableArgs {
    /// Small variants of any caller, VCF, annotated (VEP, SnpEff) or not
    #[arg(long, value_name = "VCF")]
    pub variants: Option<PathBuf>,
    /// Copy numbers by segment or gene
    #[arg(long, value_name = "FILE")]
    pub copy_number: Option<PathBuf>,
    /// Expression by gene or transcript
    #[arg(long, value_name = "FILE")]
    pub expression: Option<PathBuf>,
    /// Assembly of variants and segments; auto tells it from the VCF and takes segments to be on GRCh38
    #[arg(long, value_enum, default_value_t = AssemblyArg::Auto)]
    pub assembly: AssemblyArg,
    /// The tumour's sample in the VCF
    #[arg(long, alias = "tumor-sample", value_name = "NAME")]
    pub tumour_sample: Option<String>,
    /// Unit of the copy numbers, where the header does not say
    #[arg(long, value_enum, value_name = "UNIT")]
    pub copy_number_units: Option<CopyNumberUnitArg>,
    /// Share of tumour cells for log2 ratios, above 0 and at most 1 [default: 1]
    #[arg(long, value_parser = purity, value_name = "SHARE")]
    pub purity: Option<f64>,
    /// Mean copies of a tumour cell for log2 ratios, 0.5 to 12 [default: 2]
    #[arg(long, value_parser = ploidy, value_name = "COPIES")]
    pub ploidy: Option<f64>,
    /// Unit of the expression table, where the header does not say
    #[arg(long, value_enum, value_name = "UNIT")]
    pub expression_units: Option<ExpressionUnitArg>,
}

/// `alkaid bypass`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("tables")
        .args(["variants", "copy_number", "expression"])
        .required(true)
        .multiple(true),
    after_help = "Formats are told by content. Copy numbers: CNVkit, SEG, FACETS, ASCAT, Sequenza, PURPLE, GISTIC by genes, and any table with named \
    columns. Expression: salmon, kallisto, RSEM, featureCounts, StringTie, and matrices. Plain or gzip."
)]
pub struct BypassArgs {
    /// The tables
    #[command(flatten)]
    pub tables: TableArgs,
    /// The sample's column in a matrix of copy numbers or expression
    #[arg(long, value_name = "NAME")]
    pub sample: Option<String>,
    /// Reference bundle in place of the built-in one
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    /// Write bypass.json and bypass.tsv into this folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print JSON
    #[arg(long, conflicts_with = "tsv")]
    pub json: bool,
    /// Print a table, one finding a line
    #[arg(long)]
    pub tsv: bool,
}

/// `--assembly`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AssemblyArg {
    /// Tell from the file
    Auto,
    /// GRCh38 (hg38)
    Grch38,
    /// GRCh37 (hg19)
    Grch37,
}

/// `--copy-number-units`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CopyNumberUnitArg {
    /// log2 of tumour over reference
    Log2,
    /// Total copies
    Copies,
    /// Classes from -2 to 2 (all_thresholded.by_genes)
    Gistic,
}

/// `--expression-units`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExpressionUnitArg {
    /// Transcripts per million
    Tpm,
    /// Fragments or reads per kilobase and million
    Fpkm,
    /// Counts, made into counts per million
    Counts,
    /// A logarithm to base 2 of one of these
    Log2,
}

impl TableArgs {
    /// The files.
    pub fn inputs(&self) -> alkaid_tables::Inputs {
        alkaid_tables::Inputs {
            variants: self.variants.clone(),
            copy_number: self.copy_number.clone(),
            expression: self.expression.clone(),
        }
    }

    /// Whether there is any.
    pub fn any(&self) -> bool {
        self.variants.is_some() || self.copy_number.is_some() || self.expression.is_some()
    }

    /// As the library wants them. `sample` is the sample's column in a matrix.
    pub fn options(&self, sample: Option<&str>) -> alkaid_tables::Options {
        alkaid_tables::Options {
            assembly: match self.assembly {
                AssemblyArg::Auto => None,
                AssemblyArg::Grch38 => Some(Assembly::Grch38),
                AssemblyArg::Grch37 => Some(Assembly::Grch37),
            },
            tumour_sample: self.tumour_sample.clone(),
            purity: self.purity,
            ploidy: self.ploidy,
            copy_number_unit: self.copy_number_units.map(|unit| match unit {
                CopyNumberUnitArg::Log2 => CopyNumberUnit::Log2Ratio,
                CopyNumberUnitArg::Copies => CopyNumberUnit::Copies,
                CopyNumberUnitArg::Gistic => CopyNumberUnit::GisticClasses,
            }),
            sample: sample.map(str::to_owned),
            expression_unit: self.expression_units.map(|unit| match unit {
                ExpressionUnitArg::Tpm => ExpressionUnit::Tpm,
                ExpressionUnitArg::Fpkm => ExpressionUnit::Fpkm,
                ExpressionUnitArg::Counts => ExpressionUnit::Counts,
                ExpressionUnitArg::Log2 => ExpressionUnit::Log2,
            }),
        }
    }
}

fn purity(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err("expected a share above 0 and at most 1, such as 0.6".to_owned()),
    }
}

fn ploidy(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(copies) if (0.5..=12.0).contains(&copies) => Ok(copies),
        _ => Err("expected a number of copies from 0.5 to 12, such as 2 or 3.4".to_owned()),
    }
}

/// `alkaid schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Which file
    #[arg(value_enum, default_value_t = SchemaArg::Fusions)]
    pub of: SchemaArg,
}

/// A file with a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaArg {
    /// fusions.json
    Fusions,
    /// bypass.json
    Bypass,
    /// pathway.json
    Pathway,
    /// fish.json
    Fish,
    /// ihc.json
    Ihc,
    /// case.json
    Case,
    /// compare.json
    Compare,
    /// The manifest of a case, case.toml
    Manifest,
}

/// `alkaid demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Write all results into this folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print the report as JSON in place of the drawing
    #[arg(long)]
    pub json: bool,
}

/// `alkaid simulate`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct SimulateArgs {
    /// What else than reads.
    #[command(subcommand)]
    pub what: Option<Simulated>,
    /// Path and start of the output files' names
    #[arg(short, long, value_name = "PREFIX", required = true)]
    pub out: Option<PathBuf>,
    /// A molecule and how much of it, such as EML4:e13::ALK:e20=10 (10 fragments across the junction), =200f (fragments), =30x (depth)
    #[arg(short, long = "fusion", value_name = "SPEC[=AMOUNT]")]
    pub fusions: Vec<FusionPlan>,
    /// A whole plan as JSON; the options here add to it
    #[arg(long, value_name = "JSON")]
    pub plan: Option<PathBuf>,
    /// Read length, 36 to 300
    #[arg(long)]
    pub length: Option<u16>,
    /// Single reads in place of pairs
    #[arg(long)]
    pub single: bool,
    /// Qualities: q20 … q40 (constant), or a profile's name
    #[arg(long)]
    pub quality: Option<QualityProfile>,
    /// Background fragments from transcripts (RNA)
    #[arg(long, value_name = "N")]
    pub background: Option<u64>,
    /// Share of the background that is wild-type ALK
    #[arg(long, value_name = "SHARE")]
    pub wild_type_alk: Option<f64>,
    /// Share of the background that is unspliced ALK
    #[arg(long, value_name = "SHARE")]
    pub unspliced_alk: Option<f64>,
    /// Share of background fragments that are chimeric
    #[arg(long, value_name = "SHARE")]
    pub chimeric: Option<f64>,
    /// Background of genomic DNA in place of transcripts
    #[arg(long)]
    pub dna: bool,
    /// UMI of this many bases in the read name
    #[arg(long, value_name = "BASES")]
    pub umi: Option<u8>,
    /// Anchored multiplex PCR: one end fixed at a primer in ALK
    #[arg(long)]
    pub anchored: bool,
    /// Share of fragments that are PCR copies
    #[arg(long, value_name = "SHARE")]
    pub duplicates: Option<f64>,
    /// Seed
    #[arg(long)]
    pub seed: Option<u64>,
    /// Gzip level, 1 to 9
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub level: u32,
    /// Reference bundle in place of the built-in one
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    /// Print the truth as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `alkaid simulate` makes beside reads.
#[derive(Debug, Subcommand)]
pub enum Simulated {
    /// ALK break-apart FISH fields with known truth
    Fish(Box<SimulateFishArgs>),
    /// A section in haematoxylin and DAB with the truth of every cell
    Ihc(Box<SimulateIhcArgs>),
}

/// `alkaid reference`.
#[derive(Debug, Args)]
pub struct ReferenceArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ReferenceCommand,
}

/// The commands of `alkaid reference`.
#[derive(Debug, Subcommand)]
pub enum ReferenceCommand {
    /// Build a bundle from FASTA and GTF files
    Build(Box<BuildArgs>),
    /// Say what a bundle holds
    Inspect(InspectArgs),
}

/// `alkaid reference build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Transcript sequences (GENCODE, Ensembl, RefSeq or key=value headers), plain or gzip; repeatable
    #[arg(long, value_name = "FASTA", required = true)]
    pub transcripts: Vec<PathBuf>,
    /// Annotation: GTF, or exon tables; repeatable
    #[arg(long, value_name = "GTF", required = true)]
    pub annotation: Vec<PathBuf>,
    /// Genome, to cut the ALK locus (and --locus-gene) out of
    #[arg(long, value_name = "FASTA")]
    pub genome: Option<PathBuf>,
    /// Genes whose loci are cut out of the genome, beside ALK; repeatable
    #[arg(long = "locus-gene", value_name = "GENE")]
    pub locus_genes: Vec<String>,
    /// Genomic pieces whose header gives their place (GRCh38:chr2:1-100:+); repeatable
    #[arg(long, value_name = "FASTA")]
    pub loci: Vec<PathBuf>,
    /// Other genomic sequence, only to find what is repeated in ALK; repeatable
    #[arg(long, value_name = "FASTA")]
    pub background: Vec<PathBuf>,
    /// Proteins [default: those of the built-in bundle]
    #[arg(long, value_name = "FASTA")]
    pub proteome: Option<PathBuf>,
    /// Protein domains, TSV [default: built in]
    #[arg(long, value_name = "TSV")]
    pub domains: Option<PathBuf>,
    /// Chromosome bands, TSV [default: built in]
    #[arg(long, value_name = "TSV")]
    pub cytobands: Option<PathBuf>,
    /// Places of genes on GRCh37, TSV; repeatable [default: built in]
    #[arg(long, value_name = "TSV")]
    pub grch37: Vec<PathBuf>,
    /// The bundle to write
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `alkaid reference inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The bundle [default: the built-in one]
    pub bundle: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `alkaid list`.
#[derive(Debug, Args)]
#[command(
    after_help = "A topic is one or more tables; any table can be asked for by its own name. \
    The guide topic shows every table of the guide beside primary data."
)]
pub struct ListArgs {
    /// What to list
    #[arg(value_parser = PossibleValuesParser::new(alkaid_report::topics()))]
    pub topic: String,
    /// Rows about this gene
    #[arg(long, value_name = "SYMBOL")]
    pub gene: Option<String>,
    /// Rows about this drug: name, code name or brand
    #[arg(long, value_name = "NAME")]
    pub drug: Option<String>,
    /// Rows about tumour types whose name holds this text
    #[arg(long, value_name = "TEXT")]
    pub tumour: Option<String>,
    /// Rows about this mutation, such as G1202R
    #[arg(long, value_name = "NAME")]
    pub mutation: Option<String>,
    /// Rows about this trial: name or registration number
    #[arg(long, value_name = "NAME")]
    pub trial: Option<String>,
    /// Rows of this status
    #[arg(long, value_enum)]
    pub status: Option<StatusArg>,
    /// Only rows that conclusions may rest on: neither unverified nor superseded
    #[arg(long)]
    pub usable: bool,
    /// What was known by the end of this day, month or year: 2026-11-22, 2026-11 or 2026 [default: the day up to which the tables were kept]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// As JSON
    #[arg(long, conflicts_with = "tsv")]
    pub json: bool,
    /// As tab-separated text, with all columns
    #[arg(long)]
    pub tsv: bool,
}

/// `--status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatusArg {
    /// Read in the source that the row names
    Sourced,
    /// Recomputed by a test
    Computed,
    /// Read by nobody
    Unverified,
}

impl ListArgs {
    /// As the library wants it.
    pub fn filter(&self) -> alkaid_report::ListFilter {
        alkaid_report::ListFilter {
            gene: self.gene.clone(),
            drug: self.drug.clone(),
            tumour: self.tumour.clone(),
            mutation: self.mutation.clone(),
            trial: self.trial.clone(),
            status: self.status.map(|status| match status {
                StatusArg::Sourced => Status::Sourced,
                StatusArg::Computed => Status::Computed,
                StatusArg::Unverified => Status::Unverified,
            }),
            usable: self.usable,
            as_of: self.as_of,
        }
    }
}

/// `alkaid protocol`.
#[derive(Debug, Args)]
pub struct ProtocolArgs {
    /// Which protocol.
    #[command(subcommand)]
    pub command: ProtocolCommand,
}

/// The protocols.
#[derive(Debug, Subcommand)]
pub enum ProtocolCommand {
    /// ALK break-apart FISH on FFPE sections
    Fish(FishArgs),
}

/// `alkaid protocol fish`.
#[derive(Debug, Args)]
pub struct FishArgs {
    /// Print a record to fill in
    #[arg(long, conflicts_with_all = ["check", "json"])]
    pub record: bool,
    /// Check a filled record step by step; - reads standard input. The exit status is 0 whatever the check finds
    #[arg(long, value_name = "RECORD")]
    pub check: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// A file's name without the endings that pictures and tables have, of which OME-TIFF has two. Other dots are of the sample's
/// name.
pub fn without_endings(name: &str) -> &str {
    const ENDINGS: [&str; 10] = [
        "svs", "tif", "tiff", "ome", "png", "jpg", "jpeg", "csv", "tsv", "txt",
    ];
    let mut left = name;
    while let Some((start, ending)) = left.rsplit_once('.') {
        let known = ENDINGS
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known));
        if !known || start.is_empty() {
            break;
        }
        left = start;
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_of_a_sample_stay() {
        for (name, sample) in [
            ("S21.123.svs", "S21.123"),
            ("a.ome.tif", "a"),
            ("S21.TIFF", "S21"),
            ("no ending", "no ending"),
            (".png", ".png"),
        ] {
            assert_eq!(without_endings(name), sample);
        }
    }
}
