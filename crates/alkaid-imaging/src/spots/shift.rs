//! The chromatic shift: how far one channel lies from the other, measured on signals that belong together.

use super::SpotSet;
use super::fit::solve;

/// From so many pairs on, magnification and shear are looked for too.
const PAIRS_FOR_LINEAR: usize = 40;
/// Fewer pairs do not tell a shift.
const LEAST: usize = 8;
/// Tukey's biweight gives nothing to what is further off than this many robust standard deviations.
const BIWEIGHT: f64 = 4.685;
/// Rounds of reweighting.
const ROUNDS: usize = 30;

/// A red and a green signal that are each other's nearest in one nucleus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Displacement {
    /// Place of the red one, pixels.
    pub x_px: f64,
    /// Place of the red one, pixels.
    pub y_px: f64,
    /// Green minus red, pixels.
    pub dx_px: f64,
    /// Green minus red, pixels.
    pub dy_px: f64,
}

/// Green minus red as a function of the place: an offset, and where there are enough pairs terms that grow from the
/// centre of the field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shift {
    /// At the centre, pixels in x and y.
    pub offset_px: [f64; 2],
    /// Change per pixel: `[[dx/x, dx/y], [dy/x, dy/y]]`.
    pub linear: [[f64; 2]; 2],
    /// The centre, pixels.
    pub centre_px: [f64; 2],
    /// Standard error of the offset along one axis, pixels.
    pub error_px: f64,
    /// Pairs that it was measured on; 0 when it was not.
    pub from: usize,
}

impl Shift {
    /// The shift at a place, pixels in x and y.
    #[must_use]
    pub fn at(&self, x_px: f64, y_px: f64) -> [f64; 2] {
        let (x, y) = (x_px - self.centre_px[0], y_px - self.centre_px[1]);
        [0, 1]
            .map(|axis| self.offset_px[axis] + self.linear[axis][0] * x + self.linear[axis][1] * y)
    }

    /// Where light from a place of the red channel lies in the green one.
    #[must_use]
    pub fn applied(&self, x_px: f64, y_px: f64) -> (f64, f64) {
        let [dx, dy] = self.at(x_px, y_px);
        (x_px + dx, y_px + dy)
    }

    /// The shift the other way.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            offset_px: self.offset_px.map(|v| -v),
            linear: self.linear.map(|row| row.map(|v| -v)),
            ..*self
        }
    }
}

/// Red and green signals that are each other's nearest in their nucleus and no further apart than `reach_px`.
#[must_use]
pub fn displacements(red: &SpotSet, green: &SpotSet, reach_px: f64) -> Vec<Displacement> {
    let places = |set: &SpotSet| -> Vec<(u32, f64, f64)> {
        let mut places: Vec<_> = set.accepted().map(|s| (s.label, s.x_px, s.y_px)).collect();
        places.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        places
    };
    let (reds, greens) = (places(red), places(green));
    let nearest = |from: &(u32, f64, f64), among: &[(u32, f64, f64)]| -> Option<(usize, f64)> {
        let first = among.partition_point(|p| p.0 < from.0);
        among[first..]
            .iter()
            .take_while(|p| p.0 == from.0)
            .enumerate()
            .map(|(index, p)| (first + index, (p.1 - from.1).hypot(p.2 - from.2)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
    };
    reds.iter()
        .enumerate()
        .filter_map(|(index, one)| {
            let (other, distance) = nearest(one, &greens)?;
            let (back, _) = nearest(&greens[other], &reds)?;
            (back == index && distance <= reach_px).then(|| Displacement {
                x_px: one.1,
                y_px: one.2,
                dx_px: greens[other].1 - one.1,
                dy_px: greens[other].2 - one.2,
            })
        })
        .collect()
}

/// Fits the shift to displacements of one field, or of fields of one size on one slide; wide pairs lose their weight.
/// Zero when there are too few.
#[must_use]
pub fn fit(displacements: &[Displacement], centre_px: [f64; 2]) -> Shift {
    if displacements.len() < LEAST {
        return Shift {
            centre_px,
            ..Shift::default()
        };
    }
    let flat = settle(displacements, centre_px, Terms::Offset);
    if displacements.len() < PAIRS_FOR_LINEAR {
        return flat.0;
    }
    let tilted = settle(displacements, centre_px, Terms::Linear);
    // Four more numbers must pay for themselves (Bayes' information criterion on both axes together).
    let n = 2.0 * displacements.len() as f64;
    let gain = n * (flat.1 / tilted.1).ln();
    if gain > 4.0 * n.ln() {
        tilted.0
    } else {
        flat.0
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Terms {
    Offset,
    Linear,
}

/// The fit, and the scale of what it leaves over, squared, capped as the weights are.
fn settle(displacements: &[Displacement], centre_px: [f64; 2], terms: Terms) -> (Shift, f64) {
    let mut shift = Shift {
        offset_px: [
            median(displacements.iter().map(|d| d.dx_px).collect()),
            median(displacements.iter().map(|d| d.dy_px).collect()),
        ],
        centre_px,
        from: displacements.len(),
        ..Shift::default()
    };
    // The scale is set once, from the flat start, so that both kinds of fit weigh alike.
    let start = residuals(displacements, &shift);
    let scale = (median(start) / 1.1774).max(0.02);
    for _ in 0..ROUNDS {
        let before = shift;
        shift = weighted(displacements, shift, scale, terms);
        let moved = [0, 1].map(|axis| (shift.offset_px[axis] - before.offset_px[axis]).abs());
        if moved.iter().all(|m| *m < 1e-6) {
            break;
        }
    }
    let after = residuals(displacements, &shift);
    let cap = BIWEIGHT * scale;
    let kept = after.iter().filter(|r| **r < cap).count().max(1) as f64;
    let left_over = after.iter().map(|r| r.min(cap).powi(2)).sum::<f64>();
    shift.error_px = scale / kept.sqrt();
    (shift, left_over)
}

#[expect(
    clippy::needless_range_loop,
    reason = "rows and columns of a matrix are read best by their numbers"
)]
fn weighted(displacements: &[Displacement], shift: Shift, scale: f64, terms: Terms) -> Shift {
    let mut normal = [[0.0; 3]; 3];
    let mut right = [[0.0; 3]; 2];
    // Half a field's width as unit keeps the system well conditioned.
    let unit = shift.centre_px[0].max(shift.centre_px[1]).max(1.0);
    for (displacement, residual) in displacements.iter().zip(residuals(displacements, &shift)) {
        let off = residual / (BIWEIGHT * scale);
        if off >= 1.0 {
            continue;
        }
        let weight = (1.0 - off * off).powi(2);
        let basis = [
            1.0,
            (displacement.x_px - shift.centre_px[0]) / unit,
            (displacement.y_px - shift.centre_px[1]) / unit,
        ];
        for i in 0..3 {
            for j in 0..3 {
                normal[i][j] += weight * basis[i] * basis[j];
            }
            right[0][i] += weight * basis[i] * displacement.dx_px;
            right[1][i] += weight * basis[i] * displacement.dy_px;
        }
    }
    let mut next = shift;
    for axis in 0..2 {
        if terms == Terms::Offset {
            if normal[0][0] > 0.0 {
                next.offset_px[axis] = right[axis][0] / normal[0][0];
            }
        } else if let Some([offset, by_x, by_y]) = solve(normal, right[axis]) {
            next.offset_px[axis] = offset;
            next.linear[axis] = [by_x / unit, by_y / unit];
        }
    }
    next
}

fn residuals(displacements: &[Displacement], shift: &Shift) -> Vec<f64> {
    displacements
        .iter()
        .map(|d| {
            let [dx, dy] = shift.at(d.x_px, d.y_px);
            (d.dx_px - dx).hypot(d.dy_px - dy)
        })
        .collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs on a grid, displaced by the shift, a spread that averages out, and every fifth one wide.
    fn pairs(offset: [f64; 2], by_x: f64) -> Vec<Displacement> {
        (0..200)
            .map(|i| {
                let (x, y) = (f64::from(i % 20) * 50.0, f64::from(i / 20) * 100.0);
                let turn = f64::from(i) * 2.399;
                let spread = if i % 5 == 0 { 9.0 } else { 1.5 };
                Displacement {
                    x_px: x,
                    y_px: y,
                    dx_px: offset[0] + by_x * (x - 500.0) + spread * turn.cos(),
                    dy_px: offset[1] + spread * turn.sin(),
                }
            })
            .collect()
    }

    #[test]
    fn a_shift_is_found_among_wide_pairs() {
        let shift = fit(&pairs([0.8, -0.5], 0.0), [500.0, 500.0]);
        assert!((shift.offset_px[0] - 0.8).abs() < 0.1, "{shift:?}");
        assert!((shift.offset_px[1] + 0.5).abs() < 0.1, "{shift:?}");
        assert_eq!(shift.linear, [[0.0; 2]; 2]);
    }

    #[test]
    fn a_magnification_is_found_when_it_matters() {
        let shift = fit(&pairs([0.8, -0.5], 0.004), [500.0, 500.0]);
        assert!((shift.linear[0][0] - 0.004).abs() < 0.001, "{shift:?}");
        let [dx, _] = shift.at(1000.0, 500.0);
        assert!((dx - 2.8).abs() < 0.4, "{dx}");
    }

    #[test]
    fn few_pairs_give_no_shift() {
        assert_eq!(fit(&pairs([0.8, -0.5], 0.0)[..5], [0.0; 2]).from, 0);
    }
}
