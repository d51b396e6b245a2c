//! All result files of a run, written so that a reader never meets half a result.
//!
//! Everything is written into a hidden directory beside the target and moved at the end: as a whole where the target is
//! new, file by file, `fusions.json` last, where it exists.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use alkaid_case::finding::{CaseReport, CompareReport};
use alkaid_fish::FishReport;
use alkaid_genome::Bundle;
use alkaid_ihc::finding::{Cell, IhcReport};
use alkaid_imaging::brightfield::Slide;
use alkaid_pathway::finding::{NetworkMap, PathwayReport};
use alkaid_reads::finding::{Bound, EvidenceRead, Qc, ReadsReport, Verdict};
use alkaid_tables::finding::BypassReport;
use serde::Serialize;

use crate::bypass::bypass_tsv;
use crate::case::{Attachments, case_html, case_pdf, compare_html, compare_pdf};
use crate::evidence;
use crate::fish::{fish_multiqc, nuclei_tsv, spots_tsv};
use crate::ihc;
use crate::machine;
use crate::multiqc::multiqc;
use crate::pathway;
use crate::reference::{BundleReference, Reference};
use crate::tsv::{fusions_tsv, refused_tsv};
use crate::variants::{refused_variants_tsv, variant_bounds_tsv, variants_tsv};
use crate::vcf;

/// Files of a run in the order in which they are moved; the one that others are looked up from comes last.
const FILES: [&str; 14] = [
    "evidence.bam",
    "evidence.bam.bai",
    "fusions.vcf.gz",
    "fusions.vcf.gz.tbi",
    "fusions.tsv",
    "refused.tsv",
    "variants.vcf.gz",
    "variants.vcf.gz.tbi",
    "variants.tsv",
    "refused_variants.tsv",
    "variant_bounds.tsv",
    "qc.json",
    "alkaid_mqc.json",
    "fusions.json",
];

/// Files of `alkaid bypass`, in the order in which they are moved.
const BYPASS_FILES: [&str; 2] = ["bypass.tsv", "bypass.json"];

/// Files of `alkaid pathway run`, in the order in which they are moved.
const PATHWAY_FILES: [&str; 7] = [
    "readouts.tsv",
    "nodes.tsv",
    "courses.tsv",
    "edges.tsv",
    "map.svg",
    "courses.svg",
    "pathway.json",
];

/// Tables of `alkaid fish`, in the order in which they are moved, after the pictures.
const FISH_FILES: [&str; 4] = [
    "spots.tsv",
    "nuclei.tsv",
    "alkaid_fish_mqc.json",
    "fish.json",
];

/// A file that is made elsewhere: an overlay, a label image, a gallery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its name in the output directory, without folders.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// Files of `alkaid ihc`, in the order in which they are moved.
const IHC_FILES: [&str; 5] = [
    "overlay.tif",
    "cells.tsv",
    "cells.geojson",
    "review.html",
    "ihc.json",
];

/// Files of `alkaid case`, in the order in which they are moved.
const CASE_FILES: [&str; 7] = [
    "case.tsv",
    "case_fhir.json",
    "case_vicc.json",
    "alkaid_case_mqc.json",
    "case.pdf",
    "case.html",
    "case.json",
];

/// Files of `alkaid compare`, in the order in which they are moved.
const COMPARE_FILES: [&str; 4] = ["compare.tsv", "compare.pdf", "compare.html", "compare.json"];

/// `qc.json`: the part of the report that is about the input.
#[derive(Serialize)]
struct QcFile<'r> {
    schema_version: &'r str,
    tool: &'r str,
    notice: &'r str,
    sample: &'r str,
    assembly: &'r str,
    verdict: Verdict,
    bound: &'r Bound,
    qc: &'r Qc,
    warnings: &'r [String],
}

/// Why results could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A directory cannot be made.
    #[error("cannot create directory {}: {}", path.display(), why(source))]
    CreateDirectory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The target is a file.
    #[error("{} is a file, not a directory; remove it or choose another output directory", path.display())]
    NotADirectory {
        /// The target.
        path: PathBuf,
    },
    /// A file cannot be written.
    #[error("cannot write {file} for {}: {}", directory.display(), why(source))]
    Write {
        /// The output directory.
        directory: PathBuf,
        /// The file's name.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// Finished files cannot be moved to their place.
    #[error("cannot move finished results to {}: {}", path.display(), why(source))]
    Move {
        /// The place.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What the system said and what can be done about it.
fn why(source: &io::Error) -> String {
    let remedy = match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space, or choose an output directory on another disk"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; choose an output directory that you may write to"
        }
        io::ErrorKind::NotFound => "; check that the path exists",
        _ => "",
    };
    format!("{source}{remedy}")
}

/// Writes all result files into `directory`, which is made where it does not exist, and returns their paths.
///
/// `bundle` gives reference bases, exon ends and gene identifiers; it must be the one that the report was made with.
///
/// # Errors
///
/// When the directory cannot be made or written to, or the disk is full. Nothing is left behind then, and earlier
/// results in the directory stay as they were.
pub fn write_outputs(
    directory: &Path,
    report: &ReadsReport,
    evidence: &[EvidenceRead],
    bundle: &Bundle,
) -> Result<Vec<PathBuf>, WriteError> {
    let reference = BundleReference::new(bundle, &report.assembly);
    write_with(directory, report, evidence, &reference)
}

/// The same with any reference.
///
/// # Errors
///
/// As [`write_outputs`].
pub fn write_with(
    directory: &Path,
    report: &ReadsReport,
    evidence: &[EvidenceRead],
    reference: &dyn Reference,
) -> Result<Vec<PathBuf>, WriteError> {
    let staging = Staging::beside(directory)?;
    let output = Output {
        directory,
        staging: &staging.path,
    };
    output.write_files(report, evidence, reference)?;
    staging.publish(directory, &FILES)?;
    Ok(FILES.iter().map(|file| directory.join(file)).collect())
}

/// Writes `bypass.tsv` and `bypass.json` into `directory`, as [`write_outputs`] does its files, and returns their paths.
///
/// # Errors
///
/// As [`write_outputs`].
pub fn write_bypass(directory: &Path, report: &BypassReport) -> Result<Vec<PathBuf>, WriteError> {
    let staging = Staging::beside(directory)?;
    let output = Output {
        directory,
        staging: &staging.path,
    };
    output.text("bypass.tsv", &bypass_tsv(report))?;
    output.json("bypass.json", report)?;
    staging.publish(directory, &BYPASS_FILES)?;
    Ok(BYPASS_FILES
        .iter()
        .map(|file| directory.join(file))
        .collect())
}

/// Writes the files of a run of the signalling model into `directory`, as [`write_outputs`] does its files, and returns
/// their paths.
///
/// # Errors
///
/// As [`write_outputs`].
pub fn write_pathway(
    directory: &Path,
    report: &PathwayReport,
    map: &NetworkMap,
) -> Result<Vec<PathBuf>, WriteError> {
    let staging = Staging::beside(directory)?;
    let output = Output {
        directory,
        staging: &staging.path,
    };
    output.text("readouts.tsv", &pathway::run_tsv(report))?;
    output.text("nodes.tsv", &pathway::nodes_tsv(report))?;
    output.text("courses.tsv", &pathway::courses_tsv(report))?;
    output.text("edges.tsv", &pathway::map_tsv(map))?;
    output.text("map.svg", &pathway::map_svg(map, Some(report)))?;
    output.text("courses.svg", &pathway::courses_svg(report))?;
    output.json("pathway.json", report)?;
    staging.publish(directory, &PATHWAY_FILES)?;
    Ok(PATHWAY_FILES
        .iter()
        .map(|file| directory.join(file))
        .collect())
}

/// Writes `fish.json`, `nuclei.tsv`, `spots.tsv`, `alkaid_fish_mqc.json` and the pictures into `directory`, as
/// [`write_outputs`] does its files, and returns their paths.
///
/// # Errors
///
/// As [`write_outputs`].
pub fn write_fish(
    directory: &Path,
    report: &FishReport,
    pictures: &[Picture],
) -> Result<Vec<PathBuf>, WriteError> {
    let staging = Staging::beside(directory)?;
    let output = Output {
        directory,
        staging: &staging.path,
    };
    for picture in pictures {
        output.file(&picture.name, |out| out.write_all(&picture.content))?;
    }
    output.text("spots.tsv", &spots_tsv(report))?;
    output.text("nuclei.tsv", &nuclei_tsv(report))?;
    output.json("alkaid_fish_mqc.json", &fish_multiqc(report))?;
    output.json("fish.json", report)?;
    let files: Vec<&str> = pictures
        .iter()
        .map(|picture| picture.name.as_str())
        .chain(FISH_FILES)
        .collect();
    staging.publish(directory, &files)?;
    Ok(files.iter().map(|file| directory.join(file)).collect())
}

/// Writes `overlay.tif`, `cells.tsv`, `cells.geojson`, `review.html` and `ihc.json` into `directory`, as [`write_outputs`]
/// does its files, and returns their paths. `slide` is the picture that was scored.
///
/// # Errors
///
/// As [`write_outputs`], and when the picture cannot be read again.
pub fn write_ihc(
    directory: &Path,
    report: &IhcReport,
    cells: &[Cell],
    slide: &Slide,
) -> Result<Vec<PathBuf>, WriteError> {
    let staging = Staging::beside(directory)?;
    let output = Output {
        directory,
        staging: &staging.path,
    };
    let failed = |file: &str| {
        let file = file.to_owned();
        move |source| WriteError::Write {
            directory: directory.to_owned(),
            file,
            source: io::Error::other(source),
        }
    };
    ihc::write_overlay(&staging.path.join("overlay.tif"), report, cells, slide)
        .map_err(failed("overlay.tif"))?;
    output.text("cells.tsv", &ihc::cells_tsv(cells))?;
    output.file("cells.geojson", |out| ihc::write_geojson(cells, out))?;
    let crops = ihc::ihc_crops(report, cells, slide).map_err(failed("review.html"))?;
    output.text("review.html", &ihc::review_html(report, cells, &crops))?;
    output.json("ihc.json", report)?;
    staging.publish(directory, &IHC_FILES)?;
    Ok(IHC_FILES.iter().map(|file| directory.join(file)).collect())
}

/// Writes the files of a case and its pictures into `directory`, as [`write_outputs`] does its files, and returns their
/// paths.
///
/// # Errors
///
/// As [`write_outputs`].
pub fn write_case(
    directory: &Path,
    report: &CaseReport,
    bundle: &Bundle,
    attachments: &Attachments,
) -> Result<Vec<PathBuf>, WriteError> {
    let staging = Staging::beside(directory)?;
    let output = Output {
        directory,
        staging: &staging.path,
    };
    for (path, png) in attachments.all() {
        output.file(path, |out| out.write_all(png))?;
    }
    output.text("case.tsv", &machine::case_tsv(report))?;
    output.json("case_fhir.json", &machine::fhir(report))?;
    output.json("case_vicc.json", &machine::case_vicc(report))?;
    output.json("alkaid_case_mqc.json", &machine::case_multiqc(report))?;
    output.file("case.pdf", |out| {
        out.write_all(&case_pdf(report, bundle, attachments).map_err(io::Error::other)?)
    })?;
    output.text("case.html", &case_html(report, bundle, attachments))?;
    output.json("case.json", report)?;
    let files: Vec<&str> = attachments
        .all()
        .map(|(path, _)| path)
        .chain(CASE_FILES)
        .collect();
    staging.publish(directory, &files)?;
    Ok(files.iter().map(|file| directory.join(file)).collect())
}

/// Writes the files of a comparison, in the same way.
///
/// # Errors
///
/// As [`write_outputs`].
pub fn write_comparison(
    directory: &Path,
    report: &CompareReport,
) -> Result<Vec<PathBuf>, WriteError> {
    let staging = Staging::beside(directory)?;
    let output = Output {
        directory,
        staging: &staging.path,
    };
    output.text("compare.tsv", &machine::compare_tsv(report))?;
    output.file("compare.pdf", |out| {
        out.write_all(&compare_pdf(report).map_err(io::Error::other)?)
    })?;
    output.text("compare.html", &compare_html(report))?;
    output.json("compare.json", report)?;
    staging.publish(directory, &COMPARE_FILES)?;
    Ok(COMPARE_FILES
        .iter()
        .map(|file| directory.join(file))
        .collect())
}

/// Where files are written before they are moved.
struct Output<'p> {
    directory: &'p Path,
    staging: &'p Path,
}

impl Output<'_> {
    fn write_files(
        &self,
        report: &ReadsReport,
        evidence: &[EvidenceRead],
        reference: &dyn Reference,
    ) -> Result<(), WriteError> {
        self.json("fusions.json", report)?;
        self.text("fusions.tsv", &fusions_tsv(report, evidence, reference))?;
        self.text("refused.tsv", &refused_tsv(report))?;
        self.text("variants.tsv", &variants_tsv(report))?;
        self.text("refused_variants.tsv", &refused_variants_tsv(report))?;
        self.text("variant_bounds.tsv", &variant_bounds_tsv(report))?;
        let qc = QcFile {
            schema_version: &report.schema_version,
            tool: &report.tool,
            notice: &report.notice,
            sample: &report.sample,
            assembly: &report.assembly,
            verdict: report.verdict,
            bound: &report.bound,
            qc: &report.qc,
            warnings: &report.warnings,
        };
        self.json("qc.json", &qc)?;
        self.json("alkaid_mqc.json", &multiqc(report))?;
        self.pair("fusions.vcf.gz", "fusions.vcf.gz.tbi", |out, index| {
            vcf::write(report, reference, out, index)
        })?;
        self.pair("variants.vcf.gz", "variants.vcf.gz.tbi", |out, index| {
            vcf::small::write(report, out, index)
        })?;
        self.pair("evidence.bam", "evidence.bam.bai", |out, index| {
            evidence::write(report, evidence, out, index)
        })
    }

    fn json(&self, file: &str, value: &impl Serialize) -> Result<(), WriteError> {
        self.file(file, |out| {
            serde_json::to_writer_pretty(&mut *out, value).map_err(io::Error::from)?;
            out.write_all(b"\n")
        })
    }

    fn text(&self, file: &str, text: &str) -> Result<(), WriteError> {
        self.file(file, |out| out.write_all(text.as_bytes()))
    }

    /// A file with its index, which are made together.
    fn pair(
        &self,
        file: &str,
        index: &str,
        fill: impl FnOnce(&mut dyn Write, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        let mut index_bytes = Vec::new();
        self.file(file, |out| fill(out, &mut index_bytes))?;
        self.file(index, |out| out.write_all(&index_bytes))
    }

    /// Writes one file and waits until the disk has it, so that a full disk is met here and not after the move.
    fn file(
        &self,
        file: &str,
        fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        let write = || {
            let path = self.staging.join(file);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            let mut out = BufWriter::new(File::create(path)?);
            fill(&mut out)?;
            out.into_inner()
                .map_err(io::IntoInnerError::into_error)?
                .sync_all()
        };
        write().map_err(|source| WriteError::Write {
            directory: self.directory.to_owned(),
            file: file.to_owned(),
            source,
        })
    }
}

/// A hidden directory on the same file system as the target. Removed on drop unless published.
struct Staging {
    path: PathBuf,
    /// Whether the target has to be made by moving the whole directory.
    whole: bool,
}

impl Staging {
    fn beside(directory: &Path) -> Result<Self, WriteError> {
        match fs::metadata(directory) {
            // Inside an existing target, which may be the root of a file system of its own.
            Ok(meta) if meta.is_dir() => Self::new_in(directory, false),
            Ok(_) => Err(WriteError::NotADirectory {
                path: directory.to_owned(),
            }),
            Err(_) => {
                let parent = match directory.parent() {
                    Some(parent) if !parent.as_os_str().is_empty() => parent,
                    _ => Path::new("."),
                };
                fs::create_dir_all(parent).map_err(|source| WriteError::CreateDirectory {
                    path: parent.to_owned(),
                    source,
                })?;
                Self::new_in(parent, true)
            }
        }
    }

    fn new_in(parent: &Path, whole: bool) -> Result<Self, WriteError> {
        let process = std::process::id();
        for attempt in 0_u32.. {
            let path = parent.join(format!(".alkaid-{process}-{attempt}.partial"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path, whole }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => {}
                Err(source) => return Err(WriteError::CreateDirectory { path, source }),
            }
        }
        Err(WriteError::CreateDirectory {
            path: parent.to_owned(),
            source: io::ErrorKind::AlreadyExists.into(),
        })
    }

    fn publish(self, directory: &Path, files: &[&str]) -> Result<(), WriteError> {
        let failed = |source| WriteError::Move {
            path: directory.to_owned(),
            source,
        };
        if self.whole {
            return fs::rename(&self.path, directory).map_err(failed);
        }
        for file in files {
            let place = directory.join(file);
            if let Some(parent) = place.parent() {
                fs::create_dir_all(parent).map_err(failed)?;
            }
            fs::rename(self.path.join(file), place).map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Gone already after a whole move; otherwise there is nobody to tell.
        let _ = fs::remove_dir_all(&self.path);
    }
}
