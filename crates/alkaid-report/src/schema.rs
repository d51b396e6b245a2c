//! The JSON schema of `fusions.json`, generated from its types.

use alkaid_reads::finding::ReadsReport;

/// JSON schema (draft 2020-12) of `fusions.json`.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(ReadsReport);
    schema.insert("title".to_owned(), "Alkaid fusions.json".into());
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the schema is committed.
    const COMMITTED: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../schemas/fusions.schema.json"
    );

    #[test]
    fn committed_schema_is_that_of_the_types() {
        let mut text = serde_json::to_string_pretty(&schema()).unwrap();
        text.push('\n');
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(COMMITTED, &text).unwrap();
        }
        let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
        assert!(
            committed == text,
            "the types of fusions.json changed: run the tests once with UPDATE_SCHEMAS=1, review the difference, and \
             raise SCHEMA_VERSION if a field changed its meaning or went away"
        );
    }
}
