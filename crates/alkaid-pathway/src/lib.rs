//! An executable model of ALK signalling.
//!
//! ```text
//! network (nodes.tsv, edges.tsv) ──┬─ kinetics ── steady, integrate ── run, dose, scan, combine
//! catalogue, case, potency ────────┤                    ensemble of parameter draws: bands, not lines
//! priors (parameters.tsv) ─────────┴─ logic ───── symbolic, walk ── attractors, probabilities
//!                        model, sbml, qual, bnet, petab: in and out; models of others run too
//!                        observations: what published experiments say of it
//! ```

pub mod attractors;
pub mod bnet;
pub mod case;
pub mod catalogue;
pub mod combine;
pub mod dose;
mod error;
pub mod expr;
pub mod finding;
pub mod fit;
pub mod foreign;
pub mod integrate;
pub mod kinetics;
pub mod logic;
pub mod map;
mod mathml;
pub mod model;
mod names;
pub mod network;
pub mod observations;
mod parallel;
pub mod petab;
pub mod potency;
pub mod priors;
pub mod qual;
pub mod readout;
pub mod run;
pub mod sbml;
pub mod scan;
pub mod steady;
mod symbolic;
mod table;
mod walk;
mod xml;

pub use error::PathwayError;
pub use table::Source;

use finding::Consequence;
use network::Evidence;
use priors::{EnsembleSize, ensemble};

/// What follows for the three arms and growth, at rest with the drugs and without: the entry for the page of a case.
///
/// `fusion` is a name such as `EML4::ALK:V1`; `bypass` are alterations such as `MET:amplification`; `drugs` are doses such as
/// `lorlatinib=100nM`. Found edges only, default ensemble. Takes some milliseconds.
///
/// # Errors
///
/// When a name or a dose is wrong, or no potency is known for the drug on the mutations.
///
/// ```
/// let found = alkaid_pathway::consequence("EML4::ALK:V1", &[], &["MET"], &["ceritinib=100nM"])?;
/// let erk = found.readouts.iter().find(|readout| readout.node == "ERK");
/// assert!(erk.is_some_and(|erk| erk.share_halved < 0.5));
/// # Ok::<(), alkaid_pathway::PathwayError>(())
/// ```
pub fn consequence(
    fusion: &str,
    mutations: &[&str],
    bypass: &[&str],
    drugs: &[&str],
) -> Result<Consequence, PathwayError> {
    let owned = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect();
    let asked = case::Asked {
        fusion: Some(fusion.to_owned()),
        mutations: owned(mutations),
        bypass: owned(bypass),
        drugs: owned(drugs),
        ..case::Asked::default()
    };
    let case = asked.resolve(Evidence::Usable)?;
    run::consequence(&case, &ensemble(EnsembleSize::default()), Evidence::Usable)
}
