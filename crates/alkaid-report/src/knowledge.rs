//! The tables of facts as a person or a pipeline reads them: `alkaid list`.
//!
//! A topic is one or more tables. A table is described by its columns and by what its rows are about ([`facets`]); the
//! rest (filters, dates, provenance, layout) is the same for all.

mod cell;
mod facets;
mod filter;
mod guide;
mod layout;
mod tables;

use alkaid_knowledge::{Date, Fact, Provenance, curated_on, tables as indexed};
use serde_json::{Map, Value, json};

use cell::Cell;
use facets::Facets;
pub use filter::{ListError, ListFilter};

/// What a listing says at its end.
const RESEARCH_USE: &str = "For research use only. Not for use in diagnostic procedures.";

/// Where a column is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    /// In every format; in text as a column.
    Always,
    /// In every format; in text below the row.
    Below,
    /// In TSV and JSON only.
    Files,
}

/// A column of rows of `R`: its name, where it is shown, and how its cell is made.
type Column<R> = (&'static str, Show, fn(&R, &Context) -> Cell);

/// What cells may depend on beside their row.
struct Context {
    /// The day that statuses speak of.
    as_of: Date,
}

/// A table of facts, its columns without those of the provenance.
struct Spec<R: 'static> {
    /// Name of the file.
    name: &'static str,
    /// Heading.
    title: &'static str,
    /// All rows.
    rows: fn() -> &'static [R],
    /// Columns.
    columns: &'static [Column<R>],
    /// What a row is about.
    facets: fn(&R) -> Facets,
}

/// A table of any row type.
trait Listed: Sync {
    fn name(&self) -> &'static str;
    fn list(&self, filter: &filter::Ready, context: &Context) -> Option<Listing>;
    fn facets(&self) -> Vec<Facets>;
}

impl<R: Fact + Sync> Listed for Spec<R> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn list(&self, filter: &filter::Ready, context: &Context) -> Option<Listing> {
        let all = (self.rows)();
        if !filter.applies_to(&all.iter().map(self.facets).collect::<Vec<_>>()) {
            return None;
        }
        let columns = self.columns.iter().map(|(name, show, _)| (*name, *show));
        let rows = all
            .iter()
            .filter(|row| filter.keeps(self.name, *row, &(self.facets)(row)))
            .map(|row| {
                let own = self.columns.iter().map(|(_, _, cell)| cell(row, context));
                let replaced = filter.is_replaced(self.name, row);
                own.chain(of_provenance(row.provenance(), replaced))
                    .collect()
            })
            .collect();
        Some(Listing {
            name: self.name,
            title: self.title,
            columns: columns.chain(PROVENANCE).collect(),
            rows,
        })
    }

    fn facets(&self) -> Vec<Facets> {
        (self.rows)().iter().map(self.facets).collect()
    }
}

/// The columns that every table ends with.
const PROVENANCE: [(&str, Show); 4] = [
    ("source", Show::Below),
    ("date", Show::Below),
    ("status", Show::Below),
    ("superseded_by", Show::Files),
];

fn of_provenance(provenance: Provenance, replaced: bool) -> [Cell; 4] {
    let word = provenance.status.as_str();
    let shown = if replaced {
        format!("{word}, superseded")
    } else {
        word.to_owned()
    };
    [
        Cell::text(provenance.source),
        Cell::optional(provenance.date),
        Cell::Status { word, shown },
        Cell::optional(provenance.superseded_by.filter(|_| replaced)),
    ]
}

/// One table, filtered, with all cells made.
#[derive(Clone, Debug, PartialEq)]
struct Listing {
    name: &'static str,
    title: &'static str,
    columns: Vec<(&'static str, Show)>,
    rows: Vec<Vec<Cell>>,
}

/// What `alkaid list TOPIC` answers with.
#[derive(Clone, Debug, PartialEq)]
pub struct FactList {
    topic: String,
    as_of: Date,
    filter: ListFilter,
    tables: Vec<Listing>,
}

/// The topics with the tables that belong to them.
const TOPICS: &[(&str, &[&str])] = &[
    (
        "alk",
        &["alk_facts", "alk_domains", "alk_exons", "polymorphisms"],
    ),
    ("partners", &["partners", "partner_junctions"]),
    ("variants", &["named_variants", "variant_properties"]),
    ("mutations", &["mutations"]),
    ("drugs", &["drugs", "regulatory"]),
    ("trials", &["trials", "trial_results"]),
    ("prevalence", &["prevalence"]),
    ("potency", &["potency", "potency_datasets"]),
    (
        "resistance",
        &[
            "resistance_on_target",
            "resistance_off_target",
            "published_evidence",
        ],
    ),
    (
        "bypass",
        &[
            "bypass_genes",
            "bypass_alterations",
            "bypass_lines",
            "expression_markers",
            "bypass_statements",
        ],
    ),
    ("detection", &["detection"]),
    ("civic", &["civic"]),
    ("guide", &["guide"]),
];

/// What may be listed: the topics first, then every table by the name of its file.
pub fn topics() -> Vec<&'static str> {
    let topics = TOPICS.iter().map(|(topic, _)| *topic);
    let tables = indexed().iter().map(|table| table.name);
    let tables = tables.filter(|table| !TOPICS.iter().any(|(topic, _)| topic == table));
    topics.chain(tables).collect()
}

/// The rows of a topic that pass a filter.
///
/// # Errors
///
/// When the topic or a value of the filter is unknown, or the filter says nothing about this topic; the error suggests
/// what may have been meant.
pub fn list(topic: &str, filter: &ListFilter) -> Result<FactList, ListError> {
    let names = match TOPICS.iter().find(|(name, _)| *name == topic) {
        Some((_, tables)) => tables.to_vec(),
        None => vec![
            indexed()
                .iter()
                .map(|table| table.name)
                .find(|name| *name == topic)
                .ok_or_else(|| ListError::topic(topic))?,
        ],
    };
    let specs: Vec<&dyn Listed> = names.iter().filter_map(|name| tables::spec(name)).collect();
    let ready = filter.ready(topic, &specs)?;
    let context = Context {
        as_of: filter.as_of.unwrap_or_else(curated_on),
    };
    let mut tables: Vec<Listing> = specs
        .iter()
        .filter_map(|spec| spec.list(&ready, &context))
        .collect();
    // Of several tables, those in which nothing fits are left out; one is always shown.
    if tables.iter().any(|table| !table.rows.is_empty()) {
        tables.retain(|table| !table.rows.is_empty());
    } else {
        tables.truncate(1);
    }
    Ok(FactList {
        topic: topic.to_owned(),
        as_of: context.as_of,
        filter: filter.clone(),
        tables,
    })
}

impl FactList {
    /// Aligned text for a person.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for table in &self.tables {
            match table.name {
                "guide" => guide::draw(table, &mut text),
                _ => layout::draw(table, &mut text),
            }
        }
        let unverified = self.count(|status| status == "unverified");
        if unverified > 0 {
            text.push_str(&format!(
                "unverified: nobody has read the fact in a source ({unverified} here); no conclusion rests on it.\n"
            ));
        }
        text.push_str(&format!("Facts as of {}. {RESEARCH_USE}\n", self.as_of));
        text
    }

    /// Tab-separated text, all columns; `#` lines name the tables if there is more than one.
    pub fn tsv(&self) -> String {
        let mut text = String::new();
        for table in &self.tables {
            if self.tables.len() > 1 {
                text.push_str(&format!("# {}\n", table.name));
            }
            let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
            text.push_str(&(names.join("\t") + "\n"));
            for row in &table.rows {
                let cells: Vec<String> = row.iter().map(Cell::tsv).collect();
                text.push_str(&(cells.join("\t") + "\n"));
            }
        }
        text
    }

    /// All tables with all columns as one JSON object.
    pub fn json(&self) -> Value {
        let tables: Vec<Value> = self
            .tables
            .iter()
            .map(|table| {
                let rows: Vec<Value> = table
                    .rows
                    .iter()
                    .map(|row| {
                        let fields = table.columns.iter().zip(row);
                        let fields =
                            fields.map(|((name, _), cell)| (name.to_string(), cell.json()));
                        Value::Object(fields.collect::<Map<_, _>>())
                    })
                    .collect();
                json!({ "table": table.name, "title": table.title, "rows": rows })
            })
            .collect();
        json!({
            "topic": self.topic,
            "as_of": self.as_of.to_string(),
            "filter": self.filter,
            "notice": RESEARCH_USE,
            "tables": tables,
        })
    }

    /// Number of rows whose status passes a test.
    fn count(&self, wanted: impl Fn(&str) -> bool) -> usize {
        let cells = self
            .tables
            .iter()
            .flat_map(|table| table.rows.iter().flatten());
        cells
            .filter(|cell| matches!(cell, Cell::Status { word, .. } if wanted(word)))
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_can_be_listed_whole() {
        for table in indexed() {
            let list = list(table.name, &ListFilter::default()).unwrap();
            let own = list.tables.iter().find(|own| own.name == table.name);
            let rows = own.map_or(0, |own| own.rows.len());
            // A line of the guide is one primary figure; an entry has several.
            if table.name == "guide" {
                assert!(rows > table.rows.len());
            } else {
                assert_eq!(rows, table.rows.len(), "{}", table.name);
            }
            for table in &list.tables {
                for row in &table.rows {
                    assert_eq!(row.len(), table.columns.len(), "{}", table.name);
                }
            }
        }
    }

    #[test]
    fn every_table_but_the_protocol_belongs_to_a_topic() {
        for table in indexed() {
            let known = TOPICS
                .iter()
                .any(|(_, tables)| tables.contains(&table.name));
            assert!(known || table.name == "fish_protocol", "{}", table.name);
        }
        for (topic, tables) in TOPICS {
            for name in *tables {
                assert!(tables::spec(name).is_some(), "{topic}: {name}");
            }
        }
    }

    #[test]
    fn json_and_tsv_have_every_column() {
        let list = list("mutations", &ListFilter::default()).unwrap();
        let json = list.json();
        let first = &json["tables"][0]["rows"][0];
        let columns = list.tsv();
        let columns: Vec<&str> = columns.lines().next().unwrap().split('\t').collect();
        assert_eq!(first.as_object().unwrap().len(), columns.len());
        assert!(columns.contains(&"superseded_by") && columns.contains(&"codon"));
        assert!(first["residue"].is_u64());
    }
}
