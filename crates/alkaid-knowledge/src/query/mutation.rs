//! Mutations of ALK as people write them: of the protein, of the coding sequence.

use alkaid_genome::{CdsPosition, Residue, without_version};

use super::coding::{AlkCoding, CodingEdit, ProteinChange, Site, amino_acid, amino_acid_code};
use super::cursor::Cursor;
use super::error::QueryError;
use super::spelling;

/// A mutation that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// What it does to the protein.
    pub change: ProteinChange,
    /// What it does to the coding sequence, where that was typed.
    pub edit: Option<CodingEdit>,
}

/// How several mutations that were asked for belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// All of them in one tumour, as `G1202R+L1196M`.
    Together,
    /// Any of them, as `I1171N/S/T`.
    AnyOf,
}

/// Mutations of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MutationQuery {
    /// At least one.
    pub mutations: Vec<Mutation>,
    /// How several belong together.
    pub relation: Relation,
    /// How the text was read, where that is not evident.
    pub notes: Vec<String>,
}

/// Accessions that ALK's numbering is that of, without versions.
const OWN: [&str; 7] = [
    "NM_004304",
    "ENST00000389048",
    "NP_004295",
    "ENSP00000373700",
    "Q9UM73",
    "LRG_488t1",
    "LRG_488p1",
];

const PROTEIN: &str = "NP_004295";

/// Reads mutations, or returns nothing where the text does not have their form.
///
/// `known` are the names of mutations that suggestions are taken from.
pub(super) fn read(
    text: &str,
    alk: &AlkCoding,
    known: &[String],
) -> Option<Result<MutationQuery, QueryError>> {
    let parts = split(text);
    if parts.is_empty() || !parts.iter().any(|part| has_form(part)) {
        return None;
    }
    Some(read_parts(text, &parts, alk, known))
}

/// A text without the words that have the form of mutations, and these words.
///
/// `EML4-ALK G1202R + L1196M` gives `EML4-ALK` and `G1202R L1196M`.
pub(super) fn parts_of(text: &str) -> (String, String) {
    let text = without_joining_plus(text);
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&'));
    let (mutated, rest): (Vec<&str>, Vec<&str>) =
        words.filter(|word| !word.is_empty()).partition(|word| {
            at_joints(strip_gene(word))
                .iter()
                .any(|piece| has_form(piece))
        });
    (rest.join(" "), mutated.join(" "))
}

/// Whether a word has the form of a mutation, right or wrong.
pub(super) fn has_form(word: &str) -> bool {
    let word = word.trim_matches(|c| matches!(c, '(' | ')' | '[' | ']'));
    let lower = word.to_ascii_lowercase();
    let (_, word) = accession(word);
    if lower.contains("p.") || lower.contains("c.") {
        let rest = word.split_once('.').map_or("", |(_, rest)| rest);
        return rest
            .trim_start_matches(['(', '[', '-', '*'])
            .starts_with(|c: char| c.is_ascii_alphanumeric())
            && rest.contains(|c: char| c.is_ascii_digit());
    }
    let mut cursor = Cursor::new(word);
    let coded = cursor.number().is_some() && cursor.eat_any(&["_"]).is_none();
    if coded {
        // 3604G>A without its c., and the old 1151Tins.
        return word.contains('>') || legacy(word).is_some();
    }
    let mut cursor = Cursor::new(word);
    residue_letters(&mut cursor).is_some()
        && cursor.digits().is_some_and(|digits| digits.len() >= 3)
        && !cursor.rest().starts_with([':', '.'])
}

fn read_parts(
    text: &str,
    parts: &[String],
    alk: &AlkCoding,
    known: &[String],
) -> Result<MutationQuery, QueryError> {
    let mut query = MutationQuery {
        mutations: Vec::new(),
        relation: Relation::Together,
        notes: Vec::new(),
    };
    let mut coding = false;
    for part in parts {
        let (name, body) = accession(part);
        if let Some(name) = name
            && !OWN
                .iter()
                .any(|own| own.eq_ignore_ascii_case(without_version(name)))
        {
            return Err(QueryError::OtherTranscript {
                accession: name.to_owned(),
            });
        }
        let lower = body.to_ascii_lowercase();
        if let Some(at) = lower.strip_prefix("c.").map(|_| 2) {
            coding = true;
            let mutation = read_coding(part, &body[at..], alk)?;
            query.mutations.push(mutation);
            continue;
        }
        let bare = match lower.starts_with("p.") {
            true => {
                coding = false;
                &body[2..]
            }
            false => body,
        };
        let bare = bare.trim_matches(|c| matches!(c, '(' | ')'));
        let bare = bare.strip_prefix("p.").unwrap_or(bare);
        if bare.starts_with(|c: char| c.is_ascii_digit()) && legacy(bare).is_none() {
            if !coding && bare.contains('>') {
                query.notes.push(format!("{part} was read as c.{bare}"));
            }
            query.mutations.push(read_coding(part, bare, alk)?);
            continue;
        }
        // c.3604G>A (p.Gly1202Arg): the second says what the first does.
        let (changes, relation) = read_protein(part, bare, alk, known)?;
        if relation == Relation::AnyOf {
            query.relation = Relation::AnyOf;
        }
        if let [change @ ProteinChange::Duplication(..)] = changes.as_slice()
            && part.to_ascii_lowercase().contains("ins")
        {
            query.notes.push(format!("{part} is {change}"));
        }
        if let ([change], Some(last)) = (changes.as_slice(), query.mutations.last())
            && last.edit.is_some()
            && last.change.site() == change.site()
        {
            if last.change != *change {
                return Err(QueryError::BadChange {
                    typed: text.to_owned(),
                    reason: format!("its coding change makes {}, not {change}", last.change),
                });
            }
            continue;
        }
        query.mutations.extend(
            changes
                .into_iter()
                .map(|change| Mutation { change, edit: None }),
        );
    }
    query.mutations.dedup();
    Ok(query)
}

/// Words that say that a mutation of ALK is meant, and nothing else.
const WORDS: [&str; 16] = [
    "alk",
    "mutation",
    "mutations",
    "mutant",
    "mutated",
    "mut",
    "and",
    "with",
    "in",
    "cis",
    "trans",
    "variant",
    "compound",
    "double",
    "codon",
    "residue",
];

/// Whether a text holds such words only.
pub(super) fn is_filler(text: &str) -> bool {
    text.split(' ')
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .all(|word| word.is_empty() || WORDS.iter().any(|skip| skip.eq_ignore_ascii_case(word)))
}

/// Parts of a compound: separated by `+`, `,`, `;`, `&`, spaces, `and`, `-` or `/` between mutations. Names of ALK and
/// words such as *mutation* are left out.
fn split(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let text = without_joining_plus(text);
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&' | '[' | ']'))
    {
        let word = word.trim_end_matches(['.', ':']);
        let bare = strip_gene(word);
        let skipped = WORDS.iter().any(|skip| skip.eq_ignore_ascii_case(bare));
        if skipped || !bare.contains(|c: char| c.is_ascii_digit()) && is_prefix(bare) {
            continue;
        }
        parts.extend(at_joints(bare));
    }
    parts
}

/// What is left of `p.[Gly1202Arg;Leu1196Met]` in front of its bracket, and of brackets alone.
fn is_prefix(word: &str) -> bool {
    matches!(word, "" | "(" | ")" | "p" | "p." | "P" | "c" | "c.")
}

/// A plus between mutations as a space; that of `c.3172+1G>A` stays.
fn without_joining_plus(text: &str) -> String {
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        let offset = before.is_ascii_digit() && letters.peek().is_some_and(char::is_ascii_digit);
        out.push(if letter == '+' && !offset {
            ' '
        } else {
            letter
        });
        before = letter;
    }
    out
}

/// `ALK:p.G1202R`, `ALK-G1202R`, `ALK_G1202R`, `(ALK):c.3604G>A` without the gene.
fn strip_gene(word: &str) -> &str {
    let head = word.get(..3).unwrap_or_default();
    if head.eq_ignore_ascii_case("ALK") && word[3..].starts_with([':', '-', '_', '/', '.']) {
        &word[4..]
    } else {
        word
    }
}

/// Cuts `C1156Y/L1198F` and `G1202R-L1196M`, and leaves `F1174V/I/S` and `c.3173-12A>G` whole.
fn at_joints(word: &str) -> Vec<String> {
    let joints: Vec<(usize, &str)> = word.match_indices(['/', '-', '|']).collect();
    let mut pieces = Vec::new();
    let mut start = 0;
    for (nth, (at, _)) in joints.iter().enumerate() {
        let end = joints.get(nth + 1).map_or(word.len(), |(end, _)| *end);
        let next = &word[at + 1..end];
        if has_form(next) && next.starts_with(|c: char| c.is_ascii_alphabetic()) {
            pieces.push(word[start..*at].to_owned());
            start = at + 1;
        }
    }
    pieces.push(word[start..].to_owned());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// `NM_004304.5(ALK):c.3604G>A` as its accession and the rest.
fn accession(part: &str) -> (Option<&str>, &str) {
    let Some((head, rest)) = part.split_once(':') else {
        return (None, part);
    };
    let name = head.split('(').next().unwrap_or(head);
    let is_name = name.len() > 5
        && name.contains(|c: char| c.is_ascii_digit())
        && name.starts_with(|c: char| c.is_ascii_alphabetic());
    match is_name {
        true => (Some(name), rest),
        false => (None, part),
    }
}

/// One amino acid at the cursor: three letters where they are a code, else one.
fn residue_letters(cursor: &mut Cursor<'_>) -> Option<u8> {
    if let Some(found) = cursor.peek(3).and_then(amino_acid_code) {
        cursor.skip(3);
        return Some(found);
    }
    let found = cursor.peek(1)?.chars().next().and_then(amino_acid)?;
    cursor.skip(1);
    Some(found)
}

/// The old spelling `1151Tins`: number, amino acid, what happens.
fn legacy(word: &str) -> Option<(u32, u8, &'static str)> {
    let mut cursor = Cursor::new(word);
    let number = cursor.number()?;
    let letter = residue_letters(&mut cursor)?;
    let what = cursor.eat_any(&["ins", "dup", "del"])?;
    cursor.rest().is_empty().then_some((number, letter, what))
}

fn read_protein(
    typed: &str,
    text: &str,
    alk: &AlkCoding,
    known: &[String],
) -> Result<(Vec<ProteinChange>, Relation), QueryError> {
    let one = |change| Ok((vec![change], Relation::Together));
    let bad = |reason: &str| QueryError::BadChange {
        typed: typed.to_owned(),
        reason: reason.to_owned(),
    };
    if let Some((number, letter, what)) = legacy(text) {
        // T1151dup was first published as 1151Tins: the threonine is there twice.
        let copied = [number, number + 1]
            .into_iter()
            .find_map(|n| alk.site(n).filter(|site| site.reference == letter));
        let site = copied.ok_or_else(|| wrong_residue(typed, number, alk, None, known))?;
        return one(match what {
            "del" => ProteinChange::Deletion(site, site),
            _ => ProteinChange::Duplication(site, site),
        });
    }
    let mut cursor = Cursor::new(text);
    let first = read_site(&mut cursor, typed, alk, known, text)?;
    let last = match cursor.eat_any(&["_"]) {
        Some(_) => read_site(&mut cursor, typed, alk, known, text)?,
        None => first,
    };
    if last.residue < first.residue {
        return Err(bad("its last residue comes before the first; swap them"));
    }
    let letters = |cursor: &mut Cursor<'_>| {
        let mut found = Vec::new();
        while let Some(letter) = residue_letters(cursor) {
            found.push(letter);
        }
        (cursor.rest().is_empty() && !found.is_empty()).then_some(found)
    };
    if let Some(what) = cursor.eat_any(&["delins", "del", "dup", "ins", "fs"]) {
        return match what {
            "fs" => one(ProteinChange::Frameshift(first)),
            "ins" => {
                let new = letters(&mut cursor)
                    .ok_or_else(|| bad("write the inserted amino acids, as in T1151_L1152insK"))?;
                if last.residue.0 == first.residue.0 + 1 {
                    return one(inserted(first, last, new, alk));
                }
                // T1151insT: the residue is there twice.
                if first == last && new == [first.reference] {
                    return one(ProteinChange::Duplication(first, first));
                }
                Err(bad(
                    "an insertion stands between two neighbours, as in T1151_L1152insK",
                ))
            }
            "delins" => {
                let new = letters(&mut cursor)
                    .ok_or_else(|| bad("write the amino acids that are inserted"))?;
                one(ProteinChange::Replacement(first, last, new))
            }
            "dup" => one(ProteinChange::Duplication(first, last)),
            _ => match cursor.eat_any(&["ins"]) {
                Some(_) => {
                    let new = letters(&mut cursor)
                        .ok_or_else(|| bad("write the amino acids that are inserted"))?;
                    one(ProteinChange::Replacement(first, last, new))
                }
                None => one(ProteinChange::Deletion(first, last)),
            },
        };
    }
    match cursor.rest() {
        "" | "X" | "x" | "?" => return one(ProteinChange::Any(first)),
        "=" => return one(ProteinChange::Silent(first)),
        _ => {}
    }
    let mut changes = Vec::new();
    loop {
        let new = residue_letters(&mut cursor).ok_or_else(|| {
            bad("what follows the number is no amino acid; write G1202R, G1202del or T1151dup")
        })?;
        changes.push(match new == first.reference {
            true => ProteinChange::Silent(first),
            false => ProteinChange::Substitution(first, new),
        });
        if cursor.eat_any(&["fs"]).is_some() {
            return one(ProteinChange::Frameshift(first));
        }
        if cursor.eat_any(&["/", "|"]).is_none() {
            break;
        }
    }
    if !cursor.rest().is_empty() {
        return Err(bad(
            "what follows the amino acid is not understood; write G1202R, G1202del or T1151dup",
        ));
    }
    let relation = match changes.len() {
        1 => Relation::Together,
        _ => Relation::AnyOf,
    };
    Ok((changes, relation))
}

/// An insertion, or the duplication that it is.
fn inserted(first: Site, last: Site, new: Vec<u8>, alk: &AlkCoding) -> ProteinChange {
    let copied = u32::try_from(new.len())
        .ok()
        .and_then(|length| (first.residue.0 + 1).checked_sub(length))
        .and_then(|from| alk.site(from));
    let repeats = |from: &Site| {
        (from.residue.0..=first.residue.0)
            .map(|number| alk.site(number).map(|site| site.reference))
            .eq(new.iter().map(|letter| Some(*letter)))
    };
    match copied.filter(repeats) {
        Some(from) => ProteinChange::Duplication(from, first),
        None => ProteinChange::Insertion(first, last, new),
    }
}

fn read_site(
    cursor: &mut Cursor<'_>,
    typed: &str,
    alk: &AlkCoding,
    known: &[String],
    text: &str,
) -> Result<Site, QueryError> {
    let bad = || QueryError::BadChange {
        typed: typed.to_owned(),
        reason: "a residue is an amino acid and a number, as in G1202".to_owned(),
    };
    let letter = residue_letters(cursor).ok_or_else(bad)?;
    let number = cursor.number().ok_or_else(bad)?;
    match alk.site(number) {
        Some(site) if site.reference == letter => Ok(site),
        _ => Err(wrong_residue(typed, number, alk, Some(text), known)),
    }
}

/// What stands at a residue instead, and which known mutations are spelt alike.
fn wrong_residue(
    typed: &str,
    number: u32,
    alk: &AlkCoding,
    text: Option<&str>,
    known: &[String],
) -> QueryError {
    let mut suggestions = Vec::new();
    // R1202G: reference and alternative are swapped.
    if let Some(text) = text {
        let mut cursor = Cursor::new(text);
        let old = residue_letters(&mut cursor);
        cursor.number();
        let new = residue_letters(&mut cursor).filter(|_| cursor.rest().is_empty());
        if let (Some(old), Some(new), Some(site)) = (old, new, alk.site(number))
            && site.reference == new
        {
            suggestions.push(ProteinChange::Substitution(site, old).to_string());
        }
        if let Some(old) = old.filter(|_| suggestions.is_empty()) {
            let short = short_form(old, number, new);
            for near in spelling::nearest(&short, known.iter().map(String::as_str)) {
                if !suggestions.contains(&near) {
                    suggestions.push(near);
                }
            }
        }
    }
    suggestions.truncate(3);
    match alk.site(number) {
        Some(site) => QueryError::WrongResidue {
            typed: typed.to_owned(),
            there: site.to_string(),
            accession: PROTEIN,
            suggestions,
        },
        None => QueryError::NoSuchResidue {
            typed: typed.to_owned(),
            residues: alk.residues(),
            suggestions,
        },
    }
}

fn short_form(old: u8, number: u32, new: Option<u8>) -> String {
    let new = new.map_or_else(String::new, |new| char::from(new).to_string());
    format!("{}{number}{new}", char::from(old))
}

/// A change in the coding sequence, without its `c.`.
fn read_coding(typed: &str, text: &str, alk: &AlkCoding) -> Result<Mutation, QueryError> {
    let bad = |reason: &str| QueryError::BadChange {
        typed: typed.to_owned(),
        reason: reason.to_owned(),
    };
    let mut cursor = Cursor::new(text);
    if let Some(side) = cursor.eat_any(&["-", "*"]) {
        return Err(QueryError::NotCoding {
            typed: typed.to_owned(),
            region: match side {
                "-" => "the 5' untranslated region".to_owned(),
                _ => "the 3' untranslated region".to_owned(),
            },
        });
    }
    const FORM: &str = "write c.3604G>A, c.3604_3606del, c.3451_3453dup, c.3453_3454insACG or c.3604_3606delinsTGT";
    let change = super::change::read(&mut cursor).map_err(|reason| match reason {
        super::change::Unreadable::Intronic(at) => QueryError::NotCoding {
            typed: typed.to_owned(),
            region: intron_at(at, alk),
        },
        super::change::Unreadable::Form => bad(FORM),
        super::change::Unreadable::Order => bad("its last base comes before the first; swap them"),
        super::change::Unreadable::Gap => {
            bad("an insertion stands between two neighbouring bases, as in c.3453_3454insACG")
        }
    })?;
    if change.first == 0 || change.last > u64::from(alk.len()) {
        return Err(QueryError::NoSuchBase {
            typed: typed.to_owned(),
            len: alk.len(),
        });
    }
    let at = |pos: u64| CdsPosition(u32::try_from(pos).unwrap_or(u32::MAX));
    if let Some(claimed) = &change.reference {
        let there: Vec<u8> = (change.first..=change.last)
            .filter_map(|pos| alk.base(at(pos)))
            .collect();
        if !claimed.eq_ignore_ascii_case(&there) {
            return Err(QueryError::WrongBase {
                typed: typed.to_owned(),
                there: String::from_utf8_lossy(&there).into_owned(),
                claimed: String::from_utf8_lossy(claimed).to_ascii_uppercase(),
                remedy: "check the number and the transcript (NM_004304)".to_owned(),
            });
        }
    }
    let edit =
        change.edit(|first, last| (first..=last).filter_map(|pos| alk.base(at(pos))).collect());
    let edit = CodingEdit {
        range: at(edit.0.start).0..at(edit.0.end).0,
        inserted: edit.1,
    };
    let effect = alk
        .effect(&edit)
        .ok_or_else(|| bad("it reaches past the coding sequence, or changes nothing"))?;
    Ok(Mutation {
        change: effect,
        edit: Some(edit),
    })
}

/// The intron that borders on a coding base.
fn intron_at(cds: u64, alk: &AlkCoding) -> String {
    let exon = u32::try_from(cds)
        .ok()
        .and_then(|cds| alk.exon(CdsPosition(cds)));
    let transcript = alk.transcript();
    match exon.and_then(|exon| transcript.exon(exon)) {
        Some(exon) if transcript.last_cds_of(exon).map(|last| u64::from(last.0)) == Some(cds) => {
            format!("intron {}", exon.number)
        }
        Some(exon) => format!("intron {}", exon.number.0.saturating_sub(1)),
        None => "an intron".to_owned(),
    }
}

impl MutationQuery {
    /// The mutations in the field's short form: `G1202R`, `C1156Y + L1198F`, `I1171N or I1171S`.
    pub fn name(&self) -> String {
        let names: Vec<String> = self
            .mutations
            .iter()
            .map(|m| m.change.to_string())
            .collect();
        names.join(match self.relation {
            Relation::Together => " + ",
            Relation::AnyOf => " or ",
        })
    }

    /// The residues concerned, in the order of the question, each once.
    pub fn residues(&self) -> Vec<Residue> {
        let mut found = Vec::new();
        for mutation in &self.mutations {
            let residue = mutation.change.site().residue;
            if !found.contains(&residue) {
                found.push(residue);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use alkaid_genome::Bundle;
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> String {
        let alk = AlkCoding::new(Bundle::embedded());
        let known = ["G1202R", "L1196M", "I1171N"].map(str::to_owned);
        match read(text, &alk, &known) {
            None => "no mutation".to_owned(),
            Some(Ok(query)) => query.name(),
            Some(Err(error)) => error.to_string(),
        }
    }

    #[test]
    fn compounds_and_alternatives() {
        assert_eq!(name("C1156Y/L1198F"), "C1156Y + L1198F");
        assert_eq!(name("G1202R-L1196M"), "G1202R + L1196M");
        assert_eq!(name("F1174V/I/S"), "F1174V or F1174I or F1174S");
        assert_eq!(name("p.[Gly1202Arg;Leu1196Met]"), "G1202R + L1196M");
        assert_eq!(name("c.3604G>A (p.Gly1202Arg)"), "G1202R");
        assert!(name("c.3604G>A (p.Gly1202Lys)").contains("makes G1202R"));
    }

    #[test]
    fn introns_are_said() {
        assert!(name("c.3173-12A>G").contains("intron 19"));
        assert!(name("c.3172+1G>A").contains("intron 19"));
        assert!(name("c.-12A>G").contains("5' untranslated"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,30}") {
            let _ = name(&text);
        }

        #[test]
        fn near_misses_never_panic(text in "(p\\.|c\\.|)[A-Z()]{0,3}[0-9]{0,5}[A-Z_>/+-]{0,4}(del|dup|ins|fs|)[A-Z]{0,3}") {
            let _ = name(&text);
        }
    }
}
