//! Kits as data, and the call by a kit's rule.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::error::IhcError;
use crate::finding::{Call, Class, FishRate, KitCall, Pattern, PatternFinding, Score};

/// A kit and its rule.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kit {
    /// What the user types.
    pub key: String,
    /// Its name.
    pub name: String,
    /// How its rule works.
    pub rule: Rule,
    /// Percent of the tumour cells that must reach a class for the case to have it.
    pub share_percent: Option<f64>,
    /// Where the rule comes from.
    pub rule_source: String,
    /// When that was published or read.
    pub rule_date: String,
    /// How far it is checked.
    pub rule_status: String,
    /// Classes of a case after which another method follows.
    #[serde(default)]
    pub reflex: Vec<Class>,
    /// Classes of a case that are positive by themselves.
    #[serde(default)]
    pub positive: Vec<Class>,
    /// Where that comes from.
    pub reflex_source: Option<String>,
    /// Tumour cells below which the case is not evaluable.
    pub minimum_cells: u64,
    /// Strong granular cells below which a pathologist must look at each.
    pub minimum_strong: u64,
    /// Where the two come from.
    pub minimum_source: String,
    /// How far they are checked.
    pub minimum_status: String,
}

/// How a rule works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Positive with strong granular cytoplasmic stain in any tumour cell.
    AnyStrongGranular,
    /// The highest class that a share of the cells reaches.
    CaseClass,
}

/// Where the classes begin.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutOffs {
    /// Mean DAB of the cytoplasm from which a cell is 1+, 2+, 3+.
    pub dab: [f64; 3],
    /// Where they come from.
    pub source: String,
    /// How far they are checked.
    pub status: String,
}

impl CutOffs {
    /// Cut-offs of the user's own laboratory.
    #[must_use]
    pub fn given(dab: [f64; 3]) -> Self {
        Self {
            dab,
            source: "given by the user".to_owned(),
            status: "sourced".to_owned(),
        }
    }

    /// The class of an amount of DAB.
    #[must_use]
    pub fn class(&self, dab: f64) -> Class {
        let reached = self.dab.iter().filter(|cut_off| dab >= **cut_off).count();
        Class::ALL[reached]
    }

    /// How doubtful the class is: 1 on a cut-off, 0 in the middle of a class. 3+, which has no end, is taken to be as wide
    /// as 2+.
    #[must_use]
    pub fn doubt(&self, dab: f64) -> f64 {
        let [weak, moderate, strong] = self.dab;
        let ends = [0.0, weak, moderate, strong, 2.0 * strong - moderate];
        let class = self.class(dab) as usize;
        let (lower, upper) = (ends[class], ends[class + 1]);
        let nearest = match class {
            0 => upper - dab,
            3 => dab - lower,
            _ => (dab - lower).min(upper - dab),
        };
        let half = (0.5 * (upper - lower)).max(f64::MIN_POSITIVE);
        (1.0 - nearest / half).clamp(0.0, 1.0)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    cut_offs: CutOffs,
    kit: Vec<Kit>,
    fish_rates: Rates,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rates {
    source: String,
    date: String,
    status: String,
    class: Vec<RateRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateRow {
    class: Class,
    percent: f64,
    interval: [f64; 2],
}

fn tables() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(|| {
        // The text is compiled in, and a test parses it.
        toml::from_str(include_str!("../data/kits.toml")).expect("compiled-in kits are well formed")
    });
    &TABLES
}

/// All kits.
#[must_use]
pub fn kits() -> &'static [Kit] {
    &tables().kit
}

/// The kit of that name.
///
/// # Errors
///
/// When there is none.
pub fn kit(name: &str) -> Result<&'static Kit, IhcError> {
    kits()
        .iter()
        .find(|kit| kit.key.eq_ignore_ascii_case(name))
        .ok_or_else(|| IhcError::UnknownKit {
            name: name.to_owned(),
            known: kits()
                .iter()
                .map(|kit| kit.key.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
}

/// The cut-offs that are used where the user gives none.
#[must_use]
pub fn default_cut_offs() -> &'static CutOffs {
    &tables().cut_offs
}

/// How often cases with a class were rearranged by FISH.
#[must_use]
pub fn fish_rate(class: Class) -> Option<FishRate> {
    let rates = &tables().fish_rates;
    let row = rates.class.iter().find(|row| row.class == class)?;
    Some(FishRate {
        percent: row.percent,
        interval: row.interval,
        source: format!("{} ({}, {})", rates.source, rates.date, rates.status),
    })
}

/// The highest class that at least `share` percent of the cells reach.
#[must_use]
pub fn case_class(cells: &[u64; 4], share: f64) -> Class {
    let total: u64 = cells.iter().sum();
    let reached = |class: &Class| {
        let above: u64 = cells[*class as usize..].iter().sum();
        100.0 * above as f64 >= share * total as f64 && above > 0
    };
    Class::ALL
        .into_iter()
        .rev()
        .find(reached)
        .unwrap_or(Class::Negative)
}

/// What a rule is asked about.
pub struct Question<'q> {
    /// Counts.
    pub score: &'q Score,
    /// Pattern.
    pub pattern: &'q PatternFinding,
    /// Cut-offs that made the counts.
    pub cut_offs: &'q CutOffs,
    /// Reasons for a pathologist that lie outside the rule: the picture, the region, the control.
    pub review: Vec<String>,
}

/// Walks the kit's rule.
#[must_use]
pub fn call(kit: &Kit, question: Question<'_>) -> KitCall {
    let score = question.score;
    let total: u64 = score.cells.iter().sum();
    let mut reasons = vec![format!(
        "{total} tumour cells scored: {} negative, {} 1+, {} 2+, {} 3+",
        score.cells[0], score.cells[1], score.cells[2], score.cells[3]
    )];
    let mut review = question.review;
    let mut case = None;
    let mut reflex = false;
    let by_rule = if total < kit.minimum_cells {
        reasons.push(format!(
            "fewer than {} tumour cells ({})",
            kit.minimum_cells, kit.minimum_source
        ));
        Call::NotEvaluable
    } else {
        match kit.rule {
            Rule::AnyStrongGranular => {
                any_strong(kit, score, question.pattern, &mut reasons, &mut review)
            }
            Rule::CaseClass => {
                let share = kit.share_percent.unwrap_or(10.0);
                let class = case_class(&score.cells, share);
                case = Some(class);
                reasons.push(format!(
                    "{} is the highest class that {share:.0} % of the cells reach",
                    class.as_str()
                ));
                by_class(kit, class, &mut reflex, &mut reasons)
            }
        }
    };
    let call = match by_rule {
        Call::Positive | Call::Negative | Call::Equivocal if !review.is_empty() => {
            reasons.push(format!("by the rule alone: {}", by_rule.as_str()));
            Call::NeedsReview
        }
        other => other,
    };
    KitCall {
        kit: kit.key.clone(),
        kit_name: kit.name.clone(),
        call,
        case_class: case,
        fish_rate: case.and_then(fish_rate),
        reflex,
        reasons,
        review,
        cut_offs: question.cut_offs.dab,
        cut_offs_source: format!(
            "{} ({})",
            question.cut_offs.source, question.cut_offs.status
        ),
        rule_source: format!(
            "{} ({}, {})",
            kit.rule_source, kit.rule_date, kit.rule_status
        ),
    }
}

fn any_strong(
    kit: &Kit,
    score: &Score,
    pattern: &PatternFinding,
    reasons: &mut Vec<String>,
    review: &mut Vec<String>,
) -> Call {
    let strong = score.strong_granular;
    let other = score.cells[Class::Strong as usize].saturating_sub(strong);
    reasons.push(format!(
        "{strong} cells with strong granular stain of the cytoplasm; any number is positive by the kit"
    ));
    let most = match pattern.pattern {
        Pattern::None => "too few cells are stained to name a pattern".to_owned(),
        named => format!("the pattern of most stained cells is {}", named.as_str()),
    };
    let all_looked_at = score.strong_reviewed >= strong;
    match strong {
        // The kit counts any strong cell, and what is granular is here told by a machine.
        0 if other > 0 => {
            review.push(format!(
                "{other} cells are strong but not granular in the cytoplasm; {most}"
            ));
            Call::Negative
        }
        0 => Call::Negative,
        _ if all_looked_at => {
            reasons.push("a person looked at each of them".to_owned());
            Call::Positive
        }
        few if few < kit.minimum_strong => {
            review.push(format!(
                "only {few} cells carry the call; look at each ({})",
                kit.minimum_source
            ));
            Call::Positive
        }
        _ => {
            if !matches!(pattern.pattern, Pattern::Granular | Pattern::Cytoplasmic) {
                review.push(most);
            }
            Call::Positive
        }
    }
}

fn by_class(kit: &Kit, class: Class, reflex: &mut bool, reasons: &mut Vec<String>) -> Call {
    if let Some(rate) = fish_rate(class) {
        reasons.push(format!(
            "{} % ({} to {}) of cases with that score were rearranged by FISH",
            rate.percent, rate.interval[0], rate.interval[1]
        ));
    }
    *reflex = kit.reflex.contains(&class);
    if *reflex {
        let source = kit.reflex_source.as_deref().unwrap_or("the kit's rule");
        reasons.push(format!("FISH or sequencing must follow: {source}"));
    }
    match class {
        class if kit.positive.contains(&class) => Call::Positive,
        _ if *reflex => Call::Equivocal,
        _ => Call::Negative,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(cells: [u64; 4], strong_granular: u64) -> Score {
        Score {
            cells,
            strong_granular,
            ..Score::default()
        }
    }

    fn pattern(pattern: Pattern) -> PatternFinding {
        PatternFinding {
            pattern,
            percent: None,
            cells: [0; 5],
            suggests: Vec::new(),
        }
    }

    fn ask(name: &str, score: &Score, of: Pattern, review: &[&str]) -> KitCall {
        let question = Question {
            score,
            pattern: &pattern(of),
            cut_offs: default_cut_offs(),
            review: review.iter().map(|s| (*s).to_owned()).collect(),
        };
        call(kit(name).unwrap(), question)
    }

    #[test]
    fn the_tables_are_well_formed() {
        assert_eq!(
            kits().iter().map(|k| k.key.as_str()).collect::<Vec<_>>(),
            ["D5F3", "5A4", "1A4"]
        );
        let rates: Vec<f64> = Class::ALL
            .iter()
            .filter_map(|c| fish_rate(*c))
            .map(|r| r.percent)
            .collect();
        assert_eq!(rates, [0.9, 37.8, 62.8, 90.0]);
        let [a, b, c] = default_cut_offs().dab;
        assert!(0.0 < a && a < b && b < c);
        for kit in kits() {
            for status in [&kit.rule_status, &kit.minimum_status] {
                assert!(["sourced", "assumption", "unverified"].contains(&status.as_str()));
            }
            assert_eq!(kit.rule == Rule::CaseClass, kit.share_percent.is_some());
        }
        assert!(matches!(kit("XYZ"), Err(IhcError::UnknownKit { .. })));
    }

    #[test]
    fn d5f3_is_positive_with_strong_cells_and_asks_when_few() {
        let many = ask(
            "d5f3",
            &score([500, 20, 20, 200], 180),
            Pattern::Granular,
            &[],
        );
        assert_eq!(many.call, Call::Positive);
        let few = ask("D5F3", &score([700, 0, 0, 3], 3), Pattern::Granular, &[]);
        assert_eq!(few.call, Call::NeedsReview);
        assert!(
            few.reasons
                .iter()
                .any(|r| r.contains("by the rule alone: positive"))
        );
        let none = ask("D5F3", &score([700, 50, 9, 0], 0), Pattern::None, &[]);
        assert_eq!(none.call, Call::Negative);
        let even = ask("D5F3", &score([700, 0, 0, 1], 0), Pattern::None, &[]);
        assert_eq!(even.call, Call::NeedsReview);
        let looked_at = Score {
            strong_reviewed: 3,
            ..score([700, 0, 0, 3], 3)
        };
        let looked_at = ask("D5F3", &looked_at, Pattern::Granular, &[]);
        assert_eq!(looked_at.call, Call::Positive);
        let unnamed = ask("D5F3", &score([700, 0, 0, 12], 12), Pattern::None, &[]);
        assert_eq!(
            unnamed.review,
            ["too few cells are stained to name a pattern"]
        );
        let membranous = ask(
            "D5F3",
            &score([100, 0, 0, 300], 0),
            Pattern::Membranous,
            &[],
        );
        assert_eq!(membranous.call, Call::NeedsReview);
        let small = ask("D5F3", &score([20, 0, 0, 30], 30), Pattern::Granular, &[]);
        assert_eq!(small.call, Call::NotEvaluable);
    }

    #[test]
    fn the_5a4_case_class_asks_for_fish() {
        let moderate = ask(
            "5A4",
            &score([100, 100, 60, 5], 0),
            Pattern::Cytoplasmic,
            &[],
        );
        assert_eq!(
            (moderate.call, moderate.case_class),
            (Call::Equivocal, Some(Class::Moderate))
        );
        assert!(moderate.reflex);
        assert_eq!(moderate.fish_rate.map(|r| r.percent), Some(62.8));
        let strong = ask("5A4", &score([100, 0, 0, 100], 0), Pattern::Granular, &[]);
        assert_eq!((strong.call, strong.reflex), (Call::Positive, false));
        let blurred = ask(
            "5A4",
            &score([100, 0, 0, 100], 0),
            Pattern::Granular,
            &["blur"],
        );
        assert_eq!(blurred.call, Call::NeedsReview);
    }

    #[test]
    fn classes_begin_at_the_cut_offs() {
        let cut_offs = default_cut_offs();
        assert_eq!(cut_offs.class(0.1999), Class::Negative);
        assert_eq!(cut_offs.class(0.2), Class::Weak);
        assert_eq!(cut_offs.class(0.6), Class::Strong);
        assert!((cut_offs.doubt(0.4) - 1.0).abs() < 1e-9);
        assert_eq!(cut_offs.doubt(0.9), 0.0);
        assert!((cut_offs.doubt(0.35) - 0.5).abs() < 1e-9);
        let close = CutOffs::given([0.05, 0.1, 0.15]);
        assert_eq!(close.doubt(0.3), 0.0);
        assert!(close.doubt(0.075) < 1e-9 && close.doubt(0.09) > 0.5);
    }
}
