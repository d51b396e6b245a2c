//! One page of a TIFF: its geometry, checked, before any pixel is read.

use std::io::{Read, Seek};

use super::directory::{Directory, Source, tag};
use crate::ImagingError;

const REMEDY: &str =
    "export the image as OME-TIFF or plain TIFF with 8 or 16 bits, LZW, deflate or uncompressed";
const DAMAGED: &str = "the file is damaged or truncated, copy or export it again";

/// Decoded bytes of one strip or tile: the buffer that is allocated at once.
const MOST_CHUNK_BYTES: u64 = 4 << 30;

/// What a page looks like.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// Number of its directory.
    pub number: usize,
    pub width: u32,
    pub height: u32,
    /// Samples of a pixel.
    pub samples: u16,
    /// Bits of a sample.
    pub bits: u16,
    pub format: Format,
    /// Whether the samples lie in planes of their own.
    pub planar: bool,
    pub compression: Compression,
    pub predictor: Predictor,
    pub colours: Colours,
    /// Width and height of a strip or tile.
    pub chunk: (u32, u32),
    /// Where the chunks lie: first byte and length.
    pub chunks: Vec<(u64, u64)>,
}

/// What a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Unsigned,
    Signed,
    Float,
}

/// How chunks are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Lzw,
    Deflate,
    PackBits,
    Zstd,
}

/// What was subtracted before packing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Predictor {
    None,
    Horizontal,
    Float,
}

/// What the samples mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colours {
    /// Grey, 0 is dark.
    Grey,
    /// Grey, 0 is bright.
    Inverted,
    /// Red, green, blue.
    Rgb,
    /// Index into the colour map.
    Palette,
}

impl Page {
    /// Reads and checks a page's geometry.
    pub fn read<R: Read + Seek>(
        source: &mut Source<R>,
        directory: &Directory,
    ) -> Result<Self, ImagingError> {
        let place = directory.place();
        let path = source.path.clone();
        let bad =
            |what: String, remedy| ImagingError::malformed(&path, place.clone(), what, remedy);
        let side = |value: Option<u64>| {
            value
                .and_then(|value| u32::try_from(value).ok())
                .filter(|value| *value > 0)
        };

        let width = side(source.first(directory, tag::WIDTH)?);
        let height = side(source.first(directory, tag::HEIGHT)?);
        let (Some(width), Some(height)) = (width, height) else {
            return Err(bad("no width or height".to_owned(), DAMAGED));
        };
        let samples = source.first(directory, tag::SAMPLES)?.unwrap_or(1);
        let samples = match u16::try_from(samples) {
            Ok(samples @ 1..=64) => samples,
            _ => return Err(bad(format!("{samples} samples a pixel"), DAMAGED)),
        };
        let bits = same(source.numbers(directory, tag::BITS)?, samples, 1);
        let Some(bits @ 1..=64) = bits else {
            return Err(bad(
                "samples of a pixel differ in their bits, or have none".to_owned(),
                REMEDY,
            ));
        };
        let format = match same(source.numbers(directory, tag::SAMPLE_FORMAT)?, samples, 1) {
            Some(1 | 4) => Format::Unsigned,
            Some(2) => Format::Signed,
            Some(3) => Format::Float,
            _ => return Err(bad("complex or mixed sample formats".to_owned(), REMEDY)),
        };
        let known = match format {
            Format::Unsigned => bits <= 16 || bits == 32,
            Format::Signed => matches!(bits, 8 | 16 | 32),
            Format::Float => matches!(bits, 32 | 64),
        };
        if !known {
            return Err(bad(format!("samples of {bits} bits ({format:?})"), REMEDY));
        }
        let compression = match source.first(directory, tag::COMPRESSION)?.unwrap_or(1) {
            1 => Compression::None,
            5 => Compression::Lzw,
            8 | 32946 => Compression::Deflate,
            32773 => Compression::PackBits,
            50000 => Compression::Zstd,
            6 | 7 | 33003 | 33005 | 34712 => {
                return Err(bad(
                    "the pixels are compressed with loss (JPEG), so intensities are not measurable"
                        .to_owned(),
                    REMEDY,
                ));
            }
            other => return Err(bad(format!("compression {other} is not supported"), REMEDY)),
        };
        let predictor = match source.first(directory, tag::PREDICTOR)?.unwrap_or(1) {
            1 => Predictor::None,
            2 if matches!(bits, 8 | 16 | 32 | 64) => Predictor::Horizontal,
            3 if format == Format::Float => Predictor::Float,
            other => {
                let what = format!("predictor {other} with samples of {bits} bits");
                return Err(bad(what, REMEDY));
            }
        };
        if source.first(directory, tag::FILL_ORDER)?.unwrap_or(1) != 1 && bits % 8 != 0 {
            return Err(bad("bits are stored from the low end".to_owned(), REMEDY));
        }
        let colours = match source.first(directory, tag::PHOTOMETRIC)?.unwrap_or(1) {
            0 => Colours::Inverted,
            1 => Colours::Grey,
            2 if samples >= 3 => Colours::Rgb,
            3 if samples == 1 && format == Format::Unsigned && bits <= 16 => Colours::Palette,
            other => {
                let what = format!("photometric interpretation {other} with {samples} samples");
                return Err(bad(what, REMEDY));
            }
        };
        let planar = match source.first(directory, tag::PLANAR)?.unwrap_or(1) {
            1 => false,
            2 => samples > 1,
            other => return Err(bad(format!("planar configuration {other}"), DAMAGED)),
        };
        // Programs call any three planes red-green-blue. A picture for the eye has 8 bits, or its colours side by side.
        let colours = match colours {
            Colours::Rgb if planar && bits > 8 => Colours::Grey,
            colours => colours,
        };

        let tiled = directory.has(tag::TILE_OFFSETS);
        let (chunk, offsets, lengths) = if tiled {
            let width = side(source.first(directory, tag::TILE_WIDTH)?);
            let height = side(source.first(directory, tag::TILE_HEIGHT)?);
            (width.zip(height), tag::TILE_OFFSETS, tag::TILE_BYTES)
        } else {
            let rows = source.first(directory, tag::ROWS_PER_STRIP)?;
            let rows = rows.unwrap_or(u64::from(height)).min(u64::from(height));
            let rows = side(Some(rows));
            (
                rows.map(|rows| (width, rows)),
                tag::STRIP_OFFSETS,
                tag::STRIP_BYTES,
            )
        };
        let Some(chunk) = chunk else {
            return Err(bad("strips or tiles without a size".to_owned(), DAMAGED));
        };
        let mut page = Self {
            number: directory.number,
            width,
            height,
            samples,
            bits: bits as u16,
            format,
            planar,
            compression,
            predictor,
            colours,
            chunk,
            chunks: Vec::new(),
        };
        let packed = page.chunk_bytes();
        if packed > MOST_CHUNK_BYTES {
            let what = format!("a strip or tile of {packed} bytes");
            return Err(bad(what, DAMAGED));
        }
        let offsets = source.numbers(directory, offsets)?.unwrap_or_default();
        let lengths = source.numbers(directory, lengths)?;
        page.chunks = page.located(source, offsets, lengths)?;
        Ok(page)
    }

    /// Pairs the chunks' offsets with their lengths and compares both with the image and the file.
    fn located<R: Read + Seek>(
        &self,
        source: &Source<R>,
        offsets: Vec<u64>,
        lengths: Option<Vec<u64>>,
    ) -> Result<Vec<(u64, u64)>, ImagingError> {
        let bad = |what: String| {
            let place = format!("IFD {}", self.number);
            ImagingError::malformed(&source.path, place, what, DAMAGED)
        };
        let expected = self.chunk_count();
        let lengths = match lengths {
            Some(lengths) => lengths,
            // Old writers leave the lengths out where nothing is compressed.
            None if self.compression == Compression::None => (0..expected)
                .map(|index| self.uncompressed(index))
                .collect(),
            None => return Err(bad("no lengths of its strips or tiles".to_owned())),
        };
        if offsets.len() as u64 != expected || lengths.len() as u64 != expected {
            return Err(bad(format!(
                "{} strips or tiles, where its size asks for {expected}",
                offsets.len()
            )));
        }
        let mut chunks = Vec::with_capacity(offsets.len());
        for (index, (at, length)) in offsets.into_iter().zip(lengths).enumerate() {
            if at.checked_add(length).is_none_or(|end| end > source.len) {
                return Err(bad(format!(
                    "strip or tile {index} ends after the end of the file"
                )));
            }
            let full = self.uncompressed(index as u64);
            if length.saturating_mul(self.compression.greatest_ratio()) < full {
                return Err(bad(format!(
                    "strip or tile {index} has {length} bytes, too few for its {full} bytes of pixels"
                )));
            }
            chunks.push((at, length));
        }
        Ok(chunks)
    }

    /// Pixels times samples, or those of one strip or tile where that is more.
    pub fn declared(&self) -> u64 {
        let image = u64::from(self.width) * u64::from(self.height);
        let chunk = u64::from(self.chunk.0) * u64::from(self.chunk.1);
        image.max(chunk).saturating_mul(u64::from(self.samples))
    }

    /// Samples of a pixel that lie together in a chunk.
    pub fn together(&self) -> u16 {
        if self.planar { 1 } else { self.samples }
    }

    /// Bytes of a chunk's row.
    pub fn row_bytes(&self) -> u64 {
        (u64::from(self.chunk.0) * u64::from(self.together()) * u64::from(self.bits)).div_ceil(8)
    }

    fn chunk_bytes(&self) -> u64 {
        self.row_bytes().saturating_mul(u64::from(self.chunk.1))
    }

    /// Chunks across and down.
    pub fn grid(&self) -> (u64, u64) {
        let across = self.width.div_ceil(self.chunk.0);
        let down = self.height.div_ceil(self.chunk.1);
        (u64::from(across), u64::from(down))
    }

    fn chunk_count(&self) -> u64 {
        let (across, down) = self.grid();
        let planes = if self.planar { self.samples } else { 1 };
        // At most 2^32 * 2^32 / 1 * 64: saturating keeps the comparison with a real count right.
        across
            .saturating_mul(down)
            .saturating_mul(u64::from(planes))
    }

    fn tiled(&self) -> bool {
        self.chunk.0 != self.width || self.chunk.1 > self.height
    }

    /// Rows stored in a chunk: tiles are padded, the last strip is cut.
    pub fn rows(&self, index: u64) -> u32 {
        let (across, down) = self.grid();
        let row = index / across % down;
        let left = u64::from(self.height) - row * u64::from(self.chunk.1);
        if self.tiled() {
            self.chunk.1
        } else {
            left.min(u64::from(self.chunk.1)) as u32
        }
    }

    /// Bytes of a chunk's pixels.
    pub fn uncompressed(&self, index: u64) -> u64 {
        self.row_bytes() * u64::from(self.rows(index))
    }
}

impl Compression {
    /// How many bytes one byte can become: what the formats allow at best.
    fn greatest_ratio(self) -> u64 {
        match self {
            Self::None => 1,
            Self::PackBits => 64,
            // 258 bytes for two bits, and a little for rounding.
            Self::Deflate => 1100,
            // The longest string in a table of 4096, for 12 bits.
            Self::Lzw => 2800,
            Self::Zstd => 1 << 20,
        }
    }
}

/// The one value that all samples share.
fn same(values: Option<Vec<u64>>, samples: u16, absent: u64) -> Option<u64> {
    let Some(values) = values else {
        return Some(absent);
    };
    let first = *values.first()?;
    // libtiff too accepts one value for all.
    let counted = values.len() == 1 || values.len() >= usize::from(samples);
    (counted && values.iter().all(|value| *value == first)).then_some(first)
}
