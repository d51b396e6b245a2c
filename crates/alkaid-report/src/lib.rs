//! Everything that a person or a pipeline reads: of a run on sequencing reads, and of the tables of facts.
//!
//! [`finish`] adds to a report what is derived from its finished calls, [`terminal`] draws it, [`write_outputs`] writes
//! all files: `fusions.json` ([`schema`]), `fusions.tsv`, `refused.tsv`, `fusions.vcf.gz`, `evidence.bam`, `qc.json`,
//! `alkaid_mqc.json`, and for small variants `variants.tsv`, `refused_variants.tsv`, `variant_bounds.tsv` and
//! `variants.vcf.gz`. [`list`] shows the tables of `alkaid-knowledge`, [`bench_sheet`] and [`CheckedRecord`] the FISH
//! protocol; [`answer_page`], [`answers_json`] and their like answer questions from the tables;
//! [`bypass_page`] and its like show what the tables of other callers say, [`pathway`] what the model of signalling says,
//! [`fish_page`] and its like what FISH shows, of which people look at [`overlay_png`] and [`gallery_html`], [`ihc_page`]
//! and [`review_html`] what a stained section shows; [`case_page`], [`case_html`] and [`case_pdf`] what all evidence on a
//! sample comes to. The same report gives the same bytes; no file holds a date.

mod answers;
mod bypass;
mod case;
mod chromosomes;
mod evidence;
mod fish;
mod ihc;
mod knowledge;
mod machine;
mod multiqc;
mod page;
pub mod pathway;
mod protocol;
mod reference;
mod schema;
mod terminal;
mod tsv;
mod variants;
mod vcf;
mod vicc;
mod write;

pub use answers::{ANSWER_VERSION, answers_json, answers_tsv, inhibitors_json, inhibitors_tsv};
pub use bypass::{bypass_json, bypass_tsv};
pub use case::{Attachments, PdfError, case_html, case_pdf, compare_html, compare_pdf};
pub use fish::{
    Crop, Portraits, Sitter, crops, fish_json, fish_multiqc, gallery_html, nuclei_tsv, overlay_png,
    spots_tsv,
};
pub use ihc::{
    CropOf, IhcCrop, cells_tsv, class_colour, hand_tsv, ihc_crops, ihc_json, review_html,
    section_view, separation_picture, write_geojson, write_overlay,
};
pub use knowledge::{FactList, ListError, ListFilter, list, topics};
pub use machine::{case_json, case_multiqc, case_tsv, case_vicc, compare_json, compare_tsv, fhir};
pub use multiqc::multiqc;
pub use protocol::{CheckedRecord, bench_sheet, bench_sheet_json};
pub use reference::{BundleReference, Reference};
pub use schema::{
    bypass_schema, case_schema, compare_schema, fish_schema, ihc_schema, pathway_schema, schema,
};
pub use terminal::{
    Color, Glyphs, Style, answer_page, bypass_page, case_page, comparison_page, fish_page,
    hand_page, ihc_page, inhibitors_page, terminal,
};
pub use tsv::{fusions_tsv, refused_tsv};
pub use variants::{refused_variants_tsv, variant_bounds_tsv, variants_tsv};
pub use vcf::{variants_vcf, vcf};
pub use vicc::{finish, finish_with, vicc_fusion};
pub use write::{
    Picture, WriteError, write_bypass, write_case, write_comparison, write_fish, write_ihc,
    write_outputs, write_pathway, write_with,
};
