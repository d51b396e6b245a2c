//! Where nests, cells and artefacts lie. Lengths here are micrometres; the picture's left edge is glass.

use std::f64::consts::{PI, TAU};

use super::{CLASS_BOUNDS, CellKind, CellTruth, IhcPlan};
use crate::draws::{Draws, Purpose};

/// Distance between the middles of neighbouring tumour cells.
const TUMOUR_SPACING: f64 = 12.0;
/// Between cells of the stroma.
const STROMA_SPACING: f64 = 17.0;

/// What is on the glass.
pub(super) struct Layout {
    pub(super) width_um: f64,
    pub(super) height_um: f64,
    /// Tissue starts here, from the left.
    pub(super) edge_um: f64,
    pub(super) nests: Vec<Blob>,
    pub(super) cells: Vec<CellTruth>,
    pub(super) mucin: Vec<Blob>,
    /// Lumina of apical glands: middle and radius.
    pub(super) glands: Vec<[f64; 3]>,
}

/// A roundish area whose radius changes with the angle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blob {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) radius: f64,
    /// Height and phase of two waves around it.
    waves: [[f64; 2]; 2],
}

impl Blob {
    fn draw(draws: &mut Draws, x: f64, y: f64, radius: f64) -> Self {
        let mut wave = |height: f64| [height * draws.unit(), TAU * draws.unit()];
        Self {
            x,
            y,
            radius,
            waves: [wave(0.18), wave(0.12)],
        }
    }

    fn radius_at(&self, angle: f64) -> f64 {
        let [[a, p], [b, q]] = self.waves;
        self.radius * (1.0 + a * (2.0 * angle + p).sin() + b * (3.0 * angle + q).sin())
    }

    /// Distance inside the rim; negative outside.
    pub(super) fn depth(&self, x: f64, y: f64) -> f64 {
        let (dx, dy) = (x - self.x, y - self.y);
        self.radius_at(dy.atan2(dx)) - dx.hypot(dy)
    }
}

impl Layout {
    /// How deep a place lies in a nest; negative in the stroma.
    pub(super) fn depth(&self, x: f64, y: f64) -> f64 {
        self.nests
            .iter()
            .map(|nest| nest.depth(x, y))
            .fold(f64::NEG_INFINITY, f64::max)
    }

    /// Outlines of the nests in pixels, cut at the picture.
    pub(super) fn outlines(&self, plan: &IhcPlan) -> Vec<Vec<[f64; 2]>> {
        let limit = [f64::from(plan.width), f64::from(plan.height)];
        let point = |nest: &Blob, step: u32| {
            let angle = TAU * f64::from(step) / 96.0;
            let radius = nest.radius_at(angle);
            [
                ((nest.x + radius * angle.cos()) / plan.pixel_um).clamp(0.0, limit[0]),
                ((nest.y + radius * angle.sin()) / plan.pixel_um).clamp(0.0, limit[1]),
            ]
        };
        self.nests
            .iter()
            .map(|nest| (0..=96).map(|step| point(nest, step % 96)).collect())
            .collect()
    }
}

pub(super) fn lay_out(plan: &IhcPlan) -> Layout {
    let mut draws = Draws::new(plan.seed, Purpose::Layout, 0x1c, 0);
    let width_um = f64::from(plan.width) * plan.pixel_um;
    let height_um = f64::from(plan.height) * plan.pixel_um;
    let edge_um = width_um * plan.glass.clamp(0.0, 0.9);
    let mut layout = Layout {
        width_um,
        height_um,
        edge_um,
        nests: Vec::new(),
        cells: Vec::new(),
        mucin: Vec::new(),
        glands: Vec::new(),
    };
    // Nests on a jittered grid of 150 µm, so that about two thirds of the tissue are tumour.
    let step = 150.0;
    let mut y = 0.5 * step;
    while y < height_um + 0.3 * step {
        let mut x = edge_um + 0.55 * step;
        while x < width_um + 0.3 * step {
            let (jx, jy) = (draws.unit() - 0.5, draws.unit() - 0.5);
            let radius = 58.0 + 18.0 * draws.unit();
            let blob = Blob::draw(&mut draws, x + 30.0 * jx, y + 30.0 * jy, radius);
            if blob.x - 0.9 * blob.radius > edge_um {
                layout.nests.push(blob);
            }
            x += step;
        }
        y += step;
    }
    place_artefacts(plan, &mut layout, &mut draws);
    place_grid(plan, &mut layout, &mut draws, TUMOUR_SPACING, true);
    place_grid(plan, &mut layout, &mut draws, STROMA_SPACING, false);
    for (index, cell) in layout.cells.iter_mut().enumerate() {
        cell.id = index as u32 + 1;
    }
    layout
}

/// Cells of tumour or stroma on a jittered hexagonal grid.
fn place_grid(plan: &IhcPlan, layout: &mut Layout, draws: &mut Draws, spacing: f64, tumour: bool) {
    let rows = (layout.height_um / (spacing * 0.866)) as i64 + 1;
    let columns = (layout.width_um / spacing) as i64 + 1;
    let mut placed = Vec::new();
    for row in 0..=rows {
        for column in 0..=columns {
            let offset = 0.5 * (row % 2) as f64;
            let x = spacing * (column as f64 + offset + 0.36 * (draws.unit() - 0.5));
            let y = spacing * (row as f64 * 0.866 + 0.36 * (draws.unit() - 0.5));
            let depth = layout.depth(x, y);
            let fits = match tumour {
                true => depth > 5.0,
                false => depth < -5.0 && draws.chance(0.75),
            };
            let free = x > layout.edge_um + 6.0
                && inside(layout, x, y, 5.0)
                && layout.mucin.iter().all(|pool| pool.depth(x, y) < -6.0)
                && layout
                    .glands
                    .iter()
                    .all(|[gx, gy, r]| (x - gx).hypot(y - gy) > r + 16.0)
                && layout.cells.iter().all(|cell| {
                    let (cx, cy) = (cell.x_px * plan.pixel_um, cell.y_px * plan.pixel_um);
                    (x - cx).hypot(y - cy) > clearance(cell.kind)
                });
            let drawn = match tumour {
                true => tumour_cell(plan, draws, x, y),
                false => stroma_cell(plan, draws, x, y),
            };
            if fits && free {
                placed.push(drawn);
            }
        }
    }
    layout.cells.extend(placed);
}

/// Room around the middle of a cell in which no other may lie.
fn clearance(kind: CellKind) -> f64 {
    match kind {
        CellKind::Macrophage => 14.0,
        CellKind::SignetRing => 15.0,
        CellKind::Ganglion => 22.0,
        CellKind::Tumour | CellKind::Stroma | CellKind::Lymphocyte | CellKind::ApicalGland => 9.0,
    }
}

fn inside(layout: &Layout, x: f64, y: f64, margin: f64) -> bool {
    x > margin && y > margin && x < layout.width_um - margin && y < layout.height_um - margin
}

fn cell(
    plan: &IhcPlan,
    kind: CellKind,
    x: f64,
    y: f64,
    half_axes_um: [f64; 2],
    turn: f64,
) -> CellTruth {
    CellTruth {
        id: 0,
        kind,
        x_px: x / plan.pixel_um - 0.5,
        y_px: y / plan.pixel_um - 0.5,
        half_axes_um,
        turn,
        class: 0,
        dab: 0.0,
    }
}

fn tumour_cell(plan: &IhcPlan, draws: &mut Draws, x: f64, y: f64) -> CellTruth {
    let long = 3.7 + 0.9 * draws.unit();
    let short = long * (0.72 + 0.26 * draws.unit());
    let mut made = cell(
        plan,
        CellKind::Tumour,
        x,
        y,
        [long, short],
        PI * draws.unit(),
    );
    let total: f64 = plan.classes.iter().sum();
    let mut left = draws.unit() * total.max(1e-9);
    made.class = plan
        .classes
        .iter()
        .position(|share| {
            left -= share;
            left < 0.0
        })
        .unwrap_or(0) as u8;
    let [low, high] = CLASS_BOUNDS[usize::from(made.class)];
    let (mean, spread) = match made.class {
        0 => (0.05, 0.03),
        3 => (0.85, 0.12),
        _ => (0.5 * (low + high), 0.05),
    };
    // Within the class: what lies on a boundary belongs to neither in truth.
    made.dab = (mean + spread * draws.normal()).clamp(low + 0.002, high - 0.002);
    made
}

fn stroma_cell(plan: &IhcPlan, draws: &mut Draws, x: f64, y: f64) -> CellTruth {
    let turn = PI * draws.unit();
    match draws.chance(0.3) {
        true => {
            let radius = 2.3 + 0.5 * draws.unit();
            cell(
                plan,
                CellKind::Lymphocyte,
                x,
                y,
                [radius, 0.95 * radius],
                turn,
            )
        }
        false => {
            let long = 4.5 + 2.0 * draws.unit();
            cell(
                plan,
                CellKind::Stroma,
                x,
                y,
                [long, 1.3 + 0.4 * draws.unit()],
                turn,
            )
        }
    }
}

fn place_artefacts(plan: &IhcPlan, layout: &mut Layout, draws: &mut Draws) {
    let wanted = plan.artefacts;
    for _ in 0..wanted.mucin {
        let (x, y) = free_place(layout, draws, 40.0, plan);
        let blob = Blob::draw(draws, x, y, 26.0);
        layout.mucin.push(blob);
    }
    for _ in 0..wanted.apical_glands {
        let (x, y) = free_place(layout, draws, 38.0, plan);
        let radius = 11.0;
        layout.glands.push([x, y, radius]);
        for step in 0..9 {
            let angle = TAU * f64::from(step) / 9.0 + 0.1 * draws.unit();
            let (cx, cy) = (
                x + (radius + 9.0) * angle.cos(),
                y + (radius + 9.0) * angle.sin(),
            );
            layout
                .cells
                .push(cell(plan, CellKind::ApicalGland, cx, cy, [3.9, 3.2], angle));
        }
    }
    let kinds = [
        (CellKind::Macrophage, wanted.macrophages, 16.0, [3.4, 2.9]),
        (CellKind::SignetRing, wanted.signet_rings, 16.0, [3.6, 1.7]),
        (CellKind::Ganglion, wanted.ganglion_cells, 24.0, [6.6, 6.2]),
    ];
    for (kind, count, room, axes) in kinds {
        for _ in 0..count {
            let (x, y) = free_place(layout, draws, room, plan);
            // The nucleus of a signet-ring cell lies flat against its vacuole, which is drawn below it.
            let turn = if kind == CellKind::SignetRing {
                0.0
            } else {
                PI * draws.unit()
            };
            layout.cells.push(cell(plan, kind, x, y, axes, turn));
        }
    }
}

/// A place with room around it, or after many tries any place inside.
fn free_place(layout: &Layout, draws: &mut Draws, room: f64, plan: &IhcPlan) -> (f64, f64) {
    let mut place = (0.0, 0.0);
    for _ in 0..2000 {
        let x = layout.edge_um
            + 12.0
            + room
            + draws.unit() * (layout.width_um - layout.edge_um - 2.0 * room - 24.0).max(1.0);
        let y = room + draws.unit() * (layout.height_um - 2.0 * room).max(1.0);
        place = (x, y);
        let cells_far = layout.cells.iter().all(|cell| {
            let (cx, cy) = (cell.x_px * plan.pixel_um, cell.y_px * plan.pixel_um);
            (x - cx).hypot(y - cy) > room + clearance(cell.kind)
        });
        let mucin_far = layout
            .mucin
            .iter()
            .all(|pool| pool.depth(x, y) < -room - 10.0);
        let glands_far = layout
            .glands
            .iter()
            .all(|[gx, gy, r]| (x - gx).hypot(y - gy) > r + room + 18.0);
        if cells_far && mucin_far && glands_far {
            break;
        }
    }
    place
}
