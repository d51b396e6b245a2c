//! What the model of signalling says, for programs (JSON, TSV) and for the eye (SVG). The terminal pages are in
//! `terminal/pathway.rs`.

mod svg;

use alkaid_pathway::attractors::AttractorReport;
use alkaid_pathway::finding::{
    Agreement, Band, CombinationRanking, DoseCurve, NetworkMap, ObservationResult, PathwayReport,
    ResistanceScan, ScanCell, Split,
};
use alkaid_pathway::network::Sign;
use serde::Serialize;

pub use self::svg::{courses_svg, dose_svg, map_svg};
pub use crate::terminal::pathway::{
    attractors_page, combinations_page, dose_page, map_page, observations_page, resistance_page,
    run_page,
};
use crate::tsv::join;

/// Any finding as JSON. Ends with a line break.
///
/// # Errors
///
/// Never in practice: all keys are text and all numbers finite.
pub fn json(finding: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(finding)? + "\n")
}

/// A number of a table: enough digits to compare, none that is noise.
fn number(value: f64) -> String {
    // A solver's zero may be a little below it.
    let value = if value.abs() < 1e-9 { 0.0 } else { value };
    format!("{value:.6}")
}

fn band(band: &Band) -> [String; 3] {
    [band.low, band.median, band.high].map(number)
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut out = header.join("\t") + "\n";
    for row in rows {
        out.push_str(&join(row));
        out.push('\n');
    }
    out
}

/// The readouts of a run, one a line.
pub fn run_tsv(report: &PathwayReport) -> String {
    let header = [
        "name",
        "node",
        "untreated_low",
        "untreated_median",
        "untreated_high",
        "treated_low",
        "treated_median",
        "treated_high",
        "share_halved",
    ];
    table(
        &header,
        report.readouts.iter().map(|readout| {
            let mut row = vec![readout.name.clone(), readout.node.clone()];
            row.extend(band(&readout.untreated));
            row.extend(band(&readout.treated));
            row.push(number(readout.share_halved));
            row
        }),
    )
}

/// The time courses of all nodes: one line a node and time.
pub fn courses_tsv(report: &PathwayReport) -> String {
    let rows = report.series.iter().flat_map(|series| {
        report
            .times_h
            .iter()
            .zip(&series.bands)
            .map(|(time, bands)| {
                let mut row = vec![series.node.clone(), number(*time)];
                row.extend(band(bands));
                row
            })
    });
    table(&["node", "time_h", "low", "median", "high"], rows)
}

/// Every node at the end of a run.
pub fn nodes_tsv(report: &PathwayReport) -> String {
    let header = [
        "node",
        "untreated_low",
        "untreated_median",
        "untreated_high",
        "treated_low",
        "treated_median",
        "treated_high",
    ];
    table(
        &header,
        report.nodes.iter().map(|level| {
            let mut row = vec![level.node.clone()];
            row.extend(band(&level.untreated));
            row.extend(band(&level.treated));
            row
        }),
    )
}

/// The edges with their sources, one a line.
pub fn map_tsv(map: &NetworkMap) -> String {
    let header = [
        "from",
        "to",
        "sign",
        "role",
        "mechanism",
        "source",
        "date",
        "status",
        "note",
    ];
    table(
        &header,
        map.edges.iter().map(|edge| {
            let sign = match edge.sign {
                Sign::Activates => "+",
                Sign::Inhibits => "-",
            };
            vec![
                edge.from.clone(),
                edge.to.clone(),
                sign.to_owned(),
                edge.role.clone(),
                edge.mechanism.clone(),
                edge.source.source.clone(),
                edge.source.date.clone().unwrap_or_default(),
                edge.source.status.clone(),
                edge.source.note.clone().unwrap_or_default(),
            ]
        }),
    )
}

/// A dose curve: one line a dose and readout.
pub fn dose_tsv(curve: &DoseCurve) -> String {
    let rows = curve.points.iter().flat_map(|point| {
        curve
            .readouts
            .iter()
            .zip(&point.bands)
            .map(|(readout, bands)| {
                let mut row = vec![
                    curve.drug.clone(),
                    format!("{:.6}", point.dose),
                    curve.unit.clone(),
                    readout.clone(),
                ];
                row.extend(band(bands));
                row
            })
    });
    table(
        &["drug", "dose", "unit", "readout", "low", "median", "high"],
        rows,
    )
}

/// Combinations, one a line.
pub fn combinations_tsv(ranking: &CombinationRanking) -> String {
    let header = [
        "first",
        "second",
        "effect_first",
        "effect_second",
        "effect_both",
        "bliss_low",
        "bliss_median",
        "bliss_high",
        "loewe_low",
        "loewe_median",
        "loewe_high",
        "loewe_defined",
        "growth_low",
        "growth_median",
        "growth_high",
    ];
    table(
        &header,
        ranking.combinations.iter().map(|one| {
            let mut row = one.drugs.to_vec();
            row.extend(
                [&one.effect_first, &one.effect_second, &one.effect_both].map(|b| number(b.median)),
            );
            row.extend(band(&one.bliss_excess));
            match &one.loewe_index {
                Some(index) => row.extend(band(index)),
                None => row.extend([String::new(), String::new(), String::new()]),
            }
            row.push(number(one.loewe_defined));
            row.extend(band(&one.growth));
            row
        }),
    )
}

/// Changes of a resistance scan, one a line.
pub fn resistance_tsv(scan: &ResistanceScan) -> String {
    let header = [
        "change",
        "kind",
        "readout",
        "low",
        "median",
        "high",
        "share_restored",
        "growth_low",
        "growth_median",
        "growth_high",
        "verified",
        "rests_on",
    ];
    table(
        &header,
        scan.changes.iter().map(|change| {
            let mut row = vec![
                change.change.clone(),
                change.kind.clone(),
                scan.readout.clone(),
            ];
            row.extend(band(&change.readout));
            row.push(number(change.share_restored));
            row.extend(band(&change.growth));
            row.push(if change.verified { "yes" } else { "no" }.to_owned());
            row.push(change.rests_on.clone());
            row
        }),
    )
}

/// The full scan, one cell a line.
pub fn scan_tsv(cells: &[ScanCell]) -> String {
    let header = [
        "drug",
        "mutation",
        "bypass",
        "dose_nm",
        "erk_low",
        "erk_median",
        "erk_high",
        "akt_low",
        "akt_median",
        "akt_high",
        "stat3_low",
        "stat3_median",
        "stat3_high",
        "growth_low",
        "growth_median",
        "growth_high",
        "potency",
        "unverified",
    ];
    table(
        &header,
        cells.iter().map(|cell| {
            let mut row = vec![
                cell.drug.clone(),
                cell.mutation.clone(),
                cell.bypass.clone(),
                number(cell.dose_nm),
            ];
            for bands in [&cell.erk, &cell.akt, &cell.stat3, &cell.growth] {
                row.extend(band(bands));
            }
            row.push(cell.potency.clone());
            row.push(if cell.unverified { "yes" } else { "no" }.to_owned());
            row
        }),
    )
}

/// Attractors: one line a variable.
pub fn attractors_tsv(report: &AttractorReport) -> String {
    let rows = report
        .attractors
        .iter()
        .enumerate()
        .flat_map(|(index, one)| {
            report
                .variables
                .iter()
                .enumerate()
                .map(move |(place, name)| {
                    vec![
                        (index + 1).to_string(),
                        format!("{}", one.states),
                        number(one.basin),
                        name.clone(),
                        one.values[place].to_string(),
                        number(one.activity[place]),
                    ]
                })
        });
    table(
        &[
            "attractor",
            "states",
            "basin",
            "variable",
            "value",
            "activity",
        ],
        rows,
    )
}

/// Observations, one statement a line.
pub fn observations_tsv(results: &[ObservationResult]) -> String {
    let header = [
        "number",
        "system",
        "perturbation",
        "published",
        "split",
        "by_construction",
        "agreement",
        "statement",
        "share",
        "source",
        "status",
        "remark",
    ];
    let rows = results.iter().flat_map(|one| {
        one.statements.iter().map(move |statement| {
            vec![
                one.number.to_string(),
                one.system.clone(),
                one.perturbation.clone(),
                one.published.clone(),
                split(one.split).to_owned(),
                if one.by_construction { "yes" } else { "no" }.to_owned(),
                agreement(one.agreement).to_owned(),
                statement.statement.clone(),
                number(statement.share),
                one.source.source.clone(),
                one.source.status.clone(),
                one.remark.clone().unwrap_or_default(),
            ]
        })
    });
    table(&header, rows)
}

/// `fit` or `held out`.
pub fn split(split: Split) -> &'static str {
    match split {
        Split::Fit => "fit",
        Split::HeldOut => "held out",
    }
}

/// In words.
pub fn agreement(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Reproduced => "reproduced",
        Agreement::Contradicted => "contradicted",
        Agreement::OutOfScope => "out of scope",
    }
}

#[cfg(test)]
mod tests {
    use alkaid_pathway::case::Asked;
    use alkaid_pathway::map::map;
    use alkaid_pathway::network::Evidence;
    use alkaid_pathway::priors::{EnsembleSize, ensemble};
    use alkaid_pathway::run::run;

    use super::*;
    use crate::Style;

    fn report(case: &str) -> PathwayReport {
        let case = Asked::parse(case)
            .unwrap()
            .resolve(Evidence::Usable)
            .unwrap();
        run(&case, &ensemble(EnsembleSize(4)), Evidence::Usable).unwrap()
    }

    /// As many ends as beginnings of elements, and no sign that would break XML.
    fn is_balanced(svg: &str) -> bool {
        let opened =
            svg.matches('<').count() - 2 * svg.matches("</").count() - svg.matches("/>").count();
        opened == 0 && svg.starts_with("<svg") && svg.ends_with("</svg>\n") && !svg.contains("NaN")
    }

    #[test]
    fn pictures_are_whole_and_show_every_node_and_source() {
        let report = report("bypass=MET drug=ceritinib=100nM@0h-24h until=48h");
        let all = map(Evidence::All);
        let picture = map_svg(&all, Some(&report));
        assert!(is_balanced(&picture));
        for node in &all.nodes {
            assert!(
                picture.contains(&format!(">{}</text>", node.name)),
                "{}",
                node.name
            );
        }
        for edge in &all.edges {
            let source: String = edge.source.source.chars().take(12).collect();
            assert!(picture.contains(&source), "{source}");
        }
        assert!(is_balanced(&map_svg(&all, None)));
        assert!(is_balanced(&courses_svg(&report)));
    }

    #[test]
    fn tables_have_a_line_for_each() {
        let report = report("drug=ceritinib=100nM until=6h");
        assert_eq!(run_tsv(&report).lines().count(), report.readouts.len() + 1);
        assert_eq!(nodes_tsv(&report).lines().count(), report.nodes.len() + 1);
        let points = report.series.len() * report.times_h.len();
        assert_eq!(courses_tsv(&report).lines().count(), points + 1);
        assert!(
            map_tsv(&map(Evidence::All))
                .lines()
                .all(|line| line.split('\t').count() == 9)
        );
    }

    #[test]
    fn pages_fit_their_width_and_name_their_sources() {
        let page = run_page(&report("drug=ceritinib=100nM until=6h"), Style::default());
        assert!(
            page.lines().all(|line| line.chars().count() <= 80),
            "{page}"
        );
        assert!(page.contains("Friboulet2014") && page.contains("research use only"));
        let page = map_page(&map(Evidence::All), Style::default());
        assert!(page.lines().all(|line| line.chars().count() <= 80));
        assert!(page.contains("unverified") && page.contains("Takezawa 2011"));
    }
}
