//! Whoever runs a case for a user: does the work on reads, shows how far work on images has come, draws pictures.
//!
//! A case concludes and draws nothing. What pages show of slides is cut out by the desk while the slides are open, and
//! kept with the assay's result.

use std::path::PathBuf;

use alkaid_fish::FishReport;
use alkaid_fish::fields::Walk;
use alkaid_genome::Bundle;
use alkaid_ihc::finding::{Cell, IhcReport};
use alkaid_ihc::{Progress, Silent as NoTiles};
use alkaid_imaging::brightfield::Slide;
use alkaid_reads::input::Silent;
use alkaid_reads::{Analysis, Options, ReadsError, analyse};

/// A slide of FISH that was just read.
#[derive(Clone, Copy)]
pub struct FishSlide<'a> {
    /// What was found.
    pub report: &'a FishReport,
    /// The fields, to be read again: their pixels were not kept.
    pub walk: &'a Walk<'a>,
    /// The nuclei's labels, one TIFF file a field.
    pub labels: &'a [Vec<u8>],
}

/// A stained section that was just measured.
#[derive(Clone, Copy)]
pub struct StainedSection<'a> {
    /// What was found.
    pub report: &'a IhcReport,
    /// The cells.
    pub cells: &'a [Cell],
    /// The section.
    pub slide: &'a Slide,
}

/// A nucleus cut out of its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NucleusPicture {
    /// The nucleus' number.
    pub nucleus: u32,
    /// A PNG file.
    pub png: Vec<u8>,
}

/// Runs assays for a case, and hears how it goes.
pub trait Desk {
    /// Analyses reads. `assay` is their row in the evidence table.
    ///
    /// # Errors
    ///
    /// As [`alkaid_reads::analyse`].
    fn analyse(
        &self,
        assay: &str,
        files: &[PathBuf],
        options: &Options,
        bundle: &Bundle,
    ) -> Result<Analysis, ReadsError>;

    /// Hears that an assay's result was kept from an earlier run.
    fn kept(&self, _assay: &str) {}

    /// Who hears how far an assay on images has come, and says when to stop.
    fn images(&self, _assay: &str) -> Box<dyn Progress + '_> {
        Box::new(NoTiles)
    }

    /// Takes a slide of FISH, and returns pictures of these nuclei of it.
    ///
    /// # Errors
    ///
    /// When something could not be drawn or written; the case goes on and tells it.
    fn fish_slide(
        &self,
        _assay: &str,
        _slide: FishSlide<'_>,
        _nuclei: &[u32],
    ) -> Result<Vec<NucleusPicture>, String> {
        Ok(Vec::new())
    }

    /// Takes a stained section, and returns a picture (PNG) of a part of it.
    ///
    /// # Errors
    ///
    /// As [`Desk::fish_slide`].
    fn section(
        &self,
        _assay: &str,
        _section: StainedSection<'_>,
    ) -> Result<Option<Vec<u8>>, String> {
        Ok(None)
    }
}

/// A desk that only works, and draws nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Desk for Quiet {
    fn analyse(
        &self,
        _: &str,
        files: &[PathBuf],
        options: &Options,
        bundle: &Bundle,
    ) -> Result<Analysis, ReadsError> {
        analyse(files, options, bundle, &Silent)
    }
}
