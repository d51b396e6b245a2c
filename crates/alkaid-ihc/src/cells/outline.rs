//! Outlines of labelled objects, for drawing and for QuPath.

use ndarray::Array2;

/// How far an outline may leave the pixels' edges when it is simplified, pixels.
const TOLERANCE: f32 = 0.75;
/// Points that an outline may have.
const POINTS: usize = 40;

/// The outer outline of an object along the edges of its pixels, simplified, closed by its first point. `pixels` holds
/// the object's pixels in row order, which hang together. A pixel's middle lies at whole numbers. At least three points
/// and the first again, or none where there is no such object.
pub(super) fn outline(map: &Array2<u32>, label: u32, pixels: &[u32]) -> Vec<[f32; 2]> {
    let (height, width) = map.dim();
    let Some(first) = pixels
        .iter()
        .map(|index| [*index as usize % width, *index as usize / width])
        .find(|[x, y]| map[[*y, *x]] == label)
    else {
        return Vec::new();
    };
    let inside = |x: i32, y: i32| {
        x >= 0
            && y >= 0
            && (x as usize) < width
            && (y as usize) < height
            && map[[y as usize, x as usize]] == label
    };
    // Walk the corners with the object on the right hand, from the top left corner of the first pixel eastwards.
    const STEPS: [[i32; 2]; 4] = [[1, 0], [0, 1], [-1, 0], [0, -1]];
    let start = [first[0] as i32, first[1] as i32];
    let (mut corner, mut heading) = (start, 0_usize);
    let mut points = vec![[start[0] as f32 - 0.5, start[1] as f32 - 0.5]];
    for _ in 0..8 * pixels.len() + 8 {
        let [dx, dy] = STEPS[heading];
        corner = [corner[0] + dx, corner[1] + dy];
        // The pixels ahead, on the right and on the left of the way.
        let [x, y] = corner;
        let (right, left) = match heading {
            0 => ([x, y], [x, y - 1]),
            1 => ([x - 1, y], [x, y]),
            2 => ([x - 1, y - 1], [x - 1, y]),
            _ => ([x, y - 1], [x - 1, y - 1]),
        };
        let turn = match (inside(right[0], right[1]), inside(left[0], left[1])) {
            (false, _) => 1,
            (true, false) => 0,
            (true, true) => 3,
        };
        if corner == start && (heading + turn) % 4 == 0 {
            break;
        }
        if turn != 0 {
            points.push([x as f32 - 0.5, y as f32 - 0.5]);
        }
        heading = (heading + turn) % 4;
    }
    let mut tolerance = TOLERANCE;
    let mut simple = simplified(&points, tolerance);
    while simple.len() >= POINTS {
        tolerance *= 1.5;
        simple = simplified(&points, tolerance);
    }
    // A speck, or a slant of single pixels, is thinner than the tolerance.
    if simple.len() < 3 {
        simple = points;
    }
    simple.push(simple[0]);
    // A slide has a million outlines.
    simple.shrink_to_fit();
    simple
}

/// Douglas and Peucker on a closed outline.
fn simplified(points: &[[f32; 2]], tolerance: f32) -> Vec<[f32; 2]> {
    if points.len() < 4 {
        return points.to_vec();
    }
    let far = |from: [f32; 2], to: [f32; 2]| (from[0] - to[0]).hypot(from[1] - to[1]);
    let opposite = (0..points.len())
        .max_by(|a, b| far(points[0], points[*a]).total_cmp(&far(points[0], points[*b])))
        .unwrap_or(0);
    let mut keep = vec![false; points.len() + 1];
    keep[0] = true;
    keep[opposite] = true;
    let at = |index: usize| points[index % points.len()];
    let mut spans = vec![(0, opposite), (opposite, points.len())];
    while let Some((from, to)) = spans.pop() {
        let (a, b) = (at(from), at(to));
        let length = far(a, b).max(1e-6);
        let off = |index: &usize| {
            let p = at(*index);
            ((b[0] - a[0]) * (a[1] - p[1]) - (a[0] - p[0]) * (b[1] - a[1])).abs() / length
        };
        let Some(worst) = (from + 1..to).max_by(|p, q| off(p).total_cmp(&off(q))) else {
            continue;
        };
        if off(&worst) > tolerance {
            keep[worst] = true;
            spans.push((from, worst));
            spans.push((worst, to));
        }
    }
    (0..points.len())
        .filter(|index| keep[*index])
        .map(at)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(points: &[[f32; 2]]) -> f32 {
        let pairs = points.iter().zip(points.iter().cycle().skip(1));
        0.5 * pairs.map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f32>()
    }

    #[test]
    fn a_square_has_four_corners() {
        let mut map = Array2::zeros((8, 8));
        map.slice_mut(ndarray::s![2..5, 1..6]).fill(4);
        let pixels: Vec<u32> = (0..64)
            .filter(|i| map[[*i as usize / 8, *i as usize % 8]] == 4)
            .collect();
        let points = outline(&map, 4, &pixels);
        assert_eq!(points.len(), 5);
        assert_eq!(points[0], points[4]);
        assert!((area(&points).abs() - 15.0).abs() < 1e-4);
    }

    #[test]
    fn what_is_thin_has_an_area_too() {
        let slant = Array2::from_shape_fn((60, 60), |(y, x)| u32::from(x == y || x == y + 1));
        let pixels: Vec<u32> = (0..3600)
            .filter(|i| slant[[*i as usize / 60, *i as usize % 60]] == 1)
            .collect();
        let speck = Array2::from_elem((1, 1), 1);
        for (map, pixels) in [(&slant, &pixels[..]), (&speck, &[0][..])] {
            let points = outline(map, 1, pixels);
            assert!(points.len() >= 4 && points.first() == points.last());
            assert!(
                area(&points).abs() > 0.5 * pixels.len() as f32,
                "{points:?}"
            );
        }
        assert_eq!(outline(&speck, 9, &[0]), Vec::<[f32; 2]>::new());
    }

    #[test]
    fn a_disc_keeps_its_area() {
        let map = Array2::from_shape_fn((40, 40), |(y, x)| {
            u32::from((x as f64 - 20.0).hypot(y as f64 - 19.0) < 12.0)
        });
        let pixels: Vec<u32> = (0..1600)
            .filter(|i| map[[*i as usize / 40, *i as usize % 40]] == 1)
            .collect();
        let points = outline(&map, 1, &pixels);
        assert!(points.len() <= POINTS + 1);
        let ratio = area(&points).abs() / pixels.len() as f32;
        assert!((ratio - 1.0).abs() < 0.06, "{ratio}");
    }
}
