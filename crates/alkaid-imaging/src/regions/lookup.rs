//! Polygons that are asked for many places: edges are kept by bands of rows, so that a place meets few of them.

use super::Polygon;

/// Bands over the picture at most.
const MOST_BANDS: usize = 4096;
/// Edges over all bands at most, an edge counted in each band that it crosses.
const MOST_ENTRIES: usize = 20_000_000;

/// Polygons with their edges by bands of rows.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Number of the first polygon that is taken out of the others.
    first_ignored: u32,
    /// Rows a band.
    step: f64,
    /// Edges that cross each band, in the order of their polygons.
    bands: Vec<Vec<Edge>>,
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    from: [f64; 2],
    to: [f64; 2],
    polygon: u32,
}

impl Lookup {
    /// For a picture of `height` rows; `ignored` is taken out of `counted`. `None` if there are too many edges.
    pub(super) fn new(counted: &[Polygon], ignored: &[Polygon], height: f64) -> Option<Self> {
        let polygons = || counted.iter().chain(ignored);
        let edges: usize = polygons()
            .flat_map(|polygon| &polygon.rings)
            .map(Vec::len)
            .sum();
        let count = (edges / 4).clamp(1, MOST_BANDS);
        let step = height.max(1.0) / count as f64;
        let mut bands = vec![Vec::new(); count];
        let mut entries = 0;
        for (polygon, number) in polygons().zip(0..) {
            for edge in polygon.rings.iter().flat_map(|ring| ring.windows(2)) {
                let [from, to] = [edge[0], edge[1]];
                let (top, bottom) = (from[1].min(to[1]), from[1].max(to[1]));
                let first = (top / step).max(0.0) as usize;
                let end = ((bottom / step).max(-1.0) + 1.0) as usize;
                for band in bands.iter_mut().take(end).skip(first) {
                    entries += 1;
                    if entries > MOST_ENTRIES {
                        return None;
                    }
                    band.push(Edge {
                        from,
                        to,
                        polygon: number,
                    });
                }
            }
        }
        Some(Self {
            first_ignored: u32::try_from(counted.len()).ok()?,
            step,
            bands,
        })
    }

    /// Whether a place lies in one of the polygons, by even-odd rule over a polygon's rings, so that holes count. The
    /// coordinates are the file's: the middle of the top left pixel is (0.5, 0.5).
    #[must_use]
    pub fn holds(&self, x: f64, y: f64) -> bool {
        if y < 0.0 {
            return false;
        }
        let Some(band) = self.bands.get((y / self.step) as usize) else {
            return false;
        };
        let mut around = band
            .chunk_by(|a, b| a.polygon == b.polygon)
            .filter(|edges| edges.iter().filter(|edge| edge.is_right_of(x, y)).count() % 2 == 1)
            .map(|edges| edges[0].polygon);
        // Those to be ignored come last, so that none is overlooked behind the first that counts.
        around.next().is_some_and(|first| {
            first < self.first_ignored && around.all(|other| other < self.first_ignored)
        })
    }
}

impl Edge {
    /// Whether the edge crosses the row `y` to the right of `x`.
    fn is_right_of(&self, x: f64, y: f64) -> bool {
        let ([x0, y0], [x1, y1]) = (self.from, self.to);
        (y0 > y) != (y1 > y) && x < x0 + (y - y0) * (x1 - x0) / (y1 - y0)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::super::parse;

    proptest! {
        /// What is drawn and what is asked for is the same, pixel by pixel.
        #[test]
        fn asking_agrees_with_drawing(
            rings in proptest::collection::vec(
                proptest::collection::vec((-4.0..24.0_f64, -4.0..20.0_f64), 3..9),
                1..4,
            ),
            together in any::<bool>(),
        ) {
            let ring = |points: &Vec<(f64, f64)>| {
                let points: Vec<String> = points.iter().map(|(x, y)| format!("[{x},{y}]")).collect();
                format!("[{}]", points.join(","))
            };
            let text: Vec<String> = rings.iter().map(ring).collect();
            let text = match together {
                true => format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, text.join(",")),
                false => format!(r#"{{"type":"MultiPolygon","coordinates":[[{}]]}}"#, text.join("],[")),
            };
            let outlines = parse(text.as_bytes(), Path::new("r.geojson")).unwrap();
            let drawn = outlines.draw((16, 20)).unwrap();
            if let Ok(lookup) = outlines.lookup((20, 16)) {
                for ((y, x), inside) in drawn.mask.indexed_iter() {
                    prop_assert_eq!(lookup.holds(x as f64 + 0.5, y as f64 + 0.5), *inside, "{} {}", x, y);
                }
            } else {
                prop_assert!(drawn.mask.iter().all(|inside| !inside));
            }
        }
    }
}
