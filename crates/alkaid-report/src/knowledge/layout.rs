//! Aligned text: columns as wide as they need, long cells broken at words; below each row its source and its note.

use super::cell::Cell;
use super::{Listing, Show};

/// The widest a column of text gets. Sentences are broken; names never reach it.
const WIDEST: usize = 36;

/// Between columns.
const GAP: &str = "  ";

/// Appends a table to `text`.
pub(super) fn draw(table: &Listing, text: &mut String) {
    let shown: Vec<usize> = (0..table.columns.len())
        .filter(|&at| table.columns[at].1 == Show::Always)
        // A column in which nothing stands tells nothing.
        .filter(|&at| table.rows.is_empty() || table.rows.iter().any(|row| row[at] != Cell::Empty))
        .collect();
    let rows: Vec<Vec<Vec<String>>> = table
        .rows
        .iter()
        .map(|row| {
            shown
                .iter()
                .map(|&at| wrap(&row[at].shown(), WIDEST))
                .collect()
        })
        .collect();
    let widths: Vec<usize> = shown
        .iter()
        .enumerate()
        .map(|(index, &at)| {
            let cells = rows.iter().flat_map(|row| row[index].iter());
            let widest = cells.map(|line| line.chars().count()).max().unwrap_or(0);
            widest.max(table.columns[at].0.chars().count())
        })
        .collect();
    let right: Vec<bool> = shown
        .iter()
        .map(|&at| {
            let mut cells = table.rows.iter().map(|row| &row[at]);
            cells.all(|cell| cell.is_number() || *cell == Cell::Empty)
        })
        .collect();

    let count = match rows.len() {
        0 => "no rows".to_owned(),
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    };
    text.push_str(&format!("{} ({count})\n\n", table.title));
    let heads: Vec<&str> = shown.iter().map(|&at| table.columns[at].0).collect();
    line(text, &heads, &widths, &right);
    let rules: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    line(text, &rules, &widths, &right);
    for (row, all) in rows.iter().zip(&table.rows) {
        let height = row.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let cells: Vec<&str> = row
                .iter()
                .map(|cell| cell.get(at).map_or("", String::as_str))
                .collect();
            line(text, &cells, &widths, &right);
        }
        text.push_str(&below(table, all));
    }
    text.push('\n');
}

/// What stands below a row: its note, then source, date and status in brackets.
fn below(table: &Listing, row: &[Cell]) -> String {
    let cells = table.columns.iter().zip(row);
    let below = cells.filter(|((_, show), cell)| *show == Show::Below && **cell != Cell::Empty);
    let (provenance, notes): (Vec<_>, Vec<_>) =
        below.partition(|((name, _), _)| super::PROVENANCE.iter().any(|(own, _)| own == name));
    let shown = |cells: Vec<(&(&str, Show), &Cell)>| -> Vec<String> {
        cells.into_iter().map(|(_, cell)| cell.shown()).collect()
    };
    let mut text = String::new();
    for note in shown(notes) {
        text.push_str(&format!("    {note}\n"));
    }
    if !provenance.is_empty() {
        text.push_str(&format!("    [{}]\n", shown(provenance).join("; ")));
    }
    text
}

/// One line, without blanks at its end.
fn line(text: &mut String, cells: &[&str], widths: &[usize], right: &[bool]) {
    let mut line = String::new();
    for ((cell, &width), &right) in cells.iter().zip(widths).zip(right) {
        if !line.is_empty() {
            line.push_str(GAP);
        }
        if right {
            line.push_str(&format!("{cell:>width$}"));
        } else {
            line.push_str(&format!("{cell:<width$}"));
        }
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

/// Lines of at most `width` characters, broken at blanks; a longer word is broken where it must be.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        while word.len() > width {
            let rest = word.split_off(width);
            push(&mut lines, &word, width);
            word = rest;
        }
        push(&mut lines, &word, width);
    }
    lines
}

/// Puts a word on the last line, or on a new one where it does not fit.
fn push(lines: &mut Vec<String>, word: &[char], width: usize) {
    let word: String = word.iter().collect();
    match lines.last_mut() {
        Some(line) if line.is_empty() => line.push_str(&word),
        Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
            line.push(' ');
            line.push_str(&word);
        }
        _ => lines.push(word),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_are_aligned() {
        let table = Listing {
            name: "t",
            title: "Things",
            columns: vec![
                ("name", Show::Always),
                ("n", Show::Always),
                ("hidden", Show::Files),
                ("none", Show::Always),
                ("note", Show::Below),
                ("source", Show::Below),
                ("status", Show::Below),
            ],
            rows: vec![
                vec![
                    Cell::text("G1202R"),
                    Cell::whole(5u32),
                    Cell::text("x"),
                    Cell::Empty,
                    Cell::text("a note"),
                    Cell::text("PMID 1"),
                    Cell::text("sourced"),
                ],
                vec![
                    Cell::text("a"),
                    Cell::whole(17u32),
                    Cell::text("y"),
                    Cell::Empty,
                    Cell::Empty,
                    Cell::text("PMID 2"),
                    Cell::text("sourced"),
                ],
            ],
        };
        let mut text = String::new();
        draw(&table, &mut text);
        assert_eq!(
            text,
            "Things (2 rows)\n\nname     n\n------  --\nG1202R   5\n    a note\n    [PMID 1; sourced]\na       17\n    [PMID 2; sourced]\n\n"
        );
    }

    proptest! {
        #[test]
        fn wrapping_loses_nothing(text in "[a-z \u{b5}]{0,300}") {
            let lines = wrap(&text, WIDEST);
            prop_assert!(lines.iter().all(|line| line.chars().count() <= WIDEST));
            let joined: String = lines.concat().split_whitespace().collect();
            let whole: String = text.split_whitespace().collect();
            prop_assert_eq!(joined, whole);
        }
    }
}
