//! A junction drawn: exons of both genes with the break between them, and the bases around it.
//!
//! Everything hangs on one column, that of the break: exons, bases and places of the 5' partner end there, those of ALK
//! start there.

use alkaid_case::grouped;
use alkaid_reads::finding::{FusionCall, Side};

use super::ink::Paint;
use super::{MARGIN, Page};

/// Exons drawn of the partner and of ALK.
const PARTNER_EXONS: u16 = 3;
const ALK_EXONS: u16 = 4;
/// Exons of ALK, and the one in which its kinase domain begins (residue 1116 is c.3346-3348, in exon 20).
const LAST_ALK_EXON: u16 = 29;
const KINASE_EXON: u16 = 20;
/// Bases shown on either side, and of an insertion at either end.
const BASES: usize = 30;
const INSERTED_BASES: usize = 10;
/// Narrower pages get no drawing.
const NARROWEST: usize = 64;

/// Draws the junction, unless the page is too narrow for it.
pub(super) fn junction(page: &mut Page, call: &FusionCall) {
    if page.width < NARROWEST {
        return;
    }
    let column = page.width / 2 - 1;
    let inserted = inserted_part(call);
    let left_room = column - MARGIN;
    let right_room = (page.width - MARGIN).saturating_sub(column + 1 + inserted.width());
    let left = widest(PARTNER_EXONS, left_room, |exons| {
        partner_part(&call.five_prime, exons)
    });
    let right = widest(ALK_EXONS, right_room, |exons| {
        alk_part(&call.three_prime, exons)
    });
    names(page, column, call, &left, &right, inserted.width());
    boxes(page, column, &left, &inserted, &right);
    kinase(page, column, call, &right, inserted.width());
    bases(page, column, call);
    places(page, column, call);
}

/// The drawing with the most exons that fits; with one exon where none does.
fn widest(most: u16, room: usize, draw: impl Fn(u16) -> Rows) -> Rows {
    (2..=most)
        .rev()
        .map(&draw)
        .find(|rows| rows.width() <= room)
        .unwrap_or_else(|| draw(1))
}

/// Three rows of a drawing, equally wide.
#[derive(Default)]
struct Rows {
    top: String,
    middle: String,
    bottom: String,
}

impl Rows {
    fn width(&self) -> usize {
        self.middle.chars().count()
    }

    /// What runs along the middle only.
    fn line(&mut self, marks: &str) {
        let blank = " ".repeat(marks.chars().count());
        self.top.push_str(&blank);
        self.middle.push_str(marks);
        self.bottom.push_str(&blank);
    }

    fn wall(&mut self, top: char, middle: char, bottom: char) {
        self.top.push(top);
        self.middle.push(middle);
        self.bottom.push(bottom);
    }

    fn room(&mut self, label: &str) {
        let floor = "─".repeat(label.chars().count() + 2);
        self.top.push_str(&floor);
        self.middle.push_str(&format!(" {label} "));
        self.bottom.push_str(&floor);
    }

    /// A box that stands alone on a line.
    fn alone(&mut self, label: &str) {
        self.wall('┌', '┤', '└');
        self.room(label);
        self.wall('┐', '├', '┘');
    }
}

/// The exons that the partner keeps, up to the break, whose wall is not part of it.
fn partner_part(side: &Side, exons: u16) -> Rows {
    let mut rows = Rows::default();
    let Some(exon) = side.exon else {
        // No exon known: one box, with the gene's name where there is one.
        rows.wall('┌', '│', '└');
        rows.room(&unplaced(side));
        return rows;
    };
    let first = exon.saturating_sub(exons - 1).max(1);
    match first {
        1 => {}
        2 => rows.line("1 ┄"),
        _ => rows.line("1 ┄┄"),
    }
    for number in first..=exon {
        let label = label(number, number == exon && is_cut(side), Cut::AtEnd);
        if side.intron.is_some() {
            rows.alone(&label);
            rows.line(if number == exon { "─" } else { "──" });
        } else {
            match (number == first, first) {
                (true, 1) => rows.wall('┌', '│', '└'),
                (true, _) => rows.wall('┌', '┤', '└'),
                _ => rows.wall('┬', '│', '┴'),
            }
            rows.room(&label);
        }
    }
    if let Some(intron) = side.intron {
        rows.line(&format!(" intron {intron} ─"));
    }
    rows
}

/// The exons that ALK keeps, from the break on, whose wall is not part of it.
fn alk_part(side: &Side, exons: u16) -> Rows {
    let mut rows = Rows::default();
    let Some(exon) = side.exon else {
        rows.room(&unplaced(side));
        rows.wall('┐', '│', '┘');
        return rows;
    };
    let last = exon.saturating_add(exons - 1).min(LAST_ALK_EXON.max(exon));
    if let Some(intron) = side.intron {
        rows.line(&format!("─ intron {intron} "));
    }
    for number in exon..=last {
        let label = label(number, number == exon && is_cut(side), Cut::AtStart);
        if side.intron.is_some() {
            rows.line(if number == exon { "─" } else { "──" });
            rows.alone(&label);
        } else {
            rows.room(&label);
            match (number == last, last < LAST_ALK_EXON) {
                (true, true) => rows.wall('┐', '├', '┘'),
                (true, false) => rows.wall('┐', '│', '┘'),
                _ => rows.wall('┬', '│', '┴'),
            }
        }
    }
    if last < LAST_ALK_EXON {
        rows.line(&format!("┄┄ {LAST_ALK_EXON}"));
    }
    rows
}

/// What stands in the box of a side without an exon.
fn unplaced(side: &Side) -> String {
    let name: String = side
        .gene
        .chars()
        .filter(|c| c.is_ascii_graphic())
        .take(12)
        .collect();
    if name.is_empty() {
        "?".to_owned()
    } else {
        name
    }
}

/// The bases between, with the wall after them.
fn inserted_part(call: &FusionCall) -> Rows {
    let mut rows = Rows::default();
    if !call.inserted.is_empty() {
        rows.room(&format!("{} nt", call.inserted.chars().count()));
        rows.wall('╥', '║', '╨');
    }
    rows
}

/// At which end an exon is cut.
enum Cut {
    AtStart,
    AtEnd,
}

/// An exon's number; `…` where a part of it is gone.
fn label(number: u16, is_cut: bool, end: Cut) -> String {
    match (is_cut, end) {
        (false, _) => number.to_string(),
        (true, Cut::AtEnd) => format!("{number}…"),
        (true, Cut::AtStart) => format!("…{number}"),
    }
}

/// Whether the break lies inside an exon.
fn is_cut(side: &Side) -> bool {
    side.intron.is_none() && side.region.starts_with("in exon")
}

fn names(
    page: &mut Page,
    column: usize,
    call: &FusionCall,
    left: &Rows,
    right: &Rows,
    between: usize,
) {
    let (five, three) = (
        page.clean(&call.five_prime.gene),
        page.clean(&call.three_prime.gene),
    );
    let mut line = page.line();
    let half = |rows: &Rows, name: &str| rows.width().saturating_sub(name.chars().count()) / 2;
    line.pad_to(column.saturating_sub(left.width()) + half(left, &five));
    line.text(Paint::Partner, &five);
    line.pad_to(column + 1 + between + half(right, &three));
    line.text(Paint::Alk, &three);
    page.blank();
    page.push(line);
}

fn boxes(page: &mut Page, column: usize, left: &Rows, inserted: &Rows, right: &Rows) {
    let rows = [
        (&left.top, &inserted.top, &right.top, '╥'),
        (&left.middle, &inserted.middle, &right.middle, '║'),
        (&left.bottom, &inserted.bottom, &right.bottom, '╨'),
    ];
    // A break between introns is drawn on the line; there is no wall above and below it.
    let open = left.top.ends_with(' ') && right.top.starts_with(' ');
    for (index, (left, inserted, right, wall)) in rows.into_iter().enumerate() {
        let mut line = page.line();
        line.pad_to(column.saturating_sub(left.chars().count()));
        line.drawing(Paint::Partner, left);
        let wall = match (open, index) {
            (false, _) => wall,
            (true, 1) => '╫',
            (true, _) => '║',
        };
        line.glyph(Paint::Break, wall);
        line.drawing(Paint::Break, inserted);
        line.drawing(Paint::Alk, right);
        page.push(line);
    }
}

/// A bracket under the exons that hold the kinase domain.
fn kinase(page: &mut Page, column: usize, call: &FusionCall, right: &Rows, between: usize) {
    let (Some(protein), Some(exon)) = (&call.protein, call.three_prime.exon) else {
        return;
    };
    let (words, paint) = match (protein.kinase_domain_whole, call.in_frame) {
        (true, Some(false)) => (["kinase not read", "not read"], Paint::Alarm),
        (true, _) => (["kinase domain", "kinase"], Paint::Alk),
        (false, _) => (["kinase domain cut", "kinase cut"], Paint::Alarm),
    };
    let skipped = before_kinase(right, &call.three_prime, exon);
    // The corners, a space on either side of the words, and a dash at least.
    let room = right.width().saturating_sub(skipped + 6);
    let Some(words) = words
        .into_iter()
        .find(|words| words.chars().count() <= room)
    else {
        return;
    };
    let dashes = room + 2 - words.chars().count();
    let mut line = page.line();
    line.pad_to(column + 1 + between + skipped);
    line.glyph(paint, '╰');
    line.repeat(paint, '─', dashes / 2);
    line.text(paint, &format!(" {words} "));
    line.repeat(paint, '─', dashes - dashes / 2);
    line.glyph(paint, '╯');
    page.push(line);
}

/// Columns of ALK's part before the exon in which the kinase domain begins.
fn before_kinase(right: &Rows, side: &Side, first_exon: u16) -> usize {
    if first_exon > KINASE_EXON {
        return 0;
    }
    let middle: Vec<char> = right.middle.chars().collect();
    let label: Vec<char> = KINASE_EXON.to_string().chars().collect();
    let at = middle
        .windows(label.len())
        .rposition(|window| window == label);
    // A box that stands alone has a wall of its own before the label.
    at.unwrap_or(0)
        .saturating_sub(if side.intron.is_some() { 2 } else { 1 })
}

/// The bases around the break, and those between in lower case.
fn bases(page: &mut Page, column: usize, call: &FusionCall) {
    if call.sequence_5p.is_empty() && call.sequence_3p.is_empty() {
        return;
    }
    let left: Vec<char> = call.sequence_5p.chars().collect();
    let left: String = left[left.len().saturating_sub(BASES)..].iter().collect();
    let mut line = page.line();
    line.pad_to(column.saturating_sub(left.chars().count()));
    line.text(Paint::Partner, &left);
    line.glyph(Paint::Break, '│');
    if !call.inserted.is_empty() {
        line.drawing(
            Paint::Break,
            &shortened(&call.inserted.to_ascii_lowercase()),
        );
        line.glyph(Paint::Break, '│');
    }
    let room = (page.width - 2).saturating_sub(line.width()).min(BASES);
    line.text(
        Paint::Alk,
        &call.sequence_3p.chars().take(room).collect::<String>(),
    );
    page.blank();
    page.push(line);
}

/// The ends of a long insertion.
fn shortened(bases: &str) -> String {
    let letters: Vec<char> = bases.chars().collect();
    if letters.len() <= 2 * INSERTED_BASES {
        return letters.into_iter().collect();
    }
    let (start, end) = (
        &letters[..INSERTED_BASES],
        &letters[letters.len() - INSERTED_BASES..],
    );
    start.iter().chain(&['…']).chain(end).collect()
}

/// Under the bases: transcript, part of the gene, position.
fn places(page: &mut Page, column: usize, call: &FusionCall) {
    let left = place(&call.five_prime);
    let right = place(&call.three_prime);
    for index in 0..left.len().max(right.len()) {
        let (five, three) = (
            left.get(index).map_or("", String::as_str),
            right.get(index).map_or("", String::as_str),
        );
        // One column free on either side of the break.
        let five = fitted(&page.clean(five), column.saturating_sub(3));
        let three = fitted(&page.clean(three), page.width.saturating_sub(column + 4));
        let mut line = page.line();
        line.pad_to(column.saturating_sub(1 + five.chars().count()));
        line.text(
            if index == 0 {
                Paint::Partner
            } else {
                Paint::Dim
            },
            &five,
        );
        line.pad_to(column + 2);
        line.text(if index == 0 { Paint::Alk } else { Paint::Dim }, &three);
        if !five.is_empty() || !three.is_empty() {
            page.push(line);
        }
    }
}

fn place(side: &Side) -> [String; 3] {
    let cds = side.cds.map(|cds| format!("c.{cds}"));
    let transcript = side.refseq.as_ref().or(side.transcript.as_ref());
    let on = match (side.chrom.as_deref(), side.pos, side.strand) {
        (Some(chrom), Some(pos), Some(strand)) => format!("{chrom}:{} ({strand})", grouped(pos)),
        (Some(chrom), Some(pos), None) => format!("{chrom}:{}", grouped(pos)),
        _ => "position unknown".to_owned(),
    };
    let gene = [
        Some(side.gene.as_str()),
        transcript.map(String::as_str),
        cds.as_deref(),
    ];
    let gene: Vec<&str> = gene
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    [gene.join(" "), side.region.clone(), on]
}

/// Text cut to a width, with a mark where something is missing.
fn fitted(words: &str, width: usize) -> String {
    if words.chars().count() <= width {
        return words.to_owned();
    }
    let mut cut: String = words.chars().take(width.saturating_sub(3)).collect();
    cut.push_str("...");
    cut
}
