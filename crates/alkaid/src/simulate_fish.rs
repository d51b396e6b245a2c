//! `alkaid simulate fish`: FISH fields with known truth.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use alkaid_simulate::fish::{FishOutput, simulate};

use crate::Outcome;
use crate::args::SimulateFishArgs;
use crate::console::print;
use crate::exit::Exit;
use crate::progress::{Meter, Unit, catch_interrupts, interrupted};

/// Runs the command.
pub fn run(args: &SimulateFishArgs) -> Outcome {
    let plan = args.plan()?;
    catch_interrupts();
    let meter = Meter::new("drawing", Unit::Items);
    let outputs = simulate(&plan, &args.out, &mut |done, total| {
        meter.set(done, Some(total), "fields");
        if interrupted() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    meter.finish();
    let outputs = outputs?;
    let text = if args.json {
        serde_json::to_string_pretty(&outputs)? + "\n"
    } else {
        table(&outputs)
    };
    print(&text)?;
    Ok(Exit::Ran)
}

fn table(outputs: &[FishOutput]) -> String {
    let mut text = String::from("image\tnuclei\trearranged\tscored\tpositive\tsignals\n");
    for output in outputs {
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t{}",
            output.image.display(),
            output.cells,
            output.rearranged,
            output.scored,
            output.positive,
            output.signals
        );
    }
    text
}
