//! Amounts of haematoxylin and DAB on every pixel.

use super::tissue::Layout;
use super::{CellKind, IhcPlan, SimulatedPattern};
use crate::draws::{Draws, Purpose};

/// Optical densities of the two dyes, row by row.
pub(super) struct Dyes {
    pub(super) haematoxylin: Vec<f32>,
    pub(super) dab: Vec<f32>,
}

/// Reach of a tumour cell from the middle of its nucleus, micrometres.
const REACH: f64 = 9.0;
/// Share of the cytoplasm's DAB that is seen over the nucleus, as a section holds cytoplasm above and below it.
const OVER_NUCLEUS: f32 = 0.15;

/// Haematoxylin of a vacuole: none, not even that of what lies around cells.
const CLEAR: f32 = -1.0;

/// The cell that each pixel belongs to.
struct Owners {
    /// Index of the nearest cell, or `u32::MAX`.
    cell: Vec<u32>,
    /// Distance to the middle of it, micrometres, and how much nearer it is than the next one.
    distance: Vec<f32>,
    next: Vec<f32>,
}

pub(super) fn paint(plan: &IhcPlan, layout: &Layout) -> Dyes {
    let (width, height) = (plan.width as usize, plan.height as usize);
    let owners = owners(plan, layout);
    let grains = Texture::new(plan, 1, 0.55);
    let chromatin = Texture::new(plan, 2, 0.9);
    let fibres = Texture::new(plan, 3, 3.0);
    let mut dyes = Dyes {
        haematoxylin: vec![0.0; width * height],
        dab: vec![0.0; width * height],
    };
    for y in 0..height {
        for x in 0..width {
            let index = y * width + x;
            let (um_x, um_y) = (
                (x as f64 + 0.5) * plan.pixel_um,
                (y as f64 + 0.5) * plan.pixel_um,
            );
            // The tissue's edge is a little wavy.
            let edge = layout.edge_um + 3.0 * (um_y / 17.0).sin();
            if um_x < edge {
                continue;
            }
            let fibre = fibres.at(um_x, um_y);
            let mut haematoxylin = 0.05 + 0.02 * fibre;
            let mut dab = 0.02 + 0.01 * fibre;
            let depth = layout.depth(um_x, um_y);
            let owner = owners.cell[index];
            if let Some(cell) = layout.cells.get(owner as usize) {
                let place = Place {
                    dx: um_x - (cell.x_px + 0.5) * plan.pixel_um,
                    dy: um_y - (cell.y_px + 0.5) * plan.pixel_um,
                    distance: owners.distance[index],
                    to_next: owners.next[index],
                    in_nest: depth > -2.0,
                };
                let grain = grains.at(um_x, um_y);
                let (h, d) = in_cell(plan, cell, &place, grain, chromatin.at(um_x, um_y));
                haematoxylin = if h == CLEAR { 0.0 } else { haematoxylin.max(h) };
                dab = d.unwrap_or(dab);
            }
            for pool in &layout.mucin {
                let inside = pool.depth(um_x, um_y);
                if inside > 0.0 {
                    haematoxylin = 0.03;
                    dab = 0.32 * (inside as f32 / 6.0).min(1.0) + 0.04 * fibre;
                }
            }
            for [gx, gy, radius] in &layout.glands {
                let away = (um_x - gx).hypot(um_y - gy) - radius;
                if away < 0.0 {
                    haematoxylin = 0.0;
                    dab = 0.0;
                } else if away < 1.6 {
                    dab = 0.75;
                }
            }
            if plan.edge > 1.0 {
                let near = (1.0 - (um_x - edge) / 100.0).clamp(0.0, 1.0);
                dab *= 1.0 + (plan.edge as f32 - 1.0) * near as f32;
            }
            dyes.haematoxylin[index] = haematoxylin;
            dyes.dab[index] = dab + plan.background as f32;
        }
    }
    dyes
}

/// Where a pixel lies in its cell, micrometres.
struct Place {
    dx: f64,
    dy: f64,
    distance: f32,
    to_next: f32,
    in_nest: bool,
}

/// Haematoxylin, and DAB where the cell says what it is.
fn in_cell(
    plan: &IhcPlan,
    cell: &super::CellTruth,
    place: &Place,
    grain: f32,
    chromatin: f32,
) -> (f32, Option<f32>) {
    let (sin, cos) = cell.turn.sin_cos();
    let [long, short] = cell.half_axes_um;
    let (along, across) = (
        place.dx * cos + place.dy * sin,
        place.dy * cos - place.dx * sin,
    );
    let scaled = (along / long).hypot(across / short);
    // Micrometres from the nucleus' rim, negative inside; good enough near the rim.
    let from_rim = ((scaled - 1.0) * (long * short).sqrt()) as f32;
    let in_nucleus = from_rim < 0.0;
    let nuclear = 0.46 + 0.10 * chromatin;
    match cell.kind {
        CellKind::Tumour => {
            let body = place.in_nest || in_nucleus;
            if !body {
                return (0.0, None);
            }
            let own = (cell.dab - plan.background).max(0.0) as f32;
            let amount = tumour_dab(plan, own, from_rim, place, grain);
            (if in_nucleus { nuclear } else { 0.07 }, Some(amount))
        }
        CellKind::Stroma => (
            if in_nucleus {
                0.52 + 0.08 * chromatin
            } else {
                0.0
            },
            None,
        ),
        CellKind::Lymphocyte => (
            if in_nucleus {
                0.62 + 0.06 * chromatin
            } else {
                0.0
            },
            None,
        ),
        CellKind::ApicalGland => (if in_nucleus { nuclear } else { 0.06 }, Some(0.03)),
        CellKind::Macrophage => {
            let body = place.distance < 9.5;
            let dots = dots(place.dx, place.dy, cell.id) && !in_nucleus;
            let amount = if dots { 0.62 } else { 0.03 };
            match body {
                true => (if in_nucleus { 0.42 } else { 0.03 }, Some(amount)),
                false => (0.0, None),
            }
        }
        CellKind::SignetRing => {
            // A vacuole beside the nucleus, and a thin rim around both.
            let away = place.dx.hypot(place.dy - 6.4);
            match () {
                () if in_nucleus => (0.55, Some(0.08)),
                () if away < 6.0 => (CLEAR, Some(0.01)),
                () if away < 7.2 => (0.04, Some(0.62)),
                () => (0.0, None),
            }
        }
        CellKind::Ganglion => match place.distance < 16.0 {
            true => (
                if in_nucleus { 0.22 } else { 0.06 },
                Some(if in_nucleus { 0.1 } else { 0.38 + 0.04 * grain }),
            ),
            false => (0.0, None),
        },
    }
}

/// DAB of a tumour cell's pixel. The mean over the cytoplasm is `mean`.
fn tumour_dab(plan: &IhcPlan, mean: f32, from_rim: f32, place: &Place, grain: f32) -> f32 {
    let even = mean * (1.0 + 0.06 * grain);
    let nucleus = from_rim < 0.0;
    match plan.pattern {
        SimulatedPattern::Cytoplasmic if nucleus => OVER_NUCLEUS * even,
        SimulatedPattern::Cytoplasmic | SimulatedPattern::NuclearAndCytoplasmic => even,
        SimulatedPattern::Granular if nucleus => OVER_NUCLEUS * mean,
        // Log-normal grains of mean 1: exp(s g - s² / 2).
        SimulatedPattern::Granular => mean * (0.45 * grain - 0.5 * 0.45 * 0.45).exp(),
        SimulatedPattern::NuclearMembrane if from_rim.abs() < 0.7 => 1.2 * mean + 0.1,
        SimulatedPattern::NuclearMembrane => 0.15 * mean,
        SimulatedPattern::Membranous if place.to_next < 1.5 || place.distance > 6.6 => {
            1.2 * mean + 0.05
        }
        SimulatedPattern::Membranous => 0.12 * mean,
    }
}

/// Coarse dots at places that the cell's number gives.
fn dots(dx: f64, dy: f64, id: u32) -> bool {
    (0..9_u32).any(|dot| {
        let angle = 0.7 * f64::from(dot) + f64::from(id % 7);
        let radius = 5.0 + 1.4 * f64::from((dot * 5 + id) % 3);
        (dx - radius * angle.cos()).hypot(dy - radius * angle.sin()) < 0.75
    })
}

fn owners(plan: &IhcPlan, layout: &Layout) -> Owners {
    let (width, height) = (plan.width as usize, plan.height as usize);
    let mut owners = Owners {
        cell: vec![u32::MAX; width * height],
        distance: vec![f32::INFINITY; width * height],
        next: vec![f32::INFINITY; width * height],
    };
    for (index, cell) in layout.cells.iter().enumerate() {
        let reach = match cell.kind {
            CellKind::Tumour | CellKind::ApicalGland => REACH,
            CellKind::Stroma | CellKind::Lymphocyte => 7.0,
            CellKind::Macrophage => 10.0,
            CellKind::SignetRing => 14.0,
            CellKind::Ganglion => 17.0,
        };
        let pixels = reach / plan.pixel_um;
        let range = |middle: f64, limit: usize| {
            let from = (middle - pixels).floor().max(0.0) as usize;
            from..((middle + pixels).ceil().max(0.0) as usize + 1).min(limit)
        };
        for y in range(cell.y_px, height) {
            for x in range(cell.x_px, width) {
                let away = (x as f64 - cell.x_px).hypot(y as f64 - cell.y_px) * plan.pixel_um;
                if away > reach {
                    continue;
                }
                let place = y * width + x;
                let away = away as f32;
                if away < owners.distance[place] {
                    owners.next[place] = owners.distance[place];
                    owners.distance[place] = away;
                    owners.cell[place] = index as u32;
                } else {
                    owners.next[place] = owners.next[place].min(away);
                }
            }
        }
    }
    for (next, distance) in owners.next.iter_mut().zip(&owners.distance) {
        *next -= distance;
    }
    owners
}

/// Smooth noise of mean 0 and standard deviation near 1, whose grains have the given size.
struct Texture {
    values: Vec<f32>,
    step: f64,
}

/// Side of the table of random values that a texture repeats.
const SIDE: usize = 256;

impl Texture {
    fn new(plan: &IhcPlan, number: u64, step: f64) -> Self {
        let mut draws = Draws::new(plan.seed, Purpose::Layout, 0x1c, number);
        Self {
            // Interpolation between four values lowers the deviation to two thirds.
            values: (0..SIDE * SIDE)
                .map(|_| 1.5 * draws.normal() as f32)
                .collect(),
            step,
        }
    }

    fn at(&self, x: f64, y: f64) -> f32 {
        let (u, v) = ((x / self.step).max(0.0), (y / self.step).max(0.0));
        let (column, row) = (u as usize, v as usize);
        let (s, t) = (u.fract() as f32, v.fract() as f32);
        let value =
            |dx: usize, dy: usize| self.values[(row + dy) % SIDE * SIDE + (column + dx) % SIDE];
        let upper = value(0, 0) * (1.0 - s) + value(1, 0) * s;
        let lower = value(0, 1) * (1.0 - s) + value(1, 1) * s;
        upper * (1.0 - t) + lower * t
    }
}
