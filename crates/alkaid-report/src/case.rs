//! One case for people: everything that a [`CaseReport`] concludes, as an HTML page and as a PDF.
//!
//! `contents` says what stands where, once for both; `pictures` draws. Both forms come from [`crate::page`].

mod contents;
mod pictures;

use std::collections::BTreeMap;

use alkaid_case::finding::CaseReport;
use alkaid_genome::Bundle;

use crate::page::html::html;
pub use crate::page::pdf::PdfError;
use crate::page::pdf::pdf;

/// Pictures that belong to a case (nuclei, sections), PNG files by the path that the report names.
#[derive(Clone, Debug, Default)]
pub struct Attachments(BTreeMap<String, Vec<u8>>);

impl Attachments {
    /// Adds a picture under the path by which the report names it.
    pub fn add(&mut self, path: impl Into<String>, png: Vec<u8>) {
        self.0.insert(path.into(), png);
    }

    /// The picture under a path.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }
}

/// The case as one HTML file that opens offline: no script, no request to anywhere.
pub fn case_html(report: &CaseReport, bundle: &Bundle, attachments: &Attachments) -> String {
    html(&contents::contents(report, bundle, attachments))
}

/// The case as PDF, with real text and vector pictures. The same report gives the same bytes.
///
/// # Errors
///
/// When the PDF writer refuses a font or a picture.
pub fn case_pdf(
    report: &CaseReport,
    bundle: &Bundle,
    attachments: &Attachments,
) -> Result<Vec<u8>, PdfError> {
    pdf(&contents::contents(report, bundle, attachments))
}

#[cfg(test)]
mod tests {
    use alkaid_case::example::example;

    use super::*;

    fn page() -> String {
        case_html(&example(), Bundle::embedded(), &Attachments::default())
    }

    #[test]
    fn the_page_asks_nothing_of_any_server() {
        let page = page().replace("http://www.w3.org/2000/svg", "");
        for asks in ["http:", "https:", "<script", "@import", "<link", "src="] {
            assert!(!page.contains(asks), "{asks}");
        }
    }

    #[test]
    fn every_source_that_is_named_can_be_gone_to() {
        let page = page();
        let mut named = 0;
        for part in page.split("href=\"#").skip(1) {
            let id = part.split('"').next().unwrap();
            assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
            named += 1;
        }
        assert!(named > 20, "{named}");
    }

    #[test]
    fn all_that_the_case_concludes_is_on_the_page() {
        let (report, page) = (example(), page());
        for sentence in &report.answer {
            assert!(page.contains(&sentence.text), "{}", sentence.text);
        }
        for assay in &report.assays {
            assert!(page.contains(&assay.title), "{}", assay.title);
        }
        for words in [
            "E13;A20",
            "lorlatinib",
            "On the fusion",
            "Before you trust this",
        ] {
            assert!(page.contains(words), "{words}");
        }
        assert_eq!(page.matches("<svg").count(), 10);
    }

    #[test]
    fn the_same_case_gives_the_same_bytes() {
        let pdf = || case_pdf(&example(), Bundle::embedded(), &Attachments::default()).unwrap();
        let first = pdf();
        assert!(first.starts_with(b"%PDF-"));
        assert!(first == pdf());
        assert_eq!(page(), page());
    }
}
