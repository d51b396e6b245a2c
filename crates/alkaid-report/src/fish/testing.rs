//! A small field with noise, signals and nuclei, for tests.

use alkaid_fish::finding::Nucleus;
use alkaid_fish::{Counts, Pattern};
use alkaid_imaging::channels::Roles;
use alkaid_imaging::{Channel, Field, Origin};
use ndarray::Array3;

pub(super) const ROLES: Roles = Roles {
    dapi: 0,
    red: 1,
    green: 2,
};

/// A field with noise of 30 counts, a bright square of DAPI in the middle and one signal of each colour.
pub(super) fn field(width: usize, height: usize) -> Field {
    let mut state = 7u32;
    let mut noise = || {
        // Numerical Recipes' generator: what matters is that it does not compress.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (0..4).map(|byte| state >> (8 * byte) & 15).sum::<u32>() as u16
    };
    let (middle_x, middle_y) = (width / 2, height / 2);
    let mut channel = |name: &str, high: u16, reach: usize, at: usize| Channel {
        name: name.to_owned(),
        colour: None,
        emission_nm: None,
        stack: Array3::from_shape_fn((1, height, width), |(_, y, x)| {
            let near = x.abs_diff(at) <= reach && y.abs_diff(middle_y) <= reach;
            100 + noise() + if near { high } else { 0 }
        }),
        scale: 1.0,
        saturation: u16::MAX,
    };
    let quarter = width.min(height) / 4;
    Field {
        name: "made".to_owned(),
        channels: vec![
            channel("DAPI", 900, quarter, middle_x),
            channel("red", 2000, 2, middle_x - 4),
            channel("green", 2000, 2, middle_x + 4),
        ],
        pixel: None,
        origin: Origin::Channels,
    }
}

/// A nucleus that fills its box.
pub(super) fn nucleus(id: u32, bounds: [u32; 4], pattern: Option<Pattern>) -> Nucleus {
    let [left, top, right, bottom] = bounds.map(|side| side as f32);
    Nucleus {
        id,
        field: 0,
        label: id,
        x_px: f64::from(left + right) / 2.0,
        y_px: f64::from(top + bottom) / 2.0,
        bounds,
        outline: vec![
            [left, top],
            [right, top],
            [right, bottom],
            [left, bottom],
            [left, top],
        ],
        area_um2: 60.0,
        solidity: 1.0,
        focus: 1.0,
        dapi: 1.0,
        excluded: Vec::new(),
        signals: Vec::new(),
        pairs: Vec::new(),
        counts: Counts::default(),
        pattern,
        doubt: 0.0,
        reviewed: None,
    }
}

/// Width, height and pixels of a PNG of 8-bit red, green and blue.
pub(super) fn decoded(png: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    (info.width as usize, info.height as usize, pixels)
}
