#![no_main]

use alkaid_reads::fuzz_targets;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzz_targets(bytes));
