//! Makes a section with its truth: `cargo run --example ihc -- out/section`.

use std::path::Path;

use alkaid_simulate::ihc::{ArtefactPlan, IhcPlan, PictureForm, section, write_section};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let prefix = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "section".to_owned());
    let plan = IhcPlan {
        artefacts: ArtefactPlan {
            macrophages: 4,
            mucin: 1,
            signet_rings: 3,
            apical_glands: 1,
            ganglion_cells: 1,
        },
        ..IhcPlan::default()
    };
    let made = section(&plan);
    let files = write_section(Path::new(&prefix), &plan, &made, PictureForm::Png)?;
    println!(
        "{} with {} cells",
        files.picture.display(),
        made.cells.len()
    );
    Ok(())
}
