//! ImageJ's description of a stack: a text in the first page and a block of its own tags.
//!
//! As in `ij/io/TiffEncoder` and `TiffDecoder` of ImageJ 1.54 (public domain): planes run channel first, then slice, then
//! frame; stacks above 4 GB have a single directory, with the planes one after another, uncompressed.

use std::collections::BTreeMap;

use super::ome::micrometres_in;

/// What the description says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stack {
    /// Planes in all.
    pub images: u64,
    pub channels: u64,
    pub slices: u64,
    pub frames: u64,
    /// Micrometres in its unit of length; `None` when that is pixels.
    pub unit_um: Option<f64>,
    /// Distance of planes in that unit.
    pub spacing: Option<f64>,
}

/// Reads the description, when it is ImageJ's.
pub(crate) fn parse(description: &str) -> Option<Stack> {
    let mut lines = description.lines();
    if !lines.next()?.starts_with("ImageJ=") {
        return None;
    }
    let fields: BTreeMap<_, _> = lines.filter_map(|line| line.split_once('=')).collect();
    let number = |name| {
        fields
            .get(name)
            .and_then(|text| text.trim().parse::<u64>().ok())
    };
    let count = |name| number(name).unwrap_or(1).max(1);
    let images = count("images");
    let channels = count("channels");
    let frames = count("frames");
    // A plain stack says `images` only, and its planes are slices.
    let slices = number("slices").unwrap_or_else(|| {
        if channels.saturating_mul(frames) == 1 {
            images
        } else {
            1
        }
    });
    Some(Stack {
        images,
        channels,
        slices: slices.max(1),
        frames,
        unit_um: fields.get("unit").and_then(|unit| micrometres_in(unit)),
        spacing: fields
            .get("spacing")
            .and_then(|text| text.trim().parse().ok()),
    })
}

/// Names and colours in ImageJ's own tags.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Extras {
    /// One a plane, in file order.
    pub labels: Vec<String>,
    /// The brightest entry of each channel's colour table.
    pub colours: Vec<[u8; 3]>,
}

/// Reads ImageJ's tags: `counts` are the lengths of the blocks in `data`, the first of which lists their kinds. What
/// does not fit is left out, since only names and colours are lost.
pub(crate) fn extras(counts: &[u64], data: &[u8], big_endian: bool) -> Extras {
    let word = |bytes: &[u8]| -> u32 {
        let four = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if big_endian {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        }
    };
    let mut extras = Extras::default();
    let Some((header, mut rest)) = counts
        .first()
        .and_then(|length| data.split_at_checked(usize::try_from(*length).ok()?))
    else {
        return extras;
    };
    let mut lengths = counts[1..].iter();
    // The header begins with a magic number; after it come pairs of kind and number of blocks.
    for pair in header.get(4..).unwrap_or_default().chunks_exact(8) {
        let (kind, blocks) = (word(&pair[..4]), word(&pair[4..]));
        for length in lengths.by_ref().take(blocks as usize) {
            let Some((block, after)) = usize::try_from(*length)
                .ok()
                .and_then(|length| rest.split_at_checked(length))
            else {
                return extras;
            };
            rest = after;
            match &kind.to_be_bytes() {
                b"labl" => extras.labels.push(utf16(block, big_endian)),
                b"luts" if block.len() == 768 => {
                    extras.colours.push([block[255], block[511], block[767]]);
                }
                _ => {}
            }
        }
    }
    extras
}

fn utf16(block: &[u8], big_endian: bool) -> String {
    let units: Vec<_> = block
        .chunks_exact(2)
        .map(|pair| {
            if big_endian {
                u16::from_be_bytes([pair[0], pair[1]])
            } else {
                u16::from_le_bytes([pair[0], pair[1]])
            }
        })
        .collect();
    String::from_utf16_lossy(&units)
}

impl Extras {
    /// The name of a channel: the label of its first plane, when the channels' labels tell them apart. ImageJ numbers
    /// labels (`c:1/3 z:2/5 - DAPI`), and only what follows the numbers is a name.
    pub fn channel_name(&self, channel: u64, channels: u64) -> Option<String> {
        let name = |index: u64| {
            let label = self.labels.get(usize::try_from(index).ok()?)?;
            let name = match label.split_once(" - ") {
                Some((numbers, name)) if numbers.contains(':') => name,
                _ => label,
            };
            let name = name.lines().next().unwrap_or_default().trim();
            (!name.is_empty()).then(|| name.to_owned())
        };
        let own = name(channel)?;
        let shared =
            (0..channels).any(|other| other != channel && name(other).as_ref() == Some(&own));
        (!shared).then_some(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyperstacks_and_plain_stacks() {
        let stack = parse("ImageJ=1.54f\nimages=30\nchannels=3\nslices=10\nhyperstack=true\nunit=\\u00B5m\nspacing=0.4\n").unwrap();
        assert_eq!((stack.channels, stack.slices, stack.frames), (3, 10, 1));
        assert_eq!((stack.unit_um, stack.spacing), (Some(1.0), Some(0.4)));
        assert_eq!(parse("ImageJ=1.54f\nimages=7\n").unwrap().slices, 7);
        assert_eq!(
            parse("ImageJ=1.54f\nimages=7\nframes=7\n").unwrap().slices,
            1
        );
        assert_eq!(parse("a picture"), None);
    }

    #[test]
    fn names_and_colours_of_channels() {
        let utf16 = |text: &str| {
            text.encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<_>>()
        };
        let (one, two) = (utf16("c:1/2 - DAPI"), utf16("c:2/2 - red"));
        let mut lut = vec![0; 768];
        lut[767] = 255;
        let mut data = b"JIJI".to_vec();
        for (kind, blocks) in [(b"labl", 2u32), (b"luts", 1)] {
            data.extend(u32::from_be_bytes(*kind).to_le_bytes());
            data.extend(blocks.to_le_bytes());
        }
        let counts = [data.len() as u64, one.len() as u64, two.len() as u64, 768];
        data.extend(one.into_iter().chain(two).chain(lut));
        let found = extras(&counts, &data, false);
        assert_eq!(found.colours, [[0, 0, 255]]);
        assert_eq!(found.channel_name(0, 2).as_deref(), Some("DAPI"));
        assert_eq!(found.channel_name(1, 2).as_deref(), Some("red"));
        assert_eq!(extras(&counts, &data[..40], false).colours.len(), 0);
    }
}
