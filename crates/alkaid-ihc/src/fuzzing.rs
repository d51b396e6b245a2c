//! Entry points for the fuzz targets: any bytes as a file that goes with a section. Not for users.

use std::path::Path;

use crate::{hand, overrides};

/// Bytes as a table of readers' scores.
pub fn scores(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = hand::of_text(Path::new("fuzz"), text);
    }
}

/// Bytes as a reviewer's changes.
pub fn overrides(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(found) = overrides::parse(Path::new("fuzz"), text, "a.png")
    {
        let _ = overrides::apply(Path::new("fuzz"), &found, &mut []);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    const OVERRIDES: &str = r#"{"schema":"alkaid/ihc-overrides/1","image":"a.png","overrides":[
        {"cell":1,"x_px":10.2,"y_px":0,"class":"3+","reader":"AB","when":"2026-01-02","reason":"clear"},
        {"cell":2,"x_px":1e99,"y_px":-0,"class":null,"reader":"","when":"","reason":"\u00e9"}]}"#;
    const SCORES: &str = "case\treader\tscore\tpct_0\tpct_1\tpct_2\tpct_3\nA\tx\t3+\t10\t20\t30\t40\nA\ty\t0\t\t\t\t\n";

    proptest! {
        /// Files of the right kind with a stretch replaced: most go deeper than bytes at random.
        #[test]
        fn nothing_panics(
            of_overrides in any::<bool>(),
            at in any::<prop::sample::Index>(),
            length in 0_usize..12,
            stretch in proptest::collection::vec(any::<u8>(), 0..12),
        ) {
            let mut bytes = if of_overrides { OVERRIDES } else { SCORES }.as_bytes().to_vec();
            let from = at.index(bytes.len());
            let to = (from + length).min(bytes.len());
            bytes.splice(from..to, stretch);
            super::overrides(&bytes);
            super::scores(&bytes);
        }
    }
}
