//! Writes the hand-filled example case as HTML and PDF into a directory:
//!
//!     cargo run -p alkaid-report --example case_page -- DIRECTORY

use std::error::Error;
use std::path::PathBuf;

use alkaid_genome::Bundle;
use alkaid_report::{Attachments, case_html, case_pdf};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os().nth(1).map(PathBuf::from);
    let directory = directory.ok_or("usage: case_page DIRECTORY")?;
    let report = alkaid_case::example::example();
    let bundle = Bundle::embedded();
    let none = Attachments::default();
    std::fs::write(
        directory.join("case.html"),
        case_html(&report, bundle, &none),
    )?;
    std::fs::write(
        directory.join("case.pdf"),
        case_pdf(&report, bundle, &none)?,
    )?;
    Ok(())
}
