//! `alkaid protocol`: bench sheets, and the check of filled records.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;

use alkaid_knowledge::{MAX_RECORD_BYTES, parse_record, record_template};
use alkaid_report::{CheckedRecord, bench_sheet, bench_sheet_json};
use anyhow::Context;

use crate::Outcome;
use crate::args::{FishArgs, ProtocolCommand};
use crate::console::print;
use crate::exit::Exit;

/// Runs the command.
pub fn run(command: &ProtocolCommand) -> Outcome {
    let ProtocolCommand::Fish(args) = command;
    print(&fish(args)?)?;
    Ok(Exit::Ran)
}

fn fish(args: &FishArgs) -> anyhow::Result<String> {
    if args.record {
        return Ok(record_template());
    }
    let Some(path) = &args.check else {
        return if args.json {
            Ok(serde_json::to_string_pretty(&bench_sheet_json())? + "\n")
        } else {
            Ok(bench_sheet())
        };
    };
    let name = path.display().to_string();
    let text = read(path).with_context(|| {
        format!(
            "cannot read the record {name}; give a text file such as alkaid protocol fish --record writes"
        )
    })?;
    let record = parse_record(&text).with_context(|| name.clone())?;
    let checked = CheckedRecord::new(&name, record);
    if args.json {
        Ok(serde_json::to_string_pretty(&checked.json())? + "\n")
    } else {
        Ok(checked.text())
    }
}

/// The text of a file, or of standard input; no more than a byte above what a record may have.
fn read(path: &Path) -> anyhow::Result<String> {
    let limit = MAX_RECORD_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        stdin().lock().take(limit).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    }
    String::from_utf8(bytes).context("it is not UTF-8 text; save it as plain text")
}
