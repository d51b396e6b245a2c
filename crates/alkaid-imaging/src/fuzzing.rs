//! Entry points for the fuzz targets: any bytes as an image. Not for users.

use std::io::Cursor;
use std::path::Path;

use crate::{OpenOptions, labels, open, regions};

/// Bytes as an image of any format.
pub fn image(bytes: &[u8]) {
    let options = OpenOptions {
        most_pixels: 1 << 20,
        ..OpenOptions::default()
    };
    let _ = open::read(Cursor::new(bytes), Path::new("fuzz"), &options);
}

/// Bytes as a label image.
pub fn labels(bytes: &[u8]) {
    let _ = labels::read_from(Cursor::new(bytes), Path::new("fuzz"), (9, 9));
}

/// Bytes as regions.
pub fn regions(bytes: &[u8]) {
    if let Ok(outlines) = regions::parse(bytes, Path::new("fuzz")) {
        let _ = outlines.draw((64, 64));
        if let Ok(lookup) = outlines.lookup((64, 64)) {
            let _ = lookup.holds(31.5, 31.5);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    const PNG: &[u8] = &[
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0,
        0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 0x0A, 0x49, 0x44,
        0x41, 0x54, 0x78, 0xDA, 0x63, 0x68, 0, 0, 0, 0x82, 0, 0x81,
    ];
    const JPEG: &[u8] = &[
        0xFF, 0xD8, 0xFF, 0xE0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF,
        0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3,
        0xFF, 0xD9,
    ];

    proptest! {
        #[test]
        fn nothing_panics(
            which in 0..4usize,
            body in proptest::collection::vec(any::<u8>(), 0..120),
            at in any::<prop::sample::Index>(),
        ) {
            let start: [&[u8]; 4] = [PNG, JPEG, b"II*\0\x08\0\0\0", b"MM\0\x2B\0\x08\0\0"];
            let mut bytes = start[which].to_vec();
            let cut = at.index(bytes.len()).max(8);
            bytes.truncate(cut);
            bytes.extend(body);
            super::image(&bytes);
            super::labels(&bytes);
            super::regions(&bytes);
        }
    }
}
