#![no_main]

use alkaid_imaging::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::regions(bytes));
