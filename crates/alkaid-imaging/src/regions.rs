//! Regions drawn elsewhere, e.g. the tumour area: GeoJSON as QuPath exports it, in pixels.
//!
//! RFC 7946 with pixel coordinates: QuPath's origin is the corner of the top left pixel, so its centre is (0.5, 0.5).
//! What counts goes by the outlines' classes: those that name the tumour alone, where there are any; else all but those
//! that QuPath and its users name what is no tumour (Stroma, Necrosis, Non-tumor, ...). What is of QuPath's class
//! *Ignore\** is taken out of the others.
//!
//! [`Outlines`] are what the file holds. They are drawn on the grid of a small picture ([`Outlines::draw`]), or asked for
//! single places of one of any size ([`Outlines::lookup`]).

mod lookup;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use ndarray::Array2;
use serde_json::Value;

use crate::ImagingError;
pub use lookup::Lookup;

const REMEDY: &str = "export polygons in pixels from QuPath (File > Export objects as GeoJSON)";
/// Bytes of a file: outlines of some 20,000 nuclei. Parsed, JSON takes twenty times its length.
const MOST_BYTES: u64 = 16 << 20;
/// Edge crossings over all polygons: bounds the time for rasterising.
const MOST_CROSSINGS: u64 = 200_000_000;

/// The polygons of a file that count, and those that are taken out of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlines {
    path: PathBuf,
    counted: Vec<Polygon>,
    ignored: Vec<Polygon>,
}

/// Beginnings of words, in lower case, by which QuPath and its users name what is no tumour. Those of three letters are
/// whole words.
const NO_TUMOUR: [&str; 15] = [
    "stroma",
    "necro",
    "immune",
    "other",
    "normal",
    "benign",
    "background",
    "artefact",
    "artifact",
    "fat",
    "vessel",
    "muscle",
    "mucin",
    "lymphocyt",
    "inflam",
];
/// Words before *tumour* that turn it into what is none.
const NOT: [&str; 7] = ["non", "no", "not", "peri", "outside", "without", "adjacent"];

/// An area of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regions {
    /// `[[y, x]]`: whether the pixel's centre lies in one of the polygons.
    pub mask: Array2<bool>,
    /// Number of polygons.
    pub polygons: usize,
}

/// A ring of (x, y), closed.
type Ring = Vec<[f64; 2]>;

/// An outline, its holes, and what the file says that it is.
#[derive(Clone, Debug, PartialEq)]
struct Polygon {
    rings: Vec<Ring>,
    class: Class,
}

/// What an outline is of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Class {
    /// Of tumour, by its name.
    Tumour,
    /// Without a class, or of one that says nothing here.
    Unsaid,
    /// Of this class, which is no tumour.
    NoTumour(String),
    /// To be taken out.
    Ignored,
}

/// Reads the polygons of a GeoJSON file. They may have holes. Points and lines are left out.
///
/// # Errors
/// When the file cannot be read, is no GeoJSON or has no polygon, or a coordinate is no number.
pub fn read_geojson(path: &Path) -> Result<Outlines, ImagingError> {
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
    parse(&text, path)
}

/// As [`read_geojson`], from bytes.
pub(crate) fn parse(text: &[u8], path: &Path) -> Result<Outlines, ImagingError> {
    let bad = |what: String| ImagingError::malformed(path, "GeoJSON", what, REMEDY);
    if text.len() as u64 > MOST_BYTES {
        return Err(bad(format!("more than {MOST_BYTES} bytes")));
    }
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    // serde_json ends at a depth of 128 by itself.
    let root: Value = serde_json::from_slice(text).map_err(|error| bad(error.to_string()))?;
    let mut polygons = Vec::new();
    collect(&root, &Class::Unsaid, &mut polygons).map_err(bad)?;
    if polygons.is_empty() {
        return Err(bad("it holds no polygon".to_owned()));
    }
    let wanted = match polygons.iter().any(|one| one.class == Class::Tumour) {
        true => Class::Tumour,
        false => Class::Unsaid,
    };
    let (ignored, others): (Vec<Polygon>, Vec<Polygon>) = polygons
        .into_iter()
        .partition(|one| one.class == Class::Ignored);
    let (counted, left_out): (Vec<Polygon>, Vec<Polygon>) =
        others.into_iter().partition(|one| one.class == wanted);
    if counted.is_empty() {
        return Err(no_tumour(path, &left_out));
    }
    Ok(Outlines {
        path: path.to_owned(),
        counted,
        ignored,
    })
}

/// The error for a file in which nothing can be tumour.
fn no_tumour(path: &Path, polygons: &[Polygon]) -> ImagingError {
    let mut names: Vec<&str> = polygons
        .iter()
        .filter_map(|one| match &one.class {
            Class::NoTumour(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        names.push("Ignore*");
    }
    ImagingError::malformed(
        path,
        "GeoJSON",
        format!(
            "all its outlines are of {}, none of the tumour",
            names.join(", ")
        ),
        "give the tumour's outlines the class Tumor, or no class",
    )
}

impl Outlines {
    /// How many polygons count.
    #[must_use]
    pub fn polygons(&self) -> usize {
        self.counted.len()
    }

    /// Square pixels inside, less holes and less what is to be ignored, which is taken to lie inside. Polygons that lie on
    /// each other are counted each.
    #[must_use]
    pub fn area(&self) -> f64 {
        let ring_area = |ring: &Ring| {
            let twice: f64 = ring
                .windows(2)
                .map(|edge| edge[0][0] * edge[1][1] - edge[1][0] * edge[0][1])
                .sum();
            0.5 * twice.abs()
        };
        let area = |polygon: &Polygon| {
            let mut areas = polygon.rings.iter().map(ring_area);
            (areas.next().unwrap_or(0.0) - areas.sum::<f64>()).max(0.0)
        };
        let sum = |polygons: &[Polygon]| polygons.iter().map(area).sum::<f64>();
        (sum(&self.counted) - sum(&self.ignored)).max(0.0)
    }

    /// Draws the polygons on a grid of `size` (height, width), beyond which they may reach.
    ///
    /// # Errors
    /// When they are so long that drawing would take minutes.
    pub fn draw(&self, size: (usize, usize)) -> Result<Regions, ImagingError> {
        let (height, width) = size;
        let crossings = self.edges().fold(0_u64, |sum, [from, to]| {
            let rows = (from[1] - to[1]).abs().min(height as f64) as u64;
            sum.saturating_add(rows + 1)
        });
        if crossings > MOST_CROSSINGS {
            return Err(self.too_long());
        }
        let mut mask = Array2::from_elem((height, width), false);
        for polygon in &self.counted {
            draw(&polygon.rings, true, &mut mask);
        }
        for polygon in &self.ignored {
            draw(&polygon.rings, false, &mut mask);
        }
        Ok(Regions {
            mask,
            polygons: self.counted.len(),
        })
    }

    /// Makes the polygons ready to be asked for many places.
    ///
    /// # Errors
    /// When none of them lies on a picture of `size` (width, height), or they are too long.
    pub fn lookup(&self, size: (u32, u32)) -> Result<Lookup, ImagingError> {
        let (width, height) = (f64::from(size.0), f64::from(size.1));
        let inside = |polygon: &Polygon| {
            let points = || polygon.rings.iter().flatten();
            let any = |test: &dyn Fn(&[f64; 2]) -> bool| points().any(test);
            any(&|p| p[0] < width)
                && any(&|p| p[0] > 0.0)
                && any(&|p| p[1] < height)
                && any(&|p| p[1] > 0.0)
        };
        if !self.counted.iter().any(inside) {
            return Err(ImagingError::malformed(
                &self.path,
                "GeoJSON",
                format!("all outlines lie outside the picture of {width} x {height} pixels"),
                "give the outlines that were drawn on this picture, in its pixels",
            ));
        }
        Lookup::new(&self.counted, &self.ignored, height).ok_or_else(|| self.too_long())
    }

    fn edges(&self) -> impl Iterator<Item = [[f64; 2]; 2]> {
        let all = self.counted.iter().chain(&self.ignored);
        let rings = all.flat_map(|polygon| &polygon.rings);
        rings.flat_map(|ring| ring.windows(2).map(|edge| [edge[0], edge[1]]))
    }

    fn too_long(&self) -> ImagingError {
        let what = "its outlines are too long to be of this picture";
        ImagingError::malformed(&self.path, "GeoJSON", what, REMEDY)
    }
}

/// What the class of a feature says. QuPath writes it as an object with a `name`, or with `names` where it was derived from
/// another (`Tumor: Positive`), of which the first counts; others write a string, or give the object itself a name.
fn class(feature: &Value) -> Class {
    let name = |properties: &Value| {
        let class = properties.get("classification").filter(|c| !c.is_null());
        let name = match class {
            Some(class) => class
                .get("name")
                .or_else(|| class.get("names").and_then(|names| names.get(0)))
                .unwrap_or(class),
            None => properties.get("name")?,
        };
        Some(name.as_str()?.to_owned())
    };
    match feature.get("properties").and_then(name) {
        Some(name) => named(name),
        None => Class::Unsaid,
    }
}

/// What a name says, by its words.
fn named(name: String) -> Class {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.first().is_some_and(|word| word.starts_with("ignore")) {
        return Class::Ignored;
    }
    let is_none = |word: &&str| {
        NO_TUMOUR.iter().any(|start| match start.len() {
            3 => word == start,
            _ => word.starts_with(start),
        })
    };
    let Some(place) = words.iter().position(|word| word.contains("tumo")) else {
        return match words.iter().any(is_none) {
            true => Class::NoTumour(name),
            false => Class::Unsaid,
        };
    };
    // "Mucinous tumour" is tumour, "tumour stroma" and "tumour-infiltrating lymphocytes" are not.
    let before = place.checked_sub(1).map(|place| words[place]);
    let within = ["", "intra"].map(|start| format!("{start}tumo"));
    let negated = before.is_some_and(|word| NOT.contains(&word))
        || !within.iter().any(|start| words[place].starts_with(start));
    match negated || words[place + 1..].iter().any(is_none) {
        true => Class::NoTumour(name),
        false => Class::Tumour,
    }
}

/// Walks features, collections and geometries.
fn collect(value: &Value, of: &Class, polygons: &mut Vec<Polygon>) -> Result<(), String> {
    // Some exports are a bare list of features.
    if let Value::Array(list) = value {
        return list.iter().try_for_each(|one| collect(one, of, polygons));
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
            .try_for_each(|one| collect(one, of, polygons)),
        Some("GeometryCollection") => list("geometries")?
            .iter()
            .try_for_each(|one| collect(one, of, polygons)),
        Some("Feature") => match value.get("geometry") {
            Some(geometry) if !geometry.is_null() => collect(geometry, &class(value), polygons),
            _ => Ok(()),
        },
        Some("Polygon") => {
            polygons.push(Polygon {
                rings: rings(list("coordinates")?)?,
                class: of.clone(),
            });
            Ok(())
        }
        Some("MultiPolygon") => list("coordinates")?.iter().try_for_each(|polygon| {
            let polygon = polygon.as_array().ok_or("a polygon is no list")?;
            polygons.push(Polygon {
                rings: rings(polygon)?,
                class: of.clone(),
            });
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

/// Sets what is inside a polygon by even-odd rule: holes are where an even number of rings is crossed.
fn draw(polygon: &[Ring], inside: bool, mask: &mut Array2<bool>) {
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
                mask[[y, x]] = inside;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(json: &str) -> Result<Regions, ImagingError> {
        parse(json.as_bytes(), Path::new("r.geojson"))?.draw((6, 8))
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
    fn names_say_what_is_tumour() {
        for (name, tumour) in [
            ("Tumor", Some(true)),
            ("Tumour: Positive", Some(true)),
            ("Mucinous tumor", Some(true)),
            ("Intratumoral", Some(true)),
            ("Non-tumor", Some(false)),
            ("Nontumour", Some(false)),
            ("Peritumoral", Some(false)),
            ("Tumor stroma", Some(false)),
            ("tumor-infiltrating lymphocytes", Some(false)),
            ("Normal lung", Some(false)),
            ("Fat", Some(false)),
            ("Fatima", None),
            ("Region 1", None),
            ("", None),
        ] {
            let found = match named(name.to_owned()) {
                Class::Tumour => Some(true),
                Class::NoTumour(_) => Some(false),
                Class::Unsaid => None,
                Class::Ignored => panic!("{name}"),
            };
            assert_eq!(found, tumour, "{name}");
        }
    }

    #[test]
    fn classes_are_read_as_objects_lists_and_strings() {
        for written in [
            r#"{"classification":{"name":"Stroma","color":[1,2,3]}}"#,
            r#"{"classification":{"names":["Stroma","Positive"]}}"#,
            r#"{"classification":"Stroma","name":"Tumor"}"#,
            r#"{"classification":null,"name":"Stroma"}"#,
        ] {
            let feature: Value =
                serde_json::from_str(&format!(r#"{{"properties":{written}}}"#)).unwrap();
            assert_eq!(
                class(&feature),
                Class::NoTumour("Stroma".to_owned()),
                "{written}"
            );
        }
        let marked = "\u{feff}{\"type\":\"Polygon\",\"coordinates\":[[[1,1],[2,1],[2,2]]]}";
        assert!(drawn(marked).is_ok());
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

    #[test]
    fn where_tumour_is_named_only_tumour_counts() {
        let square = |x: u32, class: &str| {
            format!(
                r#"{{"type":"Feature","properties":{{"classification":{{"name":"{class}"}}}},"geometry":{{"type":"Polygon","coordinates":[[[{x},1],[{0},1],[{0},3],[{x},3]]]}}}}"#,
                x + 2
            )
        };
        let both = drawn(&format!(
            "[{},{}]",
            square(0, "Stroma"),
            square(4, "tumour")
        ))
        .unwrap();
        assert_eq!((both.polygons, rows(&both)[1].as_str()), (1, "....##.."));
        let other = drawn(&format!(
            "[{},{}]",
            square(0, "Stroma"),
            square(4, "Adenocarcinoma")
        ))
        .unwrap();
        assert_eq!((other.polygons, rows(&other)[1].as_str()), (1, "....##.."));
        let none = drawn(&format!(
            "[{},{}]",
            square(0, "Stroma"),
            square(4, "Necrosis")
        ));
        let error = none.unwrap_err().to_string();
        assert!(
            error.contains("of Necrosis, Stroma, none of the tumour"),
            "{error}"
        );
        let error = drawn(&square(0, "Ignore*")).unwrap_err().to_string();
        assert!(error.contains("of Ignore*, none of the tumour"), "{error}");
    }

    #[test]
    fn what_is_to_be_ignored_is_taken_out() {
        let text = r#"[{"type":"Feature","properties":{"classification":{"name":"Ignore*"}},"geometry":
            {"type":"Polygon","coordinates":[[[2,0],[4,0],[4,6],[2,6]]]}},
            {"type":"Feature","properties":{"classification":{"name":"Tumor"}},"geometry":
            {"type":"Polygon","coordinates":[[[0,0],[6,0],[6,6],[0,6]]]}}]"#;
        let outlines = parse(text.as_bytes(), Path::new("r.geojson")).unwrap();
        let drawn = outlines.draw((6, 8)).unwrap();
        assert_eq!((drawn.polygons, rows(&drawn)[1].as_str()), (1, "##..##.."));
        assert_eq!(outlines.area(), 24.0);
        let lookup = outlines.lookup((8, 6)).unwrap();
        let inside: Vec<bool> = (0..8)
            .map(|x| lookup.holds(f64::from(x) + 0.5, 1.5))
            .collect();
        assert_eq!(inside, [true, true, false, false, true, true, false, false]);
    }

    #[test]
    fn outlines_of_another_picture_are_refused() {
        let text = r#"{"type":"Polygon","coordinates":[[[500,0],[510,0],[510,10]]]}"#;
        let outlines = parse(text.as_bytes(), Path::new("r.geojson")).unwrap();
        let error = outlines.lookup((100, 100)).unwrap_err().to_string();
        assert!(
            error.contains("outside the picture of 100 x 100"),
            "{error}"
        );
        assert!(outlines.lookup((600, 100)).is_ok());
        assert_eq!(outlines.area(), 50.0);
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
