//! The first walk: one field for itself.

use std::hash::{DefaultHasher, Hash, Hasher};

use alkaid_imaging::nuclei::{self, Method, NucleiError};
use alkaid_imaging::regions::Regions;
use alkaid_imaging::spots::colours::{reject_granules, shares};
use alkaid_imaging::spots::detect;
use alkaid_imaging::spots::shift::{Displacement, displacements, fit};
use alkaid_imaging::{Channel, Field, Labels, Origin, PixelSize, Spot, SpotSet};
use ndarray::Array2;

use crate::analyse::{AnalyseError, AnalyseOptions, Nuclei};
use crate::quality::{self, Shape};

/// Red and green further apart than this do not tell the chromatic shift, micrometres.
const SHIFT_REACH_UM: f64 = 1.2;
/// Diameter of a nucleus in a section of lung tissue, micrometres: 6 to 15. An assumption; the network looks again where
/// nuclei turn out to have another size.
const NUCLEUS_UM: f64 = 9.5;

/// What is kept of a field: no pixels.
#[derive(Debug)]
pub(crate) struct Seen {
    pub name: String,
    /// What no other field shares: a hash of its counterstain.
    pub same: u64,
    pub planes: usize,
    pub height: usize,
    pub width: usize,
    pub pixel: PixelSize,
    /// One a nucleus, in the order of labels, and whether its centroid is where one was to look.
    pub shapes: Vec<(Shape, bool)>,
    /// The largest label.
    pub labels: u32,
    pub red: SpotSet,
    pub green: SpotSet,
    pub displacements: Vec<Displacement>,
    /// Shares of light, green in red and red in green, at places of lone signals.
    pub shares: [Vec<f64>; 2],
    pub saturated: Vec<&'static str>,
}

/// Looks at a field. Returns what is to be kept of it, and its nuclei's labels.
pub(crate) fn look(
    field: &Field,
    nuclei: Nuclei<'_>,
    region: Option<&Regions>,
    options: &AnalyseOptions<'_>,
) -> Result<(Seen, Labels), AnalyseError> {
    let name = || field.name.clone();
    if field.origin == Origin::Picture {
        return Err(AnalyseError::Picture { field: name() });
    }
    let Some(pixel) = field.pixel else {
        return Err(AnalyseError::NoPixelSize { field: name() });
    };
    let channel = |role: &'static str, index: usize| -> Result<&Channel, AnalyseError> {
        field
            .channels
            .get(index)
            .ok_or_else(|| AnalyseError::NoChannel {
                field: name(),
                role,
                index,
                channels: field.channels.len(),
            })
    };
    if region.is_some_and(|region| region.mask.dim() != (field.shape().1, field.shape().2)) {
        return Err(AnalyseError::Regions { field: name() });
    }
    if region.is_some_and(|region| !region.mask.iter().any(|&inside| inside)) {
        return Err(AnalyseError::OutsideRegions { field: name() });
    }
    let dapi = channel("DAPI", options.roles.dapi)?;
    let red = channel("the 3' side", options.roles.red)?;
    let green = channel("the 5' side", options.roles.green)?;
    if red.stack == green.stack && red.stack.iter().any(|&count| count != red.stack[[0, 0, 0]]) {
        return Err(AnalyseError::SamePicture { field: name() });
    }
    let dapi_plane = dapi.maximum_projection();
    let labels = match nuclei {
        Nuclei::Given(labels) => labels.clone(),
        Nuclei::Segmented(method) => segmented(&dapi_plane, method, pixel, options.threads)
            .map_err(|source| AnalyseError::Nuclei {
                field: name(),
                source,
            })?,
    };
    // The labels must fit before anything is measured under them; `detect` checks that.
    let signals = |channel: &Channel| detect(&channel.stack, &labels, pixel, &options.spots);
    let (reds, greens) = if options.threads > 1 {
        both(|| signals(red), || signals(green))
    } else {
        (signals(red), signals(green))
    };
    let failed = |source| AnalyseError::Spots {
        field: name(),
        source,
    };
    let (mut reds, mut greens) = (reds.map_err(failed)?, greens.map_err(failed)?);
    reject_granules(&mut reds, &mut greens);
    let (planes, height, width) = field.shape();
    let displacements = displacements(&reds, &greens, SHIFT_REACH_UM / pixel_um(pixel));
    let shift = fit(&displacements, [width as f64 / 2.0, height as f64 / 2.0]);
    let shares = [
        shares(&greens, &reds, &shift.reversed()),
        shares(&reds, &greens, &shift),
    ];
    reds.forget_plane();
    greens.forget_plane();
    let inside = |shape: &Shape| {
        let [x, y] = shape.centre_px.map(|place| place.round() as usize);
        region.is_none_or(|region| region.mask[[y, x]])
    };
    let seen = Seen {
        name: name(),
        same: content(dapi),
        planes,
        height,
        width,
        pixel,
        shapes: quality::measure(&dapi_plane, &labels, pixel, quality::limits())
            .into_iter()
            .map(|shape| {
                let inside = inside(&shape);
                (shape, inside)
            })
            .collect(),
        saturated: [("3' signals", &reds, red), ("5' signals", &greens, green)]
            .into_iter()
            .filter(|(_, set, channel)| saturated(set, channel))
            .map(|(what, ..)| what)
            .collect(),
        labels: labels.count,
        red: reds,
        green: greens,
        displacements,
        shares,
    };
    Ok((seen, labels))
}

fn content(channel: &Channel) -> u64 {
    let mut hasher = DefaultHasher::new();
    channel.stack.hash(&mut hasher);
    hasher.finish()
}

/// Two pieces of work at once.
fn both<T: Send>(first: impl FnOnce() -> T + Send, second: impl FnOnce() -> T) -> (T, T) {
    std::thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        match first.join() {
            Ok(first) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn segmented(
    dapi: &Array2<f32>,
    method: Method,
    pixel: PixelSize,
    threads: usize,
) -> Result<Labels, NucleiError> {
    let options = nuclei::Options {
        method,
        diameter_px: Some((NUCLEUS_UM / pixel_um(pixel)) as f32),
        threads,
    };
    nuclei::segment(dapi.view(), &options)
}

/// Whether one signal in ten reaches the count at which the channel is full.
fn saturated(set: &SpotSet, channel: &Channel) -> bool {
    let (planes, height, width) = channel.stack.dim();
    let full = |spot: &&Spot| {
        let (x, y) = (
            spot.x_px.round().max(0.0) as usize,
            spot.y_px.round().max(0.0) as usize,
        );
        x < width
            && y < height
            && (0..planes).any(|z| channel.stack[[z, y, x]] >= channel.saturation)
    };
    10 * set.accepted().filter(full).count() > set.accepted().count()
}

/// Side of a square pixel of the same area.
pub(crate) fn pixel_um(pixel: PixelSize) -> f64 {
    (pixel.x_um * pixel.y_um).sqrt()
}
