//! The stains and scanners of which sections are simulated.

use alkaid_simulate::ihc::{CameraPlan, IhcPlan, SimulatedPattern};

/// A condition.
pub struct Condition {
    /// In words.
    pub name: &'static str,
    /// Whether it counts for the goal: stains and scanners as they come, not the ones that are to be flagged.
    pub counts: bool,
    /// What it changes.
    pub plan: fn(&mut IhcPlan),
}

const fn camera(plan: &mut IhcPlan) -> &mut CameraPlan {
    &mut plan.camera
}

/// Stains and scanners.
pub const CONDITIONS: [Condition; 20] = [
    Condition {
        name: "as simulated by default",
        counts: true,
        plan: |_| {},
    },
    Condition {
        name: "even stain",
        counts: true,
        plan: |p| p.pattern = SimulatedPattern::Cytoplasmic,
    },
    Condition {
        name: "nuclear and cytoplasmic stain",
        counts: true,
        plan: |p| p.pattern = SimulatedPattern::NuclearAndCytoplasmic,
    },
    Condition {
        name: "dyes turned by 5°",
        counts: true,
        plan: |p| camera(p).turn_degrees = 5.0,
    },
    Condition {
        name: "dyes turned by 9°",
        counts: true,
        plan: |p| camera(p).turn_degrees = 9.0,
    },
    Condition {
        name: "white 252, 240, 222",
        counts: true,
        plan: |p| camera(p).white = [252.0, 240.0, 222.0],
    },
    Condition {
        name: "white 222, 226, 236",
        counts: true,
        plan: |p| camera(p).white = [222.0, 226.0, 236.0],
    },
    Condition {
        name: "gamma 0.95",
        counts: true,
        plan: |p| camera(p).gamma = 0.95,
    },
    Condition {
        name: "gamma 1.05",
        counts: true,
        plan: |p| camera(p).gamma = 1.05,
    },
    Condition {
        name: "noise of 4 counts",
        counts: true,
        plan: |p| camera(p).noise = 4.0,
    },
    Condition {
        name: "JPEG, quality 80",
        counts: true,
        plan: |p| camera(p).jpeg = Some(80),
    },
    Condition {
        name: "blur of 0.5 µm",
        counts: true,
        plan: |p| camera(p).blur_um = 0.5,
    },
    Condition {
        name: "pixels of 0.25 µm",
        counts: true,
        plan: |p| {
            p.pixel_um = 0.25;
            p.width *= 2;
            p.height *= 2;
        },
    },
    Condition {
        name: "mostly negative (2 % strong)",
        counts: true,
        plan: |p| p.classes = [0.93, 0.03, 0.02, 0.02],
    },
    Condition {
        name: "mostly strong",
        counts: true,
        plan: |p| p.classes = [0.05, 0.05, 0.1, 0.8],
    },
    Condition {
        name: "all shifted: 5°, white, JPEG 80, noise 3",
        counts: true,
        plan: |p| {
            let c = camera(p);
            (c.turn_degrees, c.white, c.jpeg, c.noise) =
                (5.0, [250.0, 240.0, 228.0], Some(80), 3.0);
        },
    },
    Condition {
        name: "gamma 0.85",
        counts: false,
        plan: |p| camera(p).gamma = 0.85,
    },
    Condition {
        name: "gamma 1.15",
        counts: false,
        plan: |p| camera(p).gamma = 1.15,
    },
    Condition {
        name: "blur of 1.2 µm",
        counts: false,
        plan: |p| camera(p).blur_um = 1.2,
    },
    Condition {
        name: "JPEG, quality 20",
        counts: false,
        plan: |p| camera(p).jpeg = Some(20),
    },
];
