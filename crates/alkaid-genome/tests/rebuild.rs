//! The embedded bundle is what its recipe makes.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use alkaid_genome::{BuildInputs, Bundle, ExonNumber, build};

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

/// The folder of reference files; without it, a line that says so.
fn reference(what: &str) -> Option<PathBuf> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../../shared/reference"]
        .iter()
        .collect();
    if folder.is_dir() {
        return Some(folder);
    }
    // Past the capture of the test harness: a test that did not run is seen.
    let _ = writeln!(
        std::io::stderr(),
        "skipped: {what}, {} is absent",
        folder.display()
    );
    None
}

#[test]
fn the_default_bundle_is_rebuilt_byte_for_byte() {
    let Some(reference) = reference("the default bundle is not rebuilt") else {
        return;
    };
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

/// Every coding end of every exon of MANE, as the table states it.
#[test]
fn coding_ends_are_those_of_the_table() {
    let Some(reference) = reference("coding ends are not compared with the table") else {
        return;
    };
    let file = std::fs::File::open(reference.join("gene_exons.tsv.gz")).unwrap();
    let lines = std::io::BufReader::new(flate2::read::GzDecoder::new(file)).lines();
    let bundle = Bundle::embedded();
    let mut compared = 0;
    for line in lines.skip(1) {
        let line = line.unwrap();
        let fields: Vec<&str> = line.split('\t').collect();
        let (id, select, number, end) = (fields[2], fields[5], fields[8], fields[15]);
        if select != "MANE_Select" || fields[12].is_empty() {
            continue;
        }
        let transcript = bundle.transcript(id).unwrap();
        assert_eq!(transcript.id, id);
        let exon = transcript
            .exon(ExonNumber(number.parse().unwrap()))
            .unwrap();
        let last = transcript.last_cds_of(exon).unwrap();
        assert_eq!(last.0.to_string(), end, "{id} exon {number}");
        compared += 1;
    }
    assert!(compared > 150_000, "{compared}");
}
