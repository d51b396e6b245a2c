//! The tables of other callers.

use std::path::Path;

use alkaid_tables::finding::BypassReport;
use alkaid_tables::{Inputs, TablesError, bypass};

use super::{Case, failed};
use crate::assay::{Table, tables};
use crate::manifest::Input;

impl Case<'_> {
    /// The tables of other callers: each is tried alone first, so that one that fails leaves the others.
    pub(super) fn tables(&mut self) {
        let mut good = Inputs::default();
        let mut errors: Vec<(Table, String)> = Vec::new();
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
                Err(error) => errors.push((table, error)),
            }
        }
        let report = match good == Inputs::default() {
            true => None,
            false => self.read_tables(&good).ok(),
        };
        for table in given {
            let error = errors.iter().find(|(one, _)| *one == table);
            let found = match (&report, error) {
                (Some(report), None) => tables(table, report, &mut self.citations),
                (_, Some((_, error))) => failed(table.id(), table.kind(), error.clone()),
                (None, None) => failed(
                    table.id(),
                    table.kind(),
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
}

fn put(inputs: &mut Inputs, table: Table, path: &Path) {
    let place = match table {
        Table::Variants => &mut inputs.variants,
        Table::CopyNumber => &mut inputs.copy_number,
        Table::Expression => &mut inputs.expression,
    };
    *place = Some(path.to_owned());
}
