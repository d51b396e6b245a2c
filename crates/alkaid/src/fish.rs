//! `alkaid fish`: break-apart FISH, called by the kit's rule.

use std::path::{Path, PathBuf};

use alkaid_fish::analyse::Nuclei;
use alkaid_fish::fields::{ROLES, Reading, Source, Step, Walk, in_order};
use alkaid_fish::report::{InputFile, hex};
use alkaid_fish::{
    AnalyseOptions, Analysis, FishReport, RunOptions, Setting, Slide, Verdict, counts, overrides,
    report_on_images, report_on_table,
};
use alkaid_imaging::nuclei::Method;
use alkaid_imaging::regions::read_geojson;
use alkaid_imaging::{Field, SpotOptions, labels};
use alkaid_report::{
    Crop, Picture, crops, fish_json, fish_page, gallery_html, overlay_png, write_fish,
};
use anyhow::{Context, anyhow};

use crate::Outcome;
use crate::args::{
    CommonArgs, FishCommand, FishRunArgs, ImageArgs, NucleiChoice, ScoreArgs, threads,
    without_endings,
};
use crate::console::{print, style};
use crate::exit::{Exit, Interrupted};
use crate::progress::{Meter, Unit, interrupted};

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
    let inputs = inputs(&args.fields)?;
    let (analysis, labels) = analysed(args)?;
    let setting = Setting {
        sample: sample(common, args.fields[in_order(&args.fields)[0]].first()),
        profile: common.probe,
        options: options(args),
        inputs,
    };
    let report = report_on_images(analysis.fields, analysis.nuclei, changes.as_ref(), setting)?;
    if let Some(out) = &common.out {
        let mut pictures = pictures(args, &report)?;
        pictures.extend(labels);
        write_fish(out, &report, &pictures)?;
    }
    show(&report, common)
}

fn inputs(sources: &[Source]) -> anyhow::Result<Vec<InputFile>> {
    in_order(sources)
        .into_iter()
        .flat_map(|at| sources[at].paths())
        .map(|path| InputFile::of(path).with_context(|| format!("cannot read {}", path.display())))
        .collect()
}

/// Analyses field after field: of one only, the pixels are in memory. With the analysis come the label images, as files.
fn analysed(args: &ImageArgs) -> anyhow::Result<(Analysis, Vec<Picture>)> {
    let mut slide = Slide::new(AnalyseOptions {
        roles: ROLES,
        profile: args.common.probe,
        spots: SpotOptions::default(),
        threads: threads(args.threads),
    })?;
    let sources = &args.fields;
    let (method, label_files) = match args.nuclei() {
        NucleiChoice::Found(method) => (method, None),
        NucleiChoice::Given(files) => {
            let files = OneEach::new("label images (--nuclei)", files, sources)?;
            (Method::default(), Some(files))
        }
    };
    let region_files = (!args.regions.is_empty())
        .then(|| {
            let files = args.regions.iter().map(PathBuf::as_path).collect();
            OneEach::new("files with regions (--regions)", files, sources)
        })
        .transpose()?;
    let mut label_images = Vec::new();
    let meter = Meter::new("fields", Unit::Items);
    let fields = walk(args).each(|step| -> anyhow::Result<()> {
        let Step { index, field, .. } = step;
        look_at(step, &meter)?;
        let size = (field.shape().1, field.shape().2);
        let given = label_files
            .as_ref()
            .map(|files| {
                labels::read(files.of(index)?, size)
                    .context("--nuclei takes network, classical, or label images")
            })
            .transpose()?;
        let source = given
            .as_ref()
            .map_or(Nuclei::Segmented(method), Nuclei::Given);
        let region = region_files
            .as_ref()
            .map(|files| anyhow::Ok(read_geojson(files.of(index)?)?.draw(size)?))
            .transpose()?;
        let used = slide.add(field, source, region.as_ref())?;
        if args.common.out.is_some() {
            let tiff =
                labels::to_tiff(&used).with_context(|| format!("cannot draw {}", field.name))?;
            label_images.push(label_image(index, &field.name, tiff));
        }
        Ok(())
    })?;
    for files in [label_files, region_files].iter().flatten() {
        files.finish(fields)?;
    }
    meter.finish();
    Ok((slide.analysis()?, label_images))
}

/// The fields of the command line.
fn walk(args: &ImageArgs) -> Walk<'_> {
    let reading = Reading {
        pixel_um: args.pixel_size,
        time: args.time,
        channels: args.channels.as_ref(),
        profile: args.common.probe,
    };
    Walk::new(&args.fields, reading)
}

/// Shows how far a walk has come. Fails where the user wants it to stop.
fn look_at(step: Step<'_>, meter: &Meter) -> anyhow::Result<()> {
    if interrupted() {
        return Err(Interrupted.into());
    }
    meter.set(step.done as u64, Some(step.of as u64), &step.field.name);
    Ok(())
}

/// Files that come one to a field, and what they are called.
struct OneEach<'f> {
    what: &'static str,
    files: Vec<&'f Path>,
}

impl<'f> OneEach<'f> {
    /// Files given in the order of the sources. Fails at once where even one to each is too few.
    fn new(
        what: &'static str,
        mut files: Vec<&'f Path>,
        sources: &[Source],
    ) -> anyhow::Result<Self> {
        if files.len() == sources.len() {
            files = in_order(sources).into_iter().map(|at| files[at]).collect();
        }
        let each = Self { what, files };
        if each.files.len() < sources.len() {
            return Err(each.uneven(sources.len()));
        }
        Ok(each)
    }

    /// The file of field `index`.
    fn of(&self, index: usize) -> anyhow::Result<&'f Path> {
        let file = self.files.get(index).copied();
        file.ok_or_else(|| self.uneven(index + 1))
    }

    /// None may be left over.
    fn finish(&self, fields: usize) -> anyhow::Result<()> {
        if self.files.len() > fields {
            return Err(self.uneven(fields));
        }
        Ok(())
    }

    fn uneven(&self, fields: usize) -> anyhow::Error {
        anyhow!(
            "{} {} for {fields} fields; give one for each field, in the same order",
            self.files.len(),
            self.what
        )
    }
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

/// An overlay for each field, and the gallery. The fields are read again: they were not kept.
fn pictures(args: &ImageArgs, report: &FishReport) -> anyhow::Result<Vec<Picture>> {
    let mut drawing = Drawing::default();
    let meter = Meter::new("pictures", Unit::Items);
    walk(args).each(|step| {
        look_at(step, &meter)?;
        drawing.add(report, step.index, step.field)
    })?;
    meter.finish();
    Ok(drawing.finish(report))
}

/// The label image of a field, from a TIFF file's bytes.
pub fn label_image(index: usize, field: &str, tiff: Vec<u8>) -> Picture {
    Picture {
        name: format!("labels_{}.tif", file_name(index, field)),
        content: tiff,
    }
}

/// What is drawn of a slide field by field: overlays, and at last the gallery.
#[derive(Default)]
pub struct Drawing {
    pictures: Vec<Picture>,
    cut: Vec<Crop>,
}

impl Drawing {
    /// Draws a field of the report.
    pub fn add(&mut self, report: &FishReport, index: usize, field: &Field) -> anyhow::Result<()> {
        let own = || {
            report
                .nuclei
                .iter()
                .filter(move |nucleus| nucleus.field as usize == index)
        };
        let failed = || format!("cannot draw {}", field.name);
        let size = (field.shape().1, field.shape().2);
        let finding = report
            .fields
            .get(index)
            .filter(|finding| (finding.height as usize, finding.width as usize) == size)
            .with_context(|| format!("{} changed while it was analysed; run again", field.name))?;
        self.pictures.push(Picture {
            name: format!("overlay_{}.png", file_name(index, &field.name)),
            content: overlay_png(field, ROLES, finding.pixel, own()).with_context(failed)?,
        });
        self.cut
            .extend(crops(field, ROLES, own()).with_context(failed)?);
        Ok(())
    }

    /// All pictures.
    pub fn finish(mut self, report: &FishReport) -> Vec<Picture> {
        self.pictures.push(Picture {
            name: "gallery.html".to_owned(),
            content: gallery_html(report, &self.cut).into_bytes(),
        });
        self.pictures
    }
}

/// A field's number from 1 and its name without endings, as part of a file's name anywhere.
fn file_name(index: usize, name: &str) -> String {
    let stem = name.split('.').next().unwrap_or_default();
    let plain: String = stem
        .chars()
        .take(60)
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    format!("{}_{plain}", index + 1)
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
        let stem = without_endings(&name);
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
