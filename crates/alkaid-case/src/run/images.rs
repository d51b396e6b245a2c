//! Fields of FISH and stained sections, with the pictures that pages show of them.

use alkaid_fish::FishReport;
use alkaid_fish::fields::Walk;
use alkaid_ihc::finding::IhcReport;
use alkaid_ihc::{IhcError, Measured};
use alkaid_imaging::brightfield::Slide;
use serde::{Deserialize, Serialize};

use super::{Case, CaseError, Failure, failed};
use crate::assay::{
    Found, fish, fish_evidence, ihc, ihc_evidence, measure, measured_evidence, read_fields,
    reading, report_on_counts, report_on_totals, sources, typical_nuclei,
};
use crate::cache::key;
use crate::desk::{FishSlide, StainedSection};
use crate::finding::{AssayKind, FishEvidence, FishOrigin, IhcEvidence};
use crate::manifest::{FishEntry, FishGiven, IhcEntry, IhcGiven, Input};
use crate::pictures::CasePicture;

/// What is kept of an assay on images.
#[derive(Serialize, Deserialize)]
struct Kept<R> {
    report: R,
    pictures: Vec<CasePicture>,
    /// What the desk could not do; such a result is not kept.
    #[serde(skip)]
    problem: Option<String>,
}

impl Case<'_> {
    pub(super) fn fish(&mut self) -> Result<(), CaseError> {
        const ID: &str = "fish";
        let Some(entry) = &self.manifest.fish else {
            return Ok(());
        };
        let found = match self.fish_of(ID, entry) {
            Ok(evidence) => {
                let found = fish(&evidence);
                self.evidence.fish = Some(evidence);
                found
            }
            Err(Failure::Case(error)) => return Err(error),
            Err(Failure::Assay(error)) => failed(ID, AssayKind::Fish, error),
        };
        self.add(found, entry.date.map(|date| date.to_string()));
        Ok(())
    }

    fn fish_of(&mut self, id: &str, entry: &FishEntry) -> Result<FishEvidence, Failure> {
        let probe = entry.probe.as_deref();
        let sample = &self.manifest.sample.id;
        match &entry.given {
            FishGiven::Totals(counts) => {
                let report = report_on_totals(*counts, probe, sample)?;
                Ok(fish_evidence(id, &report, FishOrigin::Totals, entry.copies))
            }
            FishGiven::Counts(table) => {
                self.checked(id, &[table])?;
                let report = report_on_counts(&table.path, probe, sample)?;
                Ok(fish_evidence(id, &report, FishOrigin::Counts, entry.copies))
            }
            FishGiven::Images(images) => {
                let kept = self.fields(id, images, entry)?;
                let mut evidence =
                    fish_evidence(id, &kept.report, FishOrigin::Images, entry.copies);
                evidence.show(&kept.pictures);
                evidence.warnings.extend(kept.problem);
                self.pictures.extend(kept.pictures);
                Ok(evidence)
            }
        }
    }

    /// The report on fields, kept or made.
    fn fields(
        &mut self,
        id: &str,
        images: &[Input],
        entry: &FishEntry,
    ) -> Result<Kept<FishReport>, Failure> {
        let files: Vec<&Input> = images.iter().collect();
        let inputs = self.checked(id, &files)?;
        let sample = &self.manifest.sample.id;
        let said = format!(
            "{:?} {:?} {:?} {sample}",
            entry.probe, entry.channels, entry.pixel_um
        );
        let key = key(&inputs, &said, &self.bundle.meta().checksum);
        if let Some(kept) = self.cache.get(id, &key) {
            self.desk.kept(id);
            return Ok(kept);
        }
        let sources = sources(images);
        let walk = Walk::new(&sources, reading(entry)?);
        let progress = self.desk.images(id);
        let read = read_fields(&walk, &inputs, entry, sample, &*progress);
        if progress.interrupted() {
            return Err(Failure::Case(CaseError::Interrupted));
        }
        drop(progress);
        let read = read.map_err(|error| error.to_string())?;
        let mut kept = Kept {
            pictures: Vec::new(),
            problem: None,
            report: read.report,
        };
        if self.options.out.is_some() {
            let slide = FishSlide {
                report: &kept.report,
                walk: &walk,
                labels: &read.labels,
            };
            let nuclei = typical_nuclei(&kept.report);
            match self.desk.fish_slide(id, slide, &nuclei) {
                Ok(pictures) => {
                    kept.pictures = pictures
                        .into_iter()
                        .map(|one| CasePicture::of_nucleus(id, one.nucleus, one.png))
                        .collect();
                }
                Err(problem) => kept.problem = Some(problem),
            }
        }
        self.keep(id, &key, &kept)?;
        Ok(kept)
    }

    pub(super) fn ihc(&mut self) -> Result<(), CaseError> {
        const ID: &str = "ihc";
        let Some(entry) = &self.manifest.ihc else {
            return Ok(());
        };
        let found = match self.ihc_of(ID, entry) {
            Ok(evidence) => {
                let found = ihc(&evidence);
                self.evidence.ihc = Some(evidence);
                found
            }
            Err(Failure::Case(error)) => return Err(error),
            Err(Failure::Assay(error)) => failed(ID, AssayKind::Ihc, error),
        };
        self.add(found, entry.date.map(|date| date.to_string()));
        Ok(())
    }

    fn ihc_of(&mut self, id: &str, entry: &IhcEntry) -> Result<IhcEvidence, Failure> {
        match &entry.given {
            IhcGiven::Score(score) => {
                let clone = entry.clone.as_deref();
                Ok(ihc_evidence(id, clone, score, &mut self.citations))
            }
            IhcGiven::Image(image) => {
                let kept = self.section(id, image, entry)?;
                let mut evidence = measured_evidence(id, &kept.report, &mut self.citations);
                evidence.image = kept.pictures.first().map(|one| one.path.clone());
                evidence.warnings.extend(kept.problem);
                self.pictures.extend(kept.pictures);
                Ok(evidence)
            }
        }
    }

    /// The report on a section, kept or made.
    fn section(
        &mut self,
        id: &str,
        image: &Input,
        entry: &IhcEntry,
    ) -> Result<Kept<IhcReport>, Failure> {
        let files: Vec<&Input> = [image].into_iter().chain(&entry.region).collect();
        let inputs = self.checked(id, &files)?;
        let sample = &self.manifest.sample.id;
        let said = format!("{:?} {:?} {sample}", entry.clone, entry.pixel_um);
        let key = key(&inputs, &said, &self.bundle.meta().checksum);
        if let Some(kept) = self.cache.get(id, &key) {
            self.desk.kept(id);
            return Ok(kept);
        }
        let slide = Slide::open(&image.path).map_err(|error| error.to_string())?;
        let progress = self.desk.images(id);
        let measured = measure(&slide, entry, sample, &*progress);
        drop(progress);
        let Measured { report, cells } = match measured {
            Err(IhcError::Interrupted) => return Err(Failure::Case(CaseError::Interrupted)),
            other => other.map_err(|error| error.to_string())?,
        };
        let mut kept = Kept {
            pictures: Vec::new(),
            problem: None,
            report,
        };
        if self.options.out.is_some() {
            let section = StainedSection {
                report: &kept.report,
                cells: &cells,
                slide: &slide,
            };
            match self.desk.section(id, section) {
                Ok(png) => {
                    kept.pictures = png
                        .into_iter()
                        .map(|png| CasePicture::of_section(id, png))
                        .collect();
                }
                Err(problem) => kept.problem = Some(problem),
            }
        }
        self.keep(id, &key, &kept)?;
        Ok(kept)
    }

    /// Keeps a result, unless something could not be drawn or written: then the next run tries again.
    fn keep<R: Serialize>(&self, id: &str, key: &str, kept: &Kept<R>) -> Result<(), Failure> {
        match kept.problem {
            Some(_) => Ok(()),
            None => self
                .cache
                .put(id, key, kept)
                .map_err(|source| self.cannot_keep(source)),
        }
    }

    fn add(&mut self, mut found: Found, date: Option<String>) {
        found.finding.date = date;
        self.evidence.found.push(found);
    }
}
