//! `alkaid reference`: building and inspecting bundles.

use std::io::{Write, stdout};

use alkaid_genome::{BuildInputs, Bundle, build};

use crate::Outcome;
use crate::args::{BuildArgs, InspectArgs, ReferenceCommand};
use crate::exit::Exit;
use crate::progress::{Meter, Unit};

/// Runs the command.
pub fn run(command: &ReferenceCommand) -> Outcome {
    match command {
        ReferenceCommand::Build(args) => make(args),
        ReferenceCommand::Inspect(args) => inspect(args),
    }
}

fn make(args: &BuildArgs) -> Outcome {
    let inputs = BuildInputs {
        transcripts: args.transcripts.clone(),
        annotation: args.annotation.clone(),
        genome: args.genome.clone(),
        locus_genes: args.locus_genes.clone(),
        loci: args.loci.clone(),
        background: args.background.clone(),
        proteome: args.proteome.clone(),
        domains: args.domains.clone(),
        cytobands: args.cytobands.clone(),
        grch37: args.grch37.clone(),
    };
    let meter = Meter::new("building", Unit::Bytes);
    let bundle = build(&inputs, &mut |stage, done, total| {
        meter.set(done, total, stage)
    });
    meter.finish();
    let bundle = bundle?;
    bundle.write(&args.out)?;
    describe(&bundle)?;
    Ok(Exit::Ran)
}

fn inspect(args: &InspectArgs) -> Outcome {
    let opened = args.bundle.as_deref().map(Bundle::open).transpose()?;
    let bundle = opened.as_ref().unwrap_or_else(|| Bundle::embedded());
    bundle.verify()?;
    if args.json {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(bundle.meta())?)?;
    } else {
        describe(bundle)?;
    }
    Ok(Exit::Ran)
}

/// What a bundle holds, for people.
fn describe(bundle: &Bundle) -> anyhow::Result<()> {
    let meta = bundle.meta();
    let mut out = stdout().lock();
    writeln!(
        out,
        "bundle     format {}, {}, sha256 {}",
        meta.format_version, meta.assembly, meta.checksum
    )?;
    let alk = bundle.alk();
    writeln!(
        out,
        "ALK        {} ({}), {} exons, locus of {} bases",
        alk.id,
        alk.refseq.as_deref().unwrap_or("no RefSeq name"),
        alk.exons.len(),
        bundle.alk_locus().sequence.len()
    )?;
    writeln!(out, "contents   {}", serde_json::to_string(&meta.counts)?)?;
    for section in bundle.sections() {
        writeln!(out, "section    {section:?}")?;
    }
    for source in &meta.sources {
        writeln!(
            out,
            "source     {} ({} records, sha256 {}) {}",
            source.name, source.records, source.sha256, source.note
        )?;
    }
    Ok(())
}
