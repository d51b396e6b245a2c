//! Everything that a person or a pipeline reads of a run on sequencing reads.
//!
//! [`finish`] adds to a report what is derived from its finished calls, [`terminal`] draws it, [`write_outputs`] writes
//! all files: `fusions.json` ([`schema`]), `fusions.tsv`, `refused.tsv`, `fusions.vcf.gz`, `evidence.bam`, `qc.json` and
//! `alkaid_mqc.json`. The same report gives the same bytes; no file holds a date.

mod chromosomes;
mod evidence;
mod multiqc;
mod reference;
mod schema;
mod terminal;
mod tsv;
mod vcf;
mod vicc;
mod write;

pub use multiqc::multiqc;
pub use reference::{BundleReference, Reference};
pub use schema::schema;
pub use terminal::{Color, Glyphs, Style, terminal};
pub use tsv::{fusions_tsv, refused_tsv};
pub use vcf::vcf;
pub use vicc::{finish, finish_with, vicc_fusion};
pub use write::{WriteError, write_outputs, write_with};
