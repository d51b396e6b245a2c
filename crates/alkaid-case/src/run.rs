//! Runs what a manifest names, as far as it has not been run, and concludes.

mod images;
mod reads;
mod tables;

use std::fs;
use std::io;
use std::path::PathBuf;

use alkaid_genome::{Assembly, Bundle};

use crate::assay::{Found, record, title};
use crate::cache::{Cache, checksums, sha256};
use crate::citations::Citations;
use crate::conclude::{Evidence, conclude};
use crate::desk::Desk;
use crate::finding::{AssayKind, CaseReport, InputFile};
use crate::manifest::{Input, Manifest};
use crate::pictures::CasePicture;
use crate::remedy::in_words_of_the_manifest;

/// What the caller chooses.
#[derive(Clone, Debug)]
pub struct CaseOptions {
    /// Folder of results: what was run is kept there, with the pictures of slides. Without it nothing is drawn.
    pub out: Option<PathBuf>,
    /// Threads.
    pub threads: usize,
}

/// A concluded case.
#[derive(Clone, Debug)]
pub struct Conclusion {
    /// What it comes to.
    pub report: CaseReport,
    /// The pictures that the report names.
    pub pictures: Vec<CasePicture>,
}

/// Why a case cannot be concluded. An assay that fails is no such reason: it is told in the report.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The user stopped it.
    #[error("interrupted")]
    Interrupted,
    /// Results cannot be kept.
    #[error("cannot keep results in {}: {source}; choose a folder that you may write to", path.display())]
    Keep {
        /// The folder of results.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Runs the assays of a manifest and concludes.
///
/// # Errors
///
/// When the user stops it, or results cannot be kept.
pub fn run(
    manifest: &Manifest,
    options: &CaseOptions,
    bundle: &Bundle,
    desk: &dyn Desk,
) -> Result<Conclusion, CaseError> {
    let mut case = Case {
        manifest,
        options,
        bundle,
        desk,
        cache: Cache::new(options.out.as_deref()),
        citations: Citations::default(),
        pictures: Vec::new(),
        evidence: Evidence {
            found: Vec::new(),
            reads: Vec::new(),
            fish: None,
            ihc: None,
            tables: None,
            bench: None,
            inputs: Vec::new(),
            manifest_sha256: sha256(&manifest.text),
            assembly: Assembly::Grch38.to_string(),
            bundle: bundle.meta().checksum.clone(),
        },
    };
    case.reads(AssayKind::RnaReads)?;
    case.reads(AssayKind::DnaReads)?;
    case.fish()?;
    case.ihc()?;
    case.tables();
    case.record();
    case.say_as_the_manifest_does();
    Ok(Conclusion {
        report: conclude(manifest, case.evidence, case.citations),
        pictures: case.pictures,
    })
}

struct Case<'c> {
    manifest: &'c Manifest,
    options: &'c CaseOptions,
    bundle: &'c Bundle,
    desk: &'c dyn Desk,
    cache: Cache,
    citations: Citations,
    pictures: Vec<CasePicture>,
    evidence: Evidence,
}

/// Why an assay has no report.
enum Failure {
    /// The case ends.
    Case(CaseError),
    /// The assay fails, the case goes on.
    Assay(String),
}

impl From<String> for Failure {
    fn from(error: String) -> Self {
        Self::Assay(error)
    }
}

impl Case<'_> {
    /// Lets errors name files as the manifest does, so that a report does not depend on where its folder lies, and
    /// remedies name keys of the manifest in place of options of other commands.
    fn say_as_the_manifest_does(&mut self) {
        let folder = &self.manifest.folder;
        let folder = match folder.as_os_str().is_empty() {
            true => None,
            false => Some(format!("{}/", folder.display())),
        };
        for found in &mut self.evidence.found {
            let finding = &mut found.finding;
            for text in finding.error.iter_mut().chain(&mut finding.notes) {
                if let Some(folder) = &folder {
                    *text = text.replace(folder, "");
                }
                *text = in_words_of_the_manifest(text, finding.kind);
            }
        }
    }

    fn cannot_keep(&self, source: io::Error) -> Failure {
        Failure::Case(CaseError::Keep {
            path: self.options.out.clone().unwrap_or_default(),
            source,
        })
    }

    /// Checksums of files, which go into the report's provenance.
    fn checked(&mut self, assay: &str, files: &[&Input]) -> Result<Vec<InputFile>, String> {
        let inputs = checksums(assay, files, self.options.threads)?;
        self.evidence.inputs.extend(inputs.iter().cloned());
        Ok(inputs)
    }

    fn record(&mut self) {
        const ID: &str = "fish_record";
        let Some(input) = &self.manifest.fish_record else {
            return;
        };
        let read = self.checked(ID, &[input]).and_then(|_| {
            let text = fs::read_to_string(&input.path)
                .map_err(|error| format!("cannot read {}: {error}", input.path.display()))?;
            record(&text).map_err(|error| format!("{}, {error}", input.written))
        });
        let found = match read {
            Ok((found, bench)) => {
                self.evidence.bench = Some(bench);
                found
            }
            Err(error) => failed(ID, AssayKind::FishRecord, error),
        };
        self.evidence.found.push(found);
    }
}

/// The row of an assay that failed.
fn failed(id: &str, kind: AssayKind, error: String) -> Found {
    Found::failed(id, kind, title(kind).to_owned(), error)
}
