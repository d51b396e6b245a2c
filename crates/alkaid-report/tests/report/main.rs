//! What the crate writes, of hand-made reports.

mod files;
mod fixtures;
mod pages;
