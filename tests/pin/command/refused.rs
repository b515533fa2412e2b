//! What cannot be pinned, and what is said of it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;

use ldshim::sandbox::Root;

use super::ground::{Ground, Ran};
use crate::common;
use crate::nix::text;
use crate::world::compile;

pub fn what_is_no_dynamic_program_is_refused() {
    let ground = Ground::new();
    ground.program_of("static", "int main(void) { return 0; }", &["-static"]);
    ground.library("p", "a", "1", &[]);
    fs::write(ground.path("script"), "#!/bin/sh\n").expect("a file");
    fs::write(ground.path("text"), "nothing\n").expect("a file");
    let musl = common::store_path("musl").join("lib/ld-musl-x86_64.so.1");
    let musl = format!(
        "-Wl,--dynamic-linker,/lib/{}",
        musl.file_name().expect("a name").display()
    );
    compile(
        "int main(void) { return 0; }",
        &ground.path("musl"),
        &[&musl],
    );
    let own = format!(
        "-Wl,--dynamic-linker,{}",
        common::platform().loader().display()
    );
    compile("int main(void) { return 0; }", &ground.path("own"), &[&own]);
    let mut foreign = fs::read(ground.path("own")).expect("a program");
    // `e_machine`: a SPARC.
    foreign[18] = 2;
    fs::write(ground.path("foreign"), foreign).expect("a file");
    let library = format!("p/lib/{}", ground.soname("a"));
    for (file, reason) in [
        ("static", "it is static"),
        (&library, "it is a library; pins are for programs"),
        ("script", "no program was found that it starts"),
        ("text", "it is neither an ELF file nor a script"),
        ("musl", "it is for musl"),
        ("own", "it names a loader of its own"),
        ("foreign", "ldshim has no stub for"),
        ("nothing", "cannot explain nothing"),
    ] {
        let path = ground.path(file);
        let path = if file == "nothing" { file } else { text(&path) };
        ground.pin(&["--force", path]).failed_with(reason);
    }
    assert!(!ground.path("state").exists());
}

/// Its shell is what runs it, and of no interest.
pub fn a_launcher_script_leads_to_what_it_starts() {
    let ground = Ground::new();
    ground.program("program", &["a"]);
    fs::write(
        ground.path("app"),
        "#!/bin/sh\nexec \"$(dirname \"$0\")/program\" \"$@\"\n",
    )
    .expect("a file");
    let program = ground.path("program").display().to_string();
    let expected =
        format!("it is a script, which starts {program}; pin that: ldshim pin {program}");
    ground.pin(&["./app"]).failed_with(&expected);
    fs::write(ground.path("app"), "#!/bin/sh\n\nexec \"$1\"\n").expect("a file");
    ground
        .pin(&["./app"])
        .failed_with("what it starts on line 3 could not be told");
    fs::write(ground.path("app"), "#!/usr/bin/env perl\n").expect("a file");
    ground
        .pin(&["./app"])
        .failed_with("What the script itself starts or loads was not looked at");
}

pub fn without_an_index_it_is_told_how_to_get_one() {
    let ground = Ground::new();
    ground.program("program", &["a"]);
    let missing = format!("program is missing {}", ground.soname("a"));
    let told = ground.pin(&["./program"]).failed_with(&missing).stderr;
    assert!(told.contains("ldshim index import"), "{told}");
    // Not needed where all is decided.
    let package = ground.package("p", "a", 1);
    let select = format!("{}={}", ground.soname("a"), package.display());
    ground.pin(&["--select", &select, "./program"]).succeeded();
}

/// As root, to make a program that has the rights of somebody else.
pub fn a_privileged_program_has_pins_of_the_system_only() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    chown(&program, Some(65534), None).expect("root may");
    let mode = |bits| fs::set_permissions(&program, fs::Permissions::from_mode(bits));
    mode(0o4755).expect("root may");
    ground
        .pin(&["./program"])
        .failed_with("as root: ldshim pin --system");
    mode(0o755).expect("root may");
    ground.pin(&["./program"]).succeeded();
}

/// As root, who may give them.
pub fn a_program_with_capabilities_has_pins_of_the_system_only() {
    common::usual_umask();
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    // Where another user can get to them, and may start them.
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(env!("CARGO_BIN_EXE_ldshim"), mode).expect("it is ours");
    let root = Root::like_host().expect("a root");
    let root = root
        .bind(env!("CARGO_BIN_EXE_ldshim"), "/t/ldshim")
        .bind(common::stub(), "/t/nix-ld")
        .bind(&program, "/t/program");
    let as_user = |expected: bool| {
        // Root's own programs get nothing from capabilities.
        let mut pin = Command::new("setpriv");
        pin.args([
            "--reuid=65534",
            "--clear-groups",
            "/t/ldshim",
            "pin",
            "/t/program",
        ]);
        ground.in_session(&mut pin).env("LDSHIM_STUB", "/t/nix-ld");
        root.apply_to(&mut pin, "/");
        let ran = Ran::of(&mut pin);
        let is_refused = ran.stderr.contains("as root: ldshim pin --system");
        assert_eq!(is_refused, expected, "{ran:?}");
    };
    as_user(false);
    let setcap = Command::new("setcap")
        .arg("cap_net_bind_service+ep")
        .arg(&program)
        .status();
    assert!(setcap.expect("setcap runs").success());
    as_user(true);
    ground.pin(&["./program"]).succeeded();
}

pub fn a_selection_that_says_nothing_is_refused() {
    let ground = Ground::new();
    ground.program("program", &[]);
    for wrong in ["libz.so.1", "=zlib", "libz.so.1=", "lib/libz.so.1=zlib"] {
        let ran = ground.pin(&["--select", wrong, "./program"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
    }
    let twice = [
        "--select",
        "libz.so.1=a",
        "--select",
        "libz.so.1=b",
        "./program",
    ];
    ground
        .pin(&twice)
        .failed_with("names two packages for libz.so.1");
}

/// The library is there, but for another machine.
pub fn a_package_for_another_machine_is_passed_over() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let file = ground.library("foreign", "a", "1", &[]);
    let mut bytes = fs::read(&file).expect("a library");
    // `e_machine`: aarch64.
    bytes[18] = 183;
    fs::write(&file, bytes).expect("a library");
    let foreign = ground.store("foreign");
    ground.add_to_index(&[&foreign]);
    ground
        .pin(&["./program"])
        .failed_with("no package in the index has");
    let select = format!("{}={}", ground.soname("a"), foreign.display());
    let ran = ground.pin(&["--select", &select, "./program"]);
    ran.failed_with("is no library for x86_64");
    ground.add_to_index(&[&ground.package("own", "a", 3)]);
    ground.pin(&["./program"]).succeeded();
    ground.prints(&program, &[3]);
}

/// A program says which libraries it needs, and a terminal obeys what is in their names.
pub fn control_characters_do_not_reach_the_terminal() {
    let ground = Ground::new();
    let program = ground.program("pro\x1bgram", &["a"]);
    let soname = ground.soname("a");
    let mut bytes = fs::read(&program).expect("a program");
    let at = bytes
        .windows(soname.len())
        .position(|it| it == soname.as_bytes());
    bytes[at.expect("its name")] = 0x1b;
    fs::write(&program, bytes).expect("a program");
    let shown = soname.replacen('l', "\u{fffd}", 1);
    let package = ground.package("p", "b", 1);
    for packages in [&[][..], &[&*package]] {
        if !packages.is_empty() {
            ground.add_to_index(packages);
        }
        let ran = ground.pin(&[text(&program)]).failed_with(&shown);
        assert!(
            !format!("{}{}", ran.stdout, ran.stderr).contains('\x1b'),
            "{ran:?}"
        );
    }
}
