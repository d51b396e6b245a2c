#![no_main]

use alkaid_pathway::foreign::{Foreign, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // What reads must also be checked without a panic.
    if let Ok(Foreign::Equations(model)) = parse(text) {
        let _ = model.system();
    }
});
