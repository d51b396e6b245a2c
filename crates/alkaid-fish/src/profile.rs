//! Probe kits: which side has which colour, and where the kit's rule draws its lines. All of it is data.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Colour;
use crate::pattern::Pattern;

/// A kit with its rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// What `--probe` takes.
    pub key: String,
    /// The kit's name.
    pub name: String,
    /// Who makes it.
    pub maker: String,
    /// Other words for it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The colour of the 3' side, with the kinase, on the image.
    pub three_prime: Stated<Colour>,
    /// Nuclei of the first step.
    pub first_nuclei: Stated<u32>,
    /// Other nuclei of the second step.
    pub second_nuclei: Stated<u32>,
    /// Fewer positive nuclei in the first step: negative.
    pub negative_below: Stated<u32>,
    /// More positive nuclei in the first step: positive.
    pub positive_above: Stated<u32>,
    /// After both steps: positive from this percentage on.
    pub cut_off_percent: Stated<f64>,
    /// Red and green are split from this distance on, in signal diameters.
    pub split_diameters: Stated<f64>,
    /// Between which points that distance is measured.
    pub split_measured: Stated<Measured>,
    /// Whether an isolated 3' signal makes a nucleus positive.
    pub isolated_red_counts: Stated<bool>,
    /// Whether an isolated 5' signal makes a nucleus positive.
    pub isolated_green_counts: Stated<bool>,
    /// What to do with a nucleus that shows one colour only.
    pub one_colour: Stated<OneColour>,
    /// Least median signal-to-noise ratio of the signals of a sample.
    pub minimum_snr: Stated<f64>,
    /// Gain: from this mean number of copies on.
    pub gain_from: Stated<f64>,
    /// Many copies, called amplification: from this mean number on.
    pub amplification_from: Stated<f64>,
}

/// A value with where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// Where it was read; `none` for what is assumed.
    pub source: String,
    /// Date of the source.
    #[serde(default)]
    pub date: Option<String>,
    /// How far it is checked.
    pub status: Standing,
    /// What else to know.
    #[serde(default)]
    pub note: Option<String>,
}

/// How far a value is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Read in the source.
    Sourced,
    /// Ours, for want of a source.
    Assumed,
    /// Nobody has read it in a source.
    Unverified,
}

/// Between which points of two signals a distance is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// From centre to centre.
    CentreToCentre,
    /// The gap between the edges: one diameter less than from centre to centre.
    EdgeToEdge,
}

/// What to do with a nucleus that shows one colour only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OneColour {
    /// Leave it out: the other probe may have failed.
    Exclude,
    /// Score it as an isolated signal.
    Score,
}

/// No kit has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown probe kit {name:?}; known are {known}")]
pub struct UnknownKit {
    /// What was asked for.
    pub name: String,
    /// The keys of all kits.
    pub known: String,
}

#[derive(Deserialize)]
struct Kits {
    kit: Vec<Profile>,
}

/// All kits, the default first.
pub fn profiles() -> &'static [Profile] {
    static KITS: LazyLock<Vec<Profile>> = LazyLock::new(|| {
        match toml::from_str::<Kits>(include_str!("../data/probe_profiles.toml")) {
            Ok(kits) => kits.kit,
            // The file is compiled in and read by a test.
            Err(error) => unreachable!("data/probe_profiles.toml: {error}"),
        }
    });
    &KITS
}

/// The kit of this key or alias, in any case.
///
/// # Errors
/// When no kit has it; the error lists all keys.
pub fn profile(name: &str) -> Result<&'static Profile, UnknownKit> {
    let wanted = name.to_lowercase();
    profiles()
        .iter()
        .find(|kit| kit.key == wanted || kit.aliases.contains(&wanted))
        .ok_or_else(|| UnknownKit {
            name: name.to_owned(),
            known: profiles()
                .iter()
                .map(|kit| kit.key.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
}

impl Profile {
    /// Whether the rule counts a nucleus of this pattern as positive.
    #[must_use]
    pub const fn is_positive(&self, pattern: Pattern) -> bool {
        match pattern {
            Pattern::Fused => false,
            Pattern::Split => true,
            Pattern::IsolatedRed => self.isolated_red_counts.value,
            Pattern::IsolatedGreen => self.isolated_green_counts.value,
        }
    }

    /// The colour in which a side is seen on the image; inside, red stands for the 3' side whatever its colour.
    #[must_use]
    pub const fn seen_as(&self, side: Colour) -> Colour {
        match (side, self.three_prime.value) {
            (side, Colour::Red) => side,
            (Colour::Red, Colour::Green) => Colour::Green,
            (Colour::Green, Colour::Green) => Colour::Red,
        }
    }

    /// The distance between centres, in signal diameters, from which on a pair is split.
    #[must_use]
    pub fn split_distance(&self) -> f64 {
        match self.split_measured.value {
            Measured::CentreToCentre => self.split_diameters.value,
            Measured::EdgeToEdge => self.split_diameters.value + 1.0,
        }
    }

    /// The cut-off as a share, 0..1.
    #[must_use]
    pub fn cut_off(&self) -> f64 {
        self.cut_off_percent.value / 100.0
    }

    /// What the call rests on that nobody has read in a source, in words; empty when there is nothing.
    #[must_use]
    pub fn unverified(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut look = |says: String, status: Standing| {
            if status == Standing::Unverified {
                found.push(says);
            }
        };
        look(
            format!("the 3' side is {}", self.three_prime.value.as_str()),
            self.three_prime.status,
        );
        look(
            format!("{} nuclei first", self.first_nuclei.value),
            self.first_nuclei.status,
        );
        look(
            format!("{} others then", self.second_nuclei.value),
            self.second_nuclei.status,
        );
        look(
            format!("negative below {}", self.negative_below.value),
            self.negative_below.status,
        );
        look(
            format!("positive above {}", self.positive_above.value),
            self.positive_above.status,
        );
        look(
            format!("positive from {} % on", self.cut_off_percent.value),
            self.cut_off_percent.status,
        );
        look(
            format!("split from {} diameters on", self.split_diameters.value),
            self.split_diameters.status,
        );
        look(
            "nuclei of one colour left out or scored".to_owned(),
            self.one_colour.status,
        );
        found
    }
}

impl Colour {
    /// The word that tables and results use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Green => "green",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kits_are_found_by_key_and_alias() {
        assert_eq!(profile("Vysis").unwrap().key, "vysis");
        assert_eq!(profile("abbott").unwrap().key, "vysis");
        assert_eq!(profile("zytolight").unwrap().key, "zytovision");
        assert_eq!(profile("iqfish").unwrap().key, "dako");
        let error = profile("acme").unwrap_err().to_string();
        assert!(error.contains("vysis, zytovision, dako"), "{error}");
    }

    #[test]
    fn every_kit_is_consistent() {
        for kit in profiles() {
            assert!(kit.negative_below.value <= kit.positive_above.value + 1);
            assert!(kit.positive_above.value < kit.first_nuclei.value);
            assert!((0.0..=100.0).contains(&kit.cut_off_percent.value));
            assert!(kit.gain_from.value < kit.amplification_from.value);
            assert!(kit.split_distance() >= kit.split_diameters.value);
            assert!(kit.is_positive(Pattern::Split) && !kit.is_positive(Pattern::Fused));
        }
    }

    #[test]
    fn what_nobody_read_is_said() {
        let vysis = profile("vysis").unwrap().unverified();
        assert!(vysis.contains(&"negative below 5".to_owned()), "{vysis:?}");
        let zyto = profile("zytovision").unwrap().unverified();
        assert!(
            zyto.contains(&"the 3' side is green".to_owned()),
            "{zyto:?}"
        );
    }
}
