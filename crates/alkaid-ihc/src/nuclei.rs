//! Nuclei on the plane of haematoxylin, by the network of [`alkaid_imaging::nuclei`] that finds them in fluorescence too:
//! it has seen nuclei as light on dark, and haematoxylin is as much.

use alkaid_imaging::Labels;
use alkaid_imaging::nuclei::map::Spare;
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
/// By how much a nucleus has more haematoxylin than what lies around it: the network sees nuclei in the waves of pale
/// stroma too. Of what it outlines on the sample of colon, 95 % have 0.037 or more; waves of simulated stroma 0.02.
const STANDS_OUT: f64 = 0.03;
/// What lies around: pixels outside nuclei this far from the object, micrometres.
const AROUND_UM: f64 = 1.5;

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

    /// The nuclei of a plane. A thread brings the same `spare` every time.
    pub(crate) fn find(&self, haematoxylin: &Array2<f32>, spare: &mut Spare) -> Labels {
        let Some(network) = &self.network else {
            return Labels {
                map: Array2::zeros(haematoxylin.dim()),
                count: 0,
            };
        };
        kept(
            network.find(haematoxylin.view(), spare),
            haematoxylin,
            self.pixel_um,
        )
    }
}

/// Haematoxylin over some pixels.
#[derive(Clone, Copy, Default)]
struct Mean {
    pixels: f64,
    sum: f64,
}

impl Mean {
    fn add(&mut self, amount: f32) {
        self.pixels += 1.0;
        self.sum += f64::from(amount);
    }

    /// 0 of nothing.
    fn get(self) -> f64 {
        self.sum / self.pixels.max(1.0)
    }
}

/// Removes splinters of objects, and objects that are too small, too large or too pale; closes the gaps in the numbers.
fn kept(mut labels: Labels, haematoxylin: &Array2<f32>, pixel_um: f64) -> Labels {
    masks::keep_largest_parts(&mut labels.map);
    let mut inside = vec![Mean::default(); labels.count as usize + 1];
    for (label, amount) in labels.map.iter().zip(haematoxylin) {
        inside[*label as usize].add(*amount);
    }
    let around = around(&labels, haematoxylin, pixel_um);
    let is_nucleus = |(inside, around): (&Mean, &Mean)| {
        let um2 = inside.pixels * pixel_um * pixel_um;
        (SMALLEST_UM2..=LARGEST_UM2).contains(&um2)
            && inside.get() >= PALEST
            && (around.pixels == 0.0 || inside.get() >= around.get() + STANDS_OUT)
    };
    let keep: Vec<bool> = inside.iter().zip(&around).map(is_nucleus).collect();
    for label in &mut labels.map {
        if !keep[*label as usize] {
            *label = 0;
        }
    }
    Labels::compacted(labels.map)
}

/// What lies around each object.
fn around(labels: &Labels, haematoxylin: &Array2<f32>, pixel_um: f64) -> Vec<Mean> {
    let step = (AROUND_UM / pixel_um).round().max(1.0) as usize;
    let mut around = vec![Mean::default(); labels.count as usize + 1];
    for ((y, x), label) in labels.map.indexed_iter() {
        if *label != 0 {
            continue;
        }
        let beside = [
            (y.wrapping_sub(step), x),
            (y + step, x),
            (y, x.wrapping_sub(step)),
            (y, x + step),
        ];
        for place in beside {
            if let Some(label) = labels.map.get(place).filter(|label| **label != 0) {
                around[*label as usize].add(haematoxylin[[y, x]]);
            }
        }
    }
    around
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
            .find(plane, &mut Spare::default())
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
        let plane = plane(&[(30.0, 40.0), (95.0, 50.0)], [8.0, 10.0]);
        assert_eq!(found(&plane, 0.5).count, 2);
        assert_eq!(found(&plane.mapv(|value| 0.08 * value), 0.5).count, 0);
        // Waves of stroma: dark enough, but hardly darker than what lies around.
        assert_eq!(
            found(&plane.mapv(|value| 0.07 + 0.04 * value), 0.5).count,
            0
        );
    }
}
