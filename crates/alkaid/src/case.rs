//! `alkaid case`: everything there is about a sample, and one conclusion.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use alkaid_case::finding::JointStatus;
use alkaid_case::{
    CaseOptions, Conclusion, Desk, FishSlide, NucleusPicture, StainedSection, manifest,
};
use alkaid_fish::fields::ROLES;
use alkaid_genome::Bundle;
use alkaid_reads::{Analysis, Options, ReadsError, analyse};
use alkaid_report::{
    Attachments, Portraits, Sitter, case_json, case_page, case_tsv, finish, section_view,
    write_case, write_fish, write_ihc, write_outputs,
};
use anyhow::{Context, bail};

use crate::Outcome;
use crate::args::{CaseArgs, CaseCommand, threads};
use crate::console::{print, style};
use crate::exit::{Exit, Interrupted};
use crate::fish::{Drawing, label_image};
use crate::ihc::Tiles;
use crate::progress::{Meter, Unit, catch_interrupts, interrupted};

/// Runs the command.
pub fn run(args: &CaseArgs) -> Outcome {
    let path = match (&args.command, &args.manifest) {
        (Some(CaseCommand::Init(init)), _) => return write_template(&init.file, &init.sample),
        (None, Some(path)) => path,
        // The parser asks for one of the two.
        (None, None) => bail!("give a manifest; alkaid case init writes one to fill in"),
    };
    let opened = args.bundle.as_deref().map(Bundle::open).transpose()?;
    let bundle = opened.as_ref().unwrap_or_else(|| Bundle::embedded());
    if let Some(out) = args
        .out
        .as_deref()
        .filter(|out| out.exists() && !out.is_dir())
    {
        bail!(
            "{} is a file, not a directory; remove it or choose another output directory",
            out.display()
        );
    }
    let manifest = manifest::read(path)?;
    let case = conclude(&manifest, args.out.as_deref(), args.threads, bundle)?;
    let form = Form::of(args.json, args.tsv);
    publish(&case, args.out.as_deref(), form, bundle)?;
    Ok(match case.report.status {
        JointStatus::Rearranged if args.fail_on_positive => Exit::Positive,
        _ => Exit::Ran,
    })
}

/// How a report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Page,
    /// JSON.
    Json,
    /// A table.
    Table,
}

impl Form {
    /// As the options say.
    pub const fn of(json: bool, tsv: bool) -> Self {
        match (json, tsv) {
            (true, _) => Self::Json,
            (_, true) => Self::Table,
            _ => Self::Page,
        }
    }
}

/// Runs the assays with a progress bar each and concludes.
pub fn conclude(
    manifest: &manifest::Manifest,
    out: Option<&Path>,
    asked_threads: Option<u16>,
    bundle: &Bundle,
) -> anyhow::Result<Conclusion> {
    catch_interrupts();
    let threads = threads(asked_threads);
    // Sections are measured on the common pool. Only a second one in a process could fail here, and then the first serves.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global();
    let options = CaseOptions {
        out: out.map(Path::to_owned),
        threads,
    };
    Ok(alkaid_case::run(
        manifest,
        &options,
        bundle,
        &Bench { out },
    )?)
}

/// Writes the files, if asked for, and prints the report.
pub fn publish(
    case: &Conclusion,
    out: Option<&Path>,
    form: Form,
    bundle: &Bundle,
) -> anyhow::Result<()> {
    let report = &case.report;
    if let Some(out) = out {
        let mut attachments = Attachments::default();
        for picture in &case.pictures {
            attachments.add(picture.path.as_str(), picture.png.clone());
        }
        write_case(out, report, bundle, &attachments)?;
    }
    let text = match form {
        Form::Json => case_json(report)?,
        Form::Table => case_tsv(report),
        Form::Page => {
            let mut text = case_page(report, style());
            if let Some(out) = out {
                text.push_str(&format!("  Results in {}\n", out.display()));
            }
            text
        }
    };
    print(&text)
}

/// Runs assays with a meter, writes what the commands for them would write into a folder of the assay's name, and draws
/// what the case's page shows of slides.
struct Bench<'o> {
    out: Option<&'o Path>,
}

impl Desk for Bench<'_> {
    fn analyse(
        &self,
        assay: &str,
        files: &[PathBuf],
        options: &Options,
        bundle: &Bundle,
    ) -> Result<Analysis, ReadsError> {
        let meter = Meter::new("reading", Unit::Bytes);
        let analysis = analyse(files, options, bundle, &meter);
        meter.finish();
        let mut analysis = analysis?;
        finish(&mut analysis.report, bundle);
        if let Some(out) = self.out {
            // A case is concluded all the same; what could not be written is told.
            if let Err(error) = write_outputs(
                &out.join(assay),
                &analysis.report,
                &analysis.evidence,
                bundle,
            ) {
                analysis.report.warnings.push(error.to_string());
            }
        }
        Ok(analysis)
    }

    fn images(&self, assay: &str) -> Box<dyn alkaid_ihc::Progress + '_> {
        let what = match assay {
            "ihc" => "measuring",
            _ => "fields",
        };
        Box::new(Tiles(Meter::new(what, Unit::Items)))
    }

    fn fish_slide(
        &self,
        assay: &str,
        slide: FishSlide<'_>,
        nuclei: &[u32],
    ) -> Result<Vec<NucleusPicture>, String> {
        draw_slide(slide, nuclei, self.out.map(|out| out.join(assay)))
            .map_err(|error| format!("{error:#}"))
    }

    fn section(&self, assay: &str, section: StainedSection<'_>) -> Result<Option<Vec<u8>>, String> {
        let StainedSection {
            report,
            cells,
            slide,
        } = section;
        if let Some(out) = self.out {
            write_ihc(&out.join(assay), report, cells, slide).map_err(|error| error.to_string())?;
        }
        section_view(report, cells, slide).map_err(|error| error.to_string())
    }
}

/// Draws nuclei of a slide and, into a folder, what `alkaid fish` would write, field by field.
fn draw_slide(
    slide: FishSlide<'_>,
    nuclei: &[u32],
    folder: Option<PathBuf>,
) -> anyhow::Result<Vec<NucleusPicture>> {
    let FishSlide { report, .. } = slide;
    let of = |field: usize| report.fields.get(field);
    let sitters: Vec<Sitter<'_>> = nuclei
        .iter()
        .filter_map(|id| {
            let nucleus = report.nuclei.iter().find(|one| one.id == *id)?;
            let pixel = of(nucleus.field as usize)?.pixel;
            Some(Sitter { nucleus, pixel })
        })
        .collect();
    let portraits = Portraits::of(&sitters);
    let mut drawn = Vec::new();
    let mut drawing = Drawing::default();
    slide.walk.each(|step| -> anyhow::Result<()> {
        if interrupted() {
            return Err(Interrupted.into());
        }
        let here: Vec<Sitter<'_>> = sitters
            .iter()
            .filter(|one| one.nucleus.field as usize == step.index)
            .copied()
            .collect();
        let pictures = portraits
            .draw(step.field, ROLES, &here)
            .context("nuclei cannot be drawn")?;
        drawn.extend(
            here.iter()
                .zip(pictures)
                .map(|(sitter, png)| NucleusPicture {
                    nucleus: sitter.nucleus.id,
                    png,
                }),
        );
        if folder.is_some() {
            drawing.add(report, step.index, step.field)?;
        }
        Ok(())
    })?;
    if let Some(folder) = folder {
        let labels = slide.labels.iter().zip(&report.fields).enumerate();
        let mut pictures = drawing.finish(report);
        pictures.extend(
            labels.map(|(index, (tiff, field))| label_image(index, &field.name, tiff.clone())),
        );
        write_fish(&folder, report, &pictures)?;
    }
    // In the order in which they were asked for.
    drawn.sort_by_key(|one| nuclei.iter().position(|id| *id == one.nucleus));
    Ok(drawn)
}

fn write_template(path: &Path, sample: &str) -> Outcome {
    let text = manifest::template(sample);
    if path == Path::new("-") {
        print(&text)?;
        return Ok(Exit::Ran);
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = match file {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!(
                "{} exists; remove it or choose another name",
                path.display()
            )
        }
        other => other.with_context(|| format!("cannot write {}", path.display()))?,
    };
    file.write_all(text.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    print(&format!(
        "  {} is to be filled in; then: alkaid case {} --out results\n",
        path.display(),
        path.display()
    ))?;
    Ok(Exit::Ran)
}
