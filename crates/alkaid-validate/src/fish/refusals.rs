//! Slides on which no call may be made.

use alkaid_fish::Verdict;
use alkaid_fish::analyse::AnalyseError;
use alkaid_simulate::fish::Plan;

use super::Part;
use super::slide::{Source, analysed, drawn, reported};
use crate::pool::Effort;
use crate::tally::Goals;

/// Tries each refusal.
///
/// # Errors
/// When a slide cannot be made.
pub fn refusals(effort: Effort, goals: &mut Goals) -> anyhow::Result<String> {
    let plan = |index| Plan::rearranged(Part::Refusals.seed(effort, 0, index));
    let mut refused = |what: &str, seen: String, right: bool| {
        goals.row(&format!("no call: {what}"), &seen, "refused", right);
    };

    let mut few = plan(0);
    few.field.cells = 40;
    let report = reported(analysed(&drawn(&few)?, Source::True)?, few.seed)?;
    refused(
        "fewer than 50 nuclei can be scored",
        format!(
            "{} of {} nuclei",
            report.call.verdict.as_str(),
            report.statistics.of
        ),
        report.call.verdict == Verdict::NotSuitable && report.statistics.of < 50,
    );

    let mut slide = drawn(&plan(1))?;
    slide[0].field.pixel = None;
    let error = analysed(&slide, Source::True).err();
    let right = error
        .as_ref()
        .and_then(|error| error.downcast_ref::<AnalyseError>())
        .is_some_and(|error| matches!(error, AnalyseError::NoPixelSize { .. }));
    refused(
        "no pixel size",
        error.map_or_else(|| "a call".to_owned(), |error| error.to_string()),
        right,
    );

    let mut dim = plan(2);
    dim.camera.snr = 2.5;
    dim.field.fields = 4;
    let report = reported(analysed(&drawn(&dim)?, Source::True)?, dim.seed)?;
    let said = report
        .refusals
        .first()
        .cloned()
        .unwrap_or_else(|| report.call.reason.clone());
    refused(
        "signals below the gate",
        format!("{}: {said}", report.call.verdict.as_str()),
        report.call.verdict == Verdict::NotSuitable,
    );
    Ok(String::new())
}
