//! One tile of a section: from pixels to cells.
//!
//! A tile is a core and a halo around it. Nuclei are found on both, and a cell belongs to the tile in whose core the
//! middle of its nucleus lies, give or take [`TOLERANCE_PX`]; cells that two tiles claim are told apart later
//! ([`without_twins`]). The halo is wider than anything that decides on a nucleus, so both tiles see the same.

use alkaid_imaging::brightfield::{BrightfieldError, Slide, Window};
use alkaid_imaging::nuclei::map::Spare;
use alkaid_imaging::smooth::gaussian;
use alkaid_imaging::stain::{StainVectors, WhitePoint, separate};
use ndarray::Array2;

use crate::cells::{GLASS, RING_UM, Territory, measure};
use crate::finding::Cell;
use crate::judge::{Surroundings, judge};
use crate::kit::CutOffs;
use crate::masks;
use crate::nuclei::{NucleusFinder, REACH_UM};

/// Side of a core, measured pixels of up to [`CORE_UM`].
pub const CORE: u32 = 768;
/// Micrometres of a measured pixel above which cores have fewer of them: the network looks at all sections at one scale,
/// and needs memory for its own pixels.
const CORE_UM: f64 = 0.6;
/// How far outside the core a cell may lie and still be kept, measured pixels.
const TOLERANCE_PX: f64 = 1.5;
/// Two cells nearer than this, measured pixels, are one that two tiles saw.
const TWINS_PX: f64 = 4.0;
/// DAB of an area without nuclei from which it is named, optical density.
const STAINED: f32 = 0.2;
/// Smallest such area, square micrometres: some cells.
const STAINED_UM2: f64 = 600.0;
/// Vacuoles, square micrometres: larger than the gaps between cells, smaller than a lumen.
const VACUOLE_UM2: [f64; 2] = [28.0, 220.0];
/// Mean optical density below which a smoothed pixel is vacuole or lumen.
const PALE: f32 = 0.032;
/// Share of a vacuole's rim that must be brown.
const BROWN_RIM: f64 = 0.5;

/// How tiles are read and measured: the same for all of a section.
pub(crate) struct TileSettings<'s> {
    pub(crate) slide: &'s Slide,
    pub(crate) white: WhitePoint,
    pub(crate) vectors: StainVectors,
    pub(crate) cut_offs: &'s CutOffs,
    pub(crate) finder: &'s NucleusFinder,
    /// Pixels of the picture along the side of a measured one.
    pub(crate) factor: u32,
    /// Micrometres along the side of a measured pixel.
    pub(crate) pixel_um: f64,
}

/// What one tile holds.
#[derive(Default)]
pub(crate) struct TileFinding {
    pub(crate) cells: Vec<Cell>,
    pub(crate) bare_stain: Vec<BareStain>,
    /// DAB of tissue outside cells, a few of its pixels.
    pub(crate) background: Vec<f32>,
    /// Square sums of what the dyes leave over, and of the whole density, on tissue.
    pub(crate) residual: [f64; 2],
    /// Tissue pixels, and those darker than the camera can measure.
    pub(crate) tissue: [u64; 2],
}

/// A stained area without nuclei.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BareStain {
    /// Middle, pixels of the picture.
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// Square pixels of the picture.
    pub(crate) area: f64,
}

/// The cores that cover a picture, row by row; `x` and `y` in pixels of the picture.
pub(crate) fn cores(size: (u32, u32), factor: u32, pixel_um: f64) -> Vec<Window> {
    let side = (f64::from(CORE) * (CORE_UM / pixel_um).min(1.0)) as u32 * factor;
    let mut cores = Vec::new();
    for y in (0..size.1).step_by(side as usize) {
        for x in (0..size.0).step_by(side as usize) {
            cores.push(Window {
                x,
                y,
                width: side.min(size.0 - x),
                height: side.min(size.1 - y),
            });
        }
    }
    cores
}

/// Reads and measures one tile, with the buffers of the thread that does it.
pub(crate) fn tile(
    settings: &TileSettings<'_>,
    core: Window,
    spare: &mut Spare,
) -> Result<TileFinding, BrightfieldError> {
    let factor = settings.factor;
    // Whole measured pixels, so that every tile lies on one grid.
    let halo = (REACH_UM / settings.pixel_um).ceil() as u32 * factor;
    let left = core.x.saturating_sub(halo);
    let top = core.y.saturating_sub(halo);
    let window = Window {
        x: left,
        y: top,
        width: core.x - left + core.width + halo,
        height: core.y - top + core.height + halo,
    };
    let picture = settings.slide.read(0, window)?;
    let stains = separate(
        &picture,
        &settings.white,
        &settings.vectors,
        factor as usize,
    );
    drop(picture);
    let nuclei = settings.finder.find(&stains.haematoxylin, spare);
    let territory = Territory::new(nuclei, &stains.density, settings.pixel_um);
    let surroundings = surroundings(&territory, &stains.density, &stains.dab, settings.pixel_um);
    let mut found = TileFinding::default();
    let scale = f64::from(factor);
    // The middle of a measured pixel in pixels of the picture.
    let place = |value: f64, start: u32| f64::from(start) + scale * (value + 0.5) - 0.5;
    let inside = |x: f64, y: f64| {
        let tolerance = TOLERANCE_PX * scale;
        let low = |value: f64, start: u32| value >= f64::from(start) - tolerance;
        let high = |value: f64, end: u32| value < f64::from(end) + tolerance;
        low(x, core.x)
            && low(y, core.y)
            && high(x, core.x + core.width)
            && high(y, core.y + core.height)
    };
    for mut measured in measure(&territory, &stains, settings.pixel_um) {
        let label = territory.nuclei.map[[
            measured_pixel(&measured.cell, &territory).1,
            measured_pixel(&measured.cell, &territory).0,
        ]];
        let around = surroundings
            .get(label as usize)
            .copied()
            .unwrap_or_default();
        let cell = &mut measured.cell;
        (cell.x_px, cell.y_px) = (place(cell.x_px, left), place(cell.y_px, top));
        if !inside(cell.x_px, cell.y_px) {
            continue;
        }
        for point in cell.nucleus.iter_mut().chain(cell.outline.iter_mut()) {
            *point = [
                place(f64::from(point[0]), left) as f32,
                place(f64::from(point[1]), top) as f32,
            ];
        }
        judge(&mut measured, around, settings.cut_offs);
        found.cells.push(measured.cell);
    }
    ground(settings, core, (left, top), &territory, &stains, &mut found);
    // A slide has a thousand tiles, whose findings wait for the last of them.
    found.cells.shrink_to_fit();
    found.background.shrink_to_fit();
    Ok(found)
}

/// A pixel of the cell's nucleus: its middle, or for a bent one the first point of its outline.
fn measured_pixel(cell: &Cell, territory: &Territory) -> (usize, usize) {
    let (height, width) = territory.nuclei.map.dim();
    let at = |x: f64, y: f64| {
        (
            (x.round().max(0.0) as usize).min(width - 1),
            (y.round().max(0.0) as usize).min(height - 1),
        )
    };
    let middle = at(cell.x_px, cell.y_px);
    if territory.nuclei.map[[middle.1, middle.0]] > 0 {
        return middle;
    }
    cell.nucleus.first().map_or(middle, |[x, y]| {
        at(f64::from(*x) + 0.5, f64::from(*y) + 0.5)
    })
}

/// Vacuoles and lumina beside each cell, by label.
fn surroundings(
    territory: &Territory,
    density: &Array2<f32>,
    dab: &Array2<f32>,
    pixel_um: f64,
) -> Vec<Surroundings> {
    let (height, width) = density.dim();
    let mut found = vec![Surroundings::default(); territory.nuclei.count as usize + 1];
    let pale = gaussian(density, 0.5 / pixel_um).mapv(|value| value < PALE);
    let reach = (2.5 / pixel_um).round().max(1.0) as usize;
    let mut lumen = Array2::from_elem((height, width), false);
    for part in masks::components(&pale) {
        let area = part.pixels.len() as f64 * pixel_um * pixel_um;
        if area < VACUOLE_UM2[0] {
            continue;
        }
        let is_vacuole = area <= VACUOLE_UM2[1] && !part.touches_edge;
        let (mut rim, mut brown) = (0_u32, 0_u32);
        let mut beside = std::collections::BTreeSet::new();
        for index in &part.pixels {
            let (y, x) = (*index as usize / width, *index as usize % width);
            let at_edge = [(0, 1), (1, 0), (0, -1), (-1, 0)].iter().any(|(dy, dx)| {
                let (y, x) = (y.wrapping_add_signed(*dy), x.wrapping_add_signed(*dx));
                y < height && x < width && !pale[[y, x]]
            });
            if !at_edge {
                continue;
            }
            rim += 1;
            let around = || {
                (y.saturating_sub(reach)..(y + reach + 1).min(height)).flat_map(move |row| {
                    (x.saturating_sub(reach)..(x + reach + 1).min(width))
                        .map(move |column| [row, column])
                })
            };
            brown += u32::from(around().any(|place| dab[place] > 0.3 && !pale[place]));
            for place in around() {
                if is_vacuole {
                    beside.insert(territory.nuclei.map[place]);
                } else {
                    lumen[place] = true;
                }
            }
        }
        if is_vacuole && f64::from(brown) >= BROWN_RIM * f64::from(rim) {
            for label in beside.into_iter().filter(|label| *label > 0) {
                found[label as usize].vacuole = true;
            }
        }
    }
    lumen_dab(territory, &lumen, &pale, dab, &mut found);
    found
}

/// Mean DAB of each cell's cytoplasm beside a lumen and elsewhere.
fn lumen_dab(
    territory: &Territory,
    lumen: &Array2<bool>,
    pale: &Array2<bool>,
    dab: &Array2<f32>,
    found: &mut [Surroundings],
) {
    let mut sums = vec![[[0.0_f32; 2]; 2]; found.len()];
    for (place, label) in territory.cells.indexed_iter() {
        if *label == 0 || territory.nuclei.map[place] > 0 || pale[place] {
            continue;
        }
        let side = usize::from(!lumen[place]);
        sums[*label as usize][side][0] += dab[place];
        sums[*label as usize][side][1] += 1.0;
    }
    for (around, [beside, rest]) in found.iter_mut().zip(sums) {
        if beside[1] >= 4.0 && rest[1] >= 10.0 {
            around.lumen_dab = Some((beside[0] / beside[1], rest[0] / rest[1]));
        }
    }
}

/// What lies between the cells of the core: background, residual, stain without nuclei.
fn ground(
    settings: &TileSettings<'_>,
    core: Window,
    start: (u32, u32),
    territory: &Territory,
    stains: &alkaid_imaging::stain::Stains,
    found: &mut TileFinding,
) {
    let (height, width) = stains.dab.dim();
    let factor = settings.factor;
    let along = settings.vectors.between().to_radians().cos();
    let first = [
        ((core.y - start.1) / factor) as usize,
        ((core.x - start.0) / factor) as usize,
    ];
    let end = [
        (first[0] + core.height.div_ceil(factor) as usize).min(height),
        (first[1] + core.width.div_ceil(factor) as usize).min(width),
    ];
    let mut bare = Array2::from_elem((end[0] - first[0], end[1] - first[1]), false);
    for y in first[0]..end[0] {
        for x in first[1]..end[1] {
            let density = stains.density[[y, x]];
            if density < GLASS {
                continue;
            }
            found.tissue[0] += 1;
            // Counts of 255 times 10 to the power of -1.6 are 6: hardly anything is left to measure.
            found.tissue[1] += u64::from(density > 1.6);
            let residual = f64::from(stains.residual[[y, x]]);
            found.residual[0] += residual * residual;
            // The two dyes are not at right angles; what is left over is at right angles to their sum.
            let (h, d) = (
                f64::from(stains.haematoxylin[[y, x]]),
                f64::from(stains.dab[[y, x]]),
            );
            found.residual[1] += residual * residual + h * h + d * d + 2.0 * h * d * along;
            if territory.cells[[y, x]] == 0 {
                bare[[y - first[0], x - first[1]]] = stains.dab[[y, x]] >= STAINED;
                if (7 * x + 13 * y) % 31 == 0 {
                    found.background.push(stains.dab[[y, x]]);
                }
            }
        }
    }
    let area_px = f64::from(factor) * f64::from(factor);
    let least = STAINED_UM2 / (settings.pixel_um * settings.pixel_um);
    let inner = bare.dim().1;
    for part in masks::components(&bare) {
        if (part.pixels.len() as f64) < least {
            continue;
        }
        let count = part.pixels.len() as f64;
        let middle = |pick: &dyn Fn(usize) -> usize| {
            part.pixels
                .iter()
                .map(|index| pick(*index as usize) as f64)
                .sum::<f64>()
                / count
        };
        let scale = f64::from(factor);
        found.bare_stain.push(BareStain {
            x: f64::from(core.x) + scale * (middle(&|index| index % inner) + 0.5),
            y: f64::from(core.y) + scale * (middle(&|index| index / inner) + 0.5),
            area: count * area_px,
        });
    }
    const { assert!(RING_UM < REACH_UM) };
}

/// Cells in reading order, each once: of two that lie on each other, the larger nucleus stays.
pub(crate) fn without_twins(mut cells: Vec<Cell>, factor: u32) -> Vec<Cell> {
    let near = TWINS_PX * f64::from(factor);
    let side = CORE * factor;
    // Only cells beside a seam can have been seen twice.
    let by_seam = |value: f64| {
        let into = value.rem_euclid(f64::from(side));
        into < 2.0 * near || into > f64::from(side) - 2.0 * near
    };
    cells.sort_by(|a, b| a.y_px.total_cmp(&b.y_px).then(a.x_px.total_cmp(&b.x_px)));
    let mut keep = vec![true; cells.len()];
    for index in 0..cells.len() {
        if !keep[index] || !(by_seam(cells[index].x_px) || by_seam(cells[index].y_px)) {
            continue;
        }
        for other in index + 1..cells.len() {
            if cells[other].y_px - cells[index].y_px > near {
                break;
            }
            let apart = (cells[other].x_px - cells[index].x_px)
                .hypot(cells[other].y_px - cells[index].y_px);
            if keep[other] && apart < near {
                let smaller = match cells[other].nucleus_um2 > cells[index].nucleus_um2 {
                    true => index,
                    false => other,
                };
                keep[smaller] = false;
            }
            if !keep[index] {
                break;
            }
        }
    }
    let mut keep = keep.into_iter();
    cells.retain(|_| keep.next().unwrap_or(true));
    cells
}
