//! What can go wrong.

use std::path::PathBuf;

/// Why a case cannot be run, or a model not be read.
#[derive(Debug, thiserror::Error)]
pub enum PathwayError {
    /// The fusion is not one with ALK, or its name cannot be read.
    #[error(
        "{name:?} is not a fusion of ALK that the model knows: {why}; write it as EML4::ALK:V1, NPM1::ALK or PARTNER::ALK"
    )]
    UnknownFusion {
        /// What was asked for.
        name: String,
        /// What stands in the way.
        why: String,
    },
    /// No such line.
    #[error("{name:?} is no line of the table; known are {known}")]
    UnknownLine {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// No such mutation.
    #[error("{name:?} is no catalogued mutation of ALK: {why}; `alkaid list mutations` shows them")]
    UnknownMutation {
        /// What was asked for.
        name: String,
        /// What stands in the way.
        why: String,
    },
    /// No such alteration.
    #[error("{name:?} is no alteration of the model; known are {known}")]
    UnknownAlteration {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// No such drug, inhibitor or node.
    #[error(
        "{name:?} is neither a drug, nor an inhibitor, nor a node of the network{meant}; `alkaid list drugs` and `alkaid pathway map` show them"
    )]
    UnknownDrug {
        /// What was asked for.
        name: String,
        /// What may have been meant, in words.
        meant: String,
    },
    /// No such node.
    #[error("{name:?} is no node of the network{meant}; `alkaid pathway map` shows them")]
    UnknownNode {
        /// What was asked for.
        name: String,
        /// What may have been meant, in words.
        meant: String,
    },
    /// Only edges that nobody has verified leave the node, so that it would change nothing.
    #[error(
        "all edges of {0} are unverified, so it changes nothing; add --include-unverified to run them"
    )]
    OnlyUnverified(String),
    /// A dose cannot be read.
    #[error(
        "{text:?} is no dose: {reason}; write it as lorlatinib=100nM, MEK=90% or crizotinib=1uM@0d-14d"
    )]
    BadDose {
        /// The text.
        text: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A share of the same target is given twice at one time.
    #[error(
        "{0} is given twice at the same time, once as a share, and shares do not add up; give one, or windows that do not overlap, as {0}=90%@0d-7d and {0}=50%@7d-14d"
    )]
    GivenTwice(String),
    /// The strength of the fusion is out of range.
    #[error("the strength {0} cannot be run; it is a factor from 0 to {most}", most = crate::case::STRONGEST)]
    BadStrength(f64),
    /// A time cannot be read.
    #[error("{0:?} is no time; write it as 12h or 14d, not negative and at most two years")]
    BadTime(String),
    /// A part of a case cannot be read.
    #[error(
        "cannot read {0:?} in the description of a case; parts are fusion=, line=, mutation=, bypass=, drug=, dataset=, off=, strength=, until="
    )]
    BadCase(String),
    /// A drug that is no ALK inhibitor was given in nM.
    #[error(
        "no potency of {drug} on {target} is known here; dose it by the share that it inhibits, as {drug}=90%"
    )]
    NoTargetPotency {
        /// The drug.
        drug: String,
        /// What it inhibits.
        target: String,
    },
    /// No potency of the drug on these mutations.
    #[error(
        "no data set has a potency of {drug} for {mutations}{within}; `alkaid list potency --drug {drug}` shows what there is; a share such as {drug}=90% needs none"
    )]
    NoPotency {
        /// The drug.
        drug: String,
        /// The mutations in words.
        mutations: String,
        /// The data set asked for, in words.
        within: String,
    },
    /// All that is known of the drug on these mutations is a bound, or a line that does not live by ALK.
    #[error(
        "no potency of {drug} for {mutations} was measured; known is {known}; nothing follows from that here; take another data set, or a share such as {drug}=90%, which needs none"
    )]
    NoValue {
        /// The drug.
        drug: String,
        /// The mutations in words.
        mutations: String,
        /// What there is, and why it is not taken.
        known: String,
    },
    /// No such data set.
    #[error("{name:?} is no data set of potencies; known are {known}")]
    UnknownDataset {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The solver gave up.
    #[error("the integration did not converge at {time:.6} h of {until} h: {reason}")]
    NoConvergence {
        /// Where.
        time: f64,
        /// How far it was to go.
        until: f64,
        /// What the solver said.
        reason: String,
    },
    /// No steady state was found.
    #[error("no steady state was found: {0}")]
    NoSteadyState(String),
    /// A file cannot be read.
    #[error("cannot read {}: {source}; check that it exists and may be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is too large.
    #[error("{} is larger than {limit} bytes, too large for a model", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
    /// A model is malformed.
    #[error("cannot read the model{}: {what}", place(*line))]
    BadModel {
        /// 1-based line, where it is known.
        line: Option<usize>,
        /// What is wrong and what to do.
        what: String,
    },
    /// A model in a file cannot be read.
    #[error("{}: {source}", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<PathwayError>,
    },
    /// A model uses a part of its format that is not read here.
    #[error("the model uses {0}, which is not read here")]
    Unsupported(String),
    /// The state space of a Boolean network is too rich for an exact answer.
    #[error("the Boolean network is too large for exact attractors: {0}")]
    TooComplex(String),
}

fn place(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(", line {line}"))
}
