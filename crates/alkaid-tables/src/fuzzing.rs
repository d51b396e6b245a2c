//! Entry points for the fuzz targets: any bytes as a table. Not for users.

use std::io::Cursor;
use std::path::Path;
use std::sync::OnceLock;

use alkaid_genome::Bundle;

use crate::model::Models;
use crate::options::{CopyNumberUnit, ExpressionUnit, Options};
use crate::text::Lines;

fn models() -> &'static Models<'static> {
    static MODELS: OnceLock<Models<'static>> = OnceLock::new();
    MODELS.get_or_init(|| Models::new(Bundle::embedded()))
}

fn lines(bytes: &[u8]) -> Option<Lines> {
    Lines::new(Path::new("fuzz"), Cursor::new(bytes.to_vec())).ok()
}

/// Bytes as a VCF.
pub fn vcf(bytes: &[u8]) {
    if let Some(lines) = lines(bytes) {
        let _ = crate::variants::read(lines, models(), &Options::default());
    }
}

/// Bytes as a table of copy numbers.
pub fn copy_number(bytes: &[u8]) {
    for unit in [None, Some(CopyNumberUnit::Log2Ratio)] {
        let options = Options {
            copy_number_unit: unit,
            ..Options::default()
        };
        if let Some(lines) = lines(bytes) {
            let _ = crate::copy_number::read(lines, models(), &options);
        }
    }
}

/// Bytes as a table of expression.
pub fn expression(bytes: &[u8]) {
    for unit in [None, Some(ExpressionUnit::Tpm)] {
        let options = Options {
            expression_unit: unit,
            ..Options::default()
        };
        if let Some(lines) = lines(bytes) {
            let _ = crate::expression::read(lines, Bundle::embedded(), &options);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn nothing_panics(body in "[a-zA-Z0-9\t\n.,;:/|<>#=-]{0,200}") {
            super::copy_number(body.as_bytes());
            let text = format!("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n{body}");
            super::vcf(text.as_bytes());
        }
    }

    #[test]
    fn records_on_alk_of_every_kind() {
        for (reference, alternate) in [
            ("C", "T"),
            ("C", "CA"),
            ("CA", "C"),
            ("C", "<DEL>"),
            ("C", "*,G"),
            ("CNN", "C"),
        ] {
            let text = format!(
                "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n2\t29220747\t.\t{reference}\t{alternate}\t.\t.\t.\n"
            );
            super::vcf(text.as_bytes());
        }
        super::expression(b"gene\ttpm\nALK\t1\n");
    }
}
