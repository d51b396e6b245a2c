//! The file of single cases (`--cases`).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;

/// One line per case; goes nowhere when no file was asked for.
pub struct CaseFile(Option<BufWriter<File>>);

impl CaseFile {
    /// Creates the file and writes its head.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else {
            return Ok(Self(None));
        };
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut file = Self(Some(BufWriter::new(file)));
        file.line(&[
            "result",
            "molecule",
            "conditions",
            "wrong",
            "counted",
            "ceiling",
            "expected",
            "seen",
        ])?;
        Ok(file)
    }

    /// Writes a line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn line(&mut self, fields: &[&str]) -> anyhow::Result<()> {
        let Some(file) = &mut self.0 else {
            return Ok(());
        };
        let fields: Vec<String> = fields
            .iter()
            .map(|field| field.replace(['\t', '\n'], " "))
            .collect();
        Ok(writeln!(file, "{}", fields.join("\t"))?)
    }

    /// Writes a comparison.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn comparison(
        &mut self,
        molecule: &str,
        conditions: &str,
        case: &crate::compare::Comparison,
    ) -> anyhow::Result<()> {
        let mut wrong = Vec::new();
        if case.called {
            let checks = [
                ("gene", case.gene),
                ("exon", case.exon),
                ("breakpoint", case.breakpoint),
                ("frame", case.frame),
                ("variant", case.variant),
                ("further", case.further == 0),
                ("count", u64::from(case.counted) >= case.ceiling),
            ];
            wrong.extend(
                checks
                    .iter()
                    .filter(|(_, right)| !right)
                    .map(|(name, _)| *name),
            );
        } else {
            wrong.push("call");
        }
        let result = match (case.right(), wrong.is_empty()) {
            (_, true) => "right",
            (true, false) => "undercounted",
            _ => "WRONG",
        };
        let (counted, ceiling) = (case.counted.to_string(), case.ceiling.to_string());
        self.line(&[
            result,
            molecule,
            conditions,
            &wrong.join(","),
            &counted,
            &ceiling,
            &case.expected,
            &case.seen,
        ])
    }
}
