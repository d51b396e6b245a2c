//! Which page is which channel and plane: by OME-XML, by ImageJ's description, or page by page.

use std::collections::btree_map::Entry;
use std::io::{Read, Seek};

use super::directory::{Directory, Source, tag};
use super::imagej::{self, Extras};
use super::page::{Colours, Compression, Page};
use super::{PageTable, Plan, PlannedChannel, key, ome};
use crate::open::{MOST_CHANNELS, OpenOptions, Pages, stem};
use crate::{ImagingError, Origin, PixelSize};

type Planned = Result<(PageTable, Vec<Plan>), ImagingError>;

/// Plans the fields of a file.
pub(super) fn plan<R: Read + Seek>(
    source: &mut Source<R>,
    directories: &[Directory],
    options: &OpenOptions,
) -> Planned {
    let description = source
        .text(&directories[0], tag::DESCRIPTION)?
        .unwrap_or_default();
    if ome::is_ome(&description) {
        let images = ome::parse(&description, &source.path)?;
        if !images.is_empty() {
            return from_ome(source, directories, &images, options);
        }
    }
    match imagej::parse(&description) {
        Some(stack) => from_imagej(source, directories, &stack, options),
        None => from_pages(source, directories, options),
    }
}

fn from_ome<R: Read + Seek>(
    source: &mut Source<R>,
    directories: &[Directory],
    images: &[ome::Image],
    options: &OpenOptions,
) -> Planned {
    let path = source.path.clone();
    let mut table = PageTable::new();
    let mut plans = Vec::new();
    let mut next = 0;
    for (number, image) in images.iter().enumerate() {
        let pages = image.pages(&path, &mut next)?;
        let time = chosen_time(source, image.size.t, options)?;
        let groups = pages.keys().map(|(c, ..)| c + 1).max().unwrap_or(0);
        let mut channels: Vec<PlannedChannel> = Vec::new();
        let mut origin = Origin::Channels;
        for group in 0..groups {
            let mut ifds = Vec::new();
            for z in 0..image.size.z {
                let ifd = pages.get(&(group, z, time)).copied();
                let directory = ifd.and_then(|ifd| directories.get(usize::try_from(ifd).ok()?));
                let Some(directory) = directory else {
                    return Err(ImagingError::malformed(
                        &path,
                        format!("image {number}, channel {group}, plane {z}, time {time}"),
                        "no page holds it",
                        "the file is truncated or its description wrong: export it again",
                    ));
                };
                if let Entry::Vacant(entry) = table.entry(key(directory)) {
                    entry.insert(Page::read(source, directory)?);
                }
                ifds.push(key(directory));
            }
            let page = &table[&ifds[0]];
            if page.colours == Colours::Rgb {
                if groups > 1 {
                    return Err(ImagingError::malformed(
                        &path,
                        format!("image {number}, channel {group}"),
                        "a red-green-blue picture among channels",
                        "export the channels as grey images",
                    ));
                }
                origin = Origin::Picture;
                channels = rgb(&ifds);
                break;
            }
            let described = image.channels.get(group as usize);
            // A page with several samples holds as many channels, each described on its own or not at all.
            for sample in 0..page.samples {
                let described = image.channels.get(channels.len()).or(described);
                channels.push(PlannedChannel {
                    name: described.and_then(|channel| channel.name.clone()),
                    colour: described.and_then(|channel| channel.colour),
                    emission_nm: described.and_then(|channel| channel.emission_nm),
                    bits: image.significant_bits,
                    planes: ifds.iter().map(|ifd| (*ifd, sample)).collect(),
                });
            }
        }
        if origin == Origin::Channels && channels.len() as u64 != image.size.c {
            return Err(ImagingError::malformed(
                &path,
                format!("image {number}"),
                format!(
                    "{} channels are described, {} are there",
                    image.size.c,
                    channels.len()
                ),
                "the file is incomplete or its description wrong: export it again",
            ));
        }
        let [x, y, z] = image.pixel_um;
        let pixel = match (x, y) {
            (None, None) => None,
            (x, y) => {
                let x_um = x.or(y).unwrap_or_default();
                stated(x_um, y.unwrap_or(x_um), z, source, options)?
            }
        };
        plans.push(Plan {
            name: field_name(source, number, images.len(), image.name.as_deref()),
            width: image.size.x,
            height: image.size.y,
            channels,
            pixel,
            origin,
        });
    }
    Ok((table, plans))
}

fn from_imagej<R: Read + Seek>(
    source: &mut Source<R>,
    directories: &[Directory],
    stack: &imagej::Stack,
    options: &OpenOptions,
) -> Planned {
    let path = source.path.clone();
    let first = Page::read(source, &directories[0])?;
    let counts = source.numbers(&directories[0], tag::IMAGEJ_COUNTS)?;
    let data = source.blob(&directories[0], tag::IMAGEJ_DATA)?;
    let extras = match counts.zip(data) {
        Some((counts, data)) => imagej::extras(&counts, &data, source.big_endian),
        None => Extras::default(),
    };
    let pixel = imagej_pixel(source, &directories[0], stack, options)?;
    if first.colours == Colours::Rgb || (first.samples > 1 && stack.channels == 1) {
        let (table, mut plans) = from_pages(source, directories, options)?;
        for plan in &mut plans {
            plan.pixel = pixel;
        }
        return Ok((table, plans));
    }
    let time = chosen_time(source, stack.frames, options)?;
    let planes = stack
        .channels
        .saturating_mul(stack.slices)
        .saturating_mul(stack.frames);
    let bad = |what: String| {
        let remedy = "the file is truncated or its description wrong: save it again from ImageJ";
        ImagingError::malformed(&path, "ImageJ description", what, remedy)
    };
    // A stack of several samples a pixel keeps its channels in one page.
    let samples = u64::from(first.samples);
    if !planes.is_multiple_of(samples) || (samples > 1 && samples != stack.channels) {
        return Err(bad(format!(
            "{} channels, but pixels of {samples} samples",
            stack.channels
        )));
    }
    let pages = planes / samples;
    let table = if pages > directories.len() as u64 && directories.len() == 1 {
        one_after_another(source, &directories[0], &first, pages, options)?
    } else if pages > directories.len() as u64 {
        return Err(bad(format!(
            "{planes} planes, but the file has {} pages",
            directories.len()
        )));
    } else {
        let mut table = PageTable::new();
        for directory in &directories[..pages as usize] {
            table.insert(key(directory), Page::read(source, directory)?);
        }
        table
    };
    let mut channels = Vec::new();
    for channel in 0..stack.channels {
        let place = |z: u64| {
            let plane = channel + stack.channels * (z + stack.slices * time);
            (plane / samples, (plane % samples) as u16)
        };
        channels.push(PlannedChannel {
            name: extras.channel_name(channel, stack.channels),
            colour: extras
                .colours
                .get(channel as usize)
                .copied()
                .filter(|colour| !is_grey(*colour)),
            planes: (0..stack.slices).map(place).collect(),
            ..PlannedChannel::default()
        });
    }
    if let ([channel], Colours::Palette) = (&mut channels[..], first.colours) {
        channel.colour = channel.colour.or(ramp(source, &directories[0])?);
    }
    let plan = Plan {
        name: stem(&path),
        width: u64::from(first.width),
        height: u64::from(first.height),
        channels,
        pixel,
        origin: Origin::Channels,
    };
    Ok((table, vec![plan]))
}

/// ImageJ's stacks beyond 4 GB: one directory, the planes uncompressed one after another.
fn one_after_another<R: Read + Seek>(
    source: &Source<R>,
    directory: &Directory,
    first: &Page,
    pages: u64,
    options: &OpenOptions,
) -> Result<PageTable, ImagingError> {
    let bad = |what: String| {
        let remedy = "the file is truncated or its description wrong: save it again from ImageJ";
        ImagingError::malformed(&source.path, "ImageJ description", what, remedy)
    };
    let one_strip = first.chunk == (first.width, first.height) && first.chunks.len() == 1;
    if first.compression != Compression::None || !one_strip {
        return Err(bad(format!("{pages} planes, but the file has one page")));
    }
    let bytes = first.uncompressed(0);
    let begin = first.chunks[0].0;
    let end = bytes
        .checked_mul(pages)
        .and_then(|all| begin.checked_add(all));
    // ImageJ writes the directory before the planes; one that lies among them means that they are not there.
    if end.is_none_or(|end| end > source.len || directory.lies_among(begin..end)) {
        return Err(bad(format!(
            "{pages} planes of {bytes} bytes, more than the file has after byte {begin}"
        )));
    }
    if first.declared().saturating_mul(pages) > options.most_pixels {
        let declared = first.declared().saturating_mul(pages);
        return Err(super::too_large(
            &source.path,
            first.number,
            declared,
            options.most_pixels,
        ));
    }
    let page = |index: u64| Page {
        chunks: vec![(begin + index * bytes, bytes)],
        ..first.clone()
    };
    Ok((0..pages).map(|index| (index, page(index))).collect())
}

fn imagej_pixel<R: Read + Seek>(
    source: &mut Source<R>,
    directory: &Directory,
    stack: &imagej::Stack,
    options: &OpenOptions,
) -> Result<Option<PixelSize>, ImagingError> {
    let Some(unit_um) = stack.unit_um else {
        return Ok(None);
    };
    let x = source.fraction(directory, tag::X_RESOLUTION)?;
    let y = source.fraction(directory, tag::Y_RESOLUTION)?;
    let Some(x) = x.or(y) else {
        return Ok(None);
    };
    let y = y.unwrap_or(x);
    let (x_um, y_um) = (unit_um / x, unit_um / y);
    // ImageJ turns the print resolution of other programs' files into inches and centimetres.
    if unit_um >= 1e4 {
        return Ok(PixelSize::guessed(Some(x_um), Some(y_um)));
    }
    let z_um = stack.spacing.map(|spacing| spacing * unit_um);
    stated(x_um, y_um, z_um, source, options)
}

fn from_pages<R: Read + Seek>(
    source: &mut Source<R>,
    directories: &[Directory],
    options: &OpenOptions,
) -> Planned {
    let path = source.path.clone();
    let mut table = PageTable::new();
    let mut names = Vec::new();
    for directory in directories {
        // Thumbnails and reduced copies are marked.
        if source.first(directory, tag::NEW_SUBFILE_TYPE)?.unwrap_or(0) & 1 == 1 {
            continue;
        }
        let page = Page::read(source, directory)?;
        let declared = page.declared().saturating_mul(table.len() as u64 + 1);
        if let Some(first) = table.values().next().filter(|first| {
            (first.width, first.height, first.samples) != (page.width, page.height, page.samples)
        }) {
            return Err(ImagingError::malformed(
                &path,
                directory.place(),
                format!(
                    "{} x {} pixels of {} samples, where the first page has {} x {} of {}",
                    page.width, page.height, page.samples, first.width, first.height, first.samples
                ),
                "split the file, or export the image as OME-TIFF",
            ));
        }
        if declared > options.most_pixels {
            return Err(super::too_large(
                &path,
                directory.number,
                declared,
                options.most_pixels,
            ));
        }
        table.insert(key(directory), page);
        names.push(
            source
                .text(directory, tag::PAGE_NAME)?
                .filter(|name| !name.trim().is_empty()),
        );
    }
    let Some(first) = table.values().next().cloned() else {
        let what = "it holds reduced copies only";
        return Err(ImagingError::malformed(
            &path,
            "IFD 0",
            what,
            "export the file again",
        ));
    };
    let pixel = resolution(source, &directories[first.number])?;
    let keys: Vec<_> = table.keys().copied().collect();
    let one = |name, channels, origin| Plan {
        name,
        width: u64::from(first.width),
        height: u64::from(first.height),
        channels,
        pixel,
        origin,
    };
    let ramp = match first.colours {
        Colours::Palette => ramp(source, &directories[first.number])?,
        _ => None,
    };
    if first.colours == Colours::Palette && ramp.is_none() {
        return Err(ImagingError::malformed(
            &path,
            directories[first.number].place(),
            "its pixels are indexes into a palette of many colours, as in a drawing",
            "export the channels as grey images",
        ));
    }
    if first.colours == Colours::Rgb {
        let plans = keys.iter().enumerate().map(|(number, page)| {
            let name = field_name(source, number, keys.len(), None);
            one(name, rgb(&[*page]), Origin::Picture)
        });
        let plans = plans.collect();
        return Ok((table, plans));
    }
    let pages = keys.len();
    let (channels, planes) = match options.pages {
        Pages::Guessed if pages <= MOST_CHANNELS => (pages, 1),
        Pages::Guessed | Pages::Planes => (1, pages),
        Pages::Channels => (pages, 1),
        Pages::Interleaved(0) => (0, 0),
        Pages::Interleaved(channels) => (usize::from(channels), pages / usize::from(channels)),
    };
    if channels * planes != pages {
        return Err(ImagingError::malformed(
            &path,
            "pages",
            format!("{pages} pages are no whole number of planes of {channels} channels"),
            "give the true number of channels",
        ));
    }
    let mut planned = Vec::new();
    for channel in 0..channels {
        for sample in 0..first.samples {
            let plane = |z: usize| (keys[z * channels + channel], sample);
            planned.push(PlannedChannel {
                name: names[channel].clone().filter(|_| first.samples == 1),
                colour: ramp.filter(|colour| !is_grey(*colour)),
                planes: (0..planes).map(plane).collect(),
                ..PlannedChannel::default()
            });
        }
    }
    let plan = one(stem(&path), planned, Origin::Channels);
    Ok((table, vec![plan]))
}

fn rgb(pages: &[u64]) -> Vec<PlannedChannel> {
    let colours = [
        ("red", [255, 0, 0]),
        ("green", [0, 255, 0]),
        ("blue", [0, 0, 255]),
    ];
    let channel = |(sample, (name, colour)): (u16, (&str, [u8; 3]))| PlannedChannel {
        name: Some(name.to_owned()),
        colour: Some(colour),
        planes: pages.iter().map(|page| (*page, sample)).collect(),
        ..PlannedChannel::default()
    };
    (0..).zip(colours).map(channel).collect()
}

fn is_grey([red, green, blue]: [u8; 3]) -> bool {
    red == green && green == blue
}

/// The brightest colour of a colour map that only rises from dark to bright: a grey image shown in a colour.
fn ramp<R: Read + Seek>(
    source: &mut Source<R>,
    directory: &Directory,
) -> Result<Option<[u8; 3]>, ImagingError> {
    let map = source
        .numbers(directory, tag::COLOUR_MAP)?
        .unwrap_or_default();
    if map.is_empty() || !map.len().is_multiple_of(3) {
        return Ok(None);
    }
    let colours: Vec<_> = map.chunks_exact(map.len() / 3).collect();
    let rises = colours.iter().all(|one| one.is_sorted());
    let top = |index: usize| (colours[index].last().copied().unwrap_or(0) >> 8) as u8;
    Ok(rises.then(|| [top(0), top(1), top(2)]))
}

/// Size of a pixel from the resolution tags, where it looks like microscopy.
fn resolution<R: Read + Seek>(
    source: &mut Source<R>,
    directory: &Directory,
) -> Result<Option<PixelSize>, ImagingError> {
    let unit_um = match source.first(directory, tag::RESOLUTION_UNIT)?.unwrap_or(2) {
        2 => 25_400.0,
        3 => 10_000.0,
        _ => return Ok(None),
    };
    let x = source
        .fraction(directory, tag::X_RESOLUTION)?
        .map(|x| unit_um / x);
    let y = source
        .fraction(directory, tag::Y_RESOLUTION)?
        .map(|y| unit_um / y);
    Ok(PixelSize::guessed(x, y))
}

/// A size that the file states: checked, unless the user overrules it.
fn stated<R>(
    x_um: f64,
    y_um: f64,
    z_um: Option<f64>,
    source: &Source<R>,
    options: &OpenOptions,
) -> Result<Option<PixelSize>, ImagingError> {
    let place = source.path.display().to_string();
    match PixelSize::checked(x_um, y_um, z_um, &place) {
        Ok(pixel) => Ok(Some(pixel)),
        Err(_) if options.pixel_um.is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

fn chosen_time<R>(
    source: &Source<R>,
    times: u64,
    options: &OpenOptions,
) -> Result<u64, ImagingError> {
    let time = options.time.unwrap_or(0);
    if times > 1 && options.time.is_none() || time >= times {
        return Err(ImagingError::malformed(
            &source.path,
            "description",
            format!("a time series of {times}"),
            "choose one with --time, counted from 0",
        ));
    }
    Ok(time)
}

fn field_name<R>(source: &Source<R>, number: usize, count: usize, name: Option<&str>) -> String {
    let stem = stem(&source.path);
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        _ if count == 1 => stem,
        Some(name) => format!("{stem} #{} {name}", number + 1),
        None => format!("{stem} #{}", number + 1),
    }
}
