//! Runs what a manifest names, as far as it has not been run, and concludes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use alkaid_fish::FishReport;
use alkaid_genome::{Assembly, Bundle};
use alkaid_ihc::finding::IhcReport;
use alkaid_reads::finding::Molecule;
use alkaid_reads::input::{InputError, Silent};
use alkaid_reads::{Analysis, Options, ReadsError, analyse};
use alkaid_tables::finding::BypassReport;
use alkaid_tables::{Inputs, TablesError, bypass};

use crate::assay::{
    Found, Table, fish, fish_evidence, ihc, ihc_evidence, junction_reads, measured_evidence, reads,
    record, report_on_counts, report_on_fields, report_on_image, report_on_totals, tables, title,
};
use crate::cache::{Cache, checksums, key, sha256};
use crate::citations::Citations;
use crate::conclude::{Evidence, conclude};
use crate::finding::{AssayKind, CaseReport, FishEvidence, FishOrigin, InputFile, ReadsEvidence};
use crate::manifest::{FishEntry, FishGiven, IhcEntry, IhcGiven, Input, Manifest, ReadsEntry};

/// What the caller chooses.
#[derive(Clone, Debug)]
pub struct CaseOptions {
    /// Folder of results: what was run is kept there.
    pub out: Option<PathBuf>,
    /// Threads.
    pub threads: usize,
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

/// Runs assays for a case, and hears how it goes.
pub trait Desk {
    /// Analyses reads. `assay` is their row in the evidence table.
    ///
    /// # Errors
    ///
    /// As [`alkaid_reads::analyse`].
    fn analyse(
        &self,
        assay: &str,
        files: &[PathBuf],
        options: &Options,
        bundle: &Bundle,
    ) -> Result<Analysis, ReadsError>;

    /// Hears that an assay's result was kept from an earlier run.
    fn kept(&self, assay: &str);
}

/// A desk that only works.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Desk for Quiet {
    fn analyse(
        &self,
        _: &str,
        files: &[PathBuf],
        options: &Options,
        bundle: &Bundle,
    ) -> Result<Analysis, ReadsError> {
        analyse(files, options, bundle, &Silent)
    }

    fn kept(&self, _: &str) {}
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
) -> Result<CaseReport, CaseError> {
    let mut case = Case {
        manifest,
        options,
        bundle,
        desk,
        cache: Cache::new(options.out.as_deref()),
        citations: Citations::default(),
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
    case.fish();
    case.ihc();
    case.tables();
    case.record();
    case.name_files_as_given();
    Ok(conclude(manifest, case.evidence, case.citations))
}

struct Case<'c> {
    manifest: &'c Manifest,
    options: &'c CaseOptions,
    bundle: &'c Bundle,
    desk: &'c dyn Desk,
    cache: Cache,
    citations: Citations,
    evidence: Evidence,
}

impl Case<'_> {
    /// Lets errors name files as the manifest does, so that a report does not depend on where its folder lies.
    fn name_files_as_given(&mut self) {
        let folder = &self.manifest.folder;
        if folder.as_os_str().is_empty() {
            return;
        }
        let folder = format!("{}/", folder.display());
        for found in &mut self.evidence.found {
            if let Some(error) = &mut found.finding.error {
                *error = error.replace(&folder, "");
            }
        }
    }

    fn reads(&mut self, kind: AssayKind) -> Result<(), CaseError> {
        let (name, molecule, entries) = match kind {
            AssayKind::DnaReads => ("dna", Molecule::Dna, &self.manifest.dna),
            _ => ("rna", Molecule::Rna, &self.manifest.rna),
        };
        for (index, entry) in entries.iter().enumerate() {
            let id = match index {
                0 => name.to_owned(),
                more => format!("{name}{}", more + 1),
            };
            let mut found = match self.one_reads(&id, molecule, entry) {
                Ok(one) => {
                    let found = reads(
                        &id,
                        kind,
                        &one.report,
                        self.manifest.sample.tumour_content,
                        &mut self.citations,
                    );
                    self.evidence.reads.push(one);
                    found
                }
                Err(ReadsFailure::Case(error)) => return Err(error),
                Err(ReadsFailure::Assay(error)) => {
                    Found::failed(&id, kind, title(kind).to_owned(), error)
                }
            };
            found.finding.date = entry.date.map(|date| date.to_string());
            self.evidence.found.push(found);
        }
        Ok(())
    }

    /// The report on one entry, kept or made.
    fn one_reads(
        &mut self,
        id: &str,
        molecule: Molecule,
        entry: &ReadsEntry,
    ) -> Result<ReadsEvidence, ReadsFailure> {
        let mut files: Vec<&Input> = entry.files.iter().collect();
        files.extend(entry.reference.iter().chain(&entry.control_regions));
        let inputs = self.checked(id, &files).map_err(ReadsFailure::Assay)?;
        let said = format!("{molecule:?} {:?} {}", entry.pairing, entry.umi_as_given);
        let sample = &self.manifest.sample.id;
        let key = key(
            &inputs,
            &format!("{said} {sample}"),
            &self.bundle.meta().checksum,
        );
        if let Some(kept) = self.cache.get::<ReadsEvidence>(id, &key) {
            self.desk.kept(id);
            return Ok(kept);
        }
        let mut options = Options {
            molecule: Some(molecule),
            sample: Some(sample.clone()),
            control_regions: entry
                .control_regions
                .as_ref()
                .map(|input| input.path.clone()),
            ..Options::default()
        };
        options.input.threads = self.options.threads;
        options.input.pairing = entry.pairing;
        options.input.umi = entry.umi;
        options.input.reference = entry.reference.as_ref().map(|input| input.path.clone());
        let paths: Vec<PathBuf> = entry.files.iter().map(|input| input.path.clone()).collect();
        let analysis = self
            .desk
            .analyse(id, &paths, &options, self.bundle)
            .map_err(|error| match error {
                ReadsError::Input(InputError::Interrupted) => {
                    ReadsFailure::Case(CaseError::Interrupted)
                }
                other => ReadsFailure::Assay(other.to_string()),
            })?;
        let junction_reads = junction_reads(&analysis.report, &analysis.evidence);
        let mut report = analysis.report;
        // As the manifest writes them: a case is the same wherever it lies.
        for (record, input) in report.qc.inputs.iter_mut().zip(&entry.files) {
            record.path.clone_from(&input.written);
        }
        let evidence = ReadsEvidence {
            assay: id.to_owned(),
            report,
            junction_reads,
        };
        self.cache
            .put(id, &key, &evidence)
            .map_err(|source| ReadsFailure::Case(self.cannot_keep(source)))?;
        Ok(evidence)
    }

    fn cannot_keep(&self, source: io::Error) -> CaseError {
        CaseError::Keep {
            path: self.options.out.clone().unwrap_or_default(),
            source,
        }
    }

    /// Checksums of files, which go into the report's provenance.
    fn checked(&mut self, assay: &str, files: &[&Input]) -> Result<Vec<InputFile>, String> {
        let inputs = checksums(assay, files)?;
        self.evidence.inputs.extend(inputs.iter().cloned());
        Ok(inputs)
    }

    fn fish(&mut self) {
        const ID: &str = "fish";
        let Some(entry) = &self.manifest.fish else {
            return;
        };
        let probe = entry.probe.as_deref();
        let sample = &self.manifest.sample.id;
        let made: Result<(FishReport, FishOrigin), String> = match &entry.given {
            FishGiven::Totals(counts) => {
                report_on_totals(*counts, probe, sample).map(|report| (report, FishOrigin::Totals))
            }
            FishGiven::Counts(table) => self
                .checked(ID, &[table])
                .and_then(|_| report_on_counts(&table.path, probe, sample))
                .map(|report| (report, FishOrigin::Counts)),
            FishGiven::Images(images) => self
                .fields(ID, images, entry)
                .map(|report| (report, FishOrigin::Images)),
        };
        let evidence: Result<FishEvidence, String> =
            made.map(|(report, origin)| fish_evidence(ID, &report, origin, entry.copies));
        let mut found = match evidence {
            Ok(evidence) => {
                let found = fish(&evidence);
                self.evidence.fish = Some(evidence);
                found
            }
            Err(error) => Found::failed(
                ID,
                AssayKind::Fish,
                title(AssayKind::Fish).to_owned(),
                error,
            ),
        };
        found.finding.date = entry.date.map(|date| date.to_string());
        self.evidence.found.push(found);
    }

    /// The report on fields, kept or made.
    fn fields(
        &mut self,
        id: &str,
        images: &[Input],
        entry: &FishEntry,
    ) -> Result<FishReport, String> {
        let files: Vec<&Input> = images.iter().collect();
        let inputs = self.checked(id, &files)?;
        let sample = &self.manifest.sample.id;
        let said = format!("{:?} {:?} {sample}", entry.probe, entry.pixel_um);
        let key = key(&inputs, &said, &self.bundle.meta().checksum);
        if let Some(kept) = self.cache.get::<FishReport>(id, &key) {
            self.desk.kept(id);
            return Ok(kept);
        }
        let paths: Vec<&Path> = images.iter().map(|image| image.path.as_path()).collect();
        let report = report_on_fields(&paths, entry.probe.as_deref(), entry.pixel_um, sample)?;
        // As for sections: what cannot be kept is made again.
        let _ = self.cache.put(id, &key, &report);
        Ok(report)
    }

    fn ihc(&mut self) {
        const ID: &str = "ihc";
        let Some(entry) = &self.manifest.ihc else {
            return;
        };
        let mut found = match &entry.given {
            IhcGiven::Score(score) => {
                let evidence = ihc_evidence(ID, entry.clone.as_deref(), score, &mut self.citations);
                let found = ihc(&evidence);
                self.evidence.ihc = Some(evidence);
                found
            }
            IhcGiven::Image(image) => match self.measured_ihc(ID, image, entry) {
                Ok(report) => {
                    let evidence = measured_evidence(ID, &report, &mut self.citations);
                    let found = ihc(&evidence);
                    self.evidence.ihc = Some(evidence);
                    found
                }
                Err(error) => {
                    Found::failed(ID, AssayKind::Ihc, title(AssayKind::Ihc).to_owned(), error)
                }
            },
        };
        found.finding.date = entry.date.map(|date| date.to_string());
        self.evidence.found.push(found);
    }

    /// The report on an image, kept or made.
    fn measured_ihc(
        &mut self,
        id: &str,
        image: &Input,
        entry: &IhcEntry,
    ) -> Result<IhcReport, String> {
        let files: Vec<&Input> = [image].into_iter().chain(&entry.region).collect();
        let inputs = self.checked(id, &files)?;
        let said = format!(
            "{:?} {:?} {}",
            entry.clone, entry.pixel_um, self.manifest.sample.id
        );
        let key = key(&inputs, &said, &self.bundle.meta().checksum);
        if let Some(kept) = self.cache.get::<IhcReport>(id, &key) {
            self.desk.kept(id);
            return Ok(kept);
        }
        let report = report_on_image(&image.path, entry, &self.manifest.sample.id)?;
        // Kept for the next run alone: that it could not be kept is told where results are written.
        let _ = self.cache.put(id, &key, &report);
        Ok(report)
    }

    /// The tables of other callers: each is tried alone first, so that one that fails leaves the others.
    fn tables(&mut self) {
        let mut good = Inputs::default();
        let mut failed: Vec<(Table, String)> = Vec::new();
        let mut given: Vec<Table> = Vec::new();
        for table in Table::ALL {
            let Some(input) = self.table_input(table) else {
                continue;
            };
            given.push(table);
            let mut alone = Inputs::default();
            put(&mut alone, table, &input.path);
            let tried = self
                .checked(table.id(), &[&input])
                .and_then(|_| self.read_tables(&alone).map_err(|error| error.to_string()));
            match tried {
                Ok(_) => put(&mut good, table, &input.path),
                Err(error) => failed.push((table, error)),
            }
        }
        let report = match good == Inputs::default() {
            true => None,
            false => self.read_tables(&good).ok(),
        };
        for table in given {
            let error = failed.iter().find(|(one, _)| *one == table);
            let found = match (&report, error) {
                (Some(report), None) => tables(table, report, &mut self.citations),
                (_, Some((_, error))) => Found::failed(
                    table.id(),
                    table.kind(),
                    title(table.kind()).to_owned(),
                    error.clone(),
                ),
                (None, None) => Found::failed(
                    table.id(),
                    table.kind(),
                    title(table.kind()).to_owned(),
                    "it cannot be read together with the other tables".to_owned(),
                ),
            };
            self.evidence.found.push(found);
        }
        self.evidence.tables = report.map(|mut report| {
            self.as_written(&mut report);
            report
        });
    }

    fn table_input(&self, table: Table) -> Option<Input> {
        match table {
            Table::Variants => self.manifest.variants.as_ref().map(|one| one.file.clone()),
            Table::CopyNumber => self
                .manifest
                .copy_number
                .as_ref()
                .map(|one| one.file.clone()),
            Table::Expression => self
                .manifest
                .expression
                .as_ref()
                .map(|one| one.file.clone()),
        }
    }

    #[expect(
        clippy::result_large_err,
        reason = "the error of the tables' own reader, made once a run"
    )]
    fn read_tables(&self, inputs: &Inputs) -> Result<BypassReport, TablesError> {
        let manifest = self.manifest;
        let (variants, copies, expression) = (
            &manifest.variants,
            &manifest.copy_number,
            &manifest.expression,
        );
        let columns = [
            copies.as_ref().and_then(|one| one.column.clone()),
            expression.as_ref().and_then(|one| one.column.clone()),
        ];
        let options = alkaid_tables::Options {
            assembly: variants.as_ref().and_then(|one| one.assembly),
            tumour_sample: variants.as_ref().and_then(|one| one.tumour_sample.clone()),
            purity: copies
                .as_ref()
                .and_then(|one| one.purity)
                .or(manifest.sample.tumour_content.filter(|_| copies.is_some())),
            ploidy: copies.as_ref().and_then(|one| one.ploidy),
            copy_number_unit: copies.as_ref().and_then(|one| one.unit),
            sample: columns.into_iter().flatten().next(),
            expression_unit: expression.as_ref().and_then(|one| one.unit),
        };
        bypass(inputs, &options, self.bundle)
    }

    /// Paths as the manifest writes them.
    fn as_written(&self, report: &mut BypassReport) {
        let written = |table| self.table_input(table).map(|input| input.written);
        if let (Some(read), Some(path)) = (&mut report.variants, written(Table::Variants)) {
            read.file = path;
        }
        if let (Some(read), Some(path)) = (&mut report.copy_number, written(Table::CopyNumber)) {
            read.file = path;
        }
        if let (Some(read), Some(path)) = (&mut report.expression, written(Table::Expression)) {
            read.file = path;
        }
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
            Err(error) => Found::failed(
                ID,
                AssayKind::FishRecord,
                title(AssayKind::FishRecord).to_owned(),
                error,
            ),
        };
        self.evidence.found.push(found);
    }
}

/// Why there is no report on reads.
enum ReadsFailure {
    /// The case ends.
    Case(CaseError),
    /// The assay fails, the case goes on.
    Assay(String),
}

fn put(inputs: &mut Inputs, table: Table, path: &Path) {
    let place = match table {
        Table::Variants => &mut inputs.variants,
        Table::CopyNumber => &mut inputs.copy_number,
        Table::Expression => &mut inputs.expression,
    };
    *place = Some(path.to_owned());
}
