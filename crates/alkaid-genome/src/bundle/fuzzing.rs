//! Doors for the fuzz targets, which live outside of this crate.

use super::{models, records};

/// Decodes bytes as a section without its checksum; the first byte says which.
pub fn section(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else {
        return;
    };
    match which % 9 {
        0 => drop(models::decode(bytes)),
        1 => drop(records::decode_sequences(bytes)),
        2 => drop(records::decode_loci(bytes)),
        3 => drop(records::decode_mask(bytes)),
        4 => drop(records::decode_proteome(bytes)),
        5 => drop(records::decode_domains(bytes)),
        6 => drop(records::decode_bands(bytes)),
        7 => drop(records::decode_offsets(bytes)),
        _ => drop(models::decode_aliases(bytes, &[])),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn any_section_is_safe(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            super::section(&bytes);
        }
    }
}
