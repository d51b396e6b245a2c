//! Small variants of ALK from the same reads: substitutions, insertions, deletions, and on which molecule they lie.
//!
//! 1. [`shelf`] keeps every fragment on ALK's coding exons, small, grouped by molecule, on disk where it is deep;
//! 2. `path` and `align` find insertions and deletions in reads that the ungapped placement breaks; `indel` says of
//!    every read at such a place which of the two sequences it holds;
//! 3. `consensus` makes one observation per molecule and base, `pileup` counts them;
//! 4. `model` measures the sample's own errors; `call` tests each allele against it;
//! 5. `phase` joins what stands on the same molecules and says on which allele it lies;
//! 6. `names` describes; `origin` asks whether it is inherited; `bound` says what would have been seen.
//!
//! Positions are locus offsets, as in [`crate::anatomy`].

mod align;
mod bound;
mod call;
mod consensus;
mod indel;
mod model;
pub mod names;
mod origin;
mod path;
mod phase;
mod pileup;
mod report;
pub mod shelf;
mod statistics;

pub use report::{Circumstances, Crossed, find};
pub use shelf::Shelf;

/// A change of the locus sequence, in ALK's sense.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// Locus offset of the first base replaced, or of the base that an insertion stands before.
    pub at: usize,
    /// Bases replaced.
    pub deleted: usize,
    /// Bases put in their place, `ACGT`.
    pub inserted: Vec<u8>,
}

impl Edit {
    /// Locus offset just past the bases replaced.
    pub fn end(&self) -> usize {
        self.at + self.deleted
    }
}
