#![no_main]

use alkaid_tables::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::vcf(bytes));
