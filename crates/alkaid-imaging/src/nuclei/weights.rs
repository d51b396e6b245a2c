//! The file of weights: what `training/export.py` writes.
//!
//! Little endian. `ALKNUC01`; the number of layers (u16); for every layer its kernel's side, its stride (u8 each), its
//! inputs, its outputs (u16 each), the weights as 16-bit floats ordered `[y, x, input, output]`, the bias as 32-bit
//! floats; at the end the 64-bit FNV-1a hash of all that came before. Batch normalisation is folded in.

use thiserror::Error;

const MAGIC: &[u8] = b"ALKNUC01";
/// Outputs whose weights lie side by side in memory.
pub const PANEL: usize = 16;
/// The trained weights.
const TRAINED: &[u8] = include_bytes!("../../data/nuclei.weights");

/// Why a file of weights cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WeightsError {
    /// The file does not begin as one of weights does.
    #[error("these are no nucleus weights: the file does not begin with ALKNUC01")]
    Magic,
    /// The file ends early, or has more than its layers.
    #[error(
        "the nucleus weights are cut short or too long; write them again with training/export.py"
    )]
    Length,
    /// The hash differs.
    #[error("the nucleus weights are damaged: their checksum differs")]
    Checksum,
    /// A layer is not the one that the network has at this place.
    #[error("layer {index} of the nucleus weights has another shape than the network's")]
    Shape {
        /// Counted from 0.
        index: usize,
    },
}

/// One convolution.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Side of the kernel: 1 or 3.
    pub kernel: usize,
    /// 1 or 2.
    pub stride: usize,
    /// Channels in.
    pub inputs: usize,
    /// Channels out.
    pub outputs: usize,
    /// `[output / PANEL, y, x, input, output % PANEL]`, zero where there is no such output.
    pub panels: Vec<f32>,
    /// `[output]`, with zeros up to a multiple of [`PANEL`].
    pub biases: Vec<f32>,
}

impl Layer {
    /// A layer of this kernel's side, stride, inputs and outputs, whose weights are ordered `[y, x, input, output]`.
    pub(super) fn new(
        [kernel, stride, inputs, outputs]: [usize; 4],
        weights: &[f32],
        bias: &[f32],
    ) -> Self {
        let padded = outputs.next_multiple_of(PANEL);
        let depth = kernel * kernel * inputs;
        let mut panels = vec![0.0; depth * padded];
        for (place, row) in weights.chunks_exact(outputs).enumerate() {
            for (panel, part) in row.chunks(PANEL).enumerate() {
                panels[(panel * depth + place) * PANEL..][..part.len()].copy_from_slice(part);
            }
        }
        let mut biases = bias.to_vec();
        biases.resize(padded, 0.0);
        Self {
            kernel,
            stride,
            inputs,
            outputs,
            panels,
            biases,
        }
    }
}

/// All layers of the network, by their part in it. Level 0 is half the plane's size, level 3 a sixteenth.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// From the folded plane to level 0.
    pub stem: Layer,
    /// From one level to the next.
    pub down: [Layer; 3],
    /// Residual blocks on the way down, a level each.
    pub inner: [[Layer; 2]; 4],
    /// From the next level's channels to this level's.
    pub lateral: [Layer; 3],
    /// Residual blocks on the way up, of levels 0 and 1.
    pub outer: [[Layer; 2]; 2],
    /// The single convolution on the way up of level 2.
    pub bottom: Layer,
    /// From level 0 to what the answers are read from.
    pub head: Layer,
    /// To the answers.
    pub last: Layer,
}

/// Channels of the levels.
const WIDTHS: [usize; 4] = [32, 64, 96, 96];
/// Channels of the head.
const HEAD: usize = 48;

impl Weights {
    /// The weights that come with the program.
    ///
    /// # Errors
    ///
    /// If they were damaged in the build.
    pub fn trained() -> Result<Self, WeightsError> {
        Self::read(TRAINED)
    }

    /// Reads a file of weights.
    ///
    /// # Errors
    ///
    /// If the bytes are not such a file, or one of another network.
    pub fn read(bytes: &[u8]) -> Result<Self, WeightsError> {
        let body = bytes.strip_prefix(MAGIC).ok_or(WeightsError::Magic)?;
        let (body, hash) = body.split_last_chunk::<8>().ok_or(WeightsError::Length)?;
        if fnv(&bytes[..bytes.len() - 8]) != u64::from_le_bytes(*hash) {
            return Err(WeightsError::Checksum);
        }
        let mut layers = Layers {
            rest: body,
            index: 0,
        };
        let _count = u16::from_le_bytes(layers.take()?);
        let [a, b, c, d] = WIDTHS;
        let weights = Self {
            stem: layers.next(3, 1, 8, a)?,
            down: [
                layers.next(3, 2, a, b)?,
                layers.next(3, 2, b, c)?,
                layers.next(3, 2, c, d)?,
            ],
            inner: [
                layers.block(a)?,
                layers.block(b)?,
                layers.block(c)?,
                layers.block(d)?,
            ],
            lateral: [
                layers.next(1, 1, b, a)?,
                layers.next(1, 1, c, b)?,
                layers.next(1, 1, d, c)?,
            ],
            outer: [layers.block(a)?, layers.block(b)?],
            bottom: layers.next(3, 1, c, c)?,
            head: layers.next(3, 1, a, HEAD)?,
            last: layers.next(1, 1, HEAD, super::network::ANSWERS)?,
        };
        if layers.rest.is_empty() {
            Ok(weights)
        } else {
            Err(WeightsError::Length)
        }
    }
}

/// The layers that are still to be read.
struct Layers<'a> {
    rest: &'a [u8],
    index: usize,
}

impl Layers<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], WeightsError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(WeightsError::Length)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn next(
        &mut self,
        kernel: usize,
        stride: usize,
        inputs: usize,
        outputs: usize,
    ) -> Result<Layer, WeightsError> {
        let [side, step] = self.take::<2>()?;
        let (from, to) = (
            u16::from_le_bytes(self.take()?),
            u16::from_le_bytes(self.take()?),
        );
        let found = (
            usize::from(side),
            usize::from(step),
            usize::from(from),
            usize::from(to),
        );
        if found != (kernel, stride, inputs, outputs) {
            return Err(WeightsError::Shape { index: self.index });
        }
        self.index += 1;
        let mut weights = Vec::with_capacity(kernel * kernel * inputs * outputs);
        for _ in 0..kernel * kernel * inputs * outputs {
            weights.push(half(u16::from_le_bytes(self.take()?)));
        }
        let mut bias = Vec::with_capacity(outputs);
        for _ in 0..outputs {
            bias.push(f32::from_le_bytes(self.take()?));
        }
        let shape = [kernel, stride, inputs, outputs];
        Ok(Layer::new(shape, &weights, &bias))
    }

    fn block(&mut self, width: usize) -> Result<[Layer; 2], WeightsError> {
        Ok([
            self.next(3, 1, width, width)?,
            self.next(3, 1, width, width)?,
        ])
    }
}

/// A 16-bit float of IEEE 754.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let fraction = f32::from(bits & 0x3ff);
    match (bits >> 10) & 0x1f {
        0 => sign * fraction * 2.0_f32.powi(-24),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        exponent => sign * (1.0 + fraction / 1024.0) * 2.0_f32.powi(i32::from(exponent) - 15),
    }
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_decoded() {
        for (bits, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x0001, 5.960_464_5e-8),
            (0x7bff, 65504.0),
        ] {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7e00).is_nan());
        assert_eq!(half(0xfc00), f32::NEG_INFINITY);
    }

    #[test]
    fn the_trained_weights_fit_the_network() {
        let weights = Weights::trained().unwrap();
        assert!(weights.last.panels.iter().all(|weight| weight.is_finite()));
        assert!(TRAINED.len() < 2_000_000);
    }

    #[test]
    fn damage_is_told() {
        assert_eq!(Weights::read(b"PNG"), Err(WeightsError::Magic));
        assert_eq!(Weights::read(MAGIC), Err(WeightsError::Length));
        let mut bytes = TRAINED.to_vec();
        bytes[5000] ^= 1;
        assert_eq!(Weights::read(&bytes), Err(WeightsError::Checksum));
        assert_eq!(
            Weights::read(&TRAINED[..TRAINED.len() - 100]),
            Err(WeightsError::Checksum)
        );
    }

    #[test]
    fn another_networks_layers_are_refused() {
        let mut bytes = TRAINED[..TRAINED.len() - 8].to_vec();
        bytes[10] = 5;
        bytes.extend(fnv(&bytes).to_le_bytes());
        assert_eq!(Weights::read(&bytes), Err(WeightsError::Shape { index: 0 }));
    }
}
