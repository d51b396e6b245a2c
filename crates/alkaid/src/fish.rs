//! `alkaid fish`: break-apart FISH, called by the kit's rule.

use std::path::Path;

use alkaid_fish::report::{InputFile, hex};
use alkaid_fish::{FishReport, RunOptions, Setting, Verdict, counts, report_on_table};
use alkaid_report::{fish_json, fish_page, write_fish};

use crate::Outcome;
use crate::args::{CommonArgs, FishCommand, FishRunArgs, ScoreArgs};
use crate::console::{print, style};
use crate::exit::Exit;

/// Runs the command. Nothing is printed or written unless all inputs are read.
pub fn run(args: &FishRunArgs) -> Outcome {
    match &args.command {
        FishCommand::Score(args) => score(args),
    }
}

fn score(args: &ScoreArgs) -> Outcome {
    let common = &args.common;
    let (table, bytes) = counts::read(&args.table, common.probe)?;
    let report = report_on_table(
        table,
        Setting {
            sample: sample(common, &args.table),
            profile: common.probe,
            options: RunOptions {
                seed: common.seed,
                ..RunOptions::default()
            },
            inputs: vec![InputFile {
                path: args.table.display().to_string(),
                bytes: bytes.len() as u64,
                sha256: hex(&bytes),
            }],
        },
    );
    if let Some(out) = &common.out {
        write_fish(out, &report, &[])?;
    }
    show(&report, common)
}

/// The name given, or that of the file without its endings.
fn sample(common: &CommonArgs, file: &Path) -> String {
    common.sample.clone().unwrap_or_else(|| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.split('.').next().unwrap_or_default();
        if stem.is_empty() { "sample" } else { stem }.to_owned()
    })
}

fn show(report: &FishReport, common: &CommonArgs) -> Outcome {
    let text = if common.json {
        fish_json(report)?
    } else {
        let mut text = fish_page(report, style());
        if let Some(out) = &common.out {
            text.push_str(&format!("  Results in {}\n", out.display()));
        }
        text
    };
    print(&text)?;
    Ok(match report.call.verdict {
        Verdict::Positive if common.fail_on_positive => Exit::Positive,
        _ => Exit::Ran,
    })
}
