//! Integration of stiff differential equations, by diffsol's backward differentiation formulae.

use diffsol::{NalgebraLU, NalgebraMat, OdeBuilder, OdeSolverMethod, VectorCommon};

use crate::error::PathwayError;

/// Differential equations with their derivative along a direction.
pub trait Equations {
    /// Number of states.
    fn size(&self) -> usize;

    /// The rates of change of the state `x` at a time.
    fn rates(&self, time: f64, x: &[f64], out: &mut [f64]);

    /// The Jacobian at the state `x`, times a direction.
    fn rates_along(&self, time: f64, x: &[f64], direction: &[f64], out: &mut [f64]);
}

/// How exact an integration is, and when it gives up.
#[derive(Clone, Copy, Debug)]
pub struct Precision {
    /// Relative tolerance of a step.
    pub relative: f64,
    /// Absolute tolerance of a step.
    pub absolute: f64,
    /// Steps after which it gives up.
    pub most_steps: usize,
}

impl Precision {
    /// For bands of an ensemble, which are wider by far.
    pub const BANDS: Self = Self {
        relative: 1e-5,
        absolute: 1e-7,
        most_steps: 20_000,
    };

    /// For comparison with other programs.
    pub const COMPARE: Self = Self {
        relative: 1e-10,
        absolute: 1e-14,
        most_steps: 500_000,
    };
}

/// The states at `times`, which increase and start no earlier than `start`.
///
/// # Errors
///
/// When the solver's steps become too small or too many, or a state stops being finite.
pub fn integrate(
    equations: &impl Equations,
    start: f64,
    initial: &[f64],
    times: &[f64],
    precision: Precision,
) -> Result<Vec<Vec<f64>>, PathwayError> {
    let Some(&until) = times.last() else {
        return Ok(Vec::new());
    };
    let failed = |time: f64, reason: String| PathwayError::NoConvergence {
        time,
        until,
        reason,
    };
    let mut states = Vec::with_capacity(times.len());
    let mut wanted = times.iter().copied().peekable();
    while wanted.next_if(|time| *time <= start).is_some() {
        states.push(initial.to_vec());
    }
    if wanted.peek().is_none() || initial.is_empty() {
        states.extend(wanted.map(|_| initial.to_vec()));
        return Ok(states);
    }
    let mut rates = vec![0.0; equations.size()];
    equations.rates(start, initial, &mut rates);
    if initial.iter().chain(&rates).any(|value| !value.is_finite()) {
        return Err(failed(
            start,
            "a rate or a state is not a finite number at the start".to_owned(),
        ));
    }
    let first = initial.to_vec();
    let problem = OdeBuilder::<NalgebraMat<f64>>::new()
        .t0(start)
        .h0((until - start) * 1e-6)
        .rtol(precision.relative)
        .atol([precision.absolute])
        .rhs_implicit(
            |x, _p, t, out| equations.rates(t, x, out),
            |x, _p, t, v, out| equations.rates_along(t, x, v, out),
        )
        .init(move |_p, _t, x| x.copy_from_slice(&first), equations.size())
        .build()
        .map_err(|error| failed(start, error.to_string()))?;
    let mut solver = problem
        .bdf::<NalgebraLU<f64>>()
        .map_err(|error| failed(start, error.to_string()))?;
    for _ in 0..precision.most_steps {
        let reached = solver.state().t;
        while let Some(time) = wanted.next_if(|time| *time <= reached) {
            let state = solver
                .interpolate(time)
                .map_err(|error| failed(time, error.to_string()))?;
            let state: Vec<f64> = state.inner().iter().copied().collect();
            if state.iter().any(|value| !value.is_finite()) {
                return Err(failed(
                    time,
                    "a state is no longer a finite number".to_owned(),
                ));
            }
            states.push(state);
        }
        if wanted.peek().is_none() {
            return Ok(states);
        }
        solver
            .step()
            .map_err(|error| failed(reached, error.to_string()))?;
    }
    Err(failed(
        solver.state().t,
        format!("{} steps did not suffice", precision.most_steps),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// dx/dt = −k·(x − cos t), stiff for large k.
    struct Stiff(f64);

    impl Equations for Stiff {
        fn size(&self) -> usize {
            1
        }
        fn rates(&self, time: f64, x: &[f64], out: &mut [f64]) {
            out[0] = -self.0 * (x[0] - time.cos());
        }
        fn rates_along(&self, _time: f64, _x: &[f64], direction: &[f64], out: &mut [f64]) {
            out[0] = -self.0 * direction[0];
        }
    }

    /// dx/dt = x²: infinite at t = 1.
    struct Explodes;

    impl Equations for Explodes {
        fn size(&self) -> usize {
            1
        }
        fn rates(&self, _time: f64, x: &[f64], out: &mut [f64]) {
            out[0] = x[0] * x[0];
        }
        fn rates_along(&self, _time: f64, x: &[f64], direction: &[f64], out: &mut [f64]) {
            out[0] = 2.0 * x[0] * direction[0];
        }
    }

    #[test]
    fn a_stiff_equation_is_followed() {
        let k = 1000.0_f64;
        let found =
            integrate(&Stiff(k), 0.0, &[0.0], &[0.0, 1.0, 5.0], Precision::COMPARE).unwrap();
        let exact =
            |t: f64| (k * k * t.cos() + k * t.sin() - k * k * (-k * t).exp()) / (k * k + 1.0);
        assert_eq!(found[0], [0.0]);
        assert!(
            (found[1][0] / exact(1.0) - 1.0).abs() < 1e-7,
            "{}",
            found[1][0]
        );
        assert!((found[2][0] / exact(5.0) - 1.0).abs() < 1e-7);
    }

    #[test]
    fn an_explosion_is_an_error_that_says_where() {
        let error = integrate(&Explodes, 0.0, &[1.0], &[2.0], Precision::BANDS).unwrap_err();
        let PathwayError::NoConvergence { time, until, .. } = error else {
            panic!("{error}");
        };
        assert!((0.9..=1.01).contains(&time) && until == 2.0, "{time}");
    }
}
