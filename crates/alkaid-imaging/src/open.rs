//! From a file to its fields.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use crate::{Field, ImagingError, Origin, PixelSize, picture, tiff_file};

/// How files are read.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenOptions {
    /// Size of a pixel in micrometres, which overrules the file.
    pub pixel_um: Option<f64>,
    /// Which time of a time series, from 0. A series without a choice is refused.
    pub time: Option<u64>,
    /// What the pages of a TIFF are that does not say so.
    pub pages: Pages,
    /// Pixels of a file over all channels and planes. More are refused before anything is allocated.
    pub most_pixels: u64,
}

/// What the pages of a TIFF without OME or ImageJ description are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pages {
    /// Channels when there are at most [`MOST_CHANNELS`], otherwise planes of one channel.
    #[default]
    Guessed,
    /// One channel each.
    Channels,
    /// Planes of one channel.
    Planes,
    /// So many channels, changing fastest.
    Interleaved(u16),
}

/// Pages up to this number are taken for channels: probes and counterstain.
pub const MOST_CHANNELS: usize = 6;

/// 512 million pixels: 1 GB in memory, a field of 2048 x 2048 with three channels and 40 planes.
pub const MOST_PIXELS: u64 = 512 << 20;

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            pixel_um: None,
            time: None,
            pages: Pages::Guessed,
            most_pixels: MOST_PIXELS,
        }
    }
}

/// Reads all fields of a file: TIFF (OME, ImageJ, plain, BigTIFF), PNG or JPEG, told by content.
///
/// A red-green-blue picture becomes a field of [`Origin::Picture`]; one that is grey or of one pure colour throughout is
/// one channel, except from JPEG. A time series is refused unless a time is chosen.
///
/// # Errors
/// When the file cannot be opened, is damaged, of an unknown format, larger than allowed, or states an absurd size of a
/// pixel that the options do not overrule.
pub fn open(path: &Path, options: &OpenOptions) -> Result<Vec<Field>, ImagingError> {
    let file = File::open(path).map_err(|source| ImagingError::Open {
        path: path.to_owned(),
        source,
    })?;
    read(file, path, options)
}

/// Reads all fields from an open file; `path` names it. As [`open`].
pub(crate) fn read<R: Read + Seek>(
    mut reader: R,
    path: &Path,
    options: &OpenOptions,
) -> Result<Vec<Field>, ImagingError> {
    let mut head = Vec::new();
    reader
        .by_ref()
        .take(8)
        .read_to_end(&mut head)
        .and_then(|_| reader.rewind())
        .map_err(|source| ImagingError::read(path, "header", source))?;
    let fields = match head[..] {
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => {
            tiff_file::read(reader, path, options)?
        }
        [0x89, b'P', b'N', b'G', ..] => vec![picture::png(reader, path, options)?],
        [0xFF, 0xD8, 0xFF, ..] => vec![picture::jpeg(reader, path, options)?],
        _ => {
            return Err(ImagingError::UnknownFormat {
                path: path.to_owned(),
            });
        }
    };
    fields
        .into_iter()
        .map(|field| with_pixel(field, options))
        .collect()
}

fn with_pixel(mut field: Field, options: &OpenOptions) -> Result<Field, ImagingError> {
    if let Some(size) = options.pixel_um {
        let z_um = field.pixel.and_then(|pixel| pixel.z_um);
        field.pixel = Some(PixelSize::checked(size, size, z_um, "--pixel-size")?);
    }
    Ok(field)
}

/// Makes one field from files of one grey channel each; each channel bears the name given with its file.
///
/// # Errors
/// As [`open`]; also when a file holds more than one channel or field, or differs in size from the first.
pub fn open_channels(
    files: &[(String, PathBuf)],
    options: &OpenOptions,
) -> Result<Field, ImagingError> {
    let mut whole: Option<Field> = None;
    for (name, path) in files {
        let mut fields = open(path, options)?;
        let what = match &fields[..] {
            [one] if one.origin == Origin::Picture => "a red-green-blue picture",
            [one] if one.channels.len() == 1 => "",
            [_] => "several channels",
            _ => "several fields",
        };
        if !what.is_empty() {
            let remedy = "give one grey file a channel";
            return Err(ImagingError::malformed(
                path,
                format!("channel {name}"),
                what,
                remedy,
            ));
        }
        let mut field = fields.remove(0);
        field.channels[0].name.clone_from(name);
        match &mut whole {
            None => whole = Some(field),
            Some(whole) if whole.shape() == field.shape() => {
                whole.channels.append(&mut field.channels);
                whole.pixel = whole.pixel.or(field.pixel);
            }
            Some(whole) => {
                return Err(ImagingError::SizesDiffer {
                    path: path.clone(),
                    found: size(&field),
                    expected: format!("{} is {}", whole.name, size(whole)),
                });
            }
        }
    }
    whole.ok_or_else(|| {
        let remedy = "give one file for each channel";
        ImagingError::malformed(Path::new("--channels"), "value", "no file is named", remedy)
    })
}

fn size(field: &Field) -> String {
    let (depth, height, width) = field.shape();
    format!("{width} x {height} pixels, planes: {depth}")
}

/// What reports call a file: its name without the endings of image files.
pub(crate) fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut stem = &*name;
    for ending in [
        ".tiff", ".tif", ".btf", ".tf8", ".png", ".jpeg", ".jpg", ".ome",
    ] {
        let cut = stem.len().saturating_sub(ending.len());
        if cut > 0
            && stem
                .get(cut..)
                .is_some_and(|end| end.eq_ignore_ascii_case(ending))
        {
            stem = &stem[..cut];
        }
    }
    stem.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_endings() {
        for (path, name) in [
            ("/a/case 7.ome.tif", "case 7"),
            ("x.OME.TIFF", "x"),
            (".tif", ".tif"),
            ("µ.png", "µ"),
            ("a.b", "a.b"),
        ] {
            assert_eq!(stem(Path::new(path)), name);
        }
    }
}
