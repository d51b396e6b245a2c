//! What the crate writes, of hand-made reports.

mod answers;
mod files;
mod fixtures;
mod pages;
