//! Microscopy: files become [`Field`]s with channels and a pixel size; nuclei become [`Labels`].
//!
//! Planes are `ndarray` arrays indexed `[[y, x]]`, stacks `[[z, y, x]]`; pixel (0, 0) is the top left one, and a
//! pixel's centre lies at whole numbers. Lengths are micrometres where a name ends in `_um`, pixels where it ends in
//! `_px`.
//!
//! Stained sections in colour have a road of their own: [`brightfield`] reads them window by window, [`stain`] takes their
//! dyes apart.

pub mod brightfield;
pub mod channels;
pub mod error;
pub mod field;
#[doc(hidden)]
pub mod fuzzing;
mod jpeg;
pub mod labels;
pub mod nuclei;
pub mod open;
mod picture;
pub mod pixel;
pub mod regions;
pub mod smooth;
pub mod spots;
pub mod stain;
mod tiff_file;
pub mod write;

pub use error::ImagingError;
pub use field::{Channel, Field, Origin, PixelSize};
pub use labels::Labels;
pub use open::{OpenOptions, Pages, open, open_channels};
pub use spots::{Spot, SpotError, SpotOptions, SpotSet};
