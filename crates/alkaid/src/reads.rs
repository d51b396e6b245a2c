//! `alkaid reads`: from files to a verdict.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use alkaid_genome::Bundle;
use alkaid_reads::finding::{ReadsReport, Verdict};
use alkaid_reads::{Analysis, Options, analyse};
use alkaid_report::{bypass_page, finish, terminal, write_bypass, write_outputs};
use alkaid_tables::bypass;
use alkaid_tables::finding::BypassReport;
use anyhow::bail;
use serde::Serialize;

use crate::Outcome;
use crate::args::{ReadsArgs, SchemaArg};
use crate::console::{self, print};
use crate::exit::Exit;
use crate::progress::{Meter, Unit, catch_interrupts};

/// Runs the command.
pub fn run(args: &ReadsArgs) -> Outcome {
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
    // First, for a table that cannot be read is found out in no time.
    let tables = if args.tables.any() {
        let options = args.tables.options(args.sample.as_deref());
        Some(bypass(&args.tables.inputs(), &options, bundle)?)
    } else {
        None
    };
    let analysis = perform(&args.files, &args.options(), bundle)?;
    let out = args.out.as_deref();
    publish(&analysis, tables.as_ref(), out, args.json, bundle)?;
    let positive = matches!(
        analysis.report.verdict,
        Verdict::Rearranged | Verdict::RearrangedPartnerUnresolved
    );
    Ok(if positive && args.fail_on_positive {
        Exit::Positive
    } else {
        Exit::Ran
    })
}

/// Analyses files with a progress bar.
pub fn perform(files: &[PathBuf], options: &Options, bundle: &Bundle) -> anyhow::Result<Analysis> {
    catch_interrupts();
    let meter = Meter::new("reading", Unit::Bytes);
    let analysis = analyse(files, options, bundle, &meter);
    meter.finish();
    let mut analysis = analysis?;

    finish(&mut analysis.report, bundle);
    Ok(analysis)
}

/// Writes the files, if asked for, and prints the report; beside it what the tables of other callers say.
pub fn publish(
    analysis: &Analysis,
    tables: Option<&BypassReport>,
    out: Option<&Path>,
    json: bool,
    bundle: &Bundle,
) -> anyhow::Result<()> {
    if let Some(out) = out {
        write_outputs(out, &analysis.report, &analysis.evidence, bundle)?;
        if let Some(tables) = tables {
            write_bypass(out, tables)?;
        }
    }
    let text = if json {
        let both = Both {
            report: &analysis.report,
            bypass: tables,
        };
        serde_json::to_string_pretty(&both)? + "\n"
    } else {
        drawing(&analysis.report, tables, out)
    };
    print(&text)
}

/// What `--json` prints: the report, and the tables' under a key of its own.
#[derive(Serialize)]
struct Both<'r> {
    #[serde(flatten)]
    report: &'r ReadsReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    bypass: Option<&'r BypassReport>,
}

fn drawing(report: &ReadsReport, tables: Option<&BypassReport>, out: Option<&Path>) -> String {
    let mut text = terminal(report, console::style());
    if let Some(tables) = tables {
        text.push_str(&bypass_page(tables, console::style()));
    }
    if let Some(out) = out {
        text.push_str(&format!("  Results in {}\n", out.display()));
    }
    text
}

/// Prints a JSON schema.
pub fn schema(of: SchemaArg) -> Outcome {
    let schema = match of {
        SchemaArg::Fusions => alkaid_report::schema(),
        SchemaArg::Bypass => alkaid_report::bypass_schema(),
        SchemaArg::Ihc => alkaid_report::ihc_schema(),
        SchemaArg::Pathway => alkaid_report::pathway_schema(),
        SchemaArg::Fish => alkaid_report::fish_schema(),
        SchemaArg::Case => alkaid_report::case_schema(),
        SchemaArg::Compare => alkaid_report::compare_schema(),
        SchemaArg::Manifest => alkaid_case::manifest::schema(),
    };
    let mut stdout = stdout().lock();
    writeln!(stdout, "{}", serde_json::to_string_pretty(&schema)?)?;
    Ok(Exit::Ran)
}
