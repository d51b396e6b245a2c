#![no_main]

use alkaid_reads::input::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::fastq(bytes));
