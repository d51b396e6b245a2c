//! The bundle that the program carries.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::{Bundle, BundleError};

/// Made by `scripts/build-bundle`.
static BYTES: &[u8] = include_bytes!("../../bundle/grch38.alkaid");

pub(super) fn bundle() -> &'static Bundle {
    match try_bundle() {
        Ok(bundle) => bundle,
        // Part of the program: a test opens and decodes all of it.
        Err(error) => unreachable!("the embedded bundle is damaged: {error}"),
    }
}

pub(super) fn try_bundle() -> Result<&'static Bundle, BundleError> {
    static BUNDLE: OnceLock<Bundle> = OnceLock::new();
    if let Some(bundle) = BUNDLE.get() {
        return Ok(bundle);
    }
    let bundle = Bundle::parse(Cow::Borrowed(BYTES))?;
    Ok(BUNDLE.get_or_init(|| bundle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_bundle_is_sound() {
        let bundle = Bundle::from_bytes(BYTES.to_vec()).unwrap();
        assert_eq!(bundle.meta(), Bundle::embedded().meta());
        assert_eq!(bundle.alk(), Bundle::embedded().alk());
        assert!(BYTES.len() < 10_000_000, "{} bytes", BYTES.len());
    }
}
