//! Immunohistochemistry.

use alkaid_knowledge::{default_facts, detection};

use alkaid_ihc::finding::{Call, Class, IhcReport, Pattern};
use alkaid_ihc::kit::{default_cut_offs, kit};
use alkaid_ihc::region::RegionChoice;
use alkaid_ihc::{IhcError, IhcOptions, Measured, Progress, analyse};
use alkaid_imaging::brightfield::Slide;

use super::{Found, title};
use crate::citations::Citations;
use crate::finding::{
    AssayKind, AssayState, IhcCall, IhcEvidence, IhcOrigin, IhcPattern, Measure, ReaderScore,
    Sentence,
};
use crate::joint::Observation;
use crate::manifest::{IhcEntry, IhcScore};
use crate::numbers::percent;

/// Clones that are read in grades, with FISH for those in between; the others are positive or negative.
const GRADED: &str = "5A4";
/// The kit of an image whose clone is not given.
const DEFAULT_KIT: &str = "D5F3";

/// A pathologist's score as evidence.
pub(crate) fn ihc_evidence(
    id: &str,
    clone: Option<&str>,
    score: &IhcScore,
    citations: &mut Citations,
) -> IhcEvidence {
    let graded = is_graded(clone);
    let (call, rule) = match (score.call, score.intensity) {
        (Some(call), _) => (call, "the call is the pathologist's".to_owned()),
        (None, Some(intensity)) if graded => (
            match intensity {
                0 => IhcCall::Negative,
                3 => IhcCall::Positive,
                _ => IhcCall::Equivocal,
            },
            format!("{GRADED}: 3+ is positive, 0 negative, 1+ and 2+ go to FISH"),
        ),
        (None, Some(intensity)) => (
            match intensity {
                3 => IhcCall::Positive,
                0 => IhcCall::Negative,
                _ => IhcCall::Equivocal,
            },
            "strong staining is positive; weaker staining is left open here".to_owned(),
        ),
        (None, None) => (
            IhcCall::NotSuitable,
            "neither a call nor an intensity is given".to_owned(),
        ),
    };
    IhcEvidence {
        assay: id.to_owned(),
        origin: IhcOrigin::Pathologist,
        clone: clone.map(str::to_owned),
        intensity: score.intensity,
        h_score: score.h_score,
        stained: score.stained,
        call,
        rule,
        pattern: score.pattern,
        pattern_suggests: score
            .pattern
            .and_then(|pattern| suggests(pattern, citations)),
        readers: score
            .reader
            .iter()
            .map(|reader| ReaderScore {
                reader: reader.clone(),
                score: words(score),
            })
            .collect(),
        image: None,
        warnings: Vec::new(),
    }
}

/// Measures a section.
pub(crate) fn measure(
    slide: &Slide,
    entry: &IhcEntry,
    sample: &str,
    progress: &dyn Progress,
) -> Result<Measured, IhcError> {
    let options = IhcOptions {
        pixel_um: entry.pixel_um,
        region: match &entry.region {
            Some(outlines) => RegionChoice::Outlines(outlines.path.clone()),
            None => RegionChoice::Guess,
        },
        kit: kit(entry.clone.as_deref().unwrap_or(DEFAULT_KIT))?,
        cut_offs: default_cut_offs().clone(),
        vectors: None,
        white: None,
        sample: sample.to_owned(),
    };
    analyse(slide, None, &options, progress)
}

/// A measured section as evidence.
pub(crate) fn measured_evidence(
    id: &str,
    report: &IhcReport,
    citations: &mut Citations,
) -> IhcEvidence {
    let pattern = match report.pattern.pattern {
        Pattern::Cytoplasmic => Some(IhcPattern::Cytoplasmic),
        Pattern::Granular => Some(IhcPattern::Granular),
        Pattern::NuclearAndCytoplasmic => Some(IhcPattern::NuclearCytoplasmic),
        Pattern::NuclearMembrane => Some(IhcPattern::NuclearMembrane),
        Pattern::Membranous => Some(IhcPattern::Membranous),
        Pattern::None => None,
    };
    let mut warnings = report.warnings.clone();
    warnings.extend(report.call.review.iter().cloned());
    IhcEvidence {
        assay: id.to_owned(),
        origin: IhcOrigin::Image,
        clone: Some(report.call.kit.clone()),
        intensity: report.call.case_class.map(|class| match class {
            Class::Negative => 0,
            Class::Weak => 1,
            Class::Moderate => 2,
            Class::Strong => 3,
        }),
        h_score: report
            .score
            .h_score
            .map(|score| (score * 10.0).round() / 10.0),
        stained: report.score.percent_positive.map(|percent| percent / 100.0),
        call: match report.call.call {
            Call::Positive => IhcCall::Positive,
            Call::Negative => IhcCall::Negative,
            // A pathologist must decide: that is neither a yes nor a no.
            Call::Equivocal | Call::NeedsReview => IhcCall::Equivocal,
            Call::NotEvaluable => IhcCall::NotSuitable,
        },
        rule: report.call.reasons.join("; "),
        pattern,
        pattern_suggests: pattern.and_then(|pattern| suggests(pattern, citations)),
        readers: Vec::new(),
        image: None,
        warnings,
    }
}

fn is_graded(clone: Option<&str>) -> bool {
    clone.is_some_and(|clone| clone.eq_ignore_ascii_case(GRADED))
}

/// `positive, 3+, H-score 270, 90 % of tumour cells`.
fn words(score: &IhcScore) -> String {
    let parts = [
        score.call.map(|call| call.as_str().to_owned()),
        score.intensity.map(|grade| match grade {
            0 => "0".to_owned(),
            grade => format!("{grade}+"),
        }),
        score.h_score.map(|score| format!("H-score {score}")),
        score
            .stained
            .map(|share| format!("{} of tumour cells", percent(share))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Which partners a pattern goes with, where a source was read.
fn suggests(pattern: IhcPattern, citations: &mut Citations) -> Option<Sentence> {
    let key = match pattern {
        IhcPattern::NuclearMembrane => "ihc_pattern_ranbp2",
        IhcPattern::Membranous => "ihc_pattern_ehbp1",
        _ => "ihc_pattern_npm1",
    };
    let row = default_facts(detection()).find(|row| row.key == key)?;
    Some(Sentence {
        text: format!("Staining by partner: {}.", row.fact),
        cites: vec![citations.fact("detection", row)],
    })
}

/// The row of immunohistochemistry.
pub(crate) fn ihc(evidence: &IhcEvidence) -> Found {
    let state = match evidence.call {
        IhcCall::Positive => AssayState::Positive,
        IhcCall::Negative => AssayState::Negative,
        IhcCall::Equivocal => AssayState::Equivocal,
        IhcCall::NotSuitable => AssayState::Insufficient,
    };
    let kind = title(AssayKind::Ihc);
    let name = match &evidence.clone {
        Some(clone) => format!("{kind} ({clone})"),
        None => kind.to_owned(),
    };
    let mut found = Found::new(&evidence.assay, AssayKind::Ihc, name, state);
    let parts = [
        Some(evidence.call.as_str().to_owned()),
        evidence.intensity.map(|grade| match grade {
            0 => "no staining".to_owned(),
            grade => format!("{grade}+"),
        }),
        evidence.h_score.map(|score| format!("H-score {score}")),
        evidence
            .stained
            .map(|share| format!("{} of tumour cells", percent(share))),
        evidence.pattern.map(|pattern| pattern.as_str().to_owned()),
    ];
    found.finding.finding.text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    found.finding.uncertainty = match evidence.origin {
        IhcOrigin::Pathologist => "a pathologist's score, taken as given".to_owned(),
        IhcOrigin::Image => "measured on one image".to_owned(),
    };
    found.finding.measure = evidence.h_score.map(|value| Measure {
        name: "H-score".to_owned(),
        value,
        interval: None,
        unit: "H-score".to_owned(),
        line: None,
    });
    found.finding.notes = evidence.warnings.clone();
    found.finding.notes.insert(0, evidence.rule.clone());
    let graded = evidence
        .intensity
        .filter(|_| is_graded(evidence.clone.as_deref()));
    let outcome = match (graded, evidence.call) {
        (Some(grade), _) => (
            "ihc_graded",
            ["0", "1", "2", "3"][usize::from(grade.min(3))],
        ),
        (None, IhcCall::Positive) => ("ihc", "positive"),
        (None, IhcCall::Negative) => ("ihc", "negative"),
        (None, IhcCall::Equivocal) => {
            return found.does_not_count(
                "equivocal, and the published rates are for positive and negative",
            );
        }
        (None, IhcCall::NotSuitable) => {
            return found.does_not_count("no score; that is no negative");
        }
    };
    found.counts(Observation::new(&evidence.assay, &[outcome]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(clone: &str, call: Option<IhcCall>, intensity: Option<u8>) -> Found {
        let score = IhcScore {
            call,
            intensity,
            h_score: None,
            stained: None,
            pattern: None,
            reader: None,
        };
        ihc(&ihc_evidence(
            "ihc",
            Some(clone),
            &score,
            &mut Citations::default(),
        ))
    }

    #[test]
    fn a_graded_clone_counts_by_grade_and_another_by_call() {
        let path = |found: Found| found.observation.map(|one| one.path);
        assert_eq!(
            path(scored("5a4", None, Some(2))),
            Some(vec![("ihc_graded", "2")])
        );
        assert_eq!(
            path(scored("D5F3", None, Some(3))),
            Some(vec![("ihc", "positive")])
        );
        assert_eq!(
            path(scored("D5F3", Some(IhcCall::Negative), Some(1))),
            Some(vec![("ihc", "negative")])
        );
        assert_eq!(path(scored("D5F3", None, Some(1))), None);
        assert_eq!(
            scored("5A4", None, Some(1)).finding.state,
            AssayState::Equivocal
        );
    }

    #[test]
    fn a_pattern_suggests_partners_only_from_what_was_read() {
        let mut citations = Citations::default();
        let nuclear = suggests(IhcPattern::NuclearCytoplasmic, &mut citations).unwrap();
        assert!(nuclear.text.contains("NPM1"));
        // The row on RANBP2 was read by nobody.
        assert!(suggests(IhcPattern::NuclearMembrane, &mut citations).is_none());
    }
}
