//! Break-apart FISH.

use std::path::Path;

use alkaid_fish::profile::UnknownKit;
use alkaid_fish::{FishReport, Pattern, RunOptions, Setting, Verdict, profile, report_on_table};

use super::fish_images::{colours, gallery};
use super::{Found, title};
use crate::finding::{
    AssayKind, AssayState, Estimate, FishCall, FishEvidence, FishOrigin, FishPatternCounts,
    Measure, ReaderScore,
};
use crate::joint::Observation;
use crate::numbers::{exact, percent, probability};

/// The kit where the manifest names none.
const DEFAULT_KIT: &str = "vysis";
/// Shares of positive nuclei that the joint model tells apart; as its table of outcomes has them.
const HIGH: f64 = 0.4;
const LOW: f64 = 0.2;
const BACKGROUND: f64 = 0.1;
/// One pattern prevails from three times the other on.
const PREVAILS: u32 = 3;

/// The report on a table of nuclei counted by eye.
pub(crate) fn report_on_counts(
    path: &Path,
    probe: Option<&str>,
    sample: &str,
) -> Result<FishReport, String> {
    let kit = kit(probe).map_err(|error| error.to_string())?;
    let (table, _) = alkaid_fish::counts::read(path, kit).map_err(|error| error.to_string())?;
    Ok(report_on_table(table, setting(sample, kit)))
}

/// The report on nuclei by pattern.
pub(crate) fn report_on_totals(
    counts: FishPatternCounts,
    probe: Option<&str>,
    sample: &str,
) -> Result<FishReport, String> {
    let kit = kit(probe).map_err(|error| error.to_string())?;
    let mut text = String::from("pattern\tnuclei\n");
    for (pattern, number) in [
        (Pattern::Fused, counts.fused),
        (Pattern::Split, counts.split),
        (Pattern::IsolatedRed, counts.isolated_red),
        (Pattern::IsolatedGreen, counts.isolated_green),
    ] {
        if number > 0 {
            text.push_str(&format!("{}\t{number}\n", pattern.as_str()));
        }
    }
    let table = alkaid_fish::counts::parse(Path::new("case.toml, fish"), &text, kit)
        .map_err(|error| error.to_string())?;
    Ok(report_on_table(table, setting(sample, kit)))
}

pub(super) fn kit(probe: Option<&str>) -> Result<&'static alkaid_fish::Profile, UnknownKit> {
    profile(probe.unwrap_or(DEFAULT_KIT))
}

fn setting<'p>(sample: &str, kit: &'p alkaid_fish::Profile) -> Setting<'p> {
    Setting {
        sample: sample.to_owned(),
        profile: kit,
        options: RunOptions::default(),
        inputs: Vec::new(),
    }
}

/// What pages and the model need of a report.
pub(crate) fn fish_evidence(
    id: &str,
    report: &FishReport,
    origin: FishOrigin,
    copies: Option<f64>,
) -> FishEvidence {
    let of = |pattern| {
        let counted = report
            .counted
            .iter()
            .filter(|one| one.pattern == Some(pattern));
        let seen = report
            .nuclei
            .iter()
            .filter(|one| one.excluded.is_empty() && one.pattern == Some(pattern));
        (counted.count() + seen.count()) as u32
    };
    let counts = FishPatternCounts {
        fused: of(Pattern::Fused),
        split: of(Pattern::Split),
        isolated_red: of(Pattern::IsolatedRed),
        isolated_green: of(Pattern::IsolatedGreen),
    };
    let mut warnings = report.warnings.clone();
    warnings.extend(report.refusals.iter().cloned());
    FishEvidence {
        assay: id.to_owned(),
        origin,
        probe: Some(report.profile.name.clone()),
        counts,
        scored: report.statistics.of,
        positive: report.statistics.positive,
        fraction: match report.statistics.of {
            0 => Estimate::default(),
            of => exact(u64::from(report.statistics.positive), u64::from(of)),
        },
        cut_off: report.profile.cut_off_percent.value / 100.0,
        call: match report.call.verdict {
            Verdict::Positive => FishCall::Positive,
            Verdict::Negative => FishCall::Negative,
            Verdict::Equivocal => FishCall::Equivocal,
            Verdict::NotSuitable => FishCall::NotSuitable,
        },
        rule: report.call.reason.clone(),
        above_cut_off: probability(report.statistics.at_least_cut_off),
        copies: copies.or_else(|| report.copy_number.as_ref().map(|one| one.mean_three_prime)),
        polyploid: report.statistics.background.polyploid
            || copies.is_some_and(|copies| copies >= report.profile.gain_from.value),
        readers: report
            .readers
            .iter()
            .flat_map(|readers| &readers.alone)
            .map(|one| ReaderScore {
                reader: one.reader.clone(),
                score: format!("{} of {} positive", one.call.positive, one.call.of),
            })
            .collect(),
        gallery: gallery(report),
        colours: (origin == FishOrigin::Images).then(|| colours(report)),
        warnings,
    }
}

/// The row of FISH.
pub(crate) fn fish(evidence: &FishEvidence) -> Found {
    let state = match evidence.call {
        FishCall::Positive => AssayState::Positive,
        FishCall::Negative => AssayState::Negative,
        FishCall::Equivocal => AssayState::Equivocal,
        FishCall::NotSuitable => AssayState::Insufficient,
    };
    let mut found = Found::new(
        &evidence.assay,
        AssayKind::Fish,
        title(AssayKind::Fish).to_owned(),
        state,
    );
    let counts = evidence.counts;
    found.finding.finding.text = format!(
        "{} by the kit's rule; {} of {} nuclei positive ({}): {} split, {} isolated red, {} isolated green",
        evidence.call.as_str(),
        evidence.positive,
        evidence.scored,
        percent(evidence.fraction.value),
        counts.split,
        counts.isolated_red,
        counts.isolated_green
    );
    found.finding.uncertainty = format!(
        "{} to {} of nuclei (95 %); at or above the cut-off of {} with {} probability",
        percent(evidence.fraction.low).replace(" %", ""),
        percent(evidence.fraction.high),
        percent(evidence.cut_off),
        percent(evidence.above_cut_off.clamp(1e-9, 1.0 - 1e-9))
    );
    found.finding.measure = Some(Measure {
        name: "nuclei positive".to_owned(),
        value: probability(evidence.fraction.value),
        interval: Some([evidence.fraction.low, evidence.fraction.high]),
        unit: "share".to_owned(),
        line: Some(evidence.cut_off),
    });
    found.finding.notes = evidence.warnings.clone();
    found.finding.notes.insert(0, evidence.rule.clone());
    match evidence.call {
        FishCall::NotSuitable => {
            found.does_not_count("too few nuclei, or none that can be scored; that is no negative")
        }
        FishCall::Equivocal => {
            found.does_not_count("the rule asks for more nuclei before it says anything")
        }
        FishCall::Positive | FishCall::Negative => {
            let path = path(evidence);
            found.counts(Observation::new(&evidence.assay, &path))
        }
    }
}

/// What the model takes it for.
fn path(evidence: &FishEvidence) -> Vec<(&'static str, &'static str)> {
    let node = if evidence.polyploid {
        "fish_polyploid"
    } else {
        "fish"
    };
    let share = evidence.fraction.value;
    if evidence.call == FishCall::Negative {
        let level = if share >= BACKGROUND {
            "borderline"
        } else {
            "clear"
        };
        return vec![(node, "negative"), ("fish_background", level)];
    }
    let level = if share >= HIGH {
        "high"
    } else if share >= LOW {
        "low"
    } else {
        "borderline"
    };
    let mut path = vec![(node, "positive"), ("fish_level", level)];
    if level != "high" {
        path.push(("fish_pattern", pattern(evidence.counts)));
    }
    path
}

/// Which pattern prevails among positive nuclei.
pub(crate) fn pattern(counts: FishPatternCounts) -> &'static str {
    if counts.split >= PREVAILS * counts.isolated_red {
        "split"
    } else if counts.isolated_red >= PREVAILS * counts.split {
        "single_red"
    } else {
        "mixed"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(fused: u32, split: u32, isolated_red: u32) -> FishEvidence {
        let counts = FishPatternCounts {
            fused,
            split,
            isolated_red,
            isolated_green: 0,
        };
        let report = report_on_totals(counts, None, "S").unwrap();
        fish_evidence("fish", &report, FishOrigin::Totals, None)
    }

    #[test]
    fn totals_go_through_the_kits_rule() {
        let positive = seen(20, 28, 2);
        assert_eq!(
            (positive.call, positive.scored, positive.positive),
            (FishCall::Positive, 50, 30)
        );
        assert_eq!(
            path(&positive),
            [("fish", "positive"), ("fish_level", "high")]
        );
        let negative = seen(98, 2, 0);
        assert_eq!(negative.call, FishCall::Negative);
        assert_eq!(path(&negative)[1], ("fish_background", "clear"));
        let few = seen(20, 10, 0);
        assert_eq!(few.call, FishCall::NotSuitable);
        assert!(fish(&few).observation.is_none());
        let open = seen(42, 8, 0);
        assert_eq!(open.call, FishCall::Equivocal);
        assert!(fish(&open).observation.is_none());
    }

    #[test]
    fn near_the_cut_off_the_pattern_counts() {
        let near = seen(83, 2, 15);
        assert_eq!(near.call, FishCall::Positive, "{}", near.rule);
        assert_eq!(
            path(&near),
            [
                ("fish", "positive"),
                ("fish_level", "borderline"),
                ("fish_pattern", "single_red")
            ]
        );
        let mut many = near.clone();
        many.polyploid = true;
        assert_eq!(path(&many)[0].0, "fish_polyploid");
    }
}
