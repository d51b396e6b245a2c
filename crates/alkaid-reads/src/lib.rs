//! From FASTQ, BAM or CRAM to ALK fusions.
//!
//! The road that data takes, module by module:
//!
//! 1. [`input`] reads fragments and lets the `sieve` decide which touch ALK at all;
//! 2. `gather` trims and `place`s these on ALK, takes a `census`, and `store`s what may hold a junction;
//! 3. `candidates` `cluster`s reads that break at one place and asks `partner` what lies beyond: `junction`s;
//! 4. `count` looks at every kept fragment again with the junctions found;
//! 5. `judge` weighs each against the ways in which artefacts arise;
//! 6. `name` gives exons, frame, variant and nomenclature; `expression` adds what needs no junction;
//! 7. `bound` says what would have been seen;
//! 8. `depth_ratio` compares depth over ALK's targets of a panel with its other `targets`, if asked for;
//! 9. `variant` calls substitutions, insertions and deletions from the same fragments, and on which allele they lie.
//!
//! [`analyse`] walks it from end to end and returns a [`finding::ReadsReport`].

mod analyse;
mod anatomy;
mod bound;
mod candidates;
mod census;
mod cluster;
mod copies;
mod count;
mod depth_ratio;
mod evidence;
mod expression;
pub mod finding;
mod fragment;
mod gather;
pub mod input;
mod island;
mod judge;
mod junction;
mod molecule;
mod name;
mod partner;
mod place;
mod sieve;
mod store;
mod targets;
mod trim;
mod variant;
mod verdict;

pub use analyse::{Analysis, Options, ReadsError, analyse};
pub use anatomy::Anatomy;
pub use depth_ratio::DepthError;
pub use fragment::{Alignment, Fragment, Read};
pub use sieve::Sieve;
pub use targets::{TargetError, fuzz_targets};
