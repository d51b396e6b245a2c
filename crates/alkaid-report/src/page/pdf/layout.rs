//! Where everything lies on the pages. Units are points; y grows downwards from the top of the page.

use super::super::document::{Block, Cell, Document, Fact, Figure, Rich, Section, Table, Tone};
use super::super::measure::{Weight, lines, width};
use super::super::picture::{Ink, Picture};

/// A4.
pub(super) const PAGE: (f32, f32) = (595.0, 842.0);
const LEFT: f32 = 50.0;
const ROOM: f32 = PAGE.0 - 2.0 * LEFT;
const TOP: f32 = 64.0;
const BOTTOM: f32 = PAGE.1 - 60.0;
/// Size of plain text, and lines per size.
const SIZE: f32 = 9.5;
const LEADING: f32 = 1.38;
/// A figure is never drawn taller than this.
const TALLEST: f32 = 520.0;
/// A row of a table that is lower than this is not cut by the end of a page.
const WHOLE_ROW: f32 = 160.0;

/// The pages and where the sections begin.
pub(super) struct Layout {
    /// From first to last.
    pub(super) pages: Vec<Vec<Placed>>,
    /// Title, page (from 0) and height of each section.
    pub(super) bookmarks: Vec<(String, usize, f32)>,
}

/// One thing at its place.
pub(super) enum Placed {
    /// A line of text.
    Text {
        /// Left end.
        x: f32,
        /// Baseline.
        y: f32,
        /// Size.
        size: f32,
        /// Weight.
        weight: Weight,
        /// Colour.
        ink: Ink,
        /// Showable text.
        text: String,
    },
    /// A filled rectangle.
    Rect {
        /// Left, top, width and height.
        area: [f32; 4],
        /// Colour.
        ink: Ink,
    },
    /// A drawing.
    Drawing {
        /// Left.
        x: f32,
        /// Top.
        y: f32,
        /// Points per unit of the drawing.
        scale: f32,
        /// The drawing.
        picture: Picture,
    },
}

/// How a run of text looks.
#[derive(Clone, Copy)]
struct Look {
    size: f32,
    weight: Weight,
    ink: Ink,
}

const PLAIN: Look = Look {
    size: SIZE,
    weight: Weight::Regular,
    ink: Ink::Text,
};
const STRONG: Look = Look {
    weight: Weight::Bold,
    ..PLAIN
};
const SMALL: Look = Look {
    size: 8.0,
    ink: Ink::Muted,
    ..PLAIN
};

/// Puts the document on pages.
pub(super) fn layout(document: &Document) -> Layout {
    let mut sheet = Sheet {
        pages: vec![Vec::new()],
        bookmarks: Vec::new(),
        y: TOP,
    };
    sheet.text(
        &document.title,
        Look {
            size: 19.0,
            ..STRONG
        },
        0.0,
    );
    sheet.text(
        &document.subtitle,
        Look {
            size: 10.0,
            ..SMALL
        },
        0.0,
    );
    sheet.y += 8.0;
    for section in &document.sections {
        sheet.section(section);
    }
    if !document.references.is_empty() {
        sheet.section_heading("Sources");
        for reference in &document.references {
            let text = format!("{}. {}", reference.number, reference.text);
            sheet.text(&text, SMALL, 0.0);
        }
    }
    sheet.margins(document);
    Layout {
        pages: sheet.pages,
        bookmarks: sheet.bookmarks,
    }
}

struct Sheet {
    pages: Vec<Vec<Placed>>,
    bookmarks: Vec<(String, usize, f32)>,
    /// The lowest place used on the last page.
    y: f32,
}

impl Sheet {
    fn put(&mut self, placed: Placed) {
        if let Some(page) = self.pages.last_mut() {
            page.push(placed);
        }
    }

    fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }

    /// Starts a page where less than `height` is left.
    fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.new_page();
        }
    }

    fn line(&mut self, text: String, look: Look, x: f32) {
        let height = look.size * LEADING;
        self.need(height);
        self.put(Placed::Text {
            x,
            y: self.y + look.size,
            size: look.size,
            weight: look.weight,
            ink: look.ink,
            text,
        });
        self.y += height;
    }

    fn text(&mut self, text: &str, look: Look, indent: f32) {
        for line in lines(text, look.size, look.weight, ROOM - indent) {
            self.line(line, look, LEFT + indent);
        }
    }

    fn section_heading(&mut self, title: &str) {
        self.need(120.0);
        let page = self.pages.len() - 1;
        // At the head of a page its own rule is enough.
        let first = self.y <= TOP;
        if !first {
            self.y += 12.0;
        }
        self.bookmarks.push((title.to_owned(), page, self.y));
        if !first {
            self.put(Placed::Rect {
                area: [LEFT, self.y, ROOM, 0.7],
                ink: Ink::Faint,
            });
            self.y += 7.0;
        }
        self.text(
            title,
            Look {
                size: 13.0,
                ..STRONG
            },
            0.0,
        );
        self.y += 3.0;
    }

    fn section(&mut self, section: &Section) {
        self.section_heading(&section.title);
        for block in &section.blocks {
            self.block(block);
            self.y += 5.0;
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Answer {
                word,
                tone,
                sentences,
            } => {
                let look = Look {
                    size: 14.0,
                    ink: ink_of(*tone),
                    ..STRONG
                };
                self.barred(*tone, word, look, sentences);
            }
            Block::Heading(title) => {
                self.need(50.0);
                self.y += 4.0;
                self.text(
                    title,
                    Look {
                        size: 10.5,
                        ..STRONG
                    },
                    0.0,
                );
            }
            Block::Text(rich) => self.text(&with_cites(rich), PLAIN, 0.0),
            Block::List(items) => {
                for item in items {
                    self.item(item);
                }
            }
            Block::Facts(facts) => self.facts(facts),
            Block::Table(table) => self.table(table),
            Block::Figure(figure) => self.figure(figure),
            Block::Remark {
                tone,
                title,
                sentences,
            } => self.barred(*tone, title, STRONG, sentences),
        }
    }

    fn item(&mut self, item: &Rich) {
        self.need(SIZE * LEADING);
        self.put(Placed::Text {
            x: LEFT + 3.0,
            y: self.y + SIZE,
            size: SIZE,
            weight: Weight::Regular,
            ink: Ink::Muted,
            text: "•".to_owned(),
        });
        self.text(&with_cites(item), PLAIN, 13.0);
        self.y += 1.5;
    }

    /// Words beside a coloured bar; the bar goes on over the end of a page.
    fn barred(&mut self, tone: Tone, title: &str, look: Look, sentences: &[Rich]) {
        self.need(60.0);
        let (first, top) = (self.pages.len() - 1, self.y);
        self.y += 3.0;
        self.text(title, look, 12.0);
        for sentence in sentences {
            self.y += 1.5;
            self.text(&with_cites(sentence), PLAIN, 12.0);
        }
        self.y += 4.0;
        let last = self.pages.len() - 1;
        for page in first..=last {
            let from = if page == first { top } else { TOP };
            let to = if page == last { self.y } else { BOTTOM };
            self.pages[page].push(Placed::Rect {
                area: [LEFT, from, 3.0, to - from],
                ink: ink_of(tone),
            });
        }
    }

    fn facts(&mut self, facts: &[Fact]) {
        const COLUMNS: usize = 3;
        let room = ROOM / COLUMNS as f32;
        for row in facts.chunks(COLUMNS) {
            let values: Vec<Vec<String>> = row
                .iter()
                .map(|fact| lines(&fact.value, SIZE, Weight::Regular, room - 10.0))
                .collect();
            let deepest = values.iter().map(Vec::len).max().unwrap_or(0);
            self.need(12.0 + deepest as f32 * SIZE * LEADING);
            let top = self.y;
            for (at, (fact, value)) in row.iter().zip(values).enumerate() {
                self.y = top;
                let x = LEFT + at as f32 * room;
                for name in lines(&fact.name, SMALL.size, SMALL.weight, room - 10.0) {
                    self.line(name, SMALL, x);
                }
                for line in value {
                    self.line(line, PLAIN, x);
                }
            }
            self.y = top + 13.0 + deepest as f32 * SIZE * LEADING;
        }
    }

    fn figure(&mut self, figure: &Figure) {
        let picture = &figure.picture;
        if picture.width <= 0.0 || picture.height <= 0.0 {
            return;
        }
        let scale = (ROOM / picture.width).min(TALLEST / picture.height);
        let height = picture.height * scale;
        let caption = lines(&with_cites(&figure.caption), SMALL.size, SMALL.weight, ROOM);
        self.need(height + caption.len() as f32 * SMALL.size * LEADING + 4.0);
        self.put(Placed::Drawing {
            x: LEFT,
            y: self.y,
            scale,
            picture: picture.clone(),
        });
        self.y += height + 2.0;
        for line in caption {
            self.line(line, SMALL, LEFT);
        }
        self.y += 4.0;
    }

    fn table(&mut self, table: &Table) {
        let total: f32 = table.columns.iter().map(|column| column.width).sum();
        let mut columns = Vec::new();
        let mut x = LEFT;
        for column in &table.columns {
            let share = ROOM * column.width / total.max(f32::EPSILON);
            columns.push((x, share - 8.0));
            x += share;
        }
        self.need(60.0);
        self.text(&table.caption, SMALL, 0.0);
        self.table_head(table, &columns);
        for row in &table.rows {
            self.row(table, &columns, row);
        }
        self.y += 4.0;
    }

    fn table_head(&mut self, table: &Table, columns: &[(f32, f32)]) {
        let look = Look {
            weight: Weight::Bold,
            ..SMALL
        };
        let titles: Vec<Vec<String>> = table
            .columns
            .iter()
            .zip(columns)
            .map(|(column, (_, room))| lines(column.title, look.size, look.weight, *room))
            .collect();
        let deepest = titles.iter().map(Vec::len).max().unwrap_or(0);
        let top = self.y;
        for (title, (x, _)) in titles.into_iter().zip(columns) {
            self.y = top;
            for line in title {
                self.line(line, look, *x);
            }
        }
        self.y = top + deepest as f32 * look.size * LEADING + 2.0;
        self.rule();
    }

    fn rule(&mut self) {
        self.put(Placed::Rect {
            area: [LEFT, self.y, ROOM, 0.5],
            ink: Ink::Faint,
        });
        self.y += 3.0;
    }

    /// A row, line by line, so that one taller than a page goes on over the next.
    fn row(&mut self, table: &Table, columns: &[(f32, f32)], row: &[Cell]) {
        const LOOK: Look = Look { size: 8.6, ..PLAIN };
        let height = LOOK.size * LEADING;
        let cells: Vec<(Look, Vec<String>)> = row
            .iter()
            .zip(columns)
            .map(|(cell, (_, room))| {
                let look = look_of(cell.tone, LOOK);
                let text = with_cites(&cell.rich);
                (look, lines(&text, look.size, look.weight, *room))
            })
            .collect();
        let deepest = cells
            .iter()
            .map(|(_, lines)| lines.len())
            .max()
            .unwrap_or(0);
        if deepest as f32 * height < WHOLE_ROW && self.y + deepest as f32 * height > BOTTOM {
            self.new_page();
            self.table_head(table, columns);
        }
        for at in 0..deepest {
            if self.y + height > BOTTOM {
                self.new_page();
                self.table_head(table, columns);
            }
            for ((look, lines), (x, _)) in cells.iter().zip(columns) {
                if let Some(text) = lines.get(at) {
                    self.put(Placed::Text {
                        x: *x,
                        y: self.y + look.size,
                        size: look.size,
                        weight: look.weight,
                        ink: look.ink,
                        text: text.clone(),
                    });
                }
            }
            self.y += height;
        }
        self.y += 2.0;
        self.rule();
    }

    /// What stands at the head and foot of every page.
    fn margins(&mut self, document: &Document) {
        let pages = self.pages.len();
        let notice = lines(&document.notice, 7.5, Weight::Regular, ROOM);
        let footer = lines(&document.footer, 7.0, Weight::Regular, ROOM - 60.0);
        for (at, page) in self.pages.iter_mut().enumerate() {
            for (line, text) in notice.iter().take(2).enumerate() {
                page.push(small(LEFT, 32.0 + 9.0 * line as f32, 7.5, text.clone()));
            }
            page.push(Placed::Rect {
                area: [LEFT, 47.0, ROOM, 0.5],
                ink: Ink::Faint,
            });
            for (line, text) in footer.iter().take(3).enumerate() {
                let y = PAGE.1 - 40.0 + 9.0 * line as f32;
                page.push(small(LEFT, y, 7.0, text.clone()));
            }
            let number = format!("{} / {pages}", at + 1);
            let x = PAGE.0 - LEFT - width(&number, 8.0, Weight::Regular);
            page.push(small(x, PAGE.1 - 40.0, 8.0, number));
        }
    }
}

fn small(x: f32, y: f32, size: f32, text: String) -> Placed {
    Placed::Text {
        x,
        y,
        size,
        weight: Weight::Regular,
        ink: Ink::Muted,
        text,
    }
}

fn ink_of(tone: Tone) -> Ink {
    match tone {
        Tone::Plain => Ink::Muted,
        Tone::Good => Ink::Good,
        Tone::Bad => Ink::Bad,
        Tone::Doubt => Ink::Doubt,
    }
}

fn look_of(tone: Tone, plain: Look) -> Look {
    match tone {
        Tone::Plain => plain,
        _ => Look {
            weight: Weight::Bold,
            ink: ink_of(tone),
            ..plain
        },
    }
}

/// Text with the numbers of its sources in brackets.
fn with_cites(rich: &Rich) -> String {
    if rich.cites.is_empty() {
        return rich.text.clone();
    }
    let numbers: Vec<String> = rich.cites.iter().map(u32::to_string).collect();
    format!("{} [{}]", rich.text, numbers.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::super::document::Column;
    use super::*;

    fn document(rows: usize, words: usize) -> Document {
        let text = "word ".repeat(words);
        Document {
            title: "t".to_owned(),
            notice: "for research use only".to_owned(),
            sections: vec![Section {
                id: "s",
                title: "s".to_owned(),
                blocks: vec![Block::Table(Table {
                    caption: "c".to_owned(),
                    columns: vec![Column::new("a", 1.0), Column::new("b", 3.0)],
                    rows: vec![vec![Cell::plain("x"), Cell::plain(text)]; rows],
                })],
            }],
            ..Document::default()
        }
    }

    fn lowest(layout: &Layout) -> f32 {
        layout
            .pages
            .iter()
            .flatten()
            .map(|placed| match placed {
                Placed::Text { y, .. } | Placed::Drawing { y, .. } => *y,
                Placed::Rect { area, .. } => area[1] + area[3],
            })
            .fold(0.0, f32::max)
    }

    #[test]
    fn long_tables_go_on_over_pages_and_nothing_leaves_the_page() {
        for (rows, words) in [(0, 0), (1, 3), (300, 12), (2, 6_000)] {
            let layout = layout(&document(rows, words));
            assert!(lowest(&layout) < PAGE.1, "{rows} rows of {words} words");
            let shown: usize = layout
                .pages
                .iter()
                .flatten()
                .filter_map(|placed| match placed {
                    Placed::Text { text, .. } => Some(text.matches("word").count()),
                    _ => None,
                })
                .sum();
            assert_eq!(shown, rows * words);
        }
    }

    #[test]
    fn every_page_says_what_it_is_for() {
        let layout = layout(&document(300, 12));
        assert!(layout.pages.len() > 5);
        for page in &layout.pages {
            assert!(page.iter().any(|placed| matches!(
                placed,
                Placed::Text { text, .. } if text.contains("research use only")
            )));
        }
    }
}
