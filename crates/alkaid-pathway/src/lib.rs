//! An executable model of ALK signalling.
//!
//! ```text
//! network (nodes.tsv, edges.tsv) ──┬─ kinetics ── steady, integrate ── run, dose, scan, combine
//! catalogue, case, potency ────────┤                    ensemble of parameter draws: bands, not lines
//! priors (parameters.tsv) ─────────┴─ logic ───── attractors, probabilities
//!                        model, sbml, qual, bnet, petab: in and out; models of others run too
//!                        observations: what published experiments say of it
//! ```

pub mod case;
pub mod catalogue;
mod error;
pub mod finding;
pub mod integrate;
pub mod kinetics;
pub mod network;
pub mod observations;
mod parallel;
pub mod potency;
pub mod priors;
pub mod readout;
pub mod run;
pub mod steady;
mod table;

pub use error::PathwayError;
pub use table::Source;
