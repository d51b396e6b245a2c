//! Which cells are tumour: outlines, a mask, everything, or a guess.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::IhcError;
use crate::finding::{Cell, RegionSource};

/// Bytes that a file of outlines may have.
const LARGEST_FILE: u64 = 512 << 20;

/// How tumour cells are to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionChoice {
    /// GeoJSON with outlines, as QuPath exports them, in pixels of the picture.
    Outlines(PathBuf),
    /// A picture of the same shape: what is not black is tumour.
    Mask(PathBuf),
    /// Every cell.
    Everything,
    /// Size and shape of nuclei. Experimental.
    Guess,
}

/// Tumour regions, ready to be asked.
pub struct Region {
    kind: Kind,
    /// In words, for the report.
    pub how: String,
    /// What it rests on.
    pub source: RegionSource,
}

enum Kind {
    Polygons(Vec<Polygon>),
    Mask {
        set: Vec<bool>,
        width: usize,
        height: usize,
        scale: [f64; 2],
    },
    Everything,
    Guess,
}

/// An outline with its holes.
struct Polygon {
    rings: Vec<Vec<[f64; 2]>>,
    bounds: [f64; 4],
}

impl Region {
    /// Reads what the choice names. `size` is that of the picture, pixels.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, holds no outlines, or a mask has another shape than the picture.
    pub fn open(choice: &RegionChoice, size: (u32, u32)) -> Result<Self, IhcError> {
        let name = |path: &Path| {
            path.file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
        };
        Ok(match choice {
            RegionChoice::Outlines(path) => {
                let polygons = outlines(path, size)?;
                Self {
                    how: format!("{} outlines of {}", polygons.len(), name(path)),
                    kind: Kind::Polygons(polygons),
                    source: RegionSource::Outlines,
                }
            }
            RegionChoice::Mask(path) => Self {
                kind: mask(path, size)?,
                how: format!("the mask {}", name(path)),
                source: RegionSource::Mask,
            },
            RegionChoice::Everything => Self {
                kind: Kind::Everything,
                how: "every cell of the picture, as asked for".to_owned(),
                source: RegionSource::Everything,
            },
            RegionChoice::Guess => Self {
                kind: Kind::Guess,
                how: "experimental guess: large round nuclei with three others of their kind within 22 µm".to_owned(),
                source: RegionSource::Guess,
            },
        })
    }

    /// Square pixels of the region, where one was given.
    #[must_use]
    pub fn area_px(&self) -> Option<f64> {
        match &self.kind {
            Kind::Polygons(polygons) => Some(polygons.iter().map(Polygon::area).sum()),
            Kind::Mask { set, scale, .. } => {
                let count = set.iter().filter(|set| **set).count() as f64;
                Some(count * scale[0] * scale[1])
            }
            Kind::Everything | Kind::Guess => None,
        }
    }

    /// Marks the cells that are tumour.
    pub fn mark(&self, cells: &mut [Cell], pixel_um: f64) {
        match &self.kind {
            Kind::Guess => guess(cells, pixel_um),
            _ => {
                for cell in cells {
                    cell.tumour = self.holds(cell.x_px, cell.y_px);
                }
            }
        }
    }

    /// Whether a place, in pixels of the picture, lies in the region. A guess holds no place.
    #[must_use]
    pub fn holds(&self, x: f64, y: f64) -> bool {
        match &self.kind {
            Kind::Polygons(polygons) => polygons.iter().any(|polygon| polygon.holds(x, y)),
            Kind::Mask {
                set,
                width,
                height,
                scale,
            } => {
                let column = ((x + 0.5) / scale[0]).max(0.0) as usize;
                let row = ((y + 0.5) / scale[1]).max(0.0) as usize;
                column < *width && row < *height && set[row * width + column]
            }
            Kind::Everything => true,
            Kind::Guess => false,
        }
    }
}

impl Polygon {
    fn new(rings: Vec<Vec<[f64; 2]>>) -> Self {
        let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        for [x, y] in rings.iter().flatten() {
            bounds[0] = bounds[0].min(*x);
            bounds[1] = bounds[1].min(*y);
            bounds[2] = bounds[2].max(*x);
            bounds[3] = bounds[3].max(*y);
        }
        Self { rings, bounds }
    }

    /// Even-odd rule over all rings, so holes count.
    fn holds(&self, x: f64, y: f64) -> bool {
        let [left, top, right, bottom] = self.bounds;
        if x < left || x > right || y < top || y > bottom {
            return false;
        }
        let mut inside = false;
        for ring in &self.rings {
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                if (a[1] > y) != (b[1] > y) && x < a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
                {
                    inside = !inside;
                }
            }
        }
        inside
    }

    fn area(&self) -> f64 {
        let ring_area = |ring: &Vec<[f64; 2]>| {
            let pairs = ring.iter().zip(ring.iter().cycle().skip(1));
            0.5 * pairs
                .map(|(a, b)| a[0] * b[1] - b[0] * a[1])
                .sum::<f64>()
                .abs()
        };
        let mut areas = self.rings.iter().map(ring_area);
        areas.next().unwrap_or(0.0) - areas.sum::<f64>()
    }
}

/// Outlines of a GeoJSON file. When some are classified as tumour, only those count; else all do.
fn outlines(path: &Path, size: (u32, u32)) -> Result<Vec<Polygon>, IhcError> {
    let length = fs::metadata(path)
        .map_err(|source| IhcError::open(path, source))?
        .len();
    if length > LARGEST_FILE {
        return Err(IhcError::malformed(
            path,
            "the file",
            format!("{length} bytes are more than outlines need"),
            "export annotations, not detections",
        ));
    }
    let text = fs::read_to_string(path).map_err(|source| IhcError::open(path, source))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        IhcError::malformed(
            path,
            format!("line {}", error.line()),
            "no GeoJSON",
            "export annotations from QuPath as GeoJSON",
        )
    })?;
    let features: Vec<&Value> = match (
        value.get("features").and_then(Value::as_array),
        value.as_array(),
    ) {
        (Some(features), _) | (None, Some(features)) => features.iter().collect(),
        (None, None) => vec![&value],
    };
    let is_tumour = |feature: &&&Value| {
        class_name(feature).is_some_and(|name| name.to_lowercase().starts_with("tumo"))
    };
    let tumour: Vec<&Value> = features.iter().filter(is_tumour).copied().collect();
    let chosen = if tumour.is_empty() { features } else { tumour };
    let mut polygons = Vec::new();
    for (index, feature) in chosen.iter().enumerate() {
        let geometry = feature.get("geometry").unwrap_or(feature);
        polygons_of(geometry, &mut polygons).map_err(|what| {
            IhcError::malformed(
                path,
                format!("feature {}", index + 1),
                what,
                "export annotations from QuPath as GeoJSON",
            )
        })?;
    }
    if polygons.is_empty() {
        return Err(IhcError::malformed(
            path,
            "the file",
            "no outline with an area",
            "draw the tumour in QuPath and export the annotations as GeoJSON",
        ));
    }
    let [width, height] = [f64::from(size.0), f64::from(size.1)];
    let outside = |p: &Polygon| {
        p.bounds[0] > width || p.bounds[1] > height || p.bounds[2] < 0.0 || p.bounds[3] < 0.0
    };
    if polygons.iter().all(outside) {
        return Err(IhcError::malformed(
            path,
            "the file",
            format!("all outlines lie outside the picture of {width} x {height} pixels"),
            "give the outlines that were drawn on this picture, in its pixels",
        ));
    }
    Ok(polygons)
}

fn class_name(feature: &Value) -> Option<&str> {
    let properties = feature.get("properties")?;
    properties
        .get("classification")
        .and_then(|class| class.get("name"))
        .or_else(|| properties.get("name"))?
        .as_str()
}

fn polygons_of(geometry: &Value, polygons: &mut Vec<Polygon>) -> Result<(), String> {
    let kind = geometry.get("type").and_then(Value::as_str).unwrap_or("");
    let coordinates = geometry.get("coordinates");
    match kind {
        "Polygon" => polygons.push(polygon(coordinates)?),
        "MultiPolygon" => {
            let parts = coordinates
                .and_then(Value::as_array)
                .ok_or("no coordinates")?;
            for part in parts {
                polygons.push(polygon(Some(part))?);
            }
        }
        "GeometryCollection" => {
            let parts = geometry.get("geometries").and_then(Value::as_array);
            for part in parts.ok_or("no geometries")? {
                // One level is what there is in practice; deeper nesting would let a file exhaust the stack.
                if part.get("type").and_then(Value::as_str) != Some("GeometryCollection") {
                    polygons_of(part, polygons)?;
                }
            }
        }
        // Points and lines have no inside.
        "Point" | "MultiPoint" | "LineString" | "MultiLineString" => {}
        other => return Err(format!("{other:?} is no geometry of GeoJSON")),
    }
    Ok(())
}

fn polygon(coordinates: Option<&Value>) -> Result<Polygon, String> {
    let rings = coordinates
        .and_then(Value::as_array)
        .ok_or("no coordinates")?;
    let point = |value: &Value| {
        let x = value.get(0)?.as_f64()?;
        let y = value.get(1)?.as_f64()?;
        Some([x, y])
    };
    let rings: Option<Vec<Vec<[f64; 2]>>> = rings
        .iter()
        .map(|ring| ring.as_array()?.iter().map(point).collect())
        .collect();
    let rings = rings.ok_or("a point is not two numbers")?;
    match rings.first().is_some_and(|ring| ring.len() >= 3) {
        true => Ok(Polygon::new(rings)),
        false => Err("an outline of fewer than three points".to_owned()),
    }
}

fn mask(path: &Path, size: (u32, u32)) -> Result<Kind, IhcError> {
    let picture = image::ImageReader::open(path)
        .map_err(|source| IhcError::open(path, source))?
        .with_guessed_format()
        .map_err(|source| IhcError::open(path, source))?
        .decode()
        .map_err(|error| {
            IhcError::malformed(path, "the file", error.to_string(), "give the mask as PNG")
        })?
        .into_luma8();
    let (width, height) = picture.dimensions();
    let scale = [
        f64::from(size.0) / f64::from(width.max(1)),
        f64::from(size.1) / f64::from(height.max(1)),
    ];
    if (scale[0] / scale[1] - 1.0).abs() > 0.02 {
        return Err(IhcError::malformed(
            path,
            "the file",
            format!(
                "{width} x {height} pixels are not the shape of the picture's {} x {}",
                size.0, size.1
            ),
            "give the mask that was made from this picture",
        ));
    }
    Ok(Kind::Mask {
        set: picture.as_raw().iter().map(|value| *value > 0).collect(),
        width: width as usize,
        height: height as usize,
        scale,
    })
}

/// Nuclei of at least this area may be tumour, square micrometres: lymphocytes are smaller.
const GUESS_UM2: f64 = 27.0;
/// And at least this round: spindle cells are longer.
const GUESS_ROUNDNESS: f64 = 0.5;
/// And with this many of their kind ...
const GUESS_NEIGHBOURS: usize = 3;
/// ... within this distance, micrometres: tumour lies in nests.
const GUESS_WITHIN_UM: f64 = 22.0;

/// Guesses tumour cells by size, shape and company of nuclei; not by stain, which is what is to be measured.
fn guess(cells: &mut [Cell], pixel_um: f64) {
    let fits: Vec<bool> = cells
        .iter()
        .map(|cell| cell.nucleus_um2 >= GUESS_UM2 && cell.roundness >= GUESS_ROUNDNESS)
        .collect();
    let within = GUESS_WITHIN_UM / pixel_um;
    let mut grid = std::collections::BTreeMap::<(i64, i64), Vec<usize>>::new();
    let key = |cell: &Cell| ((cell.y_px / within) as i64, (cell.x_px / within) as i64);
    for (index, cell) in cells.iter().enumerate().filter(|(index, _)| fits[*index]) {
        grid.entry(key(cell)).or_default().push(index);
    }
    let tumour: Vec<bool> = cells
        .iter()
        .enumerate()
        .map(|(index, cell)| {
            let (row, column) = key(cell);
            let near = (row - 1..=row + 1)
                .flat_map(|row| (column - 1..=column + 1).map(move |column| (row, column)))
                .filter_map(|key| grid.get(&key))
                .flatten()
                .filter(|other| **other != index)
                .filter(|other| {
                    let other = &cells[**other];
                    (other.x_px - cell.x_px).hypot(other.y_px - cell.y_px) <= within
                });
            fits[index] && near.count() >= GUESS_NEIGHBOURS
        })
        .collect();
    for (cell, tumour) in cells.iter_mut().zip(tumour) {
        cell.tumour = tumour;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, RegionChoice) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.geojson");
        fs::write(&path, text).unwrap();
        (folder, RegionChoice::Outlines(path))
    }

    #[test]
    fn tumour_outlines_with_holes_are_read() {
        let (_folder, choice) = written(
            r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[4,4],[6,4],[6,6],[4,6],[4,4]]]},
             "properties":{"classification":{"name":"Tumor"}}},
            {"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[20,0],[30,0],[30,10]]]},
             "properties":{"classification":{"name":"Stroma"}}}]}"#,
        );
        let region = Region::open(&choice, (100, 100)).unwrap();
        assert!(region.holds(2.0, 2.0));
        assert!(!region.holds(5.0, 5.0), "a hole");
        assert!(!region.holds(28.0, 2.0), "stroma");
        assert_eq!(region.area_px(), Some(96.0));
    }

    #[test]
    fn broken_files_say_what_is_wrong() {
        for (text, what) in [
            ("{", "no GeoJSON"),
            (
                "{\"type\":\"FeatureCollection\",\"features\":[]}",
                "no outline",
            ),
            (
                "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,1]]]}",
                "fewer than three",
            ),
            (
                "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,\"a\"],[2,2]]]}",
                "two numbers",
            ),
            (
                "{\"type\":\"Polygon\",\"coordinates\":[[[500,0],[510,0],[510,10]]]}",
                "outside",
            ),
            ("{\"type\":\"Circle\"}", "no geometry"),
        ] {
            let (_folder, choice) = written(text);
            let error = Region::open(&choice, (100, 100))
                .err()
                .map(|e| e.to_string());
            assert!(
                error.as_deref().is_some_and(|e| e.contains(what)),
                "{text}: {error:?}"
            );
        }
    }

    #[test]
    fn a_mask_is_scaled_to_the_picture() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.png");
        let mut picture = image::GrayImage::new(10, 10);
        picture.put_pixel(9, 0, image::Luma([255]));
        picture.save(&path).unwrap();
        let region = Region::open(&RegionChoice::Mask(path.clone()), (100, 100)).unwrap();
        assert!(region.holds(95.0, 5.0));
        assert!(!region.holds(85.0, 5.0));
        assert!(Region::open(&RegionChoice::Mask(path), (100, 300)).is_err());
    }
}
