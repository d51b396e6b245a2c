//! The sink end of the input layer, common to all formats: what is kept becomes a [`Fragment`], the head is set aside,
//! UMIs are found.

use super::options::{InputOptions, Keep};
use super::summary::{HEAD_FRAGMENTS, InputSummary};
use super::umi::{Segment, UMI_HEAD, UmiSource};
use crate::fragment::{Fragment, Read};

/// Hands kept fragments to the sink, in the order in which they come.
pub(super) struct Sift<'a> {
    keep: &'a dyn Keep,
    sink: &'a mut dyn FnMut(Fragment),
    umi: UmiSource,
    /// Fragments kept before UMIs were decided on.
    pending: Vec<Fragment>,
    head: Vec<Fragment>,
    /// Fragments seen.
    pub(super) seen: u64,
    kept: u64,
}

impl<'a> Sift<'a> {
    /// Nothing seen yet.
    pub(super) fn new(
        options: &InputOptions,
        keep: &'a dyn Keep,
        sink: &'a mut dyn FnMut(Fragment),
    ) -> Self {
        Self {
            keep,
            sink,
            umi: UmiSource::from_placement(options.umi),
            pending: Vec::new(),
            head: Vec::new(),
            seen: 0,
            kept: 0,
        }
    }

    /// What the caller thinks of a fragment.
    #[inline]
    pub(super) fn keeps(&self, first: &[u8], second: Option<&[u8]>) -> bool {
        self.keep.keep(first, second)
    }

    /// The UMI segment to cut off, if the options name one.
    pub(super) fn segment(&self) -> Option<Segment> {
        match self.umi {
            UmiSource::Segment(segment) => Some(segment),
            _ => None,
        }
    }

    /// Whether the next fragment belongs to the head.
    #[inline]
    pub(super) fn wants_head(&self) -> bool {
        self.head.len() < HEAD_FRAGMENTS
    }

    /// Takes a fragment of the head. It is not kept by that.
    pub(super) fn add_to_head(&mut self, fragment: Fragment) {
        if self.wants_head() {
            self.head.push(fragment);
        }
        if self.umi == UmiSource::Undecided && self.head.len() >= UMI_HEAD {
            self.decide();
        }
    }

    /// Keeps a fragment. With UMIs in a tag, its `umi` must have been filled in from there.
    pub(super) fn push(&mut self, mut fragment: Fragment) {
        self.kept += 1;
        if self.umi == UmiSource::Undecided {
            self.pending.push(fragment);
        } else {
            self.umi.apply(&mut fragment);
            (self.sink)(fragment);
        }
    }

    /// Decides on UMIs with the head as it is.
    pub(super) fn decide(&mut self) {
        if self.umi != UmiSource::Undecided {
            return;
        }
        self.umi = UmiSource::decide(self.head.iter().take(UMI_HEAD));
        for mut fragment in std::mem::take(&mut self.pending) {
            self.umi.apply(&mut fragment);
            (self.sink)(fragment);
        }
    }

    /// Writes what was seen into the summary.
    pub(super) fn finish(mut self, summary: &mut InputSummary) {
        self.decide();
        for fragment in &mut self.head {
            self.umi.apply(fragment);
        }
        summary.head = self.head;
        summary.kept = self.kept;
        // Where mates are missing from an alignment file, its fragments are undercounted.
        summary.fragments = self.seen.max(self.kept);
        summary.umi = self.umi.describe();
    }
}

/// Upper-case `ACGTN` for each byte that may stand in a sequence; 0 for bytes that may not.
const BASES: [u8; 256] = {
    let mut table = [0; 256];
    // IUPAC codes for several bases, gaps and unknown bases: no call.
    let unknown = b"NRYSWKMBDHVX.-*?";
    let mut i = 0;
    while i < unknown.len() {
        table[unknown[i] as usize] = b'N';
        table[unknown[i].to_ascii_lowercase() as usize] = b'N';
        i += 1;
    }
    let known = b"AACCGGTTUT";
    i = 0;
    while i < known.len() {
        table[known[i] as usize] = known[i + 1];
        table[known[i].to_ascii_lowercase() as usize] = known[i + 1];
        i += 2;
    }
    table
};

/// Bases in upper-case `ACGTN`; `Err` with the first byte that is no base at all.
pub(super) fn normal_bases(raw: &[u8]) -> Result<Vec<u8>, u8> {
    raw.iter()
        .map(|&byte| match BASES[usize::from(byte)] {
            0 => Err(byte),
            base => Ok(base),
        })
        .collect()
}

/// Phred qualities of a FASTQ line; `Err` with the first byte that is none.
pub(super) fn phred(raw: &[u8]) -> Result<Vec<u8>, u8> {
    raw.iter()
        .map(|&byte| match byte {
            b'!'..=b'~' => Ok(byte - b'!'),
            _ => Err(byte),
        })
        .collect()
}

/// Takes the UMI segment off a read. Returns the UMI if this read holds it.
pub(super) fn cut_segment(read: &mut Read, mate: u8, segment: Segment) -> Option<Vec<u8>> {
    let (rest, umi) = segment.split(mate, read.bases.len());
    let umi = read.bases[umi?].to_vec();
    if !read.quals.is_empty() {
        read.quals = read.quals[rest.clone()].to_vec();
    }
    read.bases = read.bases[rest].to_vec();
    Some(umi)
}

#[cfg(test)]
mod tests {
    use super::super::options::{KeepAll, UmiPlacement};
    use super::*;

    #[test]
    fn bases_are_normalised() {
        assert_eq!(
            normal_bases(b"acgtuU.nRYN*").as_deref(),
            Ok(&b"ACGTTTNNNNNN"[..])
        );
        assert_eq!(normal_bases(b"AC1"), Err(b'1'));
        assert_eq!(phred(b"!I~").as_deref(), Ok(&[0, 40, 93][..]));
        assert_eq!(phred(b"I I"), Err(b' '));
    }

    #[test]
    fn fragments_kept_before_the_decision_get_their_umi() {
        let mut got = Vec::new();
        let mut sink = |fragment: Fragment| got.push(fragment);
        let options = InputOptions {
            umi: UmiPlacement::Auto,
            ..InputOptions::default()
        };
        let mut sift = Sift::new(&options, &KeepAll, &mut sink);
        for umi in ["AAAA", "CCCC", "GGGG", "TTTT"] {
            let fragment = Fragment {
                name: format!("r:{umi}").into_bytes(),
                ..Fragment::default()
            };
            sift.add_to_head(fragment.clone());
            sift.push(fragment);
        }
        let mut summary = InputSummary::new(super::super::summary::InputFormat::Fastq, Vec::new());
        sift.finish(&mut summary);
        assert_eq!(summary.head[3].umi.as_deref(), Some(&b"TTTT"[..]));
        assert_eq!(summary.kept, 4);
        assert_eq!(got[0].umi.as_deref(), Some(&b"AAAA"[..]));
    }
}
