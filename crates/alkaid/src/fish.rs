//! `alkaid fish`: break-apart FISH, called by the kit's rule.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use alkaid_fish::analyse::Nuclei;
use alkaid_fish::fields::{self, ROLES, Reading, Source};
use alkaid_fish::report::{InputFile, hex};
use alkaid_fish::{
    AnalyseOptions, Analysis, FishReport, RunOptions, Setting, Slide, Verdict, counts, overrides,
    report_on_images, report_on_table,
};
use alkaid_imaging::nuclei::Method;
use alkaid_imaging::regions::read_geojson;
use alkaid_imaging::{Field, Labels, SpotOptions, labels};
use alkaid_report::{
    Crop, Picture, crops, fish_json, fish_page, gallery_html, overlay_png, write_fish,
};
use anyhow::{Context, anyhow};

use crate::Outcome;
use crate::args::{
    CommonArgs, FishCommand, FishRunArgs, ImageArgs, NucleiChoice, ScoreArgs, threads,
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
    let mut labels = Vec::new();
    let meter = Meter::new("fields", Unit::Items);
    let fields = each_field(args, &mut |index, field, files| {
        meter.set(files.done, Some(files.of), &field.name);
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
            labels.push(label_image(index, field, &used)?);
        }
        Ok(())
    })?;
    for files in [label_files, region_files].iter().flatten() {
        files.finish(fields)?;
    }
    meter.finish();
    Ok((slide.analysis()?, labels))
}

/// How many of the files are done.
struct Files {
    done: u64,
    of: u64,
}

/// Reads field after field, each with its channels in the order of [`ROLES`] and a name of its own, and returns how many
/// there were.
fn each_field(
    args: &ImageArgs,
    work: &mut dyn FnMut(usize, &Field, Files) -> anyhow::Result<()>,
) -> anyhow::Result<usize> {
    let reading = Reading {
        pixel_um: args.pixel_size,
        time: args.time,
        channels: args.channels.as_ref(),
        profile: args.common.probe,
    };
    let mut names = BTreeMap::new();
    let mut index = 0;
    for (done, source) in in_order(&args.fields).into_iter().enumerate() {
        for mut field in fields::read(&args.fields[source], &reading)? {
            if interrupted() {
                return Err(Interrupted.into());
            }
            name_apart(&mut field, &mut names);
            let files = Files {
                done: done as u64,
                of: args.fields.len() as u64,
            };
            work(index, &field, files)?;
            index += 1;
        }
    }
    Ok(index)
}

/// Places of the sources in the order of their files' names. What is drawn hangs on the numbers of nuclei, and must not
/// hang on the order in which a shell or a person lists files.
fn in_order(sources: &[Source]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by_key(|&at| (sources[at].first().file_name(), sources[at].first()));
    order
}

/// Files of one name in several folders are told apart by a number.
fn name_apart(field: &mut Field, names: &mut BTreeMap<String, usize>) {
    let times = names.entry(field.name.clone()).or_insert(0);
    *times += 1;
    if *times > 1 {
        field.name = format!("{} ({times})", field.name);
    }
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
    each_field(args, &mut |index, field, files| {
        meter.set(files.done, Some(files.of), &field.name);
        drawing.add(report, index, field)
    })?;
    meter.finish();
    Ok(drawing.finish(report))
}

/// The pictures of a slide whose fields are in memory: overlays, label images, the gallery.
pub fn pictures_of(
    report: &FishReport,
    fields: &[Field],
    labels: &[Labels],
) -> anyhow::Result<Vec<Picture>> {
    let mut drawing = Drawing::default();
    for (index, (field, labels)) in fields.iter().zip(labels).enumerate() {
        drawing.add(report, index, field)?;
        drawing.pictures.push(label_image(index, field, labels)?);
    }
    Ok(drawing.finish(report))
}

fn label_image(index: usize, field: &Field, labels: &Labels) -> anyhow::Result<Picture> {
    Ok(Picture {
        name: format!("labels_{}.tif", file_name(index, &field.name)),
        content: labels::to_tiff(labels).with_context(|| format!("cannot draw {}", field.name))?,
    })
}

/// What is drawn field by field.
#[derive(Default)]
struct Drawing {
    pictures: Vec<Picture>,
    cut: Vec<Crop>,
}

impl Drawing {
    fn add(&mut self, report: &FishReport, index: usize, field: &Field) -> anyhow::Result<()> {
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

    fn finish(mut self, report: &FishReport) -> Vec<Picture> {
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
