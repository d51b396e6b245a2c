//! How wide words are in the fonts of the PDF, and where lines break.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Roboto (Google, Apache-2.0), cut down to Latin, Greek and a few signs; see `fonts/README.md`.
pub(super) const REGULAR: &[u8] = include_bytes!("../../fonts/Roboto-Regular.ttf");
/// The same in bold.
pub(super) const BOLD: &[u8] = include_bytes!("../../fonts/Roboto-Bold.ttf");

/// The two weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Regular.
    Regular,
    /// Bold.
    Bold,
}

/// Advances of one font, in shares of its size.
struct Advances(BTreeMap<char, f32>);

impl Advances {
    fn of(font: &[u8]) -> Self {
        let mut advances = BTreeMap::new();
        if let Ok(face) = ttf_parser::Face::parse(font, 0) {
            let em = f32::from(face.units_per_em());
            for code in (0x20..=0x2265).filter_map(char::from_u32) {
                let width = face
                    .glyph_index(code)
                    .and_then(|glyph| face.glyph_hor_advance(glyph));
                if let Some(width) = width {
                    advances.insert(code, f32::from(width) / em);
                }
            }
        }
        Self(advances)
    }
}

fn advances(weight: Weight) -> &'static Advances {
    static FONTS: OnceLock<[Advances; 2]> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| [Advances::of(REGULAR), Advances::of(BOLD)]);
    match weight {
        Weight::Regular => &fonts[0],
        Weight::Bold => &fonts[1],
    }
}

/// Text that the fonts can show: other letters become `?`, control characters and line ends blanks.
pub(super) fn showable(text: &str) -> String {
    let known = &advances(Weight::Regular).0;
    text.chars()
        .map(|c| match c {
            c if known.contains_key(&c) => c,
            c if c.is_whitespace() || c.is_control() => ' ',
            '→' => '>',
            _ => '?',
        })
        .collect()
}

/// Width of showable text at a size.
pub(super) fn width(text: &str, size: f32, weight: Weight) -> f32 {
    let known = &advances(weight).0;
    text.chars()
        .map(|c| known.get(&c).copied().unwrap_or(0.5))
        .sum::<f32>()
        * size
}

/// Breaks text into lines that are at most `room` wide; a word that is wider than a line is cut. At least one line.
pub(crate) fn lines(text: &str, size: f32, weight: Weight, room: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in showable(text).split(' ').filter(|word| !word.is_empty()) {
        let blank = if current.is_empty() { "" } else { " " };
        let joined = format!("{current}{blank}{word}");
        if width(&joined, size, weight) <= room {
            current = joined;
            continue;
        }
        if !current.is_empty() {
            lines.push(std::mem::take(&mut current));
        }
        for c in word.chars() {
            current.push(c);
            if current.chars().count() > 1 && width(&current, size, weight) > room {
                current.pop();
                lines.push(std::mem::replace(&mut current, c.to_string()));
            }
        }
    }
    lines.push(current);
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bold_is_wider_and_letters_have_widths() {
        let text = "EML4::ALK ≥ 15 %";
        assert_eq!(showable(text), text);
        assert!(width(text, 10.0, Weight::Bold) > width(text, 10.0, Weight::Regular));
        assert!(width("i", 10.0, Weight::Regular) < width("M", 10.0, Weight::Regular));
    }

    #[test]
    fn what_the_font_lacks_is_marked() {
        assert_eq!(showable("a\u{4e2d}b\nc"), "a?b c");
    }

    proptest! {
        #[test]
        fn lines_fit_and_lose_nothing(text in "[a-zA-Z0-9 ]{0,200}", room in 20.0f32..200.0) {
            let lines = lines(&text, 10.0, Weight::Regular, room);
            for line in &lines {
                prop_assert!(width(line, 10.0, Weight::Regular) <= room || line.chars().count() == 1);
            }
            let kept: String = lines.concat().chars().filter(|c| *c != ' ').collect();
            let given: String = text.chars().filter(|c| *c != ' ').collect();
            prop_assert_eq!(kept, given);
        }
    }
}
