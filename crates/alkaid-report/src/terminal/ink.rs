//! Lines of coloured text whose width is known.

use super::text::{clean, glyph};
use super::{Color, Style};

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    Plain,
    Bold,
    Dim,
    /// The 5' partner.
    Partner,
    /// ALK.
    Alk,
    /// The break, and bases between the partners.
    Break,
    Good,
    Warn,
    Alarm,
}

impl Paint {
    /// ANSI code; the 16 basic colours, which every theme keeps legible.
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Partner => "36",
            Self::Alk => "35",
            Self::Break => "1;31",
            Self::Good => "1;32",
            Self::Warn => "1;33",
            Self::Alarm => "1;31",
        }
    }
}

/// One line, built from left to right.
pub(super) struct Line {
    style: Style,
    out: String,
    width: usize,
}

impl Line {
    pub(super) fn new(style: Style) -> Self {
        Self {
            style,
            out: String::new(),
            width: 0,
        }
    }

    /// Columns so far.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn text(&mut self, paint: Paint, words: &str) {
        let words = clean(words, self.style.glyphs);
        self.width += words.chars().count();
        self.paint(paint, &words);
    }

    pub(super) fn glyph(&mut self, paint: Paint, mark: char) {
        self.repeat(paint, mark, 1);
    }

    pub(super) fn repeat(&mut self, paint: Paint, mark: char, times: usize) {
        let mark = glyph(mark, self.style.glyphs);
        self.width += times;
        self.paint(paint, &mark.to_string().repeat(times));
    }

    /// Drawing characters, each of which keeps its column.
    pub(super) fn drawing(&mut self, paint: Paint, marks: &str) {
        let marks: String = marks
            .chars()
            .map(|mark| glyph(mark, self.style.glyphs))
            .collect();
        self.width += marks.chars().count();
        self.paint(paint, &marks);
    }

    /// Spaces up to a column.
    pub(super) fn pad_to(&mut self, column: usize) {
        while self.width < column {
            self.out.push(' ');
            self.width += 1;
        }
    }

    fn paint(&mut self, paint: Paint, words: &str) {
        let code = paint.code();
        if words.is_empty() {
        } else if self.style.color == Color::Never || code.is_empty() {
            self.out.push_str(words);
        } else {
            self.out
                .push_str(&format!("\u{1b}[{code}m{words}\u{1b}[0m"));
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}
