//! Files with names of libraries that `ldshim env build` leaves out, and that `-v` says why.

use std::fs;

use ldshim::elf::Architecture;

use crate::library_tree::{LibraryTree, architecture};

/// Builds from a folder with a good library and the file `libs/libbad.so` that `make` makes: only
/// the good one is in the environment, and the note ends in `reason`.
#[track_caller]
fn left_out(reason: &str, make: impl FnOnce(&LibraryTree)) {
    let tree = LibraryTree::new();
    tree.library("libs/libgood.so");
    make(&tree);
    let ran = tree.build(&["libs"]).succeeded();
    assert_eq!(
        tree.names("d"),
        ["ld.so", "ld.so.cache", "ld.so.cache.place", "libgood.so"]
    );
    let note = format!("ldshim: left out libs/libbad.so: {reason}\n");
    assert_eq!(ran.stderr, note);
    let cache = fs::read(tree.path("d/ld.so.cache")).unwrap();
    assert!(memchr::memmem::find(&cache, b"libgood.so").is_some());
    assert!(memchr::memmem::find(&cache, b"libbad.so").is_none());
}

#[test]
fn a_library_of_another_machine() {
    let other = if architecture() == Architecture::AARCH64 {
        Architecture::X86_64
    } else {
        Architecture::AARCH64
    };
    let name = goblin::elf::header::machine_to_str(other.machine);
    left_out(&format!("for another machine: 64-bit {name}"), |tree| {
        tree.library_for_machine("libs/libbad.so", other.machine);
    });
}

#[test]
fn a_library_of_another_class() {
    left_out("for another machine: 32-bit 386", |tree| {
        let mut bytes = vec![0; 64];
        bytes[..7].copy_from_slice(b"\x7fELF\x01\x01\x01");
        bytes[16..20].copy_from_slice(&[3, 0, 3, 0]);
        tree.file("libs/libbad.so", bytes);
    });
}

#[test]
fn a_linker_script() {
    left_out("not an ELF file", |tree| {
        tree.file(
            "libs/libbad.so",
            "/* GNU ld script */\nINPUT ( libgood.so )\n",
        );
    });
}

#[test]
fn an_empty_file() {
    left_out("not an ELF file", |tree| tree.file("libs/libbad.so", ""));
}

#[test]
fn a_file_cut_off_within_its_header() {
    left_out("damaged ELF header", |tree| {
        tree.file("libs/libbad.so", b"\x7fELF\x02\x01\x01");
    });
}

#[test]
fn a_dangling_link() {
    left_out("dangling link", |tree| {
        tree.link("libs/libbad.so", "libbad.so.1")
    });
}

#[test]
fn a_link_to_itself() {
    left_out("Too many levels of symbolic links (os error 40)", |tree| {
        tree.link("libs/libbad.so", "libbad.so");
    });
}

#[test]
fn a_directory() {
    left_out("not a file", |tree| tree.file("libs/libbad.so/file", ""));
}

#[test]
fn a_pipe_without_waiting_for_its_writer() {
    left_out("not a file", |tree| {
        let mode = nix::sys::stat::Mode::S_IRWXU;
        nix::unistd::mkfifo(&tree.path("libs/libbad.so"), mode).unwrap();
    });
}

#[test]
fn an_object_file() {
    left_out("not shared: its ELF type is REL", |tree| {
        tree.cc(&["-c", "-o", "libs/libbad.so", "-xc", "/dev/null"]);
    });
}
