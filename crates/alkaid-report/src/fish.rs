//! What FISH shows, for people: overlays and the gallery.

mod canvas;
mod composite;
mod crops;
mod font;
mod gallery;
mod overlay;
#[cfg(test)]
mod testing;

pub use self::crops::{Crop, crops};
pub use self::gallery::gallery_html;
pub use self::overlay::overlay_png;
