//! Builds the default bundle from a folder of reference files, without the
//! command line program: `cargo run --release -p alkaid-genome --example build
//! -- REFERENCE_DIR OUT`.

use std::path::{Path, PathBuf};

use alkaid_genome::{BuildInputs, build};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: build REFERENCE_DIR OUT".into());
    };
    let inputs = default_inputs(&folder);
    let mut last = String::new();
    let bundle = build(&inputs, &mut |stage, _, _| {
        if stage != last {
            eprintln!("{stage}");
            last = stage.to_owned();
        }
    })?;
    bundle.write(&out)?;
    println!("{}", serde_json::to_string_pretty(bundle.meta())?);
    for section in bundle.sections() {
        println!("{} {} {}", section.tag, section.stored, section.raw);
    }
    Ok(())
}

/// The files of the default bundle, in the order of `scripts/build-bundle`.
fn default_inputs(folder: &Path) -> BuildInputs {
    let file = |name: &str| folder.join(name);
    let extra = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/grch37_genes.tsv");
    let mut grch37 = vec![file("../knowledge/alk_exons.tsv")];
    grch37.extend(Some(extra).filter(|extra| extra.exists()));
    BuildInputs {
        transcripts: vec![file("transcripts.fa.gz")],
        annotation: vec![
            file("gene_exons.tsv.gz"),
            file("transcripts.gtf.gz"),
            file("partner_isoforms.tsv.gz"),
        ],
        loci: vec![
            file("alk_locus.fa.gz"),
            file("partner_loci.fa.gz"),
            file("eml4_partial.fa.gz"),
        ],
        background: vec![file("background.fa.gz")],
        proteome: Some(file("proteome.fa.gz")),
        domains: Some(file("domains.tsv")),
        cytobands: Some(file("cytobands_grch38.tsv")),
        grch37,
        ..BuildInputs::default()
    }
}
