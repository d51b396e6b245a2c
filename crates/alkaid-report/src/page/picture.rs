//! Drawings as marks on a sheet. Colours are named by what they mean, so that a drawing follows light and dark pages and
//! print alike.

/// A drawing, in units of which 720 fill a page's width; y grows downwards.
#[derive(Clone, Debug, Default)]
pub(crate) struct Picture {
    /// Width in units.
    pub(crate) width: f32,
    /// Height in units.
    pub(crate) height: f32,
    /// What it shows, in a few words.
    pub(crate) title: String,
    /// What can be seen on it, for those who cannot see it.
    pub(crate) description: String,
    /// From back to front.
    pub(crate) marks: Vec<Mark>,
}

/// Units across a page.
pub(crate) const PAGE_WIDTH: f32 = 720.0;

/// What a colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Words and axes.
    Text,
    /// Words that stand back.
    Muted,
    /// Grid lines and empty shapes.
    Faint,
    /// The page itself.
    Paper,
    /// The partner gene.
    Partner,
    /// ALK.
    Alk,
    /// ALK's kinase domain.
    Kinase,
    /// Speaks for; acts.
    Good,
    /// Speaks against; resists.
    Bad,
    /// Doubtful.
    Doubt,
    /// The 3' probe.
    Red,
    /// The 5' probe.
    Green,
}

impl Ink {
    /// All, in the order of the style sheets.
    pub(crate) const ALL: [Self; 12] = [
        Self::Text,
        Self::Muted,
        Self::Faint,
        Self::Paper,
        Self::Partner,
        Self::Alk,
        Self::Kinase,
        Self::Good,
        Self::Bad,
        Self::Doubt,
        Self::Red,
        Self::Green,
    ];

    /// A class name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Muted => "muted",
            Self::Faint => "faint",
            Self::Paper => "paper",
            Self::Partner => "partner",
            Self::Alk => "alk",
            Self::Kinase => "kinase",
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Doubt => "doubt",
            Self::Red => "red",
            Self::Green => "green",
        }
    }

    /// Red, green, blue on white paper. Words in these colours have a contrast of at least 4.5 to white, except `Faint`
    /// and `Paper`, which no word is written in.
    pub(crate) const fn on_white(self) -> [u8; 3] {
        match self {
            Self::Text => [0x1b, 0x1f, 0x24],
            Self::Muted => [0x57, 0x60, 0x6a],
            Self::Faint => [0xd8, 0xde, 0xe4],
            Self::Paper => [0xff, 0xff, 0xff],
            Self::Partner => [0x1f, 0x6f, 0xb2],
            Self::Alk => [0xb3, 0x4a, 0x00],
            Self::Kinase => [0x8a, 0x1c, 0x7c],
            Self::Good => [0x1a, 0x7f, 0x37],
            Self::Bad => [0xc0, 0x1c, 0x28],
            Self::Doubt => [0x8a, 0x63, 0x00],
            Self::Red => [0xd0, 0x3a, 0x1e],
            Self::Green => [0x15, 0x80, 0x3d],
        }
    }

    /// The same on a dark page.
    pub(crate) const fn on_dark(self) -> [u8; 3] {
        match self {
            Self::Text => [0xe6, 0xed, 0xf3],
            Self::Muted => [0x9d, 0xa7, 0xb3],
            Self::Faint => [0x3d, 0x44, 0x4d],
            Self::Paper => [0x0f, 0x14, 0x19],
            Self::Partner => [0x6c, 0xb6, 0xff],
            Self::Alk => [0xf0, 0x88, 0x3e],
            Self::Kinase => [0xdb, 0x7c, 0xd0],
            Self::Good => [0x57, 0xc8, 0x6b],
            Self::Bad => [0xff, 0x7b, 0x72],
            Self::Doubt => [0xe3, 0xb3, 0x41],
            Self::Red => [0xff, 0x8a, 0x70],
            Self::Green => [0x5f, 0xd0, 0x83],
        }
    }
}

/// Where a text's given place lies in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// At its start.
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

/// One mark.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// A filled rectangle.
    Rect {
        /// Left edge.
        x: f32,
        /// Top edge.
        y: f32,
        /// Width.
        w: f32,
        /// Height.
        h: f32,
        /// Colour.
        ink: Ink,
        /// 0 (clear) to 1.
        opacity: f32,
    },
    /// A line through points.
    Line {
        /// At least two.
        points: Vec<(f32, f32)>,
        /// Colour.
        ink: Ink,
        /// Width of the line.
        width: f32,
        /// Length of dash and gap; 0 for a whole line.
        dash: f32,
    },
    /// A curve from one point to another.
    Curve {
        /// Start.
        from: (f32, f32),
        /// First control point.
        first: (f32, f32),
        /// Second control point.
        second: (f32, f32),
        /// End.
        to: (f32, f32),
        /// Colour.
        ink: Ink,
        /// Width of the line.
        width: f32,
    },
    /// A filled circle.
    Dot {
        /// Centre.
        x: f32,
        /// Centre.
        y: f32,
        /// Radius.
        r: f32,
        /// Colour.
        ink: Ink,
    },
    /// Words.
    Text {
        /// Place, by `anchor`.
        x: f32,
        /// Baseline.
        y: f32,
        /// Size of the letters.
        size: f32,
        /// Which part of the words lies at `x`.
        anchor: Anchor,
        /// Colour.
        ink: Ink,
        /// The words.
        text: String,
    },
    /// A picture of dots.
    Image {
        /// Left edge.
        x: f32,
        /// Top edge.
        y: f32,
        /// Width.
        w: f32,
        /// Height.
        h: f32,
        /// A PNG file.
        png: Vec<u8>,
    },
}

impl Picture {
    /// An empty drawing across the page.
    pub(crate) fn new(height: f32, title: impl Into<String>) -> Self {
        Self {
            width: PAGE_WIDTH,
            height,
            title: title.into(),
            ..Self::default()
        }
    }

    /// Adds a filled rectangle.
    pub(crate) fn rect(&mut self, (x, y): (f32, f32), (w, h): (f32, f32), ink: Ink) {
        self.shade((x, y), (w, h), ink, 1.0);
    }

    /// Adds a rectangle that lets through what lies behind it.
    pub(crate) fn shade(&mut self, (x, y): (f32, f32), (w, h): (f32, f32), ink: Ink, opacity: f32) {
        let (w, h) = (w.max(0.0), h.max(0.0));
        self.marks.push(Mark::Rect {
            x,
            y,
            w,
            h,
            ink,
            opacity,
        });
    }

    /// Adds a straight line.
    pub(crate) fn line(&mut self, from: (f32, f32), to: (f32, f32), ink: Ink, width: f32) {
        self.marks.push(Mark::Line {
            points: vec![from, to],
            ink,
            width,
            dash: 0.0,
        });
    }

    /// Adds a dashed straight line.
    pub(crate) fn dashed(&mut self, from: (f32, f32), to: (f32, f32), ink: Ink) {
        self.marks.push(Mark::Line {
            points: vec![from, to],
            ink,
            width: 1.0,
            dash: 4.0,
        });
    }

    /// Adds a circle.
    pub(crate) fn dot(&mut self, (x, y): (f32, f32), r: f32, ink: Ink) {
        self.marks.push(Mark::Dot { x, y, r, ink });
    }

    /// Adds words of the usual size.
    pub(crate) fn words(
        &mut self,
        place: (f32, f32),
        anchor: Anchor,
        ink: Ink,
        text: impl Into<String>,
    ) {
        self.sized(place, anchor, ink, 12.0, text);
    }

    /// Adds small words.
    pub(crate) fn small(
        &mut self,
        place: (f32, f32),
        anchor: Anchor,
        ink: Ink,
        text: impl Into<String>,
    ) {
        self.sized(place, anchor, ink, 10.0, text);
    }

    /// Adds words of a size.
    pub(crate) fn sized(
        &mut self,
        (x, y): (f32, f32),
        anchor: Anchor,
        ink: Ink,
        size: f32,
        text: impl Into<String>,
    ) {
        self.marks.push(Mark::Text {
            x,
            y,
            size,
            anchor,
            ink,
            text: text.into(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance by WCAG 2.
    fn luminance([r, g, b]: [u8; 3]) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn words_stand_out_on_light_and_dark_pages() {
        for ink in Ink::ALL {
            if matches!(ink, Ink::Faint | Ink::Paper) {
                continue;
            }
            let on_white = contrast(ink.on_white(), Ink::Paper.on_white());
            let on_dark = contrast(ink.on_dark(), Ink::Paper.on_dark());
            assert!(on_white >= 4.5, "{ink:?} on white: {on_white:.2}");
            assert!(on_dark >= 4.5, "{ink:?} on dark: {on_dark:.2}");
        }
    }
}
