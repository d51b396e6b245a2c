//! `alkaid demo`: a case on a small simulated sample.

use std::fs;
use std::io::{Write, stderr};
use std::ops::ControlFlow;

use alkaid_case::manifest;
use alkaid_genome::Bundle;
use alkaid_report::terminal;
use alkaid_simulate::{Outputs, SimulationPlan, WriteOptions, simulate};
use anyhow::Context;

use crate::Outcome;
use crate::args::DemoArgs;
use crate::case::{Form, conclude, publish};
use crate::console::{print, style};
use crate::exit::Exit;

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

/// The sample that the reads are said to be of, with invented FISH and IHC that agree with them.
const MANIFEST: &str = r#"[sample]
id = "demo (simulated)"
simulated = true
tumour = "NSCLC"
site = "lung"
material = "ffpe"
tumour_content = 0.4
note = "simulated: EML4::ALK variant 3a and 3b among 30,000 fragments of other transcripts, 1 % of them chimeric; FISH and IHC are invented"

[[rna]]
files = ["demo_R1.fastq.gz", "demo_R2.fastq.gz"]

[fish]
fused = 16
split = 29
isolated_red = 8
isolated_green = 1
probe = "vysis"

[ihc]
clone = "D5F3"
call = "positive"
intensity = 3
h_score = 270.0
stained = 0.9
pattern = "granular"
"#;

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
    let path = folder.path().join("case.toml");
    fs::write(&path, MANIFEST).with_context(|| format!("cannot write {}", path.display()))?;
    let manifest = manifest::read(&path)?;
    let mut case = conclude(&manifest, args.out.as_deref(), None, bundle)?;
    case.report.warnings.extend(manifest.sample.note.clone());
    if !args.json {
        for one in &case.report.reads {
            print(&terminal(&one.report, style()))?;
        }
    }
    let form = Form::of(args.json, false);
    publish(&case, args.out.as_deref(), form, bundle)?;
    if !args.json {
        // A hint for people; a closed standard error is no failure.
        let _ = writeln!(
            stderr(),
            "  Next: alkaid reads tumour_R1.fastq.gz tumour_R2.fastq.gz --out results\n  \
             Or all there is of a sample: alkaid case init, then alkaid case case.toml --out results"
        );
    }
    Ok(Exit::Ran)
}
