//! Reads of RNA and DNA: kept, or run at the desk.

use std::path::PathBuf;

use alkaid_reads::finding::Molecule;
use alkaid_reads::input::InputError;
use alkaid_reads::{Options, ReadsError};

use super::{Case, CaseError, Failure, failed};
use crate::assay::{junction_reads, reads};
use crate::cache::key;
use crate::finding::{AssayKind, ReadsEvidence};
use crate::manifest::{Input, ReadsEntry};

impl Case<'_> {
    pub(super) fn reads(&mut self, kind: AssayKind) -> Result<(), CaseError> {
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
                Err(Failure::Case(error)) => return Err(error),
                Err(Failure::Assay(error)) => failed(&id, kind, error),
            };
            if entries.len() > 1 {
                found.finding.title = format!("{} {}", found.finding.title, index + 1);
            }
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
    ) -> Result<ReadsEvidence, Failure> {
        let mut files: Vec<&Input> = entry.files.iter().collect();
        files.extend(entry.reference.iter().chain(&entry.control_regions));
        let inputs = self.checked(id, &files)?;
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
                ReadsError::Input(InputError::Interrupted) => Failure::Case(CaseError::Interrupted),
                other => Failure::Assay(other.to_string()),
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
            .map_err(|source| self.cannot_keep(source))?;
        Ok(evidence)
    }
}
