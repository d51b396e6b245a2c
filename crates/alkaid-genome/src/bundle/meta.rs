//! What a bundle says about itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coords::Assembly;

/// Where a bundle comes from and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BundleMeta {
    /// Version of the file format.
    pub format_version: u16,
    /// Assembly of all coordinates.
    pub assembly: Assembly,
    /// SHA-256, in hex, over the checksums of all sections: two bundles with
    /// the same one hold the same data.
    pub checksum: String,
    /// The files that it was made from, in the order in which they were given.
    pub sources: Vec<SourceFile>,
    /// How much it holds.
    pub counts: BundleCounts,
    /// Choices that the build made and data that it left out, for a person to read.
    pub notes: Vec<String>,
}

/// A file that a bundle was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceFile {
    /// File name without its folder.
    pub name: String,
    /// SHA-256 of the file as it was given (compressed, if it was), in hex.
    pub sha256: String,
    /// Records taken from it.
    pub records: u64,
    /// What was taken from it.
    pub note: String,
}

/// How much a bundle holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BundleCounts {
    /// Transcripts, with or without sequence.
    pub transcripts: u64,
    /// Genes that they belong to.
    pub genes: u64,
    /// Exons of all transcripts.
    pub exons: u64,
    /// Transcripts with a sequence.
    pub sequences: u64,
    /// Bases of these sequences.
    pub bases: u64,
    /// Genomic pieces, the ALK locus included.
    pub loci: u64,
    /// Bases of these pieces.
    pub locus_bases: u64,
    /// Proteins.
    pub proteins: u64,
    /// Protein domains.
    pub domains: u64,
    /// Cytobands.
    pub bands: u64,
    /// Stretches that can be converted to GRCh37.
    pub grch37_stretches: u64,
    /// Offsets of the ALK locus whose 24-mer occurs elsewhere.
    pub repeats: u64,
}
