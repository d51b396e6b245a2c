//! `alkaid list`: the tables of facts.

use crate::Outcome;
use crate::args::ListArgs;
use crate::console::print;
use crate::exit::Exit;

/// Runs the command.
pub fn run(args: &ListArgs) -> Outcome {
    let list = alkaid_report::list(&args.topic, &args.filter())?;
    let text = if args.json {
        serde_json::to_string_pretty(&list.json())? + "\n"
    } else if args.tsv {
        list.tsv()
    } else {
        list.text()
    };
    print(&text)?;
    Ok(Exit::Ran)
}
