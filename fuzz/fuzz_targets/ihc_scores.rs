#![no_main]

use alkaid_ihc::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::scores(bytes));
