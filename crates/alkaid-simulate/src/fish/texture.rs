//! Chromatin and stroma: smooth noise from a lattice of random values. No picture is behind it.

use std::f64::consts::TAU;

use crate::draws::Draws;

/// Lattice points along each side; the noise repeats beyond.
const SIDE: usize = 64;

/// Smooth noise in the plane, values 0 to 1 with a mean of a half.
pub(super) struct Noise {
    lattice: Vec<f32>,
    /// Distance of lattice points, micrometres.
    grain_um: f64,
}

impl Noise {
    pub(super) fn new(grain_um: f64, draws: &mut Draws) -> Self {
        Self {
            lattice: (0..SIDE * SIDE).map(|_| draws.unit() as f32).collect(),
            grain_um,
        }
    }

    pub(super) fn at(&self, x: f64, y: f64) -> f32 {
        let (column, along) = lattice_place(x / self.grain_um);
        let (row, down) = lattice_place(y / self.grain_um);
        let (right, below) = ((column + 1) % SIDE, (row + 1) % SIDE);
        let value = |row: usize, column: usize| self.lattice[row * SIDE + column];
        let upper = value(row, column) * (1.0 - along) + value(row, right) * along;
        let lower = value(below, column) * (1.0 - along) + value(below, right) * along;
        upper * (1.0 - down) + lower * down
    }
}

fn lattice_place(at: f64) -> (usize, f32) {
    let floor = at.floor();
    let part = (at - floor) as f32;
    // Smooth at the lattice points.
    let eased = part * part * (3.0 - 2.0 * part);
    (floor.rem_euclid(SIDE as f64) as usize % SIDE, eased)
}

/// The chromatin of a field: coarse and fine clumps, looked up at a place of its own for every nucleus.
pub(super) struct Chromatin {
    coarse: Noise,
    fine: Noise,
}

/// The chromatin of one nucleus.
pub(super) struct Grain {
    /// Where in the field's noise it is looked up.
    from: [f64; 2],
    /// Contrast, 0 to 1.
    contrast: f32,
    /// Overall brightness.
    level: f32,
    /// Nucleoli: place, radius in micrometres.
    nucleoli: Vec<([f64; 2], f64)>,
}

impl Chromatin {
    pub(super) fn new(draws: &mut Draws) -> Self {
        Self {
            coarse: Noise::new(1.3, draws),
            fine: Noise::new(0.45, draws),
        }
    }

    /// Draws the chromatin of a nucleus at a centre, with a radius.
    pub(super) fn grain(centre: [f64; 3], radius: f64, draws: &mut Draws) -> Grain {
        let nucleoli = (0..1 + draws.below(3))
            .map(|_| {
                let (angle, away) = (TAU * draws.unit(), 0.6 * radius * draws.unit());
                let place = [
                    centre[0] + away * libm::cos(angle),
                    centre[1] + away * libm::sin(angle),
                ];
                (place, 0.5 + 0.7 * draws.unit())
            })
            .collect();
        Grain {
            from: [1_000.0 * draws.unit(), 1_000.0 * draws.unit()],
            contrast: 0.35 + 0.4 * draws.unit() as f32,
            level: libm::exp(0.2 * draws.normal()) as f32,
            nucleoli,
        }
    }

    /// Relative brightness at a place of a nucleus; `rho` is 1 at its outline.
    pub(super) fn at(&self, grain: &Grain, x: f64, y: f64, rho: f64) -> f32 {
        let (u, v) = (x + grain.from[0], y + grain.from[1]);
        let clumps = 0.6 * self.coarse.at(u, v) + 0.4 * self.fine.at(u, v);
        let mut level = 1.0 + grain.contrast * 2.0 * (clumps - 0.5);
        for ([cx, cy], radius) in &grain.nucleoli {
            let away = ((x - cx) * (x - cx) + (y - cy) * (y - cy)) / (radius * radius);
            if away < 1.5 {
                level *= 1.0 - 0.45 * (1.5 - away as f32) / 1.5;
            }
        }
        // Heterochromatin lines the envelope.
        let rim = ((rho - 0.7) / 0.3).clamp(0.0, 1.0) as f32;
        level * grain.level * (1.0 + 0.35 * rim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Purpose;

    #[test]
    fn noise_is_smooth_and_spread_about_a_half() {
        let noise = Noise::new(1.0, &mut Draws::new(1, Purpose::FishTexture, 0, 0));
        let values: Vec<f32> = (0..4_000)
            .map(|i| noise.at(-10.0 + f64::from(i) * 0.37, f64::from(i) * 0.11))
            .collect();
        let mean = values.iter().sum::<f32>() / 4_000.0;
        assert!((mean - 0.5).abs() < 0.05, "{mean}");
        assert!((noise.at(3.999, 2.0) - noise.at(4.001, 2.0)).abs() < 0.01);
        assert!(values.iter().all(|value| (0.0..=1.0).contains(value)));
    }
}
