//! Cells of a tile: nuclei, the cytoplasm around them, and what is measured there.
//!
//! The cytoplasm is a ring around the nucleus, bounded three ways: it ends after [`RING_UM`], at half way to the next
//! nucleus, and where there is glass. Its inner [`SCORED_UM`] give the amount of DAB; the whole ring tells the pattern.

mod outline;
mod spread;

use alkaid_imaging::Labels;
use alkaid_imaging::stain::Stains;
use ndarray::Array2;

use crate::finding::{Cell, Class, Pattern};
use crate::masks::keep_largest_parts;

/// Width of the ring whose mean DAB is the cell's, micrometres: within the cytoplasm of most cells, so that a cell at
/// the rim of a nest is not thinned by the stroma outside.
pub const SCORED_UM: f64 = 2.5;
/// Width of the ring that tells the pattern, micrometres.
pub const RING_UM: f64 = 6.0;
/// The part of the scored ring that is left out next to the nucleus, micrometres: half a blurred edge.
const GAP_UM: f64 = 0.4;
/// Mean optical density below which a pixel is glass.
pub(crate) const GLASS: f32 = 0.02;
/// Half the side of the square against which a grain stands out, micrometres.
const GRAIN_UM: f64 = 0.75;
/// DAB of a coarse dot, optical density.
const DOT: f32 = 0.35;

/// Nuclei of a tile and the pixels around them.
pub(crate) struct Territory {
    /// Nuclei.
    pub(crate) nuclei: Labels,
    /// The cell that each pixel belongs to; nuclei included.
    pub(crate) cells: Array2<u32>,
    /// Distance from the nucleus, pixels; 0 inside it.
    pub(crate) away: Array2<f32>,
}

impl Territory {
    pub(crate) fn new(nuclei: Labels, density: &Array2<f32>, pixel_um: f64) -> Self {
        let (mut cells, away) = spread::spread(&nuclei.map, (RING_UM / pixel_um) as f32);
        for ((cell, density), nucleus) in cells.iter_mut().zip(density).zip(&nuclei.map) {
            if *density < GLASS && *nucleus == 0 {
                *cell = 0;
            }
        }
        Self {
            nuclei,
            cells,
            away,
        }
    }
}

/// A cell as it is measured in its tile, before anything is judged.
pub(crate) struct Measured {
    /// The cell; class, pattern and artefacts are not set yet. Places are pixels of the tile's grid.
    pub(crate) cell: Cell,
    /// Mean DAB of the outer part of the ring.
    pub(crate) outer_dab: f32,
    /// Mean DAB at the nucleus' rim.
    pub(crate) rim_dab: f32,
    /// Share of the inner ring that is coarse dots, and the median DAB there.
    pub(crate) dots: f32,
    /// Median DAB of the ring.
    pub(crate) median_dab: f32,
}

/// Sums over one kind of a cell's pixels.
#[derive(Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: u32,
}

impl Mean {
    fn add(&mut self, value: f32) {
        self.sum += f64::from(value);
        self.count += 1;
    }

    fn get(self) -> Option<f32> {
        (self.count > 0).then(|| (self.sum / f64::from(self.count)) as f32)
    }
}

/// Measures all cells, in the order of their labels.
pub(crate) fn measure(territory: &Territory, stains: &Stains, pixel_um: f64) -> Vec<Measured> {
    let pixels = by_label(&territory.cells, territory.nuclei.count);
    // Where a neighbour or glass cuts a ring in two, what is drawn is the part with the nucleus. Nuclei are whole already.
    let mut drawn = territory.cells.clone();
    keep_largest_parts(&mut drawn);
    let mut measured = Vec::new();
    for (label, pixels) in (1..).zip(&pixels).filter(|(_, pixels)| !pixels.is_empty()) {
        let mut found = one(territory, stains, pixel_um, label, pixels);
        found.cell.nucleus = outline::outline(&territory.nuclei.map, label, pixels);
        found.cell.outline = outline::outline(&drawn, label, pixels);
        measured.push(found);
    }
    measured
}

/// Indices of the pixels of each label from 1, in row order.
fn by_label(map: &Array2<u32>, count: u32) -> Vec<Vec<u32>> {
    let mut pixels = vec![Vec::new(); count as usize];
    for (index, label) in map.iter().enumerate() {
        if *label > 0 {
            pixels[*label as usize - 1].push(index as u32);
        }
    }
    pixels
}

fn one(
    territory: &Territory,
    stains: &Stains,
    pixel_um: f64,
    label: u32,
    pixels: &[u32],
) -> Measured {
    let (height, width) = territory.cells.dim();
    let border = (1.0 / pixel_um).round().max(1.0) as usize;
    let grain = (GRAIN_UM / pixel_um).round().max(1.0) as usize;
    let (mut nucleus, mut deep, mut haematoxylin) =
        (Mean::default(), Mean::default(), Mean::default());
    let (mut scored, mut inner, mut outer, mut rim) = (
        Mean::default(),
        Mean::default(),
        Mean::default(),
        Mean::default(),
    );
    let mut grains = (0.0_f64, 0_u32);
    let mut ring = Vec::new();
    let mut near = Vec::new();
    let mut moments = Moments::default();
    let mut weighted = Moments::default();
    let mut whole = Moments::default();
    for index in pixels {
        let (y, x) = (*index as usize / width, *index as usize % width);
        let dab = stains.dab[[y, x]];
        let away = f64::from(territory.away[[y, x]]) * pixel_um;
        whole.add(x as f64, y as f64, 1.0);
        weighted.add(x as f64, y as f64, f64::from(dab));
        let foreign = |step: usize| {
            [
                (y.wrapping_sub(step), x),
                (y + step, x),
                (y, x.wrapping_sub(step)),
                (y, x + step),
            ]
            .into_iter()
            .any(|(y, x)| y < height && x < width && territory.cells[[y, x]] != label)
        };
        if territory.nuclei.map[[y, x]] == label {
            nucleus.add(dab);
            haematoxylin.add(stains.haematoxylin[[y, x]]);
            moments.add(x as f64, y as f64, 1.0);
            let edge = near_ring(territory, label, x, y, border);
            match edge {
                Some(1) => rim.add(dab),
                Some(_) => {}
                None => deep.add(dab),
            }
            continue;
        }
        ring.push(dab);
        let at_border = foreign(border);
        if away > GAP_UM && away <= SCORED_UM + 0.5 * pixel_um {
            scored.add(dab);
            if let Some(even) = around(territory, stains, label, x, y, grain) {
                grains.0 += f64::from(dab - even).powi(2);
                grains.1 += 1;
            }
        }
        if away > GAP_UM && !at_border {
            near.push(dab);
        }
        if away <= 0.75 {
            rim.add(dab);
        } else if at_border {
            outer.add(dab);
        } else {
            inner.add(dab);
        }
    }
    // A nucleus without any room around it is scored by what lies over it.
    let nuclear_dab = nucleus.get().unwrap_or(0.0);
    let dab = scored.get().or(rim.get()).unwrap_or(nuclear_dab);
    let inner_dab = inner.get().unwrap_or(dab);
    let outer_dab = outer.get().unwrap_or(dab);
    let rim_dab = rim.get().unwrap_or(dab);
    let deviation = (grains.0 / f64::from(grains.1.max(1))).sqrt() as f32;
    let ratio = |above: f32, below: f32| above / below.max(0.02);
    let (x, y) = moments.middle();
    let area = pixel_um * pixel_um;
    let radius = (whole.weight / std::f64::consts::PI).sqrt().max(1.0);
    let shift = match weighted.weight > 0.0 {
        true => {
            let ((ax, ay), (bx, by)) = (weighted.middle(), whole.middle());
            (ax - bx).hypot(ay - by) / radius
        }
        false => 0.0,
    };
    let dots = match near.len() {
        0..12 => 0.0,
        count => near.iter().filter(|value| **value > DOT).count() as f32 / count as f32,
    };
    let cell = Cell {
        id: 0,
        x_px: x,
        y_px: y,
        nucleus_um2: moments.weight * area,
        roundness: moments.roundness(),
        ring_um2: ring.len() as f64 * area,
        haematoxylin: haematoxylin.get().unwrap_or(0.0),
        nuclear_dab,
        dab,
        granularity: ratio(deviation, dab),
        outer_over_inner: ratio(outer_dab, inner_dab),
        rim_over_sides: ratio(rim_dab, deep.get().unwrap_or(nuclear_dab).max(inner_dab)),
        one_sided: shift.min(1.0) as f32,
        tumour: false,
        class: Class::Negative,
        pattern: Pattern::None,
        artefacts: Vec::new(),
        doubt: 0.0,
        reviewed: None,
        nucleus: Vec::new(),
        outline: Vec::new(),
    };
    Measured {
        cell,
        outer_dab,
        rim_dab,
        dots,
        median_dab: median(&mut ring).unwrap_or(dab),
    }
}

/// Mean DAB of the same cytoplasm in a square around a pixel; `None` where hardly any of the square is.
fn around(
    territory: &Territory,
    stains: &Stains,
    label: u32,
    x: usize,
    y: usize,
    reach: usize,
) -> Option<f32> {
    let (height, width) = territory.cells.dim();
    let mut mean = Mean::default();
    for row in y.saturating_sub(reach)..(y + reach + 1).min(height) {
        for column in x.saturating_sub(reach)..(x + reach + 1).min(width) {
            let place = [row, column];
            if territory.cells[place] == label && territory.nuclei.map[place] == 0 {
                mean.add(stains.dab[place]);
            }
        }
    }
    (mean.count >= 5).then(|| mean.get()).flatten()
}

/// How near the ring is to a pixel of the nucleus: the first step of up to `border` + 1 at which a neighbour is not
/// nucleus any more.
fn near_ring(
    territory: &Territory,
    label: u32,
    x: usize,
    y: usize,
    border: usize,
) -> Option<usize> {
    let (height, width) = territory.cells.dim();
    (1..=border + 1).find(|step| {
        [
            (y.wrapping_sub(*step), x),
            (y + step, x),
            (y, x.wrapping_sub(*step)),
            (y, x + step),
        ]
        .into_iter()
        .any(|(y, x)| y < height && x < width && territory.nuclei.map[[y, x]] != label)
    })
}

/// The middle value; `None` of nothing.
pub(crate) fn median(values: &mut [f32]) -> Option<f32> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

/// Weighted first and second moments of places.
#[derive(Clone, Copy, Default)]
struct Moments {
    weight: f64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Moments {
    fn add(&mut self, x: f64, y: f64, weight: f64) {
        self.weight += weight;
        self.x += weight * x;
        self.y += weight * y;
        self.xx += weight * x * x;
        self.yy += weight * y * y;
        self.xy += weight * x * y;
    }

    fn middle(&self) -> (f64, f64) {
        let weight = self.weight.max(1e-12);
        (self.x / weight, self.y / weight)
    }

    /// Short over long axis of the ellipse with the same moments.
    fn roundness(&self) -> f64 {
        let weight = self.weight.max(1e-12);
        let (x, y) = self.middle();
        // A pixel is a square, not a point: one twelfth on each axis.
        let a = self.xx / weight - x * x + 1.0 / 12.0;
        let b = self.yy / weight - y * y + 1.0 / 12.0;
        let c = self.xy / weight - x * y;
        let root = (0.25 * (a - b) * (a - b) + c * c).sqrt();
        let (long, short) = (0.5 * (a + b) + root, 0.5 * (a + b) - root);
        (short.max(0.0) / long.max(1e-12)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use alkaid_imaging::brightfield::Rgb;
    use alkaid_imaging::stain::{StainVectors, WhitePoint, colour, separate};

    use super::*;

    /// Two round cells side by side: nuclei of 4 µm radius, cytoplasm with the given DAB, glass around.
    fn picture(left: f64, right: f64) -> (Territory, Stains) {
        let (white, vectors) = (WhitePoint::full(), StainVectors::RUIFROK.normalised());
        let mut picture = Rgb::filled(80, 60, [255; 3]);
        let mut map = Array2::zeros((60, 80));
        for y in 0..60 {
            for x in 0..80 {
                let (label, cx, dab) = if x < 40 {
                    (1, 28.0, left)
                } else {
                    (2, 52.0, right)
                };
                let away = (x as f64 - cx).hypot(y as f64 - 30.0);
                if away < 8.0 {
                    map[[y, x]] = label;
                    picture.set(x, y, colour(&white, &vectors, 0.5, 0.1 * dab));
                } else if away < 20.0 {
                    picture.set(x, y, colour(&white, &vectors, 0.06, dab));
                }
            }
        }
        let stains = separate(&picture, &white, &vectors, 1);
        let territory = Territory::new(Labels { map, count: 2 }, &stains.density, 0.5);
        (territory, stains)
    }

    #[test]
    fn cytoplasm_is_measured_and_does_not_reach_the_neighbour() {
        let (territory, stains) = picture(0.8, 0.1);
        let cells = measure(&territory, &stains, 0.5);
        assert_eq!(cells.len(), 2);
        let dab: Vec<f32> = cells.iter().map(|m| m.cell.dab).collect();
        assert!((dab[0] - 0.8).abs() < 0.03, "{dab:?}");
        assert!((dab[1] - 0.1).abs() < 0.03, "{dab:?}");
        assert!(cells[0].cell.roundness > 0.95);
        let area = std::f64::consts::PI * 16.0;
        assert!((cells[0].cell.nucleus_um2 - area).abs() < 3.0);
        for y in 0..60 {
            for x in 0..40 {
                assert_ne!(territory.cells[[y, x]], 2);
            }
        }
    }

    #[test]
    fn the_ring_ends_after_its_width() {
        let (territory, _) = picture(0.5, 0.5);
        let far = territory
            .cells
            .indexed_iter()
            .filter(|(_, label)| **label == 1)
            .map(|((y, x), _)| (x as f64 - 28.0).hypot(y as f64 - 30.0))
            .fold(0.0, f64::max);
        assert!(far < 8.0 + RING_UM / 0.5 + 1.5, "{far}");
    }
}
