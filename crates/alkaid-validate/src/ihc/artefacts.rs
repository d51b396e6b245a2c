//! Cells and areas that may be taken for stained tumour.

use std::fmt::Write as _;

use alkaid_ihc::finding::Artefact;
use alkaid_simulate::ihc::{ArtefactPlan, CellKind, IhcPlan, section};

use super::{measured, on};

/// Artefacts that are pointed out, and tumour cells that are taken for one.
pub fn artefacts(seed: u64) -> anyhow::Result<String> {
    let mut text = String::from(
        "| artefact | simulated | pointed out | tumour cells taken for one |\n|---|---|---|---|\n",
    );
    let rows = [
        (
            "macrophage with dots",
            CellKind::Macrophage,
            Artefact::Stipple,
        ),
        ("signet-ring cell", CellKind::SignetRing, Artefact::ThinRim),
        (
            "gland, brown towards the lumen",
            CellKind::ApicalGland,
            Artefact::ApicalMembrane,
        ),
        ("ganglion cell", CellKind::Ganglion, Artefact::LargeCell),
    ];
    let mut counts = [[0_u64; 3]; 4];
    let (mut tumour, mut pools, mut named) = (0_u64, 0_u64, 0_u64);
    for index in 0..4 {
        let plan = IhcPlan {
            seed: seed + 200 + index,
            artefacts: ArtefactPlan {
                macrophages: 10,
                mucin: 2,
                signet_rings: 8,
                apical_glands: 2,
                ganglion_cells: 4,
            },
            ..IhcPlan::default()
        };
        let made = section(&plan);
        let found = measured(&plan, &made)?;
        for truth in &made.cells {
            let here = on(&found.cells, truth, plan.pixel_um);
            for (count, (_, kind, artefact)) in counts.iter_mut().zip(&rows) {
                let shown = here.is_some_and(|cell| cell.artefacts.contains(artefact));
                if truth.kind == *kind {
                    count[0] += 1;
                    count[1] += u64::from(shown);
                } else if truth.kind == CellKind::Tumour {
                    count[2] += u64::from(shown);
                }
            }
            tumour += u64::from(truth.kind == CellKind::Tumour);
        }
        pools += 2;
        named += found
            .report
            .artefacts
            .iter()
            .find(|finding| finding.artefact == Artefact::StainWithoutNuclei)
            .map_or(0, |finding| finding.count.min(2));
    }
    for ([simulated, shown, wrong], (name, _, _)) in counts.iter().zip(&rows) {
        writeln!(
            text,
            "| {name} | {simulated} | {shown} | {wrong} of {tumour} |"
        )?;
    }
    writeln!(text, "| mucin | {pools} | {named} | |")?;
    for (name, plan, artefact) in [
        (
            "stain all over",
            IhcPlan {
                seed: seed + 300,
                background: 0.15,
                ..IhcPlan::default()
            },
            Artefact::OverStaining,
        ),
        (
            "edge twice as strong",
            IhcPlan {
                seed: seed + 301,
                edge: 2.2,
                ..IhcPlan::default()
            },
            Artefact::EdgeEffect,
        ),
    ] {
        let found = measured(&plan, &section(&plan))?;
        let shown = found
            .report
            .artefacts
            .iter()
            .any(|finding| finding.artefact == artefact);
        writeln!(text, "| {name} | 1 section | {} | |", u8::from(shown))?;
    }
    Ok(text)
}
