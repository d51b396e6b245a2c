//! Regions drawn elsewhere, e.g. the tumour area: GeoJSON as QuPath exports it, in pixels.
//!
//! RFC 7946 with pixel coordinates: QuPath's origin is the corner of the top left pixel, so its centre is (0.5, 0.5).

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ndarray::Array2;
use serde_json::Value;

use crate::ImagingError;

const REMEDY: &str = "export polygons in pixels from QuPath (File > Export objects as GeoJSON)";
/// Bytes of a file: outlines of some 20,000 nuclei. Parsed, JSON takes twenty times its length.
const MOST_BYTES: u64 = 16 << 20;
/// Edge crossings over all polygons: bounds the time for rasterising.
const MOST_CROSSINGS: u64 = 200_000_000;

/// An area of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regions {
    /// `[[y, x]]`: whether the pixel's centre lies in one of the polygons.
    pub mask: Array2<bool>,
    /// Number of polygons.
    pub polygons: usize,
}

/// Reads the polygons of a GeoJSON file and draws them on a grid of `size` (height, width). Polygons may have holes and
/// reach beyond the grid. Points and lines are left out.
///
/// # Errors
/// When the file cannot be read, is no GeoJSON or has no polygon, or a coordinate is no number.
pub fn read_geojson(path: &Path, size: (usize, usize)) -> Result<Regions, ImagingError> {
    let open = |source| ImagingError::Open {
        path: path.to_owned(),
        source,
    };
    let mut text = Vec::new();
    File::open(path)
        .map_err(open)?
        .take(MOST_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(|source| ImagingError::read(path, "GeoJSON", source))?;
    parse(&text, path, size)
}

/// A ring of (x, y).
type Ring = Vec<[f64; 2]>;

/// As [`read_geojson`], from bytes.
pub(crate) fn parse(
    text: &[u8],
    path: &Path,
    size: (usize, usize),
) -> Result<Regions, ImagingError> {
    let bad = |what: String| ImagingError::malformed(path, "GeoJSON", what, REMEDY);
    if text.len() as u64 > MOST_BYTES {
        return Err(bad(format!("more than {MOST_BYTES} bytes")));
    }
    // serde_json ends at a depth of 128 by itself.
    let root: Value = serde_json::from_slice(text).map_err(|error| bad(error.to_string()))?;
    let mut polygons = Vec::new();
    collect(&root, &mut polygons).map_err(bad)?;
    if polygons.is_empty() {
        return Err(bad("it holds no polygon".to_owned()));
    }
    let (height, width) = size;
    let edges = polygons.iter().flatten().flat_map(|ring| ring.windows(2));
    let crossings = edges.fold(0u64, |sum, edge| {
        let rows = (edge[0][1] - edge[1][1]).abs().min(height as f64) as u64;
        sum.saturating_add(rows + 1)
    });
    if crossings > MOST_CROSSINGS {
        return Err(bad(
            "its outlines are too long to be of this field".to_owned()
        ));
    }
    let mut mask = Array2::from_elem((height, width), false);
    for polygon in &polygons {
        draw(polygon, &mut mask);
    }
    Ok(Regions {
        mask,
        polygons: polygons.len(),
    })
}

/// Walks features, collections and geometries.
fn collect(value: &Value, polygons: &mut Vec<Vec<Ring>>) -> Result<(), String> {
    // Some exports are a bare list of features.
    if let Value::Array(list) = value {
        return list.iter().try_for_each(|one| collect(one, polygons));
    }
    let list = |name: &str| {
        value
            .get(name)
            .and_then(Value::as_array)
            .ok_or_else(|| format!("`{name}` is no list"))
    };
    match value.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => list("features")?
            .iter()
            .try_for_each(|one| collect(one, polygons)),
        Some("GeometryCollection") => list("geometries")?
            .iter()
            .try_for_each(|one| collect(one, polygons)),
        Some("Feature") => match value.get("geometry") {
            Some(geometry) if !geometry.is_null() => collect(geometry, polygons),
            _ => Ok(()),
        },
        Some("Polygon") => {
            polygons.push(rings(list("coordinates")?)?);
            Ok(())
        }
        Some("MultiPolygon") => list("coordinates")?.iter().try_for_each(|polygon| {
            let polygon = polygon.as_array().ok_or("a polygon is no list")?;
            polygons.push(rings(polygon)?);
            Ok(())
        }),
        Some("Point" | "MultiPoint" | "LineString" | "MultiLineString") => Ok(()),
        Some(other) => Err(format!("type `{other}` is unknown")),
        None => Err("an object without `type`".to_owned()),
    }
}

fn rings(list: &[Value]) -> Result<Vec<Ring>, String> {
    list.iter().map(ring).collect()
}

fn ring(value: &Value) -> Result<Ring, String> {
    let points = value.as_array().ok_or("a ring is no list")?;
    let mut ring = Vec::with_capacity(points.len() + 1);
    for point in points {
        let number = |index: usize| {
            let number = point.get(index).and_then(Value::as_f64);
            // Far beyond any image, and small enough that differences stay exact.
            number.filter(|number| number.abs() < 1e9)
        };
        let (Some(x), Some(y)) = (number(0), number(1)) else {
            return Err(format!("{point} is no pair of pixel coordinates"));
        };
        ring.push([x, y]);
    }
    if ring.len() < 3 {
        return Err(format!("a ring of {} points encloses nothing", ring.len()));
    }
    if ring.first() != ring.last() {
        ring.push(ring[0]);
    }
    Ok(ring)
}

/// Adds a polygon by even-odd rule: holes are where an even number of rings is crossed.
fn draw(polygon: &[Ring], mask: &mut Array2<bool>) {
    let (height, width) = mask.dim();
    let mut crossings: Vec<Vec<f64>> = vec![Vec::new(); height];
    for edge in polygon.iter().flat_map(|ring| ring.windows(2)) {
        let ([x0, y0], [x1, y1]) = (edge[0], edge[1]);
        let (top, bottom) = (y0.min(y1), y0.max(y1));
        // Rows whose centre, y + 0.5, lies in [top, bottom).
        let first = (top - 0.5).ceil().max(0.0) as usize;
        let end = (bottom - 0.5).ceil().clamp(0.0, height as f64) as usize;
        for (y, row) in crossings.iter_mut().enumerate().take(end).skip(first) {
            let along = (y as f64 + 0.5 - y0) / (y1 - y0);
            row.push(x0 + along * (x1 - x0));
        }
    }
    for (y, row) in crossings.iter_mut().enumerate() {
        row.sort_by(f64::total_cmp);
        for pair in row.chunks_exact(2) {
            let from = (pair[0] - 0.5).ceil().clamp(0.0, width as f64) as usize;
            let to = (pair[1] - 0.5).ceil().clamp(0.0, width as f64) as usize;
            for x in from..to {
                mask[[y, x]] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(json: &str) -> Result<Regions, ImagingError> {
        parse(json.as_bytes(), Path::new("r.geojson"), (6, 8))
    }

    fn rows(regions: &Regions) -> Vec<String> {
        let row = |row: ndarray::ArrayView1<'_, bool>| {
            row.iter()
                .map(|inside| if *inside { '#' } else { '.' })
                .collect()
        };
        regions.mask.outer_iter().map(row).collect()
    }

    #[test]
    fn a_square_with_a_hole() {
        let regions = drawn(
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"objectType":"annotation"},"geometry":
            {"type":"Polygon","coordinates":[[[1,1],[6,1],[6,5],[1,5],[1,1]],[[3,2],[4,2],[4,4],[3,4],[3,2]]]}}]}"#,
        )
        .unwrap();
        assert_eq!(
            rows(&regions),
            [
                "........", ".#####..", ".##.##..", ".##.##..", ".#####..", "........"
            ]
        );
        assert_eq!(regions.polygons, 1);
    }

    #[test]
    fn several_polygons_reach_beyond_the_field() {
        let regions = drawn(
            r#"[{"type":"Feature","geometry":{"type":"MultiPolygon","coordinates":[[[[-9,-9],[2,-9],[2,2],[-9,2]]],[[[6,4],[99,4],[99,99],[6,99]]]]}}]"#,
        )
        .unwrap();
        assert_eq!(
            rows(&regions),
            [
                "##......", "##......", "........", "........", "......##", "......##"
            ]
        );
    }

    #[test]
    fn what_is_no_region_is_refused() {
        for bad in [
            "",
            "{}",
            "[1]",
            r#"{"type":"Point","coordinates":[1,2]}"#,
            r#"{"type":"Polygon","coordinates":[[[1,1],[2,"x"],[3,3]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[1,1],[2,2]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[1e300,1],[2,2],[3,3]]]}"#,
            r#"{"type":"Circle"}"#,
        ] {
            let error = drawn(bad).unwrap_err().to_string();
            assert!(
                error.starts_with("r.geojson, GeoJSON: ") && error.contains("QuPath"),
                "{error}"
            );
        }
        assert!(drawn(&"[".repeat(1_000_000)).is_err());
    }

    proptest! {
        #[test]
        fn nothing_panics(text in r#"[\[\]{}",:0-9eE.a-zA-Z -]{0,80}"#, numbers in proptest::collection::vec(-1e9..1e9f64, 6..20)) {
            let _ = drawn(&text);
            let ring: Vec<_> = numbers.chunks_exact(2).map(|pair| format!("[{},{}]", pair[0], pair[1])).collect();
            let _ = drawn(&format!(r#"{{"type":"Polygon","coordinates":[[{}]]}}"#, ring.join(",")));
        }
    }
}
