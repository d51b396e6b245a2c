//! A label image: which object each pixel belongs to.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};
use std::path::Path;

use ndarray::Array2;
use tiff::TiffError;
use tiff::encoder::colortype::{Gray16, Gray32};
use tiff::encoder::{Compression, DeflateLevel, TiffEncoder};

use crate::open::MOST_PIXELS;
use crate::tiff_file::Samples;
use crate::{ImagingError, picture, tiff_file, write};

/// Objects of one field. Labels run from 1 to `count` without gaps; 0 is background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// `[[y, x]]`.
    pub map: Array2<u32>,
    /// Number of objects.
    pub count: u32,
}

impl Labels {
    /// Renumbers `map` so that labels run without gaps, in the order in which they first appear row by row.
    #[must_use]
    pub fn compacted(mut map: Array2<u32>) -> Self {
        let mut order = std::collections::BTreeMap::new();
        // Neighbours mostly share their label, so that few have to be looked up.
        let mut last = (0, 0);
        for label in map.iter_mut().filter(|label| **label != 0) {
            if *label != last.0 {
                let next = order.len() as u32 + 1;
                last = (*label, *order.entry(*label).or_insert(next));
            }
            *label = last.1;
        }
        Self {
            map,
            count: order.len() as u32,
        }
    }

    /// Whether all pixels that are not background hang together, corners included.
    fn is_one_piece(&self) -> bool {
        let (height, width) = self.map.dim();
        let first = self.map.indexed_iter().find(|(_, label)| **label != 0);
        let Some((first, _)) = first else {
            return true;
        };
        let mut reached = Array2::from_elem((height, width), false);
        reached[first] = true;
        let mut edge = vec![first];
        let mut pixels = 0;
        while let Some((y, x)) = edge.pop() {
            pixels += 1;
            for y in y.saturating_sub(1)..(y + 2).min(height) {
                for x in x.saturating_sub(1)..(x + 2).min(width) {
                    if self.map[[y, x]] != 0 && !reached[[y, x]] {
                        reached[[y, x]] = true;
                        edge.push((y, x));
                    }
                }
            }
        }
        pixels == self.map.iter().filter(|label| **label != 0).count()
    }
}

/// Reads a label image made elsewhere: TIFF or PNG with one number of 8, 16 or 32 bits a pixel, 0 for background. Labels
/// are renumbered without gaps.
///
/// # Errors
/// When the file cannot be read, is not such an image, or is not of `size` (height, width).
pub fn read(path: &Path, size: (usize, usize)) -> Result<Labels, ImagingError> {
    let file = File::open(path).map_err(|source| ImagingError::Open {
        path: path.to_owned(),
        source,
    })?;
    read_from(file, path, size)
}

/// As [`read`], from an open file.
pub(crate) fn read_from<R: Read + Seek>(
    mut reader: R,
    path: &Path,
    size: (usize, usize),
) -> Result<Labels, ImagingError> {
    let mut head = Vec::new();
    reader
        .by_ref()
        .take(24)
        .read_to_end(&mut head)
        .and_then(|_| reader.rewind())
        .map_err(|source| ImagingError::read(path, "header", source))?;
    let numbers = match head[..] {
        [0x89, b'P', b'N', b'G', ..] => {
            // Compared before a pixel is decoded: width and height stand at bytes 16 and 20.
            let side = |at: usize| {
                let bytes = head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
                bytes.map_or(0, u32::from_be_bytes) as usize
            };
            if (side(20), side(16)) != size {
                return Err(ImagingError::sizes_differ(path, (side(20), side(16)), size));
            }
            let decoded = picture::decoded_png(reader, path, MOST_PIXELS)?;
            if decoded.samples != 1 {
                let what = "a coloured picture";
                let remedy =
                    "a label image has one number a pixel: export it as 16- or 32-bit TIFF";
                return Err(ImagingError::malformed(path, "PNG", what, remedy));
            }
            decoded.values.into_iter().map(u32::from).collect()
        }
        [b'I', b'I', ..] | [b'M', b'M', ..] => {
            whole_numbers(tiff_file::read_single(reader, path, size)?, path)?
        }
        _ => {
            return Err(ImagingError::malformed(
                path,
                "header",
                "neither TIFF nor PNG",
                "export the label image as 16- or 32-bit TIFF",
            ));
        }
    };
    let found = numbers.len();
    let map = Array2::from_shape_vec(size, numbers)
        .map_err(|_| ImagingError::sizes_differ(path, (1, found), size))?;
    let labels = Labels::compacted(map);
    if labels.count == 1 && !labels.is_one_piece() {
        let what = "all objects have the same number: this is a mask, not a label image";
        let remedy = "number the objects (ImageJ: MorphoLibJ > Connected components; Python: skimage.measure.label)";
        return Err(ImagingError::malformed(path, "pixels", what, remedy));
    }
    Ok(labels)
}

/// Floats are taken where they are whole, as some programs write labels so.
fn whole_numbers(samples: Samples, path: &Path) -> Result<Vec<u32>, ImagingError> {
    Ok(match samples {
        Samples::U8(values) => values.into_iter().map(u32::from).collect(),
        Samples::U16(values) => values.into_iter().map(u32::from).collect(),
        Samples::U32(values) => values,
        Samples::F32(values) => {
            // 2^24 is where floats stop telling whole numbers apart.
            let label = |value: &f32| (0.0..16_777_216.0).contains(value) && value.fract() == 0.0;
            if let Some(value) = values.iter().find(|value| !label(value)) {
                let what = format!("the value {value} is no label");
                let remedy = "export the label image as 16- or 32-bit integers";
                return Err(ImagingError::malformed(path, "pixels", what, remedy));
            }
            values.into_iter().map(|value| value as u32).collect()
        }
    })
}

/// Writes a label image as TIFF, deflate, 16 bits where all labels fit and 32 otherwise, beside its place and moved.
///
/// # Errors
/// When the file cannot be written.
pub fn write_tiff(labels: &Labels, path: &Path) -> Result<(), ImagingError> {
    write::in_place(path, |file| encode(labels, file))
}

/// The bytes of such a file.
///
/// # Errors
/// When the image has no pixels, or more than a TIFF can hold.
pub fn to_tiff(labels: &Labels) -> io::Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    encode(labels, &mut bytes).map_err(write::as_io)?;
    Ok(bytes.into_inner())
}

fn encode<W: Write + Seek>(labels: &Labels, file: W) -> Result<(), TiffError> {
    let (height, width) = labels.map.dim();
    let (width, height) = (width as u32, height as u32);
    let highest = labels.map.iter().copied().max().unwrap_or(0);
    let mut encoder =
        TiffEncoder::new(file)?.with_compression(Compression::Deflate(DeflateLevel::Balanced));
    if highest <= u32::from(u16::MAX) {
        let numbers: Vec<u16> = labels.map.iter().map(|label| *label as u16).collect();
        encoder.write_image::<Gray16>(width, height, &numbers)
    } else {
        let numbers: Vec<u32> = labels.map.iter().copied().collect();
        encoder.write_image::<Gray32>(width, height, &numbers)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn gaps_are_closed_in_reading_order() {
        let labels = Labels::compacted(array![[0, 7, 7], [3, 0, 7], [3, 9, 0]]);
        assert_eq!(labels.map, array![[0, 1, 1], [2, 0, 1], [2, 3, 0]]);
        assert_eq!(labels.count, 3);
    }

    #[test]
    fn a_mask_is_no_label_image() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mask.tif");
        let write = |map: Array2<u32>| write_tiff(&Labels { map, count: 1 }, &path).unwrap();
        write(array![[255, 0, 0], [0, 255, 0], [255, 255, 0]]);
        assert_eq!(read(&path, (3, 3)).unwrap().count, 1);
        write(array![[255, 0, 255], [255, 0, 0], [255, 0, 0]]);
        let error = read(&path, (3, 3)).unwrap_err().to_string();
        assert!(
            error.contains("mask.tif") && error.contains("a mask"),
            "{error}"
        );
    }

    #[test]
    fn labels_come_back_from_16_and_32_bits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.tif");
        for high in [3, 70_000] {
            let map = array![[0, 1, 1], [0, high, 2]];
            write_tiff(
                &Labels {
                    map: map.clone(),
                    count: 3,
                },
                &path,
            )
            .unwrap();
            assert_eq!(read(&path, (2, 3)).unwrap(), Labels::compacted(map.clone()));
            let labels = Labels { map, count: 3 };
            assert_eq!(to_tiff(&labels).unwrap(), std::fs::read(&path).unwrap());
        }
        let error = read(&path, (3, 3)).unwrap_err().to_string();
        assert!(
            error.contains("3 x 2 pixels") && error.contains("3 x 3"),
            "{error}"
        );
    }
}
