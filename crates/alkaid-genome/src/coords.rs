//! Assemblies, strands, chromosome names, positions and intervals.
//!
//! Inside the program every coordinate is 0-based and half-open. The
//! serialised form (JSON) is the field's: 1-based and inclusive. The two
//! conversions stand in this file and nowhere else.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A human genome assembly.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Assembly {
    /// GRCh38, also called hg38. All coordinates of a bundle are on it.
    #[serde(rename = "GRCh38")]
    Grch38,
    /// GRCh37, also called hg19 or hs37.
    #[serde(rename = "GRCh37")]
    Grch37,
}

impl fmt::Display for Assembly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grch38 => "GRCh38",
            Self::Grch37 => "GRCh37",
        })
    }
}

/// A strand of the genome.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Strand {
    /// The strand that the assembly writes.
    #[serde(rename = "+")]
    Forward,
    /// Its complement.
    #[serde(rename = "-")]
    Reverse,
}

impl Strand {
    /// The other strand.
    pub const fn flip(self) -> Self {
        match self {
            Self::Forward => Self::Reverse,
            Self::Reverse => Self::Forward,
        }
    }

    /// `+` or `-` as files write it; nothing for any other text.
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        match symbol {
            "+" => Some(Self::Forward),
            "-" => Some(Self::Reverse),
            _ => None,
        }
    }
}

impl fmt::Display for Strand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forward => "+",
            Self::Reverse => "-",
        })
    }
}

/// A stretch of one chromosome.
///
/// Serialised as `{chrom, start, end}`, 1-based inclusive.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "OneBasedInterval", into = "OneBasedInterval")]
#[schemars(with = "OneBasedInterval")]
pub struct GenomicInterval {
    /// Chromosome, always in the `chr2` form.
    pub chrom: String,
    /// First base, 0-based.
    pub start: u64,
    /// One past the last base, 0-based.
    pub end: u64,
}

impl GenomicInterval {
    /// Number of bases; 0 for an interval whose end is not after its start.
    pub fn len(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it holds no base.
    pub fn is_empty(&self) -> bool {
        self.end <= self.start
    }

    /// Whether the 0-based `pos` on `chrom` lies inside.
    pub fn contains(&self, chrom: &str, pos: u64) -> bool {
        self.chrom == chrom && self.start <= pos && pos < self.end
    }

    /// Whether the two share at least one base.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.chrom == other.chrom && self.start < other.end && other.start < self.end
    }
}

/// As `chr2:29190774-29926566`, 1-based inclusive.
impl fmt::Display for GenomicInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}-{}",
            self.chrom,
            self.start.saturating_add(1),
            self.end
        )
    }
}

/// One base of one strand.
///
/// Serialised as `{chrom, pos, strand}`, 1-based.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "OneBasedPosition", into = "OneBasedPosition")]
#[schemars(with = "OneBasedPosition")]
pub struct GenomicPosition {
    /// Chromosome, always in the `chr2` form.
    pub chrom: String,
    /// The base, 0-based.
    pub pos: u64,
    /// The strand that is meant (of a gene: the one that it is read from).
    pub strand: Strand,
}

/// As `chr2:29223528:-`, 1-based.
impl fmt::Display for GenomicPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}",
            self.chrom,
            self.pos.saturating_add(1),
            self.strand
        )
    }
}

/// The name of a chromosome as this program writes it.
///
/// `2`, `chr2`, `Chr2` and RefSeq's `NC_000002.12` give `chr2`; `MT`, `M` and
/// `NC_012920.1` give `chrM`. Names of other contigs are returned as they are.
pub fn canonical_chrom(name: &str) -> String {
    if let Some(number) = refseq_chromosome(name) {
        return match number {
            23 => "chrX".to_owned(),
            24 => "chrY".to_owned(),
            12_920 => "chrM".to_owned(),
            n => format!("chr{n}"),
        };
    }
    let bare = name
        .get(..3)
        .filter(|head| head.eq_ignore_ascii_case("chr"))
        .map_or(name, |head| &name[head.len()..]);
    match bare {
        "M" | "MT" | "m" | "mt" | "Mt" => "chrM".to_owned(),
        "X" | "x" => "chrX".to_owned(),
        "Y" | "y" => "chrY".to_owned(),
        _ => match bare.parse::<u8>() {
            Ok(n @ 1..=22) if !bare.starts_with(['0', '+']) => format!("chr{n}"),
            _ => name.to_owned(),
        },
    }
}

/// The number in `NC_0000NN.v` (1-24 for the chromosomes) or `NC_012920.v`.
fn refseq_chromosome(name: &str) -> Option<u32> {
    let (digits, _version) = name.strip_prefix("NC_")?.split_once('.')?;
    let number: u32 = digits.parse().ok()?;
    (digits.len() == 6 && (matches!(number, 1..=24) || number == 12_920)).then_some(number)
}

/// [`GenomicInterval`] as files and JSON have it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "GenomicInterval")]
struct OneBasedInterval {
    /// Chromosome in the `chr2` form.
    chrom: String,
    /// First base, 1-based.
    start: u64,
    /// Last base, 1-based inclusive.
    end: u64,
}

impl From<GenomicInterval> for OneBasedInterval {
    fn from(interval: GenomicInterval) -> Self {
        Self {
            chrom: interval.chrom,
            start: interval.start.saturating_add(1),
            end: interval.end,
        }
    }
}

impl TryFrom<OneBasedInterval> for GenomicInterval {
    type Error = String;

    fn try_from(interval: OneBasedInterval) -> Result<Self, String> {
        let start = interval
            .start
            .checked_sub(1)
            .ok_or("an interval starts at 0, but positions count from 1")?;
        Ok(Self {
            chrom: canonical_chrom(&interval.chrom),
            start,
            end: interval.end,
        })
    }
}

/// [`GenomicPosition`] as files and JSON have it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "GenomicPosition")]
struct OneBasedPosition {
    /// Chromosome in the `chr2` form.
    chrom: String,
    /// The base, 1-based.
    pos: u64,
    /// The strand that is meant.
    strand: Strand,
}

impl From<GenomicPosition> for OneBasedPosition {
    fn from(position: GenomicPosition) -> Self {
        Self {
            chrom: position.chrom,
            pos: position.pos.saturating_add(1),
            strand: position.strand,
        }
    }
}

impl TryFrom<OneBasedPosition> for GenomicPosition {
    type Error = String;

    fn try_from(position: OneBasedPosition) -> Result<Self, String> {
        let pos = position
            .pos
            .checked_sub(1)
            .ok_or("a position is 0, but positions count from 1")?;
        Ok(Self {
            chrom: canonical_chrom(&position.chrom),
            pos,
            strand: position.strand,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chromosome_names_have_one_form() {
        for name in ["2", "chr2", "Chr2", "CHR2", "NC_000002.12", "NC_000002.11"] {
            assert_eq!(canonical_chrom(name), "chr2");
        }
        for name in ["M", "MT", "chrM", "chrMT", "NC_012920.1"] {
            assert_eq!(canonical_chrom(name), "chrM");
        }
        assert_eq!(canonical_chrom("NC_000023.11"), "chrX");
        assert_eq!(canonical_chrom("Y"), "chrY");
        for other in ["GL000219.1", "chr2_alt", "23", "0", "02", "", "é", "chré"] {
            assert_eq!(canonical_chrom(other), other);
        }
    }

    #[test]
    fn json_counts_from_one() {
        let position = GenomicPosition {
            chrom: "chr2".into(),
            pos: 29_223_527,
            strand: Strand::Reverse,
        };
        let json = serde_json::to_string(&position).unwrap();
        assert_eq!(json, r#"{"chrom":"chr2","pos":29223528,"strand":"-"}"#);
        assert_eq!(
            serde_json::from_str::<GenomicPosition>(&json).unwrap(),
            position
        );
        assert_eq!(position.to_string(), "chr2:29223528:-");
        let zero = r#"{"chrom":"chr2","pos":0,"strand":"-"}"#;
        assert!(serde_json::from_str::<GenomicPosition>(zero).is_err());
    }

    proptest! {
        #[test]
        fn canonical_names_stay(name in "\\PC{0,12}") {
            let once = canonical_chrom(&name);
            prop_assert_eq!(canonical_chrom(&once), once);
        }

        #[test]
        fn intervals_survive_json(start in 0u64..1 << 40, len in 0u64..1 << 20) {
            let interval = GenomicInterval { chrom: "chrX".into(), start, end: start + len };
            let json = serde_json::to_string(&interval).unwrap();
            prop_assert_eq!(serde_json::from_str::<GenomicInterval>(&json).unwrap(), interval);
        }
    }
}
