//! The command itself: text, JSON, exit status, what it does with bad input

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::system::System;

/// Runs ldshim here.
fn ldshim(args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    command
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    // It may have ended before it read anything.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[test]
fn the_text_has_each_finding_with_its_advice_and_counts() {
    let output = System::new().ldshim(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with(
            "1 problem, no warnings\nstub\n  problem  nothing is at /lib64/ld-linux-x86-64.so.2"
        ),
        "{text}"
    );
    assert!(
        text.contains("\n  do       On NixOS: programs.nix-ld.enable = true;"),
        "{text}"
    );
    assert!(!text.contains('\x1b'), "colours are for terminals");

    let output = System::with_stub().ldshim(&["doctor"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn control_characters_of_variables_do_not_reach_the_terminal() {
    let mut system = System::with_stub();
    system.set("NIX_LD", "/gone\x1b[31m");
    let output = system.ldshim(&["doctor"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("NIX_LD names /gone") && !text.contains('\x1b'),
        "{text}"
    );
}

#[test]
fn variables_that_are_no_utf_8_are_told_as_far_as_they_can_be() {
    use std::os::unix::ffi::OsStringExt;
    let mut system = System::with_stub();
    let value = std::ffi::OsString::from_vec(b"/gone\xff".to_vec());
    system.set("NIX_LD", value.clone());
    system.set("NIX_LD_LIBRARY_PATH", value);
    let report = system.doctor();
    assert!(
        report.has("loader-gone") && report.has("directory-gone"),
        "{report:?}"
    );
}

#[test]
fn a_message_is_explained_with_the_names_in_it() {
    let message = "./tool: error while loading shared libraries: libfoo.so.1: cannot open shared object file: No such file or \
                   directory";
    let output = ldshim(&["doctor", "--json", "--message", message], b"");
    assert_eq!(output.status.code(), Some(0));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["known"], true);
    let message = &json["messages"][0];
    assert_eq!(message["code"], "missing-library");
    assert_eq!(message["names"][0]["name"], "library");
    assert_eq!(message["names"][0]["value"], "libfoo.so.1");
    assert!(
        message["advice"]
            .as_str()
            .unwrap()
            .contains("`ldshim locate libfoo.so.1`")
    );
}

#[test]
fn a_log_on_standard_input_is_explained_message_by_message() {
    let log = b"starting\nx: libz.so.1: cannot open shared object file\nx: libGL.so.1: cannot open shared object file\n\
                y: liby.so.2: cannot open shared object file\nx: libz.so.1: cannot open shared object file: again\n\xff\xfe\n";
    let output = ldshim(&["doctor", "--json", "--message", "-"], log);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let messages: Vec<_> = { json["messages"].as_array().unwrap().iter() }
        .map(|it| {
            (
                &it["code"],
                it["names"].as_array().unwrap().len(),
                &it["names"][0]["value"],
            )
        })
        .collect();
    // Each with its own name, each once, in the order of the log.
    for (found, (code, name)) in messages.iter().zip([
        ("missing-library", "libz.so.1"),
        ("opengl", "libGL.so.1"),
        ("missing-library", "liby.so.2"),
    ]) {
        assert_eq!((found.0, found.1, found.2), (&code.into(), 1, &name.into()));
    }
    assert_eq!(messages.len(), 3, "{json}");
}

#[test]
fn what_is_only_likely_is_said_to_be_so() {
    for (message, is_certain) in [
        (
            "sudo: unable to execute ./a: No such file or directory",
            true,
        ),
        ("zsh: no such file or directory: ./a", false),
    ] {
        let output = ldshim(&["doctor", "--message", message], b"");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.contains("why      Probably: "), !is_certain, "{text}");
        let output = ldshim(&["doctor", "--json", "--message", message], b"");
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(json["messages"][0]["certain"], is_certain, "{json}");
    }
}

#[test]
fn of_a_long_line_what_stands_around_the_message_is_shown() {
    let message = format!(
        "{}: libz.so.1: cannot open shared object file{}",
        "x".repeat(5000),
        "y".repeat(5000)
    );
    let output = ldshim(&["doctor", "--message", "-"], message.as_bytes());
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().next().unwrap();
    assert!(
        line.len() < 500 && line.contains("libz.so.1: cannot open"),
        "{line}"
    );
}

#[test]
fn a_message_that_is_not_known_is_said_to_be_so() {
    for message in ["all is well", "libz.so.1 was loaded", "version 3 was found"] {
        let output = ldshim(&["doctor", "--message", message], b"");
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(output.stdout.is_empty());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(
            text.contains("not known") && text.contains("ldshim explain"),
            "{text}"
        );
    }
    let output = ldshim(&["doctor", "--json", "--message", "all is well"], b"");
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &json["known"]),
        (Some(1), &Value::Bool(false))
    );
}

#[test]
fn no_message_at_all_is_an_error() {
    for args in [
        &["doctor", "--message", ""][..],
        &["doctor", "--message", "-"],
        &["doctor", "--message", " \n"],
    ] {
        let output = ldshim(args, b"");
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("there is no message"), "{text}");
    }
}

#[test]
fn control_characters_of_messages_do_not_reach_the_terminal() {
    let message = "\x1b]0;title\x07./a: cannot execute: required file not found";
    let output = ldshim(&["doctor", "--message", message], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains(['\x1b', '\x07']), "{text:?}");
}

#[test]
fn large_input_is_no_trouble() {
    let mut log = vec![b'x'; 1 << 20];
    log.extend(b": cannot open shared object file".repeat(10_000));
    log.extend(b"\n./a: wrong ELF class: ELFCLASS32\n");
    let output = ldshim(&["doctor", "--message", "-"], &log);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn the_messages_in_the_documentation_are_explained_as_it_says() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/troubleshooting.md");
    let page = std::fs::read_to_string(page).unwrap();
    let examples: Vec<_> = page.split("$ ldshim doctor --message \"").skip(1).collect();
    assert!(examples.len() >= 3);
    for example in examples {
        let (message, rest) = example.split_once("\"\n").unwrap();
        let shown = rest
            .split("\n\n$ ")
            .next()
            .and_then(|it| it.split("```").next())
            .unwrap();
        let output = ldshim(&["doctor", "--message", message], b"");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(said.trim_end(), shown.trim_end());
    }
}

/// Where the NixOS module has the library in one of its presets.
#[test]
fn a_preset_that_would_do_is_named() {
    for (library, preset) in [
        ("libxkbcommon.so.0", Some("desktop")),
        ("libnone.so.1", None),
    ] {
        let message = format!(
            "./a: error while loading shared libraries: {library}: cannot open shared object file"
        );
        let output = ldshim(&["doctor", "--message", &message], b"");
        let text = String::from_utf8(output.stdout).unwrap();
        let named = preset.map(|it| {
            format!("  do       On NixOS, programs.nix-ld.presets = [ \"{it}\" ]; has it.\n")
        });
        match named {
            Some(line) => assert!(text.ends_with(&line), "{text}"),
            None => assert!(!text.contains("presets"), "{text}"),
        }
    }
}
