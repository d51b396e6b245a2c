//! A cell and a report for tests.

use alkaid_ihc::finding::{Cell, Class, IhcReport, Pattern};

/// A strong tumour cell whose outlines are the square of the first pixel.
pub(super) fn cell(id: u32) -> Cell {
    let square = vec![
        [-0.5, -0.5],
        [0.5, -0.5],
        [0.5, 0.5],
        [-0.5, 0.5],
        [-0.5, -0.5],
    ];
    Cell {
        id,
        x_px: 10.0,
        y_px: 10.0,
        nucleus_um2: 40.0,
        roundness: 0.9,
        ring_um2: 60.0,
        haematoxylin: 0.4,
        nuclear_dab: 0.1,
        dab: 0.8,
        granularity: 0.2,
        outer_over_inner: 1.0,
        rim_over_sides: 1.0,
        one_sided: 0.0,
        tumour: true,
        class: Class::Strong,
        pattern: Pattern::Granular,
        artefacts: Vec::new(),
        doubt: 0.0,
        reviewed: None,
        nucleus: square.clone(),
        outline: square,
    }
}

/// A report of a section with one cell.
pub(super) fn report() -> IhcReport {
    serde_json::from_str(include_str!("testing/ihc.json")).expect("the fixture is a report")
}
