//! The pictures of a case, one kind a file.

mod chromosome;
mod contributions;
mod coverage;
mod fish;
mod fractions;
mod ihc;
mod junction;
mod mutations;
mod pathway;
mod potency;
mod protein;
mod timeline;

pub(super) use chromosome::chromosome;
pub(super) use contributions::contributions;
pub(super) use coverage::coverage;
pub(super) use fish::{fish_fraction, fish_strip};
pub(super) use fractions::fractions;
pub(super) use ihc::ihc_part;
pub(super) use junction::junction;
pub(super) use mutations::mutations;
pub(super) use pathway::pathway;
pub(super) use potency::potency;
pub(super) use protein::protein;
pub(super) use timeline::timeline;

/// A straight scale: values from `from.0` to `from.1` become places from `to.0` to `to.1`.
#[derive(Clone, Copy, Debug)]
struct Scale {
    from: (f64, f64),
    to: (f32, f32),
}

impl Scale {
    /// The place of a value; values beyond the ends lie on them.
    fn at(self, value: f64) -> f32 {
        let span = self.from.1 - self.from.0;
        if span <= 0.0 || !value.is_finite() {
            return self.to.0;
        }
        let share = ((value - self.from.0) / span).clamp(0.0, 1.0) as f32;
        self.to.0 + share * (self.to.1 - self.to.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_stays_within_its_ends() {
        let scale = Scale {
            from: (0.0, 10.0),
            to: (100.0, 200.0),
        };
        assert_eq!(scale.at(5.0), 150.0);
        assert_eq!(scale.at(-1.0), 100.0);
        assert_eq!(scale.at(99.0), 200.0);
        assert_eq!(scale.at(f64::NAN), 100.0);
    }
}
