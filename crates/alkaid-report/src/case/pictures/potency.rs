//! Measured potencies: inhibitors by mutations, one map a series of measurements.

use std::collections::BTreeMap;

use alkaid_case::finding::PotencyCell;

use crate::page::{Anchor, Ink, Picture};

const LEFT: f32 = 120.0;
const RIGHT: f32 = 712.0;
const ROW: f32 = 24.0;
/// The fold loss at which the colour is full.
const FULL_FOLD: f64 = 100.0;

/// A map for each series, one below the other. `None` where nothing was measured.
pub(in crate::case) fn potency(cells: &[PotencyCell]) -> Option<Picture> {
    if cells.is_empty() {
        return None;
    }
    let mut series: BTreeMap<&str, Vec<&PotencyCell>> = BTreeMap::new();
    for cell in cells {
        series.entry(&cell.dataset).or_default().push(cell);
    }
    let maps: Vec<Map<'_>> = series
        .into_iter()
        .map(|(name, cells)| Map::of(name, &cells))
        .collect();
    let height = maps.iter().map(Map::height).sum::<f32>();
    let mut picture = Picture::new(
        height,
        "Measured potencies of inhibitors, IC50 in nanomolar",
    );
    let mut y = 0.0;
    for map in &maps {
        map.draw(&mut picture, y);
        y += map.height();
    }
    picture.description = format!(
        "IC50 values of {} measurements in {} series; a stronger colour is a greater loss against the unmutated fusion of the same series.",
        cells.len(),
        maps.len()
    );
    Some(picture)
}

/// One series.
struct Map<'a> {
    name: &'a str,
    drugs: Vec<&'a str>,
    mutations: Vec<&'a str>,
    cells: BTreeMap<(&'a str, &'a str), &'a PotencyCell>,
}

impl<'a> Map<'a> {
    /// Drugs and mutations in the order in which they first come; the unmutated fusion before all.
    fn of(name: &'a str, cells: &[&'a PotencyCell]) -> Self {
        let mut map = Self {
            name,
            drugs: Vec::new(),
            mutations: Vec::new(),
            cells: BTreeMap::new(),
        };
        for cell in cells {
            if !map.drugs.contains(&cell.drug.as_str()) {
                map.drugs.push(&cell.drug);
            }
            if !map.mutations.contains(&cell.mutations.as_str()) {
                map.mutations.push(&cell.mutations);
            }
            map.cells
                .entry((&cell.drug, &cell.mutations))
                .or_insert(cell);
        }
        map.mutations.sort_by_key(|name| *name != "unmutated");
        map
    }

    fn height(&self) -> f32 {
        44.0 + self.drugs.len() as f32 * ROW + 10.0
    }

    fn draw(&self, picture: &mut Picture, y: f32) {
        picture.words((0.0, y + 14.0), Anchor::Start, Ink::Text, self.name);
        let step = ((RIGHT - LEFT) / self.mutations.len() as f32).min(120.0);
        for (column, mutation) in self.mutations.iter().enumerate() {
            let x = LEFT + (column as f32 + 0.5) * step;
            picture.small((x, y + 36.0), Anchor::Middle, Ink::Muted, *mutation);
        }
        for (row, drug) in self.drugs.iter().enumerate() {
            let top = y + 42.0 + row as f32 * ROW;
            picture.small((LEFT - 8.0, top + 15.0), Anchor::End, Ink::Text, *drug);
            for (column, mutation) in self.mutations.iter().enumerate() {
                let x = LEFT + column as f32 * step;
                let size = (step - 3.0, ROW - 3.0);
                match self.cells.get(&(*drug, *mutation)) {
                    Some(cell) => measured(picture, (x, top), size, cell),
                    None => picture.shade((x, top), size, Ink::Faint, 0.35),
                }
            }
        }
    }
}

fn measured(picture: &mut Picture, (x, y): (f32, f32), (w, h): (f32, f32), cell: &PotencyCell) {
    let loss = cell.fold.unwrap_or(1.0).max(1.0).log10() / FULL_FOLD.log10();
    // The words keep their contrast: the colour is never more than half.
    let opacity = 0.5 * loss.clamp(0.0, 1.0) as f32;
    picture.shade((x, y), (w, h), Ink::Faint, 0.35);
    picture.shade((x, y), (w, h), Ink::Bad, opacity);
    let relation = cell.relation.as_deref().unwrap_or("");
    let fold = cell
        .fold
        .map_or(String::new(), |fold| format!("  {fold:.1}×"));
    let text = format!("{relation}{}{fold}", short(cell.nanomolar));
    picture.small(
        (x + w / 2.0, y + h / 2.0 + 3.5),
        Anchor::Middle,
        Ink::Text,
        text,
    );
}

/// Three significant figures.
fn short(value: f64) -> String {
    match value {
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}
