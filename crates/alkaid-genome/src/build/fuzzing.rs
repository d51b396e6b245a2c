//! Doors for the fuzz targets, which live outside of this crate.

use std::io::Cursor;
use std::path::Path;

use super::fasta::{self, Alphabet};
use super::merge::Sequenced;
use super::source::Source;
use super::{exon_table, gtf};

fn source(bytes: &[u8]) -> Option<Source> {
    Source::from_reader(Path::new("fuzz"), Cursor::new(bytes.to_vec()), None).ok()
}

/// Reads bytes as transcript FASTA.
pub fn fasta(bytes: &[u8]) {
    if let Some(mut source) = source(bytes) {
        let sink = &mut |_: &Source, record| {
            let _ = Sequenced::new(record);
            Ok(())
        };
        let _ = fasta::records_of(
            &mut source,
            Alphabet::Nucleotides,
            "",
            &mut |_, _, _| (),
            sink,
        );
    }
}

/// Reads bytes as GTF.
pub fn gtf(bytes: &[u8]) {
    if let Some(mut source) = source(bytes) {
        let _ = gtf::read(&mut source, &mut |_, _, _| ());
    }
}

/// Reads bytes as an exon table.
pub fn exon_table(bytes: &[u8]) {
    if let Some(mut source) = source(bytes) {
        let _ = exon_table::read(&mut source, &mut |_, _, _| ());
    }
}
