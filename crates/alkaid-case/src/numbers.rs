//! Numbers for people and for files: rounding, intervals, words.

use statrs::distribution::{Beta, ContinuousCDF};

use crate::finding::Estimate;

/// A probability rounded to six decimals, within 0 and 1.
pub(crate) fn probability(value: f64) -> f64 {
    (value.clamp(0.0, 1.0) * 1e6).round() / 1e6
}

/// A number to three significant figures.
pub fn figures(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powi(2 - value.abs().log10().floor() as i32);
    (value * scale).round() / scale
}

/// A share in per cent: `3.1 %`, `45 %`, `0.02 %`; close to 0 and 1 `below 0.01 %` and `above 99.99 %`.
pub fn percent(share: f64) -> String {
    let value = 100.0 * share;
    match value {
        v if v <= 0.0 => "0 %".to_owned(),
        v if v < 0.01 => "below 0.01 %".to_owned(),
        v if v >= 100.0 => "100 %".to_owned(),
        v if v > 99.99 => "above 99.99 %".to_owned(),
        v if !(1.0..=99.0).contains(&v) => format!("{v:.2} %"),
        v if v < 10.0 => format!("{v:.1} %"),
        v => format!("{v:.0} %"),
    }
}

/// `31 % (12 to 55 %)`, of a probability: what rounds to 0 or 1 is not called certain. An interval that is as narrow as
/// the words is not repeated.
pub fn with_interval(estimate: Estimate) -> String {
    let uncertain = |probability: f64| percent(probability.clamp(1e-9, 1.0 - 1e-9));
    let [value, low, high] = [estimate.value, estimate.low, estimate.high].map(uncertain);
    if low == high {
        return value;
    }
    format!("{value} ({} to {high})", low.replace(" %", ""))
}

/// A share with its exact (Clopper–Pearson) 95 % interval. `of` is above 0 and at least `yes`.
pub(crate) fn exact(yes: u64, of: u64) -> Estimate {
    let (k, n) = (yes as f64, of as f64);
    let quantile = |a: f64, b: f64, p: f64| Beta::new(a, b).map_or(0.5, |beta| beta.inverse_cdf(p));
    Estimate {
        value: k / n,
        low: if yes == 0 {
            0.0
        } else {
            quantile(k, n - k + 1.0, 0.025)
        },
        high: if yes == of {
            1.0
        } else {
            quantile(k + 1.0, n - k, 0.975)
        },
    }
    .rounded()
}

/// The middle 95 % of a Beta distribution.
pub(crate) fn beta_interval(alpha: f64, beta: f64) -> (f64, f64) {
    Beta::new(alpha, beta).map_or((0.0, 1.0), |distribution| {
        (
            distribution.inverse_cdf(0.025),
            distribution.inverse_cdf(0.975),
        )
    })
}

/// A number with commas between thousands: `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed<T: AsRef<str>>(parts: &[T]) -> String {
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    match parts.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [firsts @ .., last] => format!("{} and {last}", firsts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_fit_the_size_of_numbers() {
        let said: Vec<String> = [0.0, 0.00001, 0.0002, 0.031, 0.45, 0.995, 0.99995, 1.0]
            .into_iter()
            .map(percent)
            .collect();
        assert_eq!(
            said,
            [
                "0 %",
                "below 0.01 %",
                "0.02 %",
                "3.1 %",
                "45 %",
                "99.50 %",
                "above 99.99 %",
                "100 %"
            ]
        );
        assert_eq!([1234.5, 0.012_345, 0.0].map(figures), [1230.0, 0.0123, 0.0]);
        assert_eq!([0, 999, 1_234_567].map(grouped), ["0", "999", "1,234,567"]);
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn an_interval_that_says_nothing_more_is_left_out() {
        let about = |value, low, high| with_interval(Estimate { value, low, high });
        assert_eq!(about(0.31, 0.12, 0.55), "31 % (12 to 55 %)");
        assert_eq!(about(1.0, 0.99999, 1.0), "above 99.99 %");
        assert_eq!(
            about(0.99995, 0.94, 1.0),
            "above 99.99 % (94 to above 99.99 %)"
        );
    }

    #[test]
    fn exact_intervals_are_the_published_ones() {
        // Clopper–Pearson, as in any table: 9 of 50.
        let nine = exact(9, 50);
        assert!(
            (nine.low - 0.0858).abs() < 1e-4 && (nine.high - 0.3144).abs() < 1e-4,
            "{nine:?}"
        );
        assert_eq!(exact(0, 10).low, 0.0);
        assert_eq!(exact(10, 10).high, 1.0);
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_value(of in 1_u64..500, share in 0.0..=1.0) {
            let yes = (of as f64 * share) as u64;
            let one = exact(yes, of);
            prop_assert!(one.low <= one.value && one.value <= one.high);
        }
    }
}
