//! Three channels as one coloured picture.

use alkaid_imaging::Channel;
use alkaid_imaging::Field;
use alkaid_imaging::channels::Roles;
use ndarray::{Array2, Axis};

/// The field's three channels, brightest over all planes, each stretched onto 0..=255.
pub(super) struct Shown {
    /// Counterstain, 3' probe, 5' probe; `[[y, x]]`.
    pub dapi: Array2<u8>,
    pub red: Array2<u8>,
    pub green: Array2<u8>,
}

/// Which counts become black and white, as shares of the pixels. A probe's signals cover a thousandth of a field, so its
/// white lies far up; most of a field is background, and its black at the median hides the noise.
struct Stretch {
    black: f64,
    white: f64,
}

const COUNTERSTAIN: Stretch = Stretch {
    black: 0.05,
    white: 0.995,
};
const PROBE: Stretch = Stretch {
    black: 0.60,
    white: 0.9995,
};

impl Shown {
    /// Stretches the channels of a field.
    pub fn of(field: &Field, roles: Roles) -> Self {
        Self {
            dapi: stretched(&field.channels[roles.dapi], &COUNTERSTAIN),
            red: stretched(&field.channels[roles.red], &PROBE),
            green: stretched(&field.channels[roles.green], &PROBE),
        }
    }

    /// Height and width.
    pub fn size(&self) -> (usize, usize) {
        self.dapi.dim()
    }

    /// Red, green and blue for the eye: DAPI in a blue that is light enough to be seen, signals on top of it.
    pub fn colour(&self, y: usize, x: usize) -> [u8; 3] {
        let [dapi, red, green] =
            [&self.dapi, &self.red, &self.green].map(|plane| u16::from(plane[[y, x]]));
        let add = |a: u16, b: u16| (a + b).min(255) as u8;
        [add(red, dapi / 6), add(green, dapi / 4), add(dapi, red / 8)]
    }
}

fn stretched(channel: &Channel, stretch: &Stretch) -> Array2<u8> {
    let brightest = channel
        .stack
        .map_axis(Axis(0), |column| column.iter().copied().max().unwrap_or(0));
    let mut counts = vec![0u64; usize::from(u16::MAX) + 1];
    for value in &brightest {
        counts[usize::from(*value)] += 1;
    }
    let black = quantile(&counts, stretch.black);
    // A channel without anything bright is not blown up to show its noise.
    let white = quantile(&counts, stretch.white).max(black + 16);
    brightest.mapv(|value| {
        let above = u32::from(value).saturating_sub(black) * 255;
        (above / (white - black)).min(255) as u8
    })
}

/// The lowest value that at least this share of the counted pixels does not exceed.
fn quantile(counts: &[u64], share: f64) -> u32 {
    let all: u64 = counts.iter().sum();
    let wanted = (all as f64 * share).ceil() as u64;
    let mut below = 0;
    for (value, count) in (0..).zip(counts) {
        below += count;
        if below >= wanted.max(1) {
            return value;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_counts() {
        let mut counts = vec![0; 65_536];
        (1..=100).for_each(|value| counts[value] = 1);
        assert_eq!(quantile(&counts, 0.5), 50);
        assert_eq!(quantile(&counts, 0.0), 1);
        assert_eq!(quantile(&counts, 1.0), 100);
        assert_eq!(quantile(&[0; 65_536], 0.5), 0);
    }
}
