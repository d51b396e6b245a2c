//! The columns of every table.

mod alk;
mod bypass;
mod drugs;
mod evidence;
mod fusions;
mod resistance;
mod trials;

use alkaid_knowledge::Share;

use super::Listed;
use super::guide::GUIDE;

/// All tables.
static SPECS: &[&dyn Listed] = &[
    &alk::FACTS,
    &alk::DOMAINS,
    &alk::EXONS,
    &alk::MUTATIONS,
    &alk::POLYMORPHISMS,
    &fusions::PARTNERS,
    &fusions::JUNCTIONS,
    &fusions::VARIANTS,
    &fusions::PROPERTIES,
    &fusions::PREVALENCE,
    &drugs::DRUGS,
    &drugs::REGULATORY,
    &drugs::POTENCY,
    &drugs::DATASETS,
    &trials::TRIALS,
    &trials::RESULTS,
    &resistance::ON_TARGET,
    &resistance::OFF_TARGET,
    &resistance::PUBLISHED,
    &bypass::GENES,
    &bypass::ALTERATIONS,
    &bypass::LINES,
    &bypass::MARKERS,
    &bypass::STATEMENTS,
    &evidence::DETECTION,
    &evidence::PROTOCOL,
    &evidence::CIVIC,
    &GUIDE,
];

/// The table with this name.
pub(super) fn spec(name: &str) -> Option<&'static dyn Listed> {
    SPECS.iter().copied().find(|spec| spec.name() == name)
}

/// A share in words: `675 of 21522 (3.1 %)`, `50-60 %`; nothing where there is none.
pub(super) fn share(share: &Share) -> Option<String> {
    let counts = match (share.numerator, share.denominator) {
        (Some(numerator), Some(denominator)) => Some(format!("{numerator} of {denominator}")),
        (Some(numerator), None) => Some(numerator.to_string()),
        (None, Some(denominator)) => Some(format!("of {denominator}")),
        (None, None) => None,
    };
    let percent = share.percent.map(|low| match share.percent_high {
        Some(high) => format!("{low}-{high} %"),
        None => format!("{low} %"),
    });
    match (counts, percent) {
        (Some(counts), Some(percent)) if share.numerator.is_some() => {
            Some(format!("{counts} ({percent})"))
        }
        (Some(counts), Some(percent)) => Some(format!("{percent} {counts}")),
        (counts, percent) => counts.or(percent),
    }
}
