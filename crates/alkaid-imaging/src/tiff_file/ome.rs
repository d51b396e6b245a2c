//! OME-XML: which page holds which channel and plane, and what the channels are.
//!
//! The model is that of the Open Microscopy Environment, <https://docs.openmicroscopy.org/ome-model/latest/ome-tiff/>.

use std::collections::BTreeMap;
use std::path::Path;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::ImagingError;

const REMEDY: &str = "export the file again as OME-TIFF, or convert it with bfconvert";

/// Planes of one image; a whole-slide stack has some thousands.
const MOST_PLANES: u64 = 1 << 20;

/// One image of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Image {
    pub name: Option<String>,
    /// Planes, channels (samples of a pixel counted singly) and times.
    pub size: Size,
    /// The letters after X and Y, the fastest first.
    order: [char; 3],
    /// Size of a pixel along x, y and z in micrometres, as far as it is told in a length.
    pub pixel_um: [Option<f64>; 3],
    pub significant_bits: Option<u16>,
    pub channels: Vec<Channel>,
    data: Vec<Data>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Size {
    pub x: u64,
    pub y: u64,
    pub z: u64,
    pub c: u64,
    pub t: u64,
}

/// One channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Channel {
    pub name: Option<String>,
    pub colour: Option<[u8; 3]>,
    pub emission_nm: Option<f64>,
    /// Samples of a pixel that are one channel: 3 for red-green-blue.
    pub samples: u64,
}

/// One `TiffData` element.
#[derive(Clone, Debug, Default)]
struct Data {
    ifd: Option<u64>,
    first: [u64; 3],
    count: Option<u64>,
    /// The file that holds the planes, when it is named.
    file: Option<String>,
}

/// Whether a description is OME-XML.
pub(crate) fn is_ome(description: &str) -> bool {
    let head: String = description.trim_start().chars().take(4096).collect();
    head.starts_with('<') && (head.contains("<OME") || head.contains(":OME"))
}

/// Reads the images of an OME-XML text.
pub(crate) fn parse(xml: &str, path: &Path) -> Result<Vec<Image>, ImagingError> {
    let mut reader = Reader::from_str(xml);
    let mut images: Vec<Image> = Vec::new();
    let mut in_image = false;
    loop {
        let at = reader.buffer_position();
        let bad = |what: String| {
            let place = format!("OME-XML, byte {at}");
            ImagingError::malformed(path, place, what, REMEDY)
        };
        let event = reader
            .read_event()
            .map_err(|error| bad(error.to_string()))?;
        match event {
            Event::Start(element) | Event::Empty(element) => {
                let attributes = attributes(&element).map_err(bad)?;
                match element.local_name().as_ref() {
                    "Image" => {
                        in_image = true;
                        images.push(Image {
                            name: attributes.text("Name"),
                            ..Image::default()
                        });
                    }
                    name if in_image => {
                        if let Some(image) = images.last_mut() {
                            image.take(name, &attributes).map_err(bad)?;
                        }
                    }
                    "BinaryOnly" => {
                        return Err(bad(format!(
                            "the description of the image lies in another file, {}",
                            attributes.text("MetadataFile").unwrap_or_default()
                        )));
                    }
                    _ => {}
                }
            }
            Event::End(element) if element.local_name().as_ref() == "Image" => in_image = false,
            Event::DocType(_) => {
                return Err(bad("a document type, which OME-XML never has".to_owned()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    images.retain(|image| image.size.x > 0);
    Ok(images)
}

/// The attributes of an element, values unescaped.
struct Attributes(BTreeMap<String, String>);

fn attributes(element: &BytesStart) -> Result<Attributes, String> {
    let mut found = BTreeMap::new();
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name = attribute.key.local_name().as_ref().to_owned();
        // Entities that the document declares are not known to the reader and end here.
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?;
        found.insert(name, value.into_owned());
    }
    Ok(Attributes(found))
}

impl Attributes {
    fn text(&self, name: &str) -> Option<String> {
        self.0
            .get(name)
            .filter(|text| !text.trim().is_empty())
            .cloned()
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        let Some(text) = self.0.get(name) else {
            return Ok(None);
        };
        match text.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(format!("{name}=\"{text}\" is no number")),
        }
    }
}

impl Image {
    fn take(&mut self, element: &str, attributes: &Attributes) -> Result<(), String> {
        match element {
            "Pixels" => self.pixels(attributes),
            "Channel" => {
                self.channels.push(Channel {
                    name: attributes.text("Name"),
                    colour: attributes.number::<i32>("Color")?.map(|colour| {
                        let [red, green, blue, _] = colour.to_be_bytes();
                        [red, green, blue]
                    }),
                    emission_nm: emission(attributes)?,
                    samples: attributes.number("SamplesPerPixel")?.unwrap_or(1),
                });
                Ok(())
            }
            "TiffData" => {
                let first = |name| attributes.number(name).map(|found| found.unwrap_or(0));
                self.data.push(Data {
                    ifd: attributes.number("IFD")?,
                    first: [first("FirstZ")?, first("FirstC")?, first("FirstT")?],
                    count: attributes.number("PlaneCount")?,
                    file: None,
                });
                Ok(())
            }
            "UUID" => {
                if let Some(data) = self.data.last_mut() {
                    data.file = attributes.text("FileName");
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn pixels(&mut self, attributes: &Attributes) -> Result<(), String> {
        let side = |name: &str| match attributes.number::<u64>(name)? {
            Some(size @ 1..=0xFFFF_FFFF) => Ok(size),
            Some(size) => Err(format!("{name}=\"{size}\"")),
            None => Err(format!("{name} is missing")),
        };
        self.size = Size {
            x: side("SizeX")?,
            y: side("SizeY")?,
            z: side("SizeZ")?,
            c: side("SizeC")?,
            t: side("SizeT")?,
        };
        let Size { z, c, t, .. } = self.size;
        if z.saturating_mul(c).saturating_mul(t) > MOST_PLANES {
            return Err(format!("{z} planes, {c} channels and {t} times"));
        }
        let order = attributes.text("DimensionOrder").unwrap_or_default();
        let letters: Vec<_> = order.chars().collect();
        self.order = match letters[..] {
            ['X', 'Y', a, b, c] if ['Z', 'C', 'T'].iter().all(|x| [a, b, c].contains(x)) => {
                [a, b, c]
            }
            _ => return Err(format!("DimensionOrder=\"{order}\"")),
        };
        self.significant_bits = attributes.number("SignificantBits")?;
        for (index, axis) in ["X", "Y", "Z"].iter().enumerate() {
            let size = attributes.number::<f64>(&format!("PhysicalSize{axis}"))?;
            let unit = attributes.text(&format!("PhysicalSize{axis}Unit"));
            let unit = unit.as_deref().unwrap_or("µm");
            self.pixel_um[index] = size.zip(micrometres_in(unit)).map(|(size, um)| size * um);
        }
        Ok(())
    }

    /// Channels that the file counts as one each: a red-green-blue picture is one.
    fn groups(&self) -> u64 {
        let samples = self.samples();
        if self.size.c.is_multiple_of(samples) {
            self.size.c / samples
        } else {
            self.size.c
        }
    }

    /// Samples that one page holds for a channel.
    pub fn samples(&self) -> u64 {
        self.channels
            .first()
            .map_or(1, |channel| channel.samples.max(1))
    }

    /// Number of images' planes in `file`: which page holds (channel group, plane, time). `next` is the page at which
    /// elements without one begin.
    pub fn pages(
        &self,
        path: &Path,
        next: &mut u64,
    ) -> Result<BTreeMap<(u64, u64, u64), u64>, ImagingError> {
        let mut pages = BTreeMap::new();
        let everything = [Data::default()];
        let data = if self.data.is_empty() {
            &everything[..]
        } else {
            &self.data
        };
        let all = self.size.z * self.groups() * self.size.t;
        let own = path.file_name().unwrap_or_default().to_string_lossy();
        // When one name stands for all, the file was renamed; otherwise what has another name is elsewhere.
        let one_name = data.iter().all(|element| element.file == data[0].file);
        let mut steps = 0;
        for element in data {
            let named_otherwise = element.file.as_ref().is_some_and(|name| *name != own);
            if named_otherwise && !one_name {
                continue;
            }
            let begin = element.ifd.unwrap_or(*next);
            let count = element
                .count
                .unwrap_or(if element.ifd.is_some() { 1 } else { all });
            let mut place = element.first;
            for step in 0..count.min(all) {
                let [z, c, t] = place;
                if z >= self.size.z || c >= self.size.c || t >= self.size.t {
                    break;
                }
                steps += 1;
                if steps > all {
                    let what = "it describes planes more than once";
                    return Err(ImagingError::malformed(path, "OME-XML", what, REMEDY));
                }
                pages.insert((c, z, t), begin.saturating_add(step));
                *next = begin.saturating_add(step + 1);
                self.advance(&mut place);
            }
        }
        if pages.is_empty() {
            let others: Vec<_> = data
                .iter()
                .filter_map(|element| element.file.as_deref())
                .take(3)
                .collect();
            return Err(ImagingError::malformed(
                path,
                "OME-XML",
                format!("its planes lie in other files: {}", others.join(", ")),
                "put the image into one file, e.g. with bfconvert",
            ));
        }
        Ok(pages)
    }

    fn advance(&self, [z, c, t]: &mut [u64; 3]) {
        for axis in self.order {
            let (value, size) = match axis {
                'Z' => (&mut *z, self.size.z),
                'C' => (&mut *c, self.groups()),
                _ => (&mut *t, self.size.t),
            };
            *value += 1;
            if *value < size {
                return;
            }
            // The slowest axis is left past its end, which ends the walk.
            if axis != self.order[2] {
                *value = 0;
            }
        }
    }
}

fn emission(attributes: &Attributes) -> Result<Option<f64>, String> {
    let value = attributes.number::<f64>("EmissionWavelength")?;
    let unit = attributes.text("EmissionWavelengthUnit");
    let nm = micrometres_in(unit.as_deref().unwrap_or("nm")).map(|um| um * 1000.0);
    Ok(value.zip(nm).map(|(value, nm)| value * nm))
}

/// Micrometres in a unit of length; `None` for pixels, reference frames and unknown units.
pub(crate) fn micrometres_in(unit: &str) -> Option<f64> {
    let unit = unit.trim().replace("\\u00B5", "µ").replace('μ', "µ");
    Some(match unit.to_lowercase().as_str() {
        "µm" | "um" | "micron" | "microns" | "micrometer" | "micrometers" | "micrometre"
        | "micrometres" => 1.0,
        "nm" | "nanometer" | "nanometers" | "nanometre" => 1e-3,
        "pm" => 1e-6,
        "å" | "angstrom" => 1e-4,
        "mm" | "millimeter" | "millimetre" => 1e3,
        "cm" | "centimeter" | "centimetre" => 1e4,
        "m" | "meter" | "metre" => 1e6,
        "in" | "inch" | "inches" => 25_400.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(pixels: &str, inside: &str) -> String {
        format!(
            r#"<?xml version="1.0"?><OME xmlns="x"><Image ID="Image:0" Name="a &amp; b"><Pixels {pixels}>{inside}</Pixels></Image></OME>"#
        )
    }

    const SIZES: &str = r#"SizeX="4" SizeY="5" SizeZ="2" SizeC="3" SizeT="1""#;

    #[test]
    fn dimension_order_says_which_page_is_which() {
        for (order, c1z0) in [("XYZCT", 2), ("XYCZT", 1), ("XYTCZ", 1)] {
            let text = xml(
                &format!(r#"DimensionOrder="{order}" {SIZES}"#),
                "<TiffData/>",
            );
            let images = parse(&text, Path::new("a")).unwrap();
            let pages = images[0].pages(Path::new("a"), &mut 0).unwrap();
            assert_eq!(pages.len(), 6, "{order}");
            assert_eq!(pages[&(1, 0, 0)], c1z0, "{order}");
            assert_eq!(images[0].name.as_deref(), Some("a & b"));
        }
    }

    #[test]
    fn units_and_colours_are_read() {
        let text = xml(
            &format!(
                r#"DimensionOrder="XYZCT" {SIZES} PhysicalSizeX="107.5" PhysicalSizeXUnit="nm" PhysicalSizeY="0.1075""#
            ),
            r#"<Channel Name="DAPI" Color="65535" EmissionWavelength="0.461" EmissionWavelengthUnit="&#181;m"/>"#,
        );
        let image = &parse(&text, Path::new("a")).unwrap()[0];
        assert!((image.pixel_um[0].unwrap() - 0.1075).abs() < 1e-12);
        assert_eq!(image.pixel_um[1], Some(0.1075));
        assert_eq!(image.channels[0].colour, Some([0, 0, 255]));
        assert!((image.channels[0].emission_nm.unwrap() - 461.0).abs() < 1e-9);
    }

    #[test]
    fn entity_bombs_and_nonsense_are_refused() {
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><OME><Image Name="&b;"/></OME>"#;
        assert!(parse(bomb, Path::new("a")).is_err());
        for bad in [
            r#"DimensionOrder="XYZZT" SizeX="4" SizeY="5" SizeZ="2" SizeC="3" SizeT="1""#,
            r#"DimensionOrder="XYZCT" SizeX="0" SizeY="5" SizeZ="2" SizeC="3" SizeT="1""#,
            r#"DimensionOrder="XYZCT" SizeX="4" SizeY="5" SizeZ="99999999" SizeC="99999" SizeT="9999""#,
            r#"DimensionOrder="XYZCT" SizeX="4" SizeY="5" SizeZ="2" SizeC="3""#,
        ] {
            let error = parse(&xml(bad, ""), Path::new("a")).unwrap_err();
            assert!(error.to_string().contains("OME-XML, byte"), "{error}");
        }
    }

    #[test]
    fn planes_in_another_file_are_named() {
        let inside = r#"<TiffData FirstC="0"><UUID FileName="b.tif">u</UUID></TiffData><TiffData FirstC="1"><UUID FileName="c.tif">v</UUID></TiffData>"#;
        let image = &parse(
            &xml(&format!(r#"DimensionOrder="XYZCT" {SIZES}"#), inside),
            Path::new("a.tif"),
        )
        .unwrap()[0];
        let error = image
            .pages(Path::new("a.tif"), &mut 0)
            .unwrap_err()
            .to_string();
        assert!(error.contains("b.tif, c.tif"), "{error}");
    }
}
