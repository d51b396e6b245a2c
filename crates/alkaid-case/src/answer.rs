//! The answer in three sentences.

use crate::assay::Found;
use crate::finding::{
    AssayState, Follows, FusionSummary, Joint, JointStatus, LatentClass, NextTest, Sentence,
};
use crate::follows::{by_level, drugs_of};
use crate::numbers::{listed, percent, with_interval};

/// Status and what it rests on; what is rearranged and mutated; what follows.
pub(crate) fn answer(
    status: JointStatus,
    joint: &Joint,
    found: &[Found],
    follows: &Follows,
    next_tests: &[NextTest],
) -> Vec<Sentence> {
    vec![
        says(status_sentence(status, joint, found), Vec::new()),
        what(status, joint, found, follows),
        next(status, follows, next_tests),
    ]
}

const fn says(text: String, cites: Vec<u32>) -> Sentence {
    Sentence { text, cites }
}

fn status_sentence(status: JointStatus, joint: &Joint, found: &[Found]) -> String {
    let of = |states: &[AssayState]| -> Vec<String> {
        found
            .iter()
            .filter(|one| one.observation.is_some() && states.contains(&one.finding.state))
            .map(|one| match one.finding.title.as_str() {
                title if title.starts_with("RNA") || title.starts_with("DNA") => title.to_owned(),
                title if title.starts_with("Break-apart") => "FISH".to_owned(),
                title => title
                    .to_lowercase()
                    .replace("d5f3", "D5F3")
                    .replace("5a4", "5A4")
                    .replace("1a4", "1A4"),
            })
            .collect()
    };
    let [yes, no, open] = [
        of(&[AssayState::Positive]),
        of(&[AssayState::Negative]),
        of(&[
            AssayState::Equivocal,
            AssayState::Insufficient,
            AssayState::Informative,
        ]),
    ];
    let mut grounds = Vec::new();
    if !yes.is_empty() {
        grounds.push(format!("{} positive", listed(&yes)));
    }
    if !no.is_empty() {
        grounds.push(format!("{} negative", listed(&no)));
    }
    if !open.is_empty() {
        grounds.push(format!("{} neither", listed(&open)));
    }
    let against: Vec<&str> = found
        .iter()
        .filter(|one| one.against.is_some())
        .map(|one| one.finding.title.as_str())
        .collect();
    if !against.is_empty() {
        let verb = if against.len() == 1 {
            "disagrees"
        } else {
            "disagree"
        };
        grounds.push(format!("{} {verb}", listed(&against)));
    }
    if grounds.is_empty() {
        grounds.push("no assay tells, so that this is the prior alone".to_owned());
    }
    let head = match status {
        JointStatus::Rearranged => "ALK is rearranged",
        JointStatus::NotRearranged => "ALK is not rearranged",
        JointStatus::Indeterminate => "Whether ALK is rearranged is not settled",
    };
    format!(
        "{head}: probability {}; {}.",
        with_interval(joint.rearranged),
        grounds.join("; ")
    )
}

fn what(status: JointStatus, joint: &Joint, found: &[Found], follows: &Follows) -> Sentence {
    let mutations: Vec<String> = follows
        .mutations
        .iter()
        .filter(|one| !one.likely_germline)
        .map(|one| match one.allele_fraction {
            Some(share) => format!("{} ({})", one.name, percent(share.value)),
            None => one.name.clone(),
        })
        .collect();
    let mut text = match &follows.fusion {
        Some(fusion) => fusion_words(fusion, follows),
        None => {
            let likeliest = joint
                .classes
                .iter()
                .max_by(|a, b| a.posterior.value.total_cmp(&b.posterior.value))
                .map_or(LatentClass::None, |one| one.class);
            match status {
                JointStatus::NotRearranged => format!("The likeliest is: {}", likeliest.meaning()),
                _ => format!(
                    "No partner is known; the likeliest is: {}",
                    likeliest.meaning()
                ),
            }
        }
    };
    if !mutations.is_empty() {
        text.push_str(&format!("; mutated: {}", listed(&mutations)));
    }
    let bypass: Vec<String> = follows
        .bypass
        .iter()
        .map(|one| format!("{} {}", one.gene, one.event))
        .collect();
    if !bypass.is_empty() {
        text.push_str(&format!("; beside ALK: {}", listed(&bypass)));
    }
    let failed: Vec<&str> = found
        .iter()
        .filter(|one| one.finding.state == AssayState::Failed)
        .map(|one| one.finding.title.as_str())
        .collect();
    if !failed.is_empty() {
        text.push_str(&format!("; failed: {}", listed(&failed)));
    }
    let cites = follows
        .bypass
        .iter()
        .flat_map(|one| one.cites.iter().copied())
        .collect();
    says(text + ".", cites)
}

fn fusion_words(fusion: &FusionSummary, follows: &Follows) -> String {
    let variant = fusion
        .variant
        .as_ref()
        .map_or_else(String::new, |name| format!(" {name}"));
    let frame = match fusion.in_frame {
        Some(true) => ", in frame",
        Some(false) => ", out of frame",
        None => "",
    };
    let isoforms: Vec<String> = follows
        .other_fusions
        .iter()
        .filter(|one| fusion.isoforms.contains(&one.call) && one.assay == fusion.assay)
        .map(|one| one.variant.clone().unwrap_or_else(|| one.junction.clone()))
        .collect();
    let beside = match isoforms.as_slice() {
        [] => String::new(),
        names => format!(", with its isoform {}", listed(names)),
    };
    let new = match fusion.partner_known {
        true => "",
        false if fusion.name.starts_with('?') => "",
        false => ", a partner that the tables do not have",
    };
    format!(
        "The fusion is {}{variant} ({}){frame}{beside}{new}",
        fusion.name, fusion.junction
    )
}

fn next(status: JointStatus, follows: &Follows, next_tests: &[NextTest]) -> Sentence {
    let open = next_tests.iter().find(|one| one.feasible != Some(false));
    match (status, open) {
        (JointStatus::Indeterminate, Some(test)) => {
            return says(
                format!(
                    "What would tell most is {}: the status would be settled afterwards with {} probability.",
                    test.title,
                    percent(test.settles)
                ),
                test.cites.clone(),
            );
        }
        (JointStatus::Indeterminate, None) => {
            return says(
                "No test that the material left allows would tell much more.".to_owned(),
                Vec::new(),
            );
        }
        _ => {}
    }
    let supported = drugs_of(follows, "supported");
    let refuted: Vec<_> = follows
        .inhibitors
        .iter()
        .filter(|one| one.verdict == "refuted")
        .collect();
    // One row each; all stand with the reasons.
    let mut cites: Vec<u32> = supported
        .iter()
        .chain(&refuted)
        .filter_map(|one| one.reason.cites.first().copied())
        .collect();
    let mut text = if follows.inhibitors.is_empty() {
        "Nothing follows for inhibitors of ALK".to_owned()
    } else if supported.is_empty() {
        "No inhibitor is supported by evidence on these findings".to_owned()
    } else {
        format!(
            "Published evidence on these findings supports {}",
            by_level(&supported)
        )
    };
    if !refuted.is_empty() {
        let subject = if supported.is_empty() {
            "evidence"
        } else {
            "it"
        };
        text.push_str(&format!(
            "; {subject} speaks against {}",
            by_level(&refuted)
        ));
    }
    cites.sort_unstable();
    cites.dedup();
    says(text + ".", cites)
}
