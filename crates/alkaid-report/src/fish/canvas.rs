//! A coloured picture to draw on, and its PNG.

use std::io;

use super::font;

/// Red, green and blue, row by row.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    /// A picture whose colours `colour` gives at (y, x).
    pub fn new(width: usize, height: usize, colour: impl Fn(usize, usize) -> [u8; 3]) -> Self {
        let mut pixels = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for x in 0..width {
                pixels.extend(colour(y, x));
            }
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Colours a pixel, if it is on the picture.
    pub fn dot(&mut self, x: i64, y: i64, colour: [u8; 3]) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        if x < self.width && y < self.height {
            let at = (y * self.width + x) * 3;
            self.pixels[at..at + 3].copy_from_slice(&colour);
        }
    }

    /// Draws a line one pixel wide; of a dashed one, three pixels of six.
    pub fn line(&mut self, from: [f32; 2], to: [f32; 2], colour: [u8; 3], dashed: bool) {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        // Lines off the picture cost no more than their part on it can.
        let steps = dx.abs().max(dy.abs()).ceil().clamp(1.0, 65_536.0);
        for step in 0..=steps as u32 {
            if dashed && step % 6 >= 3 {
                continue;
            }
            let along = step as f32 / steps;
            let (x, y) = (from[0] + dx * along, from[1] + dy * along);
            self.dot(x.round() as i64, y.round() as i64, colour);
        }
    }

    /// Fills a rectangle.
    pub fn bar(&mut self, left: i64, top: i64, width: i64, height: i64, colour: [u8; 3]) {
        for y in top..top + height {
            for x in left..left + width {
                self.dot(x, y, colour);
            }
        }
    }

    /// Writes text with its top left corner at (x, y), dots of `size` pixels, on a dark rim so that it is read on any
    /// ground.
    pub fn text(&mut self, x: i64, y: i64, text: &str, size: usize, colour: [u8; 3]) {
        let size = size as i64;
        for (rim, ink) in [(1, [0; 3]), (0, colour)] {
            for (index, letter) in text.chars().enumerate() {
                let left = x + (index * font::ADVANCE) as i64 * size;
                for (row, bits) in font::rows(letter).into_iter().enumerate() {
                    for column in (0..5).filter(|column| bits >> (4 - column) & 1 == 1) {
                        let (x, y) = (left + column * size, y + row as i64 * size);
                        self.bar(x - rim, y - rim, size + 2 * rim, size + 2 * rim, ink);
                    }
                }
            }
        }
    }

    /// The picture as PNG.
    ///
    /// # Errors
    /// When it has no pixels or more than a PNG can hold.
    pub fn png(&self) -> io::Result<Vec<u8>> {
        png_of(self.width, self.height, png::ColorType::Rgb, &self.pixels)
    }
}

/// Pixels of 8 bits a sample as PNG.
pub(super) fn png_of(
    width: usize,
    height: usize,
    kind: png::ColorType,
    pixels: &[u8],
) -> io::Result<Vec<u8>> {
    let side = |value: usize| u32::try_from(value).map_err(io::Error::other);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side(width)?, side(height)?);
    encoder.set_color(kind);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header().map_err(io::Error::other)?;
    writer.write_image_data(pixels).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)?;
    Ok(bytes)
}
