//! Spellings that people use, right and wrong: each is read as what it means, or refused with the right suggestion.

use alkaid_knowledge::query::parse;
use proptest::prelude::*;

/// Text, kind, expectation.
fn spellings() -> impl Iterator<Item = [&'static str; 3]> {
    include_str!("spellings.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            fields
                .try_into()
                .unwrap_or_else(|_| panic!("{line}: not three fields"))
        })
}

#[test]
fn each_spelling_is_read_as_what_it_means_or_refused_with_the_right_words() {
    let mut wrong = Vec::new();
    for [text, kind, expected] in spellings() {
        let (found, right) = match parse(text) {
            Ok(asked) => {
                let name = asked.query.to_string();
                let right = asked.query.kind() == kind && name == expected;
                (format!("{} {name}", asked.query.kind()), right)
            }
            Err(error) => {
                let message = error.to_string();
                let right = kind == "refused" && message.contains(expected);
                (message, right)
            }
        };
        if !right {
            wrong.push(format!("{text}: {found} (expected {kind} {expected})"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_two_hundred_of_fusions_and_mutations() {
    let counted = spellings()
        .filter(|[_, kind, _]| matches!(*kind, "fusion" | "mutation" | "refused"))
        .count();
    assert!(counted >= 200, "{counted}");
}

#[test]
fn what_is_suggested_can_be_asked() {
    for [text, ..] in spellings() {
        if let Err(error) = parse(text) {
            for suggestion in error.suggestions() {
                assert!(parse(suggestion).is_ok(), "{text}: {suggestion}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_text_of_the_field_panics(
        words in proptest::collection::vec(
            prop_oneof![
                Just("EML4".to_owned()), Just("ALK".to_owned()), Just("exon".to_owned()), Just("variant".to_owned()),
                Just("chr2".to_owned()), Just("hg19".to_owned()), Just("ins".to_owned()), Just("del".to_owned()), Just("p.".to_owned()),
                Just("c.".to_owned()), Just("NM_004304.5".to_owned()), Just("NC_000002.12".to_owned()), Just("r.?_".to_owned()),
                "[0-9]{1,12}", "[A-Za-z]{1,3}", "[-:;/_>+ ().*?,]{1,2}",
            ],
            0..9,
        )
    ) {
        let _ = parse(&words.concat());
    }

    #[test]
    fn a_reading_names_itself(residue in 100u32..1620, letter in "[ACDEFGHIKLMNPQRSTVWY]") {
        let asked = parse(&format!("p.{letter}{residue}{letter}"));
        if let Ok(asked) = asked {
            prop_assert!(parse(&asked.query.to_string()).is_ok());
        }
    }
}
