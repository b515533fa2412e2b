//! What cannot be had

use std::fs;

use crate::user::{USUAL, User, assert_well_formed};

#[test]
fn libraries_without_a_package_are_named_and_the_rest_is_written() {
    let user = User::with_index(&[("openssl", "out", "libmissing.so.3")]);
    user.program("tool", &["libmissing.so.3", "libalso.so.6"]);
    for format in ["shell", "flake", "nixos"] {
        let ran = user.ldshim(&["shell", "--format", format, "tool"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.stderr.contains("no package for libalso.so.6"),
            "{ran:?}"
        );
        assert!(
            ran.stdout
                .contains("#   libalso.so.6: no package in the index has it"),
            "{ran:?}"
        );
        assert!(ran.stdout.contains("(needed by tool)"), "{ran:?}");
        assert!(
            ran.stdout.contains("pkgs.openssl.out # libmissing.so.3\n"),
            "{ran:?}"
        );
        assert_well_formed(&ran.stdout);
    }
}

#[test]
fn a_newer_glibc_is_no_package() {
    let user = User::with_index(USUAL);
    let source = "int newer(void) { return 0; }";
    fs::write(user.path("map"), "GLIBC_9.99 { newer; };").unwrap();
    // A libm.so.6 from the future.
    let flags = [
        "-shared",
        "-o",
        "libm.so.6",
        "-Wl,-soname,libm.so.6",
        "-Wl,--version-script=map",
    ];
    user.cc(source, &flags);
    user.cc(
        "int newer(void); int main(void) { return newer(); }",
        &["-o", "tool", "-L.", "-l:libm.so.6"],
    );
    let ran = user.ldshim(&["shell", "--format", "nixos", "tool"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("GLIBC_9.99 needs a newer glibc"),
        "{ran:?}"
    );
    // In a shell, glibc is that of its nixpkgs.
    assert_eq!(user.ldshim(&["shell", "tool"]).code, Some(0));
}

#[test]
fn without_an_index_it_is_said_how_to_get_one() {
    let user = User::new();
    user.program("tool", &["libmissing.so.3"]);
    let ran = user.ldshim(&["shell", "tool"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("ldshim index import") && ran.stdout.is_empty(),
        "{ran:?}"
    );
    // Where nothing is missing none is needed.
    user.program("simple", &[]);
    assert_eq!(user.ldshim(&["shell", "simple"]).code, Some(0));
}

#[test]
fn files_that_are_no_programs_are_refused() {
    let user = User::with_index(USUAL);
    fs::write(user.path("text"), "hello\n").unwrap();
    fs::write(user.path("empty"), "").unwrap();
    let musl = "-Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1";
    user.cc("int main(void) { return 0; }", &["-o", "musl", musl]);
    fs::write(user.path("script"), "#!/gone/interpreter\n").unwrap();
    for (name, why) in [
        ("text", "cannot tell which libraries text needs"),
        ("empty", "cannot tell which libraries empty needs"),
        ("script", "/gone/interpreter is not there"),
        ("gone", "cannot explain gone"),
        (".", "cannot explain ."),
    ] {
        let ran = user.ldshim(&["shell", name]);
        assert_eq!(ran.code, Some(1), "{name}: {ran:?}");
        assert!(ran.stderr.contains(why), "{name}: {ran:?}");
        assert!(ran.stdout.is_empty(), "{name}: {ran:?}");
    }
    user.cc("", &["-shared", "-o", "libcut.so"]);
    let flags = [
        "-Wl,--no-as-needed",
        "-o",
        "cut",
        "./libcut.so",
        "-Wl,-rpath,$ORIGIN",
    ];
    user.cc("int main(void) { return 0; }", &flags);
    fs::write(user.path("libcut.so"), "").unwrap();
    let ran = user.ldshim(&["shell", "cut"]);
    assert_eq!(ran.code, Some(1), "no package helps: {ran:?}");
    let ran = user.ldshim(&["shell", "musl"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let ran = user.ldshim(&["shell"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

#[test]
fn programs_for_two_architectures_are_not_put_together() {
    let user = User::with_index(USUAL);
    user.program("tool", &["libmissing.so.3"]);
    user.program_for_i686("tool32");
    let ran = user.run(
        &["shell", "tool", "tool32"],
        &[("NIX_LD_i686_linux", &user.loader_for_i686())],
    );
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("make a file for each") && ran.stdout.is_empty(),
        "{ran:?}"
    );
}

#[test]
fn the_drivers_own_libraries_come_from_no_package() {
    let user = User::with_index(&[("cudatoolkit", "out", "libcuda.so.1")]);
    user.library("libcuda.so.1");
    user.program("tool", &["libcuda.so.1"]);
    fs::remove_file(user.path("libcuda.so.1")).unwrap();
    for format in ["shell", "nixos"] {
        let ran = user.ldshim(&["shell", "--format", format, "tool"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(!ran.stdout.contains("cudatoolkit"), "{ran:?}");
        assert!(
            ran.stdout
                .contains("#   libcuda.so.1: it is the graphics driver's own"),
            "{ran:?}"
        );
        assert_well_formed(&ran.stdout);
    }
}

#[test]
fn another_version_that_packages_have_is_named() {
    let user = User::with_index(&[("openssl", "out", "libmissing.so.4")]);
    user.program("tool", &["libmissing.so.3"]);
    fs::remove_file(user.path("libmissing.so.3")).unwrap();
    let ran = user.ldshim(&["shell", "tool"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for text in ["libmissing.so.4 is in openssl.out", "another ABI"] {
        assert!(
            ran.stderr.contains(text) && ran.stdout.contains(text),
            "{text:?}: {ran:?}"
        );
    }
}

#[test]
fn a_library_that_is_needed_by_its_path_is_in_no_package() {
    let user = User::with_index(USUAL);
    user.cc("", &["-shared", "-o", "libpath.so"]);
    let path = user.path("libpath.so");
    let flags = ["-o", "tool", "-Wl,--no-as-needed", path.to_str().unwrap()];
    user.cc("int main(void) { return 0; }", &flags);
    fs::remove_file(&path).unwrap();
    let ran = user.ldshim(&["shell", "tool"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("it is asked for by this path"),
        "{ran:?}"
    );
}
