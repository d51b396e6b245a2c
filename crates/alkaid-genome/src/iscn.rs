//! The rearrangement that a fusion predicts, in ISCN notation.

use std::cmp::Ordering;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coords::Strand;

/// What happened to the chromosomes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RearrangementClass {
    /// Two genes of one chromosome that are read in opposite directions.
    Inversion,
    /// What lay between two genes read in the same direction is lost.
    Deletion,
    /// Same direction, but the 3' partner lies upstream: tandem duplication.
    Duplication,
    /// Two chromosomes.
    Translocation,
}

impl fmt::Display for RearrangementClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inversion => "inversion",
            Self::Deletion => "deletion",
            Self::Duplication => "duplication",
            Self::Translocation => "translocation",
        })
    }
}

/// The simplest rearrangement that joins two breakpoints.
///
/// A side is `(chromosome, cytoband, strand that the gene is read from,
/// 0-based position)`. The chromosome may be `chr2` or `2`; the band (`p23.2`)
/// is cut to the major band (`p23`), an empty band is written `?`. On one
/// chromosome the band nearer to the centromere of the short arm comes first,
/// then away from it, as in `inv(2)(p21p23)`; of two chromosomes X and Y come
/// first, then the lower number, as in `t(2;5)(p23;q35)`.
///
/// ```
/// use alkaid_genome::{RearrangementClass, Strand, rearrangement};
/// let eml4 = ("chr2", "p21", Strand::Forward, 42_295_516);
/// let alk = ("chr2", "p23.2", Strand::Reverse, 29_223_527);
/// assert_eq!(
///     rearrangement(eml4, alk),
///     (RearrangementClass::Inversion, "inv(2)(p21p23)".to_owned())
/// );
/// ```
pub fn rearrangement(
    five: (&str, &str, Strand, u64),
    three: (&str, &str, Strand, u64),
) -> (RearrangementClass, String) {
    let five = Side::new(five);
    let three = Side::new(three);
    let class = classify(&five, &three);
    let (first, second) = if five.precedes(&three) == Ordering::Greater {
        (&three, &five)
    } else {
        (&five, &three)
    };
    let (a, b) = (first.band, second.band);
    let text = match class {
        RearrangementClass::Inversion => format!("inv({})({a}{b})", first.chrom),
        RearrangementClass::Deletion => format!("del({})({a}{b})", first.chrom),
        RearrangementClass::Duplication => format!("dup({})({a}{b})", first.chrom),
        RearrangementClass::Translocation => {
            format!("t({};{})({a};{b})", first.chrom, second.chrom)
        }
    };
    (class, text)
}

/// The class alone, from directions and order.
fn classify(five: &Side<'_>, three: &Side<'_>) -> RearrangementClass {
    if five.chrom != three.chrom {
        RearrangementClass::Translocation
    } else if five.strand != three.strand {
        RearrangementClass::Inversion
    } else if (five.strand == Strand::Forward) == (five.pos <= three.pos) {
        // Read in this direction, the 5' partner comes first: what lies between goes.
        RearrangementClass::Deletion
    } else {
        RearrangementClass::Duplication
    }
}

/// One side, with the band cut and the chromosome bare.
struct Side<'a> {
    chrom: &'a str,
    band: &'a str,
    strand: Strand,
    pos: u64,
}

impl<'a> Side<'a> {
    fn new((chrom, band, strand, pos): (&'a str, &'a str, Strand, u64)) -> Self {
        let major = band.split_once('.').map_or(band, |(major, _)| major);
        Self {
            chrom: chrom.strip_prefix("chr").unwrap_or(chrom),
            band: if major.is_empty() { "?" } else { major },
            strand,
            pos,
        }
    }

    /// The order in which ISCN writes the two.
    fn precedes(&self, other: &Self) -> Ordering {
        if self.chrom != other.chrom {
            return chromosome_order(self.chrom).cmp(&chromosome_order(other.chrom));
        }
        let short = |side: &Self| side.band.starts_with('p');
        match (short(self), short(other)) {
            (true, true) => other.pos.cmp(&self.pos),
            (false, false) => self.pos.cmp(&other.pos),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// Sex chromosomes, then numbers, then anything else by name.
fn chromosome_order(bare: &str) -> (u8, u32, &str) {
    match bare {
        "X" => (0, 0, ""),
        "Y" => (0, 1, ""),
        _ => match bare.parse() {
            Ok(number) => (1, number, ""),
            Err(_) => (2, 0, bare),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Strand::{Forward, Reverse};

    const ALK: (&str, &str, Strand, u64) = ("chr2", "p23.2", Reverse, 29_223_527);

    #[test]
    fn translocations_put_the_lower_chromosome_first_and_x_before_all() {
        let npm1 = ("chr5", "q35.1", Forward, 171_391_798);
        assert_eq!(rearrangement(npm1, ALK).1, "t(2;5)(p23;q35)");
        let tpm3 = ("1", "q21.3", Reverse, 154_170_399);
        assert_eq!(rearrangement(tpm3, ALK).1, "t(1;2)(q21;p23)");
        let msn = ("chrX", "q12", Forward, 65_700_000);
        assert_eq!(
            rearrangement(msn, ALK),
            (
                RearrangementClass::Translocation,
                "t(X;2)(q12;p23)".to_owned()
            )
        );
    }

    #[test]
    fn one_chromosome() {
        // STRN (2p22.2) is read from the reverse strand, as ALK: STRN lies upstream.
        let strn = ("chr2", "p22.2", Reverse, 36_900_000);
        assert_eq!(
            rearrangement(strn, ALK),
            (RearrangementClass::Deletion, "del(2)(p22p23)".to_owned())
        );
        // A gene read in the same direction downstream of ALK.
        let below = ("chr2", "p24.1", Reverse, 20_000_000);
        assert_eq!(
            rearrangement(below, ALK),
            (RearrangementClass::Duplication, "dup(2)(p23p24)".to_owned())
        );
        // ATIC (2q35) is read forward: inversion across the centromere.
        let atic = ("chr2", "q35", Forward, 215_325_000);
        assert_eq!(rearrangement(atic, ALK).1, "inv(2)(p23q35)");
        let long = ("chr2", "q13", Reverse, 108_700_000);
        assert_eq!(rearrangement(long, atic).1, "inv(2)(q13q35)");
        assert_eq!(
            rearrangement(("chr2", "", Forward, 5), ALK).1,
            "inv(2)(p23?)"
        );
    }
}
