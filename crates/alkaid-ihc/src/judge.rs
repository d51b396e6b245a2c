//! What a cell's measurements mean: class, pattern, artefacts.
//!
//! The limits here are choices of this program, set on simulated sections of development seeds; `docs/ihc.md` lists
//! them.

use crate::cells::Measured;
use crate::finding::{Artefact, Class, Pattern};
use crate::kit::CutOffs;

/// DAB at the nucleus' rim over that on both sides from which the rim is what is stained.
const RIM: f32 = 1.22;
/// DAB of the outer part of the ring over the inner from which the membrane is what is stained.
const OUTER: f32 = 1.45;
/// DAB of the nucleus over that of the cytoplasm from which the nucleus is stained too. Cytoplasm above and below a
/// nucleus gives it about a sixth.
const NUCLEAR: f32 = 0.65;
/// Granularity from which stain is granular.
pub(crate) const GRANULAR: f32 = 0.15;
/// Share of the inner ring in coarse dots: from here ...
const DOTS_LEAST: f32 = 0.02;
/// ... to here a pale cell is stippled.
const DOTS_MOST: f32 = 0.35;
/// Stain above this in one pale cell is no stipple.
const PALE: f32 = 0.16;
/// Area of a nucleus from which a stained cell is very large, square micrometres.
const LARGE_UM2: f64 = 100.0;

/// Where a cell lies, as far as its tile tells.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Surroundings {
    /// Beside a pale vacuole with a brown rim.
    pub(crate) vacuole: bool,
    /// Mean DAB of the cell's pixels beside a lumen, and elsewhere.
    pub(crate) lumen_dab: Option<(f32, f32)>,
}

/// Sets class, pattern, artefacts and doubt.
pub(crate) fn judge(measured: &mut Measured, around: Surroundings, cut_offs: &CutOffs) {
    let stained = [
        measured.cell.dab,
        measured.cell.nuclear_dab,
        measured.rim_dab,
        measured.outer_dab,
    ]
    .into_iter()
    .any(|dab| f64::from(dab) >= cut_offs.dab[0]);
    let cell = &mut measured.cell;
    cell.class = cut_offs.class(f64::from(cell.dab));
    cell.doubt = cut_offs.doubt(f64::from(cell.dab)) as f32;
    cell.pattern = match () {
        () if !stained => Pattern::None,
        () if cell.rim_over_sides >= RIM => Pattern::NuclearMembrane,
        () if cell.outer_over_inner >= OUTER => Pattern::Membranous,
        () if cell.nuclear_dab >= NUCLEAR * cell.dab => Pattern::NuclearAndCytoplasmic,
        () if cell.granularity >= GRANULAR => Pattern::Granular,
        () => Pattern::Cytoplasmic,
    };
    let pale = measured.median_dab < PALE;
    let dots = (DOTS_LEAST..DOTS_MOST).contains(&measured.dots);
    if pale && dots && cell.outer_over_inner < 2.0 * OUTER {
        cell.artefacts.push(Artefact::Stipple);
    }
    if around.vacuole {
        cell.artefacts.push(Artefact::ThinRim);
    }
    if around
        .lumen_dab
        .is_some_and(|(lumen, rest)| lumen > cut_offs.dab[1] as f32 && rest < 0.5 * lumen)
    {
        cell.artefacts.push(Artefact::ApicalMembrane);
    }
    if cell.nucleus_um2 >= LARGE_UM2 && cell.class > Class::Negative {
        cell.artefacts.push(Artefact::LargeCell);
    }
}
