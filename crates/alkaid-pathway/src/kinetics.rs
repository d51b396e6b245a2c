//! The network as differential equations, for one case and one member of the ensemble.
//!
//! Each node x relaxes to what its inputs make of it:
//!
//! ```text
//! τ dx/dt = level · (basal + (1 − basal) · (1 − Π(1 − w·h(a)))) · Π(1 − w·h(i)) − x
//! h(y)    = c · yⁿ / (kⁿ + yⁿ),   c = 1 + kⁿ for k < 1, so that h(1) = 1; else c = 1
//! ```
//!
//! over activators a and inhibitors i. ALK has an equation of its own, from its kinase u:
//!
//! ```text
//! u = strength · oligomer · (1 − share + share · HSP90) · (1 − occupied),   τ dx/dt = u · (1 + κ) / (u + κ) − x
//! ```

use crate::case::{Agent, Amount, Case, effects};
use crate::catalogue::Effect;
use crate::integrate::Equations;
use crate::network::{Evidence, NodeKind, Role, Sign, edges_with, landmarks, nodes};
use crate::priors::{Draw, layout};

/// One edge with its numbers.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub from: usize,
    pub sign: Sign,
    pub weight: f64,
    pub half: f64,
    pub slope: f64,
    /// `half` to the power of `slope`.
    half_power: f64,
    /// The factor that makes h(1) = 1.
    scale: f64,
}

impl Input {
    fn new(from: usize, sign: Sign, [weight, half, slope]: [f64; 3]) -> Self {
        let half_power = half.powf(slope);
        let scale = if half < 1.0 { 1.0 + half_power } else { 1.0 };
        Self {
            from,
            sign,
            weight,
            half,
            slope,
            half_power,
            scale,
        }
    }

    /// What is left of one when the edge has acted.
    fn spares(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 1.0;
        }
        let power = x.powf(self.slope);
        1.0 - self.weight * self.scale * power / (self.half_power + power)
    }

    /// The derivative of [`Self::spares`].
    fn spares_slope(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        let power = x.powf(self.slope);
        let sum = self.half_power + power;
        -self.weight * self.scale * self.slope * power / x * self.half_power / (sum * sum)
    }
}

/// One node with its numbers.
#[derive(Clone, Debug)]
pub(crate) struct Rate {
    pub basal: f64,
    /// Factor of the case: lost genes, gains.
    pub level: f64,
    /// Factor of the drugs that are on.
    pub inhibition: f64,
    pub relaxation_h: f64,
    /// The value of a node that the case fixes.
    pub fixed: Option<f64>,
    pub inputs: Vec<Input>,
}

/// ALK's own numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AlkRate {
    pub strength: f64,
    pub hsp90_share: f64,
    pub saturation: f64,
}

/// The equations of one case and one member.
#[derive(Clone, Debug)]
pub struct Kinetics {
    pub(crate) rates: Vec<Rate>,
    pub(crate) alk: AlkRate,
    pub(crate) division_rate: f64,
    pub(crate) death_rate: f64,
    /// Doses while they are on: from, to, sum of dose over its constant in binding ALK, nodes with the share left.
    doses: Vec<Dose>,
}

#[derive(Clone, Debug)]
struct Dose {
    window: (f64, f64),
    binding: f64,
    spared: Vec<(usize, f64)>,
    /// Binding of one nM, and second targets with their IC50, where the dose is a concentration.
    per_nm: f64,
    second: Vec<(usize, f64)>,
}

impl Dose {
    fn set(&mut self, nm: f64) {
        self.binding = nm * self.per_nm;
        let spared = |&(node, ic50): &(usize, f64)| (node, 1.0 / (1.0 + nm / ic50));
        self.spared = self.second.iter().map(spared).collect();
    }
}

impl Kinetics {
    /// The equations, with what is given at time 0 on.
    pub fn new(case: &Case, draw: &Draw, evidence: Evidence) -> Self {
        let layout = layout();
        let value = |place: usize| draw.values[place];
        let bypass = value(layout.bypass_strength);
        let mut rates: Vec<Rate> = nodes()
            .iter()
            .enumerate()
            .map(|(place, node)| {
                let basal = layout.basal[place].map_or(node.basal, value);
                Rate {
                    basal,
                    level: 1.0,
                    inhibition: 1.0,
                    relaxation_h: value(layout.relaxation + place),
                    fixed: (node.kind == NodeKind::Input).then_some(basal),
                    inputs: Vec::new(),
                }
            })
            .collect();
        for edge in edges_with(evidence).filter(|edge| edge.role != Role::Front) {
            // An input stays as the case has it, whatever unverified edges enter it.
            if let (Some(first), NodeKind::Protein | NodeKind::Phenotype) =
                (layout.edges[edge.index], nodes()[edge.to].kind)
            {
                let numbers = [value(first), value(first + 1), value(first + 2)];
                rates[edge.to]
                    .inputs
                    .push(Input::new(edge.from, edge.sign, numbers));
            }
        }
        let at = layout.fusions + 2 * case.fusion.index;
        let mut alk = AlkRate {
            strength: value(at) * case.strength,
            hsp90_share: value(at + 1),
            saturation: value(layout.saturation),
        };
        for (place, effect) in effects(case) {
            let rate = &mut rates[place];
            match effect {
                Effect::Gain(factor) if place == landmarks().alk => alk.strength *= factor,
                Effect::Active => rate.fixed = Some(bypass),
                Effect::Basal(basal) => rate.basal = basal,
                Effect::Gain(factor) | Effect::Level(factor) => rate.level *= factor,
            }
        }
        let doses = case
            .treatments
            .iter()
            .map(|treatment| {
                let share = match treatment.amount {
                    Amount::Share(share) => share.min(1.0 - 1e-9),
                    Amount::Nanomolar(_) => 0.0,
                };
                let mut dose = Dose {
                    window: treatment.window,
                    binding: 0.0,
                    spared: Vec::new(),
                    per_nm: 0.0,
                    second: Vec::new(),
                };
                match (&treatment.agent, treatment.amount) {
                    (Agent::Alk(potency), Amount::Nanomolar(nm)) => {
                        let construct = value(layout.fusions + 2 * potency.construct_fusion);
                        let error = (potency.sd_ln * draw.potency_error()).exp();
                        dose.per_nm = 1.0
                            / binding_constant(potency.ic50_nm * error, construct, alk.saturation);
                        let second = treatment.second.iter();
                        dose.second = second.map(|&(node, ic50)| (node, ic50 * error)).collect();
                        dose.set(nm);
                    }
                    (Agent::Node(node), _) => dose.spared.push((*node, 1.0 - share)),
                    (Agent::Alk(_) | Agent::AlkShare, _) => dose.binding = share / (1.0 - share),
                }
                dose
            })
            .collect();
        let mut kinetics = Self {
            rates,
            alk,
            division_rate: value(layout.division_rate),
            death_rate: value(layout.death_rate),
            doses,
        };
        kinetics.switch(0.0);
        kinetics
    }

    /// Changes the concentration of what was given last, and puts on what is given at time 0. Cheaper than new equations.
    pub(crate) fn set_last_dose(&mut self, nm: f64) {
        if let Some(dose) = self.doses.last_mut() {
            dose.set(nm);
        }
        self.switch(0.0);
    }

    /// Puts on what is given at this time, in hours, and off what is not.
    pub fn switch(&mut self, time: f64) {
        for rate in &mut self.rates {
            rate.inhibition = 1.0;
        }
        let mut binding = 0.0;
        for dose in &self.doses {
            if dose.window.0 <= time && time < dose.window.1 {
                binding += dose.binding;
                for (node, spared) in &dose.spared {
                    self.rates[*node].inhibition *= spared;
                }
            }
        }
        self.rates[landmarks().tki].fixed = Some(binding / (1.0 + binding));
    }

    /// What the node would come to if all others stayed as they are.
    pub(crate) fn target(&self, place: usize, x: &[f64]) -> f64 {
        let rate = &self.rates[place];
        let factor = rate.level * rate.inhibition;
        if let Some(value) = rate.fixed {
            return value * factor;
        }
        if place == landmarks().alk {
            let u = self.kinase(x);
            return factor * u * (1.0 + self.alk.saturation) / (u + self.alk.saturation);
        }
        let (mut silent, mut spared) = (1.0, 1.0);
        for input in &rate.inputs {
            match input.sign {
                Sign::Activates => silent *= input.spares(x[input.from]),
                Sign::Inhibits => spared *= input.spares(x[input.from]),
            }
        }
        factor * (rate.basal + (1.0 - rate.basal) * (1.0 - silent)) * spared
    }

    fn kinase(&self, x: &[f64]) -> f64 {
        let marks = landmarks();
        let stable = 1.0 - self.alk.hsp90_share * (1.0 - x[marks.hsp90]);
        self.alk.strength * x[marks.oligomer] * stable * (1.0 - x[marks.tki])
    }

    /// Calls `with(source, derivative of the target)` for everything that the node's target depends on.
    pub(crate) fn target_slopes(&self, place: usize, x: &[f64], mut with: impl FnMut(usize, f64)) {
        let rate = &self.rates[place];
        let factor = rate.level * rate.inhibition;
        if rate.fixed.is_some() {
            return;
        }
        if place == landmarks().alk {
            let marks = landmarks();
            let (u, k) = (self.kinase(x), self.alk.saturation);
            let by_kinase = factor * (1.0 + k) * k / ((u + k) * (u + k));
            let stable = 1.0 - self.alk.hsp90_share * (1.0 - x[marks.hsp90]);
            let free = 1.0 - x[marks.tki];
            let s = self.alk.strength;
            with(marks.oligomer, by_kinase * s * stable * free);
            with(
                marks.hsp90,
                by_kinase * s * x[marks.oligomer] * self.alk.hsp90_share * free,
            );
            with(marks.tki, -by_kinase * s * x[marks.oligomer] * stable);
            return;
        }
        for (index, input) in rate.inputs.iter().enumerate() {
            let own = input.spares_slope(x[input.from]);
            if own == 0.0 {
                continue;
            }
            let (mut silent, mut spared) = (1.0, 1.0);
            for (other, one) in rate.inputs.iter().enumerate() {
                let kept = if other == index {
                    own
                } else {
                    one.spares(x[one.from])
                };
                match one.sign {
                    Sign::Activates => silent *= kept,
                    Sign::Inhibits => spared *= kept,
                }
            }
            let slope = match input.sign {
                Sign::Activates => -(1.0 - rate.basal) * silent * spared,
                Sign::Inhibits => (rate.basal + (1.0 - rate.basal) * (1.0 - silent)) * spared,
            };
            with(input.from, factor * slope);
        }
    }

    /// Net rate of growth per hour.
    pub fn growth(&self, x: &[f64]) -> f64 {
        let marks = landmarks();
        self.division_rate * x[marks.proliferation] - self.death_rate * x[marks.apoptosis]
    }

    /// Sets the nodes that the case fixes, in a state that another case may have left.
    pub fn fix(&self, x: &mut [f64]) {
        for (place, rate) in self.rates.iter().enumerate() {
            if let Some(value) = rate.fixed {
                x[place] = value * rate.level * rate.inhibition;
            }
        }
    }
}

/// The constant of competitive binding K, from the concentration that halves the output of the construct it was measured on.
///
/// Output is u(1 + κ)/(u + κ) with u = u₀/(1 + D/K); it is half of that at D = 0 where D = K(1 + u₀/κ).
pub(crate) fn binding_constant(ic50: f64, strength: f64, saturation: f64) -> f64 {
    ic50 / (1.0 + strength / saturation)
}

/// The state is the activity of every node, then the logarithm of the number of cells.
impl Equations for Kinetics {
    fn size(&self) -> usize {
        self.rates.len() + 1
    }

    fn rates(&self, _time: f64, x: &[f64], out: &mut [f64]) {
        for (place, rate) in self.rates.iter().enumerate() {
            out[place] = (self.target(place, x) - x[place]) / rate.relaxation_h;
            if rate.fixed.is_some() {
                out[place] = 0.0;
            }
        }
        out[self.rates.len()] = self.growth(x);
    }

    fn rates_along(&self, _time: f64, x: &[f64], direction: &[f64], out: &mut [f64]) {
        for (place, rate) in self.rates.iter().enumerate() {
            out[place] = 0.0;
            if rate.fixed.is_some() {
                continue;
            }
            let mut sum = -direction[place];
            self.target_slopes(place, x, |from, slope| sum += slope * direction[from]);
            out[place] = sum / rate.relaxation_h;
        }
        let marks = landmarks();
        out[self.rates.len()] = self.division_rate * direction[marks.proliferation]
            - self.death_rate * direction[marks.apoptosis];
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::case::Asked;

    pub(crate) fn kinetics(text: &str, number: u32) -> Kinetics {
        let case = Asked::parse(text).unwrap().resolve(Evidence::All).unwrap();
        Kinetics::new(&case, &Draw::new(1, number), Evidence::All)
    }

    #[test]
    fn half_of_the_output_is_left_at_the_ic50() {
        let output = |text: &str| {
            let kinetics = kinetics(text, 0);
            let mut x = vec![0.0; kinetics.size()];
            kinetics.fix(&mut x);
            kinetics.target(landmarks().alk, &x)
        };
        let untreated = output("fusion=EML4::ALK:V1");
        assert!((untreated - 1.0).abs() < 1e-4);
        let half = output("fusion=EML4::ALK:V1 dataset=Gainor2016 drug=crizotinib=38.6nM");
        assert!((half - untreated / 2.0).abs() < 1e-4, "{half}");
        assert!(output("fusion=EML4::ALK:V3a dataset=Gainor2016 drug=crizotinib=38.6nM") > half);
    }

    #[test]
    fn drugs_switch_on_and_off() {
        let mut kinetics = kinetics("drug=MEK=90%@10h-20h", 0);
        let mek = crate::network::node("MEK").unwrap();
        let mut left = |time| {
            kinetics.switch(time);
            kinetics.rates[mek].inhibition
        };
        assert_eq!([left(0.0), left(20.0)], [1.0, 1.0]);
        assert!((left(10.0) - 0.1).abs() < 1e-12);
    }

    proptest! {
        /// The derivative along a direction is that of finite differences.
        #[test]
        fn derivatives_are_right(number in 0_u32..50, seed in 0_u64..1000) {
            let kinetics = kinetics("bypass=MET drug=lorlatinib=3nM", number);
            let n = kinetics.size();
            let mut state = seed;
            let mut next = || {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                ((state >> 33) as f64) / f64::from(1_u32 << 31)
            };
            let x: Vec<f64> = (0..n).map(|_| 0.05 + 0.9 * next()).collect();
            let v: Vec<f64> = (0..n).map(|_| next() - 0.5).collect();
            let (mut along, mut up, mut down) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
            kinetics.rates_along(0.0, &x, &v, &mut along);
            let step = 1e-6;
            let moved = |sign: f64| -> Vec<f64> { x.iter().zip(&v).map(|(x, v)| x + sign * step * v).collect() };
            kinetics.rates(0.0, &moved(1.0), &mut up);
            kinetics.rates(0.0, &moved(-1.0), &mut down);
            for i in 0..n {
                let difference = (up[i] - down[i]) / (2.0 * step);
                prop_assert!((along[i] - difference).abs() < 1e-5 * (1.0 + difference.abs()), "{i}");
            }
        }
    }
}
