//! `docs/knowledge.md` counts what is known and what nobody has read; the counts are those of the tables.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use alkaid_knowledge::{StatusCount, tables};

const START: &str =
    "<!-- counts: made by UPDATE_DOCS=1 cargo test -p alkaid-knowledge --test docs -->\n";
const END: &str = "<!-- end of counts -->\n";

/// Rows by topic, table and status.
fn counts() -> String {
    let mut text = String::from(
        "\n| topic | table | sourced | computed | unverified | of them superseded |\n|---|---|---:|---:|---:|---:|\n",
    );
    let mut sum = StatusCount::default();
    for table in tables() {
        let count = table.count();
        let StatusCount {
            sourced,
            computed,
            unverified,
            superseded,
        } = count;
        writeln!(
            text,
            "| {} | `{}` | {sourced} | {computed} | {unverified} | {superseded} |",
            table.topic, table.name
        )
        .unwrap();
        sum.sourced += sourced;
        sum.computed += computed;
        sum.unverified += unverified;
        sum.superseded += superseded;
    }
    let StatusCount {
        sourced,
        computed,
        unverified,
        superseded,
    } = sum;
    writeln!(
        text,
        "| all | | {sourced} | {computed} | {unverified} | {superseded} |\n"
    )
    .unwrap();
    text
}

#[test]
fn the_page_counts_and_names_what_the_tables_hold() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/knowledge.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(START).expect("the page has its start mark");
    let (found, after) = rest.split_once(END).expect("the page has its end mark");
    for table in tables() {
        let named = format!("`{}`", table.name);
        assert!(before.contains(&named), "{} is not described", table.name);
    }
    let wanted = counts();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}{START}{wanted}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(
        found, wanted,
        "run UPDATE_DOCS=1 cargo test -p alkaid-knowledge --test docs"
    );
}
