//! The outline of a labelled object along the edges of its pixels, and what follows from it.

use ndarray::ArrayView2;

/// A corner of pixels: x and y, pixels counted at their top left corner.
pub(crate) type Corner = [i64; 2];

/// Follows the outer outline of `label` clockwise from the left end of its topmost edge. `bounds` is left, top, right,
/// bottom, half-open. Of an object in several pieces the topmost piece is followed.
pub(crate) fn trace(map: ArrayView2<'_, u32>, label: u32, bounds: [u32; 4]) -> Vec<Corner> {
    let (height, width) = map.dim();
    let inside = |x: i64, y: i64| {
        x >= 0
            && y >= 0
            && (x as usize) < width
            && (y as usize) < height
            && map[[y as usize, x as usize]] == label
    };
    let [left, top, right, _] = bounds.map(i64::from);
    let Some(start) = (left..right).find(|&x| inside(x, top)).map(|x| [x, top]) else {
        return Vec::new();
    };
    // Directions: right, down, left, up. The object lies to the right of the way.
    let steps = [[1, 0], [0, 1], [-1, 0], [0, -1]];
    // Pixels ahead on the left and on the right of a corner, by direction.
    let ahead = [
        [[0, -1], [0, 0]],
        [[0, 0], [-1, 0]],
        [[-1, 0], [-1, -1]],
        [[-1, -1], [0, -1]],
    ];
    let mut outline = vec![start];
    let (mut corner, mut way) = (start, 0usize);
    // No outline is longer than four sides of every pixel.
    for _ in 0..4 * map.len() {
        corner = [corner[0] + steps[way][0], corner[1] + steps[way][1]];
        let [on_left, on_right] = ahead[way].map(|[dx, dy]| inside(corner[0] + dx, corner[1] + dy));
        let turn = if !on_right {
            1
        } else if on_left {
            3
        } else {
            0
        };
        if corner == start && (way + turn) % 4 == 0 {
            break;
        }
        if turn != 0 {
            outline.push(corner);
            way = (way + turn) % 4;
        }
    }
    outline
}

/// Leaves out corners that lie within `tolerance` pixels of the line between those kept (Douglas and Peucker), and
/// closes the outline.
pub(crate) fn simplified(outline: &[Corner], tolerance: f64) -> Vec<[f32; 2]> {
    if outline.is_empty() {
        return Vec::new();
    }
    let mut kept = vec![false; outline.len() + 1];
    let at = |index: usize| outline[index % outline.len()].map(|v| v as f64);
    // The corner furthest from the first splits the ring into two lines.
    let far = (0..outline.len())
        .max_by(|&a, &b| distance(at(a), at(0)).total_cmp(&distance(at(b), at(0))))
        .unwrap_or(0);
    let mut open = vec![(0, far), (far, outline.len())];
    (kept[0], kept[far], kept[outline.len()]) = (true, true, true);
    while let Some((from, to)) = open.pop() {
        let furthest = (from + 1..to)
            .map(|index| (index, off_line(at(index), at(from), at(to))))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((index, off)) = furthest.filter(|(_, off)| *off > tolerance) {
            kept[index] = true;
            open.push((from, index));
            open.push((index, to));
            debug_assert!(off > tolerance);
        }
    }
    // Corners stand half a pixel before the centre of their pixel.
    (0..=outline.len())
        .filter(|&index| kept[index])
        .map(|index| at(index).map(|v| (v - 0.5) as f32))
        .collect()
}

/// Area of the convex hull, square pixels.
pub(crate) fn hull_area(outline: &[Corner]) -> f64 {
    let mut corners = outline.to_vec();
    corners.sort_unstable();
    corners.dedup();
    if corners.len() < 3 {
        return 0.0;
    }
    let turn = |a: Corner, b: Corner, c: Corner| {
        (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    };
    let half = |corners: &mut dyn Iterator<Item = Corner>| {
        let mut chain: Vec<Corner> = Vec::new();
        for corner in corners {
            while chain.len() > 1
                && turn(chain[chain.len() - 2], chain[chain.len() - 1], corner) <= 0
            {
                chain.pop();
            }
            chain.push(corner);
        }
        chain.pop();
        chain
    };
    let mut hull = half(&mut corners.iter().copied());
    hull.extend(half(&mut corners.iter().rev().copied()));
    let doubled: i64 = (0..hull.len())
        .map(|i| {
            let (a, b) = (hull[i], hull[(i + 1) % hull.len()]);
            a[0] * b[1] - a[1] * b[0]
        })
        .sum();
    doubled.abs() as f64 / 2.0
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn off_line(point: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let length = distance(from, to);
    if length == 0.0 {
        return distance(point, from);
    }
    ((to[0] - from[0]) * (point[1] - from[1]) - (to[1] - from[1]) * (point[0] - from[0])).abs()
        / length
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn a_square_has_four_corners() {
        let map = array![[0, 0, 0, 0], [0, 5, 5, 0], [0, 5, 5, 0]];
        let outline = trace(map.view(), 5, [1, 1, 3, 3]);
        assert_eq!(outline, [[1, 1], [3, 1], [3, 3], [1, 3]]);
        assert_eq!(hull_area(&outline), 4.0);
        assert_eq!(simplified(&outline, 0.5).len(), 5);
    }

    #[test]
    fn pieces_that_touch_at_a_corner_end_the_walk() {
        let map = array![[1, 0], [0, 1]];
        let outline = trace(map.view(), 1, [0, 0, 2, 2]);
        assert!(outline.len() >= 4 && outline.len() <= 8);
    }

    #[test]
    fn a_disc_is_as_large_as_its_hull_and_a_bean_is_not() {
        let disc = Array2::from_shape_fn((60, 60), |(y, x)| {
            u32::from((y as f64 - 30.0).hypot(x as f64 - 30.0) < 20.0)
        });
        let outline = trace(disc.view(), 1, [11, 11, 50, 50]);
        let whole = f64::from(disc.sum()) / hull_area(&outline);
        // The hull of pixel corners is a little larger than the disc.
        assert!(whole > 0.92 && whole <= 1.0, "{whole}");
        assert!(simplified(&outline, 0.8).len() < outline.len() / 2);
        let bean = Array2::from_shape_fn((60, 60), |(y, x)| {
            let out = (y as f64 - 30.0).hypot(x as f64 - 48.0) < 16.0;
            u32::from(disc[[y, x]] == 1 && !out)
        });
        let outline = trace(bean.view(), 1, [11, 11, 50, 50]);
        let dented = f64::from(bean.sum()) / hull_area(&outline);
        assert!(dented < whole - 0.05, "{dented}");
    }
}
