//! Small tables: proteins and their domains, bands, offsets between assemblies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::gene::Residue;

/// A protein of the human proteome.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Protein {
    /// UniProt accession.
    pub accession: String,
    /// Gene symbol.
    pub gene: String,
    /// Residues in one-letter code, ASCII upper case.
    pub sequence: Vec<u8>,
}

/// The human proteome: one canonical protein per gene, a few genes have more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proteome {
    /// Sorted by gene, then accession.
    pub proteins: Vec<Protein>,
}

impl Proteome {
    /// The proteins of a gene; empty when it has none here.
    pub fn of_gene(&self, gene: &str) -> &[Protein] {
        let from = self
            .proteins
            .partition_point(|protein| protein.gene.as_str() < gene);
        let len = self.proteins[from..].partition_point(|protein| protein.gene == gene);
        &self.proteins[from..from + len]
    }

    /// The protein with an accession.
    pub fn protein(&self, accession: &str) -> Option<&Protein> {
        self.proteins
            .iter()
            .find(|protein| protein.accession == accession)
    }
}

/// Residues from `start` to `end`, 1-based, both included.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct ResidueRange {
    /// First residue.
    pub start: Residue,
    /// Last residue, included.
    pub end: Residue,
}

impl ResidueRange {
    /// Whether a residue lies inside.
    pub fn contains(&self, residue: Residue) -> bool {
        self.start <= residue && residue <= self.end
    }
}

/// A domain or a stretch of the topology of a gene's canonical protein.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Domain {
    /// What it is called, as `MAM domain` or `extracellular`.
    pub name: String,
    /// Accession (InterPro) or kind (`SignalP`, `topology`).
    pub id: String,
    /// Where it lies in the protein.
    pub residues: ResidueRange,
    /// Where this is written.
    pub source: String,
}

/// A band of a chromosome.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CytoBand {
    /// Chromosome in the `chr2` form.
    pub chrom: String,
    /// First base, 0-based.
    pub start: u64,
    /// One past the last base.
    pub end: u64,
    /// Name, as `p23.2`.
    pub name: String,
    /// Giemsa stain, as `gpos50`.
    pub stain: String,
}

/// A stretch of GRCh38 that lies on GRCh37 without a gap or a turn.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GeneOffset {
    /// Symbol of the gene that it covers.
    pub gene: String,
    /// Chromosome in the `chr2` form, the same on both assemblies.
    pub chrom: String,
    /// First base on GRCh38, 0-based.
    pub start: u64,
    /// One past the last base on GRCh38.
    pub end: u64,
    /// First base on GRCh37, 0-based.
    pub grch37_start: u64,
}
