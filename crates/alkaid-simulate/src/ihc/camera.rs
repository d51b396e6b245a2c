//! From amounts of dye to counts of a camera.

use alkaid_imaging::brightfield::Rgb;
use alkaid_imaging::stain::StainVectors;
use image::codecs::jpeg::JpegEncoder;

use super::IhcPlan;
use super::paint::Dyes;
use crate::draws::{Draws, Purpose};

/// The dyes' vectors: the published ones, each turned by the plan's angle.
pub(super) fn vectors(plan: &IhcPlan) -> StainVectors {
    let mut draws = Draws::new(plan.seed, Purpose::Layout, 0x1c, 10);
    let published = StainVectors::RUIFROK.normalised();
    StainVectors {
        haematoxylin: turned(published.haematoxylin, plan.camera.turn_degrees, &mut draws),
        dab: turned(published.dab, plan.camera.turn_degrees, &mut draws),
    }
}

/// A vector turned by an angle in a random direction; no channel becomes negative.
fn turned(vector: [f64; 3], degrees: f64, draws: &mut Draws) -> [f64; 3] {
    let random = [draws.normal(), draws.normal(), draws.normal()];
    let along: f64 = random.iter().zip(vector).map(|(a, b)| a * b).sum();
    let mut across = [0, 1, 2].map(|c| random[c] - along * vector[c]);
    let length = across.iter().map(|v| v * v).sum::<f64>().sqrt().max(1e-9);
    across = across.map(|v| v / length);
    let (sin, cos) = degrees.to_radians().sin_cos();
    let turned = [0, 1, 2].map(|c| (cos * vector[c] + sin * across[c]).max(0.0));
    let length = turned.iter().map(|v| v * v).sum::<f64>().sqrt().max(1e-9);
    turned.map(|v| v / length)
}

pub(super) fn photograph(plan: &IhcPlan, vectors: &StainVectors, dyes: &Dyes) -> Rgb {
    let (width, height) = (plan.width as usize, plan.height as usize);
    let camera = &plan.camera;
    let sigma = camera.blur_um / plan.pixel_um;
    let mut draws = Draws::new(plan.seed, Purpose::Layout, 0x1c, 11);
    let mut picture = Rgb::filled(width, height, [0; 3]);
    let mut light = vec![0.0_f32; width * height];
    for channel in 0..3 {
        let (h, d) = (
            vectors.haematoxylin[channel] as f32,
            vectors.dab[channel] as f32,
        );
        for (value, (haematoxylin, dab)) in light
            .iter_mut()
            .zip(dyes.haematoxylin.iter().zip(&dyes.dab))
        {
            *value = 10_f32.powf(-(h * haematoxylin + d * dab));
        }
        // Light is blurred, not density.
        blur(&mut light, width, height, sigma);
        let white = camera.white[channel] as f32;
        let gamma = camera.gamma as f32;
        for (index, value) in light.iter().enumerate() {
            let shown = 255.0 * (white / 255.0 * value).powf(gamma);
            let noise = (camera.noise * draws.normal()) as f32;
            picture.pixels[3 * index + channel] = (shown + noise).round().clamp(0.0, 255.0) as u8;
        }
    }
    match camera.jpeg {
        Some(quality) => through_jpeg(&picture, quality).unwrap_or(picture),
        None => picture,
    }
}

/// A separable Gaussian; the picture goes on at its edges as it ends there.
fn blur(plane: &mut [f32], width: usize, height: usize, sigma: f64) {
    if sigma < 0.05 {
        return;
    }
    let reach = (3.0 * sigma).ceil() as usize;
    let weights: Vec<f32> = (0..=2 * reach)
        .map(|k| {
            let away = (k as f64 - reach as f64) / sigma;
            (-0.5 * away * away).exp() as f32
        })
        .collect();
    let total: f32 = weights.iter().sum();
    let mut run = |count: usize, length: usize, place: &dyn Fn(usize, usize) -> usize| {
        let mut padded = vec![0.0; length + 2 * reach];
        for line in 0..count {
            for (k, value) in padded.iter_mut().enumerate() {
                *value = plane[place(line, k.saturating_sub(reach).min(length - 1))];
            }
            for k in 0..length {
                let sum: f32 = weights.iter().zip(&padded[k..]).map(|(w, v)| w * v).sum();
                plane[place(line, k)] = sum / total;
            }
        }
    };
    run(height, width, &|row, k| row * width + k);
    run(width, height, &|column, k| k * width + column);
}

fn through_jpeg(picture: &Rgb, quality: u8) -> Option<Rgb> {
    let (width, height) = (picture.width as u32, picture.height as u32);
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100))
        .encode(
            &picture.pixels,
            width,
            height,
            image::ExtendedColorType::Rgb8,
        )
        .ok()?;
    let decoded = image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg).ok()?;
    Some(Rgb {
        width: picture.width,
        height: picture.height,
        pixels: decoded.into_rgb8().into_raw(),
    })
}
