//! The initial stack and the environment: what the pure half makes of them, against the naive model of the
//! tests.
//!
//! Input: flags, number of arguments (with 8 added for musl), number of auxiliary vector entries, these (kind, 2 bytes of value),
//! then strings, each up to a NUL: the arguments, then the environment.

#![no_main]

#[path = "../../tests/hostile/model.rs"]
mod model;
#[path = "../../tests/hostile/pure_half.rs"]
mod pure_half;

use libfuzzer_sys::fuzz_target;
use model::Start;

fuzz_target!(|input: &[u8]| {
    let Some((&[flags, argc, auxc], rest)) = input.split_first_chunk() else {
        return;
    };
    let (auxv, texts) = rest.split_at((usize::from(auxc % 32) * 3).min(rest.len()));
    let auxv = auxv.chunks_exact(3).map(|entry| {
        (
            usize::from(entry[0]).max(1),
            usize::from(entry[1]) << 8 | usize::from(entry[2]),
        )
    });
    let mut auxv: Vec<_> = auxv.collect();
    // The stub refuses a stack without.
    auxv.push((loader_stub::stack::at::ENTRY, 99));

    let mut texts: Vec<_> = texts.split(|&byte| byte == 0).map(<[u8]>::to_vec).collect();
    let envp = texts.split_off(usize::from(argc % 8).min(texts.len()));
    let bit = |number: u8| flags & 1 << number != 0;
    let start = Start {
        // With no arguments a stub that is started directly only prints its help.
        direct: bit(1) && texts.len() > 1,
        argv: texts,
        envp,
        secure: bit(0),
        musl: argc & 8 != 0,
        baked: (
            bit(2).then(|| b"/baked.so".to_vec()),
            bit(3).then(|| b"/baked".to_vec()),
            bit(4),
        ),
    };
    let readable = |path: &[u8]| bit(5 + path.len() as u8 % 3);
    let expected = model::effect(&start, "x86_64_linux", readable);
    let seen = pure_half::effect(&start, &auxv, readable);
    assert_eq!(seen.normal(start.musl), expected.normal(start.musl));
});
