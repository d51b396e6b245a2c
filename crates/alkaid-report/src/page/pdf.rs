//! A document as PDF: A4 pages with real text, vector drawings and bookmarks.
//!
//! `layout` puts every word and mark at its place on a page; `paint` writes the pages.

mod layout;
mod paint;

use super::document::Document;

/// The file could not be written; it is the writer's fault, not the report's.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the PDF: {0}; the HTML report says the same")]
pub struct PdfError(String);

/// Writes the pages. The same document gives the same bytes.
///
/// # Errors
///
/// When the PDF writer refuses a font or a picture.
pub(crate) fn pdf(document: &Document) -> Result<Vec<u8>, PdfError> {
    paint::paint(document, &layout::layout(document))
}
