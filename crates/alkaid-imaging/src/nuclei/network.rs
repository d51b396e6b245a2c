//! The network's forward pass: convolutions as matrix products over maps that carry a border of zeros.
//!
//! `training/network.py` describes the same network, `training/export.py` writes its weights. The plane enters as two
//! channels, folded to eight at half size; out come, for every cell of 2 × 2 pixels, four foreground and four depth
//! logits and [`RAYS`] lengths.

use std::num::NonZeroUsize;

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, ShapeBuilder};

use super::weights::{Layer, Weights};

/// Directions in which a cell says how far its nucleus reaches, counted from +x towards +y.
pub const RAYS: usize = 32;
/// Channels of the network's answer: foreground, depth, rays.
pub const ANSWERS: usize = 8 + RAYS;
/// Sides of a plane must be multiples of this many pixels.
pub const STEP: usize = 16;
/// Rows of a map that one thread takes at a time; results do not depend on it.
const BLOCK: usize = 8;

/// `height` × `width` cells of `channels` values, with one cell of zeros on every side.
#[derive(Clone, Debug)]
pub struct Map {
    /// Rows without the border.
    pub height: usize,
    /// Columns without the border.
    pub width: usize,
    /// Values per cell.
    pub channels: usize,
    values: Vec<f32>,
}

/// What follows a convolution.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Nothing,
    /// Negative values become 0.
    Rectify,
}

impl Map {
    /// Zeros everywhere.
    #[must_use]
    pub fn zeros(height: usize, width: usize, channels: usize) -> Self {
        Self {
            height,
            width,
            channels,
            values: vec![0.0; (height + 2) * (width + 2) * channels],
        }
    }

    /// Values of the cell in row `y`, column `x`.
    #[must_use]
    pub fn cell(&self, y: usize, x: usize) -> &[f32] {
        let at = ((y + 1) * (self.width + 2) + x + 1) * self.channels;
        &self.values[at..at + self.channels]
    }

    /// As [`Self::cell`], to be changed.
    pub fn cell_mut(&mut self, y: usize, x: usize) -> &mut [f32] {
        let at = ((y + 1) * (self.width + 2) + x + 1) * self.channels;
        &mut self.values[at..at + self.channels]
    }

    fn row_length(&self) -> usize {
        (self.width + 2) * self.channels
    }

    /// Two planes at full size, folded to eight channels at half size: channel `4 c + 2 dy + dx`.
    #[must_use]
    pub fn folded(planes: [ArrayView2<'_, f32>; 2]) -> Self {
        let (height, width) = planes[0].dim();
        let mut map = Self::zeros(height / 2, width / 2, 8);
        let row = map.row_length();
        for y in 0..height / 2 {
            for x in 0..width / 2 {
                let at = (y + 1) * row + (x + 1) * 8;
                for (channel, value) in map.values[at..at + 8].iter_mut().enumerate() {
                    let (plane, dy, dx) = (channel / 4, channel / 2 % 2, channel % 2);
                    *value = planes[plane][[2 * y + dy, 2 * x + dx]];
                }
            }
        }
        map
    }

    /// Adds a map of half the size, each of its cells to four of this one.
    fn add_doubled(&mut self, coarse: &Self) {
        let (row, channels) = (self.row_length(), self.channels);
        for y in 0..self.height {
            for x in 0..self.width {
                let at = (y + 1) * row + (x + 1) * channels;
                let cells = self.values[at..at + channels].iter_mut();
                for (value, more) in cells.zip(coarse.cell(y / 2, x / 2)) {
                    *value += more;
                }
            }
        }
    }
}

/// Runs the network on a folded plane whose sides are multiples of [`STEP`] / 2 cells. The answer has [`ANSWERS`]
/// channels.
#[must_use]
pub fn forward(weights: &Weights, input: &Map, threads: NonZeroUsize) -> Map {
    let run = |layer: &Layer, map: &Map, add: Option<&Map>, after| {
        convolve(layer, map, add, after, threads)
    };
    let block = |[first, second]: &[Layer; 2], map: &Map| {
        let inner = run(first, map, None, After::Rectify);
        run(second, &inner, Some(map), After::Rectify)
    };
    let fine = block(
        &weights.inner[0],
        &run(&weights.stem, input, None, After::Rectify),
    );
    let mut levels = vec![fine];
    for (down, inner) in weights.down.iter().zip(&weights.inner[1..]) {
        let smaller = run(down, &levels[levels.len() - 1], None, After::Rectify);
        levels.push(block(inner, &smaller));
    }
    let mut map = levels.pop().unwrap_or_else(|| input.clone());
    let mut level = levels.len();
    while let Some(mut finer) = levels.pop() {
        level -= 1;
        finer.add_doubled(&run(&weights.lateral[level], &map, None, After::Nothing));
        map = match level {
            2 => run(&weights.bottom, &finer, None, After::Rectify),
            _ => block(&weights.outer[level], &finer),
        };
    }
    let map = run(&weights.head, &map, None, After::Rectify);
    run(&weights.last, &map, None, After::Nothing)
}

/// One convolution with its bias; `add` is added before what comes `after`.
fn convolve(
    layer: &Layer,
    input: &Map,
    add: Option<&Map>,
    after: After,
    threads: NonZeroUsize,
) -> Map {
    let (height, width) = (
        input.height.div_ceil(layer.stride),
        input.width.div_ceil(layer.stride),
    );
    let mut output = Map::zeros(height, width, layer.outputs);
    let row = output.row_length();
    let inner = &mut output.values[row..row * (height + 1)];
    let mut shares: Vec<Vec<(usize, &mut [f32])>> =
        (0..threads.get()).map(|_| Vec::new()).collect();
    for (number, rows) in inner.chunks_mut(BLOCK * row).enumerate() {
        shares[number % threads].push((number * BLOCK, rows));
    }
    std::thread::scope(|scope| {
        for share in shares.drain(1..) {
            scope.spawn(|| finish_blocks(layer, input, add, after, share, width));
        }
        let own = shares.drain(..).next().unwrap_or_default();
        finish_blocks(layer, input, add, after, own, width);
    });
    output
}

/// Computes blocks of output rows, each given with the number of its first row.
fn finish_blocks(
    layer: &Layer,
    input: &Map,
    add: Option<&Map>,
    after: After,
    blocks: Vec<(usize, &mut [f32])>,
    width: usize,
) {
    let row = (width + 2) * layer.outputs;
    for (first, values) in blocks {
        match add {
            Some(more) => values.copy_from_slice(&more.values[(first + 1) * row..][..values.len()]),
            None => values.fill(0.0),
        }
        for cell in values.chunks_exact_mut(layer.outputs) {
            for (value, bias) in cell.iter_mut().zip(&layer.bias) {
                *value += bias;
            }
        }
        multiply(layer, input, first, values, width);
        for line in values.chunks_exact_mut(row) {
            line[..layer.outputs].fill(0.0);
            line[row - layer.outputs..].fill(0.0);
            if after == After::Rectify {
                line.iter_mut().for_each(|value| *value = value.max(0.0));
            }
        }
    }
}

/// Adds the products of one block. The cells that a kernel's row touches lie side by side in the input, so that a row
/// of the kernel is one matrix product whose left rows overlap. With stride 1 a whole block of rows is one matrix: the
/// products at the border between two rows fall on the border's cells, which are cleared afterwards.
fn multiply(layer: &Layer, input: &Map, first: usize, values: &mut [f32], width: usize) {
    let row = (width + 2) * layer.outputs;
    let rows = values.len() / row;
    let depth = layer.kernel * layer.inputs;
    let runs = if layer.stride == 1 { 1 } else { rows };
    let cells = if layer.stride == 1 {
        rows * (width + 2) - 2
    } else {
        width
    };
    let margin = 1 - layer.kernel / 2;
    for run in 0..runs {
        let out = &mut values[run * row + layer.outputs..][..cells * layer.outputs];
        let Ok(mut product) = ArrayViewMut2::from_shape((cells, layer.outputs), out) else {
            continue;
        };
        for dy in 0..layer.kernel {
            let top = (first + run) * layer.stride + dy + margin;
            let from = &input.values[top * input.row_length() + margin * input.channels..];
            let shape = (cells, depth).strides((layer.stride * input.channels, 1));
            let left = ArrayView2::from_shape(shape, from);
            let right = ArrayView2::from_shape(
                (depth, layer.outputs),
                &layer.weights[dy * depth * layer.outputs..][..depth * layer.outputs],
            );
            if let (Ok(left), Ok(right)) = (left, right) {
                general_mat_mul(1.0, &left, &right, 1.0, &mut product);
            }
        }
    }
}
