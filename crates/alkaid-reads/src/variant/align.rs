//! Banded alignment with affine gaps of one read to one stretch of ALK.

/// A matching base.
const MATCH: i32 = 2;
/// A mismatching base, or an unknown one.
const MISMATCH: i32 = -8;
/// The first base of a gap.
const OPEN: i32 = -13;
/// Each further base of a gap: cheap, since duplications of dozens of bases are looked for.
const EXTEND: i32 = -1;
/// An end of the read that is left out.
const CLIP: i32 = -10;
/// How far the alignment may leave the diagonal, either way.
pub const BAND: usize = 40;

/// A stretch of an alignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// So many bases against as many.
    Aligned(usize),
    /// So many bases of the read that the reference lacks.
    Inserted(usize),
    /// So many bases of the reference that the read lacks.
    Deleted(usize),
}

/// The best alignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aligned {
    /// First base of the read that is aligned.
    pub read_start: usize,
    /// The base of the reference opposite it.
    pub reference_start: usize,
    /// From there on.
    pub pieces: Vec<Piece>,
    /// Its score.
    pub score: i32,
}

/// Where a cell's score came from; two bits each for the three layers.
const FROM_START: u8 = 0;
const FROM_MATCH: u8 = 1;
const FROM_INSERTION: u8 = 2;
const FROM_DELETION: u8 = 3;
const INSERTION_EXTENDED: u8 = 1 << 2;
const DELETION_EXTENDED: u8 = 1 << 3;
/// Low enough never to win, high enough never to overflow.
const NEVER: i32 = i32::MIN / 4;

/// Aligns base codes. Base `i` of the read is expected near base `i + shift` of the reference.
///
/// Either end of the read may be left out at a price; the reference's ends are free. Nothing when no alignment scores
/// above zero.
pub fn align(read: &[u8], reference: &[u8], shift: i64) -> Option<Aligned> {
    let width = 2 * BAND + 1;
    // Cell (i, k) stands for read[..=i] against the reference up to i + shift − BAND + k.
    let at = |i: usize, k: usize| i as i64 + shift - BAND as i64 + k as i64;
    let mut trace = vec![FROM_START; read.len() * width];
    let mut above = vec![[NEVER; 3]; width];
    let mut row = vec![[NEVER; 3]; width];
    let mut best: Option<(i32, usize, usize)> = None;
    for (i, &base) in read.iter().enumerate() {
        for k in 0..width {
            let Some(&other) = usize::try_from(at(i, k))
                .ok()
                .and_then(|j| reference.get(j))
            else {
                row[k] = [NEVER; 3];
                continue;
            };
            let pair = if base == other && base < 4 {
                MATCH
            } else {
                MISMATCH
            };
            let start = if i == 0 { 0 } else { CLIP };
            let diagonal = above[k];
            // Ties go to the plainer history: a fresh start last.
            let (from, before) = [
                (FROM_MATCH, diagonal[0]),
                (FROM_DELETION, diagonal[2]),
                (FROM_INSERTION, diagonal[1]),
                (FROM_START, start),
            ]
            .into_iter()
            .rev()
            .max_by_key(|&(_, score)| score)
            .unwrap_or((FROM_START, start));
            let mut mark = from;
            // An insertion consumes a read base: from the row above, one cell to the right.
            let up = if k + 1 < width {
                above[k + 1]
            } else {
                [NEVER; 3]
            };
            let insertion = if up[1] + EXTEND > up[0] + OPEN {
                mark |= INSERTION_EXTENDED;
                up[1] + EXTEND
            } else {
                up[0] + OPEN
            };
            let left = if k > 0 { row[k - 1] } else { [NEVER; 3] };
            let deletion = if left[2] + EXTEND > left[0] + OPEN {
                mark |= DELETION_EXTENDED;
                left[2] + EXTEND
            } else {
                left[0] + OPEN
            };
            row[k] = [before + pair, insertion.max(NEVER), deletion.max(NEVER)];
            trace[i * width + k] = mark;
            let end = if i + 1 == read.len() { 0 } else { CLIP };
            let total = row[k][0] + end;
            if best.is_none_or(|(score, _, _)| total > score) {
                best = Some((total, i, k));
            }
        }
        std::mem::swap(&mut above, &mut row);
    }
    let (score, i, k) = best.filter(|best| best.0 > 0)?;
    Some(walk_back(&trace, width, (i, k), at, score))
}

fn walk_back(
    trace: &[u8],
    width: usize,
    end: (usize, usize),
    at: impl Fn(usize, usize) -> i64,
    score: i32,
) -> Aligned {
    let (mut i, mut k) = end;
    let mut layer = FROM_MATCH;
    let mut pieces: Vec<Piece> = Vec::new();
    let mut push = |piece: Piece| match (pieces.last_mut(), piece) {
        (Some(Piece::Aligned(n)), Piece::Aligned(m))
        | (Some(Piece::Inserted(n)), Piece::Inserted(m))
        | (Some(Piece::Deleted(n)), Piece::Deleted(m)) => *n += m,
        _ => pieces.push(piece),
    };
    loop {
        let mark = trace[i * width + k];
        match layer {
            FROM_INSERTION => {
                push(Piece::Inserted(1));
                if mark & INSERTION_EXTENDED == 0 {
                    layer = FROM_MATCH;
                }
                // The first row has no insertion, so there is a row above.
                i -= 1;
                k += 1;
            }
            FROM_DELETION => {
                push(Piece::Deleted(1));
                if mark & DELETION_EXTENDED == 0 {
                    layer = FROM_MATCH;
                }
                k -= 1;
            }
            _ => {
                push(Piece::Aligned(1));
                layer = mark & 3;
                if layer == FROM_START {
                    break;
                }
                i -= 1;
            }
        }
    }
    pieces.reverse();
    Aligned {
        read_start: i,
        reference_start: at(i, k).max(0) as usize,
        pieces,
        score,
    }
}

/// What an ungapped run of the read would score, ends left out where that is better.
pub fn ungapped(read: &[u8], reference: &[u8], shift: i64) -> i32 {
    let (mut best, mut run) = (0, NEVER);
    for (i, &base) in read.iter().enumerate() {
        let other = usize::try_from(i as i64 + shift)
            .ok()
            .and_then(|j| reference.get(j));
        let Some(&other) = other else { continue };
        let start = if i == 0 { 0 } else { CLIP };
        run = run.max(start)
            + if base == other && base < 4 {
                MATCH
            } else {
                MISMATCH
            };
        let end = if i + 1 == read.len() { 0 } else { CLIP };
        best = best.max(run + end);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bases() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(0u8..4, 100..140)
    }

    /// Read and reference lengths that the pieces cover.
    fn lengths(pieces: &[Piece]) -> (usize, usize) {
        pieces
            .iter()
            .fold((0, 0), |(read, reference), piece| match *piece {
                Piece::Aligned(n) => (read + n, reference + n),
                Piece::Inserted(n) => (read + n, reference),
                Piece::Deleted(n) => (read, reference + n),
            })
    }

    proptest! {
        #[test]
        fn a_deletion_is_found_with_its_length(reference in bases(), at in 40usize..60, length in 1usize..30) {
            let mut read = reference.clone();
            read.drain(at..at + length);
            prop_assume!(read.len() >= at + 25);
            let aligned = align(&read, &reference, 0).unwrap();
            prop_assert!(aligned.score >= 2 * read.len() as i32 + OPEN + (length as i32 - 1) * EXTEND);
            let (covered, spanned) = lengths(&aligned.pieces);
            prop_assert!(covered + aligned.read_start <= read.len());
            prop_assert!(spanned + aligned.reference_start <= reference.len());
        }

        #[test]
        fn an_insertion_is_found_with_its_length(reference in bases(), at in 40usize..60, inserted in proptest::collection::vec(0u8..4, 1..30)) {
            let mut read = reference.clone();
            read.splice(at..at, inserted.iter().copied());
            let aligned = align(&read, &reference, 0).unwrap();
            prop_assert!(aligned.score >= 2 * reference.len() as i32 + OPEN + (inserted.len() as i32 - 1) * EXTEND);
            prop_assert_eq!(lengths(&aligned.pieces).0, read.len());
        }

        #[test]
        fn any_two_sequences_are_no_trouble(read in proptest::collection::vec(0u8..5, 0..80), reference in proptest::collection::vec(0u8..5, 0..80), shift in -50i64..50) {
            if let Some(aligned) = align(&read, &reference, shift) {
                let (covered, spanned) = lengths(&aligned.pieces);
                prop_assert!(covered + aligned.read_start <= read.len());
                prop_assert!(spanned + aligned.reference_start <= reference.len());
                prop_assert!(aligned.score >= ungapped(&read, &reference, shift));
            }
        }
    }

    #[test]
    fn a_read_without_gap_has_one_piece() {
        let mut state = 7u32;
        let reference: Vec<u8> = (0..100)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 30) as u8
            })
            .collect();
        let aligned = align(&reference[20..70], &reference, 20).unwrap();
        assert_eq!(aligned.pieces, [Piece::Aligned(50)]);
        assert_eq!((aligned.reference_start, aligned.score), (20, 100));
        assert_eq!(ungapped(&reference[20..70], &reference, 20), 100);
    }
}
