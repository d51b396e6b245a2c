//! Reads the development images, which stand beside the checkout; without them there is nothing to test.

use std::path::PathBuf;

use alkaid_imaging::channels::{Wanted, assign};
use alkaid_imaging::{OpenOptions, Origin, labels, open};

fn images() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/images");
    if !folder.is_dir() {
        eprintln!("skipped: no development images at {}", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn simulated_fields_have_channels_pixels_and_labels() {
    let Some(folder) = images() else { return };
    for name in ["border20_snr8", "neg_2n_snr10", "pos_split_snr10"] {
        let path = folder.join(format!("fish_sim/{name}.ome.tif"));
        let fields = open(&path, &OpenOptions::default()).unwrap();
        let [field] = &fields[..] else {
            panic!("one field expected in {name}");
        };
        assert_eq!(field.shape(), (1, 900, 900));
        assert!((field.pixel.unwrap().x_um - 0.1075).abs() < 1e-9);
        let roles = assign(field, &Wanted::default()).unwrap();
        assert_eq!((roles.dapi, roles.red, roles.green), (0, 1, 2));
        let labels = labels::read(
            &folder.join(format!("fish_sim/{name}_labels.tif")),
            (900, 900),
        );
        assert_eq!(labels.unwrap().count, 70);
    }
}

#[test]
fn images_of_other_programs_are_read() {
    let Some(folder) = images() else { return };
    let read = |name: &str| {
        open(
            &folder.join("reader_tests").join(name),
            &OpenOptions::default(),
        )
        .unwrap()
    };
    assert_eq!(read("stardist_img3d.tif")[0].shape(), (31, 61, 57));
    let two = &read("instanseg_fluorescence.tif")[0];
    assert_eq!((two.channels.len(), two.shape()), (2, (1, 450, 450)));
    let section = &open(&folder.join("ihc_sample.png"), &OpenOptions::default()).unwrap()[0];
    assert_eq!(
        (section.origin, section.channels.len()),
        (Origin::Picture, 3)
    );
}

#[test]
fn nuclei_and_their_labels_fit() {
    let Some(folder) = images() else { return };
    let folder = folder.join("nuclei_dsb2018");
    let mut paths: Vec<_> = std::fs::read_dir(folder.join("images"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths.iter().step_by(20) {
        let field = &open(path, &OpenOptions::default()).unwrap()[0];
        assert_eq!((field.origin, field.channels.len()), (Origin::Channels, 1));
        let (_, height, width) = field.shape();
        let name = path.file_name().unwrap();
        assert!(
            labels::read(&folder.join("labels").join(name), (height, width))
                .unwrap()
                .count
                > 0
        );
    }
}
