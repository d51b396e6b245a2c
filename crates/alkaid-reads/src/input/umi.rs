//! Unique molecular identifiers: told from sample indexes on the first fragments, then taken off each.

use std::collections::BTreeMap;

use super::options::UmiPlacement;
use crate::fragment::Fragment;

/// Fragments looked at before anything is said of UMIs.
pub(super) const UMI_HEAD: usize = 1_000;
/// Fewer different values than this are sample indexes.
const DISTINCT: usize = 3;
/// Shortest UMI in a name.
const SHORTEST: usize = 4;
/// The tag that the SAM specification gives to UMIs.
pub(super) const RX: [u8; 2] = *b"RX";

/// Where UMIs stand in this input, once decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UmiSource {
    /// Not known yet.
    Undecided,
    /// There are none.
    None,
    /// Last field of the name.
    Name,
    /// A tag of the alignment file; the reader of it has filled in the fragments.
    Tag([u8; 2]),
    /// Bases of a read.
    Segment(Segment),
}

/// Bases of a read that are a UMI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    mate: u8,
    start: usize,
    len: usize,
}

impl UmiSource {
    /// What the options alone say.
    pub(super) fn from_placement(placement: UmiPlacement) -> Self {
        match placement {
            UmiPlacement::None => Self::None,
            UmiPlacement::Auto => Self::Undecided,
            UmiPlacement::Name => Self::Name,
            UmiPlacement::Tag(tag) => Self::Tag(tag),
            UmiPlacement::Segment { mate, start, len } => {
                Self::Segment(Segment { mate, start, len })
            }
        }
    }

    /// Decides on the first fragments, whose `umi` is that of the `RX` tag if they have one.
    pub(super) fn decide<'a>(head: impl Iterator<Item = &'a Fragment> + Clone) -> Self {
        let fragments = head.clone().count();
        let tagged = head
            .clone()
            .filter(|fragment| fragment.umi.is_some())
            .count();
        if fragments > 0 && tagged * 10 >= fragments * 9 {
            return Self::Tag(RX);
        }
        let mut values = BTreeMap::<&[u8], usize>::new();
        for umi in head.filter_map(|fragment| umi_in_name(&fragment.name)) {
            *values.entry(umi).or_default() += 1;
        }
        let named: usize = values.values().sum();
        let commonest = values.values().copied().max().unwrap_or(0);
        // A sample index is the same in nearly all reads, but sequencing errors make a few other values of it.
        if named * 10 >= fragments * 9 && values.len() >= DISTINCT && commonest * 2 <= named {
            Self::Name
        } else {
            Self::None
        }
    }

    /// Sets the UMI of a fragment whose source is decided.
    pub(super) fn apply(self, fragment: &mut Fragment) {
        match self {
            Self::Tag(_) | Self::Segment(_) => {}
            Self::None | Self::Undecided => fragment.umi = None,
            Self::Name => fragment.umi = umi_in_name(&fragment.name).map(<[u8]>::to_vec),
        }
    }

    /// In words, for the summary.
    pub(super) fn describe(self) -> Option<String> {
        match self {
            Self::Undecided | Self::None => None,
            Self::Name => Some("last field of the read name".to_owned()),
            Self::Tag([a, b]) => Some(format!("tag {}{}", char::from(a), char::from(b))),
            Self::Segment(Segment { mate, start, len }) => Some(format!(
                "bases {}-{} of the {} read",
                start + 1,
                start + len,
                if mate == 0 { "first" } else { "second" }
            )),
        }
    }
}

impl Segment {
    /// What is left of a read once the segment is cut off, as a range of its bases; the UMI's range too.
    ///
    /// The segment goes with the bases between it and the nearer end of the read. A read too short to hold it is left.
    #[inline]
    pub(super) fn split(
        &self,
        mate: u8,
        len: usize,
    ) -> (std::ops::Range<usize>, Option<std::ops::Range<usize>>) {
        let end = self.start.saturating_add(self.len);
        if mate != self.mate || end > len || self.len == 0 {
            return (0..len, None);
        }
        let rest = if self.start <= len - end {
            end..len
        } else {
            0..self.start
        };
        (rest, Some(self.start..end))
    }
}

/// The last `:`- or `_`-separated field of a name, if it looks like a UMI and something stands before it.
fn umi_in_name(name: &[u8]) -> Option<&[u8]> {
    let separator = name
        .iter()
        .rposition(|&byte| byte == b':' || byte == b'_')?;
    let field = &name[separator + 1..];
    let looks_right = field.len() >= SHORTEST && field.iter().all(|byte| b"ACGTN+-".contains(byte));
    (looks_right && separator > 0).then_some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: impl IntoIterator<Item = String>) -> Vec<Fragment> {
        names
            .into_iter()
            .map(|name| Fragment {
                name: name.into_bytes(),
                ..Fragment::default()
            })
            .collect()
    }

    fn dna(mut i: usize) -> String {
        (0..8)
            .map(|_| {
                let base = b"ACGT"[i % 4];
                i /= 4;
                char::from(base)
            })
            .collect()
    }

    #[test]
    fn names_with_differing_last_fields_hold_umis() {
        for separator in [":", "_"] {
            let head = named((0..1000).map(|i| format!("A:1:F:1:1101:{i}:2{separator}{}", dna(i))));
            let source = UmiSource::decide(head.iter());
            assert_eq!(source, UmiSource::Name);
            let mut fragment = head[5].clone();
            source.apply(&mut fragment);
            assert_eq!(fragment.umi.as_deref(), Some(dna(5).as_bytes()));
        }
    }

    #[test]
    fn a_constant_field_is_an_index_even_with_errors_in_it() {
        let head = named((0..1000).map(|i| {
            format!(
                "N:1:{i}:{}",
                if i % 50 == 0 {
                    dna(i)
                } else {
                    "TCAATGCC".into()
                }
            )
        }));
        assert_eq!(UmiSource::decide(head.iter()), UmiSource::None);
    }

    #[test]
    fn ordinary_names_hold_none() {
        let head = named((0..1000).map(|i| format!("A00:1:HJ:1:1101:{i}:1000")));
        assert_eq!(UmiSource::decide(head.iter()), UmiSource::None);
        assert_eq!(UmiSource::decide([].iter()), UmiSource::None);
    }

    #[test]
    fn tags_come_first() {
        let mut head = named((0..10).map(|i| format!("r:{}", dna(i))));
        head.iter_mut()
            .for_each(|fragment| fragment.umi = Some(b"ACGT".to_vec()));
        assert_eq!(UmiSource::decide(head.iter()), UmiSource::Tag(RX));
    }

    #[test]
    fn segments_are_cut_towards_the_nearer_end() {
        let at = |start| Segment {
            mate: 1,
            start,
            len: 4,
        };
        assert_eq!(at(0).split(1, 20), (4..20, Some(0..4)));
        assert_eq!(at(3).split(1, 20), (7..20, Some(3..7)));
        assert_eq!(at(16).split(1, 20), (0..16, Some(16..20)));
        assert_eq!(at(0).split(0, 20), (0..20, None));
        assert_eq!(at(0).split(1, 3), (0..3, None));
    }

    #[test]
    fn dual_umis_are_taken_whole() {
        assert_eq!(
            umi_in_name(b"A:B:C:D:E:F:G:ACGT+TTGA"),
            Some(&b"ACGT+TTGA"[..])
        );
        assert_eq!(umi_in_name(b"ACGTACGT"), None);
        assert_eq!(umi_in_name(b"x:ACG"), None);
        assert_eq!(umi_in_name(b"x:acgt"), None);
    }
}
