//! Headers of gzip members, and what BGZF writes into them.

/// First bytes of a gzip member.
pub(super) const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Bytes of a gzip header up to the length of its extra field.
pub(super) const GZIP_FIXED: usize = 12;

/// Length of the extra field of a gzip header of at least [`GZIP_FIXED`] bytes; 0 without one.
pub(super) fn gzip_extra_len(header: &[u8]) -> usize {
    const FLAG_EXTRA: u8 = 4;
    match header {
        [_, _, _, flags, _, _, _, _, _, _, low, high, ..] if flags & FLAG_EXTRA != 0 => {
            usize::from(u16::from_le_bytes([*low, *high]))
        }
        _ => 0,
    }
}

/// Total length of the BGZF block that begins here; `None` if it is ordinary gzip or its header is not whole.
pub(super) fn bgzf_block_size(member: &[u8]) -> Option<usize> {
    if !member.starts_with(&GZIP_MAGIC) || member.len() < GZIP_FIXED {
        return None;
    }
    let mut extra = member.get(GZIP_FIXED..GZIP_FIXED + gzip_extra_len(member))?;
    while let [id1, id2, low, high, rest @ ..] = extra {
        let len = usize::from(u16::from_le_bytes([*low, *high]));
        let field = rest.get(..len)?;
        if let (b'B', b'C', [low, high]) = (id1, id2, field) {
            return Some(usize::from(u16::from_le_bytes([*low, *high])) + 1);
        }
        extra = &rest[len..];
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_block_size_is_found_among_other_fields() {
        let fixed = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff";
        let header = |extra: &[u8]| [fixed, &[extra.len() as u8, 0][..], extra].concat();
        assert_eq!(bgzf_block_size(&header(b"BC\x02\0\x1b\0")), Some(28));
        assert_eq!(
            bgzf_block_size(&header(b"XY\x01\0zBC\x02\0\x1b\0")),
            Some(28)
        );
        assert_eq!(bgzf_block_size(&header(b"XY\x01\0z")), None);
        assert_eq!(bgzf_block_size(&header(b"BC\x02\0\x1b\0")[..15]), None);
    }

    proptest! {
        #[test]
        fn any_header_is_survived(tail in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = bgzf_block_size(&[&GZIP_MAGIC[..], &tail].concat());
        }
    }
}
