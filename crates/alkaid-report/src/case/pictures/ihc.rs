//! A part of the stained section.

use crate::page::{Mark, Picture};

/// Side of the picture, in units of the page.
const SIDE: f32 = 360.0;

/// The part, as it was cut out.
pub(in crate::case) fn ihc_part(png: &[u8]) -> Picture {
    let mut picture = Picture::new(SIDE, "A part of the stained section");
    picture.description =
        "The cells of a part of the section, outlined in the colour of their intensity".to_owned();
    picture.marks.push(Mark::Image {
        x: 0.0,
        y: 0.0,
        w: SIDE,
        h: SIDE,
        png: png.to_vec(),
    });
    picture
}
