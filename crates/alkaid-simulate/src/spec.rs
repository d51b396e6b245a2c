//! The little language in which a molecule is asked for, such as `EML4:e13::ALK:e20`.
//!
//! ```text
//! spec    = side "::" [insert "::"] side      two pieces, read 5' to 3' in the sense of the fusion
//!         | "ALK:ati" [":" N]                 transcription from intron 19, N (400) bases before exon 20
//!         | GENE ":wt"                        the transcript as it is
//!         | GENE ":unspliced"                 the whole gene, introns included
//!         | GENE ":retained:" N               the transcript with intron N left in
//!         | GENE ":exon:" N                   DNA: exon N with 400 bases of genome on either side
//!         | spec "[" change (";" change)* "]" ALK changed: ALK:wt[G1202R], …ALK:e20[c.3604G>A;L1196M]
//! side    = GENE ":" place                    GENE may also be a transcript identifier
//!         | CHROM ":" POS ["+" | "-"]         DNA: the last base kept (left), the first base kept (right)
//!         | "protein:" GENE ":" EXON          back-translated: the partner is known by its protein only
//!         | "sequence:" BASES                 a partner that no database holds
//! place   = "e" N [("+" | "-") D]             left: end of exon N; right: start of exon N
//!         | "c." N [("+" | "-") D]            left: last base kept; right: first base kept
//! insert  = piece ("+" piece)*
//! piece   = BASES
//!         | [GENE ":"] "i" N ":" D            the last D bases of intron N (of ALK if no gene is named)
//!         | [GENE ":"] "i" N ":" A "-" B      bases A to B of intron N, counted from 1
//! ```
//!
//! Offsets D count as in HGVS: `e13+12` goes on for 12 bases into the intron, `e20-56` starts 56 bases
//! before the exon; `e15-60` (left) loses the last 60 bases, `e20+71` (right) the first 71.
//! Positions are 1-based on GRCh38.

mod text;

use alkaid_genome::Strand;
use serde::{Deserialize, Serialize};

use crate::mutation::Change;

/// Where ALK-ATI transcripts start before exon 20, in bases (Wiesner et al. 2015: about 400).
const ATI_UPSTREAM: u32 = 400;

/// One molecule to sequence: a fusion, or one of the things that are not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum FusionSpec {
    /// Two pieces with a junction between them.
    Joined {
        /// What comes first, 5' in the transcript.
        left: Side,
        /// Bases between the two, in order.
        insert: Vec<InsertPiece>,
        /// What comes after.
        right: Side,
    },
    /// ALK transcribed from inside intron 19 (ALK-ATI): this many bases of the intron, then exon 20 to the end.
    AlternativeStart {
        /// Bases of intron 19.
        upstream: u32,
    },
    /// A transcript as it is.
    WildType {
        /// Gene symbol or transcript identifier.
        gene: String,
    },
    /// The whole gene with its introns.
    Unspliced {
        /// Gene symbol or transcript identifier.
        gene: String,
    },
    /// A transcript that keeps one intron.
    Retained {
        /// Gene symbol or transcript identifier.
        gene: String,
        /// The intron, numbered by the exon before it.
        intron: u16,
    },
    /// A stretch of the genome: an exon with what lies around it.
    ExonDna {
        /// Gene symbol or transcript identifier.
        gene: String,
        /// The exon.
        exon: u16,
    },
    /// One of the above with small changes of ALK, all on the same molecule.
    Mutated {
        /// The molecule.
        molecule: Box<FusionSpec>,
        /// The changes.
        changes: Vec<Change>,
    },
}

/// One side of a junction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Side {
    /// A place in a transcript.
    Gene {
        /// Gene symbol or transcript identifier.
        gene: String,
        /// Where it is broken.
        place: Place,
    },
    /// A place in the genome: the last (left) or first (right) base kept.
    Genome {
        /// Chromosome as given.
        chrom: String,
        /// 1-based, GRCh38.
        position: u64,
        /// The direction in which the fusion is read here; `None`: as the gene there is read.
        strand: Option<Strand>,
    },
    /// A partner known by its protein and exon table, written in made-up codons.
    Protein {
        /// Gene symbol or transcript identifier.
        gene: String,
        /// Left: the exon it ends with; right: the exon it starts with.
        exon: u16,
    },
    /// Bases from nowhere.
    Sequence(Vec<u8>),
}

/// Where a transcript is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// At the end (left) or start (right) of an exon, moved by `offset` bases in transcript direction.
    Exon {
        /// Exon number from 1.
        exon: u16,
        /// Bases.
        offset: i32,
    },
    /// Behind (left) or before (right) a coding position.
    Cds {
        /// 1-based from the A of ATG.
        position: u32,
        /// Bases into the neighbouring intron, or along the transcript.
        offset: i32,
    },
}

/// Bases between the two sides.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum InsertPiece {
    /// These bases.
    Bases(Vec<u8>),
    /// The end of an intron.
    IntronTail {
        /// The gene; ALK when `None`.
        gene: Option<String>,
        /// The intron, numbered by the exon before it.
        intron: u16,
        /// How many bases.
        length: u32,
    },
    /// A stretch of an intron.
    IntronRange {
        /// The gene; ALK when `None`.
        gene: Option<String>,
        /// The intron, numbered by the exon before it.
        intron: u16,
        /// First base, counted from 1 in gene sense.
        first: u32,
        /// Last base.
        last: u32,
    },
}

impl FusionSpec {
    /// Whether the molecule has a junction.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        match self {
            Self::Joined { .. } => true,
            Self::Mutated { molecule, .. } => molecule.is_joined(),
            _ => false,
        }
    }

    /// A junction of two exons: `left` ends with one, `right` starts with the other.
    #[must_use]
    pub fn exons(left: &str, left_exon: u16, right: &str, right_exon: u16) -> Self {
        let side = |gene: &str, exon| Side::Gene {
            gene: gene.to_owned(),
            place: Place::Exon { exon, offset: 0 },
        };
        Self::Joined {
            left: side(left, left_exon),
            insert: Vec::new(),
            right: side(right, right_exon),
        }
    }
}
