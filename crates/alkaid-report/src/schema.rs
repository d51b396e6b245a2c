//! The JSON schemas of `fusions.json`, `bypass.json`, `fish.json`, `pathway.json`, `case.json` and `compare.json`,
//! generated from their types.

use alkaid_case::finding::{CaseReport, CompareReport};
use alkaid_fish::FishReport;
use alkaid_pathway::finding::PathwayReport;
use alkaid_reads::finding::ReadsReport;
use alkaid_tables::finding::BypassReport;

/// JSON schema (draft 2020-12) of `fusions.json`.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(ReadsReport);
    schema.insert("title".to_owned(), "Alkaid fusions.json".into());
    schema.to_value()
}

/// JSON schema (draft 2020-12) of `bypass.json`.
pub fn bypass_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(BypassReport);
    schema.insert("title".to_owned(), "Alkaid bypass.json".into());
    schema.to_value()
}

/// JSON schema (draft 2020-12) of `pathway.json`.
pub fn pathway_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(PathwayReport);
    schema.insert("title".to_owned(), "Alkaid pathway.json".into());
    schema.to_value()
}

/// JSON schema (draft 2020-12) of `fish.json`.
pub fn fish_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(FishReport);
    schema.insert("title".to_owned(), "Alkaid fish.json".into());
    schema.to_value()
}

/// JSON schema (draft 2020-12) of `ihc.json`.
pub fn ihc_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(alkaid_ihc::finding::IhcReport);
    schema.insert("title".to_owned(), "Alkaid ihc.json".into());
    schema.to_value()
}

/// JSON schema (draft 2020-12) of `case.json`.
pub fn case_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(CaseReport);
    schema.insert("title".to_owned(), "Alkaid case.json".into());
    schema.to_value()
}

/// JSON schema (draft 2020-12) of `compare.json`.
pub fn compare_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(CompareReport);
    schema.insert("title".to_owned(), "Alkaid compare.json".into());
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where schemas are committed.
    const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas");

    fn compare(file: &str, schema: &serde_json::Value, version: &str) {
        let path = format!("{COMMITTED}/{file}.schema.json");
        let mut text = serde_json::to_string_pretty(schema).unwrap();
        text.push('\n');
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == text,
            "the types of {file}.json changed: run the tests once with UPDATE_SCHEMAS=1, review the difference, and raise \
             {version} if a field changed its meaning or went away"
        );
    }

    #[test]
    fn committed_schema_is_that_of_the_types() {
        compare("fusions", &schema(), "SCHEMA_VERSION");
    }

    #[test]
    fn committed_bypass_schema_is_that_of_the_types() {
        compare("bypass", &bypass_schema(), "BYPASS_VERSION");
    }

    #[test]
    fn committed_ihc_schema_is_that_of_the_types() {
        compare("ihc", &ihc_schema(), "IHC_VERSION");
    }

    #[test]
    fn committed_pathway_schema_is_that_of_the_types() {
        compare("pathway", &pathway_schema(), "PATHWAY_VERSION");
    }

    #[test]
    fn committed_fish_schema_is_that_of_the_types() {
        compare("fish", &fish_schema(), "FISH_VERSION");
    }

    #[test]
    fn committed_case_schemas_are_those_of_the_types() {
        compare("case", &case_schema(), "CASE_VERSION");
        compare("compare", &compare_schema(), "COMPARE_VERSION");
        compare("manifest", &alkaid_case::manifest::schema(), "the manifest");
    }
}
