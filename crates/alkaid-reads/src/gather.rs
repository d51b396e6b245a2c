//! From the input to what touches ALK: sieve, trim, place, count; what may hold a junction is kept.

use alkaid_genome::{
    Assembly, Bundle, GenomicInterval, GenomicPosition, Strand, reverse_complement,
};

use crate::anatomy::Anatomy;
use crate::census::Census;
use crate::fragment::Fragment;
use crate::island::Islands;
use crate::place::{Placed, Placer};
use crate::store::Store;
use crate::trim::{Trimmed, trim};
use crate::variant::Shelf;

/// Unplaced bases at either end of a read up to which it is plain ALK.
const RAGGED: usize = 4;
/// Bases around exons that are fetched from an indexed file.
const MARGIN: u64 = 300;

/// Placements of a fragment's reads.
pub type Places = [Option<Placed>; 2];

/// Places a fragment's reads on ALK.
pub fn place(placer: &Placer, fragment: &Fragment) -> Places {
    believed(best_places(placer, fragment), fragment)
}

/// The best placement of each read, chance matches included.
fn best_places(placer: &Placer, fragment: &Fragment) -> Places {
    let one = |bases: &[u8]| placer.place(bases, &reverse_complement(bases));
    [
        one(&fragment.first.bases),
        fragment.second.as_ref().and_then(|read| one(&read.bases)),
    ]
}

/// Leaves out what may be chance.
fn believed(mut places: Places, fragment: &Fragment) -> Places {
    for (mate, read) in fragment.reads() {
        places[usize::from(mate)].take_if(|placed| !believable(placed, &read.bases));
    }
    // Mates face each other: of two placements in one direction the weaker is chance.
    if let [Some(first), Some(second)] = &places
        && first.reverse == second.reverse
    {
        let weaker = usize::from(second.score <= first.score);
        places[weaker] = None;
    }
    places
}

/// Whether a placement is more than a chance match: long enough, or at the read's end.
fn believable(placed: &Placed, bases: &[u8]) -> bool {
    let at_an_end = placed.start == 0 || placed.end == bases.len();
    placed.score >= 20 || (placed.score >= 13 && at_an_end)
}

/// Takes in one fragment: counts it, and keeps it if it may hold more than plain ALK.
pub struct Gatherer<'a, 'b> {
    placer: &'a Placer<'a, 'b>,
    /// Totals over ALK.
    pub census: Census,
    /// Short pieces of ALK within reads of other genes.
    pub islands: Islands,
    /// Fragments that may hold a junction.
    pub store: Store,
    /// Placements of the fragments that the store holds in memory.
    pub places: Vec<Places>,
    /// Fragments on the coding exons, for small variants.
    pub shelf: Shelf,
    /// Fragments put into the store.
    stored: usize,
    /// The first failure to keep a fragment.
    pub failure: Option<std::io::Error>,
}

impl<'a, 'b> Gatherer<'a, 'b> {
    /// Nothing gathered yet.
    pub fn new(anatomy: &Anatomy, placer: &'a Placer<'a, 'b>) -> Self {
        Gatherer {
            placer,
            census: Census::new(anatomy),
            islands: Islands::default(),
            store: Store::default(),
            places: Vec::new(),
            shelf: Shelf::new(anatomy),
            stored: 0,
            failure: None,
        }
    }

    /// Takes in one fragment.
    pub fn take(&mut self, mut fragment: Fragment) {
        let best = best_places(self.placer, &fragment);
        for (mate, read) in fragment.reads() {
            if let Some(placed) = &best[usize::from(mate)]
                && !believable(placed, &read.bases)
            {
                self.islands.note(placed, read.bases.len());
            }
        }
        let mut places = believed(best, &fragment);
        if places.iter().all(Option::is_none) {
            return;
        }
        if trim(&mut fragment) == Trimmed::Yes {
            places = place(self.placer, &fragment);
        }
        let [first, second] = [places[0].as_ref(), places[1].as_ref()];
        self.census.observe(&fragment, [first, second]);
        if self.failure.is_some() {
            return;
        }
        let plain = plain(&fragment, &places);
        let stored = (!plain).then_some(self.stored);
        if let Err(error) = self.shelf.push(&fragment, [first, second], stored) {
            self.failure = Some(error);
            return;
        }
        if plain {
            return;
        }
        self.stored += 1;
        match self.store.push(fragment) {
            Ok(()) if self.store.held().len() > self.places.len() => self.places.push(places),
            Ok(()) => {}
            Err(error) => self.failure = Some(error),
        }
    }
}

/// Whether all of the fragment is ALK, read normally.
fn plain(fragment: &Fragment, places: &Places) -> bool {
    fragment.reads().all(|(mate, read)| {
        places[usize::from(mate)]
            .as_ref()
            .is_some_and(|placed| is_whole(placed, read.bases.len()))
    })
}

/// Whether a read is ALK from end to end.
pub fn is_whole(placed: &Placed, read_length: usize) -> bool {
    placed.start <= RAGGED && read_length - placed.end <= RAGGED
}

/// ALK's stretches to fetch from an indexed alignment, on GRCh38 and GRCh37.
pub fn regions(bundle: &Bundle, anatomy: &Anatomy) -> (Vec<GenomicInterval>, Vec<GenomicInterval>) {
    let chrom = &anatomy.transcript.chrom;
    let mut spans: Vec<(u64, u64)> = anatomy
        .watched()
        .into_iter()
        .map(|span| {
            let ends = [
                anatomy.locus.genome_position(span.start),
                anatomy.locus.genome_position(span.end - 1),
            ];
            (
                ends[0].min(ends[1]).saturating_sub(MARGIN),
                ends[0].max(ends[1]) + 1 + MARGIN,
            )
        })
        .collect();
    spans.sort_unstable();
    let interval = |(start, end): &(u64, u64)| GenomicInterval {
        chrom: chrom.clone(),
        start: *start,
        end: *end,
    };
    let here: Vec<GenomicInterval> = spans.iter().map(interval).collect();
    let there = here
        .iter()
        .filter_map(|interval| interval_to_grch37(bundle, interval))
        .collect();
    (here, there)
}

/// The same interval on GRCh37; margins that leave the mapped stretch are carried over by length.
pub fn interval_to_grch37(bundle: &Bundle, interval: &GenomicInterval) -> Option<GenomicInterval> {
    let middle = (interval.start + interval.end) / 2;
    let position = GenomicPosition {
        chrom: interval.chrom.clone(),
        pos: middle,
        strand: Strand::Forward,
    };
    let moved = bundle.to_grch37(&position)?;
    let start = moved.pos.checked_sub(middle - interval.start)?;
    Some(GenomicInterval {
        chrom: moved.chrom,
        start,
        end: start + interval.end - interval.start,
    })
}

/// Brings a fragment's alignments to GRCh38; those outside the mapped genes are left out. Returns how many were.
pub fn to_grch38(bundle: &Bundle, assembly: Option<Assembly>, fragment: &mut Fragment) -> usize {
    if assembly != Some(Assembly::Grch37) {
        return 0;
    }
    let before = fragment.alignments.len();
    fragment.alignments.retain_mut(|alignment| {
        let position = GenomicPosition {
            chrom: alignment.chrom.clone(),
            pos: alignment.start,
            strand: Strand::Forward,
        };
        let Some(moved) = bundle.from_grch37(&position) else {
            return false;
        };
        alignment.end = moved.pos + (alignment.end - alignment.start);
        alignment.start = moved.pos;
        true
    });
    before - fragment.alignments.len()
}
