use std::io::Cursor;

use proptest::prelude::*;
use tiff::encoder::colortype::{Gray8, Gray16, Gray32Float, RGB8};
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffEncoder};

use super::directory::tag;
use super::made::{Made, MadePage};
use super::*;
use crate::Pages;

fn opened(bytes: &[u8]) -> Result<Vec<Field>, ImagingError> {
    opened_with(bytes, &OpenOptions::default())
}

fn opened_with(bytes: &[u8], options: &OpenOptions) -> Result<Vec<Field>, ImagingError> {
    crate::open::read(Cursor::new(bytes), Path::new("made.tif"), options)
}

fn one(bytes: &[u8]) -> Field {
    let mut fields = opened(bytes).unwrap();
    assert_eq!(fields.len(), 1);
    fields.remove(0)
}

fn message(bytes: &[u8]) -> String {
    opened(bytes).unwrap_err().to_string()
}

fn values(field: &Field, channel: usize) -> Vec<u16> {
    field.channels[channel].stack.iter().copied().collect()
}

const PLAIN: Made = Made {
    big_endian: false,
    big_tiff: false,
};

fn ramp16(width: u64, height: u64) -> Vec<u16> {
    (0..width * height)
        .map(|index| (index * 77 % 5000) as u16)
        .collect()
}

fn page16(made: Made, width: u64, height: u64) -> MadePage {
    let pixels = ramp16(width, height);
    let strip = pixels
        .iter()
        .flat_map(|value| made.bytes(u64::from(*value), 2))
        .collect();
    MadePage::grey(width, height, 16, strip)
}

#[test]
fn both_byte_orders_and_bigtiff() {
    for big_endian in [false, true] {
        for big_tiff in [false, true] {
            let made = Made {
                big_endian,
                big_tiff,
            };
            let field =
                one(&made.file(&[page16(made, 7, 5), page16(made, 7, 5), page16(made, 7, 5)]));
            assert_eq!(field.channels.len(), 3);
            assert_eq!(values(&field, 2), ramp16(7, 5));
            assert_eq!(field.channels[1].name, "channel 1");
        }
    }
}

#[test]
fn compressions_and_predictors_of_another_writer() {
    let pixels = ramp16(33, 21);
    for compression in [
        Compression::Uncompressed,
        Compression::Lzw,
        Compression::Deflate(DeflateLevel::Fast),
        Compression::Packbits,
    ] {
        for predictor in [Predictor::None, Predictor::Horizontal] {
            let mut bytes = Cursor::new(Vec::new());
            let mut encoder = TiffEncoder::new(&mut bytes)
                .unwrap()
                .with_compression(compression)
                .with_predictor(predictor);
            encoder.write_image::<Gray16>(33, 21, &pixels).unwrap();
            assert_eq!(values(&one(bytes.get_ref()), 0), pixels);
        }
    }
}

#[test]
fn zstd_and_tiles() {
    let made = PLAIN;
    let pixels = ramp16(20, 18);
    let mut page = MadePage::grey(20, 18, 16, Vec::new())
        .without(tag::ROWS_PER_STRIP)
        .with(tag::TILE_WIDTH, 3, [16])
        .with(tag::TILE_HEIGHT, 3, [16])
        .with(tag::COMPRESSION, 3, [50000]);
    page.chunks.clear();
    for (top, left) in [(0, 0), (0, 16), (16, 0), (16, 16)] {
        let mut tile = Vec::new();
        for y in top..top + 16 {
            for x in left..left + 16 {
                let value = if y < 18 && x < 20 {
                    pixels[y * 20 + x]
                } else {
                    9999
                };
                tile.extend(made.bytes(u64::from(value), 2));
            }
        }
        page.chunks.push(zstd::encode_all(&tile[..], 1).unwrap());
    }
    assert_eq!(values(&one(&made.file(&[page])), 0), pixels);
}

#[test]
fn twelve_bits_inverted_and_signed() {
    let twelve = MadePage::grey(2, 1, 12, vec![0xAB, 0xCD, 0xEF]);
    let field = one(&PLAIN.file(std::slice::from_ref(&twelve)));
    assert_eq!(values(&field, 0), [0xABC, 0xDEF]);
    assert_eq!(field.channels[0].saturation, 4095);
    let inverted = one(&PLAIN.file(&[twelve.with(tag::PHOTOMETRIC, 3, [0])]));
    assert_eq!(values(&inverted, 0), [4095 - 0xABC, 4095 - 0xDEF]);
    let signed = MadePage::grey(2, 1, 16, vec![0xFF, 0xFF, 5, 0]).with(tag::SAMPLE_FORMAT, 3, [2]);
    assert_eq!(values(&one(&PLAIN.file(&[signed])), 0), [0, 6]);
}

fn floats(values: &[f32]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    encoder
        .write_image::<Gray32Float>(values.len() as u32, 1, values)
        .unwrap();
    bytes.into_inner()
}

#[test]
fn floats_keep_whole_numbers_and_scale_others() {
    let whole = one(&floats(&[0.0, 7.0, 300.0, -2.0]));
    assert_eq!(values(&whole, 0), [2, 9, 302, 0]);
    assert!((whole.channels[0].scale - 1.0).abs() < 1e-12);
    let scaled = one(&floats(&[0.0, 0.25, 0.5, 1.0]));
    assert_eq!(values(&scaled, 0)[3], 65535);
    assert!((f64::from(values(&scaled, 0)[1]) * scaled.channels[0].scale - 0.25).abs() < 1e-5);
    let error = message(&floats(&[0.0, 1.0, f32::NAN]));
    assert!(
        error.contains("IFD 0, x 2 y 0: the value is NaN"),
        "{error}"
    );
}

#[test]
fn a_hot_pixel_leaves_the_others_their_counts() {
    let mut pixels: Vec<f32> = (0..2000).map(|i| 0.5 + i as f32 / 2000.0).collect();
    pixels[7] = 3e38;
    pixels[9] = -3e38;
    let counts = values(&one(&floats(&pixels)), 0);
    assert_eq!((counts[7], counts[9]), (u16::MAX, 0));
    let distinct: std::collections::BTreeSet<u16> = counts.iter().copied().collect();
    assert!(distinct.len() > 500, "{}", distinct.len());
}

#[test]
fn floating_point_predictor() {
    // Two floats, bytes sorted by weight and subtracted.
    let sorted: Vec<u8> = {
        let (a, b) = (3.0f32.to_be_bytes(), 500.0f32.to_be_bytes());
        (0..4).flat_map(|weight| [a[weight], b[weight]]).collect()
    };
    let mut stored = sorted.clone();
    for index in 1..stored.len() {
        stored[index] = sorted[index].wrapping_sub(sorted[index - 1]);
    }
    let page = MadePage::grey(2, 1, 32, stored)
        .with(tag::SAMPLE_FORMAT, 3, [3])
        .with(tag::PREDICTOR, 3, [3]);
    assert_eq!(values(&one(&PLAIN.file(&[page])), 0), [3, 500]);
}

#[test]
fn a_coloured_page_is_a_picture_unless_it_is_of_one_colour() {
    let rgb = |pixels: &[u8]| {
        let mut bytes = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
        encoder.write_image::<RGB8>(2, 1, pixels).unwrap();
        one(&bytes.into_inner())
    };
    let picture = rgb(&[1, 2, 3, 4, 5, 6]);
    assert_eq!(picture.origin, Origin::Picture);
    assert_eq!(values(&picture, 2), [3, 6]);
    let blue = rgb(&[0, 0, 3, 0, 0, 6]);
    assert_eq!(
        (blue.origin, blue.channels[0].colour),
        (Origin::Channels, Some([0, 0, 255]))
    );
    assert_eq!(values(&blue, 0), [3, 6]);
    assert_eq!(rgb(&[9, 9, 9, 7, 7, 7]).channels.len(), 1);
}

#[test]
fn samples_in_planes_are_channels() {
    let mut page = MadePage::grey(2, 1, 8, vec![1, 2])
        .with(tag::SAMPLES, 3, [3])
        .with(tag::PLANAR, 3, [2]);
    page.tags.retain(|(number, ..)| *number != tag::BITS);
    let mut page = page.with(tag::BITS, 3, [8, 8, 8]);
    page.chunks = vec![vec![1, 2], vec![3, 4], vec![5, 6]];
    let field = one(&PLAIN.file(std::slice::from_ref(&page)));
    assert_eq!(field.channels.len(), 3);
    assert_eq!(values(&field, 1), [3, 4]);
    // Three planes of 16 bits that a program called red-green-blue are channels still, without names.
    let mut wide = page
        .with(tag::BITS, 3, [16, 16, 16])
        .with(tag::PHOTOMETRIC, 3, [2]);
    wide.chunks = vec![vec![1, 0, 2, 0], vec![3, 0, 4, 0], vec![5, 0, 6, 0]];
    let field = one(&PLAIN.file(&[wide]));
    assert_eq!(
        (field.origin, field.channels[0].name.as_str()),
        (Origin::Channels, "channel 0")
    );
}

#[test]
fn an_ome_stack_written_here_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b.ome.tif");
    let channel = |name: &str, emission_nm, colour, start: u16| Channel {
        name: name.to_owned(),
        colour: Some(colour),
        emission_nm: Some(emission_nm),
        stack: Array3::from_shape_fn((3, 4, 5), |(z, y, x)| start + (z * 100 + y * 10 + x) as u16),
        scale: 1.0,
        saturation: 4095,
    };
    let field = Field {
        name: "µ".to_owned(),
        channels: vec![
            channel("DAPI", 461.0, [0, 0, 255], 0),
            channel("3' \"red\" & <orange>", 588.5, [255, 128, 0], 1000),
        ],
        pixel: Some(PixelSize {
            x_um: 0.1075,
            y_um: 0.1075,
            z_um: Some(0.35),
        }),
        origin: Origin::Channels,
    };
    crate::write::ome_tiff(&field, &path).unwrap();
    let back = crate::open(&path, &OpenOptions::default())
        .unwrap()
        .remove(0);
    assert_eq!(
        (back.name.as_str(), back.pixel, back.origin),
        ("a b", field.pixel, field.origin)
    );
    for (one, two) in back.channels.iter().zip(&field.channels) {
        assert_eq!(
            (&one.name, one.colour, one.emission_nm),
            (&two.name, two.colour, two.emission_nm)
        );
        assert_eq!((one.saturation, &one.stack), (two.saturation, &two.stack));
    }
}

fn ome(pixels: &str, inside: &str) -> String {
    format!(
        r#"<OME><Image ID="Image:0"><Pixels DimensionOrder="XYCZT" {pixels}>{inside}</Pixels></Image></OME>"#
    )
}

#[test]
fn what_ome_says_must_fit_the_pages() {
    let page = |text: &str| page16(PLAIN, 2, 2).text(tag::DESCRIPTION, text);
    let sizes = r#"SizeX="2" SizeY="2" SizeZ="1""#;
    let file = |text: &str| PLAIN.file(&[page(text), page16(PLAIN, 2, 2)]);
    let good = ome(&format!(r#"{sizes} SizeC="2" SizeT="1""#), "<TiffData/>");
    assert_eq!(one(&file(&good)).channels.len(), 2);
    for (pixels, inside, said) in [
        (
            format!(r#"{sizes} SizeC="3" SizeT="1""#),
            "<TiffData/>",
            "no page holds it",
        ),
        (
            format!(r#"{sizes} SizeC="1" SizeT="2""#),
            "<TiffData/>",
            "a time series of 2",
        ),
        (
            r#"SizeX="3" SizeY="2" SizeZ="1" SizeC="2" SizeT="1""#.to_owned(),
            "<TiffData/>",
            "3 x 2 are described",
        ),
        (
            format!(r#"{sizes} SizeC="2" SizeT="1" PhysicalSizeX="0""#),
            "<TiffData/>",
            "a pixel of 0 µm is absurd",
        ),
        (
            format!(r#"{sizes} SizeC="2" SizeT="1" PhysicalSizeX="NaN""#),
            "<TiffData/>",
            "NaN µm is absurd",
        ),
        (
            format!(r#"{sizes} SizeC="2" SizeT="1" PhysicalSizeX="0.1" PhysicalSizeY="0.3""#),
            "<TiffData/>",
            "0.1 µm wide but 0.3 µm high",
        ),
        (
            format!(r#"{sizes} SizeC="2" SizeT="1""#),
            r#"<TiffData IFD="77"/>"#,
            "no page holds it",
        ),
    ] {
        let error = message(&file(&ome(&pixels, inside)));
        assert!(error.contains(said), "{error}");
    }
    let series = file(&ome(
        &format!(r#"{sizes} SizeC="1" SizeT="2""#),
        "<TiffData/>",
    ));
    let options = OpenOptions {
        time: Some(1),
        pixel_um: Some(0.2),
        ..OpenOptions::default()
    };
    let second = opened_with(&series, &options).unwrap();
    assert_eq!(second[0].pixel.unwrap().y_um, 0.2);
}

#[test]
fn several_images_are_several_fields() {
    let image = |name: &str| {
        format!(
            r#"<Image Name="{name}"><Pixels DimensionOrder="XYCZT" SizeX="2" SizeY="2" SizeZ="1" SizeC="1" SizeT="1"><TiffData/></Pixels></Image>"#
        )
    };
    let text = format!("<OME>{}{}</OME>", image("left"), image(""));
    let pages = [
        page16(PLAIN, 2, 2).text(tag::DESCRIPTION, &text),
        MadePage::grey(2, 2, 8, vec![9; 4]),
    ];
    let fields = opened(&PLAIN.file(&pages)).unwrap();
    assert_eq!(fields[0].name, "made #1 left");
    assert_eq!(fields[1].name, "made #2");
    assert_eq!(values(&fields[1], 0), [9; 4]);
}

#[test]
fn imagej_hyperstacks_with_one_directory_or_many() {
    let text =
        "ImageJ=1.54f\nimages=6\nchannels=3\nslices=2\nhyperstack=true\nunit=micron\nspacing=0.5\n";
    let plane = |number: u8| vec![number; 4];
    let described = |page: MadePage| {
        page.text(tag::DESCRIPTION, text)
            .with(tag::X_RESOLUTION, 5, [10_000_000, 1_075_000])
            .with(tag::Y_RESOLUTION, 5, [10_000_000, 1_075_000])
            .with(tag::RESOLUTION_UNIT, 3, [1])
    };
    let mut pages: Vec<_> = (0..6)
        .map(|number| MadePage::grey(2, 2, 8, plane(number)))
        .collect();
    pages[0] = described(pages[0].clone());
    // The planes of a stack beyond 4 GB follow the first one without directories of their own.
    let all: Vec<u8> = (0..6).flat_map(plane).collect();
    let single = described(MadePage::grey(2, 2, 8, all).with(tag::STRIP_BYTES, 4, [4]));
    for file in [
        PLAIN.file(&pages),
        PLAIN.file(std::slice::from_ref(&single)),
    ] {
        let field = one(&file);
        assert_eq!(field.shape(), (2, 2, 2));
        assert_eq!(values(&field, 1), [1, 1, 1, 1, 4, 4, 4, 4]);
        let pixel = field.pixel.unwrap();
        assert!((pixel.x_um - 0.1075).abs() < 1e-9 && pixel.z_um == Some(0.5));
    }
    let short = MadePage {
        chunks: vec![vec![0; 4]],
        ..single
    };
    let error = message(&PLAIN.file(&[short]));
    assert!(
        error.contains("more than the file has") || error.contains("ends after"),
        "{error}"
    );
}

#[test]
fn many_plain_pages_are_planes_and_may_be_told_otherwise() {
    let pages: Vec<_> = (0..8)
        .map(|number| MadePage::grey(2, 1, 8, vec![number; 2]))
        .collect();
    let file = PLAIN.file(&pages);
    assert_eq!(one(&file).shape(), (8, 1, 2));
    let told = OpenOptions {
        pages: Pages::Interleaved(4),
        ..OpenOptions::default()
    };
    let field = opened_with(&file, &told).unwrap().remove(0);
    assert_eq!(values(&field, 1), [1, 1, 5, 5]);
    let wrong = OpenOptions {
        pages: Pages::Interleaved(3),
        ..told
    };
    assert!(opened_with(&file, &wrong).is_err());
}

#[test]
fn resolution_for_printing_is_no_pixel_size() {
    let page = |unit, x| {
        page16(PLAIN, 2, 2)
            .with(tag::X_RESOLUTION, 5, [x, 1])
            .with(tag::Y_RESOLUTION, 5, [x, 1])
            .with(tag::RESOLUTION_UNIT, 3, [unit])
    };
    assert_eq!(one(&PLAIN.file(&[page(2, 72)])).pixel, None);
    let pixel = one(&PLAIN.file(&[page(3, 93_023)])).pixel.unwrap();
    assert!((pixel.x_um - 0.1075).abs() < 1e-4);
}

#[test]
fn damage_is_told_with_its_place() {
    let mut looped = PLAIN.file(&[page16(PLAIN, 2, 2)]);
    let first: [u8; 4] = looped[4..8].try_into().unwrap();
    let end = looped.len() - 4;
    looped[end..].copy_from_slice(&first);
    let page =
        |tag, kind, values: Vec<u64>| PLAIN.file(&[page16(PLAIN, 2, 2).with(tag, kind, values)]);
    let cut = page16(PLAIN, 20, 20).with(tag::COMPRESSION, 3, [8]);
    for (file, said) in [
        (looped, "IFD 1: it points back"),
        (page(tag::SAMPLES, 3, vec![0]), "0 samples a pixel"),
        (page(tag::SAMPLES, 3, vec![3]), "of pixels"),
        (page(tag::BITS, 3, vec![24]), "24 bits"),
        (page(tag::COMPRESSION, 3, vec![7]), "with loss (JPEG)"),
        (page(tag::COMPRESSION, 3, vec![4]), "compression 4"),
        (
            page(tag::STRIP_OFFSETS, 4, vec![4_000_000_000]),
            "after the end of the file",
        ),
        (page(tag::STRIP_OFFSETS, 4, vec![8, 8]), "asks for 1"),
        (page(tag::ROWS_PER_STRIP, 4, vec![0]), "without a size"),
        (page(tag::WIDTH, 4, vec![0]), "no width or height"),
        (page(tag::WIDTH, 4, vec![100_000]), "too few for its"),
        (PLAIN.file(&[cut]), "IFD 0, strip or tile 0"),
        (b"II*\0\0\0\0\0".to_vec(), "holds no image"),
        (
            b"II*\0\x10\0\0\0".to_vec(),
            "IFD 0: 2 bytes are expected at byte 16",
        ),
        (b"II*\0".to_vec(), "header"),
        (b"GIF89a".to_vec(), "neither TIFF, PNG nor JPEG"),
        (Vec::new(), "neither TIFF, PNG nor JPEG"),
    ] {
        let error = message(&file);
        assert!(
            error.starts_with("made.tif") && error.contains(said),
            "{said}: {error}"
        );
    }
}

#[test]
fn bombs_are_refused_before_they_are_inflated() {
    // 40,000 x 40,000 pixels of 0 in a few bytes: the declared number is over the limit.
    let packed = zstd::encode_all(&[0u8; 64][..], 1).unwrap();
    let bomb = MadePage::grey(40_000, 40_000, 8, packed.clone()).with(tag::COMPRESSION, 3, [50000]);
    let error = message(&PLAIN.file(&[bomb]));
    assert!(error.contains("pixels"), "{error}");
    // Below the limit, but a tile of the whole world.
    let tile = MadePage::grey(10, 10, 8, packed)
        .with(tag::COMPRESSION, 3, [50000])
        .with(tag::TILE_WIDTH, 4, [1 << 31])
        .with(tag::TILE_HEIGHT, 4, [1 << 31]);
    let error = message(&PLAIN.file(&[tile]));
    assert!(error.contains("a strip or tile of"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn changed_bytes_never_panic(
        which in 0..4usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let made = Made { big_endian: which % 2 == 1, big_tiff: which > 1 };
        let text = ome(r#"SizeX="9" SizeY="4" SizeZ="1" SizeC="2" SizeT="1""#, "<TiffData/>");
        let mut second = MadePage::grey(9, 4, 8, zstd::encode_all(&[7u8; 36][..], 1).unwrap());
        second = second.with(tag::COMPRESSION, 3, [50000]);
        let mut file = made.file(&[page16(made, 9, 4).text(tag::DESCRIPTION, &text), second]);
        for (place, byte) in changes {
            let at = place.index(file.len());
            file[at] = byte;
        }
        let options = OpenOptions { most_pixels: 1 << 20, ..OpenOptions::default() };
        let _ = opened_with(&file, &options);
        file.truncate(cut.index(file.len()));
        let _ = opened_with(&file, &options);
    }

    #[test]
    fn eight_bits_of_any_size(width in 1..40u32, height in 1..40u32, seed in any::<u8>()) {
        let pixels: Vec<u8> = (0..width * height).map(|index| (index as u8).wrapping_mul(31) ^ seed).collect();
        let mut bytes = Cursor::new(Vec::new());
        TiffEncoder::new(&mut bytes).unwrap().with_compression(Compression::Lzw).write_image::<Gray8>(width, height, &pixels).unwrap();
        let wide: Vec<_> = pixels.iter().map(|value| u16::from(*value)).collect();
        prop_assert_eq!(values(&one(bytes.get_ref()), 0), wide);
    }
}
