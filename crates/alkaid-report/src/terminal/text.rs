//! Words for the terminal: made safe, wrapped, numbers made legible.

use alkaid_case::grouped;

use super::Glyphs;

/// Text without control characters (a sample name must not steer the terminal), and without what ASCII cannot show.
pub(super) fn clean(words: &str, glyphs: Glyphs) -> String {
    words
        .chars()
        .flat_map(|c| {
            let shown = if c.is_whitespace() {
                " "
            } else if c.is_control() {
                "?"
            } else if c.is_ascii() || glyphs == Glyphs::Unicode {
                return vec![c];
            } else {
                in_ascii(c)
            };
            shown.chars().collect()
        })
        .collect()
}

fn in_ascii(c: char) -> &'static str {
    match c {
        '–' | '—' | '−' | '‐' => "-",
        '·' | '•' => "-",
        '…' => "...",
        '≥' => ">=",
        '≤' => "<=",
        '×' => "x",
        '±' => "+/-",
        '′' | '’' | '‘' => "'",
        '“' | '”' => "\"",
        'µ' | 'μ' => "u",
        'Δ' => "del",
        '→' => "->",
        '⁰' => "0",
        '¹' => "1",
        '²' => "2",
        '³' => "3",
        '⁴' => "4",
        '⁵' => "5",
        '⁶' => "6",
        '⁷' => "7",
        '⁸' => "8",
        '⁹' => "9",
        _ => "?",
    }
}

/// A drawing character, or the ASCII one that stands for it.
pub(super) fn glyph(mark: char, glyphs: Glyphs) -> char {
    if glyphs == Glyphs::Unicode || mark.is_ascii() {
        return mark;
    }
    match mark {
        '─' => '-',
        '│' | '┤' | '├' => '|',
        '┄' | '…' => '.',
        '║' | '╫' | '╥' | '╨' => '#',
        '┌' | '┐' | '└' | '┘' | '┬' | '┴' | '╰' | '╯' => '+',
        '●' => '*',
        '○' => 'o',
        _ => '?',
    }
}

/// Lines of at most `width` columns; a word that is longer is cut. At least one line.
pub(super) fn wrap(words: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let mut letters: Vec<char> = word.chars().collect();
        let used = lines.last().map_or(0, |line| line.chars().count());
        if used > 0 && used + 1 + letters.len() <= width {
            push(&mut lines, ' ', word);
            continue;
        }
        if used > 0 {
            lines.push(String::new());
        }
        while letters.len() > width {
            let rest = letters.split_off(width);
            push(&mut lines, '\0', &letters.iter().collect::<String>());
            lines.push(String::new());
            letters = rest;
        }
        push(&mut lines, '\0', &letters.iter().collect::<String>());
    }
    lines
}

/// Adds to the last line, after `before` unless that is NUL.
fn push(lines: &mut [String], before: char, word: &str) {
    if let Some(line) = lines.last_mut() {
        if before != '\0' {
            line.push(before);
        }
        line.push_str(word);
    }
}

/// Odds from their log10: `1,250 to 1`, `10³¹ to 1`; in words where they are against.
pub(super) fn odds(log10: f64, glyphs: Glyphs) -> String {
    if log10.is_nan() {
        "unknown".to_owned()
    } else if log10 < 0.0 {
        format!("1 to {}", power(-log10, glyphs))
    } else {
        format!("{} to 1", power(log10, glyphs))
    }
}

fn power(log10: f64, glyphs: Glyphs) -> String {
    if log10 < 6.0 {
        // Rounded to a whole number below a million, so the cast is exact.
        return grouped(10f64.powf(log10).round() as u64);
    }
    let exponent = format!("{:.0}", log10.min(999_999.0));
    match glyphs {
        Glyphs::Ascii => format!("10^{exponent}"),
        Glyphs::Unicode => format!(
            "10{}",
            exponent.chars().map(superscript).collect::<String>()
        ),
    }
}

fn superscript(digit: char) -> char {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    digit
        .to_digit(10)
        .map_or(digit, |digit| DIGITS[digit as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers() {
        assert_eq!(odds(3.1, Glyphs::Unicode), "1,259 to 1");
        assert_eq!(odds(31.2, Glyphs::Unicode), "10³¹ to 1");
        assert_eq!(odds(31.2, Glyphs::Ascii), "10^31 to 1");
        assert_eq!(odds(-2.0, Glyphs::Ascii), "1 to 100");
        assert_eq!(odds(f64::INFINITY, Glyphs::Ascii), "10^999999 to 1");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\tc\n", Glyphs::Unicode), "a?[31mb c ");
        assert_eq!(clean("≥ 3 – ü", Glyphs::Ascii), ">= 3 - ?");
    }

    #[test]
    fn wraps_at_spaces_and_cuts_long_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("", 10), [""]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_letter_is_lost(words in "[a-z ]{0,60}", width in 1_usize..30) {
            let lines = wrap(&words, width);
            prop_assert!(lines.iter().all(|line| line.chars().count() <= width));
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&words));
        }
    }
}
