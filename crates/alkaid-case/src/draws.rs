//! Draws from Beta and Dirichlet distributions, by a seed.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A standard normal number (Marsaglia's polar method).
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    loop {
        let x: f64 = 2.0 * rng.random::<f64>() - 1.0;
        let y: f64 = 2.0 * rng.random::<f64>() - 1.0;
        let square = x * x + y * y;
        if square > 0.0 && square < 1.0 {
            return x * (-2.0 * square.ln() / square).sqrt();
        }
    }
}

/// A Gamma number of this shape and scale 1 (Marsaglia and Tsang 2000). The shape is above 0.
fn gamma(shape: f64, rng: &mut ChaCha8Rng) -> f64 {
    if shape < 1.0 {
        let boost = rng.random::<f64>().max(f64::MIN_POSITIVE).powf(1.0 / shape);
        return gamma(shape + 1.0, rng) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(rng);
        let v = (1.0 + c * x).powi(3);
        if v <= 0.0 {
            continue;
        }
        let u: f64 = rng.random::<f64>().max(f64::MIN_POSITIVE);
        if u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// Probabilities from a Dirichlet distribution; all `weights` are above 0.
pub(crate) fn dirichlet(weights: &[f64], rng: &mut ChaCha8Rng) -> Vec<f64> {
    // Small shapes may underflow to 0, which would make an outcome impossible.
    let numbers: Vec<f64> = weights
        .iter()
        .map(|weight| gamma(*weight, rng).max(1e-300))
        .collect();
    let sum: f64 = numbers.iter().sum();
    numbers.into_iter().map(|number| number / sum).collect()
}

/// A probability from a Beta distribution.
pub(crate) fn beta(alpha: f64, beta: f64, rng: &mut ChaCha8Rng) -> f64 {
    dirichlet(&[alpha, beta], rng)[0]
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn draws_have_the_mean_and_spread_of_their_distribution() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        for (a, b) in [(0.5, 2.5), (3.0, 7.0), (40.0, 2.0)] {
            let draws: Vec<f64> = (0..20_000).map(|_| beta(a, b, &mut rng)).collect();
            let mean = draws.iter().sum::<f64>() / 20_000.0;
            let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
            let (m, n) = (a / (a + b), a + b);
            assert!((mean - m).abs() < 0.005, "{a} {b}: {mean}");
            assert!(
                (variance - m * (1.0 - m) / (n + 1.0)).abs() < 0.002,
                "{a} {b}: {variance}"
            );
        }
    }

    #[test]
    fn a_dirichlet_sums_to_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        for _ in 0..100 {
            let shares = dirichlet(&[0.5, 0.5, 30.0], &mut rng);
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(shares.iter().all(|share| *share > 0.0));
        }
    }
}
