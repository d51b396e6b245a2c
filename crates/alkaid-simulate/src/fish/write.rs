//! A slide as files: OME-TIFF fields, label images, truth.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use alkaid_imaging::labels::write_tiff;
use alkaid_imaging::write::ome_tiff;
use serde::Serialize;

use super::draw::field;
use super::pattern::{Score, score};
use super::plan::Plan;
use crate::error::SimulateError;

/// One field that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FishOutput {
    /// Channels DAPI, orange (3') and green (5').
    pub image: PathBuf,
    /// Labels, 16-bit.
    pub labels: PathBuf,
    /// The truth as JSON.
    pub truth: PathBuf,
    /// Nuclei in the field.
    pub cells: usize,
    /// Of these, rearranged.
    pub rearranged: usize,
    /// Nuclei that a reader would score.
    pub scored: usize,
    /// Of these, positive by the rule on the signals that are there.
    pub positive: usize,
    /// Signals that can be seen.
    pub signals: usize,
}

/// Reads a plan written as TOML; what it leaves out has its default.
///
/// # Errors
/// When it cannot be read, is not a plan, or has a number out of range.
pub fn read_plan(path: &Path) -> Result<Plan, SimulateError> {
    let text = fs::read_to_string(path).map_err(failed(path, "be read"))?;
    let plan: Plan = toml::from_str(&text).map_err(|error| SimulateError::PlanFile {
        path: path.to_owned(),
        problem: error.to_string().trim().to_owned(),
    })?;
    plan.check()?;
    Ok(plan)
}

/// Draws the fields of a slide into a folder, which is made if it is not there: `field_01.ome.tif`,
/// `field_01_labels.tif`, `field_01_truth.json` and so on. Every file is written beside its place and moved when whole;
/// the truth comes last, so that a field with its truth is complete.
///
/// `progress` is told how many fields are done and how many there are; it may stop the work between two fields.
///
/// # Errors
/// When the plan has a number out of range, its nuclei do not fit, or a file cannot be written.
pub fn simulate(
    plan: &Plan,
    folder: &Path,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Vec<FishOutput>, SimulateError> {
    plan.check()?;
    fs::create_dir_all(folder).map_err(failed(folder, "be made"))?;
    let fields = u64::from(plan.field.fields);
    let mut outputs = Vec::new();
    for index in 0..fields {
        if progress(index, fields).is_break() {
            return Err(SimulateError::Interrupted);
        }
        outputs.push(one(plan, index, folder)?);
    }
    Ok(outputs)
}

fn one(plan: &Plan, index: u64, folder: &Path) -> Result<FishOutput, SimulateError> {
    let mut drawn = field(plan, plan.field_seed(index))?;
    let name = format!("field_{:02}", index + 1);
    drawn.field.name.clone_from(&name);
    let named = |suffix: &str| folder.join(format!("{name}{suffix}"));
    let (image, labels, truth) = (
        named(".ome.tif"),
        named("_labels.tif"),
        named("_truth.json"),
    );
    ome_tiff(&drawn.field, &image)?;
    write_tiff(&drawn.labels, &labels)?;
    whole(&truth, |file| {
        serde_json::to_writer(file, &drawn.truth).map_err(io::Error::from)
    })?;
    let scores = score(&drawn.truth);
    let cells = &drawn.truth.cells;
    Ok(FishOutput {
        image,
        labels,
        truth,
        cells: cells.len(),
        rearranged: cells.iter().filter(|cell| cell.rearranged).count(),
        scored: scores.iter().filter(|s| s.pattern.is_some()).count(),
        positive: scores.iter().filter(|s| Score::positive(s)).count(),
        signals: drawn.truth.spots.len(),
    })
}

/// Writes a file beside its place and moves it there.
fn whole(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), SimulateError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let written = File::create(&part)
        .map(BufWriter::new)
        .and_then(|mut file| fill(&mut file).and_then(|()| file.flush()))
        .and_then(|()| fs::rename(&part, path));
    written.map_err(|error| {
        // The first error is the one to tell.
        let _ = fs::remove_file(&part);
        failed(path, "be written; check the folder and the free space")(error)
    })
}

fn failed<'a>(
    path: &'a Path,
    action: &'static str,
) -> impl FnOnce(io::Error) -> SimulateError + 'a {
    move |source| SimulateError::Io {
        path: path.to_owned(),
        action,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fish::Truth;

    #[test]
    fn a_slide_is_written_and_its_truth_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut plan = Plan::rearranged(3);
        plan.field.fields = 2;
        plan.field.cells = 8;
        plan.field.size_px = 400;
        let outputs =
            simulate(&plan, folder.path(), &mut |_, _| ControlFlow::Continue(())).unwrap();
        assert_eq!(outputs.len(), 2);
        let text = fs::read_to_string(&outputs[1].truth).unwrap();
        let truth: Truth = serde_json::from_str(&text).unwrap();
        assert_eq!(truth.cells.len(), 8);
        assert_eq!(truth.spots.len(), outputs[1].signals);
        assert!(text.contains(r#""D":"#) && text.contains(r#""ch":"R""#));
        let files = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 6);
    }

    #[test]
    fn a_plan_is_read_and_a_wrong_word_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.toml");
        fs::write(&path, "seed = 5\n[alk]\ncopies = [4, 6]\nkind = \"inv2\"\n").unwrap();
        let plan = read_plan(&path).unwrap();
        assert_eq!((plan.seed, plan.alk.copies), (5, [4, 6]));
        fs::write(&path, "[alk]\ncopy = 4\n").unwrap();
        let error = read_plan(&path).unwrap_err().to_string();
        assert!(
            error.contains("plan.toml") && error.contains("copy"),
            "{error}"
        );
    }

    #[test]
    fn stopping_ends_between_fields() {
        let folder = tempfile::tempdir().unwrap();
        let stopped = simulate(&Plan::negative(1), folder.path(), &mut |_, _| {
            ControlFlow::Break(())
        });
        assert!(matches!(stopped, Err(SimulateError::Interrupted)));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
