//! From a junction of two transcripts to a pair of VCF breakends.
//!
//! A junction is read along the transcript: the last base of the 5' partner, inserted bases, the first base of the 3'
//! partner. A breakend is read along the forward strand at one of the two bases. Which bracket form follows depends
//! only on where the kept part lies on the forward strand:
//!
//! | record at | kept part lies | form |
//! |---|---|---|
//! | either | left of the base, mate keeps what is right of its base | `t[p[` |
//! | either | left of the base, mate keeps what is left of its base | `t]p]` |
//! | either | right of the base, mate keeps what is left of its base | `]p]t` |
//! | either | right of the base, mate keeps what is right of its base | `[p[t` |

use alkaid_genome::{Strand, reverse_complement};

/// A base next to the break, on the forward strand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) chrom: String,
    /// 1-based.
    pub(super) pos: u64,
    /// The part that the fusion keeps.
    pub(super) kept: Kept,
}

/// Which part of the forward strand a fusion keeps, seen from its last base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// The base and what lies left of it.
    Left,
    /// The base and what lies right of it.
    Right,
}

impl Kept {
    /// A 5' partner keeps what was transcribed before the break.
    pub(super) fn of_five_prime(strand: Strand) -> Self {
        match strand {
            Strand::Forward => Self::Left,
            Strand::Reverse => Self::Right,
        }
    }

    /// A 3' partner keeps what is transcribed after the break.
    pub(super) fn of_three_prime(strand: Strand) -> Self {
        match strand {
            Strand::Forward => Self::Right,
            Strand::Reverse => Self::Left,
        }
    }
}

/// ALT of the record at `at`, whose mate is at `mate`. `inserted` is on the forward strand of `at`.
pub(super) fn paired_alt(reference: u8, at: &Cut, mate: &Cut, inserted: &[u8]) -> String {
    let bracket = match mate.kept {
        Kept::Left => ']',
        Kept::Right => '[',
    };
    let place = format!("{bracket}{}:{}{bracket}", mate.chrom, mate.pos);
    with_reference(reference, at.kept, inserted, &place)
}

/// ALT of a breakend whose mate is unknown. `sequence` is what follows the base (or comes before it), forward strand.
pub(super) fn single_alt(reference: u8, at: &Cut, sequence: &[u8]) -> String {
    with_reference(reference, at.kept, sequence, ".")
}

fn with_reference(reference: u8, kept: Kept, inserted: &[u8], place: &str) -> String {
    let inserted = String::from_utf8_lossy(inserted);
    let reference = char::from(reference);
    match kept {
        Kept::Left => format!("{reference}{inserted}{place}"),
        Kept::Right => format!("{place}{inserted}{reference}"),
    }
}

/// Bases in the sense of the transcript, on the forward strand of a gene that is read from `strand`.
pub(super) fn forward(bases: &str, strand: Strand) -> Vec<u8> {
    let upper: Vec<u8> = bases
        .bytes()
        .map(|base| base.to_ascii_uppercase())
        .map(known)
        .collect();
    match strand {
        Strand::Forward => upper,
        Strand::Reverse => reverse_complement(&upper),
    }
}

/// VCF allows `ACGTN` in alleles.
fn known(base: u8) -> u8 {
    if b"ACGT".contains(&base) { base } else { b'N' }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both records of a junction: genome `L` (forward strand, chr `l`) and `R`, joined with `inserted` between.
    fn records(five: (Strand, u64), three: (Strand, u64), inserted: &str) -> (String, String) {
        let five_cut = Cut {
            chrom: "a".into(),
            pos: five.1,
            kept: Kept::of_five_prime(five.0),
        };
        let three_cut = Cut {
            chrom: "b".into(),
            pos: three.1,
            kept: Kept::of_three_prime(three.0),
        };
        (
            paired_alt(b'A', &five_cut, &three_cut, &forward(inserted, five.0)),
            paired_alt(b'G', &three_cut, &five_cut, &forward(inserted, three.0)),
        )
    }

    #[test]
    fn the_four_orientations() {
        use Strand::{Forward, Reverse};
        // Read along a forward 5' partner: its base, the insertion, then the mate.
        assert_eq!(
            records((Forward, 10), (Forward, 20), "CT"),
            ("ACT[b:20[".into(), "]a:10]CTG".into())
        );
        // EML4 (+) to ALK (-): an inversion; the insertion is reversed at ALK.
        assert_eq!(
            records((Forward, 10), (Reverse, 20), "CT"),
            ("ACT]b:20]".into(), "GAG]a:10]".into())
        );
        // STRN (-) to ALK (-): seen from the forward strand ALK comes first.
        assert_eq!(
            records((Reverse, 10), (Reverse, 20), "CT"),
            ("]b:20]AGA".into(), "GAG[a:10[".into())
        );
        // A minus-strand partner to a plus-strand gene.
        assert_eq!(
            records((Reverse, 10), (Forward, 20), "CT"),
            ("[b:20[AGA".into(), "[a:10[CTG".into())
        );
    }

    /// Rebuilds the fused sequence from one record and two toy chromosomes, to check the forms against their meaning.
    fn rebuild(alt: &str, at_pos: u64, kept_left: bool, own: &[u8], other: &[u8]) -> Vec<u8> {
        let open = alt.find(['[', ']']).unwrap();
        let close = alt.rfind(['[', ']']).unwrap();
        let right = alt.as_bytes()[open] == b'[';
        let pos: usize = alt[open + 1..close]
            .split(':')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let bases: Vec<u8> = alt[..open]
            .bytes()
            .chain(alt[close + 1..].bytes())
            .collect();
        let piece = if right {
            other[pos - 1..].to_vec()
        } else {
            other[..pos].to_vec()
        };
        let at = usize::try_from(at_pos).unwrap();
        if kept_left {
            // The mate's piece follows; what extends to the left is turned round.
            let tail = if right {
                piece
            } else {
                reverse_complement(&piece)
            };
            [&own[..at - 1], &bases[..], &tail[..]].concat()
        } else {
            // The mate's piece comes before; what extends to the right is turned round.
            let head = if right {
                reverse_complement(&piece)
            } else {
                piece
            };
            [&head[..], &bases[..], &own[at..]].concat()
        }
    }

    #[test]
    fn both_records_spell_the_same_fused_sequence() {
        let a = b"ACCGTTAGCATTGCA";
        let b = b"GGATCCTTAGACATG";
        let inserted = "CTTG";
        for five_strand in [Strand::Forward, Strand::Reverse] {
            for three_strand in [Strand::Forward, Strand::Reverse] {
                let (five_pos, three_pos) = (6_u64, 9_u64);
                // The transcript, by definition of its two strands.
                let head = match five_strand {
                    Strand::Forward => a[..6].to_vec(),
                    Strand::Reverse => reverse_complement(&a[5..]),
                };
                let tail = match three_strand {
                    Strand::Forward => b[8..].to_vec(),
                    Strand::Reverse => reverse_complement(&b[..9]),
                };
                let fused = [&head[..], inserted.as_bytes(), &tail[..]].concat();

                let five = Cut {
                    chrom: "a".into(),
                    pos: five_pos,
                    kept: Kept::of_five_prime(five_strand),
                };
                let three = Cut {
                    chrom: "b".into(),
                    pos: three_pos,
                    kept: Kept::of_three_prime(three_strand),
                };
                let at_five = paired_alt(a[5], &five, &three, &forward(inserted, five_strand));
                let at_three = paired_alt(b[8], &three, &five, &forward(inserted, three_strand));

                let from_five = rebuild(&at_five, five_pos, five.kept == Kept::Left, a, b);
                let from_three = rebuild(&at_three, three_pos, three.kept == Kept::Left, b, a);
                for (record, spelled) in [(&at_five, from_five), (&at_three, from_three)] {
                    assert!(
                        spelled == fused || reverse_complement(&spelled) == fused,
                        "{record}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_unknown_mate_leaves_its_sequence() {
        let at = Cut {
            chrom: "chr2".into(),
            pos: 5,
            kept: Kept::of_three_prime(Strand::Reverse),
        };
        assert_eq!(
            single_alt(b'A', &at, &forward("GGC", Strand::Reverse)),
            "AGCC."
        );
        let at = Cut {
            chrom: "chr2".into(),
            pos: 5,
            kept: Kept::of_three_prime(Strand::Forward),
        };
        assert_eq!(
            single_alt(b'A', &at, &forward("GGX", Strand::Forward)),
            ".GGNA"
        );
    }
}
