//! Breakpoints and the arithmetic of the reading frame across them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coords::GenomicPosition;
use crate::gene::{CdsPosition, Region};

/// One side of a junction: the base next to the break, and where it lies.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Breakpoint {
    /// Gene symbol.
    pub gene: String,
    /// Transcript that exon numbers and CDS positions refer to.
    pub transcript: String,
    /// The last base kept of the 5' partner, or the first of the 3' partner,
    /// with the strand that its gene is read from.
    pub position: GenomicPosition,
    /// Exon or intron of `transcript`.
    pub region: Region,
    /// CDS position of that base; none outside the coding sequence.
    pub cds: Option<CdsPosition>,
}

/// Whether a coding sequence stays in frame across a junction.
///
/// `coding_bases_before` are the coding bases that the 5' partner brings (its
/// own bases from the A of ATG up to the junction), `inserted` the bases
/// between the partners, `cds_resumes_at` the CDS position of the first base
/// of the 3' partner.
///
/// The frame holds when the bases before and between leave the codon as open
/// as the 3' partner's own bases before `cds_resumes_at` do.
///
/// ```
/// use alkaid_genome::{CdsPosition, in_frame};
/// // EML4 exon 13 ends at c.1489, ALK exon 20 starts at c.3173: variant 1.
/// assert!(in_frame(1489, 0, CdsPosition(3173)));
/// assert!(!in_frame(1489, 1, CdsPosition(3173)));
/// ```
pub fn in_frame(coding_bases_before: u32, inserted: u32, cds_resumes_at: CdsPosition) -> bool {
    let before = u64::from(coding_bases_before) + u64::from(inserted);
    // A CDS position counts from 1; 0 is not one and counts as the start.
    before % 3 == u64::from(cds_resumes_at.0.saturating_sub(1)) % 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_junctions() {
        // EML4 exon ends and the ALK exon 20 start, from the frame table of the
        // reference: E2, E6, E13, E18, E20, E21 are in frame, E14 is not.
        for end in [208, 667, 1489, 2056, 2242, 2341] {
            assert!(in_frame(end, 0, CdsPosition(3173)), "c.{end}");
        }
        assert!(!in_frame(1641, 0, CdsPosition(3173)));
        // NPM1 exon 4.
        assert!(in_frame(352, 0, CdsPosition(3173)));
    }

    proptest! {
        #[test]
        fn exactly_one_of_three_insertions_is_in_frame(
            before in 0u32..u32::MAX - 3, inserted in 0u32..u32::MAX - 3, at in 1u32..
        ) {
            let hits = (0..3).filter(|i| in_frame(before, inserted + i, CdsPosition(at))).count();
            prop_assert_eq!(hits, 1);
        }

        #[test]
        fn a_gene_is_in_frame_with_itself(before in 0u32..u32::MAX - 1) {
            prop_assert!(in_frame(before, 0, CdsPosition(before + 1)));
        }
    }
}
