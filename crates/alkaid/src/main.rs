//! The command line: a thin door to the libraries.

mod args;
mod bypass;
mod case;
mod compare;
mod console;
mod demo;
mod exit;
mod explain;
mod fish;
mod ihc;
mod inhibitors;
mod list;
mod pathway;
mod progress;
mod protocol;
mod reads;
mod reference;
mod simulate;
mod simulate_fish;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::exit::Exit;

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Reads(args) => reads::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Inhibitors(args) => inhibitors::run(&args),
        Command::Bypass(args) => bypass::run(&args),
        Command::Pathway(args) => pathway::run(&args.command),
        Command::Fish(args) => fish::run(&args),
        Command::Ihc(args) => ihc::run(&args),
        Command::Case(args) => case::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Reference(args) => reference::run(&args.command),
        Command::List(args) => list::run(&args),
        Command::Protocol(args) => protocol::run(&args.command),
        Command::Schema(args) => reads::schema(args.of),
    };
    outcome.unwrap_or_else(|error| exit::explain(&error)).into()
}

/// What a command returns.
type Outcome = anyhow::Result<Exit>;
