//! Remedies in the words of a manifest. Errors of assays name the options of the commands that run one assay alone; in a
//! case these are keys of the manifest.

use crate::finding::AssayKind;

/// Options with a value in capitals, as errors write them, and the key that stands for it; longer ones first.
const READS: &[(&str, &str)] = &[
    ("--control-regions", "control_regions"),
    ("--reference", "reference"),
    ("--umi", "umi"),
];
const FISH: &[(&str, &str)] = &[
    ("--pixel-size MICROMETRES", "pixel_um in [fish]"),
    ("--pixel-size", "pixel_um in [fish]"),
    ("--channels", "channels in [fish]"),
    ("--probe", "probe in [fish]"),
];
const IHC: &[(&str, &str)] = &[
    ("--pixel-um", "pixel_um in [ihc]"),
    ("--region", "region in [ihc]"),
    ("--kit", "clone in [ihc]"),
];
const VARIANTS: &[(&str, &str)] = &[
    ("--tumour-sample NAME", "tumour_sample in [variants]"),
    ("--tumour-sample", "tumour_sample in [variants]"),
    ("--assembly", "assembly in [variants]"),
];
const COPY_NUMBER: &[(&str, &str)] = &[
    ("--copy-number-units", "units in [copy_number]"),
    ("--sample NAME", "column in [copy_number]"),
    ("--purity", "purity in [copy_number]"),
    ("--ploidy", "ploidy in [copy_number]"),
    ("--tumour-sample NAME", "tumour_sample in [variants]"),
    ("--assembly", "assembly in [variants]"),
];
const EXPRESSION: &[(&str, &str)] = &[
    ("--expression-units", "units in [expression]"),
    ("--sample NAME", "column in [expression]"),
];

/// A message of an assay, with keys of the manifest in place of options.
pub(crate) fn in_words_of_the_manifest(text: &str, kind: AssayKind) -> String {
    let words = match kind {
        AssayKind::RnaReads | AssayKind::DnaReads => READS,
        AssayKind::Fish => FISH,
        AssayKind::Ihc => IHC,
        AssayKind::Variants => VARIANTS,
        AssayKind::CopyNumber => COPY_NUMBER,
        AssayKind::Expression => EXPRESSION,
        AssayKind::FishRecord => &[],
    };
    words.iter().fold(text.to_owned(), |text, (option, key)| {
        text.replace(option, key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_keys() {
        let said = in_words_of_the_manifest(
            "a.tif: it does not say; give --pixel-size MICROMETRES",
            AssayKind::Fish,
        );
        assert_eq!(said, "a.tif: it does not say; give pixel_um in [fish]");
        let said = in_words_of_the_manifest("give --sample NAME", AssayKind::Expression);
        assert_eq!(said, "give column in [expression]");
        assert_eq!(in_words_of_the_manifest("--x", AssayKind::Ihc), "--x");
    }
}
