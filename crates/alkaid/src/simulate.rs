//! `alkaid simulate`: reads with known truth. FISH fields have a file of their own.

use std::fs;
use std::ops::ControlFlow;

use alkaid_genome::Bundle;
use alkaid_simulate::{
    AnchoredPlan, Layout, Outputs, SimulationPlan, Source, UmiPlan, WriteOptions, simulate,
};
use anyhow::{Context, bail};

use crate::Outcome;
use crate::args::{SimulateArgs, Simulated, threads};
use crate::console::print;
use crate::exit::Exit;
use crate::progress::{Meter, Unit, catch_interrupts, interrupted};
use crate::simulate_fish;

/// Runs the command.
pub fn run(args: &SimulateArgs) -> Outcome {
    match &args.what {
        Some(Simulated::Fish(args)) => return simulate_fish::run(args),
        Some(Simulated::Ihc(args)) => return crate::ihc::simulate(args),
        None => {}
    }
    let Some(out) = &args.out else {
        bail!("name the output files with --out PREFIX");
    };
    let plan = plan(args)?;
    let opened = args.bundle.as_deref().map(Bundle::open).transpose()?;
    let bundle = opened.as_ref().unwrap_or_else(|| Bundle::embedded());
    let outputs = Outputs::with_prefix(out, plan.reads.layout);
    catch_interrupts();
    let meter = Meter::new("simulating", Unit::Items);
    let options = WriteOptions {
        level: args.level,
        threads: threads(None),
    };
    let truth = simulate(&plan, bundle, &outputs, options, &mut |done, total| {
        meter.set(done, Some(total), "fragments");
        if interrupted() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    meter.finish();
    let truth = truth?;
    let text = if args.json {
        serde_json::to_string_pretty(&truth)? + "\n"
    } else {
        truth.to_tsv()
    };
    print(&text)?;
    Ok(Exit::Ran)
}

/// The plan file, with the options on top.
fn plan(args: &SimulateArgs) -> anyhow::Result<SimulationPlan> {
    let mut plan: SimulationPlan = match &args.plan {
        Some(path) => {
            let text = fs::read_to_string(path)
                .with_context(|| format!("cannot read the plan {}", path.display()))?;
            serde_json::from_str(&text)
                .with_context(|| format!("{} is not a simulation plan", path.display()))?
        }
        None => SimulationPlan::default(),
    };
    plan.fusions.extend(args.fusions.iter().cloned());
    let set = |place: &mut f64, value: Option<f64>| *place = value.unwrap_or(*place);
    set(&mut plan.background.wild_type_alk, args.wild_type_alk);
    set(&mut plan.background.unspliced_alk, args.unspliced_alk);
    set(&mut plan.switching.fraction, args.chimeric);
    set(&mut plan.library.duplicates, args.duplicates);
    plan.seed = args.seed.unwrap_or(plan.seed);
    plan.reads.length = args.length.unwrap_or(plan.reads.length);
    plan.background.fragments = args.background.unwrap_or(plan.background.fragments);
    if args.single {
        plan.reads.layout = Layout::Single;
    }
    if args.dna {
        plan.background.source = Source::Loci;
    }
    if let Some(profile) = &args.quality {
        plan.errors.profile = *profile;
    }
    if let Some(length) = args.umi {
        plan.library.umi = Some(UmiPlan {
            length,
            ..UmiPlan::default()
        });
    }
    if args.anchored {
        plan.library.anchored = Some(AnchoredPlan::default());
    }
    Ok(plan)
}
