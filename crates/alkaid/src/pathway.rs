//! `alkaid pathway`: the executable model of ALK signalling.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use alkaid_pathway::attractors::{AttractorReport, attractors};
use alkaid_pathway::case::{Amount, amount};
use alkaid_pathway::combine::{Second, combine, rank};
use alkaid_pathway::dose::{Varied, dose_curve};
use alkaid_pathway::finding::CombinationRanking;
use alkaid_pathway::foreign::{Foreign, ForeignCourse, course, open};
use alkaid_pathway::kinetics::Kinetics;
use alkaid_pathway::logic::{Inputs, Logic};
use alkaid_pathway::map::map;
use alkaid_pathway::model::Model;
use alkaid_pathway::network::Evidence;
use alkaid_pathway::observations::compare;
use alkaid_pathway::priors::{Draw, EnsembleSize, ensemble};
use alkaid_pathway::readout::Quantity;
use alkaid_pathway::run::run as run_case;
use alkaid_pathway::scan::{Grid, full_scan, resistance};
use alkaid_pathway::steady::steady;
use alkaid_pathway::{PathwayError, petab, qual, sbml};
use alkaid_report::{Style, pathway, write_pathway};
use anyhow::{Context, bail};
use serde::Serialize;

use crate::Outcome;
use crate::args::pathway::{
    CaseArgs, CombineArgs, CompareArgs, DoseArgs, EnsembleArgs, ExportArgs, ExportFormat,
    FormatArgs, LogicArgs, MapArgs, PathwayCommand, ResistArgs, RunArgs, ScanArgs,
};
use crate::console::{print, style};
use crate::exit::Exit;
use crate::progress::{Meter, Unit};

/// Runs the command. Nothing is printed or written unless all of it is computed.
pub fn run(command: &PathwayCommand) -> Outcome {
    match command {
        PathwayCommand::Map(args) => show_map(args),
        PathwayCommand::Run(args) => match &args.model {
            Some(path) => run_foreign(args, path),
            None => run_ours(args),
        },
        PathwayCommand::Dose(args) => dose(args),
        PathwayCommand::Combine(args) => combination(args),
        PathwayCommand::Resist(args) => resist(args),
        PathwayCommand::Scan(args) => scan(args),
        PathwayCommand::Logic(args) => logic(args),
        PathwayCommand::Export(args) => export(args),
        PathwayCommand::Compare(args) => comparison(args),
    }?;
    Ok(Exit::Ran)
}

fn members(args: &EnsembleArgs) -> Vec<Draw> {
    ensemble(EnsembleSize(args.members.into()))
}

/// A finding as JSON, as a table, or as a page.
fn show<F: Serialize>(
    format: &FormatArgs,
    finding: &F,
    tsv: impl FnOnce(&F) -> String,
    page: impl FnOnce(&F, Style) -> String,
) -> anyhow::Result<()> {
    let text = if format.json {
        pathway::json(finding)?
    } else if format.tsv {
        tsv(finding)
    } else {
        page(finding, style())
    };
    print(&text)
}

/// Writes one file, beside its place first, so that nobody meets half of it.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let written = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    written().with_context(|| {
        format!(
            "cannot write {}; choose a folder that you may write to",
            path.display()
        )
    })
}

fn show_map(args: &MapArgs) -> anyhow::Result<()> {
    let evidence = if args.usable {
        Evidence::Usable
    } else {
        Evidence::All
    };
    let found = map(evidence);
    if let Some(path) = &args.svg {
        write(path, &pathway::map_svg(&found, None))?;
    }
    show(&args.format, &found, pathway::map_tsv, pathway::map_page)
}

fn run_ours(args: &RunArgs) -> anyhow::Result<()> {
    let evidence = args.case.ensemble.evidence();
    let case = args.case.asked(Some(&args.until)).resolve(evidence)?;
    let report = run_case(&case, &members(&args.case.ensemble), evidence)?;
    if let Some(out) = &args.out {
        write_pathway(out, &report, &map(evidence))?;
    }
    show(&args.format, &report, pathway::run_tsv, |report, style| {
        let mut text = pathway::run_page(report, style);
        if let Some(out) = &args.out {
            text.push_str(&format!("  Results in {}\n", out.display()));
        }
        text
    })
}

fn run_foreign(args: &RunArgs, path: &Path) -> anyhow::Result<()> {
    match open(path)? {
        Foreign::Logic(logic) => {
            let report = of_file(
                path,
                find_attractors(&logic, &path.display().to_string(), 1000, 1),
            )?;
            show(
                &args.format,
                &report,
                pathway::attractors_tsv,
                pathway::attractors_page,
            )
        }
        Foreign::Equations(model) => {
            let text = args.until.trim_end_matches(char::is_alphabetic);
            let until: f64 = text
                .parse()
                .ok()
                .filter(|time: &f64| *time > 0.0 && time.is_finite())
                .with_context(|| {
                    format!(
                        "{:?} is no time; write a number above 0 in the model's unit",
                        args.until
                    )
                })?;
            let found = of_file(path, course(&model, until, args.points as usize))?;
            let text = if args.format.json {
                pathway::json(&found)?
            } else {
                course_tsv(&found)
            };
            print(&text)
        }
    }
}

/// Attractors with a meter: nobody knows how much work is left, so it tells what is done.
fn find_attractors(
    logic: &Logic,
    describes: &str,
    walks: u32,
    seed: u64,
) -> Result<AttractorReport, PathwayError> {
    let meter = Meter::new("attractors", Unit::Items);
    let report = attractors(logic, describes, walks, seed, &|work| {
        meter.set(work, None, "nodes of decision diagrams");
    });
    meter.finish();
    report
}

/// What went wrong with a model of others, with the file that it is in.
fn of_file<T>(path: &Path, done: Result<T, PathwayError>) -> Result<T, PathwayError> {
    done.map_err(|error| PathwayError::InFile {
        path: path.to_owned(),
        source: Box::new(error),
    })
}

/// Times and values with all their digits, for comparison with other programs.
fn course_tsv(course: &ForeignCourse) -> String {
    let mut out = format!("time\t{}\n", course.names.join("\t"));
    for (time, values) in course.times.iter().zip(&course.values) {
        out.push_str(&time.to_string());
        for value in values {
            out.push_str(&format!("\t{value:e}"));
        }
        out.push('\n');
    }
    out
}

fn dose(args: &DoseArgs) -> anyhow::Result<()> {
    let evidence = args.case.ensemble.evidence();
    let varied = Varied::new(&args.case.asked(None), &args.vary, evidence)?;
    let default = ["ALK", "ERK", "AKT", "S6", "STAT3", "growth"]
        .map(str::to_owned)
        .to_vec();
    let names = if args.readouts.is_empty() {
        &default
    } else {
        &args.readouts
    };
    let quantities = names
        .iter()
        .map(|name| Quantity::parse(name))
        .collect::<Result<Vec<_>, _>>()?;
    let doses = varied.default_doses(args.points.into());
    let curve = dose_curve(
        &varied,
        &quantities,
        &doses,
        &members(&args.case.ensemble),
        evidence,
    )?;
    if let Some(path) = &args.svg {
        write(path, &pathway::dose_svg(&curve))?;
    }
    show(&args.format, &curve, pathway::dose_tsv, pathway::dose_page)
}

/// `lorlatinib=20nM` as a drug at a dose.
fn second(text: &str) -> anyhow::Result<Second> {
    let Some((name, dose)) = text.split_once('=') else {
        bail!("{text:?} has no dose; write it as lorlatinib=20nM or MEK=90%");
    };
    let dose = match amount(dose)? {
        Amount::Nanomolar(nm) => nm,
        Amount::Share(share) => share,
    };
    Ok(Second {
        name: name.to_owned(),
        dose,
    })
}

fn combination(args: &CombineArgs) -> anyhow::Result<()> {
    let evidence = args.case.ensemble.evidence();
    let asked = args.case.asked(None);
    let members = members(&args.case.ensemble);
    let first = second(&args.first)?;
    let ranking = match &args.second {
        None => rank(&asked, &first, &members, evidence)?,
        Some(text) => {
            let both = combine(
                &asked,
                &first,
                &second(text)?,
                Quantity::parse(&args.readout)?,
                &members,
                evidence,
            )?;
            let alone = rank(&asked, &first, &members, evidence)?;
            CombinationRanking {
                combinations: vec![both],
                ..alone
            }
        }
    };
    show(
        &args.format,
        &ranking,
        pathway::combinations_tsv,
        pathway::combinations_page,
    )
}

fn resist(args: &ResistArgs) -> anyhow::Result<()> {
    let evidence = args.case.ensemble.evidence();
    let quantity = Quantity::parse(&args.readout)?;
    let members = members(&args.case.ensemble);
    let found = resistance(&args.case.asked(None), quantity, &members, evidence)?;
    show(
        &args.format,
        &found,
        pathway::resistance_tsv,
        pathway::resistance_page,
    )
}

fn scan(args: &ScanArgs) -> anyhow::Result<()> {
    let evidence = if args.include_unverified {
        Evidence::All
    } else {
        Evidence::Usable
    };
    let grid = Grid::full();
    let meter = Meter::new("scan", Unit::Items);
    let done = AtomicU64::new(0);
    let total = grid.cells() as u64;
    let members = ensemble(EnsembleSize(args.members.into()));
    let cells = full_scan(&grid, &members, evidence, |cells| {
        let now = done.fetch_add(cells as u64, Ordering::Relaxed) + cells as u64;
        meter.set(now, Some(total), "cells");
    })?;
    meter.finish();
    print(&if args.json {
        pathway::json(&cells)?
    } else {
        pathway::scan_tsv(&cells)
    })
}

/// The Boolean network of a case and its description.
fn case_logic(case: &CaseArgs, inputs: Inputs) -> anyhow::Result<(Logic, String)> {
    let evidence = case.ensemble.evidence();
    let resolved = case.asked(None).resolve(evidence)?;
    Ok((
        Logic::of_case(&resolved, evidence, inputs),
        resolved.describe(),
    ))
}

fn logic(args: &LogicArgs) -> anyhow::Result<()> {
    let report = match &args.model {
        None => {
            let (network, describes) = case_logic(&args.case, Inputs::Fixed)?;
            find_attractors(&network, &describes, args.walks, args.seed)?
        }
        Some(path) => match open(path)? {
            Foreign::Logic(logic) => {
                let describes = path.display().to_string();
                of_file(
                    path,
                    find_attractors(&logic, &describes, args.walks, args.seed),
                )?
            }
            Foreign::Equations(_) => bail!(
                "{} holds differential equations, no Boolean network; run it with alkaid pathway run --model",
                path.display()
            ),
        },
    };
    show(
        &args.format,
        &report,
        pathway::attractors_tsv,
        pathway::attractors_page,
    )
}

fn export(args: &ExportArgs) -> anyhow::Result<()> {
    let inputs = if args.free_inputs {
        Inputs::Free
    } else {
        Inputs::Fixed
    };
    let text = match args.format {
        ExportFormat::Bnet => case_logic(&args.case, inputs)?.0.bnet(),
        ExportFormat::Qual => qual::write(&case_logic(&args.case, inputs)?.0),
        ExportFormat::Sbml => {
            let evidence = args.case.ensemble.evidence();
            let case = args.case.asked(None).resolve(evidence)?;
            let draw = match args.member {
                0 => Draw::new(0, 0),
                place => ensemble(EnsembleSize(place.into()))
                    .pop()
                    .context("the ensemble is empty")?,
            };
            let mut x = steady(
                &Kinetics::new(&case.untreated(), &draw, evidence),
                evidence,
                None,
            )?;
            let kinetics = Kinetics::new(&case, &draw, evidence);
            kinetics.fix(&mut x);
            sbml::write(&Model::of_kinetics(&kinetics, &x))
        }
        ExportFormat::Petab => {
            let folder = args.out.as_deref().context("PEtab needs --out DIR")?;
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
            for file in petab::problem()? {
                write(&folder.join(file.name), &file.text)?;
            }
            return print(&format!("PEtab problem in {}\n", folder.display()));
        }
    };
    match &args.out {
        Some(path) => write(path, &text),
        None => print(&text),
    }
}

fn comparison(args: &CompareArgs) -> anyhow::Result<()> {
    let results = compare(&members(&args.ensemble), args.ensemble.evidence())?;
    show(
        &args.format,
        &results,
        |r| pathway::observations_tsv(r),
        |r, style| pathway::observations_page(r, style),
    )
}
