#![no_main]

use alkaid_genome::build::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::fasta(bytes));
