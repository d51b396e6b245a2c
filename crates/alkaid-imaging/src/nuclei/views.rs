//! The network's answers about a plane and its mirror images, averaged. Nothing in a plane tells left from right or up
//! from down, but the network has only learnt so: where its answers differ, their mean is nearer the truth.

use std::num::NonZeroUsize;

use super::map::{Map, Spare};
use super::network::{self, ANSWERS, RAYS};
use super::weights::Weights;

/// How often the network looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Views {
    /// Once, at the plane as it is.
    One,
    /// Also at its three mirror images, which takes four times as long.
    Four,
}

/// A way of mirroring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mirror {
    upside_down: bool,
    left_to_right: bool,
}

/// The plane as it is, and its mirror images.
const MIRRORS: [Mirror; 4] = [
    Mirror::new(false, false),
    Mirror::new(false, true),
    Mirror::new(true, false),
    Mirror::new(true, true),
];
/// Values of a cell that are logits; rays follow.
const LOGITS: usize = ANSWERS - RAYS;

/// What the network says about a folded plane: per cell four probabilities of foreground, four depths, and the rays.
/// Give the map to `spare` when it is done with.
#[must_use]
pub fn answers(
    weights: &Weights,
    input: &Map,
    views: Views,
    spare: &mut Spare,
    threads: NonZeroUsize,
) -> Map {
    match views {
        Views::One => once(weights, input, spare, threads),
        Views::Four => averaged(weights, input, spare, threads),
    }
}

fn once(weights: &Weights, input: &Map, spare: &mut Spare, threads: NonZeroUsize) -> Map {
    let mut said = network::forward(weights, input, spare, threads);
    for (_, row) in said.rows_mut() {
        for cell in row.chunks_exact_mut(ANSWERS) {
            for value in &mut cell[..LOGITS] {
                *value = probability(*value);
            }
        }
    }
    said
}

fn averaged(weights: &Weights, input: &Map, spare: &mut Spare, threads: NonZeroUsize) -> Map {
    let mut mean = spare.take(input.height, input.width, ANSWERS);
    mean.rows_mut().for_each(|(_, row)| row.fill(0.0));
    let mut image = spare.take(input.height, input.width, input.channels);
    for mirror in MIRRORS {
        mirror.write(input, &mut image);
        let said = network::forward(weights, &image, spare, threads);
        mirror.add_back(&said, 1.0 / MIRRORS.len() as f32, &mut mean);
        spare.give(said);
    }
    spare.give(image);
    mean
}

/// The probability that a logit stands for.
fn probability(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

impl Mirror {
    const fn new(upside_down: bool, left_to_right: bool) -> Self {
        Self {
            upside_down,
            left_to_right,
        }
    }

    /// Where the image of a cell lies.
    fn cell(self, map: &Map, y: usize, x: usize) -> (usize, usize) {
        (
            if self.upside_down {
                map.height - 1 - y
            } else {
                y
            },
            if self.left_to_right {
                map.width - 1 - x
            } else {
                x
            },
        )
    }

    /// Where the image of a pixel lies among the four of its cell.
    fn pixel(self, pixel: usize) -> usize {
        pixel ^ (usize::from(self.left_to_right) | usize::from(self.upside_down) << 1)
    }

    /// The image of a direction; they are counted from +x towards +y.
    fn ray(self, ray: usize) -> usize {
        let across = if self.left_to_right {
            RAYS / 2 + RAYS - ray
        } else {
            ray
        };
        if self.upside_down {
            (2 * RAYS - across) % RAYS
        } else {
            across % RAYS
        }
    }

    /// Writes the image of a folded plane.
    fn write(self, map: &Map, image: &mut Map) {
        for y in 0..map.height {
            for x in 0..map.width {
                let (to_y, to_x) = self.cell(map, y, x);
                let to = image.cell_mut(to_y, to_x);
                for (channel, value) in map.cell(y, x).iter().enumerate() {
                    to[channel / 4 * 4 + self.pixel(channel % 4)] = *value;
                }
            }
        }
    }

    /// Adds a share of the answers about the image to those about the plane.
    fn add_back(self, said: &Map, share: f32, sum: &mut Map) {
        for y in 0..said.height {
            for x in 0..said.width {
                let (from_y, from_x) = self.cell(said, y, x);
                let from = said.cell(from_y, from_x);
                let (probabilities, rays) = sum.cell_mut(y, x).split_at_mut(LOGITS);
                for (channel, value) in probabilities.iter_mut().enumerate() {
                    let logit = from[channel / 4 * 4 + self.pixel(channel % 4)];
                    *value += share * probability(logit);
                }
                for (ray, value) in rays.iter_mut().enumerate() {
                    *value += share * from[LOGITS + self.ray(ray)];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};

    use super::*;

    fn plane() -> Array2<f32> {
        Array2::from_shape_fn((64, 96), |(y, x)| {
            let light = |cy: f32, cx: f32, wide: f32| {
                let (dy, dx) = (y as f32 - cy, x as f32 - cx);
                (-(dy * dy + wide * dx * dx) / 90.0).exp()
            };
            light(20.0, 25.0, 1.0) + 0.6 * light(40.0, 60.0, 2.0) + 0.8 * light(62.0, 90.0, 0.5)
        })
    }

    fn asked(plane: &Array2<f32>) -> Map {
        answers(
            &Weights::trained().expect("they are embedded"),
            &Map::folded([plane.view(), plane.view()]),
            Views::Four,
            &mut Spare::default(),
            NonZeroUsize::MIN,
        )
    }

    #[test]
    fn a_mirrored_plane_gets_mirrored_answers() {
        let straight = asked(&plane());
        let turned = asked(&plane().slice(s![..;-1, ..;-1]).to_owned());
        let mirror = Mirror {
            upside_down: true,
            left_to_right: true,
        };
        for y in 0..straight.height {
            for x in 0..straight.width {
                let (to_y, to_x) = mirror.cell(&straight, y, x);
                let (here, there) = (straight.cell(y, x), turned.cell(to_y, to_x));
                for channel in 0..LOGITS {
                    let image = there[channel / 4 * 4 + mirror.pixel(channel % 4)];
                    assert!((here[channel] - image).abs() < 1e-4, "{y} {x} {channel}");
                }
                for ray in 0..RAYS {
                    let image = there[LOGITS + mirror.ray(ray)];
                    assert!((here[LOGITS + ray] - image).abs() < 1e-3, "{y} {x} {ray}");
                }
            }
        }
    }

    #[test]
    fn buffers_come_back_and_leave_no_trace() {
        let weights = Weights::trained().expect("they are embedded");
        let input = Map::folded([plane().view(), plane().view()]);
        for views in [Views::One, Views::Four] {
            let mut spare = Spare::default();
            let mut first = None;
            for _ in 0..3 {
                let said = answers(&weights, &input, views, &mut spare, NonZeroUsize::MIN);
                let cells: Vec<f32> = (0..said.height * said.width)
                    .flat_map(|cell| said.cell(cell / said.width, cell % said.width).to_vec())
                    .collect();
                spare.give(said);
                let seen = (cells, spare.0.len());
                assert!(
                    first.get_or_insert_with(|| seen.clone()) == &seen,
                    "{views:?}"
                );
            }
        }
    }

    #[test]
    fn rays_and_pixels_go_where_a_mirror_sends_them() {
        let across = Mirror {
            upside_down: false,
            left_to_right: true,
        };
        let over = Mirror {
            upside_down: true,
            left_to_right: false,
        };
        // East becomes west, south stays; the other way round upside down.
        assert_eq!([across.ray(0), across.ray(RAYS / 4)], [RAYS / 2, RAYS / 4]);
        assert_eq!([over.ray(0), over.ray(RAYS / 4)], [0, 3 * RAYS / 4]);
        assert_eq!([across.pixel(0), over.pixel(0)], [1, 2]);
        for mirror in MIRRORS {
            for ray in 0..RAYS {
                assert_eq!(mirror.ray(mirror.ray(ray)), ray);
            }
        }
    }
}
