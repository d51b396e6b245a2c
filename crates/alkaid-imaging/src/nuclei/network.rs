//! The network's forward pass.
//!
//! `training/network.py` describes the same network, `training/export.py` writes its weights. The plane enters as two
//! channels, folded to eight at half size; out come, for every cell of 2 × 2 pixels, four foreground and four depth
//! logits and [`RAYS`] lengths.

use std::num::NonZeroUsize;

use super::convolution::{After, Target, convolve};
use super::map::{Map, Spare};
use super::weights::{Layer, Weights};

/// Directions in which a cell says how far its nucleus reaches, counted from +x towards +y.
pub const RAYS: usize = 32;
/// Channels of the network's answer: foreground, depth, rays.
pub const ANSWERS: usize = 8 + RAYS;
/// Sides of a plane must be multiples of this many pixels.
pub const STEP: usize = 16;

/// Runs the network on a folded plane whose sides are multiples of [`STEP`] / 2 cells. The answer has [`ANSWERS`]
/// channels.
#[must_use]
pub fn forward(weights: &Weights, input: &Map, spare: &mut Spare, threads: NonZeroUsize) -> Map {
    let mut pass = Pass { spare, threads };
    let stem = pass.rectified(&weights.stem, input);
    let mut levels = vec![pass.block(&weights.inner[0], stem)];
    for (down, inner) in weights.down.iter().zip(&weights.inner[1..]) {
        let smaller = pass.rectified(down, &levels[levels.len() - 1]);
        levels.push(pass.block(inner, smaller));
    }
    let mut map = levels.pop().unwrap_or_else(|| input.clone());
    for (level, mut finer) in levels.into_iter().enumerate().rev() {
        let coarse = pass.plain(&weights.lateral[level], &map);
        finer.add_doubled(&coarse);
        pass.spare.give(coarse);
        pass.spare.give(map);
        map = match weights.outer.get(level) {
            Some(outer) => pass.block(outer, finer),
            None => pass.follow(&weights.bottom, finer),
        };
    }
    let head = pass.follow(&weights.head, map);
    let answers = pass.plain(&weights.last, &head);
    pass.spare.give(head);
    answers
}

/// What the convolutions of one pass share.
struct Pass<'s> {
    spare: &'s mut Spare,
    threads: NonZeroUsize,
}

impl Pass<'_> {
    fn plain(&mut self, layer: &Layer, map: &Map) -> Map {
        let to = Target::New;
        convolve(layer, map, to, After::Nothing, self.spare, self.threads)
    }

    fn rectified(&mut self, layer: &Layer, map: &Map) -> Map {
        let to = Target::New;
        convolve(layer, map, to, After::Rectify, self.spare, self.threads)
    }

    /// As [`Self::rectified`], of a map that is not needed any more.
    fn follow(&mut self, layer: &Layer, map: Map) -> Map {
        let next = self.rectified(layer, &map);
        self.spare.give(map);
        next
    }

    /// Two convolutions whose result is added to what they are of.
    fn block(&mut self, [first, second]: &[Layer; 2], map: Map) -> Map {
        let inner = self.rectified(first, &map);
        let to = Target::Sum(map);
        let map = convolve(second, &inner, to, After::Rectify, self.spare, self.threads);
        self.spare.give(inner);
        map
    }
}
