//! One case for people: everything that a [`CaseReport`] concludes, as an HTML page and as a PDF.
//!
//! `contents` says what stands where, once for both; `pictures` draws. Both forms come from [`crate::page`].

mod compare;
mod contents;
mod pictures;

use std::collections::BTreeMap;

use alkaid_case::finding::{CaseReport, CompareReport};
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

    /// All pictures by their paths.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|(path, png)| (path.as_str(), png.as_slice()))
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

/// Two time points as one HTML file that opens offline.
pub fn compare_html(report: &CompareReport) -> String {
    html(&compare::contents(report))
}

/// Two time points as PDF.
///
/// # Errors
///
/// When the PDF writer refuses a font.
pub fn compare_pdf(report: &CompareReport) -> Result<Vec<u8>, PdfError> {
    pdf(&compare::contents(report))
}

#[cfg(test)]
mod tests {
    use alkaid_case::example::example;
    use alkaid_case::finding::{Change, ChangeKind, ClonalFraction, Estimate, TimePoint};

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
    fn what_changed_is_on_the_page() {
        let report = example();
        let point = |sample: &str, collected: &str| TimePoint {
            sample: sample.to_owned(),
            collected: Some(collected.to_owned()),
            status: report.status,
            rearranged: report.joint.rearranged,
            tumour_content: report.sample.tumour_content,
            version: "0.1.0".to_owned(),
        };
        let after = ClonalFraction {
            assay: "rna".to_owned(),
            with: 27,
            of: 60,
            share: Estimate {
                value: 0.45,
                low: 0.32,
                high: 0.58,
            },
            tumour_cells: None,
        };
        let report = CompareReport {
            compare_version: "1.0".to_owned(),
            tool: report.tool.clone(),
            notice: report.notice.clone(),
            before: point("EX-0", "2024-02-01"),
            after: point("EX-1", "2026-02-10"),
            answer: report.answer[..1].to_vec(),
            changes: vec![Change {
                what: "mutation".to_owned(),
                name: "G1202R".to_owned(),
                kind: ChangeKind::Appeared,
                statement: report.answer[1].clone(),
                before: None,
                after: Some(after),
                rose: None,
            }],
            treatments_between: report.treatments.clone(),
            warnings: Vec::new(),
        };
        let page = compare_html(&report);
        for words in [
            "appeared",
            "27 of 60: 45 % (32 to 58 %)",
            "not seen",
            "alectinib, 2024-03-01",
        ] {
            assert!(page.contains(words), "{words}");
        }
        assert!(compare_pdf(&report).unwrap().starts_with(b"%PDF-"));
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
