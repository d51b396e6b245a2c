//! Copy number of ALK, reported aside: it is no part of the call.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pattern::Counts;
use crate::profile::Profile;

/// Copies of ALK in the scored nuclei.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CopyNumber {
    /// Nuclei with counts.
    pub nuclei: u32,
    /// Mean copies of the 3' side: fused and lone red signals.
    pub mean_three_prime: f64,
    /// Mean copies of the 5' side: fused and lone green signals.
    pub mean_five_prime: f64,
    /// Mean fused signals.
    pub mean_fused: f64,
    /// Nuclei by number of loci: index 0 has none, the last 12 or more.
    pub by_loci: Vec<u32>,
    /// What the mean is called.
    pub class: CopyClass,
    /// The same in words, with its limits.
    pub says: String,
}

/// A word for a mean number of copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CopyClass {
    /// Below a gain.
    NoGain,
    /// A gain.
    Gain,
    /// So many that it is called amplification, unless the whole chromosome is multiplied.
    Amplification,
}

/// Numbers of loci that are told apart.
const MOST_LOCI: u32 = 12;

/// Copies in these nuclei; `None` without any.
#[must_use]
pub fn copy_number(nuclei: &[Counts], profile: &Profile) -> Option<CopyNumber> {
    let all = nuclei.len() as f64;
    if nuclei.is_empty() {
        return None;
    }
    let mean = |of: fn(Counts) -> u32| {
        nuclei
            .iter()
            .map(|&counts| f64::from(of(counts)))
            .sum::<f64>()
            / all
    };
    let mean_fused = mean(|counts| u32::from(counts.fused));
    let mut by_loci = vec![0; MOST_LOCI as usize + 1];
    for counts in nuclei {
        by_loci[counts.loci().min(MOST_LOCI) as usize] += 1;
    }
    let loci = mean(Counts::loci);
    let class = if loci >= profile.amplification_from.value {
        CopyClass::Amplification
    } else if loci >= profile.gain_from.value {
        CopyClass::Gain
    } else {
        CopyClass::NoGain
    };
    let says = match class {
        CopyClass::NoGain => format!(
            "{loci:.1} loci a nucleus: no gain. Sections cut nuclei, so that true numbers are higher"
        ),
        CopyClass::Gain => format!(
            "{loci:.1} loci a nucleus: a gain, most often of the whole chromosome. It is no part of the call"
        ),
        CopyClass::Amplification => format!(
            "{loci:.1} loci a nucleus: as many as in amplification. Without a probe of the centromere, many copies of \
             the whole chromosome look the same. It is no part of the call"
        ),
    };
    Some(CopyNumber {
        nuclei: nuclei.len() as u32,
        mean_three_prime: mean(Counts::three_prime),
        mean_five_prime: mean(Counts::five_prime),
        mean_fused,
        by_loci,
        class,
        says,
    })
}

impl CopyClass {
    /// The word that tables and results use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoGain => "no_gain",
            Self::Gain => "gain",
            Self::Amplification => "amplification",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::profile;

    #[test]
    fn classes_follow_the_mean() {
        let class = |fused: u16| {
            let counts = Counts {
                fused,
                ..Counts::default()
            };
            copy_number(&[counts; 10], profile("vysis").unwrap())
                .unwrap()
                .class
        };
        assert_eq!(class(2), CopyClass::NoGain);
        assert_eq!(class(3), CopyClass::Gain);
        assert_eq!(class(7), CopyClass::Gain);
        assert_eq!(class(8), CopyClass::Amplification);
        assert_eq!(copy_number(&[], profile("vysis").unwrap()), None);
    }

    #[test]
    fn both_sides_are_counted() {
        let split = Counts {
            fused: 1,
            red: 1,
            green: 1,
        };
        let lost = Counts {
            fused: 1,
            red: 1,
            green: 0,
        };
        let found = copy_number(&[split, lost], profile("vysis").unwrap()).unwrap();
        assert_eq!(found.mean_three_prime, 2.0);
        assert_eq!(found.mean_five_prime, 1.5);
        assert_eq!(found.by_loci[2], 2);
    }
}
