//! Why a table cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use alkaid_genome::Assembly;

/// Why a table cannot be used. Every message names the file, the place and a remedy.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// No file was given.
    #[error("nothing to read; give --variants, --copy-number or --expression")]
    NothingGiven,
    /// The file cannot be opened.
    #[error("cannot open {}: {source}; check the path and that you may read it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading or inflating fails.
    #[error("{}, after line {line}: {source}; the file is damaged or truncated, copy it again", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Lines read before.
        line: u64,
        /// What the system or the decoder said.
        source: io::Error,
    },
    /// A BGZF file lacks its end block.
    #[error("{}: the BGZF end block is missing, so the file is truncated; copy or make it again", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
    },
    /// The file is no text.
    #[error("{}, line {line}: {what}; {remedy}", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: u64,
        /// What it is.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The file holds nothing.
    #[error("{}: the file is empty; expected {expected}", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What should be there.
        expected: &'static str,
    },
    /// A header or a record is malformed.
    #[error("{}, line {line}: {what}; {remedy}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: u64,
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The reference base of a variant is not that of the assembly.
    #[error(
        "{}, line {line}: {place} has REF {stated}, but {assembly} has {expected} there ({wrong} records differ, {agreeing} agree); \
        is the file on another assembly (--assembly), or was it not normalised against the reference?",
        path.display()
    )]
    Reference {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: u64,
        /// Chromosome and 1-based position as in the file.
        place: String,
        /// What the file says.
        stated: String,
        /// What the assembly has; `N` where the bundle does not know.
        expected: String,
        /// The assembly that the file was taken to be on.
        assembly: Assembly,
        /// Records whose bases agree.
        agreeing: u64,
        /// Records whose bases differ.
        wrong: u64,
    },
    /// Neither the header nor the reference bases tell the assembly.
    #[error(
        "{}: neither its header nor its reference bases tell whether it is on GRCh38 or GRCh37; give --assembly grch38 or --assembly grch37",
        path.display()
    )]
    UnknownAssembly {
        /// The file.
        path: PathBuf,
    },
    /// More records in the genes of interest than can be kept.
    #[error("{}: more than {limit} variants in the genes of interest; give a file of calls, not of all sites", path.display())]
    TooMany {
        /// The file.
        path: PathBuf,
        /// The limit.
        limit: usize,
    },
    /// The header is of no format that is known.
    #[error("{}, line {line}: the columns {columns} are of no known {kind} table; expected {expected}", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: u64,
        /// The columns found.
        columns: String,
        /// What was expected.
        kind: &'static str,
        /// Which formats are known.
        expected: &'static str,
    },
    /// The units cannot be told.
    #[error("{}: the unit of column {column} cannot be told; give {option}", path.display())]
    UnknownUnits {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The option with its values.
        option: &'static str,
    },
    /// The file has several samples, or not the one that was asked for.
    #[error("{}: {what}; its samples are {samples}; give {option}", path.display())]
    UnknownSample {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
        /// The samples.
        samples: String,
        /// The option.
        option: &'static str,
    },
    /// Too few identifiers are known.
    #[error(
        "{}: only {known} of {rows} identifiers are known genes or transcripts (unknown are {examples}); \
        expected HGNC symbols, Ensembl or RefSeq accessions of human genes",
        path.display()
    )]
    UnknownIds {
        /// The file.
        path: PathBuf,
        /// Rows with a known identifier.
        known: u64,
        /// All rows.
        rows: u64,
        /// The first unknown ones.
        examples: String,
    },
}

impl TablesError {
    /// A malformed line.
    pub(crate) fn malformed(
        path: &Path,
        line: u64,
        what: impl Into<String>,
        remedy: &'static str,
    ) -> Self {
        Self::Malformed {
            path: path.to_owned(),
            line,
            what: what.into(),
            remedy,
        }
    }
}
