//! Nuclei in a section: where they lie, and what of ALK is left in them.

use super::loci::loci;
use super::nucleus::Nucleus;
use super::plan::Plan;
use super::truth::{CellTruth, GranuleTruth, Truth};
use crate::draws::{Draws, Purpose};
use crate::error::SimulateError;

/// A nucleus shows when at least this much of its height is in the section, micrometres.
const LEAST_CAP_UM: f64 = 1.5;
/// A pixel belongs to a nucleus when so much of it lies there, micrometres of height.
pub(super) const LEAST_CHORD_UM: f64 = 0.5;
/// Places that are tried before a nucleus may lie over another one.
const TRIES: usize = 300;
/// Grid on which areas and overlaps are measured without drawing, micrometres.
const GRID_UM: f64 = 0.4;
/// How close two nuclei may come in space, in sums of their radii: soft bodies dent each other.
const CLOSEST: f64 = 0.85;

/// A field before it is drawn.
pub(super) struct Scene {
    pub nuclei: Vec<Nucleus>,
    pub truth: Truth,
}

/// What there is in a field, without drawing it: nuclei cut by the section, their copies of ALK and the signals that
/// section and hybridisation leave. Signals have no `snr`.
///
/// # Errors
/// When the plan has a number out of range, or its nuclei do not fit.
pub fn scene(plan: &Plan, seed: u64) -> Result<Truth, SimulateError> {
    build(plan, seed).map(|scene| scene.truth)
}

pub(super) fn build(plan: &Plan, seed: u64) -> Result<Scene, SimulateError> {
    plan.check()?;
    let mut nuclei: Vec<Nucleus> = Vec::new();
    let mut cells = Vec::new();
    let mut spots = Vec::new();
    for index in 0..plan.field.cells {
        let mut draws = Draws::new(seed, Purpose::FishScene, 0, u64::from(index));
        let tumour = draws.chance(plan.tissue.tumour_fraction);
        let shape = if tumour {
            &plan.tissue.tumour
        } else {
            &plan.tissue.normal
        };
        let nucleus = Nucleus::draw(shape, &mut draws);
        let nucleus = settle(plan, nucleus, &nuclei, &mut draws)?;
        let id = index + 1;
        let found = loci(plan, &nucleus, id, tumour, &mut draws);
        spots.extend(found.spots);
        let kind = found.kind;
        let defocus_um = if draws.chance(plan.tissue.defocused) {
            0.8 + 0.7 * draws.unit()
        } else {
            0.0
        };
        cells.push(CellTruth {
            id,
            diameter_um: nucleus.diameter,
            thick: nucleus.share_in(plan.tissue.section_um),
            rearranged: kind.is_some_and(|kind| kind != super::plan::Kind::GreenOnly),
            kind,
            copies: found.loci.len() as u32,
            loci: found.loci,
            overlap: 0.0,
            tumour,
            x: nucleus.centre[0],
            y: nucleus.centre[1],
            z: nucleus.centre[2],
            area_um2: 0.0,
            edge: false,
            defocus_um,
        });
        nuclei.push(nucleus);
    }
    measure(plan, &nuclei, &mut cells);
    let side = plan.side_um();
    let pixel = plan.field.pixel_um;
    spots.retain(|spot| {
        [spot.x, spot.y]
            .iter()
            .all(|value| (0.0..=side - pixel).contains(value))
    });
    Ok(Scene {
        truth: Truth {
            config: Plan {
                seed,
                ..plan.clone()
            },
            px_um: pixel,
            signal_um: plan.signal_diameter_um(),
            cells,
            spots,
            granules: granules(plan, seed),
        },
        nuclei,
    })
}

/// Finds a place for a nucleus among those that are there.
fn settle(
    plan: &Plan,
    mut nucleus: Nucleus,
    others: &[Nucleus],
    draws: &mut Draws,
) -> Result<Nucleus, SimulateError> {
    let side = plan.side_um();
    let height = plan.tissue.section_um / 2.0 + nucleus.half_height() - LEAST_CAP_UM;
    let mut may_overlap = draws.chance(plan.field.overlap);
    for attempt in 0..4 * TRIES {
        may_overlap |= attempt >= TRIES;
        nucleus.centre = [
            side * draws.unit(),
            side * draws.unit(),
            height.max(0.0) * (2.0 * draws.unit() - 1.0),
        ];
        if others
            .iter()
            .all(|other| clear(&nucleus, other, may_overlap))
        {
            return Ok(nucleus);
        }
    }
    Err(SimulateError::Plan {
        field: "field.cells",
        value: plan.field.cells.to_string(),
        remedy: format!(
            "only {} nuclei fit into {side:.0} x {side:.0} µm; use fewer, or a larger field",
            others.len()
        ),
    })
}

/// Whether two nuclei keep clear of each other: in projection, or, where they may overlap, in space.
fn clear(one: &Nucleus, other: &Nucleus, may_overlap: bool) -> bool {
    let [dx, dy, dz] = [0, 1, 2].map(|axis| one.centre[axis] - other.centre[axis]);
    let flat = dx * dx + dy * dy;
    if !may_overlap {
        let apart = one.reach + other.reach;
        return flat >= apart * apart;
    }
    let apart = CLOSEST * (one.diameter + other.diameter) / 2.0;
    flat + dz * dz >= apart * apart
}

/// Areas, overlaps and edges, on a coarse grid.
fn measure(plan: &Plan, nuclei: &[Nucleus], cells: &mut [CellTruth]) {
    let side = plan.side_um();
    let across = (side / GRID_UM).ceil() as usize;
    let mut cover = vec![0_u16; across * across];
    let section = plan.tissue.section_um;
    let visit = |nucleus: &Nucleus, see: &mut dyn FnMut(usize)| {
        let reach = nucleus.reach;
        let range = |centre: f64| {
            let from = ((centre - reach) / GRID_UM).floor().max(0.0) as usize;
            let to = ((centre + reach) / GRID_UM).ceil().max(0.0) as usize;
            from..to.min(across.saturating_sub(1)) + 1
        };
        for row in range(nucleus.centre[1]) {
            for column in range(nucleus.centre[0]) {
                let (x, y) = (column as f64 * GRID_UM, row as f64 * GRID_UM);
                if nucleus.chord(x, y, section) >= LEAST_CHORD_UM {
                    see(row * across + column);
                }
            }
        }
    };
    for nucleus in nuclei {
        visit(nucleus, &mut |place| cover[place] += 1);
    }
    for (nucleus, cell) in nuclei.iter().zip(cells) {
        let (mut all, mut shared, mut edge) = (0_u32, 0_u32, false);
        visit(nucleus, &mut |place| {
            all += 1;
            shared += u32::from(cover[place] > 1);
            let (row, column) = (place / across, place % across);
            edge |= row == 0 || column == 0 || row + 1 == across || column + 1 == across;
        });
        cell.area_um2 = f64::from(all) * GRID_UM * GRID_UM;
        cell.overlap = f64::from(shared) / f64::from(all.max(1));
        cell.edge = edge;
    }
}

fn granules(plan: &Plan, seed: u64) -> Vec<GranuleTruth> {
    let mut draws = Draws::new(seed, Purpose::FishGranules, 0, 0);
    let side = plan.side_um();
    let expected = plan.optics.granules * side * side / 1_000.0;
    let mut granules = Vec::new();
    // Exponential waiting times: a Poisson number of them.
    let mut waited = draws.exponential();
    while waited < expected {
        granules.push(GranuleTruth {
            x: side * draws.unit(),
            y: side * draws.unit(),
            sd_um: 0.3 + 0.5 * draws.unit(),
            amp: plan.optics.granule_brightness * libm::exp(0.5 * draws.normal()),
            green: 0.7 + 0.6 * draws.unit(),
        });
        waited += draws.exponential();
    }
    granules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_repeats_and_seeds_differ() {
        let plan = Plan::rearranged(0);
        assert_eq!(scene(&plan, 5).unwrap(), scene(&plan, 5).unwrap());
        assert_ne!(
            scene(&plan, 5).unwrap().spots,
            scene(&plan, 6).unwrap().spots
        );
    }

    #[test]
    fn too_many_nuclei_are_refused() {
        let mut plan = Plan::negative(1);
        plan.field.cells = 400;
        plan.field.size_px = 256;
        let error = scene(&plan, 1).unwrap_err().to_string();
        assert!(error.contains("larger field"), "{error}");
    }

    #[test]
    fn crowding_makes_overlaps() {
        let shared = |plan: &Plan| {
            let truth = scene(plan, 3).unwrap();
            truth
                .cells
                .iter()
                .filter(|cell| cell.overlap > 0.05)
                .count()
        };
        let mut apart = Plan::negative(1);
        apart.field.cells = 40;
        apart.field.overlap = 0.0;
        assert_eq!(shared(&apart), 0);
        assert!(shared(&Plan::crowded(1)) > 20);
    }

    #[test]
    fn no_signal_lies_outside_the_section() {
        let plan = Plan::rearranged(0);
        let truth = scene(&plan, 9).unwrap();
        let half = plan.tissue.section_um / 2.0;
        assert!(truth.spots.iter().all(|spot| spot.z.abs() <= half));
        let lost = truth
            .cells
            .iter()
            .flat_map(|cell| &cell.loci)
            .filter(|locus| !locus.0)
            .count();
        assert!(lost > 10, "{lost}");
    }
}
