//! Trials and their results.

use alkaid_knowledge::{Trial, TrialResult, trial_results, trials};

use crate::knowledge::Show::{Always, Below, Files};
use crate::knowledge::Spec;
use crate::knowledge::cell::Cell;
use crate::knowledge::facets::Facets;

pub(super) static TRIALS: Spec<Trial> = Spec {
    name: "trials",
    title: "Trials",
    rows: trials,
    columns: &[
        ("trial", Always, |row, _| Cell::text(row.key)),
        ("registration", Always, |row, _| {
            Cell::optional(row.registration)
        }),
        ("design", Always, |row, _| Cell::text(row.design)),
        ("arm", Always, |row, _| Cell::text(row.arm)),
        ("comparator", Always, |row, _| {
            Cell::optional(row.comparator)
        }),
        ("drugs", Files, |row, _| Cell::items(&row.drugs)),
        ("tumour", Always, |row, _| Cell::text(row.tumour)),
        ("population", Always, |row, _| Cell::text(row.population)),
        ("line", Always, |row, _| Cell::text(row.line)),
        ("n", Always, |row, _| Cell::optional_whole(row.n)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: about,
};

/// What a trial, and with it each of its results, is about.
fn about(trial: &Trial) -> Facets {
    Facets::default()
        .drugs(trial.drugs.clone())
        .tumours(vec![trial.tumour])
        .trials(
            std::iter::once(trial.key)
                .chain(trial.registration)
                .collect(),
        )
}

pub(super) static RESULTS: Spec<TrialResult> = Spec {
    name: "trial_results",
    title: "Results (NR: not reached; intervals at 95 % unless the note says otherwise)",
    rows: trial_results,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.key)),
        ("trial", Always, |row, _| Cell::text(row.trial)),
        ("endpoint", Always, |row, _| Cell::text(row.endpoint)),
        ("subgroup", Always, |row, _| Cell::optional(row.subgroup)),
        ("cut", Always, |row, _| Cell::text(row.cut)),
        ("unit", Always, |row, _| Cell::text(row.unit)),
        ("n", Always, |row, _| Cell::optional_whole(row.n)),
        ("tested", Always, |row, _| Cell::optional(row.tested)),
        ("control", Always, |row, _| Cell::optional(row.control)),
        ("hazard_ratio", Always, |row, _| {
            Cell::optional(row.hazard_ratio)
        }),
        ("judged_by", Always, |row, _| Cell::optional(row.judged_by)),
        ("note", Below, |row, _| Cell::optional(row.note)),
    ],
    facets: |row| {
        let of = trials().iter().find(|trial| trial.key == row.trial);
        of.map(about).unwrap_or_default()
    },
};
