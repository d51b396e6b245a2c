//! What can be wrong with a request to simulate, said so that it can be put right.

use std::path::PathBuf;

/// Why nothing (more) was simulated.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// A fusion was described in a way that cannot be made.
    #[error("fusion {spec:?}: {problem}")]
    Spec {
        /// The specification as given.
        spec: String,
        /// What is wrong with it.
        problem: SpecProblem,
    },
    /// A number in the plan is out of its range or contradicts another.
    #[error("plan: {field} is {value}; {remedy}")]
    Plan {
        /// The field, as in the serialised plan.
        field: &'static str,
        /// Its value.
        value: String,
        /// What would be right.
        remedy: String,
    },
    /// A file could not be written.
    #[error("{}: cannot {action}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A plan file is not a plan.
    #[error("{} is not a plan: {problem}", path.display())]
    PlanFile {
        /// The file.
        path: PathBuf,
        /// Where and what.
        problem: String,
    },
    /// An image could not be written.
    #[error(transparent)]
    Image(#[from] alkaid_imaging::ImagingError),
    /// The caller asked to stop; no file was left behind.
    #[error("interrupted: no file was written")]
    Interrupted,
}

/// What is wrong with one fusion specification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecProblem {
    /// A part does not follow the grammar.
    #[error("{part:?} is not understood; expected {expected}")]
    Syntax {
        /// The offending part.
        part: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// The bundle has no such gene or transcript.
    #[error(
        "no gene or transcript {gene:?} in the reference bundle; use an HGNC symbol such as EML4, \
         or protein:GENE:EXON, or sequence:BASES"
    )]
    UnknownGene {
        /// The gene or transcript as given.
        gene: String,
    },
    /// The gene is known by its exon table only.
    #[error(
        "the reference bundle has no transcript sequence of {gene}; use protein:{gene}:EXON for a \
         back-translated partner, or sequence:BASES"
    )]
    NoSequence {
        /// The gene.
        gene: String,
    },
    /// The proteome holds no protein of that gene.
    #[error("the proteome of the reference bundle has no protein of {gene}; use sequence:BASES")]
    NoProtein {
        /// The gene.
        gene: String,
    },
    /// The transcript has no coding region.
    #[error("{transcript} of {gene} has no coding region, so it has no c. position")]
    NotCoding {
        /// The gene.
        gene: String,
        /// Its transcript.
        transcript: String,
    },
    /// The transcript's exon structure is not known.
    #[error("the exons of {transcript} ({gene}) are not known; use a c. position")]
    NoExons {
        /// The gene.
        gene: String,
        /// Its transcript.
        transcript: String,
    },
    /// An exon or intron number beyond the last one.
    #[error("{gene} has no {what} {number}: {transcript} has {count}")]
    OutOfRange {
        /// The gene.
        gene: String,
        /// Its transcript.
        transcript: String,
        /// `exon` or `intron`.
        what: &'static str,
        /// The number asked for.
        number: u32,
        /// How many there are.
        count: usize,
    },
    /// A c. position beyond the stop codon.
    #[error("{gene} has no c.{position}: the coding region of {transcript} ends at c.{last}")]
    CdsOutOfRange {
        /// The gene.
        gene: String,
        /// Its transcript.
        transcript: String,
        /// The position asked for.
        position: u32,
        /// The last base of the stop codon.
        last: u32,
    },
    /// An intronic offset from a base that does not border that intron.
    #[error("{place} of {gene}: {why}")]
    Offset {
        /// The gene.
        gene: String,
        /// The place as given.
        place: String,
        /// Why it cannot be.
        why: String,
    },
    /// Genomic sequence that the bundle does not hold.
    #[error("the reference bundle holds no genomic sequence for {region}; {held}")]
    NoGenome {
        /// The region (1-based inclusive, GRCh38).
        region: String,
        /// What it holds of that gene or chromosome.
        held: String,
    },
    /// The reading direction at a genomic breakpoint is not given by a single gene.
    #[error(
        "{place} lies in {genes}; add the direction in which the fusion is read, as in {place}+ or {place}-"
    )]
    Sense {
        /// The breakpoint.
        place: String,
        /// The genes there, or `no gene`.
        genes: String,
    },
    /// RNA and DNA places in one specification.
    #[error("a genomic breakpoint can only be joined to a genomic breakpoint or to sequence:BASES")]
    MixedMolecules,
    /// A side too short to hold an anchor.
    #[error("only {length} bases remain {side} of the junction; at least {needed} are needed")]
    TooShort {
        /// `left` or `right`.
        side: &'static str,
        /// Bases that remain.
        length: usize,
        /// Bases needed.
        needed: usize,
    },
    /// Supporting fragments were asked for where there is no junction.
    #[error(
        "there is no junction to support; give an amount such as =200f (fragments) or =30x (coverage)"
    )]
    NoJunction,
    /// A change that cannot be made in the molecule.
    #[error("{change}: {why}")]
    Mutation {
        /// The change.
        change: String,
        /// Why not.
        why: String,
    },
    /// The inserted bases do not fit into a read with both anchors.
    #[error(
        "{inserted} inserted bases and two anchors of {anchor} do not fit into reads of {read}; \
         use longer reads, a shorter anchor, or coverage"
    )]
    InsertTooLong {
        /// Inserted bases.
        inserted: usize,
        /// Minimal anchor.
        anchor: usize,
        /// Read length.
        read: usize,
    },
}

impl SpecProblem {
    /// The error that names the whole specification.
    #[must_use]
    pub fn of(self, spec: impl ToString) -> SimulateError {
        SimulateError::Spec {
            spec: spec.to_string(),
            problem: self,
        }
    }
}
