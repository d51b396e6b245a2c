//! The embedded bundle is what its recipe makes.

use std::path::{Path, PathBuf};
use std::time::Instant;

use alkaid_genome::{BuildInputs, Bundle, build};

/// The files of `scripts/build-bundle`, in its order.
fn inputs(reference: &Path) -> BuildInputs {
    let file = |name: &str| reference.join(name);
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
        grch37: vec![
            file("../knowledge/alk_exons.tsv"),
            Path::new(env!("CARGO_MANIFEST_DIR")).join("data/grch37_genes.tsv"),
        ],
        ..BuildInputs::default()
    }
}

#[test]
fn the_default_bundle_is_rebuilt_byte_for_byte() {
    let reference: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../../shared/reference"]
        .iter()
        .collect();
    if !reference.is_dir() {
        // To the terminal even when the test passes.
        use std::io::Write;
        let _ = writeln!(
            std::io::stderr(),
            "skipped: the default bundle is not rebuilt, {} is absent",
            reference.display()
        );
        return;
    }
    let started = Instant::now();
    let bundle = build(&inputs(&reference), &mut |_, _, _| ()).unwrap();
    let embedded = Bundle::embedded();
    assert_eq!(bundle.meta().notes, embedded.meta().notes);
    assert_eq!(bundle.meta().sources, embedded.meta().sources);
    assert_eq!(bundle.meta().counts, embedded.meta().counts);
    assert_eq!(bundle.sections(), embedded.sections());
    assert!(bundle.as_bytes() == embedded.as_bytes());
    println!("rebuilt in {:.1} s", started.elapsed().as_secs_f64());
}
