//! What on a section may be taken for stained tumour: counted, with places to look at.

use crate::cells::median;
use crate::finding::{Artefact, ArtefactFinding, Cell, Class, IhcReport};
use crate::quality::TissueMap;
use crate::tile::BareStain;

/// What simple features cannot tell, said in every report.
pub(crate) const NOT_JUDGED: [&str; 5] = [
    "nerve: spindle cells with stain look to this program as stained stroma does; look for nerves in the region",
    "ganglion cells are pointed out by size only, and small ones are missed",
    "mucin, necrosis and stain on the glass are told from cells, not from each other",
    "macrophages full of fine grains look as weakly stained tumour does",
    "partners are named by what is known of patterns, mostly from lymphoma; in lung cancer EML4 is the usual partner, granular or not",
];

/// What follows for cells of an artefact that is no stain of the tumour.
const LEFT_OUT: &str = "left out of the score, unless a person scored them";
/// Examples that are kept of each.
const PLACES: usize = 12;
/// Cells within this of the tissue's edge are compared ..., micrometres.
const EDGE_UM: f64 = 60.0;
/// ... with those beyond this.
const INSIDE_UM: f64 = 150.0;
/// Cells on either side of that which are needed.
const EDGE_CELLS: usize = 40;
/// Ratio of the medians from which an edge effect is named, and the least difference in optical density.
const EDGE_RATIO: f64 = 1.35;
const EDGE_MORE: f64 = 0.08;
/// DAB of tissue outside cells from which the background is stained, optical density.
const BACKGROUND: f64 = 0.12;

pub(crate) fn findings(
    cells: &[Cell],
    bare: &[BareStain],
    tissue: &TissueMap,
    report: &IhcReport,
    pixel_um: f64,
) -> Vec<ArtefactFinding> {
    let mut found = Vec::new();
    for (artefact, what) in [
        (Artefact::Stipple, LEFT_OUT),
        (Artefact::ApicalMembrane, LEFT_OUT),
        (
            Artefact::ThinRim,
            "scored, but the rim is thin: look at the class",
        ),
        (
            Artefact::LargeCell,
            "scored: look whether they are ganglion cells",
        ),
    ] {
        // Large cells matter only where they are scored.
        let matters = |cell: &&Cell| artefact != Artefact::LargeCell || cell.tumour;
        let shown: Vec<&Cell> = cells
            .iter()
            .filter(|cell| cell.artefacts.contains(&artefact))
            .filter(matters)
            .collect();
        if !shown.is_empty() {
            let tumour = shown.iter().filter(|cell| cell.tumour).count();
            found.push(ArtefactFinding {
                artefact,
                count: shown.len() as u64,
                area_mm2: None,
                what: format!(
                    "{} cells, {tumour} of them in the tumour; {what}",
                    shown.len()
                ),
                places: spread(&shown)
                    .map(|cell| [cell.x_px, cell.y_px, 40.0 / pixel_um])
                    .collect(),
            });
        }
    }
    if !bare.is_empty() {
        let mm2 = bare.iter().map(|area| area.area).sum::<f64>() * pixel_um * pixel_um * 1e-6;
        let mut largest: Vec<&BareStain> = bare.iter().collect();
        largest.sort_by(|a, b| b.area.total_cmp(&a.area));
        found.push(ArtefactFinding {
            artefact: Artefact::StainWithoutNuclei,
            count: bare.len() as u64,
            area_mm2: Some(mm2),
            what: format!("{} areas, {mm2:.3} mm² together; not scored", bare.len()),
            places: largest
                .iter()
                .take(PLACES)
                .map(|area| {
                    [
                        area.x,
                        area.y,
                        (1.6 * area.area.sqrt()).max(40.0 / pixel_um),
                    ]
                })
                .collect(),
        });
    }
    found.extend(edge(cells, tissue, pixel_um));
    found.extend(over_staining(report));
    found
}

/// Some of the cells, evenly over the section.
fn spread<'c>(cells: &'c [&'c Cell]) -> impl Iterator<Item = &'c &'c Cell> {
    cells.iter().step_by(cells.len().div_ceil(PLACES).max(1))
}

/// Stronger stain along the tissue's edge than inside.
fn edge(cells: &[Cell], tissue: &TissueMap, pixel_um: f64) -> Option<ArtefactFinding> {
    let scored = || cells.iter().filter(|cell| cell.scored());
    let depth = |cell: &Cell| tissue.depth_at(cell.x_px, cell.y_px) * pixel_um;
    let outer: Vec<&Cell> = scored().filter(|cell| depth(cell) < EDGE_UM).collect();
    let mut at_edge: Vec<f32> = outer.iter().map(|cell| cell.dab).collect();
    let mut inside: Vec<f32> = scored()
        .filter(|cell| depth(cell) > INSIDE_UM)
        .map(|cell| cell.dab)
        .collect();
    if at_edge.len() < EDGE_CELLS || inside.len() < EDGE_CELLS {
        return None;
    }
    let outside = f64::from(median(&mut at_edge)?);
    let within = f64::from(median(&mut inside)?);
    if outside < EDGE_RATIO * within || outside - within < EDGE_MORE {
        return None;
    }
    let strong: Vec<&Cell> = outer
        .into_iter()
        .filter(|cell| cell.class > Class::Negative)
        .collect();
    Some(ArtefactFinding {
        artefact: Artefact::EdgeEffect,
        count: strong.len() as u64,
        area_mm2: None,
        what: format!(
            "median DAB is {outside:.2} within {EDGE_UM:.0} µm of the edge and {within:.2} further in"
        ),
        places: spread(&strong)
            .map(|cell| [cell.x_px, cell.y_px, 60.0 / pixel_um])
            .collect(),
    })
}

/// Stain between the cells, or on the control.
fn over_staining(report: &IhcReport) -> Option<ArtefactFinding> {
    let background = report.stain.background_dab;
    let control = report
        .control
        .as_ref()
        .filter(|control| control.over_stained);
    let what = match (background >= BACKGROUND, control) {
        (true, None) => {
            format!("median DAB of tissue outside cells is {background:.2} (limit {BACKGROUND})")
        }
        (false, Some(control)) => control.what.clone(),
        (true, Some(control)) => format!(
            "median DAB of tissue outside cells is {background:.2} (limit {BACKGROUND}); {}",
            control.what
        ),
        (false, None) => return None,
    };
    Some(ArtefactFinding {
        artefact: Artefact::OverStaining,
        count: 1,
        area_mm2: None,
        what,
        places: Vec::new(),
    })
}
