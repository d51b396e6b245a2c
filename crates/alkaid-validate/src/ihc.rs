//! Cells, classes and H-scores of simulated sections across stains and scanners.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use alkaid_ihc::finding::{Artefact, Cell, ImageFlag, Pattern};
use alkaid_ihc::kit::{default_cut_offs, kit};
use alkaid_ihc::region::RegionChoice;
use alkaid_ihc::{IhcOptions, Measured, Silent, analyse};
use alkaid_imaging::PixelSize;
use alkaid_imaging::brightfield::Slide;
use alkaid_simulate::ihc::{
    ArtefactPlan, CameraPlan, CellKind, CellTruth, IhcPlan, PictureForm, Section, SimulatedPattern,
    section, write_section,
};

/// A condition: a name and what it changes.
struct Condition {
    name: &'static str,
    /// Whether it counts for the goal: stains and scanners as they come, not the ones that are to be flagged.
    counts: bool,
    plan: fn(&mut IhcPlan),
}

fn camera(plan: &mut IhcPlan) -> &mut CameraPlan {
    &mut plan.camera
}

/// Stains and scanners.
const CONDITIONS: [Condition; 20] = [
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

/// What one section gave.
struct Outcome {
    /// Tumour cells in truth, found, and with the right class.
    truth: u64,
    found: u64,
    right: u64,
    /// Cells called tumour that lie on no cell of the truth.
    extra: u64,
    /// H-score less the true one.
    h_difference: f64,
    /// Which flags were raised.
    flags: Vec<ImageFlag>,
}

/// Measures sections of all conditions and prints a table; `sections` of each, from `seed` on.
pub fn ihc(seed: u64, sections: u64) -> anyhow::Result<String> {
    let mut text = String::from(
        "| condition | cells | found | class right | H-score: mean difference (95 % limits) | flags |\n|---|---|---|---|---|---|\n",
    );
    let mut differences = Vec::new();
    let mut totals = [0_u64; 3];
    for condition in &CONDITIONS {
        let mut outcomes = Vec::new();
        for index in 0..sections {
            let mut plan = IhcPlan {
                seed: seed + index,
                classes: mix(index),
                ..IhcPlan::default()
            };
            (condition.plan)(&mut plan);
            outcomes.push(one(&plan)?);
        }
        let sum = |pick: fn(&Outcome) -> u64| outcomes.iter().map(pick).sum::<u64>();
        let (truth, found, right) = (sum(|o| o.truth), sum(|o| o.found), sum(|o| o.right));
        let h: Vec<f64> = outcomes.iter().map(|o| o.h_difference).collect();
        if condition.counts {
            differences.extend(&h);
            totals[0] += truth;
            totals[1] += found;
            totals[2] += right;
        }
        let mut flags: BTreeMap<ImageFlag, usize> = BTreeMap::new();
        for flag in outcomes.iter().flat_map(|o| &o.flags) {
            *flags.entry(*flag).or_default() += 1;
        }
        let flags: Vec<String> = flags
            .iter()
            .map(|(flag, count)| format!("{flag:?} {count}/{sections}"))
            .collect();
        writeln!(
            text,
            "| {} | {truth} | {:.1} % (+{:.1} %) | {:.1} % | {} | {} |",
            condition.name,
            percent(found, truth),
            percent(sum(|o| o.extra), truth),
            percent(right, found),
            limits(&h),
            flags.join(", ")
        )?;
        eprintln!("{}", condition.name);
    }
    writeln!(
        text,
        "| **all but the last four** | {} | {:.1} % | **{:.2} %** (goal 95) | **{}** (goal ± 10) | |",
        totals[0],
        percent(totals[1], totals[0]),
        percent(totals[2], totals[1]),
        limits(&differences)
    )?;
    text.push('\n');
    text.push_str(&patterns(seed, sections.min(3))?);
    text.push('\n');
    text.push_str(&artefacts(seed)?);
    Ok(text)
}

/// Shares of the classes, so that H-scores from low to high come up.
fn mix(index: u64) -> [f64; 4] {
    match index % 4 {
        0 => [0.25; 4],
        1 => [0.6, 0.2, 0.1, 0.1],
        2 => [0.1, 0.2, 0.3, 0.4],
        _ => [0.4, 0.3, 0.2, 0.1],
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// Mean and 95 % limits of agreement.
fn limits(values: &[f64]) -> String {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let spread =
        (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt();
    format!(
        "{mean:+.1} ({:+.1} to {:+.1})",
        mean - 1.96 * spread,
        mean + 1.96 * spread
    )
}

fn run(plan: &IhcPlan, made: &Section) -> anyhow::Result<Measured> {
    let folder = tempfile::tempdir()?;
    let files = write_section(&folder.path().join("s"), plan, made, PictureForm::Png)?;
    let pixel = PixelSize {
        x_um: plan.pixel_um,
        y_um: plan.pixel_um,
        z_um: None,
    };
    let slide = Slide::from_rgb("section", made.picture.clone(), Some(pixel));
    let options = IhcOptions {
        pixel_um: None,
        region: RegionChoice::Outlines(files.tumour),
        kit: kit("D5F3")?,
        cut_offs: default_cut_offs().clone(),
        vectors: None,
        white: None,
        sample: "simulated".to_owned(),
    };
    Ok(analyse(&slide, None, &options, &Silent)?)
}

/// The measured cell on a true one: its middle within the true nucleus.
fn on<'c>(cells: &'c [Cell], truth: &CellTruth, pixel_um: f64) -> Option<&'c Cell> {
    let within = truth.half_axes_um[0] / pixel_um;
    let from = cells.partition_point(|cell| cell.y_px < truth.y_px - within);
    cells[from..]
        .iter()
        .take_while(|cell| cell.y_px <= truth.y_px + within)
        .map(|cell| ((cell.x_px - truth.x_px).hypot(cell.y_px - truth.y_px), cell))
        .filter(|(away, _)| *away <= within)
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, cell)| cell)
}

fn one(plan: &IhcPlan) -> anyhow::Result<Outcome> {
    let made = section(plan);
    let measured = run(plan, &made)?;
    let mut outcome = Outcome {
        truth: 0,
        found: 0,
        right: 0,
        extra: 0,
        h_difference: 0.0,
        flags: measured.report.image.flags.clone(),
    };
    // Nuclei at the picture's edge are cut, and belong to nobody.
    let inside = |cell: &&CellTruth| {
        let margin = 6.0 / plan.pixel_um;
        cell.x_px > margin
            && cell.y_px > margin
            && cell.x_px < f64::from(plan.width) - margin
            && cell.y_px < f64::from(plan.height) - margin
    };
    let mut matched = std::collections::BTreeSet::new();
    for truth in made
        .cells
        .iter()
        .filter(|c| c.kind == CellKind::Tumour)
        .filter(inside)
    {
        outcome.truth += 1;
        if let Some(cell) = on(&measured.cells, truth, plan.pixel_um) {
            outcome.found += 1;
            outcome.right += u64::from(cell.class as u8 == truth.class);
            matched.insert(cell.id);
        }
    }
    outcome.extra = measured
        .cells
        .iter()
        .filter(|cell| cell.tumour && !matched.contains(&cell.id))
        .filter(|cell| {
            made.cells
                .iter()
                .all(|t| (t.x_px - cell.x_px).hypot(t.y_px - cell.y_px) > 6.0 / plan.pixel_um)
        })
        .count() as u64;
    outcome.h_difference = measured.report.score.h_score.unwrap_or(0.0) - made.h_score();
    Ok(outcome)
}

/// The pattern of the section, by the pattern that was simulated.
fn patterns(seed: u64, sections: u64) -> anyhow::Result<String> {
    let mut text = String::from(
        "| stain simulated in | sections named so | stained cells named so |\n|---|---|---|\n",
    );
    for (simulated, name, right) in [
        (
            SimulatedPattern::Cytoplasmic,
            "cytoplasm, evenly",
            Pattern::Cytoplasmic,
        ),
        (
            SimulatedPattern::Granular,
            "cytoplasm, in grains",
            Pattern::Granular,
        ),
        (
            SimulatedPattern::NuclearAndCytoplasmic,
            "nucleus and cytoplasm",
            Pattern::NuclearAndCytoplasmic,
        ),
        (
            SimulatedPattern::NuclearMembrane,
            "nuclear membrane",
            Pattern::NuclearMembrane,
        ),
        (
            SimulatedPattern::Membranous,
            "membrane",
            Pattern::Membranous,
        ),
    ] {
        let (mut named, mut cells, mut total) = (0, 0, 0);
        for index in 0..sections {
            let plan = IhcPlan {
                seed: seed + 100 + index,
                classes: [0.2, 0.1, 0.3, 0.4],
                pattern: simulated,
                pixel_um: 0.25,
                width: 2000,
                height: 2000,
                ..IhcPlan::default()
            };
            let found = run(&plan, &section(&plan))?.report.pattern;
            named += u64::from(found.pattern == right);
            let place = Pattern::ALL.iter().position(|p| *p == right).unwrap_or(0);
            cells += found.cells[place];
            total += found.cells.iter().sum::<u64>();
        }
        writeln!(
            text,
            "| {name} | {named} of {sections} | {:.1} % |",
            percent(cells, total)
        )?;
    }
    Ok(text)
}

/// Artefacts that are pointed out, and tumour cells that are taken for one.
fn artefacts(seed: u64) -> anyhow::Result<String> {
    let mut text = String::from(
        "| artefact | simulated | pointed out | tumour cells taken for one |\n|---|---|---|---|\n",
    );
    let rows = [
        (
            "macrophage with dots",
            CellKind::Macrophage,
            Artefact::Stipple,
        ),
        ("signet-ring cell", CellKind::SignetRing, Artefact::ThinRim),
        (
            "gland, brown towards the lumen",
            CellKind::ApicalGland,
            Artefact::ApicalMembrane,
        ),
        ("ganglion cell", CellKind::Ganglion, Artefact::LargeCell),
    ];
    let mut counts = [[0_u64; 3]; 4];
    let (mut tumour, mut pools, mut named) = (0_u64, 0_u64, 0_u64);
    for index in 0..4 {
        let plan = IhcPlan {
            seed: seed + 200 + index,
            artefacts: ArtefactPlan {
                macrophages: 10,
                mucin: 2,
                signet_rings: 8,
                apical_glands: 2,
                ganglion_cells: 4,
            },
            ..IhcPlan::default()
        };
        let made = section(&plan);
        let measured = run(&plan, &made)?;
        for truth in &made.cells {
            let found = on(&measured.cells, truth, plan.pixel_um);
            for (count, (_, kind, artefact)) in counts.iter_mut().zip(&rows) {
                let shown = found.is_some_and(|cell| cell.artefacts.contains(artefact));
                if truth.kind == *kind {
                    count[0] += 1;
                    count[1] += u64::from(shown);
                } else if truth.kind == CellKind::Tumour {
                    count[2] += u64::from(shown);
                }
            }
            tumour += u64::from(truth.kind == CellKind::Tumour);
        }
        pools += 2;
        named += measured
            .report
            .artefacts
            .iter()
            .find(|finding| finding.artefact == Artefact::StainWithoutNuclei)
            .map_or(0, |finding| finding.count.min(2));
    }
    for ([simulated, shown, wrong], (name, _, _)) in counts.iter().zip(&rows) {
        writeln!(
            text,
            "| {name} | {simulated} | {shown} | {wrong} of {tumour} |"
        )?;
    }
    writeln!(text, "| mucin | {pools} | {named} | |")?;
    for (name, plan, artefact) in [
        (
            "stain all over",
            IhcPlan {
                seed: seed + 300,
                background: 0.15,
                ..IhcPlan::default()
            },
            Artefact::OverStaining,
        ),
        (
            "edge twice as strong",
            IhcPlan {
                seed: seed + 301,
                edge: 2.2,
                ..IhcPlan::default()
            },
            Artefact::EdgeEffect,
        ),
    ] {
        let measured = run(&plan, &section(&plan))?;
        let shown = measured
            .report
            .artefacts
            .iter()
            .any(|finding| finding.artefact == artefact);
        writeln!(text, "| {name} | 1 section | {} | |", u8::from(shown))?;
    }
    Ok(text)
}

/// Time and memory on a region of 2,000 x 2,000 pixels, and on a slide of `side` x `side` pixels of 0.25 µm that is read
/// tile by tile. Cells are counted against the truth: none may be lost or counted twice at a seam.
pub fn slide(side: u32) -> anyhow::Result<String> {
    let mut text = String::from(
        "| picture | cells: true, found | seconds | peak memory |\n|---|---|---|---|\n",
    );
    let roi = IhcPlan {
        seed: 7,
        width: 2000,
        height: 2000,
        glass: 0.02,
        ..IhcPlan::default()
    };
    let made = section(&roi);
    let started = std::time::Instant::now();
    let measured = run(&roi, &made)?;
    writeln!(
        text,
        "| 4 M pixels of 0.5 µm | {}, {} | {:.1} | |",
        made.cells.len(),
        measured.cells.len(),
        started.elapsed().as_secs_f64()
    )?;
    drop((measured, made));
    let block = IhcPlan {
        seed: 8,
        width: 2000,
        height: 2000,
        pixel_um: 0.25,
        glass: 0.0,
        ..IhcPlan::default()
    };
    let blocks = side.div_ceil(block.width);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("slide.tif");
    let cells = write_slide(&path, &block, blocks)?;
    let slide = Slide::open(&path)?;
    let options = IhcOptions {
        pixel_um: None,
        region: RegionChoice::Everything,
        kit: kit("D5F3")?,
        cut_offs: default_cut_offs().clone(),
        vectors: None,
        white: None,
        sample: "slide".to_owned(),
    };
    let before = peak_memory();
    let started = std::time::Instant::now();
    let measured = analyse(&slide, None, &options, &Silent)?;
    writeln!(
        text,
        "| {0} x {0} pixels of 0.25 µm, pyramid with JPEG tiles | {1}, {2} | {3:.0} | {4} MB (before the run {5} MB) |",
        blocks * block.width,
        cells,
        measured.cells.len(),
        started.elapsed().as_secs_f64(),
        peak_memory(),
        before
    )?;
    Ok(text)
}

/// Writes a slide that repeats one simulated block, and returns how many cells it has.
fn write_slide(path: &std::path::Path, block: &IhcPlan, blocks: u32) -> anyhow::Result<u64> {
    use alkaid_imaging::brightfield::pyramid::PyramidWriter;
    use alkaid_imaging::brightfield::{Rgb, Window};
    let made = section(block);
    let pixel = PixelSize {
        x_um: block.pixel_um,
        y_um: block.pixel_um,
        z_um: None,
    };
    let side = (blocks * block.width) as usize;
    let mut writer = PyramidWriter::create(path, side, side, Some(pixel), "")?;
    for _ in 0..blocks {
        for y in (0..block.height).step_by(100) {
            let rows = made.picture.crop(Window {
                x: 0,
                y,
                width: block.width,
                height: 100,
            });
            let mut pixels = Vec::with_capacity(3 * side * rows.height);
            for row in rows.pixels.chunks_exact(3 * rows.width) {
                for _ in 0..blocks {
                    pixels.extend_from_slice(row);
                }
            }
            writer.rows(&Rgb {
                width: side,
                height: rows.height,
                pixels,
            })?;
        }
    }
    writer.finish()?;
    Ok(made.cells.len() as u64 * u64::from(blocks) * u64::from(blocks))
}

/// The most memory that this process has held, megabytes; 0 where the system does not say.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .map_or(0, |kib| kib / 1024)
}
