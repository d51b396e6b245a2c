//! A candidate's surroundings across the planes of a stack.
//!
//! In a stack the place is fitted on the mean of the planes in which the signal shines, weighted by how bright it is
//! there; height and noise are those of its brightest plane.

use ndarray::{Array2, Array3, ArrayView2, Axis, s};

use super::fit::{Fit, Window};
use super::maxima::Candidate;
use super::noise::MAD_TO_SD;

/// Side of a window is twice this many sigmas.
const HALF_SIDE: f64 = 3.5;

/// Cuts windows out of a stack.
pub(super) struct Windows<'a> {
    stack: &'a Array3<u16>,
    brightest: &'a Array2<f32>,
    sigma: f64,
}

impl<'a> Windows<'a> {
    pub(super) fn new(stack: &'a Array3<u16>, brightest: &'a Array2<f32>, sigma: f64) -> Self {
        Self {
            stack,
            brightest,
            sigma,
        }
    }

    /// The window to fit and the plane of the signal, fractional.
    pub(super) fn around(&self, candidate: &Candidate) -> (Window, f64) {
        let (planes, _, _) = self.stack.dim();
        let flat = window(
            self.brightest.view(),
            candidate.y,
            candidate.x,
            HALF_SIDE * self.sigma,
        );
        if planes == 1 {
            return (flat, 0.0);
        }
        let cuts: Vec<Window> = self
            .stack
            .axis_iter(Axis(0))
            .map(|plane| window(plane, candidate.y, candidate.x, HALF_SIDE * self.sigma))
            .collect();
        let heights: Vec<f64> = cuts
            .iter()
            .map(|cut| linear_height(cut, &candidate.first_fit(self.sigma)))
            .collect();
        let best = brightest_index(&heights);
        let mut values = Array2::<f64>::zeros(flat.values.dim());
        let (mut weights, mut moment) = (0.0, 0.0);
        // Outwards from the brightest plane while the signal keeps half of its height.
        let up = (best..planes).take_while(|&z| heights[z] >= 0.5 * heights[best]);
        let down = (0..best)
            .rev()
            .take_while(|&z| heights[z] >= 0.5 * heights[best]);
        for z in up.chain(down) {
            let weight = heights[z].max(0.0);
            values.scaled_add(weight, &cuts[z].values);
            weights += weight;
            moment += weight * z as f64;
        }
        if weights <= 0.0 {
            return (flat, best as f64);
        }
        values /= weights;
        (Window { values, ..flat }, moment / weights)
    }

    /// Height of a fitted signal in its brightest plane and the standard deviation of a background pixel there.
    /// `flat_sd` is that of the only plane.
    pub(super) fn in_best_plane(&self, fit: &Fit, z: f64, flat_sd: f64) -> (f64, f64) {
        let (planes, height, width) = self.stack.dim();
        if planes == 1 {
            return (fit.amplitude, flat_sd);
        }
        let plane = self
            .stack
            .index_axis(Axis(0), (z.round() as usize).min(planes - 1));
        let y = (fit.y.round().max(0.0) as usize).min(height - 1);
        let x = (fit.x.round().max(0.0) as usize).min(width - 1);
        let cut = window(plane, y, x, 2.0 * HALF_SIDE * self.sigma);
        let amplitude = linear_height(&window(plane, y, x, HALF_SIDE * self.sigma), fit);
        let far = |row: usize, column: usize| {
            (cut.top + row as f64 - fit.y).hypot(cut.left + column as f64 - fit.x)
                > HALF_SIDE * self.sigma
        };
        // Steps between neighbours leave out what varies slowly: nucleoplasm, the foot of other signals.
        let mut steps: Vec<f64> = cut
            .values
            .indexed_iter()
            .filter(|((row, column), _)| *column > 0 && far(*row, *column))
            .map(|((row, column), &value)| value - cut.values[[row, column - 1]])
            .collect();
        let pixel_sd = spread(&mut steps) / std::f64::consts::SQRT_2;
        (amplitude.max(0.0), pixel_sd.max(1e-6))
    }
}

/// A square around a pixel, cut at the image's edge.
pub(super) fn window<T>(plane: ArrayView2<'_, T>, y: usize, x: usize, half_side: f64) -> Window
where
    T: Copy + Into<f64>,
{
    let half = half_side.ceil() as usize;
    let (height, width) = plane.dim();
    let (top, left) = (y.saturating_sub(half), x.saturating_sub(half));
    let area = s![
        top..(y + half + 1).min(height),
        left..(x + half + 1).min(width)
    ];
    Window {
        values: plane.slice(area).mapv(Into::into),
        left: left as f64,
        top: top as f64,
    }
}

/// Height of a signal of known place and width on an unknown ground: a straight line through shape and counts.
fn linear_height(window: &Window, fit: &Fit) -> f64 {
    let (mut n, mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ((row, column), &value) in window.values.indexed_iter() {
        let shape = fit.shape(window.left + column as f64, window.top + row as f64);
        n += 1.0;
        sx += shape;
        sy += value;
        sxx += shape * shape;
        sxy += shape * value;
    }
    let below = n * sxx - sx * sx;
    if below > 0.0 {
        (n * sxy - sx * sy) / below
    } else {
        0.0
    }
}

fn brightest_index(heights: &[f64]) -> usize {
    heights
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))
        .map_or(0, |(index, _)| index)
}

fn spread(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    let centre = *values.select_nth_unstable_by(middle, f64::total_cmp).1;
    values.iter_mut().for_each(|v| *v = (*v - centre).abs());
    *values.select_nth_unstable_by(middle, f64::total_cmp).1 * MAD_TO_SD
}
