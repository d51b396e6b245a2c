//! From variant, copy-number and expression tables of other callers to findings about bypass of ALK and change of
//! lineage.
//!
//! [`bypass`] reads up to three files and returns a [`BypassReport`]: findings with the words that
//! the tables of `alkaid-knowledge` give them, an EMT score, a hint of small-cell transformation, and counts of all that
//! was read and left out. Nothing is skipped silently: what is malformed is an error with file, line and remedy; what
//! cannot be used is counted.
//!
//! From the ground up: `text` (lines, plain or compressed), `columns` (tables with named columns), `vcf` (records and
//! their annotations), `model` (the genes of interest on both assemblies, and the bundle's bases), `coding` (what a
//! variant does to a protein), then [`finding`]s from `variants`, `copy_number` and `expression`, and `scores` that put
//! genes together.
//!
//! ```no_run
//! use alkaid_genome::Bundle;
//! use alkaid_tables::{Inputs, Options, bypass};
//!
//! let inputs = Inputs {
//!     variants: Some("calls.vcf.gz".into()),
//!     ..Inputs::default()
//! };
//! let report = bypass(&inputs, &Options::default(), Bundle::embedded())?;
//! for finding in &report.findings {
//!     println!("{} {} {}", finding.gene, finding.what, finding.strength.as_str());
//! }
//! # Ok::<(), alkaid_tables::TablesError>(())
//! ```

mod coding;
mod columns;
mod copy_number;
mod error;
mod expression;
pub mod finding;
#[doc(hidden)]
pub mod fuzzing;
mod model;
mod options;
mod scores;
mod text;
mod variants;
mod vcf;

use std::path::PathBuf;

use alkaid_genome::Bundle;

pub use error::TablesError;
pub use options::{CopyNumberUnit, ExpressionUnit, Options};

use finding::{BYPASS_VERSION, BypassReport, NOTICE};
use model::Models;

/// The files; at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Small variants: VCF 4.1 to 4.5, plain, gzip or BGZF.
    pub variants: Option<PathBuf>,
    /// Copy numbers by segment or gene.
    pub copy_number: Option<PathBuf>,
    /// Expression by gene or transcript.
    pub expression: Option<PathBuf>,
}

/// Reads the tables and says what they mean for bypass of ALK and change of lineage.
///
/// # Errors
///
/// When no file is given; when one cannot be read or is malformed; when a reference base disagrees with the assembly; when
/// the assembly, a unit or a sample cannot be told; when too few identifiers of an expression table are known.
pub fn bypass(
    inputs: &Inputs,
    options: &Options,
    bundle: &Bundle,
) -> Result<BypassReport, TablesError> {
    if *inputs == Inputs::default() {
        return Err(TablesError::NothingGiven);
    }
    let models = Models::new(bundle);
    let mut findings = Vec::new();
    let mut warnings = Vec::new();
    let mut variants_read = None;
    if let Some(path) = &inputs.variants {
        let variants = variants::variants(path, &models, options)?;
        findings.extend(variants.findings);
        warnings.extend(variants.warnings);
        variants_read = Some(variants.read);
    }
    let mut copy_number_read = None;
    if let Some(path) = &inputs.copy_number {
        let copy_numbers = copy_number::copy_numbers(path, &models, options)?;
        findings.extend(copy_numbers.findings);
        warnings.extend(copy_numbers.warnings);
        copy_number_read = Some(copy_numbers.read);
    }
    let mut expression = match &inputs.expression {
        Some(path) => Some(expression::expression(path, bundle, options)?),
        None => None,
    };
    if let Some(expression) = &mut expression {
        findings.append(&mut expression.findings);
        warnings.append(&mut expression.warnings);
    }
    let covered = |gene: &str| {
        copy_number_read
            .as_ref()
            .is_some_and(|read| !read.genes_without.iter().any(|missing| missing == gene))
    };
    let assessed = |gene: &str| variants_read.is_some() || covered(gene);
    let transformation = scores::transformation(&findings, assessed, expression.as_ref());
    let emt = expression
        .as_ref()
        .map(|expression| scores::emt(expression, scale(&expression.read.unit)));
    findings.sort_by(|a, b| {
        let key = |finding: &finding::TableFinding| (finding.strength, finding.kind);
        key(a).cmp(&key(b)).then_with(|| a.gene.cmp(&b.gene))
    });
    Ok(BypassReport {
        bypass_version: BYPASS_VERSION.to_owned(),
        tool: format!("alkaid {}", env!("CARGO_PKG_VERSION")),
        notice: NOTICE.to_owned(),
        findings,
        emt,
        transformation,
        variants: variants_read,
        copy_number: copy_number_read,
        expression: expression.map(|expression| expression.read),
        warnings,
    })
}

/// The scale of means, by the unit's words.
fn scale(unit: &str) -> &'static str {
    [
        ExpressionUnit::Fpkm,
        ExpressionUnit::Counts,
        ExpressionUnit::Log2,
    ]
    .into_iter()
    .find(|known| known.as_str() == unit)
    .unwrap_or(ExpressionUnit::Tpm)
    .scale()
}
