//! Each nucleus cut out for the gallery.

use std::io;

use alkaid_fish::finding::Nucleus;
use alkaid_imaging::Field;
use alkaid_imaging::channels::Roles;

use super::canvas::png_of;
use super::composite::Shown;

/// Pixels around the bounding box.
const MARGIN: usize = 6;
/// The longer side of a crop in the page. Larger ones are averaged down, so that a page of 500 nuclei stays small.
const LONGEST: usize = 128;

/// One nucleus cut out of its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crop {
    /// The nucleus' number.
    pub nucleus: u32,
    /// Place of its top left corner in the field, pixels.
    pub left: u32,
    /// Place of its top left corner in the field, pixels.
    pub top: u32,
    /// Width of the area cut out, pixels of the field.
    pub width: u32,
    /// Height of the area cut out, pixels of the field.
    pub height: u32,
    /// A PNG whose red, green and blue are the red, green and DAPI channels, all stretched as in the overlay.
    pub png: Vec<u8>,
}

/// Cuts out the nuclei of one field; `nuclei` are those of this field. The brightest value over all planes is taken.
///
/// # Errors
/// When a PNG cannot be made.
pub fn crops<'n>(
    field: &Field,
    roles: Roles,
    nuclei: impl IntoIterator<Item = &'n Nucleus>,
) -> io::Result<Vec<Crop>> {
    let shown = Shown::of(field, roles);
    nuclei
        .into_iter()
        .map(|nucleus| crop(&shown, nucleus))
        .collect()
}

fn crop(shown: &Shown, nucleus: &Nucleus) -> io::Result<Crop> {
    let (height, width) = shown.size();
    let [left, top, right, bottom] = nucleus.bounds.map(|side| side as usize);
    // A box that is not on the field, or empty, still gives a pixel to look at.
    let left = left.saturating_sub(MARGIN).min(width.saturating_sub(1));
    let top = top.saturating_sub(MARGIN).min(height.saturating_sub(1));
    let right = right
        .saturating_add(MARGIN)
        .clamp(left + 1, width.max(left + 1));
    let bottom = bottom
        .saturating_add(MARGIN)
        .clamp(top + 1, height.max(top + 1));
    let (wide, high) = (right - left, bottom - top);
    let step = wide.max(high).div_ceil(LONGEST);
    let mut pixels = Vec::with_capacity(wide * high * 3 / (step * step));
    for y in (top..bottom).step_by(step) {
        for x in (left..right).step_by(step) {
            for plane in [&shown.red, &shown.green, &shown.dapi] {
                let block = (y..(y + step).min(bottom))
                    .flat_map(|y| (x..(x + step).min(right)).map(move |x| [y, x]))
                    .filter_map(|place| plane.get(place));
                let (sum, count) = block.fold((0u32, 0u32), |(sum, count), value| {
                    (sum + u32::from(*value), count + 1)
                });
                let mean = sum.checked_div(count).unwrap_or(0) as u8;
                // 32 levels: finer ones would store noise.
                pixels.push((mean & 0xF8) | mean >> 5);
            }
        }
    }
    let size = (wide.div_ceil(step), high.div_ceil(step));
    Ok(Crop {
        nucleus: nucleus.id,
        left: left as u32,
        top: top as u32,
        width: wide as u32,
        height: high as u32,
        png: png_of(size.0, size.1, png::ColorType::Rgb, &pixels)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ROLES, decoded, field, nucleus};
    use super::*;

    #[test]
    fn a_crop_has_a_margin_and_its_channels_in_place() {
        let field = field(200, 160);
        let crop = crops(&field, ROLES, [&nucleus(3, [60, 40, 140, 120], None)])
            .unwrap()
            .remove(0);
        assert_eq!(
            (crop.nucleus, crop.left, crop.top, crop.width, crop.height),
            (3, 54, 34, 92, 92)
        );
        let (width, height, pixels) = decoded(&crop.png);
        assert_eq!((width, height), (92, 92));
        let at = |x: usize, y: usize| &pixels[((y - 34) * 92 + x - 54) * 3..][..3];
        assert!(
            at(96, 80)[0] > 200 && at(96, 80)[1] < 64,
            "red signal: {:?}",
            at(96, 80)
        );
        assert!(
            at(104, 80)[1] > 200 && at(104, 80)[0] < 64,
            "green signal: {:?}",
            at(104, 80)
        );
        assert!(at(100, 100)[2] > 150, "DAPI: {:?}", at(100, 100));
    }

    #[test]
    fn boxes_at_and_beyond_the_edge_are_cut() {
        let field = field(60, 50);
        for bounds in [
            [0, 0, 60, 50],
            [55, 45, 90, 90],
            [900, 900, 950, 950],
            [10, 10, 10, 10],
        ] {
            let crop = crops(&field, ROLES, [&nucleus(1, bounds, None)])
                .unwrap()
                .remove(0);
            assert!(
                crop.left + crop.width <= 60 && crop.top + crop.height <= 50,
                "{bounds:?}"
            );
            decoded(&crop.png);
        }
    }

    #[test]
    fn five_hundred_nuclei_of_noise_fit_into_a_page() {
        let field = field(400, 400);
        let crop = crops(&field, ROLES, [&nucleus(1, [150, 150, 250, 250], None)])
            .unwrap()
            .remove(0);
        let bytes = crop.png.len().div_ceil(3) * 4 * 500;
        assert!(bytes < 14_000_000, "{bytes} bytes");
        // Large ones are averaged down.
        let large = crops(&field, ROLES, [&nucleus(1, [20, 20, 380, 380], None)])
            .unwrap()
            .remove(0);
        let (width, height, _) = decoded(&large.png);
        assert_eq!((width, height, large.width), (124, 124, 372));
    }
}
