//! HGVS descriptions of RNA fusions.
//!
//! The recommendation of HGVS and the cancer genomics community for fusions
//! writes `accession:r.first_last::accession:r.first_last`; ends that were not
//! sequenced are `?`.

use crate::gene::CdsPosition;

/// Bases between the two partners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted<'a> {
    /// The partners join directly.
    None,
    /// So many bases, not written out.
    Length(usize),
    /// These bases, as DNA (ASCII `ACGTN`); written as RNA.
    Bases(&'a [u8]),
}

/// The HGVS description of a fusion transcript.
///
/// `five` is the accession of the 5' partner and the CDS position of its last
/// base (none: not inside its coding sequence, written `?`); `three` the
/// accession of the 3' partner and the CDS position of its first base.
///
/// ```
/// use alkaid_genome::{CdsPosition, Inserted, rna_fusion};
/// let five = ("NM_019063.5", Some(CdsPosition(1489)));
/// let three = ("NM_004304.5", CdsPosition(3173));
/// assert_eq!(
///     rna_fusion(five, Inserted::None, three),
///     "NM_019063.5:r.?_1489::NM_004304.5:r.3173_?"
/// );
/// assert_eq!(
///     rna_fusion(five, Inserted::Length(33), three),
///     "NM_019063.5:r.?_1489::[33 nt]::NM_004304.5:r.3173_?"
/// );
/// ```
pub fn rna_fusion(
    five: (&str, Option<CdsPosition>),
    inserted: Inserted<'_>,
    three: (&str, CdsPosition),
) -> String {
    let last = five.1.map_or("?".to_owned(), |cds| cds.0.to_string());
    let between = match inserted {
        Inserted::None | Inserted::Length(0) | Inserted::Bases([]) => String::new(),
        Inserted::Length(n) => format!("[{n} nt]::"),
        Inserted::Bases(bases) => format!("{}::", as_rna(bases)),
    };
    format!(
        "{}:r.?_{last}::{between}{}:r.{}_?",
        five.0, three.0, three.1.0
    )
}

/// HGVS writes RNA in lower case, with `u`.
fn as_rna(dna: &[u8]) -> String {
    dna.iter()
        .map(|base| match base.to_ascii_lowercase() {
            b't' => 'u',
            base @ (b'a' | b'c' | b'g' | b'u') => char::from(base),
            _ => 'n',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insertions_and_unknown_ends() {
        let three = ("NM_004304.5", CdsPosition(3173));
        assert_eq!(
            rna_fusion(("NM_1.1", None), Inserted::Bases(b"ACTGN"), three),
            "NM_1.1:r.?_?::acugn::NM_004304.5:r.3173_?"
        );
        assert_eq!(
            rna_fusion(("A", Some(CdsPosition(3))), Inserted::Bases(b""), three),
            "A:r.?_3::NM_004304.5:r.3173_?"
        );
    }
}
