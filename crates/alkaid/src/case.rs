//! `alkaid case`: everything there is about a sample, and one conclusion.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use alkaid_case::finding::{CaseReport, JointStatus};
use alkaid_case::{CaseOptions, Desk, manifest};
use alkaid_genome::Bundle;
use alkaid_reads::{Analysis, Options, ReadsError, analyse};
use alkaid_report::{
    Attachments, case_json, case_page, case_tsv, finish, write_case, write_outputs,
};
use anyhow::{Context, bail};

use crate::Outcome;
use crate::args::{CaseArgs, CaseCommand, threads};
use crate::console::{print, style};
use crate::exit::Exit;
use crate::progress::{Meter, Unit, catch_interrupts};

/// Runs the command.
pub fn run(args: &CaseArgs) -> Outcome {
    let path = match (&args.command, &args.manifest) {
        (Some(CaseCommand::Init(init)), _) => return write_template(&init.file, &init.sample),
        (None, Some(path)) => path,
        // The parser asks for one of the two.
        (None, None) => bail!("give a manifest; alkaid case init writes one to fill in"),
    };
    let opened = args.bundle.as_deref().map(Bundle::open).transpose()?;
    let bundle = opened.as_ref().unwrap_or_else(|| Bundle::embedded());
    if let Some(out) = args
        .out
        .as_deref()
        .filter(|out| out.exists() && !out.is_dir())
    {
        bail!(
            "{} is a file, not a directory; remove it or choose another output directory",
            out.display()
        );
    }
    let manifest = manifest::read(path)?;
    let report = conclude(&manifest, args.out.as_deref(), args.threads, bundle)?;
    let form = Form::of(args.json, args.tsv);
    publish(&report, args.out.as_deref(), form, bundle)?;
    Ok(match report.status {
        JointStatus::Rearranged if args.fail_on_positive => Exit::Positive,
        _ => Exit::Ran,
    })
}

/// How a report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Page,
    /// JSON.
    Json,
    /// A table.
    Table,
}

impl Form {
    /// As the options say.
    pub const fn of(json: bool, tsv: bool) -> Self {
        match (json, tsv) {
            (true, _) => Self::Json,
            (_, true) => Self::Table,
            _ => Self::Page,
        }
    }
}

/// Runs the assays with a progress bar each and concludes.
pub fn conclude(
    manifest: &manifest::Manifest,
    out: Option<&Path>,
    asked_threads: Option<u16>,
    bundle: &Bundle,
) -> anyhow::Result<CaseReport> {
    catch_interrupts();
    let options = CaseOptions {
        out: out.map(Path::to_owned),
        threads: threads(asked_threads),
    };
    let bench = Bench { out };
    Ok(alkaid_case::run(manifest, &options, bundle, &bench)?)
}

/// Writes the files, if asked for, and prints the report.
pub fn publish(
    report: &CaseReport,
    out: Option<&Path>,
    form: Form,
    bundle: &Bundle,
) -> anyhow::Result<()> {
    if let Some(out) = out {
        write_case(out, report, bundle, &Attachments::default())?;
    }
    let text = match form {
        Form::Json => case_json(report)?,
        Form::Table => case_tsv(report),
        Form::Page => {
            let mut text = case_page(report, style());
            if let Some(out) = out {
                text.push_str(&format!("  Results in {}\n", out.display()));
            }
            text
        }
    };
    print(&text)
}

/// Runs reads with a meter, and writes what `alkaid reads` would write into a folder of the assay's name.
struct Bench<'o> {
    out: Option<&'o Path>,
}

impl Desk for Bench<'_> {
    fn analyse(
        &self,
        assay: &str,
        files: &[PathBuf],
        options: &Options,
        bundle: &Bundle,
    ) -> Result<Analysis, ReadsError> {
        let meter = Meter::new("reading", Unit::Bytes);
        let analysis = analyse(files, options, bundle, &meter);
        meter.finish();
        let mut analysis = analysis?;
        finish(&mut analysis.report, bundle);
        if let Some(out) = self.out {
            // A case is concluded all the same; what could not be written is told.
            if let Err(error) = write_outputs(
                &out.join(assay),
                &analysis.report,
                &analysis.evidence,
                bundle,
            ) {
                analysis.report.warnings.push(error.to_string());
            }
        }
        Ok(analysis)
    }

    fn kept(&self, _: &str) {}
}

fn write_template(path: &Path, sample: &str) -> Outcome {
    let text = manifest::template(sample);
    if path == Path::new("-") {
        print(&text)?;
        return Ok(Exit::Ran);
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = match file {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!(
                "{} exists; remove it or choose another name",
                path.display()
            )
        }
        other => other.with_context(|| format!("cannot write {}", path.display()))?,
    };
    file.write_all(text.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    print(&format!(
        "  {} is to be filled in; then: alkaid case {} --out results\n",
        path.display(),
        path.display()
    ))?;
    Ok(Exit::Ran)
}
