//! Standard output: how it is drawn on, and writing to it.

use std::io::{IsTerminal, Write, stdout};

use alkaid_report::{Color, Glyphs, Style};
use anyhow::Context;

/// How to draw on standard output: colours and characters that it can show, and its width.
pub fn style() -> Style {
    let to_terminal = stdout().is_terminal();
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let color = if to_terminal && variable("NO_COLOR").is_empty() {
        Color::Always
    } else {
        Color::Never
    };
    let locale = [variable("LC_ALL"), variable("LC_CTYPE"), variable("LANG")]
        .concat()
        .to_lowercase();
    // Only a locale that says otherwise keeps us from Unicode: containers often set none.
    let ascii = locale == "c" || locale == "posix" || locale.contains("iso-8859");
    let glyphs = if to_terminal && ascii {
        Glyphs::Ascii
    } else {
        Glyphs::Unicode
    };
    Style {
        color,
        glyphs,
        width: variable("COLUMNS").parse().unwrap_or(80).clamp(60, 120),
    }
}

/// Writes to standard output.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.context("cannot write to standard output; free some space or send the output elsewhere")
}
