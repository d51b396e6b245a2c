//! Genes, transcripts, exons, phase, sequence and coordinates; the names that
//! the field gives to fusions; and the reference bundle that every other crate
//! asks for them.
//!
//! From the ground up: [`coords`] (places on the genome), [`sequence`] (bases),
//! [`gene`] (transcripts and the arithmetic of their coordinates), [`junction`]
//! (breakpoints and the reading frame), [`hgvs`] and [`iscn`] (names), [`bundle`]
//! (all reference data in one file, one of them embedded) and [`mod@build`] (that
//! file made from FASTA, GTF and tables).
//!
//! Coordinates are 0-based and half-open inside the program, 1-based and
//! inclusive in everything that is read or written.
//!
//! ```
//! use alkaid_genome::{Bundle, CdsPosition, ExonNumber};
//! let bundle = Bundle::embedded();
//! let alk = bundle.alk();
//! let exon = alk.exon(ExonNumber(20)).unwrap();
//! assert_eq!(alk.cds_position(exon.transcript.start), Some(CdsPosition(3173)));
//! ```

pub mod build;
pub mod bundle;
pub mod coords;
pub mod gene;
pub mod hgvs;
pub mod iscn;
pub mod junction;
pub mod sequence;

pub use build::{BuildError, BuildInputs, build};
pub use bundle::{
    Bundle, BundleCounts, BundleError, BundleMeta, CytoBand, Domain, FORMAT_VERSION, GeneOffset,
    Locus, Protein, Proteome, RepeatMask, ResidueRange, SectionInfo, SourceFile,
};
pub use coords::{Assembly, GenomicInterval, GenomicPosition, Strand, canonical_chrom};
pub use gene::{
    CdsPosition, Exon, ExonNumber, Phase, Rank, Region, Residue, Transcript, without_version,
};
pub use hgvs::{Inserted, rna_fusion};
pub use iscn::{RearrangementClass, rearrangement};
pub use junction::{Breakpoint, in_frame};
pub use sequence::{PackedSequence, base_code, complement, reverse_complement, translate};
