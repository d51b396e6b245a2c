//! From the evidence to the report.

use alkaid_knowledge::query::TumourType;
use alkaid_knowledge::{Date, Drug, DrugKind, curated_on, drug};
use alkaid_tables::finding::BypassReport;

use crate::answer::answer;
use crate::assay::Found;
use crate::citations::Citations;
use crate::finding::{
    AssayState, BenchRecord, CASE_VERSION, CaseReport, FishEvidence, IhcEvidence, InputFile,
    JointStatus, NOTICE, Provenance, ReadsEvidence, Sample, Treatment,
};
use crate::follows::{Known, follows};
use crate::inform::{prospects, settles_class, worth_naming};
use crate::joint::{Observation, weigh};
use crate::manifest::{Manifest, TreatmentEntry};
use crate::pathway::pathway;
use crate::replicates::count_once;
use crate::rules::{Situation, discordances};

/// All that the assays of a manifest gave.
pub(crate) struct Evidence {
    pub found: Vec<Found>,
    pub reads: Vec<ReadsEvidence>,
    pub fish: Option<FishEvidence>,
    pub ihc: Option<IhcEvidence>,
    pub tables: Option<BypassReport>,
    pub bench: Option<BenchRecord>,
    pub inputs: Vec<InputFile>,
    pub manifest_sha256: String,
    pub assembly: String,
    pub bundle: String,
}

/// Concludes.
pub(crate) fn conclude(
    manifest: &Manifest,
    mut evidence: Evidence,
    mut citations: Citations,
) -> CaseReport {
    count_once(&mut evidence.found, &evidence.reads);
    let tumour = manifest.sample.tumour;
    let observations: Vec<Observation> = evidence
        .found
        .iter()
        .filter_map(|one| one.observation.clone())
        .collect();
    let weighed = weigh(&observations, tumour.map(|one| one.key), &mut citations);
    let (joint, status) = (weighed.joint, weighed.status);
    let done: Vec<&str> = observations
        .iter()
        .filter_map(|one| one.path.first())
        .map(|(node, _)| node.split('_').next().unwrap_or(node))
        .collect();
    let prospects = prospects(
        &weighed.classes,
        &done,
        manifest.sample.left,
        &mut citations,
    );
    let next_tests = worth_naming(&prospects);
    let situation = Situation::new(
        &evidence.found,
        &evidence.reads,
        evidence.fish.as_ref(),
        evidence.ihc.as_ref(),
        evidence.tables.as_ref(),
        manifest.sample.tumour_content,
    );
    let discordances = discordances(
        &situation,
        &evidence.found,
        &joint,
        settles_class(&prospects).as_deref(),
        &mut citations,
    );
    let as_of = manifest.sample.as_of.unwrap_or_else(curated_on);
    let treatments = treatments(manifest);
    let known = Known {
        reads: &evidence.reads,
        tables: evidence.tables.as_ref(),
        joint: &joint,
        prior: prior(&treatments),
        tumour,
        as_of,
    };
    let mut follows = follows(&known, &mut citations);
    follows.pathway = pathway(&follows, &mut citations);
    let answer = answer(status, &joint, &evidence.found, &follows, &next_tests);
    let warnings = warnings(manifest, &evidence, status, tumour);
    CaseReport {
        case_version: CASE_VERSION.to_owned(),
        tool: format!("alkaid {}", env!("CARGO_PKG_VERSION")),
        notice: NOTICE.to_owned(),
        sample: sample(manifest),
        status,
        answer,
        assays: evidence.found.into_iter().map(|one| one.finding).collect(),
        joint,
        discordances,
        next_tests,
        follows,
        treatments,
        reads: evidence.reads,
        fish: evidence.fish,
        ihc: evidence.ihc,
        tables: evidence.tables,
        bench: evidence.bench,
        citations: citations.into_list(),
        warnings,
        provenance: provenance(
            evidence.assembly,
            evidence.bundle,
            evidence.manifest_sha256,
            evidence.inputs,
            as_of,
        ),
    }
}

fn provenance(
    assembly: String,
    bundle: String,
    manifest: String,
    inputs: Vec<InputFile>,
    as_of: Date,
) -> Provenance {
    Provenance {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        assembly,
        bundle,
        knowledge: curated_on().to_string(),
        as_of: as_of.to_string(),
        manifest,
        inputs,
    }
}

fn sample(manifest: &Manifest) -> Sample {
    let given = &manifest.sample;
    Sample {
        id: given.id.clone(),
        patient: given.patient.clone(),
        simulated: given.simulated,
        tumour: given.tumour.map(|tumour| tumour.key.to_owned()),
        tumour_as_given: given.tumour_as_given.clone(),
        site: given.site.clone(),
        material: given.material.clone(),
        tumour_content: given.tumour_content,
        collected: given.collected.map(|date| date.to_string()),
        diagnosed: given.diagnosed.map(|date| date.to_string()),
        left: given.left,
        note: given.note.clone(),
    }
}

fn treatments(manifest: &Manifest) -> Vec<Treatment> {
    let collected = manifest.sample.collected;
    manifest
        .treatments
        .iter()
        .map(|one| Treatment {
            drug: one.drug.name.to_owned(),
            start: one.start.map(|date| date.to_string()),
            end: one.end.map(|date| date.to_string()),
            at_sampling: collected.and_then(|day| going_on(one, day)),
            best_response: one.best_response.clone(),
            progressed: one.progressed,
            note: one.note.clone(),
        })
        .collect()
}

/// Whether a drug was given on a day.
fn going_on(treatment: &TreatmentEntry, day: Date) -> Option<bool> {
    let start = treatment.start?;
    if start.begins_after(day) {
        return Some(false);
    }
    Some(match treatment.end {
        Some(end) => !day.begins_after(end),
        None => true,
    })
}

/// Inhibitors of ALK under which the tumour went on.
fn prior(treatments: &[Treatment]) -> Vec<&'static Drug> {
    treatments
        .iter()
        .filter(|one| one.progressed)
        .filter_map(|one| drug(&one.drug))
        .filter(|drug| {
            matches!(
                drug.kind,
                DrugKind::AlkInhibitor | DrugKind::OtherKinaseInhibitor
            )
        })
        .collect()
}

fn warnings(
    manifest: &Manifest,
    evidence: &Evidence,
    status: JointStatus,
    tumour: Option<&TumourType>,
) -> Vec<String> {
    let mut warnings = manifest.warnings.clone();
    if manifest.sample.simulated {
        warnings.push("the data of this case are simulated".to_owned());
    }
    for one in &evidence.found {
        if let (AssayState::Failed, Some(error)) = (one.finding.state, &one.finding.error) {
            warnings.push(format!(
                "{} ({}) failed and is left out: {error}",
                one.finding.title, one.finding.id
            ));
        }
    }
    if tumour.is_none() {
        warnings.push("no tumour type is given: the prior is that of any tumour".to_owned());
    }
    if evidence.found.iter().all(|one| one.observation.is_none()) {
        warnings.push(format!(
            "no assay tells of a rearrangement: the status ({}) is the tumour type's prior alone",
            status.as_str()
        ));
    }
    warnings
}
