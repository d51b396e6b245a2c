//! What holds for every table: all files are read, keys are unique, sources and dates have their form, references lead
//! somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use alkaid_knowledge::{
    Estimate, Fact, Measured, Potency, PotencyBand, ProfileTerm, Relation, Status, civic_items,
    default_facts, detection, drug, drugs, fact, guide, mutation, mutations, named_variants,
    off_target_resistance, on_target_resistance, partner, partners, potencies, potency_dataset,
    prevalence, regulatory_events, reported_junctions, tables, trial_results, trials,
    variant_properties,
};

fn data() -> impl Iterator<Item = (String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    })
}

#[test]
fn every_file_is_a_table_and_every_row_is_read() {
    let known: BTreeSet<&str> = tables().iter().map(|table| table.name).collect();
    let mut files = BTreeSet::new();
    for (name, text) in data() {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
            .count();
        let table = tables().iter().find(|table| table.name == name);
        assert_eq!(
            table.map(|table| table.rows.len() + 1),
            Some(lines),
            "{name}"
        );
        files.insert(name);
    }
    assert_eq!(
        files.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        known
    );
}

#[test]
fn keys_are_unique_and_printable() {
    for table in tables() {
        let mut keys = BTreeSet::new();
        for row in &table.rows {
            assert!(keys.insert(row.key), "{} has {} twice", table.name, row.key);
            assert_eq!(row.key.trim(), row.key, "{}", table.name);
        }
    }
}

#[test]
fn fields_hold_plain_text() {
    for (name, text) in data() {
        for (number, line) in text.lines().enumerate() {
            let at = format!("{name}.tsv:{}", number + 1);
            assert!(!line.contains("  "), "{at}: two spaces");
            assert!(!line.chars().any(|c| c.is_control() && c != '\t'), "{at}");
            for field in line.split('\t') {
                assert_eq!(field.trim(), field, "{at}");
            }
        }
    }
}

#[test]
fn a_row_is_replaced_only_by_one_that_may_be_used() {
    for table in tables() {
        for row in &table.rows {
            let Some(later) = row.provenance.superseded_by else {
                continue;
            };
            assert_ne!(later, row.key, "{}", table.name);
            let later = table
                .row(later)
                .unwrap_or_else(|| panic!("{}: {} leads nowhere", table.name, row.key));
            assert!(
                later.provenance.status <= row.provenance.status,
                "{}: {} is replaced by a row that is less checked",
                table.name,
                row.key
            );
            let ends =
                |row: &alkaid_knowledge::IndexedRow| row.provenance.date.map(|d| d.last_day());
            if let Some((old, new)) = ends(row).zip(ends(later)) {
                assert!(
                    old <= new,
                    "{}: {} is replaced by an older row",
                    table.name,
                    row.key
                );
            }
        }
    }
}

#[test]
fn chains_of_replacement_end() {
    for table in tables() {
        for row in &table.rows {
            let mut at = row;
            for _ in 0..=table.rows.len() {
                match at.provenance.superseded_by.and_then(|key| table.row(key)) {
                    Some(next) => at = next,
                    None => break,
                }
            }
            assert!(
                at.provenance.superseded_by.is_none(),
                "{}: {}",
                table.name,
                row.key
            );
        }
    }
}

#[test]
fn drugs_are_known() {
    let named = civic_items()
        .iter()
        .flat_map(|item| item.drugs.iter().map(|drug| (item.id, *drug)))
        .chain(potencies().iter().map(|row| (row.key, row.drug)))
        .chain(regulatory_events().iter().map(|row| (row.key, row.drug)))
        .chain(
            trials()
                .iter()
                .flat_map(|row| row.drugs.iter().map(|drug| (row.key, *drug))),
        )
        .chain(
            mutations()
                .iter()
                .flat_map(|row| row.drugs.iter().map(|drug| (row.name, *drug))),
        )
        .chain(
            on_target_resistance()
                .iter()
                .flat_map(|row| row.drugs.iter().map(|drug| (row.key, *drug))),
        )
        .chain(
            off_target_resistance()
                .iter()
                .flat_map(|row| row.drugs.iter().map(|drug| (row.key, *drug))),
        );
    for (at, name) in named {
        assert!(
            drugs().iter().any(|drug| drug.name == name),
            "{at}: no drug {name}"
        );
    }
}

#[test]
fn no_two_drugs_share_a_name() {
    for one in drugs() {
        for name in one.names() {
            assert_eq!(drug(name).map(|found| found.name), Some(one.name), "{name}");
        }
    }
}

#[test]
fn mutations_are_known() {
    let named = potencies()
        .iter()
        .flat_map(|row| row.mutations.iter().map(|name| (row.key, *name)))
        .chain(
            on_target_resistance()
                .iter()
                .flat_map(|row| row.mutations.iter().map(|name| (row.key, *name))),
        )
        .chain(civic_items().iter().flat_map(|item| {
            item.alternatives
                .iter()
                .flatten()
                .filter_map(|term| match term {
                    ProfileTerm::Mutation { name } => Some((item.id, *name)),
                    _ => None,
                })
        }));
    for (at, name) in named {
        assert_eq!(mutation(name).map(|found| found.name), Some(name), "{at}");
    }
}

#[test]
fn partners_variants_trials_and_datasets_are_known() {
    for junction in reported_junctions() {
        assert!(partner(junction.partner).is_some(), "{}", junction.key);
    }
    for item in civic_items() {
        for term in item.alternatives.iter().flatten() {
            if let ProfileTerm::Fusion { partner: gene }
            | ProfileTerm::Junction { partner: gene, .. } = term
            {
                assert!(partner(gene).is_some(), "{}: {gene}", item.id);
            }
        }
    }
    for property in variant_properties() {
        for name in &property.variants {
            assert!(
                named_variants()
                    .iter()
                    .any(|v| v.gene == property.gene && v.name == *name),
                "{}: {name}",
                property.key
            );
        }
    }
    for result in trial_results() {
        assert!(
            trials().iter().any(|trial| trial.key == result.trial),
            "{}",
            result.key
        );
    }
    for trial in trials() {
        assert!(
            trial_results()
                .iter()
                .any(|result| result.trial == trial.key)
                || trial.key == "ALKAZAR",
            "{}",
            trial.key
        );
    }
    for value in potencies() {
        assert!(potency_dataset(value.dataset).is_some(), "{}", value.key);
    }
}

#[test]
fn the_guide_never_stands_alone() {
    for entry in guide() {
        assert!(!entry.primary.is_empty(), "{}", entry.key);
        for primary in &entry.primary {
            let table = tables().iter().find(|table| table.name == primary.table);
            let found =
                table.is_some_and(|table| primary.key == "*" || table.row(primary.key).is_some());
            assert!(found, "{}: {}:{}", entry.key, primary.table, primary.key);
        }
        assert!(!entry.difference.is_empty(), "{}", entry.key);
    }
}

#[test]
fn default_facts_hold_neither_unverified_nor_replaced_rows() {
    for row in default_facts(trial_results()) {
        assert_ne!(row.provenance().status, Status::Unverified, "{}", row.key);
        assert_eq!(row.provenance().superseded_by, None, "{}", row.key);
    }
    assert!(default_facts(partners()).count() < partners().len());
    assert!(default_facts(trial_results()).any(|row| row.key == "CROWN/PFS/7 years"));
    assert!(!default_facts(trial_results()).any(|row| row.key == "CROWN/PFS/primary"));
}

/// Words of a source, without the punctuation around them.
fn words(text: &str) -> Vec<&str> {
    text.split([' ', ';', ','])
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect()
}

fn is_number(text: &str, digits: std::ops::RangeInclusive<usize>) -> bool {
    digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is wrong with the identifiers in a source.
fn malformed(source: &str) -> Option<String> {
    let words = words(source);
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied().unwrap_or_default();
        let fits = match *word {
            "PMID" => is_number(next, 7..=8),
            "doi" => {
                next.starts_with("10.")
                    && next.split_once('/').is_some_and(|(prefix, rest)| {
                        is_number(&prefix[3..], 4..=5) && !rest.is_empty()
                    })
            }
            word => match ["NCT", "EID", "PMC", "HGNC:"].iter().find_map(|prefix| {
                word.strip_prefix(prefix)
                    .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
                    .map(|rest| (*prefix, rest))
            }) {
                Some(("NCT", rest)) => is_number(rest, 8..=8),
                Some((_, rest)) => is_number(rest, 1..=8),
                None => true,
            },
        };
        if !fits {
            return Some(format!("{word} {next}"));
        }
    }
    None
}

#[test]
fn identifiers_have_their_form() {
    for table in tables() {
        for row in &table.rows {
            assert_eq!(
                malformed(row.provenance.source),
                None,
                "{}: {}",
                table.name,
                row.key
            );
        }
    }
    for wrong in [
        "PMID 123",
        "PMID 2097946x",
        "doi 11.1/x",
        "NCT0305260",
        "CIViC EID12a",
    ] {
        assert!(malformed(wrong).is_some(), "{wrong}");
    }
}

#[test]
fn civic_items_that_other_tables_cite_exist() {
    for table in tables() {
        for row in &table.rows {
            for word in words(row.provenance.source) {
                let is_item = word
                    .strip_prefix("EID")
                    .is_some_and(|rest| is_number(rest, 1..=6));
                assert!(
                    !is_item || civic_items().iter().any(|item| item.id == word),
                    "{}: {} cites {word}",
                    table.name,
                    row.key
                );
            }
        }
    }
    for item in civic_items() {
        assert!(is_number(item.pmid, 7..=8), "{}", item.id);
        assert!((1..=5).contains(&item.rating), "{}", item.id);
        assert!(item.provenance.source.contains(item.pmid), "{}", item.id);
    }
}

#[test]
fn trials_and_results_have_their_form() {
    for trial in trials() {
        if let Some(number) = trial.registration {
            let fits = number
                .strip_prefix("NCT")
                .is_some_and(|rest| is_number(rest, 8..=8))
                || number
                    .strip_prefix("JapicCTI-")
                    .is_some_and(|rest| is_number(rest, 6..=6));
            assert!(fits, "{number}");
        }
        assert!(trial.n.is_none_or(|n| n > 0), "{}", trial.key);
    }
    for result in trial_results() {
        let subgroup = result.subgroup.map(|s| format!("/{s}")).unwrap_or_default();
        assert_eq!(
            result.key,
            format!(
                "{}/{}/{}{subgroup}",
                result.trial, result.endpoint, result.cut
            )
        );
        assert!(
            ["%", "months", "ratio"].contains(&result.unit),
            "{}",
            result.key
        );
        assert!(
            result.tested.is_some() || result.hazard_ratio.is_some(),
            "{}",
            result.key
        );
        for estimate in [result.tested, result.control, result.hazard_ratio]
            .into_iter()
            .flatten()
        {
            assert!(is_ordered(&estimate), "{}: {estimate}", result.key);
            let largest = number(estimate.value).filter(|_| result.unit == "%");
            assert!(largest.is_none_or(|n| n <= 100.0), "{}", result.key);
        }
    }
}

fn number(measured: Measured) -> Option<f64> {
    match measured {
        Measured::Number(number) => Some(number),
        Measured::NotReached => None,
    }
}

/// Whether the interval holds the estimate; what is not reached is above every number.
fn is_ordered(estimate: &Estimate) -> bool {
    let above = |measured| number(measured).unwrap_or(f64::INFINITY);
    let value = above(estimate.value);
    estimate
        .low
        .is_none_or(|low| above(low) <= value || number(estimate.value).is_none())
        && estimate.high.is_none_or(|high| value <= above(high))
}

#[test]
fn shares_agree_with_their_counts() {
    let shares = prevalence()
        .iter()
        .map(|row| (row.key, row.share))
        .chain(
            on_target_resistance()
                .iter()
                .map(|row| (row.key, row.share)),
        )
        .chain(
            off_target_resistance()
                .iter()
                .map(|row| (row.key, row.share)),
        )
        .chain(detection().iter().map(|row| (row.key, row.share)))
        .chain(variant_properties().iter().map(|row| (row.key, row.share)));
    for (key, share) in shares {
        if let Some((numerator, denominator)) = share.numerator.zip(share.denominator) {
            assert!(numerator <= denominator && denominator > 0, "{key}");
            if let Some(percent) = share.percent {
                let exact = 100.0 * f64::from(numerator) / f64::from(denominator);
                assert!(
                    (exact - percent).abs() < 0.6,
                    "{key}: {exact} % is printed {percent}"
                );
            }
        }
        for percent in [share.percent, share.percent_high].into_iter().flatten() {
            assert!((0.0..=100.0).contains(&percent), "{key}");
        }
        if let Some((low, high)) = share.percent.zip(share.percent_high) {
            assert!(low < high, "{key}");
        }
    }
}

#[test]
fn potencies_keep_their_data_set_and_construct() {
    for value in potencies() {
        let mutations = value.mutations.join("+");
        let mutations = if mutations.is_empty() {
            "unmutated"
        } else {
            mutations.as_str()
        };
        let key = format!(
            "{}/{}/{}/{mutations}",
            value.dataset, value.drug, value.construct
        );
        assert!(
            value.key == key || value.key.starts_with(&format!("{key} (")),
            "{}",
            value.key
        );
        assert_eq!(
            value.nm.is_none(),
            value.relation == Relation::NotDetermined,
            "{}",
            value.key
        );
        assert!(value.nm.is_none_or(|nm| nm > 0.0), "{}", value.key);
        assert!(value.has_alk || value.mutations.is_empty(), "{}", value.key);
        if let Some(unmutated) = value.unmutated() {
            assert_eq!(unmutated.dataset, value.dataset);
            assert_eq!(unmutated.construct, value.construct);
        }
    }
    // The same drug on unmutated EML4-ALK, by study.
    let crizotinib: Vec<f64> = potencies()
        .iter()
        .filter(|v| v.drug == "crizotinib" && v.mutations.is_empty() && v.has_alk)
        .filter(|v| v.construct.starts_with("EML4-ALK"))
        .filter_map(|v| v.nm)
        .collect();
    assert!(
        [11.0, 16.0, 38.6, 132.0]
            .iter()
            .all(|nm| crizotinib.contains(nm))
    );
}

#[test]
fn bands_follow_the_lines_of_the_data_set() {
    let band = |key: &str| fact(potencies(), key).and_then(Potency::band);
    assert_eq!(
        band("Gainor2016/alectinib/EML4-ALK V1/G1202R"),
        Some(PotencyBand::Resistant)
    );
    assert_eq!(
        band("Gainor2016/lorlatinib/EML4-ALK V1/G1202R"),
        Some(PotencyBand::Sensitive)
    );
    assert_eq!(
        band("Gainor2016/ceritinib/EML4-ALK V1/G1202R"),
        Some(PotencyBand::Intermediate)
    );
    assert_eq!(band("Gainor2016/brigatinib/EML4-ALK V1/G1269A"), None);
    // No lines are drawn there.
    assert_eq!(band("Fontana2015/alectinib/EML4-ALK V3/G1202R"), None);
}
