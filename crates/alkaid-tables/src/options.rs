//! What the user may say about the tables.

use alkaid_genome::Assembly;

/// What cannot be told from the files, or is to be told otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// The assembly of variants and segments; told from the file where there is none, GRCh38 for segments.
    pub assembly: Option<Assembly>,
    /// The tumour's sample in the VCF.
    pub tumour_sample: Option<String>,
    /// Share of tumour cells, above 0 and at most 1, for log2 ratios.
    pub purity: Option<f64>,
    /// Mean copies of a tumour cell, for log2 ratios.
    pub ploidy: Option<f64>,
    /// The unit of the copy numbers.
    pub copy_number_unit: Option<CopyNumberUnit>,
    /// The sample's column, where copy numbers or expression have several.
    pub sample: Option<String>,
    /// The unit of the expression table.
    pub expression_unit: Option<ExpressionUnit>,
}

/// The unit of copy numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopyNumberUnit {
    /// log2 of tumour over reference.
    Log2Ratio,
    /// Total copies in a tumour cell.
    Copies,
    /// Classes of GISTIC, from -2 to 2.
    GisticClasses,
}

impl CopyNumberUnit {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log2Ratio => "log2 ratio",
            Self::Copies => "copies",
            Self::GisticClasses => "GISTIC classes",
        }
    }
}

/// The unit of levels of expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpressionUnit {
    /// Transcripts per million.
    Tpm,
    /// Fragments (or reads) per kilobase and million.
    Fpkm,
    /// Counts of reads or fragments, made into counts per million.
    Counts,
    /// A logarithm to base 2 of any of these.
    Log2,
}

impl ExpressionUnit {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tpm => "TPM",
            Self::Fpkm => "FPKM",
            Self::Counts => "counts per million",
            Self::Log2 => "log2",
        }
    }

    /// The scale on which means are taken.
    pub const fn scale(self) -> &'static str {
        match self {
            Self::Tpm => "log2(TPM + 1)",
            Self::Fpkm => "log2(FPKM + 1)",
            Self::Counts => "log2(counts per million + 1), not corrected for gene length",
            Self::Log2 => "log2 as in the table",
        }
    }
}
