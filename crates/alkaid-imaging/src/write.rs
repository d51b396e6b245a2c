//! Writing fields as OME-TIFF and label images as TIFF.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use ndarray::Axis;
use tiff::TiffError;
use tiff::encoder::colortype::Gray16;
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffEncoder, TiffKind};
use tiff::tags::Tag;

use crate::{Field, ImagingError};

/// Above this many bytes of pixels a BigTIFF is written: a plain one ends at 4 GiB.
const BIG: u64 = 3 << 30;

/// Writes a field as OME-TIFF: unsigned 16-bit, deflate, one page for each plane, channel by channel; names, colours,
/// wavelengths, pixel sizes and bit depth in OME-XML. The counts are written as they stand; [`Channel::scale`] has no
/// place in OME-XML and is not kept. The file is written beside its place and moved.
///
/// [`Channel::scale`]: crate::Channel::scale
///
/// # Errors
/// When the file cannot be written, or the field has no pixels.
pub fn ome_tiff(field: &Field, path: &Path) -> Result<(), ImagingError> {
    let (depth, height, width) = field.shape();
    let planes = field.channels.len() as u64 * depth as u64;
    let bytes = planes * height as u64 * width as u64 * 2;
    in_place(path, |file| {
        if bytes > BIG {
            planes_into(TiffEncoder::new_big(file)?, field)
        } else {
            planes_into(TiffEncoder::new(file)?, field)
        }
    })
}

/// Writes through a temporary file beside `path`, which is moved there once it is whole.
pub(crate) fn in_place(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), TiffError>,
) -> Result<(), ImagingError> {
    let failed = |source| ImagingError::Write {
        path: path.to_owned(),
        source,
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = Part(path.with_file_name(name));
    let mut file = BufWriter::new(File::create(&part.0).map_err(failed)?);
    fill(&mut file).map_err(|error| failed(as_io(error)))?;
    file.into_inner()
        .map_err(|error| failed(error.into_error()))?;
    fs::rename(&part.0, path).map_err(failed)
}

/// A file that is removed unless it was moved.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // After the move there is nothing to remove, and a failure to clean up must not hide the first error.
        let _ = fs::remove_file(&self.0);
    }
}

/// What a failure of the encoder comes to.
pub(crate) fn as_io(error: TiffError) -> io::Error {
    match error {
        TiffError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

fn planes_into<W: Write + Seek, K: TiffKind>(
    encoder: TiffEncoder<W, K>,
    field: &Field,
) -> Result<(), TiffError> {
    let (_, height, width) = field.shape();
    let mut encoder = encoder
        .with_compression(Compression::Deflate(DeflateLevel::Balanced))
        .with_predictor(Predictor::Horizontal);
    let mut description = Some(ome_xml(field));
    let mut row_major = Vec::with_capacity(width * height);
    for channel in &field.channels {
        for plane in channel.stack.axis_iter(Axis(0)) {
            let mut image = encoder.new_image::<Gray16>(width as u32, height as u32)?;
            if let Some(xml) = description.take() {
                image
                    .encoder()
                    .write_tag(Tag::ImageDescription, xml.as_str())?;
            }
            row_major.clear();
            row_major.extend(plane.iter().copied());
            image.write_data(&row_major)?;
        }
    }
    Ok(())
}

/// The OME-XML of a field, in ASCII, as a TIFF tag has to be.
fn ome_xml(field: &Field) -> String {
    let (depth, height, width) = field.shape();
    let mut xml = String::from(
        r#"<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openmicroscopy.org/Schemas/OME/2016-06 http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd" Creator="Alkaid">"#,
    );
    let name = escaped(&field.name);
    // Writing to a String does not fail.
    let _ = write!(
        xml,
        r#"<Image ID="Image:0" Name="{name}"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" SizeX="{width}" SizeY="{height}" SizeZ="{depth}" SizeC="{}" SizeT="1""#,
        field.channels.len()
    );
    let saturation = field
        .channels
        .iter()
        .map(|channel| channel.saturation)
        .max();
    if let Some(saturation) = saturation {
        let bits = (16 - saturation.leading_zeros()).max(1);
        let _ = write!(xml, r#" SignificantBits="{bits}""#);
    }
    if let Some(pixel) = field.pixel {
        for (axis, size) in [
            ("X", Some(pixel.x_um)),
            ("Y", Some(pixel.y_um)),
            ("Z", pixel.z_um),
        ] {
            if let Some(size) = size {
                let _ = write!(
                    xml,
                    r#" PhysicalSize{axis}="{size}" PhysicalSize{axis}Unit="&#181;m""#
                );
            }
        }
    }
    xml.push('>');
    for (number, channel) in field.channels.iter().enumerate() {
        let name = escaped(&channel.name);
        let _ = write!(
            xml,
            r#"<Channel ID="Channel:0:{number}" Name="{name}" SamplesPerPixel="1""#
        );
        if let Some([red, green, blue]) = channel.colour {
            let colour = i32::from_be_bytes([red, green, blue, 255]);
            let _ = write!(xml, r#" Color="{colour}""#);
        }
        if let Some(nm) = channel.emission_nm {
            let _ = write!(
                xml,
                r#" EmissionWavelength="{nm}" EmissionWavelengthUnit="nm""#
            );
        }
        xml.push_str("/>");
    }
    for number in 0..field.channels.len() * depth {
        let _ = write!(
            xml,
            r#"<TiffData IFD="{number}" FirstZ="{}" FirstC="{}" FirstT="0" PlaneCount="1"/>"#,
            number % depth,
            number / depth
        );
    }
    xml.push_str("</Pixels></Image></OME>");
    xml
}

/// Text for an XML attribute; what is not printable ASCII becomes a character reference, control characters go.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            ' '..='~' => out.push(character),
            control if control.is_control() => {}
            other => {
                let _ = write!(out, "&#{};", u32::from(other));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::{Channel, Origin, PixelSize};

    fn field() -> Field {
        let channel = |name: &str, start: u16| Channel {
            name: name.to_owned(),
            colour: Some([255, 128, start as u8]),
            emission_nm: Some(461.5),
            stack: Array3::from_shape_fn((2, 5, 7), |(z, y, x)| {
                start + (z * 100 + y * 10 + x) as u16
            }),
            scale: 1.0,
            saturation: 4095,
        };
        Field {
            name: "a \"tumour\" <µ>".to_owned(),
            channels: vec![channel("DAPI", 0), channel("3' & red", 900)],
            pixel: Some(PixelSize {
                x_um: 0.1075,
                y_um: 0.1075,
                z_um: Some(0.5),
            }),
            origin: Origin::Channels,
        }
    }

    #[test]
    fn another_reader_finds_the_planes_and_the_description() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ome.tif");
        ome_tiff(&field(), &path).unwrap();
        let mut decoder = tiff::decoder::Decoder::new(File::open(&path).unwrap()).unwrap();
        let xml = decoder.get_tag_ascii_string(Tag::ImageDescription).unwrap();
        assert!(xml.contains(r#"Name="3' &amp; red""#), "{xml}");
        assert!(xml.contains(r#"PhysicalSizeZ="0.5""#), "{xml}");
        assert!(xml.contains(r#"SignificantBits="12""#), "{xml}");
        for plane in field().channels.iter().flat_map(|channel| {
            channel
                .stack
                .outer_iter()
                .map(|p| p.to_owned())
                .collect::<Vec<_>>()
        }) {
            let tiff::decoder::DecodingResult::U16(values) = decoder.read_image().unwrap() else {
                panic!("16-bit expected");
            };
            assert_eq!(values, plane.iter().copied().collect::<Vec<_>>());
            if decoder.more_images() {
                decoder.next_image().unwrap();
            }
        }
        assert!(!decoder.more_images());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = ome_tiff(&field(), Path::new("/no/such/folder/a.ome.tif")).unwrap_err();
        assert!(error.to_string().contains("/no/such/folder"), "{error}");
    }
}
