//! TIFF in all its shapes: strips or tiles, classic or Big, pyramids in the chain of images or in `SubIFDs`.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use super::error::BrightfieldError;
use super::redirect::Redirected;
use super::{Level, Rgb, Window};
use crate::field::PixelSize;

/// Decoded tiles that are kept, in bytes: some windows of 2,000 x 2,000 pixels, so that neighbours share what they have
/// in common.
const TILE_CACHE: usize = 64 << 20;
/// Decoded strips that are kept: a band of them across a slide of 40,000 pixels fits.
const STRIP_CACHE: usize = 256 << 20;
/// The largest piece (strip or tile) that is decoded at once, in bytes.
const PIECE_BYTES: usize = 640 << 20;
/// Bytes of a piece above which only one is decoded at a time: threads that ask for the same strip would each hold it.
const LARGE_PIECE: usize = 32 << 20;
/// Images of one file that are looked at; more are no pyramid.
const IMAGES: usize = 64;
/// Levels agree in shape with level 0 up to this share: rounding at each halving.
const SAME_SHAPE: f64 = 0.02;

type Reader = Decoder<BufReader<Redirected>>;

/// A TIFF file that is open for reading.
pub(super) struct TiledFile {
    path: PathBuf,
    levels: Vec<Grid>,
    /// Decoders that are not in use, by level.
    idle: Mutex<Vec<(usize, Reader)>>,
    cache: Mutex<Cache>,
    /// Held while a large piece is decoded.
    large: Mutex<()>,
}

/// Values of the tag `ExtraSamples` for opacity. Where it is associated, colours are already darkened by it, and
/// putting them on white once more leaves what is opaque as it is and what is transparent white.
const ASSOCIATED: u64 = 1;
const UNASSOCIATED: u64 = 2;

/// Value of `PhotometricInterpretation` for numbers into a table of colours.
const PALETTE: u16 = 3;

/// How one level is cut into pieces.
#[derive(Clone, Debug)]
struct Grid {
    /// Byte at which its directory starts.
    directory: u64,
    width: u32,
    height: u32,
    piece_width: u32,
    piece_height: u32,
    tiled: bool,
    samples: Samples,
    /// Pieces that the file leaves out, in order: nothing was scanned there.
    empty: Arc<[u32]>,
}

/// How a piece's samples become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Samples {
    /// Interleaved, this many a pixel, the first three red, green and blue.
    Rgb(usize),
    /// Interleaved, red, green, blue and opacity.
    Rgba,
    /// Interleaved luma and two colour differences.
    YCbCr,
    /// Red, green and blue in pieces of their own.
    Planes,
}

/// What the file says of itself.
pub(super) struct Facts {
    pub(super) format: String,
    pub(super) levels: Vec<Level>,
    pub(super) pixel: Option<PixelSize>,
    pub(super) magnification: Option<f64>,
}

/// Pieces decoded last, oldest first.
struct Cache {
    /// Bytes that it may hold.
    most: usize,
    pieces: BTreeMap<(usize, u32), Arc<Vec<u8>>>,
    order: VecDeque<(usize, u32)>,
    bytes: usize,
}

impl Cache {
    fn new(most: usize) -> Self {
        Self {
            most,
            pieces: BTreeMap::new(),
            order: VecDeque::new(),
            bytes: 0,
        }
    }

    fn get(&self, key: (usize, u32)) -> Option<Arc<Vec<u8>>> {
        self.pieces.get(&key).cloned()
    }

    fn put(&mut self, key: (usize, u32), piece: Arc<Vec<u8>>) {
        if self.pieces.contains_key(&key) {
            return;
        }
        self.bytes += piece.len();
        self.pieces.insert(key, piece);
        self.order.push_back(key);
        while self.bytes > self.most && self.order.len() > 1 {
            if let Some(old) = self
                .order
                .pop_front()
                .and_then(|key| self.pieces.remove(&key))
            {
                self.bytes -= old.len();
            }
        }
    }
}

impl TiledFile {
    pub(super) fn open(path: &Path) -> Result<(Self, Facts), BrightfieldError> {
        // A label, a photograph of the slide or a damaged copy is no level; level 0 alone is enough.
        let mut pages = vec![grid(path, &mut reader(path, None)?)?];
        let later = chain(path)?.into_iter().skip(1);
        pages.extend(later.filter_map(|directory| grid_at(path, directory).ok()));
        // Some writers put a label or a small copy first.
        let area = |grid: &Grid| u64::from(grid.width) * u64::from(grid.height);
        let largest = (0..pages.len())
            .rev()
            .max_by_key(|page| area(&pages[*page]));
        let base = pages.remove(largest.unwrap_or(0));
        let mut main = reader(path, Some(base.directory))?;
        let description = text(&mut main, Tag::ImageDescription);
        // So Ventana names the levels of a slide.
        if description.starts_with("level=") {
            let what = "a BIF slide of Ventana, whose tiles lie on each other";
            return Err(damaged(path, what));
        }
        let resolution = resolution(&mut main);
        let nested = pointers(&mut main, Tag::SubIfd).into_iter().take(IMAGES);
        let nested = nested.filter_map(|directory| grid_at(path, directory).ok());
        let mut grids = vec![base.clone()];
        for level in nested.chain(pages) {
            let last = &grids[grids.len() - 1];
            let smaller = level.width < last.width && level.height < last.height;
            let ratio = |grid: &Grid| f64::from(grid.width) / f64::from(grid.height);
            let same = (ratio(&level) / ratio(&base) - 1.0).abs() < SAME_SHAPE;
            if smaller && same && level.tiled == base.tiled {
                grids.push(level);
            }
        }
        let levels = grids
            .iter()
            .map(|grid| Level {
                width: grid.width,
                height: grid.height,
                downsample: f64::from(base.width) / f64::from(grid.width),
            })
            .collect();
        let stated = stated(&description);
        let kind = match () {
            () if description.starts_with("Aperio") => "SVS (Aperio)",
            () if description.contains("<OME") => "OME-TIFF",
            () if base.tiled => "tiled TIFF",
            () => "TIFF",
        };
        let format = match grids.len() {
            1 => kind.to_owned(),
            n => format!("{kind}, {n} levels"),
        };
        // Some writers put a screen's 72 or 96 dots an inch there, which says nothing of the section.
        let plausible = |size: &PixelSize| (0.05..20.0).contains(&size.x_um);
        let facts = Facts {
            format,
            levels,
            pixel: stated.0.or(resolution).filter(plausible),
            magnification: stated.1,
        };
        let most = if base.tiled { TILE_CACHE } else { STRIP_CACHE };
        let file = Self {
            path: path.to_owned(),
            levels: grids,
            idle: Mutex::new(Vec::new()),
            cache: Mutex::new(Cache::new(most)),
            large: Mutex::new(()),
        };
        Ok((file, facts))
    }

    pub(super) fn read(&self, level: usize, window: Window) -> Result<Rgb, BrightfieldError> {
        let grid = &self.levels[level];
        let left = window.x.min(grid.width);
        let top = window.y.min(grid.height);
        let right = window.x.saturating_add(window.width).min(grid.width);
        let bottom = window.y.saturating_add(window.height).min(grid.height);
        let mut picture = Rgb::filled((right - left) as usize, (bottom - top) as usize, [255; 3]);
        if picture.pixels.is_empty() {
            return Ok(picture);
        }
        let across = grid.width.div_ceil(grid.piece_width);
        for row in top / grid.piece_height..=(bottom - 1) / grid.piece_height {
            for column in left / grid.piece_width..=(right - 1) / grid.piece_width {
                let piece = self.piece(level, row * across + column)?;
                let x0 = column * grid.piece_width;
                let y0 = row * grid.piece_height;
                let piece_width = grid.piece_width.min(grid.width - x0) as usize;
                let from = left.max(x0);
                let count = 3 * (right.min(x0.saturating_add(grid.piece_width)) - from) as usize;
                for y in top.max(y0)..bottom.min(y0.saturating_add(grid.piece_height)) {
                    let source = 3 * ((y - y0) as usize * piece_width + (from - x0) as usize);
                    let target = 3 * ((y - top) as usize * picture.width + (from - left) as usize);
                    picture.pixels[target..target + count]
                        .copy_from_slice(&piece[source..source + count]);
                }
            }
        }
        Ok(picture)
    }

    /// A decoded piece, red, green and blue interleaved.
    fn piece(&self, level: usize, index: u32) -> Result<Arc<Vec<u8>>, BrightfieldError> {
        let key = (level, index);
        if let Some(piece) = lock(&self.cache).get(key) {
            return Ok(piece);
        }
        let grid = &self.levels[level];
        let bytes = 3 * grid.piece_width as usize * grid.piece_height as usize;
        let _one = (bytes > LARGE_PIECE).then(|| lock(&self.large));
        // Another thread may have decoded it meanwhile.
        if let Some(piece) = lock(&self.cache).get(key) {
            return Ok(piece);
        }
        let idle = {
            let mut idle = lock(&self.idle);
            let place = idle.iter().position(|(of, _)| *of == level);
            place.map(|place| idle.swap_remove(place).1)
        };
        let mut reader = match idle {
            Some(reader) => reader,
            None => reader(&self.path, Some(self.levels[level].directory))?,
        };
        let piece = Arc::new(self.decode(&mut reader, level, index)?);
        lock(&self.idle).push((level, reader));
        lock(&self.cache).put(key, Arc::clone(&piece));
        Ok(piece)
    }

    fn decode(
        &self,
        reader: &mut Reader,
        level: usize,
        index: u32,
    ) -> Result<Vec<u8>, BrightfieldError> {
        let grid = &self.levels[level];
        let across = grid.width.div_ceil(grid.piece_width);
        let down = grid.height.div_ceil(grid.piece_height);
        let width = grid
            .piece_width
            .min(grid.width - index % across * grid.piece_width) as usize;
        let height = grid
            .piece_height
            .min(grid.height - index / across * grid.piece_height) as usize;
        if grid.empty.binary_search(&index).is_ok() {
            return Ok(vec![255; 3 * width * height]);
        }
        let mut bytes = |index: u32, samples: usize| {
            let bytes = match reader.read_chunk(index) {
                Ok(DecodingResult::U8(bytes)) => bytes,
                Ok(DecodingResult::U16(words)) => {
                    words.into_iter().map(|word| (word >> 8) as u8).collect()
                }
                Ok(_) => {
                    return Err(damaged(
                        &self.path,
                        "samples are neither 8 nor 16 bits wide",
                    ));
                }
                Err(source) => return Err(refuse(&self.path, source)),
            };
            match bytes.len() >= samples * width * height {
                true => Ok(bytes),
                false => Err(damaged(&self.path, "a tile holds too few pixels")),
            }
        };
        match grid.samples {
            Samples::Rgb(3) => {
                let mut pixels = bytes(index, 3)?;
                pixels.truncate(3 * width * height);
                Ok(pixels)
            }
            Samples::Rgb(samples) => {
                let pixels = bytes(index, samples)?;
                let first = pixels.chunks_exact(samples).take(width * height);
                Ok(first
                    .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
                    .collect())
            }
            Samples::Rgba => {
                let pixels = bytes(index, 4)?;
                let first = pixels.chunks_exact(4).take(width * height);
                Ok(first
                    .flat_map(|p| super::over_white([p[0], p[1], p[2], p[3]]))
                    .collect())
            }
            Samples::YCbCr => {
                let mut pixels = bytes(index, 3)?;
                pixels.truncate(3 * width * height);
                pixels.chunks_exact_mut(3).for_each(to_rgb);
                Ok(pixels)
            }
            Samples::Planes => {
                let mut pixels = vec![0; 3 * width * height];
                for plane in 0..3 {
                    let values = bytes(plane * across * down + index, 1)?;
                    for (pixel, value) in pixels.chunks_exact_mut(3).zip(values) {
                        pixel[plane as usize] = value;
                    }
                }
                Ok(pixels)
            }
        }
    }
}

/// A poisoned lock only means that another thread panicked; what it guards is a cache.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn reader(path: &Path, directory: Option<u64>) -> Result<Reader, BrightfieldError> {
    let open = |source| BrightfieldError::open(path, source);
    let file = File::open(path).map_err(open)?;
    let file = Redirected::new(file, directory).map_err(open)?;
    let mut limits = Limits::default();
    limits.decoding_buffer_size = PIECE_BYTES;
    limits.intermediate_buffer_size = PIECE_BYTES;
    limits.ifd_value_size = 64 << 20;
    Decoder::new(BufReader::with_capacity(64 << 10, file))
        .map(|decoder| decoder.with_limits(limits))
        .map_err(|source| refuse(path, source))
}

/// How the decoder's current image is laid out.
fn grid(path: &Path, reader: &mut Reader) -> Result<Grid, BrightfieldError> {
    let fail = |source| refuse(path, source);
    let compression: Option<u16> = reader.find_tag_unsigned(Tag::Compression).map_err(fail)?;
    if let Some(what) = compression.and_then(undecodable) {
        return Err(BrightfieldError::Compression {
            path: path.to_owned(),
            what: what.to_owned(),
        });
    }
    let (width, height) = reader.dimensions().map_err(fail)?;
    let tag = |reader: &mut Reader, tag| reader.find_tag_unsigned::<u16>(tag).map_err(fail);
    // Not what the decoder says of it: it calls a palette unsupported.
    if tag(reader, Tag::PhotometricInterpretation)? == Some(PALETTE) {
        return Err(not_colour(path, "numbers of a palette"));
    }
    let planar: Option<u16> = reader
        .find_tag_unsigned(Tag::PlanarConfiguration)
        .map_err(fail)?;
    let samples = match reader.colortype().map_err(fail)? {
        ColorType::RGB(8 | 16) if planar == Some(2) => Samples::Planes,
        ColorType::RGB(8 | 16) => Samples::Rgb(3),
        ColorType::RGBA(8 | 16) if planar != Some(2) => match extra_sample(reader).map_err(fail)? {
            Some(ASSOCIATED | UNASSOCIATED) => Samples::Rgba,
            _ => Samples::Rgb(4),
        },
        ColorType::YCbCr(8) => Samples::YCbCr,
        ColorType::Gray(bits) => {
            return Err(not_colour(
                path,
                &format!("one grey channel of {bits} bits"),
            ));
        }
        other => return Err(not_colour(path, &format!("samples of the kind {other:?}"))),
    };
    // The decoder drops what is beyond the colours before it undoes the differences between pixels.
    let more = tag(reader, Tag::SamplesPerPixel)?.unwrap_or(1) > 3;
    let differences = tag(reader, Tag::Predictor)?.unwrap_or(1) != 1;
    if more && differences && samples == Samples::Rgb(3) {
        return Err(BrightfieldError::Compression {
            path: path.to_owned(),
            what: "a predictor over more channels than red, green and blue".to_owned(),
        });
    }
    let (piece_width, piece_height) = reader.chunk_dimensions();
    let piece_height = piece_height.min(height.max(1));
    if piece_width == 0 || piece_height == 0 {
        return Err(damaged(path, "tiles without pixels"));
    }
    let pixels = u64::from(piece_width) * u64::from(piece_height);
    if pixels > super::WHOLE_PICTURE_PIXELS {
        return Err(BrightfieldError::TooLarge {
            path: path.to_owned(),
            width,
            height,
        });
    }
    let tiled = reader.find_tag(Tag::TileWidth).map_err(fail)?.is_some();
    let empty = check_complete(path, reader, tiled)?;
    let directory = reader.ifd_pointer().map_or(0, |pointer| pointer.0);
    Ok(Grid {
        directory,
        width,
        height,
        piece_width,
        piece_height,
        tiled,
        samples,
        empty,
    })
}

/// The directories in the chain of a file's images, the first first.
fn chain(path: &Path) -> Result<Vec<u64>, BrightfieldError> {
    let mut reader = reader(path, None)?;
    let mut directories = Vec::new();
    loop {
        directories.extend(reader.ifd_pointer().map(|pointer| pointer.0));
        let more = reader.more_images() && directories.len() < IMAGES;
        if !more || reader.next_image().is_err() {
            return Ok(directories);
        }
    }
}

/// How the image of a directory is laid out.
fn grid_at(path: &Path, directory: u64) -> Result<Grid, BrightfieldError> {
    grid(path, &mut reader(path, Some(directory))?)
}

/// What the first sample beyond red, green and blue is, where the file says it.
fn extra_sample(reader: &mut Reader) -> Result<Option<u64>, TiffError> {
    if reader.find_tag(Tag::ExtraSamples)?.is_none() {
        return Ok(None);
    }
    Ok(reader.get_tag_u64_vec(Tag::ExtraSamples)?.first().copied())
}

/// Refuses a file that ends before its last piece: a decoder of JPEG fills what is missing with grey. Returns the pieces
/// that the file leaves out on purpose, which have no bytes.
fn check_complete(
    path: &Path,
    reader: &mut Reader,
    tiled: bool,
) -> Result<Arc<[u32]>, BrightfieldError> {
    let length = std::fs::metadata(path)
        .map_err(|source| BrightfieldError::open(path, source))?
        .len();
    let (offsets, counts) = match tiled {
        true => (Tag::TileOffsets, Tag::TileByteCounts),
        false => (Tag::StripOffsets, Tag::StripByteCounts),
    };
    let mut numbers = |tag| {
        reader
            .get_tag_u64_vec(tag)
            .map_err(|source| refuse(path, source))
    };
    let (offsets, counts) = (numbers(offsets)?, numbers(counts)?);
    let missing = offsets
        .iter()
        .zip(&counts)
        .filter(|(offset, count)| offset.saturating_add(**count) > length)
        .count();
    match missing {
        0 => Ok((0_u32..)
            .zip(&counts)
            .filter(|(_, count)| **count == 0)
            .map(|(index, _)| index)
            .collect()),
        missing => Err(damaged(
            path,
            &format!(
                "it is cut short, {missing} of {} pieces lie beyond its end",
                offsets.len()
            ),
        )),
    }
}

/// Compressions that are known and cannot be decoded.
fn undecodable(code: u16) -> Option<&'static str> {
    match code {
        33003 | 33005 | 34712 => Some("JPEG 2000"),
        6 => Some("old-style JPEG"),
        22610 | 34892 => Some("JPEG XR"),
        50001 => Some("WebP"),
        50000 => Some("Zstandard"),
        50002 | 52546 => Some("JPEG XL"),
        _ => None,
    }
}

fn not_colour(path: &Path, what: &str) -> BrightfieldError {
    BrightfieldError::NotColour {
        path: path.to_owned(),
        what: what.to_owned(),
    }
}

fn damaged(path: &Path, what: &str) -> BrightfieldError {
    BrightfieldError::Damaged {
        path: path.to_owned(),
        what: what.to_owned(),
    }
}

fn refuse(path: &Path, source: TiffError) -> BrightfieldError {
    match source {
        TiffError::IoError(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => {
            BrightfieldError::open(path, source)
        }
        other => damaged(path, &other.to_string()),
    }
}

/// JFIF's conversion, full range.
fn to_rgb(pixel: &mut [u8]) {
    let luma = f32::from(pixel[0]);
    let blue = f32::from(pixel[1]) - 128.0;
    let red = f32::from(pixel[2]) - 128.0;
    let byte = |value: f32| value.round().clamp(0.0, 255.0) as u8;
    pixel[0] = byte(luma + 1.402 * red);
    pixel[1] = byte(luma - 0.344_136 * blue - 0.714_136 * red);
    pixel[2] = byte(luma + 1.772 * blue);
}

fn text(reader: &mut Reader, tag: Tag) -> String {
    reader.get_tag_ascii_string(tag).unwrap_or_default()
}

fn pointers(reader: &mut Reader, tag: Tag) -> Vec<u64> {
    let values = reader.find_tag(tag).ok().flatten();
    let Some(value) = values else {
        return Vec::new();
    };
    let list = match value {
        tiff::decoder::ifd::Value::List(values) => values,
        one => vec![one],
    };
    list.into_iter()
        .filter_map(|value| match value {
            tiff::decoder::ifd::Value::Ifd(offset) => Some(u64::from(offset)),
            tiff::decoder::ifd::Value::IfdBig(offset) => Some(offset),
            other => other.into_u64().ok(),
        })
        .collect()
}

/// Pixel size by the resolution tags.
fn resolution(reader: &mut Reader) -> Option<PixelSize> {
    // 2: inch, 3: centimetre.
    let unit = match reader
        .find_tag_unsigned::<u16>(Tag::ResolutionUnit)
        .ok()??
    {
        2 => 25_400.0,
        3 => 10_000.0,
        _ => return None,
    };
    let mut size = |tag| match reader.find_tag(tag).ok()?? {
        tiff::decoder::ifd::Value::Rational(above, below) if above > 0 && below > 0 => {
            Some(unit * f64::from(below) / f64::from(above))
        }
        _ => None,
    };
    Some(PixelSize {
        x_um: size(Tag::XResolution)?,
        y_um: size(Tag::YResolution)?,
        z_um: None,
    })
}

/// Pixel size and magnification by the description: Aperio's `|MPP = 0.25|AppMag = 20`, or OME's attributes.
fn stated(description: &str) -> (Option<PixelSize>, Option<f64>) {
    let size = |x: f64, y: f64| PixelSize {
        x_um: x,
        y_um: y,
        z_um: None,
    };
    if description.starts_with("Aperio") {
        let field = |name: &str| {
            description
                .split('|')
                .filter_map(|field| field.split_once('='))
                .find(|(key, _)| key.trim() == name)
                .and_then(|(_, value)| value.trim().parse::<f64>().ok())
        };
        return (field("MPP").map(|mpp| size(mpp, mpp)), field("AppMag"));
    }
    let attribute = |name: &str| {
        let after = description.split_once(&format!("{name}=\""))?.1;
        Some(after.split_once('"')?.0)
    };
    let micrometres = |axis: &str| {
        let value: f64 = attribute(&format!("PhysicalSize{axis}"))?.parse().ok()?;
        let scale = match attribute(&format!("PhysicalSize{axis}Unit")) {
            None | Some("µm" | "um" | "\u{3bc}m" | "&#181;m" | "&#xB5;m") => 1.0,
            Some("nm") => 1e-3,
            Some("mm") => 1e3,
            Some(_) => return None,
        };
        Some(value * scale)
    };
    let pixel = micrometres("X")
        .zip(micrometres("Y"))
        .map(|(x, y)| size(x, y));
    let magnification = attribute("NominalMagnification").and_then(|text| text.parse().ok());
    (pixel, magnification)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiff_file::made::{Made, MadePage};

    #[test]
    fn descriptions_tell_the_pixel_size() {
        let (pixel, magnification) = stated(
            "Aperio Image Library v11.2.1\r\n46000x32914 |AppMag = 20|MPP = 0.4990|Date = 12/29/09",
        );
        assert_eq!(pixel.map(|p| p.x_um), Some(0.499));
        assert_eq!(magnification, Some(20.0));
        let (pixel, _) = stated(
            "<OME><Image><Pixels PhysicalSizeX=\"250\" PhysicalSizeXUnit=\"nm\" PhysicalSizeY=\"0.25\"/></Image></OME>",
        );
        assert_eq!(pixel.map(|p| (p.x_um, p.y_um)), Some((0.25, 0.25)));
        assert_eq!(stated("nothing"), (None, None));
    }

    #[test]
    fn grey_is_grey_in_luma_and_colour_differences() {
        let mut pixel = [90, 128, 128];
        to_rgb(&mut pixel);
        assert_eq!(pixel, [90; 3]);
    }

    /// A page of 4 x 2 pixels of four samples, of which the fourth has this meaning.
    fn four_samples(extra: u64) -> MadePage {
        let strip = [[200, 100, 50, 255], [9, 9, 9, 0]].concat().repeat(4);
        MadePage::grey(4, 2, 8, strip)
            .with(258, 3, vec![8; 4])
            .with(262, 3, vec![2])
            .with(277, 3, vec![4])
            .with(338, 3, vec![extra])
    }

    fn first_row(file: &[u8]) -> Result<Rgb, BrightfieldError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made.tif");
        std::fs::write(&path, file).unwrap();
        let window = Window {
            x: 0,
            y: 0,
            width: 4,
            height: 1,
        };
        TiledFile::open(&path)?.0.read(0, window)
    }

    #[test]
    fn what_is_transparent_is_white_where_the_file_says_opacity() {
        let opacity = first_row(&Made::default().file(&[four_samples(2)])).unwrap();
        assert_eq!(
            (opacity.at(0, 0), opacity.at(1, 0)),
            ([200, 100, 50], [255; 3])
        );
        let other = first_row(&Made::default().file(&[four_samples(0)])).unwrap();
        assert_eq!((other.at(0, 0), other.at(1, 0)), ([200, 100, 50], [9; 3]));
    }

    /// A page of that many pixels a side, all of one colour.
    fn one_colour(side: u64, colour: [u8; 3]) -> MadePage {
        let strip = colour.repeat((side * side) as usize);
        MadePage::grey(side, side, 8, strip)
            .with(258, 3, vec![8; 3])
            .with(262, 3, vec![2])
            .with(277, 3, vec![3])
    }

    #[test]
    fn the_largest_page_is_the_section() {
        let label = one_colour(4, [1, 2, 3]);
        let file = Made::default().file(&[label, one_colour(8, [200, 100, 50])]);
        assert_eq!(first_row(&file).unwrap().at(0, 0), [200, 100, 50]);
        let level = one_colour(8, [9; 3]).text(270, "level=0 mag=40");
        let error = first_row(&Made::default().file(&[level])).unwrap_err();
        assert!(error.to_string().contains("BIF"), "{error}");
    }

    #[test]
    fn a_piece_that_is_left_out_is_white() {
        let page = one_colour(4, [9; 3]).with(279, 4, vec![0]);
        let row = first_row(&Made::default().file(&[page])).unwrap();
        assert_eq!(row.at(3, 0), [255; 3]);
    }

    #[test]
    fn what_would_come_out_in_wrong_colours_is_refused() {
        let palette = MadePage::grey(4, 2, 8, vec![0; 8]).with(262, 3, vec![3]);
        let error = first_row(&Made::default().file(&[palette])).unwrap_err();
        assert!(error.to_string().contains("palette"), "{error}");
        let differences = four_samples(0).with(317, 3, vec![2]);
        let error = first_row(&Made::default().file(&[differences])).unwrap_err();
        assert!(error.to_string().contains("predictor"), "{error}");
    }

    #[test]
    fn a_file_that_ends_before_its_last_piece_is_refused() {
        // A strip said to be longer than the file is what a cut leaves.
        let cut = four_samples(2).with(279, 4, vec![5_000]);
        let error = first_row(&Made::default().file(&[cut]))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("1 of 1 pieces lie beyond its end"),
            "{error}"
        );
    }

    #[test]
    fn the_cache_forgets_the_oldest() {
        let mut cache = Cache::new(400);
        for index in 0..10 {
            cache.put((0, index), Arc::new(vec![0; 100]));
        }
        assert_eq!(cache.bytes, 400);
        assert!(cache.get((0, 9)).is_some());
        assert!(cache.get((0, 0)).is_none());
    }
}
