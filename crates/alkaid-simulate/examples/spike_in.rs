//! Spikes fusions into decoys and writes FASTQ with its truth:
//!
//! ```text
//! cargo run --release -p alkaid-simulate --example spike_in -- PREFIX FRAGMENTS THREADS [SPEC=AMOUNT]...
//! cargo run --release -p alkaid-simulate --example spike_in -- /tmp/tumour 1000000 2 EML4:e13::ALK:e20=20
//! ```

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use alkaid_genome::Bundle;
use alkaid_simulate::{Outputs, SimulationPlan, WriteOptions, simulate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [prefix, fragments, threads, fusions @ ..] = arguments.as_slice() else {
        return Err("usage: spike_in PREFIX FRAGMENTS THREADS [SPEC=AMOUNT]...".into());
    };
    let mut plan = SimulationPlan::decoys(fragments.parse()?, 1);
    for fusion in fusions {
        plan.fusions.push(fusion.parse()?);
    }
    let outputs = Outputs::with_prefix(Path::new(prefix), plan.reads.layout);
    let options = WriteOptions {
        threads: threads.parse()?,
        ..WriteOptions::default()
    };
    let start = Instant::now();
    let mut go_on = |_, _| ControlFlow::Continue(());
    let truth = simulate(&plan, Bundle::embedded(), &outputs, options, &mut go_on)?;
    print!("{}", truth.to_tsv());
    eprintln!(
        "{} fragments in {:.1} s",
        truth.fragments,
        start.elapsed().as_secs_f64()
    );
    Ok(())
}
