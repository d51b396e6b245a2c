//! A document as one HTML file: no script, no request to anywhere, light and dark, fit for paper and screen readers.

use std::fmt::Write as _;

use super::document::{Block, Cell, Document, Fact, Figure, Rich, Section, Table};
use super::picture::Ink;
use super::svg::svg;

const STYLE: &str = include_str!("style.css");

/// Writes the page.
pub(crate) fn html(document: &Document) -> String {
    let mut page = Page {
        out: String::with_capacity(64 * 1024),
        figures: 0,
    };
    page.head(document);
    page.navigation(document);
    let _ = write!(
        page.out,
        "<main id=\"content\">\n<h1>{}</h1>\n<p class=\"subtitle\">{}</p>\n",
        escape(&document.title),
        escape(&document.subtitle)
    );
    for section in &document.sections {
        page.section(section);
    }
    page.references(document);
    let _ = write!(
        page.out,
        "<footer><p>{}</p><p>{}</p></footer>\n</main>\n</div>\n</body>\n</html>\n",
        escape(&document.notice),
        escape(&document.footer)
    );
    page.out
}

struct Page {
    out: String,
    figures: usize,
}

impl Page {
    fn head(&mut self, document: &Document) {
        let _ = write!(
            self.out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
             <title>{}</title>\n<style>\n:root{{{}--sunk:#f5f7f9}}\n\
             @media (prefers-color-scheme:dark){{:root{{{}--sunk:#171d24}}}}\n\
             @media print{{:root{{{}--sunk:#ffffff}}}}\n{}{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#content\">Skip to the report</a>\n<p class=\"notice\" role=\"note\">{}</p>\n",
            escape(&document.title),
            variables(Ink::on_white),
            variables(Ink::on_dark),
            variables(Ink::on_white),
            classes(),
            escape(&document.notice),
        );
    }

    fn navigation(&mut self, document: &Document) {
        self.out
            .push_str("<div class=\"layout\">\n<nav aria-label=\"Sections\"><ul>\n");
        for section in &document.sections {
            let _ = writeln!(
                self.out,
                "<li><a href=\"#{}\">{}</a></li>",
                section.id,
                escape(&section.title)
            );
        }
        if !document.references.is_empty() {
            self.out
                .push_str("<li><a href=\"#sources\">Sources</a></li>\n");
        }
        self.out.push_str("</ul></nav>\n");
    }

    fn section(&mut self, section: &Section) {
        let _ = writeln!(
            self.out,
            "<section id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h2 id=\"{0}-h\">{1}</h2>",
            section.id,
            escape(&section.title)
        );
        for block in &section.blocks {
            self.block(block);
        }
        self.out.push_str("</section>\n");
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Answer {
                word,
                tone,
                sentences,
            } => {
                let _ = writeln!(
                    self.out,
                    "<div class=\"answer {}\"><p class=\"word\">{}</p>",
                    tone.as_str(),
                    escape(word)
                );
                self.paragraphs(sentences);
                self.out.push_str("</div>\n");
            }
            Block::Heading(title) => {
                let _ = writeln!(self.out, "<h3>{}</h3>", escape(title));
            }
            Block::Text(rich) => {
                let _ = writeln!(self.out, "<p>{}</p>", with_cites(rich));
            }
            Block::List(items) => {
                self.out.push_str("<ul>\n");
                for item in items {
                    let _ = writeln!(self.out, "<li>{}</li>", with_cites(item));
                }
                self.out.push_str("</ul>\n");
            }
            Block::Facts(facts) => self.facts(facts),
            Block::Table(table) => self.table(table),
            Block::Figure(figure) => self.figure(figure),
            Block::Remark {
                tone,
                title,
                sentences,
            } => {
                let _ = writeln!(
                    self.out,
                    "<div class=\"remark {}\"><strong>{}</strong>",
                    tone.as_str(),
                    escape(title)
                );
                self.paragraphs(sentences);
                self.out.push_str("</div>\n");
            }
        }
    }

    fn paragraphs(&mut self, sentences: &[Rich]) {
        for sentence in sentences {
            let _ = writeln!(self.out, "<p>{}</p>", with_cites(sentence));
        }
    }

    fn facts(&mut self, facts: &[Fact]) {
        self.out.push_str("<dl class=\"facts\">\n");
        for fact in facts {
            let _ = writeln!(
                self.out,
                "<div><dt>{}</dt><dd>{}</dd></div>",
                escape(&fact.name),
                escape(&fact.value)
            );
        }
        self.out.push_str("</dl>\n");
    }

    /// A wide table scrolls within its own frame, which the keyboard can reach.
    fn table(&mut self, table: &Table) {
        let _ = write!(
            self.out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n<table>\n<caption>{0}</caption>\n<thead><tr>",
            escape(&table.caption)
        );
        for column in &table.columns {
            let _ = write!(self.out, "<th scope=\"col\">{}</th>", escape(column.title));
        }
        self.out.push_str("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            self.out.push_str("<tr>");
            for cell in row {
                self.cell(cell);
            }
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody>\n</table>\n</div>\n");
    }

    fn cell(&mut self, cell: &Cell) {
        let _ = write!(
            self.out,
            "<td class=\"{}\">{}</td>",
            cell.tone.as_str(),
            with_cites(&cell.rich)
        );
    }

    fn figure(&mut self, figure: &Figure) {
        self.figures += 1;
        let _ = writeln!(
            self.out,
            "<figure>\n{}\n<figcaption>{}</figcaption>\n</figure>",
            svg(&figure.picture, &format!("p{}", self.figures)),
            with_cites(&figure.caption)
        );
    }

    fn references(&mut self, document: &Document) {
        if document.references.is_empty() {
            return;
        }
        self.out.push_str(
            "<section id=\"sources\" aria-labelledby=\"sources-h\">\n<h2 id=\"sources-h\">Sources</h2>\n<ol class=\"references\">\n",
        );
        for reference in &document.references {
            let _ = writeln!(
                self.out,
                "<li id=\"source-{0}\" value=\"{0}\">{1}</li>",
                reference.number,
                escape(&reference.text)
            );
        }
        self.out.push_str("</ol>\n</section>\n");
    }
}

/// Text with links to its sources.
fn with_cites(rich: &Rich) -> String {
    let mut out = escape(&rich.text);
    if rich.cites.is_empty() {
        return out;
    }
    out.push_str("<sup>");
    for (at, number) in rich.cites.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        let _ = write!(
            out,
            "{comma}<a href=\"#source-{number}\" aria-label=\"source {number}\">{number}</a>"
        );
    }
    out.push_str("</sup>");
    out
}

/// The colours as variables.
fn variables(colour: impl Fn(Ink) -> [u8; 3]) -> String {
    Ink::ALL
        .into_iter()
        .map(|ink| {
            let [r, g, b] = colour(ink);
            format!("--{}:#{r:02x}{g:02x}{b:02x};", ink.as_str())
        })
        .collect()
}

/// Fill and stroke by class.
fn classes() -> String {
    Ink::ALL
        .into_iter()
        .map(|ink| {
            let name = ink.as_str();
            format!(".f-{name}{{fill:var(--{name})}}.s-{name}{{stroke:var(--{name})}}\n")
        })
        .collect()
}

/// Text that is safe within an element and within quotes. Control characters, which HTML forbids, become `?`.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::page::{Column, Reference};

    fn document(text: &str) -> Document {
        Document {
            title: text.to_owned(),
            notice: "for research".to_owned(),
            sections: vec![Section {
                id: "one",
                title: text.to_owned(),
                blocks: vec![
                    Block::Text(Rich {
                        text: text.to_owned(),
                        cites: vec![1],
                    }),
                    Block::Table(Table {
                        caption: text.to_owned(),
                        columns: vec![Column::new("a", 1.0)],
                        rows: vec![vec![Cell::plain(text)]],
                    }),
                ],
            }],
            references: vec![Reference {
                number: 1,
                text: text.to_owned(),
            }],
            ..Document::default()
        }
    }

    #[test]
    fn a_source_is_linked_from_where_it_counts() {
        let page = html(&document("x"));
        assert!(page.contains("href=\"#source-1\""));
        assert!(page.contains("id=\"source-1\""));
    }

    proptest! {
        #[test]
        fn no_text_makes_an_element(text in "\\PC{0,40}") {
            let page = html(&document(&format!("<img src=x onerror=y>{text}")));
            prop_assert!(!page.contains("<img"));
            prop_assert!(!page.contains("<script"));
        }
    }
}
