//! The baked configuration: reading any section, and writing what was read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use loader_stub::baked::Baked;
use loader_stub::c_library::CLibrary;

fuzz_target!(|section: &[u8]| {
    let parse = |section| {
        let glibc = Baked::parse(section, CLibrary::Glibc)?;
        Baked::parse(section, CLibrary::Musl).map(|musl| (glibc, musl))
    };
    let Ok((glibc, musl)) = parse(section) else {
        return;
    };
    if let Some(written) = glibc.encode_with_musl(&musl) {
        assert_eq!(parse(&written), Ok((glibc, musl)));
    } else {
        assert!(
            section.len() > loader_stub::baked::SIZE / 2,
            "it has room for what it had"
        );
    }
});
