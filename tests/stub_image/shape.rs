//! The shape of the stub's file: segments, relocations, size, and where the baked configuration is.
//!
//! What is asserted of the release build is what makes it quick. The debug build only has to be
//! something that the kernel can start and that needs nobody else.

use std::fs;
use std::path::Path;
use std::process::Command;

use goblin::elf::program_header::{PF_W, PF_X, PT_GNU_STACK, PT_INTERP, PT_LOAD, PT_TLS};
use ldshim::elf;
use loader_stub::{baked, layout};

use crate::common::platform;
use crate::{release_stubs, segments, stubs};

/// The lines of readelf's output that have this text in them.
fn readelf(path: &Path, flag: &str, text: &str) -> Vec<String> {
    let output = Command::new("readelf")
        .args([flag, "-W"])
        .arg(path)
        .output()
        .unwrap();
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).unwrap();
    assert!(output.lines().count() > 1, "readelf {flag} printed nothing");
    output
        .lines()
        .filter(|line| line.contains(text))
        .map(str::to_owned)
        .collect()
}

#[test]
fn is_a_position_independent_program_that_needs_nobody() {
    for stub in stubs() {
        let identity = elf::identify(stub).unwrap();
        assert!(identity.is_shared_object(), "{}", stub.display());
        for kind in [PT_INTERP, PT_TLS] {
            let found = segments(stub).iter().any(|segment| segment.kind == kind);
            assert!(!found, "{}: segment {kind}", stub.display());
        }
        assert_eq!(readelf(stub, "-d", "NEEDED"), [""; 0], "{}", stub.display());
        let undefined = readelf(stub, "-s", " UND ");
        let named = undefined
            .iter()
            .filter(|line| !line.trim_end().ends_with("UND"));
        assert_eq!(named.count(), 0, "{}: {undefined:?}", stub.display());
    }
}

#[test]
fn has_no_executable_stack() {
    for stub in stubs() {
        let segments = segments(stub);
        let stack = segments.iter().find(|segment| segment.kind == PT_GNU_STACK);
        // The kernel does not look at it; tools do.
        assert_eq!(stack.unwrap().flags & PF_X, 0, "{}", stub.display());
    }
}

#[test]
fn has_no_segment_that_is_both_writable_and_executable() {
    for stub in stubs() {
        for segment in segments(stub) {
            assert_ne!(
                segment.flags & (PF_W | PF_X),
                PF_W | PF_X,
                "{}",
                stub.display()
            );
        }
    }
}

#[test]
fn has_no_relocations_but_relative_ones_and_in_a_release_none_at_all() {
    for stub in stubs() {
        let kind = platform().relocations;
        let all = readelf(stub, "-r", kind);
        let relative = readelf(stub, "-r", &format!("{kind}RELATIVE"));
        assert_eq!(all, relative, "{}", stub.display());
        assert_eq!(
            all.is_empty(),
            release_stubs().contains(stub),
            "{}",
            stub.display()
        );
    }
}

#[test]
fn is_one_read_only_mapping() {
    for stub in release_stubs() {
        let mut loads = segments(stub);
        loads.retain(|segment| segment.kind == PT_LOAD && segment.memory_size > 0);
        assert_eq!(loads.len(), 1, "{}: {loads:?}", stub.display());
        assert_eq!(loads[0].flags & PF_W, 0, "{}", stub.display());
    }
}

/// Kernels before 6.7 clear the rest of the page in which the interpreter's file ends, and kill the program
/// if they may not write there: `padzero` in `load_elf_interp`, fs/binfmt_elf.c.
#[test]
fn ends_on_a_page_boundary_or_where_the_kernel_may_write() {
    for stub in stubs() {
        let segments = segments(stub).into_iter();
        let loads = segments.filter(|segment| segment.kind == PT_LOAD && segment.file_size > 0);
        let last = loads.max_by_key(|segment| segment.address).unwrap();
        let end = last.address + last.file_size;
        let is_writable = last.flags & PF_W != 0;
        assert!(
            is_writable || end.is_multiple_of(4096),
            "{}: {end:#x}",
            stub.display()
        );
    }
}

#[test]
fn is_known_by_its_first_bytes() {
    for stub in stubs() {
        let section = elf::section(stub, baked::SECTION).unwrap().unwrap();
        assert_eq!(section.offset, baked::OFFSET as u64, "{}", stub.display());
        assert!(baked::OFFSET + baked::MAGIC.len() <= layout::HEAD_SIZE);
    }
}

#[test]
fn is_small() {
    for stub in release_stubs() {
        let stripped = stub.with_file_name("nix-ld-stripped");
        let strip = Command::new(platform().tool("strip"))
            .arg("-o")
            .arg(&stripped)
            .arg(stub)
            .status();
        assert!(strip.unwrap().success());
        // What follows the code, up to the end of a page of up to 64 KiB, is zeros.
        let text = segments(&stripped)[0];
        let bytes = fs::read(&stripped).unwrap();
        let (text, rest) = bytes.split_at(text.file_size as usize);
        let filling = text.iter().rev().take_while(|&&byte| byte == 0);
        let size = text.len() - filling.count() + rest.len();
        assert!(size <= 40 * 1024, "{}: {size} bytes", stub.display());
    }
}

#[test]
fn has_no_panic_machinery() {
    let panics = |stub: &Path| readelf(stub, "-s", "panicking").len();
    for stub in release_stubs() {
        assert_eq!(panics(stub), 0, "{}", stub.display());
        let bytes = fs::read(stub).unwrap();
        assert_eq!(memchr::memmem::find(&bytes, b"panicked"), None);
    }
    assert_ne!(
        panics(&stubs()[release_stubs().len()]),
        0,
        "the control: a debug build has it"
    );
}

/// The tool writes into stubs of every architecture, on any host.
#[test]
fn is_configured_by_the_tool() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("nix-ld");
    let run = |arguments: &[&str], file: &Path| {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        let output = tool.args(arguments).arg(file).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    for stub in stubs() {
        let stub_text = stub.to_str().unwrap();
        let flags = ["--loader", "/l", "--library-dir", "/d", "--out"];
        run(
            &[&["stub", "configure", "--in", stub_text], &flags[..]].concat(),
            &out,
        );
        let expected = "loader     /l\nlibraries  /d\n";
        assert_eq!(run(&["stub", "show"], &out), expected);
        assert_ne!(run(&["stub", "show"], stub), expected, "the control");
        let (old, new) = (fs::read(stub).unwrap(), fs::read(&out).unwrap());
        let section = baked::OFFSET..baked::OFFSET + baked::SIZE;
        assert_eq!(old.len(), new.len());
        assert_eq!(old[..section.start], new[..section.start]);
        assert_eq!(old[section.end..], new[section.end..]);
    }
}
