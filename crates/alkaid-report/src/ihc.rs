//! A scored section for people and programs: `cells.tsv`, `cells.geojson` for QuPath, the overlay pyramid, and the review
//! page.

mod cells;
mod crops;
mod overlay;
mod review;
#[cfg(test)]
mod testing;
mod view;

pub use cells::{cells_tsv, write_geojson};
pub use crops::{CropOf, IhcCrop, ihc_crops};
pub use overlay::{separation_picture, write_overlay};
pub use review::review_html;
pub use view::section_view;

use alkaid_ihc::finding::Class;
use alkaid_ihc::hand::HandReport;

/// Columns of scores by hand.
const HAND_COLUMNS: [&str; 8] = [
    "case", "reader", "score", "h_score", "pct_0", "pct_1", "pct_2", "pct_3",
];

/// The colour of a class in all pictures: red, green, blue.
#[must_use]
pub const fn class_colour(class: Class) -> [u8; 3] {
    match class {
        Class::Negative => [40, 90, 200],
        Class::Weak => [240, 220, 40],
        Class::Moderate => [245, 140, 20],
        Class::Strong => [215, 20, 40],
    }
}

/// `ihc.json` as text.
///
/// # Errors
///
/// When a number cannot be written, which does not happen with finite ones.
pub fn ihc_json(report: &alkaid_ihc::finding::IhcReport) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// Scores by hand as a table, one line a case and reader.
#[must_use]
pub fn hand_tsv(report: &HandReport) -> String {
    let mut text = HAND_COLUMNS.join("\t") + "\n";
    for score in &report.scores {
        let percents = score.percents.map_or_else(
            || [const { String::new() }; 4],
            |percents| percents.map(|percent| format!("{percent:.1}")),
        );
        let h_score = score
            .h_score
            .map_or_else(String::new, |h| format!("{h:.1}"));
        let fields = [
            score.case.clone(),
            score.reader.clone(),
            score.class.as_str().to_owned(),
            h_score,
            percents.join("\t"),
        ];
        text.push_str(&fields.join("\t"));
        text.push('\n');
    }
    text
}
