//! From nuclei to cells: every pixel goes to the nearest nucleus within reach.

use ndarray::Array2;

/// Labels spread over pixels within `reach` pixels of an object, each to the nearest object, and the distance from it.
///
/// Vectors to the nearest object are handed from pixel to pixel in two sweeps (Danielsson 1980), which is off by less
/// than a fifth of a pixel.
pub(super) fn spread(map: &Array2<u32>, reach: f32) -> (Array2<u32>, Array2<f32>) {
    let (height, width) = map.dim();
    let mut labels = map.clone();
    let mut offsets: Array2<[i16; 2]> =
        map.map(|label| if *label > 0 { [0, 0] } else { [i16::MAX, 0] });
    let limit = (reach * reach) as i32;
    let length = |[x, y]: [i16; 2]| i32::from(x) * i32::from(x) + i32::from(y) * i32::from(y);
    let mut hand = |to: [usize; 2], dx: i16, dy: i16| {
        let from = [
            to[0].wrapping_add_signed(isize::from(dy)),
            to[1].wrapping_add_signed(isize::from(dx)),
        ];
        if from[0] >= height || from[1] >= width || offsets[from][0] == i16::MAX {
            return;
        }
        let offered = [offsets[from][0] + dx, offsets[from][1] + dy];
        let held = offsets[to];
        if length(offered) <= limit && (held[0] == i16::MAX || length(offered) < length(held)) {
            offsets[to] = offered;
            labels[to] = labels[from];
        }
    };
    for y in 0..height {
        for x in 0..width {
            for (dx, dy) in [(-1, -1), (0, -1), (1, -1), (-1, 0)] {
                hand([y, x], dx, dy);
            }
        }
        for x in (0..width).rev() {
            hand([y, x], 1, 0);
        }
    }
    for y in (0..height).rev() {
        for x in (0..width).rev() {
            for (dx, dy) in [(1, 1), (0, 1), (-1, 1), (1, 0)] {
                hand([y, x], dx, dy);
            }
        }
        for x in 0..width {
            hand([y, x], -1, 0);
        }
    }
    let away = offsets.map(|offset| match offset[0] {
        i16::MAX => f32::INFINITY,
        _ => (length(*offset) as f32).sqrt(),
    });
    (labels, away)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_object_wins_within_reach() {
        let mut map = Array2::zeros((21, 41));
        map[[10, 10]] = 1;
        map[[10, 20]] = 2;
        let (labels, away) = spread(&map, 7.0);
        assert_eq!(labels[[10, 14]], 1);
        assert_eq!(labels[[10, 16]], 2);
        assert_eq!(labels[[10, 2]], 0);
        assert_eq!(away[[10, 2]], f32::INFINITY);
        assert_eq!(away[[13, 6]], 5.0);
    }
}
