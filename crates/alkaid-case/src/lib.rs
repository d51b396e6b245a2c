//! One sample, all evidence, one explained conclusion.

pub mod example;
pub mod finding;
