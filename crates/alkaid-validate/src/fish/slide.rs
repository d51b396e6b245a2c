//! A simulated slide on its way through the program.

use std::collections::BTreeMap;

use alkaid_fish::analyse::Nuclei;
use alkaid_fish::fields::ROLES;
use alkaid_fish::{
    AnalyseOptions, Analysis, FishReport, Pattern, Profile, RunOptions, Setting, Slide, profile,
    report_on_images,
};
use alkaid_imaging::SpotOptions;
use alkaid_imaging::nuclei::Method;
use alkaid_simulate::fish::{Plan, Score, SimulatedField, TruthPattern, field, score};

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
    let mut analysis = Slide::new(AnalyseOptions {
        roles: ROLES,
        profile: kit()?,
        spots: SpotOptions::default(),
        threads: 2,
    })?;
    for drawn in slide {
        let nuclei = match nuclei {
            Source::True => Nuclei::Given(&drawn.labels),
            Source::Network => Nuclei::Segmented(Method::Network),
        };
        analysis.add(&drawn.field, nuclei, None)?;
    }
    Ok(analysis.analysis()?)
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
