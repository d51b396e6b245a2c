//! Read names: the part of a header before the comment and the mate's number.

/// Whether two headers name the same fragment.
///
/// Names end at the first blank. They may differ in a last `1` and `2` after `/`, `.` or `_`.
#[inline]
pub(super) fn same_name(first: &[u8], second: &[u8]) -> bool {
    let i = common_prefix(first, second);
    let (a, b) = (first.get(i), second.get(i));
    if ends_name(a) && ends_name(b) {
        return true;
    }
    // Illumina: `name 1:N:0:…` and `name 2:N:0:…`.
    if i > 0 && is_blank(first[i - 1]) {
        return true;
    }
    if mate_digits(a, b)
        && i > 0
        && is_mate_separator(first[i - 1])
        && ends_name(first.get(i + 1))
        && ends_name(second.get(i + 1))
    {
        return true;
    }
    first[..i].iter().any(|&byte| is_blank(byte))
}

/// The name in a header: up to the first blank, without `/1` or `/2`.
pub(super) fn fragment_name(header: &[u8]) -> &[u8] {
    let end = header
        .iter()
        .position(|&byte| is_blank(byte))
        .unwrap_or(header.len());
    match &header[..end] {
        [name @ .., b'/', b'1' | b'2'] if !name.is_empty() => name,
        name => name,
    }
}

/// The name that two mates share: as [`fragment_name`], without `.1` and `.2` or `_1` and `_2` either.
pub(super) fn pair_name<'a>(first: &'a [u8], second: &[u8]) -> &'a [u8] {
    let (name, mate) = (fragment_name(first), fragment_name(second));
    match name {
        [shared @ .., b'.' | b'_', b'1'] if name != mate && !shared.is_empty() => shared,
        _ => name,
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn ends_name(byte: Option<&u8>) -> bool {
    byte.is_none_or(|&byte| is_blank(byte))
}

fn mate_digits(a: Option<&u8>, b: Option<&u8>) -> bool {
    a == Some(&b'1') && b == Some(&b'2')
}

fn is_mate_separator(byte: u8) -> bool {
    matches!(byte, b'/' | b'.' | b'_')
}

/// Length of the common prefix, eight bytes at a time: it is taken of every pair of headers.
#[inline]
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let len = a.len().min(b.len());
    let (a, b) = (&a[..len], &b[..len]);
    let (chunks_a, rest_a) = a.as_chunks::<8>();
    let (chunks_b, rest_b) = b.as_chunks::<8>();
    for (i, (x, y)) in chunks_a.iter().zip(chunks_b).enumerate() {
        let difference = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if difference != 0 {
            return i * 8 + difference.trailing_zeros() as usize / 8;
        }
    }
    let tail = rest_a
        .iter()
        .zip(rest_b)
        .take_while(|(x, y)| x == y)
        .count();
    len - rest_a.len() + tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mates_are_recognised_in_all_common_styles() {
        for (a, b) in [
            (
                "A00:1:F:1:1101:1:2 1:N:0:ACGT",
                "A00:1:F:1:1101:1:2 2:N:0:ACGT",
            ),
            ("r1/1", "r1/2"),
            ("r1/1 x", "r1/2 y"),
            ("SRR1.7.1", "SRR1.7.2"),
            ("SRR1.7_1 len=5", "SRR1.7_2 len=5"),
            ("r1", "r1"),
            ("r1", "r1 comment"),
            ("r1\tRX:Z:A", "r1\tRX:Z:C"),
            ("", ""),
        ] {
            assert!(same_name(a.as_bytes(), b.as_bytes()), "{a} {b}");
        }
    }

    #[test]
    fn different_fragments_are_told_apart() {
        for (a, b) in [
            ("r1", "r2"),
            ("r1", "r11"),
            ("r1/2", "r1/1"),
            ("r1/1", "r2/2"),
            ("r1/1", "r1/22"),
            ("SRR1.2", "SRR1.3"),
            ("a b", "c b"),
            ("r", ""),
        ] {
            assert!(!same_name(a.as_bytes(), b.as_bytes()), "{a} {b}");
        }
    }

    #[test]
    fn names_lose_comment_and_mate_number() {
        assert_eq!(fragment_name(b"r1/1 c"), b"r1");
        assert_eq!(fragment_name(b"r1.1 c"), b"r1.1");
        assert_eq!(pair_name(b"r1.1 c", b"r1.2 c"), b"r1");
        assert_eq!(pair_name(b"r1.1", b"r1.1"), b"r1.1");
        assert_eq!(fragment_name(b"/1"), b"/1");
    }

    proptest! {
        #[test]
        fn the_prefix_is_right(a in "[ab]{0,40}", b in "[ab]{0,40}", shared in "[ab]{0,40}") {
            let (a, b) = (format!("{shared}{a}"), format!("{shared}{b}"));
            let expected = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
            prop_assert_eq!(common_prefix(a.as_bytes(), b.as_bytes()), expected);
        }

        #[test]
        fn any_name_equals_itself_with_any_comments(name in "[!-~]{1,30}", c in "[ -~]{0,10}", d in "[ -~]{0,10}") {
            let (a, b) = (format!("{name} {c}"), format!("{name} {d}"));
            prop_assert!(same_name(a.as_bytes(), b.as_bytes()));
            prop_assert_eq!(fragment_name(a.as_bytes()), fragment_name(b.as_bytes()));
        }
    }
}
