//! One part of a section for a report: the one that is most like the whole, its cells outlined.

use std::collections::BTreeMap;
use std::io;

use alkaid_ihc::finding::{Cell, Class, IhcReport};
use alkaid_imaging::brightfield::{BrightfieldError, Rgb, Slide, Window};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

use super::class_colour;
use super::overlay::draw;

/// Side of the part, micrometres: some dozens of cells.
const SIDE_UM: f64 = 120.0;
/// Pixels along the picture at most.
const LONGEST: u32 = 640;
/// Parts with fewer cells than this share of the fullest one's are not looked at.
const FULL: f64 = 0.5;
const NOT_TUMOUR: [u8; 3] = [150, 150, 150];

/// A picture (PNG) of the part of 120 µm whose mix of scored cells is nearest to that of the section: outlines blue 0,
/// yellow 1+, orange 2+, red 3+, grey for cells that are not tumour. `None` where no cell was scored.
///
/// # Errors
///
/// When the section cannot be read again.
pub fn section_view(
    report: &IhcReport,
    cells: &[Cell],
    slide: &Slide,
) -> Result<Option<Vec<u8>>, BrightfieldError> {
    let (width, height) = slide.size();
    let side = (SIDE_UM / report.image.pixel.x_um).clamp(32.0, 4096.0) as u32;
    let Some([x, y]) = like_the_whole(cells, side) else {
        return Ok(None);
    };
    let window = Window {
        x: x.min(width.saturating_sub(side)),
        y: y.min(height.saturating_sub(side)),
        width: side.min(width),
        height: side.min(height),
    };
    let factor = side.div_ceil(LONGEST).max(1);
    let mut picture = slide.read(0, window)?.reduced(factor as usize);
    let scale = f64::from(factor);
    let corner = [f64::from(window.x), f64::from(window.y)].map(|at| at / scale);
    for cell in cells {
        let inside = |at: f64, from: u32, length: u32| {
            at >= f64::from(from) && at < f64::from(from + length)
        };
        if !inside(cell.x_px, window.x, window.width) || !inside(cell.y_px, window.y, window.height)
        {
            continue;
        }
        let colour = match cell.scored() {
            true => class_colour(cell.class),
            false => NOT_TUMOUR,
        };
        draw(&mut picture, &cell.outline, scale, corner, colour);
    }
    png(&picture)
        .map(Some)
        .map_err(|error| BrightfieldError::Damaged {
            path: slide.name.clone().into(),
            what: error.to_string(),
        })
}

/// The corner of the part whose shares of classes differ least from those of all scored cells. Parts overlap by half.
fn like_the_whole(cells: &[Cell], side: u32) -> Option<[u32; 2]> {
    let step = (side / 2).max(1);
    let mut parts: BTreeMap<[u32; 2], [u32; 4]> = BTreeMap::new();
    let mut whole = [0_u32; 4];
    for cell in cells.iter().filter(|cell| cell.scored()) {
        let class = Class::ALL.iter().position(|one| *one == cell.class)?;
        whole[class] += 1;
        let column = (cell.x_px.max(0.0) as u32) / step;
        let row = (cell.y_px.max(0.0) as u32) / step;
        for [left, up] in [[0, 0], [1, 0], [0, 1], [1, 1]] {
            if let (Some(column), Some(row)) = (column.checked_sub(left), row.checked_sub(up)) {
                parts.entry([row, column]).or_default()[class] += 1;
            }
        }
    }
    let sum = |counts: &[u32; 4]| counts.iter().sum::<u32>();
    let fullest = parts.values().map(sum).max()?;
    let share =
        |counts: &[u32; 4], class: usize| f64::from(counts[class]) / f64::from(sum(counts).max(1));
    let differs = |counts: &[u32; 4]| -> f64 {
        (0..4)
            .map(|class| (share(counts, class) - share(&whole, class)).abs())
            .sum()
    };
    parts
        .iter()
        .filter(|(_, counts)| f64::from(sum(counts)) >= FULL * f64::from(fullest))
        .min_by(|(_, a), (_, b)| differs(a).total_cmp(&differs(b)).then(sum(b).cmp(&sum(a))))
        .map(|([row, column], _)| [column * step, row * step])
}

fn png(picture: &Rgb) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(
            &picture.pixels,
            picture.width as u32,
            picture.height as u32,
            ExtendedColorType::Rgb8,
        )
        .map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::testing::cell;
    use super::*;

    fn at(id: u32, [x, y]: [f64; 2], class: Class) -> Cell {
        Cell {
            x_px: x,
            y_px: y,
            class,
            tumour: true,
            artefacts: Vec::new(),
            ..cell(id)
        }
    }

    #[test]
    fn the_part_with_the_mix_of_the_whole_is_shown() {
        // Strong cells at the left, negative ones at the right, and a place with half of each.
        let mut cells = Vec::new();
        for index in 0..20 {
            let y = f64::from(index);
            cells.push(at(1, [50.0, 50.0 + y], Class::Strong));
            cells.push(at(1, [950.0, 50.0 + y], Class::Negative));
            let mixed = match index % 2 {
                0 => Class::Strong,
                _ => Class::Negative,
            };
            cells.push(at(1, [550.0, 550.0 + y], mixed));
        }
        let [x, y] = like_the_whole(&cells, 100).unwrap();
        assert!(
            (451..=550).contains(&x) && (451..=550).contains(&y),
            "{x} {y}"
        );
        assert_eq!(like_the_whole(&[], 100), None);
    }
}
