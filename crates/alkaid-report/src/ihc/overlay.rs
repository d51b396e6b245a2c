//! Pictures: the section with its cells drawn in, as a pyramid; and the two dyes apart.

use std::path::Path;

use alkaid_ihc::finding::{Cell, IhcReport};
use alkaid_imaging::PixelSize;
use alkaid_imaging::brightfield::pyramid::PyramidWriter;
use alkaid_imaging::brightfield::{BrightfieldError, Rgb, Slide, Window};
use alkaid_imaging::stain::{StainVectors, WhitePoint, colour, separate};

use super::class_colour;

/// Rows of the overlay that are made at a time.
const BAND: u32 = 256;
/// Cells reach this far from the middle of their nucleus at most, micrometres.
const REACH_UM: f64 = 45.0;

/// Writes the overlay: the section at the measured resolution, the cells of the tumour outlined in the colour of their
/// class, others in grey.
///
/// # Errors
///
/// When the picture cannot be read or the file not written.
pub fn write_overlay(
    path: &Path,
    report: &IhcReport,
    cells: &[Cell],
    slide: &Slide,
) -> Result<(), BrightfieldError> {
    let factor = report.image.reduced_by;
    let (width, height) = (report.image.width, report.image.height);
    let scale = f64::from(factor);
    let pixel = PixelSize {
        x_um: report.image.pixel.x_um * scale,
        y_um: report.image.pixel.y_um * scale,
        z_um: None,
    };
    let words = "ALK IHC by alkaid: outlines blue 0, yellow 1+, orange 2+, red 3+, grey not tumour. For research use only.";
    let (columns, rows) = (width.div_ceil(factor), height.div_ceil(factor));
    let mut writer =
        PyramidWriter::create(path, columns as usize, rows as usize, Some(pixel), words)?;
    let reach = REACH_UM / report.image.pixel.x_um;
    for top in (0..rows).step_by(BAND as usize) {
        let window = Window {
            x: 0,
            y: top * factor,
            width,
            height: BAND * factor,
        };
        let mut band = slide.read(0, window)?.reduced(factor as usize);
        let (from, to) = (
            f64::from(window.y) - reach,
            f64::from(window.y + window.height) + reach,
        );
        let first = cells.partition_point(|cell| cell.y_px < from);
        for cell in cells[first..].iter().take_while(|cell| cell.y_px <= to) {
            let colour = match cell.tumour {
                true => class_colour(cell.class),
                false => [150, 150, 150],
            };
            draw(
                &mut band,
                &cell.nucleus,
                scale,
                [0.0, f64::from(top)],
                colour,
            );
            if cell.tumour {
                draw(
                    &mut band,
                    &cell.outline,
                    scale,
                    [0.0, f64::from(top)],
                    colour,
                );
            }
        }
        writer.rows(&band)?;
    }
    writer.finish()
}

/// A closed outline in a part of the reduced picture whose corner lies at `left` and `top` of that picture.
pub(super) fn draw(
    band: &mut Rgb,
    points: &[[f32; 2]],
    scale: f64,
    [left, top]: [f64; 2],
    colour: [u8; 3],
) {
    let place = |point: &[f32; 2]| {
        [
            (f64::from(point[0]) + 0.5) / scale - 0.5 - left,
            (f64::from(point[1]) + 0.5) / scale - 0.5 - top,
        ]
    };
    for pair in points.windows(2) {
        let ([x0, y0], [x1, y1]) = (place(&pair[0]), place(&pair[1]));
        let steps = (x1 - x0).abs().max((y1 - y0).abs()).ceil().max(1.0);
        for step in 0..=steps as u32 {
            let share = f64::from(step) / steps;
            let (x, y) = (
                (x0 + share * (x1 - x0)).round(),
                (y0 + share * (y1 - y0)).round(),
            );
            if x >= 0.0 && y >= 0.0 && (x as usize) < band.width && (y as usize) < band.height {
                band.set(x as usize, y as usize, colour);
            }
        }
    }
}

/// The section, its haematoxylin, its DAB and what the two leave over, side by side: how well they come apart.
/// The residual is grey, black at an optical density of 0.3 and above.
#[must_use]
pub fn separation_picture(picture: &Rgb, white: &WhitePoint, vectors: &StainVectors) -> Rgb {
    const GAP: usize = 4;
    let stains = separate(picture, white, vectors, 1);
    let mut joined = Rgb::filled(4 * picture.width + 3 * GAP, picture.height, [255; 3]);
    for y in 0..picture.height {
        for x in 0..picture.width {
            let (h, d) = (
                f64::from(stains.haematoxylin[[y, x]]),
                f64::from(stains.dab[[y, x]]),
            );
            let rest = (255.0 * (1.0 - stains.residual[[y, x]] / 0.3)).clamp(0.0, 255.0) as u8;
            let parts = [
                picture.at(x, y),
                colour(white, vectors, h, 0.0),
                colour(white, vectors, 0.0, d),
                [rest; 3],
            ];
            for (part, shown) in parts.into_iter().enumerate() {
                joined.set(part * (picture.width + GAP) + x, y, shown);
            }
        }
    }
    joined
}
