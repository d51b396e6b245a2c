//! Cells as a table and as GeoJSON.

use std::io::{self, Write};

use alkaid_ihc::finding::Cell;
use serde_json::{Value, json};

use super::class_colour;

const COLUMNS: [&str; 20] = [
    "id",
    "x_px",
    "y_px",
    "tumour",
    "scored",
    "class",
    "dab_od",
    "nuclear_dab_od",
    "haematoxylin_od",
    "pattern",
    "granularity",
    "outer_over_inner",
    "rim_over_sides",
    "one_sided",
    "nucleus_um2",
    "roundness",
    "ring_um2",
    "artefacts",
    "doubt",
    "reviewed_by",
];

/// `cells.tsv`: one line a cell, in reading order. Places are pixels of the picture, its top left pixel's middle at 0.
#[must_use]
pub fn cells_tsv(cells: &[Cell]) -> String {
    let mut text = COLUMNS.join("\t") + "\n";
    let yes = |is: bool| if is { "yes" } else { "no" };
    for cell in cells {
        let artefacts: Vec<&str> = cell.artefacts.iter().map(|a| a.key()).collect();
        let reader = cell.reviewed.as_ref().map_or_else(String::new, |review| {
            review.reader.replace(|c: char| c.is_control(), " ")
        });
        text.push_str(&format!(
            "{}\t{:.1}\t{:.1}\t{}\t{}\t{}\t{:.3}\t{:.3}\t{:.3}\t{}\t{:.2}\t{:.2}\t{:.2}\t{:.2}\t{:.1}\t{:.2}\t{:.1}\t{}\t{:.2}\t{}\n",
            cell.id,
            cell.x_px,
            cell.y_px,
            yes(cell.tumour),
            yes(cell.scored()),
            cell.class.as_str(),
            cell.dab,
            cell.nuclear_dab,
            cell.haematoxylin,
            cell.pattern.as_str(),
            cell.granularity,
            cell.outer_over_inner,
            cell.rim_over_sides,
            cell.one_sided,
            cell.nucleus_um2,
            cell.roundness,
            cell.ring_um2,
            artefacts.join(","),
            cell.doubt,
            reader,
        ));
    }
    text
}

/// Cells as QuPath reads them: a feature collection of cell objects with nucleus, class and measurements.
///
/// QuPath puts a pixel's corner at whole numbers, so half a pixel is added.
///
/// # Errors
///
/// When the output cannot be written.
pub fn write_geojson(cells: &[Cell], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        out.write_all(b"\n")?;
        serde_json::to_writer(&mut *out, &feature(cell))?;
    }
    out.write_all(b"\n]}\n")
}

fn feature(cell: &Cell) -> Value {
    let (name, [r, g, b]) = match cell.tumour {
        true => (
            format!("Tumor: {}", cell.class.as_str()),
            class_colour(cell.class),
        ),
        false => ("Other".to_owned(), [150, 150, 150]),
    };
    json!({
        "type": "Feature",
        "id": id(cell),
        "geometry": polygon(&cell.outline),
        "nucleusGeometry": polygon(&cell.nucleus),
        "properties": {
            "objectType": "cell",
            "name": cell.id.to_string(),
            "classification": { "name": name, "color": [r, g, b] },
            "measurements": {
                "Cytoplasm: DAB OD mean": hundredths(cell.dab),
                "Nucleus: DAB OD mean": hundredths(cell.nuclear_dab),
                "Nucleus: Hematoxylin OD mean": hundredths(cell.haematoxylin),
                "Nucleus: Area µm^2": hundredths(cell.nucleus_um2 as f32),
                "Granularity": hundredths(cell.granularity),
                "Doubt": hundredths(cell.doubt),
            },
        },
    })
}

/// QuPath wants a UUID; the cell's number makes one that is the same in every run.
fn id(cell: &Cell) -> String {
    format!("00000000-0000-4000-8000-{:012x}", cell.id)
}

fn polygon(points: &[[f32; 2]]) -> Value {
    let ring: Vec<[f64; 2]> = points
        .iter()
        .map(|point| point.map(|value| (f64::from(value + 0.5) * 10.0).round() / 10.0))
        .collect();
    json!({ "type": "Polygon", "coordinates": [ring] })
}

fn hundredths(value: f32) -> f64 {
    (f64::from(value) * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ihc::testing::cell;

    #[test]
    fn a_line_has_all_columns_and_names_cannot_break_it() {
        let mut one = cell(3);
        one.reviewed = Some(Box::new(alkaid_ihc::finding::Review {
            class: None,
            reader: "A\tB\n".to_owned(),
            when: String::new(),
            reason: String::new(),
        }));
        let text = cells_tsv(&[one]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(
            lines
                .iter()
                .all(|line| line.split('\t').count() == COLUMNS.len())
        );
    }

    #[test]
    fn geojson_holds_closed_outlines_half_a_pixel_on() {
        let mut out = Vec::new();
        write_geojson(&[cell(1), cell(2)], &mut out).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        let ring = &value["features"][1]["geometry"]["coordinates"][0];
        assert_eq!(ring[0], json!([0.0, 0.0]));
        assert_eq!(ring[0], ring[4]);
        assert_eq!(
            value["features"][1]["properties"]["classification"]["name"],
            "Tumor: 3+"
        );
    }
}
