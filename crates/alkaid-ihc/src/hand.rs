//! Scores that people gave: H-score per reader, and how far readers agree.
//!
//! One line a case and reader, with columns `case`, `reader`, and either `score` (0, 1+, 2+, 3+) or the percentages
//! `pct_0`, `pct_1`, `pct_2`, `pct_3`, or both. Agreement is on the case's class: the score as given, or the highest
//! class that 10 % of the cells reach.

mod kappa;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::IhcError;
use crate::finding::Class;
use crate::text_file;
use kappa::{cohen, fleiss_kappa, limits, weighted};

/// One reader's score of one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HandScore {
    /// The case.
    pub case: String,
    /// The reader.
    pub reader: String,
    /// The case's class.
    pub class: Class,
    /// Percent of cells of each class, where they were given.
    pub percents: Option<[f64; 4]>,
    /// 0 to 300, where percentages were given.
    pub h_score: Option<f64>,
}

/// Scores and agreement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HandReport {
    /// Version of this layout.
    pub schema_version: String,
    /// For research use only.
    pub notice: String,
    /// All scores, by case and reader.
    pub scores: Vec<HandScore>,
    /// Each case over its readers.
    pub cases: Vec<CaseAgreement>,
    /// Each pair of readers.
    pub pairs: Vec<PairAgreement>,
    /// All readers together, on cases that all of them scored. `None` with fewer than two readers or no such case.
    pub fleiss: Option<Fleiss>,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// One case over its readers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseAgreement {
    /// The case.
    pub case: String,
    /// Readers.
    pub readers: u64,
    /// The middle class of the readers. `None` where two stand in the middle and differ: no class is more theirs than the
    /// other, and the readers have to agree on one.
    pub class: Option<Class>,
    /// Whether all readers gave the same class.
    pub unanimous: bool,
    /// Mean H-score, where percentages were given.
    pub h_score: Option<f64>,
    /// Largest difference of the H-scores.
    pub h_score_range: Option<f64>,
}

/// Two readers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PairAgreement {
    /// One.
    pub first: String,
    /// The other.
    pub second: String,
    /// Cases that both scored.
    pub cases: u64,
    /// Percent of them with the same class.
    pub percent_agreement: f64,
    /// Percent with the same answer to: 3+ or not.
    pub percent_agreement_strong: f64,
    /// Cohen's kappa. `None` where chance alone would agree always.
    pub kappa: Option<f64>,
    /// Its 95 % interval, by the large-sample standard error. `None` where they always agree, which leaves no error to
    /// go by.
    pub kappa_interval: Option<[f64; 2]>,
    /// Cohen's kappa with quadratic weights.
    pub weighted_kappa: Option<f64>,
    /// Mean of the first's H-score less the second's, and 1.96 standard deviations around it.
    pub h_score_difference: Option<[f64; 3]>,
}

/// Several readers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fleiss {
    /// Readers.
    pub readers: u64,
    /// Cases that all of them scored.
    pub cases: u64,
    /// Fleiss' kappa. `None` where chance alone would agree always.
    pub kappa: Option<f64>,
}

/// Share of the cells that makes a case's class, percent.
const SHARE: f64 = 10.0;
/// Scores that a file may have.
const SCORES: usize = 1_000_000;
/// Readers that a file may have: each is compared with each.
const READERS: usize = 200;
const REMEDY: &str =
    "give columns case, reader, and score or pct_0, pct_1, pct_2, pct_3, separated by tabs";

/// Reads scores and works out agreement.
///
/// # Errors
///
/// When the file cannot be read, lacks a column, or a line is malformed.
pub fn agreement(path: &Path) -> Result<HandReport, IhcError> {
    of_text(path, &text_file::read(path, REMEDY)?)
}

/// As [`agreement`], from the text of the file.
pub(crate) fn of_text(path: &Path, text: &str) -> Result<HandReport, IhcError> {
    let (scores, missing) = parse(path, text)?;
    Ok(compare(scores, missing))
}

/// Scores by case and reader, and how many lines have none.
fn parse(path: &Path, text: &str) -> Result<(Vec<HandScore>, usize), IhcError> {
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim_end_matches('\r')))
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let (header_line, header) = lines
        .next()
        .ok_or_else(|| IhcError::malformed(path, "the file", "it is empty", REMEDY))?;
    let names: Vec<String> = header
        .split('\t')
        .map(|n| n.trim().to_lowercase())
        .collect();
    let column = |name: &str| names.iter().position(|n| n == name);
    let bad_header =
        |what: String| IhcError::malformed(path, format!("line {header_line}"), what, REMEDY);
    let needed = |name: &str| column(name).ok_or_else(|| bad_header(format!("no column {name}")));
    let (case, reader) = (needed("case")?, needed("reader")?);
    let score = column("score");
    let percents = ["pct_0", "pct_1", "pct_2", "pct_3"].map(column);
    if score.is_none() && percents.iter().any(Option::is_none) {
        return Err(bad_header("neither score nor pct_0 to pct_3".to_owned()));
    }
    let mut scores = Vec::new();
    let mut missing = 0;
    let mut seen = BTreeMap::new();
    let mut readers = BTreeSet::new();
    for (number, line) in lines {
        let bad = |what: String| {
            IhcError::malformed(path, format!("line {number}"), what, "correct the line")
        };
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        let field = |place: usize| fields.get(place).copied().unwrap_or("");
        let value = |place: usize| known(field(place));
        let (case, reader) = (field(case).to_owned(), field(reader).to_owned());
        if case.is_empty() || reader.is_empty() {
            return Err(bad("case or reader is empty".to_owned()));
        }
        let given = percents.map(|place| place.map_or("", value));
        let percents = match given.iter().all(|text| text.is_empty()) {
            true => None,
            false => Some(percentages(given).map_err(bad)?),
        };
        let class = match (score.map_or("", value), percents) {
            ("", Some(percents)) => class_of(&percents),
            ("", None) => {
                missing += 1;
                continue;
            }
            (text, percents) => {
                let class = Class::from_text(text)
                    .ok_or_else(|| bad(format!("{text:?} is not 0, 1+, 2+ or 3+")))?;
                if let Some(percents) = percents {
                    check_class(class, &percents).map_err(bad)?;
                }
                class
            }
        };
        if let Some(before) = seen.insert((case.clone(), reader.clone()), number) {
            return Err(bad(format!(
                "{reader} scored {case} on line {before} already"
            )));
        }
        if !readers.contains(&reader) {
            readers.insert(reader.clone());
        }
        let many = |what: &str| {
            let remedy = "give fewer at a time, or check that the columns are not mixed up";
            IhcError::malformed(path, format!("line {number}"), what, remedy)
        };
        if readers.len() > READERS {
            return Err(many(&format!("more than {READERS} readers")));
        }
        if scores.len() == SCORES {
            return Err(many(&format!("more than {SCORES} scores")));
        }
        let percents = percents.map(scaled_to_100);
        let h_score = percents.map(|[_, a, b, c]| a + 2.0 * b + 3.0 * c);
        scores.push(HandScore {
            case,
            reader,
            class,
            percents,
            h_score,
        });
    }
    scores.sort_by(|a, b| a.case.cmp(&b.case).then(a.reader.cmp(&b.reader)));
    match scores.is_empty() {
        true => Err(IhcError::malformed(path, "the file", "no scores", REMEDY)),
        false => Ok((scores, missing)),
    }
}

/// The text of a field, or nothing where it says that nothing is known.
fn known(text: &str) -> &str {
    match text.to_lowercase().as_str() {
        "na" | "n/a" | "nan" | "-" | "." => "",
        _ => text,
    }
}

fn percentages(texts: [&str; 4]) -> Result<[f64; 4], String> {
    let mut percents = [0.0; 4];
    for (percent, text) in percents.iter_mut().zip(texts) {
        *percent = match text {
            "" => 0.0,
            text => text
                .trim_end_matches('%')
                .trim()
                .parse::<f64>()
                .ok()
                .filter(|value| (0.0..=100.0).contains(value))
                .ok_or_else(|| format!("{text:?} is not a percentage"))?,
        };
    }
    let sum: f64 = percents.iter().sum();
    match (sum - 100.0).abs() <= 1.0 {
        true => Ok(percents),
        false => Err(format!("the percentages add up to {sum}, not to 100")),
    }
}

/// Percentages that were rounded one by one, so that they add up to 100.
fn scaled_to_100(percents: [f64; 4]) -> [f64; 4] {
    let sum: f64 = percents.iter().sum();
    percents.map(|percent| 100.0 * percent / sum)
}

/// Refuses a class that no cell has or exceeds, and one that most cells exceed: neither is a score by any rule.
fn check_class(class: Class, percents: &[f64; 4]) -> Result<(), String> {
    let name = class.as_str();
    let above: f64 = percents[class as usize + 1..].iter().sum();
    let reached = above + percents[class as usize];
    if reached <= 0.0 {
        return Err(format!(
            "the score is {name}, but the percentages have no cell of {name} or above"
        ));
    }
    if above > 50.0 {
        return Err(format!(
            "the score is {name}, but by the percentages {above:.0} % of the cells are above it"
        ));
    }
    Ok(())
}

/// The class by the percentages as they were given. Sums of decimal fractions are off by some 1e-15.
fn class_of(percents: &[f64; 4]) -> Class {
    let reached = |class: &Class| percents[*class as usize..].iter().sum::<f64>() >= SHARE - 1e-9;
    Class::ALL
        .into_iter()
        .rev()
        .find(reached)
        .unwrap_or(Class::Negative)
}

fn compare(scores: Vec<HandScore>, missing_lines: usize) -> HandReport {
    let mut by_case: BTreeMap<&str, Vec<&HandScore>> = BTreeMap::new();
    let mut by_reader: BTreeMap<&str, BTreeMap<&str, &HandScore>> = BTreeMap::new();
    for score in &scores {
        by_case.entry(&score.case).or_default().push(score);
        by_reader
            .entry(&score.reader)
            .or_default()
            .insert(&score.case, score);
    }
    let cases: Vec<CaseAgreement> = by_case
        .iter()
        .map(|(case, scores)| one_case(case, scores))
        .collect();
    let readers: Vec<&str> = by_reader.keys().copied().collect();
    let mut pairs = Vec::new();
    for (index, first) in readers.iter().enumerate() {
        for second in &readers[index + 1..] {
            let both: Vec<(&HandScore, &HandScore)> = by_reader[first]
                .iter()
                .filter_map(|(case, score)| Some((*score, *by_reader[second].get(case)?)))
                .collect();
            if !both.is_empty() {
                pairs.push(pair(first, second, &both));
            }
        }
    }
    let complete: Vec<Vec<Class>> = by_case
        .values()
        .filter(|scores| scores.len() == readers.len())
        .map(|scores| scores.iter().map(|score| score.class).collect())
        .collect();
    let fleiss = (readers.len() >= 2 && !complete.is_empty()).then(|| Fleiss {
        readers: readers.len() as u64,
        cases: complete.len() as u64,
        kappa: fleiss_kappa(&complete),
    });
    let mut warnings = Vec::new();
    if pairs.iter().any(|pair| pair.cases < 20) {
        warnings
            .push("some readers share fewer than 20 cases: kappa is uncertain there".to_owned());
    }
    if missing_lines > 0 {
        warnings.push(format!(
            "{missing_lines} lines without a score (empty or NA) were left out"
        ));
    }
    let missing = by_case.len() - complete.len();
    if readers.len() >= 2 && missing > 0 {
        warnings.push(format!(
            "{missing} cases were not scored by all readers and are left out of Fleiss' kappa"
        ));
    }
    HandReport {
        schema_version: "1.1".to_owned(),
        notice: "For research use only. Not for use in diagnostic procedures.".to_owned(),
        cases,
        pairs,
        fleiss,
        warnings,
        scores: scores.clone(),
    }
}

fn one_case(case: &str, scores: &[&HandScore]) -> CaseAgreement {
    let mut classes: Vec<Class> = scores.iter().map(|score| score.class).collect();
    classes.sort();
    let middle = [classes[(classes.len() - 1) / 2], classes[classes.len() / 2]];
    let h: Vec<f64> = scores.iter().filter_map(|score| score.h_score).collect();
    let range = |values: &[f64]| {
        let high = values.iter().copied().fold(f64::MIN, f64::max);
        let low = values.iter().copied().fold(f64::MAX, f64::min);
        high - low
    };
    CaseAgreement {
        case: case.to_owned(),
        readers: scores.len() as u64,
        class: (middle[0] == middle[1]).then_some(middle[0]),
        unanimous: classes.first() == classes.last(),
        h_score: (!h.is_empty()).then(|| h.iter().sum::<f64>() / h.len() as f64),
        h_score_range: (h.len() >= 2).then(|| range(&h)),
    }
}

fn pair(first: &str, second: &str, both: &[(&HandScore, &HandScore)]) -> PairAgreement {
    let mut table = [[0.0_f64; 4]; 4];
    for (a, b) in both {
        table[a.class as usize][b.class as usize] += 1.0;
    }
    let n = both.len() as f64;
    let same: f64 = (0..4).map(|k| table[k][k]).sum();
    let strong = both
        .iter()
        .filter(|(a, b)| (a.class == Class::Strong) == (b.class == Class::Strong))
        .count() as f64;
    let differences: Vec<f64> = both
        .iter()
        .filter_map(|(a, b)| Some(a.h_score? - b.h_score?))
        .collect();
    let (kappa, kappa_interval) = cohen(&table);
    PairAgreement {
        first: first.to_owned(),
        second: second.to_owned(),
        cases: both.len() as u64,
        percent_agreement: 100.0 * same / n,
        percent_agreement_strong: 100.0 * strong / n,
        kappa,
        kappa_interval,
        weighted_kappa: weighted(&table),
        h_score_difference: limits(&differences),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<HandReport, IhcError> {
        of_text(Path::new("scores.tsv"), text)
    }

    #[test]
    fn percentages_make_scores_and_classes() {
        let report = read(
            "case\treader\tpct_0\tpct_1\tpct_2\tpct_3\nA\tx\t10\t20\t30\t40\nA\ty\t95\t0\t0\t5\n",
        )
        .unwrap();
        assert_eq!(report.scores[0].h_score, Some(200.0));
        assert_eq!(report.scores[0].class, Class::Strong);
        assert_eq!(report.scores[1].class, Class::Negative);
        assert_eq!(report.cases[0].h_score_range, Some(185.0));
        assert!(!report.cases[0].unanimous && report.cases[0].class.is_none());
    }

    #[test]
    fn a_tenth_is_a_tenth_however_it_is_rounded() {
        let class = |percents: &str| {
            let text = format!("case\treader\tpct_0\tpct_1\tpct_2\tpct_3\nA\tx\t{percents}\n");
            read(&text).unwrap().scores[0].class
        };
        assert_eq!(class("91\t0\t0\t10"), Class::Strong);
        assert_eq!(class("90\t0.1\t8.2\t1.7"), Class::Weak);
        assert_eq!(class("90.5\t0\t0\t9.5"), Class::Negative);
    }

    #[test]
    fn lines_without_a_score_are_left_out_and_counted() {
        let report =
            read("# from the clinic\ncase\treader\tscore\nA\tx\t1+\nA\ty\tNA\nB\tx\t\n").unwrap();
        assert_eq!(report.scores.len(), 1);
        assert!(report.warnings[0].starts_with("2 lines without a score"));
        assert!(read("case\treader\tscore\nA\tx\tn/a\n").is_err());
        let error = read("# a\n# b\ncase\tscore\n").unwrap_err().to_string();
        assert!(error.contains("line 3"), "{error}");
    }

    #[test]
    fn readers_have_a_class_where_one_is_in_the_middle() {
        let report = read(
            "case\treader\tscore\nA\tx\t1+\nA\ty\t3+\nA\tz\t3+\nB\tx\t2\nB\ty\t2\nC\tx\t0\nC\ty\t1\n",
        )
        .unwrap();
        let classes: Vec<Option<Class>> = report.cases.iter().map(|case| case.class).collect();
        assert_eq!(classes, [Some(Class::Strong), Some(Class::Moderate), None]);
    }

    #[test]
    fn columns_mixed_up_do_not_compare_each_with_each() {
        let mut text = String::from("case\treader\tscore\n");
        for reader in 0..=READERS {
            text.push_str(&format!("A\tr{reader}\t0\n"));
        }
        let error = read(&text).unwrap_err().to_string();
        assert!(
            error.contains("line 202") && error.contains("more than 200 readers"),
            "{error}"
        );
    }

    #[test]
    fn wrong_lines_are_named() {
        for (text, what) in [
            ("", "empty"),
            ("case\tscore\nA\t1\n", "no column reader"),
            ("case\treader\nA\tx\n", "neither score"),
            ("case\treader\tscore\nA\tx\t4\n", "not 0, 1+"),
            ("case\treader\tscore\nA\tx\t\n", "no scores"),
            ("case\treader\tscore\nA\tx\t1\nA\tx\t2\n", "line 2 already"),
            (
                "case\treader\tpct_0\tpct_1\tpct_2\tpct_3\nA\tx\t10\t20\t30\t50\n",
                "add up to 110",
            ),
            (
                "case\treader\tscore\tpct_0\tpct_1\tpct_2\tpct_3\nA\tx\t3+\t70\t30\t0\t0\n",
                "no cell of 3+ or above",
            ),
            (
                "case\treader\tscore\tpct_0\tpct_1\tpct_2\tpct_3\nA\tx\t1+\t10\t10\t20\t60\n",
                "80 % of the cells are above it",
            ),
        ] {
            let error = read(text).err().map(|e| e.to_string());
            assert!(
                error.as_deref().is_some_and(|e| e.contains(what)),
                "{text:?}: {error:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "(case|reader|score|pct_0|[0-9+\t\n#%-]|é){0,60}") {
            let _ = read(&text);
        }

        #[test]
        fn a_reader_agrees_with_himself(classes in proptest::collection::vec(0_usize..4, 2..30)) {
            let mut table = [[0.0; 4]; 4];
            for class in &classes {
                table[*class][*class] += 1.0;
            }
            if let Some(kappa) = cohen(&table).0 {
                prop_assert!((kappa - 1.0).abs() < 1e-9);
            }
            if let Some(kappa) = weighted(&table) {
                prop_assert!((kappa - 1.0).abs() < 1e-9);
            }
        }
    }
}
