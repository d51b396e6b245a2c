//! The content of a page, without its form.

use super::picture::Picture;

/// Everything that one report says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    /// What it is about.
    pub(crate) title: String,
    /// One line below the title.
    pub(crate) subtitle: String,
    /// Said on every page.
    pub(crate) notice: String,
    /// In reading order; the first is the first page.
    pub(crate) sections: Vec<Section>,
    /// Sources, numbered.
    pub(crate) references: Vec<Reference>,
    /// Printed at the foot: program, version, checksum.
    pub(crate) footer: String,
}

/// A part of a document with a heading.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    /// Name within the page, for links: letters, digits and hyphens.
    pub(crate) id: &'static str,
    /// The heading.
    pub(crate) title: String,
    /// In reading order.
    pub(crate) blocks: Vec<Block>,
}

/// One thing in a section.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// The answer in one word, and in sentences.
    Answer {
        /// The word.
        word: String,
        /// Good, bad or doubtful.
        tone: Tone,
        /// The sentences.
        sentences: Vec<Rich>,
    },
    /// A heading within the section.
    Heading(String),
    /// A paragraph.
    Text(Rich),
    /// A list of sentences.
    List(Vec<Rich>),
    /// Names and values, side by side.
    Facts(Vec<Fact>),
    /// A table.
    Table(Table),
    /// A drawing.
    Figure(Figure),
    /// A remark that must not be overlooked.
    Remark {
        /// How bad.
        tone: Tone,
        /// What it is called.
        title: String,
        /// What it says.
        sentences: Vec<Rich>,
    },
}

/// Text with the numbers of its sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rich {
    /// The text.
    pub(crate) text: String,
    /// Numbers of [`Reference`]s.
    pub(crate) cites: Vec<u32>,
}

impl From<&str> for Rich {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Rich {
    fn from(text: String) -> Self {
        Self {
            text,
            cites: Vec::new(),
        }
    }
}

/// A name and its value.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    /// The name.
    pub(crate) name: String,
    /// The value.
    pub(crate) value: String,
}

/// How a statement is meant; shown by colour and in words, never by colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Neither.
    #[default]
    Plain,
    /// Found, supported.
    Good,
    /// Refuted, failed.
    Bad,
    /// In doubt.
    Doubt,
}

impl Tone {
    /// A class name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Doubt => "doubt",
        }
    }
}

/// A table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// What it shows.
    pub(crate) caption: String,
    /// Columns from left to right.
    pub(crate) columns: Vec<Column>,
    /// Rows, each with one cell a column.
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its heading.
    pub(crate) title: &'static str,
    /// Its share of the width, relative to the others.
    pub(crate) width: f32,
}

impl Column {
    /// A column.
    pub(crate) const fn new(title: &'static str, width: f32) -> Self {
        Self { title, width }
    }
}

/// A cell of a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// What it says.
    pub(crate) rich: Rich,
    /// How it is meant.
    pub(crate) tone: Tone,
}

impl Cell {
    /// A plain cell.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::toned(text, Tone::Plain)
    }

    /// A cell with a tone.
    pub(crate) fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            rich: Rich::from(text.into()),
            tone,
        }
    }
}

impl From<Rich> for Cell {
    fn from(rich: Rich) -> Self {
        Self {
            rich,
            tone: Tone::Plain,
        }
    }
}

/// A drawing with its caption.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// The drawing.
    pub(crate) picture: Picture,
    /// What to see on it.
    pub(crate) caption: Rich,
}

/// A source.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    /// Its number.
    pub(crate) number: u32,
    /// What it is.
    pub(crate) text: String,
}
