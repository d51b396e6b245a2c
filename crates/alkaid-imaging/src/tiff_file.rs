//! TIFF files: directories, then pages, then the layout (OME, ImageJ, plain) that says which page is what, then pixels.

mod chunks;
pub(crate) mod directory;
mod imagej;
mod layout;
#[cfg(test)]
pub(crate) mod made;
mod ome;
mod page;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::path::Path;

use ndarray::Array3;

pub(crate) use chunks::Samples;
use chunks::decode;
use directory::{Directory, Source};
use page::{Colours, Page};

use crate::open::{MOST_PIXELS, OpenOptions};
use crate::{Channel, Field, ImagingError, Origin, PixelSize, picture};

/// One pixel in so many, and some more, may be hot.
const HOT_SHARE: usize = 100_000;
const HOT_LEAST: usize = 4;
/// Over the other pixels' highest value; 16-bit counts leave 12 bits for these.
const HOT_RATIO: f64 = 16.0;

/// One field before its pixels are read.
struct Plan {
    name: String,
    width: u64,
    height: u64,
    channels: Vec<PlannedChannel>,
    pixel: Option<PixelSize>,
    origin: Origin,
}

/// One channel before its pixels are read.
#[derive(Clone, Debug, Default)]
struct PlannedChannel {
    name: Option<String>,
    colour: Option<[u8; 3]>,
    emission_nm: Option<f64>,
    /// Bits that the detector fills, when it is told.
    bits: Option<u16>,
    /// For each plane the key of its page and the sample within.
    planes: Vec<(u64, u16)>,
}

/// Pages by the key that plans use.
type PageTable = BTreeMap<u64, Page>;

/// Reads all fields of a TIFF.
pub(crate) fn read<R: Read + Seek>(
    reader: R,
    path: &Path,
    options: &OpenOptions,
) -> Result<Vec<Field>, ImagingError> {
    let (mut source, directories) = Source::open(reader, path)?;
    let (pages, plans) = layout::plan(&mut source, &directories, options)?;
    within_limit(&source, &pages, &plans, options)?;
    plans
        .into_iter()
        .map(|plan| assemble(&mut source, &pages, plan))
        .collect()
}

/// The samples of a file with one page of `size` (height, width) and one number a pixel: a label image.
pub(crate) fn read_single<R: Read + Seek>(
    reader: R,
    path: &Path,
    size: (usize, usize),
) -> Result<Samples, ImagingError> {
    let (mut source, directories) = Source::open(reader, path)?;
    let page = Page::read(&mut source, &directories[0])?;
    let found = (page.height as usize, page.width as usize);
    if found != size {
        return Err(ImagingError::sizes_differ(path, found, size));
    }
    if page.declared() > MOST_PIXELS {
        return Err(too_large(
            &source.path,
            page.number,
            page.declared(),
            MOST_PIXELS,
        ));
    }
    if directories.len() > 1 || page.samples != 1 || page.colours == Colours::Rgb {
        return Err(ImagingError::malformed(
            path,
            "IFD 0",
            format!(
                "{} pages of {} samples a pixel",
                directories.len(),
                page.samples
            ),
            "a label image has one page and one number a pixel",
        ));
    }
    Ok(decode(&mut source, &page)?.remove(0))
}

fn too_large(path: &Path, number: usize, declared: u64, limit: u64) -> ImagingError {
    ImagingError::TooLarge {
        path: path.to_owned(),
        place: format!("up to IFD {number}"),
        declared,
        limit,
    }
}

/// Compares what will be decoded and what will be kept with the limit.
fn within_limit<R>(
    source: &Source<R>,
    pages: &PageTable,
    plans: &[Plan],
    options: &OpenOptions,
) -> Result<(), ImagingError> {
    let mut declared = 0u64;
    for page in pages.values() {
        declared = declared.saturating_add(page.declared());
        if declared > options.most_pixels {
            return Err(too_large(
                &source.path,
                page.number,
                declared,
                options.most_pixels,
            ));
        }
    }
    let kept = plans.iter().fold(0u64, |sum, plan| {
        let planes = plan
            .channels
            .iter()
            .map(|channel| channel.planes.len() as u64)
            .sum::<u64>();
        sum.saturating_add(
            planes
                .saturating_mul(plan.width)
                .saturating_mul(plan.height),
        )
    });
    if kept > options.most_pixels {
        return Err(too_large(&source.path, 0, kept, options.most_pixels));
    }
    Ok(())
}

/// Reads the pixels of a field.
fn assemble<R: Read + Seek>(
    source: &mut Source<R>,
    pages: &PageTable,
    plan: Plan,
) -> Result<Field, ImagingError> {
    // Each page is decoded once, whatever it serves.
    let mut uses: BTreeMap<u64, Vec<(u16, usize, usize)>> = BTreeMap::new();
    for (number, channel) in plan.channels.iter().enumerate() {
        for (z, (page, sample)) in channel.planes.iter().enumerate() {
            uses.entry(*page).or_default().push((*sample, number, z));
        }
    }
    let depth = plan
        .channels
        .iter()
        .map(|channel| channel.planes.len())
        .max()
        .unwrap_or(0);
    let mut stacks: Vec<Vec<Option<Samples>>> = vec![vec![None; depth]; plan.channels.len()];
    let mut bits = vec![None; plan.channels.len()];
    for (key, targets) in uses {
        let page = checked_page(source, pages, &plan, key, &targets)?;
        let samples = decode(source, page)?;
        for (sample, channel, z) in targets {
            stacks[channel][z] = samples.get(usize::from(sample)).cloned();
            bits[channel] = Some(page.bits);
        }
    }

    let shape = (depth, plan.height as usize, plan.width as usize);
    let mut channels = Vec::with_capacity(plan.channels.len());
    for (number, (planned, stack)) in plan.channels.into_iter().zip(stacks).enumerate() {
        let planes: Vec<_> = stack.into_iter().flatten().collect();
        let full = planned.bits.or(bits[number]).unwrap_or(16);
        let (counts, scale, saturation) = counts(planes, full);
        let stack = Array3::from_shape_vec(shape, counts).map_err(|_| {
            ImagingError::malformed(
                &source.path,
                format!("channel {number}"),
                "its planes are not all there",
                "export the file again",
            )
        })?;
        channels.push(Channel {
            name: planned.name.unwrap_or_else(|| format!("channel {number}")),
            colour: planned.colour,
            emission_nm: planned.emission_nm,
            stack,
            scale,
            saturation,
        });
    }
    let field = Field {
        name: plan.name,
        channels,
        pixel: plan.pixel,
        origin: plan.origin,
    };
    Ok(picture::grey_if_of_one_colour(field))
}

fn checked_page<'p, R>(
    source: &Source<R>,
    pages: &'p PageTable,
    plan: &Plan,
    key: u64,
    targets: &[(u16, usize, usize)],
) -> Result<&'p Page, ImagingError> {
    let bad = |what: String| {
        let place = format!("IFD {key}");
        let remedy = "the description and the pages contradict each other: export the file again";
        ImagingError::malformed(&source.path, place, what, remedy)
    };
    let page = pages
        .get(&key)
        .ok_or_else(|| bad("it is described but not there".to_owned()))?;
    if (u64::from(page.width), u64::from(page.height)) != (plan.width, plan.height) {
        return Err(bad(format!(
            "{} x {} pixels, where {} x {} are described",
            page.width, page.height, plan.width, plan.height
        )));
    }
    match targets.iter().find(|(sample, ..)| *sample >= page.samples) {
        Some((sample, channel, _)) => Err(bad(format!(
            "channel {channel} should be sample {sample}, but a pixel has {}",
            page.samples
        ))),
        None => Ok(page),
    }
}

/// Puts samples on the grid of 16-bit counts: the counts, what one is worth in the file's values, and the count at which
/// the file type or detector is full. Where there are negative values, as after a background was taken off, the lowest
/// becomes 0: cut off, the noise about the background would be half a noise.
fn counts(planes: Vec<Samples>, bits: u16) -> (Vec<u16>, f64, u16) {
    let full = if (1..=15).contains(&bits) {
        (1 << bits) - 1
    } else {
        u16::MAX
    };
    let [lowest, highest] = reach(&planes);
    let highest = highest - lowest;
    let whole = planes.iter().all(Samples::is_whole);
    let fits = whole && highest <= f64::from(u16::MAX);
    let scale = if fits || highest == 0.0 {
        1.0
    } else {
        highest / f64::from(u16::MAX)
    };
    let length = planes.iter().map(Samples::len).sum();
    let mut counts = Vec::with_capacity(length);
    for plane in planes {
        match plane {
            Samples::U8(values) => counts.extend(values.into_iter().map(u16::from)),
            Samples::U16(values) if scale == 1.0 => counts.extend(values),
            Samples::U16(values) => counts.extend(
                values
                    .into_iter()
                    .map(|value| scaled(f64::from(value), scale)),
            ),
            Samples::U32(values) => counts.extend(
                values
                    .into_iter()
                    .map(|value| scaled(f64::from(value), scale)),
            ),
            Samples::F32(values) => counts.extend(
                values
                    .into_iter()
                    .map(|value| scaled(f64::from(value) - lowest, scale)),
            ),
        }
    }
    // A wrong number of significant bits must not make every pixel saturated.
    let saturation = if highest > f64::from(full) {
        u16::MAX
    } else {
        full
    };
    (counts, scale, saturation)
}

fn scaled(value: f64, scale: f64) -> u16 {
    (value / scale).round() as u16
}

/// Lowest value, at most 0, and highest. A few hot pixels of a float image, dead ones or the marks of a failed division
/// among them, must not press all others into a few counts: beyond [`HOT_RATIO`] times what all but one pixel in
/// [`HOT_SHARE`] reach, they are cut off.
fn reach(planes: &[Samples]) -> [f64; 2] {
    let lowest = planes.iter().map(Samples::lowest).fold(0.0, f64::min);
    let highest = planes.iter().map(Samples::highest).fold(0.0, f64::max);
    let mut values: Vec<f32> = planes
        .iter()
        .filter_map(|plane| match plane {
            Samples::F32(values) => Some(values.iter().copied()),
            _ => None,
        })
        .flatten()
        .collect();
    let hot = HOT_LEAST + values.len() / HOT_SHARE;
    if values.len() < 100 * hot {
        return [lowest, highest];
    }
    let last = values.len() - 1 - hot;
    let high = f64::from(*values.select_nth_unstable_by(last, f32::total_cmp).1);
    let low = f64::from(*values.select_nth_unstable_by(hot, f32::total_cmp).1);
    let usual = HOT_RATIO * high.abs().max(low.abs());
    if usual == 0.0 {
        return [lowest, highest];
    }
    [lowest.max(-usual), highest.min(usual)]
}

impl Samples {
    fn len(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::U16(values) => values.len(),
            Self::U32(values) => values.len(),
            Self::F32(values) => values.len(),
        }
    }

    /// At most 0.
    fn lowest(&self) -> f64 {
        match self {
            Self::F32(values) => f64::from(values.iter().copied().fold(0.0, f32::min)),
            _ => 0.0,
        }
    }

    fn highest(&self) -> f64 {
        match self {
            Self::U8(values) => values.iter().copied().max().map_or(0.0, f64::from),
            Self::U16(values) => values.iter().copied().max().map_or(0.0, f64::from),
            Self::U32(values) => values.iter().copied().max().map_or(0.0, f64::from),
            Self::F32(values) => f64::from(values.iter().copied().fold(0.0, f32::max)),
        }
    }

    fn is_whole(&self) -> bool {
        match self {
            Self::F32(values) => values.iter().all(|value| value.fract() == 0.0),
            _ => true,
        }
    }
}

/// A directory's keys are its number.
fn key(directory: &Directory) -> u64 {
    directory.number as u64
}
