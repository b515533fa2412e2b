//! What the stub does to the address space for a candidate, on the system calls: all of it lies within the
//! span that its first mapping has reserved.

use std::fs;
use std::ops::Range;
use std::process::Command;

use crate::common::stub;
use crate::damaged_loaders::changed_loaders;
use crate::ground::{Ground, NLD, compile};

/// The stub's system calls between the opening of the candidate and its closing.
fn calls(ground: &Ground) -> Vec<String> {
    let [candidate, trace, program] = ["candidate", "trace", "main"].map(|name| ground.path(name));
    let mut strace = Command::new("strace");
    strace
        .arg("-o")
        .arg(&trace)
        .arg("-E")
        .arg(format!("NIX_LD={}", candidate.display()));
    let output = strace
        .args(["-E", &format!("NIX_LD_LIBRARY_PATH={NLD}")])
        .arg(program)
        .output();
    output.expect("strace runs");
    let trace = fs::read_to_string(trace).expect("a trace");
    let opens = |call: &&str| {
        call.starts_with("openat(") && call.contains(&candidate.display().to_string())
    };
    let calls = trace.lines().skip_while(|call| !opens(call)).skip(1);
    calls
        .take_while(|call| !call.starts_with("close("))
        .map(str::to_owned)
        .collect()
}

/// The addresses that a call is about, `NAME(ADDRESS, LENGTH, ...) = ANSWER`, and its answer.
fn addresses(call: &str) -> (Option<usize>, usize, Option<usize>) {
    let number = |text: &str| match text.trim().strip_prefix("0x") {
        Some(digits) => usize::from_str_radix(digits, 16).ok(),
        None => text.trim().parse().ok(),
    };
    let arguments = call.split_once('(').expect("a call").1;
    let mut words = arguments.split([',', ')']);
    let address = words.next().and_then(number);
    let length = words.next().and_then(number).expect("a length");
    (
        address,
        length,
        call.rsplit_once("= ")
            .and_then(|(_, answer)| number(answer)),
    )
}

/// Checks the calls for one candidate, and tells how many it has checked.
fn check(calls: &[String], what: &str) -> usize {
    let mut span: Option<Range<usize>> = None;
    let mut checked = 0;
    for call in calls.iter().filter(|call| {
        ["mmap", "mprotect", "munmap"]
            .iter()
            .any(|name| call.starts_with(name))
    }) {
        let (address, length, answer) = addresses(call);
        let Some(address) = address else {
            // The first one, where the kernel likes. It may fail.
            assert!(
                call.starts_with("mmap(NULL") && span.is_none(),
                "{what}: {calls:#?}"
            );
            span = answer.map(|start| start..start + length.next_multiple_of(4096));
            continue;
        };
        let span = span.as_ref().expect("something is reserved first");
        let end = address
            .checked_add(length)
            .expect("it ends")
            .next_multiple_of(4096);
        assert!(
            span.start <= address && end <= span.end,
            "{what}: {call} is outside of {span:x?}"
        );
        checked += 1;
    }
    checked
}

#[test]
fn every_mapping_lies_in_the_reserved_span() {
    let ground = Ground::new();
    let loader = format!("-Wl,--dynamic-linker={}", stub().display());
    compile(
        &ground.path("main"),
        "int main(void) { return 0; }\n",
        &[&loader],
    );
    let mut checked = 0;
    for (what, bytes) in changed_loaders() {
        ground.write("candidate", &bytes);
        checked += check(&calls(&ground), what);
    }
    // Two for a loader that is laid out as the kernel likes it, more where the span has to be aligned.
    assert!(checked > 10, "only {checked} calls were seen");
}

#[test]
fn a_mapping_outside_of_the_span_is_seen() {
    let calls = [
        "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f0000000000",
        "mprotect(0x7f0000001000, 8192, PROT_READ) = 0",
    ];
    let inside = [calls[0].to_owned(), calls[1].replace("8192", "4096")];
    assert_eq!(check(&inside, "the control"), 1);
    let outside = calls.map(str::to_owned);
    assert!(std::panic::catch_unwind(|| check(&outside, "one page too many")).is_err());
}
