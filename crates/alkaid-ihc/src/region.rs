//! Which cells are tumour: outlines, a mask, everything, or a guess.

use std::path::{Path, PathBuf};

use alkaid_imaging::regions::{Lookup, read_geojson};

use crate::error::IhcError;
use crate::finding::{Cell, RegionSource};

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
    Outlines {
        lookup: Lookup,
        area: f64,
    },
    Mask {
        set: Vec<bool>,
        width: usize,
        height: usize,
        scale: [f64; 2],
    },
    Everything,
    Guess,
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
                let outlines = read_geojson(path)?;
                Self {
                    how: format!("{} outlines of {}", outlines.polygons(), name(path)),
                    kind: Kind::Outlines {
                        lookup: outlines.lookup(size)?,
                        area: outlines.area(),
                    },
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
            Kind::Outlines { area, .. } => Some(*area),
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
            // In the file the middle of the top left pixel is (0.5, 0.5), here it is (0, 0).
            Kind::Outlines { lookup, .. } => lookup.holds(x + 0.5, y + 0.5),
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

fn mask(path: &Path, size: (u32, u32)) -> Result<Kind, IhcError> {
    let bad = |what: String, remedy| IhcError::malformed(path, "the file", what, remedy);
    let reader = image::ImageReader::open(path)
        .map_err(|source| IhcError::open(path, source))?
        .with_guessed_format()
        .map_err(|source| IhcError::open(path, source))?;
    if reader.format() == Some(image::ImageFormat::Jpeg) {
        let what = "JPEG leaves traces around what is marked";
        return Err(bad(what.to_owned(), "give the mask as PNG"));
    }
    let picture = reader.decode().map_err(|error| {
        let remedy =
            "give the mask as PNG; it may be smaller than the picture, if it has the same shape";
        bad(error.to_string(), remedy)
    })?;
    let (width, height) = (picture.width(), picture.height());
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
    let set = marked(&picture);
    if !set.contains(&true) {
        let remedy = "give a mask in which the tumour is not black";
        return Err(bad("no pixel of the mask is marked".to_owned(), remedy));
    }
    Ok(Kind::Mask {
        set,
        width: width as usize,
        height: height as usize,
        scale,
    })
}

/// Which pixels of a mask are marked: neither black nor transparent. Looked at before any conversion, as one to 8 bits would
/// make small labels of 16 bits black.
fn marked(mask: &image::DynamicImage) -> Vec<bool> {
    let colour = mask.color();
    let bytes = usize::from(colour.bytes_per_pixel());
    let opacity = match colour.has_alpha() {
        true => bytes / usize::from(colour.channel_count()),
        false => 0,
    };
    let any = |bytes: &[u8]| bytes.iter().any(|byte| *byte != 0);
    mask.as_bytes()
        .chunks_exact(bytes)
        .map(|pixel| pixel.split_at(bytes - opacity))
        .map(|(value, opacity)| any(value) && (opacity.is_empty() || any(opacity)))
        .collect()
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
    use std::fs;

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
    fn small_labels_and_transparent_grounds_are_told() {
        let labels = image::ImageBuffer::from_vec(2, 1, vec![0_u16, 1]).unwrap();
        let labels = image::DynamicImage::ImageLuma16(labels);
        assert_eq!(marked(&labels), [false, true]);
        let drawn = vec![255, 255, 255, 0, 255, 0, 0, 255, 0, 0, 0, 255];
        let drawn = image::ImageBuffer::from_vec(3, 1, drawn).unwrap();
        let drawn = image::DynamicImage::ImageRgba8(drawn);
        assert_eq!(marked(&drawn), [false, true, false]);
    }

    #[test]
    fn broken_files_say_what_is_wrong() {
        for (text, what) in [
            ("{", "GeoJSON"),
            (
                "{\"type\":\"FeatureCollection\",\"features\":[]}",
                "no polygon",
            ),
            (
                "{\"type\":\"Polygon\",\"coordinates\":[[[500,0],[510,0],[510,10]]]}",
                "outside",
            ),
            ("{\"type\":\"Circle\"}", "Circle"),
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
        assert!(Region::open(&RegionChoice::Mask(path.clone()), (100, 300)).is_err());
        image::GrayImage::new(10, 10).save(&path).unwrap();
        let error = Region::open(&RegionChoice::Mask(path), (10, 10)).err();
        assert!(error.is_some_and(|e| e.to_string().contains("no pixel of the mask")));
        let jpeg = folder.path().join("m.jpg");
        image::GrayImage::new(10, 10).save(&jpeg).unwrap();
        let error = Region::open(&RegionChoice::Mask(jpeg), (10, 10)).err();
        assert!(error.is_some_and(|e| e.to_string().contains("JPEG leaves traces")));
    }
}
