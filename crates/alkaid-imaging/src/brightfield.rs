//! Colour pictures of stained sections, read window by window: PNG, JPEG, TIFF, OME-TIFF, and the tiled pyramids of
//! slide scanners (SVS among them).
//!
//! A [`Slide`] is open and nothing more: pixels are decoded when a window asks for them, and what was decoded last is
//! kept up to a limit, so that a slide of any size is read in bounded memory.

mod error;
pub mod pyramid;
mod redirect;
mod tiled;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::field::PixelSize;
use crate::jpeg::Jpeg;
pub use error::BrightfieldError;
use tiled::TiledFile;

/// Pixels that a picture may have which can only be decoded as a whole: 600 MB of memory.
pub const WHOLE_PICTURE_PIXELS: u64 = 200_000_000;

/// A colour picture that is open for reading.
pub struct Slide {
    /// The file's name without folders.
    pub name: String,
    /// What kind of file it is, in words.
    pub format: String,
    /// Full resolution first, then ever smaller copies of it.
    pub levels: Vec<Level>,
    /// Size of a pixel of level 0, where the file states it.
    pub pixel: Option<PixelSize>,
    /// Nominal magnification of the objective, where the file states it.
    pub magnification: Option<f64>,
    source: Source,
}

/// One resolution of a slide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Pixels of level 0 along the side of one of this level.
    pub downsample: f64,
}

/// Where pixels come from.
enum Source {
    Whole(Rgb),
    Tiled(Box<TiledFile>),
}

/// A block of pixels of one level; `x` and `y` are its top left pixel there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Left.
    pub x: u32,
    /// Top.
    pub y: u32,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Red, green and blue of 8 bits, interleaved row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgb {
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    /// `3 * width * height` bytes.
    pub pixels: Vec<u8>,
}

impl Rgb {
    /// A picture of one colour.
    #[must_use]
    pub fn filled(width: usize, height: usize, colour: [u8; 3]) -> Self {
        Self {
            width,
            height,
            pixels: colour.repeat(width * height),
        }
    }

    /// The colour at a place.
    #[must_use]
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let start = 3 * (y * self.width + x);
        [
            self.pixels[start],
            self.pixels[start + 1],
            self.pixels[start + 2],
        ]
    }

    /// Sets the colour at a place.
    pub fn set(&mut self, x: usize, y: usize, colour: [u8; 3]) {
        let start = 3 * (y * self.width + x);
        self.pixels[start..start + 3].copy_from_slice(&colour);
    }

    /// A part of the picture, cut at its edges.
    #[must_use]
    pub fn crop(&self, window: Window) -> Self {
        let x = (window.x as usize).min(self.width);
        let y = (window.y as usize).min(self.height);
        let width = (window.width as usize).min(self.width - x);
        let height = (window.height as usize).min(self.height - y);
        let mut pixels = Vec::with_capacity(3 * width * height);
        for row in y..y + height {
            let start = 3 * (row * self.width + x);
            pixels.extend_from_slice(&self.pixels[start..start + 3 * width]);
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Averages over blocks of `factor` x `factor` pixels; blocks at the right and the bottom may be smaller.
    #[must_use]
    pub fn reduced(&self, factor: usize) -> Self {
        let factor = factor.max(1);
        let (width, height) = (self.width.div_ceil(factor), self.height.div_ceil(factor));
        let mut pixels = Vec::with_capacity(3 * width * height);
        let mut sums = vec![[0_u32; 4]; width];
        for top in (0..self.height).step_by(factor) {
            sums.fill([0; 4]);
            for y in top..(top + factor).min(self.height) {
                let row = &self.pixels[3 * y * self.width..3 * (y + 1) * self.width];
                for (x, pixel) in row.chunks_exact(3).enumerate() {
                    let sum = &mut sums[x / factor];
                    for (place, value) in sum.iter_mut().zip(pixel) {
                        *place += u32::from(*value);
                    }
                    sum[3] += 1;
                }
            }
            for sum in &sums {
                let count = sum[3].max(1);
                pixels.extend(
                    sum[..3]
                        .iter()
                        .map(|value| ((value + count / 2) / count) as u8),
                );
            }
        }
        Self {
            width,
            height,
            pixels,
        }
    }
}

impl Slide {
    /// Opens a file; its kind is told by its content.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is of no known kind, is no picture in red, green and blue, is compressed in a way that
    /// cannot be decoded (JPEG 2000 is said by name), or can only be decoded as a whole and is too large for that.
    pub fn open(path: &Path) -> Result<Self, BrightfieldError> {
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        let mut start = [0_u8; 12];
        let mut file = File::open(path).map_err(|source| BrightfieldError::open(path, source))?;
        let read = read_start(&mut file, &mut start)
            .map_err(|source| BrightfieldError::open(path, source))?;
        match &start[..read] {
            [0x89, b'P', b'N', b'G', ..] => Ok(Self::whole(&name, png(path)?, "PNG")),
            [0xff, 0xd8, 0xff, ..] => Ok(Self::whole(&name, jpeg(path)?, "JPEG")),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => {
                let (file, facts) = TiledFile::open(path)?;
                Ok(Self {
                    name,
                    format: facts.format,
                    levels: facts.levels,
                    pixel: facts.pixel,
                    magnification: facts.magnification,
                    source: Source::Tiled(Box::new(file)),
                })
            }
            _ => Err(BrightfieldError::UnknownKind {
                path: path.to_owned(),
            }),
        }
    }

    /// A picture in memory as a slide.
    #[must_use]
    pub fn from_rgb(name: &str, picture: Rgb, pixel: Option<PixelSize>) -> Self {
        Self {
            name: name.to_owned(),
            format: "picture in memory".to_owned(),
            levels: vec![Level {
                width: picture.width as u32,
                height: picture.height as u32,
                downsample: 1.0,
            }],
            pixel,
            magnification: None,
            source: Source::Whole(picture),
        }
    }

    fn whole(name: &str, picture: Rgb, format: &str) -> Self {
        Self {
            format: format.to_owned(),
            ..Self::from_rgb(name, picture, None)
        }
    }

    /// Decodes a window of a level. What lies outside the picture is left out, so the answer may be smaller.
    ///
    /// # Errors
    ///
    /// When the file cannot be read there or its data are damaged.
    pub fn read(&self, level: usize, window: Window) -> Result<Rgb, BrightfieldError> {
        match &self.source {
            Source::Whole(picture) => Ok(picture.crop(window)),
            Source::Tiled(file) => file.read(level.min(self.levels.len() - 1), window),
        }
    }

    /// Width and height of level 0.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.levels[0].width, self.levels[0].height)
    }

    /// A small copy of the whole slide whose longer side has at most `longest` pixels, and how many pixels of level 0
    /// lie along the side of one of its pixels. Read from the pyramid where there is one; else from level 0 piece by
    /// piece.
    ///
    /// # Errors
    ///
    /// As [`Slide::read`].
    pub fn overview(&self, longest: u32) -> Result<(Rgb, f64), BrightfieldError> {
        let longest = longest.max(1);
        let fits = |level: &Level| level.width.max(level.height) <= 4 * longest;
        let index = self
            .levels
            .iter()
            .position(fits)
            .unwrap_or(self.levels.len() - 1);
        let level = self.levels[index];
        let factor = level.width.max(level.height).div_ceil(longest).max(1);
        let (width, height) = (level.width.div_ceil(factor), level.height.div_ceil(factor));
        let mut picture = Rgb::filled(width as usize, height as usize, [255; 3]);
        let step = factor * (1024 / factor).max(1);
        for y in (0..level.height).step_by(step as usize) {
            for x in (0..level.width).step_by(step as usize) {
                let part = self.read(
                    index,
                    Window {
                        x,
                        y,
                        width: step,
                        height: step,
                    },
                )?;
                paste(
                    &mut picture,
                    &part.reduced(factor as usize),
                    (x / factor) as usize,
                    (y / factor) as usize,
                );
            }
        }
        Ok((picture, level.downsample * f64::from(factor)))
    }
}

/// Puts a picture into a larger one.
fn paste(target: &mut Rgb, part: &Rgb, x: usize, y: usize) {
    let width = part.width.min(target.width.saturating_sub(x));
    for row in 0..part.height.min(target.height.saturating_sub(y)) {
        let from = 3 * row * part.width;
        let to = 3 * ((y + row) * target.width + x);
        target.pixels[to..to + 3 * width].copy_from_slice(&part.pixels[from..from + 3 * width]);
    }
}

/// Reads up to the length of `start`; short files give less.
fn read_start(file: &mut File, start: &mut [u8]) -> std::io::Result<usize> {
    let mut read = 0;
    while read < start.len() {
        match file.read(&mut start[read..])? {
            0 => break,
            more => read += more,
        }
    }
    Ok(read)
}

/// A PNG, which has to be decoded as a whole. What is transparent is white.
fn png(path: &Path) -> Result<Rgb, BrightfieldError> {
    let failed = |source: image::ImageError| damaged(path, source.to_string());
    let open = || {
        File::open(path)
            .map(|file| {
                image::ImageReader::with_format(BufReader::new(file), image::ImageFormat::Png)
            })
            .map_err(|source| BrightfieldError::open(path, source))
    };
    let (width, height) = open()?.into_dimensions().map_err(failed)?;
    check_size(path, width, height)?;
    let mut reader = open()?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(12 * WHOLE_PICTURE_PIXELS);
    reader.limits(limits);
    let decoded = reader.decode().map_err(failed)?;
    if !decoded.color().has_color() {
        return Err(grey(path));
    }
    let pixels = match decoded.color().has_alpha() {
        true => decoded
            .into_rgba8()
            .pixels()
            .flat_map(|pixel| over_white(pixel.0))
            .collect(),
        false => decoded.into_rgb8().into_raw(),
    };
    Ok(Rgb {
        width: width as usize,
        height: height as usize,
        pixels,
    })
}

/// A JPEG, which has to be decoded as a whole.
fn jpeg(path: &Path) -> Result<Rgb, BrightfieldError> {
    let open = |source| BrightfieldError::open(path, source);
    let mut bytes = Vec::new();
    // Compressed, no picture that may be read has more bytes than pixels times three.
    File::open(path)
        .map_err(open)?
        .take(3 * WHOLE_PICTURE_PIXELS)
        .read_to_end(&mut bytes)
        .map_err(open)?;
    let picture = Jpeg::headers(&bytes).map_err(|what| damaged(path, what))?;
    let (width, height) = (picture.width, picture.height);
    check_size(path, width as u32, height as u32)?;
    if picture.is_grey() {
        return Err(grey(path));
    }
    Ok(Rgb {
        width,
        height,
        pixels: picture.rgb().map_err(|what| damaged(path, what))?,
    })
}

/// A colour with its opacity, on white ground.
fn over_white([red, green, blue, opacity]: [u8; 4]) -> [u8; 3] {
    let opacity = u32::from(opacity);
    [red, green, blue]
        .map(|value| ((u32::from(value) * opacity + 255 * (255 - opacity) + 127) / 255) as u8)
}

fn check_size(path: &Path, width: u32, height: u32) -> Result<(), BrightfieldError> {
    match u64::from(width) * u64::from(height) > WHOLE_PICTURE_PIXELS {
        true => Err(BrightfieldError::TooLarge {
            path: path.to_owned(),
            width,
            height,
        }),
        false => Ok(()),
    }
}

fn damaged(path: &Path, what: String) -> BrightfieldError {
    BrightfieldError::Damaged {
        path: path.to_owned(),
        what,
    }
}

fn grey(path: &Path) -> BrightfieldError {
    BrightfieldError::NotColour {
        path: path.to_owned(),
        what: "one grey channel".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reduction_averages_blocks_and_what_is_left_over() {
        let mut picture = Rgb::filled(3, 2, [10, 20, 30]);
        picture.set(2, 0, [0, 0, 0]);
        picture.set(2, 1, [100, 50, 2]);
        let small = picture.reduced(2);
        assert_eq!((small.width, small.height), (2, 1));
        assert_eq!(small.at(0, 0), [10, 20, 30]);
        assert_eq!(small.at(1, 0), [50, 25, 1]);
    }

    #[test]
    fn a_window_is_cut_at_the_edge() {
        let slide = Slide::from_rgb("x", Rgb::filled(10, 8, [1, 2, 3]), None);
        let part = slide
            .read(
                0,
                Window {
                    x: 8,
                    y: 6,
                    width: 5,
                    height: 5,
                },
            )
            .unwrap();
        assert_eq!((part.width, part.height), (2, 2));
    }

    #[test]
    fn an_overview_covers_everything() {
        let mut picture = Rgb::filled(2500, 1100, [200; 3]);
        for y in 1050..1100 {
            for x in 2400..2500 {
                picture.set(x, y, [0; 3]);
            }
        }
        let (small, downsample) = Slide::from_rgb("x", picture, None).overview(100).unwrap();
        assert_eq!((small.width, small.height, downsample), (100, 44, 25.0));
        assert_eq!(small.at(99, 43), [0; 3]);
        assert_eq!(small.at(0, 0), [200; 3]);
    }

    #[test]
    fn what_is_transparent_is_white() {
        assert_eq!(over_white([10, 20, 30, 255]), [10, 20, 30]);
        assert_eq!(over_white([10, 20, 30, 0]), [255; 3]);
        assert_eq!(over_white([0, 100, 255, 128]), [127, 177, 255]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.png");
        let mut picture = image::RgbaImage::from_pixel(3, 1, image::Rgba([90, 60, 30, 255]));
        picture.put_pixel(1, 0, image::Rgba([0, 0, 0, 0]));
        picture.save(&path).unwrap();
        let read = png(&path).unwrap();
        assert_eq!((read.at(0, 0), read.at(1, 0)), ([90, 60, 30], [255; 3]));
    }

    #[test]
    fn a_jpeg_that_is_cut_short_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.jpg");
        let picture = image::RgbImage::from_fn(64, 64, |x, y| {
            image::Rgb([(x * 4) as u8, (y * 4) as u8, (x * y) as u8])
        });
        picture.save(&path).unwrap();
        assert!(jpeg(&path).is_ok());
        let bytes = std::fs::read(&path).unwrap();
        for kept in [bytes.len() / 2, bytes.len() * 3 / 4] {
            std::fs::write(&path, &bytes[..kept]).unwrap();
            assert!(matches!(jpeg(&path), Err(BrightfieldError::Damaged { .. })));
        }
        image::GrayImage::new(8, 8).save(&path).unwrap();
        assert!(matches!(
            jpeg(&path),
            Err(BrightfieldError::NotColour { .. })
        ));
    }

    #[test]
    fn unknown_and_grey_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("a.txt");
        std::fs::write(&text, "no picture").unwrap();
        assert!(matches!(
            Slide::open(&text),
            Err(BrightfieldError::UnknownKind { .. })
        ));
        let grey = folder.path().join("grey.png");
        image::GrayImage::new(4, 4).save(&grey).unwrap();
        assert!(matches!(
            Slide::open(&grey),
            Err(BrightfieldError::NotColour { .. })
        ));
    }
}
