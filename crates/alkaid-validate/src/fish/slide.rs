//! A simulated slide on its way through the program.

use std::collections::BTreeMap;

use alkaid_fish::analyse::{AnalyseOptions, Analysis, Nuclei, Roles, analyse};
use alkaid_fish::{FishReport, Pattern, Profile, RunOptions, Setting, profile, report_on_images};
use alkaid_imaging::{Field, Labels, SpotOptions};
use alkaid_simulate::fish::{Plan, Score, SimulatedField, TruthPattern, field, score};

/// Channels of simulated fields.
pub const ROLES: Roles = Roles {
    dapi: 0,
    red: 1,
    green: 2,
};

/// The kit that everything is measured with.
///
/// # Errors
/// When the program does not know it.
pub fn kit() -> anyhow::Result<&'static Profile> {
    Ok(profile("vysis")?)
}

/// Draws the fields of a slide.
///
/// # Errors
/// When the plan cannot be drawn.
pub fn drawn(plan: &Plan) -> anyhow::Result<Vec<SimulatedField>> {
    (0..u64::from(plan.field.fields))
        .map(|index| Ok(field(plan, plan.field_seed(index))?))
        .collect()
}

/// Analyses drawn fields, with the true nuclei or those that the program finds.
///
/// # Errors
/// When the program refuses.
pub fn analysed(slide: &[SimulatedField], nuclei: Source) -> anyhow::Result<Analysis> {
    let fields: Vec<Field> = slide.iter().map(|drawn| drawn.field.clone()).collect();
    let labels: Vec<Labels> = slide.iter().map(|drawn| drawn.labels.clone()).collect();
    let options = AnalyseOptions {
        roles: ROLES,
        profile: kit()?,
        spots: SpotOptions::default(),
        regions: None,
    };
    let nuclei = match nuclei {
        Source::True => Nuclei::Given(&labels),
        Source::Network => Nuclei::Segmented(alkaid_imaging::nuclei::Method::Network),
    };
    Ok(analyse(&fields, &nuclei, &options, &mut |_| ())?)
}

/// Where the nuclei of an analysis come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The truth.
    True,
    /// The network.
    Network,
}

/// The report on an analysis.
///
/// # Errors
/// When the report cannot be made.
pub fn reported(analysis: Analysis, seed: u64) -> anyhow::Result<FishReport> {
    let setting = Setting {
        sample: "simulated".to_owned(),
        profile: kit()?,
        options: RunOptions {
            seed,
            ..RunOptions::default()
        },
        inputs: Vec::new(),
    };
    Ok(report_on_images(
        analysis.fields,
        analysis.nuclei,
        None,
        setting,
    )?)
}

/// True scores by nucleus.
pub fn scores(drawn: &SimulatedField) -> BTreeMap<u32, Score> {
    score(&drawn.truth)
        .into_iter()
        .map(|score| (score.cell, score))
        .collect()
}

/// The program's word for a true pattern.
pub fn word(pattern: TruthPattern) -> Pattern {
    match pattern {
        TruthPattern::Fused => Pattern::Fused,
        TruthPattern::Split => Pattern::Split,
        TruthPattern::IsolatedRed => Pattern::IsolatedRed,
        TruthPattern::IsolatedGreen => Pattern::IsolatedGreen,
    }
}
