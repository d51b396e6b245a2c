//! The few distributions that the statistics need.

use statrs::function::beta::beta_reg;
use statrs::function::gamma::ln_gamma;

/// Distribution function of a beta distribution.
pub(crate) fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x >= 1.0 {
        1.0
    } else {
        beta_reg(a, b, x)
    }
}

/// Quantile of a beta distribution, by bisection.
pub(crate) fn beta_quantile(a: f64, b: f64, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0f64, 1.0f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if beta_cdf(a, b, middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The exact (Clopper–Pearson) interval of a share at this level.
pub(crate) fn exact_interval(seen: u32, of: u32, level: f64) -> [f64; 2] {
    let (k, n) = (f64::from(seen), f64::from(of));
    let tail = (1.0 - level) / 2.0;
    let low = match seen {
        0 => 0.0,
        _ => beta_quantile(k, n - k + 1.0, tail),
    };
    let high = if seen >= of {
        1.0
    } else {
        beta_quantile(k + 1.0, n - k, 1.0 - tail)
    };
    [low, high]
}

/// Natural logarithm of the number of ways to choose `k` of `n`.
pub(crate) fn ln_choose(n: u32, k: u32) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    let ln_factorial = |x: u32| ln_gamma(f64::from(x) + 1.0);
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// Natural logarithm of the binomial probability of `k` of `n`.
pub(crate) fn ln_binomial(k: u32, n: u32, share: f64) -> f64 {
    let part = |count: u32, share: f64| match count {
        0 => 0.0,
        _ => f64::from(count) * share.ln(),
    };
    ln_choose(n, k) + part(k, share) + part(n - k, 1.0 - share)
}

/// Probability of at least `k` of `n`.
pub(crate) fn binomial_at_least(k: u32, n: u32, share: f64) -> f64 {
    match k {
        0 => 1.0,
        _ if k > n => 0.0,
        _ => beta_cdf(f64::from(k), f64::from(n - k) + 1.0, share),
    }
}

/// Probability that `k` of `drawn` are marked, when `marked` of `all` are.
pub(crate) fn hypergeometric(k: u32, drawn: u32, marked: u32, all: u32) -> f64 {
    if k > drawn || k > marked || drawn > all || marked > all || drawn - k > all - marked {
        return 0.0;
    }
    (ln_choose(marked, k) + ln_choose(all - marked, drawn - k) - ln_choose(all, drawn)).exp()
}

/// Probability of `k` of `n` when the share has a beta distribution.
pub(crate) fn beta_binomial(k: u32, n: u32, a: f64, b: f64) -> f64 {
    let ln_beta = |a: f64, b: f64| ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    (ln_choose(n, k) + ln_beta(f64::from(k) + a, f64::from(n - k) + b) - ln_beta(a, b)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_interval_is_that_of_tables() {
        // Clopper and Pearson, 95 %: 10 of 50 and 0 of 50.
        let [low, high] = exact_interval(10, 50, 0.95);
        assert!((low - 0.1003).abs() < 1e-4 && (high - 0.3372).abs() < 1e-4);
        let [low, high] = exact_interval(0, 50, 0.95);
        assert!(low.abs() < 1e-12 && (high - 0.0711).abs() < 1e-4);
        assert_eq!(exact_interval(50, 50, 0.95)[1], 1.0);
        assert_eq!(exact_interval(0, 0, 0.95), [0.0, 1.0]);
    }

    #[test]
    fn probabilities_add_up() {
        let sum = |probability: &dyn Fn(u32) -> f64| (0..=40).map(probability).sum::<f64>();
        for total in [
            sum(&|k| ln_binomial(k, 40, 0.13).exp()),
            sum(&|k| hypergeometric(k, 40, 30, 120)),
            sum(&|k| beta_binomial(k, 40, 4.0, 17.0)),
        ] {
            assert!((total - 1.0).abs() < 1e-9, "{total}");
        }
        let tail: f64 = (9..=40).map(|k| ln_binomial(k, 40, 0.13).exp()).sum();
        assert!((tail - binomial_at_least(9, 40, 0.13)).abs() < 1e-9);
    }
}
