//! The network over planes of any size: piece by piece, so that memory stays bounded.

use std::num::NonZeroUsize;

use ndarray::{Array2, ArrayView2, s};

use super::instances::{Answers, Proposal};
use super::map::{Map, Spare};
use super::network::{RAYS, STEP};
use super::views::{self, Views};
use super::weights::Weights;

/// Side of the part of a tile whose answers are kept, in the network's pixels: a multiple of [`STEP`].
const TILE: usize = 768;
/// What a tile sees beyond that part on every side: as far as what the network looks at matters.
const MARGIN: usize = 64;
/// The network says lengths in units of this many pixels.
const RAY_UNIT: f32 = 8.0;

/// What the network says about a normalised plane at its own scale. Cells less deep than `depth` propose nothing.
#[must_use]
pub fn read(
    weights: &Weights,
    plane: ArrayView2<'_, f32>,
    depth: f32,
    views: Views,
    threads: NonZeroUsize,
) -> Answers {
    let (height, width) = plane.dim();
    let mut spare = Spare::default();
    let mut reader = Reader::new(weights, plane, depth, views, &mut spare, threads);
    for top in starts(height) {
        for left in starts(width) {
            reader.read(&Stretch::new(top, height), &Stretch::new(left, width));
        }
    }
    reader.answers
}

/// As [`read`], for a plane that is a tile already and is looked at in one piece and in one view. It takes some 150 bytes
/// a pixel, most of which stays with `spare` for the next tile.
#[must_use]
pub fn read_whole(
    weights: &Weights,
    plane: ArrayView2<'_, f32>,
    depth: f32,
    spare: &mut Spare,
    threads: NonZeroUsize,
) -> Answers {
    let (height, width) = plane.dim();
    let mut reader = Reader::new(weights, plane, depth, Views::One, spare, threads);
    reader.read(&Stretch::all(height), &Stretch::all(width));
    reader.answers
}

/// What is the same for all tiles of a plane, and the answers so far.
struct Reader<'a> {
    weights: &'a Weights,
    plane: ArrayView2<'a, f32>,
    depth: f32,
    views: Views,
    spare: &'a mut Spare,
    threads: NonZeroUsize,
    answers: Answers,
}

impl<'a> Reader<'a> {
    fn new(
        weights: &'a Weights,
        plane: ArrayView2<'a, f32>,
        depth: f32,
        views: Views,
        spare: &'a mut Spare,
        threads: NonZeroUsize,
    ) -> Self {
        Self {
            weights,
            plane,
            depth,
            views,
            spare,
            threads,
            answers: Answers {
                foreground: Array2::zeros(plane.dim()),
                proposals: Vec::new(),
            },
        }
    }

    fn read(&mut self, rows: &Stretch, columns: &Stretch) {
        let input = input(self.plane, rows, columns);
        let said = views::answers(self.weights, &input, self.views, self.spare, self.threads);
        collect(&said, rows, columns, self.depth, &mut self.answers);
        self.spare.give(said);
    }
}

/// Where tiles begin along a side. A rest that fits into the margin of the tile before it makes no tile of its own.
fn starts(length: usize) -> impl Iterator<Item = usize> {
    let count = length.saturating_sub(2 * MARGIN).div_ceil(TILE).max(1);
    (0..count).map(|index| index * TILE)
}

/// One side of a tile.
struct Stretch {
    /// First pixel that the network sees.
    from: usize,
    /// First pixel whose answer is kept, and the first after the last.
    keep: std::ops::Range<usize>,
    /// Pixels that the network sees, a multiple of [`STEP`]; those beyond the plane are mirrored.
    length: usize,
    /// Length of the plane's side.
    whole: usize,
}

impl Stretch {
    fn new(start: usize, whole: usize) -> Self {
        let from = start.saturating_sub(MARGIN);
        let last = start + TILE + 2 * MARGIN >= whole;
        let end = if last { whole } else { start + TILE };
        let to = (end + MARGIN).min(whole);
        Self {
            from,
            keep: start..end,
            length: (to - from).next_multiple_of(STEP),
            whole,
        }
    }

    /// A whole side.
    fn all(whole: usize) -> Self {
        Self {
            from: 0,
            keep: 0..whole,
            length: whole.next_multiple_of(STEP),
            whole,
        }
    }

    /// The plane's pixel that stands at this place of the tile.
    fn source(&self, place: usize) -> usize {
        let at = self.from + place;
        if at < self.whole {
            return at;
        }
        // Mirrored about the last pixel; a plane shorter than the mirror image repeats it.
        let period = (2 * (self.whole - 1)).max(1);
        let at = at % period;
        at.min(period - at).min(self.whole - 1)
    }
}

/// The network's two channels: the plane, and its logarithm in which faint nuclei stand out beside bright ones.
fn input(plane: ArrayView2<'_, f32>, rows: &Stretch, columns: &Stretch) -> Map {
    let linear = Array2::from_shape_fn((rows.length, columns.length), |(y, x)| {
        plane[[rows.source(y), columns.source(x)]].clamp(-0.5, 3.0)
    });
    let scale = 21.0_f32.ln();
    let logarithm = linear.mapv(|value| (20.0 * value.max(0.0)).ln_1p() / scale);
    Map::folded([linear.view(), logarithm.view()])
}

/// Keeps the inner part of a tile's answers.
fn collect(said: &Map, rows: &Stretch, columns: &Stretch, least: f32, answers: &mut Answers) {
    let mut kept = answers
        .foreground
        .slice_mut(s![rows.keep.clone(), columns.keep.clone()]);
    for ((y, x), value) in kept.indexed_iter_mut() {
        let (y, x) = (
            y + rows.keep.start - rows.from,
            x + columns.keep.start - columns.from,
        );
        *value = said.cell(y / 2, x / 2)[2 * (y % 2) + x % 2];
    }
    let cells =
        |side: &Stretch| (side.keep.start - side.from) / 2..(side.keep.end - side.from).div_ceil(2);
    for row in cells(rows) {
        for column in cells(columns) {
            let cell = said.cell(row, column);
            let depth = cell[4..8].iter().sum::<f32>() / 4.0;
            if depth > least {
                answers.proposals.push(Proposal {
                    y: (rows.from + 2 * row + 1) as f32,
                    x: (columns.from + 2 * column + 1) as f32,
                    depth,
                    rays: std::array::from_fn::<f32, RAYS, _>(|ray| cell[8 + ray] * RAY_UNIT),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_pixel_once() {
        for length in [1, 15, 768, 896, 897, 1700, 1664, 5000] {
            let mut next = 0;
            for start in starts(length) {
                let stretch = Stretch::new(start, length);
                assert_eq!(stretch.keep.start, next, "{length}");
                assert!(stretch.from.is_multiple_of(2) && stretch.length.is_multiple_of(STEP));
                assert!(stretch.length <= TILE + 4 * MARGIN);
                next = stretch.keep.end;
            }
            assert_eq!(next, length);
        }
    }

    #[test]
    fn what_lies_beyond_the_plane_is_mirrored() {
        let stretch = Stretch::new(0, 5);
        let seen: Vec<usize> = (0..stretch.length)
            .map(|place| stretch.source(place))
            .collect();
        assert_eq!(seen, [0, 1, 2, 3, 4, 3, 2, 1, 0, 1, 2, 3, 4, 3, 2, 1]);
        assert_eq!(Stretch::new(0, 1).source(7), 0);
    }

    #[test]
    fn a_tiled_plane_reads_like_a_whole_one() {
        let weights = Weights::trained().unwrap();
        let threads = NonZeroUsize::new(2).unwrap();
        let plane = Array2::from_shape_fn((64, 1000), |(y, x)| {
            let (dy, dx) = ((y % 32) as f32 - 16.0, (x % 40) as f32 - 20.0);
            (-(dy * dy + dx * dx) / 90.0).exp() * (0.5 + 0.5 * ((x / 40) % 3) as f32)
        });
        let tiled = read(&weights, plane.view(), 0.4, Views::Four, threads);
        let part = read(
            &weights,
            plane.slice(s![.., 640..940]),
            0.4,
            Views::Four,
            threads,
        );
        for x in 740..840 {
            for y in 0..64 {
                let (a, b) = (tiled.foreground[[y, x]], part.foreground[[y, x - 640]]);
                assert!((a - b).abs() < 0.02, "{y} {x} {a} {b}");
            }
        }
    }
}
