//! valgrind: executes the stub and the real loader like everything else, and says so if it is asked: see `map` in
//! `loader-stub/src/image.rs`.

use crate::common::Plan;
use crate::host::Host;

const OPTIONS: [&str; 4] = [
    "-q",
    "--error-exitcode=9",
    "--leak-check=full",
    "--read-var-info=no",
];

/// `rol rdi, 3`, `rol rdi, 13`, `rol rdi, 61`, `rol rdi, 51`, `xchg rbx, rbx`
const QUESTION: [u8; 19] = [
    0x48, 0xc1, 0xc7, 3, 0x48, 0xc1, 0xc7, 13, 0x48, 0xc1, 0xc7, 61, 0x48, 0xc1, 0xc7, 51, 0x48,
    0x87, 0xdb,
];

pub fn finds_no_errors_but_the_programs_own(plan: Plan) {
    let host = Host::new(plan);
    let program = host.program("heap.c", &[]);
    let run = |args: &[&str]| host.run("valgrind", &[&OPTIONS[..], args].concat());
    let (output, text) = run(&[&program]);
    assert!(output.status.success() && text == "1\n", "{text}");

    let (output, text) = run(&[&program, "wrongly"]);
    assert_eq!(output.status.code(), Some(9), "{text}");
    assert!(
        text.contains("Invalid write of size 1") && text.contains("main (heap.c:"),
        "{text}"
    );

    // The question by which the stub recognises valgrind, and as many bytes that do nothing.
    let stub = host.stub_with(&QUESTION, &[0x90; QUESTION.len()]);
    let program = host.program_with(&stub, "heap.c", &[]);
    let (output, text) = run(&[&program]);
    assert_eq!(output.status.code(), Some(9), "the control: {text}");
    assert!(
        text.contains("Invalid read of size 16"),
        "the control: {text}"
    );
}
