//! Nuclei of a plane: [`segment`].
//!
//! By default a small network says for every pixel whether it lies in a nucleus, how deep, and how far the nucleus
//! reaches around it ([`network`], [`instances`]). It works at one scale, so that the plane is resampled to nuclei of
//! [`CANONICAL_DIAMETER`] pixels ([`scale`]). A threshold with a watershed stands beside it ([`classical`]).

pub mod classical;
mod convolution;
pub mod instances;
pub mod map;
pub mod network;
pub mod scale;
pub mod score;
pub mod tiles;
pub mod views;
pub mod watershed;
pub mod weights;

use std::num::NonZeroUsize;

use ndarray::{Array2, ArrayView2};
use thiserror::Error;

use crate::labels::Labels;
use instances::Rule;
use map::Spare;
use views::Views;
use weights::{Weights, WeightsError};

/// Diameter of a typical nucleus, in pixels, at which the network works.
pub const CANONICAL_DIAMETER: f32 = 24.0;
/// The network's plane is never more than this much larger than the given one.
const GREATEST_SCALE: f32 = 3.0;
/// How far an estimated diameter may be from the network's own scale before the network looks once more.
const TOLERANCE: f32 = 1.25;
/// Looks at most to find out how large nuclei are.
const MOST_LOOKS: usize = 3;
/// Diameters, in pixels, outside which nothing can be segmented.
const DIAMETERS: std::ops::RangeInclusive<f32> = 4.0..=2000.0;

/// How nuclei are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// The trained network.
    #[default]
    Network,
    /// A local threshold and a watershed on the distance to the edge.
    Classical,
}

/// What [`segment`] goes by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How nuclei are found.
    pub method: Method,
    /// Expected diameter of a nucleus in pixels, from the pixel size; `None`: estimated from the plane.
    pub diameter_px: Option<f32>,
    /// Threads; 0 counts as 1. The labels do not depend on it.
    pub threads: usize,
}

/// Why a plane could not be segmented.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum NucleiError {
    /// There are no pixels.
    #[error("the plane has no pixels")]
    Empty,
    /// The expected diameter is out of range.
    #[error("nuclei of {diameter} pixels cannot be found: give a diameter between {} and {}, or check the pixel size", DIAMETERS.start(), DIAMETERS.end())]
    Diameter {
        /// As given.
        diameter: f32,
    },
    /// The program's own weights are damaged.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// Finds the nuclei of a plane of light, `[[y, x]]`, in any unit. Values that are not finite count as dark. A plane
/// without contrast has no nuclei.
///
/// # Errors
///
/// If the plane is empty or the expected diameter is out of range.
pub fn segment(plane: ArrayView2<'_, f32>, options: &Options) -> Result<Labels, NucleiError> {
    if plane.is_empty() {
        return Err(NucleiError::Empty);
    }
    if let Some(diameter) = options
        .diameter_px
        .filter(|diameter| !DIAMETERS.contains(diameter))
    {
        return Err(NucleiError::Diameter { diameter });
    }
    let Some(plane) = normalised(plane) else {
        return Ok(Labels {
            map: Array2::zeros(plane.dim()),
            count: 0,
        });
    };
    let labels = match options.method {
        Method::Classical => {
            let diameter = options
                .diameter_px
                .unwrap_or_else(|| classical::estimate_diameter(plane.view()));
            classical::segment(plane.view(), diameter)
        }
        Method::Network => by_network(plane.view(), options)?,
    };
    Ok(Labels::compacted(labels))
}

/// Runs the network at the scale that the diameter asks for. Where none is given, the network itself looks how large
/// nuclei are, first at the plane's own scale.
fn by_network(plane: ArrayView2<'_, f32>, options: &Options) -> Result<Array2<u32>, WeightsError> {
    let weights = Weights::trained()?;
    let threads = NonZeroUsize::new(options.threads).unwrap_or(NonZeroUsize::MIN);
    let look = |diameter: f32, views: Views| {
        let scale = scale_for(diameter);
        let resampled = scale::resample(plane, scale::scaled(plane.dim(), scale));
        let depth = Rule::default().depth;
        let answers = tiles::read(&weights, resampled.view(), depth, views, threads);
        (instances::label(answers, &Rule::default()), scale)
    };
    if let Some(diameter) = options.diameter_px {
        return Ok(scale::relabel(&look(diameter, Views::Four).0, plane.dim()));
    }
    // The network sees better how large nuclei are than the threshold does, at its own scale best of all.
    let mut diameter = CANONICAL_DIAMETER;
    for _ in 0..MOST_LOOKS {
        let (labels, used) = look(diameter, Views::One);
        let compacted = Labels::compacted(labels);
        let sizes = scale::diameters(&compacted.map, compacted.count);
        let Some(found) = scale::typical_diameter(sizes) else {
            break;
        };
        diameter = (found / used).clamp(*DIAMETERS.start(), *DIAMETERS.end());
        if (1.0 / TOLERANCE..TOLERANCE).contains(&(found / CANONICAL_DIAMETER)) {
            break;
        }
    }
    let labels = look(diameter, Views::Four).0;
    Ok(scale::relabel(&labels, plane.dim()))
}

/// By how much a plane is enlarged so that nuclei of this diameter have the network's.
fn scale_for(diameter: f32) -> f32 {
    (CANONICAL_DIAMETER / diameter).min(GREATEST_SCALE)
}

/// The network, made ready once for the many planes of one slide. All are read at the same scale and in the same
/// light, so that planes which overlap show the same nuclei.
pub struct Segmenter {
    weights: Weights,
    light: Light,
    scale: f32,
}

impl Segmenter {
    /// For planes that `sample` stands for, with nuclei of about `diameter_px` pixels. `None` if the sample has no
    /// contrast.
    ///
    /// # Errors
    ///
    /// If the diameter is out of range.
    pub fn for_sample<'p>(
        sample: impl Iterator<Item = &'p Array2<f32>>,
        diameter_px: f32,
    ) -> Result<Option<Self>, NucleiError> {
        /// Light changes little from pixel to pixel: one in so many tells it.
        const STEP: usize = 5;
        if !DIAMETERS.contains(&diameter_px) {
            return Err(NucleiError::Diameter {
                diameter: diameter_px,
            });
        }
        let values = sample
            .flat_map(|plane| plane.iter().copied().step_by(STEP))
            .collect();
        Ok(match Light::of(values) {
            Some(light) => Some(Self {
                weights: Weights::trained()?,
                light,
                scale: scale_for(diameter_px),
            }),
            None => None,
        })
    }

    /// The nuclei of one plane, on one thread, which brings the same `spare` every time. The plane is looked at in one
    /// piece: make it a tile of some hundred pixels a side, and let tiles overlap.
    #[must_use]
    pub fn find(&self, plane: ArrayView2<'_, f32>, spare: &mut Spare) -> Labels {
        if plane.is_empty() {
            return Labels::compacted(plane.map(|_| 0));
        }
        let plane = self.light.normalised(plane);
        let resampled = scale::resample(plane.view(), scale::scaled(plane.dim(), self.scale));
        let rule = Rule::default();
        let answers = tiles::read_whole(
            &self.weights,
            resampled.view(),
            rule.depth,
            spare,
            NonZeroUsize::MIN,
        );
        let labels = instances::label(answers, &rule);
        Labels::compacted(scale::relabel(&labels, plane.dim()))
    }
}

/// How bright a plane is: what the network gets as 0 and as 1.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Light {
    low: f64,
    range: f64,
}

impl Light {
    /// From the 1st percentile to the 99.8th. `None` if there is no contrast.
    fn of(mut values: Vec<f32>) -> Option<Self> {
        values.retain(|value| value.is_finite());
        if values.is_empty() {
            return None;
        }
        let mut at = |share: f64| {
            let place = ((values.len() - 1) as f64 * share).round() as usize;
            f64::from(*values.select_nth_unstable_by(place, f32::total_cmp).1)
        };
        let low = at(0.01);
        let range = at(0.998) - low;
        (range > 0.0 && range.is_finite()).then_some(Self { low, range })
    }

    /// Values that are not finite count as dark.
    fn normalised(&self, plane: ArrayView2<'_, f32>) -> Array2<f32> {
        plane.mapv(|value| match value.is_finite() {
            true => (((f64::from(value) - self.low) / self.range) as f32).clamp(-1e3, 1e3),
            false => 0.0,
        })
    }
}

/// Puts the 1st percentile at 0 and the 99.8th at 1. `None` if there is no contrast.
fn normalised(plane: ArrayView2<'_, f32>) -> Option<Array2<f32>> {
    /// Percentiles are taken from about this many pixels, evenly spread.
    const SAMPLE: usize = 1 << 20;
    let step = plane.len().div_ceil(SAMPLE);
    let light = Light::of(plane.iter().step_by(step).copied().collect())?;
    Some(light.normalised(plane))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Soft-edged discs on a slope, with a fixed pattern for noise.
    fn scene(side: usize, discs: &[(f32, f32, f32)]) -> Array2<f32> {
        Array2::from_shape_fn((side, side), |(y, x)| {
            let light: f32 = discs
                .iter()
                .map(|(cy, cx, radius)| {
                    let inside = radius - (y as f32 - cy).hypot(x as f32 - cx);
                    600.0 / (1.0 + (-inside).exp())
                })
                .sum();
            100.0 + 0.2 * x as f32 + light + ((y * 31 + x * 17) % 23) as f32
        })
    }

    const DISCS: [(f32, f32, f32); 5] = [
        (30.0, 30.0, 12.0),
        (30.0, 53.0, 12.0),
        (90.0, 40.0, 13.0),
        (80.0, 100.0, 11.0),
        (120.0, 120.0, 12.0),
    ];

    fn options(method: Method, diameter_px: Option<f32>) -> Options {
        Options {
            method,
            diameter_px,
            threads: 2,
        }
    }

    #[test]
    fn both_methods_find_discs_with_and_without_their_size() {
        let plane = scene(160, &DISCS);
        for method in [Method::Network, Method::Classical] {
            for diameter in [Some(24.0), None] {
                let labels = segment(plane.view(), &options(method, diameter)).unwrap();
                assert_eq!(labels.count, 5, "{method:?} {diameter:?}");
                assert_ne!(labels.map[[30, 26]], labels.map[[30, 57]]);
            }
        }
    }

    #[test]
    fn large_nuclei_are_found_at_their_own_size() {
        let discs = DISCS.map(|(y, x, radius)| (4.0 * y, 4.0 * x, 4.0 * radius));
        let labels = segment(scene(640, &discs).view(), &options(Method::Network, None)).unwrap();
        assert_eq!((labels.count, labels.map.dim()), (5, (640, 640)));
        let area = labels
            .map
            .iter()
            .filter(|label| **label == labels.map[[360, 160]])
            .count() as f32;
        let expected = std::f32::consts::PI * 52.0 * 52.0;
        assert!((area / expected - 1.0).abs() < 0.2, "{area} {expected}");
    }

    #[test]
    fn overlapping_tiles_of_a_slide_show_the_same_nuclei() {
        let plane = scene(160, &DISCS);
        let segmenter = Segmenter::for_sample([&plane].into_iter(), 24.0)
            .unwrap()
            .unwrap();
        let mut spare = Spare::default();
        let whole = segmenter.find(plane.view(), &mut spare);
        assert_eq!(whole.count, 5);
        let tile = segmenter.find(plane.slice(ndarray::s![16..112, ..]), &mut spare);
        let (a, b) = (whole.map[[90, 40]], tile.map[[74, 40]]);
        let same = (30..96).filter(|y| (whole.map[[y + 16, 40]] == a) == (tile.map[[*y, 40]] == b));
        assert!(a > 0 && b > 0 && same.count() >= 64);
        let even = Array2::from_elem((9, 9), 1.0_f32);
        assert!(
            Segmenter::for_sample([&even].into_iter(), 24.0)
                .unwrap()
                .is_none()
        );
        assert!(Segmenter::for_sample([&plane].into_iter(), 1.0).is_err());
    }

    #[test]
    fn threads_change_nothing() {
        let plane = scene(160, &DISCS);
        let with = |threads| {
            segment(
                plane.view(),
                &Options {
                    threads,
                    ..options(Method::Network, None)
                },
            )
            .unwrap()
        };
        assert_eq!(with(0), with(1));
        assert_eq!(with(1), with(7));
    }

    #[test]
    fn what_holds_no_nuclei_gives_none() {
        for method in [Method::Network, Method::Classical] {
            for plane in [
                Array2::from_elem((1, 1), 7.0),
                Array2::from_elem((50, 40), 65535.0),
                Array2::from_elem((30, 3), f32::NAN),
                Array2::from_elem((3, 200), f32::INFINITY),
            ] {
                assert_eq!(
                    segment(plane.view(), &options(method, None)).unwrap().count,
                    0
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_done_is_told() {
        let empty = Array2::zeros((0, 5));
        assert_eq!(
            segment(empty.view(), &options(Method::Network, None)),
            Err(NucleiError::Empty)
        );
        for diameter in [f32::NAN, -3.0, 0.0, 1e9] {
            let result = segment(
                scene(20, &[]).view(),
                &options(Method::Network, Some(diameter)),
            );
            assert!(
                matches!(result, Err(NucleiError::Diameter { .. })),
                "{diameter}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_plane_is_taken(
            values in proptest::collection::vec(prop_oneof![any::<f32>(), Just(0.0_f32), 0.0_f32..1e4], 1..400),
            width in 1_usize..30,
            classical in any::<bool>(),
            diameter in proptest::option::of(4.0_f32..500.0),
        ) {
            let height = values.len().div_ceil(width);
            let plane = Array2::from_shape_fn((height, width), |(y, x)| values[(y * width + x) % values.len()]);
            let method = if classical { Method::Classical } else { Method::Network };
            let labels = segment(plane.view(), &options(method, diameter)).unwrap();
            prop_assert_eq!(labels.map.dim(), (height, width));
            prop_assert_eq!(labels.map.iter().copied().max().unwrap_or(0), labels.count);
        }
    }
}
