//! `alkaid bypass`: what the tables of other callers say.

use alkaid_genome::Bundle;
use alkaid_report::{bypass_json, bypass_page, bypass_tsv, write_bypass};
use alkaid_tables::bypass;

use crate::Outcome;
use crate::args::BypassArgs;
use crate::console::{print, style};
use crate::exit::Exit;

/// Runs the command. Nothing is printed or written unless all tables are read.
pub fn run(args: &BypassArgs) -> Outcome {
    let opened = args.bundle.as_deref().map(Bundle::open).transpose()?;
    let bundle = opened.as_ref().unwrap_or_else(|| Bundle::embedded());
    let report = bypass(
        &args.tables.inputs(),
        &args.tables.options(args.sample.as_deref()),
        bundle,
    )?;
    if let Some(out) = &args.out {
        write_bypass(out, &report)?;
    }
    let text = if args.json {
        bypass_json(&report)?
    } else if args.tsv {
        bypass_tsv(&report)
    } else {
        let mut text = bypass_page(&report, style());
        if let Some(out) = &args.out {
            text.push_str(&format!("  Results in {}\n", out.display()));
        }
        text
    };
    print(&text)?;
    Ok(Exit::Ran)
}
