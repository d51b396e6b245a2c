#![no_main]

use std::path::Path;

use alkaid_case::manifest::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: String| {
    // Refused or not, it does not panic, and what is refused is told in words.
    if let Err(error) = parse(Path::new("case.toml"), text) {
        assert!(!error.to_string().is_empty());
    }
});
