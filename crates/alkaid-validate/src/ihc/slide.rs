//! Time and memory of the program on a stained region and on a whole stained slide.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use alkaid_imaging::PixelSize;
use alkaid_imaging::brightfield::pyramid::PyramidWriter;
use alkaid_imaging::brightfield::{Rgb, Window};
use alkaid_simulate::ihc::{IhcPlan, PictureForm, section, write_section};
use anyhow::Context;

use crate::process::{Cost, run};
use crate::tally::Goals;

/// Measures the program on a region of 2,000 x 2,000 pixels, and on a slide of `side` x `side` pixels of 0.25 µm that is
/// read tile by tile. Cells are counted against the truth: none may be lost or counted twice at a seam.
///
/// # Errors
/// When a picture cannot be made or the program cannot be run.
pub fn slide(side: u32, alkaid: &Path) -> anyhow::Result<String> {
    let mut goals = Goals::default();
    let mut text = String::from(
        "| picture | cells: true, found | seconds | CPU seconds | peak memory |\n|---|---|---|---|---|\n",
    );
    let folder = tempfile::tempdir()?;
    let region = IhcPlan {
        seed: 7,
        width: 2000,
        height: 2000,
        glass: 0.02,
        ..IhcPlan::default()
    };
    let made = section(&region);
    let files = write_section(
        &folder.path().join("region"),
        &region,
        &made,
        PictureForm::Png,
    )?;
    let (found, cost) = cells_of(alkaid, files.picture, region.pixel_um)?;
    row(
        &mut text,
        "4 M pixels of 0.5 µm",
        made.cells.len() as u64,
        found,
        cost,
    )?;
    goals.row(
        "a region of 4 M pixels on two cores",
        &format!("{:.1} s", cost.wall),
        "≤ 4 s",
        cost.wall <= 4.0,
    );
    let block = IhcPlan {
        seed: 8,
        width: 2000,
        height: 2000,
        pixel_um: 0.25,
        glass: 0.0,
        ..IhcPlan::default()
    };
    let blocks = side.div_ceil(block.width);
    let path = folder.path().join("slide.tif");
    let cells = write_slide(&path, &block, blocks)?;
    let (found, cost) = cells_of(alkaid, path, block.pixel_um)?;
    let side = blocks * block.width;
    let name = format!("{side} x {side} pixels of 0.25 µm, pyramid with JPEG tiles");
    row(&mut text, &name, cells, found, cost)?;
    goals.row(
        "the whole slide: peak memory",
        &format!("{:.0} MiB", cost.memory),
        "< 1024 MiB",
        cost.memory < 1024.0,
    );
    Ok(format!(
        "{}\n{text}\nThe program as users run it, with `--all-cells --threads 2 --json`, on {} cores.\n",
        goals.table(),
        std::thread::available_parallelism().map_or(1, usize::from)
    ))
}

/// How many cells the program finds on a picture, and what it takes.
fn cells_of(alkaid: &Path, picture: PathBuf, pixel_um: f64) -> anyhow::Result<(u64, Cost)> {
    let pixel_um = pixel_um.to_string();
    let arguments = [
        "ihc",
        "--all-cells",
        "--json",
        "--threads",
        "2",
        "--pixel-um",
        &pixel_um,
    ];
    let (json, cost) = run(alkaid, &arguments, &[picture])?;
    let report: serde_json::Value = serde_json::from_slice(&json)?;
    let cells = report["region"]["cells"].as_u64();
    Ok((cells.context("no cells in the report")?, cost))
}

fn row(text: &mut String, name: &str, truth: u64, found: u64, cost: Cost) -> std::fmt::Result {
    writeln!(
        text,
        "| {name} | {truth}, {found} | {:.1} | {:.1} | {:.0} MiB |",
        cost.wall, cost.cpu, cost.memory
    )
}

/// Writes a slide that repeats one simulated block, and returns how many cells it has.
fn write_slide(path: &Path, block: &IhcPlan, blocks: u32) -> anyhow::Result<u64> {
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
