//! An IHC image or a person's score of one, checked.

use alkaid_ihc::kit::kit;

use super::check::for_images;
use super::place::{Checked, Table};
use super::text::{self, At};
use super::{IhcEntry, IhcGiven, IhcScore};
use crate::finding::{IhcCall, IhcPattern};

const CALLS: [(&str, IhcCall); 3] = [
    ("positive", IhcCall::Positive),
    ("negative", IhcCall::Negative),
    ("equivocal", IhcCall::Equivocal),
];
const PATTERNS: [(&str, IhcPattern); 5] = [
    ("cytoplasmic", IhcPattern::Cytoplasmic),
    ("nuclear_cytoplasmic", IhcPattern::NuclearCytoplasmic),
    ("nuclear_membrane", IhcPattern::NuclearMembrane),
    ("membranous", IhcPattern::Membranous),
    ("granular", IhcPattern::Granular),
];
/// Shares are read off in steps of 5 %, each of which is up to 15 points of an H-score.
const H_SCORE_ROUNDED: f64 = 15.0;

/// The table `[ihc]`.
pub(super) fn checked(table: Table<'_>, given: &text::Ihc, id: &str) -> Checked<IhcEntry> {
    table.same_sample(&given.sample, id)?;
    let scored = given.call.is_some()
        || given.intensity.is_some()
        || given.h_score.is_some()
        || given.stained.is_some();
    let given_as = match (&given.image, scored) {
        (Some(image), false) => IhcGiven::Image(table.file(image, "image")?),
        (None, true) => IhcGiven::Score(score(table, given)?),
        (None, false) => {
            return Err(table.wrong_as_a_whole(
                "neither an image nor a score is given",
                "give image, or call, intensity, h_score or stained",
            ));
        }
        (Some(image), true) => {
            return Err(table.wrong(
                image,
                "image",
                "an image and a score are given",
                "give one of them",
            ));
        }
    };
    let clone = given.clone.as_ref().map(|text| text.get_ref().clone());
    match (&given_as, &given.clone) {
        // The kit of an image says how it is measured; a person's score stands without one.
        (IhcGiven::Image(_), Some(at)) => {
            kit(at.get_ref()).map_err(|error| {
                table.wrong(at, "clone", error.to_string(), "give one of them, or none")
            })?;
        }
        (IhcGiven::Image(_), None) => {}
        (IhcGiven::Score(_), _) => {
            for_images(table, &given.pixel_um, "pixel_um", "an image")?;
            for_images(table, &given.region, "region", "an image")?;
        }
    }
    Ok(IhcEntry {
        given: given_as,
        clone,
        region: table.optional_file(&given.region, "region")?,
        pixel_um: table.number(&given.pixel_um, "pixel_um", 0.05..=10.0, "micrometres")?,
        date: table.date(&given.date, "date")?,
    })
}

fn score(table: Table<'_>, given: &text::Ihc) -> Checked<IhcScore> {
    let call = table.word(&given.call, "call", &CALLS)?;
    let intensity = table.number(&given.intensity, "intensity", 0..=3, "(none to strong)")?;
    let h_score = table.number(&given.h_score, "h_score", 0.0..=300.0, "H-score")?;
    let stained = table.share(&given.stained, "stained")?;
    match call {
        Some(IhcCall::Positive) => {
            // What does not stain is not positive.
            none_of_it(table, &given.intensity, "intensity", 0)?;
            none_of_it(table, &given.h_score, "h_score", 0.0)?;
            none_of_it(table, &given.stained, "stained", 0.0)?;
        }
        Some(IhcCall::Negative) => strong_is_not_negative(table, given)?,
        _ => {}
    }
    if let Some(at) = &given.h_score {
        // Cells of 1+, 2+ and 3+ count once, twice, three times, in percent of all.
        let highest = 100.0 * intensity.unwrap_or(3) as f64 * stained.unwrap_or(1.0);
        let lowest = 100.0 * stained.unwrap_or(0.0);
        let score = *at.get_ref();
        if score > highest + H_SCORE_ROUNDED || score < lowest - H_SCORE_ROUNDED {
            return Err(table.wrong(
                at,
                "h_score",
                format!(
                    "with this intensity and share of stained cells it lies between {lowest:.0} and {highest:.0}"
                ),
                "correct one of them",
            ));
        }
    }
    Ok(IhcScore {
        call,
        intensity: intensity.and_then(|grade| u8::try_from(grade).ok()),
        h_score,
        stained,
        pattern: table.word(&given.pattern, "pattern", &PATTERNS)?,
        reader: given.reader.clone(),
    })
}

/// Strong stain in tumour cells is positive in every kit; what stains otherwise does not belong into the score.
fn strong_is_not_negative(table: Table<'_>, given: &text::Ihc) -> Checked<()> {
    let remedy = "correct one of them; score tumour cells only, or call it equivocal";
    if let Some(at) = given.intensity.as_ref().filter(|at| *at.get_ref() == 3) {
        let what = "strong stain (3) contradicts call = \"negative\"";
        return Err(table.wrong(at, "intensity", what, remedy));
    }
    if let Some(at) = given.h_score.as_ref().filter(|at| *at.get_ref() > 200.0) {
        let what =
            "above 200 some cells are strongly stained, which contradicts call = \"negative\"";
        return Err(table.wrong(at, "h_score", what, remedy));
    }
    Ok(())
}

fn none_of_it<N: PartialEq>(
    table: Table<'_>,
    given: &Option<At<N>>,
    key: &str,
    none: N,
) -> Checked<()> {
    match given {
        Some(at) if *at.get_ref() == none => Err(table.wrong(
            at,
            key,
            "0 contradicts call = \"positive\"",
            "correct one of them",
        )),
        _ => Ok(()),
    }
}
