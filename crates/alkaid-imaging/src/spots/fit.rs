//! A round Gaussian on a sloping ground, fitted to a small window by least squares (Levenberg-Marquardt).
//!
//! The slope matters: nucleoplasm and haze are seldom flat, and a ground that rises by a hundredth of the signal a pixel
//! would pull the place of a signal as wide as FISH signals are by a fifth of a pixel.

use ndarray::Array2;

/// What is fitted: height, x, y, ground, ln(sigma), slope in x and y.
const PARAMETERS: usize = 7;
/// Steps of the search; it settles in about six.
const STEPS: usize = 25;

/// A fitted signal; lengths in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fit {
    pub(super) amplitude: f64,
    pub(super) x: f64,
    pub(super) y: f64,
    /// Ground in the window's middle.
    pub(super) ground: f64,
    /// Rise of the ground per pixel in x and y.
    pub(super) slope: [f64; 2],
    pub(super) sigma: f64,
    /// Standard error of the place along one axis.
    pub(super) place_error: f64,
    /// Standard error of ln(sigma).
    pub(super) width_error: f64,
    /// Standard error of the height.
    pub(super) amplitude_error: f64,
}

/// A piece of a plane; pixel `(row, column)` lies at `(top + row, left + column)`.
#[derive(Clone, Debug)]
pub(super) struct Window {
    pub(super) values: Array2<f64>,
    pub(super) left: f64,
    pub(super) top: f64,
}

impl Window {
    /// Takes a signal out of the window: its height only, the ground stays.
    pub(super) fn subtract(&mut self, other: &Fit) {
        let (left, top) = (self.left, self.top);
        for ((row, column), value) in self.values.indexed_iter_mut() {
            *value -= other.shape(left + column as f64, top + row as f64) * other.amplitude;
        }
    }

    /// x and y of a pixel counted from the middle.
    fn offset_from_middle(&self, row: usize, column: usize) -> (f64, f64) {
        let (height, width) = self.values.dim();
        (
            column as f64 - (width as f64 - 1.0) / 2.0,
            row as f64 - (height as f64 - 1.0) / 2.0,
        )
    }
}

impl Fit {
    /// The unit Gaussian at a place.
    pub(super) fn shape(&self, x: f64, y: f64) -> f64 {
        let square = (x - self.x).powi(2) + (y - self.y).powi(2);
        (-square / (2.0 * self.sigma * self.sigma)).exp()
    }

    fn ground_at(&self, u: f64, v: f64) -> f64 {
        self.ground + self.slope[0] * u + self.slope[1] * v
    }

    /// Fits, starting from `self`. `None` when the search runs away: out of the window, to nothing, or to a width
    /// outside `sigma`.
    pub(super) fn to(self, window: &Window, sigma: [f64; 2]) -> Option<Self> {
        let mut now = self;
        let mut damping = 1e-3;
        let (mut normal, mut gradient, mut cost) = now.equations(window);
        for _ in 0..STEPS {
            let mut damped = normal;
            for (i, row) in damped.iter_mut().enumerate() {
                row[i] *= 1.0 + damping;
            }
            let Some(step) = solve(damped, gradient) else {
                damping *= 10.0;
                continue;
            };
            let next = now.moved(&step);
            let (next_normal, next_gradient, next_cost) = next.equations(window);
            if next_cost.is_finite() && next_cost <= cost {
                let settled = cost - next_cost <= 1e-7 * cost;
                (now, normal, gradient, cost) = (next, next_normal, next_gradient, next_cost);
                damping = (damping * 0.2).max(1e-9);
                if settled {
                    break;
                }
            } else {
                damping *= 8.0;
                if damping > 1e8 {
                    break;
                }
            }
        }
        now.with_errors(window, &normal, sigma)
    }

    fn moved(&self, step: &[f64; PARAMETERS]) -> Self {
        Self {
            amplitude: self.amplitude + step[0],
            x: self.x + step[1].clamp(-1.0, 1.0),
            y: self.y + step[2].clamp(-1.0, 1.0),
            ground: self.ground + step[3],
            sigma: self.sigma * step[4].clamp(-0.5, 0.5).exp(),
            slope: [self.slope[0] + step[5], self.slope[1] + step[6]],
            ..*self
        }
    }

    /// Normal matrix, right-hand side and sum of squares.
    #[expect(
        clippy::needless_range_loop,
        reason = "rows and columns of a matrix are read best by their numbers"
    )]
    fn equations(
        &self,
        window: &Window,
    ) -> ([[f64; PARAMETERS]; PARAMETERS], [f64; PARAMETERS], f64) {
        let mut normal = [[0.0; PARAMETERS]; PARAMETERS];
        let mut gradient = [0.0; PARAMETERS];
        let mut cost = 0.0;
        let inverse = 1.0 / (self.sigma * self.sigma);
        for ((row, column), &value) in window.values.indexed_iter() {
            let (dx, dy) = (
                window.left + column as f64 - self.x,
                window.top + row as f64 - self.y,
            );
            let shape = (-(dx * dx + dy * dy) * inverse / 2.0).exp();
            let height = self.amplitude * shape;
            let (u, v) = window.offset_from_middle(row, column);
            let left_over = value - height - self.ground_at(u, v);
            let slope = [
                shape,
                height * dx * inverse,
                height * dy * inverse,
                1.0,
                height * (dx * dx + dy * dy) * inverse,
                u,
                v,
            ];
            for i in 0..PARAMETERS {
                gradient[i] += slope[i] * left_over;
                for j in 0..=i {
                    normal[i][j] += slope[i] * slope[j];
                }
            }
            cost += left_over * left_over;
        }
        for i in 0..PARAMETERS {
            for j in i + 1..PARAMETERS {
                normal[i][j] = normal[j][i];
            }
        }
        (normal, gradient, cost)
    }

    /// Errors from the curvature and the variance of what is left over under the signal, where the place is decided.
    fn with_errors(
        mut self,
        window: &Window,
        normal: &[[f64; PARAMETERS]; PARAMETERS],
        sigma: [f64; 2],
    ) -> Option<Self> {
        let (height, width) = window.values.dim();
        let (column, row) = (self.x - window.left, self.y - window.top);
        let stays = column > -0.5
            && row > -0.5
            && column < width as f64 - 0.5
            && row < height as f64 - 0.5
            && self.amplitude > 0.0
            && self.sigma > sigma[0]
            && self.sigma < sigma[1];
        if !stays {
            return None;
        }
        let (mut squares, mut weights) = (0.0, 0.0);
        for ((row, column), &value) in window.values.indexed_iter() {
            let shape = self.shape(window.left + column as f64, window.top + row as f64);
            let weight = shape.sqrt() + 0.05;
            let (u, v) = window.offset_from_middle(row, column);
            let left_over = value - self.amplitude * shape - self.ground_at(u, v);
            squares += weight * left_over * left_over;
            weights += weight;
        }
        let pixels = window.values.len() as f64;
        let freedom = pixels / (pixels - PARAMETERS as f64).max(1.0);
        let variance = squares / weights * freedom;
        let error = |i: usize| -> Option<f64> {
            let mut unit = [0.0; PARAMETERS];
            unit[i] = 1.0;
            Some((solve(*normal, unit)?[i].max(0.0) * variance).sqrt())
        };
        let (x, y) = (error(1)?, error(2)?);
        self.place_error = ((x * x + y * y) / 2.0).sqrt();
        self.width_error = error(4)?;
        self.amplitude_error = error(0)?;
        Some(self)
    }
}

/// Solves a small linear system by elimination with pivoting; `None` when it is singular.
#[expect(
    clippy::needless_range_loop,
    reason = "rows and columns of a matrix are read best by their numbers"
)]
pub(super) fn solve<const N: usize>(
    mut matrix: [[f64; N]; N],
    mut right: [f64; N],
) -> Option<[f64; N]> {
    for column in 0..N {
        let pivot = (column..N)
            .max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() <= 1e-300 {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..N {
            let factor = matrix[row][column] / matrix[column][column];
            for k in column..N {
                matrix[row][k] -= factor * matrix[column][k];
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..N).rev() {
        for k in row + 1..N {
            right[row] -= matrix[row][k] * right[k];
        }
        right[row] /= matrix[row][row];
    }
    right.iter().all(|v| v.is_finite()).then_some(right)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(truth: &Fit) -> Window {
        let values = Array2::from_shape_fn((13, 13), |(row, column)| {
            truth.ground
                + truth.slope[0] * (column as f64 - 6.0)
                + truth.slope[1] * (row as f64 - 6.0)
                + truth.amplitude * truth.shape(50.0 + column as f64, 80.0 + row as f64)
        });
        Window {
            values,
            left: 50.0,
            top: 80.0,
        }
    }

    fn fit(x: f64, y: f64, sigma: f64, amplitude: f64) -> Fit {
        Fit {
            amplitude,
            x,
            y,
            ground: 500.0,
            slope: [0.0; 2],
            sigma,
            place_error: 0.0,
            width_error: 0.0,
            amplitude_error: 0.0,
        }
    }

    proptest! {
        #[test]
        fn a_clean_signal_is_found_exactly(dx in -1.0..1.0f64, dy in -1.0..1.0f64, sigma in 0.9..2.2f64, height in 50.0..5000.0f64, rise in -5.0..5.0f64) {
            let truth = Fit { slope: [rise, -0.5 * rise], ..fit(56.0 + dx, 86.0 + dy, sigma, height) };
            let start = Fit { ground: 450.0, ..fit(56.0, 86.0, 1.4, height * 0.8) };
            let found = start.to(&drawn(&truth), [0.4, 6.0]).expect("it converges");
            prop_assert!((found.x - truth.x).abs() < 1e-3);
            prop_assert!((found.y - truth.y).abs() < 1e-3);
            prop_assert!((found.sigma / truth.sigma - 1.0).abs() < 1e-3);
            prop_assert!((found.amplitude / truth.amplitude - 1.0).abs() < 1e-3);
        }
    }

    #[test]
    fn a_flat_window_has_no_signal() {
        let flat = Window {
            values: Array2::from_elem((13, 13), 500.0),
            left: 0.0,
            top: 0.0,
        };
        let start = fit(6.0, 6.0, 1.4, 100.0);
        assert!(
            start
                .to(&flat, [0.4, 6.0])
                .is_none_or(|f| f.amplitude < 1.0)
        );
    }
}
