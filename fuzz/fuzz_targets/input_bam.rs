#![no_main]

use alkaid_reads::input::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    fuzzing::bam(bytes);
    fuzzing::bam(&[b"BAM\x01\0\0\0\0\0\0\0\0", bytes].concat());
    fuzzing::listed(bytes);
});
