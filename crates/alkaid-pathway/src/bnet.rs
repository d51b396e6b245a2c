//! Boolean networks as `.bnet` text: a variable, a comma, its rule, a line each.

use std::collections::BTreeMap;

use crate::error::PathwayError;
use crate::logic::{Formula, Logic};

/// Most variables that are read.
pub const MOST_VARIABLES: usize = 2_000;
/// Deepest nesting of a formula.
const DEEPEST: usize = 100;

/// Reads a network. A variable without a rule is an input.
///
/// Rules have names, `!` or `~`, `&`, `|`, brackets, and `true`, `false`, `1` and `0`.
///
/// # Errors
///
/// When a line has no comma, a rule cannot be read, a variable has two rules, or there are too many.
pub fn parse(text: &str) -> Result<Logic, PathwayError> {
    let bad = |line: usize, what: String| PathwayError::BadModel {
        line: Some(line),
        what,
    };
    let mut rows: Vec<(usize, &str, &str)> = Vec::new();
    for (index, raw) in text.lines().enumerate() {
        let line = raw.trim();
        let header = line.to_ascii_lowercase().replace(' ', "") == "targets,factors";
        if line.is_empty() || line.starts_with('#') || header {
            continue;
        }
        let (name, rule) = line.split_once(',').ok_or_else(|| {
            bad(
                index + 1,
                format!("{:?} is not NAME, RULE", shortened(line)),
            )
        })?;
        let name = name.trim();
        if !is_name(name) {
            return Err(bad(
                index + 1,
                format!("{:?} is no name of a variable", shortened(name)),
            ));
        }
        rows.push((index + 1, name, rule.trim()));
    }
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    for (line, name, _) in &rows {
        if places.insert((*name).to_owned(), names.len()).is_some() {
            return Err(bad(*line, format!("{name} has two rules")));
        }
        names.push((*name).to_owned());
    }
    let mut rules: Vec<Formula> = Vec::new();
    for (line, _, rule) in &rows {
        let mut reader = Reader {
            text: rule.as_bytes(),
            at: 0,
            depth: 0,
            places: &mut places,
            names: &mut names,
        };
        let formula = reader.or().and_then(|formula| {
            reader.space();
            if reader.at == reader.text.len() {
                Ok(formula)
            } else {
                Err(reader.unexpected())
            }
        });
        rules.push(formula.map_err(|what| bad(*line, what))?);
        if names.len() > MOST_VARIABLES {
            return Err(bad(*line, format!("more than {MOST_VARIABLES} variables")));
        }
    }
    if names.is_empty() {
        return Err(PathwayError::BadModel {
            line: None,
            what: "the file has no rule; a line is NAME, RULE".to_owned(),
        });
    }
    for place in rules.len()..names.len() {
        rules.push(Formula::Variable(place));
    }
    Ok(Logic { names, rules })
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 200
        && text.bytes().all(in_name)
        && !text.as_bytes()[0].is_ascii_digit()
}

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':' | b'/')
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    depth: usize,
    places: &'t mut BTreeMap<String, usize>,
    names: &'t mut Vec<String>,
}

impl Reader<'_> {
    fn space(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn eat(&mut self, signs: &[u8]) -> bool {
        self.space();
        let found = self
            .text
            .get(self.at)
            .is_some_and(|byte| signs.contains(byte));
        if found {
            self.at += 1;
            // `&&` and `||` mean the same as one sign.
            if self.text.get(self.at) == self.text.get(self.at - 1)
                && (signs == b"&" || signs == b"|")
            {
                self.at += 1;
            }
        }
        found
    }

    fn unexpected(&self) -> String {
        match self.text.get(self.at) {
            Some(byte) => format!(
                "unexpected {:?} at character {} of the rule",
                char::from(*byte),
                self.at + 1
            ),
            None => "the rule ends too early".to_owned(),
        }
    }

    fn or(&mut self) -> Result<Formula, String> {
        let mut all = vec![self.and()?];
        while self.eat(b"|") {
            all.push(self.and()?);
        }
        Ok(if all.len() == 1 {
            all.remove(0)
        } else {
            Formula::Or(all)
        })
    }

    fn and(&mut self) -> Result<Formula, String> {
        let mut all = vec![self.one()?];
        while self.eat(b"&") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 {
            all.remove(0)
        } else {
            Formula::And(all)
        })
    }

    fn one(&mut self) -> Result<Formula, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("the rule is nested deeper than {DEEPEST}"));
        }
        let found = if self.eat(b"!~") {
            Formula::Not(Box::new(self.one()?))
        } else if self.eat(b"(") {
            let inside = self.or()?;
            if !self.eat(b")") {
                return Err(self.unexpected());
            }
            inside
        } else {
            self.name()?
        };
        self.depth -= 1;
        Ok(found)
    }

    fn name(&mut self) -> Result<Formula, String> {
        self.space();
        let start = self.at;
        while self.text.get(self.at).is_some_and(|byte| in_name(*byte)) {
            self.at += 1;
        }
        let name = std::str::from_utf8(&self.text[start..self.at]).unwrap_or_default();
        match name {
            "" => Err(self.unexpected()),
            "1" | "true" | "True" | "TRUE" => Ok(Formula::Constant(true)),
            "0" | "false" | "False" | "FALSE" => Ok(Formula::Constant(false)),
            name if is_name(name) => {
                let next = self.names.len();
                let place = *self.places.entry(name.to_owned()).or_insert(next);
                if place == next {
                    self.names.push(name.to_owned());
                }
                Ok(Formula::Variable(place))
            }
            name => Err(format!("{:?} is no name of a variable", shortened(name))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_rules_and_inputs() {
        let logic =
            parse("targets, factors\n# note\na, !b & (c | d)\nb, 1\nc, a || false\n").unwrap();
        assert_eq!(logic.names, ["a", "b", "c", "d"]);
        assert_eq!(logic.rules[3], Formula::Variable(3));
        assert!(logic.rules[0].value(&[false, false, true, false]));
        assert!(!logic.rules[0].value(&[false, true, true, false]));
    }

    #[test]
    fn wrong_files_say_where() {
        let message = |text: &str| parse(text).unwrap_err().to_string();
        assert!(message("a b").contains("line 1"));
        assert!(message("a, b &").contains("ends too early"));
        assert!(message("a, b\na, c").contains("two rules"));
        assert!(message("").contains("no rule"));
        assert!(message(&format!("a, {}b", "!".repeat(5000))).contains("nested deeper"));
        assert!(message(&format!("a, {}", "(".repeat(100_000))).contains("nested deeper"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "[a-c,!&|() 01\n]{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn what_is_written_reads_back_as_the_same_function(bits in proptest::collection::vec(0_u8..6, 1..30)) {
            let mut stack: Vec<Formula> = Vec::new();
            for bit in bits {
                let next = match (bit, stack.len()) {
                    (3, 1..) => Formula::Not(Box::new(stack.pop().unwrap())),
                    (4, 2..) => Formula::And(vec![stack.pop().unwrap(), stack.pop().unwrap()]),
                    (5, 2..) => Formula::Or(vec![stack.pop().unwrap(), stack.pop().unwrap()]),
                    (b, _) => Formula::Variable(usize::from(b) % 3),
                };
                stack.push(next);
            }
            let names: Vec<String> = ["x", "y", "z"].map(str::to_owned).to_vec();
            let logic = Logic { names, rules: vec![stack.pop().unwrap(), Formula::Constant(true), Formula::Variable(2)] };
            let back = parse(&logic.bnet()).unwrap();
            for state in 0..8_u8 {
                let state: Vec<bool> = (0..3).map(|bit| state >> bit & 1 == 1).collect();
                prop_assert_eq!(logic.rules[0].value(&state), back.rules[0].value(&state));
            }
        }
    }
}
