//! The files of a simulated section: picture, truth and outlines.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use alkaid_imaging::PixelSize;
use alkaid_imaging::brightfield::BrightfieldError;
use alkaid_imaging::brightfield::pyramid::PyramidWriter;
use serde::Serialize;

use super::{CellTruth, IhcPlan, Section};

/// The files of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionFiles {
    /// The picture: `PREFIX.png`, or with a pyramid `PREFIX.tif`.
    pub picture: PathBuf,
    /// `PREFIX_truth.json`.
    pub truth: PathBuf,
    /// `PREFIX_tumour.geojson`.
    pub tumour: PathBuf,
}

/// Why a section could not be written.
#[derive(Debug, thiserror::Error)]
pub enum IhcWriteError {
    /// The disk.
    #[error("cannot write {}: {source}; check that the folder exists and has space", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The picture.
    #[error(transparent)]
    Picture(#[from] BrightfieldError),
}

/// `PREFIX_truth.json`.
#[derive(Serialize)]
struct TruthFile<'s> {
    plan: &'s IhcPlan,
    h_score: f64,
    haematoxylin: [f64; 3],
    dab: [f64; 3],
    cells: &'s [CellTruth],
}

/// Writes picture, truth and outlines. A pyramid is a TIFF of tiles with JPEG compression, as scanners write; without it
/// the picture is a PNG, which loses nothing.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write_section(
    prefix: &Path,
    plan: &IhcPlan,
    section: &Section,
    form: PictureForm,
) -> Result<SectionFiles, IhcWriteError> {
    let with = |end: &str| {
        let mut name = prefix.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let files = SectionFiles {
        picture: with(match form {
            PictureForm::Png => ".png",
            PictureForm::Pyramid => ".tif",
        }),
        truth: with("_truth.json"),
        tumour: with("_tumour.geojson"),
    };
    let (width, height) = (section.picture.width, section.picture.height);
    match form {
        PictureForm::Png => image::save_buffer(
            &files.picture,
            &section.picture.pixels,
            width as u32,
            height as u32,
            image::ExtendedColorType::Rgb8,
        )
        .map_err(|source| IhcWriteError::Write {
            path: files.picture.clone(),
            source: io::Error::other(source),
        })?,
        PictureForm::Pyramid => {
            let pixel = PixelSize {
                x_um: plan.pixel_um,
                y_um: plan.pixel_um,
                z_um: None,
            };
            let words = "simulated section, made by alkaid simulate ihc";
            let mut writer =
                PyramidWriter::create(&files.picture, width, height, Some(pixel), words)?;
            writer.rows(&section.picture)?;
            writer.finish()?;
        }
    }
    let truth = TruthFile {
        plan,
        h_score: section.h_score(),
        haematoxylin: section.vectors.haematoxylin,
        dab: section.vectors.dab,
        cells: &section.cells,
    };
    json(&files.truth, &truth)?;
    json(&files.tumour, &outlines(&section.nests))?;
    Ok(files)
}

/// The form of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureForm {
    /// PNG.
    Png,
    /// Tiled TIFF with levels.
    Pyramid,
}

/// Outlines as QuPath writes annotations.
fn outlines(nests: &[Vec<[f64; 2]>]) -> serde_json::Value {
    let features: Vec<_> = nests
        .iter()
        .map(|outline| {
            serde_json::json!({
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [outline]},
                "properties": {"objectType": "annotation", "classification": {"name": "Tumor"}},
            })
        })
        .collect();
    serde_json::json!({"type": "FeatureCollection", "features": features})
}

fn json(path: &Path, value: &impl Serialize) -> Result<(), IhcWriteError> {
    let failed = |source| IhcWriteError::Write {
        path: path.to_owned(),
        source,
    };
    let mut text = serde_json::to_string(value).map_err(|error| failed(error.into()))?;
    text.push('\n');
    fs::write(path, text).map_err(failed)
}
