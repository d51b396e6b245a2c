//! One picture a field: its channels in colour, the nuclei outlined by pattern.

use std::io;

use alkaid_fish::Pattern;
use alkaid_fish::finding::Nucleus;
use alkaid_imaging::channels::Roles;
use alkaid_imaging::{Field, PixelSize};

use super::canvas::Canvas;
use super::composite::Shown;
use super::font;

/// Colours of outlines, readable on blue, red and green and told apart by people who confuse red and green; the letter
/// beside the number says the same.
pub(super) const fn mark(pattern: Option<Pattern>) -> ([u8; 3], char) {
    match pattern {
        Some(Pattern::Fused) => ([255, 255, 255], 'F'),
        Some(Pattern::Split) => ([255, 214, 0], 'S'),
        Some(Pattern::IsolatedRed) => ([255, 120, 240], 'R'),
        Some(Pattern::IsolatedGreen) => ([70, 235, 255], 'G'),
        None => ([150, 150, 150], 'x'),
    }
}

/// The overlay of a field as PNG: DAPI blue, 3' red, 5' green, each stretched by percentiles; outlines by pattern (white
/// fused, yellow split, pink isolated 3', cyan isolated 5'), number and letter of each nucleus, what is not scored grey
/// and dashed; a scale bar. `nuclei` are those of this field.
///
/// # Errors
/// When the field has no pixels, or more than a PNG can hold.
pub fn overlay_png<'n>(
    field: &Field,
    roles: Roles,
    pixel: PixelSize,
    nuclei: impl IntoIterator<Item = &'n Nucleus>,
) -> io::Result<Vec<u8>> {
    let shown = Shown::of(field, roles);
    let (height, width) = shown.size();
    // Fewer levels halve the file and are not seen.
    let mut canvas = Canvas::new(width, height, |y, x| {
        shown.colour(y, x).map(|value| value & 0xF8)
    });
    let size = if width.max(height) > 1400 { 2 } else { 1 };
    for nucleus in nuclei {
        let scored = nucleus.pattern.filter(|_| nucleus.excluded.is_empty());
        let (colour, letter) = mark(scored);
        for edge in nucleus.outline.windows(2) {
            canvas.line(edge[0], edge[1], colour, scored.is_none());
        }
        let text = format!("{}{letter}", nucleus.id);
        let [left, top, _, bottom] = nucleus.bounds.map(i64::from);
        let wide = (text.len() * font::ADVANCE * size) as i64;
        let high = (font::HEIGHT * size + 2) as i64;
        // Above the nucleus, or below where there is no room, and never off the picture.
        let y = if top > high { top - high } else { bottom + 2 };
        let x = left.min(width as i64 - wide).max(1);
        canvas.text(x, y.min(height as i64 - high).max(1), &text, size, colour);
    }
    scale_bar(&mut canvas, width, height, pixel, size);
    canvas.png()
}

/// The longest round length that is at most a fifth of the width.
fn scale_bar(canvas: &mut Canvas, width: usize, height: usize, pixel: PixelSize, size: usize) {
    let lengths = [100, 50, 20, 10, 5, 2, 1];
    let fits = |um: &&i32| f64::from(**um) / pixel.x_um <= width as f64 / 5.0;
    let Some(um) = lengths.iter().find(fits) else {
        return;
    };
    let long = (f64::from(*um) / pixel.x_um).round() as i64;
    let (thick, margin) = (4 * size as i64, 12 * size as i64);
    let (left, top) = (width as i64 - margin - long, height as i64 - margin - thick);
    canvas.bar(left - 1, top - 1, long + 2, thick + 2, [0; 3]);
    canvas.bar(left, top, long, thick, [255; 3]);
    let high = (font::HEIGHT * size) as i64 + 4;
    canvas.text(left, top - high, &format!("{um} µm"), size, [255; 3]);
}

#[cfg(test)]
mod tests {
    use alkaid_fish::finding::Exclusion;

    use super::super::testing::{ROLES, decoded, field, nucleus};
    use super::*;

    const PIXEL: PixelSize = PixelSize {
        x_um: 0.1,
        y_um: 0.1,
        z_um: None,
    };

    #[test]
    fn outlines_have_the_colour_of_the_pattern_and_excluded_ones_are_grey() {
        let mut excluded = nucleus(3, [120, 20, 170, 70], Some(Pattern::Split));
        excluded.excluded.push(Exclusion::Overlap);
        let nuclei = [
            nucleus(1, [20, 20, 70, 70], Some(Pattern::Split)),
            nucleus(2, [20, 90, 70, 140], Some(Pattern::Fused)),
            excluded,
        ];
        let png = overlay_png(&field(200, 160), ROLES, PIXEL, &nuclei).unwrap();
        let (width, height, pixels) = decoded(&png);
        assert_eq!((width, height), (200, 160));
        let at = |x: usize, y: usize| [0, 1, 2].map(|colour| pixels[(y * 200 + x) * 3 + colour]);
        assert_eq!(at(20, 50), mark(Some(Pattern::Split)).0);
        assert_eq!(at(20, 120), mark(Some(Pattern::Fused)).0);
        assert_eq!(at(120, 20), mark(None).0);
        // The scale bar: 2 µm are 20 pixels, at most a fifth of 200, and 5 µm are 50.
        assert_eq!((at(187, 147), at(168, 147)), ([255; 3], [255; 3]));
        assert_ne!(at(165, 147), [255; 3]);
    }

    #[test]
    fn wild_outlines_and_sizes_do_no_harm() {
        let mut wild = nucleus(u32::MAX, [0, 0, u32::MAX, u32::MAX], None);
        wild.outline = vec![
            [f32::MAX, f32::MIN],
            [f32::NAN, 1.0],
            [-1e9, 1e9],
            [f32::INFINITY, 0.0],
        ];
        overlay_png(&field(30, 20), ROLES, PIXEL, [&wild]).unwrap();
        let tiny = PixelSize { x_um: 5.0, ..PIXEL };
        overlay_png(&field(30, 20), ROLES, tiny, []).unwrap();
    }
}
