//! Two close signals of one colour: sister chromatids of one locus, or two loci too close to be told apart.

use super::Spot;

/// Merges signals of one nucleus whose centres are within `reach` pixels, nearest first, each with one other at most;
/// what was rejected stays alone.
pub(super) fn merge(spots: &mut Vec<Spot>, reach: f64) {
    let mut gone = vec![false; spots.len()];
    let mut joined_already = gone.clone();
    for (_, first, second) in close(spots, reach) {
        if !joined_already[first] && !joined_already[second] {
            (joined_already[first], joined_already[second]) = (true, true);
            spots[first] = joined(&spots[first], &spots[second]);
            gone[second] = true;
        }
    }
    let mut gone = gone.into_iter();
    spots.retain(|_| !gone.next().unwrap_or(false));
}

/// Light of a signal, in median signals, from which it counts as two that could not be told apart.
const DOUBLE_LIGHT: f64 = 1.6;

/// Marks signals with the light of two, where light is height times width squared.
pub(super) fn mark(spots: &mut [Spot]) {
    let light = |spot: &Spot| spot.amplitude * spot.sigma_px * spot.sigma_px;
    let mut single: Vec<f64> = spots
        .iter()
        .filter(|spot| spot.rejected.is_none() && spot.merged == 1)
        .map(light)
        .collect();
    if single.is_empty() {
        return;
    }
    let middle = single.len() / 2;
    let median = *single.select_nth_unstable_by(middle, f64::total_cmp).1;
    for spot in spots {
        if spot.merged == 1 && light(spot) > DOUBLE_LIGHT * median {
            spot.merged = 2;
        }
    }
}

/// Pairs within reach, nearest first; `spots` stand in reading order.
fn close(spots: &[Spot], reach: f64) -> Vec<(f64, usize, usize)> {
    let mut pairs = Vec::new();
    for (i, a) in spots.iter().enumerate() {
        for (j, b) in spots.iter().enumerate().skip(i + 1) {
            if b.y_px - a.y_px > reach {
                break;
            }
            let distance = (a.x_px - b.x_px).hypot(a.y_px - b.y_px);
            let both = a.rejected.is_none() && b.rejected.is_none();
            if distance <= reach && a.label == b.label && both {
                pairs.push((distance, i, j));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    pairs
}

/// One signal in the light's centre of two.
fn joined(a: &Spot, b: &Spot) -> Spot {
    let whole = a.amplitude + b.amplitude;
    let (p, q) = (a.amplitude / whole, b.amplitude / whole);
    let bright = if a.amplitude >= b.amplitude { a } else { b };
    Spot {
        x_px: p * a.x_px + q * b.x_px,
        y_px: p * a.y_px + q * b.y_px,
        z: p * a.z + q * b.z,
        error_um: (p * a.error_um).hypot(q * b.error_um),
        merged: a.merged + b.merged,
        ..bright.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64, label: u32) -> Spot {
        Spot {
            label,
            x_px: x,
            y_px: y,
            z: 0.0,
            error_um: 0.01,
            amplitude: 100.0,
            amplitude_error: 5.0,
            sigma_px: 1.4,
            snr: 10.0,
            height: 20.0,
            merged: 1,
            confidence: 1.0,
            rejected: None,
        }
    }

    #[test]
    fn two_close_signals_of_one_nucleus_become_one() {
        let mut spots = vec![
            at(10.0, 10.0, 1),
            at(12.0, 10.0, 1),
            at(13.0, 10.0, 2),
            at(30.0, 10.0, 1),
        ];
        merge(&mut spots, 3.0);
        assert_eq!(spots.len(), 3);
        assert_eq!(spots[0].merged, 2);
        assert!((spots[0].x_px - 11.0).abs() < 1e-9);
    }
}
