//! The baked configuration: reading any section, and writing what was read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use loader_stub::baked::Baked;

fuzz_target!(|section: &[u8]| {
    let Ok(baked) = Baked::parse(section) else {
        return;
    };
    if let Some(written) = baked.encode() {
        assert_eq!(Baked::parse(&written), Ok(baked));
    } else {
        assert!(
            section.len() > loader_stub::baked::SIZE / 2,
            "it has room for what it had"
        );
    }
});
