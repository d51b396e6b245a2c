#![no_main]

use alkaid_genome::Bundle;
use alkaid_genome::bundle::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The file around the sections, then the sections, which checksums hide.
    let _ = Bundle::from_bytes(bytes.to_vec());
    fuzzing::section(bytes);
});
