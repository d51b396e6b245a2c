//! Convolutions with their bias, from map to map: most of the time that nuclei take is spent here.
//!
//! The sums of some cells and [`PANEL`] outputs stay in registers while the kernel runs over the inputs. The cells that a
//! row of the kernel touches lie side by side in the map, so that they are read where they are; a general product of
//! matrices would copy them first.

use std::num::NonZeroUsize;

use pulp::{Arch, Scalar, Simd, WithSimd};

use super::map::{Map, Spare};
use super::weights::{Layer, PANEL};

/// What follows a convolution.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Nothing,
    /// Negative values become 0.
    Rectify,
}

/// What a convolution is written to.
pub(super) enum Target {
    /// A map of its own.
    New,
    /// A map of the right shape, to which it is added before what comes after.
    Sum(Map),
}

/// One convolution. Results do not depend on `threads`.
pub(super) fn convolve(
    layer: &Layer,
    input: &Map,
    target: Target,
    after: After,
    spare: &mut Spare,
    threads: NonZeroUsize,
) -> Map {
    let (height, width) = (
        input.height.div_ceil(layer.stride),
        input.width.div_ceil(layer.stride),
    );
    let add = matches!(target, Target::Sum(_));
    let mut output = match target {
        Target::New => spare.take(height, width, layer.outputs),
        Target::Sum(map) => map,
    };
    let mut shares: Vec<Vec<(usize, &mut [f32])>> =
        (0..threads.get()).map(|_| Vec::new()).collect();
    for (y, row) in output.rows_mut() {
        shares[y % threads].push((y, row));
    }
    let kernel = Kernel {
        layer,
        input,
        add,
        after,
    };
    let finish = |rows| Arch::new().dispatch(Rows { kernel, rows });
    std::thread::scope(|scope| {
        for share in shares.drain(1..) {
            scope.spawn(|| finish(share));
        }
        finish(shares.drain(..).next().unwrap_or_default());
    });
    output
}

/// Rows of the output, each with its number, and what fills them.
struct Rows<'a> {
    kernel: Kernel<'a>,
    rows: Vec<(usize, &'a mut [f32])>,
}

impl WithSimd for Rows<'_> {
    type Output = ();

    /// As many cells at once as there are registers for their sums, and enough that their additions need not wait for
    /// each other.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (y, row) in self.rows {
            match S::F32_LANES {
                4 => self.kernel.fill::<S, { PANEL / 4 }, 5>(simd, y, row),
                8 => self.kernel.fill::<S, { PANEL / 8 }, 5>(simd, y, row),
                16 => self.kernel.fill::<S, { PANEL / 16 }, 12>(simd, y, row),
                _ => self.kernel.fill::<Scalar, PANEL, 1>(Scalar::new(), y, row),
            }
        }
    }
}

/// What is the same for all rows of a convolution.
#[derive(Clone, Copy)]
struct Kernel<'a> {
    layer: &'a Layer,
    input: &'a Map,
    /// Whether the output holds what the convolution is added to.
    add: bool,
    after: After,
}

impl Kernel<'_> {
    /// Computes row `y`. `VECTORS` registers hold [`PANEL`] values; `CELLS` cells are computed at once.
    #[inline(always)]
    fn fill<S: Simd, const VECTORS: usize, const CELLS: usize>(
        self,
        simd: S,
        y: usize,
        row: &mut [f32],
    ) {
        let width = row.len() / self.layer.outputs;
        for panel in 0..self.layer.outputs.div_ceil(PANEL) {
            let mut x = 0;
            while x + CELLS <= width {
                self.cells::<S, VECTORS, CELLS>(simd, panel, [y, x], row);
                x += CELLS;
            }
            while x + 2 <= width {
                self.cells::<S, VECTORS, 2>(simd, panel, [y, x], row);
                x += 2;
            }
            if x < width {
                self.cells::<S, VECTORS, 1>(simd, panel, [y, x], row);
            }
        }
    }

    /// Computes the outputs of one panel for `COUNT` cells side by side, the first in row `y`, column `x`.
    #[inline(always)]
    fn cells<S: Simd, const VECTORS: usize, const COUNT: usize>(
        self,
        simd: S,
        panel: usize,
        [y, x]: [usize; 2],
        row: &mut [f32],
    ) {
        let layer = self.layer;
        let depth = layer.kernel * layer.inputs;
        let step = layer.stride * layer.inputs;
        let panel_weights = &layer.panels[panel * layer.kernel * depth * PANEL..];
        let bias = vectors::<S, VECTORS>(&layer.biases[panel * PANEL..])[0];
        let mut sums = [bias; COUNT];
        for dy in 0..layer.kernel {
            let (top, left) = (y * layer.stride + dy, x * layer.stride);
            let touched = match layer.kernel {
                1 => self.input.starting_at(top, left),
                _ => self.input.starting_before(top, left),
            };
            let cells: [&[f32]; COUNT] =
                std::array::from_fn(|cell| &touched[cell * step..][..depth]);
            let weights = &panel_weights[dy * depth * PANEL..][..depth * PANEL];
            let weights = &vectors::<S, VECTORS>(weights)[..depth];
            for place in 0..depth {
                for (sums, cell) in sums.iter_mut().zip(&cells) {
                    let value = simd.splat_f32s(cell[place]);
                    for (sum, weight) in sums.iter_mut().zip(&weights[place]) {
                        *sum = simd.mul_add_e_f32s(value, *weight, *sum);
                    }
                }
            }
        }
        let outputs = panel * PANEL..layer.outputs.min((panel + 1) * PANEL);
        for (cell, sums) in row[x * layer.outputs..]
            .chunks_exact_mut(layer.outputs)
            .zip(sums)
        {
            self.write(simd, sums, &mut cell[outputs.clone()]);
        }
    }

    /// Finishes the sums of one cell. Of the last panel there may be fewer outputs than sums.
    #[inline(always)]
    fn write<S: Simd, const VECTORS: usize>(
        self,
        simd: S,
        sums: [S::f32s; VECTORS],
        outputs: &mut [f32],
    ) {
        let finish = |sum, before| {
            let sum = if self.add {
                simd.add_f32s(sum, before)
            } else {
                sum
            };
            match self.after {
                After::Nothing => sum,
                After::Rectify => simd.max_f32s(sum, simd.splat_f32s(0.0)),
            }
        };
        let (whole, part) = S::as_mut_simd_f32s(outputs);
        for (output, sum) in whole.iter_mut().zip(&sums) {
            *output = finish(*sum, *output);
        }
        if !part.is_empty() {
            let last = finish(sums[whole.len()], simd.partial_load_f32s(part));
            simd.partial_store_f32s(part, last);
        }
    }
}

/// Values as registers, [`PANEL`] at a time.
#[inline(always)]
fn vectors<S: Simd, const VECTORS: usize>(values: &[f32]) -> &[[S::f32s; VECTORS]] {
    S::as_simd_f32s(values).0.as_chunks().0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a convolution is by its definition.
    fn defined(layer: &Layer, weights: &[f32], input: &Map, [y, x]: [usize; 2]) -> Vec<f32> {
        let mut sums = layer.biases[..layer.outputs].to_vec();
        let side = layer.kernel;
        for dy in 0..side {
            for dx in 0..side {
                let row = (y * layer.stride + dy).checked_sub(side / 2);
                let column = (x * layer.stride + dx).checked_sub(side / 2);
                let (Some(row), Some(column)) = (row, column) else {
                    continue;
                };
                if row >= input.height || column >= input.width {
                    continue;
                }
                for (channel, value) in input.cell(row, column).iter().enumerate() {
                    let at = ((dy * side + dx) * layer.inputs + channel) * layer.outputs;
                    for (sum, weight) in sums.iter_mut().zip(&weights[at..]) {
                        *sum += value * weight;
                    }
                }
            }
        }
        sums
    }

    /// Values in -1 to 1 that are the same every time.
    fn noise(count: usize, seed: usize) -> Vec<f32> {
        let value = |at: usize| ((at * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0;
        (0..count).map(value).collect()
    }

    proptest! {
        #[test]
        fn a_convolution_is_what_its_definition_says(
            (kernel, stride) in prop_oneof![Just((1, 1)), Just((3, 1)), Just((3, 2))],
            (height, width) in (1_usize..9, 1_usize..20),
            (inputs, outputs) in (1_usize..40, 1_usize..50),
            (add, rectify) in any::<(bool, bool)>(),
            threads in 1_usize..4,
        ) {
            let (height, width) = (height * stride, width * stride);
            let weights = noise(kernel * kernel * inputs * outputs, 1);
            let layer = Layer::new([kernel, stride, inputs, outputs], &weights, &noise(outputs, 2));
            let mut input = Map::zeros(height, width, inputs);
            let mut before = Map::zeros(height / stride, width / stride, outputs);
            for (y, row) in input.rows_mut() {
                row.copy_from_slice(&noise(width * inputs, 3 + y));
            }
            for (y, row) in before.rows_mut() {
                row.copy_from_slice(&noise(width / stride * outputs, 50 + y));
            }
            // What a spare buffer holds must not show.
            let mut spare = Spare::default();
            let mut used = Map::zeros(height, width, outputs);
            used.rows_mut().for_each(|(_, row)| row.fill(f32::NAN));
            spare.give(used);
            let target = if add { Target::Sum(before.clone()) } else { Target::New };
            let after = if rectify { After::Rectify } else { After::Nothing };
            let threads = NonZeroUsize::new(threads).unwrap();
            let output = convolve(&layer, &input, target, after, &mut spare, threads);
            prop_assert_eq!([output.height, output.width], [before.height, before.width]);
            for y in 0..output.height {
                for x in 0..output.width {
                    let mut expected = defined(&layer, &weights, &input, [y, x]);
                    for (value, more) in expected.iter_mut().zip(before.cell(y, x)) {
                        *value += if add { *more } else { 0.0 };
                        *value = if rectify { value.max(0.0) } else { *value };
                    }
                    for (value, expected) in output.cell(y, x).iter().zip(expected) {
                        prop_assert!((value - expected).abs() < 1e-3, "{} {}", value, expected);
                    }
                }
            }
            let border = output.starting_before(0, 0)[..output.row_length() + outputs].iter();
            prop_assert!(border.chain(&output.starting_at(height / stride - 1, width / stride)[..outputs]).all(|value| *value == 0.0));
        }
    }
}
