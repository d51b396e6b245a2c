#![no_main]

use std::io::Read;

use alkaid_reads::input::fuzzing;
use flate2::read::MultiGzDecoder;
use libfuzzer_sys::fuzz_target;

// What both decoders accept must be the same text. Only ours looks at BGZF's own fields and at what follows the data.
fuzz_target!(|bytes: &[u8]| {
    let mut expected = Vec::new();
    let accepted = MultiGzDecoder::new(bytes).take(1 << 26).read_to_end(&mut expected).is_ok();
    for inflated in [fuzzing::gzip(bytes), fuzzing::bgzf(bytes)].into_iter().flatten() {
        assert!(!accepted || inflated == expected);
    }
});
