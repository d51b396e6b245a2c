//! PNG and JPEG files, and pictures that are one channel in disguise.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use ndarray::Array3;
use png::{ColorType, Transformations};

use crate::jpeg::Jpeg;
use crate::open::{OpenOptions, stem};
use crate::{Channel, Field, ImagingError, Origin, PixelSize};

const DAMAGED: &str = "the file is damaged or truncated, copy or export it again";

/// Reads a PNG. Grey ones are one channel, others a picture.
pub(crate) fn png<R: Read + Seek>(
    reader: R,
    path: &Path,
    options: &OpenOptions,
) -> Result<Field, ImagingError> {
    let picture = decoded_png(reader, path, options.most_pixels)?;
    Ok(grey_if_of_one_colour(picture.into_field(path)))
}

/// A decoded picture: samples of a pixel lie together.
pub(crate) struct Decoded {
    pub width: usize,
    pub height: usize,
    /// 1 for grey, 3 for red, green and blue.
    pub samples: usize,
    /// Highest value that a sample can have.
    pub full: u16,
    pub values: Vec<u16>,
    pub pixel: Option<PixelSize>,
}

impl Decoded {
    fn into_field(self, path: &Path) -> Field {
        let shape = (1, self.height, self.width);
        let channel = |sample: usize, name: &str, colour| Channel {
            name: name.to_owned(),
            colour,
            emission_nm: None,
            stack: Array3::from_shape_fn(shape, |(_, y, x)| {
                self.values[(y * self.width + x) * self.samples + sample]
            }),
            scale: 1.0,
            saturation: self.full,
        };
        let (channels, origin) = if self.samples == 1 {
            (vec![channel(0, "channel 0", None)], Origin::Channels)
        } else {
            let three = [
                channel(0, "red", Some([255, 0, 0])),
                channel(1, "green", Some([0, 255, 0])),
                channel(2, "blue", Some([0, 0, 255])),
            ];
            (three.into(), Origin::Picture)
        };
        Field {
            name: stem(path),
            channels,
            pixel: self.pixel,
            origin,
        }
    }
}

/// Decodes a PNG; an alpha channel is dropped, a palette resolved.
pub(crate) fn decoded_png<R: Read + Seek>(
    reader: R,
    path: &Path,
    most_pixels: u64,
) -> Result<Decoded, ImagingError> {
    let failed = |error: png::DecodingError| {
        ImagingError::malformed(path, "PNG", error.to_string(), DAMAGED)
    };
    let limits = png::Limits {
        bytes: usize::try_from(most_pixels.saturating_mul(2)).unwrap_or(usize::MAX),
    };
    let mut decoder = png::Decoder::new_with_limits(BufReader::new(reader), limits);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(failed)?;
    let (width, height) = (header.width, header.height);
    let given_bits = header.bit_depth as u32;
    let declared = u64::from(width) * u64::from(height) * header.color_type.samples() as u64;
    if declared > most_pixels {
        return Err(too_large(path, declared, most_pixels));
    }
    let mut reader = decoder.read_info().map_err(failed)?;
    let pixel = reader.info().pixel_dims.and_then(|dims| match dims.unit {
        png::Unit::Meter => {
            let um = |per_metre: u32| (per_metre > 0).then(|| 1e6 / f64::from(per_metre));
            PixelSize::guessed(um(dims.xppu), um(dims.yppu))
        }
        png::Unit::Unspecified => None,
    });
    let bytes = reader
        .output_buffer_size()
        .filter(|bytes| *bytes as u64 <= most_pixels.saturating_mul(8));
    let Some(bytes) = bytes else {
        return Err(too_large(path, declared, most_pixels));
    };
    let mut buffer = vec![0; bytes];
    let frame = reader.next_frame(&mut buffer).map_err(failed)?;
    let stored = frame.color_type.samples();
    let samples = match frame.color_type {
        ColorType::Grayscale | ColorType::GrayscaleAlpha => 1,
        _ => 3,
    };
    let wide = frame.bit_depth == png::BitDepth::Sixteen;
    let all: Vec<u16> = if wide {
        buffer
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect()
    } else {
        buffer.into_iter().map(u16::from).collect()
    };
    let expected = width as usize * height as usize * stored;
    let values = all
        .get(..expected)
        .ok_or_else(|| ImagingError::malformed(path, "PNG", "the pixels end early", DAMAGED))?
        .chunks_exact(stored)
        .flat_map(|pixel| &pixel[..samples])
        .copied()
        .collect();
    // Grey of fewer than 8 bits was stretched to 8.
    let full = if given_bits == 16 { u16::MAX } else { 255 };
    Ok(Decoded {
        width: width as usize,
        height: height as usize,
        samples,
        full,
        values,
        pixel,
    })
}

fn too_large(path: &Path, declared: u64, limit: u64) -> ImagingError {
    ImagingError::TooLarge {
        path: path.to_owned(),
        place: "header".to_owned(),
        declared,
        limit,
    }
}

/// Reads a JPEG, always as a picture: what it lost cannot be measured.
pub(crate) fn jpeg<R: Read + Seek>(
    mut reader: R,
    path: &Path,
    options: &OpenOptions,
) -> Result<Field, ImagingError> {
    let failed = |error| ImagingError::read(path, "JPEG", error);
    let length = reader.seek(SeekFrom::End(0)).map_err(failed)?;
    if length > options.most_pixels {
        return Err(too_large(path, length, options.most_pixels));
    }
    reader.rewind().map_err(failed)?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(failed)?;
    let bad = |what: String| ImagingError::malformed(path, "JPEG", what, DAMAGED);

    let picture = Jpeg::headers(&bytes).map_err(bad)?;
    let (width, height) = (picture.width, picture.height);
    let declared = width as u64 * height as u64 * 3;
    if declared > options.most_pixels {
        return Err(too_large(path, declared, options.most_pixels));
    }
    let values = picture.rgb().map_err(bad)?;
    let decoded = Decoded {
        width,
        height,
        samples: 3,
        full: 255,
        values: values.into_iter().map(u16::from).collect(),
        pixel: None,
    };
    Ok(decoded.into_field(path))
}

/// A picture whose three colours are everywhere equal, or of which two are everywhere 0, is one channel that some program
/// saved in colour; anything else stays as it is.
pub(crate) fn grey_if_of_one_colour(mut field: Field) -> Field {
    if field.origin != Origin::Picture {
        return field;
    }
    let [red, green, blue] = &field.channels[..] else {
        return field;
    };
    let grey = red.stack == green.stack && green.stack == blue.stack;
    let lit: Vec<_> = (0..3)
        .filter(|index| field.channels[*index].stack.iter().any(|count| *count > 0))
        .collect();
    let kept = match lit[..] {
        _ if grey => 0,
        [one] => one,
        _ => return field,
    };
    let mut channel = field.channels.swap_remove(kept);
    if grey {
        channel.colour = None;
    }
    "channel 0".clone_into(&mut channel.name);
    field.channels = vec![channel];
    field.origin = Origin::Channels;
    field
}
