//! Times the embedded bundle, section by section, in a fresh process.

use std::time::Instant;

use alkaid_genome::Bundle;

fn main() {
    let started = Instant::now();
    let mut last = 0.0;
    let mut step = |what: &str| {
        let now = started.elapsed().as_secs_f64() * 1000.0;
        println!("{what:<28}{:8.2} ms", now - last);
        last = now;
    };
    let bundle = Bundle::embedded();
    step("Bundle::embedded()");
    bundle.alk();
    step("alk()");
    bundle.alk_locus();
    step("alk_locus()");
    bundle.repeat_mask();
    step("repeat_mask()");
    bundle.transcripts();
    step("transcripts()");
    bundle.sequences().count();
    step("sequences()");
    bundle.transcript("LRG_458t1");
    step("transcript()");
    bundle.genes_at("chr2", 29_223_527);
    step("genes_at()");
    bundle.loci();
    step("loci()");
    bundle.band("chr2", 29_223_527);
    step("band()");
    bundle.grch37_offsets();
    step("grch37_offsets()");
    bundle.proteome();
    step("proteome()");
}
