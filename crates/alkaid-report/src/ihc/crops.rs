//! Pieces of the section for the review page.

use std::collections::BTreeSet;
use std::io;

use alkaid_ihc::finding::{Artefact, Cell, Class, IhcReport};
use alkaid_imaging::brightfield::{BrightfieldError, Slide, Window};
use image::codecs::jpeg::JpegEncoder;

/// Most doubtful cells on the page.
const DOUBTFUL: usize = 150;
/// Cells of each artefact on the page.
const OF_ARTEFACT: usize = 12;
/// Strong cells, which carry a positive call.
const STRONG: usize = 40;
/// Side of a cell's crop, micrometres: the cell and its neighbours.
const SIDE_UM: f64 = 32.0;
/// Pixels along the side of a picture at most.
const LONGEST: u32 = 160;

/// A piece of the section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IhcCrop {
    /// What it shows: a cell's number, or an artefact's place.
    pub of: CropOf,
    /// Left, top, width and height in pixels of the section.
    pub window: [u32; 4],
    /// A JPEG of it.
    pub jpeg: Vec<u8>,
}

/// What a crop shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CropOf {
    /// The cell of this number.
    Cell(u32),
    /// A place of an artefact: its index in the report, and the place's index there.
    Artefact(usize, usize),
}

/// Cuts out what the review page shows: doubtful cells, strong cells, cells and places of artefacts.
///
/// # Errors
///
/// When the picture cannot be read.
pub fn ihc_crops(
    report: &IhcReport,
    cells: &[Cell],
    slide: &Slide,
) -> Result<Vec<IhcCrop>, BrightfieldError> {
    let mut crops = Vec::new();
    let side = SIDE_UM / report.image.pixel.x_um;
    // In reading order, so that neighbouring tiles are decoded once.
    for id in chosen(cells) {
        let Some(cell) = cells.get(id as usize - 1) else {
            continue;
        };
        crops.push(crop(slide, CropOf::Cell(id), [cell.x_px, cell.y_px, side])?);
    }
    for (index, finding) in report.artefacts.iter().enumerate() {
        let per_cell = matches!(
            finding.artefact,
            Artefact::Stipple | Artefact::ApicalMembrane | Artefact::ThinRim | Artefact::LargeCell
        );
        for (place, at) in finding.places.iter().enumerate().filter(|_| !per_cell) {
            crops.push(crop(slide, CropOf::Artefact(index, place), *at)?);
        }
    }
    Ok(crops)
}

/// Numbers of the cells on the page.
fn chosen(cells: &[Cell]) -> BTreeSet<u32> {
    let mut scored: Vec<&Cell> = cells.iter().filter(|cell| cell.scored()).collect();
    scored.sort_by(|a, b| b.doubt.total_cmp(&a.doubt).then(a.id.cmp(&b.id)));
    let mut chosen: BTreeSet<u32> = scored.iter().take(DOUBTFUL).map(|cell| cell.id).collect();
    let strong: Vec<u32> = cells
        .iter()
        .filter(|cell| cell.scored() && cell.class == Class::Strong)
        .map(|cell| cell.id)
        .collect();
    chosen.extend(strong.iter().step_by(strong.len().div_ceil(STRONG).max(1)));
    for artefact in [
        Artefact::Stipple,
        Artefact::ApicalMembrane,
        Artefact::ThinRim,
        Artefact::LargeCell,
    ] {
        let shown = cells
            .iter()
            .filter(|cell| cell.artefacts.contains(&artefact));
        chosen.extend(shown.take(OF_ARTEFACT).map(|cell| cell.id));
    }
    chosen.extend(
        cells
            .iter()
            .filter(|cell| cell.reviewed.is_some())
            .map(|cell| cell.id),
    );
    chosen
}

fn crop(slide: &Slide, of: CropOf, [x, y, side]: [f64; 3]) -> Result<IhcCrop, BrightfieldError> {
    let (width, height) = slide.size();
    let side = side.clamp(8.0, 4096.0) as u32;
    let start = |middle: f64, limit: u32| {
        ((middle - 0.5 * f64::from(side)).max(0.0) as u32).min(limit.saturating_sub(side))
    };
    let window = Window {
        x: start(x, width),
        y: start(y, height),
        width: side.min(width),
        height: side.min(height),
    };
    let picture = slide
        .read(0, window)?
        .reduced(side.div_ceil(LONGEST) as usize);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 85)
        .encode(
            &picture.pixels,
            picture.width as u32,
            picture.height as u32,
            image::ExtendedColorType::Rgb8,
        )
        .map_err(|error| BrightfieldError::Damaged {
            path: slide.name.clone().into(),
            what: io::Error::other(error).to_string(),
        })?;
    Ok(IhcCrop {
        of,
        window: [window.x, window.y, window.width, window.height],
        jpeg,
    })
}
