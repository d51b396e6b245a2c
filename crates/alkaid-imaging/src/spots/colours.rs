//! What two channels say of each other: one channel's light in the other, and granules that shine in both.

use super::shift::Shift;
use super::{Rejection, Spot, SpotSet};

/// Fewer measured places do not tell how much light bleeds through.
const LEAST: usize = 8;
/// A share below this is not told from nothing.
const LEAST_SHARE: f64 = 0.01;
/// Two signals whose centres are this close are at the same place, sigmas of a signal.
const SAME_PLACE: f64 = 0.5;
/// A signal of the other colour within this distance disturbs the measurement, sigmas.
const CLEAR: f64 = 6.0;
/// Signals wider than this in both colours at the same place are granules, widths of a signal. Wider in one colour
/// alone, they are rejected only beyond [`super::SpotOptions::width_factor`].
const GRANULE_WIDTH: f64 = 1.3;

/// Light of one channel that is seen in another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bleed {
    /// Share of a signal's height.
    pub share: f64,
    /// Its standard error.
    pub error: f64,
    /// Number of signals from which it was measured.
    pub from: usize,
}

/// Heights in channel `into` at the places of lone signals of channel `from`, as shares of their heights. `shift` is
/// `into` minus `from`.
#[must_use]
pub fn shares(from: &SpotSet, into: &SpotSet, shift: &Shift) -> Vec<f64> {
    from.accepted()
        .filter_map(|spot| {
            let (x, y) = shift.applied(spot.x_px, spot.y_px);
            let around = &into.spots[into.rows(y, CLEAR * into.sigma_px)];
            let alone = around.iter().filter(|s| s.rejected.is_none()).all(|other| {
                let distance = (other.x_px - x).hypot(other.y_px - y);
                let faint_here = distance <= SAME_PLACE * into.sigma_px
                    && other.amplitude < 0.5 * spot.amplitude;
                distance > CLEAR * into.sigma_px || faint_here
            });
            alone.then(|| into.height_at(x, y) / spot.amplitude)
        })
        .collect()
}

/// The share of light that bleeds through, from [`shares`] of all fields of a slide; `None` when there are too few, or
/// none bleeds.
#[must_use]
pub fn bleed(mut shares: Vec<f64>) -> Option<Bleed> {
    if shares.len() < LEAST {
        return None;
    }
    let from = shares.len();
    let share = median(&mut shares);
    shares.iter_mut().for_each(|s| *s = (*s - share).abs());
    let error = 1.2533 * 1.4826 * median(&mut shares) / (from as f64).sqrt();
    let bleed = Bleed { share, error, from };
    (share - 3.0 * error > LEAST_SHARE && share < 0.5).then_some(bleed)
}

/// Rejects signals of `into` that are no more than the light of a signal of `from` at the same place.
pub fn reject_bleed_through(from: &SpotSet, into: &mut SpotSet, bleed: Bleed, shift: &Shift) {
    let reach = SAME_PLACE * into.sigma_px;
    let share = bleed.share + 2.0 * bleed.error;
    for source in from.accepted() {
        let (x, y) = shift.applied(source.x_px, source.y_px);
        let rows = into.rows(y, reach);
        for spot in into.spots[rows].iter_mut().filter(|s| s.rejected.is_none()) {
            let explained = share * source.amplitude + 2.0 * spot.amplitude_error;
            if (spot.x_px - x).hypot(spot.y_px - y) <= reach && spot.amplitude <= explained {
                spot.rejected = Some(Rejection::BleedThrough);
            }
        }
    }
}

/// Rejects what shines in both channels at the same place and is wider than a signal in both: autofluorescent granules.
pub fn reject_granules(red: &mut SpotSet, green: &mut SpotSet) {
    let wide = |spot: &Spot, sigma: f64| {
        let excess = (spot.sigma_px / sigma).ln();
        excess - spot.amplitude_error / spot.amplitude > GRANULE_WIDTH.ln()
    };
    let (red_sigma, green_sigma) = (red.sigma_px, green.sigma_px);
    for one in &mut red.spots {
        if !wide(one, red_sigma) {
            continue;
        }
        // No fit is wider than four times the image's signals.
        let rows = green.rows(one.y_px, SAME_PLACE * 4.0 * red_sigma.max(green_sigma));
        let twin = green.spots[rows].iter_mut().find(|other| {
            // A granule is large: its centre may be off by part of its own width.
            let reach = SAME_PLACE * one.sigma_px.max(other.sigma_px);
            wide(other, green_sigma)
                && (one.x_px - other.x_px).hypot(one.y_px - other.y_px) <= reach
        });
        if let Some(other) = twin {
            one.rejected = Some(Rejection::Granule);
            other.rejected = Some(Rejection::Granule);
        }
    }
}

fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_told_from_nothing() {
        let noise = |i: i32| 0.02 * (f64::from(i * 7919 % 41) / 20.0 - 1.0);
        let bled: Vec<f64> = (0..40).map(|i| 0.12 + noise(i)).collect();
        let found = bleed(bled).expect("12 % is seen");
        assert!((found.share - 0.12).abs() < 0.01);
        assert_eq!(bleed((0..40).map(noise).collect()), None);
        assert_eq!(bleed(vec![0.2; 3]), None);
    }
}
