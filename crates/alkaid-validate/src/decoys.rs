//! Samples without any fusion, full of what could be mistaken for one.

use std::ops::ControlFlow;
use std::path::Path;

use alkaid_genome::Bundle;
use alkaid_reads::finding::{FindingKind, ReadsReport};
use alkaid_simulate::{AnchoredPlan, Outputs, SimulationPlan, WriteOptions, simulate};
use anyhow::Context;

use crate::case::files;
use crate::cases::CaseFile;
use crate::compare::describe;
use crate::pool::Effort;
use crate::process;
use crate::tally::Goals;

/// Receptor tyrosine kinases and ALK's nearest relative; those that the bundle has are used.
const KINASES: [&str; 12] = [
    "LTK", "ROS1", "NTRK1", "NTRK2", "NTRK3", "INSR", "INSRR", "IGF1R", "MET", "EGFR", "RET",
    "DDR2",
];
/// Peak memory that no sample may need, in MiB.
const MEMORY: f64 = 500.0;

/// One sample of decoys.
struct Decoy {
    name: &'static str,
    /// Share of all pairs, in percent.
    percent: u64,
    change: fn(&mut SimulationPlan),
}

const DECOYS: [Decoy; 4] = [
    Decoy {
        name: "all transcripts, wild-type and unspliced ALK, 1 % chimeric PCR",
        percent: 70,
        change: |_| {},
    },
    Decoy {
        name: "transcripts of chromosomes 20 and X, wild-type and unspliced ALK, 1 % chimeric PCR",
        percent: 10,
        change: |plan| plan.background.only = vec!["chr20".into(), "chrX".into()],
    },
    Decoy {
        name: "LTK and other kinases, wild-type and unspliced ALK, 1 % chimeric PCR",
        percent: 10,
        change: |plan| plan.background.only = KINASES.map(str::to_owned).to_vec(),
    },
    Decoy {
        name: "anchored ALK panel: nearly all pairs from ALK, 1 % chimeric PCR",
        percent: 10,
        change: |plan| {
            plan.library.anchored = Some(AnchoredPlan::default());
            plan.background.wild_type_alk = 0.02;
            plan.background.unspliced_alk = 0.005;
        },
    },
];

/// Simulates the samples, one after the other, and returns the table.
///
/// # Errors
/// When a sample cannot be written or read.
pub fn decoys(
    bundle: &Bundle,
    effort: Effort,
    pairs: u64,
    program: &Path,
    cases: &mut CaseFile,
) -> anyhow::Result<String> {
    let (mut calls, mut findings, mut memory) = (0, 0, 0.0_f64);
    let mut rows = String::new();
    for (index, decoy) in DECOYS.iter().enumerate() {
        let mut plan =
            SimulationPlan::decoys(pairs * decoy.percent / 100, effort.seed_of(index, 0));
        (decoy.change)(&mut plan);
        let folder = tempfile::tempdir()
            .context("cannot make a temporary folder; set TMPDIR to one with room")?;
        let outputs = Outputs::with_prefix(&folder.path().join("decoys"), plan.reads.layout);
        let options = WriteOptions {
            level: 1,
            threads: effort.threads,
        };
        eprintln!(
            "decoys: simulating {} pairs: {}",
            plan.background.fragments, decoy.name
        );
        let truth = simulate(&plan, bundle, &outputs, options, &mut |_, _| {
            ControlFlow::Continue(())
        })?;
        eprintln!("decoys: reading them");
        let threads = effort.threads.to_string();
        let (output, cost) = process::run(
            program,
            &["reads", "--json", "--threads", &threads],
            &files(&outputs),
        )?;
        let report: ReadsReport = serde_json::from_slice(&output)?;
        rows.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {:.0} MB |\n",
            decoy.name,
            truth.fragments,
            truth.switched,
            report.qc.alk_fragments,
            report.calls.len(),
            report.findings.len(),
            report.refused.len(),
            report
                .bound
                .rna_fragments_per_million
                .map_or_else(|| "–".to_owned(), |bound| format!("{bound} per million")),
            cost.memory
        ));
        calls += report.calls.len();
        // Where only ALK's 3' part is primed, more of it is true.
        findings += report
            .findings
            .iter()
            .filter(|finding| finding.kind != FindingKind::Imbalance)
            .count();
        memory = memory.max(cost.memory);
        let result = if report.calls.is_empty() {
            "right"
        } else {
            "WRONG"
        };
        cases.line(&[
            result,
            decoy.name,
            "",
            "",
            "",
            "",
            "no ALK call",
            &describe(&report),
        ])?;
    }
    let mut goals = Goals::default();
    goals.row("ALK calls", &calls.to_string(), "0", calls == 0);
    goals.row(
        "other findings about ALK",
        &findings.to_string(),
        "0",
        findings == 0,
    );
    goals.row(
        "peak memory",
        &format!("{memory:.0} MB"),
        &format!("< {MEMORY} MB"),
        memory < MEMORY,
    );
    Ok(format!(
        "{}\n| sample | pairs | of them chimeric | touch ALK | calls | findings | refused | bound | peak memory |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|\n{rows}",
        goals.table()
    ))
}
