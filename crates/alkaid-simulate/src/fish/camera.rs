//! From light to counts.

use ndarray::Array2;

use super::plan::CameraPlan;
use crate::draws::Draws;

/// Electrons above which a Poisson number is drawn as a normal one.
const MANY: f32 = 40.0;

/// Counts of a plane of expected electrons: shot noise, read noise, gain, offset, saturation.
pub(super) fn expose(light: &Array2<f32>, camera: &CameraPlan, draws: &mut Draws) -> Array2<u16> {
    let read = camera.read_noise_e;
    light.mapv(|expected| {
        let expected = f64::from(expected.max(0.0));
        let electrons = if expected > f64::from(MANY) {
            expected + libm::sqrt(expected + read * read) * draws.normal()
        } else {
            poisson(expected, draws) + read * draws.normal()
        };
        let counts = electrons * camera.gain + camera.offset;
        counts.round().clamp(0.0, f64::from(camera.saturation)) as u16
    })
}

/// A Poisson number of a small mean: uniform factors until their product falls below exp(-mean).
fn poisson(mean: f64, draws: &mut Draws) -> f64 {
    let limit = libm::exp(-mean);
    let mut product = draws.unit();
    let mut count = 0.0;
    while product > limit {
        product *= draws.unit();
        count += 1.0;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Purpose;

    #[test]
    fn noise_has_the_variance_of_shot_and_read_noise() {
        for (light, seed) in [(12.0, 1), (140.0, 2)] {
            let camera = CameraPlan {
                gain: 10.0,
                offset: 1_000.0,
                ..CameraPlan::default()
            };
            let mut draws = Draws::new(seed, Purpose::FishCamera, 0, 0);
            let counts = expose(&Array2::from_elem((200, 200), light), &camera, &mut draws);
            let n = counts.len() as f64;
            let mean = counts.iter().map(|c| f64::from(*c)).sum::<f64>() / n;
            let variance = counts
                .iter()
                .map(|c| (f64::from(*c) - mean) * (f64::from(*c) - mean))
                .sum::<f64>()
                / n
                / 100.0;
            let light = f64::from(light);
            assert!(
                ((mean - 1_000.0) / 10.0 - light).abs() < 0.02 * light,
                "{mean}"
            );
            let expected = light + camera.read_noise_e * camera.read_noise_e;
            assert!(
                (variance / expected - 1.0).abs() < 0.05,
                "{variance} {expected}"
            );
        }
    }

    #[test]
    fn the_camera_fills_up() {
        let camera = CameraPlan {
            saturation: 4_095,
            ..CameraPlan::default()
        };
        let mut draws = Draws::new(1, Purpose::FishCamera, 0, 0);
        let counts = expose(&Array2::from_elem((4, 4), 1e6), &camera, &mut draws);
        assert!(counts.iter().all(|count| *count == 4_095));
    }
}
