//! A case as a FHIR R4 bundle in the shapes of the Genomics Reporting guide (STU 2): a diagnostic report, an observation
//! per assay, fusion, mutation and inhibitor, patient and specimen.
//!
//! Nothing of a clock enters: identifiers are made of the sample's name and of what they name, and dates are the sample's.

use alkaid_case::finding::{
    AssayFinding, AssayKind, AssayState, CaseReport, DrugOutlook, FusionSummary, JointStatus,
    MutationSummary, NOTICE,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

const LOINC: &str = "http://loinc.org";
const HGNC: &str = "http://www.genenames.org/geneId";
const HGVS: &str = "http://varnomen.hgvs.org";
const UCUM: &str = "http://unitsofmeasure.org";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const SECTION: &str = "http://terminology.hl7.org/CodeSystem/v2-0074";
const INTERPRETATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
const GUIDE: &str = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition";

/// The bundle.
pub fn fhir(report: &CaseReport) -> Value {
    let mut bundle = Resources {
        report,
        entries: Vec::new(),
        results: Vec::new(),
    };
    bundle.add("patient", bundle.patient());
    bundle.add("specimen", bundle.specimen());
    let overall = bundle.overall();
    bundle.result("overall", overall);
    for assay in &report.assays {
        let resource = bundle.assay(assay);
        bundle.result(&format!("assay-{}", assay.id), resource);
    }
    for (index, fusion) in report
        .follows
        .fusion
        .iter()
        .chain(&report.follows.other_fusions)
        .enumerate()
    {
        let resource = bundle.fusion(fusion);
        bundle.result(&format!("fusion-{}", index + 1), resource);
    }
    for mutation in &report.follows.mutations {
        let resource = bundle.mutation(mutation);
        bundle.result(&format!("mutation-{}", mutation.name), resource);
    }
    let telling = |one: &&DrugOutlook| !matches!(one.verdict.as_str(), "no data");
    for outlook in report.follows.inhibitors.iter().filter(telling) {
        let resource = bundle.inhibitor(outlook);
        bundle.result(&format!("inhibitor-{}", outlook.drug), resource);
    }
    let diagnostic = bundle.diagnostic();
    bundle.add("report", diagnostic);
    json!({
        "resourceType": "Bundle",
        "id": id(report, "bundle"),
        "type": "collection",
        "entry": bundle.entries,
    })
}

struct Resources<'r> {
    report: &'r CaseReport,
    entries: Vec<Value>,
    results: Vec<Value>,
}

/// A version-4-shaped UUID of the sample's name and of what is named.
fn id(report: &CaseReport, name: &str) -> String {
    let digest = Sha256::digest(format!("alkaid\u{0}{}\u{0}{name}", report.sample.id));
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

fn loinc(code: &str, display: &str) -> Value {
    json!({"coding": [{"system": LOINC, "code": code, "display": display}], "text": display})
}

fn component(code: Value, key: &str, value: Value) -> Value {
    let mut component = Map::new();
    component.insert("code".to_owned(), code);
    component.insert(key.to_owned(), value);
    Value::Object(component)
}

fn gene(symbol: &str, hgnc: Option<&str>) -> Value {
    let value = match hgnc {
        Some(code) => {
            json!({"coding": [{"system": HGNC, "code": code, "display": symbol}], "text": symbol})
        }
        None => json!({"text": symbol}),
    };
    component(
        loinc("48018-6", "Gene studied [ID]"),
        "valueCodeableConcept",
        value,
    )
}

impl Resources<'_> {
    fn url(&self, name: &str) -> String {
        format!("urn:uuid:{}", id(self.report, name))
    }

    fn reference(&self, name: &str) -> Value {
        json!({"reference": self.url(name)})
    }

    fn add(&mut self, name: &str, mut resource: Value) {
        resource["id"] = json!(id(self.report, name));
        let url = self.url(name);
        self.entries
            .push(json!({"fullUrl": url, "resource": resource}));
    }

    fn result(&mut self, name: &str, resource: Value) {
        self.add(name, resource);
        let reference = self.reference(name);
        self.results.push(reference);
    }

    fn patient(&self) -> Value {
        let name = self
            .report
            .sample
            .patient
            .as_ref()
            .unwrap_or(&self.report.sample.id);
        json!({
            "resourceType": "Patient",
            "identifier": [{"system": "urn:alkaid:patient", "value": name}],
        })
    }

    fn specimen(&self) -> Value {
        let sample = &self.report.sample;
        let mut specimen = json!({
            "resourceType": "Specimen",
            "identifier": [{"system": "urn:alkaid:sample", "value": sample.id}],
            "subject": self.reference("patient"),
        });
        if let Some(material) = &sample.material {
            specimen["type"] = json!({"text": material});
        }
        let mut collection = Map::new();
        if let Some(day) = &sample.collected {
            collection.insert("collectedDateTime".to_owned(), json!(day));
        }
        if let Some(site) = &sample.site {
            collection.insert("bodySite".to_owned(), json!({"text": site}));
        }
        if !collection.is_empty() {
            specimen["collection"] = Value::Object(collection);
        }
        if let Some(note) = &sample.note {
            specimen["note"] = json!([{"text": note}]);
        }
        specimen
    }

    /// An observation with what all have.
    fn observation(&self, profile: Option<&str>, code: Value) -> Value {
        let mut observation = json!({
            "resourceType": "Observation",
            "status": "preliminary",
            "category": [
                {"coding": [{"system": CATEGORY, "code": "laboratory", "display": "Laboratory"}]},
                {"coding": [{"system": SECTION, "code": "GE", "display": "Genetics"}]},
            ],
            "code": code,
            "subject": self.reference("patient"),
            "specimen": self.reference("specimen"),
        });
        if let Some(profile) = profile {
            observation["meta"] = json!({"profile": [format!("{GUIDE}/{profile}")]});
        }
        if let Some(day) = &self.report.sample.collected {
            observation["effectiveDateTime"] = json!(day);
        }
        observation
    }

    fn overall(&self) -> Value {
        let joint = &self.report.joint;
        let code = loinc("51968-6", "Genetic analysis overall interpretation");
        let mut observation = self.observation(None, code);
        let (loinc_answer, display) = match self.report.status {
            JointStatus::Rearranged => ("LA6576-8", "Positive"),
            JointStatus::NotRearranged => ("LA6577-6", "Negative"),
            JointStatus::Indeterminate => ("LA9663-1", "Inconclusive"),
        };
        observation["valueCodeableConcept"] = json!({
            "coding": [{"system": LOINC, "code": loinc_answer, "display": display}],
            "text": format!("ALK {}", self.report.status.as_str()),
        });
        let share = |text: &str, value: f64| {
            component(
                json!({"text": text}),
                "valueQuantity",
                json!({"value": value, "unit": "1", "system": UCUM, "code": "1"}),
            )
        };
        observation["component"] = json!([
            share("probability that ALK is rearranged", joint.rearranged.value),
            share("lower end of its 95 % interval", joint.rearranged.low),
            share("upper end of its 95 % interval", joint.rearranged.high),
        ]);
        let notes: Vec<Value> = self
            .report
            .answer
            .iter()
            .map(|sentence| json!({"text": sentence.text}))
            .chain([json!({"text": NOTICE})])
            .collect();
        observation["note"] = Value::Array(notes);
        observation
    }

    fn assay(&self, assay: &AssayFinding) -> Value {
        let code = match assay.kind {
            AssayKind::Fish => json!({"text": "ALK break-apart FISH"}),
            AssayKind::Ihc => json!({"text": "ALK immunohistochemistry"}),
            _ => json!({"text": assay.title}),
        };
        let mut observation = self.observation(None, code);
        if assay.state == AssayState::Failed {
            observation["status"] = json!("cancelled");
            observation["dataAbsentReason"] = json!({
                "coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason",
                    "code": "error",
                    "display": "Error",
                }],
                "text": assay.error,
            });
            return observation;
        }
        observation["valueString"] = json!(assay.finding.text);
        let interpretation = match assay.state {
            AssayState::Positive => Some(("POS", "Positive")),
            AssayState::Negative => Some(("NEG", "Negative")),
            AssayState::Equivocal => Some(("E", "Equivocal")),
            AssayState::Insufficient => Some(("IND", "Indeterminate")),
            AssayState::Informative | AssayState::Failed => None,
        };
        if let Some((code, display)) = interpretation {
            observation["interpretation"] =
                json!([{"coding": [{"system": INTERPRETATION, "code": code, "display": display}]}]);
        }
        if !assay.uncertainty.is_empty() {
            observation["note"] = json!([{"text": assay.uncertainty}]);
        }
        if let Some(day) = &assay.date {
            observation["effectiveDateTime"] = json!(day);
        }
        observation
    }

    /// What variants of both kinds have.
    fn variant(&self) -> Value {
        let mut observation = self.observation(
            Some("variant"),
            loinc("69548-6", "Genetic variant assessment"),
        );
        observation["valueCodeableConcept"] =
            json!({"coding": [{"system": LOINC, "code": "LA9633-4", "display": "Present"}]});
        observation
    }

    fn fusion(&self, fusion: &FusionSummary) -> Value {
        let mut observation = self.variant();
        let partner = fusion.name.split("::").next().unwrap_or_default();
        let row = alkaid_knowledge::partner(partner);
        let mut components = vec![gene("ALK", Some("HGNC:427"))];
        if partner != "?" && !partner.is_empty() {
            components.push(gene(partner, row.and_then(|row| row.hgnc)));
        }
        components.push(component(
            loinc("81252-9", "Discrete genetic variant"),
            "valueCodeableConcept",
            json!({"text": format!("{} {}", fusion.name, fusion.junction)}),
        ));
        if let Some(share) = fusion.allele_fraction {
            components.push(allelic_fraction(share.value));
        }
        observation["component"] = Value::Array(components);
        observation["note"] = json!([{"text": format!("{} unique fragments across the junction", fusion.unique_fragments)}]);
        observation
    }

    fn mutation(&self, mutation: &MutationSummary) -> Value {
        let mut observation = self.variant();
        let mut components = vec![gene("ALK", Some("HGNC:427"))];
        let hgvs = |text: &str| json!({"coding": [{"system": HGVS, "code": text}], "text": text});
        if let Some(coding) = &mutation.hgvs_c {
            let code = loinc("48004-6", "DNA change (c.HGVS)");
            components.push(component(code, "valueCodeableConcept", hgvs(coding)));
        }
        if let Some(protein) = &mutation.hgvs_p {
            let code = loinc("48005-3", "Amino acid change (pHGVS)");
            components.push(component(code, "valueCodeableConcept", hgvs(protein)));
        }
        if let Some(share) = mutation.allele_fraction {
            components.push(allelic_fraction(share.value));
        }
        let (code, display) = match mutation.likely_germline {
            true => ("LA6683-2", "Germline"),
            false => ("LA6684-0", "Somatic"),
        };
        components.push(component(
            loinc("48002-0", "Genomic source class [Type]"),
            "valueCodeableConcept",
            json!({"coding": [{"system": LOINC, "code": code, "display": display}]}),
        ));
        observation["component"] = Value::Array(components);
        if let Some(phase) = &mutation.phase {
            observation["note"] = json!([{"text": phase}]);
        }
        observation
    }

    fn inhibitor(&self, outlook: &DrugOutlook) -> Value {
        let mut observation = self.observation(
            Some("therapeutic-implication"),
            json!({
                "coding": [{
                    "system": "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs",
                    "code": "therapeutic-implication",
                    "display": "Therapeutic Implication",
                }],
                "text": "Published evidence on an inhibitor",
            }),
        );
        let derived: Vec<Value> = self
            .report
            .follows
            .fusion
            .iter()
            .map(|_| self.reference("fusion-1"))
            .chain(
                self.report
                    .follows
                    .mutations
                    .iter()
                    .map(|one| self.reference(&format!("mutation-{}", one.name))),
            )
            .collect();
        if !derived.is_empty() {
            observation["derivedFrom"] = Value::Array(derived);
        }
        observation["component"] = json!([
            component(
                loinc("51963-7", "Medication assessed [ID]"),
                "valueCodeableConcept",
                json!({"text": outlook.drug}),
            ),
            component(
                json!({"text": "what the evidence comes to"}),
                "valueCodeableConcept",
                json!({"text": outlook.verdict}),
            ),
        ]);
        let mut notes = vec![json!({"text": outlook.reason.text})];
        notes.extend(
            outlook
                .reason
                .cites
                .iter()
                .filter_map(|number| self.report.citation(*number))
                .map(|one| json!({"text": format!("{} ({})", one.source, one.row)})),
        );
        notes.push(json!({"text": NOTICE}));
        observation["note"] = Value::Array(notes);
        observation
    }

    fn diagnostic(&self) -> Value {
        let words: Vec<&str> = self
            .report
            .answer
            .iter()
            .map(|one| one.text.as_str())
            .collect();
        let mut report = json!({
            "resourceType": "DiagnosticReport",
            "meta": {"profile": [format!("{GUIDE}/genomics-report")]},
            "status": "preliminary",
            "category": [{"coding": [{"system": SECTION, "code": "GE", "display": "Genetics"}]}],
            "code": loinc("51969-4", "Genetic analysis report"),
            "subject": self.reference("patient"),
            "specimen": [self.reference("specimen")],
            "result": self.results,
            "conclusion": format!("{} {NOTICE}", words.join(" ")),
        });
        if let Some(day) = &self.report.sample.collected {
            report["effectiveDateTime"] = json!(day);
        }
        report
    }
}

fn allelic_fraction(share: f64) -> Value {
    component(
        loinc("81258-6", "Sample variant allelic frequency [NFr]"),
        "valueQuantity",
        json!({"value": share, "unit": "1", "system": UCUM, "code": "1"}),
    )
}

#[cfg(test)]
mod tests {
    use alkaid_case::example::example;

    use super::*;

    #[test]
    fn every_reference_points_to_an_entry() {
        let bundle = fhir(&example());
        let entries = bundle["entry"].as_array().unwrap();
        let urls: Vec<&str> = entries
            .iter()
            .filter_map(|one| one["fullUrl"].as_str())
            .collect();
        let text = bundle.to_string();
        for part in text.split("\"reference\":\"").skip(1) {
            let url = part.split('"').next().unwrap();
            assert!(urls.contains(&url), "{url}");
        }
        assert!(entries.len() >= 10);
        let mut once = urls.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), urls.len());
    }

    #[test]
    fn the_same_case_gives_the_same_bundle_and_another_sample_other_ids() {
        let one = fhir(&example());
        assert_eq!(one, fhir(&example()));
        let mut other = example();
        other.sample.id = "EX-2".to_owned();
        assert_ne!(one["id"], fhir(&other)["id"]);
    }

    #[test]
    fn a_failed_assay_has_no_value() {
        let text = fhir(&example());
        let failed = text["entry"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["resource"]["status"] == "cancelled")
            .unwrap();
        assert!(failed["resource"].get("valueString").is_none());
    }
}
