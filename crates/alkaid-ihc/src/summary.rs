//! From cells to the scores of the section.

use alkaid_knowledge::{DetectionKind, detection};

use crate::finding::{Cell, Class, PartnerHint, Pattern, PatternFinding, Score};

/// Side of the squares whose H-scores are compared, micrometres: some tens of cells.
const FIELD_UM: f64 = 150.0;
/// Stained cells that are needed for a word on the pattern.
const STAINED: u64 = 20;

/// Counts and scores of the tumour cells.
#[must_use]
pub fn score(cells: &[Cell], pixel_um: f64) -> Score {
    let mut score = Score::default();
    let mut dab = Vec::new();
    let mut fields = std::collections::BTreeMap::<(i64, i64), [f64; 2]>::new();
    let side = FIELD_UM / pixel_um;
    for cell in cells.iter().filter(|cell| cell.tumour) {
        if !cell.scored() {
            score.left_out += 1;
            continue;
        }
        score.cells[cell.class as usize] += 1;
        dab.push(cell.dab);
        let looked_at = cell.reviewed.is_some();
        // Who looks at a cell and says 3+ has seen what the rule asks for.
        let counts = looked_at || matches!(cell.pattern, Pattern::Granular);
        if cell.class == Class::Strong && counts {
            score.strong_granular += 1;
            score.strong_reviewed += u64::from(looked_at);
        }
        let field = fields
            .entry(((cell.y_px / side) as i64, (cell.x_px / side) as i64))
            .or_default();
        field[0] += 100.0 * f64::from(cell.class as u8);
        field[1] += 1.0;
    }
    let total = score.cells.iter().sum::<u64>() as f64;
    if total == 0.0 {
        return score;
    }
    let percent = |count: u64| 100.0 * count as f64 / total;
    let [_, weak, moderate, strong] = score.cells;
    let h = percent(weak) + 2.0 * percent(moderate) + 3.0 * percent(strong);
    score.h_score = Some(h);
    score.percent_positive = Some(percent(weak + moderate + strong));
    score.percent_strong = Some(percent(strong));
    score.median_dab = crate::cells::median(&mut dab).map(f64::from);
    let count = fields.len() as f64;
    if fields.len() >= 5 {
        // Variance of a ratio of sums over fields: each field's sum less what its cells would give at the mean.
        let spread: f64 = fields.values().map(|[sum, n]| (sum - h * n).powi(2)).sum();
        let error = (spread * count / (count - 1.0)).sqrt() / total;
        score.h_score_interval = Some([(h - 1.96 * error).max(0.0), (h + 1.96 * error).min(300.0)]);
    }
    score
}

/// The pattern of most stained tumour cells, and what the table of facts has to say to it.
#[must_use]
pub fn pattern(cells: &[Cell]) -> PatternFinding {
    let mut counts = [0_u64; 5];
    for cell in cells.iter().filter(|cell| cell.scored()) {
        if let Some(place) = Pattern::ALL
            .iter()
            .position(|pattern| *pattern == cell.pattern)
        {
            counts[place] += 1;
        }
    }
    let total: u64 = counts.iter().sum();
    let largest = counts
        .iter()
        .enumerate()
        .max_by_key(|(place, count)| (**count, std::cmp::Reverse(*place)))
        .map_or(0, |(place, _)| place);
    if total < STAINED {
        return PatternFinding {
            pattern: Pattern::None,
            percent: None,
            cells: counts,
            suggests: Vec::new(),
        };
    }
    let pattern = Pattern::ALL[largest];
    PatternFinding {
        pattern,
        percent: Some(100.0 * counts[largest] as f64 / total as f64),
        cells: counts,
        suggests: hints(pattern),
    }
}

/// Rows of the table of facts whose words fit the pattern. The statements name partner and place as `GENE: place;`.
fn hints(pattern: Pattern) -> Vec<PartnerHint> {
    let fits = |place: &str| match pattern {
        Pattern::Granular => place.contains("granular"),
        Pattern::NuclearAndCytoplasmic => place.contains("nucleus and cytoplasm"),
        Pattern::NuclearMembrane => place.contains("nuclear membrane"),
        Pattern::Membranous => place.contains("membrane") && !place.contains("nuclear"),
        Pattern::Cytoplasmic => place == "cytoplasm",
        Pattern::None => false,
    };
    let rows = detection()
        .iter()
        .filter(|row| row.kind == DetectionKind::Pattern && row.methods.contains(&"IHC"));
    let mut hints = Vec::new();
    for row in rows {
        let partners: Vec<String> = row
            .fact
            .split(';')
            .filter_map(|part| part.split_once(':'))
            .filter(|(_, place)| fits(place.trim()))
            .map(|(gene, _)| gene.trim().to_owned())
            .collect();
        if !partners.is_empty() {
            hints.push(PartnerHint {
                partners,
                fact: row.fact.to_owned(),
                row: row.key.to_owned(),
                source: row.provenance.source.to_owned(),
                status: row.provenance.status.as_str().to_owned(),
            });
        }
    }
    hints
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn cell(class: Class, pattern: Pattern, x: f64) -> Cell {
        Cell {
            id: 1,
            x_px: x,
            y_px: 0.0,
            nucleus_um2: 40.0,
            roundness: 0.9,
            ring_um2: 60.0,
            haematoxylin: 0.4,
            nuclear_dab: 0.0,
            dab: 0.2 * class as u8 as f32 + 0.1,
            granularity: 0.2,
            outer_over_inner: 1.0,
            rim_over_sides: 1.0,
            one_sided: 0.0,
            tumour: true,
            class,
            pattern,
            artefacts: Vec::new(),
            doubt: 0.0,
            reviewed: None,
            nucleus: Vec::new(),
            outline: Vec::new(),
        }
    }

    #[test]
    fn the_h_score_weighs_the_classes() {
        let mut cells: Vec<Cell> = Class::ALL
            .iter()
            .flat_map(|class| {
                (0..10).map(|i| cell(*class, Pattern::Granular, 400.0 * f64::from(i)))
            })
            .collect();
        let result = score(&cells, 0.5);
        assert_eq!(result.cells, [10; 4]);
        assert_eq!(result.h_score, Some(150.0));
        assert_eq!(result.percent_positive, Some(75.0));
        assert_eq!(result.percent_strong, Some(25.0));
        assert_eq!(result.strong_granular, 10);
        // Every field has one cell of each class: the fields agree.
        assert_eq!(result.h_score_interval, Some([150.0, 150.0]));
        cells[35].tumour = false;
        cells[36].artefacts.push(crate::finding::Artefact::Stipple);
        let result = score(&cells, 0.5);
        assert_eq!((result.cells[3], result.left_out), (8, 1));
        assert_eq!(score(&[], 0.5).h_score, None);
    }

    #[test]
    fn patterns_name_partners_with_their_source() {
        let cells: Vec<Cell> = (0..30)
            .map(|_| cell(Class::Moderate, Pattern::NuclearAndCytoplasmic, 0.0))
            .collect();
        let found = pattern(&cells);
        assert_eq!(found.pattern, Pattern::NuclearAndCytoplasmic);
        assert!(
            found
                .suggests
                .iter()
                .any(|h| h.partners.contains(&"NPM1".to_owned()) && h.status == "sourced")
        );
        let rim: Vec<Cell> = (0..30)
            .map(|_| cell(Class::Moderate, Pattern::NuclearMembrane, 0.0))
            .collect();
        let hint = &pattern(&rim).suggests[0];
        assert_eq!(
            (hint.partners[0].as_str(), hint.status.as_str()),
            ("RANBP2", "unverified")
        );
        let few = pattern(&cells[..5]);
        assert_eq!(few.pattern, Pattern::None);
    }
}
