//! What to simulate, as a user writes it down. Everything has a default; where a number comes from is in
//! `data/fish_sources.tsv`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::SimulateError;

/// One slide: its fields share everything but chance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// Seed of all random draws.
    pub seed: u64,
    /// The fields.
    pub field: FieldPlan,
    /// The section and the nuclei in it.
    pub tissue: TissuePlan,
    /// ALK in the tumour's nuclei.
    pub alk: AlkPlan,
    /// How probes hybridise and what their signals are like.
    pub probe: ProbePlan,
    /// The microscope.
    pub optics: OpticsPlan,
    /// The camera.
    pub camera: CameraPlan,
}

/// Size and crowding of the fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FieldPlan {
    /// Fields of the slide.
    pub fields: u32,
    /// Nuclei in a field.
    pub cells: u32,
    /// Width and height in pixels.
    pub size_px: u32,
    /// Size of a pixel.
    pub pixel_um: f64,
    /// Probability that a nucleus may lie over or under another one; others keep clear of those placed before them.
    pub overlap: f64,
}

/// The section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TissuePlan {
    /// Thickness; 4–6 µm in routine work.
    pub section_um: f64,
    /// Share of nuclei that are tumour; the others are diploid and not rearranged.
    pub tumour_fraction: f64,
    /// Tumour nuclei.
    pub tumour: NucleiPlan,
    /// Nuclei of normal cells.
    pub normal: NucleiPlan,
    /// Share of nuclei out of focus: blurred by a further 0.8–1.5 µm.
    pub defocused: f64,
}

/// Sizes and shapes of nuclei.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NucleiPlan {
    /// Mean diameter.
    pub diameter_um: f64,
    /// Its standard deviation; diameters stay within 6 to 15 µm.
    pub diameter_sd_um: f64,
    /// Standard deviation of the logarithm of the axes' ratio.
    pub elongation: f64,
    /// Size of the dents and bulges, as a share of the radius.
    pub irregularity: f64,
}

/// ALK in the tumour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AlkPlan {
    /// Fewest and most copies in a tumour nucleus, both included; each number in between is as likely.
    pub copies: [u32; 2],
    /// Share of tumour nuclei with a rearranged copy.
    pub rearranged: f64,
    /// How that copy is rearranged.
    pub kind: Kind,
    /// Share of the rearranged nuclei that have lost the 5' part instead, whatever `kind` is.
    pub with_deletion: f64,
    /// Share of all nuclei with a copy that has lost its 3' part: an isolated green signal.
    pub green_only: f64,
}

/// How a copy of ALK is rearranged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A translocation: the two parts lie in territories that do not depend on each other.
    #[default]
    Split,
    /// inv(2)(p21p23): the parts stay close.
    Inv2,
    /// The 5' part is lost: an isolated red signal.
    #[serde(rename = "del")]
    Deletion,
    /// The 3' part is lost: an isolated green signal. Not a rearrangement that the rule counts.
    #[serde(rename = "green")]
    GreenOnly,
}

/// The probe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProbePlan {
    /// Probability that a target in the section gives a signal.
    pub efficiency: f64,
    /// Standard deviation along each axis of the way from the 3' to the 5' signal of a whole locus.
    pub intact_sd_um: f64,
    /// Share of whole loci with loose chromatin.
    pub loose: f64,
    /// The same standard deviation for these.
    pub loose_sd_um: f64,
    /// The same for the two parts of an inv(2).
    pub inv2_sd_um: f64,
    /// Size of the target itself: standard deviation of its Gaussian body.
    pub body_sd_um: f64,
    /// Share of loci that are replicated: each signal is two, 0.25–0.5 µm apart.
    pub doublets: f64,
    /// Standard deviation of the logarithm of a signal's brightness.
    pub brightness_sd: f64,
}

/// How planes are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Acquisition {
    /// One plane, focused on the middle of the section: signals far from it fade.
    Single,
    /// One picture made of several planes: each object is drawn as in the plane nearest to it. It stands for an
    /// extended-focus projection and costs as much as one plane.
    #[default]
    Projected,
    /// All planes.
    Stack,
}

/// The microscope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OpticsPlan {
    /// Numerical aperture.
    pub aperture: f64,
    /// Refractive index of the immersion.
    pub index: f64,
    /// Which planes.
    pub acquisition: Acquisition,
    /// Number of planes of a stack or a projection.
    pub planes: u32,
    /// Distance between planes.
    pub step_um: f64,
    /// Shift of the orange channel against the green one in x and y, not part of the truth's coordinates.
    pub shift_um: [f64; 2],
    /// The orange image is larger by this share, about the middle of the field.
    pub magnification: f64,
    /// Out-of-focus light of DAPI, as a share of the sharp light.
    pub haze: f64,
    /// Granules that shine in all channels, per 1000 µm².
    pub granules: f64,
    /// Brightness of a granule relative to a signal (median).
    pub granule_brightness: f64,
    /// Share of the green light that is seen in orange.
    pub green_in_orange: f64,
    /// Share of the orange light that is seen in green.
    pub orange_in_green: f64,
    /// Loss of light in the corners.
    pub vignette: f64,
}

/// The camera and how much light it gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CameraPlan {
    /// Signal-to-noise ratio: the peak of a median signal in focus, above the background, over the standard deviation
    /// of one pixel of the background inside nuclei. That standard deviation is of camera noise (shot and read noise)
    /// and leaves out texture. A signal's own ratio, after its brightness and defocus, is in the truth.
    pub snr: f64,
    /// Background light of the slide, electrons a pixel, orange and green.
    pub background_e: f64,
    /// Mean autofluorescence of nuclei, electrons a pixel, orange and green.
    pub autofluorescence_e: f64,
    /// Brightness of a nucleus in DAPI, electrons a pixel through a full section.
    pub dapi_e: f64,
    /// Read noise, electrons.
    pub read_noise_e: f64,
    /// Counts an electron.
    pub gain: f64,
    /// Counts without light.
    pub offset: f64,
    /// The count at which the camera is full.
    pub saturation: u16,
}

impl Default for FieldPlan {
    fn default() -> Self {
        Self {
            fields: 1,
            cells: 70,
            size_px: 1024,
            pixel_um: 0.1075,
            overlap: 0.15,
        }
    }
}

impl Default for TissuePlan {
    fn default() -> Self {
        Self {
            section_um: 5.0,
            tumour_fraction: 1.0,
            tumour: NucleiPlan::default(),
            normal: NucleiPlan {
                diameter_um: 8.0,
                diameter_sd_um: 0.6,
                elongation: 0.15,
                irregularity: 0.03,
            },
            defocused: 0.03,
        }
    }
}

impl Default for NucleiPlan {
    fn default() -> Self {
        Self {
            diameter_um: 10.5,
            diameter_sd_um: 1.2,
            elongation: 0.12,
            irregularity: 0.05,
        }
    }
}

impl Default for AlkPlan {
    fn default() -> Self {
        Self {
            copies: [2, 2],
            rearranged: 0.0,
            kind: Kind::Split,
            with_deletion: 0.0,
            green_only: 0.01,
        }
    }
}

impl Default for ProbePlan {
    fn default() -> Self {
        Self {
            efficiency: 0.96,
            intact_sd_um: 0.24,
            loose: 0.0,
            loose_sd_um: 0.45,
            inv2_sd_um: 0.775,
            body_sd_um: 0.235,
            doublets: 0.08,
            brightness_sd: 0.2,
        }
    }
}

impl Default for OpticsPlan {
    fn default() -> Self {
        Self {
            aperture: 1.3,
            index: 1.515,
            acquisition: Acquisition::Projected,
            planes: 9,
            step_um: 0.6,
            shift_um: [0.08, -0.05],
            magnification: 0.0005,
            haze: 0.3,
            granules: 0.4,
            granule_brightness: 1.0,
            green_in_orange: 0.04,
            orange_in_green: 0.01,
            vignette: 0.1,
        }
    }
}

impl Default for CameraPlan {
    fn default() -> Self {
        Self {
            snr: 10.0,
            background_e: 60.0,
            autofluorescence_e: 80.0,
            dapi_e: 900.0,
            read_noise_e: 3.0,
            gain: 2.0,
            offset: 100.0,
            saturation: u16::MAX,
        }
    }
}

impl Plan {
    /// Diploid tissue without a rearrangement.
    #[must_use]
    pub fn negative(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// A tumour with ALK rearranged, as published series have them on average: most nuclei scored are tumour, nearly
    /// all of these carry the rearrangement, and a third of the cases have lost the 5' part.
    #[must_use]
    pub fn rearranged(seed: u64) -> Self {
        let mut plan = Self::negative(seed);
        plan.tissue.tumour_fraction = 0.88;
        plan.alk = AlkPlan {
            copies: [2, 3],
            rearranged: 1.0,
            with_deletion: 0.33,
            ..plan.alk
        };
        plan
    }

    /// Crowded, overlapping, blurred tissue for nuclear segmentation.
    #[must_use]
    pub fn crowded(seed: u64) -> Self {
        let mut plan = Self::negative(seed);
        plan.field.cells = 110;
        plan.field.overlap = 0.6;
        plan.tissue.tumour_fraction = 0.6;
        plan.tissue.defocused = 0.15;
        plan.optics.haze = 0.6;
        plan
    }

    /// The seed of one field of the slide, counted from 0.
    #[must_use]
    pub fn field_seed(&self, index: u64) -> u64 {
        // Steps of an odd constant: no two fields of a slide share a seed, and slides with seeds next to each other do
        // not share fields.
        self.seed
            .wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// Width and height of a field in micrometres.
    #[must_use]
    pub fn side_um(&self) -> f64 {
        f64::from(self.field.size_px) * self.field.pixel_um
    }

    /// Standard deviation of a signal in focus, micrometres.
    #[must_use]
    pub fn signal_sd_um(&self, emission_nm: f64) -> f64 {
        let psf = self.optics.psf_sd_um(emission_nm);
        libm::sqrt(psf * psf + self.probe.body_sd_um * self.probe.body_sd_um)
    }

    /// Full width at half maximum of an orange signal in focus: the signal diameter of the rule.
    #[must_use]
    pub fn signal_diameter_um(&self) -> f64 {
        2.354_82 * self.signal_sd_um(super::truth::Channel::Orange.emission_nm())
    }

    /// Checks that every number is in its range.
    ///
    /// # Errors
    /// Names the field, its value and what would be right.
    pub fn check(&self) -> Result<(), SimulateError> {
        let within = |field: &'static str, value: f64, least: f64, most: f64| {
            if value.is_finite() && (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(SimulateError::Plan {
                    field,
                    value: value.to_string(),
                    remedy: format!("use {least} to {most}"),
                })
            }
        };
        let (field, tissue, alk, probe) = (&self.field, &self.tissue, &self.alk, &self.probe);
        let (optics, camera) = (&self.optics, &self.camera);
        within("field.fields", f64::from(field.fields), 1.0, 1_000.0)?;
        within("field.cells", f64::from(field.cells), 0.0, 20_000.0)?;
        within("field.size_px", f64::from(field.size_px), 64.0, 4_096.0)?;
        within("field.pixel_um", field.pixel_um, 0.03, 1.0)?;
        within("field.overlap", field.overlap, 0.0, 1.0)?;
        within("tissue.section_um", tissue.section_um, 1.0, 20.0)?;
        within("tissue.tumour_fraction", tissue.tumour_fraction, 0.0, 1.0)?;
        within("tissue.defocused", tissue.defocused, 0.0, 1.0)?;
        for nuclei in [&tissue.tumour, &tissue.normal] {
            within("tissue.*.diameter_um", nuclei.diameter_um, 6.0, 15.0)?;
            within("tissue.*.diameter_sd_um", nuclei.diameter_sd_um, 0.0, 3.0)?;
            within("tissue.*.elongation", nuclei.elongation, 0.0, 0.5)?;
            within("tissue.*.irregularity", nuclei.irregularity, 0.0, 0.15)?;
        }
        within("alk.copies", f64::from(alk.copies[0]), 1.0, 20.0)?;
        within(
            "alk.copies",
            f64::from(alk.copies[1]),
            f64::from(alk.copies[0]),
            20.0,
        )?;
        within("alk.rearranged", alk.rearranged, 0.0, 1.0)?;
        within("alk.with_deletion", alk.with_deletion, 0.0, 1.0)?;
        within("alk.green_only", alk.green_only, 0.0, 1.0)?;
        within("probe.efficiency", probe.efficiency, 0.0, 1.0)?;
        within("probe.intact_sd_um", probe.intact_sd_um, 0.0, 2.0)?;
        within("probe.loose", probe.loose, 0.0, 1.0)?;
        within("probe.loose_sd_um", probe.loose_sd_um, 0.0, 3.0)?;
        within("probe.inv2_sd_um", probe.inv2_sd_um, 0.0, 3.0)?;
        within("probe.body_sd_um", probe.body_sd_um, 0.0, 1.0)?;
        within("probe.doublets", probe.doublets, 0.0, 1.0)?;
        within("probe.brightness_sd", probe.brightness_sd, 0.0, 1.0)?;
        within("optics.aperture", optics.aperture, 0.3, 1.49)?;
        within("optics.index", optics.index, optics.aperture.max(1.0), 1.6)?;
        within("optics.planes", f64::from(optics.planes), 1.0, 101.0)?;
        within("optics.step_um", optics.step_um, 0.05, 5.0)?;
        within("optics.shift_um", optics.shift_um[0], -1.0, 1.0)?;
        within("optics.shift_um", optics.shift_um[1], -1.0, 1.0)?;
        within("optics.magnification", optics.magnification, -0.01, 0.01)?;
        within("optics.haze", optics.haze, 0.0, 3.0)?;
        within("optics.granules", optics.granules, 0.0, 100.0)?;
        within(
            "optics.granule_brightness",
            optics.granule_brightness,
            0.0,
            100.0,
        )?;
        within("optics.green_in_orange", optics.green_in_orange, 0.0, 0.5)?;
        within("optics.orange_in_green", optics.orange_in_green, 0.0, 0.5)?;
        within("optics.vignette", optics.vignette, 0.0, 0.9)?;
        within("camera.snr", camera.snr, 0.0, 1_000.0)?;
        within("camera.background_e", camera.background_e, 0.0, 1e5)?;
        within(
            "camera.autofluorescence_e",
            camera.autofluorescence_e,
            0.0,
            1e5,
        )?;
        within("camera.dapi_e", camera.dapi_e, 0.0, 1e6)?;
        within("camera.read_noise_e", camera.read_noise_e, 0.0, 100.0)?;
        within("camera.gain", camera.gain, 1e-3, 100.0)?;
        within("camera.offset", camera.offset, 0.0, 10_000.0)?;
        within(
            "camera.saturation",
            f64::from(camera.saturation),
            255.0,
            65_535.0,
        )
    }
}

impl OpticsPlan {
    /// Standard deviation of the Gaussian that stands for the point spread in focus: 0.21 λ / NA.
    #[must_use]
    pub fn psf_sd_um(&self, emission_nm: f64) -> f64 {
        0.21 * emission_nm / 1_000.0 / self.aperture
    }

    /// The same at a distance from the focal plane; it broadens as a Gaussian beam does.
    #[must_use]
    pub fn blurred_sd_um(&self, emission_nm: f64, distance_um: f64) -> f64 {
        let sd = self.psf_sd_um(emission_nm);
        let rayleigh = std::f64::consts::PI * 4.0 * sd * sd * self.index / (emission_nm / 1_000.0);
        let ratio = distance_um / rayleigh;
        sd * libm::sqrt(1.0 + ratio * ratio)
    }

    /// Heights of the planes, from below.
    #[must_use]
    pub fn plane_heights_um(&self) -> Vec<f64> {
        let planes = match self.acquisition {
            Acquisition::Single => 1,
            Acquisition::Projected | Acquisition::Stack => self.planes,
        };
        let middle = f64::from(planes - 1) / 2.0;
        (0..planes)
            .map(|plane| (f64::from(plane) - middle) * self.step_um)
            .collect()
    }
}

impl CameraPlan {
    /// Standard deviation of one pixel of background inside nuclei, orange and green, electrons.
    #[must_use]
    pub fn background_sd_e(&self) -> f64 {
        libm::sqrt(
            self.background_e + self.autofluorescence_e + self.read_noise_e * self.read_noise_e,
        )
    }

    /// Peak of a median signal in focus, electrons.
    #[must_use]
    pub fn signal_e(&self) -> f64 {
        self.snr * self.background_sd_e()
    }
}

impl Kind {
    /// The word in truth files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Inv2 => "inv2",
            Self::Deletion => "del",
            Self::GreenOnly => "green",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "split" => Ok(Self::Split),
            "inv2" => Ok(Self::Inv2),
            "del" | "deletion" => Ok(Self::Deletion),
            "green" => Ok(Self::GreenOnly),
            _ => Err(format!(
                "{text:?} is not a rearrangement; use split, inv2, deletion or green"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_in_range_and_a_wrong_number_is_named() {
        for plan in [Plan::negative(1), Plan::rearranged(1), Plan::crowded(1)] {
            plan.check().unwrap();
        }
        let mut plan = Plan::default();
        plan.camera.gain = f64::NAN;
        assert!(
            plan.check()
                .unwrap_err()
                .to_string()
                .contains("camera.gain")
        );
        plan.camera.gain = 1.0;
        plan.alk.copies = [4, 2];
        assert!(plan.check().is_err());
    }

    #[test]
    fn two_signal_diameters_are_the_published_cut() {
        // Smuk 2018: 29 % of inv(2) distances lie above the cut. The distances are Rayleigh distributed.
        let plan = Plan::default();
        let cut = 2.0 * plan.signal_diameter_um();
        let sd = plan.probe.inv2_sd_um;
        let above = libm::exp(-cut * cut / (2.0 * sd * sd));
        assert!((0.25..0.33).contains(&above), "{above} above {cut}");
    }

    #[test]
    fn a_stack_is_centred_on_the_section() {
        let mut optics = OpticsPlan::default();
        assert_eq!(optics.plane_heights_um().len(), 9);
        assert!(optics.plane_heights_um().iter().sum::<f64>().abs() < 1e-9);
        optics.acquisition = Acquisition::Single;
        assert_eq!(optics.plane_heights_um(), [0.0]);
    }
}
