//! How far readers agree: Cohen's and Fleiss' kappa, limits of agreement.

use crate::finding::Class;

/// Mean difference and the limits of agreement around it (Bland and Altman).
pub(super) fn limits(differences: &[f64]) -> Option<[f64; 3]> {
    if differences.len() < 2 {
        return None;
    }
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let spread = (differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    Some([mean, mean - 1.96 * spread, mean + 1.96 * spread])
}

/// Cohen's kappa (1960) and its interval by the large-sample standard error (Fleiss, Cohen and Everitt 1969).
pub(super) fn cohen(table: &[[f64; 4]; 4]) -> (Option<f64>, Option<[f64; 2]>) {
    let n: f64 = table.iter().flatten().sum();
    let (rows, columns) = margins(table);
    let observed = (0..4).map(|k| table[k][k]).sum::<f64>() / n;
    let chance = (0..4).map(|k| rows[k] * columns[k]).sum::<f64>() / (n * n);
    if 1.0 - chance < 1e-12 {
        return (None, None);
    }
    let kappa = (observed - chance) / (1.0 - chance);
    // All on the diagonal: the error vanishes, however few cases there are.
    if 1.0 - observed < 1e-12 {
        return (Some(kappa), None);
    }
    let mut variance = -(kappa - chance * (1.0 - kappa)).powi(2);
    for i in 0..4 {
        for j in 0..4 {
            let share = table[i][j] / n;
            let weight = match i == j {
                true => 1.0 - (rows[i] + columns[i]) / n * (1.0 - kappa),
                false => (columns[i] + rows[j]) / n * (1.0 - kappa),
            };
            variance += share * weight * weight;
        }
    }
    let error = (variance.max(0.0) / n).sqrt() / (1.0 - chance);
    let interval = [
        (kappa - 1.96 * error).max(-1.0),
        (kappa + 1.96 * error).min(1.0),
    ];
    (Some(kappa), Some(interval))
}

/// Cohen's kappa with quadratic weights (1968).
pub(super) fn weighted(table: &[[f64; 4]; 4]) -> Option<f64> {
    let n: f64 = table.iter().flatten().sum();
    let (rows, columns) = margins(table);
    let (mut observed, mut expected) = (0.0, 0.0);
    for i in 0..4_usize {
        for j in 0..4_usize {
            let weight = i.abs_diff(j).pow(2) as f64;
            observed += weight * table[i][j] / n;
            expected += weight * rows[i] * columns[j] / (n * n);
        }
    }
    (expected > 1e-12).then(|| 1.0 - observed / expected)
}

fn margins(table: &[[f64; 4]; 4]) -> ([f64; 4], [f64; 4]) {
    let rows = [0, 1, 2, 3].map(|i| table[i].iter().sum());
    let columns = [0, 1, 2, 3].map(|j| table.iter().map(|row| row[j]).sum());
    (rows, columns)
}

/// Fleiss' kappa (1971) over cases with the same number of readers each.
pub(super) fn fleiss_kappa(cases: &[Vec<Class>]) -> Option<f64> {
    let readers = cases.first()?.len() as f64;
    let mut totals = [0.0; 4];
    let mut agreement = 0.0;
    for case in cases {
        let mut counts = [0.0; 4];
        for class in case {
            counts[*class as usize] += 1.0;
        }
        agreement +=
            (counts.iter().map(|c| c * c).sum::<f64>() - readers) / (readers * (readers - 1.0));
        for (total, count) in totals.iter_mut().zip(counts) {
            *total += count;
        }
    }
    let n = cases.len() as f64;
    let observed = agreement / n;
    let chance: f64 = totals
        .iter()
        .map(|total| (total / (n * readers)).powi(2))
        .sum();
    (1.0 - chance > 1e-12).then(|| (observed - chance) / (1.0 - chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kappas_are_those_of_the_textbook() {
        // Cohen's kappa of a 2 x 2 table 20, 5, 10, 15: 0.4.
        let mut table = [[0.0; 4]; 4];
        table[0][0] = 20.0;
        table[0][1] = 5.0;
        table[1][0] = 10.0;
        table[1][1] = 15.0;
        assert!((cohen(&table).0.unwrap() - 0.4).abs() < 1e-12);
        // A table of three classes whose error by the delta method is 0.0877.
        let mut raters = [[0.0; 4]; 4];
        for (row, counts) in [[75.0, 1.0, 4.0], [5.0, 4.0, 1.0], [0.0, 0.0, 10.0]]
            .into_iter()
            .enumerate()
        {
            raters[row][..3].copy_from_slice(&counts);
        }
        let (kappa, interval) = cohen(&raters);
        let [low, high] = interval.unwrap();
        assert!((kappa.unwrap() - 23.0 / 34.0).abs() < 1e-12, "{kappa:?}");
        assert!(
            ((high - low) / 3.92 - 0.087_703).abs() < 1e-6,
            "{low} {high}"
        );
        // Three cases on which two readers agree say little, and not that kappa is 1 for sure.
        let mut agreed = [[0.0; 4]; 4];
        (agreed[0][0], agreed[3][3]) = (2.0, 1.0);
        assert_eq!(cohen(&agreed), (Some(1.0), None));
        // With two classes the weights change nothing.
        assert!((weighted(&table).unwrap() - 0.4).abs() < 1e-12);
        // Two cases, three readers: all agree on one, two of three on the other.
        use Class::{Negative, Strong};
        let cases = vec![vec![Strong; 3], vec![Negative, Negative, Strong]];
        // Observed (1 + 1/3) / 2, chance (4² + 2²) / 6².
        let expected = (2.0 / 3.0 - 20.0 / 36.0) / (1.0 - 20.0 / 36.0);
        assert!((fleiss_kappa(&cases).unwrap() - expected).abs() < 1e-12);
        assert_eq!(fleiss_kappa(&[vec![Strong; 2]]), None);
    }
}
