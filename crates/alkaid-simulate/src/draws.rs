//! Random draws that give the same values on every platform and in every version of the random crates.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers, addressed by what it is for: the same address always gives the same
/// numbers, whatever was drawn before and on whichever thread.
#[derive(Debug, Clone)]
pub(crate) struct Draws(ChaCha8Rng);

/// What a stream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Purpose {
    /// Which kind of fragment comes next.
    Schedule = 1,
    /// Expression levels of the background.
    Expression,
    /// The pool of quality strings.
    Qualities,
    /// Where a molecule is cut and copied.
    Layout,
    /// What the sequencer makes of a copy.
    Sequencing,
    /// Codons and leaders of partners known by protein only.
    BackTranslation,
    /// Breakpoints for validation.
    Breakpoints,
    /// Nuclei of a FISH field and the loci in them.
    FishScene,
    /// Granules of a FISH field.
    FishGranules,
    /// Chromatin and stroma.
    FishTexture,
    /// Noise of the camera.
    FishCamera,
}

impl Draws {
    /// The stream number `index` of `class` for `purpose` under a seed.
    pub(crate) fn new(seed: u64, purpose: Purpose, class: u64, index: u64) -> Self {
        let mut key = [0; 32];
        for (part, value) in key
            .chunks_exact_mut(8)
            .zip([seed, purpose as u64, class, index])
        {
            part.copy_from_slice(&value.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A whole number in `0..bound`; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // Multiply and shift: the bias is under bound / 2^64.
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// An index into something of that length (which must not be 0).
    pub(crate) fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// A number in `0.0..1.0`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// True with that probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.unit() < probability
    }

    /// A standard normal deviate (sum of twelve uniform ones, so within ±6).
    pub(crate) fn normal(&mut self) -> f64 {
        let mut sum = 0_u64;
        for _ in 0..3 {
            let bits = self.0.next_u64();
            sum += (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
        }
        (sum as f64 + 6.0) / 65_536.0 - 6.0
    }

    /// An exponential deviate of mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        -libm::log(1.0 - self.unit())
    }

    /// One of the four bases.
    pub(crate) fn base(&mut self) -> u8 {
        b"ACGT"[(self.bits() & 3) as usize]
    }
}

/// Draws an index in proportion to its weight in constant time (Walker's alias method).
#[derive(Debug, Clone)]
pub(crate) struct Weighted {
    keep: Vec<f64>,
    alias: Vec<u32>,
}

impl Weighted {
    /// A table over weights; `None` when no weight is above 0.
    pub(crate) fn new(weights: &[f64]) -> Option<Self> {
        let total: f64 = weights.iter().sum();
        if !(total > 0.0 && total.is_finite()) {
            return None;
        }
        let n = weights.len();
        let mut keep: Vec<f64> = weights.iter().map(|w| w * n as f64 / total).collect();
        let mut alias: Vec<u32> = (0..n as u32).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..n).partition(|&i| keep[i] < 1.0);
        while let (Some(&less), Some(&more)) = (small.last(), large.last()) {
            small.pop();
            alias[less] = more as u32;
            keep[more] -= 1.0 - keep[less];
            if keep[more] < 1.0 {
                large.pop();
                small.push(more);
            }
        }
        let heaviest = (0..n)
            .max_by(|&a, &b| weights[a].total_cmp(&weights[b]))
            .unwrap_or(0);
        for i in small.into_iter().chain(large) {
            // Left over by rounding: nearly 1, or a weight of 0 that must never be drawn.
            if weights[i] > 0.0 {
                keep[i] = 1.0;
            } else {
                alias[i] = heaviest as u32;
            }
        }
        Some(Self { keep, alias })
    }

    pub(crate) fn draw(&self, draws: &mut Draws) -> usize {
        let i = draws.index(self.keep.len());
        if draws.unit() < self.keep[i] {
            i
        } else {
            self.alias[i] as usize
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(index: u64) -> Draws {
        Draws::new(7, Purpose::Layout, 0, index)
    }

    #[test]
    fn streams_repeat_and_differ() {
        assert_eq!(draws(3).bits(), draws(3).bits());
        assert_ne!(draws(3).bits(), draws(4).bits());
        assert_ne!(
            draws(3).bits(),
            Draws::new(7, Purpose::Sequencing, 0, 3).bits()
        );
    }

    #[test]
    fn deviates_have_their_moments() {
        let mut d = draws(0);
        let n = 100_000;
        let (mut sum, mut square, mut exponential) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            let x = d.normal();
            sum += x;
            square += x * x;
            exponential += d.exponential();
        }
        let n = f64::from(n);
        assert!((sum / n).abs() < 0.02, "{}", sum / n);
        assert!((square / n - 1.0).abs() < 0.03);
        assert!((exponential / n - 1.0).abs() < 0.03);
    }

    #[test]
    fn weights_are_respected() {
        let table = Weighted::new(&[0.0, 1.0, 3.0, 0.0]).unwrap();
        let mut d = draws(1);
        let mut seen = [0_u32; 4];
        for _ in 0..40_000 {
            seen[table.draw(&mut d)] += 1;
        }
        assert_eq!((seen[0], seen[3]), (0, 0));
        assert!(
            (f64::from(seen[2]) / f64::from(seen[1]) - 3.0).abs() < 0.2,
            "{seen:?}"
        );
        assert!(Weighted::new(&[0.0]).is_none());
        assert!(Weighted::new(&[]).is_none());
    }
}
