//! The manifest as it is written: the types that TOML is read into, and their schema.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// A value with its place in the file.
pub(super) type At<T> = Spanned<T>;

/// The whole file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Alkaid case.toml")]
pub(super) struct File {
    /// The sample.
    pub sample: Sample,
    /// Material left for further tests.
    pub left: Option<Left>,
    /// Reads of RNA; repeatable.
    #[serde(default)]
    pub rna: Vec<Reads>,
    /// Reads of DNA; repeatable.
    #[serde(default)]
    pub dna: Vec<Reads>,
    /// Break-apart FISH: images, counts or totals.
    pub fish: Option<Fish>,
    /// Immunohistochemistry: an image or a pathologist's score.
    pub ihc: Option<Ihc>,
    /// Small variants of another caller.
    pub variants: Option<Variants>,
    /// Copy numbers of another caller.
    pub copy_number: Option<CopyNumber>,
    /// Expression by gene or transcript.
    pub expression: Option<Expression>,
    /// The filled record of the FISH run.
    pub fish_record: Option<Record>,
    /// Inhibitors given so far; repeatable.
    #[serde(default)]
    pub treatment: Vec<Treatment>,
}

/// `[sample]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sample {
    /// Name of the sample.
    #[schemars(with = "String")]
    pub id: At<String>,
    /// Name of the patient or model.
    pub patient: Option<String>,
    /// Whether the data are simulated.
    #[serde(default)]
    pub simulated: bool,
    /// Tumour type: NSCLC, ALCL, IMT, …
    #[schemars(with = "Option<String>")]
    pub tumour: Option<At<String>>,
    /// Site that the material comes from.
    pub site: Option<String>,
    /// `ffpe`, `fresh_frozen`, `cytology`, `plasma`, `cell_line` or `other`.
    #[schemars(with = "Option<String>")]
    pub material: Option<At<String>>,
    /// Share of tumour cells, above 0 and at most 1.
    #[schemars(with = "Option<f64>")]
    pub tumour_content: Option<At<f64>>,
    /// Day on which the material was taken: 2026-02-10, 2026-02 or 2026.
    #[schemars(with = "Option<String>")]
    pub collected: Option<At<toml::Value>>,
    /// Day of diagnosis.
    #[schemars(with = "Option<String>")]
    pub diagnosed: Option<At<toml::Value>>,
    /// Day as of which facts count.
    #[schemars(with = "Option<String>")]
    pub as_of: Option<At<toml::Value>>,
    /// Free words.
    pub note: Option<String>,
}

/// `[left]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Left {
    /// Unstained sections of 4 to 5 µm.
    #[schemars(with = "Option<u32>")]
    pub sections: Option<At<i64>>,
    /// RNA, nanograms.
    #[schemars(with = "Option<f64>")]
    pub rna_ng: Option<At<f64>>,
    /// DNA, nanograms.
    #[schemars(with = "Option<f64>")]
    pub dna_ng: Option<At<f64>>,
}

/// `[[rna]]` and `[[dna]]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reads {
    /// FASTQ files (one or two per lane), or a BAM or CRAM.
    #[schemars(with = "Vec<String>")]
    pub files: At<Vec<At<String>>>,
    /// `auto`, `interleaved` or `single`.
    #[schemars(with = "Option<String>")]
    pub pairing: Option<At<String>>,
    /// `auto`, `none`, `name`, `tag:RX`, or `read1:START:LENGTH`.
    #[schemars(with = "Option<String>")]
    pub umi: Option<At<String>>,
    /// FASTA that a CRAM was made with.
    #[schemars(with = "Option<String>")]
    pub reference: Option<At<String>>,
    /// Target list of a DNA panel (BED).
    #[schemars(with = "Option<String>")]
    pub control_regions: Option<At<String>>,
    /// Name of the sample; must be that of the case.
    #[schemars(with = "Option<String>")]
    pub sample: Option<At<String>>,
    /// Day of the material, where it differs.
    #[schemars(with = "Option<String>")]
    pub date: Option<At<toml::Value>>,
}

/// `[fish]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fish {
    /// Images of fields.
    #[schemars(with = "Option<Vec<String>>")]
    pub images: Option<At<Vec<At<String>>>>,
    /// A table of nuclei counted by eye.
    #[schemars(with = "Option<String>")]
    pub counts: Option<At<String>>,
    /// Nuclei with fused signals only.
    #[schemars(with = "Option<u32>")]
    pub fused: Option<At<i64>>,
    /// Nuclei with split signals.
    #[schemars(with = "Option<u32>")]
    pub split: Option<At<i64>>,
    /// Nuclei with an isolated red (3') signal.
    #[schemars(with = "Option<u32>")]
    pub isolated_red: Option<At<i64>>,
    /// Nuclei with an isolated green (5') signal.
    #[schemars(with = "Option<u32>")]
    pub isolated_green: Option<At<i64>>,
    /// Mean ALK signals a nucleus.
    #[schemars(with = "Option<f64>")]
    pub copies: Option<At<f64>>,
    /// Micrometres a pixel, in place of what the images say.
    #[schemars(with = "Option<f64>")]
    pub pixel_um: Option<At<f64>>,
    /// Which channel of the images is which, by number from 0 or by name, where they do not say: dapi=0,red=1,green=2.
    #[schemars(with = "Option<String>")]
    pub channels: Option<At<String>>,
    /// Probe kit: vysis, zytovision, dako.
    #[schemars(with = "Option<String>")]
    pub probe: Option<At<String>>,
    /// Name of the sample; must be that of the case.
    #[schemars(with = "Option<String>")]
    pub sample: Option<At<String>>,
    /// Day of the material, where it differs.
    #[schemars(with = "Option<String>")]
    pub date: Option<At<toml::Value>>,
}

/// `[ihc]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Ihc {
    /// The antibody's clone: D5F3, 5A4, 1A4.
    #[schemars(with = "Option<String>")]
    pub clone: Option<At<String>>,
    /// An image.
    #[schemars(with = "Option<String>")]
    pub image: Option<At<String>>,
    /// Outlines of the tumour on it (GeoJSON).
    #[schemars(with = "Option<String>")]
    pub region: Option<At<String>>,
    /// Micrometres a pixel, in place of what the image says.
    #[schemars(with = "Option<f64>")]
    pub pixel_um: Option<At<f64>>,
    /// `positive`, `negative` or `equivocal`.
    #[schemars(with = "Option<String>")]
    pub call: Option<At<String>>,
    /// Highest intensity, 0 to 3.
    #[schemars(with = "Option<u8>")]
    pub intensity: Option<At<i64>>,
    /// H-score, 0 to 300.
    #[schemars(with = "Option<f64>")]
    pub h_score: Option<At<f64>>,
    /// Share of tumour cells that stain, 0 to 1.
    #[schemars(with = "Option<f64>")]
    pub stained: Option<At<f64>>,
    /// `cytoplasmic`, `nuclear_cytoplasmic`, `nuclear_membrane`, `membranous` or `granular`.
    #[schemars(with = "Option<String>")]
    pub pattern: Option<At<String>>,
    /// Who scored it.
    pub reader: Option<String>,
    /// Name of the sample; must be that of the case.
    #[schemars(with = "Option<String>")]
    pub sample: Option<At<String>>,
    /// Day of the material, where it differs.
    #[schemars(with = "Option<String>")]
    pub date: Option<At<toml::Value>>,
}

/// `[variants]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Variants {
    /// VCF.
    #[schemars(with = "String")]
    pub file: At<String>,
    /// The tumour's sample in it.
    pub tumour_sample: Option<String>,
    /// `grch38` or `grch37`, where the file does not say.
    #[schemars(with = "Option<String>")]
    pub assembly: Option<At<String>>,
}

/// `[copy_number]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CopyNumber {
    /// The table.
    #[schemars(with = "String")]
    pub file: At<String>,
    /// `log2`, `copies` or `gistic`, where the header does not say.
    #[schemars(with = "Option<String>")]
    pub units: Option<At<String>>,
    /// Share of tumour cells for log2 ratios, above 0 and at most 1.
    #[schemars(with = "Option<f64>")]
    pub purity: Option<At<f64>>,
    /// Mean copies of a tumour cell for log2 ratios, 0.5 to 12.
    #[schemars(with = "Option<f64>")]
    pub ploidy: Option<At<f64>>,
    /// The sample's column in a matrix.
    pub column: Option<String>,
}

/// `[expression]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Expression {
    /// The table.
    #[schemars(with = "String")]
    pub file: At<String>,
    /// `tpm`, `fpkm`, `counts` or `log2`, where the header does not say.
    #[schemars(with = "Option<String>")]
    pub units: Option<At<String>>,
    /// The sample's column in a matrix.
    pub column: Option<String>,
}

/// `[fish_record]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// The record, as alkaid protocol fish --record writes it.
    #[schemars(with = "String")]
    pub file: At<String>,
}

/// `[[treatment]]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Treatment {
    /// The drug: name, code name or brand.
    #[schemars(with = "String")]
    pub drug: At<String>,
    /// First day.
    #[schemars(with = "Option<String>")]
    pub start: Option<At<toml::Value>>,
    /// Last day.
    #[schemars(with = "Option<String>")]
    pub end: Option<At<toml::Value>>,
    /// `CR`, `PR`, `SD`, `PD` or `NE`.
    #[schemars(with = "Option<String>")]
    pub best_response: Option<At<String>>,
    /// Whether the tumour went on under it.
    #[serde(default)]
    pub progressed: bool,
    /// Free words.
    pub note: Option<String>,
}

/// JSON schema (draft 2020-12) of the manifest.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(File).to_value()
}

/// The 1-based line of a byte.
pub(super) fn line_of(text: &str, span: &Range<usize>) -> usize {
    text.bytes()
        .take(span.start)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}
