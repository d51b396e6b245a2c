//! The forward pass against PyTorch's, on a plane that `training/export.py` makes.

use std::num::NonZeroUsize;

use alkaid_imaging::nuclei::map::{Map, Spare};
use alkaid_imaging::nuclei::network::{ANSWERS, forward};
use alkaid_imaging::nuclei::weights::Weights;
use ndarray::{Array2, ArrayView2};

const FIXTURE: &[u8] = include_bytes!("data/nuclei-network.bin");
const HEIGHT: usize = 32;
const WIDTH: usize = 48;

#[test]
fn answers_equal_those_of_pytorch() {
    let (values, rest) = FIXTURE.as_chunks::<4>();
    assert!(rest.is_empty());
    let values: Vec<f32> = values
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    let (plane, expected) = values.split_at(HEIGHT * WIDTH);
    assert_eq!(expected.len(), HEIGHT / 2 * WIDTH / 2 * ANSWERS);
    let plane = ArrayView2::from_shape((HEIGHT, WIDTH), plane).unwrap();
    let linear = plane.mapv(|value| value.clamp(-0.5, 3.0));
    let logarithm: Array2<f32> =
        linear.mapv(|value| (20.0 * value.max(0.0)).ln_1p() / 21.0_f32.ln());
    let input = Map::folded([linear.view(), logarithm.view()]);
    let weights = Weights::trained().unwrap();
    // The second pass runs on the buffers of the first.
    let mut spare = Spare::default();
    for threads in [1, 3] {
        let threads = NonZeroUsize::new(threads).unwrap();
        let answers = forward(&weights, &input, &mut spare, threads);
        for (index, expected) in expected.chunks(ANSWERS).enumerate() {
            let cell = answers.cell(index / (WIDTH / 2), index % (WIDTH / 2));
            for (channel, (value, expected)) in cell.iter().zip(expected).enumerate() {
                assert!(
                    (value - expected).abs() < 1e-3,
                    "cell {index}, channel {channel}: {value}, PyTorch {expected}"
                );
            }
        }
        spare.give(answers);
    }
}
