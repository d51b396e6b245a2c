//! One simulated sample, from its plan to the report about it.

use std::ops::ControlFlow;
use std::path::PathBuf;

use alkaid_genome::Bundle;
use alkaid_reads::finding::ReadsReport;
use alkaid_reads::input::Silent;
use alkaid_reads::{Options, analyse};
use alkaid_simulate::{BackgroundPlan, Outputs, SimulationPlan, Truth, WriteOptions, simulate};
use anyhow::Context;

/// What a simulated sample is, and what was made of it.
#[derive(Debug)]
pub struct Sample {
    /// What the simulation put in.
    pub truth: Truth,
    /// What came out.
    pub report: ReadsReport,
}

/// Simulates a plan into temporary gzip files and analyses them as a user would, with nothing said but the file names.
///
/// # Errors
/// When the plan cannot be made, or the files not be read.
pub fn run(plan: &SimulationPlan, bundle: &Bundle) -> anyhow::Result<Sample> {
    let folder = tempfile::tempdir()
        .context("cannot make a temporary folder; set TMPDIR to one with room")?;
    let outputs = Outputs::with_prefix(&folder.path().join("sample"), plan.reads.layout);
    let spec = plan
        .fusions
        .first()
        .map(|fusion| fusion.spec.to_string())
        .unwrap_or_default();
    let options = WriteOptions {
        level: 1,
        threads: 1,
    };
    let truth = simulate(plan, bundle, &outputs, options, &mut |_, _| {
        ControlFlow::Continue(())
    })
    .with_context(|| format!("cannot simulate {spec}"))?;
    let report =
        report(&files(&outputs), bundle).with_context(|| format!("cannot analyse {spec}"))?;
    Ok(Sample { truth, report })
}

/// The FASTQ files of a simulation.
pub fn files(outputs: &Outputs) -> Vec<PathBuf> {
    std::iter::once(outputs.first.clone())
        .chain(outputs.second.clone())
        .collect()
}

/// Analyses files with default options on one thread.
///
/// # Errors
/// When they cannot be read.
pub fn report(files: &[PathBuf], bundle: &Bundle) -> anyhow::Result<ReadsReport> {
    let mut options = Options::default();
    options.input.threads = 1;
    Ok(analyse(files, &options, bundle, &Silent)?.report)
}

/// Background of the small RNA samples: a few hundred fragments of other transcripts, one in twenty of wild-type ALK.
pub fn small_background() -> BackgroundPlan {
    BackgroundPlan {
        fragments: 400,
        wild_type_alk: 0.05,
        ..BackgroundPlan::default()
    }
}
