//! The sieve on reads that do not touch ALK (nearly all) and on reads that do: `cargo bench -p alkaid-reads`.

use std::hint::black_box;

use alkaid_genome::Bundle;
use alkaid_reads::{Anatomy, Sieve};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Reads per iteration.
const READS: usize = 1_000;

fn reads_of(sequence: &[u8], length: usize) -> Vec<&[u8]> {
    let step = sequence.len().saturating_sub(length).max(READS) / READS;
    sequence
        .windows(length)
        .step_by(step.max(1))
        .take(READS)
        .collect()
}

fn sieve(criterion: &mut Criterion) {
    let bundle = Bundle::embedded();
    let anatomy = Anatomy::new(bundle);
    let sieve = Sieve::new(&anatomy);
    let other: Vec<u8> = bundle
        .sequences()
        .filter(|(transcript, _)| transcript.gene != "ALK")
        .take(100)
        .flat_map(|(_, sequence)| sequence.unpack())
        .collect();
    let mut group = criterion.benchmark_group("sieve");
    group.throughput(Throughput::Elements(READS as u64));
    for length in [100, 150] {
        for (name, sequence) in [
            ("other transcripts", &other),
            ("ALK locus", &anatomy.sequence),
        ] {
            let reads = reads_of(sequence, length);
            group.bench_function(format!("{name}, {length} nt"), |bencher| {
                bencher.iter(|| {
                    reads
                        .iter()
                        .filter(|read| sieve.hits(black_box(read)))
                        .count()
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, sieve);
criterion_main!(benches);
