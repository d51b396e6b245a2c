//! Single nuclei for a report: all of a slide in one scale, coloured, outlined, with a bar.

use std::io;

use alkaid_fish::finding::Nucleus;
use alkaid_imaging::channels::Roles;
use alkaid_imaging::{Field, PixelSize};

use super::canvas::Canvas;
use super::composite::Shown;
use super::overlay::mark;

/// Room around the largest nucleus, micrometres.
const MARGIN_UM: f64 = 1.0;
/// Sides that are drawn, micrometres: a nucleus of 3 µm is not blown up, one of 60 is cut.
const SIDES_UM: std::ops::RangeInclusive<f64> = 8.0..=40.0;
/// Pixels along a picture; smaller ones are enlarged, larger ones reduced, by whole factors.
const SIDE: usize = 160;
/// Length of the bar, micrometres.
const BAR_UM: f64 = 5.0;
const WHITE: [u8; 3] = [255; 3];

/// A nucleus of a slide, and the size of the pixels of its field.
#[derive(Clone, Copy, Debug)]
pub struct Sitter<'a> {
    /// The nucleus.
    pub nucleus: &'a Nucleus,
    /// Of its field.
    pub pixel: PixelSize,
}

/// Draws nuclei of one slide in one scale: squares of one size in micrometres around each. The 3' side is red, the 5'
/// side green, DAPI blue; the outline has the pattern's colour as in the overlay; the bar at the lower left is 5 µm long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Portraits {
    side_um: f64,
}

impl Portraits {
    /// The scale in which all of these have room.
    #[must_use]
    pub fn of(sitters: &[Sitter<'_>]) -> Self {
        let widest = sitters
            .iter()
            .map(|one| {
                let [left, top, right, bottom] = one.nucleus.bounds.map(f64::from);
                ((right - left) * one.pixel.x_um).max((bottom - top) * one.pixel.y_um)
            })
            .fold(0.0, f64::max);
        Self {
            side_um: (widest + 2.0 * MARGIN_UM).clamp(*SIDES_UM.start(), *SIDES_UM.end()),
        }
    }

    /// Pictures (PNG) of nuclei of one field, in their order.
    ///
    /// # Errors
    ///
    /// When a PNG cannot be made.
    pub fn draw(
        &self,
        field: &Field,
        roles: Roles,
        sitters: &[Sitter<'_>],
    ) -> io::Result<Vec<Vec<u8>>> {
        if sitters.is_empty() {
            return Ok(Vec::new());
        }
        let shown = Shown::of(field, roles);
        sitters
            .iter()
            .map(|one| portrait(&shown, one, self.side_um))
            .collect()
    }
}

fn portrait(shown: &Shown, sitter: &Sitter<'_>, side_um: f64) -> io::Result<Vec<u8>> {
    let (height, width) = shown.size();
    let pixel_um = sitter.pixel.x_um;
    let side = (side_um / pixel_um).round().max(1.0) as usize;
    let (enlarge, reduce) = match side {
        side if side >= SIDE => (1, side.div_ceil(2 * SIDE)),
        side => (SIDE.div_ceil(side), 1),
    };
    let [left, top, right, bottom] = sitter.nucleus.bounds.map(i64::from);
    let corner = [
        (left + right) / 2 - side as i64 / 2,
        (top + bottom) / 2 - side as i64 / 2,
    ];
    let place = |start: i64, offset: usize, limit: usize| {
        usize::try_from(start + offset as i64)
            .ok()
            .filter(|at| *at < limit)
    };
    let size = (side * enlarge).div_ceil(reduce);
    let mut canvas = Canvas::new(size, size, |y, x| {
        let (y, x) = (y * reduce / enlarge, x * reduce / enlarge);
        match (place(corner[1], y, height), place(corner[0], x, width)) {
            // Fewer levels halve the file and are not seen.
            (Some(y), Some(x)) => shown.colour(y, x).map(|value| value & 0xF8),
            // Beyond the field.
            _ => [40; 3],
        }
    });
    let scale = enlarge as f32 / reduce as f32;
    let (colour, _) = mark(sitter.nucleus.pattern);
    let on = |point: [f32; 2]| {
        [
            (point[0] - corner[0] as f32 + 0.5) * scale,
            (point[1] - corner[1] as f32 + 0.5) * scale,
        ]
    };
    for edge in sitter.nucleus.outline.windows(2) {
        canvas.line(on(edge[0]), on(edge[1]), colour, true);
    }
    let bar = (BAR_UM / pixel_um * f64::from(scale)).round() as i64;
    let thick = (size as i64 / 50).max(2);
    let low = size as i64 - 4 * thick;
    canvas.bar(2 * thick, low, bar, thick, WHITE);
    canvas.png()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ROLES, decoded, field, nucleus};
    use super::*;

    fn pixel(um: f64) -> PixelSize {
        PixelSize {
            x_um: um,
            y_um: um,
            z_um: None,
        }
    }

    #[test]
    fn nuclei_of_one_slide_have_one_scale_and_their_middle_in_the_middle() {
        let field = field(200, 160);
        let nuclei = [
            nucleus(3, [60, 40, 140, 120], None),
            nucleus(4, [90, 70, 110, 90], None),
        ];
        let sitters: Vec<Sitter<'_>> = nuclei
            .iter()
            .map(|nucleus| Sitter {
                nucleus,
                pixel: pixel(0.1),
            })
            .collect();
        let portraits = Portraits::of(&sitters);
        let pictures = portraits.draw(&field, ROLES, &sitters).unwrap();
        // 80 pixels of 0.1 µm and a margin of 1 µm on both sides are 100 pixels, drawn twice as large.
        for picture in &pictures {
            let (width, height, pixels) = decoded(picture);
            assert_eq!((width, height), (200, 200));
            let at = |x: usize, y: usize| &pixels[(y * 200 + x) * 3..][..3];
            // Both are centred on the field's middle: signals lie 4 pixels to its sides.
            assert!(at(92, 100)[0] > 200, "red: {:?}", at(92, 100));
            assert!(at(108, 100)[1] > 200, "green: {:?}", at(108, 100));
            // The bar: 5 µm are 100 pixels.
            assert_eq!(at(8, 185), [255; 3]);
            assert_eq!(at(106, 185), [255; 3]);
            assert_ne!(at(110, 185), [255; 3]);
        }
        assert!(portraits.draw(&field, ROLES, &sitters).unwrap() == pictures);
        // Alone, the small one would be drawn larger.
        assert_ne!(Portraits::of(&sitters[1..]), portraits);
        assert!(portraits.draw(&field, ROLES, &[]).unwrap().is_empty());
    }

    #[test]
    fn a_nucleus_at_the_edge_or_beyond_it_is_drawn() {
        let field = field(60, 50);
        for bounds in [[0, 0, 20, 20], [55, 45, 90, 90], [900, 900, 950, 950]] {
            let nucleus = nucleus(1, bounds, None);
            let sitters = [Sitter {
                nucleus: &nucleus,
                pixel: pixel(0.5),
            }];
            let drawn = Portraits::of(&sitters).draw(&field, ROLES, &sitters);
            let picture = drawn.unwrap().remove(0);
            let (width, height, _) = decoded(&picture);
            assert_eq!(width, height);
        }
    }
}
