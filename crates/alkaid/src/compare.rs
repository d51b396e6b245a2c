//! `alkaid compare`: two cases of one patient.

use alkaid_report::{compare_json, compare_tsv, comparison_page, write_comparison};

use crate::Outcome;
use crate::args::CompareArgs;
use crate::case::Form;
use crate::console::{print, style};
use crate::exit::Exit;

/// Runs the command.
pub fn run(args: &CompareArgs) -> Outcome {
    let before = alkaid_case::open(&args.before)?;
    let after = alkaid_case::open(&args.after)?;
    let report = alkaid_case::compare(&before, &after)?;
    if let Some(out) = &args.out {
        write_comparison(out, &report)?;
    }
    let text = match Form::of(args.json, args.tsv) {
        Form::Json => compare_json(&report)?,
        Form::Table => compare_tsv(&report),
        Form::Page => comparison_page(&report, style()),
    };
    print(&text)?;
    Ok(Exit::Ran)
}
