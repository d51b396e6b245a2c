//! Numbers that must not be mistaken for each other.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The number of an exon in its transcript, 1-based.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct ExonNumber(pub u16);

/// A position in the coding sequence as `c.` counts it: the A of ATG is 1.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct CdsPosition(pub u32);

/// A residue of a protein, 1-based: the initial methionine is 1.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Residue(pub u32);

/// Coding bases before a place, modulo 3: 0 is between two codons.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "u8", into = "u8")]
#[schemars(with = "u8")]
pub struct Phase(u8);

impl fmt::Display for ExonNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for CdsPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Residue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl CdsPosition {
    /// The residue whose codon holds this base.
    pub fn residue(self) -> Residue {
        Residue(self.0.div_ceil(3))
    }

    /// The phase in front of this base.
    pub fn phase(self) -> Phase {
        Phase::after(self.0.saturating_sub(1))
    }
}

impl Residue {
    /// The first base of the codon.
    pub fn codon_start(self) -> CdsPosition {
        CdsPosition(self.0.saturating_sub(1).saturating_mul(3).saturating_add(1))
    }
}

impl Phase {
    /// The phase behind so many coding bases.
    pub const fn after(coding_bases: u32) -> Self {
        Self((coding_bases % 3) as u8)
    }

    /// 0, 1 or 2.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Phase {
    type Error = String;

    fn try_from(value: u8) -> Result<Self, String> {
        if value < 3 {
            Ok(Self(value))
        } else {
            Err(format!("a phase is 0, 1 or 2, not {value}"))
        }
    }
}

impl From<Phase> for u8 {
    fn from(phase: Phase) -> Self {
        phase.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_codon_of_alk() {
        assert_eq!(CdsPosition(3173).residue(), Residue(1058));
        assert_eq!(Residue(1058).codon_start(), CdsPosition(3172));
        assert_eq!(CdsPosition(3173).phase().get(), 1);
        assert!(serde_json::from_str::<Phase>("3").is_err());
        assert_eq!(serde_json::to_string(&Phase::after(5)).unwrap(), "2");
    }

    proptest! {
        #[test]
        fn a_codon_has_three_bases(residue in 1u32..1 << 30) {
            let start = Residue(residue).codon_start();
            prop_assert_eq!(start.phase().get(), 0);
            for base in 0..3 {
                prop_assert_eq!(CdsPosition(start.0 + base).residue(), Residue(residue));
            }
            prop_assert_eq!(CdsPosition(start.0 + 3).residue(), Residue(residue + 1));
        }
    }
}
