//! What holds for every table: all files are read, keys are unique, sources and dates have their form, references lead
//! somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use alkaid_knowledge::{
    Fact, ProfileTerm, Status, civic_items, default_facts, drug, drugs, guide, mutation, mutations,
    named_variants, off_target_resistance, on_target_resistance, partner, partners, potencies,
    potency_dataset, regulatory_events, reported_junctions, tables, trial_results, trials,
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
