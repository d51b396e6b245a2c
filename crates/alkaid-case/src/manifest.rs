//! `case.toml`: what there is about a sample.
//!
//! [`read`] takes the file, refuses what cannot be right with its line and a suggestion, and returns a [`Manifest`] whose
//! paths can be opened, whose drugs and tumour type are those of the tables, and whose dates exist.

mod check;
mod error;
mod ihc;
mod place;
mod read;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod values;

use std::path::PathBuf;

use alkaid_fish::fields::ChannelChoice;
use alkaid_knowledge::query::TumourType;
use alkaid_knowledge::{Date, Drug};
use alkaid_reads::input::{Pairing, UmiPlacement};
use alkaid_tables::{CopyNumberUnit, ExpressionUnit};

pub use error::ManifestError;
pub use read::{parse, read};
pub use template::template;
pub use text::schema;

use crate::finding::{FishPatternCounts, IhcCall, IhcPattern, MaterialLeft};

/// The largest manifest that is read. A template has about 4 kB.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;

/// A manifest that can be right.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Its folder: paths are relative to it.
    pub folder: PathBuf,
    /// Its bytes, for the checksum.
    pub text: String,
    /// The sample.
    pub sample: SampleEntry,
    /// Reads of RNA.
    pub rna: Vec<ReadsEntry>,
    /// Reads of DNA.
    pub dna: Vec<ReadsEntry>,
    /// FISH.
    pub fish: Option<FishEntry>,
    /// Immunohistochemistry.
    pub ihc: Option<IhcEntry>,
    /// Another caller's small variants.
    pub variants: Option<VariantsEntry>,
    /// Another caller's copy numbers.
    pub copy_number: Option<CopyNumberEntry>,
    /// Expression.
    pub expression: Option<ExpressionEntry>,
    /// The record of the FISH run.
    pub fish_record: Option<Input>,
    /// Inhibitors given so far.
    pub treatments: Vec<TreatmentEntry>,
    /// What is odd, but can be.
    pub warnings: Vec<String>,
}

/// A file of the manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// As the manifest writes it.
    pub written: String,
    /// Where it is.
    pub path: PathBuf,
}

/// The sample.
#[derive(Clone, Debug)]
pub struct SampleEntry {
    /// Its name.
    pub id: String,
    /// Patient or model.
    pub patient: Option<String>,
    /// Whether the data are simulated.
    pub simulated: bool,
    /// Tumour type.
    pub tumour: Option<&'static TumourType>,
    /// As the manifest writes it.
    pub tumour_as_given: Option<String>,
    /// Site.
    pub site: Option<String>,
    /// Material.
    pub material: Option<String>,
    /// Share of tumour cells.
    pub tumour_content: Option<f64>,
    /// Day of sampling.
    pub collected: Option<Date>,
    /// Day of diagnosis.
    pub diagnosed: Option<Date>,
    /// Free words.
    pub note: Option<String>,
    /// Day as of which facts count.
    pub as_of: Option<Date>,
    /// What material is left.
    pub left: Option<MaterialLeft>,
}

/// Reads of one assay.
#[derive(Clone, Debug)]
pub struct ReadsEntry {
    /// The files.
    pub files: Vec<Input>,
    /// How FASTQ records belong together.
    pub pairing: Pairing,
    /// Where UMIs stand.
    pub umi: UmiPlacement,
    /// As the manifest writes it.
    pub umi_as_given: String,
    /// FASTA that a CRAM was made with.
    pub reference: Option<Input>,
    /// Target list of a DNA panel.
    pub control_regions: Option<Input>,
    /// Day of the material.
    pub date: Option<Date>,
}

/// FISH.
#[derive(Clone, Debug)]
pub struct FishEntry {
    /// What there is.
    pub given: FishGiven,
    /// Probe kit.
    pub probe: Option<String>,
    /// Mean ALK signals a nucleus, where it was counted.
    pub copies: Option<f64>,
    /// Which channel of the images is which, where they do not say.
    pub channels: Option<ChannelChoice>,
    /// Micrometres a pixel, in place of what the images say.
    pub pixel_um: Option<f64>,
    /// Day of the material.
    pub date: Option<Date>,
}

/// What there is of FISH.
#[derive(Clone, Debug, PartialEq)]
pub enum FishGiven {
    /// Images of fields.
    Images(Vec<Input>),
    /// A table of nuclei counted by eye.
    Counts(Input),
    /// Nuclei by pattern, summed up.
    Totals(FishPatternCounts),
}

/// Immunohistochemistry.
#[derive(Clone, Debug)]
pub struct IhcEntry {
    /// What there is.
    pub given: IhcGiven,
    /// The antibody's clone.
    pub clone: Option<String>,
    /// Outlines of the tumour on the image (GeoJSON).
    pub region: Option<Input>,
    /// Micrometres a pixel, in place of what the image says.
    pub pixel_um: Option<f64>,
    /// Day of the material.
    pub date: Option<Date>,
}

/// What there is of immunohistochemistry.
#[derive(Clone, Debug, PartialEq)]
pub enum IhcGiven {
    /// An image.
    Image(Input),
    /// A pathologist's score.
    Score(IhcScore),
}

/// A pathologist's score.
#[derive(Clone, Debug, PartialEq)]
pub struct IhcScore {
    /// The call, where it was made.
    pub call: Option<IhcCall>,
    /// Highest intensity, 0 to 3.
    pub intensity: Option<u8>,
    /// H-score, 0 to 300.
    pub h_score: Option<f64>,
    /// Share of tumour cells that stain.
    pub stained: Option<f64>,
    /// Where in the cell.
    pub pattern: Option<IhcPattern>,
    /// Who.
    pub reader: Option<String>,
}

/// Small variants of another caller.
#[derive(Clone, Debug)]
pub struct VariantsEntry {
    /// VCF.
    pub file: Input,
    /// The tumour's sample.
    pub tumour_sample: Option<String>,
    /// Assembly, where the file does not say.
    pub assembly: Option<alkaid_genome::Assembly>,
}

/// Copy numbers of another caller.
#[derive(Clone, Debug)]
pub struct CopyNumberEntry {
    /// The table.
    pub file: Input,
    /// Unit, where the header does not say.
    pub unit: Option<CopyNumberUnit>,
    /// Share of tumour cells, for log2 ratios.
    pub purity: Option<f64>,
    /// Mean copies of a tumour cell, for log2 ratios.
    pub ploidy: Option<f64>,
    /// The sample's column.
    pub column: Option<String>,
}

/// Expression.
#[derive(Clone, Debug)]
pub struct ExpressionEntry {
    /// The table.
    pub file: Input,
    /// Unit, where the header does not say.
    pub unit: Option<ExpressionUnit>,
    /// The sample's column.
    pub column: Option<String>,
}

/// An inhibitor that was given.
#[derive(Clone, Debug)]
pub struct TreatmentEntry {
    /// The drug.
    pub drug: &'static Drug,
    /// First day.
    pub start: Option<Date>,
    /// Last day.
    pub end: Option<Date>,
    /// Best response.
    pub best_response: Option<String>,
    /// Whether the tumour went on under it.
    pub progressed: bool,
    /// Free words.
    pub note: Option<String>,
}
