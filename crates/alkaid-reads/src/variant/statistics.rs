//! The few distributions that the variant caller needs.

use statrs::distribution::{ContinuousCDF, DiscreteCDF, Hypergeometric, Normal, Poisson};
use statrs::function::beta::beta_reg;

/// Probability of at least `seen` events of a gamma–Poisson count: mean `mean`, and `spread` the variance of the rate
/// relative to its square (0: plain Poisson).
pub fn at_least(seen: u32, mean: f64, spread: f64) -> f64 {
    if seen == 0 {
        return 1.0;
    }
    if mean <= 0.0 {
        return 0.0;
    }
    if spread < 1e-6 {
        return Poisson::new(mean).map_or(1.0, |poisson| poisson.sf(u64::from(seen) - 1));
    }
    let shape = 1.0 / spread;
    beta_reg(f64::from(seen), shape, mean / (mean + shape))
}

/// The exact (Clopper–Pearson) 95 % interval of a share.
pub fn exact_interval(seen: u32, of: u32) -> [f64; 2] {
    let (k, n) = (f64::from(seen), f64::from(of));
    if of == 0 {
        return [0.0, 1.0];
    }
    let low = if seen == 0 {
        0.0
    } else {
        beta_quantile(0.025, k, n - k + 1.0)
    };
    let high = if seen >= of {
        1.0
    } else {
        beta_quantile(0.975, k + 1.0, n - k)
    };
    [low, high]
}

/// The share at which `needed` of `of` are seen with this probability; nothing when that is more than all.
pub fn share_seen(needed: u32, of: u32, probability: f64) -> Option<f64> {
    // P(X ≥ k) of a binomial is the beta distribution function of its share.
    (0 < needed && needed <= of).then(|| {
        beta_quantile(
            probability,
            f64::from(needed),
            f64::from(of) - f64::from(needed) + 1.0,
        )
    })
}

/// Quantile of a beta distribution by bisection.
fn beta_quantile(probability: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0f64, 1.0f64);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if beta_reg(a, b, middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Fisher's exact test, two-sided, of a table of two rows.
pub fn fisher(a: [u32; 2], b: [u32; 2]) -> f64 {
    let (row, column) = (u64::from(a[0] + a[1]), u64::from(a[0] + b[0]));
    let all = row + u64::from(b[0] + b[1]);
    let Ok(distribution) = Hypergeometric::new(all, column, row) else {
        return 1.0;
    };
    let seen = u64::from(a[0]);
    // The smaller tail, doubled: the usual conservative form.
    let low = distribution.cdf(seen);
    let high = if seen == 0 {
        1.0
    } else {
        distribution.sf(seen - 1)
    };
    (2.0 * low.min(high)).min(1.0)
}

/// Mann–Whitney test of two histograms, one-sided: how likely it is that `a` lies so low by chance (normal
/// approximation with ties).
pub fn lower(a: &[u32], b: &[u32]) -> f64 {
    let total = |counts: &[u32]| counts.iter().map(|&count| f64::from(count)).sum::<f64>();
    let (n, m) = (total(a), total(b));
    if n == 0.0 || m == 0.0 {
        return 1.0;
    }
    let (mut below, mut wins, mut ties) = (0.0, 0.0, 0.0);
    for (&own, &other) in a.iter().zip(b) {
        let (own, other) = (f64::from(own), f64::from(other));
        wins += own * (below + other / 2.0);
        below += other;
        let tied = own + other;
        ties += tied.powi(3) - tied;
    }
    let all = n + m;
    let variance = n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)).max(1.0));
    if variance <= 0.0 {
        return 1.0;
    }
    let z = (wins - n * m / 2.0) / variance.sqrt();
    Normal::standard().cdf(z)
}

/// −10 log10 of a probability, at most 99 and never negative.
pub fn phred(probability: f64) -> u32 {
    if probability <= 1e-10 {
        return 99;
    }
    ((-10.0 * probability.log10()).round().max(0.0) as u32).min(99)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tails_agree_with_known_values() {
        // Poisson with mean 2: P(≥ 5) = 0.0526530.
        assert!((at_least(5, 2.0, 0.0) - 0.052_653).abs() < 1e-5);
        // A negative binomial with shape 1 is geometric: P(≥ 3) = (2/3)³ at mean 2.
        assert!((at_least(3, 2.0, 1.0) - (2.0f64 / 3.0).powi(3)).abs() < 1e-9);
        assert!(at_least(60, 0.1, 0.0) > 0.0);
    }

    #[test]
    fn intervals_agree_with_known_values() {
        let [low, high] = exact_interval(5, 100);
        assert!((low - 0.016_43).abs() < 1e-4 && (high - 0.112_83).abs() < 1e-4);
        assert_eq!(exact_interval(0, 0), [0.0, 1.0]);
        // Rule of three: no event in n excludes 3/n with 95 %.
        assert!((share_seen(1, 1000, 0.95).unwrap() - 0.002_991).abs() < 1e-5);
        assert_eq!(share_seen(3, 2, 0.95), None);
    }

    #[test]
    fn one_sided_alleles_stand_out() {
        assert!(fisher([20, 0], [500, 500]) < 1e-4);
        assert!(fisher([10, 10], [500, 500]) > 0.5);
        // All reads on one strand, as in anchored PCR, say nothing.
        assert!(fisher([20, 0], [900, 0]) > 0.9);
        assert!(lower(&[20, 0, 0, 0], &[100, 100, 100, 100]) < 1e-6);
        assert!(lower(&[5, 5, 5, 5], &[100, 100, 100, 100]) > 0.3);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share(seen in 0u32..500, more in 0u32..500) {
            let of = seen + more;
            prop_assume!(of > 0);
            let share = f64::from(seen) / f64::from(of);
            let [low, high] = exact_interval(seen, of);
            prop_assert!(0.0 <= low && low <= share + 1e-9 && share <= high + 1e-9 && high <= 1.0);
        }
    }
}
