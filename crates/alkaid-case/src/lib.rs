//! One sample, all evidence, one explained conclusion.
//!
//! [`manifest::read`] takes `case.toml`, [`run`] runs what has not been run and concludes, and the [`finding::CaseReport`]
//! says it all: status, evidence, discordances, what follows, and what it was made of. [`compare`] sets two reports of one
//! patient side by side.
//!
//! From the ground up: `table` and `model` (the latent-class model as tables), `assay` (from each assay's report to its
//! row and to an outcome of the model), `replicates` (which of a kind counts), `joint` (the probability of each class), `inform` (which test would settle most),
//! `rules` (known patterns of disagreement), `follows` (variant, mutations, mechanism, inhibitors), `answer` (three
//! sentences), `conclude` (the report), and `run` with its `cache` and whoever sits at the `desk`.
//!
//! ```no_run
//! use alkaid_case::{CaseOptions, Quiet, manifest, run};
//! use alkaid_genome::Bundle;
//!
//! let manifest = manifest::read("case.toml".as_ref())?;
//! let options = CaseOptions { out: None, threads: 1 };
//! let case = run(&manifest, &options, Bundle::embedded(), &Quiet)?;
//! for sentence in &case.report.answer {
//!     println!("{}", sentence.text);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod assay;
mod cache;
mod citations;
mod compare;
mod conclude;
mod desk;
mod draws;
pub mod example;
pub mod finding;
mod follows;
mod inform;
mod joint;
pub mod manifest;
mod model;
mod numbers;
mod pathway;
mod pictures;
mod remedy;
mod replicates;
mod rules;
mod run;
mod table;

pub use compare::{COMPARE_VERSION, CompareError, compare, open};
pub use desk::{Desk, FishSlide, NucleusPicture, Quiet, StainedSection};
pub use numbers::{figures, grouped, percent, with_interval};
pub use pictures::CasePicture;
pub use run::{CaseError, CaseOptions, Conclusion, run};
