//! Signals of one fluorescence channel: round spots as small as the microscope can draw them.
//!
//! [`detect`] goes the way of the data. The brightest count over all planes is filtered with a Gaussian less a wider
//! one, which takes haze and nucleoplasm out and matches a spot of the width that *this* image shows (measured, not
//! assumed). The noise is measured against the local level, inside and outside nuclei apart; maxima of noise, counted
//! outside nuclei and upside down inside them, set the height from which a maximum is a signal. Each is then fitted with
//! a Gaussian for a place between pixels, with its error, close neighbours taken out. Two signals of one colour closer
//! than a signal's diameter are sister chromatids of one locus and become one.
//!
//! *Signal-to-noise* is the fitted height over the standard deviation of a background pixel nearby, no filter applied.
//! *Diameter* is the full width at half of the maximum.

mod column;
mod doublet;
mod fit;
mod maxima;
mod noise;
mod width;

pub mod colours;
pub mod shift;

use ndarray::{Array2, Array3, Axis};

use crate::field::PixelSize;
use crate::labels::Labels;
use fit::{Fit, Window};
use maxima::{Candidate, Landscape};

/// From the sigma of a Gaussian to its full width at half maximum.
pub const SIGMA_TO_DIAMETER: f64 = 2.354_820_045;
/// The wide Gaussian that is taken off is this many times as wide as the signal.
const SURROUND: f64 = 2.5;
/// What the filter leaves of a signal's height: 1/2 - 1/(1 + SURROUND²).
const FILTER_GAIN: f64 = 0.5 - 1.0 / (1.0 + SURROUND * SURROUND);
/// Rounds of fitting in which neighbours' last fits are taken out.
const ROUNDS: usize = 3;
/// A fit confirms a maximum when its height is this share of the threshold, in its own standard errors; with a free width
/// and slope these are about one and a half times the filter's.
const CONFIRMED: f64 = 0.65;
/// Pixel sizes outside this range do not resolve a signal, or are a wrong unit. Micrometres.
const PIXEL_RANGE_UM: [f64; 2] = [0.01, 0.6];

/// How signals are looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpotOptions {
    /// Signals that noise alone may make in a nucleus of median size, on average.
    pub false_per_nucleus: f64,
    /// Two maxima of one colour whose centres are closer than this many diameters are one signal.
    pub doublet_diameters: f64,
    /// Sigma with which the search begins, micrometres; the image's own is measured from there.
    pub first_sigma_um: f64,
    /// A signal that is so many times wider or narrower than the median one is not a signal.
    pub width_factor: f64,
    /// A signal whose centre lies within this distance outside a nucleus belongs to it, micrometres.
    pub reach_um: f64,
}

impl Default for SpotOptions {
    /// Assumptions, each stated in `docs/how-it-works.md`: 1 false signal in 100 nuclei; chromatids within one diameter;
    /// a sigma of 0.15 µm (an oil objective at 550–600 nm) to begin with; widths within a factor of 1.6; a reach of
    /// 0.25 µm.
    fn default() -> Self {
        Self {
            false_per_nucleus: 0.01,
            doublet_diameters: 1.0,
            first_sigma_um: 0.15,
            width_factor: 1.6,
            reach_um: 0.25,
        }
    }
}

/// The signals of one channel of one field.
#[derive(Clone, Debug)]
pub struct SpotSet {
    /// From top to bottom; those that were rejected stand among them with the reason.
    pub spots: Vec<Spot>,
    /// Sigma of a signal on this image, pixels.
    pub sigma_px: f64,
    /// Number of signals from which the sigma was measured; with fewer than five the first guess stands.
    pub sigma_from: usize,
    /// Maxima from this height on are signals: standard deviations of the filtered background.
    pub threshold: f64,
    /// Signals per square micrometre that stand outside all nuclei: dirt, cells without a nucleus in the plane, nuclei
    /// that were not found.
    pub outside_per_um2: f64,
    /// Signals expected in a nucleus of median size from noise, and from what lies outside nuclei.
    pub false_per_nucleus: f64,
    /// Height that a signal centred on each pixel would have, counts: the matched filter's answer.
    heights: Array2<f32>,
    /// Share of true signals that are expected below the threshold: too faint to be found.
    pub missed: f64,
}

/// One signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// Nucleus in which it lies.
    pub label: u32,
    /// Place, pixels.
    pub x_px: f64,
    /// Place, pixels.
    pub y_px: f64,
    /// Plane, fractional; 0 where there is one plane.
    pub z: f64,
    /// Standard error of the place along one axis, micrometres.
    pub error_um: f64,
    /// Height above the ground, counts.
    pub amplitude: f64,
    /// Its standard error.
    pub amplitude_error: f64,
    /// Sigma of the fitted Gaussian, pixels.
    pub sigma_px: f64,
    /// Height over the standard deviation of a pixel of the background.
    pub snr: f64,
    /// Height of the filter's answer over its standard deviation: what detection rests on.
    pub height: f64,
    /// Signals that this one stands for: close ones that were merged, or 2 where it has the light of two; 1 for a single
    /// one.
    pub merged: u16,
    /// Probability that it is no noise.
    pub confidence: f64,
    /// Why it is not taken for a signal.
    pub rejected: Option<Rejection>,
}

/// Why a spot is not a signal of its probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rejection {
    /// Much wider than this image's signals.
    Wide,
    /// Much narrower: a hot pixel.
    Narrow,
    /// The other channel's light in this one.
    BleedThrough,
    /// It shines in every channel: an autofluorescent granule.
    Granule,
}

/// Why signals could not be looked for.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum SpotError {
    /// The label image does not fit the channel.
    #[error(
        "the label image has {labels_width} x {labels_height} pixels and the channel {width} x {height}; give the mask \
         of this field"
    )]
    Shape {
        /// Of the channel.
        width: usize,
        /// Of the channel.
        height: usize,
        /// Of the labels.
        labels_width: usize,
        /// Of the labels.
        labels_height: usize,
    },
    /// No plausible microscope.
    #[error(
        "a pixel of {x_um} x {y_um} µm is outside {} to {} µm, where signals can be resolved; check --pixel-size",
        PIXEL_RANGE_UM[0],
        PIXEL_RANGE_UM[1]
    )]
    Pixel {
        /// Along x.
        x_um: f64,
        /// Along y.
        y_um: f64,
    },
}

/// Finds the signals of one channel, `[[z, y, x]]`.
///
/// # Errors
/// When the labels have another shape, or the pixel size is absurd.
pub fn detect(
    stack: &Array3<u16>,
    labels: &Labels,
    pixel: PixelSize,
    options: &SpotOptions,
) -> Result<SpotSet, SpotError> {
    check(stack, labels, pixel)?;
    let pixel_um = (pixel.x_um * pixel.y_um).sqrt();
    let plane = brightest(stack);
    let mut sigma = (options.first_sigma_um / pixel_um).max(0.7);
    let mut landscape = Landscape::of(&plane, labels, sigma, options);
    let measured = width::measure(&plane, &landscape);
    if (measured.sigma / sigma).ln().abs() > 0.15 {
        sigma = measured.sigma;
        landscape = Landscape::of(&plane, labels, sigma, options);
    }
    sigma = measured.sigma;

    let reach = options.reach_um / pixel_um;
    let (inside, outside): (Vec<_>, Vec<_>) = landscape
        .candidates
        .iter()
        .map(|candidate| (*candidate, nearest_label(labels, candidate, reach)))
        .partition(|(_, label)| *label != 0);
    let windows = column::Windows::new(stack, &plane, sigma);
    let fits = fit_all(&windows, &inside, sigma);
    let mut spots: Vec<Spot> = inside
        .iter()
        .zip(&fits)
        .filter_map(|((candidate, label), fitted)| {
            let (fit, z) = fitted.as_ref()?;
            if !stands_out(fit, landscape.threshold) {
                return None;
            }
            Some(spot(candidate, *label, fit, *z, &windows, pixel_um))
        })
        .collect();
    from_top_to_bottom(&mut spots);
    judge_widths(&mut spots, sigma, options.width_factor);
    doublet::merge(
        &mut spots,
        options.doublet_diameters * SIGMA_TO_DIAMETER * sigma,
    );
    doublet::mark(&mut spots);
    from_top_to_bottom(&mut spots);
    landscape.set_confidence(&mut spots);

    let outside_pixels = labels.map.iter().filter(|&&l| l == 0).count();
    let outside_density = outside.len() as f64 / outside_pixels.max(1) as f64;
    let false_per_nucleus =
        landscape.noise_per_pixel().max(outside_density) * landscape.nucleus_pixels;
    Ok(SpotSet {
        spots,
        sigma_px: sigma,
        sigma_from: measured.from,
        threshold: landscape.threshold,
        outside_per_um2: outside_density / (pixel_um * pixel_um),
        false_per_nucleus,
        missed: landscape.missed,
        heights: landscape.into_heights(),
    })
}

impl SpotSet {
    /// The signals that were not rejected.
    pub fn accepted(&self) -> impl Iterator<Item = &Spot> {
        self.spots.iter().filter(|spot| spot.rejected.is_none())
    }

    /// Indices of all spots no more than `reach` pixels above or below `y_px`.
    fn rows(&self, y_px: f64, reach: f64) -> std::ops::Range<usize> {
        let from = self.spots.partition_point(|s| s.y_px < y_px - reach);
        let to = self.spots.partition_point(|s| s.y_px <= y_px + reach);
        from..to.max(from)
    }

    /// Height that a signal at this place would have, counts; 0 outside the image.
    #[must_use]
    pub fn height_at(&self, x_px: f64, y_px: f64) -> f64 {
        let (x, y) = (x_px.round(), y_px.round());
        if x < 0.0 || y < 0.0 {
            return 0.0;
        }
        self.heights
            .get([y as usize, x as usize])
            .map_or(0.0, |&height| f64::from(height))
    }

    /// Lets go of the filtered plane; from then on [`height_at`](Self::height_at) knows nothing.
    pub fn forget_plane(&mut self) {
        self.heights = Array2::zeros((0, 0));
    }

    /// Full width at half maximum of a signal, pixels.
    #[must_use]
    pub fn diameter_px(&self) -> f64 {
        self.sigma_px * SIGMA_TO_DIAMETER
    }
}

fn check(stack: &Array3<u16>, labels: &Labels, pixel: PixelSize) -> Result<(), SpotError> {
    let (_, height, width) = stack.dim();
    let (labels_height, labels_width) = labels.map.dim();
    if (height, width) != (labels_height, labels_width) {
        return Err(SpotError::Shape {
            width,
            height,
            labels_width,
            labels_height,
        });
    }
    let plausible = |um: f64| (PIXEL_RANGE_UM[0]..=PIXEL_RANGE_UM[1]).contains(&um);
    if plausible(pixel.x_um) && plausible(pixel.y_um) {
        Ok(())
    } else {
        Err(SpotError::Pixel {
            x_um: pixel.x_um,
            y_um: pixel.y_um,
        })
    }
}

/// The brightest count over all planes, plane by plane (the other order would jump through memory).
fn brightest(stack: &Array3<u16>) -> Array2<f32> {
    let (_, height, width) = stack.dim();
    let mut out = Array2::<f32>::zeros((height, width));
    for plane in stack.axis_iter(Axis(0)) {
        out.zip_mut_with(&plane, |most, &count| *most = most.max(f32::from(count)));
    }
    out
}

/// The nucleus under a place, or the nearest one within `reach` pixels; 0 for none.
fn nearest_label(labels: &Labels, candidate: &Candidate, reach: f64) -> u32 {
    let here = labels.map[[candidate.y, candidate.x]];
    if here != 0 {
        return here;
    }
    let (height, width) = labels.map.dim();
    let span = reach.ceil() as usize;
    let mut best = (reach * reach, 0);
    for y in candidate.y.saturating_sub(span)..(candidate.y + span + 1).min(height) {
        for x in candidate.x.saturating_sub(span)..(candidate.x + span + 1).min(width) {
            let label = labels.map[[y, x]];
            let square =
                (y as f64 - candidate.y as f64).powi(2) + (x as f64 - candidate.x as f64).powi(2);
            if label != 0 && square <= best.0 && (square < best.0 || best.1 == 0) {
                best = (square, label);
            }
        }
    }
    best.1
}

/// Fits every candidate; in later rounds what was fitted to its neighbours is taken out first.
fn fit_all(
    windows: &column::Windows,
    candidates: &[(Candidate, u32)],
    sigma: f64,
) -> Vec<Option<(Fit, f64)>> {
    let limits = [0.35 * sigma, 3.5 * sigma];
    let neighbours = maxima::neighbours(candidates.iter().map(|(c, _)| c), 6.0 * sigma);
    let cut: Vec<(Window, f64)> = candidates
        .iter()
        .map(|(candidate, _)| windows.around(candidate))
        .collect();
    let mut fits: Vec<Option<Fit>> = candidates
        .iter()
        .map(|(candidate, _)| Some(candidate.first_fit(sigma)))
        .collect();
    for round in 0..ROUNDS {
        for (index, (candidate, _)) in candidates.iter().enumerate() {
            if round > 0 && neighbours[index].is_empty() {
                continue;
            }
            let mut window = cut[index].0.clone();
            for fit in neighbours[index].iter().filter_map(|&n| fits[n]) {
                window.subtract(&fit);
            }
            fits[index] = candidate.first_fit(sigma).to(&window, limits);
        }
    }
    fits.into_iter()
        .zip(cut)
        .map(|(fit, (_, z))| fit.map(|fit| (fit, z)))
        .collect()
}

fn spot(
    candidate: &Candidate,
    label: u32,
    fit: &Fit,
    z: f64,
    windows: &column::Windows,
    pixel_um: f64,
) -> Spot {
    let (amplitude, pixel_sd) = windows.in_best_plane(fit, z, candidate.pixel_sd);
    Spot {
        label,
        x_px: fit.x,
        y_px: fit.y,
        z,
        error_um: fit.place_error * pixel_um,
        amplitude,
        amplitude_error: fit.amplitude_error,
        sigma_px: fit.sigma,
        snr: amplitude / pixel_sd,
        height: candidate.height,
        merged: 1,
        confidence: 1.0,
        rejected: None,
    }
}

fn from_top_to_bottom(spots: &mut [Spot]) {
    spots.sort_by(|a, b| a.y_px.total_cmp(&b.y_px).then(a.x_px.total_cmp(&b.x_px)));
}

/// Whether the fit confirms the maximum. The rim of a bright nucleus lifts maxima of noise over the filter's threshold;
/// on a sloping ground little is left of them.
fn stands_out(fit: &Fit, threshold: f64) -> bool {
    fit.amplitude > CONFIRMED * threshold * fit.amplitude_error
}

/// Rejects what is too wide or too narrow, by more than its error.
fn judge_widths(spots: &mut [Spot], sigma: f64, factor: f64) {
    for spot in spots {
        let excess = (spot.sigma_px / sigma).ln();
        // The error of ln(sigma) is about that of the height, relative.
        let doubt = 2.0 * spot.amplitude_error / spot.amplitude;
        if excess - doubt > factor.ln() {
            spot.rejected = Some(Rejection::Wide);
        } else if excess + doubt < -factor.ln() {
            spot.rejected = Some(Rejection::Narrow);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PIXEL: PixelSize = PixelSize {
        x_um: 0.1,
        y_um: 0.1,
        z_um: None,
    };

    /// Random numbers for tests: a linear congruential generator.
    struct Draws(u64);

    impl Draws {
        fn unit(&mut self) -> f64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64
        }

        fn normal(&mut self) -> f64 {
            (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
        }
    }

    /// Nine round nuclei on a grid of 240 x 240 pixels, over a ground that rises to the right.
    fn nuclei() -> Labels {
        Labels::compacted(Array2::from_shape_fn((240, 240), |(y, x)| {
            let (row, column) = (y / 80, x / 80);
            let (dy, dx) = (
                y as f64 - 80.0 * row as f64 - 40.0,
                x as f64 - 80.0 * column as f64 - 40.0,
            );
            if dy.hypot(dx) < 34.0 {
                (3 * row + column + 1) as u32
            } else {
                0
            }
        }))
    }

    /// Signals at `places` of `height` times the noise (20 counts), sigma 2.2 pixels, in `planes` planes around z = 2.
    fn drawn(
        places: &[(f64, f64)],
        height: f64,
        sigma: f64,
        planes: usize,
        seed: u64,
    ) -> Array3<u16> {
        let labels = nuclei();
        let mut draws = Draws(seed);
        let mut stack = Array3::zeros((planes, 240, 240));
        for ((z, y, x), count) in stack.indexed_iter_mut() {
            let mut light = 300.0 + 0.4 * x as f64;
            if labels.map[[y, x]] != 0 {
                light += 60.0;
            }
            let away = if planes == 1 { 0.0 } else { z as f64 - 2.2 };
            let fades = (-away * away / 2.0).exp();
            for &(sx, sy) in places {
                let square = (x as f64 - sx).powi(2) + (y as f64 - sy).powi(2);
                light += 20.0 * height * fades * (-square / (2.0 * sigma * sigma)).exp();
            }
            *count = (light + 20.0 * draws.normal()).round().clamp(0.0, 65_535.0) as u16;
        }
        stack
    }

    /// Two signals a nucleus.
    fn places() -> Vec<(f64, f64)> {
        (0..9)
            .flat_map(|i| {
                let (x, y) = (
                    80.0 * f64::from(i % 3) + 40.0,
                    80.0 * f64::from(i / 3) + 40.0,
                );
                let turn = f64::from(i);
                [
                    (x + 18.0 * turn.cos(), y + 18.0 * turn.sin()),
                    (x - 9.3 * turn.cos(), y - 9.3 * turn.sin()),
                ]
            })
            .collect()
    }

    #[test]
    fn signals_are_found_where_they_are_and_nothing_else() {
        for (height, most_nm) in [(10.0, 25.0), (6.0, 35.0)] {
            let truth = places();
            let stack = drawn(&truth, height, 2.2, 1, 11);
            let set = detect(&stack, &nuclei(), PIXEL, &SpotOptions::default()).expect("valid");
            assert_eq!(set.accepted().count(), truth.len());
            assert!((set.sigma_px / 2.2 - 1.0).abs() < 0.08, "{}", set.sigma_px);
            for &(x, y) in &truth {
                let nearest = set
                    .accepted()
                    .min_by(|a, b| {
                        let far = |s: &Spot| (s.x_px - x).hypot(s.y_px - y);
                        far(a).total_cmp(&far(b))
                    })
                    .expect("some");
                let off_nm = 100.0 * (nearest.x_px - x).hypot(nearest.y_px - y);
                assert!(off_nm < 2.5 * most_nm, "{off_nm} nm at {height}");
                assert!(nearest.error_um * 1000.0 < most_nm);
                assert!((nearest.snr / height - 1.0).abs() < 0.3, "{}", nearest.snr);
                assert!(nearest.confidence > 0.95);
            }
        }
    }

    /// With an even background, signals themselves are what differs most in level.
    #[test]
    fn signals_on_an_even_background_are_no_noise() {
        let truth = places();
        for height in [8.0, 13.0, 60.0] {
            let mut draws = Draws(17);
            let stack = Array3::from_shape_fn((1, 240, 240), |(_, y, x)| {
                let signals: f64 = truth
                    .iter()
                    .map(|(sx, sy)| {
                        let square = (x as f64 - sx).powi(2) + (y as f64 - sy).powi(2);
                        20.0 * height * (-square / (2.0 * 1.4 * 1.4)).exp()
                    })
                    .sum();
                (200.0 + signals + 20.0 * draws.normal()).round().max(0.0) as u16
            });
            let set = detect(&stack, &nuclei(), PIXEL, &SpotOptions::default()).expect("valid");
            assert_eq!(set.accepted().count(), truth.len(), "{height}");
        }
    }

    #[test]
    fn noise_alone_makes_next_to_no_signal() {
        let found: usize = (0..6)
            .map(|seed| {
                let stack = drawn(&[], 0.0, 2.2, 1, 100 + seed);
                detect(&stack, &nuclei(), PIXEL, &SpotOptions::default())
                    .expect("valid")
                    .accepted()
                    .count()
            })
            .sum();
        assert!(found <= 3, "{found} in 54 nuclei");
    }

    #[test]
    fn a_stack_gives_the_plane_and_the_same_place() {
        let truth = places();
        let stack = drawn(&truth, 10.0, 2.2, 5, 5);
        let set = detect(&stack, &nuclei(), PIXEL, &SpotOptions::default()).expect("valid");
        assert_eq!(set.accepted().count(), truth.len());
        for spot in set.accepted() {
            assert!((spot.z - 2.2).abs() < 0.4, "{}", spot.z);
            let off = truth
                .iter()
                .map(|(x, y)| (spot.x_px - x).hypot(spot.y_px - y))
                .fold(f64::INFINITY, f64::min);
            assert!(off < 0.5, "{off}");
        }
    }

    #[test]
    fn a_granule_and_a_hot_pixel_are_no_signals() {
        let mut stack = drawn(&places(), 12.0, 2.2, 1, 3);
        let wide = drawn(&[(40.0, 62.0)], 20.0, 5.0, 1, 4);
        stack.zip_mut_with(&wide, |a, &b| *a = a.saturating_add(b).saturating_sub(380));
        stack[[0, 120, 125]] = 4_000;
        let set = detect(&stack, &nuclei(), PIXEL, &SpotOptions::default()).expect("valid");
        let reason = |x: f64, y: f64| {
            set.spots
                .iter()
                .find(|s| (s.x_px - x).hypot(s.y_px - y) < 2.0)
                .and_then(|s| s.rejected)
        };
        assert_eq!(reason(40.0, 62.0), Some(Rejection::Wide));
        assert_eq!(
            set.accepted()
                .filter(|s| (s.x_px - 125.0).hypot(s.y_px - 120.0) < 2.0)
                .count(),
            0
        );
    }

    #[test]
    fn bleed_through_is_told_from_a_signal() {
        let truth = places();
        let red_stack = drawn(&truth, 60.0, 2.2, 1, 21);
        let mut green_stack = drawn(&truth[1..2], 20.0, 2.2, 1, 22);
        let bled = drawn(&truth, 60.0 * 0.1, 2.2, 1, 23);
        green_stack.zip_mut_with(&bled, |a, &b| *a = a.saturating_add(b).saturating_sub(380));
        let options = SpotOptions::default();
        let red = detect(&red_stack, &nuclei(), PIXEL, &options).expect("valid");
        let mut green = detect(&green_stack, &nuclei(), PIXEL, &options).expect("valid");
        assert!(green.accepted().count() > 10);
        let shift = shift::Shift::default();
        let bleed = colours::bleed(colours::shares(&red, &green, &shift)).expect("10 %");
        assert!((bleed.share - 0.1).abs() < 0.03, "{bleed:?}");
        colours::reject_bleed_through(&red, &mut green, bleed, &shift);
        assert_eq!(green.accepted().count(), 1);
    }

    #[test]
    fn labels_of_another_image_and_absurd_pixels_are_refused() {
        let stack = Array3::zeros((1, 50, 60));
        let options = SpotOptions::default();
        let wrong = detect(&stack, &nuclei(), PIXEL, &options).expect_err("shape");
        assert!(wrong.to_string().contains("240 x 240"), "{wrong}");
        let labels = Labels::compacted(Array2::zeros((50, 60)));
        for um in [0.0, -1.0, f64::NAN, 100.0] {
            let pixel = PixelSize { x_um: um, ..PIXEL };
            assert!(detect(&stack, &labels, pixel, &options).is_err());
        }
        assert_eq!(
            detect(&stack, &labels, PIXEL, &options)
                .expect("empty")
                .spots
                .len(),
            0
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_small_plane_is_survived(height in 0usize..40, width in 0usize..40, planes in 0usize..3, seed in any::<u64>()) {
            let mut draws = Draws(seed);
            let stack = Array3::from_shape_fn((planes, height, width), |_| (draws.unit() * 65_535.0) as u16);
            let labels = Labels::compacted(Array2::from_shape_fn((height, width), |_| (draws.unit() * 3.0) as u32));
            let set = detect(&stack, &labels, PIXEL, &SpotOptions::default()).expect("valid");
            for spot in &set.spots {
                prop_assert!(spot.x_px.is_finite() && spot.error_um.is_finite() && spot.snr.is_finite());
                prop_assert!((0.0..=1.0).contains(&spot.confidence));
            }
        }
    }
}
