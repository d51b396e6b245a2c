//! Pages: what a report says, once, and the two forms in which it is given out.
//!
//! A [`Document`] holds text, tables and [`Picture`]s and knows nothing of their form. [`html`] writes it as one file that
//! opens offline, [`pdf`] as pages with real text and vector pictures. Both say the same in the same order.

pub(crate) mod document;
pub(crate) mod html;
mod measure;
pub(crate) mod pdf;
pub(crate) mod picture;
mod svg;

pub(crate) use document::{
    Block, Cell, Column, Document, Fact, Figure, Reference, Rich, Section, Table, Tone,
};
pub(crate) use measure::{Weight, lines};
pub(crate) use picture::{Anchor, Ink, Mark, Picture};
