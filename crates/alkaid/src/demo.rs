//! `alkaid demo`: the main job on a small simulated sample.

use std::io::{Write, stderr};
use std::ops::ControlFlow;

use alkaid_genome::Bundle;
use alkaid_reads::Options;
use alkaid_simulate::{Outputs, SimulationPlan, WriteOptions, simulate};

use crate::Outcome;
use crate::args::DemoArgs;
use crate::exit::Exit;
use crate::reads::{perform, publish};

/// EML4-ALK V3a and V3b, two isoforms of one rearrangement, among other transcripts and chimeric molecules.
const PLAN: &str = r#"{
    "seed": 20071,
    "fusions": [
        {"spec": "EML4:e6::ALK:e20", "amount": "14"},
        {"spec": "EML4:c.667::CAAAAATGTCAACTCGCGAAAAAAACAGCCAAG::ALK:e20", "amount": "9"}
    ],
    "reads": {"length": 100},
    "background": {"fragments": 30000, "wild_type_alk": 0.0005},
    "switching": {"fraction": 0.01}
}"#;

/// Runs the command.
pub fn run(args: &DemoArgs) -> Outcome {
    let bundle = Bundle::embedded();
    let plan: SimulationPlan = serde_json::from_str(PLAN)?;
    let folder = tempfile::tempdir()?;
    let outputs = Outputs::with_prefix(&folder.path().join("demo"), plan.reads.layout);
    simulate(
        &plan,
        bundle,
        &outputs,
        WriteOptions::default(),
        &mut |_, _| ControlFlow::Continue(()),
    )?;
    let mut files = vec![outputs.first];
    files.extend(outputs.second);
    let options = Options {
        sample: Some("demo (simulated reads)".into()),
        ..Options::default()
    };
    let mut analysis = perform(&files, &options, bundle)?;
    for (record, name) in analysis
        .report
        .qc
        .inputs
        .iter_mut()
        .zip(["demo_R1.fastq.gz", "demo_R2.fastq.gz"])
    {
        record.path = name.into();
    }
    analysis.report.warnings.push(
        "these reads are simulated: EML4::ALK variant 3a and 3b among 30,000 fragments of other transcripts, 1 % of them chimeric"
            .into(),
    );
    publish(&analysis, None, args.out.as_deref(), args.json, bundle)?;
    if !args.json {
        // A hint for people; a closed standard error is no failure.
        let _ = writeln!(
            stderr(),
            "  Next: alkaid reads tumour_R1.fastq.gz tumour_R2.fastq.gz --out results"
        );
    }
    Ok(Exit::Ran)
}
