//! Nuclei against labels drawn by people, the test split of the Data Science Bowl 2018 fields, and against simulated
//! sections in which nuclei lie over each other.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Instant;

use alkaid_imaging::nuclei::score::{Score, THRESHOLDS};
use alkaid_imaging::nuclei::{Method, Options, segment};
use alkaid_simulate::fish::{Plan, field};
use anyhow::{Context, bail, ensure};
use ndarray::Array2;

use crate::cases::CaseFile;
use crate::process::median;
use crate::tally::Goals;

/// The methods, their names, and the least F1 on drawn labels and on sections; 0 where nothing is asked.
const METHODS: [(Method, &str, f64, f64); 2] = [
    (Method::Network, "network", 0.93, 0.85),
    (Method::Classical, "classical", 0.865, 0.0),
];
/// Simulated sections, the nuclei in each, and the share of these that may lie over another one.
const SECTIONS: u64 = 8;
const CELLS: u32 = 110;
const OVERLAP: f64 = 0.6;
/// Images with more values than this are not read.
const MOST_PIXELS: usize = 1 << 26;
/// Side and nucleus diameter, in pixels, of the field that is timed.
const TIMED: (usize, f32) = (2048, 80.0);
const ROUNDS: usize = 5;

/// Scores both methods on a split of the folder and on sections simulated from `seed` on, and returns the tables.
///
/// # Errors
/// When the folder cannot be read, or a field not be segmented.
pub fn nuclei(
    folder: &Path,
    split: &str,
    seed: u64,
    threads: usize,
    file: &mut CaseFile,
) -> anyhow::Result<String> {
    let names = names(folder, split)?;
    let mut goals = Goals::default();
    let mut rows = String::new();
    for (method, title, drawn, section) in METHODS {
        let mut run = Run {
            options: Options {
                method,
                diameter_px: None,
                threads,
            },
            title,
            score: Score::default(),
            fields: 0,
        };
        for name in &names {
            let image = grey(&folder.join("images").join(name))?.mapv(f32::from);
            let truth = grey(&folder.join("labels").join(name))?.mapv(u32::from);
            run.add(name, &image, &truth, file)?;
        }
        rows += &run.row(&format!("DSB2018, {split}"));
        goals.at_least(
            &format!("{title}, DSB2018 {split}: F1 at IoU 0.5"),
            run.f1(0.5),
            drawn,
        );

        run.score = Score::default();
        run.fields = 0;
        for seed in seed..seed + SECTIONS {
            let (name, image, truth) = section_of(seed, &mut run.options)?;
            run.add(&name, &image, &truth, file)?;
        }
        rows += &run.row("simulated sections");
        if section > 0.0 {
            goals.at_least(
                &format!("{title}, simulated overlapping sections: F1 at IoU 0.5"),
                run.f1(0.5),
                section,
            );
        }
    }
    for (method, title, ..) in METHODS {
        let seconds = time(method, threads)?;
        goals.row(
            &format!("{title}: a field of 2048 x 2048 pixels, {threads} threads"),
            &format!("{seconds:.2} s"),
            "≤ 3 s",
            seconds <= 3.0,
        );
    }
    Ok(format!(
        "{}\n| of | method | fields | nuclei | found | F1 at IoU 0.5 | F1 at 0.75 | AP |\n|---|---|---|---|---|---|---|---|\n{rows}",
        goals.table()
    ))
}

/// One method on one set of fields.
struct Run {
    options: Options,
    title: &'static str,
    score: Score,
    fields: usize,
}

impl Run {
    fn add(
        &mut self,
        name: &str,
        image: &Array2<f32>,
        truth: &Array2<u32>,
        file: &mut CaseFile,
    ) -> anyhow::Result<()> {
        eprintln!("nuclei: {}, {name}", self.title);
        ensure!(
            image.dim() == truth.dim(),
            "{name}: image and labels differ in size"
        );
        let labels = segment(image.view(), &self.options)
            .with_context(|| format!("cannot segment {name}"))?;
        let mut one = Score::default();
        one.add(truth, &labels.map);
        let seen = format!(
            "F1 {:.3}, {} of {} nuclei, {} found",
            one.f1()[0],
            one.matched[0],
            one.truth,
            one.found
        );
        file.line(&["", self.title, name, "", "", "", "", &seen])?;
        self.score.add(truth, &labels.map);
        self.fields += 1;
        Ok(())
    }

    fn f1(&self, threshold: f64) -> f64 {
        let place = THRESHOLDS
            .iter()
            .position(|other| (other - threshold).abs() < 1e-9);
        self.score.f1()[place.unwrap_or(0)]
    }

    fn row(&self, what: &str) -> String {
        format!(
            "| {what} | {} | {} | {} | {} | {:.3} | {:.3} | {:.3} |\n",
            self.title,
            self.fields,
            self.score.truth,
            self.score.found,
            self.f1(0.5),
            self.f1(0.75),
            self.score.average_precision(),
        )
    }
}

/// A simulated section: its name, its DAPI plane and the truth. The expected diameter comes from the pixel size, as it
/// does for a slide.
fn section_of(
    seed: u64,
    options: &mut Options,
) -> anyhow::Result<(String, Array2<f32>, Array2<u32>)> {
    let mut plan = Plan::default();
    plan.field.cells = CELLS;
    plan.field.overlap = OVERLAP;
    let simulated = field(&plan, seed)?;
    options.diameter_px = Some((plan.tissue.tumour.diameter_um / plan.field.pixel_um) as f32);
    let dapi = simulated
        .field
        .channels
        .first()
        .context("a simulated field has no channel")?;
    let name = format!("section {seed}");
    Ok((name, dapi.maximum_projection(), simulated.labels.map))
}

/// Names of the fields of a split, as `split.tsv` has them.
fn names(folder: &Path, split: &str) -> anyhow::Result<Vec<String>> {
    let path = folder.join("split.tsv");
    let table = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let rows = table.lines().skip(1).filter_map(|line| {
        let mut fields = line.split('\t');
        let (name, part) = (fields.next()?, fields.next()?);
        (part == split).then(|| name.to_owned())
    });
    let names: Vec<String> = rows.collect();
    ensure!(
        !names.is_empty(),
        "{}: no field belongs to the split {split}",
        path.display()
    );
    Ok(names)
}

/// A grey PNG of 8 or 16 bits.
fn grey(path: &Path) -> anyhow::Result<Array2<u16>> {
    let at = || path.display().to_string();
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut reader = png::Decoder::new(BufReader::new(file))
        .read_info()
        .with_context(at)?;
    let size = reader
        .output_buffer_size()
        .filter(|size| *size <= MOST_PIXELS)
        .with_context(at)?;
    let mut bytes = vec![0; size];
    let info = reader.next_frame(&mut bytes).with_context(at)?;
    let bytes = &bytes[..info.buffer_size()];
    let values = match (info.color_type, info.bit_depth) {
        (png::ColorType::Grayscale, png::BitDepth::Eight) => {
            bytes.iter().copied().map(u16::from).collect()
        }
        (png::ColorType::Grayscale, png::BitDepth::Sixteen) => bytes
            .as_chunks()
            .0
            .iter()
            .copied()
            .map(u16::from_be_bytes)
            .collect(),
        other => bail!(
            "{}: not a grey image of 8 or 16 bits but {other:?}",
            path.display()
        ),
    };
    Array2::from_shape_vec((info.height as usize, info.width as usize), values).with_context(at)
}

/// Median seconds for a field of soft discs on a grid.
fn time(method: Method, threads: usize) -> anyhow::Result<f64> {
    let (side, diameter) = TIMED;
    let plane = Array2::from_shape_fn((side, side), |(y, x)| {
        let pitch = 1.3 * diameter;
        let (row, column) = (
            y as f32 % pitch - pitch / 2.0,
            x as f32 % pitch - pitch / 2.0,
        );
        let noise = ((y * 7919 + x * 104_729) % 97) as f32;
        100.0 + noise + 800.0 / (1.0 + (row.hypot(column) - diameter / 2.0).exp())
    });
    let options = Options {
        method,
        diameter_px: Some(diameter),
        threads,
    };
    let mut seconds = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let labels = segment(plane.view(), &options)?;
        seconds.push(start.elapsed().as_secs_f64());
        ensure!(
            labels.count > 0,
            "no nucleus was found in the field that is timed"
        );
    }
    Ok(median(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_section_has_nuclei_and_a_size_to_expect() {
        let mut options = Options {
            method: Method::Classical,
            diameter_px: None,
            threads: 1,
        };
        let (_, image, truth) = section_of(1, &mut options).unwrap();
        assert_eq!(image.dim(), truth.dim());
        assert!(truth.iter().any(|label| *label > 0));
        assert!(options.diameter_px.is_some());
    }

    #[test]
    fn grey_images_of_both_depths_are_read() {
        let folder = tempfile::tempdir().unwrap();
        for (depth, data, value) in [
            (png::BitDepth::Eight, vec![7, 9], 9),
            (png::BitDepth::Sixteen, vec![0, 1, 2, 3], 515),
        ] {
            let path = folder.path().join("one.png");
            let mut encoder = png::Encoder::new(File::create(&path).unwrap(), 2, 1);
            encoder.set_color(png::ColorType::Grayscale);
            encoder.set_depth(depth);
            encoder
                .write_header()
                .unwrap()
                .write_image_data(&data)
                .unwrap();
            assert_eq!(grey(&path).unwrap()[[0, 1]], value);
        }
        assert!(grey(&folder.path().join("none.png")).is_err());
        assert!(names(folder.path(), "test").is_err());
    }
}
