//! Masks: what hangs together, holes, distances.

use ndarray::Array2;

/// Fills holes of at most `largest` pixels; what touches the edge is no hole.
pub(crate) fn fill_holes(mask: &mut Array2<bool>, largest: usize) {
    for part in components(&mask.map(|set| !set)) {
        if part.pixels.len() <= largest && !part.touches_edge {
            for index in part.pixels {
                if let Some(slice) = mask.as_slice_mut() {
                    slice[index as usize] = true;
                }
            }
        }
    }
}

/// Pixels that hang together (by their sides).
pub(crate) struct Component {
    /// Indices in row order.
    pub(crate) pixels: Vec<u32>,
    /// Whether one lies on the edge of the plane.
    pub(crate) touches_edge: bool,
}

/// The components of a mask, in the order of their first pixels.
pub(crate) fn components(mask: &Array2<bool>) -> Vec<Component> {
    let (height, width) = mask.dim();
    let mut left: Vec<bool> = mask.iter().copied().collect();
    let mut found = Vec::new();
    for start in 0..left.len() {
        if !left[start] {
            continue;
        }
        left[start] = false;
        let mut part = Component {
            pixels: vec![start as u32],
            touches_edge: false,
        };
        let mut next = 0;
        while let Some(index) = part.pixels.get(next).map(|index| *index as usize) {
            next += 1;
            let (y, x) = (index / width, index % width);
            part.touches_edge |= y == 0 || x == 0 || y + 1 == height || x + 1 == width;
            for neighbour in sides(index, x, y, width, height) {
                if std::mem::take(&mut left[neighbour]) {
                    part.pixels.push(neighbour as u32);
                }
            }
        }
        found.push(part);
    }
    found
}

/// Leaves of each label only the largest part that hangs together (by sides), of equal ones the first.
pub(crate) fn keep_largest_parts(map: &mut Array2<u32>) {
    let (height, width) = map.dim();
    let mut left: Vec<u32> = map.iter().copied().collect();
    let mut largest = std::collections::BTreeMap::<u32, Vec<u32>>::new();
    let mut kept = vec![0; left.len()];
    for start in 0..left.len() {
        let label = std::mem::take(&mut left[start]);
        if label == 0 {
            continue;
        }
        let mut part = vec![start as u32];
        let mut next = 0;
        while let Some(index) = part.get(next).map(|index| *index as usize) {
            next += 1;
            for neighbour in sides(index, index % width, index / width, width, height) {
                if left[neighbour] == label {
                    left[neighbour] = 0;
                    part.push(neighbour as u32);
                }
            }
        }
        let before = largest.entry(label).or_default();
        if part.len() > before.len() {
            *before = part;
        }
    }
    for (label, part) in largest {
        for index in part {
            kept[index as usize] = label;
        }
    }
    for (value, label) in map.iter_mut().zip(kept) {
        *value = label;
    }
}

/// The pixels beside one, within the plane.
fn sides(
    index: usize,
    x: usize,
    y: usize,
    width: usize,
    height: usize,
) -> impl Iterator<Item = usize> {
    let near = [
        (y > 0).then(|| index - width),
        (x > 0).then(|| index - 1),
        (x + 1 < width).then_some(index + 1),
        (y + 1 < height).then_some(index + width),
    ];
    near.into_iter().flatten()
}

/// Distance of each set pixel from the nearest one that is not set, in pixels; the plane's edge does not count.
///
/// After Felzenszwalb and Huttenlocher: rows, then columns, each as the lower envelope of parabolas.
pub(crate) fn distance(mask: &Array2<bool>) -> Array2<f32> {
    const FAR: f32 = 1e9;
    let (height, width) = mask.dim();
    let mut squared = mask.map(|set| if *set { FAR } else { 0.0 });
    let mut envelope = Envelope::default();
    let mut line = vec![0.0; width.max(height)];
    for y in 0..height {
        let mut row = squared.row_mut(y);
        for (value, place) in row.iter().zip(&mut line) {
            *place = *value;
        }
        envelope.transform(&line[..width], |x, value| row[x] = value);
    }
    for x in 0..width {
        let mut column = squared.column_mut(x);
        for (value, place) in column.iter().zip(&mut line) {
            *place = *value;
        }
        envelope.transform(&line[..height], |y, value| column[y] = value);
    }
    squared.mapv_into(|value| value.min(1e6).sqrt())
}

#[derive(Default)]
struct Envelope {
    /// Places of the parabolas that are lowest somewhere.
    places: Vec<usize>,
    /// From where each is.
    from: Vec<f32>,
}

impl Envelope {
    fn transform(&mut self, values: &[f32], mut put: impl FnMut(usize, f32)) {
        self.places.clear();
        self.from.clear();
        for (q, value) in values.iter().enumerate() {
            let meet = |p: usize| {
                let (q2, p2) = ((q * q) as f32, (p * p) as f32);
                ((value + q2) - (values[p] + p2)) / (2.0 * (q - p) as f32)
            };
            let mut start = f32::NEG_INFINITY;
            while let (Some(p), Some(from)) = (self.places.last(), self.from.last()) {
                start = meet(*p);
                if start > *from {
                    break;
                }
                self.places.pop();
                self.from.pop();
                start = f32::NEG_INFINITY;
            }
            self.places.push(q);
            self.from.push(start);
        }
        let mut k = 0;
        for q in 0..values.len() {
            while k + 1 < self.places.len() && self.from[k + 1] < q as f32 {
                k += 1;
            }
            let p = self.places[k];
            let away = q.abs_diff(p) as f32;
            put(q, values[p] + away * away);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn holes_are_filled_but_not_bays() {
        let mut mask = Array2::from_elem((7, 7), true);
        mask[[3, 3]] = false;
        mask[[0, 5]] = false;
        fill_holes(&mut mask, 4);
        assert!(mask[[3, 3]]);
        assert!(!mask[[0, 5]]);
    }

    #[test]
    fn of_a_label_the_largest_part_stays() {
        let mut map = ndarray::array![[1, 0, 1, 1], [0, 2, 0, 1], [2, 0, 0, 3], [2, 2, 0, 0]];
        keep_largest_parts(&mut map);
        assert_eq!(
            map,
            ndarray::array![[0, 0, 1, 1], [0, 0, 0, 1], [2, 0, 0, 3], [2, 2, 0, 0]]
        );
    }

    proptest! {
        #[test]
        fn distances_are_those_of_the_nearest_pixel(holes in proptest::collection::vec((0_usize..12, 0_usize..9), 1..6)) {
            let mut mask = Array2::from_elem((9, 12), true);
            for (x, y) in &holes {
                mask[[*y, *x]] = false;
            }
            let found = distance(&mask);
            for ((y, x), value) in found.indexed_iter() {
                let nearest = holes
                    .iter()
                    .map(|(hx, hy)| (hx.abs_diff(x) as f32).hypot(hy.abs_diff(y) as f32))
                    .fold(f32::MAX, f32::min);
                prop_assert!((value - nearest).abs() < 1e-3);
            }
        }
    }
}
