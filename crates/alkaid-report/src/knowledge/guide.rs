//! The guide's tables, each figure beside the primary ones.

use std::sync::LazyLock;

use alkaid_knowledge::{
    Fact, GuideEntry, PrimaryRow, Provenance, Status, detection, drugs, fact, guide,
    off_target_resistance, on_target_resistance, partners, prevalence, regulatory_events,
    trial_results, trials,
};

use super::Show::{Always, Files};
use super::cell::Cell;
use super::facets::Facets;
use super::{Listing, Spec, layout, tables};

/// A primary figure with the entry of the guide that it stands beside.
pub(super) struct GuideLine {
    entry: &'static GuideEntry,
    primary: PrimaryRow,
    /// The figure in words.
    figure: String,
    /// The primary row's own.
    provenance: Provenance,
    facets: Facets,
}

impl Fact for GuideLine {
    fn key(&self) -> &'static str {
        self.entry.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

pub(super) static GUIDE: Spec<GuideLine> = Spec {
    name: "guide",
    title: "The guide beside the primary figures",
    rows: lines,
    columns: &[
        ("key", Files, |row, _| Cell::text(row.entry.key)),
        ("guide_table", Always, |row, _| {
            Cell::text(row.entry.table.as_str())
        }),
        ("item", Always, |row, _| Cell::text(row.entry.item)),
        ("guide", Always, |row, _| Cell::text(row.entry.guide)),
        ("verdict", Always, |row, _| {
            Cell::text(row.entry.verdict.as_str())
        }),
        ("difference", Always, |row, _| {
            Cell::text(row.entry.difference)
        }),
        ("primary_table", Files, |row, _| {
            Cell::text(row.primary.table)
        }),
        ("primary_key", Files, |row, _| Cell::text(row.primary.key)),
        ("primary", Always, |row, _| Cell::text(&row.figure)),
    ],
    facets: |row| row.facets.clone(),
};

fn lines() -> &'static [GuideLine] {
    static LINES: LazyLock<Vec<GuideLine>> = LazyLock::new(|| {
        let of = |entry: &'static GuideEntry| {
            let figures = entry.primary.iter().filter_map(|primary| figure(*primary));
            figures.map(move |(primary, figure, provenance, facets)| GuideLine {
                entry,
                primary,
                figure,
                provenance,
                facets,
            })
        };
        guide().iter().flat_map(of).collect()
    });
    &LINES
}

type Figure = (PrimaryRow, String, Provenance, Facets);

/// The figure of a primary row. The tests follow every reference.
fn figure(primary: PrimaryRow) -> Option<Figure> {
    let share = |share| tables::share(share).unwrap_or_else(|| "no figure".to_owned());
    // A guide entry that is about no drug or tumour can be asked for by neither.
    let none = || Facets::default().drugs(Vec::new()).tumours(Vec::new());
    let (text, provenance, facets) = match primary.table {
        "trial_results" => {
            let row = fact(trial_results(), primary.key)?;
            let trial = fact(trials(), row.trial)?;
            let unit = if row.unit == "ratio" { "" } else { row.unit };
            let mut text = format!("{} {}", row.trial, row.endpoint);
            if let Some(subgroup) = row.subgroup {
                text.push_str(&format!(", {subgroup}"));
            }
            text.push_str(&format!(" ({}):", row.cut));
            if let Some(tested) = row.tested {
                text.push_str(&format!(" {tested} {unit}"));
            }
            if let Some(control) = row.control {
                text.push_str(&format!(" against {control} {unit}"));
            }
            if let Some(ratio) = row.hazard_ratio {
                text.push_str(&format!(", HR {ratio}"));
            }
            let facets = none()
                .drugs(trial.drugs.clone())
                .tumours(vec![trial.tumour]);
            (text, row.provenance(), facets)
        }
        "prevalence" => {
            let row = fact(prevalence(), primary.key)?;
            let text = format!("{}, {}: {}", row.tumour, row.population, share(&row.share));
            (text, row.provenance(), none().tumours(vec![row.tumour]))
        }
        "resistance_on_target" => {
            let row = fact(on_target_resistance(), primary.key)?;
            let text = match tables::share(&row.share) {
                Some(share) => format!("{}, {}: {share}", row.setting, row.alteration),
                None => format!("{}: {}", row.setting, row.alteration),
            };
            (text, row.provenance(), none().drugs(row.drugs.clone()))
        }
        "resistance_off_target" => {
            let row = fact(off_target_resistance(), primary.key)?;
            let text = match tables::share(&row.share) {
                Some(share) => format!("{}, {}: {share}", row.mechanism, row.setting),
                None => format!("{}: {}", row.mechanism, row.setting),
            };
            (text, row.provenance(), none().drugs(row.drugs.clone()))
        }
        "drugs" => {
            let row = fact(drugs(), primary.key)?;
            let generation = row
                .generation
                .map(|n| format!(", generation {n}"))
                .unwrap_or_default();
            let development = row.development.unwrap_or("no word on its development");
            let text = format!(
                "{}{generation}; inhibits {}; {development}",
                row.name,
                row.targets.join(", ")
            );
            (text, row.provenance(), none().drugs(vec![row.name]))
        }
        "regulatory" => {
            let row = fact(regulatory_events(), primary.key)?;
            let event = row.event.as_str().replace('_', " ");
            let text = format!(
                "{} {event} {}: {}, {}",
                row.agency, row.date, row.tumour, row.indication
            );
            let facets = none().drugs(vec![row.drug]).tumours(vec![row.tumour]);
            (text, row.provenance(), facets)
        }
        "detection" => {
            let row = fact(detection(), primary.key)?;
            (row.fact.to_owned(), row.provenance(), none())
        }
        "partners" => {
            let (real, doubtful): (Vec<_>, Vec<_>) = partners()
                .iter()
                .partition(|partner| partner.real_5p_partner);
            let read = real
                .iter()
                .filter(|partner| partner.usable_by_default())
                .count();
            let text = format!(
                "{} genes in the table of partners, {read} of them read in a publication or public list, {} more marked doubtful",
                real.len(),
                doubtful.len()
            );
            let provenance = Provenance {
                source: "count of the table of partners (alkaid list partners)",
                date: None,
                status: Status::Computed,
                superseded_by: None,
            };
            (text, provenance, none())
        }
        _ => return None,
    };
    Some((primary, text, provenance, facets))
}

/// The widest a line of a block gets behind its label.
const WIDTH: usize = 100;

/// Appends the listing as blocks: what the guide says, the primary figures below, the difference in words.
pub(super) fn draw(listing: &Listing, text: &mut String) {
    let at = |name: &str| {
        listing
            .columns
            .iter()
            .position(|(column, _)| *column == name)
    };
    let cell = |row: &[Cell], name: &str| at(name).map(|at| row[at].shown()).unwrap_or_default();
    text.push_str(&format!("{}\n", listing.title));
    let (mut table, mut entry) = (String::new(), String::new());
    for (index, row) in listing.rows.iter().enumerate() {
        if cell(row, "guide_table") != table {
            table = cell(row, "guide_table");
            text.push_str(&format!("\n{}\n", table.to_uppercase()));
        }
        if cell(row, "key") != entry {
            entry = cell(row, "key");
            text.push_str(&format!("\n  {}\n", cell(row, "item")));
            labelled(text, "guide", &cell(row, "guide"));
        }
        labelled(text, "primary", &cell(row, "primary"));
        let provenance: Vec<String> = ["source", "date", "status"]
            .iter()
            .map(|name| cell(row, name))
            .filter(|cell| !cell.is_empty())
            .collect();
        labelled(text, "", &format!("[{}]", provenance.join("; ")));
        let next = listing.rows.get(index + 1);
        if next.is_none_or(|next| cell(next, "key") != entry) {
            let verdict = cell(row, "verdict").replace('_', " ");
            labelled(
                text,
                "verdict",
                &format!("{verdict}: {}", cell(row, "difference")),
            );
        }
    }
    text.push('\n');
}

/// Lines behind a label.
fn labelled(text: &mut String, label: &str, content: &str) {
    for (index, line) in layout::wrap(content, WIDTH).iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        text.push_str(&format!("    {label:<7}  {line}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_all_its_primary_figures() {
        for entry in guide() {
            let found = lines()
                .iter()
                .filter(|line| line.entry.key == entry.key)
                .count();
            assert_eq!(found, entry.primary.len(), "{}", entry.key);
        }
        for line in lines() {
            assert!(
                !line.figure.contains("no figure"),
                "{}: {}",
                line.entry.key,
                line.figure
            );
        }
    }
}
