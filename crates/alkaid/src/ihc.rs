//! `alkaid ihc`: a stained section, or scores by hand; and `alkaid simulate ihc`.

use std::fs;
use std::path::Path;

use alkaid_ihc::{IhcError, Measured, analyse, conclude, hand, overrides};
use alkaid_imaging::brightfield::{Slide, Window};
use alkaid_report::{hand_page, hand_tsv, ihc_json, ihc_page, separation_picture, write_ihc};
use alkaid_simulate::ihc::{IhcPlan, PictureForm, section, write_section};
use anyhow::{Context, bail};

use crate::Outcome;
use crate::args::{IhcArgs, IhcCommand, IhcScoreArgs, SimulateIhcArgs, threads};
use crate::console::{print, style};
use crate::exit::Exit;
use crate::progress::{Meter, Unit, catch_interrupts, interrupted};

/// Side of the largest picture of the dyes apart.
const SEPARATION_SIDE: u32 = 2000;

/// Width of that picture at most, pixels.
const SEPARATION_WIDTH: usize = 1400;

/// Runs the command. Nothing is printed or written unless the section could be scored.
pub fn run(args: &IhcArgs) -> Outcome {
    if let Some(IhcCommand::Score(args)) = &args.command {
        return score(args);
    }
    let picture = args
        .picture
        .as_ref()
        .context("give the picture of the section")?;
    // Only a second pool in one process could fail here, and then the first one serves.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(threads(args.threads))
        .build_global();
    check_outputs(args)?;
    let slide = Slide::open(picture)?;
    // Read before anything is measured, so that a wrong file costs no time.
    let decisions = args
        .overrides
        .as_deref()
        .map(|path| overrides::read(path, &slide.name).map(|decisions| (path, decisions)))
        .transpose()?;
    let control = args.control.as_deref().map(Slide::open).transpose()?;
    let options = args.options(&slide.name);
    catch_interrupts();
    let meter = Tiles(Meter::new("measuring", Unit::Items));
    let measured = analyse(&slide, control.as_ref(), &options, &meter);
    drop(meter);
    let Measured {
        mut report,
        mut cells,
    } = measured?;
    if let Some((path, decisions)) = &decisions {
        overrides::apply(path, decisions, &mut cells)?;
        conclude(&mut report, &cells, &options);
    }
    if interrupted() {
        return Err(IhcError::Interrupted.into());
    }
    if let Some(out) = &args.out {
        write_ihc(out, &report, &cells, &slide)?;
    }
    if let Some(path) = &args.separation {
        write_separation(path, &slide, &report)?;
    }
    let text = if args.json {
        ihc_json(&report)?
    } else {
        let mut text = ihc_page(&report, style());
        if let Some(out) = &args.out {
            text.push_str(&format!("  Results in {}\n", out.display()));
        }
        text
    };
    print(&text)?;
    Ok(Exit::Ran)
}

/// Refuses places for results that cannot be written to, before an hour is spent on them.
fn check_outputs(args: &IhcArgs) -> anyhow::Result<()> {
    if let Some(out) = args.out.as_deref().filter(|out| out.is_file()) {
        bail!("{} is a file; give a folder as --out", out.display());
    }
    let Some(path) = args.separation.as_deref() else {
        return Ok(());
    };
    if !path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("png"))
    {
        bail!(
            "{}: --separation writes PNG; give a name that ends in .png",
            path.display()
        );
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            bail!(
                "{}: the folder does not exist; make it, or correct --separation",
                path.display()
            )
        }
        _ => Ok(()),
    }
}

/// Tiles, or fields, on a meter, which goes with them.
pub struct Tiles(pub Meter);

impl alkaid_ihc::Progress for Tiles {
    fn advance(&self, done: u64, total: u64) {
        self.0.set(done, Some(total), "tiles");
    }

    fn interrupted(&self) -> bool {
        interrupted()
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        self.0.finish();
    }
}

fn write_separation(
    path: &Path,
    slide: &Slide,
    report: &alkaid_ihc::finding::IhcReport,
) -> anyhow::Result<()> {
    let window = Window {
        x: 0,
        y: 0,
        width: SEPARATION_SIDE,
        height: SEPARATION_SIDE,
    };
    let picture = slide.read(0, window)?;
    let apart = separation_picture(&picture, &report.stain.white, &report.stain.vectors.vectors);
    let apart = apart.reduced(apart.width.div_ceil(SEPARATION_WIDTH));
    image::save_buffer(
        path,
        &apart.pixels,
        apart.width as u32,
        apart.height as u32,
        image::ExtendedColorType::Rgb8,
    )
    .with_context(|| format!("cannot write {}", path.display()))
}

fn score(args: &IhcScoreArgs) -> Outcome {
    let report = hand::agreement(&args.scores)?;
    let text = if args.json {
        serde_json::to_string_pretty(&report)? + "\n"
    } else if args.tsv {
        hand_tsv(&report)
    } else {
        hand_page(&report, style())
    };
    print(&text)?;
    Ok(Exit::Ran)
}

/// `alkaid simulate ihc`.
pub fn simulate(args: &SimulateIhcArgs) -> Outcome {
    let plan = match &args.plan {
        Some(path) => {
            let text = fs::read_to_string(path)
                .with_context(|| format!("cannot read the plan {}", path.display()))?;
            serde_json::from_str(&text)
                .with_context(|| format!("{} is not a plan of a section", path.display()))?
        }
        None => IhcPlan::default(),
    };
    let plan = args.onto(plan);
    let form = if args.pyramid {
        PictureForm::Pyramid
    } else {
        PictureForm::Png
    };
    let made = section(&plan);
    let files = write_section(&args.out, &plan, &made, form)?;
    print(&format!(
        "{}\n{}\n{}\n{} cells, H-score {:.1}\n",
        files.picture.display(),
        files.truth.display(),
        files.tumour.display(),
        made.cells.len(),
        made.h_score()
    ))?;
    Ok(Exit::Ran)
}
