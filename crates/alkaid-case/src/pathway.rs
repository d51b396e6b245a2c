//! What the model of signalling predicts for the fusion under a few inhibitors.

use alkaid_pathway::finding::{Band, Consequence};
use alkaid_pathway::{Source, consequence};

use crate::citations::Citations;
use crate::finding::{
    BypassSummary, DrugOutlook, Estimate, Follows, FusionSummary, PathwayConsequence,
    PathwayOutput, Sentence,
};

/// The dose that is looked at: one that cells are treated with, not a level in blood.
const DOSE: &str = "100nM";
/// The same in words.
const DOSE_SAYS: &str = "100 nM";
/// Inhibitors that are looked at.
const DRUGS: usize = 4;
/// A partner that the model has no row for acts as this one.
const ANY_PARTNER: &str = "?::ALK";
/// Readouts that are shown.
const SHOWN: [&str; 5] = [
    "ALK kinase",
    "RAS/RAF/MEK/ERK",
    "PI3K/AKT",
    "JAK/STAT",
    "net divisions a day",
];

/// Runs the model; nothing where there is no fusion in frame, or the model knows none of the drugs.
pub(crate) fn pathway(follows: &Follows, citations: &mut Citations) -> Option<PathwayConsequence> {
    let fusion = follows
        .fusion
        .as_ref()
        .filter(|fusion| fusion.in_frame == Some(true))?;
    let mutations: Vec<&str> = follows
        .mutations
        .iter()
        .filter(|one| one.catalogued && !one.likely_germline)
        .map(|one| one.name.as_str())
        .collect();
    let bypass: Vec<String> = follows.bypass.iter().map(alteration).collect();
    let mut statements: Vec<Sentence> = Vec::new();
    let mut outputs = Vec::new();
    let mut lacking = Vec::new();
    for drug in drugs(&follows.inhibitors) {
        let dose = format!("{drug}={DOSE}");
        let found = run(fusion, &mutations, &bypass, &dose);
        match found {
            Some((found, left_out))
                if found.rests_on_unverified.is_empty() || !found.says.is_empty() =>
            {
                if outputs.is_empty() {
                    outputs.extend(outputs_of(&found, "no drug", |readout| readout.untreated));
                }
                let condition = format!("{drug} {DOSE_SAYS}");
                outputs.extend(outputs_of(&found, &condition, |readout| readout.treated));
                statements.extend(said(&found, drug, &left_out, citations));
            }
            _ => lacking.push(drug.to_owned()),
        }
    }
    if outputs.is_empty() {
        return None;
    }
    let mut model = format!(
        "An ensemble of {} parameter draws of a model of ALK signalling, at rest, at {DOSE_SAYS} of each inhibitor, with bands of 90 %; see docs/pathway.md for what it \
        cannot say.",
        found_members(fusion, &mutations)
    );
    if !lacking.is_empty() {
        model.push_str(&format!(
            " Not told: {}, for the model has no potency on these mutations, or what it has was read by nobody.",
            lacking.join(", ")
        ));
    }
    Some(PathwayConsequence {
        statements,
        outputs,
        model,
    })
}

/// Drugs in question: supported ones first, then those given before and those that the evidence is against.
fn drugs(outlooks: &[DrugOutlook]) -> Vec<&str> {
    let with = |verdict: &'static str| {
        outlooks
            .iter()
            .filter(move |one| one.verdict == verdict)
            .map(|one| one.drug.as_str())
    };
    let given = outlooks
        .iter()
        .filter(|one| one.given_before)
        .map(|one| one.drug.as_str());
    let mut drugs: Vec<&str> = Vec::new();
    for drug in with("supported")
        .take(2)
        .chain(given)
        .chain(with("in doubt"))
        .chain(with("refuted"))
    {
        if !drugs.contains(&drug) {
            drugs.push(drug);
        }
    }
    drugs.truncate(DRUGS);
    drugs
}

fn alteration(one: &BypassSummary) -> String {
    format!("{}:{}", one.gene, one.event)
}

/// The model on the fusion by its variant, by its name, or as any; alterations that it does not know are left out and
/// returned.
fn run(
    fusion: &FusionSummary,
    mutations: &[&str],
    bypass: &[String],
    dose: &str,
) -> Option<(Consequence, Vec<String>)> {
    let (known, unknown): (Vec<&String>, Vec<&String>) = bypass.iter().partition(|one| {
        names(fusion).any(|name| consequence(&name, &[], &[one.as_str()], &[]).is_ok())
    });
    let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
    let found =
        names(fusion).find_map(|name| consequence(&name, mutations, &known, &[dose]).ok())?;
    Some((found, unknown.into_iter().cloned().collect()))
}

fn names(fusion: &FusionSummary) -> impl Iterator<Item = String> {
    let variant = fusion
        .variant
        .as_ref()
        .map(|variant| format!("{}:{variant}", fusion.name));
    variant
        .into_iter()
        .chain([fusion.name.clone(), ANY_PARTNER.to_owned()])
}

fn found_members(fusion: &FusionSummary, mutations: &[&str]) -> usize {
    names(fusion)
        .find_map(|name| consequence(&name, mutations, &[], &[]).ok())
        .map_or(0, |found| found.members)
}

fn said(
    found: &Consequence,
    drug: &str,
    left_out: &[String],
    citations: &mut Citations,
) -> Vec<Sentence> {
    let mut cites = vec![source(
        "pathway_fusions",
        &found.case.fusion,
        &found.case.fusion_source,
        citations,
    )];
    for one in &found.case.alterations {
        cites.push(source(
            "pathway_alterations",
            &one.key,
            &one.source,
            citations,
        ));
    }
    let mut sentences = Vec::new();
    if !found.says.is_empty() {
        sentences.push(Sentence {
            text: format!("{drug}: {}.", found.says.join("; ")),
            cites,
        });
    }
    if !left_out.is_empty() {
        sentences.push(Sentence {
            text: format!(
                "The model does not know {}; it is left out there.",
                left_out.join(", ")
            ),
            cites: Vec::new(),
        });
    }
    sentences
}

fn source(table: &str, key: &str, source: &Source, citations: &mut Citations) -> u32 {
    citations.plain(
        &format!("{table}:{key}"),
        &source.source,
        source.date.clone(),
        &source.status,
    )
}

fn outputs_of(
    found: &Consequence,
    condition: &str,
    band: impl Fn(&alkaid_pathway::finding::Readout) -> Band,
) -> Vec<PathwayOutput> {
    found
        .readouts
        .iter()
        .filter(|readout| SHOWN.contains(&readout.name.as_str()))
        .map(|readout| {
            let base = if readout.untreated.median.abs() > 1e-9 && readout.node != "growth" {
                readout.untreated.median
            } else {
                1.0
            };
            let band = band(readout);
            let round = |value: f64| (value / base * 1e4).round() / 1e4;
            PathwayOutput {
                condition: condition.to_owned(),
                node: readout.name.clone(),
                activity: Estimate {
                    value: round(band.median),
                    low: round(band.low),
                    high: round(band.high),
                },
            }
        })
        .collect()
}
