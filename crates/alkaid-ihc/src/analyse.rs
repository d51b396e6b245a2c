//! The whole road, from a slide to the report and its cells.

use alkaid_imaging::PixelSize;
use alkaid_imaging::brightfield::{Rgb, Slide, Window};
use alkaid_imaging::stain::{
    Density, Estimate, NotHdab, StainVectors, VectorSource, WhitePoint, WhiteSource, check,
    densities, estimate, separate,
};
use rayon::prelude::*;

use crate::artefact;
use crate::cells::median;
use crate::error::IhcError;
use crate::finding::{
    Call, Cell, ControlFinding, IHC_VERSION, IhcReport, ImageFinding, ImageFlag, PixelSource,
    RegionFinding, RegionSource, StainFinding,
};
use crate::kit::{CutOffs, Kit, Question, call};
use crate::nuclei::NucleusFinder;
use crate::quality::{self, TissueMap};
use crate::region::{Region, RegionChoice};
use crate::summary;
use crate::tile::{TileSettings, cores, tile, without_twins};
use crate::walk::in_order;

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct IhcOptions {
    /// Micrometres a pixel, in place of what the file says.
    pub pixel_um: Option<f64>,
    /// Which cells are tumour.
    pub region: RegionChoice,
    /// Whose rule makes the call.
    pub kit: &'static Kit,
    /// Where the classes begin.
    pub cut_offs: CutOffs,
    /// Vectors to use in place of the slide's own.
    pub vectors: Option<StainVectors>,
    /// Counts of white, in place of the slide's own.
    pub white: Option<[f64; 3]>,
    /// The sample's name.
    pub sample: String,
}

/// Told how far the work is.
pub trait Progress: Sync {
    /// `done` of `total` tiles are measured.
    fn advance(&self, done: u64, total: u64);
    /// Whether to stop.
    fn interrupted(&self) -> bool {
        false
    }
}

/// Work beside the main one: its tiles are not counted, but it stops when that stops.
struct Beside<'p>(&'p dyn Progress);

impl Progress for Beside<'_> {
    fn advance(&self, _: u64, _: u64) {}

    fn interrupted(&self) -> bool {
        self.0.interrupted()
    }
}

/// Nobody is told.
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _: u64, _: u64) {}
}

/// A section that was measured.
pub struct Measured {
    /// Everything but the cells.
    pub report: IhcReport,
    /// The cells, in reading order.
    pub cells: Vec<Cell>,
}

/// Longest side of the overview, pixels.
const OVERVIEW: u32 = 1536;
/// Side of a piece of the sample, pixels of the picture.
const SAMPLE_SIDE: u32 = 512;
/// Pieces of the sample.
const SAMPLE_PIECES: usize = 20;
/// One pixel of the sample in so many tells the dyes' hues.
const SAMPLE_STEP: usize = 3;
/// A measured pixel is at least this wide, micrometres, where the picture's are smaller: nuclei are as well seen at
/// 0.5 µm as at 0.25, in a quarter of the time.
const MEASURED_UM: f64 = 0.45;
/// Median DAB of tissue that should have none from which a run is over-stained, optical density: half of 1+.
const OVER_STAINED: f64 = 0.1;

/// Everything that is the same for all tiles of a slide.
struct Prepared {
    pixel: PixelSize,
    pixel_from: PixelSource,
    factor: u32,
    white: WhitePoint,
    estimate: Estimate,
    tissue: TissueMap,
    finder: NucleusFinder,
    sharpness: f64,
    block_step: f64,
}

/// Measures a section.
///
/// # Errors
///
/// When the picture cannot be read, is no section in haematoxylin and DAB, its pixel size is unknown, it has no nuclei,
/// or files that go with it cannot be used.
pub fn analyse(
    slide: &Slide,
    control: Option<&Slide>,
    options: &IhcOptions,
    progress: &dyn Progress,
) -> Result<Measured, IhcError> {
    let region = Region::open(&options.region, slide.size())?;
    let prepared = prepare(slide, options)?;
    let pixel_um = prepared.pixel.x_um;
    // First, as it is small: what is wrong with it is said before the section is measured.
    let control = control
        .map(|control| control_finding(control, pixel_um, options, progress))
        .transpose()?;
    let (mut cells, tiles) = measure(slide, &prepared, options, progress)?;
    if cells.is_empty() {
        return Err(IhcError::NoNuclei {
            file: slide.name.clone(),
            um: pixel_um,
        });
    }
    region.mark(&mut cells, pixel_um);
    let mut report = report(slide, &prepared, &region, &tiles, &cells, control, options);
    report.artefacts = artefact::findings(&cells, &tiles.bare, &prepared.tissue, &report, pixel_um);
    conclude(&mut report, &cells, options);
    Ok(Measured { report, cells })
}

/// Scores, pattern and call, from the cells as they are: also after a person changed them.
pub fn conclude(report: &mut IhcReport, cells: &[Cell], options: &IhcOptions) {
    report.region.tumour_cells = cells.iter().filter(|cell| cell.tumour).count() as u64;
    report.reviewed = cells.iter().filter(|cell| cell.reviewed.is_some()).count() as u64;
    report.score = summary::score(cells, report.image.pixel.x_um);
    report.pattern = summary::pattern(cells);
    let question = Question {
        score: &report.score,
        pattern: &report.pattern,
        cut_offs: &options.cut_offs,
        review: review(report),
    };
    report.call = call(options.kit, question);
}

/// Reasons for a pathologist that lie outside the kit's rule.
fn review(report: &IhcReport) -> Vec<String> {
    let mut review: Vec<String> = report
        .image
        .flags
        .iter()
        .filter(|flag| !matches!(flag, ImageFlag::NoGlass))
        .map(|flag| flag.as_str().to_owned())
        .collect();
    if report.region.source == RegionSource::Guess {
        review.push(
            "which cells are tumour was guessed; draw the tumour and give --region".to_owned(),
        );
    }
    let vectors = &report.stain.vectors;
    for (dye, from) in [
        ("haematoxylin", &vectors.haematoxylin),
        ("DAB", &vectors.dab),
    ] {
        if matches!(from, VectorSource::PublishedOtherHue { .. }) {
            review.push(format!("what should be {dye} has another hue"));
        }
    }
    if report
        .control
        .as_ref()
        .is_some_and(|control| control.over_stained)
    {
        review.push("the control tissue is stained".to_owned());
    }
    for finding in &report.artefacts {
        use crate::finding::Artefact;
        if matches!(
            finding.artefact,
            Artefact::OverStaining | Artefact::EdgeEffect
        ) {
            review.push(format!("{}: {}", finding.artefact.as_str(), finding.what));
        }
    }
    review
}

/// Pixel size, white, tissue, vectors and threshold.
fn prepare(slide: &Slide, options: &IhcOptions) -> Result<Prepared, IhcError> {
    let refuse = |problem: NotHdab| IhcError::NotHdab {
        file: slide.name.clone(),
        problem,
    };
    let (pixel, pixel_from) = pixel_size(slide, options)?;
    let factor = (MEASURED_UM / pixel.x_um).round().max(1.0) as u32;
    let (overview, downsample) = slide.overview(OVERVIEW)?;
    let white = match options.white {
        Some(rgb) => WhitePoint {
            rgb,
            source: WhiteSource::Given,
        },
        None => WhitePoint::find([&overview].into_iter()),
    };
    // On dark pictures the white point means nothing: look at darkness first.
    let tissue = TissueMap::find(&overview, &white, downsample).map_err(refuse)?;
    let pieces = sample(slide, &tissue)?;
    let sample: Vec<Density> = pieces
        .par_iter()
        .flat_map_iter(|piece| {
            let (_, _, densities) = densities(piece, &white, factor as usize);
            densities.into_iter().step_by(SAMPLE_STEP)
        })
        .collect();
    let estimate = match options.vectors {
        Some(vectors) => Estimate {
            vectors: vectors.normalised(),
            haematoxylin: VectorSource::Given,
            dab: VectorSource::Given,
        },
        None => estimate(&sample),
    };
    check(&sample, &estimate.vectors).map_err(refuse)?;
    let pixel_um = pixel.x_um * f64::from(factor);
    let planes: Vec<_> = pieces
        .par_iter()
        .map(|piece| separate(piece, &white, &estimate.vectors, factor as usize).haematoxylin)
        .collect();
    let (sharpness, block_step) = rayon::join(
        || quality::sharpness(&pieces, pixel.x_um),
        || quality::block_step(&pieces),
    );
    Ok(Prepared {
        sharpness,
        block_step,
        finder: NucleusFinder::for_sample(&planes, pixel_um)?,
        pixel,
        pixel_from,
        factor,
        white,
        estimate,
        tissue,
    })
}

fn pixel_size(slide: &Slide, options: &IhcOptions) -> Result<(PixelSize, PixelSource), IhcError> {
    let (pixel, from) = match (options.pixel_um, slide.pixel) {
        (Some(um), _) => (
            PixelSize {
                x_um: um,
                y_um: um,
                z_um: None,
            },
            PixelSource::Given,
        ),
        (None, Some(pixel)) => (pixel, PixelSource::File),
        (None, None) => {
            return Err(IhcError::NoPixelSize {
                file: slide.name.clone(),
            });
        }
    };
    if (pixel.x_um / pixel.y_um - 1.0).abs() >= 0.05 {
        return Err(IhcError::NotSquare {
            file: slide.name.clone(),
            x_um: pixel.x_um,
            y_um: pixel.y_um,
        });
    }
    match (0.05..=1.5).contains(&pixel.x_um) {
        true => Ok((pixel, from)),
        false => Err(IhcError::PixelSize {
            file: slide.name.clone(),
            um: pixel.x_um,
        }),
    }
}

/// Pieces of tissue at full resolution, spread evenly over it.
fn sample(slide: &Slide, tissue: &TissueMap) -> Result<Vec<Rgb>, IhcError> {
    let (width, height) = slide.size();
    let mut places = Vec::new();
    for y in (0..height).step_by(SAMPLE_SIDE as usize) {
        for x in (0..width).step_by(SAMPLE_SIDE as usize) {
            if tissue.touches(
                x,
                y,
                SAMPLE_SIDE.min(width - x),
                SAMPLE_SIDE.min(height - y),
            ) {
                places.push((x, y));
            }
        }
    }
    let step = places.len().div_ceil(SAMPLE_PIECES).max(1);
    places
        .iter()
        .step_by(step)
        .map(|(x, y)| {
            let window = Window {
                x: *x,
                y: *y,
                width: SAMPLE_SIDE,
                height: SAMPLE_SIDE,
            };
            Ok(slide.read(0, window)?)
        })
        .collect()
}

/// What the tiles add up to, beside the cells.
struct Ground {
    bare: Vec<crate::tile::BareStain>,
    background: f64,
    residual: f64,
    saturated: f64,
}

/// Measures all tiles that hold tissue.
fn measure(
    slide: &Slide,
    prepared: &Prepared,
    options: &IhcOptions,
    progress: &dyn Progress,
) -> Result<(Vec<Cell>, Ground), IhcError> {
    let settings = TileSettings {
        slide,
        white: prepared.white,
        vectors: prepared.estimate.vectors,
        cut_offs: &options.cut_offs,
        finder: &prepared.finder,
        factor: prepared.factor,
        pixel_um: prepared.pixel.x_um * f64::from(prepared.factor),
    };
    let cores: Vec<Window> = cores(slide.size(), settings.factor, settings.pixel_um)
        .into_iter()
        .filter(|core| {
            prepared
                .tissue
                .touches(core.x, core.y, core.width, core.height)
        })
        .collect();
    let tiles = in_order(
        cores.len(),
        |index, spare| {
            if progress.interrupted() {
                return Err(IhcError::Interrupted);
            }
            Ok(tile(&settings, cores[index], spare)?)
        },
        progress,
    )?;
    let mut background: Vec<f32> = Vec::new();
    let mut ground = Ground {
        bare: Vec::new(),
        background: 0.0,
        residual: 0.0,
        saturated: 0.0,
    };
    let (mut residual, mut tissue) = ([0.0_f64; 2], [0_u64; 2]);
    let mut cells = Vec::with_capacity(tiles.iter().map(|tile| tile.cells.len()).sum());
    for found in tiles {
        cells.extend(found.cells);
        ground.bare.extend(found.bare_stain);
        background.extend(found.background);
        for side in 0..2 {
            residual[side] += found.residual[side];
            tissue[side] += found.tissue[side];
        }
    }
    ground.background = f64::from(median(&mut background).unwrap_or(0.0));
    ground.residual = (residual[0] / residual[1].max(1e-12)).sqrt();
    ground.saturated = tissue[1] as f64 / tissue[0].max(1) as f64;
    let mut cells = without_twins(cells, prepared.factor);
    for (index, cell) in cells.iter_mut().enumerate() {
        cell.id = index as u32 + 1;
    }
    Ok((cells, ground))
}

/// Measures control tissue. Where its file states no pixel size, it has that of the section, `section_um`.
fn control_finding(
    control: &Slide,
    section_um: f64,
    options: &IhcOptions,
    progress: &dyn Progress,
) -> Result<ControlFinding, IhcError> {
    let options = &IhcOptions {
        pixel_um: control.pixel.is_none().then_some(section_um),
        ..options.clone()
    };
    let prepared = prepare(control, options)?;
    let (cells, _) = measure(control, &prepared, options, &Beside(progress))?;
    if cells.is_empty() {
        return Err(IhcError::NoNuclei {
            file: control.name.clone(),
            um: prepared.pixel.x_um,
        });
    }
    let mut dab: Vec<f32> = cells.iter().map(|cell| cell.dab).collect();
    let median_dab = f64::from(median(&mut dab).unwrap_or(0.0));
    let positive = dab
        .iter()
        .filter(|dab| f64::from(**dab) >= options.cut_offs.dab[0])
        .count();
    let percent_positive = 100.0 * positive as f64 / cells.len() as f64;
    let over_stained = median_dab >= OVER_STAINED || percent_positive >= 10.0;
    Ok(ControlFinding {
        file: control.name.clone(),
        cells: cells.len() as u64,
        median_dab,
        percent_positive,
        over_stained,
        what: match over_stained {
            true => format!(
                "tissue without ALK is stained: median DAB {median_dab:.2} (limit {OVER_STAINED}), {percent_positive:.0} % of cells at 1+ or more (limit 10 %)"
            ),
            false => format!(
                "tissue without ALK is clean: median DAB {median_dab:.2}, {percent_positive:.1} % of cells at 1+ or more"
            ),
        },
    })
}

fn report(
    slide: &Slide,
    prepared: &Prepared,
    region: &Region,
    ground: &Ground,
    cells: &[Cell],
    control: Option<ControlFinding>,
    options: &IhcOptions,
) -> IhcReport {
    let (width, height) = slide.size();
    let mm2 = |px: f64| px * prepared.pixel.x_um * prepared.pixel.y_um * 1e-6;
    let mut flags = Vec::new();
    let mut flag = |is: bool, flag: ImageFlag| {
        if is {
            flags.push(flag);
        }
    };
    flag(prepared.sharpness < quality::BLURRED, ImageFlag::Blur);
    flag(prepared.block_step > quality::BLOCKS, ImageFlag::JpegBlocks);
    flag(
        prepared.white.source == WhiteSource::PalestTissue,
        ImageFlag::NoGlass,
    );
    flag(prepared.pixel.x_um > 0.6, ImageFlag::CoarsePixels);
    flag(ground.saturated > 0.02, ImageFlag::Saturated);
    let mut warnings = vec![format!(
        "Classes begin at {:.2}, {:.2} and {:.2} of DAB ({}). Densities depend on stain, section and scanner: set the cut-offs on your own controls.",
        options.cut_offs.dab[0],
        options.cut_offs.dab[1],
        options.cut_offs.dab[2],
        options.cut_offs.source
    )];
    if flags.contains(&ImageFlag::NoGlass) {
        warnings.push(ImageFlag::NoGlass.as_str().to_owned());
    }
    for (dye, source) in [
        ("haematoxylin", &prepared.estimate.haematoxylin),
        ("DAB", &prepared.estimate.dab),
    ] {
        match source {
            VectorSource::PublishedTooFew { .. } => warnings.push(format!(
                "too little {dye} to take its vector from the slide; the published one is used"
            )),
            VectorSource::PublishedOtherHue {
                degrees_from_published,
            } => warnings.push(format!(
                "what should be {dye} is {degrees_from_published:.0} degrees from the published hue; the published vector is used"
            )),
            VectorSource::Slide { .. } | VectorSource::Given => {}
        }
    }
    IhcReport {
        schema_version: IHC_VERSION.to_owned(),
        tool: concat!("alkaid ", env!("CARGO_PKG_VERSION")).to_owned(),
        notice: "For research use only. Not for use in diagnostic procedures.".to_owned(),
        sample: options.sample.clone(),
        image: ImageFinding {
            file: slide.name.clone(),
            format: slide.format.clone(),
            width,
            height,
            pixel: prepared.pixel,
            pixel_from: prepared.pixel_from,
            reduced_by: prepared.factor,
            tissue_mm2: mm2(prepared.tissue.area_px()),
            sharpness: prepared.sharpness,
            block_step: prepared.block_step,
            flags,
        },
        stain: StainFinding {
            white: prepared.white,
            vectors: prepared.estimate.clone(),
            residual: ground.residual,
            background_dab: ground.background,
        },
        region: RegionFinding {
            source: region.source,
            how: region.how.clone(),
            area_mm2: region.area_px().map(mm2),
            cells: cells.len() as u64,
            tumour_cells: 0,
        },
        score: crate::finding::Score::default(),
        pattern: summary::pattern(&[]),
        artefacts: Vec::new(),
        not_judged: artefact::NOT_JUDGED
            .iter()
            .map(|s| (*s).to_owned())
            .collect(),
        control,
        call: crate::finding::KitCall {
            kit: options.kit.key.clone(),
            kit_name: options.kit.name.clone(),
            call: Call::NotEvaluable,
            case_class: None,
            fish_rate: None,
            reflex: false,
            reasons: Vec::new(),
            review: Vec::new(),
            cut_offs: options.cut_offs.dab,
            cut_offs_source: String::new(),
            rule_source: String::new(),
        },
        reviewed: 0,
        warnings,
    }
}
