//! Names that are nearly right: what else could have been meant.

/// Suggestions to give at most.
const MOST: usize = 3;

/// Edits (insertion, deletion, substitution, swap of neighbours) between two words, whatever their case.
///
/// The optimal string alignment distance: a swap counts once, and no part is edited twice.
pub fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in b.iter().enumerate() {
            let substituted = above[j] + usize::from(letter != other);
            let mut best = substituted.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == b[j - 1] && a[i - 1] == *other {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

/// Whether two mutations differ in the digits of their residues: a slip of the pen, where another letter in front of or
/// behind the number is another mutation.
pub fn is_slip(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    letters(a) == letters(b)
}

/// The candidates nearest to `word`, nearest first, then in alphabetical order.
///
/// One edit is granted to words of up to five letters, one more for each further four, three at most: more than that
/// turns gene symbols, which are short, into each other.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<String> {
    let length = word.chars().count();
    let granted = match length {
        0..=1 => return Vec::new(),
        2..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= granted)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= granted)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
        .into_iter()
        .take(MOST)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_edits() {
        assert_eq!(distance("EML4", "eml4"), 0);
        assert_eq!(distance("ELM4", "EML4"), 1);
        assert_eq!(distance("lorlatinb", "lorlatinib"), 1);
        assert_eq!(distance("", "ALK"), 3);
        assert_eq!(distance("L1169M", "L1196M"), 1);
    }

    #[test]
    fn suggests_the_nearest_first_and_nothing_far_off() {
        let genes = ["EML4", "KIF5B", "ALK"];
        assert_eq!(nearest("EML5", genes), ["EML4"]);
        assert_eq!(nearest("ELM4", genes), ["EML4"]);
        assert!(nearest("BRCA1", genes).is_empty());
        assert!(nearest("", genes).is_empty());
    }

    proptest! {
        #[test]
        fn is_a_distance(a in "\\PC{0,12}", b in "\\PC{0,12}") {
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert_eq!(distance(&a, &a), 0);
            let _ = nearest(&a, [b.as_str()]);
        }
    }
}
