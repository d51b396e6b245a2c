//! Writing colour pyramids: BigTIFF, tiles compressed with JPEG, levels that halve. QuPath, OpenSlide and Bio-Formats
//! open them.
//!
//! Rows come from the top down; each level keeps one band of tiles in memory and hands averaged rows to the next.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;

use super::{BrightfieldError, Rgb};
use crate::field::PixelSize;

/// Side of a tile.
pub const TILE: usize = 256;
/// Quality of the tiles, 1 to 100.
const QUALITY: u8 = 88;

/// A pyramid that is being written.
pub struct PyramidWriter {
    path: PathBuf,
    out: BufWriter<File>,
    place: u64,
    levels: Vec<LevelBand>,
    description: String,
    pixel: Option<PixelSize>,
}

/// One level while rows arrive.
struct LevelBand {
    width: usize,
    height: usize,
    /// Rows of the band so far, `3 * width` bytes each.
    band: Vec<u8>,
    /// A row that waits for its neighbour, to be averaged into the next level.
    odd: Option<Vec<u8>>,
    rows: usize,
    offsets: Vec<u64>,
    lengths: Vec<u64>,
}

impl PyramidWriter {
    /// Starts a file of `width` x `height` pixels. `description` goes into the first level.
    ///
    /// # Errors
    ///
    /// When the file cannot be made.
    pub fn create(
        path: &Path,
        width: usize,
        height: usize,
        pixel: Option<PixelSize>,
        description: &str,
    ) -> Result<Self, BrightfieldError> {
        let write = |source| BrightfieldError::Write {
            path: path.to_owned(),
            source,
        };
        let mut out = BufWriter::new(File::create(path).map_err(write)?);
        // Little-endian BigTIFF with 8-byte offsets; the pointer to the first image is filled in at the end.
        out.write_all(&[b'I', b'I', 43, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            .map_err(write)?;
        let mut levels = Vec::new();
        let (mut w, mut h) = (width, height);
        loop {
            levels.push(LevelBand {
                width: w,
                height: h,
                band: Vec::new(),
                odd: None,
                rows: 0,
                offsets: Vec::new(),
                lengths: Vec::new(),
            });
            if w.max(h) <= 2 * TILE {
                break;
            }
            (w, h) = (w.div_ceil(2), h.div_ceil(2));
        }
        Ok(Self {
            path: path.to_owned(),
            out,
            place: 16,
            levels,
            description: description.to_owned(),
            pixel,
        })
    }

    /// Adds rows below those that are there already; the picture must have the pyramid's width.
    ///
    /// # Errors
    ///
    /// When the disk is full, or more or wider rows come than the pyramid has.
    pub fn rows(&mut self, rows: &Rgb) -> Result<(), BrightfieldError> {
        let base = &self.levels[0];
        if rows.width != base.width || base.rows + rows.height > base.height {
            return Err(self.failed(io::ErrorKind::InvalidInput.into()));
        }
        for row in rows.pixels.chunks_exact(3 * rows.width) {
            self.row(0, row.to_vec())
                .map_err(|source| self.failed(source))?;
        }
        Ok(())
    }

    /// Writes what is left and the directories.
    ///
    /// # Errors
    ///
    /// When the disk is full, or rows are missing.
    pub fn finish(mut self) -> Result<(), BrightfieldError> {
        if self.levels[0].rows != self.levels[0].height {
            return Err(self.failed(io::ErrorKind::UnexpectedEof.into()));
        }
        self.directories().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> BrightfieldError {
        BrightfieldError::Write {
            path: self.path.clone(),
            source,
        }
    }

    fn row(&mut self, level: usize, row: Vec<u8>) -> io::Result<()> {
        let this = &mut self.levels[level];
        this.band.extend_from_slice(&row);
        this.rows += 1;
        let last = this.rows == this.height;
        let pair = match this.odd.take() {
            Some(upper) => Some((upper, row)),
            None if last => Some((row.clone(), row)),
            None => {
                this.odd = Some(row);
                None
            }
        };
        if last || this.rows.is_multiple_of(TILE) {
            self.flush_band(level)?;
        }
        match pair {
            Some((upper, lower)) if level + 1 < self.levels.len() => {
                self.row(level + 1, halved(&upper, &lower))
            }
            _ => Ok(()),
        }
    }

    /// Compresses a band of tiles.
    fn flush_band(&mut self, level: usize) -> io::Result<()> {
        let this = &mut self.levels[level];
        let band = std::mem::take(&mut this.band);
        let width = this.width;
        let rows = band.len() / (3 * width);
        for left in (0..width).step_by(TILE) {
            let bytes = compressed(&band, width, rows, left)?;
            self.out.write_all(&bytes)?;
            let this = &mut self.levels[level];
            this.offsets.push(self.place);
            this.lengths.push(bytes.len() as u64);
            self.place += bytes.len() as u64;
        }
        Ok(())
    }

    fn directories(&mut self) -> io::Result<()> {
        let mut pointer_at = 8;
        for level in 0..self.levels.len() {
            let start = self.align()?;
            self.point(pointer_at, start)?;
            pointer_at = self.directory(level)?;
        }
        self.out.flush()?;
        self.out.get_ref().sync_all()
    }

    fn align(&mut self) -> io::Result<u64> {
        let padding = (8 - self.place % 8) % 8;
        self.put(&vec![0; padding as usize])?;
        Ok(self.place)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.place += bytes.len() as u64;
        Ok(())
    }

    fn point(&mut self, at: u64, to: u64) -> io::Result<()> {
        self.out.seek(SeekFrom::Start(at))?;
        self.out.write_all(&to.to_le_bytes())?;
        self.out.seek(SeekFrom::Start(self.place)).map(|_| ())
    }

    /// Writes one directory, and returns where its pointer to the next stands.
    fn directory(&mut self, level: usize) -> io::Result<u64> {
        let this = &self.levels[level];
        let long8 = |values: &[u64]| {
            values
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        let short = |values: &[u16]| {
            values
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        let mut entries: Vec<(u16, u16, u64, Vec<u8>)> = vec![
            (254, 4, 1, u32::from(level > 0).to_le_bytes().to_vec()),
            (256, 4, 1, (this.width as u32).to_le_bytes().to_vec()),
            (257, 4, 1, (this.height as u32).to_le_bytes().to_vec()),
            (258, 3, 3, short(&[8, 8, 8])),
            (259, 3, 1, short(&[7])),
            (262, 3, 1, short(&[6])),
            (277, 3, 1, short(&[3])),
            (284, 3, 1, short(&[1])),
            (322, 3, 1, short(&[TILE as u16])),
            (323, 3, 1, short(&[TILE as u16])),
            (324, 16, this.offsets.len() as u64, long8(&this.offsets)),
            (325, 16, this.lengths.len() as u64, long8(&this.lengths)),
            (530, 3, 2, short(&[1, 1])),
        ];
        if level == 0 && !self.description.is_empty() {
            let mut text = self.description.clone().into_bytes();
            text.push(0);
            entries.push((270, 2, text.len() as u64, text));
        }
        if let Some(pixel) = self.pixel {
            let scale = self.levels[0].width as f64 / this.width as f64;
            let rational = |um: f64| {
                let per_cm = (1e4 / (um * scale) * 1000.0).round() as u32;
                [per_cm.to_le_bytes(), 1000_u32.to_le_bytes()].concat()
            };
            entries.push((282, 5, 1, rational(pixel.x_um)));
            entries.push((283, 5, 1, rational(pixel.y_um)));
            entries.push((296, 3, 1, short(&[3])));
        }
        entries.sort_by_key(|entry| entry.0);
        let table = 8 + 20 * entries.len() as u64 + 8;
        let mut overflow = self.place + table;
        let mut head = (entries.len() as u64).to_le_bytes().to_vec();
        let mut tail = Vec::new();
        for (tag, kind, count, bytes) in entries {
            head.extend(tag.to_le_bytes());
            head.extend(kind.to_le_bytes());
            head.extend(count.to_le_bytes());
            if bytes.len() <= 8 {
                let mut value = bytes;
                value.resize(8, 0);
                head.extend(value);
            } else {
                head.extend(overflow.to_le_bytes());
                overflow += bytes.len() as u64;
                tail.extend(bytes);
            }
        }
        let next = self.place + head.len() as u64;
        head.extend(0_u64.to_le_bytes());
        self.put(&head)?;
        self.put(&tail)?;
        Ok(next)
    }
}

/// Two rows averaged into one of half the width.
fn halved(upper: &[u8], lower: &[u8]) -> Vec<u8> {
    let pixels = upper.len() / 3;
    let mut row = Vec::with_capacity(3 * pixels.div_ceil(2));
    for x in (0..pixels).step_by(2) {
        let right = (x + 1).min(pixels - 1);
        for channel in 0..3 {
            let sum: u16 = [upper, lower]
                .iter()
                .map(|row| u16::from(row[3 * x + channel]) + u16::from(row[3 * right + channel]))
                .sum();
            row.push(((sum + 2) / 4) as u8);
        }
    }
    row
}

/// One tile of a band as a JPEG; beyond the picture the last column and row go on.
fn compressed(band: &[u8], width: usize, rows: usize, left: usize) -> io::Result<Vec<u8>> {
    let mut tile = Vec::with_capacity(3 * TILE * TILE);
    for y in 0..TILE {
        let row = &band[3 * y.min(rows - 1) * width..][..3 * width];
        for x in left..left + TILE {
            tile.extend_from_slice(&row[3 * x.min(width - 1)..][..3]);
        }
    }
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY)
        .encode(
            &tile,
            TILE as u32,
            TILE as u32,
            image::ExtendedColorType::Rgb8,
        )
        .map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brightfield::{Slide, Window};

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pyramid.tif");
        let (width, height) = (1301, 777);
        let mut picture = Rgb::filled(width, height, [240, 238, 235]);
        for y in 300..500 {
            for x in 600..900 {
                picture.set(x, y, [120, 70, 40]);
            }
        }
        let pixel = PixelSize {
            x_um: 0.25,
            y_um: 0.25,
            z_um: None,
        };
        let mut writer =
            PyramidWriter::create(&path, width, height, Some(pixel), "made by a test").unwrap();
        for y in (0..height).step_by(100) {
            let window = Window {
                x: 0,
                y: y as u32,
                width: width as u32,
                height: 100,
            };
            writer.rows(&picture.crop(window)).unwrap();
        }
        writer.finish().unwrap();
        let slide = Slide::open(&path).unwrap();
        let sizes: Vec<_> = slide.levels.iter().map(|l| (l.width, l.height)).collect();
        assert_eq!(sizes, [(1301, 777), (651, 389), (326, 195)]);
        assert!((slide.pixel.unwrap().x_um - 0.25).abs() < 1e-4);
        let near = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 6);
        let part = slide
            .read(
                0,
                Window {
                    x: 590,
                    y: 290,
                    width: 400,
                    height: 300,
                },
            )
            .unwrap();
        assert!(near(part.at(2, 2), [240, 238, 235]), "{:?}", part.at(2, 2));
        assert!(
            near(part.at(100, 100), [120, 70, 40]),
            "{:?}",
            part.at(100, 100)
        );
        let small = slide
            .read(
                2,
                Window {
                    x: 180,
                    y: 100,
                    width: 2,
                    height: 2,
                },
            )
            .unwrap();
        assert!(near(small.at(0, 0), [120, 70, 40]));
    }

    #[test]
    fn a_pyramid_with_missing_rows_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let writer = PyramidWriter::create(&folder.path().join("x.tif"), 10, 10, None, "").unwrap();
        assert!(writer.finish().is_err());
    }
}
