//! Why a question was not understood, and what to type instead.

/// Why a question was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Nothing was asked.
    #[error(
        "nothing was asked; name a gene, a fusion (EML4-ALK), a mutation (G1202R), a drug, a tumour type or a trial"
    )]
    Empty,
    /// The text is longer than any name or description.
    #[error("the question has {length} characters; the longest that is read has {most}")]
    TooLong {
        /// Its length.
        length: usize,
        /// The longest.
        most: usize,
    },
    /// No part of the program knows the text.
    #[error("{text:?} is nothing that Alkaid knows{}", did_you_mean(.suggestions))]
    Unknown {
        /// What was typed.
        text: String,
        /// What could have been meant.
        suggestions: Vec<String>,
    },
    /// One word of a fusion is no gene.
    #[error("{text:?} is no gene symbol that Alkaid knows{}", did_you_mean(.suggestions))]
    UnknownGene {
        /// The word.
        text: String,
        /// What could have been meant.
        suggestions: Vec<String>,
    },
    /// A fusion or a mutation of other genes.
    #[error("{text:?} is about {genes}, and Alkaid knows about ALK only{}", did_you_mean(.suggestions))]
    NotAlk {
        /// What was typed.
        text: String,
        /// The genes.
        genes: String,
        /// What could have been meant.
        suggestions: Vec<String>,
    },
    /// A name that stands for several things.
    #[error("{text:?} can mean {}; write the one that is meant", .readings.join(" or "))]
    Ambiguous {
        /// What was typed.
        text: String,
        /// Its readings, each of them something to type.
        readings: Vec<String>,
    },
    /// A variant that no table names.
    #[error("{gene}-ALK has no variant {text:?} in the tables; they name {}", .known.join(", "))]
    NoSuchVariant {
        /// The partner.
        gene: String,
        /// The variant.
        text: String,
        /// The variants that the partner has.
        known: Vec<String>,
    },
    /// An exon that the gene does not have.
    #[error("{gene} has no exon {exon}: {transcript} has {exons}")]
    NoSuchExon {
        /// The gene.
        gene: String,
        /// The exon asked for.
        exon: u16,
        /// The transcript that exons are counted in.
        transcript: String,
        /// How many it has.
        exons: usize,
    },
    /// Exons were named on one side only, or in no readable form.
    #[error(
        "the exons of {text:?} cannot be read; write them as E13;A20 or as EML4 exon 13 - ALK exon 20"
    )]
    Exons {
        /// What was typed.
        text: String,
    },
    /// The amino acid typed is not the one that ALK has there.
    #[error("{typed}: ALK has {there} there ({accession}){}", did_you_mean(.suggestions))]
    WrongResidue {
        /// What was typed.
        typed: String,
        /// What stands there, `G1202`.
        there: String,
        /// The protein's accession.
        accession: &'static str,
        /// What could have been meant.
        suggestions: Vec<String>,
    },
    /// A residue that ALK does not have.
    #[error("{typed}: ALK has {residues} residues, from 1{}", did_you_mean(.suggestions))]
    NoSuchResidue {
        /// What was typed.
        typed: String,
        /// How many ALK has.
        residues: u32,
        /// What could have been meant.
        suggestions: Vec<String>,
    },
    /// The base typed is not the one that ALK or the assembly has there.
    #[error("{typed}: the reference base there is {there}, not {claimed}; {remedy}")]
    WrongBase {
        /// What was typed.
        typed: String,
        /// The base that stands there.
        there: String,
        /// The base typed.
        claimed: String,
        /// What to look at.
        remedy: String,
    },
    /// A place of the coding sequence that ALK does not have.
    #[error(
        "{typed}: ALK's coding sequence has the bases 1 to {len} (NM_004304); check the number"
    )]
    NoSuchBase {
        /// What was typed.
        typed: String,
        /// Length of the coding sequence.
        len: u32,
    },
    /// A change outside the coding exons.
    #[error(
        "{typed} lies in {region} of ALK, where no residue changes; Alkaid explains coding changes"
    )]
    NotCoding {
        /// What was typed.
        typed: String,
        /// Where it lies.
        region: String,
    },
    /// A description that has the form of a mutation but breaks its rules.
    #[error("{typed:?} is not a change that can be read: {reason}")]
    BadChange {
        /// What was typed.
        typed: String,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// A transcript or protein of another gene, or one whose numbering is not known.
    #[error(
        "{accession} is not the transcript or protein that ALK is counted in; give the change in NM_004304, ENST00000389048 or NP_004295"
    )]
    OtherTranscript {
        /// The accession typed.
        accession: String,
    },
    /// A genomic place that is not ALK, on the build that was given or on either.
    #[error("{typed} does not lie in ALK on {builds}; ALK is {spans}")]
    OutsideAlk {
        /// What was typed.
        typed: String,
        /// The builds tried.
        builds: String,
        /// Where ALK is.
        spans: String,
    },
    /// A position that fits both builds.
    #[error("{typed} can be read on GRCh38 and on GRCh37; add hg38 or hg19")]
    WhichBuild {
        /// What was typed.
        typed: String,
    },
    /// Two breakpoints that make no fusion.
    #[error("{typed}: both breakpoints lie in ALK; a change within ALK is no fusion")]
    WithinAlk {
        /// What was typed.
        typed: String,
    },
    /// More positions than a fusion has.
    #[error("{typed:?} holds {count} genomic positions; one is a place in ALK, two are a fusion")]
    Positions {
        /// What was typed.
        typed: String,
        /// How many.
        count: usize,
    },
}

impl QueryError {
    /// What could have been meant, nearest first; each of them can be asked.
    pub fn suggestions(&self) -> &[String] {
        match self {
            Self::Unknown { suggestions, .. }
            | Self::UnknownGene { suggestions, .. }
            | Self::NotAlk { suggestions, .. }
            | Self::WrongResidue { suggestions, .. }
            | Self::NoSuchResidue { suggestions, .. } => suggestions,
            Self::Ambiguous { readings, .. } => readings,
            _ => &[],
        }
    }
}

fn did_you_mean(suggestions: &[String]) -> String {
    match suggestions {
        [] => "; `alkaid list` shows what it knows".to_owned(),
        [one] => format!("; did you mean {one}?"),
        many => format!("; did you mean {}?", many.join(" or ")),
    }
}
