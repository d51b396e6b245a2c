//! The pattern of one nucleus, from its signals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The signals of one nucleus.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Counts {
    /// Red and green together.
    pub fused: u16,
    /// Red (3') alone.
    pub red: u16,
    /// Green (5') alone.
    pub green: u16,
}

/// The atlas patterns of ALK break-apart probes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Only fused signals: no rearrangement seen.
    Fused,
    /// At least one red and one green apart: the locus is broken.
    Split,
    /// Red without its green: the 3' side is kept, the 5' side lost.
    IsolatedRed,
    /// Green without its red: the kinase side is lost; not positive.
    IsolatedGreen,
}

/// What nobody can read as a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown pattern {text:?}; expected fused, split, isolated_red or isolated_green")]
pub struct UnknownPattern {
    /// The text.
    pub text: String,
}

impl Counts {
    /// The atlas pattern; `None` without any signal.
    ///
    /// The atlas (IASLC 2013, p. 22) names the pattern of seven worked examples. All of them, and every other count,
    /// follow from which lone signals are there: both colours, split; red only, isolated 3'; green only, isolated 5';
    /// neither, fused. How many fused signals lie beside them changes nothing.
    #[must_use]
    pub const fn pattern(self) -> Option<Pattern> {
        match (self.fused > 0, self.red > 0, self.green > 0) {
            (_, true, true) => Some(Pattern::Split),
            (_, true, false) => Some(Pattern::IsolatedRed),
            (_, false, true) => Some(Pattern::IsolatedGreen),
            (true, false, false) => Some(Pattern::Fused),
            (false, false, false) => None,
        }
    }

    /// Copies of the 3' side.
    #[must_use]
    pub const fn three_prime(self) -> u32 {
        self.fused as u32 + self.red as u32
    }

    /// Copies of the 5' side.
    #[must_use]
    pub const fn five_prime(self) -> u32 {
        self.fused as u32 + self.green as u32
    }

    /// ALK loci that are seen: a split locus counts once.
    #[must_use]
    pub const fn loci(self) -> u32 {
        let (three, five) = (self.three_prime(), self.five_prime());
        if three > five { three } else { five }
    }

    /// The same nucleus with the colours exchanged, for kits that label the 3' side green.
    #[must_use]
    pub const fn exchanged(self) -> Self {
        Self {
            fused: self.fused,
            red: self.green,
            green: self.red,
        }
    }
}

impl Pattern {
    /// All patterns, in the order of tables.
    pub const ALL: [Self; 4] = [
        Self::Fused,
        Self::Split,
        Self::IsolatedRed,
        Self::IsolatedGreen,
    ];

    /// The word that tables and results use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fused => "fused",
            Self::Split => "split",
            Self::IsolatedRed => "isolated_red",
            Self::IsolatedGreen => "isolated_green",
        }
    }
}

impl std::str::FromStr for Pattern {
    type Err = UnknownPattern;

    /// Reads the word of a table, and what worksheets write in its place (`isolated 3'`, `single red`).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word: String = text
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        match word.as_str() {
            "fused" | "normal" => Ok(Self::Fused),
            "split" => Ok(Self::Split),
            "isolatedred" | "isolated3" | "isolated3prime" | "singlered" => Ok(Self::IsolatedRed),
            "isolatedgreen" | "isolated5" | "isolated5prime" | "singlegreen" => {
                Ok(Self::IsolatedGreen)
            }
            _ => Err(UnknownPattern {
                text: text.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(fused: u16, red: u16, green: u16) -> Counts {
        Counts { fused, red, green }
    }

    #[test]
    fn the_worksheet_of_the_atlas() {
        for (fused, red, green, pattern) in [
            (2, 0, 0, Pattern::Fused),
            (2, 1, 1, Pattern::Split),
            (2, 1, 0, Pattern::IsolatedRed),
            (1, 0, 1, Pattern::IsolatedGreen),
            (0, 2, 1, Pattern::Split),
            (1, 0, 0, Pattern::Fused),
        ] {
            assert_eq!(counts(fused, red, green).pattern(), Some(pattern));
        }
        assert_eq!(counts(0, 0, 0).pattern(), None);
    }

    #[test]
    fn words_come_back() {
        for pattern in Pattern::ALL {
            assert_eq!(pattern.as_str().parse(), Ok(pattern));
        }
        assert_eq!("Isolated 3'".parse(), Ok(Pattern::IsolatedRed));
        assert_eq!("isolated 5′".parse(), Ok(Pattern::IsolatedGreen));
        assert!("spilt".parse::<Pattern>().is_err());
    }

    proptest! {
        #[test]
        fn every_nucleus_with_a_signal_has_one_pattern(
            fused in 0u16..30, red in 0u16..30, green in 0u16..30,
        ) {
            let nucleus = counts(fused, red, green);
            let expected = match (red, green) {
                (0, 0) => (fused > 0).then_some(Pattern::Fused),
                (_, 0) => Some(Pattern::IsolatedRed),
                (0, _) => Some(Pattern::IsolatedGreen),
                _ => Some(Pattern::Split),
            };
            prop_assert_eq!(nucleus.pattern(), expected);
        }

        #[test]
        fn fused_signals_never_hide_a_lone_one(
            fused in 0u16..30, more in 0u16..30, red in 0u16..30, green in 0u16..30,
        ) {
            prop_assume!(red + green > 0);
            prop_assert_eq!(
                counts(fused, red, green).pattern(),
                counts(fused + more, red, green).pattern()
            );
        }

        #[test]
        fn colours_change_places(fused in 0u16..30, red in 0u16..30, green in 0u16..30) {
            let nucleus = counts(fused, red, green);
            let other = nucleus.exchanged();
            prop_assert_eq!(other.exchanged(), nucleus);
            prop_assert_eq!(other.three_prime(), nucleus.five_prime());
            prop_assert_eq!(other.loci(), nucleus.loci());
            let mirrored = nucleus.pattern().map(|pattern| match pattern {
                Pattern::IsolatedRed => Pattern::IsolatedGreen,
                Pattern::IsolatedGreen => Pattern::IsolatedRed,
                same => same,
            });
            prop_assert_eq!(other.pattern(), mirrored);
        }
    }
}
