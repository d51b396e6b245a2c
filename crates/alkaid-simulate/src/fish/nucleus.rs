//! The shape of a nucleus: an ellipsoid whose outline is dented.

use std::f64::consts::{PI, TAU};

use super::plan::NucleiPlan;
use crate::draws::Draws;

/// Directions at which the outline is kept.
const ANGLES: usize = 256;
/// Diameters outside this are drawn again into it.
const DIAMETERS_UM: (f64, f64) = (6.0, 15.0);
/// Height over diameter, from and to: nuclei flatten as a section is dried, digested and covered. An assumption.
const HEIGHT: (f64, f64) = (0.6, 0.85);

/// One nucleus in space, micrometres; z is measured from the middle of the section.
#[derive(Clone, Debug)]
pub(super) struct Nucleus {
    pub centre: [f64; 3],
    pub diameter: f64,
    /// Half axes: long, short, height.
    semi: [f64; 3],
    /// Cosine and sine of the long axis' direction.
    along: [f64; 2],
    /// Radius relative to the ellipse by direction.
    outline: Vec<f64>,
    /// Radius of a disc around its centre that holds all of it.
    pub reach: f64,
}

impl Nucleus {
    /// Draws a shape; its centre is set by who places it.
    pub(super) fn draw(plan: &NucleiPlan, draws: &mut Draws) -> Self {
        let diameter = (plan.diameter_um + plan.diameter_sd_um * draws.normal())
            .clamp(DIAMETERS_UM.0, DIAMETERS_UM.1);
        let stretch = libm::exp(plan.elongation * draws.normal().clamp(-2.5, 2.5));
        let height = HEIGHT.0 + (HEIGHT.1 - HEIGHT.0) * draws.unit();
        let angle = draws.unit() * PI;
        // Coarse bulges are larger than fine ones.
        let waves: Vec<(f64, f64, f64)> = (2..=6)
            .map(|k| {
                let k = f64::from(k);
                (
                    k,
                    plan.irregularity * draws.normal().clamp(-2.0, 2.0) * 2.0 / k,
                    draws.unit() * TAU,
                )
            })
            .collect();
        let outline: Vec<f64> = (0..ANGLES)
            .map(|index| {
                let direction = index as f64 / ANGLES as f64 * TAU;
                waves
                    .iter()
                    .map(|(k, size, phase)| size * libm::cos(k * direction + phase))
                    .sum::<f64>()
                    + 1.0
            })
            .collect();
        let semi = [stretch, 1.0 / stretch, height].map(|ratio| diameter / 2.0 * ratio);
        let furthest = outline.iter().fold(0.0_f64, |most, r| most.max(*r));
        Self {
            centre: [0.0; 3],
            diameter,
            reach: semi[0].max(semi[1]) * furthest,
            semi,
            along: [libm::cos(angle), libm::sin(angle)],
            outline,
        }
    }

    /// Half of its full height.
    pub(super) fn half_height(&self) -> f64 {
        self.semi[2]
    }

    /// Distance from the axis relative to the outline: below 1 inside.
    pub(super) fn rho(&self, x: f64, y: f64) -> f64 {
        let (dx, dy) = (x - self.centre[0], y - self.centre[1]);
        let u = (dx * self.along[0] + dy * self.along[1]) / self.semi[0];
        let v = (dy * self.along[0] - dx * self.along[1]) / self.semi[1];
        let place = (libm::atan2(v, u) / TAU).rem_euclid(1.0) * ANGLES as f64;
        let (index, part) = (place as usize % ANGLES, place.fract());
        let radius = self.outline[index] * (1.0 - part) + self.outline[(index + 1) % ANGLES] * part;
        libm::sqrt(u * u + v * v) / radius
    }

    /// Height of the part of it over (x, y) that lies in a section; 0 outside.
    pub(super) fn chord(&self, x: f64, y: f64, section: f64) -> f64 {
        let rho = self.rho(x, y);
        if rho >= 1.0 {
            return 0.0;
        }
        let half = self.semi[2] * libm::sqrt(1.0 - rho * rho);
        let top = (self.centre[2] + half).min(section / 2.0);
        let bottom = (self.centre[2] - half).max(-section / 2.0);
        (top - bottom).max(0.0)
    }

    /// Whether a place lies in it.
    pub(super) fn contains(&self, place: [f64; 3]) -> bool {
        let rho = self.rho(place[0], place[1]);
        let height = (place[2] - self.centre[2]) / self.semi[2];
        rho * rho + height * height < 1.0
    }

    /// A place in it, anywhere alike.
    pub(super) fn anywhere(&self, draws: &mut Draws) -> [f64; 3] {
        let reach = self.reach;
        loop {
            let place = [
                self.centre[0] + reach * (2.0 * draws.unit() - 1.0),
                self.centre[1] + reach * (2.0 * draws.unit() - 1.0),
                self.centre[2] + self.semi[2] * (2.0 * draws.unit() - 1.0),
            ];
            if self.contains(place) {
                return place;
            }
        }
    }

    /// A place in it that lies a Gaussian step from another one.
    pub(super) fn near(&self, place: [f64; 3], sd: f64, draws: &mut Draws) -> [f64; 3] {
        for _ in 0..32 {
            let step = place.map(|value| value + sd * draws.normal());
            if self.contains(step) {
                return step;
            }
        }
        place
    }

    /// Share of its height that lies in a section.
    pub(super) fn share_in(&self, section: f64) -> f64 {
        let top = (self.centre[2] + self.semi[2]).min(section / 2.0);
        let bottom = (self.centre[2] - self.semi[2]).max(-section / 2.0);
        (top - bottom).max(0.0) / (2.0 * self.semi[2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Purpose;

    #[test]
    fn a_nucleus_has_the_volume_of_its_axes() {
        let mut draws = Draws::new(1, Purpose::FishScene, 0, 0);
        let nucleus = Nucleus::draw(&NucleiPlan::default(), &mut draws);
        let step = 0.1;
        let reach = (nucleus.reach / step) as i32 + 1;
        let volume: f64 = (-reach..=reach)
            .flat_map(|y| (-reach..=reach).map(move |x| (x, y)))
            .map(|(x, y)| {
                nucleus.chord(f64::from(x) * step, f64::from(y) * step, 100.0) * step * step
            })
            .sum();
        let ellipsoid = 4.0 / 3.0 * PI * nucleus.semi.iter().product::<f64>();
        assert!(
            (volume / ellipsoid - 1.0).abs() < 0.1,
            "{volume} {ellipsoid}"
        );
    }

    #[test]
    fn a_section_cuts_it() {
        let mut draws = Draws::new(2, Purpose::FishScene, 0, 0);
        let mut nucleus = Nucleus::draw(&NucleiPlan::default(), &mut draws);
        assert!((nucleus.chord(0.0, 0.0, 4.0) - 4.0).abs() < 1e-9);
        nucleus.centre[2] = 2.0 + nucleus.half_height() - 1.0;
        assert!((nucleus.chord(0.0, 0.0, 4.0) - 1.0).abs() < 1e-9);
        assert!(nucleus.share_in(4.0) < 0.2);
        for _ in 0..100 {
            let place = nucleus.anywhere(&mut draws);
            assert!(nucleus.contains(place));
            assert!(nucleus.contains(nucleus.near(place, 0.3, &mut draws)));
        }
    }
}
