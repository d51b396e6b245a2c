//! The stretch of ALK that a read lies on, base by base, beyond where its placement ends.

use super::Edit;
use crate::anatomy::Anatomy;
use crate::finding::Molecule;
use crate::place::code;

/// Marks a path base that an edit put in: it has no place on the locus.
pub const INSERTED: usize = usize::MAX;

/// Consecutive bases that a read may follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// Locus offset of each base; [`INSERTED`] for bases of an edit.
    pub offsets: Vec<usize>,
    /// Base codes.
    pub bases: Vec<u8>,
}

impl Path {
    /// The path over a read's blocks, with `left` and `right` more bases. RNA jumps from exon to exon there, DNA does not.
    pub fn over(
        anatomy: &Anatomy,
        blocks: &[(usize, usize)],
        left: usize,
        right: usize,
        molecule: Molecule,
    ) -> Self {
        let mut offsets = Vec::with_capacity(left + right + 64);
        let mut at = blocks.first().map_or(0, |block| block.0);
        for _ in 0..left {
            let Some(next) = before(anatomy, at, molecule) else {
                break;
            };
            at = next;
            offsets.push(at);
        }
        offsets.reverse();
        for &(offset, length) in blocks {
            offsets.extend(offset..offset + length);
        }
        let mut end = blocks.last().map_or(0, |block| block.0 + block.1);
        for _ in 0..right {
            end = after(anatomy, end, molecule);
            if end >= anatomy.sequence.len() {
                break;
            }
            offsets.push(end);
            end += 1;
        }
        let bases = offsets
            .iter()
            .map(|&offset| base(anatomy, offset))
            .collect();
        Path { offsets, bases }
    }

    /// The same path with an edit made; nothing when it does not hold the edit's place whole.
    pub fn with(&self, edit: &Edit) -> Option<Self> {
        let at = match self.offsets.binary_search(&edit.at) {
            Ok(at) => at,
            // An insertion may stand at the end of an exon, before a base that the path jumps over.
            Err(at) if edit.deleted == 0 && at > 0 && self.offsets[at - 1] + 1 == edit.at => at,
            Err(_) => return None,
        };
        let replaced = self.offsets.get(at..at + edit.deleted)?;
        if edit.deleted > 0 && *replaced.last()? != edit.end() - 1 {
            return None;
        }
        let mut path = self.clone();
        let inserted = edit.inserted.len();
        path.offsets.splice(
            at..at + edit.deleted,
            std::iter::repeat_n(INSERTED, inserted),
        );
        path.bases.splice(
            at..at + edit.deleted,
            edit.inserted
                .iter()
                .map(|&base| code(base).map_or(4, |code| code as u8)),
        );
        Some(path)
    }
}

/// Base code of a locus offset.
pub fn base(anatomy: &Anatomy, offset: usize) -> u8 {
    anatomy
        .sequence
        .get(offset)
        .and_then(|&base| code(base))
        .map_or(4, |code| code as u8)
}

fn before(anatomy: &Anatomy, at: usize, molecule: Molecule) -> Option<usize> {
    if molecule == Molecule::Rna
        && let Some(exon) = anatomy.exon_at(at).filter(|exon| exon.span.start == at)
        && let Some(previous) = anatomy.previous(exon)
    {
        return Some(previous.span.end - 1);
    }
    at.checked_sub(1)
}

/// Where the base after the one before `end` stands.
fn after(anatomy: &Anatomy, end: usize, molecule: Molecule) -> usize {
    if molecule == Molecule::Rna
        && let Some(exon) = end.checked_sub(1).and_then(|last| anatomy.exon_at(last))
        && exon.span.end == end
        && let Some(next) = anatomy.next(exon)
    {
        return next.span.start;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::Bundle;

    #[test]
    fn rna_jumps_over_introns_and_dna_does_not() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let (e21, e22) = (&anatomy.exons[20].span, &anatomy.exons[21].span);
        let blocks = [(e21.end - 10, 10)];
        let rna = Path::over(&anatomy, &blocks, 2, 3, Molecule::Rna);
        assert_eq!(rna.offsets.len(), 15);
        assert_eq!(rna.offsets[12..], [e22.start, e22.start + 1, e22.start + 2]);
        let dna = Path::over(&anatomy, &blocks, 2, 3, Molecule::Dna);
        assert_eq!(dna.offsets[12..], [e21.end, e21.end + 1, e21.end + 2]);
        let back = Path::over(&anatomy, &[(e22.start, 5)], 2, 0, Molecule::Rna);
        assert_eq!(back.offsets[..2], [e21.end - 2, e21.end - 1]);
    }

    #[test]
    fn edits_change_the_path_and_nothing_else() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let start = anatomy.exons[22].span.start;
        let path = Path::over(&anatomy, &[(start, 10)], 0, 0, Molecule::Dna);
        let deletion = Edit {
            at: start + 3,
            deleted: 3,
            inserted: vec![],
        };
        let cut = path.with(&deletion).unwrap();
        assert_eq!(cut.offsets.len(), 7);
        assert_eq!(cut.offsets[2..4], [start + 2, start + 6]);
        let insertion = Edit {
            at: start + 3,
            deleted: 0,
            inserted: b"AC".to_vec(),
        };
        let longer = path.with(&insertion).unwrap();
        assert_eq!(longer.offsets[3..6], [INSERTED, INSERTED, start + 3]);
        assert_eq!(longer.bases[3..5], [0, 1]);
        let outside = Edit {
            at: start + 9,
            deleted: 3,
            inserted: vec![],
        };
        assert_eq!(path.with(&outside), None);
    }
}
