//! Base qualities, and sequencing errors that occur as often as the qualities say.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::draws::{Draws, Purpose};
use crate::error::SimulateError;

/// Highest quality that a read may carry.
pub const MAX_QUALITY: u8 = 41;
/// Lowest quality that the falling profile draws: below it, trimmers would have cut.
const MIN_QUALITY: u8 = 2;
/// Distinct quality strings of the falling profile, per mate. Enough that none stands out, few enough to stay in cache.
const POOL: usize = 1024;
/// How much lower the second mate's qualities are, a common sight in paired runs.
const SECOND_MATE_LOSS: f64 = 1.5;

/// The qualities of a run, and with them its substitution errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum QualityProfile {
    /// No errors; every base is written with quality 40.
    Perfect,
    /// Every base has this Phred quality, and errors at that rate.
    Constant(u8),
    /// Mean quality falls from `start` to `end` along the read, more steeply towards its end;
    /// neighbouring bases resemble each other and whole reads are better or worse.
    Falling {
        /// Mean quality of the first base.
        start: u8,
        /// Mean quality of the last base.
        end: u8,
    },
    /// `Falling { start: 37, end: 28 }`.
    #[default]
    Typical,
}

impl FromStr for QualityProfile {
    type Err = SimulateError;

    fn from_str(text: &str) -> Result<Self, SimulateError> {
        let quality = |text: &str| {
            text.parse::<u8>()
                .ok()
                .filter(|q| (MIN_QUALITY..=MAX_QUALITY).contains(q))
        };
        let parsed = match text {
            "perfect" => Some(Self::Perfect),
            "typical" => Some(Self::Typical),
            _ => text
                .strip_prefix(['Q', 'q'])
                .and_then(quality)
                .map(Self::Constant)
                .or_else(|| {
                    let (start, end) = text.strip_prefix("falling:")?.split_once('-')?;
                    Some(Self::Falling {
                        start: quality(start)?,
                        end: quality(end)?,
                    })
                }),
        };
        parsed.ok_or_else(|| SimulateError::Plan {
            field: "errors.profile",
            value: format!("{text:?}"),
            remedy: "use perfect, Q2 to Q41, falling:START-END such as falling:37-25, or typical"
                .to_owned(),
        })
    }
}

impl fmt::Display for QualityProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Perfect => f.write_str("perfect"),
            Self::Constant(q) => write!(f, "Q{q}"),
            Self::Falling { start, end } => write!(f, "falling:{start}-{end}"),
            Self::Typical => f.write_str("typical"),
        }
    }
}

impl TryFrom<String> for QualityProfile {
    type Error = SimulateError;

    fn try_from(text: String) -> Result<Self, SimulateError> {
        text.parse()
    }
}

impl From<QualityProfile> for String {
    fn from(profile: QualityProfile) -> Self {
        profile.to_string()
    }
}

impl schemars::JsonSchema for QualityProfile {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "QualityProfile".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "perfect, Q2 to Q41, falling:START-END, or typical (falling:37-28)",
        })
    }
}

/// The probability that a base of this Phred quality is wrong.
#[must_use]
pub fn error_probability(quality: u8) -> f64 {
    libm::exp(-f64::from(quality) / 10.0 * std::f64::consts::LN_10)
}

/// One quality string with what is needed to place errors quickly.
#[derive(Debug, Clone)]
struct QualityString {
    quals: Vec<u8>,
    /// Cumulative hazard, `-ln(1 - p)` summed up to and with each base.
    hazard: Vec<f64>,
    /// The probability that the first `i` bases hold no error, at index `i`.
    clean: Vec<f64>,
}

impl QualityString {
    fn new(quals: Vec<u8>, faultless: bool) -> Self {
        let mut total = 0.0;
        let mut hazard = Vec::with_capacity(quals.len());
        let mut clean = vec![1.0];
        for &q in &quals {
            if !faultless {
                total -= libm::log1p(-error_probability(q).min(0.75));
            }
            hazard.push(total);
            clean.push(libm::exp(-total));
        }
        Self {
            quals,
            hazard,
            clean,
        }
    }
}

/// Ready-made quality strings of one mate.
#[derive(Debug, Clone)]
pub(crate) struct Sequencer {
    pool: Vec<QualityString>,
    indel_rate: f64,
}

impl Sequencer {
    /// Strings of `length` for mate 0 or 1.
    pub(crate) fn new(
        profile: QualityProfile,
        indel_rate: f64,
        length: usize,
        mate: u8,
        seed: u64,
    ) -> Self {
        let pool = match profile {
            QualityProfile::Perfect => vec![QualityString::new(vec![40; length], true)],
            QualityProfile::Constant(q) => vec![QualityString::new(vec![q; length], false)],
            QualityProfile::Falling { start, end } => falling(start, end, length, mate, seed),
            QualityProfile::Typical => falling(37, 28, length, mate, seed),
        };
        Self { pool, indel_rate }
    }

    /// Reads `length` bases of a template into `bases` and `quals` (both emptied first), with errors.
    /// Deletions draw further bases from the template while there are any.
    pub(crate) fn read(
        &self,
        template: &[u8],
        length: usize,
        draws: &mut Draws,
        bases: &mut Vec<u8>,
        quals: &mut Vec<u8>,
    ) {
        let string = &self.pool[draws.index(self.pool.len())];
        bases.clear();
        quals.clear();
        let length = length.min(string.quals.len());
        bases.extend_from_slice(&template[..length.min(template.len())]);
        if self.indel_rate > 0.0 {
            self.insert_and_delete(template, length, draws, bases);
        }
        quals.extend_from_slice(&string.quals[..bases.len()]);
        let clean = string.clean[bases.len()];
        if draws.unit() >= clean {
            substitute(string, clean, draws, bases);
        }
    }

    fn insert_and_delete(
        &self,
        template: &[u8],
        length: usize,
        draws: &mut Draws,
        bases: &mut Vec<u8>,
    ) {
        let mut next = draws.exponential() / self.indel_rate;
        if next >= bases.len() as f64 {
            return;
        }
        bases.clear();
        let mut taken = 0;
        while bases.len() < length && taken < template.len() {
            if (taken as f64) < next {
                bases.push(template[taken]);
            } else {
                next = taken as f64 + 1.0 + draws.exponential() / self.indel_rate;
                if draws.bits() & 1 == 0 {
                    // Insertion: a base, then the template's own.
                    bases.push(draws.base());
                    if bases.len() < length {
                        bases.push(template[taken]);
                    }
                }
            }
            taken += 1;
        }
    }
}

/// Places at least one substitution.
fn substitute(string: &QualityString, clean: f64, draws: &mut Draws, bases: &mut [u8]) {
    // The hazard at the first error, given that it comes before the end (inverse of 1 - exp(-h)).
    let mut hazard = -libm::log1p(-draws.unit() * (1.0 - clean));
    loop {
        let at = string.hazard[..bases.len()].partition_point(|&h| h <= hazard);
        let Some(base) = bases.get_mut(at) else {
            return;
        };
        *base = another(*base, draws);
        hazard = string.hazard[at] + draws.exponential();
    }
}

/// One of the three other bases; N stays N.
fn another(base: u8, draws: &mut Draws) -> u8 {
    let code = match base {
        b'A' => 0,
        b'C' => 1,
        b'G' => 2,
        b'T' => 3,
        _ => return base,
    };
    b"ACGT"[(code + 1 + draws.index(3)) & 3]
}

fn falling(start: u8, end: u8, length: usize, mate: u8, seed: u64) -> Vec<QualityString> {
    let loss = if mate == 0 { 0.0 } else { SECOND_MATE_LOSS };
    (0..POOL as u64)
        .map(|index| {
            let mut draws = Draws::new(seed, Purpose::Qualities, mate.into(), index);
            let whole_read = draws.normal() * 1.5;
            let mut local = 0.0;
            let quals = (0..length)
                .map(|i| {
                    let along = i as f64 / length.max(2) as f64;
                    let mean =
                        f64::from(start) + (f64::from(end) - f64::from(start)) * along * along;
                    local = 0.85 * local + draws.normal();
                    let quality = mean - loss + whole_read + local;
                    quality
                        .round()
                        .clamp(f64::from(MIN_QUALITY), f64::from(MAX_QUALITY))
                        as u8
                })
                .collect();
            QualityString::new(quals, false)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(length: usize) -> Vec<u8> {
        let mut draws = Draws::new(1, Purpose::Breakpoints, 0, 0);
        (0..length).map(|_| draws.base()).collect()
    }

    /// Observed and stated errors over many reads of a template.
    fn errors(profile: QualityProfile, length: usize) -> (f64, f64) {
        let template = template(length);
        let sequencer = Sequencer::new(profile, 0.0, length, 0, 3);
        let (mut bases, mut quals) = (Vec::new(), Vec::new());
        let (mut seen, mut stated) = (0.0, 0.0);
        for i in 0..20_000 {
            let mut draws = Draws::new(5, Purpose::Sequencing, 0, i);
            sequencer.read(&template, length, &mut draws, &mut bases, &mut quals);
            assert_eq!((bases.len(), quals.len()), (length, length));
            seen += bases.iter().zip(&template).filter(|(a, b)| a != b).count() as f64;
            stated += quals.iter().map(|&q| error_probability(q)).sum::<f64>();
        }
        (seen, stated)
    }

    #[test]
    fn errors_are_as_frequent_as_the_qualities_say() {
        for (profile, length) in [
            (QualityProfile::Constant(20), 100),
            (QualityProfile::Constant(30), 150),
            (QualityProfile::Constant(37), 300),
            (QualityProfile::Constant(10), 50),
            (QualityProfile::Typical, 150),
            (QualityProfile::Falling { start: 35, end: 15 }, 100),
        ] {
            let (seen, stated) = errors(profile, length);
            // Five standard deviations of a Poisson count.
            let slack = 5.0 * stated.sqrt();
            assert!(
                (seen - stated).abs() < slack,
                "{profile}: {seen} against {stated}"
            );
        }
        assert_eq!(errors(QualityProfile::Perfect, 100).0, 0.0);
    }

    #[test]
    fn falling_qualities_fall_and_vary() {
        let pool = falling(37, 25, 150, 0, 1);
        let mean =
            |at: usize| pool.iter().map(|s| f64::from(s.quals[at])).sum::<f64>() / POOL as f64;
        assert!((mean(0) - 37.0).abs() < 0.7, "{}", mean(0));
        assert!((mean(149) - 25.0).abs() < 0.7, "{}", mean(149));
        assert_ne!(pool[0].quals, pool[1].quals);
        let second = falling(37, 25, 150, 1, 1);
        assert!(second.iter().map(|s| u32::from(s.quals[149])).sum::<u32>() < 25 * POOL as u32);
    }

    #[test]
    fn indels_come_at_their_rate_and_keep_the_length() {
        let template = template(400);
        let sequencer = Sequencer::new(QualityProfile::Perfect, 0.002, 100, 0, 3);
        let (mut bases, mut quals) = (Vec::new(), Vec::new());
        let mut shifted = 0;
        for i in 0..10_000 {
            let mut draws = Draws::new(5, Purpose::Sequencing, 0, i);
            sequencer.read(&template, 100, &mut draws, &mut bases, &mut quals);
            assert_eq!((bases.len(), quals.len()), (100, 100));
            shifted += u32::from(bases != template[..100]);
        }
        // 1 - exp(-0.2) of the reads hold one; some at the very end leave no trace.
        assert!((1_700..1_860).contains(&shifted), "{shifted}");
    }

    #[test]
    fn short_templates_give_short_reads() {
        let sequencer = Sequencer::new(QualityProfile::Constant(20), 0.01, 100, 0, 3);
        let (mut bases, mut quals) = (Vec::new(), Vec::new());
        for i in 0..200 {
            let mut draws = Draws::new(5, Purpose::Sequencing, 0, i);
            sequencer.read(b"ACGTACGTAC", 100, &mut draws, &mut bases, &mut quals);
            assert_eq!(bases.len(), quals.len());
            assert!(bases.len() < 20);
        }
        sequencer.read(
            b"",
            100,
            &mut Draws::new(5, Purpose::Sequencing, 0, 0),
            &mut bases,
            &mut quals,
        );
        assert!(bases.is_empty());
    }

    #[test]
    fn profiles_are_read_and_written_back() {
        for text in ["perfect", "Q20", "Q37", "falling:37-25", "typical"] {
            assert_eq!(text.parse::<QualityProfile>().unwrap().to_string(), text);
        }
        for text in ["", "Q", "Q1", "Q99", "falling:37", "falling:a-b", "best"] {
            let message = text.parse::<QualityProfile>().unwrap_err().to_string();
            assert!(message.contains("falling:37-25"), "{message}");
        }
    }
}
