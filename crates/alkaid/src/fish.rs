//! `alkaid fish`: break-apart FISH, called by the kit's rule.

use std::path::{Path, PathBuf};

use alkaid_fish::analyse::{Nuclei, Roles, Stage};
use alkaid_fish::fields::{self, ROLES};
use alkaid_fish::report::{InputFile, hex};
use alkaid_fish::{
    AnalyseOptions, Analysis, FishReport, RunOptions, Setting, Verdict, analyse, counts, overrides,
    report_on_images, report_on_table,
};
use alkaid_imaging::regions::{Regions, read_geojson};
use alkaid_imaging::{Field, Labels, OpenOptions, SpotOptions, labels};
use alkaid_report::{Picture, crops, fish_json, fish_page, gallery_html, overlay_png, write_fish};
use anyhow::{Context, bail};

use crate::Outcome;
use crate::args::{CommonArgs, FishCommand, FishRunArgs, ImageArgs, NucleiChoice, ScoreArgs};
use crate::console::{print, style};
use crate::exit::Exit;
use crate::progress::{Meter, Unit};

/// Runs the command. Nothing is printed or written unless all inputs are read.
pub fn run(args: &FishRunArgs) -> Outcome {
    match &args.command {
        Some(FishCommand::Score(args)) => score(args),
        None => images(&args.images),
    }
}

fn images(args: &ImageArgs) -> Outcome {
    let common = &args.common;
    // What is small and may be wrong comes before what takes time.
    let changes = args.overrides.as_deref().map(overrides::read).transpose()?;
    let (fields, inputs) = read(args)?;
    let sizes: Vec<(usize, usize)> = fields
        .iter()
        .map(|field| (field.shape().1, field.shape().2))
        .collect();
    let given = given_labels(args, &sizes)?;
    let regions = given_regions(args, &sizes)?;
    let analysis = analysed(args, &fields, given.as_deref(), regions.as_deref())?;
    let setting = Setting {
        sample: sample(common, &args.fields[0]),
        profile: common.probe,
        options: options(args),
        inputs,
    };
    let report = report_on_images(analysis.fields, analysis.nuclei, changes.as_ref(), setting)?;
    if let Some(out) = &common.out {
        let pictures = pictures(&report, &fields, &analysis.labels)?;
        write_fish(out, &report, &pictures)?;
    }
    show(&report, common)
}

/// All fields of all files, and the files.
fn read(args: &ImageArgs) -> anyhow::Result<(Vec<Field>, Vec<InputFile>)> {
    let options = OpenOptions {
        pixel_um: args.pixel_size,
        ..OpenOptions::default()
    };
    let paths = args.fields.iter().map(PathBuf::as_path);
    let fields = fields::read(paths, &options, args.channels.as_ref(), args.common.probe)?;
    let inputs = args
        .fields
        .iter()
        .map(|path| InputFile::of(path).with_context(|| format!("cannot read {}", path.display())))
        .collect::<Result<_, _>>()?;
    Ok((fields, inputs))
}

fn given_labels(args: &ImageArgs, sizes: &[(usize, usize)]) -> anyhow::Result<Option<Vec<Labels>>> {
    let NucleiChoice::Given(files) = args.nuclei() else {
        return Ok(None);
    };
    one_each("label images (--nuclei)", files.len(), sizes.len())?;
    let read = files
        .iter()
        .zip(sizes)
        .map(|(file, size)| labels::read(file, *size))
        .collect::<Result<_, _>>()
        .context("--nuclei takes network, classical, or label images")?;
    Ok(Some(read))
}

fn given_regions(
    args: &ImageArgs,
    sizes: &[(usize, usize)],
) -> anyhow::Result<Option<Vec<Regions>>> {
    if args.regions.is_empty() {
        return Ok(None);
    }
    one_each(
        "files with regions (--regions)",
        args.regions.len(),
        sizes.len(),
    )?;
    let read = args
        .regions
        .iter()
        .zip(sizes)
        .map(|(file, size)| read_geojson(file, *size))
        .collect::<Result<_, _>>()?;
    Ok(Some(read))
}

fn one_each(what: &str, given: usize, fields: usize) -> anyhow::Result<()> {
    if given != fields {
        bail!("{given} {what} for {fields} fields; give one for each field, in the same order");
    }
    Ok(())
}

fn analysed(
    args: &ImageArgs,
    fields: &[Field],
    given: Option<&[Labels]>,
    regions: Option<&[Regions]>,
) -> anyhow::Result<Analysis> {
    let nuclei = match (given, args.nuclei()) {
        (Some(labels), _) => Nuclei::Given(labels),
        (None, NucleiChoice::Found(method)) => Nuclei::Segmented(method),
        (None, NucleiChoice::Given(_)) => Nuclei::Given(&[]),
    };
    let options = AnalyseOptions {
        roles: Roles {
            dapi: ROLES.dapi,
            red: ROLES.red,
            green: ROLES.green,
        },
        profile: args.common.probe,
        spots: SpotOptions::default(),
        regions,
    };
    let meter = Meter::new("fields", Unit::Items);
    let total = fields.len() as u64;
    let analysis = analyse(fields, &nuclei, &options, &mut |stage| match stage {
        Stage::Field { number, name, .. } => meter.set(number as u64 - 1, Some(total), name),
        Stage::Pairing => meter.set(total, Some(total), "pairing signals"),
    });
    meter.finish();
    Ok(analysis?)
}

fn options(args: &ImageArgs) -> RunOptions {
    let shown = |path: &Path| path.display().to_string();
    let listed = |paths: &[std::path::PathBuf]| {
        (!paths.is_empty()).then(|| {
            paths
                .iter()
                .map(|path| shown(path))
                .collect::<Vec<_>>()
                .join(", ")
        })
    };
    RunOptions {
        seed: args.common.seed,
        nuclei: Some(args.nuclei.join(", ")),
        channels: args.channels.as_ref().map(|choice| choice.text.clone()),
        pixel_size_um: args.pixel_size,
        regions: listed(&args.regions),
        overrides: args.overrides.as_deref().map(shown),
        reader: args.reader.clone(),
    }
}

/// An overlay and a label image for each field, and the gallery.
pub fn pictures(
    report: &FishReport,
    fields: &[Field],
    labels: &[Labels],
) -> anyhow::Result<Vec<Picture>> {
    let mut pictures = Vec::new();
    let mut cut = Vec::new();
    for (index, ((field, finding), labels)) in
        fields.iter().zip(&report.fields).zip(labels).enumerate()
    {
        let own = || {
            report
                .nuclei
                .iter()
                .filter(move |nucleus| nucleus.field as usize == index)
        };
        let failed = || format!("cannot draw {}", field.name);
        let name = format!("{}_{}", index + 1, file_name(&field.name));
        pictures.push(Picture {
            name: format!("overlay_{name}.png"),
            content: overlay_png(field, ROLES, finding.pixel, own()).with_context(failed)?,
        });
        pictures.push(Picture {
            name: format!("labels_{name}.tif"),
            content: labels::to_tiff(labels).with_context(failed)?,
        });
        cut.extend(crops(field, ROLES, own()).with_context(failed)?);
    }
    pictures.push(Picture {
        name: "gallery.html".to_owned(),
        content: gallery_html(report, &cut).into_bytes(),
    });
    Ok(pictures)
}

/// A field's name without its endings, as part of a file's name anywhere.
fn file_name(name: &str) -> String {
    let stem = name.split('.').next().unwrap_or_default();
    stem.chars()
        .take(60)
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect()
}

fn score(args: &ScoreArgs) -> Outcome {
    let common = &args.common;
    let (table, bytes) = counts::read(&args.table, common.probe)?;
    let report = report_on_table(
        table,
        Setting {
            sample: sample(common, &args.table),
            profile: common.probe,
            options: RunOptions {
                seed: common.seed,
                ..RunOptions::default()
            },
            inputs: vec![InputFile {
                path: args.table.display().to_string(),
                bytes: bytes.len() as u64,
                sha256: hex(&bytes),
            }],
        },
    );
    if let Some(out) = &common.out {
        write_fish(out, &report, &[])?;
    }
    show(&report, common)
}

/// The name given, or that of the file without its endings.
fn sample(common: &CommonArgs, file: &Path) -> String {
    common.sample.clone().unwrap_or_else(|| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.split('.').next().unwrap_or_default();
        if stem.is_empty() { "sample" } else { stem }.to_owned()
    })
}

fn show(report: &FishReport, common: &CommonArgs) -> Outcome {
    let text = if common.json {
        fish_json(report)?
    } else {
        let mut text = fish_page(report, style());
        if let Some(out) = &common.out {
            text.push_str(&format!("  Results in {}\n", out.display()));
        }
        text
    };
    print(&text)?;
    Ok(match report.call.verdict {
        Verdict::Positive if common.fail_on_positive => Exit::Positive,
        _ => Exit::Ran,
    })
}
