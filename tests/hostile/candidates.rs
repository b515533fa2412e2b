//! Whatever a loader candidate is: with nothing else usable it is refused in one line, and with a usable one
//! behind it, it is passed over. Here are files that are no loaders, and paths; `damaged_loaders.rs` has the rest.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use nix::sys::stat::{Mode, SFlag, mknod};

use crate::exec::{Start, run};
use crate::ground::{Ground, NLD, loader_bytes};

const PROGRAM: &str = "#include <stdio.h>\nint main(void) { puts(\"runs\"); return 0; }\n";

/// What becomes of a candidate that nothing stands behind.
pub enum Fate {
    /// It is refused, in a line with this text.
    Refused(&'static str),
    /// It works after all.
    Works,
}
use Fate::{Refused, Works};

/// A ground with the program `/t/main`.
pub fn ground() -> Ground {
    let ground = Ground::new();
    ground.compile("main", PROGRAM, &[]);
    ground
}

/// Tries the loader at `path`, alone and with a usable one behind it, by both mechanisms.
fn try_path(ground: &Ground, path: &[u8], fate: &Fate, what: &str, as_nobody: bool) {
    let own = [b"NIX_LD=", path].concat();
    let outcome = |more: &[&str]| {
        let mut start = Start::new("/t/main", more);
        start.envp.insert(0, own.clone());
        start.as_nobody = as_nobody;
        run(&ground.root, &start).expect("the kernel starts it")
    };
    let libraries = format!("NIX_LD_LIBRARY_PATH={}/..{NLD}", "/t");
    match fate {
        Refused(text) => outcome(&[]).assert_refused(text, what),
        // Without libraries it would find no libc.
        Works => outcome(&[&libraries]).assert_ran("runs\n", what),
    }
    let cache = format!("NIX_LD_LIBRARY_PATH={NLD}");
    outcome(&[&cache]).assert_ran("runs\n", what);
    outcome(&[&libraries]).assert_ran("runs\n", what);
}

/// Tries a file with these bytes.
pub fn try_bytes(ground: &Ground, bytes: &[u8], fate: &Fate, what: &str) {
    ground.write("candidate", bytes);
    try_path(ground, b"/t/candidate", fate, what, false);
}

#[test]
fn what_is_no_file() {
    let ground = ground();
    fs::create_dir(ground.path("directory")).expect("a directory");
    nix::unistd::mkfifo(&ground.path("fifo"), Mode::S_IRWXU).expect("a FIFO");
    symlink("loop", ground.path("loop")).expect("a link");
    symlink("nothing", ground.path("dangling")).expect("a link");
    // As bind(2) makes it, but wherever it is: an address of a socket has at most 107 bytes.
    mknod(&ground.path("socket"), SFlag::S_IFSOCK, Mode::S_IRWXU, 0).expect("a socket");
    for (path, fate) in [
        ("/t/directory", Refused("/t/directory: Is a directory")),
        ("/t/fifo", Refused("/t/fifo: Illegal seek")),
        (
            "/t/loop",
            Refused("/t/loop: Too many levels of symbolic links"),
        ),
        (
            "/t/dangling",
            Refused("/t/dangling: No such file or directory"),
        ),
        ("/t/socket", Refused("/t/socket: No such device or address")),
        ("/dev/zero", Refused("/dev/zero: not an ELF file")),
        ("/dev/null", Refused("/dev/null: not an ELF file")),
        ("/dev/full", Refused("/dev/full: not an ELF file")),
        (
            "/proc/self/mem",
            Refused("/proc/self/mem: Input/output error"),
        ),
        (
            "/proc/self/maps",
            Refused("/proc/self/maps: not an ELF file"),
        ),
        ("/t/main/ld.so", Refused("/t/main/ld.so: Not a directory")),
        ("/t/main", Refused("/t/main: not a loader")),
    ] {
        try_path(&ground, path.as_bytes(), &fate, path, false);
    }
}

#[test]
fn a_fifo_whose_writer_says_nothing_does_not_hang() {
    let ground = ground();
    let path = ground.path("fifo");
    nix::unistd::mkfifo(&path, Mode::S_IRWXU).expect("a FIFO");
    let _writer = fs::File::options()
        .read(true)
        .write(true)
        .open(&path)
        .expect("Linux opens it for both");
    let fate = Refused("/t/fifo: Illegal seek");
    try_path(&ground, b"/t/fifo", &fate, "a FIFO with a writer", false);
}

#[test]
fn paths_of_every_length_and_content() {
    let ground = ground();
    let long = |length: usize| "/".repeat(length - 2) + "t/";
    for (path, fate) in [
        (long(4095), Refused(": Is a directory")),
        (long(4096), Refused(": File name too long")),
        (long(5000), Refused(": File name too long")),
        (long(2000) + "\n", Refused(": File name too long")),
        (
            format!("/t/{}", "x".repeat(256)),
            Refused(": File name too long"),
        ),
        (
            "/t/a\nb".into(),
            Refused("loader /t/a: No such file or directory"),
        ),
        ("/t/\x1b[2Jb\t".into(), Refused("loader /t/: ")),
        ("\n".into(), Refused(": No such file or directory")),
        (
            "nothing".into(),
            Refused("loader nothing: No such file or directory"),
        ),
    ] {
        let what: String = path.chars().take(40).collect();
        try_path(
            &ground,
            path.as_bytes(),
            &fate,
            &format!("{what:?}, {} bytes", path.len()),
            false,
        );
    }
    try_path(
        &ground,
        b"/t/\xff\xfe",
        &Refused("No such file or directory"),
        "no UTF-8",
        false,
    );
    // A loader whose own name has them is as good as any.
    for name in [&b"line\nbreak"[..], b"\xff"] {
        fs::write(
            ground.path("").join(OsStr::from_bytes(name)),
            loader_bytes(),
        )
        .expect("a file");
        try_path(
            &ground,
            &[b"/t/", name].concat(),
            &Works,
            "a strange name",
            false,
        );
    }
}

#[test]
fn a_file_that_may_not_be_read() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("not tried: becoming nobody needs root");
        return;
    }
    let ground = ground();
    let path = ground.path("unreadable");
    fs::write(&path, loader_bytes()).expect("a file");
    fs::set_permissions(ground.path(""), fs::Permissions::from_mode(0o755)).expect("its owner may");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("its owner may");
    try_path(&ground, b"/t/unreadable", &Works, "the control", true);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o111)).expect("its owner may");
    try_path(
        &ground,
        b"/t/unreadable",
        &Refused("/t/unreadable: Permission denied"),
        "unreadable",
        true,
    );
}

#[test]
fn other_files() {
    let ground = ground();
    for (what, bytes, reason) in [
        ("an empty file", &b""[..], "not an ELF file"),
        ("a text", b"#!/bin/sh\nexec true\n", "not an ELF file"),
        ("the magic and nothing else", b"\x7fELF", "not an ELF file"),
    ] {
        try_bytes(&ground, bytes, &Refused(reason), what);
    }
    let mut zeros = vec![0; 1 << 20];
    try_bytes(&ground, &zeros, &Refused("not an ELF file"), "zeros");
    zeros[..4].copy_from_slice(b"\x7fELF");
    try_bytes(
        &ground,
        &zeros,
        &Refused("made for another architecture"),
        "the magic and zeros",
    );
    let stub = fs::read(crate::common::stub()).expect("the stub");
    try_bytes(
        &ground,
        &stub,
        &Refused("a stub itself, and no real loader"),
        "a copy of the stub",
    );
    let own = crate::ground::STUB.as_bytes();
    try_path(
        &ground,
        own,
        &Refused("a stub itself, and no real loader"),
        "the stub",
        false,
    );
}
