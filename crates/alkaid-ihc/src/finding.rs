//! What is found on one stained section.

use alkaid_imaging::PixelSize;
use alkaid_imaging::stain::{Estimate, WhitePoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of `ihc.json`; the first number goes up when a field changes its meaning or goes away.
pub const IHC_VERSION: &str = "1.1";

/// Everything about one section, but the cells themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IhcReport {
    /// Version of this layout.
    pub schema_version: String,
    /// Program and version.
    pub tool: String,
    /// For research use only.
    pub notice: String,
    /// The sample's name.
    pub sample: String,
    /// The picture.
    pub image: ImageFinding,
    /// How the dyes were taken apart.
    pub stain: StainFinding,
    /// Which cells are tumour.
    pub region: RegionFinding,
    /// Counts and scores of the tumour cells.
    pub score: Score,
    /// Where in the cell the stain lies.
    pub pattern: PatternFinding,
    /// What may have been taken for staining.
    pub artefacts: Vec<ArtefactFinding>,
    /// Artefacts that this program cannot tell, and that a person has to look for.
    pub not_judged: Vec<String>,
    /// The control tissue, where it was given.
    pub control: Option<ControlFinding>,
    /// The call by the kit's rule.
    pub call: KitCall,
    /// Cells that a person scored anew.
    pub reviewed: u64,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// The picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImageFinding {
    /// The file's name.
    pub file: String,
    /// What kind of file it is.
    pub format: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Size of a pixel that was worked with.
    pub pixel: PixelSize,
    /// Where the pixel size comes from.
    pub pixel_from: PixelSource,
    /// Pixels of the picture along the side of one that was measured.
    pub reduced_by: u32,
    /// Area that is tissue, square millimetres.
    pub tissue_mm2: f64,
    /// Sharpness; see `docs/ihc.md`. About 1 for a sharp picture.
    pub sharpness: f64,
    /// Step at the edges of JPEG's blocks of 8 pixels over that inside them; 1 where there is none.
    pub block_step: f64,
    /// What is wrong with it.
    pub flags: Vec<ImageFlag>,
}

/// Where a pixel size comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PixelSource {
    /// The file states it.
    File,
    /// The user gave it.
    Given,
}

/// What is wrong with a picture that can still be measured.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ImageFlag {
    /// Out of focus.
    Blur,
    /// Blocks of a strong JPEG compression.
    JpegBlocks,
    /// No empty glass to take the white from.
    NoGlass,
    /// Pixels too large to see granules or membranes.
    CoarsePixels,
    /// Much of the tissue is so dark that the camera cannot tell amounts.
    Saturated,
}

impl ImageFlag {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blur => "blur: the picture is out of focus",
            Self::JpegBlocks => {
                "JPEG blocks: the picture was compressed so far that blocks of 8 pixels show"
            }
            Self::NoGlass => {
                "no empty glass: white is taken from the palest tissue, so densities are a little low"
            }
            Self::CoarsePixels => "pixels above 0.6 µm: granules and membranes cannot be seen",
            Self::Saturated => "part of the stain is darker than the camera can measure",
        }
    }
}

/// How the dyes were taken apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StainFinding {
    /// White.
    pub white: WhitePoint,
    /// The dyes' vectors.
    pub vectors: Estimate,
    /// Root mean square of what the two dyes leave over, over that of the whole optical density, on tissue.
    pub residual: f64,
    /// Median DAB of tissue outside cells, optical density: the background.
    pub background_dab: f64,
}

/// Which cells are tumour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionFinding {
    /// How they were told.
    pub source: RegionSource,
    /// In words, with the file's name.
    pub how: String,
    /// Area of the region, square millimetres, where one was given.
    pub area_mm2: Option<f64>,
    /// All cells found on tissue.
    pub cells: u64,
    /// Cells taken for tumour.
    pub tumour_cells: u64,
}

/// How tumour cells are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegionSource {
    /// Outlines drawn by a person.
    Outlines,
    /// A mask made by a person or another program.
    Mask,
    /// Every cell of the picture, as the user asked for.
    Everything,
    /// Guessed from size and shape of nuclei. Experimental.
    Guess,
}

/// Intensity of DAB in a cell.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Class {
    /// None.
    #[serde(rename = "0")]
    Negative,
    /// Weak.
    #[serde(rename = "1+")]
    Weak,
    /// Moderate.
    #[serde(rename = "2+")]
    Moderate,
    /// Strong.
    #[serde(rename = "3+")]
    Strong,
}

impl Class {
    /// All, weakest first.
    pub const ALL: [Self; 4] = [Self::Negative, Self::Weak, Self::Moderate, Self::Strong];

    /// As pathologists write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Negative => "0",
            Self::Weak => "1+",
            Self::Moderate => "2+",
            Self::Strong => "3+",
        }
    }

    /// By its name, with or without the plus.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        match text.trim().trim_end_matches('+') {
            "0" => Some(Self::Negative),
            "1" => Some(Self::Weak),
            "2" => Some(Self::Moderate),
            "3" => Some(Self::Strong),
            _ => None,
        }
    }
}

/// Counts and scores.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// Tumour cells that were scored: 0, 1+, 2+, 3+.
    pub cells: [u64; 4],
    /// Tumour cells that were left out, as they show an artefact.
    pub left_out: u64,
    /// Percent of the cells 1+, plus twice that of 2+, plus three times that of 3+: 0 to 300. `None` without cells.
    pub h_score: Option<f64>,
    /// 95 % interval of the H-score over the fields of the section, as cells beside each other are alike.
    pub h_score_interval: Option<[f64; 2]>,
    /// Percent of the cells 1+ or more.
    pub percent_positive: Option<f64>,
    /// Percent of the cells 3+.
    pub percent_strong: Option<f64>,
    /// Strong cells that are granular in the cytoplasm, or that a person called strong.
    pub strong_granular: u64,
    /// Those of them that a person looked at.
    #[serde(default)]
    pub strong_reviewed: u64,
    /// Median DAB of the cytoplasm, optical density.
    pub median_dab: Option<f64>,
}

/// Where the stain lies.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// The cytoplasm, evenly.
    Cytoplasmic,
    /// The cytoplasm, in grains.
    Granular,
    /// Nucleus and cytoplasm.
    NuclearAndCytoplasmic,
    /// The rim of the nucleus.
    NuclearMembrane,
    /// The rim of the cell.
    Membranous,
    /// No stain, or none that can be told.
    None,
}

impl Pattern {
    /// All, in the order of the counts in a [`PatternFinding`].
    pub const ALL: [Self; 5] = [
        Self::Cytoplasmic,
        Self::Granular,
        Self::NuclearAndCytoplasmic,
        Self::NuclearMembrane,
        Self::Membranous,
    ];

    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cytoplasmic => "cytoplasmic",
            Self::Granular => "granular cytoplasmic",
            Self::NuclearAndCytoplasmic => "nuclear and cytoplasmic",
            Self::NuclearMembrane => "nuclear membrane",
            Self::Membranous => "membranous",
            Self::None => "none",
        }
    }
}

/// The pattern of the section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PatternFinding {
    /// That of most stained cells; `none` where too few are stained.
    pub pattern: Pattern,
    /// Percent of the stained cells with that pattern.
    pub percent: Option<f64>,
    /// Stained cells by pattern: cytoplasmic, granular, nuclear and cytoplasmic, nuclear membrane, membranous.
    pub cells: [u64; 5],
    /// Partners that the pattern suggests. A hint for the laboratory, not a call.
    pub suggests: Vec<PartnerHint>,
}

/// A row of the table of facts that fits the pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartnerHint {
    /// Gene symbols.
    pub partners: Vec<String>,
    /// The statement.
    pub fact: String,
    /// The row's key in the table `detection`.
    pub row: String,
    /// Where it comes from.
    pub source: String,
    /// `sourced`, `computed` or `unverified`.
    pub status: String,
}

/// What may be taken for staining of tumour cells.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Artefact {
    /// A few coarse dots in a cell that is pale otherwise, as macrophages show.
    Stipple,
    /// Brown areas without nuclei: mucin, necrosis, or stain on the glass.
    StainWithoutNuclei,
    /// A thin brown rim around a large pale vacuole: a signet-ring cell.
    ThinRim,
    /// Stain on one side of the cell, towards a lumen.
    ApicalMembrane,
    /// Very large cells among which ganglion cells may be.
    LargeCell,
    /// Stronger stain along the edge of the tissue.
    EdgeEffect,
    /// Stain all over: the background is stained too.
    OverStaining,
}

impl Artefact {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stipple => "stippled cell (macrophage?)",
            Self::StainWithoutNuclei => "stain without nuclei (mucin, necrosis or glass)",
            Self::ThinRim => "thin rim around a vacuole (signet-ring cell)",
            Self::ApicalMembrane => "stain on the side towards a lumen (apical membrane)",
            Self::LargeCell => "very large stained cell (ganglion cell?)",
            Self::EdgeEffect => "stronger stain along the tissue's edge",
            Self::OverStaining => "background stained as well (over-staining)",
        }
    }

    /// Whether a cell that shows it is left out of the score. The others are pointed out and stay.
    #[must_use]
    pub const fn takes_out(self) -> bool {
        matches!(self, Self::Stipple | Self::ApicalMembrane)
    }

    /// The name in files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Stipple => "stipple",
            Self::StainWithoutNuclei => "stain_without_nuclei",
            Self::ThinRim => "thin_rim",
            Self::ApicalMembrane => "apical_membrane",
            Self::LargeCell => "large_cell",
            Self::EdgeEffect => "edge_effect",
            Self::OverStaining => "over_staining",
        }
    }
}

/// One kind of artefact on the section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArtefactFinding {
    /// Which.
    pub artefact: Artefact,
    /// Cells, or areas, that show it.
    pub count: u64,
    /// Square millimetres, for areas.
    pub area_mm2: Option<f64>,
    /// What was measured and what follows.
    pub what: String,
    /// Examples to look at: x and y of the middle and the side of a square, pixels of the picture.
    pub places: Vec<[f64; 3]>,
}

/// Tissue on which no stain is expected, stained in the same run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ControlFinding {
    /// The file's name.
    pub file: String,
    /// Cells measured.
    pub cells: u64,
    /// Median DAB of cells, optical density.
    pub median_dab: f64,
    /// Percent of cells at or above 1+.
    pub percent_positive: f64,
    /// Whether the run is taken for over-stained.
    pub over_stained: bool,
    /// In words.
    pub what: String,
}

/// The call by one kit's rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KitCall {
    /// The kit's key, `D5F3`.
    pub kit: String,
    /// Its name.
    pub kit_name: String,
    /// The call.
    pub call: Call,
    /// Score of the case, for kits that have one.
    pub case_class: Option<Class>,
    /// Share of cases with that score that were rearranged by FISH.
    pub fish_rate: Option<FishRate>,
    /// Whether FISH, or another method, should follow.
    pub reflex: bool,
    /// Why, in the order in which the rule was walked.
    pub reasons: Vec<String>,
    /// Why a pathologist must decide; empty where the rule decides alone.
    pub review: Vec<String>,
    /// Cut-offs of the classes, optical density: 1+, 2+, 3+.
    pub cut_offs: [f64; 3],
    /// Where the cut-offs come from.
    pub cut_offs_source: String,
    /// Where the rule comes from.
    pub rule_source: String,
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Positive.
    Positive,
    /// Negative.
    Negative,
    /// Neither: the kit asks for another method.
    Equivocal,
    /// A pathologist must decide; what the rule would say stands in the reasons.
    NeedsReview,
    /// Too few cells.
    NotEvaluable,
}

impl Call {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Equivocal => "equivocal",
            Self::NeedsReview => "needs review",
            Self::NotEvaluable => "not evaluable",
        }
    }
}

/// How often cases with a score were rearranged by FISH.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FishRate {
    /// Percent.
    pub percent: f64,
    /// 95 % interval.
    pub interval: [f64; 2],
    /// Where it comes from.
    pub source: String,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// Number on the section, from 1, row by row: the name in every output.
    pub id: u32,
    /// Middle of the nucleus, pixels of the picture.
    pub x_px: f64,
    /// Middle of the nucleus, pixels of the picture.
    pub y_px: f64,
    /// Area of the nucleus, square micrometres.
    pub nucleus_um2: f64,
    /// Short over long axis of the nucleus, 0 to 1.
    pub roundness: f64,
    /// Area of the ring of cytoplasm, square micrometres.
    pub ring_um2: f64,
    /// Mean haematoxylin of the nucleus, optical density.
    pub haematoxylin: f32,
    /// Mean DAB of the nucleus, optical density.
    pub nuclear_dab: f32,
    /// Mean DAB of the cytoplasm, optical density: what the class rests on.
    pub dab: f32,
    /// Standard deviation of fine DAB grains over the mean.
    pub granularity: f32,
    /// DAB of the outer part of the ring over that of the inner one.
    pub outer_over_inner: f32,
    /// DAB at the nucleus' rim over the larger of those inside and outside it.
    pub rim_over_sides: f32,
    /// How far DAB lies to one side, 0 to 1.
    pub one_sided: f32,
    /// Whether it is tumour.
    pub tumour: bool,
    /// Intensity.
    pub class: Class,
    /// Where the stain lies.
    pub pattern: Pattern,
    /// What may have been taken for staining.
    pub artefacts: Vec<Artefact>,
    /// How doubtful the class is, 0 (sure) to 1 (either way).
    pub doubt: f32,
    /// A person's change; few of a million cells have one.
    pub reviewed: Option<Box<Review>>,
    /// Outline of the nucleus, pixels of the picture, closed by the first point.
    pub nucleus: Vec<[f32; 2]>,
    /// Outline of the cell.
    pub outline: Vec<[f32; 2]>,
}

impl Cell {
    /// Whether it counts for the score.
    #[must_use]
    pub fn scored(&self) -> bool {
        self.tumour && !self.artefacts.iter().any(|artefact| artefact.takes_out())
    }
}

/// What a person said of a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Review {
    /// The class given, or `None`: not to be scored.
    pub class: Option<Class>,
    /// Who.
    pub reader: String,
    /// When.
    pub when: String,
    /// Why.
    pub reason: String,
}
