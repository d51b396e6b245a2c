//! A change of bases in HGVS, of a coding sequence or of a chromosome, without its `c.` or `g.`.

use std::ops::Range;

use super::cursor::Cursor;

/// What is typed behind `c.` or `g.`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// First base concerned, 1-based; of an insertion the one in front.
    pub(super) first: u64,
    /// Last base concerned.
    pub(super) last: u64,
    /// The reference bases, where they were typed.
    pub(super) reference: Option<Vec<u8>>,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Becomes(Vec<u8>),
    Deleted,
    Duplicated,
    Inserted(Vec<u8>),
}

/// Why a change cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It does not have the form.
    Form,
    /// It lies in the intron beside this coding base.
    Intronic(u64),
    /// The last base comes before the first.
    Order,
    /// An insertion that does not stand between neighbours.
    Gap,
}

/// Reads a change to the end of the text.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Change, Unreadable> {
    let first = cursor.long_number().ok_or(Unreadable::Form)?;
    offset(cursor, first)?;
    let last = match cursor.eat_any(&["_"]) {
        Some(_) => cursor.long_number().ok_or(Unreadable::Form)?,
        None => first,
    };
    offset(cursor, last)?;
    if last < first {
        return Err(Unreadable::Order);
    }
    let what = cursor.eat_any(&["delins", "del", "dup", "ins"]);
    let bases = cursor.bases();
    let mut reference = None;
    let what = match (what, bases) {
        (Some("delins"), Some(new)) => What::Becomes(new),
        (Some("del"), old) => {
            reference = old;
            match cursor.eat_any(&["ins"]) {
                Some(_) => What::Becomes(cursor.bases().ok_or(Unreadable::Form)?),
                None => What::Deleted,
            }
        }
        (Some("dup"), old) => {
            reference = old;
            What::Duplicated
        }
        (Some("ins"), Some(new)) if last == first + 1 => What::Inserted(new),
        (Some("ins"), Some(_)) => return Err(Unreadable::Gap),
        (None, Some(old)) => {
            cursor.eat_any(&[">"]).ok_or(Unreadable::Form)?;
            reference = Some(old);
            What::Becomes(cursor.bases().ok_or(Unreadable::Form)?)
        }
        _ => return Err(Unreadable::Form),
    };
    if !cursor.rest().is_empty() {
        return Err(Unreadable::Form);
    }
    // CGC>TAT stands for as many bases as are typed.
    let typed = reference.as_ref().map_or(1, |old| old.len() as u64);
    let last = match what {
        What::Becomes(_) if first == last => first.saturating_add(typed - 1),
        _ => last,
    };
    Ok(Change {
        first,
        last,
        reference,
        what,
    })
}

/// `+1` or `-12`: a base of the intron beside a coding base.
fn offset(cursor: &mut Cursor<'_>, beside: u64) -> Result<(), Unreadable> {
    match cursor.eat_any(&["+", "-"]) {
        Some(_) => match cursor.digits() {
            Some(_) => Err(Unreadable::Intronic(beside)),
            None => Err(Unreadable::Form),
        },
        None => Ok(()),
    }
}

impl Change {
    /// What is replaced (0-based half-open) and by which bases. `bases` gives the reference from a first to a last base,
    /// 1-based inclusive.
    pub(super) fn edit(&self, bases: impl Fn(u64, u64) -> Vec<u8>) -> (Range<u64>, Vec<u8>) {
        let whole = self.first - 1..self.last;
        match &self.what {
            What::Becomes(new) => (whole, new.clone()),
            What::Deleted => (whole, Vec::new()),
            What::Duplicated => (self.last..self.last, bases(self.first, self.last)),
            What::Inserted(new) => (self.first..self.first, new.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(text: &str) -> Result<(Range<u64>, String), Unreadable> {
        read(&mut Cursor::new(text)).map(|change| {
            let (range, new) = change.edit(|first, last| vec![b'N'; (last - first + 1) as usize]);
            (range, String::from_utf8(new).unwrap())
        })
    }

    #[test]
    fn reads_what_hgvs_writes() {
        let ok = |range, new: &str| Ok((range, new.to_owned()));
        assert_eq!(edit("3604G>A"), ok(3603..3604, "A"));
        assert_eq!(edit("3451_3453dup"), ok(3453..3453, "NNN"));
        assert_eq!(edit("3604_3606delGGA"), ok(3603..3606, ""));
        assert_eq!(edit("3604_3606delinstgt"), ok(3603..3606, "TGT"));
        assert_eq!(edit("3453_3454insACG"), ok(3453..3453, "ACG"));
        assert_eq!(edit("3604GG>AA"), ok(3603..3605, "AA"));
        assert_eq!(edit("3453_3460insA"), Err(Unreadable::Gap));
        assert_eq!(edit("3453_3400del"), Err(Unreadable::Order));
        assert_eq!(edit("3173-12A>G"), Err(Unreadable::Intronic(3173)));
        assert_eq!(edit("3604G"), Err(Unreadable::Form));
        assert_eq!(edit("3604G>A extra"), Err(Unreadable::Form));
    }
}
