//! Nuclei on the plane of haematoxylin, by the network of [`alkaid_imaging::nuclei`] that finds them in fluorescence too:
//! it has seen nuclei as light on dark, and haematoxylin is as much.

use alkaid_imaging::Labels;
use alkaid_imaging::nuclei::{NucleiError, Segmenter};
use ndarray::Array2;

use crate::masks;

/// Pixels further away than this hardly change whether and where a nucleus is found, micrometres: the network sees 64 of
/// its pixels, of which a nucleus' own radius is a part.
pub const REACH_UM: f64 = 24.0;

/// Diameter of the nuclei that the network is told to expect, micrometres. Looked at from 8 to 12 on a section of colon
/// and on simulated ones: smaller divides large nuclei of epithelium, larger joins crowded ones.
const DIAMETER_UM: f64 = 11.0;
/// Smallest nucleus that is kept, square micrometres: 10 is a sphere of 3.6 µm, cut through its middle.
const SMALLEST_UM2: f64 = 10.0;
/// Largest, square micrometres; what is larger is a clump.
const LARGEST_UM2: f64 = 320.0;
/// Mean haematoxylin below which an object is no nucleus, optical density: on a slide without counterstain the network
/// sees nuclei in noise and in what DAB leaves over.
const PALEST: f64 = 0.06;

/// Finds the nuclei of a slide, tile by tile.
pub(crate) struct NucleusFinder {
    /// `None` where the slide shows no haematoxylin at all.
    network: Option<Segmenter>,
    pixel_um: f64,
}

impl NucleusFinder {
    /// For planes of haematoxylin (optical density, square pixels of `pixel_um`) that `sample` stands for.
    pub(crate) fn for_sample(sample: &[Array2<f32>], pixel_um: f64) -> Result<Self, NucleiError> {
        Ok(Self {
            network: Segmenter::for_sample(sample.iter(), (DIAMETER_UM / pixel_um) as f32)?,
            pixel_um,
        })
    }

    /// The nuclei of a plane.
    pub(crate) fn find(&self, haematoxylin: &Array2<f32>) -> Labels {
        let Some(network) = &self.network else {
            return Labels {
                map: Array2::zeros(haematoxylin.dim()),
                count: 0,
            };
        };
        kept(
            network.find(haematoxylin.view()),
            haematoxylin,
            self.pixel_um,
        )
    }
}

/// Removes splinters of objects, and objects that are too small, too large or too pale; closes the gaps in the numbers.
fn kept(mut labels: Labels, haematoxylin: &Array2<f32>, pixel_um: f64) -> Labels {
    masks::keep_largest_parts(&mut labels.map);
    let mut sums = vec![(0.0, 0.0); labels.count as usize + 1];
    for (label, amount) in labels.map.iter().zip(haematoxylin) {
        let (area, sum) = &mut sums[*label as usize];
        *area += 1.0;
        *sum += f64::from(*amount);
    }
    let is_nucleus = |(area, sum): &(f64, f64)| {
        let um2 = area * pixel_um * pixel_um;
        (SMALLEST_UM2..=LARGEST_UM2).contains(&um2) && sum / area >= PALEST
    };
    let keep: Vec<bool> = sums.iter().map(is_nucleus).collect();
    for label in &mut labels.map {
        if !keep[*label as usize] {
            *label = 0;
        }
    }
    Labels::compacted(labels.map)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Haematoxylin of soft-edged ellipses, 0.45 above what lies around, with a fixed pattern for noise.
    fn plane(middles: &[(f64, f64)], half_axes: [f64; 2]) -> Array2<f32> {
        Array2::from_shape_fn((96, 128), |(y, x)| {
            let inside = middles.iter().any(|(cx, cy)| {
                ((x as f64 - cx) / half_axes[0]).hypot((y as f64 - cy) / half_axes[1]) < 1.0
            });
            let noise = ((x * 31 + y * 17) % 23) as f32 / 500.0;
            (if inside { 0.5 } else { 0.05 }) + noise
        })
    }

    fn found(plane: &Array2<f32>, pixel_um: f64) -> Labels {
        NucleusFinder::for_sample(std::slice::from_ref(plane), pixel_um)
            .unwrap()
            .find(plane)
    }

    #[test]
    fn nuclei_that_touch_are_two() {
        let plane = plane(&[(30.0, 40.0), (45.0, 40.0), (95.0, 50.0)], [8.0, 10.0]);
        let labels = found(&plane, 0.5);
        assert_eq!(labels.count, 3);
        assert_ne!(labels.map[[40, 29]], labels.map[[40, 46]]);
        let area = labels
            .map
            .iter()
            .filter(|label| **label == labels.map[[50, 95]])
            .count() as f64;
        assert!(
            (area / (80.0 * std::f64::consts::PI) - 1.0).abs() < 0.2,
            "{area}"
        );
    }

    #[test]
    fn specks_and_even_planes_hold_no_nuclei() {
        assert_eq!(found(&plane(&[(30.0, 40.0)], [1.5, 1.5]), 0.5).count, 0);
        assert_eq!(found(&Array2::from_elem((60, 60), 0.1), 0.5).count, 0);
        let pale = plane(&[(30.0, 40.0), (95.0, 50.0)], [8.0, 10.0]).mapv(|value| 0.08 * value);
        assert_eq!(found(&pale, 0.5).count, 0);
    }
}
