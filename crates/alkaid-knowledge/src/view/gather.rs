//! The rows of all tables that speak of one inhibitor and the findings.

use super::{Bypass, CaseQuestion, Evidence};
use crate::civic::{CivicDirection, CivicLevel, CivicSignificance, civic_items};
use crate::drugs::Drug;
use crate::matching::{Extent, Findings, Fit, Grade, fit, fit_mutations};
use crate::mutations::mutations;
use crate::potency::{Potency, PotencyBand, Relation, potencies};
use crate::provenance::Provenance;
use crate::published::{Direction, EvidenceLevel, published_evidence};
use crate::regulatory::regulatory_events;
use crate::resistance::{OffTargetResistance, Share, off_target_resistance, on_target_resistance};
use crate::table::Status;
use crate::trials::{Estimate, Measured, results_of, trials};

/// Why a row does not count.
pub(super) const UNVERIFIED: &str = "nobody has read it in a source";
/// A row on one mutation of several.
pub(super) const PART: &str = "speaks of a part of the mutations";
const REPLACED: &str = "a later row replaces it";
const LATER: &str = "younger than the day of the view";
const MORE: &str = "speaks of further mutations as well";
const SIBLING: &str = "speaks of another change of the residue";
const SETTING: &str = "speaks of mutated ALK without a fusion";
const FUSION_ONLY: &str = "speaks of the fusion without its mutations";
const COMPOUND: &str = "speaks of any single mutation, and several were found together";
const OTHER_TUMOUR: &str = "speaks of another tumour type";
const NO_LINE: &str = "a value without a line between sensitive and resistant";

/// All rows on a drug, in the order of the tables.
pub(super) fn evidence(drug: &'static Drug, question: &CaseQuestion) -> Vec<Evidence> {
    let found = &question.findings;
    let mut rows = labels(drug, question);
    rows.extend(trial_results(drug, found));
    rows.extend(civic(drug, found));
    rows.extend(published(drug, found));
    rows.extend(catalogue(drug, found));
    rows.extend(emergence(drug, found));
    rows.extend(potency(drug, found));
    rows.extend(bypass(drug, question));
    for row in &mut rows {
        row.why_not = row.why_not.or_else(|| reason_against(row, question));
        row.counts = row.why_not.is_none();
    }
    rows
}

/// Why a row does not count, if it does not.
fn reason_against(row: &Evidence, question: &CaseQuestion) -> Option<&'static str> {
    let provenance = row.provenance;
    if provenance.status == Status::Unverified {
        return Some(UNVERIFIED);
    }
    if provenance.superseded_by.is_some() {
        return Some(REPLACED);
    }
    if provenance
        .date
        .is_some_and(|date| date.begins_after(question.as_of))
    {
        return Some(LATER);
    }
    let other = |name: &str| {
        question
            .tumour
            .is_some_and(|tumour| !tumour.is_called(name))
    };
    let of_one_tumour = row.level == EvidenceLevel::Label || row.row.starts_with("trial_results:");
    if of_one_tumour && row.tumour.is_some_and(other) {
        return Some(OTHER_TUMOUR);
    }
    let fit = row.fit?;
    let compound = question.findings.mutations.len() > 1 && fit.grade == Grade::Gene;
    match fit.extent {
        Extent::Whole if compound => Some(COMPOUND),
        Extent::Whole => None,
        Extent::Part => Some(PART),
        Extent::More => Some(MORE),
        Extent::Sibling => Some(SIBLING),
        Extent::OtherSetting => Some(SETTING),
        Extent::FusionOnly => Some(FUSION_ONLY),
    }
}

fn row(
    level: EvidenceLevel,
    direction: Direction,
    fit: Option<Fit>,
    text: String,
    row: String,
    provenance: Provenance,
) -> Evidence {
    Evidence {
        level,
        direction,
        fit,
        text,
        dataset: None,
        tumour: None,
        row,
        provenance,
        counts: false,
        decides: false,
        why_not: None,
    }
}

/// A fit to ALK as such: whole if nothing but a fusion was found.
fn of_the_fusion(found: &Findings) -> Fit {
    Fit {
        extent: match found.mutations.is_empty() {
            true => Extent::Whole,
            false => Extent::FusionOnly,
        },
        grade: Grade::Gene,
    }
}

fn labels(drug: &'static Drug, question: &CaseQuestion) -> Vec<Evidence> {
    if question.findings.partner.is_none() {
        return Vec::new();
    }
    regulatory_events()
        .iter()
        .filter(|event| event.drug == drug.name && event.for_alk && event.event.is_approval())
        .map(|event| Evidence {
            tumour: Some(event.tumour),
            ..row(
                EvidenceLevel::Label,
                Direction::For,
                Some(of_the_fusion(&question.findings)),
                format!(
                    "{} {} ({}): {}",
                    event.agency,
                    event.event.as_str().replace('_', " "),
                    event.tumour,
                    event.indication
                ),
                format!("regulatory:{}", event.key),
                event.provenance,
            )
        })
        .collect()
}

/// Response rates, which have nothing to be compared with, and hazard ratios: one whose interval lies below 1 speaks for
/// the tested drug, one whose interval lies above 1 against it.
fn trial_results(drug: &'static Drug, found: &Findings) -> Vec<Evidence> {
    if found.partner.is_none() {
        return Vec::new();
    }
    let own = trials().iter().filter(|trial| trial.drugs == [drug.name]);
    own.flat_map(|trial| results_of(trial.key).map(move |result| (trial, result)))
        .filter(|(_, result)| result.endpoint == "ORR" || result.hazard_ratio.is_some())
        .map(|(trial, result)| {
            let beyond = |end: Option<Measured>, test: fn(f64) -> bool| {
                matches!(end, Some(Measured::Number(number)) if test(number))
            };
            let direction = match result.hazard_ratio {
                Some(ratio) if beyond(ratio.high, |high| high < 1.0) => Direction::For,
                Some(ratio) if beyond(ratio.low, |low| low > 1.0) => Direction::Against,
                _ => Direction::Neither,
            };
            let value = |value: Option<Estimate>| value.map_or_else(|| "?".to_owned(), |value| value.to_string());
            let control = result.control.map_or_else(String::new, |value| format!(" against {value}"));
            let ratio = result.hazard_ratio.map_or_else(String::new, |ratio| format!(", HR {ratio}"));
            let subgroup = result.subgroup.map_or_else(String::new, |name| format!(" ({name})"));
            let text = format!(
                "{} {}{subgroup}, {}: {}{control} {}{ratio}; {}",
                trial.key,
                result.endpoint,
                result.cut,
                value(result.tested),
                result.unit,
                trial.line
            );
            Evidence {
                tumour: Some(trial.tumour),
                ..row(
                    EvidenceLevel::Trial,
                    direction,
                    Some(of_the_fusion(found)),
                    text,
                    format!("trial_results:{}", result.key),
                    result.provenance,
                )
            }
        })
        .collect()
}

fn civic(drug: &'static Drug, found: &Findings) -> Vec<Evidence> {
    civic_items()
        .iter()
        .filter(|item| item.evidence_type == "predictive" && item.drugs.contains(&drug.name))
        .filter_map(|item| {
            let fit = fit(item, found)?;
            let works = match (item.significance, item.direction) {
                (CivicSignificance::Sensitivity, CivicDirection::Supports)
                | (CivicSignificance::Resistance, CivicDirection::DoesNotSupport) => Direction::For,
                (CivicSignificance::Resistance, CivicDirection::Supports)
                | (CivicSignificance::Sensitivity, CivicDirection::DoesNotSupport) => {
                    Direction::Against
                }
                _ => return None,
            };
            let level = match item.level {
                CivicLevel::A | CivicLevel::B => EvidenceLevel::Trial,
                CivicLevel::C => EvidenceLevel::Case,
                CivicLevel::D => EvidenceLevel::Cells,
                CivicLevel::E => EvidenceLevel::Inferred,
            };
            let word = match works {
                Direction::For => "sensitive",
                _ => "resistant",
            };
            let text = format!(
                "CIViC {} (level {}, {} of 5 stars): {} is {word}, {}",
                item.id,
                item.level.as_str(),
                item.rating,
                item.profile,
                item.disease
            );
            Some(Evidence {
                tumour: Some(item.disease),
                ..row(
                    level,
                    works,
                    Some(fit),
                    text,
                    format!("civic:{}", item.id),
                    item.provenance,
                )
            })
        })
        .collect()
}

fn published(drug: &'static Drug, found: &Findings) -> Vec<Evidence> {
    published_evidence()
        .iter()
        .filter(|one| one.drug == drug.name)
        .filter_map(|one| {
            let fit = fit_mutations(&one.mutations, found)?;
            let what = match one.mutations.is_empty() {
                true => "any ALK mutation".to_owned(),
                false => one.mutations.join(" + "),
            };
            let text = format!("{what}: {}{}", one.statement, share(&one.share));
            Some(Evidence {
                tumour: Some(one.tumour),
                ..row(
                    one.level,
                    one.direction,
                    Some(fit),
                    text,
                    format!("published_evidence:{}", one.key),
                    one.provenance,
                )
            })
        })
        .collect()
}

/// The catalogue's word that a mutation resists a drug, as reviews and databases report it.
fn catalogue(drug: &'static Drug, found: &Findings) -> Vec<Evidence> {
    mutations()
        .iter()
        .filter(|mutation| {
            mutation.context.starts_with("resistance to") && mutation.drugs.contains(&drug.name)
        })
        .filter_map(|mutation| {
            let fit = fit_mutations(&[mutation.name], found)?;
            Some(row(
                EvidenceLevel::Case,
                Direction::Against,
                Some(fit),
                format!("{} is reported with {}", mutation.name, mutation.context),
                format!("mutations:{}", mutation.name),
                mutation.provenance,
            ))
        })
        .collect()
}

/// Mutations that were found in tumours that went on under the drug.
fn emergence(drug: &'static Drug, found: &Findings) -> Vec<Evidence> {
    on_target_resistance()
        .iter()
        .filter(|way| way.drugs == [drug.name] && !way.mutations.is_empty())
        .filter_map(|way| {
            // Several names are alternatives where the row says "or", and a compound else.
            let together = way.alteration.contains("compound") || !way.alteration.contains(" or ");
            let fit = match together {
                true => fit_mutations(&way.mutations, found),
                false => way
                    .mutations
                    .iter()
                    .filter_map(|name| fit_mutations(&[name], found))
                    .min(),
            }?;
            Some(row(
                EvidenceLevel::Case,
                Direction::Against,
                Some(fit),
                format!(
                    "{} found {}{}",
                    way.alteration,
                    way.setting,
                    share(&way.share)
                ),
                format!("resistance_on_target:{}", way.key),
                way.provenance,
            ))
        })
        .collect()
}

fn potency(drug: &'static Drug, found: &Findings) -> Vec<Evidence> {
    potencies()
        .iter()
        .filter(|value| value.drug == drug.name && value.has_alk)
        .filter_map(|value| {
            let fit = match (value.mutations.is_empty(), found.mutations.is_empty()) {
                (true, true) => of_the_fusion(found),
                (true, false) => return None,
                _ => fit_mutations(&value.mutations, found)?,
            };
            // Rows on other mutations beside these are many and say little here.
            if matches!(fit.extent, Extent::More | Extent::Sibling) {
                return None;
            }
            let band = value.band();
            let direction = match band {
                Some(PotencyBand::Sensitive) => Direction::For,
                Some(PotencyBand::Resistant) => Direction::Against,
                Some(PotencyBand::Intermediate) | None => Direction::Neither,
            };
            let mut provenance = value.provenance;
            // Its lines count no more than the series that they were drawn for.
            if let Some(series) = value
                .dataset()
                .filter(|series| series.provenance.status == Status::Unverified)
            {
                provenance.status = series.provenance.status;
            }
            let mut evidence = row(
                EvidenceLevel::Cells,
                direction,
                Some(fit),
                potency_text(value, band),
                format!("potency:{}", value.key),
                provenance,
            );
            evidence.dataset = Some(value.dataset);
            if band.is_none() && provenance.status != Status::Unverified {
                evidence.why_not = Some(NO_LINE);
            }
            Some(evidence)
        })
        .collect()
}

/// `868 nM on EML4-ALK V3 with G1202R, 64.4 times unmutated (Fontana2015)`.
pub(crate) fn potency_text(value: &Potency, band: Option<PotencyBand>) -> String {
    let amount = match (value.relation, value.nm) {
        (Relation::NotDetermined, _) | (_, None) => "not determined".to_owned(),
        (Relation::Above, Some(nm)) => format!("above {nm} nM"),
        (Relation::Equal, Some(nm)) => format!("{nm} nM"),
    };
    let mutations = match value.mutations.is_empty() {
        true => "unmutated".to_owned(),
        false => format!("with {}", value.mutations.join(" + ")),
    };
    let fold = value
        .fold
        .map_or_else(String::new, |fold| format!(", {fold} times the unmutated"));
    let beside = value
        .unmutated()
        .filter(|_| !value.mutations.is_empty() && value.fold.is_none())
        .and_then(|own| own.nm)
        .map_or_else(String::new, |nm| format!(", unmutated {nm} nM"));
    let band = band.map_or_else(String::new, |band| {
        format!(", {} by the authors' lines", band.as_str())
    });
    format!(
        "{}: {amount} on {} {mutations}{fold}{beside}{band}",
        value.dataset, value.construct
    )
}

fn bypass(drug: &'static Drug, question: &CaseQuestion) -> Vec<Evidence> {
    let mut rows = Vec::new();
    for bypass in &question.bypass {
        let ways = off_target_resistance()
            .iter()
            .filter(|way| is_meant(way, &bypass.gene, &bypass.event));
        for way in ways.filter(|way| way.drugs.is_empty() || way.drugs.contains(&drug.name)) {
            let level = match way.setting {
                setting
                    if ["cell", "line", "model"]
                        .iter()
                        .any(|word| setting.contains(word)) =>
                {
                    EvidenceLevel::Cells
                }
                _ => EvidenceLevel::Case,
            };
            // TP53 or MYC beside ALK bode ill under any drug, and stand in for nothing.
            let direction = match way.class {
                "modifier" => Direction::Neither,
                _ => Direction::Against,
            };
            rows.push(row(
                level,
                direction,
                None,
                format!(
                    "{} ({}): seen {}{}",
                    way.mechanism,
                    way.class,
                    way.setting,
                    share(&way.share)
                ),
                format!("resistance_off_target:{}", way.key),
                way.provenance,
            ));
        }
        if !bypass.gene.is_empty() && drug.targets.contains(&bypass.gene.as_str()) {
            rows.push(row(
                EvidenceLevel::Inferred,
                Direction::For,
                None,
                format!("{} inhibits {} as well", drug.name, bypass.gene),
                format!("drugs:{}", drug.name),
                drug.provenance,
            ));
        }
    }
    rows
}

/// Whether the tables have a row on an event.
pub(super) fn is_known(bypass: &Bypass) -> bool {
    off_target_resistance()
        .iter()
        .any(|way| is_meant(way, &bypass.gene, &bypass.event))
}

/// Whether a row is on the event that was found.
fn is_meant(way: &OffTargetResistance, gene: &str, event: &str) -> bool {
    let event = event.to_ascii_lowercase();
    let mechanism = way.mechanism.to_ascii_lowercase();
    let named = mechanism.contains(&event) || way.key.replace('_', " ").contains(&event);
    match gene {
        "" => named,
        gene => way.genes.contains(&gene) && (event.is_empty() || named),
    }
}

/// `, 5 of 17 (29 %)`.
pub(crate) fn share(share: &Share) -> String {
    let counts = match (share.numerator, share.denominator) {
        (Some(n), Some(all)) => Some(format!("{n} of {all}")),
        (Some(n), None) => Some(format!("{n} cases")),
        (None, Some(all)) => Some(format!("n = {all}")),
        (None, None) => None,
    };
    let percent = match (share.percent, share.percent_high) {
        (Some(low), Some(high)) => Some(format!("{low} to {high} %")),
        (Some(one), None) => Some(format!("{one} %")),
        _ => None,
    };
    match (counts, percent) {
        (Some(counts), Some(percent)) => format!(", {counts} ({percent})"),
        (Some(one), None) | (None, Some(one)) => format!(", {one}"),
        (None, None) => String::new(),
    }
}
